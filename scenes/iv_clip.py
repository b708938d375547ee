"""Peak and steady current over voltage, from a family of voltage-clamp steps."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import CURRENT, TIME
from hhanim.look.numbers import limits, millivolts
from hhanim.look.words import conditions, tr
from hhanim.model import HHError, analysis, clamp, simulate
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="I–V curves from a voltage clamp",
    description="The peak sodium and the late potassium current over voltage, read from a family of clamp steps.",
    alt="Left, the sodium and potassium currents after one voltage step after another; right, the peak of the first "
    "and the late value of the second over the voltage: a trough that crosses zero at E_Na, and a rising line.",
)
def iv(
    stage: Stage, *, model: Membrane = "modern", frames: int = 420, seconds: float = 14.0
) -> Iterator[None]:
    """Peak sodium and late potassium current over voltage; each step starts from rest."""
    if not {"Na", "K"} <= {channel.name for channel in model.channels}:
        raise HHError(f"{model.name} has no Na and K channels to tell apart; give a model such as modern")
    rest, begin, shown, q = float(model.rest()[0]), 1.0, 11.0, quantities(model)
    levels, fine = rest + np.arange(15.0, 131.0, 12.5), rest + np.linspace(5.0, 127.5, 61)
    family = simulate(model, clamp(rest, levels, start=begin), shown, sample=0.01)
    peaks, late = (analysis.peak_currents(model, name, fine, duration=10.0) for name in ("Na", "K"))
    stage.title("Why are there two I–V curves?", conditions(model), "outward is up")
    time, graph = stage.beside(1.0, 1.0, labels=(80.0, 120.0))
    low, high = limits(peaks, late, family.current("Na"))
    time.x(TIME, 0.0, shown).y(CURRENT, low, high)
    graph.x(q["V"], rest, fine[-1]).y(CURRENT, low, high).ask(until=0.2)
    n, reversal = len(levels), millivolts(float(model.channel("Na").e))
    for k, v in enumerate(levels):
        run = family.neuron(k)
        for name, of in (("Na", "size"), ("K", "max")):
            key = f"I_{name}"
            time.sweep(k, run.t, run[key], q[key], label=q[key].label)
            top = run.extreme(key, of, after=begin)
            graph.dots(v, top.value, q[key], along=k + top.t / shown)
    for name, values, word in (("Na", peaks, "peak {current}"), ("K", late, "late {current}")):
        key, along = f"I_{name}", np.linspace(n, n + 3.0, len(fine))
        graph.curve(fine, values, q[key], along=along, label=tr(word, current=q[key].label), ghost=False)
        time.ghost(family.t, family.neuron(5)[key], stage.theme.color(q[key]))

    stage.caption("After each step sodium current comes early and potassium current late.")
    stage.caption("A dot marks the largest current of each kind.", at=4.0)
    stage.caption(
        tr("At {reversal} the sodium current changes its direction.", reversal=reversal), at=n - 2.0
    )
    stage.caption("Two kinds of channels give two curves.", at=n + 0.5)
    yield from stage.play(0.0, n + 3.0, ease=False)


if __name__ == "__main__":
    iv.cli()

"""How fast a neuron fires: its rate over the injected current, found run by run."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import RATE, STIMULUS, TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, tr
from hhanim.model import HHError, analysis, simulate, step
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Firing rate and current",
    description="The rate of steady firing over the injected current, run by run, with the currents where it begins.",
    alt="Left, one run after another under stronger and stronger current; right, the rate of each as a dot. In the "
    "squid axon nothing fires below 6.3 µA/cm²; above it the rate starts at some 50 spikes per second.",
)
def f_i(
    stage: Stage, *, model: Membrane = "modern", I_max: float = 20.0, frames: int = 420, seconds: float = 14.0
) -> Iterator[None]:
    """The rate of steady firing over the injected current; every run starts at rest. I_max: the strongest, µA/cm²."""
    if I_max <= 0:
        raise HHError(f"I_max = {I_max:g} µA/cm² leaves nothing to try; give more than 0")
    currents, shown, q = np.linspace(0.0, I_max, 21), 100.0, quantities(model)
    rates, family = analysis.f_i(model, currents, 400.0), simulate(model, step(currents), shown)
    onset, hopf = analysis.rheobase(model, 400.0, sustained=True), analysis.hopf_points(model)
    stage.title("How does the firing rate grow with the current?", conditions(model))
    time, graph = stage.beside(1.0, 1.0, labels=(40.0, 40.0))
    top = 1.3 * max([1.0, *rates[np.isfinite(rates)]])
    time.x(TIME, 0.0, shown).y(q["V"], *limits(family["V"]))
    graph.x(STIMULUS, 0.0, I_max).y(RATE, 0.0, top).ask(until=1.0)
    time.ghost(family.t, family.neuron(-1)["V"], stage.theme.ink)
    for k, i in enumerate(currents):
        time.sweep(k, family.t, family.neuron(k)["V"], q["V"], stays=False)
        if np.isfinite(rates[k]):  # no dot where the run is too short for a rate
            graph.dots(i, rates[k], q["I"], along=k + 1.0)

    stage.caption("Every run starts at rest.")
    marks = [(i, "Hopf", "Up to the Hopf point rest is stable too.") for i in hopf[:1] if onset < i < I_max]
    if onset < I_max:
        slow = float(analysis.f_i(model, 1.0001 * onset, 400.0)[0])
        said = tr(
            "Steady firing starts with {rate:.0f} spikes per second, not near zero: class II."
            if slow > 10.0
            else "Steady firing starts with {rate:.0f} spikes per second, near zero: class I.",
            rate=slow,
        )
        marks.insert(0, (onset, "fold" if marks else "onset", said))
    for j, (i, name, said) in enumerate(marks):
        by, height = i / I_max * 20.0 + 1.0, (0.92 - 0.1 * (j % 2)) * top
        label = tr("{name} {current}", name=tr(name), current=plain(i, 3))
        graph.rule((i, 0.0), (i, height), label, stage.theme.muted, by, by + 1.0)
        stage.caption(said, at=by)
    yield from stage.play(0.0, 21.0, ease=False)


if __name__ == "__main__":
    f_i.cli()

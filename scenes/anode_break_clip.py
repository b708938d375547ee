"""Anode break: a spike that follows the end of a hyperpolarising current."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import GATES, STIMULUS, TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, tr
from hhanim.model import HHError, analysis, pulse, simulate
from hhanim.parameters import Membrane, Milliseconds
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Anode break",
    description="A spike that follows the end of a hyperpolarising current, and the gates that make it.",
    alt="Three panels over time: a negative current pulse, the voltage that it pulls down, and the gates. While the "
    "voltage is down h rises and n falls; when the current ends the voltage returns, overshoots and fires.",
)
def anode_break(
    stage: Stage,
    *,
    model: Membrane = "modern",
    I: float = -5.0,  # noqa: E741
    width: Milliseconds = 20.0,
    frames: int = 420,
    seconds: float = 14.0,
) -> Iterator[None]:
    """A hyperpolarising pulse of I (µA/cm²) for `width` ms, and what follows its end."""
    if I >= 0:
        raise HHError(f"I = {I:g} µA/cm² does not hyperpolarise; give a negative one, such as -5")
    start, q = 5.0, quantities(model)
    end, duration = start + width, 2.0 * start + width + 20.0
    run = simulate(model, pulse(I, start, width), duration, sample=0.025)
    (least,) = analysis.anode_break(model, width)
    stage.title("Can a neuron fire when a current stops?", conditions(model), stage.rate(duration))
    voltage, gates, current = stage.stack(5, 3, 2)
    voltage.y(q["V"], *limits(run["V"], model.baseline)).curve(run.t, run["V"], q["V"])
    gates.y(GATES, 0.0, 1.0, ticks=(0.0, 0.5, 1.0))
    for name in (gate.name for gate in model.gates.values() if gate.dynamic):
        gates.curve(run.t, run[name], q[name])
    current.y(STIMULUS, *limits(run.stimulus, zero=True)).curve(run.t, run.stimulus, q["I"])
    for panel in (voltage, gates, current):
        panel.x(TIME, 0.0, duration)

    stage.caption("The current hyperpolarises the membrane.")
    stage.caption("Inactivation is removed and potassium channels close.", at=start + 0.4 * width)
    fires = any(run.spikes > end)
    stage.caption(
        "When the current stops, V rises past rest and fires."
        if fires
        else "When the current stops, no spike follows.",
        at=end,
    )
    if np.isfinite(least):
        said = tr("A pulse this wide needs at least {least} µA/cm².", least=plain(least, 3))
        stage.caption(said, at=end + 6.0)
    yield from stage.play(0.0, duration, ease=False)


if __name__ == "__main__":
    anode_break.cli()

"""The currents that flow once the gates have settled: the steady-state I–V curves, whole and magnified."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import CURRENT, voltages
from hhanim.look.numbers import limits
from hhanim.look.words import conditions
from hhanim.model import HHError, analysis
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="The currents at steady state",
    description="The steady-state current of every channel over the membrane potential.",
    alt="Current over membrane potential for every kind of channel, drawn from left to right: the potassium current "
    "rises steeply with depolarisation, the leak is a straight line, the sodium current stays small. Below, the same "
    "curves magnified.",
)
def currents(
    stage: Stage,
    *,
    model: Membrane = "modern",
    v_min: float | None = None,
    v_max: float | None = None,
    y_min: float | None = None,
    y_max: float | None = None,
    frames: int = 240,
    seconds: float = 8.0,
) -> Iterator[None]:
    """The steady-state current of every channel over the membrane potential.

    Args:
        model: whose channels
        v_min, v_max: voltage range, mV; the model's own by default
        y_min, y_max: current range, µA/cm²; without them all of every current, and the smaller ones magnified
    """
    v = voltages(model, v_min, v_max)
    steady, q = analysis.steady_currents(model, v), quantities(model)
    flows = {channel.name: steady[channel.name] for channel in model.channels}
    stage.title("Which currents flow once the gates have settled?", conditions(model), "outward is up")
    sizes = sorted(flows.values(), key=lambda flow: float(abs(flow).max()))
    whole, small = limits(*sizes, zero=True), limits(*sizes[:-1], zero=True)
    ranges = [whole, small] if small[1] - small[0] < 0.2 * (whole[1] - whole[0]) else [whole]
    if y_min is not None or y_max is not None:
        ranges = [(whole[0] if y_min is None else y_min, whole[1] if y_max is None else y_max)]
    if not ranges[0][0] < ranges[0][1]:
        low, high = ranges[0]
        raise HHError(f"currents from {low:g} to {high:g} µA/cm²: y_min must be below y_max")
    names = (CURRENT, "The same, magnified (µA/cm²)")
    for panel, says, span in zip(stage.stack(*[1.0] * len(ranges)), names, ranges, strict=False):
        panel.x(q["V"], v[0], v[-1]).y(says, *span)
        for name, flow in flows.items():
            panel.curve(v, flow, q[f"I_{name}"])

    stage.caption("Held at one voltage for long, each kind of channel carries a steady current.")
    yield from stage.play(v[0], v[-1])


if __name__ == "__main__":
    currents.cli()

"""The currents that flow once the gates have settled: the steady-state I–V curves."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import voltages
from hhanim.look.words import conditions
from hhanim.model import HHError, analysis
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="The currents at steady state",
    description="The steady-state current of every channel over the membrane potential.",
    alt="Current over membrane potential for every kind of channel, drawn from left to right: the potassium current "
    "rises steeply with depolarisation, the leak is a straight line, the sodium current stays small.",
    poster=1.0,
)
def currents(
    stage: Stage,
    *,
    model: Membrane = "classroom",
    v_min: float | None = None,
    v_max: float | None = None,
    y_min: float = -200.0,
    y_max: float = 500.0,
    frames: int = 100,
    seconds: float = 5.0,
) -> Iterator[None]:
    """The steady-state current of every channel over the membrane potential.

    Args:
        model: whose channels
        v_min, v_max: voltage range, mV; the model's own by default
        y_min, y_max: current range, µA/cm²
    """
    if not y_min < y_max:
        raise HHError(f"currents from {y_min:g} to {y_max:g} µA/cm²: y_min must be below y_max")
    v = voltages(model, v_min, v_max)
    steady = analysis.steady_currents(model, v)
    q = quantities(model)
    stage.title("The currents once the gates have settled", conditions(model))
    (panel,) = stage.stack()
    panel.x(q["V"], v[0], v[-1]).y("Current $I$ (µA/cm²)", y_min, y_max)
    for channel in model.channels:
        panel.curve(v, steady[channel.name], q[f"I_{channel.name}"])

    stage.caption(
        "Held at one voltage for long, each kind of channel carries its steady current. Outward is positive."
    )
    for at in stage.sweep(v[0], v[-1]):
        stage.until(at)
        yield


if __name__ == "__main__":
    currents.cli()

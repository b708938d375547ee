"""How fast the gates follow the voltage: one time constant per gate."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import voltages
from hhanim.look.numbers import limits, millivolts
from hhanim.look.words import conditions
from hhanim.model import HHError, analysis
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="How fast the gates follow the voltage",
    description="The time constant of every gate over the membrane potential.",
    alt="Bell-shaped curves of the gates' time constants over the membrane potential, drawn from left to right. "
    "In the squid axon m follows within half a millisecond; h and n take several milliseconds.",
    poster=1.0,
)
def tau(
    stage: Stage,
    *,
    model: Membrane = "classroom",
    v_min: float | None = None,
    v_max: float | None = None,
    frames: int = 100,
    seconds: float = 5.0,
) -> Iterator[None]:
    """The time constant of every gate over the membrane potential.

    Args:
        model: whose gates
        v_min, v_max: voltage range, mV; the model's own by default
    """
    v = voltages(model, v_min, v_max)
    taus = analysis.time_constants(model, v)
    if not taus:
        raise HHError(f"{model.name} has no gate with a time constant")
    q = quantities(model)
    stage.title("How fast the gates follow the voltage", conditions(model))
    (panel,) = stage.stack()
    panel.x(q["V"], v[0], v[-1]).y(r"Time constant $\tau$ (ms)", 0.0, limits(*taus.values(), zero=True)[1])
    for gate, values in taus.items():
        panel.curve(v, values, q[f"tau_{gate}"])

    slow = max(taus, key=lambda gate: taus[gate].max())
    peak = float(v[taus[slow].argmax()])
    stage.caption("Every gate needs time to reach its steady state, more at some voltages than at others.")
    for at in stage.sweep(v[0], v[-1]):
        if at >= peak and taus[slow].argmax() not in (0, len(v) - 1) and len(stage.captions) < 2:
            stage.caption(
                f"{slow} is the slowest gate: up to {taus[slow].max():.1f} ms, at {millivolts(peak)}."
            )
        stage.until(at)
        yield


if __name__ == "__main__":
    tau.cli()

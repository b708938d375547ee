"""Where the gates settle: one steady-state curve per gate."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import voltages
from hhanim.look.words import conditions, listed
from hhanim.model import HHError, analysis
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Where the gates settle",
    description="The steady state of every gate over the membrane potential.",
    alt="S-shaped curves from 0 to 1 over the membrane potential, drawn from left to right: the activation gates m and "
    "n open with depolarisation, the inactivation gate h closes.",
    poster=1.0,
)
def f_infty(
    stage: Stage,
    *,
    model: Membrane = "classroom",
    v_min: float | None = None,
    v_max: float | None = None,
    frames: int = 100,
    seconds: float = 5.0,
) -> Iterator[None]:
    """The steady state of every gate over the membrane potential.

    Args:
        model: whose gates
        v_min, v_max: voltage range, mV; the model's own by default
    """
    v = voltages(model, v_min, v_max)
    steady = analysis.steady_states(model, v)
    if not steady:
        raise HHError(f"{model.name} has no gates")
    q = quantities(model)
    low = min(0.0, *(float(x.min()) for x in steady.values()))
    stage.title("Where the gates settle", conditions(model))
    (panel,) = stage.stack()
    panel.x(q["V"], v[0], v[-1]).y(r"Steady state $x_\infty$", 1.05 * low - 0.02, 1.04)
    for gate, values in steady.items():
        panel.curve(v, values, q[f"{gate}_inf"])

    opens = [gate for gate, x in steady.items() if x[-1] > x[0]]
    closes = [gate for gate in steady if gate not in opens]
    says = [
        f"{listed(names)} {verb}{'s' * (len(names) == 1)}"
        for names, verb in ((opens, "open"), (closes, "close"))
        if names
    ]
    stage.caption(f"With depolarisation {', '.join(says)}.")
    for at in stage.sweep(v[0], v[-1]):
        stage.until(at)
        yield


if __name__ == "__main__":
    f_infty.cli()

"""Where the gates settle: one steady-state curve per gate."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import STEADY, voltages
from hhanim.look.words import conditions, listed, tr
from hhanim.model import HHError, analysis
from hhanim.model.measured import SOURCE, gate, place
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Where the gates settle",
    description="The steady state of every gate over the membrane potential.",
    alt="S-shaped curves from 0 to 1 over the membrane potential, drawn from left to right: the activation gates m and "
    "n open with depolarisation, the inactivation gate h closes.",
)
def f_infty(
    stage: Stage,
    *,
    model: Membrane = "modern",
    v_min: float | None = None,
    v_max: float | None = None,
    measured: bool = False,
    frames: int = 210,
    seconds: float = 7.0,
) -> Iterator[None]:
    """The steady state of every gate over the membrane potential.

    Args:
        model: whose gates
        v_min, v_max: voltage range, mV; the model's own by default
        measured: the points of 1952 too (Tables 1 and 2 of the paper)
    """
    v = voltages(model, v_min, v_max)
    steady, q = analysis.steady_states(model, v), quantities(model)
    if not steady:
        raise HHError(f"{model.name} has no gates")
    low = min(0.0, *(float(x.min()) for x in steady.values()))
    stage.title(
        "Where do the gates settle?",
        conditions(model),
        tr("dots: {source}", source=SOURCE) if measured else "",
    )
    (panel,) = stage.stack()
    panel.x(q["V"], v[0], v[-1]).y(STEADY, 1.05 * low - 0.02, 1.04)
    for name, values in steady.items():
        panel.curve(v, values, q[f"{name}_inf"])
        if measured:
            points = gate(name)
            panel.dots(place(model, points.u), points.inf, q[f"{name}_inf"], filled=False)

    opens = [name for name, x in steady.items() if x[-1] > x[0]]
    closes = [name for name in steady if name not in opens]
    stage.caption("Every gate has a steady state at each voltage.")
    said = "Depolarisation opens {opening} and closes {closing}."
    if not opens or not closes:
        said = "Depolarisation opens {opening}." if opens else "Depolarisation closes {closing}."
    stage.caption(tr(said, opening=listed(opens), closing=listed(closes)), at=0.5 * (v[0] + v[-1]))
    yield from stage.play(v[0], v[-1])


if __name__ == "__main__":
    f_infty.cli()

"""How fast the gates follow the voltage: one time constant per gate, and which of them is the slowest where."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import TAU, voltages
from hhanim.look.numbers import limits, millivolts
from hhanim.look.words import conditions, tr
from hhanim.model import analysis
from hhanim.model.measured import SOURCE, gate, place
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="How fast the gates follow the voltage",
    description="The time constant of every gate over the membrane potential, and which gate is the slowest where.",
    alt="Bell-shaped curves of the gates' time constants over the membrane potential, drawn from left to right. "
    "In the squid axon m follows within half a millisecond; h and n take several milliseconds.",
)
def tau(
    stage: Stage,
    *,
    model: Membrane = "modern",
    v_min: float | None = None,
    v_max: float | None = None,
    measured: bool = False,
    frames: int = 270,
    seconds: float = 9.0,
) -> Iterator[None]:
    """The time constant of every gate over the membrane potential.

    Args:
        model: whose gates
        v_min, v_max: voltage range, mV; the model's own by default
        measured: the points of 1952 too (Tables 1 and 2 of the paper)
    """
    v = voltages(model, v_min, v_max)
    slowest, taus, q = analysis.slowest_gates(model, v), analysis.time_constants(model, v), quantities(model)
    stage.title(
        "Which gate is the slowest, and where?",
        conditions(model),
        tr("dots: {source}", source=SOURCE) if measured else "",
    )
    (panel,) = stage.stack()
    panel.x(q["V"], v[0], v[-1]).y(TAU, 0.0, limits(*taus.values(), zero=True, air=0.2)[1])
    for name, values in taus.items():
        panel.curve(v, values, q[f"tau_{name}"])
        if measured:
            points = gate(name)
            panel.dots(place(model, points.u), points.tau, q[f"tau_{name}"], filled=False)
    for name, low, high in slowest:  # along the top a bar in the colour of the gate that is the slowest there
        part, top = v[(v >= low) & (v <= high)], panel.ylim[1]
        says = tr("{gate} slowest", gate=q[name].label)
        panel.curve(part, 0 * part + top, q[f"tau_{name}"], label=says, head=False, ghost=False, width=2.4)

        said = "At every voltage shown, {gate} is the slowest gate."
        if len(slowest) > 1:
            first = low <= v[0]
            said = (
                "Up to {high}, {gate} is the slowest gate."
                if first
                else "From {low} on, {gate} is the slowest gate."
            )
        stage.caption(tr(said, gate=name, low=millivolts(low), high=millivolts(high)), at=low)
    yield from stage.play(v[0], v[-1])


if __name__ == "__main__":
    tau.cli()

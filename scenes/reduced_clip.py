"""Two equations that fire: the reduced model in time and in its phase plane."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, facts, tr
from hhanim.model import UnstableStep, analysis, simulate, step
from hhanim.parameters import Membrane, Milliseconds
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Two equations that fire",
    description="The reduced model over time and in its phase plane; with dt, forward Euler beside it.",
    alt="Left, the membrane potential of the two-variable model over time, with its spikes. Right, the phase plane of "
    "V and n with its nullclines and the moving state, which goes round and round.",
)
def reduced(
    stage: Stage,
    *,
    model: Membrane = "modern",
    I: float = 10.0,  # noqa: E741
    duration: Milliseconds = 60.0,
    dt: float | None = None,
    frames: int = 300,
    seconds: float = 10.0,
) -> Iterator[None]:
    """The reduced model over time and in its phase plane.

    Args:
        model: a membrane of two variables; a larger one is reduced to V and n
        I: injected current, µA/cm²
        duration: ms
        dt: step of a run by forward Euler to compare with, ms; none by default
    """
    plane = analysis.two_variable(model)
    recovery = plane.states[1]
    run = simulate(plane, step(I), duration, sample=min(0.025, duration / 2000))
    euler, said = None, analysis.behaviour(simulate(plane, step(I), 1000.0))
    if dt is not None:
        try:
            euler = simulate(plane, step(I), duration, method="euler", dt=dt)
        except UnstableStep:
            said = facts(said, tr("forward Euler at {dt} ms is unstable", dt=plain(dt)))
    q = quantities(plane)
    low, high = limits(run["V"], *([euler["V"]] if euler else []), plane.baseline)
    about = facts(f"$I$ = {plain(I)} µA/cm²", said, conditions(plane))
    question = "Why do two equations fire?" if len(run.spikes) > 1 else "What do two equations do?"
    stage.title(question, about, stage.rate(duration))
    time, phase = stage.beside(1.25, 1.0, labels=(110.0 if euler is None else 240.0, 24.0))
    time.x(TIME, 0.0, duration).y(q["V"], low, high)
    time.curve(run.t, run["V"], q["V"], label=q["V"].label if euler is None else "exact")
    if euler is not None:
        name, faint = tr("Euler, {dt} ms", dt=plain(dt or 0.0)), stage.theme.muted
        time.curve(euler.t, euler["V"], color=faint, dash=(2.6, 1.7), label=name, width=0.8, ghost=False)

    v = np.linspace(low, high, 1501)
    lines = analysis.nullclines(plane, v, I)
    top = limits(run[recovery], zero=True)[1]
    phase.x(q["V"], low, high).y(
        tr("Gate {gate}", gate=q[recovery].label), -0.03 * top, min(1.03, 1.25 * top)
    )
    for key, color, text in (
        ("V", stage.theme.color("V-nullcline"), r"$\dot V = 0$"),
        (recovery, stage.theme.color(q[recovery]), rf"$\dot {q[recovery].symbol} = 0$"),
    ):
        phase.line(v, lines[key], color, (1.6, 1.2), 0.6)
        phase.name(v, lines[key], text, color)
    for point in analysis.fixed_points(plane, I):
        x, y = point.state
        phase.dot(x, y, stage.theme.muted, filled=point.stable)
    phase.curve(run["V"], run[recovery], color=stage.theme.ink, along=run.t)

    stage.caption(
        tr("Left, V over time; right, the same state as a point in the plane of V and {gate}.", gate=recovery)
    )
    if len(run.spikes) > 1:
        stage.caption(tr("{gate} follows V late, so the state goes round.", gate=recovery), at=0.5 * duration)
    yield from stage.play(0.0, duration, ease=False)


if __name__ == "__main__":
    reduced.cli()

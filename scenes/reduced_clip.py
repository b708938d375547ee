"""Two equations that fire: the reduced model in time and in its phase plane, forward Euler against the truth."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.numbers import limits
from hhanim.look.words import conditions
from hhanim.model import UnstableStep, analysis, simulate, step
from hhanim.parameters import Membrane, Milliseconds
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Two equations that fire",
    description="The reduced model over time and in its phase plane; forward Euler against the converged solution.",
    alt="Left, the membrane potential of the two-variable model over time, once converged and once by forward Euler, "
    "whose spikes come earlier and earlier. Right, the phase plane of V and n with its nullclines and moving state.",
    poster=1.0,
)
def reduced(
    stage: Stage,
    *,
    model: Membrane = "widget",
    I: float = 5.0,  # noqa: E741
    duration: Milliseconds = 150.0,
    dt: float = 0.5,
    frames: int = 250,
    seconds: float = 10.0,
) -> Iterator[None]:
    """The reduced model over time and in its phase plane.

    Args:
        model: a membrane of two variables; a larger one is reduced to V and n
        I: injected current, µA/cm²
        duration: ms
        dt: step of the forward Euler run, ms
    """
    plane = analysis.two_variable(model)
    recovery = plane.states[1]
    run = simulate(plane, step(I), duration, sample=min(0.025, duration / 2000))
    try:
        euler = simulate(plane, step(I), duration, method="euler", dt=dt)
    except UnstableStep:
        euler = None  # the title says so
    q = quantities(plane)
    low, high = limits(run["V"], *([euler["V"]] if euler else []), plane.baseline)
    says = f"forward Euler at {dt:g} ms is unstable"
    if euler is not None:
        says = analysis.behaviour(simulate(plane, step(I), 1000.0))
    about = f"$I$ = {I:g} µA/cm² · {says} · {conditions(model)}"
    stage.title(
        "Two equations that fire" if len(run.spikes) > 1 else "Two equations", about, stage.rate(duration)
    )
    time, phase = stage.beside(1.25, 1.0, labels=(190.0, 24.0))
    time.x("Time $t$ (ms)", 0.0, duration).y(q["V"], low, high)
    time.curve(run.t, run["V"], q["V"], label="exact")
    if euler is not None:
        time.curve(
            euler.t,
            euler["V"],
            color=stage.theme.color("other2"),
            dash=(2.6, 1.7),
            label="Euler",
            width=0.8,
            ghost=False,
        )

    v = np.linspace(low, high, 1501)
    lines = analysis.nullclines(plane, v, I)
    top = limits(run[recovery], zero=True)[1]
    phase.x(q["V"], low, high).y(f"Gate {q[recovery].label}", -0.03 * top, min(1.03, 1.25 * top))
    for key, color, text in (
        ("V", stage.theme.muted, r"$\dot V = 0$"),
        (recovery, stage.theme.color(q[recovery]), rf"$\dot {q[recovery].symbol} = 0$"),
    ):
        phase.line(v, lines[key], color, (1.6, 1.2), 0.6)
        phase.name(v, lines[key], text, color)
    for point in analysis.fixed_points(plane, I):
        x, y = point.state
        phase.dot(x, y, stage.theme.muted, filled=point.stable)
    phase.curve(run["V"], run[recovery], color=stage.theme.ink, along=run.t, ghost=False)

    stage.caption("The state moves through the plane of voltage and potassium activation; n follows V, late.")
    for t in stage.sweep(0.0, duration, ease=False):
        stage.until(t)
        yield


if __name__ == "__main__":
    reduced.cli()

"""How strong a pulse has to be: its threshold over its width, with rheobase and chronaxie."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import STIMULUS, TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, tr
from hhanim.model import HHError, analysis, pulse, simulate
from hhanim.parameters import Membrane
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage

WIDTHS = np.array([0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4.0, 5.0, 6.5, 8.0])  # ms


@clip(
    title="Strength and duration",
    description="The weakest current pulse that evokes a spike, over its width, with rheobase and chronaxie.",
    alt="Left, for one pulse width after another, the voltage after a pulse just strong enough and after a weaker one; "
    "right, the threshold over the width, a curve that falls steeply and levels off at the rheobase.",
)
def strength_duration(
    stage: Stage, *, model: Membrane = "modern", frames: int = 480, seconds: float = 16.0
) -> Iterator[None]:
    """The weakest current pulse that evokes a spike, over its width."""
    weakest, shown, n = analysis.strength_duration(model, WIDTHS, 1e-3), 20.0, len(WIDTHS)
    rheobase, chronaxie = analysis.rheobase(model), analysis.chronaxie(model)
    q, muted = quantities(model), stage.theme.muted
    if not np.isfinite([*weakest, rheobase]).all() or rheobase == 0.0:
        raise HHError(f"{model.name} has no threshold: it fires by itself or not at all")
    stage.title("How strong must a pulse be to evoke a spike?", conditions(model))
    time, graph = stage.beside(1.0, 1.0, labels=(40.0, 170.0))
    trials = np.multiply.outer([0.95, 1.001], weakest)
    missed, hit = (simulate(model, pulse(i, 1.0, WIDTHS), shown) for i in trials)
    time.x(TIME, 0.0, shown).y(q["V"], *limits(missed["V"], hit["V"]))
    top, end = 1.1 * weakest[0], 1.05 * WIDTHS[-1]
    graph.x("Width of the pulse (ms)", 0.0, end, ticks=(0, 2, 4, 6, 8)).y(STIMULUS, 0.0, top).ask(until=1.0)
    time.ghost(hit.t, hit.neuron(0)["V"], stage.theme.ink)
    for k in range(n):
        for run in (missed, hit):
            time.sweep(k, run.t, run.neuron(k)["V"], q["V"], stays=k == n - 1)
        graph.dots(WIDTHS[k], weakest[k], q["I"], along=k + 1.0)
    graph.rule(
        (0.0, rheobase),
        (end, rheobase),
        tr("rheobase {current}", current=plain(rheobase, 3)),
        muted,
        n + 0.5,
        n + 1.0,
    )
    graph.rule((0.0, 2 * rheobase), (end, 2 * rheobase), "twice that", muted, n + 4.0, n + 4.5)
    at, says = chronaxie, tr("chronaxie {width} ms", width=plain(chronaxie, 3))
    graph.rule((at, 0.0), (at, 0.7 * top), says, muted, n + 5.0, n + 5.5)

    stage.caption("A pulse just strong enough evokes a spike; one 5 % weaker does not.")
    stage.caption("The wider the pulse, the weaker it may be.", at=0.5 * n)
    stage.caption("Below the rheobase no pulse is wide enough.", at=n + 0.5)
    stage.caption("The chronaxie is the width at twice the rheobase.", at=n + 4.5)
    yield from stage.play(0.0, n + 9.0, ease=False)


if __name__ == "__main__":
    strength_duration.cli()

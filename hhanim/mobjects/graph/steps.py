"""Graphs of a clamp's episodes: its steps, each over the time since it began; and what it goes through, over V.

class Twice(Story):
    def beats(self):
        clamped = episodes(self.membrane, 0.0, 10.0, steps=3, legs=2, swing=(-100.0, 40.0))
        self.timed(Pace(clamped.run.duration, rate=30.0))
        graphs = Steps(clamped, self.theme, [self.grid["plot"]], self.clock)
        run, n = clamped.run, quantity("n")
        gate = Curve(run.t, run["n"], n, "")
        for k in range(2):
            shown = graphs.repeated(k + 1, gate, ("n", 0.0, 1.0), "again")
            yield Beat("steps", "A step", f"Step {k + 1}.", show=shown, until=clamped.begins[k] + 10.0)
        goal = Curve(run.t, self.membrane.inf("n", run["V"]), n, x=run["V"])
        over = graphs.over_v(self.grid["left"], [goal], "steady state", 0, 2)
        yield Beat("over", "Over V", "V goes up and down.", show=[over], until=clamped.turns[2])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hhanim.look import Theme, quantity
from hhanim.look.numbers import round_above
from hhanim.look.words import tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import TICK
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.graph.sweep import TOPS, Curve, Sweep
from hhanim.model.episodes import Episodes

BEFORE, AFTER = 0.15, 1.05  # of a step's length: what of it is seen


class Steps:
    """Graphs of the steps of a clamp, on a clock.

    areas: one for rows of graphs, or two, where there is no height for more: one for V, one for the newest of what
    stands under it.
    """

    def __init__(self, clamped: Episodes, theme: Theme, areas: Sequence[Area], clock: Clock) -> None:
        self.clamped, self.run, self.theme, self.areas, self.clock = clamped, clamped.run, theme, areas, clock

    def place(self, k: int, j: int, rows: int) -> tuple[Area, dict[str, Any]]:
        """Where row j of the graphs of step k stands, of so many, and what they have in common; see Sweep."""
        place, time = self.areas[min(j, 1)] if len(self.areas) > 1 else self.areas[0], True
        if len(self.areas) == 1:
            gap, foot = 0.12, 1.4 * TICK * UNIT  # under the last, the axis of time: all are as high
            each = (place.height - (rows - 1) * gap - foot) / rows
            place, time = place.rows(*[each] * (rows - 1), each + foot, gap=gap)[j], j == rows - 1
        lasts = self.clamped.lasts
        span = -BEFORE * lasts, AFTER * lasts
        return place, {"begin": self.clamped.begins[k], "span": span, "clock": self.clock, "time": time}

    def under(self, k: int, rows: int, *blocks: Any) -> list[Any]:
        """V during step k, the first of so many rows, over as many of these blocks, the newest, as have room."""
        place, style = self.place(k, 0, rows)
        y = (tr("V, held by a clamp (mV)"), *voltages(self.run.membrane))
        begin, v = self.clamped.begins[k], Curve(self.run.t, self.run["V"], quantity("V"), "")
        style["ticks"] = [round(float(level)) for level in self.run.at([begin - 1e-3, begin + 1e-3])["V"]]
        held = Sweep(place, self.theme, [v], y=y, **style)
        return [held, *(blocks if len(self.areas) == 1 else blocks[-1:])]

    def repeated(self, count: int, curve: Curve, y: tuple[str, float, float], again: str) -> list[Any]:
        """A curve during each of the first so many steps, under V during the last of them.

        y: the axis's name in the first row and limits; again: its name in the others, with a place for the {number}.
        """
        rows = []
        for k in range(count):
            place, style = self.place(k, k + 1, count + 1)
            named = (tr(again, number=k + 1) if k else y[0], *y[1:])
            rows.append(Sweep(place, self.theme, [curve], y=named, width=4.0, **style))
        return self.under(count - 1, count + 1, *rows)

    def over_v(
        self, area: Area, curves: Sequence[Curve], name: str, first: int, last: int, top: float = 0.0
    ) -> Sweep:
        """Curves over V, drawn between two turns of the clamp, up to a round value or to `top`."""
        begin, stop = self.clamped.turns[first], self.clamped.turns[last]
        now = (self.run.t >= begin) & (self.run.t <= stop)
        most = max(float(np.max(curve.y[now])) for curve in curves)
        y, x = (name, 0.0, top or round_above(most, TOPS)), (quantity("V"), *self.clamped.swing)
        style: Any = {"begin": begin, "span": (0.0, stop - begin), "clock": self.clock}
        return Sweep(area, self.theme, curves, y=y, x=x, **style)

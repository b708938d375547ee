"""A quantity over time on a panel: the part drawn so far, a head with its label, a ghost of the whole.

class Rise(Film):
    def construct(self):
        run = simulate(self.membrane, "step(10, start=2)", 20.0)
        clock = Clock(Pace(20.0, rate=4.0), self.theme)
        panel = Panel(self.area, self.theme).x("ms", 0, 20).y(quantity("V"), -80, 50)
        trace = Trace.of(run, "V", panel, ghost=True)
        self.add(panel, trace.follow(clock))
        self.play(clock.run())
        print(trace.reading)    # (20.0, V at 20 ms), read back from the dot that is on the screen
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RIGHT, Dot, VGroup, VMobject

from hhanim.look import quantities
from hhanim.mobjects.frame.clock import Clock, Timed
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.lettering import LABEL, Formula, halo
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.graph.here import Here
from hhanim.mobjects.graph.labels import BESIDE, DOT_RADIUS, Tag
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.pieces import first_part, pieces_of
from hhanim.model import Trajectory

LINE_WIDTH = 5.0  # design pixels


class Trace(Timed, VGroup):
    """One quantity over time: a ghost of the whole, the part drawn so far, a dot at its head, a label beside it.

    t: times (T,), increasing; y: values (T,), sampled densely enough that straight pieces between them are finer than a
    pixel. dash: on and off lengths in line widths. label: a mobject that goes with the head. x: values (T,) to draw y
    over, by default the times. draw(t) draws up to t. Everything is computed here, once.
    """

    def __init__(
        self,
        panel: Panel,
        t: Any,
        y: Any,
        *,
        color: Any,
        dash: Sequence[float] = (),
        width: float = LINE_WIDTH,
        label: VMobject | None = None,
        ghost: bool = False,
        head: bool = True,
        spacing: float = 7.0,
        x: Any = None,
    ) -> None:
        super().__init__()
        self.panel = panel
        self.t, self.values = np.asarray(t, dtype=float), np.asarray(y, dtype=float)
        self.abscissa = self.t if x is None else np.asarray(x, dtype=float)
        path = panel.at(self.abscissa, np.clip(self.values, *panel.ylim))
        pieces, begin, end = pieces_of(path, self.t, spacing * UNIT, [d * width * UNIT for d in dash])
        self.path = Sampled(self.t, path)
        self._whole, self._begin, self._end = pieces, begin.tolist(), end.tolist()
        self._work, self._touched = pieces.copy(), 0
        style: Any = {"stroke_color": color, "stroke_width": stroke(width), "fill_opacity": 0.0}
        self.ghost = VMobject(**style)
        if ghost:
            self.ghost.points = pieces.copy()
            self.ghost.set_stroke(opacity=panel.theme.ghost(self.ghost.get_color().to_hex()))
        self.line = VMobject(**style)
        self.dot = Dot(radius=DOT_RADIUS * UNIT, color=color) if head else VMobject()
        self.label = label if label is not None else VGroup()
        self.leader = VMobject(stroke_color=color, stroke_width=stroke(2.5), fill_opacity=0.0)  # see Traces
        self.halo = halo(self.label, panel.theme.ground)
        self.tag = Tag(self.label, self.halo) if len(self.halo.points) else None
        self.add(self.ghost, self.line, self.leader, self.halo, self.dot, self.label)
        self.draw(float(self.t[0]))

    @classmethod
    def of(
        cls,
        run: Trajectory,
        key: str,
        panel: Panel,
        *,
        named: bool = True,
        within: tuple[float, float] | None = None,
        **style: Any,
    ) -> Trace:
        """The quantity of that key of a trajectory in its own colour, dash and symbol.

        within: a part of its time (ms); all of it by default.
        """
        q, theme = quantities(run.membrane)[key], panel.theme
        label = Formula(q.typst, size=LABEL, color=theme.color(q)) if named else None
        style = {"color": theme.color(q), "dash": theme.dash(q), "label": label} | style
        t, y = run.t, np.asarray(run[key])
        if within is not None:
            start, stop = within
            inside = np.concatenate([[start], t[(t > start) & (t < stop)], [stop]])
            t, y = inside, np.interp(inside, t, y)
        return cls(panel, t, y, **style)

    def draw(self, t: float) -> Self:
        """Draw up to time t."""
        t = min(max(float(t), float(self.t[0])), float(self.t[-1]))
        self.now = t
        k = bisect_right(self._end, t)  # pieces that are complete
        n = len(self._end)
        last = slice(4 * self._touched, 4 * self._touched + 4)
        self._work[last] = self._whole[last]
        if k < n and t > self._begin[k]:
            share = (t - self._begin[k]) / (self._end[k] - self._begin[k])
            self._work[4 * k : 4 * k + 4] = first_part(self._whole[4 * k : 4 * k + 4], share)
            self._touched = k
            k += 1
        self.line.points = self._work[: 4 * k]
        tip = self.path(t)
        dot = self.dot.points
        if len(dot):
            self.dot.points = dot + (tip - 0.5 * (dot.min(axis=0) + dot.max(axis=0)))
        if self.tag is not None:
            self.tag.move(tip + BESIDE * RIGHT)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame; while that stands rings spread from its head."""
        return super().follow(clock).add(Here(self.dot, clock))

    @property
    def reading(self) -> tuple[float, float]:
        """Time (or abscissa) and value under the head's dot, read back from where it is on the screen."""
        return self.panel.data(self.dot.get_center())

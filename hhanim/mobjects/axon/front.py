"""A mark that runs along a panel in mm at a steady speed: how far an impulse of that speed has come.

class Race(Story):
    def beats(self):
        self.timed(Pace(3.0, rate=0.8))
        panel = Panel(self.grid["body"], self.theme).x("mm", 0, 60).y(quantity("V"), -90, 60)
        fronts = [Front(panel, speed, 10.0, 0.5, name, row=k).follow(self.clock)
                  for k, (speed, name) in enumerate([(21.2, "measured"), (18.8, "computed")])]
        yield Beat("race", "Which is ahead?", "Both leave together.", show=[panel, *fronts], until=3.0)
"""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import LEFT, VGroup

from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.shapes import filled, lines, stroked
from hhanim.mobjects.graph.panel import Panel

_TIP = 0.13  # scene units


class Front(Timed, VGroup):
    """A mark that is at `start` (mm) at time `since` (ms) and moves on at `speed` (mm/ms, which is m/s).

    name: written behind it. row: how many rows below the panel's top. Before `since` it waits; at the panel's end
    it stays.
    """

    def __init__(
        self,
        panel: Panel,
        speed: float,
        start: float,
        since: float,
        name: str,
        *,
        row: int = 0,
        color: str = "ink",
    ) -> None:
        super().__init__()
        self.panel, self.speed, self.start, self.since = panel, speed, start, since
        hue, floor = panel.theme.color(color), float(panel.at(start, panel.ylim[0])[1])
        self._y = panel.inner.top - (0.8 + 1.6 * row) * SMALL * UNIT
        tip = np.array([(0.0, 0.0), (-_TIP, 0.5 * _TIP), (-_TIP, -0.5 * _TIP), (0.0, 0.0)])
        self._head = filled(lines(tip + np.array([0.0, self._y])), hue)
        self._line = stroked(lines([(0.0, self._y), (0.0, floor)]), hue, stroke(2.0))
        self._words = Words(name, size=SMALL, color=hue).move_to((-0.25, self._y, 0.0), aligned_edge=LEFT)
        self._words.shift(self._words.width * LEFT)
        self.add(self._line, self._head, self._words)
        self._x = 0.0
        self.draw(since)

    def draw(self, t: float) -> Self:
        """Draw it at model time t (ms)."""
        x = self.start + self.speed * max(t - self.since, 0.0)
        place = float(self.panel.at(min(x, self.panel.xlim[1]), 0.0)[0])
        for part in self.family_members_with_points():
            part.points = part.points + np.array([place - self._x, 0.0, 0.0])
        self._x = place
        return self

    @property
    def reading(self) -> float:
        """Where it is (mm), read back from the screen."""
        return self.panel.data(self._line.points[0])[0]

"""Points of a curve that grows as they are found, one for each run that is made.

class Growing(Story):
    def beats(self):
        widths = np.array([0.2, 0.5, 1.0, 2.0, 4.0])
        panel = Panel(self.grid["plot"], self.theme).x("width (ms)", 0, 5).y("threshold (µA/cm²)", 0, 40)
        dots = Dots(panel, widths, strength_duration(self.membrane, widths), self.theme.color("I"), joined=True)
        yield Beat("first", "A short pulse", "A short pulse must be strong.", show=[panel, dots],
                   do=[dots.add_all(0, 1)])
        yield Beat("all", "Longer ones", "A longer one may be weaker.", do=[dots.add_all(1, each=0.5)])
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import Animation, Succession, UpdateFromAlphaFunc, VGroup, linear

from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.shapes import at, disc, filled, lines, stroked
from hhanim.mobjects.frame.standard import CHANGE, reading_time
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.panel import Panel

_RADIUS, _LINE = 9.0 * UNIT, 4.0  # scene units, design pixels


class Dots(VGroup):
    """Points of a panel, none of which is on the screen before it is added.

    x, y: of the points (K,), in the order in which they are added. joined: by a line, as far as there are points.
    rings: round what else is there.
    """

    def __init__(
        self, panel: Panel, x: Any, y: Any, color: Any, *, joined: bool = False, rings: bool = False
    ) -> None:
        self._places, self._joined = panel.at(np.asarray(x), np.asarray(y))[:, :2], joined
        self._line = stroked(np.zeros((0, 3)), color, stroke(_LINE))
        self._dots, self._radius = filled(np.zeros((0, 3)), color), _RADIUS
        if rings:
            self._dots.set_fill(opacity=0.0).set_stroke(color, stroke(_LINE))
            self._radius *= 1.6
        super().__init__(self._line, self._dots)
        self.add_updater(lambda _: None)  # which tells a storyboard that it moves

    def draw(self, count: int | None = None) -> Self:
        """Show the first points, by default all of them."""
        places = self._places[:count]
        self._dots.points = at(disc(), places, self._radius)
        self._line.points = lines(places) if self._joined and len(places) > 1 else np.zeros((0, 3))
        return self

    def add_all(self, first: int = 0, last: int | None = None, each: float = 0.8) -> Animation:
        """The animation that adds the points from `first` up to `last`, each after so many seconds."""
        return Succession(*(self._add(k, each) for k in range(len(self._places))[first:last]))

    def with_sweeps(
        self, family: Family, said: str, first: int = 0, last: int | None = None
    ) -> list[Animation]:
        """The animations that lay sweeps, and with each add the point that it gives, while what is said is read."""
        count = len(range(len(family.traces))[first:last])
        each = max((reading_time(said) - CHANGE) / count, 0.4)
        return [family.lay_all(first, last, each), self.add_all(first, last, each)]

    def _add(self, k: int, run_time: float) -> Animation:
        return UpdateFromAlphaFunc(
            self,
            lambda _, done: self.draw(k + (done >= 1.0)) and None,
            run_time=run_time,
            rate_func=linear,
            suspend_mobject_updating=False,
        )

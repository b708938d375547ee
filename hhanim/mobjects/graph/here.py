"""Where a clock stands: rings about the head of a curve.

class Stands(Film):
    def construct(self):
        clock = Clock(Pace(20.0, rate=4.0), self.theme)
        dot = Dot(color=self.theme.ink)
        self.add(clock, dot, Here(dot, clock))
        self.wait(2.0)
"""

from __future__ import annotations

import numpy as np
from manim import VMobject

from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.shapes import at, disc
from hhanim.mobjects.graph.labels import DOT_RADIUS

_LASTS = 1.6  # seconds that a ring takes


class Here(VMobject):
    """Rings that spread from a dot, a curve's head, while its clock stands still: this is where we are.

    They grow thinner, not fainter: what fades the curve in and out has their opacity to itself. named: a name stands
    beside the dot, which they do not reach.
    """

    def __init__(self, dot: VMobject, clock: Clock, *, named: bool = False) -> None:
        super().__init__(stroke_color=dot.get_color(), fill_opacity=0.0)
        self._dot, self._clock, self._reach = dot, clock, 0.8 if named else 2.2
        self.add_updater(lambda _: self._spread())

    def _spread(self) -> None:
        u = (self._clock.seconds - self._clock.since) / _LASTS % 1.0
        shown = not self._clock.running and len(self._dot.points) > 0
        radius = (1.0 + self._reach * u) * DOT_RADIUS * UNIT
        self.points = at(disc(), self._dot.get_center()[None, :2], radius) if shown else np.zeros((0, 3))
        self.stroke_width = stroke(4.0 * (1.0 - u))

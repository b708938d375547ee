"""One curve taken off another, on the screen: it sinks by what is taken until the difference is left.

class Less(Story):
    def beats(self):
        run = simulate(self.membrane, "clamp(-65, 0, start=1)", 11.0)
        panel = Panel(self.grid["plot"], self.theme).x("ms", 0, 11).y(quantity("I"), -1600, 2000)
        less = Subtraction(panel, run.t, run.ionic_current, run.current("K"), self.theme.color("Na"))
        yield Beat("whole", "All ions", "All ions together carry this current.", show=[panel, less])
        yield Beat("less", "Without potassium", "Potassium is taken off.", do=[less.take()])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Animation, UpdateFromAlphaFunc, VMobject, smooth

from hhanim.mobjects.frame.layout import stroke
from hhanim.mobjects.frame.shapes import lines, mix
from hhanim.mobjects.graph.panel import Panel


class Subtraction(VMobject):
    """The curve whole - part over t, all (T,), of which nothing is taken before take() has played.

    color: of the difference; the whole has the ink's. values: what is drawn at the moment (T,).
    """

    def __init__(self, panel: Panel, t: Any, whole: Any, part: Any, color: Any) -> None:
        super().__init__(stroke_width=stroke(5.0), fill_opacity=0.0)
        self.panel, self.color_ = panel, color
        self.t, self.whole, self.part = (np.asarray(x, dtype=float) for x in (t, whole, part))
        self.draw(0.0)

    def draw(self, share: float) -> Subtraction:
        """Draw it with that share of the part taken off."""
        self.values = self.whole - share * self.part
        self.points = lines(self.panel.at(self.t, self.values)[:, :2])
        self.set_stroke(mix(self.panel.theme.ink, self.color_, share))
        return self

    def take(self, run_time: float = 2.0) -> Animation:
        """The animation that takes it off."""
        return UpdateFromAlphaFunc(
            self, lambda _, done: self.draw(done) and None, run_time=run_time, rate_func=smooth
        )

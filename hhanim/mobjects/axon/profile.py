"""What happens along a cable at one moment: as a line on a panel, as shades of a strip.

class Travel(Film):
    def construct(self):
        cable = Cable("modern", length=60_000, diameter=476)
        run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
        clock = Clock(Pace(4.5, rate=0.5), self.theme)
        panel = Panel(self.area, self.theme).x("mm", 0, 60).y("", -90, 60)
        self.add(panel, Profile(panel, run, "V", self.theme).follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RIGHT, ManimColor

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import stroke
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, lines, smooth
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import LINE_WIDTH
from hhanim.model.cable import CableRun


class Profile(Timed):
    """A quantity along the cable at one moment, as a smooth line on a panel whose x axis is in mm.

    key: "V" or a gate. highest: the highest value that each place has had so far, as a ghost. start: from where on
    (mm). reading(x) gives the value that is drawn at position x (mm).
    """

    def __init__(
        self,
        panel: Panel,
        run: CableRun,
        key: str,
        theme: Theme,
        *,
        width: float = LINE_WIDTH,
        highest: bool = False,
        start: float = 0.0,
    ) -> None:
        color = theme.color(quantities(run.cable.membrane)[key])
        faint = theme.ghost(color) if highest else 1.0
        super().__init__(
            stroke_color=color, stroke_width=stroke(width), stroke_opacity=faint, fill_opacity=0.0
        )
        values = np.maximum.accumulate(run[key]) if highest else run[key]
        from_here = run.x * 1e-3 >= start
        self.panel, self.x, self.of = panel, run.x[from_here] * 1e-3, Sampled(run.t, values[:, from_here])
        self.draw(0.0)

    def draw(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        self.points = smooth(self.panel.at(self.x, np.clip(self.of(t), *self.panel.ylim)))
        return self

    def reading(self, x: float) -> float:
        """The value drawn at position x (mm), read back from the line."""
        anchors = np.concatenate([self.points[::4], self.points[-1:]])
        data = np.array([self.panel.data(p) for p in anchors])
        return float(np.interp(x, data[:, 0], data[:, 1]))


class Band(Timed):
    """A strip along the cable that takes, at every place, the hue of what is large there.

    shares: of each hue, (T, n) of the run, 0 to 1: the larger the brighter, from the colour `none` on. bottom, top: its
    heights. shown() reads back what each hue contributes.
    """

    def __init__(
        self,
        panel: Panel,
        run: CableRun,
        shares: Sequence[Array],
        bottom: float,
        top: float,
        none: Any,
        hues: Sequence[Any],
    ) -> None:
        super().__init__(stroke_width=0.0, fill_opacity=1.0)
        (left, right) = panel.at(np.array([0.0, run.cable.length]) * 1e-3, 0.0)[:, 0].tolist()
        self.points = lines([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)])
        self.sheen_direction = RIGHT  # that of the gradient
        self.x = run.x * 1e-3
        self._of = Sampled(run.t, np.stack(shares, axis=1))
        self._none = ManimColor(none).to_rgb()
        self._ways = np.array([ManimColor(hue).to_rgb() for hue in hues]) - self._none
        self.draw(0.0)

    def draw(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        shares = np.clip(self._of(t), 0.0, 1.0)
        # As bright as the largest of them, of the hue that they mix.
        weights = shares * shares.max(axis=0) / np.maximum(shares.sum(axis=0), 1e-12)
        colors = self._none + weights.T @ self._ways
        # The opacity stays, for what fades it in or out.
        self.fill_rgbas = np.concatenate([colors, np.full((len(colors), 1), self.fill_rgbas[0, 3])], axis=1)
        return self

    def shown(self) -> Array:
        """What each hue contributes, 0 to 1, at every place, (hues, n)."""
        return np.asarray((self.fill_rgbas[:, :3] - self._none) @ np.linalg.pinv(self._ways)).T

"""The frame of a film and its parts: 8 units high at its shorter side, whatever the pixels are.

class Parts(Film):
    def construct(self):
        left, right = self.area.columns(2, 1)
        top, bottom = right.rows(1, 1)
        for part in (left, top, bottom):
            self.add(Rectangle(width=part.width, height=part.height).move_to(part.center))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import config
from numpy.typing import NDArray

from hhanim.look import Theme

#: Scene units per design pixel: the shorter side of every frame is 8 units and 1080 design pixels.
UNIT = 8.0 / 1080.0
MARGIN = 0.05  # of the frame's width and height, on every side
CAPTION_BAND = 0.10  # of the frame's height, at the bottom: where a player shows captions


def stroke(pixels: float) -> float:
    """manim's stroke width for a line of that many design pixels."""
    return pixels * UNIT * 100.0


@dataclass(frozen=True)
class Area:
    """A rectangle of the frame in scene units, to lay things out in."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def center(self) -> NDArray[np.float64]:
        """Its middle, (3,)."""
        return self.at(0.5, 0.5)

    def at(self, x: float, y: float) -> NDArray[np.float64]:
        """The point at fractions x (from the left) and y (from the bottom), (3,)."""
        return np.array([self.left + x * self.width, self.bottom + y * self.height, 0.0])

    def columns(self, *weights: float, gap: float = 0.4) -> list[Area]:
        """The area cut into columns of these relative widths, left to right, `gap` units apart."""
        free = self.width - gap * (len(weights) - 1)
        edges = self.left + np.concatenate([[0.0], np.cumsum(weights)]) / sum(weights) * free
        return [
            Area(a + k * gap, b + k * gap, self.bottom, self.top)
            for k, (a, b) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        ]

    def rows(self, *weights: float, gap: float = 0.4) -> list[Area]:
        """The area cut into rows of these relative heights, top to bottom, `gap` units apart."""
        free = self.height - gap * (len(weights) - 1)
        edges = self.top - np.concatenate([[0.0], np.cumsum(weights)]) / sum(weights) * free
        return [
            Area(self.left, self.right, b - k * gap, a - k * gap)
            for k, (a, b) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        ]

    def inset(self, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0) -> Area:
        """The area without strips of these widths (scene units)."""
        return Area(self.left + left, self.right - right, self.bottom + bottom, self.top - top)

    def shaped(self, other: Area) -> Area:
        """The largest area of another's proportions in the middle of this one."""
        size = 0.5 * min(self.width / other.width, self.height / other.height)
        (x, y, _), wide, high = self.center, size * other.width, size * other.height
        return Area(x - wide, x + wide, y - high, y + high)

    def split(self, *weights: float, gap: float = 0.4, vertical: bool = False) -> list[Area]:
        """columns(), or rows() when `vertical`: one line of layout for wide and for tall frames."""
        return self.rows(*weights, gap=gap) if vertical else self.columns(*weights, gap=gap)


def fitted(mobject: Any, area: Area) -> Any:
    """The mobject in the middle of an area, smaller where it would not fit."""
    return mobject.scale(min(1.0, area.width / mobject.width, area.height / mobject.height)).move_to(
        area.center
    )


def ground(theme: Theme) -> str:
    """The colour manim paints on. cairo keeps colours multiplied by their alpha, so nothing is black."""
    return "#000000" if theme.transparent else theme.ground


def fit_frame(theme: Theme) -> None:
    """Make the shorter side of manim's frame 8 units, whatever the pixels are, and its ground the theme's."""
    width, height = config.pixel_width, config.pixel_height
    unit = 8.0 / min(width, height)
    config.frame_width, config.frame_height = width * unit, height * unit
    config.background_color = ground(theme)
    config.background_opacity = 0.0 if theme.transparent else 1.0

"""Axes in the house style: few ticks, no box, names above and under the ends.

class Empty(Film):
    def construct(self):
        panel = Panel(self.area, self.theme).x("ms", 0, 20).y(quantity("V"), -80, 50)
        self.play(FadeIn(panel))
        print(panel.at(10, -65), panel.data(panel.inner.center))
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, Line, VGroup, VMobject

from hhanim.look import Quantity, Theme
from hhanim.look.axis import AxisPair
from hhanim.look.numbers import plain
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import TICK, Formula, Words
from hhanim.mobjects.frame.shapes import Array


class Panel(AxisPair, VGroup):
    """Two axes in an Area. x() and y() say what they show; it is drawn when both have.

    gutter: room for the labels of traces at the right, inside the area (scene units). left: room for the numbers of y,
    by default what they take. grid: faint lines at the ticks of y. size: of numbers and names (design pixels).

    A name is plain words, a Quantity, of which symbol and unit are written, or a mobject. An axis of x without ticks
    and without a name is not drawn.
    """

    def __init__(
        self,
        area: Area,
        theme: Theme,
        *,
        gutter: float = 0.75,
        left: float | None = None,
        grid: bool = True,
        size: float = TICK,
    ) -> None:
        super().__init__()
        self.area, self.inner, self.theme, self.size = area, area, theme, size
        self._gutter, self._left, self._gridded = gutter, left, grid
        self.grid, self.frame_lines, self.numbers, self.titles = VGroup(), VGroup(), VGroup(), VGroup()
        self.add(self.grid, self.frame_lines, self.numbers, self.titles)

    def _draw_axis(self, which: str) -> None:
        if not {"x_axis", "y_axis"} <= vars(self).keys():
            return
        for part in (self.grid, self.frame_lines, self.numbers, self.titles):
            part.remove(*part)
        em = self.size * UNIT
        head = (1.5 if self.y_axis.name else 0.4) * em
        xticks = self.x_axis.ticks(5.3, 10.0)
        room = (self.area.height - head - 1.5 * em) / (1.3 * em)
        yticks = self.y_axis.ticks(min(4.0, room), room)
        written = [self._words(plain(v)) for v in yticks]
        left = max((n.width for n in written), default=0.0) + 0.5 * em if self._left is None else self._left
        foot = 1.4 * em if xticks else 1.3 * em if self.x_axis.name else 0.0
        self.inner = self.area.inset(left, self._gutter, foot + 0.1 * em, head)
        numbers = VGroup(*(self._words(plain(v)).set_x(self.at(v, self.y_axis.low)[0]) for v in xticks))
        title = self._name(self.x_axis.name) if self.x_axis.name else None
        under = title is not None and len(self._displaced(title, numbers, em)) > 1
        if under:
            self.inner = self.inner.inset(bottom=1.25 * em)
        self._draw_y(yticks, written, em)
        self._draw_x(numbers, title, under, em)

    def _draw_y(self, ticks: list[float], written: list[Words], em: float) -> None:
        for v, number in zip(ticks, written, strict=True):
            height = float(self.at(self.x_axis.low, v)[1])
            if self._gridded:
                self.grid.add(self._line(height, self.theme.faint))
            self.numbers.add(number.move_to((self.inner.left - 0.35 * em, height, 0), aligned_edge=RIGHT))
        if self.y_axis.name:
            title = self._name(self.y_axis.name)
            title.scale(min(self.area.width / title.width, 1.0))
            x = min(self.inner.left, self.area.right - title.width)  # a long one begins over the numbers
            self.titles.add(title.move_to((x, self.area.top - 0.5 * em, 0), aligned_edge=LEFT))

    def _draw_x(self, numbers: VGroup, title: VMobject | None, under: bool, em: float) -> None:
        """The numbers on one line, and the name: beside the last, in its place, or under them."""
        foot = self.inner.bottom
        if len(numbers) or title:
            self.frame_lines.add(self._line(foot, self.theme.line))
        if title is not None:
            gone = self._displaced(title, numbers, em)
            title.set_y(foot - 0.85 * em)
            if under:
                title.move_to((self.inner.right, foot - 2.1 * em, 0), aligned_edge=RIGHT)
            numbers.remove(*(() if under else gone))  # and no tick without its number
            self.titles.add(title)
        for number in numbers:
            top = np.array([number.get_x(), foot, 0.0])
            mark = Line(top, top + 0.25 * em * DOWN, color=self.theme.line, stroke_width=stroke(2))
            self.frame_lines.add(mark)
            self.numbers.add(number.move_to(top + 0.85 * em * DOWN))

    def _displaced(self, title: VMobject, numbers: VGroup, em: float) -> list[VMobject]:
        """Puts the name of x beside the last of its numbers, and says which must go if there is no room for both."""
        last = max((float(n.get_right()[0]) for n in numbers), default=self.inner.right)
        title.move_to((max(self.inner.right, last) + 0.5 * em, title.get_y(), 0), aligned_edge=LEFT)
        if title.get_right()[0] <= self.area.right:
            return []
        title.move_to((self.area.right, title.get_y(), 0), aligned_edge=RIGHT)
        edge = title.get_left()[0] - em  # not so near that it is read as its unit
        return [n for n in numbers if n.get_right()[0] > edge]

    def _line(self, y: float, color: str) -> Line:
        a = self.inner
        return Line((a.left, y, 0), (a.right, y, 0), color=color, stroke_width=stroke(2))

    def _words(self, text: str) -> Words:
        return Words(text, size=self.size, color=self.theme.muted)

    def _name(self, name: str | Quantity | VMobject) -> VMobject:
        if isinstance(name, Quantity):
            unit = f' space "({name.unit})"' if name.unit else ""
            return Formula(f"{name.typst}{unit}", size=self.size, color=self.theme.muted)
        return self._words(name) if isinstance(name, str) else name

    def at(self, x: Any, y: Any) -> Array:
        """Scene points of data values, shape (..., 3)."""
        a = self.inner
        px, py = a.left + self.x_axis.share(x) * a.width, a.bottom + self.y_axis.share(y) * a.height
        px, py = np.broadcast_arrays(px, py)
        return np.stack([px, py, np.zeros(px.shape)], axis=-1)

    def data(self, point: Any) -> tuple[float, float]:
        """Data values of a scene point: the inverse of at()."""
        a = self.inner
        x, y = (float(point[0]) - a.left) / a.width, (float(point[1]) - a.bottom) / a.height
        return self.x_axis.value(x), self.y_axis.value(y)

    def band(self, start: float, stop: float) -> VMobject:
        """A stretch of the x axis over the panel's whole height, in the faintest tone."""
        (low, high), (left, right) = self.ylim, np.clip([start, stop], *self.xlim)
        corners = self.at([left, right, right, left, left], [low, low, high, high, low])
        box = VMobject(stroke_width=0, fill_color=self.theme.faint, fill_opacity=0.75)
        return box.set_points_as_corners(corners)

"""Marks on a panel that say what is to be seen there: a level, a moment, a point, a difference.

class Marked(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
        self.timed(Pace(26.0, rate=4.0))
        v = self.graph("plot", run, "V")
        top, rest = run.extreme("V"), float(run["V"][0])
        marks = [Level(v.panel, rest, "rest"), Point(v.panel, *top, millivolts(top.value)),
                 Measured(v.panel, [2.0, 4.0], [rest, rest], self.theme.color("K")),
                 Difference(v.panel, 20.0, rest, run.extreme("V", "min").value, "Δ")]
        yield Beat("peak", "The peak", "V passes zero.", show=[v], until=top.t)
        yield Beat("marks", "From rest to the peak", "The peak is marked.", show=[v, *marks])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import LEFT, RIGHT, UP, VGroup, VMobject

from hhanim.look import Quantity
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.lettering import TICK, Words, stand_clear
from hhanim.mobjects.frame.shapes import at, disc, filled, lines, stroked
from hhanim.mobjects.graph.panel import Panel

_DOT, _TIP = 0.016, 0.11  # of a dotted line, of an arrow's head (scene units)


def _dotted(a: np.ndarray, b: np.ndarray, color: str) -> VGroup:
    count = max(int(np.hypot(*(b - a)[:2]) / 0.12), 1)
    places = a[:2] + (b - a)[:2] * (np.arange(count + 1) / count)[:, None]
    return VGroup(filled(at(disc(), places, _DOT), color))


class Level(VGroup):
    """A value of y as a dotted line through the panel, its name above the line's left end, above its right end (`end`),
    or right of that (`beside`).

    name: words, or a mobject such as a formula. color: of line and words.
    """

    def __init__(
        self,
        panel: Panel,
        value: float,
        name: str | VMobject = "",
        *,
        end: bool = False,
        beside: bool = False,
        color: Quantity | str = "muted",
    ) -> None:
        hue, (low, high) = panel.theme.color(color), panel.xlim
        a, b = panel.at(low, value), panel.at(high, value)
        super().__init__(*_dotted(a, b, hue))
        if name:
            words = Words(name, size=TICK, color=hue) if isinstance(name, str) else name
            self.add(words.next_to(b if end or beside else a, RIGHT if beside else UP, buff=0.1))
            if not beside:
                words.align_to(b if end else a, RIGHT if end else LEFT).shift(0.2 * end * LEFT)  # off a head


class Moment(VGroup):
    """A time as a dotted line over the panel's whole height, its name at the top, right of it (or left)."""

    def __init__(self, panel: Panel, t: float, name: str = "", *, left: bool = False) -> None:
        theme, (low, high) = panel.theme, panel.ylim
        a, b = panel.at(t, low), panel.at(t, high)
        super().__init__(*_dotted(a, b, theme.muted))
        if name:
            words = Words(name, size=TICK, color=theme.muted)
            if not left and b[0] + 0.1 + words.width > panel.area.right:
                left = b[0] - 0.1 - words.width > panel.inner.left
            self.add(words.next_to(b, LEFT if left else RIGHT, buff=0.1).align_to(b, UP))


class Point(VGroup):
    """A ring round a point of the panel, and what it is, clear of a course (P, 2) of scene points."""

    def __init__(self, panel: Panel, x: float, y: float, name: str = "", *, course: Any = None) -> None:
        theme, spot = panel.theme, panel.at(x, y)
        ring = filled(at(disc(), spot[None, :2], 0.12), theme.ground, stroke=theme.ink, width=stroke(3.0))
        ring.set_fill(opacity=0.0)
        super().__init__(ring)
        if name:
            words = Words(name, size=TICK, color=theme.ink, weight="semibold")
            around = spot[None, :2] if course is None else course
            self.add(stand_clear(words, spot[:2], around, gap=0.2, within=panel.inner))


class Difference(VGroup):
    """From one value of y to another, at x: a double arrow, and beside it how far, as a change: Δ."""

    def __init__(
        self,
        panel: Panel,
        x: float,
        start: float,
        stop: float,
        name: str = "",
        *,
        color: Quantity | str = "ink",
        left: bool = False,
    ) -> None:
        hue, self.panel = panel.theme.color(color), panel
        super().__init__(stroked(np.zeros((0, 3)), hue, stroke(3.0)), filled(np.zeros((0, 3)), hue))
        a, b = self.put(x, start, stop)
        if name:
            words = Words(name, size=TICK, color=hue, weight="semibold")
            self.add(words.next_to(0.5 * (a + b), LEFT if left else RIGHT, buff=16.0 * UNIT))

    def put(self, x: float, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
        """Draw its arrow at x, from one value of y to another: where it ends."""
        a, b = self.panel.at(x, start), self.panel.at(x, stop)
        way = np.sign((b - a)[1]) or 1.0
        tip = min(_TIP, 0.45 * abs(float((b - a)[1])))
        heads = [
            lines(end[:2] + np.array([(0.0, 0.0), (0.5 * tip, back), (-0.5 * tip, back), (0.0, 0.0)]))
            for end, back in ((a, way * tip), (b, -way * tip))
        ]
        self[0].points, self[1].points = lines([a[:2], b[:2]]), np.concatenate(heads)
        return a, b


class Span(VGroup):
    """A stretch of x, as far as the panel reaches, as a faint band over its whole height, its name at the top (or in
    the middle, `below`).

    share: of the band's opacity, to tell one from its neighbour.
    """

    def __init__(
        self, panel: Panel, start: float, stop: float, name: str, *, below: bool = False, share: float = 1.0
    ) -> None:
        (low, high), (start, stop) = panel.ylim, np.clip([start, stop], *panel.xlim)
        words = Words(name, size=TICK, color=panel.theme.ink)
        band = panel.band(start, stop)
        words.move_to(panel.at(0.5 * (start + stop), low + (0.6 if below else 0.93) * (high - low)))
        over = panel.inner.left - float(words.get_left()[0])  # in a narrow band: not onto the numbers
        words.shift((max(over, 0.0), 0.0, 0.0))
        super().__init__(band.set_fill(opacity=share * band.get_fill_opacity()), words)


class Measured(VGroup):
    """Measured points, times and values (K,), as small rings: what is computed is drawn as a line.

    full: as discs, to be told from the rings of another course.
    """

    def __init__(self, panel: Panel, t: Any, y: Any, color: Any, *, full: bool = False) -> None:
        places = panel.at(t, y)[:, :2]
        inside = color if full else panel.theme.ground
        rings = filled(at(disc(), places, 0.055), inside, stroke=color, width=stroke(2.5))
        super().__init__(rings)

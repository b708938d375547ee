"""A feedback loop in words: what drives what, round to its beginning, and with which sign it comes back.

class Regenerative(Film):
    def construct(self):
        clock = Clock(Pace(10.0), self.theme)
        steps = ["V rises", "m gates open", "Na⁺ flows in"]
        loop = FeedbackLoop(steps, "which lifts V", self.theme, self.area, color="Na", positive=True)
        self.add(clock, loop.follow(clock))
        self.wait(2.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import numpy as np
from manim import UP, VGroup, VMobject

from hhanim.look import Quantity, Theme
from hhanim.look.words import tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, lines, stroked, to_3d

_TIP = 0.13  # of an arrow (scene units)
_APART, _SPEED, _BEAD = 0.55, 0.5, 0.055  # of the beads (scene units, per second)


class FeedbackLoop(VGroup):
    """Steps from left to right with arrows between, and an arrow back under them that says how the last acts on the
    first; beads run round it.

    steps: the words. link: what the last step does to the first, "which lifts V"; the sign of the feedback follows it.
    theme: a hhanim.look Theme. area: in its middle, as wide as it is. color: a name that theme.color() knows ("Na",
    "I_K" …). positive: whether the loop feeds itself or brakes itself. size: of the words (design pixels).
    """

    def __init__(
        self,
        steps: Sequence[str],
        link: str,
        theme: Theme,
        area: Area,
        *,
        color: Quantity | str,
        positive: bool,
        size: float = SMALL,
    ) -> None:
        hue = theme.color(color)
        self.positive = positive
        words = VGroup(*(Words(s, size=size, color=theme.ink) for s in steps))
        said = tr("{link}: positive feedback" if positive else "{link}: negative feedback", link=tr(link))
        self.verdict = Words(said, size=SMALL, color=hue, weight="semibold")
        aside = 0.55  # room for the arrow back to turn, and for its sign
        gap = max((area.width - sum(w.width for w in words) - aside) / max(len(words) - 1, 1), 0.36)
        x = 0.0
        for word in words:
            _on_line(word, x + 0.5 * word.width, size)
            x += word.width + gap
        ways = [
            np.array([(a.get_right()[0] + 0.1, 0.0), (b.get_left()[0] - 0.1, 0.0)])
            for a, b in pairwise(words)
        ]
        heads = [_head(way[1], (1.0, 0.0)) for way in ways]
        top = -0.42 * size * UNIT
        low = top - 0.24
        leave = words[-1].get_right()[0] + 20.0 * UNIT  # clear of the word: it is no hyphen
        start, end = leave + 0.26, words[0].get_center()[0]
        self.verdict.move_to((0.5 * (start + end), low, 0.0))
        left, right = self.verdict.get_left()[0] - 0.1, self.verdict.get_right()[0] + 0.1
        ways.append(np.array([(leave, 0.0), (start, 0.0), (start, low), (right, low)]))
        ways.append(np.array([(left, low), (end, low), (end, top - 0.03)]))
        heads.append(_head(ways[-1][-1], (0.0, 1.0)))
        drawn = [*(way - [[0.0, 0.0], [0.8 * _TIP, 0.0]] for way in ways[:-2]), *ways[-2:]]
        arrows = stroked(np.concatenate([_rounded(way) for way in drawn]), hue, 3.5)
        turn = np.array([start, 0.5 * low])  # where the arrow back goes down
        badge = filled(at(disc(), turn[None], 0.15), theme.ground, stroke=hue, width=3.5)
        # Bars, not letters: a sign in a circle is read from further away than words.
        bars = np.array([[0.08, 0.0], [0.0, 0.08]])[: 2 if positive else 1]
        mark = stroked(np.concatenate([lines([turn - bar, turn + bar]) for bar in bars]), theme.ink, 5.0)
        self.beads = filled(np.zeros((0, 3)), theme.ink)
        super().__init__(
            arrows, filled(np.concatenate(heads), hue), self.verdict, words, self.beads, badge, mark
        )
        self._arrows = arrows
        self._course(ways)
        self.move_to(area.center)

    def _course(self, ways: Sequence[Array]) -> None:
        """Where a bead is so far along the loop, from its place relative to the loop's own; it jumps over the words."""
        s, points, done = [], [], 0.0
        for way in ways:
            steps = np.hypot(*np.diff(way, axis=0).T)
            s.append(done + np.concatenate([[0.0], np.cumsum(steps)]))
            points.append(way)
            done += float(steps.sum()) + 1e-6
        self._length, self._first = done, self._arrows.points[0].copy()
        self._where = Sampled(np.concatenate(s), np.concatenate(points) - self._first[:2])

    def draw(self, seconds: float) -> Self:
        """Put the beads where they are after that time (s of film)."""
        count = max(int(self._length / _APART), 1)
        along = (np.arange(count) / count * self._length + _SPEED * seconds) % self._length
        places = np.array([self._where(s) for s in along.tolist()]) + self._arrows.points[0, :2]
        self.beads.points = at(disc(), places, _BEAD)
        return self

    def follow(self, clock: Clock) -> Self:
        """Let the beads run on the clock's film time, which never stands still."""
        return self.add_updater(lambda _: self.draw(clock.seconds), call_updater=True)


def _on_line(word: VMobject, x: float, size: float) -> None:
    """Put a word's middle at x; all on one line: the first letter stands on it, whatever hangs below elsewhere."""
    word.move_to((x, 0.0, 0.0))
    word.shift((-0.32 * size * UNIT - word.family_members_with_points()[0].get_bottom()[1]) * UP)


def _head(tip: Array, way: tuple[float, float]) -> Array:
    """A filled triangle with its point at `tip`."""
    d = np.array(way)
    side = np.array([-d[1], d[0]]) * _TIP * 0.62
    back = tip - d * _TIP * 1.25
    return lines([tip, back + side, back - side, tip])


def _rounded(way: Array, radius: float = 0.13) -> Array:
    """A way through corners (K, 2), the corners rounded."""
    if len(way) == 2:
        return lines(way)
    pieces, at_ = [], way[0]
    for a, c, b in zip(way[:-2], way[1:-1], way[2:], strict=True):
        p, q = c + (a - c) / np.hypot(*(a - c)) * radius, c + (b - c) / np.hypot(*(b - c)) * radius
        pieces += [lines([at_, p]), to_3d(np.array([p, p + (c - p) * 0.55, q + (c - q) * 0.55, q]))]
        at_ = q
    return np.concatenate([*pieces, lines([at_, way[-1]])])

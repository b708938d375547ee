"""A feedback loop in words: what drives what, round to its beginning, and with which sign it comes back.

class Regenerative(Film):
    def construct(self):
        steps = ["V rises", "m gates open", "Na⁺ flows in"]
        loop = FeedbackLoop(steps, self.theme, color="Na", positive=True)
        self.add(loop.move_to(self.area.center))
        self.play(loop.run_round(), run_time=2)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import UP, Animation, ShowPassingFlash, VGroup, VMobject, linear

from hhanim.look import Quantity, Theme
from hhanim.mobjects.frame.layout import UNIT
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, lines, stroked, to_3d

_TIP = 0.13  # of an arrow (scene units)


class FeedbackLoop(VGroup):
    """Steps from left to right with arrows between, and an arrow back under them with the loop's sign and the
    verdict on it.

    steps: the words. theme: a hhanim.look Theme. color: a name that theme.color() knows ("Na", "I_K" …).
    positive: whether the loop feeds itself or brakes itself.
    width: of the whole (scene units), or None for as wide as the words need. size: of the words (design pixels).
    columns: widths to give the steps, so that several loops stand in columns; there may be more of them.
    lit: False draws it in grey, for the time when it does not act.
    """

    def __init__(
        self,
        steps: Sequence[str],
        theme: Theme,
        *,
        color: Quantity | str,
        positive: bool,
        width: float | None = None,
        size: float = SMALL,
        columns: Sequence[float] | None = None,
        lit: bool = True,
    ) -> None:
        hue = theme.color(color) if lit else theme.line
        self.positive = positive
        words = VGroup(*(Words(s, size=size, color=theme.ink if lit else theme.line) for s in steps))
        text = "positive feedback" if positive else "negative feedback"
        self.verdict = Words(text, size=size, color=hue, weight="semibold" if lit else "regular")
        wide = [w.width for w in words] if columns is None else list(columns)
        count = len(wide) - 1
        free = 0.0 if width is None else width - sum(wide)
        aside = 0.55  # room for the arrow back to turn, and for its sign
        gap = 0.62 if width is None else max((free - aside) / max(count, 1), 0.36)
        x = 0.0
        for word, room in zip(words, wide, strict=False):
            _on_line(word, x + 0.5 * room, size)
            x += room + gap
        arrows: list[Array] = []
        heads: list[Array] = []
        for a, b in pairwise(words):
            # All of one length, in the middle between their words: what the columns leave differs.
            between, half = 0.5 * (a.get_right()[0] + b.get_left()[0]), 0.5 * gap - 0.1
            arrows.append(lines([(between - half, 0.0), (between + half - 0.8 * _TIP, 0.0)]))
            heads.append(_head((between + half, 0.0), (1.0, 0.0), _TIP))
        r, top = 0.13, -0.42 * size * UNIT
        low = top - 0.22
        leave = words[-1].get_right()[0] + 20.0 * UNIT  # clear of the word: it is no hyphen
        start, end = leave + 0.26, words[0].get_center()[0]
        self.verdict.move_to((0.5 * (start + end), low, 0.0))
        left, right = self.verdict.get_left()[0] - 0.1, self.verdict.get_right()[0] + 0.1
        self.back = stroked(
            np.concatenate(
                [
                    lines([(leave, 0.0), (start - r, 0.0)]),
                    _arc((start - r, 0.0), (start, 0.0), (start, -r)),
                    lines([(start, -r), (start, low + r)]),
                    _arc((start, low + r), (start, low), (start - r, low)),
                    lines([(start - r, low), (right, low)]),
                    lines([(left, low), (end + r, low)]),
                    _arc((end + r, low), (end, low), (end, low + r)),
                ]
            ),
            hue,
            3.5,
        )
        heads.append(_head((end, top - 0.03), (0.0, 1.0), _TIP))
        self.arrows = stroked(np.concatenate(arrows), hue, 3.5)
        self.heads = filled(np.concatenate(heads), hue)
        turn = np.array([start, 0.5 * low])  # where the arrow back goes down
        badge = filled(at(disc(), turn[None], 0.15), theme.ground, stroke=hue, width=3.5)
        # Bars, not letters: a sign in a circle is read from further away than words.
        ways = np.array([[0.08, 0.0], [0.0, 0.08]])[: 2 if positive else 1]
        bars = np.concatenate([lines([turn - way, turn + way]) for way in ways])
        sign = stroked(bars, theme.ink if lit else hue, 5.0)
        super().__init__(self.back, self.arrows, self.heads, self.verdict, words, badge, sign)
        self.words = words

    def run_round(self) -> Animation:
        """A flash that runs once along the loop's arrow back, from its sign to the first step."""
        flash: VMobject = self.back.copy().set_stroke(width=9)
        flash.points = self.back.points[-12:]  # its last three pieces: the sign itself stays to be read
        return ShowPassingFlash(flash, time_width=0.5, rate_func=linear)


def _on_line(word: VMobject, x: float, size: float) -> None:
    """Put a word's middle at x; all on one line: the first letter stands on it, whatever hangs below elsewhere."""
    word.move_to((x, 0.0, 0.0))
    word.shift((-0.32 * size * UNIT - word.family_members_with_points()[0].get_bottom()[1]) * UP)


def _head(tip: tuple[float, float], way: tuple[float, float], size: float) -> Array:
    """A filled triangle with its point at `tip`."""
    t, d = np.array(tip), np.array(way)
    side = np.array([-d[1], d[0]])
    a, b = t - d * size * 1.25 + side * size * 0.62, t - d * size * 1.25 - side * size * 0.62
    return lines([t, a, b, t])


def _arc(a: tuple[float, float], corner: tuple[float, float], b: tuple[float, float]) -> Array:
    p, c, q = np.array(a), np.array(corner), np.array(b)
    return to_3d(np.array([p, p + (c - p) * 0.55, q + (c - q) * 0.55, q]))

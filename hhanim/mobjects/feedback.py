"""A feedback loop in words: what drives what, round to its beginning, and whether that feeds or brakes it.

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
from hhanim.mobjects.lettering import SMALL, UNIT, Words
from hhanim.mobjects.shapes import Array, filled, lines, stroked, to_3d

__all__ = ["FeedbackLoop"]


class FeedbackLoop(VGroup):
    """Steps from left to right with arrows between, and an arrow back from the last to the first.

    steps: the words. theme: a hhanim.look Theme. color: a name that theme.color() knows ("Na", "I_K" …).
    positive: whether the loop feeds itself or brakes itself; said in words on the arrow back.
    width: of the whole (scene units), or None for as wide as the words need. size: of the words (design
        pixels).
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
    ) -> None:
        hue = theme.color(color)
        self.positive = positive
        words = VGroup(*(Words(s, size=size, color=theme.ink) for s in steps))
        need = sum(w.width for w in words)
        gap = 0.62 if width is None else max((width - need) / max(len(steps) - 1, 1), 0.4)
        x = 0.0
        for w in words:
            w.move_to([x + 0.5 * w.width, 0.0, 0.0])
            # All on one line: the first letter stands on it, whatever hangs below elsewhere.
            w.shift((-0.32 * size * UNIT - w.family_members_with_points()[0].get_bottom()[1]) * UP)
            x += w.width + gap
        tip = 0.13
        arrows: list[Array] = []
        heads: list[Array] = []
        for a, b in pairwise(words):
            left, right = a.get_right()[0] + 0.1, b.get_left()[0] - 0.1
            arrows.append(lines([(left, 0.0), (right - 0.8 * tip, 0.0)]))
            heads.append(_head((right, 0.0), (1.0, 0.0), tip))
        low, start, end = -0.62, words[-1].get_center()[0], words[0].get_center()[0]
        top = -0.5 * size * UNIT - 0.08
        r = min(0.22, 0.5 * (top - low))
        back = np.array([(start, top), (start, low + r)])
        turn = _arc((start, low + r), (start, low), (start - r, low))
        along = np.array([(start - r, low), (end + r, low)])
        turn2 = _arc((end + r, low), (end, low), (end, low + r))
        up = np.array([(end, low + r), (end, top - 0.8 * tip)])
        self.back = stroked(np.concatenate([lines(back), turn, lines(along), turn2, lines(up)]), hue, 3.5)
        heads.append(_head((end, top), (0.0, 1.0), tip))
        self.arrows = stroked(np.concatenate(arrows), hue, 3.5)
        self.heads = filled(np.concatenate(heads), hue)
        text = "positive feedback" if positive else "negative feedback"
        self.verdict = Words(text, size=SMALL, color=hue, weight="semibold")
        self.verdict.move_to([0.5 * (start + end), low, 0.0])
        pad = 0.12
        w, h = 0.5 * self.verdict.width + pad, 0.5 * size * UNIT + 0.04
        cx = 0.5 * (start + end)
        # The arrow is interrupted where it is labelled.
        self.gap = filled(
            lines(
                [
                    (cx - w, low - h),
                    (cx + w, low - h),
                    (cx + w, low + h),
                    (cx - w, low + h),
                    (cx - w, low - h),
                ]
            ),
            theme.ground,
        )
        super().__init__(self.back, self.arrows, self.heads, self.gap, self.verdict, words)
        self.words = words
        self.move_to([0.0, 0.0, 0.0])

    def run_round(self) -> Animation:
        """A flash that runs once round the loop's arrow back."""
        flash: VMobject = self.back.copy().set_stroke(width=9)
        return ShowPassingFlash(flash, time_width=0.5, rate_func=linear)


def _head(tip: tuple[float, float], way: tuple[float, float], size: float) -> Array:
    """A filled triangle with its point at `tip`."""
    t, d = np.array(tip), np.array(way)
    side = np.array([-d[1], d[0]])
    a, b = t - d * size * 1.25 + side * size * 0.62, t - d * size * 1.25 - side * size * 0.62
    return lines([t, a, b, t])


def _arc(a: tuple[float, float], corner: tuple[float, float], b: tuple[float, float]) -> Array:
    p, c, q = np.array(a), np.array(corner), np.array(b)
    return to_3d(np.array([p, p + (c - p) * 0.55, q + (c - q) * 0.55, q]))

"""A number that changes among words that stand: written anew in every frame, without setting type again.

class Warmer(Film):
    def construct(self):
        reading = Reading("{} mV", size=40, color=self.theme.color("ink"), hold="right")
        self.add(reading)
        self.play(UpdateFromAlphaFunc(reading, lambda r, a: r.draw(f"{-65.0 + 45.0 * a:.0f}") and None))
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Self

import numpy as np
from manim import VMobject

from hhanim.look.numbers import minus
from hhanim.mobjects.frame.layout import UNIT
from hhanim.mobjects.frame.lettering import LABEL, Words
from hhanim.mobjects.frame.shapes import Array

_SIGNS = "0123456789.−+"
_WIDE, _NARROW = 0.497, 0.249  # em: how far a figure and a point take up room; figures all have one width


class Figures:
    """A number in place of one glyph, the figure 0, of words or of a formula of that size.

    hold: which end of the number stays where it is, "left" or "right". behind: what keeps its distance from the other
    end, a unit. Figures have one width, so that a number that counts along does not tremble.
    """

    def __init__(
        self, zero: VMobject, size: float, hold: str = "left", behind: Sequence[VMobject] = ()
    ) -> None:
        self._behind = behind
        self._glyph, self._size, self._right = zero, size, hold == "right"
        self._offset = zero.points[0] - (zero.get_center() - 0.5 * _WIDE * size * UNIT * _X)
        self._said = "0"

    def draw(self, number: str) -> None:
        """Write the number, a string of figures, a point and a sign."""
        number = minus(number)
        if number == self._said:
            return
        start = self._glyph.points[0] - self._offset  # where the number begins, wherever it has been moved
        longer = (self._width(number) - self._width(self._said)) * _X
        if self._right:
            start = start - longer
        for glyph in self._behind:
            glyph.points = glyph.points + longer
        at, glyphs, signs = 0.0, [], _signs(self._size)
        for sign in number:
            glyphs.append(signs[sign] + start + at * _X)
            at += self._width(sign)
        self._glyph.points = np.concatenate(glyphs)
        self._offset = self._glyph.points[0] - start
        self._said = number

    def _width(self, number: str) -> float:
        return sum(_NARROW if sign == "." else _WIDE for sign in number) * self._size * UNIT


class Reading(Words):
    """Words with one number in them, "α = {}" or "{} mV", that draw() writes; hold: as in Figures."""

    def __init__(
        self, text: str, *, size: float = LABEL, color: Any = None, hold: str = "left", **style: Any
    ) -> None:
        super().__init__(text.replace("{}", "0"), size=size, color=color, **style)
        before = text[: text.index("{}")].replace(" ", "")
        glyphs: Any = self.family_members_with_points()
        behind = glyphs[len(before) + 1 :] if hold == "left" else ()
        self._figures = Figures(glyphs[len(before)], size, hold, behind)

    def draw(self, number: str) -> Self:
        """Write the number, a string of figures, a point and a sign."""
        self._figures.draw(number)
        return self


_X = np.array([1.0, 0.0, 0.0])


@cache
def _signs(size: float) -> dict[str, Array]:
    """The outline of every sign, from the left end of its room and the middle of the figures' height."""
    row = Words(_SIGNS, size=size).family_members_with_points()
    em = size * UNIT
    first = row[0].get_center() - 0.5 * _WIDE * em * _X
    out, at = {}, 0.0
    for sign, glyph in zip(_SIGNS, row, strict=True):
        out[sign] = glyph.points - first - at * _X
        at += em * (_NARROW if sign == "." else _WIDE)
    return out

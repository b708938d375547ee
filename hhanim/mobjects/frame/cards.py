"""Cards: answers to choose from while the hall predicts, and the rows of a recap.

class Ask(Story):
    def beats(self):
        choices = Choices(["sodium", "potassium", "both alike"], self.theme, self.grid["left"])
        rows = [("sodium", "lifts V", "Na"), ("potassium", "brings it down", "K")]
        recap = Recap(rows, self.theme, self.grid["left"])
        yield Beat("predict", "Which ion lifts V?", "Which ion lifts V?", show=[choices], think=True)
        yield Beat("answer", "Sodium", "Sodium lifts V.", do=[choices.answer(0)])
        for k in range(2):
            yield Beat("recap", "In short", rows[k][0] + " " + rows[k][1] + ".", show=recap.rows[: k + 1])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import numpy as np
from manim import LEFT, Animation, AnimationGroup, VGroup, VMobject

from hhanim.look import Quantity, Theme
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, PITCH, SMALL, Words, broken, halo
from hhanim.mobjects.frame.shapes import at, disc, filled


class Choices(VGroup):
    """Possible answers, lettered A, B, C …, one under the other, at the left of an area."""

    def __init__(self, answers: Sequence[str], theme: Theme, area: Area, *, size: float = LABEL) -> None:
        super().__init__()
        self.theme, lines = theme, 1
        for letter, answer in zip("ABCDEFGH", answers, strict=False):
            badge = filled(
                at(disc(), [(0.0, 0.0)], 0.62 * size * UNIT),
                theme.ground,
                stroke=theme.muted,
                width=stroke(3),
            )
            sign = Words(letter, size=0.85 * size, color=theme.muted, weight="semibold")
            words = Words(answer, size=size, color=theme.ink)
            if badge.width + 0.4 * size * UNIT + words.width > area.width:
                words, lines = Words(broken(words.words), size=size, color=theme.ink), 2
            words.next_to(badge, buff=0.4 * size * UNIT)
            self.add(VGroup(badge, sign, words))
        told = [f"{sign.words}: {words.words}" for _, sign, words in self]
        self.seen = tr("answers to choose from: {answers}", answers=listed(told))
        pitch = min((0.75 + lines) * size * UNIT, area.height / max(len(self), 1))
        for k, row in enumerate(self):
            row.shift((area.left - row.get_left()[0], area.top - (k + 0.5) * pitch - row[0].get_y(), 0.0))
            row.scale(min(area.width / row.width, 1.0), about_point=row.get_left())
        self.rows = list(self)
        self.add_to_back(
            *(halo(words, theme.ground) for _, _, words in self.rows)
        )  # where they stand on a plot

    def answer(self, right: int) -> Animation:
        """The animation that marks the right answer (from 0) and lets the others step back."""
        changes: list[Any] = []
        for k, (badge, sign, words) in enumerate(self.rows):
            if k == right:
                hue = self.theme.color("stimulus")
                changes += [
                    badge.animate.set_fill(hue).set_stroke(hue),
                    sign.animate.set_color(self.theme.ground),
                ]
            else:
                changes += [words.animate.set_color(self.theme.line), sign.animate.set_color(self.theme.line)]
        return AnimationGroup(*changes)


@dataclass(frozen=True)
class Row:
    """A row of a recap and what is said of it: its head, what that does, and the colour of what acts,
    or the name of its quantity.

    caption: the sentence said as it appears, by default its head. until: the model time (ms) up to which the clock then
    runs. icon: a picture of it. adds: blocks that come with it.
    """

    head: str
    does: str
    color: Quantity | str
    caption: str = ""
    until: float | None = None
    icon: VMobject | None = None
    adds: Sequence[Any] = ()


class Recap:
    """Rows that say it all again: a head in the colour of what acts, what it does, and a picture of it, in an area:
    one under the other, or `beside` it, each in an area of its own if there are as many.

    rows: (head, words, colour) each; a colour is a name that theme.color() knows. known: quantities whose symbols have
    their own colours in heads, by name. icons: a mobject for each row, which
    stands left of it. They are shown one by one: a beat shows ``recap.rows[:k]``.
    """

    def __init__(
        self,
        rows: Sequence[tuple[str, str, Quantity | str]],
        theme: Theme,
        area: Area | Sequence[Area],
        *,
        known: Mapping[str, Quantity] = MappingProxyType({}),
        icons: Sequence[VMobject] = (),
        beside: bool = False,
        size: float = 1.15 * LABEL,
    ) -> None:
        wide = max((icon.width for icon in icons), default=-0.4) + 0.4

        def laid(most: float) -> tuple[float, list[Area], list[VGroup]]:
            """How large the words can be, where, and they: on two lines what is wider."""
            told = [self._told(row, theme, known, size, most) for row in rows]
            if isinstance(area, Area):  # each column as wide as its words
                shares = [wide + block.width if beside else 1.0 for block in told]
                places = area.split(*shares, gap=0.3 if beside else 0.0, vertical=not beside)
            else:
                places = list(area)
            highest = max(block.height for block in told)
            found = [
                min((p.width - wide) / b.width, 0.85 * p.height / highest, 1.0)
                for p, b in zip(places, told, strict=True)
            ]
            return min(found), places, told  # all alike

        scale, places, told = tried = laid(np.inf)
        if scale * size < SMALL:
            widths = [0.99 * words.width for block in told for words in block]
            scale, places, told = max([tried, *map(laid, widths)], key=itemgetter(0))
        self.rows: list[VGroup] = []
        for k, (block, place) in enumerate(zip(told, places, strict=True)):
            block.scale(scale)
            y = place.center[1]
            row = VGroup(block.move_to((place.left + wide, y, 0.0), aligned_edge=LEFT))
            if icons:
                icons[k].scale(min(0.92 * place.height / icons[k].height, 1.0))
                row.add(icons[k].move_to((place.left + 0.5 * (wide - 0.4), y, 0.0)))
            self.rows.append(row)
        if beside:  # all on the line of the first
            feet: list[Any] = [block[0].baseline for block in told]
            for row, foot in zip(self.rows, feet, strict=True):
                row.shift((0.0, feet[0] - foot, 0.0))

    def _told(
        self, row: tuple[str, str, Any], theme: Theme, known: Mapping[str, Quantity], size: float, most: float
    ) -> VGroup:
        """A head and what that does, under it; on two lines what is wider than that."""
        head, does, color = row
        name = _within(most, head, size=1.2 * size, color=theme.color(color), weight="semibold")
        for symbol, quantity in known.items():
            for glyph in name.variable(symbol):
                glyph.set_color(theme.color(quantity))
        words = _within(most, does, size=size, color=theme.ink).align_to(name, LEFT)
        down = (1.35 + PITCH * words.words.count("\n")) * size * UNIT
        return VGroup(name, words.shift((0.0, name.baseline - words.baseline - down, 0.0)))


def _within(most: float, text: str, **style: Any) -> Words:
    """A text on one line, or on two where that is wider."""
    words = Words(text, **style)
    return words if words.width <= most else Words(broken(words.words), **style)

"""A film that tells its story on the screen as well: an opening title, a heading, and a line under it.

    class Short(Narration, Film):
        title = "One idea"

        def construct(self):
            self.head, rest = self.area.rows(0.8, 6.0)
            self.opening("What one idea looks like.")
            self.part("idea")
            self.say("Rest", "almost every gate is shut", "At rest almost every gate is shut.")

What stands on the screen is short, so that it can be read from the last row; the caption says it in a
sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import DL, DOWN, LEFT, UL, UR, Animation, Mobject, VGroup

from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import SUBTITLE, TITLE, Words

HEADING, LINE = 1.15 * TITLE, 1.12 * SUBTITLE  # design pixels: read from the last row
DEPTH = 0.2  # of its size: how far a letter goes below the line


class Narration:
    """Mixed into a Film: a heading in the Area `self.head`, set before anything is said."""

    _card: VGroup | None = None

    def opening(
        self: Any, caption: str, *, where: Area | None = None, beside: Sequence[Mobject] = ()
    ) -> None:
        """The title of the film and the membrane it is about, from the first frame on, a section of its own.

        where: the part of the frame the title stands in, by default all of it. beside: what is on the screen with it,
        and stays when the title goes.
        """
        self.part("title")
        self.caption(caption)
        changed = ", ".join(f"{k} = {v:g}" for k, v in self.changes.items())
        about = f"{self.membrane.title}, {changed}" if changed else self.membrane.title
        name = self.words(self.title, size=1.7 * TITLE, weight="semibold")
        what = self.words(about, size=SUBTITLE, color="muted").next_to(name, DOWN, buff=0.3)
        room, place = self.area.width, self.frame.center
        if where is not None:
            room, place = where.width, where.center
        card = VGroup(name, what).move_to(place)
        if card.width > room:
            card.scale_to_fit_width(room)
        self.add(*beside, name)
        self.wait(0.5)
        self.play(Appear(what), run_time=0.6)
        self.wait(1.4)
        self._card = card

    def say(
        self: Any,
        name: str,
        line: str,
        caption: str,
        *,
        gone: Sequence[Mobject] = (),
        still: Sequence[Mobject] = (),
        moving: Sequence[Mobject] = (),
        back: Sequence[Mobject] = (),
    ) -> None:
        """Put up a heading and a line under it, and say the caption from now on.

        The opening's title and what is `gone` go, then what will stand `still` and what will be `moving` come, the
        first below the second, and lowest of all what belongs at the `back`: nothing is seen through another.
        """
        self.caption(caption)
        new = self._lines(name, line)
        words = [m for m in (self._card, getattr(self, "heading", None)) if m is not None]
        self.heading, self._card = new, None
        for mobject in gone:
            mobject.clear_updaters()
        come = (*back, new, *still)
        self.add(*come)
        self.bring_to_back(*come)  # they stand from now on: before all that moves
        leaving = [Vanish(m, between=(0.0, 0.45)) for m in (*words, *gone)]
        coming = [Appear(m, between=(0.45, 1.0)) for m in (*back, new, *still, *moving)]
        self.play(*leaving, *coming, run_time=1.1 if gone or still or moving else 0.6)
        for mobject in come:
            mobject.suspend_updating()  # manim need not look for updaters in it, frame by frame

    def timed(self: Any, pace: Pace) -> Clock:
        """A clock of that pace in the upper right corner, beside the heading."""
        clock = Clock(pace, self.theme).align_right()
        return clock.move_to((self.head.right, self.head.top, 0.0), aligned_edge=UR)

    def remark(self: Any, line: str, caption: str, *beside: Animation) -> None:
        """Say another line under the same heading, and its caption, while other animations play."""
        self.caption(caption)
        name, old = self.heading
        new = self._lines(name.words, line)[1]
        self.heading = VGroup(name, new)
        going = Vanish(old, between=(0.0, 0.45), run_time=0.6)
        self.play(going, Appear(new, between=(0.45, 1.0), run_time=0.6), *beside)
        self.bring_to_back(name, new)

    def _lines(self: Any, name: str, line: str) -> VGroup:
        """A heading and the line under it, as wide as there is room beside the clock."""
        area: Area = self.head
        head: Words = self.words(name, size=HEADING, weight="semibold")
        told: Words = self.words(line, size=LINE, color="muted")
        head.move_to((area.left, area.top, 0), aligned_edge=UL)
        told.move_to((area.left, area.bottom, 0), aligned_edge=DL)
        room = area.width
        clock = getattr(self, "clock", None)
        if (
            clock is not None
            and area.bottom < clock.get_y() <= area.top
            and clock.get_right()[0] <= area.right + 1e-6
        ):
            room = clock.get_left()[0] - 0.25 - area.left  # both in one line
        for words, width in zip((head, told), (room, area.width), strict=True):
            if words.width > width:
                words.scale_to_fit_width(width).align_to(area.at(0, 0), LEFT)
        # By its letters' feet, or a line without a g would stand lower than one with it.
        told.shift((0, area.bottom + DEPTH * LINE * UNIT - told.baseline, 0))
        return VGroup(head, told)

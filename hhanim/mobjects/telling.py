"""A film that tells its story on the screen as well: an opening title, a heading, and a line under it.

    class Short(Telling, Film):
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

from typing import Any

from manim import FadeIn, FadeOut, VGroup

from hhanim.mobjects.film import SUBTITLE, TITLE, Area

__all__ = ["Telling", "ion_name", "millivolts"]


class Telling:
    """Mixed into a Film: a heading in the Area `self.head`, set before anything is said."""

    _card: VGroup | None = None

    def opening(self: Any, caption: str) -> None:
        """The title of the film and the membrane it is about, as a section of its own."""
        self.part("title")
        self.caption(caption)
        changed = ", ".join(f"{k} = {v:g}" for k, v in self.changes.items())
        about = f"{self.membrane.title}, {changed}" if changed else self.membrane.title
        name = self.words(self.title, size=1.7 * TITLE, weight="semibold")
        what = self.words(about, size=SUBTITLE, color="muted").next_to(name, [0, -1, 0], buff=0.3)
        card = VGroup(name, what).move_to(self.frame.center)
        if card.width > self.area.width:
            card.scale_to_fit_width(self.area.width)
        self.play(FadeIn(card), run_time=0.8)
        self.wait(1.3)
        self._card = card

    def part(self: Any, name: str, **how: Any) -> None:
        """As Film.part(); the opening's card goes when the next section begins."""
        super().part(name, **how)  # type: ignore[misc]
        card, self._card = self._card, None
        if card is not None:
            self.play(FadeOut(card), run_time=0.5)

    def say(self: Any, name: str, line: str, caption: str) -> None:
        """Put up a heading and a line under it, and say the caption from now on."""
        self.caption(caption)
        area: Area = self.head
        new = VGroup(
            self.words(name, size=TITLE, weight="semibold"), self.words(line, size=SUBTITLE, color="muted")
        )
        new[0].move_to([area.left, area.top, 0], aligned_edge=[-1, 1, 0])
        new[1].move_to([area.left, area.bottom, 0], aligned_edge=[-1, -1, 0])
        for words in new:
            if words.width > area.width:
                words.scale_to_fit_width(area.width).align_to(area.at(0, 0), [-1, 0, 0])
        old: VGroup = getattr(self, "heading", VGroup())
        self.heading = new
        if len(old):
            self.play(FadeOut(old), run_time=0.25)
        self.play(FadeIn(new), run_time=0.35)
        self.bring_to_back(new)  # it stands still from now on: before all that moves


def millivolts(v: float) -> str:
    """A voltage in whole millivolts, for the screen."""
    return f"{v:.0f} mV".replace("-", "−")


def ion_name(ion: str | None, otherwise: str = "") -> str:
    """Na⁺, K⁺ …"""
    return {"Na": "Na⁺", "K": "K⁺", "Ca": "Ca²⁺", "Cl": "Cl⁻"}.get(ion or "", otherwise)

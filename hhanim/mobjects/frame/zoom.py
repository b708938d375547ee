"""A zoom: one picture grows until a part of it fills the frame, and is the next picture; or the other way round.

class Inward(Film):
    def construct(self):
        cell = Circle(2.5, color=self.theme.ink, fill_opacity=0.3)
        spot = Area(1.9, 2.7, -0.225, 0.225)
        wall = Rectangle(width=6.0, height=3.0, color=self.theme.color("Na"))
        self.add(cell)
        self.play(Zoom([cell], [wall], spot, self.frame), run_time=2)
        self.play(Zoom([wall], [cell], spot, self.frame, out=True), run_time=2)

It is the pictures that grow, not the camera that moves: what else is on the screen, a heading or a clock, stays, and
the rest of the film is drawn as cheaply as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from manim import DL, UR, Animation, Typst, VGroup, smooth

from hhanim.look import Theme
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.shapes import Array, filled, lines

_OPACITIES = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")


class Zoom(Animation):
    """From the pictures `gone` into the pictures `come`, which lie in the part `place` of what is gone.

    gone, come: mobjects; their updaters rest meanwhile. place: an Area of the outer picture. frame: the whole frame.
    out: backwards, from the inner picture to the outer one in which it lies at `place`. One of them is seen at a time,
    and neither's words are blown up.
    stay: groups of mobjects, each on one side of the frame, beside which both pictures are; with a theme whose ground
    is not transparent they pass behind these sides.
    """

    def __init__(
        self,
        gone: Sequence[Any],
        come: Sequence[Any],
        place: Area,
        frame: Area,
        *,
        out: bool = False,
        stay: Sequence[Sequence[Any]] = (),
        theme: Theme | None = None,
        **kwargs: Any,
    ) -> None:
        self.come, self.out, self.stay = come, out, [mobject for group in stay for mobject in group]
        outer, inner = (come, gone) if out else (gone, come)
        self.outer, self.inner = VGroup(*outer), VGroup(*inner)
        plates = [
            _covered(_side(_box(group), frame), theme)
            for group in stay
            if group and theme is not None and not theme.transparent
        ]
        self.share = max(place.width / frame.width, place.height / frame.height)
        self.place, self.middle = place.center, frame.center
        # Where the outer picture stays as it grows.
        self.fixed = (self.place - self.share * self.middle) / (1.0 - self.share)
        whole = VGroup(self.outer, self.inner, *plates, *self.stay)
        super().__init__(whole, rate_func=smooth, introducer=True, **kwargs)

    def create_starting_mobject(self) -> Any:
        self._outer, self._inner = _kept(self.outer), _kept(self.inner)
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        done = float(self.rate_func(alpha))
        inward = 1.0 - done if self.out else done
        # By the same factor in every second: it looks like steady travel.
        seen = self.share**inward  # how much of the frame's width is seen of the outer picture
        at = self.fixed + (self.middle - self.fixed) * seen  # what of it is in the middle
        inner = self.middle + (self.place - at) / seen
        # They meet where the inner one is large enough to be seen.
        for (letters, picture), scale, fixed, to, share, soon in (
            (self._outer, 1.0 / seen, at, self.middle, 1.0 - inward, 0.3),
            (self._inner, self.share / seen, self.middle, inner, inward, 0.45),
        ):
            _put(letters, scale, fixed, to, _faded(share, 0.85, 1.0))
            _put(picture, scale, fixed, to, _faded(share, soon, soon + 0.3))

    def clean_up_from_scene(self, scene: Any) -> None:
        for kept in (*self._outer, *self._inner):
            _put(kept, 1.0, self.middle, self.middle, 1.0)
        super().clean_up_from_scene(scene)
        scene.remove(self.mobject)
        scene.add(*self.come, *self.stay)


def _covered(area: Area, theme: Theme) -> Any:
    corners = [area.at(x, y)[:2] for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))]
    return filled(lines(np.array(corners)), theme.ground)


def _box(things: Sequence[Any], air: float = 0.2) -> Area:
    (left, bottom, _), (right, top, _) = (VGroup(*things).get_corner(corner) for corner in (DL, UR))
    return Area(left - air, right + air, bottom - air, top + air)


def _side(box: Area, frame: Area) -> Area:
    """The narrowest side of the frame in which a box is."""
    sides = [replace(frame, **{name: getattr(box, name)}) for name in ("left", "right", "bottom", "top")]
    return min(sides, key=lambda side: side.width * side.height)


def within(frame: Area, outer: Sequence[float], inner: Sequence[float]) -> Area:
    """The part of the outer picture in which the inner one lies, so that one thing in both becomes itself.

    outer, inner: where that thing is in either picture and how large, (x, y, size): an axon and its thickness.
    """
    (x, y, size), (u, v, large) = outer, inner
    share, middle = size / large, frame.center
    x, y = x - share * (u - middle[0]), y - share * (v - middle[1])
    return Area(x - 0.5 * share * frame.width, x + 0.5 * share * frame.width,
                y - 0.5 * share * frame.height, y + 0.5 * share * frame.height)  # fmt: skip


def _faded(share: float, start: float, stop: float) -> float:
    return float(smooth(min(max((share - start) / (stop - start), 0.0), 1.0)))


_Kept = list[tuple[Any, Array, float, list[Array]]]


def _kept(picture: VGroup) -> tuple[_Kept, _Kept]:
    """Every part of a picture, its letters by themselves, with its points, its line's width and its opacities."""
    family: list[Any] = picture.get_family()
    written = {id(m) for words in family if isinstance(words, Typst) for m in words.get_family()}
    kept: tuple[_Kept, _Kept] = [], []
    for m in family:
        if hasattr(m, "fill_rgbas"):
            opacities = [getattr(m, kind)[:, 3].copy() for kind in _OPACITIES]
            kept[id(m) not in written].append((m, m.points.copy(), m.stroke_width, opacities))
    return kept


def _put(kept: _Kept, scale: float, fixed: Array, at: Array, share: float) -> None:
    """Draw a picture `scale` times as large, its point `fixed` at another place, with that share of its opacity."""
    for mobject, points, width, opacities in kept:
        mobject.points = (points - fixed) * scale + at
        mobject.stroke_width = width * scale
        for kind, opacity in zip(_OPACITIES, opacities, strict=True):
            colors = np.array(getattr(mobject, kind))
            colors[:, 3] = opacity * share
            setattr(mobject, kind, colors)

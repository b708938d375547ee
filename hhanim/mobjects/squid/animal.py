"""A squid seen from above, with the nerves that drive its jet.

class Swimming(Film):
    def construct(self):
        clock = Clock(Pace(10.0), self.theme)
        squid = Squid(self.theme, self.area, clock=clock)
        self.add(squid.still, squid.moving, clock)
        self.wait(2.0)
        print(squid.band)  # where its axon can be entered, and how thick it is there
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup

from hhanim.look import Theme
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, mix, smooth, stroked

# Shapes in lengths of the mantle: x from its opening (0) to its tip (1), y from its midline.
_MANTLE = np.array([
    (0.0, 0.112), (0.08, 0.128), (0.20, 0.138), (0.34, 0.139), (0.48, 0.130), (0.62, 0.110), (0.76, 0.080),
    (0.88, 0.044), (0.96, 0.016), (1.0, 0.0),
])  # fmt: skip
_FIN = np.array([
    (0.36, 0.125), (0.45, 0.190), (0.54, 0.246), (0.62, 0.268), (0.70, 0.250), (0.79, 0.190), (0.88, 0.112),
    (0.95, 0.048), (0.99, 0.008),
])  # fmt: skip
_HEAD = np.array([
    (0.02, 0.078), (-0.04, 0.072), (-0.09, 0.088), (-0.14, 0.082), (-0.19, 0.062), (-0.22, 0.034),
])  # fmt: skip
_EYE = (-0.095, 0.082)
_GANGLION, _AXON_END = (0.13, 0.066), 0.74  # the stellate ganglion; how far back its largest axon runs
_ENTRY = 0.42  # where along the mantle the axon is looked at
_SPAN = (-0.72, 1.0)  # from the tentacles to the tip of the mantle
_LAYERS = 7  # of shade that make the body round
_SPECKS = 26


class Squid:
    """A squid that hovers in an area, head at the left; its fins run, its arms sway, and the sea drifts by.

    clock: by whose film time (s) it moves; without one, call draw(). named: write what is what.

    `still` and `moving` are the two groups to show. `band` is where its giant axon can be entered, (x, y, thickness).
    """

    def __init__(self, theme: Theme, area: Area, *, clock: Clock | None = None, named: bool = True) -> None:
        self.theme, self.area = theme, area
        self.length = min(0.97 * area.width / (_SPAN[1] - _SPAN[0]), 0.94 * area.height / (2.2 * 0.27))
        self._origin = area.center[:2] - self.length * np.array([0.5 * sum(_SPAN), 0.0])
        x, y = self._at([(_ENTRY, _GANGLION[1])])[0]
        self.band = (float(x), float(y), 5.0 * UNIT)

        def tone(share: float) -> Any:
            return mix(theme.ground, theme.line, share)

        edge: Any = {"stroke": tone(0.85), "width": stroke(2.5)}
        self._edges: list[Any] = [filled(np.zeros((0, 3)), tone(0.28), **edge) for _ in (1.0, -1.0)]
        self._arms = filled(np.zeros((0, 3)), tone(0.34), **edge)
        self._rays = stroked(np.zeros((0, 3)), tone(0.5), stroke(1.5))
        self._spots = filled(np.zeros((0, 3)), tone(0.85))
        self._sea = filled(np.zeros((0, 3)), tone(0.45))
        self._chance = np.random.default_rng(1936).random((_SPECKS, 3))
        self.nerves = self._nerves()
        self.words = self._names() if named else VGroup()
        self.still = VGroup()
        body = VGroup(*self._mantle(), *self._head(), self.nerves, self._spots, self.words)
        self.moving = VGroup(self._sea, *self._edges, self._rays, self._arms, body)
        self.draw(0.0)
        if clock is not None:
            self.moving.add_updater(lambda _: (self.draw(clock.seconds), None)[1])

    def _at(self, points: Any) -> Array:
        """Scene points (K, 2) of points in lengths of the mantle."""
        return np.asarray(self._origin + self.length * np.asarray(points, dtype=float))

    def _mantle(self) -> VGroup:
        """Its mantle in layers from the rim inwards, so that it looks round."""
        dark, theme, layers = self.theme.name.startswith("dark"), self.theme, VGroup()
        for k in range(_LAYERS):
            share = 1.0 - k / _LAYERS
            half = _MANTLE * [1.0, share]
            lift = 0.018 * (1.0 - share) * np.sin(np.pi * np.clip(_MANTLE[:, :1], 0.0, 1.0)) * [0.0, 1.0]
            rim = [half[0] * [1.0, 0.80] - [0.014, 0.0], (-0.032, 0.0), half[0] * [1.0, -0.80] - [0.014, 0.0]]
            outline = np.concatenate([half + lift, (half * [1.0, -1.0] + lift)[-2::-1], rim[::-1]])
            tone = 0.30 + 0.055 * k if dark else 0.42 - 0.05 * k
            layer = filled(smooth(self._at(outline), closed=True), mix(theme.ground, theme.line, tone))
            layers.add(layer if k else layer.set_stroke(mix(theme.ground, theme.line, 0.95), stroke(3.0)))
        return layers

    def _head(self) -> VGroup:
        theme = self.theme
        outline = np.concatenate([_HEAD, _HEAD[::-1] * [1.0, -1.0]])
        edge: Any = {"stroke": mix(theme.ground, theme.line, 0.95), "width": stroke(2.5)}
        head = filled(smooth(self._at(outline), closed=True), mix(theme.ground, theme.line, 0.40), **edge)
        eyes = self._at([_EYE, (_EYE[0], -_EYE[1])])
        ball = filled(at(disc(), eyes, 0.036 * self.length), mix(theme.ground, theme.ink, 0.55), **edge)
        pupil = filled(at(disc(), eyes, 0.020 * self.length), mix(theme.ground, theme.ink, 0.06))
        light = filled(at(disc(), eyes + 0.008 * self.length, 0.006 * self.length), theme.ink)
        if not theme.name.startswith("dark"):
            ball.set_fill(mix(theme.ground, theme.line, 0.25))
            pupil.set_fill(theme.ink)
            light.set_fill(theme.ground)
        return VGroup(head, ball, pupil, light)

    def _nerves(self) -> VGroup:
        """The brain, the two stellate ganglia, and the axons that run from these into the mantle."""
        theme, fine, ganglia = self.theme, [], []
        for side in (1.0, -1.0):
            flip = np.array([1.0, side])
            start, back = np.array(_GANGLION), np.array([(_ENTRY, _GANGLION[1]), (_AXON_END, _GANGLION[1])])
            ganglia.append(start * flip)
            fine.append(
                smooth(self._at(np.array([(-0.09, 0.018), (0.0, 0.03), (0.07, 0.052), start]) * flip))
            )
            for x in np.linspace(0.20, 0.62, 6):
                y = 0.9 * float(np.interp(x, *_MANTLE.T))
                knee = start + np.array([0.45 * (x - start[0]), 0.25 * (y - start[1])])
                fine.append(smooth(self._at(np.array([start, knee, (x, y)]) * flip)))
            if side < 0.0:
                fine.append(smooth(self._at(np.array([start, *back]) * flip)))
        thin = stroked(np.concatenate(fine), mix(theme.ground, theme.ink, 0.62), stroke(2.0))
        axon = stroked(smooth(self._at([_GANGLION, (_ENTRY, _GANGLION[1]), (_AXON_END, _GANGLION[1])])),
                       theme.ink, self.band[2] * 100.0)  # fmt: skip
        lobes = np.concatenate([
            at(disc(), self._at([(-0.095, 0.017), (-0.095, -0.017)]), 0.022 * self.length),
            at(disc(), self._at(ganglia), 0.017 * self.length),
        ])  # fmt: skip
        return VGroup(thin, axon, filled(lobes, mix(theme.ground, theme.ink, 0.80)))

    def _names(self) -> VGroup:
        """What is what: the axon above its middle, the ganglion and the brain below."""
        words, ink = VGroup(), self.theme.ink
        roof = float(self._at([(0.0, 0.33)])[0, 1])
        floor = float(self._at([(0.0, -0.33)])[0, 1])
        for text, point, x, y, color in (
            ("giant axon", (0.30, _GANGLION[1]), 0.22, roof, ink),
            ("stellate ganglion", (_GANGLION[0], -_GANGLION[1]), 0.13, floor, self.theme.muted),
            ("brain", (-0.095, -0.022), -0.3, floor, self.theme.muted),
        ):
            word = Words(text, size=SMALL, color=color, weight="semibold" if color == ink else "regular")
            word.move_to((*self._at([(x, 0.0)])[0, :1], y, 0.0))
            up = 1.0 if y > word.get_y() or y == roof else -1.0
            foot = np.array([word.get_x(), y - up * (0.5 * word.height + 0.08)])
            line = np.stack([foot, self._at([point])[0]])
            words.add(stroked(smooth(line), color, stroke(2.0)), word)
        return words

    def draw(self, seconds: float) -> Squid:
        """Draw it as it is after that time (s of film)."""
        for side, fin in zip((1.0, -1.0), self._edges, strict=True):
            wave = (
                0.016
                * np.sin(2.6 * seconds - 11.0 * _FIN[:, 0])
                * np.sin(np.pi * np.linspace(0.0, 1.0, len(_FIN)))
            )
            rim = (_FIN + np.stack([0.4 * wave, wave], axis=1)) * [1.0, side]
            root = np.array([(0.97, 0.0), (0.66, 0.03 * side), (0.37, 0.03 * side)])
            fin.points = smooth(self._at(np.concatenate([rim, root])), closed=True)
        rays = []
        for side in (1.0, -1.0):
            for k in range(2, len(_FIN) - 2):
                wave = 0.016 * np.sin(2.6 * seconds - 11.0 * _FIN[k, 0]) * np.sin(np.pi * k / (len(_FIN) - 1))
                tip = (_FIN[k] + (0.4 * wave, wave)) * [1.0, side]
                base = np.array([_FIN[k, 0] - 0.05, side * float(np.interp(_FIN[k, 0] - 0.05, *_MANTLE.T))])
                rays.append(
                    smooth(self._at(np.stack([base, 0.5 * (base + tip), base + 0.86 * (tip - base)])))
                )
        self._rays.points = np.concatenate(rays)
        self._arms.points = np.concatenate([self._arm(k, seconds) for k in range(10)])
        self._draw_spots(seconds)
        self._draw_sea(seconds)
        return self

    def _arm(self, k: int, seconds: float) -> Array:
        """The outline of one of eight arms or, the last two, of a tentacle with its club."""
        long = k >= 8
        spread = (2.0 * k / 7.0 - 1.0) if not long else (0.36 if k == 8 else -0.36)
        s = np.linspace(0.0, 1.0, 9)
        reach = 0.50 if long else 0.30 - 0.05 * spread**2
        x = -0.20 - reach * s
        sway = 0.030 * s**1.5 * np.sin(1.7 * seconds - 3.5 * s + 0.8 * k)
        y = 0.050 * spread + (0.085 if not long else 0.05) * spread * s**1.3 + sway
        half = 0.017 * (1.0 - 0.9 * s) if not long else 0.006 + 0.014 * np.exp(-(((s - 0.90) / 0.07) ** 2))
        half[-1] = 0.001
        outline = np.concatenate([np.stack([x, y + half], axis=1), np.stack([x, y - half], axis=1)[::-1]])
        return smooth(self._at(outline), closed=True)

    def _draw_spots(self, seconds: float) -> None:
        """The chromatophores of its skin, which widen and narrow."""
        rng = np.random.default_rng(7)
        x, y, phase = rng.uniform(0.03, 0.93, 46), rng.uniform(-0.86, 0.86, 46), rng.uniform(0.0, 6.3, 46)
        size = 0.0046 + 0.0026 * np.sin(0.9 * seconds + phase)
        places = self._at(np.stack([x, y * np.interp(x, *_MANTLE.T)], axis=1))
        self._spots.points = at(disc(), places, size * self.length)

    def _draw_sea(self, seconds: float) -> None:
        """Specks that drift by, small at the edges, where they come and go."""
        area, (x, y, size) = self.area, self._chance.T
        along = (x - 0.012 * (0.6 + size) * seconds) % 1.0
        radius = (0.010 + 0.022 * size) * np.clip(8.0 * along * (1.0 - along), 0.0, 1.0)
        rise = 0.06 * np.sin(0.5 * seconds + 6.3 * size)
        places = np.stack(
            [area.left + along * area.width, area.bottom + (0.06 + 0.88 * y) * area.height + rise], axis=1
        )
        self._sea.points = at(disc(), places, radius)

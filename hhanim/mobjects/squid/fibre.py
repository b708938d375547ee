"""A giant axon among the thin axons of its nerve; cut out, it is a tube with open ends.

class Cut(Film):
    def construct(self):
        axon = GiantAxon(self.theme, self.area)
        nerve = Nerve(axon, self.area)
        self.add(nerve, axon, nerve.words)
        self.play(Vanish(nerve), Vanish(nerve.words))
        self.play(axon.to(-3.0, 3.0, 0.0, 0.5), run_time=2)
        print(axon.band, axon.wall)  # the whole tube, and its upper wall: (x, y, thickness)
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import RIGHT, UP, Animation, UpdateFromAlphaFunc, VGroup

from hhanim.look import Theme
from hhanim.look.numbers import smoothstep
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, Words
from hhanim.mobjects.frame.shapes import Array, disc, filled, lines, mix, smooth, stroked

#: Of the axon that Hodgkin and Huxley reckoned with (µm); how wide an ordinary one beside it is.
DIAMETER, ORDINARY = 476.0, 12.0
_WALL = 5.0  # design pixels
_LAYERS = 6  # of shade that make it round
_LIT = 0.5  # of the way to the foreground: as bright as its core becomes
_THIN, _TIP = 11, 0.12  # thin axons on either side; an arrow's head (scene units)
_THREAD = 0.07  # from one turn of a thread to the next (scene units)
_TURN = 0.22  # of its thickness: half the width that its round end is seen under


class GiantAxon(VGroup):
    """An axon along an area, a tube whose left end is seen to be open; tied, both ends are shut by a thread.

    place() puts it elsewhere, to() is the animation that does; tie() ties its ends; light() lets its core shine, as
    V does where it is shown. `band` is the whole of it and `wall` its upper wall, each (x, y, thickness): what a
    zoom enters.
    """

    def __init__(self, theme: Theme, area: Area) -> None:
        self.theme = theme
        dark, empty = theme.name.startswith("dark"), np.zeros((0, 3))
        tones = [
            mix(theme.ground, theme.line, 0.24 + 0.04 * k if dark else 0.30 - 0.035 * k)
            for k in range(_LAYERS)
        ]
        self._layers: list[Any] = [filled(empty, tone) for tone in tones]
        self._dim = np.array([tone.to_rgb() for tone in tones])
        self._bright = np.array([mix(tone, theme.ink, _LIT).to_rgb() for tone in tones])
        rim = mix(theme.line, theme.ink, 0.35)
        self._walls: Any = stroked(empty, rim, stroke(_WALL))
        self._mouth: Any = filled(empty, mix(theme.ground, theme.line, 0.12), stroke=rim, width=stroke(_WALL))
        self._cut, self._shut = np.array([self._mouth.get_fill_color().to_rgb(), self._dim[0]])
        self._threads: Any = stroked(empty, mix(theme.line, theme.ink, 0.8), stroke(_WALL))
        super().__init__(*self._layers, self._walls, self._mouth, self._threads)
        self.tied = 0.0
        half = min(0.16 * area.height, 0.9)
        self.place(
            area.left + 0.02 + _TURN * 2.0 * half,
            area.right - 0.02 - _TURN * 2.0 * half,
            area.center[1],
            half,
        ).tie(0.0)

    def place(self, left: float, right: float, y: float, half: float) -> Self:
        """Put it between two ends, around a height, so thick (scene units)."""
        self.left, self.right, self.y, self.half = left, right, y, half
        for k, layer in enumerate(self._layers):
            share = 1.0 - k / _LAYERS
            layer.points = self._outline(share * half, y + 0.16 * (1.0 - share) * half)
        self._walls.points = self._outline(half, y)
        self._mouth.points = disc() * [2.0 * _TURN * half, half, 0.0] + [left, y, 0.0]
        ends = [x + k * _THREAD for x in (left, right - 2.0 * _THREAD) for k in range(3)]
        rings = [lines([(x, y - 1.08 * half), (x, y + 1.08 * half)]) for x in ends]
        self._threads.points = np.concatenate(rings)
        return self

    def tie(self, share: float = 1.0) -> Self:
        """Tie its ends, that share of the way."""
        self.tied = share
        for part, kind in ((self._mouth, "fill_rgbas"), (self._threads, "stroke_rgbas")):
            colors = getattr(part, kind).copy()
            if part is self._mouth:
                colors[:, :3] = self._cut + share * (self._shut - self._cut)
            else:
                colors[:, 3] = share
            setattr(part, kind, colors)
        return self

    def _outline(self, half: float, y: float) -> Array:
        """Its outline, round at the right end, as far from its axis as `half`."""
        quarters = [disc()[k : k + 4][::-1] * [2.0 * _TURN, 1.0, 0.0] for k in (0, 12)]
        end = half * np.concatenate(quarters) + [self.right, y, 0.0]
        top, bottom = lines([(self.left, y + half), end[0, :2]]), lines([end[-1, :2], (self.left, y - half)])
        return np.concatenate([top, end, bottom])

    def to(self, left: float, right: float, y: float, half: float, **kwargs: Any) -> Animation:
        """The animation that puts it elsewhere, its ends tied; see place()."""
        tied = self.tied
        start, stop = np.array([self.left, self.right, self.y, self.half]), np.array([left, right, y, half])

        def move(_: Any, share: float) -> None:
            done = float(smoothstep(share))
            self.place(*(start + (stop - start) * done).tolist()).tie(tied + (1.0 - tied) * done)

        return UpdateFromAlphaFunc(self, move, rate_func=lambda share: share, **kwargs)

    def light(self, share: float) -> Self:
        """Let its core shine with a share 0..1 of its brightest."""
        colors = self._dim + (self._bright - self._dim) * min(max(share, 0.0), 1.0)
        for layer, color in zip(self._layers, colors, strict=True):
            # The opacity stays, for what fades it in or out.
            layer.fill_rgbas = np.append(color, layer.fill_rgbas[0, 3])[None]
        return self

    @property
    def lit(self) -> float:
        """The share that light() was given, read back from the colours on the screen."""
        way = self._bright - self._dim
        shown = np.array([layer.fill_rgbas[0, :3] for layer in self._layers]) - self._dim
        return float((shown * way).sum() / (way * way).sum())

    @property
    def band(self) -> tuple[float, float, float]:
        """The whole tube."""
        return 0.5 * (self.left + self.right), self.y, 2.0 * self.half

    @property
    def wall(self) -> tuple[float, float, float]:
        """Its upper wall."""
        return 0.5 * (self.left + self.right), self.y + self.half, _WALL * UNIT


class Nerve(VGroup):
    """What surrounds a giant axon in its nerve: thin axons at the scale of the thick one, and how thick that is."""

    def __init__(self, axon: GiantAxon, area: Area) -> None:
        theme = axon.theme
        rng, thin = np.random.default_rng(1936), []
        room = 0.5 * area.height - axon.half
        name = Words("thin axons", size=SMALL, color=theme.muted)
        name.move_to((area.center[0], area.bottom + 0.5 * name.height, 0.0))
        floor = room - name.height - 0.35
        for k in range(2 * _THIN):
            height = 0.14 + (floor - 0.14) * (k // 2) / _THIN
            ends = area.left + 0.1 + 0.5 * rng.random(), area.right - 0.1 - 0.5 * rng.random()
            bend = np.cumsum(rng.normal(0.0, 0.018, 9))
            y = axon.y + (1.0 if k % 2 else -1.0) * (axon.half + height) + bend - bend.mean()
            thin.append(smooth(np.stack([np.linspace(*ends, 9), y], axis=1)))
        width = ORDINARY / DIAMETER * 2.0 * axon.half
        fibres = stroked(np.concatenate(thin), mix(theme.ground, theme.line, 0.75), width * 100.0)
        big = Words("giant axon", size=LABEL, color=theme.ink, weight="semibold")
        size = Words(f"{DIAMETER / 1000.0:.1g} mm", size=LABEL, color=theme.ink)
        x, reach = axon.right - 0.9 * axon.half, axon.half - 0.5 * _WALL * UNIT
        size.move_to((x - 0.2, axon.y, 0.0), aligned_edge=RIGHT)
        ways = [(axon.y + s * reach, s * _TIP) for s in (1.0, -1.0)]
        heads = [
            lines([(x, y), (x + 0.5 * _TIP, y - tip), (x - 0.5 * _TIP, y - tip), (x, y)]) for y, tip in ways
        ]
        body = stroked(lines([(x, y - tip) for y, tip in ways]), theme.ink, stroke(3.0))
        super().__init__(fibres, name)
        #: What is written on the axon, to be shown above it.
        self.words = VGroup(
            body,
            filled(np.concatenate(heads), theme.ink),
            size,
            big.move_to(axon.band[0] * RIGHT + axon.y * UP),
        )

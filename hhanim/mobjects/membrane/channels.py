"""One ion channel in cross-section, drawn from its gates, whatever channel it is.

    class TwoChannels(Film):
        def construct(self):
            sodium = ChannelView(self.membrane, "Na", self.theme).shift(2 * LEFT)
            potassium = ChannelView(self.membrane, "K", self.theme).shift(2 * RIGHT)
            self.add(sodium, potassium)
            run = simulate(self.membrane, "pulse(10, 2, 1)", duration=20).at([4.5])
            states = {name: float(run[name][0]) for name in self.membrane.gates}
            sodium.set_gates(states)
            potassium.set_gates(states)

An activating gate is a pair of flaps across the pore, one pair for each power (m³: three pairs, n⁴: four). A gate
that closes when the membrane depolarises, in a channel that also has one that opens, is a ball on a chain that plugs
the inner mouth or hangs free below it. A gate is open or shut, open ones bright and shut ones dim; a channel is open
when all its gates are, and then its pore lights up. A channel without gates is always open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim import VGroup, VMobject

from hhanim.look import Theme, quantities
from hhanim.look.section import FLAP, MOUTH, Ball, channel_shape
from hhanim.look.theme import RGB, rgb
from hhanim.mobjects.frame.layout import UNIT
from hhanim.mobjects.frame.lettering import SMALL, Formula, Words
from hhanim.mobjects.frame.shapes import Array, capsule, disc, filled, lines, rounded, smooth, stroked
from hhanim.model import Channel, Membrane

#: The smallest letters that can be read from the last row (design pixels).
SMALLEST = 24.0

_DISC = disc()


def blocked_and_free(
    views: Sequence[ChannelView], channel: Channel
) -> tuple[list[ChannelView], list[ChannelView]]:
    """The views of a channel that its drug shuts, and those that ions still pass.

    The blocked are the blocked fraction of them, rounded down: as long as any current flows, some carry it.
    """
    mine = [v for v in views if v.channel.name == channel.name]
    count = int(float(np.max(np.asarray(channel.block))) * len(mine) + 1e-9)
    return mine[:count], mine[count:]


class _Flaps:
    """The pairs of flaps of one activating gate, whatever the power: those that are shut, and those that are open."""

    def __init__(self, heights: Array, reach: float, half: float, shades: tuple[RGB, RGB]) -> None:
        self.heights, self.reach = heights, reach
        self._bar = capsule(reach, half)
        self.parts = [filled(np.zeros((0, 3)), shade) for shade in shades]
        self._drawn = np.zeros((len(heights), 2, len(self._bar), 3))

    def place(self, values: Array, origin: Array, scale: float) -> None:
        """Open the pairs whose values (P,) are 1, shut those whose are 0."""
        cos = 1.0 - values
        sin = np.sqrt(1.0 - cos**2)
        x, y = self._bar[None, :, 0], self._bar[None, :, 1]
        out = np.zeros_like(self._drawn)
        for side, sign in enumerate((-1.0, 1.0)):  # hinged at the wall, swinging towards the cytoplasm
            out[:, side, :, 0] = -sign * (cos[:, None] * x + sin[:, None] * y) + sign * self.reach
            out[:, side, :, 1] = -sin[:, None] * x + cos[:, None] * y + self.heights[:, None]
        self._drawn = out * scale + origin
        for part, state in zip(self.parts, (0.0, 1.0), strict=True):
            part.points = self._drawn[values == state].reshape(-1, 3)

    @property
    def values(self) -> Array:
        """Which are open (P,), read back from the drawn points and their shades."""
        out = np.full(len(self.heights), np.nan)
        for part, state in zip(self.parts, (0.0, 1.0), strict=True):
            bars = part.points.reshape(-1, 2, len(self._bar), 3)[:, 0]
            axis = bars[:, 12] - bars[:, 0]
            level = np.isclose(axis[:, 0], 0.0 if state else np.hypot(*axis[:, :2].T))
            tops = self._drawn[:, 0, 0, 1][None, :]
            out[np.argmin(np.abs(bars[:, 0, 1][:, None] - tops), axis=1)] = np.where(level, state, np.nan)
        return out


class ChannelView(VGroup):
    """One channel across a membrane, extracellular side up.

    membrane, name: the hhanim Membrane and the name of one of its channels.
    theme: a hhanim.look Theme; the colour is the channel's ion's.
    height: of the protein (scene units); everything else follows from it.
    labels: write the gates' names on the protein.

    `body` never moves; `gates` moves. `blocked`: a drug plugs its pore, which stays dark.
    set_gates() opens and closes, openings() reads the drawn state back.
    """

    def __init__(
        self, membrane: Membrane, name: str, theme: Theme, *, height: float = 2.4, labels: bool = True
    ) -> None:
        super().__init__()
        self.channel: Channel = membrane.channel(name)
        self.theme, self.height_ = theme, height
        self._symbols = quantities(membrane)
        self.hue = theme.color(self._symbols[f"I_{name}"])
        self.shades = theme.shades(self.hue)
        self._tones = self.shades.shut, self.shades.open
        self._lights = rgb(theme.ground), self.shades.lit
        self._shape = channel_shape(membrane, name)
        self.pore, self._wall, self.half_width = (
            x * height for x in (self._shape.pore, self._shape.wall, self._shape.wide)
        )
        self._protein()
        self.blocked = False
        self._gates: dict[str, Any] = {}
        self._state: tuple[Array, float, dict[str, bytes]] | None = None  # where and how it is drawn
        self.gates = VGroup()
        self._flaps(labels)
        self._balls(labels)
        # +1 or -1 where ions pass a ball that hangs on the other side; 0 where none is in their way.
        self.free_side = -1.0 if len(self._shape.balls) == 1 else 0.0
        self.add(self.body, self.glow, self.gates)
        self.set_gates({g.name: 0.0 for g in self.channel.gates})

    def _protein(self) -> None:
        """Two lobes with a pore between them."""
        height, theme, wall = self.height_, self.theme, self._wall
        lobe = self._shape.lobe
        right = rounded([(x * height, y * height) for x, y, _ in lobe], [r * height for _, _, r in lobe])
        left = right * np.array([-1.0, 1.0, 1.0])
        deep, lit = 0.48 * height, (0.5 - 0.6 * MOUTH) * height
        self.lumen = filled(
            rounded([(-wall, -deep), (wall, -deep), (wall, deep), (-wall, deep)], 0.0), theme.ground
        )
        self._lumen: Array | None = None
        light = [(-wall, -lit), (wall, -lit), (wall, lit), (-wall, lit), (-wall, -lit)]
        self.glow = filled(lines(light), theme.ground)
        edge, body = 2.6 if height > 1.2 else 1.6, self.shades.protein
        self.lobes = filled(np.concatenate([left, right]), body, stroke=self.hue, width=edge)
        self.body = VGroup(self.lumen, self.lobes)

    def _flaps(self, labels: bool) -> None:
        """The pairs of flaps of the gates that open, with their symbols."""
        for name in dict.fromkeys(name for name, _, _ in self._shape.flaps):
            heights = np.array([y * self.height_ for gate, _, y in self._shape.flaps if gate == name])
            self._gates[name] = flap = _Flaps(heights, self.pore, FLAP * self.height_, self._tones)
            self.gates.add(*flap.parts)
            if labels:
                self._name(self._symbols[name].typst, heights)

    def _name(self, symbol: str, ys: Array) -> None:
        """A symbol at each of a gate's pairs, as large as their distance and the wall allow; none that is too small."""
        apart, wall = abs(ys[1] - ys[0]) / UNIT if len(ys) > 1 else np.inf, self.half_width - self._wall
        size = min(
            self._letters, apart / 0.9, wall / UNIT / 0.9
        )  # letters without ascenders, as wide as an m
        if size < SMALLEST:
            return
        x = -(self._wall + 0.5 * (self.half_width - self._wall))
        for y in ys:
            lower = 0.5 * self.pore  # beside the middle of an open flap, not at its hinge
            self.body.add(Formula(symbol, size=size, color=self.theme.ink).move_to((x, y - lower, 0)))

    def _balls(self, labels: bool) -> None:
        """The balls of the gates that close."""
        for ball in self._shape.balls:
            size, color = self._letters * 1.05, self.theme.ground
            symbol = Words(ball.gate, size=size, color=color, italic=True) if labels else None
            drawn = _Ball(self, ball, self._tones, symbol)
            self._gates.setdefault(ball.gate, []).append(drawn)
            self.gates.add(drawn)

    @property
    def _letters(self) -> float:
        """The size of the gates' symbols (design pixels)."""
        return max(SMALL, 0.115 * self.height_ / UNIT)

    def set_gates(self, values: Mapping[str, Any]) -> ChannelView:
        """Open or shut each gate: a flag, or one for each power (three for m³). Other names are ignored.

        No gate is half open: of a fraction, the share of many gates, the likelier state is drawn.
        """
        values = {
            name: np.asarray(value, dtype=float) >= 0.5
            for name, value in values.items()
            if name in self._gates
        }
        origin, scale = self._placed()
        state = origin, scale, {name: value.tobytes() for name, value in values.items()}
        if self._state is not None and state[0] is self._state[0] and state[1:] == self._state[1:]:
            return self  # as it is drawn: gates rarely move
        self._state = state
        for name, flags in values.items():
            value, drawn = flags.astype(float), self._gates[name]
            if isinstance(drawn, _Flaps):
                drawn.place(value if value.ndim else np.full(len(drawn.heights), value), origin, scale)
            else:
                for k, ball in enumerate(drawn):
                    ball.place(float(value[k] if value.ndim else value), origin, scale)
        if all(g.name in values for g in self.channel.gates):
            self.open = all(np.all(values[g.name]) for g in self.channel.gates)
            _tint(self.glow, self._lights[self.open and not self.blocked])
        return self

    def openings(self) -> dict[str, Array]:
        """Each gate's openings (power,), 0..1, read back from the drawn points."""
        out: dict[str, Array] = {}
        for name, drawn in self._gates.items():
            out[name] = (
                drawn.values if isinstance(drawn, _Flaps) else np.array([b.value(self) for b in drawn])
            )
        return out

    # Asked for in every frame, so straight from the points rather than through manim's bounding boxes.

    @property
    def origin(self) -> Array:
        """The middle of the pore (3,), wherever the channel has been moved."""
        return self._placed()[0]

    @property
    def scale_(self) -> float:
        """How much larger than `height` the channel has been made since."""
        return self._placed()[1]

    def _placed(self) -> tuple[Array, float]:
        p = self.lumen.points
        if p is not self._lumen:  # moving and scaling give it new points
            low, high = p.min(axis=0), p.max(axis=0)
            self._lumen = p
            self._place = 0.5 * (low + high), float(high[1] - low[1]) / (0.96 * self.height_)
        return self._place

    def sweep(self) -> Array:
        """Points (K, 2) spread over where the balls swing, to keep other things out of their way."""
        out = [np.zeros((0, 2))]
        for drawn in self._gates.values():
            for ball in drawn if isinstance(drawn, list) else []:
                rim = disc()[::2, :2] * ball.radius
                way = (ball.way[::20, None] + np.concatenate([rim, np.zeros((1, 2))])).reshape(-1, 2)
                out.append(way * self.scale_ + self.origin[:2])
        return np.concatenate(out)

    @property
    def mouths(self) -> tuple[Array, Array]:
        """The pore's outer and inner opening, (3,) each."""
        origin, up = self.origin, np.array([0.0, 0.5 * self.height_ * self.scale_, 0.0])
        return origin + up, origin - up


def _tint(mobject: Any, color: RGB) -> None:
    """Give a filled mobject a colour; its opacity stays, for what fades it in or out."""
    mobject.fill_rgbas = np.append(color, mobject.fill_rgbas[0, 3])[None, :]


class _Ball(VGroup):
    """An inactivation gate: a ball that swings on a chain from the pore into the cytoplasm."""

    def __init__(
        self, view: ChannelView, ball: Ball, shades: tuple[RGB, RGB], symbol: VMobject | None
    ) -> None:
        h = view.height_
        self.radius = ball.radius * h
        self.anchor, plug, free = (np.array(place) * h for place in (ball.tied, ball.shut, ball.free))
        # It lets go to its own side, so that from the first a way opens on the other.
        bow = np.array([ball.side * 0.26 * h, -0.5 * h - 1.1 * self.radius])
        # A quadratic arc from plug to free, measured along its length, so that half-way is drawn half-way.
        s = np.linspace(0.0, 1.0, 201)[:, None]
        self.way = (1 - s) ** 2 * plug + 2 * s * (1 - s) * bow + s**2 * free
        self.along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self.way, axis=0).T))])
        self.along /= self.along[-1]
        self.chain = stroked(np.zeros((8, 3)), view.hue, 5.0 if h > 1.2 else 2.5)
        self._shades = shades
        self.disc = filled(disc() * self.radius, view.hue, stroke=view.hue, width=2.2)
        self.symbol = symbol
        self._inks = rgb(view.theme.ink), rgb(view.theme.ground)  # on what is dim, on what is bright
        super().__init__(self.chain, self.disc, *([symbol] if symbol is not None else []))

    def place(self, x: float, origin: Array, scale: float) -> None:
        centre = np.array([np.interp(x, self.along, self.way[:, k]) for k in (0, 1)])
        # The chain has one length: the nearer the ball, the deeper it sags.
        gap = centre - self.anchor
        reach = float(np.hypot(*gap))
        sag = 0.5 * np.sqrt(max((1.35 * self.radius * 3.1) ** 2 - reach**2, 0.0)) * 0.45
        middle = self.anchor + 0.5 * gap + np.array([np.sign(self.anchor[0]) * 0.6 * sag, -0.4 * sag])
        self.chain.points = smooth([self.anchor, middle, centre]) * scale + origin
        where = np.append(centre, 0.0) * scale + origin
        self.disc.points = _DISC * self.radius * scale + where
        _tint(self.disc, self._shades[x == 1.0])
        if self.symbol is not None:
            self.symbol.move_to(where)
            glyphs: list[Any] = self.symbol.family_members_with_points()
            for glyph in glyphs:
                _tint(glyph, self._inks[x == 1.0])

    def value(self, view: ChannelView) -> float:
        """Where along its way the drawn ball is, 0..1."""
        p = ((self.disc.points[::4].mean(axis=0) - view.origin) / view.scale_)[:2]
        return float(self.along[np.argmin(np.hypot(*(self.way - p).T))])


def side_by_side(
    membrane: Membrane, names: Sequence[str], theme: Theme, *, height: float = 1.2, shut: str | None = None
) -> VGroup:
    """Channels beside each other as an icon, all gates open but for the one of that name."""
    views = [ChannelView(membrane, name, theme, height=height, labels=False) for name in names]
    for view in views:
        view.set_gates({gate.name: gate.name != shut for gate in view.channel.gates})
    return in_a_row(views)


def in_a_row(views: Sequence[ChannelView]) -> VGroup:
    """Channels beside each other, their pores at one height, wherever balls hang."""
    row = VGroup(*views).arrange(buff=0.15)
    for view in views:
        view.shift((0.0, -view.origin[1], 0.0))
    return row

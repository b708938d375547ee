"""A patch of membrane in depth: hundreds of channels of each kind, every one of them open or shut.

    class Depth(Film):
        def construct(self):
            run = simulate(self.membrane, "pulse(10, 2, 1)", duration=20)
            clock = Clock(Pace(12.0, start=2.0, rate=1.0), self.theme)
            patch = MembranePatch(run, self.theme, self.area, channels=["Na"], clock=clock)
            depth = PatchInDepth(run, self.theme, self.area, clock=clock, side=patch)
            self.add(depth.still, depth.moving)
            self.play(depth.travel(0.0, 1.0), run_time=4)     # from the side, over one tile, to the patch
            self.play(clock.run())
            print(depth.open_fraction("Na"))                  # counted on the screen

A channel is seen from outside as a tile: its gates around its pore, standing out when open and faint when shut, and
the pore lit when all of them are open. How many are lit is the fraction that the equations give, up to chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from manim import UL, Animation, VGroup, VMobject, smooth

from hhanim.language import text
from hhanim.look import Theme, quantities
from hhanim.look.numbers import smoothstep
from hhanim.look.section import inactivates
from hhanim.look.words import channel_name, tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, Words
from hhanim.mobjects.frame.shapes import Array, disc, filled, lines, mix
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Membrane, Trajectory
from hhanim.model.gating import Patch, sample_patch

#: Of `look`: from the side, one tile from above, the patch.
SIDE, TILE, PATCH = 0.0, 0.5, 1.0
#: A tile is in sight where there is this much room for it, of its own size: on the rim it would look cut.
ROOM = 1.15
#: How steeply the patch is looked down upon (degrees), and from how far (scene units).
STEEP, AFAR = 42.0, 16.0
#: How flat a channel is seen from the side when its gates are drawn on its tile instead: no gate is seen twice.
FLAT = 0.45

_DISC = disc()


def in_proportion(membrane: Membrane, total: int) -> dict[str, int]:
    """How many channels of each kind with gates, so many in all, if one of any kind lets as much through when open.

    Only then do open tiles compare as the conductances do.
    """
    sizes = {c.name: float(np.max(c.g)) for c in membrane.channels if c.gates}
    return {name: max(round(total * g / (sum(sizes.values()) or 1.0)), 1) for name, g in sizes.items()}


class PatchInDepth:
    """A patch of membrane seen obliquely from outside, with many channels of each kind that live the trajectory.

    run: what the membrane does. theme, area: how and where it is drawn. channels: their names, by default those with
    gates. n: how many of each kind; or {name: how many}, as in_proportion() gives them. clock: followed in every
    frame; without one, call draw(). side: the MembranePatch that is tilted, and star: the kind of channel, by default
    the first, whose first channel in it becomes the tile in the middle, with the same gates. seed: of chance.

    `still` and `moving` are the two groups to add. draw(t) opens and shuts the channels as they are at t (ms). look(p)
    moves the eye: from 0, the star from the side, by 0.5, the star from above, to 1, the whole patch; travel(a, b) is
    the animation of that, far(60) the look from which so many channels are in sight, beside() that
    from which one of every kind is. open_fraction(name) counts what is
    lit, fractions(name) gives its course beside m³h or n⁴.
    """

    seen = text("hundreds of channels, those that are open stand out")

    def __init__(
        self,
        run: Trajectory,
        theme: Theme,
        area: Area,
        *,
        channels: Sequence[str] | None = None,
        n: int | Mapping[str, int] = 200,
        clock: Clock | None = None,
        side: MembranePatch | None = None,
        star: str | None = None,
        seed: int = 0,
    ) -> None:
        self.theme, self.area, self._seed = theme, area, seed
        self.takes_over = side  # a storyboard then shows it before that goes: the star stays where it is
        gated = [c.name for c in run.membrane.channels if c.gates]
        self.names = list(channels) if channels is not None else gated
        first = star if star is not None else self.names[0]
        self.names.remove(first)
        self.names.insert(0, first)
        self.n = {name: n if isinstance(n, int) else n[name] for name in self.names}
        self.run, self.clock, self.samples = run, clock, self._sampled(run)
        self.star = (
            next((v for v in side.views if v.channel.name == first), None) if side is not None else None
        )
        if side is not None and self.star is not None:
            self.samples[first] = (
                side.samples[first].take(0).joined(self.samples[first].take(range(1, self.n[first])))
            )
        self._lay_out(seed)
        #: How much larger one tile is that is looked at alone.
        self._tile = 0.27 * min(area.width, area.height) / self.size
        # Of each kind the gates of the channel next to the middle have their names.
        self._named = {name: int(np.argmin(np.hypot(*self.places[name].T))) for name in self.names}
        gates = [
            (name, g.name)
            for name in self.names
            for g in run.membrane.channel(name).gates
            for _ in range(g.power)
        ]
        self.letters = VGroup(*(Words(gate, size=LABEL, color=theme.ink, italic=True) for _, gate in gates))
        self._high = [letter.height for letter in self.letters]
        self._kinds = {name: _Kind(self, name) for name in self.names}
        self.surface = filled(np.zeros((0, 3)), theme.sheet)
        self.edge = filled(np.zeros((0, 3)), theme.brim)
        self.heads = filled(np.zeros((0, 3)), theme.heads)
        self.side = _Side(self.star) if self.star is not None else None
        kinds = self._kinds.values()
        tiles = VGroup(*(part for k in kinds for part in (k.walls, k.rims)))
        self.still, self.moving = VGroup(self.surface, self.edge, self.heads), VGroup()
        if self.side is None:
            self.still.add(tiles)
        else:  # the star's tile lies on what is seen of it from the side
            self.moving.add(self.side.drawn, tiles)
        self.moving.add(*(part for k in kinds for part in k.moving), self.letters)
        self.t = 0.0
        self.look(PATCH)
        self.moving.add_updater(
            lambda _: self.draw(self.t if self.clock is None else self.clock.now) and None
        )

    def live(self, run: Trajectory, clock: Clock | None = None) -> PatchInDepth:
        """Let the channels live another run, of the same membrane or of one that lacks some of them.

        clock: followed in every frame; without one, call draw(). What was taken from `side` is not kept.
        """
        if run is not self.run:
            self.run, self.samples = run, self._sampled(run)
            for kind in self._kinds.values():
                kind.place()
        self.clock = clock
        return self

    def along(self, runs: Sequence[Trajectory]) -> Callable[[int, float], Any]:
        """What lets the channels live run k as it is at a time (ms): for sweeps that are laid, see Family."""
        return lambda k, t: self.live(runs[k]).draw(t)

    def key(self, area: Area) -> VGroup:
        """The names of its kinds of channels in their colours, side by side at the top of an area."""
        membrane = self.run.membrane
        hues = {name: self.theme.color(quantities(membrane)[f"I_{name}"]) for name in self.names}
        names = [Words(tr("{ion} channels", ion=channel_name(membrane.channel(name))), size=LABEL, color=hue)
                 for name, hue in hues.items()]  # fmt: skip
        row = VGroup(*names).arrange(buff=0.5)
        return row.move_to((area.left, area.top, 0.0), aligned_edge=UL)

    def _sampled(self, run: Trajectory) -> dict[str, Patch]:
        seeds = range(self._seed + 1, self._seed + 1 + len(self.names))
        return {
            name: sample_patch(run, name, self.n[name], seed)
            for name, seed in zip(self.names, seeds, strict=True)
        }

    def _lay_out(self, seed: int) -> None:
        """Places of the channels on the sheet (N, 2), the star in the middle, the kinds mixed at random."""
        count, rng = sum(self.n.values()), np.random.default_rng(seed + 1952)
        self.wide, self.deep = self.area.width, self.area.height
        for _ in range(8):  # as deep as fills the area
            columns = round(np.sqrt(count * self.wide / self.deep)) | 1
            rows = -(-count // columns) | 1  # both odd: one channel is in the middle
            self.cell = min(self.wide / columns, self.deep / rows)
            #: Half the width of a channel on the sheet, how far it stands out of it, and the membrane's thickness.
            self.size, self.high = 0.36 * self.cell, 0.16 * self.cell
            self.thick = min(1.2 * self.cell, 0.08 * self.area.height)
            self._half = 0.5 * self.wide + 0.1 * self.cell, 0.5 * self.deep + 0.1 * self.cell
            #: How large the whole patch can be in its area, and where its middle then is.
            zoom, centre, room = self._fitted()
            self._fit = zoom, centre
            self.deep *= room[1] / room[0]
        k = np.arange(columns * rows)
        cells = np.stack([k % columns, k // columns], axis=1) + 0.5
        places = (cells / [columns, rows] - 0.5) * [self.wide, self.deep]
        middle = int(np.argmin(np.hypot(*places.T)))
        others = rng.permutation(np.delete(k, middle))[: count - 1]
        jitter = 0.10 * self.cell * rng.uniform(-1.0, 1.0, (count, 2))
        jitter[0] = 0.0
        all_ = places[np.concatenate([[middle], others])] + jitter
        ends = np.cumsum(list(self.n.values()))[:-1]
        self.places = dict(zip(self.names, np.split(all_, ends), strict=True))

    # -- the eye -------------------------------------------------------------------------------------------

    def look(self, p: float) -> PatchInDepth:
        """Move the eye: 0 the star from the side, 0.5 from above, 1 the whole patch; what is between lies between."""
        self.p = p = min(max(float(p), SIDE if self.star is not None else TILE), PATCH)
        near = min(p / TILE, 1.0)  # done of the way from the side to above
        far = max((p - TILE) / (PATCH - TILE), 0.0)  # and of that away from the tile
        ease = float(smoothstep(far))
        near = float(smoothstep(near))
        self._mouth = 0.0
        start, here = float(self._tile), self.area.center
        if self.star is not None:  # it stands in the cross-section, and grows on the way up
            start = self.star.half_width * self.star.scale_ / self.size
            grown = (self._tile / start) ** near
            start *= grown
            here = self.star.origin + (here - self.star.origin) * near
            self._grown = float(grown)
            if p < TILE:  # what is seen from above is its mouth
                tall = 0.5 * self.star.height_ * self.star.scale_ * grown - self.high * start
                self._mouth = float(tall * np.cos(0.5 * np.pi * near))
        self._zoom = float(start ** (1.0 - ease) * self._fit[0] ** ease)
        self._angle = np.radians(90.0 * near + (STEEP - 90.0) * ease)
        self._centre = here + (self._fit[1] - here) * ease
        #: How much of the other channels, and of the sheet, is there.
        self._others = float(smoothstep(far / 0.25))
        self._sheet()
        for kind in self._kinds.values():
            kind.place()
        return self.draw(self.t)

    @property
    def flat(self) -> float:
        """How much is left of the star's height as it is seen from the side: 0 from above."""
        return float(np.cos(self._angle)) if self.p < TILE else 0.0

    def project(self, x: Array, y: Array | float, z: Array) -> Array:
        """Where points of the sheet are on the screen, (…, 3): x along it, y above it, z into the depth."""
        sin, cos = np.sin(self._angle), np.cos(self._angle)
        away = 1.0 + self._zoom * (z * cos - y * sin) / AFAR
        flat = np.stack(
            [x / away, (z * sin + y * cos) / away, np.zeros(np.broadcast(x, y, z).shape)], axis=-1
        )
        return np.asarray(self._centre + [0.0, self._mouth, 0.0] + self._zoom * flat)

    def within(self, points: Array, radius: float) -> Array:
        """The share of that radius for which the area holds a disc at points (K, 3): 0 beyond its rim, to 1."""
        a = self.area
        x, y = points[:, 0], points[:, 1]
        inside = np.minimum(np.minimum(x - a.left, a.right - x), np.minimum(y - a.bottom, a.top - y))
        return np.clip(inside / radius, 0.0, 1.0)

    def _fitted(self) -> tuple[float, Array, tuple[float, float]]:
        """How large the whole patch can be in its area, where its middle then is, and the room that leaves."""
        self._angle, self._zoom, self._centre, self._mouth = np.radians(STEEP), 1.0, np.zeros(3), 0.0
        w, d = self._half
        x = np.array([-w, w, w, -w, -w, w])
        y = np.array([0.0, 0.0, self.high, self.high, -self.thick, -self.thick])
        z = np.array([-d, -d, d, d, -d, -d])
        for _ in range(20):  # perspective depends on how near it is
            corners = self.project(x, y, z)
            low, high = corners.min(axis=0), corners.max(axis=0)
            room = self.area.width / (high - low)[0], self.area.height / (high - low)[1]
            self._zoom *= min(room)
        return self._zoom, self.area.center - 0.5 * (low + high), room

    def _sheet(self) -> None:
        """The surface, and the edge that is cut open towards the eye: two rows of heads."""
        w, d = self._half
        x, z = np.array([-w, w, w, -w, -w]), np.array([-d, -d, d, d, -d])
        show = self._others
        self.surface.points = self._clipped(self.project(x, 0.0, z)) if show else np.zeros((0, 3))
        y = np.array([0.0, 0.0, -self.thick, -self.thick, 0.0])
        self.edge.points = (
            self._clipped(self.project(np.array([-w, w, w, -w, -w]), y, np.full(5, -d)))
            if show
            else np.zeros((0, 3))
        )
        head = 0.17 * self.thick
        deep = head / max(float(np.cos(self._angle)), 0.3)  # so that each stands on the rim as it is seen
        along = np.arange(-w + head, w - head + 1e-9, 2.05 * head)
        rows = [self.project(along, y, np.full(len(along), -d)) for y in (-deep, -self.thick + deep)]
        centres = np.concatenate(rows)
        size = head * self._zoom * self.within(centres, head * self._zoom) * show
        self.heads.points = (_DISC[None] * size[:, None, None] + centres[:, None])[size > 1e-4].reshape(-1, 3)
        for part, share in ((self.surface, show), (self.edge, show)):
            part.set_fill(opacity=share)

    def _clipped(self, outline: Array) -> Array:
        a = self.area
        low, high = np.array([a.left, a.bottom, 0.0]), np.array([a.right, a.top, 0.0])
        return lines(np.clip(outline, low, high)[:, :2])

    def travel(self, start: float, stop: float, *, via: float | None = None, **options: Any) -> Animation:
        """The animation in which the eye goes from one look to another; via: one between them at which it lingers."""
        if via is not None:
            part = (via - start) / (stop - start)
            options["rate_func"] = lambda done: float(
                part * smooth(min(3.0 * done, 1.0)) + (1.0 - part) * smooth(max(3.0 * done - 2.0, 0.0))
            )
        return _Travel(self, start, stop, **options)

    # -- the channels --------------------------------------------------------------------------------------

    def draw(self, t: float) -> PatchInDepth:
        """Open and shut all channels as they are at time t (ms)."""
        self.t = t
        for name, kind in self._kinds.items():
            kind.draw(self._gates(name, t))
        if self.side is not None:
            first = self._gates(self.names[0], t)
            self.side.draw({g: x[0] for g, x in first.items()}, self._centre, self._grown, self.flat)
        self._write()
        return self

    def _write(self) -> None:
        """The names of gates, while they are looked at from above and from close by."""
        size, letters = self._zoom / self._tile, iter(zip(self.letters, self._high, strict=True))
        near = 1.6 - 8.0 * (TILE - self.p) if self.p < TILE else 5.0 * size - 1.6
        for name, channel in self._named.items():
            kind = self._kinds[name]
            seen = float(np.clip(near, 0.0, 1.0)) * bool(kind.seen[channel])
            for k, state in enumerate(kind.states[channel]):
                letter, high = next(letters)
                letter.set_fill(self.theme.ground if state else self.theme.ink, opacity=seen)
                if seen:
                    letter.scale_to_fit_height(high * max(size, 0.72)).move_to(kind.pips_at(channel)[k])

    def _gates(self, name: str, t: float) -> dict[str, Any]:
        return {g.name: self.samples[name].gates(g.name, t) for g in self.run.membrane.channel(name).gates}

    def in_sight(self, p: float) -> dict[str, Any]:
        """The numbers of the channels of each kind that are in sight from look p."""
        back = self.p
        self.look(p)
        found = {name: np.flatnonzero(kind.seen) for name, kind in self._kinds.items()}
        self.look(back)
        return found

    def _nearest(self, enough: Callable[[dict[str, Any]], bool]) -> float:
        """The nearest look, from one tile to the patch, from which enough is in sight."""
        near, far = TILE, PATCH
        for _ in range(16):
            middle = 0.5 * (near + far)
            near, far = (near, middle) if enough(self.in_sight(middle)) else (middle, far)
        return far

    def far(self, count: int) -> float:
        """The nearest look from which at least so many channels are in sight."""
        return self._nearest(lambda seen: sum(map(len, seen.values())) >= count)

    def beside(self) -> float:
        """The nearest look from which a channel of every kind, with the names of its gates, is in sight."""
        return self._nearest(lambda seen: all(k in seen[name] for name, k in self._named.items()))

    def open_fraction(self, name: str) -> float:
        """The share of the channels of a kind that are lit, counted on the screen (of those that are in sight)."""
        return self._kinds[name].lit_share()

    def fractions(
        self, name: str, start: float = 0.0, stop: float = np.inf, numbers: Any = None
    ) -> tuple[Array, Array, Array]:
        """Times (ms), the fraction of the channels that are open, and that of the equations, (T,) each.

        start, stop: a part of the run (ms). numbers: of the channels that count, as in_sight() gives them; by default
        all of the kind.
        """
        t = np.asarray(self.run.t)
        now = (t >= start) & (t <= stop)
        channel = self.run.membrane.channel(name)
        law = channel.open_fraction({g.name: self.run[g.name] for g in channel.gates})
        sample = self.samples[name] if numbers is None else self.samples[name].take(numbers)
        return t[now], sample.open_fraction(t[now]), np.broadcast_to(np.asarray(law), t.shape)[now]


class _Kind:
    """All channels of one kind: tiles on the sheet, as points precomputed for one position of the eye."""

    def __init__(self, patch: PatchInDepth, name: str) -> None:
        membrane, theme = patch.run.membrane, patch.theme
        self.patch, self.name, self.places = patch, name, patch.places[name]
        self.gates = [(g.name, g.power, inactivates(membrane, g.name)) for g in membrane.channel(name).gates]
        hue = theme.color(quantities(membrane)[f"I_{name}"])
        shades = theme.shades(hue)
        empty = np.zeros((0, 3))
        self.walls = filled(empty, mix(theme.ground, hue, 0.16))
        self.rims = filled(empty, mix(theme.ground, hue, 0.30), stroke=shades.edge)
        self.rims.set_stroke(width=stroke(1.6))
        # A shut pore is a lid, not a hole: what is dark in the middle would look open.
        self.pores = filled(empty, shades.lid, stroke=shades.edge)
        self.pores.set_stroke(width=stroke(1.6))
        self.open = filled(empty, shades.tile, stroke=hue, width=stroke(1.6))
        self.light = filled(empty, shades.open)
        self.pips = filled(empty, shades.shut), filled(empty, shades.open)
        self.moving = (self.open, self.pores, self.light, *self.pips)
        self.states = np.zeros((patch.n[name], sum(power for _, power, _ in self.gates)), dtype=bool)

    def place(self) -> None:
        """Put every outline where the eye sees it."""
        patch, size = self.patch, self.patch.size
        x, z = self.places.T
        # Whole channels only: one that would reach beyond the rim, at its foot or its top, is not there. The whole
        # patch ends within the rim by itself.
        inside = [patch.within(patch.project(x, y, z), ROOM * size * patch._zoom) for y in (0.0, patch.high)]
        least = 0.999 * min(8.0 * abs(PATCH - patch.p), 1.0)
        seen = np.where(np.minimum(*inside) > least, patch._others, 0.0)
        if patch.places[patch.names[0]] is self.places:
            seen[0] = float(patch.p > 0.0)
        seen *= float(np.max(patch.run.membrane.channel(self.name).g)) > 0.0
        self.seen = seen > 0.12
        high = patch.high
        self._tops, feet = (self._outlines(_DISC, size * seen, y) for y in (high, 0.0))
        both = np.concatenate([feet, 0.5 * (feet + self._tops)], axis=1)
        self.walls.points = both[self.seen].reshape(-1, 3)
        self._pores = self._outlines(_DISC, 0.30 * size * seen, high)
        self.rims.points = self._tops[self.seen].reshape(-1, 3)
        count = self.states.shape[1]
        # Gates stand around the pore; they are drawn where they are large enough to be told apart.
        around = np.pi * (0.5 + 2.0 * (np.arange(count) + 0.5) / count)
        self._pips = np.zeros((len(x), count, 0, 3))
        if size * patch._zoom > 0.17:
            balls = [ball for _, power, ball in self.gates for _ in range(power)]
            ways = 0.64 * size * np.stack([np.cos(around), np.sin(around)], axis=1)
            made = [
                self._outlines(_DISC * (0.27 if ball else 0.19), size * seen, high, way)
                for ball, way in zip(balls, ways, strict=True)
            ]
            self._pips = np.stack(made, axis=1)

    def _outlines(self, shape: Array, size: Any, high: float, off: Any = (0.0, 0.0)) -> Array:
        """A shape (P, 3) on the sheet at every place, as it is seen: (n, P, 3)."""
        x, z = self.places.T
        size = np.broadcast_to(size, x.shape)[:, None]
        share = size / self.patch.size
        return self.patch.project(
            x[:, None] + off[0] * share + size * shape[None, :, 0],
            np.full((1, 1), high),
            z[:, None] + off[1] * share + size * shape[None, :, 1],
        )

    def draw(self, gates: dict[str, Any]) -> None:
        """Light what is open."""
        states = np.concatenate([gates[name] for name, _, _ in self.gates], axis=1)
        on = states.all(axis=1)
        self.states = states
        self.open.points = self._tops[on & self.seen].reshape(-1, 3)
        self.light.points = self._pores[on & self.seen].reshape(-1, 3)
        self.pores.points = self._pores[~on & self.seen].reshape(-1, 3)
        seen = self.seen[:, None] & (self.patch.flat <= FLAT)
        for part, state in zip(self.pips, (False, True), strict=True):
            part.points = self._pips[(states == state) & seen].reshape(-1, 3)

    def pips_at(self, channel: int) -> Array:
        """The middles of a channel's gates on the screen (number of gates, 3)."""
        return np.asarray(self._pips[channel].mean(axis=1))

    def lit_share(self) -> float:
        return len(self.light.points) / 16 / max(int(self.seen.sum()), 1)


class _Side:
    """The star from the side: a ChannelView that is flattened as the eye rises."""

    def __init__(self, view: ChannelView) -> None:
        self.view = view.copy()  # that of the cross-section may go meanwhile
        self._all = [m for m in self.view.get_family() if isinstance(m, VMobject)]
        self._gates = {id(m) for m in self.view.gates.get_family()}
        self.drawn = VGroup(*(VMobject().match_style(m) for m in self._all))

    def draw(self, gates: dict[str, Any], centre: Array, grown: float, flat: float) -> None:
        """The gates, where it is, how much larger, and how much of its height is left."""
        if flat < 0.02:
            for part in self.drawn:
                part.points = np.zeros((0, 3))
            return
        self.view.set_gates(gates)
        middle = self.view.origin
        for part, of in zip(self.drawn, self._all, strict=True):
            if flat <= FLAT and id(of) in self._gates:
                part.points = np.zeros((0, 3))
                continue
            part.points = centre + (of.points - middle) * grown * [1.0, flat, 1.0]
            part.fill_rgbas = of.fill_rgbas


class _Travel(Animation):
    def __init__(self, patch: PatchInDepth, start: float, stop: float, **options: Any) -> None:
        self.patch, self.first, self.last = patch, start, stop
        super().__init__(patch.still, suspend_mobject_updating=False, **options)

    def create_starting_mobject(self) -> Any:
        return self.mobject  # nothing is interpolated from where it was, so nothing needs a copy

    def interpolate_mobject(self, alpha: float) -> None:
        done = self.rate_func(alpha)
        self.patch.look(self.first + (self.last - self.first) * done)

"""An axon seen from the side: V along it, the channels in its wall with their gates, and the local currents.

    class Travel(Film):
        def construct(self):
            cable = Cable("modern", length=60_000, diameter=476)
            run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
            clock = Clock(Pace(4.5, rate=0.5), self.theme)
            top, bottom = self.area.rows(1, 1)
            panel = Panel(top, x=(0, 60), y=(-90, 60), xlabel="mm", theme=self.theme)
            axon = Axon(panel, bottom, run, self.theme, clock=clock)
            self.add(panel, axon.still, Profile(panel, run, "V", self.theme).follow(clock), axon.moving)
            self.play(clock.run())

Positions are millimetres, on the x axis of the panel. Everything is computed from the run beforehand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from manim import VGroup, VMobject
from numpy.typing import NDArray

from hhanim.look import Theme, quantities
from hhanim.mobjects.channels import ChannelView
from hhanim.mobjects.clock import smoothstep
from hhanim.mobjects.film import Area
from hhanim.mobjects.ions import IonFlow, fitting_quantum
from hhanim.mobjects.lettering import SMALL, TICK, UNIT, Words
from hhanim.mobjects.membrane import Bilayer, title
from hhanim.mobjects.shapes import KAPPA, filled, lines, mix, stroked, to_3d
from hhanim.mobjects.trace import LINE_WIDTH, Panel, stroke
from hhanim.model.cable import CableRun

if TYPE_CHECKING:
    from hhanim.mobjects.clock import Clock

__all__ = ["Axon", "LocalCurrents", "Profile", "smooth_path"]

Array = NDArray[np.float64]

STILL = 2e-4  # change of a gate (0..1) too small to see


def smooth_path(points: Array) -> Array:
    """Cubic pieces (4 (N-1), 3) through points (N, 3), with the tangents of Catmull and Rom."""
    slope = np.gradient(points, axis=0) / 3.0
    return np.stack(
        [points[:-1], points[:-1] + slope[:-1], points[1:] - slope[1:], points[1:]], axis=1
    ).reshape(-1, 3)


class _OverTime:
    """A quantity (T, n) of a cable run, at any time between its samples (straight lines between them)."""

    def __init__(self, run: CableRun, values: Array) -> None:
        self.values, self.dt, self.last = values, float(run.t[1] - run.t[0]), len(run.t) - 1

    def __call__(self, t: float) -> Array:
        k = min(max(int(t / self.dt), 0), self.last - 1)
        u = min(max(t / self.dt - k, 0.0), 1.0)
        return np.asarray(self.values[k] + (self.values[k + 1] - self.values[k]) * u)


class Profile(VMobject):
    """A quantity along the cable at one moment, as a smooth line on a panel whose x axis is in mm.

    key: "V" or a gate. reading(x) gives the value that is drawn at position x (mm).
    """

    def __init__(
        self, panel: Panel, run: CableRun, key: str, theme: Theme, *, width: float = LINE_WIDTH
    ) -> None:
        color = theme.color(quantities(run.cable.membrane)[key])
        super().__init__(stroke_color=color, stroke_width=stroke(width), fill_opacity=0.0)
        self.panel, self.x, self.of = panel, run.x * 1e-3, _OverTime(run, run[key])
        self.show(0.0)

    def show(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        self.points = smooth_path(self.panel.at(self.x, np.clip(self.of(t), *self.panel.y)))
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

    def reading(self, x: float) -> float:
        """The value drawn at position x (mm), read back from the line."""
        anchors = np.concatenate([self.points[::4], self.points[-1:]])
        data = np.array([self.panel.data(p) for p in anchors])
        return float(np.interp(x, data[:, 0], data[:, 1]))


class Places:
    """Where a leg of a loop may cross the wall: the one nearest to x, reached on a smooth way from the last.

    centres: scene x of the places (N,), increasing. Near the middle between two of them lies a short stretch
    in which the leg glides from one to the other; there, and a little before, it does not cross the wall.
    """

    GLIDE, READY = 0.24, 0.1  # of the distance between two places

    def __init__(self, centres: Sequence[float]) -> None:
        self.centres = list(centres)
        self.borders = [0.5 * (p + q) for p, q in pairwise(self.centres)]

    def __call__(self, x: float) -> tuple[float, float]:
        """The place for x, and how much of its way through the wall is drawn (0..1)."""
        k = bisect_right(self.borders, x)
        near = [j for j in (k - 1, k) if 0 <= j < len(self.borders)]
        if not near:
            return self.centres[k], 1.0
        j = min(near, key=lambda j: abs(x - self.borders[j]))
        p, q = self.centres[j], self.centres[j + 1]
        u = (x - self.borders[j]) / (q - p)  # distances between places as the unit
        share = smoothstep(u / self.GLIDE + 0.5)
        return p + (q - p) * share, smoothstep((abs(u) - 0.5 * self.GLIDE) / self.READY)


@dataclass(frozen=True)
class Crossings:
    """Where local currents cross the wall that is drawn: they enter through the pores of channels that carry
    inward current, and leave ahead of a spike through bare membrane, behind it through the other pores.
    """

    inward: Places
    bare: Places
    outward: Places
    apart: float  # at least so far from the way in to the way out (scene units)

    def legs(self, a: float, b: float, sign: float, rising: bool) -> tuple[tuple[float, float], ...]:
        """For both ends a < b of a loop: the place of its leg, and how much of that is drawn (0..1).

        sign: of the current in the core; rising: whether V rises within the loop, ahead of a spike.
        """
        enter, leave = (a, b) if sign > 0 else (b, a)
        # The spike moves towards its rising side. A pore is taken when its gates have begun to open.
        travel = sign if rising else -sign
        inward = self.inward.centres
        late = 0.25 * (inward[1] - inward[0]) if len(inward) > 1 else 0.0
        start = self.inward(enter - travel * late)
        reach = max(sign * leave, sign * start[0] + self.apart) * sign
        end = (self.bare if rising else self.outward)(reach)
        return (start, end) if sign > 0 else (end, start)


@dataclass(frozen=True)
class Loop:
    """One loop: its current (nA, the sign its direction in the core), and scene x of its ends."""

    current: float
    a: float
    b: float
    rising: bool


class LocalCurrents(VGroup):
    """The local circuits of a cable as loops through its wall, one for every `unit` (nA) of axial current.

    panel: its x axis is in mm. crossings: where a loop may cross the wall. inside, outside: heights of the
    innermost loop's run in the core, below the wall, and of its way back above it; wall: the heights between
    which a loop is faint, because it crosses what stands there: heads just above show which way. step: how
    much farther out the next loop lies. count: loops that the largest axial current of the run, away from
    the ends, comes to.

    What leaves the core of a cable between two places is what flows past the first and not past the second:
    loop k runs from where the axial current rises through (k + 1/2) units to where it falls through it
    again, inside in the direction of that current, outside back. The loops are those of the computed
    current, and between two neighbours one unit flows: spans() has them. Channels are drawn few and large,
    so a loop crosses the wall at the nearest of the `crossings`; one that has become narrow fades.
    loops() reads back what is drawn.
    """

    NARROW = 40 * UNIT  # a loop less wide is not seen, half as wide again is seen in full

    def __init__(
        self,
        panel: Panel,
        run: CableRun,
        theme: Theme,
        crossings: Crossings,
        *,
        inside: float,
        outside: float,
        wall: tuple[float, float],
        step: float,
        count: int = 3,
        width: float = 3.0,
    ) -> None:
        super().__init__()
        self.panel, self.crossings = panel, crossings
        self.inside, self.outside, self.wall, self.step = inside, outside, wall, step
        axial = run.axial_current()
        self.x = np.arange(run.cable.count + 1) * run.cable.dx * 1e-3
        self._centres = panel.at(run.x * 1e-3, 0.0)[:, 0]
        away = slice(run.cable.count // 6, -run.cable.count // 6)
        largest = max(float(np.abs(axial[:, away]).max()), 1e-12)
        self.unit = _round_down(largest / (count - 0.45))
        self.levels = (np.arange(count) + 0.5) * self.unit
        self._axial, self._v = _OverTime(run, axial), _OverTime(run, run["V"])
        most = max(
            int(np.count_nonzero(np.diff(s * axial > level, axis=1, prepend=False), axis=1).max() + 1) // 2
            for s in (1.0, -1.0)
            for level in self.levels
        )
        # One mobject of each kind for every loop there can be at once: each fades on its own.
        self.drawn: list[Loop] = []
        grey, ink, empty = mix(theme.ground, theme.ink, 0.5), theme.ink, np.zeros((0, 3))
        slots = 2 * count * most
        self.through = VGroup(*(stroked(empty, grey, stroke(width)) for _ in range(slots)))
        self.free = VGroup(*(stroked(empty, ink, stroke(width)) for _ in range(slots)))
        self.heads = VGroup(*(filled(empty, ink) for _ in range(slots)))
        self.add(self.through, self.free, self.heads)
        self.show(0.0)

    def spans(self, t: float) -> list[Loop]:
        """The loops of the computed current at time t (ms)."""
        axial = self._axial(t)
        half = 0.5 * self._v.dt
        rate = self._v(t + half) - self._v(t - half)
        out = []
        for sign in (1.0, -1.0):
            for level in self.levels.tolist():
                for a, b in self._stretches(sign * axial - level):
                    rising = float(np.interp(0.5 * (a + b), self._centres, rate)) > 0.0
                    out.append(Loop(sign * level, a, b, rising))
        return out

    def show(self, t: float) -> Self:
        """Draw the loops at time t (ms)."""
        self.drawn = [loop for loop in self.spans(t) if loop.b - loop.a > self.NARROW]
        none = np.zeros((0, 3))
        for k, parts in enumerate(zip(self.through, self.free, self.heads, strict=True)):
            if k >= len(self.drawn):
                for part in parts:
                    part.points = none
                continue
            loop = self.drawn[k]
            seen = smoothstep(2.0 * ((loop.b - loop.a) / self.NARROW - 1.0))
            for part, points in zip(parts, self._points(loop), strict=True):
                part.points = points
            parts[0].set_stroke(opacity=seen)
            parts[1].set_stroke(opacity=seen)
            parts[2].set_fill(opacity=seen)
        return self

    def _stretches(self, above: Array) -> list[tuple[float, float]]:
        """Where a quantity along the cable is positive: scene x of both ends of every stretch."""
        on = above > 0.0
        if not on.any():
            return []
        up = np.flatnonzero(~on[:-1] & on[1:])
        down = np.flatnonzero(on[:-1] & ~on[1:])

        def cross(k: Array) -> Array:
            u = above[k] / (above[k] - above[k + 1])
            return np.asarray(self.panel.at(self.x[k] + (self.x[k + 1] - self.x[k]) * u, 0.0)[..., 0])

        first, last = cross(up).tolist(), cross(down).tolist()
        ends = self.panel.at(self.x[[0, -1]], 0.0)[:, 0].tolist()
        if on[0]:
            first.insert(0, ends[0])
        if on[-1]:
            last.append(ends[1])
        return list(zip(first, last, strict=True))

    def _points(self, loop: Loop) -> tuple[Array, Array, Array]:
        """Points of a loop's legs within the wall, of what is above and below it, and of its heads: in the core,
        out through the wall, back, in again.
        """
        sign = 1.0 if loop.current > 0.0 else -1.0
        (a, crossed_a), (b, crossed_b) = self.crossings.legs(loop.a, loop.b, sign, loop.rising)
        level = int(np.argmin(np.abs(self.levels - abs(loop.current))))
        away = self.step * (len(self.levels) - 1 - level)
        low, high = self.inside - away, self.outside + away
        r = min(0.5 * (b - a), 0.22)
        c = r * (1.0 - KAPPA)
        floor, roof = self.wall
        free = [
            lines([(a, roof), (a, high - r)]),
            to_3d(np.array([(a, high - r), (a, high - c), (a + c, high), (a + r, high)])),
            lines([(a + r, high), (b - r, high)]),
            to_3d(np.array([(b - r, high), (b - c, high), (b, high - c), (b, high - r)])),
            lines([(b, high - r), (b, roof)]),
            lines([(b, floor), (b, low + r)]),
            to_3d(np.array([(b, low + r), (b, low + c), (b - c, low), (b - r, low)])),
            lines([(b - r, low), (a + r, low)]),
            to_3d(np.array([(a + r, low), (a + c, low), (a, low + c), (a, low + r)])),
            lines([(a, low + r), (a, floor)]),
        ]
        # From both faces of the wall towards its middle, where they meet when the leg stands in its place.
        half = 0.5 * (roof - floor)
        through = [
            lines([(x, y), (x, y + toward * share * half)])
            for x, share in ((a, crossed_a), (b, crossed_b))
            for y, toward in ((roof, -1.0), (floor, 1.0))
            if share > 0.0
        ]
        size, middle = min(0.6 * self.step, 0.3 * (b - a)), 0.5 * (a + b)
        ahead, behind = (b, a) if sign > 0 else (a, b)
        tips = [
            ((middle, low), (sign, 0.0)),
            ((ahead, roof + 0.8 * size), (0.0, 1.0)),
            ((middle, high), (-sign, 0.0)),
            ((behind, roof + 1.1 * size), (0.0, -1.0)),
        ]
        heads = [
            lines(
                [
                    (x + size * (1.1 * f * u - 0.8 * g * v), y + size * (1.1 * f * v + 0.8 * g * u))
                    for f, g in ((1.0, 0.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, 0.0))
                ]
            )
            for (x, y), (u, v) in tips
        ]
        none = [np.zeros((0, 3))]
        return np.concatenate(through or none), np.concatenate(free), np.concatenate(heads)

    def loops(self) -> list[tuple[float, float, float, float, float]]:
        """What is drawn, read back from its points: of every loop the current (nA, its sign the direction in
        the core), where it enters and leaves the core (mm), and how much of its ways through the wall is
        drawn (0..1).
        """
        out = []
        for through, free, heads in zip(self.through, self.free, self.heads, strict=True):
            p, head, within = free.points, heads.points, through.points
            if not len(p):
                continue
            away = (self.inside - p[:, 1].min()) / self.step
            level = float(self.levels[len(self.levels) - 1 - round(away)])
            sign = float(np.sign(head[0, 0] - head[4, 0]))
            ends = p[:, 0].min(), p[:, 0].max()
            enter, leave = (self.panel.data((x, 0.0))[0] for x in (ends if sign > 0 else ends[::-1]))
            shares = [
                float(np.abs(within[3::4, 1] - within[::4, 1])[np.abs(within[::4, 0] - x) < 1e-9].sum())
                / (self.wall[1] - self.wall[0])
                for x in (ends if sign > 0 else ends[::-1])
            ]
            out.append((sign * level, enter, leave, shares[0], shares[1]))
        return out


def _round_down(x: float) -> float:
    """The largest of 1, 1.5, 2, 3, 5 times a power of ten that is not above x."""
    power = 10.0 ** np.floor(np.log10(x))
    return float(max(k for k in (1.0, 1.5, 2.0, 3.0, 5.0) if k * power <= x * (1 + 1e-9)) * power)


class Axon(VGroup):
    """The wall of an axon under a panel, the cytoplasm below it: its channels, each with the gates, the ions
    and the current of the place where it sits, and the local currents through it.

    area: where on the frame; left and right are the panel's. sites: how many channels (default: as many as
    fit), one kind after the other. clock: whose time is shown in every frame, and at whose pace ions move;
    without one, call show(). transit: how long an ion is under way (seconds of film with a clock, else ms).

    `still` never moves, `moving` does: add the first before, the second after everything else that moves.
    """

    def __init__(
        self,
        panel: Panel,
        area: Area,
        run: CableRun,
        theme: Theme,
        *,
        sites: int | None = None,
        clock: Clock | None = None,
        transit: float = 0.7,
    ) -> None:
        super().__init__()
        self.panel, self.area, self.run, self.theme = panel, area, run, theme
        membrane = run.cable.membrane
        kinds = [c.name for c in membrane.channels if c.gates]
        left, right = panel.inner.left, panel.inner.right
        name_row = 1.25 * TICK * UNIT
        # Above the channels room for ions and the way back, below them for the ball and the way along the core.
        above, below = 1.22, 1.5
        h = min((area.height - name_row) / (above + below), (right - left) / (1.05 * (sites or 6)))
        if sites is None:
            sites = max(len(kinds), int((right - left) / (1.05 * h)) // len(kinds) * len(kinds))
        spare = area.height - name_row - (above + below) * h
        middle = area.top - name_row - 0.5 * spare - above * h
        self.x = left + (np.arange(sites) + 0.5) * (right - left) / sites
        self.names = [kinds[k % len(kinds)] for k in range(sites)]
        self.views = [
            ChannelView(membrane, name, theme, height=h, labels=False).shift([x, middle, 0.0])
            for name, x in zip(self.names, self.x.tolist(), strict=True)
        ]
        gaps = [
            (x - v.half_width, x + v.half_width) for x, v in zip(self.x.tolist(), self.views, strict=True)
        ]
        near = Bilayer(left, right, theme, thickness=0.62 * h, gaps=gaps).shift([0.0, middle, 0.0])
        roof, floor = middle - 0.31 * h, middle - below * h
        corners = [(left, roof), (right, roof), (right, floor), (left, floor), (left, roof)]
        core = filled(lines(corners), mix(theme.ground, theme.line, 0.16))

        # -- what the run says at every site -----------------------------------------------------------------
        self.places = np.array([panel.data((x, 0.0))[0] for x in self.x.tolist()])  # mm
        here = [run.at(1e3 * x) for x in self.places.tolist()]
        at = np.array([min(int(1e3 * x / run.cable.dx), run.cable.count - 1) for x in self.places.tolist()])
        values = membrane.gate_values(run.y)
        self._shown: list[dict[str, float]] = [{} for _ in self.views]
        self._gates = {name: _OverTime(run, np.asarray(v)[:, at]) for name, v in values.items()}
        pace = clock.pace.film if clock is not None else None
        middle_run = here[len(here) // 2]
        quantum = fitting_quantum(middle_run, kinds, clock.pace.rate if clock else np.ones_like, 7.0)
        self.flows = [
            IonFlow(one, name, [view], theme, quantum=quantum, transit=transit, pace=pace, reach=0.42 * h,
                    radius=0.085 * h, seed=1952 + k)
            for k, (one, name, view) in enumerate(zip(here, self.names, self.views, strict=True))
        ]  # fmt: skip
        step = 0.14 * h
        depolarising = [float(np.max(v.channel.e)) > membrane.spike_level for v in self.views]
        edges = [left, *(x for gap in gaps for x in gap), right]
        bare = [0.5 * (p + q) for p, q in zip(edges[::2], edges[1::2], strict=True)]
        inward = [x for x, yes in zip(self.x.tolist(), depolarising, strict=True) if yes]
        outward = [x for x, yes in zip(self.x.tolist(), depolarising, strict=True) if not yes]
        # Past the outermost channel there is always a way out.
        outward = [
            *(bare[:1] if depolarising[0] else []),
            *outward,
            *(bare[-1:] if depolarising[-1] else []),
        ]
        self.currents = LocalCurrents(
            panel,
            run,
            theme,
            Crossings(Places(inward or bare), Places(bare), Places(outward), 0.5 * (right - left) / sites),
            inside=floor + 2.6 * step,
            outside=middle + 0.82 * h,
            wall=(middle - 0.52 * h, middle + 0.52 * h),
            step=step,
        )

        # -- words -------------------------------------------------------------------------------------------
        self.words = VGroup()
        for view in self.views:
            word = Words(title(view.channel), size=TICK, color=view.hue, weight="semibold")
            self.words.add(word.move_to([view.origin[0], area.top - 0.5 * spare - 0.5 * name_row, 0]))
        for text, y in (("outside", middle + 0.68 * h), ("inside", middle - 0.72 * h)):
            word = Words(text, size=SMALL, color=theme.muted)
            if word.width < left - area.left - 0.1:
                self.words.add(word.move_to([left - 0.1, y, 0], aligned_edge=np.array([1.0, 0, 0])))
        #: Where a stimulus at either end is marked: left and right of the core, below the word "inside".
        self.ends = [np.array([x, floor + 2.0 * step, 0.0]) for x in (left, right)]
        self.still = VGroup(core, near, *(v.body for v in self.views), self.words)
        gates = VGroup(*(v.gates for v in self.views))
        self.moving = VGroup(*(v.glow for v in self.views), *self.flows, self.currents, gates)
        self.add(self.still, self.moving)
        self.show(0.0)
        if clock is not None:
            self.follow(clock)

    def show(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        now = {name: of(t).tolist() for name, of in self._gates.items()}
        for k, view in enumerate(self.views):
            gates = {g.name: now[g.name][k] for g in view.channel.gates}
            # Far from a spike gates are at rest for long: what would not move by a hundredth of a pixel stays.
            shown = self._shown[k]
            if not shown or any(abs(x - shown[name]) > STILL for name, x in gates.items()):
                view.set_gates(gates)
                self._shown[k] = gates
            self.flows[k].show(t)
        self.currents.show(t)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        self.moving.add_updater(lambda _: self.show(clock.now), call_updater=True)
        return self

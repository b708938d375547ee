"""An axon cut open along its length: V along it, channels in its upper wall, and through its lower wall the
currents.

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

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from manim import RIGHT, ManimColor, VGroup, VMobject
from numpy.typing import NDArray

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.clock import smoothstep
from hhanim.mobjects.frame.film import Area
from hhanim.mobjects.frame.lettering import SMALL, TICK, UNIT, Words
from hhanim.mobjects.frame.shapes import filled, lines, mix, stroked
from hhanim.mobjects.graph.trace import LINE_WIDTH, Panel, stroke
from hhanim.mobjects.membrane.channels import ChannelView, inactivates
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.ions import IonFlow, fitting_quantum
from hhanim.mobjects.membrane.patch import Bilayer, title
from hhanim.model.cable import CableRun

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Clock

__all__ = ["Axon", "Band", "LocalCurrents", "Profile", "smooth_path"]

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


@dataclass(frozen=True)
class Loop:
    """One loop: its current (nA, the sign its direction in the core), its ends (mm), its size (1: the smallest
    that is seen), and whether it comes from a stimulus.
    """

    current: float
    a: float
    b: float
    size: float
    driven: bool


class LocalCurrents(VGroup):
    """The local circuits of a cable as streamlines, one for every `unit` (nA) of axial current.

    panel: its x axis is in mm. wall: heights of the wall's two faces; inside, outside: how far the current spreads
    above it in the core, below it outside. count: loops that the largest axial current of the run, away from the
    ends, comes to. ground: the colour behind them, which narrow ones fade into.

    What leaves the core of a cable between two places is what flows past the first and not past the second: loop k
    runs from where the axial current rises through (k + 1/2) units to where it falls through it again, inside in
    the direction of that current, outside back. In a current that is spread evenly over its depth what flows
    deeper than a share s of it is 1 - s of the whole: a streamline lies where that is its own level. So the loops
    move as the computed current does, and between two neighbours one unit flows. While a stimulus drives the cable
    at one of its ends, loops begin there, open, in its colour. spans() has the loops; loops() reads back what is
    drawn.
    """

    # Of the panel's width, of the depth: a loop less wide or less deep is not seen, half as large again in full.
    NARROW, SHALLOW = 1 / 40, 0.08
    HEAD = 13 * UNIT

    def __init__(
        self,
        panel: Panel,
        run: CableRun,
        theme: Theme,
        *,
        wall: tuple[float, float],
        inside: float,
        outside: float,
        ground: Any,
        count: int = 3,
        width: float = 3.5,
    ) -> None:
        super().__init__()
        self.panel, self.run, self.wall, self.inside, self.outside = panel, run, wall, inside, outside
        axial = run.axial_current()
        self.x = np.arange(run.cable.count + 1) * run.cable.dx * 1e-3  # mm
        away = slice(run.cable.count // 6, -run.cable.count // 6)
        largest = max(float(np.abs(axial[:, away]).max()), 1e-12)
        self.unit = _round_down(largest / (count - 0.45))
        self.levels = (np.arange(count) + 0.5) * self.unit
        self.narrow = self.NARROW * (panel.x[1] - panel.x[0])
        self._axial = _OverTime(run, axial)
        most = max(
            int(np.count_nonzero(np.diff(s * axial > level, axis=1, prepend=False), axis=1).max() + 1) // 2
            for s in (1.0, -1.0)
            for level in self.levels
        )
        self.drawn: list[Loop] = []
        self._ground = ground
        self._colors = {True: theme.color("stimulus"), False: theme.ink}
        # One mobject of each kind for every loop there can be at once: each fades on its own.
        empty = np.zeros((0, 3))
        self.lines = VGroup(*(stroked(empty, theme.ink, stroke(width)) for _ in range(2 * count * most)))
        self.heads = VGroup(*(filled(empty, theme.ink) for _ in self.lines))
        self.add(self.lines, self.heads)
        self.show(0.0)

    def spans(self, t: float) -> list[Loop]:
        """The loops of the computed current at time t (ms); their ends in mm."""
        axial = self._axial(t)
        dx = self.run.cable.dx
        sources = [
            dx * 1e-3 * int(min(c.position, self.run.cable.length - 0.5 * dx) / dx)
            for c in self.run.clamps
            if float(c.current(t)) != 0.0  # type: ignore[operator, arg-type]
        ]
        out = []
        for sign in (1.0, -1.0):
            for level in self.levels.tolist():
                for a, b in self._stretches(sign * axial - level):
                    enters = a if sign > 0 else b
                    within = sign * axial[(self.x > a) & (self.x < b)]
                    depth = 1.0 - level / within.max(initial=level)
                    size = min((b - a) / self.narrow, depth / self.SHALLOW)
                    driven = any(0.0 <= enters - x <= dx * 1e-3 * (1 + 1e-9) for x in sources)
                    out.append(Loop(sign * level, a, b, size, driven))
        return out

    def show(self, t: float) -> Self:
        """Draw the loops at time t (ms)."""
        axial = np.abs(self._axial(t))
        self.drawn = [loop for loop in self.spans(t) if loop.size > 1.0]
        for k, (line, head) in enumerate(zip(self.lines, self.heads, strict=True)):
            if k >= len(self.drawn):
                line.points = head.points = np.zeros((0, 3))
                continue
            loop = self.drawn[k]
            line.points, head.points = self._points(loop, axial)
            seen = smoothstep(2.0 * (loop.size - 1.0))
            color = mix(self._ground, self._colors[loop.driven], seen).to_rgb()
            # The opacity stays, for what fades it in or out.
            line.stroke_rgbas = np.append(color, line.stroke_rgbas[0, 3])[None, :]
            head.fill_rgbas = np.append(color, head.fill_rgbas[0, 3])[None, :]
        return self

    def _stretches(self, above: Array) -> list[tuple[float, float]]:
        """Where a quantity along the cable is positive: both ends (mm) of every stretch."""
        on = above > 0.0
        if not on.any():
            return []
        up = np.flatnonzero(~on[:-1] & on[1:])
        down = np.flatnonzero(on[:-1] & ~on[1:])

        def cross(k: Array) -> Array:
            u = above[k] / (above[k] - above[k + 1])
            return np.asarray(self.x[k] + (self.x[k + 1] - self.x[k]) * u)

        first, last = cross(up).tolist(), cross(down).tolist()
        if on[0]:
            first.insert(0, float(self.x[0]))
        if on[-1]:
            last.append(float(self.x[-1]))
        return list(zip(first, last, strict=True))

    def _points(self, loop: Loop, axial: Array) -> tuple[Array, Array]:
        """Points of a loop's line inside and outside, and of its heads."""
        low, high = self.wall
        between = np.flatnonzero((self.x > loop.a) & (self.x < loop.b))
        depth = 1.0 - abs(loop.current) / axial[between]
        weight = np.clip(depth - 0.5 * depth.max(), 0.0, None)
        middle = float((weight * self.x[between]).sum() / weight.sum())
        # Fewer points will do; those that stay are the same in every frame.
        some = between % 3 == 0
        x = np.concatenate([[loop.a], self.x[between][some], [loop.b]])
        depth = np.concatenate([[0.0], depth[some], [0.0]])
        forward = loop.current > 0.0
        if loop.driven:  # from the end face of the cable, level
            end, beside = (0, 1) if forward else (-1, -2)
            depth[end] = depth[beside]
        px = self.panel.at(x, 0.0)[:, 0]
        curves = [
            np.stack([px, y, 0.0 * px], axis=1)
            for y in (high + self.inside * depth, low - self.outside * depth)
        ]
        mid = float(self.panel.at(middle, 0.0)[0])
        heads, size = [], min(self.HEAD, 0.14 * float(px[-1] - px[0]))
        for curve, sign in zip(curves, (1.0, -1.0) if forward else (-1.0, 1.0), strict=True):
            near, tip = (np.array([p, np.interp(p, px, curve[:, 1])]) for p in (mid - 0.05, mid + 0.05))
            along = sign * (tip - near) / np.hypot(*(tip - near))
            heads.append(arrowhead(0.5 * (near + tip), along, size))
        return np.concatenate([smooth_path(c) for c in curves]), np.concatenate(heads)

    def loops(self) -> list[tuple[float, float, float, float]]:
        """What is drawn, read back from its points: of every loop where it enters and leaves the core (mm), where it
        is deepest (mm), and which share of the depth it keeps there.
        """
        out = []
        for line, head in zip(self.lines, self.heads, strict=True):
            if not len(line.points):
                continue
            inner = line.points[: len(line.points) // 2]
            ends = [self.panel.data(p)[0] for p in (inner[0], inner[-1])]
            if head.points[0, 0] < head.points[4, 0]:
                ends = ends[::-1]
            top = inner[int(np.argmax(inner[:, 1]))]
            out.append(
                (ends[0], ends[1], self.panel.data(top)[0], float(top[1] - self.wall[1]) / self.inside)
            )
        return out


def arrowhead(middle: Array, along: Array, size: float) -> Array:
    """An arrow's head about a point (2,), pointing along a unit vector (2,), as Bézier points (12, 3)."""
    across = np.array([-along[1], along[0]])
    corners = [(1.1, 0.0), (-1.1, 0.8), (-1.1, -0.8), (1.1, 0.0)]
    return lines([middle + size * (f * along + g * across) for f, g in corners])


class Band(VMobject):
    """A strip along the cable that takes, at every place, the shade of a share 0..1 from one colour to another.

    shares: (T, n) of the run. bottom, top: its heights. shown() reads the shares back.
    """

    def __init__(
        self, panel: Panel, run: CableRun, shares: Array, bottom: float, top: float, none: Any, all_: Any
    ) -> None:
        super().__init__(stroke_width=0.0, fill_opacity=1.0)
        (left, right) = panel.at(np.array([0.0, run.cable.length]) * 1e-3, 0.0)[:, 0].tolist()
        self.points = lines([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)])
        self.sheen_direction = RIGHT  # that of the gradient
        self._of = _OverTime(run, shares)
        self._none, self._all = ManimColor(none).to_rgb(), ManimColor(all_).to_rgb()
        self.show(0.0)

    def show(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        colors = self._none + (self._all - self._none) * np.clip(self._of(t), 0.0, 1.0)[:, None]
        # The opacity stays, for what fades it in or out.
        self.fill_rgbas = np.concatenate([colors, np.full((len(colors), 1), self.fill_rgbas[0, 3])], axis=1)
        return self

    def shown(self) -> Array:
        """The shares (n,) that the colours stand for."""
        way = self._all - self._none
        return np.asarray((self.fill_rgbas[:, :3] - self._none) @ way / (way @ way))


def _of_largest(run: CableRun, density: Array) -> Array:
    """The size of something (T, n) as the share of its largest, away from the ends."""
    away = slice(run.cable.count // 6, -run.cable.count // 6)
    size = np.abs(density)
    return np.asarray(size / max(float(size[:, away].max()), 1e-12))


def _round_down(x: float) -> float:
    """The largest of 1, 1.5, 2, 3, 5 times a power of ten that is not above x."""
    power = 10.0 ** np.floor(np.log10(x))
    return float(max(k for k in (1.0, 1.5, 2.0, 3.0, 5.0) if k * power <= x * (1 + 1e-9)) * power)


class Axon(VGroup):
    """An axon under a panel, cut open along its length. In its upper wall sit channels, each with the gates, the
    ions and the current of the place where it sits. Its lower wall shows the same membrane evenly: what flows through
    channels of each kind as a strip of light, the charge on both faces, and the local currents through it.

    area: where on the frame; left and right are the panel's. sites: how many channels (default: as many as
    fit), one kind after the other from either end, so that the two halves are alike. clock: whose time is shown in
    every frame, and at whose pace ions move; without one, call show(). transit: how long an ion is under way (seconds
    of film with a clock, else ms). loops: draw the local currents. refractory: shade the core where channels are
    inactivated.

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
        loops: bool = True,
        refractory: bool = False,
    ) -> None:
        super().__init__()
        self.panel, self.area, self.run, self.theme = panel, area, run, theme
        membrane = run.cable.membrane
        kinds = [c.name for c in membrane.channels if c.gates]
        left, right = panel.inner.left, panel.inner.right
        name_row = 1.25 * TICK * UNIT
        # A channel with the ions above and the ball below it takes twice its height; the rest is for the lower
        # wall and for the current on both sides of that.
        if sites is None:
            sites = max(11, (int((right - left) / (1.05 * 0.215 * area.height)) - 1) // 2 * 2 + 1)
        h = min(0.215 * area.height, (right - left) / (1.05 * sites))
        thick = 1.2 * len(kinds) * SMALL * UNIT
        room = area.height - name_row - 2.0 * h - thick
        outside = min(0.5 * room, 1.8 * h)
        top = area.top - 0.5 * (room - 2.0 * outside)
        middle = top - name_row - 0.94 * h
        roof, floor = middle - 0.31 * h, middle - 1.06 * h - outside
        inside = middle - 0.5 * h - floor
        self.x = left + (np.arange(sites) + 0.5) * (right - left) / sites
        self.names = [kinds[min(k, sites - 1 - k) % len(kinds)] for k in range(sites)]
        self.views = [
            ChannelView(membrane, name, theme, height=h, labels=False).shift([x, middle, 0.0])
            for name, x in zip(self.names, self.x.tolist(), strict=True)
        ]
        gaps = [
            (x - v.half_width, x + v.half_width) for x, v in zip(self.x.tolist(), self.views, strict=True)
        ]
        near = Bilayer(left, right, theme, thickness=0.62 * h, gaps=gaps).shift([0.0, middle, 0.0])
        tone = mix(theme.ground, theme.line, 0.16)
        corners = [(left, roof), (right, roof), (right, floor), (left, floor), (left, roof)]
        core = filled(lines(corners), tone)

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
        self.flows = VGroup(
            *(
                IonFlow(one, name, [view], theme, quantum=quantum, transit=transit, pace=pace, reach=0.42 * h,
                        radius=0.085 * h, seed=1952 + k)
                for k, (one, name, view) in enumerate(zip(here, self.names, self.views, strict=True))
            )
        )  # fmt: skip

        # -- what it says everywhere -------------------------------------------------------------------------
        faint = mix(theme.ground, theme.line, 0.30)
        cuts = np.linspace(floor, floor - thick, len(kinds) + 1).tolist()
        bands = [(bottom, top) for top, bottom in pairwise(cuts)]
        self.strips = VGroup()
        for name, (bottom, upper) in zip(kinds, bands, strict=True):
            hue = theme.color(quantities(membrane)[f"I_{name}"])
            self.strips.add(Band(panel, run, _of_largest(run, run.current(name)), bottom, upper, faint, hue))
        rims = stroked(np.concatenate([lines([(left, y), (right, y)]) for y in (floor, floor - thick)]),
                       theme.line, stroke(3.0))  # fmt: skip
        size = 11.0 * UNIT
        count = int((right - left) / (4.0 * size))
        spots = left + (np.arange(count) + 0.5) * (right - left) / count
        self.charge = SurfaceCharge(
            spots, 0.5 * thick + 1.7 * size, theme, size=size, width=stroke(3.5)
        ).move_centre(0.0, floor - 0.5 * thick)
        self._v = _OverTime(run, absolute(membrane, run["V"]))
        self._spots = np.clip(
            [int(1e3 * panel.data((x, 0.0))[0] / run.cable.dx) for x in self.charge.places.tolist()],
            0, run.cable.count - 1,
        )  # fmt: skip
        self.currents = LocalCurrents(
            panel, run, theme, wall=(floor - thick, floor), inside=inside, outside=outside, ground=tone
        )
        self.wake = VGroup()
        for gate in [g for g in membrane.gates if refractory and inactivates(membrane, g)][:1]:
            shut = 1.0 - values[gate] / values[gate][:1]
            self.wake.add(Band(panel, run, shut, floor, roof, tone, mix(theme.ground, theme.line, 0.65)))

        # -- words -------------------------------------------------------------------------------------------
        #: The height of the words above the channels.
        self.row = top - 0.5 * name_row
        self.titles, self.words = VGroup(), VGroup()
        for k, name in enumerate(kinds):
            view = self.views[self.names.index(name)]
            word = Words(title(view.channel), size=TICK, color=view.hue, weight="semibold")
            self.titles.add(word.move_to([view.origin[0], self.row, 0]))
            beside = (
                word.copy()
                .scale(SMALL / TICK)
                .move_to([left - 0.1, 0.5 * sum(bands[k]), 0], aligned_edge=RIGHT)
            )
            self.words.add(beside)
        for text, y in (("outside", middle + 0.68 * h), ("inside", middle - 0.62 * h)):
            word = Words(text, size=SMALL, color=theme.muted)
            if word.width < left - area.left - 0.1:
                self.words.add(word.move_to([left - 0.1, y, 0], aligned_edge=RIGHT))
        #: Where a stimulus at either end is marked: left and right of the core.
        self.ends = [np.array([x, floor + 0.45 * inside, 0.0]) for x in (left, right)]
        bodies = VGroup(*(v.body for v in self.views))
        self.still = VGroup(core, near, bodies, rims, self.words, self.titles)
        gates = VGroup(*(v.gates for v in self.views))
        #: Where the local currents are shown, or can be put.
        self.loops = VGroup(*([self.currents] if loops else []))
        self.moving = VGroup(
            self.wake, *([bodies] if refractory else []), self.strips, self.loops, self.charge,
            VGroup(*(v.glow for v in self.views)), self.flows, gates,
        )  # fmt: skip
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
        self.charge.show_along(-self._v(t)[self._spots])  # its inside is above
        for part in (*self.strips, *self.wake, self.currents):
            part.show(t)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        self.moving.add_updater(lambda _: self.show(clock.now), call_updater=True)
        return self

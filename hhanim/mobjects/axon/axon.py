"""An axon cut open along its length: V along it, channels in its upper wall, and through its lower wall the
currents.

    class Travel(Film):
        def construct(self):
            cable = Cable("modern", length=60_000, diameter=476)
            run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
            clock = Clock(Pace(4.5, rate=0.5), self.theme)
            top, bottom = self.area.rows(1, 1)
            panel = Panel(top, self.theme).x("mm", 0, 60).y("", -90, 60)
            axon = Axon(panel, bottom, run, self.theme, clock=clock)
            self.add(panel, axon.backdrop, axon.still)
            self.add(Profile(panel, run, "V", self.theme).follow(clock), axon.moving)
            self.play(clock.run())

Positions are millimetres, on the x axis of the panel. Everything is computed from the run beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import RIGHT, VGroup, VMobject

from hhanim.language import text
from hhanim.look import Theme, quantities
from hhanim.look.section import inactivates
from hhanim.look.words import channel_name
from hhanim.mobjects.axon.currents import LocalCurrents
from hhanim.mobjects.axon.profile import Band
from hhanim.mobjects.circuit.clamp import plugs
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import SMALL, TICK, Words
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, filled, lines, mix
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.membrane.bilayer import Bilayer
from hhanim.mobjects.membrane.channels import ChannelView, blocked_and_free
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.ions import IonFlow
from hhanim.model.cable import CableRun
from hhanim.model.gating import CARRYING, sample_opening


def _of_largest(run: CableRun, density: Array) -> Array:
    """The size of something (T, n) as the share of its largest, away from the ends."""
    away = slice(run.cable.count // 6, -run.cable.count // 6)
    size = np.abs(density)
    return np.asarray(size / max(float(size[:, away].max()), 1e-12))


class Axon(VGroup):
    """An axon under a panel, cut open along its length. In its upper wall sit channels, each with the gates, the ions
    and the current of the place where it sits. Its lower wall is the same membrane without single channels: it glows
    in the hue of the ions that carry its current, and shows the charge on both faces and the local currents through it.

    area: where on the frame; left and right are the panel's. sites: how many channels (default: as many as fit), one
    kind after the other from the middle, so that the two halves are alike. clock: whose time is shown in every frame,
    and at whose pace ions move; without one, call draw(). loops: draw
    the local currents.

    `backdrop` (walls, proteins, words) is the same in every run, `still` what a drug plugs in this one: neither moves.
    `moving` does: add the first two before, the last after everything else that moves.
    """

    seen = text("an axon, cut open along its length")

    def __init__(
        self,
        panel: Panel,
        area: Area,
        run: CableRun,
        theme: Theme,
        *,
        sites: int | None = None,
        clock: Clock | None = None,
        loops: bool = True,
    ) -> None:
        super().__init__()
        self.panel, self.area, self.run, self.theme = panel, area, run, theme
        self._membrane = run.cable.membrane
        self._kinds = [c.name for c in self._membrane.channels if c.gates]
        self._left, self._right = panel.inner.left, panel.inner.right
        self._layers(sites)
        self._tone, self._unlit = (mix(theme.ground, theme.line, share) for share in (0.16, 0.30))
        self.glow = self._glow()
        bodies = VGroup(*(v.body for v in self.views))
        self._follow_gates()
        self.flows = self._ions(clock)
        self.charge = self._surface()
        wall = (self._floor - self._thick, self._floor)  # the loops stay below the balls of the upper one
        self.currents = LocalCurrents(
            panel, run, theme, wall=wall, inside=self._inside - 0.62 * self._h, outside=self._outside,
            ground=self._tone, clear=3.0 * self.charge.size,
        )  # fmt: skip
        self._write()
        #: Where a stimulus at either end is marked: left and right of the core.
        self.ends = [np.array([x, self._floor + 0.45 * self._inside, 0.0]) for x in (self._left, self._right)]
        core, *sides = self._walls()
        self.backdrop = VGroup(core, *sides, bodies, self.words, self.titles)
        self.still = VGroup(*(plug.seat() for plug in plugs(self.views, theme)))
        #: Where the local currents are shown, or can be put.
        self.loops = VGroup(*([self.currents] if loops else []))
        glow, gates = (VGroup(*parts) for parts in zip(*((v.glow, v.gates) for v in self.views), strict=True))
        self.moving = VGroup(self.glow, self.loops, self.charge, glow, self.flows, gates)
        self.add(self.backdrop, self.still, self.moving)
        self.draw(0.0)
        if clock is not None:
            self.follow(clock)

    def _layers(self, sites: int | None) -> None:
        """The heights of everything, and the channels at their sites in the upper wall."""
        area, width, row = self.area, self._right - self._left, 1.25 * TICK * UNIT
        # A channel with the ions above and the ball below it takes twice its height; the rest is for the lower
        # wall and for the current on both sides of that.
        if sites is None:
            sites = max(11, (int(width / (1.05 * 0.215 * area.height)) - 1) // 2 * 2 + 1)
        self._h = h = min(0.215 * area.height, width / (1.05 * sites))
        self._thick = 0.62 * h
        room = area.height - row - 2.0 * h - self._thick
        reach = min(0.5 * room, 1.8 * h)
        self._outside = 0.85 * reach  # inside, what flows keeps below the balls
        top = area.top - 0.5 * (room - 2.0 * reach)
        #: The height of the words above the channels.
        self.row = top - 0.5 * row
        self._middle = top - row - 0.94 * h
        self._roof, self._floor = self._middle - 0.31 * h, self._middle - 1.06 * h - 1.15 * reach
        self._inside = self._middle - 0.5 * h - self._floor
        self.x = self._left + (np.arange(sites) + 0.5) * width / sites
        # The stretch with open channels of the kind that lifts V is the shortest: two of it for each other one.
        inward = self.run.carrier("in")
        kinds = sorted(self._kinds, key=lambda name: name != inward)
        kinds = [*kinds[:1], *kinds]
        self.names = [kinds[abs(k - sites // 2) % len(kinds)] for k in range(sites)]
        self.views = [
            ChannelView(self._membrane, name, self.theme, height=h, labels=False).shift(
                (x, self._middle, 0.0)
            )
            for name, x in zip(self.names, self.x.tolist(), strict=True)
        ]

    def _walls(self) -> tuple[VMobject, ...]:
        """The core, the upper wall with gaps for the channels, and the lower wall."""
        left, right, roof, floor = self._left, self._right, self._roof, self._floor
        gaps = [
            (x - v.half_width, x + v.half_width) for x, v in zip(self.x.tolist(), self.views, strict=True)
        ]
        near, far = (Bilayer(left, right, self.theme, thickness=self._thick, gaps=g) for g in (gaps, ()))
        corners = [(left, roof), (right, roof), (right, floor), (left, floor), (left, roof)]
        far.shift((0.0, floor - 0.5 * self._thick, 0.0))
        dark = self.glow.copy().set_fill(self._unlit)
        return filled(lines(corners), self._tone), near.shift((0.0, self._middle, 0.0)), far, dark

    def _follow_gates(self) -> None:
        """The gates of the channel at every site, that open and shut by chance along the voltage there."""
        run = self.run
        self.places = np.array([self.panel.data((x, 0.0))[0] for x in self.x.tolist()])  # mm
        self._values = self._membrane.gate_values(run.y)
        self._here = [run.at(1e3 * x) for x in self.places.tolist()]
        #: The simulated gates of every site's channel.
        self.samples = [
            sample_opening(here, name, seed=k, against=CARRYING)  # no Na⁺ channel is open behind the glow
            for k, (here, name) in enumerate(zip(self._here, self.names, strict=True))
        ]
        for here, view in zip(self._here, self.views, strict=True):
            view.blocked = bool(blocked_and_free([view], here.membrane.channel(view.channel.name))[0])

    def _ions(self, clock: Clock | None) -> VGroup:
        """The ions that cross at every site where no drug blocks the channel."""
        style: Any = {
            "pace": clock.pace.film if clock else None,
            "reach": 0.42 * self._h,
            "radius": 0.055 * self._h,
        }
        sites = zip(self._here, self.names, self.views, self.samples, strict=True)
        return VGroup(
            *(
                IonFlow(run, name, view, self.theme, openings=sample.openings(), seed=1952 + k, **style)
                for k, (run, name, view, sample) in enumerate(sites)
                if not view.blocked
            )
        )

    def _glow(self) -> Band:
        """Between the lower wall's heads, as bright as the ionic current is large: inward in the hue of what carries
        most of the inward current, outward in that of the outward one.
        """
        run, known = self.run, quantities(self._membrane)
        share = _of_largest(run, run["I_ion"])
        hues = [self.theme.color(known[f"I_{run.carrier(way)}"]) for way in ("in", "out")]
        shares = [np.where(way * run["I_ion"] > 0.0, share, 0.0) for way in (-1.0, 1.0)]
        middle, half = self._floor - 0.5 * self._thick, 0.34 * self._thick
        return Band(self.panel, run, shares, middle - half, middle + half, self._unlit, hues)

    def _surface(self) -> SurfaceCharge:
        """The charge on both faces of the lower wall."""
        size, run = 11.0 * UNIT, self.run
        count = int((self._right - self._left) / (4.0 * size))
        spots = self._left + (np.arange(count) + 0.5) * (self._right - self._left) / count
        charge = SurfaceCharge(
            spots, 0.5 * self._thick + 1.7 * size, self.theme, size=size, width=stroke(3.5)
        ).move_centre(0.0, self._floor - 0.5 * self._thick)
        self._v = Sampled(run.t, absolute(self._membrane, run["V"]))
        at = [int(1e3 * self.panel.data((x, 0.0))[0] / run.cable.dx) for x in charge.places.tolist()]
        self._spots = np.clip(at, 0, run.cable.count - 1)
        return charge

    def _write(self) -> None:
        """The names of the channels above the first of each kind, and of the two sides."""
        self.titles, self.words, edge = VGroup(), VGroup(), self._left - 0.1
        for name in self._kinds:
            view = self.views[self.names.index(name)]
            word = Words(channel_name(view.channel), size=TICK, color=view.hue, weight="semibold")
            self.titles.add(word.move_to((view.origin[0], self.row, 0)))
        for side, y in (
            ("outside", self._middle + 0.68 * self._h),
            ("inside", self._middle - 0.62 * self._h),
            ("ion current", self._floor - 0.5 * self._thick),
        ):
            word = Words(side, size=SMALL, color=self.theme.muted)
            if word.width < edge - self.area.left:
                self.words.add(word.move_to((edge, y, 0), aligned_edge=RIGHT))

    @property
    def wall(self) -> tuple[float, float, float]:
        """Its upper wall, (x, y, thickness): what a zoom enters."""
        return float(self.area.center[0]), self._middle, self._thick

    @property
    def unit(self) -> str:
        """The current that one of the local currents' lines stands for, with the unit that suits its size."""
        nanoampere = self.currents.unit
        unit, size = next((u for u in (("mA", 1e6), ("µA", 1e3)) if nanoampere >= u[1]), ("nA", 1.0))
        return f"{nanoampere / size:g} {unit}"

    def refractory(self, half: int) -> Callable[[float], tuple[float, float] | None]:
        """From where to where (mm) more than half of the channels that were not are inactivated, and the rest of them
        shut: the first such stretch (0) or the last (-1).
        """
        run, channel = self.run, self._membrane.channel(self.run.carrier("in"))
        gates = [g for g in channel.gates if inactivates(self._membrane, g.name)][:1]
        shut = sum(
            (1.0 - self._values[g.name] / self._values[g.name][:1] for g in gates), np.zeros(run["V"].shape)
        )
        open_ = np.prod([self._values[g.name] ** g.power for g in channel.gates], axis=0)
        sampled = Sampled(run.t, np.where(open_ > 0.3 * open_.max(), 0.0, shut))

        def where(t: float) -> tuple[float, float] | None:
            on = np.concatenate([[False], sampled(t) > 0.5, [False]])
            found = np.flatnonzero(on[1:] != on[:-1]).reshape(-1, 2)
            if not len(found):
                return None
            first, beyond = found[half].tolist()
            return 1e-3 * float(run.x[first]), 1e-3 * float(run.x[beyond - 1])

        return where

    def draw(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        for moving in (*self.flows, *self.loops):
            moving.draw(t)
        return self._rest(t)

    def advance(self, t: float, seconds: float) -> Self:
        """Draw it at time t (ms), so many seconds of film after it was drawn last."""
        for moving in (*self.flows, *self.loops):
            moving.advance(t, seconds)
        return self._rest(t)

    def _rest(self, t: float) -> Self:
        for view, sample in zip(self.views, self.samples, strict=True):
            view.set_gates({gate.name: sample.gates(gate.name, t)[0] for gate in view.channel.gates})
        self.charge.draw_along(-self._v(t)[self._spots])  # its inside is above
        self.glow.draw(t)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""

        def show(_: Any, dt: float) -> None:
            self.advance(clock.now, dt)

        self.moving.add_updater(show)
        return self

"""The membrane: a bilayer in cross-section, and a patch of it with channels, ions and charge.

    class Patch(Film):
        stimulus: Protocol = "pulse(10, 2, 1)"

        def construct(self):
            run = simulate(self.membrane, self.stimulus, duration=20)
            clock = Clock(Pace(20.0, rate=2.0, slow=[(3.5, 7.0, 0.3)]), self.theme)
            patch = MembranePatch(run, self.theme, self.area, clock=clock)
            self.add(patch.still, patch.moving)
            self.play(clock.run())

Extracellular side above, cytoplasm below. What never moves is in `still`, what moves in `moving`: add them
in that order and manim draws the still part once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from manim import DL, DR, UL, UP, UR, VGroup

from hhanim.language import text
from hhanim.look import Theme, quantities
from hhanim.look.section import WAITING
from hhanim.look.words import channel_name
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import SMALL, TICK, Words
from hhanim.mobjects.frame.shapes import Array
from hhanim.mobjects.membrane.bilayer import Bilayer, between
from hhanim.mobjects.membrane.channels import ChannelView, blocked_and_free, in_a_row
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.electrode import Electrode
from hhanim.mobjects.membrane.ions import FilmTime, IonFlow, RestingIons, Stream, cloud
from hhanim.model import Membrane, Trajectory
from hhanim.model.gating import Patch, sample_opening, sample_within


class Instant:
    """A trajectory read at one moment: the last one is kept, for many mobjects that ask for it."""

    def __init__(self, run: Trajectory) -> None:
        self.run = run
        self._t: float | None = None
        self._read: dict[str, float] = {}

    def __call__(self, t: float) -> Mapping[str, float]:
        """V, every gate, and the currents "I_Na" … at t (ms), as floats."""
        t = min(max(float(t), 0.0), self.run.duration)
        if t != self._t:
            now = self.run.at([t])
            membrane = self.run.membrane
            out = {"V": float(now["V"][0])}
            out |= {name: float(x[0]) for name, x in membrane.gate_values(now.y).items()}
            out |= {f"I_{name}": float(i[0]) for name, i in membrane.currents(now.y).items()}
            self._t, self._read = t, out
        return self._read


class MembranePatch:
    """A patch of membrane that lives the trajectory: channels open and shut by chance, ions cross, charge turns over.

    run: what the membrane does. theme, area: how and where it is drawn. channels: their names from left to right, by
        default each kind once; several of a kind behave each in its own way. ions: of which channels ions are there.
    clock: followed in every frame; without one, call draw(). seed: of the chance by which gates open and shut; samples:
        gates of these kinds that were simulated already, so that two pictures show one channel; within: from when to
        when (ms) the only channels of these kinds are open, as nearly as chance has it.
    electrode: show the pipette through which the run's stimulus is injected, at the left.
    labels: write the names of channels, gates and sides; letters: those of gates, too. charge: show it. height: of the
        channels (scene units).
    level: where in the area the membrane lies, from 0 (bottom) to 1 (top).

    Every channel is open or shut: its gates are simulated one by one along the run's voltage (see sample_opening()), so
    that of each kind the channel nearest the middle is open when the run's conductance is largest. Ions pass an open
    channel in proportion to the driving force.

    `still` (lipids, proteins, words) and `moving` (ions, gates, charge) are the two groups to add. draw(t) puts
    everything at the model's time t (ms); follow(clock) does so in every frame, and lets ions move on while it stands.
    """

    seen = text("a membrane from the side, with its channels and ions")

    def __init__(
        self,
        run: Trajectory,
        theme: Theme,
        area: Area,
        *,
        channels: Sequence[str] | None = None,
        ions: Sequence[str] | None = None,
        clock: Clock | None = None,
        labels: bool = True,
        letters: bool = True,
        charge: bool = True,
        level: float = 0.53,
        height: float | None = None,
        electrode: bool = False,
        seed: int = 0,
        samples: Mapping[str, Patch] = MappingProxyType({}),
        within: Mapping[str, tuple[float, float]] = MappingProxyType({}),
    ) -> None:
        membrane = run.membrane
        self.run, self.theme, self.area = run, theme, area
        self.read = Instant(run)
        names = list(channels) if channels is not None else _usual(membrane)
        self.time = FilmTime(clock.pace.film if clock is not None else float)
        self.middle = area.bottom + level * area.height
        self._left = area.left + (1.0 if electrode else 0.0)  # where the room of the channels begins
        self.views = self._channels(names, height, labels and letters)
        #: The simulated gates of each kind of channel; `number` says for each view which of its kind it is.
        self.samples = {
            name: samples.get(name) or sample_opening(run, name, names.count(name), seed)
            for name in dict.fromkeys(names)
        } | {name: sample_within(run, name, *span, seed) for name, span in within.items()}
        inward = sorted(range(len(names)), key=lambda k: abs(k - len(names) // 2))
        alike = [[k for k in inward if names[k] == name] for name in names]
        self.number = [same.index(k) for k, same in enumerate(alike)]
        self.thickness = 0.66 * self.height
        self._top = area.top - (1.5 * TICK * UNIT if labels else 0.0)  # below the channels' names
        gaps = [(v.origin[0] - v.half_width, v.origin[0] + v.half_width) for v in self.views]
        self.radius = 0.045 * self.height + 0.012
        self.electrode = self._pipette() if electrode else None
        if self.electrode is not None:
            x, wide = self.electrode.get_x(), 1.3 * self.electrode.half_width(self.middle)
            gaps.append((x - wide, x + wide))
        self.bilayer = Bilayer(area.left, area.right, theme, thickness=self.thickness, gaps=gaps)
        self.bilayer.shift(self.middle * UP)
        self.flows = self._flows()
        self.charge = self._surface(gaps) if charge else None
        self.words = self._words() if labels else VGroup()
        self.waiting = self._waiting(names if ions is None else ions)
        self.still = VGroup(self.bilayer, *(v.body for v in self.views), self.words)
        self.moving = VGroup(
            *(v.glow for v in self.views), self.waiting, *self.flows, *(v.gates for v in self.views)
        )
        if self.charge is not None:
            self.moving.add(self.charge)
        if self.electrode is not None:
            self.still.add(self.electrode.glass)
            self.moving.add(self.electrode.stream)
        for part in self.moving:
            part.suspend_updating()  # the whole is what follows a clock: manim need not ask every part
        self.draw(0.0)
        if clock is not None:
            self.follow(clock)

    def _channels(self, names: Sequence[str], height: float | None, letters: bool) -> list[ChannelView]:
        """The channels side by side, all of one height: as large as the area allows, if it is not given."""
        area, membrane = self.area, self.run.membrane
        trial = [ChannelView(membrane, name, self.theme, height=1.0, labels=False) for name in names]
        widths = np.array([2.0 * c.half_width for c in trial])
        by_width = (area.right - self._left) / float(widths.sum() + 0.42 * (len(names) + 1))
        self.height = height if height is not None else min(by_width, 0.40 * area.height)
        room = (area.right - self._left - self.height * widths.sum()) / (len(names) + 1)
        x, views = self._left, []
        for name, width in zip(names, widths * self.height, strict=True):
            x += room
            view = ChannelView(membrane, name, self.theme, height=self.height, labels=letters)
            view.shift((x + 0.5 * width, self.middle, 0.0))
            views.append(view.set_gates(dict.fromkeys(membrane.gates, 0.0)))
            x += width
        return views

    def _flows(self) -> list[IonFlow]:
        """The ions that cross, for each channel that is not blocked."""
        half = 0.5 * self.height
        free = min(self._top - (self.middle + half), self.middle - half - self.area.bottom)
        x = np.array([self._left, *(v.origin[0] for v in self.views), self.area.right])
        for name in self.samples:
            for view in blocked_and_free(self.views, self.run.membrane.channel(name))[0]:
                view.blocked = True
        return [
            IonFlow(
                self.run,
                view.channel.name,
                view,
                self.theme,
                openings=self.samples[view.channel.name].openings(self.number[k]),
                pace=self.time.film,
                radius=self.radius,
                reach=0.78 * free,
                # Between two channels there is room for the ions of both.
                aside=0.5 * float(np.diff(x)[[k, k + 1]].min()) - 1.5 * self.radius,
                seed=1952 + k,
            )
            for k, view in enumerate(self.views)
            if not view.blocked
        ]

    def _pipette(self) -> Electrode:
        """The electrode, from the height of the names into the cytoplasm."""
        inner = self.middle - 0.5 * self.height
        tip = inner - 0.25 * (inner - self.area.bottom)
        reach = 0.6 * (tip - self.area.bottom)
        x = 0.5 * (self.area.left + self._left)
        style: Any = {"pace": self.time.film, "reach": reach, "radius": min(0.8 * self.radius, 0.08)}
        return Electrode(self.run, self.theme, x, self._top, tip, **style)

    def _surface(self, gaps: Sequence[tuple[float, float]]) -> SurfaceCharge:
        """The charge on both faces, between the channels."""
        step, size = 0.10 * self.height, 0.036 * self.height
        spots = [
            np.linspace(a + 0.5 * step, b - 0.5 * step, max(int((b - a) / step), 1))
            for a, b in between(self.area.left, self.area.right, gaps)
            if b - a > step
        ]
        half, width = 0.5 * self.thickness + 1.9 * size, 0.9 + 1.4 * self.height
        places = np.concatenate(spots or [np.empty(0)])
        return SurfaceCharge(places, half, self.theme, size=size, width=width).move_centre(0.0, self.middle)

    def _words(self) -> VGroup:
        """The names of the sides and of the channels."""
        area, muted = self.area, self.theme.muted
        # At the left, unless the electrode stands there.
        x, up, down = (area.left, UL, DL) if self.electrode is None else (area.right, UR, DR)
        words = VGroup(
            Words("outside", size=SMALL, color=muted).move_to((x, self._top, 0), aligned_edge=up),
            Words("inside", size=SMALL, color=muted).move_to((x, area.bottom, 0), aligned_edge=down),
        )
        if self.electrode is not None:
            name = Words("electrode", size=SMALL, color=self.theme.color("stimulus"))
            words.add(name.move_to((area.left, area.top, 0), aligned_edge=UL))
        for view in self.views:
            name = Words(channel_name(view.channel), size=TICK, color=view.hue, weight="semibold")
            words.add(name.move_to((view.origin[0], area.top, 0), aligned_edge=UP))
        return words

    def _taken(self) -> list[Array]:
        """Where no ion may wait: in words, in the mouths of the channels, where ions pass, where a ball swings."""
        half, taken = 0.5 * self.height, []
        for words in self.words:
            a, b = words.get_left()[0], words.get_right()[0]
            spots = np.linspace(a, b, max(int((b - a) / self.radius), 2))
            taken += [np.array([x, words.get_center()[1]]) for x in spots]
        for view in self.views:
            x, y = view.origin[:2]
            for s in np.linspace(0.0, 0.42 * self.height, 3):
                taken += [np.array([x, y + half + s]), np.array([x, y - half - s])]
            taken += list(view.sweep())
        for flow in self.flows:
            taken += list(flow.ways())
        if self.electrode is not None:
            e, x = self.electrode, self.electrode.get_x()
            taken += list(e.stream.ways())
            for y in np.linspace(self.middle, self._top, 12).tolist():
                taken += [np.array([x + side * e.half_width(y), y]) for side in (-1.0, 1.0)]
        return taken

    def _waiting(self, names: Sequence[str]) -> VGroup:
        """Ions at rest on both sides: sodium mostly outside, potassium mostly inside, as in squid axon."""
        area, membrane, r = self.area, self.run.membrane, self.radius
        reach = 0.5 * self.height * 1.02 + r
        free = [(self.middle + reach, self._top - r), (area.bottom + r, self.middle - reach)]
        size = area.width * (free[0][1] - free[0][0])
        many = int(np.clip(size / (9.0 * r) ** 2 * 1.9, 6, 40))
        channels = {membrane.channel(name).ion: name for name in reversed(names)}  # the first of each ion
        group, taken = VGroup(), self._taken()
        for name in dict.fromkeys(names):
            ion = membrane.channel(name).ion
            if ion not in WAITING or channels[ion] != name:
                continue
            places = []
            for share, (bottom, top) in zip(WAITING[ion], free, strict=True):
                count = max(int(share * many), min(2, round(16 * share)))  # one or two, however few there are
                sides = (area.left + 2.0 * r, area.right - 2.0 * r, bottom + r, top - r)
                found = cloud(count, *sides, apart=4.2 * r, taken=taken, seed=11 + ord(ion[0]))
                taken += list(found)
                places.append(found)
            hue = self.theme.color(quantities(membrane)[f"I_{name}"])
            group.add(
                RestingIons(np.concatenate(places), self.theme.shades(hue).waiting, radius=r, swing=1.0 * r)
            )
        return group

    def icon(self, t: float) -> VGroup:
        """Its channels beside each other, without names, as they are at the model's time t (ms)."""
        views = []
        for view, k in zip(self.views, self.number, strict=True):
            name, sample = view.channel.name, self.samples[view.channel.name]
            small = ChannelView(self.run.membrane, name, self.theme, height=1.2, labels=False)
            views.append(small.set_gates({g.name: sample.gates(g.name, t)[k] for g in view.channel.gates}))
        return in_a_row(views)

    @property
    def band(self) -> tuple[float, float, float]:
        """The membrane, (x, y, thickness): what a zoom enters or leaves; see within()."""
        return float(self.area.center[0]), self.middle, self.thickness

    @property
    def _streams(self) -> list[Stream]:
        return [*self.flows, *([self.electrode.stream] if self.electrode is not None else [])]

    def draw(self, t: float) -> MembranePatch:
        """Everything as it is at the model's time t (ms)."""
        self.time = FilmTime(self.time.film, t)
        for flow in self._streams:
            flow.draw(t)
        return self._rest(t)

    def advance(self, t: float, seconds: float) -> MembranePatch:
        """Everything at the model's time t (ms), so many seconds of film after it was drawn last."""
        self.time.advance(t, seconds)
        for flow in self._streams:
            flow.advance(t, seconds)
        return self._rest(t)

    def _rest(self, t: float) -> MembranePatch:
        """Gates, charge and the ions that wait, at the model's time t (ms)."""
        for view, k in zip(self.views, self.number, strict=True):
            sample = self.samples[view.channel.name]
            view.set_gates({gate.name: sample.gates(gate.name, t)[k] for gate in view.channel.gates})
        for ions in self.waiting:
            ions.draw(self.time.seconds)
        if self.charge is not None:
            self.charge.draw(float(absolute(self.run.membrane, self.read(t)["V"])))
        return self

    def follow(self, clock: Clock) -> MembranePatch:
        """Show the clock's moment in every frame."""

        def show(_: Any, dt: float) -> None:
            self.advance(clock.now, dt)

        self.moving.add_updater(show)
        return self


def _usual(membrane: Membrane) -> list[str]:
    """Each channel once, in the order of its terms in the equation."""
    return [c.name for c in membrane.channels]

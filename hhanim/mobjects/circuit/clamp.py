"""The voltage clamp: the rig of 1952, and the drugs that shut one kind of channel.

class Clamped(Film):
    def construct(self):
        left, right = self.area.columns(1, 1)
        prepared = Preparation(self.membrane, hold=5.0)
        run = prepared.blocked(prepared.inward, 0.0)
        clock = Clock(Pace(6.0, rate=1.0), self.theme)
        patch = MembranePatch(run, self.theme, right, channels=["Na", "K"], clock=clock)
        rig = Rig(left, self.theme, run, clock)
        self.add(rig.still, patch.still, patch.moving, rig.moving)
        self.play(rig.reacts())
        for plug in plugs(patch.views, self.theme):
            self.play(plug.binds())
        self.play(clock.run())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    UR,
    Animation,
    Circle,
    ShowPassingFlash,
    Succession,
    Transform,
    UpdateFromAlphaFunc,
    VGroup,
    VMobject,
)

from hhanim.errors import HHError
from hhanim.language import text
from hhanim.look import Theme
from hhanim.look.numbers import millivolts
from hhanim.look.words import ion_name, tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, Formula, Words
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import filled, lines, mix, rounded, stroked
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.ions import RestingIons
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Channel, Membrane, Trajectory, clamp, simulate
from hhanim.model.ions import thermal_voltage

#: The theme's name for the colour of a drug.
DRUG = "other1"

_LONGEST = 1.6  # of a rig's arrows, of the 3 that its field is high: clear of the amplifier and of the meter

#: Drugs that reach their channel from the cytoplasm: in squid axon TEA has to be injected.
#: Armstrong & Binstock (1965), https://doi.org/10.1085/jgp.48.5.859
FROM_INSIDE = {"tea"}


def drug_name(channel: Channel) -> str:
    """What a channel's blocker is called: "TTX", "TEA", "4-AP"."""
    return (
        channel.blocker.upper().replace("FOUR_", "4-")
        if channel.blocker
        else tr("g = 0 for {channel}", channel=channel.name)
    )


def carriers(membrane: Membrane) -> tuple[Channel, Channel]:
    """The first gated channels of a membrane whose ions flow in and out at level; HHError without both."""
    free = [c for c in membrane.channels if c.gates and c.ion and float(c.unblocked) > 0.0]
    into, out = ([c for c in free if (float(c.e) > membrane.zero) is side] for side in (True, False))
    if not into or not out:
        raise HHError(
            f"{membrane.name} has no two currents to take apart; give a model, and parameters, that leave one "
            "inward and one outward"
        )
    return into[0], out[0]


class Preparation:
    """A membrane under voltage clamp, stepped from rest at `on` (ms) and held there for `hold` (ms).

    `inward` and `outward` are the channels whose currents can be taken apart, see carriers(); `rest` is in mV; `names`
    says what a Story calls them: ion, other, rest.
    """

    def __init__(self, membrane: Membrane, hold: float = 10.0, on: float = 1.0) -> None:
        self.membrane, self.hold, self.on = membrane, hold, on
        self.inward, self.outward = carriers(membrane)
        self.rest = float(membrane.rest()[0])
        self.names: dict[str, Any] = {"ion": self.ion(self.inward), "other": self.ion(self.outward)}
        self.names["rest"] = millivolts(self.rest)

    def ion(self, channel: Channel) -> str:
        """What carries the current of a channel."""
        return ion_name(channel.ion, channel.name)

    def step(self, level: float, **changes: float) -> Trajectory:
        """A step to a level (mV), some of the membrane's parameters changed."""
        membrane = self.membrane.with_(**changes)
        return simulate(membrane, clamp(self.rest, level, start=self.on), self.on + self.hold, sample=0.01)

    def without_drive(self, channel: Channel, level: float) -> Trajectory:
        """A step to the voltage of a channel's battery: so few of its ions are left outside that none flow."""
        return self.step(level, **{f"E{channel.name}": level})

    def blocked(self, channel: Channel, level: float) -> Trajectory:
        """A step with all channels of a kind shut, by their drug where they have one."""
        drug = channel.blocker
        return self.step(level, **({drug: 1.0} if drug else {f"g{channel.name}": 0.0}))


class _Arrow(VMobject):
    """An arrow along y about a place: up with a positive length, down with a negative one."""

    def __init__(self, place: np.ndarray, width: float, color: str) -> None:
        super().__init__(fill_color=color, fill_opacity=1.0, stroke_width=0.0)
        self.place, self.width_ = place, width

    def draw(self, length: float) -> None:
        half, up = 0.5 * abs(length), np.sign(length)
        head = min(1.5 * self.width_, half)
        w, wide = 0.28 * self.width_ * head / (1.5 * self.width_), 0.8 * head
        outline = [(-w, -half), (-w, half - head), (-wide, half - head), (0.0, half)]
        outline += [(-x, y) for x, y in outline[2::-1]] + outline[:1]
        self.points = lines(np.array(outline) * [1.0, up]) + self.place

    @property
    def length(self) -> float:
        """How long it is drawn, negative if it points down."""
        return 2.0 * float(self.points[12, 1] - self.place[1])  # point 12 is its tip


class Rig:
    """The clamp of Hodgkin, Huxley and Katz: a wire in the axon measures V, an amplifier compares it with the command
    and sends, through a second wire, the current that keeps it there. It comes back through the bath.

    run: under voltage clamp. beside: other runs, of which show(k, t) shows one instead, as a sweep is laid; arrows are
    longest for the largest current (µA/cm²) of these, or of the run. `still` (the wiring) and `moving` (the command, V,
    and two arrows as long as the current is large: through the membrane with the ions, and from the amplifier the other
    way) are the two groups to add; reacts() is the animation of one turn of the feedback.
    """

    seen = text("the voltage clamp, wires in an axon and an amplifier")

    def __init__(
        self, area: Area, theme: Theme, run: Trajectory, clock: Clock, *, beside: Sequence[Trajectory] = ()
    ) -> None:
        command, ink = theme.color("stimulus"), theme.ink
        # Drawn on a field 6 wide and 3 high, as large as the area allows.
        self.unit = unit = min(area.width / 6.0, area.height / 3.0)
        corner = area.center - unit * np.array([3.0, 1.5, 0.0])

        def wire(*points: tuple[float, float], color: str = ink) -> VMobject:
            return stroked(lines(corner[:2] + unit * np.array(points)), color, stroke(4))

        def put(mobject: VMobject, x: float, y: float, edge: np.ndarray = 0.0 * UP) -> VMobject:
            return mobject.move_to(corner + unit * np.array([x, y, 0.0]), aligned_edge=edge)

        tube = rounded([(0.3, 0.1), (4.9, 0.1), (4.9, 0.96), (0.3, 0.96)], 0.4)
        axon = filled(tube * unit + corner, mix(theme.ground, theme.line, 0.16), stroke=theme.line)
        axon.set_stroke(width=stroke(4))
        measured, round_ = (
            [(2.0, 0.64), (0.9, 0.64), (0.9, 2.1), (2.4, 2.1)],
            [(4.4, 2.34), (4.4, 0.32), (2.2, 0.32)],
        )
        self.measured, self.sent = wire(*measured), wire((3.4, 2.34), *round_)
        # No current flows in the wire that measures: only on the way out has it the colour of what is sent.
        self._ways = wire(*measured), wire((2.5, 2.1), (3.4, 2.34), (3.6, 2.34)), wire((4.2, 2.34), *round_)
        self._ink, self._accent = ink, command
        self.amplifier = filled(
            lines(corner[:2] + unit * np.array([(2.4, 1.78), (2.4, 2.9), (3.4, 2.34), (2.4, 1.78)])),
            mix(theme.ground, ink, 0.12),
            stroke=ink,
        ).set_stroke(width=stroke(4))
        ground = [wire((5.6 - x, y), (5.6 + x, y)) for x, y in ((0.2, 0.5), (0.13, 0.4), (0.06, 0.3))]
        meter = put(Circle(radius=0.26 * unit, color=ink, stroke_width=stroke(4)), 3.9, 2.34)
        meter.set_fill(theme.ground, opacity=1.0)
        self.still = VGroup(
            axon,
            self.measured,
            self.sent,
            wire((0.3, 2.58), (2.4, 2.58), color=command),
            self.amplifier,
            wire((5.2, 0.2), (5.2, 1.1), (5.6, 1.1), (5.6, 0.5)),
            *ground,
            meter,
            put(Formula("I", size=LABEL, color=command), 3.9, 2.34),
            put(Formula("V", size=LABEL, color=ink), 0.75, 1.45, RIGHT),
            put(Words("command", size=SMALL, color=command), 0.3, 2.66, LEFT + DOWN),
            put(Words("+", size=TICK, color=ink), 2.6, 2.58),
            put(Words("−", size=TICK, color=ink), 2.6, 2.1),
            put(Words("axon", size=SMALL, color=theme.muted), 0.62, 0.34, LEFT),
            put(Words("bath", size=SMALL, color=theme.muted), 5.4, 1.16, DOWN),
            put(Words("ions", size=SMALL, color=theme.muted), 3.62, 1.2, RIGHT),
            put(Words("sent", size=SMALL, color=command), 4.6, 1.5, LEFT),
        )
        self._at: float | None = None
        self.command, self.voltage = (Reading("{} mV", size=SMALL, color=hue) for hue in (command, ink))
        put(self.command, 0.3, 2.5, LEFT + UP)
        put(self.voltage, 1.06, 1.45, LEFT)
        # Across the wall, and on the wire that carries it there.
        places = (corner + unit * np.array([x, 0.96, 0.0]) for x in (3.9, 4.4))
        self.ionic, self.injected = (
            _Arrow(place, 0.2 * unit, color) for place, color in zip(places, (ink, command), strict=True)
        )
        self.moving = VGroup(self.command, self.voltage, self.ionic, self.injected)
        self._take(run)
        self.beside = beside
        self._largest = max(abs(other.extreme("I_ion", "size").value) for other in beside or [run])
        #: The wall of the axon that ions cross, (x, y, thickness), for a zoom; see within().
        self.wall = float(corner[0] + 3.0 * unit), float(corner[1] + 0.96 * unit), 4.0 * UNIT
        self.moving.add_updater(
            lambda _: self.draw(clock.now if self._at is None else self._at) and None, call_updater=True
        )

    def _take(self, run: Trajectory) -> None:
        self.run, self._current, self._v = run, Sampled(run.t, run.ionic_current), Sampled(run.t, run["V"])

    def show(self, k: int, t: float) -> None:
        """From now on another run, by its number, as it is at model time t (ms), whatever the clock says."""
        if self.beside[k] is not self.run:
            self._take(self.beside[k])
        self._at = t

    def draw(self, t: float) -> Rig:
        """The command and the current at model time t (ms)."""
        share = float(self._current(t)) / self._largest
        self.command.draw(f"{float(np.asarray(self.run.protocol(float(t)))):.0f}")
        self.voltage.draw(f"{float(self._v(t)):.0f}")
        self.ionic.draw(_LONGEST * share * self.unit)
        self.injected.draw(-_LONGEST * share * self.unit)
        return self

    def shown(self) -> tuple[float, float]:
        """The ionic current outwards and the injected one inwards (µA/cm²), read back from the arrows."""
        scale = self._largest / (_LONGEST * self.unit)
        return self.ionic.length * scale, -self.injected.length * scale

    def reacts(self, run_time: float = 2.0) -> Animation:
        """What is measured goes to the amplifier, and what it makes of that past the meter to the axon."""
        flashes = (
            ShowPassingFlash(part.copy().set_stroke(hue, stroke(9)), time_width=0.6)
            for part, hue in zip(self._ways, (self._ink, self._accent, self._accent), strict=True)
        )
        return Succession(*flashes, run_time=run_time)


class Plug(VMobject):
    """A molecule of a drug: it waits away from the mouth of a channel, and binds() takes it into the pore."""

    def __init__(self, view: ChannelView, theme: Theme, *, inside: bool = False) -> None:
        color = theme.color(DRUG)
        super().__init__(
            fill_color=color, fill_opacity=1.0, stroke_color=mix(color, theme.ink, 0.4), stroke_width=2.0
        )
        h, pore = view.height_ * view.scale_, view.pore * view.scale_
        side = -1.0 if inside else 1.0
        mouth = view.mouths[1 if inside else 0]
        stem, deep, cap, high = 0.86 * pore, 0.26 * h, 1.75 * pore, 0.16 * h
        outline = [
            (stem, -deep),
            (stem, 0.0),
            (cap, 0.0),
            (cap, high),
            (-cap, high),
            (-cap, 0.0),
            (-stem, 0.0),
            (-stem, -deep),
        ]
        shape = rounded([(x, side * y) for x, y in outline], 0.35 * stem)
        # Seated, its head closes the mouth and its stem fills the pore.
        self._bound = shape + mouth - side * 0.05 * h * UP
        self.points = self._bound + np.array([0.75 * h, side * 0.25 * h, 0.0])  # below the channels' names

    def binds(self, run_time: float = 1.0) -> Animation:
        """The animation in which it finds the pore."""
        there = self.copy()
        there.points = self._bound
        return Transform(self, there, path_arc=0.6, run_time=run_time)

    def seat(self) -> Plug:
        """Draw it in its pore."""
        self.points = self._bound.copy()
        return self


class Choline(VGroup):
    """The ions of a patch's first channel where they wait; comes() is the animation in which choline, with its name,
    takes the place of those outside one by one, but for as many as another membrane's reversal potential leaves.
    """

    def __init__(self, patch: MembranePatch, bare: Membrane, clock: Clock) -> None:
        membrane, name = patch.run.membrane, patch.views[0].channel.name
        lower = bare.channel(name).e - membrane.channel(name).e  # Nernst: mV, of ions with one charge
        left = float(np.exp(lower / thermal_voltage(membrane.celsius)))
        waiting: Any = patch.waiting[0]
        theme, places = patch.theme, waiting.places
        outside = places[:, 1] > patch.middle
        stay = np.zeros(len(places), dtype=bool)
        stay[np.flatnonzero(outside)[: round(left * np.count_nonzero(outside))]] = True
        hue, self._share, changed = patch.views[0].shades.waiting, 0.0, outside & ~stay
        self._ions = [
            RestingIons(places[which], color, radius=patch.radius, swing=patch.radius)
            for which, color in ((~changed, hue), (changed, theme.muted), (changed, hue))
        ]
        self._name = Words("choline⁺", size=SMALL, color=theme.muted, weight="semibold")
        self._name.move_to((patch.area.right, patch.area.top, 0.0), aligned_edge=UR).set_opacity(0.0)
        super().__init__(*self._ions, self._name)
        self.draw(clock.seconds).add_updater(lambda _: self.draw(clock.seconds) and None)

    def draw(self, seconds: float) -> Choline:
        """Draw them at that time (s of film)."""
        for ions in self._ions:
            ions.draw(seconds)
        _, new, old = self._ions
        cut = 16 * round(self._share * len(new.places))
        new.points, old.points = new.points[:cut], old.points[cut:]
        return self

    def comes(self, run_time: float = 2.0) -> Animation:
        """The animation of the exchange."""

        def put(_: Any, share: float) -> None:
            self._share = share
            self._name.set_opacity(share)

        return UpdateFromAlphaFunc(self, put, run_time=run_time, suspend_mobject_updating=False)


def plugs(views: Sequence[ChannelView], theme: Theme) -> list[Plug]:
    """A Plug for each of the views that a drug blocks, from the side from which it comes."""
    return [Plug(view, theme, inside=view.channel.blocker in FROM_INSIDE) for view in views if view.blocked]

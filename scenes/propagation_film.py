"""A spike that travels: the local currents ahead of it, TTX in its way, its speed, and a collision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import DOWN, VGroup

from hhanim.language import decimal
from hhanim.look import quantities
from hhanim.look.numbers import round_near
from hhanim.mobjects.axon.marks import Stopwatch
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.axon.stage import Stage, limits
from hhanim.mobjects.axon.tube import Tube
from hhanim.mobjects.circuit.clamp import Plug, drug_name
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL, TITLE
from hhanim.mobjects.graph.marks import Moment, Point
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import measured, pulse
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable
from hhanim.parameters import Membrane

QUESTION = "What carries the spike along?"
#: How V along the axon, the axon, and what a recap says share the height.
ROWS = {"wide": (3.1, 2.4), "square": (2.7, 2.8), "tall": (5.0, 5.0)}
RECAP = {"wide": (1.9, 2.7, 0.9), "square": (1.6, 2.3, 1.7), "tall": (3.0, 4.4, 3.2)}


class Propagation(Story):
    title = "The spike travels"
    description = "A spike along the 1952 axon: local currents, TTX in its way, its speed, and a collision."
    alt = (
        "Voltage along an axon: a spike runs from left to right, sodium channels open at its front and potassium "
        "channels behind it, current inside the axon flows ahead of it; where TTX blocks sodium channels it dies; two "
        "spikes that meet both end."
    )
    model: Membrane = "modern"
    celsius: float = 18.5  # as in the paper, not that of its clamp experiments
    axon: float = 476.0
    resistivity: float = 35.4
    centimetres: float = 6.0

    def beats(self) -> Iterator[Beat]:
        self.length, self.mm = 1e4 * self.centimetres, 10.0 * self.centimetres
        self.cable = self.cable_of(self.membrane.with_(celsius=self.celsius))
        self.first, self.last = self.electrode(self.cable), self.electrode(self.cable, self.length)
        self.one = self.shoot(self.cable, self.first)
        self.step = self.when(0.6) - self.when(0.5)  # what a tenth of the axon takes it (ms)
        self.inward, self.outward = self.cast(self.one)
        self.names |= {"drug": drug_name(self.inward), "wide": self.axon, "warm": self.celsius}
        self.areas = self.grid["body"].rows(*ROWS[self.shape], gap=0.2)
        told = [self.travel, self.answer, self.blocked, self.measure, self.thickness, self.collide]
        for part in [*told, self.recap] if np.isfinite(self.when(0.9)) else [self.no_spike]:
            yield from part()

    def cable_of(self, membrane: Any, share: float = 1.0) -> Cable:
        """The axon with this membrane, that share of its thickness."""
        return Cable(membrane, self.length, share * self.axon, self.resistivity, n=600)

    def electrode(self, cable: Cable, at: float = 0.0) -> IClamp:
        """Twice what lifts the first length constant of a cable by 20 mV."""
        return IClamp(at, pulse(float(np.round(200.0 / cable.input_resistance(), -2)), start=0.2, width=0.2))

    def shoot(self, cable: Cable, *clamps: IClamp) -> CableRun:
        """Run for as long as a spike takes on the paper's axon and a little more; longer, while one is under way."""
        duration = 1.2 + 1.1e-3 * self.length / 18.7
        for _ in range(5):
            run = simulate_cable(cable, clamps, duration, dt=0.0025, sample=0.005)
            arrived = np.isfinite(run.arrival())
            if arrived.all() or not arrived.any() or run["V"][-1].max() < cable.membrane.spike_level:
                break
            duration *= 1.6
        return run

    def when(self, share: float) -> float:
        """When the spike passes that fraction of the axon (ms)."""
        return self.one.passes(share * self.length)

    def rated(self, run: CableRun, seconds: float, *slow: tuple[float, float, float]) -> None:
        """A clock that takes about that long, and so many times longer in slow windows (ms)."""
        rate = round_near(run.duration / seconds)
        self.timed(Pace(run.duration, rate=rate, slow=[(a, b, round_near(rate / k)) for a, b, k in slow]))

    def staged(self, run: CableRun, **style: Any) -> list[Any]:
        """V along the axon, and the axon, on the clock."""
        self.stage = Stage(run, self.areas, self.theme, self.clock, y=limits(self.one), **style)
        return self.stage.parts

    def no_spike(self) -> Iterator[Beat]:
        """What is told where none travels."""
        self.rated(self.one, 8.0)
        shown = [*self.staged(self.one), *self.stage.pulses]
        yield Beat("question", QUESTION, "A pulse of current goes in at one end.", self.title, shown)
        said = "No spike travels: the current spreads a little way and fades."
        yield Beat("no spike", "No spike", said, self.title, until=self.one.duration)

    def travel(self) -> Iterator[Beat]:
        """A spike on its way; before it goes on, the hall says what will open the next channels."""
        w = self.when
        self.rated(self.one, 11.0, (0.0, w(0.75), 5.0))
        self.opened = shown = self.staged(self.one)
        line = "axon {wide:g} µm wide, at {warm:g} °C; channels and thickness are not to scale"
        said = "This spike runs along an axon, and does not grow smaller."
        yield Beat("question", QUESTION, said, line, shown, w(0.26), w(0.36))
        said = "At its front {ion} channels open, behind it {other} channels."
        below = "below: the axon, cut open; its lower wall glows where ions carry current"
        yield Beat("travel", "It runs on by itself", said, below, shown, until=w(0.45))
        panel, rest = self.stage.panel, float(self.one["V"][0, 0])
        (a, low, _), (b, high, _) = panel.at([0.53 * self.mm, self.mm], [rest + 12.0, panel.ylim[1]])
        answers = "{ion} that diffuses ahead", "current that flows ahead", "a chemical messenger"
        self.asked = self.choices(Area(a, b, low, high), *answers)
        said = "Ahead of the spike the channels are shut: what will open them?"
        ask = "What opens the next channels?"
        yield Beat("predict", ask, said, below, [*shown, self.asked], think=True)

    def answer(self) -> Iterator[Beat]:
        """The local currents, ahead and behind."""
        name, w, shown = "local currents", self.when, [*self.opened, self.stage.loops]
        self.names["unit"] = self.stage.wall.unit
        line = "local currents; each line stands for {unit}"
        said = "Inside the axon, current flows ahead and charges the membrane."
        yield Beat(name, "Current flows ahead", said, line, [*shown, self.asked],
                   do=[self.asked.answer(1)], until=w(0.48))  # fmt: skip
        mark = self.stage.stretch("ahead: charged", self.stage.loops.ahead)
        said = "There V rises to threshold, and the next {ion} channels open."
        yield Beat(name, "V rises ahead of the spike", said, line, [*shown, mark], until=w(0.59))
        if self.names["h"]:
            mark = self.stage.stretch("behind: refractory", self.stage.wall.refractory(-1))
            said = "Behind, {ion} channels are inactivated: the spike cannot turn back."
            yield Beat(name, "The way back is shut", said, line, [*shown, mark], until=w(0.7))
        said = "So every place excites the next, and the spike stays as large."
        yield Beat(name, "Every place excites the next", said, line, shown, until=w(1.0))

    def blocked(self) -> Iterator[Beat]:
        """The same spike, where a drug shuts the sodium channels of the second half."""
        c, half, name = self.inward, 0.5 * self.length, "block"
        if not c.blocker:
            return
        shut = np.where(self.cable.x > half, 1.0, np.asarray(c.block))
        cable = self.cable_of(self.cable.membrane.with_(**{c.blocker: shut}))
        run = self.half = self.shoot(cable, self.first)
        unit, step = float(cable.length_constant()[-1]), self.step
        start, stop = (run.passes(share * self.length) for share in (0.25, 0.43))
        self.rated(run, 12.0, (stop - 0.3 * step, stop + 2.5 * step, 3.0))
        shown = self.staged(run)
        beyond = [view for view in self.stage.wall.views if view.blocked]
        mark, where = self.say("{drug}: {ion} channels blocked"), (0.5 * self.mm, self.mm)
        plugs = VGroup(*(Plug(v, self.theme).seat() for v in beyond))
        shown = [*shown, plugs, self.stage.stretch(mark, lambda _: where)]
        heading, said = self.say("{drug} in its way"), "In the second half, {drug} blocks the {ion} channels."
        yield Beat(name, heading, said, "", shown, start, stop)
        line = "faint: the highest V that every place has had"
        highest = Profile(self.stage.panel, run, "V", self.theme, highest=True).follow(self.clock)
        shown = [*shown, highest, self.stage.loops]
        said = "Current still flows ahead, but no {ion} renews it."
        yield Beat(name, heading, said, line, shown, until=stop + 2.0 * step)
        spike = self.one.highest(half) - float(self.one["V"][0, 0])
        self.left = (run.highest(half + unit) - float(run["V"][0, -1])) / spike
        self.names |= {"unit": decimal(f"{1e-3 * unit:.1f}"), "left": f"{100.0 * self.left:.0f}"}
        panel, at, rest = self.stage.panel, 1e-3 * (half + unit), float(run["V"][0, -1])
        spots = [Point(panel, at, rest + k * spike, f"{100.0 * k:.0f} %", course=highest.points[:, :2])
                 for k in (self.left, np.exp(-1.0))]  # fmt: skip
        shown += [Moment(panel, at, self.say("one length constant, {unit} mm")), spots[0]]
        said = "One length constant further, {left} % of the spike is left."
        heading, self.names["steady"] = "Without {ion} current it dies", f"{100.0 * np.exp(-1.0):.0f}"
        yield Beat(name, heading, said, line, shown, until=stop + 4.5 * step)
        x, style = run.x[run.x >= half], dict[str, Any](color=self.theme.muted, dash=(3.0, 3.0), head=False)
        steady = Trace(panel, 1e-3 * x, rest + spike * np.exp((half - x) / unit), **style).draw(self.mm)
        shown += [steady, spots[1]]
        yield Beat(name, heading, "A steady V would keep {steady} % that far.", line, shown)

    def measure(self) -> Iterator[Beat]:
        """Two electrodes time it: the speed, and what was measured in 1952."""
        one, a, b = self.one, round(0.25 * self.mm), round(0.75 * self.mm)
        self.between, self.names["apart"] = (1e3 * a, 1e3 * b), b - a
        self.speed = one.speed(*self.between)
        self.names |= {"speed": decimal(f"{self.speed:.1f}"), "real": decimal(f"{measured.SPEED:g}")}
        self.rated(one, 8.0)
        shown, panel, (start, stop) = self.staged(one), self.stage.panel, map(one.passes, self.between)
        middle, high = panel.at(0.5 * (a + b), panel.ylim[1])[:2]
        watch = Stopwatch(start, stop, self.theme).move_to((middle, high + 0.2, 0.0)).follow(self.clock)
        shown = [*shown, Moment(panel, a, "start"), Moment(panel, b, "stop", left=True), watch]
        heading, line = "How fast is it?", "two electrodes, {apart} mm apart"
        said = "Two electrodes time the spike on its way."
        yield Beat("speed", heading, said, line, shown, self.when(0.05), self.when(0.97))
        told = self.words(self.say("computed: {speed} m/s"), size=TITLE, weight="semibold")
        shown.append(told.move_to((middle, high - 0.5, 0.0)))
        said = "In the model it travels at {speed} metres per second."
        yield Beat("speed", heading, said, line, shown, until=one.duration)
        if (self.axon, self.resistivity, self.celsius) == (476.0, 35.4, 18.5):
            real = self.words(self.say("measured in 1952: {real} m/s"), size=LABEL, weight="semibold")
            said = "On this axon, {real} metres per second were measured in 1952."
            yield Beat("speed", heading, said, line, [*shown, real.next_to(told, DOWN, buff=0.15)])

    def thickness(self) -> Iterator[Beat]:
        """The same spike in an axon a quarter as thick."""
        cable = self.cable_of(self.cable.membrane, 0.25)
        thin = self.shoot(cable, self.electrode(cable))
        if not np.isfinite(end := thin.passes(0.75 * self.length)):
            return
        self.timed(Pace(end, rate=round_near(self.one.duration / 8.0)))
        rows, both = self.grid["body"].rows(1.0, 1.0, gap=0.2), (self.one, thin)
        shown = [Tube(rows[k], run, self.theme, beside=both, clock=self.clock) for k, run in enumerate(both)]
        self.names["times"] = decimal(f"{self.speed / thin.speed(*self.between):.1f}")
        ask, line = "Is a thick axon faster?", "above an axon, below one a quarter as thick"
        said, heading = "Both axons have the same membrane, and start together.", "Thick axons are fast"
        yield Beat("thickness", ask, said, line, shown, 0.0, self.when(0.4))
        said = "The thick one is {times} times as fast."
        yield Beat("thickness", heading, said, line, until=self.when(0.97))
        said = "Inside it current spreads farther: speed goes as the square root of the diameter."
        yield Beat("thickness", heading, said, line, until=end)

    def collide(self) -> Iterator[Beat]:
        """Two spikes run into each other."""
        two = self.two = self.shoot(self.cable, self.first, self.last)
        meet, step = two.passes(0.5 * self.length), self.step
        near = meet - 1.2 * step
        self.rated(two, 9.0, (near - step, meet + step, 3.0))
        shown = [*self.staged(two), self.stage.loops]
        line = "refractory: {ion} channels inactivated" if self.names["h"] else ""
        heading, said = "Two spikes meet", "A pulse at either end starts a spike."
        yield Beat("collision", heading, said, line, [*shown, *self.stage.pulses], 0.0, near - step)
        marks = [self.stage.stretch("refractory", self.stage.wall.refractory(half)) for half in (0, -1)]
        said = "Each leaves a refractory stretch behind it."
        yield Beat("collision", heading, said, line, [*shown, *(marks if line else [])], until=near)
        said = "Neither finds a membrane ahead that can fire."
        yield Beat("collision", heading, said, line, shown, until=meet + step)
        yield Beat("collision", "Both end", "So both end where they meet.", line, until=meet + 5.0 * step)

    def recap(self) -> Iterator[Beat]:
        """One picture: the spike, its currents, and what each of its parts does."""
        *self.areas, foot = self.grid["body"].rows(*RECAP[self.shape], gap=0.15)
        self.rated(self.one, 12.0, ((w := self.when)(0.4), w(0.56), 7.0))
        shown = [*self.staged(self.one), self.stage.loops]
        if beside := self.shape == "wide":  # under what they name, when the spike has come to the middle
            foot = foot.inset(float(self.stage.panel.at(0.12 * self.mm, 0.0)[0]) - foot.left)
        into, out = (quantities(self.cable.membrane)[f"I_{c.name}"] for c in (self.inward, self.outward))
        rows = [Row("{other} flows out", "behind; it is refractory", out,
                    "Behind, the membrane is refractory: the spike runs one way.", w(0.46)),
                Row("{ion} flows in", "and lifts V", into, "The {ion} current lifts V.", w(0.5)),
                Row("current flows ahead", "and charges the next place", "ink",
                    "Inside, current flows on and charges the next place.", w(0.54))]  # fmt: skip
        yield from self.recapped(rows, shown, place=foot, beside=beside, start=w(0.42))

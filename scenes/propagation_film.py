"""A spike that travels: the local currents ahead of it, TTX in its way, its speed, and a collision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import DOWN, VGroup

from hhanim.look import quantities, quantity
from hhanim.look.numbers import ceil_to, floor_to, round_near
from hhanim.look.words import channel_name
from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.axon.marks import Injection, Stopwatch, Stretch
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.circuit.clamp import Plug, drug_name
from hhanim.mobjects.frame.cards import Choices, Recap
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL, TITLE
from hhanim.mobjects.graph.marks import Moment
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.membrane.channels import inactivates
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import measured, pulse
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable
from hhanim.parameters import Membrane

QUESTION = "What carries the spike along?"
#: How V along the axon, the axon, and what a recap says share the height.
ROWS = {"wide": (2.5, 3.0), "square": (2.4, 3.1), "tall": (5.0, 5.0)}
RECAP = {"wide": (1.9, 2.7, 0.9), "square": (1.6, 2.3, 1.7), "tall": (3.0, 4.4, 3.2)}


class Propagation(Story):
    """A spike on the axon of 1952, and two that meet."""

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
        # Twice what lifts the first length constant by 20 mV.
        push: Any = pulse(float(np.round(200.0 / self.cable.input_resistance(), -2)), start=0.2, width=0.2)
        self.first, self.last = IClamp(0.0, push), IClamp(self.length, push)
        self.one = self.shoot(self.cable, self.first)
        self.step = self.when(0.6) - self.when(0.5)  # what a tenth of the axon takes it (ms)
        self.inward, self.outward = (
            self.cable.membrane.channel(self.one.carrier(way)) for way in ("in", "out")
        )
        self.names = {
            "ion": channel_name(self.inward),
            "other": channel_name(self.outward),
            "drug": drug_name(self.inward),
        }
        self.lay(*self.grid["body"].rows(*ROWS[self.shape], gap=0.2))
        told = (self.travel, self.answer, self.blocked, self.measure, self.collide, self.recap)
        for part in told if np.isfinite(self.when(0.9)) else (self.no_spike,):
            yield from part()

    # -- runs, and what shows them -------------------------------------------------------------------------

    def cable_of(self, membrane: Any) -> Cable:
        """The axon with this membrane."""
        return Cable(membrane, self.length, self.axon, self.resistivity, n=600)

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

    def lay(self, top: Area, tube: Area) -> None:
        """Where V along the axon stands, and where the axon."""
        v = self.one["V"][:, self.cable.count // 6 : -self.cable.count // 6]
        low, high = floor_to(v.min() - 3.0, 5.0), ceil_to(v.max() + 8.0, 10.0)
        panel = Panel(top, self.theme, gutter=0.6, left=1.15)
        self.panel, self.tube = panel.x("mm", 0.0, self.mm).y(quantity("V"), low, high), tube

    def rated(self, run: CableRun, seconds: float, *slow: tuple[float, float, float]) -> None:
        """A clock that takes about that long, and so many times longer in slow windows (ms)."""
        rate = round_near(run.duration / seconds)
        self.timed(Pace(run.duration, rate=rate, slow=[(a, b, round_near(rate / k)) for a, b, k in slow]))

    def stage(self, run: CableRun, **style: Any) -> list[Any]:
        """V along the axon, and the axon, on the clock."""
        self.wall = Axon(self.panel, self.tube, run, self.theme, clock=self.clock, loops=False, **style)
        self.loops = self.wall.currents.follow(self.clock)
        self.profile = Profile(self.panel, run, "V", self.theme).follow(self.clock)
        tips = [(clamp, self.wall.ends[0 if clamp is self.first else 1]) for clamp in run.clamps]
        self.pulses = [
            Injection(c, tip, self.theme, left=c is self.first).follow(self.clock) for c, tip in tips
        ]
        return [self.panel, self.wall, self.profile]

    def stretch(self, text: str, where: Any) -> Stretch:
        """Words above a stretch of the membrane, which moves as the run does."""
        wall, text = self.wall, self.say(text)
        left = float(wall.titles.get_right()[0]) + 0.35
        return Stretch(text, self.panel, wall.row, self.theme, where, left=left).follow(self.clock)

    # -- the telling ---------------------------------------------------------------------------------------

    def no_spike(self) -> Iterator[Beat]:
        """What is told where none travels."""
        self.rated(self.one, 8.0)
        shown, end = [*self.stage(self.one), *self.pulses], self.one.duration
        yield Beat("question", QUESTION, "A pulse of current goes in at one end.", self.title, shown)
        said = "No spike travels: the current spreads a little way and fades."
        yield Beat("no spike", "No spike", said, self.title, shown, until=end)

    def travel(self) -> Iterator[Beat]:
        """A spike on its way; before it goes on, the hall says what will open the next channels."""
        w = self.when
        self.rated(self.one, 11.0, (0.0, w(0.75), 5.0))
        self.shown = shown = self.stage(self.one)
        line = f"axon {self.axon:g} µm wide, at {self.celsius:g} °C; channels and thickness are not to scale"
        said = "This spike runs along an axon, and does not grow smaller."
        yield Beat("question", QUESTION, said, line, shown, w(0.26), w(0.36))
        said = "At its front {ion} channels open, behind it {other} channels."
        yield Beat("travel", "It runs on by itself", said, "below: the axon, cut open", shown, until=w(0.45))
        a, b = (self.panel.at(share * self.mm, 0.0)[0] for share in (0.53, 1.0))
        low, high = (self.panel.at(0.0, v)[1] for v in (self.one["V"][0, 0] + 12.0, self.panel.ylim[1]))
        answers = ["{ion} that diffuses ahead", "current that flows ahead", "a chemical messenger"]
        self.choices = Choices([self.say(a) for a in answers], self.theme, Area(a, b, low, high))
        said = "Ahead of the spike the channels are shut: what will open them?"
        shown = [*shown, self.choices]
        yield Beat(
            "predict", "What opens the next channels?", said, "below: the axon, cut open", shown, think=True
        )

    def answer(self) -> Iterator[Beat]:
        """The local currents, ahead and behind."""
        name, w, shown = "local currents", self.when, [*self.shown, self.loops]
        line = f"local currents; each line stands for {self.wall.unit}"
        said = "Inside the axon, current flows ahead and charges the membrane."
        yield Beat(name, "Current flows ahead", said, line, [*shown, self.choices],
                   do=[self.choices.answer(1)], until=w(0.48))  # fmt: skip
        mark = self.stretch("ahead: charged", self.loops.ahead)
        said = "There V rises to threshold, and the next {ion} channels open."
        yield Beat(name, "V rises ahead of the spike", said, line, [*shown, mark], until=w(0.59))
        if any(inactivates(self.cable.membrane, gate.name) for gate in self.inward.gates):
            mark = self.stretch("behind: refractory", self.loops.behind)
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
        shown = self.stage(run)
        sites = [v for v, x in zip(self.wall.views, self.wall.places.tolist(), strict=True) if 1e3 * x > half]
        shown += [VGroup(*(Plug(v, self.theme).seat() for v in sites if v.channel.name == c.name)),
                  self.stretch("{drug}: {ion} channels blocked", lambda _: (0.5 * self.mm, self.mm))]  # fmt: skip
        heading, said = self.say("{drug} in its way"), "In the second half, {drug} blocks the {ion} channels."
        yield Beat(name, heading, said, "", shown, start, stop)
        line = "faint: the highest V that every place has had"
        shown += [Profile(self.panel, run, "V", self.theme, highest=True).follow(self.clock), self.loops]
        said = "Current still flows ahead, but no {ion} renews it."
        yield Beat(name, heading, said, line, shown, until=stop + 2.0 * step)
        spike = self.one.highest(half) - float(self.one["V"][0, 0])
        self.left = (run.highest(half + unit) - float(run["V"][0, -1])) / spike
        shown.append(Moment(self.panel, 1e-3 * (half + unit), f"one length constant, {1e-3 * unit:.1f} mm"))
        said = f"One length constant further, {100.0 * self.left:.0f} % of the spike is left."
        heading = "Without {ion} current it dies"
        yield Beat(name, heading, said, line, shown, until=stop + 4.5 * step)
        yield Beat(name, heading, f"A steady V would keep {100.0 * np.exp(-1.0):.0f} % that far.", line)

    def measure(self) -> Iterator[Beat]:
        """Two electrodes time it: the speed, and what was measured in 1952."""
        one, (a, b) = self.one, (round(share * self.mm) for share in (0.25, 0.75))
        first, last = (one.passes(1e3 * x) for x in (a, b))
        self.speed = one.speed(1e3 * a, 1e3 * b)
        self.rated(one, 8.0)
        middle, high = self.panel.at(0.5 * (a + b), self.panel.ylim[1])[:2]
        watch = Stopwatch(first, last, self.theme).move_to((middle, high + 0.2, 0.0)).follow(self.clock)
        ends = Moment(self.panel, a, "start"), Moment(self.panel, b, "stop", left=True)
        shown = [*self.stage(one), *ends, watch]
        heading, line = "How fast is it?", f"two electrodes, {b - a:g} mm apart"
        said = "Two electrodes time the spike on its way."
        yield Beat("speed", heading, said, line, shown, self.when(0.05), self.when(0.97))
        told = self.words(f"computed: {self.speed:.1f} m/s", size=TITLE, weight="semibold")
        shown.append(told.move_to((middle, high - 0.5, 0.0)))
        said = f"In the model it travels at {self.speed:.1f} metres per second."
        yield Beat("speed", heading, said, line, shown, until=one.duration)
        if (self.axon, self.resistivity, self.celsius) == (476.0, 35.4, 18.5):
            real = self.words(f"measured in 1952: {measured.SPEED:g} m/s", size=LABEL, weight="semibold")
            said = f"On this axon, {measured.SPEED:g} metres per second were measured in 1952."
            yield Beat("speed", heading, said, line, [*shown, real.next_to(told, DOWN, buff=0.15)])

    def collide(self) -> Iterator[Beat]:
        """Two spikes run into each other."""
        two = self.two = self.shoot(self.cable, self.first, self.last)
        meet, step = two.passes(0.5 * self.length), self.step
        near = meet - 1.2 * step
        self.rated(two, 12.0, (near - step, meet + step, 3.0))
        shown = [*self.stage(two, refractory=True), self.loops]
        heading, line = "Two spikes meet", "grey: {ion} channels inactivated" if len(self.wall.wake) else ""
        said = "A pulse at either end starts a spike."
        yield Beat("collision", heading, said, line, [*shown, *self.pulses], 0.0, near - step)
        marks = [self.stretch("refractory", self.wall.refractory(half)) for half in (0, -1)]
        said = "Each leaves a refractory stretch behind it."
        yield Beat("collision", heading, said, line, [*shown, *(marks if line else [])], until=near)
        said = "Neither finds a membrane ahead that can fire."
        yield Beat("collision", heading, said, line, shown, until=meet + step)
        yield Beat("collision", "Both end", "So both end where they meet.", line, until=meet + 5.0 * step)

    def recap(self) -> Iterator[Beat]:
        """One picture: the spike, its currents, and what each of its parts does."""
        *places, foot = self.grid["body"].rows(*RECAP[self.shape], gap=0.15)
        self.lay(*places)
        self.rated(self.one, 12.0)
        shown = [*self.stage(self.one), self.loops]
        into, out = (quantities(self.cable.membrane)[f"I_{c.name}"] for c in (self.inward, self.outward))
        rows: Any = [(self.say("{ion} flows in"), "and lifts V", into),
                     ("current flows ahead", "and charges the next place", "ink"),
                     (self.say("{other} flows out"), "behind; it is refractory", out)]  # fmt: skip
        recap = Recap(rows, self.theme, foot, beside=self.shape == "wide")
        said = ["The {ion} current lifts V.", "Inside, current flows on and charges the next place.",
                "Behind, the membrane is refractory: the spike runs one way."]  # fmt: skip
        for k, sentence in enumerate(said):
            shown, start = [*shown, recap.rows[k]], self.when(0.2) if k == 0 else None
            yield Beat("recap", self.title, sentence, "", shown, start, self.when(0.36 + 0.18 * k))

"""A spike that travels: the local currents ahead of it, TTX in its way, its speed, and a collision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from manim import DOWN, VGroup

from hhanim.mobjects.axon.decay import Decay
from hhanim.mobjects.axon.marks import Timing
from hhanim.mobjects.axon.stage import Stage, limits
from hhanim.mobjects.axon.tube import Tube
from hhanim.mobjects.circuit.clamp import DRUG, drug_name
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.lettering import LABEL, TITLE
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import measured
from hhanim.model.cable import Cable, CableRun, simulate_spike
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
        self.length, self.mm = 1e4 * self.centimetres, 10.0 * self.centimetres  # µm, mm
        warm = self.membrane.with_(celsius=self.celsius)
        self.cable = Cable(warm, self.length, self.axon, self.resistivity, n=600)
        self.one = simulate_spike(self.cable, self.cable.shock())
        self.stage: Any = None
        self.step = self.when(0.6) - self.when(0.5)  # what a tenth of the axon takes it (ms)
        self.inward, self.outward = self.cast(self.one)
        self.names |= {"drug": drug_name(self.inward), "wide": self.axon, "warm": self.celsius}
        self.areas = self.grid["body"].rows(*ROWS[self.shape], gap=0.2)
        told = [self.travel, self.answer, self.blocked, self.measure, self.thickness, self.collide]
        for part in [*told, self.recap] if np.isfinite(self.when(0.9)) else [self.no_spike]:
            yield from part()

    def when(self, share: float) -> float:
        """When the spike passes that fraction of the axon (ms)."""
        return self.one.passes(share * self.length)

    def open_in_front(self, a: float, b: float) -> float:
        """When (ms) most of the sodium channels that are drawn are open, the spike being between those shares."""
        drawn = [samples for view, samples in zip(self.stage.wall.views, self.stage.wall.samples, strict=True)
                 if view.channel.name == self.inward.name]  # fmt: skip
        times: list[float] = np.linspace(self.when(a), self.when(b), 41).tolist()
        return max(times, key=lambda t: sum(float(samples.open(t)[0]) for samples in drawn))

    def staged(self, run: CableRun) -> list[Any]:
        """V along the axon, and the axon, on the clock."""
        style: Any = {"y": limits(self.one), "after": self.stage}
        self.stage = Stage(run, self.areas, self.theme, self.clock, **style)
        return list(self.stage.parts)

    def no_spike(self) -> Iterator[Beat]:
        """What is told where none travels."""
        self.timed(Pace.lasting(8.0, self.one.duration))
        shown = [*self.staged(self.one), *self.stage.pulses]
        yield Beat("question", QUESTION, "A pulse of current goes in at one end.", self.title, shown)
        said = "No spike travels: the current spreads a little way and fades."
        yield Beat("no spike", "No spike", said, self.title, until=self.one.duration)

    def travel(self) -> Iterator[Beat]:
        """A spike on its way; before it goes on, the hall says what will open the next channels."""
        w = self.when
        self.timed(Pace.lasting(11.0, self.one.duration, (0.0, w(0.75), 5.0)))
        self.opened = shown = self.staged(self.one)
        line = "axon {wide:g} µm wide, at {warm:g} °C; channels and thickness are not to scale"
        said = "This spike runs along an axon, and does not grow smaller."
        yield Beat("question", QUESTION, said, line, shown, self.open_in_front(0.22, 0.32), w(0.36))
        said = "At its front {ion} channels open, behind it {other} channels."
        line = "below: the axon, cut open; its lower wall glows where ions carry current"
        yield Beat("travel", "It runs on by itself", said, line, shown, until=w(0.45))
        answers = "{ion} that diffuses ahead", "current that flows ahead", "a chemical messenger"
        self.asked = self.choices(self.stage.room(0.53), *answers)
        said = "Ahead of the spike the channels are shut: what will open them?"
        heading, shown = "What opens the next channels?", [*shown, self.asked]
        yield Beat("predict", heading, said, line, shown, think=True)

    def answer(self) -> Iterator[Beat]:
        """The local currents, ahead and behind."""
        w, shown, self.names["unit"] = self.when, [*self.opened, self.stage.loops], self.stage.wall.unit
        said = "Inside the axon, current flows ahead and charges the membrane."
        yield Beat("local currents", "Current flows ahead", said, "local currents; each line stands for {unit}",
                   [*shown, self.asked], do=[self.asked.answer(1)], until=w(0.48))  # fmt: skip
        mark = self.stage.stretch("ahead: charged", self.stage.loops.ahead)
        said = "There V rises to threshold, and the next {ion} channels open."
        yield self.then(said, heading="V rises ahead of the spike", show=[*shown, mark], until=w(0.59))
        if self.names["h"]:
            mark = self.stage.stretch("behind: refractory", self.stage.wall.refractory(-1))
            said = "Behind, current flows back, but {ion} channels are inactivated: no spike turns back."
            yield self.then(said, heading="The way back is shut", show=[*shown, mark], until=w(0.7))
        said = "So every place excites the next, and the spike stays as large."
        yield self.then(said, heading="Every place excites the next", show=shown, until=w(1.0))

    def blocked(self) -> Iterator[Beat]:
        """The same spike, where a drug shuts the sodium channels of the second half."""
        if not self.inward.blocker:
            return
        cable, step, half = self.cable.blocked(self.inward.name, 0.5 * self.length), self.step, 0.5 * self.mm
        run = self.half = simulate_spike(cable, cable.shock())
        start, stop = (run.passes(share * self.length) for share in (0.25, 0.43))
        self.timed(Pace.lasting(12.0, run.duration, (stop - 0.3 * step, stop + 2.5 * step, 3.0)))
        shown, mark = self.staged(run), self.say("{drug}: {ion} channels blocked")
        shown.append(self.stage.stretch(mark, lambda _: (half, self.mm), color=DRUG))
        said = "In the second half, {drug} blocks the {ion} channels."
        yield Beat("block", "{drug} in its way", said, "", shown, start, stop)
        decay = self.decay = Decay(self.stage, half)
        line, said = "faint: the highest V so far", "Current still flows ahead, but no {ion} renews it."
        shown = [*shown, decay.highest, self.stage.loops]
        yield self.then(said, line=line, show=shown, until=stop + 2.0 * step)
        self.names["left"], self.names["steady"] = (100.0 * share for share in decay.shares)
        shown, heading = [*shown, decay.place, decay.left], "Without {ion} current it dies"
        said = "One length constant further, {left:.0f} % of it is left."
        yield self.then(said, heading=heading, show=shown, until=stop + 4.5 * step)
        said = "In a passive membrane a steady V would keep {steady:.0f} % that far."
        yield self.then(said, show=[*shown, decay.steady])

    def measure(self) -> Iterator[Beat]:
        """Two electrodes time it: the speed, and what was measured in 1952."""
        w, end = self.when, self.one.duration
        self.timed(Pace.lasting(8.0, end, (w(0.75), end, 4.0)))
        shown, (a, b) = self.staged(self.one), (round(share * self.mm) for share in (0.25, 0.75))
        timing = self.timing = Timing(self.stage.panel, self.one, a, b, self.clock)
        self.names |= {"speed": timing.speed, "real": measured.SPEED, "apart": b - a}
        said, shown = "Two electrodes time the spike on its way.", [*shown, *timing.shown]
        yield Beat("speed", "How fast is it?", said, "two electrodes, {apart} mm apart", shown,
                   w(0.05), w(0.76))  # fmt: skip
        told = self.words(self.say("computed: {speed:.1f} m/s"), size=TITLE, weight="semibold")
        shown.append(told.move_to(timing.place))
        said = "In the model it travels at {speed:.1f} metres per second."
        yield self.then(said, show=shown, until=w(0.88))
        if (self.axon, self.resistivity, self.celsius) == (476.0, 35.4, 18.5):
            real = self.words(self.say("measured in 1952: {real} m/s"), size=LABEL, weight="semibold")
            said = "On this axon, {real} metres per second were measured in 1952."
            yield self.then(said, show=[*shown, real.next_to(told, DOWN, buff=0.15)], until=w(1.0))

    def thickness(self) -> Iterator[Beat]:
        """The same spike in an axon a quarter as thick."""
        cable = replace(self.cable, diameter=0.25 * self.axon)
        thin = simulate_spike(cable, cable.shock())
        if not np.isfinite(thin.passes(0.75 * self.length)):
            return
        self.timed(Pace.lasting(12.0, self.when(0.97)))
        rows, both = self.grid["body"].rows(1.0, 1.0, gap=0.2), (self.one, thin)
        self.tubes = [
            Tube(rows[k], run, self.theme, beside=both, clock=self.clock) for k, run in enumerate(both)
        ]
        self.names["times"] = self.timing.speed / thin.speed(*self.timing.between)
        said = "Both axons have the same membrane, and start together."
        yield Beat("thickness", "Is a thick axon faster?", said, "above an axon, below one a quarter as thick",
                   self.tubes, 0.15, self.when(0.2))  # fmt: skip
        said = "The thick one is {times:.1f} times as fast."
        yield self.then(said, heading="Thick axons are fast", until=self.when(0.5))
        said = "Inside it current spreads farther: speed goes as the square root of the diameter."
        line = "four times as thick, {times:.1f} times as fast: the square root"
        yield self.then(said, line=line, until=self.when(0.97))

    def collide(self) -> Iterator[Beat]:
        """Two spikes run into each other."""
        two = self.two = simulate_spike(self.cable, *(self.cable.shock(end) for end in (0.0, self.length)))
        meet, step = two.passes(0.5 * self.length), self.step
        # From when on words fit over each stretch, until both all but meet, and do.
        near, last = meet - 1.2 * step, meet + 1.3 * step
        self.timed(Pace.lasting(9.0, two.duration, (0.15, 0.45, 5.0), (near, last, 3.0)))
        shown, refractory = [*self.staged(two), self.stage.loops], self.stage.wall.refractory
        marks = [self.stage.stretch("refractory", refractory(half)) for half in (0, -1) if self.names["h"]]
        line = "refractory: {ion} channels inactivated" if marks else ""
        said, pulses = "A pulse at either end starts a spike.", self.stage.pulses
        yield Beat("collision", "Two spikes meet", said, "", [*shown, *pulses], 0.15, 0.42)
        yield self.then("They run towards each other.", show=shown, until=near)
        said = "Each leaves a refractory stretch behind it."
        marked = [*shown, VGroup(*marks)] if marks else shown
        yield self.then(said, line=line, show=marked, until=meet - 0.3 * step)
        yield self.then("Where they meet, no membrane ahead can fire any more.", until=last)
        said = "So both end where they meet."
        yield self.then(said, heading="Both end", line="", show=shown, until=last + 2.5 * step)

    def recap(self) -> Iterator[Beat]:
        """One picture: the spike, its currents, and what each of its parts does."""
        *self.areas, foot = self.grid["body"].rows(*RECAP[self.shape], gap=0.15)
        self.stage, w = None, self.when
        self.timed(Pace.lasting(12.0, self.one.duration, (w(0.4), w(0.56), 7.0)))
        shown = [*self.staged(self.one), self.stage.loops]
        if beside := self.shape == "wide":  # under what they name, when the spike has come to the middle
            foot = foot.inset(float(self.stage.panel.at(0.12 * self.mm, 0.0)[0]) - foot.left)
        into, out = (f"I_{channel.name}" for channel in (self.inward, self.outward))
        rows = [Row("{other} flows out", "behind: refractory membrane", out,
                    "Behind, the membrane is refractory: the spike runs one way.", w(0.46)),
                Row("{ion} flows in", "and lifts V", into, "The {ion} current lifts V.", w(0.5)),
                Row("current flows ahead", "and charges the next place", "ink",
                    "Inside, current flows on and charges the next place.", w(0.54))]  # fmt: skip
        line = "in an axon {wide:g} µm wide, at {warm:g} °C, at {speed:.1f} m/s"
        yield from self.recapped(rows, shown, place=foot, beside=beside, start=w(0.42), line=line)

"""The action potential, told three times: V and the membrane, then the gates, then the currents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hhanim.look import quantities
from hhanim.look.numbers import millivolts
from hhanim.mobjects.circuit.balance import Balance
from hhanim.mobjects.circuit.feedback import FeedbackLoop
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.magnified import Magnified
from hhanim.mobjects.graph.marks import Level, Point
from hhanim.mobjects.graph.retime import Retime
from hhanim.mobjects.membrane.depth import PATCH, SIDE, TILE, PatchInDepth, in_proportion
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import simulate
from hhanim.model.phases import Landmarks, landmarks
from hhanim.parameters import Membrane, Protocol


class Spike(Story):
    title = "The action potential"
    description = "One spike told three times: V and the membrane, then the gates, then the currents."
    alt = "A membrane with its sodium and potassium channels, beside V, gates and currents of one spike."
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 26.0

    def beats(self) -> Iterator[Beat]:
        self.run = run = simulate(self.membrane, self.stimulus, self.until, sample=0.02)  # for warm axons
        self.inward, self.outward = self.cast(run)
        spike, rest = landmarks(run, zero=self.membrane.zero), float(run["V"][0])
        top = run.spike_peaks[0] if spike else run.extreme("V").value
        self.names |= {"v": millivolts(rest), "top": millivolts(top, sign=True)}
        self.timed(Pace.taking(7.0, self.until, *([(spike.begin, spike.back, 8.0)] if spike else [])))
        style: Any = {"within": spike.opens(self.inward.name, self.outward.name) if spike else {}}
        style |= {"channels": [c.name for c in self.membrane.channels if c.gates], "electrode": True}
        self.patch = MembranePatch(run, self.theme, self.grid["picture"], clock=self.clock, **style)
        self.v = self.graph("plot", run, "V", stimulus=True, ghost=False)
        course = self.graph("plot", run, "V", stimulus=True).traces.ghosts  # gone when it is asked why
        level = Level(self.v.panel, rest, self.say("rest {v}"), end=True)
        shown = [self.patch, self.v, *([level] if not spike or spike.begin > 0.0 else [])]
        said = "An action potential, or spike: V rises, and comes down again."
        yield Beat("question", "Who brings V down again?", said, self.title, [*shown, course])
        if not spike:
            said = "V reaches {top} and falls back, because too little current flows in."
            yield Beat("no spike", "No spike", said, "V reaches {top}", until=self.until)
            return
        for part in (self.voltage, self.gates, self.currents, self.recap):
            yield from part(spike)

    def voltage(self, spike: Landmarks) -> Iterator[Beat]:
        """V and the membrane; before V falls, the hall says why it will."""
        (*shown, _), run = self.standing, self.run
        if spike.begin > 0.0:
            yield Beat("rest", "At rest", "At rest V stands at {v}.", show=shown, until=spike.begin)
        if spike.alone > spike.begin:
            said = "The electrode brings in charge, and V rises a little."
            if run.extreme("I", "size").value < 0.0:
                said = "The electrode takes charge out; when it stops, V springs back and beyond."
            yield Beat("rise", "The stimulus moves V", said, show=shown, until=spike.alone)
        said, top = "Now V rises by itself, because {ion} flows in.", run.spike_peaks[0]
        yield Beat("rise", "V rises by itself", said, "{ion} flows in", shown, until=spike.over)
        choices = self.choices("foot", "the end of the stimulus", "the sodium pump", "{other} that flows out")
        said, heading = "V shoots up: who will bring it down again?", "Who brings V down again?"
        yield Beat("predict", heading, said, show=[*shown, choices], until=spike.peak, think=True)
        said = "{other} flows out through channels of its own, and V falls below rest."
        yield Beat("fall", "{other} brings V down", said, do=[choices.answer(2)], until=spike.low)
        mark = Point(self.v.panel, spike.peak, top, self.names["top"], course=self.v.course)
        said = "From its peak of {top} V has come down; now it slowly comes back to rest."
        yield Beat("fall", "V comes back", said, show=[*shown, mark], until=spike.end)

    def gates(self, spike: Landmarks) -> Iterator[Beat]:
        """The same spike with its gates, and the loops in which they act on V and V on them."""
        shown = [self.patch, *self.graphs(self.run, ["V"], list(self.membrane.gates), stimulus=True)]
        fall, foot, line = 0.5 * (spike.peak + spike.back), self.grid["foot"], "once more, with the gates"
        said = "Back before the spike: below V now stands what fraction of the gates is open."
        yield Beat("gates", "The gates", said, line, shown, spike.begin)
        acts = [
            ("m", self.inward, ("V rises", "{m} gates open", "{ion} flows in"), "which lifts V", "{m} gates open first",
             "The higher V, the more {m} gates open, and the faster V rises.", spike.over),
            ("h", self.inward, ("V has risen", "{h} gates shut", "{ion} channels shut"), "which holds V back",
             "{h} gates shut", "The {h} gates are slower: as their curve falls, {ion} channels shut.", fall),
            ("n", self.outward, ("V has risen", "{n} gates open", "{other} flows out"), "which lowers V",
             "{n} gates open", "The {n} gates are as slow: they open, and {other} takes V down.", spike.back),
        ]  # fmt: skip
        for gate, channel, steps, link, heading, said, until in (act for act in acts if self.names[act[0]]):
            hue, texts = quantities(self.membrane)[f"I_{channel.name}"], [*map(self.say, steps)]
            loop = FeedbackLoop(texts, link, self.theme, foot, color=hue, positive=gate == "m")
            yield Beat("gates", heading, said, line, [*shown, loop.follow(self.clock)], until=until)
        if self.names["n"]:
            said = "They are late to close, so V is drawn below rest."
            yield self.then(said, heading="{n} gates close late", show=shown, until=spike.low)

    def currents(self, spike: Landmarks) -> Iterator[Beat]:
        """The same spike with its currents: first, magnified, those that decide; then the large ones."""
        run, into = self.run, f"I_{self.inward.name}"
        n = in_proportion(self.membrane, 3000)  # so many that some are open before the spike, too
        self.many = PatchInDepth(run, self.theme, self.grid["picture"], n=n, clock=self.clock, side=self.patch,
                                 star=self.inward.name, seed=1).look(SIDE)  # fmt: skip
        v, gates = self.standing[1:3]
        whole = [v, self.graph("second", run, *(f"I_{c.name}" for c in self.membrane.channels), ghost=False)]
        self.v, self.large = near = [graph.over(*spike.window(run), self.clock) for graph in whole]
        won = min(run.grown(into, 3.0, after=spike.rise), spike.peak)  # seen while both are small
        self.small = Magnified(self.large, before=won)
        self.names["times"] = self.small.times
        bars = Balance(run, self.theme, self.grid["foot"], limit=1.25 * self.small.panel.ylim[1])
        yield Beat("currents", "A channel from above", "We look at one of the channels from above.", "",
                   [self.many, v, gates], do=[self.many.travel(SIDE, TILE, run_time=2.5)])  # fmt: skip
        yield self.then("It is a tile, one of thousands.", heading="The membrane from above",
                        line="open channels stand out", do=[self.many.travel(TILE, PATCH, run_time=3.0)])  # fmt: skip
        yield self.then("Back before the spike: there the currents are too small to be seen.", heading="The currents",
                        line="once more, with the currents", show=[self.many, *whole], start=spike.begin)  # fmt: skip
        said = "We come closer: the time axis is drawn out around the spike."
        yield self.then(said, do=[Retime(whole, near)], leaves=[self.many, *near])
        yield self.then("And we magnify the currents {times:g} times.", do=[self.small.grows()],
                        line="magnified {times:g} times", leaves=[self.many, self.v, self.small])  # fmt: skip
        yield self.then("What counts is whether more flows in or out.", heading="Small currents decide",
                        until=spike.rise, show=[self.many, self.v, self.small, bars.follow(self.clock)])  # fmt: skip
        forces = [*self.v.driving_force(self.outward), *self.v.driving_force(self.inward)]
        said = "{ion} has the larger driving force: more flows in than out, and V takes off."
        yield self.then(said, heading="{ion} outweighs {other}", show=[*self.standing, *forces], until=won,
                        line="arrows: driving forces on {ion} and {other}")  # fmt: skip
        said = "The currents outgrow their axis, and it goes back to its first scale."
        yield self.then(said, heading="The currents grow", do=[lambda: self.small.shrinks(bars.magnified)],
                        leaves=[self.many, self.v, self.large, bars, *forces])  # fmt: skip
        most = run.extreme(into, "min", after=won, before=spike.peak).t
        yield self.then("The {ion} current carries V up.", until=most)
        if most < spike.peak:
            said = "Near its reversal potential {ion} is hardly driven, and less of it flows in."
            yield self.then(said, heading="Less {ion} flows in", until=0.5 * (most + spike.peak))
        yield self.then("Now as much flows out as in, and V stops.", heading="V stops", until=spike.peak)
        said = "More {other} flows out than {ion} flows in, and V falls."
        yield self.then(said, heading="{other} outweighs {ion}", until=spike.back)
        yield self.then("The time axis takes in the whole run again.", heading="The whole action potential", line="",
                        show=self.without(*forces), do=[Retime(near, whole)],
                        leaves=[self.many, *whole, bars])  # fmt: skip

    def recap(self, spike: Landmarks) -> Iterator[Beat]:
        """One picture: V in the colour of what moves it."""
        self.timed(Pace.taking(5.0, self.until))
        v, h, n = self.graph("plot", self.run, "V", stimulus=True), self.names["h"], self.names["n"]
        rest = Level(v.panel, float(self.run["V"][0]), self.say("rest {v}"), end=True)
        into, out, only = self.inward.name, self.outward.name, "{n} gates open" if n else "at last"
        turns = "{h} gates shut, {n} gates open" if h and n else "{h} gates shut" if h else only
        acts = [
            self.cause(v, spike.rise, spike.peak, [into], "{ion} lifts V", "{m} gates open",
                       "Once more from the start: the {ion} current lifts V to its peak."),
            self.cause(v, spike.peak, spike.back, [into, out], "{other} brings V down", turns,
                       "The {other} current brings V down.", shut=h),
            self.cause(v, spike.back, spike.low, [out], "and then below rest", "{n} gates are late to close",
                       "It outlasts the spike, and V dips below rest, towards the reversal potential of {other}.",
                       adds=[v.reversal(self.outward)]),
        ]  # fmt: skip
        yield from self.recapped(acts[: 3 if n else 2], [v, rest])
        yield self.then("Then {other} channels shut, and V comes back.", until=spike.end)

"""The action potential, told three times: V and the membrane, then the gates, then the currents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hhanim.look import quantities
from hhanim.look.numbers import millivolts, round_below, round_near
from hhanim.look.words import channel_name
from hhanim.mobjects.circuit.balance import Balance
from hhanim.mobjects.circuit.feedback import FeedbackLoop
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.marks import Level, Point
from hhanim.mobjects.membrane.channels import inactivates, side_by_side
from hhanim.mobjects.membrane.depth import PatchInDepth, in_proportion
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Channel, simulate
from hhanim.model.phases import phases
from hhanim.parameters import Membrane, Protocol

QUESTION = "Who brings V down again?"
TILES = 300  # channels in the patch seen from above
SEED = 9  # of the channels that are drawn: by chance Na⁺ opens in the foot, K⁺ at the peak


class Spike(Story):
    """Left a patch of membrane, right V, then the gates, then the currents, all on one clock."""

    title = "The action potential"
    description = "One spike told three times: V and the membrane, then the gates, then the currents."
    alt = (
        "A cross-section of a membrane whose sodium and potassium channels open, shut and let ions through, beside "
        "the voltage, the gates and the currents of one action potential."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 26.0

    def beats(self) -> Iterator[Beat]:
        # Finely enough that in a warm axon, too, straight pieces do not cut the corners of the currents.
        self.run = run = simulate(self.membrane, self.stimulus, self.until, sample=0.02)
        self.meet()
        base, slow = round_near(self.until / 7.0), []  # slow from the stimulus until V is back
        if self.phases:
            slow = [(self.begin, self.back, min(round_near((self.back - self.begin) / 8.0), base))]
        self.timed(Pace(self.until, rate=base, slow=slow))
        how: Any = {"clock": self.clock, "electrode": True, "seed": SEED}
        self.patch = MembranePatch(run, self.theme, self.grid["picture"], **how)
        self.v = self.graph("plot", run, "V", stimulus=True)
        self.first: list[Any] = [self.patch, self.v]
        if "rest" in self.phases:
            self.first.append(Level(self.v.panel, run["V"][0], self.say("rest {v}"), end=True))
        said = "A current through the electrode makes V rise, and fall again."
        yield Beat("question", QUESTION, said, self.title, self.first)
        if not self.phases:
            said = "V reaches {top} and falls back, because too little current flows in."
            yield Beat("no spike", "No spike", said, "V reaches {top}", until=self.until)
            return
        for part in (self.voltage, self.gates, self.currents, self.recap):
            yield from part()

    def meet(self) -> None:
        """When the spike's parts begin and end (ms), who lifts V and who brings it down, and what they are called."""
        run, self.known = self.run, quantities(self.membrane)
        self.phases = {phase.name: phase for phase in phases(run, zero=self.membrane.zero)}
        self.inward, self.outward = (self.membrane.channel(run.carrier(way)) for way in ("in", "out"))
        gates = {inactivates(self.membrane, g.name): g.name for g in reversed(self.inward.gates)}
        self.names = {"ion": channel_name(self.inward), "m": gates.get(False), "h": gates.get(True)}
        self.names |= {
            "other": channel_name(self.outward),
            "n": next((g.name for g in self.outward.gates), None),
        }
        self.names |= {"v": millivolts(run["V"][0]), "top": millivolts(run.extreme("V").value, sign=True)}
        if self.phases:
            self.rise, self.back = self.phases["upstroke"].start, self.phases["repolarisation"].stop
            self.begin = self.phases["threshold"].start if "threshold" in self.phases else self.rise
            self.peak, self.end = run.top_of(run.spikes[0]), max(p.stop for p in self.phases.values())
            self.low = self.phases["undershoot"].stop if "undershoot" in self.phases else self.back
            self.names["top"] = millivolts(run.spike_peaks[0], sign=True)

    def voltage(self) -> Iterator[Beat]:
        """V and the membrane; before V falls, the hall says why it will."""
        if "rest" in self.phases:
            line = "almost every gated channel is shut"
            yield Beat("rest", "At rest", "At rest V stands at {v}.", line, until=self.phases["rest"].stop)
        if "threshold" in self.phases:
            said = "The electrode brings in charge, and V rises a little."
            if self.run.extreme("I", "size").value < 0.0:
                said = "The electrode takes charge out; when it stops, V springs back and beyond."
            yield Beat("rise", "The stimulus moves V", said, until=self.rise)
        said = "Now V rises by itself, because {ion} flows in."
        yield Beat("rise", "V rises by itself", said, "{ion} flows in", until=self.peak)
        top = self.peak, self.run.spike_peaks[0]
        self.first.append(Point(self.v.panel, *top, self.names["top"], course=self.v.course))
        answers = "the end of the stimulus", "the sodium pump", "{other} through channels of its own"
        choices = self.choices("foot", *answers)
        said = "V is at its peak of {top}: who brings it down?"
        yield Beat("predict", QUESTION, said, show=[*self.first, choices], think=True)
        said = "{other} flows out through channels of its own, and V falls below rest."
        yield Beat("fall", "{other} brings V down", said, do=[choices.answer(2)], until=self.low)
        yield Beat("fall", "V comes back", "Slowly V comes back.", show=self.first, until=self.end)
        if self.end < self.until:
            yield Beat(
                "fall", "The stimulus goes on", "The stimulus goes on, and V rises again.", until=self.until
            )

    def gates(self) -> Iterator[Beat]:
        """The same spike with its gates, and the loops in which they act on V and V on them."""
        shown = [self.patch, *self.graphs(self.run, ["V"], list(self.membrane.gates))]
        if self.names["m"]:
            loop = self.loop(
                self.inward, "{m} gates open", "{ion} flows in", link="which lifts V", positive=True
            )
            said = "The higher V, the more {m} gates open, and the faster V rises."
            line = "once more, with the gates"
            yield Beat("gates", "{m} gates open first", said, line, [*shown, loop], self.begin, self.peak)
        if self.names["h"]:
            loop = self.loop(self.inward, "{h} gates shut", "less {ion} flows in", link="which holds V back")
            said = "The {h} gates are slower: they shut the {ion} channels again."
            late = 0.3 * self.peak + 0.7 * self.back
            yield Beat("gates", "{h} gates shut", said, "", [*shown, loop], until=late)
        if self.names["n"]:
            loop = self.loop(self.outward, "{n} gates open", "{other} flows out", link="which lowers V")
            said = "The {n} gates are as slow: they open, and {other} takes V down."
            yield Beat("gates", "{n} gates open", said, "", [*shown, loop], until=self.back)
            said = "They are late to close, so V is drawn below rest."
            yield Beat("gates", "{n} gates close late", said, "", shown, until=self.low)
        said = "One by one the gates return, until the membrane is ready again."
        yield Beat("gates", "The gates come back", said, "", shown, until=self.end)

    def currents(self) -> Iterator[Beat]:
        """The same spike with its currents: first, magnified, those that decide; then the large ones."""
        run, into = self.run, f"I_{self.inward.name}"
        names = [f"I_{c.name}" for c in self.membrane.channels]
        v, self.large = self.graphs(run, ["V"], names)
        y = self.large.panel.y_axis
        n = in_proportion(self.membrane, TILES)
        many = PatchInDepth(run, self.theme, self.grid["picture"], n=n, clock=self.clock, seed=1)

        def bars(most: float) -> Balance:
            return Balance(run, self.theme, self.grid["foot"], limit=1.25 * most).follow(self.clock)

        tiles, start, heading = "every tile is a channel; those that stand out are open", self.begin, ""
        said = "More {ion} flows in than {other} flows out, and V takes off."
        if self.rise > self.begin:
            # Until what flows in is three times as much: who wins is seen while both are small.
            level = 3.0 * float(run.at([self.rise])[into][0])
            self.won = start = min(run.first(into, below=level, after=self.rise), self.peak)
            most = max(abs(run.extreme(key, "size", before=self.won).value) for key in names)
            self.names["times"] = times = round_below(0.9 * y.high / most)
            small = y.name, y.low / times, y.high / times
            self.small = self.graph("second", run, *names, ghost=False, y=small)
            shown = [many, v, self.small, bars(y.high / times)]
            asked = "Before the spike the currents are small, and what counts is which is larger."
            line = "the currents, magnified {times:g} times"
            yield Beat("currents", "Small currents decide", asked, line, shown, self.begin, self.rise)
            yield Beat("currents", "{ion} outweighs {other}", said, line, shown, until=self.won)
            said, heading = "Now the currents grow, and carry V to its peak.", "The currents grow"
        shown = [many, v, self.large, bars(y.high)]
        yield Beat("currents", heading or "{ion} outweighs {other}", said, tiles, shown, start, self.peak)
        largest = run.extreme(into, "min").t
        if max(self.peak, run.extreme(f"g_{self.inward.name}").t) < largest:
            said = "Fewer {ion} channels are open, but the driving force on {ion} grows."
            line = "V falls away from where {ion} would take it"
            yield Beat("currents", "The driving force grows", said, line, until=largest)
        said = "More {other} flows out than {ion} flows in, and V falls."
        yield Beat("currents", "{other} outweighs {ion}", said, until=self.back)

    def recap(self) -> Iterator[Beat]:
        """One picture: V in the colour of what moves it."""
        self.timed(Pace(self.until, rate=round_near(self.until / 5.0)))
        v, known, name = self.graph("plot", self.run, "V", stimulus=True), self.known, self.outward.name
        battery = Level(
            v.panel,
            float(self.outward.e),
            self.formula(f'E_"{name}"', color=known[f"I_{name}"]),
            beside=True,
        )
        turns = "{h} gates shut, {n} gates open"
        if not (self.names["h"] and self.names["n"]):
            turns = (
                "{h} gates shut" if self.names["h"] else "{n} gates open" if self.names["n"] else "at last"
            )
        both = self.inward, self.outward
        acts = [
            (both[:1], "{ion} lifts V", "{m} gates open", self.peak, "The {ion} current lifts V to its peak."),
            (both, "{other} brings V down", turns, self.back,
             "The {other} current brings V down."),
            (both[1:], "and then below rest", "{n} gates are late to close", self.low,
             "It outlasts the spike, and V dips below rest."),
        ]  # fmt: skip
        rows, start = [], self.rise
        for who, head, does, stop, said in acts[: 3 if self.names["n"] else 2]:
            hue, shut = known[f"I_{who[-1].name}"], self.names["h"] if who == both else None
            icon = side_by_side(self.membrane, [c.name for c in who], self.theme, shut=shut)
            rows.append(Row(head, does, hue, said, stop, icon, [v.stretch(start, stop, hue)]))
            start = stop
        yield from self.recapped(rows, [v, battery])
        said = "Then only small currents flow, and the leak brings V back to rest."
        yield Beat("recap", self.title, said, until=self.end)

    def loop(self, channel: Channel, *steps: str, link: str, positive: bool = False) -> FeedbackLoop:
        """What V does to the gates of a channel, and its current to V."""
        foot, hue = self.grid["foot"], self.known[f"I_{channel.name}"]
        said = ["V rises", *map(self.say, steps)]
        loop = FeedbackLoop(said, link, self.theme, color=hue, positive=positive, width=foot.width)
        return loop.move_to(foot.center).follow(self.clock)

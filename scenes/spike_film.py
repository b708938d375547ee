"""The action potential, told three times: V and the membrane, then the gates, then the currents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hhanim.look import quantities
from hhanim.look.numbers import millivolts, round_below, round_near
from hhanim.look.words import ion_name, tr
from hhanim.mobjects.circuit.feedback import FeedbackLoop
from hhanim.mobjects.frame.cards import Choices, Recap
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.graph import axis
from hhanim.mobjects.graph.marks import Level, Point
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.membrane.channels import inactivates
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Channel, simulate
from hhanim.model.phases import phases
from hhanim.parameters import Membrane, Protocol

QUESTION = "Who brings V down again?"
SEED = 3  # of the channels that are drawn: by chance these open when most of their kind do


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
        self.phases = {phase.name: phase for phase in phases(run, zero=self.membrane.zero)}
        gated = [c for c in self.membrane.channels if c.gates]
        self.inward = min(gated, key=lambda c: run.extreme(f"I_{c.name}", "min").value)
        self.outward = max(gated, key=lambda c: run.extreme(f"I_{c.name}").value)
        self.ions = {"ion": self.name(self.inward), "other": self.name(self.outward)}
        self.timed(self.pace())
        self.patch = MembranePatch(run, self.theme, self.grid["picture"], clock=self.clock, seed=SEED)
        self.v = self.graph("plot", run, "V", stimulus=True)
        self.rest = millivolts(run["V"][0])
        level = Level(self.v.panel, run["V"][0], tr("rest {v}", v=self.rest), end=True)
        self.first = [self.patch, self.v, *([level] if "rest" in self.phases else [])]
        said = "A short pulse of current makes V rise, and fall again."
        yield Beat("question", QUESTION, said, self.title, self.first)
        if self.phases:
            self.peak, self.back = run.top_of(run.spikes[0]), self.phases["repolarisation"].stop
            self.low = self.phases["undershoot"].stop if "undershoot" in self.phases else self.back
            for part in (self.voltage, self.gates, self.currents, self.recap):
                yield from part()
        else:
            top = millivolts(run.extreme("V").value)
            said = tr("V reaches {top} and falls back, because too little current flows in.", top=top)
            yield Beat("no spike", "No spike", said, tr("V reaches {top}", top=top), until=self.until)

    def pace(self) -> Pace:
        """Slow from the stimulus until V is back, in round rates that give both stretches their time."""
        base = round_near(self.until / 9.0)
        if not self.phases:
            return Pace(self.until, rate=base)
        start, stop = self.start("threshold", "upstroke"), self.phases["repolarisation"].stop
        return Pace(self.until, rate=base, slow=[(start, stop, min(round_near((stop - start) / 8.0), base))])

    def start(self, *names: str) -> float:
        """When the first of these phases that there is begins (ms)."""
        return next(self.phases[name].start for name in names if name in self.phases)

    def voltage(self) -> Iterator[Beat]:
        """V and the membrane; before V falls, the hall says why it will."""
        if "rest" in self.phases:
            yield Beat("rest", "At rest", tr("At rest V stands at {v}.", v=self.rest),
                       "almost every gated channel is shut", until=self.phases["rest"].stop)  # fmt: skip
        if "threshold" in self.phases:
            yield Beat("rise", "The stimulus lifts V", "The electrode brings in charge, and V rises a little.",
                       until=self.phases["threshold"].stop)  # fmt: skip
        yield Beat("rise", "V rises by itself", tr("Now V rises by itself, because {ion} flows in.", **self.ions),
                   tr("{ion} flows in", **self.ions), until=self.peak)  # fmt: skip
        top = millivolts(self.run.spike_peaks[0], sign=True)
        course = self.v.traces[0].path.values[::8, :2]
        self.first.append(Point(self.v.panel, self.peak, self.run.spike_peaks[0], top, course=course))
        answers = [
            "the end of the stimulus",
            "a pump",
            tr("{other} through channels of its own", **self.ions),
        ]
        choices = Choices(answers, self.theme, self.grid["foot"])
        yield Beat("predict", QUESTION, tr("V is at its peak of {top}: who brings it down?", top=top),
                   show=[*self.first, choices], think=True)  # fmt: skip
        said = tr("{other} flows out through channels of its own, and V falls below rest.", **self.ions)
        yield Beat(
            "fall", tr("{other} brings V down", **self.ions), said, do=[choices.answer(2)], until=self.low
        )
        yield Beat("fall", "V comes back", "Slowly V comes back to rest.", show=self.first, until=self.until)

    def gates(self) -> Iterator[Beat]:
        """The same spike with its gates, and the loops in which they act on V and V on them."""
        shown = [self.patch, *self.graphs(self.run, ["V"], list(self.membrane.gates))]
        shuts = {inactivates(self.membrane, g.name): g.name for g in reversed(self.inward.gates)}
        words = {**self.ions, "m": shuts.get(False), "h": shuts.get(True), "n": self.outward.gates[0].name}
        begin = self.start("threshold", "upstroke")
        if words["m"]:
            loop = self.loop(
                self.inward, "{m} gates open", "{ion} flows in", "which lifts V", words, positive=True
            )
            said = tr("The higher V, the more {m} gates open, and the faster V rises.", **words)
            yield Beat("gates", tr("{m} gates open first", **words), said, "once more, with the gates",
                       [*shown, loop], start=begin, until=self.peak)  # fmt: skip
        if words["h"]:
            loop = self.loop(
                self.inward, "{h} gates shut", "less {ion} flows in", "which holds V back", words
            )
            said = tr("The {h} gates are slower: they shut the {ion} channels again.", **words)
            yield Beat("gates", tr("{h} gates shut", **words), said, show=[*shown, loop],
                       until=0.5 * (self.peak + self.back))  # fmt: skip
        loop = self.loop(self.outward, "{n} gates open", "{other} flows out", "which lowers V", words)
        said = tr("The {n} gates are as slow: they open, and {other} takes V down.", **words)
        yield Beat("gates", tr("{n} gates open", **words), said, show=[*shown, loop], until=self.back)
        said = tr("The {n} gates are late to close, so V is drawn below rest.", **words)
        yield Beat("gates", tr("{n} gates close late", **words), said, show=shown, until=self.low)
        said = "Gates return to where they were, and the membrane is ready again."
        yield Beat("gates", "Every gate comes back", said, until=self.until)

    def currents(self) -> Iterator[Beat]:
        """The same spike with its currents: first, magnified, those that decide; then the large ones."""
        names = [f"I_{c.name}" for c in self.membrane.channels]
        v, self.large = self.graphs(self.run, ["V"], names)
        begin, rise = self.start("rest", "threshold", "upstroke"), self.start("upstroke")
        if rise > begin:
            most = max(abs(self.run.extreme(key, "size", before=rise).value) for key in names)
            name, low, high = axis(self.run, names)
            self.magnified = times = round_below(0.9 * high / most)
            self.small = self.graph(
                "second", self.run, *names, ghost=False, y=(name, low / times, high / times)
            )
            said = "Before the spike the currents are small, and it counts which of them is larger."
            yield Beat("currents", "Small currents decide", said, tr("the currents, magnified {k:g} times", k=times),
                       [self.patch, v, self.small], start=begin, until=rise)  # fmt: skip
        said = tr("The {ion} current wins, and V takes off.", **self.ions)
        yield Beat("currents", tr("{ion} wins", **self.ions), said, show=[self.patch, v, self.large], start=rise,
                   until=self.peak)  # fmt: skip
        name = self.inward.name
        most_open, largest = self.run.extreme(f"g_{name}").t, self.run.extreme(f"I_{name}", "min").t
        if max(self.peak, most_open) < largest:
            said = tr("Fewer {ion} channels are open, but the driving force on each ion grows.", **self.ions)
            line = tr("V falls away from where {ion} would take it", **self.ions)
            yield Beat("currents", "The driving force grows", said, line, until=largest)
        said = tr("More {other} flows out than {ion} flows in, until V is back.", **self.ions)
        yield Beat("currents", tr("{other} wins", **self.ions), said, until=self.low)

    def recap(self) -> Iterator[Beat]:
        """One picture: V in the colour of what moves it."""
        self.timed(Pace(self.until, rate=round_near(self.until / 5.0)))
        v, known = self.graph("plot", self.run, "V", stimulus=True), quantities(self.membrane)
        hues = [known[f"I_{c.name}"] for c in (self.inward, self.outward, self.outward)]
        heads = [tr("{ion} lifts V", **self.ions), tr("{other} brings V down", **self.ions), "and below rest"]
        rows = ["its channels open, and V opens more", "its channels open later", "its channels shut late"]
        said = ["The {ion} current lifts V to its peak.", "The {other} current brings V down.",
                "It lasts longer, and V dips below rest."]  # fmt: skip
        recap = Recap(list(zip(heads, rows, hues, strict=True)), self.theme, self.grid["left"])
        cuts = [self.start("upstroke"), self.peak, self.back, self.until]
        shown: list[Any] = [v]
        for k, hue in enumerate(hues):
            part = Trace.of(self.run, "V", v.panel, named=False, within=(cuts[k], cuts[k + 1]), head=False,
                            color=self.theme.color(hue), width=8.0)  # fmt: skip
            shown += [part.follow(self.clock), recap.rows[k]]
            yield Beat("recap", self.title, tr(said[k], **self.ions), show=shown, until=cuts[k + 1])

    def name(self, channel: Channel) -> str:
        return ion_name(channel.ion, channel.name)

    def loop(self, channel: Channel, gate: str, flow: str, link: str, words: dict[str, str | None], *,
             positive: bool = False) -> FeedbackLoop:  # fmt: skip
        """What V does to the gates of a channel, and its current to V."""
        foot, hue = self.grid["foot"], quantities(self.membrane)[f"I_{channel.name}"]
        steps = ["V rises", tr(gate, **words), tr(flow, **words)]
        loop = FeedbackLoop(steps, link, self.theme, color=hue, positive=positive, width=foot.width)
        return loop.move_to(foot.center).follow(self.clock)

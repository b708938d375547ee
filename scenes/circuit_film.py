"""From the membrane to its equivalent circuit, and from the circuit to the equation, one term at a time."""

from __future__ import annotations

from collections.abc import Iterator

from manim import Create, Mobject, ReplacementTransform, Succession

from hhanim.look.numbers import millivolts
from hhanim.look.words import channel_name, gates_in_words, number_word
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.circuit.slice import Slice
from hhanim.mobjects.circuit.stage import CircuitStage, SideBySide
from hhanim.mobjects.circuit.terms import Terms, law_in
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.graph.equations import all_equations
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Channel, simulate
from hhanim.parameters import Membrane, Protocol


class CircuitFilm(Story):
    title = "From membrane to equation"
    description = "The membrane's equivalent circuit, the equation for V term by term, and the gates'."
    alt = (
        "A membrane with its channels turns into a circuit of a capacitor, batteries and variable conductances; each "
        "term of the Hodgkin–Huxley equation appears below its element, and the currents of a spike run through both."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 20.0

    def beats(self) -> Iterator[Beat]:
        self.run = simulate(self.membrane, self.stimulus, self.until, sample=0.02)
        self.top, (_, self.out) = self.run.extreme("V"), self.cast(self.run)
        self.lit, self.pushed = [(0.0, 0.0), *self.run.stretches("I", above=0.0, before=self.top.t)][-1]
        top, push, self.dark = self.top.t, (self.lit, self.pushed, 7.0), max(self.lit - 0.05, 0.0)
        self.timed(Pace.taking(self.until / 3.0, self.until, push,
                               (max(self.pushed, top - 1.6), top, 7.5), (top, top + 3.2, 6.0)))  # fmt: skip
        upper, foot = self.grid["body"].rows(2.5 if self.shape == "wide" else 1.0, 1.0, gap=0.2)
        self.wide = Circuit(self.membrane, self.theme, upper)
        self.slice, self.terms = Slice(self.wide).follow(self.clock), Terms(self.wide, foot)
        for part in (self.elements, self.equation, self.spike, self.gates, self.recap):
            yield from part()

    def elements(self) -> Iterator[Beat]:
        """Every part of the membrane turns into its element, and below it stands its current."""
        wide, terms = self.wide, self.terms
        shown = [wide.sides, wide.voltage, self.slice.water, self.slice, terms.asked]
        yield Beat("question", "What makes V change?", "What makes the voltage across this thin wall change?",
                   self.title, shown)  # fmt: skip
        yield Beat("circuit", "The solutions are wires", "Salt water conducts, as a wire does.",
                   do=[Create(wide.wires), self.slice.water.gathers()], leaves=[wide.wires, *shown])  # fmt: skip
        yield self.becomes("C", "The lipids are a capacitor", "The lipids keep charge apart.")
        yield self.then("Its current is C times the slope of V.", do=terms.answer(),
                        leaves=[*self.without(terms.asked), terms.pieces["C"]])  # fmt: skip
        for channel in self.membrane.channels:
            yield from self.channel(channel, first=channel is self.membrane.channels[0])
        yield self.becomes("I", "The electrode is a source", "The electrode injects a current of our choice.",
                           terms.pieces["I"])  # fmt: skip

    def becomes(self, name: str, heading: str, said: str, *comes: Mobject) -> Beat:
        """A part of the membrane turns into its element, and its current comes."""
        return Beat("circuit", heading, said, do=[lambda: self.slice.becomes(name), *map(Appear, comes)],
                    leaves=[*self.standing, self.wide.element(name), *comes])  # fmt: skip

    def channel(self, channel: Channel, first: bool) -> Iterator[Beat]:
        """A conductance and a battery; then the current, and what the gates have to do with it."""
        told, name = self.terms.unfold(channel.name), channel_name(channel)
        self.names |= {"channel": name, "Channel": name.capitalize(), "gates": gates_in_words(channel)}
        said, comes = "The leak's conductance never changes.", [told.whole]
        if channel.gates and first:
            said, comes = "A channel is a conductance, with its ion's battery.", []
        elif channel.gates:
            said = "{channel} channels have {gates} gates, and their own battery."
        yield self.becomes(channel.name, "{Channel} channels are a conductance", said, *comes)
        if not comes:
            shown, said = self.standing, "The driving force sends a current through {channel} channels."
            yield self.then(said, heading="The driving force", show=[*shown, told.short])
            yield self.then("Their gates, {gates}, multiply the conductance.", heading="The gates multiply it",
                            do=[Succession(told.spell(), told.gather())], leaves=[*shown, told.whole])  # fmt: skip

    def equation(self) -> Iterator[Beat]:
        """The currents of the elements come together in one sum."""
        law, pieces, names = self.terms.law, self.terms.pieces, [c.name for c in self.membrane.channels]
        others = self.without(*pieces.values())
        yield Beat("equation", "One term for every branch", "What is injected charges the capacitor.",
                   do=self.terms.join("C", "I"),
                   leaves=[*others, *map(law.term, ("C", "equals", "I")), *(pieces[n] for n in names)])  # fmt: skip
        yield self.then("What the channels let out is taken off.", leaves=[*others, law],
                        do=self.terms.join(*names))  # fmt: skip

    def spike(self) -> Iterator[Beat]:
        """The currents of a spike through the circuit; before V peaks, the hall says why it will."""
        run, top = self.run, self.top
        stage = self.stage = CircuitStage(run, self.theme, self.grid, self.shape, self.clock)
        water, circuit, law = stage.water, stage.circuit, stage.law
        v = self.graph(stage.plot, run, "V", stimulus=True)
        turns = [ReplacementTransform(self.wide, circuit), ReplacementTransform(self.terms.law, law)]
        comes = [Appear(block, between=(0.8, 1.0)) for block in (water, v.still, v.moving)]
        yield Beat("spike", "The circuit at work", "We let it work, and watch V.", leaves=[water, circuit, v, law],
                   do=[*turns, Vanish(self.slice.water, between=(0.0, 0.2)), *comes])  # fmt: skip
        shown, seen = [water, circuit, v, stage.currents, law], min(stage.seen, top.t)
        self.names |= {"times": f"{stage.times:.3g}", "top": millivolts(top.value)}
        yield self.then("At rest the currents cancel, and V stands still.", show=[*shown, stage.early],
                        line="arrows are currents, {times} times as long as later on", until=self.dark)  # fmt: skip
        yield self.then("The source is lit: its current charges the capacitor.",
                        until=min(self.lit + 0.97 * (self.pushed - self.lit), seen))  # fmt: skip
        shown, scaled = [*shown, stage.later], [stage.currents.arrows.to_scale(stage.scale)]
        line = "arrows are currents; boxes fill with the conductance"
        if not len(run.spikes):
            yield Beat("spike", "No spike", "V reaches {top}, and no spike follows.", line, shown,
                       until=run.duration, do=scaled)  # fmt: skip
            return
        yield self.then("Now {ion} flows in, and V goes on rising.", heading="V rises", until=seen)
        if stage.times > 1.0:
            said = "The currents outgrow the picture: from now on arrows are {times} times shorter."
            yield self.then(said, line=line, show=shown, do=scaled)
        yield self.then("The sum of the currents charges the capacitor, faster and faster.", line=line, show=shown,
                        until=run.extreme("I_ion", "min").t)  # fmt: skip
        yield self.then("With the capacitor, as much flows out as in, at every instant.",
                        heading="The currents add up", show=[*shown, stage.sums])  # fmt: skip
        choices = self.choices(stage.ask, "no current flows any more", "{other} takes out what {ion} brings in",
                               "the capacitor is full")  # fmt: skip
        yield Beat("predict", "Why will V stop rising?", "V will stand still at its peak. Why?",
                   show=[*shown[:-2], choices], think=True)  # fmt: skip
        yield Beat("answer", "Nothing is left for the capacitor", "{other} takes out what {ion} brings in.", line,
                   do=[choices.answer(1)], until=top.t)  # fmt: skip
        yield self.then("The two cancel, and the capacitor gets nothing.", show=[*shown, stage.sums])
        said = "More {other} flows out than {ion} flows in, and V falls."
        yield Beat("answer", "V falls", said, line, [*shown, stage.sums], until=run.extreme("I_ion").t)
        yield self.then("{other} channels stay open, and V falls towards the voltage of their battery.",
                        heading="V falls towards a battery's voltage", show=[*self.standing, v.reversal(self.out)],
                        until=run.extreme("V", "min", after=top.t).t)  # fmt: skip

    def gates(self) -> Iterator[Beat]:
        """The equations of the gates, under that of V, and how they go."""
        top, laws = self.top.t, all_equations(self.membrane, self.theme, self.grid["left"], size=LABEL + 14)
        self.timed(Pace.taking(self.until / 3.0, self.until, (max(top - 2.0, 0.0), top + 2.5, 7.0)))
        self.names["several"] = number_word(1 + sum(gate.dynamic for gate in self.membrane.gates.values()))
        shown = [laws[0], *self.graphs(self.run, ["V"], list(self.membrane.gates))]
        yield Beat("gates", "Conductances follow gates", "Once more: as V changes, the gates move.", "",
                   shown, max(top - 2.5, 0.0), top)  # fmt: skip
        yield self.then("Each gate has its equation: with that of V they are {several}.", until=self.until,
                        line="α: rate of opening · β: rate of closing", show=[laws, *shown[1:]])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """Membrane and circuit side by side, with the same arrows."""
        run, seen, last = self.run, min(self.stage.seen, self.top.t), self.run.extreme(f"I_{self.out.name}").t
        above, foot = self.grid["body"].rows(1.35 if self.shape == "wide" else 3.0, 1.0, gap=0.15)
        self.timed(Pace.taking(self.until / 3.0, self.until, (seen, last, 7.0)))
        place, foot = foot.split(1.0, 1.2, gap=0.5)
        pair = self.pair = SideBySide(run, self.theme, above, self.clock, vertical=self.shape != "wide")
        shown = [*pair.parts, self.graph(place, run, "V"), law_in(foot, self.membrane, self.theme)]
        yield Beat("recap", "A membrane is a circuit", "Membrane and circuit carry the same currents.", "",
                   shown[:-1], seen, run.extreme("I_ion", "min").t)  # fmt: skip
        yield self.then("By one equation they change V: here {other} takes it down.", show=shown, until=last)

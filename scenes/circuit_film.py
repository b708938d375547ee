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
from hhanim.mobjects.frame.fades import Appear
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.graph.equations import GateEquation, aligned
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
        self.dark = max(self.lit - 0.05, 0.0)
        self.timed(Pace(self.until))
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
                   do=[*map(Create, wide.wires), *self.slice.water.gathers()],
                   leaves=[wide.wires, *self.without(self.slice.water)])  # fmt: skip
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
            yield Beat(
                "circuit", "{Channel} channels have gates", "Each of these channels has gates: {gates}."
            )
            said, comes = "A channel is a conductance, with its ion's battery.", []
        elif channel.gates:
            said = "{channel} channels have {gates} gates, and their own battery."
        yield self.becomes(channel.name, "{Channel} channels are a conductance", said, *comes)
        if not comes:
            shown, said = self.standing, "The driving force sends a current through {channel} channels."
            yield self.then(said, heading="The driving force", show=[*shown, told.short])
            said = "The gates set how much of ḡ, the largest conductance, is open."
            yield self.then(said, heading="Gates set the conductance", line="ḡ: conductance with all gates open",
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
        run, top, stage = self.run, self.top, CircuitStage(self.run, self.theme, self.grid, self.shape)
        trough, self.stage = run.extreme("V", "min", after=top.t).t, stage
        turns = [t for t in stage.turns if t < top.t]
        fade, quiet = (stage.last(size, top.t, trough) for size in stage.fading)
        marks = [self.lit, *(turns or [self.pushed]), top.t, fade, trough]
        slow = zip(marks[:-1], marks[1:], [8.0, *(4.5 for _ in turns or [0]), 6.0, 3.0], strict=True)
        pace = Pace.taking(self.until / 3.0, self.until, (0.0, self.dark, 6.5), *slow)
        stage.follow(self.timed(pace))
        circuit, law, arrows = stage.circuit, stage.law, stage.arrows
        v = self.graph(stage.plot, run, "V", stimulus=True)
        turned = [ReplacementTransform(self.wide, circuit), ReplacementTransform(self.terms.law, law)]
        comes = [Appear(block, between=(0.8, 1.0)) for block in (v.still, v.moving)]
        yield Beat("spike", "The circuit at work", "We let it work, and watch V.", leaves=[circuit, v, law],
                   do=[*turned, *comes])  # fmt: skip
        shown = [circuit, v, stage.elements, arrows, stage.bar, law]
        self.names |= {"top": millivolts(top.value), "full": f"{stage.elements.full:.2g}"}
        yield self.then("Each arrow is a current, drawn to scale.", line="arrows are currents",
                        show=shown, until=0.5 * self.dark)  # fmt: skip
        shown = [*shown, stage.sums]
        yield self.then("At rest as much flows out as in, and V stands still.", show=shown, until=self.dark)
        seen = min([*turns, top.t])
        yield self.then("The source is lit: its current charges the capacitor.",
                        until=min(self.lit + 0.97 * (self.pushed - self.lit), seen))  # fmt: skip
        if not len(run.spikes):
            yield self.then("V reaches {top}, and no spike follows.", heading="No spike", until=run.duration)
            return
        rise = run.extreme("I_ion", "min").t
        yield self.then("Now {ion} flows in, and V goes on rising.", heading="V rises", until=seen)
        for k, scale in enumerate(stage.scales[1 : len(turns) + 1]):
            self.names["times"] = f"{scale / stage.scales[k]:.3g}"
            said = "The currents outgrow the picture: arrows are now {times} times shorter."
            yield self.then(said if not k else "And once more: arrows are now {times} times shorter.",
                            do=[arrows.to_scale(scale)])  # fmt: skip
            if k + 1 < len(turns):
                yield self.then("More {ion} channels open, and more {ion} flows in.", until=turns[k + 1])
        line = "arrows are currents; a full box is a conductance of {full} mS/cm²"
        yield self.then(
            "The sum of the currents charges the capacitor, faster and faster.", line=line, until=rise
        )
        yield self.then("With the capacitor, as much flows out as in, at every instant.",
                        heading="The currents add up")  # fmt: skip
        choices = self.choices(stage.ask, "no current flows any more", "{other} takes out what {ion} brings in",
                               "the capacitor is full")  # fmt: skip
        yield Beat("predict", "Why will V stop rising?", "V will stand still at its peak. Why?",
                   show=[*self.without(law, stage.sums), choices], think=True)  # fmt: skip
        yield Beat("answer", "Nothing is left for the capacitor", "{other} takes out what {ion} brings in.", line,
                   do=[choices.answer(1)], until=top.t)  # fmt: skip
        yield self.then("The channels' currents cancel, and the capacitor gets nothing.", show=shown)
        said = "More {other} flows out than {ion} flows in, and V falls."
        yield Beat("answer", "V falls", said, line, until=run.extreme(f"I_{self.out.name}", before=fade).t)
        yield self.then("{other} channels stay open, and V falls towards the voltage of their battery.",
                        heading="V falls towards the {other} battery's voltage",
                        show=[*shown, v.reversal(self.out)], until=fade)  # fmt: skip
        if quiet < trough and turns:
            self.names["times"] = f"{arrows.scale_ / stage.scales[0]:.3g}"
            yield self.then("Now the currents fade away.", until=quiet)
            yield self.then("To see what is left, arrows are now {times} times longer.",
                            do=[arrows.to_scale(stage.scales[0])])  # fmt: skip
        yield self.then(
            "At its lowest, V stands still: the channels' currents cancel, as at rest.", until=trough
        )

    def gates(self) -> Iterator[Beat]:
        """Once more, how the gates go and the conductances with them; then the equations of the gates."""
        top, stage, now = self.top.t, self.stage, self.clock.now
        gates = [
            GateEquation(self.membrane, name, self.theme, size=LABEL + 14) for name in self.membrane.gates
        ]
        laws = aligned(gates, stage.circuit.area)
        pace = Pace.taking(self.until / 3.0, self.until, (max(top - 2.0, 0.0), top + 2.5, 7.0))
        stage.elements.clear_updaters().follow(self.timed(pace).put(now))
        self.names["several"] = number_word(1 + sum(gate.dynamic for gate in self.membrane.gates.values()))
        places = stage.plot.rows(1.0, 1.0, gap=0.2) if self.shape == "wide" else ()
        graphs = self.graphs(self.run, ["V"], list(self.membrane.gates), places=places)
        yield Beat("gates", "Conductances follow gates", "Once more from rest: as V changes, the gates move.",
                   "a full box is a conductance of {full} mS/cm²", [stage.circuit, stage.elements, stage.law, *graphs],
                   self.dark, top)  # fmt: skip
        yield self.then("Each gate has its equation: with that of V they are {several}.", until=self.until,
                        line="α: rate of opening · β: rate of closing", show=[laws, stage.law, *graphs])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """Membrane and circuit side by side, with the same arrows."""
        run, seen, last = self.run, min(self.stage.seen, self.top.t), self.run.extreme(f"I_{self.out.name}").t
        above, foot = self.grid["body"].rows(1.35 if self.shape == "wide" else 3.0, 1.0, gap=0.15)
        self.timed(Pace.taking(self.until / 3.0, self.until, (seen, last, 7.0)))
        place, foot = foot.split(1.0, 1.2, gap=0.5)
        pair = self.pair = SideBySide(run, self.theme, above, self.clock, vertical=self.shape != "wide")
        v, law = self.graph(place, run, "V"), law_in(foot, self.membrane, self.theme)
        yield Beat("recap", "A membrane is a circuit", "Membrane and circuit carry the same currents.", "",
                   [*pair.parts, self.stage.law], seen, run.extreme("I_ion", "min").t)  # fmt: skip
        comes = [Appear(block, between=(0.5, 1.0)) for block in (v.still, v.moving)]
        yield self.then("By one equation they change V: here {other} takes it down.", until=last,
                        do=[ReplacementTransform(self.stage.law, law), *comes],
                        leaves=[*pair.parts, v, law])  # fmt: skip

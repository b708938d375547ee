"""From the membrane to its equivalent circuit, and from the circuit to the equation, one term at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from manim import Create, ReplacementTransform, Succession, VGroup

from hhanim.look.numbers import millivolts
from hhanim.look.words import channel_name, listed, number_word, tr
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.circuit.currents import (
    CircuitCurrents,
    CurrentArrows,
    CurrentSums,
    per_unit,
    places_in,
    scale_bar,
)
from hhanim.mobjects.circuit.slice import Slice, Solutions
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.layout import Area, fitted
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, Unfolding, aligned
from hhanim.mobjects.graph.marks import Level
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Channel, simulate
from hhanim.parameters import Membrane, Protocol

QUESTION = "What makes V change?"
#: How the frame is shared by the membrane and the equation at first.
ROWS = {"wide": (2.5, 1.0), "square": (1.0, 1.0), "tall": (1.0, 1.0)}


class CircuitFilm(Story):
    """The membrane is a circuit, and the circuit is the equation."""

    title = "From membrane to equation"
    description = (
        "The membrane's equivalent circuit, the equation for V term by term, and the gates' equations."
    )
    alt = (
        "A membrane with its channels turns into a circuit of a capacitor, batteries and variable conductances; each "
        "term of the Hodgkin–Huxley equation appears below its element, and the currents of a spike run through both."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 20.0

    def beats(self) -> Iterator[Beat]:
        self.run = simulate(self.membrane, self.stimulus, self.until, sample=0.02)
        _, self.out = self.cast(self.run)
        self.timed(self.pace())
        stage, foot = self.grid["body"].rows(*ROWS[self.shape], gap=0.2)
        self.wide, self.law = Circuit(self.membrane, self.theme, stage), self.law_in(foot)
        self.slice = Slice(self.wide).follow(self.clock)
        self.pieces = self.law.pieces(self.wide.x, self.wide.pitch, foot)
        for part in (self.elements(foot), self.equation(), self.spike(), self.gates(), self.recap()):
            yield from part

    def pace(self) -> Pace:
        """Slow while V is high; where the run is shown again, it begins not long before."""
        top = self.run.extreme("V").t
        self.begin = max(top - 2.5, 0.0)
        return Pace(self.until, rate=3.0, slow=[(top - 1.3, top + 3.2, 0.5)])

    def law_in(self, area: Area) -> Any:
        """The equation for V, where it will stand."""
        lines = 1 if self.shape == "wide" else 2
        return fitted(CurrentEquation(self.membrane, self.theme, size=LABEL + 26, lines=lines), area)

    def elements(self, foot: Area) -> Iterator[Beat]:
        """Every part of the membrane turns into its element, and below it stands its current."""
        wide, piece = self.wide, self.pieces["C"]
        asked = self.formula('{{ frac(dif V, dif t) : slope }} {{ = "?" : asked }}', size=LABEL + 26)
        shown = [wide.sides, wide.voltage, self.slice.water, self.slice, asked.move_to(foot.center)]
        said = "What makes the voltage across this thin wall change?"
        yield Beat("question", QUESTION, said, self.title, shown)
        yield Beat("circuit", "The solutions are wires", "Salt water conducts, as a wire does.",
                   do=[Create(wide.wires), self.slice.water.gathers()], leaves=[wide.wires, *shown])  # fmt: skip
        yield self.becomes("C", "The lipids are a capacitor", "The lipids keep charge apart.")
        slope = asked.select("slope")
        moves = [ReplacementTransform(*pair) for pair in zip(slope, piece[-len(slope) :], strict=True)]
        left = [thing for thing in self.standing if thing is not asked]
        yield self.then("Its current is C times the slope of V.", leaves=[*left, piece],
                        do=[*moves, Appear(piece[: -len(slope)]), Vanish(asked.select("asked"))])  # fmt: skip
        for channel in self.membrane.channels:
            yield from self.channel(channel, first=channel is self.membrane.channels[0])
        yield self.becomes("I", "The electrode is a source", "The electrode injects a current of our choice.",
                           self.pieces["I"])  # fmt: skip

    def becomes(self, name: str, heading: str, said: str, *comes: Any) -> Beat:
        """A part of the membrane turns into its element, and its current comes."""
        return Beat("circuit", heading, said, do=[lambda: self.slice.becomes(name), *map(Appear, comes)],
                    leaves=[*self.standing, self.wide.element(name), *comes])  # fmt: skip

    def channel(self, channel: Channel, first: bool) -> Iterator[Beat]:
        """A conductance and a battery; then the current, and what the gates have to do with it."""
        told = Unfolding(self.membrane, channel.name, self.theme, self.pieces[channel.name], self.wide.pitch)
        self.pieces[channel.name] = told.whole
        counts = ((number_word(gate.power), gate.name) for gate in channel.gates)
        gates, name = (
            listed([tr("{number} {gate}", number=n, gate=g) for n, g in counts]),
            channel_name(channel),
        )
        self.names |= {"channel": name, "Channel": name.capitalize(), "gates": gates}
        spelt = first and gates
        said = "{channel} channels have {gates} gates, and their own battery."
        if not gates:
            said = "The leak never changes."
        heading, comes = "{Channel} channels are a conductance", [told.whole]
        if spelt:  # its gates are told of while they are there to be seen
            said, comes, shown = "A channel is a conductance, with its ion's battery.", [], self.standing
            yield self.then("The driving force sends a current through {channel} channels.", heading=heading,
                            show=[*shown, told.short])  # fmt: skip
            yield self.then("Their gates, {gates}, multiply the conductance.", heading="The gates multiply it",
                            do=[Succession(told.spell(), told.gather())], leaves=[*shown, told.whole])  # fmt: skip
        yield self.becomes(channel.name, heading, said, *comes)

    def equation(self) -> Iterator[Beat]:
        """The currents of the elements come together in one sum."""
        law, pieces, names = self.law, self.pieces, [c.name for c in self.membrane.channels]
        others = [thing for thing in self.standing if not any(thing is piece for piece in pieces.values())]
        equals, left = law.term("equals"), VGroup(law.part("C"), law.part("I"))
        moves: list[Any] = [ReplacementTransform(pieces[n], half) for n, half in zip("CI", left, strict=True)]
        yield Beat("equation", "One term for every branch", "What is injected charges the capacitor.",
                   do=[*moves, Appear(equals)],
                   leaves=[*others, left, equals, *(pieces[n] for n in names)])  # fmt: skip
        moves = [ReplacementTransform(pieces[n], law.part(n)) for n in names]
        yield self.then("What the channels let out is taken off.", leaves=[*others, law],
                        do=[*moves, *(Appear(law.sign(n)) for n in names)])  # fmt: skip

    def places(self) -> list[Area]:
        """Where the circuit, the sums of its currents, V, the equation and what the hall is asked stand as it runs."""
        grid = self.grid
        if self.shape != "wide":
            return [grid[name] for name in ("picture", "first", "second", "foot", "first")]
        upper, law = grid["body"].rows(4.25, 1.15, gap=0.2)
        left, plot = (replace(grid[name], bottom=upper.bottom) for name in ("left", "plot"))
        place, sums = left.rows(3.4, 0.7, gap=0.15)
        return [place, sums, plot, law, replace(left, bottom=law.bottom, top=sums.top)]

    def spike(self) -> Iterator[Beat]:
        """The currents of a spike through the circuit; before V peaks, the hall says why it will."""
        run, (place, lower, plot, foot, asked) = self.run, self.places()
        self.circuit, law = Circuit(self.membrane, self.theme, place), self.law_in(foot)
        water = Solutions(self.circuit).gather().follow(self.clock)
        yield Beat("spike", "The circuit at work", "Now it gets a short pulse of current.",
                   do=[ReplacementTransform(self.wide, self.circuit), ReplacementTransform(self.law, law),
                       Vanish(self.slice.water, between=(0.0, 0.2)), Appear(water, between=(0.8, 1.0))],
                   leaves=[water, self.circuit, law])  # fmt: skip
        self.currents = CircuitCurrents(self.circuit, run).follow(self.clock)
        self.sums = CurrentSums(self.currents.arrows, lower).follow(self.clock)
        v = self.graph(plot, run, "V", stimulus=True)
        shown = [water, self.circuit, v, self.currents]
        line, peak = "arrows are currents; boxes fill with the conductance", run.extreme("V")
        if not len(run.spikes):
            self.names["top"] = millivolts(peak.value)
            said = "V reaches {top}, and no spike follows."
            yield Beat("spike", "No spike", said, line, [*shown, law, self.sums], until=run.duration)
            return
        said = "{ion} flows in and charges the capacitor: V rises."
        yield Beat("spike", "V rises", said, line, [*shown, law], until=run.extreme("I_ion", "min").t)
        yield self.then("With the capacitor, as much flows out as in, at every instant.",
                        heading="The currents add up", show=[*shown, law, self.sums])  # fmt: skip
        choices = self.choices(asked, "no current flows any more", "{other} takes out what {ion} brings in",
                               "the capacitor is full")  # fmt: skip
        yield Beat("predict", "Why will V stop rising?", "V will stand still at its peak. Why?",
                   show=[*shown, choices], think=True)  # fmt: skip
        said = "The ions' currents cancel, and the capacitor gets nothing."
        yield Beat(
            "answer", "Nothing is left for the capacitor", said, line, until=peak.t, do=[choices.answer(1)]
        )
        said = "More {other} flows out than {ion} flows in, and V falls."
        yield Beat("answer", "V falls", said, line, [*shown, law, self.sums], until=run.extreme("I_ion").t)
        name = self.formula(f'E_"{self.out.name}"', size=TICK, color=f"g_{self.out.name}")
        battery = Level(v.panel, float(self.out.e), name, beside=True)
        yield self.then("{other} channels stay open, and V falls towards their battery.",
                        heading="V falls towards a battery", show=[*self.standing, battery],
                        until=run.extreme("V", "min", after=peak.t).t)  # fmt: skip

    def gates(self) -> Iterator[Beat]:
        """The equations of the gates, under that of V, and how they go."""
        start, names = self.begin, list(self.membrane.gates)
        self.timed(Pace(self.until, rate=3.0, slow=[(start + 1.0, start + 5.0, 1.2)]))
        law = CurrentEquation(self.membrane, self.theme, size=LABEL + 14, lines=3)
        laws = [law, *(GateEquation(self.membrane, name, self.theme, size=LABEL + 14) for name in names)]
        self.names["several"] = number_word(1 + sum(g.dynamic for g in self.membrane.gates.values()))
        said = "Each gate has its equation: with that of V they are {several}."
        shown = [aligned(laws, self.grid["left"]), *self.graphs(self.run, ["V"], names)]
        yield Beat("gates", "The conductances follow their gates", said, "", shown, start, self.until)

    def recap(self) -> Iterator[Beat]:
        """Membrane and circuit side by side, with the same arrows."""
        run, (above, foot) = self.run, self.grid["body"].rows(3.6, 1.0, gap=0.15)
        self.timed(self.pace())
        left, right = above.split(1.0, 1.0, gap=0.5, vertical=self.shape != "wide")
        circuit = Circuit(self.membrane, self.theme, right, size=SMALL)
        scale = max(per_unit(run, area.height - 0.8) for area in (left, right))
        #: Its sodium channel is open in both pictures in which the film stops.
        self.patch = MembranePatch(run, self.theme, left, clock=self.clock, level=0.5, electrode=True)
        arrows = CurrentArrows(places_in(self.patch), run, self.theme, scale).follow(self.clock)
        self.both = [arrows, CircuitCurrents(circuit, run, scale=scale).follow(self.clock)]
        shown = [circuit, self.patch, *self.both, scale_bar(arrows, right.right, right.bottom)]
        yield Beat("recap", "A membrane is a circuit", "Membrane and circuit carry the same currents.", "", shown,
                   self.begin, run.extreme("I_ion", "min").t)  # fmt: skip
        yield self.then("One equation says how they change V.", show=[*shown, self.law_in(foot)],
                        until=run.extreme(f"I_{run.carrier('out')}").t)  # fmt: skip

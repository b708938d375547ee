"""From the membrane to its equivalent circuit, and from the circuit to the equation, one term at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from manim import Create, FadeIn, FadeOut, ReplacementTransform, Succession, VGroup

from hhanim.look.numbers import millivolts
from hhanim.look.words import channel_name, ion_name, listed, tr
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
from hhanim.mobjects.frame.layout import Area, fitted
from hhanim.mobjects.frame.lettering import LABEL, SMALL
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, Unfolding, aligned
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
        self.timed(self.pace())
        stage, foot = self.grid["body"].rows(*ROWS[self.shape], gap=0.2)
        self.wide = Circuit(self.membrane, self.theme, stage)
        self.slice = Slice(self.wide).follow(self.clock)
        self.law = self.law_in(foot, lines=1 if self.shape == "wide" else 2)
        self.pieces = self.law.pieces(self.wide.x, self.wide.pitch, foot)
        yield from self.elements(foot)
        yield from self.equation()
        yield from self.spike()
        yield from self.gates()
        yield from self.recap()

    def pace(self) -> Pace:
        spikes = self.run.spikes
        #: When the run begins where it is shown again: not long before something happens.
        self.begin = float(spikes[0]) - 2.0 if len(spikes) else 0.0
        slow = [(float(spikes[0]) - 0.8, float(spikes[0]) + 2.7, 0.5)] if len(spikes) else []
        return Pace(self.until, rate=3.0, slow=slow)

    def law_in(self, area: Area, lines: int) -> CurrentEquation:
        """The equation for V, where it will stand."""
        law = CurrentEquation(self.membrane, self.theme, size=LABEL + 26, lines=lines)
        fitted(law, area)
        return law

    # -- from membrane to equation -------------------------------------------------------------------------

    def elements(self, foot: Area) -> Iterator[Beat]:
        """Every part of the membrane turns into its element, and below it stands its current."""
        wide, pieces = self.wide, self.pieces
        asked = self.formula('{{ frac(dif V, dif t) : slope }} {{ = "?" : asked }}', size=LABEL + 26)
        asked.move_to(foot.center)
        self.shown: list[Any] = [wide.sides, wide.voltage, self.slice.water, self.slice, asked]
        said = "What makes the voltage across this thin wall change?"
        yield Beat("question", QUESTION, said, self.title, self.shown)
        self.shown = [wide.wires, *self.shown]
        yield Beat("circuit", "The solutions are wires", "Salt water conducts, as a wire does.",
                   do=[Create(wide.wires), self.slice.water.gathers()], leaves=self.shown)  # fmt: skip
        heading = "The lipids are a capacitor"
        yield self.becomes("C", heading, "The lipids keep charge apart.")
        self.shown = [*(thing for thing in self.shown if thing is not asked), pieces["C"]]
        slope, piece = asked.select("slope"), pieces["C"]
        moves = [ReplacementTransform(*pair) for pair in zip(slope, piece[-len(slope) :], strict=True)]
        yield Beat("circuit", heading, "Its current is C times the slope of V.",
                   do=[*moves, FadeIn(piece[: -len(slope)]), FadeOut(asked.select("asked"))],
                   leaves=self.shown)  # fmt: skip
        for k, channel in enumerate(self.membrane.channels):
            yield from self.channel(channel, first=k == 0)
        yield self.becomes("I", "The electrode is a source", "The electrode injects a current of our choice.")

    def becomes(self, name: str, heading: str, said: str) -> Beat:
        """A part of the membrane turns into its element."""
        before = self.shown
        self.shown = [*before, self.wide.element(name)]
        return Beat("circuit", heading, said, show=before, do=[self.slice.becomes(name)], leaves=self.shown)

    def channel(self, channel: Channel, first: bool) -> Iterator[Beat]:
        """A conductance and a battery; then the current, and what the gates have to do with it."""
        name = channel.name
        heading = tr("{name} channels are a conductance", name=channel_name(channel).capitalize())
        told = Unfolding(self.membrane, name, self.theme, self.pieces[name], self.wide.pitch)
        self.pieces[name] = told.whole
        several = listed([tr("{number} {gate}", number=_number(g.power), gate=g.name) for g in channel.gates])
        if not first or not several:
            said = "{name} channels have {several} gates, and their own battery."
            said = tr(said, name=channel_name(channel), several=several)
            yield self.becomes(name, heading, said if several else "The leak never changes.")
            self.shown = [*self.shown, told.whole]
            return
        yield self.becomes(name, heading, "A channel is a conductance, with its ion's battery.")
        shown, self.shown = self.shown, [*self.shown, told.whole]
        said = "The driving force sends a current through it."
        yield Beat("circuit", heading, said, show=[*shown, told.short])
        said = tr("Its gates, {several}, multiply the conductance.", several=several)
        yield Beat("circuit", "The gates multiply it", said, do=[Succession(told.spell(), told.gather())],
                   leaves=self.shown)  # fmt: skip

    def equation(self) -> Iterator[Beat]:
        """The currents of the elements come together in one sum."""
        law, pieces, names = self.law, self.pieces, [c.name for c in self.membrane.channels]
        others = [thing for thing in self.shown if not any(thing is piece for piece in pieces.values())]
        heading, equals = "One term for every branch", law.term("equals")
        left = VGroup(law.part("C"), law.part("I"))
        moves: list[Any] = [ReplacementTransform(pieces[n], half) for n, half in zip("CI", left, strict=True)]
        yield Beat("equation", heading, "What is injected charges the capacitor.", show=[*self.shown, pieces["I"]],
                   do=[*moves, FadeIn(equals)],
                   leaves=[*others, left, equals, *(pieces[n] for n in names)])  # fmt: skip
        moves = [ReplacementTransform(pieces[n], law.part(n)) for n in names]
        self.shown = [*others, law]
        yield Beat("equation", heading, "What the channels let out is taken off.",
                   do=[*moves, *(FadeIn(law.sign(n)) for n in names)], leaves=self.shown)  # fmt: skip

    # -- at work -------------------------------------------------------------------------------------------

    def places(self) -> list[Area]:
        """Where the circuit, the sums of its currents, V, the equation and what the hall is asked stand as it runs."""
        grid = self.grid
        if self.shape != "wide":
            sums, plot = (grid[name] for name in ("first", "second"))
            return [grid["picture"], sums, plot, grid["foot"], sums]
        upper, law = grid["body"].rows(4.25, 1.15, gap=0.2)
        left, plot = (replace(grid[name], bottom=upper.bottom) for name in ("left", "plot"))
        place, sums = left.rows(3.4, 0.7, gap=0.15)
        return [place, sums, plot, law, replace(left, bottom=law.bottom, top=sums.top)]

    def spike(self) -> Iterator[Beat]:
        """The currents of a spike through the circuit; before V peaks, the hall says why it will."""
        run, (place, lower, plot, foot, asked) = self.run, self.places()
        self.circuit = circuit = Circuit(self.membrane, self.theme, place)
        law = self.law_in(foot, lines=1 if self.shape == "wide" else 2)
        water = Solutions(circuit).gather().follow(self.clock)
        yield Beat("spike", "The circuit at work", "Now it gets a short pulse of current.",
                   do=[ReplacementTransform(self.wide, circuit), ReplacementTransform(self.law, law)],
                   leaves=[water, circuit, law])  # fmt: skip
        self.currents = CircuitCurrents(circuit, run).follow(self.clock)
        self.sums = CurrentSums(self.currents.arrows, lower).follow(self.clock)
        self.v = self.graph(plot, run, "V", stimulus=True)
        shown: list[Any] = [water, circuit, self.v, self.currents]
        line = "arrows are currents; boxes fill with the conductance"
        if not len(run.spikes):
            top = tr("V reaches {top}, and no spike follows.", top=millivolts(run.extreme("V").value))
            yield Beat("spike", "No spike", top, show=[*shown, law, self.sums], until=run.duration)
            return
        inward, outward = (
            ion_name(self.membrane.channel(run.carrier(way)).ion, run.carrier(way)) for way in ("in", "out")
        )
        rise, peak, fall = run.extreme("I_ion", "min").t, run.extreme("V").t, run.extreme("I_ion").t
        low = run.extreme("V", "min", after=peak).t
        said = tr("{ion} flows in and charges the capacitor: V rises.", ion=inward)
        yield Beat("spike", "V rises", said, line, [*shown, law], until=rise)
        said = "With the capacitor, as much flows out as in, at every instant."
        yield Beat("spike", "The currents add up", said, line, [*shown, law, self.sums])
        answers = ["no current flows any more", tr("{ion} takes out what {other} brings in", ion=outward, other=inward),
                   "the capacitor is full"]  # fmt: skip
        choices = self.choices(asked, *answers)
        ask = "Why will V stop rising?"
        yield Beat("predict", ask, "V will stand still at its peak. Why?",
                   show=[*shown, choices], think=True)  # fmt: skip
        said = "The ions' currents cancel, and the capacitor gets nothing."
        yield Beat(
            "answer", "Nothing is left for the capacitor", said, line, do=[choices.answer(1)], until=peak
        )
        shown += [law, self.sums]
        said = tr("More {ion} flows out than {other} flows in, and V falls.", ion=outward, other=inward)
        yield Beat("answer", "V falls", said, line, shown, until=fall)
        said = tr("{ion} channels stay open, and V falls towards their battery.", ion=outward)
        yield Beat("answer", "V falls towards a battery", said, line, until=low)

    def gates(self) -> Iterator[Beat]:
        """The equations of the gates, under that of V, and how they go."""
        start, stop = self.begin, self.run.duration
        self.timed(Pace(stop, rate=3.0, slow=[(start + 1.0, start + 5.0, 1.2)]))
        names = list(self.membrane.gates)
        law = CurrentEquation(self.membrane, self.theme, size=LABEL + 14, lines=3)
        equations = aligned([law, *(GateEquation(self.membrane, n, self.theme, size=LABEL + 14) for n in names)],
                            self.grid["left"])  # fmt: skip
        v, gates = self.graphs(self.run, ["V"], names)
        several = _number(1 + sum(g.dynamic for g in self.membrane.gates.values()))
        said = tr("Each gate has its equation: with that of V they are {several}.", several=several)
        yield Beat("gates", "The conductances follow their gates", said, show=[equations, v, gates], start=start,
                   until=stop)  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """Membrane and circuit side by side, with the same arrows."""
        run, body = self.run, self.grid["body"]
        self.timed(self.pace())
        above, foot = body.rows(3.6, 1.0, gap=0.15)
        left, right = above.split(1.0, 1.0, gap=0.5, vertical=self.shape != "wide")
        circuit = Circuit(self.membrane, self.theme, right, size=SMALL)
        scale = max(per_unit(run, area.height - 0.8) for area in (left, right))
        #: Its sodium channel is open in both pictures in which the film stops.
        patch = MembranePatch(run, self.theme, left, clock=self.clock, level=0.5, electrode=True)
        self.patch = patch
        arrows = CurrentArrows(places_in(patch), run, self.theme, scale).follow(self.clock)
        self.both = [arrows, CircuitCurrents(circuit, run, scale=scale).follow(self.clock)]
        law = self.law_in(foot, lines=1 if self.shape == "wide" else 2)
        shown = [circuit, patch, *self.both, scale_bar(arrows, right.right, right.bottom)]
        heading = "A membrane is a circuit"
        yield Beat("recap", heading, "Membrane and circuit carry the same currents.", show=shown, start=self.begin,
                   until=run.extreme("I_ion", "min").t)  # fmt: skip
        yield Beat("recap", heading, "One equation says how they change V.", show=[*shown, law],
                   until=run.extreme(f"I_{run.carrier('out')}").t)  # fmt: skip


def _number(n: int) -> str:
    words = dict(enumerate(["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]))
    return tr(words.get(n, str(n)))

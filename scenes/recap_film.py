"""What the four equations say, what they predict, and what it all comes to: the last film of the lecture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from manim import DL, DOWN, LEFT, VGroup

from hhanim.errors import HHError
from hhanim.look.words import tr
from hhanim.mobjects.axon.front import Front
from hhanim.mobjects.axon.stage import Stage
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import fitted
from hhanim.mobjects.frame.lettering import LABEL, SMALL
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, aligned
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, measured, simulate
from hhanim.model.cable import Cable, IClamp, simulate_cable
from hhanim.model.phases import Landmarks, landmarks
from hhanim.parameters import Membrane, Protocol

ASKS = "Can four equations make a spike?"
FAST = "Will the computed spike travel, and how fast?"
MORE = "more: circuit, voltage clamp, gate opening, spike, threshold, propagation"
PAPER = "Hodgkin & Huxley 1952, J Physiol 117:500–544"
LENGTH, TIMED = 60.0, (20.0, 45.0)  # mm: of the axon; between which places the spike is timed


class FourEquations(Story):
    title = "What the four equations say"
    description = (
        "The equations of 1952, the spike they make, its speed against the measured one, and a card."
    )
    alt = (
        "A membrane beside the four equations; the spike that they give, travelling along an axon behind a mark for "
        "the speed measured; then its voltage in the colours of the ions that move it, with three sentences."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 20.0
    travel_celsius: float = 18.5  # of the travelling spike alone, as in the calculation of 1952

    def beats(self) -> Iterator[Beat]:
        run = simulate(self.membrane, self.stimulus, self.until)
        spike = landmarks(run, zero=self.membrane.zero)
        if set(self.membrane.gates) != {"m", "h", "n"} or not spike:
            raise HHError(
                "recap tells of a spike that the four equations of 1952 make; "
                "give the model classic, classroom or modern, and a stimulus that fires it"
            )
        self.timed(Pace(self.until, rate=4.0, slow=[(spike.rise - 0.5, spike.back + 0.5, 0.9)]))
        patch = MembranePatch(run, self.theme, self.grid["left"], clock=self.clock)
        yield from self.equations(patch)
        v = self.graph("plot", run, "V", stimulus=True, ghost=False)
        heading, line = "Solved, they make a spike", "a short pulse of current, and nothing else"
        said = "Step by step in time, the equations give an action potential."
        yield Beat("spike", heading, said, line, [patch, v], until=self.until)
        answers = "it dies out", "at about 2 m/s", "at about 20 m/s"
        choices = self.choices(self.grid["plot"].inset(top=0.6), *answers, size=1.6 * LABEL)
        said = "They were fitted to currents at a held V, never to a spike."
        yield Beat("predict", FAST, said, show=[patch, choices], think=True)
        yield self.then("It travels, and at nearly 20 m/s.", do=[choices.answer(2)])
        yield self.then("Many such membranes in a row are an axon.", show=[patch])
        yield from self.travel(patch)
        yield from self.card(run, spike)

    def equations(self, patch: MembranePatch) -> Iterator[Beat]:
        """The four equations beside the membrane they are about, and what each of their terms says."""
        flat, place = self.shape == "square", self.grid["plot"]
        law = CurrentEquation(self.membrane, self.theme, size=1.7 * LABEL, lines=1 if flat else 3)
        gates = [GateEquation(self.membrane, g, self.theme, size=1.5 * LABEL) for g in self.membrane.gates]
        if flat:
            both = VGroup(law, VGroup(*gates).arrange(buff=0.7)).arrange(DOWN, buff=0.4, aligned_edge=LEFT)
        whole = fitted(both, place) if flat else aligned([law, *gates], place)
        charge = [law.term("C"), law.term("equals"), law.term("I")]
        said = "In 1952 four equations were written for this membrane."
        yield Beat("question", ASKS, said, PAPER, show=[patch, whole])
        steps: list[tuple[str, str, Sequence[Any]]] = [
            ("What flows in charges the membrane", "The first says: what flows in charges the membrane.", charge),
            ("Na⁺: three m gates and one h", "Sodium flows where three m gates and one h are open.", [law.term("Na")]),
            ("K⁺: four n gates", "Potassium flows where four n gates are open.", [law.term("K")]),
            ("Gates: V sets how fast they move", "The other three: V sets how fast gates open and shut.", gates),
        ]  # fmt: skip
        parts = [*charge, *(law.term(c.name) for c in self.membrane.channels), *gates]
        for name, said, meant in steps:
            faint: list[Any] = [part.animate.set_opacity(1.0 if part in meant else 0.5) for part in parts]
            yield Beat("equations", name, said, do=faint)

    def travel(self, patch: MembranePatch) -> Iterator[Beat]:
        """The spike along an axon, against the speed that was measured in it."""
        warm = self.membrane.with_(celsius=self.travel_celsius)
        cable = Cable(warm, n=300, length=1e3 * LENGTH, diameter=476.0, resistivity=35.4)  # µm, µm, Ω·cm
        run = simulate_cable(cable, [IClamp(0.0, "pulse(10000, 0.3, 0.3)")], 4.0, dt=0.01, sample=0.01)
        start, stop = (int(1e3 * x / run.cable.dx) for x in TIMED)
        since, end = (float(run.arrival()[k]) for k in (start, stop))
        self.speed = run.speed(*(1e3 * x for x in TIMED))
        self.timed(Pace(float(run.t[-1]), rate=0.4, slow=[(since, end, 0.22)], ease=0.1))
        low, high = voltages(run.cable.membrane)
        ticks = [self.membrane.zero + v for v in (-50, 0, 50)]
        y, areas = (low, high + 0.5 * (high - low)), self.grid["body"].rows(2.8, 2.8, gap=0.15)
        stage = Stage(run, areas, self.theme, self.clock, y=y, ticks=ticks)
        hand, real = measured.SPEED_BY_HAND, measured.SPEED
        known = (real, "measured: {v} m/s", "ink"), (hand, "by hand: {v} m/s", "muted")
        fronts = [
            Front(stage.panel, v, TIMED[0], since, tr(name, v=v), row=k, color=hue).follow(self.clock)
            for k, (v, name, hue) in enumerate(known)
        ]
        shown, drawn, views = [*stage.parts, stage.loops], patch.views[0], stage.wall.views
        same = next(view for view in views[len(views) // 3 :] if view.channel.name == drawn.channel.name)
        place = within(self.frame, *((*view.origin[:2], view.height_) for view in (same, drawn)))
        self.names = {"a": hand, "b": real, "c": self.speed, "t": self.travel_celsius}
        said, about = (
            "A computer today finds {c:.1f} m/s.",
            "an axon half a millimetre thick, not to scale, at {t} °C",
        )
        yield Beat("travel", "It travels", said, about, shown, until=since, out_of=place)
        heading, said = "{a} m/s by hand in 1952, {b} m/s measured", "Measured in such an axon: {b} m/s."
        yield Beat("travel", heading, said, about, [*shown, fronts[0]], until=0.5 * (since + end))
        said = "By hand, in 1952, the equations gave {a} m/s."
        yield self.then(said, show=[*shown, *fronts], until=end)
        yield self.then("And nothing in them was fitted to that speed.", until=float(run.t[-1]))

    def card(self, run: Trajectory, spike: Landmarks) -> Iterator[Beat]:
        """V in the colours of the ions that move it, beside three sentences."""
        self.timed(Pace(self.until, rate=4.0, slow=[(spike.rise, spike.back, 1.0)]))
        v, place = self.graph("plot", run, "V", stimulus=True), self.grid["left"]
        paper = self.words(PAPER, size=SMALL, color="muted")
        paper.scale(min(1.0, place.width / paper.width)).move_to(place.at(0.0, 0.0), aligned_edge=DL)
        (out,) = (c for c in self.membrane.channels if c.ion == "K")
        acts = [
            self.cause(v, spike.rise, spike.peak, ["Na"], "m opens fast", "sodium lifts V: the upstroke",
                       "Fast m lets sodium lift V."),
            self.cause(v, spike.peak, spike.back, ["Na", "K"], "h shuts, n opens", "potassium takes V down",
                       "Then h shuts and n opens: potassium takes V down.", shut="h"),
            self.cause(v, spike.back, spike.low, ["K"], "n closes late", "V passes below rest: the undershoot",
                       "Late to close, n takes V below rest."),
        ]  # fmt: skip
        shown, heading = [v, v.reversal(out), paper], "The spike explained"
        yield from self.recapped(acts, shown, place=place.inset(bottom=0.5), heading=heading, line=MORE)
        yield self.then("Then the leak brings V back to rest.", until=self.until)

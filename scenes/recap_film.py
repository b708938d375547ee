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
from hhanim.mobjects.frame.layout import Area, fitted
from hhanim.mobjects.frame.lettering import LABEL, SMALL
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, aligned
from hhanim.mobjects.graph.marks import Level, Moment
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, measured, simulate
from hhanim.model.cable import Cable, IClamp, simulate_cable
from hhanim.model.phases import Landmarks, landmarks
from hhanim.parameters import Membrane, Protocol

ASKS = "Can four equations make a spike?"
FAST = "Will the computed spike travel, and how fast?"
PAPER = "Hodgkin & Huxley 1952, J Physiol 117:500–544"
LENGTH, TIMED = 60.0, (20.0, 45.0)  # mm: of the axon; between which places the spike is timed
REST = 3.0  # ms: how long the axon rests while the hall predicts


class FourEquations(Story):
    title = "What the four equations say"
    description = "The equations of 1952, the spike they make, its speed against the measured one, a card."
    alt = (
        "A membrane beside the four equations; the spike that they give, travelling along an axon behind a mark for "
        "the speed measured; then its voltage in the colours of the ions that move it, with three sentences."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 26.0
    travel_celsius: float = 18.5  # of the travelling spike alone, as in the calculation of 1952

    def beats(self) -> Iterator[Beat]:
        run = simulate(self.membrane, self.stimulus, self.until)
        spike = landmarks(run, zero=self.membrane.zero)
        if set(self.membrane.gates) != {"m", "h", "n"} or not spike:
            raise HHError(
                "recap tells of a spike that the four equations of 1952 make; "
                "give the model classic, classroom or modern, and a stimulus that fires it"
            )
        self.names["celsius"] = self.membrane.celsius
        self.timed(Pace(self.until, rate=4.0, slow=[(spike.rise - 0.5, spike.back + 0.5, 0.9)]))
        patch = MembranePatch(run, self.theme, self.grid["left"], clock=self.clock, electrode=True)
        yield from self.equations(patch, spike)
        v = self.graph("plot", run, "V", stimulus=True, ghost=False)
        heading, line = "Solved, they make a spike", "a short pulse of current, at {celsius:g} °C"
        said = "Step by step in time, the equations give an action potential."
        yield Beat("spike", heading, said, line, [patch, v], start=0.0, until=self.until)
        yield from self.travel(patch)
        yield from self.card(run, spike)

    def equations(self, patch: MembranePatch, spike: Landmarks) -> Iterator[Beat]:
        """The four equations beside the membrane, which meanwhile does what their terms say."""
        flat, place = self.shape == "square", self.grid["plot"]
        law = CurrentEquation(self.membrane, self.theme, size=1.7 * LABEL, lines=1 if flat else 3)
        gates = [GateEquation(self.membrane, g, self.theme, size=1.5 * LABEL) for g in self.membrane.gates]
        if flat:
            both = VGroup(law, VGroup(*gates).arrange(buff=0.7)).arrange(DOWN, buff=0.4, aligned_edge=LEFT)
        whole = fitted(both, place) if flat else aligned([law, *gates], place)
        terms = {c.name: law.term(c.name) for c in self.membrane.channels}
        first = [*map(law.term, ("C", "equals", "I")), *terms.values()]
        said = "In 1952 four equations were written for this membrane."
        yield Beat("question", ASKS, said, PAPER, show=[patch, whole])
        driven = patch.run.first("V", above=self.membrane.zero - 20.0)  # when sodium is driven in hard
        steps: list[tuple[str, str, Sequence[Any], float]] = [
            ("What flows in charges the membrane", "The first says: what flows in charges the membrane.",
             first, spike.rise),
            ("Na⁺: three m gates and one h", "Sodium flows where three m gates and one h are open.",
             [terms["Na"]], driven),
            ("K⁺: four n gates", "Potassium flows where four n gates are open.", [terms["K"]], spike.back),
            ("Gates: V sets how fast they move", "The other three: V sets how fast gates open and shut.",
             gates, self.until),
        ]  # fmt: skip
        parts: list[Any] = [*first, *gates]
        for name, said, meant, until in steps:
            faint = [p.animate(run_time=0.4).set_opacity(1.0 if p in meant else 0.4) for p in parts]
            yield Beat("equations", name, said, do=faint, until=until)

    def travel(self, patch: MembranePatch) -> Iterator[Beat]:
        """The spike along an axon, against the speed that was measured in it."""
        warm = self.membrane.with_(celsius=self.travel_celsius)
        cable = Cable(warm, n=300, length=1e3 * LENGTH, diameter=476.0, resistivity=35.4)  # µm, µm, Ω·cm
        pulse = IClamp(0.0, f"pulse(10000, {REST}, 0.3)")
        run = simulate_cable(cable, [pulse], REST + 4.0, dt=0.01, sample=0.01)
        start, stop = (int(1e3 * x / run.cable.dx) for x in TIMED)
        since, end = (float(run.arrival()[k]) for k in (start, stop))
        self.speed = run.speed(*(1e3 * x for x in TIMED))
        hand, real = measured.SPEED_BY_HAND, measured.SPEED
        fastest = max(hand, real, self.speed)
        last = since + 0.97 * (LENGTH - TIMED[0]) / fastest  # before its mark is at the end
        self.timed(Pace(last, rate=0.4, slow=[(since, last, 0.22)], ease=0.1))
        low, high = voltages(run.cable.membrane)
        ticks = [self.membrane.zero + v for v in (-50, 0, 50)]
        y, areas = (low, high + 0.5 * (high - low)), self.grid["body"].rows(2.8, 2.8, gap=0.15)
        stage = Stage(run, areas, self.theme, self.clock, y=y, ticks=ticks)
        known = [(real, "measured: {v} m/s", "ink"), (hand, "by hand: {v} m/s", "muted"),
                 (self.speed, "computed: {v:.1f} m/s", "ink")]  # fmt: skip
        # The fastest on top: no line runs through another's words.
        lead, by_hand, today = (
            Front(stage.panel, v, TIMED[0], since, tr(name, v=v), row=k, color=hue).follow(self.clock)
            for k, (v, name, hue) in enumerate(known)
        )
        shown, drawn, views = [*stage.parts, stage.loops], patch.views[0], stage.wall.views
        same = next(view for view in views[len(views) // 3 :] if view.channel.name == drawn.channel.name)
        place = within(self.frame, *((*view.origin[:2], view.height_) for view in (same, drawn)))
        self.names = {"a": hand, "b": real, "c": self.speed, "t": self.travel_celsius}
        about = "an axon half a millimetre thick, not to scale, at {t} °C"
        said = "Many such membranes in a row are an axon."
        yield Beat("axon", FAST, said, about, stage.parts, out_of=place)
        rest = float(run["V"][0, 0])
        (a, bottom, _), (b, top, _) = stage.panel.at([0.53 * LENGTH, LENGTH], [rest + 12.0, y[1]])
        answers = "it dies out", "at about 2 m/s", "at about 20 m/s"
        choices = self.choices(Area(a, b, bottom, top), *answers)
        said = "The equations were fitted to currents at a held V."
        yield Beat("predict", FAST, said, about, [*stage.parts, choices], until=REST + 0.3, think=True)
        said = "It travels, and at nearly 20 m/s."
        yield Beat("travel", "It travels", said, about, [*shown, choices], until=since)
        said, step = "A computer today finds {c:.1f} m/s.", (end - since) / 3.0
        shown = [*shown, Moment(stage.panel, TIMED[0], tr("start")), today]
        yield Beat("travel", "Computed and measured", said, about, [*shown, choices],
                   do=[choices.answer(2)], until=since + step)  # fmt: skip
        said, shown = "Measured in such an axon: {b} m/s.", [*shown, lead]
        yield self.then(said, show=shown, until=since + 2.0 * step)
        yield self.then("By hand, in 1952, the equations gave {a} m/s.", show=[*shown, by_hand], until=end)
        yield self.then("And nothing in them was fitted to that speed.", until=last)

    def card(self, run: Trajectory, spike: Landmarks) -> Iterator[Beat]:
        """V in the colours of the ions that move it, beside three sentences."""
        self.timed(Pace(self.until, rate=4.0, slow=[(spike.rise, spike.back, 1.0)]))
        v, place = self.graph("plot", run, "V", stimulus=True), self.grid["left"]
        paper = self.words(PAPER, size=SMALL, color="muted")
        paper.scale(min(1.0, place.width / paper.width)).move_to(place.at(0.0, 0.0), aligned_edge=DL)
        acts = [
            self.cause(v, spike.rise, spike.peak, ["Na"], "m opens fast", "sodium lifts V: the upstroke",
                       "Fast m lets sodium lift V."),
            self.cause(v, spike.peak, spike.back, ["Na", "K"], "h shuts, n opens", "potassium takes V down",
                       "Then h shuts and n opens: potassium takes V down.", shut="h"),
            self.cause(v, spike.back, spike.low, ["K"], "n closes late", "V passes below rest: the undershoot",
                       "Late to close, n takes V below rest."),
            self.cause(v, spike.low, spike.end, ["L"], "n closes, the leak flows", "V comes back to rest",
                       "Then the leak brings V back to rest."),
        ]  # fmt: skip
        rest, heading = Level(v.panel, float(run["V"][0]), "rest", end=True), "The spike explained"
        shown = [v, v.reversal(self.membrane.channel("K")), rest, paper]
        yield from self.recapped(acts, shown, place=place.inset(bottom=0.5), heading=heading)

"""What the four equations say, what they predict, and what it all comes to: the last film of the lecture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from manim import DL, DOWN, LEFT, VGroup

from hhanim.errors import HHError
from hhanim.look import quantities
from hhanim.look.words import tr
from hhanim.mobjects.axon.front import Front
from hhanim.mobjects.axon.stage import Stage
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.lettering import LABEL, SMALL
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, aligned
from hhanim.mobjects.graph.marks import Level
from hhanim.mobjects.membrane.channels import side_by_side
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import measured, simulate
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable
from hhanim.model.phases import phases
from hhanim.parameters import Membrane, Protocol

ASKS = "Can four equations make an impulse?"
FAST = "Will the computed impulse travel, and how fast?"
MORE = "more: circuit, voltage clamp, gate opening, spike, threshold, propagation"
PAPER = "Hodgkin & Huxley 1952, J Physiol 117:500–544"
LENGTH, TIMED = 60.0, (20.0, 45.0)  # mm: of the axon; between which places the impulse is timed


class FourEquations(Story):
    title = "What the four equations say"
    description = (
        "The equations of 1952, the impulse they make, its speed against the measured one, and a card."
    )
    alt = (
        "A membrane beside the four equations; the impulse that they give, travelling along an axon behind a mark for "
        "the speed measured; then its voltage in the colours of the ions that move it, with three sentences."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 20.0
    travel_celsius: float = 18.5  # of the travelling impulse alone, as in the calculation of 1952

    def beats(self) -> Iterator[Beat]:
        run = simulate(self.membrane, self.stimulus, self.until)
        found = {phase.name: phase for phase in phases(run, zero=self.membrane.zero)}
        if set(self.membrane.gates) != {"m", "h", "n"} or "repolarisation" not in found:
            raise HHError(
                "recap tells of an impulse that the four equations of 1952 make; "
                "give the model classic, classroom or modern, and a stimulus that fires it"
            )
        rise, back = found["upstroke"].start, found["repolarisation"].stop
        peak = run.extreme("V").t
        self.timed(Pace(self.until, rate=4.0, slow=[(rise - 0.5, back + 0.5, 0.9)]))
        patch = MembranePatch(run, self.theme, self.grid["left"], clock=self.clock)
        v = self.graph("plot", run, "V", stimulus=True)
        yield from self.equations(patch)
        yield Beat("impulse", "Solved, they make an impulse", "Step by step in time, the equations give an impulse.",
                   "a short pulse of current, and nothing else", show=[patch, v], until=self.until)  # fmt: skip
        answers = "it dies out", "at about 2 m/s", "at about 20 m/s"
        choices = self.choices(self.grid["plot"].inset(top=0.6), *answers, size=1.6 * LABEL)
        yield Beat("predict", FAST, "They were fitted to currents at a held V, never to an impulse.",
                   show=[patch, choices], think=True)  # fmt: skip
        yield Beat("predict", FAST, "It travels, and at nearly 20 m/s.",
                   do=[choices.answer(2)])  # fmt: skip
        yield Beat("predict", FAST, "Many such membranes in a row are an axon.", show=[patch])
        yield from self.travel(patch)
        yield from self.card(run, (rise, peak, back, self.until))

    def equations(self, patch: MembranePatch) -> Iterator[Beat]:
        """The four equations beside the membrane they are about, and what each of their terms says."""
        flat = self.shape == "square"
        law = CurrentEquation(self.membrane, self.theme, size=1.7 * LABEL, lines=1 if flat else 3)
        gates = [GateEquation(self.membrane, g, self.theme, size=1.5 * LABEL) for g in self.membrane.gates]
        place = self.grid["plot"]
        if flat:
            whole = VGroup(law, VGroup(*gates).arrange(buff=0.7)).arrange(DOWN, buff=0.4, aligned_edge=LEFT)
            whole.scale(min(place.width / whole.width, place.height / whole.height)).move_to(place.center)
        else:
            whole = aligned([law, *gates], place)
        charge = [law.term("C"), law.term("equals"), law.term("I")]
        terms = {c.ion or c.name: law.term(c.name) for c in self.membrane.channels}
        self.parts_of = [*charge, *terms.values(), *gates]
        self.hues = {
            id(part): [g.get_color() for g in part.family_members_with_points()] for part in self.parts_of
        }
        yield Beat("question", ASKS, "In 1952 four equations were written for this membrane.", PAPER,
                   show=[patch, whole])  # fmt: skip
        steps: list[tuple[str, str, Sequence[Any]]] = [
            ("What flows in charges the membrane", "The first says: what flows in charges the membrane.", charge),
            ("Na⁺: three m gates and one h", "Sodium flows where three m gates and one h are open.", [terms["Na"]]),
            ("K⁺: four n gates", "Potassium flows where four n gates are open.", [terms["K"]]),
            ("Gates: V sets how fast they move", "The other three: V sets how fast gates open and shut.", gates),
        ]  # fmt: skip
        for name, said, parts in steps:
            yield Beat("equations", name, said, do=self.lit(parts))

    def lit(self, parts: Sequence[Any]) -> list[Any]:
        """The animations that leave these parts of the equations in their colours and take it from the others."""
        changes: list[Any] = []
        for part in self.parts_of:
            for glyph, own in zip(part.family_members_with_points(), self.hues[id(part)], strict=True):
                changes.append(glyph.animate.set_color(own if part in parts else self.theme.line))
        return changes

    def travel(self, patch: MembranePatch) -> Iterator[Beat]:
        """The impulse along an axon, against the speed that was measured in it."""
        run = self.cable()
        start, stop = (int(1e3 * x / run.cable.dx) for x in TIMED)
        since, end = (float(run.arrival()[k]) for k in (start, stop))
        self.speed = run.speed(*(1e3 * x for x in TIMED))
        self.timed(Pace(float(run.t[-1]), rate=0.4, slow=[(since, end, 0.22)], ease=0.1))
        low, high = voltages(run.cable.membrane)
        ticks = [self.membrane.zero + v for v in (-50, 0, 50)]
        y, areas = (low, high + 0.5 * (high - low)), self.grid["body"].rows(2.8, 2.8, gap=0.15)
        stage = Stage(run, areas, self.theme, self.clock, y=y, ticks=ticks)
        known = (
            (measured.SPEED, "measured: {v} m/s", "ink"),
            (measured.SPEED_BY_HAND, "by hand: {v} m/s", "muted"),
        )
        real, reckoned = [
            Front(stage.panel, v, TIMED[0], since, tr(name, v=v), row=k, color=hue).follow(self.clock)
            for k, (v, name, hue) in enumerate(known)
        ]
        shown, drawn, views = [*stage.parts, stage.loops], patch.views[0], stage.wall.views
        same = next(view for view in views[len(views) // 3 :] if view.channel.name == drawn.channel.name)
        place = within(self.frame, *((*view.origin[:2], view.height_) for view in (same, drawn)))
        said = tr("A computer today finds {v:.1f} m/s.", v=self.speed)
        about = tr("an axon half a millimetre thick, not to scale, at {t} °C", t=self.travel_celsius)
        yield Beat("travel", "It travels", said, about, shown, until=since, out_of=place)
        heading = tr("{a} m/s by hand in 1952, {b} m/s measured", a=measured.SPEED_BY_HAND, b=measured.SPEED)
        yield Beat("travel", heading, tr("Measured in such an axon: {v} m/s.", v=measured.SPEED), about,
                   [*shown, real], until=0.5 * (since + end))  # fmt: skip
        said = tr("By hand, in 1952, the equations gave {v} m/s.", v=measured.SPEED_BY_HAND)
        yield Beat("travel", heading, said, about, [*shown, real, reckoned], until=end)
        yield Beat(
            "travel", heading, "And nothing in them was fitted to that speed.", about, until=float(run.t[-1])
        )

    def cable(self) -> CableRun:
        warm = self.membrane.with_(celsius=self.travel_celsius)
        cable = Cable(warm, n=300, length=1e3 * LENGTH, diameter=476.0, resistivity=35.4)  # µm, µm, Ω·cm
        return simulate_cable(cable, [IClamp(0.0, "pulse(10000, 0.3, 0.3)")], 4.0, dt=0.01, sample=0.01)

    def card(self, run: Any, cuts: Sequence[float]) -> Iterator[Beat]:
        """V in the colours of the ions that move it, beside three sentences."""
        self.timed(Pace(self.until, rate=4.0, slow=[(cuts[0], cuts[2], 1.0)]))
        known, place = quantities(self.membrane), self.grid["left"]
        paper = self.words(PAPER, size=SMALL, color="muted")
        paper.scale(min(1.0, place.width / paper.width)).move_to(place.at(0.0, 0.0), aligned_edge=DL)
        place = place.inset(bottom=0.5)
        v = self.graph("plot", run, "V", stimulus=True)
        (e,) = (c.e for c in self.membrane.channels if c.ion == "K")
        battery = Level(v.panel, float(e), self.formula('E_"K"', color=known["I_K"]), beside=True)
        acts = [
            ("m opens fast", "sodium lifts V: the upstroke", "m", ["Na"], "Fast m lets sodium lift V."),
            ("h shuts, n opens", "potassium takes V down", "n", ["Na", "K"],
             "Then h shuts and n opens: potassium takes V down."),
            ("n closes late", "V passes below rest: the undershoot", "n", ["K"],
             "Late to close, n takes V below rest."),
        ]  # fmt: skip
        style: Any = {"height": min(0.95, 0.55 * place.height / len(acts))}
        rows = []
        for k, (head, does, gate, ions, said) in enumerate(acts):
            icon = side_by_side(self.membrane, ions, self.theme, shut="h" if k == 1 else None, **style)
            part = v.stretch(cuts[k], cuts[k + 1], known[gate])
            rows.append(Row(head, does, known[gate], said, cuts[k + 1], icon, [part]))
        heading = "The impulse explained"
        yield from self.recapped(
            rows, [v, battery, paper], place=place, heading=heading, line=MORE, start=0.0
        )

"""From the membrane to its equivalent circuit, from the circuit to the equation, one term at a time."""

from __future__ import annotations

import numpy as np
from manim import UP, Animation, Create, FadeIn, Transform, UpdateFromAlphaFunc, VGroup

from hhanim.mobjects.circuit import DIM, Circuit, CircuitCurrents, Slice
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.equations import CurrentEquation, GateEquation
from hhanim.mobjects.fades import Vanish
from hhanim.mobjects.film import LABEL, TICK, Area, Film
from hhanim.mobjects.membrane import title
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel, Trace
from hhanim.model import Membrane, Protocol, Trajectory, pulse, simulate
from hhanim.model.analysis import strength_duration
from hhanim.model.solve import as_protocol

CHANNEL_WORDS = {
    "leak": "channels, always open: a conductance and a battery",
    "gated": "channels: a conductance that their gates vary, and a battery",
}


class CircuitFilm(Telling, Film):
    """The membrane is a circuit, and the circuit is the equation."""

    title = "From membrane to equation"
    description = (
        "The membrane's equivalent circuit, the equation for V term by term, and the gates' equations."
    )
    alt = (
        "A membrane with its channels turns into a circuit of a capacitor, batteries and "
        "variable conductances; "
        "each term of the Hodgkin–Huxley equation appears as its element lights up, and the "
        "currents of a spike "
        "run through it."
    )
    poster = 0.8
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(20, start=1, width=1)"
    until: float = 10.0

    def construct(self) -> None:
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until)
        if not len(self.run.spikes) and self.stimulus == as_protocol(CircuitFilm.stimulus):
            # Our own pulse is one for squid axon: where it is too weak, three times the model's threshold.
            threshold = float(strength_duration(self.membrane, 1.0)[0])
            if np.isfinite(threshold):
                stronger = pulse(3.0 * threshold, start=1.0, width=1.0)
                self.run = simulate(self.membrane, stronger, self.until)
        wide = self.shape == "wide"
        tall = self.shape == "tall"
        self.head, self.stage, self.foot = self.area.rows(
            0.85, *((7.5, 2.8) if tall else (4.3, 1.45)), gap=0.3
        )
        middle = _slimmer(self.stage, 5.5) if tall else self.stage
        self.circuit = Circuit(self.membrane, self.theme, middle, size=LABEL + 8)
        self.origin = Slice(self.circuit)
        self.law = self.law_in(self.foot, lines=1 if wide else 2)
        self.pieces = self.pieces_of(self.law)
        self.opening(
            "A patch of membrane behaves like an electrical circuit.",
            where=self.foot,
            beside=[self.origin, self.circuit.sides],
        )
        self.from_membrane_to_circuit()
        self.equation()
        self.in_action()
        self.four_equations()

    def law_in(self, area: Area, lines: int) -> CurrentEquation:
        """The equation for V, where it will stand."""
        law = CurrentEquation(self.membrane, self.theme, size=LABEL + 26, lines=lines)
        law.scale(min(1.0, area.width / law.width, area.height / law.height)).move_to(area.center)
        return law

    def pieces_of(self, law: CurrentEquation) -> dict[str, VGroup]:
        """The current of every element: below it, or, where it would not be legible there, in its place in the
        equation.
        """
        pieces = {name: VGroup(*law.part(name)).copy() for name in self.circuit.names}
        share = min(1.0, 0.92 * self.circuit.pitch / max(p.width for p in pieces.values()))
        if share > 0.6:
            for name, piece in pieces.items():
                piece.scale(share).move_to([self.circuit.x[name], self.foot.center[1], 0.0])
                piece.shift([max(self.area.left - float(piece.get_left()[0]), 0.0), 0.0, 0.0])
                piece.shift([min(self.area.right - float(piece.get_right()[0]), 0.0), 0.0, 0.0])
        return pieces

    def from_membrane_to_circuit(self) -> None:
        self.part("membrane")
        self.question = self.formula('frac(dif V, dif t) = "?"', size=LABEL + 26)
        self.question.move_to(self.foot.center)
        self.say(
            "A membrane",
            "salt water on both sides, a thin wall, channels: what makes V change?",
            "Salt water, a thin membrane with channels, a glass electrode. What makes the voltage across it change?",
            still=[self.question],
        )
        self.wait(3.0)
        self.part("circuit")
        circuit = self.circuit
        self.say(
            "Its circuit",
            "the salt water conducts: a wire on either side",
            "The salt water conducts: on either side it is a wire.",
        )
        self.play(Create(circuit.wires), run_time=1.0)
        self.wait(0.8)
        self.become(
            "C",
            "the lipids keep charge apart: a capacitor; below, its current",
            "The lipids keep charges apart: a capacitor. The current that charges it is C times the slope of V.",
        )
        for channel in self.membrane.channels:
            kind = "gated" if channel.gates else "leak"
            name = title(channel)
            self.become(
                channel.name,
                f"{name} {CHANNEL_WORDS[kind]}",
                f"{name} {CHANNEL_WORDS[kind]}, the ions' difference in concentration.",
            )
        self.become(
            "I",
            "the electrode: it injects the current that we choose",
            "The electrode completes it: it injects the current that we choose.",
        )

    def become(self, name: str, line: str, caption: str) -> None:
        """A part of the membrane turns into its element."""
        self.say("Its circuit", line, caption)
        self.play(self.origin.becomes(name))
        self.add(self.circuit.element(name))
        asked = [Vanish(self.question)] if name == "C" else []
        self.play(*asked, FadeIn(self.pieces[name], shift=0.2 * UP), run_time=0.6)
        self.wait(0.5)

    def equation(self) -> None:
        """The currents of the elements come together in one sum."""
        self.part("equation")
        law = self.law
        steps = [
            ("C", "what charges the capacitor …", "The current that charges the capacitor …"),
            ("I", "… is what the electrode brings …", "… is what the electrode injects …"),
            *(
                (
                    c.name,
                    f"… minus the {title(c)} current{self.sign_of(c.name)}",
                    f"… minus the {title(c)} current{self.sign_of(c.name)}.",
                )
                for c in self.membrane.channels
            ),
        ]
        dark = list(self.circuit.names)
        for name, line, caption in steps:
            self.say("The equation", line, caption)
            # The electrode's term goes round that of the capacitor, out of its way.
            going = {"C": ["C", "I"], "I": []}.get(name, [name])
            if len(dark) == len(self.circuit.names):
                self.play(*(self.shine(n, 1.0, DIM) for n in dark), run_time=0.6)
            dark.remove(name)
            sign = law.term("equals") if name == "I" else law.sign(name)
            places = {n: VGroup(*law.part(n)).copy() for n in going}
            self.play(
                self.shine(name, DIM, 1.0),
                *(Transform(self.pieces[n], p, path_arc=1.6 * (n == "I")) for n, p in places.items()),
                *(FadeIn(s, shift=0.2 * UP) for s in sign),
                run_time=1.4,
            )
            self.wait(0.7)
        self.remove(*self.pieces.values(), *law.submobjects)
        self.add(law)

    def sign_of(self, name: str) -> str:
        """What is to be said about the sign of a channel's current: the equation takes outward ones. Nothing of
        one that flows both ways in the run.
        """
        current = self.run.current(name)
        if float(current.max()) <= 0.0:
            return ": it flows inward, so it is negative"
        return ", outward" if float(current.min()) >= 0.0 else ""

    def shine(self, name: str, first: float, last: float) -> Animation:
        """The animation that lights a branch, or dims it."""
        branch = self.circuit.element(name)
        return UpdateFromAlphaFunc(branch, lambda _, a: branch.shine(first + (last - first) * a))

    def in_action(self) -> None:
        self.part("currents")
        # A square frame has no room for all three: the equation comes back afterwards.
        wide, square = self.shape == "wide", self.shape == "square"
        area = self.stage
        if square:
            area = Area(area.left, area.right, self.foot.bottom, area.top)
        spikes = self.run.spikes
        slow = [(float(spikes[0]) - 0.9, float(spikes[0]) + 2.7, 0.4)] if len(spikes) else []
        self.clock = Clock(Pace(self.until, rate=1.5, slow=slow), self.theme).align_right()
        self.clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])
        left, right = area.split(*((2.2, 1.0) if wide else (1.2, 1.0)), vertical=not wide, gap=0.4)
        small = Circuit(self.membrane, self.theme, left, size=LABEL + 4)
        v = self.run["V"]
        panel = Panel(
            right,
            x=(0, self.until),
            y=(float(v.min()) - 8, float(v.max()) + 8),
            xlabel="ms",
            ylabel=self.formula('V space "(mV)"', size=TICK, color="muted"),
            theme=self.theme,
        )
        self.currents = CircuitCurrents(small, self.run, self.theme).follow(self.clock)
        self.trace = Trace.of(self.run, "V", panel, self.theme, ghost=True, named=False).follow(self.clock)
        self.shown = [small, panel, self.trace, self.currents, self.clock]
        what = "a spike" if len(spikes) else "the response"
        self.say(
            f"The currents of {what}",
            f"outward is up, the longest arrow {self.currents.largest:.0f} µA/cm²; each box is full at its own peak",
            f"During {what} each branch carries its current. At every instant they add up to "
            "what the electrode brings. The boxes fill as the conductances rise, each up to its own largest value.",
            gone=[self.circuit, *([self.law] if square else [])],
            still=[small, panel],
            moving=[self.trace, self.currents, self.clock],
        )
        self.play(self.clock.run())

    def four_equations(self) -> None:
        self.part("equations")
        gates = list(self.membrane.gates)
        count = 1 + sum(g.dynamic for g in self.membrane.gates.values())
        equations = [GateEquation(self.membrane, g, self.theme, size=LABEL + 22) for g in gates]
        whole = VGroup(self.law.copy(), *equations).arrange([0, -1, 0], buff=0.5)
        space = Area(self.area.left, self.area.right, self.area.bottom, self.head.bottom - 0.3)
        whole.scale(min(1.25, space.width / whole.width, space.height / whole.height)).move_to(space.center)
        self.say(
            f"{_number(count)} equations",
            "the conductances depend on V through the gates",
            "The conductances depend on V through their gates. Together they are "
            f"{_number(count).lower()} differential equations.",
            gone=self.shown,
        )
        self.play(Transform(self.law, whole[0]), run_time=1.0)
        for e in equations:
            self.play(FadeIn(e, shift=0.2 * UP), run_time=0.8)
            self.wait(0.4)
        self.wait(0.6)


def _slimmer(area: Area, height: float) -> Area:
    """The middle of an area, no taller than that."""
    spare = max(0.5 * (area.height - height), 0.0)
    return area.inset(bottom=spare, top=spare)


def _number(n: int) -> str:
    return {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven"}.get(n, str(n))

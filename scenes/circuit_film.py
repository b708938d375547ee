"""From the membrane to its equivalent circuit, from the circuit to the equation, one term at a time."""

from __future__ import annotations

from manim import UP, Create, FadeIn, FadeOut, Indicate, VGroup

from hhanim.mobjects.circuit import Circuit, CircuitCurrents
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.equations import CurrentEquation, GateEquation
from hhanim.mobjects.film import LABEL, Area, Film
from hhanim.mobjects.membrane import MembranePatch
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel, Trace
from hhanim.model import Membrane, Protocol, Trajectory, simulate

CHANNEL_WORDS = {
    "leak": "a leak that is always open",
    "gated": "a conductance that its gates vary, and a battery",
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
    poster = 0.62
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(20, start=1, width=1)"
    until: float = 10.0

    def construct(self) -> None:
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until)
        wide = self.shape == "wide"
        self.head, middle, foot = self.area.rows(0.85, 4.3, 1.45, gap=0.3)
        self.opening("A patch of membrane behaves like an electrical circuit.")
        self.membrane_and_circuit(middle)
        self.equation(foot, lines=1 if wide else 2)
        self.in_action(middle)
        self.four_equations()

    def membrane_and_circuit(self, area: Area) -> None:
        self.part("membrane")
        self.say(
            "A membrane",
            "two conductors, and a thin wall with holes in it",
            "Salt water on either side, and between them a thin membrane with channels.",
        )
        patch = MembranePatch(self.run, self.theme, area, level=0.5).show(0.0)
        self.play(FadeIn(patch.still), run_time=1.0)
        self.add(patch.moving)
        self.wait(1.5)
        self.part("circuit")
        self.remove(patch.moving)
        self.circuit = circuit = Circuit(self.membrane, self.theme, area, size=LABEL + 8)
        self.say(
            "Its circuit",
            "the wall stores charge: a capacitor",
            "The wall keeps charges apart: it is a capacitor.",
        )
        self.play(
            FadeOut(patch.still),
            Create(circuit.wires),
            FadeIn(circuit.sides),
            run_time=1.2,
        )
        self.play(FadeIn(circuit.element("C"), shift=0.25 * UP), run_time=0.8)
        self.wait(1.0)
        for channel in self.membrane.channels:
            kind = "gated" if channel.gates else "leak"
            self.say(
                "Its circuit",
                f"{channel.name} channels: {CHANNEL_WORDS[kind]}",
                f"The {channel.name} channels are {CHANNEL_WORDS[kind]}.",
            )
            self.play(FadeIn(circuit.element(channel.name), shift=0.25 * UP), run_time=0.8)
            self.wait(1.0)
        self.say(
            "Its circuit",
            "and an electrode that injects a current I",
            "An electrode completes it: it injects the current that we choose.",
        )
        self.play(FadeIn(circuit.element("I"), shift=0.25 * UP), run_time=0.8)

    def equation(self, area: Area, lines: int) -> None:
        self.part("equation")
        law = CurrentEquation(self.membrane, self.theme, size=LABEL + 26, lines=lines)
        law.move_to(area.center)
        fit = min(1.0, area.width / law.width, area.height / law.height)
        self.law = law.scale(fit)
        steps = [
            (
                "C",
                "what charges the capacitor …",
                "The current that charges the capacitor is C times the slope of V.",
            ),
            ("I", "… is what the electrode brings …", "It is what the electrode injects …"),
            *(
                (
                    c.name,
                    f"… less what leaves through {c.name}",
                    f"… less what flows out through {c.name}: conductance times driving force.",
                )
                for c in self.membrane.channels
            ),
        ]
        for name, line, caption in steps:
            self.say("The equation", line, caption)
            terms = [law.term(name)] if name != "I" else [law.term("equals"), law.term("I")]
            self.play(
                Indicate(self.circuit.element(name), scale_factor=1.12, color=None),
                *(FadeIn(t) for t in terms),
                run_time=1.4,
            )
            self.wait(0.5)

    def in_action(self, area: Area) -> None:
        self.part("currents")
        self.say(
            "The currents of a spike",
            "outward is up; at every instant they add up to I",
            "During a spike each branch carries its current. At every instant they add up to "
            "what the electrode brings.",
        )
        clock = Clock(Pace(self.until, rate=1.5, slow=[(1.6, 5.2, 0.4)]), self.theme).align_right()
        clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])
        left, right = area.split(1.45, 1.0, vertical=self.shape == "tall", gap=0.4)
        small = Circuit(self.membrane, self.theme, left, labels=left.width > 6.0)
        v = self.run["V"]
        panel = Panel(
            right,
            x=(0, self.until),
            y=(float(v.min()) - 8, float(v.max()) + 8),
            xlabel="ms",
            ylabel=self.formula('V space "(mV)"', size=28, color="muted"),
            theme=self.theme,
        )
        self.play(FadeOut(self.circuit), FadeIn(small), FadeIn(panel), FadeIn(clock), run_time=1.0)
        self.currents = CircuitCurrents(small, self.run, self.theme)
        self.trace = Trace.of(self.run, "V", panel, self.theme, ghost=True, named=False)
        self.clock = clock
        self.add(self.trace.follow(clock), self.currents.follow(clock), clock)
        self.play(clock.run())
        self.shown = VGroup(small, panel, self.trace, self.currents, clock)

    def four_equations(self) -> None:
        self.part("equations")
        gates = list(self.membrane.gates)
        count = 1 + sum(g.dynamic for g in self.membrane.gates.values())
        self.say(
            f"{_number(count)} equations",
            "the conductances depend on V through the gates",
            "The conductances depend on V through their gates. Together they are "
            f"{_number(count).lower()} differential equations.",
        )
        for m in (self.trace, self.currents, self.shown[-1]):
            m.clear_updaters()
        equations = VGroup(*(GateEquation(self.membrane, g, self.theme, size=LABEL + 22) for g in gates))
        whole = VGroup(self.law.copy(), *equations).arrange([0, -1, 0], buff=0.5)
        space = self.area.inset(top=1.3)
        whole.scale(min(1.0, space.width / whole.width, space.height / whole.height)).move_to(space.center)
        self.play(FadeOut(self.shown), self.law.animate.become(whole[0]), run_time=1.2)
        for e in whole[1:]:
            self.play(FadeIn(e, shift=0.2 * UP), run_time=0.8)
        self.wait(1.0)


def _number(n: int) -> str:
    return {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven"}.get(n, str(n))

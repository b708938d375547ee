"""From the membrane to its equivalent circuit, from the circuit to the equation, one term at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    DOWN,
    UP,
    Animation,
    Create,
    FadeIn,
    ReplacementTransform,
    Transform,
    UpdateFromAlphaFunc,
    VGroup,
)

from hhanim.look import quantity
from hhanim.look.words import ion_name
from hhanim.mobjects.circuit.circuit import DIM, Circuit
from hhanim.mobjects.circuit.currents import CircuitCurrents
from hhanim.mobjects.circuit.slice import Slice
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.graph.equations import ChannelCurrent, CurrentEquation, GateEquation
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.membrane.channels import title
from hhanim.model import Channel, Trajectory, pulse, simulate
from hhanim.model.analysis import strength_duration
from hhanim.model.solve import as_protocol
from hhanim.parameters import Membrane, Protocol


class CircuitFilm(Narration, Film):
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
                piece.scale(share).move_to((self.circuit.x[name], self.foot.center[1], 0.0))
                piece.shift((max(self.area.left - float(piece.get_left()[0]), 0.0), 0.0, 0.0))
                piece.shift((min(self.area.right - float(piece.get_right()[0]), 0.0), 0.0, 0.0))
        return pieces

    def from_membrane_to_circuit(self) -> None:
        self.part("membrane")
        self.question = self.formula('{{ frac(dif V, dif t) : slope }} {{ = "?" : asked }}', size=LABEL + 26)
        self.question.move_to(self.foot.center)
        self.say(
            "A membrane",
            "salt water on both sides, a thin wall, channels: what makes V change?",
            "A thin wall with channels: what makes the voltage across it change?",
            still=[self.question],
        )
        self.wait(2.4)
        self.part("circuit")
        circuit = self.circuit
        self.say(
            "Its circuit",
            "the salt water conducts: a wire on either side",
            "On either side the salt water is a wire.",
        )
        self.play(Create(circuit.wires), run_time=1.0)
        self.wait(0.6)
        self.become(
            "C",
            "the lipids keep charge apart: a capacitor; below, its current",
            "The lipids are a capacitor; its current is C times the slope of V.",
        )
        slope, piece = self.question.select("slope"), self.pieces["C"]
        self.play(
            *(ReplacementTransform(a, b) for a, b in zip(slope, piece[-len(slope) :], strict=True)),
            Appear(VGroup(*piece[: -len(slope)])),
            Appear(circuit.voltage),
            Vanish(self.question.select("asked")),
            run_time=0.9,
        )
        self.wait(0.4)
        for channel in self.membrane.channels:
            name = title(channel)
            what = "their gates vary a conductance" if channel.gates else "a conductance that stays"
            self.become(
                channel.name,
                f"{name} channels: {what}, the concentrations are a battery",
                f"{name[:1].upper() + name[1:]} channels: a conductance. Their ions: a battery.",
            )
            self.spell_out(channel)
        self.become(
            "I",
            "the electrode: it injects the current that we choose",
            "The electrode completes it: it injects the current that we choose.",
        )
        self.play(FadeIn(self.pieces["I"], shift=0.2 * UP), run_time=0.6)
        self.wait(0.4)

    def become(self, name: str, line: str, caption: str) -> None:
        """A part of the membrane turns into its element."""
        self.remark(line, caption)
        self.play(self.origin.becomes(name))
        self.add(self.circuit.element(name))

    def spell_out(self, channel: Channel) -> None:
        """The current of a channel: what its conductance is, gate by gate, then as it stands in the equation."""
        name, piece = channel.name, self.pieces[channel.name]
        if not channel.gates:
            self.play(FadeIn(piece, shift=0.2 * UP), run_time=0.6)
            self.wait(0.4)
            return
        short, spelled, whole = (
            ChannelCurrent(self.membrane, name, self.theme, form=form, size=LABEL + 26)
            for form in ("short", "spelled", "powers")
        )
        share = piece.width / whole.width
        for formula in (short, spelled, whole):
            formula.scale(min(share, max(self.circuit.pitch, piece.width) / formula.width)).move_to(piece)
        self.play(FadeIn(short, shift=0.2 * UP), run_time=0.6)
        self.wait(0.5)
        several = " and ".join(f"{_number(g.power).lower()} {g.name}" for g in channel.gates)
        self.caption(f"Every gate multiplies it: {several}.")
        gates = {key: glyphs for key, glyphs in spelled.factors.items() if "-" in key}
        same = ("conductance", "force")
        self.play(
            *(ReplacementTransform(short.factors[k], spelled.factors[k]) for k in same),
            *(Appear(glyphs, between=(0.5, 1.0)) for glyphs in gates.values()),
            run_time=1.0,
        )
        self.wait(0.7)
        moves: list[Any] = [ReplacementTransform(spelled.factors[k], whole.factors[k]) for k in same]
        for gate in channel.gates:
            # The last one of several becomes their number.
            letters = [gates[f"{gate.name}-{k}"] for k in range(gate.power)]
            power = whole.factors[gate.name]
            symbol = len(letters[0])
            moves.append(ReplacementTransform(letters[0], VGroup(*power[:symbol])))
            for letter in letters[1:-1]:
                moves += [letter.animate.move_to(power[:symbol]), Vanish(letter)]
            if gate.power > 1:
                moves.append(ReplacementTransform(letters[-1], VGroup(*power[symbol:])))
        self.play(*moves, run_time=1.0)
        self.remove(spelled, *spelled.submobjects, whole, *whole.submobjects)
        self.add(piece)
        self.wait(0.3)

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
                    f"… minus the {title(c)} current.",
                )
                for c in self.membrane.channels
            ),
        ]
        dark = list(self.circuit.names)
        for name, line, caption in steps:
            if len(dark) == len(self.circuit.names):
                self.say("The equation", line, caption)
                self.play(
                    *(self.shine(self.circuit, n, 1.0, DIM) for n in dark),
                    Vanish(self.pieces.pop("I")),
                    run_time=0.6,
                )
                # The capacitor's term goes to where the electrode's was: that one comes from its element.
                self.pieces["I"] = VGroup(*self.circuit.element("I").labels[0]).copy()
            else:
                self.remark(line, caption)
            dark.remove(name)
            sign = law.term("equals") if name == "I" else law.sign(name)
            self.play(
                self.shine(self.circuit, name, DIM, 1.0),
                Transform(self.pieces[name], VGroup(*law.part(name)).copy()),
                *(FadeIn(s, shift=0.2 * UP) for s in sign),
                run_time=1.1,
            )
            self.wait(0.5)
        self.remove(*self.pieces.values(), *law.submobjects)
        self.add(law)
        self.remark("one term for every branch of the circuit", "One equation: a term for every branch.")
        self.wait(1.5)

    def sign_of(self, name: str) -> str:
        """What is to be said about the sign of a channel's current: the equation takes outward ones. Nothing of
        one that flows both ways in the run.
        """
        if self.run.extreme(f"I_{name}").value <= 0.0:
            return ": it flows inward, so it is negative"
        return ", outward" if self.run.extreme(f"I_{name}", "min").value >= 0.0 else ""

    def shine(self, circuit: Circuit, name: str, first: float, last: float) -> Animation:
        """The animation that lights a branch, or dims it."""
        branch = circuit.element(name)
        return UpdateFromAlphaFunc(branch, lambda _, a: branch.shine(first + (last - first) * a))

    def in_action(self) -> None:
        self.part("currents")
        # A square frame has no room for all three: the equation comes back afterwards.
        wide, square = self.shape == "wide", self.shape == "square"
        area = self.stage
        if square:
            area = Area(area.left, area.right, self.foot.bottom, area.top)
        spikes = self.run.spikes
        slow = [(float(spikes[0]) - 0.9, float(spikes[0]) + 2.7, 0.6)] if len(spikes) else []
        self.clock = self.timed(Pace(self.until, rate=1.5, slow=slow))
        left, right = area.split(*((2.2, 1.0) if wide else (1.2, 1.0)), vertical=not wide, gap=0.4)
        graph, legend = right.rows(max(right.height - 1.0, 1.0), 0.8, gap=0.2)
        small = Circuit(self.membrane, self.theme, left, size=LABEL + 4)
        v = self.run["V"]
        panel = Panel(graph, self.theme).x("ms", 0, self.until)
        panel.y(quantity("V"), float(v.min()) - 8, float(v.max()) + 8)
        going = [Vanish(self.law)] if square else []
        self.play(Transform(self.circuit, small), *going, run_time=1.0)
        self.remove(self.circuit)
        self.add(small)
        self.currents = CircuitCurrents(small, self.run, self.theme).follow(self.clock)
        self.trace = Trace.of(self.run, "V", panel, ghost=True, named=False).follow(self.clock)
        key = self.currents.key(legend)
        self.shown = [small, panel, key, self.trace, self.currents, self.clock]
        heading = f"The currents of {'a spike' if len(spikes) else 'the response'}"
        self.say(
            heading,
            "at every instant they add up to what the electrode injects",
            "At every instant the currents add up to what is injected.",
            still=[panel, key],
            moving=[self.trace, self.currents, self.clock],
        )
        for t, lit, line, caption in self.moments():
            self.play(self.clock.run(t))
            self.remark(line, caption)
            dark = [n for n in small.names if n not in lit]
            self.play(*self.spot(small, dark, 1.0, DIM), run_time=0.4)
            self.wait(1.4)
            self.play(*self.spot(small, dark, DIM, 1.0), run_time=0.4)
        self.play(self.clock.run())

    def spot(self, circuit: Circuit, names: list[str], first: float, last: float) -> list[Animation]:
        """The animations that dim branches and, where the equation is shown, their terms, or light them again."""
        terms = [self.law.term(name) for name in names]

        def shine(_: object, done: float) -> None:
            for term in terms:
                term.set_opacity(first + (last - first) * done)

        branches = [self.shine(circuit, name, first, last) for name in names]
        return [*branches, UpdateFromAlphaFunc(self.law, shine)] if self.law in self.mobjects else branches

    def moments(self) -> list[tuple[float, list[str], str, str]]:
        """When to stop in a spike, which branches are meant then, and what is to be said."""
        run = self.run
        currents = {c.name: np.asarray(run.current(c.name)) for c in self.membrane.channels}
        inward = self.kin(min(currents, key=lambda name: run.extreme(f"I_{name}", "min").value))
        outward = self.kin(max(currents, key=lambda name: run.extreme(f"I_{name}").value))
        into, out = (
            ion_name(self.membrane.channel(inward[0]).ion),
            ion_name(self.membrane.channel(outward[0]).ion),
        )
        if not len(run.spikes) or not into or not out or into == out:
            return []
        i_in, i_out = (np.sum([currents[n] for n in names], axis=0) for names in (inward, outward))
        charging = run.stimulus - run.ionic_current
        top = int(np.argmax(run["V"]))
        rise = int(np.argmax(charging[: top + 1]))
        most = top + int(np.argmin(i_in[top:]))
        less = most + np.flatnonzero(-i_in[most:] < i_out[most:] / 3.0)
        balanced = abs(charging[most]) < 0.2 * abs(i_in[most])
        left = (
            "they nearly cancel, little is left for the capacitor"
            if balanced
            else "more flows out, which discharges the capacitor"
        )
        found = [
            (
                rise,
                ["C", *inward],
                f"the {into} current charges the capacitor: V rises",
                f"The {into} current flows in and charges the capacitor: V rises.",
            ),
            (
                most,
                ["C", *inward, *outward],
                f"{into} in, {out} out: {left}",
                f"{into} flows in and {out} out: {left}.",
            ),
            *(
                (
                    k,
                    ["C", *outward],
                    f"little {into} current is left, {out} is open: V falls towards its battery",
                    f"The {into} current has nearly gone, {out} channels are open: V falls towards their battery.",
                )
                for k in less[:1].tolist()
            ),
        ]
        return [(float(run.t[k]), lit, line, caption) for k, lit, line, caption in found]

    def kin(self, name: str) -> list[str]:
        """The channels for the same ion as one."""
        ion = self.membrane.channel(name).ion
        return [c.name for c in self.membrane.channels if c.ion == ion]

    def four_equations(self) -> None:
        self.part("equations")
        gates = list(self.membrane.gates)
        count = 1 + sum(g.dynamic for g in self.membrane.gates.values())
        equations = [GateEquation(self.membrane, g, self.theme, size=LABEL + 22) for g in gates]
        whole = VGroup(self.law.copy(), *equations).arrange(DOWN, buff=0.5)
        space = Area(self.area.left, self.area.right, self.area.bottom, self.head.bottom - 0.3)
        whole.scale(min(1.25, space.width / whole.width, space.height / whole.height)).move_to(space.center)
        law, known = whole[0], self.law in self.mobjects
        self.say(
            f"{_number(count)} equations",
            "the conductances depend on V through the gates",
            "The conductances depend on V through their gates. Together they are "
            f"{_number(count).lower()} differential equations.",
            gone=self.shown,
            still=[] if known else [law],
        )
        if known:
            self.play(Transform(self.law, law), run_time=1.0)
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

"""The equations of a membrane, typeset from the membrane itself: a channel that is added adds its term.

class Terms(Film):
    def construct(self):
        law = CurrentEquation(self.membrane, self.theme)
        self.play(FadeIn(law))
        for channel in self.membrane.channels:
            self.play(Indicate(law.term(channel.name)))
        gate = GateEquation(self.membrane, "m", self.theme).next_to(law, DOWN)
        self.play(FadeIn(gate), FadeIn(ConductanceEquation(self.membrane, "Na", self.theme).next_to(gate, DOWN)))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim import DOWN, Animation, AnimationGroup, ReplacementTransform, Transform, VGroup, VMobject

from hhanim.look import Theme, quantities
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.layout import Area, fitted
from hhanim.mobjects.frame.lettering import LABEL, Formula
from hhanim.model import Membrane
from hhanim.model.equations import Current


def _factors(membrane: Membrane, current: Current, form: str = "powers") -> dict[str, str]:
    """What the current of a channel is a product of, in Typst; the bar says: with every gate open."""
    names = {symbol: name for name, symbol in membrane.equations.symbols.items()}
    short = form == "short" or not current.opens
    conductance = f'g_"{current.channel}"' if short else f'overline(g)_"{current.channel}"'
    if np.any(np.asarray(membrane.channel(current.channel).block) > 0):
        conductance += " (1 - b)"
    factors = {"conductance": conductance}
    for symbol, power in Counter(() if short else current.opens).items():
        name, x = names[symbol], quantities(membrane)[names[symbol]].typst
        if form == "powers":
            factors[name] = f"{x}^{power}" if power > 1 else x
        else:
            factors |= {f"{name}-{k}": x for k in range(power)}
    return factors | {"force": f'(V - E_"{current.channel}")'}


def gate_typst(membrane: Membrane, name: str) -> str:
    """The equation of a gate in Typst: rates, or steady state and time constant, or what it follows."""
    gate, x = membrane.gate(name), quantities(membrane)[name].typst
    if gate.follows is not None:
        other, a, b = gate.follows
        return f"{x} = {a:.3g} {'-' if b < 0 else '+'} {abs(b):.3g} thin {quantities(membrane)[other].typst}"
    if not gate.dynamic:
        return f"{x} = {quantities(membrane)[f'{name}_inf'].typst} (V)"
    warm = abs(float(np.max(np.asarray(gate.phi(membrane.celsius)))) - 1.0) > 1e-12
    inside = f"alpha_{x} (V) (1 - {x}) - beta_{x} (V) {x}"
    return f"frac(dif {x}, dif t) = " + (f"phi [{inside}]" if warm else inside)


class CurrentEquation(Formula):
    """C dV/dt = I − the membrane's currents; every term has the colour of its ion.

    term("Na") gives a channel's term with its sign, term("C") the left side, term("I") the stimulus; part("Na")
    is the term without its sign, sign("Na") the sign alone. `lines` breaks the right side into that many lines,
    for a narrow frame.
    """

    def __init__(self, membrane: Membrane, theme: Theme, *, size: float = LABEL + 12, lines: int = 1) -> None:
        self.membrane = membrane
        currents = membrane.equations.currents
        breaks = {k * len(currents) // lines for k in range(1, lines)}
        source = (
            "{{ C frac(dif V, dif t) : C }} {{ = : equals }} " + ("& " if lines > 1 else "") + "{{ I : I }}"
        )
        for k, current in enumerate(currents):
            if k in breaks:
                source += r" \ & quad"
            term, name = " ".join(_factors(membrane, current).values()), current.channel
            source += f" {{{{ - : minus_{name} }}}} {{{{ {term} : {name} }}}}"
        super().__init__(source, size=size, color=theme.ink)
        symbols = quantities(membrane)
        self.select("I").set_color(theme.color("I"))
        for current in currents:
            self.select(current.channel).set_color(theme.color(symbols[f"I_{current.channel}"]))

    def term(self, name: str) -> VGroup:
        """The glyphs of one term: "C", "I" or a channel's name."""
        return VGroup(*self.sign(name), *self.part(name))

    def part(self, name: str) -> VGroup:
        """The glyphs of a term without its sign."""
        return self.select(name)

    def pieces(self, x: Mapping[str, float], pitch: float, area: Area) -> dict[str, Any]:
        """A copy of every term without its sign, at that x in an area; in its place in the equation where terms that
        have to keep clear of each other, `pitch` apart, would be too small.
        """
        pieces = {name: VGroup(*self.part(name)).copy() for name in x}
        share = min(1.0, 0.92 * pitch / max(piece.width for piece in pieces.values()))
        for name, piece in pieces.items() if share > 0.6 else ():
            piece.scale(share)
            reach = 0.5 * piece.width
            piece.move_to((np.clip(x[name], area.left + reach, area.right - reach), area.center[1], 0.0))
        return pieces

    def sign(self, name: str) -> VGroup:
        """The minus before a channel's term; nothing for the others."""
        return VGroup() if name in ("C", "I", "equals") else self.select(f"minus_{name}")


class ChannelCurrent(Formula):
    """The current of one channel, in the colour of its ion; select() gives its factors.

    form: "short" is g (V - E), the factors "conductance" and "force"; "spelled" has the largest conductance and every
    gate by itself, "m-0", "m-1", "m-2", "h-0"; "powers" is what stands in the equation, "m" for m³.
    """

    def __init__(
        self,
        membrane: Membrane,
        channel: str,
        theme: Theme,
        *,
        form: str = "powers",
        size: float = LABEL + 12,
    ) -> None:
        membrane.channel(channel)  # or an error that says which there are
        (current,) = (c for c in membrane.equations.currents if c.channel == channel)
        factors = _factors(membrane, current, form)
        source = " ".join(f"{{{{ {typst} : {name} }}}}" for name, typst in factors.items())
        super().__init__(source, size=size, color=theme.color(quantities(membrane)[f"I_{channel}"]))
        self.factors = {name: self.select(name) for name in factors}


class ConductanceEquation(Formula):
    """A conductance as what it is measured by: the current of a channel over its driving force."""

    def __init__(self, membrane: Membrane, channel: str, theme: Theme, *, size: float = LABEL + 20) -> None:
        source = f'g_"{channel}" = frac(I_"{channel}", V - E_"{channel}")'
        super().__init__(source, size=size, color=theme.color(quantities(membrane)[f"g_{channel}"]))


class GateEquation(Formula):
    """The kinetics of one gate, in the colour of its ion."""

    def __init__(self, membrane: Membrane, gate: str, theme: Theme, *, size: float = LABEL + 6) -> None:
        source = gate_typst(membrane, gate).replace(" = ", " {{ = : equals }} ", 1)
        super().__init__(source, size=size, color=theme.color(quantities(membrane)[gate]))
        self.gate = gate


def aligned(equations: Sequence[Formula], area: Area) -> VGroup:
    """Equations under each other in an Area, their signs of equality in one column, as large as it allows."""
    whole = VGroup(*equations).arrange(DOWN, buff=0.35)
    for equation in equations:
        equation.shift((equations[0].select("equals").get_x() - equation.select("equals").get_x(), 0.0, 0.0))
    fitted(whole, area)
    return whole


def gate_equations(membrane: Membrane, names: Sequence[str], theme: Theme, area: Area, size: float) -> VGroup:
    """The equations of these gates under each other in an Area, smaller where they would not fit."""
    laws = VGroup(*(GateEquation(membrane, name, theme, size=size) for name in names))
    fitted(laws.arrange(DOWN, buff=0.5), area)
    return laws


def in_words(membrane: Membrane) -> str:
    """What is said of its gates that have no kinetics of their own: what each of them follows."""
    ways = "{gate} follows V at once", "{gate} follows {other}"
    gone = [gate for gate in membrane.gates.values() if not gate.dynamic]
    return listed([tr(ways[bool(g.follows)], gate=g.name, other=(g.follows or ("",))[0]) for g in gone])


class Unfolding:
    """The current of a channel told gate by gate, in one place: `short`, then `spelled` with every gate, then `whole`.

    place: the term as it stands in an equation, a mobject. width: as wide as it may be. spell() and gather() are the
    animations from one to the next.
    """

    def __init__(self, membrane: Membrane, channel: str, theme: Theme, place: VMobject, width: float) -> None:
        self.gates = membrane.channel(channel).gates
        self.short, self.spelled, self.whole = (
            ChannelCurrent(membrane, channel, theme, form=form, size=LABEL + 26)
            for form in ("short", "spelled", "powers")
        )
        share = place.width / self.whole.width
        for formula in (self.short, self.spelled, self.whole):
            formula.scale(min(share, max(width, place.width) / formula.width)).move_to(place)

    def spell(self, run_time: float = 1.2) -> Animation:
        """Every gate comes between the conductance and the force."""
        old, new = self.short.factors, self.spelled.factors
        return AnimationGroup(
            *(Transform(old[k], new[k]) for k in ("conductance", "force")),
            *(Appear(glyphs, between=(0.5, 1.0)) for key, glyphs in new.items() if "-" in key),
            run_time=run_time,
        )

    def gather(self, run_time: float = 1.2) -> Animation:
        """Gates of one kind become a power: the last of several becomes their number."""
        old, new = self.spelled.factors, self.whole.factors
        # What spell() has moved goes on: manim adds all that a succession moves to the scene as it begins.
        kept = self.short.factors
        moves: list[Any] = [ReplacementTransform(kept[k], new[k]) for k in ("conductance", "force")]
        for gate in self.gates:
            letters, power = [old[f"{gate.name}-{k}"] for k in range(gate.power)], new[gate.name]
            symbol = len(letters[0])
            moves.append(ReplacementTransform(letters[0], VGroup(*power[:symbol])))
            moves += [Vanish(letter) for letter in letters[1:-1]]
            if gate.power > 1:
                moves.append(ReplacementTransform(letters[-1], VGroup(*power[symbol:])))
        return AnimationGroup(*moves, run_time=run_time)

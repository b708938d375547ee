"""The equation for V put together under a circuit: each term below its element first, then all of them in one line.

class Together(Story):
    def beats(self):
        above, foot = self.grid["body"].rows(2.0, 1.0)
        circuit = Circuit(self.membrane, self.theme, above)
        terms = Terms(circuit, foot)
        names = [channel.name for channel in self.membrane.channels]
        yield Beat("asked", "What makes V change?", "What sets its slope?", show=[circuit, terms.asked])
        yield self.then("Currents do.", do=terms.answer(), leaves=[circuit, *terms.pieces.values()])
        yield self.then("They add up.", do=terms.join("C", "I", *names), leaves=[circuit, terms.law])
"""

from __future__ import annotations

from typing import Any

from manim import Animation, ReplacementTransform

from hhanim.look import Theme
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.layout import Area, fitted
from hhanim.mobjects.frame.lettering import LABEL, Formula
from hhanim.mobjects.graph.equations import CurrentEquation, Unfolding
from hhanim.model import Membrane

SIZE = LABEL + 26  # design pixels


def law_in(area: Area, membrane: Membrane, theme: Theme) -> Any:
    """The equation for V in an area, in one line or, where that would be small, in two."""
    one, two = (CurrentEquation(membrane, theme, size=SIZE, lines=lines) for lines in (1, 2))
    return fitted(two if one.width > 1.4 * area.width else one, area)


class Terms:
    """What stands under a circuit in an area: `asked`, the slope of V, and the question what it equals; `pieces`, the
    terms by the names of their branches, each below its own; `law`, the whole equation.
    """

    def __init__(self, circuit: Circuit, area: Area) -> None:
        self.circuit, theme = circuit, circuit.theme
        self.law = law_in(area, circuit.membrane, theme)
        self.pieces: dict[str, Any] = self.law.pieces(circuit.x, circuit.pitch, area)
        self.asked = Formula(
            '{{ frac(dif V, dif t) : slope }} {{ = "?" : asked }}', size=SIZE, color=theme.ink
        )
        self.asked.move_to(area.center)

    def answer(self) -> list[Animation]:
        """The slope that is asked for becomes part of the capacitor's term, which comes."""
        slope, piece = self.asked.select("slope"), self.pieces["C"]
        moves = [ReplacementTransform(*pair) for pair in zip(slope, piece[-len(slope) :], strict=True)]
        return [*moves, Appear(piece[: -len(slope)]), Vanish(self.asked.select("asked"))]

    def unfold(self, channel: str) -> Unfolding:
        """A channel's term told gate by gate, in its place, where its `whole` is the piece from now on."""
        place, pitch = self.pieces[channel], self.circuit.pitch
        told = Unfolding(self.circuit.membrane, channel, self.circuit.theme, place, pitch)
        self.pieces[channel] = told.whole
        return told

    def join(self, *names: str) -> list[Animation]:
        """These terms go to where they stand in the equation, and their signs come."""
        moves: list[Animation] = [ReplacementTransform(self.pieces[n], self.law.part(n)) for n in names]
        signs = [self.law.term("equals") if n == "C" else self.law.sign(n) for n in names if n != "I"]
        return [*moves, *map(Appear, signs)]

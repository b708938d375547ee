"""A membrane as its equivalent circuit: a capacitor, a battery and a conductance for every channel, the electrode.

    class Wires(Film):
        def construct(self):
            circuit = Circuit(self.membrane, self.theme, self.area)
            self.play(FadeIn(circuit))

The outside of the cell is the upper wire, the cytoplasm the lower one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import LEFT, RIGHT, Arrow, Circle, Line, Rectangle, VGroup

from hhanim.language import text
from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, Formula, Words
from hhanim.model import Membrane

WIRE = 4.0  # design pixels
DIM = 0.28  # of its own opacity: a branch that is not meant at the moment


class VoltageArrow(VGroup):
    """What V is, V_in - V_out: an arrow from the inside to the outside, against which it is measured, with its name on
    it; currents are counted the same way.

    It says how V is counted and nothing about which side is positive at the moment: charge does that. x; inside,
    outside: the heights it goes from and to (scene units). name_at: where on it the name stands, 0..1.
    """

    def __init__(
        self,
        x: float,
        inside: float,
        outside: float,
        theme: Theme,
        *,
        size: float = LABEL,
        name_at: float = 0.5,
    ) -> None:
        name = Formula("V", size=size, color=theme.ink)
        name.move_to((x, inside + name_at * (outside - inside), 0.0))
        way, gap = float(np.sign(outside - inside)), 0.5 * name.height + 0.1
        first = Line((x, inside, 0.0), (x, name.get_y() - way * gap, 0.0))
        style: Any = {
            "buff": 0,
            "max_tip_length_to_length_ratio": 0.5,
            "max_stroke_width_to_length_ratio": 40,
        }
        second = Arrow([x, name.get_y() + way * gap, 0.0], [x, outside, 0.0], tip_length=0.2, **style)
        for line in (first, second):
            line.set_color(theme.muted).set_stroke(width=stroke(0.6 * WIRE))
        super().__init__(name, first, second)


class Branch(VGroup):
    """One branch of a circuit: `wires`, `devices` (what stands for a part of the membrane) and `labels`.

    reach: half its width without the labels (scene units).
    """

    def __init__(self, wires: VGroup, devices: VGroup, labels: VGroup, reach: float) -> None:
        super().__init__(wires, devices, labels)
        self.wires, self.devices, self.labels, self.reach = wires, devices, labels, reach


class Circuit(VGroup):
    """The equivalent circuit of a membrane in an Area; element("Na") is a Branch, with its labels.

    A channel with gates has a conductance that varies (an arrow across it); the battery's long plate is its positive
    side. names: the branches from left to right; x: where each stands.
    """

    seen = text("the circuit of the membrane")

    def __init__(self, membrane: Membrane, theme: Theme, area: Area, *, size: float = LABEL) -> None:
        super().__init__()
        self.membrane, self.theme, self.area, self.size = membrane, theme, area, size
        self.names = ["I", "C", *(c.name for c in membrane.channels)]
        row = 1.3 * TICK * UNIT
        self.top, self.bottom = area.top - row, area.bottom + 1.4 * row
        under = self.bottom - 0.85 * row  # words, clear of the wire
        self.middle = 0.5 * (self.top + self.bottom)
        self.pitch = area.width / len(self.names)
        self.x = {name: area.left + (k + 0.45) * self.pitch for k, name in enumerate(self.names)}
        #: Half the width of the widest symbol: the labels stand at its right.
        self.half = min(0.34, 0.17 * self.pitch)
        left, right = min(self.x.values()), max(self.x.values())
        self.wires = VGroup(
            *(
                Line((left, y, 0), (right, y, 0), color=theme.ink, stroke_width=stroke(WIRE))
                for y in (self.top, self.bottom)
            )
        )
        self.sides = VGroup(
            *(
                Words(side, size=SMALL, color=theme.muted).move_to((self.x["C"], y, 0), aligned_edge=LEFT)
                for side, y in (
                    ("outside", self.top + 0.75 * row),
                    ("inside the cell", under),
                )
            )
        )
        self.voltage = self._voltage(area.left + 0.1, under)
        make = {"C": self._capacitor, "I": self._electrode}
        self.elements = {name: make[name]() if name in make else self._channel(name) for name in self.names}
        self.add(self.wires, self.sides, self.voltage, *self.elements.values())

    def element(self, name: str) -> Branch:
        """The branch of that name: "C", "I" (the electrode) or a channel's."""
        return self.elements[name]

    def hue(self, name: str) -> str:
        """The colour of a branch: its ion's, the stimulus's, or that of V for the capacitor."""
        if name == "C":
            return self.theme.ink
        return self.theme.color(quantities(self.membrane)["I" if name == "I" else f"I_{name}"])

    def _voltage(self, x: float, foot: float) -> VGroup:
        """The voltage that the branches share, and how it is counted, underneath."""
        # The name above the middle, where the source's is.
        arrow = VoltageArrow(x, self.bottom + 0.1, self.top - 0.1, self.theme, size=self.size, name_at=0.8)
        meaning = Formula('V = V_"in" - V_"out"', size=SMALL, color=self.theme.ink)
        return VGroup(arrow, meaning.move_to((x - 0.1, foot, 0.0), aligned_edge=LEFT))

    def _wire(self, x: float, *spans: tuple[float, float], color: Any) -> VGroup:
        return VGroup(*(Line((x, a, 0), (x, b, 0), color=color, stroke_width=stroke(WIRE)) for a, b in spans))

    def _capacitor(self) -> Branch:
        x, y, color, half, gap = self.x["C"], self.middle, self.hue("C"), self.half, 0.11
        plates = VGroup(
            *(
                Line(
                    (x - half, y + s * gap, 0),
                    (x + half, y + s * gap, 0),
                    color=color,
                    stroke_width=stroke(2 * WIRE),
                )
                for s in (1, -1)
            )
        )
        label = Formula("C", size=self.size, color=color).next_to(plates, RIGHT, buff=0.14)
        wires = self._wire(x, (self.top, y + gap), (y - gap, self.bottom), color=color)
        # The current's arrow stands clear of the plates.
        return Branch(wires, plates, VGroup(label), half + 0.14)

    def _electrode(self) -> Branch:
        x, y, color, r = self.x["I"], self.middle, self.hue("I"), self.half
        ring = Circle(radius=r, color=color, stroke_width=stroke(1.2 * WIRE)).move_to((x, y, 0))
        arrow = Arrow(
            [x, y + 0.62 * r, 0],
            [x, y - 0.62 * r, 0],
            buff=0,
            color=color,
            stroke_width=stroke(WIRE),
            max_tip_length_to_length_ratio=0.4,
            max_stroke_width_to_length_ratio=40,
        )
        label = Formula("I", size=self.size, color=color).next_to(ring, LEFT, buff=0.1)
        wires = self._wire(x, (self.top, y + r), (y - r, self.bottom), color=color)
        return Branch(wires, VGroup(ring, arrow), VGroup(label), r)

    def _channel(self, name: str) -> Branch:
        """devices: the conductance (a box, and an arrow across it if it varies) and the battery's plates, the
        upper one first.
        """
        channel, color, x = self.membrane.channel(name), self.hue(name), self.x[name]
        height, half = self.top - self.bottom, self.half
        g, e = self.top - 0.33 * height, self.bottom + 0.25 * height
        tall, wide = min(0.29 * height, 1.0), 0.95 * half
        conductance = VGroup(
            Rectangle(width=wide, height=tall, color=color, stroke_width=stroke(1.2 * WIRE)).move_to(
                (x, g, 0)
            )
        )
        if channel.gates:
            conductance.add(
                Arrow(
                    [x - 1.1 * half, g - 0.42 * tall, 0],
                    [x + 1.1 * half, g + 0.42 * tall, 0],
                    buff=0,
                    color=color,
                    stroke_width=stroke(0.9 * WIRE),
                    max_tip_length_to_length_ratio=0.25,
                    max_stroke_width_to_length_ratio=40,
                )
            )
        gap = 0.09
        # A reversal potential above the level of the outside means: the inside pole is the positive one.
        positive = -1 if float(np.max(channel.e)) > self.membrane.zero else 1
        battery = VGroup()
        for side in (1, -1):
            reach = half if side == positive else 0.53 * half
            battery.add(Line((x - reach, e + side * gap, 0), (x + reach, e + side * gap, 0)))
        battery.set_stroke(color, width=stroke(1.4 * WIRE))
        labels = VGroup(
            Formula(f'g_"{name}"', size=self.size, color=color).next_to(
                (x + (1.1 * half if channel.gates else 0.5 * wide), g, 0), RIGHT, buff=0.06
            ),
            Formula(f'E_"{name}"', size=self.size, color=color).next_to((x + half, e, 0), RIGHT, buff=0.06),
        )
        spans = ((self.top, g + 0.5 * tall), (g - 0.5 * tall, e + gap), (e - gap, self.bottom))
        return Branch(self._wire(x, *spans, color=color), VGroup(conductance, battery), labels, 1.1 * half)

"""A membrane as its equivalent circuit: a capacitor, a battery and a conductance for every channel, and
the electrode.

    class Wires(Film):
        def construct(self):
            circuit = Circuit(self.membrane, self.theme, self.area)
            for name in circuit.names:                      # "C", "Na", "K", "L", "I"
                self.play(FadeIn(circuit.element(name)))
            run = simulate(self.membrane, "pulse(20, start=1, width=1)", 10.0)
            clock = Clock(Pace(10.0, rate=1.0), self.theme)
            self.add(CircuitCurrents(circuit, run, self.theme).follow(clock))
            self.play(clock.run())

The outside of the cell is the upper wire, the cytoplasm the lower one.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from manim import LEFT, RIGHT, Arrow, Circle, Line, Rectangle, Triangle, VGroup

from hhanim.look import Theme, quantities
from hhanim.mobjects.film import Area
from hhanim.mobjects.lettering import LABEL, TICK, UNIT, Formula, Words
from hhanim.mobjects.trace import stroke
from hhanim.model import Membrane, Trajectory

if TYPE_CHECKING:
    from hhanim.mobjects.clock import Clock

__all__ = ["Circuit", "CircuitCurrents"]

WIRE = 4.0  # design pixels


class Circuit(VGroup):
    """The equivalent circuit of a membrane in an Area; element("Na") is a branch, with its labels.

    A channel with gates has a conductance that varies (an arrow across it); the battery's long plate is
    its positive side. names: the branches from left to right.
    """

    def __init__(
        self, membrane: Membrane, theme: Theme, area: Area, *, size: float = LABEL, labels: bool = True
    ) -> None:
        super().__init__()
        self.membrane, self.theme, self.area, self.size = membrane, theme, area, size
        self.names = ["I", "C", *(c.name for c in membrane.channels)]
        self.labels = labels
        em = size * UNIT
        self.top, self.bottom = area.top - 1.15 * em, area.bottom + 1.15 * em
        pitch = area.width / len(self.names)
        self.pitch = pitch
        self.x = {name: area.left + (k + 0.42) * pitch for k, name in enumerate(self.names)}
        left, right = min(self.x.values()), max(self.x.values())
        self.wires = VGroup(
            *(
                Line([left, y, 0], [right, y, 0], color=theme.ink, stroke_width=stroke(WIRE))
                for y in (self.top, self.bottom)
            )
        )
        middle = 0.5 * (left + right)
        self.sides = VGroup(
            Words("outside", size=TICK, color=theme.muted).move_to([middle, self.top + 0.65 * em, 0]),
            Words("inside the cell", size=TICK, color=theme.muted).move_to(
                [middle, self.bottom - 0.65 * em, 0]
            ),
        )
        self.elements = {name: self._branch(name) for name in self.names}
        if not labels:  # the colours still say which branch is which
            for branch in self.elements.values():
                branch.remove(branch[-1])
        self.add(self.wires, self.sides, *self.elements.values())

    def element(self, name: str) -> VGroup:
        """The branch of that name: "C", "I" (the electrode) or a channel's."""
        return self.elements[name]

    def _branch(self, name: str) -> VGroup:
        if name == "C":
            return self._capacitor()
        if name == "I":
            return self._electrode()
        return self._channel(name)

    def _wire(self, x: float, *spans: tuple[float, float], color: Any) -> VGroup:
        return VGroup(*(Line([x, a, 0], [x, b, 0], color=color, stroke_width=stroke(WIRE)) for a, b in spans))

    def _capacitor(self) -> VGroup:
        x, y, color = self.x["C"], 0.5 * (self.top + self.bottom), self.theme.ink
        half, gap = 0.34, 0.11
        plates = VGroup(
            *(
                Line(
                    [x - half, y + s * gap, 0],
                    [x + half, y + s * gap, 0],
                    color=color,
                    stroke_width=stroke(2 * WIRE),
                )
                for s in (1, -1)
            )
        )
        label = Formula("C", size=self.size, color=color).next_to(plates, RIGHT, buff=0.14)
        return VGroup(self._wire(x, (self.top, y + gap), (y - gap, self.bottom), color=color), plates, label)

    def _electrode(self) -> VGroup:
        x, y, color = self.x["I"], 0.5 * (self.top + self.bottom), self.theme.color("I")
        r = 0.36
        ring = Circle(radius=r, color=color, stroke_width=stroke(1.2 * WIRE)).move_to([x, y, 0])
        arrow = Arrow(
            [x, y + 0.62 * r, 0],
            [x, y - 0.62 * r, 0],
            buff=0,
            color=color,
            stroke_width=stroke(WIRE),
            max_tip_length_to_length_ratio=0.4,
            max_stroke_width_to_length_ratio=40,
        )
        label = Formula("I", size=self.size, color=color).next_to(ring, RIGHT, buff=0.14)
        return VGroup(self._wire(x, (self.top, y + r), (y - r, self.bottom), color=color), ring, arrow, label)

    def _channel(self, name: str) -> VGroup:
        channel = self.membrane.channel(name)
        color = self.theme.color(quantities(self.membrane)[f"I_{name}"])
        x, height = self.x[name], self.top - self.bottom
        g, e = self.top - 0.33 * height, self.bottom + 0.25 * height
        tall, wide = min(0.27 * height, 1.0), 0.32
        box = Rectangle(width=wide, height=tall, color=color, stroke_width=stroke(1.2 * WIRE)).move_to(
            [x, g, 0]
        )
        parts = VGroup(box)
        if channel.gates:
            parts.add(
                Arrow(
                    [x - 0.38, g - 0.42 * tall, 0],
                    [x + 0.38, g + 0.42 * tall, 0],
                    buff=0,
                    color=color,
                    stroke_width=stroke(0.9 * WIRE),
                    max_tip_length_to_length_ratio=0.25,
                    max_stroke_width_to_length_ratio=40,
                )
            )
        gap = 0.09
        # A reversal potential above the level of the outside means: the inside pole is the positive one.
        positive = -1 if float(np.max(channel.e)) > self.membrane.baseline + 65.0 else 1
        plates = VGroup(
            Line([x - 0.34, e + positive * gap, 0], [x + 0.34, e + positive * gap, 0]),
            Line([x - 0.18, e - positive * gap, 0], [x + 0.18, e - positive * gap, 0]),
        )
        plates.set_stroke(color, width=stroke(1.4 * WIRE))
        labels = VGroup(
            Formula(f'g_"{name}"', size=self.size, color=color).next_to(box, RIGHT, buff=0.24),
            Formula(f'E_"{name}"', size=self.size, color=color).next_to(plates, RIGHT, buff=0.14),
        )
        if channel.gates:
            labels[0].shift(0.06 * RIGHT)
        spans = ((self.top, g + 0.5 * tall), (g - 0.5 * tall, e + gap), (e - gap, self.bottom))
        return VGroup(self._wire(x, *spans, color=color), parts, plates, labels)


class CircuitCurrents(VGroup):
    """The current through every branch of a circuit, as an arrow beside it: outward is up, length is its
    size.

    The capacitive current is what the others leave: together they are the stimulus, at every instant.
    `largest` (scene units) is the length of the largest current of the run. length(name) reads a current
    back from its arrow (µA/cm²).
    """

    def __init__(self, circuit: Circuit, run: Trajectory, theme: Theme, *, largest: float = 1.15) -> None:
        super().__init__()
        self.circuit, self.t = circuit, run.t.tolist()
        ionic = {c.name: np.asarray(run.current(c.name)) for c in circuit.membrane.channels}
        injected = np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape)
        self.values = {"I": injected, "C": injected - sum(ionic.values()), **ionic}
        self.scale = largest / max(float(np.abs(v).max()) for v in self.values.values())
        self.shafts, self.tips = {}, {}
        symbols = quantities(circuit.membrane)
        for name in circuit.names:
            color = theme.ink if name == "C" else theme.color(symbols["I" if name == "I" else f"I_{name}"])
            self.shafts[name] = Line(LEFT, RIGHT, color=color, stroke_width=stroke(11))
            self.tips[name] = Triangle(color=color, fill_opacity=1.0, stroke_width=0).scale(0.14)
            self.add(self.shafts[name], self.tips[name])
        self.show(self.t[0])

    def at(self, name: str, t: float) -> float:
        """The current of a branch (µA/cm², outward positive; the stimulus inward) at time t (ms)."""
        k = min(max(bisect_right(self.t, t) - 1, 0), len(self.t) - 2)
        u = (t - self.t[k]) / (self.t[k + 1] - self.t[k])
        v = self.values[name]
        return float(v[k] + (v[k + 1] - v[k]) * min(u, 1.0))

    def show(self, t: float) -> Self:
        """Draw the currents at time t (ms)."""
        middle = 0.5 * (self.circuit.top + self.circuit.bottom)
        for name in self.circuit.names:
            x = self.circuit.x[name] - min(0.52, 0.45 * self.circuit.pitch)
            current = self.at(name, t) * (-1.0 if name == "I" else 1.0)  # the electrode pushes inwards, down
            length = current * self.scale
            a, b = middle - 0.5 * length, middle + 0.5 * length
            self.shafts[name].put_start_and_end_on([x, a, 0], [x, b + (1e-4 if abs(b - a) < 1e-4 else 0), 0])
            shown = 1.0 if abs(length) > 0.03 else 0.0
            self.shafts[name].set_stroke(opacity=shown)
            tip = Triangle(stroke_width=0).scale(0.15)
            tip.rotate(0.0 if length >= 0 else np.pi).move_to([x, b + (0.08 if length >= 0 else -0.08), 0])
            self.tips[name].points = tip.points
            self.tips[name].set_fill(opacity=shown)
        return self

    def length(self, name: str) -> float:
        """The current (µA/cm²) that the arrow of a branch shows, read back from its points."""
        shaft = self.shafts[name]
        size = float(shaft.get_end()[1] - shaft.get_start()[1]) / self.scale
        return -size if name == "I" else size

    def follow(self, clock: Clock) -> Self:
        """Draw the currents at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

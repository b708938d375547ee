"""The currents of a run beside the elements of a circuit that carry them.

class Flows(Film):
    def construct(self):
        circuit = Circuit(self.membrane, self.theme, self.area)
        run = simulate(self.membrane, "pulse(20, start=1, width=1)", 10.0)
        clock = Clock(Pace(10.0, rate=1.0), self.theme)
        self.add(circuit, CircuitCurrents(circuit, run, self.theme).follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import (
    DL,
    DOWN,
    LEFT,
    RIGHT,
    UR,
    Rectangle,
    VGroup,
    VMobject,
)

from hhanim.look import Theme
from hhanim.look.numbers import STEPS, round_below
from hhanim.mobjects.circuit.circuit import DIM, WIRE, Circuit
from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import TICK, Words
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, filled, lines
from hhanim.model import Trajectory

_SHORTEST = 8.0 * UNIT  # an arrow of a current is no arrow below that
_FILLING = 0.5  # opacity of what fills a box


def _arrow(x: float, foot: float, length: float) -> Array:
    """An arrow from its foot upwards, or downwards where length is negative. A short one is smaller all over, so that
    it is seen to shrink to nothing.
    """
    tip = min(0.22, 0.8 * abs(length)) * (1.0 if length > 0 else -1.0)
    wide, end = 0.55 * abs(tip), foot + length
    return lines(
        [
            (x - 0.4 * wide, foot),
            (x - 0.4 * wide, end - tip),
            (x - wide, end - tip),
            (x, end),
            (x + wide, end - tip),
            (x + 0.4 * wide, end - tip),
            (x + 0.4 * wide, foot),
        ]
    )


class CircuitCurrents(Timed, VGroup):
    """The current through every branch of a circuit, as an arrow beside it: outward is up, length is its size; one too
    short to be seen as an arrow is not shown. The box of a conductance is filled as high as it is, of its largest value
    in the run. key() says so beside the picture. The source's own arrow, which has no length to tell, is lit while a
    current is injected.

    The capacitive current is what the others leave: together they are the stimulus, at every instant. `largest` (scene
    units) is the length of the largest current of the run. length(name) reads a current back from its arrow (µA/cm²),
    conductance(name) that share from its box.
    """

    def __init__(
        self, circuit: Circuit, run: Trajectory, theme: Theme, *, largest: float | None = None
    ) -> None:
        super().__init__()
        self.circuit, channels = circuit, circuit.membrane.channels
        ionic = {c.name: np.asarray(run.current(c.name)) for c in channels}
        injected = np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape)
        currents = {"I": injected, "C": injected - sum(ionic.values()), **ionic}
        self.values = {name: Sampled(run.t, i) for name, i in currents.items()}
        if largest is None:
            largest = min(1.5, 0.7 * (circuit.top - circuit.bottom))
        self.scale_ = largest / max(float(np.abs(i).max()) for i in currents.values())
        self.arrows = {name: filled(np.zeros((0, 3)), circuit.hue(name)) for name in circuit.names}
        self.boxes = {c.name: circuit.element(c.name).devices[0][0] for c in channels}
        self.open, self.levels = {}, {}
        for name in self.boxes:
            g = np.broadcast_to(np.asarray(run.conductance(name)), run.t.shape)
            self.open[name] = Sampled(run.t, g / max(float(g.max()), 1e-12))
            self.levels[name] = filled(np.zeros((0, 3)), circuit.hue(name)).set_fill(opacity=_FILLING)
        # Drawn with what moves: what stands still is painted once, as it was.
        self.source = circuit.element("I").devices[1]
        circuit.element("I").devices.remove(self.source)
        #: The largest current of the run (µA/cm²), the longest arrow.
        self.largest = largest / self.scale_
        self.add(*self.levels.values(), *self.arrows.values(), self.source)
        self.draw(float(run.t[0]))

    def at(self, name: str, t: float) -> float:
        """The current of a branch (µA/cm², outward positive; the stimulus inward) at time t (ms)."""
        return float(self.values[name](t))

    def draw(self, t: float) -> Self:
        """Draw the currents at time t (ms)."""
        for name, arrow in self.arrows.items():
            x = self.circuit.x[name] - self.circuit.element(name).reach - 0.16
            current = self.at(name, t) * (-1.0 if name == "I" else 1.0)  # the electrode pushes inwards, down
            length = current * self.scale_
            arrow.points = _arrow(x, self.circuit.middle - 0.5 * length, length)
            seen = min(max((abs(length) - _SHORTEST) / (0.5 * _SHORTEST), 0.0), 1.0)
            if arrow.get_fill_opacity() != seen:
                arrow.set_fill(opacity=seen)
        lit = 1.0 if self.at("I", t) != 0.0 else DIM
        if self.source.get_stroke_opacity() != lit:
            self.source.set_opacity(lit)
        for name, level in self.levels.items():
            (left, low, _), (right, high, _) = (self.boxes[name].get_corner(c) for c in (DL, UR))
            top = low + float(self.open[name](t)) * (high - low)
            level.points = lines([(left, low), (right, low), (right, top), (left, top), (left, low)])
        return self

    def key(self, area: Area) -> VGroup:
        """What the arrows and the boxes mean, in two lines at the left of an Area."""
        theme = self.circuit.theme
        value = round_below(0.5 / self.scale_, STEPS)
        size = value * self.scale_
        arrow = VMobject(fill_color=theme.muted, fill_opacity=1.0, stroke_width=0.0)
        arrow.points = _arrow(0.0, -0.5 * size, size)
        box = Rectangle(width=0.2, height=0.36, color=theme.muted, stroke_width=stroke(WIRE))
        filling = Rectangle(
            width=0.2, height=0.18, fill_color=theme.muted, fill_opacity=_FILLING, stroke_width=0
        )
        rows = VGroup()
        for glyph, words in (
            (arrow, f"current, outward: {value:g} µA/cm²"),
            (VGroup(box, filling.align_to(box, DOWN)), "conductance, full at its peak"),
        ):
            glyph.move_to((0.0, 0.0, 0.0))
            rows.add(
                VGroup(glyph, Words(words, size=TICK, color=theme.muted).next_to((0.15, 0, 0), RIGHT, 0.15))
            )
        rows[1].next_to(rows[0], DOWN, buff=0.16, coor_mask=np.array([0, 1, 0]))
        return rows.move_to(area.at(0.0, 0.5), aligned_edge=LEFT)

    def conductance(self, name: str) -> float:
        """The conductance of a channel as a share of its largest in the run, read back from its box."""
        points = self.levels[name].points
        return float(np.ptp(points[:, 1]) / self.boxes[name].height)

    def length(self, name: str) -> float:
        """The current (µA/cm²) that the arrow of a branch shows, read back from its points."""
        corners = self.arrows[name].points[::4]
        size = float(corners[3, 1] - corners[0, 1]) / self.scale_
        return -size if name == "I" else size

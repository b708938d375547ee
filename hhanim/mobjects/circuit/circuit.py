"""A membrane as its equivalent circuit: a capacitor, a battery and a conductance for every channel, and
the electrode; and the slice of membrane that each of them stands for.

    class Wires(Film):
        def construct(self):
            circuit = Circuit(self.membrane, self.theme, self.area)
            membrane = Slice(circuit)
            self.add(membrane, circuit.sides)
            for name in circuit.names:                      # "I", "C", "Na", "K", "L"
                self.play(membrane.becomes(name), run_time=2.0)
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
from manim import (
    DL,
    DOWN,
    LEFT,
    RIGHT,
    UR,
    Animation,
    AnimationGroup,
    Arrow,
    Circle,
    Create,
    Line,
    Rectangle,
    Transform,
    VGroup,
    VMobject,
)

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Area
from hhanim.mobjects.frame.lettering import LABEL, TICK, UNIT, Formula, Words
from hhanim.mobjects.frame.shapes import Array, at, capsule, disc, filled, lines, mix
from hhanim.mobjects.graph.trace import stroke
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.ions import cloud
from hhanim.mobjects.membrane.patch import Bilayer, title
from hhanim.model import Membrane, Trajectory

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Clock

__all__ = ["DIM", "Branch", "Circuit", "CircuitCurrents", "Slice"]

WIRE = 4.0  # design pixels
DIM = 0.28  # of its own opacity: a branch that is not meant at the moment

#: Ions of one kind drawn outside and inside, as the concentrations lie.
CONTENTS = {"Na": (8, 2), "K": (2, 8), "Ca": (5, 0), "Cl": (8, 2)}


class Branch(VGroup):
    """One branch of a circuit: `wires`, `devices` (what stands for a part of the membrane) and `labels`.

    reach: half its width without the labels (scene units).
    """

    def __init__(self, wires: VGroup, devices: VGroup, labels: VGroup, reach: float) -> None:
        super().__init__(wires, devices, labels)
        self.wires, self.devices, self.labels, self.reach = wires, devices, labels, reach
        self._styled = [m for m in self.get_family() if isinstance(m, VMobject) and len(m.points)]
        self._own = [(m.fill_rgbas[:, 3].copy(), m.stroke_rgbas[:, 3].copy()) for m in self._styled]

    def shine(self, share: float) -> Self:
        """Show it with that share of its own opacity: 1 lit, DIM when others are meant."""
        for mobject, (fill, line) in zip(self._styled, self._own, strict=True):
            for kind, own in (("fill_rgbas", fill), ("stroke_rgbas", line)):
                colors = getattr(mobject, kind).copy()
                colors[:, 3] = own * share
                setattr(mobject, kind, colors)
        return self


class Circuit(VGroup):
    """The equivalent circuit of a membrane in an Area; element("Na") is a Branch, with its labels.

    A channel with gates has a conductance that varies (an arrow across it); the battery's long plate is
    its positive side. names: the branches from left to right; x: where each stands.
    """

    def __init__(self, membrane: Membrane, theme: Theme, area: Area, *, size: float = LABEL) -> None:
        super().__init__()
        self.membrane, self.theme, self.area, self.size = membrane, theme, area, size
        self.names = ["I", "C", *(c.name for c in membrane.channels)]
        row = 1.3 * TICK * UNIT
        self.top, self.bottom = area.top - row, area.bottom + row
        self.middle = 0.5 * (self.top + self.bottom)
        self.pitch = area.width / len(self.names)
        self.x = {name: area.left + (k + 0.45) * self.pitch for k, name in enumerate(self.names)}
        #: Half the width of the widest symbol: the labels stand at its right.
        self.half = min(0.34, 0.2 * self.pitch)
        left, right = min(self.x.values()), max(self.x.values())
        self.wires = VGroup(
            *(
                Line([left, y, 0], [right, y, 0], color=theme.ink, stroke_width=stroke(WIRE))
                for y in (self.top, self.bottom)
            )
        )
        self.sides = VGroup(
            *(
                Words(side, size=TICK, color=theme.muted).move_to([left, y, 0], aligned_edge=LEFT)
                for side, y in (
                    ("outside", self.top + 0.55 * row),
                    ("inside the cell", self.bottom - 0.55 * row),
                )
            )
        )
        self.voltage = self._voltage(area.left + 0.3 * (left - self.half - area.left))
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

    def _voltage(self, x: float) -> VGroup:
        """The voltage that the branches share: measured from the outside to the inside."""
        color, high = self.theme.ink, self.top - self.bottom
        # Above the middle, where the arrow of the electrode's current is.
        name = Formula("V", size=self.size, color=color).move_to([x, self.middle + 0.22 * high, 0])
        sides = VGroup()
        for end, sign, edge in (
            (self.top - 0.27, "−", name.get_top()),
            (self.bottom + 0.27, "+", name.get_bottom()),
        ):
            way = 1.0 if end > edge[1] else -1.0
            line = Line([x, edge[1] + 0.15 * way, 0], [x, end - 0.23 * way, 0])
            sides.add(line.set_stroke(self.theme.muted, stroke(0.6 * WIRE)))
            sides.add(Words(sign, size=self.size, color=color).move_to([x, end, 0]))
        return VGroup(name, sides)

    def _wire(self, x: float, *spans: tuple[float, float], color: Any) -> VGroup:
        return VGroup(*(Line([x, a, 0], [x, b, 0], color=color, stroke_width=stroke(WIRE)) for a, b in spans))

    def _capacitor(self) -> Branch:
        x, y, color, half, gap = self.x["C"], self.middle, self.hue("C"), self.half, 0.11
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
        wires = self._wire(x, (self.top, y + gap), (y - gap, self.bottom), color=color)
        # The current's arrow stands clear of the plates.
        return Branch(wires, plates, VGroup(label), half + 0.14)

    def _electrode(self) -> Branch:
        x, y, color, r = self.x["I"], self.middle, self.hue("I"), self.half
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
        wires = self._wire(x, (self.top, y + r), (y - r, self.bottom), color=color)
        return Branch(wires, VGroup(ring, arrow), VGroup(label), r)

    def _channel(self, name: str) -> Branch:
        """devices: the conductance (a box, and an arrow across it if it varies) and the battery's plates,
        the upper one first.
        """
        channel, color, x = self.membrane.channel(name), self.hue(name), self.x[name]
        height, half = self.top - self.bottom, self.half
        g, e = self.top - 0.33 * height, self.bottom + 0.25 * height
        tall, wide = min(0.29 * height, 1.0), 0.95 * half
        conductance = VGroup(
            Rectangle(width=wide, height=tall, color=color, stroke_width=stroke(1.2 * WIRE)).move_to(
                [x, g, 0]
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
        positive = -1 if float(np.max(channel.e)) > self.membrane.baseline + 65.0 else 1
        battery = VGroup()
        for side in (1, -1):
            reach = half if side == positive else 0.53 * half
            battery.add(Line([x - reach, e + side * gap, 0], [x + reach, e + side * gap, 0]))
        battery.set_stroke(color, width=stroke(1.4 * WIRE))
        labels = VGroup(
            Formula(f'g_"{name}"', size=self.size, color=color).next_to(
                [x + (1.1 * half if channel.gates else 0.5 * wide), g, 0], RIGHT, buff=0.1
            ),
            Formula(f'E_"{name}"', size=self.size, color=color).next_to([x + half, e, 0], RIGHT, buff=0.14),
        )
        spans = ((self.top, g + 0.5 * tall), (g - 0.5 * tall, e + gap), (e - gap, self.bottom))
        return Branch(self._wire(x, *spans, color=color), VGroup(conductance, battery), labels, 1.1 * half)


class Slice(VGroup):
    """The membrane that a circuit stands for, every part of it where its element will be.

    becomes(name) is the animation in which a part turns into its element: the leaflets beside the electrode
    and the charge on them into the capacitor's plates, a channel's wall into the conductance and its gates
    into the arrow across it, the ions on its two sides into the plates of its battery, the pipette into the
    source.
    """

    def __init__(self, circuit: Circuit) -> None:
        super().__init__()
        self.circuit = circuit
        membrane, theme, area = circuit.membrane, circuit.theme, circuit.area
        height = min(0.4 * (circuit.top - circuit.bottom), 0.95 * circuit.pitch)
        middle, rest = circuit.middle, membrane.rest()
        gates = {name: float(x) for name, x in membrane.gate_values(rest).items()}
        self.views = {
            c.name: ChannelView(membrane, c.name, theme, height=height)
            .shift([circuit.x[c.name], middle, 0.0])
            .set_gates(gates)
            for c in membrane.channels
        }
        gaps = [(circuit.x[n] - v.half_width, circuit.x[n] + v.half_width) for n, v in self.views.items()]
        thickness = 0.66 * height
        self.lipids = Bilayer(area.left, area.right, theme, thickness=thickness, gaps=gaps)
        self.lipids.shift([0.0, middle, 0.0])
        edges = [area.left, *(x for gap in gaps for x in gap), area.right]
        size = 0.045 * height
        places = np.concatenate(
            [
                np.arange(a + 2 * size, b - size, 4.2 * size)
                for a, b in zip(edges[::2], edges[1::2], strict=True)
            ]
        )
        places = places[np.abs(places - circuit.x["I"]) > 0.2]
        self.charge = SurfaceCharge(
            places, 0.5 * thickness + 2.0 * size, theme, size=size, width=0.9 + 1.4 * height
        )
        self.charge.move_centre(0.0, middle).show(float(absolute(membrane, rest[0])))
        self.radius = 0.05 * height
        self.ions: dict[str, tuple[VMobject, VMobject]] = {}
        self.names: dict[str, Words] = {}
        row = 1.4 * TICK * UNIT
        for name, view in self.views.items():
            x, color = circuit.x[name], mix(view.hue, theme.ground, 0.2)
            counts = CONTENTS.get(view.channel.ion or "", (0, 0))
            free = (
                (middle + 0.56 * height, circuit.top - 1.4 * row - self.radius),
                (circuit.bottom + 2.0 * self.radius, middle - 0.56 * height),
            )
            swept = view.sweep()
            sides = []
            for count, (low, high) in zip(counts, free, strict=True):
                reach = 0.46 * circuit.pitch
                found = cloud(
                    count, x - reach, x + reach, low, high, apart=3.2 * self.radius, taken=list(swept), seed=5
                )
                sides.append(filled(at(disc(), found, self.radius), color, stroke=theme.ground, width=1.5))
            self.ions[name] = (sides[0], sides[1])
            word = Words(title(view.channel), size=TICK, color=view.hue, weight="semibold")
            self.names[name] = word.move_to([x, circuit.top - 0.8 * row, 0])
        x, tip = circuit.x["I"], middle - 0.5 * height
        # In the order of a circle's points from its right end on, anticlockwise: so it rounds itself off.
        outline = [(x + 0.04, tip), (x + 0.15, circuit.top), (x - 0.15, circuit.top), (x - 0.04, tip)]
        self.pipette = filled(
            lines([*outline, outline[0]]),
            mix(theme.ground, circuit.hue("I"), 0.25),
            stroke=circuit.hue("I"),
            width=3.0,
        )
        self.add(self.lipids, self.charge)
        for name, view in self.views.items():
            self.add(view, *self.ions[name], self.names[name])
        self.add(self.pipette)

    def becomes(self, name: str) -> Animation:
        """The animation that turns the part into the circuit's element of that name."""
        branch = self.circuit.element(name)
        parts = {"C": self._plates, "I": self._source}
        moving, vanishing = parts[name](branch) if name in parts else self._conductance(name, branch)
        arrive = [Create(branch.wires), Appear(branch.labels)]
        gone = [m.mobject for m in moving]
        self.remove(*gone, *vanishing)
        first = AnimationGroup(*moving, *(Vanish(m, between=(0.0, 0.5)) for m in vanishing), run_time=1.5)
        # The devices come as what takes their shape arrives, and goes.
        second = AnimationGroup(Appear(branch.devices), *(Vanish(m) for m in gone), *arrive, run_time=0.9)
        return AnimationGroup(first, second, lag_ratio=0.65)

    def _plates(self, branch: Branch) -> tuple[list[Animation], list[VMobject]]:
        # Those between the electrode and the first channel come together; farther ones would have to slide across
        # the channels, so they only go.
        left = self.circuit.x["I"] + 0.2
        walls = [self.circuit.x[n] - v.half_width for n, v in self.views.items()]
        right = min(walls, default=self.circuit.area.right)
        moving: list[Animation] = []
        parts = ((self.lipids, self.lipids.heads, 16, 0.0), (self.charge, self.charge.plus, 8, 0.16),
                 (self.charge, self.charge.minus, 4, 0.16))  # fmt: skip
        for whole, mobject, per, off in parts:
            glyphs = mobject.points.reshape(-1, per, 3)
            middle = 0.5 * (glyphs.min(axis=1) + glyphs.max(axis=1))
            here = (middle[:, 0] > left) & (middle[:, 0] < right)
            near = mobject.copy()
            near.points, mobject.points = glyphs[here].reshape(-1, 3), glyphs[~here].reshape(-1, 3)
            whole.add(near)
            glyphs, middle = glyphs[here], middle[here]
            upper = middle[:, 1] > self.circuit.middle
            centre = np.empty_like(middle)
            for plate, side, sign in zip(branch.devices, (upper, ~upper), (1.0, -1.0), strict=True):
                share = (middle[side, 0] - left) / (right - left)
                centre[side] = plate.get_start() + share[:, None] * (plate.get_end() - plate.get_start())
                centre[side, 1] += sign * off
            moving.append(_carry(near, glyphs, middle, centre, 0.5 if off == 0.0 else 0.7))
        return moving, [self.lipids.tails, *(mobject for _, mobject, _, _ in parts)]

    def _source(self, branch: Branch) -> tuple[list[Animation], list[VMobject]]:
        return [Transform(self.pipette, branch.devices[0].copy())], []

    def _conductance(self, name: str, branch: Branch) -> tuple[list[Animation], list[VMobject]]:
        view, (conductance, battery) = self.views[name], branch.devices
        box = conductance[0]
        # The two halves of the protein flatten into the two long sides of the box.
        walls = view.lobes.copy().set_fill(opacity=0.0).set_stroke(width=box.stroke_width)
        points = view.lobes.points.copy()
        share = (points[:, 1] - points[:, 1].min()) / np.ptp(points[:, 1])
        points[:, 1] = box.get_bottom()[1] + share * box.height
        points[:, 0] = np.where(points[:, 0] < view.origin[0], box.get_left()[0], box.get_right()[0])
        walls.points = points
        moving: list[Animation] = [Transform(view.lobes, walls)]
        flaps = [m for m in view.gates if len(m.points)]  # a gate that is no ball: its flaps, 24 points each
        for bars in flaps:
            glyphs = bars.points.reshape(-1, 24, 3)
            start, end = conductance[1].get_start(), conductance[1].get_end()
            way = (end - start) / len(glyphs)
            turn = np.array([[way[0], way[1]], [-way[1], way[0]]]) / np.hypot(*way[:2])
            bar = capsule(float(np.hypot(*way[:2])), 0.5 * WIRE * UNIT)
            target = bars.copy()
            target.points = np.concatenate(
                [
                    np.column_stack([bar[:, :2] @ turn, np.zeros(24)]) + start + k * way
                    for k in range(len(glyphs))
                ]
            )
            target.set_color(view.hue)
            moving.append(Transform(bars, target))
        for ions, plate in zip(self.ions[name], battery, strict=True):
            glyphs = ions.points.reshape(-1, 16, 3)
            if len(glyphs):
                middle = 0.5 * (glyphs.min(axis=1) + glyphs.max(axis=1))
                order = np.argsort(np.argsort(middle[:, 0]))
                share = (order + 0.5) / len(order)
                centre = plate.get_start() + share[:, None] * (plate.get_end() - plate.get_start())
                moving.append(_carry(ions, glyphs, middle, centre, 0.7))
        rest = [m for m in view.get_family() if isinstance(m, VMobject) and len(m.points)]
        rest = [m for m in rest if m is not view.lobes and m not in flaps]
        return moving, [*rest, self.names[name]]


def _carry(mobject: VMobject, glyphs: Array, middle: Array, centre: Array, scale: float) -> Animation:
    """Every glyph (K, P, 3) of a mobject goes from its middle to a centre, (K, 3) each, and changes its size."""
    target = mobject.copy()
    target.points = ((glyphs - middle[:, None]) * scale + centre[:, None]).reshape(-1, 3)
    return Transform(mobject, target)


_SHORTEST = 8.0 * UNIT  # an arrow of a current is no arrow below that
_FILLING = 0.5  # opacity of what fills a box


def _arrow(x: float, foot: float, length: float) -> Array:
    """An arrow from its foot upwards, or downwards where length is negative. A short one is smaller all over, so
    that it is seen to shrink to nothing.
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


class CircuitCurrents(VGroup):
    """The current through every branch of a circuit, as an arrow beside it: outward is up, length is its
    size; one too short to be seen as an arrow is not shown. The box of a conductance is filled as high as it is, of
    its largest value in the run. key() says so beside the picture.
    The source's own arrow, which has no length to tell, is lit while a current is injected.

    The capacitive current is what the others leave: together they are the stimulus, at every instant.
    `largest` (scene units) is the length of the largest current of the run. length(name) reads a current
    back from its arrow (µA/cm²), conductance(name) that share from its box.
    """

    def __init__(
        self, circuit: Circuit, run: Trajectory, theme: Theme, *, largest: float | None = None
    ) -> None:
        super().__init__()
        self.circuit, self.t = circuit, run.t.tolist()
        ionic = {c.name: np.asarray(run.current(c.name)) for c in circuit.membrane.channels}
        injected = np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape)
        self.values = {"I": injected, "C": injected - sum(ionic.values()), **ionic}
        if largest is None:
            largest = min(1.5, 0.7 * (circuit.top - circuit.bottom))
        self.scale_ = largest / max(float(np.abs(v).max()) for v in self.values.values())
        self.arrows = {name: filled(np.zeros((0, 3)), circuit.hue(name)) for name in circuit.names}
        self.boxes = {c.name: circuit.element(c.name).devices[0][0] for c in circuit.membrane.channels}
        self.open = {
            name: np.broadcast_to(np.asarray(run.conductance(name)), run.t.shape) for name in self.boxes
        }
        self.open = {name: g / max(float(g.max()), 1e-12) for name, g in self.open.items()}
        self.levels = {name: filled(np.zeros((0, 3)), circuit.hue(name)) for name in self.boxes}
        for level in self.levels.values():
            level.set_fill(opacity=_FILLING)
        # Drawn with what moves: what stands still is painted once, as it was.
        self.source = circuit.element("I").devices[1]
        circuit.element("I").devices.remove(self.source)
        #: The largest current of the run (µA/cm²), the longest arrow.
        self.largest = largest / self.scale_
        self.add(*self.levels.values(), *self.arrows.values(), self.source)
        self.show(self.t[0])

    def at(self, name: str, t: float) -> float:
        """The current of a branch (µA/cm², outward positive; the stimulus inward) at time t (ms)."""
        return self._between(self.values[name], t)

    def _between(self, v: Array, t: float) -> float:
        k = min(max(bisect_right(self.t, t) - 1, 0), len(self.t) - 2)
        u = (t - self.t[k]) / (self.t[k + 1] - self.t[k])
        return float(v[k] + (v[k + 1] - v[k]) * min(u, 1.0))

    def show(self, t: float) -> Self:
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
            (left, low, _), (right, high, _) = (
                self.boxes[name].get_corner(DL),
                self.boxes[name].get_corner(UR),
            )
            top = low + self._between(self.open[name], t) * (high - low)
            level.points = lines([(left, low), (right, low), (right, top), (left, top), (left, low)])
        return self

    def key(self, area: Area) -> VGroup:
        """What the arrows and the boxes mean, in two lines at the left of an Area."""
        theme = self.circuit.theme
        value = max(k * 10.0**e for e in range(-3, 6) for k in (1, 2, 5) if k * 10.0**e * self.scale_ < 0.5)
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
            glyph.move_to([0.0, 0.0, 0.0])
            rows.add(
                VGroup(glyph, Words(words, size=TICK, color=theme.muted).next_to([0.15, 0, 0], RIGHT, 0.15))
            )
        rows[1].next_to(rows[0], DOWN, buff=0.16, coor_mask=[0, 1, 0])
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

    def follow(self, clock: Clock) -> Self:
        """Draw the currents at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

"""The slice of membrane that a circuit stands for, and how every part of it becomes an element.

class Becoming(Film):
    def construct(self):
        clock, circuit = Clock(Pace(1.0), self.theme), Circuit(self.membrane, self.theme, self.area)
        membrane = Slice(circuit)
        self.add(clock, membrane.follow(clock), circuit.sides)
        for name in circuit.names:                      # "I", "C", "Na", "K", "L"
            self.play(membrane.becomes(name), run_time=2.0)
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    Create,
    Transform,
    UpdateFromAlphaFunc,
    VGroup,
    VMobject,
)

from hhanim.look import Theme
from hhanim.look.words import channel_name
from hhanim.mobjects.circuit.circuit import WIRE, Branch, Circuit
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.layout import UNIT
from hhanim.mobjects.frame.lettering import TICK, Words, corners
from hhanim.mobjects.frame.shapes import Array, capsule, filled, lines, mix
from hhanim.mobjects.membrane.bilayer import Bilayer
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.ions import RestingIons, cloud

#: Ions of one kind drawn outside and inside, as the concentrations lie.
CONTENTS = {"Na": (8, 2), "K": (2, 8), "Ca": (5, 0), "Cl": (8, 2)}


class Slice(VGroup):
    """The membrane that a circuit stands for, every part of it where its element will be.

    becomes(name) is the animation in which a part turns into its element: the leaflets beside the electrode and the
    charge on them into the capacitor's plates, a channel's wall into the conductance and its gates into the arrow
    across it, the ions on its two sides into the plates of its battery. In place of the pipette comes the source.

    `water` is the ions of both solutions along the circuit's wires, which they become.
    """

    def __init__(self, circuit: Circuit) -> None:
        super().__init__()
        self.circuit = circuit
        membrane, theme, area = circuit.membrane, circuit.theme, circuit.area
        height = min(0.46 * (circuit.top - circuit.bottom), 0.95 * circuit.pitch)
        middle, rest = circuit.middle, membrane.rest()
        gates = {name: float(x) for name, x in membrane.gate_values(rest).items()}
        self.views = {
            c.name: ChannelView(membrane, c.name, theme, height=height)
            .shift((circuit.x[c.name], middle, 0.0))
            .set_gates(gates)
            for c in membrane.channels
        }
        gaps = [(circuit.x[n] - v.half_width, circuit.x[n] + v.half_width) for n, v in self.views.items()]
        thickness = 0.66 * height
        left = area.left + 0.3  # V's arrow stands before it
        self.lipids = Bilayer(left, area.right, theme, thickness=thickness, gaps=gaps)
        self.lipids.shift((0.0, middle, 0.0))
        edges = [left, *(x for gap in gaps for x in gap), area.right]
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
        self.charge.move_centre(0.0, middle).draw(float(absolute(membrane, rest[0])))
        self.radius = 0.05 * height
        self.ions: dict[str, tuple[RestingIons, RestingIons]] = {}
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
                sides.append(RestingIons(found, color, radius=self.radius, swing=0.7 * self.radius))
            self.ions[name] = (sides[0], sides[1])
            word = Words(channel_name(view.channel), size=TICK, color=view.hue, weight="semibold")
            self.names[name] = word.move_to((x, circuit.top - 0.8 * row, 0))
        self.pipette = _pipette(circuit.x["I"], circuit.top - 0.12, middle - 0.5 * height, theme)
        word = Words("electrode", size=TICK, color=theme.color("stimulus"), weight="semibold")
        self.names["I"] = word.move_to((circuit.x["I"] + 0.2, circuit.top - 0.8 * row, 0), aligned_edge=LEFT)
        self.add(self.lipids, self.charge)
        for name, view in self.views.items():
            self.add(view, *self.ions[name], self.names[name])
        self.add(self.pipette, self.names["I"])
        written = [*self.names.values(), circuit.voltage[1]]
        self.water = Solutions(circuit, taken=[p for name in written for p in corners(name)])

    def follow(self, clock: Clock) -> Self:
        """Let heat move the ions."""

        self.water.follow(clock)
        waiting = self.ions  # what has become a battery is out of it
        self.add_updater(
            lambda _: [side.draw(clock.seconds) for sides in waiting.values() for side in sides] and None
        )
        return self

    def becomes(self, name: str) -> Animation:
        """The animation that turns the part into the circuit's element of that name."""
        branch = self.circuit.element(name)
        parts = {"C": self._plates, "I": self._source}
        moving, vanishing = parts[name](branch) if name in parts else self._conductance(name, branch)
        arrive = [Create(branch.wires), Appear(branch.labels)]
        gone: list[Any] = [m.mobject for m in moving]
        for part in self.get_family():
            part.remove(*gone, *vanishing)
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
        return [], [self.pipette, self.names["I"]]

    def _conductance(self, name: str, branch: Branch) -> tuple[list[Animation], list[VMobject]]:
        view, (conductance, battery) = self.views[name], branch.devices
        box = conductance[0]
        # The two halves of the protein flatten into the two long sides of the box.
        walls = view.lobes.copy().set_fill(opacity=0.0).set_stroke(width=box.get_stroke_width())
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
        for ions, plate in zip(self.ions.pop(name), battery, strict=True):
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


def _pipette(x: float, top: float, tip: float, theme: Theme) -> VMobject:
    """A glass electrode whose tip is in the cell."""
    outline = [(x + 0.03, tip), (x + 0.13, top), (x - 0.13, top), (x - 0.03, tip), (x + 0.03, tip)]
    hue = theme.color("stimulus")
    return filled(lines(outline), mix(theme.ground, hue, 0.25), stroke=hue, width=3.0)


class Solutions(VGroup):
    """The ions of the two solutions along a circuit's wires: outside mostly sodium, inside mostly potassium.

    taken: places (K, 2) that they keep clear of. gathers() draws them up on the wires, which they then are.
    """

    def __init__(self, circuit: Circuit, radius: float = 0.05, taken: Any = ()) -> None:
        super().__init__()
        self._ions = list[RestingIons]()
        theme, deep, end = circuit.theme, 4.0 * radius, max(circuit.x.values())
        bands = ((circuit.top - deep, circuit.top), (circuit.bottom, circuit.bottom + deep))
        taken = [
            *taken,
            *((x, y) for x in circuit.x.values() for band in bands for y in np.linspace(*band, 5)),
        ]
        many = round(1.6 * circuit.area.width)
        for seed, (ion, sides) in enumerate({"Na": (many, 3), "K": (3, many)}.items()):
            found = []
            for count, band in zip(sides, bands, strict=True):
                ends = circuit.area.left + 0.5, end
                places = cloud(count, *ends, *band, apart=3.4 * radius, taken=taken, seed=seed)
                taken += [tuple(place) for place in places]
                found.append(places)
            color = mix(theme.color(ion), theme.ground, 0.45)
            self._ions.append(RestingIons(np.concatenate(found), color, radius=radius, swing=radius))
        self.add(*self._ions)
        self._wires, self._middle = (circuit.top, circuit.bottom), circuit.middle

    def gathers(self) -> list[Animation]:
        """The animations in which they go onto the wires, and into them."""
        start = [ions.places for ions in self._ions]
        stop = [np.column_stack([p[:, 0], np.where(p[:, 1] > self._middle, *self._wires)]) for p in start]

        def go(_: Any, share: float) -> None:
            for ions, here, there in zip(self._ions, start, stop, strict=True):
                ions.places = here + min(1.5 * share, 1.0) * (there - here)

        # On the wire they would be joints of it.
        return [
            UpdateFromAlphaFunc(self, go, suspend_mobject_updating=False),
            Vanish(self, between=(0.4, 0.8)),
        ]

    def follow(self, clock: Clock) -> Self:
        """Let heat move them."""
        return self.add_updater(lambda _: [ions.draw(clock.seconds) for ions in self] and None)

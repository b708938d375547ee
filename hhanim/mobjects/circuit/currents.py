"""The currents of a run as arrows beside what carries them, in a circuit or in a membrane, and their sums.

class Flows(Film):
    def construct(self):
        upper, lower = self.area.rows(4, 1)
        circuit = Circuit(self.membrane, self.theme, upper)
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 20.0)
        clock = Clock(Pace(20.0, rate=2.0), self.theme)
        arrows = CurrentArrows(places_along(circuit), run, self.theme, 400.0).follow(clock)
        sums = CurrentSums(arrows, lower).follow(clock)
        self.add(circuit, Elements(circuit, run).follow(clock), arrows, sums)
        self.play(clock.run())
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from manim import DL, LEFT, RIGHT, UR, Animation, UpdateFromAlphaFunc, VGroup

from hhanim.look import Theme, quantities
from hhanim.look.numbers import STEPS, round_above, round_below
from hhanim.look.section import inactivates
from hhanim.mobjects.circuit.circuit import DIM, Circuit
from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, filled, lines
from hhanim.mobjects.frame.standard import CURRENT_PER_UNIT
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Trajectory

SHORTEST = 8.0 * UNIT  # an arrow of a current is no arrow below that
_FILLING = 0.5  # opacity of what fills a box


def arrow(x: float, foot: float, length: float) -> Array:
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


def per_unit(run: Trajectory, room: float) -> float:
    """The current (µA/cm²) that a scene unit stands for: that of all films, or a round one where the run's largest
    current would be longer than `room`.
    """
    largest = max(abs(run.extreme(name, "size").value) for name in ("I_ion", *_names(run)))
    return CURRENT_PER_UNIT if largest <= room * CURRENT_PER_UNIT else round_above(largest / room)


def _names(run: Trajectory) -> list[str]:
    return [f"I_{c.name}" for c in run.membrane.channels]


def places_in(patch: MembranePatch) -> dict[str, tuple[float, float]]:
    """Where the arrows of CurrentArrows stand in a patch of membrane: left of what carries them, right of it where an
    inactivation ball may hang on its left, and on the lipids before the first channel, well clear of its arrow.
    """
    middle, side, places = patch.middle, -1.0, {}
    for v in patch.views:
        places[v.channel.name] = (float(v.origin[0]) + side * (v.half_width + 0.2), middle)
        if any(inactivates(patch.run.membrane, gate.name) for gate in v.channel.gates):
            side = 1.0
    left, first = patch.area.left, min(x for x, _ in places.values())
    if (pipette := patch.electrode) is not None:
        places["I"] = (float(pipette.get_left()[0]) - 0.1, middle)
        left = float(pipette.get_x()) + 1.3 * pipette.half_width(middle)
    return {"C": (left + 0.4 * (first - left), middle), **places}


def places_along(circuit: Circuit) -> dict[str, tuple[float, float]]:
    """Where they stand in a circuit: left of what carries them, that of the source right, where V's arrow is not."""
    aside = {n: -0.15 - circuit.element(n).reach for n in circuit.names}
    aside["I"] = 0.2 + circuit.element("I").reach  # clear of its ring
    return {n: (circuit.x[n] + away, circuit.middle) for n, away in aside.items()}


class CurrentArrows(Timed, VGroup):
    """A current density at each of some places, as an arrow: outward is up, and its length is the current.

    places: the middle (x, y) of the arrow of "C", "I" (the electrode) and every channel. scale: µA/cm² that a scene
    unit stands for, the same in all that are seen together. One too short to be seen as an arrow is not shown.
    rim: of ground, so that they stand out from lipids that they lie on.

    The capacitive current is what the others leave: together they are the stimulus, at every instant. length(name)
    reads a current back from its arrow (µA/cm²).
    """

    def __init__(
        self,
        places: Mapping[str, tuple[float, float]],
        run: Trajectory,
        theme: Theme,
        scale: float,
        *,
        rim: bool = False,
    ) -> None:
        super().__init__()
        self.places, self.theme, self.scale_, known = places, theme, scale, quantities(run.membrane)
        ionic = {c.name: np.asarray(run.current(c.name)) for c in run.membrane.channels}
        injected = np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape)
        currents = {"I": injected, "C": injected - run.ionic_current, **ionic}
        colors: dict[str, Any] = {"I": known["I"], "C": "ink"}
        self.hues = {name: theme.color(colors.get(name) or known[f"I_{name}"]) for name in places}
        self.values = {name: Sampled(run.t, currents[name]) for name in places}
        self.shapes = {name: filled(np.zeros((0, 3)), self.hues[name]) for name in places}
        for shape in self.shapes.values() if rim else ():
            shape.set_stroke(theme.ground, width=stroke(8.0), background=True)
        self._seen = dict.fromkeys(places, 1.0)
        self.add(*self.shapes.values())
        self.draw(float(run.t[0]))

    def at(self, name: str, t: float) -> float:
        """A current (µA/cm², outward positive; that of the electrode inward) at time t (ms)."""
        return float(self.values[name](t))

    def outward(self, name: str, t: float) -> float:
        """The same, outward positive for all."""
        return -self.at(name, t) if name == "I" else self.at(name, t)

    def draw(self, t: float) -> Self:
        """Draw the currents at time t (ms)."""
        for name, shape in self.shapes.items():
            x, y = self.places[name]
            length = self.outward(name, t) / self.scale_
            shape.points = arrow(x, y - 0.5 * length, length)
            seen = min(max((abs(length) - SHORTEST) / (0.5 * SHORTEST), 0.0), 1.0)
            if seen != self._seen[name]:  # nor is anything that fades it undone
                self._seen[name] = seen
                shape.set_fill(opacity=seen).set_stroke(opacity=seen, background=True)
        return self

    def to_scale(self, scale: float) -> Animation:
        """The animation in which they all come to another scale (µA/cm² to a scene unit)."""
        first = self.scale_

        def change(_: Any, done: float) -> None:
            self.scale_ = first * (scale / first) ** done

        return UpdateFromAlphaFunc(self, change, suspend_mobject_updating=False)

    def length(self, name: str) -> float:
        """The current (µA/cm²) that an arrow shows, read back from its points."""
        corners = self.shapes[name].points[::4]
        size = float(corners[3, 1] - corners[0, 1]) * self.scale_
        return -size if name == "I" else size


class Elements(Timed, VGroup):
    """What changes in the elements of a circuit. The boxes of the conductances are filled as high as these are, all on
    one scale: a full one has `full` (mS/cm²), the largest of the run. The source's arrow is lit while a current is
    injected.

    conductance(name) reads one back from its box (mS/cm²).
    """

    def __init__(self, circuit: Circuit, run: Trajectory) -> None:
        super().__init__()
        self.circuit, channels = circuit, circuit.membrane.channels
        self.boxes = {c.name: circuit.element(c.name).devices[0][0] for c in channels}
        self.injected = Sampled(run.t, np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape))
        self.g, self.levels = {}, {}
        for name in self.boxes:
            g = np.broadcast_to(np.asarray(run.conductance(name)), run.t.shape)
            self.g[name] = Sampled(run.t, g)
            self.levels[name] = filled(np.zeros((0, 3)), circuit.hue(name)).set_fill(opacity=_FILLING)
        self.full = max([1e-12, *(float(g.values.max()) for g in self.g.values())])
        # Drawn with what moves: what stands still is painted once, as it was.
        self.source = circuit.element("I").devices[1]
        circuit.element("I").devices.remove(self.source)
        self._lit = 1.0
        self.add(*self.levels.values(), self.source)
        self.draw(float(run.t[0]))

    def draw(self, t: float) -> Self:
        """Draw the conductances and the source at time t (ms)."""
        lit = 1.0 if float(self.injected(t)) != 0.0 else DIM
        if lit != self._lit:  # nor is anything that fades it undone
            self._lit = lit
            self.source.set_opacity(lit)
        for name, level in self.levels.items():
            (left, low, _), (right, high, _) = (self.boxes[name].get_corner(c) for c in (DL, UR))
            top = low + float(self.g[name](t)) / self.full * (high - low)
            level.points = lines([(left, low), (right, low), (right, top), (left, top), (left, low)])
        return self

    def conductance(self, name: str) -> float:
        """The conductance of a channel (mS/cm²), read back from its box."""
        points = self.levels[name].points
        return float(np.ptp(points[:, 1]) / self.boxes[name].height) * self.full


class CurrentSums(Timed, VGroup):
    """All that flows out and all that flows in, at every instant of one length, as Kirchhoff's current law has it: the
    arrows laid end to end as two bars, on their own scale. totals() reads them back (µA/cm²).
    """

    def __init__(self, arrows: CurrentArrows, area: Area) -> None:
        super().__init__()
        theme, self.arrows = arrows.theme, arrows
        rows = area.rows(1.0, 1.0, gap=0.04)
        names = [Words(word, size=SMALL, color=theme.muted) for word in ("out", "in")]
        self._left = area.left + max(name.width for name in names) + 0.16
        self._rows, self._half = [float(row.center[1]) for row in rows], 0.3 * min(rows[0].height, 0.42)
        self._bars = [
            {name: filled(np.zeros((0, 3)), hue) for name, hue in arrows.hues.items()} for _ in rows
        ]
        for name, y, bars in zip(names, self._rows, self._bars, strict=True):
            self.add(name.move_to((area.left, y, 0.0), aligned_edge=LEFT), *bars.values())
        self.draw(0.0)

    def draw(self, t: float) -> Self:
        """The currents at the model's time t (ms)."""
        for sign, y, bars in zip((1.0, -1.0), self._rows, self._bars, strict=True):
            end = self._left
            for name, bar in bars.items():
                length = max(sign * self.arrows.outward(name, t), 0.0) / self.arrows.scale_
                low, high = y - self._half, y + self._half
                corners = [(end, low), (end + length, low), (end + length, high), (end, high), (end, low)]
                bar.points = lines(corners) if length > 0.0 else np.zeros((0, 3))
                end += length
        return self

    def totals(self) -> tuple[float, float]:
        """What flows out and what flows in, read back from the bars."""
        ends = [
            max(
                (float(bar.points[:, 0].max()) for bar in bars.values() if len(bar.points)),
                default=self._left,
            )
            for bars in self._bars
        ]
        out, into = ((end - self._left) * self.arrows.scale_ for end in ends)
        return out, into


class ScaleBar(Timed, VGroup):
    """A round current on the scale of some arrows, at every instant, and its size. As the scale changes, so does its
    length, and another round current takes its place before it is short or long.

    right, y: how far it may reach, and its height. scales: between which the arrows' own changes (µA/cm² to a scene
    unit); by default it does not.
    """

    _LONGEST = 0.8  # scene units

    def __init__(self, arrows: CurrentArrows, right: float, y: float, scales: Sequence[float] = ()) -> None:
        super().__init__()
        self.arrows, muted, self._left, self._y = arrows, arrows.theme.muted, right - self._LONGEST, y
        low, high = (self._value(end([arrows.scale_, *scales])) for end in (min, max))
        powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
        values = [first * 10.0**power for power in powers for first in STEPS]
        values = [value for value in values if 0.99 * low < value < 1.01 * high]
        self.sizes = {value: Words(f"{value:g} µA/cm²", size=SMALL, color=muted) for value in values}
        for words in self.sizes.values():
            words.move_to((self._left - 0.12, y, 0.0), aligned_edge=RIGHT)
        self.bar, self._drawn = filled(np.zeros((0, 3)), muted), 0.0
        self.add(self.bar, *self.sizes.values())
        self.draw(0.0)

    def _value(self, scale: float) -> float:
        return round_below(self._LONGEST * scale, STEPS)

    def draw(self, t: float) -> Self:
        """What the scale of the arrows is now, whatever the model's time t (ms)."""
        if (scale := self.arrows.scale_) != self._drawn:  # nor is anything that fades it undone
            self._drawn, said = scale, min(self.sizes, key=lambda value: abs(value - self._value(scale)))
            low, high, end = self._y, self._y + 0.05, self._left + said / scale
            self.bar.points = lines(
                [(self._left, low), (end, low), (end, high), (self._left, high), (self._left, low)]
            )
            for value, words in self.sizes.items():
                words.set_opacity(float(value == said))
        return self

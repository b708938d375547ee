"""A giant axon in sea water with a wire along its axis: V is the voltage of the wire against the water.

class Prepared(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
        self.timed(Pace(26.0, rate=4.0))
        axon = GiantAxon(self.theme, self.grid["left"])
        chamber = Chamber(axon, self.grid["left"], run, clock=self.clock)
        axon.place(*chamber.seat).tie()
        yield Beat("water", "In sea water", "The axon lies in sea water.", show=[chamber, axon])
        yield Beat("wire", "A wire", "A wire is pushed in.", show=[chamber, axon, chamber.wire], do=[chamber.insert()])
        yield Beat("v", "V", "V is measured.", show=[chamber, axon, chamber.wire, chamber.meter()], until=26.0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, Animation, ManimColor, UpdateFromAlphaFunc, VGroup

from hhanim.look.numbers import smoothstep
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, Formula, Words
from hhanim.mobjects.frame.shapes import at, disc, filled, lines, mix, rounded, smooth, stroked
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.squid.fibre import GiantAxon
from hhanim.model import Trajectory

_COIL, _WAVES = 0.5, 0.06  # scene units from one turn of a wire to the next; how deep the waves reach


class Chamber:
    """A trough of sea water in an area, for an axon that lies in its `seat` (see GiantAxon.place), its ends tied.

    run: of a membrane that does the same along all of the wire. clock: by which the axon's core shines as V does, and
    by whose film time the water ripples; without one, call draw(). `still` and `moving` are the trough; `wire` goes
    into the axon by insert(), through a tube that it is tied to; meter() shows between what V is measured, source()
    between what current flows. to() is the animation that takes trough, axon and wire to another area.
    """

    def __init__(self, axon: GiantAxon, area: Area, run: Trajectory, *, clock: Clock | None = None) -> None:
        self.axon, self.run, self.theme, theme = axon, run, axon.theme, axon.theme
        self._low, self._high = voltages(run.membrane, run)
        tone, empty = mix(theme.ground, theme.line, 0.13), np.zeros((0, 3))
        self._sea: Any = filled(empty, tone)
        self._glass: Any = stroked(empty, mix(theme.ground, theme.line, 0.9), stroke(4.0))
        self._name = Words("sea water", size=SMALL, color=theme.muted)
        self._waves: Any = filled(empty, tone)
        self._face: Any = stroked(empty, mix(theme.ground, theme.line, 0.7), stroke(3.0))
        self.still = VGroup(self._sea, self._glass, self._name)
        self.moving = VGroup(self._waves, self._face)
        green = theme.color("stimulus")
        self._on, self._off = ManimColor(green).to_rgb(), mix(theme.ground, green, 0.7).to_rgb()
        self._rod: Any = stroked(empty, mix(theme.ground, theme.line, 0.65), stroke(9.0))
        glass = mix(theme.ground, theme.line, 0.9)
        self._cannula: Any = filled(
            empty, mix(theme.ground, theme.line, 0.22), stroke=glass, width=stroke(4.0)
        )
        self._stopper: Any = filled(empty, mix(theme.ground, theme.line, 0.6))
        self._coils: list[Any] = [stroked(empty, color, stroke(3.5)) for color in (green, theme.ink)]
        self.wire = VGroup(VGroup(self._stopper, self._cannula, self._rod), *self._coils)
        self._inserted, self._seconds = 0.0, 0.0
        self._lay(area)
        self.draw(0.0, 0.0)
        if clock is not None:  # each is drawn above what is shown before it, so each follows by itself
            self.moving.add_updater(lambda _: self._ripple(clock.seconds))
            axon.add_updater(lambda _: self._shine(clock.now))
            self.wire.add_updater(lambda _: self._carry(clock.now))

    def _lay(self, area: Area) -> None:
        """Everything in its place in an area; the axon is where its seat is, once it lies there."""
        self.area = area
        bottom, level = area.bottom + 0.02 * area.height, area.bottom + 0.66 * area.height
        left, right = area.left + 0.06 * min(area.width, 7.0), area.right - 0.02 * area.width
        self.water = Area(left, right, bottom, level)
        half = min(0.15 * self.water.height, 0.5)
        y = bottom + 0.52 * self.water.height
        self.seat = (left + 0.16 * self.water.width, right - 0.09 * self.water.width, y, half)
        walls = [(left, level + 0.22), (left, bottom), (right, bottom), (right, level + 0.22)]
        self._glass.points = lines(walls)
        low = level - _WAVES
        self._sea.points = lines([(left, low), (right, low), (right, bottom), (left, bottom), (left, low)])
        self._name.move_to((left + 0.2, bottom + 0.1 + 0.5 * self._name.height, 0.0), aligned_edge=LEFT)
        tube, plug = 0.45 * half, 0.8 * half
        self._cannula.points = rounded(_box(left - 0.16, self.seat[0] + 0.3, y - tube, y + tube), 0.06)
        self._stopper.points = rounded(_box(left - 0.09, left + 0.14, y - plug, y + plug), 0.05)
        self._ripple(self._seconds)
        self._place(self._inserted)

    def _place(self, share: float) -> None:
        """Put the wire in so far: 0 is outside, 1 all the way."""
        self._inserted = share
        begin, end, y = self._begin, self.seat[1] - 0.35, self.seat[2]
        back = begin - (1.0 - share) * (end - self.seat[0] + 0.5)
        self._rod.points = lines([(back, y), (back + end - begin, y)])
        s = np.arange(0.0, end - begin - 0.2, _COIL / 8.0)
        for k, coil in enumerate(self._coils):
            wave = 0.1 * np.sin(2.0 * np.pi * s / _COIL + np.pi * k)
            coil.points = smooth(np.stack([back + 0.1 + s, y + wave], axis=1))

    @property
    def _begin(self) -> float:
        """Where the wire ends outside, when it is all the way in."""
        return self.water.left - 0.24

    def insert(self, **kwargs: Any) -> Animation:
        """The animation that pushes the wire into the axon."""
        return _moved(self.wire, self._place, run_time=2.4, **kwargs)

    def to(self, area: Area, **kwargs: Any) -> Animation:
        """The animation that takes trough, axon and wire to another area."""
        start = np.array([self.area.left, self.area.right, self.area.bottom, self.area.top])
        way = np.array([area.left, area.right, area.bottom, area.top]) - start

        def move(share: float) -> None:
            self._lay(Area(*(start + share * way).tolist()))
            self.axon.place(*self.seat)

        return _moved(VGroup(self.still, self.moving, self.axon, self.wire), move, **kwargs)

    @property
    def _terminals(self) -> float:
        """How high V is measured."""
        return self.area.top - 0.5 * SMALL * UNIT

    def meter(self) -> VGroup:
        """Leads from the wire and from the water to two terminals, and V between them: an arrow from the inside to the
        outside, as :class:`~hhanim.mobjects.circuit.circuit.VoltageArrow` is."""
        theme, water, ink = self.theme, self.water, self.theme.ink
        inside, outside, top = self._begin, water.right - 0.05 * water.width, self._terminals
        deep = water.top - 0.30 * water.height
        ways = [[(inside, self.seat[2]), (inside, top)], [(outside, deep), (outside, top)]]
        leads = stroked(np.concatenate([lines(way) for way in ways]), ink, stroke(3.0))
        plate = stroked(lines([(outside, deep), (outside, deep + 0.45)]), ink, stroke(9.0))
        ends = filled(at(disc(), [(inside, top), (outside, top)], 0.07), ink)
        words = VGroup(*(Words(side, size=SMALL, color=theme.muted) for side in ("inside", "outside")))
        words[0].move_to((inside + 0.2, top, 0.0), aligned_edge=LEFT)
        words[1].move_to((outside - 0.2, top, 0.0), aligned_edge=RIGHT)
        a, b = float(words[0].get_right()[0]) + 0.25, float(words[1].get_left()[0]) - 0.25
        arrow = stroked(lines([(a, top), (b - 0.15, top)]), ink, stroke(3.5))
        head = filled(lines([(b, top), (b - 0.19, top + 0.09), (b - 0.19, top - 0.09), (b, top)]), ink)
        symbol = Formula('V = V_"in" - V_"out"', size=LABEL, color=ink).move_to(
            (0.5 * (a + b), top - 0.34, 0.0)
        )
        return VGroup(leads, plate, ends, words, arrow, head, symbol)

    def source(self) -> VGroup:
        """Leads to the wire that carries the current and to a plate in the water, and its name."""
        level, green = self.water.top, self.theme.color("stimulus")
        x, high = self._begin + 0.12, level + min(0.42, 0.4 * (self._terminals - level))
        away, deep = self.water.right - 0.13 * self.water.width, level - 0.24 * self.water.height
        ways = [[(x, self.seat[2]), (x, high)], [(away, deep), (away, high)]]
        lead = stroked(np.concatenate([lines(way) for way in ways]), green, stroke(3.0))
        plate = stroked(lines([(away, deep), (away, deep + 0.35)]), green, stroke(9.0))
        ends = filled(at(disc(), [(x, high), (away, high)], 0.07), green)
        word = Words("current", size=SMALL, color=green).move_to((x + 0.2, high, 0.0), aligned_edge=LEFT)
        return VGroup(lead, ends, word, plate)

    def draw(self, t: float, seconds: float) -> Chamber:
        """Draw it at model time t (ms), after that time of film (s)."""
        self._ripple(seconds)
        self._shine(t)
        self._carry(t)
        return self

    def _ripple(self, seconds: float) -> None:
        self._seconds, water = seconds, self.water
        x = np.linspace(water.left, water.right, 25)
        y = water.top + 0.022 * np.sin(3.0 * x + 1.1 * seconds) + 0.014 * np.sin(5.3 * x - 1.7 * seconds)
        face, low = smooth(np.stack([x, y], axis=1)), water.top - _WAVES
        floor = lines([(water.right, y[-1]), (water.right, low), (water.left, low), (water.left, y[0])])
        self._face.points, self._waves.points = face, np.concatenate([face, floor])

    def _shine(self, t: float) -> None:
        v = float(self.run.at([t])["V"][0])
        self.axon.light((v - self._low) / (self._high - self._low))

    def _carry(self, t: float) -> None:
        """The wire that carries the current is bright while it does."""
        coil = self._coils[0]
        color = self._on if float(self.run.protocol(t)) != 0.0 else self._off
        coil.stroke_rgbas = np.append(color, coil.stroke_rgbas[0, 3])[None]


def _box(left: float, right: float, bottom: float, top: float) -> list[tuple[float, float]]:
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def _moved(mobject: Any, put: Callable[[float], None], **kwargs: Any) -> Animation:
    """An animation that puts something along its way, at shares from 0 to 1, gently at both ends."""
    update = lambda _, share: put(float(smoothstep(share)))  # noqa: E731
    return UpdateFromAlphaFunc(mobject, update, rate_func=lambda share: share, **kwargs)

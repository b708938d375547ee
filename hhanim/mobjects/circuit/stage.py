"""A circuit at work: its currents and their sums, room for V beside it, and the equation under both.

class Working(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 20.0)
        self.timed(Pace(20.0, rate=4.0))
        stage = CircuitStage(run, self.theme, self.grid, self.shape, self.clock)
        shown = [stage.circuit, stage.law, stage.currents, stage.sums, self.graph(stage.plot, run, "V")]
        yield Beat("work", "A circuit", "Currents flow.", show=shown, until=20.0)
        pair = SideBySide(run, self.theme, self.grid["body"], self.clock, vertical=self.shape != "wide")
        yield Beat("both", "A membrane is a circuit", "They carry the same.", show=pair.parts, start=0.0, until=20.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from manim import VGroup

from hhanim.look import Theme
from hhanim.look.numbers import round_above
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.circuit.currents import (
    SHORTEST,
    CircuitCurrents,
    CurrentArrows,
    CurrentSums,
    per_unit,
    places_in,
    scale_bar,
)
from hhanim.mobjects.circuit.slice import Solutions
from hhanim.mobjects.circuit.terms import law_in
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import SMALL
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Trajectory


class CircuitStage:
    """A circuit in the solutions, the currents of a run through it, their sums, and the equation, where a graph of V
    has room beside them.

    grid, shape: of the frame. its blocks are `water`, `circuit`, `law`, `currents`, `sums`; `plot` is the area for V,
    `ask` that for answers to choose from, while there are no sums.

    scale: µA/cm² that a scene unit stands for, as in all films. Until `seen` (ms) no current of a channel is long
    enough for an arrow on it: the currents begin `times` as long, and stay so until they are taken to that scale;
    `early` and `later` say how long they are.
    """

    def __init__(
        self, run: Trajectory, theme: Theme, grid: Mapping[str, Area], shape: str, clock: Clock
    ) -> None:
        place, lower, self.plot, foot, self.ask = self._places(grid, shape)
        self.circuit = Circuit(run.membrane, theme, place)
        self.water = Solutions(self.circuit).gather().follow(clock)
        self.law = law_in(foot, run.membrane, theme)
        self._run, self._clock, self._lower = run, clock, lower
        room = self.circuit.top - self.circuit.bottom - 0.1
        self.scale, keys = per_unit(run, room), [f"I_{c.name}" for c in run.membrane.channels]
        least = 1.5 * SHORTEST * self.scale
        self.seen = min(run.first(k, **side) for k in keys for side in ({"above": least}, {"below": -least}))
        sizes = [run.extreme(k, "size", before=min(self.seen, run.duration)).value for k in ("I", *keys)]
        self.times = self.scale / min(self.scale, round_above(max(map(abs, [*sizes, 1.0])) / (0.8 * room)))

    @cached_property
    def currents(self) -> CircuitCurrents:
        """The currents; from when they are asked for, the arrow of the source is theirs and no more the circuit's."""
        return CircuitCurrents(self.circuit, self._run, scale=self.scale / self.times).follow(self._clock)

    @cached_property
    def early(self) -> VGroup:
        """How long the currents are at first."""
        return self._bar(self.scale / self.times)

    @cached_property
    def later(self) -> VGroup:
        """How long they are on the scale of all films."""
        return self._bar(self.scale)

    def _bar(self, scale: float) -> VGroup:
        below = self._lower.rows(1.0, 1.0, gap=0.04)[1]
        return scale_bar(self.currents.arrows, below.right, below.center[1], scale)

    @cached_property
    def sums(self) -> CurrentSums:
        """What flows out and what flows in."""
        return CurrentSums(self.currents.arrows, self._lower).follow(self._clock)

    @staticmethod
    def _places(grid: Mapping[str, Area], shape: str) -> list[Area]:
        """Where the circuit, its sums, V, the equation and what is asked stand."""
        if shape != "wide":
            return [grid[name] for name in ("picture", "first", "second", "foot", "first")]
        upper, law = grid["body"].rows(4.25, 1.15, gap=0.2)
        left, plot = (replace(grid[name], bottom=upper.bottom) for name in ("left", "plot"))
        place, sums = left.rows(3.4, 0.7, gap=0.15)
        return [place, sums, plot, law, replace(left, bottom=law.bottom, top=sums.top)]


class SideBySide:
    """A membrane and its circuit, the same currents in both as arrows on one scale.

    vertical: the circuit under the membrane. `patch`, `arrows`, `circuit` and `currents` are the blocks, `parts` all of
    them and the scale.
    """

    def __init__(
        self, run: Trajectory, theme: Theme, area: Area, clock: Clock, *, vertical: bool = False
    ) -> None:
        left, right = area.split(1.0, 1.0, gap=0.5, vertical=vertical)
        self.circuit = Circuit(run.membrane, theme, right, size=SMALL)
        scale = max(per_unit(run, place.height - 0.8) for place in (left, right))
        self.patch = MembranePatch(run, theme, left, clock=clock, level=0.5, electrode=True)
        self.arrows = CurrentArrows(places_in(self.patch), run, theme, scale).follow(clock)
        self.currents = CircuitCurrents(self.circuit, run, scale=scale).follow(clock)
        bar = scale_bar(self.arrows, right.right, right.bottom)
        self.parts: list[Any] = [self.circuit, self.patch, self.arrows, self.currents, bar]

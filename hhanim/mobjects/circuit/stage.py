"""A circuit at work: its currents and their sums, room for V beside it, and the equation under both.

class Working(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 20.0)
        self.timed(Pace(20.0, rate=4.0))
        stage = CircuitStage(run, self.theme, self.grid, self.shape).follow(self.clock)
        shown = [stage.circuit, stage.law, stage.elements, stage.arrows, self.graph(stage.plot, run, "V")]
        yield Beat("work", "A circuit", "Currents flow.", show=shown, until=20.0)
        pair = SideBySide(run, self.theme, self.grid["body"], self.clock, vertical=self.shape != "wide")
        yield Beat("both", "A membrane is a circuit", "They carry the same.", show=pair.parts, start=0.0, until=20.0)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from hhanim.look import Theme
from hhanim.look.numbers import STEPS, round_above, round_near
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.circuit.currents import (
    CurrentArrows,
    CurrentSums,
    Elements,
    ScaleBar,
    per_unit,
    places_along,
    places_in,
)
from hhanim.mobjects.circuit.terms import law_in
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import SMALL
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Trajectory


class CircuitStage:
    """A circuit, the currents of a run through it, their sums, and the equation, where a graph of V has room beside
    them.

    grid, shape: of the frame. its blocks are `circuit`, `law`, and, when it follows a clock, `elements`, `arrows`,
    `sums` and `bar`; `plot` is the area for V, `ask` that for answers to choose from, while there are no sums.

    scales: µA/cm² that a scene unit stands for, one after the other: first one on which currents at rest and the
    stimulus are seen, at last that of all films. They change at `turns` (ms), when arrows outgrow the circuit; one is
    inf if they never do. seen: when the first current of a channel is an arrow of a quarter of a scene unit on the
    last. fading: the sizes (µA/cm²) of a current that is that long on the last scale, and of one that has room on the
    first again.
    """

    def __init__(self, run: Trajectory, theme: Theme, grid: Mapping[str, Area], shape: str) -> None:
        place, self._lower, self.plot, foot, self.ask = self._places(grid, shape)
        self.circuit = Circuit(run.membrane, theme, place)
        self.law = law_in(foot, run.membrane, theme)
        self._run, self._keys = run, ["I", *(f"I_{c.name}" for c in run.membrane.channels)]
        room, start = self.circuit.top - self.circuit.bottom - 0.1, run.at([0.0])
        last, told = per_unit(run, room), self._keys if not len(run.spikes) else ["I"]
        early = [*(run.extreme(k, "size").value for k in told), *(float(start[k][0]) for k in self._keys)]
        first = min(last, round_above(max(map(abs, [*early, 1.0])) / (0.8 * room)))
        between = [round_near(math.sqrt(first * last), STEPS)] if last > 10.0 * first else []
        self.scales = list(dict.fromkeys([first, *between, last]))
        self.turns = [self._first(0.95 * room * scale) for scale in self.scales[:-1]]
        self.seen, self.fading = self._first(0.25 * last, self._keys[1:]), (0.25 * last, 0.95 * room * first)

    def _first(self, size: float, keys: Sequence[str] = ()) -> float:
        sides: list[dict[str, float]] = [{"above": size}, {"below": -size}]
        return min(self._run.first(k, **side) for k in keys or self._keys for side in sides)

    def last(self, size: float, after: float, before: float) -> float:
        """When (ms) between two times a current is last above a size (µA/cm²); `after` if none is."""
        within = {"after": after, "before": before}
        sides: list[dict[str, float]] = [{"above": size, **within}, {"below": -size, **within}]
        return max(after, *(self._run.last(k, **side) for k in self._keys for side in sides))

    def follow(self, clock: Clock) -> Self:
        """Put currents into it; from now on the arrow of the source is theirs and no more the circuit's."""
        places, outside = places_along(self.circuit), float(self.circuit.sides[0].get_y())
        self.elements = Elements(self.circuit, self._run).follow(clock)
        self.arrows = CurrentArrows(places, self._run, self.circuit.theme, self.scales[0]).follow(clock)
        self.sums = CurrentSums(self.arrows, self._lower).follow(clock)
        self.bar = ScaleBar(self.arrows, self.circuit.area.right, outside, self.scales).follow(clock)
        return self

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

    vertical: the circuit under the membrane. `patch` with `arrows`, `circuit` with `elements` and `currents` are the
    blocks, `parts` all of them and the scale.
    """

    def __init__(
        self, run: Trajectory, theme: Theme, area: Area, clock: Clock, *, vertical: bool = False
    ) -> None:
        left, right = area.split(1.0, 1.0, gap=0.5, vertical=vertical)
        self.circuit = Circuit(run.membrane, theme, right, size=SMALL)
        scale = max(per_unit(run, place.height - 0.8) for place in (left, right))
        self.patch = MembranePatch(run, theme, left, clock=clock, level=0.5, electrode=True)
        self.arrows = CurrentArrows(places_in(self.patch), run, theme, scale, rim=True).follow(clock)
        self.elements = Elements(self.circuit, run).follow(clock)
        self.currents = CurrentArrows(places_along(self.circuit), run, theme, scale).follow(clock)
        bar = ScaleBar(self.arrows, right.right, right.bottom)
        self.parts: list[Any] = [
            self.circuit, self.patch, self.arrows, self.elements, self.currents, bar
        ]  # fmt: skip

"""Runs in the phase plane: the way of each through it, and V found again on the axis of time.

class Round(Story):
    model: Membrane = "widget"

    def beats(self):
        run = simulate(self.membrane, 4.0, 60.0)
        self.timed(Pace(60.0, rate=15.0))
        panel = plane_of(self.membrane, self.grid["left"], self.theme, [run], "n (share open)")
        both = linked(self.graph("plot", run, "V"), orbit(panel, run).follow(self.clock), self.clock)
        yield Beat("state", "A state is a point", "It goes round.", show=[panel, *both], until=60.0)
        more = [name_within(panel, run, "cycle", after=30.0), *rings_at_starts(panel, both[0].panel, [run])]
        yield Beat("name", "A cycle", "This is the cycle.", show=[panel, *both, *more])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import Mobject, VGroup

from hhanim.look import Theme, quantity
from hhanim.look.numbers import ceil_to
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area, stroke
from hhanim.mobjects.frame.lettering import TICK, Words, haloed
from hhanim.mobjects.frame.shapes import filled, lines, stroked
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.graph.dots import Dots
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.model import Membrane, Trajectory, simulate

WIDTH = 3.5  # design pixels: thin, as the way of a state lies along a nullcline


def plane_of(membrane: Membrane, area: Area, theme: Theme, runs: Sequence[Trajectory], name: str) -> Panel:
    """Axes for the plane of these runs' two variables: V as in all films, the other with this name."""
    low, high = voltages(membrane, *runs)
    top = max(run.extreme(run.states[1]).value for run in runs)
    panel = Panel(area, theme, left=0.85, gutter=1.15, grid=False)
    return panel.x(quantity("V"), low, high).y(name, 0.0, max(min(ceil_to(top + 0.1, 0.2), 1.0), 0.2))


def orbit(panel: Panel, run: Trajectory, **style: Any) -> Trace:
    """The way of a run through the plane; style: as in Trace."""
    return Trace(panel, run.t, run[run.states[1]], x=run["V"], color=panel.theme.ink, width=WIDTH, **style)


def linked(graph: Graph, way: Trace, clock: Clock) -> list[Any]:
    """A run over time and in the plane, with V marked on both of its axes: blocks to show, the way on top."""
    links = OnAxis(way, "x", graph.theme), OnAxis(graph.traces[0], "y", graph.theme)
    return [graph, *(link.follow(clock) for link in links), way]


def rings_at_starts(plane: Panel, over_time: Panel, runs: Sequence[Trajectory]) -> list[Dots]:
    """Where runs begin: rings in the plane, points over time."""
    v, x = ([float(run[key][0]) for run in runs] for key in ("V", runs[0].states[1]))
    places = (plane, v, x), (over_time, np.zeros(len(runs)), v)
    # Over time they stand beside the numbers of y, where there is no room for rings.
    return [Dots(p, x, y, p.theme.ink, rings=p is plane).draw(len(runs)) for p, x, y in places]


def name_within(panel: Panel, run: Trajectory, name: str, after: float) -> VGroup:
    """A name in the middle of the loop on which a run goes after a time (ms), somewhat right, where no line is."""
    (left, right), (low, high) = (
        [run.extreme(key, kind, after=after).value for kind in ("min", "max")] for key in run.states[:2]
    )
    words = Words(name, size=TICK, color=panel.theme.ink)
    return haloed(words, panel.theme.ground, 7.0).move_to(
        panel.at(left + 0.68 * (right - left), 0.5 * (low + high))
    )


def next_laps(run: Trajectory) -> Trajectory:
    """What follows a run that has come to a limit cycle by its end, as long again."""
    how: Any = {"start": run.y[:, -1], "sample": float(run.t[1] - run.t[0])}
    return simulate(run.membrane, run.protocol, run.duration, **how)


class OnAxis(VGroup):
    """Where the head of a trace is on one axis of its panel, "x" or "y": a thin line to it and a mark on it. The same
    quantity is found again in another panel, whichever way its axis lies there.
    """

    MARK = 0.13  # scene units

    def __init__(self, trace: Trace, axis: str, theme: Theme) -> None:
        self.trace, self.axis = trace, axis
        self.line = stroked(np.zeros((0, 3)), theme.line, stroke(2.5))
        self.mark = filled(np.zeros((0, 3)), theme.ink)
        super().__init__(self.line, self.mark)
        self.draw()

    def draw(self) -> Self:
        """Draw them where the trace's head is now."""
        x, y = self.trace.dot.get_center()[:2]
        inner, size = self.trace.panel.inner, self.MARK
        foot = np.array([x, inner.bottom] if self.axis == "x" else [inner.left, y])
        away = np.array([0.0, size] if self.axis == "x" else [size, 0.0])
        aside = 0.6 * away[::-1]
        self.line.points = lines([foot, (x, y)])
        self.mark.points = lines([foot, foot + away + aside, foot + away - aside, foot])
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw them in every frame, where the trace's head is at the clock's model time."""

        def show(_: Mobject) -> None:
            self.trace.draw(clock.now)  # they lie behind the trace, so their turn comes before its own
            self.draw()

        return self.add_updater(show, call_updater=True)

    @property
    def reading(self) -> float:
        """The value on the axis that the mark points at."""
        return self.trace.panel.data(self.mark.points[0])[self.axis == "y"]

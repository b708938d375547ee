"""A graph of a run on a clock: axes, the part drawn so far with its head and direct labels, a ghost of the whole.

class Rise(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
        self.timed(Pace(26.0, rate=4.0))
        v, gates, currents = self.graphs(run, ["V"], ["m", "h", "n"], ["I_Na", "I_K"])
        yield Beat("v", "Voltage", "V rises and falls.", show=[v], until=26.0)
        yield Beat("gates", "Gates", "Now the gates.", show=[v, gates, currents], start=0.0, until=26.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from hhanim.language import tr
from hhanim.look import Quantity, Theme, quantities, quantity
from hhanim.look.numbers import ceil_to, round_above
from hhanim.look.words import listed
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL, TICK, Formula
from hhanim.mobjects.frame.shapes import Array
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.graph.here import Here
from hhanim.mobjects.graph.marks import Difference, Level
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.stimulus import StimulusBar
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.model import Channel, Trajectory

#: Room (scene units) at the left for the numbers of y and at the right for labels: the same in all graphs, so that
#: axes of time lie under each other.
LEFT_ROOM, RIGHT_ROOM, STRIP = 0.98, 0.66, 0.5


class Graph:
    """Quantities of one run over time, in an area.

    keys: "V", gates, currents "I_Na", conductances "g_K"; all of one kind. clock: what it follows; without one, call
    draw(). y: the axis's name and limits, by default the house's for that kind. span: of time (ms), by default all of
    the run. time: write the axis of time; False for the upper ones of several. ghost: the whole course, faint.
    stimulus: draw it as a strip underneath. named: symbols at the heads, by default of all but V.

    `still` and `moving` are the two groups to show, `panel` the axes, `traces` the curves, one for each of `keys`.
    """

    def __init__(
        self,
        area: Area,
        run: Trajectory,
        keys: Sequence[str],
        theme: Theme,
        *,
        clock: Clock | None = None,
        y: tuple[Any, float, float] | None = None,
        span: tuple[float, float] | None = None,
        time: bool = True,
        ghost: bool = True,
        stimulus: bool = False,
        named: bool | None = None,
        ticks: Sequence[float] | None = None,
    ) -> None:
        self.run, self.keys, self.theme, self.clock, self.area = run, tuple(keys), theme, clock, area
        self.style: dict[str, Any] = {"y": y, "time": time, "ghost": ghost, "stimulus": stimulus}
        self.style |= {"named": named, "ticks": ticks}
        self.seen = tr("a graph of {names} over time", names=listed(list(keys)))
        start, stop = span or (0.0, run.duration)
        strip = area
        if stimulus:
            area, strip = area.inset(bottom=STRIP + 0.08), Area(area.left, area.right, area.bottom, 0.0)
            strip = Area(strip.left, strip.right, strip.bottom, strip.bottom + STRIP)
        name, low, high = y or axis(run, keys)
        self.panel = Panel(area, theme, left=LEFT_ROOM, gutter=RIGHT_ROOM)
        self.panel.x("ms" if time else "", start, stop, ticks=None if time else ()).y(
            name, low, high, ticks=ticks
        )
        wanted = tuple(keys) != ("V",) if named is None else named
        self.traces = Traces(
            Trace.of(run, k, self.panel, ghost=ghost, named=wanted, within=span) for k in keys
        )
        self.traces.without_ghosts()
        self.still, self.moving = VGroup(self.panel, self.traces.ghosts), VGroup(self.traces)
        if stimulus:
            self.bar = StimulusBar(strip, run.protocol, self.panel, theme, size=TICK)
            self.still.add(*self.bar.submobjects[:-1])
            self.moving.add(self.bar.dot)
        if clock is not None:
            self.traces.follow(clock)
            self.moving.add(Here(self.traces[0].dot, clock, named=wanted))
            if stimulus:
                self.bar.dot.add_updater(lambda _: (self.bar.draw(clock.now), None)[1])

    def over(self, start: float, stop: float, clock: Clock | None = None) -> Graph:
        """The same graph, in the same place, over another span of time (ms)."""
        style: Any = self.style | {"span": (start, stop), "clock": clock}
        return Graph(self.area, self.run, self.keys, self.theme, **style)

    @property
    def course(self) -> Array:
        """Points (P, 2) along its first curve, for words that keep clear of it."""
        return np.asarray(self.traces[0].path.values[::8, :2])

    def stretch(self, start: float, stop: float, color: Quantity | str) -> Trace:
        """A stretch of time (ms) of its first curve in another colour, drawn as its clock passes it."""
        style: Any = {"named": False, "head": False, "width": 8.0, "color": self.theme.color(color)}
        part = Trace.of(self.run, self.keys[0], self.panel, within=(start, stop), **style)
        return part if self.clock is None else part.follow(self.clock)

    def reversal(self, channel: Channel) -> Level:
        """The reversal potential of a channel as a level in its colour, with its name; of a graph of V."""
        color = quantities(self.run.membrane)[f"I_{channel.name}"]
        name = Formula(f'E_"{channel.name}"', size=LABEL, color=self.theme.color(color))
        return Level(self.panel, float(np.max(channel.e)), name, beside=True, color=color)

    def driving_force(self, channel: Channel) -> tuple[Level, Difference]:
        """A channel's reversal potential, and how far V is from it, an arrow at the clock's moment; of a graph of V."""
        color, e = quantities(self.run.membrane)[f"I_{channel.name}"], float(np.max(channel.e))
        gap = Difference(self.panel, *self.panel.xlim, e, color=color)

        def follow(_: Any) -> None:
            now = self.clock.now if self.clock is not None else self.traces[0].now
            gap.put(now, float(self.run.at([now])["V"][0]), e)

        return self.reversal(channel), gap.add_updater(follow, call_updater=True)

    def draw(self, t: float) -> Graph:
        """Draw everything up to model time t (ms)."""
        self.traces.draw(t)
        if hasattr(self, "bar"):
            self.bar.draw(t)
        return self


def axis(run: Trajectory, keys: Sequence[str]) -> tuple[Any, float, float]:
    """The house's axis for quantities of one kind: its name and its limits."""
    known = quantities(run.membrane)
    role = known[keys[0]].role
    if role == "voltage":
        return quantity("V"), *voltages(run.membrane, run)
    if role == "gate":
        return tr("gates (fraction open)"), 0.0, 1.0
    ends = [run.extreme(k, kind).value for k in keys for kind in ("min", "max")]
    step = round_above(max(map(abs, ends)) / 4.0)
    name = quantity("I") if role in ("current", "stimulus") else "g (mS/cm²)"
    return name, -ceil_to(-min(*ends, 0.0), step), ceil_to(max(*ends, 0.0), step)

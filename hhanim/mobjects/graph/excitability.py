"""How excitable a membrane is: V after many pulses, its peak against their strength, the threshold after a spike.

class Excitable(Story):
    def beats(self):
        runs = [simulate(self.membrane, pulse(i, 2.0, 1.0), 16.0) for i in (4.0, 6.0, 8.0, 10.0)]
        sweeps = Voltages(self.grid["first"], runs, self.theme)
        peaks = PeakOfV(self.grid["second"], runs, self.theme, limit=7.0)
        said = "A stronger pulse lifts V higher."
        yield Beat("fan", "Pulses", said, show=[sweeps, peaks.axes, peaks], do=peaks.with_sweeps(sweeps, said))
        found = recovery(self.membrane, count=5)
        later = AfterSpike(self.grid["left"], found, self.theme)
        shown = [later.axes, later.rest, later, sweeps, peaks.axes, peaks]
        yield Beat("after", "After a spike", "Then a pulse must be stronger.", show=shown, do=[later.add_all()])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hhanim.look import Theme, quantity
from hhanim.look.numbers import ceil_to, floor_to
from hhanim.look.words import tr
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.standard import voltages
from hhanim.mobjects.graph.dots import Dots
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.graph import LEFT_ROOM
from hhanim.mobjects.graph.marks import Level
from hhanim.mobjects.graph.panel import Panel
from hhanim.model import Trajectory
from hhanim.model.analysis import Recovery


class Voltages(Family):
    """V of runs of one membrane, sweep after sweep, on the axis of all films, or on the `narrow`est round one.

    stop: where they end (ms), by default where the last run does. follow: as in Family.
    """

    def __init__(
        self, area: Area, runs: Sequence[Trajectory], theme: Theme,
        *, narrow: bool = False, stop: float = np.inf, follow: Callable[[int, float], Any] = lambda k, t: None,
    ) -> None:  # fmt: skip
        low, high = voltages(runs[0].membrane)
        if narrow:
            ends = [run.extreme("V", kind).value for run in runs for kind in ("min", "max")]
            low, high = floor_to(min(ends), 5.0), ceil_to(max(ends), 5.0)
        panel = Panel(area, theme, left=LEFT_ROOM).y(quantity("V"), low, high)
        stop = min(stop, max(run.duration for run in runs))
        panel.x("ms", 0.0, stop)
        seen = [(run.t[run.t <= stop], run["V"][run.t <= stop]) for run in runs]
        super().__init__(panel, seen, theme.ink, follow=follow)


class PeakOfV(Dots):
    """How high V comes in runs with a pulse, against its strength: a point for each, on `axes`.

    limit: the threshold (µA/cm²), in the middle of the axis. more() gives the points of other runs on the same axes.
    """

    def __init__(self, area: Area, runs: Sequence[Trajectory], theme: Theme, *, limit: float) -> None:
        panel = Panel(area, theme, left=LEFT_ROOM).x("pulse (µA/cm²)", 0.0, 1.5 * limit)
        self.axes = panel.y("peak of V (mV)", *voltages(runs[0].membrane))
        super().__init__(panel, *_peaks(runs), theme.ink)

    def more(self, runs: Sequence[Trajectory], color: str) -> Dots:
        """The points of other runs: rings, joined by a line."""
        return Dots(self.axes, *_peaks(runs), self.axes.theme.color(color), joined=True, rings=True)


def _peaks(runs: Sequence[Trajectory]) -> tuple[list[float], list[float]]:
    """The strength of the pulse, and the highest V from then on, of each run."""
    begins = [float(run.protocol.edges(run.duration)[0]) for run in runs]
    tops = [run.extreme("V", after=begin).value for run, begin in zip(runs, begins, strict=True)]
    return [float(np.max(run.stimulus)) for run in runs], tops


class AfterSpike(Dots):
    """The weakest second pulse that fires, in thresholds at rest, against the interval: a curve on `axes`, its points.

    low, high: of the axis. rest: a level, what is needed at rest.
    """

    def __init__(
        self, area: Area, found: Recovery, theme: Theme, *, low: float = 0.0, high: float = 10.0
    ) -> None:
        shown = found.needed <= high
        panel = Panel(area, theme, left=LEFT_ROOM).x("interval (ms)", 0.0, float(found.intervals[-1]) + 1.0)
        self.axes = panel.y("threshold (× rest)", low, high)
        self.rest = Level(panel, 1.0, tr("at rest"))
        super().__init__(panel, found.intervals[shown], found.needed[shown], theme.color("I"), joined=True)

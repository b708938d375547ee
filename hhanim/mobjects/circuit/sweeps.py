"""What a voltage clamp records: currents over the command that calls them up, conductances, peaks against voltage.

class Records(Story):
    def beats(self):
        runs = [simulate(self.membrane, clamp(-65, v, start=1), 11.0) for v in (-40.0, 0.0, 40.0)]
        sweeps = Sweeps(self.grid["plot"], runs, self.theme)
        yield Beat("sweeps", "Sweep after sweep", "Every step is a run.", show=[sweeps], do=[sweeps.lay_all(0.5)])
        g = Conductances(self.membrane, (109.0, 63.0, 26.0), ["K"], self.grid["body"], self.theme)
        said, (family,) = "Rings are measured, lines computed.", g.families
        yield Beat("g", "Conductance", said, show=[*g.shown[0]], do=[family.lay_all(each=0.5)])
        iv = PeakIV(self.grid["left"], self.grid["plot"], runs, "Na", self.theme)
        yield Beat("iv", "Peak I–V", "Every sweep gives a point.", show=[iv, iv.curve], do=[iv.lay_all(each=0.5)])
        yield Beat("all", "Peak I–V", "Other voltages fill the curve.", do=[iv.curve.lay(0)])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from manim import DR, UR, Animation, AnimationGroup, Line, VGroup

from hhanim.look import Theme, quantities, quantity
from hhanim.look.numbers import millivolts
from hhanim.look.words import tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area, fitted, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, Formula, Words, broken, stand_clear
from hhanim.mobjects.graph.equations import ConductanceEquation
from hhanim.mobjects.graph.family import Family, shades
from hhanim.mobjects.graph.marks import Measured
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.stimulus import StimulusBar
from hhanim.mobjects.graph.subtraction import Subtraction
from hhanim.mobjects.graph.trace import Trace
from hhanim.model import Membrane, Trajectory, clamp, measured, simulate
from hhanim.model.analysis import peak_currents
from hhanim.model.measured import Course

_LEFT, _GUTTER, _STRIP = 0.98, 0.95, 0.5  # room for numbers and names, of the command (scene units)


def _level(run: Trajectory) -> float:
    """The voltage of a sweep's step (mV)."""
    return float(run["V"][-1])


def _named(runs: Sequence[Trajectory], theme: Theme) -> list[Words]:
    """The voltage of each sweep's step."""
    return [Words(millivolts(_level(run)), size=SMALL, color=theme.color("stimulus")) for run in runs]


def _over_time(area: Area, theme: Theme, stop: float, name: Any, low: float, high: float) -> Panel:
    return Panel(area, theme, left=_LEFT, gutter=_GUTTER).x("ms", 0.0, stop).y(name, low, high)


class Sweeps:
    """Ionic currents of runs under voltage clamp over time, and under them the commands.

    keys: the currents that the axis has room for, by default the ionic one. A single run follows a clock, see follow();
    several are laid one after the other by lay_all(), and `laid` is called as `follow` in Family.

    axes: the panel of the currents; trace() is a current on it.
    """

    def __init__(
        self, area: Area, runs: Sequence[Trajectory], theme: Theme, *, keys: Sequence[str] = ("I_ion",),
        laid: Callable[[int, float], Any] = lambda k, t: None,
    ) -> None:  # fmt: skip
        self.theme, self.keys, self._run, stop = theme, keys, runs[0], runs[0].duration
        self.clock: Clock | None = None
        low = min(run.extreme(key, "min").value for run in runs for key in keys)
        high = max(run.extreme(key).value for run in runs for key in keys)
        # Over a single command there is room for what charges the membrane as well.
        what = (
            "ionic current (µA/cm²): outward up"
            if len(runs) > 1
            else "current (µA/cm²): outward up, inward down"
        )
        name = Words(what, size=TICK, color=theme.muted)
        above, strip = area.inset(bottom=_STRIP + 0.15), area.inset(top=area.height - _STRIP)
        self.axes = _over_time(above, theme, stop, name, 1.12 * min(low, 0.0), 1.06 * max(high, 0.0))
        self.still = VGroup(self.axes)
        if len(runs) == 1:
            self.moving: VGroup = StimulusBar(strip, runs[0].protocol, self.axes, theme)
            return
        hue, levels, names = theme.color("stimulus"), [_level(run) for run in runs], _named(runs, theme)
        volts = Panel(strip, theme, left=_LEFT, gutter=_GUTTER).x("", 0.0, stop, ticks=())
        volts.y("", min(float(runs[0]["V"][0]), *levels) - 5.0, max(levels) + 5.0, ticks=())
        curves = [(run.t, run.ionic_current) for run in runs]
        self.families = [
            Family(self.axes, curves, theme.ink, names, follow=laid),
            Family(volts, [(run.t, run["V"]) for run in runs], hue),
        ]
        self.still.add(volts)
        self.moving = VGroup(*(family.moving for family in self.families))

    def follow(self, clock: Clock) -> Self:
        """On a clock from now on: the command, and what trace() then gives."""
        self.clock = clock
        self.moving.clear_updaters().follow(clock)
        return self

    def lay_all(self, each: float = 0.7) -> Animation:
        """The animation that lays the sweeps one after the other."""
        return AnimationGroup(*(family.lay_all(each=each) for family in self.families))

    def trace(self, run: Trajectory, values: Any, *, color: str = "", whole: bool = False) -> Trace:
        """A current of a run on the axes, on the clock; `whole`: all of it, still.

        values: its name, in that quantity's colour, the sum "I_ion" in the ink's and over its ghost; or values (T,).
        color: another one, by the name of a quantity.
        """
        symbols, key = quantities(run.membrane), color or (values if isinstance(values, str) else "")
        hue = self.theme.color(symbols[key]) if key in symbols else self.theme.ink
        style: Any = {"color": hue, "ghost": key not in symbols and not whole}
        trace = Trace(self.axes, run.t, run[values] if isinstance(values, str) else values, **style)
        if whole:
            trace.dot.set_opacity(0.0)
            return trace.draw(run.duration)
        return trace.follow(self.clock) if self.clock is not None else trace

    def traces(self, run: Trajectory) -> list[Trace]:
        """The ionic current of a run, and those that the axis has room for."""
        return [self.trace(run, key) for key in dict.fromkeys(["I_ion", *self.keys])]

    def less(self, run: Trajectory, whole: Any, part: Any, key: str) -> Subtraction:
        """A part of a current taken off on the axes, both (T,): what is left has a quantity's colour."""
        return Subtraction(self.axes, run.t, whole, part, self.theme.color(quantities(run.membrane)[key]))

    def symbols(self, courses: Mapping[str, Any], ends: Sequence[float] = (0.9, 0.75)) -> list[Formula]:
        """The symbols of currents beside their courses, values (T,) each, clear of all of them: of one that has fallen
        from its peak there, of the others at these shares of the time, one after the other.
        """
        t, shares, words = self._run.t, iter(ends), list[Formula]()
        around = np.concatenate([self.axes.at(t, course)[:, :2] for course in courses.values()])
        for key, values in courses.items():
            symbol, size = quantities(self._run.membrane)[key], np.abs(np.asarray(values))
            falls = size[-1] < 0.5 * size.max() > 0.05 * np.ptp(self.axes.ylim)
            k = int(size.argmax() if falls else np.searchsorted(t, next(shares) * t[-1]))
            words.append(Formula(symbol.typst, size=LABEL, color=self.theme.color(symbol)))
            stand_clear(words[-1], self.axes.at(t[k], values[k])[:2], around, within=self.axes.inner)
        return words

    def surge(self, t: float) -> VGroup:
        """What charges the membrane when a step comes (ms): over before ions move, so it is drawn as a line."""
        foot, top = self.axes.at(t, 0.0), self.axes.at(t, self.axes.ylim[1])
        hue = self.theme.color("stimulus")
        words = Words(broken(tr("charges the capacitance")), size=SMALL, color=hue)
        return VGroup(Line(foot, top, color=hue, stroke_width=stroke(5.0)), words.next_to(top, DR, buff=0.12))


class _Running(VGroup):
    """The voltage of the step (mV) whose sweep is being laid, at the upper right of a panel: `follow` of its Family."""

    def __init__(self, panel: Panel, runs: Sequence[Trajectory]) -> None:
        hue, corner = panel.theme.color("stimulus"), (panel.inner.right, panel.area.top, 0.0)
        names = [Words(millivolts(_level(run)), size=TICK, color=hue) for run in runs]
        super().__init__(*(name.move_to(corner, aligned_edge=UR).set_opacity(0.0) for name in names))
        self.stop = panel.xlim[1]
        self.add_updater(lambda _: None)  # which tells a storyboard that it moves

    def follow(self, k: int, t: float) -> None:
        for j, name in enumerate(self):
            name.set_opacity(float(j == k and t < self.stop))


class Conductance(Family):
    """The conductance of a channel after steps of V, one sweep after the other, its step above it while it is laid, and
    with each, in its shade, its measured points, by turns discs and rings; its step stays at its end, or at its peak if
    it falls again.
    """

    def __init__(
        self, area: Area, runs: Sequence[Trajectory], name: str, theme: Theme, top: float,
        points: Sequence[Course] = (),
    ) -> None:  # fmt: skip
        symbol = quantities(runs[0].membrane)[f"g_{name}"]
        title = Formula(f'{symbol.typst} space "(mS/cm²)"', size=TICK, color=theme.color(symbol))
        axes = _over_time(area, theme, runs[0].duration, title, 0.0, top)
        curves = [(run.t, run.conductance(name)) for run in runs]
        names, self.running = _named(runs, theme), _Running(axes, runs)
        seen = [(c.t[c.t <= runs[0].duration], c.g[c.t <= runs[0].duration]) for c in points]
        hues = shades(theme, theme.color(symbol), len(runs))
        self.points = [
            Measured(axes, *course, hue, full=k % 2 == 0)
            for k, (course, hue) in enumerate(zip(seen, hues, strict=False))
        ]
        style: Any = {
            "marks": self.points,
            "peaks": sum(y[-1] for _, y in curves) < 0.5 * sum(y.max() for _, y in curves),
        }
        super().__init__(axes, curves, theme.color(symbol), names, follow=self.running.follow, **style)
        self.moving.add(self.running)


class Conductances:
    """Conductances of channels after steps of V from rest, each on a panel (`families`, to be laid) and as an equation:
    `shown` has both, channel by channel.

    steps: depolarisations (mV). names: of the channels, side by side, each under its equation, or in a high area under
    each other, each beside it. hold: how long it is seen (ms). Of the membrane that was measured in 1952 they are at
    that axon's scale, with the points of these steps; `measured` says so.
    """

    def __init__(
        self, membrane: Membrane, steps: Sequence[float], names: Sequence[str], area: Area, theme: Theme, *,
        hold: float = 10.0,
    ) -> None:  # fmt: skip
        rest = float(membrane.rest()[0])
        membrane, volts, points = measured.beside(membrane, steps)
        runs = [simulate(membrane, clamp(rest, v, start=0.0), hold, sample=0.01) for v in volts]
        self.measured, self.families, self.shown = bool(points), list[Conductance](), list[list[Any]]()
        largest = [run.extreme(f"g_{name}").value for run in runs for name in names]
        top = 1.15 * max(
            largest + [float(course.g.max()) for name in names for course in points.get(name, ())]
        )
        wide = area.width > 1.5 * area.height
        for name, place in zip(names, area.split(*[1.0] * len(names), vertical=not wide), strict=True):
            written, drawn = place.split(1.0, 3.2, vertical=wide)
            law = fitted(ConductanceEquation(membrane, name, theme), written)
            self.families.append(Conductance(drawn, runs, name, theme, top, points.get(name, ())))
            self.shown.append([law, self.families[-1]])


class PeakIV(Family):
    """The current of a channel, sweep after sweep, and its peak against V: two panels with one axis of current.

    lay_all() lays the sweeps, the step above each while it is laid, and with each its peak in both panels. `curve` is a
    Family of one, the peaks at all voltages; `graph` is the panel of the I–V, `peaks` what was found (ms, µA/cm²).
    stop: the end of the axis of time.
    """

    def __init__(
        self, over_time: Area, over_v: Area, runs: Sequence[Trajectory], name: str, theme: Theme,
        *, after: float = 1.0, stop: float = 6.0,
    ) -> None:  # fmt: skip
        membrane, levels = runs[0].membrane, [_level(run) for run in runs]
        symbol = quantities(membrane)[f"I_{name}"]
        hue, key = theme.color(symbol), f"I_{name}"
        self.peaks = [run.extreme(key, "size", after=after) for run in runs]
        v = np.linspace(min(levels) - 15.0, max(levels), 80)
        curve = peak_currents(membrane, name, v, float(runs[0]["V"][0]), runs[0].duration - after)
        low, high = 1.1 * float(min(curve.min(), 0.0)), 1.1 * float(max(curve.max(), 0.0))
        title = f'{symbol.typst} space "(µA/cm²)"'
        before = _over_time(over_time, theme, stop, Formula(title, size=TICK, color=hue), low, high)
        self.graph = Panel(over_v, theme, left=_LEFT, gutter=_GUTTER).x(quantity("V"), v[0], v[-1])
        self.graph.y(Formula(f'"peak" {title}', size=TICK, color=hue), low, high)
        self.dots = [
            Measured(self.graph, [x], [peak.value], hue) for x, peak in zip(levels, self.peaks, strict=True)
        ]
        marks = [VGroup(Measured(before, [peak.t], [peak.value], hue), dot)
                 for peak, dot in zip(self.peaks, self.dots, strict=True)]  # fmt: skip
        seen = [run.at(np.linspace(0.0, stop, 801)) for run in runs]
        self.running, curves = _Running(before, runs), [(run.t, run.current(name)) for run in seen]
        style: Any = {"marks": marks, "peaks": True, "follow": self.running.follow}
        super().__init__(before, curves, hue, _named(runs, theme), **style)
        self.moving.add(self.running)
        self.curve = Family(self.graph, [(v, curve)], hue)
        self._key = key

    def flat(self, run: Trajectory) -> Family:
        """One more sweep, in the ink's colour, its voltage at its end: that at which no current flows."""
        seen, theme = run.at(np.linspace(0.0, self.panel.xlim[1], 301)), self.panel.theme
        return Family(self.panel, [(seen.t, seen[self._key])], theme.ink, _named([run], theme))

"""Marks beside an axon: a stretch of it with its name, an electrode that injects a current, a watch.

class Named(Film):
    def construct(self):
        cable = Cable("modern", length=60_000, diameter=476)
        clamp = IClamp(0, pulse(60_000, 0.2, 0.2))
        run = simulate_cable(cable, [clamp], 4.5)
        clock = Clock(Pace(4.5, rate=0.5), self.theme)
        panel = Panel(self.area, self.theme).x("mm", 0, 60).y("", -90, 60)
        top = Stretch("the front", panel, 2.0, self.theme, lambda t: (18.7 * t, 18.7 * t + 5.0))
        electrode = Injection(clamp, panel.at(0, 0), self.theme)
        timing = Timing(panel, run, 15.0, 45.0, clock)
        self.add(panel, *timing.shown, top.follow(clock), electrode.still, electrode.moving.follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import DOWN, LEFT, UP, VGroup

from hhanim.look import Theme
from hhanim.look.words import tr
from hhanim.mobjects.axon.currents import arrowhead
from hhanim.mobjects.frame.clock import Clock, Timed
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, Words
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.shapes import lines, stroked
from hhanim.mobjects.graph.marks import Moment
from hhanim.mobjects.graph.panel import Panel
from hhanim.model.cable import CableRun, IClamp


class Stretch(VGroup):
    """Words at a height over a stretch of the cable, and a bracket that says which, both as it is at the moment.

    panel: its x axis is in mm. where: from and to (mm) at a model time (ms); None where there is none. left: where the
    words may begin (scene units; default: the panel's left). color: of the words.
    """

    def __init__(
        self,
        text: str,
        panel: Panel,
        height: float,
        theme: Theme,
        where: Callable[[float], tuple[float, float] | None],
        *,
        left: float = -np.inf,
        color: str = "ink",
    ) -> None:
        self.left = max(left, panel.area.left)
        self.panel, self.where, self.height_ = panel, where, height
        self.label = Words(text, size=SMALL, color=theme.color(color))
        self.bracket = stroked(np.zeros((0, 3)), theme.muted, stroke(3.0))
        super().__init__(self.label, self.bracket)
        self.draw(0.0)

    def draw(self, t: float) -> Self:
        """Draw it at model time t (ms); where there is no such stretch, it stays where it was."""
        span = self.where(t)
        if span is None:
            return self
        (a, b), half = self.panel.at(np.array(span), 0.0)[:, 0].tolist(), 0.5 * self.label.width
        middle = 0.5 * (max(a, self.left) + b)  # of the part of it where words may stand
        x = min(max(middle, self.left + half), self.panel.area.right - half)
        self.label.move_to((x, self.height_ + 0.06, 0.0))
        low = self.height_ - 0.15
        self.bracket.points = lines([(a, low - 0.1), (a, low), (b, low), (b, low - 0.1)])
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.draw(clock.now) and None, call_updater=True)


class Injection:
    """Where a current goes in, at one end of a cable: its name, and an arrow while it flows.

    tip: where the arrow ends; left: whether it comes from the left. named: whether it is, which one of two that are
    alike need not be. `still` never moves, `moving` does.
    """

    REACH = 0.55

    def __init__(
        self, clamp: IClamp, tip: Any, theme: Theme, *, left: bool = True, named: bool = True
    ) -> None:
        way = np.array([1.0 if left else -1.0, 0.0])
        name = Words("pulse", size=SMALL, color=theme.color("stimulus"))
        if left:  # beside the arrow: under it stands what the wall is called
            name.next_to((*(tip[:2] - self.REACH * way), 0.0), LEFT, buff=0.08)
        else:
            name.next_to((*(tip[:2] - 0.5 * self.REACH * way), 0.0), DOWN, buff=0.16)
        self.still = VGroup(name) if named else VGroup()
        self.moving = _Arrow(clamp, np.asarray(tip)[:2], way, self.REACH, theme)

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        self.moving.follow(clock)
        return self


class Stopwatch(Reading):
    """The time that has gone from one model time (ms) on, until another."""

    def __init__(self, start: float, stop: float, theme: Theme) -> None:
        super().__init__("{} ms", size=LABEL, color=theme.ink, hold="right")
        self.start, self.stop = start, stop

    def follow(self, clock: Clock) -> Self:
        """Show it at the clock's model time in every frame."""

        def show(_: Any) -> None:
            self.draw(f"{min(max(clock.now, self.start), self.stop) - self.start:.3f}")

        return self.add_updater(show, call_updater=True)


class Timing:
    """Two electrodes along a cable whose V is on a panel in mm, and a watch that runs while a spike is between them.

    a, b: where they are (mm). `shown` are the blocks; `speed` (m/s) is what they measure, `between` two places (µm),
    and at `place`, under the watch, it can be written.
    """

    def __init__(self, panel: Panel, run: CableRun, a: float, b: float, clock: Clock) -> None:
        self.between, top = (1e3 * a, 1e3 * b), panel.at(0.5 * (a + b), panel.ylim[1])
        self.speed = run.speed(*self.between)
        start, stop = map(run.passes, self.between)
        watch = Stopwatch(start, stop, panel.theme)
        watch.move_to(top + 0.2 * UP).follow(clock)
        self.shown = [Moment(panel, a, tr("start")), Moment(panel, b, tr("stop"), left=True), watch]
        self.place = top - 0.5 * UP


class _Arrow(Timed):
    def __init__(self, clamp: IClamp, tip: Any, way: Any, reach: float, theme: Theme) -> None:
        color, size = theme.color("stimulus"), 14 * UNIT
        super().__init__(fill_color=color, fill_opacity=1.0, stroke_color=color, stroke_width=stroke(5.0))
        self._current: Any = clamp.current
        self._shape = np.concatenate(
            [lines([tip - reach * way, tip - size * way]), arrowhead(tip - size * way, way, size)]
        )
        self.draw(0.0)

    def draw(self, t: float) -> Self:
        """Draw it at model time t (ms)."""
        self.points = self._shape if float(self._current(t)) else np.zeros((0, 3))
        return self

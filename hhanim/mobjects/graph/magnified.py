"""A graph magnified, so that what is small at first fills it; then its axis takes in more, before one's eyes.

class Small(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 12.0)
        self.timed(Pace(12.0, rate=4.0))
        large = self.graph("plot", run, "I_Na", "I_K")
        small = Magnified(large, before=6.0)
        yield Beat("small", "Small currents", "At first they are small.", show=[small], until=6.0)
        yield Beat("large", "Large ones", "The axis takes in more.", do=[small.shrinks()], leaves=[large])
        yield self.then("Now they are large.", until=12.0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import Animation, VGroup, smooth

from hhanim.look.numbers import round_below
from hhanim.mobjects.frame.lettering import Words
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.graph.labels import leader


class Magnified(Graph):
    """Another graph in its own place, magnified so that what its quantities are before a time (ms) fills it.

    times: how many times larger they are here. grows() is the animation at whose end it stands in the other's place,
    shrinks() the one at whose end the other graph stands.
    """

    def __init__(self, of: Graph, before: float) -> None:
        y = of.panel.y_axis
        most = max(abs(of.run.extreme(key, "size", before=before).value) for key in of.keys)
        self.whole, self.times = of, max(round_below(0.9 * y.high / most), 1.0)
        limits = y.name, y.low / self.times, y.high / self.times
        style: Any = of.style | {"clock": of.clock, "span": of.panel.xlim, "y": limits, "ghost": False}
        super().__init__(of.area, of.run, of.keys, of.theme, **style)

    def grows(self, run_time: float = 2.5) -> Animation:
        """The animation in which the other graph becomes this one: shrinks(), the other way round."""
        return _Shrink(self, (), back=True, run_time=run_time)

    def shrinks(self, *others: Callable[[float], Any], run_time: float = 2.5) -> Animation:
        """The animation in which all shrinks towards zero, as the axis takes in more.

        others: called with how many times more it takes in by now, for what is on the same scale.
        """
        return _Shrink(self, others, run_time=run_time)


class _Shrink(Animation):
    """Both axes, and the large graph's curves, on the scale that rules at the moment."""

    def __init__(self, small: Magnified, others: Any, *, back: bool = False, **kwargs: Any) -> None:
        self.small, self.large, self.others, self.back = small, small.whole, others, back
        self.inner, self.zero = small.panel.inner, float(small.panel.at(0.0, 0.0)[1])
        #: What belongs to an axis of y, with its height, and how much it is magnified at first.
        self._axes = [
            (m, float(m.get_y()), k)
            for panel, k in ((small.panel, 1.0), (self.large.panel, small.times))
            for m in (*panel.grid, *(n for n in panel.numbers if n.get_right()[0] < self.inner.left))
        ]
        going = VGroup(*(m for m, _, k in self._axes if k == 1.0))
        self.parts = self.large.still, self.large.moving
        style: Any = {
            "rate_func": (lambda a: smooth(1.0 - a)) if back else smooth,
            "introducer": True,
            "suspend_mobject_updating": False,
        }
        super().__init__(VGroup(going, *self.parts), **style, **kwargs)

    def create_starting_mobject(self) -> Any:
        if self.small.clock is not None:
            for graph in (self.small, self.large):
                graph.draw(self.small.clock.now)
        for part in self.parts:
            part.suspend_updating(recursive=False)
        self._lines = [(m, m.points.copy()) for t in self.large.traces for m in (t.line, t.ghost)]
        self._ghosts = [(t.ghost, t.ghost.get_stroke_opacity()) for t in self.large.traces]
        self._heads = [
            (new, new.dot.get_center(), [trace.tag.place for trace in (old, new) if trace.tag])
            for old, new in zip(self.small.traces, self.large.traces, strict=True)
        ]
        return self.mobject  # nothing is interpolated from where it was

    def _setup_scene(self, scene: Any) -> None:
        scene.remove(self.small.still, self.small.moving)
        super()._setup_scene(scene)

    def interpolate_mobject(self, alpha: float) -> None:
        done = float(self.rate_func(alpha))
        more = self.small.times**done  # by the same factor in every moment
        for m, y, k in self._axes:
            m.set_y(height := self._at(y, k / more))
            inside = self.inner.bottom - 0.01 < height < self.inner.top + 0.01
            self._show(m, (done if k > 1.0 else max(1.0 - 2.0 * done, 0.0)) * inside)
        self._draw(done, self.small.times / more)
        for other in self.others:
            other(more)

    @staticmethod
    def _show(m: Any, share: float) -> None:
        m.set_opacity(share) if isinstance(m, Words) else m.set_stroke(opacity=share)

    def _draw(self, done: float, k: float) -> None:
        """The curves, so many times magnified."""
        for line, points in self._lines:
            line.points = points * [1.0, k, 1.0] + [0.0, self.zero * (1.0 - k), 0.0]
        for ghost, own in self._ghosts:  # when they do not reach beyond the panel any more
            ghost.set_stroke(opacity=own * max(1.0 - 10.0 * (k - 1.0), 0.0))
        for trace, head, places in self._heads:
            now = np.array([head[0], self._at(float(head[1]), k), 0.0])
            trace.dot.move_to(now)
            if trace.tag is not None:
                trace.tag.move(places[0] + (places[1] - places[0]) * done)
                trace.leader.points = leader(now, trace.tag.place, 1.0)

    def _at(self, y: float, k: float) -> float:
        return self.zero + k * (y - self.zero)

    def clean_up_from_scene(self, scene: Any) -> None:
        super().clean_up_from_scene(scene)
        scene.remove(self.mobject)
        for part in self.parts:
            part.resume_updating(recursive=False)
        if self.back:  # the large one's axis is as it was when it comes again
            for m, y, _ in self._axes:
                self._show(m.set_y(y), 1.0)
        stands = self.small if self.back else self.large
        scene.add(stands.still, stands.moving)

"""A family of sweeps on one panel, laid down one after the other as on the screen of an oscilloscope.

class Steps(Story):
    def beats(self):
        volts = (-40.0, -20.0, 0.0)
        runs = [simulate(self.membrane, f"clamp(-65, {v}, start=1)", 8.0) for v in volts]
        panel = Panel(self.grid["plot"], self.theme).x("ms", 0, 8).y(quantity("I"), -1500, 1500)
        names = [self.words(millivolts(v), size=TICK) for v in volts]
        family = Family(panel, [(run.t, run.current("Na")) for run in runs], self.theme.color("Na"), names)
        yield Beat("sweeps", "Sweep after sweep", "Each step of V is a run of its own.", show=[family],
                   do=[family.lay(0, 1.0)])
        yield Beat("rest", "All of them", "Larger steps give other currents.", do=[family.lay_all(1, each=0.6)])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from manim import Animation, Succession, UpdateFromAlphaFunc, VGroup, VMobject, linear

from hhanim.look import Theme
from hhanim.mobjects.frame.shapes import mix
from hhanim.mobjects.graph.labels import put_at_ends, put_at_peaks
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace

_LINE = 4.0  # design pixels


def shades(theme: Theme, color: Any, count: int, faintest: float = 0.6) -> list[Any]:
    """A colour for each of so many curves: the first has that share of it, the last all."""
    shares = [faintest + (1.0 - faintest) * k / max(count - 1, 1) for k in range(count)]
    return [mix(theme.ground, color, share) for share in shares]


class Family:
    """Curves of one kind, of which none is on the screen before it is laid.

    panel: the axes, which are part of the block. curves: times and values (T,) of each. color: of the last; the first
    are fainter, none below a contrast of 3:1. labels: a mobject for each, put at its end when it is whole, or (`peaks`)
    where it is farthest from zero; None for none. marks: for each what appears when it is whole, where it stands
    already. faintest: the share of the colour that the first has. follow: called with a sweep's number and the time
    (ms) to which it is laid, by what goes along.
    """

    def __init__(
        self,
        panel: Panel,
        curves: Sequence[tuple[Any, Any]],
        color: Any,
        labels: Sequence[VMobject | None] = (),
        *,
        marks: Sequence[VMobject] = (),
        peaks: bool = False,
        faintest: float = 0.6,
        follow: Callable[[int, float], Any] = lambda k, t: None,
    ) -> None:
        count = len(curves)
        hues = shades(panel.theme, color, count, faintest)
        self.panel = panel
        self.traces = [
            Trace(panel, t, y, color=hue, width=_LINE) for (t, y), hue in zip(curves, hues, strict=True)
        ]
        self.labels = [*labels, *[None] * (count - len(labels))]
        self.marks, self.follow = [*marks, *[None] * (count - len(marks))], follow
        self._place(peaks)
        for trace in self.traces:
            trace.dot.set_opacity(0.0)
        for mark in marks:
            mark.set_opacity(0.0)
        self.still: VGroup = panel
        self.moving = VGroup(*self.traces, *marks)

    def _place(self, peaks: bool) -> None:
        """Each label right of its curve's end, or beside its peak, none on another."""
        named = {k: word for k, word in enumerate(self.labels) if word is not None}
        if not named:
            return
        words, traces = list(named.values()), [self.traces[k] for k in named]
        marks = [mark.get_all_points()[:, :2] for mark in self.marks if mark is not None]
        (low, high), x = self.panel.ylim, np.linspace(*self.panel.xlim, 50)
        zero = [self.panel.at(x, 0.0)[:, :2]] if low < 0.0 < high else []  # a curve may lie there, too
        around = np.concatenate([trace.path.values[:, :2] for trace in self.traces] + marks + zero)
        lines = put_at_peaks(words, traces, around) if peaks else put_at_ends(words, traces)
        for (k, word), line in zip(named.items(), lines, strict=True):
            self.labels[k] = VGroup(line, word).set_opacity(0.0)

    def lay(self, k: int, run_time: float = 1.0) -> Animation:
        """The animation that lays sweep k."""
        parts = VGroup(self.traces[k], *self._whole(k))
        style: Any = {"rate_func": linear, "suspend_mobject_updating": False}  # what it shows moves with it
        return UpdateFromAlphaFunc(parts, lambda _, done: self._draw(k, done), run_time=run_time, **style)

    def put(self, k: int) -> None:
        """Sweep k at once, as lay() leaves it."""
        self._whole(k)
        self._draw(k, 1.0)

    def _whole(self, k: int) -> list[VMobject]:
        """What appears when sweep k is whole; from now on it is there."""
        whole = [mobject for mobject in (self.labels[k], self.marks[k]) if mobject is not None]
        self.moving.add(*whole)
        return whole

    def _draw(self, k: int, done: float) -> None:
        trace = self.traces[k]
        t = float(trace.t[0]) + done * float(trace.t[-1] - trace.t[0])
        trace.draw(t)
        self.follow(k, t)
        trace.dot.set_opacity(0.0 if done >= 1.0 else 1.0)
        for mobject in self._whole(k) if done >= 1.0 else ():
            mobject.set_opacity(1.0)

    def lay_all(self, first: int = 0, last: int | None = None, each: float = 0.8) -> Animation:
        """The animation that lays the sweeps from `first` up to `last`, one after the other."""
        return Succession(*(self.lay(k, each) for k in range(len(self.traces))[first:last]))

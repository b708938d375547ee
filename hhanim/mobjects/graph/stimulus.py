"""The stimulus as a bar in step with the traces: when it is on, how strong it is, and where on it we are.

class Push(Film):
    stimulus: Protocol = "step(10, start=5, stop=15)"

    def construct(self):
        clock = Clock(Pace(30.0, rate=4.0), self.theme)
        top, strip = self.area.rows(5, 1)
        panel = Panel(top, self.theme).x("ms", 0, 30).y(quantity("V"), -80, 50)
        bar = StimulusBar(strip, self.stimulus, panel, self.theme)
        self.add(panel, bar.follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Self

import numpy as np
from manim import LEFT, RIGHT, UL, UP, Dot, VGroup, VMobject
from numpy.typing import NDArray

from hhanim.look import Theme
from hhanim.look.numbers import plain
from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import TICK, Words
from hhanim.mobjects.frame.shapes import Array
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.panel import Panel
from hhanim.model import Protocol, VoltageClamp


class StimulusBar(Timed, VGroup):
    """A protocol drawn in `area` on the time axis of `panel`, with its largest value written beside it.

    The waveform is exact at its edges. A voltage clamp is drawn from its holding potential, in mV.
    """

    def __init__(
        self, area: Area, protocol: Protocol, panel: Panel, theme: Theme, *, size: float = TICK
    ) -> None:
        super().__init__()
        self.area, self.protocol, self.panel = area, protocol, panel
        self.t, self.i = self._course()
        clamp, color = isinstance(protocol, VoltageClamp), theme.color("stimulus")
        self._base = float(self.i[0]) if clamp else 0.0
        self._low, self._high = min(self._base, float(self.i.min())), max(self._base, float(self.i.max()))
        outline, foot = self.place(self.t, self.i), self.place(np.array(panel.xlim[::-1]), self._base)
        self.shape = VMobject(stroke_width=0, fill_color=color, fill_opacity=0.22)
        self.shape.set_points_as_corners(np.concatenate([outline, foot, outline[:1]]))
        self.outline = VMobject(stroke_color=color, stroke_width=stroke(3.5), fill_opacity=0)
        self.outline.set_points_as_corners(outline)
        self.dot = Dot(radius=0.85 * DOT_RADIUS * UNIT, color=color)
        peak = float(self.i[np.argmax(np.abs(self.i - self._base))])
        self.label = Words(f"{plain(peak, 4)} {'mV' if clamp else 'µA/cm²'}", size=size, color=color)
        self._put_label(np.abs(self.i - self._base) > 0.5 * abs(peak - self._base), max(peak, self._base))
        self.add(self.shape, self.outline, self.label, self.dot)
        self.draw(panel.xlim[0])

    def _course(self) -> tuple[Array, Array]:
        """Times and values of the protocol over the panel, both values at every edge."""
        start, stop = self.panel.xlim
        edges = self.protocol.edges(stop)
        edges = edges[(edges > start) & (edges < stop)]
        t, i = [], []
        for a, b in pairwise([start, *edges.tolist(), stop]):
            s = np.linspace(a, b, 2 if len(edges) > 40 else 24)
            t.append(s)
            i.append(np.asarray(self.protocol(s, at=np.full(s.shape, 0.5 * (a + b))), dtype=float))
        return np.concatenate(t), np.concatenate(i)

    def place(self, time: Any, value: Any) -> Array:
        """Scene points of the protocol's values at some times, shape (..., 3)."""
        inner, span = self.panel.inner, self._high - self._low if self._high > self._low else 1.0
        px = inner.left + self.panel.x_axis.share(time) * (inner.right - inner.left)
        py = self.area.bottom + (np.asarray(value) - self._low) / span * 0.86 * self.area.height
        px, py = np.broadcast_arrays(px, py)
        return np.stack([px, py, np.zeros(np.shape(px))], axis=-1)

    def _put_label(self, on: NDArray[np.bool_], peak: float) -> None:
        """Write the largest value before the stimulus; where no room is there, in the first gap, or after its end."""
        label, begun, roof = self.label, int(np.argmax(on)), self._high
        first = self.place(self.t[begun], roof)
        label.move_to(self.place(self.t[begun], peak), aligned_edge=UL)
        label.next_to(first, LEFT, buff=12 * UNIT, aligned_edge=UP)
        if label.get_left()[0] >= self.panel.inner.left:
            return
        falls = np.flatnonzero(on[:-1] & ~on[1:]) + 1
        over = int(falls[-1]) if len(falls) and not on[-1] else begun
        for k in falls.tolist():
            again = k + int(np.argmax(on[k:])) if on[k:].any() else -1
            room = (self.place(self.t[again], roof) - self.place(self.t[k], roof))[0]
            if room > label.width + 24 * UNIT:
                over = k
                break
        label.next_to(self.place(self.t[over], roof), RIGHT, buff=12 * UNIT).align_to(first, UP)
        if over == begun:  # there is no gap and no end: within it, clear of its edge
            label.shift(-8 * UNIT * UP)

    def draw(self, t: float) -> Self:
        """Put the dot to time t (ms)."""
        self.dot.move_to(self.place(t, float(np.asarray(self.protocol(float(t))))))
        return self

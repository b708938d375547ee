"""The stimulus as a bar in step with the traces: when it is on, how strong it is, and where on it we are.

class Push(Film):
    stimulus: Protocol = "step(10, start=5, stop=15)"

    def construct(self):
        clock = Clock(Pace(30.0, rate=4.0), self.theme)
        top, strip = self.area.rows(5, 1)
        panel = Panel(top, x=(0, 30), y=(-80, 50), ylabel="V (mV)", theme=self.theme)
        bar = StimulusBar(strip, self.stimulus, panel, self.theme)
        self.add(panel, bar.follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from manim import LEFT, RIGHT, UP, Dot, VGroup, VMobject

from hhanim.look import Theme
from hhanim.mobjects.frame.film import Area
from hhanim.mobjects.frame.lettering import TICK, UNIT, Words
from hhanim.mobjects.graph.trace import DOT_RADIUS, Panel, stroke
from hhanim.model import Protocol, VoltageClamp

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Clock

__all__ = ["StimulusBar"]


class StimulusBar(VGroup):
    """A protocol drawn in `area` on the time axis of `panel`, with its largest value written beside it.

    The waveform is exact at its edges. A voltage clamp is drawn from its holding potential, in mV.
    """

    def __init__(
        self, area: Area, protocol: Protocol, panel: Panel, theme: Theme, *, size: float = TICK
    ) -> None:
        super().__init__()
        self.protocol, self.panel = protocol, panel
        start, stop = panel.x
        edges = protocol.edges(stop)
        edges = edges[(edges > start) & (edges < stop)]
        cuts = np.concatenate([[start], edges, [stop]])
        t, i = [], []
        for a, b in pairwise(cuts.tolist()):
            s = np.linspace(a, b, 2 if len(edges) > 40 else 24)
            t.append(s)
            i.append(np.asarray(protocol(s, at=np.full(s.shape, 0.5 * (a + b))), dtype=float))
        self.t, self.i = np.concatenate(t), np.concatenate(i)
        clamp = isinstance(protocol, VoltageClamp)
        base = float(self.i[0]) if clamp else 0.0
        peak = float(self.i[np.argmax(np.abs(self.i - base))])
        low, high = min(base, float(self.i.min())), max(base, float(self.i.max()))
        span = high - low if high > low else 1.0
        left, right = panel.inner.left, panel.inner.right

        def place(time: Any, value: Any) -> Any:
            px = left + (np.asarray(time) - start) / (stop - start) * (right - left)
            py = area.bottom + (np.asarray(value) - low) / span * 0.86 * area.height
            return np.stack([px, py, np.zeros(np.shape(px))], axis=-1)

        self.place = place
        color = theme.color("stimulus")
        outline = place(self.t, self.i)
        self.shape = VMobject(stroke_width=0, fill_color=color, fill_opacity=0.22)
        foot = place(np.array([stop, start]), np.array([base, base]))
        self.shape.set_points_as_corners(np.concatenate([outline, foot, outline[:1]]))
        self.outline = VMobject(stroke_color=color, stroke_width=stroke(3.5), fill_opacity=0)
        self.outline.set_points_as_corners(outline)
        self.dot = Dot(radius=0.85 * DOT_RADIUS * UNIT, color=color)
        text = f"{peak:.4g} {'mV' if clamp else 'µA/cm²'}".replace("-", "−")
        self.name = Words(text, size=size, color=color)
        first = float(self.t[np.argmax(np.abs(self.i - base) > 0.5 * abs(peak - base))])
        self.name.move_to(place(first, peak if peak >= base else base), aligned_edge=LEFT + UP)
        self.name.next_to(place(first, high), LEFT, buff=12 * UNIT, aligned_edge=UP)
        if self.name.get_left()[0] < left:  # no room before it: after the first time it is over
            on = np.abs(self.i - base) > 0.5 * abs(peak - base)
            begun = int(np.argmax(on))
            falls = np.flatnonzero(on[:-1] & ~on[1:]) + 1
            over = int(falls[-1]) if len(falls) and not on[-1] else begun
            for k in falls.tolist():  # the first gap that is wide enough
                again = k + int(np.argmax(on[k:])) if on[k:].any() else -1
                room = (place(float(self.t[again]), high) - place(float(self.t[k]), high))[0]
                if room > self.name.width + 24 * UNIT:
                    over = k
                    break
            self.name.next_to(place(float(self.t[over]), high), RIGHT, buff=12 * UNIT)
            self.name.align_to(place(first, high), UP)
            if over == begun:  # it never is: within it, clear of its edge
                self.name.shift(-8 * UNIT * UP)
        self.add(self.shape, self.outline, self.name, self.dot)
        self.show(start)

    def show(self, t: float) -> Self:
        """Put the dot to time t (ms)."""
        self.dot.move_to(self.place(t, float(np.asarray(self.protocol(float(t))))))
        return self

    def follow(self, clock: Clock) -> Self:
        """Keep the dot at the clock's model time."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

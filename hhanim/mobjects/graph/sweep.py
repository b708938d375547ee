"""One sweep of a clamp on axes of its own, over the time since its step; and what a clamp goes through, over V.

class Swept(Story):
    def beats(self):
        run = simulate(self.membrane, clamp(-65).step(0.0, 2.0).ramp(-100.0, 40.0, 12.0, 40.0), 40.0)
        self.timed(Pace(40.0, rate=4.0))
        n = Curve(run.t, run["n"], quantity("n"))
        step = Sweep(self.grid["first"], self.theme, [n], begin=2.0, span=(-1.0, 10.0), y=("n", 0.0, 1.0),
                     clock=self.clock)
        goal = Curve(run.t, self.membrane.inf("n", run["V"]), quantity("n"), x=run["V"])
        over = Sweep(self.grid["second"], self.theme, [goal], begin=12.0, span=(0.0, 28.0), y=("n", 0.0, 1.0),
                     x=(quantity("V"), -100.0, 40.0), clock=self.clock)
        yield Beat("step", "Over time", "The gate opens in its own time.", show=[step], until=12.0)
        yield Beat("goal", "Over V", "Its steady state rises with V.", show=[step, over], until=40.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import VGroup, VMobject

from hhanim.look import Quantity, Theme
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, Formula
from hhanim.mobjects.frame.shapes import at, disc, filled, lines, mix
from hhanim.mobjects.graph.graph import LEFT_ROOM, RIGHT_ROOM
from hhanim.mobjects.graph.here import Here
from hhanim.mobjects.graph.labels import put_at_ends
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces

#: Where axes end that begin at zero, in powers of ten.
TOPS = (1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 9.0)
_POINT = 0.05  # scene units: the radius of a measured point, no head of a curve
_AIR = 0.04  # of the axis of x: before the curves, whose heads would cover the numbers of y


@dataclass(frozen=True)
class Curve:
    """What is drawn: values y (T,) at times t (ms), in the colour and dash of a quantity, its symbol at the head.

    name: in place of the quantity's symbol, in Typst; "" for none; over V it stands at the curve's right end, where it
    keeps clear of measured points. x: values (T,) to draw it over, by default the time
    since the sweep began. points: measured ones to put under it, (x, y), (K,) each.
    """

    t: Any
    y: Any
    quantity: Quantity
    name: str | None = None
    x: Any = None
    points: tuple[Any, Any] | None = None

    @property
    def symbol(self) -> str:
        """What it is called, in Typst."""
        return self.quantity.typst if self.name is None else self.name


class Sweep:
    """Curves on one panel, drawn by a clock while it is between `begin` + `span` (ms), and kept as they are after.

    y: the axis's name and limits; x: likewise, by default the time since `begin`. time: write the axis of time.

    `still` and `moving` are the two groups to show, `panel` the axes, `traces` the curves; `points` is what is
    measured, a block to be shown when it is its turn: discs where the curve is solid, rings where it is dashed.
    """

    def __init__(
        self,
        area: Area,
        theme: Theme,
        curves: Sequence[Curve],
        *,
        begin: float,
        span: tuple[float, float],
        y: tuple[Any, float, float],
        x: tuple[Any, float, float] | None = None,
        clock: Clock | None = None,
        time: bool = True,
        ticks: Sequence[float] | None = None,
        width: float = 5.0,
    ) -> None:
        self.theme, self.begin = theme, begin
        self.panel = Panel(area, theme, left=LEFT_ROOM, gutter=RIGHT_ROOM)
        name, low, high = x or ("ms" if time else "", *span)
        self.panel.x(name, low - _AIR * (high - low), high, ticks=None if name else ()).y(*y, ticks=ticks)
        symbols = [
            Formula(c.symbol, size=LABEL, color=theme.color(c.quantity)) if c.symbol else None for c in curves
        ]
        over = x is not None
        self.traces = Traces(
            self._trace(c, span, width, None if over else word)
            for c, word in zip(curves, symbols, strict=True)
        )
        self.traces.without_ghosts()
        self.points, self.moving = VGroup(), VGroup(self.traces)
        self.still = VGroup(self.panel, self.traces.ghosts)
        if over:
            named = [
                (word, trace) for word, trace in zip(symbols, self.traces, strict=True) if word is not None
            ]
            self.still.add(put_at_ends(*zip(*named, strict=True)), *(word for word, _ in named))
        for c in curves:
            if c.points is not None:
                places = self.panel.at(*c.points)[:, :2]
                inner, hue = self.panel.inner, theme.color(c.quantity)
                inside = (places[:, 0] >= inner.left) & (places[:, 0] <= inner.right)
                rings = at(disc(), places[inside], _POINT)
                face = theme.ground if theme.dash(c.quantity) else mix(theme.ground, hue, 0.65)
                self.points.add(filled(rings, face, stroke=hue, width=stroke(3.0)))
        if clock is not None:
            self.traces.follow(clock)
            self.moving.add(Here(self.traces[0].dot, clock, named=True))

    def _trace(self, c: Curve, span: tuple[float, float], width: float, label: Any) -> Trace:
        t, y = np.asarray(c.t, dtype=float), np.asarray(c.y, dtype=float)
        x = t - self.begin if c.x is None else np.asarray(c.x, dtype=float)
        now = (t >= self.begin + span[0]) & (t <= self.begin + span[1])
        if c.x is not None:  # at the very end V may have jumped away already
            now &= t < self.begin + span[1]
        hue = self.theme.color(c.quantity)
        style: Any = {"color": hue, "dash": self.theme.dash(c.quantity), "width": width, "label": label}
        ghost = c.x is not None  # the names stand at its ends from the first
        return Trace(self.panel, t[now], y[now], x=x[now], ghost=ghost, **style)

    def band(self, t: Any, low: Any, high: Any, quantity: Quantity) -> VMobject:
        """The stretch between two courses (T,) at times t (ms), in a quiet shade of a quantity's colour."""
        x = np.asarray(t, dtype=float) - self.begin
        rim = [self.panel.at(x, np.clip(y, *self.panel.ylim))[:, :2] for y in (low, high)]
        outline = np.concatenate([rim[0], rim[1][::-1], rim[0][:1]])
        return filled(lines(outline), mix(self.theme.ground, self.theme.color(quantity), 0.35))

"""Inward against outward current, as two bars: which of them is longer decides where V goes.

class Fight(Film):
    def construct(self):
        run = simulate(self.membrane, "pulse(7, 2, 1)", duration=12)
        clock = Clock(Pace(12.0, rate=2.0), self.theme)
        balance = Balance(run, self.theme, self.area, limit=20.0)
        self.add(balance.follow(clock))
        self.play(clock.run())
        print(balance.shown())    # (inward, outward) in µA/cm², read back from the bars
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import LEFT, UP, VGroup

from hhanim.language import text
from hhanim.look import Theme, quantities
from hhanim.look.words import channel_name
from hhanim.mobjects.frame.clock import Timed
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.shapes import at, disc, filled, lines
from hhanim.model import Trajectory


class Balance(Timed, VGroup):
    """Two bars, one above the other, from one line: all currents that flow in, and all that flow out.

    run: the trajectory. area: where; they stand at its top. limit: the current (µA/cm²) that fills a bar; what
    is larger ends in a point, and the number behind each bar says how much it is. The share of every channel, and of an
    electrode that stimulates, is in its own colour, which a key under the bars names, on the side on which its current
    flows at the moment: V rises while more flows in than out.
    """

    seen = text("two bars, the currents inward and outward")

    def __init__(self, run: Trajectory, theme: Theme, area: Area, *, limit: float) -> None:
        super().__init__()
        self.run, self.limit, self._first = run, limit, limit
        channels, known = run.membrane.channels, quantities(run.membrane)
        shares = [(channel_name(c), known[f"I_{c.name}"], run.current(c.name)) for c in channels]
        if np.any(run.stimulus):
            shares.append(("electrode", known["I"], -run["I"]))
        self._currents = [current for *_, current in shares]
        rows = area.inset(bottom=max(area.height - 0.75, 0.0)).rows(1.0, 1.0, gap=0.06)
        names = [Words(word, size=SMALL, color=theme.muted) for word in ("in", "out")]
        self._left = area.left + max(name.width for name in names) + 0.14
        self._rows, self._half = [float(row.center[1]) for row in rows], 0.32 * min(rows[0].height, 0.3)
        self._bars = [[filled(np.zeros((0, 3)), theme.color(hue)) for _, hue, _ in shares] for _ in rows]
        self._points = [filled(np.zeros((0, 3)), theme.muted) for _ in rows]
        self._sums = [Reading("{} µA/cm²", size=SMALL, color=theme.ink) for _ in rows]
        # Three more figures and the unit have room behind the bar.
        self._room = area.right - self._sums[0].width - 3.0 * SMALL * 0.5 * UNIT - 0.2 - self._left
        for name, y, bars, point, said in zip(
            names, self._rows, self._bars, self._points, self._sums, strict=True
        ):
            name.move_to((area.left, y, 0.0), aligned_edge=LEFT)
            said.move_to((0.0, y, 0.0))
            self.add(name, *bars, point, said)
        names[0].align_to(names[1], UP).shift((0, self._rows[0] - self._rows[1], 0))
        if area.height > 1.2:
            key = VGroup(*(self._named(name, theme.color(hue), theme) for name, hue, _ in shares)).arrange(
                buff=0.4
            )
            self.add(key.move_to((self._left, area.top - 1.05, 0.0), aligned_edge=LEFT))
        self.draw(0.0)

    @staticmethod
    def _named(name: str, color: Any, theme: Theme) -> VGroup:
        """A patch of a colour, and what it stands for."""
        spot = filled(at(disc(), [(0.0, 0.0)], 0.1), color)
        return VGroup(spot, Words(name, size=SMALL, color=theme.muted).next_to(spot, buff=0.12))

    def draw(self, t: float) -> Self:
        """The currents at the model's time t (ms)."""
        now = [float(np.interp(t, self.run.t, current)) for current in self._currents]
        for sign, y, bars, point, said in zip(
            (-1.0, 1.0), self._rows, self._bars, self._points, self._sums, strict=True
        ):
            total = 0.0
            for current, bar in zip(now, bars, strict=True):
                a, total = min(total, self.limit), total + max(sign * current, 0.0)
                b = min(total, self.limit)
                bar.points = self._box(a, b, y) if b > a else np.zeros((0, 3))
            end = self._left + min(total / self.limit, 1.0) * self._room
            tip = 1.5 * self._half
            over = [(end + 0.04, y + self._half), (end + 0.04 + tip, y), (end + 0.04, y - self._half)]
            point.points = lines([*over, over[0]]) if total > self.limit else np.zeros((0, 3))
            said.draw(f"{total:.1f}" if total < 100.0 else f"{total:.0f}")
            beyond = 0.04 + tip if total > self.limit else 0.0
            said.shift((end + beyond + 0.1 - said.get_left()[0], 0.0, 0.0))
        return self

    def magnified(self, times: float) -> None:
        """Let a bar hold so many times what it held at first."""
        self.limit = times * self._first

    def _box(self, a: float, b: float, y: float) -> np.ndarray:
        x = [self._left + share / self.limit * self._room for share in (a, b)]
        low, high = y - self._half, y + self._half
        return lines([(x[0], low), (x[1], low), (x[1], high), (x[0], high), (x[0], low)])

    def shown(self) -> tuple[float, float]:
        """The two sums (µA/cm²), up to the limit, read back from the drawn bars."""
        ends = [
            max((float(bar.points[:, 0].max()) for bar in bars if len(bar.points)), default=self._left)
            for bars in self._bars
        ]
        inward, outward = ((end - self._left) / self._room * self.limit for end in ends)
        return inward, outward

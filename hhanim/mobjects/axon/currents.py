"""The local circuits of a cable: streamlines of the current inside it, through its wall, and back outside.

class Circuits(Film):
    def construct(self):
        cable = Cable("modern", length=60_000, diameter=476)
        run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
        panel = Panel(self.area, self.theme).x("mm", 0, 60).y("", 0, 1)
        loops = LocalCurrents(panel, run, self.theme, wall=(0, 0.2), inside=1, outside=1, ground=self.theme.ground)
        self.add(loops.draw(2.5))
        self.wait()
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from manim import VGroup

from hhanim.look import Theme
from hhanim.look.numbers import round_below, smoothstep
from hhanim.mobjects.frame.clock import Clock, Timed
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, filled, lines, mix, smooth, stroked
from hhanim.mobjects.graph.panel import Panel
from hhanim.model.cable import CableRun


def largest_axial(run: CableRun) -> float:
    """The largest current (nA) along the core of a cable, away from its ends."""
    away = slice(run.cable.count // 6, -run.cable.count // 6)
    return max(float(np.abs(run.axial_current()[:, away]).max()), 1e-12)


@dataclass(frozen=True)
class Loop:
    """One loop: its current (nA, the sign its direction in the core), its ends (mm), its size (1: the smallest that is
    seen), and whether it comes from a stimulus.
    """

    current: float
    a: float
    b: float
    size: float
    driven: bool


class LocalCurrents(Timed, VGroup):
    """The local circuits of a cable as streamlines, one for every `unit` (nA) of axial current; by default a round one.

    panel: its x axis is in mm. wall: heights of the wall's two faces; inside, outside: how far the current spreads
    above it in the core, below it outside. count: loops that the largest axial current of the run, away from the ends,
    comes to. ground: the colour behind them, which narrow ones fade into.

    What leaves the core of a cable between two places is what flows past the first and not past the second: loop k runs
    from where the axial current rises through (k + 1/2) units to where it falls through it again, inside in the
    direction of that current, outside back. In a current that is spread evenly over its depth what flows deeper than a
    share s of it is 1 - s of the whole: a streamline lies where that is its own level. So the loops move as the
    computed current does, and between two neighbours one unit flows. While a stimulus drives the cable at one of its
    ends, loops begin there, open, in its colour. spans() has the loops; loops() reads back what is drawn.

    The arrowheads go round as the current does, also while the clock stands: advance() says how long.
    """

    #: Of the depth: a loop less deep is not seen, one an eighth as deep again in full; a faint one is taken for a
    #: weaker current.
    SHALLOW = 0.08
    HEAD = 13 * UNIT
    #: Of a loop's half, inside or outside, that its arrowheads go in a second of film; and where they are at first.
    FLOW, HEADS = 0.35, np.array([0.5, 1.0])

    def __init__(
        self,
        panel: Panel,
        run: CableRun,
        theme: Theme,
        *,
        wall: tuple[float, float],
        inside: float,
        outside: float,
        ground: Any,
        count: int = 2,
        unit: float | None = None,
        narrow: float = 1 / 30,
        clear: float = 0.0,
        width: float = 3.5,
    ) -> None:
        super().__init__()
        self.panel, self.run, self.wall, self.inside, self.outside = panel, run, wall, inside, outside
        axial = run.axial_current()
        self.x = np.arange(run.cable.count + 1) * run.cable.dx * 1e-3  # mm
        self.unit = unit or round_below(largest_axial(run) / (count - 0.45))
        self.levels = (np.arange(count) + 0.5) * self.unit
        self.clear = clear
        self.narrow = narrow * (panel.xlim[1] - panel.xlim[0])
        self._axial = Sampled(run.t, axial)
        most = max(
            int(np.count_nonzero(np.diff(s * axial > level, axis=1, prepend=False), axis=1).max() + 1) // 2
            for s in (1.0, -1.0)
            for level in self.levels
        )
        self.drawn: list[Loop] = []
        self._gone = 0.0
        self._ground = ground
        self._colors = {True: theme.color("stimulus"), False: theme.ink}
        # One mobject of each kind for every loop there can be at once: each fades on its own.
        empty = np.zeros((0, 3))
        self.lines = VGroup(*(stroked(empty, theme.ink, stroke(width)) for _ in range(2 * count * most)))
        self.heads = VGroup(*(filled(empty, theme.ink) for _ in self.lines))
        self.add(self.lines, self.heads)
        self.draw(0.0)

    def spans(self, t: float) -> list[Loop]:
        """The loops of the computed current at time t (ms); their ends in mm."""
        axial = self._axial(t)
        dx = self.run.cable.dx
        sources = [
            dx * 1e-3 * int(min(c.position, self.run.cable.length - 0.5 * dx) / dx)
            for c in self.run.clamps
            if float(c.current(t)) != 0.0  # type: ignore[operator]
        ]
        out = []
        for sign in (1.0, -1.0):
            for level in self.levels.tolist():
                for a, b in self._stretches(sign * axial - level):
                    enters = a if sign > 0 else b
                    within = sign * axial[(self.x > a) & (self.x < b)]
                    depth = 1.0 - level / within.max(initial=level)
                    size = min((b - a) / self.narrow, depth / self.SHALLOW)
                    driven = any(0.0 <= enters - x <= dx * 1e-3 * (1 + 1e-9) for x in sources)
                    out.append(Loop(sign * level, a, b, size, driven))
        return out

    def ahead(self, t: float) -> tuple[float, float] | None:
        """From where to where (mm) the current that flows to the right leaves the core, at time t (ms)."""
        ends = [loop.b for loop in self.spans(t) if loop.current > 0.0 and loop.size > 1.0]
        return (min(ends), max(ends)) if len(ends) > 1 else None

    def advance(self, t: float, seconds: float) -> Self:
        """Draw the loops at time t (ms), so many seconds of film after they were drawn last."""
        self._gone += self.FLOW * seconds
        return self.draw(t)

    def follow(self, clock: Clock) -> Self:
        """Draw the loops at the clock's model time in every frame."""
        self.draw(clock.now)
        return self.add_updater(lambda _, dt: self.advance(clock.now, dt))

    def draw(self, t: float) -> Self:
        """Draw the loops at time t (ms)."""
        axial = np.abs(self._axial(t))
        self.drawn = [loop for loop in self.spans(t) if loop.size > 1.0]
        for k, (line, head) in enumerate(zip(self.lines, self.heads, strict=True)):
            if k >= len(self.drawn):
                line.points = head.points = np.zeros((0, 3))
                continue
            loop = self.drawn[k]
            line.points, head.points = self._points(loop, axial, 0.23 * k)
            seen = smoothstep(8.0 * (loop.size - 1.0))
            color = mix(self._ground, self._colors[loop.driven], seen).to_rgb()
            # The opacity stays, for what fades it in or out.
            line.stroke_rgbas = np.append(color, line.stroke_rgbas[0, 3])[None, :]
            head.fill_rgbas = np.append(color, head.fill_rgbas[0, 3])[None, :]
        return self

    def _stretches(self, above: Array) -> list[tuple[float, float]]:
        """Where a quantity along the cable is positive: both ends (mm) of every stretch."""
        on = above > 0.0
        if not on.any():
            return []
        up = np.flatnonzero(~on[:-1] & on[1:])
        down = np.flatnonzero(on[:-1] & ~on[1:])

        def cross(k: Any) -> Array:
            u = above[k] / (above[k] - above[k + 1])
            return np.asarray(self.x[k] + (self.x[k + 1] - self.x[k]) * u)

        first, last = cross(up).tolist(), cross(down).tolist()
        if on[0]:
            first.insert(0, float(self.x[0]))
        if on[-1]:
            last.append(float(self.x[-1]))
        return list(zip(first, last, strict=True))

    def _points(self, loop: Loop, axial: Array, on: float) -> tuple[Array, Array]:
        """Points of a loop's line inside and outside, and of its heads, which are that much further on."""
        low, high = self.wall
        between = np.flatnonzero((self.x > loop.a) & (self.x < loop.b))
        depth = 1.0 - abs(loop.current) / axial[between]
        # Fewer points will do; those that stay are the same in every frame.
        some = between % 3 == 0
        x = np.concatenate([[loop.a], self.x[between][some], [loop.b]])
        depth = np.concatenate([[0.0], depth[some], [0.0]])
        forward = loop.current > 0.0
        if loop.driven:  # from the end face of the cable, level
            end, beside = (0, 1) if forward else (-1, -2)
            depth[end] = depth[beside]
        px = self.panel.at(x, 0.0)[:, 0]
        wide = float(px[-1] - px[0])
        near = np.minimum(np.minimum(px - px[0], px[-1] - px) / min(max(self.clear, 1e-9), 0.3 * wide), 1.0)
        # In a quarter of a circle past what stands at the wall.
        beyond = self._past(loop) * np.sqrt(1.0 - (1.0 - near) ** 2)
        curves = [
            np.stack([px, y, 0.0 * px], axis=1)
            for y in (
                high + beyond + (self.inside - self.clear) * depth,
                low - beyond - (self.outside - self.clear) * depth,
            )
        ]
        heads, size = [], min(self.HEAD, 0.14 * wide)
        for curve, sign in zip(curves, (1.0, -1.0) if forward else (-1.0, 1.0), strict=True):
            for share in (self.HEADS + self._gone + on) % 1.0:
                x = px[0] + (share if sign > 0 else 1.0 - share) * wide
                near, tip = (np.array([p, np.interp(p, px, curve[:, 1])]) for p in (x - 0.05, x + 0.05))
                along = sign * (tip - near) / np.hypot(*(tip - near))
                # At the wall one goes as the next one comes.
                seen = max(min(1.0, 5.0 * share, 5.0 * (1.0 - share)), 1e-3)
                heads.append(arrowhead(0.5 * (near + tip), along, seen * size))
        return np.concatenate([smooth(c) for c in curves]), np.concatenate(heads)

    def _past(self, loop: Loop) -> float:
        """How far from the wall a loop begins to spread: one within another passes what stands there below it."""
        return self.clear * (0.55 + 0.45 * float(self.levels[0]) / abs(loop.current))

    def loops(self) -> list[tuple[float, float, float, float]]:
        """What is drawn, read back from its points: of every loop where it enters and leaves the core (mm), where it is
        deepest (mm), and which share of the depth it keeps there.
        """
        out = []
        for line, head, loop in zip(self.lines, self.heads, self.drawn, strict=False):
            inner = line.points[: len(line.points) // 2]
            ends = [self.panel.data(p)[0] for p in (inner[0], inner[-1])]
            if head.points[0, 0] < 0.5 * (
                head.points[4, 0] + head.points[8, 0]
            ):  # the tip, the corners behind
                ends = ends[::-1]
            top = inner[int(np.argmax(inner[:, 1]))]
            depth = (top[1] - self.wall[1] - self._past(loop)) / (self.inside - self.clear)
            out.append((ends[0], ends[1], self.panel.data(top)[0], float(depth)))
        return out


def arrowhead(middle: Array, along: Array, size: float) -> Array:
    """An arrow's head about a point (2,), pointing along a unit vector (2,), as Bézier points (12, 3)."""
    across = np.array([-along[1], along[0]])
    corners = [(1.1, 0.0), (-1.1, 0.8), (-1.1, -0.8), (1.1, 0.0)]
    return lines([middle + size * (f * along + g * across) for f, g in corners])

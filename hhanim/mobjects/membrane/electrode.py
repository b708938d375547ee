"""A glass pipette through the membrane, from which the stimulus flows into the cell.

class Injected(Film):
    def construct(self):
        run = simulate(self.membrane, "pulse(10, 2, 4)", duration=10)
        clock = Clock(Pace(10.0, rate=1.0), self.theme)
        patch = MembranePatch(run, self.theme, self.area, clock=clock, electrode=True)
        self.add(patch.still, patch.moving)
        self.play(clock.run())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import VGroup

from hhanim.look import Theme
from hhanim.mobjects.frame.shapes import Array, filled, lines, mix
from hhanim.mobjects.frame.standard import UA_PER_CHARGE
from hhanim.mobjects.membrane.ions import PLACES, Stream
from hhanim.model import Trajectory


class Electrode(VGroup):
    """A pipette from `top` through the membrane to its `tip` in the cytoplasm, upright at x (scene units).

    run: whose stimulus (µA/cm²) it injects: a dot on its way for every UA_PER_CHARGE of it, downwards into the cell.
    pace: of the clock, see Stream. reach: how far from the tip what is injected is seen.

    `glass` never moves, `stream` does. shown() reads the stimulus back from the dots.
    """

    def __init__(
        self,
        run: Trajectory,
        theme: Theme,
        x: float,
        top: float,
        tip: float,
        *,
        pace: Callable[[Any], Any] | None = None,
        reach: float = 0.8,
        radius: float = 0.07,
    ) -> None:
        color = theme.color("stimulus")
        self.narrow, self.wide = 1.5 * radius, 3.6 * radius  # half its width at the tip and at the top
        self._tip, self._top = tip, top
        outline = [(x - self.narrow, tip), (x - self.wide, top), (x + self.wide, top), (x + self.narrow, tip)]
        self.glass = filled(
            lines([*outline, outline[0]]), mix(theme.ground, color, 0.16), stroke=color, width=3.0
        )
        self.stream = _Injected(run, theme, x, tip, top, reach, pace=pace, radius=radius)
        super().__init__(self.glass, self.stream)

    def half_width(self, y: float) -> float:
        """Half its width at a height (scene units)."""
        return float(np.interp(y, [self._tip, self._top], [self.narrow, self.wide]))

    def draw(self, t: float) -> Self:
        """Draw what it injects at model time t (ms)."""
        self.stream.draw(t)
        return self

    def advance(self, t: float, seconds: float) -> Self:
        """Draw it at model time t (ms), after so many seconds of film since it was drawn last."""
        self.stream.advance(t, seconds)
        return self

    def shown(self) -> float:
        """The size of the stimulus (µA/cm²), read back from the drawn dots."""
        return self.stream.shown()


class _Injected(Stream):
    def __init__(
        self, run: Trajectory, theme: Theme, x: float, tip: float, top: float, reach: float, **style: Any
    ) -> None:
        self.x, self.tip, self.reach = x, tip, reach
        self._ends = tip - reach, top
        self._spread = 2.0 * ((np.arange(PLACES) * 0.7548776662) % 1.0) - 1.0
        drive = -np.broadcast_to(np.asarray(run.stimulus, dtype=float), run.t.shape)
        on = np.flatnonzero(np.diff(np.concatenate([[False], drive != 0.0, [False]]).astype(int)))
        ends = np.append(run.t, run.t[-1])
        spans = np.stack([ends[on[::2]], ends[on[1::2]]], axis=1)
        color = theme.color("stimulus")
        super().__init__(run.t, drive, color, theme, each=UA_PER_CHARGE, openings=spans, **style)

    @property
    def ends(self) -> tuple[float, float]:
        return self._ends

    def aside(self, y: Array, k: Any) -> Array:
        away = np.clip((self.tip - y) / self.reach, 0.0, 1.0)
        return np.asarray(self.x + 0.5 * self.reach * self._spread[k] * away**1.5)

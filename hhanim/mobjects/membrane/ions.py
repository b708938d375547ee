"""Ions: those that wait on both sides of a membrane, and those that cross it because the trajectory says so.

    class Inrush(Film):
        def construct(self):
            run = simulate(self.membrane, "pulse(10, 2, 1)", duration=20)
            channel = ChannelView(self.membrane, "Na", self.theme)
            flow = IonFlow(run, "Na", [channel], self.theme, transit=0.5)
            clock = Clock(Pace(7.0, start=3.0, rate=0.5), self.theme)
            self.add(channel, flow.add_updater(lambda f: f.draw(clock.now)))
            self.play(clock.run())

The charge carried through a channel, the integral of its computed current, is counted out in dots of one
size: a dot is half-way through the pore at the instant at which the next half quantum has flowed. Number and
direction are therefore the current's, and where a dot is depends on the model's time alone, never on the
frame rate. Dots go round a ball where it hangs: set the channel's gates before the flow is shown. The ions
that wait jostle each about its own place, so that they carry no net charge anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from manim import VMobject
from scipy.integrate import cumulative_simpson

from hhanim.look import Theme, quantities
from hhanim.look.numbers import round_above
from hhanim.mobjects.frame.shapes import Array, at, disc, mix
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.model import Trajectory

#: Charge that one drawn ion stands for (nC/cm², that is µA·ms/cm²): about 1500 monovalent ions per µm².
QUANTUM = 25.0

_DISC = disc()


def crossings(run: Trajectory, channel: str, quantum: float = QUANTUM) -> tuple[Array, Array]:
    """When the charge through a channel passes each half-odd multiple of `quantum`, and in which direction.

    Returns times (K,), ms, increasing, and directions (K,): +1 out of the cell, -1 into it.
    """
    charge = cumulative_simpson(run.current(channel), x=run.t, initial=0.0) / quantum
    level = np.floor(charge + 0.5)
    times: list[Array] = []
    signs: list[Array] = []
    for k in np.flatnonzero(np.diff(level)):
        a, b = charge[k], charge[k + 1]
        step = 1.0 if level[k + 1] > level[k] else -1.0
        first = level[k] + 0.5 * step
        passed = first + step * np.arange(int(abs(level[k + 1] - level[k])))
        times.append(run.t[k] + (run.t[k + 1] - run.t[k]) * (passed - a) / (b - a))
        signs.append(np.full(len(passed), step))
    return (np.concatenate(times), np.concatenate(signs)) if times else (np.empty(0), np.empty(0))


def fitting_quantum(run: Trajectory, channels: Sequence[str], rate: Any, per_second: float = 18.0) -> float:
    """A round charge per dot (nC/cm²), such that no more than `per_second` dots a second pass through a channel.

    rate: a function of the model's time (ms) that gives model milliseconds per second of film, as Pace.rate.
    """
    flow = max(float(np.max(np.abs(run.current(c)) * rate(run.t))) for c in channels)
    return round_above(max(flow / per_second, 1e-3))


class IonFlow(VMobject):
    """All ions on their way through the channels of one kind: one mobject.

    run: the trajectory. channel: its channel's name. views: the ChannelViews it flows through, in turn.
    theme: for the ion's colour. quantum: charge per dot (nC/cm²).
    transit: how long a dot is under way, in ms, or in the units of `pace`.
    pace: a function from the model's time (ms) to the time in which dots move at constant speed, for films
        whose clock slows down: with clock.pace.film a dot takes `transit` seconds of film at any rate. By
        default the model's time.
    reach: how far from the pore's mouths (scene units) a dot appears and disappears.
    radius: of a dot (scene units).
    """

    def __init__(
        self,
        run: Trajectory,
        channel: str,
        views: Sequence[ChannelView],
        theme: Theme,
        *,
        quantum: float = QUANTUM,
        transit: float = 0.5,
        pace: Callable[[Any], Any] | None = None,
        reach: float = 1.0,
        radius: float = 0.09,
        seed: int = 1952,
    ) -> None:
        color = theme.color(quantities(run.membrane)[f"I_{channel}"])
        super().__init__(
            fill_color=mix(color, theme.ink, 0.12),
            fill_opacity=1.0,
            stroke_color=theme.ground,
            stroke_width=1.5,
        )
        self.run, self.channel, self.views = run, channel, list(views)
        self.quantum, self.transit, self.reach, self.radius = quantum, transit, reach, radius
        self.pace = pace or (lambda t: t)
        self.times, self.signs = crossings(run, channel, quantum)
        self._when = np.array([float(self.pace(t)) for t in self.times.tolist()])
        count = len(self.times)
        self.lane = np.arange(count) % max(len(self.views), 1)
        rng = np.random.default_rng(seed + sum(map(ord, channel)))
        # Where each dot comes from and goes to, sideways: spread without clumps by a low-discrepancy
        # sequence.
        phase = rng.random(2)
        k = np.arange(count)[:, None]
        self._spread = 2.0 * ((phase + k * np.array([0.7548776662, 0.5698402910])) % 1.0) - 1.0
        self._depth = 0.75 + 0.5 * ((phase[::-1] + k * np.array([0.6180339887, 0.3819660113])) % 1.0)
        self.under_way = np.empty(0, dtype=int)
        self.draw(0.0)

    def draw(self, t: float) -> IonFlow:
        """Draw the dots that are under way at the model's time t (ms)."""
        now = float(self.pace(t))
        # From 0 at its start to 1 at its end, along its own direction.
        u = 0.5 + (now - self._when) / self.transit
        # At either end of its way a dot shrinks; before nothing but its outline would be left it is gone.
        ends = 0.10
        self.under_way = np.flatnonzero((u > 0.35 * ends) & (u < 1.0 - 0.35 * ends))
        k = self.under_way
        if not len(k) or not self.views:
            self.points = np.zeros((0, 3))
            return self
        u = u[k]
        size = self.radius * np.clip(np.minimum(u, 1.0 - u) / ends, 0.0, 1.0)
        self.points = at(_DISC, self._where(k, u), size)
        return self

    def _where(self, k: Any, u: Array) -> Array:
        """Centres (K, 2) of dots k at fractions u of their way: from one cloud, straight through, to the other."""
        outer = np.array([v.mouths[0][:2] for v in self.views])[self.lane[k]]
        inner = np.array([v.mouths[1][:2] for v in self.views])[self.lane[k]]
        w = np.where(self.signs[k] < 0, u, 1.0 - u)  # 0 outside the cell, 1 inside
        a, b = 0.31, 0.69  # the part of the way within the pore
        above = np.clip((a - w) / a, 0.0, 1.0)  # 1 far outside, 0 at the mouth
        below = np.clip((w - b) / (1.0 - b), 0.0, 1.0)
        through = np.clip((w - a) / (b - a), 0.0, 1.0)
        # Past a ball on its chain, on the side where it does not hang.
        free = np.array([v.free_side for v in self.views])[self.lane[k]]
        aside = self._spread[k, 1] * below**1.4
        aside = np.where(free == 0.0, aside, free * (0.35 + 0.65 * np.abs(self._spread[k, 1])) * below)
        x = outer[:, 0] + self.reach * 0.9 * (self._spread[k, 0] * above**1.4 + aside)
        y = outer[:, 1] + (inner[:, 1] - outer[:, 1]) * through
        y = y + self.reach * (self._depth[k, 0] * above - self._depth[k, 1] * below)
        places = np.stack([x, y], axis=1)
        for lane, view in enumerate(self.views):
            mine = self.lane[k] == lane
            places[mine] = view.round_balls(places[mine], self.radius)
        return places

    def net(self, t: float) -> float:
        """Charge that dots have carried out of the cell by time t (nC/cm²): the integrated current to within
        half a quantum.
        """
        return float(self.quantum * self.signs[self.times <= t].sum())

    def drawn(self) -> tuple[Array, Array]:
        """The dots as drawn: centres (K, 2) and directions (K,), +1 outwards."""
        p = self.points.reshape(-1, 16, 3)
        return 0.5 * (p[:, 0] + p[:, 8])[:, :2], self.signs[self.under_way]


class RestingIons(VMobject):
    """Ions that wait at places (K, 2), jostled by heat: one mobject.

    Each swings about its place by less than `swing` along x and along y (scene units), on a path that only its number
    and the time decide. None crosses the membrane and none drifts: the mean over time is its place.
    """

    def __init__(
        self, places: Any, color: Any, ground: Any, *, radius: float = 0.09, swing: float = 0.0
    ) -> None:
        super().__init__(fill_color=color, fill_opacity=1.0, stroke_color=ground, stroke_width=1.5)
        self.places, self.radius, self.swing = np.asarray(places, dtype=float), radius, swing
        rng = np.random.default_rng(len(self.places))
        shape = (3, *self.places.shape)
        # Three sines of unrelated frequency (per second) along each axis never come back together.
        self._rate = 2.0 * np.pi * rng.uniform(0.35, 1.1, shape)
        self._phase = rng.uniform(0.0, 2.0 * np.pi, shape)
        self._unit = at(_DISC, np.zeros((len(self.places), 2)), radius).reshape(len(self.places), -1, 3)
        self.draw(0.0)

    def draw(self, seconds: float) -> RestingIons:
        """Draw them at that time (s of film while the clock runs)."""
        away = self.swing / 3.0 * np.sin(self._rate * seconds + self._phase).sum(axis=0)
        points = self._unit.copy()
        points[:, :, :2] += (self.places + away)[:, None, :]
        self.points = points.reshape(-1, 3)
        return self

    def drawn(self) -> Array:
        """Their centres as drawn, (K, 2)."""
        p = self.points.reshape(-1, 16, 3)
        return 0.5 * (p[:, 0] + p[:, 8])[:, :2]


def cloud(
    count: int,
    left: float,
    right: float,
    bottom: float,
    top: float,
    *,
    apart: float,
    taken: Any = (),
    seed: int = 0,
) -> Array:
    """Up to `count` places (K, 2) in a rectangle, `apart` from each other and from `taken` (N, 2)."""
    rng = np.random.default_rng(seed)
    found = [np.asarray(p, dtype=float) for p in taken]
    start = len(found)
    for _ in range(60 * count):
        if len(found) - start == count:
            break
        p = np.array([rng.uniform(left, right), rng.uniform(bottom, top)])
        if all(np.hypot(*(p - q)) >= apart for q in found):
            found.append(p)
    return np.array(found[start:]).reshape(-1, 2)

"""Model time in a film: a stated rate ("1 s = 2 ms") that slows down where things happen, smoothly, and
says so.

class Slow(Film):
    def construct(self):
        run = simulate(self.membrane, "step(10, start=2)", 20.0)
        clock = Clock(Pace(20.0, rate=4.0, slow=[(3.0, 6.0, 0.5)]), self.theme)
        clock.move_to(self.area.at(0.9, 0.95))
        panel = Panel(self.area, self.theme).x("ms", 0, 20).y(quantity("V"), -80, 50)
        self.add(clock, panel, Trace.of(run, "V", panel).follow(clock))
        self.play(clock.run())
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RIGHT, Animation, ValueTracker, VGroup, VMobject, linear

from hhanim.look import Theme
from hhanim.look.numbers import rate_text, round_near, smoothstep
from hhanim.look.words import tr
from hhanim.mobjects.frame.lettering import SMALL, Words


class Pace:
    """A smooth, strictly increasing map from film time (s) to model time (ms).

    stop: model time at the end (ms); start: at the beginning. rate: model milliseconds per second of film. slow:
    windows (from ms, to ms, rate) with a rate of their own; the rate changes between them over `ease` of the narrower
    neighbour's width, along a smooth step of its logarithm, so that nothing jerks.

    The map is tabulated once, by integrating film time over model time; nothing is integrated while a film plays.
    """

    def __init__(
        self,
        stop: float,
        *,
        rate: float = 2.0,
        slow: Sequence[tuple[float, float, float]] = (),
        start: float = 0.0,
        ease: float = 0.35,
    ) -> None:
        if not stop > start:
            raise ValueError(
                f"a clock that runs from {start:g} to {stop:g} ms does not move; give stop > start"
            )
        self.start, self.stop, self.base = float(start), float(stop), float(rate)
        self.windows = [
            (max(a, start), min(b, stop), float(r)) for a, b, r in sorted(slow) if b > start and a < stop
        ]
        self.ease = ease
        t = np.linspace(self.start, self.stop, 4001)
        edges = [x for a, b, _ in self.windows for x in (a, b)]
        t = np.unique(
            np.concatenate([t, *(np.linspace(x - 0.5, x + 0.5, 401) for x in edges)]).clip(start, stop)
        )
        slowness = 1.0 / self.rate(t)
        s = np.concatenate([[0.0], np.cumsum(0.5 * (slowness[1:] + slowness[:-1]) * np.diff(t))])
        self._t, self._s = t.tolist(), s.tolist()
        self._before, self._after = (float(r) for r in self.rate([self.start, self.stop]))

    @classmethod
    def lasting(cls, seconds: float, stop: float, *slow: tuple[float, float, float]) -> Pace:
        """The pace that takes about so many seconds to `stop` (ms), at a rate that can be said in words.

        slow: windows (from ms, to ms, how many times slower), which take longer.
        """
        rate = round_near(stop / seconds)
        return cls(stop, rate=rate, slow=[(a, b, round_near(rate / times)) for a, b, times in slow])

    @classmethod
    def taking(cls, seconds: float, stop: float, *slow: tuple[float, float, float]) -> Pace:
        """As lasting(), but a slow window (from ms, to ms, seconds) says how long it takes itself, where that is
        slower. One that ends where it begins, or before, is none.
        """
        rate = round_near(stop / seconds)
        return cls.lasting(
            seconds, stop, *((a, b, max(rate * s / (b - a), 1.0)) for a, b, s in slow if a < b)
        )

    @property
    def seconds(self) -> float:
        """Length of film it takes (s)."""
        return float(self._s[-1])

    def rate(self, t: Any) -> Any:
        """Model milliseconds per film second at model time t (ms), any shape."""
        t = np.asarray(t, dtype=float)
        log = np.full(t.shape, np.log(self.base))
        for a, b, r in self.windows:
            width = max(self.ease * (b - a), 1e-9)
            inside = smoothstep((t - a) / width + 0.5) * smoothstep((b - t) / width + 0.5)
            log = log + (np.log(r) - np.log(self.base)) * inside
        return np.exp(log)

    def time(self, seconds: Any) -> Any:
        """Model time (ms) at film time (s) since the clock was started, any shape."""
        return _between(self._s, self._t, seconds)

    def film(self, t: Any) -> Any:
        """Film time (s) at which model time t (ms) is reached, any shape; beyond either end, would be at its rate."""
        if np.ndim(t):
            early, late = np.minimum(t - self.start, 0.0), np.maximum(t - self.stop, 0.0)
        else:
            early, late = min(t - self.start, 0.0), max(t - self.stop, 0.0)
        return _between(self._t, self._s, t) + early / self._before + late / self._after


def _between(x: list[float], y: list[float], at: Any) -> Any:
    """Linear interpolation, held at the ends."""
    if np.ndim(at):
        return np.interp(at, x, y)
    if at <= x[0] or at >= x[-1]:
        return y[0] if at <= x[0] else y[-1]
    k = bisect_right(x, at) - 1
    return y[k] + (y[k + 1] - y[k]) * (at - x[k]) / (x[k + 1] - x[k])


class Timed(VMobject):
    """What is drawn at a model time (ms): draw(t) draws it, follow(clock) does so in every frame."""

    def draw(self, t: float) -> Self:
        """Draw it at model time t (ms)."""
        raise NotImplementedError

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.draw(clock.now), call_updater=True)


class Clock(VGroup):
    """Holds model time and says at what rate it runs. Everything on one clock reads ``clock.now``.

    pace: the time map. The label shows the rate that rules at the moment, as slow motion where it is slower than the
    base rate; while model time stands still there is none.
    tracker: the ValueTracker behind `now`. seconds: film time since the clock was put up (s), which never stands still:
    what is moved by heat, and what flows while the picture is read, moves with it. running: whether model time runs;
    since: film time (s) since when it has, or has not. spikes: model times (ms) of what may be heard as a click while
    it runs; passed: how many it has run past, until somebody takes note.
    """

    def __init__(self, pace: Pace, theme: Theme, *, size: float = SMALL) -> None:
        super().__init__()
        self.pace, self.tracker, self.seconds = pace, ValueTracker(pace.start), 0.0
        self._said: int | None = -1
        self.running, self.since = False, 0.0
        self.spikes: set[float] = set()
        self.passed = 0
        self.rates = list(dict.fromkeys([pace.base, *(r for _, _, r in pace.windows)]))
        for rate in self.rates:
            slow = rate < pace.base
            text = rate_text(rate)
            style: Any = {"color": theme.ink, "weight": "semibold"} if slow else {"color": theme.muted}
            self.add(Words(tr("slow motion: {rate}", rate=text) if slow else text, size=size, **style))
        self._say()
        self.add_updater(_tick)

    @property
    def now(self) -> float:
        """Model time (ms)."""
        return float(self.tracker.get_value())

    def put(self, t: float) -> Self:
        """Put the clock to model time t (ms)."""
        self.tracker.set_value(t)
        self._say()
        return self

    def align_right(self) -> Self:
        """Let all the labels end where the widest one does."""
        edge = self.get_right()
        for label in self:
            label.move_to(edge, aligned_edge=RIGHT)
        return self

    def run(self, to: float | None = None) -> Animation:
        """The animation that takes the clock from where it is to model time `to` (ms; default: the end)."""
        return _Run(self, self.pace.stop if to is None else to)

    def _say(self) -> None:
        said = None
        if self.running:
            rate = float(self.pace.rate(self.now))
            said = min(range(len(self.rates)), key=lambda k: abs(np.log(self.rates[k] / rate)))
        if said != self._said:
            self._said = said
            for k, label in enumerate(self):
                label.set_opacity(1.0 if k == said else 0.0)


def _tick(clock: Any, dt: float) -> None:
    clock.seconds += dt


class _Run(Animation):
    def __init__(self, clock: Clock, to: float) -> None:
        self.clock = clock
        self.first, self.last = clock.pace.film(clock.now), clock.pace.film(to)
        self.to = to
        seconds = max(self.last - self.first, 1e-3)
        super().__init__(clock, run_time=seconds, rate_func=linear, suspend_mobject_updating=False)

    def create_starting_mobject(self) -> Clock:
        return self.clock  # nothing is interpolated from where it was, so nothing needs a copy

    def begin(self) -> None:
        self.clock.running, self.clock.since = True, self.clock.seconds
        super().begin()

    def finish(self) -> None:
        super().finish()
        self.clock.running, self.clock.since = False, self.clock.seconds
        self.clock.put(self.to)

    def interpolate_mobject(self, alpha: float) -> None:
        s, before = self.first + alpha * (self.last - self.first), self.clock.now
        self.clock.put(self.to if alpha >= 1.0 else self.clock.pace.time(s))
        self.clock.passed += sum(before < spike <= self.clock.now for spike in self.clock.spikes)

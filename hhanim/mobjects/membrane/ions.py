"""Ions: those that wait on both sides of a membrane, and those that cross it because the trajectory says so.

    class Inrush(Film):
        def construct(self):
            run = simulate(self.membrane, "pulse(10, 2, 1)", duration=20)
            channel = ChannelView(self.membrane, "Na", self.theme)
            open_ = sample_opening(run, "Na").openings(0)
            clock = Clock(Pace(7.0, start=3.0, rate=0.5), self.theme)
            flow = IonFlow(run, "Na", channel, self.theme, openings=open_, pace=clock.pace.film)
            self.add(channel, flow.add_updater(lambda f, dt: f.advance(clock.now, dt)))
            self.play(clock.run())

The ions on their way through a channel are a file of places, a fixed distance apart, that moves along the channel's
path at one calm speed of the film, in the direction of the computed current; the current is told by how many of the
places are taken. So the eye can follow every ion from frame to frame. A channel that is shut passes none.
The ions that wait jostle each about its own place, so that they carry no net charge anywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import ManimColor, VMobject

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array, at, disc
from hhanim.mobjects.frame.standard import MV_PER_ION
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.model import Trajectory

#: Places along a channel's path, from one end to the other: an ion in each at 150 mV of driving force.
PLACES = 10
#: Places that an ion advances in a second of film: at 10 frames a second, a fifth of the way to the next.
SPEED = 2.0
#: Where fewer dots than this are on their way the file slows down, to a stand where the current turns.
SLACK = 0.1
#: Seconds of film in which ions come and go when their channel opens and shuts.
FADE = 0.2

_DISC = disc()
_RANK = np.argsort(np.argsort((np.arange(PLACES) * 0.6180339887498949) % 1.0))


class FilmTime:
    """The film's own time beside a clock's: how much of it the clock ran, and how much it stood.

    film: the film time (s) at which the clock, running, reaches a model time (ms).
    """

    def __init__(self, film: Callable[[float], float], t: float = 0.0) -> None:
        self.film, self.t, self.stood = film, t, 0.0

    @property
    def seconds(self) -> float:
        """Film time (s)."""
        return float(self.film(self.t)) + self.stood

    def advance(self, t: float, seconds: float) -> float:
        """To model time t, while so many seconds pass; returns for how many of them the clock stood.

        A clock that is put elsewhere, rather than runs there, has stood all the time.
        """
        ran = float(self.film(t)) - float(self.film(self.t))
        put = not -1e-6 <= ran <= seconds + 1e-6
        stood = seconds if put else max(seconds - ran, 0.0)
        self.stood += seconds - ran
        self.t = t
        return stood


class Stream(VMobject):
    """What flows along an upright path, as a file of places: one mobject.

    t, drive: what drives it at those times (ms), (T,) each, upwards positive. each: the drive for which one more place
    is taken. openings: (J, 2), from when to when (ms) it flows; by default always. pace: the film time (s) at which the
    clock reaches a model time (ms), as clock.pace.film; by default 1 s = 1 ms. radius: of a dot (scene units).

    draw(t) shows the current of that instant; advance(t, seconds) the same after so many seconds of film: at first
    dots come from their own side, and while the clock stands they go on. shown() reads the drive back.
    """

    def __init__(
        self,
        t: Any,
        drive: Any,
        color: Any,
        theme: Theme,
        *,
        each: float,
        openings: Array | None = None,
        pace: Callable[[Any], Any] | None = None,
        radius: float = 0.09,
    ) -> None:
        super().__init__(
            fill_color=ManimColor(theme.shades(color).crossing),
            fill_opacity=1.0,
            stroke_color=theme.ground,
            stroke_width=1.5,
        )
        self.radius, self.each = radius, each
        self._drive = Sampled(t, drive)
        spans = np.array([[-np.inf, np.inf]]) if openings is None else np.asarray(openings, dtype=float)
        # What flows to the run's end goes on in what is held there.
        self._edges = [edge for edge in spans.ravel().tolist() if edge < t[-1]]
        self.time = FilmTime(pace or float)
        self._passed = self._tabulate(np.asarray(t, dtype=float))
        self._held, self._seen, self._front, self._way = 0.0, 1.0, float(PLACES), 0.0
        self.draw(0.0)

    @property
    def ends(self) -> tuple[float, float]:
        """The heights at which the path begins and ends (scene units)."""
        raise NotImplementedError

    def aside(self, y: Array, k: Any) -> Array:
        """Where the dots of places k are at heights y (K,) of the path: x (K,)."""
        raise NotImplementedError

    def open(self, t: float) -> bool:
        """Whether it flows at model time t (ms)."""
        return bisect_right(self._edges, t) % 2 == 1

    def current(self, t: float) -> float:
        """What drives it at model time t, upwards positive; 0 while it does not flow."""
        return float(self._drive(t)) if self.open(t) else 0.0

    def _tabulate(self, t: Array) -> Sampled:
        """How many places the file has gone up over the film time (s) of a clock that does not stand."""
        edges = [e for e in self._edges if t[0] < e < t[-1]]
        grid = np.unique(np.concatenate([t, edges]))
        drive = np.interp(grid, t, self._drive.values)
        middle = 0.5 * (grid[1:] + grid[:-1])
        open_ = np.searchsorted(np.array(self._edges), middle, side="right") % 2 == 1
        speed, film = self._speed(drive), np.array([float(self.time.film(x)) for x in grid.tolist()])
        steps = np.where(open_, 0.5 * (speed[1:] + speed[:-1]), 0.0) * np.diff(film)
        return Sampled(film, np.concatenate([[0.0], np.cumsum(steps)]))

    def _places(self, t: float) -> float:
        return float(self._passed(float(self.time.film(t))))

    def draw(self, t: float) -> Self:
        """Draw it as it is at the model's time t (ms), the file being whole."""
        self.time = FilmTime(self.time.film, t)
        self._held, self._front = 0.0, float(PLACES)
        self._seen, self._way = float(self.open(t)), float(np.sign(self.current(t)))
        return self._show(t)

    def advance(self, t: float, seconds: float) -> Self:
        """Draw it at model time t (ms), after so many seconds of film since it was drawn last."""
        before, drive = self._places(self.time.t), self.current(t)
        stood = self.time.advance(t, seconds)
        gone = self._places(t) - before
        on = float(self._speed(drive)) * stood
        if stood == seconds:  # the clock was put elsewhere, or nothing moved
            self._held, gone = self._held - gone, 0.0
        self._held += on
        if self._seen == 0.0 or drive * self._way < 0.0:
            self._front = 0.0
        if drive:
            self._way = float(np.sign(drive))
        self._front = min(self._front + abs(gone + on), float(PLACES))
        self._seen = float(np.clip(self._seen + (1.0 if drive else -1.0) * seconds / FADE, 0.0, 1.0))
        return self._show(t)

    def _show(self, t: float) -> Self:
        """Draw the file where it is: a dot at each place, so large as it is taken."""
        if self._seen == 0.0:
            self.points = np.zeros((0, 3))
            return self
        places = self._places(t) + self._held
        whole = int(np.floor(places))
        # One place more than there is room for: at the ends of the path a dot goes as the next in its place comes.
        c = np.arange(PLACES + 1) + (places - whole) - 0.5
        k = (np.arange(PLACES + 1) - whole) % PLACES
        many = abs(float(self._drive(t))) / self.each
        share = np.clip(many - _RANK[k], 0.0, 1.0) if many <= PLACES else np.full(len(k), many / PLACES)
        share = share * np.clip(np.minimum(c, PLACES - c) + 0.5, 0.0, 1.0) * self._seen
        beyond = self._way * (c - 0.5 * PLACES) > self._front + 1e-9  # of the pore, where none has come yet
        shown = (share > 0.01) & ~beyond
        size = self.radius * np.sqrt(share[shown])
        self.points = at(_DISC, self._where(c[shown], k[shown]), size)
        return self

    def _where(self, c: Array, k: Any) -> Array:
        """Centres (K, 2) of the dots of places k at c (K,) of the path, 0 at its lower end to PLACES."""
        low, high = self.ends
        y = low + (c + 0.5) / (PLACES + 1) * (high - low)
        return np.stack([self.aside(y, k), y], axis=1)

    @property
    def spacing(self) -> float:
        """From one place to the next, along y (scene units)."""
        low, high = self.ends
        return (high - low) / (PLACES + 1)

    def ways(self) -> Array:
        """Points (K, 2) along all paths that dots take, to keep other things out of their way."""
        c = np.linspace(-0.5, PLACES + 0.5, 25)
        return np.concatenate([self._where(c, np.full(len(c), k)) for k in range(PLACES)])

    def drawn(self) -> tuple[Array, Array]:
        """The dots as drawn: centres (K, 2) and radii (K,)."""
        p = self.points.reshape(-1, 16, 3)
        return 0.5 * (p[:, 0] + p[:, 8])[:, :2], 0.5 * (p[:, 0, 0] - p[:, 8, 0])

    def shown(self) -> float:
        """The drive (positive) that the drawn dots stand for, read back from their areas."""
        return float(((self.drawn()[1] / self.radius) ** 2).sum()) * self.each

    def _speed(self, drive: Any) -> Array:
        """Places a second at a drive."""
        return np.asarray(SPEED * np.tanh(drive / (SLACK * self.each)))


class IonFlow(Stream):
    """The ions on their way through one channel: one mobject.

    run: the trajectory. channel: its channel's name. view: the ChannelView they pass. openings: from when to when (ms)
    the channel is open, by default always. reach: how far from the pore's mouths (scene units) ions appear and
    disappear; aside: how far to the side.

    Ions times MV_PER_ION is the driving force V - E (mV), as every open channel of a kind has one conductance.
    """

    def __init__(
        self,
        run: Trajectory,
        channel: str,
        view: ChannelView,
        theme: Theme,
        *,
        reach: float = 1.0,
        aside: float | None = None,
        seed: int = 1952,
        **style: Any,
    ) -> None:
        self.run, self.channel, self.view, self.reach = run, channel, view, reach
        self._widest = min(0.5 * reach, aside if aside is not None else reach)
        # Where the ion in each place comes from and goes to, sideways, -1..1, outside and inside: spread without clumps
        # by a low-discrepancy sequence, inside on the side where no ball hangs.
        k = np.arange(PLACES)[:, None]
        phase = np.random.default_rng(seed + sum(map(ord, channel))).random(2)
        self._spread = 2.0 * ((phase + k * np.array([0.7548776662, 0.5698402910])) % 1.0) - 1.0
        if view.free_side:
            self._spread[:, 1] = view.free_side * (0.35 + 0.65 * np.abs(self._spread[:, 1]))
        drive = np.asarray(run["V"]) - float(np.max(run.membrane.channel(channel).e))
        color = theme.color(quantities(run.membrane)[f"I_{channel}"])
        super().__init__(run.t, drive, color, theme, each=MV_PER_ION, **style)

    @property
    def ends(self) -> tuple[float, float]:
        outer, inner = self.view.mouths
        return float(inner[1]) - self.reach, float(outer[1]) + self.reach

    def aside(self, y: Array, k: Any) -> Array:
        outer, inner = self.view.mouths
        away = np.clip(np.maximum(y - outer[1], inner[1] - y) / self.reach, 0.0, 1.0)
        side = np.where(y > outer[1], self._spread[k, 0], self._spread[k, 1])
        return np.asarray(outer[0] + self._widest * side * away**1.5)


class RestingIons(VMobject):
    """Ions that wait at places (K, 2), jostled by heat: one mobject.

    Each swings about its place by less than `swing` along x and along y (scene units), on a path that only its number
    and the time decide. None crosses the membrane and none drifts: the mean over time is its place.
    """

    def __init__(self, places: Any, color: Any, *, radius: float = 0.09, swing: float = 0.0) -> None:
        # Without a rim, which takes longer to draw than they do: they stand free.
        super().__init__(fill_color=ManimColor(color), fill_opacity=1.0, stroke_width=0.0)
        self.places, self.radius, self.swing = np.asarray(places, dtype=float), radius, swing
        rng = np.random.default_rng(len(self.places))
        shape = (3, *self.places.shape)
        # Three sines of unrelated frequency (per second) along each axis never come back together.
        self._rate = 2.0 * np.pi * rng.uniform(0.35, 1.1, shape)
        self._phase = rng.uniform(0.0, 2.0 * np.pi, shape)
        self._unit = at(_DISC, np.zeros((len(self.places), 2)), radius).reshape(-1, len(_DISC), 3)
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
    start = placed = len(taken)
    found = np.concatenate([np.asarray(taken, dtype=float).reshape(-1, 2), np.zeros((count, 2))])
    for _ in range(60 * count):
        if placed - start == count:
            break
        p = np.array([rng.uniform(left, right), rng.uniform(bottom, top)])
        if (np.hypot(*(p - found[:placed]).T) >= apart).all():
            found[placed] = p
            placed += 1
    return found[start:placed]

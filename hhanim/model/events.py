"""What happens in a run, and when: extremes, crossings, spikes, rates, read from its dense solution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import NDArray

from hhanim.model.errors import HHError, UnknownName, number
from hhanim.model.protocol import VoltageClamp
from hhanim.model.roots import root

if TYPE_CHECKING:
    from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]
SIZES: dict[str, Any] = {"max": np.positive, "min": np.negative, "size": np.abs}
ROUNDING = 1e-14  # of a value: differences below it are no extremes
#: Where a piece from -1 to 1 is read, and what makes its polynomial's coefficients of the values there.
NODES = np.cos(np.pi * (np.arange(10) + 0.5) / 10)
FIT = np.linalg.inv(np.vander(NODES, increasing=True))
DEGREES = np.arange(1.0, 10.0)[:, None]


class Extreme(NamedTuple):
    """When a quantity was extreme (ms), and its value then."""

    t: float
    value: float


class Events:
    """Base of Trajectory. Quantities go by name: V, a gate, I, I_ion, I_Na and g_Na of a channel Na.

    A converged run is asked between its samples too: its polynomials (see Trajectory.at) hold to better than the
    solver's error. A fixed-step run is joined by straight lines, its peaks are those of parabolas.
    """

    t: Array
    y: Array
    states: tuple[str, ...]

    @property
    def _single(self) -> Trajectory:
        """The finest run there is of one neuron."""
        run: Any = self
        if run.batch is not None:
            raise HHError("this is a batch; take one neuron with run.neuron(k)")
        found: Trajectory = run.dense or run
        return found

    def _read(self, name: str, t: Array) -> Array:
        run: Any = self
        if not len(t):
            return t
        y = run._interpolate(t)
        return np.asarray(y[self.states.index(name)] if name in self.states else replace(run, t=t, y=y)[name])

    def _window(self, after: float | None, before: float | None) -> tuple[float, float]:
        end = float(self.t[-1])
        stop = end if before is None else number("before", before, 0.0, end, unit="ms", array=False)
        return number("after", after or 0.0, 0.0, stop, unit="ms", array=False), stop

    def _points(self, name: str) -> tuple[Array, Array, Array]:
        """Times and values of a quantity: its samples, both sides of its jumps, and its turns.

        The third array tells the turns from the others: 1 at a local maximum, -1 at a local minimum.
        """
        known: dict[str, tuple[Array, Array, Array]] = self.__dict__.setdefault("_known", {})
        if name not in known:
            known[name] = self._located(name)
        return known[name]

    def _located(self, name: str) -> tuple[Array, Array, Array]:
        run: Any = self
        t, v = self.t, np.asarray(run[name])
        if isinstance(run.protocol, VoltageClamp):  # what is read at an edge is what follows it
            before = np.nextafter(run.protocol.edges(float(t[-1])), -np.inf)
            before = before[before > t[0]]
            t, v = _merged(t, v, before, self._read(name, before))
        rise, fall, kind = v[1:-1] - v[:-2], v[1:-1] - v[2:], np.zeros(len(t))
        kind[1:-1] = ((rise > 0) & (fall >= 0)) * 1.0 - ((rise < 0) & (fall <= 0))
        if run._smooth:
            kind[1:-1] *= np.abs(rise) + np.abs(fall) > ROUNDING * np.abs(v[1:-1])
        k = np.flatnonzero(kind)
        signs, kind[k] = kind[k], 0.0
        if not run._smooth:
            turns, heights = _vertices(t, v, k)
        else:
            # A polynomial on either side of each of these samples, where the stimulus may jump.
            low, high, signs = np.append(t[k - 1], t[k]), np.append(t[k], t[k + 1]), np.tile(signs, 2)
            pieces = self._pieces(name, low, high)
            slopes = signs * pieces[1:] * DEGREES
            begin, end = np.asarray(polyval(-1.0, slopes)), np.asarray(polyval(1.0, slopes))
            wide = high - low > 1e-9
            turning = (begin > 0) & (end < 0) & wide
            (left, right), sides = np.split(turning | ~wide, 2), (end[: len(k)], begin[len(k) :])
            kinks = (sides[0] >= 0) & (sides[1] <= 0) & ~left & ~right
            kind[k[kinks]] = signs[: len(k)][kinks]
            signs, low, high = signs[turning], low[turning], high[turning]
            turns = _piece_roots(lambda v: v, slopes[:, turning], low, high) if len(low) else low
            u = (2.0 * turns - low - high) / (high - low)
            heights = np.asarray(polyval(u, pieces[:, turning], tensor=False), dtype=float)
        order = np.argsort(turns)
        at = np.searchsorted(t, turns[order])
        parts = zip((t, v, kind), (turns, heights, signs), strict=True)
        t, v, kind = (np.insert(all_, at, new[order]) for all_, new in parts)
        return t, v, kind

    def _pieces(self, name: str, low: Array, high: Array) -> Array:
        """Coefficients of a quantity's polynomials in u, from -1 to 1, between the times low and high (K,), (D, K)."""
        x = 0.5 * (low + high) + 0.5 * (high - low) * NODES[:, None]
        return np.asarray(FIT @ self._read(name, x.ravel()).reshape(x.shape))

    def _between(self, name: str, after: float | None, before: float | None) -> tuple[Array, Array]:
        """Those of the _points() within a time, its ends among them."""
        a, b = self._window(after, before)
        t, v, _ = self._points(name)
        i, j = np.searchsorted(t, a), np.searchsorted(t, b, side="right")
        t, v = t[i:j], v[i:j]
        ends = np.array([x for x in (a, b) if x not in (*t[:1], *t[-1:])])
        return _merged(t, v, ends, self._read(name, ends))

    def extreme(
        self, name: str = "V", kind: str = "max", after: float | None = None, before: float | None = None
    ) -> Extreme:
        """When (ms) a quantity is largest ("max"), smallest ("min") or largest in "size", and its value then.

        >>> run.extreme("I_Na", "min", after=5.0)
        Extreme(t=6.97, value=-811.5)
        """
        if kind not in SIZES:
            raise UnknownName("kind of extreme", kind, SIZES)
        t, v = self._single._between(name, after, before)
        k = int(np.argmax(SIZES[kind](v)))
        return Extreme(float(t[k]), float(v[k]))

    def stretches(
        self, name: str = "V", *, above: float = -np.inf, below: float = np.inf,
        after: float | None = None, before: float | None = None,
    ) -> Array:  # fmt: skip
        """Begin and end (ms) of each stretch in which a quantity is above a level, below one, or both, (K, 2)."""
        run = self._single
        t, v = run._between(name, after, before)

        def margin(v: Array) -> Array:
            return np.minimum(v - above, below - v)

        inside = margin(v) > 0
        k = np.flatnonzero(inside[1:] != inside[:-1])
        cuts = t[k]
        if len(k):
            cuts = _piece_roots(margin, run._pieces(name, t[k], t[k + 1]), t[k], t[k + 1])
        return np.concatenate([t[:1][inside[:1]], cuts, t[-1:][inside[-1:]]]).reshape(-1, 2)

    def first(self, name: str = "V", **within: float | None) -> float:
        """The first time (ms) at which a quantity is above or below a level, see stretches(); inf if it never is."""
        return float(next(iter(self.stretches(name, **within)[:, 0]), np.inf))  # type: ignore[arg-type]

    def last(self, name: str = "V", **within: float | None) -> float:
        """The last time (ms) at which a quantity is above or below a level, see stretches(); -inf if it never is."""
        return float(next(iter(self.stretches(name, **within)[::-1, 1]), -np.inf))  # type: ignore[arg-type]

    def grown(self, name: str, times: float, after: float = 0.0) -> float:
        """When (ms) a quantity first is more than so many times what it is at `after`; inf if it never is.

        >>> run.grown("I_Na", 3.0, after=6.11)
        6.6
        """
        level = times * float(self._single.at([after])[name][0])
        return self.first(name, after=after, **{"above" if level > 0.0 else "below": level})

    def crossings(self, level: float) -> Any:
        """Times (ms) at which V crosses `level` (mV) upwards, (K,); a list of N such arrays for a batch."""
        level = number("level", level, unit="mV", array=False)
        run: Any = self
        if run.batch is not None:
            return [run.neuron(k).crossings(level) for k in range(run.batch)]
        up = self.stretches("V", above=level)[:, 0]
        return up[up > 0.0]

    @cached_property
    def spikes(self) -> Any:
        """Spike times (ms): upward crossings of membrane.spike_level, (K,); a list of N such arrays for a batch."""
        run: Any = self
        if run.dense is not None:
            return run.dense.spikes
        if run.spike_log is not None:
            return run.spike_log[0] if run.batch is None else list(run.spike_log)
        return self.crossings(run.membrane.spike_level)

    @property
    def isi(self) -> Any:
        """Interspike intervals (ms), (K-1,); a list of N arrays for a batch."""
        return [np.diff(s) for s in self.spikes] if isinstance(self.spikes, list) else np.diff(self.spikes)

    def carrier(self, way: str) -> str:
        """The name of the channel that carries the largest current of the run, "in" or "out"; one neuron only.

        >>> run.carrier("out")
        'K'
        """
        run: Any = self
        kind, best = {"in": ("min", min), "out": ("max", max)}[way]
        return str(
            best((c.name for c in run.membrane.channels), key=lambda c: self.extreme(f"I_{c}", kind).value)
        )

    def turns(self, name: str = "V") -> Array:
        """Times (ms) at which a quantity has a local maximum or minimum, (K,)."""
        t, _, kind = self._single._points(name)
        return np.asarray(t[kind != 0])

    @property
    def peaks(self) -> tuple[Array, Array]:
        """Times (ms) and heights (mV) of the local maxima of V; one neuron only."""
        t, v, kind = self._single._points("V")
        return t[kind > 0], v[kind > 0]

    def top_of(self, spike: float) -> float:
        """When V is at the top of the spike that begins at that time (ms); the end of the run if it is still rising."""
        t, _ = self.peaks
        return float(next(iter(t[t >= spike]), self._single.duration))

    @property
    def spike_peaks(self) -> Array:
        """Voltage at the top of each spike (mV), (K,); one neuron only."""
        return self._between_spikes(np.maximum)[1:]

    @property
    def amplitudes(self) -> Array:
        """Height of each spike above the lowest voltage since the previous spike (mV), (K,); one neuron only."""
        return np.asarray(self.spike_peaks - self._between_spikes(np.minimum)[:-1])

    def _between_spikes(self, of: np.ufunc) -> Array:
        t, v, _ = self._single._points("V")
        return np.asarray(of.reduceat(v, np.searchsorted(t, np.append(0.0, self._single.spikes))))

    @property
    def half_widths(self) -> Array:
        """Width of each spike (ms) half-way between rest and its peak, (K,); nan if the run begins or ends within it.

        It is that of the converged run, not of its samples: 1.4717 ms for the first spike of Hodgkin and
        Huxley's membrane under 10 µA/cm², of which samples 0.05 ms apart make 1.473.
        """
        run = self._single
        rest, widths = float(run.membrane.rest()[0]), []
        for spike, height in zip(run.spikes, run.spike_peaks, strict=True):
            level, top = 0.5 * (rest + height), run.top_of(spike)
            width = run.first("V", below=level, after=top) - run.last("V", below=level, before=top)
            widths.append(width if np.isfinite(width) else np.nan)
        return np.array(widths)

    def transient(self, before: float | None = None) -> float:
        """Until when (ms) what follows the last change of the stimulus before `before` counts as transient.

        That is half of the time that is left; a change is what Protocol.edges(lasting=True) says.
        """
        run: Any = self
        _, stop = self._window(None, before)
        changed = run.protocol.edges(stop, lasting=True)
        return 0.5 * (float(changed[-1] if len(changed) else 0.0) + stop)

    def rate(self, after: float | None = None, before: float | None = None) -> Any:
        """Rate of sustained firing (Hz) between `after` and `before` (ms): cycles of V, whatever their height.

        Counts cycles, not crossings of a fixed level, so it also measures the small fast oscillation near
        depolarisation block, which never reaches 0 mV. A ringing that dies away is not firing: the swing of
        the last cycle must be at least 90 % of that of the first and 0.5 mV. By default the first half of
        the time since the stimulus last changed is left out as transient, but no more than leaves three peaks,
        after the first of all, of what still goes on. Returns 0 where nothing fires, nan where spikes come, but too
        few to tell whether they go on; (N,) for a batch.
        """
        run: Any = self
        if run.dense is not None:
            return run.dense.rate(after, before)
        _, stop = self._window(None, before)
        start, _ = self._window(self.transient(stop) if after is None else after, stop)
        first = max(2.0 * start - stop, 0.0) if after is None else start  # when the stimulus last changed
        how = start, stop, first, run.membrane.spike_level
        if run.batch is None:
            return _cycle_rate(self.t, run["V"], *self.peaks, *how)
        columns = np.ascontiguousarray(run["V"].T)
        return np.array([_cycle_rate(self.t, v, *_vertices(self.t, v), *how) for v in columns])


def _merged(t: Array, v: Array, more_t: Array, more_v: Array) -> tuple[Array, Array]:
    """Values v at increasing times t, with more of them at other times, in their order."""
    at = np.searchsorted(t, more_t)
    return np.insert(t, at, more_t), np.insert(v, at, more_v)


def _piece_roots(of: Callable[[Array], Array], pieces: Array, low: Array, high: Array) -> Array:
    """Times between low and high (K,) at which a function of the polynomials' values is zero, see Events._pieces()."""
    mid, half = 0.5 * (low + high), 0.5 * (high - low)
    half = np.where(half > 0, half, 1.0)
    return np.asarray(root(lambda x: of(polyval((x - mid) / half, pieces, tensor=False)), low, high))


def _vertices(t: Array, v: Array, k: Any = None) -> tuple[Array, Array]:
    """Times and heights of the parabolas through samples k-1, k, k+1 (default: of every local maximum of v)."""
    if k is None:
        k = np.flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] >= v[2:])) + 1
    a, b, c = v[k - 1], v[k], v[k + 1]
    bend = 2.0 * b - a - c
    u = np.divide(0.5 * (c - a), bend, out=np.zeros_like(bend), where=bend != 0)
    return t[k] + u * 0.5 * (t[k + 1] - t[k - 1]), b + 0.25 * (c - a) * u


def _cycle_rate(
    t: Array, v: Array, tops: Array, height: Array, after: float, before: float, first: float, level: float
) -> float:
    """Rate (Hz) of the cycles of v (T,) whose maxima are at `tops`; see Events.rate.

    first: from when on maxima may count where there are too few after `after`. level: that of a spike (mV).
    """
    inside = (tops >= first) & (tops <= before)
    tops, height = tops[inside], height[inside]
    few = len(tops) >= 4 and before - tops[-1] < 1.25 * (tops[-1] - tops[-2])  # and they go on
    begin = min(int(np.searchsorted(tops, after)), len(tops) - 3 if few else len(tops))
    tops, height = tops[begin:], height[begin:]
    if len(tops) < 3:
        return np.nan if np.any(height > level) else 0.0
    lows = np.minimum.reduceat(v, np.searchsorted(t, tops))[:-1]
    # A cycle's swing is measured to the trough that ends it; small ripples on a large cycle are not cycles.
    swing = height[:-1] - lows
    real = swing >= 0.25 * swing.max()
    tops, swing = tops[:-1][real], swing[real]
    if len(tops) < 2 or swing[-1] < 0.5 or swing[-1] < 0.9 * swing[0]:
        return 0.0
    return float(1000.0 * (len(tops) - 1) / (tops[-1] - tops[0]))

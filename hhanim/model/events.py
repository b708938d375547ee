"""What happens in a run, and when: extremes, crossings, spikes, rates, read from its dense solution."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import HHError, UnknownName, number
from hhanim.model.protocol import VoltageClamp
from hhanim.model.roots import root

if TYPE_CHECKING:
    from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]
SIGNS = {"max": 1.0, "min": -1.0}


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
        y = run._interpolate(t)
        return np.asarray(y[self.states.index(name)] if name in self.states else replace(run, t=t, y=y)[name])

    def _window(self, after: float | None, before: float | None) -> tuple[float, float]:
        end = float(self.t[-1])
        stop = end if before is None else number("before", before, 0.0, end, unit="ms", array=False)
        return number("after", after or 0.0, 0.0, stop, unit="ms", array=False), stop

    def _sampled(self, name: str, a: float, b: float, sign: float) -> tuple[Array, Array]:
        """Times from a to b and the values then: the samples, both sides of a jump, and the maxima of sign * value."""
        run: Any = self
        t = np.concatenate([[a], self.t[(self.t > a) & (self.t < b)], [b] if b > a else []])
        if isinstance(run.protocol, VoltageClamp):  # what is read at an edge is what follows it
            t = np.union1d(t, np.nextafter(run.protocol.edges(b), -np.inf))
            t = t[t >= a]
        v = self._read(name, t)
        top, height = self._maxima(name, t, v, sign)
        order = np.argsort(np.concatenate([t, top]), kind="stable")
        return np.concatenate([t, top])[order], np.concatenate([v, height])[order]

    def _maxima(self, name: str, t: Array, v: Array, sign: float) -> tuple[Array, Array]:
        """Times and values of the local maxima of sign * v between the times t of v."""
        run: Any = self
        k = np.flatnonzero((sign * v[1:-1] > sign * v[:-2]) & (sign * v[1:-1] >= sign * v[2:])) + 1
        if not run._smooth:
            return _vertices(t, v, k)
        jump = np.diff(t) < 1e-9
        low, high = np.where(jump[k - 1], t[k], t[k - 1]), np.where(jump[k], t[k], t[k + 1])
        h = 1e-3 * (high - low)

        def rise(x: Array) -> Array:
            there, here = self._read(name, np.minimum(x + h, high)), self._read(name, np.maximum(x - h, low))
            return sign * (there - here)

        inside = (rise(low) > 0) & (rise(high) < 0) if len(k) else np.zeros(0, dtype=bool)
        low, high, h = low[inside], high[inside], h[inside]
        top = root(rise, low, high) if len(low) else low
        return top, self._read(name, top)

    def extreme(
        self, name: str = "V", kind: str = "max", after: float | None = None, before: float | None = None
    ) -> Extreme:
        """When (ms) a quantity is largest ("max"), smallest ("min") or largest in "size", and its value then.

        >>> run.extreme("I_Na", "min", after=5.0)
        Extreme(t=6.97, value=-811.5)
        """
        if kind == "size":
            both = (self.extreme(name, each, after, before) for each in SIGNS)
            return max(both, key=lambda found: abs(found.value))
        if kind not in SIGNS:
            raise UnknownName("kind of extreme", kind, [*SIGNS, "size"])
        run = self._single
        t, v = run._sampled(name, *run._window(after, before), SIGNS[kind])
        k = int(np.argmax(SIGNS[kind] * v))
        return Extreme(float(t[k]), float(v[k]))

    def stretches(
        self, name: str = "V", *, above: float = -np.inf, below: float = np.inf,
        after: float | None = None, before: float | None = None,
    ) -> Array:  # fmt: skip
        """Begin and end (ms) of each stretch in which a quantity is above a level, below one, or both, (K, 2)."""
        run = self._single
        a, b = run._window(after, before)
        parts = [
            run._sampled(name, a, b, sign) for sign in (1.0, -1.0) if (above, -below)[sign < 0] > -np.inf
        ]
        t, k = np.unique(np.concatenate([t for t, _ in parts]), return_index=True)
        v = np.concatenate([v for _, v in parts])[k]

        def margin(v: Array) -> Array:
            return np.minimum(v - above, below - v)

        inside = margin(v) > 0
        k = np.flatnonzero(inside[1:] != inside[:-1])
        cuts = root(lambda x: margin(run._read(name, x)), t[k], t[k + 1]) if len(k) else t[:0]
        return np.concatenate([t[:1][inside[:1]], cuts, t[-1:][inside[-1:]]]).reshape(-1, 2)

    def first(self, name: str = "V", **within: float | None) -> float:
        """The first time (ms) at which a quantity is above or below a level, see stretches(); inf if it never is."""
        return float(next(iter(self.stretches(name, **within)[:, 0]), np.inf))  # type: ignore[arg-type]

    def last(self, name: str = "V", **within: float | None) -> float:
        """The last time (ms) at which a quantity is above or below a level, see stretches(); -inf if it never is."""
        return float(next(iter(self.stretches(name, **within)[::-1, 1]), -np.inf))  # type: ignore[arg-type]

    def crossings(self, level: float) -> Any:
        """Times (ms) at which V crosses `level` (mV) upwards, (K,); a list of N such arrays for a batch."""
        level = number("level", level, unit="mV", array=False)
        run: Any = self
        if run.batch is not None:
            return [run.neuron(k).crossings(level) for k in range(run.batch)]
        up = self.stretches("V", above=level)[:, 0]
        return up[up > 0.0]

    # -- spikes ----------------------------------------------------------------------------------------------

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

    def turns(self, name: str = "V") -> Array:
        """Times (ms) at which a quantity has a local maximum or minimum, (K,)."""
        run = self._single
        v = run._read(name, run.t)
        return np.union1d(*(run._maxima(name, run.t, v, sign)[0] for sign in (1.0, -1.0)))

    @property
    def peaks(self) -> tuple[Array, Array]:
        """Times (ms) and heights (mV) of the local maxima of V; one neuron only."""
        return self._single._peaks

    @cached_property
    def _peaks(self) -> tuple[Array, Array]:
        return self._maxima("V", self.t, self._read("V", self.t), 1.0)

    def top_of(self, spike: float) -> float:
        """When V is at the top of the spike that begins at that time (ms); the end of the run if it is still rising."""
        t, _ = self.peaks
        return float(next(iter(t[t >= spike]), self._single.duration))

    @property
    def spike_peaks(self) -> Array:
        """Voltage at the top of each spike (mV), (K,); one neuron only."""
        run = self._single
        ends = np.append(run.spikes[1:], run.duration)
        return np.array(
            [self.extreme(after=a, before=b).value for a, b in zip(run.spikes, ends, strict=True)]
        )

    @property
    def amplitudes(self) -> Array:
        """Height of each spike above the lowest voltage since the previous spike (mV), (K,); one neuron only."""
        spikes = self._single.spikes
        begins = np.append(0.0, spikes[:-1]) if len(spikes) else spikes
        lows = [self.extreme("V", "min", a, b).value for a, b in zip(begins, spikes, strict=True)]
        return np.asarray(self.spike_peaks - lows)

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

    # -- firing ----------------------------------------------------------------------------------------------

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
        the time in which the stimulus last changed is left out as transient. Returns 0 where nothing fires;
        (N,) for a batch.
        """
        run: Any = self
        if run.dense is not None:
            return run.dense.rate(after, before)
        _, stop = self._window(None, before)
        start, _ = self._window(self.transient(stop) if after is None else after, stop)
        if run.batch is None:
            return _cycle_rate(self.t, run["V"], *self.peaks, start, stop)
        columns = np.ascontiguousarray(run["V"].T)
        return np.array([_cycle_rate(self.t, v, *_vertices(self.t, v), start, stop) for v in columns])


def _vertices(t: Array, v: Array, k: Any = None) -> tuple[Array, Array]:
    """Times and heights of the parabolas through samples k-1, k, k+1 (default: of every local maximum of v)."""
    if k is None:
        k = np.flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] >= v[2:])) + 1
    a, b, c = v[k - 1], v[k], v[k + 1]
    bend = 2.0 * b - a - c
    u = np.divide(0.5 * (c - a), bend, out=np.zeros_like(bend), where=bend != 0)
    return t[k] + u * 0.5 * (t[k + 1] - t[k - 1]), b + 0.25 * (c - a) * u


def _cycle_rate(t: Array, v: Array, tops: Array, height: Array, after: float, before: float) -> float:
    """Rate (Hz) of the cycles of v (T,) whose maxima are at `tops`; see Events.rate."""
    inside = (tops >= after) & (tops <= before)
    tops, height = tops[inside], height[inside]
    if len(tops) < 3:
        return 0.0
    lows = np.minimum.reduceat(v, np.searchsorted(t, tops))[:-1]
    # A cycle's swing is measured to the trough that ends it; small ripples on a large cycle are not cycles.
    swing = height[:-1] - lows
    real = swing >= 0.25 * swing.max()
    tops, swing = tops[:-1][real], swing[real]
    if len(tops) < 2 or swing[-1] < 0.5 or swing[-1] < 0.9 * swing[0]:
        return 0.0
    return float(1000.0 * (len(tops) - 1) / (tops[-1] - tops[0]))

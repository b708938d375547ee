"""A trajectory: what a membrane did under a protocol. Frozen; media and analyses only read it."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import HHError, InvalidValue, UnknownName, number, whole
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol, Samples, VoltageClamp
from hhanim.model.serial import from_data, to_data

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """States over time, with everything that follows from them.

    t: times (T,), ms, increasing; every edge of the protocol is one of them.
    y: states (S, T), or (S, T, N) for a batch, in the order of `states`: V in mV, gates 0..1.
    states: the names of the rows of y.
    method: the integrator that made it; dt its step (ms) where fixed.
    spike_log: spike times found while integrating, one array per neuron, where t alone would be too coarse.
    dense: the finer run that this one was sampled from; spikes, widths and other times are read from it.
    """

    membrane: Membrane
    protocol: Protocol
    t: Array
    y: Array
    states: tuple[str, ...]
    method: str
    dt: float | None = None
    spike_log: tuple[Array, ...] | None = None
    dense: Trajectory | None = field(default=None, repr=False)

    # -- what was recorded -----------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        """V (mV), any gate's value (0..1), kinetic or not, by name: (T,) or (T, N). Raises UnknownName."""
        if name in self.states:
            return self.y[self.states.index(name)]
        if name in self.membrane.gates:
            return self.membrane.gate_values(self._all())[name]
        raise UnknownName("quantity", name, [*self.membrane.states, *self.membrane.gates])

    def _all(self) -> Array:
        if self.states != self.membrane.states:
            raise HHError(
                f"only {', '.join(self.states) or 'spike times'} were recorded; "
                "simulate with record=None for the rest"
            )
        return self.y

    def __repr__(self) -> str:
        many = "" if self.batch is None else f", {self.batch} neurons"
        return f"<Trajectory of {self.membrane.name}: {len(self.t)} samples in {self.duration:g} ms{many}>"

    @property
    def duration(self) -> float:
        """Time of the last sample (ms)."""
        return float(self.t[-1])

    @property
    def batch(self) -> int | None:
        """Number of neurons N of a batch, or None."""
        return self.y.shape[2] if self.y.ndim == 3 else None

    def neuron(self, k: int) -> Trajectory:
        """Neuron k of a batch, as a trajectory of its own."""
        if self.batch is None:
            raise HHError("this trajectory is of one neuron, not of a batch")
        return replace(
            self,
            membrane=self.membrane.member(k),
            protocol=self.protocol.member(k),
            y=self.y[:, :, k],
            spike_log=None if self.spike_log is None else (self.spike_log[k],),
            dense=None if self.dense is None else self.dense.neuron(k),
        )

    @cached_property
    def stimulus(self) -> Array:
        """Injected current (µA/cm²), (T,) or (T, N); under voltage clamp, the ionic current the clamp
        supplies.
        """
        if isinstance(self.protocol, VoltageClamp):
            return np.asarray(sum(self.membrane.currents(self._all()).values()))
        return self._stimulus(self.t, self.t)

    def _stimulus(self, t: Any, at: Any) -> Array:
        i = np.asarray(self.protocol(t, at=at), dtype=float)
        return i[..., None] if self.batch is not None and self.protocol.batch is None else i

    def current(self, channel: str) -> Array:
        """Current density of a channel (µA/cm², outward positive), (T,) or (T, N)."""
        return np.asarray(self._of(self.membrane.currents, channel))

    def conductance(self, channel: str) -> Array:
        """Conductance density of a channel (mS/cm²), (T,) or (T, N)."""
        return np.asarray(self._of(self.membrane.conductances, channel))

    def _of(self, compute: Callable[[Any], dict[str, Any]], channel: str) -> Any:
        self.membrane.channel(channel)
        cache: dict[str, Any] = self.__dict__.setdefault("_computed", {})
        if compute.__name__ not in cache:
            cache[compute.__name__] = compute(self._all())
        return cache[compute.__name__][channel]

    # -- at any other time -----------------------------------------------------------------------------------

    def at(self, times: Any) -> Trajectory:
        """The trajectory at other times (K,), increasing, ms.

        A converged run is interpolated by quintic Hermite polynomials through the states and their first and
        second
        derivatives, which the equations give exactly: the error stays below the solver's. A fixed-step run
        is joined by straight lines, as it stands. Raises InvalidValue outside [0, duration].
        """
        x = np.atleast_1d(np.asarray(times, dtype=float))
        end = (self.dense or self).duration
        if x.ndim != 1 or not np.all(np.isfinite(x)) or np.any(np.diff(x) < 0):
            raise InvalidValue("times must be finite and increasing, shape (K,)")
        if len(x) and (x[0] < -1e-9 or x[-1] > end * (1 + 1e-12) + 1e-9):
            raise InvalidValue(f"times run from {x[0]:g} to {x[-1]:g} ms; allowed: 0 to {end:g} ms")
        source = self.dense or self
        x = np.clip(x, 0.0, source.duration)
        return replace(self, t=x, y=source._interpolate(x), dense=source)

    def resample(self, frames: int) -> Trajectory:
        """The trajectory at `frames` evenly spaced times from 0 to its end."""
        return self.at(np.linspace(0.0, self.duration, whole("frames", frames, 2)))

    @cached_property
    def _ends(self) -> tuple[Array, ...]:
        """y, dy/dt and d²y/dt² at both ends of every interval, each (S, T-1[, N]), as seen from within it."""
        mid = 0.5 * (self.t[:-1] + self.t[1:])
        y = self._all()
        out: list[Array] = []
        clamped, eps = isinstance(self.protocol, VoltageClamp), 1e-4
        for t, state in ((self.t[:-1], y[:, :-1]), (self.t[1:], y[:, 1:])):

            def slope(x: Array, t: Array) -> Array:
                f = self.membrane.rhs(x, 0.0 if clamped else self._stimulus(t, mid))
                if clamped:
                    f[0] = (self._stimulus(t + eps, mid) - self._stimulus(t - eps, mid)) / (2 * eps)
                return f

            if clamped:
                state = state.copy()
                state[0] = self._stimulus(t, mid)
            first = slope(state, t)
            second = (slope(state + eps * first, t + eps) - slope(state - eps * first, t - eps)) / (2 * eps)
            out += [state, first, second]
        return tuple(out)

    def _interpolate(self, x: Array) -> Array:
        k = np.clip(np.searchsorted(self.t, x, side="right") - 1, 0, len(self.t) - 2)
        h = self.t[k + 1] - self.t[k]
        u = (x - self.t[k]) / h
        if self.batch is not None:
            h, u = h[:, None], u[:, None]
        if self.method != "adaptive" or self.states != self.membrane.states:
            return self.y[:, k] + (self.y[:, k + 1] - self.y[:, k]) * u
        y0, f0, a0, y1, f1, a1 = (e[:, k] for e in self._ends)
        # Newton form of the quintic that matches value, slope and curvature at both ends (u from 0 to 1).
        c0, c1, c2 = y0, f0 * h, 0.5 * a0 * h**2
        d0, d1, d2 = y1 - c0 - c1 - c2, f1 * h - c1 - 2 * c2, a1 * h**2 - 2 * c2
        c3 = 10 * d0 - 4 * d1 + 0.5 * d2
        c4 = -15 * d0 + 7 * d1 - d2
        c5 = 6 * d0 - 3 * d1 + 0.5 * d2
        return c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))

    # -- spikes ----------------------------------------------------------------------------------------------

    @cached_property
    def spikes(self) -> Any:
        """Spike times (ms): upward crossings of membrane.spike_level, (K,); a list of N such arrays for a
        batch.
        """
        if self.dense is not None:
            return self.dense.spikes
        if self.spike_log is not None:
            return self.spike_log[0] if self.batch is None else list(self.spike_log)
        return self.crossings(self.membrane.spike_level)

    def crossings(self, level: float) -> Any:
        """Times (ms) at which V crosses `level` (mV) upwards, interpolated; a list of N arrays for a
        batch.
        """
        level = number("level", level, unit="mV", array=False)
        if self.dense is not None:
            return self.dense.crossings(level)
        if self.batch is not None:
            return [self.neuron(k).crossings(level) for k in range(self.batch)]
        v = self["V"]
        k = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
        a, b = self.t[k].copy(), self.t[k + 1].copy()
        if len(k) and (self.method != "adaptive" or self.states != self.membrane.states):
            return a + (b - a) * (level - v[k]) / (v[k + 1] - v[k])
        if len(k):
            row = self.states.index("V")
            for _ in range(50):  # bisection on the dense interpolation, all crossings at once
                mid = 0.5 * (a + b)
                below = self._interpolate(mid)[row] < level
                a, b = np.where(below, mid, a), np.where(below, b, mid)
        return 0.5 * (a + b)

    @property
    def isi(self) -> Any:
        """Interspike intervals (ms), (K-1,); a list of N arrays for a batch."""
        return [np.diff(s) for s in self.spikes] if self.batch is not None else np.diff(self.spikes)

    @cached_property
    def peaks(self) -> tuple[Array, Array]:
        """Times (ms) and heights (mV) of the local maxima of V; one neuron only.

        Located on the dense interpolation of a converged run, on the parabola through three samples of a
        fixed-step run.
        """
        if self.dense is not None:
            return self.dense.peaks
        v, t = self._single()["V"], self.t
        k = _maxima(v)
        if self.method != "adaptive" or self.states != self.membrane.states or not len(k):
            return _vertices(t, v, k)
        row, (a, b) = self.states.index("V"), (t[k - 1].copy(), t[k + 1].copy())
        for _ in range(40):  # ternary search, all peaks at once
            p, q = a + (b - a) / 3, b - (b - a) / 3
            rising = self._interpolate(p)[row] < self._interpolate(q)[row]
            a, b = np.where(rising, p, a), np.where(rising, b, q)
        top = 0.5 * (a + b)
        return top, self._interpolate(top)[row]

    def transient(self, before: float | None = None) -> float:
        """Until when (ms) what follows the last change of the stimulus before `before` counts as transient: half of
        the time that is left.
        """
        before = self.duration if before is None else before
        edges = self.protocol.edges(self.duration)
        last = float(edges[edges < before][-1]) if np.any(edges < before) and len(edges) < 64 else 0.0
        return 0.5 * (last + before)

    def rate(self, after: float | None = None, before: float | None = None) -> Any:
        """Rate of sustained firing (Hz) between `after` and `before` (ms): cycles of V, whatever their
        height.

        Counts cycles, not crossings of a fixed level, so it also measures the small fast oscillation near
        depolarisation block, which never reaches 0 mV. A ringing that dies away is not firing: the swing of
        the last cycle must be at least 90 % of that of the first and 0.5 mV. By default the first half of
        the time in which the stimulus last changed is left out as transient. Returns 0 where nothing fires;
        (N,) for a batch.
        """
        if self.dense is not None:
            return self.dense.rate(after, before)
        before = self.duration if before is None else number("before", before, 0.0, self.duration, unit="ms")
        after = self.transient(before) if after is None else after
        after = number("after", after, 0.0, before, unit="ms")
        if self.batch is None:
            return _cycle_rate(self.t, self["V"], *self.peaks, after, before)
        columns = np.ascontiguousarray(self["V"].T)
        return np.array(
            [_cycle_rate(self.t, v, *_vertices(self.t, v, _maxima(v)), after, before) for v in columns]
        )

    @property
    def amplitudes(self) -> Array:
        """Height of each spike's peak above the lowest voltage since the previous spike (mV), (K,); one
        neuron only.
        """
        tops, bases = self._single()._spike_tops()
        return tops - bases

    @property
    def spike_peaks(self) -> Array:
        """Voltage at the top of each spike (mV), (K,); one neuron only."""
        return self._single()._spike_tops()[0]

    @property
    def half_widths(self) -> Array:
        """Width of each spike (ms) half-way between resting voltage and its peak, (K,); nan if the run ends
        first.

        Both are those of the converged run, not of its samples: 1.4717 ms for the first spike of Hodgkin and
        Huxley's membrane under 10 µA/cm², of which samples 0.05 ms apart make 1.473.
        """
        run = self._single()
        rest = float(run.membrane.rest()[0])
        tops, _ = run._spike_tops()
        widths = []
        for spike, top in zip(run.spikes, tops, strict=True):
            level = 0.5 * (rest + top)
            up, down = run.crossings(level), run._falls(level)
            starts, ends = up[up <= run._top_time(spike)], down[down > spike]
            ok = len(starts) and len(ends)
            widths.append(ends[0] - starts[-1] if ok else np.nan)
        return np.array(widths)

    def _falls(self, level: float) -> Array:
        v, row = self["V"], self.states.index("V")
        k = np.flatnonzero((v[:-1] >= level) & (v[1:] < level))
        a, b = self.t[k].copy(), self.t[k + 1].copy()
        for _ in range(50 if len(k) else 0):
            mid = 0.5 * (a + b)
            above = self._interpolate(mid)[row] >= level
            a, b = np.where(above, mid, a), np.where(above, b, mid)
        return 0.5 * (a + b)

    def _top_time(self, spike: float) -> float:
        t, _ = self.peaks
        later = t[t >= spike]
        return float(later[0]) if len(later) else self.duration

    def _spike_tops(self) -> tuple[Array, Array]:
        v, spikes = self["V"], self.spikes
        t, height = self.peaks
        tops, bases = [], []
        limits = np.append(spikes, self.duration)
        for k, spike in enumerate(spikes):
            inside = (t >= spike) & (t <= limits[k + 1])
            tops.append(height[inside].max() if inside.any() else v[(self.t >= spike)].max(initial=-np.inf))
            since = limits[k - 1] if k else 0.0
            bases.append(v[(self.t >= since) & (self.t <= spike)].min())
        return np.array(tops), np.array(bases)

    def _single(self) -> Trajectory:
        if self.batch is not None:
            raise HHError("this is a batch; take one neuron with run.neuron(k)")
        return self.dense or self

    # -- files -----------------------------------------------------------------------------------------------

    def to_numpy(self) -> dict[str, Array]:
        """Every quantity by name: t, V, gates, I (stimulus), I_X and g_X of each channel X; (T,) or (T,
        N).
        """
        out: dict[str, Array] = {"t": self.t}
        if self.states != self.membrane.states:
            return out | {s: np.asarray(self[s]) for s in self.states}
        out |= {name: np.asarray(self[name]) for name in ("V", *self.membrane.gates)}
        out["I"] = np.broadcast_to(self.stimulus, out["V"].shape)
        for channel in self.membrane.channels:
            out[f"I_{channel.name}"] = self.current(channel.name)
            out[f"g_{channel.name}"] = self.conductance(channel.name)
        return out

    def to_csv(self, path: Any) -> None:
        """Write to_numpy() as comma-separated columns with a header, to a path or an open text file; one
        neuron only.

        Times in ms, V in mV, currents in µA/cm², conductances in mS/cm². Numbers read back exactly.
        """
        self._single()
        columns = self.to_numpy()
        if hasattr(path, "write"):
            _write_csv(path, columns)
            return
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            _write_csv(file, columns)

    @classmethod
    def from_csv(cls, path: Any, membrane: Membrane, protocol: Protocol | None = None) -> Trajectory:
        """Read what to_csv() wrote. A CSV holds no equations, so the membrane is given; the stimulus is the
        I column unless its protocol is given. Raises HHError if a column is missing."""
        with Path(path).open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        if len(rows) < 3:
            raise HHError(f"{path} holds no trajectory: it needs a header and two or more rows")
        try:
            header, table = rows[0], np.array(rows[1:], dtype=float).T
        except ValueError as error:
            raise HHError(f"{path} is not a table of numbers: {error}") from None
        if len(header) != len(table):
            raise HHError(f"{path} has rows of {len(table)} numbers under a header of {len(header)} names")
        columns = dict(zip(header, table, strict=True))
        for name in ("t", *membrane.states, *(["I"] if protocol is None else [])):
            if name not in columns:
                raise HHError(f"{path} has no column {name!r}; it has {', '.join(header)}")
        t = columns["t"]
        y = np.stack([columns[s] for s in membrane.states])
        what = Samples(t, columns["I"], hold=True) if protocol is None else protocol
        return cls(membrane, what, t, y, membrane.states, "samples")

    def to_npz(self, path: Any) -> None:
        """Write everything, membrane and protocol included, to a compressed NumPy file."""
        about = {
            "membrane": to_data(self.membrane),
            "protocol": to_data(self.protocol),
            "states": list(self.states),
            "method": self.method,
            "dt": self.dt,
        }
        source = self.dense or self
        arrays: dict[str, Any] = {"t": source.t, "y": source.y, "about": np.array(json.dumps(about))}
        if self.dense is not None:
            arrays |= {
                "sampled": self.t,
                "sampled_y": self.y,
            }  # computed again, they might differ in a last bit
        if self.spike_log is not None:
            arrays["spike_times"] = np.concatenate(self.spike_log) if self.spike_log else np.empty(0)
            arrays["spike_counts"] = np.array([len(s) for s in self.spike_log])
        np.savez_compressed(path, **arrays)

    @classmethod
    def from_npz(cls, path: Any) -> Trajectory:
        """Read what to_npz() wrote; nothing in the file is run. Raises HHError if it is something else."""
        try:
            with np.load(path, allow_pickle=False) as file:
                data = dict(file)
            about = json.loads(str(data["about"]))
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise HHError(f"{path} was not written by Trajectory.to_npz()") from None
        log = None
        if "spike_times" in data:
            log = tuple(np.split(data["spike_times"], np.cumsum(data["spike_counts"])[:-1]))
        membrane, protocol = from_data(about["membrane"]), from_data(about["protocol"])
        states = tuple(about["states"])
        run = cls(membrane, protocol, data["t"], data["y"], states, about["method"], about["dt"], log)
        if "sampled" in data:
            run = replace(run, t=data["sampled"], y=data["sampled_y"], dense=run)
        return run


def _maxima(v: Array) -> NDArray[np.intp]:
    """Where v (T,) has a local maximum."""
    return np.flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] >= v[2:])) + 1


def _vertices(t: Array, v: Array, k: NDArray[np.intp]) -> tuple[Array, Array]:
    """Times and heights of the parabolas through samples k-1, k, k+1, taken as evenly spaced."""
    a, b, c = v[k - 1], v[k], v[k + 1]
    u = 0.5 * (c - a) / (2.0 * b - a - c)
    return t[k] + u * 0.5 * (t[k + 1] - t[k - 1]), b + 0.25 * (c - a) * u


def _cycle_rate(t: Array, v: Array, tops: Array, height: Array, after: float, before: float) -> float:
    """Rate (Hz) of the cycles of v (T,) whose maxima are at `tops`; see Trajectory.rate."""
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


def _write_csv(file: Any, columns: dict[str, Array]) -> None:
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in zip(*(c.tolist() for c in columns.values()), strict=True):
        writer.writerow(map(repr, row))

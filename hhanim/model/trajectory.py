"""A trajectory: what a membrane did under a protocol. Frozen; media and analyses only read it."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module  # for what draws a run, which the model does not know until it is asked
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import HHError, InvalidValue, UnknownName, fits, whole
from hhanim.model.events import Events
from hhanim.model.frozen import Frozen
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol, Samples, VoltageClamp
from hhanim.model.serial import from_data, to_data

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory(Events, Frozen):
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

    def __getitem__(self, name: str) -> Any:
        """A quantity by name, (T,) or (T, N): V (mV), a gate (0..1), kinetic or not, I (the stimulus) and I_ion, and of
        a channel X its current I_X (µA/cm²) and conductance g_X (mS/cm²). Raises UnknownName.
        """
        name = str(name)
        if name in self.states:
            return self.y[self.states.index(name)]
        if name in self.membrane.gates:
            return self.membrane.gate_values(self._all)[name]
        kind, _, channel = name.partition("_")
        if kind in ("I", "g") and any(c.name == channel for c in self.membrane.channels):
            return self.current(channel) if kind == "I" else self.conductance(channel)
        if name == "I_ion":
            return self.ionic_current
        if name == "I":
            return self.stimulus
        names = [f"{x}_{c.name}" for c in self.membrane.channels for x in "Ig"]
        raise UnknownName(
            "quantity", name, [*self.membrane.states, *self.membrane.gates, "I", "I_ion", *names]
        )

    @property
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

    def plot(self, *names: str, **options: Any) -> Any:
        """Draw quantities over time, V, gates and currents by default: plot("V"), plot("m", "h"), plot("I_Na", "g_Na").

        options: theme ("light" or "dark"). Returns a matplotlib Figure, which a notebook shows. Raises UnknownName.
        """
        return import_module("hhanim.plots.overview").draw(self, *names, **options)

    def _repr_html_(self) -> str | None:
        if self.states != self.membrane.states:
            return None
        return str(import_module("hhanim.plots.overview").shown(self))

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

    @property
    def stimulus(self) -> Array:
        """Injected current (µA/cm²), (T,) or (T, N); under voltage clamp, the ionic current that the clamp supplies."""
        if isinstance(self.protocol, VoltageClamp):
            return self.ionic_current
        return self._stimulus(self.t, self.t)

    @property
    def ionic_current(self) -> Array:
        """The sum of the currents through the channels (µA/cm², outward positive), (T,) or (T, N)."""
        return np.asarray(sum(self._currents.values()))

    @cached_property
    def _currents(self) -> dict[str, Any]:
        return self.membrane.currents(self._all)

    @cached_property
    def _conductances(self) -> dict[str, Any]:
        return self.membrane.conductances(self._all)

    @property
    def _smooth(self) -> bool:
        """Whether there are derivatives to interpolate with."""
        return self.method == "adaptive" and self.states == self.membrane.states

    def _stimulus(self, t: Any, at: Any) -> Array:
        i = np.asarray(self.protocol(t, at=at), dtype=float)
        return i[..., None] if self.batch is not None and self.protocol.batch is None else i

    def current(self, channel: str) -> Array:
        """Current density of a channel (µA/cm², outward positive), (T,) or (T, N)."""
        return np.asarray(self._currents[self.membrane.channel(channel).name])

    def conductance(self, channel: str) -> Array:
        """Conductance density of a channel (mS/cm²), (T,) or (T, N)."""
        return np.asarray(self._conductances[self.membrane.channel(channel).name])

    def at(self, times: Any) -> Trajectory:
        """The trajectory at other times (K,), increasing, ms.

        A converged run is interpolated by quintic Hermite polynomials through the states and their first and second
        derivatives, which the equations give exactly: the error stays below the solver's. A fixed-step run is
        joined by straight lines, as it stands. Raises InvalidValue outside [0, duration].
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
        fits(whole("frames", frames, 2), self.y[:, :1].size, "fewer frames")
        return self.at(np.linspace(0.0, self.duration, whole("frames", frames, 2)))

    def _ends(self, k: Any) -> tuple[Array, ...]:
        """y, dy/dt and d²y/dt² at the begin of the intervals k, then at their end, each (S, K[, N]), from within."""
        at = np.append(k, k + 1)
        t, mid, y = self.t[at], np.tile(0.5 * (self.t[k] + self.t[k + 1]), 2), self._all[:, at]
        clamped, eps = isinstance(self.protocol, VoltageClamp), 1e-4

        def slope(y: Array, t: Array, mid: Array) -> Array:
            f = self.membrane.rhs(y, 0.0 if clamped else self._stimulus(t, mid))
            if clamped:
                f[0] = (self._stimulus(t + eps, mid) - self._stimulus(t - eps, mid)) / (2 * eps)
            return f

        if clamped:
            y[0] = self._stimulus(t, mid)
        first = slope(y, t, mid)
        around = np.concatenate([y + eps * first, y - eps * first], axis=1)
        later, sooner = np.split(slope(around, np.append(t + eps, t - eps), np.tile(mid, 2)), 2, axis=1)
        second = (later - sooner) / (2 * eps)
        return *(x[:, : len(k)] for x in (y, first, second)), *(x[:, len(k) :] for x in (y, first, second))

    @cached_property
    def _all_ends(self) -> tuple[Array, ...]:
        return self._ends(np.arange(len(self.t) - 1))

    def _interpolate(self, x: Array) -> Array:
        k = np.clip(np.searchsorted(self.t, x, side="right") - 1, 0, len(self.t) - 2)
        h = self.t[k + 1] - self.t[k]
        u = (x - self.t[k]) / h
        if self.batch is not None:
            h, u = h[:, None], u[:, None]
        if not self._smooth:
            return self.y[:, k] + (self.y[:, k + 1] - self.y[:, k]) * u
        few = 4 * len(x) < len(self.t) and "_all_ends" not in self.__dict__
        y0, f0, a0, y1, f1, a1 = self._ends(k) if few else (e[:, k] for e in self._all_ends)
        # Newton form of the quintic that matches value, slope and curvature at both ends (u from 0 to 1).
        c0, c1, c2 = y0, f0 * h, 0.5 * a0 * h**2
        d0, d1, d2 = y1 - c0 - c1 - c2, f1 * h - c1 - 2 * c2, a1 * h**2 - 2 * c2
        c3 = 10 * d0 - 4 * d1 + 0.5 * d2
        c4 = -15 * d0 + 7 * d1 - d2
        c5 = 6 * d0 - 3 * d1 + 0.5 * d2
        return c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))

    def to_numpy(self) -> dict[str, Array]:
        """Every quantity by name: t, V, gates, I (stimulus), I_X and g_X of each channel X; (T,) or (T, N)."""
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
        """Write to_numpy() of one neuron as comma-separated columns with a header, to a path or an open text file.

        Times in ms, V in mV, currents in µA/cm², conductances in mS/cm². Numbers read back exactly.
        """
        _ = self._single
        columns = self.to_numpy()
        given = hasattr(path, "write")
        with nullcontext(path) if given else Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(
                map(repr, row) for row in zip(*(c.tolist() for c in columns.values()), strict=True)
            )

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
            # Computed again, they might differ in a last bit.
            arrays |= {"sampled": self.t, "sampled_y": self.y}
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
        except OSError as error:
            raise HHError(f"cannot read {path}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError, EOFError, RecursionError, zipfile.BadZipFile, zlib.error):
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


def frozen(y: Array) -> Array:
    """The array itself, which from now on cannot be written to."""
    y.flags.writeable = False
    return y

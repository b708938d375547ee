"""What the experimenter does: injected currents (µA/cm²) and clamped voltages (mV) as functions of time (ms).

Events are active on [start, stop). Every protocol knows its edges, the instants at which it is not smooth,
so that the solver restarts there and no pulse, however short, is stepped over. A protocol is written the
same way in Python, on a
command line and in a file: ``step(10, start=5) + pulse(66, start=30, width=0.1)``; see parse().
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import HHError, InvalidValue, UnknownName, number, whole

Array = NDArray[np.float64]
INF = float("inf")


class Protocol:
    """A stimulus. Interface: call it with times, ask it for its edges; ``+`` adds, ``*`` scales."""

    __array_ufunc__ = None  # array * protocol is a protocol, not an array of protocols

    #: longest time (ms) over which the stimulus may be taken as featureless by an adaptive solver
    max_step: float = INF

    def __call__(self, t: Any, at: Any = None) -> Any:
        """Value at times t (ms), any shape; amplitudes of shape (N,) add a last axis: t.shape + (N,).

        `at` is the instant at which it is decided which events are active (default: t itself); the solver
        passes the middle of a piece between two edges, so that both ends of the piece belong to it.
        """
        raise NotImplementedError

    def edges(self, duration: float) -> Array:
        """Instants in (0, duration) at which the value or its slope jumps, sorted, (K,)."""
        raise NotImplementedError

    @property
    def batch(self) -> int | None:
        """N if any amplitude is an array (N,), else None."""
        sizes = {np.shape(getattr(self, f.name))[0] for f in fields(self) if _is_array(getattr(self, f.name))}  # type: ignore[arg-type]
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")
        return next(iter(sizes), None)

    def member(self, k: int) -> Protocol:
        """Stimulus of neuron k of a batch."""
        picked = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{n: float(x[k]) if _is_array(x) else x for n, x in picked.items()})

    def __add__(self, other: Any) -> Protocol:
        if isinstance(other, Protocol):
            return Sum((*_parts(self), *_parts(other)))
        if isinstance(other, (int, float)):
            return self if other == 0 else Sum((*_parts(self), Step(other)))
        return NotImplemented

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Protocol:
        return Scaled(number("factor", factor), self)

    __rmul__ = __mul__

    def __str__(self) -> str:
        words = []
        for k, f in enumerate(f for f in fields(self) if f.init):  # type: ignore[arg-type]
            x = getattr(self, f.name)
            if k == 0 or not (np.ndim(x) == 0 and x == f.default):
                words.append(("" if k == 0 else f"{f.name}=") + _text(x))
        return f"{type(self).__name__.lower()}({', '.join(words)})"


def _is_array(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.ndim == 1


def _parts(p: Protocol) -> tuple[Protocol, ...]:
    return p.parts if isinstance(p, Sum) else (p,)


def _text(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return "[" + ", ".join(_text(v) for v in x.tolist()) + "]"
    if isinstance(x, float):
        return repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)
    return str(x)


def _inside(edges: Any, duration: float) -> Array:
    e = np.unique(np.asarray(edges, dtype=float))
    return e[(e > 0) & (e < duration)]


def _window(self: Any, *, what: str) -> None:
    """Shared validation of start and stop, in place."""
    put = object.__setattr__
    put(self, "start", number(f"{what} start", self.start, unit="ms"))
    stop = self.stop
    if not (np.ndim(stop) == 0 and stop == INF):
        stop = number(f"{what} stop", stop, unit="ms")
    put(self, "stop", stop)
    if np.any(np.asarray(self.stop) < np.asarray(self.start)):
        raise InvalidValue(
            f"{what} stops at {_text(self.stop)} ms before it starts at {_text(self.start)} ms; swap them"
        )


def _shape(t: Any, *values: Any) -> tuple[Any, ...]:
    """Times with a last axis added if any value is an array (N,), followed by those values."""
    t = np.asarray(t, dtype=float)
    return (t[..., None] if any(np.ndim(v) for v in values) else t, *values)


@dataclass(frozen=True)
class Step(Protocol):
    """A constant current (µA/cm²) on [start, stop)."""

    amplitude: Any
    start: Any = 0.0
    stop: Any = INF

    def __post_init__(self) -> None:
        object.__setattr__(self, "amplitude", number("amplitude", self.amplitude, unit="µA/cm²"))
        _window(self, what="step")

    def __call__(self, t: Any, at: Any = None) -> Any:
        s, amplitude, start, stop = _shape(t if at is None else at, self.amplitude, self.start, self.stop)
        value = np.where((s >= start) & (s < stop), amplitude, 0.0)
        return (
            value
            if at is None
            else np.broadcast_to(
                value, np.broadcast_shapes(value.shape, np.shape(_shape(t, amplitude, start, stop)[0]))
            )
        )

    def edges(self, duration: float) -> Array:
        return _inside(np.append(np.ravel(self.start), np.ravel(self.stop)), duration)


@dataclass(frozen=True)
class Train(Protocol):
    """`count` rectangular pulses of `width` ms, one every `period` ms from `start` on."""

    amplitude: Any
    start: float = 0.0
    width: float = 1.0
    period: float = 10.0
    count: int = 5

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "amplitude", number("amplitude", self.amplitude, unit="µA/cm²"))
        put(self, "start", number("train start", self.start, unit="ms", array=False))
        put(self, "width", number("train width", self.width, above=0, unit="ms", array=False))
        put(
            self,
            "period",
            number("train period", self.period, self.width, unit="ms (at least the width)", array=False),
        )
        put(self, "count", whole("train count", self.count, 1))

    def _flips(self) -> Array:
        on = self.start + self.period * np.arange(self.count)
        return np.stack([on, on + self.width], axis=1).ravel()

    def __call__(self, t: Any, at: Any = None) -> Any:
        t, amplitude = _shape(t, self.amplitude)
        s = t if at is None else _shape(at, self.amplitude)[0]
        active = np.searchsorted(self._flips(), s, side="right") % 2 == 1
        return np.where(active, amplitude, 0.0) + 0.0 * t

    def edges(self, duration: float) -> Array:
        return _inside(self._flips(), duration)


@dataclass(frozen=True)
class Ramp(Protocol):
    """A current that goes in a straight line from `first` to `last` (µA/cm²) on [start, stop), and is zero
    elsewhere.
    """

    last: Any
    start: float = 0.0
    stop: float = 100.0
    first: Any = 0.0

    def __post_init__(self) -> None:
        for name in ("first", "last"):
            object.__setattr__(self, name, number(name, getattr(self, name), unit="µA/cm²"))
        _window(self, what="ramp")
        if not np.all(np.isfinite(self.stop)) or np.any(np.asarray(self.stop) <= np.asarray(self.start)):
            raise InvalidValue(f"ramp stop = {_text(self.stop)} ms; allowed: any finite time after its start")

    def __call__(self, t: Any, at: Any = None) -> Any:
        t, first, last, start, stop = _shape(t, self.first, self.last, self.start, self.stop)
        s = t if at is None else _shape(at, first, last, start, stop)[0]
        line = first + (last - first) * (t - start) / (stop - start)
        return np.where((s >= start) & (s < stop), line, 0.0)

    def edges(self, duration: float) -> Array:
        return _inside(np.append(np.ravel(self.start), np.ravel(self.stop)), duration)


@dataclass(frozen=True)
class Sine(Protocol):
    """amplitude * sin(2 pi frequency (t - start) + phase) on [start, stop); frequency in Hz, phase in
    radians.
    """

    amplitude: Any
    frequency: Any = 50.0
    start: float = 0.0
    stop: float = INF
    phase: Any = 0.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "amplitude", number("amplitude", self.amplitude, unit="µA/cm²"))
        put(self, "frequency", number("frequency", self.frequency, above=0, unit="Hz"))
        put(self, "phase", number("phase", self.phase, unit="rad"))
        _window(self, what="sine")

    @property
    def max_step(self) -> float:  # type: ignore[override]
        return float(1000.0 / np.max(self.frequency) / 16.0)

    def __call__(self, t: Any, at: Any = None) -> Any:
        t, a, f, start, stop, phase = _shape(
            t, self.amplitude, self.frequency, self.start, self.stop, self.phase
        )
        s = t if at is None else _shape(at, a, f, start, stop, phase)[0]
        wave = a * np.sin(2e-3 * np.pi * f * (t - start) + phase)
        return np.where((s >= start) & (s < stop), wave, 0.0)

    def edges(self, duration: float) -> Array:
        return _inside(np.append(np.ravel(self.start), np.ravel(self.stop)), duration)


@dataclass(frozen=True)
class Noise(Protocol):
    """Ornstein–Uhlenbeck noise on [start, stop): mean, standard deviation sigma (µA/cm²), correlation time
    tau (ms).

    Sampled exactly every `dt` ms with the given seed and joined by straight lines; the same seed gives the
    same path whatever the duration. An array of N seeds gives N independent paths.
    Uhlenbeck & Ornstein (1930), https://doi.org/10.1103/PhysRev.36.823.
    """

    sigma: Any
    tau: float = 5.0
    seed: Any = 0
    start: float = 0.0
    stop: float = INF
    dt: float = 0.1
    mean: Any = 0.0
    _paths: dict[int, Array] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "sigma", number("sigma", self.sigma, 0.0, unit="µA/cm²"))
        put(self, "tau", number("tau", self.tau, above=0.0, unit="ms", array=False))
        put(self, "dt", number("dt", self.dt, above=0.0, unit="ms", array=False))
        put(self, "mean", number("mean", self.mean, unit="µA/cm²"))
        seed = number("seed", self.seed, 0)
        if np.any(np.asarray(seed) != np.floor(seed)):
            raise InvalidValue(f"seed = {self.seed!r}; allowed: whole numbers from 0 on")
        put(self, "seed", seed if np.ndim(seed) else int(seed))
        _window(self, what="noise")

    @property
    def batch(self) -> int | None:
        sizes = {np.shape(x)[0] for x in (self.sigma, self.mean, self.seed) if np.ndim(x)}
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")
        return next(iter(sizes), None)

    def member(self, k: int) -> Protocol:
        pick = {n: x[k] if np.ndim(x := getattr(self, n)) else x for n in ("sigma", "mean", "seed")}
        return Noise(tau=self.tau, start=self.start, stop=self.stop, dt=self.dt, **pick)

    def _path(self, n: int) -> Array:
        """At least n unit-variance samples, (n', ) or (n', N): grown by doubling, always the same prefix."""
        have = self._paths.get(0)
        if have is None or len(have) < n:
            from scipy.signal import lfilter  # takes half of the time that importing hhanim would

            size = 1 << max(10, int(n - 1).bit_length())
            r = np.exp(-self.dt / self.tau)
            columns = []
            for seed in np.atleast_1d(self.seed):
                xi = np.random.default_rng(int(seed)).standard_normal(size)
                xi[1:] *= np.sqrt(1.0 - r * r)
                columns.append(lfilter([1.0], [1.0, -r], xi))
            have = np.stack(columns, axis=-1) if np.ndim(self.seed) else columns[0]
            self._paths[0] = have
        return have

    def __call__(self, t: Any, at: Any = None) -> Any:
        t = np.asarray(t, dtype=float)
        s = t if at is None else np.asarray(at, dtype=float)
        # The segment is chosen by `at`, the position on its line by t.
        k = np.floor(np.maximum(s - self.start, 0.0) / self.dt + 1e-9).astype(int)
        path = self._path(int(k.max(initial=0)) + 2)
        u = (t - self.start) / self.dt - k
        active = (s >= self.start) & (s < self.stop)
        if self.batch is not None:
            u, active = u[..., None], active[..., None]
        z = (
            path[k] + (path[k + 1] - path[k]) * u
            if np.ndim(self.seed) or self.batch is None
            else ((path[k] + (path[k + 1] - path[k]) * u[..., 0])[..., None])
        )
        return np.where(active, self.mean + self.sigma * z, 0.0)

    def edges(self, duration: float) -> Array:
        last = min(duration, self.stop)
        n = int(np.ceil(max(last - self.start, 0.0) / self.dt))
        return _inside(np.append(self.start + self.dt * np.arange(n + 1), self.stop), duration)


@dataclass(frozen=True)
class Samples(Protocol):
    """A measured or computed current: values i (T,) or (T, N) in µA/cm² at times t (T,) in ms, joined by
    straight lines.

    With hold=True each value holds until the next time. Zero before the first time and from the last one on.
    """

    t: Any
    i: Any
    hold: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        t = number("samples t", self.t, unit="ms")
        try:
            i = np.array(self.i, dtype=float)
        except (TypeError, ValueError):
            raise InvalidValue(
                "samples i holds something that is not a number; allowed: any finite µA/cm²"
            ) from None
        if np.ndim(t) != 1 or len(t) < 2 or np.any(np.diff(t) <= 0):
            raise InvalidValue("samples t must be two or more increasing times in ms")
        if i.ndim not in (1, 2) or i.shape[0] != len(t):
            raise InvalidValue(
                f"samples i has shape {i.shape}; give one value (or one row) for each of {len(t)} times"
            )
        if not np.all(np.isfinite(i)):
            raise InvalidValue("samples i holds a value that is not finite; allowed: any finite µA/cm²")
        i.flags.writeable = False
        put(self, "t", t)
        put(self, "i", i)

    @property
    def batch(self) -> int | None:
        return self.i.shape[1] if self.i.ndim == 2 else None

    def member(self, k: int) -> Protocol:
        return Samples(self.t, self.i[:, k], self.hold) if self.i.ndim == 2 else self

    def __call__(self, t: Any, at: Any = None) -> Any:
        t = np.asarray(t, dtype=float)
        s = t if at is None else np.asarray(at, dtype=float)
        k = np.clip(np.searchsorted(self.t, s, side="right") - 1, 0, len(self.t) - 2)
        u = 0.0 * t if self.hold else (t - self.t[k]) / (self.t[k + 1] - self.t[k])
        active = (s >= self.t[0]) & (s < self.t[-1])
        if self.i.ndim == 2:
            u, active = u[..., None], active[..., None]
        return np.where(active, self.i[k] + (self.i[k + 1] - self.i[k]) * u, 0.0)

    def edges(self, duration: float) -> Array:
        return _inside(self.t, duration)

    def __str__(self) -> str:
        return f"samples({_text(self.t)}, {self.i.tolist()}{', hold=True' if self.hold else ''})"


@dataclass(frozen=True)
class Sum(Protocol):
    """Protocols applied together; written with ``+``."""

    parts: tuple[Protocol, ...]

    def __post_init__(self) -> None:
        for part in self.parts:
            if isinstance(part, VoltageClamp):
                raise InvalidValue(
                    "a voltage clamp cannot be added to anything; chain its .step() and .ramp() instead"
                )

    @property
    def max_step(self) -> float:  # type: ignore[override]
        return min(part.max_step for part in self.parts)

    @property
    def batch(self) -> int | None:
        sizes = {part.batch for part in self.parts} - {None}
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")  # type: ignore[type-var]
        return next(iter(sizes), None)

    def member(self, k: int) -> Protocol:
        return Sum(tuple(part.member(k) for part in self.parts))

    def __call__(self, t: Any, at: Any = None) -> Any:
        values = [(part(t, at), part.batch) for part in self.parts]
        if self.batch is not None:
            values = [(v if n is not None else v[..., None], n) for v, n in values]
        return sum(v for v, _ in values)

    def edges(self, duration: float) -> Array:
        return _inside(np.concatenate([part.edges(duration) for part in self.parts]), duration)

    def __str__(self) -> str:
        return " + ".join(str(part) for part in self.parts)


@dataclass(frozen=True)
class Scaled(Protocol):
    """A protocol times a factor (a number, or (N,) for a batch); written with ``*``."""

    factor: Any
    of: Protocol

    def __post_init__(self) -> None:
        if isinstance(self.of, VoltageClamp):
            raise InvalidValue("a voltage clamp cannot be scaled; give its levels in mV")

    @property
    def max_step(self) -> float:  # type: ignore[override]
        return self.of.max_step

    @property
    def batch(self) -> int | None:
        sizes = {
            n
            for n in (np.shape(self.factor)[0] if np.ndim(self.factor) else None, self.of.batch)
            if n is not None
        }
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")
        return next(iter(sizes), None)

    def member(self, k: int) -> Protocol:
        return Scaled(self.factor[k] if np.ndim(self.factor) else self.factor, self.of.member(k))

    def __call__(self, t: Any, at: Any = None) -> Any:
        value = self.of(t, at)
        return self.factor * (value[..., None] if np.ndim(self.factor) and self.of.batch is None else value)

    def edges(self, duration: float) -> Array:
        return self.of.edges(duration)

    def __str__(self) -> str:
        inner = f"({self.of})" if isinstance(self.of, Sum) else str(self.of)
        return f"{_text(self.factor)} * {inner}"


@dataclass(frozen=True)
class VoltageClamp(Protocol):
    """The membrane potential held at `holding` (mV), then commanded piece by piece: ``clamp(-65).step(0, 5,
    25)``.

    pieces: (first, last, start, stop): a straight line from first to last (mV) on [start, stop). Where two
    overlap the later one wins. Levels may be arrays (N,): a family of sweeps.
    """

    holding: Any
    pieces: tuple[tuple[Any, Any, float, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "holding", number("holding", self.holding, unit="mV"))

    def step(self, level: Any, start: float = 0.0, stop: float = INF) -> VoltageClamp:
        """Hold `level` (mV, or (N,)) on [start, stop) (ms)."""
        level = number("level", level, unit="mV")
        window = Step(0.0, start, stop)
        return VoltageClamp(self.holding, (*self.pieces, (level, level, window.start, window.stop)))

    def ramp(self, first: Any, last: Any, start: float, stop: float) -> VoltageClamp:
        """Move in a straight line from first to last (mV) on [start, stop) (ms)."""
        r = Ramp(last, start, stop, first)
        return VoltageClamp(self.holding, (*self.pieces, (r.first, r.last, r.start, r.stop)))

    def _levels(self) -> list[Any]:
        return [self.holding, *(x for piece in self.pieces for x in piece[:2])]

    @property
    def batch(self) -> int | None:
        sizes = {np.shape(x)[0] for x in self._levels() if np.ndim(x)}
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")
        return next(iter(sizes), None)

    def member(self, k: int) -> VoltageClamp:
        def pick(x: Any) -> Any:
            return x[k] if np.ndim(x) else x

        pieces = tuple((pick(a), pick(b), start, stop) for a, b, start, stop in self.pieces)
        return VoltageClamp(pick(self.holding), pieces)

    def __call__(self, t: Any, at: Any = None) -> Any:
        t = _shape(t, *self._levels())[0]
        s = t if at is None else _shape(at, *self._levels())[0]
        v = self.holding + 0.0 * t
        for first, last, start, stop in self.pieces:
            line = first if np.isinf(stop) else first + (last - first) * (t - start) / (stop - start)
            v = np.where((s >= start) & (s < stop), line, v)
        return v

    def edges(self, duration: float) -> Array:
        return _inside([x for piece in self.pieces for x in piece[2:]], duration)

    def __str__(self) -> str:
        text = f"clamp({_text(self.holding)})"
        for first, last, start, stop in self.pieces:
            if first is last or np.array_equal(first, last):
                end = "" if stop == INF else f", stop={_text(stop)}"
                text += f".step({_text(first)}, start={_text(start)}{end})"
            else:
                text += f".ramp({_text(first)}, {_text(last)}, {_text(start)}, {_text(stop)})"
        return text


def step(amplitude: Any, start: Any = 0.0, stop: Any = INF) -> Step:
    """A constant current `amplitude` (µA/cm², or (N,)) on [start, stop) (ms)."""
    return Step(amplitude, start, stop)


def pulse(amplitude: Any, start: Any = 0.0, width: Any = 1.0) -> Step:
    """A current `amplitude` (µA/cm², or (N,)) that lasts `width` ms from `start` on."""
    start, width = number("pulse start", start, unit="ms"), number("pulse width", width, above=0.0, unit="ms")
    return Step(amplitude, start, start + width)


def train(
    amplitude: Any, start: float = 0.0, width: float = 1.0, period: float = 10.0, count: int = 5
) -> Train:
    """`count` pulses of `width` ms, one every `period` ms."""
    return Train(amplitude, start, width, period, count)


def ramp(last: Any, start: float = 0.0, stop: float = 100.0, first: Any = 0.0) -> Ramp:
    """A straight line from `first` to `last` (µA/cm²) on [start, stop) (ms)."""
    return Ramp(last, start, stop, first)


def sine(
    amplitude: Any, frequency: Any = 50.0, start: float = 0.0, stop: float = INF, phase: Any = 0.0
) -> Sine:
    """A sine wave: amplitude (µA/cm²), frequency (Hz), phase (rad)."""
    return Sine(amplitude, frequency, start, stop, phase)


def noise(
    sigma: Any,
    tau: float = 5.0,
    seed: Any = 0,
    start: float = 0.0,
    stop: float = INF,
    dt: float = 0.1,
    mean: Any = 0.0,
) -> Noise:
    """Ornstein–Uhlenbeck noise: standard deviation (µA/cm²), correlation time (ms), seed."""
    return Noise(sigma, tau, seed, start, stop, dt, mean)


def samples(t: Any, i: Any, hold: bool = False) -> Samples:
    """Values i (µA/cm²) at times t (ms), joined by straight lines or held."""
    return Samples(t, i, hold)


def clamp(holding: Any = -65.0, level: Any = None, start: float = 5.0, stop: float = INF) -> VoltageClamp:
    """A voltage clamp at `holding` mV; with `level` (mV, or (N,) for a family), one step to it on [start,
    stop) (ms).
    """
    held = VoltageClamp(holding)
    return held if level is None else held.step(level, start, stop)


#: What a protocol may be written with, in text.
MAKERS: dict[str, Callable[..., Protocol]] = {
    f.__name__: f for f in (step, pulse, train, ramp, sine, noise, samples, clamp)
}


def parse(text: str) -> Protocol:
    """A protocol from its text, e.g. ``"step(10, start=5) + 0.5 * sine(2, 40)"``; nothing else is evaluated.

    Raises HHError (UnknownName, InvalidValue) with an example of what is understood.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise InvalidValue(
            f"stimulus {text!r} is not understood; write e.g. 'step(10, start=5) + pulse(66, 30, 0.1)'"
        ) from None
    value = _evaluate(tree, text)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Step(value)
    if not isinstance(value, Protocol):
        raise InvalidValue(f"stimulus {text!r} is not a protocol; write e.g. 'step(10, start=5)'")
    return value


def _evaluate(node: ast.expr, text: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name) and node.id == "inf":
        return INF
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_evaluate(x, text) for x in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _evaluate(node.operand, text)
        return -1 * value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        a, b = _evaluate(node.left, text), _evaluate(node.right, text)
        return (
            a * b if isinstance(node.op, ast.Mult) else a + b if isinstance(node.op, ast.Add) else a + -1 * b
        )
    if isinstance(node, ast.Call):
        make: Any
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("step", "ramp"):
            make = getattr(_evaluate(node.func.value, text), node.func.attr, None)
        elif isinstance(node.func, ast.Name):
            if node.func.id not in MAKERS:
                raise UnknownName("stimulus", node.func.id, MAKERS)
            make = MAKERS[node.func.id]
        else:
            make = None
        if make is not None:
            named = {k.arg: _evaluate(k.value, text) for k in node.keywords if k.arg}
            try:
                result = make(*(_evaluate(x, text) for x in node.args), **named)
            except HHError:
                raise
            except TypeError as error:
                raise InvalidValue(f"stimulus {text!r}: {error}") from None
            return result
    raise InvalidValue(
        f"stimulus {text!r} is not understood at {ast.unparse(node)!r}; write e.g. 'step(10, start=5)'"
    )

"""What the experimenter does: injected currents (µA/cm²) and clamped voltages (mV) as functions of time (ms).

A form of stimulus declares its fields, each with its unit, its range and whether a batch may have an array of it;
all that follows from them is in Protocol. Events are active on [start, stop). Every protocol knows its edges, the
instants at which it is not smooth, so that the solver restarts there and no pulse, however short, is stepped over.
It is written the same way in Python, on a command line and in a file: ``step(10, start=5) + pulse(66, 30, 0.1)``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache, partial
from itertools import chain
from numbers import Real
from operator import add, mul, neg, sub, truediv
from typing import Annotated, Any, get_origin, get_type_hints

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from hhanim.model.errors import HHError, InvalidValue, UnknownName, number, short, whole, worded
from hhanim.model.frozen import Frozen

Array = NDArray[np.float64]
INF = float("inf")
MOST_EDGES = 10_000_000  # at each of which the solver restarts
STRAIGHT = 5.0  # ms, longer than a spike: a sampled current that keeps to a line as long has stopped changing


# A field's unit, its range, and whether a batch may have an array of it.
Current = Annotated[Any, partial(number, unit="µA/cm²")]
Voltage = Annotated[Any, partial(number, unit="mV")]
Time = Annotated[float, partial(number, unit="ms", array=False)]
Times = Annotated[Any, partial(number, unit="ms")]
End = Annotated[float, partial(number, unit="ms", array=False, endless=True)]
Ends = Annotated[Any, partial(number, unit="ms", endless=True)]
Duration = Annotated[float, partial(number, unit="ms", above=0.0, array=False)]


@lru_cache
def _checks(form: Any) -> dict[str, Callable[[str, Any], Any]]:
    hints = get_type_hints(form, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated}


class Protocol(Frozen, NDArrayOperatorsMixin):
    """A stimulus: call it with times, ask it for its edges; ``+``, ``-``, ``*`` and ``/`` as with numbers."""

    #: longest time (ms) over which the stimulus may be taken as featureless by an adaptive solver
    max_step: float = INF

    def __post_init__(self) -> None:
        kind: Any = type(self)
        form = kind.__name__.lower()
        for name, check in _checks(kind).items():
            object.__setattr__(self, name, check(f"{form} {name}", getattr(self, name)))
        start, stop = self._window()
        if np.any(np.asarray(stop) < np.asarray(start)):
            raise InvalidValue(
                f"{form} stops at {_text(stop)} ms before it starts at {_text(start)} ms; swap them"
            )
        _ = self.batch  # lengths must agree

    def _window(self) -> tuple[Any, Any]:
        """Start and stop (ms); the value is zero outside."""
        return getattr(self, "start", 0.0), getattr(self, "stop", INF)

    def _active(self, s: Array) -> Any:
        start, stop = self._window()
        return (s >= start) & (s < stop)

    def _value(self, t: Array, s: Array) -> Any:
        """The value at t while active, on the piece that holds s: constant, if a form does not say otherwise."""
        return self.__dict__["amplitude"]

    def _kinks(self, duration: float) -> Any:
        """Edges within the window, up to `duration`."""
        return ()

    def _turns(self) -> Any:
        """Those of them after which the stimulus stays as it is."""
        return ()

    def __call__(self, t: Any, at: Any = None) -> Any:
        """Value at times t (ms), any shape; amplitudes of shape (N,) add a last axis: t.shape + (N,).

        `at` is the instant at which it is decided which events are active (default: t itself); the solver
        passes the middle of a piece between two edges, so that both ends of the piece belong to it.
        """
        t = np.asarray(t, dtype=float)
        s = t if at is None else np.asarray(at, dtype=float)
        return self._at(t, s) if self.batch is None else self._at(t[..., None], s[..., None])

    def _at(self, t: Array, s: Array) -> Any:
        return np.where(self._active(s), self._value(t, s), 0.0 * t)

    def edges(self, duration: float, lasting: bool = False) -> Array:
        """Instants in (0, duration) at which the value or its slope jumps, sorted, (K,).

        lasting: only those at which the stimulus begins, ends or changes to stay so; what changes on and on by
        its nature (noise, a train, a measured current) is one event. Raises InvalidValue if there are too many.
        """
        return _inside(duration, *self._window(), self._turns() if lasting else self._kinks(duration))

    @cached_property
    def batch(self) -> int | None:
        """N if any amplitude is an array (N,), else None. Raises InvalidValue where two lengths disagree."""
        sizes = set(chain.from_iterable(_sizes(getattr(self, f.name)) for f in fields(self)))  # type: ignore[arg-type]
        if len(sizes) > 1:
            raise InvalidValue(f"stimulus arrays must have one length, not {sorted(sizes)}")
        return next(iter(sizes), None)

    def member(self, k: int) -> Protocol:
        """Stimulus of neuron k of a batch."""
        return replace(self, **{f.name: _member(getattr(self, f.name), k) for f in fields(self)})  # type: ignore[arg-type,type-var]

    def __array_ufunc__(self, ufunc: Any, method: str, /, *inputs: Any, **kwargs: Any) -> Any:
        """What operators give, also with an array on the left."""
        a, b = (*inputs, None)[:2] if method == "__call__" else (None, None)
        if ufunc is np.positive:
            return a
        if ufunc is np.negative:
            return Sum((a,), (-1.0,))
        if ufunc is np.multiply:
            return Sum((a,), (b,)) if isinstance(a, Protocol) else Sum((b,), (a,))
        if ufunc is np.divide and isinstance(a, Protocol):
            if np.any(np.asarray(number("divisor", b)) == 0):
                raise InvalidValue("a stimulus cannot be divided by 0; give another divisor")
            return Sum((a,), (1.0 / np.asarray(b, dtype=float),))
        if ufunc not in (np.add, np.subtract) or not all(isinstance(x, _ADDED) for x in inputs):
            return NotImplemented
        terms = [x for x in inputs if not (ufunc is np.add and isinstance(x, Real) and x == 0)]
        if len(terms) == 1:  # where sum() starts
            return terms[0]
        parts = tuple(x if isinstance(x, Protocol) else Step(x) for x in terms)
        return Sum(parts, (1.0, 1.0 if ufunc is np.add else -1.0))

    def __str__(self) -> str:
        words = []
        for k, f in enumerate(fields(self)):  # type: ignore[arg-type]
            x = getattr(self, f.name)
            if k == 0 or np.ndim(x) or x != f.default:
                words.append(("" if k == 0 else f"{f.name}=") + _text(x))
        return f"{type(self).__name__.lower()}({', '.join(words)})"


def _sizes(x: Any) -> Iterator[int]:
    if isinstance(x, np.ndarray) and x.ndim:
        yield len(x)
    elif isinstance(x, Protocol) and x.batch is not None:
        yield x.batch
    elif isinstance(x, tuple):
        yield from chain.from_iterable(map(_sizes, x))


def _member(x: Any, k: int) -> Any:
    if isinstance(x, Protocol):
        return x.member(k)
    if isinstance(x, tuple):
        return tuple(_member(part, k) for part in x)
    return float(x[k]) if np.ndim(x) else x


def _text(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return "[" + ", ".join(map(_text, x)) + "]"
    if isinstance(x, float):
        return repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(float(x))
    return str(x)


def _inside(duration: float, *instants: Any) -> Array:
    e = np.unique(np.concatenate([np.ravel(np.asarray(x, dtype=float)) for x in instants]))
    return np.asarray(e[(e > 0) & (e < duration)])


def _evenly(start: float, spacing: float, most: float, until: float) -> Array:
    """start, start + spacing, … up to `until`, at most `most` of them."""
    count = min(most, np.ceil(max(until - start, 0.0) / spacing) + 1)
    if count > MOST_EDGES:
        raise InvalidValue(
            f"this stimulus has {count:.2g} edges, one every {spacing:g} ms; allowed: {MOST_EDGES:,}; "
            "make them rarer or the run shorter"
        )
    return np.asarray(start + spacing * np.arange(int(count)))


_ADDED = (Protocol, Real, np.ndarray, list, tuple)


@dataclass(frozen=True, eq=False)
class Step(Protocol):
    """A constant current `amplitude` (µA/cm², or (N,)) on [start, stop) (ms)."""

    amplitude: Current
    start: Times = 0.0
    stop: Ends = INF


@dataclass(frozen=True, eq=False)
class Train(Protocol):
    """`count` rectangular pulses of `amplitude` (µA/cm²) and `width` ms, one every `period` ms from `start` on."""

    amplitude: Current
    start: Time = 0.0
    width: Duration = 1.0
    period: Time = 10.0
    count: Annotated[int, partial(whole, low=1)] = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        number("train period", self.period, self.width, unit="ms (at least the width)")

    def _window(self) -> tuple[float, float]:
        return self.start, self.start + self.period * (self.count - 1) + self.width

    def _active(self, s: Array) -> Any:
        return np.searchsorted(self._kinks(float(np.max(s, initial=0.0))), s, side="right") % 2 == 1

    def _kinks(self, duration: float) -> Any:
        on = _evenly(self.start, self.period, self.count, duration)
        return np.stack([on, on + self.width], axis=1).ravel()


@dataclass(frozen=True, eq=False)
class Ramp(Protocol):
    """A straight line to `last` (µA/cm², or (N,)) on [start, stop) (ms), from `first` (0) on; zero elsewhere."""

    last: Current
    start: Times = 0.0
    stop: Ends = 100.0
    first: Current = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.any(np.isinf(self.stop) | (np.asarray(self.stop) <= np.asarray(self.start))):
            raise InvalidValue(f"ramp stop = {_text(self.stop)} ms; allowed: any finite time after its start")

    def _value(self, t: Array, s: Array) -> Any:
        return self.first + (self.last - self.first) * (t - self.start) / (self.stop - self.start)


@dataclass(frozen=True, eq=False)
class Sine(Protocol):
    """amplitude · sin(2π · frequency · (t - start) + phase) on [start, stop); frequency in Hz, phase in radians."""

    amplitude: Current
    frequency: Annotated[Any, partial(number, unit="Hz", above=0.0)] = 50.0
    start: Times = 0.0
    stop: Ends = INF
    phase: Annotated[Any, partial(number, unit="rad")] = 0.0

    @cached_property
    def max_step(self) -> float:  # type: ignore[override]
        return float(1000.0 / np.max(self.frequency) / 16.0)

    def _value(self, t: Array, s: Array) -> Any:
        return self.amplitude * np.sin(2e-3 * np.pi * self.frequency * (t - self.start) + self.phase)


@dataclass(frozen=True, eq=False)
class Noise(Protocol):
    """Ornstein–Uhlenbeck noise on [start, stop): standard deviation sigma and mean (µA/cm²), correlation time tau (ms).

    Sampled exactly every `dt` ms with the given seed and joined by straight lines; the same seed gives the
    same path whatever the duration. An array of N seeds gives N independent paths.
    Uhlenbeck & Ornstein (1930), https://doi.org/10.1103/PhysRev.36.823.
    """

    sigma: Annotated[Any, partial(number, unit="µA/cm²", low=0.0)]
    tau: Duration = 5.0
    seed: Annotated[Any, partial(whole, low=0, array=True)] = 0
    start: Time = 0.0
    stop: End = INF
    dt: Duration = 0.1
    mean: Current = 0.0

    def _path(self, n: int) -> Array:
        """At least n unit-variance samples, (n', ) or (n', N): grown by doubling, always the same prefix."""
        have: Array = self.__dict__.get("_samples", np.empty(0))
        if len(have) < n:
            from scipy.signal import lfilter  # takes half of the time that importing hhanim would

            size = 1 << max(10, int(n - 1).bit_length())
            r = np.exp(-self.dt / self.tau)
            columns = []
            for seed in np.atleast_1d(self.seed):
                xi = np.random.default_rng(int(seed)).standard_normal(size)
                xi[1:] *= np.sqrt(1.0 - r * r)
                columns.append(lfilter([1.0], [1.0, -r], xi))
            have = np.stack(columns, axis=-1) if np.ndim(self.seed) else columns[0]
            self.__dict__["_samples"] = have
        return have

    def _value(self, t: Array, s: Array) -> Any:
        # The segment is chosen by s, the position on its line by t.
        self._kinks(float(np.max(s, initial=0.0)))  # refuses what would fill the memory
        within = np.maximum(np.minimum(s, self.stop) - self.start, 0.0)
        k = np.floor(within / self.dt + 1e-9).astype(int)
        path = self._path(int(k.max(initial=0)) + 2)
        row = k[..., 0] if np.ndim(self.seed) else k
        u = (t - self.start) / self.dt - k
        return self.mean + self.sigma * (path[row] + (path[row + 1] - path[row]) * u)

    def _kinks(self, duration: float) -> Any:
        return _evenly(self.start, self.dt, INF, min(duration, self.stop))


@dataclass(frozen=True, eq=False)
class Samples(Protocol):
    """A measured or computed current: values i (T,) or (T, N) (µA/cm²) at times t (T,) (ms), joined by straight lines.

    With hold=True each value holds until the next time. Zero before the first time and from the last one on.
    """

    t: Times
    i: Annotated[Any, partial(number, unit="µA/cm²", array=2)]
    hold: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.ndim(self.t) != 1 or len(self.t) < 2 or np.any(np.diff(self.t) <= 0):
            raise InvalidValue("samples t must be two or more increasing times in ms")
        if np.shape(self.i)[:1] != np.shape(self.t):
            raise InvalidValue(
                f"samples i has shape {np.shape(self.i)}; give one value (or one row) for each of {len(self.t)} times"
            )

    @property
    def batch(self) -> int | None:
        return self.i.shape[1] if np.ndim(self.i) == 2 else None

    def member(self, k: int) -> Protocol:
        return Samples(self.t, self.i[:, k], self.hold) if self.i.ndim == 2 else self

    def _window(self) -> tuple[Any, Any]:
        return np.min(self.t), np.max(self.t)

    def _value(self, t: Array, s: Array) -> Any:
        k = np.clip(np.searchsorted(self.t, s, side="right") - 1, 0, len(self.t) - 2)
        row = k if self.i.ndim == 1 else k[..., 0]
        u = 0.0 * t if self.hold else (t - self.t[k]) / (self.t[k + 1] - self.t[k])
        return self.i[row] + (self.i[row + 1] - self.i[row]) * u

    @cached_property
    def _corners(self) -> Array:
        """The times within at which the value (held) or the slope (joined) truly changes."""
        jump, step = np.diff(self.i.reshape(len(self.t), -1), axis=0), np.diff(self.t)[:, None]
        if not self.hold:
            jump = (jump[1:] / step[1:] - jump[:-1] / step[:-1]) * step[:-1]
        turns = np.any(np.abs(jump) > 1e-12 * np.max(np.abs(self.i)), axis=1)
        return np.asarray(self.t[1 : 1 + len(turns)][turns])

    def _kinks(self, duration: float) -> Any:
        return self._corners

    def _turns(self) -> Any:
        return self._corners[np.diff(self._corners, append=self.t[-1]) > STRAIGHT]


@dataclass(frozen=True, eq=False)
class Sum(Protocol):
    """Protocols applied together, each times its factor (a number, or (N,)); written with ``+`` and ``*``."""

    parts: tuple[Protocol, ...]
    factors: tuple[Any, ...]

    def __post_init__(self) -> None:
        if any(isinstance(part, VoltageClamp) for part in self.parts):
            done = "scaled" if len(self.parts) == 1 else "added to anything"
            raise InvalidValue(f"a voltage clamp cannot be {done}; chain its .step() and .ramp(), in mV")
        put = object.__setattr__
        put(self, "factors", tuple(number("factor", f) for f in self.factors))
        super().__post_init__()
        terms: list[tuple[Protocol, Any]] = []  # sums of sums are one sum
        for part, factor in zip(self.parts, self.factors, strict=True):
            inner = zip(part.parts, part.factors, strict=True) if isinstance(part, Sum) else [(part, 1.0)]
            terms += [(p, factor * f) for p, f in inner]
        put(self, "parts", tuple(p for p, _ in terms))
        put(self, "factors", tuple(f for _, f in terms))

    @cached_property
    def max_step(self) -> float:  # type: ignore[override]
        return min(part.max_step for part in self.parts)

    def _at(self, t: Array, s: Array) -> Any:
        return sum(f * part._at(t, s) for part, f in zip(self.parts, self.factors, strict=True))

    def edges(self, duration: float, lasting: bool = False) -> Array:
        return _inside(duration, *(part.edges(duration, lasting) for part in self.parts))

    def __str__(self) -> str:
        factors = ("" if np.ndim(f) == 0 and f == 1 else f"{_text(f)} * " for f in self.factors)
        return " + ".join(f"{f}{part}" for f, part in zip(factors, self.parts, strict=True))


@dataclass(frozen=True, eq=False)
class VoltageClamp(Protocol):
    """The membrane potential held at `holding` (mV), then commanded piece by piece: ``clamp(-65).step(0, 5, 25)``.

    pieces: what is commanded, steps and ramps in mV; where two overlap the later one wins. Arrays (N,) make a
    family of sweeps.
    """

    holding: Voltage
    pieces: tuple[Step | Ramp, ...] = ()

    def step(self, level: Any, start: Any = 0.0, stop: Any = INF) -> VoltageClamp:
        """Hold `level` (mV, or (N,)) on [start, stop) (ms)."""
        level = number("clamp level", level, unit="mV")
        return VoltageClamp(self.holding, (*self.pieces, Step(level, start, stop)))

    def ramp(self, first: Any, last: Any, start: Any, stop: Any) -> VoltageClamp:
        """Move in a straight line from first to last (mV) on [start, stop) (ms)."""
        first, last = (number("clamp level", x, unit="mV") for x in (first, last))
        return VoltageClamp(self.holding, (*self.pieces, Ramp(last, start, stop, first)))

    step, ramp = worded(step, "clamp(…).step"), worded(ramp, "clamp(…).ramp")

    def _at(self, t: Array, s: Array) -> Any:
        v = self.holding + 0.0 * t
        for piece in self.pieces:
            v = np.where(piece._active(s), piece._value(t, s), v)
        return v

    def _turns(self) -> Any:
        return np.concatenate([np.empty(0), *(np.ravel(x) for p in self.pieces for x in p._window())])

    def _kinks(self, duration: float) -> Any:
        return self._turns()

    def __str__(self) -> str:
        text = f"clamp({_text(self.holding)})"
        for p in self.pieces:
            line = isinstance(p, Ramp) and ", ".join(map(_text, (p.first, p.last, p.start, p.stop)))
            text += f".ramp({line})" if line else f".{p}"
        return text


def _pulse(amplitude: Any, start: Any = 0.0, width: Any = 1.0) -> Step:
    """A current `amplitude` (µA/cm², or (N,)) that lasts `width` ms from `start` on."""
    start, width = number("pulse start", start, unit="ms"), number("pulse width", width, above=0.0, unit="ms")
    return Step(amplitude, start, start + width)


def _ramp(last: Any, start: Any = 0.0, stop: Any = 100.0, first: Any = 0.0) -> Ramp:
    """A straight line to `last` (µA/cm², or (N,)) on [start, stop) (ms), from `first` on; zero elsewhere."""
    line = Ramp(last, start, stop, first)
    if not np.any(line.last) and not np.any(line.first):
        raise InvalidValue(
            "ramp(0) goes from 0 to 0; give first where it ends: ramp(20) goes from 0 to 20 µA/cm²"
        )
    return line


def _clamp(holding: Any = -65.0, level: Any = None, start: float = 5.0, stop: float = INF) -> VoltageClamp:
    """A voltage clamp at `holding` mV; with `level` (mV, or (N,)), one step to it on [start, stop) (ms)."""
    held = VoltageClamp(holding)
    return held if level is None else held.step(level, start, stop)


step, ramp = worded(Step, "step"), worded(_ramp, "ramp")
pulse, train = worded(_pulse, "pulse"), worded(Train, "train")
sine, noise = worded(Sine, "sine"), worded(Noise, "noise")
samples, clamp = worded(Samples, "samples"), worded(_clamp, "clamp")

#: What a protocol may be written with, in text.
MAKERS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (step, pulse, train, ramp, sine, noise, samples, clamp)
}
_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
    ast.USub: neg,
}


def parse(text: str) -> Protocol:
    """A protocol from its text, e.g. ``"step(10, start=5) + 0.5 * sine(2, 40)"``; nothing else is evaluated.

    Raises HHError (UnknownName, InvalidValue) with an example of what is understood.
    """
    why = "is not understood"
    try:
        value = _evaluate(ast.parse(text.strip(), mode="eval").body)
        if isinstance(value, Protocol | int | float):
            return value if isinstance(value, Protocol) else Step(value)
        why = "is not a protocol"
    except HHError:
        raise
    except (RecursionError, MemoryError):
        why = "has too many signs, brackets or terms"
    except SyntaxError as error:
        why += "" if error.lineno else f" at {short(error.msg)}"
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        why += f": {error}"
    raise InvalidValue(f"stimulus {short(text)} {why}; write e.g. 'step(10, start=5) + pulse(66, 30, 0.1)'")


def _evaluate(node: ast.expr) -> Any:
    match node:
        case ast.Constant(int() | float() as value):
            return value
        case ast.Name("inf"):
            return INF
        case ast.List(items) | ast.Tuple(items):
            return np.array([_evaluate(x) for x in items], dtype=float)
        case ast.UnaryOp(op, x) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(x))
        case ast.UnaryOp(ast.UAdd(), x):
            return _evaluate(x)
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left), _evaluate(right))
        case ast.Call(ast.Name(name), args, named) if name not in MAKERS:
            raise UnknownName("stimulus", name, MAKERS)
        case ast.Call(ast.Name() | ast.Attribute(attr="step" | "ramp") as func, args, named):
            make = (
                MAKERS[func.id] if isinstance(func, ast.Name) else getattr(_evaluate(func.value), func.attr)
            )
            return make(*map(_evaluate, args), **{str(k.arg): _evaluate(k.value) for k in named})
    raise SyntaxError(ast.unparse(node))

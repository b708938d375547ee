"""simulate(): a membrane under a protocol gives a trajectory, by steps as long as its tolerance allows."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model import fixed_step, presets
from hhanim.model.errors import (
    HHError,
    InvalidValue,
    SolverFailure,
    UnitsWarning,
    UnknownName,
    UnstableStep,
    fits,
    number,
)  # fmt: skip
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol, Samples, Step, VoltageClamp, parse
from hhanim.model.scalar import callback
from hhanim.model.task import SMALLER, Task
from hhanim.model.trajectory import Trajectory, frozen

Array = NDArray[np.float64]
Progress = Callable[[float], None]

BACKENDS = ("auto", "numpy", "numba")
METHODS = ("auto", "adaptive", "euler", "exponential_euler")
TOLERANCE = 3e-12  # absolute, of a gate: 1e-5 mV after 50 ms of firing
V_TOLERANCE = 300.0  # mV: what absolute tolerances are multiplied by for V, about the width of its range
SAMPLE = 0.025  # ms between the stored samples of an adaptive run
SWEEP_DT = 0.025  # ms, default step of the fixed-step methods
SWEEP_WORK = 10_000.0  # neuron·ms beyond which "auto" prefers the vectorised fixed step for a batch
DENSE = 1.0  # edges per ms from which on a stimulus is integrated through its bends
MANY = 16  # numbers beyond which a bare list that neither rises nor falls throughout is no sweep of currents


def simulate(
    membrane: Membrane | str,
    protocol: Protocol | float | Array | Sequence[float] | str | None = None,
    duration: float = 50.0,
    *,
    method: str = "auto",
    dt: float | None = None,
    start: Mapping[str, Any] | Any = None,
    sample: float | None = None,
    record: Sequence[str] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    backend: str = "auto",
    progress: Progress | None = None,
) -> Trajectory:
    """Integrate a membrane under a current or voltage protocol from t = 0 to `duration` ms.

    membrane: a Membrane or a preset's name. Parameters, stimulus amplitudes or start values that are arrays
        (N,) make a batch of N neurons integrated together.
    protocol: a current (µA/cm²) or a voltage clamp; a number is a constant current, a string is parsed, None is 0.
    method: "adaptive" is LSODA (Petzold 1983, https://doi.org/10.1137/0904010) at rtol, atol, restarted at
        every edge of the protocol; "euler" is forward Euler; "exponential_euler" is Rush & Larsen (1978),
        https://doi.org/10.1109/TBME.1978.326270. "auto" is adaptive, but exponential Euler for batches of
        more than 10,000 neuron·ms.
    dt: step of the fixed-step methods (ms; default 0.025).
    start: "rest", or values as in {"V": -60, "h": 0.4}, see Membrane.initial(); by default the membrane's
        own start, or rest (the holding potential under a clamp).
    sample: spacing of the stored samples (ms). Default: 0.025 for an adaptive run, every step for one
        neuron, and for a batch as fine as fits in 256 MiB. Spike times never depend on it.
    rtol, atol: tolerances of a step: rtol times the state, plus atol for a gate and 300 mV times atol for V. The
        default, rtol 0 and atol 3e-12, keeps V within about 1e-5 mV over 50 ms of firing.
    record: names of the states to store (default all), e.g. ("V",), or () for the spike times only.
    backend: what carries out exponential Euler on a batch: "numpy", "numba" (compiled, on every core; needs
        the extra hhanim[sweep]), or "auto": numba where it is installed and the batch is worth compiling for.
    progress: called with the fraction done, 0..1.

    Returns a Trajectory. Raises HHError (a ValueError): InvalidValue, UnknownName, UnstableStep,
    SolverFailure. Warns (UnitsWarning) where seconds, or a current over time, seem to have been meant.
    """
    membrane = presets.get(membrane)
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    _doubt(protocol, duration)
    protocol = as_protocol(protocol)
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    if backend not in BACKENDS:
        raise UnknownName("backend", backend, BACKENDS)
    if sample is not None:
        sample = number("sample", sample, above=0.0, unit="ms", array=False)
    record = membrane.states if record is None else _recorded(membrane, record)
    if start is None and isinstance(protocol, VoltageClamp):
        start = membrane.steady(protocol(0.0, at=-1.0))
    y0 = membrane.initial(start)
    n = _batch(membrane, protocol, y0)
    if method == "auto":
        method = "adaptive" if n is None or n * duration <= SWEEP_WORK else "exponential_euler"
    adaptive = method == "adaptive"
    if adaptive and dt is not None:
        raise InvalidValue(
            "dt is for the fixed-step methods; for the adaptive one give sample= (ms between samples)"
        )
    if not adaptive and isinstance(protocol, VoltageClamp):
        raise InvalidValue(
            f"method {method!r} is for current clamp; a voltage clamp is solved with method='adaptive'"
        )
    dt = number("dt", SWEEP_DT if dt is None else dt, above=0.0, unit="ms", array=False)
    rtol = 0.0 if rtol is None else number("rtol", rtol, 1e-13, 1e-2, array=False)
    atol = number("atol", TOLERANCE if atol is None else atol, 1e-14, 1e-1, array=False)
    if not adaptive:
        _check_step(membrane, method, dt)
    task = Task(
        membrane, protocol, duration, y0, n, record, method, sample, dt, backend, rtol, atol, progress
    )
    return _adaptive(task) if adaptive else fixed_step.run(task)


def _doubt(given: Any, duration: float) -> None:
    """Say what was understood where something else may have been meant."""
    said, many = [], np.asarray(given) if isinstance(given, np.ndarray | list | tuple) else np.empty(0)
    if many.size > MANY and not np.all(np.diff(many) > 0) and not np.all(np.diff(many) < 0):
        said.append(
            f"{many.size} currents were taken as constant currents into {many.size} neurons; for one current over "
            "time give samples(t, i), for a batch step(i)"
        )
    lasts = {"duration": duration} | (
        {"the samples' last time": given.t[-1]} if isinstance(given, Samples) else {}
    )
    said += [
        f"{k} = {t:g} was taken as ms; for seconds give {1e3 * t:g}" for k, t in lasts.items() if t < 1.0
    ]
    for words in said:
        warnings.warn(words, UnitsWarning, stacklevel=3)


def as_protocol(x: Protocol | float | Array | Sequence[float] | str | None) -> Protocol:
    """A Protocol from itself, a number (constant µA/cm²), its text, or None (nothing injected)."""
    if isinstance(x, Protocol):
        return x
    if x is None:
        return Step(0.0)
    if isinstance(x, str):
        return parse(x)
    return Step(x)


def _recorded(membrane: Membrane, record: Sequence[str]) -> tuple[str, ...]:
    wanted = (record,) if isinstance(record, str) else tuple(record)
    for name in wanted:
        if name not in membrane.states:
            raise UnknownName("state", name, membrane.states)
    return tuple(s for s in membrane.states if s in wanted)


def _batch(membrane: Membrane, protocol: Protocol, y0: Array) -> int | None:
    sizes = {
        "parameters": membrane.batch,
        "stimulus": protocol.batch,
        "start": y0.shape[1] if y0.ndim == 2 else None,
    }
    given = {k: n for k, n in sizes.items() if n is not None}
    if len(set(given.values())) > 1:
        text = ", ".join(f"{k} {n}" for k, n in given.items())
        raise InvalidValue(f"arrays of a batch must have one length; here {text}")
    return next(iter(given.values()), None)


def _grid(duration: float, sample: float, edges: Array) -> Array:
    """Sample times: every `sample` ms, the end, and every edge.

    A sample that is closer to an edge than rounding gives way.
    """
    regular: Array = sample * np.arange(math.ceil(duration / sample - 1e-6), dtype=float)
    regular = np.append(regular, duration)
    if len(edges):
        k = np.clip(np.searchsorted(edges, regular), 1, len(edges)) - 1
        near = np.minimum(
            np.abs(regular - edges[k]), np.abs(regular - edges[np.minimum(k + 1, len(edges) - 1)])
        )
        keep = near > 1e-6 * sample
        keep[[0, -1]] = True
        regular = np.sort(np.append(regular[keep], edges))
    return regular


def _fineness(membrane: Membrane) -> int:
    """How many times finer than SAMPLE, 1 to 4, samples must be for interpolation to be exact to 1e-5 mV.

    Read from the fastest rate (1/ms) at the spike level: of a gate or, through instantaneous gates, of V itself.
    """
    v, rest = membrane.spike_level, membrane.baseline
    values = {name: membrane.inf(name, rest if gate.dynamic else v) for name, gate in membrane.gates.items()}
    rates = [1.0 / membrane.tau(name, v) for name in membrane.states[1:]]
    rates.append(sum(channel.conductance(values) for channel in membrane.channels) / membrane.c)
    return min(4, math.ceil(max(float(np.max(rate)) for rate in rates) / 8.0))


def _adaptive(task: Task) -> Trajectory:
    membrane, protocol, n, record = task.membrane, task.protocol, task.n, task.record
    edges = protocol.edges(task.duration)
    # Integration is always sampled finely: spikes and other times are read from these samples, whatever is
    # asked for.
    clamped, fineness = isinstance(protocol, VoltageClamp), _fineness(membrane)
    tips = task.sample is None and fineness > 1 and not clamped
    sample = SAMPLE if task.sample is None else task.sample
    finer = math.ceil(sample * fineness / SAMPLE - 1e-9)
    fits(task.duration * finer / sample + len(edges), len(membrane.states), SMALLER)
    task.refuse_too_large(task.duration / sample + len(edges))
    t = _grid(task.duration, sample / finer, edges)
    kept = np.arange(len(t)) if finer == 1 else np.searchsorted(t, _grid(task.duration, sample, edges) - 1e-9)
    solve, rows = _clamped if clamped else _segments, task.rows
    if n is None:
        y = solve(task, t, edges)
        run = Trajectory(membrane, protocol, t, frozen(y), membrane.states, "adaptive")
        if finer == 1 and record == membrane.states:
            return run
        times, stored = t[kept], y[rows][:, kept]
        if tips:
            # Samples coarser than the solution needs would miss the tip of a spike by some tenths of a mV.
            turns = run.turns("V")
            turns = turns[~np.isin(turns, times)]
            at, more = np.searchsorted(times, turns), run._interpolate(turns)[rows]
            times, stored = np.insert(times, at, turns), np.insert(stored, at, more, axis=1)
        if record != membrane.states:
            return replace(run, t=times, y=frozen(stored), states=record, spike_log=(run.spikes,))
        return replace(run, t=times, y=frozen(stored), dense=run)
    out, spikes = np.empty((len(rows), len(kept), n)), []
    for k in range(n):
        one = task.neuron(k)
        y = solve(one, t, edges)
        spikes.append(Trajectory(one.membrane, one.protocol, t, y, membrane.states, "adaptive").spikes)
        out[:, :, k] = y[rows][:, kept]
        task.report((k + 1) / n)
    return Trajectory(membrane, protocol, t[kept], frozen(out), record, "adaptive", spike_log=tuple(spikes))


def _segments(task: Task, t: Array, edges: Array) -> Array:
    """One neuron under current clamp: LSODA from edge to edge, on floats."""
    protocol, y0 = task.protocol, task.y0
    y = np.empty((len(y0), len(t)))
    y[:, 0] = y0
    # Long smooth stretches are cut so that progress is reported; a restart costs a few steps.
    within = np.array([V_TOLERANCE * task.atol] + [task.atol] * (len(y0) - 1))
    bends = _bends(protocol, edges, float(t[-1])) if len(edges) > DENSE * t[-1] else None
    if bends is not None:  # a restart at each of them would cost more than a closer look
        within, edges = within / 10.0, bends.jumps
    cuts = np.searchsorted(t, np.unique([0.0, *edges, *np.arange(500.0, t[-1], 500.0), t[-1]]))
    for a, b in pairwise(cuts):
        if b > a:
            current = (bends or partial(_current_on, protocol))(float(t[a]), float(t[b]))
            rest = (y[:, a], t[a : b + 1], task.rtol, within, protocol.max_step)
            try:
                y[:, a : b + 1] = _lsoda(callback(task.membrane, current), *rest)
            except SolverFailure:
                raise
            except (ArithmeticError, ValueError):  # far outside physiology: the slower, clipped equations
                y[:, a : b + 1] = _lsoda(_clipped(task.membrane, current), *rest)
        task.report(float(t[b] / t[-1]))
    return y


def _clipped(membrane: Membrane, current: float | Callable[[float], float]) -> Callable[[Any, float], Any]:
    rhs = membrane.compile(math)
    if callable(current):
        return lambda x, t: rhs(*x.tolist(), current(t))
    return lambda x, t: rhs(*x.tolist(), current)


class _Bends:
    """A stimulus of straight lines: the times at which it jumps, and the current between two of them."""

    def __init__(self, x: Array, first: Array, last: Array, scale: float) -> None:
        self.jumps = x[1:-1][np.abs(last[:-1] - first[1:]) > 1e-12 * scale]
        self._x, self._lines = x, (x[:-1], first, (last - first) / np.diff(x))

    def __call__(self, a: float, b: float) -> Callable[[float], float]:
        # The solver looks beyond b, where the last line goes on.
        pieces = slice(*np.searchsorted(self._x, (a, b)))
        begins, levels, slopes = (part[pieces].tolist() for part in self._lines)

        def current(t: float) -> float:
            k = max(bisect_right(begins, t) - 1, 0)
            return float(levels[k] + slopes[k] * (t - begins[k]))

        return current


def _bends(protocol: Protocol, edges: Array, end: float) -> _Bends | None:
    """The stimulus as straight lines between its edges, if that is what it is."""
    x = np.concatenate([[0.0], edges, [end]])
    mid = 0.5 * (x[1:] + x[:-1])
    first, middle, last = (np.asarray(protocol(t, at=mid), dtype=float) for t in (x[:-1], mid, x[1:]))
    scale = float(np.max(np.abs([first, last])))
    straight = np.abs(first + last - 2.0 * middle) <= 1e-12 * scale
    return _Bends(x, first, last, scale) if np.all(straight) else None


def _current_on(protocol: Protocol, a: float, b: float) -> float | Callable[[float], float]:
    """The stimulus between two edges: a number where it is constant, else a function of time."""
    mid = 0.5 * (a + b)
    probes = np.array([a, a + 0.3819660113 * (b - a), mid, b])
    i = np.asarray(protocol(probes, at=np.full(4, mid)), dtype=float)
    if np.all(i == i[0]):
        return float(i[0])
    slope = (i[3] - i[0]) / (b - a)
    scale = np.max(np.abs(i))
    if np.all(np.abs(i - i[0] - slope * (probes - a)) < 1e-12 * scale):
        i0, s = float(i[0]), float(slope)
        return lambda x: i0 + s * (x - a)
    at = np.float64(mid)
    return lambda x: float(protocol(x, at=at))


def _lsoda(f: Any, y0: Array, t: Array, rtol: float, atol: Any, max_step: float) -> Array:
    # imported late: it takes a third of a second, which rates and gates over voltage never need
    from scipy import integrate

    odeint: Any = integrate.odeint
    hmax = 0.0 if math.isinf(max_step) else max_step
    with (
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore", category=integrate.ODEintWarning),
    ):
        y, info = odeint(f, y0, t, rtol=rtol, atol=atol, hmax=hmax, mxstep=200_000, full_output=True)
    said = info["message"]
    if said == "Integration successful." and not np.all(np.isfinite(y)):
        said = "V or a gate leaves every range of numbers; is the current right (µA/cm², outward positive)?"
    if said != "Integration successful.":
        raise SolverFailure(f"the solver stopped between t = {t[0]:g} and {t[-1]:g} ms: {said}")
    out: Array = y.T
    return out


def _clamped(task: Task, t: Array, edges: Array) -> Array:
    """One neuron under voltage clamp: each gate relaxes on its own, exponentially while the command holds."""
    membrane, protocol, y0 = task.membrane, task.protocol, task.y0
    y = np.empty((len(y0), len(t)))
    y[:, 0] = y0
    cuts = np.searchsorted(t, np.unique([0.0, *edges, t[-1]]))
    rhs, relax = membrane.compile(math), membrane.compile(np, "relax")
    for a, b in pairwise(cuts):
        command = _current_on(protocol, float(t[a]), float(t[b]))
        s = t[a : b + 1]
        if isinstance(command, float):
            for k, x in enumerate(relax(command, *y[1:, a].tolist(), s - s[0]), 1):
                y[k, a : b + 1] = x
        elif len(y) > 1:

            def f(x: Any, at: float, v: Any = command) -> Any:
                return rhs(v(at), *x.tolist(), 0.0)[1:]

            y[1:, a : b + 1] = _lsoda(f, y[1:, a], s, task.rtol, task.atol, protocol.max_step)
        task.report(float(t[b] / t[-1]))
    y[0] = protocol(t)
    return y


def largest_step(membrane: Membrane, method: str) -> float:
    """Largest dt (ms) that a fixed-step method takes safely through a spike of this membrane.

    Forward Euler is stable while dt times the fastest rate, the total conductance over C or a gate's alpha +
    beta, stays below 2; the fastest rate is read from one converged spike. Exponential Euler is stable at
    any step; its limit, five times that of Euler, is where the spike is no longer resolved.
    """
    limits: dict[str, float] = membrane.__dict__.setdefault("_largest_step", {})
    if "euler" not in limits:
        worst = membrane
        if membrane.batch is not None:
            pick = {
                k: float(np.min(v) if k == "C" else np.max(v))
                for k, v in membrane.parameters.items()
                if np.ndim(v)
            }
            blocks = {c.blocker: float(np.min(c.block)) for c in membrane.channels if c.blocker}
            worst = membrane.with_(**{**pick, **blocks})
        try:
            y0 = worst.initial()
        except HHError:
            y0 = worst.steady(worst.baseline)
        kick = y0.copy()
        kick[0] += 0.4 * (max(c.e for c in worst.channels) - y0[0])
        run = simulate(worst, None, 10.0, start=kick, rtol=1e-6, atol=1e-6)
        rates = [sum(run.conductance(c.name) for c in worst.channels) / worst.c]
        rates += [1.0 / np.asarray(worst.tau(name, run["V"])) for name in worst.states[1:]]
        limits["euler"] = 2.0 / max(float(np.max(r)) for r in rates)
    return limits["euler"] * (1.0 if method == "euler" else 5.0)


def _check_step(membrane: Membrane, method: str, dt: float) -> None:
    limit = largest_step(membrane, method)
    if dt > limit:
        good = 10.0 ** np.floor(np.log10(limit / 2))
        good *= max(k for k in (1.0, 2.0, 2.5, 5.0) if k * good <= limit / 2)
        other = "" if method == "exponential_euler" else "method='exponential_euler' or "
        raise UnstableStep(
            f"dt = {dt:g} ms is too large for method {method!r} on {membrane.name}; "
            f"allowed: up to {limit:.2g} ms; "
            f"use dt={good:g}, or {other}method='adaptive'"
        )

"""The fixed-step methods: forward Euler and exponential Euler, for one neuron on floats and for batches on
arrays.

Forward Euler takes every slope at the old state, as the lecture does. Exponential Euler (Rush & Larsen 1978,
https://doi.org/10.1109/TBME.1978.326270) multiplies a state's step by ``relax(dt * rate)``, `rate` being how
fast it
returns to where it is going: exact for frozen coefficients and stable at any dt. It is staggered here: the
gates live half a step after V, so that each is advanced with the other's value in the middle of its step,
which makes the method second order at no cost (Hines 1984, https://doi.org/10.1016/0020-7101(84)90008-4).
The step is written once, as source, from the membrane's channels; it runs on floats, on arrays, and compiled
(hhanim.model.compiled).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model import compiled, rates
from hhanim.model.errors import HHError, UnstableStep
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol

Array = NDArray[np.float64]

CHUNK = 512  # steps between two reports of progress
TABLE = 2**16  # entries of a table over voltage: about 0.005 mV apart, small enough for the cache
TABLE_FROM = 500  # neurons from which on building tables pays
SLOW = 1e-3  # part of its way that a gate goes in a step, below which single precision would lose some of it
RELAX_TO = 8.0  # tabulated range of relax(z); a longer step is computed
BLOWN_UP = 1e4  # mV


# -- the step as source code ---------------------------------------------------------------------------------


def step_source(membrane: Membrane, method: str) -> str:
    """One step as source: advance(x0, x1, ..., i) -> new states; free names as in Membrane.namespace, and dt.

    It calls exp(x), linexp(x) and relax(z) = (1 - exp(-z)) / z.
    """
    value = {name: f"x{k}" for k, name in enumerate(membrane.states)}
    lines = [f"def advance({', '.join(value.values())}, i):"]
    instantaneous = {}
    for k, (name, gate) in enumerate(membrane.gates.items()):
        if gate.follows is not None:
            other, a, b = gate.follows
            lines.append(f"    z{k} = {a!r} + {b!r} * {value[other]}")
        elif not gate.dynamic:
            instantaneous[f"z{k}"] = gate
        value.setdefault(name, f"z{k}")

    def slope(at: str) -> list[str]:
        """Slope s0 of V and its rate r0, with what follows V instantly taken at `at`."""
        out = [f"    {z} = {gate.inf.code(at)}" for z, gate in instantaneous.items()]
        terms, total = [], []
        for k, channel in enumerate(membrane.channels):
            opens = [value[g.name] for g in channel.gates for _ in range(g.power)]
            out.append(f"    G{k} = " + " * ".join([f"g{k}", *opens]))
            terms.append(f" - G{k} * (x0 - e{k})")
            total.append(f"G{k}")
        return [*out, f"    s0 = (i{''.join(terms)}) / c", f"    r0 = ({' + '.join(total)}) / c"]

    lines += slope("x0")
    if method == "euler":
        v, factor, lines = "x0", "", [*lines, "    w = x0 + dt * s0"]
    else:
        if instantaneous:
            lines += ["    u = x0 + 0.5 * dt * s0 * relax(0.5 * dt * r0)", *slope("u")]
        v, factor, lines = "w", " * relax(dt * r{k})", [*lines, "    w = x0 + dt * s0 * relax(dt * r0)"]
    new = ["w"]
    for k, name in enumerate(membrane.states[1:], 1):
        gate = membrane.gates[name]
        lines.append(f"    a{k} = phi_{name} * {gate.alpha.code(v)}")
        lines.append(f"    r{k} = a{k} + phi_{name} * {gate.beta.code(v)}")
        new.append(f"x{k} + dt * (a{k} - r{k} * x{k}){factor.format(k=k)}")
    lines.append("    return (" + ", ".join(new) + ",)")
    return "\n".join(lines) + "\n"


def _head_start(membrane: Membrane, y: Array, dt: float) -> Array:
    """States with the gates half a step ahead of V, where exponential Euler keeps them."""
    out = y.copy()
    for k, name in enumerate(membrane.states[1:], 1):
        inf = membrane.inf(name, y[0])
        out[k] = inf + (y[k] - inf) * np.exp(np.maximum(-0.5 * dt / membrane.tau(name, y[0]), -700.0))
    return out


def _relax(z: float) -> float:
    return -math.expm1(-z) / z if z else 1.0


def _relax_array(z: Any) -> Any:
    return 1.0 / rates.linexp(z)


def _advance(membrane: Membrane, method: str, dt: float, backend: Any) -> Callable[..., tuple[Any, ...]]:
    """step_source() as a function on floats (backend ``math``) or on arrays (backend ``numpy``)."""
    scope: dict[str, Any] = {**membrane.namespace, "dt": dt}
    if backend is math:
        scope |= {"exp": math.exp, "linexp": rates.linexp_float, "relax": _relax}
    else:
        scope |= {"exp": rates.exp, "linexp": rates.linexp, "relax": _relax_array}
    exec(compile(step_source(membrane, method), "<membrane step>", "exec"), scope)
    advance: Callable[..., tuple[Any, ...]] = scope["advance"]
    return advance


# -- the stimulus, step by step ------------------------------------------------------------------------------


def step_currents(protocol: Protocol, dt: float, steps: int) -> Iterator[tuple[int, int, Array]]:
    """Pieces (first, last, current) covering steps first <= k < last, at most CHUNK of them.

    current: (1,) or (1, N) where it is the same in every step, else (K,) or (K, N), one row a step. It is
    the mean over the step, so that a pulse shorter than dt still delivers its charge.
    """
    edges = np.append(protocol.edges(steps * dt), steps * dt)
    k = 0
    while k < steps:
        edge = edges[min(int(np.searchsorted(edges, (k + 1e-9) * dt, side="right")), len(edges) - 1)]
        whole = min(int(edge / dt + 1e-9), steps) - k
        if whole >= 1:
            a, b = k * dt, (k + whole) * dt
            probes = np.asarray(protocol(a + np.array([0.02, 0.38, 0.5, 0.98]) * (b - a)), dtype=float)
            constant = bool(np.all(probes == probes[:1])) and not math.isfinite(protocol.max_step)
            for first in range(k, k + whole, CHUNK):
                last = min(first + CHUNK, k + whole)
                middle = (np.arange(first, last) + 0.5) * dt
                yield first, last, probes[:1] if constant else np.asarray(protocol(middle), dtype=float)
            k += whole
        else:
            cuts = np.array([k * dt, *edges[(edges > k * dt) & (edges < (k + 1) * dt)], (k + 1) * dt])
            parts = np.asarray(protocol(0.5 * (cuts[:-1] + cuts[1:])), dtype=float)
            yield k, k + 1, np.tensordot(np.diff(cuts), parts, axes=1)[None] / dt
            k += 1


# -- the loop ------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """Where a run leaves what it did: samples of some rows, and upward crossings of a level."""

    out: Array  # (R, T[, N])
    rows: list[int]
    every: int  # steps between samples
    level: float  # of a spike (mV)
    steps: list[Array] = field(default_factory=list)  # crossings, in steps
    cells: list[NDArray[np.intp]] = field(default_factory=list)  # and whose they are

    def crossed(self, k: int, before: Any, after: Any, cells: NDArray[np.intp]) -> None:
        """Neurons `cells` crossed the level in step k, V going from `before` to `after` (both of all
        neurons).
        """
        v0, v1 = np.atleast_1d(before)[cells], np.atleast_1d(after)[cells]
        self.steps.append(k + (self.level - v0) / (v1 - v0))
        self.cells.append(cells)

    def spikes(self, n: int, dt: float) -> tuple[NDArray[np.float64], ...]:
        """The times (ms) at which each of n neurons crossed the level."""
        if not self.steps:
            return (np.empty(0),) * n
        steps, cells = np.concatenate(self.steps), np.concatenate(self.cells)
        # Of the smallest type: numpy sorts 16 bits in linear time.
        times = dt * steps[np.argsort(cells.astype(np.min_scalar_type(n)), kind="stable")]
        ends = np.cumsum(np.bincount(cells, minlength=n)).tolist()
        return tuple(times[a:b] for a, b in pairwise([0, *ends]))


def integrate(
    membrane: Membrane,
    protocol: Protocol,
    y: Array,
    method: str,
    dt: float,
    steps: int,
    out: Array,
    rows: list[int],
    every: int,
    backend: str,
    progress: Callable[[float], None] | None,
) -> tuple[Array, ...]:
    """Advance y (S,) or (S, N) by `steps` steps, storing every `every`-th state's `rows` in out (R, T[, N]).

    Returns the spike times (ms) of each neuron. Raises UnstableStep if the run blows up.
    """
    log = Log(out, rows, every, membrane.spike_level)
    out[:, 0] = y[rows]
    if method != "euler":
        y = _head_start(membrane, y, dt)
    tabulate = method != "euler" and y.ndim == 2 and np.ndim(membrane.celsius) == 0
    compiles = tabulate and _compiles(backend, y.shape[-1] * steps)
    tables = Tables(membrane, dt) if tabulate and not compiles and y.shape[1] >= TABLE_FROM else None
    if tables:
        y = y.astype(tables.precision)
    quick = compiled.advancer(membrane, dt, *table_range(membrane), y, log) if compiles else None
    if y.ndim == 1:
        run = _on_floats(membrane, method, dt, y, log)
    else:
        run = _on_arrays(membrane, method, dt, y, log, tables)
    for first, last, current in step_currents(protocol, dt, steps):
        with np.errstate(all="ignore"):
            if quick is None or not quick(first, last, current):
                run(first, last, current)
        if not np.all(np.abs(y[0]) < BLOWN_UP):
            raise UnstableStep(
                f"the run blew up before t = {last * dt:g} ms: dt = {dt:g} ms is too large for {method} "
                "with these parameters; use a smaller dt or method='adaptive'"
            )
        if progress is not None:
            progress(last / steps)
    return log.spikes(y.shape[1] if y.ndim == 2 else 1, dt)


def _compiles(backend: str, work: float) -> bool:
    if backend == "numba" and not compiled.available():
        raise HHError("backend 'numba' needs numba: pip install 'hhanim[sweep]'; or give backend='numpy'")
    return backend == "numba" or (backend == "auto" and work >= compiled.WORTH_IT and compiled.available())


def _on_floats(
    membrane: Membrane, method: str, dt: float, state: Array, log: Log
) -> Callable[[int, int, Array], None]:
    advance, level, rows = _advance(membrane, method, dt, math), log.level, log.rows
    one, lag = np.array([0]), method != "euler"

    def run(first: int, last: int, current: Array) -> None:
        i = current.tolist() if len(current) > 1 else current.tolist() * (last - first)
        y = tuple(state.tolist())
        for k in range(first, last):
            before = y
            try:
                y = advance(*y, i[k - first])
            except (OverflowError, ZeroDivisionError):
                state[:] = np.nan
                return
            if before[0] < level <= y[0]:
                log.crossed(k, before[0], y[0], one)
            if (k + 1) % log.every == 0:
                # Staggered gates are half a step ahead: at this instant they are half-way.
                log.out[:, (k + 1) // log.every] = [
                    0.5 * (before[r] + y[r]) if r and lag else y[r] for r in rows
                ]
        state[:] = y

    return run


def _on_arrays(
    membrane: Membrane, method: str, dt: float, y: Array, log: Log, tables: Tables | None
) -> Callable[[int, int, Array], None]:
    exact, lag = _advance(membrane, method, dt, np), method != "euler"
    quick: Callable[[Any], bool] | None = None
    before = y.copy()

    def run(first: int, last: int, current: Array) -> None:
        nonlocal quick
        if quick is None and tables is not None:
            quick = tables.stepper(membrane, y)
        above = y[0] >= log.level
        for k in range(first, last):
            if k == first or len(current) > 1:
                i = current[k - first]
            sampled = (k + 1) % log.every == 0
            np.copyto(before if sampled else before[0], y if sampled else y[0])
            if quick is None or not quick(i):
                for row, x in zip(y, exact(*y, i), strict=True):
                    row[...] = x
            over = y[0] >= log.level
            rise = np.greater(over, above)
            if rise.any():
                log.crossed(k, before[0], y[0], np.flatnonzero(rise))
            above = over
            if sampled:
                for j, r in enumerate(log.rows):
                    # Staggered gates are half a step ahead: at this instant they are half-way.
                    log.out[j, (k + 1) // log.every] = 0.5 * (before[r] + y[r]) if r and lag else y[r]

    return run


# -- tables over voltage -------------------------------------------------------------------------------------


def table_range(membrane: Membrane) -> tuple[float, float]:
    """The voltages (mV) that tables hold: 100 mV beyond the reversal potentials."""
    e = [np.asarray(c.e) for c in membrane.channels]
    return min(float(x.min()) for x in e) - 100.0, max(float(x.max()) for x in e) + 100.0


class Tables:
    """What exponential Euler needs of every gate, tabulated over voltage for one dt and one temperature.

    A kinetic gate's step is ``x -> A(V) x + B(V)`` with A = exp(-dt/tau) and B = (1 - A) x_inf; an
    instantaneous one is x_inf(V). The nearest entry, 0.003 mV away at most, is 1e-4 of a gate's range off,
    this way and that: over 500 ms of firing a spike moves by less than 0.1 ms, which is less than by the
    step itself. The tables reach 100 mV beyond the reversal potentials; a step that finds any neuron outside
    is computed without them.

    precision: of the tables and of the states advanced by them, single unless a gate is too slow for it: its
    rounding, 4e-6 mV a step, is far below what a step of the method is off.
    """

    def __init__(self, membrane: Membrane, dt: float) -> None:
        self.low, self.high = table_range(membrane)
        self.per_mv = (TABLE - 1) / (self.high - self.low)
        self.dt = dt
        v = np.linspace(self.low, self.high, TABLE)
        self.columns: dict[str, tuple[Any, ...]] = {}
        slowest = 1.0
        for name, gate in membrane.gates.items():
            if gate.dynamic:
                part = -np.expm1(np.maximum(-dt / membrane.tau(name, v), -700.0))
                slowest = min(slowest, float(np.min(part)))
                self.columns[name] = (1.0 - part, part * gate.inf(v))
            elif gate.follows is None:
                self.columns[name] = (gate.inf(v) * np.ones(TABLE),)
        self.precision: Any = np.float32 if slowest > SLOW else np.float64
        with np.errstate(under="ignore"):
            self.columns = {
                k: tuple(c.astype(self.precision) for c in columns) for k, columns in self.columns.items()
            }

    @cached_property
    def relaxing(self) -> Any:
        """relax(z) for z from 0 to RELAX_TO; the nearest entry is 3e-5 off at most."""
        h = RELAX_TO / (TABLE - 1)
        return (1.0 / rates.linexp(np.linspace(0.5 * h, RELAX_TO + 0.5 * h, TABLE))).astype(self.precision)

    def stepper(self, membrane: Membrane, y: Any) -> Callable[[Any], bool]:
        """A function of the current that advances y (S, n) in place, or returns False if tables cannot."""
        n = y.shape[1]

        def room() -> Any:
            return np.empty(n, dtype=self.precision)

        def numbers(x: Any) -> Any:
            return x.astype(self.precision) if np.ndim(x) else float(x)

        v, index = y[0], np.empty(n, dtype=np.intp)
        # Cutting off the fraction then rounds.
        per_mv, nearest = float(self.per_mv), float(0.5 - self.low * self.per_mv)
        at, g, total, drive = room(), room(), room(), room()
        state = {name: y[k] for k, name in enumerate(membrane.states) if k}
        value = dict(state)
        followers, looks = [], []
        for name, gate in membrane.gates.items():
            if gate.follows is not None:
                other, a, b = gate.follows
                value[name] = room()
                followers.append((value[name], state[other], a, b))
            elif not gate.dynamic:
                value[name] = room()
                looks.append((self.columns[name][0], value[name]))
        moving = [(x, *self.columns[name]) for name, x in state.items()]
        # Conductances and currents are multiplied by dt / C once and for all.
        per_c = self.dt / membrane.c
        names = dict(membrane.namespace)
        names |= {f"g{k}": names[f"g{k}"] * per_c for k in range(len(membrane.channels))}
        gated = [
            (
                numbers(names[f"g{k}"]),
                numbers(names[f"e{k}"]),
                [value[gate.name] for gate in channel.gates for _ in range(gate.power)],
            )
            for k, channel in enumerate(membrane.channels)
            if channel.gates
        ]
        leaks = [
            (names[f"g{k}"], names[f"e{k}"])
            for k, channel in enumerate(membrane.channels)
            if not channel.gates
        ]
        leak = numbers(np.zeros(n) + sum(g for g, _ in leaks))
        leak_drive = np.zeros(n) + sum(g * e for g, e in leaks)
        signed = bool(followers)

        def locate(v: Any) -> None:
            np.multiply(v, per_mv, out=at)
            np.add(at, nearest, out=at)
            np.copyto(index, at, casting="unsafe")

        def look_up(v: Any) -> None:
            locate(v)
            for column, into in looks:
                column.take(index, out=into, mode="clip")

        def move(into: Any, part: float) -> None:
            """V after a part of dt: dt dV/dt = drive - total V, relaxing at total."""
            sum_so_far, drive_so_far = leak, constant
            for conductance, e, factors in gated:
                if len(factors) == 4 and factors[0] is factors[3]:
                    np.multiply(factors[0], factors[0], out=g)
                    np.multiply(g, g, out=g)
                    np.multiply(g, conductance, out=g)
                else:
                    np.multiply(factors[0], conductance, out=g)
                    for x in factors[1:]:
                        np.multiply(g, x, out=g)
                np.add(sum_so_far, g, out=total)
                np.multiply(g, e, out=g)
                np.add(drive_so_far, g, out=drive)
                sum_so_far, drive_so_far = total, drive
            if not gated:
                np.copyto(total, leak)
            np.multiply(sum_so_far, v, out=g)
            np.subtract(drive_so_far, g, out=drive)
            if part != 1.0:
                np.multiply(drive, part, out=drive)
                np.multiply(total, part, out=total)
            if signed or total.max() >= RELAX_TO:
                total[...] = 1.0 / rates.linexp(total)
            else:
                np.multiply(total, (TABLE - 1) / RELAX_TO, out=total)
                np.copyto(index, total, casting="unsafe")
                self.relaxing.take(index, out=total, mode="clip")
            np.multiply(drive, total, out=drive)
            np.add(v, drive, out=into)

        half, constant = room(), room()
        now: Any = None

        def step(i: Any) -> bool:
            nonlocal now
            if not (v.min() > self.low and v.max() < self.high):
                return False
            if i is not now:
                np.copyto(constant, leak_drive + per_c * i, casting="same_kind")
                now = i
            for x, other, a, b in followers:
                np.multiply(other, b, out=x)
                np.add(x, a, out=x)
            if looks:
                look_up(v)
                move(half, 0.5)
                look_up(half)
            move(v, 1.0)
            locate(v)
            for x, decay, gain in moving:
                decay.take(index, out=at, mode="clip")
                np.multiply(x, at, out=x)
                gain.take(index, out=at, mode="clip")
                np.add(x, at, out=x)
            return True

        return step

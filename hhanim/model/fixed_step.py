"""The fixed-step methods, forward Euler and exponential Euler: one neuron on floats, batches on arrays.

Forward Euler takes every slope at the old state, as the lecture does. Exponential Euler (Rush & Larsen 1978,
https://doi.org/10.1109/TBME.1978.326270) multiplies a state's step by ``relax(dt * rate)``, `rate` being how fast it
returns to where it is going: exact for frozen coefficients and stable at any dt. It is staggered here: the gates live
half a step after V, so that each is advanced with the other's value in the middle of its step, which makes the method
second order at no cost (Hines 1984, https://doi.org/10.1016/0020-7101(84)90008-4). Large batches look up what a gate
does in a step (hhanim.model.lookup) or are compiled (hhanim.model.compiled).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model import compiled, rates
from hhanim.model.equations import Equations, built, function
from hhanim.model.errors import STORE_LIMIT, HHError, UnstableStep
from hhanim.model.lookup import TABLE_FROM, Stepper, Tables
from hhanim.model.protocol import Protocol
from hhanim.model.rates import PYTHON
from hhanim.model.task import Task
from hhanim.model.trajectory import Trajectory, frozen

Array = NDArray[np.float64]

CHUNK = 512  # steps between two reports of progress
BLOWN_UP = 1e4  # mV


def step_source(equations: Equations, method: str, choice: str = PYTHON) -> str:
    """One step as source: advance(x0, x1, ..., i) -> new states; free names are the parameters and dt.

    It calls the functions of rates and relax(z) = (1 - exp(-z)) / z.
    """
    currents = range(len(equations.currents))

    def slope(at: str) -> list[str]:
        """Slope s0 of V and its rate r0, with what follows V instantly taken at `at`."""
        flows = "".join(f" - G{k} * (x0 - {equations.currents[k].e})" for k in currents)
        return [
            *equations.instant(at, choice),
            *equations.conductances(),
            f"s0 = (i{flows}) / c",
            f"r0 = ({' + '.join(f'G{k}' for k in currents)}) / c",
        ]

    lines = equations.following() + slope("x0")
    if method == "euler":
        v, factor = "x0", ""
        lines += ["w = x0 + dt * s0"]
    else:
        v, factor = "w", " * relax(dt * r{k})"
        if equations.instantaneous:
            lines += ["u = x0 + 0.5 * dt * s0 * relax(0.5 * dt * r0)", *slope("u")]
        lines += ["w = x0 + dt * s0 * relax(dt * r0)"]
    new = ["w"]
    for kinetics in equations.kinetics:
        k = kinetics.k
        lines += kinetics.rates(v, choice)
        new.append(f"x{k} + dt * (a{k} - r{k} * x{k}){factor.format(k=k)}")
    return function("advance", f"{equations.arguments}, i", lines, new)


def _relax(z: float) -> float:
    return -math.expm1(-z) / z if z else 1.0


def _relax_array(z: Any) -> Any:
    return 1.0 / rates.linexp(z)


def _advance(task: Task, backend: Any) -> Callable[..., tuple[Any, ...]]:
    """step_source() as a function on floats (backend ``math``) or on arrays (backend ``numpy``)."""
    scope = {**task.membrane.namespace, "dt": task.dt, "relax": _relax_array}
    if backend is math:  # a run that leaves the range of floats has blown up
        scope |= {"exp": math.exp, "relax": _relax}
    return built("advance", partial(step_source, task.membrane.equations, task.method), backend, scope)


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


@dataclass
class Log:
    """Where a run leaves what it did: samples of some rows, and upward crossings of a level."""

    out: Array  # (R, T[, N])
    rows: list[int]
    every: int  # steps between samples
    level: float  # of a spike (mV)
    steps: list[Array] = field(default_factory=list)  # crossings, in steps
    cells: list[NDArray[np.intp]] = field(default_factory=list)  # and whose they are

    def crossed(self, k: Any, before: Any, after: Any, cells: NDArray[np.intp]) -> None:
        """V of these neurons went upwards through the level in step k: from `before` to `after` (mV)."""
        self.steps.append(np.atleast_1d(k + (self.level - before) / (after - before)))
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


def run(task: Task) -> Trajectory:
    """Take the steps. Raises UnstableStep if the run blows up, InvalidValue if it would fill the memory."""
    membrane, protocol, method, dt, n, rows = (
        task.membrane, task.protocol, task.method, task.dt, task.n, task.rows
    )  # fmt: skip
    steps = math.ceil(task.duration / dt - 1e-9)
    if task.sample is not None:
        every = max(1, round(task.sample / dt))
    elif n is None:
        every = 1
    else:
        fewest = max(1, math.ceil(steps * len(rows) * n * 8 / STORE_LIMIT))
        # Preferably a divisor, so that the last sample is the end of the run.
        every = next((k for k in range(fewest, 2 * fewest) if steps % k == 0), fewest)
    count = steps // every + 1
    task.refuse_too_large(count)
    shape, y0 = () if n is None else (n,), task.y0
    y = np.array(np.broadcast_to(y0 if y0.ndim == 2 or n is None else y0[:, None], (len(y0), *shape)))
    log = Log(np.empty((len(rows), count, *shape)), rows, every, membrane.spike_level)
    log.out[:, 0] = y[rows]
    if method != "euler":
        # The gates are half a step ahead of V.
        y = np.array(np.broadcast_arrays(y[0], *membrane.compile(np, "relax")(*y, 0.5 * dt)))
    tabulate = method != "euler" and n is not None and np.ndim(membrane.celsius) == 0
    compiles = tabulate and _compiles(task.backend, y.shape[-1] * steps)
    tables = Tables(membrane, dt) if tabulate and not compiles and y.shape[1] >= TABLE_FROM else None
    if tables:
        y = y.astype(tables.precision)
    quick = compiled.advancer(membrane, dt, y, log) if compiles else None
    advance = _on_floats(task, y, log) if n is None else _on_arrays(task, y, log, tables)
    for first, last, current in step_currents(protocol, dt, steps):
        with np.errstate(all="ignore"):
            if quick is None or not quick(first, last, current):
                advance(first, last, current)
        if not np.all(np.abs(y[0]) < BLOWN_UP):
            raise UnstableStep(
                f"the run blew up before t = {last * dt:g} ms: dt = {dt:g} ms is too large for {method} "
                "with these parameters; use a smaller dt or method='adaptive'"
            )
        task.report(last / steps)
    t: Array = dt * every * np.arange(count, dtype=float)
    spikes = log.spikes(n or 1, dt)
    return Trajectory(membrane, protocol, t, frozen(log.out), task.record, method, dt=dt, spike_log=spikes)


def _compiles(backend: str, work: float) -> bool:
    if backend == "numba" and not compiled.available():
        raise HHError("backend 'numba' needs numba: pip install 'hhanim[sweep]'; or give backend='numpy'")
    return backend == "numba" or (backend == "auto" and work >= compiled.WORTH_IT and compiled.available())


def _on_floats(task: Task, state: Array, log: Log) -> Callable[[int, int, Array], None]:
    advance, level, rows = _advance(task, math), log.level, log.rows
    one, lag = np.array([0]), task.method != "euler"

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


def _on_arrays(task: Task, y: Array, log: Log, tables: Tables | None) -> Callable[[int, int, Array], None]:
    exact, lag = _advance(task, np), task.method != "euler"
    quick: Callable[[Any], bool] | None = None
    before = y.copy()

    def run(first: int, last: int, current: Array) -> None:
        nonlocal quick
        if quick is None and tables is not None:
            quick = Stepper(tables, task.membrane, y)
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
                cells = np.flatnonzero(rise)
                log.crossed(k, before[0][cells], y[0][cells], cells)
            above = over
            if sampled:
                for j, r in enumerate(log.rows):
                    # Staggered gates are half a step ahead: at this instant they are half-way.
                    log.out[j, (k + 1) // log.every] = 0.5 * (before[r] + y[r]) if r and lag else y[r]

    return run

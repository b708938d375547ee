"""Exponential Euler for large batches, compiled by numba (the extra hhanim[sweep]).

One kernel per structure of membrane: numbers are arguments. Everything is computed in single precision, the
currents of eight neurons at once; what rounding takes from a small change of V (of a gate too, if steps are very
short) is kept and added in the next step (Kahan 1965, https://doi.org/10.1145/363707.363723). What a gate needs
of V lies between two rows of a table small enough for the first-level cache. A block of neurons is advanced by
many steps at a time, and cores share the blocks. The source is written to the user's cache folder, where numba
keeps the machine code next to it: a later process starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from hhanim.model.kernel import BLOCK, kernel_source, padded
from hhanim.model.lookup import gate_steps, table_range
from hhanim.model.membrane import Membrane

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

WORTH_IT = 1e8  # neuron steps from which on loading (or making) a kernel pays
ROWS = 512  # of a table over voltage: what spikes see of it fits the first-level cache too

SMALL = 2e-3
"""Share of its way that the slowest gate goes in a step. With less, rounding to 6e-8 in every step would keep it
more than 2e-5 from where it goes."""


def available() -> bool:
    """Whether numba is installed; it is not imported."""
    return importlib.util.find_spec("numba") is not None


def _numbers(membrane: Membrane, dt: float) -> tuple[dict[str, float], dict[str, Array]]:
    """What the kernel is called with: constants and arrays (N,), by name; h is dt / C."""
    names = {k: v for k, v in membrane.namespace.items() if not k.startswith("phi_")}
    names["h"] = dt / names.pop("c")
    return (
        {k: float(v) for k, v in names.items() if not np.ndim(v)},
        {k: np.asarray(v) for k, v in names.items() if np.ndim(v)},
    )


def cache_folder() -> Path:
    """Where kernels are kept, in the user's cache folder."""
    return platformdirs.user_cache_path("hhanim", appauthor=False) / "kernels"


@lru_cache(maxsize=32)
def _module(source: str) -> ModuleType:
    """The generated source as a module, from the cache folder if it can be written to."""
    name = "kernel_" + hashlib.sha256(source.encode()).hexdigest()[:24]
    path = cache_folder() / f"{name}.py"
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != source:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_text(source, encoding="utf-8")
            part.replace(path)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # numba's cache looks its module up by name
        spec.loader.exec_module(module)
    except OSError as error:
        log.info("kernels cannot be kept in %s (%s): compiling for this process only", path.parent, error)
        module = ModuleType(name)
        exec(compile(source.replace("cache=True, ", ""), "<kernel>", "exec"), vars(module))
    return module


def parabolas(membrane: Membrane, dt: float, low: float, high: float) -> Array:
    """What the gates need of V from `low` to `high` (mV): parabolas, three coefficients of each in a row.

    A gate with kinetics steps as ``x -> x + B(V) - P(V) x``, see gate_steps(). Columns: P of every gate, padded; B,
    padded; the instantaneous gates. A parabola through both ends and the middle of h mV is within (h / 2k)³ / 15 of a
    curve that changes e-fold in k mV: h = 0.6 and k = 10 as in Hodgkin and Huxley's sodium activation make that 2e-6.
    """
    steps = gate_steps(membrane, dt, np.linspace(low, high, 2 * ROWS + 1))
    moving = [x for x in steps.values() if len(x) == 2]
    y = np.zeros((2 * ROWS + 1, 2 * padded(len(moving)) + len(steps) - len(moving)))
    for k, (part, target) in enumerate(moving):
        y[:, k], y[:, padded(len(moving)) + k] = part, target
    for k, (inf,) in enumerate(x for x in steps.values() if len(x) == 1):
        y[:, 2 * padded(len(moving)) + k] = inf
    left, middle, right = y[:-1:2], y[1::2], y[2::2]
    table = np.concatenate(
        [left, 4.0 * middle - 3.0 * left - right, 2.0 * (left + right) - 4.0 * middle], axis=1
    )
    with np.errstate(under="ignore"):
        return table.astype(np.float32)


def advancer(membrane: Membrane, dt: float, y: Array, run_log: Any) -> Callable[[int, int, Array], bool]:
    """A function (first, last, current) that advances y (S, N) in place on every core.

    It notes in run_log what that asks for. It returns False, having changed nothing that counts, if a voltage
    leaves table_range().
    """
    started = time.perf_counter()
    low, high = table_range(membrane)
    table = parabolas(membrane, dt, low, high)
    slowest = float(table[:, : len(membrane.states) - 1].min(initial=1.0))
    constants, arrays = _numbers(membrane, dt)
    kernel = _module(kernel_source(membrane, list(constants), list(arrays), careful=slowest < SMALL)).kernel
    cores = os.cpu_count() or 1
    # More parts than cores: a core that is busy with something else takes fewer.
    parts = min(4 * cores if cores > 1 else 1, max(1, y.shape[1] // (2 * BLOCK)))
    bounds = np.linspace(0, y.shape[1], parts + 1).astype(int)
    slices = [slice(int(a), int(b)) for a, b in pairwise(bounds)]
    rows = np.array(run_log.rows, dtype=np.int64)
    numbers = [[np.ascontiguousarray(x[s]) for x in arrays.values()] for s in slices]

    def part(j: int, first: int, last: int, current: Array) -> tuple[int, Array, tuple[Array, ...]]:
        s = slices[j]
        state = np.ascontiguousarray(y[:, s])
        # A neuron crosses upwards in every other step at most.
        room = state.shape[1] * (last - first + 2) // 2
        steps, cells = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        before, after = np.empty(room), np.empty(room)
        i = np.ascontiguousarray(current[:, s] if current.shape[1] > 1 else current)
        found = kernel(
            state, i, first, last, run_log.every, rows, run_log.out[:, :, s], run_log.level, table, low, high,
            ROWS / (high - low), steps, cells, before, after, *numbers[j], *constants.values(),
        )  # fmt: skip
        cut = max(found, 0)
        return found, state, (steps[:cut], before[:cut], after[:cut], cells[:cut] + s.start)

    # Compiled here, by a call that takes no step, so that it is not taken for the run itself.
    with _superword():
        part(0, 0, 0, np.zeros((1, 1)))
    log.info("kernel of %s ready after %.2f s", membrane.name, time.perf_counter() - started)
    pool = ThreadPoolExecutor(cores) if parts > 1 else None

    def run(first: int, last: int, current: Array) -> bool:
        current = current if current.ndim == 2 else current[:, None]
        each = pool.map if pool else map
        results = list(each(lambda j: part(j, first, last, current), range(parts)))
        if any(found < 0 for found, _, _ in results):
            return False
        for s, (_, state, _) in zip(slices, results, strict=True):
            y[:, s] = state
        run_log.crossed(*(np.concatenate(a) for a in zip(*(found[2] for found in results), strict=True)))
        return True

    return run


@contextmanager
def _superword() -> Iterator[None]:
    """Let numba turn neighbouring scalars into SIMD code, which it leaves off by default."""
    config: Any = importlib.import_module("numba").config
    before, config.SLP_VECTORIZE = config.SLP_VECTORIZE, 1
    try:
        yield
    finally:
        config.SLP_VECTORIZE = before

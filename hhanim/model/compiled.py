"""Exponential Euler for large batches, compiled by numba (the extra hhanim[sweep]) from the membrane's
channels.

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

from hhanim.model.membrane import Membrane

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

WORTH_IT = 1e8  # neuron steps from which on loading (or making) a kernel pays
BLOCK = 64  # neurons whose numbers lie in one buffer, a third of the first-level cache
ROWS = 512  # of a table over voltage: what spikes see of it fits the first-level cache too

SMALL = 2e-3
"""Share of its way that the slowest gate goes in a step. With less, rounding to 6e-8 in every step would keep it
more than 2e-5 from where it goes."""


def available() -> bool:
    """Whether numba is installed; it is not imported."""
    return importlib.util.find_spec("numba") is not None


def kernel_source(membrane: Membrane, *, careful: bool = True) -> str:
    """The source of kernel(y, ...), which advances states y (S, n) in place; -1 where a voltage leaves the
    table.

    Args:
        careful: keep what rounding takes from a step of a gate; needed where steps are so short that a gate
            would stop before it is where it goes, see SMALL.
    """
    constants, arrays = _numbers(membrane)
    states = {name: f"x{k}" for k, name in enumerate(membrane.states)}
    value, followers, instantaneous = dict(states), [], []
    for k, (name, gate) in enumerate(membrane.gates.items()):
        if gate.follows is not None:
            other, a, b = gate.follows
            followers.append(f"z{k} = {_f32(a)} + {_f32(b)} * {states[other]}")
        elif not gate.dynamic:
            instantaneous.append(f"z{k}")
        value.setdefault(name, f"z{k}")
    moving = list(states.values())[1:]
    wide, width = padded(len(moving)), 2 * padded(len(moving)) + len(instantaneous)
    # Rows of the buffer, one number a neuron each; V is the sum of x0 and rest, as two floats.
    rows = ["x0", "rest", "old", "drive", "total", "fraction", "i", *instantaneous, *arrays]
    at = {name: f"buffer[{k * BLOCK} + j]" for k, name in enumerate(rows)}

    def loop(*lines: str, depth: int = 12) -> str:
        """A loop over the block's neurons, short enough to be turned into SIMD code."""
        return "\n".join(
            [" " * depth + f"for j in range({BLOCK}):", *(" " * (depth + 4) + line for line in lines)]
        )

    def locate(v: str) -> list[str]:
        """Lines that note where voltage v lies in the table, and whether it does."""
        return [
            f"q = ({v} - low) * per_mv",
            "p = np.int32(q)",
            "index[j] = p",
            f"{at['fraction']} = q - np.float32(p)",
            f"inside = np.int32(inside + np.int32((low < {v}) & ({v} < high)))",
        ]

    def currents(part: float) -> str:
        """A loop that puts how far a part of dt would take V, were it not to relax, and how fast it does, into
        their rows.
        """
        out = [f"{name} = {at[name]}" for name in ["x0", "i", *instantaneous, *arrays]]
        out += [f"{x} = gates[{wide} * j + {k}]" for k, x in enumerate(moving)] + followers
        # What pads the gates is zero; reading it too lets the compiler load them all at once.
        drive = ["i", *(f"gates[{wide} * j + {k}]" for k in range(len(moving), wide))]
        loss, total = [], []
        for k, channel in enumerate(membrane.channels):
            opens = [value[g.name] for g in channel.gates for _ in range(g.power)]
            out.append(f"G{k} = " + " * ".join([f"g{k}", *opens]))
            loss.append(f"G{k} * (x0 - e{k})")
            total.append(f"G{k}")
        size = _f32(part)
        out.append(f"{at['total']} = {size} * h * ({' + '.join(total)})")
        out.append(f"{at['drive']} = {size} * h * ({' + '.join(drive)} - {' - '.join(loss)})")
        return loop(*out)

    def entry(k: int) -> str:
        """Column k of the table at this neuron's voltage."""
        return f"table[r, {k}] + f * (table[r, {width + k}] + f * table[r, {2 * width + k}])"

    begin_look = ["r = np.uint64(index[j])", f"f = {at['fraction']}"]
    look = loop(*begin_look, *(f"{at[z]} = {entry(2 * wide + k)}" for k, z in enumerate(instantaneous)))
    moved = f"{at['drive']} * relax({at['total']})"
    left = f"            if inside < {BLOCK}:\n                return -1"
    predict = (
        [
            look,
            currents(0.5),
            "            inside = np.int32(0)",
            loop(f"u = {at['x0']} + {moved}", *locate("u")),
            left,
            look,
        ]
        if instantaneous
        else []
    )

    # All loads before all stores: then the compiler may take a neuron's gates together.
    moves = loop(
        *begin_look,
        *(f"p{k} = {entry(k)}" for k in range(wide)),
        *(f"b{k} = {entry(wide + k)}" for k in range(wide)),
        *(f"y{k} = gates[{wide} * j + {k}]" for k in range(wide)),
        *(f"d{k} = b{k} - p{k} * y{k}" for k in range(wide)),
        *(f"d{k} = lost[{wide} * j + {k}] + d{k}" for k in range(wide if careful else 0)),
        *(f"w{k} = y{k} + d{k}" for k in range(wide)),
        *(f"gates[{wide} * j + {k}] = w{k}" for k in range(wide)),
        *(f"lost[{wide} * j + {k}] = d{k} - (w{k} - y{k})" for k in range(wide if careful else 0)),
    )
    step = [
        *predict,
        currents(1.0),
        "            inside, hits = np.int32(0), np.int32(0)",
        loop(
            f"v = {at['x0']}",
            f"d = {moved} + {at['rest']}",
            "w = v + d",
            f"{at['rest']} = d - (w - v)",
            f"{at['old']} = v",
            f"{at['x0']} = w",
            *locate("w"),
            "hits = np.int32(hits + np.int32((v < level) & (w >= level)))",
        ),
        left,
        "            if (k + 1) % every == 0:\n                earlier[:] = gates",
        *([moves] if moving else []),
    ]
    begin = loop(
        "k = b + min(j, size - 1)",
        f"{at['x0']} = y[0, k]",
        f"{at['rest']} = y[0, k] - np.float64({at['x0']})",
        *(f"gates[{wide} * j + {k}] = y[{k + 1}, k]" for k in range(len(moving))),
        *(f"lost[{wide} * j + {k}] = 0" for k in range(len(moving))),
        *(f"{at[name]} = all_{name}[k]" for name in arrays),
        f"{at['i']} = current[0, k] if current.shape[1] > 1 else current[0, 0]",
        f"v = {at['x0']}",
        *locate("v"),
        depth=8,
    )
    arguments = ", ".join([*(f"all_{name}" for name in arrays), *(f"one_{name}" for name in constants)])
    once = "\n    ".join(f"{name} = np.float32(one_{name})" for name in constants)
    return f'''"""Generated by hhanim from a membrane's channels; safe to delete."""

import numpy as np
from numba import njit

FAST = {{"contract", "nsz", "arcp"}}


@njit(forceinline=True, fastmath=FAST, error_model="numpy")
def relax(z):
    # (1 - exp(-z)) / z: its series at z / 8, then three times the doubling relax(2 y) = relax(y) (1 - y
    # relax(y) / 2).
    y = {_f32(1 / 8)} * z
    p = {_f32(1)} - y * ({_f32(1 / 2)} - y * ({_f32(1 / 6)} - y * {_f32(1 / 24)}))
    p = p * ({_f32(1)} - {_f32(1 / 2)} * y * p)
    p = p * ({_f32(1)} - y * p)
    return p * ({_f32(1)} - {_f32(2)} * y * p)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def kernel(y, current, first, last, every, rows, out, spike_level, table, lowest, highest, rows_per_mv,
           steps, cells, before, after, {arguments}):
    n = y.shape[1]
    level, low, high, per_mv = (
        np.float32(spike_level), np.float32(lowest), np.float32(highest), np.float32(rows_per_mv)
    )
    {once}
    found = 0
    buffer = np.zeros({len(rows) * BLOCK}, dtype=np.float32)
    gates = np.zeros({max(1, wide * BLOCK)}, dtype=np.float32)
    lost = np.zeros({max(1, wide * BLOCK)}, dtype=np.float32)
    earlier = np.zeros({max(1, wide * BLOCK)}, dtype=np.float32)
    index = np.zeros({BLOCK}, dtype=np.int32)
    for b in range(0, n, {BLOCK}):
        size = min({BLOCK}, n - b)
        inside = np.int32(0)
{begin}
        if inside < {BLOCK}:
            return -1
        for k in range(first, last):
            if current.shape[0] > 1:
                for j in range(size):
                    {at["i"]} = current[k - first, b + j if current.shape[1] > 1 else 0]
{chr(10).join(step)}
            if hits:
                for j in range(size):
                    if {at["old"]} < level and {at["x0"]} >= level:
                        steps[found] = k
                        cells[found] = b + j
                        before[found] = {at["old"]}
                        after[found] = {at["x0"]}
                        found += 1
            if (k + 1) % every == 0:
                for q in range(len(rows)):
                    r = rows[q] - 1
                    for j in range(size):
                        if r < 0:
                            value = np.float64({at["x0"]}) + {at["rest"]}
                        else:  # staggered gates are half a step ahead: at this instant they are half-way
                            value = 0.5 * (gates[{wide} * j + r] + earlier[{wide} * j + r])
                        out[q, (k + 1) // every, b + j] = value
        for j in range(size):
            y[0, b + j] = np.float64({at["x0"]}) + {at["rest"]}
{chr(10).join(f"            y[{k + 1}, b + j] = gates[{wide} * j + {k}]" for k in range(len(moving)))}
    return found
'''


def padded(gates: int) -> int:
    """How many numbers a neuron's gates take up: whole SIMD registers."""
    return -(-gates // 4) * 4


def _f32(x: float) -> str:
    return f"np.float32({float(x)!r})"


def _numbers(membrane: Membrane, dt: float = 1.0) -> tuple[dict[str, float], dict[str, Array]]:
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


def lookup(membrane: Membrane, dt: float, low: float, high: float) -> Array:
    """What the gates need of V from `low` to `high` (mV): parabolas, three coefficients of each in a row.

    A kinetic gate steps as ``x -> x + B(V) - P(V) x`` with P = 1 - exp(-dt/tau) and B = P x_inf; an
    instantaneous one is x_inf(V). Columns: P of every gate, padded; B, padded; the instantaneous gates. A
    parabola through both ends and the middle of h mV is within (h / 2k)³ / 15 of a curve that changes e-fold
    in k mV: h = 0.6 and k = 10 as in Hodgkin and Huxley's sodium activation make that 2e-6.
    """
    v = np.linspace(low, high, 2 * ROWS + 1)
    moving = [membrane.gates[name] for name in membrane.states[1:]]
    p = np.zeros((len(v), padded(len(moving))))
    b = np.zeros_like(p)
    for k, gate in enumerate(moving):
        p[:, k] = -np.expm1(np.maximum(-dt / membrane.tau(gate.name, v), -700.0))
        b[:, k] = p[:, k] * gate.inf(v)
    instant = [g.inf(v) * np.ones(len(v)) for g in membrane.gates.values() if not g.dynamic and not g.follows]
    y = np.concatenate([p, b, np.reshape(instant, (len(instant), len(v))).T], axis=1)
    left, middle, right = y[:-1:2], y[1::2], y[2::2]
    table = np.concatenate(
        [left, 4.0 * middle - 3.0 * left - right, 2.0 * (left + right) - 4.0 * middle], axis=1
    )
    with np.errstate(under="ignore"):
        return table.astype(np.float32)


def advancer(
    membrane: Membrane, dt: float, low: float, high: float, y: Array, run_log: Any
) -> Callable[[int, int, Array], bool]:
    """A function (first, last, current) that advances y (S, N) in place on every core and notes what run_log
    asks for.

    It returns False, having changed nothing that counts, if a voltage leaves low..high (mV).
    """
    started = time.perf_counter()
    table = lookup(membrane, dt, low, high)
    slowest = float(table[:, : len(membrane.states) - 1].min(initial=1.0))
    kernel = _module(kernel_source(membrane, careful=slowest < SMALL)).kernel
    constants, arrays = _numbers(membrane, dt)
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
        return found, state, (steps[:cut], cells[:cut] + s.start, before[:cut], after[:cut])

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
        steps, cells, before, after = (np.concatenate(a) for a in zip(*(r[2] for r in results), strict=True))
        run_log.steps.append(steps + (run_log.level - before) / (after - before))
        run_log.cells.append(cells)
        return True

    return run


@contextmanager
def _superword() -> Iterator[None]:
    """Whatever numba compiles inside may turn neighbouring scalars into SIMD code, which it leaves off by
    default.
    """
    config: Any = importlib.import_module("numba").config
    before, config.SLP_VECTORIZE = config.SLP_VECTORIZE, 1
    try:
        yield
    finally:
        config.SLP_VECTORIZE = before

"""How fast the model is, and how exact while it is fast:

    python tests/benchmarks/simulation.py            # a minute or two
    python tests/benchmarks/simulation.py --quick    # a tenth of the sweep

One trace against scipy's own solvers at the tolerance that reaches the same error; a sweep of 10,000 neurons
on numpy and compiled, against converged runs of random cells. Wall-clock on a busy machine means little; ratios
are within the run. CPU seconds are those of the process.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

import hhanim as hh
from hhanim.model import compiled, presets

MODERN = presets.MODERN


def best(f: Callable[[], Any], n: int) -> tuple[float, Any]:
    """The shortest of n wall times (s), and what the last call returned."""
    times = []
    for _ in range(n):
        start = time.perf_counter()
        result = f()
        times.append(time.perf_counter() - start)
    return min(times), result


def trace() -> None:
    """One neuron, 50 ms, four spikes."""
    exact = hh.simulate(MODERN, 10.0, 50, rtol=1e-13, atol=1e-13)
    print("one neuron, 50 ms, four spikes                         ms      max error (mV)")
    ours, run = best(lambda: hh.simulate(MODERN, 10.0, 50), 15)
    print(
        f"  hhanim.simulate                                  {ours * 1e3:6.1f}      {error(run['V'], exact):.1e}"
    )
    rhs = MODERN.compile(np)
    y0, t = MODERN.rest(), exact.t
    for method, tolerance in (("RK45", 1e-10), ("LSODA", 1e-10)):

        def solve(method: str = method, tolerance: float = tolerance) -> Any:
            return solve_ivp(
                lambda _, y: rhs(*y, 10.0), (0, 50), y0, method, t, rtol=tolerance, atol=tolerance
            )

        seconds, result = best(solve, 2)
        print(
            f"  solve_ivp {method:6} at {tolerance:g}                       {seconds * 1e3:6.1f}      "
            f"{error(result.y[0], exact):.1e}      {seconds / ours:.0f}× ours"
        )


def error(v: Any, exact: hh.Trajectory) -> float:
    return float(np.abs(v - exact["V"]).max())


def sweep(duration: float, cells: int) -> None:
    """100 currents × 100 gNa."""
    i, g = (x.ravel() for x in np.meshgrid(np.linspace(0, 30, 100), np.linspace(60, 180, 100)))
    batch = MODERN.with_(gNa=g)
    picked = np.random.default_rng(1).choice(len(i), cells, replace=False)
    start = time.perf_counter()
    exact = [
        len(hh.simulate(MODERN.with_(gNa=g[k]), float(i[k]), duration, rtol=1e-9, atol=1e-9).spikes)
        for k in picked
    ]
    seconds = {"one by one": (time.perf_counter() - start) / cells * len(i)}
    print(f"10,000 neurons × {duration:g} ms, dt 0.025                   s       CPU s   spike counts exact")
    print(f"  adaptive at 1e-9, one by one ({cells} timed)           {seconds['one by one']:6.0f}")
    for backend in ("numpy", "numba"):
        if backend == "numba" and not compiled.available():
            print("  numba is not installed (hhanim[sweep])")
            continue
        keys = {"method": "exponential_euler", "backend": backend, "record": ()}
        start = time.perf_counter()
        hh.simulate(MODERN.with_(gNa=g[:2]), i[:2], 1.0, **keys)
        first = time.perf_counter() - start
        cpu = time.process_time()
        seconds[backend], run = best(lambda keys=keys: hh.simulate(batch, hh.step(i), duration, **keys), 2)
        cpu = (time.process_time() - cpu) / 2
        same = sum(len(run.spikes[k]) == n for k, n in zip(picked, exact, strict=True))
        note = (
            f"   (first call {first:.1f} s: import, compilation or its cache)" if backend == "numba" else ""
        )
        print(f"  {backend:47}  {seconds[backend]:6.2f}  {cpu:6.2f}   {same}/{cells}{note}")
    for a, b in pairwise(seconds):
        print(f"  {b} is {seconds[a] / seconds[b]:.1f}× {a}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a sweep of 50 ms, 20 cells")
    quick = parser.parse_args().quick
    logging.basicConfig(level=logging.WARNING)
    trace()
    sweep(50.0 if quick else 500.0, 20 if quick else 80)


if __name__ == "__main__":
    main()

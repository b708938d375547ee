"""The one place where roots and thresholds are looked for.

scipy.optimize.elementwise drops the elements that have converged, so a function of a batch, whose own parameters
are arrays, cannot be given to it; here the whole array is asked until the last element has converged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def root(f: Callable[[Any], Any], a: Any, b: Any) -> Any:
    """Where f, of any shape, changes its sign between a and b, to machine precision; f(a) and f(b) differ in sign.

    Ridders (1979), https://doi.org/10.1109/TCS.1979.1084580.
    """
    falls = np.asarray(f(a)) > 0

    def g(x: Any) -> Any:
        y = np.asarray(f(x))
        return np.where(falls, -y, y)

    fa, fb, last = g(a), g(b), np.inf
    with np.errstate(under="ignore"):
        for _ in range(60):
            m = 0.5 * (a + b)
            fm = g(m)
            scale = np.sqrt(np.maximum(fm * fm - fa * fb, 0.0))
            x = np.where(scale > 0, m - (m - a) * fm / np.where(scale > 0, scale, 1.0), m)
            fx = g(x)
            # The narrowest of the intervals between a, m, x and b in which the sign changes.
            left = x < m
            p, fp, q, fq = (np.where(left, *pair) for pair in ((x, m), (fx, fm), (m, x), (fm, fx)))
            a, fa, b, fb = (
                np.where(fq <= 0, q, np.where(fp <= 0, p, a)),
                np.where(fq <= 0, fq, np.where(fp <= 0, fp, fa)),
                np.where(fp > 0, p, np.where(fq > 0, q, b)),
                np.where(fp > 0, fp, np.where(fq > 0, fq, fb)),
            )
            near, step = 4e-16 * (np.abs(a) + np.abs(b)), np.abs(x - last)
            if np.all((b - a <= near) | (step <= near) | (fa == 0)):
                break
            last = x
    return np.where(-fa < fb, a, b)


def roots(f: Callable[[Any], Any], grid: Any) -> Any:
    """Every root of f (P,) -> (P,) that its signs on an increasing grid (P,) betray, (K,)."""
    y = np.asarray(f(grid))
    k = np.flatnonzero((y[:-1] <= 0) & (y[1:] > 0) | (y[:-1] > 0) & (y[1:] <= 0))
    return np.asarray(root(f, grid[k], grid[k + 1]) if len(k) else grid[:0])


def threshold(holds: Callable[[float], bool], low: float, high: float, precision: float) -> float:
    """The smallest x at which `holds` between low, where it does not, and high, where it does, by halving.

    The result, at which it was seen to hold, is within `precision` of itself.
    """
    while high - low > precision * high:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

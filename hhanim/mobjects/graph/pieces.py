"""A path in time as cubic pieces, with its dashes and its corners, so that it can be drawn up to any time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from hhanim.mobjects.frame.shapes import Array


def pieces_of(path: Array, t: Array, spacing: float, dash: Sequence[float]) -> tuple[Array, Array, Array]:
    """A path as cubic pieces about `spacing` long, dashes cut out: points (4K, 3), times of their ends (K,), (K,)."""
    step = np.linalg.norm(np.diff(path, axis=0), axis=1)
    # A vertical jump has two points at one time; a tiny slope in the parameter keeps both ends of it.
    s = np.concatenate([[0.0], np.cumsum(np.maximum(step, 1e-12))])
    total = float(s[-1])
    knots = np.linspace(0.0, total, max(2, int(np.ceil(total / spacing)) + 1))
    corners = _corners(path, s)
    knots = np.unique(np.concatenate([knots, corners]))
    intervals = list(pairwise(knots.tolist()))
    if dash and sum(dash) > 0:
        intervals = [(a, b) for a, b in _dashed(knots, dash, total)]
    a, b = np.array(intervals).T
    a, b = a[b > a + 1e-9], b[b > a + 1e-9]

    def place(u: Array) -> Array:
        return np.stack([np.interp(u, s, path[:, i]) for i in range(3)], axis=-1)

    # Handles from the path a third and two thirds of the way along, so that the cubic passes through both.
    p0, q1, q2, p3 = place(a), place(a + (b - a) / 3), place(a + 2 * (b - a) / 3), place(b)
    h1 = (-5 * p0 + 18 * q1 - 9 * q2 + 2 * p3) / 6
    h2 = (2 * p0 - 9 * q1 + 18 * q2 - 5 * p3) / 6
    points = np.stack([p0, h1, h2, p3], axis=1).reshape(-1, 3)
    return points, np.interp(a, s, t), np.interp(b, s, t)


def _corners(path: Array, s: Array) -> Array:
    """Positions along the path where it turns by more than 40° within a fifth of a pixel: real corners are kept."""
    d = np.diff(path, axis=0)
    length = np.linalg.norm(d, axis=1)
    keep = length > 1e-9
    d, at = d[keep] / length[keep, None], s[:-1][keep]
    turn = np.einsum("ij,ij->i", d[1:], d[:-1]) if len(d) > 1 else np.empty(0)
    return np.asarray(at[1:][turn < 0.77])


def _dashed(knots: Array, dash: Sequence[float], total: float) -> Iterable[tuple[float, float]]:
    on, position, k = True, 0.0, 0
    while position < total:
        end = min(position + dash[k % len(dash)], total)
        if on:
            inside = knots[(knots > position + 1e-9) & (knots < end - 1e-9)]
            cuts = np.concatenate([[position], inside, [end]])
            yield from pairwise(cuts.tolist())
        position, on, k = end, not on, k + 1


def first_part(cubic: Array, share: float) -> Array:
    """The first `share` of one cubic piece (4, 3), by de Casteljau."""
    a, b, c, d = cubic
    ab, bc, cd = a + (b - a) * share, b + (c - b) * share, c + (d - c) * share
    abc, bcd = ab + (bc - ab) * share, bc + (cd - bc) * share
    return np.stack([a, ab, abc, abc + (bcd - abc) * share])

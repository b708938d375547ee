"""Outlines as arrays of cubic Bézier points (4 per curve), the form in which manim keeps a path.

Many shapes of one colour are joined into one mobject: manim's cost is per mobject and per curve, not per pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import ManimColor, VMobject
from numpy.typing import NDArray

from hhanim.look.theme import RGB
from hhanim.look.theme import mix as blend

Array = NDArray[np.float64]

#: Distance of the control points that makes a cubic curve follow a quarter circle of radius 1.
KAPPA = 0.5522847498307936


def lines(corners: Any) -> Array:
    """Straight pieces through corners (K, 2) as Bézier points (4 (K - 1), 3)."""
    c = np.asarray(corners, dtype=float)
    a, b = c[:-1, None, :], c[1:, None, :]
    s = np.array([0.0, 1 / 3, 2 / 3, 1.0])[None, :, None]
    return to_3d((a + (b - a) * s).reshape(-1, 2))


def disc() -> Array:
    """A circle of radius 1 about the origin, (16, 3)."""
    quarter = np.array([[1, 0], [1, KAPPA], [KAPPA, 1], [0, 1]])
    turn = np.array([[0, 1], [-1, 0]])
    pieces = [quarter]
    for _ in range(3):
        pieces.append(pieces[-1] @ turn)
    return to_3d(np.concatenate(pieces))


def capsule(length: float, half: float) -> Array:
    """A bar from (0, 0) along x, `length` long to its round tip, 2 `half` thick, (24, 3).

    Point 0 is the back end at (-half, 0), point 12 the tip at (length, 0): the axis can be read back from them.
    """
    arc = disc()[:, :2] * half
    q = [arc[4 * k : 4 * k + 4][::-1] for k in range(4)]  # quarters, clockwise
    left, tip = np.array([0.0, 0.0]), np.array([length - half, 0.0])
    upper = lines([(0.0, half), (length - half, half)])[:, :2]
    lower = lines([(length - half, -half), (0.0, -half)])[:, :2]
    parts = [q[1] + left, upper, q[0] + tip, q[3] + tip, lower, q[2] + left]
    return to_3d(np.concatenate(parts))


def rounded(corners: Sequence[tuple[float, float]], radius: float | Sequence[float]) -> Array:
    """A closed polygon with rounded corners, `radius` for each (shortened where a side is too short for it)."""
    c = np.asarray(corners, dtype=float)
    n = len(c)
    r = np.broadcast_to(np.asarray(radius, dtype=float), (n,))
    out: list[Array] = []
    entry, leave = np.empty_like(c), np.empty_like(c)
    for k in range(n):
        back, ahead = c[k - 1] - c[k], c[(k + 1) % n] - c[k]
        lb, la = np.hypot(*back), np.hypot(*ahead)
        d = min(r[k], 0.5 * lb, 0.5 * la)
        entry[k], leave[k] = c[k] + back / lb * d, c[k] + ahead / la * d
    for k in range(n):
        corner = [
            entry[k],
            entry[k] + (c[k] - entry[k]) * KAPPA,
            leave[k] + (c[k] - leave[k]) * KAPPA,
            leave[k],
        ]
        out.append(np.array(corner))
        out.append(lines([leave[k], entry[(k + 1) % n]])[:, :2])
    return to_3d(np.concatenate(out))


def smooth(points: Any, *, closed: bool = False) -> Array:
    """A smooth curve through points (K, 2) or (K, 3) (Catmull–Rom), open or closed, as Bézier points (4 (K - 1), 3).

    A closed one has a piece more: from the last point to the first.
    """
    p = np.asarray(points, dtype=float)[:, :2]
    if closed:
        return smooth(np.concatenate([p[-1:], p, p[:2]]))[4:-4]
    slope = np.gradient(p, axis=0)
    a, b = p[:-1], p[1:]
    pieces = np.stack([a, a + slope[:-1] / 3, b - slope[1:] / 3, b], axis=1)
    return to_3d(pieces.reshape(-1, 2))


def at(shape: Array, centres: Any, size: Any = 1.0) -> Array:
    """Copies of one shape (P, 3), scaled by size () or (K,) and moved to centres (K, 2): (K P, 3)."""
    c = to_3d(np.asarray(centres, dtype=float).reshape(-1, 2))
    s = np.broadcast_to(np.asarray(size, dtype=float), (len(c),))
    return np.asarray(shape[None] * s[:, None, None] + c[:, None, :]).reshape(-1, 3)


def to_3d(points: Any) -> Array:
    """Points (K, 2) with z = 0, (K, 3)."""
    p = np.asarray(points, dtype=float)
    return np.concatenate([p, np.zeros((len(p), 1))], axis=1)


def mix(a: str | RGB | ManimColor, b: str | RGB | ManimColor, share: float) -> ManimColor:
    """The colour `share` of the way from a to b, as manim keeps it."""
    first, last = (tuple(ManimColor(c).to_rgb().tolist()) for c in (a, b))
    return ManimColor(blend(first, last, share))


def filled(points: Array, color: Any, *, stroke: Any = None, width: float = 0.0) -> VMobject:
    """One filled mobject from outlines; `stroke` and `width` (manim's units) for an edge."""
    face = ManimColor(color)
    rim = face if stroke is None else ManimColor(stroke)
    path = VMobject(fill_color=face, fill_opacity=1.0, stroke_color=rim, stroke_width=width)
    path.points = points
    return path


def stroked(points: Array, color: Any, width: float) -> VMobject:
    """One mobject of lines of that width (manim's units)."""
    path = VMobject(stroke_color=ManimColor(color), stroke_width=width, fill_opacity=0.0)
    path.points = points
    return path

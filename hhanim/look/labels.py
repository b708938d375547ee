"""Where labels stand at the heads of growing curves: each beside its own, none on another, and never jumping.

Clips and films share this. Lengths are in whatever unit the heads' places are in; up is positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spacing:
    """How labels stand.

    gap: from the middle of one label to that of the next above it. between: room between two that stand side by side.
    aside: how much further right a label stands that is a gap off its head, for the line between them.
    """

    gap: float
    between: float
    aside: float


class Plan:
    """How far every label stands from its place beside its head, over a whole film or clip.

    Where heads cross, their labels change places in about half a second, not in a frame: side by side, one in a second
    column, so that both can be read all the while. Where heads lie upon each other, the labels already have the order
    in which the heads will come apart. Labels in a stack so high that they could be taken for each other's come when it
    is lower, or as low as it ever is, and stay. All of it is worked out beforehand, from the curves: a frame looks the
    same whatever was drawn before it.

    y: heights of the heads (S, K) at instants that are 1/RATE s apart. widths: of the labels (K,). room: how far right
    of its place each may stand (S, K). floor: what no label is pushed below.
    """

    RATE = 60.0
    _HALF = round(0.25 * RATE)  # what moves a label is averaged over this many instants before it, and after
    _BELL = np.hanning(2 * _HALF + 3)[1:-1]

    def __init__(
        self, y: Array, widths: Sequence[float], room: Array, floor: float, spacing: Spacing
    ) -> None:
        gap = spacing.gap
        both = [apart(row, order, floor, gap) for row, order in zip(y, _orders(y, gap), strict=True)]
        up = self._eased(np.array([places for places, _ in both]) - y)
        aside = self._eased(self._columns(y + up, widths, spacing))
        right = np.minimum(aside, np.maximum(room - spacing.aside, 0.0))
        off = np.minimum(np.abs(up) / gap, 1.0)
        reach = np.array([reach for _, reach in both])
        low = reach < np.maximum(1.8 * gap, 1.1 * reach.min(axis=0))
        #: shifts to the right and up, (S, K, 2), and the shares shown, (S, K)
        self.shifts = np.stack([right + spacing.aside * off, up], axis=-1)
        self.shown = self._eased(np.maximum.accumulate(low, axis=0))

    @classmethod
    def instants(cls, seconds: float) -> Array:
        """The instants (s) at which it wants to know the heads' places, (S,)."""
        return np.linspace(0.0, seconds, max(int(np.ceil(seconds * cls.RATE)), 2) + 1)

    def _columns(self, y: Array, widths: Sequence[float], spacing: Spacing) -> Array:
        """How far right of its place each label at heights y (S, K) has to stand, for none to stand on another."""
        x = np.zeros_like(y)
        for k in range(1, len(widths)):
            for j in range(k):
                meet = np.abs(y[:, k] - y[:, j])[:, None] < 0.8 * spacing.gap
                soon = self._over(meet, np.ones_like(self._BELL))[:, 0] > 0.5  # easing leaves none on another
                x[:, k] = np.where(soon, np.maximum(x[:, k], x[:, j] + widths[j] + spacing.between), x[:, k])
        return x

    def _eased(self, x: Any) -> Array:
        """Averaged over time with a bell-shaped window, (S, K)."""
        return self._over(x, self._BELL / self._BELL.sum())

    def _over(self, x: Any, window: Array) -> Array:
        wide = np.pad(x.astype(float), ((self._HALF, self._HALF), (0, 0)), mode="edge")
        return np.stack([np.convolve(column, window, mode="valid") for column in wide.T], axis=-1)


def _orders(y: Array, gap: float) -> list[list[int]]:
    """Which label is lowest, next … at every instant of heads y (S, K): the order in which they next come apart."""
    between = y[:, :, None] - y[:, None, :]
    sign = np.where(
        np.abs(between) > 0.15 * gap, np.sign(between), 0.0
    )  # closer, they have no order of their own
    last = np.sign(between[-1])
    for row in sign:  # those that come together for good keep the order they had
        last = np.where(row == 0.0, last, row)
    for row in sign[::-1]:
        last = np.where(row == 0.0, last, row)
        row[...] = last
    rank = sign.sum(axis=-1)
    return [np.lexsort((now, wins)).tolist() for now, wins in zip(y, rank, strict=True)]


def apart(y: Array, order: Sequence[int], floor: float, gap: float) -> tuple[Array, Array]:
    """Heights (K,) of labels at heads of heights y, from the lowest to the highest in `order`: each is moved as little
    as possible, by pooling neighbours that overlap and centring the pool, none below the floor. And for each how far
    the label of its pool that is moved furthest is moved, (K,).
    """
    pools: list[tuple[float, int]] = []  # middle, count
    for k in order:
        middle, count = float(y[k]), 1
        while pools and middle - pools[-1][0] < 0.5 * gap * (count + pools[-1][1]):
            other, size = pools.pop()
            middle, count = (middle * count + other * size) / (count + size), count + size
        pools.append((max(middle, floor + 0.5 * gap * (count - 1)), count))
    places, reach, done = np.empty(len(y)), np.empty(len(y)), 0
    for middle, count in pools:
        pool = list(order[done : done + count])
        places[pool] = middle + gap * (np.arange(count) - 0.5 * (count - 1))
        reach[pool] = float(np.abs(places[pool] - y[pool]).max())
        done += count
    return places, reach


def joined(off: float, gap: float) -> float:
    """The share of the line from a head to its label that is drawn when this stands so far off its place beside it.

    None at half a gap: a short line before a name would be read as its minus sign.
    """
    return min(max(abs(off) / gap - 0.5, 0.0) / 0.25, 1.0)

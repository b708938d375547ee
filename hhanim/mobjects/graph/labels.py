"""The labels at the heads of traces: each beside its own, none on another, and never jumping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import RIGHT, VMobject

from hhanim.mobjects.frame.layout import UNIT
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.frame.sampled import Sampled
from hhanim.mobjects.frame.shapes import Array

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Pace
    from hhanim.mobjects.graph.trace import Trace

DOT_RADIUS = 8.5  # design pixels
GAP = 1.02 * LABEL * UNIT  # from one label to the next
BESIDE = 2.0 * DOT_RADIUS * UNIT  # from a head to its label
ASIDE = 14.0 * UNIT  # further where the label stands a gap higher or lower: room for the line between them
_FAR = 1.8 * GAP  # labels of a pool in which one is further from its head say nothing yet
_TOGETHER = 0.15 * GAP  # heads closer than this have no order of their own


class Tag:
    """A label that is moved in every frame: by its left edge, without asking all its glyphs where they are."""

    def __init__(self, label: VMobject, halo: VMobject) -> None:
        glyphs = label.family_members_with_points()
        self.width = float(label.width)
        self._parts = [halo, *glyphs]
        self._first = glyphs[0]
        self._offset = self._first.points[0] - label.get_left()
        self._opacities = [(m.get_fill_opacity(), m.get_stroke_opacity()) for m in self._parts]
        self._shown = 1.0

    @property
    def place(self) -> Array:
        """The middle of its left edge (3,), wherever it has been shifted."""
        return np.asarray(self._first.points[0] - self._offset)

    def move(self, place: Array) -> None:
        by = place - self.place
        for part in self._parts:
            part.points = part.points + by

    def fade(self, share: float) -> None:
        """Show it with that share of its opacity."""
        if share == self._shown:  # nor is anything that fades it undone
            return
        self._shown = share
        for part, (fill, line) in zip(self._parts, self._opacities, strict=True):
            part.set_fill(opacity=share * fill)
            part.set_stroke(opacity=share * line)


class Plan:
    """How far every label stands from its place beside its head, over the whole of a clock's run.

    Where heads cross, their labels change places in about half a second of film, not in a frame: side by side, one in a
    second column, so that both can be read all the while. Where heads lie upon each other, the labels already have the
    order in which the heads will come apart. Labels in a stack so high that they could be taken for each other's come
    when it is lower, and stay. All of it is worked out beforehand, from the curves: a frame looks the same whatever was
    drawn before it.
    """

    _RATE = 60.0  # instants a second of film
    _HALF = round(0.25 * _RATE)  # what moves a label is averaged over this many before it, and after
    _BELL = np.hanning(2 * _HALF + 3)[1:-1]

    def __init__(self, traces: Sequence[Trace], pace: Pace) -> None:
        s = np.linspace(0.0, pace.seconds, max(int(np.ceil(pace.seconds * self._RATE)), 2) + 1)
        t = np.asarray(pace.time(s))
        heads = [[np.interp(t, trace.t, trace.path.values[:, k]) for trace in traces] for k in (0, 1)]
        x, y = (np.stack(rows, axis=-1) for rows in heads)  # (S, K)
        floor = floor_of(traces[0])
        both = [apart(row, order, floor) for row, order in zip(y, _orders(y), strict=True)]
        up = self._eased(np.array([places for places, _ in both]) - y)
        widths = [trace.tag.width for trace in traces if trace.tag is not None]
        aside = self._eased(self._columns(y + up, widths))
        room = traces[0].panel.area.right - x - BESIDE - np.array(widths)
        aside = np.minimum(aside, np.maximum(room - ASIDE, 0.0))
        low = np.array([reach for _, reach in both]) < _FAR
        self._shifts = Sampled(t, np.stack([aside, up], axis=-1))
        self._shown = Sampled(t, self._eased(np.maximum.accumulate(low, axis=0)))

    def _columns(self, y: Array, widths: Sequence[float]) -> Array:
        """How far right of its place each label at heights y (S, K) has to stand, for none to stand on another."""
        x = np.zeros_like(y)
        for k in range(1, len(widths)):
            for j in range(k):
                meet = np.abs(y[:, k] - y[:, j])[:, None] < 0.8 * GAP
                soon = self._over(meet, np.ones_like(self._BELL))[:, 0] > 0.5  # easing leaves none on another
                x[:, k] = np.where(soon, np.maximum(x[:, k], x[:, j] + widths[j] + 10.0 * UNIT), x[:, k])
        return x

    def _eased(self, x: Any) -> Array:
        """Averaged over film time with a bell-shaped window, (S, K)."""
        return self._over(x, self._BELL / self._BELL.sum())

    def _over(self, x: Any, window: Array) -> Array:
        wide = np.pad(x.astype(float), ((self._HALF, self._HALF), (0, 0)), mode="edge")
        return np.stack([np.convolve(column, window, mode="valid") for column in wide.T], axis=-1)

    def at(self, t: float) -> tuple[Array, Array]:
        """Shifts to the right and up (K, 2) in scene units and shares shown (K,) at model time t (ms)."""
        return self._shifts(t), self._shown(t)


def leader(head: Array, place: Array, share: float) -> Array:
    """A line from a head's rim to its label, the longer the further this stands above or below, (4, 3) or none."""
    way = place - 6.0 * UNIT * RIGHT - head
    share *= min(max(3.0 * abs(float(way[1])) / GAP - 0.5, 0.0), 1.0)
    if share <= 0.0:
        return np.zeros((0, 3))
    start = head + way * (1.3 * DOT_RADIUS * UNIT / float(np.hypot(way[0], way[1])))
    return start + (head + way - start) * (share * np.linspace(0.0, 1.0, 4)[:, None])


def floor_of(trace: Trace) -> float:
    """Where the lowest label may stand: none is pushed down onto the axis of x."""
    return trace.panel.inner.bottom + 0.5 * GAP


def _orders(y: Array) -> list[list[int]]:
    """Which label is lowest, next … at every instant of heads y (S, K): the order in which they next come apart."""
    apart = y[:, :, None] - y[:, None, :]
    sign = np.where(np.abs(apart) > _TOGETHER, np.sign(apart), 0.0)
    last = np.sign(apart[-1])
    for row in sign:  # those that come together for good keep the order they had
        last = np.where(row == 0.0, last, row)
    for row in sign[::-1]:
        last = np.where(row == 0.0, last, row)
        row[...] = last
    rank = sign.sum(axis=-1)
    return [np.lexsort((now, wins)).tolist() for now, wins in zip(y, rank, strict=True)]


def apart(y: Array, order: Sequence[int], floor: float) -> tuple[Array, Array]:
    """Heights (K,) of labels at heads of heights y, from the lowest to the highest in `order`: each is moved as little
    as possible, by pooling neighbours that overlap and centring the pool, none below the floor. And for each how far
    the label of its pool that is moved furthest is moved, (K,).
    """
    pools: list[tuple[float, int]] = []  # middle, count
    for k in order:
        middle, count = float(y[k]), 1
        while pools and middle - pools[-1][0] < 0.5 * GAP * (count + pools[-1][1]):
            other, size = pools.pop()
            middle, count = (middle * count + other * size) / (count + size), count + size
        pools.append((max(middle, floor + 0.5 * GAP * (count - 1)), count))
    places, reach, done = np.empty(len(y)), np.empty(len(y)), 0
    for middle, count in pools:
        pool = list(order[done : done + count])
        places[pool] = middle + GAP * (np.arange(count) - 0.5 * (count - 1))
        reach[pool] = float(np.abs(places[pool] - y[pool]).max())
        done += count
    return places, reach

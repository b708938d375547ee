"""The labels at the heads of traces: each beside its own, none on another, and never jumping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import LEFT, RIGHT, Line, VGroup, VMobject

from hhanim.look import labels
from hhanim.mobjects.frame.layout import UNIT, stroke
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
SPACING = labels.Spacing(GAP, between=10.0 * UNIT, aside=ASIDE)
_FLAT = 0.05  # of the largest: the peak of a trace that seems to have none
_CLEAR = 7.0 * UNIT  # from a label at a peak to whatever else is drawn
_WAYS = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0.0, 2.0 * np.pi, 32, endpoint=False)])


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
    """Where the labels of traces stand over the whole of a clock's run, as :class:`hhanim.look.labels.Plan` has it."""

    def __init__(self, traces: Sequence[Trace], pace: Pace) -> None:
        t = np.asarray(pace.time(labels.Plan.instants(pace.seconds)))
        heads = [[np.interp(t, trace.t, trace.path.values[:, k]) for trace in traces] for k in (0, 1)]
        x, y = (np.stack(rows, axis=-1) for rows in heads)  # (S, K)
        widths = [trace.tag.width for trace in traces if trace.tag is not None]
        room = traces[0].panel.area.right - x - BESIDE - np.array(widths)
        plan = labels.Plan(y, widths, room, floor_of(traces[0]), SPACING)
        self._shifts, self._shown = Sampled(t, plan.shifts), Sampled(t, plan.shown)

    def at(self, t: float) -> tuple[Array, Array]:
        """Shifts to the right and up (K, 2) in scene units and shares shown (K,) at model time t (ms)."""
        return self._shifts(t), self._shown(t)


def leader(head: Array, place: Array, share: float) -> Array:
    """A line from a head's rim to its label, the longer the further this stands above or below, (4, 3) or none."""
    way = place - 6.0 * UNIT * RIGHT - head
    share *= labels.joined(float(way[1]), GAP)
    if share <= 0.0:
        return np.zeros((0, 3))
    start = head + way * (1.3 * DOT_RADIUS * UNIT / float(np.hypot(way[0], way[1])))
    return start + (head + way - start) * (share * np.linspace(0.0, 1.0, 4)[:, None])


def floor_of(trace: Trace) -> float:
    """Where the lowest label may stand: none is pushed down onto the axis of x."""
    return trace.panel.inner.bottom + 0.5 * GAP


def put_at_ends(words: Sequence[VMobject], traces: Sequence[Trace]) -> VGroup:
    """Each of some words right of where its trace is farthest to the right, none on another.

    Returns the lines that join words to ends which they stand off.
    """
    ends = [trace.path.values[np.argmax(trace.path.values[:, 0])] for trace in traces]
    heights = np.array([float(end[1]) for end in ends])
    order = sorted(range(len(ends)), key=heights.tolist().__getitem__)
    places, _ = labels.apart(heights, order, floor_of(traces[0]), GAP)
    leaders = VGroup()
    for word, trace, end, height in zip(words, traces, ends, places.tolist(), strict=True):
        off = height - float(end[1])
        place = np.array([end[0] + BESIDE + ASIDE * min(abs(off) / GAP, 1.0), height, 0.0])
        word.move_to(place, aligned_edge=LEFT)
        leaders.add(trace.leader.copy().set_points(leader(end, place, 1.0)))
    return leaders


def put_at_peaks(words: Sequence[VMobject], traces: Sequence[Trace], others: Any = ()) -> VGroup:
    """Each of some words as near as can be to where its trace is farthest from zero, or to its end if it has no peak to
    speak of, on no trace and none of `others` (P, 2).

    Returns for each the line that joins it to its peak, empty where it stands beside it.
    """
    panel = traces[0].panel
    tops = [int(np.argmax(np.abs(trace.values))) for trace in traces]
    most = max(float(abs(trace.values[k])) for trace, k in zip(traces, tops, strict=True))
    spots = np.array([trace.path.values[k if abs(trace.values[k]) > _FLAT * most else -1, :2]
                      for trace, k in zip(traces, tops, strict=True)])  # fmt: skip
    taken = [*(trace.path.values[:, :2] for trace in traces), np.reshape(others, (-1, 2))]
    low = np.array([panel.inner.left, panel.inner.bottom]) + _CLEAR
    high, lines = np.array([panel.area.right, panel.inner.top]), VGroup()
    for k, word in enumerate(words):
        half, drawn = 0.5 * np.array([word.width, word.height]), np.concatenate(taken)
        best = (-np.inf, spots[k])
        away = np.delete(spots, k, axis=0)
        for reach in BESIDE * np.arange(1.0, 16.0, 0.5):
            for middle in spots[k] + _WAYS * (half + reach):
                if np.any(middle - half < low) or np.any(middle + half > high):
                    continue
                way = spots[k] + np.linspace(0.0, 1.0, 12)[:, None] * (middle - spots[k])
                gaps = _gap(drawn, middle, half), _gap(away, way[:, None], 0.5 * BESIDE)
                room, passes = (min(gap / _CLEAR, 1.0) for gap in gaps)
                best = max(best, (room + 0.1 * passes, middle), key=lambda found: float(found[0]))
            if best[0] > 1.099:  # nothing is too near, nor passed by on the way
                break
        word.move_to(np.array([*best[1], 0.0]))
        corner = np.clip(spots[k], best[1] - half, best[1] + half)
        way = corner - spots[k]
        far = float(np.hypot(*way))
        line = Line(stroke_width=stroke(2.0), color=word.get_color())
        line.set_points(np.zeros((0, 3)))
        if far > 2.0 * BESIDE:
            start, end = spots[k] + way * (0.6 * BESIDE / far), corner - way * (0.4 * BESIDE / far)
            line.set_points_as_corners(np.array([[*start, 0.0], [*end, 0.0]]))
        lines.add(line)
        edge = best[1] + np.sign(_WAYS) * np.minimum(np.abs(_WAYS) * 1.5, 1.0) * half
        taken.append(edge)
    return lines


def _gap(points: Array, middle: Array, half: Any) -> float:
    """How far the nearest of some points is from a box, or from boxes (..., 1, 2)."""
    away = np.maximum(np.abs(points - middle) - half, 0.0)
    return float(np.hypot(away[..., 0], away[..., 1]).min(initial=np.inf))

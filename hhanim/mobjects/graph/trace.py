"""Axes in the house style, and traces that grow on them from precomputed points with a head, a label and
a ghost.

class Grow(Film):
    def construct(self):
        run = simulate(self.membrane, "step(10, start=2)", 20.0)
        clock = Clock(Pace(20.0, rate=4.0), self.theme)
        panel = Panel(self.area, x=(0, 20), y=(0, 1), theme=self.theme)
        traces = Traces(Trace.of(run, key, panel, self.theme, ghost=True) for key in ("m", "h", "n"))
        self.add(panel, traces.follow(clock))
        self.play(clock.run())
        print(traces[0].reading)    # (20.0, m at 20 ms), read back from the dot that is on the screen
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from manim import DOWN, LEFT, RIGHT, Dot, Line, LineJointType, VGroup, VMobject
from numpy.typing import NDArray

from hhanim.look import Quantity, Theme, quantities
from hhanim.mobjects.frame.film import Area
from hhanim.mobjects.frame.lettering import LABEL, TICK, UNIT, Formula, Words
from hhanim.model import Trajectory

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Clock, Pace

__all__ = ["Panel", "Trace", "Traces", "nice_ticks", "stroke", "values"]

Array = NDArray[np.float64]

LINE_WIDTH = 5.0  # design pixels
DOT_RADIUS = 8.5
HALO = 16.0


def stroke(pixels: float) -> float:
    """manim's stroke width for a line of that many design pixels."""
    return pixels * UNIT * 100.0


def nice_ticks(low: float, high: float, count: int = 3) -> list[float]:
    """About `count` round numbers from low to high, zero among them where it lies inside."""
    if not high > low:
        return [low]
    raw = (high - low) / max(count, 1)
    step = 10.0 ** np.floor(np.log10(raw))
    step *= next(k for k in (1.0, 2.0, 5.0, 10.0) if k * step >= 0.75 * raw)
    return [
        float(round(k * step, 10))
        for k in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)
    ]


def _ticks_that_fit(y: tuple[float, float], height: float, apart: float) -> list[float]:
    """nice_ticks, as few as it takes for their numbers to stand `apart` scene units from each other."""
    for count in (3, 2, 1):
        ticks = nice_ticks(*y, count)
        if len(ticks) < 2 or (ticks[1] - ticks[0]) / (y[1] - y[0]) * height >= apart:
            return ticks
    return ticks[:: len(ticks) - 1]


def _number(x: float) -> str:
    return f"{x:.6g}".replace("-", "−")


class Panel(VGroup):
    """Two axes in an Area: few ticks, no box, the label of y above its axis and that of x under its end.

    x, y: ranges (low, high). xlabel, ylabel: plain words, or a Formula / Words already made. xticks,
    yticks: positions; None chooses a few, () shows none. Labels of traces get `gutter` scene units at the
    right, inside the area.
    """

    def __init__(
        self,
        area: Area,
        *,
        x: tuple[float, float],
        y: tuple[float, float],
        theme: Theme,
        xlabel: str | VMobject = "",
        ylabel: str | VMobject = "",
        xticks: Sequence[float] | None = None,
        yticks: Sequence[float] | None = None,
        gutter: float = 0.75,
        left: float | None = None,
        grid: bool = True,
        size: float = TICK,
    ) -> None:
        super().__init__()
        self.area, self.x, self.y, self.theme = area, x, y, theme
        xticks = nice_ticks(*x, 4) if xticks is None else list(xticks)
        em = size * UNIT
        height = area.height - (1.5 * em if ylabel else 0.4 * em) - 1.5 * em
        yticks = _ticks_that_fit(y, height, 1.3 * em) if yticks is None else list(yticks)
        numbers = [Words(_number(v), size=size, color=theme.muted) for v in yticks]
        widest = max((n.width for n in numbers), default=0.0)
        head = 1.5 * em if ylabel else 0.4 * em
        foot = (1.4 * em if xticks else 0.0) + (1.3 * em if xlabel and not xticks else 0.0)
        self.inner = area.inset(widest + 0.5 * em if left is None else left, gutter, foot + 0.1 * em, head)
        inner = self.inner
        self.grid, self.frame_lines, self.numbers, self.titles = VGroup(), VGroup(), VGroup(), VGroup()
        for v, number in zip(yticks, numbers, strict=True):
            height = float(self.at(x[0], v)[1])
            if grid:
                self.grid.add(
                    Line(
                        [inner.left, height, 0],
                        [inner.right, height, 0],
                        color=theme.faint,
                        stroke_width=stroke(2),
                    )
                )
            number.move_to([inner.left - 0.35 * em, height, 0], aligned_edge=RIGHT)
            self.numbers.add(number)
        if xticks or xlabel:
            self.frame_lines.add(
                Line(
                    [inner.left, inner.bottom, 0],
                    [inner.right, inner.bottom, 0],
                    color=theme.line,
                    stroke_width=stroke(2),
                )
            )
        for v in xticks:
            p = self.at(v, y[0])
            self.frame_lines.add(Line(p, p + 0.25 * em * DOWN, color=theme.line, stroke_width=stroke(2)))
            self.numbers.add(Words(_number(v), size=size, color=theme.muted).move_to(p + 0.85 * em * DOWN))
        if ylabel:
            title = Words(ylabel, size=size, color=theme.muted) if isinstance(ylabel, str) else ylabel
            title.move_to([inner.left, area.top - 0.5 * em, 0], aligned_edge=LEFT)
            self.titles.add(title)
        if xlabel:
            title = Words(xlabel, size=size, color=theme.muted) if isinstance(xlabel, str) else xlabel
            # Beside the last number, on its line: the row of numbers is not made taller.
            last = max((n.get_right()[0] for n in self.numbers[len(yticks) :]), default=inner.right)
            at = [max(inner.right, last) + 0.5 * em, inner.bottom - 0.85 * em, 0]
            title.move_to(at, aligned_edge=LEFT)
            if title.get_right()[0] > area.right:
                title.move_to([area.right, at[1], 0], aligned_edge=RIGHT)
                taken = [
                    n
                    for n in self.numbers
                    if abs(n.get_y() - at[1]) < em and n.get_right()[0] > title.get_left()[0] - 0.3 * em
                ]
                self.numbers.remove(*taken)
            self.titles.add(title)
        self.add(self.grid, self.frame_lines, self.numbers, self.titles)

    def at(self, x: Any, y: Any) -> Array:
        """Scene points of data values, shape (..., 3)."""
        a = self.inner
        px = a.left + (np.asarray(x, dtype=float) - self.x[0]) / (self.x[1] - self.x[0]) * a.width
        py = a.bottom + (np.asarray(y, dtype=float) - self.y[0]) / (self.y[1] - self.y[0]) * a.height
        px, py = np.broadcast_arrays(px, py)
        return np.stack([px, py, np.zeros(px.shape)], axis=-1)

    def band(self, start: float, stop: float) -> VMobject:
        """A stretch of the x axis over the panel's whole height, in the faintest tone."""
        a, b = self.at(np.clip(start, *self.x), self.y[0]), self.at(np.clip(stop, *self.x), self.y[1])
        box = VMobject(stroke_width=0, fill_color=self.theme.faint, fill_opacity=0.75)
        return box.set_points_as_corners([a, [b[0], a[1], 0], b, [a[0], b[1], 0], a])

    def data(self, point: Any) -> tuple[float, float]:
        """Data values of a scene point: the inverse of at()."""
        a = self.inner
        x = self.x[0] + (float(point[0]) - a.left) / a.width * (self.x[1] - self.x[0])
        y = self.y[0] + (float(point[1]) - a.bottom) / a.height * (self.y[1] - self.y[0])
        return x, y


def values(run: Trajectory, key: str) -> Array:
    """The quantity of that key ("V", "m", "I", "I_Na", "g_K") along a trajectory, (T,)."""
    if key == "I":
        return np.asarray(run.stimulus)
    kind, _, name = key.partition("_")
    if kind == "I" and name:
        return run.current(name)
    if kind == "g" and name:
        return run.conductance(name)
    return np.asarray(run[key])


class Trace(VGroup):
    """One quantity over time: a ghost of the whole, the part drawn so far, a dot at its head and a label
    beside it.

    t: times (T,), increasing; y: values (T,), sampled densely enough that straight pieces between them
    are finer than a pixel. dash: on and off lengths in line widths. label: a mobject that goes with the
    head. show(t) draws up to t; follow(clock) does so in every frame. Everything is computed here, once.
    """

    def __init__(
        self,
        panel: Panel,
        t: Any,
        y: Any,
        *,
        color: Any,
        dash: Sequence[float] = (),
        width: float = LINE_WIDTH,
        label: VMobject | None = None,
        ghost: bool = False,
        head: bool = True,
        spacing: float = 7.0,
        x: Any = None,
    ) -> None:
        super().__init__()
        self.panel = panel
        self.t, self.values = np.asarray(t, dtype=float), np.asarray(y, dtype=float)
        self.abscissa = self.t if x is None else np.asarray(x, dtype=float)
        path = panel.at(self.abscissa, np.clip(self.values, *panel.y))
        pieces, begin, end = _pieces(path, self.t, spacing * UNIT, [d * width * UNIT for d in dash])
        self._path, self._times = path, self.t.tolist()
        self._whole, self._begin, self._end = pieces, begin.tolist(), end.tolist()
        self._work, self._touched = pieces.copy(), 0
        style = {"stroke_color": color, "stroke_width": stroke(width), "fill_opacity": 0.0}
        self.ghost = VMobject(**style)
        if ghost:
            self.ghost.points = pieces.copy()
            self.ghost.set_stroke(opacity=panel.theme.ghost)
        self.line = VMobject(**style)
        self.dot = Dot(radius=DOT_RADIUS * UNIT, color=color) if head else VMobject()
        self.label = label if label is not None else VGroup()
        self.leader = VMobject(stroke_color=color, stroke_width=stroke(2.5), fill_opacity=0.0)  # see Traces
        # Round the letters the colour of the ground: no line of the panel strikes them through.
        glyphs = self.label.family_members_with_points()
        self.halo = VMobject(stroke_color=panel.theme.ground, stroke_width=stroke(HALO), fill_opacity=0.0)
        self.halo.joint_type = LineJointType.ROUND
        if glyphs:
            self.halo.points = np.concatenate([glyph.points for glyph in glyphs])
        self._tag = _Tag(self.label, self.halo) if glyphs else None
        self.add(self.ghost, self.line, self.leader, self.halo, self.dot, self.label)
        self.show(float(self.t[0]))

    @classmethod
    def of(
        cls, run: Trajectory, key: str, panel: Panel, theme: Theme, *, named: bool = True, **style: Any
    ) -> Trace:
        """The quantity of that key of a trajectory, in its own colour, dash and symbol."""
        q: Quantity = quantities(run.membrane)[key]
        label = Formula(q.typst, size=LABEL, color=theme.color(q)) if named else None
        style = {"color": theme.color(q), "dash": theme.dash(q), "label": label} | style
        return cls(panel, run.t, values(run, key), **style)

    def show(self, t: float) -> Self:
        """Draw up to time t."""
        t = min(max(float(t), float(self.t[0])), float(self.t[-1]))
        self.now = t
        k = bisect_right(self._end, t)  # pieces that are complete
        n = len(self._end)
        self._work[4 * self._touched : 4 * self._touched + 4] = self._whole[
            4 * self._touched : 4 * self._touched + 4
        ]
        if k < n and t > self._begin[k]:
            share = (t - self._begin[k]) / (self._end[k] - self._begin[k])
            self._work[4 * k : 4 * k + 4] = _first_part(self._whole[4 * k : 4 * k + 4], share)
            self._touched = k
            k += 1
        self.line.points = self._work[: 4 * k]
        tip = self._tip(t)
        dot = self.dot.points
        if len(dot):
            self.dot.points = dot + (tip - 0.5 * (dot.min(axis=0) + dot.max(axis=0)))
        if self._tag is not None:
            self._tag.move(tip + _BESIDE * RIGHT)
        return self

    def _tip(self, t: float) -> Array:
        # Plain Python: numpy's searches let go of the interpreter's lock, and the encoder's thread would
        # take it.
        k = min(max(bisect_right(self._times, t) - 1, 0), len(self._times) - 2)
        a, b = self._times[k], self._times[k + 1]
        u = (t - a) / (b - a) if b > a else 1.0
        return np.asarray(self._path[k] + (self._path[k + 1] - self._path[k]) * u)

    def follow(self, clock: Clock) -> Self:
        """Draw up to the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

    @property
    def reading(self) -> tuple[float, float]:
        """Time (or abscissa) and value under the head's dot, read back from where it is on the screen."""
        return self.panel.data(self.dot.get_center())


class _Tag:
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


class Traces(VGroup):
    """Several traces whose labels keep out of each other's way: ghosts lowest, then lines, dots and labels.

    Labels stand in the order of their heads, and one that stands off its head is joined to it by a thin line.
    On a clock they change places gently, side by side, where heads cross.

    It is iterated and indexed by trace.
    """

    def __init__(self, traces: Iterable[Trace]) -> None:
        super().__init__()
        self.traces = tuple(traces)
        self._named = [trace for trace in self.traces if trace._tag is not None]
        self._plan: _Plan | None = None
        for part in ("ghost", "line", "leader", "halo", "dot", "label"):
            self.add(VGroup(*(getattr(trace, part) for trace in self.traces)))
        self.ghosts: VGroup = self.submobjects[0]
        for group in self.submobjects:
            group.suspend_updating()  # the whole is what follows a clock: manim need not ask every glyph

    def without_ghosts(self) -> Self:
        """Let the ghosts go, to be added where what never moves is drawn once."""
        return self.remove(self.ghosts)

    def __iter__(self) -> Iterator[Trace]:
        return iter(self.traces)

    def __len__(self) -> int:
        return len(self.traces)

    def __getitem__(self, k: Any) -> Any:
        return self.traces[k]

    def show(self, t: float) -> Self:
        """Draw all of them up to time t."""
        for trace in self:
            trace.show(t)
        if len(self._named) > 1:
            self._settle(t)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw all of them up to the clock's model time in every frame."""
        if len(self._named) > 1:
            self._plan = _Plan(self._named, clock.pace)
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

    def _settle(self, t: float) -> None:
        """Move the labels clear of each other at model time t (ms): as planned for the clock, or just for this
        instant.
        """
        if self._plan is not None:
            shifts, shown = self._plan.at(t)
        else:
            y = np.array([trace._tag.place[1] for trace in self._named])
            places, _ = _apart(y, np.argsort(y, kind="stable").tolist(), _floor(self.traces[0]))
            shifts, shown = np.stack([np.zeros(len(y)), places - y], axis=-1), np.ones(len(y))
        for trace, by, share in zip(self._named, shifts.tolist(), shown.tolist(), strict=True):
            head = trace._tag.place - _BESIDE * RIGHT
            off = min(abs(by[1]) / _GAP, 1.0)
            place = head + np.array([_BESIDE + by[0] + _ASIDE * off, by[1], 0.0])
            trace._tag.move(place)
            trace._tag.fade(share)
            trace.leader.points = _leader(head, place, share)


def _leader(head: Array, place: Array, share: float) -> Array:
    """A line from a head's rim to its label, the longer the further this stands above or below, (4, 3) or none."""
    way = place - 6.0 * UNIT * RIGHT - head
    share *= min(max(3.0 * abs(float(way[1])) / _GAP - 0.5, 0.0), 1.0)
    if share <= 0.0:
        return np.zeros((0, 3))
    start = head + way * (1.3 * DOT_RADIUS * UNIT / float(np.hypot(way[0], way[1])))
    return start + (head + way - start) * (share * np.linspace(0.0, 1.0, 4)[:, None])


class _Plan:
    """How far every label stands from its place beside its head, over the whole of a clock's run.

    Where heads cross, their labels change places in about half a second of film, not in a frame: side by side, one
    in a second column, so that both can be read all the while. Where heads lie upon each other, the labels
    already have the order in which the heads will come apart. Labels in a stack so high that they could
    be taken for each other's come when it is lower, and stay.
    All of it is worked out beforehand, from the curves: a frame looks the same whatever was drawn before it.
    """

    _RATE = 60.0  # instants a second of film
    _HALF = round(0.25 * _RATE)  # what moves a label is averaged over this many before it, and after
    _BELL = np.hanning(2 * _HALF + 3)[1:-1]

    def __init__(self, traces: Sequence[Trace], pace: Pace) -> None:
        s = np.linspace(0.0, pace.seconds, max(int(np.ceil(pace.seconds * self._RATE)), 2) + 1)
        t = np.asarray(pace.time(s))
        heads = [[np.interp(t, trace.t, trace._path[:, k]) for trace in traces] for k in (0, 1)]
        x, y = (np.stack(rows, axis=-1) for rows in heads)  # (S, K)
        floor = _floor(traces[0])
        both = [_apart(row, order, floor) for row, order in zip(y, _orders(y), strict=True)]
        up = self._eased(np.array([places for places, _ in both]) - y)
        widths = [trace._tag.width for trace in traces]
        aside = self._eased(self._columns(y + up, widths))
        room = traces[0].panel.area.right - x - _BESIDE - np.array(widths)
        aside = np.minimum(aside, np.maximum(room - _ASIDE, 0.0))
        low = np.array([reach for _, reach in both]) < _FAR
        self._t = t.tolist()
        self._shifts = np.stack([aside, up], axis=-1)
        self._shown = self._eased(np.maximum.accumulate(low, axis=0))

    def _columns(self, y: Array, widths: Sequence[float]) -> Array:
        """How far right of its place each label at heights y (S, K) has to stand, for none to stand on another."""
        x = np.zeros_like(y)
        for k in range(1, len(widths)):
            for j in range(k):
                meet = np.abs(y[:, k] - y[:, j])[:, None] < 0.8 * _GAP
                soon = self._over(meet, np.ones_like(self._BELL))[:, 0] > 0.5  # easing leaves none on another
                x[:, k] = np.where(soon, np.maximum(x[:, k], x[:, j] + widths[j] + 10.0 * UNIT), x[:, k])
        return x

    def _eased(self, x: Array) -> Array:
        """Averaged over film time with a bell-shaped window, (S, K)."""
        return self._over(x, self._BELL / self._BELL.sum())

    def _over(self, x: Array, window: Array) -> Array:
        wide = np.pad(x.astype(float), ((self._HALF, self._HALF), (0, 0)), mode="edge")
        return np.stack([np.convolve(column, window, mode="valid") for column in wide.T], axis=-1)

    def at(self, t: float) -> tuple[Array, Array]:
        """Shifts to the right and up (K, 2) in scene units and shares shown (K,) at model time t (ms)."""
        k = min(max(bisect_right(self._t, t) - 1, 0), len(self._t) - 2)
        u = min(max((t - self._t[k]) / (self._t[k + 1] - self._t[k]), 0.0), 1.0)
        return (
            self._shifts[k] + (self._shifts[k + 1] - self._shifts[k]) * u,
            self._shown[k] + (self._shown[k + 1] - self._shown[k]) * u,
        )


_GAP = 1.02 * LABEL * UNIT  # from one label to the next
_BESIDE = 2.0 * DOT_RADIUS * UNIT  # from a head to its label
_ASIDE = 14.0 * UNIT  # further where the label stands a gap higher or lower: room for the line between them
_FAR = 1.8 * _GAP  # labels of a pool in which one is further from its head say nothing yet
_TOGETHER = 0.15 * _GAP  # heads closer than this have no order of their own


def _floor(trace: Trace) -> float:
    """Where the lowest label may stand: none is pushed down onto the axis of x."""
    return trace.panel.inner.bottom + 0.5 * _GAP


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


def _apart(y: Array, order: Sequence[int], floor: float) -> tuple[Array, Array]:
    """Heights (K,) of labels at heads of heights y, from the lowest to the highest in `order`: each is moved as
    little as possible, by pooling neighbours that overlap and centring the pool, none below the floor. And for
    each how far the label of its pool that is moved furthest is moved, (K,).
    """
    pools: list[tuple[float, int]] = []  # middle, count
    for k in order:
        middle, count = float(y[k]), 1
        while pools and middle - pools[-1][0] < 0.5 * _GAP * (count + pools[-1][1]):
            other, size = pools.pop()
            middle, count = (middle * count + other * size) / (count + size), count + size
        pools.append((max(middle, floor + 0.5 * _GAP * (count - 1)), count))
    places, reach, done = np.empty(len(y)), np.empty(len(y)), 0
    for middle, count in pools:
        pool = list(order[done : done + count])
        places[pool] = middle + _GAP * (np.arange(count) - 0.5 * (count - 1))
        reach[pool] = float(np.abs(places[pool] - y[pool]).max())
        done += count
    return places, reach


def _pieces(path: Array, t: Array, spacing: float, dash: Sequence[float]) -> tuple[Array, Array, Array]:
    """A path as cubic pieces about `spacing` long, dashes cut out: points (4K, 3), times of their ends
    (K,), (K,).
    """
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
    """Positions along the path where it turns by more than 40° within a fifth of a pixel: real corners
    are kept.
    """
    d = np.diff(path, axis=0)
    length = np.linalg.norm(d, axis=1)
    keep = length > 1e-9
    d, at = d[keep] / length[keep, None], s[:-1][keep]
    turn = np.einsum("ij,ij->i", d[1:], d[:-1]) if len(d) > 1 else np.empty(0)
    return at[1:][turn < 0.77]


def _dashed(knots: Array, dash: Sequence[float], total: float) -> Iterable[tuple[float, float]]:
    on, position, k = True, 0.0, 0
    while position < total:
        end = min(position + dash[k % len(dash)], total)
        if on:
            inside = knots[(knots > position + 1e-9) & (knots < end - 1e-9)]
            cuts = np.concatenate([[position], inside, [end]])
            yield from pairwise(cuts.tolist())
        position, on, k = end, not on, k + 1


def _first_part(cubic: Array, share: float) -> Array:
    """The first `share` of one cubic piece (4, 3), by de Casteljau."""
    a, b, c, d = cubic
    ab, bc, cd = a + (b - a) * share, b + (c - b) * share, c + (d - c) * share
    abc, bcd = ab + (bc - ab) * share, bc + (cd - bc) * share
    return np.stack([a, ab, abc, abc + (bcd - abc) * share])

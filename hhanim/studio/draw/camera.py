"""manim's camera, sparing: what has not changed since the frame before is not drawn again.

The picture is kept from frame to frame. Where something has changed it is wiped, and everything that
touches the wiped place is drawn again, whole and in its order: clipping to the place would be faster still,
but how cairo paints a row of a stroke depends on all that lies in this row and, now and then, above it, so
a clipped stroke is not always that of the whole one, and a film has to be the same pixel by pixel.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt
from manim.camera.camera import Camera
from manim.constants import LineJointType
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.mobject.types.point_cloud_mobject import PMobject
from manim.mobject.types.vectorized_mobject import VMobject

Picture = Any  # manim's own annotation of its uint8 pictures says int64
Rect = tuple[int, int, int, int]
Boxes = npt.NDArray[np.int64]

SEEN = (VMobject, PMobject, AbstractImageMobject)
"""What manim draws; a ValueTracker has a point and is nothing to see."""

CURVE = np.dtype((float, (4, 3))).itemsize
"""Bytes of the four points of a Bézier curve."""

STEM = 16
"""Curves that a line has grown by when the path of its beginning is taken anew."""

FEW = 24
"""Rectangles up to which those that overlap are cut apart."""

SETTLED = 3
"""Frames without a change after which an object is taken to stay as it is for a while."""


class SparingCamera(Camera):
    """manim's camera with two pictures that are kept: that of what lies still while an animation plays, on
    the background, and that of what moves, on a copy of the first. Which one is drawn is manim's choice.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._below, self._above = _Canvas(), _Canvas()
        self._canvas = self._below
        self._shown: _Canvas | None = None  # the canvas of the frame before
        super().__init__(*args, **kwargs)

    def reset(self) -> Any:
        self._choose(self._below, self.background)
        return self

    def set_frame_to_background(self, background: Picture) -> None:
        self._choose(self._above, background)

    def _choose(self, canvas: _Canvas, base: Picture) -> None:
        self._canvas = canvas
        canvas.stand_on(base)
        self.pixel_array = canvas.picture

    def changes(self) -> list[Rect] | None:
        """Where the picture may differ from the one at the last call; None: anywhere."""
        canvas, before, self._shown = self._canvas, self._shown, self._canvas
        changed, canvas.changed = canvas.changed, []
        return changed if canvas is before else None

    def get_mobjects_to_display(
        self, mobjects: Any, include_submobjects: bool = True, excluded_mobjects: Any = None
    ) -> list[Any]:
        if not include_submobjects or excluded_mobjects:
            return super().get_mobjects_to_display(mobjects, include_submobjects, excluded_mobjects)
        found = [m for m in family(mobjects) if len(m.points)]
        return sorted(found, key=_depth) if self.use_z_index else found

    def capture_mobjects(self, mobjects: Any, **kwargs: Any) -> None:
        found = self.get_mobjects_to_display(mobjects, **kwargs)
        shown: list[Any] = [m for m in found if isinstance(m, SEEN)]
        canvas = self._canvas
        if all(isinstance(m, VMobject) and not m.get_background_image() for m in shown):
            canvas.draw(shown, self)
        else:  # pictures, clouds of points: manim's own way
            canvas.clear()
            super().capture_mobjects(mobjects, **kwargs)
            canvas.forget()

    def display_vectorized(self, vmobject: Any, ctx: Any) -> Any:
        self.set_cairo_context_path(ctx, vmobject)
        return self.paint(vmobject, ctx)

    def paint(self, m: Any, ctx: Any) -> Any:
        """Fill and stroke the context's path. What is wholly transparent leaves no trace and is left out."""
        if m.background_stroke_width > 0 and _visible(m.background_stroke_rgbas):
            self.apply_stroke(ctx, m, background=True)
        if _visible(m.fill_rgbas):
            self.apply_fill(ctx, m)
        if m.get_stroke_width() > 0 and _visible(m.stroke_rgbas):
            self.apply_stroke(ctx, m)
        return self

    def set_cairo_context_path(self, ctx: Any, vmobject: Any) -> Any:
        self.outline(ctx, vmobject)
        return self

    def outline(self, ctx: Any, m: Any, stem: _Stem | None = None, *, grows: bool = False) -> _Stem | None:
        """Make the context's path that of an object whose outline begins with `stem`; of one that grows, the
        beginning that the next frame may take over.
        """
        # As manim does it, in fewer steps: what is finite is known, and numbers go to cairo as Python's own.
        points = m.points if stem is None else m.points[4 * stem.n_curves - 4 :]
        if len(points) % 4 or not len(points) or not np.isfinite(points).all():
            super().set_cairo_context_path(ctx, m)
            return None
        ctx.new_path()
        rows = points[:, :2].reshape(-1, 8)
        cuts = [0, len(rows)]
        ends, starts = rows[:-1, 6:], rows[1:, :2]
        if not (ends == starts).all():  # outlines of several parts: numpy.isclose's rule, as in manim
            near = np.abs(ends - starts) <= m.tolerance_for_point_equality + 1e-5 * np.abs(starts)
            cuts[1:1] = (np.flatnonzero(~near.all(axis=1)) + 1).tolist()
        curves, first_points = rows[:, 2:].tolist(), rows[:, :2].tolist()
        curve_to = ctx.curve_to
        if stem:
            ctx.append_path(stem.path)
        for first, last in pairwise(cuts):
            k = first
            if stem and first == 0:
                x, y = stem.start
                k = 1  # the path has the first of these curves already
            else:
                x, y = first_points[first]
                ctx.new_sub_path()
                ctx.move_to(x, y)
            if grows and last == len(rows) and last - k > STEM:  # the last curve may be longer by then
                for curve in curves[k : last - 1]:
                    curve_to(*curve)
                k = last - 1
                stem = _Stem(m.points[:-4].tobytes(), len(m.points) // 4 - 1, ctx.copy_path(), (x, y))
            for curve in curves[k:last]:
                curve_to(*curve)
            if m.consider_points_equals_2d((x, y), curves[last - 1][4:]):
                ctx.close_path()
        return stem

    def box(self, m: Any, points: Any = None, *, sharp: bool = True) -> Rect:
        """A rectangle of pixels outside of which drawing this object, or these points of it, changes nothing.

        sharp: whether there may be corners where manim would draw them sharp.
        """
        points = m.points if points is None else points
        left, bottom = np.minimum.reduce(points)[:2].tolist()
        right, top = np.maximum.reduce(points)[:2].tolist()
        if not math.isfinite(right - left + top - bottom):  # manim draws nothing then
            return (0, 0, 0, 0)
        wide, high = self.pixel_width, self.pixel_height
        unit = wide / self.frame_width
        center_x, center_y, _ = self.frame_center
        x, y = 0.5 * wide - unit * center_x, 0.5 * high + unit * center_y
        reach = 2.0
        width = max(m.get_stroke_width(), m.background_stroke_width)
        if width > 0:
            # A mitred corner reaches out by at most ten times half the line's width: cairo's limit.
            sharp = sharp and m.joint_type in (LineJointType.AUTO, LineJointType.MITER) and len(m.points) > 4
            half = 0.5 * width * self.cairo_line_width_multiple * unit
            reach += half * (10.0 if sharp else 1.5)
        return (
            max(int(min(x + unit * left - reach, wide)), 0),
            max(int(min(y - unit * top - reach, high)), 0),
            min(int(max(x + unit * right + reach, -1.0)) + 1, wide),
            min(int(max(y - unit * bottom + reach, -1.0)) + 1, high),
        )


class ClearCamera(SparingCamera):
    """A camera of films without a ground: what is painted in the ground's colour takes away what lies below it, so
    that whatever the film is put on shows there, as the ground would.

    ground: red, green and blue, 0 to 1.
    """

    def __init__(self, ground: Sequence[float], *args: Any, **kwargs: Any) -> None:
        self._ground = np.asarray(ground)
        super().__init__(*args, **kwargs)

    def apply_fill(self, ctx: Any, vmobject: Any) -> Any:
        with self._operator(ctx, vmobject.fill_rgbas):
            return super().apply_fill(ctx, vmobject)

    def apply_stroke(self, ctx: Any, vmobject: Any, background: bool = False) -> Any:
        rgbas = vmobject.background_stroke_rgbas if background else vmobject.stroke_rgbas
        with self._operator(ctx, rgbas):
            return super().apply_stroke(ctx, vmobject, background)

    @contextlib.contextmanager
    def _operator(self, ctx: Any, rgbas: Any) -> Iterator[None]:
        """Of one colour, the ground's, however opaque."""
        if len(rgbas) == 1 and (np.abs(rgbas[0][:3] - self._ground) < 0.5 / 255).all():
            ctx.set_operator(cairo.OPERATOR_DEST_OUT)
        yield
        ctx.set_operator(cairo.OPERATOR_OVER)


class _Stem(NamedTuple):
    """The beginning of an outline that grows: its points, cairo's path of them, and where its last part began."""

    points: bytes
    n_curves: int
    path: Any
    start: tuple[float, float]


class _Item:
    """An object as it was last drawn; of one that has changed, with what it was `before`."""

    __slots__ = ("age", "box", "grows", "mobject", "path", "state", "stem")

    def __init__(self, mobject: Any, state: tuple[Any, ...], box: Rect, before: _Item | None = None) -> None:
        self.mobject, self.state, self.box = mobject, state, box
        self.age = 0  # frames without a change
        self.path: Any = None  # cairo's, once the object has been drawn twice without a change
        self.grows = False
        self.stem: _Stem | None = None
        if before is not None:
            points, last, stem = state[0], before.state[0], before.stem
            self.grows = len(points) >= len(last) > CURVE and points.startswith(last[:-CURVE])
            if stem is not None and points.startswith(stem.points) and len(points) > len(stem.points):
                self.stem = stem


class _Canvas:
    """A picture, and what is drawn in it on what."""

    def __init__(self) -> None:
        self.base: Picture = None
        self.picture: Picture = None
        self.items: list[_Item] = []
        self.fresh = True  # whether the picture has to be begun anew
        # The lowest objects, when they have not changed for a while: how many, and the picture of them alone.
        self.settled = 0
        self.layer: Picture = None
        self._buffer: Picture = None
        self.changed: list[Rect] | None = None  # since somebody asked; None: everything

    def stand_on(self, base: Picture) -> None:
        if self.base is base:
            return
        self.base, self.layer, self.settled, self.fresh = base, None, 0, True
        if self.picture is None or self.picture.shape != base.shape:
            self.picture = base.copy()

    def clear(self) -> None:
        np.copyto(self.picture, self.base)

    def forget(self) -> None:
        self.items, self.layer, self.settled, self.fresh, self.changed = [], None, 0, True, None

    def draw(self, shown: Sequence[Any], camera: SparingCamera) -> None:
        """Make the picture that of these objects."""
        if self.fresh or not self._draw_changes(shown, camera):
            self._draw_all(shown, camera)

    def _draw_all(self, shown: Sequence[Any], camera: SparingCamera) -> None:
        known = {id(item.mobject): item for item in self.items}
        self.items = []
        for m in shown:
            state, item = _state(m), known.get(id(m))
            if item is None or item.state != state:
                item = _Item(m, state, camera.box(m))
            self.items.append(item)
        self.clear()
        self._put(self.items, camera, self.picture)
        self.layer, self.settled, self.fresh, self.changed = None, 0, False, None

    def _draw_changes(self, shown: Sequence[Any], camera: SparingCamera) -> bool:
        """Draw what is different, if it can be told what is."""
        old = self.items
        known = {id(item.mobject): item for item in old}
        wiped: list[Rect] = []
        different: list[Rect] = []  # places: what is drawn again only because it was wiped looks as before
        items: list[_Item] = []
        for m in shown:
            state, before = _state(m), known.get(id(m))
            if before is None:
                item = _Item(m, state, camera.box(m))
                different.append(item.box)
            elif before.state != state:
                wiped.append(before.box)
                same = before.state[0] == state[0] and before.state[4:8] == state[4:8]
                item = _Item(m, state, before.box if same else camera.box(m), before)
                different += _difference(before, item, camera)
            else:
                item = before
                item.age += 1
            items.append(item)
        if len(items) != len(old) or any(a.mobject is not b.mobject for a, b in zip(items, old, strict=True)):
            now = {id(item.mobject) for item in items}
            stayed = [id(item.mobject) for item in old if id(item.mobject) in now]
            if [id(item.mobject) for item in items if id(item.mobject) in known] != stayed:
                return False  # another order
            gone = [item.box for item in old if id(item.mobject) not in now]
            wiped += gone
            different += gone
        self.items = items
        under = self.settled
        if len(items) < under or any(a is not b for a, b in zip(items[:under], old, strict=False)):
            self.layer, self.settled, under = None, 0, 0
        above = items[under:]
        redraw, places = _touched(above, wiped)
        base = self.base if self.layer is None else self.layer
        if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in places) > self.picture.size // 4:
            places, redraw = [(0, 0, self.picture.shape[1], self.picture.shape[0])], above
        words, source = _words(self.picture), _words(base)
        for x0, y0, x1, y1 in places:
            words[y0:y1, x0:x1] = source[y0:y1, x0:x1]
        self._put(redraw, camera, self.picture)
        if self.changed is not None:
            self.changed += tiles(different)
        self._settle(redraw, camera)
        return True

    def _settle(self, redrawn: Sequence[_Item], camera: SparingCamera) -> None:
        """Take the lowest objects into the layer, when a few of them are drawn again for nothing."""
        under = self.settled
        while under < len(self.items) and self.items[under].age >= SETTLED:
            under += 1
        more = self.items[self.settled : under]
        drawn = {id(item) for item in redrawn}
        if sum(id(item) in drawn for item in more) < 4:
            return
        if self.layer is None:
            # One buffer for good: manim keeps a cairo context for every picture it has seen.
            self._buffer = np.empty_like(self.base) if self._buffer is None else self._buffer
            self.layer = self._buffer
            np.copyto(self.layer, self.base)
        self._put(more, camera, self.layer)
        self.settled = under

    def _put(self, items: Sequence[_Item], camera: SparingCamera, picture: Picture) -> None:
        context = camera.get_cairo_context(picture)
        for item in items:
            x0, y0, x1, y1 = item.box
            if x0 >= x1 or y0 >= y1:
                continue
            if item.path is not None:
                context.new_path()
                context.append_path(item.path)
            else:
                item.stem = camera.outline(context, item.mobject, item.stem, grows=item.grows)
                if item.age:
                    item.path = context.copy_path()
            camera.paint(item.mobject, context)


def _difference(before: _Item, item: _Item, camera: SparingCamera) -> list[Rect]:
    """Where an object that has changed looks different: a line that has grown on as it came, in the rows of its end
    alone, since how cairo paints a row depends on nothing but what lies in it.
    """
    m, (points, *style) = item.mobject, before.state
    plain = not style[-1] and not _visible(m.fill_rgbas)  # no gradient, no area
    if item.grows and item.stem and style == [*item.state[1:]] and plain:
        first = 4 * (len(points) // CURVE - 2)  # of the curve before the one that may be longer now
        ends = [all_[first:] for all_ in (np.frombuffer(points).reshape(-1, 3), m.points)]
        closes = any(m.consider_points_equals_2d(item.stem.start, end[-1]) for end in ends)
        if not closes and all(map(_straight_on, ends)):
            _, top, _, bottom = camera.box(m, np.concatenate(ends), sharp=False)
            return [(min(before.box[0], item.box[0]), top, max(before.box[2], item.box[2]), bottom)]
    return [before.box, item.box]


def _straight_on(points: Any) -> bool:
    """Whether each of some curves goes on within sixty degrees of how the one before came."""
    came, goes = points[3:-1:4] - points[2:-2:4], points[5::4] - points[4::4]
    lengths = np.linalg.norm(came, axis=1) * np.linalg.norm(goes, axis=1)
    return bool((np.einsum("ij,ij->i", came, goes) > 0.5 * lengths).all())


def _touched(items: Sequence[_Item], wiped: Sequence[Rect]) -> tuple[list[_Item], list[Rect]]:
    """What has to be drawn again, and where the picture is wiped before.

    These are the objects that are new, those that touch one of the places ``wiped``, and, as wiping one of
    them takes a piece out of others, those that touch one of those, and so on.
    """
    boxes: Boxes = np.array([item.box for item in items], dtype=np.int64).reshape(-1, 4)
    chosen = np.array([item.age == 0 for item in items], dtype=bool)
    front: Boxes = np.concatenate([np.array(wiped, dtype=np.int64).reshape(-1, 4), boxes[chosen]])
    places = [front]
    while len(front):
        rest = np.flatnonzero(~chosen)
        b = boxes[rest]
        hit = (
            (b[:, None, 0] < front[None, :, 2])
            & (front[None, :, 0] < b[:, None, 2])
            & (b[:, None, 1] < front[None, :, 3])
            & (front[None, :, 1] < b[:, None, 3])
        ).any(axis=1)
        chosen[rest[hit]] = True
        front = b[hit]
        places.append(front)
    rects = np.concatenate(places)
    rects = rects[(rects[:, 0] < rects[:, 2]) & (rects[:, 1] < rects[:, 3])]
    return [item for item, yes in zip(items, chosen.tolist(), strict=True) if yes], apart(rects)


def apart(rects: Boxes) -> list[Rect]:
    """The same area in rectangles that do not overlap; where there are many, only without those that lie in another
    one, because cutting would cost more than it saves.
    """
    if len(rects) > FEW:
        rects = rects[np.argsort((rects[:, 0] - rects[:, 2]) * (rects[:, 3] - rects[:, 1]), kind="stable")]
        x0, y0, x1, y1 = rects.T
        within = (x0[:, None] >= x0) & (y0[:, None] >= y0) & (x1[:, None] <= x1) & (y1[:, None] <= y1)
        inner = np.tril(within, -1).any(axis=1)  # in a larger one, which comes before it
        return [tuple(r) for r in rects[~inner].tolist()]
    few = rects.tolist()
    x, y = ([*sorted({side for rect in few for side in rect[k::2]})] for k in (0, 1))
    column, row = ({side: k for k, side in enumerate(sides)} for sides in (x, y))
    spans = [(column[x0], row[y0], column[x1], row[y1]) for x0, y0, x1, y1 in few]
    return [(x[a], y[b], x[c], y[d]) for a, b, c, d in _joined(spans)]


TILE = 32


def tiles(rects: Sequence[Rect]) -> list[Rect]:
    """The same area, a little more at most, in rectangles that do not overlap: nothing is encoded twice."""
    spans = [(x0 // TILE, y0 // TILE, (x1 - 1) // TILE + 1, (y1 - 1) // TILE + 1) for x0, y0, x1, y1 in rects]
    return [(TILE * a, TILE * b, TILE * c, TILE * d) for a, b, c, d in _joined(spans)]


def _joined(spans: Sequence[Sequence[int]]) -> list[Rect]:
    """Rectangles of whole cells as rectangles that do not overlap."""
    if not spans:
        return []
    across, down = max(s[2] for s in spans) + 1, max(s[3] for s in spans) + 1
    taken = np.zeros((down, across + 1), bool)  # with a free column before, a free column and row behind
    for x0, y0, x1, y1 in spans:
        taken[y0:y1, x0 + 1 : x1 + 1] = True
    edges = np.flatnonzero(taken[:, 1:] != taken[:, :-1]).tolist()  # where runs begin and end, row by row
    rows: list[set[tuple[int, int]]] = [set() for _ in range(down)]
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        rows[first // across].add((first % across, last % across))
    found: list[Rect] = []
    begun: dict[tuple[int, int], int] = {}  # the runs of the row before, and the row they began in
    for row, runs in enumerate(rows):
        for run in begun.keys() - runs:
            found.append((run[0], begun.pop(run), run[1], row))
        for run in runs:
            begun.setdefault(run, row)
    return sorted(found)


def family(mobjects: Any) -> list[Any]:
    """The objects and all their parts, each once, at its last place: the order in which manim draws."""
    found: list[Any] = []
    seen: set[int] = set()

    def visit(m: Any) -> None:
        if id(m) in seen:
            return
        seen.add(id(m))
        for part in reversed(m.submobjects):
            visit(part)
        found.append(m)

    for m in reversed(list(mobjects)):
        visit(m)
    found.reverse()
    return found


def _depth(m: Any) -> Any:
    return m.z_index


def _visible(rgbas: Any) -> bool:
    return len(rgbas) != 1 or rgbas[0][3] != 0


def _words(picture: Picture) -> Any:
    return picture.view(np.uint32)[..., 0]


def _state(m: Any) -> tuple[Any, ...]:
    """Everything that decides how a vector object is drawn."""
    fill, line, back = m.fill_rgbas, m.stroke_rgbas, m.background_stroke_rgbas
    gradient = m.sheen_direction.tobytes() if max(len(fill), len(line), len(back)) > 1 else b""
    return (
        m.points.tobytes(),
        fill.tobytes(),
        line.tobytes(),
        back.tobytes(),
        m.stroke_width,
        m.background_stroke_width,
        m.joint_type,
        m.cap_style,
        gradient,
    )

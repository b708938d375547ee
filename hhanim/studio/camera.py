"""manim's camera and renderer, sparing: what has not changed since the frame before is not drawn again.

The picture is kept from frame to frame. Where something has changed, everything that touches the place is
drawn again in its order, on a scratch picture from which the place alone is taken over. Nothing is clipped:
cairo's antialiasing of a clipped stroke is not always that of the whole one, and a film has to be the same
pixel by pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.camera.camera import Camera
from manim.constants import LineJointType
from manim.mobject.types.vectorized_mobject import VMobject
from manim.renderer.cairo_renderer import CairoRenderer

Picture = Any  # manim's own annotation of its uint8 pictures says int64
Rect = tuple[int, int, int, int]
Boxes = npt.NDArray[np.int64]

SETTLED = 3
"""Frames without a change after which an object is taken to stay as it is for a while."""


class SparingRenderer(CairoRenderer):
    """manim's renderer without a copy of every frame: the encoder copies what it needs.

    The writer finds in its ``dirty`` where a frame may differ from the one before it.
    """

    def render(self, scene: Any, time: float, moving_mobjects: Any = None) -> None:
        if self.skip_animations:  # nobody will see it
            return
        self.update_frame(scene, moving_mobjects)
        self._hand_over(1)

    def freeze_current_frame(self, duration: float) -> None:
        self._hand_over(int(duration / (1 / self.camera.frame_rate)))

    def _hand_over(self, n_frames: int) -> None:
        camera: Any = self.camera
        self.file_writer.dirty = camera.changes()
        self.add_frame(camera.pixel_array, num_frames=n_frames)
        self.file_writer.dirty = None


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
        shown: list[Any] = self.get_mobjects_to_display(mobjects, **kwargs)
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
        # As manim does it, in fewer steps: what is finite is known, and numbers go to cairo as Python's own.
        points = vmobject.points
        if len(points) % 4 or not len(points) or not np.isfinite(points).all():
            return super().set_cairo_context_path(ctx, vmobject)
        ctx.new_path()
        rows = points[:, :2].reshape(-1, 8)
        curves, first_points = rows[:, 2:].tolist(), rows[:, :2].tolist()
        curve_to = ctx.curve_to
        for first, last in pairwise([0, *_breaks(rows, vmobject), len(rows)]):
            x, y = first_points[first]
            ctx.new_sub_path()
            ctx.move_to(x, y)
            for curve in curves[first:last]:
                curve_to(*curve)
            if vmobject.consider_points_equals_2d((x, y), curves[last - 1][4:]):
                ctx.close_path()
        return self

    def reach(self, m: Any, corners: float = 10.0) -> float:
        """How many pixels beyond its points an object may be painted: half the width of its line, at a mitred
        corner as much longer as `corners` says; cairo's limit is ten times.
        """
        width = max(m.get_stroke_width(), m.background_stroke_width)
        if width <= 0:
            return 2.0
        half = 0.5 * width * self.cairo_line_width_multiple * self.pixel_width / self.frame_width
        mitred = m.joint_type in MITRED and len(m.points) > 4
        return float(2.0 + half * (max(corners, 1.5) if mitred else 1.5))

    def places(self, xy: Any) -> Any:
        """Pixels from the left and from the top, (..., 2), of points of the scene."""
        unit = self.pixel_width / self.frame_width
        center = np.array([0.5 * self.pixel_width, 0.5 * self.pixel_height])
        return center + (xy - self.frame_center[:2]) * (unit, -unit)

    def box(self, m: Any, reach: float) -> Rect:
        """A rectangle of pixels outside of which drawing this object changes nothing."""
        left, bottom = np.minimum.reduce(m.points)[:2].tolist()
        right, top = np.maximum.reduce(m.points)[:2].tolist()
        if not math.isfinite(right - left + top - bottom):  # manim draws nothing then
            return (0, 0, 0, 0)
        wide, high = self.pixel_width, self.pixel_height
        unit = wide / self.frame_width
        center_x, center_y, _ = self.frame_center
        x, y = 0.5 * wide - unit * center_x, 0.5 * high + unit * center_y
        return (
            max(int(min(x + unit * left - reach, wide)), 0),
            max(int(min(y - unit * top - reach, high)), 0),
            min(int(max(x + unit * right + reach, -1.0)) + 1, wide),
            min(int(max(y - unit * bottom + reach, -1.0)) + 1, high),
        )


MITRED = (LineJointType.AUTO, LineJointType.MITER)


class _Line:
    """A long open line that is stroked and not filled, by its curves.

    What cairo paints in a row of pixels depends on all that the line has in this row, however far away, and
    on nothing else. So of a line that grows, the rows of its tip have to be painted, from one end to the
    other, and for them its curves in these rows.
    """

    def __init__(self, m: Any, rows: Any, begins: Any, camera: SparingCamera) -> None:
        self.rows, self.begins = rows, begins
        self.reach = camera.reach(m, _longest_mitre(rows, begins))
        pixels = camera.places(rows.reshape(-1, 4, 2))
        self.low, self.high = pixels.min(axis=1) - self.reach, pixels.max(axis=1) + self.reach

    @classmethod
    def of(cls, m: Any, camera: SparingCamera) -> _Line | None:
        """The line that an object is, if it is one."""
        points = m.points
        if len(points) < LONG or len(points) % 4 or len(m.stroke_rgbas) != 1 or _visible(m.fill_rgbas):
            return None
        if m.background_stroke_width > 0 and _visible(m.background_stroke_rgbas):
            return None
        # What leaves the picture is clipped by cairo, and the longest mitre is taken for there.
        x0, y0, x1, y1 = camera.box(m, camera.reach(m))
        if x0 <= 0 or y0 <= 0 or x1 >= camera.pixel_width or y1 >= camera.pixel_height:
            return None
        rows = points[:, :2].reshape(-1, 8).copy()
        begins = np.zeros(len(rows), bool)
        breaks = [0, *_breaks(rows, m)]
        begins[breaks] = True
        for first, last in pairwise([*breaks, len(rows)]):
            if m.consider_points_equals_2d(rows[first, :2].tolist(), rows[last - 1, 6:].tolist()):
                return None
        return cls(m, rows, begins, camera)

    def changes(self, before: _Line) -> Rect | None:
        """The pixels in which this line and the one before may differ."""
        n = min(len(self.rows), len(before.rows))
        same = (self.rows[:n] == before.rows[:n]).all(axis=1) & (self.begins[:n] == before.begins[:n])
        first = n if same.all() else int(same.argmin())
        lines = [line for line in (self, before) if first < len(line.rows)]
        if not lines:
            return None
        top = min(line.low[first:, 1].min() for line in lines)
        end = max(line.high[first:, 1].max() for line in lines)
        left = min(self.low[:, 0].min(), before.low[:, 0].min())
        right = max(self.high[:, 0].max(), before.high[:, 0].max())
        return int(left), int(top), int(right) + 1, int(end) + 1

    def trace(self, ctx: Any, places: Boxes) -> bool:
        """Make the context's path the line's curves in the rows of those of the places that it touches; False
        if it touches none.
        """
        over = (self.low[:, 1] < places[:, 3:]) & (self.high[:, 1] > places[:, 1:2])
        touched = (over & (self.low[:, 0] < places[:, 2:3]) & (self.high[:, 0] > places[:, :1])).any(axis=1)
        chosen = np.flatnonzero(over[touched].any(axis=0))
        if not len(chosen):
            return False
        rows = self.rows[chosen]
        starts = np.flatnonzero(self.begins[chosen] | (np.diff(chosen, prepend=-2) != 1)).tolist()
        heads, curves = rows[starts, :2].tolist(), rows[:, 2:].tolist()
        curve_to = ctx.curve_to
        ctx.new_path()
        for (x, y), first, last in zip(heads, starts, [*starts[1:], len(curves)], strict=True):
            ctx.move_to(x, y)
            for curve in curves[first:last]:
                curve_to(*curve)
        return True


def _longest_mitre(rows: Any, begins: Any) -> float:
    """How much longer than half the line the mitre at the sharpest corner of curves (K, 8) may be, at most."""
    into, out = rows[:, 6:] - rows[:, 4:6], rows[:, 2:4] - rows[:, :2]
    starts = np.flatnonzero(begins)
    after = np.arange(1, len(rows) + 1)
    after[[*(starts[1:] - 1), len(rows) - 1]] = starts  # an outline may be closed
    out = out[after]
    length = np.hypot(into[:, 0], into[:, 1]), np.hypot(out[:, 0], out[:, 1])
    if min(length[0].min(), length[1].min()) < SHORT:
        return 10.0
    cosine = ((into * out).sum(axis=1) / (length[0] * length[1])).min()
    return min(math.sqrt(2.0 / max(1.0 + cosine - 0.06, 0.02)), 10.0)


SHORT = 1e-3
"""Scene units: cairo rounds points to a 256th of a pixel, and shorter tangents have no sure direction."""

LONG = 4 * 16
"""Points from which on it pays to look at an outline's single curves."""


def _breaks(rows: Any, m: Any) -> list[int]:
    """Where in the curves of an object (K, 8) another outline begins: numpy.isclose's rule, as in manim."""
    ends, starts = rows[:-1, 6:], rows[1:, :2]
    if (ends == starts).all():
        return []
    near = np.abs(ends - starts) <= m.tolerance_for_point_equality + 1e-5 * np.abs(starts)
    return (np.flatnonzero(~near.all(axis=1)) + 1).tolist()


class _Item:
    """An object as it was last drawn."""

    __slots__ = ("age", "box", "line", "mobject", "path", "state")

    def __init__(self, m: Any, state: tuple[Any, ...], camera: SparingCamera) -> None:
        self.mobject, self.state = m, state
        self.line = _Line.of(m, camera)
        self.box = camera.box(m, self._reach(camera) if self.line is None else self.line.reach)
        self.age = 0  # frames without a change
        self.path: Any = None  # cairo's, once the object has been drawn twice without a change

    def _reach(self, camera: SparingCamera) -> float:
        m = self.mobject
        if len(m.points) % 4 or max(m.get_stroke_width(), m.background_stroke_width) <= 0:
            return camera.reach(m)
        rows = m.points[:, :2].reshape(-1, 8)
        begins = np.zeros(len(rows), bool)
        begins[[0, *_breaks(rows, m)]] = True
        return camera.reach(m, _longest_mitre(rows, begins))

    def differs(self, before: _Item) -> list[Rect]:
        """Where the object may look different from before."""
        if self.line is not None and before.line is not None and self.state[1:] == before.state[1:]:
            place = self.line.changes(before.line)
            return [] if place is None else [place]
        a, b = before.box, self.box
        both = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        return [both] if _area(both) <= _area(a) + _area(b) else [a, b]


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


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
        self._scratch: Picture = None
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
                item = _Item(m, state, camera)
            self.items.append(item)
        self.clear()
        self._put(self.items, camera, self.picture)
        self.layer, self.settled, self.fresh, self.changed = None, 0, False, None

    def _draw_changes(self, shown: Sequence[Any], camera: SparingCamera) -> bool:
        """Draw what is different, if it can be told what is."""
        old = self.items
        known = {id(item.mobject): item for item in old}
        places: list[Rect] = []
        items: list[_Item] = []
        for m in shown:
            state, item = _state(m), known.get(id(m))
            if item is None:
                item = _Item(m, state, camera)
                places.append(item.box)
            elif item.state != state:
                before, item = item, _Item(m, state, camera)
                places += item.differs(before)
            else:
                item.age += 1
            items.append(item)
        if len(items) != len(old) or any(a.mobject is not b.mobject for a, b in zip(items, old, strict=True)):
            now = {id(item.mobject) for item in items}
            stayed = [id(item.mobject) for item in old if id(item.mobject) in now]
            if [id(item.mobject) for item in items if id(item.mobject) in known] != stayed:
                return False  # another order
            places += [item.box for item in old if id(item.mobject) not in now]
        self.items = items
        under = self.settled
        if len(items) < under or any(a is not b for a, b in zip(items[:under], old, strict=False)):
            self.layer, self.settled, under = None, 0, 0
        places = _outermost(places)
        if not places:
            return True
        above = items[under:]
        base = self.base if self.layer is None else self.layer
        if sum(map(_area, places)) > self.picture.size // 8:
            places = [(0, 0, self.picture.shape[1], self.picture.shape[0])]
            np.copyto(self.picture, base)
            redraw = self._put(above, camera, self.picture)
        else:
            if self._scratch is None:
                self._scratch = np.empty_like(self.picture)
            words, scratch, source = _words(self.picture), _words(self._scratch), _words(base)
            for x0, y0, x1, y1 in places:
                scratch[y0:y1, x0:x1] = source[y0:y1, x0:x1]
            redraw = self._put(above, camera, self._scratch, np.array(places))
            for x0, y0, x1, y1 in places:
                words[y0:y1, x0:x1] = scratch[y0:y1, x0:x1]
        if self.changed is not None:
            self.changed += places if len(places) < 4 else tiles(places)
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

    def _put(
        self, items: Sequence[_Item], camera: SparingCamera, picture: Picture, places: Boxes | None = None
    ) -> Sequence[_Item]:
        """Paint objects, or those of them that touch these places, and right only there; which ones."""
        if places is not None:
            boxes: Boxes = np.array([item.box for item in items], dtype=np.int64).reshape(-1, 1, 4)
            apart = np.any((boxes[..., :2] >= places[:, 2:]) | (places[:, :2] >= boxes[..., 2:]), axis=2)
            items = [items[k] for k in np.flatnonzero(~np.all(apart, axis=1)).tolist()]
        context = camera.get_cairo_context(picture)
        for item in items:
            x0, y0, x1, y1 = item.box
            if x0 >= x1 or y0 >= y1:
                continue
            if item.line is not None and places is not None:
                if not item.line.trace(context, places):
                    continue
            elif item.path is not None:
                context.new_path()
                context.append_path(item.path)
            else:
                camera.set_cairo_context_path(context, item.mobject)
                if item.age:
                    item.path = context.copy_path()
            camera.paint(item.mobject, context)
        return items


def _outermost(found: Sequence[Rect]) -> list[Rect]:
    """The rectangles without empty ones and those that lie in another one."""
    rects: Boxes = np.array(found, dtype=np.int64).reshape(-1, 4)
    rects = rects[(rects[:, 0] < rects[:, 2]) & (rects[:, 1] < rects[:, 3])]
    rects = rects[np.argsort((rects[:, 0] - rects[:, 2]) * (rects[:, 3] - rects[:, 1]), kind="stable")]
    low = (rects[:, None, :2] >= rects[None, :, :2]).all(axis=2)
    within = low & (rects[:, None, 2:] <= rects[None, :, 2:]).all(axis=2)
    inner = np.tril(within, -1).any(axis=1)  # in a larger one, which comes before it
    return [tuple(r) for r in rects[~inner].tolist()]


TILE = 32


def tiles(rects: Sequence[Rect]) -> list[Rect]:
    """The same area, a little more at most, in rectangles that do not overlap: nothing is encoded twice."""
    spans = [(x0 // TILE, y0 // TILE, (x1 - 1) // TILE + 1, (y1 - 1) // TILE + 1) for x0, y0, x1, y1 in rects]
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
            found.append((run[0] * TILE, begun.pop(run) * TILE, run[1] * TILE, row * TILE))
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

"""A line that is drawn up to a moving point, in data and in pixels."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import NDArray

from hhanim.plots.label import Label
from hhanim.plots.rect import Box, Rect, around

if TYPE_CHECKING:
    from hhanim.plots.panel import Panel

Array = NDArray[np.float64]
State = tuple[int, float, float]  # how many vertices are complete, and where the head is, in pixels

_IDENTITY = IdentityTransform()
_CIRCLE = Path.unit_circle()


class Curve:
    """A line that is drawn up to a moving point. Made by Panel.curve."""

    def __init__(
        self, panel: Panel, x: Any, y: Any, along: Any, color: str, dash: tuple[float, ...], width: float
    ) -> None:
        self.panel, self.rgba, self.dash, self.width = panel, to_rgba(color), dash, width
        x, y, along = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (x, y, along)))
        order = slice(None, None, -1) if along[-1] < along[0] else slice(None)
        self.x, self.y, self.along = x[order], y[order], along[order]
        self.head, self.gone = True, np.inf
        self.label: Label | None = None
        self.role = ""  # of the quantity that it shows
        self.value = float(self.along[0])
        self._placed: Array = np.empty((0, 2))

    @property
    def begun(self) -> bool:
        """Whether anything of it is to be seen: from the beginning of `along` until it is gone."""
        return bool(self.along[0] <= self.value < self.gone)

    @property
    def growing(self) -> bool:
        """Whether it has a head, and a label there: while it grows, and at the very end."""
        return bool(self.begun and self.value <= self.along[-1] + 1e-9 * abs(self.along[-1]))

    def until(self, value: float) -> None:
        """Draw up to where `along` has this value."""
        self.value = float(value)

    @property
    def data(self) -> tuple[Array, Array]:
        """What is drawn now: x and y, data coordinates, the head included."""
        k = int(np.searchsorted(self.along, self.value, side="right"))
        hx, hy = np.interp(self.value, self.along, self.x), np.interp(self.value, self.along, self.y)
        return np.append(self.x[:k], hx), np.append(self.y[:k], hy)

    # -- in pixels --------------------------------------------------------------------------------------------

    def place(self) -> None:
        """Fix the vertices in pixels, fewer where the line is straight; called once the axes stand still."""
        height = self.panel.stage.height
        points = self.panel.axes.transData.transform(np.column_stack([self.x, self.y]))
        points[:, 1] = np.clip(points[:, 1], -4 * height, 5 * height)  # far outside is outside
        finite = np.isfinite(points).all(axis=1)
        points, along = points[finite], self.along[finite]
        for _ in range(6):
            keep = _bends(points)
            if keep.all():
                break
            points, along = points[keep], along[keep]
        self._placed = points
        # Looked up for every frame, one number at a time: lists and floats are several times as fast as arrays at that,
        # and numpy lets go of the interpreter for every search, which the thread that encodes is waiting for.
        self._along, self._x = along.tolist(), points[:, 0].tolist()
        self._rising = bool(np.all(np.diff(points[:, 0]) >= 0))
        self._buffer = np.append(points, points[-1:], axis=0)

    def now(self) -> State:
        """How many vertices are complete, and where the head is (pixels); none before it begins and once it is gone."""
        if not self.begun:
            return 0, *self._placed[0].tolist()
        points, along = self._placed, self._along
        value = min(max(self.value, along[0]), along[-1])
        k = max(1, bisect_right(along, value))
        x, y = points[k - 1].tolist()
        if k < len(along):
            share = (value - along[k - 1]) / (along[k] - along[k - 1])
            x1, y1 = points[k].tolist()
            x, y = x + share * (x1 - x), y + share * (y1 - y)
        return k, x, y

    def label_at(self, state: State) -> tuple[float, float] | None:
        """Where the label belongs (pixels): the head, or where the line has left the panel; None if it was never in."""
        k, *head = state
        box = self.panel.axes.bbox
        if self.panel.holds(*head):
            return head[0], head[1]
        low, high = np.array([box.x0 - 1, box.y0 - 1]), np.array([box.x1 + 1, box.y1 + 1])
        inside = np.flatnonzero(((self._placed[:k] >= low) & (self._placed[:k] <= high)).all(axis=1))
        if not len(inside):
            return None
        j = int(inside[-1])
        a, b = self._placed[j], self._placed[j + 1] if j + 1 < k else head
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(b > a, (high - a) / (b - a), np.where(b < a, (low - a) / (b - a), np.inf)).min()
        x, y = a + min(max(share, 0.0), 1.0) * (b - a)
        return float(x), float(y)

    def stroke(self, renderer: Any, gc: Any, state: State, window: Box | None = None) -> None:
        """Draw the complete vertices and the head; with a window (pixels) only the part that can be seen there.

        A part is drawn with the very vertices of the whole, two more at either end, so its pixels are the whole's.
        """
        k, *head = state
        if k == 0:
            return
        points, codes = self._buffer[: k + 1], None
        points[k] = head
        if window is not None and not self.dash:  # dashes must be counted from the start
            points, codes = self._part(points, window)
        if len(points) and self._near(points, window):
            self._draw(renderer, gc, points, codes)
        if k < len(self._placed):
            self._buffer[k] = self._placed[k]

    def _near(self, points: Array, window: Box | None) -> bool:
        """Whether a stroke through these points can be seen in the window at all."""
        if window is None:
            return True
        reach, ys = 2 * self.width + 2, points[:, 1]
        return bool(ys.max() + reach > window[1] and ys.min() - reach < window[3])

    def _draw(self, renderer: Any, gc: Any, points: Array, codes: Any) -> None:
        path = Path(points, codes)
        path.should_simplify = False  # a new vertex must not move old pixels
        gc.set_foreground(self.rgba, isRGBA=True)
        gc.set_linewidth(self.width)
        gc.set_capstyle("butt" if self.dash else "round")
        gc.set_dashes(0, [self.width * d for d in self.dash] or None)
        renderer.draw_path(gc, path, _IDENTITY)

    def _part(self, points: Array, window: Box) -> tuple[Array, Any]:
        reach = 2 * self.width + 2
        (x0, y0, x1, y1), n = window, len(points)
        if self._rising:
            # the head, points[-1], is left of where the vertex in its place was going to be
            last = min(n, bisect_right(self._x, x1 + reach, 0, n - 1) + 2)
            return points[max(0, bisect_left(self._x, x0 - reach, 0, n - 1) - 2) : last], None
        a, b = points[:-1], points[1:]
        low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
        near = np.zeros(n, bool)
        hit = np.flatnonzero((low[:, 0] < x1) & (high[:, 0] > x0) & (low[:, 1] < y1) & (high[:, 1] > y0))
        for shift in (-1, 0, 1, 2):
            near[np.clip(hit + shift, 0, n - 1)] = True
        chosen = np.flatnonzero(near)
        codes = np.where(np.diff(chosen, prepend=-2) > 1, Path.MOVETO, Path.LINETO).astype(np.uint8)
        return points[chosen], codes

    def grown(self, old: State, new: State, height: int) -> Rect | None:
        """The rectangle in which two states differ, in a frame of this height."""
        if old == new:
            return None
        (i, *before), (k, *head) = old, new
        # the join before the last vertex turns with it
        touched = self._placed[max(0, min(i, k) - 2) : max(i, k, 1)]
        xs, ys = zip(before, head, touched.min(axis=0).tolist(), touched.max(axis=0).tolist(), strict=True)
        # a round cap reaches half a width; a dash that was cut short grows from where it begins
        pad = 1.5 * self.width + 2 + max((self.width * d for d in self.dash), default=0.0)
        return around((min(xs), min(ys), max(xs), max(ys)), pad, height)


class Dots(Curve):
    """Dots that appear one after the other, and stay. Made by Panel.dots."""

    def __init__(
        self, panel: Panel, x: Any, y: Any, along: Any, color: str, radius: float, *, filled: bool
    ) -> None:
        x, y, along = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, dtype=float)) for a in (x, y, along)))
        order = np.argsort(along, kind="stable")
        super().__init__(panel, x[order], y[order], along[order], color, (), radius)
        self.head, self.filled = False, filled

    @property
    def growing(self) -> bool:
        """Whether it has a label: as long as there is a dot."""
        return self.begun

    def place(self) -> None:
        """Fix the middles of the dots in pixels."""
        self._placed = self.panel.axes.transData.transform(np.column_stack([self.x, self.y]))

    def now(self) -> State:
        """How many dots there are, and where the last one is (pixels)."""
        k = int(np.searchsorted(self.along, self.value, side="right")) if self.begun else 0
        x, y = self._placed[max(k - 1, 0)].tolist()
        return k, x, y

    def stroke(self, renderer: Any, gc: Any, state: State, window: Box | None = None) -> None:
        """Draw the dots there are."""
        points = self._placed[: state[0]]
        if len(points) and self.width:
            face = self.rgba if self.filled else to_rgba(self.panel.stage.theme.hollow)
            gc.set_foreground(self.rgba, isRGBA=True)
            gc.set_linewidth(0.3 * self.width)
            place = Affine2D().scale(0.85 * self.width)
            for x, y in points.tolist():
                renderer.draw_path(gc, _CIRCLE, place.frozen().translate(x, y), face)

    def grown(self, old: State, new: State, height: int) -> Rect | None:
        """The rectangle in which two states differ, in a frame of this height."""
        if old[0] == new[0]:
            return None
        low, high = sorted((old[0], new[0]))
        xs, ys = self._placed[low:high].T
        return around((xs.min(), ys.min(), xs.max(), ys.max()), 1.1 * self.width + 2, height)


def _bends(points: Array, tolerance: float = 0.02) -> Array:
    """Which vertices matter: every other one goes if it lies on its neighbours' chord (within a fiftieth pixel)."""
    keep = np.ones(len(points), bool)
    if len(points) < 3:
        return keep
    a, b, c = points[:-2:2], points[1:-1:2], points[2::2]
    n = min(len(a), len(b), len(c))
    chord, arm = c[:n] - a[:n], b[:n] - a[:n]
    length = np.hypot(*chord.T)
    off = np.abs(chord[:, 0] * arm[:, 1] - chord[:, 1] * arm[:, 0]) / np.where(length > 0, length, 1)
    inside = (arm * chord).sum(axis=1) / np.where(length > 0, length**2, 1)
    keep[1 : 2 * n : 2] = ~((off < tolerance) & (inside >= 0) & (inside <= 1) & (length > 0) & (length < 60))
    return keep

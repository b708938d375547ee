"""The stage of a clip: panels on a common grid, with curves that grow, heads that move and labels that follow them.

Nothing here integrates or computes physiology. All lengths are design pixels, for a frame whose shorter side is 1080.
The grid is the same for every clip, so that two of them cut together without a jump: 5 % safe margin, title top left,
the lowest tenth of the frame left free for captions, room for labels to the right of each panel.
"""

from __future__ import annotations

import contextlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import Normal, PathEffectRenderer, withStroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform

from hhanim.look import Quantity, Theme
from hhanim.look import type as typeface
from hhanim.model import Membrane, Protocol, VoltageClamp, presets
from hhanim.model.errors import InvalidValue

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, origin at the bottom left
Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, origin at the top left, half-open
State = tuple[
    int, float, float
]  # of a curve: how many vertices are complete, and where its head is, in pixels

LINE, GHOST, HEAD, RING = 5.0, 2.6, 10.0, 3.5  # widths of lines, radius of heads and of the gap around them
MARGIN, CAPTIONS = 0.05, 0.10  # of the frame
TICKS, LABELS, GAP = (
    104.0,
    160.0,
    26.0,
)  # room left of a panel for tick labels, right for labels, between head and label
HEADER = 122.0  # title and subtitle
_CIRCLE = Path.unit_circle()
_IDENTITY = IdentityTransform()


def mix(color: str, ground: str, share: float) -> str:
    """`share` of a colour on a ground, as an opaque colour (transparency would add up where lines cross)."""
    a, b = np.array(to_rgb(color)), np.array(to_rgb(ground))
    return to_hex(b + share * (a - b))


def nice(*data: Any, zero: bool = False, pad: float = 0.06) -> tuple[float, float]:
    """Limits that show all the data (nan ignored) with a little air; zero: include 0."""
    values = np.concatenate([np.ravel(np.asarray(d, dtype=float)) for d in data])
    values = values[np.isfinite(values)]
    if zero or not len(values):
        values = np.append(values, 0.0)
    low, high = float(values.min()), float(values.max())
    air = pad * (high - low) or 0.5 * (abs(high) or 1.0)
    return (low if zero and low == 0 else low - air, high if zero and high == 0 else high + air)


def tick_text(value: float, _: Any = None) -> str:
    """A number as it stands at an axis: no trailing zeros, a real minus sign."""
    return f"{value:.10g}".replace("-", "−")


def voltages(
    membrane: Membrane, low: float | None = None, high: float | None = None, points: int = 3001
) -> np.ndarray:
    """Voltages (mV) from low to high, by default over the membrane's own range, dense enough for any frame.

    Raises InvalidValue if low is not below high.
    """
    low = membrane.v_range[0] if low is None else low
    high = membrane.v_range[1] if high is None else high
    if not low < high:
        raise InvalidValue(f"voltages from {low:g} to {high:g} mV: v_min must be below v_max")
    return np.linspace(low, high, points)


def conditions(membrane: Membrane) -> str:
    """The membrane in words: its title, its temperature, and every number that differs from the preset of its name."""
    said = [membrane.title or membrane.name]
    if any(gate.dynamic and gate.q10 != 1 for gate in membrane.gates.values()):
        said.append(f"{tick_text(round(float(membrane.celsius), 2))} °C")
    if membrane.name in presets.names():
        usual = presets.get(membrane.name).parameters
        for key, value in membrane.parameters.items():
            if key != "celsius" and value != usual.get(key):
                said.append(_parameter(key, float(value)))
    return " · ".join(said)


def _parameter(key: str, value: float) -> str:
    number = tick_text(float(f"{value:.4g}"))
    if key == "C":
        return f"$C$ = {number} µF/cm²"
    if key[0] in "gE" and len(key) > 1:
        unit = "mS/cm²" if key[0] == "g" else "mV"
        return rf"${key[0]}_{{\mathrm{{{key[1:]}}}}}$ = {number} {unit}"
    return f"{key.upper()} blocks {100 * value:.3g} %"


def stimulus_text(protocol: Protocol, duration: float) -> str:
    """A protocol in words if it is constant, else as it is written."""
    t = np.linspace(0.0, duration, 257)[:-1]
    if isinstance(protocol, VoltageClamp):
        return str(protocol).replace("-", "−")
    values = np.asarray(protocol(t), dtype=float)
    if np.ptp(values) == 0:
        return f"$I$ = {values[0]:.4g} µA/cm²".replace("-", "−")
    return f"$I$ (µA/cm²): {protocol}".replace("-", "−")


def listed(names: Sequence[str]) -> str:
    """Names as they are said: "m", "m and n", "m, n and a"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


class _Sprite:
    """A piece of text laid out once, its outlines rendered once for each fraction of a pixel, and then pasted.

    matplotlib lays mathematics out anew for every renderer, at some 5 ms a time, and a label in motion is seen at eight
    fractions of a pixel: so the outlines are kept, and a rendering costs no more than filling them.
    """

    def __init__(
        self, stage: Stage, text: str, size: float, color: str, weight: str = "regular", halo: bool = True
    ) -> None:
        self._stage = stage
        self._phases: dict[tuple[int, int], np.ndarray] = {}
        self._color = to_rgb(color)
        self._effects: list[Any] = [Normal()]
        if halo and not stage.theme.transparent:
            self._effects = [withStroke(linewidth=6 * stage.u, foreground=stage.theme.ground)]
        renderer = stage.figure.canvas.get_renderer()
        self._dpi = renderer.dpi
        with stage.settings():
            self._text = Text(
                0, 0, text, fontsize=size, color=color, fontweight=weight, va="baseline", ha="left"
            )
            self._text.set_figure(stage.figure)
            self._text.set_path_effects(self._effects)
            font, formula = self._text.get_fontproperties(), "$" in text
            # Both from the outlines, so that mathematics is parsed once; one point is one pixel.
            w, h, d = text_to_path.get_text_width_height_descent(text, font, formula)
            self._outline = Path(*text_to_path.get_text_path(font, text, ismath=formula))
            self._scale = font.get_size_in_points() / text_to_path.FONT_SCALE
        self.pad = math.ceil(4 * stage.u) + 1
        self.width, self.height, self._descent = float(w), float(h), float(d)

    def at(self, renderer: Any, x: float, y: float) -> tuple[int, int, np.ndarray, Rect]:
        """Where to paste what (draw_image's x, y, pixels) for a left end at x and a middle at y, and its extent."""
        x, y = x - self.pad, y - self.height / 2 - self.pad
        ix, iy = math.floor(x), math.floor(y)
        phase = (int((x - ix) * 2), int((y - iy) * 4))
        image = self._phases.get(phase)
        if image is None:
            image = self._phases[phase] = self._render(phase)
        h, w = image.shape[:2]
        top = int(renderer.height) - iy - h
        return ix, iy, image, (ix - 1, top - 1, ix + w + 1, top + h + 1)

    def write(self, renderer: Any, x: float, y: float) -> None:
        """The text itself, in the same place as :meth:`at` says."""
        with self._stage.settings():
            self._text.set_position((x, y - self.height / 2 + self._descent))
            self._text.draw(renderer)

    def _render(self, phase: tuple[int, int]) -> np.ndarray:
        w, h = (math.ceil(x) + 2 * self.pad + 1 for x in (self.width, self.height))
        own = RendererAgg(w, h, self._dpi)
        place = Affine2D().scale(self._scale)
        place.translate(self.pad + phase[0] / 2, self.pad + phase[1] / 4 + self._descent)
        gc = own.new_gc()
        gc.set_foreground(self._color)
        gc.set_linewidth(0.0)
        PathEffectRenderer(self._effects, own).draw_path(gc, self._outline, place, self._color)
        return np.array(own.buffer_rgba())[::-1].copy()  # draw_image takes rows from the bottom up


class Curve:
    """A line that is drawn up to a moving point. Made by Panel.curve."""

    def __init__(
        self, panel: Panel, x: Any, y: Any, along: Any, color: str, dash: tuple[float, ...], width: float
    ) -> None:
        self.panel, self.color, self.dash, self.width = panel, color, dash, width
        self.rgba = to_rgba(color)
        x, y, along = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (x, y, along)))
        order = slice(None, None, -1) if along[-1] < along[0] else slice(None)
        self.x, self.y, self.along = x[order], y[order], along[order]
        self.head, self.sprite = True, None
        self.value = float(self.along[0])
        self._placed: np.ndarray | None = None

    def until(self, value: float) -> None:
        """Draw up to where `along` has this value."""
        self.value = float(value)

    @property
    def data(self) -> tuple[np.ndarray, np.ndarray]:
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
        """How many vertices are complete, and where the head is (pixels)."""
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
        points, codes = self._buffer[: k + 1], None
        points[k] = head
        if window is not None and not self.dash:  # dashes must be counted from the start
            points, codes = self._part(points, window)
        if len(points) and self._near(points, window):
            self._draw(renderer, gc, points, codes)
        if k < len(self._placed):
            self._buffer[k] = self._placed[k]

    def _near(self, points: np.ndarray, window: Box | None) -> bool:
        """Whether a stroke through these points can be seen in the window at all."""
        if window is None:
            return True
        reach, ys = 2 * self.width + 2, points[:, 1]
        return bool(ys.max() + reach > window[1] and ys.min() - reach < window[3])

    def _draw(self, renderer: Any, gc: Any, points: np.ndarray, codes: np.ndarray | None) -> None:
        path = Path(points, codes)
        path.should_simplify = False  # a new vertex must not move old pixels
        gc.set_foreground(self.rgba, isRGBA=True)
        gc.set_linewidth(self.width)
        gc.set_capstyle("butt" if self.dash else "round")
        gc.set_dashes(0, [self.width * d for d in self.dash] or None)
        renderer.draw_path(gc, path, _IDENTITY)

    def _part(self, points: np.ndarray, window: Box) -> tuple[np.ndarray, np.ndarray | None]:
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
        touched = self._placed[
            max(0, min(i, k) - 2) : max(i, k)
        ]  # the join before the last vertex turns with it
        xs, ys = zip(before, head, touched.min(axis=0).tolist(), touched.max(axis=0).tolist(), strict=True)
        # a round cap reaches half a width; a dash that was cut short grows from where it begins
        pad = 1.5 * self.width + 2 + max((self.width * d for d in self.dash), default=0.0)
        return _rect(min(xs), min(ys), max(xs), max(ys), pad, height)


def _bends(points: np.ndarray, tolerance: float = 0.02) -> np.ndarray:
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


def _rect(x0: float, y0: float, x1: float, y1: float, pad: float, height: int) -> Rect:
    """Whole pixels around a box that is counted from the bottom, counted from the top."""
    return (
        math.floor(x0 - pad),
        height - math.ceil(y1 + pad),
        math.ceil(x1 + pad),
        height - math.floor(y0 - pad),
    )


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _merged(rects: list[Rect]) -> list[Rect]:
    """Rectangles of which no two meet, covering the given ones."""
    out: list[Rect] = []
    for x0, y0, x1, y1 in rects:
        k = 0
        while k < len(out):
            left, top, right, bottom = out[k]
            if left <= x1 and x0 <= right and top <= y1 and y0 <= bottom:
                x0, y0, x1, y1 = min(left, x0), min(top, y0), max(right, x1), max(bottom, y1)
                del out[k]
                k = 0  # it has grown, and may meet those it did not meet before
            else:
                k += 1
        out.append((x0, y0, x1, y1))
    return out


class _Movers(Artist):
    """Everything in one panel that moves: curves, then heads, then labels.

    draw() paints all of it; advance() repaints only what has changed since, so that a frame costs the same however much
    has been drawn before.
    """

    zorder = 10

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.panel, self.curves = panel, []
        self.dirty: list[Rect] = []
        self._lines: list[State] = []
        self._heads: list[tuple[Curve, float, float, Rect]] = []
        self._labels: list[tuple[int, int, np.ndarray, Rect]] = []

    def paint_extent(self) -> tuple[float, float, float, float]:
        """Where this can paint: the panel and the room for labels beside it."""
        box, reach = self.panel.axes.bbox, (HEAD + RING) * self.panel.stage.u + 3
        return (box.x0 - reach, box.y0 - reach, self.panel.right + reach, box.y1 + reach)

    def _look(self, renderer: Any) -> list[Rect]:
        """Take note of where everything is now; returns where that differs from before."""
        width, height = int(renderer.width), int(renderer.height)
        pad = (HEAD + RING) * self.panel.stage.u + 2
        lines = [curve.now() for curve in self.curves]
        heads = [
            (curve, x, y, _rect(x, y, x, y, pad, height))
            for curve, (_, x, y) in zip(self.curves, lines, strict=True)
            if curve.head and self.panel.holds(x, y)
        ]
        labels = [curve.sprite.at(renderer, x, y) for curve, x, y in self._label_places(lines)]
        dirty = [
            curve.grown(old, new, height)
            for curve, old, new in zip(self.curves, self._lines, lines, strict=False)
        ]
        before = [(x, y, rect) for _, x, y, rect in self._heads] + [
            (x, y, rect) for x, y, _, rect in self._labels
        ]
        after = [(x, y, rect) for _, x, y, rect in heads] + [(x, y, rect) for x, y, _, rect in labels]
        if before != after:
            images = {id(i) for _, _, i, _ in self._labels} ^ {id(i) for _, _, i, _ in labels}
            moved = [m[2] for m in before if m not in after] + [m[2] for m in after if m not in before]
            moved += [rect for _, _, image, rect in [*self._labels, *labels] if id(image) in images]
            dirty += moved
        self._lines, self._heads, self._labels = lines, heads, labels
        cut = [
            (max(0, r[0]), max(0, r[1]), min(width, r[2]), min(height, r[3])) for r in dirty if r is not None
        ]
        return [r for r in _merged(cut) if r[0] < r[2] and r[1] < r[3]]

    def _paint(self, renderer: Any, only: Rect | None = None) -> None:
        """Paint everything, or at least what is seen of it in one rectangle."""
        stage, box = self.panel.stage, self.panel.axes.bbox
        height = int(renderer.height)
        gc = renderer.new_gc()
        gc.set_antialiased(True)
        gc.set_snap(False)
        gc.set_joinstyle("round")
        edge = round(0.5 * LINE * stage.u)  # a line along the frame of the axes keeps its width
        gc.set_clip_rectangle(
            Bbox.from_extents(
                round(box.x0) - edge, round(box.y0) - edge, round(box.x1) + edge, round(box.y1) + edge
            )
        )
        window = None if only is None else (only[0], height - only[3], only[2], height - only[1])
        ring, u = to_rgba(stage.theme.ground), stage.u
        for curve, state in zip(self.curves, self._lines, strict=True):
            curve.stroke(renderer, gc, state, window)
        gc.set_dashes(0, None)
        gc.set_clip_rectangle(None)
        gc.set_linewidth(0)
        for curve, x, y, rect in self._heads:
            if only is not None and not _meet(rect, only):
                continue
            for radius, color in ((HEAD + RING, ring), (HEAD, curve.rgba)):
                if radius > HEAD and stage.theme.transparent:
                    continue
                r = radius * u
                gc.set_foreground(color, isRGBA=True)
                place = Affine2D(np.array([[r, 0, x], [0, r, y], [0, 0, 1.0]]))
                renderer.draw_path(gc, _CIRCLE, place, color)
        for x, y, image, rect in self._labels:
            if only is None or _meet(rect, only):
                renderer.draw_image(gc, x, y, image)
        gc.restore()

    def draw(self, renderer: Any) -> None:
        if not self.get_visible():
            return
        self.dirty = self._look(renderer)
        if isinstance(renderer, RendererAgg):
            self._paint(renderer)
        else:  # a vector file: text stays text
            self._labels = []
            self._paint(renderer)
            for curve, x, y in self._label_places(self._lines):
                curve.sprite.write(renderer, x, y)
        self.stale = False

    def advance(self, pixels: np.ndarray, background: np.ndarray, scratch: Any) -> None:
        """Bring the last frame's pixels up to date, by way of a second renderer of the same size.

        Nothing is clipped to the rectangles that change, because a clipped edge is rounded differently: what is painted
        on the scratch renderer besides is never looked at. So each frame is the same whatever frames came before it.
        """
        self.dirty = self._look(scratch)
        page = np.asarray(scratch.buffer_rgba())
        for rect in self.dirty:
            x0, y0, x1, y1 = rect
            page[y0:y1, x0:x1] = background[y0:y1, x0:x1]
            self._paint(scratch, rect)
            pixels[y0:y1, x0:x1] = page[y0:y1, x0:x1]

    def _label_places(self, states: Sequence[State] | None = None) -> list[tuple[Curve, float, float]]:
        """Labels stand right of their heads; where heads come close, they stand in a row, so that none overlap.

        A label's shift is a continuous function of where the heads are, so nothing jumps.
        """
        u, box = self.panel.stage.u, self.panel.axes.bbox
        states = [curve.now() for curve in self.curves] if states is None else states
        places: list[tuple[Curve, float, float]] = []
        for curve, state in zip(self.curves, states, strict=True):
            at = curve.label_at(state) if curve.sprite is not None else None
            if at is None:
                continue
            hx, hy = at
            half = curve.sprite.height / 2
            y = min(max(self.panel.beside_zero(hy, half), box.y0 + half + 5 * u), box.y1 - half)
            x = hx + GAP * u
            for other, ox, oy in places:
                apart = abs(y - oy) / (half + other.sprite.height / 2 + 2 * u)
                x += _smooth((1.5 - apart) / 0.5) * max(0.0, ox + other.sprite.width + 14 * u - x)
            places.append((curve, x, y))
        return places


class Panel:
    """One pair of axes on the stage. Made by Stage.stack or Stage.beside."""

    def __init__(
        self, stage: Stage, left: float, bottom: float, right: float, top: float, *, x_axis: bool, room: float
    ) -> None:
        self.stage, self.right, self._x_axis = stage, right + room, x_axis
        w, h, u, theme = stage.width, stage.height, stage.u, stage.theme
        with stage.settings():
            self.axes: Axes = stage.figure.add_axes(
                (left / w, bottom / h, (right - left) / w, (top - bottom) / h)
            )
        axes = self.axes
        axes.patch.set_facecolor("none")
        axes.set_axisbelow(True)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom" and x_axis)
            spine.set(color=theme.line, linewidth=2 * u)
        axes.tick_params(
            axis="both",
            length=0,
            width=2 * u,
            color=theme.line,
            labelcolor=theme.muted,
            pad=10 * u,
            labelsize=typeface.TICK * u,
        )
        axes.tick_params(axis="x", length=8 * u if x_axis else 0, labelbottom=x_axis)
        axes.grid(axis="y", color=theme.faint, linewidth=2 * u)
        axes.xaxis.set_major_formatter(FuncFormatter(tick_text))
        axes.yaxis.set_major_formatter(FuncFormatter(tick_text))
        axes.xaxis.set_major_locator(
            MaxNLocator(6 if right - left > 700 * u else 4, steps=[1, 2, 2.5, 5, 10])
        )
        axes.yaxis.set_major_locator(
            MaxNLocator(max(2, min(6, round((top - bottom) / (95 * u)))), steps=[1, 2, 2.5, 5, 10])
        )
        self._zero: float | None = None  # where the line at zero is, pixels
        self.column: list[Panel] = [self]  # panels that keep a common right end
        self.movers = _Movers(self)
        axes.add_artist(self.movers)
        stage.movers.append(self.movers)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point (pixels) is in the panel, or on its edge."""
        box = self.axes.bbox
        return box.x0 - 1 <= x <= box.x1 + 1 and box.y0 - 1 <= y <= box.y1 + 1

    def beside_zero(self, y: float, half: float) -> float:
        """The height of the middle (pixels) of a label for a head at y, `half` of the label on either side.

        Where the panel has a line at zero the label stands above it while the head is on it, as all currents are at
        rest, and changes sides on the way down.
        """
        if self._zero is None:
            return y
        clear, up = half + 5 * self.stage.u, y - self._zero
        if up >= clear or up <= -1.25 * clear:
            return y
        return self._zero + clear * (1 - 2.25 * _smooth(-up / clear - 0.25))

    def place(self) -> None:
        """Fix the curves' vertices in pixels."""
        low, high = sorted(self.axes.get_ylim())
        self._zero = float(self.axes.transData.transform((0, 0))[1]) if low < 0 < high else None
        for curve in self.movers.curves:
            curve.place()

    def excess(self) -> float:
        """By how many pixels labels would leave the room beside the panel while the curves end."""
        curves, most = self.movers.curves, 0.0
        now = [curve.value for curve in curves]
        for share in np.linspace(0.9, 1.0, 21):
            for curve in curves:
                curve.until(curve.along[0] + share * (curve.along[-1] - curve.along[0]))
            ends = [x + curve.sprite.width for curve, x, _ in self.movers._label_places()]
            most = max([most, *(end - self.right for end in ends)])
        for curve, value in zip(curves, now, strict=True):
            curve.until(value)
        return most

    def x(self, label: str | Quantity, low: float, high: float) -> Panel:
        """Label and limits of the horizontal axis; the label is only written where the axis is."""
        self.axes.set_xlim(low, high)
        if self._x_axis:
            with self.stage.settings():
                text = label.axis if isinstance(label, Quantity) else label
                self.axes.set_xlabel(
                    text,
                    color=self.stage.theme.ink,
                    fontsize=typeface.LABEL * self.stage.u,
                    labelpad=4 * self.stage.u,
                )
        return self

    def y(self, label: str | Quantity, low: float, high: float) -> Panel:
        """Label (written above the axis, horizontally) and limits of the vertical axis."""
        u = self.stage.u
        self.axes.set_ylim(low, high)
        box = self.axes.bbox
        text = label.axis if isinstance(label, Quantity) else label
        with self.stage.settings():
            self.name_text = self.stage.figure.text(
                (box.x0 - TICKS * u) / self.stage.width, (box.y1 + 14 * u) / self.stage.height, text,
                ha="left", va="bottom", color=self.stage.theme.ink, fontsize=typeface.LABEL * u, zorder=-1,
            )  # fmt: skip
        if low < 0 < high:
            self.axes.axhline(0, color=self.stage.theme.line, linewidth=2 * u, zorder=0.6)
        return self

    def curve(
        self,
        x: Any,
        y: Any,
        quantity: Quantity | None = None,
        *,
        along: Any = None,
        label: str | None = None,
        color: str | None = None,
        dash: tuple[float, ...] | None = None,
        width: float = 1.0,
        ghost: bool = True,
        head: bool = True,
    ) -> Curve:
        """A line that grows with ``stage.until(value)``.

        x, y: (T,) data coordinates. quantity: gives colour, dash and label. along: (T,) what until() refers to, by
        default x. label: mathtext, "" for none. width: in normal line widths. ghost: show the whole line faintly from
        the start.
        """
        theme, u = self.stage.theme, self.stage.u
        color = color or (theme.color(quantity) if quantity else theme.ink)
        dash = dash if dash is not None else theme.dash(quantity) if quantity else ()
        curve = Curve(self, x, y, x if along is None else along, color, dash, LINE * width * u)
        curve.head = head
        label = (quantity.label if quantity else "") if label is None else label
        if label:
            curve.sprite = _Sprite(self.stage, label, typeface.NAME * u, color)
        if ghost:
            self.line(x, y, mix(color, theme.ground, theme.ghost), dash, width * GHOST / LINE)
        self.movers.curves.append(curve)
        return curve

    def line(
        self,
        x: Any,
        y: Any,
        color: str,
        dash: tuple[float, ...] = (),
        width: float = 1.0,
        zorder: float = 2.0,
    ) -> Any:
        """A line that stands still."""
        style: Any = "solid" if not dash else (0, dash)
        (line,) = self.axes.plot(
            x, y, color=color, linestyle=style, linewidth=LINE * width * self.stage.u, zorder=zorder,
            solid_capstyle="round", solid_joinstyle="round", dash_capstyle="butt", scalex=False, scaley=False,
        )  # fmt: skip
        return line

    def name(self, x: Any, y: Any, text: str, color: str) -> Text | None:
        """The name of a line that stands still, written beside the highest of it that is in the panel."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        (left, right), (low, high) = sorted(self.axes.get_xlim()), sorted(self.axes.get_ylim())
        seen = np.flatnonzero(
            np.isfinite(y) & (x >= left) & (x <= right) & (y >= low) & (y <= high - 0.04 * (high - low))
        )
        if not len(seen):
            return None
        k = seen[np.argmax(y[seen])]
        ha, side = ("left", 1) if x[k] < left + 0.7 * (right - left) else ("right", -1)
        return self.note(x[k] + side * 0.045 * (right - left), y[k], text, color, ha)

    def dot(self, x: float, y: float, color: str, *, filled: bool) -> Any:
        """A ring that stands still (an equilibrium): filled if it is stable."""
        u, theme = self.stage.u, self.stage.theme
        (dot,) = self.axes.plot(
            [x], [y], "o", markersize=2 * HEAD * u, markerfacecolor=color if filled else theme.ground,
            markeredgecolor=color, markeredgewidth=3 * u, zorder=2.5, scalex=False, scaley=False,
        )  # fmt: skip
        return dot

    def note(self, x: float, y: float, text: str, color: str, ha: str = "left", va: str = "center") -> Text:
        """A text that stands still, at data coordinates."""
        u = self.stage.u
        with self.stage.settings():
            note = self.axes.text(
                x, y, text, color=color, fontsize=typeface.LABEL * u, ha=ha, va=va, zorder=3
            )
        if not self.stage.theme.transparent:
            note.set_path_effects([withStroke(linewidth=7 * u, foreground=self.stage.theme.ground)])
        return note


class Stage:
    """What a clip draws on.

    width, height: of the frame in pixels. fps, n_frames: its time base. theme: its colours.
    """

    def __init__(self, width: int, height: int, fps: Fraction | float, n_frames: int, theme: Theme) -> None:
        self.width, self.height, self.fps, self.n_frames, self.theme = width, height, fps, n_frames, theme
        self.u = typeface.unit(width, height)
        self.rc = dict(mpl.RcParams({**typeface.rc(self.u), "path.simplify": False}).items())
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)  # one point is one pixel
        FigureCanvasAgg(self.figure)
        self.figure.patch.set_facecolor("none" if theme.transparent else theme.ground)
        self.movers: list[Artist] = []
        self.panels: list[Panel] = []
        self.captions: list[tuple[float, float, str]] = []
        self.frame = 0
        self.set_up = False
        self._left, self._right = MARGIN * width, (1 - MARGIN) * width
        self._top, self._bottom = (1 - MARGIN) * height, CAPTIONS * height

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return float(self.n_frames / self.fps)

    @contextlib.contextmanager
    def settings(self) -> Iterator[None]:
        """``mpl.rc_context(self.rc)`` at a twentieth of the price, because it is entered for every frame: only these
        settings are kept and put back, and none is validated again.
        """
        params = mpl.rcParams
        before = [(key, params._get(key)) for key in self.rc]
        for key, value in self.rc.items():
            params._set(key, value)
        try:
            yield
        finally:
            for key, value in before:
                params._set(key, value)

    # -- text -------------------------------------------------------------------------------------------------

    def title(self, title: str, subtitle: str = "", corner: str = "") -> None:
        """Title top left, a line of conditions under it, and a small note at the right end of that line."""
        u, room = self.u, self._right - self._left
        self._text(self._left, self._top, title, typeface.TITLE, self.theme.ink, room, weight="semibold")
        y = self._top - 66 * u
        taken = 0.0
        if corner:
            text = self._text(
                self._right, y, corner, typeface.SUBTITLE, self.theme.muted, 0.4 * room, ha="right"
            )
            taken = text.get_window_extent(self.figure.canvas.get_renderer()).width + 30 * u
        if subtitle:
            self._text(self._left, y, subtitle, typeface.SUBTITLE, self.theme.muted, room - taken)

    def _text(
        self, x: float, y: float, text: str, size: float, color: str, room: float, **style: Any
    ) -> Text:
        """A line of text under y that is made smaller, down to 24, rather than leave the frame."""
        with self.settings():
            artist = self.figure.text(
                x / self.width, y / self.height, text, fontsize=size * self.u, color=color, va="top", **style
            )
            wide = artist.get_window_extent(self.figure.canvas.get_renderer()).width
            if wide > room:
                artist.set_fontsize(max(24.0, size * room / wide) * self.u)
        return artist

    def caption(self, text: str) -> None:
        """What a caption says from this frame on, until the next one or the end; "" ends it."""
        now = self.frame / float(self.fps)
        if self.captions and self.captions[-1][1] > now:
            start, _, said = self.captions.pop()
            if start < now:
                self.captions.append((start, now, said))
        if text:
            self.captions.append((now, self.seconds, text))

    def rate(self, span: float, unit: str = "ms") -> str:
        """How fast the model's clock runs, e.g. "1 s = 6.7 ms", when `span` passes in sweep()."""
        per_second = span / ((self.moving - 1) / float(self.fps))
        return f"1 s = {per_second:.2g} {unit}" if per_second < 100 else f"1 s = {per_second:.0f} {unit}"

    # -- panels -----------------------------------------------------------------------------------------------

    def stack(self, *heights: float, labels: float = LABELS) -> list[Panel]:
        """Panels above each other with a common horizontal axis.

        heights: relative to each other. labels: room for labels at the right.
        """
        return self._column(self._left, self._right, heights or (1.0,), labels, share_x=True)

    def beside(self, *widths: float, labels: Sequence[float] | float = LABELS) -> list[Panel]:
        """Panels next to each other; below each other where the frame is not wide enough."""
        rooms = [labels] * len(widths) if isinstance(labels, (int, float)) else list(labels)
        if self.width < 1.3 * self.height:
            return self._column(self._left, self._right, widths, max(rooms), share_x=False)
        gap = 56 * self.u
        free = self._right - self._left - gap * (len(widths) - 1)
        panels, x = [], self._left
        for width, room in zip(widths, rooms, strict=True):
            end = x + free * width / sum(widths)
            panels += self._column(x, end, (1.0,), room, share_x=False)
            x = end + gap
        return panels

    def _column(
        self, left: float, right: float, heights: Sequence[float], room: float, *, share_x: bool
    ) -> list[Panel]:
        u, n = self.u, len(heights)
        top, bottom = self._top - HEADER * u, self._bottom
        name, axis = 60 * u, 92 * u  # above each panel its name, below it ticks and label of the axis
        axes_below = 1 if share_x else n
        gap = 6 * u if share_x else 22 * u
        free = top - bottom - n * name - axes_below * axis - (n - 1) * gap
        panels = []
        for k, height in enumerate(heights):
            has_axis = not share_x or k == n - 1
            top -= name
            low = top - free * height / sum(heights)
            panels.append(
                Panel(self, left + TICKS * u, low, right - room * u, top, x_axis=has_axis, room=room * u)
            )
            panels[-1].column = panels if share_x else [panels[-1]]
            top = low - gap - (axis if has_axis else 0)
        self.panels += panels
        return panels

    # -- time -------------------------------------------------------------------------------------------------

    @property
    def moving(self) -> int:
        """How many of the frames move; the rest hold the last state, a second or an eighth of the clip."""
        return max(2, self.n_frames - min(round(float(self.fps)), self.n_frames // 8))

    def sweep(self, first: float, last: float, *, ease: bool = True) -> Iterator[float]:
        """One value per frame, from first to last, then last for the frames that hold.

        ease: start and stop gently (for a voltage axis); without, evenly (for a clock). What is drawn before the first
        value is taken stands still through the clip.
        """
        self.set_up = True
        moving = self.moving
        for k in range(self.n_frames):
            s = min(k / (moving - 1), 1.0)
            if ease:
                s = _eased(s)
            yield first + (last - first) * s

    def settle(self) -> None:
        """Fix everything in pixels; where labels would leave the frame at the end, the panels give way."""
        for column in {id(p.column): p.column for p in self.panels}.values():
            for panel in column:
                panel.place()
            excess = max(panel.excess() for panel in column)
            for panel in column:
                if excess > 0:
                    box = panel.axes.get_position()
                    panel.axes.set_position((box.x0, box.y0, box.width - excess / self.width, box.height))
                    panel.place()

    def until(self, value: float) -> None:
        """Let every curve grow up to this value (of its ``along``, by default its x)."""
        for movers in self.movers:
            for curve in movers.curves:
                curve.until(value)


def _smooth(s: float) -> float:
    """From 0 to 1 as s goes from 0 to 1, starting and ending level."""
    s = min(max(s, 0.0), 1.0)
    return s * s * (3 - 2 * s)


def _eased(s: float, ramp: float = 0.12) -> float:
    """0 → 1 at constant speed, but for a gentle start and stop of `ramp` each."""
    top = 1.0 / (1.0 - ramp)
    if s < ramp:
        return 0.5 * top * s * s / ramp
    if s > 1 - ramp:
        return 1.0 - 0.5 * top * (1 - s) ** 2 / ramp
    return 0.5 * top * ramp + top * (s - ramp)

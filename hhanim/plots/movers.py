"""What moves in one panel: curves, then heads, then labels; a frame repaints only what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from hhanim.look import labels
from hhanim.look.type import NAME
from hhanim.plots.curve import Curve, Dots, State
from hhanim.plots.label import Label, Pasted
from hhanim.plots.rect import Box, Rect, around, cut, meet, merged

if TYPE_CHECKING:
    from hhanim.plots.panel import Panel

LINE, HEAD, RING = 5.0, 10.0, 3.5  # design pixels: width of a line, radius of a head, of the gap around it
GAP = 26.0  # between a head and its label
LEADER = 2.5  # width of the line between them
SPACING = labels.Spacing(gap=1.1 * NAME, between=14.0, aside=14.0)
_CIRCLE = Path.unit_circle()
Place = tuple[Label, float, float]  # of a label: its left end and its middle, in pixels
Leader = tuple[Curve, float, float, float, float, Rect]  # from a head's rim to its label, in pixels


class Movers(Artist):
    """The curves of one panel, with their heads and labels.

    draw() paints all of it; advance() repaints only what has changed since, so that a frame costs the same however much
    has been drawn before.
    """

    zorder = 10

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.panel = panel
        self.curves: list[Curve] = []
        self.dirty: list[Rect] = []
        self._lines: list[State] = []
        self._heads: list[tuple[Curve, float, float, Rect]] = []
        self._labels: list[Pasted] = []
        self._leaders: list[Leader] = []
        self._plans: dict[int, tuple[labels.Plan, int]] = {}

    def paint_extent(self) -> Box:
        """Where this can paint: the panel and the room for labels beside it."""
        box, reach = self.panel.axes.bbox, (HEAD + RING) * self.panel.stage.u + 3
        return (box.x0 - reach, box.y0 - reach, self.panel.right + reach, box.y1 + reach)

    def look(self, renderer: Any) -> list[Rect]:
        """Take note of where everything is now; returns where that differs from before."""
        width, height = int(renderer.width), int(renderer.height)
        pad = (HEAD + RING) * self.panel.stage.u + 2
        lines = [curve.now() for curve in self.curves]
        heads = [
            (curve, x, y, around((x, y, x, y), pad, height))
            for curve, (_, x, y) in zip(self.curves, lines, strict=True)
            if curve.head and curve.growing and self.panel.holds(x, y)
        ]
        pasted, leaders = self._lettering(renderer, lines)
        changes = zip(self.curves, self._lines, lines, strict=False)
        seen = around(self.paint_extent(), 0, height)  # beyond it nothing of a line is painted
        dirty = [cut(rect, seen) for curve, old, new in changes if (rect := curve.grown(old, new, height))]
        before = _marks(self._heads, self._labels, self._leaders)
        after = _marks(heads, pasted, leaders)
        if before != after:
            images = {id(i) for _, _, i, _ in self._labels} ^ {id(i) for _, _, i, _ in pasted}
            dirty += [m[-1] for m in before if m not in after] + [m[-1] for m in after if m not in before]
            dirty += [rect for _, _, image, rect in [*self._labels, *pasted] if id(image) in images]
        self._lines, self._heads, self._labels, self._leaders = lines, heads, pasted, leaders
        return merged(dirty, width, height)

    def paint(self, renderer: Any, only: Rect | None = None) -> None:
        """Paint everything, or at least what is seen of it in one rectangle."""
        stage, height = self.panel.stage, int(renderer.height)
        gc = renderer.new_gc()
        gc.set_antialiased(True)
        gc.set_snap(False)
        gc.set_joinstyle("round")
        gc.set_clip_rectangle(self._edge())
        window = None if only is None else (only[0], height - only[3], only[2], height - only[1])
        states = list(zip(self.curves, self._lines, strict=True))
        for curve, state in states:
            if not isinstance(curve, Dots):
                curve.stroke(renderer, gc, state, window)
        gc.set_dashes(0, None)
        gc.set_clip_rectangle(None)
        for curve, state in states:  # a dot on the panel's edge is whole
            if isinstance(curve, Dots):
                curve.stroke(renderer, gc, state, window)
        gc.set_linewidth(LEADER * stage.u)
        gc.set_capstyle("round")
        for curve, *ends, rect in self._leaders:
            if only is None or meet(rect, only):
                gc.set_foreground(curve.rgba, isRGBA=True)
                renderer.draw_path(gc, Path(np.reshape(ends, (2, 2))), Affine2D())
        gc.set_linewidth(0)
        rings = [] if stage.theme.transparent else [(HEAD + RING, to_rgba(stage.theme.ground))]
        for curve, x, y, rect in self._heads:
            if only is not None and not meet(rect, only):
                continue
            for radius, color in (*rings, (HEAD, curve.rgba)):
                r = radius * stage.u
                gc.set_foreground(color, isRGBA=True)
                place = Affine2D(np.array([[r, 0, x], [0, r, y], [0, 0, 1.0]]))
                renderer.draw_path(gc, _CIRCLE, place, color)
        for ix, iy, image, rect in self._labels:
            if only is None or meet(rect, only):
                renderer.draw_image(gc, ix, iy, image)
        gc.restore()

    def _edge(self) -> Bbox:
        """The panel, and so much more that a line along its edge keeps its width."""
        box, edge = self.panel.axes.bbox, round(0.5 * LINE * self.panel.stage.u)
        low, high = (round(box.x0) - edge, round(box.y0) - edge), (round(box.x1) + edge, round(box.y1) + edge)
        return Bbox.from_extents(*low, *high)

    def draw(self, renderer: Any) -> None:
        if not self.get_visible():
            return
        self.dirty = self.look(renderer)
        if isinstance(renderer, RendererAgg):
            self.paint(renderer)
        else:  # a vector file: text stays text
            self._labels = []
            self.paint(renderer)
            for label, x, y in self.label_places(self._lines):
                label.write(renderer, x, y)
        self.stale = False

    def plan(self, seconds: float) -> None:
        """Work out where labels stand while curves grow together, in a clip that moves for so many seconds."""
        named = [c for c in self.curves if c.label is not None and not isinstance(c, Dots)]
        self._plans = {}
        if not named:
            return
        whole = max(c.along[-1] for c in named) - min(c.along[0] for c in named)
        u, now = self.panel.stage.u, [curve.value for curve in named]
        gaps = labels.Spacing(SPACING.gap * u, SPACING.between * u, SPACING.aside * u)
        for span in {(c.along[0], c.along[-1], c.x[0], c.x[-1]) for c in named}:
            group = [c for c in named if (c.along[0], c.along[-1], c.x[0], c.x[-1]) == span]
            low, high = span[:2]
            if len(group) < 2 or low == high:
                continue
            instants = len(labels.Plan.instants(seconds * (high - low) / whole))
            y = np.array([[self._height(c, v) for c in group] for v in np.linspace(low, high, instants)])
            widths = [c.label.width for c in group if c.label is not None]
            room = np.full(y.shape, np.inf)  # the panel gives way where they would leave the frame
            plan = labels.Plan(y, widths, room, self.panel.axes.bbox.y0 + 0.5 * gaps.gap, gaps)
            self._plans |= {id(curve): (plan, k) for k, curve in enumerate(group)}
        for curve, value in zip(named, now, strict=True):
            curve.until(value)

    def _height(self, curve: Curve, value: float) -> float:
        """How high a curve's label would stand beside its head at this value."""
        curve.until(value)
        return (self._spot(curve, curve.now()) or (0.0, self.panel.axes.bbox.y0))[1]

    def _spot(self, curve: Curve, state: State) -> tuple[float, float] | None:
        """Where a curve's label belongs (pixels), and the height of its middle there."""
        at = curve.label_at(state) if curve.label is not None and curve.growing else None
        if at is None or curve.label is None:
            return None
        box, half = self.panel.axes.bbox, curve.label.height / 2
        y = self.panel.beside_zero(at[1], half)
        return at[0], min(max(y, box.y0 + half + 5 * self.panel.stage.u), box.y1 - half)

    def _placed(self, states: Sequence[State]) -> list[tuple[Curve, Label, float, float, float]]:
        """Curve, label, its left end and its middle (pixels), and its share shown."""
        found = []
        for curve, state in zip(self.curves, states, strict=True):
            spot, label = self._spot(curve, state), curve.label
            if spot is None or label is None:
                continue
            (x, up), share = (0.0, 0.0), 1.0
            if planned := self._plans.get(id(curve)):
                plan, k = planned
                last, (low, high) = len(plan.shown) - 1, (curve.along[0], curve.along[-1])
                at = min(max((curve.value - low) / (high - low), 0.0), 1.0) * last
                a, b, part = int(at), min(int(at) + 1, last), at % 1.0
                x, up = ((1 - part) * plan.shifts[a, k] + part * plan.shifts[b, k]).tolist()
                share = float((1 - part) * plan.shown[a, k] + part * plan.shown[b, k])
            found.append((curve, label, spot[0] + GAP * self.panel.stage.u + x, spot[1] + up, share))
        return found

    def _lettering(self, renderer: Any, states: Sequence[State]) -> tuple[list[Pasted], list[Leader]]:
        """The labels as they are pasted, and the lines that join them to their heads."""
        u, height = self.panel.stage.u, int(renderer.height)
        heads = {id(curve): state[1:] for curve, state in zip(self.curves, states, strict=True)}
        pasted: list[Pasted] = []
        leaders: list[Leader] = []
        for curve, label, x, y, share in self._placed(states):
            pasted.append(label.at(renderer, x, y, share))
            hx, hy = heads[id(curve)]
            drawn = share * labels.joined(float(np.hypot(x - hx - GAP * u, y - hy)), SPACING.gap * u)
            if curve.head and drawn > 0 and self.panel.holds(hx, hy):
                way = np.array([x - 6 * u - hx, y - hy])
                start = np.array([hx, hy]) + way * (1.3 * HEAD * u / float(np.hypot(*way)))
                end = start + drawn * (np.array([hx, hy]) + way - start)
                (x0, y0), (x1, y1) = start.tolist(), end.tolist()
                rect = around((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), LEADER * u + 2, height)
                leaders.append((curve, x0, y0, x1, y1, rect))
        return pasted, leaders

    def label_places(self, states: Sequence[State] | None = None) -> list[Place]:
        """Every label with its left end and its middle, in pixels: beside its head, or where the plan moves it."""
        states = [curve.now() for curve in self.curves] if states is None else states
        return [(label, x, y) for _, label, x, y, _ in self._placed(states)]


def advance(movers: Sequence[Movers], pixels: Any, background: Any, scratch: Any) -> list[Rect]:
    """Bring the last frame's pixels up to date, by way of a second renderer of the same size; where they have changed.

    Nothing is clipped to the rectangles that change, because a clipped edge is rounded differently: what is painted
    on the scratch renderer besides is never looked at. All movers paint each rectangle, for a label may stand where
    another panel begins. So each frame is the same whatever frames came before it.
    """
    page = np.asarray(scratch.buffer_rgba())
    dirty = merged((rect for each in movers for rect in each.look(scratch)), page.shape[1], page.shape[0])
    for rect in dirty:
        x0, y0, x1, y1 = rect
        page[y0:y1, x0:x1] = background[y0:y1, x0:x1]
        for each in movers:
            each.paint(scratch, rect)
        pixels[y0:y1, x0:x1] = page[y0:y1, x0:x1]
    return dirty


def _marks(heads: list[Any], pasted: list[Pasted], leaders: list[Leader]) -> list[tuple[Any, ...]]:
    """What tells two states of heads, labels and leaders apart: places, and last the rectangle they are in."""
    return [m[1:] for m in heads] + [(x, y, rect) for x, y, _, rect in pasted] + [m[1:] for m in leaders]

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

from hhanim.look.numbers import smoothstep
from hhanim.plots.curve import Curve, State
from hhanim.plots.label import Label, Pasted
from hhanim.plots.rect import Box, Rect, around, meet, merged

if TYPE_CHECKING:
    from hhanim.plots.panel import Panel

LINE, HEAD, RING = 5.0, 10.0, 3.5  # design pixels: width of a line, radius of a head, of the gap around it
GAP = 26.0  # between a head and its label
_CIRCLE = Path.unit_circle()
Place = tuple[Label, float, float]  # of a label: its left end and its middle, in pixels


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

    def paint_extent(self) -> Box:
        """Where this can paint: the panel and the room for labels beside it."""
        box, reach = self.panel.axes.bbox, (HEAD + RING) * self.panel.stage.u + 3
        return (box.x0 - reach, box.y0 - reach, self.panel.right + reach, box.y1 + reach)

    def _look(self, renderer: Any) -> list[Rect]:
        """Take note of where everything is now; returns where that differs from before."""
        width, height = int(renderer.width), int(renderer.height)
        pad = (HEAD + RING) * self.panel.stage.u + 2
        lines = [curve.now() for curve in self.curves]
        heads = [
            (curve, x, y, around((x, y, x, y), pad, height))
            for curve, (_, x, y) in zip(self.curves, lines, strict=True)
            if curve.head and self.panel.holds(x, y)
        ]
        labels = [label.at(renderer, x, y) for label, x, y in self.label_places(lines)]
        changes = zip(self.curves, self._lines, lines, strict=False)
        dirty = [rect for curve, old, new in changes if (rect := curve.grown(old, new, height)) is not None]
        before = [(x, y, r) for _, x, y, r in self._heads] + [(x, y, r) for x, y, _, r in self._labels]
        after = [(x, y, r) for _, x, y, r in heads] + [(x, y, r) for x, y, _, r in labels]
        if before != after:
            images = {id(i) for _, _, i, _ in self._labels} ^ {id(i) for _, _, i, _ in labels}
            dirty += [m[2] for m in before if m not in after] + [m[2] for m in after if m not in before]
            dirty += [rect for _, _, image, rect in [*self._labels, *labels] if id(image) in images]
        self._lines, self._heads, self._labels = lines, heads, labels
        return merged(dirty, width, height)

    def _paint(self, renderer: Any, only: Rect | None = None) -> None:
        """Paint everything, or at least what is seen of it in one rectangle."""
        stage, height = self.panel.stage, int(renderer.height)
        gc = renderer.new_gc()
        gc.set_antialiased(True)
        gc.set_snap(False)
        gc.set_joinstyle("round")
        gc.set_clip_rectangle(self._clip())
        window = None if only is None else (only[0], height - only[3], only[2], height - only[1])
        for curve, state in zip(self.curves, self._lines, strict=True):
            curve.stroke(renderer, gc, state, window)
        gc.set_dashes(0, None)
        gc.set_clip_rectangle(None)
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

    def _clip(self) -> Bbox:
        """The panel, and so much more that a line along its edge keeps its width."""
        box, edge = self.panel.axes.bbox, round(0.5 * LINE * self.panel.stage.u)
        low, high = (round(box.x0) - edge, round(box.y0) - edge), (round(box.x1) + edge, round(box.y1) + edge)
        return Bbox.from_extents(*low, *high)

    def draw(self, renderer: Any) -> None:
        if not self.get_visible():
            return
        self.dirty = self._look(renderer)
        if isinstance(renderer, RendererAgg):
            self._paint(renderer)
        else:  # a vector file: text stays text
            self._labels = []
            self._paint(renderer)
            for label, x, y in self.label_places(self._lines):
                label.write(renderer, x, y)
        self.stale = False

    def advance(self, pixels: Any, background: Any, scratch: Any) -> None:
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

    def label_places(self, states: Sequence[State] | None = None) -> list[Place]:
        """Labels stand right of their heads; where heads come close, they stand in a row, so that none overlap.

        A label's shift is a continuous function of where the heads are, so nothing jumps.
        """
        u, box = self.panel.stage.u, self.panel.axes.bbox
        states = [curve.now() for curve in self.curves] if states is None else states
        places: list[Place] = []
        for curve, state in zip(self.curves, states, strict=True):
            label, at = curve.label, curve.label_at(state) if curve.label is not None else None
            if label is None or at is None:
                continue
            half = label.height / 2
            y = min(max(self.panel.beside_zero(at[1], half), box.y0 + half + 5 * u), box.y1 - half)
            x = at[0] + GAP * u
            for other, ox, oy in places:
                apart = abs(y - oy) / (half + other.height / 2 + 2 * u)
                x += smoothstep((1.5 - apart) / 0.5) * max(0.0, ox + other.width + 14 * u - x)
            places.append((label, x, y))
        return places

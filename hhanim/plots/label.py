"""A piece of text in motion: laid out once, rendered once for each fraction of a pixel, and then pasted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.patheffects import Normal, PathEffectRenderer, withStroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from hhanim.look import type as typeface
from hhanim.plots.rect import Rect

if TYPE_CHECKING:
    from hhanim.plots.stage import Stage

Pasted = tuple[int, int, Any, Rect]  # draw_image's x, y and pixels, and the rectangle they are in


class Label:
    """The name of a curve.

    matplotlib lays mathematics out anew for every renderer, at some 5 ms a time, and a label in motion is seen at eight
    fractions of a pixel: so the outlines are kept, and a rendering costs no more than filling them.
    """

    def __init__(self, stage: Stage, text: str, color: str, size: float = typeface.NAME) -> None:
        self._stage = stage
        self._phases: dict[tuple[int, int], Any] = {}
        self._color = to_rgb(color)
        self._effects: list[Any] = [Normal()]
        if not stage.theme.transparent:
            self._effects = [withStroke(linewidth=6 * stage.u, foreground=stage.theme.ground)]
        self._dpi = stage.renderer.dpi
        with stage.settings():
            self.text = Text(0, 0, text, color=color, va="baseline", ha="left")
            self.text.set_fontsize(size * stage.u)
            self.text.set_figure(stage.figure)
            self.text.set_path_effects(self._effects)
            font, formula = self.text.get_fontproperties(), "$" in text
            # Both from the outlines, so that mathematics is parsed once; one point is one pixel.
            w, h, d = text_to_path.get_text_width_height_descent(text, font, formula)
            vertices, codes = text_to_path.get_text_path(font, text, ismath=formula)
            self._outline = Path(vertices, codes)
            self._scale = font.get_size_in_points() / text_to_path.FONT_SCALE
        self.pad = math.ceil(4 * stage.u) + 1
        self.width, self.height, self._descent = float(w), float(h), float(d)

    def at(self, renderer: Any, x: float, y: float, share: float = 1.0) -> Pasted:
        """Where to paste what for a left end at x and a middle at y; share: of its opacity."""
        x, y = x - self.pad, y - self.height / 2 - self.pad
        ix, iy = math.floor(x), math.floor(y)
        phase = (int((x - ix) * 2), int((y - iy) * 4))
        image = self._phases.get(phase)
        if image is None:
            image = self._phases[phase] = self._render(phase)
        if share < 1.0:
            image = image.copy()
            image[..., 3] = np.round(share * image[..., 3])
        h, w = image.shape[:2]
        top = int(renderer.height) - iy - h
        return ix, iy, image, (ix - 1, top - 1, ix + w + 1, top + h + 1)

    def write(self, renderer: Any, x: float, y: float) -> None:
        """The text itself, in the same place as at() says."""
        with self._stage.settings():
            self.text.set_position((x, y - self.height / 2 + self._descent))
            self.text.draw(renderer)

    def _render(self, phase: tuple[int, int]) -> Any:
        w, h = (math.ceil(x) + 2 * self.pad + 1 for x in (self.width, self.height))
        own = RendererAgg(w, h, self._dpi)
        place = Affine2D().scale(self._scale)
        place.translate(self.pad + phase[0] / 2, self.pad + phase[1] / 4 + self._descent)
        gc = own.new_gc()
        gc.set_foreground(self._color)
        gc.set_linewidth(0.0)
        PathEffectRenderer(self._effects, own).draw_path(gc, self._outline, place, self._color)
        return np.array(own.buffer_rgba())[::-1].copy()  # draw_image takes rows from the bottom up

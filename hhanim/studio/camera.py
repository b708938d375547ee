"""manim's camera and renderer, sparing: what has not changed since the frame before is not drawn again.

Drawing only the rectangles that changed would be faster still, but cairo's antialiasing of a clipped
stroke is not always that of the whole one, and a film has to be the same pixel by pixel.
"""

from __future__ import annotations

from typing import Any

from manim.camera.camera import Camera
from manim.mobject.types.vectorized_mobject import VMobject
from manim.renderer.cairo_renderer import CairoRenderer

Picture = Any  # manim's own annotation of its uint8 pictures says int64


class SparingRenderer(CairoRenderer):
    """manim's renderer without a copy of every frame: the encoder copies what it needs."""

    def render(self, scene: Any, time: float, moving_mobjects: Any = None) -> None:
        self.update_frame(scene, moving_mobjects)
        self.add_frame(self.camera.pixel_array)


class SparingCamera(Camera):
    """manim's camera, which keeps the bottom of the picture for as long as nothing in it changes.

    manim redraws everything from the first thing that moves upwards. Here each vector object is compared
    with what it was a frame ago (its points and its style, not its identity), and all that lie below the
    first one that differs are put down as one picture. The outline of an object that is unchanged but
    lies higher is not built anew either.
    """

    PATHS = 6000  # outlines kept

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._base: Picture = None
        self._due = False
        self._before: list[Any] = []
        self._layer: tuple[Picture, list[Any], Picture] | None = None  # base, what is on it, the picture
        self._outlines: dict[int, tuple[bytes, Any]] = {}
        super().__init__(*args, **kwargs)

    def reset(self) -> Any:
        self._base, self._due = self.background, True
        if not hasattr(self, "pixel_array"):
            self._put(self.background)
        return self

    def set_frame_to_background(self, background: Picture) -> None:
        self._base, self._due = background, True

    def _put(self, picture: Any) -> None:
        self._due = False
        self.set_pixel_array(picture)

    def capture_mobjects(self, mobjects: Any, **kwargs: Any) -> None:
        shown: list[Any] = self.get_mobjects_to_display(mobjects, **kwargs)
        if not self._due or not all(isinstance(m, VMobject) and not m.get_background_image() for m in shown):
            if self._due:
                self._put(self._base)
            self._layer, self._before = None, []
            super().capture_mobjects(mobjects, **kwargs)
            return
        base = self._base
        assert base is not None
        states = [_state(m) for m in shown]
        start = 0
        if self._layer is not None:
            under, below, picture = self._layer
            if under is base and states[: len(below)] == below:
                start = len(below)
                self._put(picture)
            else:
                self._layer = None
        if self._due:
            self._put(base)
        same = start
        limit = min(len(states), len(self._before))
        while same < limit and states[same] == self._before[same]:
            same += 1
        context = self.get_cairo_context(self.pixel_array)
        # A layer that grew by a few objects is not worth eight megabytes of copying.
        worthwhile = same - start >= 4 or (self._layer is None and same > start)
        for k in range(start, len(shown)):
            if worthwhile and k == same:
                self._layer = (base, states[:same], self.pixel_array.copy())
            self.display_vectorized(shown[k], context)
        if worthwhile and same == len(shown):
            self._layer = (base, states[:same], self.pixel_array.copy())
        self._before = states

    def set_cairo_context_path(self, ctx: Any, vmobject: Any) -> Any:
        points = vmobject.points
        if len(points) > 2000:  # a growing curve: other points in every frame
            return super().set_cairo_context_path(ctx, vmobject)
        now = points.tobytes()
        kept = self._outlines.get(id(vmobject))
        if kept is not None and kept[0] == now:
            ctx.new_path()
            ctx.append_path(kept[1])
            return self
        result = super().set_cairo_context_path(ctx, vmobject)
        if len(self._outlines) > self.PATHS:
            self._outlines.clear()
        # An object seen with the same points twice is likely to be seen a third time.
        self._outlines[id(vmobject)] = (now, ctx.copy_path())
        return result


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

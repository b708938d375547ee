"""What films need of manim's interface, and whether it is still there."""

from __future__ import annotations

import inspect
from typing import Any

from manim.camera.camera import Camera
from manim.camera.moving_camera import MovingCamera
from manim.camera.three_d_camera import ThreeDCamera
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

SKIPPED = (Camera, MovingCamera, ThreeDCamera)
"""Cameras that remember nothing of the frames they draw, so that some may be left out."""


def camera_of(scene_class: Any) -> Any:
    """The camera a scene is seen by, if it is created without another one."""
    for base in scene_class.__mro__:
        own = inspect.signature(base.__init__).parameters.get("camera_class")
        if own is not None and own.default is not inspect.Parameter.empty:
            return own.default
    return Camera


def hooks_missing() -> list[str]:
    """What of manim's interface is not where this module needs it; empty for the manim it was written for."""

    def takes(function: Any, *names: str) -> list[str]:
        try:
            known = inspect.signature(function).parameters
        except (TypeError, ValueError):
            known = {}  # type: ignore[assignment]
        label = getattr(function, "__qualname__", str(function))
        return [f"{label} no longer takes {name}" for name in names if name not in known]

    wrong = takes(CairoRenderer.__init__, "camera_class", "file_writer_class")
    for owner, name, arguments in (
        (CairoRenderer, "render", ("scene", "time", "moving_mobjects")),
        (CairoRenderer, "update_frame", ("scene",)),
        (CairoRenderer, "save_static_frame_data", ("scene", "static_mobjects")),
        (CairoRenderer, "freeze_current_frame", ("duration",)),
        (SceneFileWriter, "begin_animation", ("allow_write",)),
        (SceneFileWriter, "end_animation", ("allow_write",)),
        (SceneFileWriter, "next_section", ("name", "type_", "skip_animations")),
        (SceneFileWriter, "finish", ()),
        (SceneFileWriter, "abort_encode_jobs", ()),
        (Camera, "capture_mobjects", ("mobjects",)),
        (Camera, "get_mobjects_to_display", ("mobjects",)),
        (Camera, "display_vectorized", ("vmobject", "ctx")),
        (Camera, "set_cairo_context_path", ("ctx", "vmobject")),
        (Camera, "apply_fill", ("ctx", "vmobject")),
        (Camera, "apply_stroke", ("ctx", "vmobject", "background")),
        (Camera, "get_cairo_context", ("pixel_array",)),
        (Camera, "reset", ()),
        (Camera, "set_frame_to_background", ("background",)),
        (Camera, "set_pixel_array", ("pixel_array",)),
    ):
        function = getattr(owner, name, None)
        wrong += [f"{owner.__name__}.{name} is gone"] if function is None else takes(function, *arguments)
    return wrong

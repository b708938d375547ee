"""Films: a manim scene, each wanted frame of which is drawn once and handed to an exporter.

manim keeps its say over what a scene is and what a frame looks like. Its public hooks are used, the camera and the
file writer of ``CairoRenderer(camera_class=…, file_writer_class=…)``: the camera does not draw again what lies below
the first change (:mod:`hhanim.studio.draw.camera`), and frames come from the renderer, not out of manim's files. Its
cache is not used: it can serve old frames. The pixels are those of stock manim, bit by bit; where a new manim has
moved the hooks the film is shot by stock manim and its file is read, slower but the same.

What nobody wants is not drawn, but it is played: every updater is called at every frame, with the same time and the
same step. So whatever a scene's objects remember from frame to frame, they are the same wherever drawing begins.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import manim
import numpy as np
import platformdirs
from manim.camera.camera import Camera
from manim.mobject.svg.svg_mobject import SVG_HASH_TO_MOB_MAP
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.scene.scene_file_writer import SceneFileWriter

from hhanim.look.theme import rgb
from hhanim.studio.draw.camera import ClearCamera, Rect, SparingCamera
from hhanim.studio.draw.engine import Exporter, Played
from hhanim.studio.draw.hermetic import plain
from hhanim.studio.draw.hooks import SKIPPED, camera_of, hooks_missing
from hhanim.studio.draw.scene import load, missing_fonts, scene_errors
from hhanim.studio.fresh.job import Job
from hhanim.studio.fresh.versions import versions
from hhanim.studio.media.sidecar import Caption
from hhanim.studio.media.writer import Pixels


class FilmEngine:
    """A manim scene; see :class:`hhanim.studio.draw.engine.Engine`."""

    def __init__(self, job: Job, work: Path) -> None:
        self.job, self.work = job, work
        entry = job.request.entry
        with scene_errors(entry):
            self._scene = _prepared(getattr(load(entry), entry.symbol), job)
        self._stock = bool(hooks_missing())
        self._camera = camera_of(self._scene)
        self.whole = self._stock or self._camera not in SKIPPED

    def may_be_poster(self, number: int) -> bool:
        return number % self._second == 0  # how long the film is, is known at its end

    @property
    def _second(self) -> int:
        return max(1, round(self.job.fps))

    def play(self, exporter: Exporter) -> Played:
        # What LaTeX has said of an error lies in a folder that goes with the configuration.
        with _config(self.job, self.work), scene_errors(self.job.request.entry):
            scene, count = (self._play_stock if self._stock else self._play)(exporter)
        share = getattr(scene, "poster", None)
        share = float(share) if isinstance(share, int | float) and math.isfinite(share) else 0.6
        poster = min(range(0, count, self._second), key=lambda k: abs(k - share * count), default=0)
        alt, clicks = str(getattr(scene, "alt", "") or ""), list(getattr(scene, "clicks", ()))
        written, ends = getattr(scene, "written", ()), getattr(scene, "part_ends", ())
        return Played(count, poster, alt, _said(scene), clicks, written, ends)

    def _play(self, exporter: Exporter) -> tuple[Any, int]:
        look = self.job.request.look
        camera, transparent = self._camera, look.transparent
        if camera is Camera:
            camera = partial(ClearCamera, rgb(look.ground)) if transparent else SparingCamera
        renderer = Renderer(exporter, camera, transparent=transparent, always=self.whole)
        scene = self._scene(renderer=renderer)
        scene.render()
        renderer.tell(math.inf)
        return scene, renderer.n_frames

    def _play_stock(self, exporter: Exporter) -> tuple[Any, int]:
        """By manim alone: its film is read when it is whole."""
        import av

        scene = self._scene()
        scene.render()
        exporter.section(0, "autocreated")
        for start, name in getattr(scene, "parts", ()):
            exporter.section(round(start * self.job.fps), name)
        said, told, count = _said(scene), 0, 0
        with av.open(str(scene.renderer.file_writer.movie_file_path)) as container:
            for frame in container.decode(video=0):
                if exporter.wants(count, count + 1):
                    exporter.frame(count, np.asarray(frame.to_ndarray(format="rgba"), dtype=np.uint8), None)
                while told < len(said) and round(said[told][1] * self.job.fps) <= count + 1:
                    exporter.said(count, *said[told], _seen(scene, *said[told][:2]))
                    told += 1
                count += 1
        for line in said[told:]:
            exporter.said(count - 1, *line, _seen(scene, *line[:2]))
        return scene, count


def _said(scene: Any) -> list[Caption]:
    """What a scene said and when, from manim's own subtitles, so that any scene may speak."""
    said = getattr(scene.renderer.file_writer, "subcaptions", [])
    return [(s.start.total_seconds(), s.end.total_seconds(), s.content) for s in said]


def _seen(scene: Any, start: float, stop: float) -> str:
    """What a film said of what is seen between two times (s)."""
    return " ".join(str(text) for at, text in getattr(scene, "seen", ()) if start <= at < stop)


def _prepared(scene_class: Any, job: Job) -> Any:
    """The scene class with the job's parameters and theme."""
    objects = dict(job.values.objects)
    if hasattr(scene_class, "with_"):
        return scene_class.with_(**objects, theme=job.request.look)
    return type(scene_class.__name__, (scene_class,), {**objects, "__module__": scene_class.__module__})


@contextlib.contextmanager
def _config(job: Job, work: Path) -> Iterator[None]:
    """manim's global configuration for one film, put back afterwards."""
    width, height = job.request.pixels
    work.mkdir(parents=True, exist_ok=True)
    # Shares of one film may be drawn side by side, and each clears away what it has typeset.
    scratch = Path(tempfile.mkdtemp(prefix=".manim-", dir=work))
    typeset = scratch / "Tex"
    typeset.mkdir()
    kept = _typeset_cache(job)
    _copy_new(kept, typeset)
    SVG_HASH_TO_MOB_MAP.clear()  # a film begins as in a process of its own, whatever was typeset before
    noise = logging.getLogger("manim")
    level = noise.level
    noise.setLevel(logging.WARNING)
    noise.addFilter(missing_fonts)
    # The colour of the ground also reaches scenes that are no Film.
    theme = job.request.look
    settings = {
        "pixel_width": width,
        "pixel_height": height,
        "frame_rate": float(job.fps),
        "frame_width": 8.0 * width / min(width, height),
        "frame_height": 8.0 * height / min(width, height),
        "background_color": "#000000" if theme.transparent else theme.ground,  # as in mobjects.frame.film
        "background_opacity": 0.0 if theme.transparent else 1.0,
        "media_dir": str(scratch),
        "tex_dir": str(typeset),
        "disable_caching": True,
        "save_sections": False,
        "progress_bar": "none",
        "verbosity": "WARNING",
        "preview": False,
        "seed": 0,
    }
    try:
        with manim.tempconfig(settings):
            yield
        _copy_new(typeset, kept, lambda item: plain(item.with_suffix(".typ")))
    finally:
        noise.removeFilter(missing_fonts)
        noise.setLevel(level)
        shutil.rmtree(scratch, ignore_errors=True)


def _typeset_cache(job: Job) -> Path:
    """Where typeset text is kept between films: named by its content and by the version of what
    typeset it.
    """
    engines = versions(job.request.entry.kind)
    name = "-".join(f"{k}{engines.get(k, '')}" for k in ("typst", "font-source-sans-pro"))
    return platformdirs.user_cache_path("hhanim", appauthor=False) / "plain" / re.sub(r"[^\w.-]", "", name)


def _copy_new(source: Path, target: Path, wanted: Callable[[Path], bool] = lambda _: True) -> None:
    """Copy the .svg files that are not there yet; whole or not at all, and never an error.

    wanted: which of them: what LaTeX has made of a text may be another tomorrow, when a file that it names is.
    """
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        there = {p.name for p in target.glob("*.svg")}
        for item in source.glob("*.svg"):
            if item.name in there or not wanted(item):
                continue
            try:  # nothing writes into such a file once it is whole, and there are hundreds
                os.link(item, target / item.name)
            except OSError:
                part = target / f".{item.name}.{os.getpid()}.part"
                shutil.copyfile(item, part)
                part.replace(target / item.name)


class Renderer(CairoRenderer):
    """manim's renderer, which gives its frames to an exporter, and draws only those that it wants.

    camera: its class. transparent: whether the ground is. always: whether to draw the others as well.
    """

    def __init__(
        self, exporter: Exporter, camera: Any, *, transparent: bool = False, always: bool = False
    ) -> None:
        self.exporter, self.n_frames = exporter, 0
        self._lines: list[tuple[float, float, str, str]] = []  # that have not ended
        self._transparent, self._always, self._drawing = transparent, always, True
        self._scene: Any = None
        super().__init__(camera_class=camera, file_writer_class=_writer(self))

    def init_scene(self, scene: Any, *arguments: Any) -> None:
        self._scene, add = scene, scene.add_subcaption
        super().init_scene(scene, *arguments)

        def heard(content: str, duration: float = 1, offset: float = 0) -> None:
            add(content, duration, offset)
            start = float(scene.time) + offset
            self._lines.append((start, start + duration, content, _seen(scene, start, start + duration)))
            self.tell(self.n_frames)

        scene.add_subcaption = heard

    def _wanted(self, count: int) -> bool:
        return self._always or self.exporter.wants(self.n_frames, self.n_frames + count)

    def _count(self, seconds: float) -> int:
        return int(seconds / (1 / self.camera.frame_rate))

    def save_static_frame_data(self, scene: Any, static_mobjects: Any) -> Any:
        """Draw what stands still while an animation plays, if any of it is wanted."""
        self._drawing = self._wanted(self._count(scene.duration) + 1)
        self.static_image = None
        return super().save_static_frame_data(scene, static_mobjects if self._drawing else ())

    def update_frame(self, scene: Any, *arguments: Any, **options: Any) -> None:
        if self._drawing:
            super().update_frame(scene, *arguments, **options)

    def render(self, scene: Any, time: float, moving_mobjects: Any = None) -> None:
        if self.skip_animations:  # the scene itself wants nobody to see it
            return
        self._drawing = self._wanted(1)
        if self._drawing:
            self.update_frame(scene, moving_mobjects)
        self._hand_over(1)

    def freeze_current_frame(self, duration: float) -> None:
        if not self.skip_animations:
            self._hand_over(self._count(duration))

    def _picture(self) -> tuple[Pixels, Iterable[Rect] | None]:
        """What has been drawn, and where it differs from what was taken before."""
        camera: Any = self.camera
        dirty = camera.changes() if isinstance(camera, SparingCamera) else None
        return straight(camera.pixel_array) if self._transparent else camera.pixel_array, dirty

    def _later(self, *, wanted: bool) -> tuple[Pixels, Iterable[Rect] | None]:
        """The picture a frame later: no animation goes on, and the scene's own time stands; what is moved by the time
        that passes goes on by its updaters.
        """
        scene, still, drawing = self._scene, self.static_image, self._drawing
        Scene.update_mobjects(scene, 1 / self.camera.frame_rate)
        self.static_image, self._drawing = None, wanted or self._always
        self.update_frame(scene)
        self.static_image, self._drawing = still, drawing
        return self._picture()

    def _hand_over(self, count: int) -> None:
        if self.exporter.wants(self.n_frames, self.n_frames + count):
            self.exporter.frame(self.n_frames, *self._picture(), count)
        self.n_frames += count
        self.time += count * (1 / self.camera.frame_rate)
        self.tell(self.n_frames)

    def tell(self, n_frames: float) -> None:
        """Tell the exporter of the lines that end within so many frames."""
        while self._lines and round(self._lines[0][1] * self.camera.frame_rate) <= n_frames:
            self.exporter.said(self.n_frames - 1, *self._lines.pop(0), self._later)


def _writer(renderer: Renderer) -> type[Any]:
    """manim's file writer, which writes nothing and tells the exporter of sections."""

    class Writer(SceneFileWriter):
        def begin_animation(self, allow_write: bool = False, **_: Any) -> None: ...

        def end_animation(self, allow_write: bool = False) -> None: ...

        def add_partial_movie_file(self, hash_animation: str | None) -> None: ...

        def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
            super().next_section(name, type_, skip_animations)
            renderer.exporter.section(renderer.n_frames, name)

        def finish_last_section(self) -> None: ...

        def finish(self) -> None: ...

        def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None: ...

    return Writer


def straight(pixels: Pixels) -> Pixels:
    """cairo keeps colours multiplied by their alpha; files keep them as they are."""
    alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    colours = np.minimum((pixels[..., :3] * np.uint16(255) + alpha // 2) // alpha, 255)
    return np.concatenate([colours.astype(np.uint8), pixels[..., 3:]], axis=2)

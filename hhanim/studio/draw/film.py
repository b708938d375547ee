"""Films: a manim scene drawn once per frame, straight into the studio's own encoder.

manim keeps its say over what a scene is and what a frame looks like. Two of its public hooks are used,
the camera and the file writer of ``CairoRenderer(camera_class=…, file_writer_class=…)``: the camera does
not draw again what lies below the first change (:mod:`hhanim.studio.draw.camera`), the writer hands frames to
:class:`hhanim.studio.media.encode.Encoder` instead of one file per animation. manim's own cache is not used: it
can serve old frames. The pixels are those of stock manim, bit by bit; where a new manim has moved the
hooks the film is shot by stock manim and encoded again, slower but the same.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import math
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import manim
import numpy as np
import numpy.typing as npt
import platformdirs
from manim.camera.camera import Camera
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

from hhanim.studio.draw.camera import SparingCamera, SparingRenderer
from hhanim.studio.draw.drawn import Drawn, Section
from hhanim.studio.draw.files import writer
from hhanim.studio.draw.scene import load, missing_fonts, scene_errors
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.events import Event, Listener
from hhanim.studio.fresh.job import Job
from hhanim.studio.fresh.versions import versions
from hhanim.studio.media import sidecar
from hhanim.studio.media.formats import Films, join

Pixels = npt.NDArray[np.uint8]
Picture = Any  # manim's own annotation of its uint8 pictures says int64


def shoot(job: Job, media: Path, films: Films, on_event: Listener) -> Drawn:
    """Run a film's scene and encode it into ``media``; with sections, into ``<name>.sections/`` beside it
    as well.

    Args:
        films: what is still being encoded when this returns is whole when they are closed.

    Raises:
        RenderError: when the scene fails; EncodeError: when the film cannot be written.
    """
    if hooks_missing() or has_own_camera(_scene(job)):
        return _stock(job, media)
    shot = _Shot(job, media, films, on_event)
    return shot.finish(_play(shot))


def still(job: Job, media: Path, number: int) -> Pixels | int:
    """One frame of a film, counted from 0; where the film has fewer, how many it has.

    Raises:
        RenderError: when the scene fails.
    """
    if hooks_missing() or has_own_camera(_scene(job)):
        found = _stock(job, media)
        return _frame_of(media, number) if number < found.n_frames else found.n_frames
    shot = _Still(job, media, number)
    with contextlib.suppress(_Found):
        _play(shot, _hasty(shot))
    return shot.n_frames if shot.picture is None else shot.picture


def _play(shot: _Shot, renderer_class: type[Any] = SparingRenderer) -> Any:
    """Run the scene of a shot; the scene."""
    job = shot.job
    scene_class = _scene(job)
    with _config(job, shot.media.parent), scene_errors(job.request.entry):
        renderer = renderer_class(camera_class=SparingCamera, file_writer_class=shot.writer_class())
        scene = scene_class(renderer=renderer)
        try:
            scene.render()
        except BaseException:
            shot.abort()
            raise
    return scene


def _scene(job: Job) -> Any:
    entry = job.request.entry
    with scene_errors(entry):
        return prepared(getattr(load(entry), entry.symbol), job)


def prepared(scene_class: Any, job: Job) -> Any:
    """The scene class with the job's parameters and theme."""
    objects = dict(job.values.objects)
    if hasattr(scene_class, "with_"):
        return scene_class.with_(**objects, theme=job.request.look)
    return type(scene_class.__name__, (scene_class,), {**objects, "__module__": scene_class.__module__})


@contextlib.contextmanager
def _config(job: Job, work: Path) -> Iterator[None]:
    """manim's global configuration for one film, put back afterwards."""
    width, height = job.request.pixels
    scratch = work / ".manim"
    typeset = scratch / "Tex"
    typeset.mkdir(parents=True, exist_ok=True)
    kept = _typeset_cache(job)
    _copy_new(kept, typeset)
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
        _copy_new(typeset, kept)
    finally:
        noise.removeFilter(missing_fonts)
        noise.setLevel(level)
        shutil.rmtree(scratch, ignore_errors=True)


def _typeset_cache(job: Job) -> Path:
    """Where typeset text is kept between films: named by its content and by the version of what typeset
    it.
    """
    engines = versions(job.request.entry.kind)
    name = "-".join(f"{k}{engines.get(k, '')}" for k in ("typst", "font-source-sans-pro"))
    return platformdirs.user_cache_path("hhanim", appauthor=False) / re.sub(r"[^\w.-]", "", name)


def _copy_new(source: Path, target: Path) -> None:
    """Copy the .svg files that are not there yet; whole or not at all, and never an error."""
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        there = {p.name for p in target.glob("*.svg")}
        for item in source.glob("*.svg"):
            if item.name not in there:
                part = target / f".{item.name}.{os.getpid()}.part"
                shutil.copyfile(item, part)
                part.replace(target / item.name)


def has_own_camera(scene_class: Any) -> bool:
    """Whether a scene is seen by a camera of its own (one that moves, one in space), which is not ours."""
    for base in scene_class.__mro__:
        own = inspect.signature(base.__init__).parameters.get("camera_class")
        if own is not None and own.default is not inspect.Parameter.empty:
            return own.default is not Camera
    return False


# -- the hooks -------------------------------------------------------------------------------------------


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
    wrong += takes(CairoRenderer.render, "scene", "time", "moving_mobjects") + takes(
        CairoRenderer.add_frame, "frame"
    )
    for owner, name, arguments in (
        (SceneFileWriter, "write_frame", ("pixels", "repeat")),
        (SceneFileWriter, "begin_animation", ("allow_write",)),
        (SceneFileWriter, "end_animation", ("allow_write",)),
        (SceneFileWriter, "next_section", ("name", "type_", "skip_animations")),
        (SceneFileWriter, "finish", ()),
        (SceneFileWriter, "abort_encode_jobs", ()),
        (SceneFileWriter, "is_already_cached", ()),
        (Camera, "capture_mobjects", ("mobjects",)),
        (Camera, "get_mobjects_to_display", ("mobjects",)),
        (Camera, "display_vectorized", ("vmobject", "ctx")),
        (Camera, "set_cairo_context_path", ("ctx", "vmobject")),
        (Camera, "get_cairo_context", ("pixel_array",)),
        (Camera, "reset", ()),
        (Camera, "set_frame_to_background", ("background",)),
        (Camera, "set_pixel_array", ("pixel_array",)),
    ):
        function = getattr(owner, name, None)
        wrong += [f"{owner.__name__}.{name} is gone"] if function is None else takes(function, *arguments)
    return wrong


# -- one film --------------------------------------------------------------------------------------------


class _Shot:
    """The frames of one film on their way to the encoder, section by section."""

    def __init__(self, job: Job, media: Path, films: Films, on_event: Listener) -> None:
        self.job, self.media, self.films, self.on_event = job, media, films, on_event
        self.started = time.perf_counter()
        self.transparent = job.request.look.transparent
        self.sections = job.request.sections
        if self.sections and not job.request.format.container:
            raise UsageError("sections are films: give the format mp4, webm or mov")
        self.folder = sidecar.beside(media, ".sections")
        self.encoder: Any = None
        self.parts: list[tuple[str, int, Path]] = []  # sections: name, first frame, file
        self.name: str | None = ""  # of the section that the next frame begins, if it begins one
        self.n_frames = 0
        self.subcaptions: list[Any] = []
        # One frame a second, packed, until it is known which of them is the poster.
        self.stills: list[tuple[int, tuple[Any, Any]]] = []

    def writer_class(self) -> type[Any]:
        """manim's file writer, giving to this shot what it would have put into files."""
        shot = self

        class Writer(SceneFileWriter):
            dirty: Any = None  # where the frame may differ from the one before; None: anywhere

            def begin_animation(self, allow_write: bool = False, **_: Any) -> None: ...

            def end_animation(self, allow_write: bool = False) -> None: ...

            def add_partial_movie_file(self, hash_animation: str | None) -> None: ...

            def is_already_cached(self, hash_invocation: str) -> bool:
                return False

            def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
                super().next_section(name, type_, skip_animations)
                shot.section(name)

            def finish_last_section(self) -> None: ...

            def write_frame(self, pixels: Picture, *, repeat: int = 1) -> None:
                shot.write(pixels, repeat, self.dirty)

            def finish(self) -> None:
                shot.subcaptions = self.subcaptions

            def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
                shot.abort()

        return Writer

    def section(self, name: str) -> None:
        """The next frames belong to a section of this name."""
        if self.sections and self.encoder is not None:
            self._end()
        self.name = name

    def write(self, pixels: Pixels, repeat: int, dirty: Any = None) -> None:
        """Encode a frame, `repeat` times."""
        request = self.job.request
        if self.transparent:
            pixels = _straight(pixels)
        if self.name is not None:
            path = self.media
            if self.sections:
                self.folder.mkdir(exist_ok=True)
                label = re.sub(r"[^\w.-]+", "-", self.name).strip("-.") or "part"
                path = self.folder / f"{len(self.parts) + 1:02d}-{label}{self.media.suffix}"
            self.parts.append((self.name, self.n_frames, path))
            self.name = None
        if self.encoder is None:
            self.encoder = self.films.enter_context(writer(self.job, self.parts[-1][2]))
        every = max(1, round(self.job.fps))
        for k in range(repeat):
            self.encoder.write(pixels, () if k else dirty)
            if self.n_frames % every == 0:
                self.stills.append((self.n_frames, packed(pixels)))
            self.n_frames += 1
        seconds = time.perf_counter() - self.started
        self.on_event(Event("frame", request.name, str(request.path), self.n_frames, 0, seconds))

    def _end(self) -> None:
        if self.encoder is not None:
            self.films.end(self.encoder)
            self.encoder = None

    def abort(self) -> None:
        """Stop; nothing whole is left behind."""
        if self.encoder is not None:
            self.encoder.abort()
            self.encoder = None

    def finish(self, scene: Any) -> Drawn:
        """End the film and say what it is."""
        self._end()
        if self.n_frames == 0:
            raise RenderError(f"{self.job.request.entry.name} plays nothing: not one frame was drawn")
        if self.sections:
            self.films.close()
            join([path for *_, path in self.parts], self.media, self.job.fps)
        width, height = self.job.request.pixels
        at = _poster(scene) * self.n_frames
        poster = unpacked(min(self.stills, key=lambda s: abs(s[0] - at))[1], width, height)
        cuts = [
            Section(
                name, float(first / self.job.fps), f"{self.folder.name}/{path.name}" if self.sections else ""
            )
            for name, first, path in self.parts
        ]
        captions = _captions(scene, self.subcaptions)
        return Drawn(poster, captions, _alt(scene), self.job.fps, self.n_frames, cuts)


class _Found(BaseException):
    """The frame that is wanted has come: the rest of the scene need not be played."""


class _Still(_Shot):
    """A shot that encodes nothing and ends with one frame."""

    def __init__(self, job: Job, media: Path, number: int) -> None:
        super().__init__(job, media, Films(), lambda _: None)
        self.number = number
        self.picture: Pixels | None = None

    def write(self, pixels: Pixels, repeat: int, dirty: Any = None) -> None:
        """Keep the frame if it is the one."""
        self.n_frames += repeat
        if self.n_frames > self.number:
            self.picture = pixels.copy()
            raise _Found


def packed(pixels: Pixels) -> tuple[Any, Any]:
    """A picture as runs of one colour: where they begin, and the colours. Drawings have few."""
    words = np.ascontiguousarray(pixels).view(np.uint32).ravel()
    starts = np.concatenate([[0], np.flatnonzero(words[1:] != words[:-1]) + 1]).astype(np.uint32)
    return starts, words[starts]


def unpacked(runs: tuple[Any, Any], width: int, height: int) -> Pixels:
    """The picture (height, width, 4) of :func:`packed`."""
    starts, colours = runs
    words = np.repeat(colours, np.diff(starts, append=np.uint32(width * height)))
    return words.view(np.uint8).reshape(height, width, 4)


def _hasty(shot: _Still) -> type[SparingRenderer]:
    """A renderer that draws nothing of an animation that is over before the wanted frame."""

    class Hasty(SparingRenderer):
        def update_frame(self, scene: Any, *arguments: Any, **options: Any) -> None:
            if shot.number - shot.n_frames <= math.ceil(scene.duration * self.camera.frame_rate) + 1:
                super().update_frame(scene, *arguments, **options)

        def render(self, scene: Any, time: float, moving_mobjects: Any = None) -> None:
            if shot.n_frames < shot.number:
                self.add_frame(self.camera.pixel_array)
            else:
                super().render(scene, time, moving_mobjects)

    return Hasty


def _straight(pixels: Pixels) -> Pixels:
    """cairo keeps colours multiplied by their alpha; files keep them as they are."""
    alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    colours = np.minimum((pixels[..., :3] * np.uint16(255) + alpha // 2) // alpha, 255)
    return np.concatenate([colours.astype(np.uint8), pixels[..., 3:]], axis=2)


def _poster(scene: Any) -> float:
    share = getattr(scene, "poster", None)
    return float(share) if isinstance(share, int | float) and math.isfinite(share) else 0.6


def _alt(scene: Any) -> str:
    return str(getattr(scene, "alt", "") or "")


def _captions(scene: Any, subtitles: list[Any]) -> list[tuple[float, float, str]]:
    """What the scene said and when, from manim's own subtitles, so that any scene may speak."""
    return [(s.start.total_seconds(), s.end.total_seconds(), str(s.content)) for s in subtitles]


def _stock(job: Job, media: Path) -> Drawn:
    """The same film by stock manim, for a manim whose hooks have moved."""
    import av

    with _config(job, media.parent), scene_errors(job.request.entry):
        scene = _scene(job)()
        scene.render()
        files = scene.renderer.file_writer
        count = 0
        with av.open(str(files.movie_file_path)) as container, writer(job, media) as film:
            for frame in container.decode(video=0):
                film.write(frame.to_ndarray(format="rgba").astype(np.uint8, copy=False))
                count += 1
        poster = _frame_of(Path(files.movie_file_path), int(_poster(scene) * count))
    captions = _captions(scene, getattr(files, "subcaptions", []))
    return Drawn(poster, captions, _alt(scene), job.fps, count)


def _frame_of(media: Path, number: int) -> Pixels:
    import av

    with av.open(str(media)) as container:
        picture = None
        for k, frame in enumerate(container.decode(video=0)):
            picture = frame
            if k >= number:
                break
        assert picture is not None
        return cast(Pixels, picture.to_ndarray(format="rgba"))

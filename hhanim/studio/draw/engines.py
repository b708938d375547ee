"""The engine for a scene, and one frame of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhanim.studio.draw.engine import Engine, Exporter, Played
from hhanim.studio.draw.scene import scene_errors
from hhanim.studio.fresh.job import Job
from hhanim.studio.mends import need

if TYPE_CHECKING:
    from hhanim.studio.media.writer import Pixels


def engine(job: Job, work: Path) -> Engine:
    """The engine for a job's scene; it may use the folder ``work`` for what it needs.

    Raises MissingError without the library it needs, RenderError when the scene's file fails.
    """
    name, kind = job.request.entry.name, job.request.entry.kind
    if kind == "clip":
        from hhanim.studio.draw.clip import ClipEngine

        return ClipEngine(job)
    if kind == "slide":
        need("typst", "lecture", name)
        from hhanim.studio.draw.slide import SlideEngine

        return SlideEngine(job, work)
    if kind == "video":
        from hhanim.studio.draw.video import VideoEngine

        return VideoEngine(job)
    need("manim", "films", name)
    from hhanim.studio.draw.film import FilmEngine

    return FilmEngine(job, work)


def play(player: Engine, job: Job, exporter: Exporter) -> Played:
    """Play a job's scene.

    Raises RenderError when it fails, with its own traceback.
    """
    with scene_errors(job.request.entry):
        return player.play(exporter)


class _Found(GeneratorExit):
    """The frame that is wanted has come: the rest of the scene need not be played, and nothing went wrong."""


class _One:
    """An exporter that wants one frame."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.picture: Any = None

    def section(self, number: int, name: str) -> None: ...

    def said(self, *line: Any) -> None: ...

    def wants(self, first: int, stop: int) -> bool:
        return first <= self.number < stop

    def frame(self, number: int, rgba: Pixels, dirty: Any, repeat: int = 1) -> None:
        if number <= self.number < number + repeat:
            self.picture = rgba.copy()
            raise _Found


def single_frame(job: Job, work: Path, number: int) -> Pixels | int:
    """One frame, of which alone anything is drawn; where there are fewer, how many there are.

    Raises RenderError when the scene fails.
    """
    one = _One(number)
    try:
        return play(engine(job, work), job, one).n_frames
    except _Found:
        picture: Pixels = one.picture
        return picture

"""A scene drawn and encoded, a long clip in pieces."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path
from typing import Any

from hhanim.process import spared_collector
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.files import writer
from hhanim.studio.draw.scene import load, scene_errors
from hhanim.studio.errors import RenderError
from hhanim.studio.events import Event, Listener, silent
from hhanim.studio.fresh.job import Job
from hhanim.studio.media.formats import Films, join
from hhanim.studio.mends import need


@spared_collector  # scenes import, typeset and keep much
def draw(
    job: Job,
    media: Path,
    films: Films,
    on_event: Listener = silent,
    start: int = 0,
    stop: int | None = None,
) -> Drawn:
    """Draw a scene and encode it into ``media``; of a clip, the pieces from frame ``start`` up to ``stop``.

    Args:
        films: what is still being encoded when this returns is whole when they are closed.

    Raises:
        RenderError: when the scene fails, with its own traceback; EncodeError: when the film cannot be
        written.
    """
    request = job.request
    if request.entry.kind == "film":
        need("manim", "films", request.entry.name)
        from hhanim.studio.draw.film import shoot

        return shoot(job, media, films, on_event)
    stop = job.n_frames if stop is None else stop
    name, place = request.name, str(request.path)
    performance = perform(job)
    frames = performance.frames(start)
    started, picture = time.perf_counter(), None
    for first, last in pieces(job):
        if not start <= first < stop:
            continue
        part = piece_path(job, media, first)
        part.parent.mkdir(exist_ok=True)
        film = films.enter_context(writer(job, part))
        for number in range(first, last):
            with scene_errors(request.entry):
                frame = next(frames, None)
            if frame is None:
                raise RenderError(f"scene {request.entry.name} drew {number} frames of {job.n_frames}")
            film.write(frame.rgba, frame.dirty)
            if number == performance.poster:
                picture = frame.rgba.copy()
            seconds = time.perf_counter() - started
            on_event(Event("frame", name, place, number + 1 - start, job.n_frames, seconds))
        films.end(film)
    if stop == job.n_frames:  # captions are complete when the scene has come to its end
        with scene_errors(request.entry):
            if next(frames, None) is not None:
                raise RenderError(f"scene {request.entry.name} drew more than {job.n_frames} frames")
    return Drawn(picture, list(performance.captions), str(performance.alt or ""), job.fps, job.n_frames)


PIECE = 10
"""Seconds. A long film is encoded in pieces of this length, each by itself, whoever makes them: so its bytes
do not depend on how many workers there were."""


def pieces(job: Job) -> list[tuple[int, int]]:
    """Where a film is cut: (first frame, frame after the last) of each piece."""
    length = max(1, round(PIECE * job.fps))
    count = max(1, round(job.n_frames / length)) if job.request.format.pieces else 1
    cuts = [k * length for k in range(count)] + [job.n_frames]
    return list(itertools.pairwise(cuts))


def piece_path(job: Job, media: Path, first: int) -> Path:
    """The file of the piece that begins with frame ``first``: ``media`` itself when there is only one."""
    if len(pieces(job)) == 1:
        return media
    return media.parent / PIECES / f"{first:09d}{media.suffix}"


PIECES = ".pieces"


def assemble(job: Job, media: Path) -> None:
    """Join the pieces of a film, if it was cut.

    Raises:
        EncodeError: when it cannot be written.
    """
    if len(parts := pieces(job)) > 1:
        join([piece_path(job, media, first) for first, _ in parts], media, job.fps)
        shutil.rmtree(media.parent / PIECES)


def perform(job: Job) -> Any:
    """The clip of a job, ready to give frames.

    Raises:
        RenderError: when the scene's file fails.
    """
    from hhanim.plots.clip import perform as play

    request = job.request
    width, height = request.pixels
    with scene_errors(request.entry):
        clip = getattr(load(request.entry), request.entry.symbol)
        return play(
            clip,
            dict(job.values.objects),
            width=width,
            height=height,
            fps=job.fps,
            n_frames=job.n_frames,
            theme=request.look,
        )

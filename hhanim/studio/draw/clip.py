"""Clips, drawn by matplotlib."""

from __future__ import annotations

from typing import Any

from hhanim.studio.draw.engine import Exporter, Lines, Played
from hhanim.studio.draw.scene import load, scene_errors
from hhanim.studio.fresh.job import Job


def perform(job: Job) -> Any:
    """The clip of a job, ready to give frames.

    Raises RenderError when the scene's file fails.
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


class ClipEngine:
    """A clip; see :class:`hhanim.studio.draw.engine.Engine`."""

    whole = False

    def __init__(self, job: Job) -> None:
        self.job, self._performance = job, perform(job)

    def may_be_poster(self, number: int) -> bool:
        return bool(number == self._performance.poster)

    def play(self, exporter: Exporter) -> Played:
        job, performance = self.job, self._performance
        exporter.section(0, "")
        number = next((k for k in range(job.n_frames) if exporter.wants(k, k + 1)), job.n_frames)
        frames = performance.frames(number)
        lines = Lines(exporter, performance.captions, float(job.fps), performance.stage.seen)
        # To the end, if the last frames are wanted: then the captions are complete, and a frame too many is noticed.
        while number == job.n_frames or exporter.wants(number, job.n_frames):
            if (frame := next(frames, None)) is None:
                break
            exporter.frame(number, frame.rgba, frame.dirty)
            lines.until(number)
            number += 1
        if number >= job.n_frames:
            lines.until(job.n_frames - 1, end=True)
        alt = str(performance.alt or "")
        return Played(
            job.n_frames, performance.poster, alt, list(performance.captions), performance.stage.clicks
        )

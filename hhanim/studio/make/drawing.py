"""Drawing apart: every scene in a process of its own, whatever else this one has done."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhanim.studio.apart import LostError, Workplace
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import PIECE, Output, Share
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.job import Job
from hhanim.studio.news import Listener
from hhanim.studio.plan.catalogue import Entry, shipped
from hhanim.studio.plan.request import Request

if TYPE_CHECKING:
    from hhanim.studio.draw.task import Made

_TASK = "hhanim.studio.draw.task"


class Drawing:
    """Processes in which scenes are drawn."""

    def __init__(self) -> None:
        self._places = {kind: Workplace(f"hhanim.studio.draw.warm:{kind}s") for kind in PIECE}

    def get_ready(self, request: Request) -> None:
        """A film will be drawn: what it needs is loaded while its job is prepared here."""
        self._places[request.entry.kind].get_ready()

    def share(
        self, outputs: Sequence[Output], share: Share, on_event: Listener
    ) -> tuple[list[Output], Drawn | None]:
        """As :func:`hhanim.studio.draw.task.film`: the outputs, by the scene as it is now, and the film. Raises
        LostError when the process that draws does; StudioError when the scene fails."""
        requests = [output.job.request for output in outputs]
        made = self.film(requests, [output.media for output in outputs], share, hear=on_event)
        outputs = [
            replace(output, job=_job(output.job, made.entry, key))
            for output, key in zip(outputs, made.keys, strict=True)
        ]
        return outputs, made.drawn and replace(made.drawn, used=made.used)

    def film(self, requests: Sequence[Request], media: Sequence[Path], share: Share, **how: Any) -> Made:
        """As :func:`hhanim.studio.draw.task.film`.

        how: folder: the working folder; hear: is told how far it is.
        """
        made: Made = self._do("film", requests, media, share, **how)
        return made

    def draw(self, outputs: Sequence[Output], on_event: Listener) -> tuple[list[Output], Drawn]:
        """All of a scene, by one process. Raises RenderError when the scene fails, or the process that draws it
        is ended."""
        try:
            outputs, drawn = self.share(outputs, Share(), on_event)
        except LostError as error:
            raise RenderError(f"{outputs[0].job.request.name}: {error}") from error
        assert drawn is not None
        return outputs, drawn

    def rehearsal(self, request: Request, work: Path) -> Drawn:
        """As :func:`hhanim.studio.draw.task.rehearsal`."""
        played: Drawn = self._do("rehearsal", [request], work)
        return played

    def frame(self, request: Request, work: Path, number: int) -> Any:
        """As :func:`hhanim.studio.draw.task.frame`."""
        return self._do("frame", [request], work, number)

    def picture(self, request: Request, number: int, kind: str) -> bytes:
        """As :func:`hhanim.studio.draw.task.picture`."""
        written: bytes = self._do("picture", [request], number, kind)
        return written

    def stop(self) -> None:
        """End all that is drawn."""
        for place in self._places.values():
            place.stop()

    def _do(self, work: str, requests: Sequence[Request], *arguments: Any, **options: Any) -> Any:
        entry = requests[0].entry
        shared = entry.path.is_relative_to(shipped())
        plain = [replace(request, origin=None) for request in requests]  # without what was worked out here
        try:
            return self._places[entry.kind].do(f"{_TASK}:{work}", plain, *arguments, shared=shared, **options)
        except pickle.PicklingError as error:
            raise RenderError(
                f"{requests[0].name}: what it was given stays in this process ({error}); put a model of your own into "
                "a file and give path/to/file.py:NAME"
            ) from error


@functools.cache
def alone() -> Drawing:
    """Who draws where nobody else was asked to: a process at a time, which stays warm for the next film."""
    return Drawing()


def _job(job: Job, entry: Entry, key: Any) -> Job:
    """A job as it was where it was drawn."""
    request = replace(job.request, entry=replace(entry, path=job.request.entry.path))
    return replace(job, request=request, key=key, n_frames=key["n_frames"], fps=Fraction(key["frame_rate"]))

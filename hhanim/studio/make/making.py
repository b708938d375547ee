"""A film in the making: begun, drawn, and finished once it is what was asked for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hhanim.studio import apart, loaded
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output
from hhanim.studio.errors import MissingError, RenderError, UsageError, writing
from hhanim.studio.fresh.job import Job, prepare
from hhanim.studio.fresh.status import Status, status
from hhanim.studio.make.drawing import alone
from hhanim.studio.make.locks import lock
from hhanim.studio.make.record import expected, record
from hhanim.studio.make.work_folder import commit, recover, work_folder
from hhanim.studio.media import sidecar
from hhanim.studio.media.exchange import NEW, WORK
from hhanim.studio.news import Event, Listener
from hhanim.studio.plan.request import Request
from hhanim.studio.plan.voice import measured, note_new, remarks

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew


@dataclass
class Making:
    """A film in the making: it holds the lock of its file and a folder to work in."""

    request: Request
    job: Job
    path: Path
    media: Path
    force: bool
    held: contextlib.ExitStack
    started: float
    drawn: Drawn | None = None

    def finish(self) -> Event:
        """Check the film and put it in its place; once, in any thread. Raises StudioError when it is not what was
        asked for."""
        assert self.drawn is not None
        with self.held:
            made = record(self.job, self.media, self.drawn)
            commit(self.media.parent.parent, self.path, force=self.force)
        name, place, count = self.request.name, str(self.request.path), made.n_frames
        takes = self.request.takes
        if takes and not self.request.given:  # what was recorded was recorded of the scene as it is
            with contextlib.suppress(OSError, RenderError):
                note_new(self.request.recordings, takes, {line.name: line.text for line in made.lines})
        said = remarks(takes, {line.name: line.text for line in made.lines}) if self.request.spoken else {}
        words = "; ".join(f"{self.request.recordings / file}: {what}" for file, what in said.items())
        return Event("done", name, place, count, count, time.perf_counter() - self.started, words)


def begin(request: Request, force: bool, on_event: Listener, crew: Crew | None) -> Making | Event:
    """Take hold of a film that is stale; of another, the last event. Raises StudioError as films.make."""
    started = time.perf_counter()
    name, place, folder = request.name, str(request.path), request.path.parent
    if apart.inside():
        raise UsageError(f"{name}: a scene renders nothing while it is drawn, since it would wait for itself")
    if request.sections and request.entry.kind == "film" and not request.format.container:
        raise UsageError("sections are films: give the format mp4, webm or mov")
    with contextlib.ExitStack() as held:
        held.enter_context(writing(request.path, f"{name}: "))
        folder.mkdir(parents=True, exist_ok=True)
        held.enter_context(lock(folder / WORK, request.path.name))
        recover(request.path)
        state = status(request)
        if end := stays(request.path, name, state, force=force):
            return end
        if crew is None:
            alone().get_ready(request)
        loaded.check()
        if request.spoken:
            request = replace(request, takes=tuple(measured(request.recordings)))
        job = prepare(request)
        expected(job)  # what cannot be recorded need not be drawn
        on_event(Event("start", name, place, n_frames=job.n_frames, message="; ".join(state.reasons)))
        path = request.path.absolute()  # whatever folder a scene makes the working one
        work = held.enter_context(work_folder(path))
        return Making(request, job, path, work / NEW / path.name, force, held.pop_all(), started)


def stays(path: Path, name: str, state: Status, *, force: bool) -> Event | None:
    """The end of what is not made: it is fresh, somebody's, or something is in its way; None of what is to be made."""
    if state.fresh and not force:
        return Event("fresh", name, str(path))
    reason = (
        f"{state.reasons[0]}; --force replaces it" if state.protected and not force else sidecar.blocked(path)
    )
    return Event("kept", name, str(path), message=reason) if reason else None


def draw(group: Sequence[Making], on_event: Listener, crew: Crew | None) -> Sequence[Making]:
    """Draw films that have the same pixels, once, and return them. Raises StudioError as films.make; nothing is left of
    any of them then."""
    outputs = [Output(film.job, film.media) for film in group]
    with contextlib.ExitStack() as stack:
        for film in group:
            stack.push(film.held)
        outputs, drawn = (crew or alone()).draw(outputs, on_event)
        stack.pop_all()
    for film, output in zip(group, outputs, strict=True):
        film.job, film.drawn = output.job, drawn
    return group


def failure(request: Request, error: Exception) -> Event:
    """The event that tells of an error, with the scene's traceback where there is one."""
    from hhanim.studio.mends import told

    said = told(error, request.name)
    kind = "missing" if isinstance(said, MissingError) else "failed"
    return Event(kind, request.name, str(request.path), message=str(said), trace=said.trace)

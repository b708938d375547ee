"""Scenes into files: draw, encode, check, and only then put the new file in the place of the old one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from hhanim.language import ENGLISH
from hhanim.studio import apart, loaded
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output, same_pixels
from hhanim.studio.errors import MissingError, OutdatedError, RenderError, UsageError, writing
from hhanim.studio.fresh.job import Job, prepare
from hhanim.studio.fresh.status import Status, check, status
from hhanim.studio.make.drawing import alone
from hhanim.studio.make.locks import lock
from hhanim.studio.make.progress import telling
from hhanim.studio.make.record import expected, record
from hhanim.studio.make.work_folder import commit, recover, sweep, work_folder
from hhanim.studio.media import sidecar
from hhanim.studio.media.exchange import NEW, WORK
from hhanim.studio.media.shown import Video, Videos
from hhanim.studio.news import Event, Listener, silent
from hhanim.studio.plan.catalogue import find
from hhanim.studio.plan.names import clashes, file_name, or_variant
from hhanim.studio.plan.request import Request, target
from hhanim.studio.plan.voice import measured, note_new, remarks

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew


@overload
def render(scene: Any, /, **options: Any) -> Video: ...


@overload
def render(*scenes: Any, **options: Any) -> Video | Videos: ...


def render(
    *scenes: Any,
    preset: str | None = None,
    theme: str = "dark",
    output: str | os.PathLike[str] = "output",
    size: str | tuple[int, int] | None = None,
    language: str = ENGLISH,
    name: str | None = None,
    force: bool = False,
    sections: bool = False,
    sound: str = "voice",
    executor: Executor | None = None,
    on_event: Listener | None = None,
    **values: Any,
) -> Video | Videos:
    """Make the films of one scene or of several, unless they are already what would be made.

    scenes: each a name of the catalogue (``"tau"``), a clip, or the path of a scene file (``"my_clip.py"``,
        ``"my_clip.py:name"``; its code is run).
    preset: draft, slide, lecture, uhd, square, vertical; None is 1080p at the scene's own rate.
    theme: dark, light, or either with ``-transparent``.
    output: folder, made if need be.
    name: of the file; by default the scene's, or where that is of other values ``tau-celsius=18.5``.
    language: of all that is written and said: "en", "de", "es", or that of your own ``language/CODE.po``.
    size: ``"1280x720"`` or ``(1280, 720)``, over the preset's.
    force: make it even if it is fresh or was edited by hand.
    sections: of a film (manim), one file per section as well, in ``<name>.sections/``.
    sound: "voice", what lies in ``voice/<scene>/<language>/``; "spikes", a click for each spike as well;
        "described", what is seen as well; "none".
    executor: who draws, this process if None: any ``concurrent.futures`` executor, of processes or of
        threads here or elsewhere, such as Dask's ``Client(…).get_executor()``. A long clip is cut into
        pieces that are drawn at the same time. It is not shut down.
    on_event: hears what happens. If None, a notebook shows a line that says how far it is, a terminal bars.
    **values: the scene's parameters and those of its membrane: ``gNa=60, celsius=18.5``.

    Returns the path of the film, or a list of such paths; a notebook shows the films themselves.
    Raises UsageError (a ValueError) when the request is not possible; RenderError when the scene fails.
    """
    if not scenes or (name is not None and len(scenes) > 1):
        raise UsageError('give one scene or more, as in hh.render("tau"), and a name to one only')
    text = "x".join(map(str, size)) if isinstance(size, tuple) else size
    for what, value, kinds, wanted in (
        ("preset", preset, (str, type(None)), 'a name, such as "slide"'),
        ("theme", theme, (str,), '"dark" or "light"'),
        ("language", language, (str,), 'a code, such as "de"'),
        ("size", text, (str, type(None)), '"1280x720" or (1280, 720)'),
        ("executor", executor, (Executor, type(None)), "one of concurrent.futures, or None"),
    ):
        if not isinstance(value, kinds):
            raise UsageError(f"{what} = {value!r}: give {wanted}")
    if on_event is not None and not callable(on_event):
        raise UsageError(f"on_event = {on_event!r}: give a function of an event, or None")
    requests = []
    for entry in map(find, scenes):
        dress = {"language": language} if language != ENGLISH else {}
        path = target(output, file_name(entry, {}, {}, dress=dress) if name is None else name)
        request = Request(
            entry, path, values, preset, str(theme), text, sections=sections, language=language, sound=sound
        )
        if values and name is None:
            request = or_variant(request, file_name(entry, values, values, dress=dress))
        check(request)
        requests.append(request)
    for one, other in clashes(requests):
        raise UsageError(f"two films would be written to {one.path} and {other.path}; give each a name")
    crew = None
    if executor is not None:
        from hhanim.studio.make.workers import of

        crew = of(executor)
    with telling(on_event) as tell:
        for request in requests:
            outcome = make(request, force=force, on_event=tell, crew=crew)
            if outcome.kind == "kept":
                raise RenderError(f"{request.path}: {outcome.message}")
    made = Videos(Video(request.path) for request in requests)
    return made[0] if len(made) == 1 else made


def make(
    request: Request, *, force: bool = False, on_event: Listener = silent, crew: Crew | None = None
) -> Event:
    """Make one film if it is stale; the last event is returned. Raises StudioError when it cannot be made; the file
    that was there is untouched."""
    made = _begin(request, force, on_event, crew)
    if isinstance(made, _Making):
        _draw([made], on_event, crew)
        made = made.finish()
    on_event(made)
    return made


@dataclass
class _Making:
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
        """Check the film and put it in its place; once, in any thread. Raises StudioError when it is not what was asked
        for."""
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


def _begin(request: Request, force: bool, on_event: Listener, crew: Crew | None) -> _Making | Event:
    """Take hold of a film that is stale; of another, the last event. Raises StudioError as :func:`make`."""
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
        return _Making(request, job, path, work / NEW / path.name, force, held.pop_all(), started)


def stays(path: Path, name: str, state: Status, *, force: bool) -> Event | None:
    """The end of what is not made: it is fresh, somebody's, or something is in its way; None of what is to be made."""
    if state.fresh and not force:
        return Event("fresh", name, str(path))
    reason = (
        f"{state.reasons[0]}; --force replaces it" if state.protected and not force else sidecar.blocked(path)
    )
    return Event("kept", name, str(path), message=reason) if reason else None


def _draw(group: Sequence[_Making], on_event: Listener, crew: Crew | None) -> None:
    """Draw films that have the same pixels, once. Raises StudioError as :func:`make`; nothing is left of any of
    them."""
    outputs = [Output(film.job, film.media) for film in group]
    with contextlib.ExitStack() as stack:
        for film in group:
            stack.push(film.held)
        outputs, drawn = (crew or alone()).draw(outputs, on_event)
        stack.pop_all()
    for film, output in zip(group, outputs, strict=True):
        film.job, film.drawn = output.job, drawn


def make_all(
    wanted: Sequence[Request],
    *,
    force: bool = False,
    on_event: Listener = silent,
    crew: Crew | None = None,
) -> list[Event]:
    """Make every film that is stale; one that fails does not stop the others. What has the same pixels is drawn once.

    on_event: hears what happens, from several threads.
    crew: who draws. This process if None: one scene after the other, of which the one before is finished in a
        thread while the next is drawn.
    Returns the last event of each, in order: done, fresh, kept, missing (a library) or failed.
    Raises UsageError before anything is made, when one of the requests is not possible.
    """
    for request in wanted:
        check(request)
    for folder in {request.path.parent for request in wanted}:
        sweep(folder)
    ends: dict[Path, Event] = {}

    def end(request: Request, event: Event) -> None:
        ends[request.path] = event
        on_event(event)

    def attempt(request: Request, step: Callable[[], _Making | Event]) -> _Making | None:
        """What a step gives, unless it is the end: success, nothing to do, or a failure."""
        try:
            made = step()
        except OutdatedError:
            raise
        except Exception as error:
            made = failure(request, error)
        if isinstance(made, Event):
            end(request, made)
            return None
        return made

    def drawn(together: Sequence[Request]) -> list[_Making]:
        """Scenes of which each is drawn, in as few passes as there can be."""
        begun = [attempt(request, partial(_begin, request, force, on_event, crew)) for request in together]
        left, done = [film for film in begun if film is not None], []
        while left:
            group = [film for film in left if same_pixels(film.job, left[0].job)]
            left = [film for film in left if film not in group]
            try:
                _draw(group, on_event, crew)
            except OutdatedError:
                raise
            except Exception as error:
                for film in group:
                    end(film.request, failure(film.request, error))
            else:
                done += group
        return done

    def finish(films: Sequence[_Making]) -> None:
        for film in films:
            attempt(film.request, film.finish)

    def whole(together: Sequence[Request]) -> None:
        finish(drawn(together))

    groups = _together(wanted)
    if crew is None:
        waiting: list[tuple[Sequence[_Making], Future[None]]] = []
        with ThreadPoolExecutor(max_workers=1) as other:
            try:
                for k, together in enumerate(groups):
                    if k > 1:  # while one is drawn one may be finished, but no more are kept in memory
                        waiting[k - 2][1].result()
                    films = drawn(together)
                    waiting.append((films, other.submit(finish, films)))
                for _, future in waiting:
                    future.result()
            except KeyboardInterrupt:
                for film in (film for films, _ in waiting for film in films):
                    if film.request.path not in ends:
                        on_event(Event("finishing", film.request.name, str(film.request.path)))
                raise
    else:
        # A thread for each scene in the making: it plans, waits for the crew, checks and puts in place.
        with ThreadPoolExecutor(max_workers=2 * crew.workers) as threads:
            try:
                list(threads.map(whole, groups))
            except BaseException:
                crew.stop()
                threads.shutdown(wait=False, cancel_futures=True)
                raise
    return [ends[request.path] for request in wanted]


def _together(wanted: Sequence[Request]) -> list[list[Request]]:
    """The requests that may be drawn in one pass: those of one scene with the same settings, whatever the format."""
    groups: dict[str, list[Request]] = {}
    for request in wanted:
        asked = {
            **request.settings(),
            "sections": None,
            "scene": f"{request.entry.path}:{request.entry.symbol}",
        }
        group = groups.setdefault(repr(sorted(asked.items())), [])
        if all(request.path != other.path for other in group):
            group.append(request)
    for (
        group
    ) in groups.values():  # always in the same order: nobody waits for a lock while holding what we need
        group.sort(key=lambda request: str(request.path))
    return list(groups.values())


def failure(request: Request, error: Exception) -> Event:
    """The event that tells of an error, with the scene's traceback where there is one."""
    from hhanim.studio.mends import told

    said = told(error, request.name)
    kind = "missing" if isinstance(said, MissingError) else "failed"
    return Event(kind, request.name, str(request.path), message=str(said), trace=said.trace)

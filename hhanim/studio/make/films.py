"""Scenes into files: draw, encode, check, and only then put the new file in the place of the old one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hhanim.studio.draw.pieces import draw
from hhanim.studio.errors import MissingError, RenderError, UsageError, writing
from hhanim.studio.events import Event, Listener, silent
from hhanim.studio.fresh.job import prepare
from hhanim.studio.fresh.status import check, status
from hhanim.studio.make.locks import lock
from hhanim.studio.make.progress import telling
from hhanim.studio.make.record import record
from hhanim.studio.make.work_folder import WORK, commit, recover, sweep, work_folder
from hhanim.studio.media.formats import Films
from hhanim.studio.media.video import Video, Videos
from hhanim.studio.plan.catalogue import find
from hhanim.studio.plan.names import file_name, or_variant
from hhanim.studio.plan.request import Request, target

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew


_T = TypeVar("_T")


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
    name: str | None = None,
    force: bool = False,
    sections: bool = False,
    executor: Executor | None = None,
    on_event: Listener | None = None,
    **values: Any,
) -> Video | Videos:
    """Make the films of one scene or of several, unless they are already what would be made.

    Args:
        scenes: each a name of the catalogue (``"tau"``), a clip, or the path of a scene file (``"my_clip.py"``,
            ``"my_clip.py:name"``; its code is run).
        preset: draft, slide, lecture, uhd, square, vertical; None is 1080p at the scene's own rate.
        theme: dark, light, or either with ``-transparent``.
        output: folder, made if need be.
        name: of the file; by default the scene's, or where that is of other values ``tau-celsius=18.5``.
        size: ``"1280x720"`` or ``(1280, 720)``, over the preset's.
        force: make it even if it is fresh or was edited by hand.
        sections: of a film (manim), one file per section as well, in ``<name>.sections/``.
        executor: who draws, this process if None: any ``concurrent.futures`` executor, of processes or of
            threads here or elsewhere, such as Dask's ``Client(…).get_executor()``. A long clip is cut into
            pieces that are drawn at the same time. It is not shut down.
        on_event: hears what happens. If None, a notebook shows a line that says how far it is, a terminal bars.
        **values: the scene's parameters and those of its membrane: ``gNa=60, celsius=18.5``.

    Returns:
        The path of the film, or a list of such paths; a notebook shows the films themselves.

    Raises:
        UsageError: (a ValueError) when the request is not possible; RenderError: when the scene fails.
    """
    if not scenes or (name and len(scenes) > 1):
        raise UsageError('give one scene or more, as in hh.render("tau"), and a name to one only')
    text = f"{size[0]}x{size[1]}" if isinstance(size, tuple) else size
    requests = []
    for entry in map(find, scenes):
        path = target(output, name or entry.name)
        request = Request(entry, path, values, preset, str(theme), text, sections=sections)
        if values and name is None:
            request = or_variant(request, file_name(entry, values, values))
        check(request)
        requests.append(request)
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
    """Make one film if it is stale; the last event is returned.

    Raises:
        StudioError: when it cannot be made; the file that was there is untouched.
    """
    event = _make(request, force, on_event, crew)
    on_event(event)
    return event


def _make(request: Request, force: bool, on_event: Listener, crew: Crew | None) -> Event:
    made = begin(request, force=force, on_event=on_event, crew=crew)
    return made if isinstance(made, Event) else made()


def begin(
    request: Request, *, force: bool = False, on_event: Listener = silent, crew: Crew | None = None
) -> Event | Callable[[], Event]:
    """Draw one film if it is stale.

    Returns:
        What finishes it, to be called once: it waits for the encoder, checks the film and puts it in its place. Any
        thread may do that while this one draws another film. Or, if there is nothing to draw, the last event.

    Raises:
        StudioError: as :func:`make`, here or when the film is finished.
    """
    started = time.perf_counter()
    name, place, folder = request.name, str(request.path), request.path.parent
    with contextlib.ExitStack() as held:
        held.enter_context(writing(request.path, f"{name}: "))
        folder.mkdir(parents=True, exist_ok=True)
        held.enter_context(lock(folder / WORK, request.path.name))
        recover(request.path)
        state = status(request)
        if not force and (state.fresh or state.protected):
            if state.fresh:
                return Event("fresh", name, place)
            return Event("kept", name, place, message=f"{state.reasons[0]}; --force replaces it")
        job = prepare(request)
        on_event(Event("start", name, place, n_frames=job.n_frames, message="; ".join(state.reasons)))
        work = held.enter_context(work_folder(request.path))
        films = held.enter_context(Films())
        media = work / request.path.name
        if crew is not None:
            drawn = crew.draw(job, media, on_event)
        else:
            drawn = draw(job, media, films, on_event)
        kept = held.pop_all()

    def finish() -> Event:
        with kept:
            films.close()
            made = record(job, media, drawn)
            commit(work, request.path)
        seconds = time.perf_counter() - started
        return Event("done", name, place, made["n_frames"], made["n_frames"], seconds)

    return finish


def make_all(
    wanted: Sequence[Request],
    *,
    force: bool = False,
    on_event: Listener = silent,
    crew: Crew | None = None,
) -> list[Event]:
    """Make every film that is stale; one that fails does not stop the others.

    Args:
        on_event: hears what happens, from several threads.
        crew: who draws. This process if None: one film after the other, of which the one before is finished in a
            thread while the next is drawn.

    Returns:
        The last event of each, in order: done, fresh, kept, missing (a library) or failed.

    Raises:
        UsageError: before anything is made, when one of the requests is not possible.
    """
    for request in wanted:
        check(request)
    for folder in {request.path.parent for request in wanted}:
        sweep(folder)

    def attempt(request: Request, step: Callable[[], _T]) -> _T | Event:
        try:
            made: _T | Event = step()
        except Exception as error:
            made = failure(request, error)
        if isinstance(made, Event):
            on_event(made)
        return made

    if crew is None:
        made: list[Event | Future[Event]] = []
        with ThreadPoolExecutor(max_workers=1) as other:
            try:
                for k, request in enumerate(wanted):
                    if k > 1:  # while one is drawn one may be finished, but no more are kept in memory
                        _last(made[k - 2])
                    step = attempt(request, partial(begin, request, force=force, on_event=on_event))
                    made.append(step if isinstance(step, Event) else other.submit(attempt, request, step))
                return [_last(m) for m in made]
            except KeyboardInterrupt:
                for request, m in zip(wanted, made, strict=False):
                    if not (isinstance(m, Event) or m.done()):
                        on_event(Event("finishing", request.name, str(request.path)))
                raise

    def whole(request: Request) -> Event:
        return attempt(request, partial(_make, request, force, on_event, crew))

    # A thread for each film in the making: it plans, waits for the crew, checks and puts in place.
    with ThreadPoolExecutor(max_workers=2 * crew.workers) as threads:
        try:
            return list(threads.map(whole, wanted))
        except BaseException:
            crew.stop()
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _last(made: Event | Future[Event]) -> Event:
    return made if isinstance(made, Event) else made.result()


def failure(request: Request, error: Exception) -> Event:
    """The event that tells of an error, with the scene's traceback where there is one."""
    from hhanim.studio.mends import told

    said = told(error, request.name)
    kind = "missing" if isinstance(said, MissingError) else "failed"
    return Event(kind, request.name, str(request.path), message=str(said), trace=said.trace)

"""Scenes into files: draw, encode, check, and only then put the new file in the place of the old one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hhanim.language import ENGLISH
from hhanim.studio.draw.pieces import same_pixels
from hhanim.studio.errors import OutdatedError, RenderError, UsageError
from hhanim.studio.fresh.status import check
from hhanim.studio.make.making import Making, begin, draw, failure
from hhanim.studio.make.progress import telling
from hhanim.studio.make.work_folder import sweep
from hhanim.studio.media.shown import Video, Videos
from hhanim.studio.news import Event, Listener, silent
from hhanim.studio.plan.catalogue import find
from hhanim.studio.plan.names import clashes, file_name, or_variant, spelled
from hhanim.studio.plan.request import Request, target

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew

T = TypeVar("T")


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
        given = spelled(entry, values)
        dress = {"language": language} if language != ENGLISH else {}
        path = target(output, file_name(entry, {}, {}, dress=dress) if name is None else name)
        request = Request(
            entry, path, given, preset, str(theme), text, sections=sections, language=language, sound=sound
        )
        if values and name is None:
            request = or_variant(request, file_name(entry, given, given, dress=dress))
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
    made = begin(request, force, on_event, crew)
    if isinstance(made, Making):
        draw([made], on_event, crew)
        made = made.finish()
    on_event(made)
    return made


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
    batch = _Batch(force, on_event, crew)
    groups = _together(wanted)
    if crew is None:
        batch.in_turn(groups)
    else:
        batch.at_once(groups, crew)
    return [batch.ends[request.path] for request in wanted]


class _Batch:
    """Films that are made in one go; one that fails does not stop the others.

    ends: the last event of each, by its file.
    """

    def __init__(self, force: bool, on_event: Listener, crew: Crew | None) -> None:
        self.force, self.on_event, self.crew = force, on_event, crew
        self.ends: dict[Path, Event] = {}

    def in_turn(self, groups: Sequence[Sequence[Request]]) -> None:
        """One scene after the other in this process: one is finished in a thread while the next is drawn."""
        finishing: list[tuple[Sequence[Making], Future[None]]] = []
        with ThreadPoolExecutor(max_workers=1) as other:
            try:
                for k, together in enumerate(groups):
                    if k > 1:  # no more than one is kept in memory meanwhile
                        finishing[k - 2][1].result()
                    films = self.draw(together)
                    finishing.append((films, other.submit(self.finish, films)))
                for _, future in finishing:
                    future.result()
            except KeyboardInterrupt:
                for film in (film for films, _ in finishing for film in films):
                    if film.request.path not in self.ends:
                        self.on_event(Event("finishing", film.request.name, str(film.request.path)))
                raise

    def at_once(self, groups: Sequence[Sequence[Request]], crew: Crew) -> None:
        """A thread for each scene: it plans, waits for the crew, checks and puts in place."""
        with ThreadPoolExecutor(max_workers=2 * crew.workers) as threads:
            try:
                list(threads.map(lambda together: self.finish(self.draw(together)), groups))
            except BaseException:
                crew.stop()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def draw(self, together: Sequence[Request]) -> list[Making]:
        """Scenes of which each is drawn, in as few passes as there can be."""
        left: list[Making] = []
        drawn: list[Making] = []
        for request in together:
            begun = self.attempt([request], partial(begin, request, self.force, self.on_event, self.crew))
            if isinstance(begun, Making):
                left.append(begun)
            elif begun is not None:
                self.end(request, begun)
        while left:
            group = [film for film in left if same_pixels(film.job, left[0].job)]
            left = [film for film in left if film not in group]
            asked = [film.request for film in group]
            drawn += self.attempt(asked, partial(draw, group, self.on_event, self.crew)) or []
        return drawn

    def finish(self, films: Sequence[Making]) -> None:
        """Check them and put them in place."""
        for film in films:
            if event := self.attempt([film.request], film.finish):
                self.end(film.request, event)

    def attempt(self, requests: Sequence[Request], step: Callable[[], T]) -> T | None:
        """What a step gives; if it fails that is the end of these requests, or of all if hhanim itself has changed."""
        try:
            return step()
        except OutdatedError:
            raise
        except Exception as error:
            for request in requests:
                self.end(request, failure(request, error))
            return None

    def end(self, request: Request, event: Event) -> None:
        self.ends[request.path] = event
        self.on_event(event)


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
    # Always in the same order: nobody waits for a lock while holding what we need.
    return [sorted(group, key=lambda request: str(request.path)) for group in groups.values()]

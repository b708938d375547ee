"""Scenes into files: plan, draw, encode, check, and only then put the new file in the place of the old
one."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hhanim.process import spared_collector
from hhanim.studio.draw.scene import find, load, need, scene_errors
from hhanim.studio.errors import MissingError, RenderError, StudioError, writing
from hhanim.studio.events import Drawn, Event, Listener, silent
from hhanim.studio.fresh import build
from hhanim.studio.fresh.build import Job, Request, target
from hhanim.studio.make.locks import lock
from hhanim.studio.media import sidecar
from hhanim.studio.media.formats import Films, join, writer

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew

_T = TypeVar("_T")

WORKSHOP = ".hhanim"


def render(
    scene: Any,
    *,
    preset: str | None = None,
    theme: str = "dark",
    output: str | os.PathLike[str] = "output",
    size: str | tuple[int, int] | None = None,
    name: str | None = None,
    force: bool = False,
    sections: bool = False,
    executor: Executor | None = None,
    on_event: Listener = silent,
    **values: Any,
) -> Path:
    """Make the film of one scene, unless it is already what would be made.

    Args:
        scene: a name of the catalogue (``"tau"``), a clip, or the path of a scene file (``"my_clip.py"``,
            ``"my_clip.py:name"``; its code is run).
        preset: draft, slide, lecture, uhd, square, vertical; None is 1080p at the scene's own rate.
        theme: dark, light, or either with ``-transparent``.
        output: folder, made if need be. name: of the file, the scene's by default.
        size: ``"1280x720"`` or ``(1280, 720)``, over the preset's.
        force: make it even if it is fresh or was edited by hand.
        sections: of a film (manim), one file per section as well, in ``<name>.sections/``.
        executor: who draws, this process if None: any ``concurrent.futures`` executor, of processes or of
            threads here or elsewhere, such as Dask's ``Client(…).get_executor()``. A long clip is cut into
            pieces that are drawn at the same time. It is not shut down.
        on_event: hears what happens.
        **values: the scene's parameters and those of its membrane: ``gNa=60, celsius=18.5``.

    Returns:
        The path of the film.

    Raises:
        UsageError: (a ValueError) when the request is not possible; RenderError: when the scene fails.
    """
    entry = find(scene)
    text = f"{size[0]}x{size[1]}" if isinstance(size, tuple) else size
    request = Request(
        entry, target(output, name or entry.name), values, preset, str(theme), text, sections=sections
    )
    crew = None
    if executor is not None:
        from hhanim.studio.make.workers import of

        crew = of(executor)
    outcome = make(request, force=force, on_event=on_event, crew=crew)
    if outcome.kind == "kept":
        raise RenderError(f"{request.path}: {outcome.message}")
    return request.path


# -- one film ----------------------------------------------------------------------------------------------


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
        held.enter_context(lock(folder / WORKSHOP, request.path.name))
        recover(request.path)
        state = build.status(request)
        if not force and (state.fresh or state.protected):
            if state.fresh:
                return Event("fresh", name, place)
            return Event("kept", name, place, message=f"{state.reasons[0]}; --force replaces it")
        job = build.prepare(request)
        on_event(Event("start", name, place, n_frames=job.n_frames, message="; ".join(state.reasons)))
        work = held.enter_context(workshop(request.path))
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


@contextlib.contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """A folder beside the film for what is not finished, on the same disk so that a rename is all that is
    left."""
    work = path.parent / WORKSHOP / f"{path.name}.{secrets.token_hex(4)}"
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def record(job: Job, media: Path, drawn: Drawn) -> dict[str, Any]:
    """Check a film that has been drawn and encoded, and put its poster, its captions and its sidecar beside it.

    Returns:
        The sidecar.

    Raises:
        RenderError: when the film is not what was asked for; EncodeError: when something cannot be written.
    """
    from hhanim.studio.media import checks as finalise

    request = job.request
    entry, work = request.entry, media.parent
    assemble(job, media)
    transparent = build.find_theme(request.theme).transparent
    width, height = request.pixels
    found = finalise.check(
        media,
        width=width,
        height=height,
        fps=job.fps if entry.kind == "clip" else drawn.fps,
        n_frames=job.n_frames if entry.kind == "clip" else drawn.n_frames,
        transparent=transparent,
    )
    beside = [sidecar.beside(media, suffix).name for suffix in (".png", ".vtt")]
    poster, captions = beside
    finalise.poster(work / poster, drawn.poster, transparent=transparent)
    (work / captions).write_text(sidecar.vtt(drawn.captions), encoding="utf-8")
    if any(part.file for part in drawn.sections):
        beside.append(sidecar.beside(media, ".sections").name)
    content = {
        "name": request.name,
        "kind": entry.kind,
        "title": entry.title,
        "description": entry.description,
        "alt": drawn.alt or entry.alt,
        "file": request.path.name,
        "sha256": sidecar.sha256(media),
        "bytes": sum(p.stat().st_size for p in (media.iterdir() if media.is_dir() else [media])),
        "format": request.format.name,
        "transparent": transparent,
        "width": found.width,
        "height": found.height,
        "fps": float(drawn.fps),
        "frame_rate": str(drawn.fps),
        "n_frames": found.n_frames,
        "duration": round(float(found.n_frames / drawn.fps), 6),
        "preset": request.use.name,
        "theme": request.theme,
        "parameters": dict(job.values.plain),
        "set": sorted(job.values.given),
        "captions": [[round(a, 3), round(b, 3), text] for a, b, text in drawn.captions],
        "sections": [{k: v for k, v in asdict(part).items() if v != ""} for part in drawn.sections],
        "beside": beside,
        "hashes": sidecar.hashes(media, beside),
        "engines": job.key["engines"],
        "hhanim": build.own_version(),
        "digest": job.digest,
        "stamp": build.stamp(job),
        "key": {k: v for k, v in job.key.items() if k == "n_frames" or k not in _SAID},
        "watched": dict(job.watched),
    }
    sidecar.write(work / sidecar.sidecar_path(media).name, content)
    return content


# Parts of the key that the sidecar says for people already.
_SAID = ("parameters", "engines", "format", "preset", "theme", "width", "height", "frame_rate")


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
            theme=build.find_theme(request.theme),
        )


# -- putting it in its place -------------------------------------------------------------------------------


def commit(work: Path, path: Path) -> None:
    """Move what is in ``work`` beside and over ``path``; the sidecar is last, so that until then it can be
    told from the sidecar waiting in ``work`` that the new film is ours (see :func:`recover`)."""
    last = sidecar.sidecar_path(path).name
    before, now = (
        {p.name for p in sidecar.companions(media, sidecar.read(media))} for media in (path, work / path.name)
    )
    for item in sorted(work.iterdir(), key=lambda p: (p.name == last, p.name == path.name, p.name)):
        place = path.with_name(item.name)
        if place.is_dir():
            shutil.rmtree(place)
        item.replace(place)
    for name in before - now:  # the sections of a film that is now made without
        place = path.with_name(name)
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def recover(path: Path) -> None:
    """Finish or sweep up what a killed run left: called with the lock of ``path`` held."""
    # Not by encode.leftovers: that this film is fresh should be found without loading what encodes.
    for part in path.parent.iterdir():
        if part.name.startswith(f".{path.name}.") and part.name.endswith(".part"):
            shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
    folder = path.parent / WORKSHOP
    for work in list(folder.glob("*")) if folder.is_dir() else ():
        if not work.is_dir() or work.name.rpartition(".")[0] != path.name:
            continue
        # The sidecar is written last and moved last: where it waits, all the rest is whole, here or there.
        record = sidecar.read(work / path.name)
        for media in (work / path.name, path):
            if record and media.exists() and sidecar.sha256(media) == record["sha256"]:
                commit(work, path)
                break
        shutil.rmtree(work, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Finish or clear away what killed runs left in an output folder, whatever they were making."""
    left = folder / WORKSHOP
    if not left.is_dir():
        return
    names = {p.name.rpartition(".")[0] for p in left.iterdir()}  # of work folders and of locks alike
    for name in names - {""}:
        with contextlib.suppress(OSError), lock(left, name, wait=False) as free:
            if free:
                recover(folder / name)


# -- many films --------------------------------------------------------------------------------------------


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
        request.check()
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
    if not isinstance(error, StudioError) and type(error).__module__ != "hhanim.model.errors":
        trace = "".join(traceback.format_exception(error))
        return Event(
            "failed", request.name, str(request.path), message=f"{type(error).__name__}: {error}", trace=trace
        )
    if isinstance(error, MissingError):
        return Event("missing", request.name, str(request.path), message=str(error))
    return Event(
        "failed", request.name, str(request.path), message=str(error), trace=getattr(error, "trace", "")
    )

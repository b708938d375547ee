"""Many hands: films and pieces of long films made by other processes, here or on other machines.

On this machine (``--jobs 4``) they draw from where the scene lies to where the film will. Elsewhere, an :class:`Order`
names no file of this machine and its :class:`Piece` comes back as bytes with their hash, so whoever fulfils it shares
neither a disk nor a working directory with us; hhanim and its engines must be the same there, and that is checked.
Both travel as plain data (MessagePack, no pickle), and what comes back is checked before it is used.
Any :class:`concurrent.futures.Executor` will do: Dask's workers (``--scheduler tcp://…``), or whatever a program gives
(``hhanim.render(…, executor=…)``). Whoever it is, the scene is drawn in a process of its own there.
"""

from __future__ import annotations

import concurrent.futures as futures
import contextlib
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from msgspec import MsgspecError, Struct, msgpack, structs

from hhanim.errors import HHError
from hhanim.language.catalogue import OWN
from hhanim.model.serial import from_data, to_data
from hhanim.studio.apart import LostError
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output, Share, shares
from hhanim.studio.errors import MissingError, RenderError, StudioError, UsageError
from hhanim.studio.fresh import package
from hhanim.studio.fresh.job import Job
from hhanim.studio.fresh.sources import sources as estimated
from hhanim.studio.fresh.used import Places, changes, given_files
from hhanim.studio.fresh.versions import versions
from hhanim.studio.make.drawing import Drawing, alone
from hhanim.studio.media import sidecar
from hhanim.studio.mends import need
from hhanim.studio.news import Event, Listener
from hhanim.studio.plan.catalogue import Entry
from hhanim.studio.plan.request import Request

T = TypeVar("T", "Order", "Piece")

PIECES = re.compile(r"\.pieces/\d{9}\.[a-z0-9]{2,6}(/frame_\d{5,9}\.png)?")
"""The files that a worker may send, relative to where a film is made."""

ATTEMPTS = 4  # how often a worker may die over a film before the film is at fault
LOOK = 2.0  # seconds without a piece, after which one looks whether there are workers at all


class Order(Struct, frozen=True):
    """A share of a scene's pieces, in one or more formats, to be made by anybody.

    Args:
        requests: for one scene, with the same pixels.
        sources: the scene's file and its helpers, by path relative to the scene's folder.
        folder: what it needs of the working folder, by path relative to that: catalogues, the files of models.
        here: hhanim's files and the engines here, with their hashes and versions.
    """

    requests: list[Request]
    sources: dict[str, bytes]
    folder: dict[str, bytes]
    here: dict[str, str]
    share: Share = Share()


class Failure(Struct, frozen=True):
    """Why an order was not fulfilled."""

    kind: str
    words: str
    trace: str = ""


class Piece(Struct, frozen=True):
    """What an order gives: files by number of the request and relative path, their hash, what is known of the film, its
    poster's pixels, its keys as they were where it was drawn; or why there is none."""

    files: dict[str, bytes]
    sha256: str
    drawn: Drawn | None = None
    poster: bytes = b""
    keys: list[dict[str, Any]] = []
    failure: Failure | None = None

    def unpack(self, folders: Sequence[Path]) -> None:
        """Write the files, into a folder for each request.

        Raises:
            RenderError: when they are not what was sent, or belong elsewhere.
        """
        if _sha256(self.files) != self.sha256:
            raise RenderError("a piece came back damaged from its worker")
        for name in self.files:
            job, _, rest = name.partition("/")
            if not (job.isdecimal() and int(job) < len(folders) and PIECES.fullmatch(rest)):
                raise RenderError(
                    f"a piece came back from its worker with a file that is none: {name[:60]!r}"
                )
        for name, content in self.files.items():
            job, _, rest = name.partition("/")
            path = folders[int(job)] / rest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def encoded(message: Order | Piece) -> bytes:
    """As plain data.

    Raises:
        RenderError: when a parameter was given as something that no data can say.
    """
    try:
        if isinstance(message, Order):
            plain = [replace(r, origin=None, given=to_data(r.given)) for r in message.requests]
            message = structs.replace(message, requests=plain)
        return msgpack.encode(message, enc_hook=_said)
    except (HHError, TypeError) as error:
        raise RenderError(
            f"what it was given cannot be sent to another machine ({error}); put a model of your own into a file and "
            "give path/to/file.py:NAME"
        ) from None


def decoded(message: bytes, kind: type[T]) -> T:
    """An order or a piece out of plain data.

    Raises:
        RenderError: when it is none.
    """
    try:
        found = msgpack.decode(message, type=kind, dec_hook=lambda wanted, value: wanted(value))
        if isinstance(found, Order):
            made = [replace(r, given=from_data(r.given)) for r in found.requests]
            found = structs.replace(found, requests=made)
    except (MsgspecError, HHError, TypeError, ValueError, RecursionError) as error:
        raise RenderError(f"a {kind.__name__.lower()} came damaged: {' '.join(str(error).split())}") from None
    return found


def _said(value: Any) -> Any:
    if isinstance(value, Path | Fraction):
        return str(value)
    raise TypeError(f"{value!r} is no plain data")


def _sha256(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


# -- the worker's side -------------------------------------------------------------------------------------


def fulfil(message: bytes) -> bytes:
    """Make what was ordered, in a folder of its own; the order and the piece as plain data."""
    try:
        return encoded(_fulfilled(decoded(message, Order)))
    except StudioError as error:
        kind = next(k for k in (MissingError, UsageError, RenderError) if isinstance(error, k))
        return encoded(Piece({}, "", failure=Failure(kind.__name__, str(error), error.trace)))


def _fulfilled(order: Order) -> Piece:
    """The piece.

    Raises:
        StudioError: when the scene fails, or this is not the same hhanim.
    """
    with _place() as place:
        entry = order.requests[0].entry
        _same_here(order, entry)
        scenes, folder, work = place / "scenes", place / "folder", place / "work"
        for root, files in ((scenes, order.sources), (folder, order.folder)):
            root.mkdir()
            for name, content in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        here = replace(entry, path=scenes / entry.path.name)
        media = [work / str(k) / request.path.name for k, request in enumerate(order.requests)]
        for path in media:
            path.parent.mkdir(parents=True)
        requests = [replace(r, entry=here, path=path) for r, path in zip(order.requests, media, strict=True)]
        try:
            made = alone().film(requests, media, order.share, folder=folder)
        except StudioError as error:  # in the words of the machine the scene comes from
            error.trace = error.trace.replace(str(scenes), str(entry.path.parent))
            raise
        found = {p.relative_to(work).as_posix(): p for p in work.rglob("*") if p.is_file()}
        files = {
            name: p.read_bytes() for name, p in found.items() if PIECES.fullmatch(name.partition("/")[2])
        }
        drawn = made.drawn and replace(made.drawn, poster=None, used=made.used)
        poster = b"" if made.drawn is None or made.drawn.poster is None else made.drawn.poster.tobytes()
        return Piece(files, _sha256(files), drawn, poster, [dict(key) for key in made.keys])


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """A folder to work in; what workers that were killed here have left is cleared away."""
    import psutil

    head = f"hhanim-{platform.node()}-"
    for old in Path(tempfile.gettempdir()).glob(f"{head}*"):
        owner = old.name.removeprefix(head).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{head}{os.getpid()}-") as name:
        yield Path(name).resolve()


def _same_here(order: Order, entry: Entry) -> None:
    """Make sure that this machine's hhanim draws what the other's would."""
    theirs, ours = order.here, installed(entry)
    for name in sorted({*theirs, *ours}):
        if theirs.get(name) != ours.get(name):
            raise RenderError(
                f"worker {platform.node()}: {name} is {ours.get(name)} there and {theirs.get(name)} here; "
                "install the same versions"
            )


def installed(entry: Entry) -> dict[str, str]:
    """hhanim's files and the engines of a scene on this machine, with their hashes and versions."""
    return {**package.state(), **versions(entry.kind)}


# -- our side ----------------------------------------------------------------------------------------------


class Crew:
    """Workers to whom films are given; a context manager.

    Args:
        start: makes an executor, again when one of its processes has died and taken it down.
        workers: how many films or pieces are in work at once.
        drawing: who draws, on this machine and where the films will lie; None is whoever the executor has.
        ours: whether the executor is the crew's own, and ends with it.
        present: how many workers there are at the moment, where that can change; when there has been none
            for `patience` seconds, the film fails.
    """

    def __init__(
        self,
        start: Callable[[], futures.Executor],
        workers: int,
        *,
        drawing: Drawing | None = None,
        ours: bool = True,
        present: Callable[[], int] | None = None,
        patience: float = 60.0,
    ) -> None:
        self.workers = max(1, workers)
        self._ours, self._present, self._patience = ours, present, patience
        self._start, self._drawing = start, drawing
        self._executor: futures.Executor | None = None
        self._lock = threading.Lock()
        self.stopping = False

    def draw(self, outputs: Sequence[Output], on_event: Listener) -> tuple[list[Output], Drawn]:
        """As :meth:`hhanim.studio.make.drawing.Drawing.draw`, by the crew: the pieces of a scene by several at once.

        Raises:
            RenderError: when the scene fails, or when workers die over it again and again.
        """
        name, count = outputs[0].job.request.name, min(shares(o.job, self.workers) for o in outputs)
        todo = {k: Share(k, count) for k in range(count)}
        done: list[tuple[list[Output], Drawn | None]] = []
        for attempt in range(ATTEMPTS):
            try:
                for share, made in self._round(outputs, todo, on_event):
                    done.append(made)
                    del todo[share]
                break
            except Exception as error:
                if self.stopping:  # it was us
                    raise KeyboardInterrupt from error
                if not isinstance(
                    error, LostError | futures.BrokenExecutor | futures.CancelledError | _killed()
                ):
                    raise
                if attempt == ATTEMPTS - 1:
                    raise RenderError(
                        f"{name}: its worker died {attempt + 1} times (out of memory?)"
                    ) from error
        return _together(name, done)

    def _round(
        self, outputs: Sequence[Output], todo: Mapping[int, Share], on_event: Listener
    ) -> Iterator[tuple[int, tuple[list[Output], Drawn | None]]]:
        """Give the shares out, and what is made of them as it comes."""
        executor, started = self._working(), time.perf_counter()
        total, count = outputs[0].job.n_frames, next(iter(todo.values())).of
        frames = dict.fromkeys(range(count), total // count) | dict.fromkeys(todo, 0)
        waiting: dict[futures.Future[Any], int] = {}
        try:
            if self._drawing is not None:
                for k, share in todo.items():

                    def hear(event: Event, k: int = k) -> None:
                        frames[k] = event.frame

                    waiting[executor.submit(self._drawing.share, outputs, share, hear)] = k
            else:
                requests = [output.job.request for output in outputs]
                files, here = sources(requests[0]), installed(requests[0].entry)
                for k, share in todo.items():
                    waiting[executor.submit(fulfil, encoded(Order(requests, *files, here, share)))] = k
            before, seen, lost = -1, time.monotonic(), None
            while waiting:
                if self.stopping:  # what was cancelled before it began is never said to be done
                    raise KeyboardInterrupt
                ready, _ = futures.wait(waiting, timeout=0.2, return_when=futures.FIRST_COMPLETED)
                if ready or self._present is None:
                    seen = time.monotonic()
                elif time.monotonic() - seen > min(self._patience, LOOK):
                    seen = self._look(seen, outputs[0].job)
                for future in ready:
                    k = waiting.pop(future)
                    try:
                        made = future.result()
                    except LostError as error:  # the others, who write beside it, are let finish
                        lost, frames[k] = error, 0
                        continue
                    frames[k] = frames[k] or total // count
                    yield k, made if self._drawing is not None else _received(made, outputs)
                if (now := sum(frames.values())) != before:
                    before, seconds = now, time.perf_counter() - started
                    for request in (output.job.request for output in outputs):
                        on_event(Event("frame", request.name, str(request.path), now, total, seconds))
            if lost is not None:
                raise lost
        except futures.BrokenExecutor:
            self._replace(executor)
            raise
        finally:
            for future in waiting:
                future.cancel()

    def _look(self, seen: float, job: Job) -> float:
        """When workers were last there: now, or as before.

        Raises:
            RenderError: when that is too long ago.
        """
        assert self._present is not None
        try:
            there = self._present()
        except (OSError, TimeoutError):  # no scheduler to ask
            there = 0
        if there:
            return time.monotonic()
        if time.monotonic() - seen > self._patience:
            raise RenderError(f"{job.request.name}: no worker has been there for {self._patience:g} s")
        return seen

    def _working(self) -> futures.Executor:
        with self._lock:
            if self.stopping:
                raise KeyboardInterrupt
            if self._executor is None:
                self._executor = self._start()
            return self._executor

    def _replace(self, broken: futures.Executor) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = None
        if self._ours:
            broken.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Let nobody finish: whoever waits for a piece gets an error."""
        self.stopping = True
        if self._drawing is not None:
            self._drawing.stop()
        if self._executor is not None and self._ours:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        elif self._executor is not None and self._ours:
            self._executor.shutdown()
        if self._drawing is not None:
            self._drawing.stop()


def _together(name: str, done: Sequence[tuple[list[Output], Drawn | None]]) -> tuple[list[Output], Drawn]:
    """One film out of its shares, which must have been drawn by the same scene.

    Raises:
        RenderError: when they were not.
    """
    used: dict[str, str] = {}
    for outputs, drawn in done:
        if [o.job.key for o in outputs] != [o.job.key for o in done[0][0]]:
            raise RenderError(f"{name} was edited while it was drawn; make it again")
        for label, state in (drawn.used if drawn else {}).items():
            if used.setdefault(label, state) != state:
                raise RenderError(f"{name}: {label} was edited while it was drawn; make it again")
    parts = [drawn for _, drawn in done if drawn is not None]
    poster = next((part.poster for part in parts if part.poster is not None), None)
    # Whoever played the clip to its end heard all that is said.
    return done[0][0], replace(
        max(parts, key=lambda part: (len(part.said), len(part.captions))), poster=poster, used=used
    )


def _received(message: Any, outputs: Sequence[Output]) -> tuple[list[Output], Drawn | None]:
    """A piece that was made elsewhere, put where it belongs.

    Raises:
        StudioError: when it is damaged, was not made of what lies here, or there is none.
    """
    if not isinstance(message, bytes):
        raise RenderError("what came back from its worker is no piece")
    piece, job = decoded(message, Piece), outputs[0].job
    if failure := piece.failure:
        kinds = {kind.__name__: kind for kind in (UsageError, RenderError, MissingError)}
        error = kinds.get(failure.kind, RenderError)(failure.words)
        error.trace = failure.trace
        raise error
    piece.unpack([output.media.parent for output in outputs])
    request = job.request
    width, height = request.pixels
    if piece.poster and (piece.drawn is None or len(piece.poster) != 4 * width * height):
        raise RenderError(f"{request.name}: its worker's poster has another size")
    if piece.drawn and (
        piece.drawn.fps != job.fps or (job.n_frames and piece.drawn.n_frames != job.n_frames)
    ):
        raise RenderError(f"{request.name}: its worker has drawn other frames")
    other = [words for _, words in changes(piece.drawn.used if piece.drawn else {}, Places.of(request))]
    if other or list(piece.keys) != [output.job.key for output in outputs]:
        why = other[0] if other else "other parameters"
        raise RenderError(f"{request.name}: its worker has not drawn what is here: {why}")
    if piece.drawn is None or not piece.poster:
        return list(outputs), piece.drawn
    poster = np.frombuffer(piece.poster, np.uint8).reshape(height, width, 4)
    return list(outputs), replace(piece.drawn, poster=poster)


def sources(request: Request) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files a worker may not have, of the scene's folder and of the working folder: the scene's, those that it
    seems to use, or used the last time, models that are given with what lies beside them, catalogues."""
    roots, record = (request.entry.path.absolute().parent, Path.cwd()), sidecar.read(request.path)
    places = Places.of(request)
    labels = [label for label in (record.used if record else ()) if re.match(r"(\w+=)?\./|cwd/", label)]
    before = (places.place(label) for label in labels if not label.endswith(("/", "?")))
    words = (value for value in request.given.values() if isinstance(value, str) and len(value) <= 200)
    named = (root / word for word in words if word.isprintable() for root in roots)  # the captions of a clip
    models = (file for path in given_files(request).values() for file in estimated(path))
    texts = (OWN.absolute() / f"{code}.po" for code in (request.language, *request.also))
    scenes = estimated(request.entry.path.absolute(), Path.cwd())
    found = sorted(path for path in {*scenes, *before, *named, *models, *texts} if path.is_file())
    ours, theirs = (
        {p.relative_to(root).as_posix(): p.read_bytes() for p in found if p.is_relative_to(root)}
        for root in roots
    )
    return ours, theirs


def of(executor: futures.Executor) -> Crew:
    """The workers of somebody's executor, which stays theirs."""
    workers = getattr(executor, "_max_workers", None)  # what the standard library's own executors have
    return Crew(lambda: executor, workers if isinstance(workers, int) else os.cpu_count() or 1, ours=False)


def local(jobs: int) -> Crew:
    """Workers on this machine.

    Raises:
        UsageError: when ``jobs`` is not a possible number of them.
    """
    if not 1 <= jobs <= 256:
        raise UsageError(f"jobs = {jobs}: must be 1 to 256")
    return Crew(lambda: futures.ThreadPoolExecutor(jobs), jobs, drawing=Drawing())


@contextlib.contextmanager
def dask(address: str, patience: float = 60.0) -> Iterator[Crew]:
    """The workers of a Dask scheduler; when all are gone for `patience` seconds, films fail.

    Raises:
        MissingError: without dask.distributed; RenderError: when no scheduler or no worker answers there.
    """
    need("distributed", "dask", "--scheduler")
    import distributed

    library: Any = distributed  # has annotations for some of its methods only

    try:
        client = library.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise RenderError(f"no Dask scheduler answers at {address}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=30)
        except (OSError, TimeoutError) as error:
            raise RenderError(f"the Dask scheduler at {address} has no workers") from error
        with Crew(
            lambda: client.get_executor(retries=2),
            len(client.nthreads()),
            present=lambda: len(client.nthreads()),
            patience=patience,
        ) as crew:
            yield crew


def _killed() -> type[Exception]:
    """What Dask raises when workers die under an order."""
    distributed = sys.modules.get("distributed")
    return distributed.KilledWorker if distributed is not None else BrokenProcessPool

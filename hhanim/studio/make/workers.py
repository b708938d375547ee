"""Many hands: films and pieces of long films made by other processes, here or on other machines.

An :class:`Order` names no file of this machine and its :class:`Piece` comes back as bytes with their hash, so
whoever fulfils it shares neither a disk nor a working directory with us; hhanim and its engines must be the
same there, and that is checked. Any :class:`concurrent.futures.Executor` will do: processes of this machine
(``--jobs 4``), Dask's workers (``--scheduler tcp://…``), or whatever a program gives
(``hhanim.render(…, executor=…)``); matplotlib's and manim's settings being global, the threads of one process
take turns.
"""

from __future__ import annotations

import concurrent.futures as futures
import contextlib
import hashlib
import multiprocessing
import os
import platform
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from hhanim.process import be_alone
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output, Share, draw, shares
from hhanim.studio.errors import RenderError, StudioError, UsageError
from hhanim.studio.fresh.job import Job, fingerprint
from hhanim.studio.fresh.sources import sources as reached
from hhanim.studio.media.formats import Films
from hhanim.studio.mends import need
from hhanim.studio.news import Event, Listener

ATTEMPTS = 4  # how often a worker may die over a film before the film is at fault
_SLOTS = 1024
LOOK = 2.0  # seconds without a piece, after which one looks whether there are workers at all


@dataclass(frozen=True)
class Order:
    """A share of a scene's pieces, in one or more formats, to be made by anybody.

    Args:
        jobs: of one scene, with the same pixels.
        sources: the scene's file and its helpers, by path relative to the scene's folder.
        elsewhere: whether whoever makes it may have another hhanim than we.
    """

    jobs: Sequence[Job]
    sources: Mapping[str, bytes]
    share: Share = field(default_factory=Share)
    elsewhere: bool = True


@dataclass(frozen=True)
class Piece:
    """What an order gives: files by number of the job and relative path, their hash, and what is known of the film."""

    files: Mapping[str, bytes]
    sha256: str
    drawn: Drawn | None

    def unpack(self, folders: Sequence[Path]) -> None:
        """Write the files, into a folder for each job.

        Raises:
            RenderError: when they are not what was sent.
        """
        if _sha256(self.files) != self.sha256:
            raise RenderError("a piece came back damaged from its worker")
        for name, content in self.files.items():
            job, _, rest = name.partition("/")
            path = folders[int(job)] / rest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _sha256(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


# -- the worker's side -------------------------------------------------------------------------------------

_progress: Any = None  # shared memory: frames done, by slot
_one_at_a_time = threading.Lock()  # matplotlib's and manim's settings are global to a process


def fulfil(order: Order, slot: int | None = None) -> Piece:
    """Make what was ordered, in a folder of its own.

    Raises:
        RenderError: when the scene fails, or this is not the same hhanim.
    """
    with _one_at_a_time, _place() as place:
        entry = order.jobs[0].request.entry
        scenes, work = place / "scenes", place / "work"
        for name, content in order.sources.items():
            path = scenes / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        here = replace(entry, path=scenes / entry.path.name)
        outputs = []
        for k, job in enumerate(order.jobs):
            media = work / str(k) / job.request.path.name
            media.parent.mkdir(parents=True)
            job = replace(job, request=replace(job.request, entry=here, path=media))
            if order.elsewhere:
                _same_here(job)
            outputs.append(Output(job, media))

        def tell(event: Event) -> None:
            if slot is not None and _progress is not None:
                _progress[slot] = event.frame

        try:
            with Films() as films:
                drawn = draw(outputs, films, tell, order.share)
        except Exception as error:  # in the words of the machine the scene comes from
            if isinstance(error, StudioError):
                error.trace = error.trace.replace(str(scenes), str(entry.path.parent))
            raise
        files = {p.relative_to(work).as_posix(): p.read_bytes() for p in work.rglob("*") if p.is_file()}
        return Piece(files, _sha256(files), drawn)


_mine: Path | None = None  # the folder in use, for those who have to leave at once


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """A folder to work in; what workers that were killed here have left is cleared away."""
    global _mine
    import psutil

    head = f"hhanim-{platform.node()}-"
    for old in Path(tempfile.gettempdir()).glob(f"{head}*"):
        owner = old.name.removeprefix(head).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{head}{os.getpid()}-") as name:
        _mine = Path(name).resolve()
        yield _mine


def _leave(*_: object) -> None:
    """End this worker at once."""
    if _mine is not None:
        shutil.rmtree(_mine, ignore_errors=True)
    os._exit(1)


def _same_here(job: Job) -> None:
    """Make sure that this machine's hhanim draws what the other's would."""
    theirs, ours = job.key, fingerprint(job.request.entry)
    for part in ("engines", "sources"):
        for name in sorted({*theirs[part], *ours[part]}):
            one, other = theirs[part].get(name), ours[part].get(name)
            if one != other and not (part == "sources" and name.startswith("./")):
                raise RenderError(
                    f"worker {platform.node()}: {name} is {other} there and {one} here; "
                    "install the same versions"
                )


def _begin(progress: Any) -> None:
    """Start a local worker: Ctrl-C is the parent's affair, and without a parent there is nothing to do."""
    global _progress
    _progress = progress
    be_alone()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            _leave()

        threading.Thread(target=follow, daemon=True).start()


# -- our side ----------------------------------------------------------------------------------------------


class Crew:
    """Workers to whom films are given; a context manager.

    Args:
        start: makes an executor, again when one of its processes has died and taken it down.
        workers: how many films or pieces are in work at once.
        progress: memory shared with the workers, where they write how far they are, or None.
        ours: whether the executor is the crew's own, and ends with it.
        present: how many workers there are at the moment, where that can change; when there has been none
            for `patience` seconds, the film fails.
    """

    def __init__(
        self,
        start: Callable[[], futures.Executor],
        workers: int,
        progress: Any = None,
        *,
        ours: bool = True,
        present: Callable[[], int] | None = None,
        patience: float = 60.0,
    ) -> None:
        self.workers = max(1, workers)
        self._ours, self._present, self._patience = ours, present, patience
        self._start, self._progress = start, progress
        self._executor: futures.Executor | None = None
        self._lock = threading.Lock()
        self._free = list(range(_SLOTS if progress is not None else 0))
        self.stopping = False

    def draw(self, outputs: Sequence[Output], on_event: Listener) -> Drawn:
        """As :func:`hhanim.studio.draw.pieces.draw`, by the crew: the pieces of a scene by several at once.

        Raises:
            RenderError: when the scene fails, or when workers die over it again and again.
        """
        jobs = [output.job for output in outputs]
        job, elsewhere, found = jobs[0], self._progress is None, sources(jobs[0])
        count = min(shares(job, self.workers) for job in jobs)
        todo = {k: Order(jobs, found, Share(k, count), elsewhere) for k in range(count)}
        drawn: list[Drawn] = []
        started = time.perf_counter()
        for attempt in range(ATTEMPTS):
            try:
                for k, piece in self._round(todo, jobs, on_event, started):
                    piece.unpack([output.media.parent for output in outputs])
                    drawn += [piece.drawn] if piece.drawn is not None else []
                    del todo[k]
                break
            except Exception as error:
                if self.stopping:  # it was us
                    raise KeyboardInterrupt from error
                if not isinstance(error, futures.BrokenExecutor | futures.CancelledError | _killed()):
                    raise
                if attempt == ATTEMPTS - 1:
                    raise RenderError(
                        f"{job.request.name}: its worker died {attempt + 1} times (out of memory?)"
                    ) from error
        poster = next((d.poster for d in drawn if d.poster is not None), None)
        # Whoever played the clip to its end heard all captions.
        return replace(max(drawn, key=lambda d: len(d.captions)), poster=poster)

    def _round(
        self, todo: Mapping[int, Order], jobs: Sequence[Job], on_event: Listener, started: float
    ) -> Iterator[tuple[int, Piece]]:
        """Give the orders out, and the pieces as they come."""
        executor = self._working()
        slots: list[int] = []
        waiting: dict[futures.Future[Piece], int] = {}
        try:
            for k, order in todo.items():
                slot = self._free.pop() if self._free else None
                if slot is not None:
                    self._progress[slot] = 0
                    slots.append(slot)
                waiting[executor.submit(fulfil, order, slot)] = k
            before, total, seen = -1, jobs[0].n_frames, time.monotonic()
            count = next(iter(todo.values())).share.of
            done = total * (count - len(todo)) // count
            while waiting:
                if self.stopping:  # what was cancelled before it began is never said to be done
                    raise KeyboardInterrupt
                ready, _ = futures.wait(waiting, timeout=0.2, return_when=futures.FIRST_COMPLETED)
                if ready or self._present is None:
                    seen = time.monotonic()
                elif time.monotonic() - seen > min(self._patience, LOOK):
                    seen = self._look(seen, jobs[0])
                for future in ready:
                    k = waiting.pop(future)
                    piece = future.result()
                    if not slots:
                        done += total // count
                    yield k, piece
                frames = done + sum(self._progress[s] for s in slots)
                if frames != before:
                    before, seconds = frames, time.perf_counter() - started
                    for request in (job.request for job in jobs):
                        on_event(Event("frame", request.name, str(request.path), frames, total, seconds))
        except futures.BrokenExecutor:
            self._replace(executor)
            raise
        finally:
            for future in waiting:
                future.cancel()
            self._free += slots

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
        executor = self._executor
        if executor is not None and self._ours:
            for process in list((getattr(executor, "_processes", None) or {}).values()):
                process.terminate()
            executor.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        elif self._executor is not None and self._ours:
            self._executor.shutdown()


def sources(job: Job) -> dict[str, bytes]:
    """The files a worker may not have: the scene's, and those beside it that it imports."""
    folder = job.request.entry.path.parent
    found = reached(job.request.entry).values()
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found if p.is_relative_to(folder)}


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
    context = multiprocessing.get_context("spawn")
    progress = context.RawArray("q", _SLOTS)

    def start() -> futures.Executor:
        most = 61 if sys.platform == "win32" else 256  # Windows can wait for no more
        return futures.ProcessPoolExecutor(min(jobs, most), context, initializer=_begin, initargs=(progress,))

    return Crew(start, jobs, progress)


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

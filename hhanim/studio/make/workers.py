"""Many hands: films and pieces of long films made by other processes, here or on other machines.

On this machine (``--jobs 4``) they draw from where the scene lies to where the film will, elsewhere they fulfil orders
(:mod:`hhanim.studio.make.orders`). Any :class:`concurrent.futures.Executor` will do: Dask's workers (``--scheduler
tcp://…``), or whatever a program gives (``hhanim.render(…, executor=…)``). Whoever it is, the scene is drawn in a
process of its own there.
"""

from __future__ import annotations

import concurrent.futures as futures
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any, Self

from hhanim.studio.apart import LostError
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output, Share, shares
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.fresh.job import Job
from hhanim.studio.make.drawing import Drawing
from hhanim.studio.make.orders import Order, encoded, fulfil, installed, received, sources
from hhanim.studio.mends import need
from hhanim.studio.news import Event, Listener

ATTEMPTS = 4  # how often a worker may die over a film before the film is at fault
LOOK = 2.0  # seconds without a piece, after which one looks whether there are workers at all


class Crew:
    """Workers to whom films are given; a context manager.

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
        Raises RenderError when the scene fails, or when workers die over it again and again."""
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
                    yield k, made if self._drawing is not None else received(made, outputs)
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
        """When workers were last there: now, or as before. Raises RenderError when that is too long ago."""
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

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.stop()
        elif self._executor is not None and self._ours:
            self._executor.shutdown()
        if self._drawing is not None:
            self._drawing.stop()


def _together(name: str, done: Sequence[tuple[list[Output], Drawn | None]]) -> tuple[list[Output], Drawn]:
    """One film out of its shares, which must have been drawn by the same scene. Raises RenderError when they
    were not."""
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


def of(executor: futures.Executor) -> Crew:
    """The workers of somebody's executor, which stays theirs."""
    workers = getattr(executor, "_max_workers", None)  # what the standard library's own executors have
    return Crew(lambda: executor, workers if isinstance(workers, int) else os.cpu_count() or 1, ours=False)


def local(jobs: int) -> Crew:
    """Workers on this machine. Raises UsageError when ``jobs`` is not a possible number of them."""
    if not 1 <= jobs <= 256:
        raise UsageError(f"jobs = {jobs}: must be 1 to 256")
    return Crew(lambda: futures.ThreadPoolExecutor(jobs), jobs, drawing=Drawing())


@contextlib.contextmanager
def dask(address: str, patience: float = 60.0) -> Iterator[Crew]:
    """The workers of a Dask scheduler; when all are gone for `patience` seconds, films fail. Raises MissingError
    without dask.distributed; RenderError when no scheduler or no worker answers there."""
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

"""A film that is written by another process, so that neither who draws it nor who encodes it waits for the other's
turn at the interpreter."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import os
import pickle
import select
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from hhanim import process
from hhanim.studio.errors import travels
from hhanim.studio.media.changes import Rect
from hhanim.studio.media.writer import EncodeError, Words, Writer

AHEAD = 32 << 20
"""Bytes of changed pixels that may wait: how far a drawing may run ahead of what writes it."""

_MANY = 1000
"""Frames that may wait, however little is new in them."""

_TAKEN, _DONE, _FAILED = b".", b"d", b"!"
_END, _CLOSE = -1, -2
_UNKNOWN: Rect = (0, 0, 0, 0)
"""In front of a frame of which nobody has said what is new: the writer looks for itself."""


def beside(
    make: Callable[[], Writer], path: Path, *, width: int, height: int, fps: float | Fraction
) -> Writer:
    """The writer that ``make`` gives, in a process of its own where this one may be forked. Raises EncodeError as
    ``make``."""
    if not process.may_fork:
        return make()
    return Beside(make, path, width=width, height=height, fps=fps)


class Beside(Writer):
    """A writer in a process forked from this one. Pixels go there through memory that both see, and what is new in a
    frame is copied once.

    make: gives the writer; called there. path, width, height, fps: its own.
    """

    def __init__(
        self, make: Callable[[], Writer], path: Path, *, width: int, height: int, fps: float | Fraction
    ) -> None:
        super().__init__(path, width=width, height=height, fps=fps)
        size = max(AHEAD, 2 * 4 * self.width * self.height)
        self._shelf = np.frombuffer(mmap.mmap(-1, size), np.uint32)
        self._laid = self._freed = 0  # words, ever
        self._waiting: deque[int] = deque()  # what was laid by the end of each frame that is not taken yet
        parent = os.getpid()
        theirs, ours = os.pipe()
        self._replies, answers = os.pipe()
        with warnings.catch_warnings():
            # Python warns of threads whose locks nobody holds after a fork: ours wait for the end, and hold none.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process: int = _os.fork()
        if self._process == 0:
            os.close(ours)
            os.close(self._replies)
            for other in _open:  # or a film whose process is gone would not be known to be
                os.close(other)
            _end_with(parent)
            _serve(make, self._shelf, (self.height, self.width), os.fdopen(theirs, "rb"), answers)
        _open.add(ours)
        self._orders = os.fdopen(ours, "wb")
        os.close(theirs)
        os.close(answers)
        self._waiting.append(0)
        try:
            self._listen()  # until the file is open
        except EncodeError:
            self.abort()
            raise

    def _add(self, words: Words, dirty: Iterable[Rect] | None) -> None:
        whole = (0, 0, self.width, self.height)
        if not self.n_frames:  # new to whoever was there before, perhaps, but all of it is new to this film
            dirty = None
        rects = [whole] if dirty is None else [cut for r in dirty if (cut := _inside(r, whole))]
        size = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in rects)
        if size > self.width * self.height:  # they overlap
            rects, size = [whole], self.width * self.height
        self._listen(wait=False)
        if not self._waiting:  # begin where we began, in memory that is at hand
            self._laid = self._freed = 0
        if (left := len(self._shelf) - self._laid % len(self._shelf)) < size:
            self._laid += left  # a frame lies in one piece
        while self._laid + size - self._freed > len(self._shelf) or len(self._waiting) >= _MANY:
            self._listen()
        at = self._laid % len(self._shelf)
        message = [at, *(_UNKNOWN if dirty is None else ())]
        for x0, y0, x1, y1 in rects:
            stop = at + (x1 - x0) * (y1 - y0)
            np.copyto(self._shelf[at:stop].reshape(y1 - y0, x1 - x0), words[y0:y1, x0:x1])
            message += [x0, y0, x1, y1]
            at = stop
        self._laid += size
        self._waiting.append(self._laid)
        self._tell(message)

    def end(self) -> None:
        if not self._closed:
            self._tell([_END])

    def close(self) -> Path:
        if self._closed:
            return self.path
        try:
            self._tell([_CLOSE])
            while self._listen():
                pass
        finally:
            self.abort()
        return self.path

    def abort(self) -> None:
        if self._closed:
            return
        self._closed = True
        _open.discard(self._orders.fileno())
        with contextlib.suppress(OSError):
            self._orders.close()
        os.close(self._replies)
        del self._shelf  # a film of many pieces keeps the writers of all of them until it is whole
        with contextlib.suppress(ChildProcessError):  # a scene has waited for it
            os.waitpid(self._process, 0)

    def _tell(self, message: list[int]) -> None:
        # What has broken is told by whoever was there, if it could.
        with contextlib.suppress(BrokenPipeError):
            self._orders.write(np.array([len(message), *message], np.int64).tobytes())
            self._orders.flush()
            return
        while self._listen():
            pass

    def _listen(self, *, wait: bool = True) -> bool:
        """Hear an answer, or wait for one; whether there will be another."""
        if not wait and not select.select([self._replies], [], [], 0)[0]:
            return True
        said = os.read(self._replies, 1 << 12)
        for k, what in enumerate(said):
            if what == _TAKEN[0]:
                self._freed = self._waiting.popleft()
            elif what == _DONE[0]:
                return False
            else:
                error = said[k + 1 :]
                while more := os.read(self._replies, 1 << 16):
                    error += more
                raise pickle.loads(error)
        if not said:
            raise EncodeError(f"cannot write {self.path}: the process that did is gone (out of memory?)")
        return True


_open: set[int] = set()
"""Where this process tells those that write what to do."""


_os: Any = os  # with what Windows has not
_SYSTEM: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
_DEATH_SIGNAL, _KILL = 1, 9  # of prctl: which signal a process gets when the one that forked it has ended


def _end_with(parent: int) -> None:
    """This process ends at once when that one does: nobody clears its folder away while this one writes into it."""
    if _SYSTEM is not None:
        _SYSTEM.prctl(_DEATH_SIGNAL, _KILL)
    if os.getppid() != parent:
        os._exit(1)


def _inside(rect: Rect, whole: Rect) -> Rect | None:
    x0, y0 = max(int(rect[0]), 0), max(int(rect[1]), 0)
    x1, y1 = min(int(rect[2]), whole[2]), min(int(rect[3]), whole[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _serve(
    make: Callable[[], Writer],
    shelf: npt.NDArray[np.uint32],
    shape: tuple[int, int],
    orders: BinaryIO,
    answers: int,
) -> NoReturn:
    """Write what is told, and end this process with nothing else."""
    code = 1
    try:
        gc.disable()  # what it would look through is shared with the other process
        try:
            _write(make, shelf, shape, orders, answers)
            os.write(answers, _DONE)
        except EOFError:  # nobody wants it any more
            pass
        except BaseException as error:
            said = error if travels(error) else EncodeError(f"{type(error).__name__}: {error}")
            os.write(answers, _FAILED + pickle.dumps(said))
        code = 0
    finally:
        os._exit(code)


def _write(
    make: Callable[[], Writer],
    shelf: npt.NDArray[np.uint32],
    shape: tuple[int, int],
    orders: BinaryIO,
    answers: int,
) -> None:
    picture = np.zeros(shape, np.uint32)
    pixels = picture.view(np.uint8).reshape(*shape, 4)
    with make() as writer:
        os.write(answers, _TAKEN)
        while True:
            (count,) = _numbers(orders, 1)
            first, *places = _numbers(orders, count)
            if first == _CLOSE:
                return
            if first == _END:
                writer.end()
                continue
            rects: list[Rect] = [tuple(places[k : k + 4]) for k in range(0, len(places), 4)]  # type: ignore[misc]
            known = not rects or rects[0] != _UNKNOWN
            for x0, y0, x1, y1 in rects if known else rects[1:]:
                stop = first + (x1 - x0) * (y1 - y0)
                picture[y0:y1, x0:x1] = shelf[first:stop].reshape(y1 - y0, x1 - x0)
                first = stop
            os.write(answers, _TAKEN)
            writer.write(pixels, rects if known else None)


def _numbers(stream: BinaryIO, count: int) -> list[int]:
    data = stream.read(8 * count)
    if len(data) < 8 * count:
        raise EOFError
    found: list[int] = np.frombuffer(data, np.int64).tolist()
    return found

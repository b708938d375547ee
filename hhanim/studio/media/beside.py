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
import struct
import sys
import warnings
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from hhanim import process
from hhanim.studio.errors import travels
from hhanim.studio.media.changes import Tiles, Words, even, tile
from hhanim.studio.media.writer import EncodeError, Writer

AHEAD = 32 << 20
"""Bytes of changed pixels that may wait: how far a drawing may run ahead of what writes it."""

_MANY = 1000
"""Frames that may wait, however little is new in them."""

_TAKEN, _DONE, _FAILED = b".", b"d", b"!"
_END, _CLOSE = -1, -2
_ORDER = struct.Struct("qq")  # where on the shelf something lies, or what to do; how many tiles


def beside(
    make: Callable[[], Writer], path: Path, *, width: int, height: int, fps: float | Fraction
) -> Writer:
    """The writer that ``make`` gives, in a process of its own where this one may be forked. Raises EncodeError
    as ``make``."""
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
            _serve(make, self._shelf, even(self.height, self.width), os.fdopen(theirs, "rb"), answers)
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

    def _add(self, tiles: Tiles, pixels: Words) -> None:
        size = tiles.size + pixels.size
        self._listen(wait=False)
        if not self._waiting:  # begin where we began, in memory that is at hand
            self._laid = self._freed = 0
        if (left := len(self._shelf) - self._laid % len(self._shelf)) < size:
            self._laid += left  # a frame lies in one piece
        while self._laid + size - self._freed > len(self._shelf) or len(self._waiting) >= _MANY:
            self._listen()
        at = self._laid % len(self._shelf)
        self._shelf[at : at + tiles.size] = tiles
        self._shelf[at + tiles.size : at + size] = pixels.ravel()
        self._laid += size
        self._waiting.append(self._laid)
        self._tell(at, tiles.size)

    def end(self) -> None:
        super().end()
        if not self._closed:
            self._tell(_END)

    def close(self) -> Path:
        if self._closed:
            return self.path
        try:
            self._tell(_CLOSE)
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
        self._changes = None
        del self._shelf
        with contextlib.suppress(ChildProcessError):  # a scene has waited for it
            os.waitpid(self._process, 0)

    def _tell(self, what: int, count: int = 0) -> None:
        # What has broken is told by whoever was there, if it could.
        with contextlib.suppress(BrokenPipeError):
            self._orders.write(_ORDER.pack(what, count))
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
    down, across = tile(*shape)
    with make() as writer:
        os.write(answers, _TAKEN)
        while True:
            order = orders.read(_ORDER.size)
            if len(order) < _ORDER.size:
                raise EOFError
            at, count = _ORDER.unpack(order)
            if at == _CLOSE:
                return
            if at == _END:
                writer.end()
                continue
            stop = at + count * (1 + down * across)
            tiles, pixels = shelf[at : at + count].astype(np.intp), shelf[at + count : stop].copy()
            os.write(answers, _TAKEN)
            writer.take(tiles, pixels.reshape(count, down, across))

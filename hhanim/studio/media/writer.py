"""What all writers of films have in common: frames in, a file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
import numpy.typing as npt

from hhanim.studio.errors import RenderError
from hhanim.studio.media.atomic import temporary_name
from hhanim.studio.media.changes import Changes, Rect, Tiles, Words

Pixels = npt.NDArray[np.uint8]
"""Straight RGBA, shape ``(height, width, 4)``."""


class EncodeError(RenderError):
    """The film could not be written: a full disk, a folder that is read-only, a frame of the wrong size."""


def exact_rate(fps: float | Fraction) -> Fraction:
    """Frames per second as a small fraction: 33.333… is 100/3, 29.97 is 2997/100. Raises EncodeError when ``fps`` is
    not a positive, finite number."""
    try:
        rate = Fraction(fps).limit_denominator(1001)
    except (ValueError, OverflowError, TypeError) as error:
        raise EncodeError(f"frames per second = {fps}: must be a finite number above 0") from error
    if rate <= 0:
        raise EncodeError(f"frames per second = {fps}: must be a finite number above 0")
    return rate


class Writer:
    """A film being written; use it as a context manager.

    It is written under a temporary name in the folder of ``path`` and takes its name only when it is whole, so a
    crash or a full disk leaves the previous file as it was.

    path: the file to write, any name.
    width, height: of the frames, in pixels.
    fps: frames per second, exact: ``Fraction(100, 3)`` is 30 ms a frame.
    Raises EncodeError from any method, when the film cannot be written.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, width: int, height: int, fps: float | Fraction
    ) -> None:
        self.path, self.width, self.height = Path(path), int(width), int(height)
        self.fps = exact_rate(fps)
        self.n_frames = 0
        if self.width < 1 or self.height < 1:
            raise EncodeError(f"frame size {width}×{height}: both must be at least 1 pixel")
        self._temporary = temporary_name(self.path)
        self._changes: Changes | None = None
        self._closed = False

    def _add(self, tiles: Tiles, pixels: Words) -> None:
        """Take what is new in a frame, which nobody else changes any more."""
        raise NotImplementedError

    def _finish(self) -> None:
        """Make the file whole, under its temporary name."""
        raise NotImplementedError

    def _discard(self) -> None:
        """Take the temporary file away."""
        with contextlib.suppress(OSError):
            self._temporary.unlink()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, av.FFmpegError) as error:
            raise EncodeError(f"cannot write {self.path}: {reason(error)}") from error

    def write(self, rgba: Pixels, dirty: Iterable[Rect] | None = None) -> None:
        """Append one frame.

        rgba: uint8, shape ``(height, width, 4)``; the buffer may be reused.
        dirty: the rectangles that differ from the frame before; None when unknown (they are then found by
            comparison), empty when nothing changed.
        Raises EncodeError when the shape is wrong, or it cannot be written.
        """
        if rgba.shape != (self.height, self.width, 4) or rgba.dtype != np.uint8:
            raise EncodeError(
                f"frame {self.n_frames} is {rgba.dtype} {rgba.shape}; "
                f"{self.path.name} takes uint8 {(self.height, self.width, 4)}"
            )
        words = np.ascontiguousarray(rgba).view("<u4")[..., 0]
        if self._changes is None:
            self._changes, dirty = Changes(words), None
        self.take(*self._changes.find(words, dirty))

    def take(self, tiles: Tiles, pixels: Words) -> None:
        """Append one frame, of which this is new. Raises EncodeError when it cannot be written."""
        with self._failing():
            self._add(tiles, pixels)
        self.n_frames += 1

    def end(self) -> None:
        """There are no more frames; what is left to do is done meanwhile, or by close()."""
        self._changes = None  # a film of many pieces keeps the writers of all of them until it is whole

    def close(self) -> Path:
        """Finish the film and give it its name. Raises EncodeError when it could not be finished; the previous file is
        then still there."""
        if self._closed:
            return self.path
        self._closed = True
        try:
            if self.n_frames == 0:
                raise EncodeError(f"cannot write {self.path}: not one frame was drawn")
            with self._failing():
                self._finish()
                self._temporary.replace(self.path)
        finally:
            self.abort()
        return self.path

    def abort(self) -> None:
        """Stop, and leave nothing behind."""
        self._closed = True
        self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def reason(error: BaseException) -> str:
    """What went wrong, without the exception's own decorations."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

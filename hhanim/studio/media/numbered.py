"""Frames into a folder of numbered PNG files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from hhanim.studio.media.changes import Tiles, Words, even, lay
from hhanim.studio.media.writer import EncodeError, Writer, reason


class Numbered(Writer):
    """A folder of ``frame_00001.png`` …

    alpha: whether the pictures keep transparency; the others as of :class:`hhanim.studio.media.writer.Writer`.
    """

    def __init__(self, path: Path, *, width: int, height: int, fps: Fraction, alpha: bool = False) -> None:
        super().__init__(path, width=width, height=height, fps=fps)
        self._alpha = alpha
        self._picture = np.zeros(even(self.height, self.width), np.uint32)
        with self._failing():
            self._temporary.mkdir()

    def _add(self, tiles: Tiles, pixels: Words) -> None:
        lay(self._picture, tiles, pixels)
        rgba = self._picture.view(np.uint8).reshape(*self._picture.shape, 4)
        shown = np.ascontiguousarray(rgba[: self.height, : self.width, : 4 if self._alpha else 3])
        place = self._temporary / frame_name(self.n_frames)
        Image.fromarray(shown).save(place, format="PNG", compress_level=3)

    def _finish(self) -> None:
        """Every picture is whole already."""

    def _discard(self) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)


def frame_name(k: int) -> str:
    """Of the picture of frame ``k``, from 0."""
    return f"frame_{k + 1:05d}.png"


def gather(parts: Sequence[Path], path: Path) -> None:
    """Put the pictures of several folders into a new one, numbered through; the folders are empty afterwards. Raises
    EncodeError when that is not possible."""
    try:
        path.mkdir()
        pictures = (picture for part in parts for picture in sorted(part.iterdir()))
        for k, picture in enumerate(pictures):
            picture.rename(path / frame_name(k))
    except OSError as error:
        raise EncodeError(f"cannot write {path}: {reason(error)}") from error

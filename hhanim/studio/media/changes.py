"""What is new in a frame, found by comparing it with the one before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Rect = tuple[int, int, int, int]
"""``(x0, y0, x1, y1)`` in pixels, origin at the top left, half-open."""

Tiles = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
"""Their rows and their columns."""

_SIDE = 8  # pixels: as many truth values as fit a word


class Changes:
    """The frame before, and what is new in the next one, in tiles of eight pixels by eight, or as many as divide the
    frame.

    first: the first frame, as words ``(height, width)``, both even; all of it is new.
    """

    def __init__(self, first: npt.NDArray[np.uint32]) -> None:
        self._last = ~first
        self._differs = np.empty(first.shape, bool)
        self._down, self._across = (math.gcd(side, _SIDE) for side in first.shape)

    def find(
        self, now: npt.NDArray[np.uint32], where: Iterable[Rect]
    ) -> tuple[Tiles, npt.NDArray[np.uint32]]:
        """The tiles of these rectangles in which something is new, and their pixels ``(n, down, across)``."""
        (height, width), down, across = now.shape, self._down, self._across
        words = tiled(self._differs.view(f"u{across}"), down, 1)[..., 0]
        new = np.zeros((height // down, width // across), bool)
        for x0, y0, x1, y1 in where:
            left, top = max(0, x0) // across, max(0, y0) // down
            right, bottom = -(-min(max(0, x1), width) // across), -(-min(max(0, y1), height) // down)
            part = np.s_[top * down : bottom * down, left * across : right * across]
            np.not_equal(self._last[part], now[part], out=self._differs[part])
            tiles = np.s_[top:bottom, left:right]
            new[tiles] |= np.bitwise_or.reduce(words[top:bottom, :, left:right], axis=1) != 0
        rows, columns = np.nonzero(new)
        pixels = tiled(now, down, across)[rows, :, columns]
        tiled(self._last, down, across)[rows, :, columns] = pixels
        return (rows, columns), pixels


def tiled(plane: npt.NDArray[Any], down: int, across: int) -> npt.NDArray[Any]:
    """A picture seen as tiles: (rows of them, down, columns of them, across)."""
    height, width = plane.shape
    return plane.reshape(height // down, down, width // across, across)

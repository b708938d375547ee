"""What is new in a frame, found by comparing it with the one before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Rect = tuple[int, int, int, int]
"""``(x0, y0, x1, y1)`` in pixels, origin at the top left, half-open."""

Tiles = npt.NDArray[np.intp]
"""Which of a frame's tiles, counted row by row."""

Words = npt.NDArray[np.uint32]
"""RGBA as little-endian words, shape ``(height, width)``, or those of tiles, ``(n, down, across)``."""


def even(height: int, width: int) -> tuple[int, int]:
    """The shape of a frame as it is cut into tiles: an odd one's last row or column is there twice."""
    return height + height % 2, width + width % 2


def tile(height: int, width: int) -> tuple[int, int]:
    """Pixels of a tile of a frame of even shape: eight by eight, or as many as divide it."""
    return math.gcd(height, 8), math.gcd(width, 8)


def lay(picture: npt.NDArray[Any], tiles: Tiles, pixels: npt.NDArray[Any]) -> None:
    """Put the pixels of tiles in their places."""
    view, rows, columns = _cut(picture, tiles, *pixels.shape[1:])
    view[rows, :, columns] = pixels


def _cut(
    picture: npt.NDArray[Any], tiles: Tiles, down: int, across: int
) -> tuple[npt.NDArray[Any], Tiles, Tiles]:
    """A picture as (rows of tiles, down, columns of tiles, across), and where in it these tiles are."""
    height, width = picture.shape
    view = picture.reshape(height // down, down, width // across, across)
    return view, *np.divmod(tiles, width // across)


class Changes:
    """The frame before, and what is new in the next one.

    first: the first frame; all of it is new.
    """

    def __init__(self, first: Words) -> None:
        self._last = np.invert(_even(first))
        self._differs = np.empty(self._last.shape, bool)

    def find(self, now: Words, where: Iterable[Rect] | None) -> tuple[Tiles, Words]:
        """The tiles of these rectangles, or anywhere, in which something is new, and their pixels."""
        height, width = self._last.shape
        if where is None or now.shape != self._last.shape:
            now, where = _even(now), [(0, 0, width, height)]
        down, across = tile(height, width)
        new = np.zeros((height // down, width // across), bool)
        # As many truth values as a tile is wide make one word.
        words = self._differs.view(f"u{across}").reshape(height // down, down, width // across)
        for x0, y0, x1, y1 in where:
            left, top = max(0, x0) // across, max(0, y0) // down
            right, bottom = -(-min(max(0, x1), width) // across), -(-min(max(0, y1), height) // down)
            part = np.s_[top * down : bottom * down, left * across : right * across]
            np.not_equal(self._last[part], now[part], out=self._differs[part])
            differ = np.bitwise_or.reduce(words[top:bottom, :, left:right], axis=1) != 0
            new[top:bottom, left:right] |= differ
        tiles = np.flatnonzero(new)
        view, rows, columns = _cut(now, tiles, down, across)
        pixels = view[rows, :, columns]
        lay(self._last, tiles, pixels)
        return tiles, pixels


def _even(words: Words) -> Words:
    down, across = words.shape[0] % 2, words.shape[1] % 2
    return np.pad(words, ((0, down), (0, across)), mode="edge") if down or across else words

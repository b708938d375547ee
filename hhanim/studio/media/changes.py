"""What is new in a frame, found by comparing it with the one before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rect = tuple[int, int, int, int]
"""``(x0, y0, x1, y1)`` in pixels, origin at the top left, half-open."""

_TILE = 8  # pixels: as many truth values as fit a word


class Changes:
    """The frame before, and what is new in the next one: rectangles made of tiles, and few, because an encoder spends
    more on many small ones than on the pixels between them.

    first: the first frame, as words ``(height, width)``.
    """

    def __init__(self, first: npt.NDArray[np.uint32]) -> None:
        self._last = first.copy()
        height, width = first.shape
        self._columns = -(-width // _TILE)
        self._differs = np.zeros((-(-height // _TILE) * _TILE, self._columns * _TILE), bool)

    def take(self, now: npt.NDArray[np.uint32], rectangle: Rect) -> None:
        """All of this rectangle may be new."""
        x0, y0, x1, y1 = rectangle
        self._last[y0:y1, x0:x1] = now[y0:y1, x0:x1]

    def find(self, now: npt.NDArray[np.uint32], where: Rect) -> list[Rect]:
        """Rectangles that cover what is new in one, outside of which there is nothing new."""
        last, (height, width) = self._last, now.shape
        x0, y0, x1, y1 = where
        column, row = x0 // _TILE, y0 // _TILE
        x0, y0, across, down = column * _TILE, row * _TILE, -(-x1 // _TILE), -(-y1 // _TILE)
        part = np.s_[y0 : min(down * _TILE, height), x0 : min(across * _TILE, width)]
        np.not_equal(last[part], now[part], out=self._differs[part])
        words = self._differs.view(np.uint64).reshape(-1, _TILE, self._columns)[row:down, :, column:across]
        tiles = np.bitwise_or.reduce(words, axis=1) != 0
        found: list[Rect] = []
        for left, right in _runs(tiles.any(axis=0)):
            for top, bottom in _runs(tiles[:, left:right].any(axis=1)):
                inner = np.flatnonzero(tiles[top:bottom, left:right].any(axis=0))
                first, end = left + int(inner[0]), left + int(inner[-1]) + 1
                rectangle = (
                    x0 + first * _TILE,
                    y0 + top * _TILE,
                    min(x0 + end * _TILE, width),
                    min(y0 + bottom * _TILE, height),
                )
                found.append(rectangle)
                self.take(now, rectangle)
        return found


def _runs(marked: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where truth values in a row begin and end."""
    between = np.zeros(len(marked) + 2, bool)
    between[1:-1] = marked
    edges = np.flatnonzero(between[1:] != between[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

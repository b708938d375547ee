"""Rectangles of pixels: which part of a frame has changed."""

from __future__ import annotations

import math
from collections.abc import Iterable

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, origin at the bottom left
Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, origin at the top left, half-open


def around(box: Box, pad: float, height: int) -> Rect:
    """Whole pixels around a box that is counted from the bottom, in a frame of this height."""
    x0, y0, x1, y1 = box
    return (
        math.floor(x0 - pad),
        height - math.ceil(y1 + pad),
        math.ceil(x1 + pad),
        height - math.floor(y0 - pad),
    )


def meet(a: Rect, b: Rect) -> bool:
    """Whether two rectangles have a pixel in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def cut(a: Rect, b: Rect) -> Rect:
    """What of a rectangle is in another; an empty one where they do not meet."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def merged(rects: Iterable[Rect], width: int, height: int) -> list[Rect]:
    """Rectangles of which no two meet, that cover what of the given ones is in the frame."""
    out: list[Rect] = []
    for rect in rects:
        x0, y0, x1, y1 = cut(rect, (0, 0, width, height))
        if x0 >= x1 or y0 >= y1:
            continue
        k = 0
        while k < len(out):
            left, top, right, bottom = out[k]
            if left <= x1 and x0 <= right and top <= y1 and y0 <= bottom:
                x0, y0, x1, y1 = min(left, x0), min(top, y0), max(right, x1), max(bottom, y1)
                del out[k]
                k = 0  # it has grown, and may meet those it did not meet before
            else:
                k += 1
        out.append((x0, y0, x1, y1))
    return out

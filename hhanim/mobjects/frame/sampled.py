"""Values that are known at some times, at any time between them.

class Slope(Film):
    def construct(self):
        height = Sampled([0.0, 1.0, 3.0], [0.0, 2.0, 0.0])
        dot = Dot().add_updater(lambda d: d.set_y(height(self.time)))
        self.add(dot)
        self.wait(3)
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np

from hhanim.mobjects.frame.shapes import Array


class Sampled:
    """Values (T, …) at times (T,), increasing; called with a time it gives what lies on the straight line between.

    In plain Python: numpy's searches let go of the interpreter's lock, and the encoder's thread would take it.
    """

    def __init__(self, t: Any, values: Any) -> None:
        self.values = np.asarray(values, dtype=float)
        self._t: list[float] = np.asarray(t, dtype=float).tolist()

    def __call__(self, t: float) -> Array:
        k = min(max(bisect_right(self._t, t) - 1, 0), len(self._t) - 2)
        a, b = self._t[k], self._t[k + 1]
        u = min(max((t - a) / (b - a), 0.0), 1.0) if b > a else 1.0
        return np.asarray(self.values[k] + (self.values[k + 1] - self.values[k]) * u)

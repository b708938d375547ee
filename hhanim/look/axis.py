"""The two axes of a panel: what they are called, what they show, where their ticks are. Clips and films share this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hhanim.language import text
from hhanim.look.numbers import ticks
from hhanim.model import Membrane
from hhanim.model.errors import InvalidValue

Array = NDArray[np.float64]

#: What axes are called in clips and films; one that shows a single quantity is called by it, as in "V (mV)".
TIME, CURRENT, CONDUCTANCE = text("Time (ms)"), text("Current (µA/cm²)"), text("Conductance (mS/cm²)")
GATES, STEADY, TAU = text("Gates (fraction open)"), text("Steady state"), text("Time constant (ms)")
STIMULUS, RATE = text("Injected current (µA/cm²)"), text("Firing rate (Hz)")


@dataclass(frozen=True)
class Axis:
    """One axis.

    name: plain words, a Quantity (its symbol and unit are written), or what the engine draws. low, high: its range.
    marks: where its ticks are; None chooses round numbers, () shows none.
    """

    name: Any
    low: float
    high: float
    marks: Sequence[float] | None = None

    def ticks(self, most: float, room: float) -> list[float]:
        """Where its ticks are: those that were given, or round numbers, as in numbers.ticks()."""
        return ticks(self.low, self.high, most, room) if self.marks is None else list(self.marks)

    def share(self, value: Any) -> Any:
        """How far along the axis a value is, from 0 to 1, any shape."""
        return (np.asarray(value, dtype=float) - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """The value so far along the axis: the inverse of share()."""
        return self.low + share * (self.high - self.low)


class AxisPair:
    """What a panel of a clip and one of a film have in common: x() and y() say what its axes are."""

    x_axis: Axis
    y_axis: Axis

    def x(self, name: Any, low: float, high: float, *, ticks: Sequence[float] | None = None) -> Self:
        """The horizontal axis: its name, what it shows from left to right, and its ticks, as in Axis."""
        self.x_axis = Axis(name, float(low), float(high), ticks)
        self._draw_axis("x")
        return self

    def y(self, name: Any, low: float, high: float, *, ticks: Sequence[float] | None = None) -> Self:
        """The vertical axis: its name, written above it, what it shows from below up, and its ticks."""
        self.y_axis = Axis(name, float(low), float(high), ticks)
        self._draw_axis("y")
        return self

    def _draw_axis(self, which: str) -> None:
        """Draw the axis "x" or "y", which has just been given."""
        raise NotImplementedError

    @property
    def xlim(self) -> tuple[float, float]:
        """What the horizontal axis shows."""
        return self.x_axis.low, self.x_axis.high

    @property
    def ylim(self) -> tuple[float, float]:
        """What the vertical axis shows."""
        return self.y_axis.low, self.y_axis.high


def voltages(
    membrane: Membrane, low: float | None = None, high: float | None = None, points: int = 3001
) -> Array:
    """Voltages (mV) from low to high, by default over the membrane's own range, dense enough for any frame.

    Raises InvalidValue if low is not below high.
    """
    low = membrane.v_range[0] if low is None else low
    high = membrane.v_range[1] if high is None else high
    if not low < high:
        raise InvalidValue(f"voltages from {low:g} to {high:g} mV: v_min must be below v_max")
    return np.linspace(low, high, points)

"""How a number is said, and which numbers are round: one minus sign, few digits; steps, limits and ceilings of axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hhanim.language import decimal

Array = NDArray[np.float64]

#: What a round number begins with: a step of an axis, and a quantity that is said once.
STEPS = (1.0, 2.0, 5.0)
ROUND = (1.0, 1.5, 2.0, 3.0, 5.0)


def minus(text: str) -> str:
    """The text with a real minus sign (U+2212) for every hyphen."""
    return text.replace("-", "−")


def plain(value: float, digits: int = 10) -> str:
    """A number with at most so many significant digits and no trailing zeros."""
    return decimal(minus(f"{float(f'{value:.{digits}g}'):.10g}"))


def millivolts(v: float, *, sign: bool = False) -> str:
    """A voltage in whole millivolts; sign: with a plus as well."""
    return minus(f"{v:{'+' if sign else ''}.0f} mV")


def clock(seconds: float) -> str:
    """``2:05``, ``1:02:05``: whole seconds that have passed, as players and uploads write them."""
    whole = int(seconds + 1e-3)  # 59.9999 is a minute
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def rate_text(per_second: float, unit: str = "ms") -> str:
    """How fast a model's clock runs, e.g. "1 s = 6.7 ms"."""
    return decimal(f"1 s = {per_second:.{'2g' if per_second < 100 else '0f'}} {unit}")


def round_below(x: float, first: Sequence[float] = ROUND) -> float:
    """The largest of these numbers times a power of ten that is not above x."""
    power = 10.0 ** math.floor(math.log10(x))
    return max(k for k in first if k * power <= x * (1 + 1e-9)) * power


def round_above(x: float, first: Sequence[float] = ROUND) -> float:
    """The smallest of these numbers times a power of ten that is not below x."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(k for k in (*first, 10.0) if k * power >= x * (1 - 1e-9)) * power


def round_near(x: float, first: Sequence[float] = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)) -> float:
    """The nearest of these numbers times a power of ten, as ratios go: a rate that can be said in words."""
    return min(round_below(x, first), round_above(x, first), key=lambda k: abs(math.log(k / x)))


def floor_to(x: float, step: float) -> float:
    """The multiple of a step that is next below x."""
    return math.floor(x / step + 1e-9) * step


def ceil_to(x: float, step: float) -> float:
    """The multiple of a step that is next above x."""
    return math.ceil(x / step - 1e-9) * step


def ticks(low: float, high: float, most: float, room: float) -> list[float]:
    """Round numbers from low to high, in the smallest round step that fits between them at most `most` times.

    Where only one number would be shown the step is smaller, if that fits no more than `room` times.
    """
    if not high > low:
        return [low]
    step = round_above((high - low) / most, STEPS)
    while True:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        smaller = round_below(0.9 * step, STEPS)
        if last > first or (high - low) / smaller > room:
            return [round(k * step, 10) for k in range(first, last + 1)]
        step = smaller


def limits(*data: ArrayLike, zero: bool = False, air: float = 0.06) -> tuple[float, float]:
    """Limits that show all the data (nan ignored), with a share of air on both sides; zero: include 0."""
    values = np.concatenate([np.ravel(np.asarray(d, dtype=float)) for d in data])
    values = values[np.isfinite(values)]
    if zero or not len(values):
        values = np.append(values, 0.0)
    low, high = float(values.min()), float(values.max())
    room = air * (high - low) or 0.5 * (abs(high) or 1.0)
    return (low if zero and low == 0 else low - room, high if zero and high == 0 else high + room)


@overload
def smoothstep(x: float) -> float: ...
@overload
def smoothstep(x: Array) -> Array: ...
def smoothstep(x: float | Array) -> float | Array:
    """From 0 to 1 as x goes from 0 to 1, level at both ends and beyond."""
    x = min(max(x, 0.0), 1.0) if isinstance(x, float) else np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)

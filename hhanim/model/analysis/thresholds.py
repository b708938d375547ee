"""Thresholds: of steady currents and of pulses, at rest, after a spike, and after inhibition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hhanim.model.analysis.firing import accurate, fired, own_start
from hhanim.model.errors import HHError, number
from hhanim.model.membrane import Membrane
from hhanim.model.phases import landmarks
from hhanim.model.presets import named
from hhanim.model.protocol import pulse, step
from hhanim.model.roots import threshold
from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]

#: How near a level counts as reached (mV).
_NEAR: Final = 0.5
#: Largest current density (µA/cm²) that a search for a threshold tries before it reports infinity.
_LARGEST: Final = 1e4


@named
def rheobase(
    membrane: Membrane, duration: float = 200.0, sustained: bool = False, precision: float = 1e-4
) -> float:
    """Smallest constant current (µA/cm²) from t = 0 that evokes a spike within `duration` ms; inf if none does.

    With sustained=True, the smallest that still makes it fire, with a steady rate, in the second half of
    `duration`. Starts from the membrane's own initial conditions. Found by bisection to `precision`,
    relative to the current. A membrane that fires by itself has rheobase 0.
    """
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    y0 = own_start(membrane)

    def fires(i: float) -> bool:
        run = accurate(membrane, step(i), duration, y0)
        return run.rate() > 0.0 if sustained else fired(run)

    return _threshold(fires, precision)


@named
def strength_duration(membrane: Membrane, widths: Any, precision: float = 1e-4, wait: float = 30.0) -> Array:
    """Threshold amplitude (µA/cm²) of a rectangular pulse for each width (ms) (K,) -> (K,); inf where none fires.

    A spike counts if it comes during the pulse or within `wait` ms after it.
    """
    widths = np.atleast_1d(number("widths", widths, above=0.0, unit="ms"))
    y0 = membrane.initial()
    return np.array([_pulse_threshold(membrane, float(w), wait, y0, precision) for w in widths])


@named
def chronaxie(membrane: Membrane, precision: float = 1e-4, wait: float = 30.0) -> float:
    """Width (ms) of the rectangular pulse whose threshold is twice the rheobase; inf for a membrane that never fires.

    0 for one that fires by itself. A spike counts if it comes during the pulse or within `wait` ms after it.
    """
    twice, y0 = 2.0 * rheobase(membrane, precision=0.1 * precision), membrane.initial()
    if twice in (0.0, np.inf):
        return twice

    def fires(width: float) -> bool:
        return fired(accurate(membrane, pulse(twice, 0.0, width), width + wait, y0))

    low, high = 0.0, 0.1
    while not fires(high):
        low, high = high, 2.0 * high
    return threshold(fires, low, high, precision)


@named
def paired_pulse(
    membrane: Membrane,
    intervals: Any,
    width: float = 1.0,
    first: float | None = None,
    precision: float = 1e-3,
    wait: float = 20.0,
) -> Array:
    """Refractoriness: smallest second pulse (µA/cm²) that evokes a second spike, for each interval (K,) -> (K,).

    intervals: from the start of the first pulse to the start of the second, ms, at least `width`. first:
    amplitude of the first pulse, by default twice the threshold of a resting membrane. The result is inf
    inside the absolute refractory period: before the first spike has passed its peak, and where no current up to
    10,000 µA/cm² starts another one. That a strong pulse charges C past the spike level is no spike; the membrane's
    own inward current must carry V upwards.
    """
    width = number("width", width, above=0.0, unit="ms", array=False)
    intervals = np.atleast_1d(number("intervals", intervals, width, unit="ms"))
    if first is None:
        first = 2.0 * float(strength_duration(membrane, width)[0])
    first = number("first", first, unit="µA/cm²", array=False)
    # The second pulse finds the state that the first one left.
    run = accurate(membrane, pulse(first, 0.0, width), max(1.0, *intervals), membrane.initial())
    tops, heights = run.peaks
    passed = float(next(iter(tops[heights > membrane.spike_level]), np.inf))

    def after(gap: float) -> float:
        return (
            _pulse_threshold(membrane, width, wait, run.at(gap).y[:, 0], precision)
            if gap > passed
            else np.inf
        )

    return np.array([after(float(gap)) for gap in intervals])


@dataclass(frozen=True, eq=False)
class Recovery:
    """How strong a second pulse must be after one that fired: intervals (ms), from start to start, and the weakest that
    fires, in thresholds of the resting membrane, inf where none does, both (K,).
    """

    intervals: Array
    needed: Array

    def until(self, times: float) -> float:
        """When (ms) so many thresholds are enough, interpolated; inf if that is later than the intervals."""
        k = next(iter(np.flatnonzero(self.needed <= times)), None)
        if k is None:
            return np.inf
        around, near = slice(max(k - 1, 0), k + 1), np.minimum(self.needed, 1e3)
        return float(np.interp(-times, -near[around], self.intervals[around]))


@named
def recovery(membrane: Membrane, width: float = 1.0, first: float = 2.0, count: int = 16) -> Recovery:
    """Refractoriness after a pulse of `first` thresholds (above 1), from the fall of its spike to five times as long.

    Raises HHError where no pulse of that width (ms) fires the membrane. See paired_pulse().
    """
    limit = float(strength_duration(membrane, width)[0])
    if not 0.0 < limit < np.inf:
        raise HHError(f"no threshold parts pulses of {width:g} ms that fire {membrane.name} from others")
    begin = 1.0  # ms: the phases of a spike begin where the stimulus changes
    run = accurate(membrane, pulse(first * limit, begin, width), begin + width + 30.0, membrane.initial())
    spike = landmarks(run, zero=membrane.zero)
    assert spike is not None  # it is above threshold
    fall = spike.back - begin
    intervals = np.geomspace(max(0.8 * fall, width), 5.0 * fall, count)
    return Recovery(intervals, paired_pulse(membrane, intervals, width, first=first * limit) / limit)


@named
def pulses_reaching(
    membrane: Membrane, levels: Any, width: float = 1.0, start: float = 0.0, wait: float = 30.0
) -> list[Trajectory]:
    """Runs with the weakest pulse, of `width` ms from `start` on, after which V comes to reach each level (mV).

    V comes within half a millivolt of a level wherever the solver's tolerance can tell two pulses apart so finely; a
    level that no pulse reaches within `wait` ms has no run. Between a spike and none V reaches every level: the
    response is steep, not discontinuous (R. FitzHugh & H. A. Antosiewicz (1959) J. SIAM 7:447-458,
    doi 10.1137/0107038).
    """
    width = number("width", width, above=0.0, unit="ms", array=False)
    levels = np.atleast_1d(number("levels", levels, unit="mV"))
    y0 = membrane.initial()
    tried: dict[float, tuple[float, Trajectory]] = {}

    def top(i: float) -> float:
        if i not in tried:
            run = accurate(membrane, pulse(i, start, width), start + width + wait, y0)
            tried[i] = run.extreme("V", after=start).value, run
        return tried[i][0]

    found = []
    for level in levels:
        high = 1.0
        while top(high) < level and high < _LARGEST:
            high *= 1.5
        if top(high) < level:
            continue
        # The pulses that were tried for other levels say where to look.
        low = max((i for i in tried if top(i) < level), default=0.0)
        high = min(i for i in tried if top(i) >= level)
        while top(high) - level > _NEAR and high - low > 4.0 * np.spacing(high):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if top(middle) < level else (low, middle)
        found.append(tried[high][1])
    return found


@named
def anode_break(membrane: Membrane, widths: Any = 20.0, precision: float = 1e-3, wait: float = 30.0) -> Array:
    """Weakest hyperpolarising pulse (µA/cm², negative) whose end evokes a spike, for each width (ms) (K,) -> (K,).

    -inf where no rebound follows, e.g. where sodium inactivation cannot be removed: currents are tried up to those that
    take V to 200 mV below level, where rates mean nothing any more.
    """
    widths = np.atleast_1d(number("widths", widths, above=0.0, unit="ms"))
    y0 = membrane.initial()
    return -np.array([_pulse_threshold(membrane, float(w), wait, y0, precision, break_=True) for w in widths])


def _pulse_threshold(
    membrane: Membrane, width: float, wait: float, y0: Array, precision: float, break_: bool = False
) -> float:
    """Smallest pulse (µA/cm²) that fires from y0; with break_, the smallest inhibition whose end does."""

    def fires(i: float) -> bool:
        run = accurate(membrane, pulse(-i if break_ else i, 0.0, width), width + wait, y0)
        return fired(run, width if break_ else 0.0)

    limit = _LARGEST
    if break_:
        lowest = membrane.zero - 200.0
        limit = float(-membrane.steady_current(lowest) + membrane.c * (y0[0] - lowest) / width)
    return _threshold(fires, precision, limit)


def _threshold(fires: Callable[[float], bool], precision: float, limit: float = _LARGEST) -> float:
    """Smallest i >= 0 with fires(i), or inf: bracketed from below, as strong currents may block, then bisected."""
    precision = number("precision", precision, 1e-9, 0.1, array=False)
    if fires(0.0):
        return 0.0
    low, high = 0.0, 0.25
    while not fires(high):
        low, high = high, high * 1.5
        if high > limit:
            return float("inf")
    return threshold(fires, low, high, precision)

"""Firing: what a run shows, its spikes, and the rate at each current (f–I curve)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hhanim.language import decimal, tr
from hhanim.model.analysis.equilibria import hopf_points, jacobians
from hhanim.model.errors import number
from hhanim.model.membrane import Membrane
from hhanim.model.presets import named
from hhanim.model.protocol import Protocol, step
from hhanim.model.solve import SAMPLE, simulate
from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]

#: Tolerances of the many runs behind one threshold: thresholds then repeat to better than 1e-5 of themselves.
_TOLERANCE: Final = 1e-8


def behaviour(run: Trajectory) -> str:
    """What a run shows, in words: "settles at −56.4 mV", "one spike", "fires at 68.3 Hz", "depolarisation block"."""
    v, last = run["V"], run.t >= 0.9 * run.duration
    rate, count = run.rate(), len(spikes(run))
    if rate > 0.0:
        return tr("fires at {rate:.1f} Hz", rate=rate)
    settled = float(np.ptp(v[last])) < 1.0
    where = decimal(f"{float(v[-1]):.1f} mV".replace("-", "−"))
    if settled and run.stimulus[-1] > 0:
        hopf = hopf_points(run.membrane)
        if len(hopf) and run.stimulus[-1] > 0.98 * hopf[-1]:
            return tr("depolarisation block at {voltage}", voltage=where)
    if count:
        return tr("one spike") if count == 1 else tr("{count} spikes", count=count)
    return tr("settles at {voltage}", voltage=where) if settled else tr("rings without a spike")


def spikes(run: Trajectory) -> Array:
    """The run's spike times (ms), (K,), but for those that no channels make.

    While V is above the level of a spike, more has to flow in through channels than is injected: a current alone that
    charges a membrane makes no spike.
    """
    v, level = run["V"], run.membrane.spike_level
    inward = sum((run.current(name) for name in run.membrane.inward()), np.zeros_like(v))
    flows = -inward > np.maximum(run.stimulus, 0.0)
    below = np.append(np.flatnonzero(v < level), len(v))
    first = np.maximum(np.searchsorted(run.t, run.spikes) - 1, 0)
    last = below[np.searchsorted(below, first + 1)]
    return np.array([t for t, a, b in zip(run.spikes, first, last, strict=True) if flows[a:b].any()])


def fired(run: Trajectory, after: float = 0.0) -> bool:
    """Whether a spike started later than `after` (ms): V passes its level, carried by net inward ionic current.

    The second condition tells a spike from a capacitance that a strong current charges past the level.
    """
    v, level, rest = run["V"], run.membrane.spike_level, float(run.membrane.rest()[0])
    carried = np.flatnonzero((run.t > after) & (v > 0.5 * (rest + level)) & (run.ionic_current < 0))
    if not len(carried):
        return False
    first = carried[0]
    return bool(v[first:].max() > level or run.extreme("V", after=run.t[first]).value > level)


@named
def f_i(membrane: Membrane, currents: Any, duration: float = 600.0, after: float | None = None) -> Array:
    """Rate of sustained firing (Hz) at each constant current (N,) -> (N,), see Trajectory.rate(), also of 0 and nan.

    The time before `after` (ms; default: half the duration, or less where that leaves too few) is transient. Up to 64
    currents are solved to convergence; more go through the fixed-step batch, whose rates are within about 1 %.
    """
    currents = np.atleast_1d(number("currents", currents, unit="µA/cm²"))
    run = _sweep(membrane, currents, duration)
    return np.asarray(run.rate(after=after))


@named
def cycle_extremes(membrane: Membrane, currents: Any, duration: float = 600.0) -> dict[str, Array]:
    """For a bifurcation diagram: {"low", "high", "rate"} (N,), V's extremes in the last third (mV), and the rate (Hz).

    Where nothing oscillates any more, low and high agree. Starts from the membrane's initial conditions at each
    current (N,): where rest and firing are both stable it shows which of them a current step from rest leads to.
    """
    currents = np.atleast_1d(number("currents", currents, unit="µA/cm²"))
    run, late = _sweep(membrane, currents, duration), 2.0 / 3.0 * duration
    if run.method == "adaptive":
        each = [run.neuron(k) for k in range(len(currents))]
        low, high = ([one.extreme("V", kind, late).value for one in each] for kind in ("min", "max"))
    else:
        v = run["V"][run.t >= late]
        low, high = v.min(axis=0), v.max(axis=0)
    return {"low": np.asarray(low), "high": np.asarray(high), "rate": np.asarray(run.rate())}


def _sweep(membrane: Membrane, currents: Array, duration: float) -> Trajectory:
    keys: dict[str, Any] = {"method": "exponential_euler", "record": ("V",)}
    if len(currents) <= 64:
        keys = {"method": "adaptive", "rtol": _TOLERANCE, "atol": _TOLERANCE}
    return simulate(membrane, step(currents), duration, start=own_start(membrane), sample=0.05, **keys)


def own_start(membrane: Membrane) -> Array:
    """Where a membrane starts by itself: an unstable rest is left by a hundredth of a mV."""
    y0 = membrane.initial()
    if membrane.start is None and membrane.batch is None:
        y0[0] += 0.01 * bool(np.any(np.linalg.eigvals(jacobians(membrane, y0[:, None], 0.0)).real > 0))
    return y0


def accurate(membrane: Membrane, protocol: Protocol, duration: float, y0: Array) -> Trajectory:
    """A run from a state y0 (S,) as a threshold needs it."""
    return simulate(membrane, protocol, duration, start=y0, sample=SAMPLE, rtol=_TOLERANCE, atol=_TOLERANCE)

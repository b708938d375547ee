"""The phases of an action potential, found in a trajectory, whatever its membrane and stimulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hhanim.model.trajectory import Trajectory

__all__ = ["Phase", "phases"]


@dataclass(frozen=True)
class Phase:
    """One named stretch of a trajectory, from `start` to `stop` (ms)."""

    name: str
    start: float
    stop: float


def phases(run: Trajectory, spike: int = 0, zero: float = 0.0) -> tuple[Phase, ...]:
    """The phases around one spike of a run of one neuron, in order, without gaps; () without such a spike.

    spike: its number, from 0. zero: the voltage (mV) beyond which V overshoots (65 where rest is put at 0).

    - "rest": until the stimulus first changes;
    - "threshold": until the ionic current turns inward for good, so that V rises by itself whatever the
      stimulus does;
    - "upstroke": until V passes `zero` (or the peak, if it stays below);
    - "overshoot": while V is beyond `zero`; left out if it never is;
    - "repolarisation": until V is back at the level from which the phases started;
    - "undershoot": until the lowest V before the next spike;
    - "return": until the next upstroke begins, or the end.

    Phases of no length are left out: a membrane that fires by itself has no rest, a spike on a strong current
    may never come back to its starting level.
    """
    if len(run.spikes) <= spike:
        return ()
    t, v = run.t, np.asarray(run["V"])
    peak = run._top_time(float(run.spikes[spike]))
    begin = 0.0 if spike == 0 else run._top_time(float(run.spikes[spike - 1]))
    onset = _onset(run) if spike == 0 else begin
    end = run.duration
    if len(run.spikes) > spike + 1:
        end = min(end, _turns_inward(run, peak, run._top_time(float(run.spikes[spike + 1]))))
    base = float(np.interp(onset, t, v)) if spike == 0 else float(v[(t >= begin) & (t <= peak)].min())
    inward = max(_turns_inward(run, onset, peak), onset)
    up = _last(run.crossings(zero), inward, peak)
    down = _first(run._falls(zero), peak, end)
    over = up is not None and down is not None
    cuts = [("rest", begin if spike else 0.0, onset), ("threshold", onset, inward)]
    if over:
        cuts += [("upstroke", inward, up), ("overshoot", up, down)]  # type: ignore[list-item]
    else:
        cuts += [("upstroke", inward, peak)]
    back = _first(run._falls(base), peak, end)
    tail = (t >= peak) & (t <= end)
    trough = float(t[tail][np.argmin(v[tail])])
    if back is None or back >= trough:
        cuts += [("repolarisation", cuts[-1][2], trough), ("return", trough, end)]
    else:
        cuts += [("repolarisation", cuts[-1][2], back), ("undershoot", back, trough), ("return", trough, end)]
    return tuple(Phase(n, float(a), float(b)) for n, a, b in cuts if b > a + 1e-9)


def _onset(run: Trajectory) -> float:
    """When the stimulus first changes (ms); 0 if it never does."""
    i = np.asarray(run.stimulus)
    changed = np.flatnonzero(i != i[0])
    if not len(changed):
        return 0.0
    edges = run.protocol.edges(run.duration)
    before = edges[edges <= run.t[changed[0]] + 1e-9]
    return float(before[-1]) if len(before) else float(run.t[changed[0]])


def _turns_inward(run: Trajectory, after: float, peak: float) -> float:
    """The last time before the peak at which the sum of the ionic currents turns from outward to inward."""
    t = run.t
    total = np.sum(list(run.membrane.currents(run.y).values()), axis=0)
    inside = np.flatnonzero((t >= after) & (t <= peak))
    # Back from the steepest rise, where the current is surely inward, to the first place where it is not.
    k = int(inside[np.argmin(total[inside])])
    while k > inside[0] and total[k - 1] < 0.0:
        k -= 1
    if k == inside[0]:
        return float(t[k])
    a, b = total[k - 1], total[k]
    return float(t[k - 1] + (t[k] - t[k - 1]) * a / (a - b))


def _first(times: np.ndarray, after: float, before: float) -> float | None:
    found = times[(times > after) & (times <= before)]
    return float(found[0]) if len(found) else None


def _last(times: np.ndarray, after: float, before: float) -> float | None:
    found = times[(times > after) & (times < before)]
    return float(found[-1]) if len(found) else None

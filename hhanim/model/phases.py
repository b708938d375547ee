"""The phases of an action potential, found in a trajectory, whatever its membrane and stimulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hhanim.model.trajectory import Trajectory

__all__ = ["Landmarks", "Phase", "landmarks", "phases"]


@dataclass(frozen=True)
class Phase:
    """One named stretch of a trajectory, from `start` to `stop` (ms)."""

    name: str
    start: float
    stop: float


@dataclass(frozen=True)
class Landmarks:
    """Moments of one spike (ms): at `begin` the stimulus sets in, from `rise` on V rises by itself, from `alone` on
    without any change of the stimulus; at `over` it passes zero, at the latest at `peak`, where it is highest, at
    `back` where it began, at `low` lowest; at `end` it rises again, or the run ends.
    """

    begin: float
    rise: float
    alone: float
    over: float
    peak: float
    back: float
    low: float
    end: float

    def opens(self, inward: str, outward: str) -> dict[str, tuple[float, float]]:
        """From when to when (ms) a channel of either kind is best seen open: one as V rises by itself, until early in
        the fall, one from the peak on.
        """
        shut = 0.75 * self.peak + 0.25 * self.back
        return {inward: (self.alone, shut), outward: (self.peak, 1.2 * self.low - 0.2 * self.peak)}

    def window(self, run: Trajectory, air: float = 0.15) -> tuple[float, float]:
        """From when to when (ms, whole ones) to look at it: from `begin` to `low`, with a share of air around."""
        around = air * (self.low - self.begin)
        return max(float(np.floor(self.begin - around)), 0.0), min(
            float(np.ceil(self.low + around)), run.duration
        )


def landmarks(run: Trajectory, spike: int = 0, zero: float = 0.0) -> Landmarks | None:
    """The moments of one spike of a run of one neuron, from its phases(); None without such a spike."""
    found = {phase.name: phase for phase in phases(run, spike, zero)}
    if not found:
        return None
    rise, back = found["upstroke"].start, found["repolarisation"].stop
    begin, low, over = (found.get(name) for name in ("threshold", "undershoot", "overshoot"))
    peak = run.top_of(run.spikes[spike])
    until = over.start if over else peak
    return Landmarks(
        begin.start if begin else rise,
        rise,
        max([rise, *(t for t in run.protocol.edges(run.duration).tolist() if rise <= t < until)]),
        until,
        peak,
        back,
        low.stop if low else back,
        max(phase.stop for phase in found.values()),
    )


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
    peak = run.top_of(run.spikes[spike])
    begin = 0.0 if spike == 0 else run.top_of(run.spikes[spike - 1])
    onset = _onset(run) if spike == 0 else begin
    end = run.duration
    if len(run.spikes) > spike + 1:
        end = min(end, _turns_inward(run, peak, run.top_of(run.spikes[spike + 1])))
    base = float(run.at(onset)["V"][0]) if spike == 0 else run.extreme("V", "min", begin, peak).value
    inward = max(_turns_inward(run, onset, peak), onset)
    up, down = run.last(below=zero, after=inward, before=peak), run.first(below=zero, after=peak, before=end)
    cuts = [("rest", begin if spike else 0.0, onset), ("threshold", onset, inward)]
    if inward < up < down < end:
        cuts += [("upstroke", inward, up), ("overshoot", up, down)]
    else:
        cuts += [("upstroke", inward, peak)]
    trough = run.extreme("V", "min", peak, end).t
    back = min(run.first(below=base, after=peak, before=end), trough)
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
    # Back from where most flows in to the first place where none does.
    most = run.extreme("I_ion", "min", after, peak).t
    return max(run.last("I_ion", above=0.0, after=after, before=most), after)

"""A voltage clamp that shows what gates do: equal steps, then up and down over V, and one step more."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hhanim.model.membrane import Membrane
from hhanim.model.protocol import VoltageClamp
from hhanim.model.solve import simulate
from hhanim.model.trajectory import Trajectory

__all__ = ["Episodes", "episodes"]


@dataclass(frozen=True)
class Episodes:
    """A run in episodes: at `begins` (ms) begin steps that last `lasts` (ms), and between them the gates come to rest;
    before the last one V goes from one of the voltages `swing` (mV) to the other and back, and turns at `turns` (ms).
    """

    run: Trajectory
    lasts: float
    begins: tuple[float, ...]
    turns: tuple[float, ...]
    swing: tuple[float, float]

    def window(self, k: int, before: float, after: float) -> tuple[float, float]:
        """From when to when (ms) step k is, these shares of its length before and after it begins."""
        return self.begins[k] - before * self.lasts, self.begins[k] + after * self.lasts


def episodes(
    membrane: Membrane, level: float, lasts: float, *, steps: int, legs: int, swing: tuple[float, float]
) -> Episodes:
    """Run a membrane through steps from rest to a level (mV), the last of them after so many ways up and down."""
    rest = float(membrane.rest()[0])
    begins = [(0.2 + 3.0 * k) * lasts for k in range(steps - 1)]
    turns = [begins[-1] + (3.0 + 6.0 * k) * lasts for k in range(legs + 1)]
    begins.append(turns[-1] + 2.0 * lasts)
    command = VoltageClamp(rest)
    for begin in begins:
        command = command.step(level, begin, begin + lasts)
    command = command.ramp(rest, swing[0], turns[0] - lasts, turns[0])
    for k, (start, stop) in enumerate(pairwise(turns)):
        command = command.ramp(swing[k % 2], swing[1 - k % 2], start, stop)
    run = simulate(membrane, command, begins[-1] + 1.2 * lasts)
    return Episodes(run, lasts, tuple(begins), tuple(turns), swing)

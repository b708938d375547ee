"""Equilibria: where they are, whether they are stable, and at which currents that changes (bifurcations)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import InvalidValue, number
from hhanim.model.membrane import Membrane
from hhanim.model.presets import named
from hhanim.model.roots import roots

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """An equilibrium: its state (S,), the current that holds it (µA/cm²), its eigenvalues (S,) (1/ms)."""

    state: Array
    current: float
    eigenvalues: NDArray[np.complex128]

    @property
    def v(self) -> float:
        """Its voltage (mV)."""
        return float(self.state[0])

    @property
    def stable(self) -> bool:
        """True if every small disturbance dies away."""
        return bool(np.all(self.eigenvalues.real < 0))

    @property
    def kind(self) -> str:
        """ "stable node", "stable focus", "unstable node", "unstable focus" or "saddle".

        A focus is left (or, if it is stable, reached) along some direction by way of an oscillation.
        """
        growing = self.eigenvalues[self.eigenvalues.real > 0]
        if len(growing) == 1 and len(self.eigenvalues) > 1:
            return "saddle"
        turns = np.any(np.abs((growing if len(growing) else self.eigenvalues).imag) > 1e-12)
        return f"{'stable' if self.stable else 'unstable'} {'focus' if turns else 'node'}"


@named
def fixed_points(membrane: Membrane, i: float = 0.0) -> list[FixedPoint]:
    """Every equilibrium at constant current i (µA/cm²), from the lowest voltage up.

    Looked for between 50 mV below the lowest and 50 mV above the highest reversal potential, beyond which
    only a strong current holds the membrane; found to machine precision.
    """
    i = number("i", i, unit="µA/cm²", array=False)
    v = roots(lambda v: membrane.steady_current(v) - i, _search_range(membrane, i))
    states = membrane.steady(v)
    values = np.linalg.eigvals(jacobians(membrane, states, i))
    return [FixedPoint(states[:, j], i, np.sort_complex(values[j])) for j in range(states.shape[1])]


@named
def hopf_points(membrane: Membrane) -> Array:
    """Currents (µA/cm²), ascending (K,), at which an equilibrium gains or loses stability with an oscillation.

    There a pair of complex eigenvalues crosses the imaginary axis (Hopf bifurcation).
    """
    v = roots(lambda v: _oscillating_growth(membrane, v), _search_range(membrane, 0.0))
    return np.sort(np.asarray(membrane.steady_current(v)))


def loses_hold(plane: Membrane, low: float, high: float) -> float | None:
    """The current between two (µA/cm²) from which on no equilibrium is stable; None if there always is one at the
    higher current, or none at the lower.
    """

    def holds(i: float) -> bool:
        return any(p.stable for p in fixed_points(plane, i))

    if not holds(low) or holds(high):
        return None
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return 0.5 * (low + high)


def _search_range(membrane: Membrane, i: float) -> Array:
    if membrane.batch is not None:
        raise InvalidValue(
            "equilibria of a batch are found one by one; take one neuron with membrane.member(k)"
        )
    e = [float(c.e) for c in membrane.channels]
    g = sum(float(c.unblocked) for c in membrane.channels if not c.gates)
    # A current moves rest beyond the reversal potentials, by no more than it would through the leak alone.
    reach = 50.0 + (min(abs(i) / g, 1000.0) if g > 0 else 0.0)
    low, high = min(e) - (reach if i <= 0 else 50.0), max(e) + (reach if i >= 0 else 50.0)
    return np.linspace(low, high, 1 + 20 * int(high - low))


def jacobians(membrane: Membrane, states: Array, i: Any) -> Array:
    """d(rhs)/d(state) at states (S, K), by central differences -> (K, S, S)."""
    s, k = states.shape
    step = np.array([1e-4, *[1e-6] * (s - 1)])
    out = np.empty((k, s, s))
    for j in range(s):
        d = np.zeros((s, 1))
        d[j] = step[j]
        out[:, :, j] = ((membrane.rhs(states + d, i) - membrane.rhs(states - d, i)) / (2 * step[j])).T
    return out


def _oscillating_growth(membrane: Membrane, v: Array) -> Array:
    """Largest real part among the complex eigenvalues of the equilibria at v (K,); nan where all are real."""
    values = np.linalg.eigvals(jacobians(membrane, membrane.steady(v), membrane.steady_current(v)))
    growth = np.where(np.abs(values.imag) > 1e-12, values.real, -np.inf).max(axis=1)
    return np.where(np.isfinite(growth), growth, np.nan)

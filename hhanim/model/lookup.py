"""What exponential Euler needs of the gates, tabulated over voltage: large batches look it up."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model import rates
from hhanim.model.membrane import Membrane

Array = NDArray[np.float64]

TABLE = 2**16  # entries of a table over voltage: about 0.005 mV apart, small enough for the cache
TABLE_FROM = 500  # neurons from which on building tables pays
SLOW = 1e-3  # part of its way that a gate goes in a step, below which single precision would lose some of it
RELAX_TO = 8.0  # tabulated range of relax(z); a longer step is computed


def table_range(membrane: Membrane) -> tuple[float, float]:
    """The voltages (mV) that tables hold: 100 mV beyond the reversal potentials."""
    low, high = membrane.reversals
    return low - 100.0, high + 100.0


def gate_steps(membrane: Membrane, dt: float, v: Array) -> dict[str, tuple[Array, ...]]:
    """What each gate does at voltages v (K,), by its symbol: P and P x_inf, or x_inf if it is instantaneous.

    A gate with kinetics goes the share P = 1 - exp(-dt/tau) of its way to x_inf in a step.
    """
    out: dict[str, tuple[Array, ...]] = {}
    for kinetics in membrane.equations.kinetics:
        part = -np.expm1(np.maximum(-dt / membrane.tau(kinetics.gate.name, v), -700.0))
        out[kinetics.x] = (part, part * kinetics.gate.inf(v))
    for z, inf in membrane.equations.instantaneous:
        out[z] = (inf(v) * np.ones(len(v)),)
    return out


class Tables:
    """gate_steps() for one dt and one temperature.

    The nearest entry, 0.003 mV away at most, is 1e-4 of a gate's range off, this way and that: over 500 ms of firing a
    spike moves by less than 0.1 ms, which is less than by the step itself. The tables reach 100 mV beyond the reversal
    potentials; a step that finds any neuron outside is computed without them.

    precision: of the tables and of the states advanced by them, single unless a gate is too slow for it: its
    rounding, 4e-6 mV a step, is far below what a step of the method is off.
    """

    def __init__(self, membrane: Membrane, dt: float) -> None:
        self.low, self.high = table_range(membrane)
        self.per_mv = (TABLE - 1) / (self.high - self.low)
        self.dt = dt
        steps = gate_steps(membrane, dt, np.linspace(self.low, self.high, TABLE))
        slowest = min((float(np.min(x[0])) for x in steps.values() if len(x) == 2), default=1.0)
        self.precision: Any = np.float32 if slowest > SLOW else np.float64
        with np.errstate(under="ignore"):
            self.columns = {
                symbol: tuple(
                    column.astype(self.precision) for column in ((1.0 - x[0], x[1]) if len(x) == 2 else x)
                )
                for symbol, x in steps.items()
            }

    @cached_property
    def relaxing(self) -> Any:
        """relax(z) for z from 0 to RELAX_TO; the nearest entry is 3e-5 off at most."""
        h = RELAX_TO / (TABLE - 1)
        return (1.0 / rates.linexp(np.linspace(0.5 * h, RELAX_TO + 0.5 * h, TABLE))).astype(self.precision)


class Stepper:
    """Advances states y (S, n) in place by a step of tables.dt; False where tables cannot."""

    def __init__(self, tables: Tables, membrane: Membrane, y: Any) -> None:
        equations, numbers = membrane.equations, membrane.namespace
        self.tables, self.n, self.v = tables, y.shape[1], y[0]
        self.index = np.empty(self.n, dtype=np.intp)
        self.at, self.g, self.total, self.drive, self.half, self.constant = (self._room() for _ in range(6))
        self.now: Any = None
        value = {f"x{k}": row for k, row in enumerate(y)}
        value |= {
            z: self._room() for z in (*(f[0] for f in equations.follows), *dict(equations.instantaneous))
        }
        self.followers = [(value[z], value[other], a, b) for z, other, a, b in equations.follows]
        self.looks = [(tables.columns[z][0], value[z]) for z, _ in equations.instantaneous]
        self.moving = [(value[k.x], *tables.columns[k.x]) for k in equations.kinetics]
        # Conductances and currents are multiplied by dt / C once and for all.
        self.per_c = tables.dt / membrane.c
        self.gated = [
            (
                self._numbers(numbers[current.g] * self.per_c),
                self._numbers(numbers[current.e]),
                [value[symbol] for symbol in current.opens],
            )
            for current in equations.currents
            if current.opens
        ]
        leaks = [(numbers[x.g] * self.per_c, numbers[x.e]) for x in equations.currents if not x.opens]
        self.leak = self._numbers(np.zeros(self.n) + sum(g for g, _ in leaks))
        self.leak_drive = np.zeros(self.n) + sum(g * e for g, e in leaks)

    def _room(self) -> Any:
        return np.empty(self.n, dtype=self.tables.precision)

    def _numbers(self, x: Any) -> Any:
        return x.astype(self.tables.precision) if np.ndim(x) else float(x)

    def __call__(self, i: Any) -> bool:
        """Take a step under the current i (µA/cm²)."""
        v = self.v
        if not (v.min() > self.tables.low and v.max() < self.tables.high):
            return False
        if i is not self.now:
            np.copyto(self.constant, self.leak_drive + self.per_c * i, casting="same_kind")
            self.now = i
        for x, other, a, b in self.followers:
            np.multiply(other, b, out=x)
            np.add(x, a, out=x)
        if self.looks:
            self._look_up(v)
            self._move(self.half, 0.5)
            self._look_up(self.half)
        self._move(v, 1.0)
        self._locate(v)
        index, at = self.index, self.at
        for x, decay, gain in self.moving:
            decay.take(index, out=at, mode="clip")
            np.multiply(x, at, out=x)
            gain.take(index, out=at, mode="clip")
            np.add(x, at, out=x)
        return True

    def _locate(self, v: Any) -> None:
        # Cutting off the fraction then rounds.
        np.multiply(v, self.tables.per_mv, out=self.at)
        np.add(self.at, 0.5 - self.tables.low * self.tables.per_mv, out=self.at)
        np.copyto(self.index, self.at, casting="unsafe")

    def _look_up(self, v: Any) -> None:
        self._locate(v)
        for column, into in self.looks:
            column.take(self.index, out=into, mode="clip")

    def _move(self, into: Any, part: float) -> None:
        """V after a part of dt: dt dV/dt = drive - total V, relaxing at total."""
        g, total, drive = self.g, self.total, self.drive
        sum_so_far, drive_so_far = self.leak, self.constant
        for conductance, e, factors in self.gated:
            if len(factors) == 4 and factors[0] is factors[3]:
                np.multiply(factors[0], factors[0], out=g)
                np.multiply(g, g, out=g)
                np.multiply(g, conductance, out=g)
            else:
                np.multiply(factors[0], conductance, out=g)
                for x in factors[1:]:
                    np.multiply(g, x, out=g)
            np.add(sum_so_far, g, out=total)
            np.multiply(g, e, out=g)
            np.add(drive_so_far, g, out=drive)
            sum_so_far, drive_so_far = total, drive
        if not self.gated:
            np.copyto(total, self.leak)
        np.multiply(sum_so_far, self.v, out=g)
        np.subtract(drive_so_far, g, out=drive)
        if part != 1.0:
            np.multiply(drive, part, out=drive)
            np.multiply(total, part, out=total)
        if self.followers or total.max() >= RELAX_TO:  # a gate that follows another may be negative
            total[...] = 1.0 / rates.linexp(total)
        else:
            np.multiply(total, (TABLE - 1) / RELAX_TO, out=total)
            np.copyto(self.index, total, casting="unsafe")
            self.tables.relaxing.take(self.index, out=total, mode="clip")
        np.multiply(drive, total, out=drive)
        np.add(self.v, drive, out=into)

"""Over voltage: time constants, steady states, and currents (I–V curves).

Without voltages v (mV, any shape) the membrane's own range is taken, so that any rest convention will do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.channel import Channel
from hhanim.model.errors import HHError, InvalidValue, number
from hhanim.model.membrane import Membrane
from hhanim.model.presets import named
from hhanim.model.roots import root

Array = NDArray[np.float64]


@named
def voltages(membrane: Membrane, v: Any = None, points: int = 501) -> Array:
    """The voltages given (mV, any shape), or `points` (P,) evenly over the membrane's v_range."""
    if v is None:
        return np.linspace(membrane.v_range[0], membrane.v_range[1], points)
    x: Array = np.asarray(v, dtype=float)
    if x.size == 0 or not np.all(np.isfinite(x)):
        raise InvalidValue("v holds no value, or one that is not finite; give finite voltages in mV")
    return x


@named
def time_constants(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Time constant (ms) of every gate with kinetics at v, at the membrane's temperature: {gate: v.shape}."""
    v = voltages(membrane, v)
    return {name: np.asarray(membrane.tau(name, v)) for name, gate in membrane.gates.items() if gate.dynamic}


@named
def slowest_gates(membrane: Membrane, v: Any = None) -> list[tuple[str, float, float]]:
    """Which gate has the longest time constant from where to where: (gate, low, high) in mV, in ascending order.

    Looked for over increasing voltages v (P,), by default the membrane's v_range. Raises HHError if no gate has a
    time constant.
    """
    v = voltages(membrane, v)
    taus = time_constants(membrane, v)
    if not taus:
        raise HHError(f"{membrane.name} has no gate with a time constant")
    names = list(taus)
    which = np.argmax(list(taus.values()), axis=0)
    changes = np.flatnonzero(np.diff(which))

    def meet(k: int) -> float:
        one, two = names[which[k]], names[which[k + 1]]
        return float(root(lambda x: membrane.tau(one, x) - membrane.tau(two, x), v[k], v[k + 1]))

    borders = [float(v[0]), *(meet(int(k)) for k in changes), float(v[-1])]
    firsts = [names[which[k]] for k in (0, *(changes + 1))]
    return list(zip(firsts, borders[:-1], borders[1:], strict=True))


@named
def likeliest_open(membrane: Membrane, v: float) -> list[Channel]:
    """The channels with gates that take time, by the share of them that is open in the end at v (mV), largest first."""
    kinds = [c for c in membrane.channels if any(gate.dynamic for gate in c.gates)]
    return sorted(kinds, key=lambda c: -np.prod([float(membrane.inf(g.name, v)) ** g.power for g in c.gates]))


@named
def steady_states(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Steady state (0..1) of every gate at v: {gate: v.shape}."""
    v = voltages(membrane, v)
    return {name: np.asarray(membrane.inf(name, v)) for name in membrane.gates}


@named
def steady_currents(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Steady-state I–V: current (µA/cm²) of every channel once its gates have settled at v, and the "total"."""
    v = voltages(membrane, v)
    return _with_total(membrane.currents(membrane.steady(v)))


@named
def instantaneous_currents(
    membrane: Membrane, v: Any = None, holding: float | None = None
) -> dict[str, Array]:
    """Instantaneous I–V: currents just after a jump from `holding` (mV, default rest) to v, and their "total".

    Gates with kinetics still have their values at `holding`; those without have already followed.
    """
    v = voltages(membrane, v)
    y = np.broadcast_to(
        _held(membrane, holding).reshape(-1, *[1] * v.ndim), (len(membrane.states), *v.shape)
    ).copy()
    y[0] = v
    return _with_total(membrane.currents(y))


@named
def peak_currents(
    membrane: Membrane, channel: str, levels: Any, holding: float | None = None, duration: float = 20.0
) -> Array:
    """Voltage-clamp I–V: the largest current (µA/cm²) through a channel after steps to `levels` (L,) -> (L,).

    Largest in size: inward ones are negative. The membrane is held at `holding` (mV, default rest) until its gates
    have settled, then stepped for `duration` ms. The capacitive transient of the step is no part of it.
    """
    membrane.channel(channel)
    levels = np.atleast_1d(number("levels", levels, unit="mV"))
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    gates, relax = _held(membrane, holding)[1:], membrane.compile(np, "relax")
    low, high = np.zeros(len(levels)), np.full(len(levels), duration)
    # At a voltage that is held every gate is known at any time: look at many times, then closer and closer.
    for points in (4001, 41, 41, 41):
        t = np.linspace(low, high, points)
        i = membrane.currents(np.array(np.broadcast_arrays(levels, *relax(levels, *gates, t))))[channel]
        k = np.argmax(np.abs(i), axis=0)[None]
        low, high = (np.take_along_axis(t, np.clip(k + d, 0, points - 1), axis=0)[0] for d in (-1, 1))
    return np.asarray(np.take_along_axis(i, k, axis=0)[0])


def _with_total(currents: dict[str, Any]) -> dict[str, Array]:
    out = {name: np.asarray(i) for name, i in currents.items()}
    return out | {"total": np.asarray(sum(out.values()))}


def _held(membrane: Membrane, holding: float | None) -> Array:
    if holding is None:
        return membrane.rest()
    return membrane.steady(number("holding", holding, unit="mV", array=False))

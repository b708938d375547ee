"""The phase plane: a membrane reduced to two variables, and its nullclines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.analysis.curves import voltages
from hhanim.model.analysis.firing import accurate
from hhanim.model.channel import Gate
from hhanim.model.errors import HHError, InvalidValue, number
from hhanim.model.membrane import Membrane
from hhanim.model.presets import named
from hhanim.model.protocol import step
from hhanim.model.roots import root

Array = NDArray[np.float64]


@named
def two_variable(membrane: Membrane) -> Membrane:
    """A reduction of a membrane to V and one recovery gate, for its phase plane; one of two states is kept.

    After Krinsky & Kokoz (1973) and Rinzel (1985, Fed Proc 44:2944): the recovery gate is the slowest one
    that opens with depolarisation; gates at least three times as fast as it at rest are instantaneous;
    every other gate follows it on the straight line through rest that fits one spike of the full membrane
    best. Rest, and every gate's value there, stay exactly where they are; other equilibria and all times
    are approximations.
    """
    if len(membrane.states) == 2:
        return membrane
    if membrane.batch is not None:
        raise InvalidValue("a batch has no one phase plane; take one neuron with membrane.member(k)")
    rest = membrane.rest()
    v, dynamic = float(rest[0]), membrane.states[1:]
    tau = {name: float(membrane.tau(name, v)) for name in dynamic}
    opening = [name for name in dynamic if membrane.inf(name, v + 20.0) > membrane.inf(name, v)]
    if not opening:
        raise HHError(f"{membrane.name} has no gate that opens with depolarisation, so no recovery variable")
    main = max(opening, key=lambda name: tau[name])
    kick = rest.copy()
    kick[0] += 0.4 * (max(c.e for c in membrane.channels) - v)
    run = accurate(membrane, step(0.0), 30.0, kick)
    x0 = dict(zip(membrane.states, rest, strict=True))

    def reduced(gate: Gate) -> Gate:
        if not gate.dynamic or gate.name == main:
            return gate
        if tau[gate.name] * 3.0 <= tau[main]:
            return Gate(gate.name, inf=gate.inf, power=gate.power)
        x, y = run[main] - x0[main], run[gate.name] - x0[gate.name]
        slope = float(x @ y / (x @ x))
        return Gate(
            gate.name, follows=(main, float(x0[gate.name] - slope * x0[main]), slope), power=gate.power
        )

    channels = tuple(replace(c, gates=tuple(reduced(g) for g in c.gates)) for c in membrane.channels)
    return replace(membrane, name=f"{membrane.name}_reduced", channels=channels, start=None)


@named
def nullclines(membrane: Membrane, v: Any = None, i: float = 0.0) -> dict[str, Array]:
    """Nullclines in the (V, n) plane at current i: {"V": (P,), gate: (P,)}, values of the gate over v (P,).

    "V" is where dV/dt = 0, nan at voltages where no value of the gate in 0..1 does that (the lowest where
    several do); the other key is the recovery gate's own name, its nullcline is its steady state. A membrane
    of more than two states is reduced by two_variable() first.
    """
    plane = two_variable(membrane)
    v = np.atleast_1d(voltages(plane, v))
    i = number("i", i, unit="µA/cm²", array=False)
    name = plane.states[1]

    def slope(x: Any) -> Array:
        y = np.array(np.broadcast_arrays(v, x), dtype=float)
        return np.asarray(i - sum(plane.currents(y).values()))

    grid = np.linspace(0.0, 1.0, 401)
    sign = slope(grid[:, None]) > 0
    change = sign[:-1] != sign[1:]
    k = change.argmax(axis=0)
    found = np.where(change.any(axis=0), root(slope, grid[k], grid[k + 1]), np.nan)
    return {"V": found, name: np.asarray(plane.inf(name, v))}

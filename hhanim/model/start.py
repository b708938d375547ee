"""Where a membrane starts: at rest, closed, or as told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NewType

import numpy as np
from numpy.typing import NDArray

from hhanim.model.channel import SLACK
from hhanim.model.errors import HHError, InvalidValue, UnknownName, number
from hhanim.model.roots import root

if TYPE_CHECKING:
    from hhanim.model.membrane import Membrane

Array = NDArray[np.float64]

Start = NewType("Start", str)
"""A parameter of a scene that says where a membrane starts, in the words of :meth:`Membrane.initial`."""


def resting(membrane: Membrane) -> Array:
    """See Membrane.rest()."""
    low, high = membrane.reversals[0] - 1.0, membrane.reversals[1] + 1.0
    grid = np.linspace(low, high, 1 + max(200, int(4 * (high - low))))
    gates = {name: membrane.inf(name, grid) for name in membrane.gates}
    batch = membrane.batch
    shape = (-1,) if batch is None else (-1, 1)
    # Open fractions depend on V alone, so that a batch shares them.
    total = sum(
        np.reshape(c.open_fraction(gates) * np.ones(len(grid)), shape)
        * c.unblocked
        * (np.reshape(grid, shape) - c.e)
        for c in membrane.channels
    )
    if batch is not None:
        total = np.broadcast_to(np.asarray(total), (len(grid), batch))
    positive = np.asarray(total) > 0
    rising = ~positive[:-1] & positive[1:]
    if not np.all(rising.any(axis=0)):
        raise HHError(
            f"{membrane.name} has no resting state: at least one conductance must be positive; give start= instead"
        )
    first = rising.argmax(axis=0)
    return membrane.steady(root(membrane.steady_current, grid[first], grid[first + 1]))


def initial(membrane: Membrane, start: Mapping[str, Any] | Any) -> Array:
    """See Membrane.initial()."""
    start = membrane.start if start is None else start
    if start is None or (isinstance(start, str) and start.strip() == "rest"):
        return membrane.rest()
    if isinstance(start, str):
        start = _closed(membrane) if start.strip() == "closed" else _read(start)
    y = _from_values(membrane, start) if isinstance(start, Mapping) else _from_rows(membrane, start)
    if not np.all(np.isfinite(y)):
        raise InvalidValue("start holds a value that is not finite; give finite numbers")
    for name, row in zip(membrane.states[1:], y[1:], strict=True):
        x = np.atleast_1d(row)
        bad = x[(x < -SLACK) | (x > 1.0 + SLACK)]
        if len(bad):
            raise InvalidValue(f"start of gate {name} = {bad[0]:g}; allowed: 0 to 1")
    return y


def _from_values(membrane: Membrane, start: Mapping[str, Any]) -> Array:
    for key in start:
        if key not in membrane.states:
            raise UnknownName("state", key, membrane.states)
    v = number("V", start["V"], unit="mV") if "V" in start else membrane.rest()[0]
    gates = membrane.states[1:]
    rows = [number(x, start[x]) if x in start else membrane.inf(x, np.asarray(v)) for x in gates]
    return np.array(np.broadcast_arrays(v, *rows), dtype=float)


def _from_rows(membrane: Membrane, start: Any) -> Array:
    try:
        y = np.array(start, dtype=float)
    except (TypeError, ValueError):
        raise InvalidValue(f"start = {start!r} is not understood; give {{'V': mV, gate: value}}") from None
    if y.ndim not in (1, 2) or y.shape[0] != len(membrane.states):
        raise InvalidValue(
            f"start has shape {y.shape}; give one row for each of {', '.join(membrane.states)}"
        )
    return y


def _closed(membrane: Membrane) -> dict[str, float]:
    v = membrane.baseline - 10.0
    return {"V": v} | {g: float(membrane.inf(g, v + 40.0) < membrane.inf(g, v)) for g in membrane.states[1:]}


def _read(text: str) -> dict[str, float]:
    """The mapping that "V=-60, h=0.4" stands for."""
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise InvalidValue(
            f"start = {text!r} is not understood; give 'rest', 'closed' or values, as in 'V=-60, h=0.4'"
        ) from None

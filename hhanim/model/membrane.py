"""A membrane: channels, a capacitance and a temperature; from these its states, its equations and its rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.channel import CELSIUS, ROW, Channel, Gate
from hhanim.model.equations import Equations, built, derive, structure
from hhanim.model.errors import DuplicateName, HHError, InvalidValue, UnknownName, number, short
from hhanim.model.frozen import Frozen
from hhanim.model.markup import shown, table
from hhanim.model.start import initial, resting

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Membrane(Frozen):
    """Channels in parallel with a capacitance: C dV/dt = I - sum of the channels' currents.

    name: short identifier; title, source: for people, with the paper's DOI.
    channels: Channel objects; their order is the order of currents, colours and panels.
    c: capacitance (µF/cm²), a number or (N,).
    celsius: temperature (°C); speeds up gates by their own q10, leaves conductances alone.
    baseline: where the voltage convention puts rest (mV): 0 in Hodgkin & Huxley's, about -65 in the modern one.
    spike_level: a spike is an upward crossing of this voltage (mV).
    v_range: voltages worth plotting (mV).
        Of these three, what is not given follows from rest and the reversal potentials, see _convention().
    start: default initial conditions {"V": mV, gate: value}; gates left out start at their steady state at
        that V. None starts at the resting state.

    Gate and channel names are unique within a membrane. Raises InvalidValue, also for gates that make no sense
    somewhere between the reversal potentials or in v_range, DuplicateName or UnknownName.
    """

    name: str
    channels: tuple[Channel, ...]
    c: Any = 1.0
    celsius: Any = 6.3
    title: str = ""
    source: str = ""
    baseline: float = None  # type: ignore[assignment]  # a number from __post_init__ on, as are the next two
    spike_level: float = None  # type: ignore[assignment]
    v_range: tuple[float, float] = None  # type: ignore[assignment]
    start: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.name, str) or not self.name:
            raise InvalidValue(f"membrane name {self.name!r} is not allowed; use a short text, e.g. 'mine'")
        channels = (self.channels,) if isinstance(self.channels, Channel) else tuple(self.channels)
        if not channels or not all(isinstance(c, Channel) for c in channels):
            raise InvalidValue(f"channels of {self.name} must be one or more Channel objects")
        put(self, "channels", channels)
        put(self, "c", number("C", self.c, above=0.0, unit="µF/cm²"))
        put(self, "celsius", number("celsius", self.celsius, *CELSIUS, unit="°C"))
        self._check_names()
        if self.start is not None:
            put(self, "start", dict(self.start))  # the caller's own may change
            for key in self.start:
                if key not in self.states:
                    raise UnknownName("state", key, self.states)
        _ = self.batch  # shapes must agree
        if None in (self.baseline, self.spike_level):
            self._check_gates()
            for key, value in self._convention().items():
                if getattr(self, key) is None:
                    put(self, key, value)
        for key in ("baseline", "spike_level"):
            put(self, key, number(key, getattr(self, key), unit="mV", array=False))
        window = (self.baseline - 35.0, self.baseline + 125.0) if self.v_range is None else self.v_range
        low_high = number("v_range", window, unit="mV")
        if np.shape(low_high) != (2,) or not low_high[0] < low_high[1]:
            raise InvalidValue(
                f"v_range = {short(self.v_range)} is not allowed; give (low, high) with low < high, in mV"
            )
        put(self, "v_range", tuple(low_high.tolist()))
        self._check_gates(*self.v_range)

    def _check_names(self) -> None:
        channels, gates = [c.name for c in self.channels], [g.name for c in self.channels for g in c.gates]
        read = ["V", "t", "I", "I_ion", *(f"{of}_{name}" for name in channels for of in "Ig")]
        for kind, names in (("channel", channels), ("quantity", [*read, *gates])):
            for name in names:
                if names.count(name) > 1:
                    taken_by = "V, t, I, I_ion and each channel's I_… and g_… are taken"
                    raise DuplicateName(f"{kind} name {name} is used twice ({taken_by}); rename one of them")
        taken = {"C", "celsius", *(f"{of}{name}" for name in channels for of in "gE")}
        for name in taken & {c.blocker for c in self.channels}:
            raise DuplicateName(f"blocker name {name} is that of another parameter; rename it")
        leaders = {name for name, gate in self.gates.items() if gate.dynamic}
        for gate in self.gates.values():
            if gate.follows is not None and gate.follows[0] not in leaders:
                raise InvalidValue(
                    f"gate {gate.name} follows {gate.follows[0]!r}, which is not a gate with kinetics"
                )

    def _check_gates(self, *voltages: float) -> None:
        """Raise InvalidValue if a gate makes no sense between the reversal potentials and these voltages (mV)."""
        low, high = min(*self.reversals, *voltages), max(*self.reversals, *voltages)
        # In tens, so that the membranes of a sweep share what was found.
        reach = max(10.0 * (low // 10.0), -1000.0), min(-10.0 * (-high // 10.0), 1000.0)
        for gate in self.gates.values():
            gate.check(*reach)

    def _convention(self) -> dict[str, float]:
        """Baseline and spike level (mV) where they are not given.

        The usual -65 and 0 mV if 0 mV lies in the middle half between rest and the highest reversal potential of a
        gated channel. Else the voltages are counted from elsewhere, as Hodgkin and Huxley's from rest: the baseline is
        rest, and the level stands as high between the two as 0 mV does in their membrane, both in whole mV.
        """
        try:
            rest = float(np.median(self.rest()[0]))
        except (HHError, ArithmeticError):  # nothing conducts
            return {"baseline": -65.0, "spike_level": 0.0}
        top = max((float(np.max(c.e)) for c in self.channels if c.gates), default=rest)
        top = top if top > rest else rest + 115.0
        if 0.75 * rest + 0.25 * top <= 0.0 <= 0.25 * rest + 0.75 * top:
            return {"baseline": -65.0, "spike_level": 0.0}
        return {"baseline": round(rest), "spike_level": round(rest + 65.0 / 115.0 * (top - rest))}

    @cached_property
    def gates(self) -> dict[str, Gate]:
        """Every gate by name, in channel order."""
        return {gate.name: gate for channel in self.channels for gate in channel.gates}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the differential equations: "V", then each gate with kinetics of its own."""
        return self.equations.states

    def channel(self, name: str) -> Channel:
        """The channel of that name. Raises UnknownName."""
        known = {channel.name: channel for channel in self.channels}
        if name not in known:
            raise UnknownName("channel", name, known)
        return known[name]

    def gate(self, name: str) -> Gate:
        """The gate of that name. Raises UnknownName."""
        if name not in self.gates:
            raise UnknownName("gate", name, self.gates)
        return self.gates[name]

    @property
    def zero(self) -> float:
        """Where this convention puts 0 mV of the inside against the outside (mV): 65 where it puts rest at 0."""
        return 0.0 if -90.0 < self.baseline < -40.0 else self.baseline + 65.0

    def inward(self, v: Any = None) -> tuple[str, ...]:
        """Names of the gated channels whose current flows inward at v (mV; default: 0 mV against the outside)."""
        at = self.zero if v is None else v
        return tuple(c.name for c in self.channels if c.gates and np.all(np.asarray(c.e) > at))

    def channel_of(self, gate: str) -> Channel:
        """The channel that a gate belongs to. Raises UnknownName."""
        self.gate(gate)
        return next(c for c in self.channels if any(g.name == gate for g in c.gates))

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Every number that with_() can change: C, celsius, gX and EX of each channel X, fractions of blockers."""
        out: dict[str, Any] = {"C": self.c, "celsius": self.celsius}
        out |= {f"g{c.name}": c.g for c in self.channels}
        out |= {f"E{c.name}": c.e for c in self.channels}
        out |= {c.blocker: c.block for c in self.channels if c.blocker}
        return out

    def with_(self, **changes: Any) -> Membrane:
        """A copy with some parameters changed, e.g. ``MODERN.with_(gNa=60, celsius=18.5, ttx=0.5)``.

        Values are numbers, or arrays (N,) for a batch. Raises UnknownName ("did you mean gNa?"), InvalidValue.
        """
        for key in changes:
            if key not in self.parameters:
                raise UnknownName("parameter", key, self.parameters)
        channels = tuple(
            replace(
                c,
                g=changes.get(f"g{c.name}", c.g),
                e=changes.get(f"E{c.name}", c.e),
                block=changes.get(c.blocker, c.block) if c.blocker else c.block,
            )
            for c in self.channels
        )
        return replace(
            self, channels=channels, c=changes.get("C", self.c), celsius=changes.get("celsius", self.celsius)
        )

    def plus(self, channel: Channel) -> Membrane:
        """A copy with one more channel, called so ("modern+M"): it is another membrane than the one it came from."""
        more = (*self.channels, channel)
        return replace(self, name=f"{self.name}+{channel.name}", title="", channels=more)

    def shifted(self, dv: float) -> Membrane:
        """The same membrane in a convention whose voltages are dv (mV) higher: same currents, shifted V."""
        channels = tuple(
            replace(c, e=c.e + dv, gates=tuple(g.shifted(dv) for g in c.gates)) for c in self.channels
        )
        low, high = self.v_range
        start = None if self.start is None else {**self.start, "V": self.start.get("V", self.baseline) + dv}
        return replace(
            self,
            channels=channels,
            baseline=self.baseline + dv,
            spike_level=self.spike_level + dv,
            v_range=(low + dv, high + dv),
            start=start,
        )

    @cached_property
    def batch(self) -> int | None:
        """N if any parameter is an array (N,), else None. Raises InvalidValue where two lengths disagree."""
        sizes = {name: np.shape(value)[0] for name, value in self.parameters.items() if np.ndim(value)}
        if len(set(sizes.values())) > 1:
            text = ", ".join(f"{k} has {n}" for k, n in sizes.items())
            raise InvalidValue(f"parameter arrays must have one length: {text} values")
        return next(iter(sizes.values()), None)

    def member(self, k: int) -> Membrane:
        """Neuron k of a batch, as a membrane with plain numbers."""
        changes = {name: value[k] for name, value in self.parameters.items() if np.ndim(value)}
        return self.with_(**changes) if changes else self

    @cached_property
    def reversals(self) -> tuple[float, float]:
        """The lowest and the highest reversal potential (mV)."""
        e = [x for channel in self.channels for x in np.atleast_1d(channel.e).tolist()]
        return min(e), max(e)

    def inf(self, gate: str, v: Any) -> Any:
        """Steady state x_inf (0..1) of a gate at voltage v (mV), any shape."""
        g = self.gate(gate)
        if g.follows is not None:
            other, a, b = g.follows
            return a + b * self.inf(other, v)
        return g.inf(v)

    def tau(self, gate: str, v: Any) -> Any:
        """Time constant (ms) of a gate at v (mV) and this membrane's temperature."""
        g = self.gate(gate)
        if not g.dynamic:
            raise InvalidValue(
                f"gate {gate} has no time constant: it is instantaneous or follows another gate"
            )
        return g.tau(v) / g.phi(self.celsius)

    def steady(self, v: Any) -> Array:
        """The state (S, ...) with every gate at its steady state at v (mV), shape (...)."""
        v = np.asarray(v, dtype=float)
        return np.array(np.broadcast_arrays(v, *(self.inf(name, v) for name in self.states[1:])), dtype=float)

    def gate_values(self, y: Any) -> dict[str, Any]:
        """Every gate's value by name, kinetic or not, from states y of shape (S, ...)."""
        y = np.asarray(y)
        out: dict[str, Any] = {name: y[k] for k, name in enumerate(self.states) if k}
        for name, gate in self.gates.items():
            if gate.follows is not None:
                other, a, b = gate.follows
                out[name] = a + b * out[other]
            elif not gate.dynamic:
                out[name] = gate.inf(y[0])
        return out

    def conductances(self, y: Any) -> dict[str, Any]:
        """Conductance density (mS/cm²) of each channel from states y of shape (S, ...)."""
        y, gates = np.asarray(y), self.gate_values(y)
        shape = np.broadcast_shapes(y.shape[1:], () if self.batch is None else (self.batch,))
        return {c.name: np.broadcast_to(c.conductance(gates), shape) for c in self.channels}

    def currents(self, y: Any) -> dict[str, Any]:
        """Current density (µA/cm², outward positive) of each channel from states y of shape (S, ...)."""
        y, gates = np.asarray(y), self.gate_values(y)
        return {c.name: c.current(y[0], gates) for c in self.channels}

    def steady_current(self, v: Any) -> Any:
        """Total steady-state ionic current (µA/cm²) at v (mV): zero at rest."""
        return sum(self.currents(self.steady(v)).values())

    def rhs(self, y: Any, i: Any = 0.0) -> Array:
        """dy/dt (per ms) of states y (S, ...) under an injected current i (µA/cm²), broadcasting."""
        parts = self.compile(np)(*np.asarray(y, dtype=float), i)
        out = np.empty((len(parts), *np.broadcast(*parts).shape))
        for k, part in enumerate(parts):
            out[k] = part
        return out

    def rest(self) -> Array:
        """The resting state, (S,) or (S, N): the lowest voltage at which the steady-state current is zero.

        Found to machine precision. Raises HHError if there is none between the reversal potentials, which means that
        none of the conductances is positive.
        """
        return self._rest.copy()

    @cached_property
    def _rest(self) -> Array:
        return resting(self)

    def initial(self, start: Mapping[str, Any] | Any = None) -> Array:
        """Initial conditions (S,) or (S, N): from a mapping, an array, text, this membrane's own start, or rest.

        A mapping may leave gates out: they start at their steady state at its V (or at the resting V).
        Text is "rest", "closed" (10 mV below the baseline, every gate as strong hyperpolarisation leaves it), or a
        mapping as in "V=-60, h=0.4". Raises UnknownName for a state that is not one, InvalidValue for values that
        are not finite or not in 0..1.
        """
        return initial(self, start)

    @cached_property
    def equations(self) -> Equations:
        """The equations as data, shared by all membranes with these channels and gates."""
        return derive(structure(self.channels))

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """The value of every parameter of the equations, by its symbol."""
        values = [self.c]
        for channel in self.channels:
            values += [channel.unblocked, channel.e]
        for kinetics in self.equations.kinetics:
            phi = kinetics.gate.phi(self.celsius)
            values.append(float(phi) if np.ndim(phi) == 0 else phi)
        return dict(zip(self.equations.parameters, values, strict=True))

    def compile(self, backend: Any, name: str = "rhs") -> Callable[..., tuple[Any, ...]]:
        """What Equations prints as `name`, as a function on floats (backend ``math``) or on arrays (``numpy``)."""
        cache: dict[Any, Callable[..., tuple[Any, ...]]] = self.__dict__.setdefault("_functions", {})
        if (backend, name) not in cache:
            printed = getattr(self.equations, name)
            cache[backend, name] = built(name, printed, backend, self.namespace)
        return cache[backend, name]

    def __iter__(self) -> Iterator[Channel]:
        return iter(self.channels)

    def __repr__(self) -> str:
        names = ", ".join(channel.name for channel in self.channels)
        return f"<Membrane {self.name}: {names}; C {shown(self.c)} µF/cm², {shown(self.celsius)} °C>"

    def _repr_html_(self) -> str:
        caption = f"{self.title or self.name}: C {shown(self.c)} µF/cm², {shown(self.celsius)} °C"
        return table(caption, ROW, [c.row for c in self.channels]) + f"${self.equations.latex()}$"

"""A membrane: channels, a capacitance and a temperature; from these its states, its equations and its
rest.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any, NewType

import numpy as np
from numpy.typing import NDArray

from hhanim.model import rates
from hhanim.model.channel import Channel, Gate
from hhanim.model.errors import DuplicateName, HHError, InvalidValue, UnknownName, number
from hhanim.model.frozen import Frozen

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Membrane(Frozen):
    """Channels in parallel with a capacitance: C dV/dt = I - sum of the channels' currents.

    name: short identifier; title, source: for people, with the paper's DOI.
    channels: Channel objects; their order is the order of currents, colours and panels.
    c: capacitance (µF/cm²), a number or (N,).
    celsius: temperature (°C); speeds up the gates by each gate's own q10, leaves conductances alone.
    baseline: where the voltage convention puts rest (mV): 0 in Hodgkin & Huxley's, about -65 in the modern
    one.
    spike_level: a spike is an upward crossing of this voltage (mV).
    v_range: voltages worth plotting (mV).
    start: default initial conditions {"V": mV, gate: value}; gates left out start at their steady state at
        that V. None starts at the resting state.

    Raises InvalidValue, DuplicateName or UnknownName. Gate and channel names are unique within a membrane.
    """

    name: str
    channels: tuple[Channel, ...]
    c: Any = 1.0
    celsius: Any = 6.3
    title: str = ""
    source: str = ""
    baseline: float = -65.0
    spike_level: float = 0.0
    v_range: tuple[float, float] = (-100.0, 60.0)
    start: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        channels = (self.channels,) if isinstance(self.channels, Channel) else tuple(self.channels)
        if not channels or not all(isinstance(c, Channel) for c in channels):
            raise InvalidValue(f"channels of {self.name} must be one or more Channel objects")
        put(self, "channels", channels)
        put(self, "c", number("C", self.c, above=0.0, unit="µF/cm²"))
        put(self, "celsius", number("celsius", self.celsius, -20.0, 60.0, unit="°C"))
        for key in ("baseline", "spike_level"):
            put(self, key, number(key, getattr(self, key), unit="mV", array=False))
        low, high = (number("v_range", v, unit="mV", array=False) for v in self.v_range)
        if not low < high:
            raise InvalidValue(
                f"v_range = {self.v_range} is not allowed; give (low, high) with low < high, in mV"
            )
        put(self, "v_range", (low, high))
        for kind, names in (
            ("channel", [c.name for c in channels]),
            ("gate", [g.name for c in channels for g in c.gates]),
        ):
            twice = {n for n in names if names.count(n) > 1 or (kind == "gate" and n == "V")}
            if twice:
                raise DuplicateName(
                    f"{kind} name {sorted(twice)[0]} is used twice (V is taken); rename one of them"
                )
        for gate in self.gates.values():
            if gate.follows is not None:
                leader = self.gates.get(gate.follows[0])
                if leader is None or not leader.dynamic:
                    raise InvalidValue(
                        f"gate {gate.name} follows {gate.follows[0]!r}, which is not a gate with kinetics"
                    )
        if self.start is not None:
            put(self, "start", dict(self.start))  # the caller's own may change
            for key in self.start:
                if key not in self.states:
                    raise UnknownName("state", key, self.states)
        _ = self.batch  # shapes must agree

    # -- names -----------------------------------------------------------------------------------------------

    @cached_property
    def gates(self) -> dict[str, Gate]:
        """Every gate by name, in channel order."""
        return {gate.name: gate for channel in self.channels for gate in channel.gates}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the differential equations: "V", then each gate with kinetics of its own."""
        return ("V", *(name for name, gate in self.gates.items() if gate.dynamic))

    def channel(self, name: str) -> Channel:
        """The channel of that name. Raises UnknownName."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise UnknownName("channel", name, [c.name for c in self.channels])

    def gate(self, name: str) -> Gate:
        """The gate of that name. Raises UnknownName."""
        if name not in self.gates:
            raise UnknownName("gate", name, self.gates)
        return self.gates[name]

    def channel_of(self, gate: str) -> Channel:
        """The channel that a gate belongs to. Raises UnknownName."""
        self.gate(gate)
        return next(c for c in self.channels if any(g.name == gate for g in c.gates))

    # -- parameters ------------------------------------------------------------------------------------------

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Every number that with_() can change: C, celsius, gX and EX of each channel X, and the blockers'
        fractions.
        """
        out: dict[str, Any] = {"C": self.c, "celsius": self.celsius}
        out |= {f"g{c.name}": c.g for c in self.channels}
        out |= {f"E{c.name}": c.e for c in self.channels}
        out |= {c.blocker: c.block for c in self.channels if c.blocker}
        return out

    def with_(self, **changes: Any) -> Membrane:
        """A copy with some parameters changed, e.g. ``MODERN.with_(gNa=60, celsius=18.5, ttx=0.5)``.

        Values are numbers, or arrays (N,) for a batch. Raises UnknownName ("did you mean gNa?") or
        InvalidValue.
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
        """A copy with one more channel."""
        return replace(self, channels=(*self.channels, channel))

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
        return self.with_(**{name: value[k] for name, value in self.parameters.items() if np.ndim(value)})

    # -- the physiology, evaluated ---------------------------------------------------------------------------

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
        y = np.asarray(y, dtype=float)
        parts = self.compile(np)(*y, i)
        return np.array(np.broadcast_arrays(*parts), dtype=float)

    def rest(self) -> Array:
        """The resting state, (S,) or (S, N) for a batch: the lowest voltage at which the steady-state
        current is zero.

        Found to machine precision. Raises HHError if the membrane has no rest between its reversal
        potentials (none of its conductances is positive).
        """
        return self._rest.copy()

    @cached_property
    def _rest(self) -> Array:
        e = [np.asarray(c.e) for c in self.channels]
        low, high = min(float(x.min()) for x in e) - 1.0, max(float(x.max()) for x in e) + 1.0
        grid = np.linspace(low, high, 1 + max(200, int(4 * (high - low))))
        gates = {name: self.inf(name, grid) for name in self.gates}
        shape = (-1, *(() if self.batch is None else (1,)))
        # Open fractions depend on V alone, so that a batch shares them.
        total = sum(
            np.reshape(c.open_fraction(gates) * np.ones(len(grid)), shape)
            * (c.g * (1.0 - c.block))
            * (np.reshape(grid, shape) - c.e)
            for c in self.channels
        )
        if self.batch is not None:
            total = np.broadcast_to(np.asarray(total), (len(grid), self.batch))
        positive = np.asarray(total) > 0
        rising = ~positive[:-1] & positive[1:]
        if not np.all(rising.any(axis=0)):
            raise HHError(
                f"{self.name} has no resting state: at least one conductance must be positive; "
                "give start= instead"
            )
        first = rising.argmax(axis=0)
        return self.steady(_root(self.steady_current, grid[first], grid[first + 1]))

    def _closed(self) -> dict[str, float]:
        v = self.baseline - 10.0
        gates = self.states[1:]
        return {"V": v} | {g: float(self.inf(g, v + 40.0) < self.inf(g, v)) for g in gates}

    def initial(self, start: Mapping[str, Any] | Any = None) -> Array:
        """Initial conditions (S,) or (S, N): from a mapping, an array, text, this membrane's own start, or rest.

        A mapping may leave gates out: they start at their steady state at its V (or at the resting V).
        Text is "rest", "closed" (10 mV below the baseline, every gate as strong hyperpolarisation leaves it), or a
        mapping as in "V=-60, h=0.4".
        Raises UnknownName for a state that is not one, InvalidValue for values that are not finite or not in
        0..1.
        """
        if isinstance(start, str):
            word = start.strip()
            if word == "rest":
                return self.rest()
            start = self._closed() if word == "closed" else _start(start)
        if start is None:
            start = self.start
        if start is None:
            return self.rest()
        if isinstance(start, Mapping):
            for key in start:
                if key not in self.states:
                    raise UnknownName("state", key, self.states)
            v = number("V", start["V"], unit="mV") if "V" in start else self.rest()[0]
            rows = [
                v,
                *(number(s, start[s]) if s in start else self.inf(s, np.asarray(v)) for s in self.states[1:]),
            ]
            y = np.array(np.broadcast_arrays(*rows), dtype=float)
        else:
            try:
                y = np.array(start, dtype=float)
            except (TypeError, ValueError):
                raise InvalidValue(
                    f"start = {start!r} is not understood; give {{'V': mV, gate: value}}"
                ) from None
            if y.ndim not in (1, 2) or y.shape[0] != len(self.states):
                raise InvalidValue(
                    f"start has shape {y.shape}; give one row for each of {', '.join(self.states)}"
                )
        if not np.all(np.isfinite(y)):
            raise InvalidValue("start holds a value that is not finite; give finite numbers")
        if np.any((y[1:] < 0) | (y[1:] > 1)):
            k = int(np.argmax(np.any(((y[1:] < 0) | (y[1:] > 1)).reshape(len(y) - 1, -1), axis=1)))
            bad = y[1 + k][(y[1 + k] < 0) | (y[1 + k] > 1)] if y.ndim > 1 else y[1 + k]
            raise InvalidValue(
                f"start of gate {self.states[1 + k]} = {float(np.ravel(bad)[0]):g}; allowed: 0 to 1"
            )
        return y

    # -- the equations as source code ------------------------------------------------------------------------

    @cached_property
    def _equations(self) -> tuple[list[str], list[str]]:
        """Lines of source that come first, then one expression for the derivative of each state."""
        lines: list[str] = []
        value = {name: f"x{k}" for k, name in enumerate(self.states)}
        for k, (name, gate) in enumerate(self.gates.items()):
            if gate.follows is not None:
                other, a, b = gate.follows
                lines.append(f"z{k} = {a!r} + {b!r} * {value[other]}")
            elif not gate.dynamic:
                lines.append(f"z{k} = {gate.inf.code('x0')}")
            value.setdefault(name, f"z{k}")
        terms = []
        for k, channel in enumerate(self.channels):
            opens = [value[g.name] for g in channel.gates for _ in range(g.power)]
            terms.append(" * ".join([f"g{k}", *opens, f"(x0 - e{k})"]))
        slopes = [f"(i - {' - '.join(terms)}) / c"]
        for k, name in enumerate(self.states[1:], 1):
            gate, x = self.gates[name], value[name]
            lines.append(f"a{k} = {gate.alpha.code('x0')}")
            slopes.append(f"phi_{name} * (a{k} - (a{k} + {gate.beta.code('x0')}) * {x})")
        return lines, slopes

    @cached_property
    def source_code(self) -> str:
        """The right-hand side as Python source: rhs(x0, x1, ..., i) -> derivatives; parameters are free
        names.

        Written once from the channels, it runs on floats (math), on arrays (numpy) and in compiled kernels.
        """
        lines, slopes = self._equations
        head = f"def rhs({', '.join(f'x{k}' for k in range(len(self.states)))}, i):"
        return "\n    ".join([head, *lines, f"return ({', '.join(slopes)},)"]) + "\n"

    def callback(self, current: float | Callable[[float], float]) -> Callable[[Any, float], Any]:
        """f(x, t) -> dx/dt as scipy's odeint calls it, x an array (S,), as fast as Python allows.

        The array returned is the same in every call. Raises OverflowError or ZeroDivisionError at voltages
        so far out that a rate leaves the range of floats; compile(math) is finite there too.
        """
        lines, slopes = self._equations
        states = ", ".join(f"x{k}" for k in range(len(self.states)))
        head = ["def f(x, t):", f"{states}, = x.tolist()", "i = current(t)" if callable(current) else ""]
        body = [*head, *lines, *(f"out[{k}] = {slope}" for k, slope in enumerate(slopes)), "return array"]
        source = "\n    ".join(line for line in body if line)
        for name, value in self.namespace.items():
            if value == 1.0:  # as at the temperature of the measurements
                source = source.replace(f" {name} * ", " ") if name != "c" else source.replace(" / c\n", "\n")
        array = np.empty(len(slopes))
        scope: dict[str, Any] = {**self.namespace, "exp": math.exp, "expm1": math.expm1, "array": array}
        scope |= {"out": memoryview(array.data), "current" if callable(current) else "i": current}
        exec(_inlined(source), scope)
        f: Callable[[Any, float], Any] = scope["f"]
        return f

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """The values of the free names in source_code."""
        names: dict[str, Any] = {"c": self.c}
        for k, channel in enumerate(self.channels):
            names |= {f"g{k}": channel.g * (1.0 - channel.block), f"e{k}": channel.e}
        for name in self.states[1:]:
            phi = self.gates[name].phi(self.celsius)
            names[f"phi_{name}"] = float(phi) if np.ndim(phi) == 0 else phi
        return names

    def compile(self, backend: Any) -> Callable[..., tuple[Any, ...]]:
        """source_code as a function on floats (backend ``math``) or on arrays (backend ``numpy``)."""
        cache: dict[Any, Callable[..., tuple[Any, ...]]] = self.__dict__.setdefault("_compiled", {})
        if backend not in cache:
            functions = (
                {"exp": rates.exp_float, "linexp": rates.linexp_float}
                if backend is math
                else {"exp": rates.exp, "linexp": rates.linexp}
            )
            scope: dict[str, Any] = {**self.namespace, **functions}
            exec(_code(self.source_code), scope)
            cache[backend] = scope["rhs"]
        return cache[backend]

    def __iter__(self) -> Iterator[Channel]:
        return iter(self.channels)


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<membrane equations>", "exec")


@lru_cache(maxsize=256)
def _inlined(source: str) -> CodeType:
    """Source compiled with what constants allow done beforehand and linexp(x) written out: Python does
    neither, and a call costs as much as the function.
    """
    tree = ast.fix_missing_locations(_Folded().visit(ast.parse(source)))
    return compile(tree, "<membrane equations>", "exec")


class _Folded(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        line = _line(node)
        if line is not None:
            return _written(*line)
        match node:
            case ast.BinOp(ast.Constant(1.0), ast.Mult(), x):
                return x
            case ast.BinOp(ast.Constant(float(c)), ast.Mult(), ast.Call(ast.Name("exp"), [x])) if c > 0:
                line = _line(x)
                if line is not None:
                    name, slope, offset = line
                    node.right.args = [_written(name, slope, offset + math.log(c))]  # type: ignore[attr-defined]
                    return node.right
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        line = _line(node)
        return node if line is None else _written(*line)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "linexp":
            q = self.visit(ast.UnaryOp(ast.USub(), node.args[0]))
            return ast.parse(f"(q / expm1(q) if (q := {ast.unparse(q)}) else 1.0)", mode="eval").body
        return node


def _line(node: ast.AST) -> tuple[str, float, float] | None:
    """(name, slope, offset) if an expression is a straight line in one name, which is "" for a constant."""
    match node:
        case ast.Constant(value) if isinstance(value, int | float):
            return "", 0.0, float(value)
        case ast.Name(name):
            return name, 1.0, 0.0
        case ast.UnaryOp(ast.USub(), x):
            a = _line(x)
            return None if a is None else (a[0], -a[1], -a[2])
        case ast.BinOp(left, op, right):
            a, b = _line(left), _line(right)
            if a is None or b is None or (a[0] and b[0]):
                return None
            name = a[0] or b[0]
            match op:
                case ast.Add():
                    return name, a[1] + b[1], a[2] + b[2]
                case ast.Sub():
                    return name, a[1] - b[1], a[2] - b[2]
                case ast.Mult():
                    (_, slope, offset), c = (b, a[2]) if not a[0] else (a, b[2])
                    return name, slope * c, offset * c
                case ast.Div() if not b[0] and b[2]:
                    return name, a[1] / b[2], a[2] / b[2]
    return None


def _written(name: str, slope: float, offset: float) -> ast.expr:
    """A straight line as an expression with as few operations as it takes."""
    if not name or slope == 0.0:
        text = repr(offset)
    elif slope == -1.0:
        text = f"{offset!r} - {name}"
    else:
        text = name if slope == 1.0 else f"{slope!r} * {name}"
        text += f" + {offset!r}" if offset else ""
    return ast.parse(text, mode="eval").body


Start = NewType("Start", str)
"""A parameter of a scene that says where a membrane starts, in the words of :meth:`Membrane.initial`."""


def _start(text: str) -> dict[str, float]:
    """The mapping that "V=-60, h=0.4" stands for."""
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise InvalidValue(
            f"start = {text!r} is not understood; give 'rest', 'closed' or values, as in 'V=-60, h=0.4'"
        ) from None


def _root(f: Callable[[Any], Any], a: Any, b: Any) -> Any:
    """Where f, of any shape, rises through zero between a and b: Ridders (1979),
    https://doi.org/10.1109/TCS.1979.1084580.
    """
    fa, fb = np.asarray(f(a)), np.asarray(f(b))
    for _ in range(60):
        m = 0.5 * (a + b)
        fm = np.asarray(f(m))
        root = np.sqrt(fm * fm - fa * fb)
        x = np.where(root > 0, m - (m - a) * fm / np.where(root > 0, root, 1.0), m)
        fx = np.asarray(f(x))
        # The narrowest of the intervals between a, m, x and b in which the sign changes.
        p, fp, q, fq = np.minimum(m, x), np.where(m < x, fm, fx), np.maximum(m, x), np.where(m < x, fx, fm)
        a, fa = (
            np.where(fq <= 0, q, np.where(fp <= 0, p, a)),
            np.where(fq <= 0, fq, np.where(fp <= 0, fp, fa)),
        )
        b, fb = np.where(fp > 0, p, np.where(fq > 0, q, b)), np.where(fp > 0, fp, np.where(fq > 0, fq, fb))
        if np.all((b - a <= 4e-16 * (np.abs(a) + np.abs(b))) | (fa == 0)):
            break
    return np.where(-fa < fb, a, b)

"""The equations of a membrane as data, built once from its channels; every backend prints them.

    C dV/dt = I - sum of Current.flow,    dx/dt = phi (alpha (1 - x) - beta x) for each of the Kinetics

All texts are expressions that Python, numba and JavaScript share. Symbols: x0 is V, x1, x2 … the gates with kinetics,
z0, z1 … the other gates; i is the stimulus; c, g0, e0, g1, e1, …, phi_m, … are the parameters. A backend is a file that
puts such expressions into its own frame: what is instantaneous first (assignments), then currents, then kinetics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any

from hhanim.model.channel import Channel, Gate
from hhanim.model.rates import LANGUAGES, PYTHON, Rate

Lines = list[str]


@dataclass(frozen=True)
class Current:
    """What flows through one channel: a conductance, the gates that open it, and a driving force.

    g, e: symbols of the conductance and of the reversal potential. opens: symbols of the gates; one that stands in
    the third power is there three times.
    """

    channel: str
    g: str
    e: str
    opens: tuple[str, ...]

    @property
    def conductance(self) -> str:
        """The conductance with its gates (mS/cm²)."""
        return " * ".join([self.g, *self.opens])

    @property
    def flow(self) -> str:
        """The current density (µA/cm², outward positive)."""
        return f"{self.conductance} * (x0 - {self.e})"


@dataclass(frozen=True)
class Kinetics:
    """The differential equation of one gate: its symbol x, its number k among the states, and its factor phi."""

    gate: Gate
    k: int

    @property
    def x(self) -> str:
        """The gate's own symbol."""
        return f"x{self.k}"

    @property
    def phi(self) -> str:
        """The symbol of what temperature does to it."""
        return f"phi_{self.gate.name}"

    @lru_cache(maxsize=1024)  # noqa: B019 - of gates, which are few
    def rates(self, v: str, choice: str, *, scaled: bool = True) -> tuple[str, str]:
        """Assignments of a, the opening rate, and r, the opening and closing rates together, at voltage v."""
        phi = f"{self.phi} * " if scaled else ""
        alpha, beta = self.gate.alpha.code(v, choice), self.gate.beta.code(v, choice)
        return f"a{self.k} = {phi}{alpha}", f"r{self.k} = a{self.k} + {phi}{beta}"


@dataclass(frozen=True)
class Equations:
    """The states of a membrane, what sets its other gates, its currents and its kinetics.

    states: "V", then each gate with kinetics. symbols: of every state and gate, by name. follows: (symbol, symbol of
    the gate that it follows, intercept, slope). instantaneous: (symbol, steady state).
    """

    states: tuple[str, ...]
    symbols: Mapping[str, str]
    follows: tuple[tuple[str, str, float, float], ...]
    instantaneous: tuple[tuple[str, Rate], ...]
    currents: tuple[Current, ...]
    kinetics: tuple[Kinetics, ...]

    @property
    def arguments(self) -> str:
        """The symbols of the states, as a list in source code."""
        return ", ".join(f"x{k}" for k in range(len(self.states)))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The symbols of everything that is a number."""
        pairs = (name for current in self.currents for name in (current.g, current.e))
        return "c", *pairs, *(kinetics.phi for kinetics in self.kinetics)

    def following(self) -> Lines:
        """Assignments of the gates that follow others."""
        return [f"{z} = {a!r} + {b!r} * {other}" for z, other, a, b in self.follows]

    def instant(self, v: str = "x0", choice: str = PYTHON) -> Lines:
        """Assignments of the gates that are at their steady state at voltage v at every instant."""
        return [f"{z} = {inf.code(v, choice)}" for z, inf in self.instantaneous]

    def gates(self, choice: str = PYTHON) -> Lines:
        """Assignments of every gate that has no equation of its own."""
        return self.following() + self.instant(choice=choice)

    def conductances(self) -> Lines:
        """Assignments of G0, G1, …: the conductance of each channel with its gates."""
        return [f"G{k} = {current.conductance}" for k, current in enumerate(self.currents)]

    @cached_property
    def voltage_slope(self) -> str:
        """dV/dt, once the gates are assigned."""
        return f"(i - {' - '.join(current.flow for current in self.currents)}) / c"

    def slopes(self, choice: str = PYTHON) -> tuple[Lines, Lines]:
        """Assignments, then one expression for the derivative of each state."""
        lines, slopes = self.gates(choice), [self.voltage_slope]
        for kinetics in self.kinetics:
            lines += kinetics.rates("x0", choice, scaled=False)
            slopes.append(f"{kinetics.phi} * (a{kinetics.k} - r{kinetics.k} * {kinetics.x})")
        return lines, slopes

    def rhs(self, choice: str = PYTHON) -> str:
        """The right-hand side as Python source: rhs(x0, x1, ..., i) -> derivatives; parameters are free names."""
        lines, slopes = self.slopes(choice)
        return function("rhs", f"{self.arguments}, i", lines, slopes)

    def sums(self, choice: str = PYTHON) -> tuple[Lines, Lines, Lines]:
        """Assignments, then the terms whose sums are a total and a drive: the currents together are total V - drive."""
        each = [(f"G{k}", f"G{k} * {current.e}") for k, current in enumerate(self.currents)]
        return self.gates(choice) + self.conductances(), [g for g, _ in each], [ge for _, ge in each]

    def linear(self, choice: str = PYTHON) -> str:
        """Source of linear(x0, x1, ..., total, drive) -> both grown by the channels' :meth:`sums`."""
        lines, total, drive = self.sums(choice)
        sums = [" + ".join(["total", *total]), " + ".join(["drive", *drive])]
        return function("linear", f"{self.arguments}, total, drive", lines, sums)

    def relaxed(self, choice: str = PYTHON) -> tuple[Lines, Lines]:
        """Assignments, then the gates with kinetics after a time dt in which V holds: exact."""
        lines = [line for kinetics in self.kinetics for line in kinetics.rates("x0", choice)]
        ks = [kinetics.k for kinetics in self.kinetics]
        return lines, [f"x{k} + (a{k} / r{k} - x{k}) * -expm1(-dt * r{k})" for k in ks]

    def relax(self, choice: str = PYTHON) -> str:
        """Source of relax(x0, x1, ..., dt) -> the gates with kinetics after :meth:`relaxed`."""
        return function("relax", f"{self.arguments}, dt", *self.relaxed(choice))

    def latex(self) -> str:
        """The equation of V as a paper prints it."""
        names = {symbol: name.replace("_", "") for name, symbol in self.symbols.items()}
        terms = []
        for current in self.currents:
            powers = Counter(names[symbol] for symbol in current.opens).items()
            gates = "".join(f"{x}^{{{power}}}" if power > 1 else x for x, power in powers)
            terms.append(rf"g_\mathrm{{{current.channel}}}\,{gates}\,(V - E_\mathrm{{{current.channel}}})")
        return rf"C\,\frac{{dV}}{{dt}} = I - {' - '.join(terms)}".replace(r"\,\,", r"\,")


@lru_cache(maxsize=256)
def derive(channels: tuple[tuple[str, tuple[Gate, ...]], ...]) -> Equations:
    """The equations of channels given as (name, gates); membranes that differ in numbers only share them."""
    gates = [gate for _, own in channels for gate in own]
    kinetic = [gate for gate in gates if gate.dynamic]
    symbols = {"V": "x0"} | {gate.name: f"x{k}" for k, gate in enumerate(kinetic, 1)}
    symbols |= {gate.name: f"z{k}" for k, gate in enumerate(gates) if not gate.dynamic}
    return Equations(
        ("V", *(gate.name for gate in kinetic)),
        symbols,
        tuple(
            (symbols[g.name], symbols[g.follows[0]], *g.follows[1:]) for g in gates if g.follows is not None
        ),
        tuple((symbols[g.name], g.inf) for g in gates if not g.dynamic and g.follows is None),
        tuple(
            Current(name, f"g{k}", f"e{k}", tuple(symbols[g.name] for g in own for _ in range(g.power)))
            for k, (name, own) in enumerate(channels)
        ),
        tuple(Kinetics(gate, k) for k, gate in enumerate(kinetic, 1)),
    )


def structure(channels: Iterable[Channel]) -> tuple[tuple[str, tuple[Gate, ...]], ...]:
    """What of channels their equations depend on."""
    return tuple((channel.name, channel.gates) for channel in channels)


def function(name: str, arguments: str, lines: Lines, results: Lines) -> str:
    """Python source of a function that returns a tuple."""
    head, end = f"def {name}({arguments}):", f"return ({', '.join(results)}{',' if results else ''})"
    return "\n    ".join([head, *lines, end]) + "\n"


def built(
    name: str, printed: Callable[[str], str], backend: Any, scope: Mapping[str, Any]
) -> Callable[..., Any]:
    """The function `name` of what is printed for a backend, ``math`` or ``numpy``; names in scope are known to it."""
    choice, functions = LANGUAGES[backend]
    known = {**functions, **scope}
    exec(_compiled(printed(choice)), known)
    found: Callable[..., Any] = known[name]
    return found


@lru_cache(maxsize=256)
def _compiled(source: str) -> CodeType:
    return compile(source, "<membrane equations>", "exec")

"""Gates and channels: what a paper's methods section says, as data."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from hhanim.model.errors import DuplicateName, InvalidValue, number, whole
from hhanim.model.frozen import Frozen
from hhanim.model.markup import shown, table
from hhanim.model.rates import Rate, as_rate

#: How far a steady state may leave 0..1: Connor and Stevens' published fit of their A-current reaches 1.013.
SLACK = 0.02
#: Temperatures (°C) of membranes and of measured kinetics; what is outside was given in kelvin.
CELSIUS = (-20.0, 60.0)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _identifier(kind: str, name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise InvalidValue(
            f"{kind} name {name!r} is not allowed; use letters, digits and underscores, e.g. 'm'"
        )
    return unicodedata.normalize("NFKC", name)  # as Python reads it where it is written in a program


@dataclass(frozen=True, eq=False)
class Gate(Frozen):
    """One gating variable x, the probability that one gate of its kind is open.

    Give one of

    - ``alpha, beta``: opening and closing rates (1/ms): dx/dt = phi (alpha (1 - x) - beta x),
    - ``inf, tau``: steady state (0..1) and time constant (ms): dx/dt = phi (inf - x) / tau,
    - ``inf`` alone: the gate is so fast that x = inf(V) at every instant,
    - ``follows=(other, intercept, slope)``: x = intercept + slope * other, as h = 0.89 - 1.1 n in the
      reduced model (not clipped: it may leave 0..1, as in the lecture it comes from).

    From either pair of rates the other pair follows, so ``gate.alpha(v)``, ``gate.beta(v)``, ``gate.inf(v)``
    and ``gate.tau(v)`` are there for both. ``celsius`` is the temperature the rates were measured at;
    phi = q10 ** ((T - celsius) / 10) scales kinetics only, never conductances.

    Raises InvalidValue for any other mixture.
    """

    name: str
    alpha: Any = None
    beta: Any = None
    power: int = 1
    inf: Any = None
    tau: Any = None
    follows: tuple[str, float, float] | None = None
    q10: float = 3.0
    celsius: float = 6.3

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", _identifier("gate", self.name))
        of = f"of gate {self.name}"
        put(self, "power", whole(f"power {of}", self.power, 1))
        put(self, "q10", number(f"q10 {of}", self.q10, above=0, array=False))
        put(self, "celsius", number(f"celsius {of}", self.celsius, *CELSIUS, unit="°C", array=False))
        given = {k for k in ("alpha", "beta", "inf", "tau", "follows") if getattr(self, k) is not None}
        for k in given - {"follows"}:
            put(self, k, as_rate(getattr(self, k)))
        if given == {"alpha", "beta"}:
            put(self, "inf", self.alpha / (self.alpha + self.beta))
            put(self, "tau", 1.0 / (self.alpha + self.beta))
        elif given == {"inf", "tau"}:
            put(self, "alpha", self.inf / self.tau)
            put(self, "beta", (1.0 - self.inf) / self.tau)
        elif given == {"follows"}:
            if not isinstance(self.follows, tuple | list) or len(self.follows) != 3:
                raise InvalidValue(
                    f"gate {self.name}: follows = {self.follows!r}; give (gate, intercept, slope)"
                )
            other, a, b = self.follows
            a, b = number("intercept", a, array=False), number("slope", b, array=False)
            put(self, "follows", (_identifier("gate", other), a, b))
        elif given != {"inf"} and not self._consistent(given):
            raise InvalidValue(
                f"gate {self.name} has {', '.join(sorted(given)) or 'no rates'}; "
                "give alpha and beta, or inf and tau, or inf alone, or follows"
            )

    def _consistent(self, given: set[str]) -> bool:
        """All four are right only where one pair was derived from the other, as dataclasses.replace passes on."""
        if given != {"alpha", "beta", "inf", "tau"}:
            return False
        return self.from_rates or (self.inf / self.tau, (1.0 - self.inf) / self.tau) == (
            self.alpha,
            self.beta,
        )

    @property
    def from_rates(self) -> bool:
        """True if the gate was given as alpha and beta."""
        if not self.dynamic:
            return False
        total = self.alpha + self.beta
        return bool((self.alpha / total, 1.0 / total) == (self.inf, self.tau))

    @property
    def dynamic(self) -> bool:
        """True if the gate has a differential equation of its own."""
        return self.tau is not None

    def phi(self, celsius: Any) -> Any:
        """Factor on the rates at temperature `celsius` (°C)."""
        return self.q10 ** ((np.asarray(celsius, dtype=float) - self.celsius) / 10.0)

    def rate(self, x: Any, v: Any) -> Any:
        """dx/dt (1/ms) at the gate's own reference temperature."""
        if not self.dynamic:
            raise InvalidValue(
                f"gate {self.name} has no kinetics: it is set by {'inf' if self.inf else 'follows'}"
            )
        return self.alpha(v) * (1.0 - x) - self.beta(v) * x

    def shifted(self, dv: float) -> Gate:
        """The same gate with its curves moved by dv (mV)."""
        moved: dict[str, Any] = {k: rate.shifted(dv) for k, rate in self._rates().items()}
        return replace(self, **moved)

    def check(self, low: float, high: float) -> None:
        """Raise InvalidValue if the gate makes no sense at some voltage from `low` to `high` (mV).

        Its steady state must lie in 0..1, its time constant be positive and finite. A gate that follows another one
        is not looked at.
        """
        line = _fault(self, low, high)
        if line:
            raise InvalidValue(line)

    def _rates(self) -> dict[str, Rate]:
        return {k: x for k in ("alpha", "beta", "inf", "tau") if (x := getattr(self, k)) is not None}

    def __str__(self) -> str:
        return self.name + (str(self.power).translate(_RAISED) if self.power > 1 else "")

    def __repr__(self) -> str:
        if self.follows is not None:
            return f"<Gate {self} = {self.follows[1]:g} + {self.follows[2]:g} {self.follows[0]}>"
        given = "alpha and beta" if self.from_rates else "inf and tau" if self.dynamic else "inf"
        return f"<Gate {self}: {given} at {self.celsius:g} °C, q10 {self.q10:g}>"

    def _repr_html_(self) -> str:
        skip = ("inf", "tau") if self.from_rates else ("alpha", "beta")
        rows = [(k, f"${rate.latex()}$") for k, rate in self._rates().items() if k not in skip]
        return table(repr(self)[1:-1], ("", "over V (mV)"), rows)


@lru_cache(maxsize=4096)
def _fault(gate: Gate, low: float, high: float) -> str:
    """What is wrong with a gate, in one line; "" if nothing is."""
    if gate.follows is not None:
        return ""
    v = np.arange(10 * low, 10 * high + 1) / 10  # tenths: where papers put what is 0/0
    with np.errstate(all="ignore"):
        inf = np.asarray(gate.inf(v) + 0.0 * v, dtype=float)
        tau = np.asarray(gate.tau(v) + 0.0 * v, dtype=float) if gate.dynamic else np.ones(len(v))
    tau_fix = (
        "write x / (1 - exp(-x)) as LinExp" if np.isnan(tau).any() else "a floor is np.maximum(tau, 0.05)"
    )
    for name, unit, x, good, allowed, fix in (
        ("tau", " ms", tau, np.isfinite(tau) & (tau > 0.0), "finite and more than 0 ms", tau_fix),
        (
            "inf",
            "",
            inf,
            (inf >= -SLACK) & (inf <= 1.0 + SLACK),
            "0 to 1",
            "check signs and units of its rates",
        ),
    ):
        if not good.all():
            k = int(np.argmin(good))
            return (
                f"gate {gate.name}: {name} = {x[k]:g}{unit} at V = {v[k]:g} mV; allowed: {allowed} "
                f"from {low:g} to {high:g} mV; {fix}"
            )
    return ""


@dataclass(frozen=True, eq=False)
class Channel(Frozen):
    """A population of ion channels: current density I = g (1 - block) * product of gate**power * (V - e).

    name: short symbol, as in I_name ("Na", "K", "L", "A").
    g: maximal conductance density (mS/cm²), a number or (N,) for a batch.
    e: reversal potential (mV), likewise.
    gates: the Gate objects, in the paper's order.
    ion: "Na", "K", "Ca", "Cl" or "" (unspecific); decides the colour. Guessed from a name that is one of these.
    blocker: drug whose fraction of block is a parameter of the membrane ("ttx", "tea"); block: that fraction, 0..1.
    source: the paper, with DOI.
    """

    name: str
    g: Any
    e: Any
    gates: tuple[Gate, ...] = ()
    ion: str | None = None
    blocker: str = ""
    block: Any = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", _identifier("channel", self.name))
        if self.blocker:
            put(self, "blocker", _identifier("blocker", self.blocker))
        gates = (self.gates,) if isinstance(self.gates, Gate) else tuple(self.gates)
        for gate in gates:
            if not isinstance(gate, Gate):
                raise InvalidValue(f"gates of channel {self.name}: {gate!r} is not a Gate")
        put(self, "gates", gates)
        names = [gate.name for gate in gates]
        if len(set(names)) < len(names):
            raise DuplicateName(
                f"channel {self.name} has the gates {', '.join(names)}: give each its own name"
            )
        put(self, "g", number(f"g{self.name}", self.g, 0.0, unit="mS/cm²"))
        put(self, "e", number(f"E{self.name}", self.e, unit="mV"))
        put(self, "block", number(self.blocker or f"block of {self.name}", self.block, 0.0, 1.0))
        if self.ion is None:
            put(self, "ion", self.name if self.name in ("Na", "K", "Ca", "Cl") else "")

    @property
    def unblocked(self) -> Any:
        """Conductance density (mS/cm²) of all that no drug blocks, were it open."""
        return self.g * (1.0 - self.block)

    def conductance(self, states: Mapping[str, Any]) -> Any:
        """Conductance density (mS/cm²) given every gate's value {name: array of any one shape}."""
        g = self.unblocked
        for gate in self.gates:
            g = g * states[gate.name] ** gate.power
        return g

    def open_fraction(self, states: Mapping[str, Any]) -> Any:
        """Probability that one channel is open: the product of gate**power (1 for a leak)."""
        p: Any = 1.0
        for gate in self.gates:
            p = p * states[gate.name] ** gate.power
        return p

    def current(self, v: Any, states: Mapping[str, Any]) -> Any:
        """Current density (µA/cm², outward positive) at v (mV)."""
        return self.conductance(states) * (v - self.e)

    def __repr__(self) -> str:
        gates = " ".join(map(str, self.gates)) or "no gates"
        return f"<Channel {self.name}: g {shown(self.g)} mS/cm², E {shown(self.e)} mV, {gates}>"

    def _repr_html_(self) -> str:
        return table(f"Channel {self.name}", ROW, [self.row])

    @property
    def row(self) -> tuple[str, ...]:
        """The channel as a line of a table with the head ROW."""
        block = f"{self.blocker} {shown(self.block)}" if self.blocker else ""
        gates = " ".join(map(str, self.gates))
        return self.name, shown(self.g), shown(self.e), gates, self.ion or "", block


ROW = ("channel", "g (mS/cm²)", "E (mV)", "gates", "ion", "blocked")

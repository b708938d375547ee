"""The rate functions of voltage as data: one object is evaluated, typeset, hashed and turned into source
code.

The three forms are those of Hodgkin & Huxley (1952), https://doi.org/10.1113/jphysiol.1952.sp004764, in the
parametrisation (rate, midpoint, scale) of NeuroML2's HHExpRate, HHSigmoidRate and HHExpLinearRate. They
combine with ``+ - * / **``, so any steady state or time constant from a paper can be written down as it is
printed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hhanim.model.errors import InvalidValue, number
from hhanim.model.frozen import Frozen

#: Beyond this the double-precision exponential leaves the representable range; rates stay finite instead.
EXPONENT_LIMIT = 700.0
#: Nearer to 0 than this x / (1 - exp(-x)) is 1 in double precision, and computed here instead of there.
_NEAR_ZERO = 1e-20


def exp(x: Any) -> Any:
    """e**x for arrays, clipped so that it neither overflows nor underflows."""
    return np.exp(np.clip(x, -EXPONENT_LIMIT, EXPONENT_LIMIT))


def linexp(x: Any) -> Any:
    """x / (1 - exp(-x)) for arrays, exact at and around x = 0 where the naive form is 0/0.

    It is 1 / exprel(-x). SciPy's exprel is not used here: importing scipy.special takes as long as drawing
    half a clip.
    """
    x = np.asarray(x, dtype=float)
    x = np.where(np.abs(x) < _NEAR_ZERO, _NEAR_ZERO, x)
    return -x / np.expm1(np.minimum(-x, EXPONENT_LIMIT))


def exp_float(x: float) -> float:
    """exp() for one float."""
    return math.exp(max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, x)))


def linexp_float(x: float) -> float:
    """linexp() for one float."""
    return -x / math.expm1(min(-x, EXPONENT_LIMIT)) if x else 1.0


class Rate(Frozen):
    """A function of voltage (mV). Interface of the forms below and of what they combine to."""

    __array_ufunc__ = None  # a NumPy number times a rate is a rate

    def __call__(self, v: Any) -> Any:
        """Value at voltage v (mV), any shape."""
        raise NotImplementedError

    def code(self, v: str = "v") -> str:
        """Source text of the value, valid in Python, numba and JavaScript; it may call exp(x) and
        linexp(x).
        """
        raise NotImplementedError

    def latex(self, v: str = "V") -> str:
        """The formula in LaTeX (matplotlib's mathtext understands it)."""
        return self._typeset(v, _LATEX)

    def typst(self, v: str = "V") -> str:
        """The formula in Typst mathematics."""
        return self._typeset(v, _TYPST)

    def shifted(self, dv: float) -> Rate:
        """The same curve moved by dv (mV) along the voltage axis."""
        raise NotImplementedError

    def _typeset(self, v: str, s: _Setter) -> str:
        raise NotImplementedError

    def __add__(self, other: Rate | float) -> Rate:
        return Combined("+", self, as_rate(other))

    def __radd__(self, other: float) -> Rate:
        return Combined("+", as_rate(other), self)

    def __sub__(self, other: Rate | float) -> Rate:
        return Combined("-", self, as_rate(other))

    def __rsub__(self, other: float) -> Rate:
        return Combined("-", as_rate(other), self)

    def __mul__(self, other: Rate | float) -> Rate:
        return Combined("*", self, as_rate(other))

    def __rmul__(self, other: float) -> Rate:
        return Combined("*", as_rate(other), self)

    def __truediv__(self, other: Rate | float) -> Rate:
        return Combined("/", self, as_rate(other))

    def __rtruediv__(self, other: float) -> Rate:
        return Combined("/", as_rate(other), self)

    def __pow__(self, other: float) -> Rate:
        return Combined("**", self, Constant(other))


def as_rate(x: Any) -> Rate:
    """A Rate as it is; a number as a Constant. Raises InvalidValue for anything else."""
    if isinstance(x, Rate):
        return x
    if callable(x):
        raise InvalidValue(
            f"{x!r} is not a rate: write it with Exp, Sigmoid, LinExp, Constant and + - * / **"
        )
    return Constant(x)


@dataclass(frozen=True, eq=False)
class Constant(Rate):
    """The same value at every voltage."""

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", number("value", self.value, array=False))

    def __call__(self, v: Any) -> Any:
        return np.full(np.shape(v), self.value) if np.ndim(v) else self.value

    def code(self, v: str = "v") -> str:
        return f"({self.value!r})"

    def shifted(self, dv: float) -> Rate:
        return self

    def _typeset(self, v: str, s: _Setter) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True, eq=False)
class _Form(Rate):
    """What the three forms share: a rate (1/ms, or a plain number), a midpoint (mV) and a scale (mV)."""

    rate: float
    midpoint: float
    scale: float

    def __post_init__(self) -> None:
        for name in ("rate", "midpoint", "scale"):
            object.__setattr__(
                self, name, number(f"{type(self).__name__}.{name}", getattr(self, name), array=False)
            )
        if self.scale == 0:
            raise InvalidValue(
                f"{type(self).__name__}.scale = 0 is not allowed; allowed: any other number of mV"
            )

    def shifted(self, dv: float) -> Rate:
        return replace(self, midpoint=self.midpoint + dv)

    def _x(self, v: Any) -> Any:
        return (np.asarray(v, dtype=float) - self.midpoint) / self.scale

    def _x_code(self, v: str) -> str:
        return f"(({v} - {self.midpoint!r}) / {self.scale!r})"


@dataclass(frozen=True, eq=False)
class Exp(_Form):
    """rate * exp((v - midpoint) / scale)"""

    def __call__(self, v: Any) -> Any:
        return self.rate * exp(self._x(v))

    def code(self, v: str = "v") -> str:
        return f"({self.rate!r} * exp({self._x_code(v)}))"

    def _typeset(self, v: str, s: _Setter) -> str:
        return s.coefficient(self.rate) + s.exp(_exponent(v, self.midpoint, self.scale))


@dataclass(frozen=True, eq=False)
class Sigmoid(_Form):
    """rate / (1 + exp(-(v - midpoint) / scale))"""

    def __call__(self, v: Any) -> Any:
        return self.rate / (1.0 + exp(-self._x(v)))

    def code(self, v: str = "v") -> str:
        return f"({self.rate!r} / (1.0 + exp(-{self._x_code(v)})))"

    def _typeset(self, v: str, s: _Setter) -> str:
        return s.fraction(f"{self.rate:g}", "1 + " + s.exp(_exponent(v, self.midpoint, -self.scale)))


@dataclass(frozen=True, eq=False)
class LinExp(_Form):
    """rate * x / (1 - exp(-x)) with x = (v - midpoint) / scale; equals `rate` at the midpoint, without
    0/0.
    """

    def __call__(self, v: Any) -> Any:
        return self.rate * linexp(self._x(v))

    def code(self, v: str = "v") -> str:
        return f"({self.rate!r} * linexp({self._x_code(v)}))"

    def _typeset(self, v: str, s: _Setter) -> str:
        # As papers print it: the slope rate/scale times the distance from the midpoint.
        slope, below = self.rate / self.scale, "1 - " + s.exp(_exponent(v, self.midpoint, -self.scale))
        return s.fraction(s.coefficient(slope) + _distance(v, self.midpoint, bracket=True), below)


@dataclass(frozen=True, eq=False)
class Combined(Rate):
    """Two rates joined by one of ``+ - * / **``; written with the operators, never by hand."""

    op: str
    left: Rate
    right: Rate

    def __call__(self, v: Any) -> Any:
        a, b = self.left(v), self.right(v)
        if self.op == "+":
            return a + b
        if self.op == "-":
            return a - b
        if self.op == "*":
            return a * b
        if self.op == "/":
            return a / b
        return a**b

    def code(self, v: str = "v") -> str:
        return f"({self.left.code(v)} {self.op} {self.right.code(v)})"

    def shifted(self, dv: float) -> Rate:
        return Combined(self.op, self.left.shifted(dv), self.right.shifted(dv))

    def _typeset(self, v: str, s: _Setter) -> str:
        a, b = self.left._typeset(v, s), self.right._typeset(v, s)
        loose = {"+", "-"}
        wrap_left = isinstance(self.left, Combined) and self.left.op in loose
        wrap_right = isinstance(self.right, Combined) and self.right.op in loose
        if self.op == "/":
            return s.fraction(a, b)
        if self.op == "**":
            return s.power(s.bracket(a) if not isinstance(self.left, Constant) else a, b)
        if self.op == "*":
            return (s.bracket(a) if wrap_left else a) + s.times + (s.bracket(b) if wrap_right else b)
        return f"{a} {self.op} {s.bracket(b) if wrap_right and self.op == '-' else b}"


@dataclass(frozen=True)
class _Setter:
    """How one typesetting language writes the few constructs that rates need."""

    fraction_form: str
    power_form: str
    bracket_form: str
    exp_form: str
    times: str

    def fraction(self, a: str, b: str) -> str:
        return self.fraction_form % (a, b)

    def power(self, a: str, b: str) -> str:
        return self.power_form % (a, b)

    def bracket(self, a: str) -> str:
        return self.bracket_form % a

    def exp(self, a: str) -> str:
        return self.exp_form % a

    def coefficient(self, x: float) -> str:
        return "" if x == 1 else "-" if x == -1 else f"{x:g}" + self.times


_LATEX = _Setter(r"\frac{%s}{%s}", "{%s}^{%s}", r"\left(%s\right)", "e^{%s}", r"\,")
_TYPST = _Setter("frac(%s, %s)", "(%s)^(%s)", "(%s)", "e^(%s)", " thin ")


def _distance(v: str, midpoint: float, *, bracket: bool) -> str:
    if midpoint == 0:
        return v
    text = f"{v} {'-' if midpoint > 0 else '+'} {abs(midpoint):g}"
    return f"({text})" if bracket else text


def _exponent(v: str, midpoint: float, scale: float) -> str:
    sign = "-" if scale < 0 else ""
    size = abs(scale)
    top = sign + _distance(v, midpoint, bracket=bool(sign) or size != 1)
    return top if size == 1 else f"{top}/{size:g}"

"""The rate functions of voltage as data: one object is evaluated, typeset, hashed and turned into source code.

Exp, Sigmoid and LinExp are the forms of Hodgkin & Huxley (1952), https://doi.org/10.1113/jphysiol.1952.sp004764,
in the parametrisation (rate, midpoint, scale) of NeuroML2's HHExpRate, HHSigmoidRate and HHExpLinearRate. They and
the voltage V itself combine as in print:

    0.3632 + 1.158 / (1 + np.exp((V + 55.96) / 20.12))     + - * / **, abs, and NumPy's exp, sqrt, log, tanh …
    np.maximum(Exp(28.0, -60.0, 12.0), 0.05)               a floor; np.minimum, np.clip
    Piecewise(V < -80.0, Exp(1.0, -467.0, 66.6), 28.0)     two branches; np.where is the same
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from hhanim.model.errors import InvalidValue, number
from hhanim.model.frozen import Frozen

#: Beyond this the double-precision exponential leaves the representable range; rates stay finite instead.
EXPONENT_LIMIT = 700.0
#: Nearer to 0 than this x / (1 - exp(-x)) is 1 in double precision, and computed here instead of there.
_NEAR_ZERO = 1e-20

# How a language writes "{1} if {0} else {2}". NumPy computes both branches, so where() hides what the other one says.
PYTHON = "({1} if {0} else {2})"
NUMPY = "where({0}, lambda: {1}, lambda: {2})"
JAVASCRIPT = "({0} ? {1} : {2})"

_HOW = "write it with Exp, Sigmoid, LinExp, Constant, V, Piecewise, + - * / ** and NumPy's functions"
_CONDITIONS = ("<", "<=", ">", ">=", "&", "|")


def exp(x: Any) -> Any:
    """e**x for arrays, clipped so that it neither overflows nor underflows."""
    return np.exp(np.clip(x, -EXPONENT_LIMIT, EXPONENT_LIMIT))


def linexp(x: Any) -> Any:
    """x / (1 - exp(-x)) for arrays, exact at and around x = 0 where the naive form is 0/0."""
    # It is 1 / exprel(-x), but importing scipy.special takes as long as drawing half a clip.
    x = np.asarray(x, dtype=float)
    x = np.where(np.abs(x) < _NEAR_ZERO, _NEAR_ZERO, x)
    return -x / np.expm1(np.minimum(-x, EXPONENT_LIMIT))


def exp_float(x: float) -> float:
    """exp() for one float."""
    return math.exp(max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, x)))


def linexp_float(x: float) -> float:
    """linexp() for one float."""
    return -x / math.expm1(min(-x, EXPONENT_LIMIT)) if x else 1.0


def _where(condition: Any, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    with np.errstate(all="ignore"):  # a branch need not make sense where it is not taken
        return np.where(condition, a(), b())[()]


def _on_floats(f: Callable[..., float]) -> Callable[..., float]:
    """A function of math, nan where that raises, as NumPy's and JavaScript's are."""

    def g(*x: float) -> float:
        try:
            return f(*x)
        except (ArithmeticError, ValueError):
            return math.nan

    return g


def _bounded(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: f(np.clip(x, -EXPONENT_LIMIT, EXPONENT_LIMIT))


#: What Rate.code() may call, by name: on arrays, and on floats. JavaScript has all but the first two in Math.
ARRAYS: dict[str, Callable[..., Any]] = {
    "exp": exp, "linexp": linexp, "abs": np.abs, "sqrt": np.sqrt, "log": np.log, "tanh": np.tanh,
    "sinh": _bounded(np.sinh), "cosh": _bounded(np.cosh), "max": np.maximum, "min": np.minimum,
    "expm1": lambda x: np.expm1(np.minimum(x, EXPONENT_LIMIT)), "power": operator.pow, "where": _where,
}  # fmt: skip
FLOATS: dict[str, Callable[..., float]] = {
    "exp": exp_float, "linexp": linexp_float, "abs": abs, "max": max, "min": min, "power": _on_floats(math.pow),
    **{name: _on_floats(getattr(math, name)) for name in ("sqrt", "log", "tanh", "sinh", "cosh", "expm1")},
}  # fmt: skip
#: How source code is written and what it may call, for functions on floats and on arrays.
LANGUAGES: dict[Any, tuple[str, dict[str, Callable[..., Any]]]] = {
    math: (PYTHON, FLOATS),
    np: (NUMPY, ARRAYS),
}


class Rate(Frozen, NDArrayOperatorsMixin):
    """A function of voltage (mV). Interface of the forms below and of what they combine to.

    Operators are NumPy's functions too, so that there is one way in: _numpy().
    """

    def __call__(self, v: Any) -> Any:
        """Value at voltage v (mV), any shape."""
        v = np.asarray(v, dtype=float)[()]
        value = self._value(v)
        return value if np.shape(value) == np.shape(v) else np.full(np.shape(v), value)

    def code(self, v: str = "v", choice: str = PYTHON) -> str:
        """Source text of the value, for Python's floats, NUMPY's arrays or JAVASCRIPT.

        It may call the functions of FLOATS, ARRAYS or, in JavaScript, of the same names.
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

    def _value(self, v: Any) -> Any:
        raise NotImplementedError

    def _typeset(self, v: str, s: _Setter) -> str:
        raise NotImplementedError

    def __float__(self, _: Any = None) -> NoReturn:
        raise InvalidValue("a rate is not a number: take NumPy's functions of it, as in np.exp(rate)")

    __int__ = __complex__ = __round__ = __float__

    def __array_ufunc__(self, ufunc: Any, method: str, /, *inputs: Any, **kwargs: Any) -> Any:
        if kwargs.get("out", ()) == inputs[:1]:  # as in rate += 1
            del kwargs["out"]
        return _numpy(ufunc if method == "__call__" else None, *inputs, **kwargs)

    def __array_function__(self, function: Any, _: Any, args: Any, keys: Any) -> Any:
        return _numpy(function, *args, **keys)


def as_rate(x: Any) -> Rate:
    """A Rate as it is; a number as a Constant. Raises InvalidValue for anything else."""
    if isinstance(x, Rate):
        return x
    if callable(x) or isinstance(x, str):
        raise InvalidValue(f"{x!r} is not a rate: {_HOW}")
    return Constant(x)


@dataclass(frozen=True, eq=False)
class Constant(Rate):
    """The same value at every voltage."""

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", number("value", self.value, array=False))

    def code(self, v: str = "v", choice: str = PYTHON) -> str:
        return f"({self.value!r})"

    def shifted(self, dv: float) -> Rate:
        return self

    def _value(self, v: Any) -> Any:
        return np.float64(self.value)

    def _typeset(self, v: str, s: _Setter) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True, eq=False)
class Voltage(Rate):
    """The voltage itself (mV); V is the one to write formulas with."""

    def code(self, v: str = "v", choice: str = PYTHON) -> str:
        return v

    def shifted(self, dv: float) -> Rate:
        return as_rate(self - dv)

    def _value(self, v: Any) -> Any:
        return v

    def _typeset(self, v: str, s: _Setter) -> str:
        return v


V = Voltage()


@dataclass(frozen=True, eq=False)
class _Form(Rate):
    """What the three forms share: a rate (1/ms, or a plain number), a midpoint (mV) and a scale (mV)."""

    rate: float
    midpoint: float
    scale: float

    def __post_init__(self) -> None:
        form = type(self).__name__
        for name in ("rate", "midpoint", "scale"):
            object.__setattr__(self, name, number(f"{form}.{name}", getattr(self, name), array=False))
        if self.scale == 0:
            raise InvalidValue(f"{form}.scale = 0 is not allowed; allowed: any other number of mV")

    def _of(self, x: Any, f: Mapping[str, Callable[..., Any]]) -> Any:
        """The form of x = (v - midpoint) / scale, numbers or a rate, with the functions f that these need."""
        raise NotImplementedError

    @cached_property
    def _formula(self) -> Rate:
        return as_rate(self._of((V - self.midpoint) / self.scale, _OF_RATES))

    def code(self, v: str = "v", choice: str = PYTHON) -> str:
        return self._formula.code(v, choice)

    def shifted(self, dv: float) -> Rate:
        return replace(self, midpoint=self.midpoint + dv)

    def _value(self, v: Any) -> Any:
        return self._of((v - self.midpoint) / self.scale, ARRAYS)


@dataclass(frozen=True, eq=False)
class Exp(_Form):
    """rate * exp((v - midpoint) / scale)"""

    def _of(self, x: Any, f: Mapping[str, Callable[..., Any]]) -> Any:
        return self.rate * f["exp"](x)

    def _typeset(self, v: str, s: _Setter) -> str:
        return s.coefficient(self.rate) + s.exp % _exponent(v, self.midpoint, self.scale)


@dataclass(frozen=True, eq=False)
class Sigmoid(_Form):
    """rate / (1 + exp(-(v - midpoint) / scale))"""

    def _of(self, x: Any, f: Mapping[str, Callable[..., Any]]) -> Any:
        return self.rate / (1.0 + f["exp"](-x))

    def _typeset(self, v: str, s: _Setter) -> str:
        return s.fraction % (f"{self.rate:g}", "1 + " + s.exp % _exponent(v, self.midpoint, -self.scale))


@dataclass(frozen=True, eq=False)
class LinExp(_Form):
    """rate * x / (1 - exp(-x)) with x = (v - midpoint) / scale; equals `rate` at the midpoint, without 0/0."""

    def _of(self, x: Any, f: Mapping[str, Callable[..., Any]]) -> Any:
        return self.rate * f["linexp"](x)

    def _typeset(self, v: str, s: _Setter) -> str:
        # As papers print it: the slope rate/scale times the distance from the midpoint.
        slope, below = self.rate / self.scale, "1 - " + s.exp % _exponent(v, self.midpoint, -self.scale)
        return s.fraction % (s.coefficient(slope) + _distance(v, self.midpoint, bracket=True), below)


@dataclass(frozen=True, eq=False)
class Operation(Rate):
    """Rates joined by an operator or taken a function of; written with operators and NumPy's functions, never by hand.

    op: one of ``+ - * / **``, a name in ARRAYS, or one of ``< <= > >= & |``: a condition, which is 1 where it
    holds and 0 elsewhere.
    """

    op: str
    args: tuple[Rate, ...]

    def __bool__(self) -> bool:
        if self.op not in _CONDITIONS:
            return True
        raise InvalidValue(
            "whether a rate is larger depends on V: write np.maximum(a, b) for max(a, b), np.minimum(a, b) for "
            "min(a, b), Piecewise(V < -50, a, b) for a choice, (V > a) & (V < b) for a range"
        )

    def code(self, v: str = "v", choice: str = PYTHON) -> str:
        parts, op = [x.code(v, choice) for x in self.args], self.op
        if op == "where":
            return choice.format(*parts)
        if op == "**" and not (isinstance(self.args[1], Constant) and self.args[1].value.is_integer()):
            op = "power"  # Python's own is complex where the base is negative
        op = {"&": "min", "|": "max"}.get(op, op)
        if op.isidentifier():
            return f"{op}({', '.join(parts)})"
        text = f"({f' {op} '.join(parts)})"
        return f"({text} * 1.0)" if op in _CONDITIONS else text

    def shifted(self, dv: float) -> Rate:
        return Operation(self.op, tuple(x.shifted(dv) for x in self.args))

    def _value(self, v: Any) -> Any:
        if self.op == "where":
            condition, *branches = self.args
            return _where(condition._value(v), *(partial(x._value, v) for x in branches))
        return _OPERATIONS[self.op](*(x._value(v) for x in self.args))

    def _typeset(self, v: str, s: _Setter) -> str:
        parts, op = [x._typeset(v, s) for x in self.args], self.op
        if op == "where":
            return s.piecewise % (parts[1], parts[0], parts[2])
        if op.isidentifier():
            return s.functions.get(op, s.function % (op, "%s")) % ", ".join(parts)
        (left, right), (a, b) = self.args, parts
        match op:
            case "/":
                return s.fraction % (a, b)
            case "**":
                plain = isinstance(left, Voltage | Constant) and not a.startswith("-")
                return s.power % (a if plain else s.bracket % a, b)
            case "*":
                b = s.bracket % b if _is_sum(right) or b.startswith("-") else b
                if isinstance(left, Constant):
                    return s.coefficient(left.value) + b
                return (s.bracket % a if _is_sum(left) else a) + s.times + b
            case "+" if b.startswith("-"):
                return f"{a} - {b[1:]}"
            case "-" if _is_sum(right) or b.startswith("-"):
                return f"{a} - {s.bracket % b}"
        return f"{a} {s.signs.get(op, op)} {b}"


def Piecewise(condition: Any, then: Any, otherwise: Any) -> Rate:
    """One rate where a condition such as ``V < -50`` holds, another elsewhere; it may be one of them in turn."""
    if not (isinstance(condition, Operation) and condition.op in _CONDITIONS):
        raise InvalidValue(f"condition = {condition!r}; write a comparison, as in V < -50")
    return Operation("where", (condition, as_rate(then), as_rate(otherwise)))


_OF_RATES: dict[str, Callable[..., Any]] = {
    name: lambda *args, name=name: Operation(name, args) for name in ("exp", "linexp")
}
_OPERATIONS: dict[str, Callable[..., Any]] = ARRAYS | {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "<": lambda a, b: (a < b) * 1.0, "<=": lambda a, b: (a <= b) * 1.0, ">": lambda a, b: (a > b) * 1.0,
    ">=": lambda a, b: (a >= b) * 1.0, "&": np.minimum, "|": np.maximum,
}  # fmt: skip

#: What NumPy's functions are of rates: the name of an operation, or what is made of them.
_NUMPY: dict[Any, str | Callable[..., Any]] = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.power: "**", np.float_power: "**",
    np.less: "<", np.less_equal: "<=", np.greater: ">", np.greater_equal: ">=",
    np.bitwise_and: "&", np.logical_and: "&", np.bitwise_or: "|", np.logical_or: "|",
    np.absolute: "abs", np.fabs: "abs", np.exp: "exp", np.expm1: "expm1", np.sqrt: "sqrt", np.log: "log",
    np.tanh: "tanh", np.sinh: "sinh", np.cosh: "cosh",
    np.maximum: "max", np.fmax: "max", np.minimum: "min", np.fmin: "min",
    np.negative: lambda x: -1.0 * x, np.positive: lambda x: x, np.square: lambda x: x**2,
    np.reciprocal: lambda x: 1.0 / x, np.where: Piecewise,
    np.clip: lambda x, low, high: np.minimum(np.maximum(x, low), high),
}  # fmt: skip


def _numpy(function: Any, *args: Any, **keys: Any) -> Any:
    """What one of NumPy's functions gives for rates. Raises InvalidValue for those that mean nothing here."""
    if function in (np.bitwise_xor, np.remainder, np.floor_divide, np.matmul):
        raise InvalidValue("rates know + - * / and **: a power is written rate ** 2, not rate ^ 2")
    if function not in _NUMPY or keys:
        raise InvalidValue(
            f"NumPy's {getattr(function, '__name__', 'reduce')} takes no rates; those that do are exp, sqrt, log, "
            "sinh, cosh, tanh, abs, square, maximum, minimum, clip, where"
        )
    made = _NUMPY[function]
    return Operation(made, tuple(map(as_rate, args))) if isinstance(made, str) else made(*args)


@dataclass(frozen=True)
class _Setter:
    """How one typesetting language writes the few constructs that rates need."""

    fraction: str
    power: str
    bracket: str
    exp: str
    times: str
    function: str
    functions: dict[str, str]
    piecewise: str
    signs: dict[str, str]

    def coefficient(self, x: float) -> str:
        return "" if x == 1 else "-" if x == -1 else f"{x:g}" + self.times


_LATEX = _Setter(
    r"\frac{%s}{%s}", "{%s}^{%s}", r"\left(%s\right)", "e^{%s}", r"\,", r"\%s\left(%s\right)",
    {"exp": "e^{%s}", "sqrt": r"\sqrt{%s}", "abs": r"\left|%s\right|", "log": r"\ln\left(%s\right)",
     "expm1": r"\left(e^{%s} - 1\right)"},
    r"\left\{%s\ \mathrm{if}\ %s,\ \mathrm{else}\ %s\right.",
    {"<=": r"\leq", ">=": r"\geq", "&": r"\ \mathrm{and}\ ", "|": r"\ \mathrm{or}\ "},
)  # fmt: skip
_TYPST = _Setter(
    "frac(%s, %s)", "%s^(%s)", "(%s)", "e^(%s)", " thin ", "%s(%s)",
    {"exp": "e^(%s)", "log": "ln(%s)", "expm1": "(e^(%s) - 1)"},
    'cases(%s & "if" %s, %s & "else")', {"&": '"and"', "|": '"or"'},
)  # fmt: skip


def _is_sum(x: Rate) -> bool:
    return isinstance(x, Operation) and not x.op.isidentifier() and x.op not in ("*", "/", "**")


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

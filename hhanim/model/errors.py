"""What the model layer refuses, each in one line that names the value, the allowed range and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from hhanim.errors import HHError as HHError

P = ParamSpec("P")
R = TypeVar("R")

STORE_LIMIT = (
    256 * 2**20
)  # bytes of states that are stored unless told otherwise; more than eight times that is refused


class InvalidValue(HHError):  # noqa: N818 - the names say it
    """A number that is not finite, has the wrong sign or lies outside its range."""


class UnknownName(HHError):  # noqa: N818
    """A parameter, gate, channel, state or preset that does not exist here."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        known = sorted(set(known), key=lambda k: (k.lower(), k))
        folded = {k.lower(): k for k in known}
        close = difflib.get_close_matches(str(name).lower(), list(folded), n=1, cutoff=0.5)
        hint = f"did you mean {folded[close[0]]}? " if close else ""
        super().__init__(f"unknown {kind} {short(name)}: {hint}known are {', '.join(known) or 'none'}")
        self.name, self.known = name, tuple(known)


class UnitsWarning(UserWarning):
    """A number that is allowed but looks as if other units, or something else, were meant."""


class DuplicateName(HHError):  # noqa: N818
    """Two gates or two channels of one membrane share a name."""


class UnstableStep(HHError):  # noqa: N818
    """A time step too large for the named fixed-step method, or a run that blew up."""


class SolverFailure(HHError):  # noqa: N818
    """The adaptive solver could not reach the end of the run."""


def number(
    name: str,
    value: Any,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    unit: str = "",
    above: float | None = None,
    array: bool | int = True,
    endless: bool = False,
) -> Any:
    """Check one quantity and return it as a float or, where a batch is allowed, as a read-only array (N,).

    array: whether, or up to how many axes, an array is allowed; endless: whether infinity is. Raises
    InvalidValue if it is not numeric, not finite, outside [low, high] or not strictly greater than `above`.
    """
    if (
        type(value) is float
        and low <= value <= high
        and abs(value) < np.inf
        and (above is None or value > above)
    ):
        return value  # as it is nearly always
    allowed = f"more than {above:g}" if above is not None else _range(low, high)
    allowed += f" {unit}" if unit else ""
    try:
        if np.asarray(value).dtype.kind in "USbMm":  # numpy reads "50" and True as numbers
            raise ValueError
        x: NDArray[np.float64] = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue(f"{name} = {short(value)} is not a number; allowed: {allowed}") from None
    if x.ndim > array:
        raise InvalidValue(f"{name} has shape {x.shape}; give a number{' or an array (N,)' if array else ''}")
    if x.size == 0:
        raise InvalidValue(f"{name} is empty; give at least one value")
    bad = ~(np.isfinite(x) | (endless & (x == np.inf))) | (x < low) | (x > high)
    if above is not None:
        bad |= x <= above
    if np.any(bad):
        worst = float(x[bad][0]) if x.ndim else float(x)
        raise InvalidValue(f"{name} = {worst:g} is not allowed; allowed: {allowed}")
    if x.ndim == 0:
        return float(x)
    x.flags.writeable = False
    return x


def fits(samples: float, states: float, instead: str) -> None:
    """Refuse what would fill the memory: so many samples of so many states; `instead` says what to give."""
    stored = samples * states * 8
    if not stored <= 8 * STORE_LIMIT:
        raise InvalidValue(
            f"this run would hold {samples:.2g} samples of {states:g} states, {stored / 2**30:.3g} GiB; give {instead}"
        )


def short(value: Any) -> str:
    """A value as it is shown in a message: on one line, of at most 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def whole(name: str, value: Any, low: int, high: float = np.inf, *, array: bool = False) -> Any:
    """Check a count and return it as an int, or as a read-only array (N,). Raises InvalidValue if it is not whole."""
    x = number(name, value, array=array)
    if isinstance(value, bool | str) or np.any((x != np.round(x)) | (x < low) | (x > high)):
        up_to = "" if high == np.inf else f" {high:,.0f}"
        raise InvalidValue(
            f"{name} = {short(value)} is not allowed; allowed: {low}, {low + 1}, {low + 2} …{up_to}"
        )
    return x if np.ndim(x) else int(x)


def worded(make: Callable[P, R], name: str) -> Callable[P, R]:
    """`make` under a name of its own; a call that does not fit is told what it takes (UnknownName, InvalidValue)."""
    form = signature(make)
    known = [p for p in form.parameters if p != "self"]

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        for word in kwargs:
            if word not in known:
                raise UnknownName(f"word in {name}(…)", word, known)
        try:
            form.bind(*args, **kwargs)
        except TypeError as error:
            raise InvalidValue(f"{name}(…): {error}; it takes {', '.join(known)}") from None
        return make(*args, **kwargs)

    made.__name__ = made.__qualname__ = name
    return made


def _range(low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return "any finite number"
    if np.isinf(high):
        return f"{low:g} or more"
    if np.isinf(low):
        return f"{high:g} or less"
    return f"{low:g} to {high:g}"

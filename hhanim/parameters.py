"""What a scene's parameters may be, and their one reading: from the command line, Python or a project file.

A scene's signature is its schema: every keyword of a clip and every annotated attribute of a film has a default and
one of the annotations of :data:`KINDS`. A ``Membrane`` is given as the name of a preset and opens that membrane's own
parameters (``gNa``, ``celsius``, ``ttx`` …) too, a ``Protocol`` as the text of a stimulus, a ``Theme`` by its name, and
a ``Start`` says where the membranes start. Units and ranges stand in the annotation.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from annotated_types import Interval, Unit

from hhanim import look, model
from hhanim.errors import did_you_mean
from hhanim.model import HHError, presets
from hhanim.model.solve import as_protocol

if TYPE_CHECKING:  # a scene writes a name or a text for each of these, and is given the object
    Membrane: TypeAlias = model.Membrane | Any
    Protocol: TypeAlias = model.Protocol | Any
    Start: TypeAlias = str
    Theme: TypeAlias = look.Theme | Any
else:
    Membrane, Protocol, Start, Theme = model.Membrane, model.Protocol, model.Start, look.Theme

Frames = Annotated[int, Interval(ge=2, le=1_000_000)]
Seconds = Annotated[float, Interval(ge=0.04, le=36_000), Unit("s")]
Milliseconds = Annotated[float, Interval(ge=1e-3, le=1e6), Unit("ms")]

KINDS: dict[str, Any] = {
    **{kind.__name__: kind for kind in (int, float, str, bool, tuple, list, Interval, Unit)},
    **{kind.__name__: kind for kind in (model.Membrane, model.Protocol, model.Start, look.Theme)},
    "Literal": Literal,
    "Annotated": Annotated,
    "None": None,
    "Frames": Frames,
    "Seconds": Seconds,
    "Milliseconds": Milliseconds,
}

TIME_BASE = {"frames": Frames, "seconds": Seconds}
"""What these names mean in every scene, however they are annotated: how often it changes and how long it lasts."""

Declared = Mapping[str, tuple[Any, Any]]
"""A scene's signature: parameter → annotation (as text or as itself) and default."""


class ParameterError(HHError):
    """A value that a parameter cannot have; ``parameter`` names it."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter

    def __reduce__(self) -> tuple[type[ParameterError], tuple[str, str]]:
        return type(self), (str(self), self.parameter)


@dataclass(frozen=True)
class Values:
    """What a scene is run with.

    objects: what it receives: numbers, a Membrane, a Protocol. plain: the same as JSON, every parameter of the membrane
    spelt out, for the sidecar and the key. given: the names that were set by the caller.
    """

    objects: Mapping[str, Any]
    plain: Mapping[str, Any]
    given: frozenset[str]


def bind(scene: str, declared: Declared, given: Mapping[str, Any]) -> Values:
    """Check what was given (parameter → value) against the signature of the scene of that name; fill in the defaults.

    Text is read as the parameter's annotation says. Raises ParameterError for an unknown name, a value of the wrong
    kind, not finite or out of range.
    """
    kinds = {name: kind(annotation, name) for name, (annotation, _) in declared.items()}
    raw = {name: given.get(name, default) for name, (_, default) in declared.items()}
    objects = {name: _value(name, raw[name], kinds[name]) for name in declared}
    membranes = [name for name in declared if kinds[name] is model.Membrane]
    for name in (n for n in given if n not in declared):
        _set_in_membranes(scene, objects, membranes, name, given[name])
    for name in (n for n in declared if kinds[n] is model.Start):
        for membrane in membranes:
            _refusing(name, objects[name], objects[membrane].initial)
    plain = {name: _plain(value) for name, value in objects.items()}
    for name in membranes:
        if isinstance(raw[name], str):  # of a file the name: where it lies does not matter
            plain[name] = Path(raw[name]).name
        for key, value in objects[name].parameters.items():
            known = key if len(membranes) == 1 else f"{name}.{key}"
            if known not in declared:  # a scene's own parameter of that name stands for the membrane's
                plain[known] = _plain(value)
    return Values(objects, plain, frozenset(given))


def names(declared: Declared, given: Mapping[str, Any]) -> list[str]:
    """Every name that can be given for a scene, those of its membranes included."""
    known = dict.fromkeys(declared)
    for name, (annotation, default) in declared.items():
        if kind(annotation, name) is model.Membrane:
            known |= dict.fromkeys(_value(name, given.get(name, default), model.Membrane).parameters)
    return list(known)


def spelt(declared: Declared, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, one value in one spelling: 18.50 as 18.5, Modern as modern, numpy's numbers as numbers."""
    kinds = {name: kind(annotation, name) for name, (annotation, _) in declared.items()}
    return {name: _spelt(value, kinds.get(name, float)) for name, value in given.items()}


def _spelt(value: Any, wanted: Any) -> Any:
    value = _as_python(value, wanted)
    if not isinstance(value, str) or wanted in (str, model.Start):
        return value
    if wanted is model.Membrane:
        known = value.lower().replace("-", "_")
        return known if known in presets.names() else value
    for number in (int, float):
        with contextlib.suppress(ValueError, OverflowError):
            return repr(number(value)).removesuffix(".0")
    return value


def kind(annotation: Any, name: str = "") -> Any:
    """The type behind an annotation, from the small vocabulary of :data:`KINDS`. Raises ParameterError for another."""
    if name in TIME_BASE:
        return TIME_BASE[name]
    try:
        return _evaluated(annotation) if isinstance(annotation, str) else annotation
    except Exception as error:
        raise ParameterError(
            f"parameter {name} is annotated {annotation}; use {', '.join(KINDS)}", name
        ) from error


class _LastWords(ast.NodeTransformer):
    """``hh.Membrane`` as ``Membrane``."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.Name:
        return ast.copy_location(ast.Name(node.attr, ast.Load()), node)


@functools.cache
def _evaluated(text: str) -> Any:
    tree = _LastWords().visit(ast.parse(text.strip("'\""), mode="eval"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in KINDS:
            raise ValueError(node.id)
        if isinstance(node, ast.operator) and not isinstance(node, ast.BitOr):
            raise ValueError("nothing is calculated")
    # Only the names above and literals can occur in it.
    return eval(compile(tree, "annotation", "eval"), {"__builtins__": {}}, KINDS)


def _value(name: str, raw: Any, wanted: Any) -> Any:
    if wanted is model.Membrane:
        if not isinstance(raw, str | model.Membrane):
            raise _refused(name, raw, f"give the name of a model: {', '.join(presets.names())}")
        return _refusing(name, raw, lambda given: _single(presets.get(given)))
    if wanted is model.Protocol:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float | model.Protocol):
            raise _refused(name, raw, "give a stimulus such as step(10, start=5)")
        return _refusing(name, raw, lambda given: _single(as_protocol(given)))
    if wanted is look.Theme:
        return _refusing(name, raw, look.get_theme)
    return _checked(name, raw, str if wanted is model.Start else wanted)


def _single(what: Any) -> Any:
    """A membrane or a stimulus, which must be no batch."""
    if what.batch is not None:
        raise HHError(f"this is of {what.batch} neurons; give one number where it has several")
    return what


def _checked(name: str, raw: Any, wanted: Any) -> Any:
    from pydantic import ValidationError

    try:
        value = _read(raw, wanted) if isinstance(raw, str) else _as_python(raw, wanted)
        return _adapter(wanted).validate_python(value, strict=not isinstance(raw, str))
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Input ")
        if bounds := next((p for p in _parts(wanted) if isinstance(p, Interval)), None):
            unit = "".join(f" {p.unit}" for p in _parts(wanted) if isinstance(p, Unit))
            if "than" in first["type"]:
                reason = f"must be {bounds.ge:g} to {bounds.le:g}{unit}"
        raise _refused(name, raw, reason[0].lower() + reason[1:]) from None


@functools.cache
def _adapter(wanted: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(wanted, config=ConfigDict(allow_inf_nan=False))


def _parts(wanted: Any) -> Iterable[Any]:
    """A type and everything it is made of."""
    yield wanted
    if get_origin(wanted) in (Union, types.UnionType, Annotated):
        for part in get_args(wanted):
            yield from _parts(part)


def _read(text: str, wanted: Any) -> Any:
    """Text with the form that the annotation asks for; numbers and truth values are read from it later."""
    word, parts = text.strip(), list(_parts(wanted))
    if word.lower() in ("none", "") and (type(None) in parts or None in parts):
        return None
    for part in parts:
        if get_origin(part) is Literal:
            found = [choice for choice in get_args(part) if str(choice) == word]
            return found[0] if found else text
        if get_origin(part) in (tuple, list):
            return tuple(w for w in word.strip("()[]").replace(";", ",").split(",") if w.strip())
    return text


def _as_python(value: Any, wanted: Any) -> Any:
    """A TOML array as the tuple, and numpy's scalar as the number, that a scene wants."""
    if isinstance(value, list) and any(get_origin(part) is tuple for part in _parts(wanted)):
        return tuple(value)
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", 1) == 0 else value


def _set_in_membranes(scene: str, objects: dict[str, Any], membranes: list[str], name: str, raw: Any) -> None:
    """Set a membrane's own parameter; ``model.gNa`` names the membrane, ``gNa`` means all that have it."""
    head, _, key = name.rpartition(".")
    targets = [m for m in membranes if head in ("", m) and key in objects[m].parameters]
    if not targets:
        known = dict.fromkeys([*objects, *(k for m in membranes for k in objects[m].parameters)])
        raise ParameterError(f"{scene} has no parameter {name}{did_you_mean(key, known)}", name)
    value = _checked(name, raw, float)
    for target in targets:
        objects[target] = _refusing(name, raw, lambda _, m=objects[target]: m.with_(**{key: value}))


def _refusing(name: str, raw: Any, read: Any) -> Any:
    """What ``read`` makes of a value; what it refuses, with the parameter's name."""
    try:
        return read(raw)
    except ParameterError:
        raise
    except HHError as error:
        raise _refused(name, raw, str(error)) from error.__cause__


def _refused(name: str, raw: Any, reason: str) -> ParameterError:
    text = raw if isinstance(raw, str) else repr(raw)
    text = text if len(text) <= 60 else text[:57] + "…"
    return ParameterError(reason if reason.startswith(f"{name} ") else f"{name} = {text}: {reason}", name)


def _plain(value: Any) -> Any:
    """As JSON."""
    if isinstance(value, model.Protocol):
        return str(value)
    if isinstance(value, model.Membrane | look.Theme):
        return value.name
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value

"""One validation for what a scene is given, wherever it comes from: ``--set``, Python or TOML.

A scene's signature is its schema: every keyword has a literal default and an annotation. A keyword annotated
``Membrane`` takes the name of a preset and opens that membrane's own parameters (``gNa``, ``celsius``,
``ttx`` …) too; a keyword annotated ``Protocol`` takes the text of a stimulus, one annotated ``Start`` where the
membranes start.
"""

from __future__ import annotations

import ast
import functools
import math
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from hhanim.model import HHError, Membrane, Protocol, Start, parse, presets
from hhanim.studio.errors import ParameterError, StudioError, UsageError, did_you_mean
from hhanim.studio.mends import known
from hhanim.studio.plan.catalogue import Entry, Parameter

MAX_FRAMES = 1_000_000

_NAMES: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "tuple": tuple,
    "list": list,
    "Literal": Literal,
    "Annotated": Annotated,
    "Field": Field,
    "Membrane": Membrane,
    "Protocol": Protocol,
    "Start": Start,
    "None": None,
}

# What a name promises whatever the scene: a clip has at least two frames and lasts.
_RANGES: dict[str, tuple[float, float, str]] = {
    "frames": (2, MAX_FRAMES, ""),
    "seconds": (0.04, 36_000, " s"),
    "duration": (1e-3, 1e6, " ms"),
}


@dataclass(frozen=True)
class Values:
    """What a scene is run with.

    Args:
        objects: what the scene receives: numbers, a :class:`Membrane`, a :class:`Protocol`.
        plain: the same as JSON, every parameter of the membrane spelt out: what the sidecar and the cache key
        hold.
        given: the names that were set by the caller, in ``plain``'s spelling.
    """

    objects: Mapping[str, Any]
    plain: Mapping[str, Any]
    given: frozenset[str]


def resolve(entry: Entry, given: Mapping[str, Any] | None = None) -> Values:
    """Check what was given against the scene's signature, and fill in the defaults.

    Args:
        entry: the scene.
        given: parameter → value; text (as from ``--set``) is read by the parameter's annotation.

    Raises:
        UsageError: for an unknown name, a value of the wrong kind, not finite or out of range.
    """
    given = dict(given or {})
    own = {p.name: p for p in entry.parameters}
    objects: dict[str, Any] = {}
    for name, parameter in own.items():
        kind = annotation(parameter, entry)
        raw = given.get(name, parameter.default)
        objects[name] = (
            _protocol(name, raw)
            if kind is Protocol
            else _membrane(name, raw)
            if kind is Membrane
            else _value(name, raw, str if kind is Start else kind)
        )
    membranes = [name for name, value in objects.items() if isinstance(value, Membrane)]
    for name in (n for n in given if n not in own):
        _set_membrane(entry, objects, membranes, name, given[name])
    for name in (p.name for p in entry.parameters if annotation(p, entry) is Start):
        _check_start(name, objects[name], [objects[m] for m in membranes])
    plain = {name: _plain(value) for name, value in objects.items()}
    for name in membranes:
        source = given.get(name, own[name].default)
        plain[name] = str(source) if isinstance(source, str) else objects[name].name
        for key, value in objects[name].parameters.items():
            known = key if len(membranes) == 1 else f"{name}.{key}"
            if known not in own:  # a scene's own parameter of that name stands for the membrane's
                plain[known] = _plain(value)
    return Values(objects, plain, frozenset(given))


def names(entry: Entry, given: Mapping[str, Any] | None = None) -> list[str]:
    """Every name that ``--set`` takes for this scene, those of its membranes included."""
    known = [p.name for p in entry.parameters]
    for parameter in entry.parameters:
        if annotation(parameter, entry) is Membrane:
            source = (given or {}).get(parameter.name, parameter.default)
            known += [k for k in _membrane(parameter.name, source).parameters if k not in known]
    return known


def annotation(parameter: Parameter, entry: Entry) -> Any:
    """The type a parameter is annotated with, from a small vocabulary.

    Raises:
        UsageError: when the scene uses another.
    """
    try:
        return _evaluate(parameter.type)
    except Exception as error:
        raise UsageError(
            f"scene {entry.name}: parameter {parameter.name} is annotated {parameter.type}; "
            f"use {', '.join(k for k in _NAMES if k not in ('Annotated', 'Field'))}"
        ) from error


@functools.cache
def _evaluate(text: str) -> Any:
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in _NAMES):
            raise ValueError(ast.unparse(node))
    return eval(text, {"__builtins__": {}}, _NAMES)  # only the names above and literals can occur in it


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=ConfigDict(strict=True, allow_inf_nan=False))


def _value(name: str, raw: Any, kind: Any) -> Any:
    value = _read(raw, kind) if isinstance(raw, str) else _listless(raw, kind)
    try:
        value = _adapter(kind).validate_python(value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Input ")
        raise ParameterError(f"{name} = {_shown(raw)}: {reason[0].lower()}{reason[1:]}", name) from None
    low, high, unit = _RANGES.get(name, (-math.inf, math.inf, ""))
    if isinstance(value, int | float) and not low <= value <= high:
        raise ParameterError(f"{name} = {_shown(raw)}: must be {low:g} to {high:g}{unit}", name)
    return value


def _read(text: str, kind: Any) -> Any:
    """Text from the command line as what its annotation says; what cannot be read stays text and is refused
    later."""
    members = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    word = text.strip()
    if type(None) in members and word.lower() in ("none", ""):
        return None
    for member in members:
        origin = get_origin(member)
        base = get_args(member)[0] if origin is Annotated else member
        if base is bool and word.lower() in ("true", "yes", "on", "1", "false", "no", "off", "0"):
            return word.lower() in ("true", "yes", "on", "1")
        if base is int:
            try:
                return int(word)
            except ValueError:
                pass
        if base is float:
            try:
                return float(word)
            except ValueError:
                pass
        if get_origin(base) in (tuple, list):
            parts = [p for p in word.strip("()[]").replace(";", ",").split(",") if p.strip()]
            inner = [a for a in get_args(base) if a is not Ellipsis]
            read = [_read(p, inner[min(k, len(inner) - 1)]) for k, p in enumerate(parts)] if inner else parts
            return tuple(read) if get_origin(base) is tuple else read
        if origin is Literal:
            return next((choice for choice in get_args(member) if str(choice) == word), word)
    return text


def _listless(value: Any, kind: Any) -> Any:
    """A TOML array where the scene wants a tuple."""
    wants_tuple = any(get_origin(k) is tuple for k in (kind, *get_args(kind)))
    if isinstance(value, list) and wants_tuple:
        return tuple(float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in value)
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", 1) == 0 else value  # a numpy scalar


def _protocol(name: str, raw: Any) -> Protocol:
    if isinstance(raw, Protocol):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ParameterError(f"{name} = {_shown(raw)}: give a stimulus such as step(10, start=5)", name)
    try:
        return parse(str(raw))
    except HHError as error:
        raise _refused(name, raw, error) from None


def _membrane(name: str, raw: Any) -> Membrane:
    if isinstance(raw, Membrane):
        return raw
    if not isinstance(raw, str):
        raise ParameterError(
            f"{name} = {_shown(raw)}: give the name of a model: {', '.join(presets.names())}", name
        )
    try:
        return presets.get(raw)
    except HHError as error:
        raise _refused(name, raw, error) from None


def _set_membrane(entry: Entry, objects: dict[str, Any], membranes: list[str], name: str, raw: Any) -> None:
    """Set a membrane's own parameter; ``model.gNa`` names the membrane, ``gNa`` means all that have it."""
    head, _, tail = name.rpartition(".")
    key = tail or name
    targets = [m for m in membranes if head in ("", m) and key in objects[m].parameters]
    if not targets:
        known = [p.name for p in entry.parameters] + [k for m in membranes for k in objects[m].parameters]
        raise ParameterError(
            f"{entry.name} has no parameter {name}{did_you_mean(key, dict.fromkeys(known))}", name
        )
    value = _value(name, raw, float)
    for target in targets:
        try:
            objects[target] = objects[target].with_(**{key: value})
        except HHError as error:
            raise _refused(name, raw, error) from None


def _refused(name: str, raw: Any, error: HHError) -> StudioError:
    """What the model says, with the value unless it says it itself; or what a model's file lacks."""
    if isinstance(error.__cause__, ImportError) and (missing := known(error.__cause__)):
        return type(missing)(f"{name} = {_shown(raw)}: {missing}")
    said = str(error)
    return ParameterError(said if said.startswith(f"{name} ") else f"{name} = {_shown(raw)}: {said}", name)


def _check_start(name: str, text: str, membranes: list[Membrane]) -> None:
    """Whether the membranes can start there."""
    for membrane in membranes:
        try:
            membrane.initial(text)
        except HHError as error:
            raise _refused(name, text, error) from None


def _plain(value: Any) -> Any:
    """As JSON."""
    if isinstance(value, Protocol):
        return str(value)
    if isinstance(value, Membrane):
        return value.name
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def _shown(raw: Any) -> str:
    text = raw if isinstance(raw, str) else repr(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def simulation(model: str, stimulus: str, assignments: Mapping[str, Any]) -> tuple[Membrane, Protocol]:
    """The membrane and the protocol of ``hhanim simulate``.

    Raises:
        UsageError: for an unknown model or parameter, a value out of range, a stimulus that cannot be read.
    """
    keywords = (Parameter("model", "Membrane", model), Parameter("stimulus", "Protocol", stimulus))
    entry = Entry("simulate", "run", "", "", keywords, Path(), "", "")
    values = resolve(entry, assignments)
    return values.objects["model"], values.objects["stimulus"]

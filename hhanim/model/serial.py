"""Membranes, protocols and rates as plain data (JSON) and back, for files, keys and other languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from hhanim.model import channel, membrane, protocol, rates
from hhanim.model.errors import InvalidValue

_TYPES = {
    cls.__name__: cls
    for module in (rates, channel, membrane, protocol)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls) and not cls.__name__.startswith("_")
}


def to_data(x: Any) -> Any:
    """Plain lists, numbers, strings and dicts; a model object becomes {"type": its class, field: value, ...}."""
    if type(x).__name__ in _TYPES and is_dataclass(x):
        # A gate derives one pair of its rates from the other: only what was given is written.
        skip = set()
        if isinstance(x, channel.Gate):
            skip = {"inf", "tau"} if x.from_rates else {"alpha", "beta"}
        body = {f.name: to_data(getattr(x, f.name)) for f in fields(x) if f.init and f.name not in skip}
        return {"type": type(x).__name__, **body}
    if isinstance(x, np.ndarray):
        return x.tolist()
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, Mapping):
        return {str(k): to_data(v) for k, v in x.items()}
    if isinstance(x, (tuple, list)):
        return [to_data(v) for v in x]
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    raise InvalidValue(f"{x!r} cannot be written as data")


def from_data(data: Any) -> Any:
    """The object that to_data() wrote. Raises InvalidValue for an unknown type."""
    if isinstance(data, list):
        return tuple(from_data(v) for v in data)
    if not isinstance(data, dict):
        return data
    values = {k: from_data(v) for k, v in data.items() if k != "type"}
    if "type" not in data:
        return values
    if data["type"] not in _TYPES:
        raise InvalidValue(f"unknown type {data['type']!r} in data; known are {', '.join(sorted(_TYPES))}")
    return _TYPES[data["type"]](**values)


def digest(x: Any) -> str:
    """SHA-256 of an object's data: equal for equal physics, whatever the process or machine."""
    text = json.dumps(to_data(x), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

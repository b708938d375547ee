"""What the frozen objects of the model share: equality, hash and what travels to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np


class Frozen:
    """Base of a ``@dataclass(frozen=True, eq=False)`` whose fields may hold arrays, lists and mappings.

    Two are equal if they are of one class and all their fields are equal, arrays value by value; equal ones have
    equal hashes. Fields declared with ``compare=False`` do not count. What else an object keeps in its ``__dict__``,
    as cached properties do, is neither compared nor pickled.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or self._values == other._values

    __ne__ = object.__ne__  # the opposite, whatever else a class inherits

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: self.__dict__[f.name] for f in fields(self)}  # type: ignore[arg-type]

    @property
    def _values(self) -> tuple[Any, ...]:
        return tuple(hashable(getattr(self, f.name)) for f in fields(self) if f.compare)  # type: ignore[arg-type]

    @cached_property
    def _hash(self) -> int:
        return hash((type(self), self._values))


def hashable(x: Any) -> Any:
    """Something hashable that is equal for equal values of x: an array, a mapping, a list, or x itself."""
    if isinstance(x, np.ndarray):
        return x.shape, (x + 0.0).tobytes()  # -0.0 equals 0.0
    if isinstance(x, Mapping):
        return frozenset((key, hashable(value)) for key, value in x.items())
    if isinstance(x, list | tuple):
        return tuple(map(hashable, x))
    return x

"""Ready-made membranes, one file per paper or course, each naming its source.

Every module in this folder is read, and every Membrane in capitals in it is a preset: to add one, add a file.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from hhanim import user_code
from hhanim.model.errors import HHError, UnknownName
from hhanim.model.membrane import Membrane

P = ParamSpec("P")
R = TypeVar("R")

_found: dict[str, Membrane] = {}
for _info in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_info.name}")
    for _name, _value in vars(_module).items():
        if _name.isupper() and isinstance(_value, Membrane):
            _found[_name] = _value

asked: set[str] = set()
"""The names, lower case, of the presets that somebody has asked for: what a film may depend on."""


def __getattr__(name: str) -> Membrane:
    """A preset by its name in capitals, as in ``presets.MODERN``."""
    if name not in _found:
        raise AttributeError(f"no preset {name}; there are {', '.join(_found)}")
    asked.add(name.lower())
    return _found[name]


def names() -> list[str]:
    """The names of all presets, lower case, in alphabetical order."""
    return sorted(name.lower() for name in _found)


def get(name: str | Membrane) -> Membrane:
    """The preset of that name (any case), or the membrane itself.

    ``"path/to/file.py:NAME"`` gives a membrane of your own; the file is Python code and is run.
    Raises UnknownName ("did you mean modern?") or HHError.
    """
    if isinstance(name, Membrane):
        return name
    path, _, attribute = str(name).rpartition(":")
    if path.endswith(".py"):
        return _from_file(Path(path), attribute)
    if Path(str(name)).suffix == ".py":
        return _from_file(Path(str(name)), "")
    if "." in str(name):
        raise HHError(
            f"model {name} is not Python; write its channels as a Membrane and give path/to/file.py:NAME"
        )
    key = str(name).upper().replace("-", "_")
    if key not in _found:
        raise UnknownName("model", name, names())
    asked.add(key.lower())
    return _found[key]


def _from_file(path: Path, attribute: str) -> Membrane:
    if not os.path.isfile(path):  # noqa: PTH113 — a name that is too long is that of no file
        raise HHError(f"no file {path}; give path/to/file.py:NAME")
    try:
        module = user_code.run(path)
    except HHError as error:
        raise HHError(f"{user_code.place(error, path)}{error}") from error
    except (Exception, SystemExit) as error:
        raise HHError(f"{user_code.place(error, path)}{user_code.words(error)}") from error
    found = {k: v for k, v in vars(module).items() if isinstance(v, Membrane)}
    if not attribute:
        raise HHError(
            f"{path}: which membrane? " + ("; ".join(f"give {path}:{k}" for k in found) or "it has none")
        )
    if attribute not in found:
        raise UnknownName(f"membrane in {path}", attribute, found)
    return found[attribute]


def named(of: Callable[Concatenate[Membrane, P], R]) -> Callable[Concatenate[str | Membrane, P], R]:
    """The same function, whose membrane may also be given by name, see get()."""

    @wraps(of)
    def takes_names(membrane: str | Membrane, *args: P.args, **kwargs: P.kwargs) -> R:
        return of(get(membrane), *args, **kwargs)

    return takes_names  # type: ignore[return-value]  # by keyword too


__all__ = ["get", "named", "names", *_found]

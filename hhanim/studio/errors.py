"""What the studio refuses, each with the exit code the command line gives for it."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


class StudioError(Exception):
    """Base of everything the studio refuses, one clear line each."""

    exit_code = 2


class UsageError(StudioError, ValueError):
    """What was asked for cannot be: an unknown name, a value out of range, a malformed file."""


class ParameterError(UsageError):
    """One of a request's parts is at fault; ``parameter`` names it, for its line in a project file."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter

    def __reduce__(self) -> tuple[type[ParameterError], tuple[str, str]]:
        return type(self), (str(self), self.parameter)


class RenderError(StudioError, RuntimeError):
    """A scene failed, or its film could not be written."""

    exit_code = 1


class MissingError(StudioError, RuntimeError):
    """A program or library is not installed; the message ends with the command that installs it."""

    exit_code = 3


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean gNa?``, or the known names when none is near, or nothing."""
    import difflib

    known = list(known)
    folded = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.55)
    if close:
        return f"; did you mean {folded[close[0]]}?"
    return f"; known: {', '.join(sorted(known, key=str.casefold))}" if known else ""


def need(module: str, extra: str, what: str) -> None:
    """Make sure that an optional library is there.

    Raises:
        MissingError: with the command that installs it.
    """
    if importlib.util.find_spec(module) is None:
        raise MissingError(f"{what} needs {module}: {sys.executable} -m pip install 'hhanim[{extra}]'")


@contextlib.contextmanager
def writing(path: Path, whose: str = "") -> Iterator[None]:
    """What the disk refuses, as one line: a RenderError that begins with ``whose``."""
    try:
        yield
    except OSError as error:
        raise RenderError(f"{whose}cannot write {path}: {error.strerror or error}") from error

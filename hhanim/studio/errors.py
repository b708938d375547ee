"""What the studio refuses, each with the exit code the command line gives for it."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from hhanim.plain_error import PlainError


class StudioError(PlainError):
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


def pip(what: str, *, again: bool = False) -> str:
    """The command that installs a package for the Python that runs, in this system's quotes."""
    quote = '"' if sys.platform == "win32" else "'"
    python = f"{quote}{sys.executable}{quote}" if " " in sys.executable else sys.executable
    return f"{python} -m pip install {'--force-reinstall ' if again else ''}{quote}{what}{quote}"


def need(module: str, extra: str, what: str) -> None:
    """Load an optional library.

    Raises:
        MissingError: when it is not there or cannot be loaded, with the command that installs it.
    """
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != module:
            raise _unloadable(module, what, extra, error) from error
        raise MissingError(f"{what} needs {module}: {pip(f'hhanim[{extra}]')}") from None
    except Exception as error:  # a library of the system that it needs, or one of its plugins
        raise _unloadable(module, what, extra, error) from error


def _unloadable(module: str, what: str, extra: str, error: Exception) -> MissingError:
    from hhanim.studio import mends
    from hhanim.user_code import words

    mend = mends.known(error)
    why = f"{mend}" if mend else f"{words(error)}; {pip(f'hhanim[{extra}]', again=True)}"
    return MissingError(f"{what} needs {module}, which does not load: {why}")


@contextlib.contextmanager
def writing(path: Path, whose: str = "") -> Iterator[None]:
    """What the disk refuses, as one line: a RenderError that begins with ``whose``."""
    try:
        yield
    except OSError as error:
        raise RenderError(f"{whose}cannot write {path}: {error.strerror or error}") from error

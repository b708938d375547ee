"""What the studio refuses, each with the exit code the command line gives for it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from hhanim.errors import PlainError


class StudioError(PlainError):
    """Base of everything the studio refuses, one clear line each."""

    exit_code = 2


class UsageError(StudioError, ValueError):
    """What was asked for cannot be: an unknown name, a value out of range, a malformed file."""


class RenderError(StudioError, RuntimeError):
    """A scene failed, or its film could not be written."""

    exit_code = 1


class OutdatedError(RenderError):
    """hhanim was edited while it ran: what this process has loaded is no longer what counts."""


class MissingError(StudioError, RuntimeError):
    """A program or library is not installed; the message ends with the command that installs it."""

    exit_code = 3


def pip(what: str, *, again: bool = False) -> str:
    """The command that installs a package for the Python that runs, in this system's quotes."""
    quote = '"' if sys.platform == "win32" else "'"
    python = f"{quote}{sys.executable}{quote}" if " " in sys.executable else sys.executable
    return f"{python} -m pip install {'--force-reinstall ' if again else ''}{quote}{what}{quote}"


def travels(error: BaseException) -> bool:
    """Whether another process is given the same error when this one is sent there."""
    import pickle

    with contextlib.suppress(Exception):
        copy = pickle.loads(pickle.dumps(error))
        return type(copy) is type(error) and str(copy) == str(error)
    return False


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """What cannot be read of a file that goes with a film, as one line: a RenderError."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise RenderError(f"cannot read {path}: {why}; render it again") from error


@contextlib.contextmanager
def writing(path: Path, whose: str = "") -> Iterator[None]:
    """What the disk refuses, as one line: a RenderError that begins with ``whose``."""
    try:
        yield
    except OSError as error:
        # Windows lets nobody replace a file that is open: in a player, in PowerPoint.
        held = sys.platform == "win32" and isinstance(error, PermissionError)
        why = f"{error.strerror or error}{'; is it open in another program?' if held else ''}"
        raise RenderError(f"{whose}cannot write {path}: {why}") from error

"""Who asks: whose code it is that opens a file, imports a module or looks at the environment."""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hhanim.studio import loaded
from hhanim.studio.fresh.children import sitecustomize as children

_HERE = {
    children.__file__,
    *(str(Path(__file__).with_name(f"{name}.py")) for name in ("asker", "recorded", "recording")),
}
_STDLIB = os.path.dirname(os.__file__)  # noqa: PTH120
_THREADS = ("thread.py", "threading.py")  # which do what somebody has given them


def of_python(frame: FrameType) -> bool:
    """Whether this is Python's own library."""
    name = frame.f_code.co_filename
    return name.startswith(_STDLIB) and "-packages/" not in name


def importing(frame: FrameType) -> bool:
    """Whether this imports a module for somebody."""
    name = frame.f_code.co_filename
    return name.startswith(_STDLIB) and bool(re.search(r"importlib|pkgutil|runpy", name))


def of_environment(frame: FrameType) -> bool:
    """Whether this looks at the environment for somebody."""
    name = frame.f_code.co_filename
    return (
        name in (os.__file__, locale.__file__)
        or name.endswith(("_collections_abc.py", "getpass.py"))
        or frame.f_code.co_name == "expandvars"
    )


def asker(through: Callable[[FrameType], bool] = of_python) -> str:
    """The file of the code that asks for something, past what ``through`` lets pass."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not (name in _HERE or name.startswith("<") or name.endswith(_THREADS) or through(frame)):
            return name
        frame = frame.f_back
    return ""


def caller() -> FrameType:
    """Whoever has called what tells us, Python's own library too."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename in _HERE:
        assert frame.f_back is not None
        frame = frame.f_back
    return frame


def is_users(file: str) -> bool:
    """Whether a file's code is the user's; so is what nobody's code does, in a thread of its own."""
    return not (loaded.installed(file) or loaded.ours(file) or file.startswith((_STDLIB, "<frozen ")))

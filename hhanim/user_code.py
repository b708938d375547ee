"""Python files of users, scenes and models alike: run together with what lies beside them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parent

_last: tuple[Path, set[str]] | None = None  # the folder of the file that was run last, the modules before it


def run(path: Path) -> ModuleType:
    """Run a file, with its folder first on the path as when it is run alone; what it imports from there is read anew.

    ``from .helper import x`` finds a helper as well. The folder stays on the path, behind all others, until the next
    file is run: a scene may import while it is drawn.
    """
    global _last
    path = path.absolute()
    folder = path.parent
    if _last is not None:  # another file's helper may have the same name, an edited one is new
        _off_the_path(_last[0])
        for name in sys.modules.keys() - _last[1]:
            file = getattr(sys.modules[name], "__file__", None)
            if file and is_of(Path(file), _last[0]):
                del sys.modules[name]
    _last = folder, set(sys.modules)
    package = ModuleType(f"hhanim_files_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}")
    package.__path__ = [str(folder)]
    spec = importlib.util.spec_from_file_location(f"{package.__name__}.{path.stem.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[package.__name__], sys.modules[spec.name] = package, module
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        spec.loader.exec_module(module)
    except (Exception, SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # of a kind of its own, which nobody above expects
        raise RuntimeError(words(error)).with_traceback(error.__traceback__) from None
    finally:
        _off_the_path(folder)
        sys.path.append(str(folder))
    return module


def _off_the_path(folder: Path) -> None:
    with contextlib.suppress(ValueError):
        sys.path.remove(str(folder))


def is_of(file: Path, folder: Path) -> bool:
    """Whether a file belongs to the user whose code lies in ``folder``, not to a library installed below it."""
    return (
        file.is_relative_to(folder) and "site-packages" not in file.parts and not file.is_relative_to(PACKAGE)
    )


def shortened(error: BaseException, path: Path) -> BaseException:
    """The error with its traceback from the first frame on that is in a user's file ``path`` or beside it."""
    at = error.__traceback__
    while at is not None and not is_of(Path(at.tb_frame.f_code.co_filename), path.absolute().parent):
        at = at.tb_next
    return error.with_traceback(at) if at is not None else error


DEEPEST = 100
"""Frames of a traceback that are looked at, the last ones: there may be a million."""


def frames(error: BaseException, path: Path) -> list[traceback.FrameSummary]:
    """The frames of an error from the first one on that is in a user's file ``path`` or beside it, without those of
    hhanim's and of Python's own importing; none if none is the user's."""
    found = traceback.extract_tb(shortened(error, path).__traceback__, limit=-DEEPEST)
    if not any(is_of(Path(f.filename), path.absolute().parent) for f in found):
        return []
    return [
        f for f in found if not (f.filename.startswith("<frozen ") or PACKAGE in Path(f.filename).parents)
    ]


def place(error: BaseException, path: Path) -> str:
    """``cell.py:3: `` for an error out of a user's file or of one beside it; just the file where no line is known."""
    folder = path.absolute().parent
    file, line = path, None
    if isinstance(error, SyntaxError) and error.filename:
        file, line = Path(error.filename), error.lineno
    else:
        for f in frames(error, path):
            if is_of(Path(f.filename), folder):
                file, line = Path(f.filename), f.lineno
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
    return f"{name}:{line}: " if line else f"{name}: "


def text(error: BaseException) -> str:
    """What an error says; nothing where it fails at that."""
    try:
        return str(error)
    except Exception:
        return ""


def words(error: BaseException) -> str:
    """``ValueError: what it says``, on one line."""
    if isinstance(error, SystemExit):
        return f"sys.exit({'' if error.code is None else repr(error.code)}) ends the program; return instead"
    said = " ".join((error.msg if isinstance(error, SyntaxError) else text(error)).split())
    name = type(error).__name__
    return f"{name}: {said if len(said) <= 400 else said[:399] + '…'}" if said else name

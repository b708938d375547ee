"""What this process has loaded, to the byte, and whether the disk has moved on since."""

from __future__ import annotations

import hashlib
import importlib.util
import site
import sys
import sysconfig
import threading
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from hhanim.process import SETTLED
from hhanim.studio.errors import OutdatedError
from hhanim.user_code import PACKAGE

_started = time.time_ns()

hashes: dict[str, str] = {}
"""Of the text that each module was made of, by its file: hhanim's own and users', once :func:`exactly` was called."""

log: list[str] = []
"""The same files, in the order in which they were loaded, again and again."""

loading = threading.local()
"""``loading.file`` is what a thread is reading in order to load it."""


def digest(data: bytes) -> str:
    """How contents are told apart in records."""
    return hashlib.sha256(data).hexdigest()[:16]


def _folders() -> tuple[str, ...]:
    names = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()}
    names |= {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    names -= {sysconfig.get_path("data"), sysconfig.get_path("scripts")}
    return tuple({f"{Path(name)}/" for name in names} | {f"{Path(name).resolve()}/" for name in names})


_INSTALLED = _folders()


def installed(path: str) -> bool:
    """Whether a file belongs to Python or to a library, whose versions stand for it; hhanim itself is none."""
    path = Path(path).as_posix()
    return path.startswith(_INSTALLED) and not ours(path)


_OURS = f"{PACKAGE.as_posix()}/"
_SCENES = f"{(PACKAGE / 'scenes').as_posix()}/"


def ours(path: str) -> bool:
    """Whether a file is hhanim's own; a scene that comes with it is a scene as any."""
    path = Path(path).as_posix()
    return path.startswith(_OURS) and not path.startswith(_SCENES)


def exactly() -> None:
    """From now on this process loads what is in the files, whatever Python has kept of them, and notes their hashes.

    Python takes a compiled file for that of a source that has the same length and was written in the same second.
    Those of hhanim are used where they were written long after the source; of users' files none is.
    """
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        path = str(self.get_filename(fullname))
        if installed(path):
            return usual(self, fullname)
        loading.file = path
        try:
            data = self.get_data(path)
            hashes[path] = digest(data)
            log.append(path)
            if ours(path) and _settled(Path(path)):
                return usual(self, fullname)
            code: CodeType = self.source_to_code(data, path)
            return code
        finally:
            loading.file = None

    loader: Any = SourceFileLoader
    loader.get_code = get_code


def _settled(path: Path) -> bool:
    try:
        kept = Path(importlib.util.cache_from_source(str(path))).stat()
        return kept.st_mtime >= path.stat().st_mtime + SETTLED
    except (OSError, NotImplementedError):
        return False


def check() -> None:
    """Go on only if what this process has loaded of hhanim is what lies on the disk. Raises OutdatedError when it
    is not."""
    if edited := moved_on():
        raise OutdatedError(
            f"{edited} was edited after it was loaded: restart the program, or the notebook's kernel"
        )


def moved_on() -> Path | None:
    """A file of hhanim's that this process has loaded and that has been edited since, if there is one.

    Where its hash is not known, having been written after the process had begun is enough.
    """
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not file or not ours(file) or not file.endswith(".py"):
            continue
        path = Path(file)
        try:
            if file in hashes:
                if digest(path.read_bytes()) != hashes[file]:
                    return path
            elif _started < max((found := path.stat()).st_mtime_ns, found.st_ctime_ns) <= time.time_ns():
                return path
        except OSError:
            return path
    return None

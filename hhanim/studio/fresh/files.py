"""The states of files: what is there, and what is in it, as hashes and words that can be compared later."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import os
import stat
from collections.abc import Sequence
from importlib.machinery import all_suffixes
from pathlib import Path

from hhanim.studio import loaded

LARGEST = 2**32
"""Bytes of a file whose contents are looked at."""

LONGEST = 1_000_000
"""Bytes of a file that may be a script."""


def of_text(text: str) -> str:
    """The state of something that is text."""
    return loaded.digest(text.encode("utf-8", "surrogatepass"))


def find_module(name: str, folders: Sequence[Path]) -> Path | None:
    """The file that importing ``name`` runs, by Python's order; the folder of a package that has none."""
    bare = None
    for folder in folders:
        place = os.path.join(folder, name)  # noqa: PTH118 — a check asks for hundreds, and paths as text are cheap
        if package := os.path.isdir(place):  # noqa: PTH112
            bare = bare or Path(place)
        for start in (f"{place}{os.sep}__init__", place)[not package :]:
            for suffix in _SUFFIXES:
                if os.path.isfile(start + suffix):  # noqa: PTH113
                    return Path(start + suffix)
    return bare


_SUFFIXES = [s for s in all_suffixes() if s != ".pyc"] + [".pyc"]


def kind(path: Path) -> str:
    """Whether it is there, and as what."""
    what = "a folder" if path.is_dir() else "there" if path.exists() else ""
    return "a program" if what == "there" and os.access(path, os.X_OK) else what


def about(path: Path) -> str:
    """What is known of a file without looking into it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_mode:o}"


def leads_to(path: Path) -> str:
    """What a link says."""
    try:
        return of_text(os.readlink(path))  # noqa: PTH115 — as it is written
    except (OSError, ValueError):
        return ""


def listing(path: Path) -> str:
    """Of a folder, the names in it, but for what Python and we leave behind."""
    try:
        with os.scandir(path) as found:
            names = sorted(f"{item.name}{'/' * item.is_dir()}" for item in found)
    except OSError:
        return ""
    return of_text("\n".join(name for name in names if name not in ("__pycache__/", ".hhanim/")))


def matches(root: Path, pattern: str) -> str:
    """Of the names that fit a pattern; nothing looks through a whole disk because a record says so."""
    if root == Path(root.anchor):
        return ""
    try:
        found = sorted(path.relative_to(root).as_posix() for path in root.glob(pattern))
    except (OSError, ValueError, NotImplementedError, IndexError):
        return ""
    return of_text("\n".join(name for name in found if "__pycache__" not in name))


def contents(path: Path) -> str:
    """A hash of a file's contents; it is worked out again only when the file has been written."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ""
    if stat.S_ISDIR(found.st_mode):
        return "a folder"
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
        return "a device"
    return _hash(path, (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino))


@functools.lru_cache(maxsize=8192)
def _hash(path: Path, _: tuple[int, ...]) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""


def text_of(path: Path) -> str:
    """What a file says, as far as it is not too long to be a script."""
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size <= LONGEST:  # no pipe, nor a device
            return path.read_text(encoding="utf-8", errors="replace")
    return ""


def code(path: Path) -> str:
    """Of a Python file but for the constants in capitals that stand in it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return ""
    kept = [node for node in tree.body if not _names(node) & CONSTANTS]
    return of_text("\n".join(map(ast.dump, kept)))


CONSTANTS = {"DARK", "LIGHT", "THEMES"}
"""What of :data:`MEANT` is looked up by its name, and is in the key by itself."""


def _names(node: ast.stmt) -> set[str]:
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    return {target.id for target in targets if isinstance(target, ast.Name)}

"""While it is on, all that a scene uses is recorded.

Python tells of every file that is opened and every folder that is listed, whoever does it, in whatever thread
(:func:`sys.addaudithook`); what it does not tell of is asked in a few functions that are put in the place of its own.
To be used in a process apart, in which nothing else goes on.
"""

from __future__ import annotations

import contextlib
import glob
import importlib
import locale
import os
import re
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from hhanim.studio import following, loaded
from hhanim.studio.fresh.asker import asker, caller, is_users, of_environment
from hhanim.studio.fresh.children import sitecustomize as children
from hhanim.studio.fresh.children.sitecustomize import go_along, opens
from hhanim.studio.fresh.files import text_of
from hhanim.studio.fresh.recorded import Recording as Recording
from hhanim.studio.fresh.used import Places

_on: Recording | None = None
_busy = threading.local()


def _opened(record: Recording, path: Any, mode: Any, flags: Any, *_: Any) -> None:
    if not isinstance(path, int) and str(path) != getattr(loaded.loading, "file", None):
        record.opened(opens(path, mode, flags), path)


def _listed(record: Recording, path: Any = None, *_: Any) -> None:
    frame = caller()
    name = frame.f_code.co_filename
    if "importlib" in name or name.endswith("glob.py") or loaded.ours(asker()):
        return
    if "pathlib" in name and frame.f_code.co_name not in ("iterdir", "walk"):
        return
    record.file("." if path is None else path, listed=True)


def _globbed(record: Recording, path: Any, recursive: Any, root: Any = None, *_: Any) -> None:
    parts = Path(os.fsdecode(path)).parts
    fixed = next((k for k, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    record.pattern(os.path.join(os.fsdecode(root or ""), *parts[:fixed]) or ".", "/".join(parts[fixed:]))  # noqa: PTH118


def _started(record: Recording, program: Any, arguments: Any, folder: Any = None, *_: Any) -> None:
    following.follow(record.journal)
    words = (
        arguments if isinstance(arguments, list | tuple) else shlex.split(os.fsdecode(arguments), posix=False)
    )
    for place in _programs(program, words):
        record.file(place, asked=not place.is_file(), users=False)
    for word in [program, *words]:
        if isinstance(word, str | bytes | os.PathLike) and word:
            name = os.path.join(os.fsdecode(folder or "."), os.fsdecode(word))  # noqa: PTH118
            for part in {name, name.rpartition("=")[2]}:
                record.variables(os.fsdecode(word))
                if os.path.isfile(part):  # noqa: PTH113
                    record.scripts.add(Path(part))
                    record.variables(text_of(Path(part)))
                    record.file(os.path.relpath(part) if not os.path.isabs(os.fsdecode(word)) else part)  # noqa: PTH117
                elif "/" in part or "." in part:
                    record.written(part)


_COMMANDS = re.compile(r"(?:^|[|;&(`]\s*)([\w.+-]+)(?=\s|$|[|;&)`])").findall


def _programs(program: Any, words: Sequence[Any]) -> Iterator[Path]:
    """Where each name in a command that may be a program's is looked for, up to where one is found."""
    texts = [os.fsdecode(word) for word in (program, *words) if isinstance(word, str | bytes | os.PathLike)]
    for name in {found for text in texts for found in _COMMANDS(text)}:
        for folder in os.get_exec_path():
            yield (place := Path(folder or ".", name))
            if os.access(place, os.X_OK) and place.is_file():
                break


def _asked(record: Recording, kind: str, path: Any) -> None:
    """By the user's code, as :func:`hhanim.studio.fresh.children.sitecustomize.ask` says it."""
    if kind == "k":  # of those on the way to the scene's folder, nobody asks where they lead
        if not Path(record.places.label(os.fsdecode(path))).is_absolute():
            record.file(path, head="link ")
    else:
        state = "" if kind == "!" else None  # as it was found, whatever has come since: one may wait for it
        record.file(path, asked=kind in "?!", head="about " if kind == "a" else "", state=state)


def _renamed(record: Recording, old: Any, new: Any, *_: Any) -> None:
    """By its new name a file is the scene's own; by the old one it may be the user's."""
    record.file(old)
    record.written(new)


def _connected(record: Recording, database: Any, *_: Any) -> None:
    name = re.sub(r"^file:(//)?|\?.*$", "", os.fsdecode(database)) if database else ""
    if name and name != ":memory:":
        record.file(name)
        record.file(f"{name}-wal")  # what has been written and is not in it yet


def _loaded(record: Recording, name: Any, *_: Any) -> None:
    record.foreign |= is_users(asker())
    if name and os.path.exists(name):  # noqa: PTH110
        record.file(name)


_TOLD: dict[str, Callable[..., None]] = {
    "open": _opened,
    "os.listdir": _listed,
    "os.scandir": _listed,
    "glob.glob/2": _globbed,
    "pathlib.Path.glob": lambda record, root, pattern, *_: record.pattern(root, str(pattern)),
    "pathlib.Path.rglob": lambda record, root, pattern, *_: record.pattern(root, f"**/{pattern}"),
    "sqlite3.connect": _connected,
    "ctypes.dlopen": _loaded,
    "import": lambda record, name, path=None, *_: record.file(path) if isinstance(path, str) else None,
    "subprocess.Popen": _started,
    "os.posix_spawn": lambda record, program, arguments, *_: _started(record, program, arguments),
    "os.exec": lambda record, program, arguments, *_: _started(record, program, arguments),
    "os.system": lambda record, command, *_: _started(record, "", command),
    "os.mkdir": lambda record, path, *_: record.written(path),
    "os.rename": _renamed,
    "os.link": _renamed,
    "os.symlink": lambda record, old, new, *_: _renamed(
        record, Path(os.fsdecode(new)).parent / os.fsdecode(old), new
    ),
}


def _told(event: str, arguments: tuple[Any, ...]) -> None:
    if _on is not None and (hear := _TOLD.get(event)) is not None:
        _noting(hear, _on, *arguments)


def _noting(hear: Callable[..., None], *arguments: Any) -> None:
    """Note something, and nothing of what noting it takes."""
    if getattr(_busy, "now", False):
        return
    _busy.now = True
    try:
        if _on is not None:
            _on.listen()
        hear(*arguments)
    finally:
        _busy.now = False


class _Spy:
    """Hears of every module that is looked for, and finds none."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        if _on is not None:
            _noting(_on.module, name, path)
        return None


def _listen() -> None:
    """Once in a process: be told of what Python tells, and ask for the rest."""
    sys.addaudithook(_told)
    sys.meta_path.insert(0, _Spy())

    def users() -> bool:
        return _on is not None and not getattr(_busy, "now", False) and is_users(asker())

    def note(kind: str, path: Any) -> None:
        if _on is not None:
            _noting(_asked, _on, kind, path)

    children.ask(users, note)

    environ: Any = type(os.environ)
    get, each = environ.__getitem__, environ.__iter__

    def read(self: Any, name: Any) -> Any:
        if _on is not None and is_users(asker(of_environment)):
            _noting(_on.add, f"${os.fsdecode(name)}")
        return get(self, name)

    def iterate(self: Any) -> Any:
        if _on is not None and is_users(asker(of_environment)):
            _noting(_on.add, "$*")
        return each(self)

    def count(self: Any) -> int:
        return sum(1 for _ in self)

    environ.__getitem__, environ.__iter__, environ.__len__ = read, iterate, count

    own: Any = locale
    setlocale = own.setlocale

    def set_locale(category: int, value: Any = None) -> Any:
        if _on is not None and value == "":
            for name in ("LC_ALL", "LC_NUMERIC", "LC_TIME", "LC_CTYPE", "LC_MONETARY", "LC_COLLATE", "LANG"):
                _noting(_on.add, f"${name}")
        return setlocale(category, value)

    own.setlocale = set_locale

    def dating(name: str, words: int) -> None:
        usual = getattr(time, name)

        def tell(*arguments: Any) -> Any:
            if _on is not None and is_users(asker(lambda _: False)):
                for label in ["date"] * (len(arguments) < words) + ["$TZ"] * (name in ("localtime", "ctime")):
                    _noting(_on.add, label)
            return usual(*arguments)

        setattr(time, name, tell)

    for name, words in (("localtime", 1), ("gmtime", 1), ("strftime", 2), ("ctime", 1), ("asctime", 1)):
        dating(name, words)


_listening = False


@contextlib.contextmanager
def recording(places: Places, *ignored: Path) -> Iterator[Recording]:
    """Record what is used meanwhile; one at a time in a process."""
    global _on, _listening
    if not _listening:
        _listen()
        _listening = True
    importlib.invalidate_caches()
    record = Recording(places, ignored)
    go_along(record.journal)
    _on = record
    try:
        yield record
    finally:
        _on = None
    record.close()

"""What a scene uses while it is loaded and drawn: recorded, by the labels of :mod:`hhanim.studio.fresh.used`.

Left out are what versions stand for (Python, libraries), caches, what the scene itself has written, and the folders in
which the film is made.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import platformdirs

from hhanim.process import working_folder
from hhanim.studio import following, loaded
from hhanim.studio.fresh import versions
from hhanim.studio.fresh.asker import asker, importing, is_users
from hhanim.studio.fresh.files import contents, text_of
from hhanim.studio.fresh.opened import Opened
from hhanim.studio.fresh.package import counts
from hhanim.studio.fresh.used import PASSING, Places

FONTS = (".ttf", ".otf", ".ttc", ".pfb", ".afm")
_PYTHON = tuple({os.path.join(prefix, "") for prefix in (sys.prefix, sys.base_prefix)})  # noqa: PTH118
_SYSTEM = ("/proc/", "/sys/", "/dev/")
_FOR_ALL = ("/etc/", "/usr/", "/lib/", "/lib64/", "/opt/", "/System/", "/Library/", "/run/", "/var/")


class Recording:
    """What is used while it is on; ``used`` is complete at its end.

    places: what labels are relative to. ignored: files, and folders in which nothing counts.
    """

    def __init__(self, places: Places, ignored: Sequence[Path] = ()) -> None:
        self.used: dict[str, str] = {}
        self.places = places
        self._ignored = tuple(f"{Path(os.path.abspath(p)).as_posix()}/" for p in (*ignored, *_caches()))  # noqa: PTH100
        self._made: set[str] = set()
        self._added: dict[str, str] = {}  # files that were added to, as they were before
        self._first = len(loaded.log)
        self._modules = set(sys.modules)
        self._owner = os.getpid()
        self.scripts: set[Path] = set()  # and data: files that programs were given
        self.foreign = False  # whether functions of a library's are called by ctypes
        self._above = {p for folder in (places.scene, places.folder) for p in (folder, *folder.parents)}
        self._opened = Opened([places.scene, *places.given.values(), places.folder])
        # Where processes that the scene forks, or starts, say what they use.
        handle, self.journal = tempfile.mkstemp(dir=next((path for path in ignored if path.is_dir()), None))
        os.close(handle)
        self._said = Path(self.journal).open("rb")  # noqa: SIM115 — until the end
        self._pen = os.open(self.journal, os.O_WRONLY | os.O_APPEND)

    def add(self, label: str, state: str | None = None) -> None:
        """Something was used; its first state counts, and of what was only asked for the last."""
        if label in self.used and not label.endswith("?"):
            return
        self.used[label] = self.places.state(label) if state is None else state
        if os.getpid() != self._owner:
            os.write(self._pen, os.fsencode(f"={self.used[label]}\n{label}\0"))

    def listen(self) -> None:
        """Add what other processes have said since this was last called."""
        if os.getpid() != self._owner:
            return
        for entry in os.fsdecode(self._said.read()).split("\0")[:-1]:
            kind, name = entry[0], entry[1:]
            if kind == "=":
                state, _, label = name.partition("\n")
                self.used.setdefault(label, state)
            elif kind == "$":
                self.add(entry)
            elif kind in "w+":
                self.opened(kind, name, "added to")
            elif kind != "?" or Path(name) not in self._above:
                head = "about " if kind == "a" else ""
                self.file(name, asked=kind == "?", listed=kind == "l", head=head, users=False)
                if kind == "r":
                    self.variables(text_of(Path(name)))

    # Files

    def file(
        self,
        name: Any,
        *,
        asked: bool = False,
        listed: bool = False,
        head: str = "",
        users: bool | None = None,
        state: str | None = None,
    ) -> None:
        """A file was opened, a folder listed, or either asked for.

        head: what the label begins with. users: whether it was code of the user's; None is whoever asks now.
        state: how it was found, where that is known.
        """
        if (path := self._counts(name, users)) is not None:
            label = self.places.label(path)
            if not (head or asked or listed) and state is None:
                state = self._added.get(os.path.abspath(path))  # noqa: PTH100
            self.add(f"{head}{label.rstrip('/')}/" if listed else f"{head}{label}{'?' * asked}", state)

    def opened(self, how: str, name: Any, state: str | None = None) -> None:
        """A file was opened, as :func:`~hhanim.studio.fresh.children.sitecustomize.opens` says it.

        What is added to counts, as it was before, if it is read as well.

        state: how it was found, where that is known.
        """
        if how == "r":
            self.file(name)
        elif how == "w":
            self.written(name)
        elif (path := self._counts(name)) is not None:
            found = contents(Path(path)) if state is None else state
            self._added.setdefault(os.path.abspath(path), found)  # noqa: PTH100

    def variables(self, text: str) -> None:
        """A program was given this, which may name variables of the environment."""
        for name in set(_VARIABLES(text)) if "\0" not in text else ():
            if not PASSING(name):
                self.add(f"${name}")

    def written(self, name: Any) -> None:
        """A file or folder was made: what is read of it then is the scene's own; of an old folder, nothing."""
        if isinstance(name, str | bytes | os.PathLike) and not os.path.isdir(name):  # noqa: PTH112
            self._made.add(os.path.abspath(os.fsdecode(name)))  # noqa: PTH100
            label = self.places.label(os.fsdecode(name))
            self.used.pop(f"{label}?", None)  # whether it was there decided nothing that it does not hold now
            if self.used.get(label) == "":
                del self.used[label]

    def _counts(self, name: Any, users: bool | None = None) -> str | None:
        if isinstance(name, int) and Path("/proc/self/fd").is_dir():  # a folder that is open
            name = Path(f"/proc/self/fd/{name}").readlink()
        if not isinstance(name, str | bytes | os.PathLike):
            return None
        asked: str = os.fsdecode(name)
        path = os.path.abspath(asked)  # noqa: PTH100
        plain = Path(path).as_posix()
        ignored = f"{plain}/".startswith(self._ignored) and not plain.endswith(".mplstyle")
        if ignored or plain.startswith(_SYSTEM) or "/__pycache__/" in plain:
            return None
        if loaded.installed(plain) and not plain.lower().endswith(FONTS):
            return None
        if plain.startswith(_FOR_ALL) and not plain.lower().endswith(FONTS):
            users = is_users(asker()) if users is None else users
            if not users:
                return None
        if users is False and path.startswith(_PYTHON):
            return None
        if self._made and any(p in self._made for p in (path, *map(str, Path(path).parents))):
            return None
        return asked if working_folder() == self.places.folder else path  # a scene may have gone elsewhere

    def pattern(self, root: Any, pattern: str) -> None:
        """Files were looked for by a pattern."""
        if (path := self._counts(root)) is not None:
            self.add(f"glob {self.places.label(path)}|{pattern}")

    # Modules

    def module(self, name: str, where: Sequence[str] | None) -> None:
        """A module was looked for; ``where`` is the path of its package."""
        first, _, rest = name.partition(".")
        package, _, last = name.rpartition(".")
        whose = asker(importing)  # what a library imports may lie beside the scene
        if loaded.ours(whose) or not (is_users(whose) or where is None):
            return
        if first.startswith("hhanim_files_") and rest:
            folder = Path(next(iter(sys.modules[first].__path__)))
            owner = next(
                (k for k, v in self.places.given.items() if v == folder and v != self.places.scene), ""
            )
            name = f"{owner}=.{rest}" if owner else f".{rest}"
        elif first == "hhanim" or first.startswith("hhanim_files_"):
            return
        self.add(f"import {name}")
        if where is None:
            known = {*self.places.path, str(self.places.scene)}
            entries = [entry for entry in sys.path if entry not in known]
        else:
            file = getattr(sys.modules.get(package), "__file__", None) or ""
            known = {os.path.dirname(file), *map(str, (self.places.scene, *self.places.given.values()))}  # noqa: PTH120
            entries = [entry for entry in where if entry not in known]
        for folder in map(Path, entries):
            for path in (folder / last / "__init__.py", folder / f"{last}.py"):
                self.file(path, asked=True)
                if path.exists():
                    return

    # The end

    @contextlib.contextmanager
    def values(self, plain: Callable[[], bool]) -> Iterator[None]:
        """What is used meanwhile counts by the values that come of it, if these turn out to be ``plain``."""
        whole, self.used = self.used, {}
        first = len(loaded.log)
        try:
            yield
        finally:
            following.settled()
            self.listen()
            self._modules_of_users(first)
            self._below_python()
            self._first = len(loaded.log)
            head = "value " if plain() else ""
            self.used = {**whole, **{f"{head}{label}": state for label, state in self.used.items()}}

    def _modules_of_users(self, first: int) -> None:
        for path in loaded.log[first:]:
            if not loaded.ours(path):
                self.add(self.places.label(path), loaded.hashes[path])

    def _below_python(self) -> None:
        """Files that somebody has opened meanwhile and that the scene names, or whose folder it has looked through."""
        # What the scene adds to counts when Python tells that it reads it.
        opened = {path for path in self._opened.news() if str(path) not in self._added}
        text = "".join(map(text_of, {*(Path(p) for p in loaded.log if not loaded.ours(p)), *self.scripts}))
        self._opened.news()  # that was us
        for pattern, label in _SAYS.items():
            for found in re.finditer(pattern, text):
                self.add(found.expand(label))
        looked = {self.places.place(label) for label in self.used if label.endswith("/")}
        looked |= {self.places.root(label[5:])[0] for label in self.used if label.startswith("glob ")}
        parts: tuple[str, ...] = ()
        if self._compiled(text):  # a name that is put together of these
            parts = tuple(
                part for said in re.findall(r"""["']([^"'\n]*)["']""", text) for part in _PARTS(said)
            )
        while named := {
            path
            for path in opened
            if path.name in text
            or path.parent in looked
            or (parts and (path.name.startswith(parts) or path.name.endswith(parts)))
        }:
            for path in named:
                self.file(path)
            opened -= named
            text = "".join(map(text_of, named)) if self.scripts else ""  # one script may run another

    def _compiled(self, text: str) -> bool:
        """Whether the scene, which says this, has brought compiled code that may open files: a library's, or by ctypes.

        What draws comes with hhanim: it counts only where the scene names it.
        """
        for name in set(sys.modules) - self._modules:
            file = getattr(sys.modules.get(name), "__file__", None) or ""
            if file.endswith(tuple(EXTENSION_SUFFIXES)) and name not in sys.stdlib_module_names:
                library = found[1] if (found := _LIBRARY(file)) else ""
                if library not in _DRAW or (library not in _MUTE and re.search(rf"\b{library}\b", text)):
                    return True
        return self.foreign

    def close(self) -> None:
        """Add what is known at the end only: which modules were loaded, and which libraries."""
        following.settled()
        self.listen()
        self._said.close()
        os.close(self._pen)
        Path(self.journal).unlink()
        ours = {
            m.__file__ for m in list(sys.modules.values()) if loaded.ours(getattr(m, "__file__", None) or "")
        }
        self._modules_of_users(self._first)
        self._below_python()
        self._opened.close()
        for path in sorted(file for file in ours if file):
            if counts(label := self.places.label(path)):  # what was loaded, whoever has read the file since
                self.used[label] = loaded.hashes.get(path) or contents(Path(path))
        names = sorted({n.partition(".")[0] for n in sys.modules} - self._modules)
        files = {n: getattr(sys.modules.get(n), "__file__", None) or "" for n in names}
        # By its folder: a compiled part of a library may call itself what it likes.
        found = {n: _LIBRARY(file) for n, file in files.items() if loaded.installed(file)}
        for library in sorted({part[1] if part else name for name, part in found.items()}):
            for package in _packages(library):
                self.add(f"version {package}")
        for name in ("sitecustomize", "usercustomize"):  # which Python has run before anything
            self.add(f"import {name}")
        for name, number in versions.system_libraries().items():
            self.add(f"library {name}", number)
        for family in sorted(versions.families):
            self.add(f"font {family}")
        for font in versions.mapped():
            if font.lower().endswith(FONTS):
                self.file(font)


_SAYS = {
    r"\b(now|today|utcnow)\(": "date",
    r"\b(now|today|fromtimestamp|timestamp|astimezone)\(|\btime\.(tzname|timezone|altzone|daylight)\b": "$TZ",
    r"\b(entry_points|distributions|packages_distributions)\(": "packages",
    r"\b(cpu_count|sched_getaffinity|gethostname|getfqdn|getnode|uname|node|machine|processor|platform)\(": "machine",
    r"""\b(?:getenv\(|posix\.environ(?:\.get\(|\[))\s*b["'](\w+)""": r"$\1",
    r"""\b(?:version|distribution|requires)\(\s*["']([\w.-]+)["']""": r"version \1",
}
"""What code is used for that tells nobody, by the words that it is called with: datetime, metadata, platform."""


_LIBRARY = re.compile(r"-packages[\\/](\w+)").search
_DRAW = {name.replace("-", "_") for names in versions.ENGINES.values() for name in names}
_MUTE = ("numpy", "scipy", "matplotlib")  # whose files Python opens


_VARIABLES = re.compile(r"""(?i)(?:\$?env\w*(?:\.get)?[.\[({]\s*["']?|\$\{?|%)([a-z_]\w+)""").findall
_PARTS = re.compile(r"[\w.-]{3,}").findall


def _caches() -> Iterator[Path]:
    yield platformdirs.user_cache_path("hhanim", appauthor=False)
    yield Path(platformdirs.user_cache_dir())
    if "MPLCONFIGDIR" in os.environ:
        yield Path(os.environ["MPLCONFIGDIR"])


def _packages(module: str) -> list[str]:
    """The installed packages that bring a module, but for those whose versions are known already or do not matter."""
    known = {*versions.SILENT, *(name for names in versions.ENGINES.values() for name in names)}
    name = versions.plain(module)
    if name in known or module in sys.stdlib_module_names:
        return []
    if versions.version(name):
        return [name]
    from importlib import metadata

    found = metadata.packages_distributions().get(module, [])
    return [name for name in found if versions.plain(name) not in known]

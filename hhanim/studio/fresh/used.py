"""What a film was made of, by labels that mean the same on any machine, and whether that is still so.

A record maps labels to states:

=================================  ============================================================
``./data.csv``                     a file by its place from the scene's folder, ``../data.csv`` too
``model=./cell.json``              from the folder of the membrane's file that is given for ``model``
``cwd/a.csv``, ``~/a.csv``         from the working folder, where the name was relative; from the user's home
``/mnt/a.csv``                     a file that lies anywhere else
``hhanim/look/axis.py``            a file of hhanim
``lib/matplotlib/….ttf``           a file that is installed with a library
``…/``                             a folder that was listed
``…?``                             a file or folder that was only asked whether it is there
``about ./data.csv``               its size, time and mode; ``link`` and a file: where a link leads
``import helper``                  where a module was found
``version pandas``, ``packages``   an installed library; all that are, with their versions
``library libcairo.so.2``          a library of the system
``font Lab Sans``                  the file that the system takes for a family of letters; ``font *`` all there are
``$LAB``, ``$*``                   an environment variable, all of them
``preset modern``                  a membrane of hhanim's, by its meaning
``language de``                    the catalogues of a language
``text de V rises``                what a text is in a language
``code hhanim/look/theme.py``      a file of hhanim's but for the constants in it
``glob ./data|*.csv``              what fits a pattern in a folder
``voice spike/en/rise-1 0f1e2d3c`` what speaks a line, by the hash of its sentence
``date``, ``machine``              today's; the name of this one, its system and how many processors it has
``value`` and any of these         what a membrane that is given was made of
=================================  ============================================================

A state is a hash, a word or, where there was nothing, empty.
"""

from __future__ import annotations

import ast
import contextlib
import datetime
import functools
import hashlib
import json
import os
import platform
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.machinery import all_suffixes
from pathlib import Path
from typing import Any

from hhanim.errors import HHError
from hhanim.language import catalogue, find
from hhanim.studio import loaded
from hhanim.studio.fresh.versions import ANY, font_file, fonts, packages, system_library, version
from hhanim.studio.plan import voice
from hhanim.studio.plan.request import Request
from hhanim.user_code import PACKAGE

UP = 2
"""How far above the scene's folder a file may lie that is still called by its place from there."""

LARGEST = 2**32
"""Bytes of a file whose contents are looked at."""

LONGEST = 1_000_000
"""Bytes of a file that may be a script."""

MEANT = (
    "value ",
    "language ",
    "hhanim/look/theme.py",
    "hhanim/model/presets/",
    "hhanim/studio/plan/catalogue.py",
    "hhanim/studio/plan/presets.py",
)
"""What is part of a film's key by the values that come of it, not by its text: an edit that changes none is none."""


def given_files(request: Request) -> dict[str, Path]:
    """Parameter → the file of the membrane that is given for it, or is its default."""
    said = {name: request.given.get(name, default) for name, (_, default) in request.entry.declared.items()}
    found = {k: re.fullmatch(r"(.+\.py)(:\w*)?", v) for k, v in said.items() if isinstance(v, str)}
    return {name: Path(match[1]).absolute() for name, match in found.items() if match}


def of_text(text: str) -> str:
    """The state of something that is text."""
    return loaded.digest(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Places:
    """What labels are relative to.

    scene: the scene's folder. given: parameter → folder of the file that is given for it.
    path, environment: where modules are looked for, and the variables, before a scene changes them.
    passing: where files lie for a while, which is asked at once: tempfile, asked while it asks itself, waits for
    ever.
    """

    scene: Path
    given: Mapping[str, Path] = field(default_factory=dict)
    folder: Path = field(default_factory=Path.cwd)
    path: Sequence[str] = field(default_factory=lambda: tuple(sys.path))
    home: Path = field(default_factory=lambda: Path(os.path.expanduser("~")))  # noqa: PTH111 — never fails
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    passing: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    @classmethod
    def of(cls, request: Request) -> Places:
        """Those of a request's scene and of the membranes' files that are given or are its defaults."""
        given = {name: path.parent for name, path in given_files(request).items()}
        return cls(request.entry.path.absolute().parent, given)

    # Names

    def label(self, name: str) -> str:
        """The label of a file by the name it was asked for; one that ends as no label may has a dot behind it."""
        label = self._label(name)
        return f"{label}/." if label.endswith("?") else label

    def _label(self, name: str) -> str:
        path = Path(os.path.normpath(self.folder / name))
        if loaded.ours(str(path)):
            return f"hhanim/{path.relative_to(PACKAGE).as_posix()}"
        for start, root in (("./", self.scene), *((f"{k}=./", v) for k, v in self.given.items())):
            if path.is_relative_to(root):
                return f"{start}{path.relative_to(root).as_posix()}".removesuffix("/.")
        if loaded.installed(str(path)):
            return self._installed(path)
        if not Path(name).is_absolute() and path.is_relative_to(self.folder):
            return f"cwd/{path.relative_to(self.folder).as_posix()}"
        roots, shared = self.scene.parents, (self.home, *self.home.parents, self.passing)
        for up in range(1, min(UP, len(roots) - 1) + 1):
            if path.is_relative_to(roots[up - 1]) and roots[up - 1] not in shared:
                return f"{'../' * up}{path.relative_to(roots[up - 1]).as_posix()}".removesuffix("/.")
        if path.is_relative_to(self.home) and self.home != Path(self.home.anchor):
            return f"~/{path.relative_to(self.home).as_posix()}"
        return path.as_posix()

    def _installed(self, path: Path) -> str:
        for entry in map(Path, self.path):
            if entry.name in ("site-packages", "dist-packages") and path.is_relative_to(entry):
                return f"lib/{path.relative_to(entry).as_posix()}"
        return path.as_posix()

    def place(self, label: str) -> Path:
        """The file that a label means here."""
        label = label.rstrip("?").rstrip("/") or label
        head, _, rest = label.partition("/")
        if head.endswith("=.") and head[:-2] in self.given:
            return self.given[head[:-2]] / rest
        if head == "lib":
            found = (Path(entry) / rest for entry in self.path if "-packages" in Path(entry).name)
            return next((path for path in found if path.exists()), Path(rest))
        roots = {"hhanim": PACKAGE, ".": self.scene, "cwd": self.folder, "~": self.home}
        if head in roots:
            return roots[head] / rest
        return Path(os.path.normpath(self.scene / label)) if head == ".." else Path(label)

    def root(self, name: str) -> tuple[Path, str]:
        """Folder and pattern of what follows ``glob``."""
        folder, _, pattern = name.rpartition("|")
        return self.place(folder), pattern

    # States

    def state(self, label: str) -> str:
        """How it is now with what a label means."""
        word, _, name = label.partition(" ")
        if name and word in _STATES:
            try:
                return _STATES[word](self, name)
            except HHError:  # there is no such membrane or language
                return ""
        if label == "date":
            return datetime.date.today().isoformat()
        if label == "packages":
            return of_text(json.dumps(packages(tuple(map(str, self.path))), sort_keys=True))
        if label == "machine":
            return of_text(f"{' '.join(platform.uname())} {os.cpu_count()}")
        if label == "$*":
            return of_text(json.dumps({k: v for k, v in sorted(self.environment.items()) if not PASSING(k)}))
        if label.startswith("$"):
            value = self.environment.get(label[1:])
            return "" if value is None else of_text(value)
        path = self.place(label)
        if label.endswith("?"):
            return kind(path)
        return listing(path) if label.endswith("/") else contents(path)

    def module(self, name: str) -> str:
        """Where a module would be imported from: a label, ``installed``, a hash of one on Python's path, or nothing.

        name: ``helper.inner``; ``.helper`` and ``model=.helper`` are looked for in one folder only.
        """
        start, dot, rest = name.partition(".")
        if dot and (not start or start.endswith("=")):
            folders: Sequence[Path] = [self.given.get(start[:-1], self.scene) if start else self.scene]
            parts = rest.split(".")
        else:
            folders = [self.scene, *self.given.values(), *map(Path, self.path)]
            parts = name.split(".")
        if folders[1:] and parts[0] in sys.stdlib_module_names:
            folders = folders[: 1 + len(self.given)]  # beside the scene, it would come first
        found: Path | None = None
        for k, part in enumerate(parts):
            found = find_module(part, folders)
            if found is None:
                known = k == 0 and len(folders) == 1 + len(self.given) and dot != name[:1]
                return "installed" if known and parts[0] in sys.stdlib_module_names else ""
            if loaded.installed(str(found)):
                return "installed"
            folders = [found.parent if found.is_file() else found]
        assert found is not None
        if found.is_dir():
            return "a folder"
        label = self.label(str(found))
        return label if re.match(r"(\w+=)?\./", label) else contents(found)


PASSING = re.compile(
    "SHLVL|PWD|OLDPWD|_|COLUMNS|LINES|PYTHONHASHSEED|DISPLAY|WAYLAND_.*|WINDOWID|XAUTHORITY|XDG_(SESSION|SEAT|VTNR).*|"
    "SESSION_MANAGER|DBUS_.*|SSH_.*|GPG_.*|INVOCATION_ID|JOURNAL_STREAM|TERM_.*|VTE_.*|TMUX.*|STY|ITERM_.*|VSCODE_.*"
).fullmatch
"""Variables that a shell or a session sets without anybody's wish."""


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


def _preset(_: Places, name: str) -> str:
    from hhanim.model import presets

    return meaning(presets.get(name))


def _catalogues(places: Places, code: str) -> str:
    return of_text(" ".join(contents(places.folder / path) for path in catalogue.files(code)))


def _text(places: Places, name: str) -> str:
    code, _, text = name.partition(" ")
    return of_text(find(code).say(text))


def _voice(places: Places, name: str) -> str:
    line, _, sentence = name.partition(" ")
    folder, _, line = line.rpartition("/")
    return voice.state(places.folder / voice.FOLDER / folder, line, sentence)


def _font(_: Places, family: str) -> str:
    if family == ANY:
        return fonts()
    return contents(file) if (file := font_file(family)) else ""


_STATES: dict[str, Callable[[Places, str], str]] = {
    "value": Places.state,
    "import": Places.module,
    "version": lambda _, name: version(name) or "",
    "font": _font,
    "library": lambda _, name: system_library(name),
    "preset": _preset,
    "language": _catalogues,
    "text": _text,
    "code": lambda places, name: code(places.place(name)),
    "glob": lambda places, name: matches(*places.root(name)),
    "voice": _voice,
    "about": lambda places, name: about(places.place(name)),
    "link": lambda places, name: leads_to(places.place(name)),
}
"""The first word of a label that has one → the state of what follows it."""


def meaning(membrane: Any) -> str:
    """Of all that a membrane says about itself; of parts that are not hhanim's own, whose code counts, their names."""
    from hhanim.model import serial

    try:
        return serial.digest(membrane)[:16]
    except HHError:
        return of_text(repr(membrane))


def changes(
    used: Mapping[str, str], places: Places, unseen: Set[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """What is no longer as it was, each with words that say so.

    The files of :data:`MEANT` come first, the membranes in them only if one of these has changed.

    unseen: labels that are not looked at, and so may have changed.
    """
    edited = False  # a file of hhanim's
    for label in sorted(used, key=lambda label: (not label.startswith(MEANT), label)):
        if label in unseen:
            yield label, f"{label} is outside, and the record is somebody else's"
            continue
        if label == "outside":
            continue
        if label.removeprefix("value ").startswith(("preset ", "code ", "text ")) and not edited:
            continue
        before, now = used[label], places.state(label)
        if before != now:
            edited |= label.startswith(MEANT) and not label.startswith("value ")
            yield label, _words(label, before, now)


def _words(label: str, before: str, now: str) -> str:
    word, _, name = label.partition(" ")
    both = bool(before and now)
    match word if name else "":
        case "version" | "library":
            return f"{name} {before or 'none'} → {now or 'none'}"
        case "font":
            return (
                "the fonts of the system are others" if name == ANY else f"the letters of {name} are others"
            )
        case "import" if both:
            return f"{name} is imported from elsewhere"
        case "import":
            return f"{name} can{'' if now else 'not'} be imported"
        case "preset":
            return f"the model {name} changed"
        case "language":
            return f"the catalogue of {name} changed"
        case "text":
            code, _, text = name.partition(" ")
            return f"{text!r} is said in other words in {code}"
        case "voice":
            what = "changed" if both else "is gone, or of another sentence" if before else "is new"
            return f"the recording of {name.partition(' ')[0]} {what}"
        case "link" if both:
            label = name
        case "about" | "link":
            label = f"the size, time or mode of {name}"
    if label == "$*":
        return "an environment variable changed"
    if label.endswith("/") and both:
        return f"what is in {label} changed"
    return f"{label.removesuffix('?')} {'changed' if both else 'is gone' if before else 'is new'}"

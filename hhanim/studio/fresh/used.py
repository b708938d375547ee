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

import datetime
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hhanim.errors import HHError
from hhanim.language import catalogue, find
from hhanim.studio import loaded
from hhanim.studio.fresh import files
from hhanim.studio.fresh.versions import ANY, font_file, fonts, packages, system_library, version
from hhanim.studio.plan import voice
from hhanim.studio.plan.request import Request
from hhanim.user_code import PACKAGE

UP = 2
"""How far above the scene's folder a file may lie that is still called by its place from there."""

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


@dataclass(frozen=True)
class Places:
    """What labels are relative to.

    scene: the scene's folder. given: parameter → folder of the file that is given for it. path, environment:
    where modules are looked for, and the variables, before a scene changes them. passing: where files lie for a
    while, which is asked at once: tempfile, asked while it asks itself, waits for ever.
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
            return files.of_text(json.dumps(packages(tuple(map(str, self.path))), sort_keys=True))
        if label == "machine":
            return files.of_text(f"{' '.join(platform.uname())} {os.cpu_count()}")
        if label == "$*":
            return files.of_text(
                json.dumps({k: v for k, v in sorted(self.environment.items()) if not PASSING(k)})
            )
        if label.startswith("$"):
            value = self.environment.get(label[1:])
            return "" if value is None else files.of_text(value)
        path = self.place(label)
        if label.endswith("?"):
            return files.kind(path)
        return files.listing(path) if label.endswith("/") else files.contents(path)

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
            found = files.find_module(part, folders)
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
        return label if re.match(r"(\w+=)?\./", label) else files.contents(found)


PASSING = re.compile(
    "SHLVL|PWD|OLDPWD|_|COLUMNS|LINES|PYTHONHASHSEED|DISPLAY|WAYLAND_.*|WINDOWID|XAUTHORITY|XDG_(SESSION|SEAT|VTNR).*|"
    "SESSION_MANAGER|DBUS_.*|SSH_.*|GPG_.*|INVOCATION_ID|JOURNAL_STREAM|TERM_.*|VTE_.*|TMUX.*|STY|ITERM_.*|VSCODE_.*"
).fullmatch
"""Variables that a shell or a session sets without anybody's wish."""


def _preset(_: Places, name: str) -> str:
    from hhanim.model import presets

    return meaning(presets.get(name))


def _catalogues(places: Places, code: str) -> str:
    return files.of_text(" ".join(files.contents(places.folder / path) for path in catalogue.files(code)))


def _text(places: Places, name: str) -> str:
    code, _, text = name.partition(" ")
    return files.of_text(find(code).say(text))


def _voice(places: Places, name: str) -> str:
    line, _, sentence = name.partition(" ")
    folder, _, line = line.rpartition("/")
    return voice.state(places.folder / voice.FOLDER / folder, line, sentence)


def _font(_: Places, family: str) -> str:
    if family == ANY:
        return fonts()
    return files.contents(file) if (file := font_file(family)) else ""


_STATES: dict[str, Callable[[Places, str], str]] = {
    "value": Places.state,
    "import": Places.module,
    "version": lambda _, name: version(name) or "",
    "font": _font,
    "library": lambda _, name: system_library(name),
    "preset": _preset,
    "language": _catalogues,
    "text": _text,
    "code": lambda places, name: files.code(places.place(name)),
    "glob": lambda places, name: files.matches(*places.root(name)),
    "voice": _voice,
    "about": lambda places, name: files.about(places.place(name)),
    "link": lambda places, name: files.leads_to(places.place(name)),
}
"""The first word of a label that has one → the state of what follows it."""


def meaning(membrane: Any) -> str:
    """Of all that a membrane says about itself; of parts that are not hhanim's own, whose code counts, their names."""
    from hhanim.model import serial

    try:
        return serial.digest(membrane)[:16]
    except HHError:
        return files.of_text(repr(membrane))

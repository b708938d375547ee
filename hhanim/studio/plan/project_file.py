"""A project file, which says which targets there are::

    preset = "slide"                     # for all targets: preset, theme, size, language, sound, output
    theme = "light"
    languages = ["en", "de"]             # each in both: spike.mp4, spike-de.mp4

    [scenes.tau]                         # parameters of a scene, wherever it is used
    celsius = 18.5

    [[targets]]
    scene = "simulation"
    name = "ttx-{ttx}"                   # file name; {…} is a parameter
    set = { stimulus = "step(12, start=5)" }
    sweep = { ttx = [0, 0.5, 1] }        # a target for each value
    presets = ["slide", "lecture"]       # and for each preset
    formats = ["mp4", "gif"]

Without ``[[targets]]`` every scene is one. The same tables may stand under ``[tool.hhanim]``
in ``pyproject.toml``.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hhanim.language import ENGLISH
from hhanim.studio.errors import UsageError
from hhanim.studio.plan import catalogue

DEFAULTS = {
    "preset": None,
    "theme": "dark",
    "size": None,
    "language": ENGLISH,
    "sound": "voice",
    "output": "output",
}
VARIABLES = {key: f"HHANIM_{key.upper()}" for key in DEFAULTS}
"""Of the environment, such as HHANIM_PRESET."""

LARGEST, DEEPEST, MOST = 1_000_000, 10, 1000
"""Bytes of a project file, levels that its tables are nested, films that it asks for."""

TOO_LARGE = "a number of more than 64 bits"

Place = tuple[str | int, ...]
"""Of something in the file: its key after those of the tables that it stands in."""


@dataclass(frozen=True)
class Target:
    """One ``[[targets]]`` table."""

    scene: str
    name: str | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    sweep: Mapping[str, list[Any]] = field(default_factory=dict)
    presets: tuple[str | None, ...] = (None,)
    themes: tuple[str | None, ...] = (None,)
    languages: tuple[str | None, ...] = (None,)
    formats: tuple[str, ...] = ("mp4",)
    size: str | None = None
    place: Place = ()

    def key(self, name: str) -> Place:
        """Where one of its keys would stand in the file; of a target that is not from there, nowhere."""
        return self.place and (*self.place, name)

    def count(self) -> int:
        """How many films it asks for."""
        sweeps = (len(values) for values in self.sweep.values())
        return math.prod([*sweeps, *map(len, (self.presets, self.themes, self.languages, self.formats))])


@dataclass(frozen=True)
class Project:
    """A project file, checked; ``text`` and ``prefix`` are for finding the line of a mistake, ``table`` is the one in
    which preset, theme, size and output stand."""

    path: Path | None = None
    text: str = ""
    prefix: tuple[str, ...] = ()
    preset: str | None = None
    theme: str | None = None
    size: str | None = None
    language: str | None = None
    sound: str | None = None
    languages: tuple[str | None, ...] = (None,)
    output: str | None = None
    scenes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    lecture: Mapping[str, Any] | None = None
    table: tuple[str, ...] = ()

    def error(self, place: Place, reason: object) -> UsageError:
        """A mistake in the file: ``hhanim.toml:12: …``; without a file, the reason alone."""
        if self.path is None or not place:
            return UsageError(str(reason))
        return UsageError(f"{self.path}:{self.line(*place)}: {reason}")

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """What is refused meanwhile is a mistake in the file, at that place."""
        try:
            yield
        except UsageError as error:
            raise self.error(place, error) from None

    def places(self) -> dict[str, Place]:
        """Where the file says what holds for all targets, as far as the environment does not say otherwise."""
        return {
            key: (*self.table, key)
            for key, variable in VARIABLES.items()
            if getattr(self, key) and not os.environ.get(variable)
        }

    def check_scenes(self, found: catalogue.Catalogue) -> None:
        """Make sure that there are the scenes that ``[scenes.…]`` speaks of. Raises UsageError when there are not."""
        for name in self.scenes:
            with self.at(("scenes", name)):
                found.get(name)

    def line(self, *place: str | int) -> int:
        """Where a key stands."""
        return line_of(self.text, (*self.prefix, *place))


def find_project(config: str | None) -> Project:
    """The project file that is named, or the one of the working directory, or none. Raises UsageError when it is named
    and not there, or wrong: ``hhanim.toml:12: …``."""
    if config is not None:
        path = Path(config)
        if not path.is_file():
            raise UsageError(f"no file {config}")
        return read(path)
    if Path("hhanim.toml").is_file():
        return read(Path("hhanim.toml"))
    pyproject = Path("pyproject.toml")
    if pyproject.is_file() and "[tool.hhanim" in pyproject.read_text(encoding="utf-8", errors="replace"):
        return read(pyproject)
    return Project()


def read(path: Path) -> Project:
    """A project file, checked. Raises UsageError with file and line."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise UsageError(f"{path}:1: no project file has more than {LARGEST:,} bytes")
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = found[1] if found else str(text.count("\n") + 1)
        raise UsageError(f"{path}:{line}: {re.sub(r' *[(]at .*[)]', '', str(error))}") from None
    except RecursionError:
        lines = [re.sub(r"""\"[^\"]*\"|'[^']*'""", "", line) for line in text.splitlines()]
        deepest = max(range(len(lines)), key=lambda k: lines[k].count("[") + lines[k].count("{"))
        raise UsageError(f"{path}:{deepest + 1}: nested deeper than {DEEPEST} levels") from None
    except ValueError:  # Python's own limit to the digits of a number
        line = next((k for k, t in enumerate(text.splitlines(), 1) if re.search(r"[\d_]{4300}", t)), 1)
        raise UsageError(f"{path}:{line}: {TOO_LARGE}") from None
    prefix: tuple[str, ...] = ()
    file = Project(path, text)
    for place, value in _all_values(table):
        if len(place) > DEEPEST:
            raise file.error(place[:3], f"nested deeper than {DEEPEST} levels")
        if isinstance(value, int) and abs(value) >= 2**63:
            raise file.error(place, TOO_LARGE)
        if any(isinstance(said, str) and "\0" in said for said in (*place[-1:], value)):
            raise file.error(place, f"{place[-1]}: a null byte is in it")
    if path.name == "pyproject.toml":
        for key in ("tool", "hhanim"):
            prefix = (*prefix, key)
            table = table.get(key, {})
            if not isinstance(table, dict):
                raise file.error(prefix, f"{'.'.join(prefix)} is no table; write [tool.hhanim]")
    return _checked(replace(file, prefix=prefix), table)


def _all_values(table: Any) -> Iterator[tuple[Place, Any]]:
    """Everything in a table and in what it holds, with its place; none is deeper than can be looked at."""
    todo: list[tuple[Place, Any]] = [((), table)]
    while todo:
        place, value = todo.pop()
        yield place, value
        if isinstance(value, dict):
            todo += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            todo += [((*place, k), inner) for k, inner in enumerate(value)]


def _checked(file: Project, table: Mapping[str, Any]) -> Project:
    from hhanim.studio.plan.schema import check

    checked = check(table, file.error)
    targets = tuple(_target(t, ("targets", k)) for k, t in enumerate(checked.pop("targets")))
    count = 0
    for wanted in targets:
        count += (films := wanted.count())
        if count > MOST:
            key = "sweep" if wanted.sweep else "scene"
            what = f"{films:,} films" if films > MOST else f"this makes {count:,} films in all"
            raise file.error((*wanted.place, key), f"{what}; no more than {MOST:,} can be asked for")
    checked["languages"] = tuple(checked["languages"] or (None,))
    return replace(file, targets=targets, **checked)


def _target(table: dict[str, Any], place: Place) -> Target:
    lists: dict[str, Any] = {
        k: tuple(table[k]) for k in ("presets", "themes", "languages", "formats") if k in table
    }
    return Target(**{**table, **lists, "place": place})


def line_of(text: str, location: Place) -> int:
    """The line of a TOML file where a key stands, as near as a reader needs: its own, or its table's."""
    here: Place = ()
    counts: dict[Place, int] = {}
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if found := re.match(r"\[\[\s*([^\]]+?)\s*\]\]", bare):
            keys = _keys(found[1])
            counts[keys] = counts.get(keys, -1) + 1
            here = (*keys, counts[keys])
            names: Place = here
        elif found := re.match(r"\[\s*([^\]]+?)\s*\]", bare):
            here = names = _inside(_keys(found[1]), counts)
        elif found := re.match(
            r"((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=", bare
        ):
            names = (*here, *_keys(found[1]))
        else:
            continue
        common = len(names) if location[: len(names)] == names else 0
        if common > depth:
            best, depth = number, common
    return best


def _inside(keys: Place, counts: Mapping[Place, int]) -> Place:
    """A table's keys, with the number of the ``[[…]]`` table that it belongs to."""
    for k in range(1, len(keys)):
        if keys[:k] in counts:
            return (*keys[:k], counts[keys[:k]], *keys[k:])
    return keys


def _keys(text: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in text.split("."))

"""What to render: the command line, the environment, ``hhanim.toml`` and the defaults, in that order of
precedence.

A project file says which targets there are::

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

Without ``[[targets]]`` every scene is one. The same tables may stand under ``[tool.hhanim]`` in
``pyproject.toml``.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hhanim.errors import did_you_mean
from hhanim.language import ENGLISH
from hhanim.language.catalogue import LanguageError
from hhanim.language.catalogue import files as catalogues
from hhanim.studio.errors import UsageError
from hhanim.studio.media.formats import FORMATS
from hhanim.studio.news import Event
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.names import clashes, file_name, or_variant
from hhanim.studio.plan.request import Origin, Request, target
from hhanim.studio.plan.request import output_folder as folder_of

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


@dataclass(frozen=True)
class Settings:
    """What the command line said; None where it said nothing.

    Args:
        apart: whether what is given is in the file's name even where the name without it is free.
    """

    preset: str | None = None
    theme: str | None = None
    size: str | None = None
    language: str | None = None
    sound: str | None = None
    name: str | None = None
    output: str | None = None
    formats: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    apart: bool = False


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
    place: tuple[str | int, ...] = ()

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

    def error(self, place: tuple[str | int, ...], reason: object) -> UsageError:
        """A mistake in the file: ``hhanim.toml:12: …``; without a file, the reason alone."""
        if self.path is None or not place:
            return UsageError(str(reason))
        return UsageError(f"{self.path}:{self.line(*place)}: {reason}")

    def places(self) -> dict[str, tuple[str | int, ...]]:
        """Where the file says what holds for all targets, as far as the environment does not say otherwise."""
        return {
            key: (*self.table, key)
            for key, variable in VARIABLES.items()
            if getattr(self, key) and not os.environ.get(variable)
        }

    def check_scenes(self, found: catalogue.Catalogue) -> None:
        """Make sure that there are the scenes that ``[scenes.…]`` speaks of.

        Raises:
            UsageError: when there are not.
        """
        for name in self.scenes:
            try:
                found.get(name)
            except UsageError as error:
                raise self.error(("scenes", name), error) from None

    def line(self, *place: str | int) -> int:
        """Where a key stands."""
        return line_of(self.text, (*self.prefix, *place))


def requests(
    names: list[str], settings: Settings, config: str | None = None
) -> tuple[list[Request], list[Event]]:
    """Every film that is asked for, and a failure for every scene that cannot be read.

    Args:
        names: scenes or targets; all if empty. A path that ends in ``.py`` is a scene file.
        settings: what the command line said. config: a project file; by default ``hhanim.toml`` if there is
        one.

    Raises:
        UsageError: for a name that does not exist, or a project file that is wrong.
    """
    project = find_project(config)
    found = catalogue.read()
    general = general_settings(settings, project)
    try:
        folder_of(general["output"])
    except UsageError as error:
        ours = general["output"] == project.output
        raise project.error(("output",) if ours else (), error) from None
    project.check_scenes(found)
    targets = list(project.targets) or [Target(e.name) for e in found.entries]
    failed = (
        []
        if names or project.targets
        else [
            Event("failed", b.path.stem, str(b.path), message=f"cannot read {b.reason}") for b in found.broken
        ]
    )

    def films(chosen: Iterable[Target]) -> list[Request]:
        return [r for t in chosen for r in expand(t, project, found, settings, general, everywhere=not names)]

    wanted = [] if names else films(targets)
    for name in names:
        # A target, a scene, or one of a target's variants by the name that it is told of.
        chosen = films(_named(name, targets, found)) or [r for r in films(targets) if r.name == name]
        if not chosen:
            raise found.unknown(name, [t.name for t in targets if t.name])
        wanted += chosen
    for name in () if names else settings.given:
        if not any(name in r.given for r in wanted):
            known = {n for r in wanted for n in parameter_names(r.entry, r.given)}
            raise UsageError(f"no scene has a parameter {name}{did_you_mean(name, known)}")
    for _, request in clashes(wanted):
        how = '--name "{scene}"' if settings.name else 'name = "{ttx}"'
        reason = f"two targets would be written to {request.path}; give them names, such as {how}"
        line = request.origin.lines.get("name") if request.origin and not settings.name else None
        raise UsageError(f"{project.path}:{line}: {reason}" if line else reason)
    return list({request.path: request for request in wanted}.values()), failed


def output_folder(settings: Settings, config: str | None = None) -> Path:
    """Where the media are put."""
    return folder_of(general_settings(settings, find_project(config))["output"])


def language(settings: Settings) -> str:
    """The language of what is no film."""
    return str(general_settings(settings, find_project(None))["language"])


def general_settings(settings: Settings, project: Project) -> dict[str, Any]:
    """What holds for all targets, in the order of precedence."""
    return {
        key: getattr(settings, key) or os.environ.get(variable) or getattr(project, key) or DEFAULTS[key]
        for key, variable in VARIABLES.items()
    }


def parameter_names(entry: catalogue.Entry, given: Mapping[str, Any]) -> list[str]:
    """What can be given for a scene."""
    from hhanim.parameters import names

    return names(entry.declared, given)


def _named(name: str, targets: list[Target], found: catalogue.Catalogue) -> list[Target]:
    """The targets that go by a name: their own, or their scene's; or a scene without a target."""
    if catalogue.is_file(name):
        return [Target(name)]
    known = [*(e.name for e in found.entries), *(catalogue.stem(b.path) for b in found.broken)]
    chosen = [t for t in targets if name in (t.name, t.scene)]
    return chosen or ([Target(name)] if name in known else [])


def expand(
    wanted: Target,
    project: Project,
    found: catalogue.Catalogue,
    settings: Settings,
    general: Mapping[str, Any],
    *,
    everywhere: bool,
) -> Iterable[Request]:
    """A target's requests: one per value of its sweeps, per preset, theme and format.

    Args:
        everywhere: whether ``--set`` is for every scene that has the parameter, and no mistake where there is none.
    """
    scene = wanted.scene
    try:
        entry = catalogue.find(scene) if catalogue.is_file(scene) else found.get(scene)
    except UsageError as error:
        raise project.error(wanted.place and (*wanted.place, "scene"), error) from None
    common = {**project.scenes.get(entry.name, {}), **wanted.set}
    origin = _origin(wanted, project, entry.name, settings)
    for suffix in (formats := settings.formats or wanted.formats):
        if suffix not in FORMATS:
            place = () if settings.formats else wanted.place and (*wanted.place, "formats")
            raise project.error(place, f"no format named {suffix}{did_you_mean(suffix, FORMATS)}")
    for values in itertools.product(*wanted.sweep.values()):
        swept = dict(zip(wanted.sweep, values, strict=True))
        given = {**common, **swept}
        said = settings.given
        if said and everywhere:
            known = parameter_names(entry, {**given, **said})
            said = {name: value for name, value in said.items() if name.rpartition(".")[2] in known}
        given |= said
        tongues = wanted.languages if wanted.languages != (None,) else project.languages
        for preset, theme, language in itertools.product(wanted.presets, wanted.themes, tongues):
            preset = settings.preset or preset or general["preset"]
            theme = settings.theme or theme or general["theme"]
            language = settings.language or language or general["language"]
            try:
                catalogues(language)
            except LanguageError as error:
                line = origin.lines.get("language") if origin else None
                raise UsageError(f"{project.path}:{line}: {error}" if line else str(error)) from None
            words = {**given, "preset": preset or "standard", "theme": theme, "language": language}
            dress = {"preset": words["preset"]} if len(wanted.presets) > 1 else {}
            dress |= {"theme": theme} if len(wanted.themes) > 1 else {}
            template, size = settings.name or wanted.name, settings.size or wanted.size or general["size"]
            if language != ENGLISH and (template is None or len(tongues) > 1):
                dress["language"] = language
            try:
                name = file_name(entry, words, swept, template, dress)
                variant = file_name(entry, words, {**swept, **said}, template, dress)
                paths = [target(general["output"], name, FORMATS[f].suffix) for f in formats]
            except UsageError as error:
                place = () if settings.name else wanted.place and (*wanted.place, "name")
                raise project.error(place, error) from None
            for path in paths:
                request = Request(
                    entry, path, given, preset, theme, size, origin, language=language, sound=general["sound"]
                )
                if settings.apart:
                    request = replace(request, path=target(path.parent, variant, path.suffix))
                elif said and settings.name is None:
                    request = or_variant(request, variant)
                yield request


def _origin(wanted: Target, project: Project, scene: str, settings: Settings) -> Origin | None:
    """The lines of what the file says and the command line does not say over it."""
    if project.path is None:
        return None
    here = wanted.place
    places = project.places()
    if project.languages != (None,):
        places["language"] = ("languages",)
    places |= {name: ("scenes", scene, name) for name in project.scenes.get(scene, {})}
    if here:
        places |= {name: (*here, "set", name) for name in wanted.set}
        places |= {name: (*here, "sweep", name) for name in wanted.sweep}
        places |= {"name": (*here, "name")}
        places |= {
            key[:-1]: (*here, key)
            for key in ("presets", "themes", "languages")
            if getattr(wanted, key) != (None,)
        }
        if wanted.size:
            places["size"] = (*here, "size")
    said = {key for key in VARIABLES if getattr(settings, key)} | settings.given.keys()
    return Origin(project.path, {n: project.line(*p) for n, p in places.items() if n not in said})


# -- reading a project file --------------------------------------------------------------------------------


def find_project(config: str | None) -> Project:
    """The project file that is named, or the one of the working directory, or none.

    Raises:
        UsageError: when it is named and not there, or wrong: ``hhanim.toml:12: …``.
    """
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
    """A project file, checked.

    Raises:
        UsageError: with file and line.
    """
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
    return _checked(path, text, table, prefix)


def _all_values(table: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Everything in a table and in what it holds, with its place; none is deeper than can be looked at."""
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), table)]
    while todo:
        place, value = todo.pop()
        yield place, value
        if isinstance(value, dict):
            todo += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            todo += [((*place, k), inner) for k, inner in enumerate(value)]


def _checked(path: Path, text: str, table: Mapping[str, Any], prefix: tuple[str, ...]) -> Project:
    from hhanim.studio.plan.schema import check

    file = Project(path, text, prefix)
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


def _target(table: dict[str, Any], place: tuple[str | int, ...]) -> Target:
    lists: dict[str, Any] = {
        k: tuple(table[k]) for k in ("presets", "themes", "languages", "formats") if k in table
    }
    return Target(**{**table, **lists, "place": place})


def line_of(text: str, location: tuple[str | int, ...]) -> int:
    """The line of a TOML file where a key stands, as near as a reader needs: its own, or its table's."""
    here: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if found := re.match(r"\[\[\s*([^\]]+?)\s*\]\]", bare):
            keys = _keys(found[1])
            counts[keys] = counts.get(keys, -1) + 1
            here = (*keys, counts[keys])
            names: tuple[str | int, ...] = here
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


def _inside(
    keys: tuple[str | int, ...], counts: Mapping[tuple[str | int, ...], int]
) -> tuple[str | int, ...]:
    """A table's keys, with the number of the ``[[…]]`` table that it belongs to."""
    for k in range(1, len(keys)):
        if keys[:k] in counts:
            return (*keys[:k], counts[keys[:k]], *keys[k:])
    return keys


def _keys(text: str) -> tuple[str | int, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))

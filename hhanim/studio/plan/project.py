"""What to render: the command line, the environment, the project file and the defaults, in that order of precedence."""

from __future__ import annotations

import itertools
import os
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
from hhanim.studio.plan.names import clashes, file_name, or_variant, spelled
from hhanim.studio.plan.project_file import DEFAULTS, VARIABLES, Project, Target, find_project
from hhanim.studio.plan.request import Origin, Request, target, told_in
from hhanim.studio.plan.request import output_folder as folder_of


@dataclass(frozen=True)
class Settings:
    """What the command line said; None where it said nothing.

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


def requests(
    names: list[str], settings: Settings, config: str | None = None
) -> tuple[list[Request], list[Event]]:
    """Every film that is asked for, and a failure for every scene that cannot be read.

    names: scenes or targets; all if empty. A path that ends in ``.py`` is a scene file.
    settings: what the command line said. config: a project file; by default ``hhanim.toml`` if there is
    one.
    Raises UsageError for a name that does not exist, or a project file that is wrong.
    """
    project = find_project(config)
    found = catalogue.read()
    general = general_settings(settings, project)
    with project.at(("output",) if general["output"] == project.output else ()):
        folder_of(general["output"])
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
        raise UsageError(f"{told_in(request.origin, 'name')}{reason}")
    return list({request.path: request for request in wanted}.values()), failed


def output_folder(settings: Settings, config: str | None = None) -> Path:
    """Where the media are put."""
    return folder_of(general_settings(settings, find_project(config))["output"])


def language(settings: Settings) -> str:
    """The language of what is no film."""
    return str(general_settings(settings, find_project(None))["language"])


def general_settings(settings: Settings, project: Project) -> dict[str, Any]:
    """What holds for all targets, from the first that says it."""
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
) -> Iterator[Request]:
    """A target's requests: one per value of its sweeps, per preset, theme, language and format.

    everywhere: whether ``--set`` is for every scene that has the parameter, and no mistake where there is none.
    """
    with project.at(wanted.key("scene")):
        entry = catalogue.find(wanted.scene) if catalogue.is_file(wanted.scene) else found.get(wanted.scene)
    formats = settings.formats or wanted.formats
    for suffix in formats:
        if suffix not in FORMATS:
            reason = f"no format named {suffix}{did_you_mean(suffix, FORMATS)}"
            raise project.error(() if settings.formats else wanted.key("formats"), reason)
    origin = _origin(wanted, project, entry.name, settings)
    template, size = settings.name or wanted.name, settings.size or wanted.size or general["size"]
    for swept in _swept(wanted):
        filed = {**project.scenes.get(entry.name, {}), **wanted.set, **swept}
        said = _known(entry, filed, settings.given) if everywhere else settings.given
        given = spelled(entry, {**filed, **said})
        swept, said = ({name: given[name] for name in those} for those in (swept, said))
        for look in _looks(wanted, project, settings, general):
            try:
                catalogues(look.language)
            except LanguageError as error:
                raise UsageError(f"{told_in(origin, 'language')}{error}") from None
            with project.at(() if settings.name else wanted.key("name")):
                words = {**given, **look.words}
                name = file_name(entry, words, swept, template, look.dress)
                variant = file_name(entry, words, {**swept, **said}, template, look.dress)
                paths = [target(general["output"], name, FORMATS[suffix].suffix) for suffix in formats]
            for path in paths:
                request = Request(
                    entry, path, given, look.preset, look.theme, size, origin,
                    language=look.language, sound=general["sound"],
                )  # fmt: skip
                if settings.apart:
                    request = replace(request, path=target(path.parent, variant, path.suffix))
                elif said and settings.name is None:
                    request = or_variant(request, variant)
                yield request


def _swept(wanted: Target) -> Iterator[dict[str, Any]]:
    """Each choice of a value for every parameter that a target sweeps."""
    for values in itertools.product(*wanted.sweep.values()):
        yield dict(zip(wanted.sweep, values, strict=True))


def _known(entry: catalogue.Entry, given: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was said for all scenes, as far as this one has it."""
    known = parameter_names(entry, {**given, **said}) if said else ()
    return {name: value for name, value in said.items() if name.rpartition(".")[2] in known}


@dataclass(frozen=True)
class _Look:
    """How a film looks and in which language it speaks; what of that is in its name."""

    preset: str | None
    theme: str
    language: str
    named: tuple[str, ...]

    @property
    def words(self) -> dict[str, str]:
        return {"preset": self.preset or "standard", "theme": self.theme, "language": self.language}

    @property
    def dress(self) -> dict[str, str]:
        return {key: self.words[key] for key in self.named}


def _looks(
    wanted: Target, project: Project, settings: Settings, general: Mapping[str, Any]
) -> Iterator[_Look]:
    """A target's looks: each of its presets in each of its themes and languages, but for what the command line says."""
    languages = wanted.languages if wanted.languages != (None,) else project.languages
    named = [key for key in ("preset", "theme") if len(getattr(wanted, f"{key}s")) > 1]
    for preset, theme, own in itertools.product(wanted.presets, wanted.themes, languages):
        language = settings.language or own or general["language"]
        told = language != ENGLISH and ((settings.name or wanted.name) is None or len(languages) > 1)
        yield _Look(
            settings.preset or preset or general["preset"],
            settings.theme or theme or general["theme"],
            language,
            (*named, *(["language"] if told else [])),
        )


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
    said = {key for key in (*VARIABLES, "name") if getattr(settings, key)} | settings.given.keys()
    return Origin(project.path, {n: project.line(*p) for n, p in places.items() if n not in said})

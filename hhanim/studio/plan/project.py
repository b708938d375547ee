"""What to render: the command line, the environment, the project file and the defaults, in that order of precedence."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping
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
from hhanim.studio.plan.project_file import DEFAULTS, VARIABLES, Project, Target, find_project
from hhanim.studio.plan.request import Origin, Request, target
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

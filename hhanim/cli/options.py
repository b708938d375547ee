"""The options that several commands share, and the requests behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import click

from hhanim.studio.errors import StudioError, UsageError

if TYPE_CHECKING:
    from hhanim.studio.news import Event
    from hhanim.studio.plan.project import Settings
    from hhanim.studio.plan.request import Request

Command = Callable[..., Any]


def _scene_names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete."""
    from hhanim.studio.plan import catalogue

    return [e.name for e in catalogue.read().entries if e.name.startswith(typed)]


def _preset_names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete."""
    from hhanim.studio.plan.presets import PRESETS

    return [name for name in PRESETS if name.startswith(typed)]


def _languages(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete."""
    from hhanim.language.catalogue import known

    return [code for code in known() if code.startswith(typed)]


def _parameter_names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete: of the scenes that are named, or of all; of a model, where there is one.

    What stands before an option without its value, as this one is while it is typed, is left in ``ctx.args``.
    """
    from hhanim.parameters import ParameterError, names
    from hhanim.studio.plan import catalogue

    found = catalogue.read()
    scenes = (
        ctx.params.get("names")
        or ctx.args
        or ([] if "model" in ctx.params else [e.name for e in found.entries])
    )
    known: dict[str, None] = {}
    try:
        declared = [catalogue.find(scene).declared for scene in scenes]
        for one in declared or [{"model": ("Membrane", ctx.params["model"])}]:
            known |= dict.fromkeys(names(one, {}))
    except (StudioError, ParameterError):  # the line is not finished, or wrong; that is said when it is run
        pass
    return [f"{name}=" for name in known if name.startswith(typed)]


def option(*names: str, **said: Any) -> Callable[[Command], Command]:
    """An option for several commands, made once: making it for each took a tenth of the time of ``--help``."""
    made = cache(lambda _: click.Option(names, **said))
    return click.option(cls=cast("type[click.Option]", made))


names_argument = click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=_scene_names)
json_option = option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
set_option = option(
    "--set",
    "-s",
    "sets",
    metavar="NAME=VALUE",
    multiple=True,
    shell_complete=_parameter_names,
    help="A parameter, such as gNa=60; may be repeated.",
)
preset_option = option(
    "--preset",
    "-p",
    shell_complete=_preset_names,
    help="standard, draft, slide, lecture, uhd, square or vertical.",
)
theme_option = option("--theme", "-t", help="dark, light, dark-transparent or light-transparent.")
language_option = option(
    "--language",
    "-l",
    metavar="CODE",
    shell_complete=_languages,
    help="Of all that is written and said: en, de, es, or your own, language/CODE.po.",
)
sound_option = option(
    "--sound",
    help="What is heard: voice (see hhanim voice; the default); spikes, or described, as well; none.",
)
size_option = option("--size", metavar="WxH", help="Pixels, over the preset's: 1280x720.")
format_option = option(
    "--format",
    "-F",
    "formats",
    metavar="FORMAT",
    multiple=True,
    help="mp4, gif, webm, mov or png; may be repeated.",
)
name_option = option(
    "--name",
    metavar="NAME",
    help='Of the file, without its suffix: "at {celsius} °C" (default: the scene\'s).',
)
output_option = option("--output", "-o", metavar="DIR", help="Folder for the media (default: output).")
sections_option = option("--sections", is_flag=True, help="Of films, one file per section as well.")
force_option = option(
    "--force", "-f", is_flag=True, help="Even over what hhanim did not make, or was edited by hand."
)
config_option = option(
    "--config", "-c", metavar="FILE", help="A TOML file of targets (default: hhanim.toml)."
)
model_option = option(
    "--model",
    "-m",
    default="modern",
    show_default=True,
    help="A preset, or path/to/file.py:NAME (which is run).",
)


def language_of(said: str | None) -> str:
    """The language of what is no film: the command line's, else the environment's or the project file's, else English.
    Raises UsageError when the project file is wrong."""
    from hhanim.studio.plan.project import Settings, language

    return language(Settings(language=said))


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options and arguments as one, in the order in which help lists them."""

    def all_of_them(command: Command) -> Command:
        for each in reversed(options):
            command = each(command)
        return command

    return all_of_them


worker_options = together(
    option("--quiet", "-q", is_flag=True, help="No progress; failures only."),
    option("--json", "as_json", is_flag=True, help="One JSON event a line on stdout."),
    option("--jobs", "-j", type=int, help="Processes that render (default: one for every two cores)."),
    option(
        "--scheduler",
        metavar="ADDRESS",
        help="Render on Dask's workers: tls://host:8786, or tcp:// in a closed network: whoever reaches a port of "
        "Dask's runs code there.",
    ),
)
"""How rendering is told of, and who renders."""

look_options = together(set_option, preset_option, theme_option, language_option, sound_option, size_option)
"""What a film is made with, and what it looks and sounds like."""

request_options_of_one = together(names_argument, look_options, name_option, output_option, config_option)
"""The arguments of :func:`plan` without ``formats``."""

request_options = together(request_options_of_one, format_option)
"""The arguments of :func:`plan`: which media are meant."""


def split(assignments: tuple[str, ...]) -> dict[str, str]:
    """``("gNa=60", …)`` as a mapping. Raises UsageError when one has no ``=`` or no name, or a name comes twice with
    different values."""
    found: dict[str, str] = {}
    for text in assignments:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise UsageError(f"--set {text}: give NAME=VALUE, such as gNa=60")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise UsageError(f"--set {name}: has letters that no file can hold")
        if found.setdefault(name, value) != value:
            raise UsageError(f"--set {name} is given twice: {found[name]} and {value}")
    return found


def settings_of(sets: tuple[str, ...], **said: Any) -> Settings:
    """What the command line said; a preset, a theme and the like may be --set as well. Raises UsageError
    as :func:`split`."""
    from hhanim.studio.plan.project import Settings

    given = split(sets)
    for key in ("preset", "theme", "size", "language", "sound"):
        said[key] = said.get(key) or given.pop(key, None)
    return Settings(**said, given=given)


def plan(
    names: tuple[str, ...],
    sets: tuple[str, ...],
    formats: tuple[str, ...],
    config: str | None,
    *,
    sections: bool = False,
    apart: bool = False,
    **said: str | None,
) -> tuple[list[Request], list[Event]]:
    """The requests behind a command line, and a failure for every scene that cannot even be read.

    apart: whether what is --set is in a file's name even where the name without it is free.
    said: preset, theme, size, language, sound, name and output, None where the command line says nothing.
    """
    from dataclasses import replace

    from hhanim.studio.plan.project import requests

    formats = tuple(name.strip() for text in formats for name in text.split(","))
    settings = replace(settings_of(sets, **said), formats=formats, apart=apart)
    wanted, failed = requests(list(dict.fromkeys(names)), settings, config)
    if sections:  # a GIF beside the film is made whole
        wanted = [replace(r, sections=r.entry.kind == "film" and bool(r.format.container)) for r in wanted]
        if not failed and not any(r.sections for r in wanted):
            raise UsageError("--sections: of films (spike, circuit …) in mp4, webm or mov only")
    return wanted, failed

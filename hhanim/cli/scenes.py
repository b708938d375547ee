"""What there is to render, and the first file of a scene of one's own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from hhanim.cli.options import json_option, names_argument
from hhanim.cli.output import complain, print_json
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.plan.catalogue import Entry


@click.command("list")
@names_argument
@json_option
def list_scenes(names: tuple[str, ...], as_json: bool) -> None:
    """What there is to render.

    \b
    Examples:
      hhanim list
      hhanim list tau --json
    """
    from hhanim.studio.plan import catalogue

    found = catalogue.read()
    entries = [found.get(n) for n in dict.fromkeys(names)] if names else list(found.entries)
    if as_json:
        print_json([e.as_json() for e in entries])
    elif sys.stdout.isatty():
        _table(entries)
    else:
        for e in entries:
            print(e.name, e.kind, e.title, sep="\t")
    for broken in found.broken:
        complain(f"cannot read {broken.reason}")


def _table(entries: list[Entry]) -> None:
    """For a terminal: what a scene is, and below it what ``--set`` takes."""
    import shutil
    import textwrap

    columns = shutil.get_terminal_size().columns
    width = max((len(e.name) for e in entries), default=0)
    for e in entries:
        name = e.name.ljust(width)
        print(f"{name if 'NO_COLOR' in os.environ else click.style(name, bold=True)}  {e.kind}  {e.title}")
        indent = " " * (width + 8)
        known = " ".join(p.name for p in e.parameters)
        print(textwrap.fill(known, columns, initial_indent=indent, subsequent_indent=indent))


@click.command()
@click.argument("name", default="my_scene")
@click.option("--film", is_flag=True, help="A film (manim) instead of a clip (matplotlib).")
def new(name: str, film: bool) -> None:
    """Start a scene that renders as it is, scenes/NAME_clip.py, and a commented hhanim.toml.

    The name lecture starts a lecture of the films there are instead, a commented lecture.toml.

    \b
    Examples:
      hhanim new adaptation
      hhanim new rebound --film
      hhanim new lecture
    """
    from hhanim.studio.plan.starter import lecture, start

    if name == "lecture":
        if film:
            raise UsageError("a lecture is no scene: hhanim new lecture, without --film")
        print(lecture())
        complain("hhanim lecture makes it; hhanim lecture --dry-run says of what", head="")
        return
    written = start(name, "film" if film else "clip")
    for path in written:
        print(path)
    if len(written) == 1:
        complain(
            f"hhanim.toml is there already: {name} is among its targets when it has [[targets]] and below that "
            f'scene = "{name}"',
            head="",
        )
    complain(f"hhanim render {name} makes it; hhanim watch {name} remakes it whenever you save", head="")

"""Films into what a lecture is held with: one command for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhanim.cli.options import (
    config_option,
    force_option,
    language_of,
    language_option,
    output_option,
    plan,
    request_options_of_one,
    sections_option,
)
from hhanim.cli.output import complain, each
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.plan.request import Request


@click.group(no_args_is_help=False)
def export() -> None:
    """Films for a lecture: pages that work offline, a deck of slides. What is stale is rendered first.

    \b
    Examples:
      hhanim export html spike
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
    """


@export.command()
@request_options_of_one
@click.option("--phone", is_flag=True, help="With a portrait version of each, which telephones show.")
@click.option("--captions", metavar="CODE", multiple=True, help="In another language too; may be repeated.")
@force_option
def html(phone: bool, captions: tuple[str, ...], force: bool, **asked: Any) -> int:
    """A page for each film, with its captions and sections; it works offline.

    Versions in several languages are in one page, to choose from.

    \b
    Examples:
      hhanim export html spike tau --preset slide --phone
      hhanim export html spike --captions de --captions es
    """
    from hhanim.studio.deliver import pages

    films, code = _made(**asked, more=_upright if phone else None, also=captions)
    return max(code, _told(partial(pages.page, *versions, force=force) for versions in pages.together(films)))


def _upright(request: Request) -> Request:
    """The same with its longer side upright."""
    short, long = sorted(request.pixels)
    path = request.path.with_name(f"{request.path.stem}-portrait{request.path.suffix}")
    return replace(request, size=f"{short}x{long}", path=path)


@export.command()
@request_options_of_one
@click.option("--out", metavar="FILE", help="The deck (default: hhanim.pptx in the output folder).")
@sections_option
@click.option(
    "--play",
    type=click.Choice(["click", "auto", "picture"]),
    default="click",
    show_default=True,
    help="What starts a film: the clicker, the slide itself, a click on the film.",
)
@click.option("--template", metavar="FILE", help="A deck of your own, to whose slides these are added.")
@force_option
def pptx(out: str | None, sections: bool, play: str, template: str | None, force: bool, **asked: Any) -> int:
    """One deck of slides with all films.

    With --sections a film of several sections has a slide for each.

    \b
    Examples:
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
      hhanim export pptx spike --template department.pptx --play auto
    """
    from hhanim.studio.deliver import master, slides
    from hhanim.studio.mends import need

    need(*slides.NEEDS)
    path, own = _file(out, ".pptx"), Path(template) if template else None
    if own:
        master.title_layout(master.opened(own), f"--template {own}")
    films, code = _made(**asked, sections=sections)
    if not films:
        return code
    make = partial(slides.deck, films, path or _beside(films, ".pptx"), play=play, template=own, force=force)
    return max(code, _told([make]))


@export.command()
@request_options_of_one
@click.option("--out", metavar="FILE", help="The handout (default: hhanim.pdf in the output folder).")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@force_option
def pdf(out: str | None, paper: str, force: bool, **asked: Any) -> int:
    """A handout: a picture of each section beside what is said in it, then terms and parameters.

    On paper the light theme reads best.

    \b
    Examples:
      hhanim export pdf spike threshold --theme light --out lecture.pdf
    """
    from hhanim.studio.deliver import handout
    from hhanim.studio.mends import need

    need(*handout.NEEDS)
    path = _file(out, ".pdf")
    films, code = _made(**asked)
    if not films:
        return code
    make = partial(handout.handout, films, path or _beside(films, ".pdf"), paper=paper, force=force)
    return max(code, _told([make]))


def _web(kind: str, shows: str, *, one_file: bool = False) -> None:
    """The command of a kind of deck that a browser shows."""

    def deck(out: str | None, force: bool, one_file: bool = False, **asked: Any) -> int:
        from hhanim.studio.deliver import webdecks

        suffix, _ = webdecks.KINDS[kind]
        path = _file(out, suffix)
        films, code = _made(**asked)
        if not films:
            return code
        place = path or _beside(films, f".{kind}{suffix}")
        return max(code, _told([partial(webdecks.write, kind, films, place, inside=one_file, force=force)]))

    options = [
        request_options_of_one,
        click.option("--out", metavar="FILE", help="The deck; films are copied beside it."),
        force_option,
    ]
    if one_file:
        options.append(click.option("--one-file", is_flag=True, help="With the films inside."))
    for option in reversed(options):
        deck = option(deck)
    deck.__doc__ = f"""{shows}

    The deck's own next and back go through a film's cues. Needs no network.

    \b
    Examples:
      hhanim export {kind} spike threshold --preset slide
    """
    export.command(kind)(deck)


_web("reveal", "A deck of reveal.js, ready to show: one page beside its films.", one_file=True)
_web("marp", "Slides for Marp: marp --html FILE.")
_web("quarto", "Slides for Quarto: quarto render FILE.")
_web("slidev", "Slides for Slidev: npx slidev FILE.")
_web("jupyter", "A notebook with a cell for each film; also as slides, jupyter nbconvert --to slides FILE.")


@export.command()
@request_options_of_one
@click.option("--out", metavar="FILE", help="The package (default: hhanim.zip in the output folder).")
@force_option
def scorm(out: str | None, force: bool, **asked: Any) -> int:
    """A package for a learning platform such as Moodle, ILIAS or Canvas (SCORM 1.2).

    It tells the platform how much of each film has been seen.

    \b
    Examples:
      hhanim export scorm spike threshold --preset slide --out week1.zip
    """
    from hhanim.studio.deliver import scorm as deliver

    path = _file(out, ".zip")
    films, code = _made(**asked)
    if not films:
        return code
    return max(code, _told([partial(deliver.scorm, films, path or _beside(films, ".zip"), force=force)]))


@click.command()
@output_option
@config_option
@language_option
@click.option("--out", metavar="FILE", help="The page (default: gallery/index.html in the output folder).")
@click.option("--title", default="", help="Of the page.")
@click.option("--one-file", is_flag=True, help="With all films in the page itself.")
@force_option
def gallery(
    output: str | None,
    config: str | None,
    language: str | None,
    out: str | None,
    title: str,
    one_file: bool,
    force: bool,
) -> int:
    """A page with everything that was made: posters, versions side by side, downloads, and how to make each again.

    It needs no network and no server: a folder to put on a web server, or one file. Nothing is rendered.

    \b
    Examples:
      hhanim render && hhanim gallery
      hhanim gallery --one-file --out week1.html --title "Week 1"
    """
    from hhanim.studio.deliver import gallery as deliver
    from hhanim.studio.plan.project import Settings, output_folder

    folder = output_folder(Settings(output=output), config)
    path = _file(out, ".html") or folder / "gallery" / "index.html"
    options: Any = {"one_file": one_file, "title": title, "language": language_of(language), "force": force}
    print(deliver.gallery(folder, path, **options))
    return 0


def _file(out: str | None, suffix: str) -> Path | None:
    """The file of --out, of which the suffix is known.

    Raises:
        UsageError: when it has another.
    """
    if out is not None and Path(out).suffix != suffix:
        raise UsageError(f"--out {out}: ends in {suffix}")
    return Path(out) if out is not None else None


def _beside(films: list[Path], suffix: str) -> Path:
    """Where a file of all films lies that is not named."""
    return films[0].with_name(f"hhanim{suffix}")


def _made(
    *,
    sections: bool = False,
    more: Callable[[Request], Request] | None = None,
    also: Sequence[str] = (),
    **asked: Any,
) -> tuple[list[Path], int]:
    """The films that are asked for, made where they are stale, and the exit code so far.

    more: what is wanted of each besides. also: languages of captions besides the film's own.
    """
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.media import sidecar

    wanted, failed = plan(**asked, formats=("mp4",), sections=sections)
    if also:
        wanted = [replace(r, also=tuple(code for code in also if code != r.language)) for r in wanted]
    wanted += [more(request) for request in wanted] if more else []
    with Reporter() as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, on_event=reporter)
    films: list[Path] = []

    def take(request: Request) -> None:
        if not sidecar.record_of(request.path).alt:
            complain(
                f'{request.path} has no words for those who cannot see it: write alt = "…" in its scene, '
                f"{request.entry.symbol}"
            )
        films.append(request.path)

    ends = zip(wanted, events, strict=True)
    code = each(partial(take, request) for request, e in ends if e.kind in ("done", "fresh", "kept"))
    return films, code or (0 if len(films) == len(wanted) and not failed else 1)


def _told(jobs: Iterable[Callable[[], Path]]) -> int:
    """Do them, each of which gives a path, which is printed: the exit code."""
    return each(partial(lambda job: print(job()), job) for job in jobs)

"""Films into what a lecture is held with: one command for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hhanim.cli import options
from hhanim.cli.output import complain, each
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.news import Event
    from hhanim.studio.plan.lecture import Lecture
    from hhanim.studio.plan.request import Request


films_options = options.together(
    options.request_options_of_one,
    options.option(
        "--lecture", metavar="FILE", help="The parts of this lecture, in order, under its title and name."
    ),
)
"""The arguments of :func:`_made`: which films are meant."""


def whole_options(what: str, ending: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The arguments of :func:`_whole`: which films are meant, and the one file that is made of all of them."""
    out = click.option(
        "--out", metavar="FILE", help=f"{what} (default: hhanim{ending} in the output folder)."
    )
    return lambda command: films_options(out(options.force_option(command)))


@click.group(no_args_is_help=False)
def export() -> None:
    """Films for a lecture: pages that work offline, a deck of slides. What is stale is rendered first.

    \b
    Examples:
      hhanim export html spike
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
    """


@export.command()
@films_options
@click.option("--phone", is_flag=True, help="With a portrait version of each, which telephones show.")
@click.option("--captions", metavar="CODE", multiple=True, help="In another language too; may be repeated.")
@options.force_option
def html(phone: bool, captions: tuple[str, ...], force: bool, **asked: Any) -> int:
    """A page for each film, with its captions and sections; it works offline.

    Versions in several languages are in one page, to choose from; the films of a lecture are in one as well.

    \b
    Examples:
      hhanim export html spike tau --preset slide --phone
      hhanim export html spike --captions de --captions es
    """
    from hhanim.studio.deliver import gallery, pages

    asked |= {"more": _upright if phone else None, "also": captions}
    if asked["lecture"] is not None:
        return _whole(gallery.collection, ".html", out=None, force=force, **asked)
    made = _made(**asked)
    jobs = (partial(pages.page, *versions, force=force) for versions in pages.together(made.films))
    return max(made.code, _told(jobs))


def _upright(request: Request) -> Request | None:
    """The same scene with its longer side upright; None of what is so already, and of what is no scene."""
    from dataclasses import replace

    width, height = request.pixels
    if width <= height or request.entry.kind not in ("clip", "film"):
        return None
    path = request.path.with_name(f"{request.path.stem}-portrait{request.path.suffix}")
    return replace(request, size=f"{height}x{width}", path=path)


@export.command()
@whole_options("The deck", ".pptx")
@options.sections_option
@click.option(
    "--play",
    type=click.Choice(["click", "auto", "picture"]),
    default="click",
    show_default=True,
    help="What starts a film: the clicker, the slide itself, a click on the film.",
)
@click.option("--template", metavar="FILE", help="A deck of your own, to whose slides these are added.")
def pptx(play: str, template: str | None, **asked: Any) -> int:
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
    own = None if template is None else Path(template)
    if own:
        master.title_layout(master.opened(own), f"--template {own}")
    return _whole(partial(slides.deck, play=play, template=own), ".pptx", **asked)


@export.command()
@whole_options("The handout", ".pdf")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
def pdf(paper: str, **asked: Any) -> int:
    """A handout: a picture of each section beside what is said in it, then terms and parameters.

    On paper the light theme reads best.

    \b
    Examples:
      hhanim export pdf spike threshold --theme light --out lecture.pdf
    """
    from hhanim.studio.deliver import handout
    from hhanim.studio.mends import need

    need(*handout.NEEDS)
    return _whole(partial(handout.handout, paper=paper), ".pdf", **asked)


@export.command()
@whole_options("The package", ".zip")
def scorm(**asked: Any) -> int:
    """A package for a learning platform such as Moodle, ILIAS or Canvas (SCORM 1.2).

    It tells the platform how much of each film has been seen.

    \b
    Examples:
      hhanim export scorm spike threshold --preset slide --out week1.zip
    """
    from hhanim.studio.deliver import scorm as deliver

    return _whole(deliver.scorm, ".zip", **asked)


def _deck(kind: str, suffix: str, shows: str, *more: Callable[..., Any]) -> None:
    """The command of a kind of deck that is one text, with its films beside it."""

    def deck(one_file: bool = False, **asked: Any) -> int:
        from hhanim.studio.deliver import printed, webdecks

        if kind in printed.KINDS:
            return _whole(partial(printed.write, kind), f".{kind}{suffix}", **asked)
        return _whole(partial(webdecks.write, kind, inside=one_file), f".{kind}{suffix}", **asked)

    for option in (*more, whole_options("The deck, with its films beside it", f".{kind}{suffix}")):
        deck = option(deck)
    deck.__doc__ = f"""{shows}

    \b
    Examples:
      hhanim export {kind} spike threshold --preset slide
    """
    export.command(kind)(deck)


_THROUGH = "The deck's own next and back go through the cues of its films; no network is needed."
_deck(
    "reveal",
    ".html",
    f"A deck of reveal.js, ready to show: one page beside its films. {_THROUGH}",
    click.option("--one-file", is_flag=True, help="With the films inside."),
)
_deck("marp", ".md", f"Slides for Marp: marp --html FILE. {_THROUGH}")
_deck("quarto", ".qmd", f"Slides for Quarto: quarto render FILE. {_THROUGH}")
_deck("slidev", ".md", f"Slides for Slidev: npx slidev FILE. {_THROUGH}")
_deck(
    "jupyter",
    ".ipynb",
    f"A notebook with a cell for each film; as slides, jupyter nbconvert --to slides FILE. {_THROUGH}",
)
_PICTURES = "A picture of each section, which is a link to its film: in a PDF few programs play one."
_deck("beamer", ".tex", f"Slides in LaTeX. {_PICTURES}")
_deck("typst", ".typ", f"Slides in Typst: typst compile FILE. {_PICTURES}")


@click.command()
@options.output_option
@options.config_option
@options.language_option
@click.option("--out", metavar="FILE", help="The page (default: gallery/index.html in the output folder).")
@click.option("--title", default="", help="Of the page.")
@click.option("--one-file", is_flag=True, help="With all films in the page itself.")
@options.force_option
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
    path = _file(out, ".html", force) or folder / "gallery" / "index.html"
    said = options.language_of(language)
    print(deliver.gallery(folder, path, one_file=one_file, title=title, language=said, force=force))
    return 0


def _whole(
    write: Callable[..., Path],
    ending: str,
    *,
    out: str | None,
    force: bool,
    sections: bool = False,
    **asked: Any,
) -> int:
    """Make one file of all films that are asked for, or none where one of them is missing: the exit code.

    write: of films and the file. ending: of its name, where that is not named.
    """
    path = _file(out, Path(f"hhanim{ending}").suffix, force)
    made = _made(**asked, sections=sections)
    path = path or made.whole.with_name(made.whole.name + ending)
    if made.code:
        complain(f"{path} is not made, for it would lack a film")
        return made.code
    return _told([partial(write, made.films, path, title=made.title, force=force)])


def _file(out: str | None, suffix: str, force: bool) -> Path | None:
    """The file of --out, of which the suffix is known. Raises UsageError when it has another, or cannot be; RenderError
    when something of somebody's lies there; before anything is rendered for it."""
    from hhanim.studio.make.manifest import spare
    from hhanim.studio.plan.request import LONGEST, output_folder, unseen

    if out is None:
        return None
    path = Path(out)
    if path.suffix != suffix:
        raise UsageError(f"--out {out}: ends in {suffix}")
    if unseen(path.name) or len(path.name.encode(errors="replace")) > LONGEST:
        raise UsageError(
            f"--out {path.name[:20]!r}…: no file is called so: {LONGEST} bytes at most, that can be seen"
        )
    output_folder(path.parent)
    spare(path, force)
    return path


class _Made(NamedTuple):
    """Films that are there, in order, and the exit code so far.

    whole: of all of them the file without its suffix, where that is not named; title: of all of them, "" is for the
    deck to find.
    """

    films: list[Path]
    code: int
    whole: Path
    title: str = ""


def _made(
    *,
    lecture: str | None = None,
    sections: bool = False,
    more: Callable[[Request], Request | None] | None = None,
    also: Sequence[str] = (),
    **asked: Any,
) -> _Made:
    """The films that are asked for, made where they are stale.

    lecture: the project file of one whose parts they are. more: what is wanted of each besides, if anything.
    also: languages of captions besides the film's own.

    Raises UsageError when scenes are named as well as a lecture.
    """
    from dataclasses import replace

    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.media import sidecar

    whole, title = Path("hhanim"), ""
    failed: list[Event] = []
    if lecture is None:
        wanted, failed = options.plan(**asked, formats=("mp4",), sections=sections)
        order = [request.path for request in wanted]
        whole = order[0].with_name("hhanim") if order else whole
    else:
        plans = _lecture(lecture, **asked)
        wanted = [replace(r, sections=sections and r.entry.kind == "film") for r in plans.requests]
        order = [part.request.path for part in plans.parts]
        whole, title = plans.path.with_suffix(""), plans.title
    wanted = [_told_in(request, also) for request in wanted]
    if more:
        wanted += list(filter(None, map(more, wanted)))
        order = [request.path for request in wanted]
    with Reporter() as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, on_event=reporter)
    there: list[Path] = []

    def take(request: Request) -> None:
        if not sidecar.record_of(request.path).alt and request.entry.kind in ("clip", "film"):
            complain(
                f'{request.path} has no words for those who cannot see it: write alt = "…" in its scene, '
                f"{request.entry.symbol}"
            )
        there.append(request.path)

    ends = zip(wanted, events, strict=True)
    code = each(partial(take, request) for request, e in ends if e.kind in ("done", "fresh", "kept"))
    code = code or (0 if len(there) == len(wanted) and not failed else 1)
    return _Made([path for path in order if path in there], code, whole, title)


def _lecture(
    file: str, *, names: tuple[str, ...], sets: tuple[str, ...], config: str | None, **said: Any
) -> Lecture:
    """The lecture of a project file, its parts possible. Raises UsageError when it is wrong, or scenes are named
    as well."""
    from hhanim.studio.plan.lecture import find_lecture
    from hhanim.studio.plan.project import Settings

    if names or config:
        raise UsageError(
            f"--lecture {file}: its parts are what is exported; leave {names[0] if names else config} away"
        )
    found = find_lecture(file, Settings(given=options.split(sets), **said))
    found.check()
    return found


def _told_in(request: Request, also: Sequence[str]) -> Request:
    """A film with captions in these languages besides its own, and in those it has: none is made again to lose some."""
    from dataclasses import replace

    from hhanim.studio.media import sidecar

    record = sidecar.read(request.path)
    codes = dict.fromkeys([*request.also, *also, *(record.also if record else ())])
    return replace(request, also=tuple(code for code in codes if code != request.language))


def _told(jobs: Iterable[Callable[[], Path]]) -> int:
    """Do them, each of which gives a path, which is printed: the exit code."""
    return each(partial(lambda job: print(job()), job) for job in jobs)

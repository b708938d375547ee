"""Films into what a lecture is held with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhanim.cli.options import force_option, plan, request_options_of_one, sections_option
from hhanim.cli.output import complain, each
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.plan.request import Request


@click.command()
@click.argument("kind", metavar="html|pptx", type=click.Choice(["html", "pptx"]))
@request_options_of_one
@click.option("--out", metavar="FILE", help="The deck (default: hhanim.pptx in the output folder).")
@sections_option
@force_option
def export(kind: str, out: str | None, sections: bool, force: bool, **asked: Any) -> int:
    """Films for a lecture: a page for each that works offline, or one deck of slides with all of them.

    What is stale is rendered first. With --sections a film of several sections has a slide for each.

    \b
    Examples:
      hhanim export html spike
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
    """
    from hhanim.studio.deliver import pages, slides
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.media import sidecar
    from hhanim.studio.mends import need

    if out is not None and (kind != "pptx" or Path(out).suffix != ".pptx"):
        raise UsageError(f"--out {out}: names the deck of pptx, and ends in .pptx")
    if kind == "pptx":
        need(*slides.NEEDS)
    wanted, failed = plan(**asked, formats=("mp4",), sections=sections)
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

    def tell(job: Callable[[], Path]) -> None:
        print(job())

    ends = zip(wanted, events, strict=True)
    code = each(partial(take, request) for request, e in ends if e.kind in ("done", "fresh", "kept"))
    if kind == "html":
        jobs = [partial(pages.page, film, force=force) for film in films]
    else:
        deck = Path(out) if out else films[0].with_name("hhanim.pptx") if films else Path()
        jobs = [partial(slides.deck, films, deck, force=force)] if films else []
    code = max(code, each(partial(tell, job) for job in jobs))
    return code or (0 if len(films) == len(wanted) and not failed else 1)

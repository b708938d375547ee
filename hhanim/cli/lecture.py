"""Films into what a lecture is held with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hhanim.cli.options import plan, request_options_of_one, sections_option
from hhanim.cli.output import complain
from hhanim.studio.errors import UsageError


@click.command()
@click.argument("kind", metavar="html|pptx", type=click.Choice(["html", "pptx"]))
@request_options_of_one
@click.option("--out", metavar="FILE", help="The deck (default: hhanim.pptx in the output folder).")
@sections_option
def export(kind: str, out: str | None, sections: bool, **asked: Any) -> int:
    """Films for a lecture: a page for each that works offline, or one deck of slides with all of them.

    What is stale is rendered first. With --sections a film of several sections has a slide for each.

    \b
    Examples:
      hhanim export html spike
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
    """
    from hhanim.studio.deliver import pages, slides
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.manifest import note
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
    films = [r.path for r, e in zip(wanted, events, strict=True) if e.kind in ("done", "fresh", "kept")]
    if kind == "html":
        made = [pages.page(film) for film in films]
    else:
        made = [slides.deck(films, Path(out) if out else films[0].with_name("hhanim.pptx"))] if films else []
    for film in films:
        if not (record := sidecar.record_of(film)).alt:
            complain(
                f'{film} has no words for those who cannot see it: write alt = "…" in its scene, '
                f"{record.key.get('scene')}"
            )
    for path in made:
        if path.resolve().parent == films[0].resolve().parent:  # elsewhere it is the user's own
            note(path)
        print(path)
    return 0 if len(films) == len(wanted) and not failed else 1

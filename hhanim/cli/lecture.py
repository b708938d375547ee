"""A lecture in one file."""

from __future__ import annotations

from typing import Any

import click

from hhanim.cli.media import crew_of, print_rows
from hhanim.cli.options import force_option, look_options, output_option, settings_of, worker_options
from hhanim.cli.output import complain


@click.command("lecture")
@click.argument("file", required=False, type=click.Path())
@look_options
@click.option("--name", metavar="NAME", help="Of the file, without .mp4 (default: its own, or lecture).")
@output_option
@force_option
@click.option(
    "--dry-run", "-n", is_flag=True, help="Only list the parts, their lengths, and what is stale and why."
)
@worker_options
def make_lecture(
    file: str | None,
    force: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    jobs: int | None,
    scheduler: str | None,
    **said: Any,
) -> int:
    """A lecture in one MP4: title, films, slides, clips and outro, with chapters, captions and transcript beside it.

    FILE is a project file with a [lecture] (default: lecture.toml, or else hhanim.toml); `hhanim new lecture` writes
    one. Parts that are stale are rendered, and then all are joined without being encoded again.

    \b
    Examples:
      hhanim new lecture
      hhanim lecture --dry-run
      hhanim lecture --preset draft
      hhanim lecture --set gNa=100 --name less_sodium
    """
    from hhanim.studio.deliver.lecture import make, rows
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.plan.lecture import find_lecture
    from hhanim.voice.script import unheard

    wanted = find_lecture(file, settings_of(**said))
    wanted.check()
    if not quiet and (lost := list(unheard(wanted.requests))):
        names = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
        why = "without a recording, or with one of another sentence; hhanim voice check --lecture says more"
        complain(f"nobody says {len(lost)} of its lines, {why}: {names}")
    if dry_run:
        from dataclasses import asdict

        found = [asdict(row) for row in rows(wanted)]
        print_rows(found if as_json else [{**row, **_times(row)} for row in found], as_json=as_json)
        return 0
    with (
        crew_of(jobs, scheduler, wanted.requests) as crew,
        Reporter(as_json=as_json, quiet=quiet) as reporter,
    ):
        end = make(wanted, force=force, on_event=reporter, crew=crew)
    return {"done": 0, "fresh": 0, "missing": 3}.get(end.kind, 1)


def _times(row: dict[str, Any]) -> dict[str, str]:
    """When a part begins and how long it is, for people."""
    from hhanim.look.numbers import clock

    start, seconds = row["start"], row["seconds"]
    return {
        "start": "?" if start is None else clock(start),
        "seconds": "? s" if seconds is None else f"{seconds:.1f} s",
    }

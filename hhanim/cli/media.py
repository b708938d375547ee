"""Films and pictures: made, asked after, looked at, taken away."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhanim.cli import options
from hhanim.cli.output import complain, each, print_json
from hhanim.errors import one_line, visible
from hhanim.studio.errors import RenderError, UsageError

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew
    from hhanim.studio.plan.request import Request

STALE = 4


@click.command()
@options.request_options
@click.option(
    "--force", "-f", is_flag=True, help="Even what is fresh, was edited by hand or is not hhanim's."
)
@options.sections_option
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be rendered, and why.")
@options.worker_options
def render(
    force: bool,
    sections: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    jobs: int | None,
    scheduler: str | None,
    **asked: Any,
) -> int:
    """Make the media that are missing or no longer what their scene would make.

    NAME is a scene, a target of hhanim.toml, or a scene file (path/to/my_clip.py, which is run);
    without one, everything. What is --set makes a file of its own, output/tau-celsius=18.5.mp4, where
    output/tau.mp4 is there and was made with something else.

    \b
    Examples:
      hhanim render
      hhanim render tau --set celsius=18.5 --theme light --preset draft
      hhanim render simulation --set model=modern --set "stimulus=step(10, start=5)" --name fires
      hhanim render spike --set ttx=0.8 --sections -F mp4 -F gif
      hhanim render --dry-run
    """
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter

    wanted, failed = options.plan(**asked, sections=sections)
    if dry_run:
        _explain(wanted, force=force, as_json=as_json)
        return 1 if failed else 0
    with crew_of(jobs, scheduler, wanted) as crew, Reporter(as_json=as_json, quiet=quiet) as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, force=force, on_event=reporter, crew=crew)
    kinds = {e.kind for e in [*failed, *events]}
    return 1 if kinds & {"failed", "kept"} else 3 if "missing" in kinds else 0


def crew_of(
    jobs: int | None, scheduler: str | None, wanted: Sequence[Request]
) -> AbstractContextManager[Crew | None]:
    """Who renders: nobody but this process, where more would not be faster."""
    if jobs is not None and not 1 <= jobs <= 256:
        raise UsageError(f"--jobs {jobs}: must be 1 to 256")
    jobs = jobs or min((os.cpu_count() or 1) // 2, len(wanted))
    if scheduler is None and jobs <= 1:
        return contextlib.nullcontext()
    from hhanim.studio.make import workers

    return workers.dask(scheduler) if scheduler is not None else workers.local(jobs)


def _explain(wanted: Sequence[Request], *, force: bool, as_json: bool) -> None:
    """What would be done, and why."""
    from hhanim.studio.fresh.status import status

    states = [(r, s) for r in wanted if not (s := status(r)).fresh or force]
    print_rows(
        [
            {
                "name": request.name,
                "path": str(request.path),
                "action": "keep" if state.protected and not force else "render",
                "reasons": list(state.reasons) or ["forced"],
            }
            for request, state in states
        ],
        as_json=as_json,
    )


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """As JSON, or a line each without the path."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        words = ("; ".join(v) if k == "reasons" else v for k, v in row.items() if k != "path")
        print(*map(visible, words), sep="\t")


@click.command()
@options.request_options
@click.option(
    "--accessible",
    is_flag=True,
    help="Decode the films, and say which criteria of WCAG 1.2, 1.4.3 and 2.3.1 they meet.",
)
@options.json_option
def check(as_json: bool, accessible: bool, **asked: Any) -> int:
    """List what is stale, with the reason; exit code 4 when something is.

    With --accessible, a line for each criterion and film instead; exit code 1 when one is not met.

    \b
    Examples:
      hhanim check --preset lecture || hhanim render --preset lecture
      hhanim check spike --accessible
    """
    if accessible:
        return _accessible(as_json=as_json, **asked)
    from hhanim.studio.fresh.status import status
    from hhanim.studio.media.exchange import WORK

    wanted, failed = options.plan(**asked)
    for folder in {request.path.parent for request in wanted if (request.path.parent / WORK).is_dir()}:
        from hhanim.studio.make.work_folder import sweep

        sweep(folder)  # where a killed run has left files that are yet to take their places
    states = [(r, s.reasons) for r in wanted if not (s := status(r)).fresh]
    stale = [{"name": r.name, "path": str(r.path), "reasons": list(reasons)} for r, reasons in states]
    stale += [{"name": e.name, "path": e.path, "reasons": [e.message]} for e in failed]
    print_rows(stale, as_json=as_json)
    return STALE if stale else 0


def _accessible(as_json: bool, **asked: Any) -> int:
    """What each film meets; one that is named by its file need not be a scene's."""
    from dataclasses import asdict

    from hhanim.studio.media.accessible import report

    files = [Path(name) for name in asked["names"] if Path(name).suffix in (".mp4", ".webm", ".mov")]
    asked["names"] = tuple(name for name in asked["names"] if Path(name) not in files)
    if asked["names"] or not files:
        wanted, failed = options.plan(**asked)
        files += [request.path for request in wanted if request.format.container]
        for event in failed:
            complain(event.message)
    rows: list[dict[str, Any]] = []

    def one(path: Path) -> None:
        for found in report(path):
            rows.append({"path": str(path), **asdict(found)})
            if not as_json:
                word = {True: "met", False: "NOT MET", None: "not asked for"}[found.met]
                print(path, found.criterion, word, found.words, sep="\t", flush=True)

    code = each(partial(one, path) for path in files)
    if as_json:
        print_json(rows)
    return code or int(any(row["met"] is False for row in rows))


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@options.json_option
def verify(files: tuple[str, ...], as_json: bool) -> int:
    """Recompute a file's hash and say what made it; exit code 1 when it is not what it was.

    \b
    Examples:
      hhanim verify output/tau.mp4
    """
    from hhanim.studio.make.work_folder import sweep
    from hhanim.studio.media import sidecar

    found: list[dict[str, Any]] = []

    def one(name: str) -> None:
        sweep(Path(name).parent)
        found.append({"path": name, **sidecar.verify(Path(name))})

    code = each(partial(one, name) for name in files)
    if as_json:
        print_json(found)
    for record in [] if as_json else found:
        made = " ".join(f"{k}={sidecar.shown(v)}" for k, v in record["parameters"].items())
        changed = "" if record["intact"] else f"CHANGED since it was made: {', '.join(record['changed'])}"
        print(record["path"], changed or "intact", sep="\t")
        about = (f"hhanim {record['hhanim']}", f"{record['kind']} {record['key'].get('scene')}")
        print(f"\t{one_line(' · '.join((*about, record['preset'], record['theme'], made)))}")
    return max(code, 0 if all(r["intact"] for r in found) else 1)


@click.command()
@options.request_options_of_one
@click.option(
    "--at", metavar="SECONDS", type=float, help="Into the film (default for clips: the poster's moment)."
)
@click.option("--kind", "-k", default="png", show_default=True, help="png; for clips svg and pdf too.")
@options.force_option
def still(at: float | None, kind: str, force: bool, **asked: Any) -> int:
    """One moment as a picture, beside the film: output/NAME-12.5s.png.

    A preset, a theme and a size that are asked for are in its name too: output/NAME-12.5s-light.png.

    \b
    Examples:
      hhanim still simulation --at 3.5 --kind pdf --theme light
    """
    from hhanim.studio.make.stills import still as draw

    wanted, _ = options.plan(**asked, formats=("png",), apart=True)  # a picture may be transparent
    if not asked["names"] and at is None:
        wanted = [r for r in wanted if r.entry.kind == "clip"]
    for request in wanted:
        request.check()

    def one(request: Request) -> None:
        print(draw(request, at, kind, force=force))

    return each(partial(one, request) for request in wanted)


@click.command()
@options.request_options
def watch(**asked: Any) -> int:
    """Render a draft whenever a file that it depends on is saved, into output/preview.

    Ctrl-C ends. --preset and --output as for render.

    \b
    Examples:
      hhanim watch my_scene
      hhanim watch tau --set gNa=60 --theme light
    """
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.make.watching import watch as look

    asked["preset"] = asked["preset"] or "draft"
    asked["output"] = asked["output"] or "output/preview"
    asked["formats"] = asked["formats"] or ("mp4",)
    with contextlib.suppress(KeyboardInterrupt), Reporter() as reporter:
        look(lambda: options.plan(**asked), asked["config"], reporter, complain)
    return 0


@click.command()
@options.output_option
@options.config_option
@click.option("--orphans", is_flag=True, help="Only films that no scene or target asks for any more.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be removed.")
def clean(output: str | None, config: str | None, orphans: bool, dry_run: bool) -> int:
    """Remove what hhanim made: films, stills, pages, decks. What was edited by hand stays.

    \b
    Examples:
      hhanim clean --dry-run
      hhanim clean --orphans
    """
    from hhanim.studio.make import cleaning
    from hhanim.studio.plan.lecture import lecture_of
    from hhanim.studio.plan.project import Settings, output_folder, requests

    settings = Settings(output=output)
    keep = [r.path for r in requests([], settings, config)[0]] if orphans else None
    if keep is not None and (wanted := lecture_of(config, settings)):
        keep += [wanted.path, *(request.path for request in wanted.requests)]
    try:
        gone, kept = cleaning.clean(output_folder(settings, config), keep, dry_run=dry_run)
    except OSError as error:
        raise RenderError(f"cannot remove {error.filename}: {error.strerror or error}") from error
    for path in gone:
        print(path)
    for path in kept:
        complain(f"{path} or what belongs to it was edited by hand: it stays")
    return 0

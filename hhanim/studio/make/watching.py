"""Edit, save, look: previews of what depends on a file that was just written.

The libraries that draw stay loaded between two previews, scenes and their helpers are read anew each time.
When hhanim itself is edited, the process starts over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hhanim.process import start_over
from hhanim.studio import loaded
from hhanim.studio.errors import StudioError
from hhanim.studio.fresh import package
from hhanim.studio.fresh.sources import sources
from hhanim.studio.fresh.used import Places
from hhanim.studio.make.films import make_all
from hhanim.studio.make.making import failure
from hhanim.studio.media import sidecar
from hhanim.studio.mends import need
from hhanim.studio.news import Event, Listener
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.request import Request
from hhanim.user_code import PACKAGE

Plan = Callable[[], tuple[list[Request], list[Event]]]


def watch(plan: Plan, config: str | None, on_event: Listener, complain: Callable[[str], None]) -> None:
    """Make what ``plan`` asks for, and again whenever a file that it depends on changes; until Ctrl-C. Raises
    MissingError when watchfiles is not installed."""
    need("watchfiles", "watch", "watch")
    from watchfiles import Change
    from watchfiles import watch as changes

    reached: set[Path] = set()

    def matters(_: Change, name: str) -> bool:
        path = Path(name)
        of_project = path.name in ("hhanim.toml", "pyproject.toml")
        return path in reached or of_project or catalogue.has_scenes(path)

    with contextlib.suppress(StudioError):  # which the first preview will tell
        reached |= _reached(plan()[0], config)
    while True:
        places, ready = _places(reached), False
        # An empty batch comes at each timeout: with the first one the watcher is at work, so that nothing
        # that is saved while the first preview is drawn gets lost.
        batches = changes(
            *places,
            watch_filter=matters,
            step=30,
            debounce=300,
            rust_timeout=200,
            yield_on_timeout=True,
            recursive=False,
        )
        for batch in batches:
            if ready and not batch:
                continue
            changed = {Path(name) for _, name in batch}
            if changed:
                complain(f"{', '.join(sorted(p.name for p in changed))} changed")
            if any(loaded.ours(str(p)) for p in changed):
                start_over()
            reached |= _reached(_once(plan, on_event, complain), config)
            if not ready:
                mine = [_short(p) for p in places if not p.is_relative_to(PACKAGE)]
                complain(f"watching {', '.join(mine)} and hhanim itself; Ctrl-C ends")
            ready = True
            if _places(reached) != places:
                break


def _once(plan: Plan, on_event: Listener, complain: Callable[[str], None]) -> Sequence[Request]:
    try:
        wanted, failed = plan()
        for event in failed:
            on_event(event)
    except StudioError as error:  # a mistake in a file that will be mended and saved again
        complain(str(error))
        return ()
    try:
        make_all(wanted, on_event=lambda event: None if event.kind == "fresh" else on_event(event))
    except StudioError as error:
        for request in wanted[:1]:
            on_event(failure(request, error))
    return wanted


def _reached(wanted: Iterable[Request], config: str | None) -> set[Path]:
    """Every file that a preview depends on."""
    found = {Path(config).resolve()} if config else set()
    for request in wanted:
        places, record = Places.of(request), sidecar.read(request.path)
        used = (
            places.place(label)
            for label in (record.used if record else ())
            if label.startswith(("./", "../", "cwd/"))
        )
        found |= {path.resolve() for path in (*sources(request.entry.path), *used)}
    return found | set(package.files().values())


def _places(reached: Iterable[Path]) -> list[Path]:
    """The folders to look at, those of the scenes and of the project file among them."""
    folders = {Path.cwd(), *(p.parent for p in reached), *(f.resolve() for f in catalogue.folders())}
    return sorted(f for f in folders if f.is_dir())


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

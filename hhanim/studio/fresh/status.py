"""Is a film still what its scene would make today, and if not, why?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hhanim.language.catalogue import known
from hhanim.studio import loaded
from hhanim.studio.fresh.changes import changes, differences
from hhanim.studio.fresh.job import prepare, stamp
from hhanim.studio.fresh.trust import foreign
from hhanim.studio.fresh.used import MEANT, Places
from hhanim.studio.media import sidecar
from hhanim.studio.plan.request import Request


@dataclass(frozen=True)
class Status:
    """Whether a film needs making: the reasons, and whether a hand has been at it (then only
    ``--force`` remakes)."""

    reasons: tuple[str, ...]
    protected: bool = False

    @property
    def fresh(self) -> bool:
        """Nothing to do."""
        return not self.reasons


def status(request: Request) -> Status:
    """Compare a request with what lies in its place. Raises UsageError when the request itself is not possible."""
    record = sidecar.read(request.path)
    found = _changes(request, record)
    if found or found is None:
        request.check()
    if state := standing(request.path, record):
        return state
    assert record is not None
    request = _at_least(request, record)
    if found == {}:
        return Status(())
    loaded.check()
    asked = [*differences({**record.as_json(), **record.key}, prepare(request).key)]
    if not record.used:
        asked.append("nothing says what it was made of")
    edited = (words for label, words in (found or {}).items() if not label.startswith(MEANT))
    return Status((*asked, *edited))


def standing(path: Path, record: sidecar.Record | None) -> Status | None:
    """What is so whatever is asked for: a hand has been at a film, it or a part of it is missing; None: it is whole."""
    if kept := sidecar.kept(path, record):
        return Status(kept, protected=True)
    if record is None:
        return Status(("missing",))
    named = {path.name, *record.beside, *sidecar.made_with(path, record)}
    gone = [name for name in sorted(named) if not path.parent.joinpath(name).exists()]
    return Status(tuple(f"{name} is gone" for name in gone)) if gone else None


def check(request: Request) -> None:
    """Refuse what is not possible; what was made from the very same request was, and is not looked at again. Raises
    UsageError when the request is not possible."""
    if not unchanged(request):
        request.check()


def unchanged(request: Request) -> bool:
    """Whether what lies beside the file was made by the same request from the same sources."""
    return _changes(request, sidecar.read(request.path)) == {}


def _changes(request: Request, record: sidecar.Record | None) -> dict[str, str] | None:
    """What is no longer as it was, by label; None where something else was asked for, or nothing is known."""
    if record is None or not record.used:
        return None
    places = Places.of(request)
    found = dict(changes(record.used, places, foreign(record.used, places)))
    return found if found or record.stamp == stamp(_at_least(request, record)) else None


def _at_least(request: Request, record: sidecar.Record) -> Request:
    """The request, with sections and captions in more languages if they were made: nobody minds that they are there."""
    more = {*record.also} & {*known()} - {request.language} if record.also else set()
    sections = request.sections or bool(record.key.get("sections"))
    return replace(request, sections=sections, also=(*request.also, *sorted(more - {*request.also})))

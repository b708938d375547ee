"""Is a film still what its scene would make today, and if not, why?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hhanim.language.catalogue import known
from hhanim.studio import loaded
from hhanim.studio.fresh.job import prepare, stamp
from hhanim.studio.fresh.trust import foreign
from hhanim.studio.fresh.used import MEANT, Places, changes
from hhanim.studio.media import sidecar
from hhanim.studio.plan.request import Request


@dataclass(frozen=True)
class Status:
    """Whether a film needs making: the reasons, and whether a hand has been at it (then only ``--force``
    remakes)."""

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


_BY_PRESET = ("width", "height", "frame_rate", "n_frames", "quality")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Why two keys differ, in words: ``gNa 120 → 60``."""
    implied = _BY_PRESET if old.get("preset") != new["preset"] else ()
    for name in new:
        before, now = old.get(name), new[name]
        if before == now or not (before or now) or name in implied:
            continue
        if name in ("parameters", "engines"):
            for part in sorted({*(before or {}), *now}):
                if (before or {}).get(part) != now.get(part):
                    yield f"{part} {_word((before or {}).get(part))} → {_word(now.get(part))}"
        elif name == "membranes":
            if (before or {}).keys() == now.keys() and old.get("parameters") == new["parameters"]:
                yield "the model's definition changed"
        elif name == "colours":
            if old.get("theme") == new["theme"]:
                yield f"a colour of the theme {new['theme']} changed"
        else:
            yield f"{name} {_word(before)} → {_word(now)}"


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return " ".join(map(str, value)) if isinstance(value, list) else sidecar.shown(value)

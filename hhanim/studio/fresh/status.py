"""Is a film still what its scene would make today, and if not, why?"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hhanim.studio.fresh.job import digest, prepare
from hhanim.studio.fresh.sources import place
from hhanim.studio.fresh.versions import versions
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
    """Compare a request with what lies in its place.

    Raises:
        UsageError: when the request itself is not possible.
    """
    check(request)
    path = request.path
    record = sidecar.read(path)
    if kept := sidecar.kept(path, record):
        return Status(kept, protected=True)
    if record is None:
        return Status(("missing",))
    request = _at_least(request, record)
    named = {path.name, *record.beside, *sidecar.made_with(path, record)}
    if gone := [name for name in sorted(named) if not path.parent.joinpath(name).exists()]:
        return Status(tuple(f"{name} is gone" for name in gone))
    if record.stamp == _stamp_now(request, record):
        return Status(())
    return Status(tuple(differences({**record.as_json(), **record.key}, prepare(request).key)))


def check(request: Request) -> None:
    """Refuse what is not possible; what was made from the very same request was, and is not looked at again.

    Raises:
        UsageError: when the request is not possible.
    """
    if not unchanged(request):
        request.check()


def unchanged(request: Request) -> bool:
    """Whether what lies beside the file was made by the same request from the same sources."""
    record = sidecar.read(request.path)
    return record is not None and record.stamp == _stamp_now(_at_least(request, record), record)


def _at_least(request: Request, record: sidecar.Record) -> Request:
    """The request, with sections if they were made: nobody minds that they are there."""
    return replace(request, sections=True) if record.key.get("sections") else request


def _stamp_now(request: Request, record: sidecar.Record) -> str:
    watched: dict[str, str] = {}
    for label in record.watched:
        path = place(label, request)
        watched[label] = _hash(path, found) if (found := _stat(path)) else ""
    return digest([request.settings(), watched, versions(request.entry.kind)])


def _stat(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=4096)
def _hash(path: Path, _: tuple[int, int, int]) -> str:
    """Of a file that many films depend on, once in a process."""
    return sidecar.sha256(path)[:16]


_BY_PRESET = ("width", "height", "frame_rate", "n_frames", "quality")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Why two keys differ, in words: ``gNa 120 → 60``, ``scenes/tau_clip.py changed``."""
    implied = _BY_PRESET if old.get("preset") != new["preset"] else ()
    for name in new:
        before, now = old.get(name), new[name]
        if before == now or name in implied:
            continue
        if name in ("parameters", "engines"):
            for part in sorted({*(before or {}), *now}):
                if (before or {}).get(part) != now.get(part):
                    yield f"{part} {_word((before or {}).get(part))} → {_word(now.get(part))}"
        elif name == "sources":
            for label in sorted({*(before or {}), *now}):
                if label not in now:
                    yield f"{label} no longer used"
                elif label not in (before or {}):
                    yield f"{label} newly used"
                elif before[label] != now[label]:  # type: ignore[index]
                    yield f"{label} changed"
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
    return (
        " ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )

"""What lies beside a film: a JSON file that says what made it, and captions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hhanim.studio.errors import UsageError

Caption = tuple[float, float, str]
"""``(start, stop, text)``, seconds."""


def sha256(path: Path) -> str:
    """Of a file's bytes, hexadecimal; of a folder, of its files' names and bytes."""
    if path.is_dir():
        total = hashlib.sha256()
        for item in sorted(path.iterdir()):
            total.update(f"{item.name}\0{sha256(item)}\n".encode())
        return total.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sidecar_path(media: Path) -> Path:
    """``tau.mp4`` has ``tau.json``; another format of the same name has ``tau.gif.json``."""
    return beside(media, ".json")


def beside(media: Path, suffix: str) -> Path:
    """What goes with a film: ``tau.vtt`` with ``tau.mp4``, ``tau.gif.vtt`` with ``tau.gif``."""
    return media.with_suffix(suffix) if media.suffix == ".mp4" else media.with_name(f"{media.name}{suffix}")


def companions(media: Path, record: Mapping[str, Any] | None) -> set[Path]:
    """The poster, captions and sections that the sidecar of ``media`` names; whatever it says, nothing that is
    not called after the film and beside it."""
    names = (record or {}).get("beside", [])
    return {media.with_name(n) for n in names if Path(n).name == n and n.startswith(media.stem)}


def hashes(media: Path, names: Iterable[str]) -> dict[str, str]:
    """Of the files beside a film, and of those in folders beside it, by path relative to the film's folder."""
    found = (media.with_name(name) for name in names)
    files = [f for path in found for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return {f.relative_to(media.parent).as_posix(): sha256(f) for f in files}


def made_with(media: Path, record: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of a film and of what was made with it; as :func:`companions`, nothing that is not beside it."""
    mine = {path.name for path in companions(media, record)}
    others = {
        n: h for n, h in record.get("hashes", {}).items() if n.partition("/")[0] in mine and ".." not in n
    }
    return {media.name: record["sha256"], **others}


def edited(media: Path, record: Mapping[str, Any]) -> list[str]:
    """The names of what a hand has been at, of a film and what was made with it."""
    known = ((name, media.parent / name, digest) for name, digest in made_with(media, record).items())
    return [name for name, path, digest in known if path.exists() and sha256(path) != digest]


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a sidecar; the same content gives the same bytes."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(media: Path) -> dict[str, Any] | None:
    """The sidecar of a film, or None when there is none that can be read."""
    try:
        found = json.loads(sidecar_path(media).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "sha256" in found else None


def vtt(captions: Iterable[Caption]) -> str:
    """Captions as WebVTT."""
    cues = ["WEBVTT\n"]
    for start, stop, text in captions:
        clean = "\n".join(line for line in text.strip().splitlines() if line.strip()).replace("-->", "→")
        clean = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(f"{_clock(start)} --> {_clock(stop)}\n{clean}\n")
    return "\n".join(cues)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    return (
        f"{milliseconds // 3_600_000:02d}:{milliseconds // 60_000 % 60:02d}:"
        f"{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"
    )


def verify(media: Path) -> dict[str, Any]:
    """The sidecar of ``media``, with ``intact`` saying whether the file and what belongs to it are still what it
    describes, and ``changed`` naming what is not.

    Raises:
        UsageError: when the file or its sidecar is missing.
    """
    if not media.exists():
        raise UsageError(f"no file {media}")
    found = read(media)
    if found is None:
        path = sidecar_path(media)
        if path.exists():
            raise UsageError(f"{path} cannot be read: it no longer says what made {media.name}")
        raise UsageError(f"{media}: no {path.name} beside it says what made it")
    changed = edited(media, found)
    return {**found, "intact": not changed, "changed": changed}


def record_of(media: Path) -> dict[str, Any]:
    """The sidecar of a film that is there.

    Raises:
        UsageError: when hhanim did not make it.
    """
    record = read(media)
    if record is None or not media.is_file():
        raise UsageError(f"{media} is not a film that hhanim made")
    return record


def shown(value: Any) -> str:
    """A parameter's value for people."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def captions_of(content: dict[str, Any]) -> Sequence[Caption]:
    """The captions a sidecar records."""
    return [(float(a), float(b), str(text)) for a, b, text in content.get("captions", [])]

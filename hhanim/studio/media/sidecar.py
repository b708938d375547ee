"""What lies beside a film: a JSON file that says what made it, and captions.

A record may come from anybody, with a shared folder or a downloaded course: it is read as foreign input. What it
names stays beside its film, its sizes and counts are bounded, and one that is not in order is no record at all.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Struct, field, json, to_builtins

from hhanim.studio.errors import RenderError, UsageError

Caption = tuple[float, float, str]
"""``(start, stop, text)``, seconds."""

LARGEST = 8_000_000
"""Bytes of a record that is read."""

_Word = Annotated[str, Meta(max_length=300)]
_Text = Annotated[str, Meta(max_length=20_000)]
_Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Seconds = Annotated[float, Meta(ge=0, le=1e6)]
_Pixels = Annotated[int, Meta(ge=1, le=16_384)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Scalar = str | int | float | bool | None
_Plain = str | int | float | bool | list[_Scalar | list[_Scalar]] | dict[_Word, _Scalar] | None
_Words = Annotated[dict[_Word, _Word], Meta(max_length=20_000)]
_Values = Annotated[dict[_Word, _Plain], Meta(max_length=1000)]


class Section(Struct, frozen=True, omit_defaults=True):
    """A section of a film: its name, where it begins (s), and its own file, relative to the film's, if it has one."""

    name: _Text
    start: _Seconds
    file: _Word = ""


class Record(Struct, frozen=True, kw_only=True):
    """What made a film, and what belongs to it.

    `hashes` are of the files beside it, by path relative to the film's folder; `watched` and `used` of the files that
    it was made from, by label. The rest is what it says.
    """

    name: _Word
    kind: _Word
    title: _Text
    description: _Text
    alt: _Text
    file: _Word
    sha256: _Sha256
    bytes: _Count
    format: _Word
    transparent: bool
    width: _Pixels
    height: _Pixels
    fps: Annotated[float, Meta(gt=0, le=1000)]
    frame_rate: _Word
    n_frames: Annotated[int, Meta(ge=1, le=10_000_000)]
    duration: _Seconds
    preset: _Word
    theme: _Word
    parameters: _Values
    set: list[_Word]
    given: _Values
    captions: Annotated[list[tuple[_Seconds, _Seconds, _Text]], Meta(max_length=10_000)]
    sections: Annotated[list[Section], Meta(max_length=1000)]
    beside: Annotated[list[_Word], Meta(max_length=10)]
    hashes: Annotated[dict[_Word, _Sha256], Meta(max_length=1100)]
    engines: _Words
    hhanim: _Word
    digest: _Word
    stamp: _Word
    key: dict[_Word, _Plain]
    watched: _Words
    used: _Words = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        found: dict[str, Any] = to_builtins(self)
        return found


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


def companions(media: Path, record: Record | None) -> set[Path]:
    """The poster, captions and sections that the record of ``media`` names."""
    return {media.with_name(name) for name in record.beside} if record else set()


def hashes(media: Path, names: Iterable[str]) -> dict[str, str]:
    """Of the files beside a film, and of those in folders beside it, by path relative to the film's folder."""
    found = (media.with_name(name) for name in names)
    files = [f for path in found for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return {f.relative_to(media.parent).as_posix(): sha256(f) for f in files}


def made_with(media: Path, record: Record) -> dict[str, str]:
    """The hashes of a film and of what was made with it."""
    return {media.name: record.sha256, **record.hashes}


def edited(media: Path, record: Record) -> list[str]:
    """The names of what a hand has been at, of a film and what was made with it."""
    known = ((name, media.parent / name, digest) for name, digest in made_with(media, record).items())
    return [name for name, path, digest in known if path.exists() and sha256(path) != digest]


def write(path: Path, record: Record) -> None:
    """Write a sidecar; the same content gives the same bytes.

    Raises:
        RenderError: when what it says is more than a record holds.
    """
    try:
        content = json.encode(record)
        json.decode(content, type=Record)
    except (MsgspecError, UnicodeEncodeError) as error:
        raise RenderError(f"the record of {record.file!r} cannot be written: {error}") from None
    path.write_bytes(json.format(content, indent=2) + b"\n")


def read(media: Path) -> Record | None:
    """The record of a film, or None when there is none that can be read."""
    try:
        return _read(media)
    except (OSError, ValueError):
        return None


def _read(media: Path) -> Record:
    """The record of a film.

    Raises:
        OSError: when there is none. ValueError: why it cannot be read.
    """
    path = sidecar_path(media)
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
        raise ValueError("no file of a record's size")
    try:
        record = json.decode(path.read_bytes(), type=Record)
    except (MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(" ".join(str(error).split())) from None
    if record.file != media.name:
        raise ValueError(f"it is of {record.file!r}")
    poster, captions, sections = (beside(media, suffix).name for suffix in (".png", ".vtt", ".sections"))
    for name in record.beside:
        if name not in (poster, captions, sections):
            raise ValueError(f"{name!r} is none of its film's files")
    for name in record.hashes:
        folder, _, file = name.rpartition("/")
        plain = file not in ("", ".", "..") and file.isprintable() and "\\" not in file
        if name not in record.beside and not (plain and folder == sections and folder in record.beside):
            raise ValueError(f"{name!r} is none of its film's files")
    for section in record.sections:
        if section.file and section.file not in record.hashes:
            raise ValueError(f"{section.file!r} is none of its film's files")
    return record


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
    """The record of ``media`` as plain data, with ``intact`` saying whether the file and what belongs to it are still
    what it describes, and ``changed`` naming what is not.

    Raises:
        UsageError: when the file or its record is missing.
    """
    if not media.exists():
        raise UsageError(f"no file {media}")
    record = record_of(media)
    changed = edited(media, record)
    return {**record.as_json(), "intact": not changed, "changed": changed}


def record_of(media: Path) -> Record:
    """The record of a film.

    Raises:
        UsageError: when there is none that can be read: hhanim did not make the film, or nothing says so any more.
    """
    path = sidecar_path(media)
    try:
        return _read(media)
    except OSError:
        raise UsageError(
            f"{media} is not a film that hhanim made: no {path.name} beside it says what made it"
        ) from None
    except ValueError as error:
        reason = str(error)
        raise UsageError(
            f"{path} cannot be read ({reason}): it no longer says what made {media.name}"
        ) from None


def shown(value: Any) -> str:
    """A parameter's value for people."""
    return f"{value:g}" if isinstance(value, float) else str(value)

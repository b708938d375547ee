"""What lies beside a film: a JSON file that says what made it, and captions.

A record may come from anybody, with a shared folder or a downloaded course: it is read as foreign input. What it
names stays beside its film, its sizes and counts are bounded, and one that is not in order is no record at all.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Struct, field, json, structs, to_builtins

from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.media import plain
from hhanim.studio.media.exchange import is_free
from hhanim.studio.media.formats import format_of

Caption = tuple[float, float, str]
"""``(start, stop, text)``, seconds."""

LETTERS, LINES, SECTIONS = 100_000, 100_000, 1000
"""Of a text, of what is said in a film, of its sections: the most that a record holds."""

_Word = Annotated[str, Meta(max_length=300)]
_Text = Annotated[str, Meta(max_length=LETTERS)]
_Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Seconds = Annotated[float, Meta(ge=0, le=1e6)]
_Pixels = Annotated[int, Meta(ge=1, le=16_384)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Scalar = str | int | float | bool | None
_Plain = str | int | float | bool | list[_Scalar | list[_Scalar]] | dict[_Word, _Scalar] | None
_Label = Annotated[str, Meta(max_length=LETTERS + 5000)]
_State = Annotated[str, Meta(max_length=5000)]
_Words = Annotated[dict[_Word, _Word], Meta(max_length=20_000)]
_Values = Annotated[dict[_Word, _Plain], Meta(max_length=1000)]


class Section(Struct, frozen=True, omit_defaults=True):
    """A section of a film, between two frames at which a presenter stops.

    name: its name in the scene; title: that in the film's language.
    start: when its picture stands, whole (s): a key frame. stop: when the next one's does, or the film's end.
    full: when its picture says most (s): the last frame before it turns into the next one's; where a film is one
        section, its poster, if that is another than its first frame. Records of earlier days say neither: 0.
    first, last: what is written over the frames at `start` and at `full`, heading and line; "" where the scene
        does not say.
    file: of the section alone, relative to the film's folder, where it was rendered with sections.
    """

    name: _Text
    start: _Seconds
    stop: _Seconds = 0.0
    full: _Seconds = 0.0
    first: _Text = ""
    last: _Text = ""
    file: _Word = ""
    title: _Text = ""

    @property
    def heading(self) -> str:
        """What a slide of it is called: the first line that is written over it, or its name."""
        return self.first.partition("\n")[0] or self.title or self.name

    @property
    def line(self) -> str:
        """What is written under its heading; "" for nothing."""
        return self.first.partition("\n")[2]


class Line(Struct, frozen=True):
    """A sentence that a film says: its name (``rise-1``), from when to when (s), its text, and how long it would stand
    if nobody spoke it (s).

    Of what speaks it the file, relative to the working folder, and how long it is (s); none where nothing does.
    seen: it says what is seen, for those who do not see it.
    """

    name: _Word
    start: _Seconds
    stop: _Seconds
    text: _Text
    room: _Seconds = 0.0
    file: _Word = ""
    seconds: _Seconds = 0.0
    seen: bool = False


class Record(Struct, frozen=True, kw_only=True):
    """What made a film, and what belongs to it.

    `also` is what the captions say in other languages; `sha256` is of the film's file, and `hashes` of the files beside
    it, by path relative to its folder (a folder of pictures is among them, and its `sha256` is of theirs); `lines` are
    its captions with what speaks them, `clicks` when spikes are heard (s); `used` says what it was made from, by label;
    `seal` is of the record itself, so that a hand that was at it shows.
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
    language: _Word = "en"
    also: Annotated[dict[_Word, list[_Text]], Meta(max_length=100)] = {}
    parameters: _Values
    set: list[_Word]
    given: _Values
    captions: Annotated[list[tuple[_Seconds, _Seconds, _Text]], Meta(max_length=LINES)]
    sections: Annotated[list[Section], Meta(max_length=SECTIONS)]
    lines: Annotated[list[Line], Meta(max_length=2 * LINES)] = field(default_factory=list)
    clicks: Annotated[list[_Seconds], Meta(max_length=LINES)] = field(default_factory=list)
    beside: Annotated[list[_Word], Meta(max_length=100)]
    hashes: Annotated[dict[_Word, _Sha256], Meta(max_length=200_000)]
    engines: _Words
    hhanim: _Word
    digest: _Word
    stamp: _Word
    key: dict[_Word, _Plain]
    used: Annotated[dict[_Label, _State], Meta(max_length=200_000)] = field(default_factory=dict)
    seal: _Word = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        found: dict[str, Any] = to_builtins(self)
        return found


def sha256(path: Path) -> str:
    """Of a file's bytes, hexadecimal; "" of what is no file: a folder, a device, a pipe. Raises OSError when it cannot
    be read."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sidecar_path(media: Path) -> Path:
    """``tau.mp4`` has ``tau.json``; another format of the same name has ``tau.gif.json``."""
    return beside(media, ".json")


def beside(media: Path, suffix: str) -> Path:
    """What goes with a film: ``tau.vtt`` with ``tau.mp4``, ``tau.gif.vtt`` with ``tau.gif``."""
    return media.with_suffix(suffix) if media.suffix == ".mp4" else media.with_name(f"{media.name}{suffix}")


def places(media: Path) -> list[str]:
    """The names under which a film, its poster, its captions, its cues, what is seen in it and its record are written,
    and its sections' folder."""
    suffixes = (".png", ".vtt", ".cues.json", ".descriptions.vtt", ".json", ".sections")
    return [media.name, *(beside(media, suffix).name for suffix in suffixes)]


def hashes(media: Path, names: Iterable[str]) -> dict[str, str]:
    """Of the files beside a film, and of those in folders beside it, by path relative to the film's folder."""
    found = (media.with_name(name) for name in names)
    files = [f for path in found for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return {f.relative_to(media.parent).as_posix(): sha256(f) for f in files}


def total(found: dict[str, str]) -> str:
    """One hash for many."""
    return hashlib.sha256("".join(f"{n}\0{h}\n" for n, h in sorted(found.items())).encode()).hexdigest()


def made_with(media: Path, record: Record) -> dict[str, str]:
    """The files that a record speaks for, by path relative to its folder, with their hashes: the film and what was made
    with it, the record aside."""
    return record.hashes if record.format == "png" else {media.name: record.sha256, **record.hashes}


def edited(media: Path, record: Record) -> list[str]:
    """The names of what a hand has been at: of a film, of what was made with it, of the record."""
    known = ((name, media.parent / name, digest) for name, digest in made_with(media, record).items())
    changed = [name for name, path, digest in known if os.path.lexists(path) and sha256(path) != digest]
    return changed if record.seal == seal(record) else [*changed, sidecar_path(media).name]


def kept(media: Path, record: Record | None, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Why what lies where a film is written is not hhanim's to replace: nothing claims it, or a hand has been at it.

    record: of the film that is there; names: of more files, by path relative to its folder.
    """
    own = sidecar_path(media).name
    claimed = {*made_with(media, record), own} if record else {}
    reasons = [f"{name} was edited by hand" for name in edited(media, record)] if record else []
    for name in dict.fromkeys([own, *places(media)[:5], *names]):
        place = media.parent / name
        if name in claimed or is_free(place) or (place == media and _are_ours(media, record)):
            continue
        what = "is no record that can be read" if name == own else "nothing says hhanim made it"
        reasons.append(f"{name} is there, but {what}")
    return tuple(reasons)


def _are_ours(media: Path, record: Record | None) -> bool:
    """Whether a film is a folder of pictures that is claimed or empty."""
    return format_of(media).name == "png" and media.is_dir() and (bool(record) or not any(media.iterdir()))


def blocked(media: Path, names: Iterable[str] = ()) -> str:
    """What is in the way of a film and cannot be replaced: a folder where a file has to be, or a file where a folder.

    names: of more files that it has, by path relative to its folder.
    """
    folders = {Path(name).parent.name for name in names} - {""}
    folders |= {places(media)[-1], *([media.name] if format_of(media).name == "png" else [])}
    for name in (*places(media), *folders, *names):
        place = media.parent / name
        if place.is_dir() and name not in folders:
            return f"{name} is a folder, and what is in it is not hhanim's; move it away"
        if name in folders and os.path.lexists(place) and not place.is_dir():
            return f"{name} is no folder; move it away"
    return ""


def seal(record: Record) -> str:
    """The hash of a record without its own, and without what records of earlier days did not say."""
    said = to_builtins(structs.replace(record, seal=""))
    for name, usual in _ADDED.items():
        if said[name] == usual:
            del said[name]
    return hashlib.sha256(json.encode(said)).hexdigest()


_ADDED: dict[str, Any] = {"language": "en", "also": {}, "lines": [], "clicks": []}
"""Fields that came later, each with what it is where nothing is said."""


def write(path: Path, record: Record) -> None:
    """Write a record, sealed; the same content gives the same bytes. Raises RenderError when it says more than a
    record holds."""
    record = checked(record)
    content = plain.text(structs.replace(record, seal=seal(record)))
    if len(content) > plain.LARGEST:
        raise RenderError(f"the record of {record.file!r} would have more than {plain.LARGEST:,} bytes")
    path.write_bytes(content)


def checked(record: Record) -> Record:
    """The record as it will be read. Raises RenderError when it says more than a record holds, or what no file
    can say."""
    try:
        return json.decode(json.encode(record), type=Record)
    except (MsgspecError, UnicodeEncodeError, OverflowError) as error:
        raise RenderError(f"the record of {record.file!r} cannot be written: {error}") from None


def read(media: Path) -> Record | None:
    """The record of a film, or None when there is none that can be read."""
    try:
        return _read(media)
    except (OSError, ValueError):
        return None


def _read(media: Path) -> Record:
    """The record of a film. Raises OSError when there is none; ValueError, which says why it cannot be read."""
    record: Record = plain.read(sidecar_path(media), Record)
    if record.file != media.name:
        raise ValueError(f"it is of {record.file!r}")
    _, poster, captions, cues, seen, _, sections = places(media)
    pictures = media.name if record.format == "png" else None
    if record.format != format_of(media).name:
        raise ValueError(f"it is of a film in {record.format!r}")
    own = {poster, captions, cues, seen, sections}
    if record.kind == "lecture":
        own |= {name for name in record.beside if _LECTURES.fullmatch(name.removeprefix(f"{media.stem}."))}
    for name in record.beside:
        if name not in own:
            raise ValueError(f"{name!r} is none of its film's files")
    for name in record.hashes:
        folder, _, file = name.rpartition("/")
        if folder and folder == pictures:
            ours = re.fullmatch(r"frame_\d{5,9}\.png", file) is not None
        elif folder:
            usual = file not in ("", ".", "..") and file.isprintable() and "\\" not in file
            ours = usual and folder == sections and folder in record.beside
        else:
            ours = name in own - {sections} and name in record.beside
        if not ours:
            raise ValueError(f"{name!r} is none of its film's files")
    for section in record.sections:
        if section.file and section.file not in record.hashes:
            raise ValueError(f"{section.file!r} is none of its film's files")
    return record


# What a lecture has beside it that other films have not, after its name and a dot.
_LECTURES = re.compile(
    r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{2,8})*\.vtt|descriptions\.vtt|transcript\.md|chapters\.txt|upload\.txt"
)


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
    what it describes, and ``changed`` naming what is not. Raises UsageError when the file or its record is missing."""
    if not media.exists() or not media.name:
        raise UsageError(f"no file {media}")
    record = record_of(media)
    changed = edited(media, record)
    return {**record.as_json(), "intact": not changed, "changed": changed}


def record_of(media: Path) -> Record:
    """The record of a film. Raises UsageError when there is none that can be read: hhanim did not make the film, or
    nothing says so any more."""
    path = sidecar_path(media)
    try:
        return _read(media)
    except OSError:
        raise UsageError(
            f"{media} is not a film that hhanim made: no {path.name} beside it says what made it"
        ) from None
    except ValueError as error:
        raise UsageError(
            f"{path} cannot be read ({error}): it no longer says what made {media.name}"
        ) from None


def shown(value: Any) -> str:
    """A parameter's value for people."""
    return f"{value:g}" if isinstance(value, float) else str(value)

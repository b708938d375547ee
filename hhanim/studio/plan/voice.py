"""The recordings of what a scene says: ``voice/<scene>/<language>/<section>-<number>.wav``, a file for each line.

A recording speaks the sentence that it was made for, and no other: ``recorded.json`` beside the recordings says which
that was, by the recording's hash. So what was recorded for one value of a parameter is not heard with another, of which
it would be untrue. A recording that nobody has noted yet is taken to be of the line as it is now.

Synthetic drafts lie in the folder ``draft`` beside the recordings, and are heard where there is no recording.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hhanim.errors import did_you_mean
from hhanim.studio.errors import RenderError
from hhanim.studio.media import plain
from hhanim.studio.media.atomic import in_place

FOLDER = Path("voice")
DRAFT = "draft"
NOTES = "recorded.json"
SUFFIXES = (".wav", ".flac", ".mp3", ".m4a")

SOUNDS = ("voice", "spikes", "described", "none")
"""What can be heard in a film: what was recorded of it, and a click for each spike or what is seen as well; nothing."""

SEEN = "-seen"
"""How the name of a line ends that says what is seen while another is said."""

BREATH = 0.3
"""Seconds of silence after a line that was spoken, before the next."""

DULL, GOOD = 16_000, 48_000
"""Samples a second below which half of a voice is lost, and with which all of it is there."""

_Name = Annotated[str, Meta(max_length=300)]


class Note(Struct, frozen=True):
    """Which sentence a recording was made for; `sha256` is of the recording."""

    sha256: _Name
    line: Annotated[str, Meta(max_length=20_000)]


@dataclass(frozen=True)
class Take:
    """A recording of a line.

    name: of the line. file: relative to the folder of the language. state: hash of its content.
    line: the sentence it was made for, None where nobody has noted that. seconds: how long it is.
    rate: samples a second.
    """

    name: str
    file: str
    state: str
    line: str | None = None
    seconds: float = 0.0
    rate: int = 0

    def speaks(self, sentence: str) -> bool:
        """Whether it is of this sentence."""
        return self.line is None or digest(self.line) == digest(sentence)


def folder(scene: str, language: str) -> Path:
    """Where the recordings of a scene in a language lie, relative to the working folder."""
    return FOLDER / scene / language


def line_name(section: str, scene: str, number: int) -> str:
    """What a line is called: its section, or its scene where there is none, and its number in it from 1 on."""
    head = re.sub(r"[^\w.-]+", "-", section).strip("-.") or scene
    return f"{head}-{number}"


def digest(sentence: str) -> str:
    """What a sentence is known by; its spaces do not count."""
    return hashlib.sha256(" ".join(sentence.split()).encode()).hexdigest()[:16]


def takes(place: Path) -> Iterator[Take]:
    """The recordings in a folder, and the drafts after them, without their lengths. Raises RenderError when one of
    them, or the file that says what they are of, cannot be read."""
    if not place.is_dir():
        return
    known = notes(place)
    for where in (place, place / DRAFT):
        found = sorted(where.iterdir()) if where.is_dir() else []
        for path in found:
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."):
                file = path.relative_to(place).as_posix()
                note, state = known.get(file), sha256(path)
                line = note.line if note and note.sha256 == state else None
                yield Take(path.stem, file, state, line)


def measured(place: Path) -> list[Take]:
    """The recordings in a folder with their lengths. Raises RenderError when one cannot be read, lasts 0 s or longer
    than any line."""
    found = list(takes(place))
    if not found:
        return []
    from hhanim.studio.media import sound

    return [
        replace(t, seconds=sound.read(path := place / t.file).size / sound.RATE, rate=sound.rate_of(path))
        for t in found
    ]


def speaker(found: Sequence[Take], name: str, sentence: str) -> Take | None:
    """What speaks a line: its recording, else its draft."""
    return next((take for take in found if take.name == name and take.speaks(sentence)), None)


def remarks(found: Sequence[Take], lines: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with recordings that can be read, by file.

    lines: of the scene, name → sentence.
    """
    said = {}
    for take in found:
        sentence = lines.get(take.name)
        if sentence is None:
            said[take.file] = f"no line is called {take.name}{did_you_mean(take.name, lines)}"
        elif not take.speaks(sentence):
            said[take.file] = (
                f"stale: it was recorded of {take.line!r}, and now it is {sentence!r}; record it again"
            )
        elif (heard := speaker(found, take.name, sentence)) is not take and not take.file.startswith(DRAFT):
            said[take.file] = f"is not heard: {heard.file if heard else ''} speaks the same line"
        elif 0 < take.rate < DULL:
            said[take.file] = (
                f"is dull: {take.rate} samples a second hold half of a voice; record it with {GOOD}"
            )
    return said


def state(place: Path, name: str, sentence_digest: str) -> str:
    """The hash of what speaks a line today, empty where nothing does."""
    for take in takes(place):
        if take.name == name and (take.line is None or digest(take.line) == sentence_digest):
            return take.state
    return ""


def sha256(path: Path) -> str:
    """What a recording is known by. Raises RenderError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise RenderError(f"{path} cannot be read: {error.strerror or error}") from None


def notes(place: Path) -> dict[str, Note]:
    """Which sentence each recording of a folder was made for. Raises RenderError when the file that says so cannot
    be read."""
    path = place / NOTES
    if not os.path.lexists(path):
        return {}
    try:
        found: dict[str, Note] = plain.read(path, dict[_Name, Note])
    except (OSError, ValueError) as error:
        raise RenderError(
            f"{path} cannot be read ({error}); remove it, and hhanim voice check notes anew what was recorded"
        ) from None
    return found


def note_new(place: Path, found: Sequence[Take], lines: Mapping[str, str]) -> None:
    """Note the recordings that nobody has noted yet as being of the lines as they are now. Raises OSError when it
    cannot be written. RenderError as :func:`notes`."""
    new = [t for t in found if t.line is None and t.name in lines and not t.file.startswith(DRAFT)]
    if new:
        note(place, {take.file: Note(take.state, lines[take.name]) for take in new})


def note(place: Path, new: Mapping[str, Note]) -> None:
    """Note which sentences recordings were made for; what is noted of files that are gone is forgotten."""
    known = notes(place)
    both = {name: n for name, n in sorted({**known, **new}.items()) if (place / name).is_file()}
    if both != known:
        with in_place(place / NOTES) as part:
            part.write_bytes(plain.text(both))

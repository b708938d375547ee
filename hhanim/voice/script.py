"""What a scene says, line by line, and what of it was recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hhanim.errors import did_you_mean
from hhanim.language.catalogue import known
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.status import status
from hhanim.studio.make.drawing import alone
from hhanim.studio.media import sidecar, sound
from hhanim.studio.media.sidecar import Line
from hhanim.studio.plan import catalogue, voice
from hhanim.studio.plan.request import Request

BEARABLE = 6.0
"""Seconds that a picture may stand still until its line has been spoken."""


@dataclass(frozen=True)
class Remark:
    """What is not in order: the file it is about, or where it would be, and what."""

    path: str
    what: str


def lines(request: Request, *, seen: bool = False) -> list[Line]:
    """What a scene says, from the record of its film if that is fresh; else it is played, and nothing of it drawn.

    seen: what is seen as well.
    Raises StudioError when the request is not possible, or the scene fails.
    """
    return [line for line in _lines(request) if seen or not line.seen]


def _lines(request: Request) -> list[Line]:
    record = sidecar.read(request.path)
    if record is not None and record.lines and status(request).fresh:
        return record.lines
    request.check()
    if request.entry.kind == "film":  # which is played frame by frame; what it says may depend on its shape
        request = replace(request, preset="draft", size="x".join(map(str, request.pixels)))
    with tempfile.TemporaryDirectory(prefix="hhanim-") as work:
        return alone().rehearsal(request, Path(work)).lines()


def check(
    request: Request, said: Sequence[Line], *, accept: bool = False, seen: bool = False
) -> list[Remark]:
    """Everything that is not in order with the recordings of a scene; recordings that are new are noted.

    accept: take what was recorded of other sentences for the lines as they are now.
    seen: whether what is seen has to be recorded as well.
    Raises RenderError when the file of what is noted cannot be read.
    """
    place = request.recordings
    texts = {line.name: line.text for line in said}
    found = [replace(take, line=None) if accept else take for take in voice.takes(place)]
    voice.note_new(place, found, texts)
    takes = list(voice.takes(place))
    remarks = [Remark(str(path), what) for path, what in _strangers(request)]
    for take in takes:
        remarks += [Remark(str(place / take.file), what) for what in _quality(place, take, said)]
    wrong = {Path(remark.path) for remark in remarks}
    measured = [take for take in takes if place / take.file not in wrong]
    rated = [replace(take, rate=sound.rate_of(place / take.file)) for take in measured]
    remarks += [Remark(str(place / file), what) for file, what in voice.remarks(rated, texts).items()]
    have = {take.name for take in takes}
    for line in said:
        if line.name not in have and (seen or not line.seen):
            remarks.append(Remark(str(place / f"{line.name}.wav"), f"missing: {line.text}"))
    return remarks


def unheard(requests: Iterable[Request]) -> Iterator[str]:
    """The lines that nobody will be heard to say in films that are yet to be made, though others of theirs have been
    recorded: the files in which they would be. Raises StudioError as :func:`lines`."""
    for request in requests:
        takes = list(voice.takes(request.recordings)) if request.spoken else []
        for line in lines(request) if takes and not status(request).fresh else ():
            if voice.speaker(takes, line.name, line.text) is None:
                yield str(request.recordings / line.name)


def _quality(place: Path, take: voice.Take, said: Sequence[Line]) -> Iterator[str]:
    """What is wrong with the sound of a recording."""
    path = place / take.file
    try:
        samples = sound.read(path)
    except RenderError as error:
        yield str(error).removeprefix(str(path)).strip()
        return
    full = np.abs(samples) >= 0.999
    if (full[2:] & full[1:-1] & full[:-2]).any():
        yield "is clipped: record it again, with less gain or further from the microphone"
    if (level := sound.loudness(samples)) < sound.QUIET:
        quiet = "silent" if np.isinf(level) else f"too quiet ({level:.0f} LUFS)"
        yield f"is {quiet}: record it again, nearer to the microphone"
    seconds = samples.size / sound.RATE
    for line in said:
        if (
            line.name == take.name
            and not line.seen
            and (still := seconds + voice.BREATH - line.room) > BEARABLE
        ):
            yield f"lasts {seconds:.1f} s: the picture would stand still for {still:.1f} s; say it in fewer words"


def _strangers(request: Request) -> Iterator[tuple[Path, str]]:
    """Files and folders that nobody listens to, because of their names."""
    place, languages = request.recordings, known()
    folders = sorted(place.parent.iterdir()) if place.parent.is_dir() else []
    for folder in folders:
        if folder.name not in languages:
            yield folder, f"is no language of hhanim's{did_you_mean(folder.name, languages)}"
        elif not folder.is_dir():
            yield folder, "is no folder"
    for path in sorted(place.iterdir()) if place.is_dir() else []:
        if path.name in (voice.NOTES, voice.DRAFT) or path.name.startswith("."):
            continue
        if path.suffix.lower() not in voice.SUFFIXES:
            yield path, f"is none of {', '.join(voice.SUFFIXES)}"
        elif not path.is_file():
            yield path, "is no file"


def scenes() -> Iterator[Remark]:
    """Folders of recordings whose scenes there are not."""
    names = [entry.name for entry in catalogue.read().entries]
    for folder in sorted(voice.FOLDER.iterdir()) if voice.FOLDER.is_dir() else []:
        if folder.name not in names:
            yield Remark(str(folder), f"is no scene's{did_you_mean(folder.name, names)}")

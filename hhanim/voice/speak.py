"""Drafts by synthetic voices: how long a line takes, and what the film will be like, before anybody has recorded it.

English is read by hibari (a library with one voice in it), where it is installed; it and every other language by
espeak-ng, a program of its own. Neither is used unless somebody asks for it.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hhanim.studio.errors import MissingError, RenderError, pip, writing
from hhanim.studio.media import sound
from hhanim.studio.media.atomic import in_place
from hhanim.studio.media.sidecar import Line
from hhanim.studio.mends import install
from hhanim.studio.plan import voice
from hhanim.studio.plan.request import Request
from hhanim.voice.spoken import spoken

Reader = Callable[[str, Path], None]
"""Reads a text into a WAV file."""


def reader(language: str) -> Reader:
    """Who reads a language. Raises MissingError when nobody is installed who can."""
    if language == "en" and importlib.util.find_spec("hibari") is not None:
        return _hibari()
    program = shutil.which("espeak-ng")
    if program is None:
        other = f"; or {pip('hhanim[speak]')}" if language == "en" else ""
        raise MissingError(f"no synthetic voice is installed: {install('espeak-ng')}{other}")
    return _espeak(program, language)


def _hibari() -> Reader:
    voice_of: Any = importlib.import_module("hibari").Hibari()

    def read(text: str, path: Path) -> None:
        samples: npt.NDArray[np.float32] = voice_of(text, seed=0)  # the same text gives the same sound
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24_000)
            file.writeframes((np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2").tobytes())

    return read


def _espeak(program: str, language: str) -> Reader:
    def read(text: str, path: Path) -> None:
        words = [program, "-v", language.replace("_", "-").lower(), "-s", "150", "-w", str(path), "--stdin"]
        done = subprocess.run(words, input=text.encode(), capture_output=True, check=False)
        if done.returncode or not path.is_file():
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise RenderError(f"espeak-ng does not read {language}: {said or 'it gives no reason'}")

    return read


def drafts(request: Request, said: Sequence[Line], *, force: bool = False) -> Iterator[Path]:
    """Read every line that nothing speaks yet, one after the other.

    force: read also what has been read already.
    Raises MissingError without a synthetic voice; RenderError when it fails, or a draft cannot be written.
    """
    place, read = request.recordings, None
    for line in said:
        path = place / voice.DRAFT / f"{line.name}.wav"
        file = path.relative_to(place).as_posix()
        takes = list(voice.takes(place))
        speaks = voice.speaker(takes, line.name, line.text)
        if speaks is not None and not (force and speaks.file == file and speaks.line is not None):
            continue
        ours = voice.notes(place).get(file)
        if path.is_file() and (ours is None or ours.sha256 != voice.sha256(path)) and not force:
            raise RenderError(f"{path} was not made by hhanim; move it into {place}, or say --force")
        read = read or reader(request.language)
        with writing(path), in_place(path) as part:
            read(spoken(line.text, request.language), part)
            try:
                sound.read(part)
            except RenderError as error:
                raise RenderError(f"what the synthetic voice reads for {path} cannot be heard") from error
        voice.note(place, {file: voice.Note(voice.sha256(path), line.text)})
        yield path

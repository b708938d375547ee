"""What is written about a film, wherever it is handed on: its chapters and what is said in them, its parameters, its
terms, what made it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from hhanim.language import ENGLISH, spoken, text, tr
from hhanim.look import glossary
from hhanim.look.numbers import clock, plain
from hhanim.look.type import shape
from hhanim.look.words import unit
from hhanim.studio.errors import RenderError, reading
from hhanim.studio.media import cues, sidecar
from hhanim.studio.media.formats import format_of
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.presets import preset


@dataclass(frozen=True)
class Chapter:
    """A section of a film, from `start` until `stop` (s).

    name: a word; title: its heading. said: in it, sentence by sentence. full: when (s) its picture shows most: the last
    frame before it turns into the next one's; heading, line: what stands over that picture.
    """

    name: str
    title: str
    said: list[str]
    start: float
    stop: float
    full: float
    heading: str
    line: str

    @property
    def time(self) -> str:
        """From when until when, in minutes and seconds."""
        return f"{clock(self.start)}–{clock(self.stop)}"


@dataclass(frozen=True)
class Account:
    """A film that is there and its record."""

    media: Path
    record: sidecar.Record

    @classmethod
    def of(cls, media: Path) -> Self:
        """Of a film. Raises UsageError: when hhanim did not make it."""
        return cls(media, sidecar.record_of(media))

    @property
    def title(self) -> str:
        """What the film is called."""
        return self.record.title or self.record.name

    def titled(self, heading: str) -> str:
        """What a slide of a section is called: after the film, and what stands over it, unless that is the same."""
        return self.title if heading == self.title else f"{self.title}: {heading}"

    @property
    def alt(self) -> str:
        """What is to be seen, for those who cannot see it."""
        return self.record.alt or self.record.description

    @cached_property
    def chapters(self) -> list[Chapter]:
        """Its sections, as its cues say."""
        said = [(0.5 * (start + stop), text) for start, stop, text in self.record.captions]
        found = []
        for part in cues.read(self.media):
            heading, _, line = (part.last or part.first or part.heading).partition("\n")
            spoken = [text for at, text in said if part.start <= at < part.stop]
            name, title = part.title or part.name, _capital(part.heading)
            times = (part.start, part.stop, part.full)
            found.append(Chapter(name, title, spoken, *times, _capital(heading), line))
        return found

    @cached_property
    def captions(self) -> dict[str, str]:
        """What is said, as WebVTT, by language, the film's own first; a lecture has a file for each."""
        record, own = self.record, sidecar.beside(self.media, ".vtt")
        found = {record.language: own} if own.name in record.beside else {}
        head = own.name.removesuffix("vtt")
        for file in record.beside:
            code = file.removeprefix(head).removesuffix(".vtt")
            if f"{head}{code}.vtt" == file and code != "descriptions":
                found[code] = self.media.with_name(file)
        said = {code: _read(path) for code, path in found.items()}
        for code, texts in record.also.items():
            times = zip(record.captions, texts, strict=False)
            said.setdefault(code, sidecar.vtt([(start, stop, text) for (start, stop, _), text in times]))
        return said

    @cached_property
    def descriptions(self) -> str:
        """What is seen, as WebVTT; "" for nothing."""
        path = sidecar.beside(self.media, ".descriptions.vtt")
        text = _read(path) if path.is_file() else ""
        return text if "-->" in text else ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What it was made with, by name, each value with its unit, in the language that is spoken; what is left to the
        scene is not among them."""
        given = {k: v for k, v in self.record.parameters.items() if v is not None}
        first = {k: given[k] for k in self.record.set if k in given}
        return [(k, f"{_said(v)} {unit(k)}".strip()) for k, v in {**first, **given}.items()]

    @cached_property
    def terms(self) -> list[glossary.Term]:
        """The terms of the field that it shows at work."""
        with spoken(self.record.language):
            return glossary.seen_in(self.scene)

    @cached_property
    def _entry(self) -> catalogue.Entry | None:
        symbol, kind = self.record.key.get("scene"), self.record.kind
        known = (e for e in catalogue.read().entries if (e.symbol, e.kind) == (symbol, kind))
        return next(known, None)

    @property
    def scene(self) -> str:
        """The scene's name, whatever its file is called."""
        return self._entry.name if self._entry else str(self.record.key.get("scene", self.record.name))

    @property
    def made(self) -> str:
        """What made it."""
        return f"hhanim {self.record.hhanim} · {self.record.kind} {self.scene}"

    @property
    def shape(self) -> str:
        """ "wide", "square" or "tall"."""
        return shape(self.record.width, self.record.height)

    @property
    def plays(self) -> bool:
        """Whether browsers play it; of another, they show its picture, or itself where that moves."""
        return self.media.suffix in (".mp4", ".webm")

    @cached_property
    def sound(self) -> bool:
        """Whether there is something to be heard."""
        import av

        try:
            with av.open(str(self.media)) as container:
                return bool(container.streams.audio)
        except (OSError, av.FFmpegError) as error:
            raise RenderError(f"cannot read {self.media}: render it again") from error

    @property
    def licence(self) -> str:
        """Under which terms it may be used; "" of a scene that is not hhanim's."""
        shipped = self._entry is not None and self._entry.path.parent == catalogue.shipped()
        return "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/" if shipped else ""

    @property
    def command(self) -> str:
        """What makes it again, under its name."""
        record, kind, use = self.record, format_of(self.media), preset(self.record.preset)
        size, usual = (record.width, record.height), kind.fit(use.width, use.height)
        sound = record.key.get("sound", "voice") if kind.container else "voice"
        words = ["hhanim", "lecture"] if record.kind == "lecture" else ["hhanim", "render", self.scene]
        for name, value in record.given.items():
            words += ["--set", f"{name}={value}"]
        for option, value, common in (
            ("theme", record.theme, "dark"),
            ("preset", record.preset, "standard"),
            ("size", f"{size[0]}x{size[1]}", f"{usual[0]}x{usual[1]}"),
            ("language", record.language, ENGLISH),
            ("format", record.format, "mp4"),
            ("sound", sound, "voice"),
            ("name", self.media.stem, self.scene),
        ):
            words += [f"--{option}", str(value)] if value != common else []
        words += ["--sections"] if record.key.get("sections") else []
        return shlex.join(words)


def _read(path: Path) -> str:
    with reading(path):
        return path.read_text(encoding="utf-8")


def _capital(text: str) -> str:
    """With a capital, unless it begins with a symbol: m gates, gNa."""
    return text[:1].upper() + text[1:] if text[1:2].islower() else text


def _said(value: object) -> str:
    if isinstance(value, bool):
        return (tr("Yes") if value else tr("No")).lower()
    return plain(float(value)) if isinstance(value, int | float) else str(value)


SEVERAL = text("Hodgkin–Huxley animations")
"""What several films are together, where they have no title."""


def title_of(accounts: Sequence[Account], given: str = "") -> str:
    """The title of films together: the given one, else the only film's, else one in the language of the first."""
    if given or len(accounts) == 1:
        return given or accounts[0].title
    with spoken(accounts[0].record.language):
        return tr(SEVERAL)

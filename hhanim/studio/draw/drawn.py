"""What is known of a film once it has been drawn, beside its frames: silent, and as it is spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from msgspec import structs

from hhanim.studio.media.sidecar import Caption, Line, Section
from hhanim.studio.plan.voice import BREATH, SEEN, Take


@dataclass(frozen=True)
class Said:
    """A line of a film: its name, when it is shown in the silent film and from when on it is spoken (s), and its text.

    take: what speaks it, if anything. frame: the one that stands, held for as many frames more, until it is spoken.
    seen: what is seen meanwhile, in words; also: what speaks that, if it is to be heard.
    """

    name: str
    start: float
    begin: float
    stop: float
    text: str
    take: Take | None
    frame: int
    held: int = 0
    seen: str = ""
    also: Take | None = None


@dataclass(frozen=True)
class Drawn:
    """What comes out of an engine beside the film: the poster's pixels, None where somebody else drew it, captions,
    the text alternative, the film's sections, their first frames, those of the pieces it is encoded in, what was
    used, the lines that are said, what the captions say in other languages that were asked for, and when spikes are
    heard. Times and numbers are of the silent film.
    """

    poster: Any
    captions: Sequence[Caption]
    alt: str
    fps: Fraction
    n_frames: int
    sections: Sequence[Section] = ()
    starts: Sequence[int] = ()
    cuts: Sequence[int] = (0,)
    used: Mapping[str, str] = field(default_factory=dict)
    said: Sequence[Said] = ()
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    clicks: Sequence[float] = ()

    def spoken(self) -> Drawn:
        """The same as it is spoken: frames are held until each line has been said, and all that follows comes later.

        The caption of what is spoken is there while it is, not before.
        """
        said = [replace(line, start=line.begin) if line.take else line for line in self.said]
        held = [line.held / self.fps for line in said]
        captions, late = [], Fraction(0)
        for line, more in zip(said, held, strict=True):
            captions.append((line.start + float(late), line.stop + float(late + more), line.text))
            late += more

        def before(frame: int) -> int:
            """How many frames are held before this one."""
            return sum(line.held for line in self.said if line.frame < frame)

        def later(seconds: float) -> float:
            frame = round(seconds * self.fps)
            return round(float((frame + before(frame)) / self.fps), 6)

        clicks = [second + float(before(round(second * self.fps)) / self.fps) for second in self.clicks]
        sections = [
            structs.replace(p, start=later(p.start), stop=later(p.stop), full=later(p.full))
            for p in self.sections
        ]
        n_frames = self.n_frames + sum(line.held for line in self.said)
        return replace(
            self, said=said, captions=captions, sections=sections, n_frames=n_frames, clicks=clicks
        )

    def lines(self, folder: str = "") -> list[Line]:
        """What is said when, and after each line what is seen meanwhile.

        folder: where the recordings lie, of a film that is spoken.
        """
        found = []
        for (start, stop, text), line in zip(self.captions, self.said, strict=True):
            begin, room = start + line.begin - line.start, line.stop - line.begin
            take, also = (line.take, line.also) if folder else (None, None)
            found.append(_line(line.name, begin, stop, text, room, take, folder))
            if line.seen:
                free = begin + (take.seconds + BREATH if take else 0.0)
                name = f"{line.name}{SEEN}"
                found.append(_line(name, min(free, stop), stop, line.seen, room, also, folder, seen=True))
        return found


def _line(
    name: str,
    start: float,
    stop: float,
    text: str,
    room: float,
    take: Take | None,
    folder: str,
    seen: bool = False,
) -> Line:
    spoken = (f"{folder}/{take.file}", take.seconds) if take else ("", 0.0)
    return Line(name, round(start, 6), round(stop, 6), text, round(room, 6), *spoken, seen)

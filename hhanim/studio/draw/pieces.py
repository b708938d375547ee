"""A scene drawn once and encoded in as many formats as are wanted, in pieces that several may make."""

from __future__ import annotations

import itertools
import math
import re
import shutil
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from hhanim.language import retold, tr
from hhanim.process import spared_collector
from hhanim.studio.draw.drawn import Drawn, Said
from hhanim.studio.draw.engine import Engine, Later, Played
from hhanim.studio.draw.engines import engine, play
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.job import Job
from hhanim.studio.media import sidecar
from hhanim.studio.media.formats import Films, join, open_writer
from hhanim.studio.media.sidecar import Section
from hhanim.studio.news import Event, Listener, silent
from hhanim.studio.plan.voice import BREATH, SEEN, line_name, speaker

if TYPE_CHECKING:
    from hhanim.studio.media.changes import Rect
    from hhanim.studio.media.join import Samples
    from hhanim.studio.media.writer import Pixels

PIECE = {"clip": 10, "film": 4, "slide": 10, "video": 10}
"""Seconds. What is longer is encoded in pieces of this length, each by itself, whoever makes them: so the bytes do
not depend on how many workers there were. A section of a film begins a piece, and therefore with a key frame."""

SHORT = 120
"""Frames up to which a film is written by whoever draws it: a process beside would cost more than it brings."""

OFTEN = 0.04
"""Seconds from one word about how far a drawing is to the next: nobody sees more, and each takes a while to travel."""

_FOLDER = ".pieces"
_UNNAMED = "autocreated"  # manim's name of a section that has none


@dataclass(frozen=True)
class Share:
    """Which of a scene's pieces are drawn: the share of one of several workers, numbered from 0."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True)
class Output:
    """A file to be made from a drawing; until it is joined, its pieces lie beside it."""

    job: Job
    media: Path

    def piece(self, first: int) -> Path:
        """The file of the piece that begins with frame ``first``."""
        return self.media.parent / _FOLDER / f"{first:09d}{self.media.suffix}"

    def writer(self, path: Path) -> Any:
        """What takes the frames: see :func:`hhanim.studio.media.formats.open_writer`."""
        from hhanim.studio.media.beside import beside
        from hhanim.studio.media.encode import Quality

        request, fps = self.job.request, self.job.fps
        width, height = request.pixels
        quality = Quality(request.use.speed, request.use.qp)
        make = partial(
            open_writer, path, width=width, height=height, fps=fps, quality=quality, theme=request.look
        )
        if 0 < (self.job.n_frames or 0) <= SHORT:
            return make()
        return beside(make, path, width=width, height=height, fps=fps)

    def assemble(self, drawn: Drawn, sound: Samples | None = None) -> Drawn:
        """Join the pieces, and those of each section if they are wanted; none is encoded again.

        sound: what is heard in the film; of its sections, in each its part.
        Returns the same, with the sections' files.
        Raises EncodeError when they cannot be written.
        """
        request, fps = self.job.request, self.job.fps
        cuts = list(drawn.cuts) if request.format.pieces else [0]
        sections = list(drawn.sections)
        if request.sections and sections:
            folder = sidecar.beside(self.media, ".sections")
            folder.mkdir()
            for k, (first, stop) in enumerate(itertools.pairwise([*drawn.starts, math.inf])):
                label = re.sub(r"[^\w.-]+", "-", sections[k].name).strip("-.") or "part"
                path = folder / f"{k + 1:02d}-{label}{self.media.suffix}"
                heard = sound
                if sound is not None:
                    from hhanim.studio.media.sound import during

                    stops = [*(part.start for part in sections[1:]), float(drawn.n_frames / fps)]
                    heard = during(sound, sections[k].start, stops[k])
                join([self.piece(cut) for cut in cuts if first <= cut < stop], path, fps, heard)
                sections[k] = structs.replace(sections[k], file=f"{folder.name}/{path.name}")
        parts = [self.piece(cut) for cut in cuts]
        if len(parts) == 1 and sound is None:
            parts[0].replace(self.media)
        else:
            join(parts, self.media, fps, sound)
        shutil.rmtree(parts[0].parent)  # with what a worker that was killed has not finished
        return replace(drawn, sections=sections)


def shares(job: Job, workers: int) -> int:
    """Into how many shares a scene is divided so that this many workers have something to do."""
    if not job.request.format.pieces:
        return 1
    if not job.n_frames:  # of a film, whose length nobody knows yet
        return workers
    return min(_most(job), 3 * workers if workers > 1 else 1)


def _length(job: Job) -> int:
    return max(1, round(PIECE[job.request.entry.kind] * job.fps))


def _most(job: Job) -> int:
    """How many pieces a clip has: what is left over at its end is part of the last."""
    return max(1, round(job.n_frames / _length(job)))


class Recorder:
    """An exporter that encodes a share of the pieces, each in every format.

    outputs: of one scene, with the same pixels.
    films: what is still being encoded at the end is whole when they are closed.
    """

    def __init__(
        self, outputs: Sequence[Output], films: Films, on_event: Listener, share: Share, player: Engine
    ) -> None:
        self.outputs, self.films, self.on_event, self.share, self.player = (
            outputs, films, on_event, share, player,
        )  # fmt: skip
        job = next((o.job for o in outputs if o.job.request.format.pieces), outputs[0].job)
        self.job, self.length = job, _length(job)
        # How many pieces there are; of a film that is cut, nobody knows before its end.
        self.most: float = 1 if not job.request.format.pieces else _most(job) if job.n_frames else math.inf
        self.sections: list[tuple[int, str]] = []
        self.before: list[int] = []  # how many pieces there are before each section
        self.writers: dict[int, Any] = {}  # by output
        self.piece = -1
        self.drawn, self.started, self._told = 0, time.perf_counter(), -OFTEN
        self.takes, self.described = job.request.takes, job.request.sound == "described"
        self.lines: list[Said] = []
        self._numbers: Counter[str] = Counter()  # of lines, by section
        self._last: Any = None  # the frame that was taken last
        # What may become the poster, packed, until it is known which of them does.
        self.posters: dict[int, tuple[Any, Any]] = {}

    def section(self, number: int, name: str) -> None:
        if self.sections and self.sections[-1][0] == number:
            self.sections[-1] = (number, name)
        else:
            self.before.append(len(self.cuts(number)))
            self.sections.append((number, name))
            self._bounded("sections", len(self.sections), sidecar.SECTIONS)
        self._bounded("letters in the name of a section", len(name), sidecar.LETTERS)

    def cuts(self, stop: int) -> list[int]:
        """The first frames of the pieces of the first ``stop`` frames."""
        edges = [first for first, _ in self.sections] + [stop]
        found = [k for a, b in itertools.pairwise(edges) for k in range(a, b, self.length)]
        return found[: int(min(self.most, len(found)))]

    def place(self, number: int) -> tuple[int, int]:
        """Of a frame in the section that has begun or in one before it: the piece's index and its first frame."""
        if self.most == 1:
            return 0, 0
        k = bisect_right(self.sections, number, key=lambda section: section[0]) - 1
        start = self.sections[k][0]
        step = int(min((number - start) // self.length, self.most - 1))
        return self.before[k] + step, start + step * self.length

    def mine(self, piece: int) -> bool:
        """Whether a piece belongs to the share: every so many-th of a film; of a clip, pieces in a row."""
        number, of = self.share.number, self.share.of
        if self.job.n_frames:
            return number * int(self.most) // of <= piece < (number + 1) * int(self.most) // of
        return piece % of == number

    def wants(self, first: int, stop: int) -> bool:
        if self.share.of == 1:
            return first < stop
        pieces = range(self.place(first)[0], self.place(stop - 1)[0] + 1) if first < stop else ()
        return any(self.mine(piece) for piece in pieces)

    def _bounded(self, what: str, count: int, most: int) -> None:
        """Refuse at once what could not be recorded at the end.

        Raises RenderError when there is too much of it.
        """
        if count > most:
            raise RenderError(
                f"{self.job.request.entry.name}: {count:,} {what}; no film has more than {most:,}"
            )

    def frame(self, number: int, rgba: Pixels, dirty: Iterable[Rect] | None, repeat: int = 1) -> None:
        most = min(output.job.request.format.most for output in self.outputs)
        self._bounded("frames", number + repeat, most)
        for k in range(number, number + repeat):
            piece, first = self.place(k)
            if not self.mine(piece):
                continue
            if piece != self.piece:
                self._begin(piece, first)
            for writer in self.writers.values():
                writer.write(rgba, dirty if k == number else ())
            if self.player.may_be_poster(k):
                self.posters[k] = packed(rgba)
            self.drawn += 1
            self._last = rgba
        seconds = time.perf_counter() - self.started
        if seconds >= self._told + OFTEN or self.drawn == self.job.n_frames:
            self._told = seconds
            for output in self.outputs:
                request, total = output.job.request, output.job.n_frames
                self.on_event(Event("frame", request.name, str(request.path), self.drawn, total, seconds))

    def said(
        self, number: int, start: float, stop: float, text: str, seen: str = "", later: Later | None = None
    ) -> None:
        fps, entry = self.job.fps, self.job.request.entry
        self._bounded("captions", len(self.lines) + 1, sidecar.LINES)
        self._bounded("letters in a caption", max(len(text), len(seen)), sidecar.LETTERS)
        first, section = self.sections[bisect_right(self.sections, number, key=lambda s: s[0]) - 1]
        section = "" if self.job.n_frames or section == _UNNAMED else section
        self._numbers[section] += 1
        name = line_name(section, entry.name, self._numbers[section])
        # A presenter may have stopped before the picture of its section stood: nothing is spoken before that.
        begin = min(max(start, float(first / fps)), stop)
        take = speaker(self.takes, name, text)
        also = speaker(self.takes, f"{name}{SEEN}", seen) if seen and self.described else None
        wanted = sum(t.seconds + BREATH for t in (take, also) if t)
        held = max(0, math.ceil((wanted - (stop - begin)) * fps - 1e-6))
        self.lines.append(Said(name, start, begin, stop, str(text), take, number, held, str(seen), also))
        mine = self.mine(self.place(number)[0])
        for _ in range(held):
            rgba, dirty = later(wanted=mine) if later else (self._last, ())
            for writer in self.writers.values() if mine else ():
                writer.write(rgba, dirty)

    def _begin(self, piece: int, first: int) -> None:
        """Open the files of a piece; those of formats that are not cut stay open."""
        ended = [k for k in self.writers if self.outputs[k].job.request.format.pieces]
        self.films.end(*(self.writers.pop(k) for k in ended))
        for k, output in enumerate(self.outputs):
            if k not in self.writers:
                path = output.piece(first)
                path.parent.mkdir(exist_ok=True)
                self.writers[k] = self.films.enter_context(output.writer(path))
        self.piece = piece

    def finish(self) -> Drawn:
        """Play the scene, and say what it is."""
        played = play(self.player, self.job, self)
        self.films.end(*self.writers.values())
        job, count = self.job, played.n_frames
        if count == 0:
            raise RenderError(f"{job.request.entry.name} plays nothing: not one frame was drawn")
        runs = self.posters.get(played.poster)
        poster = None if runs is None else unpacked(runs, *job.request.pixels)
        sections, starts = self._parts(played), [first for first, _ in self.sections if first < count]
        captions = [(start, stop, str(text)) for start, stop, text in played.captions]
        texts = [text for _, _, text in played.captions]
        also = {code: [retold(text, code) for text in texts] for code in job.request.also}
        alt, cuts = str(tr(played.alt)), self.cuts(count)
        return Drawn(
            poster, captions, alt, job.fps, count, sections, starts, cuts, said=self.lines, also=also,
            clicks=tuple(played.clicks),
        )  # fmt: skip

    def _parts(self, played: Played) -> list[Section]:
        """The sections, one where a scene has none, with what is written over them."""
        fps, count, entry = self.job.fps, played.n_frames, self.job.request.entry
        starts = [(first, name) for first, name in self.sections if first < count]
        ends = [round(seconds * fps) - 1 for seconds in played.ends]
        found = []
        for k, ((first, name), (stop, _)) in enumerate(itertools.pairwise([*starts, (count, "")])):
            full = ends[k] if len(ends) == len(starts) else stop - 1
            full = min(max(full, first), stop - 1)
            if len(starts) == 1 and played.poster:  # the scene knows better
                full = played.poster
            start, end, most = (round(float(number / fps), 6) for number in (first, stop, full))
            over, at_last = (
                _written(played.written, (number + Fraction(1, 2)) / fps) for number in (first, full)
            )
            name = entry.title or entry.name if name in ("", _UNNAMED) else name
            found.append(Section(name, start, end, most, over, at_last, title=str(tr(name))))
        return found


def _written(written: Sequence[tuple[float, str]], seconds: Fraction) -> str:
    """What stands over a film at a moment."""
    return next((text for start, text in reversed(written) if start <= seconds), "")


class _Listener(Recorder):
    """An exporter that wants no frame: it hears what is said."""

    def wants(self, first: int, stop: int) -> bool:
        return False

    def mine(self, piece: int) -> bool:
        return False


def rehearse(job: Job, work: Path) -> Drawn:
    """Play a scene without drawing anything: what is said in it, and when.

    Raises RenderError when the scene fails.
    """
    return _Listener([Output(job, work / "film.mp4")], Films(), silent, Share(), engine(job, work)).finish()


@spared_collector  # scenes import, typeset and keep much
def draw(
    outputs: Sequence[Output], films: Films, on_event: Listener = silent, share: Share | None = None
) -> Drawn | None:
    """Draw a scene, or a share of its pieces, and encode it into all outputs.

    outputs: of one scene, with the same pixels: see :func:`same_pixels`.
    films: what is still being encoded when this returns is whole when they are closed.
    Returns what is known of the film; None when this share of it is nothing, because it cannot be divided.
    Raises RenderError when the scene fails, with its own traceback; EncodeError when a film cannot be written.
    """
    share = share or Share()
    player = engine(outputs[0].job, outputs[0].media.parent)
    if player.whole and share.of > 1:
        if share.number:
            return None
        share = Share()
    return Recorder(outputs, films, on_event, share, player).finish()


def same_pixels(one: Job, other: Job) -> bool:
    """Whether two jobs can be made from one drawing. A GIF of a film that is larger or has more frames a second
    than a GIF can have is not, nor is a silent film beside one that waits for what is said: each is drawn by itself.
    """
    same = (
        "scene",
        "parameters",
        "membranes",
        "theme",
        "language",
        "width",
        "height",
        "frame_rate",
        "n_frames",
    )
    return (one.request.entry, one.request.takes) == (other.request.entry, other.request.takes) and all(
        one.key[k] == other.key[k] for k in same
    )


def packed(pixels: Pixels) -> tuple[Any, Any]:
    """A picture as runs of one colour: where they begin, and the colours. Drawings have few."""
    import numpy as np

    words = np.ascontiguousarray(pixels).view(np.uint32).ravel()
    starts = np.concatenate([[0], np.flatnonzero(words[1:] != words[:-1]) + 1]).astype(np.uint32)
    return starts, words[starts]


def unpacked(runs: tuple[Any, Any], width: int, height: int) -> Pixels:
    """The picture (height, width, 4) of :func:`packed`."""
    import numpy as np

    starts, colours = runs
    words = np.repeat(colours, np.diff(starts, append=np.uint32(width * height)))
    return words.view(np.uint8).reshape(height, width, 4)

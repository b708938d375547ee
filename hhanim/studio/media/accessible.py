"""Whether a film can be followed by who does not hear it, does not see it, or must not see flashes: WCAG 2.2, level AA.

What is in the file is decoded and measured: the sound against its captions, letters against their ground, flashes in
any place of the picture. Only what a criterion asks for and no file holds is taken from the film's record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from hhanim.language.pace import READING
from hhanim.look import theme
from hhanim.studio.errors import RenderError
from hhanim.studio.media import sidecar
from hhanim.studio.media.join import RATE, Samples
from hhanim.studio.media.sidecar import Caption, Record
from hhanim.studio.media.writer import reason

TEXT = 4.5
"""Contrast of letters to their ground (1.4.3)."""

FLASHES, LUMINANCE, AREA = 3, 0.1, 0.028
"""Flashes in a second that nobody is harmed by, how much a flash changes the relative luminance, and how much of the
picture it takes up to count: a quarter of 10° of the visual field, as WCAG has it at 1024 × 768 (2.3.1)."""

_WIDTH, _HEIGHT = 96, 54  # as fine as flashes are looked for
_HEARD = 10.0 ** (-45.0 / 20.0)
_SLACK = 0.3  # s: by how much sound may begin before its caption, or end after it


@dataclass(frozen=True)
class Finding:
    """A criterion, whether it is met (None: it is not about such a film), and what was measured."""

    criterion: str
    met: bool | None
    words: str


def report(media: Path) -> list[Finding]:
    """Every criterion, one after the other. Raises UsageError when hhanim did not make the film; RenderError when it
    cannot be read."""
    record = sidecar.record_of(media)
    try:
        sound = _sound(media)
        frames = _Frames(media, [stop for _, stop, _ in record.captions] or [0.5 * record.duration])
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise RenderError(f"{media} is no film that can be read: {reason(error)}") from error
    heard = sound is not None and bool((np.abs(sound) > _HEARD).any())
    seen = _descriptions(media)
    return [
        _without_sound(record, heard, seen),
        _captions(record.captions, sound if heard else None),
        _alternative(record, seen),
        Finding("1.2.4 captions of what is live", None, "it is recorded"),
        _described(record, heard, seen),
        _contrast(frames.contrasts),
        _flashes(frames.worst),
    ]


def _sound(media: Path) -> Samples | None:
    """What is heard, mono."""
    from hhanim.studio.media.sound import of_film

    with av.open(str(media)) as container:
        if not container.streams.audio:
            return None
        seconds = float(container.duration or 0) / 1e6
    return of_film(media, seconds)


def _descriptions(media: Path) -> int:
    """How many descriptions lie beside a film."""
    path = sidecar.beside(media, ".descriptions.vtt")
    return path.read_text(encoding="utf-8").count("-->") if path.is_file() else 0


# -- what is heard, and what is read instead -----------------------------------------------------------------


def _without_sound(record: Record, heard: bool, seen: int) -> Finding:
    name = "1.2.1 an alternative to pictures without sound"
    if heard:
        return Finding(name, None, "it has sound")
    words = f"a text of {len(record.alt)} characters, {_count(seen, 'description')}"
    return Finding(name, bool(record.alt or seen), words)


def _captions(captions: Sequence[Caption], sound: Samples | None) -> Finding:
    name = "1.2.2 captions"
    if sound is None:
        return Finding(name, None, f"nothing is heard; {_count(len(captions), 'caption')}")
    lost = [span for span in _stretches(sound) if not _covered(span, captions)]
    fastest = max((len(text) / max(stop - start, 1e-6) for start, stop, text in captions), default=0.0)
    words = f"{_count(len(captions), 'caption')}, at most {fastest:.1f} characters a second"
    if lost:
        words += f"; nothing is written of what is heard at {lost[0][0]:.1f} s"
    return Finding(name, bool(captions) and not lost and fastest <= READING + 0.5, words)


def _stretches(sound: Samples) -> Iterator[tuple[float, float]]:
    """From when to when something is heard (s); pauses of less than half a second are part of it."""
    step = RATE // 20
    whole = np.abs(sound[: sound.size - sound.size % step]).reshape(-1, step).max(axis=1) > _HEARD
    loud = np.flatnonzero(whole)
    for part in np.split(loud, np.flatnonzero(np.diff(loud) > 10) + 1):
        if part.size > 1:  # a click is no speech
            yield float(part[0]) / 20.0, float(part[-1] + 1) / 20.0


def _covered(span: tuple[float, float], captions: Sequence[Caption]) -> bool:
    """Whether captions stand all the while."""
    at, stop = span[0] + _SLACK, span[1] - _SLACK
    for start, end, _ in sorted(captions):
        if start <= at < end:
            at = end
    return at >= stop


def _alternative(record: Record, seen: int) -> Finding:
    words = f"{_count(seen, 'description')}, a text of {len(record.alt)} characters"
    return Finding("1.2.3 descriptions, or a text instead", bool(seen or record.alt), words)


def _described(record: Record, heard: bool, seen: int) -> Finding:
    name = "1.2.5 descriptions that are heard"
    if not heard:
        return Finding(name, None, "nothing is heard: 1.2.1 is about it")
    told = [line for line in record.lines if line.seen]
    spoken = sum(bool(line.file) for line in told)
    if told and spoken == len(told):
        return Finding(name, True, f"all {spoken} are spoken")
    words = (
        f"{spoken} of {len(told) or seen} are spoken, the others written: --sound described waits for them"
    )
    return Finding(name, False, words)


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"


# -- what is seen --------------------------------------------------------------------------------------------


class _Frames:
    """What is measured in the pictures of a film, which are decoded once.

    `contrasts` are those of the lines of text at the top, where titles and headings are, at the moments given (s);
    `worst` is how much of the picture flashes too often, and when (s).
    """

    def __init__(self, media: Path, moments: Sequence[float]) -> None:
        self.contrasts: list[float] = []
        self.worst = (0.0, 0.0)
        left = sorted(max(0.0, moment - 0.15) for moment in moments)
        light, red = _Flicker(LUMINANCE), _Flicker(20.0)
        with av.open(str(media)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                now = float(frame.time or 0.0)
                small = theme.light(
                    frame.reformat(width=_WIDTH, height=_HEIGHT, format="rgb24").to_ndarray() / 255.0
                )
                y = small @ theme.LUMINANCE
                saturated = small[..., 0] >= 0.8 * np.maximum(small.sum(axis=-1), 1e-9)
                reddish = np.where(saturated, 320.0 * np.maximum(small @ _RED, 0.0), 0.0)
                often = light.often(y, now, y < 0.8) | red.often(reddish, now, saturated)
                self.worst = max(self.worst, (float(often.mean()), now))
                if left and now >= left[0]:
                    left = [moment for moment in left if moment > now]
                    self.contrasts += _lines(frame.to_ndarray(format="rgb24"))


_RED = np.array([1.0, -1.0, -1.0])


class _Flicker:
    """Counts, in every place, how often a value has turned by at least so much within a second."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._turned: npt.NDArray[np.float64] | None = None

    def often(
        self, value: npt.NDArray[np.float64], now: float, counts: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Where there have been more than three flashes, which are two turns each, within the last second.

        counts: where a turn to this value, or from it, counts.
        """
        if self._turned is None:
            self._high, self._low, self._way = value.copy(), value.copy(), np.zeros(value.shape, int)
            self._dark = counts.copy()
            self._turned = np.full((2 * FLASHES + 1, *value.shape), -np.inf)
        self._high, self._low = np.maximum(self._high, value), np.minimum(self._low, value)
        for way, far in ((1, value - self._low), (-1, self._high - value)):
            turns = (far >= self._least) & (self._way != way) & (counts | self._dark)
            self._turned[:, turns] = np.roll(self._turned, -1, axis=0)[:, turns]
            self._turned[-1, turns] = now
            self._way[turns] = way
            self._high[turns] = self._low[turns] = value[turns]
        # While it goes on the same way, only the end of the way counts.
        self._low = np.where(self._way > 0, np.where(value >= self._high, value, self._low), self._low)
        self._high = np.where(self._way < 0, np.where(value <= self._low, value, self._high), self._high)
        self._dark = counts
        found: npt.NDArray[np.bool_] = now - self._turned[0] <= 1.0
        return found


def _lines(picture: npt.NDArray[Any]) -> list[float]:
    """The contrast of each line of text in the top sixth of a picture: of its letters' cores to the ground there."""
    band = picture[: picture.shape[0] // 6]
    colours, counts = np.unique(band.reshape(-1, 3), axis=0, return_counts=True)
    ground = float(theme.light(colours[counts.argmax()] / 255.0) @ theme.LUMINANCE)
    light = theme.light(band / 255.0) @ theme.LUMINANCE
    contrast = (np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)
    rows = np.flatnonzero((contrast > 1.5).any(axis=1))
    found = []
    for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        if part.size >= 0.012 * picture.shape[0]:  # as high as a letter
            inked = contrast[part][contrast[part] > 1.5]
            found.append(float(np.percentile(inked, 97)))
    return found


def _contrast(contrasts: Sequence[float]) -> Finding:
    name = "1.4.3 contrast of text"
    if not contrasts:
        return Finding(name, None, "no text at the top")
    least = min(contrasts)
    return Finding(name, least >= TEXT, f"titles and headings, {least:.1f}:1 at least")


def _flashes(worst: tuple[float, float]) -> Finding:
    area, at = worst
    words = f"{100.0 * area:.1f} % of the picture flash more than {FLASHES} times a second"
    return Finding("2.3.1 no flashes", area <= AREA, f"{words}, at {at:.1f} s" if area > 0 else "none")

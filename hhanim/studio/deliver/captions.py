"""Captions as they can be read: two lines, long enough on the screen; and chapters as uploads take them."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Sequence

from hhanim.language.pace import reading_time
from hhanim.look.words import BEFORE_A_UNIT
from hhanim.studio.media.join import Chapter
from hhanim.studio.media.sidecar import Caption, Line

WIDTH, LINES = 42, 2
"""Letters in a line, lines of a caption."""

SHORTEST_CHAPTER, FEWEST_CHAPTERS = 10.0, 3


def readable(lines: Iterable[Line], end: float) -> list[Caption]:
    """What is said, in order, as captions of two lines at most, up to ``end`` (s).

    What is longer becomes several, each there while its words are spoken, and until it can be read; where nobody
    speaks, each has its share of the time that the line stands. What is shorter than it takes to read stays into the
    silence after it.
    """
    pieces: list[Caption] = []
    for line in lines:
        words, stands = _pieces(line.text), line.stop - line.start
        speaks = min(line.seconds, stands) if line.file else stands
        done, total = 0, sum(map(len, words))
        first = line.start
        for piece in words:
            done += len(piece)
            heard, last = (line.start + seconds * done / total for seconds in (speaks, stands))
            stop = last if done == total else max(heard, min(first + reading_time(piece), last))
            pieces.append((first, stop, piece))
            first = stop
    found = []
    for (start, stop, text), after in itertools.zip_longest(pieces, pieces[1:]):
        wanted = start + reading_time(text)
        found.append((start, min(max(stop, wanted), after[0] if after else end), text))
    return found


def _pieces(text: str) -> list[str]:
    """A text in pieces of two lines, in as few lines as there can be, which are about as long."""
    plain = BEFORE_A_UNIT.sub("\N{NO-BREAK SPACE}", " ".join(text.split()))
    fewest = len(textwrap.wrap(plain, WIDTH))
    lines = next(found for w in range(1, WIDTH + 1) if len(found := textwrap.wrap(plain, w)) <= fewest)
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
    return ["\n".join(lines[k : k + LINES]) for k in range(0, len(lines), LINES)]


def chapters(titles: Sequence[tuple[str, float]], end: float) -> list[Chapter]:
    """Chapters that begin at these times (s), as uploads take them: from 0:00 on, each of 10 s at least.

    What is shorter becomes a part of the one after it, at the end of the one before.
    """
    found: list[Chapter] = []
    begin = 0.0
    stops = [at for _, at in titles[1:]] + [end]
    for (title, start), stop in zip(titles, stops, strict=True):
        if stop - start >= SHORTEST_CHAPTER - 1e-6:
            found.append(Chapter(title, begin, stop))
            begin = stop
    if begin < end:
        last = found.pop() if found else Chapter(titles[0][0], 0.0, end)
        found.append(Chapter(last.title, last.start, end))
    return found

"""What is seen, told in the gaps between what is said: for those who do not see it (WCAG 1.2.3, 1.2.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hhanim.language.pace import SPEAKING
from hhanim.studio.media.sidecar import Caption, Line


def descriptions(lines: Sequence[Line]) -> list[Caption]:
    """As captions: all of it where it is spoken, else the sentences that there is room for until the next is heard."""
    found = []
    for k, line in enumerate(lines):
        if line.seen:
            stop = next((other.start for other in lines[k + 1 :] if other.file or other.seen), lines[-1].stop)
            text = line.text if line.file else fitting(line.text, stop - line.start)
            if text:
                found.append((line.start, stop, text))
    return found


def fitting(text: str, seconds: float) -> str:
    """As many sentences of a text as can be read in so many seconds, in their order."""
    left, kept = seconds * SPEAKING, []
    for sentence in re.split(r"(?<=[.?!])\s+(?=\S)", text):
        if (words := len(sentence.split())) <= left:
            kept.append(sentence)
            left -= words
    return " ".join(kept)

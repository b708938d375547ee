"""The kinds of file a film can become."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A kind of file; ``suffix`` ends its name, ``alpha`` says whether it keeps transparency."""

    name: str
    suffix: str
    title: str
    alpha: bool = False


FORMATS: dict[str, Format] = {
    f.name: f for f in (Format("mp4", ".mp4", "H.264: slides, browsers, telephones"),)
}

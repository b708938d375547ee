"""What an engine hands back beside a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hhanim.studio.media.sidecar import Caption


@dataclass(frozen=True)
class Section:
    """Part of a film: its name, where it begins (s), and its own file, relative to the film's, if it has one."""

    name: str
    start: float
    file: str = ""


@dataclass(frozen=True)
class Drawn:
    """What comes out of an engine beside the film: the poster's pixels, captions, the text alternative, and a
    film's sections."""

    poster: Any
    captions: Sequence[Caption]
    alt: str
    fps: Fraction
    n_frames: int
    sections: Sequence[Section] = ()

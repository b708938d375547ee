"""What is said about a film while it is made, and what its engine hands back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hhanim.studio.media.sidecar import Caption


@dataclass(frozen=True)
class Event:
    """Something to tell: ``kind`` is start, frame, finishing, done, fresh, kept, missing or failed.

    A film is said to be finishing when everything else is stopped and it has already been drawn.
    """

    kind: str
    name: str
    path: str
    frame: int = 0
    n_frames: int = 0
    seconds: float = 0.0
    message: str = ""
    trace: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data, without what is empty."""
        return {k: v for k, v in self.__dict__.items() if v not in ("", 0, 0.0)}


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """Tell nobody."""


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

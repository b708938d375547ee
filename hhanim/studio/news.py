"""What is said about a film while it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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

"""All engines behind one interface: matplotlib's for clips, manim's for films, Typst's for slides, PyAV's for videos.

An engine plays a scene to an :class:`Exporter`, which says which frames it wants: only those are drawn, the scene
merely passes through the others, and so every frame is the same whoever asks for it and whatever was left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hhanim.studio.media.sidecar import Caption

if TYPE_CHECKING:
    from hhanim.studio.media.changes import Rect
    from hhanim.studio.media.writer import Pixels


class Later(Protocol):
    """The picture a frame later, while model time stands; where that is not wanted it is not drawn."""

    def __call__(self, *, wanted: bool) -> tuple[Pixels, Iterable[Rect] | None]: ...


class Exporter(Protocol):
    """Who takes the frames of a scene; they are numbered from 0."""

    def section(self, number: int, name: str) -> None:
        """A section of this name begins with frame ``number``."""

    def wants(self, first: int, stop: int) -> bool:
        """Whether any frame from ``first`` up to ``stop`` is to be drawn."""

    def said(
        self, number: int, start: float, stop: float, text: str, seen: str = "", later: Later | None = None
    ) -> None:
        """A line that was said from ``start`` to ``stop`` (s), while something was ``seen``, has ended.

        Until it can have been spoken frame ``number`` stands, the one taken last, or one that was not wanted; what
        lives on meanwhile is in the pictures that ``later`` gives.
        """

    def frame(self, number: int, rgba: Pixels, dirty: Iterable[Rect] | None, repeat: int = 1) -> None:
        """Take a frame, and ``repeat - 1`` more like it.

        rgba: straight colours, shape ``(height, width, 4)``, in a buffer that the next frame reuses.
        dirty: rectangles outside of which it is like the frame before; None when unknown.
        """


class Lines:
    """Tells an exporter of the lines of a scene as they end.

    captions: they may become more while the scene plays. fps: how many frames a second it has.
    seen: what is to be seen in it, in words; told with the first line.
    """

    def __init__(
        self, exporter: Exporter, captions: Sequence[Caption], fps: float, seen: Callable[[], str]
    ) -> None:
        self._exporter, self._captions, self._fps, self._seen = exporter, captions, fps, seen
        self._told = 0

    def until(self, number: int, *, end: bool = False) -> None:
        """Frame ``number`` has been taken, or was not wanted; end: it is the last."""
        while self._told < len(self._captions):
            start, stop, text = self._captions[self._told]
            last = number if end else math.ceil(stop * self._fps - 1e-6)
            if last > number:
                break
            seen = "" if self._told else self._seen()
            self._exporter.said(min(last, number), start, stop, text, seen)
            self._told += 1


@dataclass(frozen=True)
class Played:
    """What is known of a scene that was played to its end.

    poster: the number of a frame. clicks: when spikes are heard (s). written: what stands over its frames, from so
        many seconds on.
    ends: when each of its sections stops changing (s): what follows leads to the next; () where it does not say.
    """

    n_frames: int
    poster: int
    alt: str
    captions: Sequence[Caption]
    clicks: Sequence[float] = ()
    written: Sequence[tuple[float, str]] = ()
    ends: Sequence[float] = ()


class Engine(Protocol):
    """What plays a scene."""

    whole: bool
    """Whether the scene can only be drawn from its beginning to its end."""

    def play(self, exporter: Exporter) -> Played:
        """Play the scene, through the frames that nobody wants as well; whatever it raises comes through."""

    def may_be_poster(self, number: int) -> bool:
        """Whether this frame may turn out to be the poster."""

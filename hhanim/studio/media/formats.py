"""The kinds of file a film can become, and what each of them can hold."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hhanim.studio.media.encode import Quality
    from hhanim.studio.media.join import Samples
    from hhanim.studio.media.writer import Writer


@dataclass(frozen=True)
class Format:
    """A kind of file.

    name: what ``--format`` calls it. suffix: how its files end. title: what it is for.
    alpha: whether it keeps transparency.
    longest: of width and height, the most it is made with, in pixels; None where there is no limit.
    pieces: whether films of this kind can be joined without making their frames again.
    container: FFmpeg's name for the kind of file, "" where it is none of FFmpeg's.
    most: how many frames it takes.
    """

    name: str
    suffix: str
    title: str
    alpha: bool = False
    longest: int | None = None
    pieces: bool = True
    container: str = ""
    most: int = 10_000_000

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """The size a film of that size has in this format: the same shape, even."""
        if self.longest is None or max(width, height) <= self.longest:
            return width, height
        scale = self.longest / max(width, height)
        return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)

    def rate(self, fps: Fraction) -> Fraction:
        """The frame rate it has: a GIF's frames last whole hundredths of a second, at least four of them."""
        if self.name != "gif":
            return fps
        return Fraction(100, max(4, math.ceil(100 / fps)))


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("mp4", ".mp4", "H.264: slides, browsers, telephones", container="mp4"),
        Format("gif", ".gif", "palette, loops: where no film may go", alpha=True, longest=960, pieces=False),
        Format(
            "webm", ".webm", "VP9, transparent where the theme is: web pages", alpha=True, container="webm"
        ),
        Format(
            "mov", ".mov", "ProRes 4444, transparent where the theme is: editors", alpha=True, container="mov"
        ),
        Format("png", ".frames", "a folder of numbered PNG files", alpha=True, most=200_000),
    )
}

_BY_SUFFIX = {f.suffix: f for f in FORMATS.values()}


def format_of(path: Path) -> Format:
    """The format of a file, by the end of its name; MP4 when it says nothing."""
    return _BY_SUFFIX.get(path.suffix, FORMATS["mp4"])


def open_writer(
    path: Path, *, width: int, height: int, fps: Fraction, quality: Quality, theme: Any
) -> Writer:
    """What writes frames into ``path``, in the format its name asks for.

    theme: says whether the film is transparent, and what its ground is.
    Raises EncodeError when the file cannot be written.
    """
    ground = theme.ground.lstrip("#")
    matte = (int(ground[:2], 16), int(ground[2:4], 16), int(ground[4:6], 16)) if theme.transparent else None
    kind = format_of(path).name
    if kind == "gif":
        from hhanim.studio.media.gif import Gif

        return Gif(path, width=width, height=height, fps=fps, ground=matte)
    if kind == "png":
        from hhanim.studio.media.numbered import Numbered

        return Numbered(path, width=width, height=height, fps=fps, alpha=theme.transparent)
    from hhanim.studio.media import encode

    codec = {
        "mp4": encode.H264,
        "webm": encode.VP9_ALPHA if matte else encode.VP9,
        "mov": encode.PRORES_ALPHA if matte else encode.PRORES,
    }[kind]
    return encode.Encoder(
        path, width=width, height=height, fps=fps, quality=quality, codec=codec, ground=matte
    )


class Films(contextlib.ExitStack):
    """Films that are written one after the other; each is entered, and all are whole when this is closed.

    One may still be encoded while the next is drawn. If more than one were, drawing, which is faster, would leave
    ever more of them behind, each with its frames in memory.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[Any, ...] = ()

    def end(self, *films: Any) -> None:
        """These have all their frames; waits until those before are whole."""
        for film in films:
            film.end()
        for film in self._last:
            film.close()
        self._last = films


def join(parts: Sequence[Path], path: Path, fps: Fraction, sound: Samples | None = None) -> None:
    """Make one film, in the format its name asks for, of films that share size, rate and settings.

    sound: what is heard in it, where its format has any sound.
    Raises EncodeError when they cannot be joined or written.
    """
    if container := format_of(path).container:
        from hhanim.studio.media.join import Tracks
        from hhanim.studio.media.join import join as append

        append(parts, path, fps, container, None if sound is None else Tracks(sound=[sound]))
    else:
        from hhanim.studio.media.numbered import gather

        gather(parts, path)

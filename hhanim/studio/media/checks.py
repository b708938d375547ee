"""The last look at a film before it takes its name: what is in the file, and is it what was asked for?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from hhanim.studio.errors import RenderError
from hhanim.studio.media.boxes import boxes
from hhanim.studio.media.formats import format_of


@dataclass(frozen=True)
class Facts:
    """What a player will find; ``duration`` in seconds, ``colours`` are H.273 codes (primaries,
    transfer, matrix)."""

    codec: str
    pix_fmt: str
    width: int
    height: int
    fps: Fraction
    n_frames: int
    duration: float
    faststart: bool
    colours: tuple[int, int, int]
    limited_range: bool


def facts(path: Path) -> Facts:
    """Read the headers of a film, or look into a folder of pictures, which have no rate. Raises RenderError when it is
    not one."""
    try:
        if path.is_dir():
            return _pictures(path)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            rate = stream.average_rate or Fraction(0)
            counted = 0 if container.format.name == "gif" else stream.frames
            n_frames = counted or sum(1 for p in container.demux(stream) if p.pts is not None)
            # How a WebM says that it is transparent; in one that was joined it is a tag as well, in capitals.
            alpha = {k.lower(): v for k, v in stream.metadata.items()}.get("alpha_mode") == "1"
            with path.open("rb") as file:
                first = [box.name for box in itertools.islice(boxes(file), 2)]
            return Facts(
                codec=context.codec.canonical_name,
                pix_fmt="yuva420p" if alpha else context.pix_fmt or "",
                width=context.width,
                height=context.height,
                fps=Fraction(rate),
                n_frames=n_frames,
                duration=float(n_frames / rate) if rate else 0.0,
                faststart=first == [b"ftyp", b"moov"],
                colours=(context.color_primaries, context.color_trc, context.colorspace),
                limited_range=context.color_range == 1,
            )
    except (av.FFmpegError, OSError, IndexError) as error:
        raise RenderError(f"{path.name} is not a film that can be played: {error}") from error


def _pictures(folder: Path) -> Facts:
    files = sorted(folder.iterdir())
    with Image.open(files[0]) as first:
        size, mode = first.size, first.mode.lower()
    return Facts("png", mode, *size, Fraction(0), len(files), 0.0, False, (2, 2, 2), False)


# Codec, how its pixels are read back: opaque, transparent. ProRes' ten bits are decoded as twelve.
_CODED = {
    "mp4": ("h264", "yuv420p", ""),
    "webm": ("vp9", "yuv420p", "yuva420p"),
    "mov": ("prores", "yuv444p12le", "yuva444p12le"),
    "gif": ("gif", "bgra", "bgra"),
    "png": ("png", "rgb", "rgba"),
}


def check(
    path: Path, *, width: int, height: int, fps: Fraction, n_frames: int, transparent: bool = False
) -> Facts:
    """Make sure that a film is what was asked for. Raises RenderError, which says what differs."""
    found = facts(path)
    kind = format_of(path).name
    codec, opaque, clear = _CODED[kind]
    wanted = {
        "codec": codec,
        "pix_fmt": clear if transparent else opaque,
        "width": width,
        "height": height,
        "n_frames": n_frames,
    }
    if kind in ("mp4", "webm", "mov"):
        wanted |= {"faststart": kind != "webm", "colours": (1, 1, 1), "limited_range": True}
    if kind == "png":
        fps = found.fps
    for name, value in wanted.items():
        if getattr(found, name) != value:
            raise RenderError(f"{path.name}: {name} is {getattr(found, name)}, not {value}")
    if abs(found.fps - fps) > Fraction(1, 1000):
        raise RenderError(f"{path.name}: {found.fps} frames a second, not {fps}")
    return found


def poster(path: Path, rgba: npt.NDArray[np.uint8], *, transparent: bool = False) -> None:
    """Write one frame as a PNG, with its transparency if it has a meaning."""
    pixels = rgba if transparent else rgba[..., :3]
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, format="PNG", compress_level=6)

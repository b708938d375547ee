"""Films one after the other, without encoding anything again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from hhanim.studio.media.atomic import in_place
from hhanim.studio.media.writer import EncodeError, exact_rate, reason


def container_options(container: str) -> dict[str, str]:
    """Index first, and nothing that differs between two runs (a clock, a random identity)."""
    return {"fflags": "+bitexact", **({"movflags": "+faststart"} if container in ("mp4", "mov") else {})}


def join(parts: Sequence[Path], path: Path, fps: float | Fraction, container: str = "mp4") -> Path:
    """Put films that share size, rate and settings one after the other, without encoding anything again.

    Args:
        fps: their rate, exactly: a WebM's times are whole milliseconds, from which it cannot be had.

    Raises:
        EncodeError: when they cannot be joined or written.
    """
    options = container_options(container)
    try:
        with in_place(path) as part, av.open(str(part), "w", format=container, options=options) as out:
            stream: Any = None
            count = 0
            for piece in parts:
                with av.open(str(piece)) as source:
                    template = source.streams.video[0]
                    if stream is None:
                        stream = out.add_stream_from_template(template)
                        stream.time_base = template.time_base
                        stream.codec_context.framerate = exact_rate(fps)
                        if "alpha_mode" in template.metadata:  # how a WebM says that it is transparent
                            stream.metadata["alpha_mode"] = template.metadata["alpha_mode"]
                    # ProRes says by its tag which of its kinds it is; without it 4444 is read as less.
                    stream.codec_context.codec_tag = template.codec_context.codec_tag
                    tick = Fraction(template.time_base or 1)
                    for packet in source.demux(template):
                        if packet.dts is None:
                            continue
                        # Frames are coded in the order in which they are shown.
                        packet.pts = packet.dts = round(count / exact_rate(fps) / tick)
                        packet.stream = stream
                        out.mux(packet)
                        count += 1
    except (av.FFmpegError, OSError) as error:
        raise EncodeError(f"cannot write {path}: {reason(error)}") from error
    return path

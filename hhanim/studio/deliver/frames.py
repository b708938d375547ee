"""Single frames out of a film that is there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hhanim.studio.errors import RenderError

if TYPE_CHECKING:
    from PIL import Image


def png(picture: Image.Image) -> bytes:
    """A picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()


def frames(media: Path, seconds: Iterable[float]) -> Iterator[Image.Image]:
    """The frame that is seen at each of some moments (s), in the order that is asked for; past the end the last. Raises
    RenderError when the film cannot be read."""
    import av
    from PIL import Image

    try:
        with av.open(str(media)) as container:
            stream = container.streams.video[0]
            assert stream.time_base is not None and stream.average_rate is not None
            half = 0.5 / stream.average_rate
            for at in seconds:
                # From the key frame before it on.
                container.seek(max(int((at - half) / stream.time_base), 0), stream=stream)
                seen = None
                for frame in container.decode(stream):
                    if seen is not None and frame.time is not None and frame.time > at + 1e-6:
                        break
                    seen = frame
                if seen is None:
                    raise ValueError("no frames")
                yield Image.fromarray(seen.to_ndarray(format="rgb24"))
    except (OSError, IndexError, ValueError, av.FFmpegError) as error:
        raise RenderError(f"{media} is no longer what hhanim made; render it again") from error

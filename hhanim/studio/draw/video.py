"""A film of somebody's as a part of a lecture: its pictures at the lecture's size and rate, on the theme's ground."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation

from hhanim.look.theme import rgb
from hhanim.studio.draw.engine import Exporter, Lines, Played
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.job import Job
from hhanim.studio.media.sidecar import Caption
from hhanim.studio.media.writer import Pixels, reason


class VideoEngine:
    """A film of somebody's; see :class:`hhanim.studio.draw.engine.Engine`."""

    whole = True

    def __init__(self, job: Job) -> None:
        self.job = job

    def may_be_poster(self, number: int) -> bool:
        return number % max(1, round(self.job.fps)) == 0  # how long it is, is known at its end

    def play(self, exporter: Exporter) -> Played:
        path, count, captions = self.job.request.entry.path, 0, self._captions()
        lines = Lines(exporter, captions, float(self.job.fps), lambda: self.job.request.entry.alt)
        exporter.section(0, "")
        try:
            # Opened by Python, which is how it is known that it was used.
            with path.open("rb") as file, av.open(file) as container:
                if not container.streams.video:
                    raise RenderError(f"{path.name} has no pictures")
                for pixels, repeat in self._frames(container):
                    exporter.frame(count, pixels, None, repeat)
                    count += repeat
                    lines.until(count - 1)
        except (av.FFmpegError, OSError) as error:
            raise RenderError(f"{path.name} is no film that can be read: {reason(error)}") from error
        end = float(count / self.job.fps)
        for start, stop, text in captions:
            if not start < min(stop, end):
                name, when = self.job.values.objects["captions"], f"from {start:.1f} s to {stop:.1f} s"
                raise RenderError(
                    f"{name}: {text[:40]!r} is there {when}, of {end:.1f} s that {path.name} lasts"
                )
        captions[:] = [(start, min(stop, end), text) for start, stop, text in captions]
        lines.until(count - 1, end=True)
        poster = round(count / 3 / self.job.fps) * max(1, round(self.job.fps))
        return Played(count, min(poster, count - 1 - (count - 1) % max(1, round(self.job.fps))), "", captions)

    def _frames(self, container: Any) -> Iterator[tuple[Pixels, int]]:
        """Each picture, with how many frames of the lecture show it: at every moment the last that has come."""
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        last, shown, begin = None, 0, None
        tick = Fraction(1)
        for frame in container.decode(stream):
            if frame.pts is None:
                continue
            tick = Fraction(frame.time_base)
            begin = frame.pts if begin is None else begin
            until = math.ceil((frame.pts - begin) * tick * self.job.fps - Fraction(1, 2))
            if last is not None and until > shown:
                yield self._fitted(last), until - shown
                shown = until
            last = frame
        if last is not None:
            length = Fraction(last.duration or 1) * tick
            end = math.ceil(((last.pts - begin) * tick + length) * self.job.fps - Fraction(1, 2))
            yield self._fitted(last), max(1, end - shown)

    def _fitted(self, frame: Any) -> Pixels:
        """A picture, upright and whole, on the ground."""
        width, height = self.job.request.pixels
        turned = round(frame.rotation / 90) % 4
        shape = Fraction(
            frame.sample_aspect_ratio if hasattr(frame, "sample_aspect_ratio") else 1
        ) or Fraction(1)
        across, down = frame.width * shape, Fraction(frame.height)
        if turned % 2:
            across, down = down, across
        scale = min(width / across, height / down)
        size = max(2, round(across * scale)), max(2, round(down * scale))
        inner = size[::-1] if turned % 2 else size
        space = frame.colorspace if frame.colorspace in (1, 5, 6, 9) else None
        guess = Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601
        made = frame.reformat(
            width=inner[0], height=inner[1], format="rgba", src_colorspace=space or guess,
            interpolation=Interpolation.LANCZOS, threads=1,  # by several, pixels come out otherwise now and then
        )  # fmt: skip
        pixels = np.rot90(made.to_ndarray(), turned)
        ground = [round(255 * c) for c in rgb(self.job.request.look.ground)]
        sheet = np.empty((height, width, 4), np.uint8)
        sheet[...] = (*ground, 255)
        left, top = (width - size[0]) // 2, (height - size[1]) // 2
        sheet[top : top + size[1], left : left + size[0], :3] = pixels[..., :3]
        return sheet

    def _captions(self) -> list[Caption]:
        """Those of the file that was named for them."""
        name = self.job.values.objects["captions"]
        if not name:
            return []
        path = self.job.request.entry.path.parent / name
        try:
            with path.open("rb") as file, av.open(file) as container:
                stream = container.streams.subtitles[0]
                tick = float(stream.time_base)
                found = sorted(
                    (p.pts * tick, (p.pts + p.duration) * tick, _plain(bytes(p).decode("utf-8")))
                    for p in container.demux(stream)
                    if p.pts is not None and p.duration
                )
        except (av.FFmpegError, OSError, IndexError, UnicodeDecodeError) as error:
            raise RenderError(f"{path.name} has no captions that can be read: {reason(error)}") from error
        if not found:
            raise RenderError(f"{path.name} has no captions that can be read: WebVTT and SubRip can be")
        return found


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()

"""Frames into a GIF."""

from __future__ import annotations

import tempfile
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from hhanim.studio.media.changes import Tiles, Words, even, lay
from hhanim.studio.media.writer import Pixels, Writer

COLOURS = 255  # of the 256, one says "transparent"
EXACT = 64  # the most frequent colours keep their value to the bit; the others share what is left


class Gif(Writer):
    """A GIF that loops, in one palette, without dithering: drawings have few colours, and flat stays flat.

    The palette is known when the last frame is, so frames wait on disk, compressed. A GIF's pixel is either
    there or not: what is half transparent is laid on the ground of its theme.

    ground: red, green and blue, where the film is transparent; the others as of Writer.
    """

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        fps: Fraction,
        ground: tuple[int, int, int] | None = None,
    ) -> None:
        super().__init__(path, width=width, height=height, fps=fps)
        self.ground = ground
        with self._failing():
            self._spool = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115 - closed by _discard()
        self._lengths: list[int] = []
        self._count: dict[int, int] = {}
        self._picture = np.zeros(even(self.height, self.width), np.uint32)
        self._last = np.zeros((self.height, self.width), np.uint32)

    def _add(self, tiles: Tiles, pixels: Words) -> None:
        lay(self._picture, tiles, pixels)
        words = self._picture[: self.height, : self.width]
        words = words.copy() if self.ground is None else self._on_ground(words)
        changed = words[words != self._last] if self.n_frames else words.ravel()
        if self.n_frames and not changed.size:
            self._lengths.append(0)
            return
        colours, counts = np.unique(changed, return_counts=True)
        for colour, count in zip(colours.tolist(), counts.tolist(), strict=True):
            self._count[colour] = self._count.get(colour, 0) + count
        self._lengths.append(self._spool.write(zlib.compress(words.tobytes(), 1)))
        self._last = words

    def _on_ground(self, words: Words) -> Words:
        """Wholly transparent pixels as 0, all others opaque."""
        assert self.ground is not None
        alpha = (words >> np.uint32(24)).astype(np.uint32)
        out = np.full_like(words, 0xFF000000)
        for k, ground in enumerate(self.ground):
            level = (words >> np.uint32(8 * k)) & np.uint32(255)
            mixed = (level * alpha + np.uint32(ground) * (255 - alpha) + np.uint32(127)) // np.uint32(255)
            out |= mixed << np.uint32(8 * k)
        out[alpha == 0] = 0
        return out

    def _finish(self) -> None:
        colours = np.array(sorted(self._count), np.uint32)
        index, palette = _palette(colours, np.array([self._count[c] for c in colours.tolist()]))
        self._spool.seek(0)
        options = {"loop": "0", "fflags": "+bitexact"}
        with av.open(str(self._temporary), "w", format="gif", options=options) as container:
            stream: Any = container.add_stream("gif", rate=self.fps)
            context = stream.codec_context
            context.width, context.height, context.pix_fmt = self.width, self.height, "pal8"
            context.time_base = 1 / self.fps
            picture = np.zeros((self.height, self.width), np.uint8)
            for number, length in enumerate(self._lengths):
                if length:
                    words = np.frombuffer(zlib.decompress(self._spool.read(length)), np.uint32)
                    picture = index[np.searchsorted(colours, words)].reshape(self.height, self.width)
                pair: Any = (picture, palette)
                frame = av.VideoFrame.from_ndarray(pair, format="pal8")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

    def _discard(self) -> None:
        self._spool.close()
        super()._discard()


def _palette(colours: Words, counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint8], Pixels]:
    """At most 255 colours for all of ``colours`` (M,): which of them each becomes (M,), and the palette (256,
    4) as ARGB.

    The most frequent stay exact; the rest, mostly shades of edges, are cut at the median.
    """
    rgb = np.ascontiguousarray(colours).view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    clear = colours < 1 << 24
    order = np.argsort(-counts, kind="stable")
    order = order[~clear[order]]
    kept = rgb[order] if len(order) <= COLOURS else rgb[order[:EXACT]]
    rest = order[len(kept) :]
    if rest.size:
        weight = np.clip(np.sqrt(counts[rest]).astype(int), 1, 64)
        strip = np.repeat(rgb[rest].astype(np.uint8), weight, axis=0)[None]
        cut = Image.fromarray(strip).quantize(COLOURS - len(kept), method=Image.Quantize.MEDIANCUT)
        found = np.array(cut.getpalette(), np.int32).reshape(-1, 3)
        kept = np.concatenate([kept, found])[:COLOURS]
    index = np.full(len(colours), COLOURS, np.uint8)
    for start in range(0, len(colours), 4096):
        part = np.s_[start : start + 4096]
        distance = ((rgb[part, None] - kept[None]) ** 2 * (3, 4, 2)).sum(axis=2)
        index[part] = distance.argmin(axis=1)
    index[clear] = COLOURS
    palette = np.zeros((256, 4), np.uint8)
    palette[:COLOURS, 0] = 255  # the encoder takes the first clear entry for the transparent one
    palette[: len(kept), 1:] = kept
    return index, palette

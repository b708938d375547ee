"""Pixels in, a film out: H.264 that every slide program and browser plays, written as fast as x264 goes.

numpy and PyAV only, so that anything may use it. An :class:`Encoder` takes RGBA frames and writes, by
default, an MP4 with yuv420p pixels, a constant and exactly rational frame rate, ``moov`` first, and colours
both converted to and tagged as BT.709; VP9 and ProRes 4444, with or without alpha, go the same way. A drawing
changes little from frame to frame, so the caller may say which rectangles changed; only those are converted.
"""

from __future__ import annotations

import os
import queue
import threading
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy.typing as npt

from hhanim.process import short_turns
from hhanim.studio.media.changes import Tiles, Words, even
from hhanim.studio.media.join import container_options
from hhanim.studio.media.sheet import Rgba, Yuv
from hhanim.studio.media.writer import EncodeError, Writer, reason

# The number of x264 threads changes the bytes, so it is a constant and not the number of cores: as many as there are
# cores for each film in the making (see ``--jobs``). A third thread made ultrafast a third slower on two cores.
THREADS = 2
AHEAD = 32 << 20
"""Bytes of changed pixels that may wait for the encoder: how far a drawing may run ahead of it."""


@dataclass(frozen=True)
class _New:
    """What is new in a frame.

    tiles: where. parts: their planes. converted: whether these are the encoder's, or still RGBA words.
    """

    tiles: Tiles
    parts: list[npt.NDArray[Any]]
    converted: bool

    @property
    def size(self) -> int:
        """Bytes, with something for the frame itself: even an unchanged one takes room."""
        return 1000 + sum(part.nbytes for part in self.parts)


_BT709 = 1  # the code of ITU-T H.273 for primaries, transfer and matrix alike
_LIMITED = 1


@dataclass(frozen=True)
class Quality:
    """How much work x264 does per frame.

    preset: x264's name for its speed. ``superfast`` beats ``veryfast`` and ``medium`` on line drawings.
    qp: its quantiser, the same in every frame; lower is better and larger. 20 is about 55 dB, 24 about 52.
    """

    preset: str = "superfast"
    qp: int = 20


@dataclass(frozen=True)
class Codec:
    """What a film is coded with, and what it is kept in.

    name: the encoder's, in FFmpeg. container: FFmpeg's name for the kind of file.
    pix_fmt: FFmpeg's name for how pixels are stored; with an ``a`` in it, with transparency.
    threads: how its frames are shared among threads.
    """

    name: str
    container: str
    pix_fmt: str
    threads: str = "FRAME"

    @property
    def alpha(self) -> bool:
        """Whether transparency is kept."""
        return self.pix_fmt.startswith("yuva")

    def options(self, quality: Quality) -> dict[str, str]:
        """The encoder's own settings."""
        if self.name == "libx264":
            colours = "colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=off"
            # For drawings, what x264 does for photographs costs more than it brings. Frames coded from later
            # ones: a fifth of the time, for 2 % of a drawing's size and 8 % of a film's. The filter against
            # blocks: a quarter, for 0.06 dB. Weights for fades: 4 %, for 2 % of the size of a film that fades.
            # A quantiser chosen frame by frame (crf): an eighth to a quarter, and larger at the same quality. Looking
            # for cuts, to begin anew there: a fifth, for nothing; there is a whole frame every two seconds anyhow.
            spared = "bframes=0:no-deblock=1:weightp=0:scenecut=0"
            return {"preset": quality.preset, "qp": str(quality.qp), "x264-params": f"{colours}:{spared}"}
        if self.name == "libvpx-vp9":
            # VP9's scale of quality runs to 63, x264's to 51; with alpha it knows no hidden reference frames.
            speed = {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "auto-alt-ref": "0"}
            return {"crf": str(min(63, quality.qp + 4)), "b": "0", **speed}
        return {"profile": "4444", "vendor": "apl0", "alpha_bits": "16" if self.alpha else "0"}


H264 = Codec("libx264", "mp4", "yuv420p")
VP9 = Codec("libvpx-vp9", "webm", "yuv420p", threads="SLICE")
VP9_ALPHA = Codec("libvpx-vp9", "webm", "yuva420p", threads="SLICE")
PRORES = Codec("prores_ks", "mov", "yuv444p10le", threads="SLICE")
PRORES_ALPHA = Codec("prores_ks", "mov", "yuva444p10le", threads="SLICE")


class Encoder(Writer):
    """A film being written by FFmpeg's libraries.

    ``write`` copies what changed and returns; colour conversion and x264 run in a thread of their own.

    path, width, height, fps: as of :class:`hhanim.studio.media.writer.Writer`; an odd size is padded by
        repeating its last row or column.
    quality: x264's preset and quantiser.
    codec: :data:`H264` or another of this module's.
    ground: red, green and blue that wholly transparent pixels are given where transparency is kept; they
        show at the edges of what is drawn, because colour is stored at half the resolution.

    Raises EncodeError from any method, when the film cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        width: int,
        height: int,
        fps: float | Fraction,
        quality: Quality | None = None,
        codec: Codec = H264,
        ground: tuple[int, int, int] | None = None,
    ) -> None:
        super().__init__(path, width=width, height=height, fps=fps)
        self.codec = codec
        self._quality = quality or Quality()
        self._error: BaseException | None = None
        self._queue: queue.SimpleQueue[_New | None] = queue.SimpleQueue()
        self._room = threading.Condition()
        self._waiting = 0  # bytes in the queue
        try:
            with self._failing():
                self._open(ground)
        except EncodeError:
            self._discard()
            raise
        self._thread = threading.Thread(target=self._work, name=f"encode {self.path.name}", daemon=True)
        self._thread.start()

    def _open(self, ground: tuple[int, int, int] | None) -> None:
        height, width = even(self.height, self.width)
        codec = self.codec
        self._container = av.open(
            str(self._temporary), "w", format=codec.container, options=container_options(codec.container)
        )
        self._stream: Any = self._container.add_stream(
            codec.name, rate=self.fps, options=codec.options(self._quality)
        )
        context: Any = self._stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, codec.pix_fmt
        context.time_base = 1 / self.fps
        context.framerate = self.fps
        context.gop_size = max(1, round(2 * self.fps))  # a lecturer who scrubs lands within two seconds
        context.thread_type = codec.threads
        context.thread_count = THREADS
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        context.flags |= av.codec.context.Flags.bitexact
        self._container.start_encoding()  # opens the file now, so that a wrong folder is refused here
        self._sheet: Yuv | Rgba = (
            Yuv(width, height, codec.pix_fmt, ground)
            if "420p" in codec.pix_fmt
            else Rgba(width, height, codec.pix_fmt)
        )

    # -- the caller's side ---------------------------------------------------------------------------------

    def _add(self, tiles: Tiles, pixels: Words) -> None:
        self._check()
        light = pixels.size <= self._sheet.LIGHT
        self._put(_New(tiles, self._sheet.convert(pixels) if light else [pixels], light))

    def _put(self, new: _New) -> None:
        with self._room:
            while self._waiting and self._waiting + new.size > AHEAD:
                self._check()
                self._room.wait(0.5)
            self._waiting += new.size
        self._check()
        self._queue.put(new)

    def _get(self) -> _New | None:
        new = self._queue.get()
        if new is not None:
            with self._room:
                self._waiting -= new.size
                self._room.notify()
        return new

    def _check(self) -> None:
        if self._error is not None:
            raise EncodeError(f"cannot write {self.path}: {reason(self._error)}") from self._error

    def end(self) -> None:
        super().end()
        self._queue.put(None)

    def _finish(self) -> None:
        self.end()
        self._thread.join()
        self._check()

    def abort(self) -> None:
        self._error = self._error or EncodeError("abandoned")
        self._queue.put(None)  # wakes it
        self._thread.join()
        super().abort()

    # -- the thread's side ---------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            try:
                with short_turns:
                    self._encode_all()
            finally:
                self._container.close()
                # x264 and its threads end here, not when somebody's traceback lets go of this encoder: in a process
                # forked by then, freeing them would wait for threads that are not there.
                del self._container, self._stream
            del self._sheet
        except BaseException as error:  # handed to the caller by _check
            self._error = self._error or error

    def _encode_all(self) -> None:
        number, frame = 0, None
        while True:
            new = self._get()
            if self._error is not None:
                return
            if new is None:
                break
            if frame is None or new.tiles.size:
                self._sheet.put(new.tiles, new.parts if new.converted else self._sheet.convert(*new.parts))
                frame = self._sheet.frame()
            frame.pts = number
            self._container.mux(self._stream.encode(frame))
            number += 1
        self._container.mux(self._stream.encode(None))

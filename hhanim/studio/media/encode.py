"""Pixels in, a film out: H.264 that every slide program and browser plays, written as fast as x264 goes.

numpy and PyAV only, so that anything may use it. An :class:`Encoder` takes RGBA frames and writes, by
default, an MP4 with yuv420p pixels, a constant and exactly rational frame rate, ``moov`` first, and colours
both converted to and tagged as BT.709; VP9 and ProRes 4444, with or without alpha, go the same way. A drawing
changes little from frame to frame, so the caller may say which rectangles changed; only those are converted.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import numpy.typing as npt

from hhanim.process import short_turns
from hhanim.studio.errors import RenderError

Rect = tuple[int, int, int, int]
"""``(x0, y0, x1, y1)`` in pixels, origin at the top left, half-open."""

Pixels = npt.NDArray[np.uint8]
"""Straight RGBA, shape ``(height, width, 4)``."""

# The number of x264 threads changes the bytes, so it is a constant and not the number of cores: as many as there are
# cores for each film in the making (see ``--jobs``). A third thread made ultrafast a third slower on two cores.
THREADS = 2
SMALL = 1 << 13
"""Pixels up to which a rectangle is copied as it is; in a larger one, what has really changed is found first."""

AHEAD = 32 << 20
"""Bytes of changed pixels that may wait for the encoder: how far a drawing may run ahead of it."""

Block = tuple[int, int, list[npt.NDArray[Any]]]
"""Where a rectangle goes, from the left and the top, and its planes."""


@dataclass(frozen=True)
class _New:
    """What is new in a frame.

    Args:
        blocks: the rectangles. converted: whether their planes are the encoder's, or still RGBA words.
    """

    blocks: list[Block]
    converted: bool

    @property
    def size(self) -> int:
        """Bytes, with something for the frame itself: even an unchanged one takes room."""
        return 1000 + sum(part.nbytes for _, _, parts in self.blocks for part in parts)


_BT709 = 1  # the code of ITU-T H.273 for primaries, transfer and matrix alike
_LIMITED = 1


class EncodeError(RenderError):
    """The film could not be written: the disk is full, the folder is read-only, a frame has the wrong
    size."""


@dataclass(frozen=True)
class Quality:
    """How much work x264 does per frame.

    Args:
        preset: x264's name for its speed. ``superfast`` beats ``veryfast`` and ``medium`` on line drawings.
        qp: its quantiser, the same in every frame; lower is better and larger. 20 is about 55 dB, 24 about 52.
    """

    preset: str = "superfast"
    qp: int = 20


@dataclass(frozen=True)
class Codec:
    """What a film is coded with, and what it is kept in.

    Args:
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


def exact_rate(fps: float | Fraction) -> Fraction:
    """Frames per second as a small fraction: 33.333… is 100/3, 29.97 is 2997/100.

    Raises:
        EncodeError: when ``fps`` is not a positive, finite number.
    """
    try:
        rate = Fraction(fps).limit_denominator(1001)
    except (ValueError, OverflowError, TypeError) as error:
        raise EncodeError(f"frames per second = {fps}: must be a finite number above 0") from error
    if rate <= 0:
        raise EncodeError(f"frames per second = {fps}: must be a finite number above 0")
    return rate


class _Yuv:
    """RGBA → BT.709 limited range, 4:2:0, onto one persistent frame that the encoder reads.

    Fixed-point, rounded to nearest, and strictly local: a pixel's result depends on its own 2 × 2 block only,
    so converting a rectangle gives the same bytes as converting the frame (swscale does not promise that).

    Args:
        width, height: even. pix_fmt: ``yuv420p`` or ``yuva420p``. ground: as of :class:`Encoder`.
    """

    _KR, _KG, _KB = 0.2126, 0.7152, 0.0722
    _LUMA_BITS, _CHROMA_BITS = 24, 22

    LIGHT: float = 1 << 15
    """New pixels in a frame up to which they are converted where they are handed over. It takes numpy some forty
    short steps, and for each the thread that encodes would wait until the one that draws lets go of the interpreter."""

    def __init__(
        self, width: int, height: int, pix_fmt: str, ground: tuple[int, int, int] | None = None
    ) -> None:
        self._frame = av.VideoFrame(width, height, pix_fmt)
        self.planes = [
            np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)[:, : p.width]
            for p in self._frame.planes
        ]
        self._alpha = len(self.planes) > 3
        self._ground = None
        if self._alpha and ground is not None:
            self._ground = np.uint32(ground[0] | ground[1] << 8 | ground[2] << 16)
        scale = 219 / 255 * 2**self._LUMA_BITS
        self._luma = [np.uint32(round(k * scale)) for k in (self._KR, self._KG, self._KB)]
        self._luma_offset = np.uint32(16.5 * 2**self._LUMA_BITS)
        # of the sum over a 2 × 2 block, hence the quarter
        scale = 224 / 255 / 4 * 2**self._CHROMA_BITS
        blue, red = 2 * (1 - self._KB), 2 * (1 - self._KR)
        self._cb = [
            np.int32(round(k * scale)) for k in (-self._KR / blue, -self._KG / blue, (1 - self._KB) / blue)
        ]
        self._cr = [
            np.int32(round(k * scale)) for k in ((1 - self._KR) / red, -self._KG / red, -self._KB / red)
        ]
        self._chroma_offset = np.int32(128.5 * 2**self._CHROMA_BITS)

    def convert(self, words: npt.NDArray[np.uint32]) -> list[npt.NDArray[Any]]:
        """The planes of pixels (h, w), little-endian RGBA words, both even; may be called from any thread."""
        height, width = words.shape
        if self._ground is not None:
            words = np.where(words < 1 << 24, self._ground, words)
        luma = np.empty((height, width), np.uint8)
        chroma = np.empty((2, height // 2, width // 2), np.uint8)
        rows = max(2, 32768 // width & ~1)  # a band that stays in the cache
        for top in range(0, height, rows):
            band = np.s_[top : top + rows]
            self._band(words[band], luma[band], chroma[:, top // 2 : (top + rows) // 2])
        planes = [luma, *chroma]
        if self._alpha:
            planes.append((words >> np.uint32(24)).astype(np.uint8))
        return planes

    def _band(
        self, pixels: npt.NDArray[np.uint32], y: npt.NDArray[np.uint8], uv: npt.NDArray[np.uint8]
    ) -> None:
        byte = np.uint32(0xFF)
        luma, part = pixels & byte, pixels >> np.uint32(8)
        luma *= self._luma[0]
        part &= byte
        green = part[0::2] + part[1::2]
        part *= self._luma[1]
        luma += part
        np.right_shift(pixels, np.uint32(16), out=part)
        part &= byte
        part *= self._luma[2]
        luma += part
        luma += self._luma_offset
        luma >>= np.uint32(self._LUMA_BITS)
        np.copyto(y, luma, casting="unsafe")

        np.bitwise_and(
            pixels, np.uint32(0x00FF00FF), out=part
        )  # red and blue sums share a word: 4 × 255 < 2¹⁶
        red_blue = part[0::2] + part[1::2]
        red_blue = red_blue[:, 0::2] + red_blue[:, 1::2]
        g = (green[:, 0::2] + green[:, 1::2]).view(np.int32)
        r = (red_blue & np.uint32(0xFFFF)).view(np.int32)
        b = (red_blue >> np.uint32(16)).view(np.int32)
        for plane, (kr, kg, kb) in zip(uv, (self._cb, self._cr), strict=True):
            chroma = r * kr
            chroma += g * kg
            chroma += b * kb
            chroma += self._chroma_offset
            chroma >>= self._CHROMA_BITS
            np.copyto(plane, chroma, casting="unsafe")

    def put(self, x0: int, y0: int, parts: Sequence[npt.NDArray[Any]]) -> None:
        """Lay what convert() has given onto the frame."""
        for plane, part, step in zip(self.planes, parts, (1, 2, 2, 1), strict=False):
            height, width = part.shape
            x, y = x0 // step, y0 // step
            plane[y : y + height, x : x + width] = part

    def frame(self) -> av.VideoFrame:
        """The frame as it is now."""
        return self._frame


class _Rgba:
    """Pixels kept as they are, for formats that have no half-resolution colour: swscale converts those well."""

    LIGHT = float("inf")  # a copy, which is made anyhow

    def __init__(self, width: int, height: int, pix_fmt: str) -> None:
        self._words, self._format = np.zeros((height, width), np.uint32), pix_fmt

    def convert(self, words: npt.NDArray[np.uint32]) -> list[npt.NDArray[Any]]:
        return [words.copy()]

    def put(self, x0: int, y0: int, parts: Sequence[npt.NDArray[Any]]) -> None:
        (words,) = parts
        height, width = words.shape
        self._words[y0 : y0 + height, x0 : x0 + width] = words

    def frame(self) -> av.VideoFrame:
        """All of it in the wanted format."""
        rgba = self._words.view(np.uint8).reshape(*self._words.shape, 4)
        return av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(
            format=self._format,
            src_colorspace="ITU709",
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
        )


_TILE = 8  # pixels: as many truth values as fit a word


class Changes:
    """The frame before, and what is new in the next one: rectangles made of tiles, and few, because an encoder spends
    more on many small ones than on the pixels between them.

    Args:
        first: the first frame, as words ``(height, width)``.
    """

    def __init__(self, first: npt.NDArray[np.uint32]) -> None:
        self._last = first.copy()
        height, width = first.shape
        self._columns = -(-width // _TILE)
        self._differs = np.zeros((-(-height // _TILE) * _TILE, self._columns * _TILE), bool)

    def take(self, now: npt.NDArray[np.uint32], rectangle: Rect) -> None:
        """All of this rectangle may be new."""
        x0, y0, x1, y1 = rectangle
        self._last[y0:y1, x0:x1] = now[y0:y1, x0:x1]

    def find(self, now: npt.NDArray[np.uint32], where: Rect) -> list[Rect]:
        """Rectangles that cover what is new in one, outside of which there is nothing new."""
        last, (height, width) = self._last, now.shape
        x0, y0, x1, y1 = where
        column, row = x0 // _TILE, y0 // _TILE
        x0, y0, across, down = column * _TILE, row * _TILE, -(-x1 // _TILE), -(-y1 // _TILE)
        part = np.s_[y0 : min(down * _TILE, height), x0 : min(across * _TILE, width)]
        np.not_equal(last[part], now[part], out=self._differs[part])
        words = self._differs.view(np.uint64).reshape(-1, _TILE, self._columns)[row:down, :, column:across]
        tiles = np.bitwise_or.reduce(words, axis=1) != 0
        found: list[Rect] = []
        for left, right in _runs(tiles.any(axis=0)):
            for top, bottom in _runs(tiles[:, left:right].any(axis=1)):
                inner = np.flatnonzero(tiles[top:bottom, left:right].any(axis=0))
                first, end = left + int(inner[0]), left + int(inner[-1]) + 1
                rectangle = (
                    x0 + first * _TILE,
                    y0 + top * _TILE,
                    min(x0 + end * _TILE, width),
                    min(y0 + bottom * _TILE, height),
                )
                found.append(rectangle)
                self.take(now, rectangle)
        return found


def _runs(marked: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where truth values in a row begin and end."""
    between = np.zeros(len(marked) + 2, bool)
    between[1:-1] = marked
    edges = np.flatnonzero(between[1:] != between[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


class Encoder:
    """A film being written; use it as a context manager.

    ``write`` copies what changed and returns; colour conversion and x264 run in a thread of their own. The
    film is written under a temporary name in the folder of ``path`` and takes its name only when it is whole,
    so a crash or a full disk leaves the previous file as it was.

    Args:
        path: the file to write, any name.
        width, height: of the frames, in pixels. An odd size is padded by repeating its last row or column.
        fps: frames per second, exact: ``Fraction(100, 3)`` is 30 ms a frame.
        quality: x264's preset and quantiser.
        codec: :data:`H264` or another of this module's.
        ground: red, green and blue that wholly transparent pixels are given where transparency is kept; they
            show at the edges of what is drawn, because colour is stored at half the resolution.

    Raises:
        EncodeError: from any method, when the film cannot be written.
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
        self.path = Path(path)
        self.codec = codec
        self.width, self.height, self.fps = int(width), int(height), exact_rate(fps)
        self.n_frames = 0
        if self.width < 1 or self.height < 1:
            raise EncodeError(f"frame size {width}×{height}: both must be at least 1 pixel")
        self._even = (self.height + self.height % 2, self.width + self.width % 2)
        self._quality = quality or Quality()
        self._temporary = temporary_name(self.path)
        self._error: BaseException | None = None
        self._changes: Changes | None = None
        self._queue: queue.SimpleQueue[_New | None] = queue.SimpleQueue()
        self._room = threading.Condition()
        self._waiting = 0  # bytes in the queue
        try:
            self._open(ground)
        except (av.FFmpegError, OSError) as error:
            self._discard()
            raise EncodeError(f"cannot write {self.path}: {_reason(error)}") from error
        self._thread = threading.Thread(target=self._work, name=f"encode {self.path.name}", daemon=True)
        self._thread.start()

    def _open(self, ground: tuple[int, int, int] | None) -> None:
        height, width = self._even
        codec = self.codec
        self._container = av.open(
            str(self._temporary), "w", format=codec.container, options=_container_options(codec.container)
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
        self._sheet: _Yuv | _Rgba = (
            _Yuv(width, height, codec.pix_fmt, ground)
            if "420p" in codec.pix_fmt
            else _Rgba(width, height, codec.pix_fmt)
        )

    # -- the caller's side ---------------------------------------------------------------------------------

    def write(self, rgba: Pixels, dirty: Iterable[Rect] | None = None) -> None:
        """Append one frame.

        Args:
            rgba: uint8, shape ``(height, width, 4)``; copied before this returns, so the buffer may be
            reused.
            dirty: the rectangles that differ from the frame before; ``None`` when unknown (they are then
            found by
                comparison), empty when nothing changed.

        Raises:
            EncodeError: when the shape is wrong, or the thread has failed.
        """
        self._check()
        if rgba.shape != (self.height, self.width, 4) or rgba.dtype != np.uint8:
            raise EncodeError(
                f"frame {self.n_frames} is {rgba.dtype} {rgba.shape}; "
                f"{self.path.name} takes uint8 {(self.height, self.width, 4)}"
            )
        words = np.ascontiguousarray(rgba).view("<u4")[..., 0]
        if (self.height, self.width) != self._even:
            down, across = self._even[0] - self.height, self._even[1] - self.width
            words, dirty = np.pad(words, ((0, down), (0, across)), mode="edge"), None
        whole = (0, 0, self._even[1], self._even[0])
        rectangles = [whole] if dirty is None else list(self._aligned(dirty))
        if self._changes is None:
            self._changes, rectangles = Changes(words), [whole]
        else:
            rectangles = [new for rectangle in rectangles for new in self._new(words, rectangle)]
        light = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in rectangles) <= self._sheet.LIGHT
        take = self._sheet.convert if light else _copied
        self._put(_New([(x0, y0, take(words[y0:y1, x0:x1])) for x0, y0, x1, y1 in rectangles], light))
        self.n_frames += 1

    def _new(self, words: npt.NDArray[np.uint32], rectangle: Rect) -> list[Rect]:
        """What of a rectangle has to be encoded again."""
        assert self._changes is not None
        x0, y0, x1, y1 = rectangle
        if (x1 - x0) * (y1 - y0) > SMALL:  # comparing is cheaper than converting
            return self._changes.find(words, rectangle)
        self._changes.take(words, rectangle)
        return [rectangle]

    def _aligned(self, rects: Iterable[Rect]) -> Iterator[Rect]:
        """The rectangles grown to even pixels and cut to the frame."""
        height, width = self._even
        for left, top, right, bottom in rects:
            x0, y0 = max(0, int(left) & ~1), max(0, int(top) & ~1)
            x1, y1 = min(width, int(right) + 1 & ~1), min(height, int(bottom) + 1 & ~1)
            if x1 > x0 and y1 > y0:
                yield x0, y0, x1, y1

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
            raise EncodeError(f"cannot write {self.path}: {_reason(self._error)}") from self._error

    def end(self) -> None:
        """There are no more frames: what has been handed over is encoded while the caller does something else."""
        # A film of many pieces keeps the encoders of all of them until it is whole: not their pictures.
        self._changes = None
        self._queue.put(None)

    def close(self) -> Path:
        """Finish the film and give it its name.

        Raises:
            EncodeError: when it could not be finished; the previous file is then still there.
        """
        if self._temporary.exists() or self._thread.is_alive():
            try:
                if self.n_frames == 0:
                    raise EncodeError(f"cannot write {self.path}: not one frame was drawn")
                self._check()
                self.end()
                self._thread.join()
                self._check()
                self._temporary.replace(self.path)
            except OSError as error:
                raise EncodeError(f"cannot write {self.path}: {_reason(error)}") from error
            finally:
                self.abort()
        return self.path

    def abort(self) -> None:
        """Stop, and leave nothing behind."""
        self._error = self._error or EncodeError("abandoned")
        self._queue.put(None)  # wakes it
        self._thread.join()
        self._discard()

    def _discard(self) -> None:
        with contextlib.suppress(OSError):
            self._temporary.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

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
            for x0, y0, parts in new.blocks:
                self._sheet.put(x0, y0, parts if new.converted else self._sheet.convert(parts[0]))
            if frame is None or new.blocks:
                frame = self._sheet.frame()
            frame.pts = number
            self._container.mux(self._stream.encode(frame))
            number += 1
        self._container.mux(self._stream.encode(None))


def _copied(words: npt.NDArray[np.uint32]) -> list[npt.NDArray[Any]]:
    return [words.copy()]


def _container_options(container: str) -> dict[str, str]:
    """Index first, and nothing that differs between two runs (a clock, a random identity)."""
    return {"fflags": "+bitexact", **({"movflags": "+faststart"} if container in ("mp4", "mov") else {})}


def temporary_name(path: Path) -> Path:
    """A name in the folder of ``path`` that only this process uses; :func:`leftovers` finds abandoned
    ones."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}.part")


def leftovers(path: Path) -> list[Path]:
    """What an interrupted run left beside ``path``."""
    head = f".{path.name}."
    if not path.parent.is_dir():
        return []
    return [p for p in path.parent.iterdir() if p.name.startswith(head) and p.name.endswith(".part")]


def join(parts: Sequence[Path], path: Path, fps: float | Fraction, container: str = "mp4") -> Path:
    """Put films that share size, rate and settings one after the other, without encoding anything again.

    Args:
        fps: their rate, exactly: a WebM's times are whole milliseconds, from which it cannot be had.

    Raises:
        EncodeError: when they cannot be joined or written.
    """
    temporary = temporary_name(path)
    try:
        with av.open(str(temporary), "w", format=container, options=_container_options(container)) as out:
            stream: Any = None
            count = 0
            for part in parts:
                with av.open(str(part)) as source:
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
        temporary.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise EncodeError(f"cannot write {path}: {_reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return path


def _reason(error: BaseException) -> str:
    """What went wrong, without the exception's own decorations."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

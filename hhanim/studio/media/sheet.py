"""The frame an encoder reads, onto which what is new in a picture is laid, converted to the encoder's own form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from hhanim.studio.media.changes import Tiles, lay

_BAND = 1 << 13  # blocks of 2 × 2 pixels that stay in the cache while they are converted


class Yuv:
    """RGBA → BT.709 limited range, 4:2:0, onto one persistent frame that the encoder reads.

    Fixed-point, rounded to nearest, and strictly local: a pixel's result depends on its own 2 × 2 block only,
    so converting a rectangle gives the same bytes as converting the frame (swscale does not promise that).

    width, height: even. pix_fmt: ``yuv420p`` or ``yuva420p``. ground: as of Encoder (media/encode.py).
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

    def convert(self, tiles: npt.NDArray[np.uint32]) -> list[npt.NDArray[Any]]:
        """The planes of pixels (n, h, w), little-endian RGBA words, h and w even; may be called from any thread."""
        n, height, width = tiles.shape
        if self._ground is not None:
            tiles = np.where(tiles < 1 << 24, self._ground, tiles)
        # All in two long rows, so that it takes few steps.
        pixels = tiles.reshape(n, height // 2, 2, width).transpose(2, 0, 1, 3).reshape(2, -1)
        luma = np.empty(pixels.shape, np.uint8)
        chroma = np.empty((2, 1, pixels.shape[1] // 2), np.uint8)
        for left in range(0, pixels.shape[1], 2 * _BAND):
            band, half = np.s_[:, left : left + 2 * _BAND], np.s_[:, :, left // 2 : left // 2 + _BAND]
            self._band(pixels[band], luma[band], chroma[half])
        rows = luma.reshape(2, n, height // 2, width).transpose(1, 2, 0, 3)
        planes = [rows.reshape(n, height, width), *chroma.reshape(2, n, height // 2, width // 2)]
        if self._alpha:
            planes.append((tiles >> np.uint32(24)).astype(np.uint8))
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

    def put(self, tiles: Tiles, parts: Sequence[npt.NDArray[Any]]) -> None:
        """Lay what convert() has given onto the frame."""
        for plane, part in zip(self.planes, parts, strict=True):
            lay(plane, tiles, part)

    def frame(self) -> av.VideoFrame:
        """The frame as it is now."""
        return self._frame


class Rgba:
    """Pixels kept as they are, for formats that have no half-resolution colour: swscale converts those well."""

    LIGHT = float("inf")  # a copy, which is made anyhow

    def __init__(self, width: int, height: int, pix_fmt: str) -> None:
        self._words, self._format = np.zeros((height, width), np.uint32), pix_fmt

    def convert(self, tiles: npt.NDArray[np.uint32]) -> list[npt.NDArray[Any]]:
        return [tiles]

    def put(self, tiles: Tiles, parts: Sequence[npt.NDArray[Any]]) -> None:
        lay(self._words, tiles, *parts)

    def frame(self) -> av.VideoFrame:
        """All of it in the wanted format."""
        rgba = self._words.view(np.uint8).reshape(*self._words.shape, 4)
        return av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(
            format=self._format,
            src_colorspace="ITU709",
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
        )

"""The boxes of an MP4, of which each has its length and its name before what is in it: ISO/IEC 14496-12, 4.2."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple


class Box(NamedTuple):
    """Its name, and from where to where in the file its content is."""

    name: bytes
    start: int
    stop: int


def boxes(file: BinaryIO, within: Box | None = None) -> Iterator[Box]:
    """Those of a file, or in one of its boxes, in order, as far as they can be read: none of another kind of file."""
    place, end = (within.start, within.stop) if within else (0, os.fstat(file.fileno()).st_size)
    while place + 8 <= end:
        file.seek(place)
        size, name = struct.unpack(">I4s", file.read(8))
        start = place + 8
        if size == 1:
            size, start = int.from_bytes(file.read(8), "big"), place + 16
        size = size or end - place  # 0: to the end
        if place + size > end or place + size < start or not name.isascii():
            return
        yield Box(name, start, place + size)
        place += size


def name_language(path: Path, language: str) -> None:
    """Say of which language (ISO 639-2) the titles of an MP4's chapters are, where FFmpeg always says English.

    They are a track of text, whose header ends with the language and two zeros.
    """
    packed = 0
    for letter in language:
        packed = packed << 5 | ord(letter) - 0x60
    with path.open("r+b") as file:

        def inside(box: Box, name: bytes) -> list[Box]:
            return [found for found in boxes(file, box) if found.name == name]

        for track in (t for m in boxes(file) if m.name == b"moov" for t in inside(m, b"trak")):
            for media in inside(track, b"mdia"):
                (handler,), (header,) = inside(media, b"hdlr"), inside(media, b"mdhd")
                file.seek(handler.start + 8)
                if file.read(4) == b"text":
                    file.seek(header.stop - 4)
                    file.write(packed.to_bytes(2, "big"))

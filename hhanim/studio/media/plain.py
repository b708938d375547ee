"""Plain data in files beside a film, which may come from anybody: read within bounds, and always written alike."""

from __future__ import annotations

import stat
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from msgspec import MsgspecError, json

LARGEST = 32_000_000
"""Bytes of a file that is read: the record of a folder of pictures names each of them."""


def read(path: Path, kind: Any, largest: int = LARGEST) -> Any:
    """What a JSON file says, as a value of a type of msgspec's. Raises OSError when there is no such file; ValueError:
    why it cannot be read, in a line."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > largest:
        raise ValueError("no file of its size" if stat.S_ISREG(about.st_mode) else "it is no file")
    try:
        return json.decode(path.read_bytes().removeprefix(BOM_UTF8), type=kind)  # an editor on Windows
    except (MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(" ".join(str(error).split())) from None


def text(value: Any) -> bytes:
    """A value as the JSON that :func:`read` reads; the same value gives the same bytes."""
    return json.format(json.encode(value), indent=2) + b"\n"

"""Files inside a text: what a page, a deck or a notebook holds itself, so that it needs nothing beside it."""

from __future__ import annotations

import base64
from pathlib import Path

from hhanim.studio.errors import reading

KINDS = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".gif": "image/gif",
    ".png": "image/png",
    ".vtt": "text/vtt",
    ".json": "application/json",
}
"""What a file is, by the end of its name."""


def encoded(path: Path) -> str:
    """A file in base64. Raises RenderError when it cannot be read."""
    with reading(path):
        return base64.b64encode(path.read_bytes()).decode()


def uri(path: Path) -> str:
    """The address of a file that is in the address itself. Raises RenderError: when it cannot be read."""
    return f"data:{KINDS[path.suffix]};base64,{encoded(path)}"


def data_uri(kind: str, data: bytes) -> str:
    """The address of data that are in the address itself."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"

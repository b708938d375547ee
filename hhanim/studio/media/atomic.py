"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def temporary_name(path: Path, suffix: str = "") -> Path:
    """A name in the folder of ``path`` that nobody else uses; what is left under such names by those who were killed
    is swept up when the file is made again.

    suffix: how it ends, because some writers go by that.
    """
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}.part{suffix}")


def remove_empty(*folders: Path) -> None:
    """Remove those of these folders that are empty: what is in the others is somebody's."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


@contextlib.contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes ``path`` when all went well; else what was there stays. Its folder is made.
    Raises OSError when it cannot be written."""
    part = temporary_name(path, path.suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):  # where nothing can be written nothing is left
            part.unlink(missing_ok=True)

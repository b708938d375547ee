"""Files that were opened by a library below Python, which tells of none: what the system says, where it does."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

MOST = 200
"""Folders that are watched."""

_OPENED = 0x20  # IN_OPEN, linux/inotify.h
_LOST = 0x4000  # IN_Q_OVERFLOW


class Opened:
    """Watches folders and those below them; by whom a file is opened, the system does not say."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders: dict[int, Path] = {}
        self._queue = -1
        if sys.platform.startswith("linux"):
            import ctypes

            library = ctypes.CDLL(None, use_errno=True)
            self._queue = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            todo = list(dict.fromkeys(folders))
            while todo and len(self._folders) < MOST and self._queue >= 0:
                folder = todo.pop(0)
                number = library.inotify_add_watch(self._queue, os.fsencode(folder), _OPENED)
                if number < 0 or number in self._folders:
                    continue
                self._folders[number] = folder
                with contextlib.suppress(OSError):
                    todo += (p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))

    def news(self) -> set[Path]:
        """The files that anybody has opened since this was last asked."""
        found: set[Path] = set()
        with contextlib.suppress(BlockingIOError):
            while self._queue >= 0:
                data, at = os.read(self._queue, 2**16), 0
                while at < len(data):
                    number, mask, _, length = struct.unpack_from("iIII", data, at)
                    name = data[at + 16 : at + 16 + length].rstrip(b"\0")
                    at += 16 + length
                    if mask & _LOST:
                        found |= {path for folder in self._folders.values() for path in folder.iterdir()}
                    elif name and number in self._folders:
                        found.add(self._folders[number] / os.fsdecode(name))
        return {path for path in found if path.is_file()}

    def close(self) -> None:
        """Watch no longer."""
        if self._queue >= 0:
            os.close(self._queue)

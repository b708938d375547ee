"""One writer per film: a lock that dies with its process."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from hhanim.studio.errors import RenderError
from hhanim.studio.media.atomic import remove_empty


@contextlib.contextmanager
def lock(folder: Path, name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock ``name`` in ``folder``; waits for whoever holds it, or gives False instead.

    The lock file is gone afterwards, and the folder when nobody else is at work in it. Another thread may let it go.

    Raises RenderError when the folder is a link, which could lead to anything, or a file.
    """
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(mode := os.lstat(folder).st_mode):
            what = "link" if stat.S_ISLNK(mode) else "file"
            raise RenderError(f"{folder} is a {what}: hhanim works in a folder of that name; move it away")
    path = folder / f"{name}.lock"
    held = FileLock(path, timeout=-1 if wait else 0, thread_local=False)
    while not held.is_locked:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.acquire()
        except Timeout:
            break
        except FileNotFoundError:  # somebody else has just swept the folder away
            continue
        except FileExistsError:  # the same, between mkdir's two looks
            continue
    if not held.is_locked:
        yield False
        return
    try:
        yield True
    finally:
        if sys.platform != "win32":  # where filelock does it: an open file cannot be removed there
            with contextlib.suppress(OSError):
                path.unlink()  # while it is held; whoever waits for it sees that it has gone, and takes a new one
        held.release()
        remove_empty(folder)

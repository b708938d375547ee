"""One writer per film: a lock that dies with its process."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two renders of one film at once are then the user's own affair
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def lock(folder: Path, name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock ``name`` in ``folder``; waits for whoever holds it, or gives False instead. The lock file
    is gone afterwards."""
    path = folder / f"{name}.lock"
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # somebody else has just swept the folder away
            continue
        except FileExistsError:  # the same, between mkdir's two looks; unless it is not a folder
            if folder.exists() and not folder.is_dir():
                raise
            continue
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # The one before us removes the file when it lets go; a lock on a removed file holds nobody back.
            try:
                if os.path.samestat(os.fstat(handle), path.stat()):
                    break
            except FileNotFoundError:
                pass
        except BlockingIOError:
            os.close(handle)
            yield False
            return
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)
        with contextlib.suppress(OSError):
            folder.rmdir()  # only when nobody else is at work here

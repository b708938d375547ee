"""A process that is killed at a chosen operation on the disk, and what everybody else then sees there."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from hhanim.studio.media import exchange

OPERATIONS = ("link", "symlink", "replace", "rename", "unlink", "remove", "mkdir", "rmdir")


def killed_at(number: int, action: Callable[[], object]) -> bool:
    """Whether a process that does this is killed before its so-many-th operation on the disk, because there is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the copy does not need them
        process = os.fork()
    if process == 0:
        left = [number]

        def counted(real):
            def operation(*words, **options):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*words, **options)

            return operation

        try:
            for name in OPERATIONS:
                setattr(os, name, counted(getattr(os, name)))
            action()
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def seen(folder: Path) -> dict[str, str]:
    """What any program finds in a folder: files with their contents, those of hhanim's work aside."""
    found = {}
    for here, _, names in os.walk(folder):
        for path in (Path(here, name) for name in names):
            relative = path.relative_to(folder).as_posix()
            if not relative.startswith(exchange.WORK) and path.is_file():
                found[relative] = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return found

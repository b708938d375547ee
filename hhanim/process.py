"""Settings of the whole process: those that rendering changes while it runs, and puts back, and those of a program that
does nothing but render."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NoReturn


class Held(ContextDecorator):
    """A setting that has another value while at least one of those who asked for it is at work: a context manager
    that may be entered from anywhere, any number of times, and a decorator.

    get, put: read and set it; whatever one returns the other takes. better: the value to hold, made of the usual one.
    """

    def __init__(self, get: Callable[[], Any], put: Callable[[Any], object], better: Callable[[Any], Any]):
        self._get, self._put, self._better = get, put, better
        self._lock = threading.Lock()
        self._holders = 0
        self._usual: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._holders == 0:
                self._usual = self._get()
                self._put(self._better(self._usual))
            self._holders += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                self._put(self._usual)


short_turns = Held(sys.getswitchinterval, sys.setswitchinterval, lambda usual: min(usual, 0.00005))
"""Threads take turns at the interpreter 100 times as often as usual.

Encoding needs it for an instant between one call of x264 and the next, and has to ask for it each time: against a
thread that draws, and never lets go by itself, it would wait out the usual 5 ms, longer than encoding takes.
"""

spared_collector = Held(
    gc.get_threshold,
    lambda thresholds: gc.set_threshold(*thresholds),
    # 0 is a collector that somebody has switched off, and it stays so.
    lambda usual: (usual[0] and max(usual[0], 50_000), *usual[1:]),
)
"""The garbage collector looks through the newest objects 70 times as seldom, and through all of them as seldom.

Importing a plotting library, typesetting a scene and keeping the artists of a film make hundreds of thousands of
objects, of which next to none is garbage: looking for it took a tenth of the time.
"""


@contextlib.contextmanager
def root_log_kept() -> Iterator[None]:
    """The log of all libraries stays as it is, whoever is imported meanwhile: manim would show everybody's messages."""
    import logging

    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


def end_quickly() -> None:
    """When this process ends, Python will not look for garbage in all that lives by then: after a film that is a
    tenth of the time, for nothing. What is closed at the end is closed as ever.
    """
    atexit.unregister(gc.freeze)  # once is enough
    atexit.register(gc.freeze)


def working_folder() -> Path | None:
    """The folder this process works in; None where somebody has taken it away."""
    try:
        return Path.cwd()
    except OSError:
        return None


alone = False
"""Whether this process is a program in which nobody reads the documentation of libraries: see :func:`be_alone`."""


def be_alone() -> None:
    """This process is the command line or one of its workers, not somebody's session. To be called before numpy is
    imported.

    What libraries prepare for a session is left out: threads of linear algebra, one for every core, each of which waits
    busily for work that never comes (unless the environment asks for them); matplotlib's descriptions of what its
    artists can be set to, a quarter of the time it takes to import it; looking for garbage at the end; compiled files
    of sources that are just being written.
    """
    global alone
    alone = True
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    end_quickly()
    _keep_compiled_late()


may_fork = False
"""Whether this process was forked to do one thing: it may be forked again, since no threads but ours are in it."""


SETTLED = 2.0
"""How long after a source was written another text of it may carry the same time (s)."""


def _keep_compiled_late() -> None:
    """Python takes a compiled file for that of any source of the same length that was written in the same second: none
    is kept of a source while that may happen."""
    usual = SourceFileLoader.set_data

    def set_data(self: SourceFileLoader, path: str, data: Any, **how: Any) -> None:
        with contextlib.suppress(OSError):  # the source has gone meanwhile
            if time.time() - Path(self.path).stat().st_mtime >= SETTLED:
                usual(self, path, data, **how)

    loader: Any = SourceFileLoader
    loader.set_data = set_data


_STARTS = "HHANIM_STARTS"


def starts() -> int:
    """How often this program has started over."""
    return int(os.environ.get(_STARTS, "0"))


def start_over() -> NoReturn:
    """Run this program again with the same words, in the place of this process: hhanim itself was edited."""
    again = [sys.executable, "-m", "hhanim", *sys.argv[1:]]
    os.environ[_STARTS] = str(starts() + 1)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if sys.platform == "win32":  # where exec leaves the shell to go on without waiting
        import subprocess

        sys.exit(subprocess.call(again))
    os.execv(sys.executable, again)


def spare_documentation() -> None:
    """In such a process, leave out matplotlib's descriptions; to be called before matplotlib makes its artists."""
    if alone:
        from matplotlib import artist

        artist.kwdoc = lambda artist: ""

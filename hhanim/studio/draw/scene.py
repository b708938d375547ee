"""A scene's code: run, and heard when it fails."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hhanim import user_code
from hhanim.errors import one_line
from hhanim.studio import loaded
from hhanim.studio.errors import StudioError
from hhanim.studio.plan.catalogue import Entry


def load(entry: Entry) -> ModuleType:
    """Run a scene's file; its helpers are read anew."""
    logging.getLogger("matplotlib.font_manager").addFilter(missing_fonts)
    warn_plainly()

    def failed(thread: threading.ExceptHookArgs) -> None:
        error = thread.exc_value or thread.exc_type()
        words = f"{user_code.place(error, entry.path)}{user_code.words(error)}"
        print(f"hhanim: {one_line(words)}, in a thread of its own", file=sys.stderr)

    threading.excepthook = failed
    return user_code.run(entry.path)


def warn_plainly() -> None:
    """From now on show warnings in one line each, without a line of hhanim's own source."""
    library: Any = warnings
    library.showwarning = _warned


def _warned(message: Warning | str, category: type[Warning], file: str, line: int, *_: Any) -> None:
    """What a library warns of, in one line, with its place where that is in a user's file."""
    place = "" if loaded.installed(file) or loaded.ours(file) else f"{Path(file).name}:{line}: "
    print(f"hhanim: {place}{one_line(str(message))}", file=sys.stderr)


class _MissingFonts(logging.Filter):
    """Of what a library logs, the fonts that are not there: each told of once, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell of a font; what else matplotlib says passes, manim says nothing else of use."""
        said = record.getMessage()
        found = re.match(r"findfont: Font family '?(.+?)'? not found|Font (.+?) not in \[", said)
        name = found and (found[1] or found[2])
        if name and name not in self._told:
            self._told.add(name)
            print(f"hhanim: no font {name} here, so another is drawn: install it", file=sys.stderr)
        return not name and not record.name.startswith("manim")


missing_fonts = _MissingFonts()


@contextlib.contextmanager
def scene_errors(entry: Entry) -> Iterator[None]:
    """An exception out of a scene as one line, with the traceback from the scene's own file on."""
    try:
        yield
    except (StudioError, GeneratorExit):
        raise
    except BaseException as error:  # KeyboardInterrupt too: Ctrl-C does not reach the process that draws
        from hhanim.studio.mends import told  # a start that finds nothing to do is quick

        raise told(error, entry.name, entry.path) from user_code.shortened(error, entry.path)

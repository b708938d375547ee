"""Which files of hhanim are part of every film's key."""

from __future__ import annotations

from pathlib import Path

from hhanim.studio import loaded
from hhanim.studio.fresh.files import contents
from hhanim.user_code import PACKAGE

CARRIERS = (
    "hhanim/errors.py",
    "hhanim/process.py",
    "hhanim/studio/apart.py",
    "hhanim/studio/errors.py",
    "hhanim/studio/following.py",
    "hhanim/studio/fresh/",
    "hhanim/studio/loaded.py",
    "hhanim/studio/mends.py",
    "hhanim/studio/news.py",
    "hhanim/studio/plan/names.py",
)
"""What is loaded where a film is drawn and cannot change a pixel, a caption or the number of frames of it.

Everything else of hhanim that is loaded there is part of the film's key. So a new module needs no entry here.
"""

WRITERS = ("hhanim/studio/media/", "hhanim/studio/make/record.py")
"""What a film's file is made with after it was drawn, in the process that asked for it."""


def counts(label: str) -> bool:
    """Whether a file of hhanim that was loaded where a film is drawn is part of its key."""
    return not label.startswith(CARRIERS)


def files() -> dict[str, Path]:
    """All modules of hhanim, by label."""
    found = (path for path in sorted(PACKAGE.rglob("*.py")) if loaded.ours(str(path)))
    return {f"hhanim/{path.relative_to(PACKAGE).as_posix()}": path for path in found}


def state() -> dict[str, str]:
    """Of all modules of hhanim that can count: what two machines must have in common to draw the same."""
    return {label: contents(path) for label, path in files().items() if counts(label)}


def writers() -> dict[str, str]:
    """Those of :data:`WRITERS`, as they are now."""
    return {label: contents(path) for label, path in files().items() if label.startswith(WRITERS)}

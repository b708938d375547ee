"""What is loaded before anything is drawn, in the processes from which those are forked that draw."""

from __future__ import annotations

import contextlib
from importlib import import_module

from hhanim.parameters import bind
from hhanim.process import be_alone, root_log_kept, spare_documentation
from hhanim.studio.draw.hermetic import settle
from hhanim.studio.fresh.versions import versions

_BOTH = (
    "PIL.Image", "hhanim.studio.draw.task", "hhanim.studio.media.beside", "hhanim.studio.media.encode",
    "hhanim.studio.media.gif",
)  # fmt: skip


def clips() -> None:
    """Load what every clip needs."""
    be_alone()
    spare_documentation()
    for name in (*_BOTH, "hhanim.plots.clip"):
        import_module(name)
    from hhanim.look.type import rc

    with contextlib.suppress(FileNotFoundError):  # which the scene will tell
        rc()
    _once("clip")


def films() -> None:
    """Load what every film needs; where that cannot be, the film will say so."""
    be_alone()
    for name in _BOTH:
        import_module(name)
    with contextlib.suppress(Exception), root_log_kept():
        import_module("hhanim.studio.draw.film")
        import_module("hhanim.mobjects.frame.film")
    _once("film")


def slides() -> None:
    """Load what every slide needs."""
    be_alone()
    for name in (*_BOTH, "hhanim.studio.draw.slide"):
        with contextlib.suppress(ImportError):  # which the slide will tell
            import_module(name)
    _once("slide")


def videos() -> None:
    """Load what every video needs."""
    be_alone()
    for name in (*_BOTH, "hhanim.studio.draw.video"):
        import_module(name)
    _once("video")


def _once(kind: str) -> None:
    """What takes a while the first time: to check a number, to know the versions, to settle."""
    bind("", {"n": ("int", 1), "x": ("float", 1.0), "model": ("Membrane", "modern")}, {"n": "1", "x": "1"})
    versions(kind)
    settle()

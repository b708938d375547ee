"""What is loaded before anything is drawn, in the processes from which those are forked that draw."""

from __future__ import annotations

import contextlib

from hhanim.process import be_alone, root_log_kept, spare_documentation
from hhanim.studio.fresh.versions import versions


def _all(kind: str) -> None:
    be_alone()

    import hhanim.studio.draw.task
    import hhanim.studio.media.encode
    import hhanim.studio.media.gif  # noqa: F401
    from hhanim.parameters import bind

    bind("", {"n": ("int", 1), "x": ("float", 1.0), "model": ("Membrane", "modern")}, {"n": "1", "x": "1"})
    versions(kind)


def clips() -> None:
    """Load what every clip needs."""
    _all("clip")
    spare_documentation()
    from hhanim.look.type import rc
    from hhanim.plots import clip  # noqa: F401

    with contextlib.suppress(FileNotFoundError):  # which the scene will tell
        rc()


def films() -> None:
    """Load what every film needs; where that cannot be, the film will say so."""
    _all("film")
    with contextlib.suppress(Exception), root_log_kept():
        import hhanim.mobjects.frame.film
        import hhanim.studio.draw.film  # noqa: F401

"""The path of what was made, which a notebook shows: the film, with its poster, captions and text alternative."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hhanim.language import ENGLISH, tag
from hhanim.studio.media import sidecar
from hhanim.studio.media.embedded import encoded, uri

if TYPE_CHECKING:
    SystemPath = Path
else:  # Python 3.11 cannot subclass Path itself
    SystemPath = type(Path())

#: What a browser shows.
_SHOWN = (".mp4", ".webm", ".gif")


def notebook() -> Any:
    """IPython's shell if this is a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


class Video(SystemPath):
    """The path of a film; a notebook shows the film itself.

    A film larger than ``matplotlib.rcParams["animation.embed_limit"]`` (MB) stays out of the notebook: its poster
    is shown, and what to do instead.
    """

    def show(self) -> None:
        """Display it now, where this is a notebook; at the end of the same cell it is not displayed again."""
        if (shell := notebook()) is not None:
            self._ipython_display_()
            self._cell = shell.execution_count

    def _ipython_display_(self) -> None:
        from IPython.display import display

        shell = notebook()
        if shell is None or getattr(self, "_cell", None) != shell.execution_count:
            display(self._repr_mimebundle_(), raw=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Beside the film its poster, for what shows no HTML, such as a PDF of the notebook."""
        bundle = {"text/plain": repr(self)}
        if html := self._repr_html_():
            bundle["text/html"] = html
        if (poster := sidecar.beside(self, ".png")).is_file():
            bundle["image/png"] = encoded(poster)
        return bundle

    def _repr_html_(self) -> str | None:
        if self.suffix not in _SHOWN or not self.is_file():
            return None
        from matplotlib import rcParams

        record = sidecar.read(self)
        label = escape(record.alt if record and record.alt else self.stem)
        still, captions = sidecar.beside(self, ".png"), sidecar.beside(self, ".vtt")
        poster = uri(still) if still.is_file() else ""
        limit, size = rcParams["animation.embed_limit"], self.stat().st_size * 4 / 3 / 2**20
        if size > limit:
            picture = f'<img alt="{label}" src="{poster}" style="max-width:100%">'
            return (
                f"{picture if poster else ''}<p><a href='{quote(self.as_posix())}'>{escape(str(self))}</a> "
                f"would take {size:.0f} MB of the notebook, more than {limit:g} MB, and is not put in. Open it there; "
                'or make it smaller: hh.render(…, preset="slide"); or allow more: '
                f'matplotlib.rcParams["animation.embed_limit"] = {size + 1:.0f}</p>'
            )
        if self.suffix == ".gif":
            return f'<img alt="{label}" src="{uri(self)}" style="max-width:100%">'
        from hhanim.language.catalogue import name

        code = record.language if record else ENGLISH
        track = ""
        if captions.is_file() and "-->" in captions.read_text(encoding="utf-8"):
            about = f'srclang="{tag(code)}" label="{escape(name(code))}"'
            track = f'<track kind="captions" {about} src="{uri(captions)}" default>'
        loop = "" if record and record.kind == "film" else " loop"
        return (
            f'<video controls muted playsinline{loop} preload="metadata" '
            f'style="max-width:100%" aria-label="{label}" poster="{poster}" '
            f'src="{uri(self)}">{track}</video>'
        )


class Videos(list[Video]):
    """The paths of several films; a notebook shows the films below each other."""

    def _repr_html_(self) -> str:
        return "\n".join(video._repr_html_() or escape(repr(video)) for video in self)

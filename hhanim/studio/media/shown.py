"""The path of what was made, which a notebook shows: the film, with its poster, captions and text alternative."""

from __future__ import annotations

import base64
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hhanim.language import ENGLISH, tag
from hhanim.studio.media import sidecar

if TYPE_CHECKING:
    SystemPath = Path
else:  # Python 3.11 cannot subclass Path itself
    SystemPath = type(Path())

#: What a browser shows, by the end of the file's name.
_KINDS = {".mp4": "video/mp4", ".webm": "video/webm", ".gif": "image/gif"}


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
            bundle["image/png"] = base64.b64encode(poster.read_bytes()).decode("ascii")
        return bundle

    def _repr_html_(self) -> str | None:
        if self.suffix not in _KINDS or not self.is_file():
            return None
        from matplotlib import rcParams

        record, kind = sidecar.read(self), _KINDS[self.suffix]
        label = escape(record.alt if record and record.alt else self.stem)
        poster, captions = sidecar.beside(self, ".png"), sidecar.beside(self, ".vtt")
        limit, size = rcParams["animation.embed_limit"], self.stat().st_size * 4 / 3 / 2**20
        if size > limit:
            picture = f'<img alt="{label}" src="{_uri(poster, "image/png")}" style="max-width:100%">'
            return (
                f"{picture if poster.is_file() else ''}<p><a href='{quote(self.as_posix())}'>{escape(str(self))}</a> "
                f"would take {size:.0f} MB of the notebook, more than {limit:g} MB, and is not put in. Open it there; "
                'or make it smaller: hh.render(…, preset="slide"); or allow more: '
                f'matplotlib.rcParams["animation.embed_limit"] = {size + 1:.0f}</p>'
            )
        if kind == "image/gif":
            return f'<img alt="{label}" src="{_uri(self, kind)}" style="max-width:100%">'
        from hhanim.language.catalogue import name

        code = record.language if record else ENGLISH
        track = (
            f'<track kind="captions" srclang="{tag(code)}" label="{escape(name(code))}" '
            f'src="{_uri(captions, "text/vtt")}" default>'
        )
        loop = "" if record and record.kind == "film" else " loop"
        said = captions.is_file() and "-->" in captions.read_text(encoding="utf-8")
        return (
            f'<video controls muted playsinline{loop} preload="metadata" '
            f'style="max-width:100%" aria-label="{label}" poster="{_uri(poster, "image/png")}" '
            f'src="{_uri(self, kind)}">{track if said else ""}</video>'
        )


class Videos(list[Video]):
    """The paths of several films; a notebook shows the films below each other."""

    def _repr_html_(self) -> str:
        return "\n".join(video._repr_html_() or escape(repr(video)) for video in self)


def _uri(path: Path, kind: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii") if path.is_file() else ""
    return f"data:{kind};base64,{data}"

"""A page for each film, that needs no network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from hhanim.language import spoken, tag, tr
from hhanim.language.catalogue import name
from hhanim.language.pages import translated
from hhanim.studio.errors import RenderError
from hhanim.studio.make.manifest import put
from hhanim.studio.media import cues, sidecar


def page(media: Path, *, force: bool = False) -> Path:
    """``tau.html`` beside ``tau.mp4``: the film, its captions, its description and what made it, in one file
    that needs nothing else.

    Args:
        force: whether it replaces a page that hhanim did not make, or a hand has been at.

    Raises:
        UsageError: when hhanim did not make the film. RenderError: when the page cannot be written.
    """
    record = sidecar.record_of(media)
    with spoken(record.language):
        return _page(media, record, force=force)


def _page(media: Path, record: sidecar.Record, *, force: bool) -> Path:
    """The page, in the language that is spoken."""
    data = {
        "title": escape(record.title or record.name),
        "description": escape(record.description),
        "alt": escape(record.alt or record.description),
        "language": tag(record.language),
        "language_name": escape(name(record.language)),
        "width": str(record.width),
        "height": str(record.height),
        "video": _data_uri(media, "video/mp4"),
        "poster": _data_uri(sidecar.beside(media, ".png"), "image/png"),
        "captions": _data_uri(sidecar.beside(media, ".vtt"), "text/vtt"),
        "transcript": "\n".join(f"<p>{escape(text)}</p>" for _, _, text in record.captions)
        or f"<p>{tr('No words.')}</p>",
        "parameters": "\n".join(
            f"<tr><th scope=row>{escape(k)}<td>{escape(sidecar.shown(v))}"
            for k, v in record.parameters.items()
        ),
        "sections": _chapters(cues.read(media)),
        "made": escape(f"hhanim {record.hhanim} · {record.kind} {record.key.get('scene')}"),
    }
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    path = media.with_suffix(".html")
    template = translated(template)
    with put(path, force=force) as part:
        part.write_text(Template(template).substitute(data), encoding="utf-8", newline="\n")
    return path


def _chapters(parts: Sequence[sidecar.Section]) -> str:
    """Buttons for the sections of a film; nothing where there is only one."""
    if len(parts) < 2:
        return ""
    buttons = "\n".join(
        f'<button type="button" data-start="{part.start:.4f}">{escape(part.title or part.name)}</button>'
        for part in parts
    )
    pause = f'<label><input type="checkbox" id="stepwise"> {tr("Pause after each section")}</label>'
    return f'<nav aria-label="{tr("Sections")}">\n{buttons}\n{pause}\n</nav>'


def _data_uri(path: Path, kind: str) -> str:
    try:
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    except OSError as error:
        raise RenderError(f"cannot read {path}: {error.strerror or error}; render it again") from error

"""Films into what a lecture is held with: pages that need no network, and a deck of slides."""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from hhanim.studio import sidecar
from hhanim.studio.errors import MissingError, RenderError, UsageError


def page(media: Path) -> Path:
    """``tau.html`` beside ``tau.mp4``: the film, its captions, its description and what made it, in one file
    that needs nothing else.

    Raises:
        UsageError: when hhanim did not make the film. RenderError: when the page cannot be written.
    """
    record = _record(media)
    captions = sidecar.captions_of(record)
    data = {
        "title": escape(record["title"] or record["name"]),
        "description": escape(record["description"]),
        "alt": escape(record["alt"] or record["description"], quote=True),
        "width": str(record["width"]),
        "height": str(record["height"]),
        "video": _data_uri(media.read_bytes(), "video/mp4"),
        "poster": _data_uri(sidecar_neighbour(media, ".png").read_bytes(), "image/png"),
        "captions": _data_uri(sidecar.vtt(captions).encode(), "text/vtt"),
        "transcript": "\n".join(f"<p>{escape(text)}</p>" for _, _, text in captions) or "<p>No words.</p>",
        "parameters": "\n".join(
            f"<tr><th scope=row>{escape(k)}<td>{escape(_text(v))}" for k, v in record["parameters"].items()
        ),
        "made": escape(f"hhanim {record['hhanim']} · {record['kind']} {record['key']['scene']}"),
    }
    template = resources.files("hhanim.studio").joinpath("templates", "page.html").read_text(encoding="utf-8")
    path = media.with_suffix(".html")
    _write(path, Template(template).substitute(data).encode())
    return path


def slides(films: Sequence[Path], path: Path) -> Path:
    """A deck with a slide for each film: title, film with poster and text alternative, and notes.

    Raises:
        UsageError: when hhanim did not make one of the films. MissingError: when python-pptx is missing.
        RenderError: when the deck cannot be written.
    """
    try:
        import pptx
        from pptx.util import Emu, Inches, Pt
    except ImportError:
        raise MissingError(
            f"slides need python-pptx: {sys.executable} -m pip install 'hhanim[slides]'"
        ) from None
    deck: Any = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    layout = next(s for s in deck.slide_layouts if s.name == "Title Only")
    top, margin = Inches(0.95), Inches(0.4)
    for media in films:
        record = _record(media)
        slide = deck.slides.add_slide(layout)
        title = slide.shapes.title
        title.left, title.top, title.width, title.height = (
            margin,
            Inches(0.15),
            deck.slide_width - 2 * margin,
            Inches(0.75),
        )
        title.text_frame.text = record["title"] or record["name"]
        title.text_frame.paragraphs[0].runs[0].font.size = Pt(28)
        room = (deck.slide_width - 2 * margin, deck.slide_height - top - Inches(0.2))
        scale = min(room[0] / record["width"], room[1] / record["height"])
        width, height = Emu(int(record["width"] * scale)), Emu(int(record["height"] * scale))
        left = Emu(int((deck.slide_width - width) / 2))
        poster = str(sidecar_neighbour(media, ".png"))
        movie = slide.shapes.add_movie(
            str(media), left, top, width, height, poster_frame_image=poster, mime_type="video/mp4"
        )
        about = movie._element.nvPicPr.cNvPr  # python-pptx has no public name for the text alternative
        about.set("name", record["name"])
        about.set("descr", record["alt"] or record["description"])
        slide.notes_slide.notes_text_frame.text = _notes(record)
    buffer = io.BytesIO()
    deck.core_properties.title = "Hodgkin–Huxley animations"
    deck.save(buffer)
    _write(path, buffer.getvalue())
    return path


def _notes(record: Mapping[str, Any]) -> str:
    spoken = "\n".join(text for _, _, text in sidecar.captions_of(dict(record)))
    given = ", ".join(f"{k} = {_text(record['parameters'].get(k))}" for k in record["set"])
    parts = [record["description"], spoken, f"To be seen: {record['alt']}" if record["alt"] else "", given]
    return "\n\n".join(part for part in parts if part)


def _record(media: Path) -> dict[str, Any]:
    record = sidecar.read(media)
    if record is None or not media.is_file():
        raise UsageError(f"{media} is not a film that hhanim made")
    return record


def sidecar_neighbour(media: Path, suffix: str) -> Path:
    """The poster or the captions of a film."""
    return media.with_suffix(suffix)


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise RenderError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)

"""Films into what a lecture is held with: pages that need no network, and a deck of slides."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from hhanim.studio.errors import RenderError, UsageError, need, writing
from hhanim.studio.media import sidecar
from hhanim.studio.media.atomic import in_place

SLIDES = ("pptx", "slides", "a deck of slides")
"""What a deck needs, for :func:`hhanim.studio.errors.need`."""


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
        "captions": _data_uri(sidecar_neighbour(media, ".vtt").read_bytes(), "text/vtt"),
        "transcript": "\n".join(f"<p>{escape(text)}</p>" for _, _, text in captions) or "<p>No words.</p>",
        "parameters": "\n".join(
            f"<tr><th scope=row>{escape(k)}<td>{escape(_text(v))}" for k, v in record["parameters"].items()
        ),
        "sections": _chapters(record.get("sections", [])),
        "made": escape(f"hhanim {record['hhanim']} · {record['kind']} {record['key']['scene']}"),
    }
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    path = media.with_suffix(".html")
    _write(path, Template(template).substitute(data).encode())
    return path


def _chapters(parts: Sequence[Mapping[str, Any]]) -> str:
    """Buttons for the sections of a film; nothing where there is only one."""
    if len(parts) < 2:
        return ""
    buttons = "\n".join(
        f'<button type="button" data-start="{part["start"]:.4f}">{escape(part["name"])}</button>'
        for part in parts
    )
    pause = '<label><input type="checkbox" id="stepwise"> Pause after each section</label>'
    return f'<nav aria-label="Sections">\n{buttons}\n{pause}\n</nav>'


def slides(films: Sequence[Path], path: Path) -> Path:
    """A deck with a slide for each film, or for each section of a film that was rendered with sections: title,
    film with poster and text alternative, and notes. A section's poster is its first frame, so that its slide
    takes up where the one before it ended.

    Raises:
        UsageError: when hhanim did not make one of the films. MissingError: when python-pptx is missing.
        RenderError: when a section's file is gone, or the deck cannot be written.
    """
    need(*SLIDES)
    import pptx
    from pptx.util import Inches

    deck: Any = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    for media in films:
        record = _record(media)
        title, parts = record["title"] or record["name"], record.get("sections", [])
        if not any("file" in part for part in parts):
            _slide(deck, media, record, title, str(sidecar_neighbour(media, ".png")), _notes(record))
            continue
        ends = [part["start"] for part in parts[1:]] + [record["duration"]]
        for part, end in zip(parts, ends, strict=True):
            file = media.parent / part["file"]
            name = f"{title}: {part['name']}"
            _slide(deck, file, record, name, _first_frame(file), _notes(record, part["start"], end))
    buffer = io.BytesIO()
    deck.core_properties.title = "Hodgkin–Huxley animations"
    deck.save(buffer)
    _write(path, buffer.getvalue())
    return path


def _slide(
    deck: Any, media: Path, record: Mapping[str, Any], title: str, poster: str | io.BytesIO, notes: str
) -> None:
    """One more slide, with a film that plays at a click."""
    from pptx.util import Emu, Inches, Pt

    slide = deck.slides.add_slide(next(s for s in deck.slide_layouts if s.name == "Title Only"))
    top, margin = Inches(0.95), Inches(0.4)
    width, height = deck.slide_width - 2 * margin, deck.slide_height - top - Inches(0.2)
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = margin, Inches(0.15), width, Inches(0.75)
    head.text_frame.text = title
    head.text_frame.paragraphs[0].runs[0].font.size = Pt(28)
    scale = min(width / record["width"], height / record["height"])
    width, height = Emu(int(record["width"] * scale)), Emu(int(record["height"] * scale))
    left = Emu(int((deck.slide_width - width) / 2))
    movie = slide.shapes.add_movie(
        str(media), left, top, width, height, poster_frame_image=poster, mime_type="video/mp4"
    )
    about = movie._element.nvPicPr.cNvPr  # python-pptx has no public name for the text alternative
    about.set("name", title)
    about.set("descr", record["alt"] or record["description"])
    slide.notes_slide.notes_text_frame.text = notes


def _first_frame(media: Path) -> io.BytesIO:
    """The first frame of a film, as PNG."""
    import av
    from PIL import Image

    picture = io.BytesIO()
    try:
        with av.open(str(media)) as container:
            pixels = next(container.decode(video=0)).to_ndarray(format="rgb24")
        Image.fromarray(pixels.astype("uint8", copy=False)).save(picture, format="PNG")
    except (OSError, av.FFmpegError, StopIteration) as error:
        raise RenderError(
            f"{media} is no longer what hhanim made; render it again with --sections"
        ) from error
    return picture


def _notes(record: Mapping[str, Any], start: float = 0.0, stop: float = math.inf) -> str:
    """What is said from `start` until `stop` (s), with what the film is."""
    middle = ((0.5 * (a + b), text) for a, b, text in sidecar.captions_of(dict(record)))
    spoken = "\n".join(text for at, text in middle if start <= at < stop)
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
    with writing(path), in_place(path) as part:
        part.write_bytes(content)

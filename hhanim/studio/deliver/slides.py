"""One deck of slides with all films of a lecture."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hhanim
from hhanim.studio.errors import RenderError
from hhanim.studio.make.manifest import put
from hhanim.studio.media import cues, sidecar
from hhanim.studio.mends import need

NEEDS = ("pptx", "slides", "a deck of slides")
"""What a deck needs, for :func:`hhanim.studio.mends.need`."""


def deck(films: Sequence[Path], path: Path, *, force: bool = False) -> Path:
    """A deck with a slide for each film, or for each section of a film that was rendered with sections: title,
    film with poster and text alternative, and notes. A section's poster is its first frame, so that its slide
    takes up where the one before it ended.

    Args:
        force: whether it replaces a deck that hhanim did not make, or a hand has been at.

    Raises:
        UsageError: when hhanim did not make one of the films. MissingError: when python-pptx is missing.
        RenderError: when a section's file is gone, or the deck cannot be written.
    """
    need(*NEEDS)
    import pptx
    from pptx.util import Inches

    deck: Any = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    for media in films:
        record = sidecar.record_of(media)
        title, parts = _plain(record.title or record.name), cues.read(media)
        if not any(part.file for part in parts):
            _slide(deck, media, record, title, str(sidecar.beside(media, ".png")), _notes(record))
            continue
        for part in parts:
            file = media.parent / part.file
            name = f"{title}: {_plain(part.heading)}"
            _slide(deck, file, record, name, _first_frame(file), _notes(record, part.start, part.stop))
    buffer = io.BytesIO()
    _describe(deck, _plain(record.title)[:255] if len(films) == 1 else "Hodgkin–Huxley animations")
    deck.save(buffer)
    with put(path, force=force) as whole:
        whole.write_bytes(buffer.getvalue())
    return path


def _describe(deck: Any, title: str) -> None:
    """The deck's properties, in place of those of python-pptx's template, and no picture of its first slide."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    about, now = deck.core_properties, datetime.now(UTC)
    about.title, about.author = title, f"hhanim {hhanim.__version__}"
    about.last_modified_by, about.created, about.modified = about.author, now, now
    about.comments = about.keywords = about.subject = ""
    package = deck.part.package
    for key, relation in list(package._rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            package.drop_rel(key)


def _slide(
    deck: Any, media: Path, record: sidecar.Record, title: str, poster: str | io.BytesIO, notes: str
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
    scale = min(width / record.width, height / record.height)
    width, height = Emu(int(record.width * scale)), Emu(int(record.height * scale))
    left = Emu(int((deck.slide_width - width) / 2))
    movie = slide.shapes.add_movie(
        str(media), left, top, width, height, poster_frame_image=poster, mime_type="video/mp4"
    )
    about = movie._element.nvPicPr.cNvPr  # python-pptx has no public name for the text alternative
    about.set("name", title)
    about.set("descr", _plain(record.alt or record.description))
    slide.notes_slide.notes_text_frame.text = _plain(notes)


def _plain(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


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


def _notes(record: sidecar.Record, start: float = 0.0, stop: float = math.inf) -> str:
    """What is said from `start` until `stop` (s), with what the film is."""
    middle = ((0.5 * (a + b), text) for a, b, text in record.captions)
    spoken = "\n".join(text for at, text in middle if start <= at < stop)
    given = ", ".join(f"{k} = {sidecar.shown(record.parameters.get(k))}" for k in record.set)
    parts = [record.description, spoken, f"To be seen: {record.alt}" if record.alt else "", given]
    return "\n\n".join(part for part in parts if part)

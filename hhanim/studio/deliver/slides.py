"""One deck of slides for PowerPoint with all films of a lecture."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import hhanim
from hhanim.language import spoken, tag, tr
from hhanim.language.catalogue import name
from hhanim.look import get_theme
from hhanim.studio.deliver import master
from hhanim.studio.deliver.account import Account, Chapter, title_of
from hhanim.studio.deliver.frames import frames, png
from hhanim.studio.deliver.timing import timing
from hhanim.studio.errors import UsageError
from hhanim.studio.make.manifest import put
from hhanim.studio.media import cues, sidecar
from hhanim.studio.mends import need

NEEDS = ("pptx", "slides", "a deck of slides")
"""What a deck needs, for :func:`hhanim.studio.mends.need`."""

LARGEST = 2_000_000_000
"""Bytes of a deck that PowerPoint opens."""

CARDS = ("predict", "recap")
"""Sections of which a film that is not divided has a slide as well: a question before it, a summary after it."""

_MEDIA = "{http://schemas.microsoft.com/office/powerpoint/2010/main}media"
_TRACK = "http://schemas.microsoft.com/office/2017/04/relationships/track"


def deck(
    films: Sequence[Path],
    path: Path,
    *,
    title: str = "",
    play: str = "click",
    template: Path | None = None,
    force: bool = False,
) -> Path:
    """A deck with a slide for each film, or for each section of a film that was rendered with sections.

    A slide shows the frame from which its film begins, and has its captions, a text alternative, notes, and, of a film
    that is not divided, its sections as bookmarks; before that a question stands, after it a summary, where it has any.

    title: of the whole; "" is the film's, where there is one.
    play: what starts a film: "click" is the clicker, "auto" the slide, "picture" a click on the film.
    template: a deck to whose slides these are added, below titles of its own layout; None is one in the theme of
        the films, which fill the slides.
    force: whether it replaces a deck that hhanim did not make, or a hand has been at.

    Raises UsageError when hhanim did not make one of the films, the template has no title, or the deck would be larger
    than PowerPoint opens; MissingError when python-pptx is missing; RenderError when a file is gone, or the deck cannot
    be written.
    """
    need(*NEEDS)
    accounts = [Account.of(media) for media in films]
    theme = get_theme(accounts[0].record.theme)
    whole = master.opened(template) if template else master.blank(theme)
    layout = master.title_layout(whole, f"--template {template}" if template else "the deck")
    shown = [slide for account in accounts for slide in _slides(account)]
    _small_enough([slide.film for slide in shown if slide.film])
    writer = _Writer(whole, layout, play, fills=template is None)
    for slide in shown:
        writer.add(slide)
    _describe(whole, _plain(title_of(accounts, title))[:255], own=template is not None)
    with put(path, force=force) as part:
        whole.save(str(part))
    return path


def _small_enough(files: Sequence[Path]) -> None:
    """Refuse a deck that PowerPoint would not open, before it is written."""
    total = sum(path.stat().st_size for path in set(files) if path.exists())
    if total > LARGEST:
        raise UsageError(
            f"the deck would take {total / 1e9:.1f} GB, and PowerPoint opens none over {LARGEST / 1e9:g} GB: "
            "give fewer films, or --preset slide"
        )


@dataclass(frozen=True)
class _Slide:
    """What a slide shows: a film from its first frame on, or one frame of it.

    name: its title, where the film has none of its own to show. alt: what is to be seen. start, stop: which part of
        the account's film (s). film: the file that plays; None for the frame at `start`.
    """

    account: Account
    name: str
    alt: str
    notes: str
    start: float
    stop: float
    film: Path | None

    @property
    def marks(self) -> list[tuple[str, float]]:
        """The sections that begin within it, from its beginning (s)."""
        inside = (c for c in self.account.chapters if self.start < c.start < self.stop)
        return [(chapter.title, chapter.start - self.start) for chapter in inside]

    @property
    def captions(self) -> list[sidecar.Caption]:
        """What is said within it, from its beginning (s)."""
        said = ((max(a, self.start), min(b, self.stop), text) for a, b, text in self.account.record.captions)
        return [(a - self.start, b - self.start, text) for a, b, text in said if b - a > 0.05]


def _slides(account: Account) -> list[_Slide]:
    """The slides of a film, in its language."""
    with spoken(account.record.language):
        return _told(account)


def _told(account: Account) -> list[_Slide]:
    record, media, title = account.record, account.media, account.title
    parts = cues.read(media)
    given = ", ".join(f"{name} = {value}" for name, value in account.parameters if name in record.set)
    whole = _joined(record.description, _said(account.chapters), _seen(account), given)
    if record.kind == "slide":
        return [_Slide(account, title, account.alt, whole, 0.0, record.duration, None)]
    if any(part.file for part in parts):
        return [
            _Slide(
                account,
                account.titled(part.heading),
                f"{_sentence(chapter.title)} {account.alt}",
                _joined(_said([chapter]), _seen(account), given),
                part.start,
                part.stop,
                media.parent / part.file,
            )
            for part, chapter in zip(parts, account.chapters, strict=True)
        ]
    film = _Slide(account, title, account.alt, whole, 0.0, record.duration, media)
    cards = {
        part.name: _Slide(
            account,
            account.titled(part.heading),
            " ".join([_sentence(chapter.title), *chapter.said]),
            _said([chapter]),
            part.full,
            part.stop,
            None,
        )
        for part, chapter in zip(parts, account.chapters, strict=True)
        if part.name in CARDS and len(parts) > 1
    }
    before, after = (cards.get(name) for name in CARDS)
    return [slide for slide in (before, film, after) if slide is not None]


def _sentence(heading: str) -> str:
    return heading if heading.endswith(("?", "!", ".", "…")) else f"{heading}."


def _said(chapters: Sequence[Chapter]) -> str:
    return "\n".join(text for chapter in chapters for text in chapter.said)


def _seen(account: Account) -> str:
    return tr("To be seen: {alt}", alt=account.record.alt) if account.record.alt else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


class _Writer:
    """Puts slides into a deck.

    layout: of the slides. play: what starts a film. fills: whether films fill the slides, their titles unseen.
    """

    def __init__(self, whole: Any, layout: Any, play: str, *, fills: bool) -> None:
        self.whole, self.layout, self.play, self.fills = whole, layout, play, fills
        self._tracks: dict[str, Any] = {}

    def add(self, slide: _Slide) -> None:
        """One more slide."""
        (poster,) = frames(slide.film or slide.account.media, [0.0 if slide.film else slide.start])
        made = self.whole.slides.add_slide(self.layout)
        place = self._place(made, slide)
        file = io.BytesIO(png(poster))
        if slide.film is None:
            picture = made.shapes.add_picture(file, *place)
        else:
            picture = made.shapes.add_movie(
                str(slide.film), *place, poster_frame_image=file, mime_type="video/mp4"
            )
        about = picture._element.nvPicPr.cNvPr  # python-pptx has no public name for the text alternative
        about.set("name", _plain(slide.name))
        about.set("descr", _plain(slide.alt))
        if slide.film is not None:
            self._film(made, picture, slide)
        made.notes_slide.notes_text_frame.text = _plain(slide.notes)

    def _place(self, made: Any, slide: _Slide) -> tuple[int, int, int, int]:
        """Where the picture goes, in EMU. The title is put beside it, above it, or, where it fills the slide, out of
        sight, where screen readers and the list of slides find it."""
        from pptx.util import Pt

        width, height = self.whole.slide_width, self.whole.slide_height
        record = slide.account.record
        ratio = record.width / record.height
        head, margin = made.shapes.title, width // 40
        head.text_frame.text = _plain(slide.name)
        if self.fills and slide.account.shape == "wide":
            w, h = min(width, round(height * ratio)), min(height, round(width / ratio))
            head.left, head.top, head.width, head.height = 0, -height // 8, width, height // 9
            return (width - w) // 2, (height - h) // 2, w, h
        if self.fills:
            w, h = round(height * ratio), height
            head.left, head.top, head.width, head.height = (
                margin, margin, width - w - 3 * margin, height - 2 * margin,
            )  # fmt: skip
            head.text_frame.paragraphs[0].runs[0].font.size = Pt(32)
            return width - w, 0, w, h
        top = head.top + head.height if head.top < height // 3 else margin
        room = width - 2 * margin, height - top - margin
        w = min(room[0], round(room[1] * ratio))
        h = round(w / ratio)
        return (width - w) // 2, top + (room[1] - h) // 2, w, h

    def _film(self, made: Any, picture: Any, slide: _Slide) -> None:
        """How a film plays: its start, its bookmarks, its captions."""
        from pptx.oxml import parse_xml

        element, record = made.element, slide.account.record
        for old in element.findall("{*}timing"):
            element.remove(old)
        loop = record.kind == "clip"
        length = slide.stop - slide.start
        text = timing(picture.shape_id, length, play=self.play, loop=loop)
        element.append(parse_xml(re.sub(r">\s+<", "><", text)))
        media = next(picture._element.iter(_MEDIA))
        space = _MEDIA.partition("}")[0] + "}"
        if slide.marks:
            bookmarks = media.makeelement(f"{space}bmkLst", {})
            media.append(bookmarks)
            for name, start in slide.marks:
                taken = {mark.get("name") for mark in bookmarks}
                words = _plain(name)
                if words in taken:
                    words = f"{words} {len(taken) + 1}"
                about = {"name": words, "time": str(round(1000 * start))}
                bookmarks.append(bookmarks.makeelement(f"{space}bmk", about))
        if slide.captions:
            media.append(self._track(made.part, slide))

    def _track(self, part: Any, slide: _Slide) -> Any:
        """The captions of a film as a track of it, [MS-PPTX] 2.2.7."""
        from pptx.opc.package import Part
        from pptx.opc.packuri import PackURI
        from pptx.oxml import parse_xml

        text = sidecar.vtt([(a, b, _plain(said)) for a, b, said in slide.captions])
        if text not in self._tracks:
            place = PackURI(f"/ppt/media/captions{len(self._tracks) + 1}.vtt")
            self._tracks[text] = Part(place, "text/vtt", part.package, text.encode("utf-8"))
        key = part.relate_to(self._tracks[text], _TRACK)
        language = slide.account.record.language
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, text)).upper()  # the same each time
        return parse_xml(
            '<p14:extLst xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main" '
            'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            'xmlns:p173="http://schemas.microsoft.com/office/powerpoint/2017/3/main">'
            '<p:ext uri="{3AFAAA56-56D3-431D-BCD4-E75A35582382}"><p173:tracksInfo displayLoc="media"><p173:trackLst>'
            f'<p173:track id="{{{number}}}" label="{escape(name(language))}" lang="{tag(language)}" r:embed="{key}"/>'
            "</p173:trackLst></p173:tracksInfo></p:ext></p14:extLst>"
        )


def _describe(whole: Any, title: str, *, own: bool) -> None:
    """The deck's properties, in place of those of python-pptx's template; and what names its master of notes, by which
    Keynote finds them."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND

    about, now = whole.core_properties, datetime.now(UTC)
    about.last_modified_by = f"hhanim {hhanim.__version__}"
    about.modified = now
    if not own:
        about.title, about.author, about.created = title, about.last_modified_by, now
        about.comments = about.keywords = about.subject = ""
        about.revision = 1
    element = whole.element
    if element.find("{*}notesMasterIdLst") is None:
        key = whole.part.relate_to(whole.part.notes_master_part, KIND.NOTES_MASTER)
        space = element.tag.partition("}")[0] + "}"
        listed = element.makeelement(f"{space}notesMasterIdLst", {})
        relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
        listed.append(element.makeelement(f"{space}notesMasterId", {relation: key}))
        element.find("{*}sldMasterIdLst").addnext(listed)

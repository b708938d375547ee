"""A deck for PowerPoint: what plays when, what a frozen slide shows, whose master it is, what it holds."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hhanim.look import get_theme
from hhanim.studio.deliver import slides
from hhanim.studio.deliver.account import Account
from hhanim.studio.deliver.frames import frames
from hhanim.studio.errors import UsageError
from hhanim.studio.media import cues, sidecar

pptx = pytest.importorskip("pptx")

WIDTH, HEIGHT = 12_192_000, 6_858_000


@pytest.fixture
def film(shades) -> Path:
    """A film of three sections, which asks and sums up."""
    media = shades("question", "predict", "recap")
    parts = cues.read(media)
    words = ("Why?", "What next?\nthink", "In short")
    parts = [
        sidecar.Section(p.name, p.start, p.stop, p.full, w, w) for p, w in zip(parts, words, strict=True)
    ]
    cues.write(cues.path_of(media), media.name, sidecar.sha256(media), parts)
    record = json.loads(media.with_suffix(".json").read_text())
    media.with_suffix(".json").write_text(json.dumps({**record, "kind": "film"}))
    return media


def opened(path: Path) -> Any:
    """The deck, once a validator has found nothing wrong with it."""
    audit = pytest.importorskip("openxml_audit")
    found = audit.OpenXmlValidator(file_format=audit.FileFormat.MICROSOFT_365).validate(str(path))
    assert not [str(error) for error in found.errors]
    return pptx.Presentation(str(path))


def shown(slide: Any) -> Any:
    """The picture on a slide, which may play."""
    return next(shape for shape in slide.shapes if shape._element.tag.endswith("}pic"))


def poster(slide: Any) -> np.ndarray:
    blob = slide.part.related_part(shown(slide)._element.blipFill.blip.rEmbed).blob
    return np.asarray(Image.open(io.BytesIO(blob)).convert("RGB"))


def plays(slide: Any) -> Iterator[tuple[str, str, str]]:
    """The effects of the main sequence: command, what starts it, how long it lasts."""
    space = {"p": "http://schemas.openxmlformats.org/presentationml/2006/main"}
    for command in slide.element.findall(".//p:cTn[@nodeType='mainSeq']//p:cmd", space):
        effect = command.getparent().getparent()
        assert effect.get("presetClass") == "mediacall"
        assert command.find(".//p:spTgt", space).get("spid") == str(shown(slide).shape_id)
        yield command.get("cmd"), effect.get("nodeType"), command.find(".//p:cTn", space).get("dur")


def test_a_clicker_starts_a_film_and_a_clip_loops(film, render):
    clip = render("still", frames=6)
    deck = opened(slides.deck([film, clip], Path("deck.pptx")))
    one, other = deck.slides[1], deck.slides[-1]
    assert list(plays(one)) == [("playFrom(0.0)", "clickEffect", "3000")]
    assert list(plays(other)) == [("playFrom(0.0)", "clickEffect", "indefinite")]
    assert 'repeatCount="indefinite"' not in one.part.blob.decode()
    assert 'repeatCount="indefinite"' in other.part.blob.decode()


@pytest.mark.parametrize(("play", "found"), [("auto", ["afterEffect"]), ("picture", [])])
def test_what_else_starts_a_film(film, play, found):
    slide = opened(slides.deck([film], Path("deck.pptx"), play=play)).slides[1]
    assert [node for _, node, _ in plays(slide)] == found
    assert "togglePause" in slide.part.blob.decode(), "a click on the film pauses it"


def test_a_frozen_slide_tells_the_truth(film):
    """The film's own first frame; before it the question as it is asked, after it the summary in full."""
    deck = opened(slides.deck([film], Path("deck.pptx")))
    levels = [255 * k / 60 for k in (39, 0, 59)]
    assert [float(poster(slide).mean()) for slide in deck.slides] == pytest.approx(levels, abs=4)
    first = np.asarray(next(frames(film, [0.0])))
    assert np.array_equal(poster(deck.slides[1]), first)
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles == ["Shades: What next?", "Shades", "Shades: In short"]
    assert [bool(list(plays(slide))) for slide in deck.slides] == [False, True, False]


def test_what_a_slide_is_called_and_what_is_read_of_it(film):
    """A symbol keeps its case, a question its mark; the film's own name is not said twice."""
    deck = opened(slides.deck([film], Path("deck.pptx")))
    told = [shown(slide)._element.nvPicPr.cNvPr.get("descr") for slide in deck.slides]
    assert told[0] == "What next?" and told[2] == "In short. From 30 on."
    words = ("m gates open", "gNa falls", "Shades")
    parts = [
        sidecar.Section(p.name, p.start, p.stop, p.full, w)
        for p, w in zip(cues.read(film), words, strict=True)
    ]
    cues.write(cues.path_of(film), film.name, sidecar.sha256(film), parts)
    account = Account.of(film)
    assert [chapter.title for chapter in account.chapters] == list(words)
    assert [account.titled(word) for word in words] == ["Shades: m gates open", "Shades: gNa falls", "Shades"]


def test_a_slide_is_filled_and_says_its_title_once(film):
    (_, slide, _) = (deck := opened(slides.deck([film], Path("deck.pptx")))).slides
    picture, title = shown(slide), slide.shapes.title
    assert (picture.left, picture.top, picture.width, picture.height) == (0, 0, WIDTH, HEIGHT)
    assert title.top + title.height <= 0, "out of sight, and where a screen reader finds it"
    assert slide.shapes[0].shape_id == title.shape_id, "read first"
    assert (deck.slide_width, deck.slide_height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_master_is_wide_and_in_the_themes_colours(render, theme):
    media = render("still", theme=theme)
    path = slides.deck([media], Path("deck.pptx"))
    deck = opened(path)
    for layout in deck.slide_layouts:
        right = max((p.left + p.width for p in layout.placeholders), default=WIDTH)
        assert 0.9 * WIDTH < right <= WIDTH, f"{layout.name} ends at {right / WIDTH:.2f} of the slide"
    extended = deck.slides.add_slide(next(x for x in deck.slide_layouts if x.name == "Title and Content"))
    body = extended.placeholders[1]
    assert body.width > 0.85 * WIDTH, "a slide that somebody adds has the whole width"
    with zipfile.ZipFile(path) as parts:
        text = parts.read("ppt/theme/theme1.xml").decode()
        master = parts.read("ppt/slideMasters/slideMaster1.xml").decode()
        whole = parts.read("ppt/presentation.xml").decode()
        assert "4:3" not in parts.read("docProps/app.xml").decode()
        assert not [name for name in parts.namelist() if "printer" in name.lower()]
    slot = re.search(r'clrMap bg1="(\w+)" tx1="(\w+)"', master)
    colour = {s: re.search(rf'<a:{s}><a:srgbClr val="(\w+)"', text)[1].lower() for s in ("dk1", "lt1")}
    wanted = get_theme(theme)
    assert [f"#{colour[s]}" for s in slot.groups()] == [wanted.ground, wanted.ink]
    assert "screen4x3" not in whole
    assert whole.index("sldMasterIdLst") < whole.index("notesMasterIdLst") < whole.index("sldIdLst")


def test_a_film_on_end_stands_beside_its_title(render):
    media = render("still", size="90x160")
    (slide,) = opened(slides.deck([media], Path("deck.pptx"))).slides
    picture, title = shown(slide), slide.shapes.title
    assert (picture.top, picture.height) == (0, HEIGHT)
    assert 0 < title.left < title.left + title.width < picture.left


def test_captions_and_bookmarks_are_inside(film):
    deck = opened(path := slides.deck([film], Path("deck.pptx")))
    slide = deck.slides[1]
    xml = slide.part.blob.decode()
    marks = re.findall(r'<p14:bmk name="([^"]+)" time="(\d+)"', xml)
    assert marks == [("What next?", "1000"), ("In short", "2000")]
    (key, language) = re.search(r'<p173:track [^>]*lang="(\w+)" r:embed="(\w+)"', xml).groups()[::-1]
    track = slide.part.related_part(key)
    assert (track.content_type, language) == ("text/vtt", "en")
    assert track.blob.decode() == sidecar.vtt(sidecar.record_of(film).captions)
    with zipfile.ZipFile(path) as parts:
        media = [
            hashlib.sha256(parts.read(n)).digest() for n in parts.namelist() if n.startswith("ppt/media/")
        ]
    assert len(media) == len(set(media)), "each medium once"


def test_a_section_has_its_part_of_the_captions(film):
    """As a film that was rendered with sections, of which each is a file."""
    folder, found = film.with_name("shades.sections"), []
    folder.mkdir()
    for k, part in enumerate(cues.read(film)):
        file = folder / f"0{k + 1}-x.mp4"
        file.write_bytes(film.read_bytes() + bytes(k))
        name = f"{folder.name}/{file.name}"
        found.append(sidecar.Section(part.name, part.start, part.stop, part.full, part.first, file=name))
    cues.write(cues.path_of(film), film.name, sidecar.sha256(film), found)
    record = json.loads(film.with_suffix(".json").read_text())
    record |= {"beside": [*record["beside"], folder.name]}
    record["hashes"] |= sidecar.hashes(film, [folder.name])
    film.with_suffix(".json").write_text(json.dumps(record))
    deck = opened(slides.deck([film], Path("deck.pptx")))
    assert [slide.shapes.title.text for slide in deck.slides] == [
        "Shades: Why?",
        "Shades: What next?",
        "Shades: In short",
    ]
    rels = [rel for slide in deck.slides for rel in slide.part.rels.values()]
    tracks = [rel.target_part.blob.decode() for rel in rels if rel.reltype.endswith("/track")]
    assert [re.findall(r"(\S+) --> (\S+)\n(.+)", text) for text in tracks] == [
        [("00:00:00.000", "00:00:01.000", "From 0 on.")],
        [("00:00:00.000", "00:00:00.500", "From 0 on."), ("00:00:00.500", "00:00:01.000", "From 30 on.")],
        [("00:00:00.000", "00:00:01.000", "From 30 on.")],
    ]
    assert "bmkLst" not in deck.slides[0].part.blob.decode()


def own(path: Path, *, titles: bool = True) -> Path:
    """A department's template, 4:3, with a slide of its own."""
    deck = pptx.Presentation()
    for layout in list(deck.slide_layouts)[:-1]:
        if not titles or layout.name == "Title Slide":
            deck.slide_layouts.remove(layout)
    if not titles:
        for shape in list(deck.slide_layouts[0].placeholders):
            shape._element.getparent().remove(shape._element)
    deck.slides.add_slide(deck.slide_layouts[0])
    deck.core_properties.author = "The department"
    deck.save(path)
    return path


def test_a_template_of_ones_own(film, tmp_path):
    deck = opened(slides.deck([film], Path("deck.pptx"), template=own(tmp_path / "own.pptx")))
    assert deck.slide_width == 9_144_000 and len(deck.slides) == 4
    slide = deck.slides[2]
    picture, title = shown(slide), slide.shapes.title
    assert slide.slide_layout.name == "Title Only"
    assert title.text == "Shades" and title.top >= 0
    assert picture.top >= title.top + title.height and picture.top + picture.height <= deck.slide_height
    assert picture.left >= 0 and picture.left + picture.width <= deck.slide_width
    assert picture.width / picture.height == pytest.approx(16 / 9, rel=1e-3)
    assert deck.core_properties.author == "The department"
    assert len(list(plays(slide))) == 1


def changed(deck, path, name, change):
    """A deck with one of its parts changed, or gone."""
    with zipfile.ZipFile(deck) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            data = change(old.read(part)) if part == name else old.read(part)
            if data is not None:
                new.writestr(part, data)


def test_a_template_that_cannot_be(film, tmp_path):
    untitled = own(tmp_path / "untitled.pptx", titles=False)
    text = tmp_path / "text.pptx"
    text.write_text("no deck")
    flat, torn = tmp_path / "flat.pptx", tmp_path / "torn.pptx"
    whole = own(tmp_path / "whole.pptx")
    changed(whole, flat, "ppt/presentation.xml", lambda text: re.sub(b"<p:sldSz.*?/>", b"", text))
    changed(whole, torn, "ppt/slideLayouts/slideLayout6.xml", lambda _: None)
    bare, links = tmp_path / "bare.pptx", "ppt/slideMasters/_rels/slideMaster1.xml.rels"
    changed(whole, bare, links, lambda text: re.sub(rb'<Relationship [^>]*/theme"[^>]*/>', b"", text))
    unthemed = [tmp_path / "lost.pptx", tmp_path / "empty.pptx", tmp_path / "cut.pptx"]
    for path, left in zip(unthemed, (None, b"", b"<a/>"), strict=True):
        changed(whole, path, "ppt/theme/theme1.xml", lambda _, left=left: left)
    for template, why in (
        (untitled, "none of its layouts has a title"),
        (text, "it is no PowerPoint file"),
        (flat, "it is no PowerPoint file"),
        (torn, "it is no PowerPoint file"),
        *((path, "a master of its slides has no theme") for path in (bare, *unthemed)),
        (tmp_path / "gone.pptx", "no such file"),
        (tmp_path, "it is no PowerPoint file"),
    ):
        with pytest.raises(UsageError, match=rf"--template .*{template.name}: {why}") as refused:
            slides.deck([film], Path("deck.pptx"), template=template)
        assert "\n" not in str(refused.value)
    assert not Path("deck.pptx").exists()


def test_a_deck_that_is_too_large_is_not_begun(film, monkeypatch):
    monkeypatch.setattr(slides, "LARGEST", film.stat().st_size - 1)
    with pytest.raises(UsageError, match=r"the deck would take .* GB, and PowerPoint opens none over"):
        slides.deck([film], Path("deck.pptx"))
    assert not Path("deck.pptx").exists()


def test_a_film_that_was_made_again_since_its_cues(film):
    film.write_bytes(film.read_bytes() + b"x")
    with pytest.raises(UsageError, match=r"shades.mp4 was made again since its cues"):
        slides.deck([film], Path("deck.pptx"))
    assert not Path("deck.pptx").exists()

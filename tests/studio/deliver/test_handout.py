"""A handout on paper, read back by another library."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from hhanim.studio.deliver.frames import frames
from hhanim.studio.errors import RenderError
from hhanim.studio.media import cues, sidecar

pypdf = pytest.importorskip("pypdf")
handout = pytest.importorskip("hhanim.studio.deliver.handout").handout


def shade(k: int) -> float:
    return 255 * k / 60


def level(picture) -> float:
    return float(np.asarray(picture).mean())


def test_a_frame_is_the_one_that_is_seen_then(shades):
    film = shades("whole")
    asked = [0.0, 0.024, 2.976, 1.51, 1.499, 99.0]
    found = [level(picture) for picture in frames(film, asked)]
    assert found == pytest.approx([shade(k) for k in (0, 0, 59, 30, 29, 59)], abs=2)


def test_no_frame_of_what_is_no_film(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"x")
    with pytest.raises(RenderError, match=r"x.mp4 is no longer what hhanim made; render it again"):
        list(frames(tmp_path / "x.mp4", [0.0]))


def tree(node) -> list:
    """All elements of a tagged PDF."""
    kids = node.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    found = [k.get_object() for k in kids if isinstance(k.get_object(), pypdf.generic.DictionaryObject)]
    return found + [deep for kid in found for deep in tree(kid)]


def test_each_section_has_its_last_frame_and_what_is_said_in_it(shades):
    film = shades("dim", "bright", gNa=60)
    path = handout([film], Path("output/shades.pdf"))
    pdf = pypdf.PdfReader(path)
    text = " ".join("\n".join(page.extract_text() for page in pdf.pages).split())
    assert text.index("Dim") < text.index("From 0 on.") < text.index("Bright") < text.index("From 30 on.")
    assert "gNa 60 mS/cm²" in text and "celsius 6.3 °C" in text and "ENa 50 mV" in text
    levels = [level(image.image.convert("L")) for page in pdf.pages for image in page.images]
    assert levels == pytest.approx([shade(29), shade(59)], abs=2)
    assert handout([film], Path("output/again.pdf")).read_bytes() == path.read_bytes()


def test_a_picture_has_the_heading_that_stands_over_it(shades):
    film = shades("dim", "bright")
    told = [
        sidecar.Section("dim", 0.0, 1.5, 1.45, first="It begins\ndark", last="It has begun\nso far"),
        sidecar.Section("bright", 1.5, 3.0, 2.95, first="It ends"),
    ]
    cues.write(cues.path_of(film), film.name, sidecar.sha256(film), told)
    (page,) = pypdf.PdfReader(handout([film], Path("x.pdf"))).pages
    text = page.extract_text()
    assert text.index("It has begun") < text.index("so far") < text.index("It ends")
    assert "It begins" not in text and "dark" not in text


def test_it_is_tagged_and_has_words_for_its_pictures(shades):
    pdf = pypdf.PdfReader(handout([shades("dim", "bright")], Path("shades.pdf")))
    catalog = pdf.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"].startswith("en")
    assert pdf.metadata.title == "Shades"
    found = tree(catalog["/StructTreeRoot"])
    assert [f["/Alt"] for f in found if f.get("/S") == "/Figure"] == [
        "Dim: From 0 on.",
        "Bright: From 30 on.",
    ]
    assert {"/H1", "/H2", "/P", "/Table", "/TH"} <= {f.get("/S") for f in found}


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("letter", (215.9, 279.4))])
def test_paper(shades, paper, size):
    (page,) = pypdf.PdfReader(handout([shades("whole")], Path("x.pdf"), paper=paper)).pages
    millimetres = [float(x) * 25.4 / 72 for x in page.mediabox[2:]]
    assert millimetres == pytest.approx(size, abs=0.1)


def test_of_a_shipped_scene_its_terms_follow(shades, monkeypatch):
    from hhanim.look import glossary

    term = glossary.Term("grey", "Neither black nor white.", ("shades",))
    monkeypatch.setattr(glossary, "terms", lambda: {"grey": term})
    (page,) = pypdf.PdfReader(handout([shades("whole")], Path("x.pdf"))).pages
    assert "grey: Neither black nor white." in page.extract_text()


def test_several_films_have_a_table_of_contents_and_bookmarks(shades):
    film = shades("whole")
    pdf = pypdf.PdfReader(handout([film, film], Path("x.pdf")))
    assert [mark.title for mark in pdf.outline if not isinstance(mark, list)] == ["Shades", "Shades"]
    assert pdf.pages[0].extract_text().count("Shades") == 3


def test_a_lectures_own_slides_stand_over_the_films_they_lead_to(shades):
    film, slide = shades("whole"), shades("whole", name="own")
    record = slide.with_suffix(".json")
    told = json.loads(record.read_text()) | {"kind": "slide", "title": "Homework"}
    record.write_text(json.dumps(told))
    pdf = pypdf.PdfReader(handout([film, slide, film], Path("x.pdf"), title="Week 1"))
    first, second = (page.extract_text() for page in pdf.pages)
    assert pdf.metadata.title == "Week 1" and first.startswith("Week 1")
    assert first.count("gNa") == 1 and "Homework" not in first
    assert second.startswith("Homework") and second.index("Homework") < second.index("Shades")
    assert [mark.title for mark in pdf.outline if not isinstance(mark, list)][1:] == ["Shades"]


def test_characters_that_nothing_prints_are_left_out(shades):
    (page,) = pypdf.PdfReader(handout([shades("ab\x00c\x1b\ufffe")], Path("x.pdf"))).pages
    assert "Abc\n" in page.extract_text()


def test_a_letter_without_a_typeface_is_said_and_nothing_is_half_written(shades):
    with pytest.raises(
        RenderError, match=r"x.pdf: no typeface on this machine has .*; install one that does"
    ):
        handout([shades("\U00012000 or another")], Path("x.pdf"))
    assert not list(Path().glob("*.pdf"))


def test_command(shades, monkeypatch, capsys):
    from hhanim.cli import main

    shades("dim", "bright")
    with pytest.raises(SystemExit) as stop:
        main(["export", "pdf", "shades", "--out", "notes/week 1.pdf"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"{Path('notes/week 1.pdf')}\n"
    for words, says in (
        (["--out", "x.doc"], "--out x.doc: ends in .pdf"),
        (["--paper", "a5"], "'a5' is not one of 'a4', 'letter'"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["export", "pdf", "shades", *words])
        assert stop.value.code == 2
        assert says in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SystemExit) as stop:
        main(["export", "pdf", "wave"])
    assert stop.value.code == 3
    assert "pip install 'hhanim[handout]'" in capsys.readouterr().err
    assert not Path("output/wave.mp4").exists()

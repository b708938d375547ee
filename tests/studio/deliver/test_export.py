"""Pages and slides."""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import hhanim
from hhanim.studio.deliver import pages, printed, scorm, slides, webdecks
from hhanim.studio.errors import UsageError


def test_slides(talk, render):
    pptx = pytest.importorskip("pptx")
    still = render("still", frames=6)
    path = slides.deck([talk, still], Path("output/deck.pptx"))
    deck = pptx.Presentation(str(path))
    first, second = deck.slides
    assert first.shapes.title.text == 'Talk <&> "show"'
    movie = next(s for s in first.shapes if s.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.MEDIA)
    assert movie._element.nvPicPr.cNvPr.get("descr") == "A line & nothing <else>."
    assert movie.width / movie.height == pytest.approx(160 / 90, rel=1e-3)
    assert movie.left >= 0
    assert movie.top + movie.height <= deck.slide_height
    assert "Sodium & <potassium>" in first.notes_slide.notes_text_frame.text
    assert "frames = 6" in second.notes_slide.notes_text_frame.text
    blobs = {part.blob for part in first.part.package.iter_parts() if part.content_type == "video/mp4"}
    assert blobs == {talk.read_bytes(), still.read_bytes()}


def test_a_deck_says_who_made_it_and_when(talk):
    """Not whoever made the template of python-pptx, and when."""
    pptx = pytest.importorskip("pptx")
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    path = slides.deck([talk], Path("output/deck.pptx"))
    about = pptx.Presentation(str(path)).core_properties
    assert (about.title, about.author, about.last_modified_by) == (
        'Talk <&> "show"',
        *[f"hhanim {hhanim.__version__}"] * 2,
    )
    assert about.created >= before and about.modified >= before
    assert about.comments == "" and about.keywords == "" and about.subject == ""
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "thumbnail" in name]
    both = slides.deck([talk, talk], Path("output/both.pptx"))
    assert pptx.Presentation(str(both)).core_properties.title == "Hodgkin–Huxley animations"


@pytest.mark.parametrize("kind", ["pptx", "pdf", "reveal", "beamer", "scorm"])
def test_what_is_in_the_way_is_told_before_anything_is_rendered(project, capsys, kind):
    from hhanim.cli import main

    suffix = {"reveal": "html", "beamer": "tex", "scorm": "zip"}.get(kind, kind)
    Path(f"mine.{suffix}").write_text("mine")
    with pytest.raises(SystemExit) as stop:
        main(["export", kind, "wave", "--out", f"mine.{suffix}"])
    said = f"hhanim: mine.{suffix} is there, but nothing says hhanim made it; --force replaces it"
    assert (stop.value.code, capsys.readouterr().err.strip()) == (1, said)
    assert not Path("output").exists() and Path(f"mine.{suffix}").read_text() == "mine"


def test_films_together_have_a_title_in_their_language(talk, tmp_path):
    """Of whatever kind they are: a deck, a handout, a package."""
    pptx, record = pytest.importorskip("pptx"), talk.with_suffix(".json")
    record.write_text(json.dumps({**json.loads(record.read_text()), "language": "de"}))
    deck = pptx.Presentation(str(slides.deck([talk, talk], tmp_path / "deck.pptx")))
    assert deck.core_properties.title == "Hodgkin-Huxley-Animationen"
    assert "Zu sehen: " in deck.slides[0].notes_slide.notes_text_frame.text
    for kind in ("reveal", "marp", "beamer", "typst"):
        write = (printed if kind in printed.KINDS else webdecks).write
        path = write(kind, [talk, talk], tmp_path / kind / "deck.text")
        assert "Hodgkin-Huxley-Animationen" in path.read_text(encoding="utf-8"), kind
    with zipfile.ZipFile(scorm.scorm([talk, talk], tmp_path / "week.zip")) as package:
        assert "Hodgkin-Huxley-Animationen" in package.read("imsmanifest.xml").decode()
        assert sorted(package.namelist()) == ["imsmanifest.xml", "talk.html", "talk.mp4"]


def test_a_film_without_words_for_those_who_cannot_see_it_is_told_of(project, capsys):
    from hhanim.cli import main

    text = Path("scenes/still_clip.py").read_text()
    Path("scenes/still_clip.py").write_text(text.replace(', alt="A line."', ""))
    with pytest.raises(SystemExit) as stop:
        main(["export", "html", "wave", "still"])
    assert stop.value.code == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "cannot see it" in line]
    (line,) = lines
    assert (
        line
        == f'hhanim: {Path("output/still.mp4")} has no words for those who cannot see it: write alt = "…" in its scene, still'
    )


@pytest.mark.parametrize("kind", ["pptx", "reveal"])
def test_what_would_lack_a_film_is_not_made(project, capsys, kind):
    from hhanim.cli import main

    wave = Path("scenes/wave_clip.py")
    wave.write_text(wave.read_text().replace("yield", "yield 1 / 0"))
    with pytest.raises(SystemExit) as stop:
        main(["export", kind, "still", "wave", "--out", f"deck/all.{'html' if kind == 'reveal' else kind}"])
    said = capsys.readouterr()
    assert stop.value.code == 1 and not Path("deck").exists() and said.out == ""
    assert said.err.splitlines()[-1].endswith("is not made, for it would lack a film")


@pytest.mark.parametrize("word", ["a\x1b[31mb", "a\x00b", "a\x0bb", "a\x7fb", "a\ufffeb", "x" * 400])
def test_control_characters_reach_no_deck_and_no_page(project, word):
    """In a title, a text alternative, a caption: XML cannot hold them."""
    pptx = pytest.importorskip("pptx")
    text = Path("scenes/still_clip.py").read_text().replace('title="Still"', f"title={word!r}")
    text = text.replace('alt="A line."', f"alt={word!r}").replace(
        "    ax =", f"    stage.caption({word!r})\n    ax ="
    )
    Path("scenes/still_clip.py").write_text(text, encoding="utf-8")
    film = hhanim.render("still", size="160x90")
    (slide,) = pptx.Presentation(str(slides.deck([film], Path("deck.pptx")))).slides
    seen = "".join(c for c in word if c.isprintable() or c == "\x7f")
    assert slide.shapes.title.text == seen
    assert slide.notes_slide.notes_text_frame.text.count(seen) >= 2
    assert "<video" in pages.page(film).read_text(encoding="utf-8")


def test_only_films_that_hhanim_made(project):
    Path("holiday.mp4").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"holiday.mp4 is not a film that hhanim made"):
        pages.page(Path("holiday.mp4"))


def test_command(project, monkeypatch, capsys):
    from hhanim import cli

    monkeypatch.setenv("HHANIM_SIZE", "160x90")
    with pytest.raises(SystemExit) as stop:
        cli.main(["export", "html", "still", "wave"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.split() == ["output/still.html", "output/wave.html"]
    assert json.loads(Path("output/still.json").read_text())["n_frames"] == 8
    with pytest.raises(SystemExit) as stop:
        cli.main(["export", "html", "still", "--out", "x.pptx"])
    assert stop.value.code == 2


def test_what_is_missing_is_said_before_anything_is_rendered(project, monkeypatch, capsys):
    from hhanim.cli import main

    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(SystemExit) as stop:
        main(["export", "pptx", "wave"])
    assert stop.value.code == 3
    assert "pip install 'hhanim[slides]'" in capsys.readouterr().err
    assert not Path("output").exists()
    with pytest.raises(SystemExit) as stop:
        main(["export", "html", "wave", "-F", "gif"])
    assert stop.value.code == 2
    assert "No such option '-F'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "kind", ["pptx", "pdf", "reveal.html", "marp.md", "beamer.tex", "typst.typ", "jupyter.ipynb", "scorm.zip"]
)
@pytest.mark.parametrize("name", ["x" * 250, "a\0b", "a\x1bb", "ä" * 100])
def test_a_file_that_cannot_be_is_refused_before_anything_is_made(project, kind, name, capsys):
    from hhanim.cli import main

    kind, _, suffix = kind.partition(".")
    with pytest.raises(SystemExit) as stop:
        main(["export", kind, "wave", "--out", str(Path("decks", f"{name}.{suffix or kind}"))])
    said = capsys.readouterr().err
    assert stop.value.code == 2 and "no file is called so" in said and said.count("\n") == 1, said
    assert [path.name for path in Path().iterdir()] == ["scenes"]


def test_a_deck_in_a_folder_that_is_not_there_yet(talk):
    pytest.importorskip("pptx")
    assert slides.deck([talk], Path("lectures/week 1/deck.pptx")).is_file()

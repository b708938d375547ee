"""Pages and slides."""

from __future__ import annotations

import base64
import json
import re
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import hhanim
from hhanim.studio.deliver import pages, slides
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.make import films
from hhanim.studio.media import cues, sidecar

TALKING = """
from hhanim import clip

@clip(title="Talk <&> \\"show\\"", description="It speaks.", alt="A line & nothing <else>.")
def talk(stage, *, frames: int = 8, seconds: float = 0.4):
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.plot([0, 1], [0, 1])
    for k in range(frames):
        if k == 0:
            stage.caption("Sodium & <potassium>")
        yield
"""


@pytest.fixture
def talk(project) -> Path:
    Path("scenes/talk_clip.py").write_text(TALKING)
    return films.render("talk", size="160x90")


def embedded(page: str, kind: str) -> bytes:
    return base64.b64decode(re.search(f'data:{re.escape(kind)};base64,([^"]+)"', page)[1])


def test_page_holds_everything(talk):
    path = pages.page(talk)
    assert path == Path("output/talk.html")
    page = path.read_text()
    assert embedded(page, "video/mp4") == talk.read_bytes()
    assert embedded(page, "image/png") == Path("output/talk.png").read_bytes()
    assert embedded(page, "text/vtt").decode() == Path("output/talk.vtt").read_text()
    assert "<title>Talk &lt;&amp;&gt; &quot;show&quot;</title>" in page
    assert 'aria-label="A line &amp; nothing &lt;else&gt;."' in page
    assert "<p>Sodium &amp; &lt;potassium&gt;</p>" in page
    outside = re.sub(r'data:[^"]+', "", page)
    assert not re.search(r"https?://|src=\"(?!\")[^\"]", outside), "nothing is loaded from anywhere"
    assert pages.page(talk).read_text() == page


def until(tab, condition: str) -> None:
    """Wait for it without eval, which the page's policy forbids."""
    film = "const film = document.getElementById('film');"
    wait = f"for (let k = 0; k < 400 && !({condition}); k++) await new Promise(done => setTimeout(done, 25));"
    assert tab.evaluate(f"async () => {{ {film} {wait} return {condition}; }}"), condition


@pytest.mark.slow
def test_page_in_a_browser(talk, launch):
    """It plays from a file, shows its captions, can be paused, and stays still for who wants that."""
    address = pages.page(talk).resolve().as_uri()
    state = """async () => {
        const f = document.getElementById("film");
        for (let k = 0; k < 100 && !(f.readyState >= 2 && f.textTracks[0]?.cues?.length); k++)
            await new Promise(done => setTimeout(done, 50));
        return {paused: f.paused, loop: f.loop, width: f.videoWidth, captions: f.textTracks[0].mode,
                text: f.textTracks[0].cues[0].text, button: document.getElementById("play").textContent};
    }"""
    browser = launch()
    try:
        for motion, paused in (("no-preference", False), ("reduce", True)):
            tab = browser.new_page(reduced_motion=motion)
            faults: list[str] = []
            tab.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            tab.on("console", lambda m, faults=faults: faults.append(m.text) if m.type == "error" else None)
            tab.goto(address)
            found = tab.evaluate(state)
            assert not faults
            assert (found["width"], found["captions"]) == (160, "showing")
            assert found["text"] == "Sodium &amp; &lt;potassium&gt;"
            assert (found["paused"], found["loop"]) == (paused, not paused)
            assert found["button"] == ("Play" if paused else "Pause")
            tab.click("#play")
            until(tab, f"film.paused === {str(not paused).lower()}")
            tab.close()
    finally:
        browser.close()


@pytest.mark.slow
def test_sections_of_a_page(talk, launch):
    """A button plays from there on; stepwise, the film waits at the end of a section and goes on at a click."""
    assert "<nav" not in pages.page(talk).read_text()
    stops = [sidecar.Section("first", 0.0, 0.2, 0.1), sidecar.Section("<second>", 0.2, 0.4, 0.35)]
    cues.write(cues.path_of(talk), talk.name, sidecar.sha256(talk), stops)
    browser = launch()
    try:
        tab = browser.new_page(reduced_motion="reduce")
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(pages.page(talk).resolve().as_uri())
        until(tab, "film.readyState >= 2")
        tab.click("text=<second>")
        until(tab, "film.ended")
        current = "[...document.querySelectorAll('[aria-current]')].map(b => b.textContent)"
        assert tab.evaluate(current) == ["<second>"]
        tab.check("#stepwise")
        tab.click("text=first")
        until(tab, "film.paused && !film.seeking && Math.abs(film.currentTime - 0.2) < 1e-3")
        tab.click("#play")
        until(tab, "film.ended")
        assert not faults
    finally:
        browser.close()


def test_slides(talk):
    pptx = pytest.importorskip("pptx")
    still = films.render("still", size="160x90", frames=6)
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


def test_a_film_whose_poster_went_meanwhile(project):
    film = hhanim.render("still", size="160x90")
    film.with_suffix(".png").unlink()
    with pytest.raises(
        RenderError, match=r"cannot read .*still.png: No such file or directory; render it again"
    ):
        pages.page(film)


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


def test_a_deck_in_a_folder_that_is_not_there_yet(talk):
    pytest.importorskip("pptx")
    assert slides.deck([talk], Path("lectures/week 1/deck.pptx")).is_file()


def test_captions_edited_by_hand_go_with_the_page(talk, monkeypatch, capsys):
    from hhanim.cli import main

    monkeypatch.setenv("HHANIM_SIZE", "160x90")
    captions = talk.with_suffix(".vtt")
    mine = captions.read_text().replace("Sodium", "Natrium")
    captions.write_text(mine)
    with pytest.raises(SystemExit) as stop:
        main(["export", "html", "talk"])
    assert stop.value.code == 0
    page = Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8")
    assert embedded(page, "text/vtt").decode() == mine
    assert captions.read_text() == mine

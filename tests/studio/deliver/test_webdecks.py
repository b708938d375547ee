"""Decks in a browser, offline: next and back go through the cues of a film, within a frame; nothing is loaded from anywhere."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hhanim.studio.deliver import webdecks
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.make import manifest

RESTS = [0.0, 1.0, 2.0, 3.0]
FRAME = 1 / 20


@pytest.fixture
def films(shades) -> list[Path]:
    """A film of three sections, and a clip."""
    clip = shades("whole", name="clip")
    film = shades("one", "two", "three")
    record = json.loads(film.with_suffix(".json").read_text())
    film.with_suffix(".json").write_text(json.dumps({**record, "kind": "film"}))
    return [film, clip]


def go_through(tab, forward: str = "PageDown", back: str = "PageUp") -> None:
    """Press the deck's keys: the film is at its cues, each reached by playing, then back; the clip plays when it is seen."""
    film, clip = "document.querySelectorAll('video')[0]", "document.querySelectorAll('video')[1]"
    tab.wait_for_function(f"{film}.readyState >= 2 && {clip}.readyState >= 2")
    tab.evaluate(f"window.plays = 0; {film}.addEventListener('play', () => plays++)")

    def at(seconds: float) -> None:
        tab.wait_for_function(
            f"at => {film}.paused && !{film}.seeking && Math.abs({film}.currentTime - at) < {FRAME}",
            arg=seconds,
        )

    at(0.0)
    assert tab.evaluate(f"{clip}.paused")
    for k, seconds in enumerate(RESTS[1:], 1):
        tab.keyboard.press(forward)
        at(seconds)
        assert tab.evaluate("plays") == k
    tab.keyboard.press(forward)
    tab.wait_for_function(f"!{clip}.paused")
    at(RESTS[-1])
    tab.keyboard.press(back)
    tab.wait_for_function(f"{clip}.paused")
    for seconds in RESTS[-2::-1]:
        tab.keyboard.press(back)
        at(seconds)
    assert tab.evaluate("plays") == 3, "back is not played"


def brightness(tab) -> list[int]:
    """Of the middle of the window."""
    return tab.evaluate("""async () => {
        const film = document.querySelector("video"), canvas = document.createElement("canvas");
        canvas.width = canvas.height = 1;
        canvas.getContext("2d").drawImage(film, 0, 0, 1, 1);
        return [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data].slice(0, 3);
    }""")


@pytest.mark.slow
@pytest.mark.parametrize("inside", [False, True], ids=["beside", "inside"])
def test_reveal(films, tab, tmp_path, inside):
    path = webdecks.write("reveal", films, tmp_path / "talk" / "deck.html", inside=inside)
    assert {p.name for p in path.parent.iterdir() if not p.name.startswith(".")} == (
        {"deck.html"} if inside else {"deck.html", "shades.mp4", "clip.mp4"}
    )
    if inside:
        shutil.move(path, tmp_path / "alone.html")
        path = tmp_path / "alone.html"
    tab.goto(path.as_uri())
    go_through(tab)
    box = tab.evaluate(
        "(b => [b.x, b.y, b.width, b.height])(document.querySelector('video').getBoundingClientRect())"
    )
    assert box == pytest.approx([0, 0, 1280, 720], abs=2), "it fills the slide"
    if inside:  # a part of the film that is far from its beginning is seen, though it is a Blob
        tab.evaluate("document.querySelector('video').currentTime = 2.9")
        tab.wait_for_function("!document.querySelector('video').seeking")
        assert brightness(tab) == pytest.approx([255 * 58 / 60] * 3, abs=6)
    assert tab.evaluate("document.querySelector('track').track.mode") != "showing"
    tab.keyboard.press("c")
    assert tab.evaluate("document.querySelector('track').track.mode") == "showing"
    assert tab.evaluate("Reveal.getTotalSlides()") == 2
    step = tab.evaluate("document.querySelectorAll('[data-step]')[1].dataset.notes")
    assert step == "From 30 on." or step == ""


@pytest.mark.slow
def test_marp(films, tab, tmp_path):
    marp = shutil.which("marp")
    if marp is None:
        pytest.skip("no Marp on this machine; install it with: npm install -g @marp-team/marp-cli")
    path = webdecks.write("marp", films, tmp_path / "deck.md")
    page = path.with_suffix(".html")
    words = [marp, "--html", "--no-stdin", str(path), "-o", str(page)]
    subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
    tab.goto(page.as_uri())
    go_through(tab)


@pytest.mark.slow
def test_everybody_can_read_a_deck(films, chromium, tmp_path):
    """On a laptop and on a phone, light and dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    path = webdecks.write("reveal", films, tmp_path / "deck.html")
    found = []
    for width, height, scheme in (
        (1280, 720, "dark"),
        (390, 844, "light"),
        (1280, 720, "light"),
        (390, 844, "dark"),
    ):
        tab = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
        tab.goto(path.as_uri())
        tab.wait_for_function("window.Reveal && Reveal.isReady()")
        found += [
            (v["id"], v["nodes"][0]["html"], width, scheme) for v in axe.run(tab).response["violations"]
        ]
        tab.context.close()
    assert not found


def test_texts_name_the_film_its_cues_and_the_player(films, tmp_path):
    for kind in webdecks.KINDS:
        path = webdecks.write(kind, films, tmp_path / kind / "deck.text")
        text = path.read_text(encoding="utf-8")
        said = "".join(json.loads(text)["cells"][2]["source"]) if kind == "jupyter" else text
        assert 'data-cues="[0.0, 1.0, 2.0, 3.0]"' in said
        assert len(re.findall("<i data-step [cdv]", said)) == 3
        assert (path.parent / "shades.mp4").read_bytes() == films[0].read_bytes()
        outside = re.sub(r"data:[^\"]+", "", text) if kind != "reveal" else ""  # whose library names its home
        assert not re.search("https?://", outside)
        beside = path.parent / "player.js"
        assert beside.exists() == (kind not in ("reveal", "jupyter"))
        assert "window.CuePlayer" in (beside.read_text(encoding="utf-8") if beside.exists() else text)
        assert "deck.text" in manifest.noted(path.parent), "hhanim clean finds it"


def test_a_notebook_is_one(films, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    path = webdecks.write("jupyter", films, tmp_path / "deck.ipynb")
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.slow
def test_a_notebook_goes_through_a_film_at_its_buttons(films, tab, tmp_path, execute):
    path = webdecks.write("jupyter", films, tmp_path / "deck.ipynb")
    cells = ["".join(c["source"]) for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    page = tmp_path / "page.html"
    page.write_text("".join(out[0].data["text/html"] for out in execute(*cells)), encoding="utf-8")
    tab.goto(page.as_uri())
    film = "document.querySelector('video')"
    tab.wait_for_function(f"{film}.readyState >= 2")
    for word, seconds in (("Next", 1.0), ("Next", 2.0), ("Back", 1.0)):
        tab.click(f"button:text('{word}') >> nth=0")
        tab.wait_for_function(
            f"at => {film}.paused && !{film}.seeking && Math.abs({film}.currentTime - at) < {FRAME}",
            arg=seconds,
        )


def test_what_stands_in_the_way_stays(films, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("deck.md", "shades.mp4", "player.js"):
        (mine / name).write_text("mine")
        with pytest.raises(RenderError, match=rf"{name} is there, but nothing says hhanim made it"):
            webdecks.write("marp", films, mine / "deck.md")
        assert [path.name for path in mine.iterdir() if not path.name.startswith(".")] == [name], (
            "nothing else came"
        )
        (mine / name).unlink()
    (tmp_path / "player.js").write_text("mine")
    with pytest.raises(
        RenderError, match=r"player.js is there, but nothing says hhanim made it; --force replaces it"
    ):
        webdecks.write("marp", films, tmp_path / "deck.md")
    assert not (tmp_path / "deck.md").exists()
    other = tmp_path / "other"
    other.mkdir()
    for path in films[0].parent.glob("shades.*"):
        shutil.copy(path, other)
    os.truncate(other / "shades.mp4", 10)
    with pytest.raises(UsageError, match=r"made again since its cues"):
        webdecks.write("reveal", [other / "shades.mp4"], tmp_path / "deck.html")


def test_what_is_said_ends_no_comment_and_no_attribute(films, tmp_path):
    record = json.loads(films[0].with_suffix(".json").read_text())
    evil = 'a --> </script> "> <script>alert(1)</script> {{ 1 + 1 }} {notes}'
    said = [[0.1, 0.5, evil]]
    films[0].with_suffix(".json").write_text(
        json.dumps({**record, "captions": said, "title": evil, "alt": evil})
    )
    for kind in webdecks.KINDS:
        text = webdecks.write(kind, films, tmp_path / kind / "deck.text").read_text(encoding="utf-8")
        text = re.sub(r"base64,[\w+/=]*", "", text)
        assert "<script>alert" not in text.replace("\\u003c", "<")


def test_the_films_themselves(films, tmp_path):
    text = webdecks.write("reveal", films, tmp_path / "deck.html", inside=True).read_text(encoding="utf-8")
    kept = re.findall(r'<script type="text/plain" id="film-\d">([\w+/=]+)</script>', text)
    assert [base64.b64decode(film) for film in kept] == [film.read_bytes() for film in films]

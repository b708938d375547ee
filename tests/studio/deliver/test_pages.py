"""Pages of films, in a browser without a network."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from hhanim.language.catalogue import files
from hhanim.studio.deliver import pages
from hhanim.studio.deliver.account import Account
from hhanim.studio.errors import RenderError
from tests.studio.deliver.browser import accessible, ask, until


def embedded(page: str, kind: str) -> bytes:
    return base64.b64decode(re.search(f'data:{re.escape(kind)};base64,([^"]+)"', page)[1])


def test_a_page_holds_everything(talk):
    path = pages.page(talk)
    assert path == Path("output/talk.html")
    page = path.read_text(encoding="utf-8")
    film = re.search(r'<script type="video/mp4" id="data-talk">([^<]+)</script>', page)
    assert base64.b64decode(film[1]) == talk.read_bytes()
    assert embedded(page, "image/png") == Path("output/talk.png").read_bytes()
    assert embedded(page, "text/vtt").decode() == Path("output/talk.vtt").read_text()
    assert embedded(page, "application/json") == Path("output/talk.json").read_bytes()
    assert "<title>Talk &lt;&amp;&gt; &quot;show&quot;</title>" in page
    assert 'aria-label="A line &amp; nothing &lt;else&gt;."' in page
    assert "<p>Sodium &amp; &lt;potassium&gt;</p>" in page
    assert "hhanim render talk" in page
    assert pages.page(talk).read_text(encoding="utf-8") == page


@pytest.mark.parametrize(("motion", "paused"), [("no-preference", False), ("reduce", True)])
def test_a_clip_plays_and_what_is_said_stands_below_it(talk, visit, motion, paused):
    tab = visit(pages.page(talk), reduced_motion=motion)
    until(tab, f"video.readyState >= 2 && video.paused === {str(paused).lower()}")
    assert ask(tab, "[video.videoWidth, video.src.slice(0, 5), video.controls]") == [160, "blob:", False]
    until(tab, "film.querySelector('.caption').textContent === 'Sodium & <potassium>'")
    picture, words = (
        ask(tab, f"film.querySelector('{s}').getBoundingClientRect().toJSON()") for s in ("video", ".caption")
    )
    assert words["top"] >= picture["bottom"]
    tab.keyboard.press("c")
    assert ask(tab, "getComputedStyle(film.querySelector('.caption')).display") == "none"
    tab.click("[data-do=play]")
    until(tab, f"video.paused === {str(not paused).lower()}")


def test_film_words_and_buttons_are_above_the_fold(shades, visit):
    names = [f"section {k}" for k in range(9)]
    film, warm = shades(*names), shades(*names, celsius=18, name="warm")
    for versions in ([film], [film, warm]):
        tab = visit(pages.page(*versions))
        until(tab, "video.readyState >= 2")
        box = ask(tab, "film.querySelector('.sections').getBoundingClientRect().toJSON()")
        assert 0 < box["bottom"] <= 720
        assert ask(tab, "video.getBoundingClientRect().height") > 400
        assert ask(tab, "document.documentElement.scrollWidth") == 1280


FRAME = 1 / 20


def rests_at(tab: Any, seconds: float) -> None:
    until(tab, f"video.paused && !video.seeking && Math.abs(video.currentTime - {seconds}) < {FRAME}")


def test_a_presenters_keys_go_through_the_sections(shades, visit):
    tab = visit(pages.page(shades("first", "second", "third")))
    until(tab, "video.readyState >= 2")
    rests_at(tab, 0)
    for key, at in (("PageDown", 1), ("ArrowRight", 2), ("PageUp", 1), ("ArrowLeft", 0), (" ", 1), ("n", 2)):
        tab.keyboard.press("Space" if key == " " else key)
        rests_at(tab, at)
        now = "film.querySelector('.sections [aria-current]').textContent"
        assert ask(tab, now) == ("first", "second", "third")[at]
    dark = "getComputedStyle(document.getElementById('blank')).display !== 'none'"
    for key, seen in ((".", True), ("PageDown", False), ("b", True), ("b", False)):
        tab.keyboard.press(key)
        assert ask(tab, dark) == seen
    rests_at(tab, 2)


def test_a_key_that_scrolls_is_left_alone_where_no_film_is_in_sight(shades, visit):
    tab = visit(pages.page(shades("first", "second")), viewport={"width": 800, "height": 300})
    until(tab, "video.readyState >= 2")
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.keyboard.press("PageUp")
    until(tab, "scrollY < document.body.scrollHeight - innerHeight - 50")
    assert ask(tab, "video.currentTime") == 0


def test_buttons_and_the_transcript_play_from_there_on(shades, visit):
    tab = visit(pages.page(shades("first", "<second>")))
    until(tab, "video.readyState >= 2")
    tab.click(".sections >> text=<second>")
    until(tab, "video.ended")
    assert ask(tab, "film.querySelector('.sections [aria-current]').textContent") == "<second>"
    tab.click("summary:has-text('Transcript')")
    headings = (
        "[...film.querySelectorAll('details h2')].map(h => [h.textContent, h.nextElementSibling.textContent])"
    )
    assert ask(tab, headings) == [["First 0:00–0:01", "From 0 on."], ["<second> 0:01–0:03", "From 30 on."]]
    tab.click("details >> text=<second>")
    until(tab, "!video.ended")
    until(tab, "video.ended")
    tab.fill("input[type=range]", "0.5")
    until(tab, "Math.abs(video.currentTime - 0.5) < 0.01")


@pytest.mark.slow
def test_on_an_iphone_the_film_alone_fills_the_screen_with_its_captions(shades, visit):
    """There only films do, not figures."""
    tab = visit(pages.page(shades("first", "second")))
    tab.set_viewport_size({"width": 844, "height": 390})
    assert ask(tab, "video.getBoundingClientRect().width") > 400
    tab.evaluate("""() => {
        Element.prototype.requestFullscreen = undefined;
        HTMLVideoElement.prototype.webkitEnterFullscreen = function () { this.dispatchEvent(new Event("webkitbeginfullscreen")); };
    }""")
    modes = "[...document.querySelectorAll('track')].map(element => [element.track.kind, element.track.mode])"
    tab.locator("[data-do=full]").click()
    assert dict(tab.evaluate(modes))["captions"] == "showing"
    tab.evaluate("document.querySelector('video').dispatchEvent(new Event('webkitendfullscreen'))")
    assert dict(tab.evaluate(modes))["captions"] == "hidden"


@pytest.mark.slow
def test_the_reader_is_shown_the_version_in_the_own_language_and_the_screens_shape(shades, visit):
    assert files("de")[0].is_file()
    english = shades("first", "second")
    german = shades("first", "second", language="de", name="shades-de")
    upright = shades("first", "second", name="shades-portrait", size="90x160")
    assert pages.together([english, german, upright]) == [[english, german, upright]]
    path = pages.page(english, german, upright)
    assert path == english.with_suffix(".html")
    shown, words = (
        "film.dataset.name",
        "document.querySelector('.group > nav').textContent.trim().split(/\\s*\\n\\s*/)",
    )
    tab = visit(path)
    assert ask(tab, f"[{shown}, {words}]") == [
        "shades",
        ["English, landscape", "Deutsch", "portrait", "Side by side"],
    ]
    assert ask(visit(path, locale="de-AT"), shown) == "shades-de"
    phone = visit(path, viewport={"width": 390, "height": 844})
    assert ask(phone, f"[{shown}, video.videoWidth < video.videoHeight]")[0] == "shades-portrait"
    assert ask(phone, "video.getBoundingClientRect().height") > 500
    tab.click("text=Deutsch")
    assert ask(tab, "[film.dataset.name, film.lang]") == ["shades-de", "de"]
    tab.click("text=Side by side")
    both = (
        "[...document.querySelectorAll('.film:not([hidden])')].map(f => f.querySelector('figure').cues.here)"
    )
    until(tab, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    tab.keyboard.press("PageDown")
    until(tab, f"JSON.stringify({both}) === '[1,1,1]'")


def test_another_film_or_other_parameters_have_a_page_of_their_own(shades):
    warm = shades("x", celsius=18, name="warm")
    assert pages.together([shades("x"), warm]) == [[Path("output/shades.mp4")], [warm]]


def test_descriptions_are_read_when_asked_for(shades, visit):
    film = shades("first", "second")
    assert 'kind="descriptions"' not in pages.page(film).read_text(encoding="utf-8")
    vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nIt gets <i>bright</i>.\n"
    film.with_name("shades.descriptions.vtt").write_text(vtt)
    tab = visit(pages.page(film))
    until(tab, "video.textTracks[1]?.cues?.length")
    assert ask(tab, "film.querySelector('[role=status]').textContent") == ""
    tab.keyboard.press("d")
    until(tab, "film.querySelector('[role=status]').textContent === 'It gets bright.'")
    assert ask(tab, "film.querySelector('[data-do=descriptions]').getAttribute('aria-pressed')") == "true"


def test_captions_in_the_readers_language_and_in_others(shades, visit):
    film = shades("first", "second")
    record = json.loads(film.with_suffix(".json").read_text())
    film.with_suffix(".json").write_text(json.dumps({**record, "also": {"de": ["Ab <0>.", "Ab 30."]}}))
    path, said = pages.page(film), "film.querySelector('.caption').textContent"
    german = visit(path, locale="de-AT")
    until(german, f"{said} === 'Ab <0>.'")
    tab = visit(path)
    until(tab, f"{said} === 'From 0 on.'")
    options = "[...film.querySelectorAll('.bar option')].map(o => o.textContent)"
    assert ask(tab, options) == ["English", "Deutsch", "No captions"]
    tab.select_option(".bar select", "de")
    until(tab, f"{said} === 'Ab <0>.'")
    tab.fill("input[type=range]", "2")
    until(tab, f"{said} === 'Ab 30.'")
    tab.click("h1")
    tab.keyboard.press("c")
    assert ask(
        tab,
        "[film.querySelector('.bar select').value, film.querySelector('.caption').classList.contains('off')]",
    ) == [
        "",
        True,
    ]
    tab.keyboard.press("c")
    assert ask(tab, "film.querySelector('.bar select').value") == "de"


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


@pytest.mark.parametrize(
    "asked",
    [
        ("--preset", "draft", "--size", "90x160", "--name", "upright"),
        ("--set", "frames=7", "--theme", "light", "--language", "de"),
        ("--size", "160x90", "--sound", "none"),
        ("--size", "160x90", "--format", "gif", "--sound", "spikes"),
    ],
)
def test_what_a_page_says_makes_the_film_again(project, capsys, asked):
    from hhanim.cli import main

    with pytest.raises(SystemExit) as stop:
        main(["render", "still", *asked])
    assert stop.value.code == 0
    (media,) = (path for end in ("mp4", "gif") for path in Path("output").glob(f"*.{end}"))
    words = shlex.split(Account.of(media).command)
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([*words[1:], "--dry-run"])
    assert (stop.value.code, capsys.readouterr().out) == (0, ""), words


def test_with_a_version_for_telephones(project, monkeypatch, capsys):
    from hhanim.cli import main

    monkeypatch.setenv("HHANIM_SIZE", "160x90")
    with pytest.raises(SystemExit) as stop:
        main(["export", "html", "still", "--phone"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"{Path('output/still.html')}\n"
    page = Path("output/still.html").read_text(encoding="utf-8")
    assert re.findall(r'<article class="film" data-name="([^"]+)" lang="en" data-shape="(\w+)"', page) == [
        ("still", "wide"),
        ("still-portrait", "tall"),
    ]


def test_a_film_whose_poster_went_meanwhile(render):
    film = render("still")
    film.with_suffix(".png").unlink()
    with pytest.raises(
        RenderError, match=r"cannot read .*still.png: No such file or directory; render it again"
    ):
        pages.page(film)


def test_axe(shades, visit):
    film = shades("first", "second")
    upright = shades("first", "second", name="shades-portrait", size="90x160")
    shutil.copy(film.with_suffix(".vtt"), film.with_name("shades.descriptions.vtt"))
    tab = visit(pages.page(film, upright))
    until(tab, "video.readyState >= 2")
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    tab.click("text=Side by side")
    accessible(tab)

"""Everything that was made, as a folder or a file."""

from __future__ import annotations

import http.server
import re
import shutil
import threading
from functools import partial
from pathlib import Path

import pytest

from hhanim.studio.deliver.gallery import collection, gallery
from hhanim.studio.deliver.handout import handout
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.make import films
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.request import Request
from tests.studio.deliver.browser import accessible, ask, until


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """Where :func:`made` keeps what it makes, for the next test."""
    return tmp_path_factory.mktemp("made") / "output"


@pytest.fixture
def made(shades, talk, kept) -> Path:
    """A folder with a film in three versions, a clip, and a handout."""
    folder = talk.parent
    if kept.exists():
        return Path(shutil.copytree(kept, folder, dirs_exist_ok=True))
    film = shades("first", "second")
    shades("first", "second", name="shades-light", theme="light")
    shades("first", "second", name="shades-de", language="de")
    shutil.copy(film, film.with_suffix(".webm"))  # nobody's: there is no record
    handout([film], film.with_name("notes.pdf"))
    for record in folder.glob("shades*.json"):  # as a film
        record.write_text(record.read_text().replace('"kind": "clip"', '"kind": "film"'))
    shutil.copytree(folder, kept)
    return folder


def test_a_folder_to_put_on_a_server(made):
    Path("output/holiday.mp4").write_bytes(b"x")
    path = gallery(made, made / "gallery" / "index.html", title="Week 1")
    assert path == Path("output/gallery/index.html")
    there = {file.name for file in (path.parent / "media").iterdir()} - {".hhanim.json", ".hhanim"}
    stems = ("shades", "shades-light", "shades-de", "talk")
    assert there == {f"{s}.{kind}" for s in stems for kind in ("mp4", "png", "vtt", "json")} | {"notes.pdf"}
    for file in there:
        assert (path.parent / "media" / file).read_bytes() == (made / file).read_bytes()
    html = path.read_text(encoding="utf-8")
    named = set(re.findall(r'(?:src|href|poster)="(media/[^"]+)"', html))
    assert named == {f"media/{file}" for file in there if not file.endswith(".vtt")} | {
        f"media/{s}.vtt" for s in stems
    }
    assert "<title>Week 1</title>" in html and html.count('<article class="film"') == 4
    assert "hhanim render shades --theme light" in html
    assert path.stat().st_size < 1e6
    assert gallery(made, path, title="Week 1").read_text(encoding="utf-8") == html


def test_a_server_that_sends_no_parts_of_files(made, chromium):
    """A film is fetched whole from it when it is shown, and not before."""
    folder = gallery(made, made / "gallery" / "index.html").parent
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tab = chromium.new_page()
        tab.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        known = "[...document.querySelectorAll('video')].every(v => v.readyState)"
        until(tab, known)
        whole = "[...document.querySelectorAll('video')].filter(v => v.src.startsWith('blob:')).map(v => v.closest('.group').id)"
        assert tab.evaluate(whole) == []
        tab.goto(f"{tab.url}#talk")
        until(tab, "video.src.startsWith('blob:') && video.seekable.length && video.seekable.end(0) > 0")
        assert tab.evaluate(whole) == ["talk"]
        tab.context.close()
        server.shutdown()


def test_what_is_gone_goes_and_what_somebody_put_there_stays(made):
    path = gallery(made, made / "gallery" / "index.html")
    mine = path.parent / "media" / "mine.txt"
    mine.write_text("mine")
    for file in made.glob("talk.*"):
        file.unlink()
    gallery(made, path)
    assert mine.read_text() == "mine" and not list(mine.parent.glob("talk.*"))
    edited = path.parent / "media" / "shades.vtt"
    edited.write_text("WEBVTT\n")
    with pytest.raises(RenderError, match=r"shades.vtt was edited by hand; --force replaces it"):
        gallery(made, path)
    gallery(made, path, force=True)
    assert edited.read_text() == (made / "shades.vtt").read_text()


def test_what_stands_in_the_way_is_told_before_anything_is_copied(made):
    mine = made / "gallery" / "media" / "talk.vtt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(RenderError, match=r"talk.vtt is there, but nothing says hhanim made it"):
        gallery(made, made / "gallery" / "index.html")
    assert [path.name for path in (made / "gallery").rglob("*")] == ["media", "talk.vtt"]


def test_the_index_finds_films_and_leads_to_their_versions(made, visit):
    tab = visit(gallery(made, made / "gallery" / "index.html"))
    cards = "[...document.querySelectorAll('.cards li:not([hidden]) h2')].map(h => h.textContent)"
    assert tab.evaluate(cards) == ["Shades", 'Talk <&> "show"']
    assert tab.evaluate("[...document.querySelectorAll('.cards img')].every(i => i.naturalWidth > 100)")
    for field, asked, found in (
        ("words", "bright shades", ["Shades"]),
        ("kind", "clip", ['Talk <&> "show"']),
        ("language", "de", ["Shades"]),
    ):
        widget = tab.locator(f"[name={field}]")
        widget.fill(asked) if field == "words" else widget.select_option(asked)
        assert tab.evaluate(cards) == found
        assert tab.locator("output.muted").text_content() == "1 / 2"
        widget.fill("") if field == "words" else widget.select_option("")
    tab.click("text=Shades")
    until(tab, "video?.readyState >= 2")
    assert ask(tab, "[film.dataset.name, document.title, decodeURI(video.currentSrc).split('/').at(-1)]") == [
        "shades",
        "Shades",
        "shades.mp4",
    ]
    tab.click("text=Side by side")
    until(tab, "[...document.querySelectorAll('.group:not([hidden]) video')].every(v => v.readyState >= 2)")
    tab.keyboard.press("PageDown")
    rest = "[...document.querySelectorAll('.group:not([hidden]) figure')].map(f => f.cues.here)"
    until(tab, f"JSON.stringify({rest}) === '[1,1,1]'")
    tab.click("text=All films")
    until(tab, "!film && !document.getElementById('index').hidden")


def test_one_file_holds_all_of_it(made, visit):
    path = gallery(made, made / "gallery.html", one_file=True)
    assert not (made / "media").exists()
    html = path.read_text(encoding="utf-8")
    assert "notes.pdf" not in html and not re.search(r'(?:src|href)="(?!data:|#)[^"]', html)
    tab = visit(path, "talk/talk")
    until(tab, "video?.readyState >= 2")
    assert ask(
        tab,
        "[film.dataset.name, video.currentSrc.slice(0, 5), film.querySelector('[download]').href.slice(0, 5)]",
    ) == [
        "talk",
        "blob:",
        "blob:",
    ]
    assert ask(tab, "document.querySelector('#shades video').src") == "", (
        "films are unpacked when they are shown"
    )


def test_what_browsers_play_or_show_is_played_or_shown(made, visit):
    """A WebM plays, a GIF moves, of a film that no browser plays its picture stands there; of several formats the first."""
    entry = catalogue.find("talk")
    for name in ("a.webm", "a.gif", "b.gif", "c.mov", "d.frames"):
        films.make(Request(entry, made / name, size="160x90", theme="light"))
    for path, options in ((made / "gallery/index.html", {}), (made / "all.html", {"one_file": True})):
        tab = visit(gallery(made, path, **options))
        assert tab.evaluate("document.querySelectorAll('.cards li').length") == 2
        tab.evaluate("location.hash = '#talk/a'")
        until(tab, "film?.dataset.name === 'a' && video.readyState >= 2")
        links = "[...film.querySelectorAll('[download]')].map(link => link.download).filter(name => /^.\\.[a-z]*$/.test(name))"
        assert ask(tab, links) == ["a.webm", *([] if options else ["a.gif"])]
        for name in "bcd":
            tab.evaluate(f"location.hash = '#talk/{name}'")
            until(
                tab,
                f"film?.dataset.name === '{name}' && film.querySelector('figure img').naturalWidth === 160",
            )
            assert ask(tab, "film.querySelector('.bar')") is None
            tab.keyboard.press("PageDown")
        assert ask(tab, links) == []
        accessible(tab)


def test_a_lectures_films_in_one_page_in_order(made, visit):
    films = [made / "talk.mp4", made / "shades.mp4"]
    tab = visit(collection(films, made / "week.html", title="Week 1"))
    assert tab.evaluate("[...document.querySelectorAll('h1')][0].textContent") == "Week 1"
    cards = "[...document.querySelectorAll('.cards h2')].map(h => h.textContent)"
    assert tab.evaluate(cards) == ['Talk <&> "show"', "Shades"]


def test_one_scene_twice_in_a_lecture(made, visit):
    tab = visit(collection([made / "shades.mp4", made / "shades-light.mp4"], made / "week.html"))
    tab.click(".cards li:nth-child(2) a")
    until(tab, "film?.dataset.name === 'shades-light'")
    assert ask(tab, "document.querySelectorAll('.group:not([hidden])').length") == 1


def test_axe(made, visit):
    tab = visit(gallery(made, made / "gallery" / "index.html"))
    accessible(tab)
    tab.evaluate("location.hash = '#shades'")
    until(tab, "video?.readyState >= 2")
    accessible(tab)


def test_command(made, tmp_path, capsys):
    from hhanim.cli import main

    with pytest.raises(SystemExit) as stop:
        main(["gallery", "--one-file", "--out", "week.html", "--language", "de"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == "week.html\n"
    assert '<html lang="de">' in Path("week.html").read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["gallery", "-o", str(tmp_path / "empty")])
    assert stop.value.code == 2
    assert "has no film that hhanim made: hhanim render makes some" in capsys.readouterr().err


def test_no_film(tmp_path):
    with pytest.raises(UsageError, match="has no film"):
        gallery(tmp_path, tmp_path / "index.html")
    assert not list(tmp_path.iterdir())

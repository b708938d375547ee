"""The player that decks and pages share: a film goes from rest to rest, within a frame, forward and back."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from hhanim.studio.media.encode import Encoder

FPS = 20
RESTS = [0.0, 0.5, 1.0, 1.5]


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """A second and a half of ever brighter grey."""
    path = tmp_path_factory.mktemp("film") / "grey.mp4"
    with Encoder(path, width=64, height=36, fps=FPS) as encoder:
        for k in range(30):
            encoder.write(np.full((36, 64, 4), 8 * k, np.uint8))
    return path


@pytest.fixture
def tab(film, tab, tmp_path):
    """A page with a film in it as text, and three steps as a deck has them. It is read in pieces, as a page of many
    megabytes is: between them the scripts that wait for a change have their turn."""
    player = resources.files("hhanim.studio.deliver").joinpath("player.js").read_text(encoding="utf-8")
    steps = '<i data-step class="fragment"></i>' * 3
    page, piece = tmp_path / "page.html", "<script></script>"
    page.write_text(
        f"<script>{player}</script><script type='text/plain' id=f>{base64.b64encode(film.read_bytes()).decode()}</script>"
        f"<figure data-cues='{json.dumps(RESTS)}'>{piece}<video muted data-film=f></video>{piece}{steps}</figure>"
        f"<figure id=page data-cues='{json.dumps(RESTS)}'><video muted data-film=f></video></figure>"
        f"<figure id=loop data-loop data-cues='[0, 1.5]'><video loop muted data-film=f></video></figure>",
        encoding="utf-8",
    )
    tab.goto(page.as_uri())
    tab.wait_for_function("[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    return tab


def rests(tab, seconds: float, where: str = "figure") -> None:
    """It comes to rest there, within a frame."""
    tab.wait_for_function(
        "([where, at]) => { const v = document.querySelector(where + ' video');"
        f" return v.paused && !v.seeking && Math.abs(v.currentTime - at) < {1 / FPS}; }}",
        arg=[where, seconds],
    )


def show(tab, count: int) -> None:
    """The deck shows so many steps."""
    tab.evaluate(
        "n => document.querySelectorAll('[data-step]').forEach((s, k) => s.classList.toggle('visible', k < n))",
        count,
    )


@pytest.mark.slow
def test_the_steps_of_a_deck_go_through_a_film(tab):
    seen = []
    tab.expose_function("told", lambda what: seen.append(what))
    tab.evaluate("document.querySelector('video').addEventListener('play', () => told('play'))")
    for k in (1, 2, 3):
        show(tab, k)
        rests(tab, RESTS[k])
    assert len(seen) == 3, "each was played"
    for k in (2, 1, 0):
        show(tab, k)
        rests(tab, RESTS[k])
    show(tab, 2)  # whoever comes from elsewhere finds it where it was
    rests(tab, RESTS[2])
    assert len(seen) == 3
    show(tab, 1)
    rests(tab, RESTS[1])
    sought: list[float] = []
    tab.expose_function("seeks", lambda to: sought.append(to))
    tab.evaluate(
        "v = document.querySelector('video'); v.addEventListener('seeking', () => seeks(v.currentTime))"
    )
    show(tab, 2)
    show(tab, 3)  # sooner than it has arrived: it goes on from the next idea
    rests(tab, RESTS[3])
    assert any(abs(at - RESTS[2]) < 0.01 for at in sought)


@pytest.mark.slow
def test_a_film_that_is_left_while_it_plays_is_found_at_its_rest(tab):
    show(tab, 1)
    tab.evaluate("document.querySelector('figure').style.visibility = 'hidden'")
    rests(tab, RESTS[1])


@pytest.mark.slow
def test_a_film_that_the_deck_stops_when_it_is_left_is_found_at_its_rest(tab):
    """As reveal.js does, which makes the slide inert as well."""
    show(tab, 1)
    tab.evaluate("f = document.querySelector('figure'); f.querySelector('video').pause(); f.inert = true")
    rests(tab, RESTS[1])
    tab.evaluate("f.inert = false")
    show(tab, 2)
    rests(tab, RESTS[2])


# Presses, some of them faster than anything plays, and slides that are left and come back: from the seed's numbers.
ORDERS = """async seed => {
    const number = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    const figure = document.querySelector("figure"), steps = [...figure.querySelectorAll("[data-step]")];
    let shown = 0;
    for (let k = 0; k < 10; k++) {
        const what = number();
        if (what < 0.85) shown = Math.max(0, Math.min(3, shown + (what < 0.55 ? 1 : -1)));
        else figure.style.visibility = figure.style.visibility ? "" : "hidden";
        steps.forEach((step, at) => step.classList.toggle("visible", at < shown));
        await new Promise(done => setTimeout(done, number() < 0.3 ? 0 : 400 * number() ** 2));
    }
    figure.style.visibility = "";
    return shown;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("slower", [1, 20])
def test_it_comes_to_rest_whatever_is_pressed(tab, slower):
    tab.context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    for seed in range(1, 13):
        rests(tab, RESTS[tab.evaluate(ORDERS, seed)])


@pytest.mark.slow
@pytest.mark.parametrize("why", ["NotAllowedError", "NotSupportedError"])
def test_a_film_that_may_not_play_is_at_its_rest(tab, why):
    tab.evaluate(
        "why => { HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', why)); }", why
    )
    for k in (1, 2, 3, 2):
        show(tab, k)
        rests(tab, RESTS[k])


@pytest.mark.slow
def test_only_the_hall_hears_it(tab):
    """Not the window with the speaker's notes, which shows the same slides."""
    page = tab.url
    mute = "document.querySelector('video').muted"
    tab.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelectorAll('video').forEach(v => { v.muted = false; }), true)"
    )
    for query in ("?receiver&controls=false", "?view=presenter", "?view=next&sync=x", "#/presenter/1", ""):
        tab.goto("about:blank")
        tab.goto(page + query)
        assert tab.evaluate(mute) == bool(query), query


@pytest.mark.slow
def test_keys_of_a_page_go_through_a_film(tab):
    call = "what => document.getElementById('page').cues[what]()"
    for k in (1, 2, 3):
        assert tab.evaluate(call, "next")
        rests(tab, RESTS[k], "#page")
    assert not tab.evaluate(call, "next"), "there is no more"
    for k in (2, 1, 0):
        assert tab.evaluate(call, "back")
        rests(tab, RESTS[k], "#page")
    assert not tab.evaluate(call, "back")
    # started by its own controls it runs to its end; a next makes it stop at the next idea
    tab.evaluate("document.querySelector('#page video').play()")
    tab.wait_for_function("document.querySelector('#page video').ended")
    tab.evaluate("w = document.querySelector('#page video'); w.currentTime = 0.6; w.play()")
    assert tab.evaluate(call, "next")
    rests(tab, 1.0, "#page")
    # stopped on its way, it goes on to where it was to stop; seen to its end and begun again, to the next idea
    assert tab.evaluate(call, "next")
    tab.evaluate("w.pause()")
    assert tab.evaluate("w.currentTime") < 1.5
    assert tab.evaluate(call, "next")
    rests(tab, 1.5, "#page")
    tab.evaluate("w.play()")
    tab.wait_for_function("!w.paused && w.currentTime < 0.5")
    assert tab.evaluate(call, "next")
    rests(tab, 0.5, "#page")


@pytest.mark.slow
def test_a_clip_loops_while_it_is_seen(tab):
    loop = "document.querySelector('#loop video')"
    tab.wait_for_function(f"!{loop}.paused")
    tab.emulate_media(reduced_motion="reduce")
    tab.reload()
    tab.wait_for_function(f"{loop}.readyState >= 2")
    assert tab.evaluate(f"{loop}.paused")


@pytest.mark.slow
def test_a_server_that_sends_no_parts_of_files(tmp_path, chromium):
    """As Python's own, from which a browser can only play from the beginning on: the film is fetched whole."""
    player = resources.files("hhanim.studio.deliver").joinpath("player.js").read_text(encoding="utf-8")
    noise = np.random.default_rng(0)
    with Encoder(
        tmp_path / "noise.mp4", width=640, height=360, fps=FPS
    ) as encoder:  # more than is fetched ahead
        for _ in range(30):
            encoder.write(noise.integers(0, 255, (360, 640, 4), np.uint8))
    figure = f"<figure data-cues='{json.dumps(RESTS)}'><video muted src='noise.mp4'></video></figure>"
    (tmp_path / "page.html").write_text(f"<script>{player}</script>{figure}", encoding="utf-8")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tab = chromium.new_page()
        tab.goto(f"http://127.0.0.1:{server.server_port}/page.html")
        tab.wait_for_function(
            "document.querySelector('video').currentSrc.startsWith('blob:')", timeout=60_000
        )
        tab.wait_for_function("document.querySelector('video').readyState >= 2")
        for seconds in (0.5, 1.0):
            tab.evaluate("document.querySelector('figure').cues.next()")
            rests(tab, seconds)
        tab.evaluate("document.querySelector('figure').cues.back()")
        rests(tab, 0.5)
        tab.context.close()
        server.shutdown()

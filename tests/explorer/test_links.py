"""What comes into the page from outside, and what leaves it: links, files, snippets; nothing of it runs."""

from __future__ import annotations

import csv
import json
import re
import shlex
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhanim import explorer
from hhanim.explorer.lesson import ORDER
from hhanim.explorer.setting import Setting, fields
from hhanim.explorer.stimuli import STIMULI
from hhanim.model import HHError, presets
from tests.explorer.conftest import write

KEYS = [
    "model",
    "stimulus",
    "method",
    "theme",
    "views",
    "open",
    "rate",
    "t",
    "play",
    "lesson",
    "step",
    "channels",
    "live",
]
NUMBERS = sorted(fields(presets.get("modern"), "step"))
WORDS = ["modern", "widget", "__proto__", "constructor", "euler", "dark", "NaN", "Infinity", "-0", "1e999", "0x10", "",
         "<img src=x onerror=alert(1)>", "'\"><script>alert(1)</script>", "javascript:alert(1)", "%00", "𝕍" * 40,
         *ORDER[:3], *list(STIMULI)]  # fmt: skip
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([*KEYS, *NUMBERS, "__proto__", "toString"]) | st.text(max_size=8),
        st.sampled_from(WORDS)
        | st.floats(allow_nan=True).map(repr)
        | st.integers(-(10**9), 10**9).map(str)
        | st.text(max_size=12),
    ),
    max_size=8,
)
#: Opens a fragment as if it had come by a link, and says what has become of the page.
OPEN = """(fragment) => {
    history.replaceState(null, "", "#" + fragment);
    dispatchEvent(new HashChangeEvent("hashchange"));
    const numbers = Object.values(hhanim.settings).filter((x) => typeof x === "number");
    return {model: hhanim.settings.model, stimulus: hhanim.settings.stimulus,
            finite: numbers.every(Number.isFinite), said: document.getElementById("sentence").textContent.length,
            elements: document.querySelectorAll("img, iframe, object, embed, script").length,
            polluted: Object.keys(Object.prototype).length + ({}).polluted ? 1 : 0,
            bounds: Object.fromEntries(Object.entries(hhanim.settings))};
}"""


@pytest.fixture(scope="module")
def target(browser: Any, html: Path) -> Any:
    page = browser.new_page()  # with the page's own content security policy
    page.complaints = []
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.on("dialog", lambda d: (page.complaints.append(d.message), d.dismiss()))
    page.goto(html.as_uri())
    page.evaluate(
        "() => new Promise((done) => { const look = () => hhanim.run ? done() : setTimeout(look, 20); look(); })"
    )
    yield page
    page.close()


@settings(max_examples=50)
@given(entries=ENTRIES)
def test_any_fragment_leaves_a_page_that_works(target: Any, entries: list[tuple[str, str]]) -> None:
    fragment = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in entries)
    got = target.evaluate(OPEN, fragment)
    assert target.complaints == []
    assert got["model"] in presets.names()
    assert got["stimulus"] in STIMULI
    assert got["finite"]
    assert got["said"] > 5
    assert got["elements"] == 2  # the page's own two scripts
    assert got["polluted"] == 0
    for key, field in fields(presets.get(got["model"]), got["stimulus"]).items():
        assert field["low"] <= got["bounds"][key] <= field["high"], key


@pytest.mark.parametrize("fragment", ["%", "%E0%A4%A", "=&=&&", "#" * 99, "a" * 100_000, "I=" + "9" * 5000])
def test_broken_fragments(target: Any, fragment: str) -> None:
    got = target.evaluate(OPEN, fragment)
    assert target.complaints == []
    assert got["said"] > 5


CANNOT = {
    "stimulus=family&increment=1": "121 sweeps are more than 60",
    "gNa=0&gK=0&gL=0&play=1": "no resting state",
    "ttx=1&tea=1&gL=0": "no resting state",
    "stimulus=propagation&gNa=0&gK=0&gL=0": "no resting state",
    "stimulus=propagation&diameter=1&current=500": "inject less",
    "stimulus=sine&frequency=2000&duration=5000": "too many steps",
    "method=channels&channels=5000&duration=5000": "1000 ms at most",
    "model=widget&method=euler&C=0.1&I=5": "blew up",
    "rate=7&play=1": "rate: “7”",
    "rate=Infinity&play=1": "rate: “Infinity”",
    "channels=7": "channels: “7”",
    "views=V,clamp": "views: “clamp”",
    "theme=blue&t=abc": "t = abc: Not a number",
    "lesson=threshold&step=9": "“step” was left out",
}


@pytest.mark.parametrize("fragment", CANNOT)
def test_a_link_that_cannot_be_followed_says_why_and_leaves_a_page_that_plays(
    target: Any, html: Path, fragment: str
) -> None:
    target.goto("about:blank")
    target.goto(f"{html.as_uri()}#{fragment}")  # the first thing that the page hears
    assert CANNOT[fragment] in target.locator("#notice").inner_text()
    assert len(target.locator("#sentence").inner_text()) > 5
    target.evaluate(
        """() => { for (const id of ["share", "close", "pin", "play"]) document.getElementById(id).click();
        const time = document.getElementById("time"); time.value = 10; time.dispatchEvent(new Event("input")); }"""
    )
    assert 0 < target.evaluate("hhanim.head") < 1
    assert target.evaluate("Number(document.getElementById('rate').value)") > 0
    assert target.complaints == []


def test_a_file_that_is_dropped_does_not_take_the_pages_place(target: Any) -> None:
    kept = target.evaluate(
        """() => { const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(["x"], "own.toml"));
        const about = {dataTransfer, bubbles: true, cancelable: true};
        return ["dragover", "drop"].map((type) => !document.body.dispatchEvent(new DragEvent(type, about))); }"""
    )
    assert kept == [True, True]
    assert "--lesson FILE" in target.locator("#notice").inner_text()


@pytest.mark.parametrize(
    "fragment",
    ["model=" + "x" * 100_000, "views=" + "%5B" * 50_000, "I=" + "1" * 200_000, "lesson=" + quote("🧠" * 500),
     "&".join(f"k{n}=1" for n in range(5000)), quote("I" + "\u0301" * 500) + "=3", "model=" + quote("{" * 9999)],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_wrong_with_a_link_is_said_in_a_few_lines(target: Any, fragment: str) -> None:
    got = target.evaluate(OPEN, fragment)
    assert got["said"] > 5
    assert 10 < len(target.locator("#notice").inner_text()) < 600
    assert target.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_link_says_whether_changes_run_by_themselves(visit: Any) -> None:
    page = visit("live=0")
    assert not page.locator("#live").is_checked()
    page.locator("#n-I").fill("20")
    assert page.locator("#run").inner_text() == "Run the changes"
    page.locator("#run").click()
    page.wait_for_function("location.hash.includes('live=0') && location.hash.includes('I=20')")
    page.locator("#reset-all").click()
    assert not page.locator("#live").is_checked()


def test_what_a_link_says_is_text(target: Any) -> None:
    target.evaluate(OPEN, "model=" + quote("<b>x</b>") + "&lesson=" + quote("<i>y</i>"))
    notice = target.locator("#notice")
    assert "<b>x</b>" in notice.inner_text()
    assert "<i>y</i>" in notice.inner_text()
    assert target.locator("#notice b, #notice i").count() == 0


def test_nothing_but_the_pages_own_script_runs(target: Any) -> None:
    ran = target.evaluate(
        """() => { window.ran = 0; const s = document.createElement("script"), b = document.createElement("button");
        s.textContent = "window.ran = 1"; b.setAttribute("onclick", "window.ran = 1");
        document.body.append(s, b); b.click(); s.remove(); b.remove(); return window.ran; }"""
    )
    assert ran == 0


def test_links_lead_to_where_the_page_is_published(visit: Any, tmp_path: Path) -> None:
    address = "https://example.org/hh/explorer.html"
    page = visit("I=12", path=write(tmp_path / "e.html", explorer.page(base_url=address)))
    page.locator("#share").click()
    assert page.locator("#export-link").inner_text() == f"{address}#model=modern&I=12"
    assert f'src="{address}#' in page.locator("#export-embed").inner_text()
    assert page.locator("#link-here").is_hidden()
    for bad in ("javascript:alert(1)", "file:///etc", 'https://x/"><script>', "explorer.html"):
        with pytest.raises(HHError, match="base_url"):
            explorer.page(base_url=bad)


def test_a_saved_page_opens_with_its_setting(visit: Any, tmp_path: Path) -> None:
    page = visit("stimulus=tails&ttx=1&lesson=ttx", accept_downloads=True)
    page.locator("#share").click()
    assert page.locator("#link-here").is_visible()
    with page.expect_download() as waiting:
        page.locator("#page").click()
    waiting.value.save_as(tmp_path / "saved.html")
    again = visit(path=tmp_path / "saved.html", bypass_csp=False)
    assert again.evaluate("[hhanim.settings.stimulus, hhanim.settings.ttx, hhanim.ui.lesson]") == [
        "tails",
        1,
        "ttx",
    ]


@pytest.mark.parametrize(
    "fragment", ["stimulus=family&hold=-80&ttx=0.5", "stimulus=inactivation&model=classic"]
)
def test_python_of_a_clamp_gives_its_currents(visit: Any, fragment: str, tmp_path: Path) -> None:
    page = visit(fragment, accept_downloads=True)
    scope: dict[str, Any] = {}
    exec(page.evaluate("hhanim.pythonCode()"), scope)
    run = scope["run"]
    assert run["V"].shape[1] == page.evaluate("hhanim.run.levels.length")
    begin, end = page.evaluate(
        "[hhanim.run.sweeps[0].pieces[hhanim.run.measured].a, hhanim.run.sweeps[0].pieces[hhanim.run.measured].b]"
    )
    during = (run.t >= begin + 1e-9) & (run.t < end - 1e-9)
    core = np.abs(run.current("Na")[during]).max(axis=0)
    peaks = np.abs([p["i"] for p in page.evaluate("hhanim.run.peaks[0]")])
    assert np.allclose(peaks, core, rtol=0.02, atol=2.0)
    start = tomllib.loads(page.evaluate("hhanim.tomlText()"))["start"]
    assert Setting.of(**start).levels == pytest.approx(page.evaluate("hhanim.run.levels"))
    page.locator("#share").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    waiting.value.save_as(tmp_path / "clamp.csv")
    rows = list(csv.DictReader((tmp_path / "clamp.csv").read_text().splitlines()))
    assert {"level", "t", "V", "I_Na"} <= set(rows[0])
    assert len({row["level"] for row in rows}) == page.evaluate("hhanim.run.levels.length")


def test_python_and_command_of_an_axon_give_its_speed(visit: Any, tmp_path: Path, monkeypatch: Any) -> None:
    from hhanim.cli import main

    page = visit("stimulus=propagation&celsius=18.5&duration=6")
    scope: dict[str, Any] = {}
    exec(page.evaluate("hhanim.pythonCode()"), scope)
    assert scope["run"].speed(20_000, 40_000) == pytest.approx(
        page.evaluate("hhanim.run.says.speed"), rel=5e-3
    )
    monkeypatch.chdir(tmp_path)
    words = shlex.split(page.evaluate("hhanim.commandLine()"))
    with pytest.raises(SystemExit) as stop:
        main([*words[1:], "--no-open"])
    assert stop.value.code == 0
    given = re.search(r'id="initial"[^>]*>(.*?)<', Path("output/explorer.html").read_text(encoding="utf-8"))
    assert given is not None
    assert json.loads(given[1])["celsius"] == 18.5


def test_the_toml_of_a_run_is_a_target_and_a_start(visit: Any) -> None:
    page = visit("gNa=100&stimulus=pulse&I=30")
    data = tomllib.loads(page.evaluate("hhanim.tomlText()"))
    assert data["targets"][0]["set"]["gNa"] == 100
    assert data["targets"][0]["set"]["stimulus"] == "pulse(30, start=5, width=1)"
    assert Setting.of(**data["start"]).run().spikes == pytest.approx(
        page.evaluate("hhanim.run.spikes"), abs=0.02
    )


def test_a_package_for_a_learning_platform(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    from xml.etree import ElementTree

    from hhanim.cli import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["explore", "--no-open", "--lesson", "temperature", "--scorm"])
    assert stop.value.code == 0
    html, package = capsys.readouterr().out.split()
    with zipfile.ZipFile(package) as file:
        assert file.read("explorer.html").decode() == Path(html).read_text(encoding="utf-8")
        manifest = ElementTree.fromstring(file.read("imsmanifest.xml"))
    assert manifest.find(".//{*}schemaversion").text == "1.2"  # type: ignore[union-attr]
    assert manifest.find(".//{*}resource").get("href") == "explorer.html"  # type: ignore[union-attr]
    with pytest.raises(SystemExit) as stop:
        main(["explore", "--no-open", "--lesson", "none.toml"])
    assert stop.value.code == 2
    assert "cannot read the lesson none.toml" in capsys.readouterr().err

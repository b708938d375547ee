"""The page in a language that nobody speaks: what it says is never English, cut off, or wider than the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hhanim import explorer
from hhanim.language.pages import is_text
from hhanim.model import presets
from tests.explorer.conftest import write
from tests.language.pseudo import language

#: Notes what is written on canvases.
WRITTEN = """window.written = new Set(); const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    written.add(text); return fillText.call(this, text, ...at); };"""
#: All texts of the document but code, sources and names, and what is written on canvases.
TEXTS = """() => { const out = new Set(written); written.clear();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement: at, nodeValue: text } = walker.currentNode;
        if (!at.closest("pre, script, style, noscript, #source, #model, #pins")) out.add(text.trim());
    }
    for (const at of document.querySelectorAll("[aria-label], [title], [placeholder], [aria-valuetext]"))
        for (const name of ["aria-label", "title", "placeholder", "aria-valuetext"])
            if (!at.closest("#pins")) out.add(at.getAttribute(name) ?? "");
    return [...out]; }"""
#: What is cut off: of buttons, headings, words and the page itself.
CUT = """() => [...document.querySelectorAll("button, h2, legend, .words, .keys, #experiments span, summary, html")]
    .filter((at) => at.clientWidth && (at.scrollWidth > at.clientWidth + 1 && !at.closest(".sr")
        || at.closest(".card, form")?.getBoundingClientRect().right < at.getBoundingClientRect().right - 1))
    .map((at) => at.id || `${at.className}: ${at.textContent}`)"""
STATES = {
    "": "document.getElementById('play').click()",
    "model=connor_stevens&method=channels&t=9": "document.getElementById('open-fraction').click()",
    "model=widget&method=euler&I=5": "document.getElementById('sweep').click()",
    "stimulus=ramp&gNa=lots&rate=7&views=x": "document.getElementById('pin').click()",
    "stimulus=family": "document.getElementById('share').click()",
    "stimulus=tails": "",
    "stimulus=inactivation": "",
    "stimulus=propagation&blocked=12": "",
    "stimulus=collision": "",
    "gNa=0&gK=0&gL=0": "document.getElementById('continuous').click()",
    "lesson=gates-under-clamp": "document.querySelector('#lesson-choices button').click();"
    " document.getElementById('lesson-try').click()",
}
#: What is the same in every language: names of things, and symbols.
SAME = re.compile(r"TTX|TEA|4-AP|CSV|HTML|PNG|TOML|Python|hhanim|Hodgkin|Euler|Esc|known|\bNa|\bCa|\bCl")


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pseudo") / "e.html", explorer.page(language=language()))


@pytest.mark.parametrize("size", [(1280, 720), (700, 720), (390, 844)], ids=["laptop", "cell", "phone"])
def test_nothing_is_english_or_cut_off(browser: Any, pseudo: Path, size: tuple[int, int]) -> None:
    phone = size[0] < 700
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, is_mobile=phone, has_touch=phone, bypass_csp=True
    )
    page.add_init_script(WRITTEN)
    known = {*presets.names(), "converged", "channels"}
    for fragment, act in STATES.items():
        page.goto("about:blank")
        page.goto(f"{pseudo.as_uri()}#{fragment}")
        page.evaluate(f"{{ {act} }}")
        page.evaluate(
            "hhanim.redraw(); for (const view of Object.values(hhanim.views)) if (view.inSight && view.ready) view.describe()"
        )
        english = [
            text
            for text in page.evaluate(TEXTS)
            if is_text(SAME.sub("", text)) and not re.search("[áçéíñóúý]", text.lower()) and text not in known
        ]
        assert english == [], fragment
        assert page.evaluate(CUT) == [], fragment
    page.close()

"""A clip that speaks, and what tests ask of a page of films in a browser."""

from __future__ import annotations

from typing import Any

import pytest

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

FILM = "const film = document.querySelector('.group:not([hidden]) .film:not([hidden])'), video = film?.querySelector('video');"


def ask(tab: Any, expression: str) -> Any:
    """Of the film that is shown, `film`, and its `video`."""
    return tab.evaluate(f"() => {{ {FILM} return {expression}; }}")


def until(tab: Any, condition: str) -> None:
    """Wait for it without eval, which the page's policy forbids."""
    wait = "for (let k = 0; k < 400; k++) { const found = now(); if (found) return found; await new Promise(done => setTimeout(done, 25)); }"
    assert tab.evaluate(f"async () => {{ const now = () => {{ {FILM} return {condition}; }}; {wait} }}"), (
        condition
    )


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def accessible(tab: Any) -> None:
    """axe-core finds nothing to say, on a laptop and a phone, in both colour schemes; nothing leaves the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width, height in ((1280, 720), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        assert ask(tab, "document.documentElement.scrollWidth") == width
        for scheme in ("dark", "light"):
            tab.emulate_media(color_scheme=scheme)
            found = axe.run(tab, options={"runOnly": {"type": "tag", "values": TAGS}}).response
            assert len(found["passes"]) > 15
            assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []

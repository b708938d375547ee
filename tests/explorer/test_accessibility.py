"""axe-core finds nothing to say: on a laptop and a phone, in both colour schemes, in every state of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STATES = {
    "a lesson, an error, the list of views": """() => {
        const lesson = document.getElementById("lesson-choice");
        lesson.value = "euler"; lesson.dispatchEvent(new Event("change"));
        const box = document.getElementById("n-gNa"); box.value = "x"; box.dispatchEvent(new Event("input"));
        document.getElementById("views").open = true; }""",
    "one view enlarged": """() => {
        document.getElementById("views").open = false;
        document.querySelector("#card-phase .widen").click(); }""",
    "a lesson's answer": """() => {
        document.querySelector("#card-phase .widen").click();
        document.querySelector("#lesson-choices button").click();
        document.getElementById("lesson-try").click(); }""",
    "the voltage clamp": """() => {
        document.getElementById("lesson-close").click();
        document.getElementById("experiment-clamp").click(); }""",
    "the axon": """() => document.getElementById("experiment-axon").click()""",
    "time that goes on, a run that is kept": """() => {
        document.getElementById("experiment-current").click();
        document.getElementById("pin").click();
        document.getElementById("continuous").click(); }""",
    "the export": """() => {
        document.getElementById("continuous").click();
        document.getElementById("share").click(); }""",
}


def looks() -> Iterator[Any]:
    """Each size and each scheme, four looks; with --full all eight."""
    sizes = {"laptop": (1280, 720), "projector": (1920, 1080), "cell": (800, 720), "phone": (390, 844)}
    for k, (name, size) in enumerate(sizes.items()):
        for scheme in ("dark", "light"):
            usual = scheme == ("dark", "light")[k % 2]
            yield pytest.param(size, scheme, id=f"{name}-{scheme}", marks=[] if usual else pytest.mark.full)


@pytest.mark.parametrize(("size", "scheme"), [*looks()])
def test_axe(visit: Any, size: tuple[int, int], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    for state, script in STATES.items():
        page.evaluate(script)
        page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished))")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response
        assert len(found["passes"]) > 15
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], state

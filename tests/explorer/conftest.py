"""A real browser, headless, with the network off, and the explorer's page on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hhanim import explorer


def write(path: Path, text: str) -> Path:
    """The file, with this text in it."""
    path.write_text(text, encoding="utf-8")
    return path


def says(page: Any, words: str) -> None:
    """Wait until the sentence of the page has these words in it."""
    page.wait_for_function(
        "(words) => document.getElementById('sentence').textContent.includes(words)", arg=words
    )


@pytest.fixture(scope="session")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("explorer") / "explorer.html", explorer.page())


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Iterator[Any]:
    chromium = launch()
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def page(browser: Any, html: Path) -> Iterator[Any]:
    """The page, one for all tests of a file."""
    tab = browser.new_page(bypass_csp=True)
    tab.goto(html.as_uri())
    tab.wait_for_function("window.hhanim && hhanim.run")
    yield tab
    tab.close()


@pytest.fixture
def visit(browser: Any, html: Path) -> Iterator[Callable[..., Any]]:
    """visit(fragment, **context) opens the file and returns the page; nothing may go wrong in it."""
    contexts, complaints, requests = [], [], []

    def open_page(fragment: str = "", path: Path = html, **options: Any) -> Any:
        settings = {
            "viewport": {"width": 1280, "height": 720},
            "color_scheme": "dark",
            "bypass_csp": True,
            "offline": True,
        } | options
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on("request", lambda r: requests.append(r.url))
        page.goto(path.as_uri() + ("#" + fragment if fragment else ""))
        page.wait_for_function("window.hhanim && hhanim.run")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [r for r in requests if not r.startswith(("file:", "data:", "blob:"))] == []

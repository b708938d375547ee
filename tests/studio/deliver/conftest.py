"""Films to hand on: one that speaks, one with sections of which each frame can be told from the others; a browser
without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hhanim.studio.make import films
from hhanim.studio.media import cues, sidecar
from hhanim.studio.media.exchange import WORK
from tests.studio.deliver.browser import TALKING

SHADES = '''
from hhanim import Membrane, clip

@clip(title="Shades", description="Dark to bright.", alt="A grey field.")
def shades(stage, *, model: Membrane = "modern", frames: int = 60, seconds: float = 3.0):
    """Every frame is brighter than the one before."""
    for k in range(frames):
        if k in (0, 30):
            stage.caption(f"From {k} on.")
        stage.figure.patch.set_facecolor((k / frames,) * 3)
        yield
'''


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where films are kept for other tests."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
def render(project: Path, shelf: Path) -> Callable[..., Path]:
    """render(scene, …) is ``films.render``, of 160 × 90; each film is made once, and every test has a copy of it."""

    def make(scene: str, **options: object) -> Path:
        options = {"size": "160x90", **options}
        kept = shelf / ",".join([scene, *(f"{name}={options[name]}" for name in sorted(options))])
        if not kept.exists():
            film = films.render(scene, output="made", **options)
            shutil.rmtree(film.with_name(WORK), ignore_errors=True)
            film.parent.rename(kept)
        shutil.copytree(kept, "output", dirs_exist_ok=True)
        (film,) = kept.glob("*.mp4")
        return Path("output", film.name)

    return make


@pytest.fixture
def shades(project: Path, render: Callable[..., Path]) -> Callable[..., Path]:
    """shades(*names, …) is that film with as many sections, equally long; frame k of 60 is of level 255 k / 60."""
    Path("scenes/shades_clip.py").write_text(SHADES)

    def make(*names: str, **options: object) -> Path:
        film = render("shades", **options)
        times = [3.0 * k / len(names) for k in range(len(names) + 1)]
        sections = [
            sidecar.Section(n, a, b, b - 0.05) for n, a, b in zip(names, times, times[1:], strict=False)
        ]
        cues.write(cues.path_of(film), film.name, sidecar.sha256(film), sections)
        return film

    return make


@pytest.fixture
def talk(project: Path, render: Callable[..., Path]) -> Path:
    """A clip that speaks, with all letters that HTML takes for its own."""
    Path("scenes/talk_clip.py").write_text(TALKING)
    return render("talk")


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Any]) -> Iterator[Any]:
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A page without a network, in a window as of a laptop; what goes wrong in it is no secret."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    tab, faults = context.new_page(), []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    yield tab
    context.close()
    assert not faults


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """visit(path, **context) opens a page without a network and waits for its film; nothing may go wrong in it, nor
    may it ask for anything."""
    contexts, faults, asked = [], [], []

    def open_page(path: Path, fragment: str = "", **options: Any) -> Any:
        settings: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}, "offline": True}
        contexts.append(chromium.new_context(**settings | {"reduced_motion": "reduce"} | options))
        tab = contexts[-1].new_page()
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("request", lambda r: asked.append(r.url))
        tab.goto(path.resolve().as_uri() + (f"#{fragment}" if fragment else ""))
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []

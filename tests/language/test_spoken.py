"""Films and clips in other languages: nothing is left in English, and longer words have room."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from matplotlib.text import Text

from hhanim.language import spoken
from hhanim.language.catalogue import SHIPPED, words
from hhanim.language.proof import findings
from hhanim.language.texts import shipped
from hhanim.plots.clip import perform
from hhanim.studio.plan.catalogue import read
from hhanim.studio.plan.catalogue import shipped as scenes
from tests.language.pseudo import PSEUDO, english, language

SHIPPED_LANGUAGES = sorted(path.stem for path in SHIPPED.glob("*.po"))
CLIPS = [entry.name for entry in read([scenes()]).entries if entry.kind == "clip"]
SHAPES = {"wide": (640, 360), "square": (480, 480), "tall": (360, 640)}
#: Of the films and their shapes these in every run; all, and in the languages shipped as well, with --full.
USUAL = {("spike", "wide"), ("threshold", "square"), ("circuit", "tall")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.option.full
    if "film" in metafunc.fixturenames:
        pytest.importorskip("manim")
        from tests.scenes.film_checks import stories

        every = [(name, shape) for name in stories() for shape in SHAPES]
        metafunc.parametrize(("film", "shape"), [pair for pair in every if full or pair in USUAL])
    elif "clip" in metafunc.fixturenames:
        every = [
            (name, shape)
            for k, name in enumerate(CLIPS)
            for shape in (SHAPES if full else [[*SHAPES][k % 3]])
        ]
        metafunc.parametrize(("clip", "shape"), every)
    if "shape" in metafunc.fixturenames:
        metafunc.parametrize("code", [PSEUDO, *(SHIPPED_LANGUAGES if full else ())])


@pytest.mark.parametrize("code", SHIPPED_LANGUAGES)
def test_catalogues_are_complete_and_nothing_is_lost_or_too_long(code):
    assert [f"{f.text!r} {f.says}" for f in findings(shipped(), words(code))] == []


@pytest.mark.slow
def test_a_film_in_a_language_of_longer_words(film: str, shape: str, code: str, media: Path) -> None:
    from tests.scenes.film_checks import amiss, outside, overlaps, run_film

    with spoken(language() if code == PSEUDO else code) as heard:
        played, looks = run_film(film, shape, media)
    assert code != PSEUDO or english(heard) == []
    assert [x for look in looks for x in outside(look)] == []
    assert [x for look in looks for x in overlaps(look)] == []
    assert [x for look in looks for x in look.small] == []
    assert amiss(played.captions) == []


def test_a_clip_in_a_language_of_longer_words(clip: str, shape: str, code: str) -> None:
    made = clip_of(clip)
    width, height = SHAPES[shape]
    count = 40
    with spoken(language() if code == PSEUDO else code) as heard:
        performance = perform(made, width=width, height=height, fps=4, n_frames=count)
        figure, stage = performance.figure(count - 1), performance.stage
        with stage.settings():
            figure.draw_without_rendering()
    assert heard and (code != PSEUDO or english(heard) == [])
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    boxes = {t.get_text(): t.get_window_extent(stage.renderer) for t in texts}
    out = [
        said
        for said, box in boxes.items()
        if not (box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height)
    ]
    assert out == []
    titles = [t for t in figure.texts if t.get_visible()]
    for k, one in enumerate(titles):
        for other in titles[k + 1 :]:
            a, b = (t.get_window_extent(stage.renderer) for t in (one, other))
            assert not a.overlaps(b), (one.get_text(), other.get_text())


def clip_of(name: str):
    from hhanim import user_code

    entry = next(e for e in read([scenes()]).entries if e.name == name)
    module = user_code.run(entry.path)
    made = getattr(module, entry.symbol)
    assert inspect.isgeneratorfunction(made.function)
    return made

"""A whole lecture in any kind of deck: its parts in order, under its title."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from hhanim.cli import main

pytest.importorskip("typst")  # which sets the cards

LECTURE = """\
preset = "draft"
[lecture]
title = "Waves & more"
name = "week one"

[[lecture.parts]]
card = "title"
seconds = 1
say = ["A word before."]

[[lecture.parts]]
scene = "wave"
set = { seconds = 1 }

[[lecture.parts]]
scene = "still"
set = { seconds = 1 }

[[lecture.parts]]
scene = "wave"
set = { seconds = 1 }
"""


def hhanim(*words: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(words))
    return int(stop.value.code or 0)


@pytest.fixture
def lecture(project) -> Path:
    """A project with a lecture, of which a scene is shown twice."""
    Path("lecture.toml").write_text(LECTURE)
    return project


@pytest.mark.slow
def test_a_lecture_in_every_kind_of_deck(lecture, capsys):
    pptx = pytest.importorskip("pptx")
    kinds = {
        "reveal": ".html",
        "marp": ".md",
        "quarto": ".qmd",
        "slidev": ".md",
        "jupyter": ".ipynb",
        "typst": ".typ",
    }
    for kind, suffix in kinds.items():
        assert hhanim("export", kind, "--lecture", "lecture.toml") == 0
        path = Path("output", f"week one.{kind}{suffix}")
        assert capsys.readouterr().out.strip() == str(path)
        text = path.read_text(encoding="utf-8")
        assert "Waves &" in text and " more" in text
        if kind != "typst":
            films = [unquote(name) for name in re.findall(r'src=\\?"(?:\./)?([^"\\]+\.mp4)', text)]
            assert [re.search("wave|still", name)[0] for name in films] == ["wave", "still", "wave"], films
            assert all(path.parent.joinpath(name).is_file() for name in films)
    assert not Path("output/wave.mp4").exists(), "no second copy of a part"
    assert hhanim("export", "pptx", "--lecture", "lecture.toml") == 0
    whole = pptx.Presentation("output/week one.pptx")
    films = [
        [s.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.MEDIA for s in slide.shapes]
        for slide in whole.slides
    ]
    assert [any(found) for found in films] == [False, True, True, True], "a card is a picture"
    assert whole.core_properties.title == "Waves & more"
    assert "A word before." in whole.slides[0].notes_slide.notes_text_frame.text


def test_a_lecture_and_scenes_cannot_both_be_exported(lecture, capsys):
    assert hhanim("export", "reveal", "wave", "--lecture", "lecture.toml") == 2
    said = capsys.readouterr().err.strip()
    assert said == "hhanim: --lecture lecture.toml: its parts are what is exported; leave wave away"
    assert hhanim("export", "marp", "--lecture", "gone.toml") == 2
    assert "gone.toml" in capsys.readouterr().err
    assert not Path("output").exists()


def test_on_a_telephone_each_film_of_a_lecture_is_upright_in_its_place(lecture):
    """Not at the end, as a film of its own; cards have no other shape, for the page leaves them out."""
    assert hhanim("export", "html", "--phone", "--lecture", "lecture.toml") == 0
    html = Path("output/week one.html").read_text(encoding="utf-8")
    groups = [re.findall('data-name="(.*?)"', part) for part in html.split('<section class="group"')[1:]]
    names = ("wave", "still", "wave-2")
    assert groups == [[name, f"{name}-portrait"] for name in names]
    assert len(re.findall("<li data-kind", html)) == 3
    assert not list(Path("output").rglob("card*-portrait*"))


def test_what_is_upright_already_is_not_made_upright(project):
    assert hhanim("export", "html", "still", "--phone", "--size", "90x160") == 0
    assert [path.name for path in Path("output").glob("*.mp4")] == ["still.mp4"]

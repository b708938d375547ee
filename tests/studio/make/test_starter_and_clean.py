"""What ``new`` writes works as it is, and ``clean`` takes away what was made and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hhanim.studio.errors import UsageError
from hhanim.studio.make import films
from hhanim.studio.make.cleaning import clean
from hhanim.studio.media import checks
from hhanim.studio.plan import catalogue
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.starter import start
from tests.studio.conftest import files_of


def make(*names: str):
    wanted = projects.requests(list(names), projects.Settings())[0]
    return {e.name: e.kind for e in films.make_all(wanted)}


def test_new_clip_renders_as_it_is(project):
    assert start("my_scene") == [Path("scenes/my_scene_clip.py"), Path("hhanim.toml")]
    assert make() == {"my_scene": "done"}, "the starter's one target"
    assert checks.facts(Path("output/my_scene.mp4")).n_frames == 150
    entry = catalogue.read().get("my_scene")
    assert entry.title == "My scene"
    assert {p.name: p.help for p in entry.parameters}["duration"] == "ms"


def test_starter_file_with_every_example_in_use(project):
    """What the comments say works: take their # away."""
    import re

    start("my_scene")
    text = Path("hhanim.toml").read_text()
    assert set(tomllib.loads(text)) == {"targets"}
    Path("hhanim.toml").write_text(re.sub(r"^# ?(?=[\[a-z]+[^ ]* ?=|\[)", "", text, flags=re.MULTILINE))
    loaded = tomllib.loads(Path("hhanim.toml").read_text())
    assert {"preset", "theme", "output", "scenes", "targets"} <= set(loaded)
    assert len(loaded["targets"]) == 2
    found = catalogue.shipped()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "folders", lambda: [found, Path("scenes").resolve()])
        wanted = projects.requests([], projects.Settings())[0]
        for request in wanted:
            request.check()
    assert len(wanted) == 2 * (3 * 2 * 2 * 2 + 3)  # in two languages


@pytest.mark.slow
def test_new_film_renders_as_it_is(project, monkeypatch):
    pytest.importorskip("manim")
    monkeypatch.setenv("HHANIM_PRESET", "draft")
    start("my_film", "film")
    assert make() == {"my_film": "done"}
    assert checks.facts(Path("output/my_film.mp4")).duration == pytest.approx(14, abs=0.5)
    assert "reaches a membrane" in Path("output/my_film.vtt").read_text()


@pytest.mark.parametrize("name", ["", "My", "a b", "../evil", "1st", "a-b", "class", "x" * 80, "é"])
def test_names_that_no_scene_can_have(project, name):
    with pytest.raises(UsageError, match="cannot name a scene"):
        start(name)
    assert not Path("hhanim.toml").exists()


def test_new_hides_no_scene_of_ours(project):
    with pytest.raises(UsageError, match="tau is a scene of hhanim's own"):
        start("tau")


def test_new_overwrites_nothing(project):
    Path("hhanim.toml").write_text("# mine\n")
    assert start("one") == [Path("scenes/one_clip.py")]
    assert Path("hhanim.toml").read_text() == "# mine\n"
    for kind in ("clip", "film"):
        with pytest.raises(UsageError, match="is there already"):
            start("one", kind)


def test_clean_takes_what_was_made_and_nothing_else(project):
    make()
    others = {"notes.txt": "mine", "wave-0.5s.png": "a still", "data.json": '{"sha256": "", "file": "x"}'}
    for name, text in others.items():
        Path("output", name).write_text(text)
    Path("output/still.mp4").write_bytes(b"cut by hand")
    everything = {p.name for p in Path("output").iterdir()}
    would, _ = clean(Path("output"), dry_run=True)
    assert {p.name for p in Path("output").iterdir()} == everything
    gone, kept = clean(Path("output"))
    assert gone == would
    assert {p.name for p in gone} == files_of("wave")
    assert kept == [Path("output/still.mp4")]
    assert {p.name for p in Path("output").iterdir()} == everything - {p.name for p in gone}


def test_names_with_a_point_in_them_are_cleaned_too(project):
    Path("hhanim.toml").write_text(
        '[[targets]]\nscene = "wave"\nname = "w"\nsweep = { ttx = [0.5, 1] }\nformats = ["mp4", "png"]\n'
    )
    make()
    first = {p.name for p in Path("output").iterdir()}
    assert {"w-ttx=0.5.mp4", "w-ttx=0.5.frames", "w-ttx=1.mp4"} <= first
    Path("hhanim.toml").write_text(Path("hhanim.toml").read_text().replace("0.5", "0.8"))
    keep = [r.path for r in projects.requests([], projects.Settings())[0]]
    gone, _ = clean(Path("output"), keep)
    assert {p.name for p in gone} == {n for n in first if n.startswith("w-ttx=0.5")}
    clean(Path("output"))
    assert list(Path("output").iterdir()) == []


def test_orphans_only(project):
    make()
    text = Path("scenes/still_clip.py").read_text()
    Path("scenes/still_clip.py").write_text(text.replace("def still", "def calm"))
    keep = [r.path for r in projects.requests([], projects.Settings())[0]]
    gone, _ = clean(Path("output"), keep)
    assert {p.name for p in gone} == files_of("still")
    assert Path("output/wave.mp4").exists()


def test_sidecar_that_points_elsewhere_removes_nothing_there(project):
    """A crafted sidecar cannot make ``clean`` leave its folder."""
    import json

    make("wave")
    Path("precious.txt").write_text("mine")
    record = json.loads(Path("output/wave.json").read_text())
    Path("output/wave.json").write_text(json.dumps({**record, "beside": ["../precious.txt"]}))
    clean(Path("output"))
    assert Path("precious.txt").read_text() == "mine"


def test_nothing_to_clean(project):
    assert clean(Path("nowhere")) == ([], [])


def everything() -> set[str]:
    """The files in the folder of media."""
    folder = Path("output")
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_clean_knows_everything_that_was_made(project):
    """Stills, pages, decks and the explorer, however they were asked for; what was edited and what is foreign stays."""
    pytest.importorskip("pptx")
    from hhanim.cli import main

    for words in (
        ["still", "wave", "still", "--at", "0.2"],
        ["still", "wave", "--at", "0.2", "--kind", "svg"],
        ["still", "wave", "--at", "0.2", "--kind", "pdf", "--theme", "light"],
        ["still", "wave", "--at", "0.2", "--set", "level=2"],
        ["export", "html", "wave"],
        ["export", "pptx", "wave", "still", "--out", "mine.pptx"],
        ["export", "pptx", "wave"],
        ["explore", "--no-open"],
        ["gallery"],
    ):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert stop.value.code in (0, None)
    mine = Path("output/gallery/media/mine.txt")
    mine.write_text("mine")
    assert mine.with_name("wave.mp4").is_file()
    made = {p.name for p in Path("output").iterdir()}
    stills = {
        "wave-0.2s-160x90.png",
        "still-0.2s-160x90.png",
        "wave-0.2s-160x90.svg",
        "wave-0.2s-light-160x90.pdf",
    }
    assert {*stills, "wave-level=2-0.2s-160x90.png", "wave.html", "hhanim.pptx", "explorer.html"} <= made
    Path("output/wave.html").write_text("mine now")
    Path("output/foreign.png").write_bytes(b"mine")
    keep = [r.path for r in projects.requests([], projects.Settings())[0]]
    assert clean(Path("output"), keep) == ([], []), "--orphans are films"
    gone, kept = clean(Path("output"))
    assert kept == [Path("output/wave.html")]
    assert everything() == {"wave.html", "foreign.png", ".hhanim.json", "gallery/media/mine.txt"}
    top = {p.name for p in gone if p.parent == Path("output")}
    assert top | {"wave.html", ".hhanim.json", "gallery"} == made
    assert Path("mine.pptx").is_file(), "a deck elsewhere is its owner's"
    Path("output/wave.html").unlink()
    assert clean(Path("output")) == ([], [])
    assert everything() == {"foreign.png", "gallery/media/mine.txt"}


@pytest.mark.parametrize(
    "text", ['{"../precious.txt": "x"}', '{"..": "x", "a/b": "x"}', "[1]", "{", '{"x": 3}']
)
def test_a_crafted_list_of_what_was_made_removes_nothing(project, text):
    Path("precious.txt").write_text("mine")
    make("still")
    Path("output/.hhanim.json").write_text(text)
    gone, kept = clean(Path("output"))
    assert {p.name for p in gone} == files_of("still")
    assert kept == [Path("output/.hhanim.json")]
    assert Path("precious.txt").read_text() == "mine"

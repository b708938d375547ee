"""What is somebody's stays, whatever is made into its place, and is named; --force replaces it, but never a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hhanim.cli import main
from hhanim.studio.media import exchange


@pytest.fixture
def hh(project, capsys):
    """hh(…): the exit code and what is said on stderr."""

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(words))
        return stop.value.code or 0, capsys.readouterr().err

    return run


COMMANDS = {
    "film": (["render", "wave", "-q"], "output/wave.mp4"),
    "poster": (["render", "wave", "-q"], "output/wave.png"),
    "captions": (["render", "wave", "-q"], "output/wave.vtt"),
    "record": (["render", "wave", "-q"], "output/wave.json"),
    "gif": (["render", "wave", "-q", "-F", "gif"], "output/wave.gif"),
    "poster of a gif": (["render", "wave", "-q", "-F", "gif"], "output/wave.gif.png"),
    "record of pictures": (["render", "wave", "-q", "-F", "png"], "output/wave.frames.json"),
    "picture": (["render", "wave", "-q", "-F", "png"], "output/wave.frames/frame_00001.png"),
    "still": (["still", "wave", "--at", "0.2"], "output/wave-0.2s-160x90.png"),
    "drawing": (["still", "wave", "--at", "0.2", "-k", "svg"], "output/wave-0.2s-160x90.svg"),
    "page": (["export", "html", "wave"], "output/wave.html"),
    "deck": (["export", "pptx", "wave"], "output/hhanim.pptx"),
    "deck elsewhere": (["export", "pptx", "wave", "--out", "talks/notes.pptx"], "talks/notes.pptx"),
    "run": (["simulate", "--duration", "5", "--out", "run.csv"], "run.csv"),
    "run, compressed": (["simulate", "--duration", "5", "--out", "run.npz"], "run.npz"),
    "explorer": (["explore", "--no-open"], "output/explorer.html"),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_somebodys_file(hh, what):
    words, name = COMMANDS[what]
    if "deck" in what:
        pytest.importorskip("pptx")
    place = Path(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("mine")
    code, said = hh(*words)
    assert code == 1
    assert f"{place.parts[1] if what == 'picture' else place.name} " in said and "--force" in said
    assert "Traceback" not in said
    assert place.read_text() == "mine"
    assert not list(place.parent.glob(".*part*"))
    assert hh(*words, "--force")[0] == 0
    assert place.read_bytes() != b"mine"
    assert hh(*words)[0] == 0, "ours now, it is replaced without a word"
    place.write_bytes(place.read_bytes() + b"edited")
    if words[0] == "simulate":
        words = [*words, "--set", "gNa=60"]
    code, said = hh(*words)
    assert code == 1
    assert place.name in said
    assert "is no record that can be read" if "record" in what else "was edited by hand" in said
    assert place.read_bytes().endswith(b"edited")


@pytest.mark.parametrize("what", COMMANDS)
def test_somebodys_folder_stays_even_if_told_otherwise(hh, what):
    words, name = COMMANDS[what]
    if "deck" in what:
        pytest.importorskip("pptx")
    precious = Path(name) / "precious" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    for more in ([], ["--force"]):
        code, said = hh(*words, *more)
        assert code == 1
        assert f"{'wave.frames' if what == 'picture' and not more else Path(name).name} is" in said
        assert "Traceback" not in said
        assert precious.read_text() == "mine"


def test_a_link_that_leads_nowhere_is_somebodys(hh):
    Path("output").mkdir()
    Path("output/wave.mp4").symlink_to("/nowhere/at all.mp4")
    code, said = hh("render", "wave", "-q")
    assert (code, "wave.mp4 is there" in said) == (1, True)
    assert Path("output/wave.mp4").readlink() == Path("/nowhere/at all.mp4")


@pytest.mark.parametrize("what", ["link", "file"])
def test_something_else_where_the_work_folder_should_be(hh, what):
    Path("output").mkdir()
    Path("elsewhere").mkdir()
    place = Path("output", exchange.WORK)
    place.symlink_to(Path("elsewhere").resolve()) if what == "link" else place.write_text("mine")
    for words in (["render", "wave", "-q"], ["still", "wave", "--at", "0.2"]):
        code, said = hh(*words)
        assert code == 1
        assert f"output/.hhanim is a {what}: hhanim works in a folder of that name; move it away" in said
    assert list(Path("elsewhere").iterdir()) == []


def test_one_that_is_somebodys_does_not_stop_the_others(hh):
    Path("output").mkdir()
    Path("output/wave.html").write_text("mine")
    code, said = hh("export", "html", "wave", "still")
    assert code == 1
    assert Path("output/wave.html").read_text() == "mine"
    assert "<video" in Path("output/still.html").read_text()
    Path("output/still-0.2s-160x90.png").write_text("mine")
    code, said = hh("still", "wave", "still", "--at", "0.2")
    assert code == 1
    assert Path("output/wave-0.2s-160x90.png").is_file()
    assert said.count("\n") == 1


def test_a_record_that_was_edited_is_somebodys(hh):
    hh("render", "wave", "-q")
    record = Path("output/wave.json")
    record.write_text(record.read_text().replace("A sine.", "My own words."))
    Path("scenes/deeper.py").write_text("GAIN = 0.5\n")
    code, said = hh("render", "wave", "-q")
    assert (code, "wave.json was edited by hand" in said) == (1, True)
    assert "My own words." in record.read_text()
    assert hh("verify", "output/wave.mp4")[0] == 1
    assert hh("clean")[1].startswith("hhanim: output/wave.mp4 or what belongs to it was edited by hand")
    assert record.is_file()

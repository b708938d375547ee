"""The same questions as in test_build.py, asked through the command line of a copy of hhanim whose files are edited."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("manim")

FILM = '''
"""A film."""
from hhanim.mobjects.frame.film import Film
from hhanim.model import Membrane
import helper

class Tale(Film):
    title = "Tale"
    description = "A film."
    alt = "Nothing."
    model: Membrane = "modern"
    pace: float = 1.0

    def construct(self):
        self.wait(0.1)
'''

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first(tmp_path_factory, scene_writer):
    """A copy of hhanim and a project of two clips and a film, all made."""
    place = tmp_path_factory.mktemp("first")
    root = Path(__file__).resolve().parents[3]
    for name in ("hhanim", "scenes"):
        shutil.copytree(root / name, place / "tree" / name, ignore=shutil.ignore_patterns("__pycache__"))
    scene_writer(place / "project/scenes")
    (place / "project/scenes/tale_film.py").write_text(FILM)
    (place / "project/hhanim.toml").write_text(
        'size = "160x90"\n' + "".join(f'[[targets]]\nscene = "{n}"\n' for n in ("wave", "still", "tale"))
    )
    subprocess.run(
        [sys.executable, "-m", "hhanim", "render", "-q"],
        check=True,
        cwd=place / "project",
        env={**os.environ, "PYTHONPATH": str(place / "tree")},
    )
    return place


@pytest.fixture
def made(first, tmp_path, monkeypatch):
    """A copy of it, where nothing is stale; ``own_tree`` is its hhanim."""
    for name in ("tree", "project"):
        shutil.copytree(first / name, tmp_path / name)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "tree"))
    monkeypatch.chdir(tmp_path / "project")
    assert stale() == {}
    return tmp_path / "project"


@pytest.fixture
def own_tree(made) -> Path:
    return made.parent / "tree"


def hhanim(*words: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", *words],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert "Traceback" not in done.stderr, done.stderr
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


def stale(*words: str) -> dict[str, list[str]]:
    """What ``check`` lists, with the reasons; its exit code says the same, and so does --dry-run."""
    done = hhanim("check", "--json", *words)
    found = {row["name"]: row["reasons"] for row in json.loads(done["out"])}
    assert done["code"] == (4 if found else 0)
    return found


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))


def test_what_is_edited_in_hhanim_and_what_is_remade(made, own_tree):
    """One copy, one edit after the other, each undone: exactly these are stale, for exactly these reasons."""
    package = own_tree / "hhanim"
    every = {"wave", "still", "tale"}
    for path, old, new, expected in (
        ("look/theme.py", None, None, set()),  # touched
        ("model/membrane.py", "", "EDITED = 1\n", {"wave", "tale", "still"}),
        ("plots/painter.py", "", "EDITED = 1\n", {"wave", "still"}),
        ("mobjects/frame/film.py", "", "EDITED = 1\n", {"tale"}),
        ("mobjects/membrane/ions.py", "", "EDITED = 1\n", set()),  # this film has no ions
        ("studio/media/encode.py", "", "EDITED = 1\n", every),
        ("cli/media.py", "", "EDITED = 1\n", set()),
        ("studio/plan/presets.py", "1920, 1080, None)", "1920, 1080, None, 21)", every),
        ("studio/plan/presets.py", "854, 480, Fraction(15), qp=24", "854, 480, Fraction(15), qp=22", set()),
    ):
        file = package / path
        before = file.read_text()
        if old is None:
            os.utime(file, (1, 1))
        elif old:
            edit(file, old, new)
        else:
            file.write_text(before + new)
        found = stale()
        assert set(found) == expected, f"{path}: {found}"
        reason = "quality superfast 20 → superfast 21" if "presets" in path else f"hhanim/{path} changed"
        assert all(reasons == [reason] for reasons in found.values()), found
        file.write_text(before)
    assert stale() == {}


def test_a_colour(made, own_tree):
    """A colour of the dark theme; films in the light one have nothing to do with it."""
    import re

    theme = own_tree / "hhanim/look/theme.py"
    before = theme.read_text()
    ground = re.search(r'DARK\b[^#]*?ground="(#[0-9a-fA-F]{6})"', before, re.DOTALL)[1]
    theme.write_text(before.replace(ground, "#0a0b0c"))
    assert stale() == dict.fromkeys(("wave", "still", "tale"), ["a colour of the theme dark changed"])
    theme.write_text(before)
    light = ("--theme", "light", "--output", "light")
    assert hhanim("render", "still", *light)["code"] == 0
    theme.write_text(before.replace(ground, "#0a0b0c"))
    assert stale("still", *light) == {}


def test_a_models_number(made, own_tree):
    edit(own_tree / "hhanim/model/presets/hodgkin_huxley.py", "g=36.0", "g=35.0")
    found = stale()
    assert set(found) == {"wave", "tale"}, "still has no membrane"
    assert found["wave"] == found["tale"] == ["gK 36 → 35"]


def test_a_helper_of_the_film_and_the_clip(made):
    edit(Path("scenes/deeper.py"), "1.0", "0.7")
    assert stale() == dict.fromkeys(("wave", "tale"), ["./deeper.py changed"])
    done = hhanim("render", "--dry-run")
    assert sorted(done["out"].splitlines()) == [
        "tale\trender\t./deeper.py changed",
        "wave\trender\t./deeper.py changed",
    ]
    done = hhanim("render")
    assert "still: up to date" in done["err"]
    assert "2 rendered" in done["err"]
    assert stale() == {}


def test_parameters_of_a_film(made):
    words = ("tale", "--name", "tale", "--set", "pace=2", "--set", "gNa=60")
    assert stale(*words) == {"tale": ["gNa 120 → 60", "pace 1 → 2"]}
    assert stale("tale", *words[3:]) == {"tale-pace=2-gNa=60": ["missing"]}  # a film of its own
    edit(Path("hhanim.toml"), 'scene = "tale"\n', 'scene = "tale"\npresets = ["draft"]\n')
    assert stale() == {"tale": ["preset standard → draft"]}


def test_film_file_renamed_deleted_and_edited(made):
    edit(Path("scenes/tale_film.py"), '"A film."', '"Another film."')
    assert stale()["tale"][0] == "./tale_film.py changed"
    edit(Path("scenes/tale_film.py"), '"Another film."', '"A film."')
    assert stale() == {}
    Path("output/tale.vtt").unlink()
    assert stale() == {"tale": ["tale.vtt is gone"]}
    assert hhanim("render")["code"] == 0
    Path("output/tale.mp4").write_bytes(b"by hand")
    assert stale() == {"tale": ["tale.mp4 was edited by hand"]}
    assert hhanim("render")["code"] == 1
    assert Path("output/tale.mp4").read_bytes() == b"by hand"
    assert "tale\tkeep\ttale.mp4 was edited by hand" in hhanim("render", "-n")["out"]
    assert "tale\trender\ttale.mp4 was edited by hand" in hhanim("render", "-n", "--force")["out"]
    assert hhanim("render", "--force", "tale")["code"] == 0
    assert stale() == {}
    Path("scenes/tale_film.py").rename("scenes/story_film.py")
    edit(Path("hhanim.toml"), 'scene = "tale"', 'scene = "story"')
    assert stale() == {"story": ["missing"]}


def test_force_makes_all(made):
    before = {p: p.stat().st_mtime_ns for p in Path("output").glob("*.mp4")}
    rows = hhanim("render", "--force", "--dry-run")["out"].splitlines()
    assert sorted(rows) == [f"{n}\trender\tforced" for n in ("still", "tale", "wave")]
    assert hhanim("render", "--force")["code"] == 0
    assert all(p.stat().st_mtime_ns > t for p, t in before.items())


def test_finding_that_nothing_changed_loads_nothing_that_draws(made):
    """With parameters too, whose check needs the model only when something is stale; a project file needs pydantic."""
    Path("hhanim.toml").write_text(
        '[[targets]]\nscene = "wave"\nset = { gNa = 60 }\n[[targets]]\nscene = "tale"\n'
    )
    assert hhanim("render")["code"] == 0
    for words in (["render"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "hhanim", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
        drawing = {"numpy", "scipy", "matplotlib", "manim", "celluloid", "av", "rich", "PIL"}
        assert loaded & drawing == set()

"""The catalogue: read without running anything; a broken scene hides nothing else."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from hhanim.studio.errors import UsageError
from hhanim.studio.plan import catalogue

CLIP = '''
from hhanim.plots import clip
raise SystemExit("a catalogue does not run scenes")

@clip(title="A title", description="What it shows.", alt="A curve rises.", poster=0.25)
def {name}(stage, *, model: Membrane = "classroom", frames: int = 100, v_range: tuple[float, float] = (-150, 150)):
    """Ignored: the decorator says it.

    Args:
        frames: how many, at
            least two.
    """
    yield
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wave_clip.py").write_text(CLIP.format(name="wave"), encoding="utf-8")
    return tmp_path


def test_clip(folder):
    (entry,) = catalogue.read([folder]).entries
    assert (entry.name, entry.kind, entry.title) == ("wave", "clip", "A title")
    assert (entry.description, entry.alt, entry.poster) == ("What it shows.", "A curve rises.", 0.25)
    assert [(p.name, p.type, p.default) for p in entry.parameters] == [
        ("model", "Membrane", "classroom"),
        ("frames", "int", 100),
        ("v_range", "tuple[float, float]", (-150, 150)),
    ]
    assert entry.parameters[1].help == "how many, at least two."


def test_film(tmp_path):
    (tmp_path / "spike_film.py").write_text(
        dedent('''
        import manim
        class Spike(manim.Scene):
            """One spike.

            From rest and back."""
            gNa: float = 120.0
            alt = "A spike."
            def construct(self): ...
        ''')
    )
    (entry,) = catalogue.read([tmp_path]).entries
    assert (entry.name, entry.kind, entry.symbol, entry.title) == ("spike", "film", "Spike", "One spike")
    assert (entry.description, entry.alt) == ("From rest and back.", "A spike.")
    assert [(p.name, p.default) for p in entry.parameters] == [("gNa", 120.0)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:", "invalid syntax|bad_clip.py:1"),
        ("@clip(title=f'x{1}')\ndef f(stage): yield", "must be a literal"),
        ("@clip()\ndef f(stage, *, n): yield", "parameter n has no default"),
        ("@clip()\ndef f(stage, *, n=int(3)): yield", "must be a literal"),
        ("@clip()\ndef f(stage, a=1): yield", "must be keywords"),
        ("\0", "null bytes"),
        (b"\xff\xfe\xff", "codec can't decode"),
    ],
)
def test_broken_scene_hides_nothing_else(folder, text, reason):
    (folder / "bad_clip.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = catalogue.read([folder])
    assert [e.name for e in found.entries] == ["wave"]
    assert len(found.broken) == 1
    import re

    assert re.search(reason, found.broken[0].reason), found.broken[0].reason
    assert "bad_clip.py" in found.broken[0].reason


def test_two_scenes_of_one_name(folder):
    (folder / "other_clip.py").write_text(CLIP.format(name="wave"))
    found = catalogue.read([folder])
    assert len(found.entries) == 1
    assert "is in" in found.broken[0].reason


def test_own_scenes_stand_beside_and_before_the_shipped(folder, tmp_path, monkeypatch):
    work = tmp_path / "work"
    (work / "scenes").mkdir(parents=True)
    (work / "scenes" / "mine_clip.py").write_text(CLIP.format(name="mine"))
    monkeypatch.chdir(work)
    monkeypatch.setattr(catalogue, "shipped", lambda: folder)
    assert [e.name for e in catalogue.read().entries] == ["mine", "wave"]
    (work / "scenes" / "mine_clip.py").write_text(CLIP.format(name="wave"))
    assert [e.path.parent.name for e in catalogue.read().entries] == ["scenes"]


def test_unknown_name(folder):
    with pytest.raises(UsageError, match="did you mean wave"):
        catalogue.read([folder]).get("wavve")


def test_shipped_scenes_are_all_readable(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = catalogue.read()
    assert found.broken == ()
    assert {"tau", "f_infty", "currents", "simulation", "reduced"} <= {e.name for e in found.entries}
    for entry in found.entries:
        assert entry.title, entry.name
        assert entry.description, entry.name
        assert entry.alt, entry.name


def test_reading_loads_nothing_heavy(tmp_path):
    code = "import sys; from hhanim.studio.plan import catalogue; catalogue.read(); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert not loaded & {"numpy", "matplotlib", "manim", "scipy", "pydantic", "av"}


def test_a_file_of_several_scenes_says_which(tmp_path):
    (tmp_path / "two_film.py").write_text(
        "from manim import Scene\n\nclass FirstOne(Scene):\n    pass\n\nclass Second(Scene):\n    pass\n"
    )
    with pytest.raises(UsageError, match="no scene named two; its file has first_one and second"):
        catalogue.read([tmp_path]).get("two")

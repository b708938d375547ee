"""What is in the wheel, and that it works away from here."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import venv
import zipfile
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from hhanim.studio.media import checks

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ["tau", "f_infty", "currents", "simulation", "reduced"]


def settings() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_is_listed():
    """setuptools takes an explicit list here; a folder of modules that is not in it would be missing from the
    wheel."""
    tree = {
        ".".join(p.parent.relative_to(ROOT).parts)
        for p in (ROOT / "hhanim").rglob("*.py")
        if p.parent != ROOT / "hhanim"
    }
    assert set(settings()["tool"]["setuptools"]["packages"]) == tree | {"hhanim", "hhanim.scenes"}


def test_base_needs_wheels_only():
    names = " ".join(settings()["project"]["dependencies"]).lower()
    assert "manim" not in names
    assert "cairo" not in names


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """``pip wheel .`` of a copy, so that no build folder appears in the tree."""
    import shutil

    folder = tmp_path_factory.mktemp("wheel")
    pieces = [*(p for p in ROOT.iterdir() if p.is_file()), ROOT / "hhanim", ROOT / "scenes"]
    (folder / "tree").mkdir()
    for piece in pieces:
        copy = (
            shutil.copyfile
            if piece.is_file()
            else partial(shutil.copytree, ignore=shutil.ignore_patterns("__pycache__"))
        )
        copy(piece, folder / "tree" / piece.name)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--wheel-dir",
            str(folder),
            str(folder / "tree"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    (found,) = folder.glob("hhanim-*.whl")
    return found


@pytest.mark.slow
def test_wheel_has_everything(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in [*(ROOT / "hhanim").rglob("*"), *(ROOT / "scenes").glob("*.py")]:
        relative = path.relative_to(ROOT).as_posix()
        if path.is_dir() or "__pycache__" in relative or path.suffix == ".pyc":
            continue
        packed = f"hhanim/{relative}" if relative.startswith("scenes/") else relative
        assert packed in names
    assert "hhanim/scenes/tau_clip.py" in names
    assert "hhanim/py.typed" in names
    assert not {n for n in names if n.startswith(("scenes/", "tests/"))}


@pytest.mark.slow
def test_wheel_renders_all_clips_from_an_empty_directory(wheel, tmp_path):
    """In another environment, which borrows the dependencies of this one but not hhanim, and with manim
    hidden."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    site = next((home / "lib").glob("python*/site-packages"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    import numpy

    # after hhanim's own folder on the path; the .pth file of an editable hhanim is not read from there
    (site / "borrowed.pth").write_text(str(Path(numpy.__file__).parents[1]) + "\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    where = subprocess.run(
        [python, "-c", "import hhanim; print(hhanim.__file__)"],
        cwd=empty,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))
    done = subprocess.run(
        [python, "-m", "hhanim", "render", *CLIPS, "--size", "320x180", "--json"],
        cwd=empty,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in CLIPS:
        facts = checks.check(
            empty / "output" / f"{name}.mp4", width=320, height=180, **_time_base(empty, name)
        )
        assert facts.duration > 1 and facts.fps == 30
    data = "from hhanim.model import measured; from hhanim.look.glossary import terms;"
    data += "print(len(terms()), len(measured.conductances('K')), [len(measured.gate(x).u) for x in 'nmh'])"
    told = subprocess.run([python, "-c", data], cwd=empty, capture_output=True, text=True, check=True)
    assert told.stdout.endswith(" 11 [11, 12, 12]\n"), "the glossary and the measured points are installed"
    rows = json.loads(
        subprocess.run(
            [python, "-m", "hhanim", "list", "--json"], cwd=empty, capture_output=True, text=True, check=True
        ).stdout
    )
    assert set(CLIPS) <= {r["name"] for r in rows}


def _time_base(folder: Path, name: str) -> dict:
    record = json.loads((folder / "output" / f"{name}.json").read_text())
    return {"fps": Fraction(record["frame_rate"]), "n_frames": record["n_frames"]}

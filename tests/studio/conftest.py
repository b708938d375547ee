"""A folder of small scenes, so that rendering one takes tenths of a second."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

WAVE = '''
"""A wave."""
import numpy as np
from hhanim import Membrane
from hhanim import clip
import helper

@clip(title="Wave", description="A travelling wave.", alt="A sine.", poster=0.5)
def wave(stage, *, model: Membrane = "modern", frames: int = 8, seconds: float = 0.4, level: float = 1.0):
    """Draw it."""
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    x = np.linspace(0, 6, 100)
    ax.set_xlim(0, 6)
    ax.set_ylim(-2, 2)
    for k in range(frames):
        ax.plot(x, helper.gain() * level * np.sin(x + k / 3), color=stage.theme.color("Na"))
        yield

if __name__ == "__main__":
    wave.cli()
'''

STILL = """
from hhanim import clip

@clip(title="Still", description="Nothing moves.", alt="A line.")
def still(stage, *, frames: int = 8, seconds: float = 0.4):
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.plot([0, 1], [0, 1])
    for _ in range(frames):
        yield
"""


def files_of(name: str) -> set[str]:
    """The names of a film and of all that lies beside it."""
    return {
        f"{name}{suffix}" for suffix in (".mp4", ".json", ".png", ".vtt", ".cues.json", ".descriptions.vtt")
    }


def write_scenes(scenes: Path) -> None:
    """Two clips; one imports a helper that imports another."""
    scenes.mkdir(parents=True)
    (scenes / "wave_clip.py").write_text(dedent(WAVE))
    (scenes / "still_clip.py").write_text(dedent(STILL))
    (scenes / "helper.py").write_text("import deeper\n\ndef gain():\n    return deeper.GAIN\n")
    (scenes / "deeper.py").write_text("GAIN = 1.0\n")


@pytest.fixture(scope="session")
def scene_writer():
    """:func:`write_scenes`, for fixtures that outlive a test."""
    return write_scenes


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A working directory with two scenes, one of which imports a helper that imports another; none are
    shipped."""
    from hhanim.studio.plan import catalogue

    scenes = tmp_path / "project" / "scenes"
    write_scenes(scenes)
    monkeypatch.chdir(scenes.parent)
    monkeypatch.setattr(catalogue, "folders", lambda: [scenes])
    monkeypatch.setenv("HHANIM_SIZE", "160x90")
    return scenes.parent


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 300 kB."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs takes root")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    if (mounted := subprocess.run(mount, capture_output=True, check=False)).returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def own_tree(tmp_path, monkeypatch) -> Path:
    """A copy of hhanim that processes started by the test import, and that the test may edit."""
    root = Path(__file__).resolve().parents[2]
    tree = tmp_path / "tree"
    for name in ("hhanim", "scenes"):  # with what Python has compiled of them
        shutil.copytree(root / name, tree / name)
    monkeypatch.setenv("PYTHONPATH", str(tree))
    return tree


@pytest.fixture(scope="session")
def a_record():
    """a_record(media, …): the record of a small clip that lies at ``media``, with fields in place of the usual."""
    from hhanim.studio.media import sidecar

    def make(media: Path, **fields) -> sidecar.Record:
        words = dict.fromkeys(("title", "description", "alt", "preset", "theme", "digest", "stamp"), "a word")
        lists = {name: [] for name in ("set", "captions", "sections", "beside")}
        tables = {name: {} for name in ("parameters", "given", "hashes", "engines", "used")}
        numbers = {"width": 160, "height": 90, "fps": 20.0, "n_frames": 8, "duration": 0.4, "bytes": 1}
        usual = {
            "name": media.stem,
            "file": media.name,
            "kind": "clip",
            "format": "mp4",
            "frame_rate": "20",
            "transparent": False,
            "sha256": sidecar.sha256(media),
            "hhanim": "0.1.0",
            "key": {"scene": "wave"},
            **words,
            **lists,
            **tables,
            **numbers,
        }
        return sidecar.Record(**{**usual, **fields})

    return make

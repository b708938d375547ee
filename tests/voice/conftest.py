"""A clip that says three things, and recordings of them."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from hhanim.studio.plan import catalogue
from hhanim.studio.plan.request import Request
from tests.studio.conftest import a_record as a_record

TALK = '''
"""A clip that says three things."""
from hhanim import clip

@clip(title="Talk", description="A line moves.", alt="A line.")
def talk(stage, *, frames: int = 60, seconds: float = 6.0, word: str = "second"):
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.set_xlim(0, 60)
    ax.set_ylim(0, 1)
    for k in range(frames):
        if k in (0, 20, 40):
            stage.caption({0: "The first line.", 20: f"The {word} line.", 40: "The last line."}[k])
        ax.axvline(k)
        yield
'''


def record(path: Path, seconds: float, seed: int = 0, rate: int = 48_000, level: float = 0.06) -> Path:
    """Noise as deep as a voice, of which no two recordings have anything in common."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    samples = (
        level * np.convolve(samples, np.hanning(rate // 3000 + 2), "same")[: samples.size]
        if seconds
        else samples
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """talk(**changes): a request for the clip, in a working folder of its own."""
    (scenes := tmp_path / "scenes").mkdir()
    (scenes / "talk_clip.py").write_text(TALK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "folders", lambda: [scenes])

    def make_request(name: str = "talk.mp4", **changes) -> Request:
        entry = catalogue.find("talk")
        return Request(entry, tmp_path / "out" / name, size="160x90", **changes)

    return make_request

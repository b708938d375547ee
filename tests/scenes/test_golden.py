"""One small frame of every clip, kept as a picture: a change of look is then a decision, not an accident.

After a wanted change: ``python -m tests.scenes.test_golden`` writes them anew; look at them before committing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hhanim.plots.clip import perform
from tests.scenes.test_clips import NAMES, scene

GOLDEN = Path(__file__).parent / "golden"
THEMES = {"simulation": "light"}


def frame(name: str) -> np.ndarray:
    """The state two thirds through, 640 × 360."""
    frames = perform(
        scene(name), n_frames=4, fps=10, width=640, height=360, theme=THEMES.get(name, "dark")
    ).frames()
    return [f.rgba[..., :3].copy() for f in frames][2]


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_as_it_did(name, tmp_path):
    now, before = frame(name), np.asarray(Image.open(GOLDEN / f"{name}.png").convert("RGB"))
    assert now.shape == before.shape
    off = np.abs(now.astype(int) - before).max(axis=2)
    if (off > 40).mean() > 0.002:
        Image.fromarray(now).save(tmp_path / f"{name}.png")
        pytest.fail(
            f"{(off > 40).mean():.2%} of the pixels differ; compare {tmp_path / name}.png with {GOLDEN / name}.png"
        )


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in NAMES:
        Image.fromarray(frame(each)).save(GOLDEN / f"{each}.png", optimize=True)

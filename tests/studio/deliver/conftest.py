"""A film with sections, of which each frame can be told from the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hhanim.studio.make import films

SHADES = '''
from hhanim import Membrane, clip

@clip(title="Shades", description="Dark to bright.", alt="A grey field.")
def shades(stage, *, model: Membrane = "modern", frames: int = 60, seconds: float = 3.0):
    """Every frame is brighter than the one before."""
    for k in range(frames):
        if k in (0, 30):
            stage.caption(f"From {k} on.")
        stage.figure.patch.set_facecolor((k / frames,) * 3)
        yield
'''


@pytest.fixture
def shades(project: Path) -> Callable[..., Path]:
    """shades(*names, …) is that film with as many sections, equally long; frame k of 60 is of level 255 k / 60."""
    Path("scenes/shades_clip.py").write_text(SHADES)

    def make(*names: str, **options: object) -> Path:
        film = films.render("shades", size="160x90", **options)
        record = json.loads(film.with_suffix(".json").read_text())
        starts = [k * record["duration"] / len(names) for k in range(len(names))]
        record["sections"] = [{"name": n, "start": s} for n, s in zip(names, starts, strict=True)]
        film.with_suffix(".json").write_text(json.dumps(record))
        return film

    return make

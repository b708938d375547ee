"""A film with sections, of which each frame can be told from the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hhanim.studio.make import films
from hhanim.studio.media import cues, sidecar

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
        times = [3.0 * k / len(names) for k in range(len(names) + 1)]
        sections = [
            sidecar.Section(n, a, b, b - 0.05) for n, a, b in zip(names, times, times[1:], strict=False)
        ]
        cues.write(cues.path_of(film), film.name, sidecar.sha256(film), sections)
        return film

    return make

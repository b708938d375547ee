"""Words among lines: none strikes a letter through, and nothing eats one away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import VGroup, tempconfig

from hhanim.look import DARK
from hhanim.mobjects.axon.decay import Decay
from hhanim.mobjects.axon.stage import Stage
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import Words
from hhanim.mobjects.graph.orbit import name_within, plane_of
from hhanim.model import presets, simulate
from hhanim.model.cable import Cable, simulate_spike
from hhanim.studio.draw.camera import SparingCamera


def drawn(*mobjects: Any) -> np.ndarray:
    """How bright each pixel is, on the theme's ground."""
    camera = SparingCamera()
    camera.capture_mobjects(mobjects)
    return camera.pixel_array[..., :3].astype(int).max(axis=2)


def blocks() -> list[VGroup]:
    """What has words that lines pass behind."""
    area, widget = Area(-6.0, 6.0, -3.0, 3.0), presets.get("widget")
    run = simulate(widget, 4.0, 60.0)
    name = name_within(plane_of(widget, area, DARK, [run], "n"), run, "limit cycle", after=30.0)
    cable = Cable("modern", length=60_000, diameter=476, n=120)
    dying = simulate_spike(cable.blocked("Na", beyond=30_000), cable.shock())
    stage = Stage(dying, area.rows(1.0, 1.0), DARK, Clock(Pace(dying.duration), DARK))
    decay = Decay(stage, 30.0)
    return [name, decay.left, decay.steady[-1]]


def test_no_letter_covers_the_one_beside_it(media: Path) -> None:
    with tempconfig(
        {
            "pixel_width": 1920,
            "pixel_height": 1080,
            "background_color": DARK.ground,
            "media_dir": str(media),
            "verbosity": "ERROR",
        }
    ):
        for block in blocks():
            words = next(m for m in block.get_family() if isinstance(m, Words))
            plain = words.copy().set_stroke(width=0.0, background=True)
            letters, seen = drawn(plain), drawn(block)
            inside = letters > 0.9 * letters.max()
            assert inside.sum() > 300
            assert np.abs(seen - letters)[inside].max() < 8, words.words

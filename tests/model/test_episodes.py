"""A clamp in episodes: equal steps, between which the gates come to rest, and ways up and down between its turns."""

from __future__ import annotations

import numpy as np
import pytest

import hhanim as hh
from hhanim.model.episodes import episodes


def test_v_is_as_the_episodes_say_and_every_step_begins_at_rest() -> None:
    membrane = hh.presets.get("modern")
    rest, swing = float(membrane.rest()[0]), (-100.0, 45.0)
    clamped = episodes(membrane, 0.0, 30.0, steps=4, legs=3, swing=swing)
    run = clamped.run
    assert len(clamped.begins) == 4
    for k, begin in enumerate(clamped.begins):
        start, stop = clamped.window(k, 0.1, 1.05)
        assert (start, stop) == (begin - 3.0, begin + 31.5)
        v = run.at([start, begin + 1e-6, begin + 30.0 - 1e-6, stop])["V"]
        assert v == pytest.approx([rest, 0.0, 0.0, rest])
        gates = [run.at([start])[name][0] for name in ("m", "h", "n")]
        assert gates == pytest.approx([float(membrane.inf(name, rest)) for name in ("m", "h", "n")], abs=0.01)
    assert run.at(np.array(clamped.turns[:-1]) + 1e-6)["V"] == pytest.approx(
        [swing[k % 2] for k in range(3)], abs=1e-3
    )
    assert clamped.begins[2] + 30.0 < clamped.turns[0] < clamped.turns[-1] < clamped.begins[3]

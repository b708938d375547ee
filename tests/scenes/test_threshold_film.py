"""The film of the threshold: what fires, what lies between, and what a second pulse needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from tests.scenes.film_checks import run_film


@pytest.mark.slow
def test_its_runs_fail_fire_and_fill_the_gap(media: Path) -> None:
    film, looks = run_film("threshold", "wide", media)
    story: Any = film
    assert len(story.weak.spikes) == 0
    assert len(story.strong.spikes) == 1
    assert [look.section for look in looks] == [
        "question", "fails", "fires", "predict", "fan", "passive", "too early", "later", "refractory", "recap",
    ]  # fmt: skip
    said = {look.section: {text for text, _, _ in look.texts} for look in looks}
    assert not said["question"] & {"This pulse fails", "This pulse fires"}  # nobody knows yet
    assert "every level, within a hair's breadth" in said["fan"]  # until it has been seen
    spoken = " ".join(text for _, _, text in story.captions)
    assert "differ by less than a millionth" in spoken
    early, late = (run for run in story.pairs)
    assert (len(early.spikes), len(late.spikes)) == (1, 2)
    assert np.isinf(story.needed[0])  # the absolute refractory period
    assert story.needed[np.isfinite(story.needed)][0] > 3.0
    assert story.needed[-1] == pytest.approx(1.0, abs=0.2)


@pytest.mark.slow
def test_a_membrane_that_no_pulse_fires_is_told_so(media: Path) -> None:
    _, looks = run_film("threshold", "wide", media, ttx=1.0)
    assert looks[-1].section == "no threshold"


@pytest.mark.slow
def test_a_spike_that_comes_after_the_end_stops_nothing(media: Path, request: pytest.FixtureRequest) -> None:
    if not request.config.option.full:
        pytest.skip("--full")
    film: Any
    film, looks = run_film("threshold", "wide", media, model="wang_buzsaki")
    assert len(film.strong.spikes) == 0  # a little above threshold it takes longer than is shown
    assert looks[-1].section == "recap"

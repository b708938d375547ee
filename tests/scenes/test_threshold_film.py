"""The film of the threshold: what fires, what lies between, and what a second pulse needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import VMobject

from hhanim.mobjects.graph.excitability import Voltages
from hhanim.mobjects.graph.marks import Span
from tests.scenes.film_checks import run_film


@pytest.mark.slow
def test_its_runs_fail_fire_and_fill_the_gap(media: Path) -> None:
    class Sweeps:
        def tell(self, beat: Any) -> None:
            seen = self.__dict__.setdefault("shown_sweeps", [])
            seen += [block for block in beat.show or () if isinstance(block, Voltages)]
            super().tell(beat)  # type: ignore[misc]

    film, looks = run_film("threshold", "wide", media, beside=Sweeps)
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
    assert "differ by less than a ten-thousandth" in spoken
    peaks = np.sort([run.extreme("V", after=2.0).value for run in story.tried])
    assert len(peaks) == 20
    assert np.diff(peaks).max() < 10.0  # mV, which a dot covers: no gap is seen where none is
    shown = next(
        block for block in story.shown_sweeps if len(block.traces) == 20
    )  # and each has come and gone
    end = shown.panel.xlim[1]
    assert max(float(run.at([end])["V"][0]) for run in story.tried) < -55.0
    pulses = [float(run.stimulus.max()) for run in (story.weak, story.strong, *story.pairs)]
    assert pulses == pytest.approx([float(f"{i:.3g}") for i in pulses])  # so many digits are written
    assert pulses[0] < story.limit < pulses[1]
    for band, name in (block for block in story.standing if isinstance(block, Span)):
        assert name.width <= band.width  # in the last picture, too
    early, late = (run for run in story.pairs)
    assert early.duration == late.duration  # one axis of time
    assert (len(early.spikes), len(late.spikes)) == (1, 2)
    assert np.isinf(story.found.needed[0])  # the absolute refractory period
    assert story.found.needed[np.isfinite(story.found.needed)][0] > 3.0
    assert story.found.needed[-1] == pytest.approx(1.0, abs=0.2)


@pytest.mark.slow
def test_a_membrane_that_no_pulse_fires_is_told_so(media: Path) -> None:
    _, looks = run_film("threshold", "wide", media, ttx=1.0)
    assert looks[-1].section == "no threshold"


@pytest.mark.slow
@pytest.mark.parametrize("model", ["wang_buzsaki", "connor_stevens"])
def test_what_is_said_of_other_membranes_is_what_their_runs_do(
    media: Path, request: pytest.FixtureRequest, model: str
) -> None:
    if not request.config.option.full:
        pytest.skip("--full")
    film: Any
    film, looks = run_film("threshold", "wide", media, model=model)
    assert looks[-1].section == "recap"
    assert (len(film.weak.spikes), len(film.strong.spikes)) == (0, 1)  # however late the spike comes
    assert [len(run.spikes) for run in film.pairs] == [1, 2]
    spoken = " ".join(text for _, _, text in film.captions)
    assert ("V is lower" in spoken) == _lower(film.pairs[0])
    assert ("lingers" in spoken) == (model == "wang_buzsaki")
    peaks = np.sort([run.extreme("V", after=2.0).value for run in film.tried])
    filled = bool(
        np.diff(peaks).max() < 0.5 * (film.strong.extreme("V").value - film.weak.extreme("V").value)
    )
    assert ("lies every level" in spoken) == filled == (model == "wang_buzsaki")
    assert ("leaps from failing to firing" in spoken) != filled


def _lower(run: Any) -> bool:
    """Whether V is lower than at rest when the second pulse comes."""
    second = run.protocol.edges(run.duration)[2]
    return bool(run.at([second])["V"][0] < run["V"][0])


@pytest.mark.slow
def test_no_outcome_is_seen_before_it_happens_and_then_it_is_said(media: Path) -> None:
    seen: dict[str, list[Any]] = {}

    class Outcomes:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            ghosts = [x for x in film.standing if type(x) is VMobject and len(x.points)]
            seen[beat.caption] = [beat.heading, len(ghosts)]

    run_film("threshold", "wide", media, beside=Outcomes)
    assert seen["A short pulse lifts V. When does the membrane fire?"][1] == 0
    assert seen["Enough {ion} channels open, and V takes off."] == ["It fires", 1]

"""The films about the membrane: laid out in every shape, true to the trajectory, right for other "
"parameters."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("manim")

from tests.scenes.film_checks import outside, overlaps, run_film, update

FILMS = ("gate_opening",)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["wide", "square", "tall"])
@pytest.mark.parametrize("name", FILMS)
def test_nothing_is_cut_and_no_text_stands_on_another(name: str, shape: str, media: Path) -> None:
    theme = "light" if shape == "square" else "dark"
    film, looks = run_film(name, shape, media, theme=theme)
    assert len(looks) >= 4
    assert all(look.inside for look in looks)
    assert [x for look in looks for x in outside(look)] == []
    assert [x for look in looks for x in overlaps(look)] == []
    small = {(said, round(size, 1)) for look in looks for said, size, _ in look.texts if size < 24.0}
    assert small == set()
    assert film.alt
    starts = [start for start, _, _ in film.captions]
    assert starts == sorted(starts)
    assert all(stop > start and text for start, stop, text in film.captions)


@pytest.mark.slow
def test_the_patch_on_the_screen_is_the_patch_simulated(media: Path) -> None:
    film, _ = run_film("gate_opening", "wide", media, n=30)
    assert film.n == 30
    for t in np.linspace(0.0, film.run.duration, 10):
        film.clock.put(float(t))
        update(film, film.field_moving, film.counted)
        for k, channel in enumerate(film.kinds):
            sample = film.samples[channel]
            assert sample.n == 3000
            fraction = float(sample.open(t).mean())
            assert film.fields[channel].open_fraction() == pytest.approx(fraction)
            trace = film.counted[k]
            assert np.interp(trace.now, trace.t, trace.values) == pytest.approx(fraction, abs=0.03)
            law = float(np.interp(t, film.run.t, film.laws[channel]))
            assert abs(fraction - law) < 5.0 * np.sqrt(max(law, 1e-3) / sample.n)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILMS)
def test_a_film_opens_on_its_title_and_a_drawing_and_speaks_to_its_end(name: str, media: Path) -> None:
    film, looks = run_film(name, "wide", media)
    title = looks[0]
    assert title.section == "title"
    assert any(said == film.title for said, _, _ in title.texts)
    assert len(title.inside) >= len(title.texts) + 2  # more than words
    assert film.captions[0][0] == 0.0
    assert film.captions[-1][1] == pytest.approx(film.time)
    for (_, stop, _), (start, _, _) in pairwise(film.captions):
        assert start == pytest.approx(stop)  # one caption runs into the next

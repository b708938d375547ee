"""Every film that is told as a storyboard: laid out in every shape, never bare, hardly ever still, read in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.mobjects.frame import standard
from tests.scenes.film_checks import amiss, outside, overlaps, run_film, stories, watch
from tests.scenes.test_mistakes import CURRENTS, DENSITIES, units


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each shape once, in one theme or the other; with --full each in both."""
    if "shape" in metafunc.fixturenames:
        looks = [("wide", "dark"), ("square", "light"), ("tall", "dark")]
        looks += [("wide", "light"), ("square", "dark"), ("tall", "light")] * metafunc.config.option.full
        metafunc.parametrize(("shape", "theme"), looks)


@pytest.mark.slow
@pytest.mark.parametrize("name", stories())
def test_it_asks_and_nothing_is_cut_small_or_on_another_at_the_end_of_a_section(
    name: str, shape: str, theme: str, media: Path
) -> None:
    film, looks = run_film(name, shape, media, **({} if theme == "dark" else {"theme": theme}))
    assert [x for look in looks for x in outside(look)] == []
    assert [x for look in looks for x in overlaps(look)] == []
    assert [x for look in looks for x in look.small] == []
    assert [x for look in looks for x in look.eaten] == []
    said = set().union(*(units(text) for look in looks for text, _, _ in look.texts))
    assert said <= DENSITIES | CURRENTS.get(f"{name}_film.py", set())  # not µA/cm² mixed with nA, on axes too
    assert film.misread == []
    assert film.alt
    assert film.poster == 0.0  # the first frame, which asks
    assert any("?" in said for said, _, _ in looks[0].texts)
    assert any("predict" in look.section for look in looks)
    assert looks[-1].section == "recap"


@pytest.mark.slow
@pytest.mark.parametrize("name", stories())
def test_every_frame_shows_something_and_few_stand_still(
    name: str, media: Path, pytestconfig: pytest.Config
) -> None:
    """At five frames a second; with --full at ten."""
    seen = watch(name, media, fps=10 if pytestconfig.option.full else 5)
    assert min(seen.drawn) > 0.01
    assert np.mean(seen.same) < 0.15
    assert np.mean(seen.spoken) < 0.15  # as it waits for a slow voice
    assert amiss(seen.film.captions) == []
    assert seen.film.captions[0][0] == 0.0
    assert seen.film.captions[-1][1] == pytest.approx(seen.film.time)


@pytest.mark.parametrize("name", stories())
def test_films_share_one_membrane_and_one_stimulus(name: str) -> None:
    from tests.scenes.film_checks import load

    values: dict[str, Any] = {k: default for k, (_, default) in load(name).declared().items()}
    assert values["model"] == standard.MODEL
    assert values.get("stimulus", standard.STIMULUS) == standard.STIMULUS

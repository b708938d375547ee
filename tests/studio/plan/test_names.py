"""What files are called: nothing that was made is overwritten by what was asked for otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hhanim import presets
from hhanim.parameters import bind
from hhanim.studio.errors import UsageError
from hhanim.studio.make import films
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.names import LONGEST, file_name
from hhanim.studio.plan.project import Settings, requests


def path_of(*names, **settings) -> str:
    (request,) = requests(list(names), Settings(**settings))[0]
    return request.path.name


def make(**settings) -> Path:
    (request,) = requests(["wave"], Settings(**settings))[0]
    films.make(request)
    return request.path


def test_a_variant_does_not_take_the_place_of_another_film(project):
    """The scene's own name is for who comes first; the next one with other parameters is named after them."""
    assert make().name == "wave.mp4"
    before = Path("output/wave.mp4").read_bytes()
    assert make(given={"level": "2"}).name == "wave-level=2.mp4"
    assert make(given={"level": "2", "gNa": "60"}).name == "wave-level=2-gNa=60.mp4"
    assert Path("output/wave.mp4").read_bytes() == before
    assert films.render("wave", level=0.5) == Path("output/wave-level=0.5.mp4")
    assert films.render("wave") == Path("output/wave.mp4")
    # asked again, each is found where it is
    assert path_of("wave", given={"level": "2"}) == "wave-level=2.mp4"
    assert path_of("wave") == "wave.mp4"
    assert path_of("wave", given={"level": "1.0", "model": "modern"}) == "wave.mp4", "what it has anyway"


def test_one_value_is_one_film_however_it_is_spelt(project):
    make()
    said = [
        {"level": x, "model": m} for x, m in (("2", "modern"), ("2.0", "Modern"), (np.float64(2), "MODERN"))
    ]
    assert {path_of("wave", given=given) for given in said} == {"wave-level=2-model=modern.mp4"}


def test_a_number_of_numpy_makes_a_film(project):
    assert films.render("wave", level=np.float64(0.5)) == Path("output/wave.mp4")


def test_a_variant_that_comes_first_keeps_the_scenes_name(project):
    assert make(given={"level": "2"}).name == "wave.mp4"
    assert path_of("wave", given={"level": "2"}) == "wave.mp4"
    assert path_of("wave", given={"level": "3"}) == "wave-level=3.mp4"


def test_what_is_set_for_everything_names_the_scenes_that_have_it(project):
    films.make_all(requests([], Settings())[0])
    found = {r.path.name for r in requests([], Settings(given={"level": "2"}))[0]}
    assert found == {"wave-level=2.mp4", "still.mp4"}


def test_a_name_of_ones_own_with_parameters_in_braces(project):
    """Those that are given, those that are not, and those of the membrane."""
    assert path_of("wave", name="loud") == "loud.mp4"
    assert (
        path_of("wave", name="x{level} at {celsius} °C {scene}", given={"level": "2"})
        == "x2 at 6.3 °C wave.mp4"
    )
    assert path_of("wave", name="{theme}-{preset}", theme="light", preset="draft") == "light-draft.mp4"
    with pytest.raises(UsageError, match="no parameter lvel; did you mean level"):
        requests(["wave"], Settings(name="{lvel}"))
    with pytest.raises(UsageError, match=r'give them names, such as --name "\{scene\}"'):
        requests(["wave", "still"], Settings(name="same"))
    with pytest.raises(UsageError, match="without folders"):
        requests(["wave"], Settings(name="../{level}"))


def test_values_are_written_so_that_every_system_can_name_a_file_after_them(project):
    wave = catalogue.read().get("wave")
    name = file_name(
        wave, {}, {"stimulus": "step(10, start=5) / 2", "model": "mine/cell.py:CELL", "level": 0.1 + 0.2}
    )
    assert name == "wave-stimulus=step(10,_start=5)_2-model=mine_cell.py_CELL-level=0.3"
    long = file_name(wave, {}, {"stimulus": "+".join(["step(1)"] * 100)})
    other = file_name(wave, {}, {"stimulus": "+".join(["step(1)"] * 99 + ["step(2)"])})
    assert len(long.encode()) <= LONGEST and long != other


def test_two_membranes_of_one_name_make_two_files(project):
    wave = catalogue.read().get("wave")
    names = {file_name(wave, {}, {"model": m}) for m in (presets.MODERN, presets.MODERN.with_(gNa=60))}
    assert "wave-model=modern" in names and len(names) == 2


def test_every_film_has_what_the_catalogue_says_it_inherits():
    pytest.importorskip("manim")
    from hhanim.mobjects.frame.film import Film

    declared = {name: value for name, value in Film.declared().items() if name != "theme"}
    assert declared == {p.name: (p.type, p.default) for p in catalogue._INHERITED}
    assert bind("film", declared, {}).objects["model"] == presets.MODERN

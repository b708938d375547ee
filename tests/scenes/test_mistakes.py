"""Mistakes seen in the field that show in a picture: units of the wrong kind, and a time base that depends on the
frame rate.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from hhanim.model import presets
from hhanim.plots.clip import perform
from hhanim.studio.plan import catalogue

from .test_clips import NAMES, last, lines, scene, words

ROOT = Path(__file__).resolve().parents[2]
#: A current, conductance, capacitance or charge, absolute or (group 2) per area.
UNIT = re.compile(r"(?<![\w$\\])([pnµm][ASFC])(?:/([a-zµ]+[²2]))?(?!\w)")
DENSITIES = {("µA", "cm²"), ("mS", "cm²"), ("µF", "cm²"), ("nC", "cm²")}
#: Along an axon, and through a single channel, flows a current, not a density: these alone say so, never per area.
CURRENTS = {
    "axon.py": {("nA", ""), ("µA", ""), ("mA", "")},
    "propagation_film.py": {("nA", ""), ("µA", ""), ("mA", "")},
    "gate_opening_film.py": {("pA", "")},
    "sliders.py": {("µA", "")},  # into an axon, at a place
}


def units(text: str) -> set[tuple[str, str]]:
    return set(UNIT.findall(text))


def test_units_are_found() -> None:
    assert units("peak $I_{Na}$ (mA/cm2), 3 nA; µA/cm² and 36 mS/cm²") == {
        ("mA", "cm2"), ("nA", ""), ("µA", "cm²"), ("mS", "cm²"),
    }  # fmt: skip
    assert units("A neuron. Same mV, ms; IC") == set()


@pytest.mark.parametrize("model", ["classroom", "connor_stevens"])
@pytest.mark.parametrize("name", NAMES)
def test_mistake_units_in_a_clip_are_densities_and_fit_what_is_drawn(name: str, model: str) -> None:
    """µA/cm² mixed with nA or mA, on axes too."""
    membrane = presets.get(model)
    given = {p.name for p in catalogue.find(name).parameters}
    values = {"model": membrane} if "model" in given and name != "reduced" else {}
    stage, *_ = last(name, values)
    said = set().union(*(units(t.get_text()) for t in words(stage)))
    assert said <= DENSITIES
    kinds = {"I": ("µA", "cm²"), "g": ("mS", "cm²")}
    for panel in stage.panels:
        labels = [c.label.text.get_text() for c in panel.movers.curves if c.label]
        symbols = {found[1] for label in labels if (found := re.match(r"\$(\w)(?:_|\$)", label))}
        along = units(panel.name_text.get_text())
        fitting = {kinds[s] for s in symbols if s in kinds}
        assert along == fitting or (not symbols and along <= DENSITIES)  # curves that are named in words


def test_mistake_no_text_of_a_picture_or_page_has_units_of_another_kind() -> None:
    """µA/cm² mixed with nA or mA: every piece of text in the source of pictures, films and the explorer."""
    folders = ("scenes", "hhanim/look", "hhanim/plots", "hhanim/mobjects", "hhanim/explorer")
    paths = [p for folder in folders for p in sorted((ROOT / folder).glob("*.*"))]
    seen = set()
    for path in paths:
        if path.suffix == ".py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = [
                n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            ]
        elif path.suffix in (".js", ".html"):
            texts = [path.read_text(encoding="utf-8")]
        else:
            continue
        found = set().union(*(units(text) for text in texts))
        assert found <= DENSITIES | CURRENTS.get(path.name, set()), path.name
        seen |= found
    assert {("µA", "cm²"), ("mS", "cm²"), ("µF", "cm²")} <= seen


@pytest.mark.parametrize("name", NAMES)
def test_mistake_the_frame_rate_does_not_touch_what_is_drawn(name: str) -> None:
    """Drawing from an integration inside a plot callback, so that the time base depends on fps."""
    drawn = []
    for n, fps in ((3, 2), (7, 10)):
        played = perform(scene(name), n_frames=n, fps=fps, width=320, height=180)
        for _ in played.frames():
            pass
        drawn.append(lines(played.stage))
    assert drawn[0].keys() == drawn[1].keys()
    for symbol, (x, y) in drawn[0].items():
        assert np.array_equal(x, drawn[1][symbol][0], equal_nan=True)
        assert np.array_equal(y, drawn[1][symbol][1], equal_nan=True)


#: Numbers above three as they are written out.
WRITTEN = {
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "thousand": 1000,
}  # fmt: skip


def test_mistake_a_description_states_what_a_parameter_sets() -> None:
    """ "Sixty channels", whatever n is."""
    for entry in catalogue.read([catalogue.shipped()]).entries:
        numbers = {float(p.default) for p in entry.parameters if type(p.default) in (int, float)}
        said = f"{entry.title} {entry.description} {entry.alt}"
        found = {float(WRITTEN[w]) for w in re.findall(r"[a-z]+", said.lower()) if w in WRITTEN}
        found |= {float(w) for w in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", said)}
        assert not found & numbers, f"{entry.name} says {sorted(found & numbers)}"

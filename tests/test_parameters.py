"""One validation for the command line, Python and TOML."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhanim.model import presets, step
from hhanim.parameters import ParameterError, bind, names, spelt

DEMO = {
    "model": ("Membrane", "classroom"),
    "stimulus": ("Protocol", "step(15, start=5)"),
    "frames": ("int", 100),
    "seconds": ("float", 5.0),
    "y_range": ("tuple[float, float]", (-200, 500)),
    "labels": ("bool", True),
    "style": ("Literal['line', 'dots']", "line"),
    "start": ("float | None", None),
}


def resolve(given=None):
    return bind("demo", DEMO, given or {})


def test_defaults():
    values = resolve()
    assert values.objects["model"] == presets.get("classroom")
    assert values.objects["frames"] == 100
    assert values.plain["gNa"] == 120
    assert values.plain["model"] == "classroom"
    assert values.given == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("frames", "250", 250),
        ("seconds", "2.5", 2.5),
        ("seconds", 3, 3.0),
        ("y_range", "-10,20", (-10.0, 20.0)),
        ("y_range", "(-10, 20)", (-10.0, 20.0)),
        ("y_range", [-10, 20], (-10.0, 20.0)),
        ("labels", "no", False),
        ("style", "dots", "dots"),
        ("start", "-65", -65.0),
        ("start", "none", None),
    ],
)
def test_text_and_values(name, text, value):
    assert resolve({name: text}).objects[name] == value


def test_membrane_parameters_open():
    values = resolve({"gNa": "60", "celsius": 18.5, "model": "modern"})
    assert values.objects["model"] == presets.get("modern").with_(gNa=60, celsius=18.5)
    assert (values.plain["gNa"], values.plain["celsius"], values.plain["model"]) == (60, 18.5, "modern")
    assert resolve({"model.gNa": "60"}).plain["gNa"] == 60


def test_objects_are_taken_as_they_are():
    model, stimulus = presets.get("modern").with_(gK=30), step(3, start=1)
    values = resolve({"model": model, "stimulus": stimulus})
    assert values.objects["model"] is model
    assert values.objects["stimulus"] is stimulus
    assert values.plain["gK"] == 30


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"gna": "60"}, ["no parameter gna", "did you mean gNa?"]),
        ({"gNa": "nan"}, ["gNa = nan", "finite"]),
        ({"gNa": "-inf"}, ["gNa = -inf", "finite"]),
        ({"gNa": "-5"}, ["gNa = -5", "0 or more"]),
        ({"gNa": "sixty"}, ["gNa = sixty", "number"]),
        ({"gNa": True}, ["gNa = True", "number"]),
        ({"frames": "2.5"}, ["frames = 2.5", "integer"]),
        ({"frames": "1"}, ["frames = 1", "2 to"]),
        ({"frames": "99999999999"}, ["2 to"]),
        ({"seconds": "0"}, ["seconds = 0", "0.04 to 36000 s"]),
        ({"y_range": "1,2,3"}, ["y_range = 1,2,3"]),
        ({"y_range": "1,nan"}, ["finite"]),
        ({"labels": "maybe"}, ["labels = maybe"]),
        ({"style": "bars"}, ["style = bars", "'line'"]),
        ({"model": "modrn"}, ["did you mean modern?"]),
        ({"model": 3}, ["give the name of a model"]),
        ({"model": "nofile.py:X"}, ["no file nofile.py"]),
        ({"stimulus": "stepp(3)"}, ["did you mean step?"]),
        ({"stimulus": "__import__('os')"}, ["stimulus = __import__"]),
        ({"stimulus": [1]}, ["step(10, start=5)"]),
        ({"other.gNa": "60"}, ["no parameter other.gNa"]),
    ],
)
def test_refusals_are_one_line(given, words):
    with pytest.raises(ParameterError) as error:
        resolve(given)
    text = str(error.value)
    assert "\n" not in text
    for word in words:
        assert word in text, text


def test_names_include_the_membrane():
    assert {"frames", "gNa", "celsius", "ttx"} <= set(names(DEMO, {}))


def test_foreign_annotation_is_refused():
    with pytest.raises(ParameterError, match=r"annotated os\.PathLike; use int, "):
        bind("bad", {"x": ("os.PathLike", 1)}, {})


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*DEMO, "gNa", "celsius"]), st.text(max_size=20))
def test_any_text_is_taken_or_refused(name, text):
    """No text, however strange, gets anything but a value or a clear refusal."""
    try:
        resolve({name: text})
    except ParameterError as error:
        assert "\n" not in str(error) or "\n" in text


@pytest.mark.parametrize("spelling", ["18.5", "18.50", "1.85e1", " 18.5 ", np.float64(18.5), np.array(18.5)])
def test_one_value_has_one_spelling(spelling):
    assert float(spelt(DEMO, {"celsius": spelling})["celsius"]) == 18.5
    assert str(spelt(DEMO, {"celsius": spelling})["celsius"]) == "18.5"


def test_a_model_has_one_spelling_and_numbers_are_pythons():
    said = spelt(
        DEMO,
        {"model": "Connor-Stevens", "frames": np.int64(240), "stimulus": "step(1)", "gNa": np.float32(0.5)},
    )
    assert said == {"model": "connor_stevens", "frames": 240, "stimulus": "step(1)", "gNa": 0.5}
    assert type(said["gNa"]) is float and type(said["frames"]) is int


@pytest.mark.parametrize(
    "given", [{"stimulus": "step([1, 2])"}, {"model": presets.get("modern").with_(gNa=[1, 2])}]
)
def test_a_scene_is_of_one_neuron(given):
    with pytest.raises(ParameterError, match="this is of 2 neurons; give one number where it has several"):
        resolve(given)


def test_a_unit_is_said_once():
    with pytest.raises(ParameterError, match=r"must be 0.04 to 36000 s$"):
        bind("demo", {"seconds": ("Seconds", 5.0)}, {"seconds": "0"})

"""Presets are what their papers say; everything goes to plain data and back."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hhanim as hh
from hhanim import Constant, Exp, HHError, LinExp, Membrane, Sigmoid, presets
from hhanim.model.serial import digest, from_data, to_data

from .examples import MEMBRANES
from .test_protocol import EVERY

rate = st.builds(
    lambda form, a, b, c: form(a, b, c),
    st.sampled_from([Exp, Sigmoid, LinExp]),
    st.floats(0.01, 9),
    st.floats(-99, 99),
    st.floats(1, 99),
)


def test_names_and_lookup() -> None:
    assert {"classic", "classroom", "modern", "widget", "lecture", "connor_stevens", "wang_buzsaki"} <= set(
        presets.names()
    )
    for name in presets.names():
        assert presets.get(name) is presets.get(name.upper()) is getattr(presets, name.upper())
        assert presets.get(name).name == name
    assert presets.get("Connor-Stevens") is presets.CONNOR_STEVENS
    assert presets.get(presets.MODERN) is presets.MODERN


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_names_its_source_and_says_what_it_is(name: str) -> None:
    m = presets.get(name)
    assert "doi.org" in m.source
    assert m.title
    assert m.v_range[0] < m.baseline < m.v_range[1]
    assert abs(m.rest()[0] - m.baseline) < 12.0


def test_the_reduced_sets() -> None:
    p = presets.WIDGET.parameters
    assert [p[k] for k in ("C", "gNa", "gK", "gL", "ENa", "EK", "EL")] == [1, 2.0, 1.44, 0.2, 50, -80, -65]
    q = presets.LECTURE.parameters
    assert [q[k] for k in ("C", "gNa", "gK", "gL", "ENa", "EK", "EL")] == [1, 2.0, 1.44, 0.2, 50, -77, -54]
    assert presets.WIDGET.initial().tolist() == [-65.0, 0.0]
    assert presets.LECTURE.initial() == pytest.approx([-54.0, float(presets.LECTURE.inf("n", -54.0))])
    assert presets.WIDGET.states == ("V", "n")
    assert presets.WIDGET.tau("n", -40.0) == 10.0
    assert presets.WIDGET.with_(celsius=20).tau("n", -40.0) == 10.0
    assert presets.WIDGET.inf("m", -40.0) == presets.WIDGET.inf("n", -45.0) == 0.5


def test_connor_stevens_is_type_one_and_modern_type_two() -> None:
    slow = [hh.simulate("connor_stevens", i, 1000, rtol=1e-7, atol=1e-7).rate() for i in (8.4, 9.5)]
    assert 0 < slow[0] < 10 < 20 < slow[1] < 40
    assert hh.simulate("modern", 7.0, 300, rtol=1e-7, atol=1e-7).rate() > 50


def test_a_membrane_of_ones_own_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from hhanim import presets\nMINE = presets.MODERN.with_(gNa=100)\n")
    assert presets.get(f"{path}:MINE").parameters["gNa"] == 100
    with pytest.raises(HHError, match="did you mean MINE"):
        presets.get(f"{path}:MINNE")


@pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")
def test_membranes_round_trip(membrane: Membrane) -> None:
    again = from_data(json.loads(json.dumps(to_data(membrane))))
    assert again == membrane
    assert digest(again) == digest(membrane)
    y = membrane.rest()
    assert np.array_equal(again.rhs(y), membrane.rhs(y))


@pytest.mark.parametrize("protocol", EVERY, ids=str)
def test_protocols_round_trip(protocol: hh.Protocol) -> None:
    again = from_data(json.loads(json.dumps(to_data(protocol))))
    t = np.linspace(0, 60, 601)
    assert np.array_equal(again(t), protocol(t))
    assert digest(again) == digest(protocol)


@given(rate, rate, st.sampled_from("+-*/"), st.floats(0.1, 3))
def test_rates_round_trip(a: hh.Exp, b: hh.Exp, op: str, power: float) -> None:
    f = {"+": a + b, "-": a - b, "*": a * b, "/": a / b}[op] ** power + Constant(1.0)
    assert from_data(json.loads(json.dumps(to_data(f)))) == f


def test_digest_tells_physics_apart() -> None:
    seen = {digest(m) for m in MEMBRANES}
    assert len(seen) == len(MEMBRANES)
    assert digest(presets.MODERN) != digest(presets.MODERN.with_(gNa=120.0001))
    assert digest(presets.MODERN.with_(gNa=120)) == digest(presets.MODERN)
    code = "import hhanim as hh; from hhanim.model.serial import digest; print(digest(hh.presets.MODERN))"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert other == digest(presets.MODERN)


def test_unknown_types_are_refused() -> None:
    with pytest.raises(HHError, match="unknown type 'Evil'"):
        from_data({"type": "Evil"})
    with pytest.raises(HHError, match="cannot be written as data"):
        to_data(object())

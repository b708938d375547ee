"""Everything frozen has equality and a hash, whatever its fields hold."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from hhanim import Membrane, presets, step
from hhanim.model.cable import Cable, IClamp
from hhanim.model.frozen import Frozen

MODERN = presets.MODERN


@dataclass(frozen=True, eq=False)
class Sample(Frozen):
    x: Any
    note: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False)
class Other(Frozen):
    x: Any


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.array([1.0, 2.0]), np.array([1, 2])),
        (np.array([0.0]), np.array([-0.0])),
        ([1, [2]], (1, (2,))),
        ({"V": 1.0, "n": np.array([2.0])}, {"n": np.array([2.0]), "V": 1.0}),
        (Sample(np.zeros(2)), Sample(np.zeros(2))),
        (3, 3.0),
    ],
)
def test_equal_values_are_equal_and_have_one_hash(a: object, b: object) -> None:
    assert Sample(a) == Sample(b, note="does not count")
    assert len({Sample(a), Sample(b)}) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 3.0])),
        (np.array([1.0, 2.0]), np.array([[1.0, 2.0]])),
        (np.array([1.0]), 1.0),
        ({"V": 1.0}, {"V": 2.0}),
    ],
)
def test_other_values_are_not_equal(a: object, b: object) -> None:
    assert Sample(a) != Sample(b)
    assert Sample(a) != Other(a)
    assert Sample(a) != "a"


@pytest.mark.parametrize(
    "make",
    [
        lambda g: MODERN.with_(gNa=[g, 120.0]),
        lambda g: MODERN.with_(C=[1.0, 2.0], EK=g),
        lambda g: MODERN.with_(gNa=[g, 120.0]).channels[0],
        lambda g: Membrane("m", MODERN.channels, start={"V": g}),
        lambda g: Cable(MODERN, 1000.0, diameter=np.linspace(1.0, g, 50)),
        lambda g: IClamp(g, step(10)),
    ],
)
def test_what_holds_arrays_or_mappings_can_be_compared_and_kept_in_sets(make: Any) -> None:
    assert make(60.0) == make(60.0)
    assert make(60.0) != make(61.0)
    assert len({make(60.0), make(60.0), make(61.0)}) == 2
    assert pickle.loads(pickle.dumps(make(60.0))) == make(60.0)


def test_a_hash_does_not_travel() -> None:
    # that of a string differs from process to process
    hash(MODERN)
    assert "_hash" not in MODERN.__getstate__()

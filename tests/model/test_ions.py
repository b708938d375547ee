"""Nernst's equation against tables of a course."""

from __future__ import annotations

import pytest

from hhanim.model.ions import nernst, outside, thermal_voltage


@pytest.mark.parametrize(("celsius", "mv"), [(6.3, 24.081138), (18.5, 25.132452), (37.0, 26.726659)])
def test_thermal_voltage(celsius: float, mv: float) -> None:
    assert thermal_voltage(celsius) == pytest.approx(mv, abs=5e-7)


@pytest.mark.parametrize(
    ("out", "inside", "charge", "celsius", "mv"),
    [
        (20, 400, 1, 18.5, -75.2900989451),
        (440, 50, 1, 18.5, 54.6568442504),
        (560, 52, -1, 18.5, -59.7321254696),
        (5, 140, 1, 37.0, -89.0586940367),
        (2, 1e-4, 2, 37.0, 132.3435679210),
    ],
)
def test_nernst(out: float, inside: float, charge: int, celsius: float, mv: float) -> None:
    assert nernst(out, inside, charge, celsius) == pytest.approx(mv, abs=1e-7)
    assert outside(mv, inside, charge, celsius) == pytest.approx(out, rel=1e-9)

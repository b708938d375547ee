"""How a number is said, which numbers are round, and that clips and films have one rule for both."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from hhanim.look import quantity
from hhanim.look.axis import Axis, AxisPair
from hhanim.look.numbers import (
    ceil_to,
    floor_to,
    limits,
    millivolts,
    plain,
    round_above,
    round_below,
    round_near,
    smoothstep,
    ticks,
)
from hhanim.look.theme import hex_color, mix

ROOT = Path(__file__).resolve().parents[2]


def test_a_number_has_a_real_minus_sign_and_no_digit_too_many():
    assert [plain(x) for x in (-0.25, 100.0, 1e6, 0.1 + 0.2)] == ["−0.25", "100", "1000000", "0.3"]
    assert plain(12346.0, 4) == "12350"
    assert millivolts(-64.6) == "−65 mV"


def test_the_minus_sign_is_made_in_one_place():
    """A hyphen replaced by hand is a number that is said elsewhere."""
    by_hand = [
        path.relative_to(ROOT).as_posix()
        for folder in ("hhanim/look", "hhanim/plots", "hhanim/mobjects", "scenes")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"""replace\(\s*["']-["']""", path.read_text(encoding="utf-8"))
    ]
    assert by_hand == ["hhanim/look/numbers.py"]


@pytest.mark.parametrize("x", [0.00312, 0.5, 1.0, 1.49, 7.3, 1000.0, 9.99])
def test_round_numbers_are_next_to_what_they_stand_for(x):
    low, high, near = round_below(x), round_above(x), round_near(x)
    assert low <= x * (1 + 1e-9) and high >= x * (1 - 1e-9) and high / low <= 2 + 1e-9
    assert abs(np.log(near / x)) <= np.log(1.5)
    assert floor_to(x, 0.25) <= x + 1e-9 < floor_to(x, 0.25) + 0.25 + 2e-9
    assert ceil_to(x, 0.25) - 0.25 - 1e-9 < x <= ceil_to(x, 0.25) + 1e-9


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-90, 55), (-866.3, 903.3), (0, 63.8), (2.5, 2.6), (-1e-4, 3e-4)]
)
@pytest.mark.parametrize(("most", "room"), [(2, 4), (4, 10), (6, 12)])
def test_ticks_are_round_inside_and_not_too_many(low, high, most, room):
    marks = ticks(low, high, most, room)
    steps = np.diff(marks)
    assert marks and all(low - 1e-9 <= mark <= high + 1e-9 for mark in marks)
    assert len(steps) <= room
    if len(steps):
        assert steps == pytest.approx(np.full(len(steps), steps[0]))
        assert float(f"{steps[0]:.1e}") == pytest.approx(steps[0])
        assert f"{steps[0]:.0e}"[0] in "125"
    assert ticks(3.0, 3.0, most, room) == [3.0]


def test_one_number_alone_says_no_scale_where_there_is_room_for_two():
    assert ticks(-1098.0, 1144.0, 2, 5) == [-1000.0, 0.0, 1000.0]
    assert ticks(-1098.0, 1144.0, 2, 2) == [0.0]


def test_an_axis_knows_where_a_value_is():
    axis = Axis(quantity("V"), -80.0, 40.0)
    assert axis.share(-20.0) == pytest.approx(0.5)
    assert axis.value(axis.share(13.0)) == pytest.approx(13.0)
    assert Axis("", 0.0, 1.0, ()).ticks(4, 8) == []
    assert Axis("", 0.0, 1.0, (0.3,)).ticks(4, 8) == [0.3]


def test_panels_of_clips_and_films_are_told_their_axes_in_the_same_words():
    from hhanim.plots.panel import Panel

    kinds = [Panel]
    if pytest.importorskip("manim"):
        from hhanim.mobjects.graph.panel import Panel as OfFilms

        kinds.append(OfFilms)
    for kind in kinds:
        assert issubclass(kind, AxisPair)
        assert not {"x", "y", "xlim", "ylim"} & vars(kind).keys()


def test_limits_leave_air_and_smoothstep_is_level_at_its_ends():
    low, high = limits([0.0, 10.0, np.nan])
    assert (low, high) == pytest.approx((-0.6, 10.6))
    assert limits([2.0, 10.0], zero=True) == pytest.approx((0.0, 10.6))
    assert [smoothstep(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert smoothstep(np.array([-1.0, 0.5])).tolist() == [0.0, 0.5]


def test_colours_are_mixed_in_one_place():
    assert hex_color(mix("#000000", "#ffffff", 0.5)) == "#808080"
    assert hex_color(mix("#10151d", "#f4f6f8", 0.0)) == "#10151d"

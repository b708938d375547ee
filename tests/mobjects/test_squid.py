"""The squid, its axon and the chamber: they show what was simulated, and each picture lies in the one before it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import ManimColor, Rectangle

from hhanim.errors import HHError
from hhanim.look import DARK
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.standard import grid, voltages
from hhanim.mobjects.frame.zoom import Zoom, within
from hhanim.mobjects.squid.animal import Squid
from hhanim.mobjects.squid.chamber import Chamber
from hhanim.mobjects.squid.fibre import GiantAxon
from hhanim.mobjects.squid.travel import Travel
from hhanim.model import presets, simulate
from tests.scenes.film_checks import run_film

AREA = Area(-6.4, -0.4, -3.2, 2.42)
FRAME = Area(-7.11, 7.11, -4.0, 4.0)


@pytest.fixture(scope="module")
def chamber() -> Chamber:
    run = simulate(presets.MODERN, "pulse(10, start=2, width=1)", 10.0)
    made = Chamber(GiantAxon(DARK, AREA), AREA, run)
    made.axon.place(*made.seat)
    return made


def test_the_axon_shines_as_v_does(chamber: Chamber) -> None:
    low, high = voltages(chamber.run.membrane, chamber.run)
    for t in np.linspace(0.0, 10.0, 9):
        chamber.draw(float(t), 0.0)
        v = float(chamber.run.at([t])["V"][0])
        assert chamber.axon.lit == pytest.approx((v - low) / (high - low), abs=1e-6)


def test_the_wire_that_carries_the_stimulus_is_bright_while_there_is_one(chamber: Chamber) -> None:
    green = ManimColor(DARK.color("stimulus")).to_rgb()
    bright = [
        np.allclose(chamber.draw(t, 0.0).wire[1].stroke_rgbas[0, :3], green) for t in (1.9, 2.1, 2.9, 3.1)
    ]
    assert bright == [False, True, True, False]


def test_the_current_has_two_poles_one_of_them_in_the_water(chamber: Chamber) -> None:
    _, ends, _, plate = chamber.source()
    assert len(ends.points) == 2 * len(chamber.meter()[2].points) // 2
    assert chamber.water.left < plate.get_x() < chamber.water.right
    assert plate.get_bottom()[1] < chamber.water.top < ends.get_y()
    assert plate.get_bottom()[1] > chamber.seat[2] + chamber.seat[3]  # beside the axon


def test_the_wire_is_pushed_in_from_outside_to_near_the_other_end(chamber: Chamber) -> None:
    insert = chamber.insert()
    tips = []
    for share in (0.0, 0.5, 1.0):
        insert.interpolate(share)
        tips.append(float(chamber.wire[1].get_right()[0]))
    assert tips[0] < chamber.axon.left < tips[1] < tips[2] < chamber.axon.right
    assert abs(chamber.wire.get_y() - chamber.axon.y) < 1e-6


def test_v_is_an_arrow_from_the_inside_to_the_outside(chamber: Chamber) -> None:
    *_, words, arrow, head, _ = chamber.meter()
    inside, outside = words
    assert [word.words for word in words] == ["inside", "outside"]
    assert inside.get_x() < arrow.get_x() < head.get_x() < outside.get_x()


def test_the_chamber_goes_where_it_is_sent_with_all_that_is_in_it(chamber: Chamber) -> None:
    to = Area(-3.0, 3.0, -2.0, 2.0)
    move = chamber.to(to)
    move.interpolate(1.0)
    assert (chamber.axon.left, chamber.axon.right) == pytest.approx(chamber.seat[:2])
    for part in (chamber.still, chamber.moving, chamber.axon):
        assert part.get_left()[0] > to.left - 0.06 and part.get_right()[0] < to.right + 0.06
    move = chamber.to(AREA)
    move.interpolate(1.0)


def test_a_zoom_takes_a_thing_of_the_outer_picture_to_itself_in_the_inner_one() -> None:
    """At its end what was the axon's line in the squid is as large as the axon, and where it is."""
    squid, axon = Squid(DARK, AREA), GiantAxon(DARK, Area(-6.4, 6.4, -3.2, 2.42))
    x, y, size = squid.band
    line = Rectangle(width=0.2, height=size).move_to((x, y, 0.0))
    inner = Rectangle(width=0.2, height=axon.band[2]).move_to((*axon.band[:2], 0.0))
    zoom = Zoom([line], [inner], within(FRAME, squid.band, axon.band), FRAME)
    zoom.begin()
    for share in (0.3, 0.6, 0.97):
        zoom.interpolate(share)
        assert line.get_center() == pytest.approx(inner.get_center(), abs=1e-6)
        assert line.height == pytest.approx(inner.height, rel=1e-6)
    zoom.interpolate(1.0)
    assert inner.height == pytest.approx(axon.band[2])


def test_the_channel_that_is_entered_is_the_one_that_is_seen_then_and_opens_in_the_spike() -> None:
    run = simulate(presets.MODERN, "pulse(10, start=2, width=1)", 10.0)
    story: Any = SimpleNamespace(theme=DARK, grid=grid("wide"), shape="wide", clock=None, frame=FRAME)
    way = Travel(story, run)
    pairs = list(
        zip(way.membrane.views[2:5], way.channel.views, strict=True)
    )  # those beside it are seen as well
    seen = set()
    for t in np.linspace(0.0, 10.0, 41).tolist():
        way.membrane.draw(t)
        way.channel.draw(t)
        for outer, inner in pairs:
            assert outer.channel.name == inner.channel.name
            for gate, opening in outer.openings().items():
                assert np.array_equal(opening, inner.openings()[gate])
        seen.add(pairs[1][1].open)
    assert seen == {True, False}


def test_the_squid_moves_and_its_axon_stays_where_it_can_be_entered() -> None:
    squid = Squid(DARK, AREA)
    before = [part.points.copy() for part in squid.moving.family_members_with_points()]
    axon = squid.nerves[1].points.copy()
    squid.draw(1.3)
    after = [part.points for part in squid.moving.family_members_with_points()]
    assert sum(not np.allclose(a, b) for a, b in zip(before, after, strict=True)) >= 5
    assert np.array_equal(axon, squid.nerves[1].points)
    assert np.ptp(axon[:, 1]) < 1e-9 and axon[:, 0].min() < squid.band[0] < axon[:, 0].max()


def test_an_axon_whose_v_does_not_pass_zero_is_refused_in_a_line(media: Path) -> None:
    changes: dict[str, Any] = {"ttx": 0.9}
    with pytest.raises(HHError, match="give it a stronger stimulus") as refused:
        run_film("squid", "wide", media, **changes)
    assert "\n" not in str(refused.value)

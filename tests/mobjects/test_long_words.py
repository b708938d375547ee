"""Longer words have room: on two lines, over an axis's numbers, within a panel; and none stands on another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("manim")

from hhanim.look import DARK
from hhanim.look.type import LABEL, TICK
from hhanim.mobjects.frame.cards import Recap
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import Words, broken
from hhanim.mobjects.graph.marks import Span
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.squid.chamber import Chamber
from hhanim.mobjects.squid.fibre import GiantAxon
from hhanim.mobjects.storyboard import Beat
from hhanim.model import pulse, simulate
from tests.mobjects.test_storyboard import told

HEADING = (
    "A heading of so many words that there is no room for all of them on one line under any circumstances"
)
LINE = f"{HEADING}, nor is there room for what stands below, which has so many more of them that it takes two"


def test_a_heading_and_a_line_of_two_lines_leave_each_other_room_whichever_came_first(media: Path) -> None:
    seen: list[list[Any]] = []
    beats = [
        Beat("a", HEADING, "A."),
        Beat("a", HEADING, "B.", "a line"),
        Beat("b", "Short", "C.", LINE),
        Beat("b", HEADING, "D.", LINE),
        Beat("b", HEADING, "E.", LINE),
    ]
    told(beats, media, lambda film, _: seen.append(list(film._words)), clock=True)
    for heading, line in seen[1:]:
        assert heading.get_bottom()[1] > line.get_top()[1]
        for words in (heading, line):
            assert words.size * words.width / Words(words.words, size=words.size).width > 23.9
    assert seen[3] == seen[4]  # what fits stays


@pytest.mark.parametrize("beside", [False, True])
def test_the_rows_of_a_recap_are_on_two_lines_where_that_is_larger(beside: bool) -> None:
    rows = [
        ("A head of several words", "and what it does, which is told at length", "ink"),
        ("Short", "is short", "ink"),
    ]
    area = Area(-1.9, 1.9, -1.0, 1.0) if beside else Area(-1.5, 1.5, -2.5, 2.5)
    recap = Recap(rows, DARK, area, beside=beside)
    sizes = []
    for row in recap.rows:
        name, words = row[0]
        assert name.get_bottom()[1] > words.get_top()[1]
        assert area.left - 1e-6 < row.get_left()[0] and row.get_right()[0] < area.right + 1e-6
        sizes.append(1.15 * LABEL * words.width / Words(words.words, size=1.15 * LABEL).width)
    assert min(sizes) > 24.0 and sizes[0] == pytest.approx(sizes[1])
    assert "\n" in recap.rows[0][0][1].words


def test_the_name_of_an_axis_begins_over_its_numbers_before_it_is_made_smaller() -> None:
    area = Area(0.0, 3.5, 0.0, 2.6)
    panel = Panel(area, DARK).x("ms", 0, 20)
    wide = Words("open share of 1000 K and 1000 Na", size=TICK).width
    assert area.width - panel.y("", -80, 50).inner.left < wide < area.width
    panel.y("open share of 1000 K and 1000 Na", -80, 50)
    (title,) = [t for t in panel.titles if len(getattr(t, "words", "")) > 5]
    assert title.width == pytest.approx(wide) and title.get_right()[0] < area.right + 1e-6
    assert all(number.get_top()[1] < title.get_bottom()[1] for number in panel.numbers)


def test_the_name_of_a_narrow_band_stays_off_the_axis() -> None:
    panel = Panel(Area(0.0, 3.5, 0.0, 2.6), DARK).x("ms", 0, 20).y("", 0, 4)
    _, words = Span(panel, 0.0, 2.0, "absolute")
    assert words.get_left()[0] >= panel.inner.left - 1e-6


def test_the_two_terminals_of_a_small_chamber_have_room_for_their_names() -> None:
    run = simulate("modern", pulse(10, start=5, width=1), 6.0)
    for height in (2.02, 3.6, 4.12):
        chamber = Chamber(GiantAxon(DARK, Area(-3.6, 3.6, -3.0, 3.0)), Area(-3.6, 3.6, 0.0, height), run)
        inside, current = chamber.meter()[3][0], chamber.source()[2]
        assert inside.get_y() - current.get_y() > 1.3 * 28.0 * UNIT
        assert current.get_bottom()[1] > chamber.water.top


def test_no_number_is_parted_from_its_unit() -> None:
    assert broken("Por encima de 5,2 µA/cm²: inestable") == "Por encima de\n5,2 µA/cm²: inestable"
    assert broken("some 95 % of it") == "some 95 %\nof it"
    assert broken("one word and three") == "one word\nand three"
    assert broken("95 %") == "95 %"


def test_an_axis_has_no_tick_without_its_number_where_its_name_takes_their_place() -> None:
    panel = Panel(Area(0.0, 3.0, 0.0, 2.6), DARK, gutter=0.3).x("pulse", 0, 10).y("", 0, 4)
    numbers = {round(float(n.get_x()), 2) for n in panel.numbers if n.get_y() < panel.inner.bottom}
    marks = {round(float(m.get_x()), 2) for m in panel.frame_lines if m.height > m.width}
    assert marks == numbers
    (name,) = [t for t in panel.titles if t.get_y() < panel.inner.bottom]
    assert max(numbers) < name.get_left()[0] - 0.1


def test_a_name_that_would_take_the_place_of_several_numbers_stands_under_them() -> None:
    panel = Panel(Area(0.0, 3.0, 0.0, 2.6), DARK, gutter=0.3).x("pulse (µA/cm²)", 0, 10).y("", 0, 4)
    numbers = [n for n in panel.numbers if n.get_y() < panel.inner.bottom]
    (name,) = [t for t in panel.titles if t.get_y() < panel.inner.bottom]
    assert [n.words for n in numbers] == ["0", "2", "4", "6", "8", "10"]
    assert name.get_top()[1] < min(n.get_bottom()[1] for n in numbers)
    assert name.get_bottom()[1] >= panel.area.bottom - 1e-6

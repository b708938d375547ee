"""Captions that can be read, and chapters that uploads take."""

from __future__ import annotations

import itertools

import pytest

from hhanim.language.pace import READING
from hhanim.studio.deliver.captions import LINES, WIDTH, chapters, readable

LONG = (
    "Potassium channels open later, and potassium leaves until the membrane is as it was, or even below that."
)


def test_two_lines_of_42_letters_and_no_word_lost():
    found = readable([(0.0, 9.0, LONG), (9.0, 9.2, "End"), (30.0, 31.0, "x" * 100)], 40.0)
    assert all(len(text.splitlines()) <= LINES for _, _, text in found)
    assert all(len(line) <= WIDTH for _, _, text in found for line in text.splitlines())
    words = " ".join(text for _, _, text in found).replace("\n", " ").split()
    assert words[:-3] == [*LONG.split(), "End"] and "".join(words[-3:]) == "x" * 100
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    assert found[0][0] == 0.0 and found[1][1] == 9.0  # the pieces share the time of their line


def test_what_is_said_quickly_stays_until_it_is_read_or_the_next_is_said():
    text = "A caption of some length."
    (one,) = readable([(1.0, 1.1, text)], 20.0)
    assert one[1] == pytest.approx(1.0 + len(text) / READING)
    assert readable([(1.0, 1.1, "So")], 20.0)[0][1] == 2.0
    assert readable([(1.0, 1.1, text), (1.5, 4.0, text)], 20.0)[0][1] == 1.5
    assert readable([(1.0, 1.1, text)], 1.2)[0][1] == 1.2
    assert readable([(0.0, 1.0, "  ")], 2.0) == []


@pytest.mark.parametrize(
    ("titles", "end", "wanted"),
    [
        ([("a", 0), ("b", 20), ("c", 40)], 60, [("a", 0, 20), ("b", 20, 40), ("c", 40, 60)]),
        ([("title", 0), ("section", 8), ("film", 14), ("end", 50)], 55, [("film", 0, 55)]),
        ([("a", 0), ("short", 10), ("b", 15)], 30, [("a", 0, 10), ("b", 10, 30)]),
        ([("a", 0), ("b", 3)], 7, [("a", 0, 7)]),
    ],
)
def test_chapters_begin_at_0_00_and_last_ten_seconds(titles, end, wanted):
    found = [(c.title, c.start, c.stop) for c in chapters(titles, end)]
    assert found == wanted

"""Captions that can be read, and chapters that uploads take."""

from __future__ import annotations

import itertools

import pytest

from hhanim.language.pace import READING
from hhanim.studio.deliver.captions import LINES, WIDTH, chapters, readable
from hhanim.studio.media.sidecar import Caption, Line

LONG = (
    "Potassium channels open later, and potassium leaves until the membrane is as it was, or even below that."
)


def silent(*captions: Caption) -> list[Line]:
    return [Line("", *caption) for caption in captions]


def test_two_lines_of_42_letters_and_no_word_lost():
    found = readable(silent((0.0, 9.0, LONG), (9.0, 9.2, "End"), (30.0, 31.0, "x" * 100)), 40.0)
    assert all(len(text.splitlines()) <= LINES for _, _, text in found)
    assert all(len(line) <= WIDTH for _, _, text in found for line in text.splitlines())
    words = " ".join(text for _, _, text in found).replace("\n", " ").split()
    assert words[:-3] == [*LONG.split(), "End"] and "".join(words[-3:]) == "x" * 100
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    assert found[0][0] == 0.0 and found[1][1] == 9.0  # the pieces share the time of their line


def test_a_number_stays_with_its_unit():
    for unit in ("%", "mV", "µA/cm²", "°C"):
        for more in range(42):
            found = readable(
                silent((0.0, 9.0, f"{'x' * more} there are about 95 {unit} of all that was")), 9.0
            )
            assert any(f"95 {unit}" in line for _, _, text in found for line in text.splitlines())


def test_what_is_said_quickly_stays_until_it_is_read_or_the_next_is_said():
    text = "A caption of some length."
    (one,) = readable(silent((1.0, 1.1, text)), 20.0)
    assert one[1] == pytest.approx(1.0 + len(text) / READING)
    assert readable(silent((1.0, 1.1, "So")), 20.0)[0][1] == 2.0
    assert readable(silent((1.0, 1.1, text), (1.5, 4.0, text)), 20.0)[0][1] == 1.5
    assert readable(silent((1.0, 1.1, text)), 1.2)[0][1] == 1.2
    assert readable(silent((0.0, 1.0, "  ")), 2.0) == []


def test_a_part_of_a_spoken_line_is_there_while_it_is_spoken():
    """However long its picture stands; the last one stays with it, and none goes before it can be read."""

    def shown(stands: float, seconds: float) -> list[Caption]:
        return readable([Line("", 1.0, 1.0 + stands, LONG, file="a.wav", seconds=seconds)], 60.0)

    first, second = shown(30.0, 8.0)
    share = len(first[2]) / (len(first[2]) + len(second[2]))
    assert first[:2] == (1.0, pytest.approx(1.0 + 8.0 * share)) and second[:2] == (first[1], 31.0)
    first, second = shown(30.0, 2.0)
    assert first[1] == pytest.approx(1.0 + len(first[2]) / READING) and second[1] == 31.0
    for seconds in (2.0, 9.0):  # too quick to be read, or longer than its picture: each its share
        assert shown(4.0, seconds)[0][1] == pytest.approx(1.0 + 4.0 * share)


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

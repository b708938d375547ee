"""A share of the fuzz, always the same films; all of it: ``python -m tests.celluloid.fuzz 1000``."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from .fuzz import FLAT, Film, compare, films


@settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(films())
def test_any_film_is_celluloids(film):
    assert compare(film) in ("identical", "drawn whole", "refused", "impossible", "only ours")


@pytest.mark.parametrize("name", ["anchored text", "size bar", "annotation box", "offset box", "quiverkey"])
def test_artists_of_unknown_kinds_are_where_celluloid_has_them(name):
    assert compare(Film([[("plot", 0, k), (name, 0, k)] for k in range(3)])) == "identical"


@pytest.mark.parametrize("name", ["stubborn", "replaced", "labelled", "filtered"])
def test_what_paints_in_ways_of_its_own_is_drawn_whole(name):
    assert name in FLAT
    assert compare(Film([[(name, 0, k), ("plot", 0, k)] for k in range(3)])) == "drawn whole"


def test_right_by_chance_on_one_frame_is_not_right_on_all():
    """A white line that is there although it is invisible cannot be seen on the first frame."""
    frames = [
        [("stubborn", 1, 243), ("rasterized", 0, 146)],
        [("stubborn", 1, 244), ("rasterized", 0, 147), ("adjust", 1, 243)],
    ]
    assert compare(Film(frames, "shared")) == "drawn whole"


@pytest.mark.parametrize("between", ["cla", "remove", "remove the legend"])
def test_what_is_taken_away_between_frames_is_on_its_own_frames(between):
    frames = [[("two legends", 0, k), ("boxed text", 0, k), ("bar", 0, k)] for k in range(3)]
    for k, frame in enumerate(frames[1:]):
        frame.insert(0, (between, 0, k))
    assert compare(Film(frames)) == "identical"


@pytest.mark.parametrize("name", ["clf", "axes removed", "axes made anew"])
def test_figures_that_lose_axes_are_refused(name):
    assert compare(Film([[("plot", 0, 1)], [(name, 0, 0), ("plot", 0, 2)]])) == "refused"


def test_the_best_place_in_space_is_looked_for_on_every_frame():
    """Drawing axes in space moves what is on them, and with it the best place of a legend."""
    solid = [("bar3d", 0, 3231), ("scatter", 0, 905)]
    legend = [("legend", 0, 154), ("text2D", 1, 3025)]
    last = [("bar3d", 0, 3234), ("scatter", 0, 908), *solid, ("restyle", 0, 1952), ("restyle", 0, 2655)]
    frames = [[*solid, ("bar3d", 3, 0)], [*solid, *legend], [("bar3d", 0, 3233), ("scatter", 0, 907)], last]
    assert compare(Film(frames, "solid", "seaborn-v0_8")) == "identical"


def test_layouts_move_as_often_as_with_celluloid():
    """Each subfigure with artists has matplotlib draw, and so lay out, once more before the first frame."""
    frames = [[("shadowed", 1, 878), ("quiverkey", 0, 2232)]]
    assert compare(Film(frames, "subfigures", layout="tight")) == "identical"
    assert compare(Film([[("annotate", 0, k), ("fill", 0, k)] for k in range(3)], "polar", "ggplot", "tight", {"dpi": 57})) == "identical"  # fmt: skip
    frames = [
        [("annotation box", 2, 1952)],
        [("annotation box", 2, 1953), ("fill between", 1, 939), ("restyle", 0, 227)],
    ]
    frames += [
        [("annotation box", 2, 1954), ("stairs", 2, 154)],
        [("annotation box", 2, 1955), ("axvspan", 2, 59)],
    ]
    assert compare(Film(frames, layout="compressed")) == "identical"


def test_what_is_drawn_before_the_film_at_another_resolution_leaves_its_traces():
    """A table finds its fontsize when it is drawn first."""
    assert compare(Film([[], [("table", 2, 9568)]], style="bmh", how={"dpi": 57})) == "identical"

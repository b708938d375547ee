"""The film of how gates open: what is counted on the screen is what was simulated, and chance keeps to its law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

pytest.importorskip("manim")

from manim import ManimColor

import hhanim as hh
from hhanim.mobjects.graph.rates import gates_over_v, rates_over_v
from hhanim.mobjects.membrane.depth import PATCH
from hhanim.model import Channel, Membrane, measured
from tests.scenes.film_checks import run_film


@pytest.fixture(scope="module")
def film(media: Path) -> Any:
    return run_film("gate_opening", "wide", media)[0]


def test_the_shares_counted_on_the_screen_keep_to_the_law_within_binomial_error(film: Any) -> None:
    depth, membrane = film.depth, film.membrane
    assert sum(map(len, depth.in_sight(film.far).values())) in range(60, 70)
    for k, look in ((3, film.far), (4, 1.0)):
        depth.look(look)
        share = film.share(k, 1, 3, look)
        numbers = depth.in_sight(look)
        for t in np.linspace(film.begins[k] - 0.1 * film.lasts, film.begins[k] + film.lasts, 60).tolist():
            depth.draw(t)
            share.traces.draw(t)
            for name, trace in zip(film.kinds, share.traces, strict=True):
                law = float(np.interp(t, film.run.t, membrane.channel(name).open_fraction(film.run)))
                counted, error = depth.open_fraction(name), np.sqrt(law * (1.0 - law) / len(numbers[name]))
                assert counted == depth.samples[name].take(numbers[name]).open(t).mean()
                assert abs(counted - law) < max(5.0 * error, 3.0 / len(numbers[name]))
                assert trace.reading[1] == pytest.approx(counted, abs=max(1.1 / len(numbers[name]), 0.01))
            for name, expected in zip(film.kinds, share.law, strict=True):
                expected.draw(t)
                law = float(np.interp(t, film.run.t, membrane.channel(name).open_fraction(film.run)))
                assert share.panel.data(expected.path(t))[1] == pytest.approx(law, abs=1e-3)
    assert len(numbers[name]) == film.n
    title = share.panel.y_axis.name
    assert title == f"open share of {film.n} K⁺, {film.n} Na⁺ channels"


def test_about_95_percent_of_the_counts_lie_in_the_bands(film: Any) -> None:
    """By the binomial distribution, at every instant of the step: as the film says."""
    film.depth.look(film.far)
    share, numbers, inside = film.share(3, 1, 3, film.far), film.depth.in_sight(film.far), []
    t = np.linspace(film.begins[3] + 0.1 * film.lasts, film.begins[3] + film.lasts, 50)
    for name, band in zip(film.kinds, share.bands, strict=True):
        law = np.interp(t, film.run.t, film.membrane.channel(name).open_fraction(film.run))
        n, rim = len(numbers[name]), np.array([share.panel.data(point) for point in band.points[::4]])
        lower, upper = rim[: len(rim) // 2], rim[len(rim) // 2 :][::-1]
        low, high = (np.interp(t - film.begins[3], *side.T) for side in (lower, upper))
        for p, least, most in zip(law, np.ceil(low * n - 1e-6), np.floor(high * n + 1e-6), strict=True):
            inside.append(binom.cdf(most, n, p) - binom.cdf(least - 1, n, p))
    assert 0.93 < np.mean(inside) < 0.98


def test_the_single_channel_opens_at_other_times_under_the_same_step(film: Any) -> None:
    t, i = film.current.t, film.current.y
    drive = film.run.at(t)["V"] - float(film.membrane.channel("K").e)
    open_ = i != 0.0
    assert i[open_] == pytest.approx(0.02 * drive[open_])  # 20 pS, in pA
    changes = [t[1:][np.diff(open_) & (t[1:] > b) & (t[1:] < b + film.lasts)] - b for b in film.begins[:3]]
    assert min(len(x) for x in changes) >= 2
    assert abs(changes[0][0] - changes[1][0]) > 0.2


def test_the_rates_over_v_are_the_gates_and_have_the_points_of_1952(film: Any) -> None:
    sweep = film.steps.over_v(film.grid["plot"], rates_over_v(film.run, "n"), "", 0, 2)
    for t in np.linspace(film.clamped.turns[0], film.clamped.turns[2], 9):
        sweep.traces.draw(t)
        v = float(film.run.at([t])["V"][0])
        gate = film.membrane.gates["n"]
        for trace, rate in zip(sweep.traces, (gate.alpha, gate.beta), strict=True):
            assert trace.reading == pytest.approx((v, float(rate(v))), abs=0.02 * 145.0 / 10)
            assert trace.reading[1] == pytest.approx(float(rate(v)), abs=2e-3)
    dot, last = sweep.traces[0].dot, sweep.panel.numbers[0]
    sweep.traces.draw(film.clamped.turns[0])
    assert (
        dot.get_center()[0] - 3.2 * dot.radius > last.get_right()[0]
    )  # nor do its rings cover a number of y
    table = measured.gate("n")
    for drawn, rates in zip(sweep.points, (table.alpha, table.beta), strict=True):
        rings = drawn.points.reshape(-1, 16, 3)
        places = [sweep.panel.data(0.5 * (p[0] + p[8])) for p in rings]
        assert places == [pytest.approx((u - 65.0, x), abs=1e-6) for u, x in zip(table.u, rates, strict=True)]


def test_rows_are_as_high_v_is_read_at_both_levels_and_the_law_is_named_as_it_is_drawn(film: Any) -> None:
    v, *rows = film.records(3)
    heights = [row.panel.inner.height for row in (v, *rows)]
    assert heights == pytest.approx([heights[0]] * 4, rel=1e-3)
    assert [w.words for w in v.panel.numbers if w.get_right()[0] < v.panel.inner.left] == ["−65", "0"]
    share = film.share(4, 2, 3, PATCH)
    for trace, name in zip(share.law, share.names, strict=True):
        assert name.get_color() == trace.line.get_color() == ManimColor(film.theme.ink)
        assert name.get_left()[0] > share.panel.inner.right  # over no band, wherever the lines have come to


def test_every_name_is_joined_to_its_own_curve_and_circles_are_tinted_as_curves_are_solid(film: Any) -> None:
    sweep = film.steps.over_v(film.grid["second"], gates_over_v(film.run, "tau"), "", 3, 4)
    leaders, *words = sweep.still[2:]
    assert all(len(ghost.points) for ghost in sweep.still[1])  # there is a curve where a name stands
    for trace, line, word in zip(sweep.traces, leaders, words, strict=True):
        end = trace.path.values[np.argmax(trace.path.values[:, 0])]
        start, stop = (line.points[0], line.points[-1]) if len(line.points) else (end, word.get_left())
        assert np.hypot(*(start - end)[:2]) < 0.15
        assert np.hypot(*(stop - word.get_left())[:2]) < 0.15
    empty = {
        name: ring.get_fill_color() == ManimColor(film.theme.ground)
        for name, ring in zip(("m", "h", "n"), sweep.points, strict=True)
    }
    assert empty == {"m": False, "h": True, "n": False}
    heads = [trace.dot for trace in sweep.traces]  # no measured point is taken for one
    for ring, head in zip(sweep.points, heads, strict=True):
        assert ring.get_fill_color() != head.get_fill_color()
        assert np.ptp(ring.points[:16, 0]) < 0.9 * head.width


@pytest.mark.parametrize(
    ("changes", "star", "circles"),
    [
        pytest.param({"celsius": 18.5}, "K", False, marks=pytest.mark.full),
        ({"model": "classic"}, "K", True),
        ({"model": "connor_stevens"}, None, False),
        pytest.param({"model": "wang_buzsaki"}, "K", False, marks=pytest.mark.full),
        ({"model": "widget", "n": 300}, "K", False),
    ],
)
def test_gates_of_other_models(changes: dict[str, Any], star: str | None, circles: bool, media: Path) -> None:
    film, looks = run_film("gate_opening", "wide", media, **changes)
    assert star in (None, film.kinds[0])
    assert looks[-1].section == "recap"
    assert any("1952" in said for _, _, said in film.captions) == circles


def test_a_model_without_gates_is_refused_in_one_line(media: Path) -> None:
    leak = Membrane("leak", (Channel("L", g=0.3, e=-65.0),))
    with pytest.raises(hh.HHError, match="choose a model with gates"):
        run_film("gate_opening", "wide", media, model=leak)


def test_every_tile_in_sight_has_room_before_the_rim_of_the_picture(film: Any) -> None:
    """On it a disc would look cut."""
    depth, area = film.depth, film.depth.area
    for look in (depth.beside(), film.far):
        depth.look(look)
        for name, numbers in depth.in_sight(look).items():
            tiles = depth._kinds[name].rims.points.reshape(-1, 16, 3)
            assert len(tiles) == len(numbers)
            air = 0.05 * np.ptp(tiles[..., 0], axis=1).max()
            assert area.left + air < tiles[..., 0].min() and tiles[..., 0].max() < area.right - air
            assert area.bottom + air < tiles[..., 1].min() and tiles[..., 1].max() < area.top - air

"""The film of the phase plane: everything in the plane is that of one current and one moment of the run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import DL, UR, VGroup, VMobject

from hhanim.mobjects.frame.lettering import Words
from hhanim.mobjects.frame.standard import still_and_moving
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.graph.marks import Moment
from hhanim.mobjects.graph.plane import Branches, Flow, along_nullcline
from hhanim.mobjects.graph.trace import Trace
from hhanim.model import simulate, step
from hhanim.model.analysis import behaviour, fixed_points, hopf_points, two_variable
from tests.scenes.film_checks import run_film, update


@pytest.fixture(scope="module")
def film(media: Path) -> Any:
    return run_film("phase_plane", "wide", media)[0]


def test_the_state_in_the_plane_is_that_over_time(film: Any) -> None:
    graph, *links, orbit = film.linked(film.many)
    for t in np.linspace(0.0, film.until, 10).tolist():
        film.clock.put(t)
        update(film, *links, orbit, *graph.moving)
        v, n = (float(film.many.at([t])[key][0]) for key in ("V", "n"))
        assert orbit.reading == pytest.approx((v, n), abs=0.3)
        assert orbit.reading[1] == pytest.approx(n, abs=3e-3)
        assert graph.traces[0].reading == pytest.approx((t, v), abs=0.3)
        for link in links:
            assert link.reading == pytest.approx(v, abs=0.3)


@pytest.mark.parametrize("i", [0.0, 3.0, 5.1, 5.3, 8.0, 10.0])
def test_the_plane_is_that_of_the_current(film: Any, i: float) -> None:
    model, panel = film.plane, film.panel
    for part in (film.portrait.flow, film.portrait.upright, film.portrait.rests):
        part.draw(i)
    slope = np.asarray(model.rhs(film.portrait.flow.states, i)).T * film.portrait.flow.unit
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    np.testing.assert_allclose(film.portrait.flow.directions(), slope, atol=1e-6)
    for point in film.portrait.upright.points[4:-4:200]:
        assert abs(model.rhs(np.array(panel.data(point)), i)[0]) < 0.5
    fixed = fixed_points(model, i)
    assert film.portrait.rests.stable() == sum(p.stable for p in fixed)
    drawn = [
        *film.portrait.rests.discs.points.reshape(-1, 16, 3),
        *film.portrait.rests.rings.points.reshape(-1, 16, 3),
    ]
    places = sorted(panel.data(0.5 * (p[0] + p[8])) for p in drawn)
    assert places == [pytest.approx(tuple(p.state), abs=0.02) for p in fixed]
    named = [word for pair in film.portrait.rests.words for _, word in pair]
    said = [w.words for w in named if w.family_members_with_points()[0].get_fill_opacity() > 0.5]
    assert said == ["stable" if p.stable else "unstable" for p in fixed]


def test_close_by_the_line_is_seen_to_rise_and_swings_to_decay_and_then_to_grow(film: Any) -> None:
    whole, before = film.portrait, 0.5 * film.critical
    near, after = film.near, film.near.currents[1]

    def crossing(portrait: Any, i: float) -> Any:
        point = fixed_points(film.plane, i)[0].state
        place = np.asarray(portrait.panel.at(*point))[:2]
        line = portrait.draw(i).upright.points[:, :2]
        assert np.linalg.norm(line - place, axis=1).min() < 0.06
        return place

    far, close = (np.linalg.norm(crossing(p, after) - crossing(p, 0.0)) for p in (whole, near))
    assert close > 0.3 * near.panel.inner.width > 2.0 * far

    def turns(run: Any, i: float) -> Any:
        away = run["V"] - fixed_points(film.plane, i)[0].v
        inner = np.abs(away[1:-1])
        return inner[(inner > np.abs(away[:-2])) & (inner >= np.abs(away[2:]))]

    decays, grows = near.swing(before, 0.25, film.until), near.swing(after, 0.03, film.until)
    sizes = turns(decays, before), turns(grows, after)
    assert min(map(len, sizes)) >= 3
    assert sizes[0][-1] < 0.3 * sizes[0][0]
    assert sizes[1][-1] > 3.0 * sizes[1][0]
    # and it is left out where the picture ends
    assert grows.duration < film.until
    assert near.panel.xlim[0] <= grows["V"].min() < grows["V"].max() <= near.panel.xlim[1]
    # It is seen from the last row: the way in the plane, beside which the point is small, and V over time.
    assert np.ptp(near.panel.at(decays["V"], decays["n"])[:, 0]) > 15.0 * near.rests.radius
    for i, away in ((before, 0.25), (after, 0.03)):
        graph, *_, way = film.swing(near, i, away)
        assert np.ptp(graph.course[:, 1]) > 0.6 * graph.panel.inner.height
        assert way.panel is near.panel


def test_beads_run_along_the_arrows_the_way_they_point_while_the_clock_stands(film: Any) -> None:
    flow, now = film.portrait.flow.draw(3.0), film.clock.now

    def middles() -> Any:
        flow.moving.update(0.1)
        return flow.moving.points.reshape(-1, 16, 3)[:, [0, 8], :2].mean(axis=1)

    first, second = middles(), middles()
    along = (np.stack([first, second]) - flow.places) * flow.directions()
    assert np.abs(along.sum(axis=-1)).max() <= 0.5 * Flow.LENGTH + 1e-9
    way = ((second - first) * flow.directions()).sum(axis=1)
    step = 0.1 * flow.moving.SPEED
    assert way[way > 0.0] == pytest.approx(step)
    assert (way < 0.0).sum() == pytest.approx(len(way) * step / Flow.LENGTH, abs=8)  # at its tail again
    assert film.clock.now == now


def test_the_ways_of_states_are_told_from_the_line_along_which_they_run(film: Any) -> None:
    hues = [line.get_stroke_color().to_hex() for line in (film.portrait.level, film.portrait.upright)]
    assert len({*hues, film.theme.ink, film.theme.muted}) == 4
    graph, *_, orbit = film.linked(film.once)
    assert orbit.line.get_stroke_width() < graph.traces[0].line.get_stroke_width()


def test_what_stands_still_on_a_line_does(film: Any) -> None:
    for name, still in (("V", 0), ("n", 1)):
        places = along_nullcline(film.panel, film.plane, name, 0.0)
        assert 5 <= len(places) <= 8
        way = Flow(film.panel, film.plane, film.theme, places=places).draw(0.0).directions()
        np.testing.assert_allclose(way[:, still], 0.0, atol=1e-6)


def test_the_current_at_which_rest_is_lost_is_the_hopf_point(film: Any) -> None:
    assert film.critical == pytest.approx(hopf_points(film.plane)[0], abs=1e-4)
    assert any(f"{film.critical:.1f} µA/cm²" in text for _, _, text in film.captions)
    told = next(stop for _, stop, text in film.captions if f"past {film.critical:.1f}" in text)
    assert min(t for t, text in film.written if "It turns unstable" in text) >= told  # not before it has
    branch = Branches(film.plane, film.theme, film.grid["first"], (0.0, film.high))
    (stable, _), _ = branch.parts
    assert stable.t[-1] == pytest.approx(film.critical, abs=0.1)
    for i in (1.0, 4.0, 6.0, 9.0):
        branch.draw(i)
        v = fixed_points(film.plane, i)[0].v
        assert branch.panel.data(branch.dot.get_center()) == pytest.approx((i, v), abs=0.02)


def test_firing_begins_below_the_hopf_point_and_both_are_said(film: Any) -> None:
    rates = [simulate(film.plane, step(k * film.onset), 1000.0).rate() for k in (0.99, 1.01)]
    assert rates[0] == 0.0 < rates[1]
    assert film.onset < film.between < film.critical
    assert fixed_points(film.plane, film.between)[0].stable
    assert simulate(film.plane, step(film.between), 1000.0).rate() > 0.0
    spoken = " ".join(text for _, _, text in film.captions)
    for said in (
        f"Up to {film.critical:.1f} µA/cm² the fixed point is stable",
        f"From {film.onset:.1f} µA/cm² on it can go round as well",
        f"Above {film.critical:.1f} µA/cm² it is unstable",
    ):
        assert said in spoken


def test_the_last_picture_is_a_closed_lap(film: Any) -> None:
    way = next(x for x in film.standing if isinstance(x, Trace))
    v = way.abscissa
    period = 1000.0 / float(simulate(film.plane, step(film.high), 1000.0).rate())
    k = int(np.searchsorted(way.t, period))
    assert v[k] == pytest.approx(v[0], abs=0.2)
    assert v[:k].max() == pytest.approx(v[k:].max(), abs=0.2)  # no lap before it that is another


def test_every_lap_of_the_recap_is_a_closed_one(media: Path) -> None:
    laps: list[Any] = []

    class Laps:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            if beat.name == "recap":
                standing = self.standing  # type: ignore[attr-defined]
                laps.extend(x for x in standing if isinstance(x, Trace) and np.ptp(x.abscissa) > 50.0)

    run_film("phase_plane", "wide", media, beside=Laps)
    assert len(laps) == 2
    for way in laps:  # the first lap is none on which the state only comes there
        rounds = np.array_split(way.abscissa, 2)
        assert rounds[0].max() == pytest.approx(rounds[1].max(), abs=0.3)
        assert rounds[0].min() == pytest.approx(rounds[1].min(), abs=0.3)


def test_the_current_is_that_of_the_plane_whenever_one_is_written(media: Path) -> None:
    film, _ = run_film("phase_plane", "wide", media, beside=Planes)
    assert len(film.planes) >= 3
    for line, way, flow in film.planes:
        i = float(line.split(" of ")[1].split(" µA")[0])
        np.testing.assert_allclose(way, flow.draw(i).directions(), atol=1e-2)


class Planes:
    """Keeps the flow in the plane as soon as a steady current is written under the heading."""

    def _change(self, beat: Any, opening: bool) -> Any:
        changes = super()._change(beat, opening)  # type: ignore[misc]
        line = self.say(beat.line)  # type: ignore[attr-defined]
        flow = next((x for x in self.standing if isinstance(x, Flow)), None)  # type: ignore[attr-defined]
        if "steady current of" in line and flow is not None:
            kept = self.__dict__.setdefault("planes", [])
            kept.append((line, flow.directions().copy(), flow))
        return changes


def test_the_reduced_model_rests_where_the_full_one_does_and_fires_as_the_clip_says(film: Any) -> None:
    assert film.once["V"][0] == pytest.approx(film.full["V"][0])
    assert len(film.once.spikes) == len(film.full.spikes) == 1
    assert film.once.spikes[0] < film.full.spikes[0]  # a little earlier …
    assert film.once.spike_peaks[0] > film.full.spike_peaks[0]  # … and higher
    rate = float(simulate(film.plane, step(film.high), 1000.0).rate())
    said = behaviour(simulate(two_variable(film.membrane), step(film.high), 1000.0))
    assert said == f"fires at {rate:.1f} Hz"
    assert any(f"{rate:.0f} a second" in text for _, _, text in film.captions)
    assert len(film.many.spikes) >= 2


@pytest.mark.parametrize(
    ("changes", "fires"),
    [({"model": "widget", "high": 5.0, "until": 100.0}, True), ({"model": "connor_stevens"}, False),
     ({"high": 3.0}, False), ({"model": "classic"}, True)],
)  # fmt: skip
def test_other_models_and_currents(changes: dict[str, Any], fires: bool, media: Path) -> None:
    film: Any
    film, looks = run_film("phase_plane", "wide", media, **changes)
    assert ("limit cycle" in [look.section for look in looks]) == fires
    assert looks[-1].section == "recap"
    spoken = [text for _, _, text in film.captions]
    assert any("unstable" in text for text in spoken) == fires
    assert any("one spike" in text for text in spoken) == (len(film.once.spikes) == 1)
    both = film.onset < (film.critical or film.high)
    assert any("where it begins decides" in text for text in spoken) == both
    # A model of two variables is not reduced.
    assert any("will do" in text for text in spoken) == (len(film.membrane.states) > 2)


def test_no_arrow_runs_through_a_word(film: Any) -> None:
    portrait, i = film.portrait, 0.4 * film.high
    portrait.clear(film.cycle)
    portrait.draw(i)
    words = [*portrait.rests.said, film.cycle]
    assert len(words) == 2
    points = portrait.flow.points.reshape(len(portrait.flow.places), -1, 3)
    drawn = points[np.ptp(points, axis=1).max(axis=1) > 0.05].reshape(-1, 3)
    assert 0.8 < len(drawn) / points[..., 0].size < 1.0
    for word in words:
        away = np.abs(drawn - word.get_center())[:, :2] - 0.5 * np.array([word.width, word.height])
        assert (away.max(axis=1) > 0.0).all()


@pytest.mark.slow
def test_the_state_is_on_the_line_that_is_spoken_of(media: Path) -> None:
    film, _ = run_film("phase_plane", "wide", media, beside=Crossings)
    for line, still in (("upright", 0), ("level", 1)):
        rhs = film.plane.rhs(np.array(film.crossed[line]), 0.0)
        assert abs(rhs[still]) < 0.02 * max(abs(x) for x in film.plane.rhs(film.once.y[:, 1500], 0.0)), line
    assert not len(film.stays.spikes)
    assert abs(film.stays["V"][-1] - fixed_points(film.plane, film.between)[0].v) < 1.0
    assert len(film.fires.spikes) > 1


class Crossings:
    """Keeps the state when it is said that it crosses a line."""

    def tell(self, beat: Any) -> None:
        super().tell(beat)  # type: ignore[misc]
        film: Any = self
        for word in ("upright", "level"):
            if f"crosses it {word}" in beat.line:
                now = film.once.at([film.clock.now])
                film.__dict__.setdefault("crossed", {})[word] = [float(now[key][0]) for key in ("V", "n")]


def test_a_membrane_that_is_unstable_without_a_current_is_told_so(media: Path) -> None:
    film: Any
    film, _ = run_film("phase_plane", "wide", media, EK=-60.0)
    assert not any(p.stable for i in (0.0, 5.0, 10.0) for p in fixed_points(film.plane, i))
    spoken = " ".join(text for _, _, text in film.captions)
    assert "is stable" not in spoken
    assert "dies away" not in spoken
    assert "Up to 10.0 µA/cm² the fixed point is unstable." in spoken


class Pictures:
    """Keeps, for each beat, its caption, what is written and what stands when it has been told."""

    def tell(self, beat: Any) -> None:
        super().tell(beat)  # type: ignore[misc]
        film: Any = self
        blocks = VGroup(*(m for thing in film.standing for part in still_and_moving(thing) for m in part))
        marks = [m for m in blocks.submobjects if isinstance(m, Moment)]
        written = [w for w in (*film._words, *(m for mark in marks for m in mark)) if isinstance(w, Words)]
        flow = next((x for x in film.standing if isinstance(x, Flow)), None)
        way = None if flow is None else (flow, flow.directions().copy())
        picture = film.say(beat.caption), " ".join(w.words for w in written), list(film.standing), way
        film.__dict__.setdefault("pictures", []).append(picture)


@pytest.fixture(scope="module")
def pictures(media: Path) -> Any:
    return run_film("phase_plane", "wide", media, beside=Pictures)[0]


def test_currents_and_rates_that_are_said_are_written(pictures: Any) -> None:
    said = [(caption, number, written) for caption, written, *_ in pictures.pictures
            for number in re.findall(r"([\d.]+) (?:µA|(?:times )?a second)", caption)]  # fmt: skip
    assert {number for _, number, _ in said} == {"5.2", "89", "4.3", "3.4"}
    for caption, number, written in said:
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", written), caption


def test_what_is_left_above_the_critical_current_is_seen_beside_it(pictures: Any) -> None:
    caption, _, standing, (flow, way) = pictures.pictures[-1]
    assert "firing is all there is" in caption
    np.testing.assert_allclose(way, flow.draw(pictures.high).directions(), atol=1e-2)
    assert any(x is pictures.cycle for x in standing)
    assert any(isinstance(x, Trace) and np.ptp(x.abscissa) > 50.0 for x in standing)
    row = standing[-1]
    assert [c for c, _, shown, _ in pictures.pictures if any(x is row for x in shown)] == [caption]


def test_no_quarter_at_the_right_is_empty(pictures: Any) -> None:
    for caption, _, standing, _ in pictures.pictures:
        parts = [m for thing in standing for part in still_and_moving(thing) for m in part]
        for name in ("first", "second"):
            place = pictures.grid[name]
            inside = [m for m in parts if len(m.get_all_points())
                      and min(place.right, m.get_right()[0]) - max(place.left, m.get_left()[0]) > 0.25 * place.width
                      and min(place.top, m.get_top()[1]) - max(place.bottom, m.get_bottom()[1]) > 0.15 * place.height]  # fmt: skip
            assert inside, (caption, name)


def test_what_is_seen_close_up_is_framed_before(pictures: Any) -> None:
    near, whole = pictures.near.panel, pictures.portrait
    (left, right), (bottom, top) = near.xlim, near.ylim
    frame = whole.frame_of(pictures.near)
    corners = [whole.panel.data(frame.get_corner(corner)) for corner in (DL, UR)]
    assert corners == [pytest.approx((left, bottom)), pytest.approx((right, top))]
    shown = [
        standing for caption, _, standing, _ in pictures.pictures if caption.startswith("Where they cross")
    ]
    assert any(isinstance(x, VMobject) and np.allclose(x.get_center(), frame.get_center())
               and x.width == pytest.approx(frame.width) for x in shown[0])  # fmt: skip


def test_the_firing_state_is_told_from_the_one_that_rests(pictures: Any) -> None:
    (standing,) = (s for caption, _, s, _ in pictures.pictures if "fires again" in caption)
    graph = next(x for x in standing if isinstance(x, Graph))
    (quiet,) = (x for x in standing if isinstance(x, Trace) and x.panel is graph.panel)
    firing = graph.traces[0]
    assert quiet.line.get_stroke_color() != firing.line.get_stroke_color()
    assert quiet.line.get_stroke_width() < 0.7 * firing.line.get_stroke_width()

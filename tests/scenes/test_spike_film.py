"""The film of the action potential: told as the run has it, for any membrane, and when there is no spike."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.graph.marks import Difference
from hhanim.mobjects.graph.retime import Retime
from hhanim.mobjects.membrane.depth import PATCH, SIDE, PatchInDepth
from hhanim.model.phases import landmarks
from tests.scenes.film_checks import run_film

THREE_PASSES = ["question", "rest", "rise", "predict", "fall", "gates", "currents", "recap"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gNa": 60, "stimulus": "step(10, start=5)"},
        {"celsius": 18.5},
        {"model": "classic"},
        {"model": "connor_stevens", "stimulus": "pulse(100, start=5, width=1)"},
        {"model": "wang_buzsaki", "stimulus": "step(5, start=5)"},
    ],
)
def test_spike_is_told_as_it_runs(changes: dict[str, Any], media: Path) -> None:
    film: Any
    film, looks = run_film("spike", "wide", media, **changes)
    assert [look.section for look in looks][-3:] == THREE_PASSES[-3:]
    assert film.misread == []
    peak = film.run.spike_peaks[0]
    assert any(
        f"peak of +{peak:.0f} mV" in text or f"peak of −{-peak:.0f} mV" in text
        for _, _, text in film.captions
    )


def test_no_spike_is_said(media: Path) -> None:
    film, looks = run_film("spike", "wide", media, ttx=0.8)
    assert [look.section for look in looks] == ["question", "no spike"]
    assert any("falls back" in text for _, _, text in film.captions)


@pytest.fixture(scope="module")
def film(media: Path) -> Any:
    return run_film("spike", "wide", media)[0]


def test_potassium_channels_shut_as_v_comes_back(film: Any) -> None:
    spike, run = landmarks(film.run, zero=film.membrane.zero), film.run
    assert spike is not None
    conductance, v = (run.at([spike.low, spike.end])[key] for key in ("g_K", "V"))
    assert conductance[1] < conductance[0]
    assert abs(v[1] - run["V"][0]) < 1.0 < abs(v[0] - run["V"][0])
    assert any("K⁺ channels shut, and V comes back" in text for _, _, text in film.captions)


def test_the_magnified_currents_stay_on_their_axis_and_are_magnified_as_it_says(film: Any) -> None:
    low, high = film.small.panel.ylim
    assert film.large.panel.ylim == pytest.approx((low * film.names["times"], high * film.names["times"]))
    rise = landmarks(film.run, zero=film.membrane.zero).rise
    for channel in film.membrane.channels:
        assert abs(film.run.extreme(f"I_{channel.name}", "size", before=rise).value) < high


def test_the_names_of_the_currents_stand_on_no_curve(film: Any) -> None:
    for graph in (film.small, film.large):
        for t in np.linspace(*graph.panel.xlim, 60).tolist():
            graph.draw(t)
            names = [trace.label for trace in graph.traces]
            course = np.concatenate([m.points for trace in graph.traces for m in (trace.ghost, trace.line)])
            for name in names:
                inside = np.abs(course - name.get_center())[:, :2] < 0.5 * np.array([name.width, name.height])
                assert not inside.all(axis=1).any(), (name.source, t)


def test_fewer_channels_pass_more(film: Any) -> None:
    """What is said of the driving force is what the run does then."""
    most, largest = film.run.extreme("g_Na").t, film.run.extreme("I_Na", "min").t
    assert film.run.spikes[0] < most < largest
    conductance, current = (film.run.at([most, largest])[key] for key in ("g_Na", "I_Na"))
    assert conductance[1] < conductance[0]
    assert current[1] < current[0]
    assert any("driving force" in text for _, _, text in film.captions)


def test_the_channels_drawn_do_what_is_said_of_them(film: Any) -> None:
    """Chance has them open and shut: which draw is shown is chosen so that words and picture agree."""
    spike, drawn = landmarks(film.run, zero=film.membrane.zero), film.patch.samples
    assert spike is not None
    above, zero = (film.run.first("V", above=v) for v in (-40.0, 0.0))
    stop = 6.0  # ms: the stimulus ends
    for t in np.linspace(spike.begin, stop, 40).tolist():
        assert not drawn["Na"].open(t)[0]  # "the electrode brings in charge"
    foot = np.linspace(stop, above, 40)
    assert any(drawn["Na"].open(t)[0] for t in foot.tolist())  # "{ion} flows in"
    for t in np.linspace(above, zero, 20).tolist():
        assert drawn["Na"].open(t)[0]
    assert not drawn["K"].open(zero)[0]  # "who will bring it down?"
    late = 0.3 * spike.peak + 0.7 * spike.back
    assert drawn["Na"].gates("h", spike.peak).all()
    for t in np.linspace(late, spike.low, 20).tolist():
        assert not drawn["Na"].gates("h", t).any()  # "h gates shut", and stay so below rest
    assert all(
        drawn["K"].open(t)[0] for t in np.linspace(late, spike.low, 20).tolist()
    )  # "n gates open", "close late"
    assert np.isfinite(drawn["Na"].flips["h"]).sum() == 2  # shut once, and back: "the gates come back"
    assert drawn["Na"].gates("h", spike.end).all()


def test_some_tiles_are_open_while_small_currents_decide(film: Any) -> None:
    """What flows in and out is carried by channels that are seen."""
    spike, run = landmarks(film.run, zero=film.membrane.zero), film.run
    assert spike is not None
    won = run.first("I_Na", below=3.0 * float(run.at([spike.rise])["I_Na"][0]), after=spike.rise)
    for name, start in (("K", spike.begin), ("Na", spike.rise)):
        for t in np.linspace(start, won, 20).tolist():
            assert film.many.samples[name].open(t).any(), (name, t)


class Answers:
    """Keeps what of V can be seen when the hall is asked, how far it is from where sodium would take it later, and when
    in the run each heading comes.
    """

    def tell(self, beat: Any) -> None:
        self.__dict__.setdefault("began", {}).setdefault(self.say(beat.heading), self.clock.now)  # type: ignore[attr-defined]
        jumps = self.__dict__.setdefault("jumps", [])
        jumps += [beat.name] * (beat.start not in (None, self.clock.now))  # type: ignore[attr-defined]
        super().tell(beat)  # type: ignore[misc]
        graph = next((x for x in self.standing if isinstance(x, Graph)), None)  # type: ignore[attr-defined]
        if beat.name == "predict":
            self.asked_at = self.clock.now  # type: ignore[attr-defined]
            curves = [graph.traces[0].line, *graph.traces.ghosts]
            self.seen_to = max(m.points[:, 0].max() for m in curves if len(m.points))
            self.there = graph.panel.at(self.asked_at, 0.0)[0]
        for gap in (x for x in self.standing if isinstance(x, Difference)):  # type: ignore[attr-defined]
            force = graph.panel.data(gap[0].points[-1])[1] - graph.panel.data(gap[0].points[0])[1]
            self.__dict__.setdefault("forces", {}).setdefault(beat.heading, []).append(force)


def test_the_hall_is_asked_before_v_turns_and_the_driving_force_is_drawn(media: Path) -> None:
    film, _ = run_film("spike", "wide", media, beside=Answers)
    run = film.run
    assert film.asked_at <= run.extreme("V").t
    assert film.began["V rises by itself"] == pytest.approx(6.0)  # when the stimulus is over
    assert film.began["K⁺ brings V down"] == pytest.approx(run.extreme("V").t)
    assert film.seen_to == pytest.approx(film.there, abs=0.02)
    top = run.extreme("V").value
    assert film.forces["V stops"][1] == pytest.approx(50.0 - top, abs=0.5)
    potassium, sodium = film.forces["{ion} outweighs {other}"]
    assert -0.5 * sodium < potassium < 0.0 < sodium  # "the larger driving force"
    assert film.jumps.count("gates") == 1  # then gate after gate without going back: what has shut stays so
    spike = landmarks(run, zero=film.membrane.zero)
    assert spike is not None
    assert spike.peak < film.began["n gates open"] < spike.back
    assert not film.patch.samples["Na"].gates("h", film.began["n gates open"]).any()
    shut = float(run.at([film.began["n gates open"]])["g_Na"][0])
    assert shut < 0.5 * run.extreme("g_Na").value  # "Na⁺ channels shut"


class Turns:
    """Keeps how the eye looks down on the patch, and what the axes of time and of the currents show, as the beats go on,
    with the moment and what is said of it.
    """

    def tell(self, beat: Any) -> None:
        seen = self.__dict__.setdefault("looks", {})
        patch = next((x for x in beat.show or () if isinstance(x, PatchInDepth)), None)
        if patch is not None and beat.caption not in seen:
            seen[beat.caption] = patch.p
        axes = self.__dict__.setdefault("axes", [])
        super().tell(beat)  # type: ignore[misc]
        shown = [x for x in self.standing if isinstance(x, Graph) and beat.name == "currents"]  # type: ignore[attr-defined]
        if shown:
            axes.append((beat.caption, self.clock.now, *shown[-1].panel.xlim, shown[-1].panel.ylim[1]))  # type: ignore[attr-defined]


def test_an_axis_changes_while_the_clock_stands_and_it_is_said(tmp_path: Path) -> None:
    film, _ = run_film("spike", "wide", tmp_path, beside=Turns)
    told = [(was, now) for was, now in pairwise(film.axes) if was[-1] > 1.0]  # when the gates have gone
    times = [(was, now) for was, now in told if was[2:4] != now[2:4]]
    scales = [(was, now) for was, now in told if was[4] != now[4]]
    assert [len(times), len(scales)] == [2, 2]  # closer, and back
    assert all("time axis" in now[0] for _, now in times)
    assert "magnif" in scales[0][1][0] and "scale" in scales[1][1][0]
    assert all(was[1] == now[1] for was, now in (*times, *scales))


def test_a_stretched_graph_is_drawn_once_in_every_frame(tmp_path: Path) -> None:
    film, _ = run_film("spike", "wide", tmp_path, beside=Turns)
    whole = film.graph("first", film.run, "V", time=False)
    near = whole.over(4.0, 12.0, film.clock)
    stretch = Retime([whole], [near])
    film.add(whole.still, whole.moving)
    stretch._setup_scene(film)
    stretch.begin()
    assert not stretch.mobject.submobjects  # manim keeps drawing what is there now
    assert whole.still not in film.mobjects
    stretch.interpolate(0.5)
    assert len(stretch.mobject.submobjects) == 2
    stretch.clean_up_from_scene(film)
    assert near.still in film.mobjects


def test_the_side_view_tilts_into_the_patch_and_the_axis_is_seen_to_give_way(tmp_path: Path) -> None:
    film, _ = run_film("spike", "wide", tmp_path, beside=Turns)
    first, *others = film.looks.values()
    assert first == SIDE
    assert set(others) == {PATCH}  # it is seen to go from one to the other
    drawn, patch = film.many.samples["Na"], film.patch.samples["Na"]
    for t in np.linspace(0.0, film.until, 40).tolist():  # the tile in the middle is the channel that was seen
        assert drawn.open(t)[0] == patch.open(t)[0]
    shrink, large, small = film.small.shrinks(), film.large, film.small
    film.small.clock.put(t := 6.5)
    for graph in (small, large):
        graph.draw(t)
    shrink.begin()
    heads = [trace.dot.get_center()[1] for trace in large.traces]
    assert heads == pytest.approx([trace.dot.get_center()[1] for trace in small.traces], abs=1e-6)
    shrink.interpolate(1.0)
    high = [large.panel.at(t, float(film.run.at([t])[key][0]))[1] for key in large.keys]
    assert [trace.dot.get_center()[1] for trace in large.traces] == pytest.approx(high, abs=1e-3)

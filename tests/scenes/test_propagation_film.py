"""The film of the spike that travels: true to the cable's run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import ManimColor, VMobject

from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.axon.marks import Injection, Stretch
from hhanim.mobjects.axon.profile import Profile
from hhanim.parameters import bind
from hhanim.studio.plan.catalogue import read
from tests.scenes.film_checks import SCENES, load, run_film


class Stretches:
    """Keeps for each sentence, as it begins and as it ends, the time, and words and brackets over the axon."""

    def tell(self, beat: Any) -> None:
        super().tell(beat)  # type: ignore[misc]
        self._keep()

    def _change(self, beat: Any, opening: bool) -> Any:
        changes = super()._change(beat, opening)  # type: ignore[misc]
        self._keep()
        return changes

    def _keep(self) -> None:
        film: Any = self
        blocks = [block for block in film.standing if isinstance(block, VMobject)]
        marks = [mark for block in blocks for mark in block.get_family() if isinstance(mark, Stretch)]
        ends = [[(m.get_left()[0], m.get_right()[0]) for m in (mark.label, mark.bracket)] for mark in marks]
        film.stretches = [*getattr(film, "stretches", []), (film.told.caption, film.clock.now, ends)]


@pytest.fixture(scope="module")
def propagation(media: Path) -> Any:
    film: Any
    film, film.looks = run_film("propagation", "wide", media, beside=Stretches)
    return film


@pytest.fixture(scope="module")
def meeting(propagation: Any) -> Any:
    """The axon along which two spikes meet."""
    film = propagation
    return Axon(film.stage.panel, film.areas[1], film.two, film.theme)


@pytest.mark.slow
def test_propagation_is_true_at_ten_instants(propagation: Any, meeting: Any) -> None:
    film = propagation
    assert film.timing.speed == pytest.approx(18.73, abs=0.02)
    assert film.names["times"] == pytest.approx(
        2.0, abs=0.05
    )  # an axon four times as thick: the square root of that
    assert (
        film.decay.shares[0] < film.decay.shares[1] == pytest.approx(np.exp(-1.0))
    )  # one length constant into the stretch with TTX
    run, wall, profile = film.one, film.stage.wall, film.stage.profile
    # the two halves are alike: what meets in the middle has come through the same
    assert {"Na", "K"} == set(wall.names)
    assert wall.names == wall.names[::-1]
    assert wall.places + wall.places[::-1] == pytest.approx(60.0)
    for t in np.linspace(0.1, run.duration - 0.1, 10):
        profile.draw(t)
        wall.draw(t)
        k = int(t / (run.t[1] - run.t[0]))
        step = np.abs(np.diff(run["V"][k : k + 2], axis=0)).max() + 0.1  # between two samples
        for x in (10.0, 25.0, 40.0):
            v = np.interp(1e3 * x, run.x, run["V"][k])
            assert profile.reading(x) == pytest.approx(v, abs=step)
        # every channel has the gates of its own place
        for view, x, flow, sample in zip(wall.views, wall.places, wall.flows, wall.samples, strict=True):
            here = run.at(1e3 * x)
            for name, drawn in view.openings().items():
                assert np.array_equal(drawn, sample.gates(name, float(t))[0].astype(float))
            drive = np.interp(t, run.t, here["V"]) - float(view.channel.e)
            assert flow.shown() == pytest.approx(abs(drive) if sample.open(float(t))[0] else 0.0, abs=0.7)
        # the lower wall glows as the ionic current does, inward first
        largest = np.abs(run["I_ion"][:, 100:-100]).max()
        change = np.abs(np.diff(run["I_ion"][k : k + 2], axis=0)).max() / largest + 1e-6
        for way, shown in zip((-1.0, 1.0), wall.glow.shown(), strict=True):
            assert shown == pytest.approx(np.clip(way * run["I_ion"][k] / largest, 0.0, 1.0), abs=change)
        # where two meet, most channels are inactivated in what is called refractory, and none of sodium is open
        two = film.two
        meeting.draw(t)
        inactivated = np.clip(1.0 - two["h"][k] / two["h"][0], 0.0, 1.0)
        for a, b in filter(None, (meeting.refractory(half)(float(t)) for half in (0, -1))):
            assert (inactivated[(two.x > 1e3 * a) & (two.x < 1e3 * b)] > 0.45).all()
            within = [v for v, x in zip(meeting.views, meeting.places, strict=True) if a < x < b]
            assert not any(v.open for v in within if v.channel.name == "Na")
        # charge on both faces, the inside above, in proportion to V
        signs = wall.charge.minus.points.reshape(-1, 4, 3)
        middle = signs.mean(axis=1)
        size = 0.5 * (signs[:, 3, 0] - signs[:, 0, 0]) / wall.charge.size
        drawn = np.where(middle[:, 1] > wall.charge.centre[1], -1.0, 1.0) * size**2 * wall.charge.full
        at = [1e3 * film.stage.panel.data(p)[0] for p in middle]
        beside = np.abs(np.diff(run["V"][k])).max()  # a sign takes the V of the compartment it stands on
        assert drawn == pytest.approx(np.interp(at, run.x, run["V"][k]), abs=step + beside)


@pytest.mark.slow
def test_local_currents_are_streamlines_of_the_computed_current(propagation: Any, meeting: Any) -> None:
    film = propagation
    run, currents = film.two, meeting.currents
    borders = np.arange(film.cable.count + 1) * film.cable.dx * 1e-3
    sodium = run.current("Na")
    pulse, seen, driven = (0.2, 0.4), 0, 0
    for t in np.linspace(0.1, run.duration - 0.1, 40):
        k = round(t / (run.t[1] - run.t[0]))
        t = float(run.t[k])
        currents.draw(t)
        axial = run.axial_current()[k]
        spans = currents.spans(t)
        # a loop stands for the stretch from where its current begins to flow along the core to where it ends
        for loop in spans:
            for x in (loop.a, loop.b):
                if 0.1 < x < 59.9:
                    assert np.interp(x, borders, axial) == pytest.approx(loop.current, rel=1e-6)
            assert np.sign(np.interp(0.5 * (loop.a + loop.b), borders, axial)) == np.sign(loop.current)
        # all that are large enough are drawn, as deep as what flows below them says
        wide = [loop for loop in spans if loop.size > 1.0]
        for (enter, leave, deepest, depth), loop in zip(currents.loops(), wide, strict=True):
            seen += 1
            assert np.sign(leave - enter) == np.sign(loop.current)
            assert sorted((enter, leave)) == pytest.approx([loop.a, loop.b], abs=1e-6)
            # what enters does so where sodium does, or comes from the stimulus while there is one
            if loop.driven:
                driven += 1
                assert pulse[0] - 1e-9 <= t <= pulse[1] + 1e-9
                assert min(enter, 60.0 - enter) < 0.1
            else:
                share = 1.0 - loop.current / np.interp(deepest, borders, axial)
                deep = currents.inside - currents.clear  # in scene units: to a pixel
                assert deep * depth == pytest.approx(deep * share, abs=7e-3)
                assert np.interp(1e3 * enter, run.x, -sodium[k]) > 0.1 * -sodium[:, 100:-100].min()
    assert seen > 60
    assert driven


@pytest.mark.slow
def test_lines_of_one_current_are_alike_and_keep_below_the_balls(propagation: Any) -> None:
    film = propagation
    wall, ink = film.stage.wall, ManimColor(film.theme.ink).to_rgb()
    for t in np.linspace(film.when(0.3), film.when(0.7), 20).tolist():
        wall.draw(t)
        wall.currents.draw(t)
        drawn = [line for line in wall.currents.lines if len(line.points)]
        assert all(np.allclose(line.stroke_rgbas[0, :3], ink) for line in drawn)
        balls = [ball.disc for v in wall.views for ball in v.gates if hasattr(ball, "disc")]
        top = max(m.points[:, 1].max() for m in (*wall.currents.lines, *wall.currents.heads) if len(m.points))
        assert top < min(ball.points[:, 1].min() for ball in balls)


@pytest.mark.slow
def test_a_loop_within_another_keeps_below_it(propagation: Any, meeting: Any) -> None:
    currents, step, nested = meeting.currents, 0.05, 0
    for t in np.arange(0.5, propagation.two.passes(0.4 * propagation.length), step).tolist():
        loops = [(loop, line.get_top()[1]) for loop, line in zip(
            currents.draw(t).drawn, currents.lines, strict=False)]  # fmt: skip
        for inner, low in loops:
            for outer, high in loops:
                if inner.current * outer.current > 0.0 and outer.a < inner.a and inner.b < outer.b:
                    nested += 1
                    assert high - low > currents.HEAD
    assert nested > 10


@pytest.mark.slow
def test_a_tube_is_lit_in_its_lower_wall_and_the_highest_v_is_that_of_the_spike(propagation: Any) -> None:
    film = propagation
    for tube in film.tubes:
        assert tube.lit.height < 0.6 * tube.thickness
        assert tube.lit.get_bottom()[1] == pytest.approx(tube.currents.wall[0])
    highest = film.decay.highest.draw(film.half.duration)
    assert highest.x[0] >= film.decay.unit
    assert np.ptp([highest.reading(x) for x in np.linspace(highest.x[0], 28.0, 9).tolist()]) < 2.0


@pytest.mark.slow
def test_no_pulse_is_named_when_the_spikes_are_under_way(media: Path) -> None:
    named: dict[str, float] = {}

    class Pulses:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            if any(isinstance(block, Injection) for block in self.standing):  # type: ignore[attr-defined]
                named[beat.caption] = self.clock.now  # type: ignore[attr-defined]

    film: Any
    film, _ = run_film("propagation", "wide", media, beside=Pulses)
    assert max(named.values()) < film.two.passes(0.2 * film.length)


@pytest.mark.slow
def test_local_currents_travel_with_the_spike_and_do_not_jerk(propagation: Any, meeting: Any) -> None:
    currents, speed = meeting.currents, propagation.timing.speed
    frame = 0.5 / 60.0  # ms
    before: list[Any] = []
    for t in np.arange(0.9, 1.2, frame):
        currents.draw(float(t))
        now = [loop for loop in currents.loops() if loop[0] < 30.0]
        assert len(now) == 3  # two ahead, one behind
        for a, b in zip(before, now, strict=bool(before)):
            for k in (0, 2):  # the rear of a spike that has just begun is still on its way
                assert b[k] - a[k] == pytest.approx(speed * frame, abs=0.35)
        before = now


@pytest.mark.slow
def test_arrowheads_go_round_as_the_current_does_while_the_clock_stands(meeting: Any) -> None:
    currents = meeting.currents
    currents.draw(1.2)
    spots = []
    for _ in range(8):  # from one frame to the next
        currents.advance(1.2, 1.0 / 30.0)
        heads = [
            head.points.reshape(-1, 12, 3).mean(axis=1)[:, 0] for head in currents.heads if len(head.points)
        ]
        spots.append(np.array(heads))
    ways = np.diff(spots, axis=0)  # (frames, loops, heads): two inside, two outside
    inside = np.sign([loop.current for loop in currents.drawn])[:, None]
    steady = np.abs(ways) < 0.3  # but for one that begins again at the other end
    assert (np.sign(ways[:, :, :2]) == inside)[steady[:, :, :2]].all()
    assert (np.sign(ways[:, :, 2:]) == -inside)[steady[:, :, 2:]].all()


@pytest.mark.slow
def test_no_ion_passes_a_channel_that_ttx_blocks(propagation: Any) -> None:
    film = propagation
    wall = Axon(film.stage.panel, film.areas[1], film.half, film.theme)
    free = [v for v, x in zip(wall.views, wall.places, strict=True) if v.channel.name == "K" or x < 30.0]
    assert len(wall.flows) == len(free) < len(wall.views)
    # nor does the pore of one light up, though its gates open
    ground = ManimColor(film.theme.ground).to_rgb()
    for view in wall.views:
        view.set_gates({gate.name: True for gate in view.channel.gates})
        assert view.open
        dark = np.allclose(view.glow.fill_rgbas[0, :3], ground, atol=0.01)
        assert dark == (view not in free)


@pytest.mark.slow
def test_the_wall_glows_in_sodiums_hue_up_to_where_ttx_begins(propagation: Any) -> None:
    film, run = propagation, propagation.half
    wall = Axon(film.stage.panel, film.areas[1], run, film.theme)
    sodium, ground = (ManimColor(c).to_rgb() for c in (film.theme.color("Na"), wall.glow._none))
    before = 1e3 * wall.glow.x < 0.5 * film.length
    brightest = np.zeros(len(run.x))
    for t in np.linspace(1.0, run.duration, 60):
        colors = wall.draw(t).glow.fill_rgbas[:, :3]
        inward = wall.glow.shown()[0]
        towards = (colors - ground) @ (sodium - ground) / ((sodium - ground) @ (sodium - ground))
        assert towards[inward > 0.5] == pytest.approx(inward[inward > 0.5], abs=0.05)
        brightest = np.maximum(brightest, inward)
    assert brightest[before][-1] > 0.4
    assert brightest[~before].max() < 0.01


@pytest.mark.slow
def test_what_is_left_of_the_spike_is_what_the_picture_shows(propagation: Any) -> None:
    film, run = propagation, propagation.half
    edge = 0.5 * film.length + float(run.cable.length_constant()[-1])
    faint = Profile(film.stage.panel, run, "V", film.theme, highest=True).draw(run.duration)
    rest = Profile(film.stage.panel, run, "V", film.theme).draw(0.0)
    left, whole = (faint.reading(1e-3 * x) - rest.reading(1e-3 * x) for x in (edge, 0.5 * film.length))
    assert film.decay.shares[0] == pytest.approx(left / whole, abs=0.005)
    said = [text for _, _, text in film.captions if "length constant" in text]
    assert said == [f"One length constant further, {100.0 * left / whole:.0f} % of it is left."]
    # what it is compared with begins as high, where the drug does
    assert film.decay.steady[0].values[0] == pytest.approx(faint.reading(30.0), abs=0.5)


@pytest.mark.slow
def test_current_spreads_twice_as_far_in_an_axon_four_times_as_thick(propagation: Any) -> None:
    film = propagation
    for t in np.linspace(film.when(0.4), film.when(0.9), 5).tolist():  # both spikes are on their way
        thick, thin = ([b - a for a, b, *_ in tube.draw(t).currents.loops()] for tube in film.tubes)
        assert len(thick) == 2  # ahead and behind
        assert thick == pytest.approx([2.0 * length for length in thin], rel=0.05)


@pytest.mark.slow
def test_the_recaps_words_stand_under_what_they_name(propagation: Any) -> None:
    film = propagation
    run = film.one
    boxes = {said: box for said, _, box in film.looks[-1].texts}
    heads = [boxes[said] for said in ("K⁺ flows out", "Na⁺ flows in", "current flows ahead")]
    tail, front, ahead = ([film.stage.panel.data((x, 0.0))[0] for x in (left, right)]
                          for left, right in ((box[0], box[1]) for box in heads))  # fmt: skip
    current = run["I_ion"][round(film.clock.now / (run.t[1] - run.t[0]))]
    inward, outward = (1e-3 * run.x[k] for k in (current.argmin(), current.argmax()))
    assert tail[0] < outward < front[0] < inward < front[1] < ahead[0]


@pytest.mark.slow
def test_refractory_stands_clear_of_the_channels_names(propagation: Any, meeting: Any) -> None:
    film = propagation
    film.stage.wall = meeting
    mark = film.stage.stretch("refractory", meeting.refractory(0))
    for t in np.linspace(0.4, film.two.duration, 60):
        meeting.draw(t)
        mark.draw(t)
        assert mark.label.get_left()[0] > meeting.titles.get_right()[0] + 0.3


@pytest.mark.slow
def test_refractory_stands_over_what_is_and_all_has_fired_when_that_is_said(propagation: Any) -> None:
    film = propagation
    two, told = film.two, [kept for kept in film.stretches if len(kept[2]) == 2]
    for _, _, marks in told:
        for (left, right), (a, b) in marks:
            assert a - 0.01 < left < right < b + 0.01
    (_, begins, _), (_, ends, marks) = (kept for kept in told if kept[0].startswith("Where they meet"))
    # They meet while it is said, and in the end the two stretches do.
    assert begins < np.nanmax(two.arrival()) < begins + 0.3 * (ends - begins)
    (_, (_, first)), (_, (second, _)) = marks
    assert second - first <= 0.0


@pytest.mark.slow
def test_a_loop_fades_as_it_shrinks_and_is_gone_before_it_is_a_speck(propagation: Any) -> None:
    film, seen = propagation, 0
    wall, ink = (
        Axon(film.stage.panel, film.areas[1], film.half, film.theme),
        ManimColor(film.theme.ink).to_rgb(),
    )
    for t in np.linspace(1.5, 3.0, 200):
        wall.draw(t)
        for enter, leave, *_ in wall.currents.loops():
            assert abs(leave - enter) > 2.0
        for loop, line in zip(wall.currents.drawn, wall.currents.lines, strict=False):
            if loop.b - loop.a < 2.2:
                seen += 1
                assert np.abs(line.stroke_rgbas[0, :3] - ink).max() > 0.02
    assert seen


def test_propagation_runs_at_the_temperature_that_is_asked_for() -> None:
    entry = read([SCENES]).get("propagation")
    for given, celsius in (({}, 18.5), ({"celsius": 6.3}, 6.3)):
        values = bind(entry.name, entry.declared, given)
        assert values.plain["celsius"] == celsius
        assert load("propagation").with_(**values.objects).celsius == celsius


def test_no_spike_is_said(media: Path) -> None:
    film, looks = run_film("propagation", "wide", media, ttx=1.0)
    assert any("No spike" in text for _, _, text in film.captions)
    assert "collision" not in [look.section for look in looks]

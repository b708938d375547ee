"""The drawn membrane says what the trajectory says: read back from the points, not from what was asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

manim = pytest.importorskip("manim")

from manim import ManimColor  # noqa: E402

import hhanim as hh  # noqa: E402
from hhanim.look import DARK, LIGHT  # noqa: E402
from hhanim.look.section import inactivates  # noqa: E402
from hhanim.look.theme import contrast  # noqa: E402
from hhanim.mobjects.circuit.balance import Balance  # noqa: E402
from hhanim.mobjects.frame.clock import Clock, Pace  # noqa: E402
from hhanim.mobjects.frame.layout import UNIT, Area  # noqa: E402
from hhanim.mobjects.frame.lettering import Formula, Words  # noqa: E402
from hhanim.mobjects.frame.reading import Reading  # noqa: E402
from hhanim.mobjects.membrane.bilayer import Bilayer  # noqa: E402
from hhanim.mobjects.membrane.channels import ChannelView  # noqa: E402
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute  # noqa: E402
from hhanim.mobjects.membrane.depth import PATCH, SIDE, TILE, PatchInDepth, in_proportion  # noqa: E402
from hhanim.mobjects.membrane.ions import IonFlow  # noqa: E402
from hhanim.mobjects.membrane.patch import MembranePatch  # noqa: E402
from hhanim.model.gating import sample_opening  # noqa: E402

MODERN = hh.presets.MODERN
TIMES = (0.0, 2.5, 3.5, 4.0, 4.3, 4.6, 5.2, 6.0, 8.0, 15.0)


@pytest.fixture(scope="module")
def run() -> hh.Trajectory:
    return hh.simulate(MODERN, "pulse(10, 2, 1)", 20)


@pytest.fixture(scope="module")
def patch(run: hh.Trajectory) -> MembranePatch:
    return MembranePatch(run, DARK, Area(-6, 0, -3, 3))


@pytest.mark.parametrize("t", TIMES)
def test_gates_are_all_or_none_as_simulated_and_charge_is_the_trajectory_s(
    patch: MembranePatch, run: hh.Trajectory, t: float
) -> None:
    patch.draw(t)
    for view, k in zip(patch.views, patch.number, strict=True):
        sample = patch.samples[view.channel.name]
        for name, drawn in view.openings().items():
            assert len(drawn) == MODERN.gate(name).power
            assert np.array_equal(drawn, sample.gates(name, t)[k].astype(float))
        assert view.open == sample.open(t)[k]
    assert patch.charge is not None
    assert patch.charge.shown() == pytest.approx(run.at([t])["V"][0], abs=1e-6)


def test_the_channels_shown_open_in_the_spike(patch: MembranePatch, run: hh.Trajectory) -> None:
    seen = dict.fromkeys(("Na", "K"), False)
    for t in np.linspace(0.0, 10.0, 201):
        patch.draw(float(t))
        for view in patch.views:
            seen[view.channel.name] = seen.get(view.channel.name, False) or view.open
    assert all(seen.values())


@pytest.mark.parametrize("channel", ["Na", "K", "L"])
def test_ions_on_their_way_are_the_driving_force_of_a_channel_that_is_open(
    run: hh.Trajectory, channel: str
) -> None:
    spans = sample_opening(run, channel).openings(0)
    flow = IonFlow(run, channel, ChannelView(MODERN, channel, DARK), DARK, openings=spans)
    times = np.concatenate([np.linspace(0.0, 20.0, 101), spans.mean(axis=1)])
    for t in times.tolist():
        # what is open at the run's end goes on in what is held there
        open_ = bool(((spans[:, 0] <= t) & ((t < spans[:, 1]) | (t == run.duration == spans[:, 1]))).any())
        drive = float(np.interp(t, run.t, run["V"])) - float(MODERN.channel(channel).e)
        assert flow.draw(t).shown() == pytest.approx(abs(drive) if open_ else 0.0, abs=0.7)
        centres, radii = flow.drawn()
        if len(centres):
            assert np.diff(np.sort(centres[:, 1])).min(initial=np.inf) > 2.0 * radii.max()  # none on another


def test_more_driving_force_than_there_are_places_makes_ions_larger() -> None:
    run = hh.simulate(MODERN, hh.clamp(-65).step(-140, start=1), 3.0)
    flow = IonFlow(run, "Na", ChannelView(MODERN, "Na", DARK), DARK)
    assert flow.draw(2.0).shown() == pytest.approx(190.0, rel=1e-6)


@pytest.mark.parametrize("fps", [15, 24, 30, 60])
@pytest.mark.parametrize("rate", [0.2, 4.0])
def test_no_ion_moves_more_than_a_quarter_of_the_way_to_the_next_or_against_its_current(
    run: hh.Trajectory, fps: int, rate: float
) -> None:
    pace = Pace(12.0, start=2.0, rate=rate)
    for channel in ("Na", "K", "L"):
        spans = sample_opening(run, channel).openings(0)
        flow = IonFlow(run, channel, ChannelView(MODERN, channel, DARK), DARK, openings=spans, pace=pace.film)
        before, seen = flow.draw(2.0).drawn()[0], 0
        for k in range(1, int(pace.seconds * fps)):
            t = pace.time(k / fps)
            was, now = flow.current(pace.time((k - 1) / fps)), flow.current(t)
            after = flow.advance(t, 1.0 / fps).drawn()[0]
            steps = nearest(before, after, flow.spacing)
            if len(steps):
                assert np.hypot(*steps.T).max() <= 0.25 * flow.spacing
            if len(steps) and was * now > 0.0 and min(abs(was), abs(now)) > 0.02 * 120.0:
                assert (np.sign(steps[:, 1]) == np.sign(now)).all()
                seen += 1
            before = after
        assert seen > 3


def nearest(before: np.ndarray, after: np.ndarray, spacing: float) -> np.ndarray:
    """How far every ion has come, as the eye sees it: from the nearest one in the frame before, if one was near."""
    if not len(before) or not len(after):
        return np.zeros((0, 2))
    way = after[:, None] - before[None]
    steps = way[np.arange(len(after)), np.argmin(np.hypot(way[..., 0], way[..., 1]), axis=1)]
    return np.asarray(steps[np.hypot(*steps.T) < 0.5 * spacing])


def test_ions_come_in_from_their_own_side_and_move_on_while_the_clock_stands(run: hh.Trajectory) -> None:
    pace = Pace(20.0, rate=0.2)
    spans = sample_opening(run, "Na").openings(0)
    flow = IonFlow(run, "Na", ChannelView(MODERN, "Na", DARK), DARK, openings=spans, pace=pace.film)
    start, stop = spans[np.argmax(np.diff(spans, axis=1))].tolist()  # the longest
    flow.draw(start - 0.01)
    assert not len(flow.drawn()[0])
    flow.advance(start + 0.001, 0.055)
    assert (flow.drawn()[0][:, 1] > -flow.spacing).all()  # all come from outside
    inside = []
    for _ in range(60):  # the clock stands
        before = flow.drawn()[0]
        after = flow.advance(start + 0.001, 0.1).drawn()[0]
        assert (nearest(before, after, flow.spacing)[:, 1] < 0.0).all()
        inside.append(float(after[:, 1].min()))
    assert inside[-1] < -flow.spacing
    for _ in range(5):
        flow.advance(stop + 0.01, 0.1)
    assert not len(flow.drawn()[0])  # shut: none


def test_the_electrode_injects_the_stimulus_into_the_cell_and_nothing_without_one() -> None:
    run = hh.simulate(MODERN, "pulse(10, 2, 4) + pulse(-5, 8, 1) + pulse(60, 10, 0.5)", 12)
    patch = MembranePatch(run, DARK, Area(-6, 0, -3, 3), electrode=True)
    electrode = patch.electrode
    assert electrode is not None
    for t, i in ((1.0, 0.0), (2.5, 10.0), (5.9, 10.0), (6.1, 0.0), (8.5, 5.0), (10.2, 60.0), (11.0, 0.0)):
        patch.draw(t)
        assert electrode.shown() == pytest.approx(i, abs=0.1)
    stream = electrode.stream
    for t, way in ((3.0, -1.0), (8.5, 1.0)):
        stream.draw(t)
        before = stream.drawn()[0]
        after = stream.advance(t, 1 / 24).drawn()[0]
        steps = nearest(before, after, stream.spacing)
        assert len(steps)
        assert (np.sign(steps[:, 1]) == way).all()
        assert np.hypot(*steps.T).max() <= 0.25 * stream.spacing
    x = electrode.get_x()
    heads = patch.bilayer.heads.points[:, 0]
    assert not np.any(np.abs(heads - x) < electrode.half_width(patch.middle))
    assert min(view.origin[0] - view.half_width for view in patch.views) > x + electrode.wide


def test_a_clock_put_elsewhere_lets_no_ion_jump(run: hh.Trajectory) -> None:
    flow = IonFlow(run, "L", ChannelView(MODERN, "L", DARK), DARK, pace=Pace(20.0, rate=2.0).film)
    flow.draw(15.0)
    before = flow.drawn()[0]
    after = flow.advance(0.0, 1 / 30).drawn()[0]
    assert np.abs(nearest(before, after, flow.spacing)).max() < 0.25 * flow.spacing


@pytest.mark.parametrize("name", hh.presets.names())
def test_every_preset_can_be_drawn(name: str) -> None:
    membrane = hh.presets.get(name)
    run = hh.simulate(membrane, "step(5, 2)", 10)
    patch = MembranePatch(run, LIGHT, Area(-4, 4, -3, 3))
    patch.draw(7.0)
    drawn = {g for view in patch.views for g in view.openings()}
    assert drawn == set(membrane.gates)
    for view, k in zip(patch.views, patch.number, strict=True):
        for gate, opening in view.openings().items():
            assert np.array_equal(opening, patch.samples[view.channel.name].gates(gate, 7.0)[k].astype(float))


def test_a_channel_of_one_s_own_is_drawn_from_its_gates() -> None:
    gate = hh.Gate("q", inf=hh.Sigmoid(1.0, -40.0, 5.0), tau=hh.Constant(4.0), power=2)
    lock = hh.Gate("r", inf=hh.Sigmoid(1.0, -60.0, -5.0), tau=hh.Constant(40.0))
    membrane = MODERN.plus(hh.Channel("T", g=1.0, e=120.0, gates=(gate, lock), ion="Ca"))
    assert inactivates(membrane, "r")
    assert not inactivates(membrane, "q")
    assert not inactivates(membrane, "n")
    view = ChannelView(membrane, "T", DARK).set_gates({"q": (0, 1), "r": True})
    assert view.openings()["q"].tolist() == [0.0, 1.0]
    assert view.openings()["r"].tolist() == [1.0]


def test_a_moved_and_scaled_channel_still_reads_true() -> None:
    view = ChannelView(MODERN, "Na", DARK).shift([1.0, 2.0, 0.0]).scale(0.6)
    view.set_gates({"m": (1, 0, 1), "h": 1})
    assert view.openings()["m"].tolist() == [1.0, 0.0, 1.0]
    assert view.openings()["h"].tolist() == [1.0]


@pytest.fixture(scope="module")
def depth(run: hh.Trajectory, patch: MembranePatch) -> PatchInDepth:
    return PatchInDepth(run, DARK, Area(-6, 0, -3, 3), n=300, side=patch)


def test_the_name_on_a_ball_can_be_read_whether_it_is_open_or_shut() -> None:
    for theme in (DARK, LIGHT):
        view = ChannelView(MODERN, "Na", theme)
        for opening in (0.0, 1.0):
            ball = view.set_gates({"m": 0.0, "h": opening})._gates["h"][0]
            glyph = ball.symbol.family_members_with_points()[0]
            assert contrast(glyph.get_fill_color().to_hex(), ball.disc.get_fill_color().to_hex()) > 3.0


def test_a_channel_in_sight_is_seen_whole_and_a_shut_pore_is_no_hole(
    patch: MembranePatch, run: hh.Trajectory
) -> None:
    for theme in (DARK, LIGHT):
        depth = PatchInDepth(run, theme, Area(-6, 0, -3, 3), n=300)
        depth.look(depth.far(60))
        tops = [k.rims.points.reshape(-1, 16, 3) for k in depth._kinds.values()]
        widths = np.concatenate([np.ptp(t[..., 0], axis=1) for t in tops])
        assert len(widths) >= 60 and widths.max() < 1.5 * widths.min()
        for kind in depth._kinds.values():
            rim, shut, lit = (m.get_fill_color().to_rgb() for m in (kind.rims, kind.pores, kind.light))
            ground = ManimColor(theme.ground).to_rgb()
            assert np.abs(shut - rim).max() < 0.3 * np.abs(lit - rim).max()
            assert np.abs(shut - ground).max() > np.abs(rim - ground).max()


def test_a_patch_in_depth_is_open_as_the_equations_say_up_to_chance(
    depth: PatchInDepth, run: hh.Trajectory
) -> None:
    law = {name: MODERN.channel(name).open_fraction(run) for name in depth.names}
    depth.look(PATCH)
    lit = dict.fromkeys(depth.names, 0.0)
    for t in np.arange(0.0, 20.0, 1 / 30).tolist():
        depth.draw(t)
        for name in depth.names:
            p, share = float(np.interp(t, run.t, law[name])), depth.open_fraction(name)
            assert abs(share - p) < 5.0 * np.sqrt(max(p * (1.0 - p), 2e-3) / depth.n[name])
            assert share == pytest.approx(depth.samples[name].open(t).mean())
            lit[name] = max(lit[name], share)
    assert min(lit.values()) > 0.15
    times, counted, expected = depth.fractions("K")
    assert counted.max() == pytest.approx(lit["K"], abs=0.03)
    assert expected == pytest.approx(law["K"])
    assert len(times) == len(counted)


def test_the_same_channels_live_another_run_and_what_its_membrane_lacks_is_not_there(
    run: hh.Trajectory,
) -> None:
    depth = PatchInDepth(run, DARK, Area(-6, 0, -3, 3), n=300)
    places = {name: kind.rims.points.copy() for name, kind in depth._kinds.items()}
    bare = hh.simulate(MODERN.with_(gNa=0.0), run.protocol, run.duration)
    depth.live(bare).draw(float(run.first("V", above=0.0)))
    depth.moving.update(0.1)  # without a clock it stays where it was drawn
    assert depth.t == run.first("V", above=0.0)
    assert len(depth._kinds["Na"].rims.points) == len(depth._kinds["Na"].light.points) == 0
    np.testing.assert_array_equal(depth._kinds["K"].rims.points, places["K"])
    assert depth.open_fraction("K") < 0.1
    clock = Clock(Pace(20.0, start=4.6), DARK)
    depth.live(run, clock).moving.update(0.1)
    np.testing.assert_array_equal(depth._kinds["Na"].rims.points, places["Na"])
    assert depth.open_fraction("Na") == pytest.approx(depth.samples["Na"].open(4.6).mean())
    assert depth.open_fraction("Na") > 0.15


def test_tiles_in_proportion_are_as_many_as_the_conductances_and_in_the_foot_sodium_outweighs(
    run: hh.Trajectory,
) -> None:
    n = in_proportion(MODERN, 300)
    assert n == {"Na": 231, "K": 69}  # 120 to 36 mS/cm²
    depth = PatchInDepth(run, DARK, Area(-6, 0, -3, 3), n=n)
    assert {name: len(places) for name, places in depth.places.items()} == n
    top = run.first("V", above=0.0)
    lit = {name: depth.samples[name].open(top).sum() for name in n}
    assert lit["Na"] > 3 * lit["K"]


def test_the_side_view_becomes_a_tile_and_the_tile_the_patch(
    depth: PatchInDepth, patch: MembranePatch, run: hh.Trajectory
) -> None:
    sodium, area = patch.views[0], depth.area
    for block in (patch, depth):
        block.draw(4.6)
    depth.look(SIDE)  # it stands where it stood
    view = np.concatenate([m.points for m in sodium.get_family() if len(m.points)])
    drawn = np.concatenate([m.points for m in depth.side.drawn if len(m.points)])
    assert np.allclose(view, drawn)
    depth.look(TILE)
    assert not any(len(m.points) for m in depth.side.drawn)
    tile = depth.still if depth.side is None else depth.moving[1]
    (rim,) = (m.points for m in tile if len(m.points) == 16)
    assert np.ptp(rim[:, 0]) == pytest.approx(np.ptp(rim[:, 1]), rel=0.02)  # round: from above
    for t in (0.0, 3.5, 4.6, 6.0):
        depth.draw(t)
        patch.draw(t)
        for (gate, states), letters in zip(
            sodium.openings().items(), (depth.letters[:3], depth.letters[3:4]), strict=True
        ):
            assert [letter.words for letter in letters] == [gate] * len(states)
            inked = [letter.get_fill_color() == manim.ManimColor(DARK.ground) for letter in letters]
            assert inked == states.astype(bool).tolist()
    places = []
    for p in np.linspace(TILE, PATCH, 41).tolist():
        depth.look(p)
        points = np.concatenate([m.points for m in (*depth.still, *depth.moving, *tile) if len(m.points)])
        assert points[:, 0].min() > area.left - 0.5
        assert points[:, 0].max() < area.right + 0.5
        places.append(depth.project(np.array([depth.cell]), 0.0, np.array([0.0]))[0])
    steps = np.hypot(*np.diff(places, axis=0)[:, :2].T)
    assert steps.max() < 4.0 * steps.mean()  # no jump on the way
    assert points[:, 0].min() > area.left - 1e-6
    assert points[:, 0].max() < area.right + 1e-6
    assert points[:, 1].min() > area.bottom - 1e-6
    assert points[:, 1].max() < area.top + 1e-6


def test_charge_turns_over_with_the_voltage() -> None:
    charge = SurfaceCharge(np.linspace(-3, 3, 20), 0.5, DARK)
    for v in (-90.0, -65.0, -0.5, 0.0, 0.5, 40.0):
        assert charge.draw(v).shown() == pytest.approx(v, abs=1e-9)
    assert charge.draw(-65.0).plus.get_center()[1] > 0 > charge.minus.get_center()[1]
    assert charge.draw(40.0).plus.get_center()[1] < 0 < charge.minus.get_center()[1]
    assert absolute(hh.presets.CLASSIC, 0.0) == -65.0
    assert absolute(MODERN, -65.0) == -65.0


def test_lipids_leave_room_for_channels_in_two_mobjects() -> None:
    layer = Bilayer(-3, 3, DARK, thickness=1.2, gaps=[(-0.5, 0.5)])
    assert len(layer) == 2
    x = layer.heads.points[:, 0]
    assert not np.any((x > -0.5 + 1e-9) & (x < 0.5 - 1e-9))


def test_waiting_ions_jostle_about_their_places_and_carry_nothing(patch: MembranePatch) -> None:
    for ions in patch.waiting:
        ions.draw(0.0)
        first = ions.drawn()
        seen = []
        for s in np.arange(0.0, 400.0, 0.5):
            ions.draw(float(s))
            seen.append(ions.drawn())
        away = np.array(seen) - ions.places
        assert np.abs(away).max() <= ions.swing
        assert np.abs(away.mean(axis=0)).max() < 0.1 * ions.swing  # no drift
        assert np.abs(away).max(axis=0).min() > 0.3 * ions.swing  # all of them move
        side = np.sign(np.array(seen)[:, :, 1] - patch.middle)
        assert np.array_equal(side, np.broadcast_to(side[0], side.shape))  # none crosses but the counted dots
        assert np.array_equal(ions.draw(0.0).drawn(), first)


def test_open_is_bright_and_shut_is_dim() -> None:
    def lightness(color: Any) -> float:
        return float(np.dot(manim.ManimColor(color).to_rgb(), (0.2126, 0.7152, 0.0722)))

    for theme in (DARK, LIGHT):
        sodium = ChannelView(MODERN, "Na", theme)
        away = abs(lightness(sodium.shades.open) - lightness(theme.ground))
        assert away > 1.4 * abs(lightness(sodium.shades.shut) - lightness(theme.ground))

        def glow(m: Any, h: float, view: ChannelView = sodium) -> np.ndarray:
            view.set_gates({"m": m, "h": h})
            return np.asarray(view.glow.fill_rgbas[0, :3])

        full = glow(1.0, 1.0)
        for m, h in ((0.0, 1.0), (1.0, 0.0), (np.array([1.0, 1.0, 0.0]), 1.0)):
            assert not np.allclose(glow(m, h), full)
            assert np.allclose(glow(m, h), manim.ManimColor(theme.ground).to_rgb(), atol=0.01)


def test_gates_do_not_overlap_and_have_their_names() -> None:
    for name, gate, power in (("Na", "m", 3), ("K", "n", 4)):
        for height in (1.1, 2.4):
            view = ChannelView(MODERN, name, DARK, height=height).set_gates({gate: 1.0, "h": 1.0})
            bars = np.concatenate([m.points.reshape(-1, 24, 3) for m in view.gates if len(m.points)])[
                : power * 2
            ]
            spans = sorted({(round(float(b[:, 1].min()), 6), round(float(b[:, 1].max()), 6)) for b in bars})
            assert len(spans) == power
            assert all(low > high for (_, high), (low, _) in pairwise(spans))
            letters = [m for m in view.body if isinstance(m, Formula)]
            assert [m.source for m in letters] == [gate] * power
            assert all(m.size >= 24.0 for m in letters)
            boxes = sorted((m.get_bottom()[1], m.get_top()[1]) for m in letters)
            assert all(low > high for (_, high), (low, _) in pairwise(boxes))


@pytest.mark.parametrize("hold", ["left", "right"])
def test_a_number_that_counts_along_looks_as_if_it_had_been_set(hold: str) -> None:
    reading = Reading("{} mV", size=40, hold=hold).shift([2.0, 1.0, 0.0])
    edge = [-1.0 if hold == "left" else 1.0, 0.0, 0.0]
    before = reading.get_critical_point(edge)[0]
    for said in ("−65", "0.0074", "12"):
        reading.draw(said)
        assert reading.width == pytest.approx(Words(f"{said} mV", size=40).width, abs=1e-3)
        # the first figure's room stays where it is; its outline differs a little from one to the next
        assert reading.get_critical_point(edge)[0] == pytest.approx(
            before, abs=0.02 if hold == "left" else 1e-6
        )


@pytest.mark.parametrize("stimulus", ["pulse(10, 2, 1)", "pulse(-10, 2, 1)"])
def test_bars_are_what_flows_in_and_out_and_move_v(stimulus: str) -> None:
    run = hh.simulate(MODERN, stimulus, 20)
    balance = Balance(run, DARK, Area(0, 6, 0, 1), limit=50.0)
    currents = np.stack([*(run.current(c.name) for c in MODERN.channels), -run.stimulus])
    for t in (0.0, 2.5, 4.0, 6.0):
        now = np.array([np.interp(t, run.t, current) for current in currents])
        flows = -now[now < 0].sum(), now[now > 0].sum()
        assert balance.draw(t).shown() == pytest.approx(np.minimum(flows, 50.0), abs=1e-6)
    whole = Balance(run, DARK, Area(0, 6, 0, 1), limit=2000.0)
    for t in np.arange(1.95, 8.0, 0.1).tolist():  # C dV/dt is what flows in less what flows out
        inward, outward = whole.draw(t).shown()
        steps = run.at([t - 1e-4, t + 1e-4])["V"]
        assert inward - outward == pytest.approx(MODERN.c * np.diff(steps)[0] / 2e-4, rel=0.02, abs=0.5)


def test_variables_in_plain_text_are_italic_and_units_are_not() -> None:
    def last(text: str, **style: bool) -> float:
        return float(Words(text, **style).family_members_with_points()[-1].width)

    slanted, upright = last("m", italic=True), last("mm")
    assert slanted != pytest.approx(upright, rel=1e-3)
    for text, width in (("gate m", slanted), ("m", slanted), ("2 m", upright), ("mm", upright)):
        assert last(text) == pytest.approx(width, rel=1e-6)
    assert (
        len(Words("h(V), n.").family_members_with_points()) == 7
    )  # nothing after a letter is taken for code


def test_words_know_the_line_they_stand_on() -> None:
    def below(text: str) -> float:
        words = Words(text, size=40)
        return (words.baseline - float(words.get_bottom()[1])) / (40 * UNIT)

    assert 0.0 <= below("no rest") < 0.02
    assert 0.15 < below("V is at rest, V(t) is flat") < 0.25
    assert 0.15 < below("it fires\nat once (again)") < 0.25
    assert below("…") == 0.0


def test_a_clock_says_its_rate_while_it_runs_and_nothing_while_it_stands() -> None:
    def said(clock: Clock) -> list[str]:
        return [label.words for label in clock if label.get_fill_opacity() > 0.5]

    clock = Clock(Pace(10.0, rate=2.0, slow=[(8.0, 10.0, 1.0)]), DARK)
    assert said(clock) == []
    for stop, rate in ((5.0, "1 s = 2 ms"), (10.0, "slow motion: 1 s = 1 ms")):
        run = clock.run(stop)
        run.begin()
        run.interpolate(0.8)
        assert said(clock) == [rate]
        run.finish()
        assert (clock.now, said(clock)) == (stop, [])


def test_film_time_goes_on_while_model_time_stands_and_while_it_runs() -> None:
    clock = Clock(Pace(10.0, rate=2.0), DARK)
    clock.update(0.25)
    run = clock.run()
    run.begin()
    clock.update(0.5)
    run.finish()
    assert clock.seconds == 0.75


def test_film_time_goes_on_beyond_both_ends() -> None:
    pace = Pace(8.0, start=2.0, rate=2.0, slow=[(4.0, 6.0, 1.0)])
    assert pace.film(2.0) == 0.0
    assert pace.film(8.0) == pytest.approx(pace.seconds)
    for t, s in ((1.0, -0.5), (10.0, pace.seconds + 1.0)):
        assert pace.film(t) == pytest.approx(s)
        assert pace.film(np.array([t]))[0] == pytest.approx(s)


def test_an_icon_shows_the_channels_as_they_are_then_their_pores_at_one_height() -> None:
    run = hh.simulate(hh.presets.MODERN, "clamp(-65, 0, start=1)", 11.0)
    patch = MembranePatch(run, DARK, Area(-6.0, 0.0, -2.0, 2.0), channels=["Na", "K"])
    for t in (0.0, 1.5, 11.0):
        patch.draw(t)
        icon: Any = patch.icon(t)
        assert [view.openings().keys() for view in icon] == [view.openings().keys() for view in patch.views]
        for small, view in zip(icon, patch.views, strict=True):
            for gate, opening in view.openings().items():
                assert np.array_equal(small.openings()[gate], opening)
        assert icon[0].origin[1] == pytest.approx(icon[1].origin[1])


def test_while_the_eye_rises_no_gate_is_seen_twice(depth: PatchInDepth) -> None:
    """On the channel's side or, later, on its tile."""
    assert depth.side is not None
    gates = {id(m) for m in depth.side.view.gates.get_family()}
    seen = []
    for p in np.linspace(SIDE, TILE, 25):
        depth.look(float(p)).draw(4.0)
        aside = any(
            len(part.points)
            for part, of in zip(depth.side.drawn, depth.side._all, strict=True)
            if id(of) in gates
        )
        above = any(len(pip.points) for kind in depth._kinds.values() for pip in kind.pips)
        seen.append((aside, above))
    assert (True, True) not in seen
    assert seen[0] == (True, False)
    assert seen[-1] == (False, True)

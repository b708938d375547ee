"""The drawn membrane says what the trajectory says: read back from the points, not from what was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

manim = pytest.importorskip("manim")

import hhanim as hh  # noqa: E402
from hhanim.look import DARK, LIGHT  # noqa: E402
from hhanim.look.numbers import figures  # noqa: E402
from hhanim.mobjects.circuit.balance import Balance  # noqa: E402
from hhanim.mobjects.frame.clock import Clock, Pace  # noqa: E402
from hhanim.mobjects.frame.layout import UNIT, Area  # noqa: E402
from hhanim.mobjects.frame.lettering import Words  # noqa: E402
from hhanim.mobjects.frame.reading import Reading  # noqa: E402
from hhanim.mobjects.graph.rates import RateCurves, RateTable  # noqa: E402
from hhanim.mobjects.membrane.bilayer import Bilayer  # noqa: E402
from hhanim.mobjects.membrane.channels import ChannelView, inactivates  # noqa: E402
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute  # noqa: E402
from hhanim.mobjects.membrane.ions import QUANTUM, IonFlow, crossings  # noqa: E402
from hhanim.mobjects.membrane.patch import Instant, MembranePatch  # noqa: E402

MODERN = hh.presets.MODERN
TIMES = (0.0, 2.5, 3.5, 4.0, 4.3, 4.6, 5.2, 6.0, 8.0, 15.0)


@pytest.fixture(scope="module")
def run() -> hh.Trajectory:
    return hh.simulate(MODERN, "pulse(10, 2, 1)", 20)


@pytest.fixture(scope="module")
def patch(run: hh.Trajectory) -> MembranePatch:
    return MembranePatch(run, DARK, Area(-6, 0, -3, 3), transit=0.3)


@pytest.mark.parametrize("t", TIMES)
def test_gates_and_charge_are_the_trajectory_s(patch: MembranePatch, run: hh.Trajectory, t: float) -> None:
    patch.draw(t)
    now = run.at([t])
    for view in patch.views:
        for name, drawn in view.openings().items():
            assert len(drawn) == MODERN.gate(name).power
            assert drawn == pytest.approx(now[name][0], abs=0.006)
    assert patch.charge is not None
    assert patch.charge.shown() == pytest.approx(now["V"][0], abs=1e-6)


@pytest.mark.parametrize("channel", ["Na", "K", "L"])
def test_dots_carry_the_integrated_current(run: hh.Trajectory, channel: str) -> None:
    view = ChannelView(MODERN, channel, DARK)
    flow = IonFlow(run, channel, [view], DARK)
    for t in TIMES:
        part = run.t <= t + 1e-9
        charge = np.trapezoid(run.current(channel)[part], run.t[part])
        assert abs(flow.net(t) - charge) <= 0.5 * QUANTUM + 0.5


def test_drawn_dots_pass_the_middle_when_and_where_the_current_says(run: hh.Trajectory) -> None:
    for channel, direction in (("Na", -1), ("K", 1)):
        flow = IonFlow(run, channel, [ChannelView(MODERN, channel, DARK)], DARK, transit=0.3)
        passed = 0
        for a, b in zip(np.arange(3.0, 7.0, 0.01)[:-1], np.arange(3.0, 7.0, 0.01)[1:], strict=True):
            flow.draw(a)
            before = dict(zip(flow.under_way, flow.drawn()[0][:, 1], strict=True))
            flow.draw(b)
            after = dict(zip(flow.under_way, flow.drawn()[0][:, 1], strict=True))
            for k in before.keys() & after.keys():
                passed += int(np.sign(after[k]) - np.sign(before[k])) // 2
        assert np.sign(passed) == direction
        assert passed * QUANTUM == pytest.approx(flow.net(6.99) - flow.net(3.0), abs=1.5 * QUANTUM)


def test_dots_do_not_depend_on_how_often_they_are_drawn(run: hh.Trajectory) -> None:
    flow = IonFlow(run, "Na", [ChannelView(MODERN, "Na", DARK)], DARK)
    flow.draw(4.4)
    alone = flow.points.copy()
    for t in np.linspace(0.0, 4.4, 37):
        flow.draw(t)
    assert len(alone)
    assert np.array_equal(alone, flow.points)


def test_a_current_that_changes_direction_turns_its_dots() -> None:
    run = hh.simulate(MODERN, "pulse(10, 2, 1)", 20)
    _, signs = crossings(run, "L", quantum=2.0)
    assert {-1.0, 1.0} == set(signs)


@pytest.mark.parametrize("name", hh.presets.names())
def test_every_preset_can_be_drawn(name: str) -> None:
    membrane = hh.presets.get(name)
    run = hh.simulate(membrane, "step(5, 2)", 10)
    patch = MembranePatch(run, LIGHT, Area(-4, 4, -3, 3))
    patch.draw(7.0)
    drawn = {g for view in patch.views for g in view.openings()}
    assert drawn == set(membrane.gates)
    now = Instant(run)(7.0)
    for view in patch.views:
        for gate, opening in view.openings().items():
            assert opening == pytest.approx(np.clip(now[gate], 0, 1), abs=0.006)


def test_a_channel_of_one_s_own_is_drawn_from_its_gates() -> None:
    gate = hh.Gate("q", inf=hh.Sigmoid(1.0, -40.0, 5.0), tau=hh.Constant(4.0), power=2)
    lock = hh.Gate("r", inf=hh.Sigmoid(1.0, -60.0, -5.0), tau=hh.Constant(40.0))
    membrane = MODERN.plus(hh.Channel("T", g=1.0, e=120.0, gates=(gate, lock), ion="Ca"))
    assert inactivates(membrane, "r")
    assert not inactivates(membrane, "q")
    assert not inactivates(membrane, "n")
    view = ChannelView(membrane, "T", DARK).set_gates({"q": (0.25, 1.0), "r": 0.5})
    assert view.openings()["q"] == pytest.approx([0.25, 1.0])
    assert view.openings()["r"] == pytest.approx([0.5], abs=0.006)


def test_a_moved_and_scaled_channel_still_reads_true() -> None:
    view = ChannelView(MODERN, "Na", DARK).shift([1.0, 2.0, 0.0]).scale(0.6)
    view.set_gates({"m": 0.4, "h": 0.7})
    assert view.openings()["m"] == pytest.approx([0.4] * 3)
    assert view.openings()["h"] == pytest.approx([0.7], abs=0.01)


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


def test_a_pore_lights_up_with_the_share_of_channels_that_are_open(patch: MembranePatch) -> None:
    sodium = patch.views[0]

    def light(**values: Any) -> np.ndarray:
        sodium.set_gates(values)
        return np.asarray(sodium.glow.fill_rgbas[0, :3])

    dark, half, full = light(m=0.0, h=1.0), light(m=0.25 ** (1 / 3), h=1.0), light(m=1.0, h=1.0)
    assert half == pytest.approx(0.5 * (dark + full), abs=0.01)  # the root of a quarter
    assert not np.allclose(dark, full)
    assert light(m=1.0, h=0.0) == pytest.approx(dark)
    assert light(m=np.array([1.0, 1.0, 0.0]), h=1.0) == pytest.approx(dark)  # one of them shut


def test_ions_pass_a_ball_on_the_side_where_it_does_not_hang(
    patch: MembranePatch, run: hh.Trajectory
) -> None:
    sodium, flow = patch.views[0], patch.flows["Na"]
    assert sodium.scale_ == pytest.approx(1.0)
    assert sodium.free_side == -1.0
    assert patch.views[-1].free_side == 0.0
    seen = 0
    for t in np.linspace(4.0, 6.0, 21):
        centres = patch.draw(float(t)).flows["Na"].drawn()[0]
        (ball,) = (m for m in sodium.gates if isinstance(m, manim.VGroup))
        hangs = ball.disc.points[::4, :2].mean(axis=0)
        away = np.hypot(*(centres - hangs).T)
        assert np.all(away > ball.radius + flow.radius - 1e-6)  # none runs through it
        below = centres[centres[:, 1] < sodium.mouths[1][1] - 1e-3]
        seen += len(below)
        assert np.all(below[:, 0] < sodium.origin[0])
    assert seen > 5


def test_dots_on_the_rate_curves_are_the_membrane_s() -> None:
    warm = MODERN.with_(celsius=18.5)
    curves = RateCurves(warm, DARK, Area(-6, 6, -3, 3), v=(-100.0, 40.0))
    for v in (-100.0, -65.0, -40.0, 25.0):
        curves.draw(v)
        for gate in ("m", "h", "n"):
            goal, tau = curves.shown(gate)
            assert goal == pytest.approx(float(warm.inf(gate, v)), abs=1e-6)
            assert tau == pytest.approx(float(warm.tau(gate, v)), rel=1e-6)
    table = RateTable(warm, DARK, Area(-6, 6, -3, 3), voltages=(-65.0, -20.0))
    for v in (-65.0, -40.0, -20.0):
        table.draw(v)
        for gate in ("m", "h", "n"):
            rates = table.rates(gate, v)
            assert 1.0 / sum(rates) == pytest.approx(float(warm.tau(gate, v)), rel=1e-6)
            for drawn, rate in zip(table.shown(gate), rates, strict=True):
                assert drawn == pytest.approx(
                    max(rate, 1e-3 * table.largest), rel=1e-6
                )  # the smallest: a stub


def test_a_number_that_counts_along_looks_as_if_it_had_been_set() -> None:
    reading = Reading("{} mV", size=40, hold="right").shift([2.0, 1.0, 0.0])
    before = reading.get_right()[0]
    for number, said in ((-65.0, "−65"), (0.0074, "0.0074"), (12.0, "12")):
        reading.draw(figures(number))
        assert reading.width == pytest.approx(Words(f"{said} mV", size=40).width, abs=1e-3)
        assert reading.get_right()[0] == pytest.approx(before)
    assert [figures(x) for x in (4.0, 0.22, 465.4, 0.0)] == ["4.0", "0.22", "470", "0"]


def test_bars_are_what_flows_in_and_out(run: hh.Trajectory) -> None:
    balance = Balance(run, DARK, Area(0, 6, 0, 1), limit=50.0)
    currents = np.stack([run.current(c.name) for c in MODERN.channels])
    for t in (0.0, 2.5, 4.0, 6.0):
        now = np.array([np.interp(t, run.t, current) for current in currents])
        flows = -now[now < 0].sum(), now[now > 0].sum()
        assert balance.draw(t).shown() == pytest.approx(np.minimum(flows, 50.0), abs=1e-6)


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

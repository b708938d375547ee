"""Events of a run: extremes, crossings and stretches from the dense solution, whatever its samples."""

from dataclasses import replace

import numpy as np
import pytest

import hhanim as hh
from hhanim import HHError, Trajectory, presets
from hhanim.model.errors import UnknownName
from hhanim.model.roots import root, roots, threshold

MODERN = presets.MODERN
STEP = hh.step(10, start=5)


@pytest.fixture(scope="module")
def run() -> Trajectory:
    return hh.simulate(MODERN, STEP, 60)


@pytest.fixture(scope="module")
def fine() -> Trajectory:
    return hh.simulate(MODERN, STEP, 60, sample=0.0005)


# -- roots ---------------------------------------------------------------------------------------------------


def test_roots_are_found_to_machine_precision_rising_or_falling_in_any_shape() -> None:
    c = np.array([[0.5, 2.0], [7.0, 1e-9]])
    for sign in (1.0, -1.0):
        assert root(
            lambda x, sign=sign: sign * (x**3 - c), np.zeros((2, 2)), np.full((2, 2), 9.0)
        ) == pytest.approx(np.cbrt(c), rel=1e-14)
    assert root(lambda x: x - 0.3, 0.0, 1.0) == pytest.approx(0.3, abs=1e-16)
    assert roots(np.cos, np.linspace(0, 10, 60)) == pytest.approx(
        np.pi * np.array([0.5, 1.5, 2.5]), rel=1e-15
    )
    assert roots(np.cosh, np.linspace(0, 10, 60)).shape == (0,)


def test_a_jump_is_a_root_where_it_is() -> None:
    assert root(lambda x: np.where(np.asarray(x) < 0.7, -3.0, 5.0), 0.0, 1.0) == pytest.approx(0.7, abs=1e-15)


def test_a_threshold_is_one_that_was_seen_to_hold() -> None:
    seen = []
    x = threshold(lambda x: seen.append((x, x >= 2.0)) or x >= 2.0, 0.0, 16.0, 1e-4)  # type: ignore[func-returns-value]
    assert 2.0 <= x < 2.0 * (1 + 1e-4) and all(ok for at, ok in seen if at == x)


# -- quantities by name --------------------------------------------------------------------------------------


def test_every_quantity_goes_by_its_name(run: Trajectory) -> None:
    assert np.array_equal(run["I_Na"], run.current("Na")) and np.array_equal(run["g_K"], run.conductance("K"))
    assert np.array_equal(run["I"], run.stimulus) and np.array_equal(run["I_ion"], run.ionic_current)
    assert run.ionic_current == pytest.approx(sum(run.current(c) for c in ("Na", "K", "L")), abs=1e-12)
    balance = run.stimulus[1:-1] - run.ionic_current[1:-1]
    slope = (run.at(run.t[1:-1] + 1e-4)["V"] - run.at(run.t[1:-1] - 1e-4)["V"]) / 2e-4
    away = np.abs(run.t[1:-1] - 5.0) > 0.01
    assert slope[away] == pytest.approx(balance[away], abs=1e-3)
    with pytest.raises(UnknownName, match="unknown quantity 'I_na': did you mean I_Na"):
        run["I_na"]


# -- extremes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["V", "m", "h", "I_Na", "I_K", "I_ion", "g_Na"])
@pytest.mark.parametrize("kind", ["max", "min"])
def test_an_extreme_is_that_of_the_solution_not_of_its_samples(
    run: Trajectory, fine: Trajectory, name: str, kind: str
) -> None:
    found = run.extreme(name, kind, after=6.0)
    values = fine[name][fine.t >= 6.0]
    best = float(values.max() if kind == "max" else values.min())
    assert found.value == pytest.approx(best, abs=2e-4 * (abs(best) + 1e-2))
    assert (found.value >= best - 1e-6) if kind == "max" else (found.value <= best + 1e-6)
    assert run.at([found.t])[name][0] == pytest.approx(found.value, rel=1e-12)
    assert run.resample(40).extreme(name, kind, after=6.0) == found


def test_an_extreme_may_lie_at_an_end_of_the_time_that_is_asked_for(run: Trajectory) -> None:
    rising = run.extreme("V", after=6.0, before=6.5)
    assert rising.t == 6.5 and rising.value == pytest.approx(run.at([6.5])["V"][0], rel=1e-12)
    assert run.extreme("V", "min", after=6.0, before=6.5).t == 6.0
    assert run.extreme("V", after=7.0, before=7.0).value == pytest.approx(run.at([7.0])["V"][0])


def test_an_extreme_under_voltage_clamp_is_on_its_side_of_the_jump() -> None:
    clamped = hh.simulate(
        MODERN, hh.clamp(-65, 0, 5, 5.4), 10
    )  # it ends while the sodium current still grows
    jump = clamped.extreme("I_Na", "min")
    just_before = clamped.at([np.nextafter(5.4, 0)])["I_Na"][0]
    assert jump.t == pytest.approx(5.4, abs=1e-9) or jump.value < just_before
    assert jump.value <= just_before <= -100.0
    assert clamped.first("V", above=-30.0) == pytest.approx(5.0, abs=1e-12)
    assert clamped.last("V", above=-30.0) == pytest.approx(5.4, abs=1e-12)


def test_extremes_of_runs_that_have_no_dense_solution() -> None:
    euler = hh.simulate(MODERN, STEP, 20, method="exponential_euler", dt=0.01)
    assert euler.extreme("V").value == pytest.approx(40.264, abs=0.02)
    batch = hh.simulate(MODERN, hh.step([5.0, 10.0], start=5), 20)
    assert batch.neuron(1).extreme("V").value == pytest.approx(40.2639, abs=1e-3)
    with pytest.raises(HHError, match=r"this is a batch; take one neuron with run.neuron\(k\)"):
        batch.extreme("V")


# -- the tips of spikes in the samples -----------------------------------------------------------------------


@pytest.mark.parametrize("membrane", [MODERN.with_(celsius=25), presets.WANG_BUZSAKI, presets.CONNOR_STEVENS])
def test_the_sampled_voltage_reaches_the_tip_of_a_warm_spike(membrane: hh.Membrane) -> None:
    warm = hh.simulate(membrane, hh.step(30, start=5), 30)
    assert len(warm.spikes) > 0
    assert warm["V"].max() == pytest.approx(warm.extreme("V").value, abs=1e-9)
    assert warm["V"].min() == pytest.approx(warm.extreme("V", "min").value, abs=1e-9)
    assert np.all(np.diff(warm.t) > 0) and np.isin(warm.turns("V"), warm.t).all()
    assert np.array_equal(warm.at(warm.t)["V"], warm["V"])
    assert hh.simulate(membrane, hh.step(30, start=5), 30, sample=0.05).t == pytest.approx(
        np.arange(601) * 0.05
    )


def test_amplitudes_and_widths_do_not_depend_on_the_samples(run: Trajectory) -> None:
    coarse = hh.simulate(MODERN, STEP, 60, sample=2.0)
    for name in ("amplitudes", "spike_peaks", "half_widths"):
        assert getattr(coarse, name) == pytest.approx(getattr(run, name), abs=1e-5)
    assert run.amplitudes[1] == pytest.approx(
        run.extreme("V", after=run.spikes[1], before=run.spikes[2]).value
        - run.extreme("V", "min", after=run.spikes[0], before=run.spikes[1]).value,
        abs=1e-12,
    )


# -- when --------------------------------------------------------------------------------------------------


def test_first_and_last_times_are_roots_of_the_solution(run: Trajectory) -> None:
    assert run.first("V", above=0.0) == pytest.approx(6.9012315, abs=1e-6) == run.spikes[0]
    at = run.first("I_ion", below=-1.0, after=5.0)
    assert run.at([at])["I_ion"][0] == pytest.approx(-1.0, abs=1e-9)
    assert run.last("n", above=0.7) > run.first("n", above=0.7) > run.spikes[0]
    assert run.first("V", above=60.0) == np.inf and run.last("V", above=60.0) == -np.inf
    assert run.first("V", below=0.0, after=2.5) == 2.5 and run.last("V", below=0.0, before=6.0) == 6.0


def test_a_stretch_between_two_samples_is_seen(run: Trajectory) -> None:
    tip = run.extreme("V")
    coarse = replace(run, t=run.t[::4], y=run.y[:, ::4])  # no sample near the tip
    level = 0.5 * (tip.value + coarse["V"].max()) if coarse["V"].max() < tip.value else tip.value - 1e-9
    ((begin, end),) = run.stretches("V", above=level)
    assert begin < tip.t < end and end - begin < 0.1


def test_stretches_between_two_levels(run: Trajectory) -> None:
    found = run.stretches("V", above=-20.0, below=20.0, before=12.0)
    assert found.shape == (2, 2) and found[0, 0] < 6.9 < found[0, 1] < found[1, 0]
    assert run.at(found.ravel())["V"] == pytest.approx([-20, 20, 20, -20], abs=1e-9)
    assert run.stretches("V", above=100.0).shape == (0, 2)
    assert run.stretches("V", above=-100.0).tolist() == [[0.0, 60.0]]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda r: r.extreme("v"), "unknown quantity 'v': did you mean V"),
        (lambda r: r.extreme("V", "top"), "unknown kind of extreme 'top': known are max, min"),
        (lambda r: r.extreme("V", after=70), "after = 70 is not allowed; allowed: 0 to 60 ms"),
        (lambda r: r.first("V", above=0.0, before=-1), "before = -1"),
    ],
)
def test_bad_questions(run: Trajectory, ask: object, message: str) -> None:
    with pytest.raises(HHError, match=message):
        ask(run)  # type: ignore[operator]


# -- what is transient ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [20, 40, 400])
def test_the_transient_follows_the_last_change_however_many_edges_there_are(count: int) -> None:
    train = hh.train(0.0, start=10, width=0.5, period=1.0, count=count) + hh.step(10, 450)
    quiet = hh.Trajectory(MODERN, train, np.array([0.0, 500.0]), np.zeros((4, 2)), MODERN.states, "samples")
    assert quiet.transient() == 475.0
    ends = 10 + count - 0.5
    assert quiet.transient(before=440.0) == pytest.approx(0.5 * ((ends if ends < 440.0 else 10.0) + 440.0))


def test_a_rate_under_a_train_or_a_measured_current_leaves_out_what_came_before() -> None:
    t = np.arange(0, 400.05, 0.1)
    measured = hh.samples(t, np.where(t >= 200, 10.0, 0.0))
    run = hh.simulate(MODERN, measured, 400, rtol=1e-8, atol=1e-8)
    assert run.transient() == pytest.approx(300.0, abs=0.1)
    assert run.rate() == pytest.approx(68.3, abs=0.1)


def test_runs_are_equal_by_what_they_hold(run: Trajectory) -> None:
    again = hh.simulate(MODERN, STEP, 60)
    assert again == run and hash(again) == hash(run)
    assert hh.simulate(MODERN, hh.step(9, start=5), 60) != run


def test_who_carries_the_largest_currents() -> None:
    run = hh.simulate(presets.MODERN, "pulse(10, start=5, width=1)", 20.0)
    assert (run.carrier("in"), run.carrier("out")) == ("Na", "K")
    without = hh.simulate(presets.MODERN.with_(gK=0), "pulse(10, start=5, width=1)", 20.0)
    assert without.carrier("out") == "L"


@pytest.mark.parametrize("name", ["I_Na", "I_K"])
def test_a_quantity_has_grown_when_it_is_so_many_times_what_it_was(name: str) -> None:
    run = hh.simulate(hh.presets.get("modern"), "pulse(10, start=5, width=1)", 20.0)
    t = run.grown(name, 3.0, after=6.2)
    before, now = run.at([6.2, t])[name]
    assert now == pytest.approx(3.0 * before, rel=1e-6)
    assert (np.abs(run.at(np.linspace(6.2, t - 1e-6, 50))[name]) < 3.0 * abs(before)).all()
    assert run.grown("V", -10.0, after=6.2) == np.inf

"""Analyses: against closed forms, published values, and one another; on every membrane."""

import math
from itertools import pairwise

import numpy as np
import pytest

import hhanim as hh
from hhanim import Channel, Gate, HHError, Membrane, Sigmoid, analysis, presets

from .examples import MEMBRANES, MIXTURE, WITH_A

MODERN, CLASSIC, WIDGET = presets.MODERN, presets.CLASSIC, presets.WIDGET
any_membrane = pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")
LEAKY = Membrane("leaky", Channel("L", 0.1, -65.0))


# -- curves --------------------------------------------------------------------------------------------------


@any_membrane
def test_curves_have_the_shape_of_v_and_every_gate(membrane: Membrane) -> None:
    v = np.linspace(*membrane.v_range, 12).reshape(3, 4)
    tau, inf = analysis.time_constants(membrane, v), analysis.steady_states(membrane, v)
    assert set(tau) == set(membrane.states[1:])
    assert set(inf) == set(membrane.gates)
    for x in (*tau.values(), *inf.values()):
        assert x.shape == v.shape
        assert np.all(np.isfinite(x))
    assert all(np.all(x > 0) for x in tau.values())
    currents = analysis.steady_currents(membrane, v)
    assert currents["total"] == pytest.approx(sum(currents[c.name] for c in membrane.channels))
    assert float(analysis.steady_currents(membrane, membrane.rest()[0])["total"]) == pytest.approx(
        0.0, abs=1e-10
    )
    assert analysis.time_constants(membrane)[membrane.states[1]].shape == (501,)


def test_time_constants_know_the_temperature() -> None:
    cold, warm = (analysis.time_constants(MODERN.with_(celsius=c), [-65.0])["h"] for c in (6.3, 16.3))
    assert warm == pytest.approx(cold / 3)


@any_membrane
def test_instantaneous_currents(membrane: Membrane) -> None:
    v = np.linspace(*membrane.v_range, 7)
    rest = membrane.rest()
    now = analysis.instantaneous_currents(membrane, v)
    frozen = membrane.currents(np.vstack([v, *(np.full(7, x) for x in rest[1:])]))
    for name, i in frozen.items():
        assert now[name] == pytest.approx(i)
    assert float(analysis.instantaneous_currents(membrane, rest[0])["total"]) == pytest.approx(0.0, abs=1e-10)
    held = analysis.instantaneous_currents(membrane, v, holding=float(rest[0]) + 10)
    assert held["total"] != pytest.approx(now["total"])


def test_mistake_the_capacitive_transient_is_not_the_peak_sodium_current() -> None:
    levels = np.array([-100.0, -40.0, -20.0, 0.0, 20.0, 50.0, 70.0])
    peak = analysis.peak_currents(MODERN, "Na", levels, holding=-65.0)
    inf, tau = analysis.steady_states(MODERN, levels), analysis.time_constants(MODERN, levels)
    t = np.linspace(0, 20, 200_001)[:, None]
    with np.errstate(under="ignore"):
        m = inf["m"] + (MODERN.inf("m", -65.0) - inf["m"]) * np.exp(-t / tau["m"])
        h = inf["h"] + (MODERN.inf("h", -65.0) - inf["h"]) * np.exp(-t / tau["h"])
        i = 120 * m**3 * h * (levels - 50)
    expected = np.take_along_axis(i, np.argmax(np.abs(i), axis=0)[None], axis=0)[0]
    assert peak == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert peak[3] == pytest.approx(-1456.5, abs=0.5)
    assert abs(peak[0]) < 2.0, "a step down opens nothing, whatever the capacitance does"
    assert peak[5] == pytest.approx(0.0, abs=1e-9), "reversal"
    assert peak[6] > 0


def test_peak_currents_follow_the_convention() -> None:
    a = analysis.peak_currents(MODERN, "Na", [-20.0, 0.0], holding=-65.0)
    b = analysis.peak_currents(CLASSIC, "Na", [45.0, 65.0], holding=0.0)
    assert a == pytest.approx(b, rel=1e-9)


# -- firing --------------------------------------------------------------------------------------------------


def test_f_i_sees_the_small_fast_cycles_and_the_block() -> None:
    rates = analysis.f_i(MODERN, [0, 5, 10, 100, 150, 160], 400)
    assert rates[[0, 1, 5]].tolist() == [0.0, 0.0, 0.0]
    assert rates[2] == pytest.approx(68.32, abs=0.05)
    assert np.all(np.diff(rates[2:5]) > 0)


def test_f_i_by_the_batch_agrees_with_the_converged_one() -> None:
    i = np.linspace(10, 60, 6)
    many = np.concatenate([i, np.linspace(10, 60, 64)])
    assert analysis.f_i(MODERN, many, 200)[:6] == pytest.approx(analysis.f_i(MODERN, i, 200), rel=5e-3)


def test_rheobase() -> None:
    threshold = analysis.rheobase(MODERN)
    assert threshold == pytest.approx(2.2404, abs=5e-4)
    for i, fires in ((threshold * 0.999, False), (threshold * 1.001, True)):
        assert (len(hh.simulate(MODERN, i, 200).spikes) > 0) is fires
    assert analysis.rheobase(CLASSIC) == pytest.approx(threshold, rel=2e-4)
    assert analysis.rheobase(MODERN, 400, sustained=True, precision=1e-3) == pytest.approx(6.26, abs=0.1)


def test_rheobase_of_what_cannot_fire_or_fires_by_itself() -> None:
    assert analysis.rheobase(MODERN.with_(ttx=1.0), 30, precision=0.01) == math.inf
    assert analysis.rheobase(LEAKY, 30, precision=0.01) == math.inf
    assert analysis.rheobase(MODERN.with_(EL=-10.0)) == 0.0
    assert analysis.f_i(MODERN.with_(EL=-10.0), [0.0], 300)[0] > 50.0


def test_strength_duration() -> None:
    widths = np.array([0.05, 0.1, 0.2, 1.0, 5.0, 50.0])
    threshold = analysis.strength_duration(MODERN, widths)
    assert np.all(np.diff(threshold) < 0)
    assert threshold[:3] * widths[:3] == pytest.approx(6.5, rel=0.02), (
        "short pulses: it is the charge that counts"
    )
    assert threshold[1] == pytest.approx(65.13, abs=0.02)
    assert threshold[-1] == pytest.approx(analysis.rheobase(MODERN), rel=1e-3)
    for i, n in ((threshold[3] * 0.999, 0), (threshold[3] * 1.001, 1)):
        assert len(hh.simulate(MODERN, hh.pulse(i, 0, 1.0), 40).spikes) == n


def test_paired_pulse_shows_both_refractory_periods() -> None:
    intervals = np.array([1.5, 3.0, 8.0, 10.0, 12.0, 40.0])
    second = analysis.paired_pulse(MODERN, intervals)
    single = float(analysis.strength_duration(MODERN, 1.0)[0])
    assert np.all(np.isinf(second[:2])), "absolute"
    assert second[2] > second[3] > second[4] > 0, "relative"
    assert second[2] > 5 * single
    assert second[-1] == pytest.approx(single, rel=0.05)
    for factor, n in ((0.99, 1), (1.01, 2)):
        both = hh.pulse(2 * single, 0, 1) + hh.pulse(factor * second[4], 12, 1)
        assert len(hh.simulate(MODERN, both, 40).spikes) == n


def test_recovery_is_absolute_then_relative_and_comes_back() -> None:
    found = analysis.recovery(MODERN, first=1.5, count=8)
    single = float(analysis.strength_duration(MODERN, 1.0)[0])
    again = analysis.paired_pulse(MODERN, found.intervals, 1.0, first=1.5 * single) / single
    assert found.needed == pytest.approx(again, rel=1e-6)
    assert np.isinf(found.needed[0]) and 0.8 < found.needed[-1] < 1.2
    ten, one = found.until(10.0), found.until(1.0)
    assert found.intervals[0] < ten < one < found.intervals[-1]
    k = int(np.flatnonzero(found.needed <= 1.0)[0])
    assert found.intervals[k - 1] < one <= found.intervals[k]
    assert found.until(0.1) == math.inf


def test_recovery_of_a_membrane_whose_spike_is_shorter_than_its_pulse() -> None:
    found = analysis.recovery(presets.CONNOR_STEVENS, first=1.5, count=5)
    assert found.intervals[0] >= 1.0
    assert np.isinf(found.needed[0]) and np.isfinite(found.needed[-1])


def test_no_recovery_without_a_threshold() -> None:
    with pytest.raises(HHError, match="no threshold parts pulses"):
        analysis.recovery(LEAKY)


def test_anode_break() -> None:
    threshold = analysis.anode_break(MODERN, [2.0, 5.0, 20.0])
    assert np.all(threshold < 0)
    assert np.all(np.diff(threshold) > 0), "a longer pulse may be weaker"
    for factor, n in ((0.99, 0), (1.01, 1)):
        assert len(hh.simulate(MODERN, hh.pulse(factor * threshold[1], 0, 5.0), 40).spikes) == n
    assert analysis.anode_break(LEAKY, 5.0)[0] == -math.inf


@pytest.mark.parametrize(
    ("membrane", "i", "words"),
    [
        (WIDGET, 2.0, "settles at −56.4 mV"),
        (WIDGET, 3.0, "one spike"),
        (WIDGET, 5.0, "fires at 33.6 Hz"),
        (WIDGET, 30.0, "depolarisation block at −26.9 mV"),
        (MODERN, 1.0, "settles at −64.2 mV"),
        (MODERN, 5.0, "one spike"),
        (MODERN, 10.0, "fires at 68.3 Hz"),
        (MODERN, 200.0, "depolarisation block at −40.8 mV"),
        (CLASSIC, 10.0, "fires at 68.3 Hz"),
    ],
)
def test_behaviour_in_words(membrane: Membrane, i: float, words: str) -> None:
    assert analysis.behaviour(hh.simulate(membrane, i, 400)) == words


# -- equilibria ----------------------------------------------------------------------------------------------


@any_membrane
@pytest.mark.parametrize("i", [-2.0, 0.0, 5.0])
def test_fixed_points_are_fixed(membrane: Membrane, i: float) -> None:
    points = analysis.fixed_points(membrane, i)
    assert points
    for p in points:
        assert np.abs(membrane.rhs(p.state, i)).max() < 1e-9
        assert p.stable is bool(np.all(p.eigenvalues.real < 0))
        assert p.eigenvalues.shape == (len(membrane.states),)
    if i == 0.0 and points[0].stable:
        assert points[0].v == pytest.approx(float(membrane.rest()[0]), abs=1e-9)
    assert [p.v for p in points] == sorted(p.v for p in points)


def test_kinds_of_fixed_points() -> None:
    assert [p.kind for p in analysis.fixed_points(MODERN, 0)] == ["stable focus"]
    assert [p.kind for p in analysis.fixed_points(MODERN, 10)] == ["unstable focus"]
    assert [p.kind for p in analysis.fixed_points(MODERN, 160)] == ["stable focus"]
    kinds = [p.kind for p in analysis.fixed_points(presets.CONNOR_STEVENS, 0)]
    assert kinds[0].startswith("stable")
    assert [p.kind for p in analysis.fixed_points(LEAKY, 1)] == ["stable node"]
    assert analysis.fixed_points(LEAKY, 1)[0].v == pytest.approx(-55.0)
    assert analysis.fixed_points(LEAKY, 1)[0].eigenvalues == pytest.approx([-0.1], rel=1e-6)
    bistable = presets.WANG_BUZSAKI
    assert "saddle" in [p.kind for p in analysis.fixed_points(bistable, 0)]


@any_membrane
def test_hopf_points_are_where_the_eigenvalues_say(membrane: Membrane) -> None:
    for i in analysis.hopf_points(membrane):
        best = min(
            float(np.abs(p.eigenvalues[np.abs(p.eigenvalues.imag) > 1e-9].real).min(initial=np.inf))
            for p in analysis.fixed_points(membrane, float(i))
        )
        assert best < 1e-4


def test_cycle_extremes() -> None:
    d = analysis.cycle_extremes(MODERN, [0.0, 10.0, 100.0, 160.0], 400)
    assert d["low"][0] == pytest.approx(d["high"][0], abs=1e-3)
    assert d["high"][1] == pytest.approx(30.43, abs=0.1)
    assert d["high"][2] < 0 < d["high"][1]
    assert d["high"][3] - d["low"][3] < 2.0
    assert (d["rate"] > 0).tolist() == [False, True, True, False]


# -- the phase plane -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("membrane", [WIDGET, presets.LECTURE, MIXTURE], ids=lambda m: m.name)
@pytest.mark.parametrize("i", [0.0, 3.0])
def test_nullclines_are_where_a_derivative_is_zero(membrane: Membrane, i: float) -> None:
    v = np.linspace(*membrane.v_range, 301)
    lines = analysis.nullclines(membrane, v, i)
    assert set(lines) == {"V", "n"}
    there = np.isfinite(lines["V"])
    assert 50 < there.sum() <= 301
    assert np.abs(membrane.rhs(np.vstack([v, lines["V"]])[:, there], i)[0]).max() < 1e-9
    assert np.abs(membrane.rhs(np.vstack([v, lines["n"]]), i)[1]).max() < 1e-12
    for p in analysis.fixed_points(membrane, i):
        if there.any() and v[0] < p.v < v[-1]:
            assert analysis.nullclines(membrane, [p.v], i)["V"] == pytest.approx(p.state[1], abs=1e-6)


@pytest.mark.parametrize("membrane", [MODERN, CLASSIC, WITH_A, presets.CONNOR_STEVENS], ids=lambda m: m.name)
def test_the_reduction_of_a_full_membrane_keeps_its_rest(membrane: Membrane) -> None:
    plane = analysis.two_variable(membrane)
    assert plane.states == ("V", "n")
    assert plane.rest()[0] == pytest.approx(float(membrane.rest()[0]), abs=1e-9)
    assert analysis.two_variable(plane) is plane
    lines = analysis.nullclines(membrane, None, 0.0)
    assert np.isfinite(lines["V"]).sum() > 50
    if membrane is presets.CONNOR_STEVENS:
        return  # inactivation of the A-current is slower than n: a line through n is too coarse for its spike
    run = hh.simulate(plane, hh.pulse(100, 1, 0.3), 20)
    assert run["V"].max() > plane.spike_level, "it is still excitable"


# -- bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: analysis.time_constants(MODERN, [math.nan]), "not finite; give finite voltages in mV"),
        (lambda: analysis.steady_states(MODERN, []), "holds no value"),
        (lambda: analysis.peak_currents(MODERN, "na", [0]), "did you mean Na"),
        (lambda: analysis.peak_currents(MODERN, "Na", [math.inf]), "levels = inf"),
        (lambda: analysis.peak_currents(MODERN, "Na", [0], duration=-1), "duration = -1"),
        (lambda: analysis.peak_currents(MODERN, "Na", [0], holding=math.nan), "holding = nan"),
        (lambda: analysis.f_i(MODERN, []), "currents is empty"),
        (lambda: analysis.f_i(MODERN, [math.nan]), "currents = nan"),
        (lambda: analysis.f_i(MODERN, [1.0], duration=-1), "duration = -1"),
        (lambda: analysis.rheobase(MODERN, -1), "duration = -1"),
        (lambda: analysis.rheobase(MODERN, precision=2), "precision = 2 is not allowed"),
        (
            lambda: analysis.strength_duration(MODERN, [0.0]),
            "widths = 0 is not allowed; allowed: more than 0 ms",
        ),
        (
            lambda: analysis.paired_pulse(MODERN, [0.5], width=1.0),
            "intervals = 0.5 is not allowed; allowed: 1 or more ms",
        ),
        (lambda: analysis.anode_break(MODERN, -1), "widths = -1"),
        (lambda: analysis.nullclines(MODERN, None, math.nan), "i = nan"),
        (lambda: analysis.nullclines(LEAKY), "no recovery variable|no gate"),
        (
            lambda: analysis.fixed_points(MODERN.with_(gK=[1, 2])),
            r"take one neuron with membrane.member\(k\)",
        ),
        (
            lambda: analysis.two_variable(WITH_A.with_(gK=[1, 2])),
            r"take one neuron with membrane.member\(k\)",
        ),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(HHError, match=message):
        call()  # type: ignore[operator]


def test_a_gate_that_only_inactivates_is_no_recovery_variable() -> None:
    one = Membrane("one", (Channel("Na", 1, 50, (Gate("h", inf=Sigmoid(1, -60, -6), tau=5.0), Gate("q", inf=Sigmoid(1, -50, -6), tau=1.0))),
                           Channel("L", 0.1, -65)))  # fmt: skip
    with pytest.raises(HHError, match="no gate that opens with depolarisation"):
        analysis.nullclines(one)


def test_chronaxie_and_the_slowest_gates():
    """Published values of the standard equations: chronaxie 1.654133 ms at 6.3 °C, 0.764692 at 18.5."""
    assert analysis.chronaxie(presets.MODERN) == pytest.approx(1.654133, rel=2e-4)
    assert analysis.chronaxie(presets.MODERN.with_(celsius=18.5)) == pytest.approx(0.764692, rel=2e-4)
    assert analysis.chronaxie(presets.MODERN.with_(gNa=0.0)) == np.inf
    found = analysis.slowest_gates(presets.MODERN)
    assert [name for name, _, _ in found] == ["n", "h", "n", "h"]
    for (one, _, border), (two, start, _) in pairwise(found):
        assert border == start
        assert presets.MODERN.tau(one, border) == pytest.approx(presets.MODERN.tau(two, border), rel=1e-12)
    assert analysis.slowest_gates(presets.CONNOR_STEVENS) == [("b", -100.0, 60.0)]
    with pytest.raises(HHError, match="has no gate with a time constant"):
        analysis.slowest_gates(Membrane("passive", Channel("L", 1.0, -65.0)))


def test_between_a_spike_and_none_v_reaches_every_level():
    levels = [-30.0, -10.0, 10.0, 500.0]
    runs = analysis.pulses_reaching(presets.MODERN, levels, start=2.0, wait=20.0)
    assert len(runs) == 3  # no pulse takes V to 500 mV
    tops = [run.extreme("V", after=2.0).value for run in runs]
    assert tops == pytest.approx(levels[:3], abs=1.0)
    strengths = [float(np.max(run.stimulus)) for run in runs]
    assert strengths == sorted(strengths)
    assert strengths[-1] / strengths[0] - 1.0 < 1e-8
    assert strengths[0] == pytest.approx(float(analysis.strength_duration(presets.MODERN, 1.0)[0]), rel=1e-4)


def test_no_rebound_is_told_where_rates_cannot_follow():
    """A membrane that does not fire when a current stops, although far below rest its equations become unsolvable."""
    assert analysis.anode_break(presets.CONNOR_STEVENS, 20.0) == pytest.approx([-np.inf])
    assert analysis.anode_break(presets.MODERN, [0.5, 20.0]) == pytest.approx([-39.3, -2.79], rel=2e-3)


def test_channels_come_by_the_share_that_is_open_in_the_end() -> None:
    membrane = presets.get("modern")
    assert [channel.name for channel in analysis.likeliest_open(membrane, 0.0)] == ["K", "Na"]
    shares = [float(c.open_fraction({g.name: membrane.inf(g.name, 0.0) for g in c.gates})) for c in
              analysis.likeliest_open(membrane, 0.0)]  # fmt: skip
    assert shares == sorted(shares, reverse=True)


def test_every_analysis_takes_the_name_of_a_model() -> None:
    arguments = {"peak_currents": ("Na", [0.0]), "likeliest_open": (0.0,), "loses_hold": (0.0, 1.0)}
    for name in ("f_i", "strength_duration", "rheobase", "two_variable", "hopf_points", "nullclines", "voltages",
                 "likeliest_open", "peak_currents", "steady_states", "time_constants", "fixed_points"):  # fmt: skip
        given = arguments.get(name, {"f_i": ([1.0], 20.0), "strength_duration": ([1.0],)}.get(name, ()))
        by_name, itself = (getattr(analysis, name)(m, *given) for m in ("modern", presets.MODERN))
        assert type(by_name) is type(itself)


def test_what_leaves_all_numbers_is_not_called_successful() -> None:
    with pytest.raises(HHError, match="leaves every range of numbers"):
        hh.simulate("modern", hh.step(-1e4))

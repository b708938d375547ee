"""The numbers that the whole of hhanim is held to: converged values for the published parameter sets."""

import numpy as np
import pytest

import hhanim as hh
from hhanim import analysis, presets

MODERN, WIDGET = presets.MODERN, presets.WIDGET


@pytest.fixture(scope="module")
def firing() -> hh.Trajectory:
    return hh.simulate(MODERN, hh.step(10, start=5), 100)


def test_spike_times_of_a_step_of_ten(firing: hh.Trajectory) -> None:
    expected = [6.9012, 21.8227, 36.4719, 51.1091, 65.7453, 80.3816, 95.0178]
    assert firing.spikes == pytest.approx(expected, abs=6e-5)


def test_first_spike_peak_and_half_width(firing: hh.Trajectory) -> None:
    assert firing.spike_peaks[0] == pytest.approx(40.264, abs=5e-4)
    assert firing.half_widths[0] == pytest.approx(1.47167, abs=1e-5)


def test_half_width_as_a_recording_gives_it(firing: hh.Trajectory) -> None:
    # The 1.473 ms that is quoted is what 20 points per ms give: a height and two crossings read between samples.
    run = firing.at(np.arange(0.0, 15.0, 0.05))
    level = 0.5 * (-65.0 + run["V"].max())
    above = np.flatnonzero(run["V"] > level)
    rise, fall = (
        np.interp(level, run["V"][[i, j]], run.t[[i, j]])
        for i, j in ((above[0] - 1, above[0]), (above[-1] + 1, above[-1]))
    )
    assert fall - rise == pytest.approx(1.473, abs=5e-4)


def test_the_spike_of_a_tenth_of_a_millisecond() -> None:
    assert hh.simulate(MODERN, hh.pulse(66, 30, 0.1), 50).spikes == pytest.approx([34.454], abs=5e-4)


def test_f_i() -> None:
    assert analysis.f_i(MODERN, [10, 20, 50], 400) == pytest.approx([68.3, 86.5, 117.0], abs=0.06)


def test_hopf_points() -> None:
    assert analysis.hopf_points(MODERN) == pytest.approx([9.775, 154.52], abs=5e-3)
    assert analysis.hopf_points(presets.CLASSIC) == pytest.approx([9.775, 154.52], abs=5e-3)


def test_the_reduced_model_does_not_spike_at_its_default_current() -> None:
    run = hh.simulate(WIDGET, 2.0, 1000)
    assert len(run.spikes) == 0
    assert run["V"][-1] == pytest.approx(-56.3725, abs=5e-5)
    assert run["n"][-1] == pytest.approx(0.31904, abs=5e-6)


@pytest.mark.parametrize(("i", "spikes"), [(2.83, 0), (2.84, 1), (3.94, 1)])
def test_the_reduced_model_spikes_once_from_2_83_on(i: float, spikes: int) -> None:
    assert len(hh.simulate(WIDGET, i, 1000, rtol=1e-8, atol=1e-8).spikes) == spikes


def test_the_reduced_model_fires_on_from_3_946_on() -> None:
    rates = [hh.simulate(WIDGET, i, 3000, rtol=1e-8, atol=1e-8).rate() for i in (3.945, 3.947, 5.0)]
    assert rates[0] == 0.0
    assert rates[1] > 10.0
    assert rates[2] == pytest.approx(33.6, abs=0.5)


def test_thresholds_of_the_reduced_model() -> None:
    assert analysis.rheobase(WIDGET, 500) == pytest.approx(2.833, abs=1e-3)
    assert analysis.rheobase(WIDGET, 2000, sustained=True) == pytest.approx(3.946, abs=1e-3)


def test_gates_start_of_the_classroom_example() -> None:
    start = {"V": -10.0, "n": 0.0, "m": 0.0, "h": 1.0}
    run = hh.simulate(presets.CLASSROOM, 15.0, 50, start=start)
    assert run.y[:, 0].tolist() == [-10.0, 0.0, 1.0, 0.0]  # V, m, h, n
    assert len(run.spikes) == 4
    assert 100 < run["V"].max() < 120
    assert np.all((run.y[1:] >= 0) & (run.y[1:] <= 1))

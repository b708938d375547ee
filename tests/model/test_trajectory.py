"""Trajectories: what can be read from them, at any time, and their files."""

import io
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

import hhanim as hh
from hhanim import HHError, Trajectory, presets
from hhanim.model.errors import InvalidValue, UnknownName

from .examples import MEMBRANES, MIXTURE, WITH_A

MODERN = presets.MODERN


@pytest.fixture(scope="module")
def run() -> Trajectory:
    return hh.simulate(MODERN, hh.step(10, start=5), 100)


def test_quantities_by_name(run: Trajectory) -> None:
    assert run["V"].shape == run["m"].shape == run.stimulus.shape == run.t.shape
    assert run.current("Na") == pytest.approx(120 * run["m"] ** 3 * run["h"] * (run["V"] - 50), rel=1e-12)
    assert run.conductance("K") == pytest.approx(36 * run["n"] ** 4, rel=1e-12)
    assert run.current("L") == pytest.approx(0.3 * (run["V"] + 54.387), rel=1e-12)
    assert run.conductance("L") == pytest.approx(np.full(run.t.shape, 0.3))
    reduced = hh.simulate("widget", 5, 20)
    assert reduced["h"] == pytest.approx(0.89 - 1.1 * reduced["n"])
    assert reduced["m"] == pytest.approx(1 / (1 + np.exp((-40 - reduced["V"]) / 7)))
    with pytest.raises(UnknownName, match="unknown quantity 'v': did you mean V"):
        run["v"]
    with pytest.raises(UnknownName, match="did you mean Na"):
        run.current("na")


def test_frozen(run: Trajectory) -> None:
    with pytest.raises(FrozenInstanceError):
        run.dt = 3.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        run.y[0, 0] = 0.0


def test_spikes_widths_and_amplitudes(run: Trajectory) -> None:
    assert run.isi == pytest.approx(np.diff(run.spikes))
    assert len(run.half_widths) == len(run.amplitudes) == len(run.spike_peaks) == 7
    assert run.amplitudes[0] == pytest.approx(40.264 + 65.0, abs=0.01)
    assert run.rate() == pytest.approx(1000 / np.diff(run.spikes)[-1], rel=1e-4)
    assert len(run.crossings(-50.0)) == 7
    assert run.crossings(60.0).size == 0


def test_the_default_spike_level_follows_the_convention() -> None:
    assert presets.CLASSIC.spike_level == 65.0
    assert presets.WIDGET.spike_level == -20.0
    a = hh.simulate(presets.CLASSIC, hh.step(10, 5), 60)
    b = hh.simulate(MODERN, hh.step(10, 5), 60)
    assert a.spikes == pytest.approx(b.spikes, abs=1e-6)


@pytest.mark.parametrize("i", [70.0, 100.0, 150.0])
def test_mistake_a_rate_from_crossings_of_zero_misses_small_fast_cycles(i: float) -> None:
    run = hh.simulate(MODERN, i, 300, rtol=1e-8, atol=1e-8)
    late = run.spikes[run.spikes > 150]
    assert run.rate() > 120.0
    if i >= 100:
        assert len(late) == 0, "the cycle no longer crosses 0 mV"


def test_rate_is_zero_where_nothing_fires_steadily() -> None:
    for i in (0.0, 5.0, 160.0, 300.0):  # rest, one spike, ringing that dies away, block
        assert hh.simulate(MODERN, i, 300, rtol=1e-8, atol=1e-8).rate() == 0.0


@pytest.mark.parametrize("duration", [50.0, 75.0, 100.0, 300.0])
def test_a_neuron_that_fires_regularly_has_a_rate_however_short_the_run(duration: float) -> None:
    run = hh.simulate(MODERN, 10.0, duration)
    assert run.rate() == pytest.approx(68.3, abs=0.1)
    batch = hh.simulate(MODERN, hh.step([1.0, 5.0, 10.0]), duration)
    assert batch.rate() == pytest.approx([0.0, 0.0, run.rate()], abs=0.01)


def test_a_rate_that_cannot_be_told_is_not_zero() -> None:
    assert np.isnan(hh.simulate(MODERN, 10.0, 30.0).rate())  # two spikes
    assert np.isnan(hh.analysis.f_i("modern", [0.0, 10.0], 30.0)).tolist() == [False, True]
    assert hh.simulate(MODERN, 6.0, 60.0).rate() == 0.0  # fires at first, then rings
    assert hh.simulate(MODERN, hh.step(10.0, 0.0, 40.0), 60.0).rate() == 0.0  # has stopped


def test_quantities_that_are_known_are_listed_once(run: Trajectory) -> None:
    with pytest.raises(hh.HHError, match=r"known are g_K, g_L, g_Na, h, I, I_ion, I_K, I_L, I_Na, m, n, V$"):
        run["v"]


def test_rate_of_a_batch_is_that_of_its_members() -> None:
    i = np.array([0.0, 10.0, 50.0, 120.0])
    batch = hh.simulate(MODERN, i, 300, method="exponential_euler")
    assert batch.rate() == pytest.approx([batch.neuron(k).rate() for k in range(4)], rel=1e-6)
    assert batch.rate()[1:] == pytest.approx([68.32, 117.0, 156.25], rel=2e-3)


def test_mistake_a_rate_averaged_over_the_transient() -> None:
    # Just above threshold the first intervals are not those of steady firing.
    run = hh.simulate(presets.CONNOR_STEVENS, 9.0, 1000, rtol=1e-8, atol=1e-8)
    steady = 1000 / run.isi[-1]
    assert run.rate() == pytest.approx(steady, rel=1e-3)
    assert abs(len(run.spikes) / 1.0 - steady) > 0.01 * steady


def test_at_and_resample(run: Trajectory) -> None:
    film = run.resample(100)
    assert film.t == pytest.approx(np.linspace(0, 100, 100))
    assert np.array_equal(film.spikes, run.spikes)
    assert np.array_equal(film.half_widths, run.half_widths)
    assert film.rate() == run.rate()
    assert film.at(run.t[100:110])["V"] == pytest.approx(run["V"][100:110], abs=1e-12)
    assert run.at(run.t)["V"] == pytest.approx(run["V"], abs=1e-12)
    assert run.at(6.9)["V"].shape == (1,)
    assert film.current("Na").shape == (100,)


def test_at_sees_a_stimulus_edge_from_the_right() -> None:
    run = hh.simulate(MODERN, hh.pulse(66, 30, 0.1), 50)
    near = run.at([29.99, 29.999999, 30.0, 30.05, 30.1, 30.2])
    assert near.stimulus.tolist() == [0, 0, 66, 66, 0, 0]
    assert near["V"][3] - near["V"][2] == pytest.approx(3.3, abs=0.1)


def test_at_works_under_voltage_clamp_and_for_batches() -> None:
    run = hh.simulate(MODERN, hh.clamp(-65, 0, 5, 25), 30)
    t = np.array([4.9, 5.0, 5.013, 24.99, 26.0])
    with np.errstate(under="ignore"):
        m = 0.0529 + 0 * t
    m[2] = MODERN.inf("m", 0) + (MODERN.inf("m", -65) - MODERN.inf("m", 0)) * np.exp(
        -0.013 / MODERN.tau("m", 0)
    )
    assert run.at(t)["m"][2] == pytest.approx(m[2], abs=1e-9)
    assert run.at(t)["V"].tolist() == pytest.approx([-65, 0, 0, 0, -65], abs=1e-9)
    batch = hh.simulate(MODERN, [0.0, 10.0], 20)
    one = hh.simulate(MODERN, 10.0, 20)
    times = np.linspace(0, 20, 77)
    assert batch.at(times)["V"][:, 1] == pytest.approx(one.at(times)["V"], abs=1e-6)
    euler = hh.simulate(MODERN, 10.0, 20, method="euler", dt=0.01)
    assert euler.at([0.005])["V"][0] == pytest.approx(euler["V"][:2].mean())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda r: r.at([-1.0]), "times run from -1 to -1 ms; allowed: 0 to 100 ms"),
        (lambda r: r.at([101.0]), "allowed: 0 to 100 ms"),
        (lambda r: r.at([np.nan]), "finite and increasing"),
        (lambda r: r.at([2.0, 1.0]), "finite and increasing"),
        (lambda r: r.resample(1), "frames = 1 is not allowed; allowed: 2, 3, 4"),
        (lambda r: r.resample(2.5), "frames = 2.5"),
        (lambda r: r.crossings(np.nan), "level = nan"),
        (lambda r: r.rate(after=200), "after = 200 is not allowed; allowed: 0 to 100 ms"),
        (lambda r: r.rate(before=-1), "before = -1"),
        (lambda r: r.neuron(0), "of one neuron"),
    ],
)
def test_bad_requests(run: Trajectory, make: object, message: str) -> None:
    with pytest.raises(HHError, match=message):
        make(run)  # type: ignore[operator]


def test_a_batch_refers_to_its_members() -> None:
    batch = hh.simulate(MODERN, [0.0, 10.0], 10)
    for name in ("peaks", "amplitudes", "half_widths"):
        with pytest.raises(HHError, match=r"this is a batch; take one neuron with run.neuron\(k\)"):
            getattr(batch, name)


# -- files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")
def test_csv_round_trip(membrane: hh.Membrane, tmp_path: Path) -> None:
    run = hh.simulate(membrane, hh.step(5, 1, 4), 6)
    run.to_csv(tmp_path / "run.csv")
    again = Trajectory.from_csv(tmp_path / "run.csv", membrane, run.protocol)
    assert np.array_equal(again.t, run.t)
    assert np.array_equal(again.y, run.y)
    for channel in membrane.channels:
        assert np.array_equal(again.current(channel.name), run.current(channel.name))
    text = io.StringIO()
    run.to_csv(text)
    header = text.getvalue().splitlines()[0].split(",")
    assert header[:2] == ["t", "V"]
    assert {"I", *membrane.gates, *(f"I_{c.name}" for c in membrane.channels)} <= set(header)


def test_csv_without_its_protocol_keeps_the_stimulus(tmp_path: Path) -> None:
    run = hh.simulate(MODERN, hh.step(5, 1, 4), 6)
    run.to_csv(tmp_path / "run.csv")
    again = Trajectory.from_csv(tmp_path / "run.csv", MODERN)
    assert np.array_equal(again.stimulus[:-1], run.stimulus[:-1])


@pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")
def test_npz_round_trip(membrane: hh.Membrane, tmp_path: Path) -> None:
    protocol = hh.step(5, 1, 4) + 0.5 * hh.sine(2, 100)
    for n, run in enumerate((
        hh.simulate(membrane, protocol, 6),
        hh.simulate(membrane, protocol, 6, sample=1.0),
        hh.simulate(membrane, protocol, 6).resample(9),
        hh.simulate(membrane, protocol, 6, record=()),
        hh.simulate(membrane, [1.0, 20.0], 6, method="exponential_euler", record=("V",)),
    )):  # fmt: skip
        run.to_npz(tmp_path / f"{n}.npz")
        again = Trajectory.from_npz(tmp_path / f"{n}.npz")
        assert np.array_equal(again.t, run.t)
        assert np.array_equal(again.y, run.y)
        assert again.membrane == run.membrane
        assert str(again.protocol) == str(run.protocol)
        assert (again.method, again.dt, again.states) == (run.method, run.dt, run.states)
        spikes = zip(again.spikes, run.spikes, strict=True) if run.batch else [(again.spikes, run.spikes)]
        assert all(np.array_equal(a, b) for a, b in spikes)


def test_files_that_are_something_else(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, a=1)
    with pytest.raises(HHError, match="was not written by Trajectory"):
        Trajectory.from_npz(path)
    path.write_text("hello")
    with pytest.raises(HHError, match="was not written by Trajectory"):
        Trajectory.from_npz(path)
    csv = tmp_path / "x.csv"
    for text, message in (
        ("", "holds no trajectory"),
        ("t,V\n0,1\n1,2\n", "has no column 'm'"),
        ("t,V,m,h,n,I\n0,1,a,0,0,0\n1,2,0,0,0,0\n", "not a table of numbers"),
        ("t,V,m,h,n,I\n0,1\n1,2\n", "not a table|no column|has rows of"),
    ):
        csv.write_text(text)
        with pytest.raises(HHError, match=message):
            Trajectory.from_csv(csv, MODERN)


def test_to_numpy_has_everything() -> None:
    data = hh.simulate(WITH_A, hh.step(5), 5).to_numpy()
    assert set(data) == {"t", "V", "m", "h", "n", "a", "b", "I"} | {
        f"{x}_{c}" for x in "Ig" for c in ("Na", "K", "L", "A")
    }
    assert all(x.shape == data["t"].shape for x in data.values())
    assert set(hh.simulate(MIXTURE, 1.0, 2.0).to_numpy()) >= {"m", "h", "n"}


def test_errors_are_value_errors() -> None:
    assert issubclass(InvalidValue, ValueError)


def test_repr_is_one_short_line() -> None:
    run = hh.simulate(MODERN, hh.step(10, start=5), 50)
    assert repr(run.resample(600)) == "<Trajectory of modern: 600 samples in 50 ms>"
    many = hh.simulate(MODERN, hh.step([0, 10]), 5)
    assert repr(many).endswith(f"{len(many.t)} samples in 5 ms, 2 neurons>")

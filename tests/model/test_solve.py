"""simulate(): the mistakes of the field, batches, methods, determinism, memory, bad input."""

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hhanim as hh
from hhanim import HHError, Membrane, presets
from hhanim.model import solve
from hhanim.model.errors import InvalidValue, SolverFailure, UnitsWarning, UnknownName, UnstableStep
from hhanim.model.fixed_step import step_currents
from hhanim.model.lookup import TABLE_FROM
from hhanim.model.solve import largest_step

from .examples import MEMBRANES, MIXTURE, WITH_A

MODERN = presets.MODERN
any_membrane = pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")


# -- mistakes seen in the field ------------------------------------------------------------------------------


def test_mistake_a_short_pulse_is_not_stepped_over() -> None:
    run = hh.simulate(MODERN, hh.pulse(66, start=30, width=0.1), 50)
    assert run.spikes == pytest.approx([34.454], abs=5e-4)


@pytest.mark.parametrize("width", [1e-3, 1e-2, 0.1])
def test_mistake_even_the_shortest_pulse_delivers_its_charge(width: float) -> None:
    run = hh.simulate(MODERN, hh.pulse(6.6 / width, start=30, width=width), 50)
    assert len(run.spikes) == 1
    for method in ("euler", "exponential_euler"):
        assert (
            len(hh.simulate(MODERN, hh.pulse(6.8 / width, 30, width), 50, method=method, dt=0.02).spikes) == 1
        )


def test_mistake_every_edge_is_a_sample_and_a_restart() -> None:
    run = hh.simulate(MODERN, hh.train(50, 5.0123, 0.3, 7.1, 4), 40)
    assert set(run.protocol.edges(40).tolist()) <= set(run.t.tolist())
    k = int(np.searchsorted(run.t, 5.0123))
    assert run.stimulus[k - 1 : k + 1].tolist() == [0.0, 50.0]


@pytest.mark.parametrize("dt", [0.1, 0.2, 1.0])
def test_mistake_forward_euler_at_a_large_step_is_refused(dt: float) -> None:
    with pytest.raises(
        UnstableStep, match=rf"dt = {dt:g} ms is too large for method 'euler' on modern; allowed: up to"
    ):
        hh.simulate(MODERN, hh.step(10), 20, method="euler", dt=dt)


def test_mistake_what_the_refusal_recommends_works() -> None:
    with pytest.raises(UnstableStep, match="use dt=") as caught:
        hh.simulate(MODERN, hh.step(10), 20, method="euler", dt=0.2)
    dt = float(str(caught.value).split("use dt=")[1].split(",")[0])
    run = hh.simulate(MODERN, hh.step(10), 20, method="euler", dt=dt)
    assert run["V"].max() < 60.0
    assert len(run.spikes) == 2


def test_mistake_a_run_that_blows_up_says_so() -> None:
    with pytest.raises(
        UnstableStep, match=r"blew up before t = .* too large for euler .*; use a smaller dt or method="
    ):
        hh.simulate(MODERN, hh.step(3e5), 20, method="euler", dt=0.03)


def test_mistake_the_time_base_of_the_samples_does_not_touch_the_physics() -> None:
    fine = hh.simulate(MODERN, hh.step(10, 5), 40, sample=0.01)
    coarse = hh.simulate(MODERN, hh.step(10, 5), 40, sample=1.7)
    assert np.abs(coarse["V"] - fine.at(coarse.t)["V"]).max() < 1e-5
    assert coarse.spikes == pytest.approx(fine.spikes, abs=1e-6)
    assert coarse.half_widths == pytest.approx(fine.half_widths, abs=1e-5)
    assert coarse.t[-1] == 40.0


def test_mistake_a_user_stimulus_with_very_short_sine_periods_is_followed() -> None:
    run = hh.simulate("widget", hh.sine(200, 5000), 5)
    exact = run.protocol(run.t)
    assert np.ptp(run.stimulus - exact) == 0.0
    finer = hh.simulate("widget", hh.sine(200, 5000), 5, rtol=1e-12, atol=1e-12)
    assert np.abs(run["V"] - finer["V"]).max() < 1e-5


# -- accuracy ------------------------------------------------------------------------------------------------


def test_default_tolerance_gives_1e_5_mv() -> None:
    run = hh.simulate(MODERN, hh.step(10), 50)
    reference = hh.simulate(MODERN, hh.step(10), 50, rtol=1e-13, atol=1e-13)
    assert len(run.spikes) == 4
    assert np.abs(run["V"] - reference["V"]).max() < 1e-5


@pytest.mark.parametrize(("membrane", "i"), [(MODERN, 10), (presets.CLASSIC, 10), (MODERN.with_(celsius=18.5), 30),
                                             (presets.WANG_BUZSAKI, 2), (presets.CONNOR_STEVENS, 12), (MIXTURE, 5)])  # fmt: skip
def test_at_interpolates_to_1e_5_mv(membrane: Membrane, i: float) -> None:
    protocol = hh.step(i, 1.0) + hh.pulse(30, 12.003, 0.2) + hh.ramp(5, 15, 20)
    times = np.sort(np.random.default_rng(0).uniform(0, 30, 500))
    run = hh.simulate(membrane, protocol, 30)
    finer = hh.simulate(membrane, protocol, 30, sample=0.0025).at(times)
    assert np.abs(run.at(times)["V"] - finer["V"]).max() < 1e-5
    assert np.abs(run.at(times).y[1:] - finer.y[1:]).max() < 1e-6


def test_classic_and_modern_give_the_same_trajectory_shifted_by_65_mv() -> None:
    a = hh.simulate(presets.CLASSIC, hh.step(10, 5), 60)
    b = hh.simulate(presets.CLASSIC.shifted(-65.0), hh.step(10, 5), 60)
    assert np.abs(a["V"] - 65.0 - b["V"]).max() < 1e-4
    c = hh.simulate(MODERN, hh.step(10, 5), 60)
    assert np.abs(a["V"] - 65.0 - c["V"]).max() < 1e-4
    assert a.spikes == pytest.approx(c.spikes, abs=1e-6)


def test_rest_stays_at_rest() -> None:
    for membrane in MEMBRANES:
        y0 = membrane.rest()
        run = hh.simulate(membrane, None, 30, start=y0)
        assert np.abs(run.y - y0[:, None]).max() < 1e-6
        assert len(run.spikes) == 0


@any_membrane
def test_exponential_euler_is_second_order(membrane: Membrane) -> None:
    reference = hh.simulate(membrane, 5.0, 8, sample=0.02)
    errors = []
    for dt in (0.02, 0.01):
        run = hh.simulate(membrane, 5.0, 8, method="exponential_euler", dt=dt)
        errors.append(np.abs(run.y - reference.at(run.t).y).max(axis=1))
    rough = np.array([name == "u" for name in membrane.states])  # its time constant has a cusp at 0 mV
    assert np.all(rough | (errors[1] < 0.4 * errors[0]) | (errors[0] < 1e-4))


def test_euler_is_first_order_and_takes_both_slopes_at_the_old_state() -> None:
    run = hh.simulate("widget", 2.0, 1000, method="euler", dt=0.5)
    assert run["V"][:5] == pytest.approx([-65, -63.997907, -63.095009, -62.281088, -61.546931], abs=5e-7)
    assert run["V"][-1] == pytest.approx(-56.3725, abs=1e-3)
    assert run["n"][-1] == pytest.approx(0.31904, abs=1e-4)
    assert len(run.t) == 2001


def test_euler_at_half_a_millisecond_fires_too_fast() -> None:
    exact = hh.simulate("widget", 4.0, 1000, rtol=1e-9, atol=1e-9)
    lecture = hh.simulate("widget", 4.0, 1000, method="euler", dt=0.5)
    ratio = np.diff(lecture.spikes)[-5:].mean() / np.diff(exact.spikes)[-5:].mean()
    assert 1.0 - ratio == pytest.approx(0.056, abs=0.002)


# -- batches -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["adaptive", "euler", "exponential_euler"])
@any_membrane
def test_a_batch_equals_single_runs(membrane: Membrane, method: str) -> None:
    g = membrane.channels[0].name
    batch = membrane.with_(**{f"g{g}": np.array([1.0, 0.8, 1.2]) * membrane.channel(g).g})
    i = np.array([0.0, 5.0, 12.0])
    keys = {} if method == "adaptive" else {"dt": 0.01}
    run = hh.simulate(batch, hh.step(i, start=2), 12, method=method, **keys)
    assert run.y.shape == (len(membrane.states), len(run.t), 3)
    for k in range(3):
        one = hh.simulate(batch.member(k), hh.step(float(i[k]), start=2), 12, method=method, **keys)
        assert np.abs(run.y[:, :, k] - one.at(run.t).y).max() < (1e-6 if method == "adaptive" else 1e-8)
        assert run.spikes[k] == pytest.approx(one.spikes, abs=1e-7)
        assert run.neuron(k).current(g) == pytest.approx(run.current(g)[:, k], abs=1e-9)


@pytest.mark.parametrize(
    "membrane", [MODERN, presets.WIDGET, presets.WANG_BUZSAKI, MIXTURE, WITH_A], ids=lambda m: m.name
)
def test_tables_over_voltage_change_nothing_that_matters(membrane: Membrane) -> None:
    n, i = TABLE_FROM, np.linspace(0, 15, TABLE_FROM)
    run = hh.simulate(
        membrane, hh.step(i, 1), 25, method="exponential_euler", backend="numpy", record=("V",), dt=0.02
    )
    for k in (0, n // 3, n // 2, n - 1):
        one = hh.simulate(membrane, hh.step(float(i[k]), 1), 25, method="exponential_euler", dt=0.02)
        assert len(run.spikes[k]) == len(one.spikes)
        assert run.spikes[k] == pytest.approx(one.spikes, abs=2e-3)


@pytest.mark.parametrize("membrane", [MODERN, presets.WIDGET, MIXTURE], ids=lambda m: m.name)
def test_the_compiled_backend_is_the_same_method(
    membrane: Membrane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="numba is not installed; it is the extra hhanim[sweep]")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    n = 300  # not a multiple of the kernel's block
    g = membrane.channels[0].name
    batch = membrane.with_(**{f"g{g}": np.linspace(0.8, 1.2, n) * membrane.channel(g).g})
    protocol = hh.step(np.linspace(0, 15, n), 1) + hh.sine(2, 100) + hh.pulse(3, 4, 0.01)
    keys = {"method": "exponential_euler", "dt": 0.02, "sample": 0.5}
    ours = hh.simulate(batch, protocol, 15, backend="numba", **keys)
    plain = hh.simulate(batch, protocol, 15, backend="numpy", **keys)
    assert (tmp_path / "hhanim" / "kernels").is_dir()
    assert ours.t.tolist() == plain.t.tolist()
    for a, b in zip(ours.spikes, plain.spikes, strict=True):
        assert a == pytest.approx(b, abs=5e-3)
    quiet = np.array([len(s) == 0 for s in plain.spikes])
    assert np.abs(ours.y - plain.y)[:, :, quiet].max(initial=0.0) < 0.05
    some = hh.simulate(batch, protocol, 15, backend="numba", record=(membrane.states[-1],), **keys)
    assert np.array_equal(some.y[0], ours.y[-1])


@pytest.mark.parametrize("membrane", [MODERN, presets.CONNOR_STEVENS, MIXTURE], ids=lambda m: m.name)
def test_the_number_of_cores_changes_nothing(membrane: Membrane, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="numba is not installed; it is the extra hhanim[sweep]")
    runs = []
    for cores in (1, 2, 3):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        i = np.linspace(0, 15, 1111)
        runs.append(
            hh.simulate(membrane, i, 20, method="exponential_euler", backend="numba", dt=0.02, sample=1.0)
        )
    for other in runs[1:]:
        assert np.array_equal(runs[0].y, other.y)
        assert all(np.array_equal(a, b) for a, b in zip(runs[0].spikes, other.spikes, strict=True))


@pytest.mark.parametrize(
    "membrane", [MODERN, presets.CONNOR_STEVENS, presets.WANG_BUZSAKI], ids=lambda m: m.name
)
@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_sweeps_stay_close_to_the_converged_solution(membrane: Membrane, backend: str) -> None:
    if backend == "numba":
        pytest.importorskip("numba", reason="numba is not installed; it is the extra hhanim[sweep]")
    n, i = TABLE_FROM, np.linspace(1, 40, TABLE_FROM)
    keys = {"method": "exponential_euler", "backend": backend, "dt": 0.005, "sample": 1.0}
    run = hh.simulate(membrane, hh.step(i, 1), 30, **keys)
    for k in (n // 2, 3 * n // 4, n - 1):
        exact = hh.simulate(membrane, hh.step(float(i[k]), 1), 30)
        assert len(run.spikes[k]) == len(exact.spikes) > 0
        # The method's own error is of second order: 1e-3 ms at this step.
        assert run.spikes[k] == pytest.approx(exact.spikes, abs=3e-3)


def test_the_compiled_backend_leaves_its_tables_without_a_trace() -> None:
    pytest.importorskip("numba", reason="numba is not installed; it is the extra hhanim[sweep]")
    i = np.array([0.0, 10.0, 2e5])  # the last one ends hundreds of mV beyond the tables
    ours = hh.simulate(MODERN, hh.pulse(i, 5, 0.05), 20, method="exponential_euler", backend="numba", dt=0.01)
    plain = hh.simulate(
        MODERN, hh.pulse(i, 5, 0.05), 20, method="exponential_euler", backend="numpy", dt=0.01
    )
    assert ours["V"].max() > 200
    assert [len(s) for s in ours.spikes] == [len(s) for s in plain.spikes]
    assert np.abs(ours["V"][-1] - plain["V"][-1]).max() < 0.05


def test_short_steps_of_the_compiled_backend_do_not_stop_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 1 µs h goes a ten-thousandth of its way, which single precision would round to nothing at the end."""
    pytest.importorskip("numba", reason="numba is not installed; it is the extra hhanim[sweep]")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    keys = {"method": "exponential_euler", "dt": 1e-3, "sample": 10.0, "start": {"V": -64.0, "h": 0.55}}
    ours, theirs = (hh.simulate(MODERN, np.zeros(2), 60, backend=b, **keys) for b in ("numba", "numpy"))
    assert np.abs(ours.y - theirs.y)[1:].max() < 2e-6
    assert np.abs(ours.y - theirs.y)[0].max() < 2e-4


def test_without_numba_the_sweep_runs_on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hhanim.model.compiled.available", lambda: False)
    assert len(hh.simulate(MODERN, np.full(3, 10.0), 5, method="exponential_euler").spikes) == 3
    with pytest.raises(HHError, match=r"pip install 'hhanim\[sweep\]'"):
        hh.simulate(MODERN, np.full(3, 10.0), 5, method="exponential_euler", backend="numba")


@given(st.integers(1, 4), st.floats(0.5, 30.0), st.sampled_from(["g", "E", "C"]))
@settings(max_examples=8, deadline=None)
def test_any_parameter_can_be_the_batch(n: int, i: float, what: str) -> None:
    values = {
        "g": ("gK", np.linspace(30, 40, n)),
        "E": ("EK", np.linspace(-80, -75, n)),
        "C": ("C", np.linspace(0.8, 1.2, n)),
    }
    name, x = values[what]
    run = hh.simulate(MODERN.with_(**{name: x}), i, 4, method="exponential_euler")
    one = hh.simulate(MODERN.with_(**{name: float(x[-1])}), i, 4, method="exponential_euler")
    assert np.abs(run.y[:, :, -1] - one.y).max() < 1e-8


def test_start_temperature_and_seeds_can_be_batches() -> None:
    run = hh.simulate(MODERN, None, 3, start={"V": np.array([-65.0, -50.0])})
    assert run.y.shape[2] == 2
    assert run["V"][0].tolist() == [-65.0, -50.0]
    for method in ("adaptive", "exponential_euler"):
        warm = hh.simulate(MODERN.with_(celsius=[6.3, 18.5]), 10, 20, method=method)
        assert len(warm.spikes[1]) > len(warm.spikes[0])
    noisy = hh.simulate(MODERN, hh.noise(5.0, seed=np.arange(3)), 5, method="exponential_euler")
    one = hh.simulate(MODERN, hh.noise(5.0, seed=2), 5, method="exponential_euler")
    assert noisy.neuron(2)["V"] == pytest.approx(one["V"], abs=1e-9)


def test_auto_takes_the_fixed_step_for_large_batches_only() -> None:
    assert hh.simulate(MODERN, np.zeros(3), 5).method == "adaptive"
    assert hh.simulate(MODERN, 0.0, 20_000, rtol=1e-6, atol=1e-6, record=()).method == "adaptive"
    assert hh.simulate(MODERN, hh.step(np.zeros(2001)), 5.1, record=()).method == "exponential_euler"


def test_record_keeps_only_what_is_asked_for_and_spikes_stay_exact() -> None:
    full = hh.simulate(MODERN, hh.step(10, 5), 40)
    for record in ((), ("V",), ("n", "V"), "V"):
        run = hh.simulate(MODERN, hh.step(10, 5), 40, record=record)
        assert np.array_equal(run.spikes, full.spikes)
        assert set(run.states) == ({record} if isinstance(record, str) else set(record))
    with pytest.raises(HHError, match="only spike times were recorded; simulate with record=None"):
        hh.simulate(MODERN, 10, 5, record=()).current("Na")


@pytest.mark.parametrize("record", ["()", "None"])
def test_ten_thousand_neurons_fit_in_two_gib(record: str) -> None:
    # The peak is reached after the first few steps: every array that 500 ms need is there from the start.
    code = f"""
import resource, sys
import numpy as np, hhanim as hh
i, g = (x.ravel() for x in np.meshgrid(np.linspace(0, 30, 100), np.linspace(60, 180, 100)))
class Enough(Exception): pass
def stop(done):
    if done > {0.02 if record == "()" else 0.05}: raise Enough
try:
    hh.simulate(hh.presets.MODERN.with_(gNa=g), hh.step(i), 500, record={record}, progress=stop)
except Enough: pass
from hhanim.model import solve
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    written = 0.0 if record == "()" else 0.25 * 1.2  # GiB of samples whose pages are touched later
    assert float(done.stdout) + written < 2.0


def test_default_record_of_a_large_batch_stays_within_its_budget() -> None:
    run = hh.simulate(MODERN, np.linspace(0, 10, 4000), 60, method="exponential_euler", dt=0.1)
    assert run.y.nbytes <= 256 * 2**20 + 4 * 4000 * 8
    assert run.t[-1] == pytest.approx(60.0)


# -- determinism ---------------------------------------------------------------------------------------------


def test_runs_repeat_bit_for_bit_also_in_another_process() -> None:
    code = (
        "import hhanim as hh, hashlib;"
        "a = hh.simulate('modern', hh.step(10, 5) + hh.noise(1, seed=3), 20);"
        "b = hh.simulate('modern', [3.0, 9.0], 20, method='exponential_euler', backend='numpy');"
        "print(hashlib.sha256(a.y.tobytes() + b.y.tobytes()).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", code]
    first = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
    env["PYTHONHASHSEED"] = "8"
    assert subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout == first


def test_progress_goes_from_zero_to_one() -> None:
    for keys in ({}, {"method": "euler", "dt": 0.01}, {"method": "exponential_euler"}):
        seen: list[float] = []
        hh.simulate(MODERN, hh.train(10, 1, 1, 5, 4), 30, progress=seen.append, **keys)
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1.0)
    seen = []
    hh.simulate(MODERN, np.zeros(3), 3, progress=seen.append)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])


# -- voltage clamp -------------------------------------------------------------------------------------------


def test_clamped_gates_relax_exponentially() -> None:
    run = hh.simulate(MODERN, hh.clamp(-65, 0.0, 5, 25), 30)
    inside = (run.t >= 5) & (run.t < 25)
    for gate in "mhn":
        inf, tau, x0 = MODERN.inf(gate, 0.0), MODERN.tau(gate, 0.0), MODERN.inf(gate, -65.0)
        with np.errstate(under="ignore"):
            expected = inf + (x0 - inf) * np.exp(-(run.t[inside] - 5) / tau)
        assert run[gate][inside] == pytest.approx(expected, abs=1e-12)
    assert run["V"][[0, -1]].tolist() == [-65.0, -65.0]


def test_a_clamped_ramp_equals_a_staircase_of_many_steps() -> None:
    ramped = hh.simulate(MODERN, hh.clamp(-65).ramp(-65, 0, 2, 12), 15)
    stairs = hh.clamp(-65)
    for k in range(200):
        stairs = stairs.step(-65 + 65 * (k + 0.5) / 200, 2 + 0.05 * k, 2.05 + 0.05 * k)
    assert ramped.at([11.995])["h"] == pytest.approx(
        hh.simulate(MODERN, stairs, 15).at([11.995])["h"], abs=1e-4
    )


def test_clamp_families_are_batches() -> None:
    levels = np.array([-40.0, 0.0, 40.0])
    family = hh.simulate(MODERN, hh.clamp(-65, levels, 2, 20), 25)
    for k, level in enumerate(levels):
        one = hh.simulate(MODERN, hh.clamp(-65, float(level), 2, 20), 25)
        assert np.abs(family.current("Na")[:, k] - one.current("Na")).max() < 1e-9


# -- the stimulus of a fixed step ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "protocol",
    [hh.step(10, 5.003), hh.train(3, 1, 0.013, 0.7, 30), hh.ramp(9, 2, 8) + hh.pulse(50, 4.01, 0.003), hh.sine(3, 100),
     hh.noise(2, seed=1, dt=0.03), hh.step(np.array([1.0, 2.0]), np.array([1.0, 3.3]), 9)],
    ids=str,
)  # fmt: skip
def test_step_currents_deliver_the_whole_charge(protocol: hh.Protocol) -> None:
    dt, steps = 0.025, 480
    shape = () if protocol.batch is None else (protocol.batch,)
    got, covered = np.zeros(shape), 0
    for first, last, current in step_currents(protocol, dt, steps):
        assert first == covered
        covered = last
        assert len(current) in (1, last - first)
        got = got + dt * (current.sum(axis=0) if len(current) > 1 else current[0] * (last - first))
    assert covered == steps
    fine = (np.arange(480_000) + 0.5) * (steps * dt / 480_000)
    assert got == pytest.approx(protocol(fine).mean(axis=0) * steps * dt, rel=1e-3, abs=1e-3)


# -- bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message", "kind"),
    [
        ({"duration": -5}, "duration = -5 is not allowed; allowed: more than 0 ms", InvalidValue),
        ({"duration": 0}, "duration = 0", InvalidValue),
        ({"duration": math.nan}, "duration = nan", InvalidValue),
        ({"duration": math.inf}, "duration = inf", InvalidValue),
        ({"duration": "long"}, "duration = 'long' is not a number", InvalidValue),
        ({"method": "rk4"}, "unknown method 'rk4': .*known are adaptive, auto, euler", UnknownName),
        ({"method": "adaptive", "dt": 0.1}, "dt is for the fixed-step methods", InvalidValue),
        ({"method": "euler", "dt": -1}, "dt = -1 is not allowed; allowed: more than 0 ms", InvalidValue),
        ({"method": "euler", "dt": math.nan}, "dt = nan", InvalidValue),
        ({"method": "exponential_euler", "dt": 5.0}, "dt = 5 ms is too large", UnstableStep),
        ({"sample": 0}, "sample = 0", InvalidValue),
        ({"record": ("W",)}, "unknown state 'W': did you mean V|unknown state 'W'", UnknownName),
        ({"record": "q"}, "unknown state 'q'", UnknownName),
        ({"start": {"V": "x"}}, "V = 'x' is not a number", InvalidValue),
        ({"start": {"v": -60}}, "unknown state 'v': did you mean V", UnknownName),
        ({"start": [1, 2, 3]}, "start has shape", InvalidValue),
        (
            {"start": "resting"},
            "start = 'resting' is not understood; give 'rest', 'closed' or values",
            InvalidValue,
        ),
        ({"start": "V=-65, q=1"}, "unknown state 'q'", UnknownName),
        ({"rtol": 1.0}, "rtol = 1 is not allowed; allowed: 1e-13 to 0.01", InvalidValue),
        ({"protocol": math.nan}, "amplitude = nan", InvalidValue),
        ({"protocol": "stp(3)"}, "did you mean step", UnknownName),
        ({"protocol": object()}, "not a number", InvalidValue),
        ({"membrane": "modrn"}, "did you mean modern", UnknownName),
        ({"membrane": 3}, "unknown model", UnknownName),
        (
            {"protocol": [1, 2], "membrane": MODERN.with_(gK=[1, 2, 3])},
            "one length; here parameters 3, stimulus 2",
            InvalidValue,
        ),
        (
            {"protocol": hh.clamp(-65), "method": "euler"},
            "a voltage clamp is solved with method='adaptive'",
            InvalidValue,
        ),
        ({"backend": "gpu"}, "unknown backend 'gpu'", UnknownName),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str, kind: type) -> None:
    given = {"membrane": MODERN, "protocol": 10, "duration": 5.0, **arguments}
    with pytest.raises(kind, match=message) as caught:
        hh.simulate(**given)  # type: ignore[arg-type]
    assert isinstance(caught.value, HHError)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


def test_a_solver_that_cannot_go_on_says_where() -> None:
    with pytest.raises((SolverFailure, HHError)):
        hh.simulate(MODERN, hh.step(1e300), 5)


@any_membrane
def test_largest_step_is_safe(membrane: Membrane) -> None:
    dt = 0.5 * largest_step(membrane, "euler")
    run = hh.simulate(membrane, 10.0, 30, method="euler", dt=dt)
    e = [float(c.e) for c in membrane.channels]
    assert min(e) - 30 < run["V"].min()
    assert run["V"].max() < max(e) + 30


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hh.simulate(MODERN, hh.noise(3, seed=1), 5)
    with pytest.raises(HHError):
        hh.simulate(MODERN, hh.step(1e300), 5)
    assert capfd.readouterr() == ("", "")


# -- what was understood -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "duration", "words"),
    [
        (None, 0.1, "duration = 0.1 was taken as ms; for seconds give 100"),
        (hh.step(10, start=0.005), 0.05, "for seconds give 50"),
        (hh.samples(np.linspace(0, 0.1, 1000), np.full(1000, 10.0)), 50, "the samples' last time = 0.1 was taken as ms"),
        (np.where(np.arange(60) > 20, 10.0, 0.0), 2, r"60 currents were taken as .* into 60 neurons; for one .* samples\(t, i\)"),
        ([10.0, 5.0] * 20, 2, "40 currents were taken"),
    ],
)  # fmt: skip
def test_what_may_have_been_meant_otherwise_is_said_in_one_line(
    given: Any, duration: float, words: str
) -> None:
    with pytest.warns(UnitsWarning, match=words) as seen:
        hh.simulate(MODERN, given, duration, record=(), method="exponential_euler")
    assert len(seen) == 1 and "\n" not in str(seen[0].message) and seen[0].filename == __file__


def test_a_sweep_of_currents_and_what_is_written_out_are_not_doubted() -> None:
    for currents in (np.linspace(0, 20, 40), [3.0, 1.0, 2.0], hh.step(np.full(40, 10.0)), 10.0, "step(3)"):
        hh.simulate(MODERN, currents, 1.0, record=(), method="exponential_euler")


@pytest.mark.parametrize(
    "keys",
    [{"sample": 1e-7}, {"sample": 1e-300}, {"duration": 1e12}, {"method": "euler", "dt": 1e-9},
     {"method": "exponential_euler", "dt": 1e-9}, {"protocol": hh.step([1.0, 2.0]), "sample": 1e-7},
     {"protocol": hh.clamp(-65, 0), "sample": 1e-7}],
    ids=str,
)  # fmt: skip
def test_what_would_fill_the_memory_is_refused_before_it_does(keys: dict[str, Any]) -> None:
    with pytest.raises(HHError, match=r"this run would hold .* GiB; give a larger sample= or dt=") as caught:
        hh.simulate(MODERN, **{"protocol": 10.0, "duration": 50.0, **keys})
    assert "\n" not in str(caught.value)


# -- measured currents ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [lambda t: hh.samples(t, 10 + 5 * np.sin(t / 3)), lambda t: hh.samples(t, 10 + 5 * np.sin(7.0 * t**2)),
     lambda t: hh.samples(t, np.where(t > 12, 10.0, 0.0) + np.sin(t), hold=True),
     lambda t: hh.noise(3.0, mean=8.0, seed=2) + hh.step(4.0, 20.03, 30.0), lambda t: -hh.noise(3.0, dt=0.05)],
    ids=["smooth", "rough", "held", "noise and a step", "finer noise"],
)  # fmt: skip
def test_a_measured_current_gives_what_a_restart_at_each_sample_gives(make: Any, monkeypatch: Any) -> None:
    protocol = make(np.arange(0, 40.05, 0.1))
    run = hh.simulate(MODERN, protocol, 40)
    monkeypatch.setattr(solve, "DENSE", np.inf)
    restarted = hh.simulate(MODERN, protocol, 40, atol=3e-14)
    assert np.array_equal(run.t, restarted.t)
    assert run["V"] == pytest.approx(restarted["V"], abs=3e-6)


def test_the_solver_restarts_only_where_a_measured_current_jumps(monkeypatch: Any) -> None:
    t, starts = np.arange(0, 20.05, 0.1), []
    lsoda = solve._lsoda
    monkeypatch.setattr(
        solve, "_lsoda", lambda f, y0, t, *rest: starts.append(t[0]) or lsoda(f, y0, t, *rest)
    )

    def restarts(values: Any, hold: bool = False) -> list[float]:
        starts.clear()
        hh.simulate(MODERN, hh.samples(t, values, hold), 20)
        return starts

    assert restarts(10 + 5 * np.sin(t / 3)) == [0.0]
    assert restarts(np.where(t >= 5, 10.0, 0.0)) == pytest.approx([0.0, 4.9, 5.0])
    assert restarts(np.where(t >= 5, 10.0, 0.0), hold=True) == pytest.approx([0.0, 5.0])
    assert len(restarts(np.where(t >= 5, 10.0, 0.0) + np.sin(t), hold=True)) == 200

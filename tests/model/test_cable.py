"""The cable against analytic solutions, against NEURON, and against the speed of the 1952 axon."""

from __future__ import annotations

import numpy as np
import pytest

from hhanim.model import Channel, HHError, InvalidValue, Membrane, presets, pulse, simulate, step
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable, simulate_spike

WARM = presets.MODERN.with_(celsius=18.5)
PASSIVE = Membrane("passive", (Channel("L", g=0.5, e=-65.0),))


def squid(n: int, dt: float) -> CableRun:
    axon = Cable(WARM, length=60_000, diameter=476, resistivity=35.4, n=n)
    return simulate_cable(axon, [IClamp(0, pulse(60_000, start=0.2, width=0.2))], 4.5, dt=dt)


def test_speed_of_the_1952_axon() -> None:
    # physics.md: 18.73 m/s at 18.5 °C in an axon 476 µm wide of 35.4 Ω·cm; the paper printed 18.8.
    assert squid(600, 0.0025).speed(20_000, 45_000) == pytest.approx(18.73, abs=0.01)


def test_a_spike_passes_and_dies_where_ttx_begins() -> None:
    places = Cable(WARM, length=60_000, diameter=476, n=300)
    half = Cable(WARM.with_(ttx=np.where(places.x > 30_000, 1.0, 0.0)), 60_000, 476, n=300)
    run = simulate_cable(half, [IClamp(0, pulse(14_300, start=0.2, width=0.2))], 4.5, dt=0.005)
    assert run.passes(10_000) < run.passes(20_000) < np.inf
    assert run.passes(50_000) == np.inf
    t = np.array([run.passes(10_000), run.passes(20_000)])
    assert 10.0 / (t[1] - t[0]) == pytest.approx(run.speed(10_000, 20_000), rel=1e-9)
    rest, unit = WARM.rest()[0], float(half.length_constant()[-1])
    assert run.highest(30_000 + unit) - rest < np.exp(-1.0) * (run.highest(30_000) - rest)
    assert run.highest(30_000) == pytest.approx(run["V"][:, 149:151].max(axis=0).mean())


def test_a_spike_is_followed_until_it_has_arrived_or_died() -> None:
    cold = Cable(
        presets.MODERN, 60_000, 476, n=200
    )  # at 6.3 °C it takes longer than in the paper's calculation
    run = simulate_spike(cold, cold.shock(), dt=0.01, sample=0.02)
    assert np.isfinite(run.arrival()).all()
    assert run.duration > 1.2 + 1.1e-3 * 60_000 / 18.7
    half = cold.blocked("Na", beyond=30_000)
    assert np.array_equal(half.membrane.channel("Na").block, np.where(half.x > 30_000, 1.0, 0.0))
    died = simulate_spike(half, half.shock(), dt=0.01, sample=0.02)
    assert np.isfinite(died.passes(20_000)) and died.passes(50_000) == np.inf
    assert died["V"][-1].max() < WARM.spike_level
    silent = simulate_spike(cold, dt=0.01, sample=0.02)
    assert silent.duration == pytest.approx(1.2 + 1.1e-3 * 60_000 / 18.7, abs=0.02)
    with pytest.raises(HHError, match="no drug shuts the L channels"):
        cold.blocked("L", beyond=0.0)


def test_a_shock_fires_thick_and_thin_axons_at_either_end() -> None:
    for diameter, at in ((476.0, 0.0), (476.0, 60_000.0), (119.0, 0.0)):
        cable = Cable(WARM, 60_000, diameter, n=200)
        run = simulate_spike(cable, cable.shock(at), dt=0.01, sample=0.02)
        assert np.isfinite(run.passes(30_000))


def test_input_resistance_is_that_of_a_long_passive_cable() -> None:
    cable = Cable(PASSIVE, 20_000.0, 10.0, resistivity=100.0, n=2000)
    run = simulate_cable(cable, [IClamp(0, 0.01)], 60.0, dt=0.05, sample=60.0)
    assert (run["V"][-1, 0] + 65.0) / 0.01 == pytest.approx(cable.input_resistance(), rel=0.01)


def test_second_order_in_time_and_space() -> None:
    speeds = [squid(n, dt).speed(20_000, 45_000) for n, dt in ((150, 0.01), (300, 0.005), (600, 0.0025))]
    ratio = (speeds[1] - speeds[0]) / (speeds[2] - speeds[1])
    assert ratio == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("far", ["sealed", "killed"])
def test_steady_state_of_a_passive_cable(far: str) -> None:
    length, width, current = 8_000.0, 10.0, 0.5  # µm, µm, nA
    cable = Cable(PASSIVE, length, width, resistivity=100.0, n=800, ends=("sealed", far))
    run = simulate_cable(cable, [IClamp(0, current)], 60.0, dt=0.05, sample=60.0)
    unit = float(cable.length_constant(-65.0)[0])
    # input resistance of the semi-infinite cable (MΩ), then cosh or sinh for the end
    r_inf = 4 * 100.0 * unit * 1e-4 / (np.pi * (width * 1e-4) ** 2) * 1e-6
    x, far_at = cable.x / unit, length / unit
    if far == "sealed":
        v = -65.0 + current * r_inf * np.cosh(far_at - x) / np.sinh(far_at)
    else:  # the killed end sits at 0 mV: its own steady profile is added
        v = (
            -65.0
            + current * r_inf * np.sinh(far_at - x) / np.cosh(far_at)
            + 65.0 * np.cosh(x) / np.cosh(far_at)
        )
    # the current enters the first compartment, not its edge: half a compartment's error at the very end
    np.testing.assert_allclose(run["V"][-1][2:], v[2:], atol=0.02)


def test_charge_is_conserved() -> None:
    cable = Cable(WARM, 20_000, 100.0, n=101, ends=("sealed", "sealed"))
    run = simulate_cable(cable, [IClamp(9_000, pulse(500, 0.1, 0.2))], 2.0, dt=0.005)
    total = run.membrane_current() @ cable.area * 1e3  # nA
    assert np.abs(total).max() < 1e-6 * np.abs(run.axial_current()).max()


def test_a_short_uniform_cable_is_the_point_neuron() -> None:
    # A current spread evenly over every compartment: the same as a current density on one isopotential
    # membrane.
    cable = Cable(presets.MODERN, 1_000.0, 50.0, n=5)
    nA = 10.0 * cable.area[0] * 1e3
    run = simulate_cable(cable, [IClamp(x, step(nA, start=5)) for x in cable.x], 30.0, dt=0.005)
    point = simulate("modern", step(10, start=5), 30.0).at(np.minimum(run.t, 30.0))
    assert np.ptp(run["V"], axis=1).max() < 1e-9
    crossing = run.arrival()[0]
    assert crossing == pytest.approx(6.9012, abs=2e-4)
    assert np.abs(run["V"][:, 0] - point["V"]).max() < 0.04  # 0.1 µs at the upstroke


def test_taper_and_distributed_conductance() -> None:
    taper = Cable(WARM, 30_000, lambda x: 500.0 - x / 100.0, n=240)
    run = simulate_cable(taper, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.0)
    assert run.speed(5_000, 12_000) > 1.05 * run.speed(18_000, 25_000)  # thinner is slower
    g = np.where(np.arange(240) < 120, 120.0, 0.0)
    blocked = Cable(WARM.with_(gNa=g), 60_000, 476.0, n=240)
    run = simulate_cable(blocked, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.0)
    arrival = run.arrival()
    assert np.isfinite(arrival[:100]).all()
    assert np.isnan(arrival[150:]).all()  # the spike dies where there are no sodium channels


def test_two_spikes_annihilate() -> None:
    axon = Cable(WARM, 60_000, 476.0, n=240)
    run = simulate_cable(axon, [IClamp(x, pulse(60_000, 0.2, 0.2)) for x in (0, 60_000)], 6.0)
    assert run["V"][int(5.8 / 0.005)].max() < -40.0  # both are gone: neither passes the other
    assert run.arrival()[120] == pytest.approx(run.arrival().max(), abs=0.02)


def test_classic_and_modern_conventions_agree() -> None:
    runs = []
    for membrane in (presets.CLASSIC, presets.CLASSIC.shifted(-65.0)):
        cable = Cable(membrane, 10_000, 476.0, n=50, ends=("sealed", "killed"))
        runs.append(simulate_cable(cable, [IClamp(0, pulse(9_000, 0.2, 0.2))], 3.0))
    np.testing.assert_allclose(runs[0]["V"] - 65.0, runs[1]["V"], atol=1e-8)


def test_bad_input_is_one_line() -> None:
    for make in (
        lambda: Cable(WARM, -1, 10),
        lambda: Cable(WARM, 100, 0.0),
        lambda: Cable(WARM, 100, 10, ends=("sealed", "kiled")),
        lambda: Cable(WARM, 1000, [1.0, 2.0], n=50),
        lambda: Cable(WARM, 1000, 10, n=1),
        lambda: simulate_cable(Cable(WARM, 1000, 10), [IClamp(2000, 1.0)], 1.0),
        lambda: simulate_cable(Cable(WARM, 1000, 10), duration=1.0, dt=0.0),
        lambda: IClamp(0, "clamp(-65, 0)"),
    ):
        with pytest.raises(HHError) as caught:
            make()
        assert "\n" not in str(caught.value)
    with pytest.raises(InvalidValue, match="µm"):
        Cable(WARM, -1, 10)


@pytest.mark.parametrize("taper", [False, True])
def test_against_neuron(taper: bool) -> None:
    h = pytest.importorskip("neuron").h
    h.load_file("stdrun.hoc")
    n, length, dt = 101, 30_000.0, 0.005
    section = h.Section(name="axon")
    try:
        section.L, section.nseg, section.Ra, section.cm = length, n, 35.4, 1.0
        section.insert("hh")
        cable = Cable(WARM, length, (lambda x: 476.0 - x / 100.0) if taper else 476.0, n=n)
        for k, segment in enumerate(section):
            segment.diam = float(cable.diameter[k])
            segment.hh.el = -54.387
        h.usetable_hh = 0
        h.celsius, h.dt, h.secondorder = 18.5, dt, 2
        stimulus = h.IClamp(section(0.5 / n))
        stimulus.delay, stimulus.dur, stimulus.amp = 0.2, 0.2, 40_000.0
        recorded = [h.Vector().record(section((k + 0.5) / n)._ref_v) for k in (10, 50, 90)]
        # exact rest, as ours starts
        rest = WARM.rest()
        h.finitialize(float(rest[0]))
        while h.t < 4.0 - 1e-9:
            h.fadvance()
        theirs = np.array([list(v) for v in recorded])
    finally:
        h.delete_section(sec=section)
    ours = simulate_cable(cable, [IClamp(cable.x[0], pulse(40_000, 0.2, 0.2))], 4.0, dt=dt)
    mine = ours["V"][:, [10, 50, 90]].T
    m = min(mine.shape[1], theirs.shape[1])
    # both are second order with the same grid; NEURON reports V of secondorder=2 at t - dt/2 for currents
    # only
    worst = np.abs(mine[:, :m] - theirs[:, :m]).max()
    assert worst < 1e-6, worst
    spike = [np.interp(0.0, v[: np.argmax(v)], np.arange(np.argmax(v)) * dt) for v in theirs]
    np.testing.assert_allclose(ours.arrival()[[10, 50, 90]], spike, atol=1e-3)


@pytest.mark.parametrize(
    ("n", "duration", "keys", "message"),
    [
        (10, 1e9, {}, "give a shorter duration or a larger dt="),
        (100_000, 100.0, {"sample": 0.005}, "give a larger sample=, a shorter duration or a smaller n"),
        (10, 10.0, {"sample": -1.0}, "sample = -1 is not allowed"),
        (10**12, 1.0, {}, "give a smaller n"),
    ],
)
def test_a_cable_that_would_fill_the_memory_is_refused(
    n: int, duration: float, keys: dict[str, float], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        simulate_cable(Cable(WARM, 1000.0, 10.0, n=n), (), duration, **keys)


def test_a_cable_is_read_by_the_names_of_a_run() -> None:
    run = simulate_cable(Cable(WARM, 1000.0, 10.0, n=4), [IClamp(0, 1.0)], 0.1)
    assert np.array_equal(run["I_Na"], run.current("Na"))
    assert np.allclose(run["g_Na"] * (run["V"] - WARM.channel("Na").e), run["I_Na"], rtol=1e-12)
    with pytest.raises(HHError, match="no one stimulus"):
        run["I"]

"""Against NEURON, a simulator not written here: spike times within 0.01 ms, voltage-clamp currents within
0.1 %.

NEURON's hh mechanism, its rate tables off and its leak reversal that of the modern preset, integrated by
CVODE.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

import hhanim as hh
from hhanim import Membrane, Protocol, presets

try:
    from neuron import h
except ImportError:  # no wheel for this platform
    pytest.skip("neuron is not installed; it is part of the extra hhanim[test]", allow_module_level=True)

MODERN = presets.MODERN
#: A patch of 1 cm²: 1 µA/cm² is 1000 nA, and no conversion can hide an error.
AREA = 1e8  # µm²


@pytest.fixture(autouse=True)
def _floating_point_errors_are_neurons_own() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


class Patch:
    """One isopotential compartment with NEURON's hh and a membrane's parameters."""

    def __init__(self, membrane: Membrane) -> None:
        h.load_file("stdrun.hoc")
        p = membrane.parameters
        self.section = s = h.Section(name="patch")
        s.L = s.diam = math.sqrt(AREA / math.pi)
        s.cm, s.Ra = p["C"], 1.0
        s.insert("hh")
        h.usetable_hh = 0
        s.ena, s.ek = p["ENa"], p["EK"]
        hh_ = s(0.5).hh
        hh_.gnabar, hh_.gkbar, hh_.gl = p["gNa"] * 1e-3, p["gK"] * 1e-3, p["gL"] * 1e-3
        hh_.el = p["EL"]
        h.celsius = p["celsius"]
        self.membrane, self.keep = membrane, [s]
        self.v, self.t = h.Vector().record(s(0.5)._ref_v), h.Vector().record(h._ref_t)

    def inject(self, protocol: Protocol, duration: float) -> None:
        """Play the protocol's values (µA/cm²) into an IClamp: every edge twice, straight lines between."""
        clamp = h.IClamp(self.section(0.5))
        clamp.delay, clamp.dur = 0, 1e9
        edges = np.array([0.0, *protocol.edges(duration), duration])
        times, values = [], []
        for a, b in pairwise(edges):
            n = 2 if math.isinf(protocol.max_step) else max(2, int((b - a) / 0.02))
            t = np.linspace(a, b, n)
            times.append(t)
            values.append(np.asarray(protocol(t, at=np.full(n, 0.5 * (a + b)))))
        t, i = h.Vector(np.concatenate(times)), h.Vector(np.concatenate(values) * AREA * 1e-8 * 1e3)
        i.play(clamp._ref_amp, t, True)
        self.keep += [clamp, t, i]

    def run(self, duration: float, sharp: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Times and voltages of a run from our rest."""
        cvode = h.CVode()
        cvode.active(True)
        cvode.atol(1e-10)
        cvode.rtol(1e-10)
        cvode.maxstep(0.02)  # V is read by straight lines between steps
        v, m, hx, n = self.membrane.rest()
        h.finitialize(float(v))
        seg = self.section(0.5)
        seg.hh.m, seg.hh.h, seg.hh.n = float(m), float(hx), float(n)
        cvode.re_init()
        for edge in [] if sharp is None else sharp:
            h.continuerun(float(edge))
            cvode.re_init()
        h.continuerun(duration)
        cvode.active(False)
        return np.array(self.t), np.array(self.v)


def spikes_of(t: np.ndarray, v: np.ndarray, level: float = 0.0) -> np.ndarray:
    k = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    return t[k] + (level - v[k]) / (v[k + 1] - v[k]) * (t[k + 1] - t[k])


PROTOCOLS: dict[str, tuple[Membrane, Protocol, float]] = {
    "step": (MODERN, hh.step(10, 5), 100),
    "short pulse": (MODERN, hh.pulse(66, 30, 0.1), 50),
    "train": (MODERN, hh.train(40, 5, 0.5, 14, 6), 100),
    "ramp": (MODERN, hh.ramp(40, 5, 85), 90),
    "sine": (MODERN, hh.sine(12, 40, start=5), 100),
    "anode break": (MODERN, hh.pulse(-10, 5, 20), 60),
    "18.5 °C": (MODERN.with_(celsius=18.5), hh.step(25, 5), 60),
    "gNa 90, gK 30": (MODERN.with_(gNa=90, gK=30), hh.step(12, 5), 80),
    "half TTX": (MODERN.with_(ttx=0.3), hh.step(15, 5), 80),
    "ENa 40, C 1.4": (MODERN.with_(ENa=40, C=1.4), hh.step(15, 5), 80),
    "step and pulses": (MODERN, hh.step(4, 5, 60) + hh.train(30, 20, 0.2, 11.3, 4), 80),
    "near threshold": (MODERN, hh.step(6.5, 5), 100),
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_spike_times_within_a_hundredth_of_a_millisecond(name: str) -> None:
    membrane, protocol, duration = PROTOCOLS[name]
    ours = hh.simulate(membrane, protocol, duration)
    blocked = membrane.with_(gNa=membrane.parameters["gNa"] * (1 - membrane.parameters["ttx"]), ttx=0.0)
    patch = Patch(blocked)
    patch.inject(protocol, duration)
    edges = protocol.edges(duration)
    t, v = patch.run(duration, edges if len(edges) < 50 else None)
    theirs = spikes_of(t, v)
    assert len(theirs) > 0
    assert len(ours.spikes) == len(theirs)
    assert np.abs(ours.spikes - theirs).max() < 0.01
    inside = (t > 0) & (t < duration)
    quiet = (
        np.abs(np.gradient(v[inside], np.maximum.accumulate(t[inside] + 1e-12 * np.arange(inside.sum()))))
        < 5.0
    )
    order = np.unique(t[inside][quiet], return_index=True)[1]
    tq, vq = t[inside][quiet][order], v[inside][quiet][order]
    assert np.abs(ours.at(tq)["V"] - vq).max() < 0.05


@pytest.mark.parametrize("level", [-40.0, -20.0, 0.0, 20.0, 80.0])
@pytest.mark.parametrize("celsius", [6.3, 18.5])
def test_voltage_clamp_currents_within_a_thousandth(level: float, celsius: float) -> None:
    membrane = MODERN.with_(celsius=celsius)
    ours = hh.simulate(membrane, hh.clamp(-65.0, level, 2.0, 12.0), 14.0, sample=0.01)
    patch = Patch(membrane)
    seg = patch.section(0.5)
    clamp = h.SEClamp(seg)
    clamp.dur1, clamp.amp1, clamp.dur2, clamp.amp2, clamp.dur3, clamp.amp3 = 2, -65, 10, level, 1e9, -65
    clamp.rs = 1e-9  # MΩ: V follows within 1e-5 ms and 1e-3 mV
    ina, ik = h.Vector().record(seg._ref_ina), h.Vector().record(seg._ref_ik)
    patch.membrane = membrane
    cvode = h.CVode()
    cvode.active(True)
    cvode.atol(1e-9)
    cvode.rtol(1e-9)
    cvode.maxstep(0.005)
    h.finitialize(-65.0)
    h.continuerun(14.0)
    cvode.active(False)
    t = np.array(patch.t)
    for name, theirs in (("Na", np.array(ina) * 1e3), ("K", np.array(ik) * 1e3)):  # mA/cm² to µA/cm²
        inside = (t > 2.002) & (t < 11.998)
        expected = np.interp(ours.t, t[inside], theirs[inside])
        check = (ours.t > 2.01) & (ours.t < 11.99)
        size = np.abs(expected[check]).max()
        assert np.abs(ours.current(name)[check] - expected[check]).max() < 1e-3 * size, name
        peak = theirs[inside][np.argmax(np.abs(theirs[inside]))]
        k = np.argmax(np.abs(ours.current(name)[check]))
        assert ours.current(name)[check][k] == pytest.approx(peak, rel=1e-3)


def test_rates_are_those_of_neuron_mechanism() -> None:
    patch = Patch(MODERN)
    for v in (-90.0, -65.0, -55.0, -40.0, -20.0, 0.0, 40.0):
        h.finitialize(v)
        seg = patch.section(0.5).hh
        assert (seg.m, seg.h, seg.n) == pytest.approx(tuple(float(MODERN.inf(g, v)) for g in "mhn"), rel=1e-6)

"""Phases are found in the trajectory: in order, without gaps, at the places their definitions name."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import hhanim as hh
from hhanim.model.phases import landmarks, phases

MODERN = hh.presets.MODERN


def test_seven_phases_of_a_spike_after_a_pulse() -> None:
    run = hh.simulate(MODERN, "pulse(10, 2, 1)", 18)
    found = phases(run)
    assert [p.name for p in found] == [
        "rest",
        "threshold",
        "upstroke",
        "overshoot",
        "repolarisation",
        "undershoot",
        "return",
    ]
    assert found[0].start == 0.0
    assert found[-1].stop == 18.0
    assert all(a.stop == b.start for a, b in pairwise(found))
    by = {p.name: p for p in found}
    assert by["rest"].stop == 2.0
    at = run.at([by["upstroke"].start])
    total = sum(at.current(c.name)[0] for c in MODERN.channels)
    assert total == pytest.approx(0.0, abs=0.05)
    assert run.at([by["overshoot"].start, by["overshoot"].stop])["V"] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert run.at([by["undershoot"].start])["V"][0] == pytest.approx(run["V"][0], abs=1e-6)
    assert run.at([by["undershoot"].stop])["V"][0] == pytest.approx(run.extreme("V", "min").value, abs=1e-9)


def test_a_spike_that_stays_below_zero_has_no_overshoot() -> None:
    run = hh.simulate(MODERN, "pulse(10, 2, 1)", 18)
    names = [p.name for p in phases(run, zero=60.0)]
    assert "overshoot" not in names
    assert names[:4] == ["rest", "threshold", "upstroke", "repolarisation"]


def test_no_spike_no_phases() -> None:
    assert phases(hh.simulate(MODERN.with_(ttx=0.8), "pulse(10, 2, 1)", 18)) == ()
    one = hh.simulate(MODERN, "pulse(10, 2, 1)", 18)
    assert phases(one, spike=1) == ()


def test_the_next_spike_starts_where_the_last_one_peaked() -> None:
    run = hh.simulate(MODERN, "step(10, start=5)", 40)
    first, second = phases(run), phases(run, 1)
    assert first[-1].name == "return"
    assert first[-1].stop < run.spikes[1]
    assert second[0].start < run.spikes[1] < second[-1].stop


def test_the_convention_of_the_voltage_does_not_matter() -> None:
    modern = phases(hh.simulate(MODERN, "pulse(10, 2, 1)", 18))
    classic = phases(hh.simulate(hh.presets.CLASSIC, "pulse(10, 2, 1)", 18), zero=65.0)
    assert [p.name for p in modern] == [p.name for p in classic]
    assert np.array([p.stop for p in modern]) == pytest.approx(np.array([p.stop for p in classic]), abs=0.05)


def test_landmarks_are_the_borders_of_phases_and_the_peak() -> None:
    run = hh.simulate(MODERN, "pulse(10, 2, 1)", 18)
    spike, by = landmarks(run), {p.name: p for p in phases(run)}
    assert spike is not None
    assert (spike.begin, spike.rise) == (by["threshold"].start, by["threshold"].stop)
    assert spike.peak == pytest.approx(run.extreme("V").t, abs=1e-6)
    assert (spike.back, spike.low) == (by["undershoot"].start, by["undershoot"].stop)
    assert spike.end == 18.0
    second = landmarks(hh.simulate(MODERN, "step(10, start=5)", 40), 1)
    assert second is not None
    assert second.begin <= second.rise < second.peak < second.back <= second.low < second.end
    assert landmarks(run, spike=1) is None


def test_a_spike_passes_zero_on_its_way_up_and_has_a_window_of_whole_milliseconds() -> None:
    run = hh.simulate(MODERN, "pulse(10, start=5, width=1)", 26)
    spike = landmarks(run)
    assert spike is not None
    assert spike.rise < spike.over < spike.peak
    assert float(run.at([spike.over])["V"][0]) == pytest.approx(0.0, abs=1e-6)
    start, stop = spike.window(run)
    assert start == int(start) and stop == int(stop)
    assert 0.0 < spike.begin - start < 2.0 and 0.0 < stop - spike.low < 2.0

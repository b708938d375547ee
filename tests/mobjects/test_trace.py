"""The labels of several traces: in order, beside their own curves, and never jumping."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.look import DARK
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import SMALL, TICK, Words
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.labels import put_at_peaks
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces


def labelled(*curves: np.ndarray) -> tuple[Traces, Clock]:
    """Traces a, b, … of those curves over 10 ms, on a clock of 1 ms a second."""
    panel = Panel(Area(-6.0, 6.0, -3.0, 3.0), DARK).x("", 0, 10).y("", -1, 1)
    t = np.linspace(0.0, 10.0, len(curves[0]))
    traces = Traces(
        Trace(panel, t, y, color=DARK.ink, label=Words(name, size=TICK))
        for y, name in zip(curves, "abcdefg", strict=False)
    )
    clock = Clock(Pace(10.0, rate=1.0), DARK)
    return traces.follow(clock), clock


def heights(traces: Traces, t: float) -> np.ndarray:
    return np.array([trace.label.get_center()[1] for trace in traces.draw(t)])


def shown(traces: Traces) -> np.ndarray:
    return np.array([trace.label.family_members_with_points()[0].get_fill_opacity() for trace in traces])


def test_labels_of_crossing_curves_change_places_gently() -> None:
    traces, _ = labelled(np.linspace(-0.5, 0.5, 201), np.linspace(0.5, -0.5, 201))
    frames = np.arange(0.0, 10.0, 1.0 / 60.0)
    y = np.array([heights(traces, t) for t in frames])
    assert y[0, 0] < y[0, 1]
    assert y[-1, 0] > y[-1, 1]
    assert np.abs(np.diff(y, axis=0)).max() < 0.05  # of a label's height of 0.25
    # and a frame does not depend on those drawn before it
    again = np.array([heights(traces, t) for t in frames[::-1]])[::-1]
    np.testing.assert_allclose(again, y, atol=1e-9)


def test_labels_lie_in_the_order_in_which_their_curves_come_apart() -> None:
    later = np.clip(np.linspace(-1.0, 1.0, 201), 0.0, None)
    traces, _ = labelled(0.5 * later, -0.5 * later, 0.0 * later)
    b, c, a = (heights(traces, 0.0)[k] for k in (1, 2, 0))
    assert b < c < a
    np.testing.assert_allclose(shown(traces), 1.0)


def test_labels_in_a_stack_too_high_to_be_told_apart_come_when_it_is_lower_and_stay() -> None:
    there_and_back = 1.0 - np.abs(np.linspace(-1.0, 1.0, 201))
    later = np.concatenate([np.zeros(100), there_and_back])
    traces, _ = labelled(*(share * later for share in np.linspace(-0.9, 0.9, 7)))
    for t, share in ((0.0, 0.0), (6.6, 1.0), (10.0, 1.0)):
        traces.draw(t)
        np.testing.assert_allclose(shown(traces), share)


def test_labels_of_crossing_curves_are_always_shown_and_never_on_each_other() -> None:
    slow, fast = np.linspace(0.6, -0.6, 401), np.tanh(np.linspace(-20.0, 20.0, 401))
    traces, _ = labelled(slow, fast, 0.3 * np.sin(np.linspace(0.0, 9.0, 401)), np.zeros(401))
    for t in np.arange(0.0, 10.0, 1.0 / 30.0):
        traces.draw(t)
        np.testing.assert_allclose(shown(traces), 1.0)
        labels = [trace.label for trace in traces]
        for a, b in combinations(labels, 2):
            apart = np.abs(a.get_center() - b.get_center())[:2] - 0.5 * np.array(
                [a.width + b.width, a.height + b.height]
            )
            assert apart.max() > 0.0, f"labels on each other at {t:.2f} ms"


def test_a_label_off_its_head_is_joined_to_it() -> None:
    later = np.clip(np.linspace(-1.0, 1.0, 201), 0.0, None)
    traces, _ = labelled(0.5 * later, -0.5 * later, 0.0 * later)
    traces.draw(0.0)
    above, below, beside = (trace.leader.points for trace in traces)
    assert not len(beside)
    for trace, line in ((traces[0], above), (traces[1], below)):
        assert np.linalg.norm(line[0] - trace.dot.get_center()) < 0.15
        assert np.linalg.norm(line[-1] - trace.label.get_left()) < 0.06
    traces.draw(10.0)
    assert not any(len(trace.leader.points) for trace in traces)


def test_a_sweep_that_is_put_down_stands_as_one_that_was_laid() -> None:
    panel = Panel(Area(-6.0, 6.0, -3.0, 3.0), DARK).x("", 0, 10).y("", -1, 1)
    t, seen = np.linspace(0.0, 10.0, 50), []
    names = [Words(name, size=TICK) for name in "ab"]
    family = Family(
        panel, [(t, np.sin(t)), (t, np.cos(t))], DARK.ink, names, follow=lambda *at: seen.append(at)
    )
    family.put(0)
    assert seen == [(0, 10.0)]
    assert family.traces[0].reading == pytest.approx((10.0, np.sin(10.0)), abs=0.01)
    assert family.traces[1].reading[0] == pytest.approx(0.0, abs=1e-6)
    opacity = [name.family_members_with_points()[0].get_fill_opacity() for name in names]
    assert opacity == [1.0, 0.0]
    laid = family.lay(1)
    laid.interpolate(1.0)
    assert names[1].family_members_with_points()[0].get_fill_opacity() == 1.0


def test_a_pace_takes_about_as_long_as_is_said_and_longer_in_slow_windows() -> None:
    pace = Pace.lasting(8.0, 4.3)
    assert (pace.base, pace.seconds) == (0.5, pytest.approx(8.6))
    slow = Pace.lasting(8.0, 4.3, (1.0, 2.0, 5.0))
    assert slow.rate(1.5) == pytest.approx(0.1)
    assert slow.seconds > pace.seconds + 5.0


def test_names_of_curves_whose_peaks_are_close_stand_on_none_of_them_and_on_no_other_name() -> None:
    panel = Panel(Area(0.0, 5.0, 0.0, 2.0), DARK).x("ms", 0, 10).y("", 0, 1)
    t = np.linspace(0.0, 10.0, 1001)
    curves = [size * t / 0.15 * np.exp(1.0 - t / 0.15) for size in (0.9, 0.88, 0.86, 0.84, 0.5)]
    traces = [Trace(panel, t, y, color="#ffffff") for y in curves]
    words = [Words(f"−{k} mV", size=SMALL, color="#ffffff") for k in (20, 30, 40, 50, 60)]
    put_at_peaks(words, traces)
    boxes = [(w.get_center()[:2], 0.5 * np.array([w.width, w.height])) for w in words]
    for k, (middle, half) in enumerate(boxes):
        for other, size in boxes[:k]:
            assert (np.abs(other - middle) > 0.98 * (half + size)).any()
        for trace in traces:
            assert not (np.abs(trace.path.values[:, :2] - middle) < half).all(axis=1).any()

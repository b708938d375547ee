"""The shipped clips: right for every membrane, readable from the last row, and nothing integrated while drawing."""

from __future__ import annotations

import collections
import importlib
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from hhanim.model import HHError, analysis, presets, pulse, simulate, step
from hhanim.plots.clip import Clip, perform

SCENES = Path(__file__).resolve().parents[2] / "scenes"
NAMES = [p.stem.removesuffix("_clip") for p in sorted(SCENES.glob("*_clip.py"))]
FULL = ("classroom", "modern", "connor_stevens", "wang_buzsaki")


def scene(name: str) -> Clip:
    sys.path.insert(0, str(SCENES))
    try:
        return getattr(importlib.import_module(f"{name}_clip"), name)
    finally:
        sys.path.remove(str(SCENES))


def last(name: str, values: dict | None = None, n: int = 3, **how):
    """The stage after the last frame, and that frame."""
    played = perform(scene(name), values, n_frames=n, fps=10, **{"width": 640, "height": 360, **how})
    (frame,) = collections.deque(played.frames(), maxlen=1)
    return played.stage, frame.rgba.copy(), played


def lines(stage) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {c.label.text.get_text(): c.data for p in stage.panels for c in p.movers.curves if c.label}


def words(stage) -> list[Text]:
    return [t for t in stage.figure.findobj(Text) if t.get_text() and t.get_visible()]


def test_there_are_five():
    assert set(NAMES) >= {"tau", "f_infty", "currents", "simulation", "reduced"}


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_the_classrooms(name):
    given = scene(name).defaults
    if name in ("tau", "f_infty", "currents"):
        assert (given["model"], given["frames"], given["seconds"]) == ("classroom", 100, 5.0)  # 50 ms a frame
        stage, *_ = last(name)
        assert stage.panels[0].axes.get_xlim() == (-150, 150)
    if name == "currents":
        assert stage.panels[0].axes.get_ylim() == (-200, 500)
    if name == "simulation":
        assert (given["model"], given["frames"], given["seconds"]) == ("classroom", 250, 7.5)  # 30 ms a frame
    if name == "reduced":
        assert (given["model"], given["I"], given["dt"]) == ("widget", 5.0, 0.5)


@pytest.mark.parametrize("model", FULL)
def test_tau_and_f_infty_draw_the_models_own_curves(model):
    membrane = presets.get(model).with_(celsius=20.0)
    drawn = lines(last("tau", {"model": membrane})[0])
    dynamic = [g for g, gate in membrane.gates.items() if gate.dynamic]
    assert set(drawn) == {rf"$\tau_{{{g}}}$" for g in dynamic}
    for g in dynamic:
        v, y = drawn[rf"$\tau_{{{g}}}$"]
        assert np.allclose(y[:-1], membrane.tau(g, v[:-1])) and (v[0], v[-1]) == membrane.v_range
    drawn = lines(last("f_infty", {"model": membrane})[0])
    assert set(drawn) == {rf"${g}_\infty$" for g in membrane.gates}


@pytest.mark.parametrize("model", FULL)
def test_currents_are_the_steady_ones(model):
    membrane = presets.get(model).with_(gNa=0)
    drawn = lines(last("currents", {"model": membrane})[0])
    v, y = drawn[r"$I_{\mathrm{K}}$"]
    assert np.allclose(y[:-1], membrane.currents(membrane.steady(v[:-1]))["K"])
    assert not drawn[r"$I_{\mathrm{Na}}$"][1].any()


def test_simulation_draws_the_converged_run():
    drawn = lines(last("simulation")[0])
    run = simulate(presets.CLASSROOM, step(15), 50.0, start={"V": -10.0, "n": 0.0, "m": 0.0, "h": 1.0})
    t, v = drawn["$V$"]
    assert np.abs(v[:-1] - run.at(t[:-1])["V"]).max() < 1e-4
    assert set(drawn) == {
        "$V$",
        *(rf"$I_{{\mathrm{{{c}}}}}$" for c in ("Na", "K", "L")),
        r"$g_{\mathrm{Na}}$",
        r"$g_{\mathrm{K}}$",
    }
    t, i = drawn[r"$I_{\mathrm{Na}}$"]
    assert np.abs(i[:-1] - run.at(t[:-1]).current("Na")).max() < 0.01


def test_simulation_says_where_it_starts():
    stage, *_ = last("simulation")
    title = max(words(stage), key=lambda t: t.get_fontsize()).get_text()
    for part in ("$V$ = −10 mV", "$m$ = 0", "$h$ = 1", "$n$ = 0"):
        assert part in title
    title = " ".join(t.get_text() for t in words(last("simulation", {"start": "V=-5, h=0.5"})[0]))
    assert "$V$ = −5 mV" in title and "$h$ = 0.5" in title


@pytest.mark.parametrize("name", ["connor_stevens", "widget", "modern"])
def test_simulation_starts_at_rest_if_told_to(name):
    membrane = presets.get(name)
    stage, *_ = last("simulation", {"model": membrane, "stimulus": step(0.0), "start": "rest"})
    title = max(words(stage), key=lambda t: t.get_fontsize()).get_text()
    assert "at rest" in title
    assert np.ptp(lines(stage)["$V$"][1]) < 1e-5
    assert lines(stage)["$V$"][1][0] == pytest.approx(membrane.rest()[0])


def test_both_conventions_are_the_same_clip_shifted():
    old, new = (
        lines(last("simulation", {"model": presets.get(m)})[0])["$V$"][1] for m in ("classic", "modern")
    )
    assert np.abs(old - new - 65).max() < 0.05
    low, high = last("tau", {"model": presets.MODERN})[0].panels[0].axes.get_xlim()
    assert low < -65 < high


def test_a_spike_has_no_corners():
    """At 1080p the drawn polygon stays within a quarter of a pixel of the converged solution."""
    stage, *_ = last("simulation", n=2, width=1920, height=1080)
    curve = stage.panels[0].movers.curves[0]
    run = simulate(presets.CLASSROOM, step(15), 50.0, start={"V": -10.0, "n": 0.0, "m": 0.0, "h": 1.0})
    t = np.linspace(0.0, 50.0, 12001)
    exact = stage.panels[0].axes.transData.transform(np.column_stack([t, run.at(t)["V"]]))
    a, d = curve._placed[:-1], np.diff(curve._placed, axis=0)
    worst = 0.0
    for part in np.array_split(exact, 20):
        share = np.clip(((part[:, None] - a) * d).sum(2) / (d * d).sum(1), 0, 1)
        worst = max(
            worst,
            float(np.hypot(*np.moveaxis(a + share[..., None] * d - part[:, None], 2, 0)).min(axis=1).max()),
        )
    assert worst < 0.25


def test_reduced_shows_euler_beside_the_truth():
    stage, *_ = last("reduced")
    drawn = lines(stage)
    exact, euler = drawn["exact"], drawn["Euler"]
    run = simulate(presets.WIDGET, step(5.0), 150.0, method="euler", dt=0.5)
    assert np.allclose(euler[1][:-1], run["V"]) and np.allclose(euler[0][:-1], run.t)
    assert len(simulate(presets.WIDGET, step(5.0), 150.0).spikes) > 3
    assert np.abs(np.interp(exact[0], *euler) - exact[1]).max() > 5
    assert any("fires at" in t.get_text() for t in words(stage))
    assert any("settles" in t.get_text() for t in words(last("reduced", {"I": 2.0})[0]))


def test_reduced_phase_plane_is_the_models():
    stage, *_ = last("reduced")
    time, phase = stage.panels
    state = phase.movers.curves[0]
    assert np.array_equal(state.x, time.movers.curves[0].y)
    lines_ = {line.get_color(): line.get_data() for line in phase.axes.lines if len(line.get_xdata()) > 100}
    v, n = lines_[stage.theme.color("K")]
    assert np.allclose(n, presets.WIDGET.inf("n", v))
    points = [line for line in phase.axes.lines if line.get_marker() == "o"]
    assert len(points) == len(analysis.fixed_points(presets.WIDGET, 5.0))


def test_reduced_also_takes_a_full_membrane():
    stage, *_ = last("reduced", {"model": presets.MODERN, "I": 12.0, "duration": 60.0})
    assert "exact" in lines(stage)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1080), (1080, 1920), (854, 480)], ids=str)
def test_text_is_large_enough_and_stays_in_the_frame(name, size):
    width, height = size
    stage, *_ = last(
        name,
        width=width,
        height=height,
        values={"model": presets.get("connor_stevens")} if name != "reduced" else None,
    )
    u = min(size) / 1080
    renderer = stage.figure.canvas.get_renderer()
    axes = [axis for p in stage.panels for axis in (p.axes.xaxis, p.axes.yaxis)]
    ticks = [
        label for axis in axes for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)
    ]
    shown = [tick.label1 for axis in axes for tick in axis._update_ticks() if tick.label1.get_visible()]
    boxes = []
    for text in words(stage):
        if text in ticks and text not in shown:
            continue
        assert text.get_fontsize() >= 24 * u - 1e-9, text.get_text()
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0.02 * width and box.x1 <= 0.985 * width, text.get_text()
        assert box.y0 >= 0.10 * height - 1 and box.y1 <= 0.96 * height, text.get_text()
        if text not in ticks:
            boxes.append((text.get_text(), box.shrunk(0.98, 0.8)))
    for k, (one, a) in enumerate(boxes):
        for two, b in boxes[:k]:
            assert not a.overlaps(b), (one, two)
    for panel in stage.panels:
        for label, x, _ in panel.movers.label_places():
            assert label.text.get_fontsize() >= 24 * u
            assert x + label.width <= 0.97 * width


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_integrated_while_drawing(name, monkeypatch):
    clip = scene(name)
    module = sys.modules[f"{name}_clip"]
    calls = []
    if hasattr(module, "simulate"):
        monkeypatch.setattr(module, "simulate", lambda *a, **k: (calls.append(1), simulate(*a, **k))[1])
    counts = []
    for n in (2, 9):
        calls.clear()
        for _ in perform(clip, n_frames=n, fps=10, width=160, height=90).frames():
            pass
        counts.append(len(calls))
    assert counts[0] == counts[1] <= 3


@pytest.mark.parametrize("name", NAMES)
def test_two_plays_are_identical(name):
    assert np.array_equal(last(name)[1], last(name)[1])


@pytest.mark.parametrize("name", NAMES)
def test_every_clip_has_words(name):
    clip = scene(name)
    _, _, played = last(name, n=12)
    assert len(clip.alt) > 60 and clip.title and clip.description
    starts = [c[0] for c in played.captions]
    assert starts[0] == 0 and starts == sorted(starts)
    assert all(stop > start and text.strip() for start, stop, text in played.captions)
    assert len(inspect.getsource(clip.function).splitlines()) <= 75


def test_bad_input_is_one_clear_line():
    for name, values, said in (
        ("tau", {"v_min": 10.0, "v_max": 0.0}, "v_min must be below v_max"),
        ("currents", {"y_min": 5.0, "y_max": 0.0}, "y_min must be below y_max"),
        ("simulation", {"model": presets.WIDGET, "start": "h=0.3"}, "unknown state 'h'"),
        ("simulation", {"start": "h=1.5"}, "allowed: 0 to 1"),
        ("simulation", {"start": "resting"}, "is not understood; give 'rest', 'closed' or values"),
    ):
        with pytest.raises(HHError, match=said) as caught:
            last(name, values)
        assert "\n" not in str(caught.value)


def test_any_stimulus():
    stage, *_ = last("simulation", {"stimulus": pulse(66, 30, 0.1), "model": presets.MODERN})
    assert lines(stage)["$V$"][1].max() > 0

"""The shipped clips: right for every membrane, readable from the last row, and nothing integrated while drawing."""

from __future__ import annotations

import collections
import importlib
import inspect
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from hhanim.look.theme import contrast, hex_color
from hhanim.model import HHError, analysis, measured, presets, pulse, simulate, step
from hhanim.plots.clip import Clip, perform
from hhanim.plots.curve import Dots
from hhanim.plots.stage import Stage

SCENES = Path(__file__).resolve().parents[2] / "scenes"
NAMES = [p.stem.removesuffix("_clip") for p in sorted(SCENES.glob("*_clip.py"))]
FULL = ("classroom", "modern", "connor_stevens", "wang_buzsaki")


def scene(name: str) -> Clip:
    sys.path.insert(0, str(SCENES))
    try:
        return getattr(importlib.import_module(f"{name}_clip"), name)
    finally:
        sys.path.remove(str(SCENES))


def defaults(name: str) -> dict:
    return {key: default for key, (_, default) in scene(name).declared.items()}


def last(name: str, values: dict | None = None, n: int = 3, **how):
    """The stage after the last frame, and that frame."""
    played = perform(scene(name), values, n_frames=n, **{"fps": 10, "width": 640, "height": 360, **how})
    (frame,) = collections.deque(played.frames(), maxlen=1)
    return played.stage, frame.rgba.copy(), played


def lines(stage) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {c.label.text.get_text(): c.data for p in stage.panels for c in p.movers.curves if c.label}


def words(stage) -> list[Text]:
    return [t for t in stage.figure.findobj(Text) if t.get_text() and t.get_visible()]


def test_they_are_all_there():
    made_of = {"anode_break", "conventions", "f_i", "iv", "strength_duration", "temperature"}
    assert set(NAMES) >= {"tau", "f_infty", "currents", "simulation", "reduced"} | made_of


@pytest.mark.parametrize("name", NAMES)
def test_defaults_cut_together(name):
    """One model, one voltage axis, and thirty frames a second, as the films have."""
    given = defaults(name)
    assert given["frames"] == 30 * given["seconds"]
    assert given.get("model", "modern") == "modern"
    if name in ("tau", "f_infty", "currents"):
        assert last(name)[0].panels[0].xlim == (-100, 60)


def test_the_lecture_keeps_its_own_axes():
    """What hhanim.Neuron asks for: one panel of currents, from -200 to 500, and the start that it names."""
    given = {"model": presets.CLASSROOM, "v_min": -150.0, "v_max": 150.0, "y_min": -200.0, "y_max": 500.0}
    (panel,) = last("currents", given)[0].panels
    assert (panel.xlim, panel.ylim) == ((-150, 150), (-200, 500))


@pytest.mark.parametrize("model", FULL)
def test_tau_and_f_infty_draw_the_models_own_curves(model):
    membrane = presets.get(model).with_(celsius=20.0)
    drawn = lines(last("tau", {"model": membrane})[0])
    dynamic = [g for g, gate in membrane.gates.items() if gate.dynamic]
    slowest = {rf"${g}$ slowest" for g, _, _ in analysis.slowest_gates(membrane)}
    assert set(drawn) == {rf"$\tau_{{{g}}}$" for g in dynamic} | slowest
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
    run = simulate(presets.MODERN, step(10, start=5), 50.0)
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


def captions(name: str, values: dict) -> list[str]:
    return [text for _, _, text in last(name, {"seconds": 12.0, **values}, n=120)[0].captions]


def test_what_simulation_says_is_true_whenever_it_is_said():
    burst = pulse(20, start=10, width=1)  # one spike, and it is over before its caption's turn
    assert any(said.startswith("A spike begins") for said in captions("simulation", {"stimulus": burst}))
    assert not any(
        said[-21:] == "flows in and lifts V." and said[0] == "S" for said in captions("simulation", {})
    )
    none = captions("simulation", {"stimulus": step(1.0)})
    assert "This stimulus evokes no spike." in none and not any("spike begins" in said for said in none)


@pytest.mark.parametrize("name", ["simulation", "conventions"])
def test_of_a_voltage_the_highest_is_said_not_that_of_the_largest_size(name):
    seen = last(name)[0].seen()
    assert float(re.search(r"V is largest, ([\d.]+), at", seen)[1]) > 35.0
    assert "Na is largest, −" in seen  # of a current the direction is a sign


def test_simulation_says_where_it_starts():
    stage, *_ = last("simulation", {"model": presets.CLASSROOM, "start": "closed"})
    title = max(words(stage), key=lambda t: t.get_fontsize()).get_text()
    for part in ("$V$ = −10 mV", "$m$ = 0", "$h$ = 1", "$n$ = 0"):
        assert part in title
    values = {"model": presets.CLASSROOM, "start": "V=-5, h=0.5"}
    title = " ".join(t.get_text() for t in words(last("simulation", values)[0]))
    assert "$V$ = −5 mV" in title and "$h$ = 0.5" in title


@pytest.mark.parametrize("name", ["connor_stevens", "widget", "modern"])
def test_simulation_starts_at_rest(name):
    membrane = presets.get(name)
    stage, *_ = last("simulation", {"model": membrane, "stimulus": step(0.0)})
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
    run = simulate(presets.MODERN, step(10, start=5), 50.0)
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


#: The model of two variables that the clip and the film of the phase plane share.
PLANE = analysis.two_variable(presets.MODERN)


def test_reduced_shows_euler_beside_the_truth():
    stage, *_ = last("reduced", {"model": presets.WIDGET, "I": 5.0, "duration": 150.0, "dt": 0.5})
    drawn = lines(stage)
    exact, euler = drawn["exact"], drawn["Euler, 0.5 ms"]
    run = simulate(presets.WIDGET, step(5.0), 150.0, method="euler", dt=0.5)
    assert np.allclose(euler[1][:-1], run["V"]) and np.allclose(euler[0][:-1], run.t)
    assert len(simulate(presets.WIDGET, step(5.0), 150.0).spikes) > 3
    assert np.abs(np.interp(exact[0], *euler) - exact[1]).max() > 5
    assert any("fires at" in t.get_text() for t in words(stage))
    assert any("is unstable" in t.get_text() for t in words(last("reduced", {"dt": 0.5})[0]))
    assert any(
        "settles" in t.get_text() for t in words(last("reduced", {"model": presets.WIDGET, "I": 2.0})[0])
    )


def test_reduced_phase_plane_is_the_models():
    stage, *_ = last("reduced")
    time, phase = stage.panels
    state = phase.movers.curves[0]
    assert np.array_equal(state.x, time.movers.curves[0].y)
    lines_ = {line.get_color(): line.get_data() for line in phase.axes.lines if len(line.get_xdata()) > 100}
    v, n = lines_[stage.theme.color("K")]
    assert np.allclose(n, PLANE.inf("n", v))
    points = [line for line in phase.axes.lines if line.get_marker() == "o"]
    assert len(points) == len(analysis.fixed_points(PLANE, 10.0))


def test_reduced_also_takes_a_membrane_of_two_variables_or_another_full_one():
    stage, *_ = last("reduced", {"model": presets.CLASSIC, "I": 12.0})
    assert "$V$" in lines(stage)
    assert "$V$" in lines(last("reduced", {"model": presets.WIDGET, "I": 5.0})[0])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1080), (1080, 1920), (854, 480)], ids=str)
def test_text_is_large_enough_and_stays_in_the_frame(name, size):
    width, height = size
    stage, *_ = last(
        name,
        width=width,
        height=height,
        values={"model": presets.get("connor_stevens")} if name in ("tau", "f_infty", "simulation") else None,
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
        raised = re.search(r"\$[^$]*[_^]", text.get_text())  # an index is seven tenths of its line
        assert text.get_fontsize() >= (18 / 0.7 if raised else 24) * u - 1e-9, text.get_text()
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
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", NAMES)
def test_two_plays_are_identical(name):
    assert np.array_equal(last(name)[1], last(name)[1])


@pytest.mark.parametrize("name", NAMES)
def test_every_clip_has_words(name):
    clip = scene(name)
    assert len(clip.alt) > 60 and clip.title and clip.description
    assert len(inspect.getsource(clip.function).splitlines()) <= 75


@pytest.mark.parametrize("name", NAMES)
def test_captions_can_be_read_and_none_is_left_out(name, monkeypatch):
    given, say = [], Stage.caption
    monkeypatch.setattr(
        Stage, "caption", lambda self, text, at=None: (given.append(text), say(self, text, at))[1]
    )
    d = defaults(name)
    captions = last(name, n=round(5 * d["seconds"]), fps=5, width=160, height=90)[2].captions
    assert captions[0][0] == 0 and [c[2] for c in captions] == list(dict.fromkeys(given))
    for start, stop, text in captions:
        assert len(text) <= 17 * (stop - start) + 1e-9, text
        assert stop - start >= 1 and len(text) <= 84, text
        assert re.fullmatch(r"([A-Z]|[a-z]\b|–).*\.", text) and len(re.findall(r"\d[\d.]*", text)) <= 1, text


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", NAMES)
def test_the_first_frame_asks_and_shows_what_it_is_about(name, theme):
    """It is the poster, and what a slide shows: a question, and in every panel something besides its axes."""
    played = perform(scene(name), None, n_frames=4, fps=10, width=480, height=270, theme=theme)
    first = next(played.frames()).rgba
    assert played.poster == 0 and any("?" in t.get_text() for t in words(played.stage))
    for panel in played.stage.panels:
        box = panel.axes.bbox
        inside = first[270 - int(box.y1) : 270 - int(box.y0) - 3, int(box.x0) + 8 : int(box.x1)].reshape(
            -1, 4
        )
        lines = {hex_color(tuple(c / 255)) for c in inside[:, :3].astype(float)}
        seen = [c for c in lines if contrast(c, played.stage.theme.ground) > 2.2]
        assert len(seen) > 3, panel.name_text.get_text()


def test_tau_says_which_gate_is_the_slowest_where_it_is():
    *_, played = last("tau", n=90, fps=10)
    for _, _, text in played.captions:
        v, name, upto = (
            float(text.split(" mV")[0].split()[-1].replace("−", "-")),
            text.split("mV")[1],
            "Up to" in text,
        )
        gate = re.search(r"\b([mhn]) is the slowest", name).group(1)
        near = v - 1 if upto else v + 1
        assert max("mhn", key=lambda g: float(presets.MODERN.tau(g, near))) == gate
    assert len(played.captions) == 4


@pytest.mark.parametrize(("name", "what"), [("tau", "tau"), ("f_infty", "inf")])
def test_the_points_of_1952_on_request(name, what):
    stage, *_ = last(name, {"measured": True})
    dots = [c for c in stage.panels[0].movers.curves if isinstance(c, Dots)]
    assert not [c for c in last(name)[0].panels[0].movers.curves if isinstance(c, Dots)]
    assert len(dots) == 3
    for c in dots:
        points = next(
            measured.gate(g)
            for g in "mhn"
            if len(measured.gate(g).u) == len(c.x)
            and np.allclose(sorted(getattr(measured.gate(g), what)), sorted(c.y))
        )
        assert np.allclose(np.sort(c.x), np.sort(points.u - 65.0))
    assert any("1952" in t.get_text() for t in words(stage))
    for values in ({"model": presets.get("connor_stevens")}, {"model": presets.MODERN.with_(celsius=18.5)}):
        with pytest.raises(HHError, match="the points of 1952"):
            last(name, values | {"measured": True})


def dots(name: str, panel: int, values: dict | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Every dot that a clip has made in one of its panels by its end."""
    made = [c for c in last(name, values)[0].panels[panel].movers.curves if isinstance(c, Dots) and c.width]
    return np.concatenate([c.x for c in made]), np.concatenate([c.y for c in made])


def names(name: str, values: dict | None = None) -> str:
    stage = last(name, values)[0]
    return " ".join(c.label.text.get_text() for p in stage.panels for c in p.movers.curves if c.label)


def test_f_i_is_class_two_between_fold_and_hopf():
    """Hodgkin & Huxley at 6.3 °C: fold of cycles at 6.26, Hopf at 9.775 µA/cm² (Rinzel & Miller 1980); 68.3 Hz at 10."""
    i, rate = dots("f_i", 1)
    assert i.tolist() == list(range(21))
    assert not rate[i <= 6].any() and rate[i == 7][0] > 50
    assert rate[i == 10][0] == pytest.approx(68.3, abs=0.1) and rate[i == 20][0] == pytest.approx(
        86.5, abs=0.1
    )
    said = names("f_i")
    assert "fold 6.26" in said and "Hopf 9.78" in said


def test_strength_duration_has_rheobase_and_chronaxie():
    width, i = dots("strength_duration", 1)
    at = dict(zip(width.tolist(), i.tolist(), strict=True))
    assert at[0.5] == pytest.approx(13.2751, rel=2e-3) and at[1.0] == pytest.approx(6.9189, rel=2e-3)
    assert np.all(np.diff(i) < 0)
    said = names("strength_duration")
    assert "rheobase 2.24" in said and "chronaxie 1.65 ms" in said
    with pytest.raises(HHError, match="has no threshold"):
        last("strength_duration", {"model": presets.MODERN.with_(gNa=0.0)})


def test_anode_break_fires_after_the_end_of_the_pulse():
    """20 ms of -5 µA/cm²: V crosses 0 mV 4.82594 ms after its end."""
    t, v = lines(last("anode_break")[0])["$V$"]
    assert np.interp(4.82594 + 25.0, t, v) == pytest.approx(0.0, abs=0.1)
    assert lines(last("anode_break", {"I": -2.7})[0])["$V$"][1].max() < 0
    said = [c[2] for c in last("anode_break", n=70, fps=5)[2].captions]
    assert any("−2.79 µA/cm²" in text for text in said)
    with pytest.raises(HHError, match="give a negative one"):
        last("anode_break", {"I": 5.0})


def test_warmth_shortens_the_spike_and_then_blocks_it():
    celsius, peak = dots("temperature", 1)
    assert celsius.tolist() == [6.3, 10, 15, 20, 25, 30, 35] and np.all(np.diff(peak) < 0)
    for t, v in zip(celsius, peak, strict=True):
        run = simulate(presets.MODERN.with_(celsius=float(t)), pulse(20, 1, 1), 8.0, rtol=1e-10, atol=1e-10)
        assert run.extreme("V").value == pytest.approx(v, abs=0.01)
    assert peak[4] > 0 > peak[5] > -20 and peak[6] < -50
    assert "heat block" in names("temperature") and "heat block" not in names(
        "temperature", {"stimulus": step(0.0)}
    )


def test_the_conventions_are_mirror_images():
    today, then = (last("conventions")[0].panels[k] for k in (0, 2))
    one, two = today.movers.curves[0], then.movers.curves[0]
    assert np.allclose(two.y, -(one.y + 65.0)) and two.y.min() < -100
    for a, b in zip(*(last("conventions")[0].panels[k].movers.curves for k in (1, 3)), strict=True):
        assert np.allclose(a.y, -b.y)


def test_the_iv_curves_are_peak_and_late_current():
    v, i = dots("iv", 1)
    sodium, late = i[0::2], i[1::2]
    rest, t = float(presets.MODERN.rest()[0]), np.linspace(0.0, 10.0, 20001)

    def gate(name: str, at: float) -> np.ndarray:
        """Under a clamp every gate goes to its steady state exponentially."""
        inf, tau = float(presets.MODERN.inf(name, at)), float(presets.MODERN.tau(name, at))
        return inf + (float(presets.MODERN.inf(name, rest)) - inf) * np.exp(-t / tau)

    for at, peak, end in zip(v[0::2], sodium, late, strict=True):
        course = 120.0 * gate("m", at) ** 3 * gate("h", at) * (at - 50.0)
        assert peak == pytest.approx(course[np.abs(course).argmax()], abs=0.05)
        assert end == pytest.approx(36.0 * gate("n", at)[-1] ** 4 * (at + 77.0), abs=0.05)
    assert np.allclose(v[0::2], v[1::2]) and sodium.min() == pytest.approx(-1457, rel=0.01)
    with pytest.raises(HHError, match="no Na and K channels"):
        last("iv", {"model": replace(presets.MODERN, channels=presets.MODERN.channels[::2])})


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

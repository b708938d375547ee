"""The engine in the browser against the Python core: same equations, same runs, same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hhanim import explorer
from hhanim.model import Channel, Gate, Membrane, Sigmoid, analysis, presets, simulate
from hhanim.model.rates import FLOATS, JAVASCRIPT
from tests.explorer.conftest import write
from tests.model.examples import PRINTED, WITH_T

BASE = {
    "stimulus": "step",
    "I": 10.0,
    "onset": 5.0,
    "width": 1.0,
    "interval": 12.0,
    "count": 5,
    "frequency": 50.0,
    "holding": 0.0,
}
CASES: list[tuple[str, dict[str, float], dict[str, Any], float]] = [
    ("modern", {}, {}, 100),
    ("classic", {}, {}, 100),
    ("classroom", {}, {"I": 15, "onset": 0}, 100),
    ("widget", {}, {"I": 2, "onset": 0}, 500),
    ("widget", {}, {"I": 3, "onset": 0}, 300),
    ("widget", {}, {"I": 5, "onset": 0}, 1000),
    ("lecture", {}, {"I": 4, "onset": 0}, 1000),
    ("widget", {"C": 0.1, "gNa": 5}, {"I": 8, "onset": 10}, 300),
    ("modern", {"celsius": 18.5}, {"I": 20}, 100),
    ("modern", {"celsius": 30}, {"I": 20}, 100),
    ("modern", {"celsius": 40}, {"I": -20}, 100),
    ("modern", {"gNa": 0}, {}, 100),
    ("modern", {"ttx": 0.4}, {"I": 30}, 100),
    ("modern", {"tea": 0.8}, {}, 100),
    ("modern", {"C": 0.2}, {}, 50),
    ("modern", {"gNa": 200, "gK": 72, "EL": -60}, {"I": 50, "holding": 2}, 100),
    ("modern", {"ENa": 30, "EK": -85}, {"I": 25}, 100),
    ("modern", {}, {"stimulus": "pulse", "I": 66, "onset": 30, "width": 0.1}, 100),
    ("modern", {}, {"stimulus": "pulse", "I": -10, "width": 30}, 80),
    ("modern", {}, {"stimulus": "pair", "I": 20, "interval": 14}, 60),
    ("modern", {}, {"stimulus": "train", "I": 20, "interval": 20}, 120),
    (
        "modern",
        {},
        {"stimulus": "train", "I": 20, "interval": 18, "count": 100},
        200,
    ),  # one that outlasts the run
    ("modern", {}, {"stimulus": "train", "I": 20, "interval": 18, "count": 5}, 200),
    ("modern", {}, {"stimulus": "ramp", "I": 30, "width": 100}, 150),
    ("modern", {}, {"stimulus": "sine", "I": 5, "frequency": 70}, 150),
    ("modern", {}, {"I": 100}, 200),
    ("modern", {}, {"I": 180}, 200),
    ("connor_stevens", {}, {"I": 15}, 200),
    ("wang_buzsaki", {}, {"I": 2}, 200),
]
RUN = """([name, changes, stimulus, duration]) => {
    const model = hhanim.MODELS.find((m) => m.name === name);
    const k = model.constants({...model.defaults, ...changes});
    const run = hhanim.simulate(model, k, hhanim.makeStimulus(stimulus), duration);
    return {text: run.stimulus.text, dt: run.dt, v: Array.from(run.y[0]), spikes: run.spikes,
            rate: hhanim.rateOf(run), says: hhanim.describe(run).text};
}"""


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c[0]}-{'-'.join(f'{k}={v}' for k, v in {**c[1], **c[2]}.items())}"
)
def test_runs_agree_with_the_core(page: Any, case: Any) -> None:
    name, changes, stimulus, duration = case
    got = page.evaluate(RUN, [name, changes, BASE | stimulus, duration])
    run = simulate(presets.get(name).with_(**changes), got["text"], duration, sample=got["dt"])
    t = np.arange(len(got["v"])) * got["dt"]
    v = run.at(np.minimum(t, duration))["V"]
    smooth = np.abs(np.gradient(v, got["dt"])) < 5.0  # mV/ms: everywhere but on the flanks of a spike
    assert np.abs(got["v"] - v)[smooth].max() < 0.01
    assert np.abs(got["v"] - v).max() < 0.1  # a flank of 1000 mV/ms that comes 0.1 µs early
    assert len(got["spikes"]) == len(run.spikes)
    assert np.allclose(got["spikes"], run.spikes, rtol=0, atol=0.02)
    assert got["rate"] == pytest.approx(run.rate(), rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("case", [c for c in CASES if c[0] in ("modern", "widget", "lecture")][::2], ids=str)
def test_words_agree_with_the_core(page: Any, case: Any) -> None:
    name, changes, stimulus, duration = case
    got = page.evaluate(RUN, [name, changes, BASE | stimulus, duration])
    run = simulate(presets.get(name).with_(**changes), got["text"], duration)
    says, words = got["says"].lower(), analysis.behaviour(run).lower()
    if words.startswith("depolarisation block"):
        assert "depolarisation block" in says
    elif words.startswith(("one spike", "fires")) or words[0].isdigit():
        assert words in says
    else:
        assert words.removeprefix("settles at ") in says


@pytest.mark.parametrize("stimulus", [{"I": 28.5}, {"stimulus": "sine", "I": 60, "frequency": 50}], ids=str)
def test_a_current_that_charges_a_blocked_membrane_makes_no_spike(
    page: Any, stimulus: dict[str, Any]
) -> None:
    got = page.evaluate(RUN, ["modern", {"ttx": 1, "tea": 1}, BASE | stimulus, 100])
    run = simulate(presets.get("modern").with_(ttx=1, tea=1), got["text"], 100.0)
    assert len(run.spikes)  # V passes the level
    assert "spikes in" not in got["says"]
    assert "One spike" not in got["says"]
    assert "spike" not in analysis.behaviour(run).replace("without a spike", "")


@pytest.mark.parametrize(
    "case",
    [
        ({"celsius": -20.0}, {"I": 60}, 500),
        ({}, {"stimulus": "pulse", "I": 200, "width": 0.5}, 30),
        ({}, {"I": 150}, 30),
    ],
    ids=str,
)
def test_a_spike_is_one_however_slow_it_is_or_strongly_driven(page: Any, case: Any) -> None:
    changes, stimulus, duration = case
    got = page.evaluate(RUN, ["modern", changes, BASE | stimulus, duration])
    run = simulate(presets.get("modern").with_(**changes), got["text"], duration)
    assert analysis.spikes(run) == pytest.approx(run.spikes)
    assert "No spike" not in got["says"]
    assert "no spike" not in got["says"]


@pytest.mark.parametrize(("celsius", "most"), [(6.3, 1700), (40, 1700)])
def test_a_run_takes_few_steps_however_fast_the_gates_are(page: Any, celsius: float, most: int) -> None:
    steps = page.evaluate(
        """(celsius) => {
        const model = hhanim.MODELS[0], k = model.constants({...model.defaults, celsius});
        const stimulus = hhanim.makeStimulus({stimulus: "step", I: 10, onset: 5, holding: 0});
        return hhanim.simulate(model, k, stimulus, 100).steps;
    }""",
        celsius,
    )
    assert 50 < steps < most  # each of a few microseconds


def test_the_lectures_euler_run(page: Any) -> None:
    v = page.evaluate(
        """() => {
        const model = hhanim.MODELS.find((m) => m.name === "widget");
        const stimulus = hhanim.makeStimulus({stimulus: "step", I: 2, onset: 0, holding: 0});
        return Array.from(hhanim.simulateEuler(model, model.constants(model.defaults), stimulus, 1000).y[0]);
    }"""
    )
    assert v[:5] == pytest.approx([-65, -63.997907, -63.095009, -62.281088, -61.546931], abs=1e-6)
    core = simulate("widget", 2.0, 1000.0, method="euler", dt=0.5)
    assert np.allclose(v, core["V"], rtol=0, atol=1e-9)


def test_the_rate_of_the_lectures_euler_is_the_cores(page: Any) -> None:
    rate = page.evaluate(
        """() => {
        const model = hhanim.MODELS.find((m) => m.name === "widget");
        const stimulus = hhanim.makeStimulus({stimulus: "step", I: 4, onset: 0, holding: 0});
        return hhanim.rateOf(hhanim.simulateEuler(model, model.constants(model.defaults), stimulus, 400));
    }"""
    )
    assert rate == pytest.approx(simulate("widget", 4.0, 400.0, method="euler", dt=0.5).rate(), rel=1e-9)


@pytest.mark.parametrize("name", ["modern", "widget", "connor_stevens", "wang_buzsaki"])
@pytest.mark.parametrize("current", [0.0, 8.0])
def test_fixed_points_and_their_stability(page: Any, name: str, current: float) -> None:
    got = page.evaluate(
        """([name, I]) => {
        const model = hhanim.MODELS.find((m) => m.name === name), k = model.constants(model.defaults);
        return hhanim.fixedPoints(model, k, I, -120, 80).map((p) => [p.v, p.stable]);
    }""",
        [name, current],
    )
    expected = analysis.fixed_points(presets.get(name), current)
    assert [v for v, _ in got] == pytest.approx([p.v for p in expected], abs=1e-6)
    assert [stable for _, stable in got] == [p.stable for p in expected]


def test_nullclines_of_two_equations(page: Any) -> None:
    got = page.evaluate(
        """() => {
        const model = hhanim.MODELS.find((m) => m.name === "widget");
        return hhanim.nullclines(model, model.constants(model.defaults), 5, -75, 20, 96);
    }"""
    )
    expected = analysis.nullclines(presets.get("widget"), np.array(got["v"]), 5.0)
    assert got["recovery"] == pytest.approx(expected["n"])
    voltage = np.array([np.nan if x is None else x for x in got["voltage"]], dtype=float)
    both = np.isfinite(voltage) & np.isfinite(expected["V"])
    assert both.sum() > 80
    assert np.allclose(voltage[both], expected["V"][both], atol=1e-6)


def test_a_channel_that_is_added_works_in_the_page(visit: Any, tmp_path: Path) -> None:
    slow = Channel("M", 1.5, -77.0, (Gate("z", inf=Sigmoid(1.0, -39.0, 5.0), tau=75.0),), ion="K")
    own = Membrane("own", (*presets.get("modern").channels, slow), title="With <an> M-current </script>")
    page = visit(path=write(tmp_path / "own.html", explorer.page(own, I=15)))
    got = page.evaluate("[hhanim.run.model.name, hhanim.run.spikes]")
    assert got[0] == "own"
    assert got[1] == pytest.approx(list(simulate(own, "step(15, start=5)", 100.0).spikes), abs=0.02)
    page.get_by_label("M conductance, mS/cm²", exact=True).fill("0")
    page.wait_for_function("hhanim.run.k[7] === 0")


def test_rates_as_papers_print_them_have_the_same_values_in_the_page(page: Any) -> None:
    given = sorted(FLOATS.keys() - {"exp", "linexp", "power"})
    v = np.linspace(-149.7, 150.3, 61)
    for rate, _ in PRINTED.values():
        got = page.evaluate(
            f"(v) => {{ const {{exp, pow: power, {', '.join(given)}}} = Math; return v.map((v) => {rate.code('v', JAVASCRIPT)}); }}",
            v.tolist(),
        )
        assert got == pytest.approx(rate(v).tolist(), rel=1e-12)


def test_a_channel_with_a_choice_and_a_floor_works_in_the_page(visit: Any, tmp_path: Path) -> None:
    page = visit(path=write(tmp_path / "own.html", explorer.page(WITH_T, I=15)))
    got = page.evaluate(
        """() => {
        const model = hhanim.run.model, k = model.constants(model.defaults), v = [-95, -80, -65.5, 0, 30];
        return {name: model.name, spikes: hhanim.run.spikes,
                inf: model.gateList.map((g, n) => v.map((x) => model.inf[n](x))),
                tau: v.map((x) => model.tau[model.gateList.findIndex((g) => g.name === "r")](x, k))};
    }"""
    )
    v = np.array([-95, -80, -65.5, 0, 30])
    assert got["spikes"] == pytest.approx(list(simulate(WITH_T, "step(15, start=5)", 100.0).spikes), abs=0.02)
    assert np.allclose(got["inf"], [WITH_T.inf(name, v) for name in WITH_T.gates], rtol=1e-12)
    assert got["tau"] == pytest.approx(WITH_T.tau("r", v), rel=1e-12)

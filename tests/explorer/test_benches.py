"""The voltage clamp and the axon of the page against the core, and as they are touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hhanim import explorer
from hhanim.explorer.lesson import measured
from hhanim.explorer.setting import SWEEPS, Setting, fields
from hhanim.explorer.stimuli import STIMULI
from hhanim.model import HHError, Membrane, analysis, presets, simulate
from tests.explorer.conftest import write

CLAMP = """([name, values]) => {
    const model = hhanim.MODELS.find((m) => m.name === name);
    const run = hhanim.simulateClamp(model, values);
    return {levels: run.levels, peaks: run.peaks.map((row) => row.map((p) => p.i)), steady: run.steady,
            first: run.first, span: run.span,
            course: run.sweeps.map((s) => ({t: Array.from(s.t), i: s.i.map((row) => Array.from(row))}))};
}"""
AXON = """([name, values]) => {
    const model = hhanim.MODELS.find((m) => m.name === name), run = hhanim.simulateAxon(model, values);
    return {speed: hhanim.speedOf(run, values.near, values.far), arrival: Array.from(run.arrival),
            says: hhanim.describeAxon(Object.assign(run, {settings: values})).kind};
}"""


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("modern", {"stimulus": "family"}),
        ("modern", {"stimulus": "family", "ttx": 1}),
        ("modern", {"stimulus": "family", "tea": 0.8, "celsius": 18.5, "hold": -90, "step_time": 40}),
        ("classic", {"stimulus": "family", "increment": 20}),
        ("modern", {"stimulus": "tails"}),
        ("modern", {"stimulus": "inactivation"}),
        ("connor_stevens", {"stimulus": "family", "increment": 30}),
        ("wang_buzsaki", {"stimulus": "tails", "increment": 30}),
        ("widget", {"stimulus": "family", "increment": 30}),
    ],
    ids=str,
)
def test_clamp_currents_agree_with_the_core(page: Any, name: str, given: dict[str, Any]) -> None:
    setting = Setting.of(name, **given)
    values = {key: float(x) for key, x in presets.get(name).parameters.items()} | dict(setting.values)
    got = page.evaluate(CLAMP, [name, values])
    assert got["levels"] == pytest.approx(setting.levels)
    assert got["span"] == pytest.approx(setting.duration)
    begin, end = setting.measured
    for n in range(0, len(setting.levels), 3):
        one = Setting.of(name, **given | {"first": setting.levels[n], "last": setting.levels[n]})
        run = simulate(one.membrane, str(one.protocol).replace("[", "").replace("]", ""), one.duration)
        t = np.array(got["course"][n]["t"])
        # An edge has two values: on the left of it and on the right.
        inside = np.flatnonzero(
            (np.diff(t, prepend=-1) > 0) & (np.diff(t, append=1e9) > 0) & (t < one.duration)
        )
        for c, channel in enumerate(one.membrane.channels):
            core = run.at(t[inside]).current(channel.name)
            page_i = np.array(got["course"][n]["i"][c])[inside]
            assert page_i == pytest.approx(core, rel=1e-3, abs=1e-3 * max(1e-6, np.abs(core).max()))
            measured = run.at(np.linspace(begin, end - 1e-9, 20001)).current(channel.name)
            peak = measured[np.argmax(np.abs(measured))]
            assert got["peaks"][c][n] == pytest.approx(peak, rel=1e-3, abs=1e-6)
            assert got["steady"][c][n] == pytest.approx(measured[-1], rel=1e-3, abs=1e-6)


def test_the_peak_of_sodium_is_the_cores(page: Any) -> None:
    setting = Setting.of("modern", stimulus="family", hold=-65, step_time=20)
    got = page.evaluate(CLAMP, ["modern", dict(setting.values)])
    core = analysis.peak_currents(presets.get("modern"), "Na", setting.levels, holding=-65.0)
    assert got["peaks"][0] == pytest.approx(core, rel=1e-3)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"celsius": 18.5},
        {"diameter": 238, "current": 10},
        {"resistivity": 70},
        {"position": 58, "near": 20, "far": 40},
        {"gNa": 90, "celsius": 12, "duration": 14},
        {"blocked": 4},
    ],
    ids=str,
)
def test_the_spike_travels_as_fast_as_in_the_core(page: Any, given: dict[str, Any]) -> None:
    setting = Setting.of("modern", stimulus="propagation", **given)
    got = page.evaluate(AXON, ["modern", dict(setting.values)])
    run = setting.run()
    ends = sorted((1e3 * setting.values["near"], 1e3 * setting.values["far"]))
    assert abs(got["speed"]) == pytest.approx(abs(run.speed(*ends)), rel=5e-3)
    assert got["says"] == "travels"


@pytest.mark.parametrize(
    ("given", "kind", "reached"),
    [
        ({"current": 2}, "none", 0),
        ({"blocked": 12}, "stops", 120),
        ({"stimulus": "collision"}, "meet", 200),
        ({"stimulus": "collision", "position": 29}, "meet", 200),
        ({"position": 30}, "both", 200),
        ({"position": 30, "blocked": 12}, "none", 0),
        ({"near": 20, "far": 20}, "both", 200),
        ({"duration": 3}, "short", 110),
    ],
    ids=str,
)
def test_what_becomes_of_a_spike(page: Any, given: dict[str, Any], kind: str, reached: int) -> None:
    setting = Setting.of("modern", **{"stimulus": "propagation"} | given)
    got = page.evaluate(AXON, ["modern", dict(setting.values)])
    assert got["says"] == kind
    arrival = setting.run().arrival()
    theirs = np.array([np.nan if x is None else x for x in got["arrival"]], dtype=float)
    assert abs(int(np.isfinite(theirs).sum()) - int(np.isfinite(arrival).sum())) <= 2
    assert int(np.isfinite(theirs).sum()) <= reached + 10


def test_a_speed_is_read_where_one_spike_runs_and_the_way_it_runs(page: Any) -> None:
    said = "(settings) => hhanim.describeAxon(Object.assign(hhanim.simulateAxon(hhanim.MODELS[0], settings), { settings })).text"
    between, back = (Setting.of("modern", stimulus="propagation", position=x) for x in (30, 58))
    assert "No speed to read" in page.evaluate(said, dict(between.values))
    assert np.isnan(between.run().speed(20_000, 40_000))
    assert measured(between)["speed"] == 0
    assert page.evaluate(said, dict(back.values)).endswith("m/s from b to a.")


def test_fields_of_every_kind_are_within_their_ranges() -> None:
    for name in presets.names():
        for stimulus, kind in STIMULI.items():
            known = fields(presets.get(name), stimulus)
            for key in kind["rows"]:
                field = known[key]
                assert field["low"] <= field["min"] <= field["value"] <= field["max"] <= field["high"], (
                    name,
                    key,
                )


def test_too_many_sweeps_are_refused_in_words(visit: Any) -> None:
    with pytest.raises(HHError, match="larger increment"):
        Setting.of("modern", stimulus="family", first=-100, last=100, increment=1).levels  # noqa: B018
    page = visit("stimulus=family")
    page.locator("#n-increment").fill("1")
    page.wait_for_function("document.querySelector('#e-increment').textContent.includes('larger increment')")
    assert page.evaluate("hhanim.run.levels.length") == 13
    assert f"{SWEEPS}" in page.locator("#e-increment").inner_text()


def test_an_experiment_keeps_the_membrane(visit: Any) -> None:
    page = visit("gNa=100&I=20&stimulus=pulse")
    page.locator("#experiment-clamp").check()
    page.wait_for_function("hhanim.run.sweeps")
    assert page.locator("#canvas-iv").is_visible()
    assert page.locator("#canvas-V").is_hidden()
    assert page.evaluate("hhanim.run.settings.gNa") == 100
    page.locator("#n-ttx").fill("1")
    page.wait_for_function("document.getElementById('sentence').textContent.includes('no inward current')")
    page.locator("#experiment-axon").check()
    page.wait_for_function("hhanim.run.arrival")
    page.locator("#experiment-current").check()
    page.wait_for_function("hhanim.run.y")
    assert page.evaluate("[hhanim.settings.stimulus, hhanim.settings.I, hhanim.settings.ttx]") == [
        "pulse",
        20,
        1,
    ]


def test_stimulus_and_block_are_placed_by_hand(visit: Any) -> None:
    page = visit("stimulus=propagation")
    box = page.locator("#canvas-axon").bounding_box()

    def handle(key: str) -> tuple[float, float]:
        x, y = page.evaluate("(key) => hhanim.handle(key)", key)
        return box["x"] + x, box["y"] + y

    x, y = handle("position")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*handle("far"), steps=4)
    page.mouse.up()
    page.wait_for_function("hhanim.run.settings.position === 40")
    assert page.locator("#n-position").input_value() == "40"
    x, y = handle("block")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    page.wait_for_function("hhanim.run.settings.blocked > 0 && hhanim.run.settings.block < 30")
    page.wait_for_function("document.getElementById('sentence').textContent.startsWith('The spike stops')")
    page.mouse.click(*handle("block"))  # and away with it
    page.wait_for_function("hhanim.run.settings.blocked === 0")


def test_handles_that_meet_stand_side_by_side_and_move_what_they_moved(visit: Any) -> None:
    page = visit("stimulus=propagation&block=2&near=2.5&far=3")
    box = page.locator("#canvas-axon").bounding_box()
    places = page.evaluate("['position', 'block', 'near', 'far'].map((key) => hhanim.handle(key)[0])")
    radius = page.evaluate("0.8 * hhanim.views.axon.font")
    assert min(b - a for a, b in pairwise(sorted(places))) > 2 * radius
    x, y = page.evaluate("hhanim.handle('block')")
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 1, box["y"] + y)
    assert page.evaluate("hhanim.views.axon.held") == "block"
    page.mouse.move(box["x"] + x + page.evaluate("10 * hhanim.views.axon.tube.sx"), box["y"] + y, steps=3)
    page.mouse.up()
    page.wait_for_function("hhanim.run.settings.block === 12")


def test_a_finger_sets_the_block_and_moves_the_stimulus(visit: Any) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    page = visit("stimulus=propagation", **phone)
    box = page.locator("#canvas-axon").bounding_box()
    x, y = page.evaluate("hhanim.handle('block')")
    page.touchscreen.tap(box["x"] + x, box["y"] + y)
    page.wait_for_function("hhanim.run.settings.blocked === 12")
    assert page.locator("#sentence").inner_text().startswith("The spike stops at 2")
    x, _ = page.evaluate("hhanim.handle('far')")
    page.touchscreen.tap(box["x"] + x, box["y"] + y + 45)  # on the axon itself
    page.wait_for_function("hhanim.run.settings.position > 38")


def test_a_sweep_that_is_pointed_at_is_looked_at(visit: Any) -> None:
    page = visit("stimulus=family")
    assert page.locator("#value-clamp").inner_text() == "0 mV"
    box = page.locator("#canvas-clamp").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)  # the highest command
    page.wait_for_function("document.getElementById('value-clamp').textContent === '60 mV'")
    assert page.locator("#level-clampgates").inner_text() == "60 mV"


def test_the_iv_curve_builds_up_as_the_sweeps_are_played(visit: Any) -> None:
    page = visit("stimulus=family&t=1")
    filled = """() => { const c = document.getElementById("canvas-iv"), d = c.getContext("2d")
        .getImageData(0, 0, c.width, c.height).data; let n = 0;
        for (let k = 3; k < d.length; k += 4) n += d[k] > 0; return n; }"""
    page.locator("#time").evaluate("(s) => { s.value = 30; s.dispatchEvent(new Event('input')); }")
    early = page.evaluate(filled)
    assert page.locator("#level-clampgates").inner_text() == "−50 mV"
    page.locator("#time").evaluate("(s) => { s.value = 300; s.dispatchEvent(new Event('input')); }")
    page.wait_for_function(f"({filled})() > {early + 100}")


def test_a_leak_is_what_has_no_gates_whatever_it_is_called(visit: Any, tmp_path: Any) -> None:
    sodium, potassium, leak = presets.get("modern").channels
    own = Membrane("own", (sodium, potassium, replace(leak, name="Cl", ion="Cl")))
    page = visit("stimulus=family", write(tmp_path / "own.html", explorer.page(own)))
    rows = "hhanim.views.clamp.rows.map(({ symbol }) => symbol.map(([text]) => text).join(''))"
    assert page.evaluate(rows) == ["V", "Itotal", "INa", "IK", "ICl"]
    page.locator("#leak").check()
    assert page.evaluate(rows) == ["V", "Itotal", "INa", "IK"]
    off = page.evaluate(
        """() => { const sweep = hhanim.run.sweeps[3], total = hhanim.views.clamp.rows[1].of(sweep);
        return Math.max(...total.map((i, n) => Math.abs(i - sweep.i[0][n] - sweep.i[1][n]))); }"""
    )
    assert off < 1e-9

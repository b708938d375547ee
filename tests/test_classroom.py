"""The lecture's walk-through, step by step, against numbers worked out by hand from the 1952 equations."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

import hhanim as hh

CLASSROOM = {
    "sodium": {"G": 120, "Eq": 120},
    "potassium": {"G": 36, "Eq": -12},
    "leak": {"G": 0.3, "Eq": 10.6},
}


@pytest.fixture
def neuron():
    return hh.Neuron(voltage=np.linspace(-150, 150, 100), **CLASSROOM)


def test_rates_are_those_of_the_1952_paper(neuron):
    u = 40.0
    assert neuron.an(u) == pytest.approx(0.01 * (10 - u) / (math.exp((10 - u) / 10) - 1), rel=1e-14)
    assert neuron.bn(u) == pytest.approx(0.125 * math.exp(-u / 80), rel=1e-14)
    assert neuron.am(u) == pytest.approx(0.1 * (25 - u) / (math.exp((25 - u) / 10) - 1), rel=1e-14)
    assert neuron.bm(u) == pytest.approx(4 * math.exp(-u / 18), rel=1e-14)
    assert neuron.ah(u) == pytest.approx(0.07 * math.exp(-u / 20), rel=1e-14)
    assert neuron.bh(u) == pytest.approx(1 / (math.exp((30 - u) / 10) + 1), rel=1e-14)


def test_rates_at_their_singular_voltages(neuron):
    assert neuron.an(10) == 0.1
    assert neuron.am(25) == 1.0
    assert neuron.an(np.array([9.0, 10.0, 11.0])).shape == (3,)


def test_tau_and_finfty(neuron):
    assert neuron.tau(3.0, 1.0) == 0.25
    assert neuron.finfty(3.0, 1.0) == 0.75
    assert neuron.tau(neuron.am(0.0), neuron.bm(0.0)) == pytest.approx(0.236767, abs=1e-6)


def test_steady_state_currents_are_over_the_voltages(neuron):
    v = neuron.voltage
    assert neuron.IL() == pytest.approx(0.3 * (v - 10.6), rel=1e-12)
    n = neuron.finfty(neuron.an(v), neuron.bn(v))
    assert neuron.IK() == pytest.approx(36 * n**4 * (v + 12), rel=1e-12)
    m, h = neuron.finfty(neuron.am(v), neuron.bm(v)), neuron.finfty(neuron.ah(v), neuron.bh(v))
    assert neuron.INa() == pytest.approx(120 * m**3 * h * (v - 120), rel=1e-10)


def test_temperature_speeds_up_the_rates_and_leaves_the_steady_state(neuron):
    warm = hh.Neuron(celsius=16.3, **CLASSROOM)
    assert warm.am(20) == pytest.approx(3 * neuron.am(20), rel=1e-12)
    assert warm.INa() == pytest.approx(neuron.INa(), rel=1e-12)


def test_the_walk_through_run_fires_four_spikes(neuron):
    run = neuron.run(V_init=-10, n_init=0, m_init=0, h_init=1, Tmax=50, inj=15)
    assert run.t[-1] == 50
    assert [run[k][0] for k in ("V", "n", "m", "h")] == [-10, 0, 0, 1]
    assert len(run.spikes) == 4


def test_the_convention_follows_potassium():
    modern = hh.Neuron(sodium={"Eq": 50}, potassium={"Eq": -77}, leak={"Eq": -54.387})
    assert modern.membrane.baseline == -65
    assert modern.an(-55.0) == 0.1
    classic = hh.Neuron(sodium={"Eq": 115}, leak={"Eq": 10.613})
    a = classic.run(-10, 0, 0, 1, 50, 15)
    b = modern.run(-75, 0, 0, 1, 50, 15)
    assert b.spikes == pytest.approx(a.spikes, abs=1e-5)


def test_two_neurons_share_nothing():
    first = hh.Neuron()
    hh.Neuron(sodium={"G": 60})
    assert first.membrane.parameters["gNa"] == 120


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sodium": {"g": 120}}, "did you mean G"),
        ({"sodium": {"G": -1}}, "gNa = -1 is not allowed"),
        ({"leak": {"Eq": float("nan")}}, "EL = nan is not allowed"),
        ({"voltage": [3, 2, 1]}, "increasing"),
        ({"voltage": 7}, "increasing"),
        ({"celsius": 400}, "celsius = 400"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        hh.Neuron(**arguments)
    assert "\n" not in str(caught.value)


def test_bad_initial_conditions_are_refused_before_anything_is_drawn(neuron):
    with pytest.raises(ValueError, match="start of gate n = 2"):
        neuron.simulate(V_init=-10, n_init=2, m_init=0, h_init=1, Tmax=50, inj=15)


@pytest.mark.slow
def test_one_cell_of_the_readme_shows_all_four_steps_and_a_line_for_each(execute):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    block = re.search(r"\*\*The lecture notebook.*?```python\n(.*?)```", readme, re.DOTALL).group(1)
    outputs, again, listed = execute(
        block.replace("hh.Neuron(", 'hh.Neuron(preset="draft",'),
        'hh.render("tau", preset="draft", theme="light")',
        'hh.render("tau", "f_infty", preset="draft", frames=20)',
    )
    videos = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    assert len(videos) == 4  # and the last of them once
    for html in videos:
        assert all(word in html for word in ("<video controls", 'poster="data:image/png', "aria-label="))
    lines = [o.data["text/plain"] for o in outputs if set(o.get("data", ())) == {"text/plain"}]
    assert [line.split(":")[0] for line in lines] == ["tau", "f_infty", "currents", "simulation"]
    assert all(" frames in " in line for line in lines)
    line, video = again
    assert line.data["text/plain"].startswith("tau: 135 frames in ")
    assert "<video" in video.data["text/html"]
    assert listed[-1].data["text/html"].count("<video") == 2


@pytest.mark.slow
def test_in_a_notebook_a_mistake_is_its_line_of_the_cell_and_one_more_and_a_scenes_own_begins_at_the_scene(
    execute,
):
    scene = """from hhanim.plots.clip import clip

@clip(title="Broken", alt="Nothing.")
def broken(stage, *, frames: int = 2, seconds: float = 1.0):
    for _ in range(frames):
        yield 1 / 0
"""
    failed = execute(
        f"import hhanim as hh\nopen('broken_clip.py', 'w').write({scene!r})",
        "hh.render('nonsense')",
        "hh.presets.MODERN.with_(gNa=-5)",
        "hh.render('tau', celsius=900)",
        "hh.explore(gna=3)",
        "hh.simulate('modern', hh.step(10), 50).plot('x')",
        "hh.render('broken_clip.py', preset='draft')",
    )[1:]
    traces = [next(o for o in outputs if o.output_type == "error").traceback for outputs in failed]
    for trace in traces[:-1]:
        where, what = trace
        assert where.startswith("line 1 of the cell: hh.")
        assert "known" in what or "allowed" in what
    where, *own, what = traces[-1]
    assert "broken_clip.py" in own[-4 if "^" in own[-2] or "~" in own[-2] else -3]
    assert any("yield 1 / 0" in line for line in own)
    assert what.startswith("RenderError: broken: broken_clip.py:6: ZeroDivisionError")
    assert not any("hhanim/" in line for line in own)

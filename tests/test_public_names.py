"""The names a user types after `hhanim.`: sorted, all importable, and cheap to reach."""

import subprocess
import sys

import hhanim

CORE = {
    "Channel", "Gate", "Membrane", "Neuron", "Trajectory", "noise", "presets", "pulse", "ramp", "render", "simulate",
    "sine", "step", "train",
}  # fmt: skip


def test_public_names_are_sorted_and_complete():
    assert hhanim.__all__ == sorted(hhanim.__all__)
    assert set(hhanim.__all__) >= CORE
    assert dir(hhanim) == hhanim.__all__


def test_an_unknown_name_is_an_attribute_error():
    try:
        hhanim.simulat  # noqa: B018
    except AttributeError as error:
        assert "simulat" in str(error)
    else:
        raise AssertionError("hhanim.simulat should not exist")


def test_a_simulation_loads_nothing_that_draws():
    code = (
        "import sys, hhanim; hhanim.simulate(hhanim.presets.MODERN, hhanim.step(10), 1.0);"
        "print([m for m in ('matplotlib', 'manim', 'celluloid', 'av', 'bokeh', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

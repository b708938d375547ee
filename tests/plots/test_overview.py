"""A run as a figure: which quantities, in which panels, with which units."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from hhanim import presets, simulate, step
from hhanim.model.errors import UnknownName


@pytest.fixture(scope="module")
def run():
    return simulate(presets.MODERN, step(10, start=5), 30)


def lines(axes):
    return [line.get_ydata() for line in axes.lines]


def test_shows_voltage_gates_and_currents(run):
    figure = run.plot()
    voltage, gates, currents = figure.axes
    assert np.array_equal(lines(voltage)[0], run["V"])
    assert [np.array_equal(a, run[g]) for a, g in zip(lines(gates), ("m", "h", "n"), strict=True)] == [
        True
    ] * 3
    assert len(lines(currents)) == len(run.membrane.channels)
    assert [axes.get_ylabel() for axes in figure.axes] == ["$V$ (mV)", "gates", "currents (µA/cm²)"]
    assert currents.get_xlabel() == "$t$ (ms)"


def test_shows_what_is_named_each_unit_in_a_panel_of_its_own(run):
    figure = run.plot("m", "g_Na", "h", "I", theme="dark")
    gates, conductance, stimulus = figure.axes
    assert np.array_equal(lines(gates)[1], run["h"])
    assert np.array_equal(lines(conductance)[0], run.conductance("Na"))
    assert "mS/cm²" in conductance.get_ylabel()
    assert "µA/cm²" in stimulus.get_ylabel()
    assert lines(stimulus)[0].max() == 10
    with pytest.raises(UnknownName, match="known are"):
        run.plot("x")


def test_is_a_picture_in_a_notebook_and_a_figure_elsewhere(run, tmp_path):
    picture = Image.open(io.BytesIO(run.plot("V")._repr_png_()))
    assert picture.width > 600
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.plot().savefig(tmp_path / "run.pdf", bbox_inches="tight")
    assert (tmp_path / "run.pdf").stat().st_size > 5000


def test_a_run_shows_itself_with_words(run):
    html = run._repr_html_()
    assert "data:image/png;base64," in html
    assert html.count("fires") + html.count("spike") >= 2  # the text alternative, and below the picture


def test_a_batch_shows_a_line_for_each_neuron():
    batch = simulate(presets.MODERN, step([5, 10, 15]), 10)
    assert len(batch.plot("V").axes[0].lines) == 3
    assert "3 neurons" in batch._repr_html_()


def test_what_was_not_recorded_is_not_drawn():
    few = simulate(presets.MODERN, step(10), 10, record=("V",))
    assert few._repr_html_() is None
    assert len(few.plot("V").axes[0].lines) == 1

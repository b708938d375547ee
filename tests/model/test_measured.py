"""The points of 1952: as printed, and where they lie beside the equations that were fitted to them."""

from __future__ import annotations

import numpy as np
import pytest

from hhanim.model import HHError, measured, presets

CLASSIC = presets.CLASSIC


def test_the_tables_are_those_of_the_paper():
    n, m, h = (measured.gate(name) for name in "nmh")
    assert n.u.tolist() == [109, 100, 88, 76, 63, 51, 38, 32, 26, 19, 10]
    assert m.u.tolist() == h.u.tolist() == [*n.u, 6]
    assert (n.alpha[0], n.beta[0]) == (0.915, 0.037)
    assert m.beta[2] == -0.14  # as the paper's fit was printed
    assert m.inf.max() == pytest.approx(1.028, abs=5e-4)
    assert h.tau[-1] == pytest.approx(6.667, abs=5e-4)


@pytest.mark.parametrize(("name", "off"), [("n", 0.08), ("m", 0.08), ("h", 0.12)])
def test_the_equations_run_through_them(name, off):
    """Steady states and time constants of the standard equations pass near every point, without any scale."""
    points = measured.gate(name)
    assert np.abs(points.inf - CLASSIC.inf(name, points.u)).max() < off
    ratio = points.tau / CLASSIC.tau(name, points.u)
    assert abs(np.median(ratio) - 1) < 0.25
    assert ratio.max() / ratio.min() < 2.2


@pytest.mark.parametrize("by", ["daly2015", "hines_modeldb5426"])
@pytest.mark.parametrize("ion", ["K", "Na"])
def test_the_conductances_have_the_axons_own_scale(ion, by):
    """Least squares of every circle against the rates in the tables gives this axon's scale, not 36 and 120."""
    resting, shapes, values = {x: float(CLASSIC.inf(x, 0.0)) for x in "nmh"}, [], []
    tables = {x: measured.gate(x) for x in "nmh"}
    for course in measured.conductances(ion, by):
        assert np.all(np.diff(course.t) > 0)
        if course.u not in tables["n"].u:
            continue

        def after(x, course=course):
            k = list(tables[x].u).index(course.u)
            inf, tau = tables[x].inf[k], tables[x].tau[k]
            return inf + (resting[x] - inf) * np.exp(-course.t / tau)

        shapes.append(after("n") ** 4 if ion == "K" else after("m") ** 3 * after("h"))
        values.append(course.g)
    shape, value = np.concatenate(shapes), np.concatenate(values)
    scale = float(shape @ value / (shape @ shape))
    assert scale == pytest.approx(measured.MAXIMAL[ion], rel=0.05)


def test_digitisations_agree():
    one, two = ({c.u: c for c in measured.conductances("Na", by)} for by in ("daly2015", "hines_modeldb5426"))
    assert len(one) == len(two) == 12
    assert max(abs(one[u].g.max() - two[u].g.max()) for u in one) < 1.0


def test_they_are_placed_on_the_membranes_own_axis():
    assert measured.place(presets.MODERN, [0.0, 109.0]).tolist() == [-65.0, 44.0]
    assert measured.place(CLASSIC.with_(gNa=60.0, celsius=6.5), 109.0) == 109.0


@pytest.mark.parametrize("name", ["connor_stevens", "wang_buzsaki", "widget"])
def test_under_another_animal_they_are_refused(name):
    with pytest.raises(
        HHError, match=f"say nothing about {name}; leave out measured, or give the model classic"
    ):
        measured.place(presets.get(name), 0.0)


@pytest.mark.parametrize("celsius", [5.0, 18.5])
def test_at_another_temperature_they_are_refused(celsius):
    with pytest.raises(HHError, match=f"at 6 to 7 °C, not at {celsius:g}; leave out measured"):
        measured.place(presets.MODERN.with_(celsius=celsius), 0.0)


def test_unknown_names_say_what_there_is():
    for call, said in (
        (lambda: measured.gate("p"), "known are h, m, n"),
        (lambda: measured.conductances("Ca"), "known are K, Na"),
        (lambda: measured.conductances("K", "me"), "known are daly2015, hines_modeldb5426"),
    ):
        with pytest.raises(HHError, match=said):
            call()


def test_what_is_computed_beside_the_points_has_that_axons_scale() -> None:
    membrane, volts, courses = measured.beside(presets.MODERN, (109.0, 26.0))
    assert membrane.parameters["gK"] == measured.MAXIMAL["K"]
    assert volts == pytest.approx([109.0 - 65.0, 26.0 - 65.0], abs=1e-9)
    assert {ion: [c.u for c in found] for ion, found in courses.items()} == {
        "K": [109.0, 26.0],
        "Na": [109.0, 26.0],
    }
    warm = presets.MODERN.with_(celsius=18.5)
    membrane, volts, courses = measured.beside(warm, (109.0, 26.0))
    assert membrane is warm and not courses
    assert volts == pytest.approx(float(warm.rest()[0]) + np.array([109.0, 26.0]))

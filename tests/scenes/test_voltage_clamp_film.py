"""The film of the voltage clamp: what is recorded, taken off, measured and blocked is what the runs say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import Line, VGroup

from hhanim.errors import HHError
from hhanim.mobjects.circuit.clamp import carriers
from hhanim.mobjects.frame.lettering import Formula, Words
from hhanim.mobjects.graph.subtraction import Subtraction
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import measured, presets, simulate
from tests.scenes.film_checks import run_film


@pytest.fixture(scope="module")
def film(media: Path) -> Any:
    return run_film("voltage_clamp", "wide", media, steps=5)[0]


@pytest.mark.slow
def test_the_amplifier_sends_what_the_ions_carry_in_the_sweep_that_is_laid(film: Any) -> None:
    largest = max(run.extreme("I_ion", "size").value for run in film.sweeps)
    for k, run in enumerate(film.sweeps):
        for t in np.linspace(0.2, run.duration - 0.1, 5):
            film.rig.show(k, t)
            ionic, injected = film.rig.draw(t).shown()
            total = float(run.at([t]).ionic_current[0])
            assert (ionic, injected) == pytest.approx((total, total), abs=2e-3 * largest)
            v = float(run.at([t])["V"][0])
            for reading in (film.rig.command, film.rig.voltage):
                assert reading._figures._said == f"{v:.0f}".replace("-", "−")


@pytest.mark.slow
def test_an_axis_with_the_surge_on_it_is_not_called_that_of_ions_alone(media: Path) -> None:
    names: dict[str, set[str]] = {}

    class Axes:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            shown = [m for thing in self.mobjects for m in thing.get_family()]  # type: ignore[attr-defined]
            said = (m.words.replace("\n", " ") for m in shown if isinstance(m, Words))
            names.setdefault(beat.name, set()).update(said)

    run_film("voltage_clamp", "wide", media, beside=Axes, steps=3)
    assert {"charges the capacitance", "current (µA/cm²): outward up, inward down"} <= names["step"]
    assert "ionic current (µA/cm²): outward up" not in names["step"]
    assert "ionic current (µA/cm²): outward up" in names["sweeps"]


@pytest.mark.slow
def test_without_sodium_what_is_left_is_potassium_and_leak_and_the_difference_is_sodium(film: Any) -> None:
    run, bare = film.run, film.bare
    after = run.t >= 1.0
    assert np.allclose(bare.current("Na")[after], 0.0, atol=1e-6)
    axes = film.graph_.axes
    sodium = Subtraction(axes, run.t, run.ionic_current, bare.ionic_current, "#ffffff").draw(1.0)
    assert sodium.values[after] == pytest.approx(run.current("Na")[after], abs=1e-6)
    places = sodium.points[::4]
    for k in range(0, len(run.t) - 1, 100):
        assert axes.data(places[k]) == pytest.approx((run.t[k], sodium.values[k]), abs=1e-6 * 4000)
    for said in ("sodium", "leak"):  # both were taken off on the screen
        assert np.abs(getattr(film, said).values[after] - getattr(film, said).whole[after]).max() > 1.0
    assert film.sodium.values[after] == pytest.approx(run.current("Na")[after], abs=1e-6)
    assert film.leak.values[after] == pytest.approx(run.current("K")[after], abs=1e-6)
    # as many sodium ions are left outside as its equilibrium at the step allows: an eighth
    kept, other = film.water[0], film.water[1]
    outside = np.count_nonzero(kept.places[:, 1] > film.patch.middle)
    assert outside / (outside + len(other.places)) == pytest.approx(
        0.125, abs=0.5 / (outside + len(other.places))
    )


@pytest.mark.slow
def test_conductances_are_those_of_the_axon_that_was_measured(film: Any) -> None:
    for name, family in zip(("K", "Na"), film.both.families, strict=True):
        courses = [c for c in measured.conductances(name) if c.u in (109.0, 88.0, 63.0, 38.0, 26.0, 10.0)]
        assert len(family.traces) == len(family.points) == len(courses) == 6
        for course, trace, rings in zip(courses, family.traces, family.points, strict=True):
            membrane = film.membrane.with_(gK=24.5, gNa=72.0)
            run = simulate(membrane, trace_protocol(film, course.u), 10.0, sample=0.01)
            trace.draw(4.0)
            assert trace.reading[1] == pytest.approx(run.at([4.0]).conductance(name)[0], abs=0.1)
            drawn = rings[0].points.reshape(-1, 16, 3)
            centres = 0.5 * (drawn[:, 0] + drawn[:, 8])
            seen = [family.panel.data(c) for c in centres]
            inside = course.t <= 10.0
            assert pytest.approx(np.array([course.t[inside], course.g[inside]]), abs=1e-6) == np.array(seen).T
            # what is said of them: close, but at the largest steps less sodium than computed
            away = np.interp(course.t[inside], run.t, run.conductance(name)) - course.g[inside]
            assert np.median(np.abs(away)) < 1.3 or name == "Na"
            large = name == "Na" and course.u > 63.0
            assert (run.extreme(f"g_{name}").value > course.g.max() + 4.0) == large


def trace_protocol(film: Any, u: float) -> str:
    return f"clamp({film.prepared.rest}, {-65.0 + u}, start=0)"


@pytest.mark.slow
def test_a_drug_blocks_every_channel_of_its_kind_and_leaves_the_other_current(film: Any) -> None:
    assert list(film.blocked) == ["Na", "K"]
    for (name, patch), other, parameter in zip(
        film.blocked.items(), ("K", "Na"), ("ttx", "tea"), strict=True
    ):
        assert patch.run.membrane.parameters[parameter] == 1.0
        np.testing.assert_allclose(patch.run.current(other), film.run.current(other), atol=1e-6)
        assert np.all(patch.run.current(name) == 0.0)
        assert all(flow.channel != name for flow in patch.flows)


@pytest.mark.slow
def test_every_point_is_the_peak_of_its_sweep(film: Any) -> None:
    iv = film.iv
    assert len(iv.dots) == len(film.sweeps) == 5
    for run, level, dot in zip(film.sweeps, film.levels, iv.dots, strict=True):
        i = run.current("Na")[run.t > 1.0]
        v, peak = iv.graph.data(dot.get_center())
        assert v == pytest.approx(level, abs=1e-3)
        assert peak == pytest.approx(i[np.argmax(np.abs(i))], rel=1e-3)
        assert abs(iv.curve.traces[0].values[np.argmin(np.abs(iv.curve.traces[0].t - level))] - peak) < 80.0
    assert iv.panel.ylim == iv.graph.ylim  # a peak and its point stand at one height


@pytest.mark.slow
def test_the_voltage_of_a_sweep_stands_above_it_while_it_is_laid(film: Any) -> None:
    for family in (film.iv, *film.both.families):
        running, names = family.running, []
        for k in range(len(family.traces)):
            family.follow(k, 0.5 * running.stop)
            (name,) = (w.words for w in running if w.get_fill_opacity() > 0.0)
            names.append(name)
            family.follow(k, running.stop)
            assert not any(w.get_fill_opacity() for w in running)
        assert len(set(names)) == len(names)


@pytest.mark.slow
def test_every_sweep_keeps_its_voltage_beside_its_peak_or_end_and_on_no_curve(film: Any) -> None:
    for family in (film.iv, *film.both.families):
        words = [next(m for m in label if isinstance(m, Words)) for label in family.labels]
        assert [w.words for w in words] == [w.words for w in family.running]
        courses = [trace.path.values[:, :2] for trace in family.traces]
        courses += [mark.get_all_points()[:, :2] for mark in family.marks if mark is not None]
        boxes = [(w.get_center()[:2], 0.5 * np.array([w.width, w.height])) for w in words]
        for word, trace, (middle, half) in zip(words, family.traces, boxes, strict=True):
            spots = trace.path.values[[np.argmax(np.abs(trace.values)), -1], :2]
            assert np.hypot(*np.maximum(np.abs(spots - middle) - half, 0.0).T).min() < 1.0
            for points in courses:
                assert not (np.abs(points - middle) < half).all(axis=1).any(), word.words
            touching = [m for m, h in boxes if (np.abs(m - middle) < 0.95 * (h + half)).all()]
            assert len(touching) == 1, word.words


@pytest.mark.slow
def test_what_is_asked_is_not_answered_before_and_every_part_has_its_name(media: Path) -> None:
    told: dict[str, Any] = {}

    class Seen:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            patches = [block for block in film.standing if isinstance(block, MembranePatch)]
            sides = [view.open for patch in patches for view in patch.views]
            names = {block.source for block in film.standing if isinstance(block, Formula)}
            told[beat.caption] = film.clock.now, any(sides), names, list(film.standing)

    film: Any
    film, _ = run_film("voltage_clamp", "wide", media, beside=Seen, steps=3)
    asked = told["A step of V made this current flow: first in, then out."]
    assert asked[0] < film.on and not asked[1]  # no ion is seen to carry it
    assert told["So both currents are known, each by itself."][2] == {
        f'I_"{name}"' for name in ("L", "K", "Na")
    }
    # what charges the membrane is seen from the step on, when V is there
    before, charged = (told[said] for said in ("The command will be stepped up.",
                                              "A brief surge charges the membrane, and V is there."))  # fmt: skip
    (surge,) = [block for block in charged[3] if isinstance(block, VGroup) and block not in before[3]]
    assert charged[0] > film.on and any(isinstance(part, Line) for part in surge)


@pytest.mark.slow
def test_drugs_come_after_1952_and_are_not_called_its_experiment(film: Any) -> None:
    assert not {"TTX", "TEA", "tetrodotoxin"} & set(f"{film.description} {film.alt}".split())
    names = [name for _, name in film.parts]
    assert names.index("choline") < names.index("TTX") < names.index("TEA")


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"model": "connor_stevens"}, {"celsius": 18.5}, {"model": "classic"}])
def test_other_models_show_points_only_where_they_were_measured(changes: dict[str, Any], media: Path) -> None:
    film: Any = run_film("voltage_clamp", "wide", media, steps=3, **changes)[0]
    assert bool(film.both.families[0].points) == (changes.get("model") == "classic")


def test_a_membrane_without_two_currents_is_refused_in_one_line() -> None:
    membrane = presets.get("modern")
    alone = replace(membrane, channels=tuple(c for c in membrane.channels if c.name != "K"))
    for refused in (alone, membrane.with_(ttx=1.0), membrane.with_(gK=0.0)):
        with pytest.raises(HHError, match="no two currents to take apart; give a model"):
            carriers(refused)

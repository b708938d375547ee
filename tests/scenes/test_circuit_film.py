"""The film of the circuit: every element comes of a part of the membrane, every arrow is a current of the run."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.look import DARK
from hhanim.mobjects.circuit.circuit import Circuit
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import Words
from hhanim.model import presets
from tests.scenes.film_checks import run_film


@pytest.mark.slow
def test_every_part_becomes_an_element_and_nothing_stays_behind(media: Path) -> None:
    film: Any
    film, looks = run_film("circuit", "wide", media, gNa=100)
    assert film.run.membrane.channel("Na").g == 100
    texts = {look.section: {said for said, _, _ in look.texts} for look in looks}
    assert {"Na⁺", "K⁺", "leak", "outside"} <= texts["question"]
    assert not {"Na⁺", "K⁺", "leak"} & texts["circuit"]
    elements = {"C", "I", *(f'{x}_"{c.name}"' for c in film.membrane.channels for x in "gE")}
    for section in ("circuit", "equation", "spike", "recap"):
        assert elements <= texts[section]
    # what is collected under the elements is the equation, and then nothing of the pieces is left
    assert [m for m in film.slice.get_family() if len(m.points)] == []
    assert {film.terms.law.source} <= texts["equation"]
    assert not {film.terms.law.source} & texts["gates"]
    # membrane and circuit side by side: both are in the last picture
    assert {"inside", "inside the cell"} <= texts["recap"]


@pytest.mark.slow
def test_a_part_stands_until_it_turns_into_its_element(media: Path) -> None:
    gone: list[str] = []

    class Parts:
        def _change(self, beat: Any, opening: bool) -> Any:
            film: Any = self
            changes = super()._change(beat, opening)  # type: ignore[misc]
            shown, elements = film.slice.get_family(), [film.wide.element(n) for n in film.slice.views]
            for (name, view), element in zip(film.slice.views.items(), elements, strict=True):
                if beat.name == "circuit" and element not in film.standing and view.lobes not in shown:
                    gone.append(f"{name}: {beat.caption}")
            return changes

    run_film("circuit", "wide", media, beside=Parts)
    assert gone == []


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"gNa": 60}, {"celsius": 18.5}, {"model": "connor_stevens"}])
def test_arrows_boxes_and_sums_are_those_of_the_run(changes: dict[str, Any], media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media, **changes)
    run, stage, patch, circuit = film.run, film.stage, film.pair.arrows, film.pair.currents
    arrows = stage.currents.arrows
    assert patch.scale_ == circuit.arrows.scale_
    for t in np.linspace(0.1, film.until - 0.1, 10):
        now = run.at([t])
        for block in (stage.currents, stage.sums, patch, circuit):
            block.draw(t)
        shown = {name: arrows.length(name) for name in stage.circuit.names}
        largest = arrows.scale_ * (stage.circuit.top - stage.circuit.bottom)
        for channel in film.membrane.channels:
            current = now.current(channel.name)[0]
            for where in (arrows, patch, circuit.arrows):
                assert where.length(channel.name) == pytest.approx(current, abs=2e-3 * largest)
            most = max(
                np.max(run.conductance(c.name)) for c in film.membrane.channels
            )  # one scale for all boxes
            shown_g = stage.currents.conductance(channel.name)
            assert shown_g == pytest.approx(float(now.conductance(channel.name)[0]), abs=5e-3 * most)
            box, level = stage.currents.boxes[channel.name], stage.currents.levels[channel.name]
            assert np.ptp(level.points[:, 1]) / box.height == pytest.approx(shown_g / most)
        for name, shape in arrows.shapes.items():  # one that is too short is not shown
            assert (shape.get_fill_opacity() > 0) == (abs(shown[name]) / arrows.scale_ / UNIT > 8.0)
        # Kirchhoff: what the electrode brings leaves through the capacitor and the channels
        assert sum(v for name, v in shown.items() if name != "I") == pytest.approx(
            shown["I"], abs=2e-3 * largest
        )
        out, into = stage.sums.totals()
        assert out == pytest.approx(into, abs=4e-3 * largest)
        assert out == pytest.approx(
            sum(max(v, 0.0) for k, v in shown.items() if k != "I"), abs=4e-3 * largest
        )


@pytest.mark.slow
def test_in_the_last_pictures_the_channel_with_the_large_arrow_is_open_and_arrows_stand_apart(
    media: Path,
) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    run, patch, arrows = film.run, film.pair.patch, film.pair.arrows
    wide = {v.channel.name: v for v in patch.views}
    for t in (run.extreme("I_ion", "min").t, run.extreme("I_K").t):
        patch.draw(t)
        arrows.draw(t)
        assert wide["Na"].open
        assert arrows.length("Na") < -0.2 * film.run.extreme("I_Na", "size").value
    assert wide["K"].open and film.clock.now == pytest.approx(run.extreme("I_K").t)
    arrows.draw(run.extreme("I_ion", "min").t)
    charging, sodium = (arrows.shapes[name] for name in ("C", "Na"))
    assert sodium.get_left()[0] - charging.get_right()[0] > 0.15
    assert wide["Na"].origin[0] - wide["Na"].half_width - sodium.get_right()[0] > 0.05
    pipette = patch.electrode
    assert charging.get_left()[0] - pipette.get_x() > 1.3 * pipette.half_width(patch.middle)


@pytest.mark.slow
def test_every_sentence_has_its_event_and_no_heading_comes_again(media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    headings = [written.split("\n")[0] for _, written in film.written]
    told = [headings[0], *(b for a, b in pairwise(headings) if a != b)]
    assert len(set(told)) == len(told)
    assert told.index("The driving force") == told.index("Na⁺ channels are a conductance") + 1
    assert film.pushed == 6.0  # the pulse is over when the sentence of it is


@pytest.mark.slow
def test_a_source_that_fades_in_is_not_seen_before(media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    currents = film.stage.currents
    currents.draw(0.0)
    currents.source.set_opacity(0.0)
    currents.draw(0.1)
    assert currents.source.get_stroke_opacity() == 0.0
    currents.draw(5.5)
    assert currents.source.get_stroke_opacity() == 1.0


@pytest.mark.slow
def test_arrows_are_to_be_seen_when_they_add_up_and_cancel_at_the_peak(media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    arrows, run = film.stage.currents.arrows, film.run
    arrows.draw(run.extreme("I_ion", "min").t)
    assert {"C", "Na"} <= {name for name, shape in arrows.shapes.items() if shape.get_fill_opacity() == 1.0}
    arrows.draw(run.extreme("V").t)
    assert abs(arrows.length("C")) < 0.01 * abs(arrows.length("Na"))


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"ttx": 1.0}, {"model": "widget"}, {"gNa": 60}])
def test_without_a_spike_it_says_so_and_asks_nothing(changes: dict[str, Any], media: Path) -> None:
    film, looks = run_film("circuit", "wide", media, **changes)
    assert any("no spike" in text for _, _, text in film.captions)
    assert [look.section for look in looks] == ["question", "circuit", "equation", "spike", "gates", "recap"]


@pytest.mark.slow
def test_what_is_said_of_currents_is_seen_as_arrows(media: Path) -> None:
    seen: dict[str, set[str]] = {}

    class Arrows:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            drawn = [film.pair.arrows] if hasattr(film, "pair") else []
            drawn += [film.stage.currents.arrows] if hasattr(film, "stage") else []
            for arrows in drawn[:1]:
                arrows.draw(film.clock.now)
                shapes = arrows.shapes.items()
                seen[beat.caption] = {name for name, shape in shapes if shape.get_fill_opacity() == 1.0}

    run_film("circuit", "wide", media, beside=Arrows)
    for said, names in (
        ("At rest the currents cancel, and V stands still.", {"K", "L"}),
        ("The source is lit: its current charges the capacitor.", {"I", "C"}),
        ("Now {ion} flows in, and V goes on rising.", {"C", "Na"}),
        ("The sum of the currents charges the capacitor, faster and faster.", {"C", "Na"}),
        ("Membrane and circuit carry the same currents.", {"C", "Na"}),
    ):
        assert names <= seen[said], said
    assert "I" not in seen["At rest the currents cancel, and V stands still."]  # not before it is said


@pytest.mark.slow
def test_the_scale_of_the_arrows_changes_while_the_clock_stands_and_is_written(media: Path) -> None:
    scales: list[tuple[float, float, set[str]]] = []

    class Scales:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            if (
                beat.name in ("spike", "answer")
                and hasattr(film, "stage")
                and film.stage.currents in film.standing
            ):
                groups = [block for block in film.standing if block in (film.stage.early, film.stage.later)]
                said = {m.words for group in groups for m in group if isinstance(m, Words)}
                scales.append((film.clock.now, film.stage.currents.arrows.scale_, said))

    run_film("circuit", "wide", media, beside=Scales)
    changed = [(a, b) for a, b in pairwise(scales) if a[1] != b[1]]
    (before, after), *more = changed
    assert not more and before[0] == after[0]
    assert (before[2], after[2]) == ({"10 µA/cm²"}, {"200 µA/cm²"})


def test_the_arrow_of_v_goes_from_the_inside_to_the_outside_as_v_is_counted() -> None:
    circuit = Circuit(presets.MODERN, DARK, Area(-3.0, 3.0, -2.0, 2.0))
    _, _, arrow = circuit.voltage[0]
    inside, outside = (
        next(w for w in circuit.sides if said in w.words).get_y() for said in ("inside", "outside")
    )
    assert abs(arrow.get_end()[1] - outside) < abs(arrow.get_end()[1] - inside)
    assert arrow.get_end()[1] > arrow.get_start()[1]
    assert circuit.voltage[1].source == 'V = V_"in" - V_"out"'

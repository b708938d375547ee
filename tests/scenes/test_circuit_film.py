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
from hhanim.mobjects.circuit.currents import CurrentArrows, places_along
from hhanim.mobjects.frame.fades import Appear
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.membrane.ions import RestingIons
from hhanim.model import presets, simulate
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
    assert {"electrode"} <= texts["question"]  # nothing on the poster without a name
    assert elements - texts["gates"] == elements  # gates' equations have taken the circuit's place …
    assert {film.terms.law.source} <= texts["gates"]  # … and that of V stands all the time
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
    arrows = stage.arrows
    assert patch.scale_ == circuit.scale_
    arrows.scale_ = stage.scales[-1]
    for t in np.linspace(0.1, film.until - 0.1, 10):
        now = run.at([t])
        for block in (stage.elements, arrows, stage.sums, patch, circuit):
            block.draw(t)
        shown = {name: arrows.length(name) for name in stage.circuit.names}
        largest = arrows.scale_ * (stage.circuit.top - stage.circuit.bottom)
        for channel in film.membrane.channels:
            current = now.current(channel.name)[0]
            for where in (arrows, patch, circuit):
                assert where.length(channel.name) == pytest.approx(current, abs=2e-3 * largest)
            most = max(
                np.max(run.conductance(c.name)) for c in film.membrane.channels
            )  # one scale for all boxes
            shown_g = stage.elements.conductance(channel.name)
            assert shown_g == pytest.approx(float(now.conductance(channel.name)[0]), abs=5e-3 * most)
            box, level = stage.elements.boxes[channel.name], stage.elements.levels[channel.name]
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
def test_sources_and_arrows_that_fade_in_are_not_seen_before(media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    elements, arrows = film.stage.elements, film.stage.arrows
    for block in (elements, arrows):
        block.draw(0.0)
    elements.source.set_opacity(0.0)
    arrows.shapes["K"].set_fill(opacity=0.3)
    for block in (elements, arrows):
        block.draw(0.1)
    assert elements.source.get_stroke_opacity() == 0.0
    assert arrows.shapes["K"].get_fill_opacity() == pytest.approx(0.3)
    elements.draw(5.5)
    assert elements.source.get_stroke_opacity() == 1.0


@pytest.mark.slow
def test_arrows_are_to_be_seen_when_they_add_up_and_cancel_at_the_peak(media: Path) -> None:
    film: Any
    film, _ = run_film("circuit", "wide", media)
    arrows, run = film.stage.arrows, film.run
    arrows.scale_ = film.stage.scales[-1]
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


class Watched:
    """A film that notes, at the end of every sentence, what stands, which arrows are seen, when and on what scale."""

    def tell(self, beat: Any) -> None:
        super().tell(beat)  # type: ignore[misc]
        film: Any = self
        film.told_of = vars(film).get("told_of", {})
        drawn = vars(film).get("pair") or vars(film).get("stage")
        if drawn is not None and any(drawn.arrows is thing for thing in film.standing):
            names = {name for name, shape in drawn.arrows.shapes.items() if shape.get_fill_opacity() == 1.0}
            film.told_of[beat.caption] = (
                names,
                film.clock.now,
                drawn.arrows.scale_,
                set(map(id, film.standing)),
            )


@pytest.fixture(scope="module")
def watched(media: Path) -> Any:
    """The film, as it stood at the end of every sentence."""
    return run_film("circuit", "wide", media, beside=Watched)[0]


@pytest.mark.slow
def test_what_is_said_of_currents_is_seen_as_arrows_and_nothing_stands_empty(watched: Any) -> None:
    for said, names in (
        ("At rest as much flows out as in, and V stands still.", {"Na", "K", "L"}),
        ("The source is lit: its current charges the capacitor.", {"I", "C"}),
        ("Now {ion} flows in, and V goes on rising.", {"C", "Na"}),
        ("The sum of the currents charges the capacitor, faster and faster.", {"C", "Na"}),
        ("At its lowest, V stands still: the channels' currents cancel, as at rest.", {"K", "L"}),
        ("Membrane and circuit carry the same currents.", {"C", "Na"}),
    ):
        assert names <= watched.told_of[said][0], said
    at_rest, _, _, standing = watched.told_of["At rest as much flows out as in, and V stands still."]
    assert "I" not in at_rest and id(watched.stage.sums) in standing  # not before it is said
    empty = [said for said, (names, *_) in watched.told_of.items() if not names]
    assert empty == ["Now the currents fade away."]


@pytest.mark.slow
def test_the_scale_of_the_arrows_changes_while_the_clock_stands_and_is_written(watched: Any) -> None:
    stage = watched.stage
    told = [look[1:3] for look in watched.told_of.values() if id(stage.bar) in look[3]]
    changes = [(a, b) for a, b in pairwise(told) if a[1] != b[1]]
    assert [b[1] for _, b in changes] == [*stage.scales[1:], stage.scales[0]]
    assert all(a[0] == b[0] for a, b in changes)
    assert stage.bar.updaters  # in every frame
    change = stage.arrows.to_scale(stage.scales[-1])
    change.begin()
    for share in np.linspace(0.0, 1.0, 9):
        change.interpolate(share)
        stage.arrows.draw(7.0)
        stage.bar.draw(7.0)
        worth = np.ptp(stage.bar.bar.points[:, 0]) / np.ptp(stage.arrows.shapes["Na"].points[:, 1])
        worth *= -float(watched.run.at([7.0]).current("Na")[0])
        (said,) = (words.words for words in stage.bar.sizes.values() if words[0].get_fill_opacity() > 0.0)
        assert worth == pytest.approx(float(said.split()[0]), rel=1e-3)


@pytest.mark.slow
def test_the_sums_never_reach_what_stands_beside_them(watched: Any) -> None:
    stage = watched.stage
    scales = [stage.scales[sum(turn <= t for turn in stage.turns)] for t in np.linspace(0.0, 10.0, 201)]
    for t, stage.arrows.scale_ in zip(np.linspace(0.0, 10.0, 201), scales, strict=True):
        stage.sums.draw(t)
        ends = [
            bar.points[:, 0].max() for bars in stage.sums._bars for bar in bars.values() if len(bar.points)
        ]
        assert max(ends) < stage.circuit.area.right
    assert stage.bar.get_bottom()[1] > stage.sums.get_top()[1]


@pytest.mark.slow
def test_arrows_of_the_recap_come_softly(media: Path) -> None:
    bright: list[float] = []

    class Coming:
        def play(self, *animations: Any, **kwargs: Any) -> None:
            film: Any = self
            pair, comes = vars(film).get("pair"), [a for a in animations if isinstance(a, Appear)]
            if pair is not None and any(a.mobject is pair.arrows for a in comes):
                bright.append(pair.arrows.shapes["Na"].get_fill_opacity())
            super().play(*animations, **kwargs)  # type: ignore[misc]

    run_film("circuit", "wide", media, beside=Coming)
    assert bright == [1.0]  # as it will be, when it begins to come


@pytest.mark.slow
def test_the_equation_stays_while_gates_are_told_and_the_boxes_fill_with_them(media: Path) -> None:
    stood: dict[str, list[bool]] = {}

    class Standing:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            if beat.name == "gates":
                kept = (film.stage.law, film.stage.circuit, film.stage.elements)
                stood[beat.caption] = [any(thing is m for m in film.standing) for thing in kept]
                stood.setdefault("filled", [film.stage.elements.conductance("Na") > 1.0])

    run_film("circuit", "wide", media, beside=Standing)
    assert [*stood.values()] == [[True, True, True], [True], [True, False, False]]


@pytest.mark.slow
def test_no_ion_sits_on_a_wire_once_there_are_wires(media: Path) -> None:
    left: list[str] = []

    class Ions:
        def tell(self, beat: Any) -> None:
            super().tell(beat)  # type: ignore[misc]
            film: Any = self
            family = [m for thing in film.mobjects for m in thing.get_family()]
            wires = [film.wide.wires[0].get_y(), film.wide.wires[1].get_y()]
            for ions in (m for m in family if isinstance(m, RestingIons) and beat.name == "circuit"):
                if (np.abs(ions.drawn()[:, 1, None] - wires) < ions.radius).any():
                    left.append(beat.caption)

    run_film("circuit", "wide", media, beside=Ions)
    assert left == []


def test_words_and_arrows_keep_off_the_lines_of_the_circuit() -> None:
    circuit = Circuit(presets.MODERN, DARK, Area(-6.4, -0.4, -1.0, 2.4))
    meaning, inside = circuit.voltage[1], next(w for w in circuit.sides if "inside" in w.words)
    assert max(meaning.get_top()[1], inside.get_top()[1]) < circuit.bottom - 0.1
    assert min(meaning.get_bottom()[1], inside.get_bottom()[1]) > circuit.area.bottom
    run = simulate(presets.MODERN, "pulse(10, start=5, width=1)", 6.0)
    arrows, ring = (
        CurrentArrows(places_along(circuit), run, DARK, 5.0).draw(5.5),
        circuit.element("I").devices[0],
    )
    widest = arrows.shapes["I"].width
    assert arrows.shapes["I"].get_left()[0] > ring.get_right()[0] + 0.03
    assert arrows.shapes["C"].get_left()[0] > arrows.shapes["I"].get_right()[0] + 0.03
    for before, name in pairwise(circuit.names[1:]):
        ends = max(label.get_right()[0] for label in circuit.element(before).labels)
        assert arrows.places[name][0] - 0.5 * widest > ends + 0.08
    assert all(shape.background_stroke_width == 0 for shape in arrows.shapes.values())  # no rim to cut lines


def test_the_arrow_of_v_goes_from_the_inside_to_the_outside_as_v_is_counted() -> None:
    circuit = Circuit(presets.MODERN, DARK, Area(-3.0, 3.0, -2.0, 2.0))
    _, _, arrow = circuit.voltage[0]
    inside, outside = (
        next(w for w in circuit.sides if said in w.words).get_y() for said in ("inside", "outside")
    )
    assert abs(arrow.get_end()[1] - outside) < abs(arrow.get_end()[1] - inside)
    assert arrow.get_end()[1] > arrow.get_start()[1]
    assert circuit.voltage[1].source == 'V = V_"in" - V_"out"'

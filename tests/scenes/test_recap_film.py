"""The film that ends the lecture: what it says of 1952 is what was computed, and what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.errors import HHError
from hhanim.look import DARK, quantity
from hhanim.mobjects.axon.front import Front
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import Words
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.model import measured
from tests.scenes.film_checks import run_film


def test_a_front_is_where_its_speed_takes_it() -> None:
    panel = Panel(Area(-6.0, 6.0, -2.0, 2.0), DARK).x("mm", 0.0, 60.0).y(quantity("V"), -90.0, 60.0)
    front = Front(panel, 21.2, 20.0, 1.0, "measured")
    seen = [front.draw(t).reading for t in (0.0, 1.0, 1.5, 2.0, 9.0)]
    assert seen == pytest.approx([20.0, 20.0, 30.6, 41.2, 60.0])
    assert front.draw(1.0).reading == pytest.approx(20.0)  # back again


class Zooms:
    """Keeps what stands as each zoom begins."""

    def _zoom(self, beat: Any, gone: Any, *rest: Any) -> None:
        self.zoomed = [*getattr(self, "zoomed", []), *gone]
        super()._zoom(beat, gone, *rest)  # type: ignore[misc]

    def tell(self, beat: Any) -> None:
        """Keep what of the equations is lit and which channels are open at the end of each beat about them."""
        super().tell(beat)  # type: ignore[misc]
        if beat.name == "equations":
            patch, whole = self.standing  # type: ignore[attr-defined]
            law = next(m for m in whole.get_family() if isinstance(m, CurrentEquation))
            gates = [m for m in whole.get_family() if isinstance(m, GateEquation)]
            parts = {name: law.term(name) for name in ("C", "I", "Na", "K")} | {g.gate: g for g in gates}
            lit = {
                name
                for name, part in parts.items()
                if all(m.fill_opacity == 1.0 for m in part.family_members_with_points())
            }
            self.told_of = getattr(self, "told_of", [])
            self.told_of.append((lit, {view.channel.name for view in patch.views if view.open}))


@pytest.mark.slow
def test_the_computed_impulse_and_what_was_known_in_1952(media: Path) -> None:
    film, looks = run_film("recap", "wide", media, beside=Zooms)
    # No word is blown up or shrunk with the membrane: the answers have gone before.
    said = {m.words for part in film.zoomed for m in part.get_family() if isinstance(m, Words)}
    assert said
    assert not any("m/s" in words or "dies" in words for words in said)
    # What a sentence is about is lit, and does so beside it.
    whole, sodium, potassium, gates = film.told_of
    assert whole[0] == {"C", "I", "Na", "K"}
    assert sodium[0] == {"Na"} and "Na" in sodium[1]
    assert potassium[0] == {"K"} and "K" in potassium[1]
    assert gates[0] == {"m", "h", "n"}
    assert 40.0 < film.time < 80.0
    assert film.speed == pytest.approx(18.73, abs=0.06)
    said = " ".join(text for _, _, text in film.captions)
    for speed in (f"{film.speed:.1f}", str(measured.SPEED), str(measured.SPEED_BY_HAND)):
        assert f"{speed} m/s" in said
    # The card: V from the beginning of the upstroke on, in the colour of what moves it, without a gap.
    parts = [m for m in film.mobjects if isinstance(m, Trace)]
    hues = [part.line.get_stroke_color().to_hex().lower() for part in parts]
    assert hues == [DARK.color("Na"), DARK.color("K"), DARK.color("K"), DARK.color("L")]
    ends = [(part.t[0], part.t[-1]) for part in parts]
    assert [a for a, _ in ends[1:]] == pytest.approx([b for _, b in ends[:-1]])
    assert ends[0][1] == pytest.approx(parts[0].t[np.argmax(parts[0].values)])
    assert any("J Physiol 117:500–544" in text for text, _, _ in looks[-1].texts)


@pytest.mark.parametrize("changes", [{"model": "connor_stevens"}, {"ttx": 0.9}])
def test_other_equations_and_no_impulse_are_refused_in_a_line(
    changes: dict[str, object], media: Path
) -> None:
    with pytest.raises(HHError, match="give the model classic") as refused:
        run_film("recap", "wide", media, **changes)
    assert "\n" not in str(refused.value)

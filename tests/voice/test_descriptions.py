"""What is seen is told in the gaps between lines, and is true of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hhanim as hh
from hhanim.look import DARK
from hhanim.studio.media import sidecar, sound
from hhanim.studio.media.descriptions import descriptions, fitting
from hhanim.studio.media.sidecar import Line
from tests.voice.conftest import record
from tests.voice.test_films import found, made

RUN = hh.simulate(hh.presets.MODERN, hh.pulse(10, start=5, width=1), 26.0)


def test_the_course_of_a_run_is_what_the_run_does():
    description = pytest.importorskip("hhanim.mobjects.description")
    peak, low = RUN.extreme("V"), RUN.extreme("V", "min")
    first, *_ = description.course(RUN, 0.0, peak.t)
    rest = RUN.at([0.0])["V"][0]
    assert first == f"V rises from {rest:+.0f} mV to {peak.value:+.0f} mV.".replace("-", "−")
    (whole, *opened) = description.course(RUN, 0.0, RUN.duration)
    assert f"to +{peak.value:.0f} mV and falls" in whole
    sodium = RUN.extreme("g_Na")
    share = 100 * sodium.value / float(RUN.membrane.channel("Na").g)
    assert f"The share of open Na⁺ channels is largest at {sodium.t:.1f} ms: {share:.0f} %." in opened
    (down, *_) = description.course(RUN, peak.t, low.t)
    assert down.startswith("V falls from") and f"{abs(low.value):.0f} mV" in down
    assert description.course(RUN, 0.0, 3.0) == ["V stays near −65 mV."]
    assert description.course(RUN, 3.0, 3.0) == []


def test_what_is_written_is_a_sentence_and_symbols_stay_as_they_are():
    description = pytest.importorskip("hhanim.mobjects.description")
    assert description.sentence("a short pulse of current") == "A short pulse of current."
    assert description.sentence("who brings V up?") == "Who brings V up?"
    assert description.sentence("n closes late") == "n closes late."
    assert description.sentence("α: rate of opening") == "α: rate of opening."


def test_answers_to_choose_from_are_told():
    cards, layout = (pytest.importorskip(f"hhanim.mobjects.frame.{name}") for name in ("cards", "layout"))
    area = layout.Area(-2.0, 2.0, -1.0, 1.0)
    choices = cards.Choices(["sodium", "an answer that is too long for one line", "both"], DARK, area)
    (said,) = pytest.importorskip("hhanim.mobjects.description").blocks([choices])
    answers = "A: sodium, B: an answer that is too long for one line and C: both"
    assert " ".join(said.split()) == f"On the screen: answers to choose from: {answers}."


def test_only_whole_sentences_that_fit_are_told():
    text = "One two three. Four five six seven eight. Nine."
    assert fitting(text, 0.3) == ""
    assert fitting(text, 1.6) == "One two three. Nine."
    assert fitting(text, 10.0) == text


def test_descriptions_lie_between_what_is_heard():
    lines = [
        Line("a-1", 0.0, 4.0, "Said.", file="a.wav", seconds=2.0),
        Line("a-1-seen", 2.3, 4.0, "A curve rises.", seen=True),
        Line("a-2", 4.0, 9.0, "Said.", file="b.wav", seconds=4.8),
        Line("a-2-seen", 8.8, 9.0, "It falls again.", seen=True),
        Line("a-3", 9.0, 12.0, "Not recorded."),
        Line("a-3-seen", 9.0, 12.0, "Nothing moves.", seen=True),
    ]
    assert descriptions(lines) == [(2.3, 4.0, "A curve rises."), (9.0, 12.0, "Nothing moves.")]


SHOWS = '''
"""A clip with a curve."""
import numpy as np
from hhanim import clip

@clip(title="Shows", description="A curve.", alt="A curve.")
def shows(stage, *, frames: int = 40, seconds: float = 4.0):
    (panel,) = stage.stack()
    panel.x("Time (ms)", 0, 10).y("Share", 0, 2)
    x = np.linspace(0, 10, 101)
    panel.curve(x, 1.5 - 0.05 * (x - 4) ** 2, "I", label="$m$")
    stage.caption("A curve grows.")
    yield from stage.play(0.0, 10.0, ease=False)
'''


def test_a_described_clip_waits_for_what_is_seen_as_well(talk, tmp_path):
    from dataclasses import replace

    from hhanim.studio.plan import catalogue

    (tmp_path / "scenes" / "shows_clip.py").write_text(SHOWS)
    request = replace(talk("shows.mp4"), entry=catalogue.find("shows"))
    silent = made(request)
    (seen,) = [line for line in silent.lines if line.seen]
    assert seen.name == "shows-1-seen"
    assert seen.text == "A graph of Share over Time (ms). m is largest, 1.5, at 4."
    file = sidecar.beside(request.path, ".descriptions.vtt")
    assert file.name in silent.beside
    assert "A graph of Share over Time (ms)." in file.read_text(encoding="utf-8")
    record(Path("voice/shows/en/shows-1.wav"), 3.0)
    record(Path("voice/shows/en/shows-1-seen.wav"), 3.0, seed=1)
    plain = made(request)
    assert plain.n_frames == silent.n_frames
    described = made(replace(request, sound="described"))
    assert described.n_frames == silent.n_frames + 26  # 3 + 0.3 + 3 + 0.3 - 4 s, at 10 frames a second
    (seen,) = [line for line in described.lines if line.seen]
    assert seen.start == pytest.approx(3.3)
    assert found(request.path, Path(seen.file), seen.start) == pytest.approx(3.3, abs=0.001)
    heard = sound.read(request.path)
    assert not np.abs(heard[round(3.05 * sound.RATE) : round(3.25 * sound.RATE)]).max() > 1e-2

"""``hhanim check --accessible``: what is measured in a film, and that a film that fails is said to."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hhanim.cli import main
from hhanim.studio.media import accessible, sidecar
from hhanim.studio.media.encode import Encoder
from hhanim.studio.media.join import Tracks, join
from tests.voice.conftest import record
from tests.voice.test_films import made

RATE = 30


@pytest.fixture
def film(tmp_path, a_record):
    """film(picture, sound=None, **fields): the findings of a film of four seconds, by the number of their criterion."""

    def make(picture, sound=None, **fields) -> dict[str, accessible.Finding]:
        silent, path = tmp_path / "silent.mp4", tmp_path / "film.mp4"
        with Encoder(silent, width=192, height=108, fps=RATE) as encoder:
            for k in range(4 * RATE):
                frame = np.empty((108, 192, 4), np.uint8)
                frame[...] = (20, 24, 28, 255)
                picture(frame, k / RATE)
                encoder.write(frame)
        join([silent], path, Fraction(RATE), tracks=None if sound is None else Tracks(sound=[sound]))
        sidecar.write(sidecar.sidecar_path(path), a_record(path, duration=4.0, **fields))
        return {found.criterion.split()[0]: found for found in accessible.report(path)}

    return make


def still(frame, second) -> None:
    frame[6:12, 20:120, :3] = 230


def tone(start: float, stop: float) -> np.ndarray:
    t = np.arange(4 * 48_000) / 48_000
    return (0.2 * np.sin(2 * np.pi * 300 * t) * ((t >= start) & (t < stop))).astype(np.float32)


def flashing(rate: float, colour=(255, 255, 255), share: float = 1.0):
    def picture(frame, second) -> None:
        still(frame, second)
        if int(2 * rate * second) % 2:
            frame[30:, : round(192 * share), :3] = colour

    return picture


@pytest.mark.parametrize(
    ("picture", "met"),
    [
        (still, True),
        (flashing(2.0), True),
        (flashing(5.0), False),
        (flashing(5.0, share=0.02), True),  # too small to count
        (flashing(5.0, (34, 40, 46)), True),  # too faint
        (flashing(5.0, (230, 0, 0)), False),
        (flashing(5.0, (110, 0, 0)), False),  # dark, but red
    ],
)
def test_flashes_are_counted_where_they_are(film, picture, met):
    assert film(picture)["2.3.1"].met is met


def test_the_contrast_of_letters_is_measured(film):
    def faint(frame, second) -> None:
        frame[6:12, 20:120, :3] = 95

    assert film(still)["1.4.3"].met is True
    found = film(faint)["1.4.3"]
    assert found.met is False
    assert "2.8:1" in found.words


def test_what_is_heard_has_captions_while_it_is_heard(film):
    both = [(0.5, 1.6, "One."), (2.0, 3.6, "Two.")]
    sound = tone(0.5, 1.5) + tone(2.0, 3.5)
    assert film(still, sound, captions=both)["1.2.2"].met is True
    lost = film(still, sound, captions=both[:1])["1.2.2"]
    assert lost.met is False
    assert "2.0 s" in lost.words
    assert film(still, sound, captions=[(0.0, 4.0, "x" * 120)])["1.2.2"].met is False  # nobody reads so fast
    assert film(still, captions=both)["1.2.2"].met is None


def test_pictures_without_sound_need_words(film):
    assert film(still, alt="A line that stands.")["1.2.1"].met is True
    assert film(still, alt="")["1.2.1"].met is False
    assert film(still, alt="")["1.2.3"].met is False
    assert film(still, tone(0.5, 1.5))["1.2.1"].met is None
    assert film(still, tone(0.5, 1.5))["1.2.5"].met is False


def test_the_command_says_a_line_for_each(talk, capsys):
    def check(*words: str, code: int) -> list[dict]:
        with pytest.raises(SystemExit) as end:
            main(["check", "talk", "--accessible", "--json", "--size", "160x90", "-o", "out", *words])
        out, complaints = capsys.readouterr()
        assert end.value.code == code, complaints
        return json.loads(out)

    made(talk())
    silent = {row["criterion"].split()[0]: row for row in check(code=0)}
    assert list(silent) == ["1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.4.3", "2.3.1"]
    assert silent["1.2.1"]["met"] is True
    assert silent["2.3.1"]["met"] is True
    record(Path("voice/talk/en/talk-1.wav"), 1.5, level=0.2)
    made(talk())
    spoken = {row["criterion"].split()[0]: row for row in check(code=1)}
    assert spoken["1.2.2"]["met"] is True
    assert spoken["1.2.5"]["met"] is False

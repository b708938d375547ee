"""``hhanim voice``: a script to read, what is wrong with what was recorded, and drafts."""

from __future__ import annotations

import json
import shutil
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from hhanim.cli import main
from hhanim.studio.media import sound
from hhanim.studio.plan import voice
from hhanim.voice import speak
from tests.voice.conftest import TALK, record

HERE = Path("voice/talk/en")


@pytest.fixture
def hh(talk, capsys):
    """hh(*words, code=0): what ``hhanim voice …`` prints."""

    def run(*words: str, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as end:
            main(["voice", *words])
        out, complaints = capsys.readouterr()
        assert end.value.code == code, complaints
        return out, complaints

    return run


def remarks(hh, *words: str) -> dict[str, str]:
    """What check says, by file; the lines that are missing left out."""
    rows = json.loads(hh("check", "talk", "--json", *words, code=4)[0])
    return {Path(row["path"]).name: row["what"] for row in rows if not row["what"].startswith("missing")}


def test_the_script_has_every_line_with_its_file_and_the_time_it_has(hh):
    lines = [line.split("\t") for line in hh("script", "talk", "--set", "word=−65 mV")[0].splitlines()]
    assert [Path(line[0]) for line in lines] == [HERE / f"talk-{k}.wav" for k in (1, 2, 3)]
    assert [line[1] for line in lines] == ["2.0 s"] * 3
    assert lines[1][2] == "The minus 65 millivolts line."
    rows = json.loads(hh("script", "talk", "--json")[0])
    assert [row["text"] for row in rows] == ["The first line.", "The second line.", "The last line."]
    assert [row["start"] for row in rows] == [0.0, 2.0, 4.0]


def test_what_is_missing_is_listed_until_nothing_is(hh):
    out = hh("check", "talk", code=4)[0].splitlines()
    assert out == [
        f"{HERE / f'talk-{k}.wav'}\tmissing: The {n} line."
        for k, n in ((1, "first"), (2, "second"), (3, "last"))
    ]
    for k in (1, 2, 3):
        record(HERE / f"talk-{k}.wav", 1.5, seed=k)
    assert hh("check", "talk")[0] == ""


def test_a_line_that_was_changed_since_it_was_recorded_is_stale(hh, tmp_path):
    for k in (1, 2, 3):
        record(HERE / f"talk-{k}.wav", 1.5, seed=k)
    hh("check", "talk")
    clip = tmp_path / "scenes" / "talk_clip.py"
    clip.write_text(TALK.replace("The last line", "The very last line"))
    said = remarks(hh)
    assert said == {
        "talk-3.wav": "stale: it was recorded of 'The last line.', and now it is 'The very last line.'; record it again"
    }
    hh("check", "talk", "--accept")
    assert hh("check", "talk")[0] == ""
    record(HERE / "talk-2.wav", 1.5, seed=9)  # recorded again
    assert hh("check", "talk")[0] == ""


def test_what_is_wrong_with_a_recording_is_one_line(hh):
    loud = record(HERE / "talk-1.wav", 1.5, level=9.0)
    record(HERE / "talk-2.wav", 1.5, level=3e-4)
    record(HERE / "talk-3.wav", 12.0)
    record(HERE / "talk-4.flac.wav", 1.0)
    said = remarks(hh)
    assert said["talk-1.wav"].startswith("is clipped")
    assert said["talk-2.wav"].startswith("is too quiet")
    assert "stand still for 10.3 s" in said["talk-3.wav"]
    assert said["talk-4.flac.wav"].startswith("no line is called talk-4.flac; did you mean talk-")
    loud.write_bytes(b"RIFF")
    record(HERE / "talk-2.wav", 0.0)
    record(HERE / "talk-3.wav", 1.0, rate=8000)
    (HERE / "notes.txt").write_text("louder!")
    record(Path("voice/talk/deutsch/talk-1.wav"), 1.0)
    said = remarks(hh)
    assert "no sound that can be read" in said["talk-1.wav"]
    assert said["talk-2.wav"].startswith("lasts 0 s")
    assert "8000 samples a second" in said["talk-3.wav"]
    assert said["notes.txt"] == "is none of .wav, .flac, .mp3, .m4a"
    assert said["deutsch"].startswith("is no language of hhanim's")
    assert all("\n" not in words for words in said.values())


def test_a_recording_that_may_not_be_read_is_named(hh, monkeypatch):
    record(HERE / "talk-1.wav", 1.0)
    opened = Path.open

    def locked(path, *arguments, **options):
        if path.name == "talk-1.wav":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", locked)
    line = f"hhanim: {HERE / 'talk-1.wav'} cannot be read: Permission denied\n"
    assert hh("check", "talk", code=1) == hh("speak", "talk", code=1) == ("", line)


def test_sound_of_any_kind_is_read_or_refused_in_words(hh):
    """Eight channels, which PyAV reads only when they lie side by side; numbers that are none; what is no file."""
    place = record(HERE / "talk-1.wav", 1.0)
    with wave.open(str(place), "wb") as file:
        file.setparams((8, 2, 48_000, 0, "NONE", ""))
        file.writeframes(np.full((48_000, 8), 3000, "<i2").tobytes())
    assert sound.read(place) == pytest.approx(np.full(48_000, 3000 / 2**15), abs=1e-3)
    floats = np.r_[np.zeros(9000), np.nan, np.zeros(9000)].astype("<f4").tobytes()
    about = struct.pack("<HHIIHH", 3, 1, 48_000, 192_000, 4, 32)
    head = b"WAVEfmt " + struct.pack("<I", 16) + about + b"data" + struct.pack("<I", len(floats))
    (HERE / "talk-2.wav").write_bytes(b"RIFF" + struct.pack("<I", len(head + floats)) + head + floats)
    (HERE / "talk-3.wav").mkdir()
    (HERE / "talk-4.wav").symlink_to("gone.wav")
    (HERE / "talk-3.mp3").write_bytes(b"no")
    Path("voice/talk/de").symlink_to("de")
    said = remarks(hh)
    assert "samples that are no numbers" in said["talk-2.wav"]
    assert said["de"] == "is no folder"
    assert said["talk-3.wav"] == said["talk-4.wav"] == "is no file"
    assert "(Invalid data found when processing input)" in said["talk-3.mp3"]


def test_a_second_recording_of_a_line_is_told(hh):
    for name in ("talk-1.flac.wav", "talk-1.wav", "draft/talk-1.wav"):
        record(HERE / name, 1.0)
    (HERE / "talk-1.flac.wav").rename(HERE / "talk-1.flac")
    assert remarks(hh) == {"talk-1.wav": "is not heard: talk-1.flac speaks the same line"}


def test_a_voice_that_says_nothing_is_refused(hh, monkeypatch):
    monkeypatch.setattr(speak, "reader", lambda language: lambda text, path: record(path, 0.0))
    assert "draft/talk-1.wav cannot be heard" in hh("speak", "talk", code=1)[1].replace("\\", "/")
    assert not any(path.is_file() for path in HERE.rglob("*"))


def test_of_a_lecture_only_its_parts_and_no_other_file(hh):
    Path("lecture.toml").write_text(
        '[lecture]\ntitle = "L"\npreset = "draft"\n[[lecture.parts]]\nscene = "talk"\n'
    )
    assert hh("script", "--lecture", "lecture.toml")[0].count("\n") == 3
    assert "no part tlk; did you mean talk?" in hh("script", "tlk", "--lecture", "lecture.toml", code=2)[1]
    assert "leave --config x.toml away" in hh("check", "--lecture", "lecture.toml", "-c", "x.toml", code=2)[1]


def test_a_folder_of_no_scene_is_told(hh):
    record(Path("voice/tlak/en/talk-1.wav"), 1.0)
    rows = json.loads(hh("check", "--json", code=4)[0])
    assert {"path": str(Path("voice/tlak")), "what": "is no scene's; did you mean talk?"} in rows


def test_notes_that_cannot_be_read_are_told_and_stay(hh):
    record(HERE / "talk-1.wav", 1.0)
    (HERE / voice.NOTES).write_text("{")
    assert "recorded.json cannot be read" in hh("check", "talk", code=1)[1]
    assert (HERE / voice.NOTES).read_text() == "{"
    (HERE / voice.NOTES).unlink()
    (HERE / voice.NOTES).mkdir()
    assert "recorded.json cannot be read (it is no file)" in hh("check", "talk", code=1)[1]


def reads(monkeypatch) -> list[str]:
    """A synthetic voice that takes no time; what it was given to read."""
    given: list[str] = []

    def read(text: str, path: Path) -> None:
        given.append(text)
        record(path, 0.5 + 0.1 * len(given), seed=len(given))

    monkeypatch.setattr(speak, "reader", lambda language: read)
    return given


def test_drafts_are_of_lines_that_nobody_has_recorded_and_follow_their_sentences(hh, monkeypatch, tmp_path):
    given = reads(monkeypatch)
    mine = record(HERE / "talk-1.wav", 1.0)
    before = mine.read_bytes()
    out = hh("speak", "talk")[0].split()
    assert out == [str(HERE / "draft" / f"talk-{k}.wav") for k in (2, 3)]
    assert given == ["The second line.", "The last line."]
    assert hh("speak", "talk")[0] == ""
    assert hh("check", "talk")[0] == ""
    clip = tmp_path / "scenes" / "talk_clip.py"
    clip.write_text(TALK.replace("The last line", "At +39 mV"))
    assert "stale" in remarks(hh)["talk-3.wav"]
    hh("speak", "talk")
    assert given[2:] == ["At plus 39 millivolts."]
    assert hh("check", "talk")[0] == ""
    assert mine.read_bytes() == before
    hh("speak", "talk", "--force")
    assert len(given) == 5


def test_a_file_of_somebodys_among_the_drafts_stays(hh, monkeypatch, tmp_path):
    reads(monkeypatch)
    theirs = record(HERE / "draft" / "talk-2.wav", 1.0)
    hh("speak", "talk")
    assert voice.sha256(theirs) not in {n.sha256 for n in voice.notes(HERE).values()}
    voice.note(HERE, {"draft/talk-2.wav": voice.Note("0" * 16, "another")})
    (tmp_path / "scenes" / "talk_clip.py").write_text(TALK.replace("{word} line", "{word} one"))
    before = theirs.read_bytes()
    voice.note(HERE, {"draft/talk-2.wav": voice.Note(voice.sha256(theirs), "The second line.")})
    hh("speak", "talk")
    assert theirs.read_bytes() != before  # it was noted as ours


def test_without_a_synthetic_voice_the_command_that_installs_one_is_told(hh, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(speak.importlib.util, "find_spec", lambda name: None)
    complaint = hh("speak", "talk", code=3)[1]
    assert "espeak-ng" in complaint
    assert "hhanim[speak]" in complaint
    assert not HERE.exists()


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_espeak_reads_a_line(tmp_path, language):
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("no espeak-ng on this machine; install it with: apt install espeak-ng")
    speak._espeak(program, language)("One two three four five.", tmp_path / "a.wav")
    from hhanim.studio.media import sound

    samples = sound.read(tmp_path / "a.wav")
    assert 0.8 < samples.size / sound.RATE < 5.0
    assert np.isfinite(sound.loudness(samples))

"""A film waits for what is said in it, and nothing else of it changes."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.status import status
from hhanim.studio.make.films import make
from hhanim.studio.media import sidecar, sound
from hhanim.studio.plan import catalogue, voice
from hhanim.studio.plan.request import Request
from tests.studio.media.test_sound import true_peak
from tests.voice.conftest import TALK, record


def made(request: Request) -> sidecar.Record:
    make(request)
    record = sidecar.read(request.path)
    assert record is not None
    return record


def pictures(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.array(
            [frame.to_ndarray(format="gray")[::4, ::4] for frame in container.decode(video=0)], int
        )


def found(path: Path, recording: Path, about: float) -> float:
    """Where in the sound of a film a recording begins (s), by cross-correlation within half a second."""
    track, wanted = sound.read(path), sound.read(recording)[: sound.RATE // 2]
    first = max(0, round((about - 0.5) * sound.RATE))
    part = track[first : round((about + 0.5) * sound.RATE) + wanted.size]
    return (first + int(np.argmax(np.correlate(part, wanted, "valid")))) / sound.RATE


def test_a_film_waits_until_each_line_was_said_and_its_pictures_stay_the_same(talk):
    silent = made(talk())
    before = pictures(talk().path)
    bytes_before = talk().path.read_bytes()
    lengths = {"talk-1": 3.3, "talk-3": 2.9}
    files = {n: record(Path("voice/talk/en") / f"{n}.wav", s, k) for k, (n, s) in enumerate(lengths.items())}
    assert "the recording of talk/en/talk-1 is new" in status(talk()).reasons
    spoken = made(talk())
    assert (
        spoken.n_frames == silent.n_frames + 16 + 12
    )  # 3.3 + 0.3 - 2 s, 2.9 + 0.3 - 2 s, at 10 frames a second
    assert [line.name for line in spoken.lines] == ["talk-1", "talk-2", "talk-3"]
    for one, other in itertools.pairwise(spoken.lines):
        assert one.start + one.seconds < other.start
        assert one.stop <= other.start + 1e-6
    for line in spoken.lines:
        if line.file:
            assert found(talk().path, Path(line.file), line.start) == pytest.approx(line.start, abs=0.001)
    assert {line.file for line in spoken.lines} == {"", *(f.as_posix() for f in files.values())}
    after = pictures(talk().path)
    # Each picture of the silent film in its order, and besides only those that stand: but for the coding, the same.
    held = [20] * 16 + [59] * 12
    wanted = sorted([*range(60), *held])
    assert len(after) == len(wanted)
    assert np.abs(after - before[wanted]).mean() < 0.5
    with av.open(str(talk().path)) as container:
        heard = container.streams.audio[0]
        assert (heard.codec_context.name, heard.rate, heard.channels) == ("aac", 48_000, 1)
        assert float(heard.duration * heard.time_base) == pytest.approx(spoken.duration, abs=0.03)
    level = sound.read(talk().path)
    assert sound.loudness(level) == pytest.approx(-16.0, abs=0.5)
    assert true_peak(level) <= -1.0
    shutil.rmtree("voice")
    assert {r.partition("/")[0] for r in status(talk()).reasons} == {"the recording of talk"}
    make(talk())
    assert talk().path.read_bytes() == bytes_before


def test_only_the_recordings_that_were_heard_count(talk):
    record(Path("voice/talk/en/talk-1.wav"), 1.0)
    made(talk())
    record(Path("voice/talk/en/talk-9.wav"), 1.0)
    record(Path("voice/talk/de/talk-1.wav"), 1.0)
    record(Path("voice/talk/en/draft/talk-1.wav"), 1.5)
    assert status(talk()).fresh
    record(Path("voice/talk/en/talk-1.wav"), 1.0, seed=7)
    assert status(talk()).reasons == ("the recording of talk/en/talk-1 changed",)
    assert status(talk("talk.gif")).reasons == ("missing",)
    made(talk("talk.gif"))
    Path("voice/talk/en/talk-1.wav").unlink()
    assert status(talk("talk.gif")).fresh


def test_a_recording_wins_over_a_draft(talk):
    record(Path("voice/talk/en/draft/talk-2.wav"), 1.0)
    assert made(talk()).lines[1].file == "voice/talk/en/draft/talk-2.wav"
    record(Path("voice/talk/en/talk-2.wav"), 1.0, seed=1)
    assert made(talk()).lines[1].file == "voice/talk/en/talk-2.wav"


def test_a_recording_speaks_the_sentence_it_was_made_for_and_no_other(talk):
    path = record(Path("voice/talk/en/talk-2.wav"), 1.0)
    voice.note(path.parent, {path.name: voice.Note(voice.sha256(path), "The second line.")})
    assert made(talk()).lines[1].seconds == 1.0
    other = made(talk("other.mp4", given={"word": "other"}))
    assert other.lines[1].text == "The other line."
    assert other.lines[1].file == ""
    record(path, 1.0, seed=3)  # recorded anew: of the line as it is
    assert made(talk("other.mp4", given={"word": "other"})).lines[1].file == path.as_posix()


def test_without_sound_a_film_is_the_silent_one_though_there_are_recordings(talk):
    silent = made(talk())
    record(Path("voice/talk/en/talk-1.wav"), 4.0)
    other = made(talk("other.mp4", sound="none"))
    assert (other.n_frames, other.sha256) == (silent.n_frames, silent.sha256)
    assert status(talk("other.mp4", sound="none")).fresh
    assert status(talk("other.mp4")).reasons == ("sound none → voice",)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not at all", "no sound that can be read"), ("empty", "lasts 0 s"), ("long", "longer than 120 s")],
)
def test_a_bad_recording_is_told_in_one_line_and_the_film_that_is_there_stays(talk, content, words):
    made(talk())
    before = talk().path.read_bytes()
    path = Path("voice/talk/en/talk-2.wav")
    record(path, 0.0 if content == "empty" else 600.0 if content == "long" else 1.0, rate=8000)
    if isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(RenderError, match=words) as caught:
        make(talk())
    assert "voice/talk/en/talk-2.wav" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert talk().path.read_bytes() == before


FIRES = '''
"""A clip with a spike."""
from hhanim import clip

@clip(title="Fires", description="A line moves.", alt="A line.")
def fires(stage, *, frames: int = 40, seconds: float = 4.0):
    stage.spikes([10.0, 30.0])
    stage.caption("Something fires.")
    stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    for _ in stage.sweep(0.0, 40.0, ease=False):
        yield
'''


def test_spikes_are_heard_where_they_are_seen_if_that_is_wanted(talk, tmp_path):
    (tmp_path / "scenes" / "fires_clip.py").write_text(FIRES)
    entry = catalogue.find("fires")
    request = Request(entry, tmp_path / "out" / "fires.mp4", size="160x90", sound="spikes")
    alone = made(request)
    heard = sound.read(request.path)
    loud = np.flatnonzero(np.abs(heard) > 0.3 * np.abs(heard).max()) / sound.RATE
    onsets = loud[np.diff(loud, prepend=-1.0) > 0.1]
    assert onsets == pytest.approx(alone.clicks, abs=0.02)
    assert len(alone.clicks) == 2
    record(Path("voice/fires/en/fires-1.wav"), 6.0)
    spoken = made(request)
    assert spoken.clicks == alone.clicks  # it is held at its end
    assert made(Request(entry, tmp_path / "out" / "fires.mp4", size="160x90")).clicks == []


def test_whoever_draws_the_pieces_the_bytes_are_the_same(talk):
    """A hold at the end of a piece, in its middle, and at the end of all."""
    from concurrent.futures import ThreadPoolExecutor

    from hhanim.studio.make.workers import of

    long = {"frames": 240, "seconds": 24.0}
    for k, seconds in ((1, 5.0), (2, 3.0), (3, 21.5)):
        record(Path("voice/talk/en") / f"talk-{k}.wav", seconds, k)
    alone = made(talk(given=long))
    assert alone.n_frames > 240 + 3
    with ThreadPoolExecutor(2) as threads:
        crew = of(threads)
        assert make(talk("shared.mp4", given=long), crew=crew).kind == "done"
    shared = sidecar.read(talk("shared.mp4").path)
    assert shared is not None
    assert (shared.sha256, shared.lines) == (alone.sha256, alone.lines)


SHAPED = '''
"""A film that says what shape it has."""
from hhanim.mobjects.frame.film import Film


class Shaped(Film):
    title = "Shaped"
    description = "Nothing."
    alt = "Nothing."

    def construct(self):
        self.caption(f"It is {self.shape}.")
'''


def test_what_a_film_says_in_its_own_shape_is_what_there_is_to_read(talk, tmp_path):
    pytest.importorskip("manim")
    from hhanim.voice.script import lines

    (tmp_path / "scenes" / "shaped_film.py").write_text(SHAPED)
    entry = catalogue.find("shaped")
    for preset, shape in (("vertical", "tall"), ("lecture", "wide")):
        (line,) = lines(Request(entry, tmp_path / "out" / "shaped.mp4", preset=preset))
        assert line.text == f"It is {shape}."


FILM = '''
"""A small story."""
from hhanim import simulate
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.parameters import Membrane


class Fires(Story):
    title = "Fires"
    description = "A spike."
    alt = "V over time."
    model: Membrane = "modern"

    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 16.0)
        self.timed(Pace(16.0, rate=8.0))
        v = self.graph("plot", run, "V")
        yield Beat("question", "What does V do?", "V is at rest.", show=[v])
        yield Beat("spike", "It fires", "V rises.", until=run.extreme("V").t)
        yield Beat("spike", "It comes back", "V falls.", until=run.duration)
'''


def test_a_film_waits_in_its_sections_and_says_what_is_seen(talk, tmp_path):
    pytest.importorskip("manim")
    from hhanim.voice.script import lines

    (tmp_path / "scenes" / "fires_film.py").write_text(FILM)
    entry = catalogue.find("fires")
    request = Request(
        entry, tmp_path / "out" / "fires.mp4", size="160x90", preset="draft", sections=True, sound="spikes"
    )
    before = lines(request, seen=True)
    names = ["question-1", "question-1-seen", "spike-1", "spike-1-seen", "spike-2", "spike-2-seen"]
    assert [line.name for line in before] == names
    assert before[3].text.startswith("V rises from −65 mV to ")
    assert "a graph of V over time" in before[1].text
    for k, name in enumerate(("question-1", "spike-1", "spike-2")):
        record(Path("voice/fires/en") / f"{name}.wav", 4.0 + k, k)
    spoken = made(request)
    said = [line for line in spoken.lines if not line.seen]
    assert all(line.seconds for line in said)
    for one, other in itertools.pairwise(said):
        assert one.start + one.seconds < other.start
    for line in said:
        assert found(request.path, Path(line.file), line.start) == pytest.approx(line.start, abs=0.001)
        assert line.room == next(b.room for b in before if b.name == line.name)
    starts = {part.name: part.start for part in spoken.sections}
    assert said[1].start == pytest.approx(starts["spike"], abs=1e-6)  # not before its picture stands
    (click,) = spoken.clicks
    assert said[1].start < click < said[2].start + 1.0
    for part in spoken.sections:
        with av.open(str(request.path.parent / part.file)) as container:
            pictures_, heard = container.streams.video[0], container.streams.audio[0]
            lasts = float(pictures_.duration * pictures_.time_base)
            assert float(heard.duration * heard.time_base) == pytest.approx(lasts, abs=0.05)
    # The first word of a section is in its own file.
    file = request.path.parent / spoken.sections[1].file
    assert found(file, Path("voice/fires/en/spike-1.wav"), 0.0) == pytest.approx(0.0, abs=0.001)


def test_what_is_not_heard_is_told_when_the_film_is_made(talk):
    path = record(Path("voice/talk/en/talk-1.wav"), 1.0)
    voice.note(path.parent, {path.name: voice.Note(voice.sha256(path), "Another line.")})
    record(Path("voice/talk/en/talk-7.wav"), 1.0)
    record(Path("voice/talk/en/talk-2.wav"), 1.0, rate=8000)
    end = make(talk())
    assert end.kind == "done"
    said = dict(part.split(": ", 1) for part in end.message.split("; voice/"))
    said = {name.removeprefix("voice/"): words for name, words in said.items()}
    assert said["talk/en/talk-1.wav"].startswith("stale: it was recorded of 'Another line.'")
    assert said["talk/en/talk-2.wav"].startswith("is dull: 8000 samples")
    assert said["talk/en/talk-7.wav"].startswith("no line is called talk-7")


def test_a_recording_is_noted_as_that_of_the_line_it_was_first_heard_with(talk, tmp_path):
    path = record(Path("voice/talk/en/talk-2.wav"), 1.0)
    made(talk("other.mp4", given={"word": "other"}))
    assert voice.notes(path.parent) == {}
    made(talk())
    assert voice.notes(path.parent) == {path.name: voice.Note(voice.sha256(path), "The second line.")}
    assert status(talk()).fresh
    assert status(talk("other.mp4", given={"word": "other"})).reasons == (
        "the recording of talk/en/talk-2 is gone, or of another sentence",
    )
    clip = tmp_path / "scenes" / "talk_clip.py"
    clip.write_text(TALK.replace("{word} line", "{word} one"))
    assert made(talk()).lines[1].file == ""

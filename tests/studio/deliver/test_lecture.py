"""A lecture in one file: it shows what its parts show, says what they say, and is the old one or the new one, whole."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from hhanim.cli import main
from hhanim.studio.deliver.lecture import Shown, _chapters, make, rows
from hhanim.studio.make import workers
from hhanim.studio.media import checks, join, sidecar, sound
from hhanim.studio.media.exchange import WORK
from hhanim.studio.plan.lecture import Part, find_lecture
from hhanim.studio.plan.project import Settings
from hhanim.studio.plan.voice import Note, note, sha256
from tests.faults.killing import killed_at, seen
from tests.studio.media.test_sound import independent, true_peak
from tests.voice.conftest import record
from tests.voice.test_films import found

LECTURE = """\
preset = "draft"
[lecture]
title = "Waves & <more>"
author = "Ada Example"
date = 2026-11-30
languages = ["en", "de"]

[[lecture.parts]]
card = "title"
seconds = 2
say = ["A word before.", "A sentence that does not fit on two lines of a caption, not even barely, is shown in pieces."]

[[lecture.parts]]
scene = "wave"

[[lecture.parts]]
scene = "still"
set = { seconds = 11 }

[[lecture.parts]]
slide = "slides/aims.md"
seconds = 10.6
say = ["What we want."]

[[lecture.parts]]
clip = "talk.mp4"
captions = "talk.vtt"
chapter = "A talk"
alt = "Colours."

[[lecture.parts]]
card = "outro"
seconds = 2
"""

CATALOGUE = 'msgid ""\nmsgstr ""\n\nmsgid "What we want."\nmsgstr "Was wir wollen."\n\nmsgid "Thank you"\nmsgstr "Danke"\n'


def write_talk(path: Path, *, sound: bool = True, pictures: bool = True) -> None:
    """A film of somebody's: ten seconds, 25 pictures a second that become brighter, a tone from 2 s to 3 s."""
    with av.open(str(path), "w") as out:
        film = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"}) if pictures else None
        if film:
            film.width, film.height, film.pix_fmt = 96, 96, "yuv420p"
        tone = out.add_stream("aac", rate=44_100) if sound else None
        if tone:
            t = np.arange(10 * 44_100) / 44_100
            wave = np.where((t >= 2) & (t < 3), 0.1 * np.sin(2 * np.pi * 440 * t), 0).astype(np.float32)
            for first in range(0, wave.size, 44_100):
                frame = av.AudioFrame.from_ndarray(wave[None, first : first + 44_100], "fltp", "mono")
                frame.sample_rate, frame.pts = 44_100, first
                out.mux(tone.encode(frame))
            out.mux(tone.encode(None))
        if film:
            for k in range(250):
                frame = av.VideoFrame.from_ndarray(np.full((96, 96, 3), k, np.uint8), "rgb24")
                out.mux(film.encode(frame))
            out.mux(film.encode(None))


def write_lecture(folder: Path) -> None:
    """A lecture of five parts, among the scenes that lie there."""
    (folder / "lecture.toml").write_text(LECTURE, encoding="utf-8")
    (folder / "slides").mkdir()
    (folder / "slides/aims.md").write_text("# Aims\n\n- a *wave*\n\n![dot](dot.png)\n", encoding="utf-8")
    checks.poster(folder / "slides/dot.png", np.full((8, 8, 4), 200, np.uint8))
    (folder / "talk.vtt").write_text(sidecar.vtt([(2.0, 3.0, "A <tone>.")]), encoding="utf-8")
    write_talk(folder / "talk.mp4")
    (folder / "language").mkdir()
    (folder / "language/de.po").write_text(CATALOGUE, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory, scene_writer):
    """The folder of a lecture that was made; tests look at it, and change nothing."""
    from hhanim.studio.plan import catalogue

    scenes = tmp_path_factory.mktemp("lecture") / "scenes"
    scene_writer(scenes)
    write_lecture(scenes.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(scenes.parent)
        patch.setattr(catalogue, "folders", lambda: [scenes])
        patch.setenv("HHANIM_SIZE", "160x90")
        assert make(find_lecture(None, Settings())).kind == "done"
    return scenes.parent


@pytest.fixture
def written(project) -> Path:
    """A working folder with a lecture that can be changed; nothing is made."""
    write_lecture(project)
    return project


@pytest.fixture
def small(project) -> Path:
    """A lecture of two parts that is made in a moment."""
    head, *_ = LECTURE.partition("[[lecture.parts]]")
    parts = '[[lecture.parts]]\nscene = "wave"\n[[lecture.parts]]\ncard = "outro"\nseconds = 1\n'
    Path("lecture.toml").write_text(head.replace(', "de"', "") + parts, encoding="utf-8")
    return project


def again(**settings):
    """Make the lecture; what happened: a kind for each film that was not drawn or put in place without a word."""
    heard = []
    end = make(find_lecture(None, Settings(**settings)), on_event=heard.append)
    return end, [event.name for event in heard if event.kind == "start"]


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]


PARTS = ["card-title-waves-more", "wave", "still", "slide-aims", "clip-talk", "card-outro-thank-you"]
LENGTHS = [10.0, 0.4, 11.0, 10.6, 10.0, 2.0]


def test_it_shows_what_its_parts_show(made):
    whole = frames(made / "output/lecture.mp4")
    parts = [frame for name in PARTS for frame in frames(made / f"output/lecture.parts/{name}.mp4")]
    assert len(whole) == len(parts) == round(15 * sum(LENGTHS))
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_what_is_in_the_file(made):
    """Read back by PyAV; ffprobe says the same."""
    path = made / "output/lecture.mp4"
    assert checks.facts(path).faststart
    with av.open(str(path)) as container:
        assert (
            container.metadata["title"] == "Waves & <more>" and container.metadata["artist"] == "Ada Example"
        )
        tracks = [
            (s.type, s.metadata["language"], s.codec_context.name)
            for s in container.streams
            if s.type != "data"
        ]
        assert tracks == [
            ("video", "eng", "h264"),
            ("audio", "eng", "aac"),
            ("subtitle", "eng", "mov_text"),
            ("subtitle", "deu", "mov_text"),
        ]
        assert container.streams.audio[0].rate == 48_000
        marks = [(c["metadata"]["title"], c["start"] / 1000, c["end"] / 1000) for c in container.chapters()]
        # The wave is too short for a chapter of its own, and so is the last card.
        assert marks == [
            ("Waves & <more>", 0, 10),
            ("Still", 10, 21.4),
            ("Aims", 21.4, 32),
            ("A talk", 32, 44),
        ]
        keys = {round(float(p.pts * p.time_base) * 15) for p in container.demux(video=0) if p.is_keyframe}
    starts = np.cumsum([0.0, *LENGTHS])[:-1]
    assert {round(15 * start) for start in starts} <= keys
    for stream in (0, 1):
        with av.open(str(path)) as container:
            texts = [bytes(p)[2:].decode() for p in container.demux(subtitles=stream) if len(bytes(p)) > 2]
        assert texts[0] == "A word before." and texts[-1] == "A <tone>."
        assert texts[-2] == ("Was wir wollen." if stream else "What we want.")
        assert all(len(text.splitlines()) <= 2 for text in texts)


def test_what_lies_beside_it(made):
    folder = made / "output"
    suffixes = (
        "cues.json",
        "en.vtt",
        "de.vtt",
        "descriptions.vtt",
        "transcript.md",
        "chapters.txt",
        "upload.txt",
        "png",
        "json",
    )
    assert {p.name for p in folder.iterdir()} == {f"lecture.{s}" for s in ("mp4", "parts", *suffixes)}
    assert (
        folder / "lecture.chapters.txt"
    ).read_text() == "0:00 Waves & <more>\n0:10 Still\n0:21 Aims\n0:32 A talk\n"
    assert "Was wir wollen." in (folder / "lecture.de.vtt").read_text(encoding="utf-8")
    assert "00:00:34.000 --> 00:00:35.000\nA &lt;tone&gt;." in (folder / "lecture.en.vtt").read_text()
    transcript = (folder / "lecture.transcript.md").read_text().split("\n\n")
    assert transcript[:3] == ["# Waves & <more>", "Ada Example · 2026-11-30", "## 0:00 Waves & <more>"]
    assert transcript[3] == "A word before."
    assert "0:32 A talk" in (folder / "lecture.upload.txt").read_text()
    seen_there = (folder / "lecture.descriptions.vtt").read_text()
    assert "A sine." in seen_there and "Colours." in seen_there and "Aims; a wave; dot" in seen_there
    told = sidecar.verify(folder / "lecture.mp4")
    assert told["intact"] and told["kind"] == "lecture" and len(told["hashes"]) == len(suffixes) - 1


def test_what_the_parts_sound_like_is_heard_where_they_stand(written):
    """Each within a packet's half of its place, however many parts there are before it; all of it equally loud."""
    text = LECTURE.replace('languages = ["en", "de"]\n', "").replace("seconds = 11 ", "seconds = 3.6 ")
    Path("lecture.toml").write_text(text, encoding="utf-8")
    wanted, level = find_lecture(None, Settings()), 0.1
    for k, part in enumerate(part for part in wanted.parts if "say" in part.request.given):
        for n in range(1, 3):
            record(
                part.request.recordings / f"{part.request.entry.name}-{n}.wav",
                2.0 + n + k,
                5 * k + n,
                level=level,
            )
        level /= 10.0
    assert again()[0].kind == "done"
    path = Path("output/lecture.mp4")
    lines = [line for line in sidecar.record_of(path).lines if line.file]
    assert len(lines) == 3
    for one, other in itertools.pairwise(lines):
        assert one.start + one.seconds < other.start
    for line in lines:
        assert found(path, Path(line.file), line.start) == pytest.approx(line.start, abs=512 / 48_000 + 0.001)
    whole = sidecar.record_of(path)
    pieces = [start for start, _, _ in whole.captions if lines[1].start <= start < lines[1].stop]
    assert len(pieces) == 2 and pieces[1] < lines[1].start + lines[1].seconds
    heard = sound.read(path)
    assert heard.size / 48_000 == pytest.approx(whole.duration, abs=0.025)
    assert independent(heard) == pytest.approx(-16.0, abs=0.5)
    assert true_peak(heard) <= -1.0
    pieces = [sound.during(heard, line.start, line.start + line.seconds) for line in lines]
    assert np.ptp([independent(piece) for piece in pieces]) < 1.5


def test_which_lines_will_be_silent_is_told_before_anything_is_drawn(written, capsys):
    """Of parts of which others have been recorded: what nobody has recorded, and what was recorded of other words."""

    def told() -> str:
        with pytest.raises(SystemExit) as end:
            main(["lecture", "--dry-run"])
        assert end.value.code == 0
        return capsys.readouterr().err

    write_small_parts(written)
    text = Path("lecture.toml").read_text(encoding="utf-8")
    Path("lecture.toml").write_text(
        text.replace("seconds = 1\n", 'say = ["One.", "Two."]\n'), encoding="utf-8"
    )
    assert told() == ""
    place = Path("voice/title-waves-more/en")
    record(place / "title-waves-more-1.wav", 1.0)
    lost = f"nobody says 1 of its lines, without a recording, .*: {place / 'title-waves-more-2'}\n"
    assert re.fullmatch(f"hhanim: {lost}", told())
    path = record(place / "title-waves-more-2.wav", 1.0, 1)
    assert told() == ""
    note(place, {path.name: Note(sha256(path), "Three.")})
    assert re.fullmatch(f"hhanim: {lost}", told())


def test_a_clip_is_heard_where_it_is_seen(made):
    with av.open(str(made / "output/lecture.mp4")) as container:
        heard = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    loud = np.abs(heard) > 0.1 * np.abs(heard).max()
    first, last = np.flatnonzero(loud)[[0, -1]] / 48_000
    assert abs(first - 34.0) < 1 / 15 and abs(last - 35.0) < 1 / 15
    assert abs(heard.size / 48_000 - sum(LENGTHS)) < 0.05


def test_a_clip_is_seen_at_the_lectures_rate_and_size_on_its_ground(made):
    film = frames(made / "output/lecture.parts/clip-talk.mp4")
    assert len(film) == 150  # ten seconds of 25 pictures, at 15
    levels = [frame[45, 80] for frame in film]
    assert all(a <= b for a, b in itertools.pairwise(levels)) and levels[-1] - levels[0] > 190
    assert np.ptp(film[75][:90, :30]) <= 2 and film[75][45, 5] != film[75][45, 80]


def test_one_parameter_changed_makes_that_part_again(written):
    write_small_parts(written)
    end, drawn = again()
    assert (end.kind, drawn) == ("done", ["card-title-waves-more", "wave", "wave-2", "lecture"])
    before = {p.name: p.read_bytes() for p in Path("output/lecture.parts").iterdir()}
    assert again()[1] == [] and rows(find_lecture(None, Settings()))[-1].action == "fresh"
    text = Path("lecture.toml").read_text()
    Path("lecture.toml").write_text(text.replace("level = 2.0", "level = 0.5"))
    told = {row.name: (row.action, row.reasons) for row in rows(find_lecture(None, Settings()))}
    assert told["wave-2"] == ("render", ("level 2 → 0.5",))
    assert told["wave"][0] == "fresh" and told["lecture"] == ("join", ("wave-2 will be made",))
    old = frames(Path("output/lecture.mp4"))
    assert again()[1] == ["wave-2", "lecture"]
    after = {p.name: p.read_bytes() for p in Path("output/lecture.parts").iterdir()}
    assert {name for name in after if after[name] != before[name]} <= {
        f"wave-2.{s}" for s in ("mp4", "json", "png", "cues.json")
    }
    new = frames(Path("output/lecture.mp4"))
    differ = [k for k, (a, b) in enumerate(zip(old, new, strict=True)) if not np.array_equal(a, b)]
    assert differ and differ[0] >= 15 + 6


def write_small_parts(folder: Path) -> None:
    head, *_ = LECTURE.partition("[[lecture.parts]]")
    parts = [
        'card = "title"\nseconds = 1\n',
        'scene = "wave"\n',
        'scene = "wave"\nset = { level = 2.0 }\n',
    ]
    text = head.replace(', "de"', "") + "".join(f"[[lecture.parts]]\n{part}" for part in parts)
    (folder / "lecture.toml").write_text(text, encoding="utf-8")


def test_parts_in_another_order_are_only_joined(written):
    write_small_parts(written)
    again()
    head, *parts = Path("lecture.toml").read_text().split("[[lecture.parts]]")
    Path("lecture.toml").write_text("[[lecture.parts]]".join([head, *parts[1:], parts[0]]))
    assert again()[1] == ["lecture"]
    text = Path("lecture.toml").read_text()
    Path("lecture.toml").write_text(text.replace("author", 'description = "Words."\nauthor'))
    assert rows(find_lecture(None, Settings()))[-1].reasons == ("description changed",)


def test_killed_at_any_operation_the_old_lecture_stands_or_the_new_one_does(small):
    """Whatever the kill comes before, link, rename or removal: nobody ever sees a mixture, and the next run mends it."""
    again()
    folder = Path("output")
    old = {name: digest for name, digest in seen(folder).items() if "/" not in name}
    text = Path("lecture.toml").read_text()
    Path("lecture.toml").write_text(text.replace("Waves & <more>", "Waves"))
    wanted = find_lecture(None, Settings())

    def whole() -> dict[str, str]:
        return {name: digest for name, digest in seen(folder).items() if "/" not in name}

    killed, ends = True, set()
    for k in range(1, 400):
        if not (killed := killed_at(k, lambda: make(wanted))):
            break
        there = whole()
        if there != old:
            assert there.keys() == old.keys() and sidecar.verify(folder / "lecture.mp4")["intact"]
            assert sidecar.record_of(folder / "lecture.mp4").title == "Waves"
            make(wanted)
            break
        ends.add(k)
    assert len(ends) > 10
    assert sidecar.record_of(folder / "lecture.mp4").title == "Waves" or not killed
    assert sidecar.verify(folder / "lecture.mp4")["intact"] and not (folder / WORK).exists()


def test_killed_while_it_is_joined(small, monkeypatch):
    again()
    before = seen(Path("output"))
    text = Path("lecture.toml").read_text()
    Path("lecture.toml").write_text(text.replace("Waves & <more>", "Waves"))
    wanted, usual = find_lecture(None, Settings()), join._pictures

    def dying(*arguments):
        for k, packet in enumerate(usual(*arguments)):
            if k == 10:
                os.kill(os.getpid(), signal.SIGKILL)
            yield packet

    monkeypatch.setattr(join, "_pictures", dying)
    assert killed_at(10**9, lambda: make(wanted))
    monkeypatch.setattr(join, "_pictures", usual)
    assert seen(Path("output")) == before
    assert again()[0].kind == "done" and not Path("output", WORK).exists()


def test_full_disk(small, small_disk, monkeypatch, capsys):
    folder = small_disk / "output"
    again(output=str(folder))
    before = seen(folder)
    filler, free = small_disk / "filler", os.statvfs(small_disk)
    filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8_000))
    Path("lecture.toml").write_text(Path("lecture.toml").read_text().replace("Waves & <more>", "Waves"))
    with pytest.raises(SystemExit) as end:
        main(["lecture", "--output", str(folder), "--quiet"])
    said = capsys.readouterr()
    assert end.value.code == 1 and said.out == ""
    assert said.err.count("\n") == 1 and "No space left on device" in said.err, said.err
    assert seen(folder) == before
    filler.unlink()
    assert again(output=str(folder))[0].kind == "done"


def test_what_a_hand_was_at_stays(small):
    again()
    Path("output/lecture.en.vtt").write_text("mine")
    end, _ = again()
    assert end.kind == "kept" and "lecture.en.vtt was edited by hand; --force replaces it" in end.message
    assert make(find_lecture(None, Settings()), force=True).kind == "done"
    assert Path("output/lecture.en.vtt").read_text() != "mine"


def test_a_strangers_files_stay(small):
    Path("output").mkdir()
    Path("output/lecture.upload.txt").write_text("mine")
    with pytest.raises(
        Exception, match=r"lecture.upload.txt is there, but nothing says hhanim made it; --force"
    ):
        again()
    assert Path("output/lecture.upload.txt").read_text() == "mine" and not Path("output/lecture.mp4").exists()


def test_a_record_names_only_a_lectures_own_files(small):
    again()
    path = Path("output/lecture.json")
    told = json.loads(path.read_text())
    for name in ("lecture.x/../../evil.vtt", "other.en.vtt", "lecture.evil.txt", "lecture.parts"):
        path.write_text(json.dumps({**told, "beside": [*told["beside"], name]}))
        assert sidecar.read(Path("output/lecture.mp4")) is None


BROKEN = {
    "no film": ("talk.mp4", b"words", r"talk.mp4 is no film that can be read"),
    "no captions": ("talk.vtt", b"\xff\xfe\x00", r"talk.vtt has no captions that can be read"),
    "another film's captions": (
        "talk.vtt",
        b"WEBVTT\n\n01:00.000 --> 01:01.000\nLate.\n",
        r"talk.vtt: 'Late.' is there from 60.0 s to 61.0 s, of 10.0 s that talk.mp4 lasts",
    ),
    "captions backwards": (
        "talk.vtt",
        b"WEBVTT\n\n00:02.000 --> 00:01.000\nBack.\n",
        r"talk.vtt: 'Back.' is there from 2.0 s to 1.0 s",
    ),
    "no picture": ("slides/aims.md", b"![x](none.png)", r"aims.md: no picture none.png beside it"),
    "a way out": ("slides/aims.md", b"![x](../lecture.toml)", r"pictures of a slide lie beside it"),
    "mathematics": ("slides/aims.md", b"$ foo( $", r"aims.md: .*unclosed delimiter"),
    "too much": ("slides/aims.md", b"- a line\n" * 60, r"aims.md does not fit on one slide"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_part_that_is_broken_is_told_in_a_line(written, what, capsys):
    name, content, reason = BROKEN[what]
    kind = "clip" if name.startswith("talk") else "slide"
    head, *parts = LECTURE.split("[[lecture.parts]]\n")
    text = "[[lecture.parts]]\n".join([head, *(part for part in parts if part.startswith(kind))])
    Path("lecture.toml").write_text(text, encoding="utf-8")
    Path(name).write_bytes(content)
    with pytest.raises(SystemExit) as end:
        main(["lecture", "--quiet"])
    said = capsys.readouterr().err.splitlines()
    assert end.value.code == 1
    assert re.search(reason, said[0]) and "without" in said[-1] and len(said) == 2, said
    assert not Path("output/lecture.mp4").exists()


def test_captions_of_a_clip_in_any_order_end_with_it(written):
    head, *parts = LECTURE.split("[[lecture.parts]]\n")
    clip = next(part for part in parts if part.startswith("clip"))
    Path("lecture.toml").write_text(f"{head}[[lecture.parts]]\n{clip}", encoding="utf-8")
    said = [(9.0, 12.0, "Last."), (1.0, 2.0, "First.")]
    Path("talk.vtt").write_text(sidecar.vtt(said), encoding="utf-8")
    assert again()[0].kind == "done"
    found = sidecar.record_of(Path("output/lecture.parts/clip-talk.mp4")).captions
    assert [text for _, _, text in found] == ["First.", "Last."] and found[-1][1] == 10.0


def test_a_clip_without_pictures_and_one_without_sound(written):
    head, *parts = LECTURE.split("[[lecture.parts]]\n")
    clip = next(part for part in parts if part.startswith("clip"))
    Path("lecture.toml").write_text(f"{head}[[lecture.parts]]\n{clip}", encoding="utf-8")
    write_talk(Path("talk.mp4"), pictures=False)
    heard = []
    assert make(find_lecture(None, Settings()), on_event=heard.append).kind == "failed"
    assert any(event.message == "talk.mp4 has no pictures" for event in heard)
    write_talk(Path("talk.mp4"), sound=False)
    assert again()[0].kind == "done"


def test_the_command(small, capsys):
    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(["lecture", *words])
        return end.value.code, capsys.readouterr().out

    code, told = run("--dry-run")
    assert code == 0 and not Path("output").exists()
    assert told.splitlines()[0] == "wave\t0:00\t0.4 s\trender\tmissing"
    assert run("--quiet") == (0, "")
    code, told = run("--dry-run", "--json")
    assert [row["action"] for row in json.loads(told)] == ["fresh"] * 3
    assert [row["start"] for row in json.loads(told)] == [0.0, 0.4, 0.0]
    assert run("--set", "levle=2")[0] == 2
    assert run("--set", "level=2", "--quiet")[0] == 0 and Path("output/lecture-level=2.mp4").exists()


@pytest.mark.parametrize("films", [("Spike",), ("Spike", "Threshold")])
def test_where_parts_make_too_few_chapters_the_sections_of_films_do(films, a_record):
    sections = [
        sidecar.Section(name, at, at + 20.0, at)
        for name, at in (("rest", 0.0), ("rise", 20.0), ("fall", 40.0))
    ]
    record = a_record(Path("a.mp4"), duration=60.0, sections=sections)
    parts = [Shown(Part("scene", title, None), 60.0 * k, record) for k, title in enumerate(films)]
    found = [(c.title, c.start) for c in _chapters(parts)]
    if len(films) == 1:
        assert found == [("Spike", 0.0), ("rise", 20.0), ("fall", 40.0)]
    else:
        assert found[1:5] == [
            ("Spike: rise", 20.0),
            ("Spike: fall", 40.0),
            ("Threshold", 60.0),
            ("Threshold: rise", 80.0),
        ]


@pytest.mark.slow
def test_workers_elsewhere_are_given_what_a_slide_and_a_clip_are_made_of(written):
    """Its pictures, its captions: the bytes are the same."""
    head, *parts = LECTURE.split("[[lecture.parts]]\n")
    chosen = [part for part in parts if part.startswith(("slide", "clip"))]
    Path("lecture.toml").write_text("[[lecture.parts]]\n".join([head, *chosen]), encoding="utf-8")
    wanted = find_lecture(None, Settings(output="elsewhere"))
    with ThreadPoolExecutor(1) as executor:
        heard = []
        end = make(wanted, crew=workers.of(executor), on_event=heard.append)
        assert end.kind == "done", heard
    again()
    for name in ("lecture.mp4", "lecture.parts/slide-aims.mp4", "lecture.parts/clip-talk.mp4"):
        assert Path("elsewhere", name).read_bytes() == Path("output", name).read_bytes()


def test_clean_takes_the_lecture_and_its_parts_away(small, capsys):
    def clean(*words: str) -> None:
        with pytest.raises(SystemExit) as end:
            main(["clean", *words])
        assert end.value.code == 0, capsys.readouterr()

    again()
    again(name="other")
    clean("--orphans")
    assert {p.name for p in Path("output").iterdir() if p.suffix in (".mp4", ".parts")} == {
        "lecture.mp4",
        "lecture.parts",
    }
    assert again()[1] == []
    Path("output/lecture.parts/notes.txt").write_text("mine")
    clean()
    assert [p.name for p in Path("output").rglob("*")] == ["lecture.parts", "notes.txt"]


def test_the_lecture_that_new_writes_can_be_made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for code in (0, 2):
        with pytest.raises(SystemExit) as end:
            main(["new", "lecture"])
        assert end.value.code == code
    assert "lecture.toml is there already" in capsys.readouterr().err
    made = find_lecture(None, Settings())
    made.check()
    films = [part.request.entry.name for part in made.parts if part.kind == "scene"]
    assert len(films) == 8 and {part.request.entry.kind for part in made.parts if part.kind == "scene"} == {
        "film"
    }
    assert made.parts[0].request.given["heading"] == made.title and made.parts[-1].kind == "card"
    text = (
        Path("lecture.toml")
        .read_text()
        .replace("# set", "set")
        .replace("# [sc", "[sc")
        .replace("# gNa", "gNa")
    )
    Path("lecture.toml").write_text(text)  # what the comments say can be said
    find_lecture(None, Settings()).check()

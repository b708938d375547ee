"""From a scene to a file: what comes out, and that nothing half-made ever has a film's name."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

import hhanim
from hhanim.studio.draw import pieces, scene
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.fresh.job import prepare
from hhanim.studio.make import films, making
from hhanim.studio.make.drawing import Drawing
from hhanim.studio.media import checks, sidecar
from hhanim.studio.media.formats import Films
from hhanim.studio.news import silent
from hhanim.studio.plan import catalogue
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.request import Request, target
from tests.studio.conftest import files_of


def render(scene="wave", **options):
    return films.render(scene, **{"size": "160x90", **options})


def test_render_makes_the_film_and_what_belongs_to_it(project):
    path = render(gNa=60)
    assert path == Path("output/wave.mp4")
    assert {p.name for p in path.parent.iterdir()} == files_of("wave")
    facts = checks.check(path, width=160, height=90, fps=Fraction(20), n_frames=8)
    record = json.loads(Path("output/wave.json").read_text())
    assert record["sha256"] == sidecar.sha256(path)
    assert record["parameters"]["gNa"] == 60
    assert record["set"] == ["gNa"]
    assert (record["width"], record["height"], record["n_frames"]) == (160, 90, 8)
    assert record["duration"] == pytest.approx(facts.duration) == pytest.approx(0.4)
    assert record["alt"] == "A sine."
    assert record["engines"]["matplotlib"]
    assert Path("output/wave.vtt").read_text().startswith("WEBVTT\n")
    with Image.open("output/wave.png") as poster:
        assert poster.size == (160, 90)


def test_public_name(project):
    assert hhanim.render("wave", size=(160, 90), output="elsewhere") == Path("elsewhere/wave.mp4")


def test_repeat_is_byte_identical(project):
    first = render().read_bytes()
    beside = {p.name: p.read_bytes() for p in Path("output").iterdir()}
    assert render(force=True).read_bytes() == first
    assert {p.name: p.read_bytes() for p in Path("output").iterdir()} == beside


def test_fresh_is_left_alone(project):
    path = render()
    before = path.stat().st_mtime_ns
    seen = []
    render(on_event=seen.append)
    assert [e.kind for e in seen] == ["fresh"]
    assert path.stat().st_mtime_ns == before


def test_preset_gives_size_and_rate(project):
    facts = checks.facts(films.render("wave", preset="draft"))
    assert (facts.width, facts.height, facts.fps, facts.n_frames) == (854, 480, 15, 6)


def test_frames_win_over_the_preset(project):
    facts = checks.facts(render(preset="slide", frames=10, seconds=0.3))
    assert (facts.n_frames, facts.fps) == (10, Fraction(100, 3))


def test_path_and_clip_object(project):
    assert render("scenes/wave_clip.py") == Path("output/wave.mp4")
    assert render(Path("scenes/still_clip.py")) == Path("output/still.mp4")
    module = scene.load(catalogue.read().get("still"))
    assert catalogue.find(module.still).name == "still"


def test_themes_differ(project):
    dark = render(theme="dark", name="d")
    light = render(theme="light", name="l")
    with Image.open(dark.with_suffix(".png")) as a, Image.open(light.with_suffix(".png")) as b:
        assert a.getpixel((1, 1)) != b.getpixel((1, 1))


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", ".hidden", "", "a\\b", "a\nb", "x" * 300])
def test_no_name_leads_out_of_the_folder(project, name):
    with pytest.raises(UsageError):
        target("output", name)
    assert not Path("evil.mp4").exists()


def test_spaces_and_other_alphabets(project):
    path = render(output="Vorträge über Nerven", name="Aktions­potential – 動画")
    assert path.exists()
    assert checks.facts(path).n_frames == 8


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gNA": 3}, "did you mean gNa?"),
        ({"preset": "lectur"}, "did you mean lecture?"),
        ({"theme": "drak"}, "did you mean dark?"),
        ({"size": "0x0"}, "64 to 7680"),
        ({"size": "161x90"}, "even"),
        ({"size": "big"}, "1280x720"),
        ({"level": float("nan")}, "finite"),
    ],
)
def test_impossible_requests(project, options, words):
    with pytest.raises(UsageError, match=words):
        render(**options)
    assert not list(Path().glob("output/*"))


def test_failure_of_a_scene_has_its_own_traceback_and_leaves_the_old_film(project):
    before = render().read_bytes()
    Path("scenes/helper.py").write_text("def gain():\n    return 1 / 0\n")
    with pytest.raises(RenderError, match=r"wave: helper.py:2: ZeroDivisionError") as error:
        render()
    assert "return 1 / 0" in error.value.trace
    assert "films.py" not in error.value.trace
    assert Path("output/wave.mp4").read_bytes() == before
    assert {p.name for p in Path("output").iterdir()} == files_of("wave")


BOUNDED = """
from hhanim import clip

@clip(title="{title}", description="d", alt="a")
def bounded(stage, *, frames: int = {frames}, seconds: float = 0.4, word: str = "a"):
    yield
"""


@pytest.mark.parametrize(
    ("text", "given", "says"),
    [
        ({}, {"frames": 450}, "450 frames in 0.4 s"),
        ({"frames": 450}, {}, "450 frames in 0.4 s"),
        ({}, {"seconds": 9000, "frames": 3}, "3 frames in 9000 s"),
        (
            {},
            {"frames": 200_001, "seconds": 900, "name": "a.frames"},
            "200,001 frames: png takes no more than",
        ),
        ({}, {"word": "\ud800"}, "'bounded.mp4' cannot be written"),
        ({"title": "x" * (sidecar.LETTERS + 1)}, {}, "'bounded.mp4' cannot be written"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_recorded_is_not_drawn(project, monkeypatch, text, given, says):
    Path("scenes/bounded_clip.py").write_text(BOUNDED.format(**{"title": "B", "frames": 2, **text}))
    monkeypatch.setattr(Drawing, "draw", lambda *_: pytest.fail("it was drawn"))
    (request,) = projects.requests(["bounded"], projects.Settings())[0]
    path = request.path.with_name(given.pop("name", request.path.name))
    with pytest.raises((UsageError, RenderError), match=says):
        films.make(replace(request, given=given, path=path))


def test_what_cannot_be_recorded_is_refused_as_it_comes(project):
    """Not when all frames of a film have been drawn."""
    (request,) = projects.requests(["still"], projects.Settings())[0]
    output = pieces.Output(prepare(replace(request, path=Path("a.frames"))), Path("a.frames"))
    recorder = pieces.Recorder([output], Films(), silent, pieces.Share(), None)
    with pytest.raises(RenderError, match="100,001 letters in the name of a section; no film has more than"):
        recorder.section(0, "x" * 100_001)
    with pytest.raises(RenderError, match="100,001 letters in a caption; no film has more than 100,000"):
        recorder.said(1, 0.0, 1.0, "x" * 100_001)
    with pytest.raises(RenderError, match="200,001 frames; no film has more than 200,000"):
        recorder.frame(200_000, None, None)
    with pytest.raises(RenderError, match="1,001 sections; no film has more than 1,000"):
        for k in range(1001):
            recorder.section(k + 1, f"{k}")


def test_helper_edited_in_the_same_process_is_read_anew(project):
    quiet = render().read_bytes()
    Path("scenes/deeper.py").write_text("GAIN = 0.25\n")
    assert render().read_bytes() != quiet


def test_too_few_frames_are_a_failure(project):
    text = Path("scenes/still_clip.py").read_text()
    Path("scenes/still_clip.py").write_text(text.replace("range(frames)", "range(frames - 2)"))
    with pytest.raises(RenderError, match="6 frames of 8"):
        render("still")
    assert not Path("output/still.mp4").exists()


def test_captions():
    text = sidecar.vtt([(0, 1.5, "Sodium <in>"), (3661.25, 3662, "a --> b\n\nc")])
    assert text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nSodium &lt;in&gt;\n\n"
        "01:01:01.250 --> 01:01:02.000\na → b\nc\n"
    )


# -- several films: one is finished while the next is drawn ------------------------------------------------


def three():
    """Requests for three films, no two of the same pixels."""
    found = [catalogue.find(name) for name in ("wave", "still", "wave")]
    names = ("one", "two", "three")
    return [
        Request(
            entry, Path(f"output/{name}.mp4"), {} if name == "two" else {"level": len(name)}, size="160x90"
        )
        for entry, name in zip(found, names, strict=True)
    ]


def test_the_next_film_is_drawn_while_one_is_finished(project, monkeypatch):
    """And no more than two are in the making."""
    told: list[str] = []
    drawing = threading.Event()
    real = making.record

    def record(job, media, drawn):
        name = job.request.name
        if name == "one":
            assert drawing.wait(600)  # so "two" is drawn before "one" is finished
        assert sum(w.startswith("start") for w in told) - sum(w.startswith("done") for w in told) <= 2
        return real(job, media, drawn)

    def tell(event):
        if event.kind in ("start", "done"):
            told.append(f"{event.kind} {event.name}")
        if event.kind == "frame" and event.name == "two":
            drawing.set()

    monkeypatch.setattr(making, "record", record)
    assert [e.kind for e in films.make_all(three(), on_event=tell)] == ["done"] * 3
    assert told.index("start two") < told.index("done one") < told.index("start three")
    assert all(sidecar.verify(r.path)["intact"] for r in three())


def test_what_fails_when_it_is_finished_fails_alone(project, monkeypatch):
    """It is told of once, and nothing of it stays."""
    real, told = making.record, []

    def record(job, media, drawn):
        if job.request.name == "one":
            raise OSError(28, "No space left on device")
        return real(job, media, drawn)

    monkeypatch.setattr(making, "record", record)
    events = films.make_all(three(), on_event=told.append)
    assert [e.kind for e in events] == ["failed", "done", "done"]
    assert [e for e in told if e.kind == "failed"] == [events[0]]
    assert "No space left on device" in events[0].message and "output/one.mp4" in events[0].message
    assert {p.name.partition(".")[0] for p in Path("output").iterdir()} == {"two", "three"}


def test_interrupted_while_another_film_is_being_finished(project, monkeypatch):
    """What had been drawn becomes whole; the film that was being drawn leaves nothing."""
    drawing = threading.Event()
    real = making.record

    def record(job, media, drawn):
        assert drawing.wait(600)
        return real(job, media, drawn)

    told = []

    def tell(event):
        told.append(event)
        if event.kind == "frame" and event.name == "two":
            raise KeyboardInterrupt
        if event.kind == "finishing":
            drawing.set()

    monkeypatch.setattr(making, "record", record)
    with pytest.raises(KeyboardInterrupt):
        films.make_all(three(), on_event=tell)
    assert [e.kind for e in told[-2:]] == ["finishing", "done"]
    assert {e.name for e in told[-2:]} == {"one"}
    assert {p.name.partition(".")[0] for p in Path("output").iterdir()} == {"one"}
    assert sidecar.verify(Path("output/one.mp4"))["intact"]

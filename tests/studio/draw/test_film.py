"""Films through the studio: the pixels of stock manim, sections, captions, poster, and what if manim is missing."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("manim")

import av
import manim
from manim.camera.camera import Camera
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

import hhanim
from hhanim.look import get_theme
from hhanim.look.theme import rgb
from hhanim.studio.deliver import slides
from hhanim.studio.draw import film as studio_film
from hhanim.studio.draw import pieces
from hhanim.studio.draw.camera import FEW, SparingCamera, apart, tiles
from hhanim.studio.draw.engines import engine, single_frame
from hhanim.studio.draw.hooks import hooks_missing
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.fresh.job import prepare
from hhanim.studio.fresh.status import status
from hhanim.studio.make import cleaning, films
from hhanim.studio.make.stills import still
from hhanim.studio.make.workers import of
from hhanim.studio.media import checks, cues, sidecar
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.request import Request

SCENE = '''
"""A small film."""
from __future__ import annotations
from manim import DOWN, Dot, FadeIn, FadeOut, Rectangle, Indicate, VGroup
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.model import Membrane, Protocol, simulate

class Small(Film):
    title = "Small"
    description = "A trace."
    alt = "A trace and two boxes."
    poster = 0.5
    model: Membrane = "modern"
    stimulus: Protocol = "step(10, start=1)"

    def construct(self):
        self.part("first part")
        self.caption("The gates follow the voltage.")
        run = simulate(self.membrane, self.stimulus, 8.0)
        clock = Clock(Pace(8.0, rate=8.0, slow=[(2.0, 4.0, 4.0)]), self.theme)
        panel = Panel(self.area, self.theme).x("", 0, 8).y("open fraction", 0, 1)
        box = Rectangle(width=2, height=1, color=self.theme.color("Na"), fill_opacity=0.3)
        self.play(FadeIn(panel), FadeIn(box), run_time=0.4)
        traces = Traces(Trace.of(run, k, panel, ghost=True) for k in "mhn")
        self.add(traces.follow(clock), clock)
        self.play(clock.run())
        self.part("second: über", rest=0.2)
        self.caption("And then it ends.")
        self.play(Indicate(box), FadeOut(panel), run_time=0.5)
        self.play(box.animate.shift(DOWN), run_time=0.3)
'''


@pytest.fixture
def scene(tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(media))
    path = tmp_path / "small_film.py"
    path.write_text(dedent(SCENE), encoding="utf-8")
    return path


class Kept:
    """An exporter that keeps SHA-1 of the frames it wants: of every so many pieces of a second, or of all.

    A frame is what was there before, and on it the rectangles that are said to differ, as a film shows it.
    """

    def __init__(self, number: int = 0, of: int = 1) -> None:
        self.number, self.of = number, of
        self.frames: dict[int, str] = {}
        self.sections: list[tuple[int, str]] = []
        self.shown: Any = None

    def section(self, number: int, name: str) -> None:
        self.sections.append((number, name))

    def said(self, *line: Any) -> None: ...

    def wants(self, first: int, stop: int) -> bool:
        return any(k // 20 % self.of == self.number for k in range(first, stop))

    def frame(self, number: int, rgba: Any, dirty: Any, repeat: int = 1) -> None:
        if self.shown is None or dirty is None:
            self.shown = rgba.copy()
        for x0, y0, x1, y1 in dirty or ():
            self.shown[y0:y1, x0:x1] = rgba[y0:y1, x0:x1]
        digest = hashlib.sha1(self.shown.tobytes()).hexdigest()
        wanted = (k for k in range(number, number + repeat) if self.wants(k, k + 1))
        self.frames |= dict.fromkeys(wanted, digest)


SPEAKS = """
from manim import *

class Small(Scene):
    def construct(self):
        dot = Dot().add_updater(lambda dot, dt: dot.shift(0.5 * dt * RIGHT))
        self.add(Square(), dot)
        for thing in Circle(), Triangle():
            self.add_subcaption("A line.", duration=0.5)
            self.play(FadeIn(thing), run_time=0.5)
"""


def test_while_a_film_waits_what_lives_goes_on_and_its_own_time_stands(scene: Path, tmp_path: Path) -> None:
    waited: list[tuple[int, str]] = []

    class Waits(Kept):
        def said(self, number: int, *line: Any) -> None:
            for _ in range(5):
                waited.append((number, hashlib.sha1(line[-1](wanted=True)[0].tobytes()).hexdigest()))

    scene.write_text(SPEAKS, encoding="utf-8")
    exporter = Waits()
    made = small(scene, tmp_path, lambda: studio_film.Renderer(exporter, SparingCamera))
    assert made.time == pytest.approx(1.0) and sorted(exporter.frames) == list(range(20))
    assert [number for number, _ in waited] == [9] * 5 + [19] * 5
    assert len({*exporter.frames.values(), *(digest for _, digest in waited)}) == 30


def small(scene: Path, tmp: Path, renderer: Callable[[], Any]) -> Any:
    """The scene Small of a file, rendered at 640 × 360."""
    space: dict[str, Any] = {"__name__": "small_film"}
    exec(compile(scene.read_text(encoding="utf-8"), str(scene), "exec"), space)
    settings = {
        "pixel_width": 640,
        "pixel_height": 360,
        "frame_rate": 20,
        "media_dir": str(tmp / "media"),
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "seed": 0,
    }
    with manim.tempconfig(settings):
        made = space["Small"](renderer=renderer())
        made.render()
    return made


def hashes(scene: Path, tmp: Path) -> list[str]:
    """SHA-1 of every frame, by our renderer and camera."""
    kept = Kept()
    small(scene, tmp, lambda: studio_film.Renderer(kept, SparingCamera))
    assert list(kept.frames) == list(range(len(kept.frames)))
    return list(kept.frames.values())


def stock_hashes(scene: Path, tmp: Path) -> list[str]:
    """SHA-1 of every frame, by manim's own."""
    found: list[str] = []

    class Writer(SceneFileWriter):
        def begin_animation(self, *_: Any, **__: Any) -> None: ...

        def end_animation(self, *_: Any, **__: Any) -> None: ...

        def finish(self) -> None: ...

        def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
            found.extend([hashlib.sha1(pixels.tobytes()).hexdigest()] * repeat)

    small(scene, tmp, lambda: CairoRenderer(camera_class=Camera, file_writer_class=Writer))
    return found


def test_every_frame_is_that_of_stock_manim(scene: Path, tmp_path: Path) -> None:
    ours = hashes(scene, tmp_path)
    stock = stock_hashes(scene, tmp_path)
    assert len(set(stock)) > 20
    assert ours == stock


LINES = """
import numpy as np
from manim import BLUE, RED, UP, WHITE, YELLOW, Circle, LineJointType, Scene, ValueTracker, VMobject, linear

def through(xy, width, color, **style):
    line = VMobject(stroke_width=width, stroke_color=color, **style)
    return line.set_points_as_corners([(x, y, 0) for x, y in xy])

class Small(Scene):
    def construct(self):
        x = np.linspace(-5, 5, 120)
        smooth = VMobject(stroke_width=4, stroke_color=BLUE).set_points_smoothly(
            [(u, 2 * np.sin(2 * u), 0) for u in x])
        jagged = through([(u, 2.5 * (-1) ** k * np.exp(-k / 60)) for k, u in enumerate(x)], 9, RED)
        round_ = through([(0.3 * u, 0.5 * u) for u in x], 7, YELLOW, joint_type=LineJointType.ROUND)
        outside = through([(1.6 * u, 3 * np.cos(3 * u)) for u in x], 5, WHITE, stroke_opacity=0.5)
        turn = np.linspace(0, 2 * np.pi, 120)
        closing = through([(3 * np.cos(a), 3 * np.sin(a)) for a in turn], 6, BLUE)
        dashes = VMobject(stroke_width=6, stroke_color=YELLOW)
        dashes.points = np.concatenate([smooth.points[8 * k : 8 * k + 4] - UP for k in range(59)])
        changing = VMobject(stroke_width=5).set_stroke([RED, BLUE]).set_points_smoothly(smooth.points[::8])
        disc = Circle(radius=0.5, fill_opacity=0.5, stroke_width=8)
        time = ValueTracker(0.0)
        for line in CHOSEN:
            def grow(line, whole=line.points.copy()):
                k = int(time.get_value() * len(whole) / 4)
                line.points = whole[: 4 * max(1, k)] if k % 7 else whole[8 : 4 * k + 8] + 1e-3
            self.add(line.add_updater(grow, call_updater=True))
        self.add(disc.add_updater(lambda m: m.move_to([6 * time.get_value() - 3, 0, 0])))
        self.play(time.animate.set_value(1.0), run_time=2.0, rate_func=linear)
        self.play(time.animate.set_value(0.4), run_time=0.5, rate_func=linear)
"""


@pytest.mark.parametrize(
    "chosen", ["smooth, jagged", "round_, outside", "dashes, closing", "dashes, changing"]
)
def test_lines_grow_as_in_stock_manim(chosen: str, tmp_path: Path) -> None:
    scene = tmp_path / "lines.py"
    scene.write_text(LINES.replace("CHOSEN", chosen), encoding="utf-8")
    ours = hashes(scene, tmp_path)
    stock = stock_hashes(scene, tmp_path)
    assert len(set(stock)) > 40
    assert ours == stock


def test_the_hooks_are_where_they_were() -> None:
    moved = hooks_missing()
    assert not moved, f"manim {manim.__version__} has moved what films are shot through: {'; '.join(moved)}"


def test_a_moved_hook_is_noticed_and_stock_manim_takes_over(
    scene: Path, tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = hhanim.render(scene, preset="draft", size="320x180", output=tmp_path / "usual")
    monkeypatch.delattr(SceneFileWriter, "abort_encode_jobs")
    assert hooks_missing() == ["SceneFileWriter.abort_encode_jobs is gone"]
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(media))
    text = "\nfrom hhanim.studio.draw import film as engine\nengine.hooks_missing = lambda: ['something']\n"
    scene.write_text(scene.read_text(encoding="utf-8") + text, encoding="utf-8")
    stock = hhanim.render(scene, preset="draft", size="320x180", output=tmp_path / "stock")
    a, b = checks.facts(usual), checks.facts(stock)
    assert (a.n_frames, a.fps, a.colours, a.faststart) == (b.n_frames, b.fps, b.colours, b.faststart)
    assert stock.with_suffix(".vtt").read_text() == usual.with_suffix(".vtt").read_text()


def test_a_film_with_all_that_goes_with_it(scene: Path, tmp_path: Path) -> None:
    path = hhanim.render(
        scene, preset="draft", size="320x180", output=tmp_path, sections=True, theme="light", gNa=100
    )
    found = checks.facts(path)
    assert (found.codec, found.pix_fmt, found.colours, found.faststart) == (
        "h264",
        "yuv420p",
        (1, 1, 1),
        True,
    )
    record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert record["parameters"]["gNa"] == 100
    assert record["alt"] == "A trace and two boxes."
    said = path.with_suffix(".vtt").read_text(encoding="utf-8")
    assert "The gates follow the voltage." in said
    assert "And then it ends." in said
    (start, stop, _), (later, end, _) = record["captions"]
    assert 0 == start < stop <= later < end <= record["duration"] + 1e-6
    assert path.with_suffix(".png").stat().st_size > 2000
    parts = sorted((tmp_path / "small.sections").iterdir())
    assert [p.name for p in parts] == ["01-first-part.mp4", "02-second-über.mp4"]
    lengths = [checks.facts(p).n_frames for p in parts]
    assert sum(lengths) == found.n_frames
    one, two = cues.read(path)
    assert (one.name, one.start, one.file) == ("first part", 0.0, "small.sections/01-first-part.mp4")
    assert (two.name, two.start, two.file) == ("second: über", one.stop, "small.sections/02-second-über.mp4")
    assert one.stop == pytest.approx(lengths[0] / 15, abs=1e-6)
    assert [part.full for part in (one, two)] == pytest.approx(
        [p.stop - 1 / 15 for p in (one, two)], abs=2e-6
    )
    assert "small.cues.json" in record["hashes"]
    # nothing to do the second time; the same bytes when forced
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    hhanim.render(
        scene,
        preset="draft",
        size="320x180",
        output=tmp_path,
        sections=True,
        theme="light",
        gNa=100,
        force=True,
    )
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("size", ["240x240", "180x320"])
def test_other_shapes_are_neither_stretched_nor_cut(scene: Path, tmp_path: Path, size: str) -> None:
    path = hhanim.render(scene, preset="draft", size=size, output=tmp_path)
    found = checks.facts(path)
    assert f"{found.width}x{found.height}" == size


def test_bad_parameters_and_a_broken_scene_are_one_line(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean gNa"):
        hhanim.render(scene, preset="draft", output=tmp_path, gNaa=1)
    scene.write_text(
        scene.read_text(encoding="utf-8").replace("clock.run()", "clock.walk()"), encoding="utf-8"
    )
    with pytest.raises(RuntimeError, match=r"small_film.py:\d+: AttributeError") as caught:
        hhanim.render(scene, preset="draft", size="320x180", output=tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.glob("*.mp4")) == []


def test_without_manim_exit_code_3_and_the_command(scene: Path, tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without/manim.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'manim'\", name='manim')\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "hhanim",
            "render",
            str(scene),
            "--preset",
            "draft",
            "-o",
            str(tmp_path / "o"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "without")},
    )
    assert done.returncode == 3, done.stderr
    assert "pip install 'hhanim[films]'" in done.stderr


@pytest.mark.parametrize("name", ["duration", "camera", "mobjects", "time", "captions", "area"])
def test_a_parameter_called_like_something_of_manims_is_refused(
    scene: Path, tmp_path: Path, name: str
) -> None:
    text = scene.read_text(encoding="utf-8")
    scene.write_text(text.replace("    poster = 0.5\n", f"    poster = 0.5\n    {name}: float = 3.0\n"))
    with pytest.raises(RuntimeError, match=f"a film's parameter cannot be called {name}: manim's") as caught:
        hhanim.render(scene, preset="draft", size="160x90", output=tmp_path)
    assert "\n" not in str(caught.value)


def test_ordinary_parameters_are_not_refused(scene: Path, tmp_path: Path) -> None:
    text = scene.read_text(encoding="utf-8")
    more = "    poster = 0.5\n    until: float = 3.0\n    level: float = 1.0\n    caption_size: int = 3\n"
    scene.write_text(text.replace("    poster = 0.5\n", more))
    path = hhanim.render(scene, preset="draft", size="160x90", output=tmp_path, until=4)
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["parameters"]["until"] == 4


def test_a_still_is_the_frame_of_the_film_and_what_is_before_it_is_not_drawn(
    scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(catalogue.find(scene), tmp_path / "small.mp4", {}, "draft", "dark", "320x180")
    job = prepare(request)
    frames: list[Any] = []

    class All(Kept):
        def frame(self, number: int, rgba: Any, dirty: Any, repeat: int = 1) -> None:
            frames.extend([rgba.copy()] * repeat)

    assert engine(job, tmp_path).play(All()).n_frames == len(frames)
    drawn: list[int] = []
    capture = SparingCamera.capture_mobjects
    monkeypatch.setattr(
        SparingCamera, "capture_mobjects", lambda *a, **k: [drawn.append(1), capture(*a, **k)][1]
    )
    for number in (0, 3, 20, len(frames) - 12, len(frames) - 1):
        drawn.clear()
        picture = single_frame(job, tmp_path, number)
        np.testing.assert_array_equal(picture, frames[number])
        assert len(drawn) <= 4, number  # what lies still, the frame itself, the first state of a neighbour
    assert single_frame(job, tmp_path, len(frames)) == len(frames)


def test_a_transparent_film_keeps_straight_colours(scene: Path, tmp_path: Path) -> None:
    """cairo's pixels are multiplied by their alpha; those of the file are not: a half-transparent edge has the
    colour of its middle."""
    scene.write_text(scene.read_text(encoding="utf-8").replace("Indicate(box), ", ""), encoding="utf-8")
    path = tmp_path / "small.webm"
    films.make(Request(catalogue.find(scene), path, {}, "draft", "dark-transparent", "320x180"))
    record = sidecar.read(path)
    assert record is not None
    assert record.transparent is True
    pixels = np.array([[[0, 0, 0, 0], [10, 20, 30, 30], [60, 30, 0, 60], [255, 1, 2, 255]]], dtype=np.uint8)
    straight = studio_film.straight(pixels)
    assert straight.tolist() == [[[0, 0, 0, 0], [85, 170, 255, 30], [255, 128, 0, 60], [255, 1, 2, 255]]]
    with Image.open(sidecar.beside(path, ".png")) as poster:
        rgba = np.asarray(poster.convert("RGBA")).astype(int)
    sodium = get_theme("dark").color("Na")
    red, green, blue = (int(sodium[k : k + 2], 16) for k in (1, 3, 5))
    faint = rgba[(rgba[..., 3] > 60) & (rgba[..., 3] < 90)]  # the box's filling, three tenths opaque
    near = np.abs(faint[:, :3] - [red, green, blue]).max(axis=1) <= 3
    assert near.sum() > 200
    assert (rgba[..., 3] == 0).sum() > 10_000


def test_sections_on_slides(scene: Path, tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    path = hhanim.render(scene, preset="draft", size="320x180", output=tmp_path, sections=True)
    first, second = pptx.Presentation(str(slides.deck([path], tmp_path / "deck.pptx"))).slides
    assert [s.shapes.title.text for s in (first, second)] == ["Small: first part", "Small: second: über"]
    notes = [s.notes_slide.notes_text_frame.text for s in (first, second)]
    assert ["The gates follow" in text for text in notes] == [True, False]
    assert ["And then it ends" in text for text in notes] == [False, True]
    blobs = {part.blob for part in first.part.package.iter_parts() if part.content_type == "video/mp4"}
    parts = sorted((tmp_path / "small.sections").iterdir())
    assert blobs == {p.read_bytes() for p in parts}
    parts[1].unlink()
    with pytest.raises(RenderError, match=r"02-second-über.mp4 is no longer what hhanim made"):
        slides.deck([path], tmp_path / "deck.pptx")
    # made without sections, the old ones do not stay behind; and they go with their film
    record = path.with_suffix(".json").read_text(encoding="utf-8")
    request = Request(catalogue.find(scene), path, {}, "draft", "dark", "320x180")
    assert status(request).reasons == ("small.sections/02-second-über.mp4 is gone",)
    hhanim.render(scene, preset="draft", size="320x180", output=tmp_path)
    assert not (tmp_path / "small.sections").exists()
    hhanim.render(scene, preset="draft", size="320x180", output=tmp_path, sections=True)
    assert path.with_suffix(".json").read_text(encoding="utf-8") == record
    cleaning.clean(tmp_path, dry_run=False)
    assert not path.exists()
    assert not (tmp_path / "small.sections").exists()
    assert scene.exists()


def test_sections_of_another_format(scene: Path, tmp_path: Path) -> None:
    entry = catalogue.find(scene)
    request = Request(entry, tmp_path / "small.mov", {}, "draft", "dark-transparent", "160x90", sections=True)
    films.make(request)
    beside = replace(request, path=tmp_path / "small.mp4", theme="dark")
    films.make(beside)
    assert len(list((tmp_path / "small.sections").iterdir())) == 2
    assert status(request).fresh, "neither takes the other's sections away"
    assert status(beside).fresh
    assert status(replace(beside, sections=False)).fresh, "nobody minds that they are there"
    parts = sorted((tmp_path / "small.mov.sections").iterdir())
    assert [p.suffix for p in parts] == [".mov", ".mov"]
    whole = checks.facts(tmp_path / "small.mov")
    assert sum(checks.facts(p).n_frames for p in parts) == whole.n_frames
    with pytest.raises(UsageError, match="give the format mp4, webm or mov"):
        films.make(Request(entry, tmp_path / "small.gif", {}, "draft", "dark", "160x90", sections=True))


OWN_CAMERA = """
from manim import Cube, MovingCameraScene, Square, ThreeDScene

class Zoom(MovingCameraScene):
    title = "Zoom"
    description = "d"
    alt = "A square comes near."
    poster = 0.2

    def construct(self):
        self.next_section("far")
        self.add(Square(fill_opacity=0.5))
        self.play(self.camera.frame.animate.scale(0.5), run_time=0.4)
        self.next_section("near")
        self.add_subcaption("It is near.", duration=0.2)
        self.play(self.camera.frame.animate.shift([1, 0, 0]), run_time=0.6)

class Space(ThreeDScene):
    title = "Space"
    description = "d"
    alt = "A cube."

    def construct(self):
        self.next_section("far")
        self.add(Cube())
        self.begin_ambient_camera_rotation(rate=1.0)
        self.wait(0.4)
        self.next_section("near")
        self.add_subcaption("It turns.", duration=0.2)
        self.wait(0.6)
"""


@pytest.mark.parametrize("name", ["Zoom", "Space"])
def test_a_scene_with_a_camera_of_its_own_has_all_that_others_have(tmp_path: Path, name: str) -> None:
    path = tmp_path / "zoom_film.py"
    path.write_text(OWN_CAMERA, encoding="utf-8")
    entry = catalogue.find(f"{path}:{name}")
    request = Request(entry, tmp_path / "zoom.webm", {}, "draft", "dark-transparent", "160x90", sections=True)
    films.make(request)
    assert checks.facts(request.path).n_frames == 15
    record = sidecar.read(request.path)
    assert record is not None
    assert [(part.name, part.start) for part in record.sections] == [("far", 0.0), ("near", 0.4)]
    assert [checks.facts(tmp_path / part.file).n_frames for part in record.sections] == [6, 9]
    assert len(record.captions) == 1
    assert record.alt == entry.alt
    with Image.open(sidecar.beside(request.path, ".png")) as poster:
        assert poster.mode == "RGBA"
        low, high = poster.getextrema()[3]
        assert (low, high > 100) == (0, True)
    for number in (2, 12):
        frame = single_frame(prepare(request), tmp_path / "still", number)
        assert not isinstance(frame, int)
        assert frame[..., 3].any()


def test_what_is_told_of_a_finished_film(scene: Path, tmp_path: Path) -> None:
    events: list[Any] = []
    path = hhanim.render(scene, preset="draft", size="160x90", output=tmp_path, on_event=events.append)
    assert events[-1].kind == "done"
    assert events[-1].n_frames == checks.facts(path).n_frames > 20


REMEMBERS = """
import random
import numpy as np
from manim import (DOWN, LEFT, RIGHT, UP, Circle, Dot, Scene, Square, Succession, TracedPath, Triangle,
                   ValueTracker, VGroup, Wait, always_redraw, linear)

class Small(Scene):
    def construct(self):
        turning = Square().add_updater(lambda m, dt: m.rotate(3 * dt))
        counted = Triangle(fill_opacity=0.5).add_updater(lambda m: m.rotate(0.05).shift(0.01 * RIGHT))
        drifting = Dot().add_updater(lambda m: m.move_to(turning.get_vertices()[0] + 0.1 * UP))
        late = Circle(radius=0.3).add_updater(lambda m: m.move_to(drifting))
        trembling = Dot(color="RED").add_updater(lambda m: m.shift(0.05 * np.random.standard_normal(3)))
        path = TracedPath(counted.get_center)
        level = ValueTracker(0.0)
        bar = always_redraw(lambda: Square(side_length=0.1 + level.get_value()).shift(2 * LEFT))
        self.next_section("one")
        self.add(late, turning, drifting, counted, trembling, path, bar)
        self.play(level.animate.set_value(2.0), run_time=1.3, rate_func=linear)
        self.wait(0.35)
        self.next_section("two")
        for m in (turning, trembling):
            m.suspend_updating()
        count = [0]
        self.add_updater(lambda dt: count.__setitem__(0, count[0] + 1))
        self.play(Succession(counted.animate.shift(DOWN), Wait(0.2), counted.animate.scale(0.5)), run_time=1.7)
        self.wait_until(lambda: count[0] > 60, max_time=2.0)
        self.next_section("three")
        self.clear()
        self.updaters.clear()
        self.add(Square().shift(0.01 * count[0] * UP), Dot().shift(RIGHT * random.random() * count[0] / 50))
        self.wait(1.1)
        self.play(Square().animate.rotate(1.0), run_time=1.4)
"""


@pytest.mark.parametrize("of", [2, 3])
def test_what_a_scene_remembers_is_the_same_wherever_drawing_begins(tmp_path: Path, of: int) -> None:
    """Steps, counts, drift, chance, lag, traces and conditions: every frame by somebody who has not drawn those before."""
    scene = tmp_path / "remembers.py"
    scene.write_text(REMEMBERS, encoding="utf-8")
    whole, found, sections = hashes(scene, tmp_path), {}, []
    for number in range(of):
        kept = Kept(number, of)
        small(scene, tmp_path, lambda kept=kept: studio_film.Renderer(kept, SparingCamera))
        assert 0 < len(kept.frames) < len(whole)
        found |= kept.frames
        sections.append(kept.sections)
    assert [found[k] for k in sorted(found)] == whole
    assert len(set(whole)) > 80
    assert sections[0] == sections[-1]
    assert [name for _, name in sections[0][1:]] == ["one", "two", "three"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One of our films; with --full all of them."""
    if metafunc.function is test_every_frame_of_our_films_is_the_same_wherever_drawing_begins:
        films = [e.name for e in catalogue.read([catalogue.shipped()]).entries if e.kind == "film"]
        metafunc.parametrize("name", films if metafunc.config.option.full else ["squid"])


@pytest.mark.slow
def test_every_frame_of_our_films_is_the_same_wherever_drawing_begins(
    name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """At five frames a second; with --full at the draft's rate."""
    job = prepare(Request(catalogue.find(name), tmp_path / "film.mp4", {}, "draft", "dark", "160x90"))
    job = job if pytestconfig.option.full else replace(job, fps=Fraction(5))
    whole, second = Kept(), Kept(1, 2)
    played = engine(job, tmp_path).play(whole)
    assert engine(job, tmp_path).play(second) == played
    assert 0.3 < len(second.frames) / played.n_frames < 0.7
    assert {k: whole.frames[k] for k in second.frames} == second.frames
    assert second.sections == whole.sections


def key_frames(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.pts is not None]
    return [k for k, packet in enumerate(packets) if packet.is_keyframe]


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".frames"])
def test_a_film_by_many_has_the_same_bytes(scene: Path, tmp_path: Path, suffix: str) -> None:
    def made(folder: str, workers: int) -> dict[str, bytes]:
        path = tmp_path / folder / f"small{suffix}"
        sections = suffix != ".frames"
        request = Request(catalogue.find(scene), path, {}, "draft", "dark", "160x90", sections=sections)
        with ThreadPoolExecutor(workers) as pool:
            films.make(request, crew=of(pool) if workers > 1 else None)
        files = (p for p in path.parent.rglob("*") if p.is_file() and p.suffix != ".json")
        return {
            p.relative_to(path.parent).as_posix(): p.read_bytes() for p in files if ".hhanim" not in p.parts
        }

    alone = made("alone", 1)
    assert made("three", 3) == alone
    if suffix == ".mp4":
        parts = sorted((tmp_path / "alone/small.sections").iterdir())
        lengths = [checks.facts(part).n_frames for part in parts]
        assert lengths[0] in key_frames(tmp_path / "alone/small.mp4"), (
            "a player finds the section's beginning"
        )
        assert [key_frames(part)[0] for part in parts] == [0, 0]
        assert sum(lengths) == checks.facts(tmp_path / "alone/small.mp4").n_frames > 50


def test_formats_of_the_same_pixels_are_drawn_once(scene: Path, tmp_path: Path) -> None:
    log = tmp_path / "played"
    text = scene.read_text(encoding="utf-8")
    count = f"def construct(self):\n        print(1, file=open({str(log)!r}, 'a'))"
    scene.write_text(text.replace("def construct(self):", count), encoding="utf-8")

    def played() -> int:
        number = len(log.read_text().split())
        log.unlink()
        return number

    def wanted(folder: str) -> list[Request]:
        paths = [tmp_path / folder / f"small{end}" for end in (".mp4", ".webm", ".mov", ".frames", ".gif")]
        return [Request(catalogue.find(scene), path, {}, "draft", "dark", "160x90") for path in paths]

    for request in wanted("apart"):
        films.make(request)
    assert played() == 5
    ends = films.make_all(wanted("together"))
    assert [event.kind for event in ends] == ["done"] * 5
    assert played() == 2, "a GIF has its own rate"
    for one, other in zip(wanted("apart"), wanted("together"), strict=True):
        assert sidecar.sha256(one.path) == sidecar.sha256(other.path)
        assert (
            sidecar.beside(one.path, ".png").read_bytes() == sidecar.beside(other.path, ".png").read_bytes()
        )
    wanted("together")[1].path.unlink()
    assert [event.kind for event in films.make_all(wanted("together"))] == ["fresh", "done", *["fresh"] * 3]
    assert played() == 1
    scene.write_text(
        scene.read_text(encoding="utf-8").replace("clock.run()", "clock.walk()"), encoding="utf-8"
    )
    assert [event.kind for event in films.make_all(wanted("together"))] == ["failed"] * 5
    assert not [p for p in (tmp_path / "together").rglob("*") if p.suffix == ".part"]


HOLES = """
from manim import Square
from hhanim.mobjects.frame.film import Film

class Holes(Film):
    alt = "A square with holes."
    def construct(self):
        plate = Square(4, color=self.theme.color("Na"), fill_opacity=1, stroke_width=0)
        hole = Square(1, color=self.theme.ground, fill_opacity=1, stroke_width=0)
        half = hole.copy().shift([0, 1.2, 0]).set_fill(opacity=0.5)
        ring = Square(1, color=self.theme.ground, stroke_width=40).shift([0, -1.2, 0])
        self.add(plate, hole, half, ring)
        self.wait(0.5)
"""


@pytest.mark.parametrize("theme", ["light-transparent", "dark-transparent"])
def test_what_is_painted_in_the_grounds_colour_is_a_hole_where_there_is_no_ground(
    tmp_path: Path, theme: str
) -> None:
    path = tmp_path / "holes_film.py"
    path.write_text(HOLES, encoding="utf-8")
    request = Request(catalogue.find(path), tmp_path / "holes.frames", {}, "draft", theme, "320x180")
    with Image.open(still(request, 0.2)) as picture:
        alpha = np.asarray(picture.convert("RGBA"))[:, :, 3]
    unit = 180 / 8

    def at(x: float, y: float) -> int:
        return int(alpha[round(90 - unit * y), round(160 + unit * x)])

    assert (at(0, 0), at(1.5, 0), at(3, 0), at(0.5, -1.2)) == (0, 255, 0, 0)
    assert at(0, 1.2) == pytest.approx(128, abs=2) and at(0, -1.2) == 255


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_transparent_still_over_its_ground_is_that_of_the_opaque_theme(
    scene: Path, tmp_path: Path, name: str
) -> None:
    def still_of(theme: str) -> Any:
        request = Request(catalogue.find(scene), tmp_path / f"{theme}.png", {}, "draft", theme, "320x180")
        with Image.open(still(replace(request, path=tmp_path / f"{theme}.frames"), 1.2)) as picture:
            return np.asarray(picture.convert("RGBA")).astype(float)

    clear, opaque = still_of(f"{name}-transparent"), still_of(name)
    alpha = clear[..., 3:] / 255
    over = clear[..., :3] * alpha + 255 * np.array(rgb(get_theme(name).ground)) * (1 - alpha)
    assert ((alpha > 0.1) & (alpha < 0.9)).sum() > 500
    near = np.abs(over - opaque[..., :3]).max(axis=2) <= 3
    assert near.mean() > 0.999


def test_packed_pictures_come_back_whole() -> None:
    random = np.random.default_rng(3)
    picture = random.integers(0, 2, (37, 53, 4), dtype=np.uint8) * np.uint8(200)
    for pixels in (picture, np.zeros((4, 5, 4), np.uint8)):
        runs = pieces.packed(pixels)
        np.testing.assert_array_equal(pieces.unpacked(runs, pixels.shape[1], pixels.shape[0]), pixels)


@pytest.mark.parametrize("n", [1, 6, FEW + 1])
def test_rectangles_are_cut_apart(n: int) -> None:
    random = np.random.default_rng(5)

    def painted(rects: Any) -> Any:
        count = np.zeros((400, 400), int)
        for x0, y0, x1, y1 in rects:
            count[y0:y1, x0:x1] += 1
        return count

    for _ in range(50):
        corners = np.sort(random.integers(0, 300, (n, 2, 2)), axis=1)
        rects = [(int(a), int(b), int(c) + 1, int(d) + 1) for (a, b), (c, d) in corners]
        wiped, encoded = painted(apart(np.array(rects))), painted(tiles(rects))
        # Wiping more would take a piece out of what is not drawn again.
        assert ((wiped > 0) == (painted(rects) > 0)).all()
        assert n > FEW or wiped.max() == 1
        assert (encoded[wiped > 0] == 1).all() and encoded.max() == 1


def test_shares_drawn_side_by_side_typeset_apart(tmp_path):
    """Each clears away what it has typeset, while the other one may still be at it."""
    job = prepare(Request(catalogue.find("recap"), tmp_path / "film.mp4", {}, "draft", "dark", "160x90"))
    with studio_film._config(job, tmp_path):
        typeset = manim.config.get_dir("tex_dir")
        with studio_film._config(job, tmp_path):
            assert manim.config.get_dir("tex_dir") != typeset
        assert typeset.is_dir()
    assert list(tmp_path.iterdir()) == []

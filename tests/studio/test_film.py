"""Films through the studio: the pixels of stock manim, sections, captions, poster, and what if manim is missing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

pytest.importorskip("manim")

import manim
from manim.camera.camera import Camera
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

import hhanim
from hhanim.studio import film as studio_film
from hhanim.studio import finalise
from hhanim.studio.camera import SparingCamera, SparingRenderer
from hhanim.studio.errors import UsageError

SCENE = '''
"""A small film."""
from __future__ import annotations
from manim import DOWN, Dot, FadeIn, FadeOut, Rectangle, Indicate, VGroup
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.film import Film
from hhanim.mobjects.trace import Panel, Trace, Traces
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
        panel = Panel(self.area, x=(0, 8), y=(0, 1), ylabel="open fraction", theme=self.theme)
        box = Rectangle(width=2, height=1, color=self.theme.color("Na"), fill_opacity=0.3)
        self.play(FadeIn(panel), FadeIn(box), run_time=0.4)
        traces = Traces(Trace.of(run, k, panel, self.theme, ghost=True) for k in "mhn")
        self.add(traces.follow(clock), clock)
        self.play(clock.run())
        self.part("second: über", rest=0.2)
        self.caption("And then it ends.")
        self.play(Indicate(box), FadeOut(panel), run_time=0.5)
        self.play(box.animate.shift(DOWN), run_time=0.3)
'''


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "small_film.py"
    path.write_text(dedent(SCENE), encoding="utf-8")
    return path


def hashes(scene: Path, tmp: Path, renderer: type[Any], camera: type[Any]) -> list[str]:
    """SHA-1 of every frame."""
    found: list[str] = []

    class Writer(SceneFileWriter):
        def begin_animation(self, *_: Any, **__: Any) -> None: ...

        def end_animation(self, *_: Any, **__: Any) -> None: ...

        def finish(self) -> None: ...

        def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
            found.extend([hashlib.sha1(pixels.tobytes()).hexdigest()] * repeat)

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
    }
    with manim.tempconfig(settings):
        space["Small"](renderer=renderer(camera_class=camera, file_writer_class=Writer)).render()
    return found


def test_every_frame_is_that_of_stock_manim(scene: Path, tmp_path: Path) -> None:
    ours = hashes(scene, tmp_path, SparingRenderer, SparingCamera)
    stock = hashes(scene, tmp_path, CairoRenderer, Camera)
    assert len(set(stock)) > 20
    assert ours == stock


def test_the_hooks_are_where_they_were() -> None:
    moved = studio_film.hooks_missing()
    assert not moved, f"manim {manim.__version__} has moved what films are shot through: {'; '.join(moved)}"


def test_a_moved_hook_is_noticed_and_stock_manim_takes_over(
    scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = hhanim.render(scene, preset="draft", size="320x180", output=tmp_path / "usual")
    monkeypatch.delattr(SceneFileWriter, "abort_encode_jobs")
    assert studio_film.hooks_missing() == ["SceneFileWriter.abort_encode_jobs is gone"]
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(studio_film, "hooks_missing", lambda: ["something"])
    stock = hhanim.render(scene, preset="draft", size="320x180", output=tmp_path / "stock")
    a, b = finalise.facts(usual), finalise.facts(stock)
    assert (a.n_frames, a.fps, a.colours, a.faststart) == (b.n_frames, b.fps, b.colours, b.faststart)
    assert stock.with_suffix(".vtt").read_text() == usual.with_suffix(".vtt").read_text()


def test_a_film_with_all_that_goes_with_it(scene: Path, tmp_path: Path) -> None:
    path = hhanim.render(
        scene, preset="draft", size="320x180", output=tmp_path, sections=True, theme="light", gNa=100
    )
    found = finalise.facts(path)
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
    assert sum(finalise.facts(p).n_frames for p in parts) == found.n_frames
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
    found = finalise.facts(path)
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
    block = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'manim' else real(n, *a)\n"
        "sys.modules['manim'] = None\n"
        f"sys.argv = ['hhanim', 'render', {str(scene)!r}, '--preset', 'draft', '-o', {str(tmp_path / 'o')!r}]\n"
        "from hhanim.cli import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "pip install 'hhanim[films]'" in done.stderr

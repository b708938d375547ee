"""How fast films are drawn, against stock ``manim render`` of the same scene file at 1080p60:

    python tests/benchmarks/films.py                   # a trace of 660 frames, and the film of the circuit
    python tests/benchmarks/films.py spike propagation # the trace, and these films
    python tests/benchmarks/films.py --quick           # the trace alone
    python tests/benchmarks/films.py --workers 4 recap   # CPU seconds of the busiest of four workers

Each is run as a program of its own, start-up included, the two one after the other: ratios are within the
run. Both then draw the film once more without encoding, and the frames are compared by SHA-1.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hhanim.studio.plan import catalogue

TRACE = '''
"""A trace, an equation, about a hundred mobjects: what most films are made of."""
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.model import Membrane, Protocol, simulate

class Growing(Film):
    title = "Growing"
    description = "Four gates and the voltage grow for ten seconds."
    alt = "Five traces."
    model: Membrane = "modern"
    stimulus: Protocol = "step(10, start=5)"

    def construct(self):
        run = simulate(self.membrane, self.stimulus, 50.0)
        clock = Clock(Pace(50.0, rate=5.0), self.theme)
        top, bottom = self.area.rows(1, 1)
        panels = [
            Panel(top, self.theme).x("", 0, 50).y("V (mV)", -85, 55),
            Panel(bottom, self.theme).x("ms", 0, 50).y("gates (fraction open)", 0, 1),
        ]
        law = self.formula('C dot(V) = I - g_"Na" m^3 h (V - E_"Na") - g_"K" n^4 (V - E_"K") - g_"L" (V - E_"L")')
        law.move_to(self.area.at(0.5, 0.5))
        traces = [
            Traces(Trace.of(run, key, panel) for key in keys)
            for panel, keys in zip(panels, ("V", "mhn"))
        ]
        self.add(*panels, law, clock, *(t.follow(clock) for t in traces))
        self.play(clock.run())
'''

HASHES = """
import hashlib, sys
import manim
from manim.camera.camera import Camera
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter
from hhanim.studio.draw import scene as scenes
from hhanim.studio.plan import catalogue
from hhanim.studio.draw.camera import SparingCamera
from hhanim.studio.draw.film import Renderer

class Exporter:
    section = said = lambda self, *arguments: None
    wants = lambda self, first, stop: True

    def frame(self, number, pixels, dirty, repeat=1):
        print(repeat, hashlib.sha1(pixels.tobytes()).hexdigest())

class Writer(SceneFileWriter):
    begin_animation = end_animation = finish = lambda self, *a, **k: None

    def write_frame(self, pixels, *, repeat=1):
        print(repeat, hashlib.sha1(pixels.tobytes()).hexdigest())

entry = catalogue.find(sys.argv[1])
scene = getattr(scenes.load(entry), entry.symbol)
settings = dict(pixel_width=1920, pixel_height=1080, frame_rate=60, disable_caching=True, seed=0,
                progress_bar="none", verbosity="ERROR", media_dir=sys.argv[3])
with manim.tempconfig(settings):
    stock = CairoRenderer(camera_class=Camera, file_writer_class=Writer)
    scene(renderer=Renderer(Exporter(), SparingCamera) if sys.argv[2] == "ours" else stock).render()
"""

SHARE = """
import sys
from pathlib import Path
from hhanim.studio.draw.pieces import Output, Share, draw
from hhanim.studio.fresh.job import prepare
from hhanim.studio.media.formats import Films
from hhanim.studio.plan.catalogue import find
from hhanim.studio.plan.request import Request

media = Path(sys.argv[2]) / "film.mp4"
with Films() as films:
    draw([Output(prepare(Request(find(sys.argv[1]), media)), media)], films, share=Share(*map(int, sys.argv[3:])))
"""


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def frames(scene: str, whose: str, folder: Path) -> list[str]:
    """SHA-1 of each frame."""
    command = [sys.executable, "-c", HASHES, scene, whose, str(folder / whose)]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    pairs = (line.split() for line in said.splitlines())
    return [digest for repeat, digest in pairs for _ in range(int(repeat))]


def compare(file: Path, symbol: str, folder: Path) -> None:
    """Print one film's figures."""
    scene = f"{file}:{symbol}"
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # neither gains from what was typeset before
    manim = [sys.executable, "-m", "manim", "render", "--disable_caching", "--progress_bar", "none"]
    manim += ["--resolution", "1920,1080", "--frame_rate", "60", "--media_dir", "media", str(file), symbol]
    ours = [sys.executable, "-m", "hhanim", "render", scene, "--preset", "lecture", "--force", "--quiet"]
    slow, slow_cpu = timed(manim, folder)
    fast, fast_cpu = timed([*ours, "-o", str(folder / "output")], folder)
    one, other = frames(scene, "stock", folder), frames(scene, "ours", folder)
    same = sum(a == b for a, b in zip(one, other, strict=False))
    print(f"{symbol}, {len(one)} frames                     wall       CPU     frames/s")
    print(f"  manim render                       {slow:7.1f} s {slow_cpu:7.1f} s  {len(one) / slow:7.1f}")
    print(f"  hhanim render --preset lecture     {fast:7.1f} s {fast_cpu:7.1f} s  {len(one) / fast:7.1f}")
    print(f"  ratio                              {slow / fast:7.2f}   {slow_cpu / fast_cpu:7.2f}")
    print(f"  frames the same                    {same} of {max(len(one), len(other))}", flush=True)


def shares(name: str, workers: int, folder: Path) -> None:
    """Print what the busiest of several workers has to do, of what there is to do, at 1080p30."""

    def cpu(number: int, of: int) -> float:
        place = folder / f"{name}-{number}-{of}"
        place.mkdir()
        return timed([sys.executable, "-c", SHARE, name, str(place), str(number), str(of)], folder)[1]

    whole, parts = cpu(0, 1), [cpu(k, workers) for k in range(workers)]
    print(
        f"{name}, CPU seconds: whole {whole:.1f}, by {workers} workers {', '.join(f'{p:.1f}' for p in parts)}"
    )
    print(f"  busiest of the whole               {max(parts) / whole:7.2f}", flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("films", nargs="*", default=["circuit"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--workers", type=int, help="how a film is shared among so many, and no more")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.workers:
            for film in options.films:
                shares(film, options.workers, Path(name))
            return
        file = Path(name) / "growing_film.py"
        file.write_text(TRACE, encoding="utf-8")
        chosen = [(file, "Growing")]
        for film in () if options.quick else options.films:
            entry = catalogue.read().get(film)
            chosen.append((entry.path, entry.symbol))
        for k, (path, symbol) in enumerate(chosen):
            folder = Path(name) / str(k)
            folder.mkdir()
            compare(path, symbol, folder)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""How fast drawing is, as ratios within one run:

    python tests/benchmarks/drawing.py              # all of it, five minutes or so: the naive script alone takes more than three
    python tests/benchmarks/drawing.py --share 0.2  # a fifth of the frames, for a first look (flatters nobody: O(N²) shrinks)
    python tests/benchmarks/drawing.py --only large

The four clips are programs of their own, imports included, as somebody would run them for the second time: their bytecode
is there already, for the naive one too. At 1080p60 it is frames per second, the same number of frames for everybody; each
clock starts when everything is imported and simulated, and stops when the film is closed. What x264 can do alone is
measured by feeding it the very frames of the clip, from memory. Wall-clock on a busy machine means little; the ratios
are of programs run one after the other.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SCENES = Path(__file__).resolve().parents[2] / "scenes"

#: The lecture's four clips as a celluloid beginner writes them; {camera} is the only line that differs.
NAIVE = """
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
{camera}
import hhanim as hh

share, out = float(sys.argv[1]), sys.argv[2]
V = np.linspace(-150, 150, 100)
cell = hh.presets.CLASSROOM

def sweep(name, curves, limits=None):
    figure = plt.figure(figsize=(9.6, 7.2), dpi=100)
    camera = Camera(figure)
    plt.xlabel("V (mV)")
    if limits:
        plt.ylim(limits)
    for s in range(int(len(V) * share)):
        lines = [plt.plot(V[: s + 1], y[: s + 1], color=c)[0] for y, c in zip(curves.values(), "rgb")]
        plt.legend(lines, list(curves))
        camera.snap()
    camera.animate(interval=50).save(out + name + ".mp4")
    plt.close(figure)

sweep("tau", {{g: cell.tau(g, V) for g in "mhn"}})
sweep("f_infty", {{g: cell.inf(g, V) for g in "mhn"}})
sweep("currents", cell.currents(cell.steady(V)), (-200, 500))

run = hh.simulate(cell, hh.step(15), 50.0, start=dict(V=-10.0, m=0.0, h=1.0, n=0.0)).resample(250)
figure, axes = plt.subplots(1, 3, figsize=(18, 7.5), dpi=100)
camera = Camera(figure)
for s in range(int(250 * share)):
    t = run.t[: s + 1]
    for ax, traces in zip(axes, (
        dict(V=run["V"]),
        {{"I_" + k: run.current(k) for k in ("Na", "K", "L")}},
        {{"g_" + k: run.conductance(k) for k in ("Na", "K")}},
    )):
        lines = [ax.plot(t, y[: s + 1], color=c)[0] for y, c in zip(traces.values(), "rgb")]
        ax.legend(lines, list(traces))
    camera.snap()
camera.animate(interval=30).save(out + "simulation.mp4")
"""

#: hhanim's own clips: the same sizes and numbers of frames, in a process that is set as ``hhanim render`` sets it.
CLIPS = """
import importlib, sys
from hhanim.process import be_alone, spared_collector
be_alone()
share, out, speed, scenes = float(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
sys.path.insert(0, scenes)
from fractions import Fraction
from hhanim.studio.media.formats import Films
with spared_collector, Films() as films:
    from hhanim.plots.clip import perform
    from hhanim.studio.media.encode import Encoder, Quality
    for name, frames, size, fps in (
        ("tau", 100, (960, 720), Fraction(20)),
        ("f_infty", 100, (960, 720), Fraction(20)),
        ("currents", 100, (960, 720), Fraction(20)),
        ("simulation", 250, (1800, 750), Fraction(100, 3)),
    ):
        clip = getattr(importlib.import_module(name + "_clip"), name)
        play = perform(clip, width=size[0], height=size[1], fps=fps, n_frames=max(2, int(frames * share)))
        film = films.enter_context(
            Encoder(out + name + ".mp4", width=size[0], height=size[1], fps=fps, quality=Quality(speed, 24))
        )
        for frame in play.frames():
            film.write(frame.rgba, frame.dirty)
        films.end(film)
"""

#: Good practice without hhanim: FuncAnimation and set_data, six lines on three axes.
SET_DATA = """
import sys, time
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
import hhanim as hh
n = int(sys.argv[1])
run = hh.simulate(hh.presets.CLASSROOM, hh.step(15), 50.0).resample(2000)
start = time.perf_counter()
figure = Figure(figsize=(19.2, 10.8), dpi=100)
FigureCanvasAgg(figure)
axes = figure.subplots(3, 1, sharex=True)
traces = [[run["V"]], [run.current(k) for k in ("Na", "K", "L")], [run.conductance(k) for k in ("Na", "K")]]
lines = []
for ax, ys in zip(axes, traces):
    for y in ys:
        ax.plot(run.t, y, alpha=0)
        lines.append((ax.plot([], [])[0], y))
def update(k):
    m = 1 + k * 1999 // (n - 1)
    for line, y in lines:
        line.set_data(run.t[:m], y[:m])
FuncAnimation(figure, update, frames=n, init_func=lambda: None).save(
    sys.argv[2] + "set_data.mp4",
    writer=FFMpegWriter(fps=60, codec="libx264", extra_args=["-preset", "medium", "-pix_fmt", "yuv420p"]),
)
print(n / (time.perf_counter() - start))
"""

#: A clip of ours with three panels and six lines, and then x264 alone with the same settings on the same frames.
ENGINE = """
import sys, time
from fractions import Fraction
n, out, speed, scenes = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
sys.path.insert(0, scenes)
import av
import numpy as np
import hhanim as hh
from simulation_clip import simulation
from hhanim.plots.clip import perform
from hhanim.studio.media import encode
from hhanim.studio.media.changes import Changes
from hhanim.studio.media.sheet import Yuv

size = dict(width=1920, height=1080)
for _ in perform(simulation, fps=60, n_frames=2, **size).frames():  # imports what it needs
    pass
start = time.perf_counter()
frames = perform(simulation, fps=60, n_frames=n, **size).frames()
with encode.Encoder(out + "engine.mp4", fps=60, quality=encode.Quality(speed, 24), **size) as film:
    for frame in frames:
        film.write(frame.rgba, frame.dirty)
drawn = n / (time.perf_counter() - start)

sheet = Yuv(1920, 1080, "yuv420p")
found, changes = None, []  # per frame: what is new, as the encoder wants it
for frame in perform(simulation, fps=60, n_frames=n, **size).frames():
    words = frame.rgba.view(np.uint32)[..., 0]
    found = found or Changes(words)
    tiles, pixels = found.find(words, [(0, 0, 1920, 1080)] if frame.dirty is None else frame.dirty)
    changes.append((tiles, sheet.convert(pixels)))
start = time.perf_counter()
with av.open(out + "alone.mp4", "w") as box:
    stream = box.add_stream("libx264", rate=60, options=encode.H264.options(encode.Quality(speed, 24)))
    stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
    stream.codec_context.thread_type, stream.codec_context.thread_count = "FRAME", encode.THREADS
    stream.codec_context.gop_size = 120
    picture = sheet.frame()
    for k, change in enumerate(changes):
        sheet.put(*change)
        picture.pts, picture.time_base = k, Fraction(1, 60)
        box.mux(stream.encode(picture))
    box.mux(stream.encode(None))
print(drawn, n / (time.perf_counter() - start))
"""


def program(source: str, *arguments: object) -> tuple[float, list[float]]:
    """Wall-clock seconds of a Python program, and the numbers that it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)], capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    return seconds, [float(x) for x in done.stdout.split()]


def four_clips(share: float, out: str) -> None:
    """The lecture's four clips, 550 frames: the naive script, the same with our Camera, our clips."""
    print(f"four clips, {round(550 * share)} frames, whole programs")
    programs: dict[str, tuple[Any, ...]] = {
        "naive celluloid": (NAIVE.format(camera="from celluloid import Camera"), share, out),
        "the same with hhanim.Camera (target 25×)": (
            NAIVE.format(camera="from hhanim import Camera"),
            share,
            out,
        ),
        **{
            f"hhanim's clips, {speed}{said}": (CLIPS, share, out, speed, SCENES)
            for speed, said in (
                ("medium", ", x264's default"),
                ("superfast", ", ours (target 60×)"),
                ("ultrafast", " (target 60×)"),
            )
        },
    }
    for source, _, *rest in programs.values():
        program(source, 0.02, *rest)  # leaves the bytecode
    naive = 0.0
    for name, arguments in programs.items():
        seconds = min(program(*arguments)[0] for _ in range(2 if naive else 1))
        naive = naive or seconds
        print(f"  {name:48s} {seconds:7.2f} s {naive / seconds:7.1f}×", flush=True)


def large(n: int, out: str) -> None:
    """1080p60, three panels and six lines. hhanim's own speed, where a preset names none, is superfast."""
    print(f"1080p60, {n} frames")
    (good,) = program(SET_DATA, n, out)[1]
    print(f"  {'FuncAnimation with set_data, ffmpeg medium':48s} {good:7.1f} frames/s", flush=True)
    for speed in ("medium", "superfast", "ultrafast"):
        drawn, alone = max(program(ENGINE, n, out, speed, SCENES)[1] for _ in range(2))
        print(
            f"  {'hhanim, ' + speed + ' (target 15× and half of x264)':48s} {drawn:7.1f} frames/s "
            f"{drawn / good:6.1f}×, x264 alone {alone:.0f}: {drawn / alone:.2f} of it",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the 550 frames of the four clips")
    parser.add_argument("--frames", type=int, default=600, help="of the 1080p60 comparison")
    parser.add_argument("--only", choices=["four", "large"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = out + "bytecode"
        if chosen.only != "large":
            four_clips(chosen.share, out)
        if chosen.only != "four":
            large(chosen.frames, out)


if __name__ == "__main__":
    main()

"""How long it takes until something happens: help, lists, completion, finding that nothing has changed, and a process
for each scene.

``python tests/benchmarks/start.py [FOLDER]`` prints seconds (the best of several) and the ratio to a Python that does
nothing, of the same run. With a FOLDER of media that ``hhanim render`` has made, it is that catalogue that is
looked through; without, the clips are drawn first, small.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

REPEATS = 7
GOALS = {
    "hhanim --help": 0.25,
    "hhanim list": 0.25,
    "hhanim list --json": 0.25,
    "nothing changed": 0.5,
    "a process for a scene": 0.1,
}


def seconds(words: list[str], **environment: str) -> float:
    """Best of several runs: what the machine does besides is not meant."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *words], check=True, capture_output=True, env={**os.environ, **environment}
        )
        best = min(best, time.perf_counter() - start)
    return best


def apart(place: Path) -> float:
    """What it costs a small clip to be drawn by a process of its own, where one can be forked, not by the last one's."""
    from hhanim.studio.apart import Workplace
    from hhanim.studio.draw.pieces import Share
    from hhanim.studio.plan import project

    settings = project.Settings(size="160x90", given={"frames": 4, "seconds": 0.4})
    request = replace(project.requests(["tau"], settings)[0][0], origin=None)
    best = {}
    places = {forks: Workplace("hhanim.studio.draw.warm:clips", forks=forks) for forks in (True, False)}
    for k in range(2 * REPEATS):
        for forks, workplace in places.items():
            (folder := place / f"{forks}{k}").mkdir(parents=True)
            start = time.perf_counter()
            workplace.do(
                "hhanim.studio.draw.task:film", [request], [folder / "tau.mp4"], Share(), shared=True
            )
            if k > 0:  # the first time the process is begun
                best[forks] = min(best.get(forks, float("inf")), time.perf_counter() - start)
    for workplace in places.values():
        workplace.stop()
    return best[True] - best[False]


def main(folder: str | None = None) -> None:
    """Print the table."""
    bare = seconds(["-c", "pass"])
    print(f"{'python -c pass':28} {bare:6.3f} s")
    hhanim = ["-m", "hhanim"]
    complete = {"_HHANIM_COMPLETE": "bash_complete", "COMP_WORDS": "hhanim render t", "COMP_CWORD": "2"}
    rows = [
        ("hhanim --help", seconds([*hhanim, "--help"])),
        ("hhanim list", seconds([*hhanim, "list"])),
        ("hhanim list --json", seconds([*hhanim, "list", "--json"])),
        ("completion of a scene", seconds(hhanim, **complete)),
    ]
    with tempfile.TemporaryDirectory() as place:
        render = [*hhanim, "render", "--output", folder or place]
        if folder is None:
            clips = ["tau", "f_infty", "currents", "simulation", "reduced"]
            render += [*clips, "--size", "160x90", "--set", "seconds=0.4"]
            subprocess.run([sys.executable, *render, "-q"], check=True)
        # Reading the events makes sure that nothing was drawn.
        done = subprocess.run([sys.executable, *render, "--json"], check=True, capture_output=True, text=True)
        kinds = [line for line in done.stdout.splitlines() if '"fresh"' in line]
        assert len(kinds) == len(done.stdout.splitlines()) > 0, "not everything in the folder is fresh"
        rows.append(("nothing changed", seconds([*render, "-q"])))
        rows.append(("a process for a scene", apart(Path(place, "apart"))))
        print(f"({len(kinds)} media)")
    for name, took in rows:
        goal = GOALS.get(name)
        said = "" if goal is None else f"   goal {goal} s: {'reached' if took <= goal else 'MISSED'}"
        print(f"{name:28} {took:6.3f} s  {took / bare:5.1f} × python{said}")


if __name__ == "__main__":
    main(*sys.argv[1:2])

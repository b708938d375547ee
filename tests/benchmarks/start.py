"""How long it takes until something happens: help, lists, completion, and finding that nothing has changed.

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

REPEATS = 7
GOALS = {"hhanim --help": 0.25, "hhanim list": 0.25, "hhanim list --json": 0.25, "nothing changed": 0.5}


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
        print(f"({len(kinds)} media)")
    for name, took in rows:
        goal = GOALS.get(name)
        said = "" if goal is None else f"   goal {goal} s: {'reached' if took <= goal else 'MISSED'}"
        print(f"{name:28} {took:6.3f} s  {took / bare:5.1f} × python{said}")


if __name__ == "__main__":
    main(*sys.argv[1:2])

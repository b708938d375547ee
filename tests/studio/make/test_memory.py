"""A film's length does not cost memory: frames are drawn, encoded and forgotten."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import psutil
from hhanim.studio.make import films
used = []
def own(process):
    try:
        return process.memory_full_info().uss
    except psutil.NoSuchProcess:  # a piece is whole
        return 0
def heard(event):
    if event.kind == "frame" and event.frame >= (700, 2400)[len(used)]:
        mine = psutil.Process()
        used.append(sum(map(own, [mine, *mine.children(recursive=True)])))
films.render("wave", size="320x180", frames=2400, seconds=80, on_event=heard)
print((used[1] - used[0]) / 2**20)
"""


@pytest.mark.slow
def test_memory_does_not_grow(project):
    """1700 frames of 320 × 180 would be 390 MB if somebody kept them: who asks, who draws, or who writes."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace('films.render("wave"', 'films.render("scenes/wave_clip.py"')],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 40

"""A film's length does not cost memory: frames are drawn, encoded and forgotten."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
from hhanim.studio.make import films
used = {}
def heard(event):
    if event.kind == "frame" and event.frame in (700, 2400):
        used[event.frame] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
films.render("wave", size="320x180", frames=2400, seconds=80, on_event=heard)
print((used[2400] - used[700]) / 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow(project):
    """1700 frames of 320 × 180 would be 390 MB if they were kept; eight pieces are joined at the end."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace('films.render("wave"', 'films.render("scenes/wave_clip.py"')],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 40

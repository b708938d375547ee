"""What a program leaves out, and that somebody's session keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest


def said(code: str, **environment: str) -> str:
    """What a process of its own prints."""
    clean = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=clean | environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


DOCUMENTED = "from matplotlib.lines import Line2D; print('drawstyle' in Line2D.set.__doc__)"


def test_a_session_keeps_the_documentation_of_its_libraries():
    assert said("import hhanim.plots.clip; " + DOCUMENTED) == "True"


def test_a_program_does_without():
    alone = "from hhanim.process import be_alone; be_alone(); "
    assert said(alone + "import hhanim.plots.clip; " + DOCUMENTED) == "False"
    assert said(alone + "from hhanim import Camera; " + DOCUMENTED) == "False"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux does")
def test_no_threads_of_linear_algebra_unless_the_environment_asks_for_them():
    code = (
        "from hhanim.process import be_alone; be_alone(); "
        "import os, numpy, scipy.linalg; print(len(os.listdir('/proc/self/task')))"
    )
    assert said(code) == "1"
    if (os.cpu_count() or 1) > 1:
        assert int(said(code, OPENBLAS_NUM_THREADS="2")) > 1


def test_the_command_line_is_alone():
    code = (
        "import sys, hhanim.process as i, hhanim.cli as c\n"
        "try: c.main(['--version'])\n"
        "except SystemExit: print(i.alone)"
    )
    assert said(code).splitlines()[-1] == "True"


def test_a_source_that_was_just_written_leaves_no_compiled_file(tmp_path):
    """Another of the same length may follow it within the second, and would be taken for it."""
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from hhanim.process import be_alone; be_alone(); "
    source = tmp_path / "colour.py"
    now = time.time() + 600.0  # whatever this machine's speed
    for text, written in (("DARK = 1", now), ("DARK = 2", now), ("DARK = 3", now - 6000.0)):
        source.write_text(text)
        os.utime(source, (written, written))
        assert said(f"{code} import colour; print(colour.DARK)", PYTHONDONTWRITEBYTECODE="") == text[-1]
    assert list(tmp_path.glob("__pycache__/colour*"))


def test_what_libraries_log_is_not_shown_because_films_are_made(tmp_path):
    """manim, at its import, sets the log of all libraries so that everybody's messages are shown."""
    pytest.importorskip("manim")
    code = (
        "import logging\nfrom hhanim.studio.mends import need\nneed('manim', 'films', 'spike')\n"
        "logging.getLogger('matplotlib.mathtext').info('Substituting symbol tau')\n"
        "import sys; assert 'manim' in sys.modules; print(logging.getLogger().level, logging.getLogger().handlers)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("30 []\n", "")

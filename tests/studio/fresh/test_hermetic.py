"""A film is what its scene makes of it, whatever else has been done in the same run, or in the process that asks."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from hhanim.plots import curve
from hhanim.studio import apart
from hhanim.studio.apart import LostError, Workplace
from hhanim.studio.errors import OutdatedError, RenderError
from hhanim.studio.make import films, making
from hhanim.studio.make.drawing import Drawing
from hhanim.studio.media import sidecar
from hhanim.studio.plan import project as projects

PROBE = """
import locale, os, random, sys
import numpy as np
from hhanim import clip
from hhanim.look import quantity
import helper

@clip(title="Probe", description="d", alt="a")
def probe(stage, *, frames: int = 3, seconds: float = 0.3):
    (panel,) = stage.stack()
    panel.x("t", 0, 1).y("u", 0, 4)
    panel.curve(np.linspace(0, 1, 9), random.random() + np.random.random(9) + np.random.default_rng().random(9), quantity("g_K"))
    stage.figure.text(0.5, 0.5, f"{locale.localeconv()['decimal_point']} {sorted({'a', 'b', 'c'})} {hash('x')} {helper.gain()}")
    for at in stage.sweep(0, 1):
        stage.until(at)
        yield
"""

TROUBLE = {
    "settings": "import matplotlib as mpl\nmpl.rcParams.update({'lines.linewidth': 20, 'text.antialiased': False, 'path.snap': False})",
    "style": "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.xkcd()",
    "defaults": "import matplotlib as mpl\nmpl.rcParamsDefault['lines.linewidth'] = 9",
    "patched_hhanim": "from hhanim.plots.panel import Panel\nPanel.curve = lambda *a, **k: None",
    "patched_look": "from hhanim.look import theme\ntheme.DARK.hues['ink'] = '#ff0000'\nobject.__setattr__(theme.DARK, 'ink', '#ff0000')",
    "patched_matplotlib": "from matplotlib.lines import Line2D\nLine2D.draw = lambda *a, **k: None",
    "seed": "import random, numpy as np\nrandom.seed(5); np.random.seed(5); [np.random.random() for _ in range(9)]",
    "path": "import sys, pathlib\nhere = pathlib.Path(__file__).parent / 'other'\nhere.mkdir(exist_ok=True)\n(here / 'helper.py').write_text('def gain(): return 7')\nsys.path.insert(0, str(here))\nimport helper",
    "modules": "import sys, types\nsys.modules['helper'] = m = types.ModuleType('helper')\nm.gain = lambda: 9",
    "environment": "import os\nos.environ['LC_ALL'] = 'C'\nos.environ['HHANIM_SIZE'] = '320x180'",
    "locale": "import locale\nlocale._override_localeconv = {'decimal_point': ';'}",
    "floats": "import numpy as np\nnp.seterr(all='raise')\nnp.set_printoptions(precision=1)",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
    "builtins": "import builtins\nbuiltins.sorted = lambda x, **k: list(x)",
    "folder": "import os\nos.chdir('/')",
    "recursion": "import sys\nsys.setrecursionlimit(120)",
    "threads": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "exit": "import atexit, os\natexit.register(os._exit, 3)",
}  # fmt: skip


def trouble(name: str, text: str) -> None:
    Path("scenes", f"{name}_clip.py").write_text(
        f"{text}\nfrom hhanim import clip\n\n@clip(title='t', description='d', alt='a')\n"
        f"def {name}(stage, *, frames: int = 2, seconds: float = 0.2):\n    yield\n    yield\n"
    )


def made(names, folder, jobs=None):
    wanted, _ = projects.requests(names, projects.Settings(output=folder))
    events = films.make_all(wanted)
    assert {e.kind for e in events} <= {"done", "failed"}
    assert events[-1].kind == "done", events[-1].message
    found = sidecar.read(Path(folder, f"{names[-1]}.mp4"))
    return {
        p.suffix: p.read_bytes() for p in Path(folder).glob(f"{names[-1]}.*") if p.suffix != ".json"
    }, found.key


@pytest.fixture
def probe(project):
    Path("scenes/probe_clip.py").write_text(PROBE)
    return project


@pytest.mark.slow
@pytest.mark.parametrize("forks", [True, False], ids=["forked", "a process each"])
def test_what_one_scene_does_does_not_reach_the_next(probe, monkeypatch, forks):
    names = list(TROUBLE) if forks else ["settings", "patched_hhanim", "exit"]
    for name in names:
        trouble(name, TROUBLE[name])
    alone = made(["probe"], "alone")
    monkeypatch.setattr(apart, "FORKS", forks)
    drawing = Drawing()
    monkeypatch.setattr(making, "alone", lambda: drawing)
    assert made([*names, "probe"], "after") == alone
    drawing.stop()


def test_a_film_that_shows_a_date_is_of_that_day(project):
    trouble("today", "import datetime\nYEAR = datetime.datetime.now().year")
    trouble("clock", "import time\nYEAR = time.strftime('%Y')")
    trouble("timed", "import time\nBEGAN = time.perf_counter(), time.time()")
    for name, dated in (("today", True), ("clock", True), ("timed", False)):
        made([name], "output")
        assert ("date" in sidecar.read(Path(f"output/{name}.mp4")).used) == dated


def test_what_this_process_has_done_does_not_reach_a_scene(probe, monkeypatch):
    alone = made(["probe"], "alone")
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    monkeypatch.setattr(curve, "Curve", None)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONHASHSEED", "3")
    Path("matplotlibrc").write_text("lines.linewidth: 20\n")
    Path("manim.cfg").write_text("[CLI]\nframe_rate = 3\n")
    with mpl.rc_context({"lines.linewidth": 20, "text.antialiased": False}):
        assert made(["probe"], "after") == alone


def test_what_a_scene_prints_is_seen(project, capsys):
    trouble("loud", "import sys\nprint('to be seen')\nprint('and heard', file=sys.stderr)")
    made(["loud"], "output")
    said = capsys.readouterr()
    assert "to be seen\n" in said.out
    assert "and heard\n" in said.err


@pytest.mark.parametrize(
    ("way", "how"),
    [
        ("os._exit(3)", "ended with 3"),
        ("os.kill(os.getpid(), 9)", "was ended by SIGKILL (out of memory?)"),
        ("os.abort()", "was ended by SIGABRT"),
    ],
)
def test_a_scene_that_ends_its_process_fails_alone(project, way, how):
    trouble("aa", f"import os\n{way}")
    wanted, _ = projects.requests(["aa", "wave"], projects.Settings())
    ends = {event.name: event for event in films.make_all(wanted)}
    assert (ends["aa"].kind, ends["wave"].kind) == ("failed", "done")
    assert ends["aa"].message == f"aa: its process {how}"
    assert {p.name.partition(".")[0] for p in Path("output").iterdir()} == {"wave"}


def test_a_model_that_cannot_travel_is_refused_in_a_line(project):
    from hhanim.model import presets

    membrane = presets.get("modern").with_(gK=30)
    object.__setattr__(membrane, "title", lambda: "no data")
    with pytest.raises(RenderError, match=r"path/to/file\.py:NAME"):
        films.render("wave", model=membrane, size="160x90")


def test_work_apart_gives_back_what_it_raises_and_goes_on():
    place = Workplace("os:getpid")
    with pytest.raises(ZeroDivisionError):
        place.do("operator:truediv", 1, 0)
    with pytest.raises(LostError, match="3"):
        place.do("os:_exit", 3)
    assert place.do("os:getcwd") == str(Path.cwd())
    assert place.do("operator:add", 1, 2) == 3
    place.stop()


# While hhanim itself is edited


WAITING = """
import pathlib, time
from hhanim import clip

@clip(title="t", description="d", alt="a")
def {name}(stage, *, frames: int = 2, seconds: float = 0.2):
    (panel,) = stage.stack()
    panel.x("t", 0, 1).y("u", 0, 4)
    yield
    here = pathlib.Path(__file__).parent / "drawing"
    try:
        here.touch(exist_ok=False)  # two may draw at once
    except FileExistsError:
        pass
    else:
        while not (here.parent / "go_on").exists():
            time.sleep(0.02)
    yield
"""


FOUND = """
import os, sys
from pathlib import Path
from hhanim.studio.fresh.recording import Recording, recording
from hhanim.studio.fresh.used import Places

add, place = Recording.add, Path("go_on")

def noting(record, label, state=None):
    add(record, label, state)
    if label == "./go_on?":
        place.touch()

Recording.add = noting
with recording(Places(Path.cwd())) as record:
    exec(compile("while not os.path.exists(place): pass", str(place.absolute().with_name("scene.py")), "exec"))
print(record.used["./go_on?"])
"""


def test_a_file_that_comes_while_it_is_asked_for_counts_as_it_was_found(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FOUND], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout == "there\n", done


PART = """
import importlib.metadata, sys
from pathlib import Path
from hhanim.studio.fresh.recording import recording
from hhanim.studio.fresh.used import Places

importlib.metadata.packages_distributions = lambda: sys.exit("all that is installed was looked through")
with recording(Places(Path.cwd())):
    import scipy.optimize
print(*(name for name in sys.modules if name.startswith("_module")))
"""


def test_a_librarys_part_is_known_by_where_it_lies(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PART], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout == "_moduleTNC\n", done


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "hhanim", *words]


def stale() -> dict[str, list[str]]:
    done = subprocess.run(command("check", "--json"), capture_output=True, text=True, check=False)
    return {row["name"]: row["reasons"] for row in json.loads(done.stdout)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "loaded_here"),
    [("plots/panel.py", False), ("studio/plan/request.py", True)],
    ids=["draws", "asks"],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_edited_while_a_run_goes_on(probe, own_tree, start_process, file, loaded_here, jobs):
    """What is drawn after the edit is drawn by the new code, by a process that has not loaded the old."""
    for name in ("aa", "bb"):
        Path("scenes", f"{name}_clip.py").write_text(WAITING.format(name=name))
    names = ["aa", "bb"]
    Path("hhanim.toml").write_text("".join(f"[[targets]]\nscene = '{n}'\n" for n in names))
    process = start_process(
        command("render", "--jobs", jobs), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not Path("scenes/drawing").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    path = own_tree / "hhanim" / file
    path.write_text(path.read_text() + "\nEDITED = 1\n")
    Path("scenes/go_on").touch()
    said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    found = stale()
    reason = [f"hhanim/{file} changed"]
    # Whoever had loaded the old code has signed with it, or begun anew.
    assert found in ({}, {"aa": reason}) if jobs == "1" else all(r == reason for r in found.values())
    now = {n: Path("output", f"{n}.mp4").read_bytes() for n in names if n not in found}
    assert subprocess.run(command("render", "--force", "-q"), check=False).returncode == 0
    assert all(Path("output", f"{n}.mp4").read_bytes() == content for n, content in now.items())
    assert stale() == {}


SESSION = """
import sys
from pathlib import Path
import hhanim as hh
hh.render("scenes/wave_clip.py", size="160x90", name="one")
path = Path(sys.argv[1])
path.write_text(path.read_text() + chr(10) + sys.argv[2])
try:
    hh.render("scenes/wave_clip.py", size="160x90", name="two")
except hh.studio.errors.OutdatedError as error:
    print(error)
else:
    print("drawn")
"""


@pytest.mark.slow
def test_edited_in_a_session(project, own_tree):
    """What only draws is loaded anew; what the session itself has loaded needs a restart."""
    draws, asks = own_tree / "hhanim/plots/stage.py", own_tree / "hhanim/look/theme.py"
    for path, words in ((draws, "drawn"), (asks, f"{asks} was edited after it was loaded: restart")):
        done = subprocess.run(
            [sys.executable, "-c", SESSION, str(path), "EDITED = 1"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith(words), done
    assert issubclass(OutdatedError, RenderError)


def test_a_clock_that_goes_wrong_stops_nobody(project, own_tree):
    """Files from the future, as on a disk of another machine."""
    for path in (own_tree / "hhanim").rglob("*.py"):
        os.utime(path, (4e9, 4e9))
    done = subprocess.run(
        command("render", "scenes/wave_clip.py", "-q"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

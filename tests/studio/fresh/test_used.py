"""Labels mean the same wherever the project lies; what a stranger's record names is not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from hhanim.studio import loaded
from hhanim.studio.fresh import package, trust, versions
from hhanim.studio.fresh.changes import changes
from hhanim.studio.fresh.files import contents
from hhanim.studio.fresh.recording import Recording
from hhanim.studio.fresh.status import status
from hhanim.studio.fresh.used import Places
from hhanim.studio.make import films
from hhanim.studio.media import sidecar
from hhanim.studio.plan import project as projects
from hhanim.user_code import PACKAGE


@pytest.fixture
def places(tmp_path, monkeypatch) -> Places:
    for name in ("talk/scenes/data", "talk/cells", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "talk")
    return Places(tmp_path / "talk/scenes", {"model": tmp_path / "talk/cells"}, home=Path("/homes/me"))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("{root}/talk/scenes/data/a.csv", "./data/a.csv"),
        ("scenes/data/a.csv", "./data/a.csv"),
        ("notes.txt", "cwd/notes.txt"),
        ("{root}/talk/notes.txt", "../notes.txt"),
        ("{root}/talk/cells/cell.py", "model=./cell.py"),
        ("{root}/elsewhere/a.csv", "../../elsewhere/a.csv"),
        ("/homes/me/.lab", "~/.lab"),
        ("/mnt/lab/a.csv", "/mnt/lab/a.csv"),
        (f"{PACKAGE}/look/axis.py", "hhanim/look/axis.py"),
    ],
)
def test_labels(places, tmp_path, name, label):
    path = name.format(root=tmp_path)
    assert places.label(path) == label
    assert places.place(label) == places.folder / path


def test_states(places):
    folder = places.scene
    assert [places.state(f"./a.csv{end}") for end in ("", "?", "/")] == ["", "", ""]
    (folder / "a.csv").write_text("1")
    one = places.state("./a.csv")
    assert one == contents(folder / "a.csv") != ""
    assert (places.state("./a.csv?"), places.state("./data?"), places.state("./data")) == (
        "there",
        "a folder",
        "a folder",
    )
    before = places.state("./data/"), places.state("glob ./data|*.csv")
    (folder / "data/b.txt").touch()
    after = places.state("./data/"), places.state("glob ./data|*.csv")
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)
    assert places.state("import helper") == ""
    (folder / "helper.py").touch()
    assert places.state("import helper") == "./helper.py"
    (folder / "helper").mkdir()
    (folder / "helper/__init__.py").touch()
    assert places.state("import helper") == places.state("import .helper") == "./helper/__init__.py"
    assert places.state("import numpy") == places.state("import json") == "installed"


HOSTILE = (
    "/etc/passwd", "/dev/zero", "~/.ssh/id_rsa", "../../../../etc/passwd", "./../../../etc/passwd", "hhanim/../../../etc/passwd",
    "lib/../../../../etc/passwd", "model=./../../x", "cwd/../../x", "glob /|**/*", "glob ./|../**/*", "/etc/", "/etc/passwd?",
    "value /etc/passwd", "preset {evil}:X", "library {evil}", "code /etc/passwd", "import ../../evil", "version ../../x",
)  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_what_a_strangers_record_names_is_not_looked_at(places, tmp_path, monkeypatch, label):
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    label = label.format(evil=evil)
    monkeypatch.setattr(Places, "state", lambda *_: pytest.fail("it was looked at"))
    used = {label: "0123456789abcdef", "outside": "0" * 32}
    assert [found for found, _ in changes(used, places, trust.foreign(used, places))] == [label]
    assert not (tmp_path / "ran").exists()


def test_what_this_user_has_seen_used_is(places, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "elsewhere/a.csv"
    file.write_text("1")
    used = trust.sign({str(file): contents(file), "./b": ""}, places)
    assert list(changes(used, places, trust.foreign(used, places))) == []
    file.write_text("2")
    assert list(changes(used, places, trust.foreign(used, places))) == [(str(file), f"{file} changed")]
    used["/etc/passwd"] = "0"
    assert "/etc/passwd" in trust.foreign(used, places)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert trust.foreign(used, places) == {str(file), "/etc/passwd"}


@pytest.mark.parametrize(
    ("library", "text", "may_open"),
    [
        ("h5py/h5", "", True),
        ("typst/_typst", "Formula('V')", False),  # hhanim's own, for its formulas
        ("typst/_typst", "import typst", True),
        ("scipy/_moduleTNC", "import scipy", False),
    ],
)
def test_compiled_code_that_may_open_files(places, monkeypatch, library, text, may_open):
    """It is the scene's, not what hhanim draws with: files that others open meanwhile are not the scene's then."""
    record = Recording(places)
    module = ModuleType("compiled")
    module.__file__ = f"/lab/lib/python3/site-packages/{library}{EXTENSION_SUFFIXES[0]}"
    monkeypatch.setitem(sys.modules, "compiled", module)
    assert record._compiled(text) is may_open
    record.close()


def test_a_record_that_does_not_say_what_was_used_is_stale(project):
    films.render("still", size="160x90")
    (request,) = projects.requests(["still"], projects.Settings())[0]
    assert status(request).fresh
    path = sidecar.sidecar_path(request.path)
    sidecar.write(path, msgspec.structs.replace(sidecar.read(request.path), used={}))
    assert status(request).reasons == ("nothing says what it was made of",)


# By rule, not by a list


LOADED = """
import json, sys
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from hhanim.studio.draw import warm
getattr(warm, sys.argv[1])()
where = metadata.packages_distributions()
print(json.dumps(sorted({d for n in {m.partition(".")[0] for m in sys.modules} for d in where.get(n, ())})))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["clip", "film"])
def test_every_library_that_is_loaded_to_draw_is_an_engine_or_cannot_draw(kind):
    if kind == "film":
        pytest.importorskip("manim")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, f"{kind}s"], capture_output=True, text=True, check=True
    )
    found = {versions.plain(name) for name in json.loads(done.stdout.splitlines()[-1])}
    assert found - {versions.plain(name) for name in versions.ENGINES[kind]} - versions.SILENT == set()
    assert not set(versions.ENGINES[kind]) & versions.SILENT


@pytest.mark.parametrize("kind", ["clip", "film"])
def test_versions_are_those_that_pip_knows(kind):
    for name, number in versions.versions(kind).items():
        if name not in ("python", "Source Sans"):
            assert number == metadata.version(name)


def test_every_module_that_draws_counts(project):
    """Whatever is loaded where a film is drawn, or writes it, but for a short list; each on it is there."""
    films.render("still", size="160x90")
    used = sidecar.read(Path("output/still.mp4")).used
    modules = package.files()
    for carrier in (*package.CARRIERS, *package.WRITERS):
        assert any(label.startswith(carrier) for label in modules), f"{carrier} is gone"
    assert not any(label.startswith(package.CARRIERS) for label in used)
    assert {label for label in modules if label.startswith(package.WRITERS)} <= used.keys()
    from hhanim.studio.apart import Workplace

    place = Workplace("hhanim.studio.draw.warm:clips")
    files = place.do(
        "builtins:eval",
        "[m.__file__ for m in list(__import__('sys').modules.values()) if hasattr(m, '__file__')]",
    )
    place.stop()
    warm = [Places(Path()).label(file) for file in files if file and loaded.ours(file)]
    assert len(warm) > 50
    assert {label for label in warm if package.counts(label)} <= used.keys()

"""Errors from below: what a library, a program, a disk or a user's file says reaches people as one line with what to do,
and the exit code says of what kind it was."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from pathlib import Path
from textwrap import dedent

import pytest

import hhanim
from hhanim.model import HHError, presets
from hhanim.studio import doctor
from hhanim.studio.errors import MissingError, RenderError, UsageError
from hhanim.studio.make import films
from hhanim.studio.mends import need, told
from hhanim.studio.plan import project as projects

BODIES = {
    "ends_the_program": ("import sys; sys.exit(0)", "RenderError", r"clip.py:5: sys\.exit\(0\) ends the program"),
    "fills_the_memory": ("raise MemoryError", "RenderError", r"clip.py:5: out of memory; a smaller --preset"),
    "calls_itself": ("f = lambda: f(); f()", "RenderError", r"clip.py:5: RecursionError: .*something calls itself"),
    "a_full_disk": ("raise OSError(28, 'No space left on device', 'x.npy')", "RenderError", r"No space left .*x\.npy"),
    "two_lines": ("raise ValueError('one\\n two')", "RenderError", r"clip.py:5: ValueError: one two$"),
    "scipy": ("from scipy.linalg import inv; inv([[0.0]])", "RenderError", r"clip.py:5: LinAlgError: "),
    "mathtext": ("stage.figure.text(0, 0, '$\\\\frac{$')", "RenderError", r"ValueError: .*Expected "),
    "usetex": ("stage.figure.text(0, 0, 'a', usetex=True)", "MissingError", r"needs LaTeX .*: \S+.*install"),
    "film_writer": ("import matplotlib.animation as a; a.writers['ffmpeg']()", "MissingError", "needs ffmpeg, .*install"),
    "program": ("import subprocess; subprocess.run(['nonesuch', '-x'])", "RenderError", "the program nonesuch is not"),
    "latex": ("import subprocess; subprocess.run(['latex', '-x'])", "MissingError", r"needs LaTeX \(latex\), .*install"),
    "library": ("import h5py", "MissingError", "needs h5py, which is not installed: .* -m pip install .h5py"),
    "misspelt_helper": ("import helprs", "RenderError", "No module named 'helprs'; did you mean helper"),
    "unknown_library": ("import of_nobody", "RenderError", "put of_nobody.py beside unknown_library_clip.py, or install"),
    "broken_helper": ("import broken", "RenderError", r"broken_helper: broken\.py:2: SyntaxError: "),
    "helper_that_fails": ("import fails", "RenderError", r"helper_that_fails: fails\.py:1: ZeroDivisionError: "),
    "model": ("import hhanim; hhanim.presets.MODERN.with_(gNa=-1)", "RenderError", "clip.py:5: gNa = -1 is not allowed"),
}  # fmt: skip


@pytest.fixture
def nothing_installed(monkeypatch):
    """No LaTeX, no ffmpeg, no h5py, whatever this machine has."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "h5py", None)


@pytest.fixture
def broken(project, nothing_installed):
    for name, (body, *_) in BODIES.items():
        Path(f"scenes/{name}_clip.py").write_text(
            "from hhanim import clip\n"
            "@clip(title='T', description='d', alt='a')\n"
            f"def {name}(stage, *, frames: int = 3, seconds: float = 0.2):\n"
            f"    stage.figure.add_axes([0, 0, 1, 1])\n    {body}\n    yield\n    yield\n    yield\n",
            encoding="utf-8",
        )
    Path("scenes/broken.py").write_text("x = 1\ny = (\n")
    Path("scenes/fails.py").write_text("1 / 0\n")


def test_whatever_fails_in_a_scene_is_one_line_and_does_not_stop_the_others(broken):
    wanted = projects.requests([*BODIES, "wave"], projects.Settings())[0]
    events = {e.name: e for e in films.make_all(wanted)}
    assert events.pop("wave").kind == "done"
    for name, (_, kind, line) in BODIES.items():
        event = events[name]
        assert event.kind == {"RenderError": "failed", "MissingError": "missing"}[kind], event.message
        assert "\n" not in event.message
        assert event.message.startswith(f"{name}: ")
        assert matches(line, event.message), event.message
        frames = [row for row in event.trace.splitlines() if row.startswith("  File ")]
        assert all(f"scenes{os.sep}" in row for row in frames[:1]), event.trace
    assert events["two_lines"].trace
    assert not events["ends_the_program"].trace


def matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def test_in_python_the_traceback_of_the_cause_begins_in_the_scene(broken):
    with pytest.raises(RenderError, match="two_lines") as caught:
        hhanim.render("two_lines")
    shown = "".join(traceback.format_exception(caught.value)).partition("The above exception")[0]
    first = next(row for row in shown.splitlines() if row.startswith("  File "))
    assert re.search(r'two_lines_clip.py", line 5, in two_lines$', first), shown
    assert "ValueError: one" in shown
    with pytest.raises(RenderError, match="ends the program"):
        hhanim.render("ends_the_program")
    with pytest.raises(MissingError, match="ffmpeg"):
        hhanim.render("film_writer")


@pytest.mark.parametrize(
    ("name", "code"), [("ends_the_program", 1), ("library", 3), ("usetex", 3), ("two_lines", 1)]
)
def test_the_exit_code_says_of_what_kind_it_was(broken, name, code, capsys):
    from hhanim import cli

    with pytest.raises(SystemExit) as stop:
        cli.main(["render", name, "--quiet", "--jobs", "1"])
    assert stop.value.code == code
    said = capsys.readouterr().err
    assert f"{name}: {'failed' if code == 1 else 'missing'}: {name}: " in said
    assert "hhanim/" not in said.replace(str(Path.cwd()), "").replace(sys.prefix, "")


def test_a_failure_that_hhanim_did_not_expect_is_one_line_too(monkeypatch, capsys):
    from hhanim import cli

    def fail():
        raise ZeroDivisionError("what\nis this")

    monkeypatch.setattr("hhanim.studio.doctor.examine", fail)
    with pytest.raises(SystemExit) as stop:
        cli.main(["doctor"])
    said = capsys.readouterr().err
    assert stop.value.code == 1
    assert said.startswith("hhanim: ZeroDivisionError: what is this (hhanim/cli/machine.py:")
    assert said.count("\n") == 1
    monkeypatch.setenv("HHANIM_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["doctor"])


# -- films -------------------------------------------------------------------------------------------------

FILMS = {
    "law": ("self.add(MathTex('I = g V'))", r"needs LaTeX \(latex\), which is not installed: .*install.*MathTypst"),
    "numbers": ("self.add(Axes().add_coordinates())", r"needs LaTeX \(latex\), .*install"),
    "drawing": ("self.add(SVGMobject('none.svg'))", r"no file none\.svg in .*; one beside the scene is Path\(__file__\)"),
    "picture": ("self.add(ImageMobject('none.png'))", r"no file none\.png in "),
    "sound": ("self.add_sound('none.wav')", r"no file none\.wav in "),
    "typst": ("self.add(MathTypst('frac(1'))", r"film\.py:6: TypstError: unclosed delimiter"),
    "ends": ("raise SystemExit(3)", r"film\.py:6: sys\.exit\(3\) ends the program"),
}  # fmt: skip


def write_film(name: str, line: str) -> None:
    Path(f"scenes/{name}_film.py").write_text(
        f"from manim import *\n\n\nclass {name.title()}(Scene):\n    def construct(self):\n        {line}\n",
        encoding="utf-8",
    )


def test_films_of_others_say_what_they_lack(project, nothing_installed):
    pytest.importorskip("manim")
    for name, (line, _) in FILMS.items():
        write_film(name, line)
    wanted = projects.requests([*FILMS], projects.Settings())[0]
    for event, (_, line) in zip(films.make_all(wanted), FILMS.values(), strict=True):
        assert event.kind == ("missing" if "LaTeX" in line else "failed"), event.message
        assert matches(f"^{event.name}: {event.name}_film.py:6: |{line}", event.message)
        assert matches(line, event.message), event.message
        assert event.message.count("\n") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
@pytest.mark.parametrize(
    ("log", "dvi", "kind", "line"),
    [
        ("! Undefined control sequence.\n<recently read> \\foo\nl.12 a \\foo\n", False, "failed",
         r"LaTeX refuses: Undefined control sequence\.: l\.12 a \\foo$"),
        ("! LaTeX Error: File `standalone.cls' not found.\n\nType X to quit\n\nl.3 \n\n", False, "missing", r"LaTeX lacks standalone.cls: .*install"),
        ("", True, "missing", "needs dvisvgm, which is not installed: .*install"),
    ],
)  # fmt: skip
def test_what_latex_says_is_told(project, monkeypatch, capfd, log, dvi, kind, line):
    """By a LaTeX that only writes its log."""
    pytest.importorskip("manim")
    Path("bin").mkdir()
    Path("bin/log").write_text(log)
    Path("bin/latex").write_text(
        "#!/bin/sh\n"
        'for word in "$@"; do case $word in *.tex) file=${word%.tex};; esac; done\n'
        f'/bin/cat {Path("bin/log").resolve()} > "$file.log"\n' + (': > "$file.dvi"\n' if dvi else "exit 1\n")
    )
    Path("bin/latex").chmod(0o755)
    monkeypatch.setenv("PATH", str(Path("bin").resolve()))
    write_film("law", f"self.add(MathTex('I = g {kind} {dvi}'))")
    (event,) = films.make_all(projects.requests(["law"], projects.Settings())[0])
    assert event.kind == kind, event.message
    assert matches(line, event.message), event.message
    assert capfd.readouterr().err == "", "manim prints it once more, over many lines"


def test_fonts_that_are_not_there_are_told_of_once(project, capfd):
    pytest.importorskip("manim")
    write_film("letters", "self.add(Text('a', font='Nonesuch Antiqua')); self.wait(0.1)")
    text = (
        Path("scenes/still_clip.py")
        .read_text()
        .replace("    for _", "    ax.text(0, 0, 'a', family='Nonesuch')\n    for _")
    )
    Path("scenes/still_clip.py").write_text(text)
    films.make_all(projects.requests(["letters", "still"], projects.Settings())[0])
    assert capfd.readouterr().err.splitlines() == [
        f"hhanim: no font {name} here, so another is drawn: install it"
        for name in ("Nonesuch Antiqua", "Nonesuch")
    ]


# -- libraries that are missing, or do not load ------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import nowhere_to_be_found", r"which does not load: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise RuntimeError('a plugin\\n is broken')", r"which does not load: RuntimeError: a plugin is broken"),
        ("raise ImportError('libpango-1.0.so.0: cannot open shared object file')", r"libcairo2-dev.*pip install --force"),
    ],
)  # fmt: skip
def test_an_extra_that_is_there_and_does_not_load(tmp_path, monkeypatch, code, says):
    (tmp_path / "frail_library.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingError, match=says):
        need("frail_library", "films", "law")


def test_on_windows_the_program_is_known_from_the_call(monkeypatch):
    """CreateProcess says that a file is not there, not which."""
    code = compile(
        "def Popen(args):\n    raise FileNotFoundError(2, 'The system cannot find the file')", "s.py", "exec"
    )
    namespace = {"__name__": "subprocess"}
    exec(code, namespace)
    for args in (["latex", "-x"], '"C:\\Program Files\\latex.exe" -x', "latex -x"):
        with pytest.raises(FileNotFoundError) as caught:
            namespace["Popen"](args)
        assert isinstance(told(caught.value), MissingError), args


@pytest.mark.parametrize(("system", "words"), [("linux", "apt-get"), ("darwin", "brew"), ("win32", "winget")])
def test_the_command_that_installs_is_the_systems(monkeypatch, system, words):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    rows = [doctor._program(*program) for program in doctor._PROGRAMS]
    assert {row.name for row in rows} == {"latex", "dvisvgm", "ffmpeg", "espeak-ng"}
    for row in rows:
        assert (row.ok, row.needed) == (False, False)
        assert words in row.mend


def test_doctor_sees_a_library_that_does_not_load(tmp_path, monkeypatch):
    (tmp_path / "manim.py").write_text("raise ImportError('libcairo.so.2: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [m for m in sys.modules if m.partition(".")[0] == "manim"]:
        monkeypatch.delitem(sys.modules, name)
    row = doctor._library("films", ("manim",), False, "films", "hhanim[films]")
    assert not row.ok
    assert "libcairo.so.2" in row.detail
    assert "libcairo2-dev" in row.mend


# -- models of one's own -----------------------------------------------------------------------------------


@pytest.fixture
def cell(tmp_path, monkeypatch):
    """cell(text): a file that defines CELL, in a folder with a module and a package beside it."""
    monkeypatch.chdir(tmp_path)
    Path("mine/parts").mkdir(parents=True)
    Path("mine/constants_of_mine.py").write_text("G = 100.0\n")
    Path("mine/parts/__init__.py").write_text("from .inner import K\n")
    Path("mine/parts/inner.py").write_text("K = 30.0\n")

    def write(text: str) -> str:
        Path("mine/cell.py").write_text(dedent(text))
        return "mine/cell.py:CELL"

    return write


@pytest.mark.parametrize("first", ["from constants_of_mine import G", "from .constants_of_mine import G"])
def test_a_model_file_imports_what_lies_beside_it(cell, first):
    path = cell(
        f"{first}\nfrom parts import K\nfrom hhanim import presets\nCELL = presets.MODERN.with_(gNa=G, gK=K)\n"
    )
    membrane = presets.get(path)
    assert (membrane.parameters["gNa"], membrane.parameters["gK"]) == (100, 30)
    Path("mine/constants_of_mine.py").write_text("G = 90.0  # edited\n")
    assert presets.get(path).parameters["gNa"] == 90


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\nimport nothing_of_mine", r"^cell\.py:2: ModuleNotFoundError: "),
        ("x = (", r"^cell\.py:1: SyntaxError: "),
        ("import bad_neighbour", r"^bad_neighbour\.py:2: NameError: "),
        ("import sys\nsys.exit(0)", r"^cell\.py:2: sys\.exit\(0\) ends"),
        ("from hhanim import presets\nCELL = presets.MODERN.with_(gNa=-3)", r"^cell\.py:2: gNa = -3 is not allowed"),
        ("\0", r"^cell\.py: SyntaxError: .*null bytes"),
        ("", "unknown membrane in .*CELL"),
    ],
)  # fmt: skip
def test_a_model_file_that_fails_names_its_line(cell, text, says):
    Path("mine/bad_neighbour.py").write_text("\nx = y\n")
    with pytest.raises(HHError, match=says):
        presets.get(cell(text))


def test_a_model_file_that_lacks_a_library(cell, monkeypatch, capsys):
    from hhanim import cli

    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(SystemExit) as stop:
        cli.main(["simulate", "--model", cell("import h5py")])
    assert stop.value.code == 3
    assert "needs h5py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mine/cell.py", r"which membrane\? give mine.cell\.py:CELL"),
        ("hh.mod", r"model hh\.mod is not Python; write its channels as a Membrane"),
        ("cells/hh.nml", r"is not Python"),
    ],
)
def test_what_is_no_model_says_what_one_is(cell, name, says):
    cell("from hhanim import presets\nCELL = presets.MODERN")
    with pytest.raises(HHError, match=says):
        presets.get(name)


def test_by_the_command_line(cell):
    path = cell(
        "from constants_of_mine import G\nfrom hhanim import presets\nCELL = presets.MODERN.with_(gNa=G)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", "simulate", "--model", path, "-d", "5", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# -- notebooks ---------------------------------------------------------------------------------------------


def test_a_notebook_shows_one_line(monkeypatch, capsys):
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    for code, line in (
        ("import hhanim as hh\nhh.presets.MODERN.with_(gNa=-1)", "InvalidValue: gNa = -1 is not allowed"),
        ("import hhanim as hh\nhh.render('tua')", "UsageError: no scene named tua; did you mean tau?"),
    ):
        shell.run_cell(code)
        said = capsys.readouterr().out.strip().splitlines()
        assert len(said) == 2, said
        assert said[0] == f"line 2 of the cell: {code.splitlines()[1]}"
        assert said[1].startswith(line)


def test_what_the_model_refuses_is_usage_outside_a_scene():
    assert isinstance(told(HHError("no")), UsageError)

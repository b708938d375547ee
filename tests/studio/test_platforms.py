"""What differs between Linux, macOS and Windows, as far as it can be seen on one of them."""

from __future__ import annotations

import ast
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hhanim import cli
from hhanim.cli import program
from hhanim.studio.errors import RenderError, UsageError, writing
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.request import target

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name",
    ["CON", "nul", "aux.2", "Com1", "lpt9.tar", "prn .x", "COM²", "x.", "x ", " x", ".x", "a\x1b[31m", "tab\t", "\udc80", ""],
)  # fmt: skip
def test_names_that_are_none_on_some_system_are_refused_on_all(name, tmp_path):
    with pytest.raises(UsageError, match="output name"):
        target(tmp_path, name)


@pytest.mark.parametrize("name", ["console", "com", "COM10", "null.2", "x.y", "Ruhe – 静 №1", "a b"])
def test_other_names_are_taken(name, tmp_path):
    assert target(tmp_path, name) == tmp_path / f"{name}.mp4"


@pytest.mark.parametrize(
    ("one", "other"),
    [("name = 'Film'", "name = 'film'"), ("name = 'x.gif'", "name = 'x'\nformats = ['gif']")],
)
def test_two_names_of_one_file_are_refused(project, one, other):
    """Where upper and lower case are the same; and where both would be described in one file."""
    Path("hhanim.toml").write_text(
        f"[[targets]]\nscene = 'wave'\n{one}\n[[targets]]\nscene = 'wave'\n{other}\n"
    )
    with pytest.raises(UsageError, match="two targets would be written to"):
        projects.requests([], projects.Settings())


def test_no_file_is_read_or_written_in_the_encoding_of_the_machine():
    """``text=True`` and pipes as well, which no linter looks at."""
    for path in (p for folder in ("hhanim", "scenes") for p in sorted((ROOT / folder).rglob("*.py"))):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            given = {k.arg for k in call.keywords}
            words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            binary = any("b" in w and len(w) < 4 for w in words)
            text = name in ("read_text", "write_text", "NamedTemporaryFile", "TextIOWrapper", "fdopen")
            if name == "open":  # of files: by its name, or as a path's method, with a mode or without
                text = (
                    isinstance(call.func, ast.Name)
                    or not call.args
                    or words[:1] == [ast.unparse(call.args[0])[1:-1]]
                )
            text = text and not binary
            if text or (name in ("run", "Popen", "check_output") and given & {"text", "universal_newlines"}):
                assert given & {"encoding", "mode"} or "utf-8" in words, (
                    f"{path}:{call.lineno}: {ast.unparse(call)}"
                )


def test_what_is_piped_is_utf_8(project):
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", "simulate", "-d", "1", "--json"],
        capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert json.loads(done.stdout.decode("utf-8"))["duration"] == 1


def test_a_shell_that_closed_the_streams(project, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as stop:
        cli.main(["list"])
    assert stop.value.code == 0
    sys.stdout.close()
    sys.stderr.close()


@pytest.mark.parametrize(("system", "hint"), [("win32", "; is it open in another program?"), ("linux", "")])
def test_a_file_that_is_open_elsewhere_cannot_be_replaced_on_windows(monkeypatch, system, hint):
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(RenderError) as caught, writing(Path("x.mp4"), "x: "):
        raise PermissionError(13, "Permission denied", "x.mp4")
    assert str(caught.value) == f"x: cannot write x.mp4: Permission denied{hint}"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_being_ended_is_an_interruption(name):
    code = (
        f"import signal, hhanim.cli.program as c\n"
        f"signal.signal(signal.{name}, signal.SIG_DFL)\n"  # whatever the tests were started by
        f"c.app.callback = lambda: signal.raise_signal(signal.{name})\n"
        f"c.main(['list'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    code = 128 + signal.Signals[name]  # as a shell says it of a program that a signal has ended
    assert (done.returncode, done.stderr) == (code, "hhanim: stopped; no file is half-made\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no such signal")
def test_nohup_is_respected():
    code = (
        "import signal, hhanim.cli.program as c\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "c.app.callback = lambda: signal.raise_signal(signal.SIGHUP)\n"
        "c.main(['list'])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_streams_without_an_encoding_are_left_alone(stream, monkeypatch):
    """As of a notebook, or of a program without a console."""
    monkeypatch.setattr(sys, "stdout", stream)
    program._streams()
    print("x")
    if stream is None:
        sys.stdout.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize("words", [("list",), ("simulate", "-d", "5"), ("list", "--json")])
def test_a_full_disk_behind_stdout_is_one_line(words):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "hhanim", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_whoever_reads_no_more_is_no_failure(start_process):
    code = (
        "import sys, hhanim.cli.program as p\np.app.callback = lambda: print('x' * 10**7)\np.main(['list'])"
    )
    process = start_process([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.read(1) == b"x"
    process.stdout.close()
    assert (process.wait(600), process.stderr.read()) == (0, b"")

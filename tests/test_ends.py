"""How a program ends whose surroundings fail it: a stream, a folder, a typeface, a scene that ends the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.bad_inputs import CLIP

SMALL = ("--size", "96x64")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A working folder with one small clip."""
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/bb_clip.py").write_text(CLIP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def program(*words: str, **options) -> subprocess.CompletedProcess[str]:
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    return subprocess.run([sys.executable, "-m", "hhanim", *words], text=True, check=False, **options)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "words", [["simulate", "-d", "5"], ["list"], ["list", "--json"], ["--help"]], ids=" ".join
)
def test_a_full_disk_behind_stdout(folder, words):
    with Path("/dev/full").open("w") as full:
        done = program(*words, stdout=full)
    assert (done.returncode, done.stderr) == (
        1,
        "hhanim: cannot write what is printed: No space left on device\n",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's own words")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
@pytest.mark.parametrize("words", ["simulate -d 5", "list", "check bb", "render bb -q --size 96x64"])
def test_closed_streams(folder, words, closed):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m hhanim {words} {closed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 4)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a working folder")
@pytest.mark.parametrize(
    "words",
    [["list"], ["check"], ["render", "tau", "-q"], ["still", "tau"], ["export", "html", "tau"], ["doctor"], ["new", "x"],
     ["simulate", "-d", "5", "--out", "x.csv"], ["explore", "--no-open"], ["verify", "x.mp4"]],
    ids=" ".join,
)  # fmt: skip
def test_a_working_folder_that_is_gone(tmp_path, words):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os, sys; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); sys.argv = {['hhanim', *words]!r}; "
    script += "from hhanim.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("hhanim: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["render", "bb", "-q", *SMALL], ["still", "bb", "--at", "0", *SMALL]], ids=" ".join
)
def test_no_typeface(folder, words):
    (folder / "shadow/font_source_sans_pro").mkdir(parents=True)
    (folder / "shadow/font_source_sans_pro/__init__.py").write_text("")
    text = Path("scenes/bb_clip.py").read_text().replace("    ax =", "    stage.title('a')\n    ax =")
    Path("scenes/bb_clip.py").write_text(text)
    done = program(*words, env={**os.environ, "PYTHONPATH": str(folder / "shadow")})
    assert done.returncode == 3, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"{sys.executable} -m pip install --force-reinstall 'font-source-sans-pro'" in done.stderr


ENDS = {
    "sys.exit(0) at import": ("import sys\nsys.exit(0)\n", ""),
    "raise SystemExit at import": ("raise SystemExit\n", ""),
    "sys.exit(0) in the drawing": ("", "    import sys\n    sys.exit(0)\n"),
    "os._exit(0) in the drawing": ("", "    import os\n    os._exit(0)\n"),
    "os.abort()": ("", "    import os\n    os.abort()\n"),
    "chdir": ("import os\nos.chdir('/')\n", "    raise RuntimeError('x')\n"),
    "chdir in the drawing": ("", "    import os\n    os.chdir('/')\n    raise RuntimeError('x')\n"),
    "no more output": ("", "    import os\n    os.close(1)\n    os.close(2)\n    raise RuntimeError('x')\n"),
    "a thread that never ends": ("", "    import threading, time\n    threading.Thread(target=time.sleep, args=(9999,), "
                                 "daemon=True).start()\n    raise RuntimeError('x')\n"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "jobs"), [*((how, "1") for how in ENDS), ("os._exit(0) in the drawing", "2")]
)
def test_a_scene_that_ends_the_program_fails_alone(hh, folder, how, jobs):
    top, inside = ENDS[how]
    clip = CLIP.replace("def bb(", "def aa(").replace("    ax =", f"{inside}    ax =")
    Path("scenes/aa_clip.py").write_text(top + clip, encoding="utf-8")
    done = hh("render", "aa", "bb", *SMALL, "-q", "--jobs", jobs)
    assert done.returncode == 1
    assert done.stderr.startswith("aa: failed: aa: ")
    assert f"hhanim{os.sep}studio" not in done.stderr
    made = {p.name for p in Path("output").iterdir()}
    assert {name.partition(".")[0] for name in made} == {"bb"}
    assert {"bb.mp4", "bb.json", "bb.png", "bb.vtt"} <= made


def test_a_scene_that_changes_the_folder_hurts_nobody(hh, folder):
    text = "import os\nos.chdir('/')\n" + CLIP.replace("def bb(", "def aa(").replace(
        "    ax =", "    os.chdir('/')\n    ax ="
    )
    Path("scenes/aa_clip.py").write_text(text, encoding="utf-8")
    assert hh("render", "aa", "bb", *SMALL, "-q").returncode == 0
    assert {p.name for p in Path("output").glob("*.mp4")} == {"aa.mp4", "bb.mp4"}
    assert hh("check", "aa", "bb", *SMALL).returncode == 0


@pytest.mark.parametrize(
    "words", [["simulate", "--model"], ["explore", "--no-open", "--model"]], ids=" ".join
)
@pytest.mark.parametrize("text", ["import sys\nsys.exit(0)\n", "raise SystemExit\n", "import helper\n"])
def test_a_model_that_ends_the_program_is_told(hh, folder, words, text):
    Path("m.py").write_text(text)
    Path("helper.py").write_text("\nimport sys; sys.exit(0)\n")
    done = hh(*words, "m.py:X")
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert ("helper.py:2: " if "helper" in text else ": m.py:") in done.stderr.replace("hhanim: m", ": m")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="killed as on Unix")
def test_killed_while_drawing_nobody_is_left_to_complain(folder):
    clip = folder / "scenes/bb_clip.py"
    clip.write_text(
        clip.read_text().replace("        yield", "        yield\n        wait()"), encoding="utf-8"
    )
    with clip.open("a") as more:
        more.write("\ndef wait():\n    import time\n    print('drawing')\n    time.sleep(600)\n")
    words = [sys.executable, "-m", "hhanim", "render", "bb", *SMALL]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while process.stdout.readline() != "drawing\n":
        assert process.poll() is None
    process.kill()
    _, said = process.communicate()  # waits for all who hold the stream
    assert "lost" not in said
    assert "Error" not in said

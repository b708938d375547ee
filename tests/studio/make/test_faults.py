"""Killed, interrupted, without space, without permission, twice at once: what was there stays, nothing half-made has
a film's name, and the next run succeeds and leaves the folder clean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hhanim.process import short_turns
from hhanim.studio.errors import RenderError
from hhanim.studio.make import films, locks
from hhanim.studio.media import checks, sidecar
from hhanim.studio.media.exchange import WORK
from hhanim.studio.plan import project as projects
from tests.studio.conftest import files_of

FILM = files_of("wave")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "hhanim", "render", *words]


def in_folder(folder: str = "output") -> set[str]:
    return {p.name for p in Path(folder).iterdir()}


@pytest.fixture
def held_up(project):
    """A film that was made; made anew it says that it is being drawn, and waits until it may go on."""
    films.make_all(projects.requests(["wave"], projects.Settings())[0])
    assert in_folder() == FILM
    helper = Path("scenes/helper.py")
    drawing, go_on = project / "drawing", project / "go_on"
    helper.write_text(
        f"import pathlib, time\n{helper.read_text()}".replace(
            "    return",
            f"    pathlib.Path({str(drawing)!r}).touch()\n"
            f"    while not pathlib.Path({str(go_on)!r}).exists():\n        time.sleep(0.02)\n    return",
        )
    )
    return project


@pytest.fixture
def at_work(held_up, start_process):
    """at_work(…): ``hhanim render``, caught while it draws."""

    def start(*words: str) -> subprocess.Popen[str]:
        process = start_process(
            command(*words), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        while not Path("drawing").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        return process

    return start


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed(hh, at_work, jobs):
    before = Path("output/wave.mp4").read_bytes()
    process = at_work("wave", "--jobs", jobs)
    process.kill()
    process.wait()
    assert Path("output/wave.mp4").read_bytes() == before
    assert in_folder() - {WORK} == FILM
    assert sidecar.verify(Path("output/wave.mp4"))["intact"]
    Path("go_on").touch()
    done = hh("render", "wave")
    assert done.returncode == 0, done.stderr
    assert in_folder() == FILM
    assert sidecar.verify(Path("output/wave.mp4"))["intact"]


@pytest.mark.slow
def test_leftovers_of_another_film_are_swept(hh, at_work):
    """Also when its scene is gone: any run cleans the folder it writes to."""
    process = at_work("wave")
    process.kill()
    process.wait()
    assert (Path("output") / WORK).exists()
    for name in ("wave_clip.py", "helper.py"):
        Path("scenes", name).unlink()
    done = hh("render", "still")
    assert done.returncode == 0, done.stderr
    assert in_folder() == FILM | {n.replace("wave", "still") for n in FILM}


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(at_work, request, jobs, how):
    # Under nohup a hang-up is ignored, by what is started as well.
    usual = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, usual))
    before = Path("output/wave.mp4").read_bytes()
    process = at_work("wave", "--jobs", jobs, "--quiet")
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does: to the workers as well
    else:
        process.send_signal(how)  # as systemd, docker or a time limit do
    out, err = process.communicate(timeout=600)
    assert process.returncode == 128 + how
    assert err == "hhanim: stopped; no file is half-made\n"
    assert out == ""
    assert Path("output/wave.mp4").read_bytes() == before
    assert in_folder() == FILM


@pytest.mark.parametrize("kind", ["mp4", "gif", "mov", "png"])
def test_disk_full(hh, project, small_disk, kind):
    folder = str(small_disk / "output")
    done = hh("render", "wave", "--output", folder)
    assert done.returncode == 0, done.stderr
    before = Path(folder, "wave.mp4").read_bytes()
    filler = small_disk / "filler"
    free = os.statvfs(small_disk)
    filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 12_000))
    Path("scenes/deeper.py").write_text("GAIN = 0.3\n")
    done = hh("render", "wave", "--output", folder, "--format", kind, "--quiet")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "No space left on device" in done.stderr
    assert in_folder(folder) == FILM
    assert Path(folder, "wave.mp4").read_bytes() == before
    assert sidecar.verify(Path(folder, "wave.mp4"))["intact"]
    filler.unlink()
    if kind in ("mp4", "gif"):  # the others do not fit into 300 kB
        assert hh("render", "wave", "--output", folder, "--format", kind).returncode == 0
        assert sidecar.verify(Path(folder, f"wave.{kind}"))["intact"]


def test_read_only_folder(hh, project, request):
    root = os.geteuid() == 0  # who may write into any folder, but not onto a read-only disk
    folder = request.getfixturevalue("small_disk") if root else project / "output"
    assert hh("render", "wave", "--output", str(folder)).returncode == 0
    Path("scenes/deeper.py").write_text("GAIN = 0.3\n")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def protect(on: bool) -> None:
        if root:
            subprocess.run(["mount", "-o", f"remount,{'ro' if on else 'rw'}", str(folder)], check=True)
        else:
            folder.chmod(0o555 if on else 0o755)

    protect(True)
    done = hh("render", "wave", "--quiet", "--output", str(folder))
    protect(False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert (
        f"cannot write {folder / 'wave.mp4'}: {'Read-only file system' if root else 'Permission denied'}"
        in done.stderr
    )
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert hh("render", "wave", "--output", str(folder)).returncode == 0


@pytest.mark.slow
def test_two_at_once(at_work, start_process):
    """The second waits for the first and finds the film made."""
    first = at_work("wave", "--json")
    second = start_process(
        command("wave", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    Path("go_on").touch()
    two = [first, second]
    said = [process.communicate(timeout=600) for process in two]
    assert [process.returncode for process in two] == [0, 0], said
    last = sorted(json.loads(out.splitlines()[-1])["kind"] for out, _ in said)
    assert last == ["done", "fresh"]
    assert sidecar.verify(Path("output/wave.mp4"))["intact"]
    assert in_folder() == FILM


def test_lock_waits_and_goes(tmp_path):
    with locks.lock(tmp_path / "x", "a") as one, locks.lock(tmp_path / "x", "a", wait=False) as two:
        assert (one, two) == (True, False)
        with locks.lock(tmp_path / "x", "b", wait=False) as other:
            assert other
    assert not (tmp_path / "x").exists()


def test_the_folder_of_locks_comes_and_goes(tmp_path):
    """A film is begun while the one before is finished: one makes the folder, the other sweeps it away."""
    wrong = []

    def hold(name: str) -> None:
        try:
            for _ in range(300):
                with locks.lock(tmp_path / "x", name):
                    pass
        except OSError as error:
            wrong.append(error)

    with short_turns:
        threads = [threading.Thread(target=hold, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert not (tmp_path / "x").exists()


def test_a_file_where_the_folder_of_locks_should_be(tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(RenderError, match=r"x is a file.*move it away"), locks.lock(tmp_path / "x", "a"):
        pass


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_broken_scenes_do_not_stop_the_others(hh, project, jobs):
    Path("scenes/bad_clip.py").write_text(
        "from hhanim import clip\n"
        "@clip(title='Bad', description='d', alt='a')\n"
        "def bad(stage, *, frames: int = 4, seconds: float = 0.2):\n"
        "    yield\n"
        "    raise RuntimeError('out of ideas')\n"
    )
    done = hh("render", "wave", "bad", "still", "--jobs", jobs)
    assert done.returncode == 1
    assert {"wave.mp4", "still.mp4"} <= in_folder()
    assert "bad_clip.py:5: RuntimeError: out of ideas" in done.stderr
    assert "    raise RuntimeError('out of ideas')" in done.stderr  # its own traceback …
    assert (
        str(Path("scenes/bad_clip.py").resolve()) in done.stderr
    )  # … naming its own file, wherever it was run
    assert "run.py" not in done.stderr  # … and none of ours
    assert "2 rendered, 1 failed" in done.stderr


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", "..", "a\\..\\evil", "nul\0"])
def test_no_way_out_of_the_folder(hh, project, name):
    Path("hhanim.toml").write_text(f"[[targets]]\nscene = 'wave'\nname = {json.dumps(name)}\n")
    done = hh("render")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not list(project.parent.rglob("*evil*"))


def test_parameters_do_not_lead_out_either(hh, project):
    text = Path("scenes/still_clip.py").read_text()
    Path("scenes/still_clip.py").write_text(text.replace("*, frames", "*, word: str = 'a', frames"))
    Path("hhanim.toml").write_text("[[targets]]\nscene = 'still'\nname = 'x-{word}'\n")
    done = hh("render", "--set", "word=../../evil")
    assert done.returncode == 0, done.stderr
    assert not list(project.parent.rglob("evil*"))
    assert len([p for p in Path("output").iterdir() if p.suffix == ".mp4"]) == 1


def test_spaces_and_other_alphabets(hh, project):
    Path("hhanim.toml").write_text(
        "[[targets]]\nscene = 'wave'\nname = 'Aktionspotential – 動画 №{level}'\n", "utf-8"
    )
    for jobs in "12":
        done = hh("render", "--output", f"Vorträge über Nerven {jobs}", "--jobs", jobs, "--format", "mp4,gif")
        assert done.returncode == 0, done.stderr
        for suffix in ("mp4", "gif"):
            assert (
                checks.facts(
                    Path(f"Vorträge über Nerven {jobs}/Aktionspotential – 動画 №1.{suffix}")
                ).n_frames
                == 8
            )


def test_a_scene_does_not_decide_who_may_read_its_film(hh, project):
    path = Path("scenes/still_clip.py")
    path.write_text(path.read_text().replace("    ax = ", "    import os\n    os.umask(0o777)\n    ax = ", 1))
    assert hh("render", "still").returncode == 0
    Path("output/mine").touch()
    assert {p.stat().st_mode for p in Path("output").iterdir() if p.is_file()} == {
        Path("output/mine").stat().st_mode
    }

"""Many hands make the same film, to the byte; a hand that dies costs a retry."""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

import hhanim
from hhanim.studio.apart import Workplace
from hhanim.studio.draw.clip import perform
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.job import prepare
from hhanim.studio.fresh.status import status
from hhanim.studio.make import films, orders, workers
from hhanim.studio.media import checks, sidecar
from hhanim.studio.plan import catalogue
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.request import Request

# 40 s at 4 frames a second: four pieces. On demand it kills the first worker that comes to a certain frame.
LONG = """
import os, signal
from dataclasses import replace
from pathlib import Path
import numpy as np
from hhanim import clip
import helper
AWAY = False
assert not AWAY or Path(__file__).parent.parent.name != "project", "run from the project's own folder"

@clip(title="Long", description="d", alt="a", poster=0.9)
def long(stage, *, frames: int = 160, seconds: float = 40.0, trap: str = ""):
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.set_xlim(0, 6)
    ax.set_ylim(-2, 2)
    line, = ax.plot([], [])
    x = np.linspace(0, 6, 50)
    for k in range(frames):
        line.set_data(x, helper.gain() * np.sin(x + k / 9))   # altered in place
        ax.plot(x[: k % 50 + 1], x[: k % 50 + 1] / 6, "r")      # there for one frame
        if k in (0, 100):
            stage.caption(f"from {k}")
        if trap and k == 90 and not Path(trap).exists():
            Path(trap).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield
"""


@pytest.fixture
def long(project):
    Path("scenes/long_clip.py").write_text(dedent(LONG))
    return project


def here(project, *, away: bool = False) -> Path:
    """The same film made by this process alone; the original then refuses, if ``away``, to be run where it lies."""
    text = Path("scenes/long_clip.py").read_text()
    if away:
        Path("scenes/long_clip.py").write_text(text := text.replace("AWAY = False", "AWAY = True"))
    elsewhere = project.parent / "elsewhere" / "scenes"
    elsewhere.mkdir(parents=True)
    for name in ("helper.py", "deeper.py"):
        shutil.copy(Path("scenes", name), elsewhere)
    (elsewhere / "long_clip.py").write_text(text)
    return films.render(elsewhere / "long_clip.py", output="alone", size="160x90")


def request(**given):
    (found,) = projects.requests(["long"], projects.Settings(given=given))[0]
    return found


def test_frames_from_the_middle_are_the_frames_of_the_whole(long):
    """Of shipped clips, and of one that alters artists and adds passing ones."""
    entries = [
        catalogue.read().get("long"),
        *(e for e in catalogue.read([catalogue.shipped()]).entries if e.kind == "clip"),
    ]
    for entry in entries:
        job = prepare(Request(entry, Path("output/x.mp4"), {"frames": 40}, size="320x180"))
        whole = [f.rgba.copy() for f in perform(job).frames()]
        part = [f.rgba.copy() for f in perform(job).frames(27)]
        assert len(part) == 13
        for a, b in zip(whole[27:], part, strict=True):
            np.testing.assert_array_equal(a, b, err_msg=entry.name)


@pytest.mark.slow
def test_pieces_made_apart_give_the_same_file(long):
    alone = here(long)
    assert checks.facts(alone).n_frames == 160
    with workers.local(2) as hands:
        (event,) = films.make_all([request()], crew=hands)
    assert event.kind == "done", event.message
    assert Path("output/long.mp4").read_bytes() == alone.read_bytes()
    assert Path("output/long.png").read_bytes() == alone.with_suffix(".png").read_bytes()
    assert Path("output/long.vtt").read_bytes() == alone.with_suffix(".vtt").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".webm", ".mov", ".frames"])
def test_pieces_of_other_formats(long, suffix):
    """A film of several pieces, by two workers and by this process alone: the same bytes."""

    def made(folder, hands=None):
        path = Path(folder, f"long{suffix}")
        asked = Request(request().entry, path, theme="dark-transparent", size="160x90")
        (event,) = films.make_all([asked], crew=hands)
        assert event.kind == "done", event.message
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}

    alone = made("alone")
    with workers.local(2) as hands:
        assert made("together", hands) == alone
    assert len(alone) == (160 if suffix == ".frames" else 1)
    assert checks.facts(Path("together", f"long{suffix}")).n_frames == 160


@pytest.mark.slow
def test_any_executor_of_processes(project):
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(int).result()
        event = films.make_all(
            projects.requests(["wave"], projects.Settings())[0], crew=workers.Crew(lambda: pool, 1)
        )[0]
    assert event.kind == "done", event.message
    before = Path("output/wave.mp4").read_bytes()
    assert films.render("wave", force=True, size="160x90").read_bytes() == before


def test_what_lies_in_the_working_folder_goes_along(project, tmp_path):
    """A worker in another folder has the user's catalogue, and the file of a model with the module beside it."""
    Path("language").mkdir()
    Path("language/fr.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "A sine."\nmsgstr "Un sinus."\n')
    Path("cells").mkdir()
    Path("cells/cell.py").write_text(
        "import much\nfrom hhanim import presets\nMINE = presets.MODERN.with_(gNa=much.NA)\n"
    )
    Path("cells/much.py").write_text("NA = 90\n")
    (elsewhere := tmp_path / "worker").mkdir()
    (wanted,) = projects.requests(
        ["wave"], projects.Settings(language="fr", given={"model": "cells/cell.py:MINE"})
    )[0]
    spawn = multiprocessing.get_context("spawn")  # as far from here as a process can be
    with concurrent.futures.ProcessPoolExecutor(1, spawn, os.chdir, (elsewhere,)) as pool:
        (event,) = films.make_all([wanted], crew=workers.of(pool))
    assert event.kind == "done", event.message
    made = sidecar.record_of(wanted.path)
    assert made.alt == "Un sinus." and status(wanted).fresh
    films.make(wanted, force=True)
    alone = sidecar.record_of(wanted.path)
    assert (alone.sha256, alone.key) == (made.sha256, made.key)
    assert not list(elsewhere.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
def test_anybodys_executor(long, kind):
    """From Python, with an executor of one's own: the same bytes, and it is still there afterwards."""
    alone = here(long, away=True)
    with getattr(concurrent.futures, kind)(2) as pool:
        made = hhanim.render("long", size="160x90", executor=pool)
        assert pool.submit(int, "3").result() == 3
        Path("scenes/helper.py").write_text("def gain():\n    raise RuntimeError('no gain')\n")
        with pytest.raises(RenderError, match=r"helper|no gain"):
            hhanim.render("long", size="160x90", executor=pool)
        assert pool.submit(int, "4").result() == 4
    assert made.read_bytes() == alone.read_bytes()


def test_an_interruption_leaves_somebodys_executor_alone(project):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with pytest.raises(KeyboardInterrupt), workers.of(pool) as hands:
            films.make_all(projects.requests(["wave"], projects.Settings())[0], crew=hands)
            raise KeyboardInterrupt
        assert pool.submit(int, "5").result() == 5


class _Nobody(concurrent.futures.Executor):
    """An executor whose workers have all gone."""

    def submit(self, function, /, *arguments, **named):
        return concurrent.futures.Future()


class _Waiting(_Nobody):
    """An executor that has not begun with what it was given, and will not."""

    def __init__(self):
        self.given = []
        self.asked = threading.Event()

    def submit(self, function, /, *arguments, **named):
        self.given.append(concurrent.futures.Future())
        self.asked.set()
        return self.given[-1]

    def shutdown(self, wait=True, *, cancel_futures=False):
        for future in self.given if cancel_futures else ():
            future.cancel()


def test_who_is_stopped_does_not_wait_for_what_was_never_begun(project):
    """More films than workers: what is cancelled before it begins is never said to be done."""
    executor = _Waiting()
    hands = workers.Crew(lambda: executor, 2)
    ends: list[BaseException] = []

    def work():
        try:
            films.make_all(projects.requests(["wave"], projects.Settings())[0], crew=hands)
        except BaseException as error:
            ends.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert executor.asked.wait(600)
    hands.stop()
    thread.join(600)
    assert [type(e) for e in ends] == [KeyboardInterrupt]


@pytest.mark.parametrize("scheduler", ["there", "gone"])
def test_when_all_workers_are_gone_the_film_fails_after_a_while(project, scheduler):
    def present():
        if scheduler == "gone":
            raise OSError("no answer")
        return 0

    wanted = projects.requests(["wave"], projects.Settings())[0]
    hands = workers.Crew(_Nobody, 2, present=present, patience=0.3)
    (event,) = films.make_all(wanted, crew=hands)
    assert event.kind == "failed"
    assert event.message == "wave: no worker has been there for 0.3 s"
    assert not Path("output/wave.mp4").exists()


@pytest.mark.slow
def test_a_local_worker_that_dies_costs_a_retry(long, tmp_path):
    trap = tmp_path / "trap"
    with workers.local(2) as hands:
        (event,) = films.make_all([request(trap=str(trap))], crew=hands)
    assert trap.exists()
    assert event.kind == "done", event.message
    assert checks.facts(Path("output/long.mp4")).n_frames == 160


@pytest.mark.slow
def test_workers_that_always_die_fail_the_film(long, tmp_path):
    text = Path("scenes/long_clip.py").read_text()
    Path("scenes/long_clip.py").write_text(text.replace("Path(trap).touch()", "pass"))
    with workers.local(1) as hands:
        (event,) = films.make_all([request(trap=str(tmp_path / "trap"))], crew=hands)
    assert event.kind == "failed"
    assert "its worker died 4 times" in event.message
    assert not Path("output/long.mp4").exists()


def test_an_interruption_is_not_the_workers_affair():
    """A terminal sends it to all processes; what becomes of the film is for the parent to say."""
    place = Workplace("os:getpid")
    assert place.do("signal:raise_signal", signal.SIGINT) is None
    place.stop()


def test_a_damaged_piece_is_refused(tmp_path):
    name = "0/.pieces/000000000.mp4"
    piece = orders.Piece({name: b"something else"}, orders._sha256({name: b"what was sent"}))
    with pytest.raises(RenderError, match="damaged"):
        piece.unpack([tmp_path])
    assert list(tmp_path.iterdir()) == []


def test_another_hhanim_is_refused(project, monkeypatch):
    job = prepare(projects.requests(["wave"], projects.Settings())[0][0])
    theirs = {**orders.installed(job.request.entry), "matplotlib": "0.1"}
    order = orders.Order([job.request], *orders.sources(job.request), theirs)
    piece = orders.decoded(orders.fulfil(orders.encoded(order)), orders.Piece)
    assert piece.failure.kind == "RenderError"
    assert re.search(r"matplotlib is 3\S+ there and 0\.1 here", piece.failure.words)


def test_what_travels_is_plain_data(project):
    """An order and its piece are bytes without a pickle, and a model that is given arrives as it was."""
    model = hhanim.presets.MODERN.with_(gK=30)
    given = {"model": model, "level": np.float64(0.5)}
    request = replace(projects.requests(["wave"], projects.Settings())[0][0], given=given)
    sent = orders.encoded(orders.Order([request], *orders.sources(request), orders.installed(request.entry)))
    assert orders.decoded(sent, orders.Order).requests[0].values.objects["model"] == model
    back = orders.fulfil(sent)
    piece = orders.decoded(back, orders.Piece)
    assert piece.failure is None
    assert {name.partition("/")[2] for name in piece.files} == {".pieces/000000000.mp4"}
    for message in (sent, back):
        with pytest.raises((pickle.UnpicklingError, ValueError, EOFError, IndexError, KeyError, TypeError)):
            pickle.loads(message)
    with pytest.raises(RenderError, match="cannot be sent to another machine"):
        orders.encoded(orders.Order([replace(request, given={"level": object()})], {}, {}, {}))


@pytest.mark.parametrize(
    "name",
    ["0/../../evil.mp4", "/etc/evil", "0//etc/evil", "7/.pieces/000000000.mp4", "0/.pieces/../x.mp4", "0/evil.py",
     "0/.pieces/000000000.mp4/../../evil", "-1/.pieces/000000000.mp4", "x", "0/.pieces/000000000.mp4\0"],
)  # fmt: skip
def test_a_piece_with_files_that_belong_elsewhere_is_refused(tmp_path, name):
    files = {"0/.pieces/000000000.mp4": b"x", name: b"evil"}
    with pytest.raises(RenderError, match="a file that is none"):
        orders.Piece(files, orders._sha256(files)).unpack([tmp_path / "a"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("message", [None, 3, b"", b"x", b"\x80", b"\xc1" * 9, object()])
def test_what_is_no_piece_is_refused(project, message):
    job = prepare(projects.requests(["wave"], projects.Settings())[0][0])
    output = orders.Output(job, project / "x" / "wave.mp4")
    with pytest.raises(RenderError, match=r"no piece|came damaged"):
        orders.received(message, [output])


# -- Dask --------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path, start_process):
    """A scheduler and two workers, as processes, each in a folder of its own."""
    pytest.importorskip("distributed")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "3"

    def start(name: str, *words: str) -> subprocess.Popen[bytes]:
        (tmp_path / name).mkdir()
        with (tmp_path / name / "log").open("w") as log:
            dask = [sys.executable, "-m", "dask", *words, "--no-dashboard", "--host", "127.0.0.1"]
            return start_process(dask, cwd=tmp_path / name, stdout=log, stderr=log, env=environment)

    def wait_for(process: subprocess.Popen[bytes], name: str, ready: Callable[[], bool]) -> None:
        while not ready():
            assert process.poll() is None, (tmp_path / name / "log").read_text()
            time.sleep(0.05)

    found = tmp_path / "scheduler.json"
    scheduler = start("scheduler", "scheduler", "--port", "0", "--scheduler-file", str(found))
    wait_for(scheduler, "scheduler", lambda: found.exists() and bool(found.read_text()))
    address = json.loads(found.read_text())["address"]
    names = ["worker0", "worker1"]
    processes = [
        start(name, "worker", address, "--nthreads", "1", "--local-directory", str(tmp_path / name))
        for name in names
    ]
    for name, process in zip(names, processes, strict=True):
        log = tmp_path / name / "log"
        wait_for(process, name, lambda log=log: "Registered to" in log.read_text())
    return address, processes


@pytest.mark.slow
def test_dask(long, cluster, tmp_path):
    """Two workers that share no folder; one is killed over its piece; the film is the one made alone, to the byte
    (but for the parameter that sets the trap, which does not draw)."""
    alone = here(long, away=True)
    trap = tmp_path / "trap"
    address, _ = cluster
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", "render", "long", "--scheduler", address, "--set", f"trap={trap}"],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert trap.exists()
    assert Path("output/long.mp4").read_bytes() == alone.read_bytes()
    assert sidecar.verify(Path("output/long.mp4"))["intact"]
    assert "long: output/long.mp4 in" in done.stderr


@pytest.mark.slow
def test_dask_without_workers(project, cluster):
    """All of them go while a film is in the making."""
    address, processes = cluster

    def end(event):
        if event.kind == "start":
            for process in processes:
                process.terminate()
                process.wait(600)

    with workers.dask(address, patience=1.0) as hands:
        (event,) = films.make_all(
            projects.requests(["wave"], projects.Settings())[0], on_event=end, crew=hands
        )
    assert (event.kind, event.message) == ("failed", "wave: no worker has been there for 1 s")
    assert not Path("output/wave.mp4").exists()


@pytest.mark.slow
def test_no_scheduler(project):
    pytest.importorskip("distributed")
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", "render", "wave", "--scheduler", "tcp://127.0.0.1:1"],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "hhanim: no Dask scheduler answers at tcp://127.0.0.1:1"
    assert "Traceback" not in done.stderr

"""A film written by a process beside this one: the same bytes, the same errors, and nobody left behind."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from hhanim import process
from hhanim.studio.media import beside
from hhanim.studio.media.encode import VP9_ALPHA, Encoder
from hhanim.studio.media.formats import Films
from hhanim.studio.media.gif import Gif
from hhanim.studio.media.numbered import Numbered
from hhanim.studio.media.sheet import Yuv
from hhanim.studio.media.writer import EncodeError, Writer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

W, H = 160, 90


@pytest.fixture(autouse=True)
def _forks(monkeypatch):
    monkeypatch.setattr(process, "may_fork", True)


def frames(n: int, width: int = W, height: int = H):
    """Noise in rectangles, some of which overlap or reach over the edge; now and then nothing, or nobody knows."""
    rng = np.random.default_rng(5)
    frame = np.full((height, width, 4), 255, np.uint8)
    for k in range(n):
        rects = []
        for _ in range(k % 4):
            x, y, w, h = (int(v) for v in rng.integers(0, (width - 8, height - 8, 60, 60)))
            part = frame[y : y + h, x : x + w]
            part[...] = rng.integers(0, 256, part.shape)
            rects.append((x, y, x + w, y + h))
        yield frame, None if k % 7 == 5 else rects


def made(path: Path, writer=Encoder, *, apart: bool = True, n: int = 40, skip: int = 0, **how) -> Path:
    size = {"width": W, "height": H, "fps": 30}
    make = partial(writer, path, **size, **how)
    with beside.beside(make, path, **size) if apart else make() as film:
        assert isinstance(film, beside.Beside) == apart
        for k, (frame, rects) in enumerate(frames(n)):
            if k >= skip:
                film.write(frame, rects)
                frame[0, 0] = frame[0, 0]  # the buffer is the caller's again
    return path


def contents(path: Path) -> list[bytes]:
    return [p.read_bytes() for p in ([path] if path.is_file() else sorted(path.iterdir()))]


@pytest.mark.parametrize(
    ("name", "writer", "how"),
    [("a.mp4", Encoder, {}), ("a.webm", Encoder, {"codec": VP9_ALPHA}), ("a.gif", Gif, {}),
     ("a.frames", Numbered, {})],
)  # fmt: skip
def test_the_bytes_are_those_of_the_writer_alone(tmp_path, name, writer, how):
    (tmp_path / "alone").mkdir()
    one, two = (
        made(tmp_path / name, writer, **how),
        made(tmp_path / "alone" / name, writer, apart=False, **how),
    )
    assert contents(one) == contents(two)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "alone"])


def test_a_film_that_begins_in_the_middle_of_a_drawing_has_all_of_its_first_frame(tmp_path):
    one, two = made(tmp_path / "a.mp4", skip=9), made(tmp_path / "b.mp4", skip=9, apart=False)
    assert one.read_bytes() == two.read_bytes()


def test_who_draws_waits_when_there_is_no_room_for_more(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "AHEAD", 1)  # two frames, at least
    monkeypatch.setattr(beside, "_MANY", 3)
    assert made(tmp_path / "a.mp4").read_bytes() == made(tmp_path / "b.mp4", apart=False).read_bytes()


def test_films_that_are_written_one_after_the_other(tmp_path):
    paths = [tmp_path / f"{k}.mp4" for k in range(4)]
    with Films() as films:
        for path in paths:
            make = partial(Encoder, path, width=W, height=H, fps=30)
            film = films.enter_context(beside.beside(make, path, width=W, height=H, fps=30))
            for frame, rects in frames(6):
                film.write(frame, rects)
            films.end(film)
    assert len({path.read_bytes() for path in paths}) == 1
    assert not beside._open


@pytest.fixture
def left_behind():
    """Processes of this one's that are there and were not before."""
    me = psutil.Process()
    before = set(me.children())
    return lambda: set(me.children()) - before


def failing(path: Path, **size: int) -> Writer:
    return beside.beside(partial(Encoder, path, **size), path, **size)


def test_what_fails_there_is_told_here(tmp_path, monkeypatch, left_behind):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a.mp4").write_bytes(b"before")
    monkeypatch.setattr(Yuv, "put", full)
    with pytest.raises(EncodeError, match="No space left"):
        made(tmp_path / "a.mp4")
    assert contents(tmp_path) == [b"before"]
    with pytest.raises(EncodeError, match="No such file"):
        failing(tmp_path / "nowhere" / "a.mp4", width=W, height=H, fps=30)
    with (
        pytest.raises(EncodeError, match="not one frame"),
        failing(tmp_path / "b.mp4", width=W, height=H, fps=30),
    ):
        pass
    assert contents(tmp_path) == [b"before"] and not left_behind() and not beside._open


def test_a_film_that_is_whole_keeps_no_pictures(tmp_path):
    with failing(tmp_path / "a.mp4", width=W, height=H, fps=30) as film:
        film.write(np.zeros((H, W, 4), np.uint8))
        assert any(isinstance(held, np.ndarray) for held in vars(film).values())
    assert not any(isinstance(held, np.ndarray) for held in vars(film).values())


def test_what_is_abandoned_leaves_nothing(tmp_path, left_behind):
    with pytest.raises(ZeroDivisionError), failing(tmp_path / "a.mp4", width=W, height=H, fps=30) as film:
        film.write(np.zeros((H, W, 4), np.uint8))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [] and not left_behind() and not beside._open


def test_a_process_that_is_killed_is_missed(tmp_path, left_behind):
    frame = np.zeros((H, W, 4), np.uint8)
    with (
        pytest.raises(EncodeError, match="is gone"),
        failing(tmp_path / "a.mp4", width=W, height=H, fps=30) as film,
    ):
        os.kill(film._process, signal.SIGKILL)
        for k in range(5000):
            frame[...] = k % 256
            film.write(frame)
    assert not (tmp_path / "a.mp4").exists() and not left_behind()


def test_it_ends_with_whoever_forked_it(tmp_path):
    """Also when that one is killed, and can tell nobody: what it was writing is no longer written."""
    told, tell = os.pipe()
    if (owner := os.fork()) == 0:
        film = failing(tmp_path / "a.mp4", width=W, height=H, fps=30)
        os.write(tell, str(film._process).encode())
        signal.pause()
    writer = int(os.read(told, 20))
    end = os.pidfd_open(writer)
    os.kill(owner, signal.SIGKILL)
    os.waitpid(owner, 0)
    assert select.select([end], [], [], 60)[0], "it goes on"
    for number in (told, tell, end):
        os.close(number)

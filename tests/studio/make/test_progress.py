"""What is told while films are made: bars on a terminal, lines into a pipe, events as JSON, or nothing."""

from __future__ import annotations

import io
import json
import sys
import threading

import pytest

from hhanim.studio.make.progress import Reporter
from hhanim.studio.news import Event

EVENTS = [
    Event("start", "tau", "o/tau.mp4", n_frames=100, message="missing"),
    Event("start", "spike", "o/spike.mp4", message="gNa 120 → 60"),
    *(Event("frame", "tau", "o/tau.mp4", k, 100, k / 50) for k in range(1, 101)),
    Event("frame", "spike", "o/spike.mp4", 30, 0, 1.0),
    Event("done", "tau", "o/tau.mp4", 100, 100, 2.0),
    Event("failed", "spike", "o/spike.mp4", message="spike_film.py:3: ZeroDivisionError", trace="  File …\n"),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tell(**options) -> None:
    with Reporter(**options) as reporter:
        for event in EVENTS:
            reporter(event)


def test_lines_into_a_pipe(capsys):
    tell()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "tau: rendering 100 frames (missing)",
        "spike: rendering (gNa 120 → 60)",
        "tau: o/tau.mp4 in 2.0 s, 50 frames/s",
        "spike: failed: spike_film.py:3: ZeroDivisionError",
        "      File …",
        "1 rendered, 1 failed",
    ]


def test_quiet_leaves_failures(capsys):
    tell(quiet=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["spike: failed: spike_film.py:3: ZeroDivisionError", "      File …"]


def test_events_as_json(capsys):
    tell(as_json=True)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [e["kind"] for e in events if e["kind"] != "frame"] == ["start", "start", "done", "failed"]
    frames = [e["frame"] for e in events if e["kind"] == "frame" and e["name"] == "tau"]
    assert frames == sorted(frames)
    assert len(frames) == 21  # every twentieth part


def test_bars_on_a_terminal(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    tell()
    shown = screen.getvalue()
    assert "100/100 frames 50 fps" in shown
    assert "30/? frames 30 fps" in shown
    assert "1 rendered, 1 failed" in shown


@pytest.mark.parametrize("as_json", [False, True])
def test_many_threads(capsys, as_json):
    with Reporter(as_json=as_json) as reporter:
        threads = [
            threading.Thread(
                target=lambda k=k: [reporter(Event("fresh", f"{k}-{n}", "p")) for n in range(50)]
            )
            for k in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == (400 if as_json else 0)
    assert as_json or err.splitlines()[-1] == "400 up to date"

"""Edit, save, look: a real ``hhanim watch`` in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("watchfiles")


class Watch:
    """A running ``hhanim watch`` whose lines can be waited for."""

    def __init__(self, start_process, *words: str) -> None:
        self.process = start_process(
            [sys.executable, "-m", "hhanim", "watch", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.seen: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)
        self.lines.put(None)

    def until(self, words: str) -> None:
        """Wait for a line with these words, or for the end of the process."""
        with contextlib.suppress(queue.Empty):
            while (line := self.lines.get(timeout=600)) is not None:
                self.seen.append(line)
                if words in line:
                    return
        raise AssertionError(f"{words!r} did not come; what came: {''.join(self.seen)}")

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(600)
        self.reader.join()
        return code


@pytest.mark.slow
def test_a_saved_file_is_seen(project, own_tree, start_process):
    watch = Watch(start_process, "wave", "still")
    watch.until("watching")
    record = json.loads(Path("output/preview/wave.json").read_text())
    assert record["preset"] == "draft"
    still = Path("output/preview/still.mp4").stat().st_mtime_ns

    # a helper two imports away; everything that draws is loaded by now
    Path("scenes/deeper.py").write_text("GAIN = 0.5\n")
    watch.until("wave: output/preview/wave.mp4")
    assert Path("output/preview/still.mp4").stat().st_mtime_ns == still, "it does not depend on that file"

    # a mistake is said, and the watch goes on
    text = Path("scenes/wave_clip.py").read_text()
    Path("scenes/wave_clip.py").write_text(text.replace("yield", "yield ]"))
    watch.until("cannot be read")
    assert Path("output/preview/wave.mp4").exists()
    Path("scenes/wave_clip.py").write_text(text.replace("level *", "2 * level *"))
    watch.until("wave: output/preview/wave.mp4")

    # a helper that does not parse, too
    Path("scenes/deeper.py").write_text("GAIN = \n")
    watch.until("wave: failed")
    Path("scenes/deeper.py").write_text("GAIN = 1.5\n")
    watch.until("wave: output/preview/wave.mp4")

    # hhanim itself: it starts over
    path = own_tree / "hhanim/look/theme.py"
    path.write_text(path.read_text() + "\nEDITED = True\n")
    watch.until("theme.py changed")
    watch.until("watching")

    # a project file that appears
    Path("hhanim.toml").write_text("[scenes.still]\nframes = 9\n")
    watch.until("still: output/preview/still.mp4")
    assert json.loads(Path("output/preview/still.json").read_text())["n_frames"] == 9
    assert watch.end() == 0
    assert not list(Path("output/preview").glob(".*")), "nothing half-made is left"


def test_without_watchfiles_the_command_says_what_to_install(project, monkeypatch, capsys):
    from hhanim import cli

    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(SystemExit) as stop:
        cli.main(["watch", "wave"])
    assert stop.value.code == 3
    assert "hhanim[watch]" in capsys.readouterr().err

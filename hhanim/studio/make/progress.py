"""Telling how far it is: bars on a terminal, plain lines into a pipe, events as JSON, one line in a notebook."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Iterator
from typing import Any, Self

from hhanim.errors import visible
from hhanim.studio.media.shown import notebook
from hhanim.studio.news import Event, Listener, silent


class Reporter:
    """Hears events; a context manager.

    On stderr: a bar per film on a terminal, else a line when one starts, ends or fails. On stdout: nothing,
    or with ``as_json`` one event a line. ``quiet`` leaves only failures.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self._as_json, self._quiet = as_json, quiet
        self._one_at_a_time = threading.Lock()
        self._bars: dict[str, Any] = {}
        self._display: Any = None
        self._last_percent: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        if not (self._quiet or self._as_json) and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._display = Progress(
                TextColumn("{task.description:16}"),
                BarColumn(),
                TextColumn("{task.fields[frames]} {task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._display.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._display is not None:
            self._display.stop()
        if kind is None and not (self._quiet or self._as_json) and self._counts:
            words = {
                "done": "rendered",
                "fresh": "up to date",
                "kept": "kept",
                "missing": "not possible here",
                "failed": "failed",
            }
            self._line(", ".join(f"{self._counts[k]} {w}" for k, w in words.items() if k in self._counts))

    def __call__(self, event: Event) -> None:
        """Tell; several films may be in the making, each told of by a thread of its own."""
        with self._one_at_a_time:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        if event.kind not in ("start", "frame", "finishing"):
            self._counts[event.kind] = self._counts.get(event.kind, 0) + 1
        if self._as_json:
            self._json(event)
        elif self._display is not None:
            self._live(event)
        else:
            self._plain(event)

    def _json(self, event: Event) -> None:
        if event.kind == "frame":
            percent = 100 * event.frame // max(1, event.n_frames) // 5
            if self._last_percent.get(event.path) == percent:
                return
            self._last_percent[event.path] = percent
        print(json.dumps(event.as_json(), ensure_ascii=False), flush=True)
        if event.kind == "failed":
            self._line(f"{event.name}: failed: {event.message}")

    def _live(self, event: Event) -> None:
        if event.kind == "start":
            self._bars[event.path] = self._display.add_task(
                event.name, total=event.n_frames or None, frames="", rate=""
            )
        elif event.kind == "frame" and event.path in self._bars:
            rate = f"{event.frame / event.seconds:.0f} fps" if event.seconds > 0.2 else ""
            frames = f"{event.frame}/{event.n_frames or '?'} frames"  # a film's length is what it takes
            self._display.update(self._bars[event.path], completed=event.frame, frames=frames, rate=rate)
        else:
            self._display.stop_task(self._bars[event.path]) if event.path in self._bars else None
            self._plain(event)

    def _plain(self, event: Event) -> None:
        if event.kind in ("failed", "missing"):
            self._line(f"{event.name}: {event.kind}: {event.message}")
            if event.trace:
                self._line("    " + event.trace.rstrip().replace("\n", "\n    "))
        elif event.kind == "kept":
            self._line(f"{event.name}: kept: {event.message}")
        elif self._quiet or event.kind == "frame":
            return
        elif event.kind == "start":
            length = f" {event.n_frames} frames" if event.n_frames else ""
            self._line(f"{event.name}: rendering{length} ({event.message or 'forced'})")
        elif event.kind == "finishing":
            self._line(f"{event.name}: is drawn and will be whole in a moment; Ctrl-C again stops at once")
        elif event.kind == "done":
            rate = f", {event.n_frames / event.seconds:.0f} frames/s" if event.seconds else ""
            self._line(f"{event.name}: {event.path} in {event.seconds:.1f} s{rate}")
            if event.message:
                self._line(f"{event.name}: {event.message}")
        elif event.kind == "fresh":
            self._line(f"{event.name}: up to date")

    def _line(self, text: str) -> None:
        text = "\n".join(map(visible, text.split("\n")))
        if self._display is not None:
            self._display.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)


class NotebookLine:
    """Hears events and shows one line below the cell that runs, always the same."""

    def __init__(self) -> None:
        self._said = ""
        self._handle: Any = None
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Say what happens now, if it is not what is said already."""
        with self._one_at_a_time:
            if (text := self._words(event)) != self._said:
                self._said = text
                self._show({"text/plain": f"{event.name}: {text}"})

    def _words(self, event: Event) -> str:
        total = event.n_frames
        match event.kind:
            case "start":
                return "starts"
            case "frame" if total:
                return f"{100 * event.frame // total} % of {total} frames"
            case "frame":
                return f"{event.frame // 10 * 10} frames"
            case "done":
                return f"{total} frames in {event.seconds:.1f} s"
            case "fresh":
                return "up to date"
        return event.kind

    def _show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


@contextlib.contextmanager
def telling(on_event: Listener | None) -> Iterator[Listener]:
    """Who hears what happens: `on_event`, or else one line of a notebook, bars on a terminal, or nobody."""
    if on_event is not None:
        yield on_event
    elif notebook() is not None:
        yield NotebookLine()
    elif sys.stderr is not None and sys.stderr.isatty():
        with Reporter() as reporter:
            yield reporter
    else:
        yield silent

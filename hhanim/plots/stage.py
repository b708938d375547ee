"""The stage of a clip: a frame with its margins, titles, captions and panels on a common grid.

Nothing here integrates or computes physiology. All lengths are design pixels, for a frame whose shorter side is 1080.
The grid is the same for every clip, so that two of them cut together without a jump: 5 % safe margin, title top left,
the lowest tenth of the frame left free for captions, room for labels to the right of each panel.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from hhanim.language.pace import reading_time
from hhanim.look import Theme
from hhanim.look import type as typeface
from hhanim.look.numbers import rate_text
from hhanim.look.words import tr
from hhanim.plots.movers import Movers
from hhanim.plots.panel import NAMES, Panel

MARGIN, CAPTIONS = 0.05, 0.10  # of the frame
HEADER, LABELS = 122.0, 112.0  # room for title and subtitle, for the labels right of a panel


class Stage:
    """What a clip draws on.

    width, height: of the frame in pixels. fps, n_frames: its time base. theme: its colours.
    """

    def __init__(self, width: int, height: int, fps: Fraction | float, n_frames: int, theme: Theme) -> None:
        self.width, self.height, self.fps, self.n_frames, self.theme = width, height, fps, n_frames, theme
        self.u = typeface.unit(width, height)
        self.rc = dict(mpl.RcParams({**typeface.rc(self.u), "path.simplify": False}).items())
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)  # one point is one pixel
        self.canvas = FigureCanvasAgg(self.figure)
        self.figure.patch.set_facecolor(theme.hollow)
        self.movers: list[Movers] = []
        self.panels: list[Panel] = []
        self.captions: list[tuple[float, float, str]] = []
        self._waiting: list[tuple[float, str]] = []
        self.clicks: list[float] = []
        self._spikes: list[float] = []
        self.frame = 0
        self._left, self._right = MARGIN * width, (1 - MARGIN) * width
        self._top, self._bottom = (1 - MARGIN) * height, CAPTIONS * height

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return float(self.n_frames / self.fps)

    @property
    def renderer(self) -> RendererAgg:
        """What paints the figure into pixels."""
        renderer: RendererAgg = self.canvas.get_renderer()
        return renderer

    @contextlib.contextmanager
    def settings(self) -> Iterator[None]:
        """``mpl.rc_context(self.rc)`` at a twentieth of the price, because it is entered for every frame: only these
        settings are kept and put back, and none is validated again.
        """
        params: Any = mpl.rcParams
        before = [(key, params._get(key)) for key in self.rc]
        for key, value in self.rc.items():
            params._set(key, value)
        try:
            yield
        finally:
            for key, value in before:
                params._set(key, value)

    # -- text -------------------------------------------------------------------------------------------------

    def title(self, title: str, subtitle: str = "", corner: str = "") -> None:
        """Title top left, a line of conditions under it, and a small note at the right end of that line, or beside the
        title where the line is too long for both.
        """
        u, room, small, muted = self.u, self._right - self._left, typeface.SUBTITLE, self.theme.muted
        y, beside = self._top - 66 * u, room
        line = self._text(self._left, y, tr(subtitle), small, muted, room) if subtitle else None
        if corner:
            note = self._text(self._right, y, tr(corner), small, muted, 0.4 * room, ha="right")
            taken = self._wide(note) + 30 * u
            if line is not None and self._wide(line) > room - taken:
                note.set_y(self._top / self.height)
                beside -= taken
        self._text(
            self._left, self._top, tr(title), typeface.TITLE, self.theme.ink, beside, weight="semibold"
        )

    def _wide(self, text: Text) -> float:
        return float(text.get_window_extent(self.renderer).width)

    def _text(
        self, x: float, y: float, text: str, size: float, color: str, room: float, **style: Any
    ) -> Text:
        """A line of text under y that is made smaller, down to 26, rather than leave the frame: indices are then 18."""
        with self.settings():
            artist = self.figure.text(
                x / self.width, y / self.height, text, fontsize=size * self.u, color=color, va="top", **style
            )
            if (wide := self._wide(artist)) > room:
                artist.set_fontsize(max(26.0, size * room / wide) * self.u)
        return artist

    def caption(self, text: str, at: float | None = None) -> None:
        """What a caption says from this frame on, until the next one or the end; "" ends it.

        at: wait until sweep() has come to this value.

        One that has not been read yet stays, and the next one waits; one that cannot be read any more before the clip
        ends is left out: silence, rather than a caption that is no longer true.
        """
        text = tr(text)
        if at is not None:
            self._waiting = sorted([*self._waiting, (at, text)])
            return
        now = self.frame / float(self.fps)
        if self.captions:
            start, stop, said = self.captions[-1]
            now = max(now, start + reading_time(said))
            self.captions[-1] = (start, min(stop, now), said)
        if text and (now == 0.0 or now + reading_time(text) <= self.seconds + 1e-9):
            self.captions.append((now, self.seconds, text))

    def spikes(self, values: Iterable[float]) -> None:
        """What is heard as a click, where that is wanted, as sweep() comes to each of these values."""
        self._spikes = sorted(float(value) for value in values)

    def seen(self) -> str:
        """What is to be seen, in words: each panel with its curves, and where they are highest."""
        return " ".join(sentence for panel in self.panels for sentence in panel.seen())

    def rate(self, span: float, unit: str = "ms") -> str:
        """How fast the model's clock runs, e.g. "1 s = 6.7 ms", when `span` passes in sweep()."""
        return rate_text(span / ((self.moving - 1) / float(self.fps)), unit)

    # -- panels -----------------------------------------------------------------------------------------------

    def stack(self, *heights: float, labels: float = LABELS) -> list[Panel]:
        """Panels above each other with a common horizontal axis.

        heights: relative to each other. labels: room for labels at the right.
        """
        return self._column(
            self._left, self._right, self._panels_top, self._bottom, heights or (1.0,), labels
        )

    def beside(self, *widths: float, labels: Sequence[float] | float = LABELS) -> list[Panel]:
        """Panels next to each other; below each other where the frame is not wide enough."""
        return [panel for (panel,) in self.grid(widths, (1.0,), labels=labels)]

    def grid(
        self, widths: Sequence[float], heights: Sequence[float], *, labels: Sequence[float] | float = LABELS
    ) -> list[list[Panel]]:
        """Columns next to each other, each of panels above each other; below each other in a frame not wide enough.

        widths, heights: relative to each other. labels: room for labels at the right of each column.
        """
        rooms = [labels] * len(widths) if isinstance(labels, (int, float)) else list(labels)
        narrow = self.width < 1.3 * self.height
        gap = (22 if narrow else 56) * self.u
        whole = self._panels_top - self._bottom if narrow else self._right - self._left
        columns, done = [], 0.0
        for width, room in zip(widths, rooms, strict=True):
            size = (whole - gap * (len(widths) - 1)) * width / sum(widths)
            left, right, top, bottom = self._left, self._right, self._panels_top, self._bottom
            if narrow:
                top, bottom, room = top - done, top - done - size, max(rooms)
            else:
                left, right = left + done, left + done + size
            columns.append(self._column(left, right, top, bottom, heights, room))
            done += size + gap
        return columns

    @property
    def _panels_top(self) -> float:
        return self._top - HEADER * self.u

    def _column(
        self, left: float, right: float, top: float, bottom: float, heights: Sequence[float], room: float
    ) -> list[Panel]:
        """Panels above each other, of which the lowest has the common horizontal axis."""
        u, n = self.u, len(heights)
        name, axis = 60 * u, 92 * u  # above each panel its name, below it ticks and label of the axis
        gap = 6 * u
        free = top - bottom - n * name - axis - (n - 1) * gap
        panels = []
        for k, height in enumerate(heights):
            has_axis = k == n - 1
            top -= name
            low = top - free * height / sum(heights)
            panels.append(
                Panel(self, left + NAMES * u, low, right - room * u, top, x_axis=has_axis, room=room * u)
            )
            panels[-1].column = panels
            top = low - gap - (axis if has_axis else 0)
        self.panels += panels
        return panels

    # -- time -------------------------------------------------------------------------------------------------

    @property
    def moving(self) -> int:
        """How many of the frames move; the others hold the first state, half a second or a sixteenth of the clip, and
        the last, twice as long.
        """
        return max(2, self.n_frames - 3 * self._opening)

    @property
    def _opening(self) -> int:
        return min(round(0.5 * float(self.fps)), self.n_frames // 16)

    def sweep(self, first: float, last: float, *, ease: bool = True) -> Iterator[float]:
        """One value per frame: first, as long as its question is read, from there to last, and last while that holds.

        ease: start and stop gently (for a voltage axis); without, evenly (for a clock). What is drawn before the first
        value is taken stands still through the clip.
        """
        moving = self.moving
        for k in range(self.n_frames):
            s = min(max(k - self._opening, 0) / (moving - 1), 1.0)
            if ease:
                s = _eased(s)
            value = first + (last - first) * s
            while self._waiting and value >= self._waiting[0][0]:
                self.caption(self._waiting.pop(0)[1])
            while self._spikes and value >= self._spikes[0]:
                self._spikes.pop(0)
                self.clicks.append(self.frame / float(self.fps))
            yield value

    def play(self, first: float, last: float, *, ease: bool = True) -> Iterator[None]:
        """Let everything grow from one value to another, frame by frame, as in sweep()."""
        for value in self.sweep(first, last, ease=ease):
            self.until(value)
            yield

    def settle(self) -> None:
        """Fix everything in pixels; where labels would leave the frame at the end, the panels give way."""
        for column in {id(p.column): p.column for p in self.panels}.values():
            for panel in column:
                panel.place()
                panel.movers.plan(self.moving / float(self.fps))
            excess = max(panel.excess() for panel in column)
            for panel in column:
                if excess > 0:
                    box = panel.axes.get_position()
                    panel.axes.set_position((box.x0, box.y0, box.width - excess / self.width, box.height))
                    panel.place()
                    panel.movers.plan(self.moving / float(self.fps))

    def until(self, value: float) -> None:
        """Let every curve grow up to this value (of its ``along``, by default its x)."""
        for movers in self.movers:
            for curve in movers.curves:
                curve.until(value)


def _eased(s: float, ramp: float = 0.12) -> float:
    """0 → 1 at constant speed, but for a gentle start and stop of `ramp` each."""
    top = 1.0 / (1.0 - ramp)
    if s < ramp:
        return 0.5 * top * s * s / ramp
    if s > 1 - ramp:
        return 1.0 - 0.5 * top * (1 - s) ** 2 / ramp
    return 0.5 * top * ramp + top * (s - ramp)

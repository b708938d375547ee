"""``@clip``: a generator that draws, then yields once per frame, becomes a clip.

    @clip(title="The gates in voltage", alt="…")
    def gates(stage, *, model: Membrane = "classroom", frames: int = 100, seconds: float = 5.0):
        panel, = stage.stack(1)
        ...
        for v in stage.sweep(-100, 50):
            stage.until(v)
            yield

It never sees a camera, a writer or a file name. What is drawn before the first ``yield`` (or before the stage's
``sweep`` starts) stands still; panels' curves grow; any other matplotlib artist that is added between two yields is on
that frame only, as with celluloid, whose Camera finds it.
"""

from __future__ import annotations

import inspect
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure

from hhanim.look import Theme, get_theme
from hhanim.look.words import tr
from hhanim.model import HHError
from hhanim.parameters import bind
from hhanim.plots.additions import Additions
from hhanim.plots.movers import advance
from hhanim.plots.painter import Painter, frozen_layout
from hhanim.plots.rect import Rect
from hhanim.plots.stage import Stage


@dataclass(frozen=True)
class Clip:
    """A scene drawn with matplotlib. Made by @clip.

    function: the generator. name: what ``hhanim render`` calls it. title, description: for people. alt: the text
    alternative. poster: where in the clip (0..1) the frame is that stands for it, by default its first: what a slide
    shows until somebody clicks.
    """

    function: Callable[..., Iterator[None]]
    name: str
    title: str
    description: str = ""
    alt: str = ""
    poster: float = 0.0

    @property
    def declared(self) -> dict[str, tuple[Any, Any]]:
        """The signature: parameter → annotation and default, both as written."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return {
            p.name: (type(p.default) if p.annotation is p.empty else p.annotation, p.default)
            for p in parameters
        }

    def cli(self) -> None:
        """Render this clip from the command line: ``python scenes/tau_clip.py --set gNa=60``."""
        file = inspect.getsourcefile(self.function)
        sys.argv[:] = ["hhanim", "render", f"{file}:{self.function.__name__}", *sys.argv[1:]]
        runpy.run_module("hhanim", run_name="__main__")  # as anybody's program: clips know nothing of it


def clip(
    *, title: str, description: str = "", alt: str = "", poster: float = 0.0, name: str = ""
) -> Callable[[Callable[..., Iterator[None]]], Clip]:
    """Make a clip of a generator function ``def name(stage, *, …)``; all arguments are literals.

    title, description: for the catalogue; the description defaults to the docstring. alt: the text alternative.
    poster: where in the clip (0..1) the frame is that stands for it.
    """

    def decorate(function: Callable[..., Iterator[None]]) -> Clip:
        said = description or " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
        return Clip(function, name or function.__name__, title, said, alt, poster)

    return decorate


@dataclass
class Frame:
    """One frame: straight RGBA pixels (H, W, 4), in a buffer that the next frame reuses, and what has changed.

    dirty: rectangles (x0, y0, x1, y1), origin at the top left, outside of which nothing differs from the frame before;
    None if unknown.
    """

    rgba: np.ndarray
    dirty: list[Rect] | None


@dataclass
class Performance:
    """A clip being played. ``frames()`` may be taken once; captions are complete when it is through."""

    clip: Clip
    values: Mapping[str, Any]
    stage: Stage
    alt: str = ""
    captions: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def poster(self) -> int:
        """Index of the frame that stands for the clip."""
        return min(self.stage.n_frames - 1, round(self.clip.poster * (self.stage.n_frames - 1)))

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Every frame in turn; none is kept. Raises HHError if the clip yields fewer or more than it was given.

        start: index of the first one that is wanted; the clip plays through those before it without painting them.
        """
        stage = self.stage
        performer = self.clip.function(stage, **self.values)
        camera = _Recorder(stage)
        count = 0
        while True:
            with stage.settings():
                if next(performer, self) is self:
                    break
                if count == stage.n_frames:
                    raise HHError(f"clip {self.clip.name} yields more than its {count} frames")
                frame = camera.take() if count == 0 or count >= start else camera.skip()
            self.captions[:] = stage.captions
            count += 1
            stage.frame = count
            if frame is not None and count > start:
                yield frame
        if count < stage.n_frames:
            raise HHError(f"clip {self.clip.name} yields {count} frames of {stage.n_frames}")

    def figure(self, number: int) -> Figure:
        """The figure as it stands on one frame, for a vector file; instead of ``frames()``, and once too."""
        stage = self.stage
        performer = self.clip.function(stage, **self.values)
        camera = _Recorder(stage)
        for count in range(number + 1):
            with stage.settings():
                if next(performer, self) is self:
                    raise HHError(f"clip {self.clip.name} yields {count} frames of {stage.n_frames}")
                if count == 0:
                    camera.settle()
                if count < number:
                    camera.skip()
            stage.frame = count + 1
        return stage.figure


class _Recorder:
    """A camera that paints each frame at once and keeps none."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._additions = Additions(stage.figure)
        self._painter: Painter | None = None
        self._altered: list[Artist] = []
        self._resting: set[int] = set()
        self._had_passing = False

    def take(self) -> Frame:
        stage = self.stage
        first = self._painter is None
        if first:
            self._start()
        assert self._painter is not None
        passing = [] if first else [a for a in self._news() if a not in stage.movers]
        changed = [] if first else [a for a in self._painter.changed() if id(a) not in self._resting]
        if changed:  # altered in place: from now on it is painted on every frame
            for artist in changed:
                self._painter.add(artist, alters=True)
            self._altered += changed
            self._painter.refresh()
        rebuilds = self._painter.rebuilds
        renderer = stage.renderer
        background = (
            None if first or passing or self._altered or self._had_passing else self._painter.steady(renderer)
        )
        if background is not None:  # only what panels move has changed
            pixels = np.asarray(renderer.buffer_rgba())
            return Frame(pixels, advance(stage.movers, pixels, background, self._scratch))
        for artist in passing:
            self._painter.add(artist)
        rgba = self._painter.paint([*stage.movers, *self._altered, *passing], renderer)
        for artist in passing:
            self._painter.forget(artist)
            artist.remove()
        if first:
            self._resting = {id(a) for a in self._painter.changed()}
        plain = not (passing or self._altered or self._had_passing or self._painter.rebuilds != rebuilds)
        self._had_passing = bool(passing)
        self._additions.mark()
        return Frame(rgba, [r for m in stage.movers for r in m.dirty] if plain else None)

    def skip(self) -> Frame | None:
        """Go past a frame that nobody wants to see."""
        for artist in self._news():
            if artist not in self.stage.movers:
                artist.remove()
        self._additions.mark()
        return None

    def _start(self) -> None:
        self.settle()
        self._painter = Painter(self.stage.figure, self.stage.movers)
        renderer = self.stage.renderer
        self._scratch = RendererAgg(renderer.width, renderer.height, renderer.dpi)

    def settle(self) -> None:
        """Fix the layout; all there is stands still from now on."""
        stage = self.stage
        for movers in stage.movers:
            movers.set_visible(False)
        if frozen_layout(stage.figure):  # a draw would put the axes where they belong: no more is needed
            for ax in [a for parent in stage.figure.axes for a in (parent, *parent.child_axes)]:
                locator = ax.get_axes_locator()
                ax.apply_aspect(None if locator is None else locator(ax, stage.renderer))
        else:
            stage.figure.draw_without_rendering()
        stage.settle()
        for movers in stage.movers:
            movers.set_visible(True)
        self._legends = {id(ax.legend_) for ax in stage.figure.axes}
        self._additions.mark()

    def _news(self) -> list[Artist]:
        """What has been added since the frame before, legends included."""
        new: list[Artist] = []
        for ax in self.stage.figure.axes:
            legend = ax.legend_
            new += self._additions.take(ax)
            if legend is not None and id(legend) not in self._legends:
                new.append(legend)
        return new


def perform(
    clip: Clip,
    values: Mapping[str, Any] | None = None,
    *,
    width: int = 1920,
    height: int = 1080,
    fps: Fraction | float = 20,
    n_frames: int = 100,
    theme: Theme | str = "dark",
) -> Performance:
    """Play a clip: ``for frame in perform(tau, values).frames(): …``.

    values: the clip's parameters as objects (a Membrane, a Protocol, numbers); those left out take their defaults.
    width, height: in pixels. fps, n_frames: the time base. theme: a Theme or its name.
    """
    given = dict(bind(clip.name, clip.declared, values or {}).objects)
    for name, actual in (("frames", n_frames), ("seconds", float(n_frames / fps))):
        if name in given:
            given[name] = actual
    stage = Stage(width, height, fps, n_frames, get_theme(theme))
    return Performance(clip, given, stage, alt=tr(clip.alt))

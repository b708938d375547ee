"""A celluloid film's frames as matplotlib would draw them, of any script: fast where that is known to be right.

Frames are painted by a Painter. The first frame of a kind (its artists' types and axes) is also drawn whole, by
matplotlib, if one of them may paint where it does not say; unless the two are the same to the last bit, all frames of
that kind are drawn whole. So is every frame of a film with artists that are not matplotlib's own: what they paint on
one says nothing of the next.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import pickle
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import cbook
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure, FigureBase
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import TransformNode

from hhanim.plots.painter import (
    KNOWN,
    NOWHERE,
    Area,
    Painter,
    Pixels,
    frozen_layout,
    ordinary,
    painted,
    plain,
    truthful,
)

_log = logging.getLogger(__name__)

#: Where an artist or a transform hangs, who listens to it and what it is called: not how it looks.
_BOOKKEEPING = frozenset({
    "_axes", "axes", "figure", "_parent_figure", "parent", "_parent", "_parents", "stale_callback", "_callbacks",
    "_stale", "_invalid", "_remove_method", "_mouseover", "_picker", "_label", "_gid", "_url", "_renderer", "isaxes",
    "_find_best_position",
})  # fmt: skip


class _Description(pickle.Pickler):
    """Writes down all that an artist of matplotlib's is made of; refuses what is anybody else's.

    outer: what the artist only refers to, by identity.
    """

    def __init__(self, file: io.BytesIO, outer: set[int]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._outer = outer

    def reducer_override(self, thing: Any) -> Any:
        kind = type(thing)
        if id(thing) in self._outer or isinstance(thing, (Axes, FigureBase)):
            return int, (id(thing),)
        if kind.__module__.partition(".")[0] not in ("matplotlib", "numpy", "builtins", "enum"):
            raise pickle.PicklingError(f"{kind} is not matplotlib's")
        if isinstance(thing, (Artist, TransformNode)):
            return kind.__new__, (kind,), {k: v for k, v in vars(thing).items() if k not in _BOOKKEEPING}
        return NotImplemented


def description(legend: Any) -> bytes | None:
    """The same for two legends of one axes only if they look the same; None: cannot be described.

    To be asked before it is drawn, which leaves traces.
    """
    around = (legend.axes, legend.get_figure())
    outer = {id(v) for a in around for v in vars(a).values() if isinstance(v, TransformNode)}
    file = io.BytesIO()
    try:
        _Description(file, outer).dump(legend)
    except Exception:  # whatever stands in the way, the legend will be drawn itself
        return None
    return file.getvalue()


def _visible_texts(ax: Any) -> list[Text]:
    return [a for a in ax._children if isinstance(a, Text) and a.get_visible()]


def share_best_places(legends: Iterable[Any], stack: contextlib.ExitStack) -> None:
    """Legends at the "best" place look at every artist of their axes: equal cases look once, until the stack closes."""
    found: dict[Any, tuple[float, float]] = {}

    def place(legend: Any, width: float, height: float, renderer: Any) -> tuple[float, float]:
        ax = legend.parent
        texts = (a.get_window_extent(renderer).bounds for a in _visible_texts(ax))  # only they come and go
        pad = legend.borderaxespad * renderer.points_to_pixels(legend._fontsize)
        case = (ax, ax.bbox.bounds, legend.get_bbox_to_anchor().bounds, width, height, pad, *texts)
        if case not in found:
            found[case] = Legend._find_best_position(legend, width, height, renderer)  # type: ignore[attr-defined]
        return found[case]

    for legend in legends:
        # Axes of their own kind may move what is on them when they draw it, as those in space do.
        if type(legend) is Legend and isinstance(legend.parent, Axes) and plain(legend.parent):
            legend._find_best_position = functools.partial(place, legend)  # type: ignore[attr-defined]
            stack.callback(vars(legend).pop, "_find_best_position")


class FilmPainter(Painter):
    """A Painter to which legends that look the same are the same."""

    def __init__(self, figure: Figure, movers: Sequence[Artist]) -> None:
        super().__init__(figure, movers)
        self._looks: dict[bytes, int] = {}
        self._look_of: dict[Artist, int | None] = {}

    def likeness(self, artist: Any, renderer: Any) -> Hashable:
        if type(artist) is not Legend or artist.axes is None:
            return None
        if artist not in self._look_of:
            said = description(artist)
            self._look_of[artist] = None if said is None else self._looks.setdefault(said, len(self._looks))
        look = self._look_of[artist]
        if look is None:
            return None
        if getattr(artist, "_loc", 0) == 0 and _visible_texts(artist.axes):
            # the best place is not the same on every frame
            return artist.axes, look, artist.get_window_extent(renderer).bounds
        return artist.axes, look


class Filming:
    """While open, ``figure.draw`` paints the chosen frame; every savefig then costs one frame.

    Everything around it is matplotlib's own: savefig still chooses size, colours and format.
    """

    def __init__(self, figure: Any, frames: Sequence[Sequence[Artist]]) -> None:
        self.figure = figure
        self.touched: Area | None = (
            None  # where the last frame may differ from the one before; None: anywhere
        )
        self._frame: Sequence[Artist] = []
        self._last = frames[-1]
        self._movers = list({id(a): a for frame in frames for a in frame}.values())
        self._dpi = figure.dpi
        self._settled = frozen_layout(figure)
        self._places: list[Any] = []
        self._renderer: Any = None
        self._draw_figure = figure.draw
        self._plain = getattr(figure.draw, "__func__", None) is Figure.draw and not any(
            map(_foreign, self._movers)
        )
        self._usual = all(ordinary(a) for a in self._movers)
        self._stubborn: set[Artist] = set()
        self._right: dict[Hashable, bool] = {}  # of each kind of frame: whether the painter paints it right

    def __enter__(self) -> Filming:
        figure, canvas = self.figure, self.figure.canvas
        with contextlib.ExitStack() as stack:
            if not isinstance(canvas, FigureCanvasAgg):
                FigureCanvasAgg(figure)  # attaches itself
                stack.callback(figure.set_canvas, canvas)
            # a draw while the layout settles must not start the animation's timer
            stack.enter_context(cbook._setattr_cm(figure.canvas, _is_saving=True))
            for ax in figure.axes:
                if ax.legend_ is not None and ax.legend_ in ax._children:  # matplotlib would draw it twice
                    stack.enter_context(cbook._setattr_cm(ax, legend_=None))
            for artist in self._movers:
                artist.set_visible(False)
            share_best_places((a for a in self._movers if isinstance(a, Legend)), stack)
            strange = [a for a in self._movers if not isinstance(a, KNOWN)]
            for _ in {a.get_figure() for a in self._movers}:  # matplotlib draws once for each that has some
                self._lay_out(force=bool(strange))
            try:  # what is painted although invisible (a quiver key) is on every frame: it does not move
                renderer = figure.canvas.get_renderer()
                self._stubborn = {a for a in strange if painted(a, renderer) != NOWHERE}
            except Exception:  # it cannot be drawn but by its figure
                self._plain = False
            if not self._plain:
                _log.debug("every frame is drawn whole")
            self._painter = FilmPainter(figure, [a for a in self._movers if a not in self._stubborn])
            stack.enter_context(cbook._setattr_cm(figure, draw=self._draw))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        for artist in self._last:  # as matplotlib leaves it
            artist.set_visible(True)

    def show(self, frame: Sequence[Artist]) -> None:
        """Choose the frame that the next savefig paints."""
        self._frame = frame
        self._lay_out()

    def _lay_out(self, force: bool = False) -> None:
        """What matplotlib's draw between two frames, at the figure's own resolution, does to a layout."""
        if not force and self._settled:
            return
        same = self.figure.dpi == self._dpi  # or all that depends on it would be reckoned anew
        with contextlib.nullcontext() if same else cbook._setattr_cm(self.figure, dpi=self._dpi):
            width, height = self.figure.bbox.size
            renderer: Any = RendererAgg(width, height, self.figure.dpi)
            with renderer._draw_disabled():
                self._draw_whole(renderer)

    def repaint(self) -> Pixels | None:
        """The chosen frame's pixels where savefig would do nothing to the figure first, else None.

        savefig may change sizes and colours for the time it draws, and lets layouts move: if the last frame that went
        through it was painted on the very figure that is here now, the next one need not.
        """
        if self._settled and self._renderer is not None and self._painter.holds(self._renderer):
            return self._paint(self._renderer, over=True)
        return None

    def _draw(self, renderer: Any) -> None:
        if "draw_path" in vars(renderer):  # savefig lets the layout engine run once more; nothing is painted
            if not self._settled:
                self._draw_whole(renderer)
                self._judge(renderer)
            return
        if self._renderer is None and self.figure.dpi != self._dpi:
            self._lay_out(
                force=True
            )  # a table fits its words to its cells wherever it is drawn first, and keeps that
        self._paint(renderer)
        self._renderer = renderer

    def _paint(self, renderer: Any, over: bool = False) -> Pixels:
        kind = frozenset((type(a), a.axes) for a in self._frame)
        right = self._right.get(kind) if self._plain else False
        if right is None and self._usual and all(truthful(a) or type(a) is Legend for a in self._frame):
            right = self._right[kind] = True  # it is known where they paint, and how
        fast: Pixels | None = None
        if right is not False:
            try:
                movers = [a for a in self._frame if a not in self._stubborn]
                fast = self._painter.paint(movers, renderer, over=over)
            except Exception:  # if it cannot be drawn at all, matplotlib will say so
                self._plain = False
        self.touched = self._painter.touched if right else None
        if right and fast is not None:
            return fast
        before = None if fast is None else fast.copy()
        self._painter.lose()
        renderer.clear()
        self._draw_whole(renderer)
        pixels: Pixels = np.asarray(renderer.buffer_rgba())
        if right is not False:
            self._right[kind] = before is not None and np.array_equal(before, pixels)
            if not self._right[kind]:
                _log.debug("drawn whole: %s", sorted({type(a).__name__ for a in self._frame}))
        return pixels

    def _draw_whole(self, renderer: Any) -> None:
        for artist in self._frame:
            artist.set_visible(True)
        self._draw_figure(renderer)
        for artist in self._frame:
            artist.set_visible(False)

    def _judge(self, renderer: Any) -> None:
        """Once two frames have the same layout and none can influence it, there is no need to go on."""
        places = [ax.get_position().bounds for ax in self.figure.axes]
        if places == self._places:
            self._settled = all(_neutral(a, renderer) for a in self._movers)
            if not self._settled:
                self._places = [None]  # ask no more
        elif self._places != [None]:
            self._places = places


def _foreign(artist: Artist) -> bool:
    """Whether code that is not matplotlib's has a hand in painting an artist, or a part of it."""
    return any(
        part.get_agg_filter() is not None
        or "draw" in vars(part)
        or not all(_of_matplotlib(hand) for hand in (part, *(part.get_path_effects() or ())))
        for part in (artist, *(artist.findobj() if artist.get_children() else ()))
    )


def _of_matplotlib(thing: object) -> bool:
    return type(thing).__module__.startswith(("matplotlib.", "mpl_toolkits."))


def _neutral(artist: Any, renderer: Any) -> bool:
    """True if the artist cannot influence a layout: clipped to its axes (boxes are not), or well inside them."""
    if not artist.get_in_layout() or (artist._fully_clipped_to_axes() and isinstance(artist, KNOWN)):
        return True
    artist.set_visible(True)
    box = artist.get_tightbbox(renderer)
    artist.set_visible(False)
    if box is None:
        return True
    outer = artist.axes.get_window_extent(renderer).padded(1e-6)
    return bool(np.all(outer.min <= box.min) and np.all(box.max <= outer.max))

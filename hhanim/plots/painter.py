"""Drawing many frames of one figure: what never changes is drawn once, each frame only adds its own artists.

The rule that keeps every pixel right: matplotlib paints a figure's leaves (lines, texts, spines …) in one fixed order.
A leaf may be part of the once-painted background only if no moving artist is painted before it on pixels of its own;
otherwise it is repainted on every frame, in its place in the order, and so is every later leaf that overlaps it. Where
a leaf that stands still paints is seen by painting it once; extents of those that move (an artist of ours states its
own in ``paint_extent()``) are taken too large rather than too small, and what cannot be judged (3D axes, subfigures,
unknown artists with filters) counts as covering everything, or is drawn whole. Tests compare the result with
matplotlib's own, byte by byte.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.projections.polar import PolarAxes
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text

Rect = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, origin at the bottom left
Area = tuple[int, int, int, int]  # the same in whole pixels, origin at the top left
Key = tuple[Any, ...]
Pixels = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]

EVERYWHERE: Rect = (-np.inf, -np.inf, np.inf, np.inf)
NOWHERE: Rect = (np.inf, np.inf, -np.inf, -np.inf)
#: Artists of these kinds paint where they say, and nothing when they are invisible.
KNOWN = (Line2D, Patch, Text, Collection, AxesImage, Axis, Legend)
_PLAIN_DRAWS = {Axes.draw, PolarAxes.draw}
_REMEMBERED = 64  # pictures of moving artists that may be wanted again


def _noop(*args: Any, **kwargs: Any) -> None:
    return None


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def plain(ax: Axes) -> bool:
    """True for axes whose draw() paints its children in z-order and nothing else."""
    return (
        type(ax).draw in _PLAIN_DRAWS
        and "draw" not in vars(ax)
        and ax.get_rasterization_zorder() is None
        and ax.get_agg_filter() is None
    )


def _within(rect: Rect, width: int, height: int) -> Area:
    """The whole pixels of a frame that a rectangle touches."""
    x0, y0, x1, y1 = rect
    left, right = (min(max(x, 0), width) for x in (x0, x1))
    top, bottom = (min(max(height - y, 0), height) for y in (y1, y0))
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _words(pixels: Pixels) -> Words:
    """The pixels (H, W, 4) as one number each, (H, W)."""
    return pixels.view(np.uint32)[..., 0]


class _Leaf:
    """One artist of the draw order, and the rectangle outside of which drawing it changes nothing."""

    __slots__ = ("artist", "key", "likeness", "moves", "place")

    def __init__(self, key: Key, artist: Artist, moves: bool = False, place: Rect | None = None) -> None:
        self.key, self.artist, self.moves, self.place = key, artist, moves, place
        self.likeness: Hashable = None if moves else artist

    def rect(self, renderer: Any) -> Rect:
        if self.place is None:
            seen = not self.moves or isinstance(self.artist, Legend)
            self.place = (painted if seen else extent)(self.artist, renderer)
        return self.place

    def meets(self, other: Rect, renderer: Any) -> bool:
        """Whether it paints anything in this rectangle: nobody has to look if it is certain that it is far away."""
        if self.place is None and truthful(self.artist) and not _meet(extent(self.artist, renderer), other):
            return False
        return _meet(self.rect(renderer), other)

    @property
    def certain(self) -> bool:
        """Whether it is certain that nothing is painted outside of its rectangle: it was seen, or is clipped."""
        return not self.moves or isinstance(self.artist, Legend) or _clipped(self.artist)


def ordinary(artist: Artist) -> bool:
    """Whether an artist is drawn by matplotlib, in a way that is known."""
    return (
        isinstance(artist, KNOWN)
        and type(artist).__module__.startswith("matplotlib.")
        and "draw" not in vars(artist)
        and artist.get_agg_filter() is None
    )


def truthful(artist: Artist) -> bool:
    """Whether what extent() says is certainly not too small: of what is clipped, and of plain text."""
    return _clipped(artist) or (type(artist) is Text and ordinary(artist))


def _clipped(artist: Artist) -> bool:
    """Whether it is certain that an artist paints nothing outside of its clip box."""
    return (
        ordinary(artist)
        and not isinstance(artist, (Annotation, Legend))  # the arrow and the legend are not clipped
        and artist.get_clip_on()
        and artist.get_clip_box() is not None
    )


def painted(artist: Artist, renderer: Any) -> Rect:
    """The rectangle (pixels, origin at the bottom left) that an artist paints: seen by drawing it.

    Overwrites what is on the renderer. Of artists in motion there are too many for that, see extent(), but for legends,
    most of which look alike, and whose handles may reach beyond what they say of themselves.
    """
    renderer.clear()
    words = _words(np.asarray(renderer.buffer_rgba()))
    blank = words[0, 0]
    artist.draw(renderer)
    marked = words != blank
    rows = np.flatnonzero(marked.any(axis=1))
    if not len(rows):
        return NOWHERE
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(marked[top:bottom].any(axis=0))
    return (float(columns[0]), float(len(words) - bottom), float(columns[-1] + 1), float(len(words) - top))


def extent(artist: Any, renderer: Any) -> Rect:
    """A rectangle (pixels, origin at the bottom left) outside of which drawing the artist changes nothing.

    Judged from what the artist says of itself, rather too large than too small.
    """
    own = getattr(artist, "paint_extent", None)
    if own is not None:
        stated: Rect = own()
        return stated
    if not ordinary(artist) or isinstance(artist, (Axis, Spine)):
        return EVERYWHERE
    box = artist.get_clip_box()
    if artist.get_clip_on() and box is not None:
        x0, y0, x1, y1 = box.extents
        return (x0 - 2, y0 - 2, x1 + 2, y1 + 2)
    if artist.get_path_effects() or artist.get_sketch_params() is not None:
        return EVERYWHERE  # they may paint outside of what the artist says
    dot = artist.get_figure(root=True).dpi / 72
    boxes = [artist.get_window_extent(renderer)]
    if isinstance(artist, Text):
        pad = 0.25 * float(artist.get_fontsize()) * dot + 2
        patch = artist.get_bbox_patch()
        if patch is not None:
            artist.update_bbox_position_size(renderer)
            boxes.append(patch.get_window_extent(renderer))
            pad *= 2
    elif isinstance(artist, (Line2D, Patch)):
        pad = 5 * (artist.get_linewidth() or 0.0) * dot + 3
    else:
        return EVERYWHERE
    ends = np.array([b.extents for b in boxes if b is not None and np.all(np.isfinite(b.extents))])
    if not len(ends):
        return EVERYWHERE
    (x0, y0), (x1, y1) = ends[:, :2].min(axis=0) - pad, ends[:, 2:].max(axis=0) + pad
    return (float(x0), float(y0), float(x1), float(y1))


class Painter:
    """Paints frames of one figure onto an Agg renderer.

    figure: the figure, complete but for its moving artists.
    movers: artists that are on some frames only. They are painted when asked for, and never otherwise.
    """

    def __init__(self, figure: Figure, movers: Iterable[Artist] = ()) -> None:
        self.figure = figure
        self._movers: dict[int, Artist] = {id(a): a for a in movers}
        self._altering: set[int] = set()
        self._state: tuple[Any, ...] | None = None
        self._slots: set[tuple[Key, Rect]] = set()
        self._above: dict[int, _Leaf] = {}  # static leaves that are repainted on every frame
        # of what looks the same every time: what it was painted over, what came of it, and where
        self._seen: dict[Hashable, tuple[Words, Words]] = {}
        self._extents: dict[Hashable, Rect] = {}
        self._stain: Area | None = None  # outside of which the last frame is the background; None: unknown
        self.touched: Area | None = None  # outside of which it is like the frame before; None: unknown
        self.rebuilds = 0
        self._index()

    def _index(self) -> None:
        """Flatten the figure into leaves; note where each axes stands and what cannot be flattened."""
        self._leaves: list[_Leaf] = []
        self._home: dict[int, tuple[Key, _Leaf | None]] = {}
        self._moving_leaf: dict[int, _Leaf] = {}
        self._serial = 1 << 30
        split = self.figure.suppressComposite is not False  # or images may be merged: cannot be taken apart
        for i, child in enumerate(self.figure.get_children()):
            if child is not self.figure.patch and not child.get_animated():
                self._add(child, (child.get_zorder(), 1, i), split)

    def _add(self, artist: Artist, key: Key, split: bool = True) -> None:
        if isinstance(artist, Axes) and split and artist.get_visible() and plain(artist):
            self._home[id(artist)] = (key, None)
            self._add_children(artist, key)
            return
        leaf = _Leaf(key, artist, id(artist) in self._movers)
        if isinstance(artist, (Axes, SubFigure)):
            leaf.place = EVERYWHERE
            self._claim(artist, leaf)
        if leaf.moves:
            self._moving_leaf.setdefault(id(artist), leaf)
        else:
            self._leaves.append(leaf)

    def _claim(self, artist: Axes | SubFigure, unit: _Leaf) -> None:
        """Everything inside a unit is painted by painting the unit."""
        inner = artist.axes if isinstance(artist, SubFigure) else [artist, *artist.child_axes]
        for ax in inner:
            self._home[id(ax)] = (unit.key, unit)
        for part in getattr(artist, "subfigs", ()):
            self._claim(part, unit)

    def _add_children(self, ax: Any, key: Key) -> None:
        skip: set[int] = set()
        if not (ax.axison and ax.get_frame_on()):
            skip |= {id(s) for s in ax.spines.values()}
        if not ax.axison:
            skip |= {id(a) for a in ax._axis_map.values()}
        own = len(ax._children)
        for i, child in enumerate(ax.get_children()):
            if child is ax.patch:
                if ax.axison and ax.get_frame_on():
                    self._leaves.append(_Leaf((*key, -np.inf, 0, 0), child))
            elif id(child) not in skip:
                self._add(child, (*key, child.get_zorder(), int(i >= own), i))

    def _leaf_of(self, artist: Artist) -> _Leaf:
        """The leaf that paints a moving artist: its own, or the unit it is in."""
        leaf = self._moving_leaf.get(id(artist))
        if leaf is None:
            key, unit = self._home.get(id(artist.axes), ((np.inf,), None))
            self._serial += 1
            leaf = unit or _Leaf((*key, artist.get_zorder(), 0, self._serial), artist, True)
            self._moving_leaf[id(artist)] = leaf
        return leaf

    def forget(self, artist: Artist) -> None:
        """A moving artist that will not be painted again."""
        self._moving_leaf.pop(id(artist), None)
        self._movers.pop(id(artist), None)

    def add(self, artist: Artist, *, alters: bool = False) -> None:
        """One more moving artist. alters: it will look different from frame to frame."""
        self._movers[id(artist)] = artist
        if alters:
            self._altering.add(id(artist))

    def _look(self, renderer: Any) -> tuple[Any, ...]:
        """Everything outside the artists that decides what the background looks like."""
        figure = self.figure
        patches = [figure.patch, *(ax.patch for ax in figure.axes)]
        return (
            id(renderer),
            figure.dpi,
            *((p.get_facecolor(), p.get_edgecolor()) for p in patches),
            *((ax.bbox.bounds, ax.viewLim.bounds) for ax in figure.axes),
        )

    def _cover(self, movers: Iterable[_Leaf], renderer: Any) -> bool:
        """See to it that all that overlaps these movers from above is repainted; True if the background changed."""
        grown = False
        for leaf in movers:
            slot = ((*leaf.key[:-2], 0, 0), leaf.rect(renderer))
            if slot in self._slots:
                continue
            self._slots.add(slot)
            self._stain = None  # looking at what may lie above paints on the renderer
            if not leaf.moves:  # a unit: cannot be in the background
                self._above[id(leaf.artist)] = leaf
                grown = True
            fresh = [_Leaf(slot[0], leaf.artist, place=slot[1])]
            while fresh:
                below = fresh.pop()
                for static in self._leaves:
                    if (
                        id(static.artist) not in self._above
                        and static.key > below.key
                        and static.meets(below.rect(renderer), renderer)
                    ):
                        self._above[id(static.artist)] = static
                        fresh.append(static)
                        grown = True
        return grown

    def _build(self, renderer: Any) -> None:
        """Paint the background."""
        self.rebuilds += 1
        self._stain = None
        renderer.clear()
        self._draw_still(renderer)
        self._background = np.array(renderer.buffer_rgba())
        self._state = self._look(renderer)

    def _draw_still(self, renderer: Any) -> None:
        """matplotlib's own draw of the figure, without the movers and what is above them."""
        hidden = [a for a in self._movers.values() if a.get_visible()]
        muted = [leaf.artist for leaf in self._above.values()]
        muted += [a for a in hidden if not isinstance(a, KNOWN)]  # may paint although invisible
        draws = [vars(a).get("draw") for a in muted]
        for artist in hidden:
            artist.set_visible(False)
        for artist in muted:
            artist.draw = _noop  # type: ignore[method-assign]  # there for the layout, but paints nothing
        try:
            type(self.figure).draw(self.figure, renderer)
        finally:
            for artist, own in zip(muted, draws, strict=True):
                del artist.draw
                if own is not None:
                    artist.draw = own  # type: ignore[method-assign]
            for artist in hidden:
                artist.set_visible(True)

    def changed(self) -> list[Artist]:
        """Artists of the background that have been altered since it was painted."""
        return [
            a
            for a in (leaf.artist for leaf in self._leaves)
            if a.stale
            and a.get_visible()
            and not (isinstance(a, Text) and not a.get_text())  # paints nothing, stays stale
        ]

    def lose(self) -> None:
        """The renderer no longer holds the last frame that was painted here."""
        self._stain = None

    def refresh(self) -> None:
        """Forget the background: something static has changed."""
        self._state = None
        self._slots.clear()
        self._above.clear()
        self._seen.clear()
        self._extents.clear()
        self._index()

    def holds(self, renderer: Any) -> bool:
        """Whether there is a background, and it is that of the figure as it is now."""
        return self._state is not None and self._state == self._look(renderer)

    def steady(self, renderer: Any) -> Pixels | None:
        """The background if it holds, and nothing that stands still has to be repainted, else None."""
        return self._background if not self._above and self.holds(renderer) else None

    def paint(self, artists: Sequence[Artist], renderer: Any, *, over: bool = False) -> Pixels:
        """Paint one frame with these moving artists; returns the renderer's pixels (H, W, 4), top row first.

        over: the renderer still holds the last frame that was painted here, and the background holds.
        """
        for artist in artists:
            artist.set_visible(True)
        if not over:
            self._stain = None
            if not self.holds(renderer):
                self.refresh()
                self._build(renderer)  # settles positions and limits, on which the extents depend
        leaves = {id(leaf.artist): leaf for leaf in map(self._leaf_of, artists)}
        for leaf in leaves.values():
            self._find(leaf, renderer)
        if self._cover(leaves.values(), renderer):
            self._build(renderer)
        pixels: Pixels = np.asarray(renderer.buffer_rgba())
        words = _words(pixels)
        order = sorted((leaves | self._above).values(), key=lambda leaf: leaf.key)
        self._restore(words, self._area(order, renderer))
        for leaf in order:
            self._paint_leaf(leaf, renderer, words)
        for artist in artists:
            artist.set_visible(False)
        return pixels

    def likeness(self, artist: Artist, renderer: Any) -> Hashable:
        """What moving artists have in common only if they give the same pixels at the same place; None: unknown."""
        return None

    def _find(self, leaf: _Leaf, renderer: Any) -> None:
        """Where a moving leaf paints, if that may have changed, or can be known from one that is like it."""
        if not leaf.moves:
            return
        leaf.likeness = self.likeness(leaf.artist, renderer)
        if leaf.likeness is not None:
            if leaf.likeness not in self._extents:
                self._stain = leaf.place = None
                if len(self._extents) == _REMEMBERED:
                    oldest = next(iter(self._extents))
                    del self._extents[oldest]
                    self._seen.pop(oldest, None)
                self._extents[leaf.likeness] = leaf.rect(renderer)
            leaf.place = self._extents[leaf.likeness]
        elif isinstance(leaf.artist, Legend):
            self._stain = leaf.place = None
        elif id(leaf.artist) in self._altering:
            leaf.place = None

    def _area(self, leaves: list[_Leaf], renderer: Any) -> Area | None:
        """What these leaves paint on, None if that is not certain."""
        if not leaves or not all(leaf.certain for leaf in leaves):
            return None
        rects = np.array([leaf.rect(renderer) for leaf in leaves])
        (x0, y0), (x1, y1) = rects[:, :2].min(axis=0), rects[:, 2:].max(axis=0)
        return _within((x0, y0, x1, y1), int(renderer.width), int(renderer.height))

    def _restore(self, words: Words, area: Area | None) -> None:
        """Bring the background back where the last frame has painted; the next one paints on this area."""
        old, self._stain = self._stain, area
        if old is None:
            words[...] = _words(self._background)
            self.touched = None
            return
        x0, y0, x1, y1 = old
        words[y0:y1, x0:x1] = _words(self._background)[y0:y1, x0:x1]
        self.touched = area and (min(x0, area[0]), min(y0, area[1]), max(x1, area[2]), max(y1, area[3]))

    def _paint_leaf(self, leaf: _Leaf, renderer: Any, words: Words) -> None:
        """Paint a leaf in its place in the order; the same over the same pixels gives what it gave before."""
        rect = leaf.rect(renderer)
        if leaf.likeness is None or rect in (EVERYWHERE, NOWHERE):
            leaf.artist.draw(renderer)
            return
        x0, y0, x1, y1 = _within(rect, words.shape[1], words.shape[0])
        here = words[y0:y1, x0:x1]
        seen = self._seen.get(leaf.likeness)
        if seen is not None and np.array_equal(seen[0], here):
            here[...] = seen[1]
            return
        before = here.copy()
        leaf.artist.draw(renderer)
        self._seen[leaf.likeness] = (before, here.copy())


def frozen_layout(figure: Figure) -> bool:
    """True if no layout engine moves axes while drawing."""
    engine = figure.get_layout_engine()
    return engine is None or isinstance(engine, PlaceHolderLayoutEngine)

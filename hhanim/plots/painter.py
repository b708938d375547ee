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

import functools
import math
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.projections.polar import PolarAxes
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Affine2D

Rect = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, origin at the bottom left
Area = tuple[int, int, int, int]  # the same in whole pixels, origin at the top left
Key = tuple[Any, ...]

EVERYWHERE: Rect = (-np.inf, -np.inf, np.inf, np.inf)
NOWHERE: Rect = (np.inf, np.inf, -np.inf, -np.inf)
_PLAIN_DRAWS = {Axes.draw, PolarAxes.draw}
_LOOKS = 4  # of legends that are remembered at a time, for each axes
_KNOWN = (Line2D, Patch, Text, Collection, AxesImage, Axis, Legend)


def _noop(*args: Any, **kwargs: Any) -> None:
    return None


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _obeys(artist: Artist) -> bool:
    """False for artists that paint themselves even when invisible."""
    if isinstance(artist, (*_KNOWN, Axes)) or hasattr(artist, "paint_extent"):
        return True
    figure = artist.get_figure(root=True)
    probe = RendererAgg(*figure.canvas.get_width_height(physical=True), figure.dpi)
    visible = artist.get_visible()
    artist.set_visible(False)
    try:
        artist.draw(probe)
    finally:
        artist.set_visible(visible)
    return not np.any(probe.buffer_rgba())


def _plain(ax: Artist) -> bool:
    """True for axes whose draw() paints its children in z-order and nothing else."""
    return (
        isinstance(ax, Axes)
        and type(ax).draw in _PLAIN_DRAWS
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


class _Leaf:
    """One artist of the draw order, and the rectangle outside of which drawing it changes nothing."""

    __slots__ = ("_rect", "artist", "key", "moves")

    def __init__(self, key: Key, artist: Artist, moves: bool = False) -> None:
        self.key, self.artist, self.moves = key, artist, moves
        self._rect: Rect | None = None

    def rect(self, renderer: Any) -> Rect:
        if self._rect is None:
            seen = not self.moves or isinstance(self.artist, Legend)
            self._rect = (painted if seen else extent)(self.artist, renderer)
        return self._rect

    def meets(self, other: Rect, renderer: Any) -> bool:
        """Whether it paints anything in this rectangle: nobody has to look if it is certain that it is far away."""
        if self._rect is None and _truthful(self.artist) and not _meet(extent(self.artist, renderer), other):
            return False
        return _meet(self.rect(renderer), other)

    @property
    def certain(self) -> bool:
        """Whether it is certain that nothing is painted outside of its rectangle: it was seen, or is clipped."""
        artist = self.artist
        return not self.moves or isinstance(artist, Legend) or _clipped(artist)


def _truthful(artist: Artist) -> bool:
    """Whether what extent() says is certainly not too small: of what is clipped, and of plain text."""
    return (_clipped(artist) or type(artist) is Text) and "draw" not in vars(artist)


def _clipped(artist: Artist) -> bool:
    """Whether an artist is one of matplotlib's own, and paints nothing outside of its clip box."""
    return (
        type(artist).__module__.startswith("matplotlib.")
        and not isinstance(artist, (Annotation, Legend))  # the arrow and the legend are not clipped
        and artist.get_clip_on()
        and artist.get_clip_box() is not None
        and artist.get_agg_filter() is None
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


def _words(pixels: np.ndarray) -> np.ndarray:
    """The pixels (H, W, 4) as one number each, (H, W)."""
    return pixels.view(np.uint32)[..., 0]


def extent(artist: Artist, renderer: Any) -> Rect:
    """A rectangle (pixels, origin at the bottom left) outside of which drawing the artist changes nothing.

    Judged from what the artist says of itself, rather too large than too small.
    """
    own = getattr(artist, "paint_extent", None)
    if own is not None:
        return own()
    if (
        artist.get_agg_filter() is not None
        or not isinstance(artist, _KNOWN)
        or isinstance(artist, (Axis, Spine))
    ):
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
        pad = 0.25 * artist.get_fontsize() * dot + 2
        if artist.get_bbox_patch() is not None:
            artist.update_bbox_position_size(renderer)
            boxes.append(artist.get_bbox_patch().get_window_extent(renderer))
            pad *= 2
    elif isinstance(artist, (Line2D, Patch)):
        pad = 5 * (artist.get_linewidth() or 0.0) * dot + 3
    else:
        return EVERYWHERE
    ends = np.array([b.extents for b in boxes if b is not None and np.all(np.isfinite(b.extents))])
    if not len(ends):
        return EVERYWHERE
    return (
        float(ends[:, 0].min() - pad),
        float(ends[:, 1].min() - pad),
        float(ends[:, 2].max() + pad),
        float(ends[:, 3].max() + pad),
    )


class Painter:
    """Paints frames of one figure onto an Agg renderer.

    figure: the figure, complete but for its moving artists.
    movers: artists that are on some frames only. They are painted when asked for, and never otherwise.
    """

    def __init__(self, figure: Figure, movers: Iterable[Artist] = ()) -> None:
        self.figure = figure
        # what is painted although invisible (a quiver key, an inset's indicator) is on every frame: it does not move
        self._movers: dict[int, Artist] = {}
        self._always: set[int] = set()
        self._altering: set[int] = set()
        self._twins: dict[int, Legend] = {}  # of a legend: the first that looks like it
        self._legends: dict[Axes | None, list[Legend]] = {}  # of each axes the latest few that look different
        for artist in movers:
            self.add(artist)
        self._state: tuple[Any, ...] | None = None
        self._slots: set[tuple[Key, Rect]] = set()
        self._above: dict[int, _Leaf] = {}  # static leaves that are repainted on every frame
        # what a leaf was painted over, and what came of it; one legend stands for all that look like it
        self._seen: dict[Artist, tuple[np.ndarray, np.ndarray]] = {}
        self._extents: dict[Legend, Rect] = {}
        self._stain: Area | None = None  # outside of which the last frame is the background; None: unknown
        self.touched: Area | None = None  # outside of which it is like the frame before; None: unknown
        self.rebuilds = 0
        self._index()

    # -- the draw order ---------------------------------------------------------------------------------------

    def _index(self) -> None:
        """Flatten the figure into leaves; note where each axes stands and what cannot be flattened."""
        self._leaves: list[_Leaf] = []
        self._home: dict[int, tuple[Key, _Leaf | None]] = {}
        self._moving_leaf: dict[int, _Leaf] = {}
        figure = self.figure
        whole = figure.suppressComposite is False  # images may be merged: cannot be taken apart
        for i, child in enumerate(a for a in figure.get_children() if a is not figure.patch):
            self._add(child, (child.get_zorder(), 1, i), None, split=not whole)

    def _add(self, artist: Artist, key: Key, unit: _Leaf | None, *, split: bool = True) -> None:
        if isinstance(artist, Axes) and unit is None and split and artist.get_visible() and _plain(artist):
            self._home[id(artist)] = (key, None)
            self._add_children(artist, key)
            return
        leaf = _Leaf(key, artist, id(artist) in self._movers)
        if isinstance(artist, (Axes, SubFigure)) and unit is None:
            leaf._rect = EVERYWHERE
            self._claim(artist, leaf)
        if leaf.moves:
            self._moving_leaf.setdefault(id(artist), leaf)
        else:
            self._leaves.append(leaf)

    def _claim(self, artist: Artist, unit: _Leaf) -> None:
        """Everything inside a unit is painted by painting the unit."""
        inner = artist.axes if isinstance(artist, SubFigure) else [artist, *artist.child_axes]
        for ax in inner:
            self._home[id(ax)] = (unit.key, unit)
        for part in getattr(artist, "subfigs", ()):
            self._claim(part, unit)

    def _add_children(self, ax: Axes, key: Key) -> None:
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
                self._add(child, (*key, child.get_zorder(), int(i >= own), i), None)

    def _leaf_of(self, artist: Artist) -> _Leaf:
        """The leaf that paints a moving artist: its own, or the unit it is in."""
        leaf = self._moving_leaf.get(id(artist))
        if leaf is not None:
            return leaf
        ax = artist.axes
        key, unit = self._home[id(ax)] if ax is not None and id(ax) in self._home else ((np.inf,), None)
        if unit is not None:
            leaf = unit
        else:
            self._serial = getattr(self, "_serial", 1 << 30) + 1
            leaf = _Leaf((*key, artist.get_zorder(), 0, self._serial), artist, True)
        self._moving_leaf[id(artist)] = leaf
        return leaf

    def forget(self, artist: Artist) -> None:
        """A moving artist that will not be painted again."""
        self._moving_leaf.pop(id(artist), None)
        self._movers.pop(id(artist), None)
        self._twins.pop(id(artist), None)

    def add(self, artist: Artist, *, alters: bool = False) -> None:
        """One more moving artist. alters: it will look different from frame to frame."""
        if alters:
            self._altering.add(id(artist))
        elif isinstance(artist, Legend):
            self._find_twin(artist)
        if _obeys(artist):
            self._movers[id(artist)] = artist
        else:
            self._always.add(id(artist))

    # -- the background ---------------------------------------------------------------------------------------

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

    def _cover(self, movers: Sequence[_Leaf], renderer: Any) -> bool:
        """See to it that all that overlaps these movers from above is repainted; True if the background changed."""
        grown = False
        for leaf in movers:
            slot = ((*leaf.key[:-2], 0, 0), leaf.rect(renderer))
            if slot in self._slots:
                continue
            self._slots.add(slot)
            self._stain = None  # looking at what may lie above paints on the renderer
            if self._is_static(leaf):  # a unit: cannot be in the background
                self._above[id(leaf.artist)] = leaf
                grown = True
            fresh = [_Leaf(slot[0], leaf.artist)]
            fresh[0]._rect = slot[1]
            while fresh:
                below = fresh.pop()
                for static in self._leaves:
                    if (
                        id(static.artist) not in self._above
                        and static.key > below.key
                        and (static.artist.get_visible() or id(static.artist) in self._always)
                        and static.meets(below.rect(renderer), renderer)
                    ):
                        self._above[id(static.artist)] = static
                        fresh.append(static)
                        grown = True
        return grown

    def _is_static(self, leaf: _Leaf) -> bool:
        return id(leaf.artist) not in self._movers and isinstance(leaf.artist, (Axes, SubFigure))

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
        muted = [(leaf.artist, vars(leaf.artist).get("draw")) for leaf in self._above.values()]
        for artist in hidden:
            artist.set_visible(False)
        for artist, _ in muted:
            artist.draw = _noop  # still there for the layout, but paints nothing
        try:
            type(self.figure).draw(self.figure, renderer)
        finally:
            for artist, own in muted:
                del artist.draw
                if own is not None:
                    artist.draw = own
            for artist in hidden:
                artist.set_visible(True)

    def changed(self) -> list[Artist]:
        """Artists of the background that have been altered since it was painted."""
        return [
            leaf.artist
            for leaf in self._leaves
            if leaf.artist.stale
            and leaf.artist.get_visible()
            and not (
                isinstance(leaf.artist, Text) and not leaf.artist.get_text()
            )  # paints nothing, stays stale
        ]

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

    def steady(self, renderer: Any) -> np.ndarray | None:
        """The background if it holds, and nothing that stands still has to be repainted, else None."""
        return self._background if not self._above and self.holds(renderer) else None

    def paint(self, artists: Sequence[Artist], renderer: Any, *, over: bool = False) -> np.ndarray:
        """Paint one frame with these moving artists; returns the renderer's pixels (H, W, 4), top row first.

        over: the renderer still holds the last frame that was painted here.
        """
        artists = [a for a in artists if id(a) in self._movers]
        for artist in artists:
            artist.set_visible(True)
        if not over:
            self._stain = None
        if not self.holds(renderer):
            self.refresh()
            self._build(renderer)  # settles positions and limits, on which the extents depend
        leaves = {id(leaf.artist): leaf for leaf in map(self._leaf_of, artists)}
        for number, leaf in leaves.items():
            if number in self._altering and leaf.moves:
                leaf._rect = None
            elif leaf._rect is None:
                self._known_extent(leaf, renderer)
        if self._cover(list(leaves.values()), renderer):
            self._build(renderer)
        pixels = np.asarray(renderer.buffer_rgba())
        words = _words(pixels)
        order = sorted((leaves | self._above).values(), key=lambda leaf: leaf.key)
        self._restore(words, self._area(order, renderer))
        for leaf in order:
            self._paint_leaf(leaf, renderer, words)
        for artist in artists:
            artist.set_visible(False)
        return pixels

    def _area(self, leaves: list[_Leaf], renderer: Any) -> Area | None:
        """What these leaves paint on, None if that is not certain."""
        if not leaves or not all(leaf.certain for leaf in leaves):
            return None
        rects = np.array([leaf.rect(renderer) for leaf in leaves])
        (x0, y0), (x1, y1) = rects[:, :2].min(axis=0), rects[:, 2:].max(axis=0)
        return _within((x0, y0, x1, y1), int(renderer.width), int(renderer.height))

    def _restore(self, words: np.ndarray, area: Area | None) -> None:
        """Bring the background back where the last frame has painted; the next one paints on this area."""
        old, self._stain = self._stain, area
        if old is None:
            words[...] = _words(self._background)
            self.touched = None
            return
        x0, y0, x1, y1 = old
        words[y0:y1, x0:x1] = _words(self._background)[y0:y1, x0:x1]
        self.touched = area and (min(x0, area[0]), min(y0, area[1]), max(x1, area[2]), max(y1, area[3]))

    # -- what has been painted before ---------------------------------------------------------------------------

    def _find_twin(self, legend: Legend) -> None:
        known = self._legends.setdefault(legend.axes, [])
        twin = next((other for other in reversed(known) if alike(other, legend)), None)
        if twin is None:
            twin = legend
            known.append(legend)
            for gone in known[:-_LOOKS]:
                self._seen.pop(gone, None)
                self._extents.pop(gone, None)
            del known[:-_LOOKS]
        self._twins[id(legend)] = twin

    def _known_extent(self, leaf: _Leaf, renderer: Any) -> None:
        """Legends that look alike have equal extents: measure one of them."""
        twin = self._twins.get(id(leaf.artist))
        if twin is not None:
            if twin not in self._extents:
                self._stain = None
                self._extents[twin] = leaf.rect(renderer)
            leaf._rect = self._extents[twin]

    def _paint_leaf(self, leaf: _Leaf, renderer: Any, words: np.ndarray) -> None:
        """Paint a leaf in its place in the order.

        One that stands still, or a legend like the last one, gives the same pixels over the same pixels: those are
        copied.
        """
        rect = leaf.rect(renderer)
        known = self._twins.get(id(leaf.artist)) if leaf.moves else leaf.artist
        if known is None or rect in (EVERYWHERE, NOWHERE):
            leaf.artist.draw(renderer)
            return
        x0, y0, x1, y1 = _within(rect, words.shape[1], words.shape[0])
        here = words[y0:y1, x0:x1]
        before, after = self._seen.get(known, (None, None))
        if before is not None and np.array_equal(before, here):
            here[...] = after
            return
        before = here.copy()
        leaf.artist.draw(renderer)
        self._seen[known] = (before, here.copy())


_SIMPLE = {type(None), bool, int, float, str, bytes, type}

#: Where an artist hangs, who listens to it, what it is called and caches that follow from the rest: not how it looks.
_BOOKKEEPING = {
    "_axes", "axes", "figure", "_parent_figure", "stale_callback", "_callbacks", "_stale", "_remove_method",
    "_renderer", "parent", "_parent", "_mouseover", "_contains", "_picker", "isaxes", "_custom_handler_map", "_label",
    "_gid", "_url", "_auto_legend_data", "_find_best_position", "_parents", "_invalid", "_inverted", "_shorthand_name",
    "_invalidx", "_invalidy",
}  # fmt: skip


@functools.cache
def _composed(kind: type) -> bool:
    """Whether it is one of matplotlib's kinds whose objects are what their attributes are."""
    elementary = (Affine2D, FontProperties, Enum, tuple, list, dict, np.ndarray)
    return (
        kind.__module__.startswith("matplotlib.")
        and kind.__dictoffset__ != 0
        and not issubclass(kind, elementary)
    )


def alike(a: Artist, b: Artist) -> bool:
    """Whether two artists are certainly painted alike: their contents are compared, and what is unknown differs.

    To be asked before either is laid out, which leaves traces. What both refer to is not looked into.
    """
    if a.axes is not b.axes:
        return False
    partner: dict[int, Any] = {}
    pairs: list[tuple[Any, Any]] = [(a, b)]
    while pairs:
        x, y = pairs.pop()
        if x is y:
            continue
        kind = type(x)
        if kind is not type(y):
            return False
        if kind in _SIMPLE:
            if x != y:
                return False
            continue
        if id(x) in partner:
            if partner[id(x)] is not y:
                return False
            continue
        partner[id(x)] = y
        if _composed(kind):
            mine, other = vars(x), vars(y)
            same = list(mine) == list(other)
            for name, p, q in zip(mine, mine.values(), other.values(), strict=False):
                if p is not q and name not in _BOOKKEEPING:
                    pairs.append((p, q))
        elif kind is Affine2D:
            same = x.get_matrix().tobytes() == y.get_matrix().tobytes()
        elif issubclass(kind, FontProperties):
            same = x == y
        elif issubclass(kind, (tuple, list)):
            same = len(x) == len(y)
            pairs += zip(x, y, strict=False)
        elif issubclass(kind, dict):
            same = len(x) == len(y)
            pairs += zip(x, y, strict=False)
            pairs += zip(x.values(), y.values(), strict=False)
        elif issubclass(kind, (np.ndarray, np.generic)):
            same = x.shape == y.shape and x.dtype == y.dtype
            if x.dtype.hasobject:
                pairs += zip(x.flat, y.flat, strict=False)
            else:
                same = same and x.tobytes() == y.tobytes()
        elif callable(x) and hasattr(x, "__self__"):
            same = x.__name__ == y.__name__
            pairs.append((x.__self__, y.__self__))
        else:
            same = False
        if not same:
            return False
    return True


def frozen_layout(figure: Figure) -> bool:
    """True if no layout engine moves axes while drawing."""
    engine = figure.get_layout_engine()
    return engine is None or isinstance(engine, PlaceHolderLayoutEngine)

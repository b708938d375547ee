"""``Camera``: celluloid's camera, the same frames, much sooner.

    from hhanim import Camera      # instead of: from celluloid import Camera

and nothing else changes in a script. celluloid re-draws the whole figure twice a frame; here what does not change is
drawn once (see painter.py), savefig sets the stage for the first frame only, and the film is encoded beside the
drawing. The frames are the same to the last bit, with one exception, on purpose: where celluloid paints one legend
several times over (each axes' legend on the last frame, and a legend made once before the loop on all), which makes
its text bolder, this paints it once.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import celluloid
import matplotlib as mpl
import numpy as np
from matplotlib import cbook
from matplotlib.animation import AbstractMovieWriter, ArtistAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.table import Table
from matplotlib.text import Text

from hhanim.plots.painter import Painter, frozen_layout
from hhanim.process import end_quickly, spared_collector
from hhanim.studio.media.encode import Encoder, Quality

#: celluloid's order within a frame.
_RANK: tuple[type[Artist], ...] = (Collection, Patch, Line2D, Text, Artist, AxesImage)


@functools.cache
def _rank_of(kind: type[Artist]) -> int:
    return next((k for k in (0, 1, 2, 3, 5) if issubclass(kind, _RANK[k])), 4)


def _rank(artist: Artist) -> int:
    return _rank_of(type(artist))


class Camera(celluloid.Camera):
    """Make a film of a figure: draw, ``snap()``, draw, ``snap()`` …, then ``animate().save(path)``.

    figure: the matplotlib figure.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        # The artists of all frames stay until the film is saved: not one of them is garbage.
        spared_collector.__enter__()
        weakref.finalize(self, spared_collector.__exit__).atexit = False
        end_quickly()
        self._seen: dict[Axes, tuple[int, Artist | None]] = {}

    def snap(self) -> list[Artist]:
        """Take a frame: all artists added to any axes since the frame before. Returns them.

        Costs what the new artists cost, however many there are already.
        """
        frame: list[Artist] = []
        for ax in self._figure.axes:
            legend = ax.legend_
            new = self._new_children(ax)
            if legend is not None:
                if legend._remove_method != ax._children.remove:  # not yet a child of the axes
                    ax.add_artist(legend)
                    self._seen[ax] = (len(ax._children), legend)
                new = [a for a in new if a is not legend] + [legend]
            frame += sorted(new, key=_rank)
        self._photos.append(frame)
        return frame

    def _new_children(self, ax: Axes) -> list[Artist]:
        count, last = self._seen.get(ax, (0, None))
        children = ax._children
        if count > len(children) or (count and children[count - 1] is not last):
            # something older was removed: celluloid would skip as many new ones; take those that are new
            old = {id(a) for photo in self._photos for a in photo}
            new = [a for a in children if id(a) not in old]
        else:
            new = children[count:]
        self._seen[ax] = (len(children), children[-1] if children else None)
        return [a for a in new if not isinstance(a, Table)]

    def animate(self, *args: Any, **kwargs: Any) -> FastAnimation:
        """The film so far, as matplotlib's ``ArtistAnimation`` with a faster ``save()``; same arguments."""
        return FastAnimation(self._figure, self._photos, *args, **kwargs)


class FastAnimation(ArtistAnimation):
    """An ``ArtistAnimation`` whose ``save()`` draws what does not change once."""

    _painter: _Hook | None = None

    def __init__(self, fig: Figure, artists: list[list[Artist]], *args: Any, **kwargs: Any) -> None:
        super().__init__(fig, artists, *args, **kwargs)
        self._save_count = len(artists)

    def _setup_blit(self) -> None:
        if (
            self._fig.canvas.required_interactive_framework is not None
        ):  # somebody will look: as matplotlib does it
            super()._setup_blit()
            return
        # Without a window the draw that fills the blit cache would paint every frame of the film, for nothing.
        self._blit_cache: dict[Any, Any] = {}
        self._resize_id = self._fig.canvas.mpl_connect("resize_event", self._on_resize)
        for artist in {id(a): a for frame in self._framedata for a in frame}.values():
            artist.set_visible(False)
            artist.set_animated(True)

    # While saving, matplotlib's own loop runs unchanged, but choosing a frame draws nothing: the writer's savefig does.

    def _init_draw(self) -> None:
        if self._painter is None:
            super()._init_draw()
        else:
            self._draw_was_started = True

    def _draw_next_frame(self, framedata: list[Artist], blit: bool) -> None:
        if self._painter is None:
            super()._draw_next_frame(framedata, blit)
        else:
            self._painter.show(framedata)

    def save(
        self,
        filename: Any,
        writer: str | AbstractMovieWriter | None = None,
        fps: float | None = None,
        dpi: float | str | None = None,
        codec: str | None = None,
        bitrate: int | None = None,
        extra_args: list[str] | None = None,
        metadata: dict[str, str] | None = None,
        extra_anim: list[Any] | None = None,
        savefig_kwargs: dict[str, Any] | None = None,
        *,
        progress_callback: Callable[[int, int], Any] | None = None,
    ) -> None:
        """Save the film; takes everything that matplotlib's ``Animation.save`` takes, with the same meaning.

        Without a writer (or with ``"ffmpeg"``) and without wishes that only ffmpeg can fulfil (codec, bitrate,
        extra_args, metadata, another container than MP4), the film is encoded by hhanim itself: H.264, yuv420p, BT.709,
        ready to stream, and no ffmpeg needs to be installed. Any other writer gets the same frames.
        """
        wishes = {"codec": codec, "bitrate": bitrate, "extra_args": extra_args, "metadata": metadata}
        arguments: dict[str, Any] = {
            "dpi": dpi, "savefig_kwargs": savefig_kwargs, "progress_callback": progress_callback
        }  # fmt: skip
        own = (
            (writer is None or writer == "ffmpeg")
            and mpl.rcParams["animation.writer"] == "ffmpeg"
            and codec in (None, "h264", "libx264")
            and bitrate in (None, -1)
            and not extra_args
            and not metadata
            and mpl.rcParams["animation.codec"] == "h264"
            and mpl.rcParams["animation.bitrate"] == -1
            and not mpl.rcParams["animation.ffmpeg_args"]
            and Path(filename).suffix.lower() in (".mp4", ".m4v")
        )
        if own:
            writer = _Film(fps=1000.0 / self._interval if fps is None else fps)
        else:
            arguments |= {"fps": fps, **wishes}
        if extra_anim:  # two animations on one figure: matplotlib's own way
            super().save(filename, writer, extra_anim=extra_anim, **arguments)
            return
        with self._fast():
            if isinstance(writer, _Film):
                writer.hook = self._painter
            super().save(filename, writer, **arguments)

    @contextlib.contextmanager
    def _fast(self) -> Iterator[None]:
        figure = self._fig
        canvas = figure.canvas
        if not isinstance(canvas, FigureCanvasAgg):
            FigureCanvasAgg(figure)  # attaches itself
        try:
            self._painter = hook = _Hook(figure, self._framedata)
            # a draw while the layout settles must not start the animation's timer
            with cbook._setattr_cm(figure.canvas, _is_saving=True), hook:
                yield
        finally:
            self._painter = None
            if figure.canvas is not canvas:
                figure.set_canvas(canvas)
            for artist in {id(a): a for frame in self._framedata for a in frame}.values():
                if artist.get_visible():
                    artist.set_visible(False)
            self._drawn_artists = self._framedata[-1] if self._framedata else []
            for artist in self._drawn_artists:  # as matplotlib leaves it
                artist.set_visible(True)

    def to_html5_video(self, embed_limit: float | None = None) -> str:
        """The film as an HTML5 ``<video>`` tag that contains it; needs no ffmpeg.

        embed_limit: in MB, default ``rcParams["animation.embed_limit"]``; beyond it a sentence that says so.
        """
        if not hasattr(self, "_base64_video"):
            limit = mpl.rcParams["animation.embed_limit"] if embed_limit is None else embed_limit
            writer = _Film(fps=1000.0 / self._interval)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "film.mp4")
                with self._fast():
                    writer.hook = self._painter
                    super().save(str(path), writer=writer)
                data = path.read_bytes()
            if len(data) * 4 / 3 >= limit * 1024 * 1024:
                return "Video too large to embed."
            self._base64_video = base64.b64encode(data).decode("ascii")
            self._video_size = 'width="{}" height="{}"'.format(*writer.frame_size)
        options = "controls autoplay" + (" loop" if self._repeat else "")
        return (
            f"<video {self._video_size} {options}>\n"
            f'  <source type="video/mp4" src="data:video/mp4;base64,{self._base64_video}">\n'
            "  Your browser does not support the video tag.\n</video>"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: the film, or matplotlib's JavaScript player where rcParams ask for it."""
        return self.to_jshtml() if mpl.rcParams["animation.html"] == "jshtml" else self.to_html5_video()


class _Film(AbstractMovieWriter):
    """A matplotlib movie writer on top of hhanim's encoder; works for any matplotlib animation."""

    def __init__(self, fps: float = 5, quality: Quality | None = None) -> None:
        super().__init__(fps=fps)
        self._quality = quality
        self.hook: _Hook | None = None

    def setup(self, fig: Figure, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)
        width, height = self.frame_size
        self._encoder = Encoder(outfile, width=width, height=height, fps=self.fps, quality=self._quality)

    def write(self, data: memoryview) -> None:
        """savefig writes the canvas' pixels here."""
        self._encoder.write(np.asarray(data))

    def seek(self, *where: Any) -> None:
        """Having one makes this a file in matplotlib's eyes."""

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        pixels = self.hook.repaint() if self.hook is not None else None
        if pixels is None:
            self.fig.savefig(self, format="rgba", dpi=self.dpi, **savefig_kwargs)
        else:
            touched = self.hook.touched
            self._encoder.write(pixels, None if touched is None else [touched])

    def finish(self) -> None:
        self._encoder.close()

    @contextlib.contextmanager
    def saving(
        self, fig: Figure, outfile: Any, dpi: float | None, *args: Any, **kwargs: Any
    ) -> Iterator[_Film]:
        self.setup(fig, outfile, dpi, *args, **kwargs)
        # at the film's own resolution throughout, or savefig would change it, and undo that, on every frame
        with mpl.rc_context({"savefig.bbox": None}), cbook._setattr_cm(fig, dpi=self.dpi):
            try:
                yield self
            except BaseException:
                self._encoder.abort()
                raise
            self.finish()


class _Hook:
    """While open, ``figure.draw`` paints the chosen frame through a Painter; every savefig then costs one frame.

    Everything around it is matplotlib's own: savefig still chooses size, colours and format.
    """

    def __init__(self, figure: Figure, frames: list[list[Artist]]) -> None:
        self.figure, self._frames = figure, frames
        self._frame: list[Artist] = []
        self._settled = frozen_layout(figure)
        self._places: list[Any] = []
        self._renderer: Any = None

    def __enter__(self) -> _Hook:
        self._stack = contextlib.ExitStack()
        movers = {id(a): a for frame in self._frames for a in frame}
        for artist in movers.values():
            artist.set_visible(False)
        self._stack.enter_context(
            _best_places(self.figure, [a for a in movers.values() if isinstance(a, Legend)])
        )
        self._painter = Painter(self.figure, movers.values())
        self.figure.draw = self._draw
        self._stack.callback(vars(self.figure).pop, "draw", None)
        self.show([])
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def show(self, frame: list[Artist]) -> None:
        """Choose the frame that the next savefig paints."""
        self._frame = frame
        if not self._settled:  # matplotlib draws here, which moves a layout; only that is done
            renderer = self.figure.canvas.get_renderer()
            with renderer._draw_disabled():
                self._lay_out(renderer)

    def _draw(self, renderer: Any) -> None:
        if "draw_path" in vars(renderer):  # savefig lets the layout engine run once more; nothing is painted
            if not self._settled:
                self._lay_out(renderer)
                self._judge(renderer)
            return
        self._painter.paint(self._frame, renderer)
        self._renderer = renderer

    def repaint(self) -> np.ndarray | None:
        """The chosen frame's pixels where savefig would do nothing to the figure first, else None.

        savefig may change sizes and colours for the time it draws, and lets layouts move: if the last frame that went
        through it was painted on the very figure that is here now, the next one need not.
        """
        if self._settled and self._renderer is not None and self._painter.holds(self._renderer):
            return self._painter.paint(self._frame, self._renderer, over=True)
        return None

    @property
    def touched(self) -> tuple[int, int, int, int] | None:
        """Where the frame of the last repaint() may differ from the one before; None: anywhere."""
        return self._painter.touched

    def _lay_out(self, renderer: Any) -> None:
        for artist in self._frame:
            artist.set_visible(True)
        type(self.figure).draw(self.figure, renderer)
        for artist in self._frame:
            artist.set_visible(False)

    def _judge(self, renderer: Any) -> None:
        """Once two frames have the same layout and none can influence it, there is no need to go on."""
        places = [ax.get_position().bounds for ax in self.figure.axes]
        if places == self._places:
            movers = {id(a): a for frame in self._frames for a in frame}.values()
            self._settled = all(_neutral(a, renderer) for a in movers)
            if not self._settled:
                self._places = [None]  # ask no more
        elif self._places != [None]:
            self._places = places


def _neutral(artist: Artist, renderer: Any) -> bool:
    """True if the artist cannot influence a layout: clipped to its axes, or well inside them."""
    if not artist.get_in_layout() or artist._fully_clipped_to_axes():
        return True
    artist.set_visible(True)
    box = artist.get_tightbbox(renderer)
    artist.set_visible(False)
    if box is None:
        return True
    outer = artist.axes.get_window_extent(renderer).padded(1e-6)
    return bool(
        outer.containsx(box.x0)
        and outer.containsx(box.x1)
        and outer.containsy(box.y0)
        and outer.containsy(box.y1)
    )


@contextlib.contextmanager
def _best_places(figure: Figure, legends: list[Legend]) -> Iterator[None]:
    """Legends at the "best" place look at every artist of the axes; here they look once, and equal cases once."""
    seen: dict[Axes, tuple[list[Any], list[Any], list[Any]]] = {}
    found: dict[Any, tuple[float, float]] = {}

    def data(legend: Legend, renderer: Any) -> tuple[list[Any], list[Any], list[Any]]:
        ax = legend.parent
        key = (ax, ax.bbox.bounds, figure.dpi)
        texts = [a.get_window_extent(renderer) for a in ax._children if isinstance(a, Text)]
        if key not in seen:
            with_text = ax._children
            try:
                ax._children = [a for a in with_text if not isinstance(a, Text)]
                seen[key] = Legend._auto_legend_data(legend, renderer)
            finally:
                ax._children = with_text
        bboxes, lines, offsets = seen[key]
        return [*bboxes, *texts], lines, offsets

    def place(legend: Legend, width: float, height: float, renderer: Any) -> tuple[float, float]:
        ax = legend.parent
        texts = tuple(
            tuple(a.get_window_extent(renderer).extents) for a in ax._children if isinstance(a, Text)
        )
        anchor = tuple(legend.get_bbox_to_anchor().bounds)
        key = (
            ax,
            ax.bbox.bounds,
            figure.dpi,
            width,
            height,
            anchor,
            legend.borderaxespad,
            legend._fontsize,
            texts,
        )
        if key not in found:
            found[key] = Legend._find_best_position(legend, width, height, renderer)
        return found[key]

    for legend in legends:
        if type(legend) is Legend and legend.isaxes:
            legend._auto_legend_data = functools.partial(data, legend)
            legend._find_best_position = functools.partial(place, legend)
    try:
        yield
    finally:
        for legend in legends:
            for name in ("_auto_legend_data", "_find_best_position"):
                vars(legend).pop(name, None)

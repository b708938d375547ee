"""``Camera``: celluloid's camera, the same frames, much sooner.

    from hhanim import Camera      # instead of: from celluloid import Camera

and nothing else changes in a script. celluloid re-draws the whole figure twice a frame; here what does not change is
drawn once (see emulate.py), savefig sets the stage for the first frame only, and the film is encoded beside the
drawing. The frames are the same to the last bit, with one exception, on purpose: where celluloid paints one legend
several times over (each axes' legend on the last frame, and a legend made once before the loop on all), which makes
its text bolder, this paints it once.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import subprocess
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import celluloid
import matplotlib as mpl
import numpy as np
import PIL.Image
from matplotlib import cbook
from matplotlib.animation import AbstractMovieWriter, ArtistAnimation, writers
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.table import Table
from matplotlib.text import Text

from hhanim.celluloid.emulate import Filming
from hhanim.model.errors import HHError
from hhanim.plots.additions import Additions
from hhanim.process import end_quickly, spared_collector
from hhanim.studio.media.encode import Encoder

#: celluloid's order within a frame is this one, but for images, which come last.
_ORDER = (Collection, Patch, Line2D, Text, AxesImage, Artist)


def _rank(artist: Artist) -> int:
    rank = next(i for i, kind in enumerate(_ORDER) if isinstance(artist, kind))
    return 6 if rank == 4 else rank


class Camera(celluloid.Camera):  # type: ignore[misc]
    """Make a film of a figure: draw, ``snap()``, draw, ``snap()`` …, then ``animate().save(path)``.

    figure: the matplotlib figure.
    """

    def __init__(self, figure: Figure) -> None:
        if not isinstance(figure, Figure):
            raise HHError(f"a Camera films a figure, not {type(figure).__name__}: Camera(plt.figure())")
        super().__init__(figure)
        # The artists of all frames stay until the film is saved: not one of them is garbage.
        spared_collector.__enter__()
        weakref.finalize(self, spared_collector.__exit__).atexit = False
        end_quickly()
        self._additions = Additions(figure)

    def snap(self) -> list[Artist]:
        """Take a frame: all artists added to any axes since the frame before. Returns them.

        Costs what the new artists cost, however many there are already. Raises HHError if axes that are on a frame
        have been removed from the figure.
        """
        self._refuse_removed_axes()
        frame: list[Artist] = []
        for ax in self._figure.axes:
            if ax.legend_ is not None and ax.legend_.axes is None:  # removed after it had been on a frame
                ax.legend_ = None
            legend = ax.legend_
            if legend is not None and legend not in self._additions.known.get(ax, ()):
                ax.add_artist(legend)
            new = self._additions.take(ax)
            if legend is not None:
                new = [a for a in new if a is not legend] + [legend]
            frame += sorted((a for a in new if not isinstance(a, Table)), key=_rank)
        self._photos.append(frame)
        return frame

    def animate(self, *args: Any, **kwargs: Any) -> FastAnimation:
        """The film so far, as matplotlib's ``ArtistAnimation`` with a faster ``save()``; same arguments.

        Raises HHError if there are no frames, or axes that are on one have been removed from the figure.
        """
        if not self._photos:
            raise HHError("the film has no frames: call the camera's snap() once for each, after drawing it")
        self._refuse_removed_axes()
        self._put_back()
        return FastAnimation(self._figure, self._photos, *args, **kwargs)

    def _refuse_removed_axes(self) -> None:
        if any(known and ax not in self._figure.axes for ax, known in self._additions.known.items()):
            raise HHError(
                "figures cleared between frames (clf, or axes removed) cannot be filmed: "
                "make the figure and its axes before the loop, and clear one with cla() at most"
            )

    def _put_back(self) -> None:
        """What the script has taken away between frames (``cla()``, ``remove()``) is in its place on its frames."""
        filmed = dict.fromkeys(a for photo in self._photos for a in photo)
        for ax, known in self._additions.known.items():
            there = set(ax._children)
            gone = [a for a in known if a in filmed and a not in there]
            if not gone:
                continue
            _ = ax.viewLim  # what has been taken away has no say in the limits
            order = {a: i for i, a in enumerate(known)}
            ax._children[:] = sorted([*ax._children, *gone], key=lambda a: order.get(a, len(order)))
            artist: Any
            for artist in gone:
                artist._remove_method = ax._children.remove
                artist.axes = ax
                if artist.get_figure() is None:
                    artist.set_figure(ax.get_figure())


class FastAnimation(ArtistAnimation):
    """An ``ArtistAnimation`` whose ``save()`` draws what does not change once."""

    _fig: Figure
    _framedata: list[list[Artist]]
    _interval: float
    _filming: Filming | None = None

    def __init__(self, fig: Figure, artists: list[list[Artist]], *args: Any, **kwargs: Any) -> None:
        super().__init__(fig, artists, *args, **kwargs)
        self._save_count = len(artists)

    def _setup_blit(self) -> None:
        for artist in {a for frame in self._framedata for a in frame}:
            artist.set_visible(
                False
            )  # or the draw that fills the blit cache would paint every frame of the film
        super()._setup_blit()  # type: ignore[misc]

    # While saving, matplotlib's own loop runs unchanged, but choosing a frame draws nothing: the writer's savefig does.

    def _init_draw(self) -> None:
        if self._filming is None:
            super()._init_draw()  # type: ignore[misc]

    def _draw_next_frame(self, framedata: list[Artist], blit: bool) -> None:
        if self._filming is None:
            super()._draw_next_frame(framedata, blit)  # type: ignore[misc]
        else:
            self._filming.show(framedata)

    @functools.wraps(ArtistAnimation.save)
    def save(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Save the film; takes everything that matplotlib's ``Animation.save`` takes, with the same meaning.

        Without a writer (or with ``"ffmpeg"``) and without wishes that only ffmpeg can fulfil (codec, bitrate,
        extra_args, metadata, another container than MP4), the film is encoded by hhanim itself: H.264, yuv420p, BT.709,
        ready to stream, and no ffmpeg needs to be installed. Any other writer gets the same frames.
        """
        self._draw_was_started = True  # or matplotlib warns, when it ends, that it has not been
        given = inspect.signature(super().save).bind(*args, **kwargs).arguments
        if _is_plain(**given):
            rate: Any = given.pop("fps", None) or (1000.0 / self._interval if self._interval else math.inf)
            given = {k: v for k, v in given.items() if k not in _ENCODING} | {"writer": _Film(fps=rate)}
        else:
            _refuse_unknown(given["filename"], given.get("writer"))
        if given.get("extra_anim"):  # two animations on one figure: matplotlib's own way
            super().save(**given)
            return
        try:
            with Filming(self._fig, self._framedata) as self._filming:
                if isinstance(given.get("writer"), _Film):
                    given["writer"].filming = self._filming
                super().save(**given)
        except subprocess.CalledProcessError as error:
            raise HHError(
                f"cannot save {given['filename']}: ffmpeg cannot write it; an .mp4 can do"
            ) from error
        finally:
            self._filming = None
            self._drawn_artists = self._framedata[-1]  # which matplotlib leaves visible

    def to_html5_video(self, embed_limit: float | None = None) -> str:
        """The film as an HTML5 ``<video>`` tag that contains it; needs no ffmpeg.

        embed_limit: in MB, default ``rcParams["animation.embed_limit"]``; beyond it a sentence that says so.
        """
        with mpl.rc_context({"animation.writer": "hhanim"}):
            return super().to_html5_video(embed_limit)

    def _repr_html_(self) -> str:
        """What a notebook shows: the film, or matplotlib's JavaScript player where rcParams ask for it."""
        return self.to_jshtml() if mpl.rcParams["animation.html"] == "jshtml" else self.to_html5_video()


_ENCODING = ("codec", "bitrate", "extra_args", "metadata")


def _is_plain(filename: Any, writer: Any = None, **wishes: Any) -> bool:
    """Whether a film is wanted as our encoder makes it: nothing that takes another writer, or ffmpeg itself."""
    return (
        writer in (None, "ffmpeg")
        and mpl.rcParams["animation.writer"] == "ffmpeg"
        and mpl.rcParams["animation.codec"] == "h264"
        and mpl.rcParams["animation.bitrate"] == -1
        and not mpl.rcParams["animation.ffmpeg_args"]
        and wishes.get("codec") in (None, "h264", "libx264")
        and wishes.get("bitrate") in (None, -1)
        and not wishes.get("extra_args")
        and not wishes.get("metadata")
        and Path(filename).suffix.lower() in (".mp4", ".m4v")
    )


def _refuse_unknown(filename: Any, writer: Any) -> None:
    """What Pillow would refuse when everything has been drawn is refused at once."""
    name = mpl.rcParams["animation.writer"] if writer is None else writer
    if name != "pillow" and not (name == "ffmpeg" and not writers.is_available(name)):
        return
    if (
        isinstance(filename, (str, os.PathLike))
        and Path(filename).suffix.lower() not in PIL.Image.registered_extensions()
    ):
        missing = "" if name == "pillow" else "ffmpeg is not installed; "
        raise HHError(f"cannot save {filename}: {missing}a film is an .mp4, .gif or .webp")


@writers.register("hhanim")
class _Film(AbstractMovieWriter):
    """A matplotlib movie writer on top of hhanim's encoder; works for any matplotlib animation."""

    filming: Filming | None = None

    @classmethod
    def isAvailable(cls) -> bool:
        return True

    def setup(self, fig: Figure, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)
        width, height = self.frame_size
        self._encoder = Encoder(outfile, width=width, height=height, fps=self.fps)

    def write(self, data: memoryview) -> None:
        """savefig writes the canvas' pixels here."""
        self._encoder.write(np.asarray(data))

    def seek(self, *where: Any) -> None:
        """Having one makes this a file in matplotlib's eyes."""

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        filming = self.filming
        if filming is None or (pixels := filming.repaint()) is None:
            self.fig.savefig(self, format="rgba", dpi=self.dpi, **savefig_kwargs)  # type: ignore[arg-type]
        else:
            self._encoder.write(pixels, None if filming.touched is None else [filming.touched])

    def finish(self) -> None:
        self._encoder.close()

    @contextlib.contextmanager
    def saving(self, fig: Figure, outfile: Any, dpi: float | None, *args: Any, **how: Any) -> Iterator[_Film]:
        self.setup(fig, outfile, dpi, *args, **how)
        # at the film's own resolution throughout, or savefig would change it, and undo that, on every frame
        with mpl.rc_context({"savefig.bbox": None}), cbook._setattr_cm(fig, dpi=self.dpi):
            try:
                yield self
            except BaseException:
                self._encoder.abort()
                raise
            self.finish()

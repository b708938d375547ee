"""Films of every artist that pyplot makes, and of what scripts do to them between frames: ours against celluloid's.

    python -m tests.celluloid.fuzz 1000           # so many films; prints how they went, and those that went wrong
    python -m tests.celluloid.fuzz 200 --seed 7   # others

A film is plain data (see Film) that hypothesis makes, and that can be pasted into ``compare()``. Right is: the same pixels
on every frame, or a refusal in one line where axes were taken away. Where celluloid itself fails (artists removed, axes
cleared), Patient stands in for it. celluloid paints some legends several times over: they are made single before it draws.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import logging
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import celluloid
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from matplotlib import collections as groups
from matplotlib import patches, patheffects
from matplotlib.animation import AbstractMovieWriter
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import NonUniformImage
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, AnchoredText, AnnotationBbox, OffsetImage, TextArea
from matplotlib.table import Table
from matplotlib.text import Text
from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

from hhanim import Camera
from hhanim.model import HHError

Draw = Callable[[Any, Any, Any], Any]  # axes, its figure, random numbers
Step = tuple[str, int, int]  # what, on which axes, with which random numbers


@dataclass(frozen=True)
class Film:
    """A script: the figure, and for each frame what is drawn or done before the snap."""

    frames: list[list[Step]]
    axes: str = "one"
    style: str = "default"
    layout: str | None = None
    how: dict[str, Any] = field(default_factory=dict)  # for save()


# -- what can be drawn ------------------------------------------------------------------------------------------


class Labelled(Line2D):
    """A line that somebody has taught to paint a text beside it."""

    def draw(self, renderer: Any) -> None:
        super().draw(renderer)
        if self.get_visible():
            label = Text(*self.get_transform().transform(self.get_xydata()[-1]), "label", color="r")
            label.set_figure(self.get_figure())
            label.draw(renderer)


class Stubborn(Line2D):
    """A line that is there although it is invisible."""

    def get_visible(self) -> bool:
        return True


def blur(image: np.ndarray, dpi: float) -> tuple[np.ndarray, int, int]:
    return (image + np.roll(image, 3, axis=0)) / 2, 0, 0


def word(r: Any) -> str:
    return str(r.choice(["m", "epoch 3", "$x^2$", "a longer word", "two\nlines", "ℏ"]))


def color(r: Any) -> Any:
    return str(r.choice(["r", "0.3", "C0", "C3", "#11aa5580", "w"]))


def place(r: Any) -> str:
    return str(r.choice(["upper left", "lower right", "center", "upper right"]))


def grid(r: Any) -> Any:
    return r.random((5, 6))


def line(r: Any) -> dict[str, Any]:
    return {
        "color": color(r),
        "ls": str(r.choice(["-", "--", ":"])),
        "lw": float(r.choice([0.5, 1.5, 8])),
        "marker": str(r.choice(["", "o", "x", "^"])),
        "ms": float(r.choice([3, 12])),
        "alpha": float(r.choice([1, 0.4])),
        "zorder": float(r.choice([-1, 1, 2, 2, 2, 2, 6])),
        "clip_on": bool(r.random() < 0.8),
        "label": word(r),
    }


def quiverkey(ax: Any, fig: Any, r: Any) -> None:
    arrows = ax.quiver(*r.random((4, 6)))
    ax.quiverkey(arrows, 0.5, 1.05, 1, word(r))


def clabel(ax: Any, fig: Any, r: Any) -> None:
    ax.clabel(ax.contour(grid(r)))


def connection(ax: Any, fig: Any, r: Any) -> None:
    other = fig.axes[-1]
    fig.add_artist(
        patches.ConnectionPatch(
            r.random(2), r.random(2), "data", "data", axesA=ax, axesB=other, color=color(r)
        )
    )


def relative(ax: Any, fig: Any, r: Any) -> None:
    said = ax.text(*r.random(2), word(r))
    ax.annotate(word(r), (1, 0), (0.2, -0.5), xycoords=said, textcoords=said, arrowprops={"arrowstyle": "->"})


def inset(ax: Any, fig: Any, r: Any) -> None:
    small = ax.inset_axes((0.5, 0.5, 0.45, 0.4))
    small.plot(r.random(4))
    ax.indicate_inset_zoom(small)


def clipped_image(ax: Any, fig: Any, r: Any) -> None:
    ax.imshow(grid(r)).set_clip_path(patches.Circle((2, 2), 2, transform=ax.transData))


def uneven_image(ax: Any, fig: Any, r: Any) -> None:
    image = NonUniformImage(ax, extent=(0, 1, 0, 1))
    image.set_data(np.sort(r.random(6)), np.sort(r.random(5)), grid(r))
    ax.add_image(image)


def replaced(ax: Any, fig: Any, r: Any) -> None:
    near, far = ax.text(0.1, 0.1, "near"), ax.text(0.7, 0.8, "far")
    draw = far.draw
    near.draw = lambda renderer: near.get_visible() and (far.set_visible(True), draw(renderer))
    far.set_visible(False)


def offset_box(ax: Any, fig: Any, r: Any) -> None:
    ax.add_artist(AnchoredOffsetbox(place(r), child=TextArea(word(r)), frameon=bool(r.random() < 0.5)))


def boxed(ax: Any, fig: Any, r: Any) -> None:
    ax.add_artist(
        AnnotationBbox(
            OffsetImage(grid(r), zoom=4),
            r.random(2),
            xybox=(20, 10),
            boxcoords="offset points",
            arrowprops={"arrowstyle": "->"},
        )
    )


def legend(ax: Any, fig: Any, r: Any) -> None:
    handles = [
        a for a in ax.get_children() if isinstance(a, (Line2D, patches.Rectangle)) and a is not ax.patch
    ][-2:]
    how = {
        "loc": str(r.choice(["best", "best", "upper left", "center", "outside"])),
        "shadow": bool(r.random() < 0.2),
    }
    if how["loc"] == "outside":
        how |= {"loc": "upper left", "bbox_to_anchor": (0.8, 0.9)}
    if r.random() < 0.3:
        how |= {"title": word(r), "framealpha": 0.5, "fontsize": float(r.choice([5, 9]))}
    ax.legend(handles, ["always", "the same"] if r.random() < 0.5 else [word(r), word(r)], **how)


def two_legends(ax: Any, fig: Any, r: Any) -> None:
    lines = ax.plot(r.random((4, 2)))
    ax.add_artist(ax.legend(lines[:1], [word(r)], loc="lower left"))
    ax.legend(lines[1:], [word(r)], loc="upper right")


def colorbar(ax: Any, fig: Any, r: Any) -> None:
    fig.colorbar(ax.imshow(grid(r), vmin=0, vmax=1), ax=ax)


def bar_label(ax: Any, fig: Any, r: Any) -> None:
    ax.bar_label(ax.bar(range(4), r.random(4), color=color(r)))


FLAT: dict[str, Draw] = {
    "plot": lambda ax, fig, r: ax.plot(r.random(9) * 5, **line(r)),
    "plot more": lambda ax, fig, r: ax.plot(np.sort(r.random(30)), r.random((30, 3)), lw=float(r.choice([1, 5]))),
    "scatter": lambda ax, fig, r: ax.scatter(*r.random((2, 8)), c=r.random(8), s=80, alpha=0.6, clip_on=bool(r.random() < 0.7)),
    "bar": lambda ax, fig, r: ax.bar(range(4), r.random(4), color=color(r), hatch=str(r.choice(["", "//"])), label=word(r)),
    "barh": lambda ax, fig, r: ax.barh(["a", "b", "c"], r.random(3)),
    "bar label": bar_label,
    "broken barh": lambda ax, fig, r: ax.broken_barh([(0, r.random()), (1.2, 0.5)], (0.2, 0.5), color=color(r)),
    "hist": lambda ax, fig, r: ax.hist(r.random(20), bins=5, histtype=str(r.choice(["bar", "step", "stepfilled"]))),
    "hist2d": lambda ax, fig, r: ax.hist2d(*r.random((2, 30)), bins=4),
    "hexbin": lambda ax, fig, r: ax.hexbin(*r.random((2, 30)), gridsize=5),
    "stairs": lambda ax, fig, r: ax.stairs(r.random(5), fill=bool(r.random() < 0.5)),
    "ecdf": lambda ax, fig, r: ax.ecdf(r.random(6)),
    "step": lambda ax, fig, r: ax.step(range(5), r.random(5), where="mid", **line(r)),
    "stem": lambda ax, fig, r: ax.stem(r.random(5)),
    "errorbar": lambda ax, fig, r: ax.errorbar(range(4), r.random(4), yerr=r.random(4), capsize=3, label=word(r)),
    "fill between": lambda ax, fig, r: ax.fill_between(range(6), r.random(6), alpha=0.5, color=color(r)),
    "fill betweenx": lambda ax, fig, r: ax.fill_betweenx(range(6), r.random(6)),
    "fill": lambda ax, fig, r: ax.fill(*r.random((2, 5)), color(r)),
    "stackplot": lambda ax, fig, r: ax.stackplot(range(5), r.random((3, 5)), labels="abc"),
    "eventplot": lambda ax, fig, r: ax.eventplot([r.random(6), r.random(4)], colors=["r", "b"]),
    "boxplot": lambda ax, fig, r: ax.boxplot([r.random(9), r.random(9)], notch=bool(r.random() < 0.5)),
    "violinplot": lambda ax, fig, r: ax.violinplot([r.random(9), r.random(9)]),
    "pie": lambda ax, fig, r: ax.pie(r.random(3) + 0.1, labels=["a", word(r), "c"], shadow=bool(r.random() < 0.3)),
    "hlines": lambda ax, fig, r: ax.hlines(r.random(3), 0, 1, color(r)),
    "vlines": lambda ax, fig, r: ax.vlines(r.random(3), 0, 1, color(r)),
    "axhline": lambda ax, fig, r: ax.axhline(r.random(), **line(r)),
    "axvline": lambda ax, fig, r: ax.axvline(r.random(), color=color(r), lw=4),
    "axline": lambda ax, fig, r: ax.axline((0, r.random()), slope=r.random()),
    "axhspan": lambda ax, fig, r: ax.axhspan(*r.random(2), alpha=0.4, zorder=float(r.choice([0, 5]))),
    "axvspan": lambda ax, fig, r: ax.axvspan(*r.random(2), color=color(r)),
    "imshow": lambda ax, fig, r: ax.imshow(grid(r), alpha=float(r.choice([1, 0.5])), interpolation=str(r.choice(["nearest", "bilinear"]))),
    "matshow": lambda ax, fig, r: ax.matshow(grid(r)),
    "spy": lambda ax, fig, r: ax.spy(grid(r) > 0.5, markersize=float(r.choice([3, 6]))),
    "clipped image": clipped_image,
    "uneven image": uneven_image,
    "pcolor": lambda ax, fig, r: ax.pcolor(grid(r)),
    "pcolormesh": lambda ax, fig, r: ax.pcolormesh(grid(r), shading=str(r.choice(["auto", "gouraud"]))),
    "pcolorfast": lambda ax, fig, r: ax.pcolorfast(grid(r)),
    "contour": lambda ax, fig, r: ax.contour(grid(r), colors=color(r)),
    "contourf": lambda ax, fig, r: ax.contourf(grid(r), hatches=["/", ""]),
    "clabel": clabel,
    "tripcolor": lambda ax, fig, r: ax.tripcolor(*r.random((3, 9))),
    "triplot": lambda ax, fig, r: ax.triplot(*r.random((2, 9)), lw=0.7),
    "tricontourf": lambda ax, fig, r: ax.tricontourf(*r.random((3, 9))),
    "quiver": lambda ax, fig, r: ax.quiver(*r.random((4, 6)), color=color(r)),
    "quiverkey": quiverkey,
    "barbs": lambda ax, fig, r: ax.barbs(*r.random((2, 4)), *(40 * r.random((2, 4)))),
    "streamplot": lambda ax, fig, r: ax.streamplot(np.arange(6), np.arange(5), grid(r) - 0.3, grid(r), density=0.3),
    "specgram": lambda ax, fig, r: ax.specgram(r.random(100), NFFT=16, noverlap=4),
    "psd": lambda ax, fig, r: ax.psd(r.random(64), NFFT=16),
    "magnitude spectrum": lambda ax, fig, r: ax.magnitude_spectrum(r.random(32)),
    "acorr": lambda ax, fig, r: ax.acorr(r.random(20), maxlags=5),
    "loglog": lambda ax, fig, r: ax.loglog(np.arange(1, 6), r.random(5) + 0.1, **line(r)),
    "semilogy": lambda ax, fig, r: ax.semilogy(r.random(5) + 0.1),
    "text": lambda ax, fig, r: ax.text(*(2 * r.random(2)), word(r), rotation=float(r.choice([0, 40])), size=float(r.choice([6, 18])), color=color(r)),
    "boxed text": lambda ax, fig, r: ax.text(*r.random(2), word(r), bbox={"boxstyle": str(r.choice(["round", "larrow"])), "fc": "y"}, clip_on=bool(r.random() < 0.5)),
    "text of the axes": lambda ax, fig, r: ax.text(*(1.3 * r.random(2) - 0.1), word(r), transform=ax.transAxes),
    "annotate": lambda ax, fig, r: ax.annotate(word(r), r.random(2), 1.5 * r.random(2), arrowprops={"arrowstyle": str(r.choice(["->", "fancy"]))}),
    "annotate relative": relative,
    "arrow": lambda ax, fig, r: ax.arrow(0, 0, *r.random(2), width=0.03, color=color(r)),
    "table": lambda ax, fig, r: ax.table([["1", word(r)]], loc=str(r.choice(["bottom", "center"]))),
    "circle": lambda ax, fig, r: ax.add_patch(patches.Circle(r.random(2), r.random(), alpha=0.5, color=color(r))),
    "rectangle": lambda ax, fig, r: ax.add_patch(patches.Rectangle(r.random(2), 0.6, 0.9, clip_on=False, fc=color(r), lw=3)),
    "wedge": lambda ax, fig, r: ax.add_patch(patches.Wedge(r.random(2), 0.4, 10, 200, ec=color(r))),
    "fancy box": lambda ax, fig, r: ax.add_patch(patches.FancyBboxPatch(r.random(2), 0.3, 0.2, boxstyle="round,pad=0.1")),
    "fancy arrow": lambda ax, fig, r: ax.add_patch(patches.FancyArrowPatch(r.random(2), 1.3 * r.random(2), mutation_scale=20, clip_on=False)),
    "polygon": lambda ax, fig, r: ax.add_patch(patches.Polygon(r.random((5, 2)), alpha=0.5, fc=color(r))),
    "arc": lambda ax, fig, r: ax.add_patch(patches.Arc(r.random(2), 0.5, 0.8, theta2=200, color=color(r))),
    "connection": connection,
    "lines": lambda ax, fig, r: ax.add_collection(groups.LineCollection(r.random((4, 3, 2)), lw=3, array=r.random(4))),
    "polygons": lambda ax, fig, r: ax.add_collection(groups.PolyCollection(r.random((3, 4, 2)), facecolors=color(r), clip_on=False)),
    "ellipses": lambda ax, fig, r: ax.add_collection(groups.EllipseCollection(9 * r.random(3), 5 * r.random(3), [30, 60, 0], units="points", offsets=r.random((3, 2)), offset_transform=ax.transData)),
    "patches": lambda ax, fig, r: ax.add_collection(groups.PatchCollection([patches.Circle(c, 0.2) for c in r.random((3, 2))], alpha=0.5)),
    "legend": legend,
    "two legends": two_legends,
    "colorbar": colorbar,
    "inset": inset,
    "twin": lambda ax, fig, r: ax.twinx().plot(5 * r.random(5), **line(r)),
    "twiny": lambda ax, fig, r: ax.twiny().plot(r.random(5), color=color(r)),
    "secondary": lambda ax, fig, r: ax.secondary_xaxis("top"),
    "anchored text": lambda ax, fig, r: ax.add_artist(AnchoredText(word(r), loc=place(r))),
    "size bar": lambda ax, fig, r: ax.add_artist(AnchoredSizeBar(ax.transData, r.random(), word(r), place(r))),
    "offset box": offset_box,
    "annotation box": boxed,
    "outlined": lambda ax, fig, r: ax.plot(r.random(5), path_effects=[patheffects.withStroke(linewidth=7, foreground=color(r))]),
    "shadowed": lambda ax, fig, r: ax.text(*r.random(2), word(r), path_effects=[patheffects.withSimplePatchShadow((9, -9))]),
    "sketched": lambda ax, fig, r: ax.plot(r.random(5), clip_on=False)[0].set_sketch_params(3, 20, 5),
    "filtered": lambda ax, fig, r: ax.plot(r.random(5), lw=4)[0].set_agg_filter(blur),
    "rasterized": lambda ax, fig, r: ax.plot(r.random(5), rasterized=True),
    "labelled": lambda ax, fig, r: ax.add_line(Labelled([0, 0.7], r.random(2))),
    "stubborn": lambda ax, fig, r: ax.add_line(Stubborn([0, 0.7], r.random(2), color=color(r))),
    "replaced": replaced,
    "figtext": lambda ax, fig, r: fig.text(*r.random(2), word(r), color=color(r), alpha=0.5),
    "suptitle": lambda ax, fig, r: fig.suptitle(word(r)),
    "supxlabel": lambda ax, fig, r: fig.supxlabel(word(r)),
    "figure legend": lambda ax, fig, r: fig.legend(ax.plot(r.random(4)), [word(r)], loc=place(r)),
    "figure patch": lambda ax, fig, r: fig.add_artist(patches.Circle(r.random(2), 0.2, color=color(r), alpha=0.5, zorder=float(r.choice([-1, 3])))),
    "figimage": lambda ax, fig, r: fig.figimage(grid(r), *(40 * r.random(2)), alpha=0.5),
}  # fmt: skip
POLAR: dict[str, Draw] = {
    name: FLAT[name]
    for name in ("plot", "scatter", "bar", "fill", "text", "annotate", "legend", "anchored text", "axhline")
}
SOLID: dict[str, Draw] = {
    "plot": lambda ax, fig, r: ax.plot(*r.random((3, 9)), label=word(r)),
    "scatter": lambda ax, fig, r: ax.scatter(*r.random((3, 9)), c=r.random(9)),
    "surface": lambda ax, fig, r: ax.plot_surface(*np.meshgrid(range(6), range(5)), grid(r)),
    "wireframe": lambda ax, fig, r: ax.plot_wireframe(*np.meshgrid(range(6), range(5)), grid(r)),
    "trisurf": lambda ax, fig, r: ax.plot_trisurf(*r.random((3, 9))),
    "bar3d": lambda ax, fig, r: ax.bar3d(*r.random((3, 3)), 0.1, 0.1, r.random(3)),
    "contour": lambda ax, fig, r: ax.contour(*np.meshgrid(range(6), range(5)), grid(r)),
    "quiver": lambda ax, fig, r: ax.quiver(*r.random((6, 3))),
    "stem": lambda ax, fig, r: ax.stem(*r.random((3, 4))),
    "text": lambda ax, fig, r: ax.text(*r.random(3), word(r)),
    "text2D": lambda ax, fig, r: ax.text2D(*r.random(2), word(r)),
    "legend": legend,
}


# -- what else scripts do between frames ------------------------------------------------------------------------


def any_of(ax: Any, r: Any) -> Any:
    children = list(dict.fromkeys(ax._children))  # celluloid has some of them several times
    return children[int(r.integers(len(children)))] if children else None


def restyle(ax: Any, fig: Any, r: Any) -> None:
    """Change one of the artists that are there, whichever way it can be changed."""
    artist = any_of(ax, r)
    if artist is None:
        return
    changes: list[Callable[[], Any]] = [
        lambda: artist.set_alpha(0.5),
        lambda: artist.set_zorder(float(r.choice([-2, 1, 7]))),
        lambda: artist.set_visible(False),
        lambda: artist.set_clip_on(not artist.get_clip_on()),
        lambda: artist.set_label(word(r)),
    ]
    for name, value in (
        ("color", color(r)), ("facecolor", color(r)), ("linewidth", 4), ("text", word(r)), ("array", None),
        ("hatch", "x"), ("radius", 0.3), ("marker", "s"), ("position", (0.3, 0.4)), ("fontsize", 14),
    ):  # fmt: skip
        if hasattr(artist, f"set_{name}") and value is not None:
            changes.append(lambda name=name, value=value: getattr(artist, f"set_{name}")(value))
    if isinstance(artist, Line2D) and not hasattr(artist, "get_data_3d"):
        changes.append(lambda: artist.set_data(r.random((2, 5))))
    with contextlib.suppress(TypeError, ValueError, NotImplementedError):
        changes[int(r.integers(len(changes)))]()


CHANGES: dict[str, Draw] = {
    "nothing": lambda ax, fig, r: None,
    "restyle": restyle,
    "restyle twice": lambda ax, fig, r: (restyle(ax, fig, r), restyle(ax, fig, r)),
    "title": lambda ax, fig, r: ax.set_title(word(r), loc=str(r.choice(["left", "center"]))),
    "xlabel": lambda ax, fig, r: ax.set_xlabel(word(r)),
    "limits": lambda ax, fig, r: (ax.set_xlim(-r.random(), 3 * r.random() + 0.1), ax.set_ylim(-0.1, 2)),
    "grid": lambda ax, fig, r: ax.grid(bool(r.random() < 0.8), lw=3),
    "axis off": lambda ax, fig, r: ax.set_axis_off(),
    "frame off": lambda ax, fig, r: ax.set_frame_on(False),
    "background": lambda ax, fig, r: ax.set_facecolor(color(r)),
    "below": lambda ax, fig, r: ax.set_axisbelow(bool(r.random() < 0.5)),
    "margins": lambda ax, fig, r: ax.margins(r.random() * 0.3),
    "spines": lambda ax, fig, r: next(iter(ax.spines.values())).set(lw=6, color=color(r)),
    "ticks": lambda ax, fig, r: ax.tick_params(labelsize=4, length=9, direction="in", zorder=5),
    "axes above": lambda ax, fig, r: ax.set_zorder(float(r.choice([-1, 3]))),
    "figure colour": lambda ax, fig, r: fig.set_facecolor(color(r)),
}
FLAT_CHANGES: dict[str, Draw] = {
    "aspect": lambda ax, fig, r: ax.set_aspect("equal", adjustable=str(r.choice(["box", "datalim"]))),
    "invert": lambda ax, fig, r: ax.invert_yaxis(),
    "scale": lambda ax, fig, r: ax.set_yscale(str(r.choice(["log", "symlog", "linear"]))),
    "minor ticks": lambda ax, fig, r: ax.minorticks_on(),
    "adjust": lambda ax, fig, r: (
        fig.get_layout_engine() is None and fig.subplots_adjust(left=0.3 * r.random())
    ),
    "tight once": lambda ax, fig, r: fig.get_layout_engine() is None and fig.tight_layout(),
}


def remove(ax: Any, fig: Any, r: Any) -> None:
    artist = any_of(ax, r)
    if artist is not None and artist._remove_method is not None:
        artist.remove()


REMOVALS: dict[str, Draw] = {
    "remove": remove,
    "remove the legend": lambda ax, fig, r: ax.get_legend() is not None and ax.get_legend().remove(),
    "cla": lambda ax, fig, r: ax.cla(),
}
REFUSED: dict[str, Draw] = {
    "clf": lambda ax, fig, r: (fig.clear(), fig.subplots()),
    "axes removed": lambda ax, fig, r: (ax.remove(), fig.add_subplot()),
    "axes made anew": lambda ax, fig, r: ([a.remove() for a in fig.axes], fig.subplots(1, 2)),
}
AXES = {
    "one": lambda fig: fig.subplots(),
    "two": lambda fig: fig.subplots(1, 2),
    "shared": lambda fig: fig.subplots(2, 2, sharex=True, sharey="row"),
    "polar": lambda fig: fig.subplots(subplot_kw={"projection": "polar"}),
    "solid": lambda fig: fig.subplots(subplot_kw={"projection": "3d"}),
    "overlapping": lambda fig: (fig.add_axes((0.1, 0.1, 0.6, 0.7)), fig.add_axes((0.4, 0.3, 0.5, 0.6))),
    "subfigures": lambda fig: [part.subplots() for part in fig.subfigures(1, 2)],
}
STEPS = {**SOLID, **FLAT, **CHANGES, **FLAT_CHANGES, **REMOVALS, **REFUSED}
STYLES = ["default", "default", "default", "dark_background", "ggplot", "bmh", "seaborn-v0_8", "fast"] * 3 + [
    "xkcd"
]


@st.composite
def films(draw: Any) -> Film:
    """Any film."""
    axes = draw(
        st.sampled_from(
            ["one", "one", "one", "two", "two", "shared", "polar", "solid", "overlapping", "subfigures"]
        )
    )
    drawn = {"polar": POLAR, "solid": SOLID}.get(axes, FLAT)
    changes = CHANGES | ({} if axes in ("polar", "solid") else FLAT_CHANGES)
    if draw(st.integers(0, 3)) == 0:
        changes |= REMOVALS
    if draw(st.integers(0, 39)) == 0:
        changes = REFUSED
    step = st.tuples(st.sampled_from(sorted(drawn)), st.integers(0, 3), st.integers(0, 9999))
    change = st.tuples(st.sampled_from(sorted(changes)), st.integers(0, 3), st.integers(0, 9999))
    usual = draw(st.lists(step, max_size=3))  # on every frame, with other numbers
    frames = []
    for k in range(draw(st.integers(2, 4))):
        again = [(name, on, number + k) for name, on, number in usual]
        frames.append([*again, *draw(st.lists(step, max_size=2)), *draw(st.lists(change, max_size=2))])
    return Film(
        frames,
        axes,
        draw(st.sampled_from(STYLES)),
        draw(st.sampled_from([None] * 6 + ["tight", "constrained", "compressed"])),
        draw(st.sampled_from([{}, {}, {}, {}, {"dpi": 57}, {"savefig_kwargs": {"facecolor": "0.8"}}])),
    )


# -- both ways --------------------------------------------------------------------------------------------------


class Patient(celluloid.Camera):
    """celluloid's camera, had it expected that artists are removed and axes are cleared."""

    def snap(self) -> list[Artist]:
        if not self._photos:
            self._met: dict[Artist, Any] = {}
        frame = []
        for ax in self._figure.axes:
            legend = ax.legend_
            if legend is not None and legend.axes is None:
                legend = ax.legend_ = None
            if legend is not None and legend not in self._met:
                ax.add_artist(legend)
            new = [a for a in ax._children if a not in self._met]
            frame += [a for a in new if not isinstance(a, Table)]
            frame += [legend] if legend is not None and legend not in new else []
            self._met |= dict.fromkeys(new, ax)
        self._photos.append(frame)
        return frame

    def animate(self, *args: Any, **kwargs: Any) -> Any:
        for ax in self._figure.axes:
            ax.get_xlim()  # what has been removed has no say in the limits
            filmed = [
                a
                for a, home in self._met.items()
                if home is ax and (a in ax._children or not isinstance(a, Table))
            ]
            ax._children[:] = filmed + [a for a in ax._children if a not in filmed]
            for artist in filmed:
                artist.axes = ax
                if artist.get_figure() is None:
                    artist.set_figure(ax.get_figure())
        return super().animate(*args, **kwargs)


class Raw(AbstractMovieWriter):
    """Keeps the raw RGBA of every frame."""

    def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
        super().setup(fig, outfile, dpi)
        self.frames: list[np.ndarray] = []

    def grab_frame(self, **how: Any) -> None:
        buffer = io.BytesIO()
        self.fig.savefig(buffer, format="rgba", dpi=self.dpi, **how)
        width, height = self.frame_size
        self.frames.append(np.frombuffer(buffer.getvalue(), np.uint8).reshape(height, width, 4))

    def finish(self) -> None:
        pass


class Reel:
    """Stands in for the encoder and keeps what it is given: of a frame, only what is said to have changed."""

    frames: list[np.ndarray]

    def __init__(self, *args: Any, **how: Any) -> None:
        Reel.frames = []

    def write(self, rgba: np.ndarray, dirty: Any = None) -> None:
        frame = rgba if dirty is None else Reel.frames[-1].copy()
        for x0, y0, x1, y1 in dirty or ():
            frame[y0:y1, x0:x1] = rgba[y0:y1, x0:x1]
        Reel.frames.append(frame.copy())

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


@contextlib.contextmanager
def surroundings(film: Film) -> Iterator[None]:
    with warnings.catch_warnings(), plt.style.context([] if film.style == "xkcd" else film.style):
        warnings.simplefilter("ignore")
        with plt.xkcd() if film.style == "xkcd" else contextlib.nullcontext():
            yield


def shoot(film: Film, camera_class: Any) -> Any:
    """The film, by this camera, as an animation."""
    figure = Figure(figsize=(1.6, 1.2), dpi=80, layout=film.layout)
    FigureCanvasAgg(figure)
    axes = np.ravel(AXES[film.axes](figure))
    camera = camera_class(figure)
    drawn = {"polar": POLAR, "solid": SOLID}.get(film.axes, {})
    for steps in film.frames:
        for name, on, number in steps:
            ax = axes[on % len(axes)]
            (drawn.get(name) or STEPS[name])(ax, ax.get_figure(), np.random.default_rng(number))
            if name in REFUSED:
                axes = np.ravel(figure.axes)
        camera.snap()
    animation = camera.animate(interval=50)
    animation._draw_was_started = True  # one that cannot be saved need not warn as well
    return animation


def expected(film: Film) -> list[np.ndarray]:
    """What celluloid paints, every legend once."""
    patient = any(name in REMOVALS | REFUSED for steps in film.frames for name, _, _ in steps)
    animation = shoot(film, Patient if patient else celluloid.Camera)
    for ax in animation._fig.axes:
        ax._children[:] = dict.fromkeys(ax._children)
        if ax.legend_ in ax._children:
            ax.legend_ = None
    raw = Raw(fps=5)
    animation.save("film", writer=raw, **film.how)
    return raw.frames


def ours(film: Film) -> dict[str, list[np.ndarray]]:
    """What our camera hands to hhanim's encoder and, for a share of the films, to any writer."""
    raw = Raw(fps=5)
    if film.how:
        shoot(film, Camera).save("film", writer=raw, **film.how)
    with mock.patch("hhanim.celluloid.camera.Encoder", Reel), tempfile.TemporaryDirectory() as folder:
        shoot(film, Camera).save(f"{folder}/film.mp4", **film.how)
    return {"our encoder": Reel.frames} | ({"any writer": raw.frames} if film.how else {})


def compare(film: Film) -> str:
    """``identical``, ``drawn whole`` (the same, some kinds of frames not painted fast), ``refused``, ``only ours`` (celluloid fails), ``impossible``
    (matplotlib does not draw it either) or what is wrong."""
    said: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("hhanim.celluloid.emulate")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    mine: Exception | None = None
    try:
        with surroundings(film):
            try:
                both = ours(film)
            except HHError as error:
                removed = any(name in REFUSED for steps in film.frames for name, _, _ in steps)
                return "refused" if removed and "\n" not in str(error) else f"wrong: {error!r}"
            except Exception as error:
                mine, told = error, traceback.format_exc()
            try:
                wanted = expected(film)
            except Exception as error:
                if mine is None:
                    return "only ours"
                return (
                    "impossible" if type(mine) is type(error) else f"wrong: {mine!r} where it was {error!r}"
                )
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    if mine is not None:
        return f"wrong: {told}"
    for way, frames in both.items():
        if len(frames) != len(wanted):
            return f"wrong: {len(frames)} frames of {len(wanted)}"
        off = [int((a != b).any(-1).sum()) for a, b in zip(wanted, frames, strict=True)]
        if any(off):
            return f"wrong: pixels that differ by {way}, frame by frame: {off}"
    return "drawn whole" if said else "identical"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("films", type=int)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    mpl.use("Agg")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    outcomes: collections.Counter[str] = collections.Counter()
    steps: collections.Counter[str] = collections.Counter()

    @seed(chosen.seed)
    @settings(
        max_examples=chosen.films,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(films())
    def run(film: Film) -> None:
        outcome = compare(film)
        outcomes[outcome.partition(":")[0]] += 1
        steps.update(name for frame in film.frames for name, _, _ in frame)
        if sum(outcomes.values()) % 50 == 0:
            print(dict(outcomes), flush=True)
        if outcome.startswith("wrong"):
            print(f"{outcome}\n    {film!r}", flush=True)

    run()
    print(
        f"{sum(outcomes.values())} films, {sum(steps.values())} steps:",
        *(f"{n} {what}" for what, n in outcomes.most_common()),
        sep="\n  ",
    )
    print("never tried:", *sorted(set(STEPS) - set(steps)))
    raise SystemExit(1 if outcomes["wrong"] else 0)


if __name__ == "__main__":
    main()

"""The painter against matplotlib's own draw, where what stands still lies over what moves."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from hhanim.plots.painter import Painter


def legend_added(ax: Axes) -> None:
    """The usual way to two legends: the first one gets the axes' clip box, and does not obey it."""
    (line,) = ax.plot([0, 1], [0, 1], label="a")
    first = ax.legend(handles=[line], loc="upper left", bbox_to_anchor=(1.05, 1), framealpha=1)
    ax.add_artist(first)
    ax.legend(handles=[line], loc="lower right")


def arrow(ax: Axes) -> None:
    """The words of an annotation are clipped, its arrow is not."""
    style = {"arrowstyle": "simple", "fc": "r"}
    ax.annotate(
        "text", (1.5, 0.5), (0.3, 0.5), annotation_clip=False, clip_on=True, arrowprops=style, zorder=5
    )


def tick_marker(ax: Axes) -> None:
    """A marker that reaches twice as far to one side as its size says."""
    ax.plot([1.4], [0.4], marker=mpl.markers.TICKUP, ms=80, mew=3, color="r", clip_on=False, zorder=5)


class Labelled(Line2D):
    """An artist within an artist."""

    def draw(self, renderer) -> None:
        super().draw(renderer)
        label = Text(*self.get_transform().transform(self.get_xydata()[-1]), "A LABEL", color="r", size=20)
        label.set_figure(self.get_figure())
        label.draw(renderer)


def labelled(ax: Axes) -> None:
    ax.add_line(Labelled([0, 1], [0.1, 0.5], zorder=5))


def replaced(ax: Axes) -> None:
    """A text whose draw has been replaced by a wider one."""
    text = ax.figure.text(0.1, 0.02, "far away", color="w")
    far = ax.figure.text(0.72, 0.5, "HERE", color="r", size=30)
    far.remove()
    far.set_figure(ax.figure)
    text.draw = far.draw


@pytest.mark.parametrize("build", [legend_added, arrow, tick_marker, labelled, replaced])
def test_what_reaches_further_than_it_says_is_painted_over_what_moves(build):
    figure = Figure(figsize=(6, 4), dpi=72)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.1, 0.1, 0.5, 0.8), xlim=(0, 1), ylim=(0, 1))
    build(ax)
    movers: list[Artist] = [
        ax.plot(x, y, lw=3, color="C1", clip_on=False)[0]
        for x, y in (
            ((1.3, 1.5), (0.73, 0.73)),
            ((1.15, 1.5), (0.92, 0.93)),
            ((1.3, 1.32), (0.2, 0.85)),
            ((1.2, 1.6), (0.55, 0.56)),
        )
    ]
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    painter = Painter(figure, movers)
    painted = [painter.paint([m], renderer).copy() for m in movers]
    assert any((painted[0] != p).any() for p in painted)
    for mover, frame in zip(movers, painted, strict=True):
        for m in movers:
            m.set_visible(m is mover)
        figure.canvas.draw()
        np.testing.assert_array_equal(frame, np.asarray(figure.canvas.buffer_rgba()))

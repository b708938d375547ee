"""Figures drawn frame by frame with a given Camera class: everything that the fast camera must paint as celluloid does.

Every function takes a Camera class and returns the animation. Four frames each; no legend on the last frame (celluloid paints
that one twice, see hhanim/celluloid/camera.py) unless the name says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

N = 4
X = np.linspace(0, 6, 60)
RNG = np.random.default_rng(1)
POINTS = RNG.random((N, 20, 2))
FIELD = RNG.random((N, 8, 8))


def figure(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (3.2, 2.4), **kw: Any
) -> tuple[Figure, Any]:
    fig = Figure(figsize=size, dpi=100, **kw)
    FigureCanvasAgg(fig)
    return fig, fig.subplots(rows, columns)


def film(make: Any, camera: Any, rows: int = 1, columns: int = 1, **kw: Any) -> Any:
    fig, axes = figure(rows, columns, **kw)
    shot = camera(fig)
    for k in range(N):
        make(fig, axes, k)
        shot.snap()
    return shot.animate(interval=50)


def growing_lines(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.plot(X[: 15 * (k + 1)], np.sin(X[: 15 * (k + 1)]), "r", lw=3)
        ax.plot(X[: 15 * (k + 1)], np.cos(X[: 15 * (k + 1)]), "b--o", ms=4)

    return film(make, camera)


def legends(camera: Any, last: bool = False) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        a = ax.plot(X[: 15 * (k + 1)], np.sin(X[: 15 * (k + 1)]), "r")[0]
        b = ax.plot(X[: 15 * (k + 1)], np.cos(X[: 15 * (k + 1)]), "b")[0]
        ax.legend([a, b], ["sine", "cosine"], shadow=k == 2)
        if k == N - 1 and not last:
            ax.legend_ = None

    return film(make, camera)


def changing_legends(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        (line,) = ax.plot(X, np.sin(X + k), color=f"C{k}")
        ax.text(2, 0.1 * k, f"frame {k}")
        ax.legend([line], [f"phase {k}"], loc="best" if k < 2 else "lower left", title="what" * k)
        if k == N - 1:
            ax.legend_ = None

    return film(make, camera)


def overflowing_legends(camera: Any) -> Any:
    """Legends whose markers are larger than the legend, which is painted over the same pixels each time."""

    def make(fig: Any, ax: Any, k: int) -> None:
        dots = ax.plot([0, 1], [k / N, 1], "o-", color="b", markersize=60, alpha=0.4)
        ax.set_xlim(0, 10)
        ax.legend(dots, ["dots"], loc="center", frameon=k % 2 == 0)
        if k == N - 1:
            ax.legend_ = None

    return film(make, camera)


def three_panels(camera: Any) -> Any:
    def make(fig: Any, axes: Any, k: int) -> None:
        for i, ax in enumerate(axes):
            ax.plot(X[: 15 * (k + 1)], np.sin(i + X[: 15 * (k + 1)]))
            ax.grid(True)
            ax.set_title(f"panel {i}")
            ax.set_ylabel("y")

    return film(make, camera, 1, 3, size=(6, 2))


def scatter(camera: Any) -> Any:
    return film(lambda fig, ax, k: ax.scatter(*POINTS[k].T, c=POINTS[k, :, 0], s=40, alpha=0.7), camera)


def fill_between(camera: Any) -> Any:
    return film(lambda fig, ax, k: ax.fill_between(X, np.sin(X + k), alpha=0.5, color="g"), camera)


def texts(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.text(
            0.5, 0.2 * k + 0.2, rf"$x_{k}^2$ here", rotation=20 * k, bbox={"boxstyle": "round", "fc": "w"}
        )
        ax.text(0.9, 0.5, "outside the axes to the right", clip_on=False)
        ax.annotate("there", (0.2, 0.2), (0.6, 0.1 + 0.2 * k), arrowprops={"arrowstyle": "->"})

    return film(make, camera)


def titles(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.plot(X, X**k)
        ax.set_title(f"title {k}")
        ax.text(0.5, 1.1, f"over the axes {k}", transform=ax.transAxes, ha="center")
        fig.suptitle("all of it")

    return film(make, camera)


def images(camera: Any) -> Any:
    return film(lambda fig, ax, k: ax.imshow(FIELD[k], interpolation="bilinear"), camera)


def image_and_colorbar(camera: Any) -> Any:
    fig, ax = figure(layout="constrained")
    shot = camera(fig)
    for k in range(N):
        image = ax.imshow(FIELD[k], vmin=0, vmax=1)
        if k == 0:
            fig.colorbar(image)
        ax.set_xlabel("x")
        shot.snap()
    return shot.animate()


def layout_that_moves(camera: Any) -> Any:
    def make(fig: Any, axes: Any, k: int) -> None:
        for ax in axes:
            ax.plot(X, np.sin(X + k))
        axes[1].text(1.02, 0.5, "wide" * (k + 1), transform=axes[1].transAxes)

    return film(make, camera, 1, 2, layout="constrained", size=(5, 2.4))


def tight(camera: Any) -> Any:
    def make(fig: Any, axes: Any, k: int) -> None:
        for ax in axes:
            ax.plot(X[: 15 * (k + 1)], np.sin(X[: 15 * (k + 1)]))
            ax.set_xlabel("time")

    return film(make, camera, 2, 1, layout="tight")


def bars(camera: Any) -> Any:
    return film(lambda fig, ax, k: ax.bar(range(5), POINTS[k, :5, 0], hatch="/" * k), camera)


def histogram(camera: Any) -> Any:
    return film(lambda fig, ax, k: ax.hist(POINTS[k, :, 0], bins=6, histtype="step", log=True), camera)


def twins(camera: Any) -> Any:
    fig, ax = figure()
    other = ax.twinx()
    shot = camera(fig)
    for k in range(N):
        ax.plot(X, np.sin(X + k), lw=4)
        other.plot(X, np.exp(X / 2 + k), "r")
        shot.snap()
    return shot.animate()


def logarithmic(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.loglog(X[1 : 15 * (k + 1)], X[1 : 15 * (k + 1)] ** 2)
        ax.grid(True, which="both")
        ax.set_axisbelow(False)

    return film(make, camera)


def inset(camera: Any) -> Any:
    fig, ax = figure()
    small = ax.inset_axes((0.6, 0.6, 0.35, 0.35))
    small.plot(X, np.cos(X))
    ax.indicate_inset_zoom(small)
    shot = camera(fig)
    for k in range(N):
        ax.plot(X, np.sin(X + k), lw=5)
        shot.snap()
    return shot.animate()


def patches(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.add_patch(Circle((0.5, 0.5), 0.1 * (k + 1), alpha=0.5))
        ax.add_patch(Rectangle((0.1 * k, 0.1), 0.3, 0.2, fc="r", clip_on=False))
        ax.add_patch(FancyArrowPatch((0.1, 0.1), (0.2 * k + 0.3, 0.9), mutation_scale=20))
        ax.set_aspect("equal")

    return film(make, camera)


def quiver(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        q = ax.quiver(*POINTS[k].T, *(POINTS[k].T - 0.5))
        ax.quiverkey(q, 0.5, 1.05, 1, f"key {k}")

    return film(make, camera)


def polar(camera: Any) -> Any:
    fig = Figure(figsize=(2.4, 2.4), dpi=100)
    FigureCanvasAgg(fig)
    ax = fig.add_subplot(projection="polar")
    shot = camera(fig)
    for k in range(N):
        ax.plot(X[: 15 * (k + 1)], X[: 15 * (k + 1)])
        ax.fill(X[:9] + k, X[:9], alpha=0.3)
        shot.snap()
    return shot.animate()


def solid(camera: Any) -> Any:
    fig = Figure(figsize=(4, 2), dpi=100)
    FigureCanvasAgg(fig)
    ax, flat = fig.add_subplot(121, projection="3d"), fig.add_subplot(122)
    shot = camera(fig)
    for k in range(N):
        ax.plot(np.sin(X + k), np.cos(X), X)
        ax.scatter(*POINTS[k].T, POINTS[k, :, 0])
        flat.plot(X, np.sin(X + k))
        shot.snap()
    return shot.animate()


def contours(camera: Any) -> Any:
    return film(lambda fig, ax, k: (ax.contourf(FIELD[k]), ax.contour(FIELD[k], colors="k")), camera)


def effects(camera: Any) -> Any:
    from matplotlib.patheffects import SimpleLineShadow, withStroke

    def make(fig: Any, ax: Any, k: int) -> None:
        ax.plot(X, np.sin(X + k), path_effects=[withStroke(linewidth=6, foreground="c")])
        ax.plot(X, np.cos(X + k), clip_on=False, path_effects=[SimpleLineShadow((5, -5))], lw=3)
        ax.plot(X, np.cos(X + k) / 2)[0].set_sketch_params(2, 20, 5)

    return film(make, camera)


def filtered(camera: Any) -> Any:
    def blur(image: np.ndarray, dpi: float) -> tuple[np.ndarray, int, int]:
        return (image + np.roll(image, 3, axis=0)) / 2, 0, 0

    def make(fig: Any, ax: Any, k: int) -> None:
        ax.plot(X, np.sin(X + k), lw=4)[0].set_agg_filter(blur)

    return film(make, camera)


def layers(camera: Any) -> Any:
    """Statics above, below and between what moves."""
    fig, axes = figure(1, 2)
    axes[0].axhspan(-0.2, 0.2, zorder=5, alpha=0.5)
    axes[0].text(3, 0, "above", zorder=6)
    fig.text(0.3, 0.5, "over all", fontsize=20, alpha=0.5)
    axes[1].set_zorder(-1)
    shot = camera(fig)
    shot.snap()
    for k in range(N):
        axes[0].plot(X, np.sin(X + k), zorder=k + 3)
        axes[1].plot(X, np.sin(X + k), clip_on=False, lw=8)
        shot.snap()
    return shot.animate()


def subfigures(camera: Any) -> Any:
    fig = Figure(figsize=(4, 2), dpi=100)
    FigureCanvasAgg(fig)
    left, right = fig.subfigures(1, 2)
    axes = [left.subplots(), right.subplots()]
    shot = camera(fig)
    for k in range(N):
        for ax in axes:
            ax.plot(X, np.sin(X + k))
        shot.snap()
    return shot.animate()


def table_and_stem(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.stem(range(5), POINTS[k, :5, 0])
        ax.errorbar(range(5), POINTS[k, :5, 1], yerr=0.1, capsize=3)
        ax.table([["a", "b"]], loc="bottom")

    return film(make, camera)


def hidden_frames(camera: Any) -> Any:
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.plot(X, np.sin(X + k), visible=k % 2 == 0)
        ax.axis("off" if k else "on")

    return film(make, camera)


EXACT = [
    growing_lines, legends, changing_legends, overflowing_legends, three_panels, scatter, fill_between, texts, titles, images, image_and_colorbar,
    layout_that_moves, tight, bars, histogram, twins, logarithmic, inset, patches, quiver, polar, solid, contours, effects,
    filtered, layers, subfigures, table_and_stem, hidden_frames,
]  # fmt: skip

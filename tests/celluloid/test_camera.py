"""The fast camera paints what celluloid paints, byte for byte, and saves what matplotlib saves."""

from __future__ import annotations

import gc
import io
from typing import Any

import av
import celluloid
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter, ArtistAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from hhanim import Camera
from hhanim.celluloid.emulate import description
from hhanim.model import HHError

from . import drawings


class Catcher(AbstractMovieWriter):
    """Keeps the raw RGBA of every frame."""

    def __init__(self) -> None:
        super().__init__(fps=10)
        self.frames: list[np.ndarray] = []

    def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **kw: Any) -> None:
        buffer = io.BytesIO()
        self.fig.savefig(buffer, format="rgba", dpi=self.dpi, **kw)
        width, height = self.frame_size
        self.frames.append(np.frombuffer(buffer.getvalue(), np.uint8).reshape(height, width, 4))

    def finish(self) -> None:
        pass


def frames(animation: ArtistAnimation, path: Any, **kw: Any) -> np.ndarray:
    catcher = Catcher()
    animation.save(path / "x", writer=catcher, **kw)
    return np.array(catcher.frames)


class Reel:
    """Stands in for the encoder and keeps what it is given: of a frame, only what is said to have changed."""

    kept: list[np.ndarray] = []  # noqa: RUF012

    def __init__(self, *args: Any, **kw: Any) -> None:
        Reel.kept = []

    def write(self, rgba: np.ndarray, dirty: Any = None) -> None:
        if dirty is None:
            Reel.kept.append(rgba.copy())
            return
        frame = Reel.kept[-1].copy()
        for x0, y0, x1, y1 in dirty:
            frame[y0:y1, x0:x1] = rgba[y0:y1, x0:x1]
        Reel.kept.append(frame)

    def close(self) -> None:
        pass


def filmed(animation: ArtistAnimation, path: Any, monkeypatch: Any, **kw: Any) -> np.ndarray:
    """The frames on their way into hhanim's own encoder, where savefig is gone through for the first one only."""
    with monkeypatch.context() as patch:
        patch.setattr("hhanim.celluloid.camera.Encoder", Reel)
        animation.save(path / "x.mp4", **kw)
    return np.array(Reel.kept)


def difference(a: np.ndarray, b: np.ndarray) -> list[int]:
    assert a.shape == b.shape
    return [int(np.abs(x.astype(int) - y).max()) for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize("draw", drawings.EXACT, ids=lambda f: f.__name__)
def test_frames_are_those_of_celluloid(draw, tmp_path, monkeypatch):
    stock, fast = (frames(draw(camera), tmp_path) for camera in (celluloid.Camera, Camera))
    assert difference(stock, filmed(draw(Camera), tmp_path, monkeypatch)) == [0] * len(stock)
    assert len(stock) >= drawings.N
    assert len(np.unique(stock[:, ::7, ::7].reshape(len(stock), -1), axis=0)) > 1, "the drawing does not move"
    assert difference(stock, fast) == [0] * len(stock)


@pytest.mark.parametrize(
    "how",
    [
        {"dpi": 57},
        {"dpi": 133},
        {"savefig_kwargs": {"facecolor": "0.8"}},
        {"savefig_kwargs": {"facecolor": (1, 0, 0, 0.3), "edgecolor": "k"}},
    ],
)
@pytest.mark.parametrize(
    "draw", [drawings.three_panels, drawings.legends, drawings.image_and_colorbar], ids=lambda f: f.__name__
)
def test_frames_are_those_of_celluloid_at_any_size_and_colour(draw, how, tmp_path, monkeypatch):
    stock, fast = (frames(draw(camera), tmp_path, **how) for camera in (celluloid.Camera, Camera))
    assert difference(stock, fast) == [0] * len(stock)
    assert difference(stock, filmed(draw(Camera), tmp_path, monkeypatch, **how)) == [0] * len(stock)


def test_legends_are_alike_only_if_all_that_is_painted_is_the_same():
    ax = drawings.figure()[1]
    lines = ax.plot([1, 2, 3], "r-", [3, 2, 1], "b--")

    def legend(**how: Any) -> Legend:
        made = ax.legend(how.pop("handles", lines), how.pop("labels", ["a", "b"]), **how)
        ax.add_artist(made)
        return made

    first = legend()
    assert description(first) == description(legend()) is not None
    for how in (
        {"handles": lines[::-1]},
        {"labels": ["a", "c"]},
        {"title": "x"},
        {"loc": "upper left"},
        {"framealpha": 0.3},
        {"frameon": False},
        {"fontsize": 7},
    ):
        assert description(legend(**how)) not in (None, description(first)), how
    red, dashed = legend(), legend()
    red.get_texts()[1].set_color("red")
    dashed.get_lines()[0].set_linestyle(":")
    assert len({description(first), description(red), description(dashed)}) == 3
    other = drawings.figure()[1]
    other.legend(other.plot([1, 2, 3], "r-", [3, 2, 1], "b--"), ["a", "b"])
    assert description(first) != description(other.legend_)


def test_savefig_is_gone_through_once(tmp_path, monkeypatch):
    animation = drawings.legends(Camera)
    figure, calls = animation._fig, []
    monkeypatch.setattr(
        figure, "savefig", lambda *a, **kw: calls.append(1) or Figure.savefig(figure, *a, **kw)
    )
    assert len(filmed(animation, tmp_path, monkeypatch)) == drawings.N
    assert len(calls) == 1


def test_a_legend_is_painted_once_where_celluloid_paints_the_last_one_twice(tmp_path):
    stock, fast = (frames(drawings.legends(c, last=True), tmp_path) for c in (celluloid.Camera, Camera))
    *before, last = difference(stock, fast)
    assert before == [0] * (drawings.N - 1)
    assert last > 0


def test_a_legend_made_before_the_loop_is_on_every_frame_once(tmp_path):
    fig, ax = drawings.figure()
    ax.plot([0, 1], [0, 1], label="line")
    ax.legend(loc="upper left")
    still = ax.get_figure().canvas
    still.draw()
    expected = np.asarray(still.buffer_rgba()).copy()
    camera = Camera(fig)
    for _ in range(3):
        camera.snap()
    caught = frames(camera.animate(), tmp_path)
    # celluloid takes what was there before the loop for the first frame's own, so the line is on that one only
    assert difference(caught[:1], expected[None]) == [0]
    assert sum(isinstance(a, Legend) for a in ax._children) == 1


def test_snapping_costs_what_is_new(monkeypatch):
    fig, ax = drawings.figure()
    camera = Camera(fig)
    looked = []

    class Counting(list):
        def __getitem__(self, key):
            got = super().__getitem__(key)
            looked.append(len(got) if isinstance(key, slice) else 1)
            return got

    for k in range(200):
        ax.plot([0, k])
        ax._children = Counting(ax._children)
        looked.clear()
        assert len(camera.snap()) == 1
        assert sum(looked) <= 3


def test_removing_an_artist_between_frames_loses_none_of_the_new_ones():
    fig, ax = drawings.figure()
    camera = Camera(fig)
    first = ax.plot([0, 1])[0]
    camera.snap()
    first.remove()
    second = ax.plot([1, 0])[0]
    assert camera.snap() == [second]


def test_the_collector_is_spared_only_while_a_camera_lives():
    gc.collect()  # cameras of tests before, kept by what their figures keep
    before, usual = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*usual)
    one, two = Camera(drawings.figure()[0]), Camera(drawings.figure()[0])
    assert gc.get_threshold()[0] > 10 * usual[0]
    del one
    assert gc.get_threshold()[0] > 10 * usual[0]
    del two
    assert gc.get_threshold() == usual
    gc.set_threshold(*before)


def test_a_collector_that_is_switched_off_stays_so():
    usual = gc.get_threshold()
    gc.set_threshold(0)
    try:
        camera = Camera(drawings.figure()[0])
        assert gc.get_threshold()[0] == 0
        del camera
        assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*usual)


def test_every_save_argument_is_taken(tmp_path):
    seen: list[tuple[int, int]] = []
    path = tmp_path / "film.mp4"
    drawings.growing_lines(Camera).save(
        path, fps=7, dpi=80, progress_callback=lambda k, n: seen.append((k, n))
    )
    assert seen == [(k, drawings.N) for k in range(drawings.N)]
    with av.open(str(path)) as box:
        stream = box.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 7)
        assert (stream.width, stream.height) == (256, 192)
        assert sum(1 for _ in box.decode(stream)) == drawings.N


def test_positional_arguments_are_those_of_matplotlib(tmp_path):
    drawings.growing_lines(Camera).save(tmp_path / "a.gif", "pillow", 10, 50)
    assert (tmp_path / "a.gif").read_bytes()[:3] == b"GIF"


def test_other_writers_get_the_same_frames(tmp_path):
    for name, camera in (("stock", celluloid.Camera), ("fast", Camera)):
        drawings.scatter(camera).save(tmp_path / f"{name}.gif", writer=PillowWriter(fps=5))
    assert (tmp_path / "stock.gif").read_bytes() == (tmp_path / "fast.gif").read_bytes()


@pytest.mark.skipif(not mpl.animation.FFMpegWriter.isAvailable(), reason="no ffmpeg on this machine")
def test_wishes_that_only_ffmpeg_can_fulfil_go_to_ffmpeg(tmp_path):
    path = tmp_path / "film.mkv"
    drawings.scatter(Camera).save(
        path,
        writer="ffmpeg",
        codec="libx264",
        bitrate=300,
        extra_args=["-pix_fmt", "yuv420p"],
        metadata={"title": "hello"},
    )
    with av.open(str(path)) as box:
        assert {k.lower(): v for k, v in box.metadata.items()}["title"] == "hello"
        assert box.streams.video[0].pix_fmt == "yuv420p"


def test_a_writer_and_its_options_exclude_each_other(tmp_path):
    with pytest.raises(RuntimeError, match="writer is an existing"):
        drawings.scatter(Camera).save(tmp_path / "x.gif", writer=PillowWriter(), fps=3)


def test_a_failed_film_leaves_the_old_one(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")

    def stop(k: int, n: int) -> None:
        if k == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawings.growing_lines(Camera).save(path, progress_callback=stop)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


def test_html(tmp_path):
    film = drawings.growing_lines(Camera)
    tag = film.to_html5_video()
    assert tag.startswith('<video width="320" height="240"') and "data:video/mp4;base64,AAAA" in tag
    assert film._repr_html_() == tag
    with mpl.rc_context({"animation.html": "jshtml"}):
        assert "<script" in film._repr_html_()
    assert drawings.growing_lines(Camera).to_html5_video(embed_limit=1e-4) == "Video too large to embed."


def test_a_figure_on_another_canvas_keeps_it(tmp_path):
    film = drawings.scatter(Camera)
    canvas = FigureCanvasSVG(film._fig)
    stock = drawings.scatter(celluloid.Camera)
    assert difference(frames(stock, tmp_path), frames(film, tmp_path)) == [0] * drawings.N
    assert film._fig.canvas is canvas


def test_the_figure_is_left_as_matplotlib_leaves_it(tmp_path):
    state = []
    for camera in (celluloid.Camera, Camera):
        film = drawings.image_and_colorbar(camera)
        frames(film, tmp_path)
        engine = type(film._fig.get_layout_engine()).__name__
        state.append(
            ([a.get_visible() for f in film._framedata for a in f], engine, "draw" in vars(film._fig))
        )
    assert state[0] == state[1]


def test_two_saves_are_the_same(tmp_path):
    film = drawings.changing_legends(Camera)
    assert difference(frames(film, tmp_path), frames(film, tmp_path)) == [0] * drawings.N


def test_nothing_static_is_painted_again(monkeypatch, tmp_path):
    """The point of it all: an axis is painted once, not once (or twice) a frame."""
    from matplotlib.axis import XAxis

    painted = []
    draw = XAxis.draw
    monkeypatch.setattr(XAxis, "draw", lambda self, *a, **k: (painted.append(self), draw(self, *a, **k))[1])
    frames(drawings.growing_lines(Camera), tmp_path)
    assert len(painted) <= 2


def test_blit_needs_no_window(tmp_path):
    def with_blit(camera: Any) -> Any:
        fig, ax = drawings.figure()
        shot = camera(fig)
        for k in range(3):
            ax.plot(drawings.X, np.sin(drawings.X + k))
            shot.snap()
        return shot.animate(interval=20, blit=True, repeat=False)

    assert (
        difference(frames(with_blit(celluloid.Camera), tmp_path), frames(with_blit(Camera), tmp_path))
        == [0] * 3
    )


def test_a_legend_at_the_best_place_follows_the_texts_of_its_frame(tmp_path):
    """The place depends on which texts are visible; the legend is the same on all frames."""

    def make(fig: Any, ax: Any, k: int) -> None:
        (line,) = ax.plot([0, 1], [0, 0.1], color="b")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        if k < drawings.N - 1:
            ax.text(0.8 if k % 2 else 0.02, 0.85, "in the way")
            ax.legend([line], ["line"])
        else:
            ax.legend_ = None

    stock, fast = (frames(drawings.film(make, camera), tmp_path) for camera in (celluloid.Camera, Camera))
    assert difference(stock, fast) == [0] * drawings.N
    assert len({f.tobytes() for f in stock}) == 3  # the first and the third are the same


def test_many_different_legends(tmp_path, monkeypatch):
    def make(fig: Any, ax: Any, k: int) -> None:
        ax.legend(ax.plot([k, k + 1]), [f"epoch {k}"])

    monkeypatch.setattr(drawings, "N", 8)
    stock, fast = (frames(drawings.film(make, camera), tmp_path) for camera in (celluloid.Camera, Camera))
    assert difference(stock, fast)[:-1] == [0] * 7


def test_a_legend_that_cannot_be_described_is_drawn_itself():
    ax = drawings.figure()[1]
    legend = ax.legend(ax.plot([0, 1]), ["a"])
    legend.get_texts()[0].strange = lambda: None
    assert description(legend) is None


def test_a_figure_with_a_draw_of_its_own_is_drawn_by_it(tmp_path):
    class Signed(Figure):
        def draw(self, renderer: Any) -> None:
            super().draw(renderer)
            self.axes[0].title.draw(renderer)

    def signed(camera: Any) -> Any:
        fig = Signed(figsize=(2, 2), dpi=50)
        FigureCanvasAgg(fig)
        ax, shot = fig.subplots(), camera(fig)
        ax.set_title("signed", alpha=0.5)
        for k in range(3):
            ax.plot([0, k])
            shot.snap()
        return shot.animate()

    stock, fast = (frames(signed(camera), tmp_path) for camera in (celluloid.Camera, Camera))
    assert difference(stock, fast) == [0] * 3


def test_a_painter_that_fails_leaves_the_film_to_matplotlib(tmp_path, monkeypatch):
    stock = frames(drawings.growing_lines(celluloid.Camera), tmp_path)
    monkeypatch.setattr("hhanim.plots.painter.extent", lambda *a: 1 / 0)
    assert difference(stock, frames(drawings.growing_lines(Camera), tmp_path)) == [0] * drawings.N


@pytest.mark.parametrize(
    ("film", "said"),
    [
        (lambda path: Camera(drawings.figure()[1]), "films a figure, not Axes"),
        (lambda path: Camera(drawings.figure()[0]).animate(), "no frames: call the camera's snap"),
        (lambda path: drawings.scatter(Camera).save(path / "film.xyz", writer="pillow"), "a film is an .mp4"),
        (lambda path: drawings.scatter(Camera).save(path / "film", writer="pillow"), "a film is an .mp4"),
    ],
)
def test_what_cannot_be_filmed_is_refused_in_a_line(film, said, tmp_path):
    with pytest.raises(HHError, match=said) as caught:
        film(tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_without_ffmpeg_a_film_that_needs_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("matplotlib.animation.writers.is_available", lambda name: False)
    with pytest.raises(HHError, match="ffmpeg is not installed"):
        drawings.scatter(Camera).save(tmp_path / "film.mkv")


def test_removing_a_legend_that_has_been_filmed_removes_it():
    fig, ax = drawings.figure()
    camera = Camera(fig)
    ax.legend(ax.plot([0, 1]), ["a"])
    assert len(camera.snap()) == 2
    ax.legend_.remove()
    assert camera.snap() == []

"""Stage, panels and the clip decorator: facts about what is drawn, not pixels, but where pixels are the fact."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from hhanim import clip
from hhanim.look import get_theme, quantities, quantity
from hhanim.look.axis import voltages
from hhanim.look.numbers import limits, plain
from hhanim.look.theme import rgb
from hhanim.look.words import conditions, listed, stimulus_text
from hhanim.model import HHError, Membrane, Protocol, presets
from hhanim.plots.clip import Painter, perform
from hhanim.plots.stage import Stage

SMALL = {"width": 480, "height": 270, "fps": 10}


@clip(title="Two waves", alt="Two waves.", poster=1.0)
def waves(
    stage,
    *,
    model: Membrane = "modern",
    protocol: Protocol = "step(3)",
    frames: int = 12,
    seconds: float = 1.2,
):
    """Two waves that cross. And more."""
    x = np.linspace(0.0, 10.0, 801)
    (panel,) = stage.stack()
    stage.title("Two waves", "that cross", "1 s = 8 ms")
    panel.x("x", 0.0, 10.0).y("y", -1.2, 1.2)
    panel.curve(x, np.sin(x), quantity("m"))
    panel.curve(x, np.cos(2 * x), quantity("h"))
    panel.curve(5 + 3 * np.cos(x), np.sin(x), label="circle", along=x, color="#ff0000", ghost=False)
    stage.caption("one")
    for at in stage.sweep(0.0, 10.0):
        if stage.frame == 5:
            stage.caption("two")
        stage.until(at)
        yield


def play(scene: Any, n: int = 12, **how: Any) -> Any:
    return perform(scene, how.pop("values", None), n_frames=n, **{**SMALL, **how})


def pixels(scene: Any, n: int = 12, **how: Any) -> list[np.ndarray]:
    return [f.rgba.copy() for f in play(scene, n, **how).frames()]


def test_a_clip_says_what_it_is():
    assert (waves.name, waves.title, waves.description) == (
        "waves",
        "Two waves",
        "Two waves that cross. And more.",
    )
    played = play(waves)
    assert played.alt == "Two waves." and played.poster == 11


def test_parameters_arrive_as_objects():
    seen = {}

    @clip(title="t")
    def probe(
        stage,
        *,
        model: Membrane = "modern",
        protocol: Protocol = "step(3)",
        frames: int = 3,
        seconds: float = 1.0,
    ):
        seen.update(model=model, protocol=protocol, frames=frames, seconds=seconds)
        for _ in stage.sweep(0, 1):
            yield

    list(play(probe, 4, values={"model": "classroom"}).frames())
    assert seen["model"] is presets.CLASSROOM and float(seen["protocol"](0.0)) == 3.0
    assert (seen["frames"], seen["seconds"]) == (4, 0.4)
    with pytest.raises(HHError, match="frames"):
        perform(probe, {"framse": 3})


def test_each_frame_is_the_same_whatever_came_before_it(monkeypatch):
    quick = pixels(waves)
    monkeypatch.setattr(
        Painter, "steady", lambda self, renderer: None
    )  # paint every frame from the ground up
    whole = pixels(waves)
    assert [int(np.abs(a.astype(int) - b).max()) for a, b in zip(quick, whole, strict=True)] == [0] * 12


def test_nothing_changes_outside_the_rectangles_that_are_reported():
    before, areas = None, []
    for frame in play(waves, 40).frames():
        now = frame.rgba.copy()
        if before is not None:
            assert frame.dirty is not None
            same = np.ones(now.shape[:2], bool)
            for x0, y0, x1, y1 in frame.dirty:
                assert 0 <= x0 < x1 <= 480 and 0 <= y0 < y1 <= 270
                same[y0:y1, x0:x1] = False
            assert np.array_equal(now[same], before[same])
            areas.append(1 - same.mean())
        before = now
    assert 0 < np.mean(areas) < 0.08


def test_a_curve_that_leaves_its_panel_wipes_nothing_off_the_panel_it_would_have_come_to(monkeypatch):
    @clip(title="Two panels", alt="Two panels.")
    def leaving(stage, *, frames: int = 12, seconds: float = 1.2):
        x = np.linspace(0.0, 10.0, 801)
        for panel, slope in zip(stage.stack(1, 1), (0.1, 1.0), strict=True):
            panel.x("x", 0.0, 10.0).y("y", 0.0, 1.0)
            panel.curve(x, slope * x, quantity("m"))
        yield from stage.play(0.0, 10.0)

    quick = pixels(leaving)
    monkeypatch.setattr(Painter, "steady", lambda self, renderer: None)
    for a, b in zip(quick, pixels(leaving), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("heads", [5, 7])
def test_many_currents_near_zero_are_named_and_wipe_nothing_off_the_panel_above(monkeypatch, heads):
    @clip(title="Two panels", alt="Two panels.")
    def crowded(stage, *, frames: int = 12, seconds: float = 1.2):
        x = np.linspace(0.0, 10.0, 801)
        above, below = stage.stack(2, 1)
        above.x("x", 0.0, 10.0).y("y", -1.0, 1.0).curve(x, np.full(801, -0.95), quantity("V"))
        below.x("x", 0.0, 10.0).y("y", -100.0, 100.0)
        for k in range(heads):
            below.curve(x, (k - 2) * np.sin(x), quantity("m"), label=f"$I_{k}$")
        yield from stage.play(0.0, 10.0)
        assert all(share == 1.0 for *_, share in below.movers._placed([c.now() for c in below.movers.curves]))

    quick = pixels(crowded)
    monkeypatch.setattr(Painter, "steady", lambda self, renderer: None)
    for a, b in zip(quick, pixels(crowded), strict=True):
        np.testing.assert_array_equal(a, b)


def test_frames_share_one_buffer():
    addresses = {f.rgba.ctypes.data for f in play(waves).frames()}
    assert len(addresses) == 1


def test_a_clip_may_start_in_the_middle():
    everything = pixels(waves)
    late = [f.rgba.copy() for f in play(waves).frames(start=7)]
    assert len(late) == 5
    assert all(np.array_equal(a, b) for a, b in zip(late, everything[7:], strict=True))


def test_the_number_of_frames_is_exact():
    @clip(title="t")
    def short(stage, *, wrong: int = 0):
        for _ in range(stage.n_frames + wrong):
            yield

    assert len(pixels(short, 3)) == 3
    for wrong, word in ((-1, "2 frames of 3"), (1, "more than its 3")):
        with pytest.raises(HHError, match=word):
            pixels(short, 3, values={"wrong": wrong})


def test_curves_hold_the_data_up_to_their_head():
    played = play(waves, 11)
    x = np.linspace(0.0, 10.0, 801)
    for k, _ in enumerate(played.frames()):
        curve = played.stage.panels[0].movers.curves[0]
        drawn_x, drawn_y = curve.data
        assert drawn_x[-1] == pytest.approx(curve.value)
        assert np.array_equal(drawn_x[:-1], x[: len(drawn_x) - 1])
        assert drawn_y[-1] == pytest.approx(np.sin(drawn_x[-1]), abs=1e-3)
        if k == 0:
            assert curve.value == 0
    assert curve.value == 10


def test_fewer_vertices_draw_the_same_line():
    played = play(waves, 2, width=1920, height=1080)
    list(played.frames())
    for curve in played.stage.panels[0].movers.curves:
        exact = played.stage.panels[0].axes.transData.transform(np.column_stack([curve.x, curve.y]))
        kept = curve._placed
        assert len(kept) <= len(exact)
        a, b = kept[:-1], kept[1:]
        for point in exact[::13]:
            share = np.clip(((point - a) * (b - a)).sum(1) / ((b - a) ** 2).sum(1), 0, 1)
            assert np.hypot(*(a + share[:, None] * (b - a) - point).T).min() < 0.1


def test_labels_never_overlap_and_never_jump():
    @clip(title="Three waves")
    def three(stage):
        x = np.linspace(0.0, 10.0, 801)
        (panel,) = stage.stack()
        panel.x("x", 0.0, 10.0).y("y", -1.2, 1.2)
        for key, y in (("m", np.sin(x)), ("h", np.cos(2 * x)), ("n", np.where(x < 5, 0.0, np.sin(x + 0.4)))):
            panel.curve(x, y, quantity(key))
        for at in stage.sweep(0.0, 10.0):
            stage.until(at)
            yield

    played = play(three, 80, width=960, height=540)
    list(played.frames())
    stage = played.stage
    last: dict[int, tuple[float, float]] = {}
    for value in np.linspace(0.0, 10.0, 4001):
        stage.until(value)
        boxes = []
        for label, x, y in stage.panels[0].movers.label_places():
            w, h = label.width, label.height
            box = (x, y - h / 2, x + w, y + h / 2)
            assert all(
                box[0] >= o[2] or o[0] >= box[2] or box[1] >= o[3] - 1e-6 or o[1] >= box[3] - 1e-6
                for o in boxes
            ), "two labels overlap"
            boxes.append(box)
            assert box[2] <= 960 * 0.95 + 1
            if id(label) in last:
                assert np.hypot(x - last[id(label)][0], y - last[id(label)][1]) < 30
            last[id(label)] = (x, y)


def test_a_label_stands_clear_of_the_line_at_zero_until_its_curve_goes_below():
    @clip(title="t")
    def currents(stage):
        x = np.linspace(0.0, 10.0, 801)
        (panel,) = stage.stack()
        panel.x("x", 0.0, 10.0).y("y", -1.2, 1.2)
        panel.curve(x, np.where(x < 5, 0.0, -(x - 5) / 5), label="inward")
        for at in stage.sweep(0.0, 10.0):
            stage.until(at)
            yield

    played = play(currents, 2)
    list(played.frames())
    (panel,) = played.stage.panels
    zero, heights = panel.axes.transData.transform((0, 0))[1], []
    for value in np.linspace(0.0, 10.0, 2001):
        played.stage.until(value)
        ((label, _, y),) = panel.movers.label_places()
        heights.append((y - zero) / label.height)
    at_rest, below = np.array(heights[:1000]), np.array(heights[-300:])
    assert np.all(at_rest > 0.5)
    assert np.all(below < -0.5)
    assert np.abs(np.diff(heights)).max() < 0.1


def test_what_is_added_between_two_yields_is_on_one_frame():
    @clip(title="t")
    def bare(stage):
        ax = stage.figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 1), ylim=(0, 1), facecolor="k")
        ax.plot([0, 1], [0, 0], color="w")
        text = ax.text(0.5, 0.9, "0", color="w")
        for k in range(stage.n_frames):
            if k:
                ax.plot([0, 1], [0, k / 6], color="r", lw=3)
                ax.legend([f"{k}"])
            if k == 4:
                text.set_text("later")
            if k == 5:
                ax.set_xlim(0, 2)
            yield

    quick = pixels(bare, 7)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    for k in (1, 3, 4, 6):
        with mpl.rc_context(Stage(480, 270, 10, 7, play(bare).stage.theme).rc):
            figure = Figure(figsize=(480 / 72, 270 / 72), dpi=72, facecolor="#10151d")
            FigureCanvasAgg(figure)
            ax = figure.add_axes(
                (0.1, 0.1, 0.8, 0.8), xlim=(0, 1 if k < 5 else 2), ylim=(0, 1), facecolor="k"
            )
            ax.plot([0, 1], [0, 0], color="w")
            ax.text(0.5, 0.9, "0" if k < 4 else "later", color="w")
            ax.plot([0, 1], [0, k / 6], color="r", lw=3)
            ax.legend(ax.lines[:1], [f"{k}"])
            figure.canvas.draw()
            assert np.abs(np.asarray(figure.canvas.buffer_rgba()).astype(int) - quick[k]).max() == 0, k


def test_a_legend_may_be_altered_again_and_again():
    """A legend that stands still is remembered by its look; once altered in place it is painted, and measured, anew."""

    @clip(title="t")
    def growing(stage, *, frames: int = 5, seconds: float = 0.5):
        ax = stage.figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 1), ylim=(0, 1))
        lines = ax.plot([0, 1], [0, 0])
        legend = ax.legend(lines, ["a"], loc="center left")
        above = ax.text(0.6, 0.5, "above", zorder=9, backgroundcolor="r")
        for k in range(5):
            if k:
                legend.get_texts()[0].set_text("longer " * k)
                legend.set_alpha(1 - k / 10)
            yield
        assert above.get_visible()

    @clip(title="t")
    def anew(stage, *, frames: int = 5, seconds: float = 0.5):
        ax = stage.figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 1), ylim=(0, 1))
        lines = ax.plot([0, 1], [0, 0])
        k = stage.n_frames - 1
        legend = ax.legend(lines, ["longer " * k], loc="center left")
        legend.set_alpha(1 - k / 10)
        ax.text(0.6, 0.5, "above", zorder=9, backgroundcolor="r")
        for _ in range(stage.n_frames):
            yield

    for k, frame in enumerate(pixels(growing, 5)):
        if k:
            assert np.array_equal(frame, pixels(anew, k + 1)[0]), k


def test_settings_of_matplotlib_are_left_alone():
    before = dict(mpl.rcParams)
    frames = play(waves).frames()
    next(frames)
    assert dict(mpl.rcParams) == before, "a clip that is half through has changed the caller's settings"


def test_captions_cover_the_clip_without_gaps():
    played = play(waves, 24)
    list(played.frames())
    assert played.captions == [(0.0, 1.0, "one"), (1.0, 2.4, "two")], "read before the next one comes"
    played = play(waves, 12)
    list(played.frames())
    assert played.captions == [(0.0, 1.0, "one")], "there is no time to read a second one"


@pytest.mark.parametrize("words", [3, 6, 12])
def test_the_note_stands_beside_the_title_where_the_line_is_too_long_for_both(words):
    stage = Stage(480, 480, 10, 10, get_theme("dark"))
    stage.title("A title of some length", "conditions " * words, "1 s = 7.3 ms")
    with stage.settings():
        boxes = [text.get_window_extent(stage.renderer) for text in stage.figure.texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    note = next(text for text in stage.figure.texts if text.get_ha() == "right")
    assert (note.get_position()[1] == pytest.approx(0.95)) == (words > 3)


def test_the_sweep_ends_at_rest():
    stage = Stage(480, 270, 20, 100, play(waves).stage.theme)
    values = list(stage.sweep(-150.0, 150.0))
    assert len(values) == 100 and values[:7] == [-150.0] * 7 and values[-13:] == [150.0] * 13
    steps = np.diff(values[6:-12])
    assert (steps > 0).all() and steps[0] < 0.3 * steps.max() and steps[-1] < 0.3 * steps.max()
    clock = np.diff(list(stage.sweep(0.0, 50.0, ease=False))[6:-12])
    assert np.allclose(clock, clock[0])
    assert stage.rate(50.0) == "1 s = 12 ms"


def test_a_transparent_theme_has_no_ground():
    frame = pixels(waves, 2, theme="dark-transparent")[-1]
    assert (frame[..., 3] == 0).mean() > 0.7 and (frame[..., 3] == 255).any()


@clip(title="Rings", alt="Rings on a curve.")
def rings(stage, *, frames: int = 3, seconds: float = 1.0):
    (panel,) = stage.stack()
    panel.x("x", 0, 1).y("y", 0, 1)
    panel.curve([0, 1], [0.5, 0.5], quantity("V"))
    panel.dot(0.4, 0.5, stage.theme.color("K"), filled=False)
    panel.dots([0.6], [0.5], quantity("I"), filled=False)
    for at in stage.sweep(0, 1):
        stage.until(at)
        yield


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rings_are_hollow_where_there_is_no_ground(theme):
    clear, opaque = (pixels(rings, 2, theme=name)[-1] for name in (f"{theme}-transparent", theme))
    ground = np.round(255 * np.array(rgb(get_theme(theme).ground)))
    assert (opaque[..., :3] == ground).all(axis=2).sum() > 1000
    assert not ((clear[..., :3] == ground).all(axis=2) & (clear[..., 3] > 8)).any()


def test_words():
    assert plain(-0.25) == "−0.25" and plain(100.0) == "100"
    assert limits([1.0, 2.0], zero=True)[0] == 0
    assert conditions(presets.CLASSROOM.with_(gNa=60, ttx=0.5)).endswith(
        r"6.3 °C · $g_{\mathrm{Na}}$ = 60 mS/cm² · TTX blocks 50 %"
    )
    assert "°C" not in conditions(presets.WIDGET)
    from hhanim.model import pulse, step

    assert stimulus_text(step(15), 50.0) == "$I$ = 15 µA/cm²"
    assert stimulus_text(pulse(66, 30, 0.1), 50.0) == "66 µA/cm² for 0.1 ms at 30 ms"
    assert stimulus_text(step(10, start=5), 50.0) == "10 µA/cm² from 5 ms on"
    assert stimulus_text(pulse(66, 30, 0.1) + step(1, start=2), 50.0).startswith("$I$ (µA/cm²): ")
    with pytest.raises(HHError, match="v_min must be below"):
        voltages(presets.MODERN, 10, 0)
    assert listed(["m", "n", "a"]) == "m, n and a"


def test_every_membranes_quantities_can_be_drawn():
    for name in presets.names():
        stage = Stage(480, 270, 10, 2, play(waves).stage.theme)
        (panel,) = stage.stack()
        panel.x("x", 0, 1).y("y", 0, 1)
        for q in quantities(presets.get(name)).values():
            panel.curve([0, 1], [0, 1], q)
        stage.settle()

"""Storyboards: what stands is remembered, holds follow the captions, words do not hop, zooms arrive where they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from manim import Circle, Rectangle, Square, VGroup, tempconfig

from hhanim.look import DARK, quantities
from hhanim.mobjects.frame import standard
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import Words
from hhanim.mobjects.frame.zoom import Zoom
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.marks import Measured
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import simulate
from hhanim.studio.draw.camera import SparingCamera
from hhanim.studio.draw.film import Renderer


def told(beats: Any, tmp: Path, seen: Any = None, clock: bool = False, skip: bool = True) -> Story:
    """A film of these beats, played to its end, every animation to its last frame or, without `skip`, all of it; `seen` is called after every beat."""

    class Told(Story):
        def beats(self) -> Iterator[Beat]:
            if clock:
                self.timed(Pace(10.0, rate=5.0))
            yield from beats(self) if callable(beats) else beats

        def tell(self, beat: Beat) -> None:
            super().tell(beat)
            if seen is not None:
                seen(self, beat)

    options = {"dry_run": True, "media_dir": str(tmp), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 10}):
        film = Told()
        film.renderer.skip_animations = skip
        film.renderer._original_skipping_status = skip
        film.render()
    return film


def test_what_a_beat_does_not_name_goes_and_the_rest_stays(media: Path) -> None:
    a, b, c = Circle(), Square(), Rectangle()
    stood = []
    beats = [
        Beat("one", "One", "First.", show=[a, b]),
        Beat("one", "One", "Second."),
        Beat("two", "Two", "Third.", show=[b, c]),
        Beat("two", "Two", "Fourth.", show=[]),
    ]
    film = told(beats, media, lambda film, _: stood.append([m in film.mobjects for m in (a, b, c)]))
    assert stood == [[True, True, False]] * 2 + [[False, True, True], [False, False, False]]
    assert [name for _, name in film.parts] == ["one", "two"]
    assert a.get_stroke_opacity() == 1.0  # as it was, to be shown again


def test_a_section_begins_where_its_picture_stands_and_ends_before_the_next_one_comes(media: Path) -> None:
    """So a slide shows it, and the film begins from exactly that picture."""
    looks = []
    beats = [
        Beat("one", "One", "First.", "the first", show=[a := Circle()]),
        Beat("one", "One and a half", "Second."),
        Beat("two", "Two", "Third.", show=[Square()]),
    ]

    def look(film: Story, beat: Beat) -> None:
        looks.append(film.parts[-1])

    film = told(beats, media, look)
    (_, first), (start, second) = film.parts
    assert (first, second) == ("one", "two")
    assert looks == [(0.0, "one"), (0.0, "one"), (start, "two")]
    assert len(film.part_ends) == 2 and start == pytest.approx(film.part_ends[0] + standard.CHANGE, abs=0.11)
    said = [text for _, text in film.written]
    assert said == ["One\nthe first", "One and a half", "Two"]
    assert film.written[-1][0] == pytest.approx(start, abs=1e-6)
    assert a not in film.mobjects


def test_a_beat_lasts_as_long_as_its_caption_takes_to_read(media: Path) -> None:
    short, long = (
        "Short.",
        "This sentence is a good deal longer than the other one, and takes more time to read.",
    )
    film = told(
        [Beat("one", "One", short), Beat("one", "One", long), Beat("one", "Why?", short + ".", think=True)],
        media,
    )
    lengths = [stop - start for start, stop, _ in film.captions]
    assert lengths[0] == pytest.approx(standard.LEAST, abs=0.11)
    assert lengths[1] == pytest.approx(standard.reading_time(long), abs=0.11)
    assert len(long) / lengths[1] < 17.0
    assert lengths[2] > standard.LEAST + standard.THINKING - 0.11


def test_the_clock_runs_until_what_the_beat_says_and_is_put_where_it_starts(media: Path) -> None:
    times = []
    beats = [
        Beat("one", "One", "Runs.", until=4.0),
        Beat("one", "One", "Never comes.", until=float("inf")),
        Beat("two", "Two", "Again.", start=1.0, until=2.0),
        Beat("two", "Two", "Stays."),
    ]
    told(beats, media, lambda film, _: times.append(film.clock.now), clock=True)
    assert times == [4.0, 10.0, 2.0, 2.0]


def test_where_the_clock_jumps_one_instant_dissolves_into_the_other(media: Path) -> None:
    """What follows the clock is seen at all times, then where it was and where it is, and nowhere between."""
    dot, shares = Square(), []

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            clock = self.timed(Pace(10.0, rate=5.0))
            dot.add_updater(lambda mobject: mobject.set_x(clock.now - 5.0))
            yield Beat("one", "One", "There.", show=[dot], until=9.0)
            shares.clear()
            yield Beat("two", "Two", "And back.", start=0.0)

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            drawn = [m for thing in self.mobjects for m in thing.get_family() if isinstance(m, Square)]
            shares.append([sum(m.get_stroke_opacity() for m in drawn if m.get_x() == x) for x in (-5.0, 4.0)])
            assert {float(m.get_x()) for m in drawn} <= {-5.0, 4.0} or self.clock.running

    options = {"dry_run": True, "media_dir": str(media), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 30}):
        Looked().render()
    assert shares[0] == [0.0, 1.0]
    assert shares[-1] == [1.0, 0.0]
    assert sum(0.1 < new < 0.9 for new, _ in shares) > 3  # it is soft
    assert [new + old for new, old in shares] == pytest.approx([1.0] * len(shares))


def test_words_that_change_alone_do_so_while_what_they_tell_of_begins(media: Path) -> None:
    beats = [
        Beat("one", "One", "Runs.", until=2.0),
        Beat("one", "Two", "Goes on.", until=9.0),
    ]
    took: list[float] = []
    told(beats, media, lambda film, _: took.append(float(film.time)), clock=True, skip=False)
    assert took[1] - took[0] == pytest.approx(
        max(7.0 / 5.0, standard.LEAST), abs=0.11
    )  # nothing stands for a second


def test_nothing_is_said_of_a_picture_before_a_zoom_has_brought_it(media: Path) -> None:
    spot = Area(-0.5, 0.5, -0.5, 0.5)
    beats = [
        Beat("one", "One", "The old picture.", show=[Circle()]),
        Beat("two", "Two", "The new picture.", show=[Square()], into=spot),
    ]
    film = told(beats, media, skip=False)
    (_, stop, _), (start, _, _) = film.captions
    assert start == stop == film.parts[1][0]


def test_two_pictures_are_never_seen_through_each_other_and_it_is_never_dark_between(media: Path) -> None:
    old, new, shares = Square(), Circle(), []

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            yield Beat("one", "One", "The old picture.", show=[old])
            yield Beat("two", "Two", "The new picture.", show=[new])

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            words = max((float(m.get_fill_opacity()) for w in self._words for m in w), default=0.0)
            shown = [m.get_stroke_opacity() if m in self.mobjects else 0.0 for m in (old, new)]
            shares.append((*shown, words))

    options = {"dry_run": True, "media_dir": str(media), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 30}):
        Looked().render()
    assert sum(0.1 < a < 0.9 for a, _, _ in shares) > 3  # it is soft
    assert max(min(a, b) for a, b, _ in shares) < 0.15
    assert min(max(look) for look in shares[1:]) > 0.85


def test_what_comes_and_what_goes_keep_their_layers_while_the_picture_changes(media: Path) -> None:
    """What comes below something appears below it; what stood below something goes below it."""
    water, axon, nerve, drawn = Circle(), Square(), Rectangle(), set()

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            yield Beat("nerve", "A nerve", "An axon in a nerve.", show=[nerve, axon])
            yield Beat("water", "Water", "The axon in water.", show=[water, axon])

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            drawn.add(tuple(m for m in self.mobjects if m in (water, axon, nerve)))

    options = {"dry_run": True, "media_dir": str(media), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 10}):
        Looked().render()
    assert {layers[-1] for layers in drawn if layers} == {axon}
    assert (nerve, water, axon) in drawn or (water, nerve, axon) in drawn


@pytest.mark.parametrize("moved", [False, True])
def test_where_both_halves_of_a_picture_change_one_stands_while_the_other_does(
    moved: bool, media: Path
) -> None:
    """A picture for a picture in each, or one that goes on the left for one that comes on the right."""
    old, new = ([shape().shift((x, 0.0, 0.0)) for x in (-3.5, 3.5)] for shape in (Square, Circle))
    shares: list[Any] = []
    old, new = (old[:1], new[1:]) if moved else (old, new)

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            yield Beat("one", "One", "The old pictures.", show=old)
            yield Beat("two", "Two", "The new pictures.", show=new)

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            shares.append([m.get_stroke_opacity() if m in self.mobjects else 0.0 for m in (*old, *new)])

    options = {"dry_run": True, "media_dir": str(media), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 30}):
        Looked().render()
    assert min(max(look) for look in shares[1:]) > 0.6
    if not moved:
        assert max(min(a, b) for look in shares for a, b in zip(look[:2], look[2:], strict=True)) < 0.2


def test_headings_stand_on_one_line_whatever_their_letters(media: Path) -> None:
    feet: list[list[float]] = []

    def look(film: Any, _: Beat) -> None:
        feet.append([word.baseline for word in film._words])

    told(
        [
            Beat("one", "no rest", "A.", "name"),
            Beat("two", "gate, jumping", "B.", "y, gap"),
            Beat("two", "At", "C."),
        ],
        media,
        look,
    )
    assert feet[0] == pytest.approx(feet[1], abs=1e-3)
    assert feet[2] == pytest.approx(feet[0][:1], abs=1e-3)


def test_what_never_moves_is_below_what_moves(media: Path) -> None:
    still, moving = Square(), Circle().add_updater(lambda m: None)
    film = told([Beat("one", "One", "A.", show=[moving, still])], media)
    order = [film.mobjects.index(m) for m in (still, moving)]
    assert order == sorted(order)


def test_names_stand_for_the_words_in_braces(media: Path) -> None:
    def beats(film: Story) -> Iterator[Beat]:
        film.names["ion"] = "Ca²⁺"
        yield Beat("one", "{ion} flows", "Now {ion} flows in.")

    film = told(beats, media)
    assert film.captions[0][2] == "Now Ca²⁺ flows in."
    assert film._words[0].words == "Ca²⁺ flows"


def test_the_channels_that_act_are_found_and_named(media: Path) -> None:
    def beats(film: Story) -> Iterator[Beat]:
        run = simulate(film.membrane, "pulse(10, start=5, width=1)", 20.0)
        assert [channel.name for channel in film.cast(run)] == ["Na", "K"]
        film.timed(Pace(20.0))
        v = film.graph("plot", run, "V")
        assert v.panel.data(v.reversal(run.membrane.channel("K"))[0].get_center())[1] == pytest.approx(-77.0)
        row = film.cause(v, 8.0, 10.0, ["Na", "K"], "{other} acts", "{h} shuts", "It does.", shut="h")
        sodium, potassium = row.icon
        assert (sodium.openings()["h"], sodium.openings()["m"].tolist()) == ([0.0], [1.0, 1.0, 1.0])
        assert potassium.open
        (part,) = row.adds
        hue = film.theme.color(quantities(film.membrane)["I_K"])
        assert (part.t[0], part.t[-1], part.line.get_color().to_hex().lower()) == (8.0, 10.0, hue)
        yield from film.recapped([row], [v])

    film = told(beats, media)
    said = {"ion": "Na⁺", "other": "K⁺", "m": "m", "h": "h", "n": "n"}
    assert {name: film.names[name] for name in said} == said
    assert film.captions[0][2] == "It does."


def test_what_marks_a_sweep_is_drawn_as_soon_as_it_is_whole(media: Path) -> None:
    """Not only when all are: manim paints what does not move in an animation once, as it was before."""
    drawn: list[int] = []
    hue = "#ff0000"

    class Sweeps(Story):
        def beats(self) -> Iterator[Beat]:
            panel = Panel(self.grid["body"], self.theme).x("ms", 0, 1).y("y", 0, 4)
            mark = Measured(panel, [0.5], [3.0], hue)
            curves = [([0.0, 1.0], [k, k]) for k in (1.0, 2.0)]
            family = Family(panel, curves, self.theme.ink, marks=[mark])
            yield Beat("one", "One", "Words first.", show=[self.words("x")])
            yield Beat(
                "two", "Two", "One sweep after the other.", show=[family], do=[family.lay_all(each=1.0)]
            )

    class Frames:
        def section(self, number: int, section: str) -> None: ...

        def said(self, *of: Any, **more: Any) -> None: ...

        def wants(self, first: int, stop: int) -> bool:
            return True

        def frame(self, number: int, rgba: Any, dirty: Any, repeat: int = 1) -> None:
            red = (rgba[..., 0].astype(int) - rgba[..., 1] > 120).sum()
            drawn.extend([int(red)] * repeat)

    options = {"pixel_width": 384, "pixel_height": 216, "frame_rate": 10, "media_dir": str(media)}
    with tempconfig({**options, "verbosity": "ERROR", "progress_bar": "none"}):
        film = Sweeps(renderer=Renderer(Frames(), SparingCamera))
        film.render()
    began = round(10 * (film.parts[-1][0]))
    assert max(drawn[: began + 9]) == 0
    assert min(drawn[began + 12 :]) > 0


@pytest.mark.parametrize("out", [False, True])
def test_a_zoom_ends_in_the_new_picture_as_it_is(out: bool) -> None:
    outer, inner = Circle(2.0, stroke_width=4.0), Square(3.0, stroke_width=6.0)
    place, frame = Area(1.0, 2.6, 0.2, 1.1), Area(-7.11, 7.11, -4.0, 4.0)
    gone, come = (inner, outer) if out else (outer, inner)
    kept = [m.points.copy() for m in (outer, inner)]
    zoom = Zoom([gone], [come], place, frame, out=out)
    zoom.begin()
    small, wide = (0.0, 1.0) if not out else (1.0, 0.0)
    zoom.interpolate(small)  # the inner picture fills its place in the outer one, which is as it was
    assert outer.points == pytest.approx(kept[0])
    share = max(place.width / frame.width, place.height / frame.height)
    assert inner.width == pytest.approx(3.0 * share)
    assert inner.get_center() == pytest.approx(place.center)
    zoom.interpolate(wide)
    assert inner.points == pytest.approx(kept[1], abs=1e-9)
    assert outer.width == pytest.approx(4.0 / share)
    half = [zoom.interpolate(x) or inner.width for x in np.linspace(0.0, 1.0, 9)]
    assert (np.diff(half) * (-1 if out else 1) > 0.0).all()  # always the same way
    zoom.finish()

    class Scene:
        mobjects: list[Any] = []  # noqa: RUF012

        def remove(self, *mobjects: Any) -> None: ...

        def add(self, *mobjects: Any) -> None:
            self.mobjects = [*mobjects]

    scene = Scene()
    zoom.clean_up_from_scene(scene)
    assert scene.mobjects == [come]
    for mobject, points, width in ((outer, kept[0], 4.0), (inner, kept[1], 6.0)):
        assert mobject.points == pytest.approx(points)
        assert (mobject.stroke_width, mobject.get_stroke_opacity()) == (width, 1.0)


@pytest.mark.parametrize("out", [False, True])
def test_in_a_zoom_one_picture_is_seen_at_a_time_without_words_blown_up_or_over_what_stays(out: bool) -> None:
    label, heading = Words("ions", color=DARK.ink), Words("A title", color=DARK.ink).shift((0.0, 3.6, 0.0))
    outer, inner, stays = VGroup(Circle(2.0), label), Square(2.0), Square(1.0).shift((5.0, 0.0, 0.0))
    place, frame = Area(1.0, 2.6, 0.2, 1.1), Area(-7.11, 7.11, -4.0, 4.0)
    gone, come = (inner, outer) if out else (outer, inner)
    zoom = Zoom([gone], [come], place, frame, out=out, stay=[[stays], [heading]], theme=DARK)
    zoom.begin()
    order = [m for m in zoom.mobject.get_family() if len(m.points)]
    beside, above = (order[order.index(m) - k] for m, k in ((stays, 2), (stays, 1)))
    assert order.index(inner) < order.index(beside)
    assert beside.get_left()[0] < stays.get_left()[0] and beside.get_right()[0] >= frame.right - 1e-6
    assert above.get_bottom()[1] < heading.get_bottom()[1] and above.get_top()[1] >= frame.top - 1e-6
    high = label.height
    for x in np.linspace(0.0, 1.0, 31):
        zoom.interpolate(x)
        seen = [m.get_stroke_opacity() for m in (outer[0], inner)]
        assert min(seen) < 0.4
        letters = max(m.get_fill_opacity() for m in label.family_members_with_points())
        assert letters == 0.0 or label.height < 1.6 * high


@pytest.mark.parametrize("shape", ["wide", "square", "tall"])
def test_the_grid_keeps_its_margins_and_nothing_in_it_overlaps(shape: str) -> None:
    grid = standard.grid(shape)
    width, height = {"wide": (128 / 9, 8.0), "square": (8.0, 8.0), "tall": (8.0, 128 / 9)}[shape]
    for area in grid.values():
        assert max(-area.left, area.right) <= (0.5 - 0.05) * width + 1e-6
        assert area.top <= (0.5 - 0.05) * height + 1e-2
        assert area.bottom >= (-0.5 + 0.10) * height - 1e-2
    parts = [grid[name] for name in ("head", "picture", "foot", "first", "second")]
    for k, a in enumerate(parts):
        for b in parts[k + 1 :]:
            across = min(a.right, b.right) - max(a.left, b.left)
            down = min(a.top, b.top) - max(a.bottom, b.bottom)
            assert min(across, down) <= 0.0


def test_in_a_zoom_a_heading_is_read_until_the_next_one_is(tmp_path: Path) -> None:
    outer, inner, shares = Circle(2.0), Square(3.0), []
    place = Area(1.0, 2.6, 0.2, 1.1)

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            yield Beat("one", "One", "The old picture.", show=[outer])
            yield Beat("two", "Two", "The new picture.", show=[inner], into=place)

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            words = [m for m in self.get_mobject_family_members() if isinstance(m, Words)]
            shares.append(max((float(m[0].get_fill_opacity()) for m in words), default=0.0))

    options = {"dry_run": True, "media_dir": str(tmp_path), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 10}):
        film = Looked()
        film.render()
    assert sum(share < 0.5 for share in shares[1:]) <= 3
    assert [w.words for w in film.mobjects if isinstance(w, Words)] == ["Two"]


def test_what_takes_over_a_part_of_a_picture_is_there_before_that_goes(tmp_path: Path) -> None:
    old, new, shares = Square(), Circle(), []
    new.takes_over = old

    class Looked(Story):
        def beats(self) -> Iterator[Beat]:
            yield Beat("one", "One", "The old picture.", show=[old])
            yield Beat("two", "Two", "A part of it stays.", show=[new])

        def update_mobjects(self, dt: float) -> None:
            super().update_mobjects(dt)
            shares.append([m.get_stroke_opacity() if m in self.mobjects else 0.0 for m in (old, new)])

    options = {"dry_run": True, "media_dir": str(tmp_path), "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**options, "pixel_width": 192, "pixel_height": 108, "frame_rate": 30}):
        Looked().render()
    assert min(new for old, new in shares if 0.05 < old < 0.95) > 0.9

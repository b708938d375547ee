"""Running a film without drawing it, and looking at where everything stands at the end of each section."""

from __future__ import annotations

import gc
import importlib.util
import math
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from manim import Mobject, VMobject, tempconfig

from hhanim.language import ENGLISH, current
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import Formula, Words
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Story
from hhanim.studio.draw.camera import SparingCamera
from hhanim.studio.draw.film import Renderer
from hhanim.studio.plan.voice import BREATH

SCENES = Path(__file__).parents[2] / "scenes"
SHAPES = {"wide": (192, 108), "square": (108, 108), "tall": (108, 192)}


@cache
def load(name: str) -> type[Film]:
    """The film class of scenes/<name>_film.py."""
    spec = importlib.util.spec_from_file_location(f"{name}_film", SCENES / f"{name}_film.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    films = (c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Film))
    return next(c for c in films if c.__module__ == spec.name)


@dataclass
class Look:
    """What stands on the screen at the end of one section."""

    section: str
    area: Area
    inside: list[tuple[float, float, float, float]] = field(default_factory=list)
    texts: list[tuple[str, float, tuple[float, float, float, float]]] = field(default_factory=list)
    small: set[tuple[str, float]] = field(default_factory=set)
    eaten: list[str] = field(
        default_factory=list
    )  # words whose letters have each a rim, which covers the letter before


def run_film(
    name: str, shape: str, media: Path, *, beside: type = object, **changes: Any
) -> tuple[Any, list[Look]]:
    """Play a film to its end, every animation skipped to its last frame; a Look for each section.

    Who asks for the same film again is given the same one: draw what you look at before you do.

    beside: a class that watches it, put before the film's own.
    """
    if beside is object and current().code == ENGLISH:
        return _again(name, shape, media, tuple(sorted(changes.items())))
    return _played(name, shape, media, beside, changes)


@lru_cache(3)
def _again(
    name: str, shape: str, media: Path, changes: tuple[tuple[str, Any], ...]
) -> tuple[Any, list[Look]]:
    return _played(name, shape, media, object, dict(changes))


def _played(
    name: str, shape: str, media: Path, beside: type, changes: dict[str, Any]
) -> tuple[Any, list[Look]]:
    if psutil.Process().memory_info().rss > 2**30:  # films are circles of objects, that of the axon 300 MB
        gc.collect()
    width, height = SHAPES[shape]
    looks: list[Look] = []
    misread: list[str] = []
    options = {
        "pixel_width": width,
        "pixel_height": height,
        "frame_rate": 30,  # what is shorter than a frame would be drawn out to one
        "dry_run": True,
        "write_to_movie": False,
        "media_dir": str(media),
        "verbosity": "ERROR",
        "progress_bar": "none",
    }
    with tempconfig(options):
        made = load(name).with_(**changes)

        class Watched(*((beside, made) if beside is not object else (made,))):  # type: ignore[misc]
            def part_ended(self, section: str) -> None:
                super().part_ended(section)
                looks.append(look(self, section))

            def tell(self, beat: Any) -> None:
                super().tell(beat)
                misread.extend(f"{beat.name}: {wrong}" for wrong in wrong_readings(self))

        Watched.__name__ = made.__name__
        film = Watched(renderer=Renderer(_Blind(), SparingCamera))
        film.renderer.skip_animations = True
        film.renderer._original_skipping_status = True
        film.render()
        film.misread = misread
    return film, looks


class _Blind:
    """An exporter that wants no frame."""

    def section(self, number: int, name: str) -> None: ...

    def said(self, *line: Any) -> None: ...

    def wants(self, first: int, stop: int) -> bool:
        return False

    def frame(self, number: int, rgba: Any, dirty: Any, repeat: int = 1) -> None: ...


def look(film: Film, section: str) -> Look:
    """Boxes of everything visible, and of every text with its size in design pixels."""
    seen = Look(section, film.area, small=small_letters(film))
    for mobject in film.mobjects:
        collect(mobject, seen)
    return seen


def collect(mobject: Mobject, seen: Look) -> None:
    """Add what a mobject shows to a Look."""
    if isinstance(mobject, (Words, Formula)):
        leaves = [m for m in mobject.family_members_with_points() if visible(m)]
        if leaves:
            box = _box(leaves)
            said = mobject.words if isinstance(mobject, Words) else mobject.source
            seen.texts.append((said, mobject.size * _scale(mobject), box))
            seen.inside.append(box)
            seen.eaten += [said] * (sum(m.background_stroke_width > 0 for m in leaves) > 1)
        return
    if len(mobject.points) and visible(mobject):
        seen.inside.append(_box([mobject]))
    for child in mobject.submobjects:
        collect(child, seen)


def visible(mobject: Any) -> bool:
    """True if there is something to see of a mobject."""
    if not isinstance(mobject, VMobject):
        return True
    return bool(
        mobject.get_fill_opacity() > 0.01
        or (mobject.get_stroke_opacity() > 0.01 and mobject.get_stroke_width() > 0)
    )


def _box(mobjects: list[Any]) -> tuple[float, float, float, float]:
    points = np.concatenate([m.points for m in mobjects])
    (left, bottom, _), (right, top, _) = points.min(axis=0), points.max(axis=0)
    return float(left), float(right), float(bottom), float(top)


@cache
def _made(kind: type, said: str, size: float) -> float:
    return float(kind(said, size=size).width)


def _scale(mobject: Any) -> float:
    """How much smaller than it was made a text has become."""
    said = mobject.words if isinstance(mobject, Words) else mobject.source
    if isinstance(mobject, Formula) or len(said) < 12:  # only long lines are ever fitted to a width
        return 1.0
    return min(1.0, mobject.width / _made(type(mobject), said, mobject.size) * 1.06)


def overlaps(looked: Look, slack: float = 0.02) -> list[str]:
    """Pairs of texts that stand on each other."""
    found = []
    for k, (a, _, p) in enumerate(looked.texts):
        for b, _, q in looked.texts[k + 1 :]:
            if min(p[1], q[1]) - max(p[0], q[0]) > slack and min(p[3], q[3]) - max(p[2], q[2]) > slack:
                found.append(f"{looked.section}: {a!r} on {b!r}")
    return found


def outside(looked: Look, slack: float = 0.06) -> list[str]:
    """Boxes that leave the part of the frame that is free to draw in."""
    area = looked.area
    return [
        f"{looked.section}: {tuple(round(x, 2) for x in box)}"
        for box in looked.inside
        if box[0] < area.left - slack or box[1] > area.right + slack or box[2] < area.bottom - slack
        or box[3] > area.top + slack
    ]  # fmt: skip


def wrong_readings(film: Any) -> list[str]:
    """The heads of a storyboard's graphs, and the gates of its patches, that are not as the run is at the clock's time."""
    found = []
    for graph in (block for block in film.standing if isinstance(block, Graph)):
        now = film.clock.now
        for key, trace in zip(graph.keys, graph.traces, strict=True):
            (t, y), value = trace.reading, float(np.interp(now, graph.run.t, graph.run[key]))
            low, high = graph.panel.ylim
            if abs(t - now) > 0.005 * graph.run.duration or abs(y - value) > 0.006 * (high - low):
                found.append(f"{key} at {now:.3f} ms: {y:.3f} at {t:.3f} ms, not {value:.3f}")
    patches = [block for block in film.standing if isinstance(block, MembranePatch)]
    found += ["a gate is not as simulated" for patch in patches if not all_or_none(patch, film.clock.now)]
    return found


def stories() -> list[str]:
    """The films of scenes/ that are told as storyboards."""
    names = sorted(path.stem.removesuffix("_film") for path in SCENES.glob("*_film.py"))
    return [name for name in names if issubclass(load(name), Story)]


def small_letters(film: Film) -> set[tuple[str, float]]:
    """What is on the screen and too small, with its size as it is measured from the boxes of its glyphs.

    In design pixels, the frame's shorter side being 1080: nothing under 24, exponents and subscripts not under 18.
    """
    found = set()
    for mobject in film.mobjects:
        for text in mobject.get_family():
            if isinstance(text, (Words, Formula)) and any(map(visible, text.family_members_with_points())):
                said = text.words if isinstance(text, Words) else text.source
                as_made = _heights(Words if isinstance(text, Words) else Formula, said, text.size)
                heights = [float(glyph.height) for glyph in text.family_members_with_points()]
                size = text.size * min(h / own for h, own in zip(heights, as_made, strict=True) if own > 1e-3)
                script = isinstance(text, Formula) and any(sign in said for sign in "_^")
                if size < 24.0 - 1e-6 or (script and _SCRIPT * size < 18.0 - 1e-6):
                    found.add((said, round(size, 1)))
    return found


#: How large Typst sets an exponent, of the size of what it stands at.
_SCRIPT = 0.7


@cache
def _heights(kind: type, said: str, size: float) -> list[float]:
    return [float(glyph.height) for glyph in kind(said, size=size).family_members_with_points()]


#: Words a second of a voice that takes its time: a draft's, by espeak-ng.
SLOWLY = 2.5


@dataclass
class Seen:
    """What a film looks like, frame by frame: which are like the one before, and how much is drawn; and the same of the
    film that waits until each line has been spoken."""

    film: Any
    first: Any
    same: list[bool] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    spoken: list[bool] = field(default_factory=list)


def watch(name: str, media: Path, *, fps: int, **changes: Any) -> Seen:
    """Draw a film small, and look at every frame."""
    seen = Seen(None, None)

    class Watcher(_Blind):
        def said(self, number: int, start: float, stop: float, text: str, seen_: str, later: Any) -> None:
            takes = len(text.split()) / SLOWLY + BREATH
            for _ in range(math.ceil((takes - (stop - start)) * fps)):
                seen.spoken.append(self.same(later(wanted=True)[0]))

        def wants(self, first: int, stop: int) -> bool:
            return True

        def frame(self, number: int, rgba: Any, dirty: Any, repeat: int = 1) -> None:
            if seen.first is None:
                seen.first = rgba.copy()
            ground = rgba[0, 0].astype(int)  # within the margin
            differs = (np.abs(rgba.astype(int) - ground).max(axis=2) > 16).mean()
            same = [self.same(rgba), *[True] * (repeat - 1)]
            seen.same += same
            seen.spoken += same
            seen.drawn += [float(differs)] * repeat

        def same(self, rgba: Any) -> bool:
            before, self.before = self.before, rgba.copy()
            return before is not None and np.array_equal(before, rgba)

        before: Any = None

    options = {
        "pixel_width": 384,
        "pixel_height": 216,
        "frame_rate": fps,
        "media_dir": str(media),
        "verbosity": "ERROR",
        "progress_bar": "none",
    }
    with tempconfig(options):
        seen.film = load(name).with_(**changes)(renderer=Renderer(Watcher(), SparingCamera))
        seen.film.render()
    return seen


def amiss(captions: list[tuple[float, float, str]]) -> list[str]:
    """Captions that cannot be read in time, say two numbers in a sentence, are no sentences or repeat the last one."""
    found, last = [], ""
    for start, stop, text in captions:
        sentences = re.split(r"(?<=[.?!])\s+", text)
        if len(text) > 17.0 * (stop - start) + 1e-6:
            found.append(f"{len(text) / (stop - start):.1f} characters a second: {text}")
        if any(len(re.findall(r"\d+(?:[.,]\d+)?", _named(sentence))) > 1 for sentence in sentences):
            found.append(f"two numbers in a sentence: {text}")
        if not all(re.fullmatch(r"[^a-z].*[.?!]", sentence) for sentence in sentences):
            found.append(f"not a sentence: {text}")
        if text == last:
            found.append(f"said twice: {text}")
        last = text
    return found


def _named(sentence: str) -> str:
    """A sentence without the years in it, which are names."""
    return re.sub(r"\b19\d\d\b", "", sentence)


def all_or_none(patch: MembranePatch, t: float) -> bool:
    """Whether every drawn gate of a patch is as it was simulated at time t (ms): open or shut."""
    return all(
        np.array_equal(opening, patch.samples[view.channel.name].gates(gate, t)[k].astype(float))
        for view, k in zip(patch.views, patch.number, strict=True)
        for gate, opening in view.openings().items()
    )


def update(film: Film, *mobjects: Mobject) -> None:
    """Let mobjects follow the clock, as the next frame would."""
    for mobject in mobjects:
        mobject.update(0.0)

"""A film told as a storyboard: beats say what is said, what is on the screen, and until when the clock runs.

    class Fire(Story):
        def beats(self):
            run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
            self.timed(Pace(26.0, rate=3.0))
            patch = MembranePatch(run, self.theme, self.grid["picture"], clock=self.clock)
            v = self.graph("plot", run, "V", stimulus=True)
            yield Beat("question", "What makes V rise?", "Membrane and voltage at rest.", show=[patch, v])
            yield Beat("spike", "The spike", "Sodium enters, and V rises.", until=run.extreme("V").t)
            yield self.then("Then potassium leaves, and V falls.", until=run.duration)
            yield Beat("recap", "Sodium lifts V", "The sodium current lifts V to its peak.", show=[v])

What stands is remembered: what a beat does not name any more goes while what is new comes, in one soft change, and
every beat lasts at least as long as its caption takes to read. It is an ordinary manim scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import isroutine
from typing import Any, ClassVar, cast

import numpy as np
from manim import DL, UR, Animation, VGroup

from hhanim.look import quantities
from hhanim.look.section import inactivates
from hhanim.look.words import channel_name, tr
from hhanim.mobjects import description
from hhanim.mobjects.frame import standard
from hhanim.mobjects.frame.cards import Choices, Recap, Row
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Appear, Picture, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, Area
from hhanim.mobjects.frame.lettering import SUBTITLE, TITLE, Words, broken
from hhanim.mobjects.frame.zoom import Zoom
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.membrane.channels import side_by_side
from hhanim.model import Channel, Trajectory

_HEADING, _LINE = 1.15 * TITLE, 1.12 * SUBTITLE  # design pixels: read from the last row
_DEPTH = 0.2  # of its size: how far a letter goes below the line
_SHORT = 0.85  # of its size: what would be smaller on one line is set on two
_ONE, _TWO = 1.25, 1.6  # of its size: what the line under a heading takes, on one line and, smaller, on two


@dataclass(frozen=True)
class Beat:
    """One thing that is told.

    name: of the section it belongs to; beats of one name that follow each other are one section. heading: what stands
    at the top, the same as long as it is the same text. caption: a sentence, said from now on. line: what
    stands under the heading.
    show: the blocks on the screen from now on, the last on top; None leaves what stands.
    start: the model time (ms) at which the clock is put first. until: the model time up to which it then runs, as the
    model's events give it; an infinite one, of what never happens, is the run's end.
    do: animations that play while it runs, or functions that make one when it is its turn. leaves: the blocks on the
    screen when they have played, if they turn some into others. think: the hall is asked, and needs time to answer.
    into: the part of the old picture that grows and becomes the new one; out_of: that of the new picture which the old
    one shrinks into.
    """

    name: str
    heading: str
    caption: str
    line: str = ""
    show: Sequence[Any] | None = None
    start: float | None = None
    until: float | None = None
    do: Sequence[Animation | Callable[[], Animation]] = ()
    leaves: Sequence[Any] | None = None
    think: bool = False
    into: Area | None = None
    out_of: Area | None = None


class Story(Film):
    """A film that is a list of beats.

    On the instance: `grid` holds the parts of the frame by name ("picture", "plot" …, see standard.GRID), `clock` the
    clock that beats run, `standing` what is on the screen, `told` the last beat; `names` says what the words in braces
    stand for in what beats say: {"ion": "Na⁺"} in "V rises, because {ion} flows in."
    """

    poster: ClassVar[float] = 0.0  # the first frame, so that a slide does not jump when the film starts

    def __init__(self, renderer: Any = None, **kwargs: Any) -> None:
        self.clock: Any = None
        self.standing: list[Any] = []
        self.told: Any = None
        self.names: dict[str, Any] = {}
        self._words: list[Words] = []
        super().__init__(renderer=renderer, **kwargs)

    def beats(self) -> Iterable[Beat]:
        """The film; what is computed between two beats is computed when the first of them has been told."""
        raise NotImplementedError

    def construct(self) -> None:
        for beat in self.beats():
            self.tell(beat)

    def then(self, caption: str, **changes: Any) -> Beat:
        """The beat that goes on from the one told last: its section, heading and line, but for the changes."""
        told = self.told
        return Beat(
            **{"name": told.name, "heading": told.heading, "caption": caption, "line": told.line} | changes
        )

    def without(self, *gone: Any) -> list[Any]:
        """What stands on the screen, but for these blocks."""
        return [thing for thing in self.standing if all(thing is not other for other in gone)]

    def say(self, text: str) -> str:
        """A text in the viewer's language, with the film's `names` in it; beats' texts are said so by themselves."""
        return tr(text, **self.names)

    def update_mobjects(self, dt: float) -> None:
        super().update_mobjects(dt)
        if self.clock is not None and self.clock.passed:
            self.clicks.append(float(self.time))
            self.clock.passed = 0

    # -- what beats are made of ----------------------------------------------------------------------------

    @property
    def grid(self) -> dict[str, Area]:
        """The parts of the frame by name: one grid for all films, see standard.GRID."""
        return standard.grid(self.shape)

    def timed(self, pace: Pace) -> Clock:
        """The clock of that pace that beats run from now on, its rate written in the upper right corner."""
        head = self.grid["head"]
        if self.clock is not None:
            self.remove(self.clock)
        self.clock = Clock(pace, self.theme).align_right()
        self.clock.move_to((head.right, head.top, 0.0), aligned_edge=UR)
        return cast("Clock", self.clock)

    def graph(self, place: str | Area, run: Trajectory, *keys: str, **style: Any) -> Graph:
        """Quantities of a run over time, in a part of the grid, on the film's clock; see Graph."""
        area = self.grid[place] if isinstance(place, str) else place
        if self.clock is not None and "V" in keys:
            self.clock.spikes.update(np.ravel(run.spikes).tolist())
        return Graph(area, run, keys, self.theme, clock=self.clock, **style)

    def graphs(
        self,
        run: Trajectory,
        *groups: Sequence[str],
        places: Sequence[Area] = (),
        stimulus: bool = False,
        **style: Any,
    ) -> list[Graph]:
        """Several graphs that share one axis of time, in some places, or else two in `first` and `second` of the grid,
        more in rows of `plot`.

        stimulus: draw it under the lowest. style: of all of them, as in Graph.
        """
        places = places or [self.grid["first"], self.grid["second"]]
        if len(groups) > len(places):
            places = self.grid["plot"].rows(*[1.0] * (len(groups) - 1), 1.25, gap=0.2)
        timed = [place.bottom == places[-1].bottom for place in places]  # nothing stands under it
        return [
            self.graph(place, run, *keys, time=time, stimulus=stimulus and time, **style)
            for place, keys, time in zip(places, groups, timed, strict=False)
        ]

    def cast(self, run: Any) -> tuple[Channel, Channel]:
        """The channels that carry most current in and out in a run of the membrane, or a cable of it; from now on
        `names` has them as {ion} and {other}, with a gate of the first that opens, {m}, one that shuts it, {h}, and
        one of the other, {n}: None where there is none.
        """
        membrane = run.cable.membrane if hasattr(run, "cable") else run.membrane
        inward, outward = (membrane.channel(run.carrier(way)) for way in ("in", "out"))
        gates = {inactivates(membrane, gate.name): gate.name for gate in reversed(inward.gates)}
        other = next((gate.name for gate in outward.gates), None)
        self.names |= {"ion": channel_name(inward), "other": channel_name(outward)}
        self.names |= {"m": gates.get(False), "h": gates.get(True), "n": other}
        return inward, outward

    def choices(self, place: str | Area, *answers: str, **style: Any) -> Choices:
        """Answers to choose from, in a part of the grid; see Choices."""
        area = self.grid[place] if isinstance(place, str) else place
        return Choices([self.say(answer) for answer in answers], self.theme, area, **style)

    def recapped(
        self,
        rows: Sequence[Row],
        shown: Sequence[Any] = (),
        *,
        place: str | Area | Sequence[Area] = "left",
        heading: str = "",
        line: str = "",
        start: float | None = None,
        beside: bool = False,
        out_of: Area | None = None,
    ) -> Iterator[Beat]:
        """The beats of a recap: over the blocks `shown`, row after row in a part of the grid, under the film's title
        or another heading.

        place, beside: where, and whether side by side; see Recap. start, out_of: of the first of these beats.
        """
        area = self.grid[place] if isinstance(place, str) else place
        hues: Mapping[Any, Any] = quantities(self.membrane)
        said = [(self.say(row.head), self.say(row.does), hues.get(row.color, row.color)) for row in rows]
        style: Any = {"icons": [row.icon for row in rows if row.icon is not None], "beside": beside}
        known = {name: hues[name] for name in self.membrane.gates}
        recap, shown = Recap(said, self.theme, area, known=known, **style), list(shown)
        for k, (row, told) in enumerate(zip(rows, recap.rows, strict=True)):
            shown = [*shown, *row.adds, told]
            first: Any = {} if k else {"start": start, "out_of": out_of}
            title = heading or self.title
            caption = row.caption or f"{said[k][0]}."
            yield Beat("recap", title, caption, line, shown, until=row.until, **first)

    def cause(
        self,
        v: Graph,
        start: float,
        stop: float,
        channels: Sequence[str],
        head: str,
        does: str,
        caption: str,
        *,
        shut: str | None = None,
        adds: Sequence[Any] = (),
    ) -> Row:
        """A row of a recap: the channels that move V in a stretch of time (ms), which takes the last one's colour.

        shut: the gate that is shut then; all others are open. adds: blocks that come with it.
        """
        hue = quantities(self.membrane)[f"I_{channels[-1]}"]
        icon = side_by_side(self.membrane, channels, self.theme, shut=shut)
        return Row(head, does, hue, caption, stop, icon, [v.stretch(start, stop, hue), *adds])

    # -- telling -------------------------------------------------------------------------------------------

    def tell(self, beat: Beat) -> None:
        """Show and say one beat, and hold it until it can have been read."""
        self.told = beat
        opening = not self.parts
        begins = opening or self.parts[-1][1] != beat.name
        if begins:
            self.end_part()
        words, standing, zooms = self._words, self.standing, beat.into is not None or beat.out_of is not None
        # After a zoom nothing is said of a picture before it is there.
        changes = self._change(beat, opening) if zooms else []
        began, caption = float(self.time), self.say(beat.caption)
        self.caption(caption)
        if not zooms:
            changes = self._change(beat, opening)
        if begins:  # a presenter stops where its picture stands
            self._play(changes)
            changes = []
            self.begin_part(beat.name)
        runs: list[Any] = (
            [] if beat.until is None or self.clock is None else [self.clock.run(self._end(beat.until))]
        )
        self._describe([w for w in self._words if w not in words], standing, runs)
        acts: list[Any] = [act() if isroutine(act) else act for act in beat.do]
        self._play([*changes, *runs, *acts])
        if beat.leaves is not None:
            self.clear()
            self.standing = list(beat.leaves)
            self._order()
        seconds = standard.reading_time(caption) + (standard.THINKING if beat.think else 0.0)
        rest = seconds - (float(self.time) - began)
        if rest > 0.0:
            self.wait(rest)

    def _describe(self, words: Sequence[Words], before: Sequence[Any], runs: Sequence[Any]) -> None:
        """What has been written, what has come onto the screen, and what the run will do, for who does not see it."""
        written = [description.sentence(w.words) for w in words]
        come = [thing for thing in self.standing if all(thing is not other for other in before)]
        run = description.run_of(self.standing) if runs else None
        course = [] if run is None else description.course(run, self.clock.now, runs[0].to)
        self.describe(*course, *description.blocks(come), *written)  # in the order of what cannot be left out

    def _end(self, until: float) -> float:
        return float(min(max(until, self.clock.now), self.clock.pace.stop))

    def _play(self, animations: Sequence[Any]) -> None:
        if animations:
            self.play(*animations)

    def _change(self, beat: Beat, opening: bool) -> list[Animation]:
        """What goes and what comes: words first, pictures by a fade or a zoom, and the clock put where it begins.

        Where words alone do, they are returned, to be played with what they tell of.
        """
        heading, line = self.say(beat.heading), self.say(beat.line)
        old, words = self._words, self._lines(heading, line)
        show = self.standing if beat.show is None else list(beat.show)
        known, was = {id(thing) for thing in show}, {id(thing) for thing in self.standing}
        gone, stay = [t for t in self.standing if id(t) not in known], [t for t in show if id(t) in was]
        come = [t for t in show if id(t) not in was]
        zooms = beat.into is not None or beat.out_of is not None
        alone = not (gone or come or zooms or self._jumps(beat.start))
        early, late = ((0.4, 0.5), (0.5, 0.6)) if zooms else ((0.0, 0.25), (0.25, 0.5))
        if alone:
            early, late = (0.0, 0.5), (0.5, 1.0)
        lasts: Any = {"run_time": (0.5 if alone else 1.0) * standard.CHANGE}
        said: list[Animation] = [Vanish(w, between=early, **lasts) for w in old if w not in words]
        said += [Appear(w, between=late, **lasts) for w in words if w not in old]
        before, self._words, self.standing = self.standing, words, show
        if opening:
            self._put(beat.start)
        elif zooms:
            self._zoom(beat, _mobjects(gone), _mobjects(come), _mobjects(stay), said)
        elif not alone:
            self._fade(beat.start, before, gone, stay, come, said)
        self._order()
        self.written.append((float(self.time), "\n".join(filter(None, (heading, line)))))
        for animation in said:
            animation.run_time = 0.5 * standard.CHANGE
        return said if alone and not opening else []

    def _jumps(self, start: float | None) -> bool:
        return start is not None and self.clock is not None and start != self.clock.now

    def _fade(
        self,
        start: float | None,
        was: Sequence[Any],
        gone: Sequence[Any],
        stay: Sequence[Any],
        come: Sequence[Any],
        said: Sequence[Animation],
    ) -> None:
        """One soft change; where the clock jumps, what follows it dissolves from one instant into the other."""
        moving, pictures = [], []
        if self._jumps(start):
            for mobject in _moving(gone):
                mobject.suspend_updating(recursive=False)  # as it was, while it goes
            moving = _moving(stay)
            pictures = [*map(Picture, moving)]
            self._put(start)
            for mobject in _moving(come):
                mobject.update(0.0)  # as it is then, or what was not seen before would not come softly
        # First what goes, then what comes, never one through the other; and the words before both. Where both halves of
        # the frame change, one does after the other: it is never bare.
        goes, comes = ([self._half(thing) for thing in things] for things in (gone, come))
        turn = {0, 1} == {*goes, *comes}
        order = sorted((0, 1), key=lambda half: (half in goes, half))
        changes = list(said)
        for things, halves, fade, begin in ((gone, goes, Vanish, 0.25), (come, comes, Appear, 0.45)):
            for thing, half in zip(things, halves, strict=True):
                later = 0.4 * (turn and half != order[0])
                start, lasts = (0.8 * begin - 0.1 + later, 0.3) if turn else (begin, 0.5)
                if fade is Appear and any(getattr(thing, "takes_over", None) is old for old in gone):
                    start, lasts = 0.0, 0.1  # what they share is seen all the time
                changes += [fade(m, between=(start, start + lasts)) for m in _mobjects([thing])]
        between = (0.5, 1.0) if turn else (0.25, 0.75)  # with what goes
        changes += [Vanish(picture, between=between) for picture in pictures]
        changes += [Appear(mobject, between=between) for mobject in moving]
        if changes:
            self._order(_layers(was, self.standing))
            self.add(*pictures)
            self.play(*changes, run_time=standard.CHANGE)
        for mobject in _moving(gone):
            mobject.resume_updating(recursive=False)

    def _half(self, thing: Any) -> int | None:
        """In which half of the frame a block is, the left or upper 0, the other 1; None: in both."""
        box, axis = VGroup(*_mobjects([thing])), 0 if self.shape == "wide" else 1
        low, high = (float(box.get_corner(corner)[axis]) for corner in (DL, UR))
        middle, air = self.frame.center[axis], 0.05 * (self.frame.width, self.frame.height)[axis]
        if low < middle - air and high > middle + air:
            return None
        return int((low + high > 2.0 * middle) == (axis == 0))

    def _zoom(
        self, beat: Beat, gone: list[Any], come: list[Any], stay: list[Any], words: Sequence[Animation]
    ) -> None:
        """The old picture grows, or shrinks, into the new one; neither moves by itself meanwhile."""
        self._put(beat.start)
        kept = [m for m in (*gone, *come) if m.updaters]
        for mobject in come:
            mobject.update(0.0)  # as it is when the zoom arrives
        for mobject in kept:
            mobject.suspend_updating(recursive=False)
        place, out = (beat.into, False) if beat.into is not None else (beat.out_of, True)
        assert place is not None
        for animation in words:
            animation.run_time = standard.ZOOM
        above = list({id(word): word for word in (*self._words, *(a.mobject for a in words))}.values())
        style: Any = {"theme": self.theme, "stay": [stay, above], "run_time": standard.ZOOM}
        self.play(Zoom(gone, come, place, self.frame, out=out, **style), *words)
        for mobject in kept:
            mobject.resume_updating(recursive=False)

    def _put(self, start: float | None) -> None:
        if start is not None and self.clock is not None:
            self.clock.put(start)

    def _order(self, things: Sequence[Any] | None = None) -> None:
        """Everything in its place: what never moves below, then words, then what moves, the last shown on top."""
        parts = _parts(self.standing if things is None else things)
        still, moving = ([m for m, moves in parts if moves is kind] for kind in (False, True))
        below = [*still, *self._words]
        for mobject in below:
            mobject.suspend_updating()  # manim need not look for updaters in it, frame by frame
        self.add(*below, *moving, *([] if self.clock is None else [self.clock]))

    def _lines(self, heading: str, line: str) -> list[Words]:
        """A heading and the line under it, each on its baseline; what is written already stays as it is."""
        head = self.grid["head"]
        beside = 0.0 if self.clock is None else self.clock.width + 0.25
        style: Any = {"size": _HEADING, "color": "ink", "weight": "semibold"}
        under: Any = {"size": _LINE, "color": "muted"}
        left = 0.0 if not line else _TWO if self.words(line, **under).width > head.width / _SHORT else _ONE
        high = head.height - left * _LINE * UNIT
        places = [(heading, style, head.top - 0.8 * _HEADING * UNIT, head.width - beside, high)]
        places.append((line, under, head.bottom + _DEPTH * _LINE * UNIT, head.width, head.height))
        made: list[Words] = []
        for text, style, height, wide, high in places:
            above = made[0].get_bottom()[1] - 0.05 if made else head.top  # a heading of two lines takes more
            high = min(high, float(above) - head.bottom)
            same = [w for w in self._words if (_on_one_line(w), w.size) == (text, style["size"])]
            # Of two lines it stays if there is still room.
            same = [w for w in same if w.words == text or w.height < high + 1e-3]
            if text and not same:
                word = self._fitted(text, style, wide, high)
                word.move_to((head.left, head.bottom, 0), aligned_edge=DL)
                # By its letters' feet, or a line without a g would stand lower than one with it.
                up = height - word.baseline
                if (
                    _on_one_line(word) != word.words
                ):  # of two, the first where it would stand alone, if there is room
                    up = min(up, head.top - word.get_top()[1])
                same = [word.shift((0.0, up, 0.0))]
            made += same if text else []
        return made

    def _fitted(self, text: str, style: Any, wide: float, high: float) -> Words:
        """A text as large as there is room for, on two lines where that is larger."""
        word = self.words(text, **style)
        scale = min(wide / word.width, 1.0)
        if scale < _SHORT:
            two = self.words(broken(word.words), **style)
            larger = min(wide / two.width, high / two.height, 1.0)
            if larger > scale:
                word, scale = two, larger
        return word.scale(scale)


def _on_one_line(words: Words) -> str:
    return words.words.replace("\n", " ")


def _parts(things: Iterable[Any]) -> list[tuple[Any, bool]]:
    """All mobjects of some blocks, and whether they move."""
    return [
        (m, moves)
        for thing in things
        for moves, part in zip((False, True), standard.still_and_moving(thing), strict=True)
        for m in part
    ]


def _mobjects(things: Iterable[Any]) -> list[Any]:
    """All mobjects of some blocks, those that never move first."""
    return [m for m, _ in sorted(_parts(things), key=lambda part: part[1])]


def _layers(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """The new blocks in their order, and among them the old ones that go, each above what it stands on."""
    layers = list(new)
    for below, thing in zip([None, *old], old, strict=False):
        if all(thing is not other for other in new):
            layers.insert(next((k + 1 for k, other in enumerate(layers) if other is below), 0), thing)
    return layers


def _moving(things: Iterable[Any]) -> list[Any]:
    return [m for m, moves in _parts(things) if moves]

"""The phase plane of a model with two variables: its flow, its nullclines and where it can rest, at any current.

    class Risen(Film):
        model: Membrane = "widget"

        def construct(self):
            panel = Panel(self.area, self.theme).x("mV", -80, 30).y("n", 0, 1)
            portrait = Portrait(panel, self.membrane, self.theme, (0.0, 6.0))
            self.add(*portrait.parts)
            self.play(portrait.rise(0.0, 6.0, run_time=4))

Everything that depends on the current is tabulated beforehand; draw(i) only looks it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from manim import DOWN, LEFT, Animation, Dot, UpdateFromAlphaFunc, VGroup, VMobject

from hhanim.language import decimal, text
from hhanim.look import Theme, quantities, quantity
from hhanim.look.numbers import ceil_to, floor_to
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import TICK, Formula, Words, haloed
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, lines, stroked, to_3d
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.graph import LEFT_ROOM
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.marks import Moment
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import LINE_WIDTH, Trace
from hhanim.model import Membrane, Trajectory, simulate
from hhanim.model.analysis import fixed_points, hopf_points, nullclines

NULLCLINE = 0.9 * LINE_WIDTH  # design pixels: quieter than the state's way through the plane


class Flow(VMobject):
    """Arrows of one length in the direction in which the state moves on the screen: one mobject.

    panel: V on its x axis, the second variable on y. plane: the Membrane of two states. places: the middles of the
    arrows (K, 2) in scene units, by default a grid of so many across and up. color: by default a quiet one.
    `moving` are beads that run along the arrows, whatever the clock does.
    """

    LENGTH, HEAD, WIDE = 0.36, 0.15, 0.06  # scene units; half the width of the head

    def __init__(
        self,
        panel: Panel,
        plane: Membrane,
        theme: Theme,
        *,
        grid: tuple[int, int] = (11, 7),
        places: Array | None = None,
        color: Any = None,
    ) -> None:
        super().__init__(fill_color=color or theme.line, fill_opacity=1.0, stroke_width=0.0)
        self.panel, self.plane = panel, plane
        a = panel.inner
        if places is None:
            x, y = (
                low + (np.arange(n) + 0.5) * (high - low) / n
                for low, high, n in ((a.left, a.right, grid[0]), (a.bottom, a.top, grid[1]))
            )
            places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        self.places = places
        self.states = np.array([panel.data(p) for p in places]).T
        self.shown = np.ones(len(places))
        self.unit = np.array(
            [a.width / (panel.xlim[1] - panel.xlim[0]), a.height / (panel.ylim[1] - panel.ylim[0])]
        )
        self.draw(0.0)
        self.still, self.moving = self, _Drift(self, theme.muted)

    def draw(self, i: float) -> Self:
        """Draw the flow at current i (µA/cm²)."""
        way = np.asarray(self.plane.rhs(self.states, i)).T * self.unit
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
        across = way @ np.array([[0.0, 1.0], [-1.0, 0.0]])
        long, head, wide, thin = 0.5 * self.LENGTH, self.HEAD, self.WIDE, 0.2 * self.WIDE
        outline = [(-long, thin), (long - head, thin), (long - head, wide), (long, 0.0),
                   (long - head, -wide), (long - head, -thin), (-long, -thin), (-long, thin)]  # fmt: skip
        size = self.shown[:, None]
        corners = np.stack([self.places + size * (x * way + y * across) for x, y in outline], axis=1)
        a, b = corners[:, :-1, None], corners[:, 1:, None]
        s = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
        self.points = to_3d((a + (b - a) * s).reshape(-1, 2))
        return self

    def clear(self, words: Sequence[Any]) -> Self:
        """Draw no arrow, from the next time on, that would run through some words."""
        inside = np.zeros(len(self.places), dtype=bool)
        for word in words:
            half = 0.5 * np.array([word.width, word.height]) + 0.5 * self.LENGTH
            inside |= (np.abs(self.places - word.get_center()[:2]) < half).all(axis=1)
        self.shown = np.where(inside, 1e-6, 1.0)  # so small that nothing is seen; it still has its direction
        return self

    def directions(self) -> Array:
        """Where the drawn arrows point: unit vectors on the screen (K, 2), one for each of `states`."""
        p = self.points.reshape(len(self.places), 7, 4, 3)
        way = p[:, 3, 0, :2] - 0.5 * (p[:, 0, 0, :2] + p[:, 5, 3, :2])
        return np.asarray(way / np.linalg.norm(way, axis=1, keepdims=True))


class _Drift(VMobject):
    """Beads that run along a flow's arrows, each at a time of its own."""

    SPEED, RADIUS = 0.22, 0.035  # scene units a second; scene units

    def __init__(self, flow: Flow, color: Any) -> None:
        super().__init__(fill_color=color, fill_opacity=1.0, stroke_width=0.0)
        self.flow, self.seconds = flow, 0.0
        self.first = np.random.default_rng(1952).uniform(size=(len(flow.places), 1))
        self.add_updater(lambda _, dt: self._run(dt), call_updater=True)

    def _run(self, dt: float) -> None:
        self.seconds += dt
        along = (self.first + self.SPEED / Flow.LENGTH * self.seconds) % 1.0 - 0.5
        size = (
            self.RADIUS * self.flow.shown * np.sqrt(1.0 - 4.0 * along[:, 0] ** 2)
        )  # none comes or goes at a stroke
        self.points = at(disc(), self.flow.places + along * Flow.LENGTH * self.flow.directions(), size)


def along_nullcline(panel: Panel, plane: Membrane, name: str, i: float, *, count: int = 8) -> Array:
    """Places (K, 2) in scene units evenly along a nullcline at current i (µA/cm²), at most `count` of them.

    name: "V" or the second variable. None lies so near a fixed point, where there is no direction, that an arrow would
    cover it. They lie on the line itself, not on a table of it: there one of the two slopes is nought.
    """

    def at(v: Array) -> Array:
        return np.asarray(panel.at(v, np.nan_to_num(nullclines(plane, v, i)[name], nan=-1e3)))[:, :2]

    def inside(p: Array) -> Any:
        return (p[:, 1] >= panel.inner.bottom) & (p[:, 1] <= panel.inner.top)

    v = np.linspace(*panel.xlim, 801)
    path = at(v)
    shown = inside(path)
    step = np.where(shown[:-1] & shown[1:], np.linalg.norm(np.diff(path, axis=0), axis=1), 0.0)
    way = np.concatenate([[0.0], np.cumsum(step)])
    places = at(np.interp((np.arange(count) + 0.5) / count * way[-1], way, v))
    rests = [np.asarray(panel.at(*p.state))[:2] for p in fixed_points(plane, i)]
    clear = [all(np.linalg.norm(place - rest) > Flow.LENGTH for rest in rests) for place in places]
    return np.asarray(places[np.array(clear) & inside(places)])


def gate_nullcline(panel: Panel, plane: Membrane, theme: Theme) -> VMobject:
    """The line on which the second variable stands still: its steady state over V, in its ion's colour."""
    name = plane.states[1]
    v = np.linspace(*panel.xlim, 300)
    n = np.asarray(plane.inf(name, v))
    inside = (n >= panel.ylim[0]) & (n <= panel.ylim[1])
    points = lines(np.asarray(panel.at(v[inside], n[inside]))[:, :2])
    return stroked(points, theme.color(quantities(plane)[name]), stroke(NULLCLINE))


class VNullcline(VMobject):
    """The line on which V stands still, at any current between two (µA/cm²)."""

    STEPS, POINTS = 121, 400

    def __init__(self, panel: Panel, plane: Membrane, theme: Theme, currents: tuple[float, float]) -> None:
        super().__init__(
            stroke_color=theme.color("V-nullcline"), stroke_width=stroke(NULLCLINE), fill_opacity=0.0
        )
        self.panel = panel
        self.v = np.linspace(*panel.xlim, self.POINTS)
        self.currents = np.linspace(*currents, self.STEPS)
        self.values = np.stack([nullclines(plane, self.v, float(i))["V"] for i in self.currents])
        self.draw(currents[0])

    def at(self, i: float) -> Array:
        """The second variable's value on it over self.v, at current i; nan where there is none."""
        span = self.currents[-1] - self.currents[0]
        k = (i - self.currents[0]) / span * (self.STEPS - 1) if span > 0 else 0.0
        a = min(max(int(k), 0), self.STEPS - 2)
        u = min(max(k - a, 0.0), 1.0)
        return np.asarray(self.values[a] * (1.0 - u) + self.values[a + 1] * u)

    def draw(self, i: float) -> Self:
        """Draw it at current i (µA/cm²)."""
        n = self.at(i)
        with np.errstate(invalid="ignore"):
            inside = (n >= self.panel.ylim[0]) & (n <= self.panel.ylim[1])
        p = np.asarray(self.panel.at(self.v, np.where(inside, n, 0.0)))[:, :2]
        joined = inside[:-1] & inside[1:]
        a, b = p[:-1][joined][:, None], p[1:][joined][:, None]
        s = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
        self.points = to_3d((a + (b - a) * s).reshape(-1, 2))
        return self


class Rests(VGroup):
    """Where the state would stand still, and beside it whether it is stable: whether small disturbances die away there.

    They lie where the steady current is the injected one. stable() reads back what is drawn; `said` are the words.
    """

    def __init__(self, panel: Panel, plane: Membrane, theme: Theme, currents: tuple[float, float]) -> None:
        self.panel, self.plane = panel, plane
        self.v = np.linspace(*panel.xlim, 4001)
        self.steady = np.asarray(plane.steady_current(self.v))
        # Whether a state holds itself depends on the state alone, so a table over V is enough.
        # It turns at a Hopf point: there the table has an entry on either side.
        turns = [i + d for i in hopf_points(plane) for d in (-1e-6, 1e-6)]
        known = [p for i in [*np.linspace(*currents, 61), *turns] for p in fixed_points(plane, float(i))]
        known.sort(key=lambda p: p.v)
        self._known = np.array([p.v for p in known]), np.array([p.stable for p in known])
        # A little larger than the dot of a state, which is seen on top of it, and quieter.
        self.radius = 0.11
        self.discs = filled(np.zeros((0, 3)), theme.line, stroke=theme.muted, width=stroke(5.0))
        self.rings = filled(np.zeros((0, 3)), theme.ground, stroke=theme.muted, width=stroke(5.0))
        #: One word for each point there can be, above or below it in turn.
        most = max(len(self.at(float(i))[0]) for i in currents)
        self.words = [
            [
                haloed(Words(word, size=TICK, color=theme.ink), theme.ground, 7.0)
                for word in ("unstable", "stable")
            ]
            for _ in range(most)
        ]
        super().__init__(self.discs, self.rings, *(word for pair in self.words for word in pair))
        self.draw(currents[0])

    def at(self, i: float) -> tuple[Array, Any]:
        """Voltages (K,) of the fixed points at current i on the panel, and which of them are stable."""
        over = self.steady - i
        k = np.flatnonzero((over[:-1] < 0) != (over[1:] < 0))
        v = self.v[k] + (self.v[k + 1] - self.v[k]) * over[k] / (over[k] - over[k + 1])
        places, stable = self._known
        nearest = np.abs(v[:, None] - places[None, :]).argmin(axis=1) if len(places) else []
        return v, stable[nearest] if len(places) else np.zeros(len(v), dtype=bool)

    def draw(self, i: float, size: float = 1.0) -> Self:
        """Draw them at current i (µA/cm²), `size` times as large as they are."""
        v, stable = self.at(i)
        n = np.asarray(self.plane.inf(self.plane.states[1], v))
        place = np.asarray(self.panel.at(v, n))[:, :2].reshape(-1, 2)
        place, stable = place[n <= self.panel.ylim[1]], stable[n <= self.panel.ylim[1]]
        self.discs.points = at(disc() * self.radius * size, place[stable])
        self.rings.points = at(disc() * self.radius * size, place[~stable])
        self.said: list[Any] = []
        for k, pair in enumerate(self.words):
            for kind, word in enumerate(pair):
                shown = k < len(place) and bool(stable[k]) == bool(kind)
                word.set_opacity(float(shown))
                if shown:
                    self.said.append(
                        word.move_to((place[k, 0] + 0.2, place[k, 1] - 0.32, 0.0), aligned_edge=LEFT)
                    )
        return self

    def stable(self) -> int:
        """How many stable ones are drawn."""
        return len(self.discs.points) // 16


class Portrait:
    """All that is in the plane at a current but for states: its flow, its two nullclines with their names, its rests.

    panel: V on its x axis, the second variable on y. currents: from and to (µA/cm²). `parts` are the blocks to show,
    the lowest first; draw(i) draws them at a current, rise() takes them from one to another, along with others.
    """

    seen = text("the phase plane")

    def __init__(self, panel: Panel, plane: Membrane, theme: Theme, currents: tuple[float, float]) -> None:
        self.panel, self.plane, self.currents = panel, plane, currents
        inner, q = panel.inner, quantities(plane)[plane.states[1]]
        grid = round(inner.width / 0.62), round(inner.height / 0.6)
        self.flow = Flow(panel, plane, theme, grid=grid)
        self.level = gate_nullcline(panel, plane, theme)
        self.upright = VNullcline(panel, plane, theme, currents)
        self.rests = Rests(panel, plane, theme, currents)
        sources = ((q.typst, theme.color(q)), ("V", theme.color("V-nullcline")))
        names = [Formula(f"frac(dif {x}, dif t) = 0", color=hue) for x, hue in sources]
        self.names = VGroup(*(haloed(name, theme.ground, 7.0) for name in names))
        self._clear: list[Any] = []
        self.parts: list[Any] = [panel, self.flow, self.level, self.upright, self.names, self.rests]
        self.draw(currents[0])

    def draw(self, i: float) -> Self:
        """Draw it at current i (µA/cm²)."""
        self.now = i
        for part in (self.upright, self.rests):
            part.draw(i)
        self._place()
        self.flow.clear([*self.rests.said, *self._clear]).draw(i)
        return self

    def clear(self, words: Any) -> Any:
        """Words, which no arrow of the flow runs through from the next time on that it is drawn."""
        self._clear.append(words)
        return words

    def along(self, name: str) -> Flow:
        """Arrows on the nullcline of "V" or of the second variable, at the lowest current, in its colour."""
        places = along_nullcline(self.panel, self.plane, name, self.currents[0])
        line = self.upright if name == "V" else self.level
        return Flow(self.panel, self.plane, self.panel.theme, places=places, color=line.get_stroke_color())

    def rise(self, first: float, last: float, *others: Any, **how: Any) -> Animation:
        """The animation in which the current goes from one value to another (µA/cm²), here and in other blocks."""

        def show(_: Any, done: float) -> None:
            for part in (self, *others):
                part.draw(first + (last - first) * done)

        moving = [other.moving for other in others]
        return UpdateFromAlphaFunc(
            VGroup(self.flow, self.upright, self.names, self.rests, *moving), show, **how
        )

    def again(self) -> Portrait:
        """Another one of the same plane, to be there at another current while this one goes."""
        return Portrait(self.panel, self.plane, self.panel.theme, self.currents)

    def near(self, last: float) -> Portrait:
        """The part in which the lowest fixed point moves up to a current (µA/cm²), as large as the whole."""
        panel, plane, currents = self.panel, self.plane, (self.currents[0], last)
        states = np.array([fixed_points(plane, i)[0].state for i in currents])
        low, high = states.min(axis=0), states.max(axis=0)
        (left, bottom), (right, top) = low - 0.5 * (high - low), high + 0.5 * (high - low)
        part = Panel(
            panel.area, panel.theme, left=LEFT_ROOM, gutter=panel.area.right - panel.inner.right, grid=False
        )
        part.x(panel.x_axis.name, left, right).y(panel.y_axis.name, bottom, top)
        close = Portrait(part, plane, panel.theme, currents)
        close.rests.radius *= 0.5  # what a state does beside it is seen
        return close.draw(currents[0])

    def frame_of(self, part: Portrait) -> VMobject:
        """Which part of this plane a nearer one is."""
        (left, right), (bottom, top) = part.panel.xlim, part.panel.ylim
        corners = self.panel.at([left, right, right, left, left], [bottom, bottom, top, top, bottom])
        return stroked(lines(corners[:, :2]), self.panel.theme.ink, stroke(2.5))

    def place(self, part: Portrait, frame: Area) -> Area:
        """What a zoom between this plane and a part of it takes as its place: the fixed point becomes itself."""
        point = fixed_points(self.plane, self.now)[0].state
        a, b = self.panel, part.panel
        share = np.ptp(b.xlim) / np.ptp(a.xlim)
        outer, inner = ((*p.at(*point)[:2], size * p.inner.width) for p, size in ((a, share), (b, 1.0)))
        return within(frame, outer, inner)

    def swing(self, i: float, away: float, duration: float) -> Trajectory:
        """The run that begins beside the lowest fixed point at a current (µA/cm²), until it leaves the panel.

        away: how far beside, as a share of the panel's width. duration: ms, at most.
        """
        panel, plane = self.panel, self.plane
        start = np.add(fixed_points(plane, i)[0].state, (away * np.subtract(*panel.xlim[::-1]), 0.0))
        run = simulate(plane, i, duration, start=start, sample=0.004)
        (left, right), (bottom, top) = panel.xlim, panel.ylim
        v, n = run["V"], run[plane.states[1]]
        out = np.flatnonzero((v < left) | (v > right) | (n < bottom) | (n > top))
        return run.at(run.t[: max(out[0], 2)]) if len(out) else run

    def _place(self) -> None:
        """The names at the right ends of their lines, clear of each other."""
        inner = self.panel.inner
        for line, name in zip((self.level, self.upright), self.names, strict=True):
            points = line.points if len(line.points) else inner.center[None]
            x, y = points[np.argmax(points[:, 0]), :2]
            half = 0.5 * name.height
            y = min(max(y, inner.bottom + half + 0.15), inner.top - half)
            name.move_to((x + 0.15, y, 0.0), aligned_edge=LEFT)
        over, under = sorted(self.names, key=lambda name: -float(name.get_y()))
        if under.get_right()[0] > over.get_left()[0] and over.get_right()[0] > under.get_left()[0]:
            apart = under.get_top()[1] + 0.1 - over.get_bottom()[1]
            under.shift((0.0, -max(apart, 0.0), 0.0))


class Branches:
    """V of the lowest fixed point against the current: a full line while it is stable, dashed where it is not.

    currents: from and to (µA/cm²). `still` and `moving` are the two groups to show; draw(i) draws it up to a current.
    """

    def __init__(
        self, plane: Membrane, theme: Theme, area: Area, currents: tuple[float, float], *, points: int = 161
    ) -> None:
        i = np.linspace(*currents, points)
        found = [fixed_points(plane, float(x))[0] for x in i]
        v, stable = np.array([p.v for p in found]), np.array([p.stable for p in found])
        self.panel = Panel(area, theme, left=LEFT_ROOM, gutter=1.5)
        self.panel.x(quantity("I"), *currents).y(
            "V of the fixed point (mV)", floor_to(v.min(), 10.0), ceil_to(v.max() + 1.0, 10.0)
        )
        self.parts: list[tuple[Trace, Words]] = []
        cuts = [0, *(np.flatnonzero(np.diff(stable)) + 1), points]
        for a, b in pairwise(cuts):
            part = slice(a, min(b + 1, points))
            style: Any = {"color": theme.ink, "dash": () if stable[a] else (1.2, 1.2), "head": False}
            trace = Trace(self.panel, i[part], v[part], **style)
            left = 0.6 * i[part][0] + 0.4 * i[part][-1]  # of the middle, clear of what is marked
            place = self.panel.at(left, np.interp(left, i, v))
            word = Words("stable" if stable[a] else "unstable", size=TICK, color=theme.muted)
            self.parts.append((trace, word.next_to(place, DOWN, buff=0.25)))
        self.dot = Dot(radius=DOT_RADIUS * UNIT, color=theme.color("stimulus"))
        self.i, self.v = i, v
        self.still = VGroup(self.panel)
        self.moving = VGroup(*(part for both in self.parts for part in both), self.dot)
        self.draw(currents[0])

    def mark(self, i: float, *, left: bool = False) -> Moment:
        """A current (µA/cm²) at which something changes, on its axis; its number right of its line, or left."""
        return Moment(self.panel, i, decimal(f"{i:.1f}"), left=left)

    def draw(self, i: float) -> Self:
        """Draw it up to current i (µA/cm²)."""
        for trace, word in self.parts:
            trace.draw(i)
            word.set_opacity(float(i >= float(trace.t.mean())))
        self.dot.move_to(self.panel.at(i, np.interp(i, self.i, self.v)))
        return self

"""The phase plane of a model with two variables: its flow, its nullclines and where it can rest, at any current.

    class Portrait(Film):
        model: Membrane = "lecture"

        def construct(self):
            panel = Panel(self.area, self.theme).x("mV", -80, 30).y("", 0, 1)
            line = VNullcline(panel, self.membrane, self.theme, (0, 6))
            rests = Rests(panel, self.membrane, self.theme, (0, 6))
            now = ValueTracker(0.0)
            line.add_updater(lambda m: m.draw(now.get_value()))
            rests.add_updater(lambda m: m.draw(now.get_value()))
            self.add(panel, gate_nullcline(panel, self.membrane, self.theme), line, rests)
            self.play(now.animate.set_value(6.0), run_time=4)

Everything that depends on the current is tabulated beforehand; draw(i) only looks it up.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import DR, RIGHT, UL, Dot, Mobject, Rectangle, VGroup, VMobject

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, Formula, Words
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, lines, stroked, to_3d
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import LINE_WIDTH, Trace
from hhanim.model import Membrane, Trajectory
from hhanim.model.analysis import fixed_points, hopf_points, nullclines

NULLCLINE = 0.9 * LINE_WIDTH  # design pixels: quieter than the state's way through the plane


class Flow(VMobject):
    """Arrows of one length in the direction in which the state moves on the screen: one mobject.

    panel: V on its x axis, the second variable on y. plane: the Membrane of two states. places: the middles of the
    arrows (K, 2) in scene units, by default a grid of so many across and up. color: by default a quiet one.
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
        self.unit = np.array(
            [a.width / (panel.xlim[1] - panel.xlim[0]), a.height / (panel.ylim[1] - panel.ylim[0])]
        )
        self.draw(0.0)

    def draw(self, i: float) -> Self:
        """Draw the flow at current i (µA/cm²)."""
        way = np.asarray(self.plane.rhs(self.states, i)).T * self.unit
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
        across = way @ np.array([[0.0, 1.0], [-1.0, 0.0]])
        long, head, wide, thin = 0.5 * self.LENGTH, self.HEAD, self.WIDE, 0.2 * self.WIDE
        outline = [(-long, thin), (long - head, thin), (long - head, wide), (long, 0.0),
                   (long - head, -wide), (long - head, -thin), (-long, -thin), (-long, thin)]  # fmt: skip
        corners = np.stack([self.places + x * way + y * across for x, y in outline], axis=1)
        a, b = corners[:, :-1, None], corners[:, 1:, None]
        s = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
        self.points = to_3d((a + (b - a) * s).reshape(-1, 2))
        return self

    def directions(self) -> Array:
        """Where the drawn arrows point: unit vectors on the screen (K, 2), one for each of `states`."""
        p = self.points.reshape(len(self.places), 7, 4, 3)
        way = p[:, 3, 0, :2] - 0.5 * (p[:, 0, 0, :2] + p[:, 5, 3, :2])
        return np.asarray(way / np.linalg.norm(way, axis=1, keepdims=True))


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
        super().__init__(stroke_color=theme.muted, stroke_width=stroke(NULLCLINE), fill_opacity=0.0)
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
    """Where the state would stand still: a disc if small disturbances die away there, a ring if they grow.

    They lie where the steady current is the injected one. stable() reads back what is drawn.
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
        super().__init__(self.discs, self.rings)
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
        return self

    def stable(self) -> int:
        """How many stable ones are drawn."""
        return len(self.discs.points) // 16


class Lens(VGroup):
    """A window in an Area with the surroundings of a state at one current (µA/cm²), so many times as large as
    on the plane.
    """

    TIMES = 5.0

    def __init__(
        self, panel: Panel, plane: Membrane, theme: Theme, area: Area, state: Array, i: float
    ) -> None:
        self.theme, (x, y) = theme, state
        inner, (wide, high) = panel.inner, (area.width, area.height - 0.5 * TICK * UNIT)
        dx = 0.5 * wide / self.TIMES / inner.width * (panel.xlim[1] - panel.xlim[0])
        dy = 0.5 * high / self.TIMES / inner.height * (panel.ylim[1] - panel.ylim[0])
        self.view = Panel(area, theme, left=0.0, gutter=0.0)
        self.view.x("", x - dx, x + dx, ticks=()).y("", y - dy, y + dy, ticks=())
        inner = self.view.inner
        frame = Rectangle(width=inner.width, height=inner.height).move_to(inner.center)
        frame.set_fill(theme.ground, 1.0).set_stroke(theme.line, stroke(3.0))
        place, corner = panel.at(x, y)[:2], frame.get_corner(UL)[:2]
        link = stroked(lines([place, corner]), theme.line, stroke(2.5))
        rests = Rests(self.view, plane, theme, (i, i))
        size = Words(f"× {self.TIMES:g}", size=SMALL, color=theme.muted)
        size.next_to(frame.get_corner(DR), UL, buff=0.1)
        curves = (gate_nullcline(self.view, plane, theme), VNullcline(self.view, plane, theme, (i, i)))
        super().__init__(link, frame, *curves, rests, size)

    def way(self, run: Trajectory, since: float, **style: Any) -> Trace:
        """The way of the state from a time (ms) until it leaves the window, where its head goes out of sight."""
        v, n = run["V"], run[run.membrane.states[1]]
        (left, right), (low, high) = self.view.xlim, self.view.ylim
        late = run.t >= since
        out = np.flatnonzero(late & ((v < left) | (v > right) | (n < low) | (n > high)))
        late[out[0] if len(out) else len(v) :] = False
        way = Trace(self.view, run.t[late], n[late], x=v[late], **style)

        def leave(_: Mobject) -> None:
            if len(out) and way.now >= way.t[-1]:
                way.dot.points = np.zeros((0, 3))

        return way.add_updater(leave)


def loses_hold(plane: Membrane, low: float, high: float) -> float | None:
    """The current between two (µA/cm²) from which on no equilibrium is stable; None if there always is one at the
    higher current, or none at the lower.
    """

    def holds(i: float) -> bool:
        return any(p.stable for p in fixed_points(plane, i))

    if not holds(low) or holds(high):
        return None
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return 0.5 * (low + high)


class OnAxis(VGroup):
    """Where the head of a trace is on one axis of its panel, "x" or "y": a thin line to it and a mark on it. The same
    quantity is found again in another panel, whichever way its axis lies there.
    """

    MARK = 0.13  # scene units

    def __init__(self, trace: Trace, axis: str, theme: Theme) -> None:
        self.trace, self.axis = trace, axis
        self.line = stroked(np.zeros((0, 3)), theme.line, stroke(2.5))
        self.mark = filled(np.zeros((0, 3)), theme.ink)
        super().__init__(self.line, self.mark)
        self.draw()

    def draw(self) -> Self:
        """Draw them where the trace's head is now."""
        x, y = self.trace.dot.get_center()[:2]
        inner, size = self.trace.panel.inner, self.MARK
        foot = np.array([x, inner.bottom] if self.axis == "x" else [inner.left, y])
        away = np.array([0.0, size] if self.axis == "x" else [size, 0.0])
        aside = 0.6 * away[::-1]
        self.line.points = lines([foot, (x, y)])
        self.mark.points = lines([foot, foot + away + aside, foot + away - aside, foot])
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw them in every frame, where the trace's head is at the clock's model time."""

        def show(_: Mobject) -> None:
            self.trace.draw(clock.now)  # they lie behind the trace, so their turn comes before its own
            self.draw()

        return self.add_updater(show, call_updater=True)

    @property
    def reading(self) -> float:
        """The value on the axis that the mark points at."""
        return self.trace.panel.data(self.mark.points[0])[self.axis == "y"]


class Dial(VGroup):
    """A current on a scale from 0 to `highest` (µA/cm²): a bar with a knob, the number on the knob.

    reading gives the current back from where the knob is.
    """

    def __init__(self, area: Area, theme: Theme, highest: float) -> None:
        super().__init__()
        self.area, self.theme, color = area, theme, theme.color("I")
        self.span = max(highest, 1e-9)
        name = Formula("I", size=LABEL + 4, color=color)
        unit = Words("µA/cm²", size=SMALL, color=theme.muted)
        y = area.bottom + 0.62
        self.left, self.right, self.y = area.left + 0.5, area.right - unit.width - 0.45, y
        name.move_to((area.left + 0.12, y, 0))
        track = stroked(lines([(self.left, y), (self.right, y)]), theme.faint, stroke(12))
        still = VGroup(track, name)
        for value in (0.0, highest):
            still.add(
                Words(f"{value:g}", size=SMALL, color=theme.muted).move_to((self._x(value), y - 0.38, 0))
            )
        still.add(unit.next_to(still[-1], RIGHT, buff=0.14))
        self.bar = stroked(np.zeros((0, 3)), color, stroke(12))
        self.knob = Dot((self.left, y, 0.0), radius=14 * UNIT, color=color)
        self.number = Reading("{}", color=color).draw("0.00").move_to((self.left, y + 0.36, 0.0))
        self.still, self.moving = still, VGroup(self.bar, self.knob, self.number)
        self.add(still, self.moving)
        self.draw(0.0)

    def _x(self, i: float) -> float:
        return self.left + i / self.span * (self.right - self.left)

    def draw(self, i: float) -> Self:
        """Put the knob to current i."""
        x = self._x(max(i, 0.0))
        self.bar.points = lines([(self.left, self.y), (max(x, self.left + 1e-3), self.y)])
        self.number.draw(f"{i:.2f}").shift((x - self.knob.get_x(), 0.0, 0.0))
        self.knob.move_to((x, self.y, 0.0))
        return self

    def mark(self, i: float) -> VGroup:
        """A line across the scale at current i, from which on no fixed point is stable, with its value."""
        x, y = self._x(i), self.y
        word = Words(f"unstable from {i:.2f}", size=TICK, color=self.theme.ink)
        if word.width > self.area.width:
            word = Words(f"{i:.2f}", size=TICK, color=self.theme.ink)
        half = 0.5 * word.width
        word.move_to((min(max(x, self.area.left + half), self.area.right - half), y + 0.72, 0))
        return VGroup(stroked(lines([(x, y - 0.19), (x, y + 0.19)]), self.theme.ink, stroke(3)), word)

    @property
    def reading(self) -> float:
        """The current (µA/cm²) that the knob shows."""
        return float((self.knob.get_x() - self.left) / (self.right - self.left) * self.span)

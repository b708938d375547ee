"""An axon seen from the side: V along it, the state of its channels in its wall, and the currents inside it.

    class Travel(Film):
        def construct(self):
            cable = Cable("modern", length=60_000, diameter=476)
            run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
            clock = Clock(Pace(4.5, rate=0.5), self.theme)
            top, bottom = self.area.rows(2, 1)
            panel = Panel(top, x=(0, 60), y=(-90, 60), xlabel="mm", theme=self.theme)
            self.add(panel, Profile(panel, run, "V", self.theme).follow(clock))
            self.add(Axon(panel, bottom, run, self.theme).follow(clock))
            self.play(clock.run())

Positions are millimetres, on the x axis of the panel. Everything is computed from the run beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from manim import Rectangle, VGroup, VMobject
from numpy.typing import NDArray

from hhanim.look import Theme, quantities
from hhanim.mobjects.film import Area
from hhanim.mobjects.lettering import TICK, Words
from hhanim.mobjects.shapes import mix
from hhanim.mobjects.trace import LINE_WIDTH, Panel, stroke
from hhanim.model.cable import CableRun

if TYPE_CHECKING:
    from hhanim.mobjects.clock import Clock

__all__ = ["Axon", "Profile", "smooth_path"]

Array = NDArray[np.float64]


def smooth_path(points: Array) -> Array:
    """Cubic pieces (4 (N-1), 3) through points (N, 3), with the tangents of Catmull and Rom."""
    slope = np.gradient(points, axis=0) / 3.0
    return np.stack(
        [points[:-1], points[:-1] + slope[:-1], points[1:] - slope[1:], points[1:]], axis=1
    ).reshape(-1, 3)


class _OverTime:
    """A quantity (T, n) of a cable run, at any time between its samples (straight lines between them)."""

    def __init__(self, run: CableRun, values: Array) -> None:
        self.values, self.dt, self.last = values, float(run.t[1] - run.t[0]), len(run.t) - 1

    def __call__(self, t: float) -> Array:
        k = min(max(int(t / self.dt), 0), self.last - 1)
        u = min(max(t / self.dt - k, 0.0), 1.0)
        return np.asarray(self.values[k] + (self.values[k + 1] - self.values[k]) * u)


class Profile(VMobject):
    """A quantity along the cable at one moment, as a smooth line on a panel whose x axis is in mm.

    key: "V" or a gate. reading(x) gives the value that is drawn at position x (mm).
    """

    def __init__(
        self, panel: Panel, run: CableRun, key: str, theme: Theme, *, width: float = LINE_WIDTH
    ) -> None:
        color = theme.color(quantities(run.cable.membrane)[key])
        super().__init__(stroke_color=color, stroke_width=stroke(width), fill_opacity=0.0)
        self.panel, self.x, self.of = panel, run.x * 1e-3, _OverTime(run, run[key])
        self.show(0.0)

    def show(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        self.points = smooth_path(self.panel.at(self.x, np.clip(self.of(t), *self.panel.y)))
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

    def reading(self, x: float) -> float:
        """The value at position x (mm), read back from the line."""
        anchors = np.concatenate([self.points[::4], self.points[-1:]])
        data = np.array([self.panel.data(p) for p in anchors])
        return float(np.interp(x, data[:, 0], data[:, 1]))


class Axon(VGroup):
    """The axon under a panel: for every channel with gates a strip of its wall, lit by the fraction that
    is open, and
    in its core arrows of the current that flows along it (the local circuits ahead of and behind the spike).

    A strip's colour goes from the theme's faint to the ion's with open(name)(t), scaled to the run's largest.
    """

    def __init__(
        self, panel: Panel, area: Area, run: CableRun, theme: Theme, *, cells: int = 96, arrows: int = 24
    ) -> None:
        super().__init__()
        self.panel, self.theme = panel, theme
        membrane = run.cable.membrane
        gated = [c for c in membrane.channels if c.gates]
        left, right = panel.inner.left, panel.inner.right
        high, low = area.top, area.bottom
        wall = 0.16 * (high - low)
        gap = 0.25 * wall
        self.cells = np.linspace(left, right, cells + 1)
        middle = 0.5 * (self.cells[1:] + self.cells[:-1])
        position = np.array([panel.data((x, 0.0))[0] for x in middle]) * 1e3
        values = membrane.gate_values(run.y)
        self.colors, self.open, self.strips = {}, {}, {}
        names = VGroup()
        for k, channel in enumerate(gated):
            fraction = np.asarray(channel.open_fraction(values))
            at_cells = np.stack([np.interp(position, run.x, row) for row in fraction])
            color = theme.color(quantities(membrane)[f"I_{channel.name}"])
            self.open[channel.name] = _OverTime(run, at_cells / max(float(at_cells.max()), 1e-12))
            # A few shades, so that a colour is looked up and not computed.
            self.colors[channel.name] = [
                mix(theme.faint, color, s).to_rgba() for s in np.linspace(0.0, 1.0, 65)
            ]
            strips = VGroup()
            inset = k * (wall + gap)
            for a, b in zip(self.cells[:-1], self.cells[1:], strict=True):
                for y in (high - inset - 0.5 * wall, low + inset + 0.5 * wall):
                    cell = Rectangle(width=b - a + 0.004, height=wall, stroke_width=0, fill_opacity=1.0)
                    strips.add(cell.move_to([0.5 * (a + b), y, 0]))
            self.strips[channel.name] = strips
            self.add(strips)
            label = Words(f"{channel.name}", size=TICK, color=color)
            names.add(
                label.move_to(
                    [right + 0.15, high - inset - 0.5 * wall, 0], aligned_edge=np.array([-1.0, 0, 0])
                )
            )
        core = len(gated) * (wall + gap)
        self.axis = 0.5 * (high + low)
        self.thick = max(0.35 * (high - low - 2 * core), 0.05)
        axial = run.axial_current()
        borders = np.arange(run.cable.count + 1) * run.cable.dx
        self.places = np.linspace(left, right, arrows + 2)[1:-1]
        where = np.array([panel.data((x, 0.0))[0] for x in self.places]) * 1e3
        flow = np.stack([np.interp(where, borders, row) for row in axial])
        self.largest = max(float(np.abs(flow).max()), 1e-12)
        self.flow = _OverTime(run, flow)
        self.reach = 0.9 * (right - left) / (arrows + 1)
        self.arrows = VGroup(
            *(VMobject(stroke_width=0, fill_color=theme.ink, fill_opacity=1.0) for _ in self.places)
        )
        self.add(self.arrows, names)
        self.show(0.0)

    def show(self, t: float) -> Self:
        """Draw it at time t (ms)."""
        for name, strips in self.strips.items():
            shades, colors = np.round(self.open[name](t) * 64).astype(int).tolist(), self.colors[name]
            for k, shade in enumerate(shades):
                for cell in (strips[2 * k], strips[2 * k + 1]):
                    cell.fill_rgbas = colors[shade][None, :]
        for arrow, x, i in zip(self.arrows, self.places, self.flow(t).tolist(), strict=True):
            share = i / self.largest
            size = np.sign(share) * np.sqrt(abs(share))  # a small current is still seen
            half, tip = 0.5 * self.reach * size, self.thick * np.sqrt(abs(size))
            corners = np.array(
                [
                    [x - half, self.axis - 0.35 * tip, 0],
                    [x + 0.2 * half, self.axis - 0.35 * tip, 0],
                    [x + 0.2 * half, self.axis - tip, 0],
                    [x + half, self.axis, 0],
                    [x + 0.2 * half, self.axis + tip, 0],
                    [x + 0.2 * half, self.axis + 0.35 * tip, 0],
                    [x - half, self.axis + 0.35 * tip, 0],
                ]
            )
            arrow.set_points_as_corners([*corners, corners[0]])
            arrow.set_fill(opacity=min(1.0, 6.0 * abs(share)))
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw it at the clock's model time in every frame."""
        return self.add_updater(lambda _: self.show(clock.now), call_updater=True)

    def arrow_current(self, k: int) -> float:
        """The axial current (nA) that arrow k shows, read back from its length."""
        xs = self.arrows[k].points[:, 0]
        if len(xs) == 0:
            return 0.0
        tip, tail = float(self.arrows[k].points[np.argmax(np.abs(xs - xs[0])), 0]), float(xs[0])
        size = (tip - tail) / self.reach
        return float(np.sign(size) * size * size * self.largest)

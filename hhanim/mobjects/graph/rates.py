"""Gates as two-state schemes: closed and open, with arrows as long as the logarithms of the rates alpha and beta;
and what the rates lead to, steady state and time constant, as numbers and as curves over V.

class Rates(Film):
    def construct(self):
        top, bottom = self.area.rows(1, 1)
        table = RateTable(self.membrane, self.theme, top, voltages=(-65.0, -20.0))
        curves = RateCurves(self.membrane, self.theme, bottom, v=(-100.0, 40.0))
        self.add(table, table.results, curves.still, curves.moving)
        self.play(table.go(-65.0, -20.0), curves.go(-65.0, -20.0))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, Animation, UpdateFromAlphaFunc, VGroup

from hhanim.look import Theme, quantities, quantity
from hhanim.look.numbers import ceil_to, figures, ticks
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import INDEXED, LABEL, SMALL, TICK, Formula, Words, corners, stand_clear
from hhanim.mobjects.frame.reading import Figures, Reading
from hhanim.mobjects.frame.shapes import at, disc, filled, lines, stroked
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.model import Membrane

_TIP, _STUB = 0.13, 0.14  # scene units: the head of an arrow, and the shaft that even the smallest rate has
_DECADES = 3.0  # from the longest arrow to a stub


class RateTable(VGroup):
    """One row for each gate with kinetics: alpha's arrow from closed to open, beta's back, and the rates in 1/ms.

    area: where. voltages: the largest rate that any gate takes at these (mV) has the longest arrow. All arrows have
    one scale, a logarithmic one, on which rates a thousand times apart can be told apart; what is smaller still is a
    stub. Temperature is the membrane's. gates: names, by default all with kinetics; as many rows are made as the area
    has room for.

    `results`, to be added when its time has come, is what the rates lead to: the steady state and the time constant of
    each gate, at the end of its row. draw(v) writes and draws everything at v (mV), go() sweeps it.
    """

    def __init__(
        self,
        membrane: Membrane,
        theme: Theme,
        area: Area,
        *,
        voltages: Sequence[float],
        gates: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.membrane, self.area = membrane, area
        self.names = [n for n in (gates or membrane.gates) if membrane.gates[n].dynamic]
        # Two lines of numbers to a row; what finds no room is left out rather than drawn over.
        self.names = self.names[: max(int(area.height / (2.3 * SMALL * UNIT)), 1)]
        self.rows = area.rows(*[1.0] * len(self.names), gap=0.12)
        self.size = min(max(self.rows[0].height / (2.35 * UNIT), SMALL), LABEL)
        self.half = 0.62 * self.size * UNIT  # each of a row's two lines is that far from its middle
        known = quantities(membrane)
        x0 = area.left + 1.35
        x1 = x0 + 2.6
        column = 5.2 * self.size * UNIT  # of numbers: alpha's at the left of its arrow, beta's at the right
        self.begin = {"alpha": x0 + column, "beta": x1 - column}
        self.reach = x1 - x0 - column - _STUB - _TIP
        self.largest = max(max(self.rates(n, v)) for n in self.names for v in voltages)
        self.arrows: dict[tuple[str, str], VGroup] = {}
        self.numbers: dict[tuple[str, str], Reading] = {}
        self.results = VGroup()
        self._written: dict[str, tuple[Figures, Figures]] = {}
        for name, row in zip(self.names, self.rows, strict=True):
            hue, y = theme.color(known[name]), row.center[1]
            self.add(Formula(known[name].typst, size=LABEL, color=hue).move_to((row.left + 0.15, y, 0)))
            closed, opened = (Words(s, size=SMALL, color=theme.muted) for s in ("closed", "open"))
            closed.move_to((x0 - 0.12, y, 0), aligned_edge=RIGHT)
            opened.move_to((x1 + 0.12, y, 0), aligned_edge=LEFT)
            # On one line: the p reaches below it.
            opened.align_to(closed, DOWN).shift(0.205 * SMALL * UNIT * DOWN)
            self.add(closed, opened)
            for kind, sign, x, up in (
                ("alpha", "α", x0, 1.0),
                ("beta", "β", self.begin["beta"] + 0.12, -1.0),
            ):
                self.arrows[name, kind] = VGroup(
                    stroked(np.zeros((0, 3)), hue, 6.0), filled(np.zeros((0, 3)), hue)
                )
                number = Reading(f"{sign} = {{}}", size=self.size, color=theme.ink)
                number.move_to((x, y + up * self.half, 0), aligned_edge=LEFT)
                self.numbers[name, kind] = number
                self.add(self.arrows[name, kind], number)
            made = []
            for key, unit, up in ((f"{name}_inf", "", 1.0), (f"tau_{name}", " ms", -1.0)):
                text = Formula(f'{known[key].typst} = "0{unit}"', size=self.size, color=theme.ink)
                text.move_to((x1 + 0.82, y + up * self.half, 0), aligned_edge=LEFT)
                glyphs: Any = text.family_members_with_points()
                zero = len(glyphs) - 1 - len(unit.strip())
                made.append(Figures(glyphs[zero], self.size, behind=glyphs[zero + 1 :]))
                self.results.add(text)
            self._written[name] = (made[0], made[1])
        self.draw(voltages[0])

    def rates(self, gate: str, v: float) -> tuple[float, float]:
        """alpha and beta (1/ms) at v (mV) and the membrane's temperature."""
        g = self.membrane.gates[gate]
        phi = float(g.phi(self.membrane.celsius))
        return phi * float(g.alpha(v)), phi * float(g.beta(v))

    def draw(self, v: float) -> RateTable:
        """Draw the rates, and write them and what they lead to, at v (mV)."""
        for name, row in zip(self.names, self.rows, strict=True):
            for kind, rate, way in zip(("alpha", "beta"), self.rates(name, v), (1.0, -1.0), strict=True):
                y, begin = row.center[1] + way * self.half, self.begin[kind]
                share = 1.0 + np.log10(max(rate / self.largest, 1e-9)) / _DECADES
                end = begin + way * (_STUB + min(max(share, 0.0), 1.0) * self.reach + _TIP)
                shaft, head = self.arrows[name, kind]
                shaft.points = lines([(begin, y), (end - way * _TIP, y)])
                back = end - way * _TIP * 1.2
                head.points = lines([(end, y), (back, y + 0.085), (back, y - 0.085), (end, y)])
                self.numbers[name, kind].draw(figures(rate))
            goal, tau = self._written[name]
            goal.draw(figures(float(self.membrane.inf(name, v))))
            tau.draw(figures(float(self.membrane.tau(name, v))))
        return self

    def go(self, start: float, stop: float, **how: Any) -> Animation:
        """The animation that takes everything from one V (mV) to another."""
        return UpdateFromAlphaFunc(
            VGroup(self, self.results),
            lambda _, share: self.draw(start + (stop - start) * share) and None,
            **how,
        )

    def shown(self, gate: str) -> tuple[float, float]:
        """alpha and beta (1/ms) read back from the length of the drawn arrows; of a stub, the largest it may be."""
        out = []
        for kind in ("alpha", "beta"):
            p = self.arrows[gate, kind][0].points
            share = (abs(float(p[-1, 0] - p[0, 0])) - _STUB) / self.reach
            out.append(self.largest * 10.0 ** (_DECADES * (share - 1.0)))
        return out[0], out[1]


class RateCurves:
    """x∞ and τ of the gates over V, side by side (or one under the other), with a dot on every curve at one V.

    v: the range of V (mV). gates: names, by default all with kinetics. Temperature is the membrane's.
    vertical: x∞ over τ. ylabels: what the two axes are called.

    `still` (axes, curves, names) and `moving` (dots, and a line through them with V in numbers) are the two groups to
    add; draw(v) puts them there, go() takes them from one V to another, and shown() reads the dots back.
    """

    def __init__(
        self,
        membrane: Membrane,
        theme: Theme,
        area: Area,
        *,
        v: tuple[float, float],
        gates: Sequence[str] = (),
        vertical: bool = False,
        ylabels: tuple[str, str] = ("steady state", "time constant (ms)"),
    ) -> None:
        self.membrane, self.v = membrane, v
        self.names = [n for n in (gates or membrane.gates) if membrane.gates[n].dynamic]
        known = quantities(membrane)
        grid = np.linspace(*v, 281)
        goals, taus = self._of(grid)
        parts = area.rows(1.0, 1.22, gap=0.2) if vertical else area.columns(1.0, 1.0, gap=0.35)
        highest = 1.04 * max(float(t.max()) for t in taus)
        tick = ticks(0.0, highest, 4.0, 4.0)[1]
        roof = ceil_to(highest, tick)  # a number at the axis's end
        self.panels = []
        self.still = VGroup()
        for k, (part, top, curves) in enumerate(zip(parts, (1.0, roof), (goals, taus), strict=True)):
            axis = k == 1 or not vertical  # one axis of V for both, where one stands over the other
            panel = Panel(part, theme, left=0.9, gutter=1.1)
            panel.x(quantity("V") if axis else "", *v, ticks=None if axis else ())
            panel.y(ylabels[k], -0.07 * top, top, ticks=(0, 0.5, 1) if k == 0 else None)
            self.panels.append(panel)
            room = Area(panel.inner.left, panel.area.right, panel.inner.bottom, panel.inner.top)
            paths = [np.asarray(panel.at(grid, curve))[:, :2] for curve in curves]
            names, taken = VGroup(), np.zeros((0, 2))
            for j, (name, path) in enumerate(zip(self.names, paths, strict=True)):
                q = known[name]
                symbol = known[f"{name}_inf" if k == 0 else f"tau_{name}"].typst
                label = Formula(symbol, size=INDEXED, color=theme.color(q))
                others = np.concatenate([taken, *paths[:j], *paths[j + 1 :]])
                names.add(stand_clear(label, path[::4], others, own=path, within=room))
                taken = np.concatenate([taken, corners(label)])
            drawn = [
                Trace(panel, grid, curve, color=theme.color(known[n]), dash=theme.dash(known[n]), head=False)
                for n, curve in zip(self.names, curves, strict=True)
            ]
            self.still.add(panel, Traces(drawn).draw(float(grid[-1])), names)
        hues = [theme.color(known[name]) for name in self.names]
        self._dots = [
            [filled(np.zeros((0, 3)), hue, stroke=theme.ground, width=2.0) for hue in hues] for _ in parts
        ]
        mark = theme.color("stimulus")
        self._lines = [stroked(np.zeros((0, 3)), mark, stroke(2.5)) for _ in parts]
        # V itself stands over the upper panel, or over each of two that lie side by side, on the line of its title.
        self._volts = [Reading("{} mV", size=TICK, color=mark, hold="right") for _ in parts[vertical:]]
        self.moving = VGroup(*self._lines, *self._volts, *(dot for dots in self._dots for dot in dots))
        self.draw(v[0])

    def _of(self, v: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        inf = [np.asarray(self.membrane.inf(name, v), dtype=float) for name in self.names]
        tau = [np.asarray(self.membrane.tau(name, v), dtype=float) for name in self.names]
        return inf, tau

    def draw(self, v: float) -> RateCurves:
        """Put the dots at v (mV)."""
        size = 1.15 * DOT_RADIUS * UNIT
        for panel, dots, values in zip(self.panels, self._dots, self._of(np.array([v])), strict=True):
            for dot, value in zip(dots, values, strict=True):
                dot.points = at(disc(), panel.at(v, value[0])[:2], size)
        for panel, line in zip(self.panels, self._lines, strict=True):
            line.points = lines(panel.at(v, np.array(panel.ylim))[:, :2])
        for panel, volts in zip(self.panels, self._volts, strict=False):
            volts.draw(f"{v:.0f}")
            (title,) = [t for t in panel.titles if t.get_y() > panel.inner.top]
            x = max(panel.at(v, 0.0)[0], title.get_right()[0] + 0.5 * volts.width + 0.12)
            volts.move_to((x, title.get_y(), 0.0))
        return self

    def go(self, start: float, stop: float, **how: Any) -> Animation:
        """The animation that takes the dots from one V (mV) to another."""
        return UpdateFromAlphaFunc(
            self.moving, lambda _, share: self.draw(start + (stop - start) * share) and None, **how
        )

    def shown(self, gate: str) -> tuple[float, float]:
        """Steady state and time constant (ms) of a gate, read back from its dots."""
        k = self.names.index(gate)
        found = []
        for panel, dots in zip(self.panels, self._dots, strict=True):
            p = dots[k].points
            found.append(panel.data(0.5 * (p.min(axis=0) + p.max(axis=0)))[1])
        return found[0], found[1]

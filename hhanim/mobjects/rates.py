"""Gates as two-state schemes: closed and open, with arrows as long as the rates alpha and beta are large; and
what the rates lead to, steady state and time constant, as curves over V.

class Rates(Film):
    def construct(self):
        top, bottom = self.area.rows(1, 1)
        table = RateTable(self.membrane, self.theme, top, voltages=(-65.0, -20.0))
        curves = RateCurves(self.membrane, self.theme, bottom, v=(-100.0, 40.0))
        self.add(table.show(-65.0), curves.still, curves.moving)
        self.play(UpdateFromAlphaFunc(table, lambda m, a: m.show(-65.0 + 45.0 * a)), curves.go(-65.0, -20.0))
        self.play(Appear(table.outcome(-20.0)))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, Animation, UpdateFromAlphaFunc, VGroup

from hhanim.look import Theme, quantities
from hhanim.mobjects.film import Area
from hhanim.mobjects.lettering import INDEXED, LABEL, SMALL, TICK, UNIT, Formula, Words, corners, stand_clear
from hhanim.mobjects.shapes import at, disc, filled, lines, stroked
from hhanim.mobjects.trace import DOT_RADIUS, Panel, Trace, Traces
from hhanim.model import Membrane

__all__ = ["RateCurves", "RateTable"]

_TIP = 0.13


class RateTable(VGroup):
    """One row for each gate with kinetics: alpha's arrow from closed to open, beta's back.

    area: where. voltages: at these (mV) the rates are also written out, in 1/ms; in between only the arrows speak. All
    arrows have one scale, so that a fast gate is seen to be fast: the longest is the largest rate that any gate
    takes at these voltages, and what would be too short to see is a stub. Temperature is the membrane's.
    gates: names, by default all with kinetics; as many rows are made as the area has room for.
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
        self.membrane, self.theme, self.area = membrane, theme, area
        self.names = [n for n in (gates or membrane.gates) if membrane.gates[n].dynamic]
        # Two lines of numbers to a row; what finds no room is left out rather than drawn over.
        self.names = self.names[: max(int(area.height / (2.3 * SMALL * UNIT)), 1)]
        self.rows = area.rows(*[1.0] * len(self.names), gap=0.12)
        self.size = min(max(self.rows[0].height / (2.35 * UNIT), SMALL), LABEL)
        self.half = 0.62 * self.size * UNIT  # each of a row's two lines is that far from its middle
        known = quantities(membrane)
        self.voltages = tuple(voltages)
        self.reach = 1.25
        self.x0 = area.left + 1.35
        self.x1 = self.x0 + 2.6
        self.arrows: dict[tuple[str, str], VGroup] = {}
        self.numbers: dict[tuple[str, str, float], Words] = {}
        self.largest = max(max(self.rates(n, v)) for n in self.names for v in voltages)
        for name, row in zip(self.names, self.rows, strict=True):
            q = known[name]
            hue = theme.color(q)
            y = row.center[1]
            self.add(Formula(q.typst, size=LABEL, color=hue).move_to([row.left + 0.15, y, 0]))
            closed, opened = (Words(s, size=SMALL, color=theme.muted) for s in ("closed", "open"))
            closed.move_to([self.x0 - 0.12, y, 0], aligned_edge=[1, 0, 0])
            opened.move_to([self.x1 + 0.12, y, 0], aligned_edge=[-1, 0, 0])
            # On one line: the p reaches below it.
            opened.align_to(closed, DOWN).shift(0.205 * SMALL * UNIT * DOWN)
            self.add(closed, opened)
            for kind in ("alpha", "beta"):
                shaft, head = stroked(np.zeros((0, 3)), hue, 6.0), filled(np.zeros((0, 3)), hue)
                self.arrows[name, kind] = VGroup(shaft, head)
                self.add(self.arrows[name, kind])
                for v in self.voltages:
                    rate = self.rates(name, v)[0 if kind == "alpha" else 1]
                    text = Words(
                        f"{'α' if kind == 'alpha' else 'β'} = {rate:.2g}", size=self.size, color=theme.ink
                    )
                    self.numbers[name, kind, v] = text
                    self.add(text)
        self.show(self.voltages[0])

    def rates(self, gate: str, v: float) -> tuple[float, float]:
        """alpha and beta (1/ms) at v (mV) and the membrane's temperature."""
        g = self.membrane.gates[gate]
        phi = float(g.phi(self.membrane.celsius))
        return phi * float(g.alpha(v)), phi * float(g.beta(v))

    def show(self, v: float) -> RateTable:
        """Draw the rates at v (mV)."""
        for name, row in zip(self.names, self.rows, strict=True):
            for kind, rate, up in zip(("alpha", "beta"), self.rates(name, v), (1.0, -1.0), strict=True):
                y = row.center[1] + up * self.half
                length = max(rate / self.largest * self.reach, 0.03)
                begin, way = (self.x0, 1.0) if up > 0 else (self.x1, -1.0)
                end = begin + way * (length + _TIP)
                shaft, head = self.arrows[name, kind]
                shaft.points = lines([(begin, y), (end - way * _TIP, y)])
                tip = [
                    (end, y),
                    (end - way * _TIP * 1.2, y + 0.085),
                    (end - way * _TIP * 1.2, y - 0.085),
                    (end, y),
                ]
                head.points = lines(tip)
                for written in self.voltages:
                    text = self.numbers[name, kind, written]
                    text.move_to([end + way * 0.1, y, 0], aligned_edge=[-way, 0, 0])
                    text.set_opacity(1.0 if abs(written - v) < 1e-6 else 0.0)
        return self

    def shown(self, gate: str) -> tuple[float, float]:
        """alpha and beta (1/ms) read back from the length of the drawn arrows."""
        out = []
        for kind in ("alpha", "beta"):
            p = self.arrows[gate, kind][0].points
            out.append(abs(float(p[-1, 0] - p[0, 0])) / self.reach * self.largest)
        return out[0], out[1]

    def outcome(self, v: float) -> VGroup:
        """What the rates lead to at v: the steady state and the time constant of each gate, at the end of
        its row.
        """
        known = quantities(self.membrane)
        group = VGroup()
        for name, row in zip(self.names, self.rows, strict=True):
            x, tau = float(self.membrane.inf(name, v)), float(self.membrane.tau(name, v))
            inf = Formula(f'{known[f"{name}_inf"].typst} = "{x:.2g}"', size=self.size, color=self.theme.ink)
            time = Formula(
                f'{known[f"tau_{name}"].typst} = "{tau:.2g} ms"', size=self.size, color=self.theme.ink
            )
            left = self.x1 + 0.82
            inf.move_to([left, row.center[1] + self.half, 0], aligned_edge=[-1, 0, 0])
            time.move_to([left, row.center[1] - self.half, 0], aligned_edge=[-1, 0, 0])
            group.add(inf, time)
        return group


class RateCurves:
    """x∞ and τ of the gates over V, side by side (or one under the other), with a dot on every curve at one V.

    v: the range of V (mV). gates: names, by default all with kinetics. Temperature is the membrane's.
    vertical: x∞ over τ. ylabels: what the two axes are called.

    `still` (axes, curves, names) and `moving` (dots) are the two groups to add; show(v) puts the dots, go() takes
    them from one V to another, and shown() reads them back.
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
        roof = 1.08 * max(float(t.max()) for t in taus)
        self.panels = []
        self.still = VGroup()
        for k, (part, top, curves) in enumerate(zip(parts, (1.0, roof), (goals, taus), strict=True)):
            axis = k == 1 or not vertical  # one axis of V for both, where one stands over the other
            volts = Formula('V space "(mV)"', size=TICK, color=theme.muted) if axis else ""
            panel = Panel(
                part, x=v, y=(-0.07 * top, top), theme=theme, ylabel=ylabels[k], xlabel=volts, left=0.9,
                gutter=1.1, yticks=[0, 0.5, 1] if k == 0 else None, xticks=None if axis else [],
            )  # fmt: skip
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
            self.still.add(panel, Traces(drawn).show(float(grid[-1])), names)
        hues = [theme.color(known[name]) for name in self.names]
        self._dots = [
            [filled(np.zeros((0, 3)), hue, stroke=theme.ground, width=2.0) for hue in hues] for _ in parts
        ]
        self.moving = VGroup(*(dot for dots in self._dots for dot in dots))
        self.show(v[0])

    def _of(self, v: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        inf = [np.asarray(self.membrane.inf(name, v), dtype=float) for name in self.names]
        tau = [np.asarray(self.membrane.tau(name, v), dtype=float) for name in self.names]
        return inf, tau

    def show(self, v: float) -> RateCurves:
        """Put the dots at v (mV)."""
        size = 1.15 * DOT_RADIUS * UNIT
        for panel, dots, values in zip(self.panels, self._dots, self._of(np.array([v])), strict=True):
            for dot, value in zip(dots, values, strict=True):
                dot.points = at(disc(), panel.at(v, value[0])[:2], size)
        return self

    def go(self, start: float, stop: float, **how: float) -> Animation:
        """The animation that takes the dots from one V (mV) to another."""
        return UpdateFromAlphaFunc(
            self.moving, lambda _, share: self.show(start + (stop - start) * share) and None, **how
        )

    def shown(self, gate: str) -> tuple[float, float]:
        """Steady state and time constant (ms) of a gate, read back from its dots."""
        k = self.names.index(gate)
        found = []
        for panel, dots in zip(self.panels, self._dots, strict=True):
            p = dots[k].points
            found.append(panel.data(0.5 * (p.min(axis=0) + p.max(axis=0)))[1])
        return found[0], found[1]

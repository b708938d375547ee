"""Gates as two-state schemes: closed and open, with arrows as long as the rates alpha and beta are large.

class Rates(Film):
    def construct(self):
        table = RateTable(self.membrane, self.theme, self.area, voltages=(-65.0, -20.0))
        self.add(table.show(-65.0))
        self.wait()
        self.play(UpdateFromAlphaFunc(table, lambda m, a: m.show(-65.0 + 45.0 * a)))
        self.play(FadeIn(table.outcome(-20.0)))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from hhanim.look import Theme, quantities
from hhanim.mobjects.film import Area
from hhanim.mobjects.lettering import LABEL, SMALL, UNIT, Formula, Words
from hhanim.mobjects.shapes import filled, lines, stroked
from hhanim.model import Membrane

__all__ = ["RateTable"]

_TIP = 0.13


class RateTable(VGroup):
    """One row for each gate with kinetics: alpha's arrow from closed to open, beta's back.

    area: where. voltages: at these (mV) the rates are also written out; in between only the arrows speak. The
    longest arrow of a row is the largest rate it takes at these voltages. Temperature is the membrane's.
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
        known = quantities(membrane)
        self.voltages = tuple(voltages)
        self.reach = 1.25
        self.x0 = area.left + 1.35
        self.x1 = self.x0 + 2.75
        self.arrows: dict[tuple[str, str], VGroup] = {}
        self.numbers: dict[tuple[str, str, float], Words] = {}
        self.largest: dict[str, float] = {}
        for name, row in zip(self.names, self.rows, strict=True):
            q = known[name]
            hue = theme.color(q)
            y = row.center[1]
            self.add(Formula(q.typst, size=LABEL, color=hue).move_to([row.left + 0.15, y, 0]))
            closed, opened = (Words(s, size=SMALL, color=theme.muted) for s in ("closed", "open"))
            closed.move_to([self.x0 - 0.12, y, 0], aligned_edge=[1, 0, 0])
            opened.move_to([self.x1 + 0.12, y, 0], aligned_edge=[-1, 0, 0])
            self.add(closed, opened)
            self.largest[name] = max(max(self.rates(name, v)) for v in voltages)
            for kind in ("alpha", "beta"):
                shaft, head = stroked(np.zeros((0, 3)), hue, 6.0), filled(np.zeros((0, 3)), hue)
                self.arrows[name, kind] = VGroup(shaft, head)
                self.add(self.arrows[name, kind])
                for v in self.voltages:
                    rate = self.rates(name, v)[0 if kind == "alpha" else 1]
                    text = Words(
                        f"{'α' if kind == 'alpha' else 'β'} {rate:.2g} /ms", size=SMALL, color=theme.ink
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
                y = row.center[1] + up * 0.135
                length = max(rate / self.largest[name] * self.reach, 0.03)
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
                for at in self.voltages:
                    text = self.numbers[name, kind, at]
                    text.move_to([end + way * 0.1, y, 0], aligned_edge=[-way, 0, 0])
                    text.set_opacity(1.0 if abs(at - v) < 1e-6 else 0.0)
        return self

    def shown(self, gate: str) -> tuple[float, float]:
        """alpha and beta (1/ms) read back from the length of the drawn arrows."""
        out = []
        for kind in ("alpha", "beta"):
            p = self.arrows[gate, kind][0].points
            out.append(abs(float(p[-1, 0] - p[0, 0])) / self.reach * self.largest[gate])
        return out[0], out[1]

    def outcome(self, v: float) -> VGroup:
        """What the rates lead to at v: the steady state and the time constant of each gate, at the end of
        its row.
        """
        known = quantities(self.membrane)
        group = VGroup()
        for name, row in zip(self.names, self.rows, strict=True):
            x, tau = float(self.membrane.inf(name, v)), float(self.membrane.tau(name, v))
            inf = Formula(f'{known[f"{name}_inf"].typst} = "{x:.2g}"', size=SMALL, color=self.theme.ink)
            time = Formula(f'{known[f"tau_{name}"].typst} = "{tau:.2g} ms"', size=SMALL, color=self.theme.ink)
            left = self.x1 + 0.82
            inf.move_to([left, row.center[1] + 0.135, 0], aligned_edge=[-1, 0, 0])
            time.move_to([left, row.center[1] - 0.135, 0], aligned_edge=[-1, 0, 0])
            group.add(inf, time)
        return group

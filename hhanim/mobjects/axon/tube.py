"""An axon as a plain tube, as thick as it is beside others, its lower wall lit where ions carry current, with the local
currents through it; above it V along it.

class Race(Story):
    def beats(self):
        runs = []
        for diameter in (476.0, 119.0):
            cable = Cable("modern", length=60_000, diameter=diameter)
            charge = pulse(200.0 / cable.input_resistance(), 0.2, 0.2)
            runs.append(simulate_cable(cable, [IClamp(0, charge)], 8.0))
        self.timed(Pace(4.0, rate=0.5))
        rows = self.grid["body"].rows(1.0, 1.0)
        tubes = [Tube(*row, self.theme, clock=self.clock, beside=runs) for row in zip(rows, runs)]
        yield Beat("race", "Thick and thin", "The thick axon is faster.", show=tubes, until=4.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import LEFT, VGroup

from hhanim.look import Theme, quantities
from hhanim.mobjects.axon.currents import LocalCurrents, largest_axial
from hhanim.mobjects.axon.profile import Band, Profile
from hhanim.mobjects.axon.stage import along, limits
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area, stroke
from hhanim.mobjects.frame.lettering import SMALL, Words
from hhanim.mobjects.frame.shapes import filled, lines, mix
from hhanim.model.cable import CableRun

#: Micrometres that a scene unit of a tube's thickness stands for, the same in all of them.
MICROMETRES = 600.0
#: How deep below a tube the local currents are drawn (scene units).
_OUTSIDE = 0.3
#: How thick the wall of every tube is drawn, where it is lit.
_WALL = 0.1


class Tube:
    """A tube under a panel, both along a cable whose run is shown.

    area: of both. beside: the runs of tubes whose scales it shares. clock: whose time is shown; without one, call
    draw(). `still` and `moving` are the two groups to show; thickness is that on the screen (scene units), one
    for MICROMETRES.
    """

    def __init__(
        self,
        area: Area,
        run: CableRun,
        theme: Theme,
        *,
        beside: Sequence[CableRun] = (),
        clock: Clock | None = None,
    ) -> None:
        cable, known = run.cable, quantities(run.cable.membrane)
        self.run, self.thickness = run, float(np.max(cable.diameter)) / MICROMETRES
        together = [run, *beside]
        thickest = max(float(np.max(other.cable.diameter)) for other in together) / MICROMETRES
        lows, highs = zip(*map(limits, together), strict=True)
        self.panel = along(area.inset(bottom=_OUTSIDE + thickest + 0.12), run, theme, (min(lows), max(highs)))
        left, right, y = (
            self.panel.inner.left,
            self.panel.inner.right,
            area.bottom + _OUTSIDE + 0.5 * thickest,
        )
        low, high = y - 0.5 * self.thickness, y + 0.5 * self.thickness
        box = lines([(left, low), (right, low), (right, high), (left, high), (left, low)])
        wall = filled(box, mix(theme.ground, theme.line, 0.3), stroke=theme.line, width=stroke(3.0))
        name = Words(f"{np.max(cable.diameter):g} µm", size=SMALL, color=theme.muted)
        self.still = VGroup(self.panel, wall, name.move_to((area.left, y, 0.0), aligned_edge=LEFT))
        size, way = np.abs(run["I_ion"]), np.sign(run["I_ion"])
        away = slice(cable.count // 6, -cable.count // 6)
        shares = [np.where(way == sign, size / size[:, away].max(), 0.0) for sign in (-1.0, 1.0)]
        hues = [theme.color(known[f"I_{run.carrier(side)}"]) for side in ("in", "out")]
        inside = 0.4 * self.thickness
        self.lit = Band(self.panel, run, shares, low, low + _WALL, wall.get_fill_color(), hues)
        style: Any = {
            "inside": 0.5 * self.thickness + inside,
            "outside": _OUTSIDE,
            "ground": wall.get_fill_color(),
        }
        self.currents = LocalCurrents(
            self.panel,
            run,
            theme,
            wall=(low, low),
            count=1,
            unit=0.5 * largest_axial(run),
            narrow=1 / 60,
            **style,
        )
        self.profile = Profile(self.panel, run, "V", theme)
        self.moving = VGroup(self.lit, self.currents, self.profile)
        if clock is not None:
            self.draw(clock.now)
            self.moving.add_updater(lambda _, dt: self.draw(clock.now, dt) and None)

    def draw(self, t: float, seconds: float = 0.0) -> Tube:
        """Draw it at time t (ms), so many seconds of film after it was drawn last."""
        self.lit.draw(t)
        self.currents.advance(t, seconds)
        self.profile.draw(t)
        return self

"""The charge on a membrane's two faces, in proportion to the voltage across it.

    class Charging(Film):
        def construct(self):
            run = simulate(self.membrane, "pulse(10, 2, 1)", duration=20)
            charge = SurfaceCharge(np.linspace(-5, 5, 24), 0.5, self.theme)
            now = ValueTracker(0.0)
            charge.add_updater(lambda c: c.draw(float(run.at([now.get_value()])["V"][0])))
            self.add(charge)
            self.play(now.animate.set_value(20.0), run_time=8, rate_func=linear)

The separated charge is Q = C V: pairs of signs appear one after the other as |V| grows, each growing from
nothing, so that the total drawn is proportional to V at every instant; at V = 0 there is none, and beyond
it the faces change sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup

from hhanim.look import Theme
from hhanim.mobjects.frame.shapes import Array, at, lines, stroked
from hhanim.model import Membrane

_BAR = lines([(-1.0, 0.0), (1.0, 0.0)])
_CROSS = np.concatenate([_BAR, lines([(0.0, -1.0), (0.0, 1.0)])])


def absolute(membrane: Membrane, v: Any) -> Any:
    """Inside minus outside (mV) in any voltage convention: where rest is put at 0 mV it is 65 mV lower.

    The 1952 paper measures from rest and gives no absolute value; -65 mV is the one its successors settled on.
    """
    return np.asarray(v, dtype=float) - membrane.zero


class SurfaceCharge(VGroup):
    """Signs along a membrane.

    x: places along it (N,), scene units. half: distance of the signs from the middle of the membrane.
    full: the voltage (mV) at which all places are taken. size: half the width of a sign.

    draw(v) takes the absolute voltage, inside minus outside; shown() reads it back from what is drawn.
    """

    def __init__(
        self, x: Any, half: float, theme: Theme, *, full: float = 90.0, size: float = 0.09, width: float = 4.0
    ) -> None:
        x = np.asarray(x, dtype=float)
        # Taken in an order that keeps them evenly spread: by the golden ratio, as leaves on a stem.
        self.order = np.argsort((np.arange(len(x)) * 0.6180339887498949) % 1.0)
        self.x, self.half, self.full, self.size = x[self.order], half, full, size
        self.plus = stroked(np.zeros((0, 3)), theme.ink, width)
        self.minus = stroked(np.zeros((0, 3)), theme.muted, width)
        super().__init__(self.plus, self.minus)
        self.centre = np.zeros(2)
        self.draw(0.0)

    def move_centre(self, x: float, y: float) -> SurfaceCharge:
        """Put the middle of the membrane at (x, y); where group moves would be lost at the next draw()."""
        self.centre = np.array([x, y])
        return self

    def draw(self, v: float) -> SurfaceCharge:
        """Draw the charge at v (mV), inside minus outside."""
        pairs = abs(v) / self.full * len(self.x)
        share = np.clip(pairs - np.arange(len(self.x)), 0.0, 1.0)
        on = share > 0.0
        side = -1.0 if v > 0 else 1.0  # where the pluses are: outside (above) below 0 mV
        place = np.stack([self.x[on], np.full(on.sum(), self.half)], axis=1)
        up, down = place + self.centre, place * np.array([1.0, -1.0]) + self.centre
        above, below = (up, down) if side > 0 else (down, up)
        # Length grows with the root, so that a half-grown sign looks half as heavy.
        size = self.size * np.sqrt(share[on])
        self.plus.points = at(_CROSS, above, size)
        self.minus.points = at(_BAR, below, size)
        return self

    def draw_along(self, v: Any) -> SurfaceCharge:
        """Draw a voltage (mV) that differs from place to place, (N,) in the order of `places`: every place has its
        signs, as large as the charge there.
        """
        v = np.asarray(v, dtype=float)
        size = self.size * np.sqrt(np.clip(np.abs(v) / self.full, 0.0, 1.0))
        face = np.where(v > 0.0, -self.half, self.half)  # where the plus is
        plus, minus = (np.stack([self.x, y], axis=1) + self.centre for y in (face, -face))
        self.plus.points, self.minus.points = at(_CROSS, plus, size), at(_BAR, minus, size)
        return self

    def shown(self) -> float:
        """The voltage (mV) that the drawn signs stand for."""
        p = self.minus.points.reshape(-1, 4, 3)
        if not len(p):
            return 0.0
        share = (0.5 * (p[:, 3, 0] - p[:, 0, 0]) / self.size) ** 2
        sign = 1.0 if p[0, 0, 1] > self.centre[1] else -1.0  # minus signs above: the inside is positive
        return float(sign * share.sum() / len(self.x) * self.full)

    @property
    def places(self) -> Array:
        """All places along the membrane (N,), in the order in which they are taken."""
        return np.asarray(self.x + self.centre[0])

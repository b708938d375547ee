"""Many channels seen from above, each with its gates: those that let ions through light up.

    class Sixty(Film):
        def construct(self):
            field = ChannelField(60, (3, 1), self.theme, "Na", Area(-3, 3, -2, 2))
            rng = np.random.default_rng(1)
            self.add(field.still, field.moving)
            field.draw(rng.random((60, 4)) < 0.8)
            print(field.open_fraction())

A channel conducts when all of its gates are open: one pip for each gate, bright when it is and dim when it is shut, a
bar for a flap and a dot for a ball; the channel lights up when all are. The open fraction that can be counted on the
screen is that of the states given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup
from numpy.typing import NDArray

from hhanim.look import Quantity, Theme
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, lines, mix, rounded
from hhanim.mobjects.membrane.channels import lit, tones

_BAR = lines([(-1.0, -0.42), (1.0, -0.42), (1.0, 0.42), (-1.0, 0.42), (-1.0, -0.42)])


class ChannelField:
    """N channels on a grid.

    count: N. gates: number of gates of each kind in the channel's order, (3, 1) for m³h.
    theme, color: whose hue. area: where. pips: draw every gate (else only whether a channel conducts).
    balls: for each kind of gate, whether it is a ball on a chain (default: none is).

    `still` and `moving` are the two groups to add; draw(states) takes (N, number of gates) of 0 and 1, or (N,) of
    whether each conducts; open_fraction() counts the lit channels on the screen.
    """

    def __init__(
        self,
        count: int,
        gates: Sequence[int],
        theme: Theme,
        color: Quantity | str,
        area: Area,
        *,
        pips: bool = True,
        balls: Sequence[bool] = (),
    ) -> None:
        self.count, self.gates = count, tuple(gates)
        hue = theme.color(color)
        columns = _columns(count, area.width / area.height)
        rows = -(-count // columns)
        self.pitch = pitch = min(area.width / columns, area.height / rows)
        k = np.arange(count)
        x = (k % columns - 0.5 * (columns - 1)) * pitch + area.center[0]
        y = (0.5 * (rows - 1) - k // columns) * pitch + area.center[1]
        self.centres = np.stack([x, y], axis=1)
        half = 0.42 * pitch
        square = [(-half, -half), (half, -half), (half, half), (-half, half)]
        self._cell = rounded(square, 0.34 * half) if count <= 1000 else lines([*square, square[0]])
        dim = mix(theme.ground, hue, 0.16)
        self.cells = filled(
            at(self._cell, self.centres), dim, stroke=mix(theme.ground, hue, 0.45), width=1.2 if pips else 0.0
        )
        self.lit = filled(np.zeros((0, 3)), lit(theme, hue) if pips else hue, stroke=hue)
        self.lit.set_stroke(width=2.0 if pips else 0.0)
        self.still, self.moving = VGroup(self.cells), VGroup(self.lit)
        self._pips: list[Any] = []
        if pips:
            total = sum(self.gates)
            side = int(np.ceil(np.sqrt(total)))
            step = 1.84 * half / max(side, 2)
            j = np.arange(total)
            places = np.stack(
                [(j % side - 0.5 * (side - 1)) * step, (0.5 * (-(-total // side) - 1) - j // side) * step],
                axis=1,
            )
            radius = 0.42 * step
            self._places, self._radius = places, radius
            start = 0
            for n, size in enumerate(self.gates):
                outline = disc() if balls and balls[n] else _BAR
                part = slice(start, start + size)
                shut, open_ = (filled(np.zeros((0, 3)), tone) for tone in tones(theme, hue))
                self._pips.append((shut, open_, part, outline))
                self.moving.add(shut, open_)
                start += size
        self.draw(np.zeros((count, sum(self.gates)), dtype=bool))

    def draw(self, states: Any) -> ChannelField:
        """Light gates and channels: states (N, gates) or (N,), true where open."""
        s: NDArray[np.bool_] = np.asarray(states).astype(bool)
        conducting: NDArray[np.bool_] = np.asarray(s.all(axis=1)) if s.ndim == 2 else s
        self.lit.points = at(self._cell, self.centres[conducting])
        if s.ndim == 2:
            for shut, open_, part, outline in self._pips:
                for mobject, drawn in ((shut, ~s[:, part]), (open_, s[:, part])):
                    who, which = np.nonzero(drawn)
                    mobject.points = at(outline, self.centres[who] + self._places[part][which], self._radius)
        return self

    def gate_places(self, channel: int) -> Array:
        """The middles of the gates of one channel (number of gates, 2), in the channel's order."""
        return np.asarray(self.centres[channel] + self._places)

    def open_fraction(self) -> float:
        """The share of channels that are lit, counted on the screen."""
        return len(self.lit.points) / len(self._cell) / self.count

    @property
    def shown(self) -> Array:
        """Centres of the lit channels (K, 2)."""
        return np.asarray(self.lit.points.reshape(-1, len(self._cell), 3).mean(axis=1)[:, :2])


def _columns(count: int, ratio: float) -> int:
    """Columns for `count` cells in a rectangle of that width to height: without a ragged last row if it can be."""
    ideal = max(1.0, np.sqrt(count * ratio))
    even = [c for c in range(1, count + 1) if count % c == 0 and 0.7 * ideal <= c <= 1.45 * ideal]
    return min(even, key=lambda c: abs(np.log(c / ideal))) if even else int(np.ceil(ideal))

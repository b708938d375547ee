"""A membrane cut across, as films and the explorer draw it: proportions of its channels, and the ions that wait.

All lengths are parts of a channel's height, from the middle of its pore, upwards (outside) positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hhanim.model import Membrane

#: How many of an ion wait outside and inside, as parts of the most there are, as in squid axon; of others nobody says.
WAITING = {"Na": (1.0, 1 / 8), "K": (1 / 16, 1.0), "Ca": (1 / 3, 0.0), "Cl": (0.9, 0.1)}
#: Half the thickness of a flap, and how high and how wide a mouth of the pore is.
FLAP, MOUTH = 0.024, 0.13


def inactivates(membrane: Membrane, gate: str) -> bool:
    """True if the gate closes on depolarisation in a channel that also has a gate that opens: the ball and chain."""

    def falls(name: str) -> bool:
        low, high = membrane.v_range
        return float(membrane.inf(name, high)) < float(membrane.inf(name, low))

    others = [g.name for g in membrane.channel_of(gate).gates if g.name != gate]
    return falls(gate) and any(not falls(name) for name in others)


@dataclass(frozen=True)
class Ball:
    """An inactivation gate: a ball on a chain, one of as many as its power.

    side: where it hangs, -1 left or 1 right. tied: where its chain ends. shut, free: where it is when it plugs the
    inner mouth, and when it hangs below it.
    """

    gate: str
    part: int
    side: int
    radius: float
    tied: tuple[float, float]
    shut: tuple[float, float]
    free: tuple[float, float]


@dataclass(frozen=True)
class ChannelShape:
    """The proportions of one kind of channel.

    pore, wall, wide: half the width of the open pore, of what is hollow, and of the protein. lobe: the corners of its
    right half (x, y), each with the radius that rounds it. flaps: a gate, which of its power, and its height, from the
    outer mouth inwards.
    """

    pore: float
    wall: float
    wide: float
    lobe: tuple[tuple[float, float, float], ...]
    flaps: tuple[tuple[str, int, float], ...]
    balls: tuple[Ball, ...]


def channel_shape(membrane: Membrane, name: str) -> ChannelShape:
    """How a channel is drawn, from its gates, whatever channel it is."""
    gates = [(gate.name, part) for gate in membrane.channel(name).gates for part in range(gate.power)]
    hung = [(gate, part) for gate, part in gates if inactivates(membrane, gate)]
    flaps = [each for each in gates if each not in hung]
    pore = 0.115 if flaps else 0.07
    wall = pore + (1.4 * FLAP if flaps else 0.0)
    wide, flare, radius = wall + (0.22 if flaps else 0.16), wall + MOUTH, 1.12 * wall
    lobe = (
        (wall, MOUTH - 0.5, 0.12), (wall, 0.5 - MOUTH, 0.12), (flare, 0.5, 0.1), (wide, 0.465, 0.15),
        (0.97 * wide, 0.0, 0.5), (wide, -0.465, 0.15), (flare, -0.5, 0.1),
    )  # fmt: skip
    # An open flap hangs down from its hinge, clear of the next one.
    top, bottom, count = 0.45 - MOUTH, MOUTH - 0.355, len(flaps)
    first, steps = (0, count - 1) if count > 2 else (1, count + 1)
    heights = [top + (bottom - top) * (first + n) / steps for n in range(count)]
    balls = []
    for n, (gate, part) in enumerate(hung):
        side = 1 if n % 2 == 0 else -1
        tied, free = (side * (wall + 0.19), -0.49), (side * (wall + 0.36), -0.5 - 1.75 * radius)
        balls.append(Ball(gate, part, side, radius, tied, (0.0, -0.48), free))
    placed = tuple((gate, part, y) for (gate, part), y in zip(flaps, heights, strict=True))
    return ChannelShape(pore, wall, wide, lobe, placed, tuple(balls))

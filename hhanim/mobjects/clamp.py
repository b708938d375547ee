"""The voltage clamp: the rig of 1952, and the drugs that shut one kind of channel.

class Clamped(Film):
    def construct(self):
        left, right = self.area.columns(1, 1)
        membrane = self.membrane.with_(ttx=1.0)
        run = simulate(membrane, clamp(-65).step(0, start=1), 6.0)
        clock = Clock(Pace(6.0, rate=1.0), self.theme)
        patch = MembranePatch(run, self.theme, right, channels=["Na", "K"], clock=clock)
        self.add(Rig(left, self.theme), patch.still, patch.moving)
        for plug in plugs(patch.views, "Na", membrane, self.theme):
            self.play(plug.binds())
        self.play(clock.run())
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import LEFT, RIGHT, UP, Animation, Circle, Transform, VGroup, VMobject

from hhanim.look import Theme
from hhanim.mobjects.channels import ChannelView
from hhanim.mobjects.film import Area
from hhanim.mobjects.lettering import LABEL, SMALL, TICK, Formula, Words
from hhanim.mobjects.membrane import blocked_and_free
from hhanim.mobjects.shapes import filled, lines, mix, rounded, stroked
from hhanim.mobjects.trace import stroke
from hhanim.model import Channel, Membrane

__all__ = ["DRUG", "Plug", "Rig", "drug_name", "plugs"]

#: The theme's name for the colour of a drug.
DRUG = "other1"

#: Drugs that reach their channel from the cytoplasm: in squid axon TEA has to be injected.
#: Armstrong & Binstock (1965), https://doi.org/10.1085/jgp.48.5.859
FROM_INSIDE = {"tea"}


def drug_name(channel: Channel) -> str:
    """What a channel's blocker is called: "TTX", "TEA", "4-AP"."""
    return channel.blocker.upper().replace("FOUR_", "4-") if channel.blocker else f"g = 0 for {channel.name}"


class Rig(VGroup):
    """The clamp of Hodgkin, Huxley and Katz: a wire in the axon measures V, an amplifier compares it with the
    command and sends the current that keeps it there through a second wire, where it is read.
    """

    def __init__(self, area: Area, theme: Theme) -> None:
        super().__init__()
        command, ink = theme.color("stimulus"), theme.ink
        # Drawn on a field 4 wide and 3 high, as large as the area allows.
        unit = min(area.width / 4.0, area.height / 3.0)
        corner = area.center - unit * np.array([2.0, 1.5, 0.0])

        def wire(*points: tuple[float, float], color: str, width: float = 4.0) -> VMobject:
            corners = corner[:2] + unit * np.array(points)
            return stroked(lines(corners), color, stroke(width))

        def put(mobject: VMobject, x: float, y: float, edge: np.ndarray = 0.0 * UP) -> VMobject:
            return mobject.move_to(corner + unit * np.array([x, y, 0.0]), aligned_edge=edge)

        tube = rounded([(0.2, 0.12), (3.8, 0.12), (3.8, 1.0), (0.2, 1.0)], 0.4)
        axon = filled(
            tube * unit + corner, mix(theme.ground, theme.line, 0.16), stroke=theme.line, width=stroke(4)
        )
        axon.set_stroke(width=stroke(4))
        self.add(
            axon,
            wire((1.35, 2.16), (0.55, 2.16), (0.55, 0.62), (2.75, 0.62), color=ink),
            wire((0.1, 2.52), (1.35, 2.52), color=command),
            wire((2.35, 2.34), (3.3, 2.34), (3.3, 0.32), (0.7, 0.32), color=ink),
            filled(
                lines(corner[:2] + unit * np.array([(1.35, 1.86), (1.35, 2.82), (2.35, 2.34), (1.35, 1.86)])),
                mix(theme.ground, ink, 0.12),
                stroke=ink,
                width=stroke(4),
            ),
        )
        meter = put(Circle(radius=0.26 * unit, color=ink, stroke_width=stroke(4)), 3.3, 1.6)
        meter.set_fill(theme.ground, opacity=1.0)
        self.add(
            meter,
            put(Formula("I", size=LABEL, color=ink), 3.3, 1.6),
            put(Formula("V", size=LABEL, color=ink), 0.42, 1.45, RIGHT),
            put(Words("command", size=SMALL, color=command), 0.05, 2.7, LEFT),
            put(Words("axon", size=TICK, color=theme.muted), 1.9, 1.2),
        )


class Plug(VMobject):
    """A molecule of a drug: it waits away from the mouth of a channel, and binds() takes it into the pore."""

    def __init__(self, view: ChannelView, theme: Theme, *, inside: bool = False) -> None:
        color = theme.color(DRUG)
        super().__init__(
            fill_color=color, fill_opacity=1.0, stroke_color=mix(color, theme.ink, 0.4), stroke_width=2.0
        )
        h, pore = view.height_ * view.scale_, view.pore * view.scale_
        side = -1.0 if inside else 1.0
        mouth = view.mouths[1 if inside else 0]
        stem, deep, cap, high = 0.86 * pore, 0.26 * h, 1.75 * pore, 0.16 * h
        outline = [
            (stem, -deep),
            (stem, 0.0),
            (cap, 0.0),
            (cap, high),
            (-cap, high),
            (-cap, 0.0),
            (-stem, 0.0),
            (-stem, -deep),
        ]
        shape = rounded([(x, side * y) for x, y in outline], 0.35 * stem)
        # Seated, its head closes the mouth and its stem fills the pore.
        self._bound = shape + mouth - side * 0.05 * h * UP
        self.points = self._bound + np.array([0.5 * h, side * 0.42 * h, 0.0])
        self.bound = False

    def binds(self, run_time: float = 1.0) -> Animation:
        """The animation in which it finds the pore."""
        self.bound = True
        there = self.copy()
        there.points = self._bound
        return Transform(self, there, path_arc=0.6, run_time=run_time)

    def seated(self) -> bool:
        """Whether it is drawn in its pore."""
        return bool(np.allclose(self.points, self._bound))


def plugs(views: Sequence[ChannelView], name: str, membrane: Membrane, theme: Theme) -> list[Plug]:
    """A Plug for each of the views of channel `name` that its drug blocks (see blocked_and_free())."""
    channel = membrane.channel(name)
    blocked, _ = blocked_and_free(views, channel)
    return [Plug(v, theme, inside=channel.blocker in FROM_INSIDE) for v in blocked]

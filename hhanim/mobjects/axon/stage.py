"""V along a cable over the axon, with what marks both, on one clock.

class Travel(Story):
    def beats(self):
        cable = Cable("modern", length=60_000, diameter=476)
        run = simulate_cable(cable, [IClamp(0, pulse(60_000, 0.2, 0.2))], 4.5)
        self.timed(Pace(4.5, rate=0.5))
        stage = Stage(run, self.grid["body"].rows(1.0, 1.0), self.theme, self.clock)
        mark = stage.stretch("ahead", stage.loops.ahead)
        yield Beat("travel", "A spike travels", "It runs along.", show=[*stage.parts, *stage.pulses], until=2.0)
        yield Beat("loops", "Local currents", "Current flows ahead.", show=[*stage.parts, stage.loops, mark], until=4.0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from manim import VGroup

from hhanim.look import Theme, quantity
from hhanim.look.numbers import ceil_to, floor_to
from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.axon.marks import Injection, Stretch
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.graph.panel import Panel
from hhanim.model.cable import CableRun


def limits(run: CableRun) -> tuple[float, float]:
    """The axis of V (mV) that a spike along a cable asks for, away from the ends."""
    away = slice(run.cable.count // 6, -run.cable.count // 6)
    return floor_to(run["V"][:, away].min() - 3.0, 5.0), ceil_to(run["V"][:, away].max() + 8.0, 10.0)


def along(area: Area, run: CableRun, theme: Theme, y: tuple[float, float], **ticks: Any) -> Panel:
    """A panel for V (limits y, mV) along a cable in mm, with room for the names of an axon under it."""
    panel = Panel(area, theme, gutter=0.6, left=1.15).x("mm", 0.0, 1e-3 * run.cable.length)
    return panel.y(quantity("V"), *y, **ticks)


class Stage:
    """A panel with V along a cable, and the axon under it.

    areas: of the panel and of the axon. y, ticks: of V (mV), by default what the run asks for. after: a stage in these
    areas whose panel and walls stay as they stand, so that only what happens changes. style: as in Axon.

    `parts` (panel, walls, what lives in them, V) is what is shown; `loops` the local currents, `pulses` where current
    goes in.
    """

    def __init__(
        self,
        run: CableRun,
        areas: Sequence[Area],
        theme: Theme,
        clock: Clock,
        *,
        y: tuple[float, float] | None = None,
        ticks: Sequence[float] | None = None,
        after: Stage | None = None,
        **style: Any,
    ) -> None:
        self.run, self.theme, self.clock = run, theme, clock
        self.panel: Panel = (
            after.panel if after else along(areas[0], run, theme, y or limits(run), ticks=ticks)
        )
        self.wall = Axon(self.panel, areas[1], run, theme, clock=clock, loops=False, **style)
        self.profile = Profile(self.panel, run, "V", theme).follow(clock)
        self.loops = self.wall.currents.follow(clock)
        starts = [clamp.position < 0.5 * run.cable.length for clamp in run.clamps]
        self.pulses = [
            Injection(clamp, self.wall.ends[0 if start else 1], theme, left=start, named=not k).follow(clock)
            for k, (clamp, start) in enumerate(zip(run.clamps, starts, strict=True))
        ]
        self.backdrop: VGroup = after.backdrop if after else self.wall.backdrop
        self.parts = [self.panel, self.backdrop, self.wall, self.profile]

    def room(self, share: float) -> Area:
        """The part of the panel right of that share of its width, and above V at rest: for words ahead of a spike."""
        (_, length), (_, high), rest = self.panel.xlim, self.panel.ylim, float(self.run["V"][0, 0])
        (left, bottom, _), (right, top, _) = self.panel.at([share * length, length], [rest + 12.0, high])
        return Area(left, right, bottom, top)

    def stretch(
        self, text: str, where: Callable[[float], tuple[float, float] | None], *, color: str = "ink"
    ) -> Stretch:
        """Words above a stretch of the membrane (mm at a time in ms), which moves as the run does."""
        left = float(self.wall.titles.get_right()[0]) + 0.35
        row = self.wall.row
        mark = Stretch(text, self.panel, row, self.theme, where, left=left, color=color)
        return mark.follow(self.clock)

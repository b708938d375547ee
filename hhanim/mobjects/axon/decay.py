"""What is left of a spike where nothing renews it: how high V comes at every place, beside a steady V that spreads in a
passive membrane.

class Dies(Story):
    def beats(self):
        cable = Cable("modern", length=60_000, diameter=476)
        run = simulate_spike(cable.blocked("Na", beyond=30_000), cable.shock())
        self.timed(Pace.lasting(8.0, run.duration))
        stage = Stage(run, self.grid["body"].rows(1.0, 1.0), self.theme, self.clock)
        decay = Decay(stage, 30.0)
        shown = [*stage.parts, decay.highest]
        yield Beat("dies", "It dies", "No sodium renews it.", show=shown, until=run.duration)
        yield Beat("left", "What is left", "Little is left.", show=[*shown, decay.place, decay.left, decay.steady])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, LEFT, VGroup

from hhanim.look.words import tr
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.axon.stage import Stage
from hhanim.mobjects.frame.lettering import TICK, Words, haloed
from hhanim.mobjects.graph.marks import Moment, Point
from hhanim.mobjects.graph.trace import Trace


class Decay:
    """Over a stage, from `start` (mm) on, where a spike arrives.

    Blocks: `highest`, faint, the highest V that every place has had so far; `place`, one length constant from the
    start, `left`, what of the spike at the start is left there; `steady`, dashed, what is left of a V as high that is
    held at the start, were the membrane at rest for good. shares: what is left at that place of either.
    """

    def __init__(self, stage: Stage, start: float) -> None:
        run, panel, theme = stage.run, stage.panel, stage.theme
        rest, self.unit = float(run["V"][0, -1]), 1e-3 * float(run.cable.length_constant()[-1])  # mm
        size = run.highest(1e3 * start) - rest
        at = start + self.unit
        self.shares = (run.highest(1e3 * at) - rest) / size, float(np.exp(-1.0))
        away: Any = {"highest": True, "start": self.unit}  # from where a stimulus drives V
        self.highest = Profile(panel, run, "V", theme, **away).follow(stage.clock)
        self.place = Moment(panel, at, tr("one length constant, {unit:.1f} mm", unit=self.unit))
        x = np.linspace(start, 1e-3 * run.cable.length, 200)
        style: Any = {"color": theme.muted, "dash": (3.0, 3.0), "head": False}
        steady = Trace(panel, x, rest + size * np.exp((start - x) / self.unit), **style).draw(float(x[-1]))
        # Words stand at the top of the dotted line, where no curve is, those of the upper ring above.
        told = "spike: {share:.0f} % is left", "steady V, passive membrane: {share:.0f} %"
        self.left, there = (
            self._told(Point(panel, at, rest + share * size), tr(text, share=100.0 * share), row)
            for share, text, row in zip(self.shares, told, (0.53, 0.15), strict=True)
        )
        self.steady = VGroup(steady, there)
        self.left.add(Point(panel, start, rest + size))  # what is left is left of this

    def _told(self, ring: Point, text: str, down: float) -> VGroup:
        name, theme = self.place[-1], self.highest.panel.theme
        words = Words(text, size=TICK, color=theme.ink, weight="semibold")
        words.next_to(name, DOWN, buff=down).align_to(name, LEFT)
        return VGroup(ring, haloed(words, theme.ground))

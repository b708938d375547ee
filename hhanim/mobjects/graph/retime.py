"""The axis of time of some graphs takes in another span, before one's eyes.

class Closer(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
        self.timed(Pace(26.0, rate=4.0))
        whole = self.graphs(run, ["V"], ["m", "h", "n"])
        near = [graph.over(4.0, 12.0, self.clock) for graph in whole]
        yield Beat("whole", "A spike", "A spike is short.", show=whole, until=6.0)
        yield Beat("near", "Closer", "We draw out the time axis.", do=[Retime(whole, near)], leaves=near)
        yield self.then("Now it is wide.", until=12.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Animation, VGroup, smooth

from hhanim.mobjects.graph.graph import Graph


class Retime(Animation):
    """Graphs of one run go over into the same ones over another span of time, their moment the clock's, which stands.

    old: what is on the screen, new: what stands at the end, as Graph.over() gives it.
    """

    def __init__(self, old: Sequence[Graph], new: Sequence[Graph], *, run_time: float = 2.5) -> None:
        self.old, self.new = old, new
        style: Any = {"rate_func": smooth, "introducer": True, "suspend_mobject_updating": False}
        super().__init__(VGroup(), run_time=run_time, **style)

    def create_starting_mobject(self) -> Any:
        return self.mobject  # nothing is interpolated from where it was

    def begin(self) -> None:
        super().begin()
        self.mobject.submobjects = []  # made anew for every frame: manim would keep drawing those it begins with

    def _setup_scene(self, scene: Any) -> None:
        scene.remove(*(part for graph in self.old for part in (graph.still, graph.moving)))
        super()._setup_scene(scene)

    def interpolate_mobject(self, alpha: float) -> None:
        done = float(self.rate_func(alpha))
        drawn: list[Any] = []
        for old, new in zip(self.old, self.new, strict=True):
            start, stop = (1.0 - done) * np.array(old.panel.xlim) + done * np.array(new.panel.xlim)
            graph = old.over(float(start), float(stop)).draw(old.clock.now if old.clock is not None else 0.0)
            drawn += [graph.still, graph.moving]
        self.mobject.submobjects = drawn

    def clean_up_from_scene(self, scene: Any) -> None:
        super().clean_up_from_scene(scene)
        scene.remove(self.mobject)
        for graph in self.new:
            if graph.clock is not None:
                graph.draw(graph.clock.now)
        scene.add(*(part for graph in self.new for part in (graph.still, graph.moving)))

"""Several traces on one panel, with labels that keep out of each other's way.

class Grow(Film):
    def construct(self):
        run = simulate(self.membrane, "step(10, start=2)", 20.0)
        clock = Clock(Pace(20.0, rate=4.0), self.theme)
        panel = Panel(self.area, self.theme).x("ms", 0, 20).y("gates (fraction open)", 0, 1)
        traces = Traces(Trace.of(run, key, panel, ghost=True) for key in ("m", "h", "n"))
        self.add(panel, traces.follow(clock))
        self.play(clock.run())
        print(traces[0].reading)    # (20.0, m at 20 ms), read back from the dot that is on the screen
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

import numpy as np
from manim import RIGHT, VGroup

from hhanim.look.labels import apart
from hhanim.mobjects.frame.clock import Clock, Timed
from hhanim.mobjects.graph.labels import ASIDE, BESIDE, GAP, Plan, floor_of, leader
from hhanim.mobjects.graph.trace import Trace


class Traces(Timed, VGroup):
    """Several traces whose labels keep out of each other's way: ghosts lowest, then lines, dots and labels.

    Labels stand in the order of their heads, and one that stands off its head is joined to it by a thin line. On a
    clock they change places gently, side by side, where heads cross.

    It is iterated and indexed by trace.
    """

    def __init__(self, traces: Iterable[Trace]) -> None:
        super().__init__()
        self.traces = tuple(traces)
        self._named = [(trace, trace.tag) for trace in self.traces if trace.tag is not None]
        self._plan: Plan | None = None
        for part in ("ghost", "line", "leader", "halo", "dot", "label"):
            self.add(VGroup(*(getattr(trace, part) for trace in self.traces)))
        self.ghosts = self.submobjects[0]
        for group in self.submobjects:
            group.suspend_updating()  # the whole is what follows a clock: manim need not ask every glyph

    def without_ghosts(self) -> Self:
        """Let the ghosts go, to be added where what never moves is drawn once."""
        return self.remove(self.ghosts)

    def __iter__(self) -> Iterator[Trace]:
        return iter(self.traces)

    def __len__(self) -> int:
        return len(self.traces)

    def __getitem__(self, k: Any) -> Any:
        return self.traces[k]

    def draw(self, t: float) -> Self:
        """Draw all of them up to time t."""
        for trace in self:
            trace.draw(t)
        if len(self._named) > 1:
            self._settle(t)
        return self

    def follow(self, clock: Clock) -> Self:
        """Draw all of them up to the clock's model time in every frame."""
        if len(self._named) > 1:
            self._plan = Plan([trace for trace, _ in self._named], clock.pace)
        return self.add_updater(lambda _: self.draw(clock.now), call_updater=True)

    def _settle(self, t: float) -> None:
        """Move the labels clear of each other at model time t (ms): as planned for the clock, or for this instant."""
        if self._plan is not None:
            shifts, shown = self._plan.at(t)
        else:
            y = np.array([tag.place[1] for _, tag in self._named])
            places, _ = apart(y, np.argsort(y, kind="stable").tolist(), floor_of(self.traces[0]), GAP)
            aside = ASIDE * np.minimum(np.abs(places - y) / GAP, 1.0)
            shifts, shown = np.stack([aside, places - y], axis=-1), np.ones(len(y))
        for (trace, tag), by, share in zip(self._named, shifts.tolist(), shown.tolist(), strict=True):
            head = tag.place - BESIDE * RIGHT
            place = head + np.array([BESIDE + by[0], by[1], 0.0])
            tag.move(place)
            tag.fade(share)
            trace.leader.points = leader(head, place, share)

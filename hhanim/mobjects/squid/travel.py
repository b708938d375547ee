"""The way in: from the squid to its giant axon, to the axon's membrane, to one channel in it.

class Inward(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
        self.timed(Pace(26.0, rate=4.0))
        way = Travel(self, run)
        yield Beat("squid", "A squid", "A squid flees by jet.", show=[way.squid])
        yield Beat("axon", "Its axon", "One axon drives the jet.", show=[way.axon], into=way.to_axon)
        yield Beat("membrane", "Its membrane", "It is thin.", show=[way.membrane], into=way.to_membrane)
        yield Beat("channel", "A channel", "Ions pass.", show=[way.channel], into=way.to_channel, until=26.0)
        yield Beat("back", "Its membrane", "There are many.", show=[way.membrane], out_of=way.to_channel)

Films meet in it: one that ends on its membrane and one that begins on it cut together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.squid.animal import Squid
from hhanim.mobjects.squid.fibre import GiantAxon
from hhanim.model import Trajectory

if TYPE_CHECKING:
    from hhanim.mobjects.storyboard import Story

_FILLED = 0.46  # of an area's height: a channel that is all there is to see


class Travel:
    """Four pictures for a story, each of which lies in the one before it, and the places where they do.

    story: whose frame, theme and clock they have. run: what the membrane does. channels: those in the membrane, from
    left to right, repeats allowed; by default those with gates in turn, the first in the middle. area: of the membrane,
    by default the body.

    Pictures are made when they are asked for. `to_axon`, `to_membrane` and `to_channel` are what a beat goes into, or
    comes out of; they go by where the pictures are at that moment.
    """

    def __init__(
        self,
        story: Story,
        run: Trajectory,
        *,
        channels: Sequence[str] | None = None,
        area: Area | None = None,
    ) -> None:
        self.story, self.run, self.area = story, run, area or story.grid["body"]
        gated, half = [c.name for c in run.membrane.channels if c.gates], 3 if story.shape == "wide" else 2
        usual = [gated[abs(k) % len(gated)] for k in range(-half, half + 1)]
        self.channels = usual if channels is None else list(channels)

    @cached_property
    def squid(self) -> Squid:
        return Squid(self.story.theme, self.story.grid["left"], clock=self.story.clock)

    @cached_property
    def axon(self) -> GiantAxon:
        return GiantAxon(self.story.theme, self.story.grid["body"])

    @cached_property
    def membrane(self) -> MembranePatch:
        return self._patch(self.area, self.channels)

    @cached_property
    def channel(self) -> MembranePatch:
        """The channel in the middle of the membrane; in a wide frame there is room for those beside it."""
        area, whole = self.story.grid["body"], self.membrane
        first, beside = len(whole.views) // 2, 1 if self.story.shape == "wide" else 0
        seen = range(first - beside, first + beside + 1)
        # Each is the one that it was: of its kind the first nearest the middle, the others as they were counted.
        order = sorted(seen, key=lambda k: abs(k - first))
        same = {name: whole.samples[name].take([whole.number[k] for k in order if self.channels[k] == name])
                for name in dict.fromkeys(self.channels[k] for k in seen)}  # fmt: skip
        names = [self.channels[k] for k in seen]
        style: Any = {"height": _FILLED * area.height, "samples": same, "ions": self.channels}
        return self._patch(area, names, **style)

    def _patch(self, area: Area, channels: Sequence[str], **style: Any) -> MembranePatch:
        style |= {"channels": channels, "clock": self.story.clock, "letters": False}
        return MembranePatch(self.run, self.story.theme, area, **style)

    @property
    def _middle(self) -> ChannelView:
        views = self.membrane.views
        return views[len(views) // 2]

    @property
    def to_axon(self) -> Area:
        return within(self.story.frame, self.squid.band, self.axon.band)

    @property
    def to_membrane(self) -> Area:
        return within(self.story.frame, self.axon.wall, self.membrane.band)

    @property
    def to_channel(self) -> Area:
        views = self.channel.views
        outer, inner = ((*v.origin[:2], v.height_) for v in (self._middle, views[len(views) // 2]))
        return within(self.story.frame, outer, inner)

"""The share of a patch's channels that is open, counted, beside m³h or n⁴ and in the band that chance allows about it.

class Counted(Story):
    def beats(self):
        run = simulate(self.membrane, clamp(-65, 0.0, 2.0), 12.0)
        self.timed(Pace(12.0, rate=2.0))
        depth = PatchInDepth(run, self.theme, self.grid["left"], clock=self.clock)
        share = OpenShare(depth, PATCH, self.grid["plot"], self.clock, begin=2.0, span=(-1.0, 10.0))
        yield Beat("step", "How many open?", "They open by chance.", show=[depth, share], until=12.0)
        yield Beat("law", "A law", "It follows a law.", show=[share.bands, depth, share, share.law])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup

from hhanim.look import quantities
from hhanim.look.numbers import round_above
from hhanim.look.words import ion_name, tr
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL, Formula
from hhanim.mobjects.frame.standard import CHANNEL_CONDUCTANCE
from hhanim.mobjects.graph.labels import put_at_ends
from hhanim.mobjects.graph.sweep import TOPS, Curve, Sweep
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.depth import PatchInDepth
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Channel

#: Half the width of a band, in standard deviations of the binomial distribution: about 95 % of counts lie in it.
_DEVIATIONS = 2.0
_EXPECTED: Any = {"width": 2.5, "dash": (4.0, 3.0), "head": False}  # the look of what the equations say


def law(channel: Channel) -> str:
    """The share of a kind of channels that is open, in Typst: n^4."""
    return " ".join(f"{g.name}^{g.power}" if g.power > 1 else g.name for g in channel.gates)


def law_in_words(channel: Channel) -> str:
    """The same as plain text: n⁴."""
    up = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "".join(g.name + (str(g.power).translate(up) if g.power > 1 else "") for g in channel.gates)


def single_current(patch: MembranePatch, name: str, until: float) -> tuple[Curve, tuple[float, float]]:
    """The current (pA) through the first channel of a kind in a patch, and limits that fit it until a time (ms)."""
    t, i = patch.samples[name].current(patch.run, 0, CHANNEL_CONDUCTANCE)
    most = round_above(max(float(np.abs(i[t < until]).max()), 0.1), TOPS)
    curve = Curve(t, i, quantities(patch.run.membrane)[f"I_{name}"], "")
    return curve, (-most if i.min() < 0.0 else 0.0, most)


class OpenShare(Sweep):
    """The open share of each kind of channels in sight from look p, over the time since `begin` (ms).

    `law`, a block to be shown over it, is what the equations expect, and `bands`, to be shown under it, where chance
    would have it. style: as in Sweep.
    """

    def __init__(
        self,
        depth: PatchInDepth,
        p: float,
        area: Area,
        clock: Clock | None = None,
        *,
        begin: float,
        span: tuple[float, float],
        **style: Any,
    ) -> None:
        membrane, theme, numbers = depth.run.membrane, depth.theme, depth.in_sight(p)
        known, channels = quantities(membrane), {kind: membrane.channel(kind) for kind in numbers}
        window = begin + span[0], begin + span[1]
        counted = {kind: depth.fractions(kind, *window, found) for kind, found in numbers.items()}
        top = 1.25 * max(float(expected.max()) for _, _, expected in counted.values())
        curves = [Curve(t, share, known[f"I_{kind}"], "") for kind, (t, share, _) in counted.items()]
        many = [f"{len(found)} {ion_name(channels[kind].ion, kind)}" for kind, found in numbers.items()]
        name = tr("open share of {many} channels", many=", ".join(many))
        y = (name, 0.0, min(round_above(max(top, 1e-3), TOPS), 1.0))
        super().__init__(area, theme, curves, begin=begin, span=span, y=y, clock=clock, **style)
        self.bands, expectations = VGroup(), []
        for kind, (t, _, expected) in counted.items():
            error = _DEVIATIONS * np.sqrt(expected * (1.0 - expected) / len(numbers[kind]))
            self.bands.add(self.band(t, expected - error, expected + error, known[f"I_{kind}"]))
            course: Any = {"x": t - begin, "color": theme.ink}
            expectations.append(Trace(self.panel, t, expected, **course, **_EXPECTED))
        #: Names of what is expected: in the ink of its lines, not of what is counted, and at the ends, over no band.
        self.names = [Formula(law(channel), size=LABEL, color=theme.ink) for channel in channels.values()]
        self.law = Traces(expectations)
        self.law.add(put_at_ends(self.names, expectations), *self.names)
        if clock is not None:
            self.law.follow(clock)

"""The squid's giant axon, how V was measured in it, and the question that the other films answer."""

from __future__ import annotations

from collections.abc import Iterator

from hhanim.errors import HHError
from hhanim.look.numbers import millivolts
from hhanim.look.words import tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.marks import Level, Point
from hhanim.mobjects.squid.chamber import Chamber
from hhanim.mobjects.squid.fibre import Nerve
from hhanim.mobjects.squid.travel import Travel
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import simulate
from hhanim.parameters import Membrane, Protocol

ASKS = "Who brings V up, and who brings it down?"
ALL = "If the membrane opened to all ions, where would V go?"
INSIDE = "V, the inside against the outside"
BERNSTEIN = "Bernstein's hypothesis of 1902"


class Squid(Story):
    title = "The squid's giant axon"
    description = (
        "A squid, its giant axon, the wire in it, and a nerve impulse that passes 0 mV: which ions make it?"
    )
    alt = (
        "A squid with its giant axon; the axon in a chamber of sea water with a wire along its axis, and the voltage V "
        "that it measures during a nerve impulse; then the membrane, with sodium outside and potassium inside."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 20.0

    def beats(self) -> Iterator[Beat]:
        run = simulate(self.membrane, self.stimulus, self.until)
        zero, top = self.membrane.zero, run.extreme("V")
        if top.value < zero:
            least, most = millivolts(zero), millivolts(top.value)
            raise HHError(
                f"squid tells of an impulse that passes {least}, and V reaches {most} only; "
                "give it a stronger stimulus, or a membrane with more sodium channels"
            )
        rise = run.first("V", above=0.5 * (zero + float(run["V"][0])))
        self.timed(Pace(self.until, rate=4.0, slow=[(rise - 1.0, top.t + 1.5, 0.8)]))
        body, foot = self.grid["body"].rows(*((3.9, 1.5) if self.shape == "wide" else (3.0, 2.0)), gap=0.25)
        way = Travel(self, run, area=body)
        nerve = Nerve(way.axon, self.grid["body"])
        v = self.graph("plot", run, "V", stimulus=True)
        passing = Level(v.panel, zero, tr("where all ions would take V"), end=True)
        peak = Point(
            v.panel, top.t, top.value, millivolts(top.value, sign=True), course=v.traces[0].path.values[:, :2]
        )
        ends = [tr("at rest"), millivolts(zero), tr("far above {zero}", zero=millivolts(zero))]
        choices = self.choices("foot", *ends)
        yield Beat("question", ASKS, "A nerve impulse is a rise and a fall of the voltage V.",
                   "a nerve impulse in a squid", show=[way.squid, v], until=run.duration)  # fmt: skip
        yield Beat("axon", "Half a millimetre thick", "The squid's largest axon is half a millimetre thick.",
                   "the giant axon among ordinary ones",
                   show=[nerve, way.axon, nerve.words], into=way.to_axon, start=0.0)  # fmt: skip
        chamber = Chamber(way.axon, self.grid["body"], run, clock=self.clock)
        bare = [chamber, way.axon]
        yield Beat("chamber", "Wide enough for a wire", "Cut out, it goes on working in sea water for hours.",
                   "the giant axon in sea water", show=bare, do=[way.axon.to(*chamber.seat, run_time=2.0)])  # fmt: skip
        wired = [*bare, chamber.wire]
        yield Beat("chamber", "Wide enough for a wire", "Two fine wires are pushed in along its axis.",
                   "wound on a thin rod of glass", show=wired, do=[chamber.insert()])  # fmt: skip
        yield Beat("voltage", INSIDE, "All along the wires the membrane does the same.",
                   "wound on a thin rod of glass", do=[chamber.to(self.grid["picture"], run_time=1.5)])  # fmt: skip
        measured = [*wired, chamber.meter(), v]
        yield Beat("voltage", INSIDE, "One wire measures V, the inside against the outside.",
                   "all along the wires the membrane does the same", show=measured)  # fmt: skip
        yield Beat("voltage", INSIDE, "The other gives a short current.",
                   "all along the wires the membrane does the same", until=rise)  # fmt: skip
        yield Beat("predict", ALL,
                   "Suppose that the membrane opened to all ions.", BERNSTEIN,
                   show=[*measured, choices], think=True)  # fmt: skip
        yield Beat("answer", ALL,
                   tr("Then V could come to {zero}, and no further.", zero=millivolts(zero)),
                   BERNSTEIN, show=[*measured, choices, passing], do=[choices.answer(1)])  # fmt: skip
        yield Beat("impulse", "V goes beyond", "But V goes beyond, and then comes back by itself.",
                   "so it is not all ions: who brings V up, and who brings it down?",
                   show=[*measured, passing], until=run.duration)  # fmt: skip
        yield Beat("impulse", "V goes beyond", "So the membrane chooses which ions pass.",
                   "so it is not all ions: who brings V up, and who brings it down?",
                   show=[*measured, passing, peak])  # fmt: skip
        yield Beat("membrane", "The membrane", "Outside is mostly sodium, inside mostly potassium.",
                   "a film of lipids that no ion passes",
                   show=[way.membrane], into=way.to_membrane, start=0.0)  # fmt: skip
        yield Beat("membrane", "The membrane", "Ions pass through channels, each for one kind of ion.",
                   "channels for Na⁺ and channels for K⁺", until=rise - 1.0)  # fmt: skip
        yield Beat("channel", "One channel", "A channel has gates, which open and shut.",
                   "all of its gates must be open",
                   show=[way.channel], into=way.to_channel, until=top.t + 1.5)  # fmt: skip
        rows = [
            Row("V goes beyond zero", "so one kind of ion is let in: which?", "ink",
                "V goes beyond zero, so one kind of ion is let in."),
            Row("V comes back", "so another kind is let out: which?", "ink",
                "V comes back, so another kind is let out."),
            Row("It takes milliseconds", "so something opens and shuts: how?", "ink",
                "It is quick, so something opens and shuts."),
        ]  # fmt: skip
        line, beside = "the films circuit, voltage clamp and gate opening answer", self.shape == "wide"
        yield from self.recapped(rows, [way.membrane], place=foot, heading=ASKS, line=line, beside=beside,
                                 out_of=way.to_channel)  # fmt: skip

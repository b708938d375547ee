"""The squid's giant axon, how V was measured in it, and the question that the other films answer."""

from __future__ import annotations

from collections.abc import Iterator

from hhanim.errors import HHError
from hhanim.look.numbers import millivolts
from hhanim.look.words import tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear
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
    description = "A squid, its giant axon, the wire in it, and a spike that passes 0 mV: which ions make it?"
    alt = (
        "A squid with its giant axon; the axon in a chamber of sea water with a wire along its axis, and the voltage V "
        "that it measures during a spike; then the membrane, with sodium outside and potassium inside."
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
                f"squid tells of a spike that passes {least}, and V reaches {most} only; "
                "give it a stronger stimulus, or a membrane with more sodium channels"
            )
        self.names = {"zero": millivolts(zero)}
        rise = run.first("V", above=0.5 * (zero + float(run["V"][0])))
        self.timed(Pace(self.until, rate=4.0, slow=[(rise - 1.0, top.t + 1.5, 0.8)]))
        body, foot = self.grid["body"].rows(*((3.9, 1.5) if self.shape == "wide" else (3.0, 2.0)), gap=0.25)
        way = Travel(self, run, area=body)
        nerve = Nerve(way.axon, self.grid["body"])
        whole, v = (self.graph("plot", run, "V", stimulus=True, ghost=ghost) for ghost in (True, False))
        passing = Level(v.panel, zero, tr("where all ions would take V"), end=True)
        peak = Point(v.panel, *top, millivolts(top.value, sign=True), course=v.course)
        choices = self.choices("foot", "at rest", "{zero}", "far above {zero}")
        yield Beat("question", ASKS, "A spike, or action potential, is a rise and a fall of the voltage V.",
                   "the action potential of a squid's nerve", [way.squid, whole], until=run.duration)  # fmt: skip
        yield Beat("axon", "Half a millimetre thick", "The squid's largest axon is half a millimetre thick.",
                   "the giant axon among ordinary ones", [nerve, way.axon, nerve.words], 0.0,
                   into=way.to_axon)  # fmt: skip
        picture = self.grid["picture"]
        chamber = Chamber(way.axon, self.grid["body"].shaped(picture), run, clock=self.clock)
        yield Beat("chamber", "Wide enough for two wires", "It can be cut out of the nerve.",
                   "the giant axon, its ends tied", [way.axon],
                   do=[way.axon.to(*chamber.seat, run_time=2.0)])  # fmt: skip
        bare = [chamber, way.axon]
        yield self.then("In sea water it goes on working for hours.", show=bare)
        wired = [*bare, chamber.wire]
        yield self.then("Two fine wires are pushed in along its axis.", line="both wound round one thin rod of glass",
                        show=wired, do=[chamber.insert()])  # fmt: skip
        comes = [Appear(part, between=(0.6, 1.0)) for part in (v.still, v.moving)]
        yield self.then("One wire measures V.", name="voltage", leaves=[*wired, v],
                        do=[chamber.to(picture, run_time=1.5), *comes])  # fmt: skip
        measured = [*wired, chamber.meter(), v]
        yield self.then("V is the voltage of the inside against the outside.", heading=INSIDE,
                        line="one wire is for V, the other for a current", show=measured)  # fmt: skip
        measured.append(chamber.source())
        yield self.then("The other gives a short current.", line="green: the wire that gives the current",
                        show=measured, until=run.last("I", above=0.0, before=rise))  # fmt: skip
        yield self.then("All along the wires the membrane does the same, and V rises.", until=rise)
        yield Beat("predict", ALL, "Suppose that the membrane opened to all ions.", BERNSTEIN,
                   [*measured, choices], think=True)  # fmt: skip
        yield self.then("Then V could come to {zero}, and no further.", name="answer",
                        show=[*measured, choices, passing], do=[choices.answer(1)])  # fmt: skip
        yield Beat("beyond", "Does it stop there?", "But V goes beyond, and then comes back by itself.",
                   "so it is not all ions: who brings V up, and who brings it down?",
                   [*measured, passing], until=run.duration)  # fmt: skip
        yield self.then("So the membrane chooses which ions pass.", show=[*measured, passing, peak])
        yield Beat("membrane", "The membrane", "Outside is mostly sodium, inside mostly potassium.",
                   "a film of lipids, with channels in it", [way.membrane], 0.0, into=way.to_membrane)  # fmt: skip
        yield self.then("Ions pass through channels, each for one kind of ion.",
                        line="channels for Na⁺ and channels for K⁺", until=rise - 1.0)  # fmt: skip
        yield Beat("channel", "Channels and their gates", "A channel has gates, which open and shut.",
                   "ions pass when all gates of a channel are open", [way.channel],
                   until=top.t + 1.5, into=way.to_channel)  # fmt: skip
        falls = run.extreme("I_ion").t
        rows = [
            Row("V goes beyond zero", "so one kind of ion is let in", "ink",
                "V goes beyond zero, so one kind of ion is let in.", top.t),
            Row("V comes back", "so another kind is let out", "ink",
                "V comes back, so another kind is let out.", falls),
            Row("It takes milliseconds", "so something opens and shuts: how?", "ink",
                "It is quick, so something opens and shuts.", run.duration),
        ]  # fmt: skip
        line, beside = "V alone does not tell: each current must be seen by itself", self.shape == "wide"
        yield from self.recapped(rows, [way.membrane], place=foot, heading=ASKS, line=line, beside=beside,
                                 start=run.first("V", above=zero), out_of=way.to_channel)  # fmt: skip

"""The experiment of 1952: V is held, sodium is taken away, and the current comes apart into sodium and potassium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hhanim.look.numbers import millivolts
from hhanim.look.words import tr
from hhanim.mobjects.circuit.clamp import Choline, Preparation, Rig, drug_name, plugs
from hhanim.mobjects.circuit.sweeps import Conductances, PeakIV, Sweeps
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.standard import TEST_STEP
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.marks import Level, Point
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory
from hhanim.model.measured import SOURCE
from hhanim.parameters import Membrane

SHOWN = (109.0, 88.0, 63.0, 38.0, 26.0, 10.0)  # mV from rest, of steps of 1952: the others lie between them


class VoltageClamp(Story):
    title = "Voltage clamp"
    description = "The experiment of 1952: V is stepped, sodium replaced; which ions carry which current."
    alt = (
        "A membrane whose voltage is stepped, and the current that flows, first in, then out. Without sodium outside "
        "the early current is gone; the difference is the sodium current. Measured conductances lie on computed ones."
    )
    model: Membrane = "modern"
    low: float = -40.0
    high: float = 80.0
    steps: int = 7
    hold: float = 10.0

    def beats(self) -> Iterator[Beat]:
        self.prepared = axon = Preparation(self.membrane, self.hold)
        self.into, self.out = (f"I_{channel.name}" for channel in (axon.inward, axon.outward))
        self.levels = self.membrane.zero + np.linspace(self.low, self.high, self.steps)
        self.step, self.on = self.membrane.zero + TEST_STEP, axon.on
        self.run, self.sweeps = axon.step(self.step), [axon.step(level) for level in self.levels]
        self.names = axon.names | {"step": millivolts(self.step), "title": tr(self.title), "source": SOURCE}
        self.early = self.run.extreme(self.into, "size", after=self.on).t
        self.timed(Pace(self.run.duration, rate=4.0, slow=[(self.on - 0.2, self.on + 1.5, 0.7)]))
        self.graph_ = Sweeps(self.grid["plot"], [self.run], self.theme, keys=[self.into, self.out])
        self.ghost, self.patch = self.graph_.trace(self.run, "I_ion").ghost, self.membrane_in(self.run)
        for part in (self.experiment, self.choline, self.conductances, self.drugs, self.peaks, self.recap):
            yield from part()

    def membrane_in(self, run: Trajectory, **style: Any) -> MembranePatch:
        """The membrane in a run, with a channel of either kind."""
        style |= {"channels": [self.prepared.inward.name, self.prepared.outward.name], "clock": self.clock}
        return MembranePatch(run, self.theme, self.grid["picture"], **style)

    def experiment(self) -> Iterator[Beat]:
        """The clamp, one step, and sweep after sweep."""
        run, graph, area = self.run, self.graph_.follow(self.clock), self.grid["left"]
        trace, whole = graph.trace(run, "I_ion"), graph.trace(run, run.ionic_current, whole=True)
        said = "A step of V made this current flow: first in, then out."  # which ions it is comes later
        shown, heading = [self.patch, graph, whole], "Which ions carry which current?"
        yield Beat("question", heading, said, "{title}, 1952", shown, 0.5 * self.on)
        area = area.inset(bottom=0.9, top=0.9) if self.shape == "wide" else area
        self.rig = rig = Rig(area, self.theme, run, self.clock, beside=self.sweeps)
        self.wall = within(self.frame, rig.wall, self.patch.band)
        said = "One wire measures V; through another an amplifier sends what keeps it at the command."
        shown = [rig, graph, whole]
        yield Beat("clamp", "The voltage clamp", said, "", shown, out_of=self.wall, do=[rig.reacts])
        shown, heading = [rig, graph, trace], "A step from {rest} to {step}"
        yield Beat("step", heading, "The command will be stepped up.", "", shown, until=self.on - 0.05)
        shown, said = [*shown, graph.surge(self.on)], "A brief surge charges the membrane, and V is there."
        yield self.then(said, show=shown, until=self.on + 0.02, do=[rig.reacts])
        yield self.then("Then ions carry current in, and the amplifier sends as much out.", until=self.early)
        yield self.then("Later they carry it out, as long as V is held.", until=run.duration)
        sweeps = Sweeps(self.grid["plot"], self.sweeps, self.theme, laid=rig.show)
        said = "Every step is a run of its own, laid over those before."
        yield Beat("sweeps", "Sweep after sweep", said, "", [rig, sweeps], do=[sweeps.lay_all()])

    def choline(self) -> Iterator[Beat]:
        """Choline in place of sodium, then the difference, and the leak."""
        graph, run, left = self.graph_, self.run, [self.prepared.outward.name]
        bare = self.bare = self.prepared.without_drive(self.prepared.inward, self.step)
        self.water = Choline(self.patch, bare.membrane, self.clock)
        choices = self.choices("foot", "the early current, inward", "the late current, outward", "both")
        shown, less = [self.membrane_in(bare, ions=left), self.water, graph], graph.trace(bare, "I_ion")
        said = "Choline replaces the {ion} outside. Which current goes?"
        yield Beat("predict", "Which current goes?", said, "{ion} outside is replaced by choline",
                   [*shown, self.ghost, choices], 0.0, into=self.wall, do=[self.water.comes()], think=True)  # fmt: skip
        yield Beat("choline", "{ion} outside replaced", "The early current is gone.",
                   "so little {ion} is left that at {step} none flows", [*shown, self.ghost, choices, less],
                   do=[choices.answer(0)], until=bare.duration)  # fmt: skip
        self.sodium = graph.less(run, run.ionic_current, bare.ionic_current, self.into)
        yield Beat("difference", "One taken from the other", "The difference is the {ion} current.",
                   show=[*shown, less, self.sodium], do=[self.sodium.take()])  # fmt: skip
        late, leak = bare[self.out], bare.ionic_current - bare[self.out]
        self.leak = graph.less(bare, bare.ionic_current, leak, self.out)
        named, *more = graph.symbols({self.into: run[self.into], self.out: late, "I_L": leak})
        said = "A leak too small to see here comes off as well: {other} is left."
        shown += [self.sodium, named, graph.trace(bare, leak, color="I_L", whole=True), self.leak]
        yield self.then(said, heading="The leak is taken off, too", show=shown, do=[self.leak.take()])
        yield self.then("So both currents are known, each by itself.", show=[*shown, *more])

    def conductances(self) -> Iterator[Beat]:
        """Currents divided by driving forces, with what was measured in 1952 where the model is that axon's."""
        names, place = [self.prepared.outward.name, self.prepared.inward.name], self.grid["body"]
        both = self.both = Conductances(self.membrane, SHOWN, names, place, self.theme, hold=self.hold)
        line = "divided by its driving force, a current gives a conductance"
        if both.measured:
            line = "points: {source} · lines: their equations, maximal conductances of this axon"
        (one, other), laid = both.shown, [family.lay_all(each=0.8) for family in both.families]
        heading, said = "From currents to conductances", "Over the driving force, a current is a conductance."
        yield Beat("conductances", heading, said, line, one, do=laid[:1])
        said = "That of {ion} rises and falls, though V is held."
        yield self.then(said, show=[*one, *other], do=laid[1:])
        if both.measured:
            yield self.then("At large steps the computed {ion} conductance exceeds the measured one.")

    def drugs(self) -> Iterator[Beat]:
        """The modern way: each kind of channel is blocked."""
        self.timed(Pace(self.run.duration, rate=4.0, slow=[(0.0, self.on, 0.6)]))
        graph, axon, self.blocked = self.graph_.follow(self.clock), self.prepared, dict[str, MembranePatch]()
        for gone, left in ((axon.inward, axon.outward), (axon.outward, axon.inward)):
            run = axon.blocked(gone, self.step)
            self.names |= {"drug": drug_name(gone), "gone": axon.ion(gone), "left": axon.ion(left)}
            self.blocked[gone.name] = patch = self.membrane_in(run)
            stoppers, trace = plugs(patch.views, self.theme), graph.trace(run, f"I_{left.name}")
            yield Beat(self.names["drug"], "Today a drug does it: {drug}",
                       "{drug} plugs {gone} channels, and the same {left} current is left.",
                       "the leak is taken off", [patch, *stoppers, graph, self.ghost, trace], 0.0, run.duration,
                       do=[plug.binds(1.2) for plug in stoppers])  # fmt: skip

    def peaks(self) -> Iterator[Beat]:
        """The largest current of every sweep, against its voltage."""
        (left, right), channel = (self.grid[part] for part in ("left", "plot")), self.prepared.inward
        iv = self.iv = PeakIV(left, right, self.sweeps, channel.name, self.theme, after=self.on)
        iv.put(0)
        yield Beat("peak I–V", "The peak current against V", "The peak of each sweep is one point.",
                   show=[iv, iv.curve], do=[iv.lay_all(1, each=0.6)])  # fmt: skip
        yield self.then("Steps to other voltages fill the curve.", do=[iv.curve.lay(0, 3.0)])
        if self.levels[0] < (e := float(channel.e)) < self.levels[-1]:
            flat, self.names["e"] = iv.flat(self.prepared.step(e)), millivolts(e)
            there = [Level(iv.graph, 0.0), Point(iv.graph, e, 0.0, self.names["e"])]
            said = "At its reversal potential {ion} has no driving force, and no current flows."
            yield self.then(said, heading="It reverses at {e}", do=[flat.lay(0, 2.0)],
                            show=[iv, iv.curve, flat.moving, *there])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """The current and its parts once more."""
        held, early, late = map(self.patch.icon, (0.0, self.early, self.run.duration))
        rows = [Row("V is held", "so that the currents are seen", "stimulus", "", self.on, held),
                Row("{ion} flows in early", "and is shut off again", self.into, "", self.early, early),
                Row("{other} flows out late", "as long as V is held", self.out, "", self.run.duration,
                    late)]  # fmt: skip
        shown = [self.graph_, *self.graph_.traces(self.run)]
        yield from self.recapped(rows, shown, heading="What the clamp shows", start=0.0)

"""The experiment of 1952: V is held, sodium is taken away, and the current comes apart into sodium and potassium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import DR, Line, VGroup

from hhanim.look import quantities
from hhanim.look.numbers import millivolts
from hhanim.look.words import ion_name, tr
from hhanim.mobjects.circuit.clamp import Choline, Rig, blocked, carriers, drug_name, plugs
from hhanim.mobjects.circuit.sweeps import Conductance, PeakIV, Sweeps
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area, fitted, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, broken
from hhanim.mobjects.frame.standard import TEST_STEP
from hhanim.mobjects.frame.zoom import within
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.marks import Level
from hhanim.mobjects.graph.subtraction import Subtraction
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Channel, Trajectory, clamp, measured, simulate
from hhanim.model.errors import InvalidValue
from hhanim.parameters import Membrane

QUESTION = "Which ions carry which current?"
ON = 1.0  # when the step comes (ms)
#: Steps of 1952 whose conductances are shown (depolarisations, mV): the others lie between them.
SHOWN = (109.0, 88.0, 63.0, 38.0, 26.0, 10.0)


class VoltageClamp(Story):
    """One step, taken apart by taking sodium away; conductances and measured points; drugs; the peak I–V."""

    title = "Voltage clamp"
    description = (
        "The experiment of 1952: steps of V, sodium replaced by choline, the difference, the conductances with the "
        "points measured then, and how the peak I–V arises."
    )
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
        self.inward, self.outward = carriers(self.membrane)
        self.levels = np.linspace(self.low, self.high, self.steps) + self.membrane.zero
        self.step, self.rest = TEST_STEP + self.membrane.zero, float(self.membrane.rest()[0])
        self.run = self.sweep(self.membrane, self.step)
        self.sweeps = [self.sweep(self.membrane, v) for v in self.levels]
        self.timed(Pace(self.run.duration, rate=4.0, slow=[(ON - 0.2, ON + 1.5, 0.7)]))
        self.names |= {"ion": self.ion(self.inward), "other": self.ion(self.outward)}
        self.names |= {"rest": millivolts(self.rest), "step": millivolts(self.step)}
        self.patch = self.patch_of(self.run)
        self.graph_ = Sweeps(self.grid["plot"], [self.run], self.theme, clock=self.clock,
                             keys=[f"I_{c.name}" for c in (self.inward, self.outward)])  # fmt: skip
        self.ghost = self.graph_.trace(self.run, self.run.ionic_current, "ink", whole=True)
        self.early = self.run.extreme(f"I_{self.inward.name}", "size", after=ON).t
        parts = self.experiment, self.without_sodium, self.conductances, self.drugs, self.peaks, self.recap
        for part in parts:
            yield from part()

    def sweep(self, membrane: Any, level: float) -> Trajectory:
        """One step from rest."""
        return simulate(membrane, clamp(self.rest, level, start=ON), ON + self.hold, sample=0.01)

    def patch_of(self, run: Trajectory, **style: Any) -> MembranePatch:
        names = [self.inward.name, self.outward.name]
        return MembranePatch(run, self.theme, self.grid["picture"], channels=names, clock=self.clock, **style)

    def wall(self) -> Area:
        """Where in the picture of the clamp the membrane is."""
        return within(self.frame, self.rig.wall, self.patch.band)

    def hue(self, channel: Channel) -> Any:
        return quantities(self.membrane)[f"I_{channel.name}"]

    def ion(self, channel: Channel) -> str:
        return ion_name(channel.ion, channel.name)

    def experiment(self) -> Iterator[Beat]:
        """The clamp, one step, and sweep after sweep."""
        run, axes = self.run, self.graph_.axes
        trace = self.graph_.trace(run, run.ionic_current, "ink")
        said = "V is stepped up and held, and current flows: first in, then out."
        yield Beat("question", QUESTION, said, tr("{title}, 1952", title=tr(self.title)),
                   [self.patch, self.graph_, trace])  # fmt: skip
        largest, area = max(sweep.extreme("I_ion", "size").value for sweep in self.sweeps), self.grid["left"]
        area = area.inset(bottom=0.9, top=0.9) if self.shape == "wide" else area
        self.rig = Rig(area, self.theme, run, self.clock, largest=largest)
        shown = [self.rig, self.graph_, trace]
        said = "One wire measures V; through another an amplifier sends what keeps it at the command."
        yield Beat("clamp", "The voltage clamp", said, "", shown, out_of=self.wall(), do=[self.rig.reacts()])
        foot, top = axes.at(ON, 0.0), axes.at(ON, axes.ylim[1])
        words = self.words(broken(tr("charges the capacitance")), size=SMALL, color="stimulus").next_to(
            top, DR, buff=0.12
        )
        surge = VGroup(Line(foot, top, color=words.get_color(), stroke_width=stroke(5.0)), words)
        said = "A brief surge charges the membrane, and V is there."
        yield Beat("step", "A step from {rest} to {step}", said, "", [*shown, surge], until=ON,
                   do=[self.rig.reacts()])  # fmt: skip
        said = "Then ions carry current in, and the amplifier sends as much out."
        yield self.then(said, show=shown, until=self.early)
        yield self.then("Later they carry it out, as long as V is held.", until=run.duration)
        sweeps = Sweeps(
            self.grid["plot"], self.sweeps, self.theme, follow=lambda k, t: self.rig.show(self.sweeps[k], t)
        )
        said = "Every step is a run of its own, laid over those before."
        yield Beat("sweeps", "Sweep after sweep", said, "", [self.rig, sweeps], do=[sweeps.lay_all()])

    def without_sodium(self) -> Iterator[Beat]:
        """Choline in place of sodium, then the difference, and the leak."""
        graph, run, theme = self.graph_, self.run, self.theme
        choices = self.choices("foot", "the early current, inward", "the late current, outward", "both")
        # So little sodium is left that its battery has the voltage of the step.
        bare = self.bare = self.sweep(self.membrane.with_(**{f"E{self.inward.name}": self.step}), self.step)
        self.water = Choline(self.patch, bare.membrane, self.clock)
        shown = [self.patch_of(bare, ions=[self.outward.name]), self.water, graph]
        yield Beat("predict", "Which current goes?", "Choline replaces the {ion} outside. Which current goes?",
                   "{ion} outside is replaced by choline", [*shown, self.ghost, choices], 0.0,
                   into=self.wall(), do=[self.water.comes()], think=True)  # fmt: skip
        less = graph.trace(bare, bare.ionic_current, self.hue(self.outward))
        yield Beat("choline", "{ion} outside replaced", "The early current is gone.",
                   "so little {ion} is left that at {step} none flows", [*shown, self.ghost, choices, less],
                   do=[choices.answer(0)], until=bare.duration)  # fmt: skip
        self.sodium = Subtraction(graph.axes, run.t, run.ionic_current, bare.ionic_current,
                                  theme.color(self.hue(self.inward)))  # fmt: skip
        yield Beat("difference", "One taken from the other", "The difference is the {ion} current.",
                   show=[*shown, less, self.sodium], do=[self.sodium.take()])  # fmt: skip
        leak = bare.ionic_current - bare.current(self.outward.name)
        self.leak = Subtraction(
            graph.axes, bare.t, bare.ionic_current, leak, theme.color(self.hue(self.outward))
        )
        said = "A leak too small to see here comes off as well: {other} is left."
        small = graph.trace(bare, leak, "L", whole=True)
        yield self.then(said, heading="The leak is taken off, too", show=[*shown, self.sodium, small, self.leak],
                        do=[self.leak.take()])  # fmt: skip

    def conductances(self) -> Iterator[Beat]:
        """Currents divided by driving forces, with what was measured in 1952 where the model is that axon's."""
        names, membrane, points = [self.outward.name, self.inward.name], self.membrane, {}
        line = "divided by its driving force, a current gives a conductance"
        try:
            volts = measured.place(membrane, SHOWN)
            membrane = membrane.with_(**{f"g{ion}": g for ion, g in measured.MAXIMAL.items()})
            points = {ion: [c for c in measured.conductances(ion) if c.u in SHOWN] for ion in names}
            line = tr(
                "circles: {source} · lines: their equations, scaled to this axon", source=measured.SOURCE
            )
        except InvalidValue:
            volts = np.array(SHOWN) + self.rest
        runs = [simulate(membrane, clamp(self.rest, v, start=0.0), self.hold, sample=0.01) for v in volts]
        places = self.grid["left"].split(1.0, 1.0, vertical=self.shape == "wide")
        shown, said = (
            list[Any](),
            (
                "Over the driving force, a current is a conductance.",
                "That of {ion} rises and falls, though V is held.",
            ),
        )
        self.families = []
        for k, name in enumerate(names):
            family = Conductance(self.grid["first" if k == 0 else "second"], runs, name, self.theme,
                                 points.get(name, ()), named=k == 0)  # fmt: skip
            formula = f'g_"{name}" = frac(I_"{name}", V - E_"{name}")'
            shown += [fitted(self.formula(formula, size=LABEL + 20, color=f"g_{name}"), places[k]), family]
            self.families.append(family)
            yield Beat("conductances", "From currents to conductances", said[k], line, [*shown],
                       do=[family.lay_all(each=0.6)])  # fmt: skip

    def drugs(self) -> Iterator[Beat]:
        """The modern way: each kind of channel is blocked."""
        self.timed(Pace(self.run.duration, rate=4.0, slow=[(0.0, ON, 0.6)]))
        self.graph_.clock, self.blocked = self.clock, {}
        for gone, left in ((self.inward, self.outward), (self.outward, self.inward)):
            run = self.sweep(blocked(self.membrane, gone), self.step)
            self.blocked[gone.name] = patch = self.patch_of(run)
            stoppers, drug = plugs(patch.views, gone.name, run.membrane, self.theme), drug_name(gone)
            trace = self.graph_.trace(run, run.current(left.name), self.hue(left))
            self.names |= {"drug": drug, "gone": self.ion(gone), "left": self.ion(left)}
            said = "{drug} plugs {gone} channels, and the same {left} current is left."
            yield Beat(drug, "Today a drug does it: {drug}", said, "the leak is taken off",
                       [patch, *stoppers, self.graph_.axes, self.ghost, trace], 0.0, self.run.duration,
                       do=[s.binds(1.2) for s in stoppers])  # fmt: skip

    def peaks(self) -> Iterator[Beat]:
        """The largest current of every sweep, against its voltage."""
        iv = self.iv = PeakIV(self.grid["left"], self.grid["plot"], self.sweeps, self.inward.name, self.theme,
                              after=ON)  # fmt: skip
        yield Beat("peak I–V", "The peak current against V", "The peak of each sweep is one point.",
                   show=[iv, iv.curve], do=[iv.lay_all(each=0.6)])  # fmt: skip
        yield self.then("Steps to other voltages fill the curve.", do=[iv.curve.lay(0, 3.0)])
        e = float(self.inward.e)
        if self.levels[0] < e < self.levels[-1]:
            run = self.sweep(self.membrane, e).at(np.linspace(0.0, iv.panel.xlim[1], 301))
            name = self.words(millivolts(e), size=SMALL, color="stimulus")
            flat = Family(iv.panel, [(run.t, run.current(self.inward.name))], self.theme.ink, [name])
            self.names["e"] = millivolts(e)
            said = "At its reversal potential {ion} has no driving force, and no current flows."
            yield self.then(said, heading="It reverses at {e}", do=[flat.lay(0, 4.0)],
                            show=[iv, iv.curve, flat.moving, Level(iv.graph, 0.0)])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """The current and its parts once more."""
        run, graph, (into, out) = self.run, self.graph_, map(self.hue, (self.inward, self.outward))
        flows = [(run.ionic_current, "ink"), (run.current(self.inward.name), into),
                 (run.current(self.outward.name), out)]  # fmt: skip
        rows = [Row("V is held", "so that its current is seen", "stimulus",
                    "V is held, so that its current is seen.", ON),
                Row("{ion} flows in early", "and is shut off again", into, "{ion} flows in early.", self.early),
                Row("{other} flows out late", "as long as V is held", out, "{other} flows out late.",
                    run.duration)]  # fmt: skip
        shown = [graph.axes, *(graph.trace(run, flow, hue) for flow, hue in flows)]
        yield from self.recapped(rows, shown, heading="What the clamp shows", start=0.0)

"""The experiment of 1952: V is held, sodium is taken away, and the current comes apart into sodium and potassium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import Line, VGroup

from hhanim.look import quantities
from hhanim.look.numbers import millivolts
from hhanim.look.words import ion_name, tr
from hhanim.mobjects.circuit.clamp import Rig, blocked, carriers, choline, drug_name, plugs
from hhanim.mobjects.circuit.sweeps import Conductance, PeakIV, Sweeps
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import fitted, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL
from hhanim.mobjects.frame.standard import TEST_STEP
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
        self.patch = self.patch_of(self.run)
        self.graph_ = Sweeps(self.grid["plot"], [self.run], self.theme, clock=self.clock,
                             keys=[f"I_{c.name}" for c in (self.inward, self.outward)])  # fmt: skip
        self.ghost = self.graph_.trace(self.run, self.run.ionic_current, "ink", whole=True)
        yield from self.experiment()
        yield from self.without_sodium()
        yield from self.conductances()
        yield from self.drugs()
        yield from self.peaks()
        yield from self.recap()

    def sweep(self, membrane: Any, level: float) -> Trajectory:
        """One step from rest."""
        return simulate(membrane, clamp(self.rest, level, start=ON), ON + self.hold, sample=0.01)

    def patch_of(self, run: Trajectory, **style: Any) -> MembranePatch:
        names = [self.inward.name, self.outward.name]
        return MembranePatch(run, self.theme, self.grid["picture"], channels=names, clock=self.clock, **style)

    def hue(self, channel: Channel) -> Any:
        return quantities(self.membrane)[f"I_{channel.name}"]

    # -- the experiment ------------------------------------------------------------------------------------

    def experiment(self) -> Iterator[Beat]:
        """The clamp, one step, and sweep after sweep."""
        run, axes = self.run, self.graph_.axes
        trace = self.graph_.trace(run, run.ionic_current, "ink")
        said = "V is stepped up and held, and current flows: first in, then out."
        shown = [self.patch, self.graph_, trace]
        yield Beat("question", QUESTION, said, tr("{title}, 1952", title=tr(self.title)), shown)
        largest = max(sweep.extreme("I_ion", "size").value for sweep in self.sweeps)
        self.rig = Rig(
            self.grid["left"].inset(bottom=0.9, top=0.9), self.theme, run, self.clock, largest=largest
        )
        shown = [self.rig, self.graph_, trace]
        said = "One wire measures V; through another an amplifier sends what keeps it at the command."
        yield Beat(
            "clamp", "The voltage clamp", said, show=shown, out_of=self.rig.wall, do=[self.rig.reacts()]
        )
        surge = VGroup(Line(axes.at(ON, 0.0), axes.at(ON, axes.ylim[1]), stroke_width=stroke(5.0)))
        surge.set_color(self.theme.color("stimulus"))
        words = self.words("charges the capacitance", size=SMALL, color="stimulus")
        surge.add(words.next_to(axes.at(ON, 0.93 * axes.ylim[1]), buff=0.15))
        heading = tr("A step from {rest} to {to}", rest=millivolts(self.rest), to=millivolts(self.step))
        said = "A brief surge charges the membrane, and V is there."
        yield Beat("step", heading, said, show=[*shown, surge], until=ON, do=[self.rig.reacts()])
        said = "Then ions carry current in, and the amplifier sends as much out."
        yield Beat(
            "step", heading, said, show=shown, until=run.extreme(f"I_{self.inward.name}", "size", after=ON).t
        )
        yield Beat("step", heading, "Later they carry it out, as long as V is held.", until=run.duration)
        sweeps = Sweeps(
            self.grid["plot"], self.sweeps, self.theme, follow=lambda k, t: self.rig.show(self.sweeps[k], t)
        )
        said = "Every step is a run of its own, laid over those before."
        yield Beat("sweeps", "Sweep after sweep", said, show=[self.rig, sweeps], do=[sweeps.lay_all()])

    # -- taken apart ---------------------------------------------------------------------------------------

    def without_sodium(self) -> Iterator[Beat]:
        """Choline in place of sodium, then the difference, and the leak."""
        graph, run, inward, outward = self.graph_, self.run, *self.ions()
        choices = self.choices("foot", "the early current, inward", "the late current, outward", "both")
        said = tr("Choline replaces the {ion} outside. Which current goes?", ion=inward)
        yield Beat("predict", "Which current goes?", said, tr("{ion} outside is replaced by choline", ion=inward),
                   [self.patch, graph, self.ghost, choices], start=0.0, into=self.rig.wall, think=True)  # fmt: skip
        # So little sodium is left that its battery has the voltage of the step.
        bare = self.bare = self.sweep(self.membrane.with_(**{f"E{self.inward.name}": self.step}), self.step)
        patch = self.patch_of(bare, ions=[self.outward.name])
        self.water = choline(self.patch, bare.membrane, self.clock)
        shown = [patch, self.water, graph]
        line = tr("so little {ion} is left that at {v} none flows", v=millivolts(self.step), ion=inward)
        less = graph.trace(bare, bare.ionic_current, self.hue(self.outward))
        yield Beat("choline", tr("{ion} outside replaced", ion=inward), "The early current is gone.", line,
                   [*shown, self.ghost, choices, less], do=[choices.answer(0)], until=bare.duration)  # fmt: skip
        whole = self.sodium = Subtraction(
            graph.axes, run.t, run.ionic_current, bare.ionic_current, self.theme.color(self.hue(self.inward))
        )
        said = tr("The difference is the {ion} current.", ion=inward)
        yield Beat(
            "difference", "One taken from the other", said, show=[*shown, less, whole], do=[whole.take()]
        )
        leak = bare.ionic_current - bare.current(self.outward.name)
        rest = self.leak = Subtraction(
            graph.axes, bare.t, bare.ionic_current, leak, self.theme.color(self.hue(self.outward))
        )
        said = tr("A leak too small to see here comes off as well: {ion} is left.", ion=outward)
        yield Beat("difference", "The leak is taken off, too", said,
                   show=[*shown, whole, graph.trace(bare, leak, "L", whole=True), rest], do=[rest.take()])  # fmt: skip

    def ions(self) -> tuple[str, str]:
        """The two ions by name."""
        return ion_name(self.inward.ion, self.inward.name), ion_name(self.outward.ion, self.outward.name)

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
        places, wide = ("first", "second"), self.shape == "wide"
        self.families = [Conductance(self.grid[place], runs, name, self.theme, points.get(name, ()), named=k == 0)
                         for k, (place, name) in enumerate(zip(places, names, strict=True))]  # fmt: skip
        formulas = [
            self.formula(f'g_"{n}" = frac(I_"{n}", V - E_"{n}")', size=LABEL + 20, color=f"g_{n}")
            for n in names
        ]
        for formula, place in zip(formulas, self.grid["left"].split(1.0, 1.0, vertical=wide), strict=True):
            fitted(formula, place)
        heading = "From currents to conductances"
        falls = "That of {ion} rises and falls, though V is held."
        if points:
            falls = "That of {ion} rises and falls; at the largest steps less was measured."
        said = ["Over the driving force, a current is a conductance.", tr(falls, ion=self.ions()[0])]
        for k, family in enumerate(self.families):
            yield Beat("conductances", heading, said[k], line, [*formulas[: k + 1], *self.families[: k + 1]],
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
            ion, other = (ion_name(c.ion, c.name) for c in (gone, left))
            said = "{drug} plugs {ion} channels, and the same {other} current is left."
            said = tr(said, drug=drug, ion=ion, other=other)
            yield Beat(drug, tr("Today a drug does it: {drug}", drug=drug), said, "the leak is taken off",
                       [patch, *stoppers, self.graph_.axes, self.ghost, trace], start=0.0,
                       until=self.run.duration, do=[s.binds(1.2) for s in stoppers])  # fmt: skip

    # -- the peak I–V --------------------------------------------------------------------------------------

    def peaks(self) -> Iterator[Beat]:
        """The largest current of every sweep, against its voltage."""
        places = self.grid["left"], self.grid["plot"]
        iv = self.iv = PeakIV(*places, self.sweeps, self.inward.name, self.theme, after=ON)
        heading, e, (ion, _) = "The peak current against V", float(self.inward.e), self.ions()
        said = "The peak of each sweep is one point."
        yield Beat("peak I–V", heading, said, show=[iv, iv.curve], do=[iv.lay_all(each=0.6)])
        yield Beat("peak I–V", heading, "Steps to other voltages fill the curve.", do=[iv.curve.lay(0, 3.0)])
        if self.levels[0] < e < self.levels[-1]:
            run = self.sweep(self.membrane, e).at(np.linspace(0.0, iv.panel.xlim[1], 301))
            name = self.words(millivolts(e), size=SMALL, color="stimulus")
            flat = Family(iv.panel, [(run.t, run.current(self.inward.name))], self.theme.ink, [name])
            said = tr("At its reversal potential {ion} has no driving force, and no current flows.", ion=ion)
            yield Beat("peak I–V", tr("It reverses at {v}", v=millivolts(e)), said,
                       show=[iv, iv.curve, flat.moving, Level(iv.graph, 0.0)], do=[flat.lay(0, 4.0)])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """The current and its parts once more."""
        run, channels, ions = self.run, (self.inward, self.outward), self.ions()
        traces = [self.graph_.trace(run, run.ionic_current, "ink")]
        traces += [self.graph_.trace(run, run.current(c.name), self.hue(c)) for c in channels]
        early = run.extreme(f"I_{self.inward.name}", "size", after=ON).t
        rows = [Row("V is held", "so that its current is seen", "stimulus",
                    "V is held, so that its current is seen.", ON),
                Row(tr("{ion} flows in early", ion=ions[0]), "and is shut off again", self.hue(self.inward),
                    tr("{ion} flows in early.", ion=ions[0]), early),
                Row(tr("{ion} flows out late", ion=ions[1]), "as long as V is held", self.hue(self.outward),
                    tr("{ion} flows out late.", ion=ions[1]), run.duration)]  # fmt: skip
        shown = [self.graph_.axes, *traces]
        yield from self.recapped(rows, shown, heading="What the clamp shows", start=0.0)

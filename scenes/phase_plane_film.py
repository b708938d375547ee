"""The phase plane: two variables of four, the lines on which they stand still, and how a crossing lets go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from hhanim.language import decimal
from hhanim.look import quantity
from hhanim.look.numbers import millivolts, plain
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.graph.equations import gate_equations, in_words
from hhanim.mobjects.graph.orbit import linked, name_within, next_laps, orbit, plane_of, rings_at_starts
from hhanim.mobjects.graph.plane import Branches, Portrait
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, simulate, step
from hhanim.model.analysis import fixed_points, hopf_points, loses_hold, rheobase, two_variable
from hhanim.parameters import Membrane, Protocol

KINDS = "stable: small swings die away · unstable: they grow"
RATE = 8.0  # ms of the model in a second of film, wherever a whole run is seen


class PhasePlane(Story):
    title = "The phase plane"
    description = "Two variables make a spike; a crossing of two lines that loses its stability makes many."
    alt = (
        "The plane of V and n with arrows, the two nullclines and the state, which goes round once after a pulse; as "
        "the current rises the crossing of the lines turns unstable, and the state goes round, a spike each turn."
    )
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    high: float = 10.0
    until: float = 32.0

    def beats(self) -> Iterator[Beat]:
        self.meet()
        runs, name = [self.once, *self.others, self.many], self.say("{n} (share open)")
        self.panel = plane_of(self.membrane, self.grid["left"], self.theme, runs, name)
        self.portrait = Portrait(self.panel, self.plane, self.theme, (0.0, self.high))
        for part in (self.two, self.points, self.lines, self.rise, self.recap):
            yield from part()

    def meet(self) -> None:
        """The two-variable model, its runs, and what they are called."""
        self.plane = plane = two_variable(self.membrane)
        self.gate = plane.states[1]
        self.full = of_all = simulate(self.membrane, self.stimulus, self.until, sample=0.004)
        self.once = one = simulate(plane, self.stimulus, self.until, sample=0.004)
        rest = fixed_points(plane, 0.0)[0].state
        starts = [rest + x for x in np.array([(-15.0, 0.35), (60.0, 0.3), (12.0, 0.0)])]  # mV, share open
        self.others = [simulate(plane, 0.0, 0.4 * self.until, start=s, sample=0.004) for s in starts]
        self.critical = loses_hold(plane, 0.0, self.high)
        self.stop = stop = self.high if self.critical is None else self.critical
        self.onset = rheobase(plane, 1000.0, sustained=True)  # switched on at rest, it makes it fire for ever
        self.between = round(0.5 * (stop + (self.onset if self.onset < stop else 0.0)), 1)
        still = fixed_points(plane, self.between)[0].state
        begun: Any = [{"start": still - (dv, 0.0)} for dv in (2.0, 0.2)] + [{}]  # beside it, and from rest
        *near, self.fires = (simulate(plane, self.between, self.until, sample=0.004, **how) for how in begun)
        self.stays = min(near, key=lambda run: len(run.spikes))
        beside = np.add(fixed_points(plane, self.high)[0].state, (0.1, 0.0))
        self.many = simulate(plane, self.high, self.until, start=beside, sample=0.004)
        hopf = next(iter(hopf_points(self.membrane)), 0.0)
        self.names = {"n": self.gate, "high": f"{plain(self.high)} µA/cm²", "v": millivolts(rest[0])}
        self.names |= {"rate": f"{simulate(plane, step(self.high), 1000.0).rate():.0f}"}
        self.names |= {"gone": in_words(plane), "all": listed(["V", *self.membrane.gates])}
        currents = {"critical": stop, "onset": self.onset, "between": self.between, "hopf": hopf}
        self.names |= {name: decimal(f"{i:.1f} µA/cm²") for name, i in currents.items()}
        self.held = fixed_points(plane, 0.0)[0].stable
        count = {0: "no spike", 1: "one spike"}.get(len(one.spikes), "some spikes")
        self.names |= {"one": tr(count), "kind": tr("stable" if self.held else "unstable")}
        if len(one.spikes) == len(of_all.spikes) == 1:
            self.names |= {"when": tr("later" if one.spikes[0] > of_all.spikes[0] else "earlier")}
            self.names |= {"how": tr("higher" if one.spike_peaks[0] > of_all.spike_peaks[0] else "lower")}

    def orbit(self, run: Trajectory, **style: Any) -> Trace:
        """The way of a run through the plane, on the clock."""
        return orbit(self.panel, run, **style).follow(self.clock)

    def linked(self, run: Trajectory, *slow: tuple[float, float, float], **style: Any) -> list[Any]:
        """A run in the plane and over time, from its beginning, with V marked on both of its axes."""
        self.timed(Pace(self.until, rate=RATE, slow=slow))
        return linked(self.graph("plot", run, "V", stimulus=True), self.orbit(run, **style), self.clock)

    def swing(self, near: Portrait, i: float, away: float) -> list[Any]:
        """What a state does that begins beside the fixed point, close by and over time; see Portrait.swing."""
        run = near.swing(i, away, self.until)
        self.timed(Pace(run.duration, rate=RATE))
        low, high = float(run["V"].min()), float(run["V"].max())  # as far as it is shown
        v = self.graph("second", run, "V", y=(quantity("V"), low - 0.5, high + 0.5), ghost=False)
        return linked(v, orbit(near.panel, run).follow(self.clock), self.clock)

    def two(self) -> Iterator[Beat]:
        """The full model's spike, what becomes of its gates, and the spike of the model that is left."""
        said = "A short pulse makes {one}. When does a current make many?"
        yield Beat("question", "When does one spike become many?", said, self.title,
                   [self.panel, *self.linked(self.once, ghost=True)], until=self.until)  # fmt: skip
        if len(self.membrane.states) < 3:
            return
        self.timed(Pace(self.until, rate=RATE))
        v = self.graph("left", self.full, "V", stimulus=True)
        gates = self.graph("first", self.full, *self.membrane.gates)
        said, heading = "The full model has the variables {all}.", "Fewer variables, a similar spike"
        full, told = (gate_equations(m, [*self.plane.gates], self.theme, self.grid["second"], size=LABEL + 10)
                      for m in (self.membrane, self.plane))  # fmt: skip
        yield Beat("two variables", heading, said, "the full model", [v, gates, full], until=self.until)
        yield Beat("two variables", heading, "V and {n} will do, for {gone}.", "", [v, gates, told])
        if len(self.full.spikes) != 1 or len(self.once.spikes) != 1:
            return
        self.timed(Pace(self.until, rate=RATE))
        both = self.graph("left", self.full, "V", stimulus=True), self.graph("first", self.full, self.gate)
        alone = [Trace.of(self.once, key, graph.panel, named=False, dash=(4.0, 2.0)).follow(self.clock)
                 for key, graph in zip(self.once.states, both, strict=True)]  # fmt: skip
        said = "With V and {n} alone the spike comes a little {when}, and is a little {how}."
        line = "solid: the full model · dashed: V and {n} alone"
        yield Beat("two variables", heading, said, line, [*both, *alone, told], until=self.until)

    def points(self) -> Iterator[Beat]:
        """A state is a point; a pulse sends it round; from everywhere there is a way."""
        line = "V to the right, {n} upwards"
        said = "Now each state is a point in a plane. At rest V is {v}."
        yield Beat("plane", "A state is a point", said, line, [self.panel, *self.linked(self.once)])
        said = "The pulse pushes it to the right, and it goes round once: {one}."
        yield Beat("plane", "A pulse, and its way back", said, line, until=self.until)
        first, *rest = self.others
        self.timed(Pace(first.duration, rate=first.duration / 4.0))
        v = self.graph("plot", first, "V", ghost=False)
        more = [Trace.of(run, "V", v.panel, named=False).follow(self.clock) for run in rest]
        rings = rings_at_starts(self.panel, v.panel, self.others)
        said = "From every point the equations say where the state goes next."
        shown = [self.panel, self.portrait.flow, *rings, *map(self.orbit, self.others), v, *more]
        yield Beat("flow", "The flow", said, "three other states go to rest", shown, until=first.duration)

    def lines(self) -> Iterator[Beat]:
        """The two lines on which one variable stands still, while a state crosses them."""
        top, most, p = self.once.extreme("V").t, self.once.extreme(self.gate).t, self.portrait
        run = self.linked(self.once, (top - 1.0, most + 1.0, 0.5))
        p.flow.set_fill(opacity=0.45)
        shown = [self.panel, p.flow, p.upright, p.names[1], p.along("V"), *run]
        said = "On this line V stands still: what flows out is what flows in."
        line = "after the pulse the state crosses it upright, for only {n} changes"
        yield Beat("nullclines", "The V-nullcline", said, line, shown, until=top)
        shown = [*p.parts[:-1], p.along(self.gate), *run]
        said = "On this line {n} stands still. It is the steady state of {n} at each V."
        line = "the state crosses it level, for only V changes"
        yield Beat("nullclines", "The {n}-nullcline", said, line, shown, until=most)
        self.near = near = p.near(0.75 * self.stop + 0.25 * self.high)
        said = "Where they cross, neither changes: a fixed point."
        shown, line = [*p.parts, p.frame_of(near), *run], "in the frame: what is seen next, close up"
        yield Beat("nullclines", "A fixed point", said, line, shown, until=self.until)
        said = "They run close together, but close up they cross at one point. It is {kind}."
        yield Beat("nullclines", "A fixed point", said, KINDS, [*near.parts, run[0], run[2]],
                   into=p.place(near, self.frame))  # fmt: skip

    def rise(self) -> Iterator[Beat]:
        """The current rises, and the fixed point with it; before it does, the hall says what becomes of it."""
        branch, stop = Branches(self.plane, self.theme, self.grid["first"], (0.0, self.high)), self.stop
        answers = "the two lines come apart", "it turns unstable", "nothing but a higher V"
        choices, near, above = self.choices("second", *answers), self.near, self.near.currents[1]
        said = "A steady current will rise. What becomes of the fixed point?"
        ask, line = "What will become of the fixed point?", "V at the fixed point, against the current"
        shown, title = [*near.parts, branch], "The current rises"
        yield Beat("predict", ask, said, line, [*shown, choices], think=True)
        said = "The current lifts the V-nullcline, and the crossing moves along."
        yield Beat("answer", title, said, line, do=[near.rise(0.0, 0.5 * stop, branch, run_time=4.5)])
        said = "A small swing dies away." if self.held else "It is unstable: a small swing grows."
        swing = self.swing(near, 0.5 * stop, 0.25 if self.held else 0.03)
        heading = "Still stable" if self.held else title
        yield Beat("answer", heading, said, KINDS, [*shown, *swing], until=self.until)
        if self.critical is None:
            said = "Up to {high} it goes on as it was."
            changes = [choices.answer(2), near.rise(0.5 * stop, stop, branch, run_time=4.5)]
            yield Beat("answer", "It stays as it is", said, line, [*shown, choices], do=changes)
            return
        said, shown = "The current rises past {critical}.", [*shown, branch.mark(stop)]
        rising = near.rise(0.5 * stop, above, branch, run_time=4.0)
        yield Beat("answer", title, said, line, [*shown, choices], do=[rising])
        line = "a Hopf bifurcation of V and {n} alone; with all variables it is at {hopf}"
        line = line if len(self.membrane.states) > 2 else "a Hopf bifurcation"
        said, swing = "It is unstable now: a small swing grows.", self.swing(near, above, 0.03)
        yield Beat("answer", "It turns unstable", said, line, [*shown, *swing], until=self.until)
        yield self.then("So it turns unstable.", show=[*shown, choices], do=[choices.answer(1)])
        name = name_within(self.panel, self.many, "limit cycle", after=0.5 * self.until)
        self.cycle = self.portrait.clear(name)
        shown = [*self.portrait.parts, *shown[len(near.parts) :], choices]
        yield self.then("In the whole plane the current goes on rising.", show=shown,
                        out_of=self.portrait.draw(above).place(near, self.frame),
                        do=[self.portrait.rise(above, self.high, branch, run_time=2.5)])  # fmt: skip
        shown = [*self.portrait.parts, *self.linked(self.many)]
        said = "The state begins beside it, and is driven away."
        turn = next(iter(self.many.spikes), self.until)
        yield Beat("limit cycle", "Driven away", said, "a steady current of {high}", shown, until=turn)
        said = "Then it goes round and round on one closed curve, the limit cycle."
        line = "a steady current of {high}, V and {n} alone: {rate} times a second"
        shown += [self.cycle]
        yield Beat("limit cycle", "The limit cycle", said, line, shown, until=0.75 * self.until)
        yield self.then("Each turn is a spike: {rate} a second.", until=self.until)

    def recap(self) -> Iterator[Beat]:
        """The fixed point and the cycle: at some currents both are there."""
        whole = self.portrait.again()
        branch = Branches(self.plane, self.theme, self.grid["second"], (0.0, self.high))
        does = "the state can rest there" if self.held else "small swings grow"
        rows = [Row("Up to {critical}: {kind}", does, "ink", "Up to {critical} the fixed point is {kind}.")]
        rising, laps = "V and {n} alone, as the current rises", []
        if self.held and self.onset < self.stop:
            again, held = whole.again().draw(self.between), self.linked(self.stays)
            said = "At {between} the fixed point is stable: a state beside it comes to rest."
            line = "a steady current of {between}"
            yield Beat("limit cycle", "Both at once", said, line, [*again.parts, *held], until=self.until)
            both = self.linked(self.fires)
            style: Any = {"named": False, "color": self.theme.muted, "width": 3.0}
            before = Trace.of(self.stays, "V", both[0].panel, **style), orbit(self.panel, self.stays)
            line = "a steady current of {between} · thin: begun beside the fixed point"
            shown = [*again.parts, *(trace.draw(self.until) for trace in before), *both]
            yield self.then("But from where rest was it fires, and fires again.", line=line, show=shown,
                            until=self.until)  # fmt: skip
            self.timed(Pace(self.until, rate=0.5 * RATE))
            laps = [self.orbit(self.stays), self.orbit(next_laps(self.fires)), whole.clear(self.cycle)]
            rows += [Row("From {onset}: a limit cycle too", "where the state begins decides", "ink",
                         "From {onset} on it can go round as well: where it begins decides.", self.until,
                         adds=[branch.mark(self.onset, left=True), *laps])]  # fmt: skip
        shown = [*whole.draw(0.0).parts, branch]
        if self.critical is not None:
            rows += [Row("Above {critical}: unstable", "only the limit cycle is left", "ink",
                         "Above {critical} it is unstable: firing is all there is.", self.until)]  # fmt: skip
            shown += [branch.mark(self.stop)]
        first, *more = self.recapped(rows, shown, place="first", line=rising)
        yield replace(first, do=[whole.rise(0.0, self.between if more else self.high, branch)])
        if laps:
            yield replace(more[0], line="V and {n} alone, at a steady current of {between}")
        if self.critical is None:
            return
        shown, changes = self.without(*laps), [whole.rise(self.between, self.high, branch, run_time=2.5)]
        yield self.then("The current rises past {critical}.", line=rising, show=shown, do=changes)
        self.timed(Pace(self.until, rate=RATE))
        shown = [
            *shown,
            self.orbit(next_laps(self.many), ghost=True),
            self.cycle,
            *(more[-1].show or ())[-1:],
        ]
        yield replace(more[-1], line="V and {n} alone, at a steady current of {high}", show=shown)

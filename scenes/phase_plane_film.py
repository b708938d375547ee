"""The phase plane: two variables of four, the lines on which they stand still, and how a crossing lets go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from hhanim.language import decimal
from hhanim.look.numbers import millivolts, plain
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.graph.equations import gate_equations
from hhanim.mobjects.graph.orbit import linked, name_within, orbit, plane_of, rings_at_starts
from hhanim.mobjects.graph.plane import Branches, Portrait
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, simulate, step
from hhanim.model.analysis import fixed_points, hopf_points, loses_hold, rheobase, two_variable
from hhanim.parameters import Membrane, Protocol

QUESTION = "When does one spike become many?"
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
        runs = [self.once, *self.others, self.many]
        name = self.say("{n} (share open)")
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
        begun: list[Any] = [{"start": still - (dv, 0.0)} for dv in (2.0, 0.2)] + [
            {}
        ]  # beside it, and from rest
        *near, self.fires = (simulate(plane, self.between, self.until, sample=0.004, **how) for how in begun)
        self.stays = min(near, key=lambda run: len(run.spikes))
        beside = np.add(fixed_points(plane, self.high)[0].state, (0.1, 0.0))
        self.many = simulate(plane, self.high, self.until, start=beside, sample=0.004)
        rates = [simulate(m, step(self.high), 1000.0).rate() for m in (plane, self.membrane)]
        follows = {name: gate.follows for name, gate in plane.gates.items() if not gate.dynamic}
        self.gone = sorted(follows, key=lambda name: bool(follows[name]))
        ways = {True: "{gate} follows {other}", False: "{gate} follows V at once"}
        said = [tr(ways[bool(follows[name])], gate=name, other=self.gate) for name in self.gone]
        hopf = next(iter(hopf_points(self.membrane)), 0.0)
        self.names = {"n": self.gate, "high": f"{plain(self.high)} µA/cm²", "v": millivolts(rest[0])}
        self.names |= {"rate": f"{rates[0]:.0f}", "full": f"{rates[1]:.0f}", "gone": listed(said)}
        self.names["all"] = listed(["V", *self.membrane.gates])
        currents = {"critical": stop, "onset": self.onset, "between": self.between, "hopf": hopf}
        self.names |= {name: decimal(f"{i:.1f} µA/cm²") for name, i in currents.items()}
        self.names |= {"one": tr({0: "no spike", 1: "one spike"}.get(len(one.spikes), "some spikes"))}
        self.held = fixed_points(plane, 0.0)[0].stable
        self.names |= {"kind": tr("stable" if self.held else "unstable")}
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

    def two(self) -> Iterator[Beat]:
        """The full model's spike, what becomes of its gates, and the spike of the model that is left."""
        said = "A short pulse makes {one}. When does a current make many?"
        yield Beat("question", QUESTION, said, self.title, [self.panel, *self.linked(self.once, ghost=True)],
                   until=self.until)  # fmt: skip
        if len(self.membrane.states) < 3:
            return
        self.timed(Pace(self.until, rate=RATE))
        v = self.graph("left", self.full, "V", stimulus=True)
        gates = self.graph("first", self.full, *self.membrane.gates)
        heading = "Fewer variables, a similar spike"
        said = "The full model has the variables {all}."
        yield Beat("two variables", heading, said, "the full model", [v, gates], until=self.until)
        told = gate_equations(self.plane, self.gone, self.theme, self.grid["second"], size=LABEL + 10)
        yield Beat("two variables", heading, "V and {n} will do, for {gone}.", "", [v, gates, told])
        if len(self.full.spikes) != 1 or len(self.once.spikes) != 1:
            return
        self.timed(Pace(self.until, rate=RATE))
        both = self.graph("left", self.full, "V", stimulus=True)
        alone = Trace.of(self.once, "V", both.panel, named=False, dash=(4.0, 2.0)).follow(self.clock)
        said = "With V and {n} alone the spike comes a little {when}, and is a little {how}."
        line = "solid: the full model · dashed: V and {n} alone"
        yield Beat("two variables", heading, said, line, [both, alone, told], until=self.until)

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
        said = "Where they cross, neither changes: a fixed point. Here it is {kind}."
        line = "stable: small swings die away · unstable: they grow"
        yield Beat("nullclines", "A fixed point", said, line, [*p.parts, *run], until=self.until)

    def rise(self) -> Iterator[Beat]:
        """The current rises, and the fixed point with it; before it does, the hall says what becomes of it."""
        branch, stop = Branches(self.plane, self.theme, self.grid["first"], (0.0, self.high)), self.stop
        answers = "the two lines come apart", "it turns unstable", "nothing but a higher V"
        choices = self.choices("second", *answers)
        ask, line = "What will become of the fixed point?", "V at the fixed point, against the current"
        said = "A steady current will rise. What becomes of the fixed point?"
        yield Beat("predict", ask, said, line, [*self.portrait.parts, branch, choices], think=True)
        near, said = self.portrait.near(), "The current lifts the V-nullcline, and the crossing moves along."
        shown, title = [*near.parts, branch, choices], "The current rises"
        yield Beat("answer", ask, "This is the crossing from close by.", line, shown,
                   into=self.portrait.place(near, self.frame))  # fmt: skip
        yield Beat("answer", title, said, line, do=[near.rise(0.0, 0.5 * stop, branch, run_time=4.5)])
        self.timed(Pace(self.until, rate=RATE))
        swing = near.swing(0.5 * stop, 0.15 if self.held else 0.03, self.until).follow(self.clock)
        said = "A small swing dies away." if self.held else "It is unstable: a small swing grows."
        kind = "stable: small swings die away · unstable: they grow"
        yield Beat(
            "answer", "Still stable" if self.held else title, said, kind, [*shown, swing], until=swing.t[-1]
        )
        if self.critical is None:
            said = "Up to {high} it goes on as it was."
            changes = [choices.answer(2), near.rise(0.5 * stop, stop, branch, run_time=4.5)]
            yield Beat("answer", "It stays as it is", said, line, shown, do=changes)
            return
        said, above = "The current rises past {critical}.", stop + 0.25 * (self.high - stop)
        changes = [near.rise(0.5 * stop, above, branch, run_time=4.0)]
        yield Beat("answer", title, said, kind, shown, do=changes)
        line = "a Hopf bifurcation of V and {n} alone; with all variables it is at {hopf}"
        line = line if len(self.membrane.states) > 2 else "a Hopf bifurcation"
        self.timed(Pace(self.until, rate=RATE))
        swing, changes = near.swing(above, 0.03, self.until).follow(self.clock), [choices.answer(1)]
        said = "It is unstable now: a small swing grows."
        yield Beat("answer", "It turns unstable", said, line, [*shown, swing], until=swing.t[-1], do=changes)
        changes = [near.rise(above, self.high, branch, run_time=2.5)]
        yield self.then("The current goes on rising.", show=shown, do=changes)
        self.portrait.draw(self.high)
        shown = [*self.portrait.parts, *self.linked(self.many)]
        self.cycle = name_within(self.panel, self.many, "limit cycle", after=0.5 * self.until)
        self.portrait.clear(self.cycle)
        said = "The state begins beside it, and is driven away."
        turn = next(iter(self.many.spikes), self.until)
        yield Beat("limit cycle", "Driven away", said, "a steady current of {high}", shown, until=turn)
        said = "Then it goes round and round on one closed curve, the limit cycle."
        line = "a steady current of {high}: each turn is one spike"
        yield Beat("limit cycle", "The limit cycle", said, line, [*shown, self.cycle], until=self.until)

    def recap(self) -> Iterator[Beat]:
        """The fixed point and the cycle: at some currents both are there."""
        again, shown = Portrait(self.panel, self.plane, self.theme, (0.0, self.high)).draw(self.between), []
        does = "small swings die away" if self.held else "small swings grow"
        rows = [Row("Up to {critical}: {kind}", does, "ink", "Up to {critical} the fixed point is {kind}.",
                    0.4 * self.until)]  # fmt: skip
        alone, line = "V and {n} alone, at a steady current of {between}", "a steady current of {between}"
        if self.held and self.onset < self.stop:
            held = self.linked(self.stays)
            said = "Here the fixed point is stable: a state beside it comes to rest."
            yield Beat("limit cycle", "Both at once", said, line, [*again.parts, *held], until=self.until)
            both, before = self.linked(self.fires), orbit(self.panel, self.stays).draw(self.until)
            v = Trace.of(self.stays, "V", both[0].panel, named=False).draw(self.until)
            said = "But from where rest was it begins to fire, and goes on for ever."
            yield self.then(said, show=[*again.parts, v, before, *both], until=self.until)
            self.timed(Pace(self.until, rate=0.5 * RATE))
            begin = self.fires.y[:, -1]  # on the cycle by now
            lap = simulate(self.plane, self.between, self.until, start=begin, sample=0.004)
            shown = [self.orbit(self.stays), self.orbit(lap), again.clear(self.cycle)]
            again.draw(self.between)
            rows += [Row("From {onset}: a limit cycle too", "where the state begins decides", "ink",
                         "From {onset} on it can go round as well: where it begins decides.", self.until,
                         adds=shown[1:])]  # fmt: skip
        if self.critical is None:
            yield from self.recapped(rows, again.parts, place="plot", line=alone)
            return
        rows += [Row("Above {critical}: unstable", "only the limit cycle is left", "ink",
                     "Above {critical} it is unstable: firing is all there is.")]  # fmt: skip
        *told, last = self.recapped(rows, [*again.parts, *shown[:1]], place="first", line=alone)
        yield from told
        last = replace(
            last,
            line="V and {n} alone, as the current rises to {high}",
            do=[again.rise(self.between, self.high)],
        )
        yield replace(last, show=[x for x in last.show or () if x not in shown])
        self.timed(Pace(self.until, rate=RATE))
        lap = simulate(self.plane, self.high, self.until, start=self.many.y[:, -1], sample=0.004)
        shown = [*self.without(self.cycle), self.graph("second", lap, "V")]
        shown += [self.orbit(lap, ghost=True), self.cycle]
        said = "With V and {n} alone it fires {rate} times a second."
        line = "a steady current of {high}, V and {n} alone: {rate} times a second"
        yield self.then(said, line=line, show=shown, until=0.6 * self.until)
        yield self.then("With all variables it fires {full} times a second.", until=self.until)

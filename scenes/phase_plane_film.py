"""The reduced model in the plane of V and n: flow, nullclines, and the limit cycle that a rising current
brings.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT, Create, Mobject, VGroup

from hhanim.look import quantities
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.fades import Appear, Vanish
from hhanim.mobjects.film import LABEL, TICK, Film
from hhanim.mobjects.plane import Dial, Flow, Rests, VNullcline, along_nullcline, gate_nullcline, loses_hold
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel, Trace
from hhanim.model import Membrane, Trajectory, ramp, simulate, step
from hhanim.model.analysis import fixed_points, two_variable

#: The theme's name for the colour of the state, in the plane as over time; the nullclines are thinner and quieter.
STATE = "ink"


class PhasePlane(Telling, Film):
    """On one side the plane, on the other V and the current on the same clock."""

    title = "The phase plane"
    description = (
        "Flow, nullclines and trajectory of the two-variable model; a rising current brings a limit cycle."
    )
    alt = (
        "The plane of V and n with arrows and the two nullclines; a point settles where they "
        "cross, and while the "
        "current rises it comes to a limit cycle, and V over time fires again and again."
    )
    poster = 0.97
    model: Membrane = "lecture"
    low: float = 0.0
    high: float = 5.0
    until: float = 60.0

    def construct(self) -> None:
        self.plane_model = two_variable(self.membrane)
        self.gate = self.plane_model.states[1]
        self.symbol = quantities(self.plane_model)[self.gate].typst
        rest = self.plane_model.steady(fixed_points(self.plane_model, self.low)[0].v)
        up, down, far = (
            {"V": float(rest[0]) + v, self.gate: min(float(rest[1]) + n, 0.95)}
            for v, n in ((45.0, 0.0), (-15.0, 0.3), (30.0, 0.5))
        )
        self.loop, self.rests, *others = (
            simulate(self.plane_model, self.low, self.until, start=start)
            for start in (up, down, far, down | {"V": float(rest[0]) - 20.0, self.gate: 0.05})
        )
        self.others = [self.rests, *others]
        #: When the rising current has reached its highest value.
        self.risen = 1.25 * self.until
        rising = ramp(self.high, start=0.0, stop=self.risen, first=self.low) + step(
            self.high, start=self.risen
        )
        self.fires = simulate(self.plane_model, rising, self.risen + self.until, start=self.rests.y[:, -1])
        self.lay_out()
        self.opening(
            "Two variables are a plane, and the model is a flow on it.",
            where=self.side,
            beside=[self.plane, self.flow],
        )
        self.two_variables()
        self.one_point()
        self.many_points()
        self.draw_nullclines()
        self.settle()
        self.raise_current()
        self.cycle()

    def lay_out(self) -> None:
        tall = self.shape != "wide"
        self.head, body = self.area.rows(0.85, 6.0 if self.shape != "tall" else 11.0, gap=0.3)
        plane, self.side = body.split(
            1.9 if self.shape == "square" else 1.55, 1.0, vertical=tall, gap=0.3 if tall else 0.15
        )
        if self.shape == "square":
            time, self.dial_area = self.side.columns(1.6, 1.0, gap=0.3)
        else:
            time, self.dial_area = self.side.rows(max(self.side.height - 1.45, 1.0), 1.2, gap=0.25)
        self.time_area = time
        runs = [self.loop, *self.others, self.fires]
        v = np.concatenate([run["V"] for run in runs])
        n = max(float(run[self.gate].max()) for run in runs)
        self.v_range = (float(np.floor((v.min() - 8) / 10) * 10), float(np.ceil((v.max() + 6) / 10) * 10))
        top = max(0.6, min(1.0, float(np.ceil((n + 0.12) * 5) / 5)))
        self.plane = Panel(
            plane,
            x=self.v_range,
            y=(0.0, top),
            theme=self.theme,
            gutter=1.2,
            left=0.85,
            grid=False,
            xlabel=self.formula('V space "(mV)"', size=TICK, color="muted"),
            ylabel=self.formula(self.symbol, size=LABEL, color=quantities(self.plane_model)[self.gate].hue),
        )
        self.currents = (min(self.low, self.high), max(self.low, self.high))
        self.v_line = VNullcline(self.plane, self.plane_model, self.theme, self.currents).show(self.low)
        self.n_line = gate_nullcline(self.plane, self.plane_model, self.theme)
        self.names = VGroup(
            self.formula(f"frac(dif {self.symbol}, dif t) = 0", size=LABEL).set_color(
                self.n_line.get_stroke_color()
            ),
            self.formula("frac(dif V, dif t) = 0", size=LABEL, color="muted"),
        )
        self.name_lines()
        grid = round(self.plane.inner.width / 0.62), round(self.plane.inner.height / 0.6)
        self.flow = Flow(self.plane, self.plane_model, self.theme, grid=grid).show(self.low)
        self.points = Rests(self.plane, self.plane_model, self.theme, self.currents).show(self.low)

    def name_lines(self) -> None:
        """Put the names of the lines to their right ends, clear of each other."""
        inner = self.plane.inner
        for line, name in zip((self.n_line, self.v_line), self.names, strict=True):
            points = line.points if len(line.points) else inner.center[None]
            x, y = points[np.argmax(points[:, 0]), :2]
            half = 0.5 * name.height
            name.move_to(
                [x + 0.15, min(max(y, inner.bottom + half), inner.top - half), 0.0], aligned_edge=LEFT
            )
        over, under = sorted(self.names, key=lambda name: -name.get_y())
        if under.get_right()[0] > over.get_left()[0] and over.get_right()[0] > under.get_left()[0]:
            apart = under.get_top()[1] + 0.1 - over.get_bottom()[1]
            under.shift([0.0, -max(apart, 0.0), 0.0])

    def time_panel(self, run: Trajectory) -> Panel:
        """V over the time of a run."""
        return Panel(
            self.time_area,
            x=(0.0, run.duration),
            y=self.v_range,
            theme=self.theme,
            xlabel="ms",
            left=0.85,
            gutter=0.5,
            ylabel=self.formula('V space "(mV)"', size=TICK, color="muted"),
        )

    # -- the pieces ------------------------------------------------------------------------------------------

    def clock_for(self, run: Trajectory, seconds: float) -> Clock:
        """A clock that takes about that long for a run."""
        rate = float(f"{run.duration / seconds:.1g}")
        clock = Clock(Pace(run.duration, rate=rate), self.theme).align_right()
        return clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])

    def orbit_of(self, run: Trajectory, width: float = 5.0, since: float = 0.0) -> Trace:
        """The way of the state through the plane, from a time (ms) on."""
        late = run.t >= since
        color = self.theme.color(STATE)
        return Trace(
            self.plane, run.t[late], run[self.gate][late], x=run["V"][late], color=color, width=width
        )

    def two_variables(self) -> None:
        """What stands for the other gates; nothing is said of a model that has none."""
        gates = self.plane_model.gates
        tied = [name for name, gate in gates.items() if gate.follows]
        fast = [name for name in gates if name not in (*tied, self.gate)]
        said = []
        if fast:
            steady = "is at its steady state" if len(fast) == 1 else "are at their steady states"
            said.append(f"{' and '.join(fast)} {steady}")
        if tied:
            said.append(f"{' and '.join(tied)} {'is' if len(tied) == 1 else 'are'} tied to {self.gate}")
        if not said:
            return
        self.part("two variables")
        self.say(
            f"Two variables: V and {self.gate}",
            f"the model is reduced: {', '.join(said)}",
            f"The model is reduced to two variables, V and {self.gate}: {', and '.join(said)}.",
        )
        self.wait(3.0)

    def one_point(self) -> None:
        self.part("plane")
        run = self.loop
        self.clock = self.clock_for(run, 7.0)
        self.graph = self.time_panel(run)
        self.orbit = self.orbit_of(run).follow(self.clock)
        self.trace = Trace.of(run, "V", self.graph, self.theme, named=False).follow(self.clock)
        self.say(
            "A plane",
            f"every state of the model is one point: its V and its {self.gate}",
            f"Every state of the reduced model is a point of the plane of V and {self.gate}, and as time goes on it "
            "moves.",
            gone=[self.flow],
            still=[self.graph],
            moving=[self.orbit, self.trace, self.clock],
        )
        self.play(self.clock.run())

    def many_points(self) -> None:
        self.part("flow")
        self.clock.set(0.0)
        self.orbits = VGroup(*(self.orbit_of(run, 3.5) for run in self.others))
        style = {"color": self.theme.ink, "width": 3.5, "label": None}
        self.courses = VGroup(*(Trace(self.graph, run.t, run["V"], **style) for run in self.others))

        def show(group: VGroup) -> None:
            for trace in group:
                trace.show(self.clock.now)

        for group in (self.orbits, self.courses):
            group.add_updater(show, call_updater=True)
        self.say(
            "The flow",
            "everywhere the model says where the state goes next",
            "At every point the equations say where the state goes next: together that is a flow.",
            gone=[self.orbit, self.trace],
            still=[self.flow],
            moving=[self.orbits, self.courses],
        )
        self.play(self.clock.run())
        for group in (self.orbits, self.courses):
            group.clear_updaters()

    def draw_nullclines(self) -> None:
        self.part("nullclines")
        said = [
            (
                f"The {self.gate}-nullcline",
                f"on this line {self.gate} does not change: the arrows are horizontal",
                f"On this line {self.gate} does not change: it is at its steady state. Left "
                "of it, it falls; right of it, it rises.",
            ),
            (
                "The V-nullcline",
                "on this line V does not change: the arrows are vertical",
                "On this one V does not change: the currents through the membrane cancel.",
            ),
        ]
        gone: list[Mobject] = [self.orbits, self.clock]
        drawn = ((self.gate, self.n_line), ("V", self.v_line))
        for (key, line), name, words in zip(drawn, self.names, said, strict=True):
            self.say(*words, gone=gone)
            places = along_nullcline(self.plane, self.plane_model, key, self.low)
            arrows = Flow(self.plane, self.plane_model, self.theme, places=places, color=self.theme.ink)
            self.play(Create(line), Appear(name), self.flow.animate.set_fill(opacity=0.3), run_time=1.4)
            self.play(Appear(arrows.show(self.low)), run_time=0.6)
            self.wait(1.8)
            gone = [arrows]
        self.play(Vanish(arrows), self.flow.animate.set_fill(opacity=1.0), run_time=0.6)

    def run_on(self, run: Trajectory, seconds: float) -> list[Mobject]:
        """A run on the plane and over time, the current on its dial, on one clock: what moves."""
        self.clock = self.clock_for(run, seconds)
        self.orbit = self.orbit_of(run).follow(self.clock)
        self.trace = Trace.of(run, "V", self.graph, self.theme, named=False).follow(self.clock)
        self.shown_run = run
        return [self.orbit, self.trace, self.clock]

    def settle(self) -> None:
        self.part("rest")
        i = f"I = {self.low:g} µA/cm²"
        self.bifurcation = loses_hold(self.plane_model, self.low, self.high)
        self.dial = Dial(self.dial_area, self.theme, max(self.currents[1], 0.0)).show(self.low)
        settles = any(p.stable for p in fixed_points(self.plane_model, self.low))
        line, caption = (
            (
                "the state settles where the nullclines cross: a stable fixed point",
                "settles where the two lines cross: nothing changes there",
            )
            if settles
            else (
                "the nullclines cross, but the state is driven away: unstable",
                "is driven away from where the two lines cross",
            )
        )
        self.say(
            "It comes to rest" if settles else "No rest",
            f"{i}: {line}",
            f"With {i}, a state follows the flow and {caption}.",
            gone=[self.courses],
            still=[self.dial.still],
            moving=[self.points, self.dial.moving, *self.run_on(self.rests, 5.0)],
        )
        self.play(self.clock.run())

    def raise_current(self) -> None:
        self.part("the current rises")
        old = [self.orbit, self.trace, self.clock, self.graph]
        self.graph = self.time_panel(self.fires)
        moving = self.run_on(self.fires, 18.0)
        critical = self.bifurcation
        what = (
            "the fixed point loses stability (disc: stable; ring: unstable)"
            if critical is not None
            else "the V-nullcline moves, and the fixed point with it (disc: stable; ring: unstable)"
        )
        self.say(
            "The current rises",
            what,
            "Now the current rises slowly. The V-nullcline moves, and with it the fixed point, where both cross."
            + (f" At {critical:.2f} µA/cm² it loses its stability." if critical is not None else ""),
            gone=old,
            still=[self.graph],
            moving=moving,
        )
        parts = (self.flow, self.v_line, self.points, self.dial)

        def show(_: Mobject) -> None:
            for part in parts:
                part.show(self.injected(self.clock.now))
            self.name_lines()

        drawn = (self.flow, self.v_line, self.points, self.dial.moving)
        self.remove(*self.names)
        self.current = VGroup(*drawn, self.names).add_updater(show)
        self.add(self.flow, self.n_line, *drawn[1:], self.current, *moving)
        if critical is not None and self.high != self.low:
            reached = (critical - self.low) / (self.high - self.low) * self.risen
            self.play(self.clock.run(reached))
            mark = self.dial.mark(critical)
            self.play(Appear(mark), run_time=0.6)
            self.bring_to_back(mark)
            self.wait(0.8)
        self.play(self.clock.run(self.risen))

    def injected(self, t: float) -> float:
        """The current (µA/cm²) at time t (ms) of the run that is shown."""
        return float(self.fires.protocol(min(t, self.fires.duration - 1e-9)))

    def cycle(self) -> None:
        spikes = self.fires.spikes
        fires = np.count_nonzero(spikes > self.risen) > 1
        i = f"I = {self.high:g} µA/cm²"
        stable = any(p.stable for p in fixed_points(self.plane_model, self.high))
        self.part("limit cycle" if fires else "settles")
        self.current.clear_updaters()
        self.remove(self.current).add(*self.names)
        if fires:
            how = (
                "the state goes round, and V fires"
                if stable
                else "no stable fixed point: the state goes round, V fires"
            )
            said = (
                "A limit cycle",
                f"{i}: {how}",
                f"With {i} the state goes round on its limit cycle: each turn is a spike.",
            )
        else:
            said = (
                "It settles",
                f"{i}: the fixed point is still stable" if stable else f"{i}: it comes to no spikes",
                f"With {i} the state does not go round: it settles.",
            )
        # From here on only the cycle is drawn, without the way to it.
        before, run = self.orbit, self.fires
        self.orbit = self.orbit_of(run, since=self.risen).follow(self.clock)
        self.say(*said, gone=[before], moving=[self.orbit])
        end = run.duration
        if fires:  # between two spikes, not in the middle of one
            half = 0.5 * float(spikes[-1] - spikes[-2])
            last = float(spikes[-1])
            end = last + half if last + half <= end else last - half
        self.play(self.clock.run(end))
        self.wait(1.5)

"""The reduced model in the plane of V and n: flow, nullclines, and the limit cycle that a rising current
brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    Arrow,
    Create,
    Mobject,
    ReplacementTransform,
    UpdateFromAlphaFunc,
    VGroup,
    VMobject,
)

from hhanim.look import quantities, quantity
from hhanim.look.numbers import ceil_to, floor_to, millivolts
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, TICK, stand_clear
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.frame.shapes import lines, stroked
from hhanim.mobjects.graph.equations import gate_typst
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.plane import (
    Dial,
    Flow,
    Lens,
    OnAxis,
    Rests,
    VNullcline,
    along_nullcline,
    gate_nullcline,
    loses_hold,
)
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.model import Trajectory, pulse, ramp, simulate, step
from hhanim.model.analysis import fixed_points, hopf_points, two_variable
from hhanim.parameters import Membrane

#: The theme's name for the colour of the state, in the plane as over time; the nullclines are thinner and quieter.
STATE = "ink"
#: How much of the flow's arrows is seen behind the nullclines.
BEHIND = 0.4
#: The film's first scene kicks the state by that much (mV), with a pulse this long (ms).
KICK, WIDTH = 45.0, 0.5


class PhasePlane(Narration, Film):
    """On one side the plane, on the other V and the current on the same clock."""

    title = "The phase plane"
    description = (
        "Flow, nullclines and trajectory of the two-variable model; a rising current brings a limit cycle."
    )
    alt = (
        "The plane of V and n with arrows and the two nullclines; a point settles where they "
        "cross, and while the "
        "current rises it stays there until that point is stable no longer and it leaves for a limit cycle, and V "
        "over time fires again and again."
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
        starts = [
            {"V": float(rest[0]) + v, self.gate: min(max(float(rest[1]) + n, 0.12), 0.95)}
            for v, n in ((-25.0, 0.3), (8.0, -0.3), (30.0, 0.5))
        ]
        self.kicked = 0.1 * self.until
        kick = pulse(KICK * float(self.plane_model.c) / WIDTH, start=self.kicked, width=WIDTH)
        self.loop = simulate(self.plane_model, step(self.low) + kick, self.until, start=rest)
        self.others = [simulate(self.plane_model, self.low, self.until, start=start) for start in starts]
        self.rests = self.others[0]
        self.raise_and_hold()
        self.turns = self.turning()
        self.lay_out()
        # The first scene's way round the plane is seen from the first frame on.
        self.ahead = self.faint(self.loop)
        axes = (self.plane.frame_lines, self.plane.numbers, self.ahead)
        self.opening("A neuron with two variables lives in a plane.", where=self.side, beside=axes)
        self.two_variables()
        self.one_point()
        self.many_points()
        self.draw_nullclines()
        self.settle()
        self.raise_current()
        self.cycle()

    def raise_and_hold(self) -> None:
        """The run in which the current rises so slowly that the state can follow, to just above where no fixed
        point is stable any more, or to the highest current if there is no such place, and stays there.
        """
        plane = self.plane_model
        self.bifurcation = loses_hold(plane, self.low, self.high)
        #: The current that is reached (µA/cm²), and when (ms).
        self.raised, self.risen = self.high, 7.0 * self.until
        if self.bifurcation is not None:
            self.raised = self.bifurcation + 0.03 * (self.high - self.bifurcation)
        rising = ramp(self.raised, start=0.0, stop=self.risen, first=self.low) + step(
            self.raised, start=self.risen
        )
        start = plane.steady(fixed_points(plane, self.low)[0].v)
        held, self.leaving = self.risen + self.until, []
        if self.bifurcation is not None:
            longest = simulate(plane, rising, self.risen + 20.0 * self.until, start=start)
            #: The first spikes after that (ms).
            self.leaving = longest.spikes[longest.spikes > self.passed][:3].tolist()
            if self.leaving:
                held = min(longest.duration, self.leaving[-1] + 0.3 * self.until)
        self.fires = simulate(plane, rising, held, start=start)

    @property
    def passed(self) -> float:
        """When the rising current passes where no fixed point is stable any more (ms)."""
        assert self.bifurcation is not None
        return (self.bifurcation - self.low) / (self.raised - self.low) * self.risen

    def turning(self) -> Trajectory | None:
        """Three turns of the limit cycle at the highest current, once it has been reached; None if there is none."""
        long = simulate(self.plane_model, self.high, 20.0 * self.until, start=self.fires.y[:, -1])
        spikes = long.spikes
        if len(spikes) < 4 or long.duration - spikes[-1] > 1.5 * (spikes[-1] - spikes[-2]):
            return None
        period = float(spikes[-1] - spikes[-2])
        start = long.at([float(spikes[-2]) + 0.5 * period]).y[:, 0]
        return simulate(self.plane_model, self.high, 3.0 * period, start=start)

    def lay_out(self) -> None:
        tall = self.shape != "wide"
        self.head, body = self.area.rows(0.85, 6.0 if self.shape != "tall" else 11.0, gap=0.3)
        plane, self.side = body.split(
            1.9 if self.shape == "square" else 1.55, 1.0, vertical=tall, gap=0.3 if tall else 0.15
        )
        if self.shape == "square":
            time, self.dial_area = self.side.columns(1.6, 1.0, gap=0.3)
        else:
            time, self.dial_area = self.side.rows(max(self.side.height - 1.75, 1.0), 1.5, gap=0.25)
        self.time_area = time
        runs = [self.loop, *self.others, self.fires, *([self.turns] if self.turns else [])]
        v = np.concatenate([run["V"] for run in runs])
        n = max(float(run[self.gate].max()) for run in runs)
        self.v_range = floor_to(v.min() - 8, 10.0), ceil_to(v.max() + 6, 10.0)
        top = max(0.6, min(1.0, ceil_to(n + 0.12, 0.2)))
        hue = quantities(self.plane_model)[self.gate].hue
        self.plane = Panel(plane, self.theme, gutter=1.2, left=0.85, grid=False)
        self.plane.x(quantity("V"), *self.v_range)
        self.plane.y(self.formula(self.symbol, size=LABEL, color=hue), 0.0, top)
        self.currents = (min(self.low, self.high), max(self.low, self.high))
        self.v_line = VNullcline(self.plane, self.plane_model, self.theme, self.currents).draw(self.low)
        self.n_line = gate_nullcline(self.plane, self.plane_model, self.theme)
        self.names = VGroup(
            self.formula(
                f"frac(dif {self.symbol}, dif t) = 0",
                size=LABEL,
                color=quantities(self.plane_model)[self.gate],
            ),
            self.formula("frac(dif V, dif t) = 0", size=LABEL, color="muted"),
        )
        self.name_lines()
        grid = round(self.plane.inner.width / 0.62), round(self.plane.inner.height / 0.6)
        self.flow = Flow(self.plane, self.plane_model, self.theme, grid=grid).draw(self.low)
        self.points = Rests(self.plane, self.plane_model, self.theme, self.currents).draw(self.low)
        #: The time axis of all runs from one state to rest (ms).
        self.shown = max(self.settled(run) for run in (self.loop, *self.others))

    def settled(self, *runs: Trajectory) -> float:
        """When these runs are where they end, as near as the eye can tell, in tens of milliseconds."""
        last = 0.0
        for run in runs:
            place = self.plane.at(run["V"], run[self.gate])
            far = np.linalg.norm(place - place[-1], axis=1) > 0.04
            last = max(last, float(run.t[far].max(initial=0.0)))
        return min(ceil_to(last, 10.0), self.until)

    def name_lines(self) -> None:
        """Put the names of the lines to their right ends, clear of each other."""
        inner = self.plane.inner
        for line, name in zip((self.n_line, self.v_line), self.names, strict=True):
            points = line.points if len(line.points) else inner.center[None]
            x, y = points[np.argmax(points[:, 0]), :2]
            half = 0.5 * name.height
            name.move_to(
                (x + 0.15, min(max(y, inner.bottom + half + 0.15), inner.top - half), 0.0), aligned_edge=LEFT
            )
        over, under = sorted(self.names, key=lambda name: -name.get_y())
        if under.get_right()[0] > over.get_left()[0] and over.get_right()[0] > under.get_left()[0]:
            apart = under.get_top()[1] + 0.1 - over.get_bottom()[1]
            under.shift((0.0, -max(apart, 0.0), 0.0))

    def time_panel(self, until: float) -> Panel:
        """V over time, as far as that (ms)."""
        panel = Panel(self.time_area, self.theme, left=0.85, gutter=0.5).y(quantity("V"), *self.v_range)
        return panel.x("ms", 0.0, until, ticks=(0.0, until / 2, until))

    # -- the pieces ------------------------------------------------------------------------------------------

    def faint(self, run: Trajectory, until: float = np.inf) -> VMobject:
        """The whole way of a run through the plane, up to a time (ms), as a faint line."""
        now = run.t <= until
        line = stroked(
            lines(self.plane.at(run["V"][now], run[self.gate][now])[:, :2]), self.theme.ink, stroke(5.0)
        )
        return line.set_stroke(opacity=self.theme.ghost(self.theme.ink))

    def run_on(self, run: Trajectory, pace: Pace, width: float = 5.0) -> list[Mobject]:
        """A run on the plane and over time on one clock, and where V is on both its axes: what moves."""
        self.clock = self.timed(pace)
        color = self.theme.color(STATE)
        self.orbit = Trace(self.plane, run.t, run[self.gate], x=run["V"], color=color, width=width)
        self.trace = Trace.of(run, "V", self.graph, named=False)
        links = [OnAxis(self.orbit, "x", self.theme), OnAxis(self.trace, "y", self.theme)]
        for trace in (self.orbit, self.trace):
            trace.follow(self.clock)
        self.moving: list[Mobject] = [
            *(link.follow(self.clock) for link in links),
            self.orbit,
            self.trace,
            self.clock,
        ]
        return self.moving

    def two_variables(self) -> None:
        """What stands for the other gates; nothing is said of a model that has none."""
        gates = self.plane_model.gates
        tied = [name for name, gate in gates.items() if gate.follows]
        fast = [name for name in gates if name not in (*tied, self.gate)]
        if not fast and not tied:
            return
        said = []
        if fast:
            said.append(
                f"{' and '.join(fast)} so fast that {'it follows' if len(fast) == 1 else 'they follow'} V"
            )
        if tied:
            said.append(f"{' and '.join(tied)} tied to {self.gate}")
        symbols = quantities(self.plane_model)
        formulas = {
            n: self.formula(
                gate_typst(self.plane_model, n) if n in (*fast, *tied) else symbols[n].typst,
                size=LABEL + 14,
                color=symbols[n].hue,
            )
            for n in ("V", *gates)
        }
        column = self.side.width < 2.0 * self.side.height
        whole = VGroup(*formulas.values()).arrange(
            DOWN if column else RIGHT, buff=0.55, aligned_edge=LEFT if column else DOWN
        )
        room = self.side.inset(left=0.6)
        whole.scale(min(1.0, room.width / whole.width, room.height / whole.height)).move_to(room.center)
        letters = {
            n: len(self.formula(symbols[n].typst).submobjects) for n in formulas
        }  # glyphs of its symbol
        self.part("two variables")
        self.say(
            f"Two variables: V and {self.gate}",
            ", ".join(said),
            f"Of V and its gates two variables are left: {', '.join(said)}.",
            still=[VGroup(*f[: letters[n]]) for n, f in formulas.items()],
        )
        self.wait(0.6)
        for name in (*fast, *tied):
            self.play(Appear(VGroup(*formulas[name][letters[name] :])), run_time=0.8)
            self.wait(0.8)
        self.play(
            *(Vanish(formulas[name]) for name in (*fast, *tied)),
            ReplacementTransform(formulas["V"], self.plane.titles[1]),
            ReplacementTransform(formulas[self.gate], self.plane.titles[0]),
            run_time=1.2,
        )

    def one_point(self) -> None:
        self.part("plane")
        run, v = self.loop, float(self.loop["V"][0])
        self.graph = self.time_panel(self.shown)
        self.say(
            "A plane",
            f"every state is one point, its V and its {self.gate}; here rest is at {millivolts(v)}",
            "Every state is one point; the model rests here.",
            still=[self.graph, *(t for t in self.plane.titles if t not in self.mobjects)],
            moving=self.run_on(run, Pace(self.shown, rate=8.0)),
        )
        self.wait(1.5)
        self.play(self.clock.run(self.kicked))
        after = self.kicked + WIDTH
        a, b = (self.plane.at(run.at([t])["V"][0], run.at([t])[self.gate][0]) for t in (self.kicked, after))
        word = self.words("a short pulse of current", size=TICK, color="I").next_to(
            0.5 * (a + b), DOWN, buff=0.25
        )
        arrow = Arrow(
            a, b, buff=0.0, color=word.get_color(), stroke_width=stroke(6), max_tip_length_to_length_ratio=0.1
        )
        kick = VGroup(arrow, word)
        self.caption(
            "A short pulse of current kicks the point to the right; then the model takes it round, and back."
        )
        self.play(Appear(kick), run_time=0.6)
        self.wait(0.8)
        self.play(self.clock.run(after))
        self.play(Vanish(kick, between=(0.0, 0.3)), self.clock.run(self.settled(run)))

    def many_points(self) -> None:
        self.part("flow")
        clock = self.clock.put(0.0)
        style: Any = {"color": self.theme.ink, "width": 3.5}
        numbers = [f"{k + 1}" for k in range(len(self.others))]
        orbits = VGroup(
            *(Trace(self.plane, run.t, run[self.gate], x=run["V"], **style) for run in self.others)
        )
        courses = Traces(
            Trace(self.graph, run.t, run["V"], label=self.words(number, size=TICK), **style)
            for run, number in zip(self.others, numbers, strict=True)
        )
        # Behind where each of them sets out, told from the arrows by a rim like that of the labels.
        starts = VGroup()
        for orbit, number in zip(orbits, numbers, strict=True):
            way = self.plane.at(orbit.abscissa, orbit.values)
            far = way[np.argmax(np.linalg.norm(way - way[0], axis=1) > 0.3)] - way[0]
            word = self.words(number, size=TICK).move_to(way[0] - 0.9 * far)
            starts.add(word.set_stroke(self.theme.ground, stroke(7), background=True))

        def show(_: object) -> None:
            for trace in orbits:
                trace.draw(clock.now)

        orbits.add_updater(show, call_updater=True)
        courses.follow(clock)
        self.say(
            "The flow",
            "everywhere the model says where the state goes next",
            "At every point the equations say where the state goes next: together that is a flow.",
            gone=[*self.moving[:-1], self.ahead],
            still=[self.flow],
            moving=[orbits, courses, starts],
        )
        self.wait(0.3)
        self.play(clock.run(self.settled(*self.others)))
        for group in (orbits, courses):
            group.clear_updaters()
        self.moving = [orbits, courses, starts, clock]

    def draw_nullclines(self) -> None:
        self.part("nullclines")
        conditions = self.conditions()
        said = [
            (
                f"The {self.gate}-nullcline",
                f"on this line {self.gate} does not change: the arrows are horizontal",
                f"On this line {self.gate} does not change: {self.gate} has the steady state that belongs to V.",
            ),
            (
                "The V-nullcline",
                "on this line V does not change: the arrows are vertical",
                "On this line V does not change: what flows out is what is injected.",
            ),
        ]
        gone: list[Mobject] = [*self.moving, self.graph]
        drawn = ((self.gate, self.n_line), ("V", self.v_line))
        arrows = VGroup()
        for (key, line), name, words, law in zip(drawn, self.names, said, conditions, strict=True):
            self.say(*words, gone=gone)
            places = along_nullcline(self.plane, self.plane_model, key, self.low)
            on_it = Flow(self.plane, self.plane_model, self.theme, places=places, color=self.theme.ink)
            self.play(
                Create(line),
                Appear(name),
                Appear(law),
                self.flow.animate.set_fill(opacity=BEHIND),
                run_time=1.4,
            )
            self.play(Appear(on_it.draw(self.low)), run_time=0.6)
            self.wait(1.5)
            arrows.add(on_it)
            gone = []
        self.moving = [arrows, *conditions]

    def conditions(self) -> Sequence[VMobject]:
        """What holds on either nullcline, one below the other on the side."""
        symbols = quantities(self.plane_model)
        steady = self.formula(f"{self.symbol} = {symbols[f'{self.gate}_inf'].typst} (V)", size=LABEL + 14)
        steady.set_color(self.theme.color(quantities(self.plane_model)[self.gate]))
        names = [c.name for c in self.plane_model.channels]
        source = "{{ I : I }} = " + " + ".join(f'{{{{ I_"{n}" : {n} }}}}' for n in names)
        balance = self.formula(source, size=LABEL + 14, color="muted")
        for name, key in (("I", "I"), *((n, f"I_{n}") for n in names)):
            balance.select(name).set_color(self.theme.color(symbols[key]))
        whole = VGroup(steady, balance).arrange(DOWN, buff=1.0)
        room = self.side.inset(left=0.3)
        whole.scale(min(1.0, room.width / whole.width, room.height / whole.height)).move_to(room.center)
        return [steady, balance]

    def settle(self) -> None:
        self.part("rest")
        i = f"I = {self.low:g} µA/cm²"
        self.dial = Dial(self.dial_area, self.theme, max(self.currents[1], 0.0)).draw(self.low)
        settles = any(p.stable for p in fixed_points(self.plane_model, self.low))
        line, caption = (
            (
                "the state settles where the nullclines cross: a stable fixed point",
                "settles where the two lines cross",
            )
            if settles
            else (
                "the nullclines cross, but the state is driven away: unstable",
                "is driven away from where the two lines cross",
            )
        )
        gone, self.graph = self.moving, self.time_panel(self.shown)
        self.say(
            "It comes to rest" if settles else "No rest",
            f"{i}: {line}",
            f"With {i} the state {caption}.",
            gone=gone,
            still=[self.graph, self.dial.still],
            moving=[self.points, self.dial.moving, *self.run_on(self.rests, Pace(self.shown, rate=10.0))],
        )
        self.play(self.clock.run(self.settled(self.rests)))
        self.wait(0.5)

    def raise_current(self) -> None:
        self.part("the current rises")
        critical, run = self.bifurcation, self.fires
        rate = float(f"{self.risen / 5.5:.1g}")
        slow = [(max(self.passed, t - 1.5 * self.until), run.duration, 0.4 * rate) for t in self.leaving[:1]]
        pace = Pace(run.duration, rate=rate, slow=slow, ease=0.1)
        old, self.graph = [*self.moving, self.graph], self.time_panel(ceil_to(run.duration, 100.0))
        moving = self.run_on(run, pace, width=3.5)
        self.say(
            "The current rises",
            "slowly: the state stays on the fixed point, where the nullclines cross",
            "The current rises slowly. The V-nullcline moves, the crossing with it; the state stays on it.",
            gone=old,
            still=[self.graph],
            moving=moving,
        )
        parts = (self.flow, self.v_line, self.points, self.dial)

        def show(_: Mobject) -> None:
            for part in parts:
                part.draw(self.injected(self.clock.now))
            self.name_lines()

        drawn = (self.flow, self.n_line, self.v_line, self.points, self.dial.moving, self.names)
        self.current = VGroup(*drawn).add_updater(show)
        self.add(self.current, *moving)
        if critical is not None:
            self.play(self.clock.run(self.passed))
            self.lose_hold(critical)
        self.play(self.clock.run())

    def lose_hold(self, critical: float) -> None:
        """While time stands still, the fixed point turns from a disc into a ring."""
        turns = bool(np.any(np.abs(hopf_points(self.plane_model) - critical) < 1e-3))
        mark = self.dial.mark(critical)
        lost = next(p for p in fixed_points(self.plane_model, critical - 1e-3) if p.stable)
        place = self.plane.at(*lost.state)[:2]
        word = self.words(f"I = {critical:.2f}", size=LABEL, color="I")
        others = np.concatenate([line.points[::4, :2] for line in (self.n_line, self.v_line)])
        stand_clear(word, place, others, within=self.plane.inner, gap=0.3)
        word.set_stroke(self.theme.ground, stroke(7), background=True)

        def pulsed(_: Mobject, done: float) -> None:
            now = critical + (2e-3 if done > 0.5 else -2e-3)
            self.points.draw(now, 1.0 + 1.3 * float(np.sin(np.pi * done)))

        self.current.suspend_updating()
        self.say(
            "Stable no longer",
            "disc: small swings die away; ring: they grow" if turns else "no stable fixed point is left",
            f"At {critical:.2f} µA/cm² "
            + (
                "the fixed point turns unstable: a Hopf bifurcation."
                if turns
                else "the last stable point is lost."
            ),
            still=[mark],
            moving=[word],
        )
        self.play(UpdateFromAlphaFunc(self.points, pulsed), run_time=1.6)
        self.wait(1.6)
        self.caption(
            "The current stays just above: the state is driven away from the ring, turn by turn, and fires."
        )
        self.play(Vanish(word), *(Appear(m) for m in self.look_closer()), run_time=0.6)
        self.clock.put(self.passed + 1e-6 * self.risen)
        self.current.resume_updating()

    def look_closer(self) -> list[Mobject]:
        """The surroundings of the fixed point that is left, and the state in them, if it leaves."""
        if not self.leaving:
            return []
        inner = self.plane.inner
        corner, other = inner.at(0.4, 0.05), inner.at(0.85, 0.42)
        area = Area(corner[0], other[0], corner[1], other[1])
        state = fixed_points(self.plane_model, self.raised)[0].state
        self.lens = Lens(self.plane, self.plane_model, self.theme, area, state, self.raised)
        style: Any = {"color": self.theme.color(STATE), "width": 3.5}
        self.moving += [self.lens, self.lens.way(self.fires, self.passed, **style).follow(self.clock)]
        return self.moving[-2:]

    def injected(self, t: float) -> float:
        """The current (µA/cm²) at time t (ms) of the run that is shown."""
        return float(self.fires.protocol(min(t, self.fires.duration - 1e-9)))

    def cycle(self) -> None:
        fires = self.turns is not None
        run = self.turns or simulate(self.plane_model, self.high, self.until, start=self.fires.y[:, -1])
        i = f"I = {self.high:g} µA/cm²"
        stable = any(p.stable for p in fixed_points(self.plane_model, self.high))
        self.part("limit cycle" if fires else "settles")
        gone, first = [*self.moving, self.graph], self.injected(self.clock.now)
        self.current.clear_updaters()
        self.graph = self.time_panel(ceil_to(run.duration, 10.0))
        if fires:
            said = (
                "A limit cycle",
                f"{i}: each turn is one spike",
                "Around the ring all ways lead to one closed curve, the limit cycle."
                if not stable
                else "There is a closed curve, the limit cycle, on which the state goes round.",
            )
        else:
            said = (
                "It settles",
                f"{i}: the fixed point is still stable" if stable else f"{i}: it comes to no spikes",
                f"With {i} the state does not go round: it settles.",
            )

        def show(_: Mobject, done: float) -> None:
            for part in (self.flow, self.v_line, self.points, self.dial):
                part.draw(first + (self.high - first) * done)
            self.name_lines()

        self.say(*said, gone=gone, still=[self.graph])
        if self.high != first:
            self.play(UpdateFromAlphaFunc(self.current, show), run_time=1.5)
        show(self.current, 1.0)
        if fires:  # the whole of it first
            self.play(Create(self.faint(run, run.duration / 3.0)), run_time=1.5)
        moving = self.run_on(run, Pace(run.duration, rate=float(f"{run.duration / 7.0:.1g}")))
        self.play(*(Appear(m) for m in moving), run_time=0.6)
        if fires:
            self.caption("Each turn is one spike.")
        self.play(self.clock.run(run.duration if fires else self.settled(run)))
        self.wait(1.5)

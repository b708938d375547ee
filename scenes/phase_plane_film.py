"""The reduced model in the plane of V and n: nullclines, vector field, and the limit cycle that a current
brings.
"""

from __future__ import annotations

import numpy as np
from manim import Arrow, Create, Dot, FadeIn, FadeOut, ValueTracker, VGroup, VMobject

from hhanim.look import quantities
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.film import LABEL, UNIT, Area, Film
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel, Trace, stroke
from hhanim.model import Membrane, Trajectory, simulate
from hhanim.model.analysis import fixed_points, nullclines, two_variable

STEPS = 61  # currents between the two for which the nullcline is computed beforehand


class PhasePlane(Telling, Film):
    """Left the plane, right V and the current on the same clock."""

    title = "The phase plane"
    description = (
        "Nullclines, vector field and trajectory of the two-variable model; a current brings a limit cycle."
    )
    alt = (
        "The plane of V and n with the two nullclines and arrows; a point settles where they "
        "cross, and after the "
        "current has risen it goes round and round, while V over time fires again and again."
    )
    poster = 0.86
    model: Membrane = "lecture"
    low: float = 0.0
    high: float = 6.0
    until: float = 60.0

    def construct(self) -> None:
        self.plane_model = two_variable(self.membrane)
        self.gate = self.plane_model.states[1]
        self.symbol = quantities(self.plane_model)[self.gate].typst
        self.rests = simulate(self.plane_model, self.low, self.until, start=self.kicked())
        settled = self.rests.y[:, -1]
        self.fires = simulate(self.plane_model, self.high, self.until, start=settled)
        tall = self.shape != "wide"
        self.head, body = self.area.rows(0.85, 6.0 if not tall else 9.0, gap=0.3)
        plane, right = body.split(1.25, 1.0, vertical=tall, gap=0.45)
        time, dial = right.rows(max(right.height - 1.25, 1.0), 0.95, gap=0.3)
        self.dial_area = dial
        v = np.concatenate([self.rests["V"], self.fires["V"]])
        self.v_range = (float(np.floor((v.min() - 8) / 10) * 10), float(np.ceil((v.max() + 6) / 10) * 10))
        top = max(
            0.6,
            min(
                1.0,
                float(
                    np.ceil((max(self.rests[self.gate].max(), self.fires[self.gate].max()) + 0.12) * 5) / 5
                ),
            ),
        )
        self.plane = Panel(
            plane,
            x=self.v_range,
            y=(0.0, top),
            theme=self.theme,
            gutter=0.9,
            xlabel=self.formula('V space "(mV)"', size=28, color="muted"),
            ylabel=self.formula(self.symbol, size=36, color=quantities(self.plane_model)[self.gate].hue),
        )
        self.graph = Panel(
            time,
            x=(0.0, self.until),
            y=self.v_range,
            theme=self.theme,
            xlabel="ms",
            ylabel=self.formula('V space "(mV)"', size=28, color="muted"),
        )
        self.current = ValueTracker(self.low)
        self.opening("Two variables are a plane, and the model is a flow on it.")
        self.axes()
        self.draw_nullclines()
        self.field()
        self.settle()
        self.raise_current()
        self.cycle()

    def kicked(self) -> dict[str, float]:
        """A start away from rest, below threshold: from it the point has a way to go."""
        rest = fixed_points(self.plane_model, self.low)[0].state
        return {"V": float(rest[0]) - 15.0, self.gate: min(float(rest[1]) + 0.3, 0.9)}

    # -- the pieces ------------------------------------------------------------------------------------------

    def axes(self) -> None:
        self.part("plane")
        self.say(
            "A plane",
            f"every state of the model is one point: its V and its {self.gate}",
            f"The reduced model has two variables, V and {self.gate}. Every state is a point of this plane.",
        )
        self.play(FadeIn(self.plane), FadeIn(self.graph), run_time=1.0)
        self.wait(0.8)

    def nullcline(self, i: float) -> np.ndarray:
        """Points (P, 3) of the V-nullcline at current i; those off the panel are left out."""
        v = np.linspace(*self.v_range, 600)
        n = nullclines(self.plane_model, v, i)["V"]
        keep = np.isfinite(n) & (n <= self.plane.y[1]) & (n >= 0)
        return np.asarray(self.plane.at(v[keep], n[keep]))

    def draw_nullclines(self) -> None:
        self.part("nullclines")
        theme, symbols = self.theme, quantities(self.plane_model)
        currents = np.linspace(self.low, self.high, STEPS)
        curves = [self.nullcline(float(i)) for i in currents]
        self.v_line = VMobject(stroke_color=theme.ink, stroke_width=stroke(5))

        def shape(_: VMobject) -> None:
            k = round((self.current.get_value() - self.low) / max(self.high - self.low, 1e-9) * (STEPS - 1))
            self.v_line.set_points_as_corners(curves[min(max(k, 0), STEPS - 1)])

        shape(self.v_line)
        self.shape_v_line = shape
        v = np.linspace(*self.v_range, 300)
        self.n_line = VMobject(stroke_color=theme.color(symbols[self.gate]), stroke_width=stroke(5))
        n = np.asarray(self.plane_model.inf(self.gate, v))
        self.n_line.set_points_as_corners(self.plane.at(v, n)[n <= self.plane.y[1]])
        ends = [
            (
                self.n_line,
                f"frac(dif {self.symbol}, dif t) = 0",
                theme.color(symbols[self.gate]),
                self.n_line.points[-1],
                [-1, 1, 0],
            ),
            (
                self.v_line,
                "frac(dif V, dif t) = 0",
                theme.ink,
                self.v_line.points[int(0.1 * len(self.v_line.points)) // 4 * 4],
                [1, 1, 0],
            ),
        ]
        self.names = VGroup()
        said = [
            (
                f"{self.gate} stands still",
                f"on this line {self.gate} is at its steady state",
                f"On this line {self.gate} does not change: it is at its steady state. Left "
                "of it, it falls; right of it, it rises.",
            ),
            (
                "V stands still",
                "on this line the currents cancel",
                "On this one V does not change: the currents through the membrane cancel.",
            ),
        ]
        for (line, source, color, at, _side), words in zip(ends, said, strict=True):
            self.say(*words)
            name = self.formula(source, size=LABEL)
            name.set_color(color)
            name.move_to(at + np.array([0.0, 0.45, 0.0]))
            a = self.plane.inner
            name.shift(
                [
                    max(a.left + 0.1 - name.get_left()[0], 0) + min(a.right + 0.7 - name.get_right()[0], 0),
                    min(self.plane.area.top - name.get_top()[1], 0),
                    0,
                ]
            )
            self.names.add(name)
            self.play(Create(line), FadeIn(name), run_time=1.4)
            self.wait(0.6)

    def field(self) -> None:
        self.part("flow")
        self.say(
            "The flow",
            "everywhere the model says where the state goes next",
            "At every point the equations say where the state goes next: together that is a flow.",
        )
        self.arrows = self.field_at(self.low)
        self.play(FadeIn(self.arrows), run_time=1.0)
        self.bring_to_back(self.arrows)
        self.wait(1.0)

    def field_at(self, i: float) -> VGroup:
        """Arrows of one length in the direction that the state moves on the screen."""
        a, out = self.plane.inner, VGroup()
        nx, ny = 11, 7
        for p in np.linspace(a.left, a.right, nx + 2)[1:-1]:
            for q in np.linspace(a.bottom, a.top, ny + 2)[1:-1]:
                v, n = self.plane.data((p, q))
                dv, dn = (float(x) for x in self.plane_model.rhs(np.array([v, n]), i))
                sx, sy = (
                    a.width / (self.plane.x[1] - self.plane.x[0]),
                    a.height / (self.plane.y[1] - self.plane.y[0]),
                )
                d = np.array([dv * sx, dn * sy, 0.0])
                d *= 0.34 / max(float(np.linalg.norm(d)), 1e-9)
                out.add(
                    Arrow(
                        np.array([p, q, 0]) - d / 2,
                        np.array([p, q, 0]) + d / 2,
                        buff=0,
                        color=self.theme.line,
                        stroke_width=stroke(2.6),
                        max_tip_length_to_length_ratio=0.4,
                        max_stroke_width_to_length_ratio=40,
                    )
                )
        return out

    def dial(self) -> VGroup:
        """The injected current, as a bar from 0 to the highest, with its value; read from the tracker."""
        a: Area = self.dial_area
        color, span = self.theme.color("I"), max(self.high, self.low, 1e-9)
        track = VMobject(stroke_color=self.theme.faint, stroke_width=stroke(12))
        bar = VMobject(stroke_color=color, stroke_width=stroke(12))
        knob = Dot(radius=14 * UNIT, color=color)
        left, right, y = a.left + 0.9, a.right - 0.9, a.bottom + 0.56
        track.set_points_as_corners([[left, y, 0], [right, y, 0]])
        name = self.formula("I", size=LABEL + 4, color="I").move_to([a.left + 0.55, y, 0])
        low, high = (
            self.words(f"{i:g}", size=28, color="muted").move_to(
                [left + i / span * (right - left), y - 0.36, 0]
            )
            for i in (0.0, self.high)
        )
        unit = self.words("µA/cm²", size=28, color="muted").next_to(high, [1, 0, 0], buff=0.12)
        unit.shift([min(a.right - unit.get_right()[0], 0), 0, 0])

        def show(_: VGroup) -> None:
            x = left + max(self.current.get_value(), 0.0) / span * (right - left)
            bar.set_points_as_corners([[left, y, 0], [max(x, left + 1e-3), y, 0]])
            knob.move_to([x, y, 0])

        group = VGroup(track, name, low, high, unit, bar, knob)
        show(group)
        return group.add_updater(show)

    def run_on(self, run: Trajectory, rate: float) -> None:
        """A run on the plane and over time, on one clock."""
        clock = Clock(Pace(self.until, rate=rate), self.theme).align_right()
        clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])
        color = self.theme.color("stimulus")
        orbit = Trace(self.plane, run.t, run[self.gate], x=run["V"], color=color, width=5)
        trace = Trace.of(run, "V", self.graph, self.theme, named=False)
        self.add(clock, orbit.follow(clock), trace.follow(clock))
        self.clock, self.orbit, self.trace, self.shown_run = clock, orbit, trace, run
        self.play(clock.run())

    def settle(self) -> None:
        self.part("rest")
        i = f"I = {self.low:g} µA/cm²"
        self.say(
            "At rest",
            f"{i}: the state settles where the lines cross",
            f"With {i}, a state follows the flow and settles where the two lines cross: "
            "nothing changes there.",
        )
        self.control = self.dial()
        self.play(FadeIn(self.control), run_time=0.5)
        self.run_on(self.rests, self.until / 7.0)

    def raise_current(self) -> None:
        self.part("the current rises")
        self.say(
            "The current rises",
            "the V line moves up, and the crossing loses its hold",
            "Now the current rises. The V line moves up, and the point where the lines cross moves along it.",
        )
        for m in (self.orbit, self.trace):
            m.clear_updaters()
        self.v_line.add_updater(self.shape_v_line)
        new = self.field_at(self.high)
        self.play(
            FadeOut(self.orbit),
            FadeOut(self.trace),
            FadeOut(self.clock),
            FadeOut(self.names[1]),
            run_time=0.6,
        )
        self.play(self.current.animate.set_value(self.high), FadeOut(self.arrows), FadeIn(new), run_time=3.5)
        self.v_line.remove_updater(self.shape_v_line)
        self.remove(self.current)
        self.arrows = new

    def cycle(self) -> None:
        fires = len(self.fires.spikes) > 1
        i = f"I = {self.high:g} µA/cm²"
        stable = any(p.stable for p in fixed_points(self.plane_model, self.high))
        if fires and not stable:
            self.part("limit cycle")
            self.say(
                "A limit cycle",
                f"{i}: no place to rest, so the state goes round, and V fires",
                f"With {i} the crossing no longer holds the state. It goes round and round: "
                "each turn is a spike.",
            )
        elif fires:
            self.part("limit cycle")
            self.say(
                "A limit cycle",
                f"{i}: the state goes round, and V fires",
                f"With {i} the state goes round and round: each turn is a spike.",
            )
        else:
            self.part("settles")
            self.say(
                "It settles",
                f"{i}: the lines still cross at a stable point",
                f"With {i} the state still finds a stable place to rest: it settles.",
            )
        self.run_on(self.fires, self.until / 12.0)

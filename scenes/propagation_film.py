"""A spike that travels: V along an axon, its channels, the local currents ahead of it, its speed, and a
collision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP, Arrow, BackgroundRectangle, DashedLine, Dot, Flash, Mobject, VGroup

from hhanim.look import quantities, quantity
from hhanim.look.numbers import ceil_to, floor_to, millivolts
from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, TITLE
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.shapes import filled, lines, stroked
from hhanim.mobjects.graph.panel import Panel
from hhanim.model import pulse
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable
from hhanim.parameters import Membrane

#: When the current is injected that starts a spike, and for how long (ms).
PULSE = {"start": 0.2, "width": 0.2}


class Propagation(Narration, Film):
    """A spike on the axon of 1952, and two that meet."""

    title = "The spike travels"
    description = (
        "A spike running along the 1952 axon with its local circuit currents, its speed, and a collision."
    )
    alt = (
        "Voltage along an axon: a spike runs from left to right, sodium channels open at its "
        "front and potassium "
        "channels behind it, current inside the axon flows ahead of it; two spikes that meet both die."
    )
    poster = 0.4
    model: Membrane = "modern"
    celsius: float = 18.5  # as in the paper, not that of its clamp experiments
    axon: float = 476.0
    resistivity: float = 35.4
    centimetres: float = 6.0

    def construct(self) -> None:
        m = self.membrane.with_(celsius=self.celsius)
        length = 1e4 * self.centimetres
        self.cable = Cable(m, length=length, diameter=self.axon, resistivity=self.resistivity, n=600)
        push: Any = self.push()
        self.one = self.shoot([IClamp(0.0, push)])
        self.two = self.shoot([IClamp(0.0, push), IClamp(length, push)])
        self.arrives = self.one.arrival()
        self.head, body = self.area.rows(0.85, 11.0 if self.shape == "tall" else 5.6, gap=0.3)
        graph, self.tube = body.rows(*((5.6, 4.4) if self.shape == "tall" else (2.45, 3.25)), gap=0.25)
        self.mm = 1e-3 * length
        v = self.one["V"]
        late = v[:, self.cable.count // 6 : -self.cable.count // 6]
        low, high = floor_to(late.min() - 10.0, 10.0), ceil_to(late.max() + 15.0, 10.0)
        self.panel = (
            Panel(graph, self.theme, gutter=0.6, left=1.15).x("mm", 0.0, self.mm).y(quantity("V"), low, high)
        )
        self.level = float(m.spike_level)
        self.fires = bool(np.isfinite(self.arrives[self.cable.count // 2]))
        self.clock = self.clock_for(10.0)
        self.enter(self.one)
        self.opening(
            "A spike does not stay where it began: it travels.",
            where=graph,
            beside=[self.wall.still, self.wall.moving],
        )
        self.travel()
        self.currents()
        self.measure()
        self.collide()

    # -- the runs --------------------------------------------------------------------------------------------

    def push(self) -> object:
        """A current pulse (nA) that starts a spike: twice what lifts the first length constant by 20 mV."""
        unit = float(self.cable.length_constant()[0])
        r_inf = 4 * self.resistivity * unit * 1e-4 / (np.pi * (self.axon * 1e-4) ** 2) * 1e-6  # MΩ
        return pulse(float(np.round(200.0 / r_inf, -2)), **PULSE)

    def shoot(self, clamps: list[IClamp]) -> CableRun:
        """Run for as long as a spike takes on the paper's axon and a little more; longer, while one is under
        way.
        """
        duration = 1.2 + 1.1e-3 * self.cable.length / 18.7
        for _ in range(5):
            run = simulate_cable(self.cable, clamps, duration, dt=0.0025, sample=0.005)
            arrived = np.isfinite(run.arrival())
            if arrived.all() or not arrived.any() or run["V"][-1].max() < self.cable.membrane.spike_level:
                break
            duration *= 1.6
        return run

    def clock_for(self, seconds: float, slow: tuple[float, float] | None = None) -> Clock:
        """A clock that takes about that long; a third as fast between the two times (ms) of `slow`."""
        duration = self.one.duration
        rate = float(f"{duration / seconds:.1g}")
        windows = [(*slow, rate / 3)] if slow else []
        return self.timed(Pace(duration, rate=rate, slow=windows))

    # -- the telling -----------------------------------------------------------------------------------------

    def enter(self, run: CableRun, *, loops: bool = False, refractory: bool = False) -> None:
        """V along the axon and what moves in the axon itself, on the clock."""
        self.wall = Axon(
            self.panel, self.tube, run, self.theme, clock=self.clock, loops=loops, refractory=refractory
        )
        self.profile = Profile(self.panel, run, "V", self.theme).follow(self.clock)
        self.moving = [self.profile, self.wall.moving, self.clock]

    def leave(self, *others: Mobject) -> None:
        """What moves goes, before the next run comes."""
        for mobject in self.moving:
            mobject.clear_updaters()
        self.play(*(Vanish(m) for m in (*self.moving, *others)), run_time=0.5)

    def travel(self) -> None:
        self.part("travelling")
        size = f"{self.axon:g} µm wide, {float(np.max(self.cable.membrane.celsius)):g} °C"
        self.say(
            "V along the axon",
            f"{size}; its lower wall glows where Na⁺ and K⁺ flow",
            "Below V: the axon, cut open along its length.",
            still=[self.panel],
            moving=[self.profile, self.clock],
        )
        self.start([0])
        self.caption("Where sodium flows in, the charge turns over.")
        self.play(self.clock.run(self.when(0.47)))

    def start(self, ends: list[int]) -> None:
        """Run the clock past the stimulus, each of those ends of the axon marked as long as it gets one."""
        color, reach = self.theme.color("I"), 0.5
        marks = VGroup()
        for k in ends:
            out, tip = (-1.0 if k == 0 else 1.0), self.wall.ends[k]
            tail = tip + np.array([out * reach, 0.0, 0.0])
            marks.add(Arrow(tail, tip, buff=0.04, color=color, stroke_width=stroke(5)))
            word = self.words("pulse", size=SMALL, color="I")
            word.next_to(tail, DOWN, buff=0.12).align_to(
                tip + np.array([0.1 * out, 0.0, 0.0]), (-out, 0.0, 0.0)
            )
            marks.add(word)
        self.play(Appear(marks), run_time=0.4)
        over = PULSE["start"] + PULSE["width"]
        self.play(self.clock.run(over))
        self.play(self.clock.run(self.later(0.4)), Vanish(marks, run_time=0.4))

    def later(self, seconds: float) -> float:
        """The model time (ms) so much film (s) from now on, if the clock runs."""
        pace = self.clock.pace
        return float(pace.time(pace.film(self.clock.now) + seconds))

    def when(self, share: float) -> float:
        """When the spike passes that fraction of the axon (ms); that fraction of the run if none does."""
        t = float(self.arrives[min(int(share * self.cable.count), self.cable.count - 1)])
        return t if np.isfinite(t) else share * self.one.duration

    def over(self, text: str, start: float, stop: float) -> VGroup:
        """Words above a stretch of the membrane (mm), and a bracket that says which."""
        (a, b), y = self.panel.at(np.array([start, stop]), 0.0)[:, 0].tolist(), self.wall.row
        words = self.words(text, size=SMALL)
        half = 0.5 * words.width
        x = min(max(0.5 * (a + b), self.area.left + half), self.area.right - half)
        words.move_to((x, y + 0.06, 0.0))
        low = words.get_bottom()[1] - 0.05
        corners = [(a, low - 0.1), (a, low), (b, low), (b, low - 0.1)]
        return VGroup(words, stroked(lines(corners), self.theme.muted, stroke(3.0)))

    def currents(self) -> None:
        if not self.fires:
            return
        self.part("local currents")
        currents = self.wall.currents
        self.say(
            "Local currents",
            f"in where Na⁺ flows, out ahead and behind; each line: {_current(currents.unit)}",
            "The current spreads inside and leaves ahead and behind.",
        )
        self.wall.loops.add(currents)
        # What is said above the channels from now on takes the place of their names.
        self.play(Appear(currents), Vanish(self.wall.titles), run_time=1.0)
        self.wait(2.2)
        marks = []
        if ahead := [loop.b for loop in currents.drawn if loop.current > 0]:
            mark = self.over("ahead: charged, V rises", min(ahead), max(ahead))
            marks.append((mark, "Ahead it charges the membrane: the next channels open."))
        if behind := [loop for loop in currents.drawn if loop.current < 0]:
            wide = max(behind, key=lambda loop: loop.b - loop.a)
            mark = self.over("behind: Na⁺ inactivates, K⁺ open", wide.a, wide.b)
            marks.append((mark, "Behind, sodium channels inactivate: no way back."))
        for mark, text in marks:
            self.caption(text)
            self.play(Appear(mark), run_time=0.5)
            self.wait(2.5)
            self.play(Vanish(mark), run_time=0.4)
        self.caption("So the spike renews itself, place after place.")
        self.play(self.clock.run(self.when(1.0)))

    def measure(self) -> None:
        self.part("speed")
        if not self.fires:
            self.say(
                "No spike",
                "the stimulus does not start one that travels",
                "No spike travels: the current spreads a little way and fades.",
            )
            self.play(self.clock.run())
            return
        # Between two channels, at whole millimetres.
        gaps = np.arange(1, len(self.wall.x)) * self.mm / len(self.wall.x)
        a, b = (float(np.round(gaps[np.argmin(np.abs(gaps - s * self.mm))])) for s in (0.27, 0.73))
        first, last = (float(np.interp(1e3 * x, self.one.x, self.arrives)) for x in (a, b))
        self.speed = self.one.speed(1e3 * a, 1e3 * b)
        self.leave()
        self.clock = self.clock_for(4.5)
        self.enter(self.one)
        self.say(
            "Its speed",
            f"two electrodes {b - a:g} mm apart: when does V pass {millivolts(self.level)} upwards?",
            f"Two electrodes, {b - a:g} millimetres apart, time the spike between them.",
            moving=self.moving,
        )
        color, top = self.theme.color("ink"), self.panel.ylim[1]
        tools, dots = VGroup(), VGroup()
        for x in (a, b):
            at = float(self.panel.at(x, 0.0)[0])
            upper, tip = self.panel.inner.bottom - 0.08, self.wall.ends[0][1] + 0.3
            tools.add(
                DashedLine(self.panel.at(x, self.panel.ylim[0]), self.panel.at(x, top), color=self.theme.muted,
                           stroke_width=stroke(3.0)),
                filled(lines([(at - 0.1, upper), (at + 0.1, upper), (at, tip), (at - 0.1, upper)]), color),
            )  # fmt: skip
            dots.add(Dot(self.panel.at(x, self.level), radius=0.1, color=color))
        watch = Reading("{} ms", size=1.2 * LABEL, color=color, hold="right")
        middle = 0.5 * (self.panel.at(a, 0.0)[0] + self.panel.at(b, 0.0)[0])
        watch.move_to((middle, self.panel.area.top - 0.5 * TICK * UNIT, 0.0))
        watch.add_updater(
            lambda w: w.draw(f"{min(max(self.clock.now, first), last) - first:.3f}") and None,
            call_updater=True,
        )
        self.play(Appear(tools), Appear(watch), run_time=0.6)
        for dot, t in zip(dots, (first, last), strict=True):
            self.play(self.clock.run(t))
            self.add(dot)
            flash = Flash(dot, color=color, line_length=0.2, flash_radius=0.2, run_time=0.5)
            self.play(self.clock.run(self.later(0.5)), flash)
        told = VGroup(
            self.words(f"{b - a:g} mm in {last - first:.3f} ms", size=LABEL),
            self.words(f"{self.speed:.1f} m/s", size=1.4 * TITLE, weight="semibold"),
        ).arrange(DOWN, buff=0.12)
        room = 0.9 * float(self.panel.at(b, 0.0)[0] - self.panel.at(a, 0.0)[0])
        told.scale(min(1.0, room / told.width))
        told.move_to((middle, self.panel.at(0.0, top)[1] - 0.1, 0.0), aligned_edge=UP)
        # The lines of the grid do not run through it.
        told.add_to_back(BackgroundRectangle(told, color=self.theme.ground, fill_opacity=1.0, buff=0.06))
        self.play(self.clock.run(max(self.when(1.0), self.clock.now)))  # out of the way of what is told
        self.caption(f"{self.speed:.1f} metres per second.")
        self.play(Vanish(watch, between=(0.0, 0.5)), Appear(told, between=(0.3, 1.0)), run_time=0.8)
        self.wait(1.6)
        self.measured = VGroup(tools, dots, told)

    def collide(self) -> None:
        if not self.fires:
            return
        self.part("collision")
        meet = float(self.two.arrival()[self.cable.count // 2])
        met = np.isfinite(meet)
        pause = meet - 0.1 * self.mm / self.speed  # 1 m/s is 1 mm/ms
        self.leave(self.measured)
        self.clock = self.clock_for(8.0, (pause, meet + 7.5 / self.speed) if met else None)
        self.enter(self.two, loops=True, refractory=True)
        self.say(
            "Two spikes meet",
            "one from either end; grey: Na⁺ channels inactivated",
            "A pulse at either end. Grey: sodium channels inactivated.",
            moving=self.moving,
        )
        self.start([0, 1])
        if not met:
            self.play(self.clock.run())
            return
        self.play(self.clock.run(pause))
        self.caption("Behind each spike the membrane is refractory.")
        marks = self.refractory()
        self.play(Appear(marks), run_time=0.5)
        self.wait(2.6)
        self.caption("Neither can enter the wake of the other.")
        self.play(Vanish(marks), run_time=0.4)
        # Until V is flat, and nothing is left of either.
        v = self.two["V"]
        height = float(np.ptp(self.one["V"][:, self.cable.count // 2]))
        flat = (self.two.t > meet) & (np.ptp(v, axis=1) < 0.03 * height)
        over = float(self.two.t[np.argmax(flat)]) if flat.any() else self.two.duration
        self.play(self.clock.run(over))
        self.play(Vanish(self.wall.flows), run_time=0.4)
        self.echoes, every = self.before_and_after(meet)
        self.say(
            "Both have ended",
            f"each in the refractory wake of the other; faint: V every {every:g} ms",
            "Each ran into the refractory wake of the other, and both ended.",
            moving=[self.echoes],
        )
        self.wait(3.4)  # as long as it takes to read

    def refractory(self) -> VGroup:
        """The stretches that are more than half as inactivated as they can be, named."""
        marks = VGroup()
        for band in self.wall.wake:
            shut = band.shown()
            on = shut > 0.5 * shut.max()
            x = self.cable.x * 1e-3
            for half in (x < 0.5 * self.mm, x > 0.5 * self.mm):
                if (on & half).any():
                    where = x[on & half]
                    marks.add(self.over("refractory", float(where.min()), float(where.max())))
        return marks

    def before_and_after(self, meet: float) -> tuple[VGroup, float]:
        """V along the axon at some moments of the approach, the last shortly before the two become one, as faint
        lines; and the time between two of them (ms).
        """
        key, made = quantities(self.cable.membrane)["V"], VGroup()
        # One figure, so that the time said is the time drawn.
        every = float(f"{0.16 * self.mm / self.speed:.1g}")
        for back, shade in ((2, 1.0), (1, 1.3), (0, 1.6)):
            line = Profile(self.panel, self.two, "V", self.theme, width=3.0).draw(
                meet - 0.04 * self.mm / self.speed - back * every
            )
            line.set_stroke(self.theme.color(key), opacity=shade * self.theme.ghost(self.theme.color(key)))
            made.add(line)
        return made, every


def _current(nanoampere: float) -> str:
    """A current with the unit that suits its size."""
    for unit, size in (("mA", 1e6), ("µA", 1e3)):
        if nanoampere >= size:
            return f"{nanoampere / size:g} {unit}"
    return f"{nanoampere:g} nA"

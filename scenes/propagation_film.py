"""A spike that travels: V along an axon, its channels, the local currents ahead of it, its speed, and a
collision.
"""

from __future__ import annotations

import numpy as np
from manim import DOWN, UP, Arrow, BackgroundRectangle, DashedLine, VGroup

from hhanim.look import quantities
from hhanim.mobjects.axon import Axon, Profile
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.fades import Appear, Vanish
from hhanim.mobjects.film import SMALL, TICK, TITLE, Film
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel, stroke
from hhanim.model import Membrane, pulse
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable

#: When the current is injected that starts a spike, and for how long (ms).
PULSE = {"start": 0.2, "width": 0.2}


class Propagation(Telling, Film):
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
        push = self.push()
        self.one = self.shoot([IClamp(0.0, push)])
        self.two = self.shoot([IClamp(0.0, push), IClamp(length, push)])
        self.arrives = self.one.arrival()
        self.head, body = self.area.rows(0.85, 11.0 if self.shape == "tall" else 5.6, gap=0.3)
        graph, self.tube = body.rows(*((6.2, 3.8) if self.shape == "tall" else (2.65, 3.05)), gap=0.25)
        self.mm = 1e-3 * length
        v = self.one["V"]
        late = v[:, self.cable.count // 6 : -self.cable.count // 6]
        low, high = float(np.floor(late.min() / 10 - 1) * 10), float(np.ceil(late.max() / 10 + 1.5) * 10)
        self.panel = Panel(
            graph,
            x=(0.0, self.mm),
            y=(low, high),
            theme=self.theme,
            xlabel="mm",
            gutter=0.6,
            left=1.15,
            ylabel=self.formula('V space "(mV)"', size=TICK, color="muted"),
        )
        self.fires = bool(np.isfinite(self.arrives[self.cable.count // 2]))
        self.clock = self.clock_for(10.0)
        self.enter(self.one)
        self.opening(
            "A spike does not stay where it began: it travels along the axon.",
            where=graph,
            beside=[self.wall.still, self.wall.moving],
        )
        self.travel()
        self.currents()
        self.measure()
        self.collide()

    # -- the runs --------------------------------------------------------------------------------------------

    def push(self) -> object:
        """A current pulse (nA) that starts a spike: three times what lifts the first length constant by
        20 mV.
        """
        unit = float(self.cable.length_constant()[0])
        r_inf = 4 * self.resistivity * unit * 1e-4 / (np.pi * (self.axon * 1e-4) ** 2) * 1e-6  # MΩ
        return pulse(float(np.round(300.0 / r_inf, -2)), **PULSE)

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
        """A clock that takes about that long; a quarter as fast between the two times (ms) of `slow`."""
        duration = self.one.duration
        rate = float(f"{duration / seconds:.1g}")
        windows = [(*slow, rate / 4)] if slow else []
        clock = Clock(Pace(duration, rate=rate, slow=windows), self.theme).align_right()
        return clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])

    # -- the telling -----------------------------------------------------------------------------------------

    def enter(self, run: CableRun) -> None:
        """V along the axon and the axon itself, on the clock."""
        self.wall = Axon(self.panel, self.tube, run, self.theme, clock=self.clock)
        self.profile = Profile(self.panel, run, "V", self.theme).follow(self.clock)
        self.moving = [self.profile, self.wall.moving, self.clock]

    def travel(self) -> None:
        self.part("travelling")
        size = f"{self.axon:g} µm wide, {float(np.max(self.cable.membrane.celsius)):g} °C"
        self.say(
            "V along the axon",
            f"{size}; below, the channels in its wall",
            f"V along an axon {size}. Below it, the channels in its wall, each with the gates "
            "that V has opened or shut there.",
            still=[self.panel],
            moving=[self.profile, self.clock],
        )
        self.start([0])
        self.paused = self.clear_of_gates(0.45)
        self.play(self.clock.run(self.when(self.paused)))

    def start(self, ends: list[int]) -> None:
        """Run the clock past the stimulus, each of those ends of the axon marked as long as it gets one."""
        color, reach = self.theme.color("I"), 0.5
        marks = VGroup()
        for k in ends:
            out, tip = (-1.0 if k == 0 else 1.0), self.wall.ends[k]
            tail = tip + np.array([out * reach, 0.0, 0.0])
            marks.add(Arrow(tail, tip, buff=0.04, color=color, stroke_width=stroke(5)))
            # Beside the core, where no loop comes.
            word = self.words("pulse", size=SMALL, color="I")
            word.next_to(tail, DOWN, buff=0.12).align_to(
                tip + np.array([0.06 * out, 0.0, 0.0]), [-out, 0.0, 0.0]
            )
            marks.add(word)
        self.play(Appear(marks), run_time=0.4)
        over = PULSE["start"] + PULSE["width"]
        self.play(self.clock.run(over))
        self.play(self.clock.run(over + 0.1), Vanish(marks))

    def clear_of_gates(self, share: float) -> float:
        """Where (fraction of the axon) near that one a spike has all its loops enter through one channel."""
        pores = np.array(
            sorted(self.panel.data((x, 0.0))[0] for x in self.wall.currents.crossings.inward.centres)
        )
        if len(pores) < 2:
            return share
        here = pores + 0.44 * np.diff(pores).min()
        return float(here[np.argmin(np.abs(here - share * self.mm))]) / self.mm

    def when(self, share: float) -> float:
        """When the spike passes that fraction of the axon (ms); that fraction of the run if none does."""
        t = float(self.arrives[int(share * self.cable.count)])
        return t if np.isfinite(t) else share * self.one.duration

    def currents(self) -> None:
        if not self.fires:
            return
        self.part("local currents")
        self.say(
            "Local currents",
            f"in through Na⁺ channels, along the inside, out ahead; each loop: {_current(self.wall.currents.unit)}",
            "What sodium carries in flows along the inside, ahead of the spike, and leaves through the membrane there: "
            "so it lifts the next stretch to threshold. Both kinds of channel are everywhere; few are drawn.",
        )
        # Between lines of the grid: above the flat stretches before and behind the spike.
        x, levels = self.paused * self.mm, [self.panel.data(line.get_start())[1] for line in self.panel.grid]
        near, far = 0.5 * (levels[0] + levels[1]), 0.5 * (levels[-2] + levels[-1])
        # Above where the outermost loop ahead of the spike ends, clear of the front of V.
        ends = [loop.b for loop in self.wall.currents.drawn if loop.rising]
        ahead = self.words("ahead: the loops charge\nthe membrane, V rises", size=SMALL, align="center")
        ahead.move_to(self.panel.at(x + 0.28 * self.mm, near))
        if ends:
            ahead.move_to([max(ends), ahead.get_y(), 0.0], aligned_edge=[-1.0, 0.0, 0.0])
        marks = VGroup(
            ahead,
            self.words("behind: Na⁺ channels\ninactivated, K⁺ open", size=SMALL, align="center").move_to(
                self.panel.at(x - 0.27 * self.mm, far)
            ),
        )
        inner = self.panel.inner
        marks[1].shift([max(inner.left + 0.1 - marks[1].get_left()[0], 0.0), 0.0, 0.0])
        v = self.profile.points[:, 1][self.profile.points[:, 0] < marks[1].get_right()[0]]
        if v.max() > marks[1].get_bottom()[1] - 0.1:  # a long spike: above it
            marks[1].align_to(self.panel.at(0.0, self.panel.y[1]), UP)
        marks[0].shift([min(inner.right + 0.5 - marks[0].get_right()[0], 0.0), 0.0, 0.0])
        self.play(Appear(marks[0]), run_time=0.6)
        self.wait(1.0)
        self.play(Appear(marks[1]), run_time=0.6)
        self.wait(1.6)
        self.play(Vanish(marks), run_time=0.4)
        self.play(self.clock.run(self.when(0.85)))

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
        a, b = 0.3 * self.mm, 0.75 * self.mm
        self.speed = self.one.speed(1e3 * a, 1e3 * b)
        self.say(
            "Its speed",
            "two electrodes, and the time between",
            f"Two electrodes {b - a:.0f} millimetres apart, and the time the spike takes "
            f"between them: {self.speed:.1f} metres per second.",
        )
        color = self.theme.color("I")
        low, high = self.panel.y
        lines = VGroup(
            *(
                DashedLine(
                    self.panel.at(x, low), self.panel.at(x, high), color=color, stroke_width=stroke(3.5)
                )
                for x in (a, b)
            )
        )
        times = [float(np.interp(1e3 * x, self.one.x, self.arrives)) for x in (a, b)]
        self.clock.set(0.0)
        self.play(Appear(lines), run_time=0.6)
        words = VGroup()
        for x, t in zip((a, b), times, strict=True):
            self.play(self.clock.run(t))
            word = self.words(f"{t:.2f} ms", size=TICK, color="I")
            words.add(word.next_to(self.panel.at(x, high), UP, buff=0.08))
            self.add(word)
            self.wait(0.4)
        told = VGroup(
            self.words(f"{self.speed:.1f} m/s", size=TITLE, weight="semibold"),
            self.words(f"{b - a:.0f} mm in {times[1] - times[0]:.2f} ms", size=TICK, color="muted"),
        ).arrange(DOWN, buff=0.12)
        room = 0.9 * float(self.panel.at(b, 0.0)[0] - self.panel.at(a, 0.0)[0])
        told.scale(min(1.0, room / told.width))
        told.move_to([self.panel.at(a, 0.0)[0] + 0.05 * room, self.panel.at(0.0, high)[1] - 0.1, 0.0],
                     aligned_edge=[-1, 1, 0])  # fmt: skip
        # The lines of the grid do not run through it.
        told.add_to_back(BackgroundRectangle(told, color=self.theme.ground, fill_opacity=1.0, buff=0.06))
        self.play(Appear(told), run_time=0.6)
        self.play(self.clock.run(self.when(0.93)))
        self.wait(1.0)
        self.measured = VGroup(lines, words, told)

    def collide(self) -> None:
        if not self.fires:
            return
        self.part("collision")
        old = [self.measured, self.wall.still, *self.moving]
        meet = float(self.two.arrival()[self.cable.count // 2])
        self.clock = self.clock_for(
            8.0, (meet - 6.0 / self.speed, meet + 7.5 / self.speed) if np.isfinite(meet) else None
        )
        self.enter(self.two)
        self.say(
            "Two spikes meet",
            "behind each, the channels are inactivated: neither can pass",
            "Two spikes that meet both die: behind each of them the channels are "
            "inactivated, so neither can pass.",
            gone=old,
            still=[self.wall.still],
            moving=self.moving,
        )
        self.start([0, 1])
        if not np.isfinite(meet):
            self.play(self.clock.run())
            return
        # Until V is flat, and nothing is left of either.
        v = self.two["V"]
        height = float(np.ptp(self.one["V"][:, self.cable.count // 2]))
        flat = (self.two.t > meet) & (np.ptp(v, axis=1) < 0.03 * height)
        over = float(self.two.t[np.argmax(flat)]) if flat.any() else self.two.duration
        self.play(self.clock.run(over))
        self.echoes, every = self.before_and_after(meet)
        self.say(
            "Both have ended",
            f"faint: V every {every:g} ms until they met, each where the other had left the membrane refractory",
            "Where they met, each found the membrane that the other had left refractory, and both ended. "
            f"The faint lines are V on the way there, every {every:g} milliseconds.",
            moving=[self.echoes],
        )
        self.wait(3.0)  # as long as it takes to read

    def before_and_after(self, meet: float) -> tuple[VGroup, float]:
        """V along the axon at some moments of the approach, the last shortly before the two become one, as faint
        lines; and the time between two of them (ms).
        """
        key, made = quantities(self.cable.membrane)["V"], VGroup()
        # 1 m/s is 1 mm/ms. One figure, so that the time said is the time drawn.
        every = float(f"{0.16 * self.mm / self.speed:.1g}")
        for back, shade in ((2, 0.8), (1, 1.2), (0, 1.6)):
            line = Profile(self.panel, self.two, "V", self.theme, width=3.0).show(
                meet - 0.04 * self.mm / self.speed - back * every
            )
            line.set_stroke(self.theme.color(key), opacity=shade * self.theme.ghost)
            made.add(line)
        return made, every


def _current(nanoampere: float) -> str:
    """A current with the unit that suits its size."""
    for unit, size in (("mA", 1e6), ("µA", 1e3)):
        if nanoampere >= size:
            return f"{nanoampere / size:g} {unit}"
    return f"{nanoampere:g} nA"

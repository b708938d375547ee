"""A spike that travels: V along an axon, its channels, the local currents ahead of it, its speed, and a
collision.
"""

from __future__ import annotations

import numpy as np
from manim import UP, DashedLine, FadeIn, FadeOut, VGroup

from hhanim.mobjects.axon import Axon, Profile
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.film import LABEL, Area, Film
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import Panel
from hhanim.model import Membrane, pulse
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable


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
    warmth: float = 18.5
    axon: float = 476.0
    resistivity: float = 35.4
    centimetres: float = 6.0

    def construct(self) -> None:
        m = self.membrane if "celsius" in self.changes else self.membrane.with_(celsius=self.warmth)
        length = 1e4 * self.centimetres
        self.cable = Cable(m, length=length, diameter=self.axon, resistivity=self.resistivity, n=600)
        push = self.push()
        self.one = self.shoot([IClamp(0.0, push)])
        self.two = self.shoot([IClamp(0.0, push), IClamp(length, push)])
        self.head, body = self.area.rows(0.85, 5.0, gap=0.3)
        graph, tube = body.rows(3.3, 1.5, gap=0.5)
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
            gutter=0.9,
            ylabel=self.formula('V space "(mV)"', size=28, color="muted"),
        )
        self.tube: Area = tube
        self.opening("A spike does not stay where it began: it travels along the axon.")
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
        return pulse(float(np.round(300.0 / r_inf, -2)), start=0.2, width=0.2)

    def shoot(self, clamps: list[IClamp]) -> CableRun:
        """Run until a spike has left, or for as long as one might take."""
        guess = 0.6 + 1e-3 * self.cable.length / 18.7 * 1.0
        return simulate_cable(self.cable, clamps, 1.1 * guess + 0.5, dt=0.0025, sample=0.005)

    def clock_for(self, seconds: float, slow: tuple[float, float] | None = None) -> Clock:
        """A clock that takes about that long; a quarter as fast between the two times (ms) of `slow`."""
        duration = self.one.duration
        rate = float(f"{duration / seconds:.1g}")
        windows = [(*slow, rate / 4)] if slow else []
        clock = Clock(Pace(duration, rate=rate, slow=windows), self.theme).align_right()
        return clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])

    # -- the telling -----------------------------------------------------------------------------------------

    def travel(self) -> None:
        self.part("travelling")
        fires = bool(np.isfinite(self.one.arrival()[self.cable.count // 2]))
        self.fires = fires
        size = f"{self.axon:g} µm wide, {float(np.max(self.cable.membrane.celsius)):g} °C"
        self.say(
            "V along the axon",
            f"{size}; below, its wall: sodium and potassium channels light up when open",
            f"V along an axon {size}. In its wall below, channels light up where they are open.",
        )
        self.clock = self.clock_for(10.0)
        self.profile = Profile(self.panel, self.one, "V", self.theme)
        self.wall = Axon(self.panel, self.tube, self.one, self.theme)
        self.play(FadeIn(self.panel), FadeIn(self.wall), FadeIn(self.profile), run_time=1.0)
        self.add(self.clock, self.wall.follow(self.clock), self.profile.follow(self.clock))
        self.half = self.when(0.45)
        self.play(self.clock.run(self.half))

    def when(self, share: float) -> float:
        """When the spike passes that fraction of the axon (ms); that fraction of the run if none does."""
        t = float(self.one.arrival()[int(share * self.cable.count)])
        return t if np.isfinite(t) else share * self.one.duration

    def currents(self) -> None:
        if not self.fires:
            return
        self.part("local currents")
        self.say(
            "Local currents",
            "inside, current runs ahead of the spike and lifts the next stretch to threshold",
            "Sodium that has entered spreads along the inside, ahead of the spike, and lifts "
            "the next stretch to threshold.",
        )
        here = self.panel.at(0.45 * self.mm, self.panel.y[1])[0]
        a = self.tube
        ahead = self.words("ahead: V rises", size=28, color="ink").move_to([here + 1.8, a.bottom - 0.25, 0])
        behind = self.words("behind: channels inactivated", size=28, color="muted")
        behind.move_to([here - 2.2, a.bottom - 0.25, 0])
        marks = VGroup(ahead, behind)
        marks.shift([max(a.left - marks.get_left()[0], 0) + min(a.right - marks.get_right()[0], 0), 0, 0])
        self.play(FadeIn(marks), run_time=0.6)
        self.wait(2.5)
        self.play(FadeOut(marks), run_time=0.4)
        self.play(self.clock.run())

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
        speed = self.one.speed(1e3 * a, 1e3 * b)
        self.say(
            "Its speed",
            "two electrodes, and the time between",
            f"Two electrodes {b - a:.0f} millimetres apart, and the time the spike takes "
            f"between them: {speed:.1f} metres per second.",
        )
        color = self.theme.color("I")
        lines = VGroup(
            *(
                DashedLine(
                    self.panel.at(x, self.panel.y[0]),
                    self.panel.at(x, self.panel.y[1]),
                    color=color,
                    stroke_width=4,
                )
                for x in (a, b)
            )
        )
        times = [float(np.interp(1e3 * x, self.one.x, self.one.arrival())) for x in (a, b)]
        self.clock.set(0.0)
        self.play(FadeIn(lines), run_time=0.6)
        words = VGroup()
        for x, t in zip((a, b), times, strict=True):
            self.play(self.clock.run(t))
            word = self.words(f"{t:.2f} ms", size=30, color="I")
            word.next_to(self.panel.at(x, self.panel.y[1]), UP, buff=0.1)
            words.add(word)
            self.add(word)
        sum_ = self.words(
            f"{b - a:.0f} mm in {times[1] - times[0]:.2f} ms = {speed:.2f} m/s",
            size=LABEL + 10,
            weight="semibold",
        )
        sum_.move_to(
            [
                self.panel.inner.left + 0.5 * self.panel.inner.width,
                self.panel.at(0, self.panel.y[1])[1] - 0.55,
                0,
            ]
        )
        backing = sum_.copy().set_stroke(self.theme.ground, width=14, opacity=1.0).set_fill(opacity=0.0)
        self.speed = speed
        self.play(FadeIn(backing), FadeIn(sum_), run_time=0.6)
        self.play(self.clock.run())
        self.wait(0.6)
        self.play(FadeOut(lines), FadeOut(words), FadeOut(sum_), FadeOut(backing), run_time=0.5)

    def collide(self) -> None:
        if not self.fires:
            return
        self.part("collision")
        self.say(
            "Two spikes meet",
            "behind each, the channels are inactivated: neither can pass",
            "Two spikes that meet both die: behind each of them the channels are "
            "inactivated, so neither can pass.",
        )
        for m in (self.profile, self.wall):
            m.clear_updaters()
        self.play(FadeOut(self.profile), FadeOut(self.wall), FadeOut(self.clock), run_time=0.5)
        meet = float(self.two.arrival()[self.cable.count // 2])
        self.clock = self.clock_for(8.0, (meet - 0.3, meet + 0.4) if np.isfinite(meet) else None)
        self.profile = Profile(self.panel, self.two, "V", self.theme)
        self.wall = Axon(self.panel, self.tube, self.two, self.theme)
        self.play(FadeIn(self.wall), FadeIn(self.profile), run_time=0.5)
        self.add(self.clock, self.wall.follow(self.clock), self.profile.follow(self.clock))
        self.play(self.clock.run())

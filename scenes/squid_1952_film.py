"""Hodgkin and Huxley's account of the nerve impulse in two minutes: membrane, gates, equations, spike,
axon.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import FadeIn, FadeOut, Mobject, VGroup

from hhanim.look import quantities
from hhanim.mobjects.charge import SurfaceCharge, absolute
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.equations import CurrentEquation, GateEquation
from hhanim.mobjects.film import LABEL, SMALL, TITLE, Area, Film
from hhanim.mobjects.membrane import Bilayer, MembranePatch
from hhanim.mobjects.shapes import filled, lines, mix, stroked
from hhanim.mobjects.stimulus import StimulusBar
from hhanim.mobjects.telling import Telling, millivolts
from hhanim.mobjects.trace import Panel, Trace, Traces, stroke
from hhanim.model import Membrane, Protocol, Trajectory, pulse, simulate
from hhanim.model.analysis import strength_duration
from hhanim.model.cable import Cable, IClamp, simulate_cable

AXON = {"length": 60_000.0, "diameter": 476.0, "resistivity": 35.4}  # µm, µm, Ω·cm: the 1952 axon
WARM = 18.5  # °C, of the 1952 calculation of the propagated impulse


class Squid1952(Telling, Film):
    """The whole argument once, each step as short as it can be said."""

    title = "The squid axon, 1952"
    description = "Membrane, gates, equations, spike, threshold and propagation in about two minutes."
    alt = (
        "A membrane with channels whose gates open as the equations say, the four equations, the action "
        "potential "
        "they produce, its threshold, and the spike travelling along the squid's giant axon."
    )
    poster = 0.2
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=2, width=1)"
    until: float = 15.0

    def construct(self) -> None:
        self.build()
        self.opening(
            "In 1952 Alan Hodgkin and Andrew Huxley explained the nerve impulse of the squid's giant axon."
        )
        self.membrane_and_channels()
        self.equations()
        self.spike()
        self.all_or_nothing()
        self.propagation()
        self.closing()

    def build(self) -> None:
        """The trajectory, and the areas that all parts share."""
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until)
        tall = self.shape == "tall"
        self.head, self.body = self.area.rows(0.85, 11.0 if tall else 5.8, gap=0.28)
        self.zero = -float(absolute(self.membrane, 0.0))
        self.on: list[Mobject] = []

    # -- the parts -----------------------------------------------------------------------------------------

    def membrane_and_channels(self) -> None:
        self.part("membrane")
        spikes = self.run.spikes
        slow = [(spikes[0] - 1.0, spikes[0] + 2.5, 0.4)] if len(spikes) else []
        self.new_clock(Pace(min(self.until, 10.0), rate=2.0, slow=slow, ease=0.3))
        names = [c.name for c in self.membrane.channels]
        gated = [c.name for c in self.membrane.channels if c.gates]
        row = [*names, *gated] if self.shape == "wide" else names
        area = self.body
        if self.shape == "tall":
            area = Area(area.left, area.right, area.center[1] - 3.2, area.center[1] + 3.2)
        self.patch = MembranePatch(self.run, self.theme, area, channels=row, clock=self.clock, transit=1.0)
        patch, rest = self.patch, float(absolute(self.membrane, self.run["V"][0]))
        self.say(
            "A thin membrane",
            f"Na⁺ outside, K⁺ inside, and the inside at {millivolts(rest)}",
            "A thin layer of lipids parts two salt solutions: mostly sodium outside, mostly potassium "
            "inside. "
            f"The inside is at {millivolts(rest)}.",
        )
        # At first without channels: lipids from end to end, nothing named but the two sides.
        whole = Bilayer(area.left, area.right, self.theme, thickness=patch.thickness).shift(
            [0.0, patch.middle, 0.0]
        )
        sides, names = patch.words[:3], patch.words[3:]
        self.play(FadeIn(whole), run_time=1.2)
        self.play(FadeIn(VGroup(patch.waiting, *sides)), run_time=1.2)
        self.play(FadeIn(patch.charge), run_time=0.8)
        self.wait(2.0)
        self.part("channels")
        self.say(
            "Channels with gates",
            "flaps that open on depolarisation, a ball that shuts the pore",
            "Channels let ions through when their gates are open: fast m gates and a ball, h, in the "
            "sodium channel, "
            "four slow n gates in the potassium channel.",
        )
        bodies = VGroup(*(v.body for v in patch.views), *names)
        gates = VGroup(*(v.gates for v in patch.views))
        self.play(FadeOut(whole), FadeIn(patch.bilayer), FadeIn(bodies), FadeIn(gates), run_time=1.0)
        self.remove(*self.mobjects)
        self.add(self.heading, patch.still, patch.moving, self.clock)
        self.on = [patch.still, patch.moving, self.clock]
        self.wait(1.0)
        self.play(self.clock.run())

    def equations(self) -> None:
        self.change("equations")
        self.say(
            "Four equations",
            "one for the charge, one for each kind of gate",
            "Their account is four equations. The capacitance is charged by what is injected minus what "
            "flows through "
            "the channels, and every kind of gate opens and closes at rates that depend on V.",
        )
        broken = self.shape == "tall"
        law = CurrentEquation(self.membrane, self.theme, size=1.15 * TITLE, lines=3 if broken else 1)
        dynamic = [n for n, g in self.membrane.gates.items()]
        gates = VGroup(*(GateEquation(self.membrane, n, self.theme, size=LABEL + 8) for n in dynamic))
        gates.arrange([0, -1, 0], buff=0.35)
        block = VGroup(law, gates).arrange([0, -1, 0], buff=0.75)
        share = min(self.body.width / block.width, 0.95 * self.body.height / block.height, 1.0)
        block.scale(share).move_to(self.body.center)
        parts = [VGroup(law.term("C"), law.term("equals")), law.term("I")]
        parts += [law.term(c.name) for c in self.membrane.channels]
        for part in parts:
            self.play(FadeIn(part), run_time=0.7)
            self.wait(1.0)
        for gate in gates:
            self.play(FadeIn(gate), run_time=0.6)
            self.wait(0.5)
        self.wait(1.5)
        self.on = [block]

    def spike(self) -> None:
        self.change("spike")
        run, found = self.run, self.run.spikes
        slow = [(float(found[0]) - 1.2, min(float(found[0]) + 2.6, self.until), 0.25)] if len(found) else []
        self.new_clock(Pace(self.until, rate=1.5, slow=slow, ease=0.3))
        heading = (
            ("The solution is the spike", "m opens first, then h shuts and n opens",
             "Solved together, the equations give the action potential: m opens first and sodium lifts "
             "V, then h shuts "
             "and n opens, and potassium takes V down.")
            if len(found)
            else ("No spike", f"V reaches {millivolts(float(run['V'].max()))} and falls back",
                  "With these parameters there is no spike.")
        )  # fmt: skip
        self.say(*heading)
        top, strip, bottom = self.body.rows(3.0, 0.5, 2.3, gap=0.18)
        axis = {"x": (0.0, self.until), "theme": self.theme, "left": 0.95, "gutter": 0.7}
        panel = Panel(top, y=self.v_range(run), ylabel=self.volts(), xticks=[], **axis)
        gates = Panel(
            bottom, y=(0.0, 1.0), ylabel="fraction of gates open", yticks=[0, 0.5, 1], xlabel="ms", **axis
        )
        v = Traces([Trace.of(run, "V", panel, self.theme, named=False, ghost=True)]).follow(self.clock)
        x = Traces([Trace.of(run, g, gates, self.theme, ghost=True) for g in self.membrane.gates]).follow(
            self.clock
        )
        bar = StimulusBar(strip, self.stimulus, panel, self.theme, size=SMALL).follow(self.clock)
        self.enter(VGroup(panel, gates), v, x, bar)
        self.play(self.clock.run())

    def all_or_nothing(self) -> None:
        self.change("threshold")
        width = 1.0
        threshold = float(strength_duration(self.membrane, [width])[0])
        if not np.isfinite(threshold):
            self.say("No threshold", "no pulse of 1 ms fires this membrane", "No pulse fires this membrane.")
            self.wait(2.0)
            return
        shares = (0.5, 0.9, 0.99, 1.01, 1.5)
        runs = [simulate(self.membrane, pulse(s * threshold, 1.0, width), 14.0) for s in shares]
        self.new_clock(Pace(14.0, rate=1.5))
        self.say(
            "All or nothing",
            f"pulses of {', '.join(f'{s * threshold:.3g}' for s in shares)} µA/cm²",
            f"It has a threshold: pulses below {threshold:.3g} microampere per square centimetre fade "
            "away, those above "
            "fire.",
        )
        low = min(float(r["V"].min()) for r in runs) - 6.0
        high = max(max(float(r["V"].max()) for r in runs) + 6.0, self.zero + 44.0)
        panel = Panel(
            self.body,
            x=(0.0, 14.0),
            y=(low, high),
            theme=self.theme,
            ylabel=self.volts(),
            xlabel="ms",
            left=0.95,
        )
        traces = VGroup()
        for share, run in zip(shares, runs, strict=True):
            color = self.theme.ink if share > 1.0 else self.theme.muted
            traces.add(Trace(panel, run.t, run["V"], color=color, width=4.0, label=None))
        traces.add_updater(lambda g: [t.show(self.clock.now) for t in g] and None, call_updater=True)
        self.enter(panel, traces)
        self.play(self.clock.run())

    def propagation(self) -> None:
        """The spike along an axon: V over its length, and the charge on its membrane."""
        self.change("propagation")
        chosen = "celsius" in self.changes or self.membrane.celsius != 6.3
        warm = self.membrane if chosen else self.membrane.with_(celsius=WARM)
        cable = Cable(warm, n=240, **AXON)
        axon = simulate_cable(cable, [IClamp(500.0, "pulse(10000, 0.3, 0.3)")], 4.2, dt=0.01, sample=0.01)
        speed = axon.speed(20_000.0, 45_000.0)
        self.cable_speed = speed
        self.new_clock(Pace(4.2, rate=0.25))
        self.say(
            "It travels",
            f"Na⁺ enters at its front, K⁺ leaves behind; axon {AXON['diameter'] / 1000:.2g} mm thick, "
            f"{float(warm.celsius):g} °C",
            "The spike excites the membrane ahead of it, and so it travels: sodium enters at its front, "
            "potassium leaves "
            "behind.",
        )
        room = self.body
        if self.shape == "tall":
            room = Area(room.left, room.right, room.center[1] - 3.4, room.center[1] + 3.4)
        top, tube, note = room.rows(3.4, 1.3, 0.6, gap=0.25)
        x, v = cable.x / 1e4, axon["V"]  # cm
        span = {"x": (0.0, AXON["length"] / 1e4), "theme": self.theme, "left": 0.95, "gutter": 0.7}
        panel = Panel(
            top, y=(float(v.min()) - 8.0, max(float(v.max()) + 8.0, self.zero + 44.0)), ylabel=self.volts(),
            xlabel="cm",
            **span,
        )  # fmt: skip
        profile = stroked(np.zeros((0, 3)), self.theme.ink, stroke(5.0))
        middle, half = tube.center[1], 0.30 * tube.height
        ends = panel.inner.left, panel.inner.right
        core = filled(lines([(ends[0], middle - half), (ends[1], middle - half), (ends[1], middle + half),
                             (ends[0], middle + half), (ends[0], middle - half)]),
                      mix(self.theme.ground, self.theme.line, 0.16))  # fmt: skip
        walls = stroked(
            np.concatenate([lines([(ends[0], y), (ends[1], y)]) for y in (middle - half, middle + half)]),
            self.theme.line, stroke(5.0),
        )  # fmt: skip
        flows = VGroup(
            *(
                filled(np.zeros((0, 3)), self.theme.color(quantities(warm)[f"I_{c.name}"]))
                for c in warm.channels
                if c.gates
            )
        )
        share = [axon.current(c.name) for c in warm.channels if c.gates]
        share = [np.abs(i) / max(float(np.abs(i).max()), 1e-9) for i in share]
        place = np.asarray(panel.at(x, 0.0))[:, 0]
        count = max(int((ends[1] - ends[0]) / 0.26), 8)
        sites = np.linspace(ends[0] + 0.13, ends[1] - 0.13, count)
        upper = SurfaceCharge(sites, 0.15, self.theme, size=0.08).move_centre(0.0, middle + half)
        lower = SurfaceCharge(sites, -0.15, self.theme, size=0.08).move_centre(0.0, middle - half)
        at = np.interp(upper.places, np.asarray(panel.at(x, 0.0))[:, 0], np.arange(len(x)))

        def show(_: Mobject) -> None:
            k = min(self.clock.now / axon.t[-1] * (len(axon.t) - 1), len(axon.t) - 1.0)
            a = int(k)
            now = v[a] + (v[min(a + 1, len(v) - 1)] - v[a]) * (k - a)
            profile.points = lines(panel.at(x, now)[:, :2])
            for flow, size, room in zip(
                flows, share, (1.0, -1.0), strict=False
            ):  # one above the axis, one below
                edge = middle + room * 0.42 * half * (
                    size[a] + (size[min(a + 1, len(v) - 1)] - size[a]) * (k - a)
                )
                outline = np.concatenate(
                    [np.stack([place, edge], axis=1), [(ends[1], middle), (ends[0], middle)]]
                )
                flow.points = lines(np.concatenate([outline, outline[:1]]))
            along = absolute(warm, np.interp(at, np.arange(len(x)), now))
            upper.show_along(along)
            lower.show_along(along)

        moving = VGroup(flows, profile, upper, lower)
        moving.add_updater(show, call_updater=True)
        self.enter(VGroup(panel, core, walls), moving)
        passed = axon.arrival()[int(0.8 * len(x))]  # stop while it is under way
        self.play(self.clock.run(float(passed) if np.isfinite(passed) else None))
        text = (
            f"{speed:.1f} m/s; Hodgkin and Huxley computed 18.8 m/s by hand"
            if np.isfinite(speed)
            else "the spike does not travel along this axon"
        )
        said = self.words(text, size=LABEL, weight="semibold").move_to(note.center)
        if said.width > note.width:
            said.scale_to_fit_width(note.width)
        self.caption(text + ".")
        self.play(FadeIn(said), run_time=0.6)
        self.on.append(said)
        self.wait(1.5)

    def closing(self) -> None:
        self.change("summary")
        self.play(FadeOut(self.heading), run_time=0.4)
        rows = (
            ("m opens fast", "Na", "sodium lifts V: the upstroke"),
            ("h shuts, n opens", "K", "potassium takes V down"),
            ("h and n recover slowly", "muted", "the refractory period"),
        )
        self.caption(
            "Fast m lifts V, slower h and n take it down, and their slow recovery keeps the next spike "
            "waiting. "
            "Hodgkin and Huxley, Journal of Physiology 117, 500, 1952."
        )
        table = VGroup()
        for left, color, right in rows:
            a = self.words(left, size=TITLE, color=color, weight="semibold")
            b = self.words(right, size=LABEL, color="ink")
            table.add(VGroup(a, b).arrange([0, -1, 0], buff=0.16))
        table.arrange([0, -1, 0], buff=0.5)
        paper = self.words("Hodgkin & Huxley 1952, J Physiol 117:500–544", size=SMALL, color="muted")
        block = VGroup(table, paper).arrange([0, -1, 0], buff=0.8).move_to(self.area.center)
        if block.width > self.area.width:
            block.scale_to_fit_width(self.area.width)
        for row in table:
            self.play(FadeIn(row), run_time=0.8)
            self.wait(0.9)
        self.play(FadeIn(paper), run_time=0.6)
        self.wait(1.5)

    # -- pieces --------------------------------------------------------------------------------------------

    def new_clock(self, pace: Pace) -> None:
        self.clock = Clock(pace, self.theme).align_right()
        self.clock.move_to([self.head.right, self.head.top, 0.0], aligned_edge=[1.0, 1.0, 0.0])

    def volts(self) -> Mobject:
        return self.formula('V space "(mV)"', size=SMALL, color="muted")

    def v_range(self, run: Trajectory) -> tuple[float, float]:
        v = run["V"]
        return float(v.min()) - 6.0, max(float(v.max()) + 6.0, self.zero + 44.0)

    def enter(self, still: Mobject, *moving: Mobject) -> None:
        """Fade in what stands and what moves, the first before the second."""
        parts: Sequence[Mobject] = (*moving, self.clock)
        self.play(FadeIn(still), *(FadeIn(m, suspend_mobject_updating=False) for m in parts), run_time=0.8)
        self.bring_to_back(still)
        self.on = [still, *parts]

    def change(self, name: str) -> None:
        """The next section: what was on the screen goes, but for the heading."""
        self.part(name)
        for mobject in self.on:
            mobject.clear_updaters()
        if self.on:
            self.play(*(FadeOut(m) for m in self.on), run_time=0.5)
        self.remove(*self.on)
        self.on = []

"""Hodgkin and Huxley's account of the nerve impulse in two minutes: clamp, currents, gates, equations, spike,
axon.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UL,
    UP,
    Animation,
    DashedLine,
    Dot,
    Mobject,
    Square,
    VGroup,
    rush_into,
)

from hhanim.look import quantities, quantity
from hhanim.look.numbers import millivolts
from hhanim.look.words import ion_name
from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.axon.profile import Profile
from hhanim.mobjects.circuit.clamp import ends
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, TITLE, stand_clear
from hhanim.mobjects.frame.narration import HEADING, Narration
from hhanim.mobjects.frame.shapes import filled, mix, rounded
from hhanim.mobjects.graph.equations import CurrentEquation, GateEquation, gate_typst
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.rates import RateCurves
from hhanim.mobjects.graph.stimulus import StimulusBar
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.charge import absolute
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Trajectory, clamp, pulse, simulate
from hhanim.model.analysis import strength_duration
from hhanim.model.cable import Cable, IClamp, simulate_cable
from hhanim.model.phases import phases
from hhanim.parameters import Membrane, Protocol

AXON = {"length": 60_000.0, "diameter": 476.0, "resistivity": 35.4}  # µm, µm, Ω·cm: the 1952 axon
LEVELS = (-40.0, -25.0, -10.0, 5.0, 20.0, 35.0, 50.0)  # mV, inside minus outside, of the clamp's steps
ON, CLAMPED = 1.0, 8.0  # ms: when the clamp steps, and how long it is followed


class Squid1952(Narration, Film):
    """The whole argument once, each step as short as it can be said."""

    title = "The squid axon, 1952"
    description = "Clamp, currents, rates, equations, spike, threshold and propagation in two minutes."
    alt = (
        "A membrane under voltage clamp, its current taken apart into sodium and potassium, the gates and "
        "rates that explain them, the four equations, the action potential they produce, its threshold, "
        "and the spike travelling along the squid's giant axon."
    )
    poster = 0.62
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=2, width=1)"
    until: float = 13.0
    travel_celsius: float = 18.5  # of the travelling spike alone, as in the 1952 calculation

    def construct(self) -> None:
        self.build()
        self.thin_membrane()
        self.clamped()
        self.apart()
        self.gates()
        self.equations()
        self.spike()
        self.all_or_nothing()
        self.propagation()
        self.closing()

    def build(self) -> None:
        """The trajectories, and the areas that all parts share."""
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until)
        tall = self.shape == "tall"
        self.head, self.body = self.area.rows(0.85, 11.0 if tall else 5.8, gap=0.28)
        self.zero = -float(absolute(self.membrane, 0.0))
        self.rest = float(self.membrane.rest()[0])
        self.gated = [c.name for c in self.membrane.channels if c.gates]
        levels = [v + self.zero for v in LEVELS]
        self.sweeps = [
            simulate(self.membrane, clamp(self.rest, v, ON), ON + CLAMPED, sample=0.005) for v in levels
        ]
        self.on: list[Mobject] = []

    # -- the parts -----------------------------------------------------------------------------------------

    def thin_membrane(self) -> None:
        """The axon, then its wall from near: lipids, ions, charge."""
        area = self.body
        if self.shape == "tall":
            area = Area(area.left, area.right, area.center[1] - 3.2, area.center[1] + 3.2)
        names = [c.name for c in self.membrane.channels]
        patch = MembranePatch(self.run, self.theme, area, channels=[], ions=names, height=0.36 * area.height)
        patch.waiting.resume_updating()
        patch.waiting.add_updater(lambda ions, dt: [some.draw(self.time) for some in ions] and None)
        x, y = 0.5 * area.width, 0.7
        outline = rounded([(-x, -y), (x, -y), (x, y), (-x, y)], y) + area.center
        axon = filled(outline, mix(self.theme.ground, self.theme.line, 0.16), stroke=self.theme.line)
        axon.set_stroke(width=stroke(5))
        wall = area.center + y * np.array(UP)
        near = Square(0.36, color=self.theme.ink, stroke_width=stroke(4)).move_to(wall)
        thick = self.words(f"{AXON['diameter'] / 1000:.2g} mm thick", size=LABEL, color="muted")
        thick.move_to(area.center)
        self.opening(
            "In 1952 Hodgkin and Huxley explained the nerve impulse.",
            where=Area(area.left, area.right, wall[1] + 0.3, self.area.top),
            beside=[axon, near, thick],
        )
        self.part("membrane")
        at_rest = millivolts(float(absolute(self.membrane, self.rest)))
        self.say(
            "A thin membrane",
            f"Na⁺ outside, K⁺ inside, and the inside at {at_rest}",
            f"The axon's wall is thin, of lipids: mostly Na⁺ outside, mostly K⁺ inside, which is at {at_rest}.",
            gone=[thick],
        )
        near_, axon_ = cast(Any, near), cast(Any, axon)
        zoom = axon_.animate(rate_func=rush_into).scale(9.0, about_point=wall).set_opacity(0.0)
        frame = near_.animate(rate_func=rush_into).scale(9.0, about_point=wall).set_opacity(0.0)
        shown = [patch.bilayer, patch.waiting]
        self.play(zoom, frame, *(Appear(m, between=(0.5, 1.0)) for m in shown), run_time=1.6)
        self.remove(axon, near)
        named = self._named_ions(patch)
        self.play(Appear(patch.words), Appear(named), run_time=0.6)
        assert patch.charge is not None
        self.play(Appear(patch.charge), run_time=0.6)
        self.wait(1.6)
        self.on = [*shown, patch.words, named, patch.charge]

    def _named_ions(self, patch: MembranePatch) -> VGroup:
        """The name of one ion of each kind, where most of its kind are."""
        named = VGroup()
        places: list[Any] = [some.places for some in patch.waiting]
        for k, (ion, side) in enumerate((("Na", 1.0), ("K", -1.0))[: len(places)]):
            mine = places[k][side * (places[k][:, 1] - patch.middle) > 0.0]
            mine = mine[np.argsort(np.abs(mine[:, 0] - patch.area.center[0]))[:8]]
            others = np.concatenate(places)
            name = self.words(ion_name(ion), size=1.2 * LABEL, color=ion, weight="semibold")
            named.add(stand_clear(name, mine, others, gap=patch.radius + 0.05))
        return named

    def clamped(self) -> None:
        """Voltage clamp: the family of ionic currents."""
        self.part("voltage clamp")
        gone, self.on = self.on, []
        self.new_clock(Pace(ON + CLAMPED, rate=1.5, slow=[(ON - 0.05, ON + 2.0, 0.4)]))
        strip, graph = self.body.rows(1.0, 2.6, gap=0.2)
        volts = np.array([r["V"] for r in self.sweeps])
        steps, currents = (Panel(part, self.theme, left=1.15, gutter=1.15) for part in (strip, graph))
        command = self.formula('V space "(mV), the command"', size=TICK, color="stimulus")
        steps.x("", 0.0, ON + CLAMPED, ticks=())
        steps.y(command, float(volts.min()) - 8.0, float(volts.max()) + 8.0)
        self.total = [r.ionic_current for r in self.sweeps]
        currents.x("ms", 0.0, ON + CLAMPED).y("ionic current (µA/cm²)", *self.span(self.total))
        moving = [
            self.family(steps, list(volts), color=self.theme.color("stimulus")).follow(self.clock),
            self.family(currents, self.total).follow(self.clock),
        ]
        self.say(
            "Voltage clamp",
            "V is held at seven levels, one run each, and the current is measured",
            "A feedback amplifier holds V at seven levels and measures the membrane's current.",
            gone=gone,
            still=[steps, currents],
            moving=[*moving, self.clock],
        )
        named = ends(self.family(currents, self.total, named=True))
        self.on = [steps, currents, *moving, named, self.clock]
        self.play(self.clock.run(ON + 1.4))
        self.caption("First it is inward, downward in the graph, then outward.")
        self.play(self.clock.run(ON + 0.4 * CLAMPED))
        self.play(self.clock.run(), Appear(named))

    def apart(self) -> None:
        """The same currents, taken apart by the channels they flow through."""
        self.part("two currents")
        gone, self.on = self.on, []
        self.new_clock(Pace(ON + CLAMPED, rate=1.5, slow=[(ON - 0.05, ON + 2.0, 0.4)]))
        names = self.gated
        parts = self.body.split(*[1.0] * len(names), gap=0.4, vertical=self.shape == "tall")
        known = quantities(self.membrane)
        single = {n: [r.current(n) for r in self.sweeps] for n in names}
        narrow = self.shape == "square"
        still: list[Mobject] = []
        moving: list[Mobject] = []
        for name, part in zip(names, parts, strict=True):
            q = known[f"I_{name}"]
            label = self.formula(f'{q.typst} space "(µA/cm²)"', size=TICK, color=q)
            # The whole current lies behind the one that is most of it; the other has a scale of its own.
            whole = np.abs(single[name]).max() > 0.5 * np.abs(self.total).max()
            panel = Panel(part, self.theme, left=1.15, gutter=0.5).x("ms", 0.0, ON + CLAMPED)
            panel.y(label, *self.span([*(self.total if whole else []), *single[name]]))
            still.append(panel)
            if whole:
                grey = self.family(panel, self.total, color=self.theme.line).draw(ON + CLAMPED)
                still.append(VGroup(*(trace.line for trace in grey)))
            if whole and not narrow:
                said = self.words("grey: all ions", size=TICK, color="muted")
                still.append(said.move_to((panel.inner.right, label.get_y(), 0.0), aligned_edge=RIGHT))
            moving.append(self.family(panel, single[name], color=self.theme.color(q)).follow(self.clock))
        self.say(
            f"{' and '.join(ion_name(known[f'I_{n}'].ion, n) for n in names)}, each on its own",
            "Na⁺ outside replaced: K⁺ current is left, the difference is Na⁺ current",
            "Measured again with the Na⁺ outside replaced: what is left is the K⁺ current.",
            gone=gone,
            still=still,
            moving=[*moving, self.clock],
        )
        self.on = [*still, *moving, self.clock]
        self.play(self.clock.run(ON + 1.6))
        self.caption("Subtracted from the whole, it gives the Na⁺ current.")
        self.play(self.clock.run())

    def gates(self) -> None:
        """One channel of each kind under one step, and where its gates go at every V."""
        self.part("gates")
        gone, self.on = self.on, []
        wide = self.shape == "wide"
        low, high, start, until = self.rest, self.rest + 50.0, 2.0, 10.0
        run = simulate(self.membrane, clamp(low, high, start), until)
        self.new_clock(Pace(until, rate=1.5, slow=[(start - 0.1, start + 1.6, 0.3)], ease=0.2))
        left, right = self.body.split(1.0, 1.0, gap=0.5, vertical=not wide)
        patch = MembranePatch(run, self.theme, left, channels=self.gated, clock=self.clock)
        curves = RateCurves(
            self.membrane, self.theme, right, v=(low - 35.0, high + 55.0), vertical=self.shape != "square"
        )
        count = len(curves.names)
        # the dots on the steady states: rings, for what is not yet
        goals: list[Any] = list(curves.moving[-2 * count : -count])
        for ring in goals:
            ring.set_stroke(ring.get_fill_color(), stroke(4)).set_fill(opacity=0.0)
        dots = VGroup(*(Dot(radius=DOT_RADIUS * UNIT, color=ring.get_stroke_color()) for ring in goals))
        known = quantities(self.membrane)
        letters = VGroup(*(self.words(n, size=SMALL, color=known[n], italic=True) for n in curves.names))
        letters.set_stroke(self.theme.ground, stroke(7), background=True)
        late = [
            n for n in curves.names if self.membrane.tau(n, high) > self.membrane.tau(curves.names[0], high)
        ]

        # Where the curve that a dot comes to leaves room: above it at the left, where it rises, and below it at the
        # right. What moves late stands at the right, the first of two a letter further than the other.
        sides = []
        for name in curves.names:
            rises = self.membrane.inf(name, high) > self.membrane.inf(name, low)
            side = RIGHT if name in late else LEFT
            up = UP if rises == (side is LEFT) else DOWN
            aside = 0.04 + 0.16 * (late[::-1].index(name) if name in late else 0)
            sides.append(aside * side + 0.14 * up)

        def show(_: Mobject) -> None:
            now = patch.read(self.clock.now)
            curves.draw(now["V"])
            for name, dot, letter, by in zip(curves.names, dots, letters, sides, strict=True):
                dot.move_to(curves.panels[0].at(now["V"], now[name]))
                letter.next_to(dot, np.sign(by) * RIGHT, buff=0.0).shift(by)

        given = VGroup(curves.moving, dots, letters).add_updater(show, call_updater=True)
        self.curves, self.step_run, self.now_dots = curves, run, dots
        still, moving = [patch.still, curves.still], [patch.moving, given, self.clock]
        self.say(
            "Gates explain them",
            "rings: where V sends each gate; dots: where it is",
            "V decides where gates go, and how fast.",
            gone=gone,
            still=still,
            moving=moving,
        )
        self.on = [*still, *moving]
        self.play(self.clock.run(start))
        self.remark(
            "on a step of V the m gates open at once",
            "On a step of V the three m gates open at once.",
            self.clock.run(start + 1.4),
        )
        self.remark(
            "h shuts the pore later, n opens slowly",
            "The ball h shuts the pore later, and the four n gates open slowly.",
            self.clock.run(),
        )

    def equations(self) -> None:
        """The current equation, term by term, and the gates'."""
        self.part("equations")
        gone, self.on = self.on, []
        broken = self.shape == "tall"
        law = CurrentEquation(self.membrane, self.theme, size=1.3 * TITLE, lines=3 if broken else 1)
        gates = VGroup(
            *(GateEquation(self.membrane, n, self.theme, size=TITLE + 8) for n in self.membrane.gates)
        )
        gates.arrange(DOWN, buff=0.35)
        block = VGroup(law, gates).arrange(DOWN, buff=0.75)
        rates = any("alpha" in gate_typst(self.membrane, n) for n in self.membrane.gates)
        legend = VGroup(
            *(
                self.formula(line, size=SMALL + 4, color="muted")
                for line in (
                    'C": capacitance, "V": membrane voltage, "I": injected current"',
                    'overline(g)": conductance with all gates open, "E": reversal potential"',
                    *(['alpha", "beta": rates at which gates open and close, set by "V'] if rates else []),
                )
            )
        )
        legend.arrange(DOWN, buff=0.2)
        legend.scale_to_fit_width(min(legend.width, self.body.width))
        legend.move_to((self.body.center[0], self.body.bottom, 0.0), aligned_edge=DOWN)
        room = self.body.inset(bottom=legend.height + 0.3)
        share = min(room.width / block.width, 0.95 * room.height / block.height, 1.25)
        block.scale(share).move_to(room.center)
        place = law.get_center()
        law.move_to(room.center)  # alone in the middle, until the gates come
        first, *parts = [VGroup(law.term("C"), law.term("equals")), law.term("I")]
        parts += [law.term(c.name) for c in self.membrane.channels]
        count = len(self.membrane.gates) + 1
        self.say(
            "Four equations" if count == 4 else "The equations",
            "one for the charge, one for each kind of gate",
            "Their account is four equations." if count == 4 else "Their account is a set of equations.",
            gone=gone,
            still=[first],
        )
        self.wait(0.8)
        self.caption("The capacitance is charged by what is injected minus what flows through the channels.")
        # What the letters stand for comes with the first term that has them.
        for k, part in enumerate(parts):
            self.play(Appear(part), *([Appear(legend[k])] if k < 2 else []), run_time=0.6)
            self.wait(1.0 if k < 2 else 0.6)
        self.caption("Every kind of gate opens and closes at rates that depend on V.")
        whole = VGroup(first, *parts)
        self.play(whole.animate.shift(place - law.get_center()), run_time=0.8)
        for k, gate in enumerate(gates):
            self.play(Appear(gate), *(Appear(line) for line in legend[2:] if k == 0), run_time=0.5)
            self.wait(0.5)
        self.wait(1.6)
        self.on = [first, *parts, *gates, legend]

    def spike(self) -> None:
        """Their solution, in the membrane and as traces."""
        self.part("spike")
        gone, self.on = self.on, []
        run, found = self.run, self.run.spikes
        slow = [(float(found[0]) - 1.2, min(float(found[0]) + 2.6, self.until), 0.3)] if len(found) else []
        self.new_clock(Pace(self.until, rate=1.5, slow=slow, ease=0.3))
        wide = self.shape == "wide"
        left, right = self.body.split(1.0, 1.1, gap=0.5, vertical=not wide)
        patch = MembranePatch(run, self.theme, left, channels=self.gated, clock=self.clock)
        if self.shape == "square":
            first, bottom = right.columns(1.0, 1.0, gap=0.2)
            top, strip = first.rows(4.0, 1.0, gap=0.1)
        else:
            top, strip, bottom = right.rows(3.0, 0.55, 2.3, gap=0.18)
        beside = self.shape == "square"
        panel, gates = (Panel(part, self.theme, left=1.15, gutter=0.7) for part in (top, bottom))
        panel.x("ms" if beside else "", 0.0, self.until, ticks=None if beside else ())
        panel.y(quantity("V"), *self.v_range(run))
        gates.x("ms", 0.0, self.until).y("gates (fraction open)", 0.0, 1.0, ticks=[0, 0.5, 1])
        v = Traces([Trace.of(run, "V", panel, named=False, ghost=True)])
        x = Traces([Trace.of(run, g, gates, ghost=True) for g in self.membrane.gates])
        bar = StimulusBar(strip, self.stimulus, panel, self.theme, size=TICK)
        heading = (
            ("The solution is the spike", "m opens first: Na⁺ comes in and lifts V",
             "Solved together, the equations give the action potential: m opens first, and Na⁺ lifts V.")
            if len(found)
            else ("No spike", f"V reaches {millivolts(float(run['V'].max()))} and falls back",
                  "With these parameters there is no spike.")
        )  # fmt: skip
        ghosts = [t.without_ghosts().ghosts for t in (v, x)]
        still = [patch.still, panel, gates, *ghosts]
        moving = [patch.moving, *(m.follow(self.clock) for m in (v, x, bar)), self.clock]
        self.patch, self.v_trace, self.gate_traces = patch, v, x
        self.say(*heading, gone=gone, still=still, moving=moving)
        self.on = [*still, *moving]
        turns = self._turns()
        if turns:
            peak, down, _ = turns
            self.play(self.clock.run(peak))
            drive = self._second_inrush(peak)
            if drive is not None:
                self.remark(
                    "h shuts, but the drive on Na⁺ grows as V falls",
                    "h shuts, but as V falls the drive on Na⁺ grows.",
                    self.clock.run(drive),
                )
            self.remark(
                "n opens: K⁺ goes out and takes V down", "n opens: K⁺ takes V down.", self.clock.run(down)
            )
            self.remark(
                "n closes late: V passes below rest",
                "n closes late, and so V passes below rest.",
                self.clock.run(),
            )
        self.play(self.clock.run())

    def _second_inrush(self, peak: float) -> float | None:
        """When (ms) the sodium current is largest after V's peak, where it grows again after it."""
        inward = max((c for c in self.membrane.channels if c.gates), key=lambda c: float(c.e))
        after = self.run.t >= peak
        current = -self.run.current(inward.name)[after]
        top = int(np.argmax(current))
        return float(self.run.t[after][top]) if current[top] > 1.05 * current[0] else None

    def all_or_nothing(self) -> None:
        """Pulses below and above threshold, overlaid."""
        self.part("threshold")
        gone, self.on = self.on, []
        width = 1.0
        threshold = float(strength_duration(self.membrane, [width])[0])
        if not np.isfinite(threshold):
            self.say(
                "No threshold",
                "no pulse of 1 ms fires this membrane",
                "No pulse fires this membrane.",
                gone=gone,
            )
            self.wait(2.0)
            return
        shares = (0.5, 0.99, 1.01, 1.5)
        runs = [simulate(self.membrane, pulse(s * threshold, 1.0, width), 12.0) for s in shares]
        self.new_clock(Pace(12.0, rate=1.5))
        graph, strip = self.body.rows(6.0, 0.8, gap=0.2)
        panel = Panel(graph, self.theme, left=1.15).x("ms", 0.0, 12.0)
        panel.y(quantity("V"), *self.v_range(*runs))
        dim = mix(self.theme.ground, self.theme.ink, 0.5)
        traces = Traces(
            Trace(
                panel,
                r.t,
                r["V"],
                color=self.theme.ink if s > 1.0 else dim,
                width=4.5 if s > 1.0 else 3.0,
            )
            for s, r in zip(shares, runs, strict=True)
        ).follow(self.clock)
        # The steps, one within the other, each as high as its pulse is strong.
        bars = [
            StimulusBar(
                strip.inset(top=(1.0 - s / max(shares)) * strip.height),
                r.protocol,
                panel,
                self.theme,
                size=TICK,
            )
            for s, r in zip(shares, runs, strict=True)
        ]
        for b in bars:
            b.remove(b.label)
            b.follow(self.clock)
        height = bars[-1].place(0.0, threshold)
        line = DashedLine(
            [bars[-1].place(1.0, 0.0)[0], height[1], 0.0],
            [bars[-1].place(1.0 + width, 0.0)[0] + 0.5, height[1], 0.0],
            color=self.theme.ink,
            stroke_width=stroke(3),
        )
        name = self.words(f"threshold: {threshold:.3g} µA/cm²", size=TICK)
        bar = VGroup(*bars, line, name.next_to(line, RIGHT, buff=0.12))
        self.say(
            "All or nothing",
            f"four pulses of 1 ms, two below and two above {threshold:.3g} µA/cm²",
            f"The spike has a threshold: pulses below {threshold:.3g} microampere per square centimetre fade away, "
            "those above fire.",
            gone=gone,
            still=[panel],
            moving=[traces, bar, self.clock],
        )
        self.on = [panel, traces, bar, self.clock]
        # What fades is named below its curves, before spikes come down there; what fires at its peak.
        faded = [s for s, r in zip(shares, runs, strict=True) if not len(r.spikes)]
        said = self.words(
            f"{', '.join(f'{s * threshold:.3g}' for s in faded)}: fade", size=TICK, color="muted"
        )
        lowest = min(float(r.at([2.2])["V"][0]) for r in runs)
        said.move_to(panel.at(2.2, lowest) + np.array([0.0, -0.12, 0.0]), aligned_edge=UL)
        self.play(self.clock.run(2.2))
        self.play(self.clock.run(2.8), Appear(said))
        self.on.append(said)
        peaks = sorted(
            (float(r.t[np.argmax(r["V"])]), float(r["V"].max()), s)
            for s, r in zip(shares, runs, strict=True)
            if len(r.spikes)
        )
        for t, v, s in peaks:  # the first at its left, clear of the next
            said = self.words(f"{s * threshold:.3g}: fires", size=TICK)
            said.next_to(panel.at(t, v), LEFT if (t, v, s) == peaks[0] else RIGHT, buff=0.22)
            self.play(self.clock.run(t))
            self.play(self.clock.run(min(t + 0.6, 12.0)), Appear(said))
            self.on.append(said)
        self.play(self.clock.run())

    def propagation(self) -> None:
        """The spike along an axon, with the channels in its wall."""
        self.part("propagation")
        gone, self.on = self.on, []
        warm = self.membrane.with_(celsius=self.travel_celsius)
        cable = Cable(
            warm, n=300, length=AXON["length"], diameter=AXON["diameter"], resistivity=AXON["resistivity"]
        )
        axon = simulate_cable(cable, [IClamp(0.0, "pulse(10000, 0.3, 0.3)")], 4.4, dt=0.01, sample=0.01)
        speed = self.cable_speed = axon.speed(20_000.0, 45_000.0)
        self.new_clock(Pace(4.4, rate=1.5, slow=[(0.25, 4.4, 0.4)], ease=0.02))
        top, tube = self.body.rows(2.4, 3.4, gap=0.2)
        v = axon["V"]
        panel = Panel(top, self.theme, left=1.15, gutter=0.6).x("mm", 0.0, AXON["length"] / 1e3)
        panel.y(quantity("V"), float(v.min()) - 8.0, max(float(v.max()) + 8.0, self.zero + 44.0))
        wall = Axon(panel, tube, axon, self.theme, clock=self.clock, loops=False)
        profile = Profile(panel, axon, "V", self.theme).follow(self.clock)
        still, moving = [panel, wall.still], [profile, wall.moving, self.clock]
        self.say(
            "It travels",
            "Na⁺ enters at the front, K⁺ leaves behind; lines: local currents",
            f"And it travels, here along an axon {AXON['diameter'] / 1000:.2g} mm thick at {float(warm.celsius):g} °C.",
            gone=gone,
            still=still,
            moving=moving,
        )
        self.on = [panel, wall.still, *moving]
        if np.isfinite(speed):
            seen = float(axon.arrival()[int(0.2 * cable.count)])
            self.play(self.clock.run(seen))
            self.caption("Inside, current flows ahead of the spike and excites the membrane there.")
            wall.loops.add(wall.currents)
            self.play(self.clock.run(seen + 0.4), Appear(wall.currents))
            # It stands while its speed is told: most of the way along, before it leaves.
            self.play(self.clock.run(float(axon.arrival()[int(0.75 * cable.count)])))
        else:
            self.play(self.clock.run())
        told = (
            (f"It travels at {speed:.1f} m/s", "Hodgkin and Huxley, by hand, at 18.5 °C: 18.8 m/s")
            if np.isfinite(speed)
            else ("No spike travels", "along this axon")
        )
        self.say(*told, f"{told[0]}. {told[1]}." if np.isfinite(speed) else f"{' '.join(told)}.")
        self.wait(3.4)

    def closing(self) -> None:
        """What it comes to, beside the spike it explains, and where it was written."""
        self.part("summary")
        gone = [*self.on, self.heading]
        self.heading = None
        heading = self.words("The impulse explained", size=HEADING, weight="semibold")
        heading.move_to((self.head.left, self.head.top, 0.0), aligned_edge=UL)
        rows = (
            ((("m opens fast", "Na"),), "sodium lifts V: the upstroke", "Fast m lifts V."),
            (
                (("h shuts", "Na"), ("and", "ink"), ("n opens", "K")),
                "potassium takes V down",
                "h shuts and n opens, more slowly: K⁺ takes V down.",
            ),
            (
                (("n closes late", "K"),),
                "V passes below rest: the undershoot",
                "n, closing late, takes V below rest.",
            ),
        )
        self.caption(rows[0][2])
        paper = self.words("Hodgkin & Huxley 1952, J Physiol 117:500–544", size=SMALL, color="muted")
        paper.move_to((self.area.center[0], self.area.bottom, 0.0), aligned_edge=DOWN)
        wide = self.shape == "wide"
        picture, words = self.body.inset(bottom=paper.height + 0.3).split(
            1.0, 1.12 if wide else 1.2, gap=0.4, vertical=not wide
        )
        table = VGroup()
        for left, right, _ in rows:
            a = self.words(" ".join(said for said, _ in left), size=1.2 * TITLE, weight="semibold")
            glyphs: list[Any] = a.family_members_with_points()
            for said, ion in left:
                count = len(said.replace(" ", ""))
                VGroup(*glyphs[:count]).set_color(self.theme.color(ion))
                glyphs = glyphs[count:]
            table.add(VGroup(a, self.words(right, size=1.1 * LABEL, color="ink")))
        # By the tops, which are all ascenders: whether a line has descenders moves no other.
        drop, pitch = 1.55 * TITLE * UNIT, (1.55 * TITLE + 3.9 * LABEL) * UNIT
        for k, (head, told) in enumerate(table):
            head.move_to((0.0, -k * pitch, 0.0), aligned_edge=UL)
            told.move_to((0.0, -k * pitch - drop, 0.0), aligned_edge=UL)
        until = self._turns()
        if until:
            for row, icons in zip(table, self._icons(until), strict=True):
                icons.move_to((-0.35, row.get_y(), 0.0), aligned_edge=RIGHT)
                row.add(icons)
        table.scale(min(words.width / table.width, words.height / table.height, 1.0)).move_to(words.center)
        for mobject in gone:
            mobject.clear_updaters()
        leaving: list[Animation] = [Vanish(mobject, between=(0.0, 0.45)) for mobject in gone]
        # V is drawn as far as each row explains it, in the colour of the ion that moves it.
        if until:
            slow = [(until[0] - 1.5, until[1] + 0.3, 0.6)]
            self.new_clock(Pace(self.until, rate=3.0, slow=slow, ease=0.3))
            panel = Panel(picture, self.theme, left=1.15, gutter=0.5).x("ms", 0.0, self.until)
            panel.y(quantity("V"), *self.v_range(self.run))
            v = Trace.of(self.run, "V", panel, named=False, ghost=True).follow(self.clock)
            parts = zip((self._rises(), *until), until, ("Na", "K", "K"), strict=False)
            tints = VGroup(*(self._stretch(panel, *part).follow(self.clock) for part in parts))
            leaving += [Appear(m, between=(0.45, 1.0)) for m in (panel, v, tints, self.clock)]
        leaving.append(Appear(heading, between=(0.4, 1.0)))
        self.play(*leaving, Appear(table[0], between=(0.4, 1.0)), run_time=1.0)
        for k, row in enumerate(table):
            if k:
                self.caption(rows[k][2])
                self.play(Appear(row), run_time=0.6)
            if until:
                self.play(self.clock.run(until[k]))
            self.wait(0.5)
        self.caption("Hodgkin and Huxley, J Physiol 117, 500, 1952.")
        self.play(Appear(paper), run_time=0.6)
        self.wait(1.2)

    def _turns(self) -> list[float]:
        """Until when (ms) each row of the summary explains V: to its peak, down to rest, to the end; none without
        a spike.
        """
        found = {p.name: p for p in phases(self.run, zero=self.zero)}
        if not {"upstroke", "repolarisation"} <= found.keys():
            return []
        peak = float(self.run.t[int(np.argmax(self.run["V"]))])
        return [peak, max(found["repolarisation"].stop, peak + 0.1), self.until]

    def _rises(self) -> float:
        """When (ms) the upstroke begins."""
        return next(p.start for p in phases(self.run, zero=self.zero) if p.name == "upstroke")

    def _stretch(self, panel: Panel, start: float, stop: float, ion: str) -> Trace:
        """V from `start` to `stop` (ms) in the colour of an ion."""
        inside = (self.run.t > start) & (self.run.t < stop)
        t = np.concatenate([[start], self.run.t[inside], [stop]])
        v = np.interp(t, self.run.t, self.run["V"])
        return Trace(panel, t, v, color=self.theme.color(ion), width=7.0, head=False)

    def _icons(self, turns: list[float]) -> list[VGroup]:
        """Beside each row of the summary the channels it speaks of, as they are at V's peak, half-way down, and
        where V is lowest.
        """
        peak, down, _ = turns
        lowest = float(self.run.t[int(np.argmin(self.run["V"]))])
        known = {c.ion: c.name for c in reversed(self.membrane.channels) if c.gates}
        made = []
        for t, ions in ((peak, ("Na",)), (down, ("Na", "K")), (lowest, ("K",))):
            now = {gate: float(self.run.at([t])[gate][0]) for gate in self.membrane.gates}
            views = [
                ChannelView(self.membrane, known[ion], self.theme, height=0.85, labels=False) for ion in ions
            ]
            for k, view in enumerate(views):
                view.shift((0.85 * k, 0.0, 0.0)).set_gates(now)
            made.append(VGroup(*views))
        return made

    # -- pieces --------------------------------------------------------------------------------------------

    def new_clock(self, pace: Pace) -> None:
        self.clock = self.timed(pace)

    def v_range(self, *runs: Trajectory) -> tuple[float, float]:
        low, high = min(float(r["V"].min()) for r in runs), max(float(r["V"].max()) for r in runs)
        return low - 6.0, max(high + 6.0, self.zero + 44.0)

    def span(self, currents: list[np.ndarray]) -> tuple[float, float]:
        """A range of currents with room above and below."""
        low, high = min(float(c.min()) for c in currents), max(float(c.max()) for c in currents)
        reach = 0.08 * (high - low)
        return low - reach, high + reach

    def family(
        self, panel: Panel, rows: list[np.ndarray], color: str | None = None, named: bool = False
    ) -> Traces:
        """One curve for each sweep of the clamp, from faint to full; `named`: each with the voltage of its step."""
        made = []
        for k, (run, row) in enumerate(zip(self.sweeps, rows, strict=True)):
            share = 0.4 + 0.6 * k / (len(self.sweeps) - 1)
            hue = mix(self.theme.ground, color or self.theme.ink, share)
            label = (
                self.words(millivolts(float(run["V"][-1])), size=TICK, color="stimulus") if named else None
            )
            made.append(Trace(panel, run.t, row, color=hue, width=4.0, label=label))
        return Traces(made)

"""The experiment of 1952: V is held, the current is measured, and drugs take it apart into sodium and
potassium.
"""

from __future__ import annotations

import numpy as np
from manim import UL, UP, Dot, FadeIn, FadeOut, ValueTracker, VGroup

from hhanim.look import quantities
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.film import LABEL, UNIT, Area, Film
from hhanim.mobjects.stimulus import StimulusBar
from hhanim.mobjects.telling import Telling
from hhanim.mobjects.trace import DOT_RADIUS, Panel, Trace, stroke
from hhanim.model import Channel, Membrane, Trajectory, clamp, simulate


class VoltageClamp(Telling, Film):
    """Steps of voltage, the family of currents, its two parts, and the peak I–V."""

    title = "Voltage clamp"
    description = (
        "The 1952 experiment: clamp steps, the family of currents, TTX and TEA, and how the peak I–V arises."
    )
    alt = (
        "Steps of clamped voltage and the currents they call up: an early inward and a late "
        "outward one. With TTX "
        "the early one is gone, with TEA the late one; the peaks of the early current make the I–V curve."
    )
    poster = 0.95
    model: Membrane = "modern"
    low: float = -45.0
    high: float = 75.0
    steps: int = 7
    hold: float = 10.0

    def construct(self) -> None:
        m = self.membrane
        shift = m.baseline + 65.0  # levels are given in absolute millivolts, whatever the model's convention
        self.holding = float(np.round(m.rest()[0]))
        self.levels = np.linspace(self.low, self.high, self.steps) + shift
        self.inward, self.outward = self.pair()
        self.on, self.until = 1.0, 1.0 + self.hold
        self.sweeps = [self.sweep(m, v) for v in self.levels]
        tall = self.shape != "wide"
        self.head, body = self.area.rows(0.85, 6.0 if not tall else 9.0, gap=0.3)
        left, self.right = body.split(1.25, 1.0, vertical=tall, gap=0.5)
        strip, graph = left.rows(1.0, 3.3, gap=0.3)
        totals = [self.total(run) for run in self.sweeps]
        low, high = min(float(t.min()) for t in totals), max(float(t.max()) for t in totals)
        reach = 0.08 * (high - low)
        self.panel = Panel(
            graph,
            x=(0.0, self.until),
            y=(low - reach, high + reach),
            theme=self.theme,
            xlabel="ms",
            left=1.1,
            ylabel=self.words("ionic current (µA/cm²)", size=28, color="muted"),
        )
        self.strip = strip
        self.opening("Hold the voltage, and the membrane shows its currents.")
        self.one_step()
        self.family()
        self.take_apart()
        self.peaks()

    # -- the experiment --------------------------------------------------------------------------------------

    def pair(self) -> tuple[Channel, Channel]:
        """The gated channels with the highest and with the lowest reversal potential."""
        gated = [c for c in self.membrane.channels if c.gates]
        return max(gated, key=lambda c: float(c.e)), min(gated, key=lambda c: float(c.e))

    def sweep(self, membrane: Membrane, level: float) -> Trajectory:
        """The membrane under one step of the clamp."""
        return simulate(
            membrane, clamp(self.holding).step(float(level), start=self.on), self.until, sample=0.005
        )

    def total(self, run: Trajectory) -> np.ndarray:
        """The ionic current (µA/cm²): the sum over all channels. The capacity's brief surge is left out."""
        return np.asarray(sum(run.current(c.name) for c in run.membrane.channels))

    def curve(self, run: Trajectory, y: np.ndarray, panel: Panel, color: str, **style: object) -> Trace:
        return Trace(panel, run.t, y, color=self.theme.color(color), **style)  # type: ignore[arg-type]

    def shade(self, k: int) -> float:
        """How strongly sweep k is drawn: the family goes from faint to full."""
        return 0.45 + 0.55 * k / max(self.steps - 1, 1)

    def one_step(self) -> None:
        self.part("one step")
        level = self.levels[self.steps // 2]
        run = self.sweeps[self.steps // 2]
        self.say(
            "The clamp",
            f"V is held at {_mv(self.holding)}, then stepped to {_mv(level)}",
            f"A feedback amplifier holds V at {_mv(self.holding)}, then steps it to "
            f"{_mv(level)} and measures the current it takes.",
        )
        self.bars = [
            StimulusBar(self.strip, r.protocol, self.panel, self.theme, size=28) for r in self.sweeps
        ]
        top = float(max(self.levels.max(), self.holding))
        self.place_bars(top)
        bar = self.bars[self.steps // 2]
        self.clock = Clock(Pace(self.until, rate=1.5), self.theme).align_right()
        self.clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])
        trace = self.curve(run, self.total(run), self.panel, "ink")
        self.play(FadeIn(self.panel), FadeIn(bar), run_time=1.0)
        self.add(self.clock, bar.follow(self.clock), trace.follow(self.clock))
        self.current_trace = trace
        self.play(self.clock.run())
        self.first = (bar, trace)

    def place_bars(self, top: float) -> None:
        """All steps on one scale of voltage: lower ones stand lower."""
        low = float(min(self.levels.min(), self.holding))
        for bar, run in zip(self.bars, self.sweeps, strict=True):
            level = float(run["V"][-1])
            share = (level - low) / (top - low)
            a = self.strip

            def y(u: float, a: Area = a) -> float:
                return a.bottom + 0.86 * u * a.height

            def place(t: object, v: object, low: float = low, a: Area = a) -> np.ndarray:
                px = self.panel.at(np.asarray(t, dtype=float), 0.0)[..., 0]
                py = a.bottom + (np.asarray(v, dtype=float) - low) / (top - low) * 0.86 * a.height
                return np.stack([px, py, np.zeros(np.shape(px))], axis=-1)

            bar.place = place
            outline = place(bar.t, bar.i)
            bar.outline.set_points_as_corners(outline)
            foot = place(np.array([self.until, 0.0]), np.array([self.holding, self.holding]))
            bar.shape.set_points_as_corners(np.concatenate([outline, foot, outline[:1]])).set_fill(
                opacity=0.0
            )
            bar.name.next_to([self.panel.inner.right, y(share), 0], [1, 0, 0], buff=0.12)
            if bar.name.get_right()[0] > self.strip.right + 0.05:
                bar.name.align_to(np.array([self.strip.right, 0, 0]), [1, 0, 0]).shift(0.24 * UP)
            bar.show(0.0)

    def family(self) -> None:
        self.part("the family")
        self.say(
            "The family",
            "each step of V calls up its own current: early inward, late outward",
            "Each step calls up its own current. First it flows inward, downward in the graph, then outward.",
        )
        bar, trace = self.first
        for m in (bar, trace):
            m.clear_updaters()
        self.play(FadeOut(bar), FadeOut(trace), run_time=0.5)
        self.clock.set(0.0)
        color = "ink"
        self.traces = VGroup()
        for k, run in enumerate(self.sweeps):
            t = self.curve(run, self.total(run), self.panel, color)
            t.line.set_stroke(opacity=self.shade(k))
            self.traces.add(t)
        outlines = VGroup(*(b.outline for b in self.bars))
        names = VGroup(self.bars[0].name, self.bars[-1].name)
        self.play(FadeIn(outlines), FadeIn(names), run_time=0.8)
        for t in self.traces:
            self.add(t.follow(self.clock))
        self.play(self.clock.run())
        for t in self.traces:
            t.clear_updaters()
            t.dot.set_opacity(0.0)
        self.outlines = VGroup(outlines, names)

    def take_apart(self) -> None:
        m = self.membrane
        rows = self.right.rows(1.0, 1.0, gap=0.35)
        self.parts_panels = {}
        symbols = quantities(m)
        told = [
            (self.outward, self.inward, rows[0]),
            (self.inward, self.outward, rows[1]),
        ]
        for left_over, blocked, area in told:
            drug = (blocked.blocker or "a blocker").upper()
            self.part(f"with {drug}")
            self.say(
                f"With {drug}",
                f"{blocked.name} channels are shut: what is left flows through {left_over.name}",
                f"{drug} shuts the {blocked.name} channels. What is left, leak taken off, is "
                f"the {left_over.name} current.",
            )
            currents = [self.blocked(run, blocked).current(left_over.name) for run in self.sweeps]
            low, high = min(float(c.min()) for c in currents), max(float(c.max()) for c in currents)
            reach = 0.08 * max(high - low, 1.0)
            panel = Panel(
                area,
                x=(0.0, self.until),
                y=(min(low - reach, 0.0), max(high + reach, 0.0)),
                theme=self.theme,
                xlabel="ms",
                left=1.1,
                ylabel=self.formula(
                    f'{symbols[f"I_{left_over.name}"].typst} space "(µA/cm²)"',
                    size=30,
                    color=left_over.ion or "muted",
                ),
            )
            self.parts_panels[left_over.name] = panel
            self.play(FadeIn(panel), run_time=0.6)
            traces = VGroup()
            self.clock.set(0.0)
            for k, (run, c) in enumerate(zip(self.sweeps, currents, strict=True)):
                t = Trace(panel, run.t, c, color=self.theme.color(symbols[f"I_{left_over.name}"]), width=4.5)
                t.line.set_stroke(opacity=self.shade(k))
                t.dot.scale(0.8)
                traces.add(t)
                self.add(t.follow(self.clock))
            self.play(self.clock.run())
            for t in traces:
                t.clear_updaters()
                t.dot.set_opacity(0.0)
            setattr(self, f"traces_{left_over.name}", traces)

    def blocked(self, run: Trajectory, channel: Channel) -> Trajectory:
        """The same sweep with one kind of channel shut, by its drug where it has one."""
        change = {channel.blocker: 1.0} if channel.blocker else {f"g{channel.name}": 0.0}
        return self.sweep(self.membrane.with_(**change), float(run["V"][-1]))

    def peak(self, k: int) -> tuple[float, float]:
        """When and how large the inward channel's current is at its peak in sweep k: (ms, µA/cm²)."""
        run = self.sweeps[k]
        c = run.current(self.inward.name)
        after = run.t > self.on
        j = int(np.argmax(np.where(after, np.abs(c), 0.0)))
        return float(run.t[j]), float(c[j])

    def peaks(self) -> None:
        self.part("peak current")
        name = self.inward.name
        self.say(
            "The peak current against V",
            f"every dot is the largest {name} current of one sweep",
            f"The largest {name} current of every sweep, against its voltage: it turns round "
            f"where V passes E_{name}.",
        )
        old, panel = self.traces, self.parts_panels[name]
        area = self.panel.area
        self.play(
            FadeOut(old), FadeOut(self.panel), FadeOut(self.outlines), FadeOut(self.clock), run_time=0.7
        )
        area = Area(self.strip.left, self.strip.right, area.bottom, self.strip.top)
        values = [self.peak(k) for k in range(self.steps)]
        dense = np.linspace(self.levels[0] - 15, self.levels[-1] + 5, 60)
        curve = np.array([self.peak_at(v) for v in dense])
        low, high = float(curve.min()), float(max(curve.max(), 0.0))
        reach = 0.1 * (high - low)
        graph = Panel(
            area,
            x=(float(dense[0]), float(dense[-1])),
            y=(low - reach, high + reach),
            theme=self.theme,
            left=1.1,
            xlabel=self.formula('V space "(mV)"', size=28, color="muted"),
            ylabel=self.formula(
                f'"peak" {quantities(self.membrane)[f"I_{name}"].typst} space "(µA/cm²)"',
                size=30,
                color=self.inward.ion or "muted",
            ),
        )
        self.play(FadeIn(graph), run_time=0.6)
        color = self.theme.color(quantities(self.membrane)[f"I_{name}"])
        self.dots = VGroup()
        for k, (t, c) in enumerate(values):
            dot = Dot(panel.at(t, c), radius=1.25 * DOT_RADIUS * UNIT, color=color)
            self.add(dot)
            self.dots.add(dot)
            self.play(dot.animate.move_to(graph.at(self.levels[k], c)), run_time=0.7)
        line = Trace(graph, dense, curve, color=color, head=False)
        line.line.set_stroke(width=stroke(4))
        along = ValueTracker(float(dense[0]))
        line.add_updater(lambda _: line.show(along.get_value()))
        self.add(line)
        self.bring_to_front(self.dots)
        self.play(along.animate.set_value(float(dense[-1])), run_time=2.5)
        line.clear_updaters()
        self.remove(along)
        e = float(self.inward.e)
        if dense[0] < e < dense[-1]:
            mark = self.formula(f'E_"{name}"', size=LABEL, color=self.inward.ion or "ink").next_to(
                graph.at(e, 0.0), UL, buff=0.12
            )
            self.play(FadeIn(mark), run_time=0.6)
        self.graph, self.iv = graph, line
        self.wait(0.8)

    def peak_at(self, v: float) -> float:
        """The largest inward-channel current of a step to v (µA/cm²)."""
        run = self.sweep(self.membrane, float(v))
        c = run.current(self.inward.name)[run.t > self.on]
        return float(c[np.argmax(np.abs(c))])


def _mv(v: float) -> str:
    return f"{v:.0f} mV".replace("-", "−")

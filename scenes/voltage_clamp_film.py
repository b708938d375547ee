"""The experiment of 1952: V is held, the current is measured, and drugs take it apart into sodium and
potassium.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    DOWN,
    DR,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Create,
    DashedLine,
    Dot,
    Line,
    Mobject,
    ValueTracker,
    VGroup,
    linear,
)

from hhanim.look import quantities, quantity
from hhanim.look.numbers import ceil_to, millivolts
from hhanim.look.words import ion_name
from hhanim.mobjects.circuit.clamp import DRUG, Commanded, Plug, Rig, drug_name, ends, plugs
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import LABEL, SMALL, TICK, Words
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Channel, Trajectory, clamp, simulate
from hhanim.model.analysis import peak_currents
from hhanim.parameters import Membrane


class VoltageClamp(Narration, Film):
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
        self.on, self.until = 1.0, 1.0 + self.hold
        self.inward, self.outward = self.pair()
        self.sweeps = [self.sweep(m, v) for v in self.levels]
        self.shown_sweep = self.steps // 2
        self.lay_out()
        self.clock = self.new_clock()
        shown = self.sweeps[self.shown_sweep]
        self.patch = self.patch_of(shown)
        self.bodies = self.patch.still  # the same with every drug: only what moves is made anew
        self.names = self.patch.words[-len(self.patch.views) :]
        self.taken: list[Plug] = []
        for channel in (self.inward, self.outward):  # those that the parameters block from the start
            self.taken += [self.seated(p) for p in plugs(self.patch.views, channel.name, m, self.theme)]
        self.of_step = Commanded(shown, self.theme, ("at rest, {}", "step to {}"))
        for words in self.of_step:
            words.move_to(self.upper_right.at(1.0, 0.0), aligned_edge=DR)
        self.of_step.add_updater(lambda words: words.draw(self.clock.now), call_updater=True)
        self.rig = Rig(self.lower_right, self.theme, shown, self.clock)
        self.opening(
            "Hold the voltage, and the membrane shows its currents.",
            where=self.left,
            beside=[
                self.rig.still,
                self.bodies,
                self.rig.moving,
                self.of_step,
                self.patch.moving,
                *self.taken,
            ],
        )
        self.one_step()
        self.family()
        self.take_apart()
        self.peaks()

    def lay_out(self) -> None:
        """The command above the current it calls up; beside them the membrane, and below it the parts of the
        current on the same scale. In a tall frame all four stand one below the other.
        """
        tall = self.shape == "tall"
        self.head, body = self.area.rows(0.85, 11.0 if tall else 6.0, gap=0.25)
        if tall:
            self.left, right = body.rows(1.0, 1.15, gap=0.4)
            self.strip, graph = self.left.rows(1.0, 2.0, gap=0.15)
        else:
            self.left, right = body.columns(1.0, 1.0, gap=0.5)
            self.strip, graph = self.left.rows(1.0, 1.3, gap=0.15)
        self.right = right
        self.upper_right, self.lower_right = right.rows(1.35, 1.0, gap=0.15)
        totals = [self.total(run) for run in self.sweeps]
        low, high = min(float(t.min()) for t in totals), max(float(t.max()) for t in totals)
        reach = 0.08 * (high - low)
        #: Whether there is no room for "mV" beside the ends of the command.
        self.narrow = self.left.width <= 4.5
        self.panel = self.over_time(graph).y("ionic current (µA/cm²)", low - reach, high + reach)
        v = float(min(self.levels.min(), self.holding)), float(max(self.levels.max(), self.holding))
        name = self.formula('V space "(mV), the command"', size=TICK, color="stimulus")
        self.command = self.over_time(self.strip).x("", 0.0, self.until, ticks=())
        self.command.y(name, v[0] - 6.0, v[1] + 6.0)

    def over_time(self, area: Area) -> Panel:
        """What all graphs over time have in common."""
        panel = Panel(area, self.theme, left=1.1, gutter=0.65 if self.narrow else 1.05)
        return panel.x("ms", 0.0, self.until)

    def new_clock(self) -> Clock:
        # Slow while the inward current comes and goes.
        return self.timed(Pace(self.until, rate=2.0, slow=[(self.on - 0.2, self.on + 1.5, 0.5)]))

    def patch_of(self, run: Trajectory) -> MembranePatch:
        """A channel of each kind, as large as their place allows, under that sweep."""
        area = self.upper_right.inset(bottom=0.9 * SMALL * UNIT)  # below it stands the step
        names = [self.inward.name, self.outward.name]
        return MembranePatch(
            run, self.theme, area, channels=names, clock=self.clock,
            height=min(0.46 * area.height, area.width / 2.9), level=0.55,
        )  # fmt: skip

    def seated(self, plug: Plug) -> Plug:
        """The plug in its pore, without the way there."""
        binding: Any = plug.binds()
        plug.points = binding.target_mobject.points
        return plug

    # -- the experiment --------------------------------------------------------------------------------------

    def pair(self) -> tuple[Channel, Channel]:
        """The gated channel with the highest reversal potential, and of the others the one that carries most
        late in the highest step.
        """
        inward = max(self.gated(), key=lambda c: float(c.e))
        late = self.sweep(self.membrane, float(self.levels[-1]))
        others = [c for c in self.gated() if c is not inward]
        return inward, max(others, key=lambda c: abs(float(late.current(c.name)[-1])))

    def gated(self, *, but: Channel | None = None) -> list[Channel]:
        """The channels with gates, all or all but one."""
        return [c for c in self.membrane.channels if c.gates and (but is None or c.name != but.name)]

    def sweep(self, membrane: Membrane, level: float) -> Trajectory:
        """The membrane under one step of the clamp."""
        return simulate(
            membrane, clamp(self.holding).step(float(level), start=self.on), self.until, sample=0.005
        )

    def total(self, run: Trajectory) -> np.ndarray:
        """The ionic current (µA/cm²): the sum over all channels. The capacity's brief surge is left out."""
        return np.asarray(sum(run.current(c.name) for c in run.membrane.channels))

    def curve(self, k: int, t: Any, y: Any, panel: Panel, color: Any, label: Words | None = None) -> Trace:
        """A quantity in sweep k: that of the membrane on the screen stands out."""
        stands_out = k == self.shown_sweep
        width = 6.0 if stands_out else 4.0
        trace = Trace(panel, t, y, color=self.theme.color(color), width=width, label=label)
        trace.line.set_stroke(opacity=1.0 if stands_out else 0.55)
        return trace

    def one_step(self) -> None:
        self.part("one step")
        k = self.shown_sweep
        run, level = self.sweeps[k], self.levels[k]
        total = self.total(run)
        self.trace = self.curve(k, run.t, total, self.panel, "ink").follow(self.clock)
        self.step = self.command_of(k).follow(self.clock)
        self.ends = self.end_of(k)
        self.say(
            "The clamp",
            "the amplifier compares V with the command, and sends current until they agree",
            "An amplifier sends current until V is what is commanded.",
            still=[self.panel, self.command, self.ends],
            moving=[self.step, self.trace, self.clock],
        )
        self.on_top(self.patch.moving, *self.taken)
        self.play(self.rig.reacts())
        self.wait(0.8)
        peak, current = self.peak(k, total)
        self.remark(
            f"V is held at {millivolts(self.holding)}, then stepped to {millivolts(level)}",
            f"A step of V to {millivolts(level)}.",
            self.clock.run(peak),
        )
        self.remark(*self.balance(current))
        self.play(self.rig.reacts())
        self.wait(1.0)
        turned = run.t[np.flatnonzero(total * total[-1] < 0.0)[-1:]].max(initial=peak)
        self.play(self.clock.run(float(turned)))
        self.remark(*self.balance(float(total[-1])), self.clock.run())

    def balance(self, current: float) -> tuple[str, str]:
        """How the clamp answers an ionic current (µA/cm²): on the screen, and in the caption."""
        into, out = ("in", "out") if current < 0 else ("out", "in")
        return (
            f"ions carry current {into}, the amplifier as much {out}: V stays",
            f"Ions carry current {into}, the amplifier as much {out}: V stays. That is measured.",
        )

    def command_of(self, k: int) -> Trace:
        """The command of sweep k."""
        level = float(self.levels[k])
        t, v = [0.0, self.on, self.on, self.until], [self.holding, self.holding, level, level]
        return self.curve(k, t, v, self.command, "stimulus")

    def end_of(self, *sweeps: int) -> VGroup:
        """The levels of those sweeps, where their commands end."""
        return VGroup(
            *(
                self.level(k).next_to(self.command.at(self.until, self.levels[k]), RIGHT, buff=0.16)
                for k in sweeps
            )
        )

    def level(self, k: int) -> Words:
        """The voltage of sweep k, in words."""
        text = millivolts(self.levels[k])
        return self.words(text[:-3] if self.narrow else text, size=SMALL, color="stimulus")

    def on_top(self, *mobjects: Mobject) -> None:
        """What moves is drawn last: what lies below it need not be drawn again."""
        self.add(*mobjects)

    def renew(self, run: Trajectory, *others: Animation) -> None:
        """Back to the holding potential, with that run: the gates of one fade, then those of the other come."""
        old = self.patch.moving.clear_updaters()
        self.clock.put(0.0)
        self.patch = self.patch_of(run)
        going, coming = Vanish(old, between=(0.0, 0.45)), Appear(self.patch.moving, between=(0.55, 1.0))
        self.play(going, coming, *others, run_time=0.8)

    def family(self) -> None:
        self.part("the family")
        self.traces, named = (
            Traces(
                self.curve(k, run.t, self.total(run), self.panel, "ink", label(k))
                for k, run in enumerate(self.sweeps)
            )
            for label in (lambda k: None, self.level)
        )
        self.called = ends(named)
        self.commands = VGroup(*(self.command_of(k) for k in range(self.steps)))
        before, self.ends = self.ends, self.end_of(0, self.shown_sweep, self.steps - 1)
        reversal = millivolts(float(self.inward.e))
        for mobject in (self.step, self.trace):
            mobject.clear_updaters()
        self.renew(self.sweeps[self.shown_sweep], *(Vanish(m) for m in (self.step, self.trace, before)))
        self.on_top(*self.taken)
        self.traces.follow(self.clock)
        _follow(self.commands, self.clock)
        self.say(
            "The family",
            f"each step of V has its own current: below {reversal} inward at first, then outward",
            f"Each step calls up its own current. Below {reversal} it begins inward, downward in the graph.",
            still=[self.ends],
            moving=[self.commands, self.traces],
        )
        self.on_top(self.patch.moving, *self.taken)
        self.play(self.clock.run(self.on + 0.35 * self.hold))
        self.caption(f"Above {reversal} it is outward from the beginning.")
        self.play(self.clock.run(), Appear(self.called))
        self.traces.clear_updaters()
        self.commands.clear_updaters()

    def take_apart(self) -> None:
        symbols = quantities(self.membrane)
        self.drugs, self.parts_shown = VGroup(), VGroup()
        self.parts_of: dict[str, VGroup] = {}
        self.control = self.words("no drug", size=TICK, color="muted").move_to(
            (self.panel.inner.right, self.panel.titles[0].get_y(), 0.0), aligned_edge=RIGHT
        )
        for left_over in (self.outward, self.inward):
            blocked = self.gated(but=left_over)
            drug = " and ".join(drug_name(c) for c in blocked)
            ions = " and ".join(dict.fromkeys(ion_name(c.ion, c.name) for c in blocked))
            ion = ion_name(left_over.ion, left_over.name)
            self.part(f"with {drug}")
            runs = [self.blocked(run, left_over) for run in self.sweeps]
            symbol = symbols[f"I_{left_over.name}"]
            parts = [run.current(left_over.name) for run in runs]
            low, high = min(float(i.min()) for i in parts), max(float(i.max()) for i in parts)
            how = f"with {drug}{'' if self.narrow else ', leak subtracted'}"
            label = VGroup(
                self.formula(f'{symbol.typst} space "(µA/cm²)"', size=TICK, color=symbol),
                self.words(how, size=TICK, color="muted"),
            ).arrange(RIGHT, buff=0.3, aligned_edge=DOWN)
            reach = 0.08 * (high - low)
            panel = self.over_time(self.lower_right).y(label, low - reach, high + reach)
            first = not self.parts_of
            gone = [self.rig.still, self.rig.moving] if first else [self.parts_shown]
            self.say(
                f"With {drug}",
                f"the {ions} channels are plugged: what is left flows through the {ion} channels",
                f"{drug} plugs the {ions} channels.",
                gone=gone,
                still=[panel, self.control] if first and not self.narrow else [panel],
            )
            # The membrane with the drug, where the other one was; the gates of both are at rest.
            leaving = [Vanish(m) for m in (*self.taken, self.drugs, self.commands)]
            blocker = runs[0].membrane
            self.drugs = VGroup(
                *(
                    self.words(drug_name(c), size=TICK, color=DRUG, weight="semibold")
                    .next_to(name, RIGHT, buff=0.14)
                    .align_to(name, DOWN)
                    for name, view in zip(self.names, self.patch.views, strict=True)
                    for c in blocked
                    if view.channel.name == c.name
                )
            )
            dim: list[Any] = [
                trace.line.animate.set_stroke(opacity=self.theme.ghost(self.theme.ink))
                for trace in self.traces
            ]
            dim += [
                trace.dot.animate.set_fill(opacity=self.theme.ghost(self.theme.ink)) for trace in self.traces
            ]
            self.renew(runs[self.shown_sweep], Appear(self.drugs), *leaving, *(dim if first else []))
            self.taken = [
                p for c in self.gated() for p in plugs(self.patch.views, c.name, blocker, self.theme)
            ]
            for plug in self.taken:
                self.play(Appear(plug), run_time=0.3)
                self.play(plug.binds(), run_time=0.9)
            traces = VGroup(
                *(
                    self.curve(k, run.t, i, panel, symbol)
                    for k, (run, i) in enumerate(zip(runs, parts, strict=True))
                )
            )
            _follow(traces, self.clock)
            _follow(self.commands, self.clock)
            self.add(traces, self.commands)
            self.on_top(self.patch.moving, *self.taken, self.clock)
            self.caption(f"What is left, with the leak subtracted, is the {ion} current.")
            self.play(self.clock.run())
            traces.clear_updaters()
            self.commands.clear_updaters()
            self.parts_shown = VGroup(panel, traces)
            self.parts_of[left_over.name] = traces

    def blocked(self, run: Trajectory, left_over: Channel) -> Trajectory:
        """The same sweep with all other gated channels shut, by their drugs where they have one."""
        change = {(c.blocker or f"g{c.name}"): (1.0 if c.blocker else 0.0) for c in self.gated(but=left_over)}
        return self.sweep(self.membrane.with_(**change), float(run["V"][-1]))

    def peak(self, k: int, of: np.ndarray | None = None) -> tuple[float, float]:
        """When the inward channel's current is at its peak in sweep k, and how large it is then, or what is given
        `of` the sweep: (ms, µA/cm²).
        """
        run = self.sweeps[k]
        c = run.current(self.inward.name)
        after = run.t > self.on
        j = int(np.argmax(np.where(after, np.abs(c), 0.0)))
        return float(run.t[j]), float((c if of is None else of)[j])

    def membrane_shown(self) -> list[Mobject]:
        """Everything that stands for the membrane."""
        return [self.bodies, self.patch.moving, self.of_step, self.drugs, *self.taken]

    def peaks(self) -> None:
        self.part("peak current")
        name = self.inward.name
        ion = ion_name(self.inward.ion, name)
        symbol, hue = quantities(self.membrane)[f"I_{name}"], self.inward.ion or "muted"
        values = [self.peak(k) for k in range(self.steps)]
        dense = np.linspace(self.levels[0] - 15, self.levels[-1] + 5, 60)
        curve = peak_currents(self.membrane, name, dense, self.holding, self.hold)
        low, high = float(curve.min()), float(max(curve.max(), 0.0))
        reach = 0.1 * (high - low)
        # Both on one scale: a peak and its dot stand at the same height.
        late = self.on + 4.0 * (max(t for t, _ in values) - self.on)
        before, graph = (Panel(area, self.theme, left=1.1, gutter=0.75) for area in (self.left, self.right))
        before.x("ms", 0.0, min(self.until, ceil_to(late, 1.0)))
        graph.x(quantity("V"), dense[0], dense[-1])
        for panel, what in ((before, ""), (graph, '"peak" ')):
            label = self.formula(f'{what}{symbol.typst} space "(µA/cm²)"', size=TICK, color=hue)
            panel.y(label, low - reach, high + reach)
        color = self.theme.color(symbol)
        sweeps = VGroup()
        for run in self.sweeps:
            seen = run.t <= before.xlim[1]
            sweep = Trace(before, run.t[seen], run.current(name)[seen], color=color, width=4.5, head=False)
            sweeps.add(sweep.draw(before.xlim[1]).set_stroke(opacity=0.7))
        self.say(
            "The peak current against V",
            f"every dot is the largest {ion} current of one sweep",
            f"The largest {ion} current of every sweep, against the voltage of its step.",
            gone=[
                self.traces,
                self.called,
                self.commands,
                self.ends,
                self.panel,
                self.command,
                self.clock,
                self.parts_shown,
                self.control,
                *self.membrane_shown(),
            ],
            still=[before, graph, sweeps],
        )

        def dots(places: list[np.ndarray]) -> VGroup:
            return VGroup(*(Dot(p, radius=1.25 * DOT_RADIUS * UNIT, color=color) for p in places))

        at_peak = dots([before.at(t, c) for t, c in values])
        self.dots = dots([graph.at(v, c) for v, (_, c) in zip(self.levels, values, strict=True)])
        self.play(Appear(at_peak), run_time=0.5)
        self.wait(0.5)
        for k, (peak, dot) in enumerate(zip(at_peak, self.dots, strict=True)):
            # Which sweep it is, and the way to its place: across to its current, up from its V.
            foot = np.array([dot.get_x(), graph.inner.bottom, 0.0])
            way, up = (
                DashedLine(
                    a.get_center(), dot.get_center(), color=self.theme.color(hue), stroke_width=stroke(2.5)
                )
                for a, hue in ((peak, "muted"), (Dot(foot), "stimulus"))
            )
            said = self.level(k).next_to(peak, RIGHT, buff=0.12).shift(0.2 * UP)  # the way runs below it
            told = VGroup(said.copy().set_stroke(self.theme.ground, stroke(14)), said)
            at_foot = self.level(k).next_to(foot, LEFT if 2 * k > self.steps else RIGHT, buff=0.1)
            at_foot.shift(0.15 * UP)
            named = [Appear(m, between=(0.0, 0.4)) for m in (told, at_foot)]
            self.play(Create(way), Create(up), *named, run_time=0.6)
            leaving = [Vanish(m, between=(0.6, 1.0)) for m in (way, up, told, at_foot)]
            self.play(Appear(dot, between=(0.0, 0.6)), *leaving, run_time=0.7)
        line = Trace(graph, dense, curve, color=color, head=False, width=4.0)
        self.caption("Steps to all other voltages fill the curve.")
        along = ValueTracker(float(dense[0]))
        line.add_updater(lambda _: line.draw(along.get_value()))
        self.add(line)
        self.bring_to_front(self.dots)
        self.play(along.animate.set_value(float(dense[-1])), run_time=2.5)
        line.clear_updaters()
        self.remove(along)
        e = float(self.inward.e)
        if dense[0] < e < dense[-1]:
            tint, tick = self.inward.ion or "ink", np.array([0.0, 0.16, 0.0])
            here = graph.at(e, 0.0)
            mark = VGroup(
                Line(here - tick, here + tick, color=self.theme.color(tint), stroke_width=stroke(4)),
                self.formula(f'E_"{name}"', size=LABEL, color=tint).next_to(
                    here - tick, RIGHT + DOWN, buff=0.06
                ),
            )
            self.say(
                f"The current reverses at {millivolts(e)}",
                f"a step to the reversal potential of {ion}: no driving force, no current",
                f"At {millivolts(e)}, its reversal potential, {ion} has no driving force: no current.",
                moving=[mark],
            )
            # A sweep to that very voltage.
            run = self.sweep(self.membrane, e)
            seen = run.t <= before.xlim[1]
            flat = Trace(before, run.t[seen], run.current(name)[seen], color=self.theme.ink, width=5.5)
            now = ValueTracker(0.0)
            flat.add_updater(lambda _: flat.draw(now.get_value()), call_updater=True)
            said = self.words(millivolts(e), size=SMALL, color="stimulus")
            said.next_to(before.at(before.xlim[1], 0.0), UP, buff=0.15, aligned_edge=RIGHT)
            self.add(flat)
            self.play(now.animate.set_value(before.xlim[1]), Appear(said), run_time=2.0, rate_func=linear)
            flat.clear_updaters()
            self.remove(now)
        self.graph, self.iv = graph, line
        self.wait(0.6)


def _follow(traces: VGroup, clock: Clock) -> None:
    """All traces of a group at the clock's time, in every frame."""

    def show(_: object) -> None:
        for trace in traces:
            trace.draw(clock.now)

    traces.add_updater(show, call_updater=True)

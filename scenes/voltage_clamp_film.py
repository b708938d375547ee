"""The experiment of 1952: V is held, the current is measured, and drugs take it apart into sodium and
potassium.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, RIGHT, Create, DashedLine, Dot, Line, Mobject, ValueTracker, VGroup

from hhanim.look import quantities
from hhanim.mobjects.channels import ChannelView
from hhanim.mobjects.clamp import DRUG, Plug, Rig, drug_name, plugs
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.fades import Appear, Vanish
from hhanim.mobjects.film import LABEL, SMALL, TICK, UNIT, Film, Words
from hhanim.mobjects.membrane import MembranePatch, title
from hhanim.mobjects.telling import Telling, ion_name
from hhanim.mobjects.trace import DOT_RADIUS, Panel, Trace, stroke
from hhanim.model import Channel, Membrane, Trajectory, clamp, simulate
from hhanim.model.analysis import peak_currents


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
        self.on, self.until = 1.0, 1.0 + self.hold
        self.inward, self.outward = self.pair()
        self.sweeps = [self.sweep(m, v) for v in self.levels]
        self.shown_sweep = self.steps // 2
        self.lay_out()
        self.clock = self.new_clock()
        self.patch = self.patch_of(self.sweeps[self.shown_sweep])
        self.bodies = self.patch.still  # the same with every drug: only what moves is made anew
        self.taken: list[Plug] = []
        for channel in (self.inward, self.outward):  # those that the parameters block from the start
            self.taken += [self.seated(p) for p in plugs(self.patch.views, channel.name, m, self.theme)]
        self.names = self.names_of(self.patch.views)
        level = _mv(self.levels[self.shown_sweep])
        self.of_step = self.words(f"the membrane in the step to {level}", size=SMALL, color="stimulus")
        self.of_step.move_to([self.upper_right.center[0], self.upper_right.bottom + 0.5 * SMALL * UNIT, 0.0])
        self.rig = Rig(self.lower_right.inset(bottom=0.1, top=0.1), self.theme)
        self.opening(
            "Hold the voltage, and the membrane shows its currents.",
            where=self.left,
            beside=[self.rig, self.names, self.of_step, self.bodies, self.patch.moving, *self.taken],
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
        self.upper_right, self.lower_right = right.rows(1.0, 1.6 if tall else 1.3, gap=0.15)
        totals = [self.total(run) for run in self.sweeps]
        low, high = min(float(t.min()) for t in totals), max(float(t.max()) for t in totals)
        reach = 0.08 * (high - low)
        #: Whether there is no room for "mV" beside the ends of the command.
        self.narrow = self.left.width <= 4.5
        self.axis = {
            "x": (0.0, self.until), "theme": self.theme, "left": 1.1, "gutter": 0.65 if self.narrow else 1.05,
        }  # fmt: skip
        self.scale = {"y": (low - reach, high + reach), "xlabel": "ms", **self.axis}
        self.panel = Panel(
            graph, ylabel=self.words("ionic current (µA/cm²)", size=TICK, color="muted"), **self.scale
        )
        v = float(min(self.levels.min(), self.holding)), float(max(self.levels.max(), self.holding))
        self.command = Panel(
            self.strip,
            y=(v[0] - 6.0, v[1] + 6.0),
            xticks=(),
            ylabel=self.formula('V space "(mV), the command"', size=TICK, color="muted"),
            **self.axis,
        )

    def new_clock(self) -> Clock:
        # Slow while the inward current comes and goes.
        clock = Clock(
            Pace(self.until, rate=2.0, slow=[(self.on - 0.2, self.on + 1.5, 0.5)]), self.theme
        ).align_right()
        return clock.move_to([self.area.right, self.head.top, 0], aligned_edge=[1, 1, 0])

    def patch_of(self, run: Trajectory) -> MembranePatch:
        """A patch under that sweep, as many channels of both kinds as its place has room for."""
        row = [self.inward.name, self.outward.name] * (2 if self.upper_right.width > 4.5 else 1)
        area = self.upper_right.inset(top=1.3 * TICK * UNIT, bottom=1.4 * SMALL * UNIT)
        return MembranePatch(run, self.theme, area, channels=row, clock=self.clock, labels=False)

    def names_of(self, views: Sequence[ChannelView]) -> VGroup:
        """What the channels are called, above them."""
        y = self.upper_right.top - 0.5 * TICK * UNIT
        return VGroup(
            *(
                Words(title(v.channel), size=TICK, color=v.hue, weight="semibold").move_to(
                    [v.origin[0], y, 0.0]
                )
                for v in views
            )
        )

    def seated(self, plug: Plug) -> Plug:
        """The plug in its pore, without the way there."""
        plug.points = plug.binds().target_mobject.points
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

    def curve(self, run: Trajectory, y: np.ndarray, panel: Panel, color: str, **style: object) -> Trace:
        return Trace(panel, run.t, y, color=self.theme.color(color), **style)  # type: ignore[arg-type]

    def shade(self, k: int) -> float:
        """How strongly sweep k is drawn: the family goes from faint to full."""
        return 0.45 + 0.55 * k / max(self.steps - 1, 1)

    def one_step(self) -> None:
        self.part("one step")
        k = self.shown_sweep
        run, level = self.sweeps[k], self.levels[k]
        self.trace = self.curve(run, self.total(run), self.panel, "ink").follow(self.clock)
        self.step = self.command_of(k).follow(self.clock)
        self.ends = self.end_of(k)
        self.say(
            "The clamp",
            f"V is held at {_mv(self.holding)}, then stepped to {_mv(level)}",
            f"A feedback amplifier holds V at {_mv(self.holding)}, then steps it to "
            f"{_mv(level)} and measures the current that takes.",
            still=[self.panel, self.command, self.ends],
            moving=[self.step, self.trace, self.clock],
        )
        self.on_top(self.patch.moving, *self.taken)
        self.play(self.clock.run())

    def command_of(self, k: int) -> Trace:
        """The command of sweep k."""
        level = float(self.levels[k])
        t, v = [0.0, self.on, self.on, self.until], [self.holding, self.holding, level, level]
        return Trace(self.command, t, v, color=self.theme.color("stimulus"), width=4.0)

    def end_of(self, *sweeps: int) -> VGroup:
        """The levels of those sweeps, where their commands end."""
        said = [(k, _mv(self.levels[k])[: -3 if self.narrow else None]) for k in sweeps]
        return VGroup(
            *(
                self.words(text, size=SMALL, color="stimulus").next_to(
                    self.command.at(self.until, self.levels[k]), RIGHT, buff=0.16
                )
                for k, text in said
            )
        )

    def on_top(self, *mobjects: Mobject) -> None:
        """What moves is drawn last: what lies below it need not be drawn again."""
        self.add(*mobjects)

    def rewind(self) -> None:
        """Back to the holding potential: the membrane fades and comes again, rather than jump."""
        self.play(Vanish(self.patch.moving, run_time=0.3))
        self.clock.set(0.0)
        self.play(Appear(self.patch.moving, run_time=0.3))
        self.on_top(*self.taken)

    def family(self) -> None:
        self.part("the family")
        self.traces = VGroup()
        commands = VGroup()
        for k, run in enumerate(self.sweeps):
            self.traces.add(self.curve(run, self.total(run), self.panel, "ink"))
            commands.add(self.command_of(k))
            for trace in (self.traces[k], commands[k]):
                trace.line.set_stroke(opacity=self.shade(k))
        before, self.ends = self.ends, self.end_of(0, self.steps - 1)
        reversal = _mv(float(self.inward.e))
        self.rewind()
        for group in (self.traces, commands):
            _follow(group, self.clock)
        self.say(
            "The family",
            f"each step of V has its own current: below {reversal} inward at first, then outward",
            f"Each step calls up its own current. Below {reversal}, the reversal potential of "
            f"{ion_name(self.inward.ion, self.inward.name)}, it begins inward, downward in the graph; later it is "
            "outward. Above, it is outward from the beginning.",
            gone=[self.step, self.trace, before],
            still=[self.ends],
            moving=[commands, self.traces],
        )
        self.on_top(self.patch.moving, *self.taken)
        self.play(self.clock.run())
        self.commands = commands
        for group in (commands, self.traces):
            _rest(group)

    def take_apart(self) -> None:
        symbols = quantities(self.membrane)
        self.parts_panel = Panel(
            self.lower_right,
            ylabel=self.words("with a drug (µA/cm²)", size=TICK, color="muted"),
            **self.scale,
        )
        self.parts_of: dict[str, VGroup] = {}
        self.named = VGroup()
        self.drugs = VGroup()
        for left_over in (self.outward, self.inward):
            blocked = self.gated(but=left_over)
            drug = " and ".join(drug_name(c) for c in blocked)
            ions = " and ".join(dict.fromkeys(ion_name(c.ion, c.name) for c in blocked))
            self.part(f"with {drug}")
            runs = [self.blocked(run, left_over) for run in self.sweeps]
            first = not self.parts_of
            self.say(
                f"With {drug}",
                f"the {ions} channels are plugged: what is left flows through "
                f"{ion_name(left_over.ion, left_over.name)} channels",
                f"{drug} plugs the {ions} channels. What is left, leak taken off, is "
                f"the {left_over.name} current.",
                gone=[self.rig] if first else [],
                still=[self.parts_panel] if first else [],
            )
            # The membrane with the drug, where the other one was; the gates of both are at rest.
            self.play(*(Vanish(m) for m in (self.patch.moving, *self.taken, self.drugs)), run_time=0.4)
            self.clock.set(0.0)
            self.patch = self.patch_of(runs[self.shown_sweep])
            blocker = runs[0].membrane
            self.taken = [
                p for c in self.gated() for p in plugs(self.patch.views, c.name, blocker, self.theme)
            ]
            self.drugs = VGroup(
                *(
                    self.words(drug_name(c), size=TICK, color=DRUG, weight="semibold")
                    .next_to(name, [1, 0, 0], buff=0.14)
                    .align_to(name, [0, -1, 0])
                    for name, view in zip(self.names, self.patch.views, strict=True)
                    for c in blocked
                    if view.channel.name == c.name
                )
            )
            self.play(*(Appear(m) for m in (self.patch.moving, *self.taken, self.drugs)), run_time=0.5)
            for plug in self.taken:
                self.play(plug.binds(), run_time=0.9)
            color = symbols[f"I_{left_over.name}"]
            traces = VGroup()
            for k, run in enumerate(runs):
                trace = Trace(
                    self.parts_panel,
                    run.t,
                    run.current(left_over.name),
                    color=self.theme.color(color),
                    width=4.5,
                )
                trace.line.set_stroke(opacity=self.shade(k))
                traces.add(trace)
            _follow(traces, self.clock)
            self.add(traces)
            self.on_top(self.patch.moving, *self.taken, self.clock)
            self.play(self.clock.run())
            _rest(traces)
            # Named where all have come to their end: on the way there the others would cross the name.
            ends = [self.parts_panel.at(self.until, run.current(left_over.name)[-1]) for run in runs]
            end = ends[-1 if left_over is self.outward else self.steps // 2]
            label = self.formula(color.typst, size=LABEL, color=color)
            self.play(Appear(label.next_to(end, RIGHT, buff=0.12)), run_time=0.4)
            self.named.add(label)
            self.parts_of[left_over.name] = traces

    def blocked(self, run: Trajectory, left_over: Channel) -> Trajectory:
        """The same sweep with all other gated channels shut, by their drugs where they have one."""
        change = {(c.blocker or f"g{c.name}"): (1.0 if c.blocker else 0.0) for c in self.gated(but=left_over)}
        return self.sweep(self.membrane.with_(**change), float(run["V"][-1]))

    def peak(self, k: int) -> tuple[float, float]:
        """When and how large the inward channel's current is at its peak in sweep k: (ms, µA/cm²)."""
        run = self.sweeps[k]
        c = run.current(self.inward.name)
        after = run.t > self.on
        j = int(np.argmax(np.where(after, np.abs(c), 0.0)))
        return float(run.t[j]), float(c[j])

    def membrane_shown(self) -> list[Mobject]:
        """Everything that stands for the membrane."""
        return [self.bodies, self.patch.moving, self.names, self.of_step, self.drugs, *self.taken]

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
        both = {"y": (low - reach, high + reach), "theme": self.theme, "left": 1.1, "gutter": 0.75}
        late = self.on + 4.0 * (max(t for t, _ in values) - self.on)
        before = Panel(
            self.left,
            x=(0.0, min(self.until, float(np.ceil(late)))),
            ylabel=self.formula(f'{symbol.typst} space "(µA/cm²)"', size=TICK, color=hue),
            xlabel="ms",
            **both,
        )
        graph = Panel(
            self.right,
            x=(float(dense[0]), float(dense[-1])),
            xlabel=self.formula('V space "(mV)"', size=TICK, color="muted"),
            ylabel=self.formula(f'"peak" {symbol.typst} space "(µA/cm²)"', size=TICK, color=hue),
            **both,
        )
        color = self.theme.color(symbol)
        sweeps = VGroup()
        for k, run in enumerate(self.sweeps):
            seen = run.t <= before.x[1]
            sweep = Trace(before, run.t[seen], run.current(name)[seen], color=color, width=4.5, head=False)
            sweep.show(before.x[1]).line.set_stroke(opacity=self.shade(k))
            sweeps.add(sweep)
        self.say(
            "The peak current against V",
            f"every dot is the largest {ion} current of one sweep",
            f"The largest {name} current of every sweep, against its voltage.",
            gone=[
                self.traces,
                self.commands,
                self.ends,
                self.panel,
                self.command,
                self.clock,
                self.parts_panel,
                self.named,
                *self.parts_of.values(),
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
        for peak, dot in zip(at_peak, self.dots, strict=True):
            way = DashedLine(
                peak.get_center(), dot.get_center(), color=self.theme.muted, stroke_width=stroke(2)
            )
            self.play(Create(way), run_time=0.4)
            self.play(Appear(dot), Vanish(way), run_time=0.4)
        line = Trace(graph, dense, curve, color=color, head=False, width=4.0)
        along = ValueTracker(float(dense[0]))
        line.add_updater(lambda _: line.show(along.get_value()))
        self.add(line)
        self.bring_to_front(self.dots)
        self.play(along.animate.set_value(float(dense[-1])), run_time=2.5)
        line.clear_updaters()
        self.remove(along)
        e = float(self.inward.e)
        if dense[0] < e < dense[-1]:
            tint, up = self.inward.ion or "ink", np.array([0.0, 0.16, 0.0])
            here = graph.at(e, 0.0)
            mark = VGroup(
                Line(here - up, here + up, color=self.theme.color(tint), stroke_width=stroke(4)),
                self.formula(f'E_"{name}"', size=LABEL, color=tint).next_to(
                    here - up, RIGHT + DOWN, buff=0.06
                ),
            )
            self.say(
                f"The peak current reverses at {_mv(e)}",
                f"at its reversal potential {ion} has no driving force: inward below, outward above",
                f"The current reverses at {_mv(e)}, where V passes E_{name}, the reversal potential: there {ion} has "
                "no driving force. Below it the current flows inward, above it outward.",
                moving=[mark],
            )
        self.graph, self.iv = graph, line
        self.wait(3.0)  # as long as it takes to read


def _follow(traces: VGroup, clock: Clock) -> None:
    """All traces of a group at the clock's time, in every frame."""

    def show(group: VGroup) -> None:
        for trace in group:
            trace.show(clock.now)

    traces.add_updater(show, call_updater=True)


def _rest(traces: VGroup) -> None:
    """The sweep is over: the heads go."""
    traces.clear_updaters()
    for trace in traces:
        trace.dot.set_opacity(0.0)


def _mv(v: float) -> str:
    return f"{v:.0f} mV".replace("-", "−")

"""How gates open: rates, steady state and time constant in one channel, then chance in many."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import UpdateFromAlphaFunc, VGroup

from hhanim.look import quantities
from hhanim.mobjects.channels import inactivates
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.fades import Appear
from hhanim.mobjects.film import TICK, TITLE, Area, Film
from hhanim.mobjects.lettering import INDEXED, LABEL, UNIT, corners, stand_clear
from hhanim.mobjects.membrane import MembranePatch
from hhanim.mobjects.population import ChannelField
from hhanim.mobjects.rates import RateCurves, RateTable
from hhanim.mobjects.shapes import at, disc, filled, mix
from hhanim.mobjects.telling import Telling, millivolts
from hhanim.mobjects.trace import Panel, Trace, Traces, stroke, values
from hhanim.model import Membrane, clamp, simulate
from hhanim.model.gating import Patch, sample_patch

BEFORE, AFTER = 2.0, 10.0  # seconds of film before the step, and while it lasts, but for the slow motion
LASTS = 4.3  # time constants of the slowest gate


class GateOpening(Telling, Film):
    """One channel of each kind under a voltage step, then a patch of channels whose gates move at random."""

    title = "How gates open"
    description = (
        "One sodium and one potassium channel under a voltage step, then a patch of channels at random."
    )
    alt = (
        "A sodium channel with three m gates and an h ball and a potassium channel with four n gates "
        "open under a "
        "voltage step; then sixty channels of each kind flicker, and their open fraction follows m³h and n⁴."
    )
    poster = 0.45
    model: Membrane = "modern"
    depolarisation: float = 45.0
    n: int = 60
    seed: int = 1952

    def construct(self) -> None:
        self.build()
        wide = self.shape == "wide"
        self.opening(
            f"{self.title}: the gates of sodium and potassium channels under a voltage step.",
            where=self.beside if wide else self.graph_area,
            beside=(self.patch.still, self.patch.moving),
        )
        self.rates()
        self.step()
        self.relax()
        self.many()
        self.more()

    # -- what is on the screen -----------------------------------------------------------------------------

    def build(self) -> None:
        """Clamp, lay out, and put the first half in place, the clock at 0."""
        rest = float(self.membrane.rest()[0])
        self.low, self.high = rest, rest + self.depolarisation
        self.channels = [c.name for c in self.membrane.channels if c.gates]
        self.gates = [g for c in self.channels for g in self._of(c)]
        taus = [float(self.membrane.tau(g, self.high)) for g in self.gates if self.membrane.gates[g].dynamic]
        #: How fast time runs (ms of the model in a second of film): it is the slowest gate that takes the time.
        self.rate = float(f"{LASTS * max(taus) / AFTER:.1g}")
        self.begins, duration = BEFORE * self.rate, (BEFORE + AFTER) * self.rate
        self.fast = self.begins + 4.0 * min(taus)
        self.run = simulate(self.membrane, clamp(rest, self.high, self.begins), duration)
        self.head, picture, side, graphs = self.areas()
        self.picture, self.side, self.graph_area = picture, side, graphs
        self.beside = Area(side.left, side.right, graphs.bottom, side.top)
        self.clock = self.clock_at(1.0)
        self.patch = MembranePatch(
            self.run, self.theme, picture, channels=self.channels, clock=self.clock, transit=0.9, level=0.52
        )
        self.table = RateTable(self.membrane, self.theme, side, voltages=(self.low, self.high))
        self.curves = RateCurves(
            self.membrane,
            self.theme,
            graphs,
            v=(self.low - 35.0, self.high + 50.0),
            vertical=self.shape != "square",
        ).show(self.low)
        self.build_graphs(self.beside)

    def clock_at(self, times: float) -> Clock:
        """A clock for the step that runs that many times as fast as usual, and at a quarter while the fastest gate
        moves.
        """
        rate = times * self.rate
        slow = (self.begins - 0.1 * self.rate, self.fast, 0.25 * rate)
        pace = Pace(self.run.duration, rate=rate, slow=[slow], ease=0.2)
        clock = Clock(pace, self.theme).align_right()
        return clock.move_to([self.head.right, self.head.top, 0.0], aligned_edge=[1.0, 1.0, 0.0])

    def areas(self) -> tuple[Area, Area, Area, Area]:
        """Heading, membrane, rates, graphs."""
        if self.shape == "wide":
            head, body = self.area.rows(0.82, 5.8, gap=0.28)
            left, right = body.columns(1.0, 1.0, gap=0.55)
            side, graphs = right.rows(2.0, 3.9, gap=0.2)
            return head, left, side, graphs
        if self.shape == "tall":
            return tuple(self.area.rows(0.85, 4.9, 2.1, 4.4, gap=0.25))  # type: ignore[return-value]
        return tuple(self.area.rows(0.8, 2.6, 1.6, 1.9, gap=0.1))  # type: ignore[return-value]

    def build_graphs(self, area: Area) -> None:
        """The step above the gates that follow it."""
        run, theme = self.run, self.theme
        top, bottom = area.rows(1.0, 2.1, gap=0.25)
        self.v_panel = self.panel_of_v(top)
        self.panel = Panel(
            bottom, y=(0.0, 1.0), ylabel="fraction of gates open", yticks=[0, 0.5, 1], xlabel="ms",
            **self.over_time(),
        )  # fmt: skip
        self.v_trace = self.voltage()
        self.gate_traces = Traces([Trace.of(run, g, self.panel, theme) for g in self.gates]).follow(
            self.clock
        )

    def over_time(self) -> dict[str, Any]:
        """What all graphs over time have in common."""
        span = (0.0, self.run.duration)
        return {"x": span, "theme": self.theme, "gutter": 0.78, "left": 0.9, "size": TICK}

    def panel_of_v(self, area: Area) -> Panel:
        """Axes for the step; time has its numbers on the graph below."""
        low, high = min(self.low, self.high), max(self.low, self.high)
        unit = self.formula('V space "(mV)"', size=TICK, color="muted")
        return Panel(
            area, y=(low - 12, high + 12), ylabel=unit, yticks=[round(low), round(high)],
            xticks=[], **self.over_time(),
        )  # fmt: skip

    def voltage(self) -> Traces:
        """The step, drawn up to the clock's time."""
        trace = Trace.of(self.run, "V", self.v_panel, self.theme, named=False)
        return Traces([trace]).follow(self.clock)

    # -- the telling ---------------------------------------------------------------------------------------

    def rates(self) -> None:
        """Channels and gates, then the rates of one gate, then what they lead to at every V."""
        self.part("rates")
        counts = "; ".join(self._gate_words(c) for c in self.channels[:2])
        wide = self.shape == "wide"
        laws = self._formulas(self.beside.inset(top=1.6, bottom=1.9) if wide else self.side)
        self.say(
            "One channel of each kind",
            counts,
            f"One channel of each kind, close up: {counts}.",
            still=[laws],
        )
        self.wait(2.4)
        self.say(
            "Drawn: the average of many channels",
            "each gate opens and closes by chance; half open means: half of them are",
            "Each gate is open or closed, and changes by chance. Drawn is the average of many: as far open as the "
            "fraction of them that is.",
        )
        self.wait(3.8)
        self.play(laws.animate.move_to(self.graph_area.center), run_time=0.7)
        self.say(
            "Two rates for each gate",
            "per ms: α, how often a closed gate opens; β, how often an open one closes",
            "A closed gate opens at the rate alpha, an open one closes at the rate beta. Both depend on "
            "V alone.",
            still=[self.table],
        )
        self.wait(3.0)
        self.results = self.table.outcome(self.low)
        self.say(
            "Where to, and how fast",
            "x∞ = α / (α + β) is the goal, τ = 1 / (α + β) the time it takes",
            "From the two rates follow the goal, x infinity, and the time constant tau, at every voltage.",
            gone=[laws],
            still=[self.results, self.curves.still],
            moving=[self.curves.moving],
        )
        self.wait(3.0)

    def step(self) -> None:
        """What a step of V will change: arrows, goals and time constants, before the clock has started."""
        self.part("step")
        self.say(
            f"What a step to {millivolts(self.high)} will do",
            f"{millivolts(self.low)} → {millivolts(self.high)}: other rates, so other goals and other times",
            f"What a step of V from {millivolts(self.low)} to {millivolts(self.high)} will do: the rates change at "
            "once, and with them the goals and the time constants. The gates then follow.",
            gone=[self.results],
        )

        def steer(table: RateTable, share: float) -> None:
            table.show(self.low + (self.high - self.low) * share)

        self.results = self.table.outcome(self.high)
        self.play(UpdateFromAlphaFunc(self.table, steer), self.curves.go(self.low, self.high), run_time=1.2)
        self.play(Appear(self.results), run_time=0.6)
        self.bring_to_back(self.results)
        self.wait(2.0)

    def relax(self) -> None:
        """The gates on their way, on the clock."""
        self.part("relaxation")
        taus = {
            g: float(self.membrane.tau(g, self.high)) for g in self.gates if self.membrane.gates[g].dynamic
        }
        order = sorted(taus, key=lambda g: taus[g])
        slow = " and ".join(order[1:])
        self.goals = self._goals()
        marks = self._marks()
        self.marks = VGroup(*(mark for _, mark in marks))
        self.say(
            f"{order[0]} is fast, {slow} {'are' if len(order) > 2 else 'is'} slow",
            "dotted: the goals; a ring: one τ has passed, 63 % of the way is done",
            f"{order[0]} reaches its goal first; {slow} take longer. A ring marks the time constant of each: "
            "63 percent of the way is done.",
            gone=[self.curves.still, self.curves.moving, self.table, self.results],
            still=[self.v_panel, self.panel, self.goals],
            moving=[self.v_trace, self.gate_traces, self.clock],
        )
        come: list[Appear] = []
        for t, mark in marks:
            self.play(self.clock.run(t), *come)
            come = [Appear(mark, between=(0.0, 0.5))]
        self.play(self.clock.run(), *come)
        self.wait(0.6)

    def many(self) -> None:
        """The same step on a patch of N channels of each kind, every gate at random."""
        self.part("a patch")
        self.kinds = [c for c in self.channels if all(g.dynamic for g in self.membrane.channel(c).gates)]
        gone = [
            self.patch.still, self.patch.moving, self.goals, self.marks, self.panel, self.gate_traces,
            self.v_panel, self.v_trace, self.clock,
        ]  # fmt: skip
        self.clock = self.clock_at(2.0)
        area = self.beside if self.shape == "square" else self.graph_area
        top, bottom = area.rows(1.0, 2.1, gap=0.25)
        self.v_panel = self.panel_of_v(top)
        self.v_trace = self.voltage()
        self.samples: dict[str, Patch] = {
            c: sample_patch(self.run, c, int(self.n), int(self.seed)) for c in self.kinds
        }
        self.fields = self._fields(int(self.n), pips=True)
        self.products = self._products(bottom)
        self.counted = self._counted({c: self.samples[c].open_fraction(self.run.t) for c in self.kinds})
        self._fields_follow(lambda c, t: self._states(self.samples[c], t))
        self.field_still = VGroup(*(f.still for f in self.fields.values()), *self.labels)
        self.formulas = self._formulas(self.side) if self.shape == "wide" else VGroup()
        self.say(
            f"{self.n} channels, every gate at random",
            "a channel is open, and lit, when all of its gates are",
            f"Now {self.n} channels of each kind. Every gate opens and closes at random, at the rates "
            "alpha and beta. "
            "A channel is open when all of its gates are.",
            gone=gone,
            still=[self.field_still, self.v_panel, self.open_panel, self.formulas],
            moving=[self.field_moving, self.v_trace, self.products, self.counted, self.clock],
        )
        self.play(self.clock.run())
        self.wait(0.6)

    def more(self) -> None:
        """A hundred times as many: chance averages out, and the open fraction is the product of the gates."""
        count = 100 * int(self.n)
        self.part(f"{count} channels")
        law = self._laws()
        gone = [self.counted, self.field_still, self.field_moving, self.v_trace, self.products, self.clock]
        # All that follows the clock is made anew on a new one: nothing jumps back while it fades.
        self.clock = self.clock_at(2.5)
        self.v_trace, self.products = self.voltage(), self._law_traces()
        self.samples = {c: sample_patch(self.run, c, count, int(self.seed)) for c in self.kinds}
        self.counted = self._counted(
            {c: self.samples[c].open_fraction(self.run.t[::8]) for c in self.kinds}, every=8
        )
        self.fields = self._fields(count, pips=False)
        self._fields_follow(lambda c, t: self.samples[c].open(t))
        self.field_still = VGroup(*(f.still for f in self.fields.values()), *self.labels)
        self.say(
            f"{count} channels",
            f"chance averages out: the open fraction follows {law}",
            f"With {count} channels of each kind chance averages out, and the open fraction follows {law}.",
            gone=gone,
            still=[self.field_still],
            moving=[self.field_moving, self.v_trace, self.products, self.counted, self.clock],
        )
        self.play(self.clock.run())
        self.wait(1.2)

    # -- pieces --------------------------------------------------------------------------------------------

    def _hue(self, channel: str) -> Any:
        """What the theme colours a channel by."""
        return quantities(self.membrane)[f"I_{channel}"]

    def _of(self, channel: str) -> list[str]:
        return [g.name for g in self.membrane.channel(channel).gates]

    def _gate_words(self, channel: str) -> str:
        count = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
        what = self.membrane.channel(channel)
        parts = [
            f"{count.get(g.power, g.power)} {g.name} gate{'s' if g.power > 1 else ''}" for g in what.gates
        ]
        return f"{channel}: {', '.join(parts)}"

    def _laws(self) -> str:
        return " and ".join(self._law(c) for c in self.kinds)

    def _law(self, channel: str) -> str:
        up = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
        gates = self.membrane.channel(channel).gates
        return "".join(g.name + (str(g.power).translate(up) if g.power > 1 else "") for g in gates)

    def _goals(self) -> VGroup:
        """x∞ of each gate as a dotted line from the step on, its name above the line's end."""
        dotted, names, known = VGroup(), [], quantities(self.membrane)
        for gate in self.gates:
            if not self.membrane.gates[gate].dynamic:
                continue
            hue = self.theme.color(known[gate])
            goal = float(self.membrane.inf(gate, self.high))
            spots = self.panel.at(np.linspace(self.begins, self.run.duration, 49), goal)[:, :2]
            name = self.formula(known[f"{gate}_inf"].typst, size=INDEXED, color=known[gate])
            names.append((spots[-1], name))
            dotted.add(filled(at(disc(), spots, 0.022), hue))
        # Goals that lie close together have their names beside each other, above the highest of them.
        line, names = 1.1 * LABEL * UNIT, sorted(names, key=lambda n: -n[0][1])
        foot, x = np.inf, 0.0
        for end, name in names:
            if foot - end[1] > line:
                foot, x = float(end[1]), float(end[0]) - 0.25
            # High enough for the letters at the curves' heads to pass below.
            name.move_to([x, foot + 0.87 * line, 0.0], aligned_edge=[1, 0, 0])
            name.set_stroke(self.theme.ground, stroke(7), background=True)
            x = float(name.get_left()[0]) - 0.2
        names = [name for _, name in names]
        return VGroup(dotted, *names)

    def _marks(self) -> list[tuple[float, VGroup]]:
        """For each gate, the time (ms) at which one time constant has passed, and a ring there with its name."""
        known = quantities(self.membrane)
        gates = [g for g in self.gates if self.membrane.gates[g].dynamic]
        times = [self.begins + float(self.membrane.tau(g, self.high)) for g in gates]
        spots = [
            np.asarray(self.panel.at(t, np.interp(t, self.run.t, self.run[g])))[:2]
            for g, t in zip(gates, times, strict=True)
        ]
        lines = [np.asarray(self.panel.at(self.run.t, self.run[g]))[:, :2] for g in self.gates]
        taken = np.concatenate([*lines, *(corners(name) for name in self.goals[1:])])
        made = []
        for gate, t, spot in zip(gates, times, spots, strict=True):
            ring = filled(at(disc(), spot, 0.085), self.theme.ground)
            ring.set_stroke(self.theme.color(known[gate]), width=4)
            name = self.formula(known[f"tau_{gate}"].typst, size=INDEXED, color=known[gate])
            others = np.concatenate([taken, *(s[None] for s in spots if s is not spot)])
            stand_clear(name, spot, others, gap=0.13).set_stroke(
                self.theme.ground, stroke(7), background=True
            )
            taken = np.concatenate([taken, corners(name)])
            made.append((t, VGroup(ring, name)))
        return sorted(made, key=lambda mark: mark[0])

    def _fields(self, count: int, *, pips: bool) -> dict[str, ChannelField]:
        area, tall = self.picture, self.shape == "tall"
        if tall:
            area = Area(area.left, area.right, self.side.bottom, area.top)
        parts = area.split(*[1.0] * len(self.kinds), gap=0.35, vertical=tall or self.shape == "wide")
        fields, self.labels = {}, []
        for channel, part in zip(self.kinds, parts, strict=True):
            label = self.words(
                f"{count} {channel} channels{self._key(channel) if pips else ''}",
                size=TICK,
                color=self._hue(channel),
                weight="semibold",
            )
            label.move_to([part.left, part.top, 0], aligned_edge=[-1, 1, 0])
            self.labels.append(label)
            powers = [g.power for g in self.membrane.channel(channel).gates]
            fields[channel] = ChannelField(
                count,
                powers,
                self.theme,
                self._hue(channel),
                part.inset(top=0.36),
                pips=pips,
                balls=[inactivates(self.membrane, g) for g in self._of(channel)],
            )
        return fields

    def _key(self, channel: str) -> str:
        """What the pips of a channel are."""
        gates = self._of(channel)
        kinds = (("bars", [g for g in gates if not inactivates(self.membrane, g)]),
                 ("dot", [g for g in gates if inactivates(self.membrane, g)]))  # fmt: skip
        return " · " + ", ".join(f"{what}: {' '.join(names)}" for what, names in kinds if names)

    def _fields_follow(self, states) -> None:  # type: ignore[no-untyped-def]
        self.field_moving = VGroup(*(f.moving for f in self.fields.values()))

        def show(_: object) -> None:
            for channel, field in self.fields.items():
                field.show(states(channel, self.clock.now))

        self.field_moving.add_updater(show, call_updater=True)
        for f in self.fields.values():
            f.moving.clear_updaters()

    @staticmethod
    def _states(patch: Patch, t: float) -> np.ndarray:
        return np.concatenate([patch.gates(g.name, t) for g in patch.channel.gates], axis=1)

    def _products(self, area: Area) -> Traces:
        """m³h and n⁴ of the trajectory as thin lines on a panel of their own, which is made here."""
        run = self.run
        laws = {
            c: np.prod([values(run, g.name) ** g.power for g in self.membrane.channel(c).gates], axis=0)
            for c in self.kinds
        }
        roof = max(0.2, 1.25 * max(float(p.max()) for p in laws.values()))
        self.open_panel = Panel(
            area, y=(0.0, min(roof, 1.0)), xlabel="ms",
            ylabel=f"fraction open: thin, counted; thick, {self._laws()}", **self.over_time(),
        )  # fmt: skip
        self.laws = laws
        return self._law_traces()

    def _law_traces(self) -> Traces:
        """The products on that panel, up to the clock's time."""
        theme, made = self.theme, []
        for channel, law in self.laws.items():
            color = theme.color(self._hue(channel))
            label = self.formula(self._product_source(channel), color=self._hue(channel))
            made.append(Trace(self.open_panel, self.run.t, law, color=color, label=label, ghost=True))
        return Traces(made).follow(self.clock)

    def _formulas(self, area: Area) -> VGroup:
        """The probability that a channel is open, one line for each."""
        made = VGroup()
        for channel, row in zip(self.channels, area.rows(*[1.0] * len(self.channels), gap=0.1), strict=True):
            source = f'P("{channel} channel is open") = {self._product_source(channel)}'
            formula = self.formula(source, size=1.15 * TITLE, color=self._hue(channel))
            if formula.width > row.width:
                formula.scale_to_fit_width(row.width)
            made.add(formula.move_to(row.center))
        return made

    def _product_source(self, channel: str) -> str:
        gates = self.membrane.channel(channel).gates
        return " ".join(f"{g.name}^{g.power}" if g.power > 1 else g.name for g in gates)

    def _counted(self, fractions: dict[str, np.ndarray], every: int = 1) -> VGroup:
        """The simulated open fractions, as they are counted."""
        group = VGroup()
        for channel, fraction in fractions.items():
            color = mix(self.theme.color(self._hue(channel)), self.theme.ink, 0.45)  # seen on the law, too
            group.add(
                Trace(
                    self.open_panel,
                    self.run.t[::every],
                    fraction,
                    color=color,
                    width=2.0,
                    head=False,
                    spacing=3.0,
                )
            )
        group.add_updater(lambda g: [trace.show(self.clock.now) for trace in g] and None, call_updater=True)
        return group

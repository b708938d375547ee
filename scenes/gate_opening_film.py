"""How gates open: rates, steady state and time constant in one channel, then chance in many."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from manim import LEFT, UL, UP, UpdateFromAlphaFunc, VGroup

from hhanim.look import quantities, quantity
from hhanim.look.numbers import millivolts
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Appear
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import INDEXED, LABEL, TICK, TITLE, corners, stand_clear
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.frame.shapes import at, disc, filled, mix
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.rates import RateCurves, RateTable
from hhanim.mobjects.graph.trace import Trace, values
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.channels import inactivates
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.membrane.population import ChannelField
from hhanim.model import clamp, simulate
from hhanim.model.gating import Patch, sample_patch
from hhanim.parameters import Membrane

BEFORE, AFTER = 1.0, 5.0  # seconds of film before the step, and while it lasts, but for the slow motion
SLOW = 7.0  # seconds of film, at most, while the fastest gate moves
CHANCE = 6.0  # seconds of film in which single gates open and close
LASTS = 4.3  # time constants of the slowest gate


class GateOpening(Narration, Film):
    """One channel of each kind under a voltage step, then a patch of channels whose gates move at random."""

    title = "How gates open"
    description = (
        "One sodium and one potassium channel under a voltage step, then a patch of channels at random."
    )
    alt = (
        "One sodium and one potassium channel, drawn with all their gates, open under a voltage step; then a patch "
        "of many channels of each kind flickers, and their open fraction follows the product of the gates."
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
            f"{self.title}: channels under a voltage step.",
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
        self.kinds = [c for c in self.channels if all(g.dynamic for g in self.membrane.channel(c).gates)]
        taus = [float(self.membrane.tau(g, self.high)) for g in self.gates if self.membrane.gates[g].dynamic]
        #: How fast time runs (ms of the model in a second of film): it is the slowest gate that takes the time.
        self.rate = float(f"{LASTS * max(taus) / AFTER:.1g}")
        self.begins, duration = BEFORE * self.rate, (BEFORE + AFTER) * self.rate
        self.fast = self.begins + 4.0 * min(taus)
        self.run = simulate(self.membrane, clamp(rest, self.high, self.begins), duration)
        self.head, picture, side, graphs = self.areas()
        self.picture, self.side, self.graph_area = picture, side, graphs
        self.beside = Area(side.left, side.right, graphs.bottom, side.top)
        self.clock = self.clock_at(0.125)
        # A second of film more than is shown: at the end, too, there are dots on their way into the pores.
        longer = simulate(self.membrane, clamp(rest, self.high, self.begins), duration + self.rate)
        self.patch = MembranePatch(
            longer, self.theme, picture, channels=self.channels, clock=self.clock, level=0.52,
        )  # fmt: skip
        self.table = RateTable(self.membrane, self.theme, side, voltages=(self.low, self.high))
        self.curves = RateCurves(
            self.membrane,
            self.theme,
            graphs,
            v=(self.low - 35.0, self.high + 50.0),
            vertical=self.shape != "square",
            ylabels=("goal", "time constant (ms)"),
        ).draw(self.low)
        self.build_graphs(self.beside)

    def clock_at(self, slow: float) -> Clock:
        """A clock for the step that runs at that share of its rate while the fastest gate moves, if it is fast."""
        slow = max(slow, (self.fast - self.begins) / (SLOW * self.rate))
        window = (self.begins - 0.1 * self.rate, self.fast, slow * self.rate)
        return self.timed(Pace(self.run.duration, rate=self.rate, slow=[window], ease=0.2))

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
        run = self.run
        top, bottom = area.rows(1.0, 2.1, gap=0.25)
        self.v_panel = self.panel_of_v(top)
        self.panel = self.over_time(bottom).y("gates (fraction open)", 0.0, 1.0, ticks=[0, 0.5, 1])
        self.v_trace = self.voltage()
        self.gate_traces = Traces([Trace.of(run, g, self.panel) for g in self.gates]).follow(self.clock)

    def over_time(self, area: Area) -> Panel:
        """What all graphs over time have in common."""
        return Panel(area, self.theme, gutter=1.4, left=0.9).x("ms", 0.0, self.run.duration)

    def panel_of_v(self, area: Area) -> Panel:
        """Axes for the step; time has its numbers on the graph below."""
        low, high = min(self.low, self.high), max(self.low, self.high)
        panel = self.over_time(area).x("", 0.0, self.run.duration, ticks=())
        return panel.y(quantity("V"), low - 12, high + 12, ticks=[round(low), round(high)])

    def voltage(self) -> Traces:
        """The step, drawn up to the clock's time: straight up, at one time."""
        t, v = self.run.t, self.run["V"]
        k = int(np.searchsorted(t, self.begins))
        t, v = np.insert(t, k, t[k]), np.insert(v, k, v[k - 1])
        return Traces([Trace(self.v_panel, t, v, color=self.theme.color("stimulus"))]).follow(self.clock)

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
            f"{counts}.",
            still=[laws],
        )
        self.wait(2.4)
        self.chance()
        self.play(laws.animate.move_to(self.graph_area.center), run_time=0.7)
        self.say(
            "Two rates for each gate",
            "per ms: α, how often a closed gate opens; β, how often an open one closes",
            "A closed gate opens at the rate α, an open one closes at the rate β.",
            still=[self.table],
        )
        self.wait(3.0)
        self.say(
            "Where to, and how fast",
            "x∞ = α / (α + β) is the goal, τ = 1 / (α + β) the time it takes",
            "The two rates give the goal, x∞, and the time constant, τ.",
            gone=[laws],
            still=[self.table.results, self.curves.still],
            moving=[self.curves.moving],
        )
        self.wait(3.0)

    def chance(self) -> None:
        """One channel of each kind as it is, every gate open or closed; then the average that is drawn from now on."""
        rest = simulate(self.membrane, clamp(self.low, self.low, self.begins), CHANCE * self.rate)
        single = {c: sample_patch(rest, c, 1, int(self.seed)) for c in self.kinds}
        clock = self.timed(Pace(rest.duration, rate=self.rate))
        average, share, swing = self.patch.read(0.0), 0.0, 0.06 * self.rate

        def pose(_: object) -> None:
            # A gate takes a moment to swing over: the mean of its state over that moment.
            times = np.linspace(clock.now - swing, clock.now, 8)
            for view in self.patch.views:
                patch = single.get(view.channel.name)
                if patch is None:
                    view.set_gates(now)
                    continue
                for gate in patch.flips:
                    state = np.mean([patch.gates(gate, t)[0] for t in times], axis=0)
                    now[gate] = average[gate] + share * (state - average[gate])
                view.set_gates(now)

        now: dict[str, Any] = dict(average)

        def settle(_: object, done: float) -> None:
            nonlocal share
            share = 1.0 - done

        self.say(
            "Gates move by chance",
            "a single channel of each kind, at rest: each gate open or closed",
            "Each gate is open or closed, and changes by chance.",
            moving=[clock],
        )
        self.patch.moving.add_updater(pose)
        self.play(UpdateFromAlphaFunc(self.patch.moving, lambda m, done: settle(m, 1.0 - done)), run_time=0.4)
        self.play(clock.run())
        self.say(
            "From now on: the average",
            "a gate drawn half open: half of them are open",
            "From now on the average of many channels is drawn.",
            gone=[clock],
        )
        self.play(UpdateFromAlphaFunc(self.patch.moving, settle), run_time=1.0)
        self.patch.moving.remove_updater(pose)
        self.wait(1.6)

    def step(self) -> None:
        """What a step of V will change: arrows, goals and time constants, before the clock has started."""
        self.part("step")
        self.say(
            f"What a step to {millivolts(self.high)} will do",
            f"{millivolts(self.low)} → {millivolts(self.high)}: other rates, so other goals and other times",
            "A step of V changes the rates at once, and with them goals and times; the gates follow.",
        )
        how = {"run_time": 2.6}
        self.play(self.table.go(self.low, self.high, **how), self.curves.go(self.low, self.high, **how))
        self.wait(2.0)

    def relax(self) -> None:
        """The gates on their way, on the clock."""
        self.part("relaxation")
        taus = {
            g: float(self.membrane.tau(g, self.high)) for g in self.gates if self.membrane.gates[g].dynamic
        }
        order = sorted(taus, key=lambda g: taus[g])
        fast, slow = order[0], " and ".join(order[1:])
        are, take = ("is", "takes") if len(order) == 2 else ("are", "take")
        heading, caption = f"{fast} takes its time", f"{fast} takes its time to reach its goal."
        if slow:
            heading = f"{fast} is fast, {slow} {are} slow"
            caption = f"{fast} reaches its goal first; {slow} {take} longer."
        self.goals = self._goals()
        marks = self._marks()
        self.marks = VGroup(*(mark for _, mark in marks))
        self.say(
            heading,
            "dotted: the goals; a ring: one τ has passed, 63 % of the way is done",
            caption,
            gone=[self.curves.still, self.curves.moving, self.table, self.table.results],
            still=[self.v_panel, self.panel, self.goals],
            moving=[self.v_trace, self.gate_traces, self.dotted, self.clock],
        )
        come: list[Appear] = []
        for t, mark in marks:
            self.play(self.clock.run(t), *come)
            if not come:
                self.caption("A ring marks the time constant of each gate: 63 percent of the way is done.")
            come = [Appear(mark, between=(0.0, 0.5))]
        self.play(self.clock.run(), *come)
        self.wait(0.6)

    def many(self) -> None:
        """The same step on a patch of N channels of each kind, every gate at random."""
        self.part("a patch")
        gone = [
            self.patch.still, self.patch.moving, self.goals, self.dotted, self.marks, self.panel, self.gate_traces,
            self.v_panel, self.v_trace, self.clock,
        ]  # fmt: skip
        key = self._tiles()
        self.formulas = self._formulas(self.side) if self.shape == "wide" else VGroup()
        self.clock = self.clock_at(0.25)
        self.say(
            "A tile for each channel",
            "seen from above; lit when all of its gates are open",
            "Every channel is a tile, lit when all of its gates are open.",
            gone=gone,
            still=[key, self.formulas],
        )
        self.wait(2.6)
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
        self.say(
            f"{self.n} channels, every gate at random",
            "a channel is open, and lit, when all of its gates are",
            f"Now {self.n} channels of each kind; every gate moves at random.",
            gone=[key],
            still=[self.field_still, self.v_panel, self.open_panel],
            moving=[self.field_moving, self.v_trace, self.products, self.counted, self.clock],
        )
        self.play(self.clock.run(self.fast))
        self.caption(f"Thin lines: the open channels, counted; thick: {self._laws()} of the equations.")
        self.play(self.clock.run())
        self.wait(0.6)

    def more(self) -> None:
        """A hundred times as many: chance averages out, and the open fraction is the product of the gates."""
        count = 100 * int(self.n)
        self.part(f"{count} channels")
        law = self._laws()
        gone = [self.counted, self.field_still, self.field_moving, self.v_trace, self.products, self.clock]
        # All that follows the clock is made anew on a new one: nothing jumps back while it fades.
        self.clock = self.clock_at(0.25)
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
            f"With {count} channels of each kind chance averages out.",
            gone=gone,
            still=[self.field_still],
            moving=[self.field_moving, self.v_trace, self.products, self.counted, self.clock],
        )
        self.play(self.clock.run(self.fast))
        self.caption(f"The open fraction follows {law}.")
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
        """The names of x∞ of each gate, beyond the end of its dotted line and of the curve that comes to it.

        The lines themselves, from the step on, are `dotted`; they make room for the letters at the curves' heads.
        """
        known, names, self.dotted, spots = quantities(self.membrane), VGroup(), VGroup(), []
        for gate in self.gates:
            if not self.membrane.gates[gate].dynamic:
                continue
            goal = float(self.membrane.inf(gate, self.high))
            spots.append(self.panel.at(np.linspace(self.begins, self.run.duration, 49), goal)[:, :2])
            self.dotted.add(filled(np.zeros((0, 3)), self.theme.color(known[gate])))
            name = self.formula(known[f"{gate}_inf"].typst, size=INDEXED, color=known[gate])
            names.add(name.move_to((self.panel.inner.right + 0.6, spots[-1][-1, 1], 0.0), aligned_edge=LEFT))
        # Goals that lie close together have names that stand as far apart as they must.
        order, line = sorted(names, key=lambda name: float(name.get_y())), 0.95 * INDEXED * UNIT
        self.goal_spots = np.concatenate(spots)
        for _ in range(40):
            for low, high in pairwise(order):
                part = 0.5 * max(line - float(high.get_y() - low.get_y()), 0.0)
                low.shift((0.0, -part, 0.0))
                high.shift((0.0, part, 0.0))

        def dots(_: object) -> None:
            letters = [trace.label for trace in self.gate_traces]
            middles = np.array([letter.get_center()[:2] for letter in letters])
            halves = np.array([[0.5 * letter.width + 0.07, 0.5 * letter.height + 0.07] for letter in letters])
            for made, line in zip(self.dotted, spots, strict=True):
                hidden = (np.abs(line[:, None] - middles) < halves).all(axis=-1).any(axis=-1)
                made.points = at(disc(), line[~hidden], 0.022)

        self.dotted.add_updater(dots, call_updater=True)
        return names

    def _marks(self) -> list[tuple[float, VGroup]]:
        """For each gate, the time (ms) at which one time constant has passed, and a ring there with its name."""
        known = quantities(self.membrane)
        gates = [g for g in self.gates if self.membrane.gates[g].dynamic]
        times = [self.begins + float(self.membrane.tau(g, self.high)) for g in gates]
        spots = [
            np.asarray(self.panel.at(t, np.interp(t, self.run.t, self.run[g])))[:2]
            for g, t in zip(gates, times, strict=True)
        ]
        every = np.linspace(0.0, self.run.duration, 1500)  # so dense that none of them has a hole
        lines = [self.panel.at(every, np.interp(every, self.run.t, self.run[g]))[:, :2] for g in self.gates]
        taken = np.concatenate([*lines, self.goal_spots, np.array(spots)])
        made = []
        for gate, t, spot in zip(gates, times, spots, strict=True):
            ring = filled(at(disc(), spot, 0.085), self.theme.ground)
            ring.set_stroke(self.theme.color(known[gate]), width=4)
            name = self.formula(known[f"tau_{gate}"].typst, size=INDEXED, color=known[gate])
            # Clear, too, of the letter that goes on with the curve's head.
            letter = lines[self.gates.index(gate)][every >= t] + (0.25, 0.0)
            stand_clear(name, spot, np.concatenate([taken, letter]), within=self.panel.inner, gap=0.13)
            name.set_stroke(self.theme.ground, stroke(7), background=True)
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
            # What its marks are is said where there is room.
            texts = (f"{count} {channel} channels{key}" for key in (self._key(channel) if pips else "", ""))
            labels = [self.words(t, size=TICK, color=self._hue(channel), weight="semibold") for t in texts]
            label = next((fits for fits in labels if fits.width <= part.width), labels[-1])
            label.move_to((part.left, part.top, 0), aligned_edge=UL)
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

    def _tiles(self) -> VGroup:
        """Two channels of each kind, large, their gates named: one with a gate that is shut, and one all open."""
        area, tall = self.picture, self.shape == "tall"
        parts = area.split(*[1.0] * len(self.kinds), gap=0.35, vertical=tall or self.shape == "wide")
        made = VGroup()
        for channel, part in zip(self.kinds, parts, strict=True):
            hue, gates = self._hue(channel), self.membrane.channel(channel).gates
            field = ChannelField(
                2, [g.power for g in gates], self.theme, hue, part.inset(bottom=0.7),
                balls=[inactivates(self.membrane, g.name) for g in gates],
            )  # fmt: skip
            letters = [g.name for g in gates for _ in range(g.power)]
            states = np.ones((2, len(letters)), dtype=bool)
            states[0, -1] = False
            made.add(field.still, field.draw(states).moving)
            for k, said in enumerate(("one gate shut:\nclosed", "all open:\nopen")):
                for letter, open_, place in zip(letters, states[k], field.gate_places(k), strict=True):
                    # On what is lit the gates are cut out; on what is not they are bright.
                    color = "muted" if not open_ else "ink" if states[k].all() else "ground"
                    made.add(self.words(letter, size=LABEL, color=color).move_to((*place, 0.0)))
                below = (field.centres[k][0], field.centres[k][1] - 0.5 * field.pitch, 0.0)
                made.add(
                    self.words(said, size=TICK, color=hue, align="center").move_to(below, aligned_edge=UP)
                )
        return made

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
                field.draw(states(channel, self.clock.now))

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
        name = f"fraction open: thin, counted; thick, {self._laws()}"
        self.open_panel = self.over_time(area).y(name, 0.0, min(roof, 1.0))
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
        group.add_updater(lambda g: [trace.draw(self.clock.now) for trace in g] and None, call_updater=True)
        return group

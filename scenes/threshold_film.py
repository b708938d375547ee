"""Two stimuli a hair apart, one fails and one fires; and why a second one comes too early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from manim import LEFT, UL, UP, LineJointType, Mobject, VGroup, VMobject

from hhanim.look import quantities, quantity
from hhanim.look.numbers import millivolts, minus
from hhanim.mobjects.circuit.balance import Balance
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.fades import Appear, Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import UNIT, Area, stroke
from hhanim.mobjects.frame.lettering import TICK, stand_clear
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.frame.shapes import filled, lines, mix, stroked
from hhanim.mobjects.graph.labels import DOT_RADIUS
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.stimulus import StimulusBar
from hhanim.mobjects.graph.trace import HALO, Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.channels import title as channel_title
from hhanim.mobjects.membrane.charge import absolute
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Trajectory, pulse, simulate
from hhanim.model.analysis import paired_pulse, strength_duration
from hhanim.parameters import Membrane, Protocol

START = 2.0  # ms before the stimulus
SLOW = 10.0  # seconds of film from the stimulus to the end of the spike
GRADED = 10.0  # mV: what answers two pulses that alike is not all or nothing


class Threshold(Narration, Film):
    """All or nothing, and the refractory period, with the gates that decide."""

    title = "Threshold"
    description = (
        "Two stimuli a hair apart, one fails and one fires; then a second one in the refractory period."
    )
    alt = (
        "Two membranes get almost the same current pulse: in one V falls back, in the other it fires; bars "
        "compare the current in with the current out. Then pairs of pulses: too soon after a spike the second "
        "one fails, while h is low and n is high; later it fires."
    )
    poster = 0.31
    model: Membrane = "modern"
    width: float = 1.0
    hair: float = 0.01
    until: float = 16.0

    def construct(self) -> None:
        self.build()
        self.opening(
            "How strong a stimulus, and how soon the next?",
            where=self.graph_area,
            beside=(self.pair_still, self.pair_moving),
        )
        if not self.excitable:
            self.no_spike()
            return
        self.hair_apart()
        self.why()
        if float(self.above["V"].max() - self.below["V"].max()) < GRADED:
            self.graded()
            return
        self.all_or_nothing()
        self.refractory()

    # -- the trajectories ----------------------------------------------------------------------------------

    def build(self) -> None:
        """Find the threshold, simulate a hair above and below it, lay out the first half."""
        self.threshold = float(strength_duration(self.membrane, [self.width])[0])
        self.excitable = bool(np.isfinite(self.threshold))
        level = self.threshold if self.excitable else 50.0
        stimuli = [pulse(level * (1.0 + sign * self.hair), START, self.width) for sign in (1.0, -1.0)]
        # Near threshold a spike may come late: the runs last until it is over.
        spikes = simulate(self.membrane, stimuli[0], 60.0).spikes
        self.span = max(self.until, float(spikes[0]) + 8.0) if len(spikes) else self.until
        self.above, self.below = (simulate(self.membrane, stimulus, self.span) for stimulus in stimuli)
        self.runs = (self.above, self.below)
        self.gated = [c.name for c in self.membrane.channels if c.gates]
        # The current that decides is that of the one that fails: the spike's is far off any scale that shows it.
        self.scale = 1.6 * float(np.abs(self.below.ionic_current).max())
        self.head, left, graphs = self.areas()
        over = self._over()
        self.new_clock(self.span, [(START, over, float(f"{(over - START) / SLOW:.1g}"))])
        self.build_pair(left)
        self.build_graphs(graphs)
        self.graph_area, self.left_area = graphs, left

    def new_clock(self, span: float, slow: list[tuple[float, float, float]]) -> None:
        """A clock for a run of `span` ms, slow in these windows (from ms, to ms, ms per second)."""
        self.clock = self.timed(Pace(span, rate=3.0, slow=slow, ease=0.2))

    def _over(self) -> float:
        """When the spike is over, or the pulse: the ionic current is small again (ms)."""
        t, large = self.above.t, np.abs(self.above.ionic_current) > self.scale
        return float(t[large][-1]) if large.any() else self.span

    def _turned(self) -> float:
        """When the current of the one that fails has turned outward for good (ms)."""
        t, total = self.below.t, self.below.ionic_current
        first = int(np.argmin(np.where(t > START + self.width, total, np.inf)))
        return float(t[first + int(np.argmax(total[first:] > 0.0))])

    def areas(self) -> tuple[Area, Area, Area]:
        """Heading, the two membranes, graphs."""
        if self.shape == "wide":
            head, body = self.area.rows(0.82, 5.8, gap=0.28)
            left, right = body.columns(1.0, 1.1, gap=0.55)
            return head, left, right
        weights = (0.85, 5.4, 5.8) if self.shape == "tall" else (0.8, 3.0, 3.2)
        head, left, right = self.area.rows(*weights, gap=0.2)
        return head, left, right

    def build_pair(self, area: Area) -> None:
        """One patch for each stimulus, the stronger on top, and over it what flows in and out."""
        square = self.shape == "square"
        parts = area.split(1.0, 1.0, gap=0.3, vertical=not square)
        self.patches, self.labels, self.balances = [], VGroup(), VGroup()
        for run, part in zip(self.runs, parts, strict=True):
            text = self.words(
                f"{self._strength(run)} µA/cm²", size=TICK, color=self._tone(run), weight="semibold"
            )
            text.move_to((part.left, part.top, 0), aligned_edge=UL)
            self.labels.add(text)
            bars = Area(part.left + (0.0 if square else 2.75), part.right, part.top - 0.52, part.top)
            if square:
                bars = Area(bars.left, bars.right, bars.bottom - 0.34, bars.top - 0.34)
            self.balances.add(Balance(run, self.theme, bars, limit=2.0 * self.scale))
            rest = part.inset(top=part.top - bars.bottom + 0.08)
            patch = MembranePatch(
                run, self.theme, rest, channels=self.gated, clock=self.clock, labels=not square,
                height=None if square else 0.45 * rest.height,
                level=0.53 if square else 0.47,
            )  # fmt: skip
            self.patches.append(patch)
        self.balances.add_updater(lambda m: [b.draw(self.clock.now) for b in m] and None)
        self.pair_still = VGroup(self.labels, *(p.still for p in self.patches))
        self.pair_moving = VGroup(*(p.moving for p in self.patches))

    def _tone(self, run: Trajectory) -> str:
        return "ink" if run is self.above else "muted"

    def _strength(self, run: Trajectory) -> str:
        """How strong its pulse is (µA/cm²), with as many digits as it takes to tell the two apart."""
        return self._digits(float(np.max(run.stimulus)))

    def _digits(self, amplitude: float) -> str:
        return f"{amplitude:.{max(3, 1 - int(np.floor(np.log10(2.0 * self.hair))))}g}"

    def graph_rows(self, area: Area) -> tuple[Area, Area, Area]:
        """Where V, the stimulus under it, and what explains both stand, in both halves of the film."""
        if self.shape == "square":
            left, bottom = area.columns(1.0, 1.0, gap=0.3)
            top, strip = left.rows(5.0, 1.0, gap=0.1)
        else:
            top, strip, bottom = area.rows(1.4, 0.35, 1.2, gap=0.2)
        return top, strip, bottom

    def voltage(self, area: Area, v: np.ndarray, until: float) -> Panel:
        """The axes of V, with a time axis of their own where nothing stands under them."""
        low, high = float(v.min()) - 6.0, float(v.max()) + 8.0
        high = max(high, -float(absolute(self.membrane, 0.0)) + 44.0)
        panel = Panel(area, self.theme, left=0.95, gutter=0.95).y(quantity("V"), low, high)
        return panel.x("ms", 0.0, until) if self.shape == "square" else panel.x("", 0.0, until, ticks=())

    def build_graphs(self, area: Area) -> None:
        """Both voltages on one panel, both total ionic currents on another."""
        top, strip, bottom = self.graph_rows(area)
        self.v_panel = self.voltage(top, np.concatenate([run["V"] for run in self.runs]), self.span)
        # Two pulses a hair apart are one on the screen.
        self.bar = StimulusBar(strip, self.above.protocol, self.v_panel, self.theme, size=TICK)
        self.bar.remove(self.bar.label)
        said = f"{self.width:g} ms, {' and '.join(map(self._strength, self.runs))} µA/cm²"
        name = self.words(said, size=TICK, color="I")
        self.bar.add(name.move_to(self.bar.label.get_left(), aligned_edge=LEFT)).follow(self.clock)
        flow = self.formula('I_"ion" space "(µA/cm²)"', size=TICK, color="muted")
        panel = Panel(bottom, self.theme, left=0.95, gutter=0.95).x("ms", 0.0, self.span)
        self.i_panel = panel.y(flow, -1.4 * self.scale, self.scale)
        # Time has its axis from the start, under whatever stands on it.
        below = self.i_panel.inner.bottom + 1e-6
        self.i_axis, self.time_axis = VGroup(), VGroup()
        for part in (panel.frame_lines, *panel.grid, *panel.numbers, *panel.titles):
            shared = self.shape != "square" and part.get_top()[1] < below
            (self.time_axis if shared else self.i_axis).add(part)
        self.v_traces = self._heads(self.v_panel, lambda run: run["V"], width=4.0).follow(self.clock)
        self.i_traces = self._heads(self.i_panel, lambda run: run.ionic_current, width=0.0).follow(self.clock)
        self.i_lines, self.beyond = self._inside(), self._outside()
        low, high = self.i_panel.ylim
        self.signs = VGroup(
            *(
                self.words(word, size=TICK, color="muted").move_to(
                    self.i_panel.at(0.0, y) + np.array([0.1, 0.0, 0.0]), aligned_edge=LEFT
                )
                for word, y in (("outward", 0.86 * high), ("inward", 0.6 * low))
                if self.shape != "square"
            )
        )

    def _heads(self, panel: Panel, read: Callable[[Trajectory], np.ndarray], width: float) -> Traces:
        """The same quantity of both membranes on one panel, each with its strength at the head."""
        return Traces(
            Trace(
                panel,
                run.t,
                read(run),
                color=self.theme.color(self._tone(run)),
                label=self.words(self._strength(run), size=TICK, color=self._tone(run)),
                width=width,
            )
            for run in self.runs
        )

    def _inside(self) -> VGroup:
        """The lines of the ionic currents, wherever they are on the scale."""
        low, high = self.i_panel.ylim
        made = VGroup()
        for run in self.runs:
            total, color = run.ionic_current, self.theme.color(self._tone(run))
            within = np.concatenate([[False], (total >= low) & (total <= high), [False]])
            for a, b in pairwise(np.flatnonzero(np.diff(within.astype(int))).tolist()):
                if within[a + 1]:
                    part = slice(max(a - 1, 0), b + 1)  # up to the edge
                    made.add(
                        Trace(self.i_panel, run.t[part], total[part], color=color, width=4.0, head=False)
                    )
        return made.add_updater(lambda m: [line.draw(self.clock.now) for line in m] and None)

    def _outside(self) -> VGroup:
        """In place of the head of what is off the scale: an arrow at the edge."""
        made = VGroup(*(filled(np.zeros((0, 3)), trace.dot.get_color()) for trace in self.i_traces))
        size = 1.3 * DOT_RADIUS * UNIT

        def show(_: object) -> None:
            low, high = self.i_panel.ylim
            for run, trace, arrow in zip(self.runs, self.i_traces, made, strict=True):
                total = float(np.interp(self.clock.now, run.t, run.ionic_current))
                off = not low <= total <= high
                if off != (len(arrow.points) > 0):  # only when it changes: what fades in is left alone
                    trace.dot.set_opacity(0.0 if off else 1.0)
                x, y = self.i_panel.at(self.clock.now, np.clip(total, low, high))[:2]
                back = y - np.sign(total) * 2.0 * size
                tip = [(x, y), (x - size, back), (x + size, back), (x, y)]
                arrow.points = lines(tip) if off else np.zeros((0, 3))

        return made.add_updater(show)

    # -- the telling ---------------------------------------------------------------------------------------

    def hair_apart(self) -> None:
        """Both pulses, and two voltages that can hardly be told apart."""
        self.part("a hair apart")
        high, low = map(self._strength, self.runs)
        self.say(
            "A hair apart",
            f"the same membrane twice: {self.width:g} ms pulses of {high} and {low} µA/cm²",
            f"The same membrane twice; the two pulses differ by {200 * self.hair:.2g} percent.",
            still=[self.v_panel, self.time_axis],
            moving=[self.v_traces, self.bar, self.clock],
        )
        self.play(self.clock.run(START + self.width))

    def why(self) -> None:
        """The ionic current, whose sign decides, until the one that fires has."""
        self.part("why")
        high, low = map(self._strength, self.runs)
        leak = "; grey: leak" if "leak" in map(channel_title, self.membrane.channels) else ""
        self.say(
            "The ionic current decides",
            f"after the pulse, does more flow in or out? (bars, µA/cm²{leak})",
            "The bars weigh the current that flows in against what flows out.",
            still=[self.i_axis, self.signs],
            moving=[self.i_lines, self.i_traces, self.beyond, self.balances],
        )
        inward, outward = self._rivals()
        self.play(self.clock.run(min(self._turned(), 0.5 * (START + self.width + self._over()))))
        self.caption(
            f"At {high} the {inward} current in wins: V takes off; at {low} the {outward} current out: V falls back."
        )
        self.play(self.clock.run(self._over()))

    def _rivals(self) -> tuple[str, str]:
        """The channels with the largest current in as the one takes off, and out as the other falls back."""
        after = self.above.t > START + self.width
        names = [c.name for c in self.membrane.channels]
        up = int(np.argmin(np.where(after, self.above.ionic_current, np.inf)))
        inward = min(names, key=lambda name: float(self.above.current(name)[up]))
        down = int(np.argmax(np.where(self.below.t > self._turned(), self.below.ionic_current, -np.inf)))
        outward = max(names, key=lambda name: float(self.below.current(name)[down]))
        return channel_title(self.membrane.channel(inward)), channel_title(self.membrane.channel(outward))

    def all_or_nothing(self) -> None:
        """What became of them, and where the threshold lies."""
        self.part("all or nothing")
        high, low = map(self._strength, self.runs)
        verdicts = VGroup(
            *(
                self.words(word, size=TICK, color=self._tone(run), weight="semibold").next_to(
                    label, buff=0.15
                )
                for run, word, label in zip(self.runs, ("fires", "fails"), self.labels, strict=True)
            )
        )
        for word, label in zip(verdicts, self.labels, strict=True):
            word.align_to(label, UP)
        self.pair_verdicts = verdicts
        at = self._digits(self.threshold)
        self.say(
            "All or nothing",
            f"the threshold of a {self.width:g} ms pulse is {at}: {high} fires, {low} fails",
            f"Nothing in between: {low} falls back from {self._top(self.below)}, {high} fires. The threshold: {at}.",
            still=[verdicts],
        )
        self.play(self.clock.run())
        self.wait(1.6)

    def graded(self) -> None:
        """V answers the two almost alike: this membrane has no threshold."""
        self.part("graded")
        low, high = self._top(self.below), self._top(self.above)
        self.say(
            "Graded, not all or nothing",
            f"V reaches {low} and {high}: the answer grows with the pulse",
            f"V reaches {low} and {high}: here the answer grows with the pulse.",
        )
        self.play(self.clock.run())
        self.wait(2.0)

    def refractory(self) -> None:
        """A pair of pulses, the second too early; then late enough."""
        found = self._intervals()
        if found is None:
            self.part("no second spike")
            self.say(
                "No second spike",
                "the same pulse again does not fire this membrane",
                "However late it comes, the same pulse does not fire this membrane again.",
            )
            return
        early, late = found
        self.part("too early")
        first_half = [
            self.pair_still, self.pair_moving, self.pair_verdicts, self.balances, self.v_panel, self.time_axis,
            self.i_axis, self.signs, self.v_traces, self.i_lines, self.i_traces, self.beyond, self.bar, self.clock,
        ]  # fmt: skip
        # One time axis and one size of dots for both pairs, so that they can be compared.
        span = START + late + 10.0
        failed, fired = (self._twice(interval, span) for interval in found)
        self.second_clock(late, span)
        axes = self.refractory_axes(fired)
        self.second_clock(early, span)
        needed = float(paired_pulse(self.membrane, [early], self.width, self._pair_strength)[0])
        self.pair_of_pulses(
            failed,
            early,
            "equal pulses of 1.5 × threshold; faint lines: "
            f"{' and '.join(self.slow)} at rest",
            f"Two pulses of 1.5 × threshold, {early:.2g} ms apart; faint lines: {' and '.join(self.slow)} at rest.",
            ("Too early: it fails", "refractory to any pulse" if not np.isfinite(needed) else
             f"refractory to this pulse; one {needed / self._pair_strength:.2g} times as strong would fire"),
            gone=first_half,
            still=[self.patch_still, axes],
        )  # fmt: skip
        self.part("late enough")
        self.second_clock(late, span)
        self.pair_of_pulses(
            fired,
            late,
            "the same pulses, further apart; faint: the pair before",
            f"The same two pulses, {late:.2g} ms apart; faint: the pair before.",
            (
                "Late enough: it fires",
                f"{late:.2g} ms after the first, the same pulse is answered by a spike",
            ),
            gone=self.drawn,
            under=[self._ghost(failed, early)],
        )

    def second_clock(self, interval: float, span: float) -> None:
        """A clock that runs quickly through the first spike, which has been seen, and slowly through the second."""
        second = START + interval
        self.new_clock(span, [(second - 0.5, min(second + 4.0, span), 0.8)])

    def pair_of_pulses(
        self, run: Trajectory, interval: float, line: str, spoken: str, verdict: tuple[str, str],
        gone: Sequence[Mobject], still: Sequence[Mobject] = (), under: Sequence[Mobject] = (),
    ) -> None:  # fmt: skip
        """Two equal pulses; the clock stops at the second for a look at the slow gates, and says what it does.

        under: what comes on the axes, but under the traces.
        """
        self.twice = run
        second, heading = START + interval, f"Two pulses, {interval:.2g} ms apart"
        before = self.patch.moving
        self.drawn = self.follow(run)
        moving = [*under, *self.drawn]
        if before in self.mobjects:  # the membrane stays: at the end of a pair it rests, as before the next
            self.remove(before)
            self.add(self.patch.moving)
        else:
            moving.insert(0, self.patch.moving)
        self.say(heading, line, spoken, gone=gone, still=still, moving=moving)
        self.play(self.clock.run(second))
        states, marks = self._states(run, second), self._marks(run, second)
        told = f"At the second pulse {states}."
        self.remark(f"at the second pulse {states}", told, Appear(marks, run_time=0.6))
        self.wait(2.4)
        self.play(Vanish(marks), run_time=0.4)
        self.play(self.clock.run(self._decided(run, second)))
        self.say(*verdict, f"{verdict[0]}. {told}")
        self.play(self.clock.run())
        self.wait(1.0)

    def refractory_axes(self, run: Trajectory) -> VGroup:
        """V over both pulses, and the slow gates over the levels at which they rest."""
        top, strip, bottom = self.graph_rows(self.graph_area)
        self.strip, self.v_panel = strip, self.voltage(top, run["V"], run.duration)
        self.slow = self._slow_gates()
        self.panel = Panel(bottom, self.theme, left=0.95, gutter=0.95).x("ms", 0.0, run.duration)
        self.panel.y("gates (fraction open)", 0.0, 1.0, ticks=[0, 0.5, 1])
        self.patch = self._patch(run)
        self.patch_still = self.patch.still
        rest = self._levels(run, 0.0)[1]
        known = quantities(self.membrane)
        rests = VGroup(
            *(
                stroked(
                    lines(self.panel.at(np.array(self.panel.xlim), rest[g])[:, :2]),
                    mix(self.theme.color(known[g]), self.theme.ground, 0.6),
                    2.0,
                )
                for g in self.slow
            )
        )
        return VGroup(self.v_panel, self.panel, rests)

    def _patch(self, run: Trajectory) -> MembranePatch:
        return MembranePatch(
            run, self.theme, self.left_area, channels=self.gated, clock=self.clock,
        )  # fmt: skip

    def follow(self, run: Trajectory) -> list[Mobject]:
        """All that follows the clock along a pair of pulses, the membrane aside."""
        self.patch = self._patch(run)
        self.v_trace = Traces([Trace.of(run, "V", self.v_panel, named=False)])
        self.gate_traces = Traces([Trace.of(run, g, self.panel) for g in self.slow])
        self.bar = StimulusBar(self.strip, run.protocol, self.v_panel, self.theme, size=TICK)
        return [*(m.follow(self.clock) for m in (self.v_trace, self.gate_traces, self.bar)), self.clock]

    def _ghost(self, run: Trajectory, interval: float) -> VGroup:
        """V of the pair before, and its name where its second pulse failed, if there is room."""
        ghost = VGroup(Trace.of(run, "V", self.v_panel, named=False, ghost=True).ghost)
        if self.shape != "square":
            t = self._decided(run, START + interval)
            path = np.asarray(self.v_panel.at(run.t, run["V"]))[:, :2]
            name = self.words(f"{interval:.2g} ms: failed", size=TICK, color="muted")
            spot = self.v_panel.at(t, np.interp(t, run.t, run["V"]))[:2]
            name = stand_clear(name, spot, path, within=self.v_panel.inner, gap=0.15)
            ghost.add(self._halo(name), name)
        return ghost

    def _marks(self, run: Trajectory, t: float) -> VGroup:
        """How far each slow gate is from its level at rest at t (ms): a line, and the number by the gate's name."""
        now, rest = self._levels(run, t)
        known, made, cap = quantities(self.membrane), VGroup(), np.array([0.07, 0.0])
        for gate, trace in zip(self.slow, self.gate_traces, strict=True):
            hue, away = self.theme.color(known[gate]), round(now[gate] - rest[gate], 2)
            a, b = (self.panel.at(t, x)[:2] for x in (now[gate], rest[gate]))
            made.add(stroked(np.concatenate([lines([a, b]), lines([b - cap, b + cap])]), hue, 3.0))
            said = minus(f"{away:+.2f}") if away else "±0.00"
            number = self.words(said, size=TICK, color=known[gate])
            # So near that no bit of the line behind is left between, as a minus.
            number.next_to(trace.label, buff=0.1)
            made.add(self._halo(number), number)
        return made

    def _halo(self, words: VMobject) -> VMobject:
        """The colour of the ground round words, as round a head's label: no line of a panel strikes them through."""
        glyphs = words.family_members_with_points()
        halo = stroked(np.concatenate([g.points for g in glyphs]), self.theme.ground, stroke(HALO))
        halo.joint_type = LineJointType.ROUND
        return halo

    def no_spike(self) -> None:
        """No pulse fires it: say so, and show what the strongest does."""
        self.part("no spike")
        top = self._top(self.above)
        self.say(
            "No spike",
            f"no pulse of {self.width:g} ms fires this membrane: {self._strength(self.above)} µA/cm² reach {top}",
            f"No spike: no pulse of {self.width:g} milliseconds fires this membrane.",
            still=[self.v_panel, self.time_axis],
            moving=[self.v_traces, self.bar, self.clock],
        )
        self.play(self.clock.run())

    # -- what is looked for --------------------------------------------------------------------------------

    def _top(self, run: Trajectory) -> str:
        return millivolts(float(run["V"].max()))

    def _slow_gates(self) -> list[str]:
        """The gates that recover slowly: all but each channel's fastest, if it has several."""
        rest = float(self.membrane.rest()[0])
        slow = []
        for name in self.gated:
            gates = [g for g in self.membrane.channel(name).gates if g.dynamic]
            gates.sort(key=lambda g: float(self.membrane.tau(g.name, rest)))
            slow += [g.name for g in (gates[1:] if len(gates) > 1 else gates)]
        return slow

    def _levels(self, run: Trajectory, t: float) -> tuple[dict[str, float], dict[str, float]]:
        """The slow gates at t (ms), and at rest."""
        now = run.at([t])
        rest = self.membrane.gate_values(self.membrane.rest())
        return {g: float(now[g][0]) for g in self.slow}, {g: float(rest[g]) for g in self.slow}

    def _states(self, run: Trajectory, t: float) -> str:
        """In words, how far the slow gates are from rest at t (ms)."""
        now, rest = self._levels(run, t)
        away = {g: now[g] - rest[g] for g in self.slow}
        if max(map(abs, away.values())) < 0.03:
            most = max(0.01, *(round(abs(x), 2) for x in away.values()))
            are = "are" if len(away) > 1 else "is"
            return f"{' and '.join(away)} {are} back at rest, within {most:.2f}"
        return ", ".join(f"{g} is {abs(x):.2f} {'above' if x > 0 else 'below'} rest" for g, x in away.items())

    def _decided(self, run: Trajectory, second: float) -> float:
        """When it is seen what the second pulse does: V at the top of its spike, or fallen half-way back (ms)."""
        times, tops = run.peaks
        if len(run.spikes) > 1:
            return float(times[(times > second) & (tops > self.membrane.spike_level)][0])
        top = int(
            np.argmax(np.where((run.t > second) & (run.t <= second + 2.0 * self.width), run["V"], -np.inf))
        )
        half = 0.5 * (run["V"][top] + float(run.at([second])["V"][0]))
        return float(run.t[top + int(np.argmax(run["V"][top:] < half))])

    @property
    def _pair_strength(self) -> float:
        """Half as strong again as threshold (µA/cm²), as it is written on the screen."""
        return float(f"{1.5 * self.threshold:.3g}")

    def _twice(self, interval: float, span: float | None = None) -> Trajectory:
        """Two equal pulses, half as strong again as threshold."""
        both: Protocol = pulse(self._pair_strength, START, self.width) + pulse(
            self._pair_strength, START + interval, self.width
        )
        return simulate(self.membrane, both, span or START + interval + 10.0)

    def _intervals(self) -> tuple[float, float] | None:
        """An interval at which the second pulse fails and one at which it fires (ms), near the one that
        divides them.
        """

        def fires(interval: float) -> bool:
            return len(self._twice(interval, START + interval + 15.0).spikes) >= 2

        grid = self.width + np.array([1.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 30.0, 50.0, 80.0])
        ok = next((k for k, d in enumerate(grid) if fires(float(d))), None)
        if not ok:  # never, or at once
            return None
        a, b = float(grid[ok - 1]), float(grid[ok])
        while b - a > 0.05:
            middle = 0.5 * (a + b)
            a, b = (a, middle) if fires(middle) else (middle, b)
        return max(0.65 * a, self.width + 1.0), 1.15 * b

"""Two stimuli a hair apart, one fails and one fires; and why a second one comes too early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import VGroup

from hhanim.look import quantities
from hhanim.mobjects.charge import absolute
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.film import TICK, Area, Film
from hhanim.mobjects.ions import fitting_quantum
from hhanim.mobjects.membrane import MembranePatch
from hhanim.mobjects.shapes import lines, mix, stroked
from hhanim.mobjects.stimulus import StimulusBar
from hhanim.mobjects.telling import Telling, millivolts
from hhanim.mobjects.trace import Panel, Trace, Traces
from hhanim.model import Membrane, Protocol, Trajectory, pulse, simulate
from hhanim.model.analysis import strength_duration

START = 2.0  # ms before the stimulus
CUT = -12.0  # µA/cm²: the ionic current is drawn until it is larger inward


class Threshold(Telling, Film):
    """All or nothing, and the refractory period, with the gates that decide."""

    title = "Threshold"
    description = (
        "Two stimuli a hair apart, one fails and one fires; then a second one in the refractory period."
    )
    alt = (
        "Two membranes get almost the same current pulse: in one V falls back, in the other it fires. "
        "Then pairs of "
        "pulses: too soon after a spike the second one fails, while h is low and n is high; later it fires."
    )
    poster = 0.27
    model: Membrane = "modern"
    width: float = 1.0
    hair: float = 0.01
    until: float = 16.0

    def construct(self) -> None:
        self.build()
        self.opening(
            "How strong must a stimulus be, and how soon may the next one come?",
            where=self.graph_area,
            beside=(self.pair_still, self.pair_moving),
        )
        if not self.excitable:
            self.no_spike()
            return
        self.hair_apart()
        self.why()
        self.all_or_nothing()
        self.refractory()

    # -- the trajectories ----------------------------------------------------------------------------------

    def build(self) -> None:
        """Find the threshold, simulate a hair below and above it, lay out the first half."""
        self.threshold = float(strength_duration(self.membrane, [self.width])[0])
        self.excitable = bool(np.isfinite(self.threshold))
        level = self.threshold if self.excitable else 50.0
        self.below, self.above = (
            simulate(self.membrane, pulse(level * (1.0 + sign * self.hair), START, self.width), self.until)
            for sign in (-1.0, 1.0)
        )
        gated = [c.name for c in self.membrane.channels if c.gates]
        self.gated = gated
        self.head, left, graphs = self.areas()
        self.new_clock(self.until, [(START, self._settled(), 0.75)])
        self.build_pair(left)
        self.build_graphs(graphs)
        self.graph_area, self.left_area = graphs, left

    def new_clock(self, span: float, slow: list[tuple[float, float, float]]) -> None:
        """A clock for a run of `span` ms, slow in these windows (from ms, to ms, ms per second)."""
        self.clock = Clock(Pace(span, rate=3.0, slow=slow, ease=0.2), self.theme).align_right()
        self.clock.move_to([self.head.right, self.head.top, 0.0], aligned_edge=[1.0, 1.0, 0.0])

    def _settled(self) -> float:
        """When the two have parted for good: the peak of the one that fires (ms)."""
        v = self.above["V"]
        return float(min(self.above.t[int(np.argmax(v))] + 1.0, self.until))

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
        """One patch for each stimulus."""
        parts = area.split(1.0, 1.0, gap=0.3, vertical=self.shape != "square")
        quantum = fitting_quantum(self.above, self.gated, self.clock.pace.rate)
        self.patches, self.labels = [], VGroup()
        for run, part, word in zip((self.below, self.above), parts, ("below", "above"), strict=True):
            amplitude = self._amplitude(run)
            text = self.words(
                f"{word}: {amplitude:.3g} µA/cm²", size=TICK, color=self._tone(word), weight="semibold"
            )
            text.move_to([part.left, part.top, 0], aligned_edge=[-1, 1, 0])
            self.labels.add(text)
            patch = MembranePatch(
                run, self.theme, part.inset(top=0.36), channels=self.gated, clock=self.clock,
                labels=self.shape != "square", quantum=quantum,
                height=0.42 * (part.height - 0.36) if self.shape != "square" else None,
                level=0.43 if self.shape != "square" else 0.53,
            )  # fmt: skip
            self.patches.append(patch)
        self.pair_still = VGroup(self.labels, *(p.still for p in self.patches))
        self.pair_moving = VGroup(*(p.moving for p in self.patches))

    @staticmethod
    def _tone(word: str) -> str:
        return "muted" if word == "below" else "ink"

    @staticmethod
    def _amplitude(run: Trajectory) -> float:
        return float(np.max(run.stimulus))

    def graph_rows(self, area: Area) -> tuple[Area, Area, Area]:
        """Where V, the stimulus under it, and what explains both stand, in both halves of the film."""
        if self.shape == "square":
            left, bottom = area.columns(1.0, 1.0, gap=0.3)
            top, strip = left.rows(5.0, 1.0, gap=0.1)
        else:
            top, strip, bottom = area.rows(1.4, 0.35, 1.2, gap=0.2)
        return top, strip, bottom

    def voltage(self, area: Area, v: np.ndarray, **axis: Any) -> Panel:
        """The axes of V, with a time axis of their own where nothing stands under them."""
        low, high = float(v.min()) - 6.0, float(v.max()) + 8.0
        high = max(high, -float(absolute(self.membrane, 0.0)) + 44.0)
        unit = self.formula('V space "(mV)"', size=TICK, color="muted")
        own = {} if self.shape == "square" else {"xticks": []}
        return Panel(
            area, y=(low, high), ylabel=unit, xlabel="ms" if self.shape == "square" else "", **own, **axis
        )

    def build_graphs(self, area: Area) -> None:
        """Both voltages on one panel, both total ionic currents on another."""
        square = self.shape == "square"
        top, strip, bottom = self.graph_rows(area)
        span = {"x": (0.0, self.until), "theme": self.theme, "left": 0.95, "gutter": 0.95, "size": TICK}
        self.v_panel = self.voltage(top, np.concatenate([self.below["V"], self.above["V"]]), **span)
        # Two pulses a hair apart are one on the screen; how strong each is stands by its membrane.
        self.bar = StimulusBar(strip, self.above.protocol, self.v_panel, self.theme, size=TICK)
        self.bar.remove(self.bar.name)
        said = f"{self._amplitude(self.below):.3g} and {self._amplitude(self.above):.3g} µA/cm²"
        name = self.words(said, size=TICK, color="I")
        self.bar.add(name.move_to(self.bar.name.get_left(), aligned_edge=[-1, 0, 0])).follow(self.clock)
        flow = self.formula('I_"ion" space "(µA/cm²)"', size=TICK, color="muted")
        # The current that decides is small: the axis is cut so that its sign can be seen.
        self.i_panel = Panel(
            bottom,
            y=(-14.5, 8.0),
            yticks=[-10, 0, 5],
            xlabel="ms",
            ylabel=flow,
            **span,
        )
        self.v_traces = self._pair(self.v_panel, lambda run: run["V"], self.v_panel.y)
        self.i_traces = self._pair(self.i_panel, _total, (CUT, 8.0))
        total = _total(self.above)
        gone = int(np.argmax(total < CUT))  # where the current of the one that fires leaves the axis
        beyond = self.words(f"↓ to {total.min():.0f}".replace("-", "−"), size=TICK, color="muted")
        beyond.move_to(
            self.i_panel.at(self.above.t[gone], CUT) + np.array([0.95, 0.0, 0.0]), aligned_edge=[-1, 0, 0]
        )
        self.signs = VGroup(
            *([beyond] if total.min() < CUT and not square else []),
            *(
                self.words(word, size=TICK, color="muted").move_to(
                    self.i_panel.at(self.until, y) + np.array([-0.1, 0.0, 0.0]), aligned_edge=[1, 0, 0]
                )
                for word, y in (() if square else (("outward", 6.0), ("inward", -8.0)))
            ),
        )

    def _pair(
        self, panel: Panel, read: Callable[[Trajectory], np.ndarray], shown: tuple[float, float]
    ) -> Traces:
        """The same quantity of both membranes on one panel, each until it leaves the range shown."""
        pair = []
        for run, word in ((self.below, "below"), (self.above, "above")):
            label = self.words(word, size=TICK, color=self._tone(word))
            color = self.theme.color(self._tone(word))
            y = read(run)
            beyond = (y < shown[0]) | (y > shown[1])
            end = int(np.argmax(beyond)) + 1 if beyond.any() else len(y)  # off the axis: decided
            pair.append(Trace(panel, run.t[:end], y[:end], color=color, label=label, width=4.0))
        return Traces(pair).follow(self.clock)

    # -- the telling ---------------------------------------------------------------------------------------

    def hair_apart(self) -> None:
        """Both pulses, and two voltages that can hardly be told apart."""
        self.part("a hair apart")
        low, high = (self._amplitude(r) for r in (self.below, self.above))
        self.say(
            "A hair apart",
            f"the same membrane twice: pulses of {low:.3g} and {high:.3g} µA/cm²",
            f"The same membrane twice, with two pulses of current that differ by {200 * self.hair:.2g} percent: "
            f"{low:.3g} and {high:.3g} microampere per square centimetre.",
            still=[self.v_panel],
            moving=[self.v_traces, self.bar, self.clock],
        )
        self.play(self.clock.run(START + self.width))

    def why(self) -> None:
        """The ionic current, whose sign decides, until the one that fires has."""
        self.part("why")
        self.say(
            "The ionic current decides",
            "after the pulse: does it stay inward, or turn outward?",
            "After the pulse only the channels act. In one the inward sodium current goes on growing, and V takes off; "
            "in the other it wanes, potassium and leak win, the sum turns outward, and V falls back.",
            still=[self.i_panel, self.signs],
            moving=[self.i_traces],
        )
        self.play(self.clock.run(self._settled()))

    def all_or_nothing(self) -> None:
        """What became of them."""
        self.part("all or nothing")
        low, high = self._top(self.below), self._top(self.above)
        self.say(
            "All or nothing",
            f"inward: V reaches {high}; outward: V falls back from {low}",
            f"There is nothing in between: the one comes to {low} and falls back, the other fires and reaches {high}.",
        )
        self.play(self.clock.run())
        self.wait(0.6)

    def refractory(self) -> None:
        """A pair of pulses, the second too early; then late enough."""
        self.shown = [
            self.pair_still, self.pair_moving, self.v_panel, self.i_panel, self.signs, self.v_traces,
            self.i_traces, self.bar, self.clock,
        ]  # fmt: skip
        found = self._intervals()
        if found is None:
            self.part("no second spike")
            self.say(
                "No second spike",
                "the same pulse again does not fire this membrane",
                "However late it comes, the same pulse does not fire this membrane again.",
            )
            return
        for interval, name, heading, outcome in zip(
            found,
            ("too early", "late enough"),
            ("The refractory period", "After the refractory period"),
            ("too early, it fails", "late enough, it fires"),
            strict=True,
        ):
            self.pair_of_pulses(interval, name, heading, outcome)

    def pair_of_pulses(self, interval: float, name: str, heading: str, outcome: str) -> None:
        """Two equal pulses; the clock stops at the second for a look at the slow gates."""
        self.part(name)
        run = self.twice = self._twice(interval)
        second, span = START + interval, run.duration
        gone, slow = self.shown, self._slow_gates()
        # The first spike has been seen when the second pair comes.
        first = [(START, START + 5.0, 0.8)] if name == "too early" else []
        self.new_clock(span, [*first, (second - 0.5, min(second + 4.0, span), 0.8)])
        still, moving = self.refractory_view(run, slow)
        gates = " and ".join(slow)
        self.say(
            heading,
            f"two pulses of 1.5 × threshold, {interval:.2g} ms apart",
            f"A pulse half as strong again as threshold, twice, {interval:.2g} milliseconds apart. "
            f"The gates {gates} show what the spike has left; "
            "the faint lines are their resting levels.",
            gone=gone,
            still=[still],
            moving=moving,
        )
        self.shown = [still, *moving]
        self.play(self.clock.run(second))
        now, rest = run.at([second]), self.membrane.rest()
        at_rest = {n: float(x) for n, x in self.membrane.gate_values(rest).items()}
        values = {g: (float(now[g][0]), at_rest[g]) for g in slow}
        states = ", ".join(f"{g} = {x:.2f} ({_against(x, r)})" for g, (x, r) in values.items())
        spoken = ", ".join(f"{g} is {x:.2f} ({r:.2f} at rest)" for g, (x, r) in values.items())
        self.say(heading, f"second pulse: {states}", f"At the second pulse {spoken}.")
        self.wait(2.0)
        self.play(self.clock.run())
        self.say(heading, f"{outcome}: {states}", f"At the second pulse {spoken}: {outcome}.")
        self.wait(1.6)

    def refractory_view(self, run: Trajectory, slow: list[str]) -> tuple[VGroup, list[VGroup]]:
        """The membrane, V with both pulses, and the slow gates with the levels at which they rest."""
        area = self.left_area
        self.patch = MembranePatch(run, self.theme, area, channels=self.gated, clock=self.clock, transit=0.8)
        top, strip, bottom = self.graph_rows(self.graph_area)
        axis = {"x": (0.0, run.duration), "theme": self.theme, "left": 0.95, "gutter": 0.95, "size": TICK}
        v_panel = self.voltage(top, run["V"], **axis)
        named = f"gates {' and '.join(slow)}"
        panel = Panel(bottom, y=(0.0, 1.0), yticks=[0, 0.5, 1], ylabel=named, xlabel="ms", **axis)
        v_trace = Traces([Trace.of(run, "V", v_panel, self.theme, named=False)])
        gates = Traces([Trace.of(run, g, panel, self.theme) for g in slow])
        bar = StimulusBar(strip, run.protocol, v_panel, self.theme, size=TICK)
        levels = self.membrane.gate_values(self.membrane.rest())
        known = quantities(self.membrane)
        rests = VGroup(
            *(
                stroked(
                    lines(panel.at(np.array(panel.x), float(levels[g]))[:, :2]),
                    mix(self.theme.color(known[g]), self.theme.ground, 0.6),
                    2.0,
                )
                for g in slow
            )
        )
        still = VGroup(self.patch.still, v_panel, panel, rests)
        moving = [m.follow(self.clock) for m in (v_trace, gates, bar)]
        self.panels, self.gate_traces, self.v_trace, self.bar = (v_panel, panel), gates, v_trace, bar
        return still, [self.patch.moving, *moving, self.clock]

    def no_spike(self) -> None:
        """No pulse fires it: say so, and show what the strongest does."""
        self.part("no spike")
        top = self._top(self.above)
        self.say(
            "No spike",
            f"no pulse of {self.width:g} ms fires this membrane: {self._amplitude(self.above):.3g} "
            f"µA/cm² reach {top}",
            f"No spike: no pulse of {self.width:g} milliseconds fires this membrane.",
            still=[self.v_panel],
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

    def _twice(self, interval: float, span: float | None = None) -> Trajectory:
        """Two equal pulses, half as strong again as threshold."""
        strength = float(f"{1.5 * self.threshold:.3g}")  # as it is written on the screen
        both: Protocol = pulse(strength, START, self.width) + pulse(strength, START + interval, self.width)
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


def _against(value: float, rest: float) -> str:
    """A gate's value beside its resting one, in words."""
    if abs(value - rest) < 0.03:
        return "as at rest"
    return "below rest" if value < rest else "above rest"


def _total(run: Trajectory) -> np.ndarray:
    """The sum of the ionic currents (µA/cm²), (T,)."""
    return np.sum([run.current(c.name) for c in run.membrane.channels], axis=0)

"""Threshold: how strong a pulse must be to fire the membrane, and how much stronger so soon after a spike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import LEFT

from hhanim.language import decimal
from hhanim.look import quantity
from hhanim.look.numbers import ceil_to, floor_to, minus
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL
from hhanim.mobjects.frame.standard import CHANGE, reading_time, voltages
from hhanim.mobjects.graph.dots import Dots
from hhanim.mobjects.graph.family import Family
from hhanim.mobjects.graph.graph import LEFT_ROOM
from hhanim.mobjects.graph.marks import Level, Moment, Span
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.membrane.depth import PatchInDepth, in_proportion
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, pulse, simulate
from hhanim.model.analysis import paired_pulse, pulses_reaching, strength_duration
from hhanim.model.phases import landmarks
from hhanim.parameters import Membrane

TILES = 3000  # channels in the patch: so many that the few which decide are seen
START = 2.0  # ms, of the first pulse
SHARES = (0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1.01, 1.05, 1.2, 1.4)  # of the threshold: the fan's first pulses
TIMES = 10.0  # the threshold at rest: what not even such a pulse fires is absolutely refractory
LEVELS = (-40.0, -32.0, -24.0, -16.0, -8.0, 0.0, 5.0, 10.0)  # mV against level; those between make twenty
FEWER, MORE = "{change}: fewer are open than at rest", "{change}: more are open than at rest"
STRONG = 1.5  # of the threshold: a pulse that fires a membrane at rest
APART = {1e-9: "a billionth", 1e-6: "a millionth", 1e-3: "a thousandth", 1e-2: "a hundredth", 0.1: "a tenth"}


class Threshold(Story):
    """A pulse that fails and one that fires, what lies between, and pairs of pulses."""

    title = "Threshold and refractory period"
    description = "Twenty pulses about the threshold, and pairs of pulses in the refractory period."
    alt = (
        "A membrane gets a pulse that fails and a slightly stronger one that fires; a fan of twenty pulses shows how "
        "steeply the peak of the voltage rises; then second pulses fail soon after a spike, and the pulse that is "
        "needed is drawn against the interval."
    )
    model: Membrane = "modern"
    width: float = 1.0
    hair: float = 0.02
    until: float = 16.0

    def beats(self) -> Iterator[Beat]:
        self.limit = float(strength_duration(self.membrane, self.width)[0])
        fires = 0.0 < self.limit < np.inf
        middle = self.limit if fires else 20.0
        self.weak, self.strong = (self.pulses(middle * (1.0 + side)) for side in (-self.hair, self.hair))
        self.timed(Pace(self.until, rate=self.until / 4.8))
        n, place = in_proportion(self.membrane, TILES), self.grid["picture"]
        self.patch = PatchInDepth(self.weak, self.theme, place, n=n, clock=self.clock, seed=1)
        shown = self.membrane_and_voltage(self.weak)
        yield Beat("question", "How strong is strong enough?", "A short pulse lifts V. When does the membrane fire?",
                   "every tile is a channel; those that stand out are open", shown)  # fmt: skip
        if not fires:
            said = "Here no threshold parts pulses that fire the membrane from pulses that fail."
            yield Beat("no threshold", "No threshold", said, until=self.until)
            return
        self.inward, _ = self.cast(self.strong)
        self.names["share"] = 200.0 * self.hair
        for part in (self.between, self.fan, self.again, self.refractory, self.recap):
            yield from part()

    def pulses(self, first: float, second: float = 0.0, interval: float = 0.0) -> Trajectory:
        """A run with one pulse, or a second one some milliseconds after the first (µA/cm²)."""
        both = pulse(first, START, self.width)
        if second:
            both = both + pulse(second, START + interval, self.width)
        return simulate(self.membrane, both, max(self.until, START + interval + 10.0), sample=0.02)

    def membrane_and_voltage(self, run: Trajectory, *before: Trajectory) -> list[Any]:
        """What a run does, and faintly V of those before it."""
        v = self.graph("plot", run, "V", stimulus=True, ghost=False)
        ghosts = (Trace.of(other, "V", v.panel, ghost=True).ghost for other in before)
        return [self.patch.live(run, self.clock), *ghosts, v]

    def between(self) -> Iterator[Beat]:
        """A pulse that fails, one that fires, and what the hall expects between them."""
        said = "V lingers and falls back, before enough {ion} channels open."
        yield self.then(said, name="fails", until=self.until)
        shown, level = self.membrane_and_voltage(self.strong, self.weak), self.membrane.zero
        said, fires = "This pulse is {share:.2g} % stronger.", self.strong.first("V", above=level)
        yield Beat("fires", "It fails. And a stronger pulse?", said, show=shown, start=0.0, until=fires)
        yield self.then("Enough {ion} channels open, and V takes off.", until=self.until)
        nothing, even = "nothing: it fires, or it fails", "V grows evenly with the pulse"
        self.asked = self.choices("foot", nothing, "every level, within a hair's breadth", even)
        said = "What will V do for pulses between the two?"
        yield Beat("predict", "It fires. What lies in between?", said, show=[*shown, self.asked], think=True)

    def sweeps(self, place: str, runs: list[Trajectory], *limits: float) -> Family:
        """V of many runs on one panel, while the channels live one after the other."""
        panel = Panel(self.grid[place], self.theme, left=LEFT_ROOM).y(quantity("V"), *limits)
        panel.x("ms", 0.0, max(self.until, *(run.duration for run in runs)))
        curves = [(run.t, run["V"]) for run in runs]
        return Family(panel, curves, self.theme.ink, follow=lambda k, t: self.patch.live(runs[k]).draw(t))

    def fan(self) -> Iterator[Beat]:
        """Twenty pulses; their peaks against their strength, and the same without the channels that carry the spike."""
        levels = [self.membrane.zero + level for level in LEVELS]
        near = pulses_reaching(self.membrane, levels, self.width, START, self.until)
        strengths = [share * self.limit for share in SHARES]
        runs = [*map(self.pulses, strengths), *near]
        family = self.sweeps("first", runs, *voltages(self.membrane))
        axes, self.tried = self.strength_axes(self.grid["second"]), runs
        peaks = self.peaks(runs, axes, self.theme.ink)
        said = "Pulse after pulse is a little stronger, and at one strength the peak of V jumps."
        shown = [self.patch, self.asked, family, axes, peaks]
        yield Beat("fan", "From weak to strong", said, "V, and how high it comes", shown,
                   do=self.together(family, peaks, 0, len(SHARES), said))  # fmt: skip
        if near:
            found = [float(np.max(run.stimulus)) for run in near]
            spread = max(found) / min(found) - 1.0
            share = tr(next((word for size, word in APART.items() if spread < size), "some way"))
            said = tr("These differ by less than {share}, and V reaches every level in between.", share=share)
            yield self.then(said, do=self.together(family, peaks, len(SHARES), None, said))
            said, heading = "Between failing and firing lies every level.", "Steep, but without a gap"
            yield self.then(said, heading=heading, do=[self.asked.answer(1)])
        bare = self.membrane.with_(**{f"g{self.inward.name}": 0.0})
        passive = [simulate(bare, pulse(i, START, self.width), self.until) for i in strengths]
        ends = [run.extreme("V", kind).value for run in passive for kind in ("min", "max")]
        family = self.sweeps("first", passive, floor_to(min(ends), 5.0), ceil_to(max(ends), 5.0))
        lower = self.peaks(passive, axes, self.theme.color("stimulus"), joined=True, rings=True)
        said = "Without {ion} channels there is no threshold: the peak of V just follows the pulse."
        line = "V on a larger scale; green: its peaks now"
        self.patch.live(passive[0]).draw(0.0)
        yield Beat("passive", "Without {ion} channels", said, line, [self.patch, family, axes, peaks, lower],
                   do=self.together(family, lower, 0, None, said))  # fmt: skip

    def strength_axes(self, area: Area) -> Panel:
        """For the highest V, against the strength of the pulse."""
        axes = Panel(area, self.theme, left=LEFT_ROOM).x("pulse (µA/cm²)", 0.0, 1.5 * self.limit)
        return axes.y("peak of V (mV)", *voltages(self.membrane))

    def peaks(self, runs: list[Trajectory], axes: Panel, color: Any, **style: Any) -> Dots:
        """The highest V that each run reaches, against its pulse."""
        tops = [run.extreme("V", after=START).value for run in runs]
        return Dots(axes, [np.max(run.stimulus) for run in runs], tops, color, **style)

    def together(self, family: Family, dots: Dots, first: int, last: int | None, said: str) -> list[Any]:
        """Sweeps and the points that they give, for as long as the caption is read."""
        each = max((reading_time(said) - CHANGE) / len(family.traces[first:last]), 0.4)
        return [family.lay_all(first, last, each), dots.add_all(first, last, each)]

    def again(self) -> Iterator[Beat]:
        """A second pulse as strong as the first: too early, and later."""
        size = STRONG * self.limit
        spike = landmarks(self.pulses(size), zero=self.membrane.zero)
        assert spike is not None  # it is well above threshold
        self.intervals = (spike.back - START) * np.geomspace(0.8, 5.0, 16)
        self.needed = paired_pulse(self.membrane, self.intervals, self.width, first=size) / self.limit
        early = max(self.intervals[self.needed > 4.0], default=0.0)
        late = min(self.intervals[(self.needed < 0.9 * STRONG) & (self.intervals > early)], default=0.0)
        if not early or not late:
            return
        gates, self.pairs = [gate for gate in (self.names["h"], self.names["n"]) if gate], list[Trajectory]()
        for interval, fires in ((early, False), (late, True)):
            run, second = self.pulses(size, size, interval), START + interval
            self.pairs.append(run)
            self.timed(Pace(run.duration, rate=run.duration / 7.0))
            v, lower = self.graphs(run, ["V"], gates, stimulus=True, ghost=False)
            now, rest = ({g: float(run.at([t])[g][0]) for g in gates} for t in (second, 0.0))
            marks: list[Any] = [Level(lower.panel, rest[g]) for g in gates]
            for k, g in enumerate(gates):
                change = decimal(minus(f"Δ{g} = {now[g] - rest[g]:+.2f}"))
                told = tr(FEWER if now[g] < rest[g] else MORE, change=change)
                place = self.grid["foot"].at(0.0, 0.7 - 0.5 * k)
                marks.append(self.words(told, size=LABEL, color=g).move_to(place, aligned_edge=LEFT))
            shown = [self.patch.live(run, self.clock), v, lower, Moment(v.panel, second, tr("second pulse"))]
            name, line = "later" if fires else "too early", "two pulses of equal strength"
            said = tr("The second pulse comes {interval:.2g} ms after the first.", interval=interval)
            heading = "Later" if fires else "And right after a spike?"
            yield Beat(name, heading, said, line, shown, start=0.0, until=second)
            if not fires:
                said = tr("Both gates differ from rest: {gates}; and V is lower.", gates=listed(gates))
                yield Beat(name, "The gates remember", said, "dotted: the gates at rest", [*shown, *marks])
            said = ("Most gates are back, and the second pulse fires." if fires else
                    "The second pulse fails, although it is as strong as the first.")  # fmt: skip
            yield Beat(name, "It fires" if fires else "It fails", said, line, shown, until=run.duration)

    def against_interval(
        self, area: Area, low: float = 0.0, high: float = TIMES
    ) -> tuple[Panel, Dots, Level]:
        """The weakest second pulse that fires, against the interval: axes, points, and what is needed at rest."""
        intervals, needed = self.found
        axes = Panel(area, self.theme, left=LEFT_ROOM).x("interval (ms)", 0.0, float(intervals[-1]) + 1.0)
        axes.y("threshold (× rest)", low, high)
        shown, hue = needed <= high, self.theme.color("I")
        dots = Dots(axes, intervals[shown], needed[shown], hue, joined=True)
        return axes, dots, Level(axes, 1.0, tr("at rest"))

    def refractory(self) -> Iterator[Beat]:
        """The weakest second pulse that fires, against the interval: a curve that grows run by run."""
        known = self.needed <= TIMES
        self.found = self.intervals[known], self.needed[known]
        runs = [
            self.pulses(STRONG * self.limit, 1.02 * n * self.limit, d)
            for d, n in zip(*self.found, strict=True)
        ]
        family = self.sweeps("left", runs, *voltages(self.membrane))
        axes, curve, rest = self.against_interval(self.grid["plot"])
        said = "For each interval we look for the weakest second pulse that fires the membrane."
        yield Beat("refractory", "How strong must the second pulse be?", said, show=[family, axes, curve, rest],
                   do=self.together(family, curve, 0, None, said))  # fmt: skip
        # Where the curve leaves the axis, and where it comes down to what is needed at rest.
        first, last = np.interp([-TIMES, -1.0], -np.minimum(self.needed, 1e3), self.intervals).tolist()
        said = tr("At first not even {times:g} times the threshold fires the membrane.", times=TIMES)
        shown = [Span(axes, 0.0, first, "absolute"), family, axes, curve, rest]
        yield Beat("refractory", "Absolute refractory period", said, show=shown)
        shown.insert(0, Span(axes, first, last, "relative", below=True, share=0.35))
        said = "Then a stronger pulse than at rest is needed."
        yield Beat("refractory", "Relative refractory period", said, show=shown)
        if self.found[1].min() < 0.95:
            said = "After that, for a while, a weaker one is enough."
            axes, curve, rest = self.against_interval(self.grid["plot"], 0.5, 1.5)
            easier, line = Span(axes, last, axes.xlim[1], "easier", below=True), "the same on a larger scale"
            shown = [easier, family, axes, curve.draw(len(runs)), rest]
            yield Beat("refractory", "Easier than at rest", said, line, shown)

    def recap(self) -> Iterator[Beat]:
        """Three pictures: two pulses, how steep it is between them, and what a second pulse needs."""
        place, plot = self.grid["left"], self.grid["plot"]
        if self.shape == "square":
            place, plot = self.grid["body"].columns(1.0, 1.0)
        first, second, third = plot.rows(1.0, 1.0, 1.0, gap=0.25)
        v, steep = self.graph(first, self.strong, "V", ghost=False), self.strength_axes(second)
        after, curve, rest = self.against_interval(third)
        peaks = self.peaks(self.tried, steep, self.theme.ink).draw(len(self.tried))
        weak = Trace.of(self.weak, "V", v.panel, ghost=True).ghost
        pictures = [v, weak, steep, peaks, after, curve.draw(len(self.found[0])), rest]
        rows = [Row("A race of gates", "enough {ion} channels must open in time", "ink",
                    "A pulse fires if enough {ion} channels open in time.", self.until),
                Row("Steep, without a gap", "a hair's breadth decides", "ink",
                    "A hair's breadth of strength decides between the two."),
                Row("Refractory", "first absolutely, then relatively", "ink",
                    "Right after a spike the threshold is many times higher.")]  # fmt: skip
        yield from self.recapped(rows, pictures, place=place, start=0.0)

"""Threshold: how strong a pulse must be to fire the membrane, and how much stronger so soon after a spike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from hhanim.look.numbers import round_below
from hhanim.look.words import listed, tr
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.changes import Changes
from hhanim.mobjects.graph.excitability import AfterSpike, PeakOfV, Voltages
from hhanim.mobjects.graph.marks import Level, Moment, Span
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.membrane.depth import PatchInDepth, in_proportion
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import Trajectory, pulse, simulate
from hhanim.model.analysis import pulses_reaching, recovery, strength_duration
from hhanim.model.phases import landmarks
from hhanim.parameters import Membrane

TILES = 3000  # channels in the patch: so many that the few which decide are seen
START = 2.0  # ms, of the first pulse
SHARES = (0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1.01, 1.05, 1.2, 1.4)  # of the threshold; as many more between
TIMES = 10.0  # the threshold at rest: what not even such a pulse fires is absolutely refractory
STRONG = 1.5  # of the threshold: a pulse that fires a membrane at rest
APART = {1e-4: "a ten-thousandth", 1e-3: "a thousandth", 0.01: "a hundredth", 0.1: "a tenth"}


class Threshold(Story):
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
        limit, self.late = float(strength_duration(self.membrane, self.width)[0]), 30.0
        fires = 0.0 < limit < np.inf
        self.limit = limit if fires else 20.0
        spike = landmarks(self.pulses(1.0 + self.hair), zero=self.membrane.zero)
        self.late = max(10.0, spike.low - START) if spike else 10.0  # so long until the last spike has come
        self.fall = spike.low - spike.peak if spike else 0.0
        self.until = max(self.until, START + self.late)
        self.weak, self.strong = (self.pulses(self.rounded(1.0 + side)) for side in (-self.hair, self.hair))
        self.timed(Pace(self.until, rate=self.until / 4.8))
        self.patch = self.channels_in(self.weak)
        shown = self.membrane_and_voltage(self.weak)
        yield Beat("question", "How strong is strong enough?", "A short pulse lifts V. When does the membrane fire?",
                   "every tile is a channel; those that stand out are open",
                   [*shown, self.patch.key(self.grid["foot"])], START + self.width)  # fmt: skip
        if not fires:
            said = "Here no threshold parts pulses that fire the membrane from pulses that fail."
            yield Beat("no threshold", "No threshold", said, until=self.until)
            return
        self.inward, _ = self.cast(self.strong)
        below, above = (float(run.stimulus.max()) for run in (self.weak, self.strong))
        self.names |= {"share": 100.0 * (above / below - 1.0), "celsius": self.membrane.celsius}
        for part in (self.between, self.fan, self.again, self.refractory, self.recap):
            yield from part()

    def rounded(self, share: float) -> float:
        """Near a share of the threshold, on the same side of it, a pulse of few digits: in thresholds."""
        step = round_below(0.1 * abs(share - 1.0) * self.limit)
        return round(share * self.limit / step) * step / self.limit

    def pulses(
        self, first: float, second: float = 0.0, interval: float = 0.0, until: float = 0.0
    ) -> Trajectory:
        """A run with one pulse, or a second one some milliseconds after the first, both in thresholds."""
        both = pulse(first * self.limit, START, self.width)
        if second:
            both = both + pulse(second * self.limit, START + interval, self.width)
        until = max(until, self.until, START + interval + self.late)
        return simulate(self.membrane, both, until, sample=0.02)

    def channels_in(self, run: Trajectory) -> PatchInDepth:
        """Many channels that live a run, on the clock."""
        style: Any = {"n": in_proportion(self.membrane, TILES), "clock": self.clock, "seed": 1}
        return PatchInDepth(run, self.theme, self.grid["picture"], **style)

    def membrane_and_voltage(self, run: Trajectory, *before: Trajectory) -> list[Any]:
        """What a run does, and faintly V of those before it."""
        v = self.graph("plot", run, "V", stimulus=True, ghost=False)
        ghosts = (Trace.of(other, "V", v.panel, ghost=True).ghost for other in before)
        return [self.patch.live(run, self.clock), *ghosts, v]

    def between(self) -> Iterator[Beat]:
        """A pulse that fails, one that fires, and what the hall expects between them."""
        said = "V falls back, before enough {ion} channels open."
        if self.weak.extreme("V").t > START + 1.2 * self.width:
            said = "V lingers and falls back, before enough {ion} channels open."
        yield self.then(said, name="fails", until=self.until)
        takes_off = self.strong.first("V", above=0.75 * self.strong["V"][0] + 0.25 * self.membrane.zero)
        self.timed(Pace.taking(4.8, self.until, (takes_off, self.strong.extreme("V").t, 2.4)))
        shown = self.membrane_and_voltage(self.strong, self.weak)
        yield Beat("fires", "It fails. And a stronger pulse?", "This pulse is {share:.2g} % stronger.",
                   show=shown, start=0.0, until=takes_off)  # fmt: skip
        yield self.then("Enough {ion} channels open, and V takes off.", heading="It fires", until=self.until)
        nothing, even = "nothing: it fires, or it fails", "V grows evenly with the pulse"
        self.asked = self.choices("foot", nothing, "every level, within a hair's breadth", even)
        said = "For pulses between the two, what do the equations give?"
        yield Beat("predict", "What lies in between?", said, show=[*shown, self.asked], think=True)

    def fan(self) -> Iterator[Beat]:
        """Twenty pulses; their peaks against their strength, and the same without the channels that carry the spike."""
        low, high = (run.extreme("V").value for run in (self.weak, self.strong))
        levels = np.linspace(low, high, len(SHARES) + 2)[1:-1]
        wait = self.until + self.late  # so that the last of them have fallen, too
        near = list(dict.fromkeys(pulses_reaching(self.membrane, levels, self.width, START, wait)))
        stop = max(run.extreme("V").t for run in (self.strong, *near)) + 1.5 * self.fall
        runs = self.tried = [*(self.pulses(share, until=stop) for share in SHARES), *near]
        reached = np.diff([low, *(run.extreme("V").value for run in near), high])
        self.leaps = bool(
            reached.max() > 0.5 * (high - low)
        )  # of one pulse and the next that the solver can tell apart
        family = Voltages(self.grid["first"], runs, self.theme, stop=stop, follow=self.patch.along(runs))
        peaks = PeakOfV(self.grid["second"], runs, self.theme, limit=self.limit)
        said = "Pulse after pulse is a little stronger, and at one strength the peak of V jumps."
        yield Beat("fan", "From weak to strong", said, "V, and how high it comes",
                   [self.patch, self.asked, family, peaks.axes, peaks],
                   do=peaks.with_sweeps(family, said, 0, len(SHARES)))  # fmt: skip
        spread = near[-1].stimulus.max() / near[0].stimulus.max() - 1.0
        share = tr(next((word for size, word in APART.items() if spread < size), "some way"))
        said = tr("These differ by less than {share}, and V reaches every level in between.", share=share)
        heading, why = (
            "Steep, but without a gap",
            "In the equations every level lies between; in an axon, noise hides it.",
        )
        if self.leaps:
            said = tr("These differ by less than {share}, and each is a whole spike.", share=share)
            heading, why = "All or nothing", "This membrane leaps from failing to firing."
        yield self.then(said, do=peaks.with_sweeps(family, said, len(SHARES)))
        yield self.then(why, heading=heading, do=[self.asked.answer(0 if self.leaps else 1)])
        bare = self.membrane.with_(**{f"g{self.inward.name}": 0.0})
        passive = [simulate(bare, run.protocol, self.until) for run in runs[: len(SHARES)]]
        patch, lower = self.channels_in(passive[0]), peaks.more(passive, "stimulus")
        family = Voltages(self.grid["first"], passive, self.theme, follow=patch.along(passive), narrow=True)
        said = "Without {ion} channels there is no threshold: the peak of V just follows the pulse."
        yield Beat("passive", "Without {ion} channels", said, "V on a larger scale; green: its peaks now",
                   [patch, family, peaks.axes, peaks, lower], do=lower.with_sweeps(family, said))  # fmt: skip

    def again(self) -> Iterator[Beat]:
        """A second pulse as strong as the first: too early, and later."""
        first = self.first = self.rounded(STRONG)
        found = self.found = recovery(self.membrane, self.width, first)
        early = max(found.intervals[found.needed > 4.0], default=0.0)
        late = min(found.intervals[(found.needed < 0.9 * first) & (found.intervals > early)], default=0.0)
        gates, self.pairs = [gate for gate in (self.names["h"], self.names["n"]) if gate], list[Trajectory]()
        told = [(early, "too early", "And right after a spike?", "It fails",
                 "The second pulse fails, although it is as strong as the first."),
                (late, "later", "Later", "It fires", "Enough gates are back, and the second pulse fires.")]  # fmt: skip
        for interval, name, heading, outcome, why in told if early and late else ():
            second, until = START + interval, START + late + self.late  # of both, on one axis
            run = self.pulses(first, first, interval, until)
            self.pairs.append(run)
            self.timed(Pace(run.duration, rate=run.duration / 7.0))
            v, lower = self.graphs(run, ["V"], gates, stimulus=True, ghost=False)
            shown = [self.patch.live(run, self.clock), v, lower, Moment(v.panel, second, tr("second pulse"))]
            said = tr("The second pulse comes {interval:.2g} ms after the first.", interval=interval)
            line = "two pulses of equal strength, at {celsius:g} °C"
            yield Beat(name, heading, said, line, shown, start=0.0, until=second)
            if interval == early:
                self.names["gates"], (rest, now) = listed(gates), run.at([0.0, second])["V"]
                said = "Both gates differ from rest: {gates}; and V is not back yet."
                if now < rest:
                    said = "Both gates differ from rest: {gates}; and V is lower."
                marks = Level(v.panel, rest), Changes(lower, second, self.grid["foot"])
                yield self.then(said, heading="The gates remember", line="dotted: V and the gates at rest",
                                show=[*shown, *marks])  # fmt: skip
            yield self.then(why, heading=outcome, line=line, show=shown, until=run.duration)

    def refractory(self) -> Iterator[Beat]:
        """The weakest second pulse that fires, against the interval: a curve that grows run by run."""
        found, first, last = self.found, self.found.until(TIMES), self.found.until(1.0)
        tried = list(zip(found.intervals, found.needed, strict=True))
        runs = [self.pulses(self.first, 1.02 * needed, after) for after, needed in tried if needed <= TIMES]
        fails = [self.pulses(self.first, TIMES, after) for after, needed in tried if needed > TIMES]
        family, some = Voltages(self.grid["left"], [*runs, *fails], self.theme), max(len(runs) // 3, 2)
        curve = AfterSpike(self.grid["plot"], found, self.theme, high=TIMES)
        said = "Each second pulse is just strong enough to fire the membrane once more."
        shown = [family, curve.axes, curve, curve.rest]
        yield Beat("refractory", "How strong must the second pulse be?", said, "pairs of pulses, at {celsius:g} °C",
                   shown, do=curve.with_sweeps(family, said, 0, some))  # fmt: skip
        said = tr("At first not even {times:g} times the threshold fires the membrane.", times=TIMES)
        shown.insert(0, Span(curve.axes, 0.0, first, "absolute"))
        self.names["times"] = f"{TIMES:g}"
        yield self.then(said, heading="Absolute refractory period", show=shown,
                        line="not even {times} times the threshold",
                        do=[family.lay(len(runs) + k, 2.4) for k in range(len(fails))])  # fmt: skip
        shown.insert(0, Span(curve.axes, first, last, "relative", below=True, share=0.5))
        yield self.then("Then a stronger pulse than at rest is needed.", heading="Relative refractory period",
                        line="", show=shown, do=curve.with_sweeps(family, "", some, len(runs)))  # fmt: skip
        if found.needed.min() < 0.95:
            near = AfterSpike(self.grid["plot"], found, self.theme, low=0.5, high=1.5)
            yield self.then("After that, for a while, a weaker one is enough.", heading="Supernormal period",
                            line="the same on a larger scale", do=[near.add_all(each=0.6)],
                            show=[Span(near.axes, last, np.inf, "supernormal", below=True), family, near.axes,
                                  near, near.rest])  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """Three pictures: two pulses, how steep it is between them, and what a second pulse needs."""
        wide, body = self.shape == "wide", self.grid["body"]
        place, plot = body.split(1.0, 1.2, vertical=self.shape == "tall")
        if wide:
            plot, place = body.rows(3.4, 1.4)
        first, second, third = plot.split(1.0, 1.0, 1.3, gap=0.25, vertical=not wide)
        v = self.graph(first, self.strong, "V", ghost=False)
        weak = Trace.of(self.weak, "V", v.panel, ghost=True).ghost
        peaks = PeakOfV(second, self.tried, self.theme, limit=self.limit)
        curve = AfterSpike(third, self.found, self.theme, high=TIMES)
        after, last = map(self.found.until, (TIMES, 1.0))
        bands = [
            Span(curve.axes, 0.0, after, "absolute", below=True),
            Span(curve.axes, after, last, "relative", share=0.5),
        ]
        rows = [Row("It fires or fails", "enough {ion} channels must open in time", "ink",
                    "A pulse fires if enough {ion} channels open in time.", self.until),
                Row("All or nothing" if self.leaps else "Steep, without a gap", "a hair's breadth decides", "ink",
                    "A hair's breadth of strength decides between the two.", adds=[peaks]),
                Row("Refractory", "first absolutely, then relatively", "ink",
                    "Right after a spike no pulse fires the membrane, then only a stronger one.",
                    adds=[*bands, curve, curve.rest])]  # fmt: skip
        drawn: list[Any] = [[], [peaks.add_all(each=0.15)], [curve.add_all(each=0.3)]]
        lefts = [axes.inner.left for axes in (v.panel, peaks.axes, curve.axes)]
        under = [replace(place, left=a, right=b - 0.4) for a, b in pairwise([*lefts, place.right + 0.4])]
        shown = [v, weak, peaks.axes, curve.axes]
        told = self.recapped(rows, shown, place=under if wide else place, start=0.0, beside=wide)
        for beat, do in zip(told, drawn, strict=True):
            yield replace(beat, do=do)

"""How gates open: one channel by chance, many by a law, and the rates by which V decides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from manim import Succession, Wait, smooth

from hhanim.look import quantities, quantity
from hhanim.look.numbers import millivolts, round_above, round_near
from hhanim.look.words import ion_name, listed, tr
from hhanim.mobjects.frame import standard
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.graph.rates import gates_over_v, rates_over_v
from hhanim.mobjects.graph.sweep import TOPS, Curve, Sweep
from hhanim.mobjects.membrane.depth import PATCH, SIDE, TILE, PatchInDepth
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.membrane.shares import OpenShare, law_in_words
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import HHError, clamp, simulate
from hhanim.parameters import Membrane

QUESTION, ABOVE = "When will this channel open?", "what is open stands out, what is shut is faint"
FEW, STEPS, LEGS = 60, 6, 4  # channels in sight at first; steps of the clamp; its ways up and down
TRAVEL = {"run_time": 2.4}  # of the eye


class GateOpening(Story):
    """Left a channel, a tile, a patch; right what one channel and what many do under one clamp."""

    title = "How gates open"
    description = "One channel opens by chance, many follow a law, and V sets the rates."
    alt = (
        "A single potassium channel opens and shuts at random under a voltage clamp; seen from above it is one tile of "
        "many, whose open share follows n⁴ and m³h; then rates and steady states of the gates over the voltage."
    )
    model: Membrane = "modern"
    n: int = 1000
    seed: int = 21

    def beats(self) -> Iterator[Beat]:
        self.meet()
        # Slow while the clamp is at its step.
        slow = [(b - 0.1 * self.lasts, b + 1.05 * self.lasts, 0.27 * self.lasts) for b in self.begins]
        self.timed(Pace(self.run.duration, rate=1.6 * self.lasts, slow=slow, ease=0.1))
        run, theme, seed = self.run, self.theme, self.seed
        side = MembranePatch(
            run, theme, self.grid["picture"], channels=self.kinds[:1], clock=self.clock, seed=seed
        )
        style: Any = {"n": self.n, "clock": self.clock, "side": side, "star": self.kinds[0], "seed": seed}
        self.depth = PatchInDepth(run, theme, self.grid["left"], channels=self.kinds, **style)
        self.far = self.depth.far(FEW)
        self.depth.look(SIDE)
        self.current = side.samples[self.kinds[0]].current(run, 0, standard.CHANNEL_CONDUCTANCE)
        for part in (self.one(side), self.many(), self.rates(), self.recap()):
            yield from part

    def meet(self) -> None:
        """The kinds of channels, the clamp, and what they are called; all times go by the slowest gate."""
        membrane = self.membrane
        rest, high = float(membrane.rest()[0]), membrane.zero + standard.TEST_STEP
        kinds = [c for c in membrane.channels if any(g.dynamic for g in c.gates)]
        if not kinds:
            raise HHError(
                f"{membrane.name} has no gates that take time; choose a model with gates, as modern"
            )
        # First the kind that is likeliest to be open: it will be looked at alone.
        kinds.sort(key=lambda c: -float(np.prod([membrane.inf(g.name, high) ** g.power for g in c.gates])))
        self.kinds = [c.name for c in kinds]
        taus = [float(membrane.tau(g.name, high)) for c in kinds for g in c.gates if g.dynamic]
        #: How long a step lasts (ms), and when each begins; between them the channels come to rest.
        self.lasts = unit = round_near(6.0 * max(taus))
        self.begins = [(0.2 + 3.0 * k) * unit for k in range(STEPS - 1)]
        #: The voltages (mV) over which the clamp goes up and down, and when it turns (ms).
        self.swing = membrane.baseline - 35.0, membrane.baseline + 110.0
        self.turns = [self.begins[-1] + (3.0 + 6.0 * k) * unit for k in range(LEGS + 1)]
        self.begins.append(self.turns[-1] + 2.0 * unit)
        command = clamp(rest)
        for begin in self.begins:
            command = command.step(high, begin, begin + unit)
        command = command.ramp(rest, self.swing[0], self.turns[0] - unit, self.turns[0])
        for k, (start, stop) in enumerate(pairwise(self.turns)):
            command = command.ramp(self.swing[k % 2], self.swing[1 - k % 2], start, stop)
        self.run = simulate(membrane, command, self.begins[-1] + 1.2 * unit)
        self.names = {"high": millivolts(high), "law": listed([law_in_words(c) for c in kinds])}
        self.names |= {"other": ion_name(kinds[-1].ion, kinds[-1].name)}
        self.names |= {"gates": listed([g.name for g in kinds[-1].gates for _ in range(g.power)])}
        self.gate = next(g.name for g in kinds[0].gates if g.dynamic)

    def style(self, k: int, j: int, rows: int) -> tuple[Area, dict[str, Any]]:
        """Where row j of the graphs of step k stands, and what they have in common."""
        if self.shape == "square":  # there is no height for more
            place, time = self.grid["second" if j else "first"], True
        else:
            place, time = self.grid["plot"].rows(*[1.0] * rows, gap=0.12)[j], j == rows - 1
        span = -0.15 * self.lasts, 1.05 * self.lasts
        return place, {"begin": self.begins[k], "span": span, "clock": self.clock, "time": time}

    def under(self, k: int, rows: int, *blocks: Any) -> list[Any]:
        """V during step k, the first of so many rows, over as many of these blocks, the newest, as have room."""
        place, style = self.style(k, 0, rows)
        y = (tr("V, held by a clamp (mV)"), *standard.voltages(self.membrane))
        v = Sweep(place, self.theme, [Curve(self.run.t, self.run["V"], quantity("V"), "")], y=y, **style)
        return [v, *(blocks[-1:] if self.shape == "square" else blocks)]

    def records(self, count: int) -> list[Any]:
        """The current through the single channel during each of so many steps, under V during the last."""
        (t, i), q = self.current, quantities(self.membrane)[f"I_{self.kinds[0]}"]
        stepped = np.abs(i[t < self.begins[STEPS // 2]])
        most, made = round_above(float(max(stepped.max(), 0.1)), TOPS), []
        for k in range(count):
            place, style = self.style(k, k + 1, count + 1)
            y = (
                tr("step {number}", number=k + 1) if k else tr("its current (pA)"),
                -most * (i.min() < 0.0),
                most,
            )
            made.append(Sweep(place, self.theme, [Curve(t, i, q, "")], y=y, width=4.0, **style))
        return self.under(count - 1, count + 1, *made)

    def share(self, k: int, j: int, rows: int, p: float) -> OpenShare:
        """The open share of what is in sight from p, during step k."""
        place, style = self.style(k, j, rows)
        return OpenShare(self.depth, p, place, width=3.5, **style | {"time": True})

    def one(self, side: MembranePatch) -> Iterator[Beat]:
        """One channel under two equal steps, and a third seen from above; before the first, the hall predicts."""
        shown, stops = [side, *self.records(1)], [begin + 1.05 * self.lasts for begin in self.begins]
        said = "A voltage clamp will step V to {high}, and hold it there."
        yield Beat("question", QUESTION, said, self.title, shown)
        choices = self.choices("foot", "at once, with the step", "after a fixed delay", "nobody can say")
        yield self.then("Every such channel gets this step. When will this one open?", name="predict",
                        show=[*shown, choices], think=True)  # fmt: skip
        said = "Its gates move by chance. While all of them are open, ions pass."
        yield Beat("chance", QUESTION, said, "V is held by a voltage clamp", until=stops[0])
        said = "The same step again, and it opens at other times."
        answer = Succession(Wait(run_time=3.0), choices.answer(2))  # when it has been seen
        yield self.then(said, show=[side, *self.records(2), choices], until=stops[1], do=[answer])
        said = "We look at it from above: a gate stands out while open."
        yield Beat("tile", "The same channel from above", said, ABOVE, [self.depth, *self.records(3)],
                   until=self.begins[2] - 0.2 * self.lasts, do=[self.depth.travel(SIDE, TILE, **TRAVEL)])  # fmt: skip
        yield self.then("Its pore stands out while all of its gates are open.", until=stops[2])

    def many(self) -> Iterator[Beat]:
        """From the tile to some sixty channels, and from these to all of them."""
        depth, few, all_ = self.depth, self.share(3, 1, 3, self.far), self.share(4, 2, 3, PATCH)
        ready, done = (([b + x * self.lasts for b in self.begins]) for x in (-0.2, 1.05))
        shown, stay = [depth, *self.under(3, 3, few)], (depth.beside() - TILE) / (self.far - TILE)

        def linger(done: float) -> float:
            """On the way there are two channels whose gates can be read."""
            return float(
                stay * smooth(min(3.0 * done, 1.0)) + (1.0 - stay) * smooth(max(3.0 * done - 2.0, 0.0))
            )

        said = "It has neighbours, and they feel the same step."
        if len(self.kinds) > 1:
            said = "Among its neighbours are {other} channels, with gates {gates}."
        yield Beat("patch", "Many channels, one V", said, ABOVE, shown, until=ready[3],
                   do=[depth.travel(TILE, self.far, run_time=3.8, rate_func=linger)])  # fmt: skip
        said = "Each goes by its own chance, so their open share is ragged."
        yield self.then(said, heading="Each by its own chance", until=done[3])
        said = "A channel needs all its gates open: {law} are expected, and chance keeps to the bands."
        yield self.then(said, show=[few.bands, *shown])
        shown = [depth, *self.under(4, 3, few, all_)]
        shown = [few.bands, *shown] if few in shown else shown
        said = "We step back, until thousands of channels are in sight."
        yield Beat("thousands", "From chance to law", said, ABOVE, shown, until=ready[4],
                   do=[depth.travel(self.far, PATCH, **TRAVEL)])  # fmt: skip
        said = "Chance averages out, and the open share follows {law}."
        yield self.then(said, show=[all_.bands, *shown], until=done[4])

    def rates(self) -> Iterator[Beat]:
        """V goes up and down: the rates of a gate, then what they lead to, with the points of 1952 under them."""
        depth, turns, name = self.depth, self.turns, tr("rates of {gate} (per ms)", gate=self.gate)
        rates = self.over("plot", rates_over_v(self.run, self.gate), name, 0, 2)
        said = "V sets the rate α at which a shut gate opens, and β at which an open one shuts."
        yield Beat("rates", "V sets the rates", said, "the clamp takes V up and down", [depth, rates],
                   until=turns[1])  # fmt: skip
        said = (
            "Circles are the rates measured in 1952."
            if len(rates.points)
            else "High V opens gates more often."
        )
        yield self.then(said, show=[depth, rates, rates.points], until=turns[2])
        name = tr("steady state (share open)")
        goal = self.over("first", gates_over_v(self.run, "inf"), name, 2, 4, top=1.05)
        said, shown = (
            "Their balance is the steady state, the share of gates open in the end.",
            [depth, goal, goal.points],
        )
        yield self.then(said, heading="Where gates settle", show=shown, until=turns[3])
        tau = self.over("second", gates_over_v(self.run, "tau"), tr("time constant (ms)"), 3, 4)
        said = "Their sum sets the time constant, which says how soon they settle."
        yield self.then(said, heading="How soon they settle", show=[*shown, tau, tau.points], until=turns[4])

    def over(
        self, place: str, curves: list[Curve], name: str, first: int, last: int, top: float = 0.0
    ) -> Sweep:
        """Curves over V, drawn between two turns of the clamp."""
        begin, stop = self.turns[first], self.turns[last]
        now = (self.run.t >= begin) & (self.run.t <= stop)
        most = max(float(np.max(curve.y[now])) for curve in curves)
        y = (name, 0.0, top or round_above(most, TOPS))
        return Sweep(self.grid[place], self.theme, curves, begin=begin, span=(0.0, stop - begin), y=y,
                     x=(quantity("V"), *self.swing), clock=self.clock)  # fmt: skip

    def recap(self) -> Iterator[Beat]:
        """One channel, its rates, and many channels, one after the other."""
        last, begin = self.share(5, 1, 2, PATCH), self.begins[5]
        rows = [Row("One channel: chance", "nobody can say when it opens", "ink",
                    "A single channel opens by chance.", begin - 0.1 * self.lasts),
                Row("V sets the rates", "α opens a gate, β shuts it", "ink",
                    "V sets how likely that is.", begin + 0.4 * self.lasts),
                Row("Many channels: a law", "their open share is {law}", "ink",
                    "Many together follow a law.", begin + 1.05 * self.lasts)]  # fmt: skip
        yield from self.recapped(rows, [last.bands, *self.under(5, 2, last)])

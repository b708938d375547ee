"""How gates open: one channel by chance, many by a law, and the rates by which V decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from manim import Succession, Wait

from hhanim.language import text
from hhanim.look.numbers import millivolts, round_near
from hhanim.look.words import ion_name, listed, tr
from hhanim.mobjects.frame import standard
from hhanim.mobjects.frame.cards import Row
from hhanim.mobjects.frame.clock import Pace
from hhanim.mobjects.graph.rates import gates_over_v, rates_over_v
from hhanim.mobjects.graph.steps import Steps
from hhanim.mobjects.membrane.channels import side_by_side
from hhanim.mobjects.membrane.depth import PATCH, SIDE, TILE, PatchInDepth
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.mobjects.membrane.shares import OpenShare, law_in_words, single_current
from hhanim.mobjects.storyboard import Beat, Story
from hhanim.model import HHError
from hhanim.model.analysis import likeliest_open, time_constants
from hhanim.model.episodes import episodes
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
        slow = [(*self.clamped.window(k, 0.1, 1.05), 0.27 * self.lasts) for k in range(STEPS)]
        self.timed(Pace(self.run.duration, rate=1.6 * self.lasts, slow=slow, ease=0.1))
        column = ["first", "second"] if self.shape == "square" else ["plot"]
        self.steps = Steps(self.clamped, self.theme, [self.grid[name] for name in column], self.clock)
        style: Any = {"channels": self.kinds[:1], "clock": self.clock, "seed": self.seed}
        side = MembranePatch(self.run, self.theme, self.grid["picture"], **style)
        style |= {"channels": self.kinds, "n": self.n, "side": side, "star": self.kinds[0]}
        self.depth = PatchInDepth(self.run, self.theme, self.grid["left"], **style).look(SIDE)
        self.far = self.depth.far(FEW)
        self.current, self.limits = single_current(side, self.kinds[0], until=self.begins[STEPS // 2])
        for part in (self.one(side), self.many(), self.rates(), self.recap()):
            yield from part

    def meet(self) -> None:
        """The kinds of channels, the clamp, and what they are called; all times go by the slowest gate."""
        membrane, high = self.membrane, self.membrane.zero + standard.TEST_STEP
        kinds = likeliest_open(membrane, high)  # the first of them will be looked at alone
        if not kinds:
            raise HHError(f"{membrane.name} has no gates that take time; choose a model with gates")
        self.kinds = [channel.name for channel in kinds]
        slowest = max(float(tau[0]) for tau in time_constants(membrane, [high]).values())
        swing = membrane.baseline - 35.0, membrane.baseline + 110.0
        style: Any = {"steps": STEPS, "legs": LEGS, "swing": swing}
        self.clamped = episodes(membrane, high, round_near(6.0 * slowest), **style)
        self.run, self.lasts, self.begins = self.clamped.run, self.clamped.lasts, self.clamped.begins
        self.names = {"high": millivolts(high), "law": listed([law_in_words(c) for c in kinds])}
        self.names |= {"other": ion_name(kinds[-1].ion, kinds[-1].name)}
        self.names |= {"gates": listed([g.name for g in kinds[-1].gates for _ in range(g.power)])}
        self.gate = next(g.name for g in kinds[0].gates if g.dynamic)

    def records(self, count: int) -> list[Any]:
        """The current through the single channel during each of so many steps, under V during the last."""
        y = tr("its current (pA)"), *self.limits
        return self.steps.repeated(count, self.current, y, text("step {number}"))

    def share(self, k: int, j: int, rows: int, p: float) -> OpenShare:
        """The open share of what is in sight from p, during step k."""
        place, style = self.steps.place(k, j, rows)
        return OpenShare(self.depth, p, place, width=3.5, **style | {"time": True})

    def one(self, side: MembranePatch) -> Iterator[Beat]:
        """One channel under two equal steps, and a third seen from above; before the first, the hall predicts."""
        shown, stops = [side, *self.records(1)], [self.clamped.window(k, 0.0, 1.05)[1] for k in range(3)]
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
        (ready, done), (ready_all, done_all) = (self.clamped.window(k, 0.2, 1.05) for k in (3, 4))
        shown = [depth, *self.steps.under(3, 3, few)]
        said = "It has neighbours, and they feel the same step."
        if len(self.kinds) > 1:
            said = "Among its neighbours are {other} channels, with gates {gates}."
        yield Beat("patch", "Many channels, one V", said, ABOVE, shown, until=ready,
                   do=[depth.travel(TILE, self.far, via=depth.beside(), run_time=3.8)])  # fmt: skip
        said = "Each goes by its own chance, so their open share is ragged."
        yield self.then(said, heading="Each by its own chance", until=done)
        said = "All gates must be open: {law} are expected, and about 95 % of counts lie in the bands."
        yield self.then(said, show=[few.bands, *shown, few.law])
        shown = [depth, *self.steps.under(4, 3, few, all_)]
        shown = [few.bands, *shown, few.law] if few in shown else shown
        said = "We step back, until thousands of channels are in sight."
        yield Beat("thousands", "From chance to law", said, ABOVE, shown, until=ready_all,
                   do=[depth.travel(self.far, PATCH, **TRAVEL)])  # fmt: skip
        said = "Chance averages out, and the open share follows {law}."
        yield self.then(said, show=[all_.bands, *shown, all_.law], until=done_all)

    def rates(self) -> Iterator[Beat]:
        """V goes up and down: the rates of a gate, then what they lead to, with the points of 1952 under them."""
        depth, turns, over, grid = self.depth, self.clamped.turns, self.steps.over_v, self.grid
        name = tr("rates of {gate} (per ms)", gate=self.gate)
        rates = over(grid["plot"], rates_over_v(self.run, self.gate), name, 0, 2)
        said = "V sets the rate α at which a shut gate opens, and β at which an open one shuts."
        yield Beat("rates", "V sets the rates", said, "the clamp takes V up and down", [depth, rates],
                   until=turns[1])  # fmt: skip
        said = "Circles are the rates measured in 1952." if rates.points else "High V opens gates more often."
        yield self.then(said, show=[depth, rates, rates.points], until=turns[2])
        goal = over(grid["first"], gates_over_v(self.run, "inf"), tr("steady state (share open)"), 2, 4, 1.05)
        said, shown = "Their balance is the steady state, the share of gates open in the end.", [depth, goal]
        yield self.then(said, heading="Where gates settle", show=shown, until=turns[3])
        tau = over(grid["second"], gates_over_v(self.run, "tau"), tr("time constant (ms)"), 3, 4)
        said, shown = "Their sum sets the time constant, which says how soon they settle.", [*shown, tau]
        yield self.then(said, heading="How soon they settle", show=shown, until=turns[4])
        if goal.points:
            yield self.then("The circles were measured in 1952.", show=[*shown, goal.points, tau.points])

    def recap(self) -> Iterator[Beat]:
        """One channel, its rates, and many channels, one after the other."""
        last, (start, stop) = self.share(5, 1, 2, PATCH), self.clamped.window(5, 0.1, 1.05)
        one, many = self.kinds[:1], self.kinds * 2
        icons = [side_by_side(self.membrane, names, self.theme, height=high, shut=shut)
                 for names, high, shut in ((one, 1.2, None), (one, 1.2, self.gate), (many, 0.6, None))]  # fmt: skip
        rows = [Row("One channel: chance", "nobody can say when it opens", "ink",
                    "A single channel opens by chance.", start, icons[0]),
                Row("V sets the rates", "α opens a gate, β shuts it", "ink",
                    "V sets how likely that is.", self.begins[5] + 0.4 * self.lasts, icons[1]),
                Row("Many channels: a law", "their open share is {law}", "ink",
                    "Many together follow a law.", stop, icons[2])]  # fmt: skip
        yield from self.recapped(rows, [last.bands, *self.steps.under(5, 2, last), last.law])

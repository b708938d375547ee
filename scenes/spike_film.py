"""The action potential, from the gates up: what the membrane does, and the voltage that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, UR, Animation, FadeIn, VGroup, VMobject, there_and_back

from hhanim.look import quantities, quantity
from hhanim.look.numbers import millivolts, round_near
from hhanim.look.words import ion_name
from hhanim.mobjects.circuit.balance import Balance
from hhanim.mobjects.circuit.feedback import FeedbackLoop
from hhanim.mobjects.frame.clock import Clock, Pace
from hhanim.mobjects.frame.fades import Vanish
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import SMALL, SUBTITLE, TICK, Words, stand_clear
from hhanim.mobjects.frame.narration import Narration
from hhanim.mobjects.frame.reading import Reading
from hhanim.mobjects.frame.shapes import at, disc, filled
from hhanim.mobjects.graph.panel import Panel
from hhanim.mobjects.graph.stimulus import StimulusBar
from hhanim.mobjects.graph.trace import Trace
from hhanim.mobjects.graph.traces import Traces
from hhanim.mobjects.membrane.channels import inactivates
from hhanim.mobjects.membrane.charge import absolute
from hhanim.mobjects.membrane.patch import MembranePatch
from hhanim.model import Channel, Trajectory, simulate
from hhanim.model.phases import Phase, phases
from hhanim.parameters import Membrane, Protocol

# What is said of each phase: on the screen, and as the caption.
SAID = {
    "rest": (
        "Rest",
        "almost every gated channel is shut, the small currents cancel",
        "Each channel that is drawn stands for many like it.",
    ),
    "threshold": (
        "Threshold",
        "the stimulus lifts V, and m gates begin to open",
        "The stimulus lifts V; the fast m gates begin to open.",
    ),
    "upstroke": (
        "Upstroke",
        "Na⁺ current now lifts V by itself",
        "Now sodium current lifts V by itself: the higher V, the more m gates open, the more sodium enters.",
    ),
    "overshoot": (
        "Overshoot",
        "h balls shut Na⁺ channels while n gates open",
        "The inside is positive; h gates shut, n gates open.",
    ),
    "repolarisation": (
        "Repolarisation",
        "n gates are open: more K⁺ leaves than Na⁺ enters",
        "The n gates are open: more potassium leaves than sodium enters, and V falls. With m closing, "
        "the sodium current ends.",
    ),
    "undershoot": (
        "Undershoot",
        "n gates close late, so V falls below rest",
        "The n gates are slow to close: V is drawn below its resting level.",
    ),
    "return": (
        "Return",
        "n gates close, h balls let go, V creeps back",
        "The n gates close and the h gates let go of the pores: V creeps back.",
    ),
}
# And of a moment within one: another line, and the caption from then on.
THEN = {
    "rest": (None, "Few are open at rest: what flows in, flows out."),
    "overshoot": (
        "fewer pores are open, but each passes more as V falls",
        "Fewer pores are open, but each passes more as V falls: the sodium current grows.",
    ),
    "return": ("V is back at rest", "V is back at rest, the membrane ready for the next spike."),
}


class Loop(NamedTuple):
    """A feedback loop while it acts, and in grey once it has; the channel that it runs through."""

    lit: FeedbackLoop
    done: VMobject
    channel: str


class Spike(Narration, Film):
    """Left a patch of membrane, right V, the gates and the currents, all on one clock."""

    title = "The action potential"
    description = (
        "Sodium and potassium gates, ions and charge through one spike, with V, m, h, n and the currents."
    )
    alt = (
        "A cross-section of a membrane with a sodium, a leak and a potassium channel, whose gates open "
        "and close and "
        "let ions through, beside the traces of voltage, gates and currents during one action potential."
    )
    poster = 0.47
    model: Membrane = "modern"
    stimulus: Protocol = "pulse(10, start=5, width=1)"
    until: float = 26.0

    def construct(self) -> None:
        self.build()
        self.opening(
            f"{self.title}, from the gates up.",
            where=self.graph_area,
            beside=(self.patch.still, self.patch.moving),
        )
        for phase in self.phases:
            self.tell(phase)
        if not self.phases:
            self.no_spike()
        elif self.phases[-1].stop < self.run.duration - 1e-6:
            self.part("afterwards")
            self.light(
                None, "And on", "the stimulus goes on", "The stimulus goes on, and so does the membrane."
            )
            self.play(self.clock.run())
        self.wait(1.2)

    # -- what is on the screen -----------------------------------------------------------------------------

    def build(self) -> None:
        """Simulate, lay out, and put everything in place, the clock at 0."""
        # Finely enough that in a warm axon, too, straight pieces do not cut the corners of the currents.
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until, sample=0.02)
        self.phases = phases(self.run, zero=self.zero)
        self.clock = Clock(self.pace(), self.theme).align_right()
        self.head, picture, shares, loops, self.graph_area = self.areas()
        self.patch = MembranePatch(self.run, self.theme, picture, clock=self.clock, level=0.5)
        self.panels, self.traces, self.bar = self.graphs(self.graph_area)
        share_names, share_values = self.shares(shares)
        self.loops = self.feedback(loops)
        self.balance = self.small_currents(loops)
        self.band: VMobject | None = None
        self.acting: Loop | None = None
        # What comes when the title has gone; the membrane is there before.
        ghosts = [t.without_ghosts().ghosts for t in self.traces]
        self.graphs_still = [VGroup(*self.panels, *self.resting(), *ghosts, share_names)]
        self.graphs_moving = [
            share_values,
            *(t.follow(self.clock) for t in self.traces),
            self.bar.follow(self.clock),
            self.clock,
        ]
        self.moving = [self.patch.moving, *self.graphs_moving]

    @property
    def zero(self) -> float:
        """The film's voltage at which inside and outside are level (mV)."""
        return self.membrane.zero

    def areas(self) -> tuple[Area, Area, Area, Area, Area]:
        """Heading, membrane, open shares, feedback loops, graphs."""
        if self.shape == "wide":
            left, right = self.area.columns(1.0, 1.0, gap=0.55)
            # Without a spike no loop acts, and the membrane has their room.
            weights = (3.5, 0.22, 1.95) if self.phases else (5.43, 0.23, 0.01)
            head, picture, shares, loops = left.rows(0.84, *weights, gap=0.1)
            return head, picture, shares, loops, right
        if self.shape == "tall":
            return tuple(self.area.rows(0.85, 4.0, 0.24, 1.7, 5.1, gap=0.17))  # type: ignore[return-value]
        return tuple(self.area.rows(0.84, 2.25, 0.2, 0.56, 2.65, gap=0.08))  # type: ignore[return-value]

    def shares(self, area: Area) -> tuple[VGroup, VGroup]:
        """Under every channel how many of its kind are open, as a product of its gates: words, and numbers."""
        names, values = VGroup(), VGroup()
        open_ = self.words("open:", size=SMALL, color="muted")
        names.add(open_.move_to(area.at(0.0, 0.5), aligned_edge=LEFT))
        for view in self.patch.views:
            x, y = view.origin[0], area.center[1]
            if not view.channel.gates:
                names.add(self.words("always", size=SMALL, color="muted").move_to((x, y, 0.0)))
                continue
            product = "".join(
                g.name + (str(g.power).translate(_RAISED) if g.power > 1 else "") for g in view.channel.gates
            )
            value = Reading("{} %", size=SMALL, color=view.hue, hold="right").move_to((x + 0.5, y, 0.0))
            name = self.words(f"{product} =", size=SMALL).set_color(view.hue)
            names.add(name.next_to(value, LEFT, buff=0.34).align_to(value, DOWN))
            value.add_updater(
                lambda v, c=view.channel: v.draw(_percent(c.open_fraction(self.patch.read(self.clock.now)))),
                call_updater=True,
            )
            values.add(value)
        return names, values

    def small_currents(self, area: Area) -> VGroup | None:
        """What flows before the spike, too little to be seen on the axis: as bars, and in numbers."""
        before = [p for p in self.phases if p.name in ("rest", "threshold")]
        if not before:
            return None
        run, names = self.run, [c.name for c in self.membrane.channels]
        currents = {name: run.current(name) for name in names}
        small = np.array([i[run.t <= before[-1].stop] for i in currents.values()])
        sums = [np.clip(sign * small, 0.0, None).sum(axis=0).max() for sign in (1.0, -1.0)]
        digits = max(1 - int(np.floor(np.log10(max(sums)))), 0)  # two figures of the largest
        group = VGroup()
        title, bars, row = area.rows(0.3, 0.6, 0.3, gap=0.1)
        if area.height > 1.0:
            what = self.words("the currents, magnified (µA/cm²)", size=SMALL, color="muted")
            group.add(what.move_to(title.at(0.0, 0.5), aligned_edge=LEFT))
            group.add(Balance(run, self.theme, bars, limit=1.05 * float(max(sums))).follow(self.clock))
        else:
            row = area
        for name, place in zip(names, row.columns(*[1.0] * len(names), gap=0.1), strict=True):
            color = self.theme.color(quantities(self.membrane)[f"I_{name}"])
            symbol = self.formula(quantities(self.membrane)[f"I_{name}"].typst, size=TICK).set_color(color)
            symbol.move_to(place.at(0.0, 0.5), aligned_edge=LEFT)
            value = Reading("{}", size=TICK, color=color)
            value.next_to(symbol, RIGHT, buff=0.15).set_y(place.center[1])
            value.add_updater(
                lambda v, i=currents[name]: v.draw(
                    f"{float(np.interp(self.clock.now, run.t, i)):+.{digits}f}"
                ),
                call_updater=True,
            )
            group.add(symbol, value)
        return group

    def resting(self) -> list[VMobject]:
        """The level at which V rests, dotted through its panel, if it rests at all before anything happens."""
        if not self.phases or self.phases[0].name != "rest":
            return []
        panel, rest = self.panels[0], float(self.run["V"][0])
        left, right = panel.at(panel.xlim[0], rest), panel.at(panel.xlim[1], rest)
        dots = np.arange(left[0], right[0], 0.12)
        places = np.stack([dots, np.full(len(dots), left[1])], axis=1)
        line = filled(at(disc(), places, 0.016), self.theme.muted)
        name = self.words(f"rest {millivolts(rest)}", size=SMALL, color="muted")
        course = panel.at(self.run.t, self.run["V"])[::4, :2]
        return [line, stand_clear(name, places[len(places) // 2 :], course, own=places, within=panel.inner)]

    def graphs(self, area: Area) -> tuple[list[Panel], list[Traces], StimulusBar]:
        """V with the stimulus, the gates, the currents, one under the other on one time axis."""
        run, theme = self.run, self.theme
        foot = self.shape == "square"
        if foot:  # two columns, the clock beside the heading
            self.clock.move_to((self.head.right, self.head.top, 0.0), aligned_edge=UR)
            left, right = area.columns(1.0, 1.06, gap=0.15)
            (top, strip), (middle, bottom) = left.rows(5.0, 1.0, gap=0.05), right.rows(1.0, 1.45, gap=0.12)
        else:
            self.clock.move_to((area.right, area.top, 0.0), aligned_edge=UR)
            top, strip, middle, bottom = area.rows(2.6, 0.45, 1.7, 2.45, gap=0.17)
        v, names = run["V"], [c.name for c in self.membrane.channels]
        low, high = float(v.min()) - 6.0, max(float(v.max()) + 6.0, self.zero + 44.0)
        currents = np.array([run.current(n) for n in names])
        floor, roof = min(1.1 * float(currents.min()), -40.0), max(1.1 * float(currents.max()), 40.0)
        places = ((top, 0.5 if foot else 0.66), (middle, 0.66), (bottom, 0.66))
        panels = [Panel(place, theme, gutter=gutter, left=0.9) for place, gutter in places]
        panels[0].x("ms" if foot else "", 0.0, run.duration, ticks=None if foot else ())
        panels[0].y(quantity("V"), low, high)
        panels[1].x("", 0.0, run.duration, ticks=())
        marks = [0, 1] if foot else [0, 0.5, 1]
        panels[1].y("gates (fraction open)", 0.0, 1.2 if foot else 1.0, ticks=marks)
        panels[2].x("ms", 0.0, run.duration).y(quantity("I"), floor, roof)
        keys = [["V"], list(self.membrane.gates), [f"I_{n}" for n in names]]
        traces = [
            Traces(Trace.of(run, key, panel, ghost=True, named=key != "V") for key in group)
            for panel, group in zip(panels, keys, strict=True)
        ]
        bar = StimulusBar(strip, self.stimulus, panels[0], theme, size=TICK)
        return panels, traces, bar

    def pace(self) -> Pace:
        """Slow where things happen: the rates are round numbers that give each stretch its time on the
        screen.
        """
        run, found = self.run, {p.name: p for p in self.phases}
        if not found:
            return Pace(run.duration, rate=round_near(run.duration / 14.0))
        v, t = run["V"], run.t
        upstroke = found.get("upstroke", self.phases[0])
        over = found.get("overshoot", upstroke)
        down = found.get("repolarisation", over)
        rise = np.gradient(v, t) * ((t >= upstroke.start) & (t <= over.stop))
        fast = float(t[np.argmax(rise > 0.12 * rise.max())])
        begin = found["threshold"].start if "threshold" in found else upstroke.start
        calm = found.get("rest") or self.phases[-1]
        base = round_near((calm.stop - calm.start) / 6.0)
        windows = []
        if fast > begin + 1e-3:
            windows.append((begin, fast, min(round_near((fast - begin) / 5.0), base)))
        windows.append((fast, down.stop, min(round_near((down.stop - fast) / 13.0), base)))
        if under := found.get("undershoot"):
            windows.append((under.start, under.stop, min(round_near((under.stop - under.start) / 4.5), base)))
        if back := found.get("return"):
            windows.append((back.start, back.stop, round_near((back.stop - back.start) / 8.0)))
        return Pace(run.duration, rate=base, slow=windows, ease=0.25)

    # -- the telling ---------------------------------------------------------------------------------------

    def tell(self, phase: Phase) -> None:
        """One phase: its name and what drives it, then the clock runs through it."""
        self.part(phase.name)
        marks: list[VMobject] = []
        if phase.name == "upstroke":  # from here on V rises by itself
            start = self.panels[0].at(phase.start, float(self.run.at([phase.start])["V"][0]))
            ring = filled(at(disc(), start[None, :2], 0.1), self.theme.ground).set_fill(opacity=0.0)
            marks = [ring.set_stroke(self.theme.ink, width=3.0)]
            name = self.words("net current\nturns inward", size=SMALL, color="muted", align="right")
            name.next_to(start, UP, buff=0.22).align_to(start + 0.09, RIGHT)
            if name.get_left()[0] > self.panels[0].inner.left:  # elsewhere the axis's numbers stand
                marks.append(name)
        self.light(phase, *SAID[phase.name], marks=marks)
        moment = self.moment(phase)
        if moment is not None:
            self.play(self.clock.run(moment))
            line, caption = THEN[phase.name]
            if line is None:
                self.caption(caption)
            else:
                self.say(SAID[phase.name][0], line, caption)
        self.play(self.clock.run(phase.stop))
        if phase.name == "threshold" and self.balance is not None:  # it makes room for the loops
            self.play(Vanish(self.balance), run_time=0.4)

    def moment(self, phase: Phase) -> float | None:
        """When within a phase there is more to say of it (ms)."""
        run = self.run
        if phase.name == "rest":
            return 0.5 * (phase.start + phase.stop)
        if phase.name == "return" and self.phases[0].name == "rest":  # and stays there
            rest = float(run["V"][0])
            last = max(
                run.last(above=rest + 1.0, after=phase.start, before=phase.stop),
                run.last(below=rest - 1.0, after=phase.start, before=phase.stop),
            )
            return last if phase.start < last < phase.stop else None
        inward = self.membrane.inward()
        if phase.name == "overshoot" and inward:
            # From its most open channels to its largest current: fewer and fewer pass more and more.
            most, peak = run.extreme(f"g_{inward[0]}").t, run.extreme(f"I_{inward[0]}", "min").t
            return most if phase.start < most < peak < phase.stop else None
        return None

    def light(
        self, phase: Phase | None, name: str, line: str, caption: str, marks: Sequence[VMobject] = ()
    ) -> None:
        """Say it, shade the phase on the graph of V, mark what is to be seen there, and light the loop that acts."""
        first = self.clock not in self.mobjects
        still = [*(self.graphs_still if first else ())]
        gone = [self.band] if self.band is not None else []
        self.band = self.panels[0].band(phase.start, phase.stop) if phase is not None else None
        before, self.acting = self.acting, self.loops.get(phase.name) if phase is not None else None
        if before is not None:
            gone, still = [*gone, before.lit], [*still, before.done]
        if self.acting is not None:
            still = [*still, self.acting.lit]
        moving = [*marks]
        if first:
            moving += self.graphs_moving + ([self.balance] if self.balance is not None else [])
        self.say(
            name, line, caption, gone=gone, still=still, moving=moving,
            back=[self.band] if self.band is not None else [],
        )  # fmt: skip
        if self.acting is not None:
            self.play(self.acting.lit.run_round(), *self.flashes(self.acting.channel), run_time=1.0)

    def feedback(self, area: Area) -> dict[str, Loop]:
        """The loop that acts in each phase, from the membrane's own gates; where there is room, it stays
        when it has.
        """
        if not self.phases:
            return {}
        gated = [c for c in self.membrane.channels if c.gates]
        inward = next((c for c in gated if c.e > self.zero), None)
        outward = next((c for c in gated if c.e <= self.zero), None)
        found: dict[str, tuple[Channel, str, str, str]] = {}
        if inward is not None:
            for g in inward.gates:
                if inactivates(self.membrane, g.name):
                    found.setdefault("overshoot", (inward, g.name, "closes", "{} pores shut"))
                else:
                    found.setdefault("upstroke", (inward, g.name, "opens", "{} flows in"))
        if outward is not None:
            found["repolarisation"] = (outward, outward.gates[0].name, "opens", "{} flows out")
        found = {name: found[name] for name in ("upstroke", "overshoot", "repolarisation") if name in found}
        if not found:
            return {}
        steps = {
            phase: ["V rises", f"{gate} {does}", flow.format(ion_name(channel.ion, channel.name))]
            for phase, (channel, gate, does, flow) in found.items()
        }
        if "repolarisation" in steps:
            steps["repolarisation"].append("V falls")
        size = TICK if self.shape == "wide" else SUBTITLE
        columns = [
            max(Words(word, size=size).width for word in words if word)
            for words in zip_longest(*steps.values())
        ]
        all_at_once = area.height > 1.0
        rows = area.rows(*[1.0] * len(found), gap=0.0) if all_at_once else [area] * len(found)
        loops = {}
        for (phase, (channel, *_)), row in zip(found.items(), rows, strict=True):
            style: Any = {
                "color": quantities(self.membrane)[f"I_{channel.name}"], "positive": phase == "upstroke",
                "width": min(row.width, 7.2), "size": size, "columns": columns,
            }  # fmt: skip
            place = np.array([row.left, row.center[1] + 0.12, 0.0])
            done = FeedbackLoop(steps[phase], self.theme, lit=False, **style).shift(place)
            lit = FeedbackLoop(steps[phase], self.theme, **style).shift(place)
            loops[phase] = Loop(lit, done if all_at_once else VGroup(), channel.name)
        return loops

    def flashes(self, channel: str) -> list[Animation]:
        """The outline of the channels that the loop runs through lights up and goes out."""
        views = [v for v in self.patch.views if v.channel.name == channel]
        outlines = [v.lobes.copy().set_fill(opacity=0.0).set_stroke(self.theme.ink, width=7) for v in views]
        return [FadeIn(line, rate_func=there_and_back, remover=True) for line in outlines]

    def no_spike(self) -> None:
        """The stimulus was too weak, or the channels were: say so, with what did happen."""
        run = self.run
        top = float(absolute(self.membrane, run.extreme().value))
        self.part("rest")
        self.light(None, *SAID["rest"])
        edges = [float(e) for e in self.stimulus.edges(run.duration) if 0.0 < e < run.duration]
        if edges:
            self.play(self.clock.run(edges[0]))
        self.part("no spike")
        self.light(
            None,
            "No spike",
            f"V reaches {millivolts(top)} and falls back",
            f"No spike: V reaches {millivolts(top)} and falls back, because too little sodium current flows.",
        )
        self.play(self.clock.run())


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _percent(share: float) -> str:
    """A share in per cent, with a decimal where it is small, and two where one would say nothing."""
    digits = 2 if share < 0.00995 else 1 if share < 0.0995 else 0
    return f"{100.0 * share:.{digits}f}"

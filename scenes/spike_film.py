"""The action potential, from the gates up: what the membrane does, and the voltage that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Animation, FadeIn, VGroup, VMobject, there_and_back

from hhanim.look import quantities
from hhanim.mobjects.channels import inactivates
from hhanim.mobjects.charge import absolute
from hhanim.mobjects.clock import Clock, Pace
from hhanim.mobjects.feedback import FeedbackLoop
from hhanim.mobjects.film import SUBTITLE, TICK, Area, Film
from hhanim.mobjects.ions import fitting_quantum
from hhanim.mobjects.lettering import Words
from hhanim.mobjects.membrane import MembranePatch
from hhanim.mobjects.shapes import at, disc, filled
from hhanim.mobjects.stimulus import StimulusBar
from hhanim.mobjects.telling import Telling, ion_name, millivolts
from hhanim.mobjects.trace import Panel, Trace, Traces
from hhanim.model import Channel, Membrane, Protocol, Trajectory, simulate
from hhanim.model.phases import Phase, phases

# What is said of each phase: on the screen, and as the caption.
SAID = {
    "rest": (
        "Rest",
        "almost every gated channel is shut, the small currents cancel",
        "At rest almost every channel with gates is shut, and the small currents that flow cancel each other. "
        "Each drawn channel stands for many: its gates are as far open as the fraction of them that is.",
    ),
    "threshold": (
        "Threshold",
        "the stimulus lifts V, and m gates begin to open",
        "The stimulus lifts V. The m gates, which are fast, begin to open and sodium trickles in.",
    ),
    "upstroke": (
        "Upstroke",
        "Na⁺ current now lifts V by itself",
        "Now the sodium current lifts V by itself: the higher V, the more m gates open, the more sodium "
        "enters.",
    ),
    "overshoot": (
        "Overshoot",
        "h balls shut Na⁺ channels while n gates open",
        "The inside is now positive. The h gates, slower than m, shut one sodium channel after another, and the "
        "n gates open. The sodium current still grows as V falls, since each open channel then passes more; but "
        "potassium's overtakes it.",
    ),
    "repolarisation": (
        "Repolarisation",
        "n gates are open: more K⁺ leaves than Na⁺ enters",
        "The n gates are open: more potassium leaves the cell than sodium still enters, and V falls. With h near 0 "
        "and m closing, the sodium current ends.",
    ),
    "undershoot": (
        "Undershoot",
        "n gates close late, so V falls below rest",
        "The n gates are slow to close. While they are open, V is drawn below its resting level.",
    ),
    "return": (
        "Return",
        "n gates close, h balls let go, V creeps back",
        "The n gates close and the h gates let go of the pores: step by step the membrane is ready again.",
    ),
}


class Loop(NamedTuple):
    """A feedback loop while it acts, and in grey once it has; the channel that it runs through."""

    lit: FeedbackLoop
    done: VMobject
    channel: str


class Spike(Telling, Film):
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
    until: float = 18.0

    def construct(self) -> None:
        self.build()
        self.opening(
            f"{self.title}: what the gates of a membrane do, and the voltage that comes of it.",
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
        self.run: Trajectory = simulate(self.membrane, self.stimulus, self.until)
        self.phases = phases(self.run, zero=self.zero)
        self.clock = Clock(self.pace(), self.theme).align_right()
        self.head, picture, loops, self.graph_area = self.areas()
        # Few enough dots a second for them not to queue at the mouths.
        quantum = fitting_quantum(
            self.run, [c.name for c in self.membrane.channels], self.clock.pace.rate, 11.0
        )
        self.patch = MembranePatch(
            self.run, self.theme, picture, clock=self.clock, transit=1.1, level=0.5, quantum=quantum
        )
        self.panels, self.traces, self.bar = self.graphs(self.graph_area)
        self.loops = self.feedback(loops)
        self.band: VMobject | None = None
        self.acting: Loop | None = None
        # What comes when the title has gone; the membrane is there before.
        ghosts = [t.without_ghosts().ghosts for t in self.traces]
        self.graphs_still = [VGroup(*self.panels, *ghosts)]
        self.graphs_moving = [
            *(t.follow(self.clock) for t in self.traces),
            self.bar.follow(self.clock),
            self.clock,
        ]
        self.moving = [self.patch.moving, *self.graphs_moving]

    @property
    def zero(self) -> float:
        """The film's voltage at which inside and outside are level (mV)."""
        return -float(absolute(self.membrane, 0.0))

    def areas(self) -> tuple[Area, Area, Area, Area]:
        """Heading, membrane, feedback loops, graphs."""
        if self.shape == "wide":
            left, right = self.area.columns(1.0, 1.0, gap=0.55)
            # Without a spike no loop acts, and the membrane has their room.
            head, picture, loops = left.rows(0.84, *((3.72, 1.8) if self.phases else (5.51, 0.01)), gap=0.2)
            return head, picture, loops, right
        if self.shape == "tall":
            return tuple(self.area.rows(0.85, 4.2, 1.62, 5.2, gap=0.22))  # type: ignore[return-value]
        return tuple(self.area.rows(0.84, 2.5, 0.46, 2.75, gap=0.1))  # type: ignore[return-value]

    def graphs(self, area: Area) -> tuple[list[Panel], list[Traces], StimulusBar]:
        """V with the stimulus, the gates, the currents, one under the other on one time axis."""
        run, theme = self.run, self.theme
        foot = self.shape == "square"
        if foot:  # two columns, the clock beside the heading
            self.clock.move_to([self.head.right, self.head.top, 0.0], aligned_edge=[1.0, 1.0, 0.0])
            left, right = area.columns(1.0, 1.06, gap=0.15)
            (top, strip), (middle, bottom) = left.rows(5.0, 1.0, gap=0.05), right.rows(1.0, 1.45, gap=0.12)
        else:
            self.clock.move_to([area.right, area.top, 0.0], aligned_edge=[1.0, 1.0, 0.0])
            top, strip, middle, bottom = area.rows(2.6, 0.45, 1.7, 2.45, gap=0.17)
        time = {"x": (0.0, run.duration), "theme": theme, "gutter": 0.66, "left": 0.9, "size": TICK}
        v, names = run["V"], [c.name for c in self.membrane.channels]
        low, high = float(v.min()) - 6.0, max(float(v.max()) + 6.0, self.zero + 44.0)
        currents = np.array([run.current(n) for n in names])
        floor, roof = min(1.3 * float(currents.min()), -40.0), max(1.1 * float(currents.max()), 40.0)
        unit = self.formula('V space "(mV)"', size=TICK, color="muted")
        flow = self.formula('I space "(µA/cm²)"', size=TICK, color="muted")
        ticks = [] if not foot else None
        panels = [
            Panel(
                top,
                y=(low, high),
                ylabel=unit,
                xticks=ticks,
                xlabel="ms" if foot else "",
                **(time | {"gutter": 0.5} if foot else time),
            ),
            Panel(
                middle,
                y=(0.0, 1.2 if foot else 1.0),
                ylabel="gates (fraction open)",
                yticks=[0, 1] if foot else [0, 0.5, 1],
                xticks=[],
                **time,
            ),
            Panel(bottom, y=(floor, roof), ylabel=flow, xlabel="ms", **time),
        ]
        keys = [["V"], list(self.membrane.gates), [f"I_{n}" for n in names]]
        traces = [
            Traces(Trace.of(run, key, panel, theme, ghost=True, named=key != "V") for key in group)
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
            return Pace(run.duration, rate=_round(run.duration / 14.0))
        v, t = run["V"], run.t
        upstroke = found.get("upstroke", self.phases[0])
        over = found.get("overshoot", upstroke)
        down = found.get("repolarisation", over)
        rise = np.gradient(v, t) * ((t >= upstroke.start) & (t <= over.stop))
        fast = float(t[np.argmax(rise > 0.12 * rise.max())])
        begin = found["threshold"].start if "threshold" in found else upstroke.start
        base = _round(max(run.duration - (down.stop - begin), 1.0) / 11.0)
        windows = []
        if fast > begin + 1e-3:
            windows.append((begin, fast, min(_round((fast - begin) / 5.0), base)))
        windows.append((fast, down.stop, min(_round((down.stop - fast) / 13.0), base)))
        return Pace(run.duration, rate=base, slow=windows, ease=0.25)

    # -- the telling ---------------------------------------------------------------------------------------

    def tell(self, phase: Phase) -> None:
        """One phase: its name and what drives it, then the clock runs through it."""
        self.part(phase.name)
        still: list[VMobject] = []
        if phase.name == "upstroke":  # from here on V rises by itself
            start = self.panels[0].at(phase.start, float(self.run.at([phase.start])["V"][0]))
            ring = filled(at(disc(), start[None, :2], 0.1), self.theme.ground).set_fill(opacity=0.0)
            still = [ring.set_stroke(self.theme.ink, width=3.0)]
            if self.shape != "square":  # there the axis's numbers stand in its place
                name = self.words("threshold", size=TICK, color="muted")
                still.append(name.next_to(start, [-1.0, 1.0, 0.0], buff=0.12))
        self.light(phase, *SAID[phase.name], still=still)
        self.play(self.clock.run(phase.stop))

    def light(
        self, phase: Phase | None, name: str, line: str, caption: str, still: Sequence[VMobject] = ()
    ) -> None:
        """Say it, shade the phase on the graph of V, and light the loop that acts in it."""
        first = self.clock not in self.mobjects
        still = [*still, *(self.graphs_still if first else ())]
        gone = [self.band] if self.band is not None else []
        self.band = self.panels[0].band(phase.start, phase.stop) if phase is not None else None
        before, self.acting = self.acting, self.loops.get(phase.name) if phase is not None else None
        if before is not None:
            gone, still = [*gone, before.lit], [*still, before.done]
        if self.acting is not None:
            still = [*still, self.acting.lit]
        self.say(
            name, line, caption, gone=gone, still=still, moving=self.graphs_moving if first else (),
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
            phase: ("V rises", f"{gate} {does}", flow.format(ion_name(channel.ion, channel.name)))
            for phase, (channel, gate, does, flow) in found.items()
        }
        size = TICK if self.shape == "wide" else SUBTITLE
        columns = [max(Words(s[k], size=size).width for s in steps.values()) for k in range(3)]
        all_at_once = area.height > 1.0
        rows = area.rows(*[1.0] * len(found), gap=0.0) if all_at_once else [area] * len(found)
        loops = {}
        for (phase, (channel, *_)), row in zip(found.items(), rows, strict=True):
            style = {
                "color": quantities(self.membrane)[f"I_{channel.name}"], "positive": phase == "upstroke",
                "width": min(row.width, 7.2), "size": size, "columns": columns,
            }  # fmt: skip
            place = np.array([row.left, row.center[1] + 0.08, 0.0])
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
        top = float(absolute(self.membrane, run["V"].max()))
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


def _round(x: float) -> float:
    """The nearest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten: a rate that can be said in words."""
    power = 10.0 ** np.floor(np.log10(x))
    steps = np.array([1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]) * power
    return float(steps[np.argmin(np.abs(np.log(steps / x)))])

"""The membrane: a bilayer in cross-section, and a patch of it with channels, ions and charge.

    class Patch(Film):
        stimulus: Protocol = "pulse(10, 2, 1)"

        def construct(self):
            run = simulate(self.membrane, self.stimulus, duration=20)
            clock = Clock(Pace(20.0, rate=2.0, slow=[(3.5, 7.0, 0.3)]), self.theme)
            patch = MembranePatch(run, self.theme, self.area, clock=clock)
            self.add(patch.still, patch.moving)
            self.play(clock.run())

Extracellular side above, cytoplasm below. What never moves is in `still`, what moves in `moving`: add them
in that order and manim draws the still part once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from manim import UP, VGroup

from hhanim.look import Theme, quantities
from hhanim.mobjects.frame.film import Area
from hhanim.mobjects.frame.lettering import SMALL, TICK, UNIT, Words
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, mix, smooth, stroked
from hhanim.mobjects.membrane.channels import ChannelView
from hhanim.mobjects.membrane.charge import SurfaceCharge, absolute
from hhanim.mobjects.membrane.ions import QUANTUM, IonFlow, RestingIons, cloud, fitting_quantum
from hhanim.model import Channel, Membrane, Trajectory

if TYPE_CHECKING:
    from hhanim.mobjects.frame.clock import Clock

__all__ = ["Bilayer", "Instant", "MembranePatch", "blocked_and_free", "title"]


class Instant:
    """A trajectory read at one moment: the last one is kept, for many mobjects that ask for it."""

    def __init__(self, run: Trajectory) -> None:
        self.run = run
        self._t: float | None = None
        self._read: dict[str, float] = {}

    def __call__(self, t: float) -> Mapping[str, float]:
        """V, every gate, and the currents "I_Na" … at t (ms), as floats."""
        t = min(max(float(t), 0.0), self.run.duration)
        if t != self._t:
            now = self.run.at([t])
            membrane = self.run.membrane
            out = {"V": float(now["V"][0])}
            out |= {name: float(x[0]) for name, x in membrane.gate_values(now.y).items()}
            out |= {f"I_{name}": float(i[0]) for name, i in membrane.currents(now.y).items()}
            self._t, self._read = t, out
        return self._read


class Bilayer(VGroup):
    """Two leaflets of lipids between x = left and right about y = 0: two mobjects, one for heads, one for
    tails.

    thickness: from head to head (scene units). gaps: (left, right) pairs without lipids, where channels sit.
    """

    def __init__(
        self,
        left: float,
        right: float,
        theme: Theme,
        *,
        thickness: float = 1.2,
        gaps: Sequence[tuple[float, float]] = (),
        seed: int = 7,
    ) -> None:
        radius = 0.072 * thickness
        pitch = 2.1 * radius
        rng = np.random.default_rng(seed)
        heads: list[Array] = []
        tails: list[Array] = []
        half = 0.5 * thickness
        for a, b in _between(left, right, gaps):
            count = max(int((b - a) / pitch + 0.3), 0)
            if not count:
                continue
            x = a + (np.arange(count) + 0.5) * (b - a) / count
            for side in (1.0, -1.0):
                y = side * (half - radius) + rng.normal(0.0, 0.010 * thickness, count)
                heads.append(np.stack([x, y], axis=1))
                for xk, yk in zip(x, y, strict=True):
                    length = half - 2.0 * radius - 0.03 * thickness
                    for leg in (-0.42, 0.42):
                        bend = rng.normal(0.0, 0.22, 3) * radius
                        ys = yk - side * (radius * 0.85 + np.linspace(0.0, length, 4))
                        xs = xk + leg * radius + np.concatenate([[0.0], bend])
                        tails.append(smooth(np.stack([xs, ys], axis=1)))
        edge = mix(theme.line, theme.ground, 0.05)
        self.heads = filled(
            at(disc(), np.concatenate(heads), radius) if heads else np.zeros((0, 3)),
            mix(theme.line, theme.ground, 0.30),
            stroke=edge,
            width=1.6,
        )
        self.tails = stroked(
            np.concatenate(tails) if tails else np.zeros((0, 3)), mix(theme.line, theme.ground, 0.38), 2.2
        )
        super().__init__(self.tails, self.heads)


def _between(left: float, right: float, gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out, x = [], left
    for a, b in sorted(gaps):
        out.append((x, a))
        x = b
    return [*out, (x, right)]


class MembranePatch:
    """A patch of membrane that lives the trajectory: channels open, ions cross, charge turns over.

    run: the trajectory. theme: a hhanim.look Theme. area: where on the frame.
    channels: names from left to right, repeats allowed (default: each of the membrane's once); none leaves
        the bare lipids. ions: the channels whose ions wait on both sides (default: those drawn).
    clock: whose time is shown in every frame, and at whose pace the dots move; without one, call show().
    transit: how long a dot is under way (seconds of film with a clock, else ms). quantum: charge per dot
        (nC/cm²; by default as little as leaves the dots countable). labels: name the gates and the two
        sides. counted: say what charge a dot stands for. charge: draw the surface charge.
    level: where in the area the membrane lies, from 0 (bottom) to 1 (top).

    `still` (lipids, proteins, words) and `moving` (ions, gates, charge) are the two groups to add.
    show(t) puts everything at the model's time t (ms); follow(tracker) does so on every frame.
    """

    def __init__(
        self,
        run: Trajectory,
        theme: Theme,
        area: Area,
        *,
        channels: Sequence[str] | None = None,
        ions: Sequence[str] | None = None,
        transit: float = 1.0,
        clock: Clock | None = None,
        quantum: float | None = None,
        labels: bool = True,
        counted: bool = True,
        charge: bool = True,
        level: float = 0.53,
        height: float | None = None,
    ) -> None:
        membrane = run.membrane
        self.run, self.theme, self.area = run, theme, area
        self.read = Instant(run)
        names = list(channels) if channels is not None else _usual(membrane)
        pace = clock.pace.film if clock is not None else None
        self.pace = pace or (lambda t: t)
        if quantum is None:
            quantum = fitting_quantum(run, names, clock.pace.rate) if clock is not None else QUANTUM
        self.quantum = quantum
        middle = area.bottom + level * area.height

        # One height for all channels: as large as the area's width and height allow.
        trial = [ChannelView(membrane, name, theme, height=1.0, labels=False) for name in names]
        widths = np.array([2.0 * c.half_width for c in trial])
        by_width = area.width / float(widths.sum() + 0.42 * (len(names) + 1))
        self.height = height if height is not None else min(by_width, 0.40 * area.height)
        room = (area.width - self.height * widths.sum()) / (len(names) + 1)
        x = area.left
        self.views: list[ChannelView] = []
        for name, width in zip(names, widths * self.height, strict=True):
            x += room
            view = ChannelView(membrane, name, theme, height=self.height, labels=labels)
            view.shift([x + 0.5 * width, middle, 0.0])
            view.set_gates(dict.fromkeys(membrane.gates, 0.0))
            self.views.append(view)
            x += width
        self.thickness = 0.66 * self.height
        self._top = area.top - (1.5 * TICK * UNIT if labels else 0.0)  # below the channels' names
        gaps = [(v.origin[0] - v.half_width, v.origin[0] + v.half_width) for v in self.views]
        self.bilayer = Bilayer(area.left, area.right, theme, thickness=self.thickness, gaps=gaps)
        self.bilayer.shift(middle * UP)
        self.middle = middle

        # -- ions ------------------------------------------------------------------------------------------
        self.radius = 0.045 * self.height + 0.012
        self.flows: dict[str, IonFlow] = {}
        above = self._top - (middle + 0.5 * self.height)
        for name in dict.fromkeys(names):
            self.flows[name] = IonFlow(
                run,
                name,
                blocked_and_free(self.views, membrane.channel(name))[1],
                theme,
                quantum=quantum,
                transit=transit,
                pace=pace,
                reach=0.78 * min(above, middle - 0.5 * self.height - area.bottom),
                radius=self.radius,
            )

        # -- charge ----------------------------------------------------------------------------------------
        self.charge: SurfaceCharge | None = None
        if charge:
            step = 0.10 * self.height
            places = np.concatenate(
                [
                    np.linspace(a + 0.5 * step, b - 0.5 * step, max(int((b - a) / step), 1))
                    for a, b in _between(area.left, area.right, gaps)
                    if b - a > step
                ]
                or [np.empty(0)]
            )
            size = 0.036 * self.height
            self.charge = SurfaceCharge(
                places, 0.5 * self.thickness + 1.9 * size, theme, size=size, width=0.9 + 1.4 * self.height
            )
            self.charge.move_centre(0.0, middle)

        self.words = VGroup()
        if labels:
            outside = Words("outside", size=SMALL, color=theme.muted)
            inside = Words("inside", size=SMALL, color=theme.muted)
            outside.move_to([area.left, self._top, 0], aligned_edge=[-1, 1, 0])
            inside.move_to([area.left, area.bottom, 0], aligned_edge=[-1, -1, 0])
            self.words.add(outside, inside)
            if self.flows and counted:
                scale = Words(f"one dot: {quantum:g} nC/cm²", size=SMALL, color=theme.muted)
                self.words.add(scale.move_to([area.right, area.bottom, 0], aligned_edge=[1, -1, 0]))
            for view in self.views:
                name = Words(title(view.channel), size=TICK, color=view.hue, weight="semibold")
                name.move_to([view.origin[0], area.top, 0], aligned_edge=[0, 1, 0])
                self.words.add(name)
        self.waiting = self._waiting(names if ions is None else ions)
        self.still = VGroup(self.bilayer, *(v.body for v in self.views), self.words)
        self.moving = VGroup(
            *(v.glow for v in self.views), self.waiting, *self.flows.values(), *(v.gates for v in self.views)
        )
        if self.charge is not None:
            self.moving.add(self.charge)
        for part in self.moving:
            part.suspend_updating()  # the whole is what follows a clock: manim need not ask every part
        self.show(0.0)
        if clock is not None:
            self.follow(clock)

    def _waiting(self, names: Sequence[str]) -> VGroup:
        """Ions at rest on both sides: sodium mostly outside, potassium mostly inside, as in squid axon."""
        area, half = self.area, 0.5 * self.height
        membrane = self.run.membrane
        known = quantities(membrane)
        r = self.radius
        free = [
            (self.middle + half * 1.02 + r, self._top - r),
            (area.bottom + r, self.middle - half * 1.02 - r),
        ]
        group = VGroup()
        taken: list[Array] = []
        for words in self.words:  # nor where words are
            a, b = words.get_left()[0], words.get_right()[0]
            taken += [np.array([x, words.get_y()]) for x in np.linspace(a, b, max(int((b - a) / r), 2))]
        for view in self.views:  # not in a mouth, where ions pass, nor where a ball swings
            x, y = view.origin[:2]
            for s in np.linspace(0.0, 0.42 * self.height, 3):
                taken += [np.array([x, y + half + s]), np.array([x, y - half - s])]
            taken += list(view.sweep())
        size = area.width * (free[0][1] - free[0][0])
        many = int(np.clip(size / (9.0 * r) ** 2 * 1.9, 6, 40))
        seen: set[str] = set()
        for name in dict.fromkeys(names):
            ion = membrane.channel(name).ion
            if ion not in ("Na", "K", "Ca") or ion in seen:
                continue
            seen.add(ion)
            counts = {"Na": (many, max(many // 8, 2)), "K": (max(many // 16, 1), many), "Ca": (many // 3, 0)}[
                ion
            ]
            color = mix(self.theme.color(known[f"I_{name}"]), self.theme.ground, 0.32)
            places = []
            for count, (bottom, top) in zip(counts, free, strict=True):
                found = cloud(
                    count,
                    area.left + 2.0 * r,
                    area.right - 2.0 * r,
                    bottom + r,
                    top - r,
                    apart=4.2 * r,
                    taken=taken,
                    seed=11 + ord(ion[0]),
                )
                taken += list(found)
                places.append(found)
            group.add(RestingIons(np.concatenate(places), color, self.theme.ground, radius=r, swing=1.0 * r))
        return group

    def show(self, t: float) -> MembranePatch:
        """Everything as it is at the model's time t (ms)."""
        now = self.read(t)
        for ions in self.waiting:
            ions.show(float(self.pace(t)))
        for view in self.views:  # before the ions, which go round the balls
            view.set_gates(now)
        for flow in self.flows.values():
            flow.show(t)
        if self.charge is not None:
            self.charge.show(float(absolute(self.run.membrane, now["V"])))
        return self

    def follow(self, clock: Clock) -> MembranePatch:
        """Show the clock's moment in every frame."""
        self.moving.add_updater(lambda _: self.show(clock.now))
        return self


def blocked_and_free(
    views: Sequence[ChannelView], channel: Channel
) -> tuple[list[ChannelView], list[ChannelView]]:
    """The views of a channel that its drug shuts, and those that ions still pass.

    The blocked are the blocked fraction of them, rounded down: as long as any current flows, some carry it.
    """
    mine = [v for v in views if v.channel.name == channel.name]
    count = int(float(np.max(np.asarray(channel.block))) * len(mine) + 1e-9)
    return mine[:count], mine[count:]


def title(channel: Channel) -> str:
    """What a channel is called on screen: its ion with its charge, and its own name where that differs."""
    ion = {"Na": "Na⁺", "K": "K⁺", "Ca": "Ca²⁺", "Cl": "Cl⁻"}.get(channel.ion or "", "")
    if not ion:
        return "leak" if not channel.gates else channel.name
    return ion if channel.name == channel.ion else f"{channel.name} ({ion})"


def _usual(membrane: Membrane) -> list[str]:
    """Each channel once, a gated one at both ends, those without gates between."""
    gated = [c.name for c in membrane.channels if c.gates]
    others = [c.name for c in membrane.channels if not c.gates]
    return gated[:1] + others + gated[1:]

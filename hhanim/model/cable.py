"""A cylinder of membrane: the cable equation, for spikes that travel.

    axon = Cable(presets.MODERN.with_(celsius=18.5), length=60_000, diameter=476)
    run = simulate_cable(axon, [IClamp(0, pulse(20_000, start=0.2, width=0.2))], duration=5)
    run.speed(20_000, 40_000)     # 18.7 m/s

Membrane current density, axial current and stimulus meet here with different units; they are converted
once, in Cable.coupling and IClamp: µm, Ω·cm, nA outside; mS/cm² and µA/cm² inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgtsv

from hhanim.model import presets
from hhanim.model.errors import (
    STORE_LIMIT,
    HHError,
    InvalidValue,
    SolverFailure,
    UnknownName,
    UnstableStep,
    fits,
    number,
    whole,
)
from hhanim.model.fixed_step import BLOWN_UP, step_currents
from hhanim.model.frozen import Frozen
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol, VoltageClamp, pulse
from hhanim.model.roots import root
from hhanim.model.solve import as_protocol
from hhanim.model.trajectory import Trajectory, frozen

Array = NDArray[np.float64]

ENDS = ("sealed", "killed")


@dataclass(frozen=True, eq=False)
class Cable(Frozen):
    """A membrane around a conducting core, cut into n compartments of equal length.

    membrane: a Membrane or a preset's name; its parameters may be arrays (n,), one value per compartment.
    length: µm. diameter: µm; a number, an array (n,), or a function of the position (µm). resistivity: of
    the core (Ω·cm). n: number of compartments (None: about 250 µm each, at least 50). ends: what happens
    at x = 0 and at x = length: "sealed" lets no current through; "killed" is cut open, so that the inside
    is at the potential of the outside.

    Raises InvalidValue or UnknownName.
    """

    membrane: Membrane
    length: float
    diameter: Any
    resistivity: float = 35.4
    n: int | None = None
    ends: tuple[str, str] = ("sealed", "sealed")

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "membrane", presets.get(self.membrane))
        put(self, "length", number("length", self.length, above=0.0, unit="µm", array=False))
        put(self, "resistivity", number("resistivity", self.resistivity, above=0.0, unit="Ω·cm", array=False))
        n = max(50, int(np.ceil(self.length / 250.0))) if self.n is None else self.n
        n = whole("n (compartments)", n, 3)
        fits(1.0, n, "a smaller n")
        put(self, "n", n)
        if isinstance(self.ends, str) or len(self.ends) != 2:
            raise InvalidValue(f"ends = {self.ends!r}; give one for each end, e.g. ('sealed', 'killed')")
        for end in self.ends:
            if end not in ENDS:
                raise UnknownName("end", end, ENDS)
        put(self, "ends", tuple(self.ends))
        width = self.diameter(self.x) if callable(self.diameter) else self.diameter
        width = number("diameter", width, above=0.0, unit="µm")
        if np.ndim(width) and len(width) != n:
            raise InvalidValue(
                f"diameter has {len(width)} values for n = {n} compartments; give one for each"
            )
        put(self, "diameter", np.broadcast_to(np.asarray(width, dtype=float), (n,)))
        if self.membrane.batch not in (None, n):
            raise InvalidValue(
                f"membrane parameters have {self.membrane.batch} values for n = {n} compartments"
            )

    @property
    def count(self) -> int:
        """Number of compartments."""
        assert self.n is not None
        return self.n

    @property
    def dx(self) -> float:
        """Length of a compartment (µm)."""
        return self.length / self.count

    @property
    def x(self) -> Array:
        """Middles of the compartments (µm), (n,)."""
        return np.asarray((np.arange(self.count) + 0.5) * self.dx, dtype=np.float64)

    def compartment(self, position: float) -> int:
        """The number of the compartment that holds a position (µm)."""
        return min(int(position / self.dx), self.count - 1)

    @cached_property
    def area(self) -> Array:
        """Membrane area of each compartment (cm²), (n,)."""
        return np.asarray(np.pi * self.diameter * 1e-4 * self.dx * 1e-4)

    @cached_property
    def axial(self) -> Array:
        """Conductance (mS) between the middles of neighbours, (n + 1,); the outer two lead to the ends."""
        # Half a compartment on either side of a border, in series; 1 Ω is 1e-3 of the ohm that 1 mS pairs
        # with.
        half = self.resistivity * 0.5 * self.dx * 1e-4 / (0.25 * np.pi * (self.diameter * 1e-4) ** 2)  # Ω
        out = np.zeros(self.count + 1)
        out[1:-1] = 1e3 / (half[:-1] + half[1:])
        for k, end in enumerate(self.ends):
            if end == "killed":
                out[-k] = 1e3 / half[-k]
        return out

    @property
    def outside(self) -> float:
        """The potential of a killed end (mV): 0 in absolute terms, wherever the membrane's convention puts that."""
        return self.membrane.zero

    def length_constant(self, v: float | None = None) -> Array:
        """The steady length constant (µm) of small signals around voltage v (mV; default: rest), (n,)."""
        y = self.membrane.rest() if v is None else self.membrane.steady(v)
        g = np.asarray(sum(self.membrane.conductances(y).values()))
        ratio = 1e3 / g / self.resistivity * self.diameter * 1e-4 / 4.0  # cm²
        return np.asarray(np.sqrt(ratio) * 1e4)

    def input_resistance(self) -> float:
        """The steady resistance (MΩ) of small signals at x = 0 around rest, if the cable had no other end."""
        unit, width = (float(a[0]) * 1e-4 for a in (self.length_constant(), self.diameter))  # cm
        return 4.0 * self.resistivity * unit / (np.pi * width**2) * 1e-6

    def blocked(self, channel: str, beyond: float) -> Cable:
        """This cable with all channels of that name shut by their drug beyond a position (µm). Raises HHError."""
        known = self.membrane.channel(channel)
        if not known.blocker:
            raise HHError(f"no drug shuts the {channel} channels of {self.membrane.name}")
        shut = np.where(self.x > beyond, 1.0, np.asarray(known.block))
        return replace(self, membrane=self.membrane.with_(**{known.blocker: shut}))

    def shock(self, position: float = 0.0) -> IClamp:
        """A pulse at a position (µm), brief and strong: one that lasted would lift a passive end by 200 mV."""
        current = float(np.round(200.0 / self.input_resistance(), -2))  # nA
        return IClamp(position, pulse(current, start=0.2, width=0.2))


@dataclass(frozen=True, eq=False)
class IClamp(Frozen):
    """A current (nA, as a protocol) injected at one position (µm) of a cable."""

    position: float
    current: Protocol | float | str

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", number("position", self.position, 0.0, unit="µm", array=False))
        protocol = as_protocol(self.current)
        if isinstance(protocol, VoltageClamp):
            raise InvalidValue("IClamp injects a current; a voltage clamp of a cable is not available")
        if protocol.batch is not None:
            raise InvalidValue("IClamp takes one stimulus, not a batch")
        object.__setattr__(self, "current", protocol)


@dataclass(frozen=True, eq=False)
class CableRun(Frozen):
    """What a cable did.

    t: times (T,), ms. y: states (S, T, n), V in mV, gates 0..1, in the order of cable.membrane.states.
    """

    cable: Cable
    clamps: tuple[IClamp, ...]
    t: Array
    y: Array
    dt: float

    @cached_property
    def _run(self) -> Trajectory:
        """The compartments as a batch of neurons."""
        membrane = self.cable.membrane
        return Trajectory(membrane, as_protocol(None), self.t, self.y, membrane.states, "cable", self.dt)

    def __getitem__(self, name: str) -> Array:
        """V (mV), a gate's value (0..1), I_X or g_X of a channel X over time and space, (T, n). Raises UnknownName."""
        if name == "I":
            raise InvalidValue("a cable has no one stimulus; its clamps say what is injected where")
        return np.asarray(self._run[name])

    @property
    def x(self) -> Array:
        """Middles of the compartments (µm), (n,)."""
        return self.cable.x

    @property
    def duration(self) -> float:
        """Time of the last sample (ms)."""
        return self._run.duration

    def current(self, channel: str) -> Array:
        """Current density of a channel (µA/cm², outward positive), (T, n)."""
        return self._run.current(channel)

    def axial_current(self) -> Array:
        """Current along the core (nA, positive towards larger x) across each border, (T, n + 1)."""
        v, ends = self["V"], np.full((len(self.t), 1), self.cable.outside)
        drop = -np.diff(np.concatenate([ends, v, ends], axis=1), axis=1)
        return np.asarray(drop * self.cable.axial * 1e3)  # mV · mS = µA

    def membrane_current(self) -> Array:
        """Current out through the membrane (µA/cm²), capacitive and ionic, (T, n): what the core brings."""
        return np.asarray(-np.diff(self.axial_current(), axis=1) * 1e-3 / self.cable.area)

    def at(self, position: float) -> Trajectory:
        """What the membrane did in the compartment that holds `position` (µm), as a Trajectory."""
        position = number("position", position, 0.0, self.cable.length, unit="µm", array=False)
        return self._run.neuron(self.cable.compartment(position))

    def arrival(self, level: float | None = None) -> Array:
        """Time (ms) at which V first rises through `level` (mV; default: the membrane's spike level), (n,).

        nan where it never does. Interpolated by the cubic through the four samples around the crossing.
        """
        level = (
            self.cable.membrane.spike_level
            if level is None
            else number("level", level, unit="mV", array=False)
        )
        v, t = self["V"], self.t
        out = np.full(v.shape[1], np.nan)
        up = (v[:-1] < level) & (v[1:] >= level)
        k = np.flatnonzero(up.any(axis=0))
        j = up[:, k].argmax(axis=0)
        rows = np.clip(j - 1, 0, max(len(t) - 4, 0)) + np.arange(min(4, len(t)))[:, None]
        times, heights = t[rows], v[rows, k] - level  # (4, crossings)

        def cubic(x: Array) -> Array:
            """Lagrange's polynomials, one a crossing."""
            terms = [
                y * np.prod((x - np.delete(times, i, 0)) / (times[i] - np.delete(times, i, 0)), axis=0)
                for i, y in enumerate(heights)
            ]
            return np.asarray(sum(terms))

        if len(k):
            out[k] = root(cubic, t[j], t[j + 1])
        return out

    def passes(self, position: float) -> float:
        """Time (ms) at which V first rises through the membrane's spike level at a position (µm); inf if never."""
        t = float(np.interp(number("position", position, unit="µm", array=False), self.x, self.arrival()))
        return t if math.isfinite(t) else math.inf

    def carrier(self, way: str) -> str:
        """The name of the channel that carries the largest current of the run, anywhere, "in" or "out"."""
        sign = {"in": -1.0, "out": 1.0}[way]
        names = [channel.name for channel in self.cable.membrane.channels]
        return max(names, key=lambda name: float((sign * self.current(name)).max()))

    def highest(self, position: float) -> float:
        """The highest V (mV) of the run at a position (µm)."""
        at = number("position", position, 0.0, self.cable.length, unit="µm", array=False)
        return float(np.interp(at, self.x, self["V"].max(axis=0)))

    def speed(self, start: float, stop: float, level: float | None = None) -> float:
        """Conduction velocity (m/s) between two positions (µm); nan if no spike runs from one to the other."""
        limits = [
            number(k, v, 0.0, self.cable.length, unit="µm", array=False)
            for k, v in (("start", start), ("stop", stop))
        ]
        arrival = self.arrival(level)
        between = arrival[(self.x >= min(limits)) & (self.x <= max(limits)) & np.isfinite(arrival)]
        a, b = np.interp(limits, self.x, arrival)
        if np.any((between < min(a, b)) | (between > max(a, b))):
            return float("nan")  # it began or ended between the two
        return float((limits[1] - limits[0]) / (b - a) * 1e-3)  # µm/ms is mm/s


def simulate_cable(
    cable: Cable,
    clamps: Sequence[IClamp] = (),
    duration: float = 10.0,
    *,
    dt: float = 0.005,
    start: Any = None,
    sample: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> CableRun:
    """Integrate a cable from t = 0 to `duration` ms.

    dt: step (ms). start: as for Membrane.initial(): one value for the whole cable, or (n,) values, one for each
    compartment. sample: spacing of the stored samples (ms; default: every step, or as many as fit in 256 MiB).

    Second order in time and space: Crank–Nicolson for V with the gates staggered by half a step, one
    tridiagonal solve per step (Hines 1984, https://doi.org/10.1016/0020-7101(84)90008-4), so the axial
    coupling is never unstable. Raises InvalidValue, UnknownName, UnstableStep or SolverFailure.
    """
    membrane, n = cable.membrane, cable.count
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    dt = number("dt", dt, above=0.0, high=0.1, unit="ms", array=False)
    clamps = tuple(clamps)
    sample = None if sample is None else number("sample", sample, above=0.0, unit="ms", array=False)
    fits(duration / dt, len(clamps) + 4.0, "a shorter duration or a larger dt=")
    steps = max(1, int(np.ceil(duration / dt - 1e-9)))
    every = (
        max(1, round(sample / dt))
        if sample
        else math.ceil(steps * len(membrane.states) * n * 8 / STORE_LIMIT)
    )
    fits(steps // every + 1, len(membrane.states) * n, "a larger sample=, a shorter duration or a smaller n")
    advance = _stepper(cable, _injected(cable, clamps, dt, steps), dt)
    y0 = membrane.initial(start)
    y = np.array(np.broadcast_to(y0 if y0.ndim == 2 else y0[:, None], (len(membrane.states), n)))
    out = np.empty((steps // every + 1, *y.shape))
    out[0] = y
    relax = membrane.compile(np, "relax")
    y[1:] = np.reshape(relax(*y, 0.5 * dt), y[1:].shape)  # from here on the gates are half a step ahead of V
    tick = max(1, steps // 100)
    with np.errstate(over="ignore", invalid="ignore"):
        for j in range(steps):
            advance(y, j)
            if (j + 1) % every == 0:
                kept = out[(j + 1) // every]
                kept[:] = y
                # the gates are at t - dt/2 here; half a step at the new V brings them level with it
                kept[1:] = np.reshape(relax(*y, 0.5 * dt), y[1:].shape)
            for row, x in zip(y[1:], relax(*y, dt), strict=True):
                row[:] = x
            if (j + 1) % tick == 0 or j + 1 == steps:
                if not np.all(np.abs(y[0]) < BLOWN_UP):
                    raise UnstableStep(
                        f"the cable blew up before t = {(j + 1) * dt:g} ms; use a dt smaller than {dt:g} ms"
                    )
                if progress is not None:
                    progress((j + 1) / steps)
    states = frozen(np.ascontiguousarray(np.moveaxis(out, 1, 0)))
    return CableRun(cable, clamps, np.asarray(dt * every * np.arange(len(out)), dtype=np.float64), states, dt)


def simulate_spike(cable: Cable, *clamps: IClamp, dt: float = 0.0025, sample: float = 0.005) -> CableRun:
    """Integrate a cable as simulate_cable() does, until the spikes that the clamps start have gone all the way or died.

    It takes as long as a spike on the axon of 1952, and a little more; longer while one is under way.
    """
    duration = 1.2 + 1.1e-3 * cable.length / 18.7  # µm, m/s
    for _ in range(5):
        run = simulate_cable(cable, clamps, duration, dt=dt, sample=sample)
        arrived = np.isfinite(run.arrival())
        if arrived.all() or not arrived.any() or run["V"][-1].max() < cable.membrane.spike_level:
            break
        duration *= 1.6
    return run


def _stepper(cable: Cable, injected: list[tuple[int, Array]], dt: float) -> Callable[[Array, int], None]:
    """A function of the states (S, n) and the number of the step that moves V by dt, in place."""
    n, area = cable.count, cable.area
    to_lower, to_upper = cable.axial[:-1] / area, cable.axial[1:] / area  # mS/cm², from each compartment
    capacitive = np.broadcast_to(np.asarray(cable.membrane.c, dtype=float), (n,)) / (0.5 * dt)
    passive = capacitive + to_lower + to_upper
    through_ends = np.zeros(n)
    through_ends[0] += to_lower[0] * cable.outside
    through_ends[-1] += to_upper[-1] * cable.outside
    lower, upper = -to_lower[1:], -to_upper[:-1]
    linear = cable.membrane.compile(np, "linear")
    before: Array | None = None

    def advance(y: Array, j: int) -> None:
        nonlocal before
        v = y[0].copy()
        # Gates that are instantaneous are taken at the middle of the step as well, by extrapolation.
        at = v if before is None else 1.5 * v - 0.5 * before
        diagonal, rhs = linear(at, *y[1:], passive, capacitive * v + through_ends)
        for compartment, current in injected:
            rhs[compartment] += current[j]
        *_, middle, info = dgtsv(lower, diagonal, upper, rhs)
        if info != 0:
            raise SolverFailure(f"the cable could not be solved at t = {j * dt:g} ms; check the parameters")
        before, y[0] = v, 2.0 * middle - v

    return advance


def _injected(cable: Cable, clamps: Sequence[IClamp], dt: float, steps: int) -> list[tuple[int, Array]]:
    """Compartment and mean current density (µA/cm², (steps,)) of each clamp in each step."""
    out = []
    for clamp in clamps:
        if clamp.position > cable.length:
            raise InvalidValue(
                f"position = {clamp.position:g} is not allowed; allowed: 0 to {cable.length:g} µm"
            )
        k, nA = cable.compartment(clamp.position), np.empty(steps)
        for first, last, current in step_currents(as_protocol(clamp.current), dt, steps):
            nA[first:last] = current
        out.append((k, nA * 1e-3 / cable.area[k]))
    return out

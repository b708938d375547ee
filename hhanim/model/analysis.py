"""What is measured on a membrane: arrays in, arrays out.

Voltages v are mV, any shape; currents µA/cm², outward positive; times ms. Everything works on any Membrane, presets
and your own, in either rest convention: levels and ranges are taken from the membrane, never assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hhanim.language import decimal, tr
from hhanim.model.channel import Channel, Gate
from hhanim.model.errors import HHError, InvalidValue, number
from hhanim.model.membrane import Membrane
from hhanim.model.phases import landmarks
from hhanim.model.protocol import Protocol, pulse, step
from hhanim.model.roots import root, roots, threshold
from hhanim.model.solve import SAMPLE, simulate
from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]

#: Tolerances of the many runs behind one threshold: thresholds then repeat to better than 1e-5 of themselves.
_TOLERANCE: Final = 1e-8
#: How near a level counts as reached (mV).
_NEAR: Final = 0.5
#: Largest current density (µA/cm²) that a search for a threshold tries before it reports infinity.
LARGEST_CURRENT = 1e4


def voltages(membrane: Membrane, v: Any = None, points: int = 501) -> Array:
    """The voltages given (mV, any shape), or `points` (P,) evenly over the membrane's v_range."""
    if v is None:
        return np.linspace(membrane.v_range[0], membrane.v_range[1], points)
    x: Array = np.asarray(v, dtype=float)
    if x.size == 0 or not np.all(np.isfinite(x)):
        raise InvalidValue("v holds no value, or one that is not finite; give finite voltages in mV")
    return x


def time_constants(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Time constant (ms) of every gate with kinetics at v, at the membrane's temperature: {gate: v.shape}."""
    v = voltages(membrane, v)
    return {name: np.asarray(membrane.tau(name, v)) for name, gate in membrane.gates.items() if gate.dynamic}


def slowest_gates(membrane: Membrane, v: Any = None) -> list[tuple[str, float, float]]:
    """Which gate has the longest time constant from where to where: (gate, low, high) in mV, in ascending order.

    Looked for over increasing voltages v (P,), by default the membrane's v_range. Raises HHError if no gate has a time
    constant.
    """
    v = voltages(membrane, v)
    taus = time_constants(membrane, v)
    if not taus:
        raise HHError(f"{membrane.name} has no gate with a time constant")
    names = list(taus)
    which = np.argmax(list(taus.values()), axis=0)
    changes = np.flatnonzero(np.diff(which))

    def meet(k: int) -> float:
        one, two = names[which[k]], names[which[k + 1]]
        return float(root(lambda x: membrane.tau(one, x) - membrane.tau(two, x), v[k], v[k + 1]))

    borders = [float(v[0]), *(meet(int(k)) for k in changes), float(v[-1])]
    firsts = [names[which[k]] for k in (0, *(changes + 1))]
    return list(zip(firsts, borders[:-1], borders[1:], strict=True))


def likeliest_open(membrane: Membrane, v: float) -> list[Channel]:
    """The channels with gates that take time, by the share of them that is open in the end at v (mV), largest first."""
    kinds = [c for c in membrane.channels if any(gate.dynamic for gate in c.gates)]
    return sorted(kinds, key=lambda c: -np.prod([float(membrane.inf(g.name, v)) ** g.power for g in c.gates]))


def steady_states(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Steady state (0..1) of every gate at v: {gate: v.shape}."""
    v = voltages(membrane, v)
    return {name: np.asarray(membrane.inf(name, v)) for name in membrane.gates}


def steady_currents(membrane: Membrane, v: Any = None) -> dict[str, Array]:
    """Steady-state I–V: current (µA/cm²) of every channel once its gates have settled at v, and the "total"."""
    v = voltages(membrane, v)
    return _with_total(membrane.currents(membrane.steady(v)))


def instantaneous_currents(
    membrane: Membrane, v: Any = None, holding: float | None = None
) -> dict[str, Array]:
    """Instantaneous I–V: currents just after a jump from `holding` (mV, default rest) to v, and their "total".

    Gates with kinetics still have their values at `holding`; those without have already followed.
    """
    v = voltages(membrane, v)
    y = np.broadcast_to(
        _held(membrane, holding).reshape(-1, *[1] * v.ndim), (len(membrane.states), *v.shape)
    ).copy()
    y[0] = v
    return _with_total(membrane.currents(y))


def peak_currents(
    membrane: Membrane, channel: str, levels: Any, holding: float | None = None, duration: float = 20.0
) -> Array:
    """Voltage-clamp I–V: the largest current (µA/cm²) through a channel after steps to `levels` (L,) -> (L,).

    Largest in size: inward ones are negative. The membrane is held at `holding` (mV, default rest) until its gates
    have settled, then stepped for `duration` ms. The capacitive transient of the step is no part of it.
    """
    membrane.channel(channel)
    levels = np.atleast_1d(number("levels", levels, unit="mV"))
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    gates, relax = _held(membrane, holding)[1:], membrane.compile(np, "relax")
    low, high = np.zeros(len(levels)), np.full(len(levels), duration)
    # At a voltage that is held every gate is known at any time: look at many times, then closer and closer.
    for points in (4001, 41, 41, 41):
        t = np.linspace(low, high, points)
        i = membrane.currents(np.array(np.broadcast_arrays(levels, *relax(levels, *gates, t))))[channel]
        k = np.argmax(np.abs(i), axis=0)[None]
        low, high = (np.take_along_axis(t, np.clip(k + d, 0, points - 1), axis=0)[0] for d in (-1, 1))
    return np.asarray(np.take_along_axis(i, k, axis=0)[0])


def _with_total(currents: dict[str, Any]) -> dict[str, Array]:
    out = {name: np.asarray(i) for name, i in currents.items()}
    return out | {"total": np.asarray(sum(out.values()))}


def _held(membrane: Membrane, holding: float | None) -> Array:
    if holding is None:
        return membrane.rest()
    return membrane.steady(number("holding", holding, unit="mV", array=False))


def f_i(membrane: Membrane, currents: Any, duration: float = 600.0, after: float | None = None) -> Array:
    """Rate of sustained firing (Hz) at each constant current (N,) -> (N,), see Trajectory.rate().

    The time before `after` (ms; default: half the duration) is transient. Up to 64 currents are solved to
    convergence; more go through the fixed-step batch, whose rates are within about 1 %.
    """
    currents = np.atleast_1d(number("currents", currents, unit="µA/cm²"))
    run = _sweep(membrane, currents, duration)
    return np.asarray(run.rate(after=0.5 * duration if after is None else after))


def _sweep(membrane: Membrane, currents: Array, duration: float) -> Trajectory:
    keys: dict[str, Any] = {"method": "exponential_euler", "record": ("V",)}
    if len(currents) <= 64:
        keys = {"method": "adaptive", "rtol": _TOLERANCE, "atol": _TOLERANCE}
    return simulate(membrane, step(currents), duration, start=_start(membrane), sample=0.05, **keys)


def _start(membrane: Membrane) -> Array:
    """Where a membrane starts by itself: an unstable rest is left by a hundredth of a mV."""
    y0 = membrane.initial()
    if membrane.start is None and membrane.batch is None:
        y0[0] += 0.01 * bool(np.any(np.linalg.eigvals(_jacobians(membrane, y0[:, None], 0.0)).real > 0))
    return y0


def rheobase(
    membrane: Membrane, duration: float = 200.0, sustained: bool = False, precision: float = 1e-4
) -> float:
    """Smallest constant current (µA/cm²) from t = 0 that evokes a spike within `duration` ms; inf if none does.

    With sustained=True, the smallest that still makes it fire, with a steady rate, in the second half of
    `duration`. Starts from the membrane's own initial conditions. Found by bisection to `precision`,
    relative to the current. A membrane that fires by itself has rheobase 0.
    """
    duration = number("duration", duration, above=0.0, unit="ms", array=False)
    y0 = _start(membrane)

    def fires(i: float) -> bool:
        run = _run(membrane, step(i), duration, y0)
        return run.rate() > 0.0 if sustained else _fired(run)

    return _threshold(fires, precision)


def strength_duration(membrane: Membrane, widths: Any, precision: float = 1e-4, wait: float = 30.0) -> Array:
    """Threshold amplitude (µA/cm²) of a rectangular pulse for each width (ms) (K,) -> (K,); inf where none fires.

    A spike counts if it comes during the pulse or within `wait` ms after it.
    """
    widths = np.atleast_1d(number("widths", widths, above=0.0, unit="ms"))
    y0 = membrane.initial()
    return np.array([_pulse_threshold(membrane, float(w), wait, y0, precision) for w in widths])


def chronaxie(membrane: Membrane, precision: float = 1e-4, wait: float = 30.0) -> float:
    """Width (ms) of the rectangular pulse whose threshold is twice the rheobase; inf for a membrane that never fires.

    0 for one that fires by itself. A spike counts if it comes during the pulse or within `wait` ms after it.
    """
    twice, y0 = 2.0 * rheobase(membrane, precision=0.1 * precision), membrane.initial()
    if twice in (0.0, np.inf):
        return twice

    def fires(width: float) -> bool:
        return _fired(_run(membrane, pulse(twice, 0.0, width), width + wait, y0))

    low, high = 0.0, 0.1
    while not fires(high):
        low, high = high, 2.0 * high
    return threshold(fires, low, high, precision)


def paired_pulse(
    membrane: Membrane,
    intervals: Any,
    width: float = 1.0,
    first: float | None = None,
    precision: float = 1e-3,
    wait: float = 20.0,
) -> Array:
    """Refractoriness: smallest second pulse (µA/cm²) that evokes a second spike, for each interval (K,) -> (K,).

    intervals: from the start of the first pulse to the start of the second, ms, at least `width`. first:
    amplitude of the first pulse, by default twice the threshold of a resting membrane. The result is inf
    inside the absolute refractory period: before the first spike has passed its peak, and where no current up to
    10,000 µA/cm² starts another one. That a strong pulse charges C past the spike level is no spike; the membrane's
    own inward current must carry V upwards.
    """
    width = number("width", width, above=0.0, unit="ms", array=False)
    intervals = np.atleast_1d(number("intervals", intervals, width, unit="ms"))
    if first is None:
        first = 2.0 * float(strength_duration(membrane, width)[0])
    first = number("first", first, unit="µA/cm²", array=False)
    # The second pulse finds the state that the first one left.
    run = _run(membrane, pulse(first, 0.0, width), max(1.0, *intervals), membrane.initial())
    tops, heights = run.peaks
    passed = float(next(iter(tops[heights > membrane.spike_level]), np.inf))

    def after(gap: float) -> float:
        return (
            _pulse_threshold(membrane, width, wait, run.at(gap).y[:, 0], precision)
            if gap > passed
            else np.inf
        )

    return np.array([after(float(gap)) for gap in intervals])


@dataclass(frozen=True, eq=False)
class Recovery:
    """How strong a second pulse must be after one that fired: intervals (ms), from start to start, and the weakest that
    fires, in thresholds of the resting membrane, inf where none does, both (K,).
    """

    intervals: Array
    needed: Array

    def until(self, times: float) -> float:
        """When (ms) so many thresholds are enough, interpolated; inf if that is later than the intervals."""
        k = next(iter(np.flatnonzero(self.needed <= times)), None)
        if k is None:
            return np.inf
        around, near = slice(max(k - 1, 0), k + 1), np.minimum(self.needed, 1e3)
        return float(np.interp(-times, -near[around], self.intervals[around]))


def recovery(membrane: Membrane, width: float = 1.0, first: float = 2.0, count: int = 16) -> Recovery:
    """Refractoriness after a pulse of `first` thresholds (above 1), from the fall of its spike to five times as long.

    Raises HHError where no pulse of that width (ms) fires the membrane. See paired_pulse().
    """
    limit = float(strength_duration(membrane, width)[0])
    if not 0.0 < limit < np.inf:
        raise HHError(f"no threshold parts pulses of {width:g} ms that fire {membrane.name} from others")
    begin = 1.0  # ms: the phases of a spike begin where the stimulus changes
    run = _run(membrane, pulse(first * limit, begin, width), begin + width + 30.0, membrane.initial())
    spike = landmarks(run, zero=membrane.zero)
    assert spike is not None  # it is above threshold
    fall = spike.back - begin
    intervals = np.geomspace(max(0.8 * fall, width), 5.0 * fall, count)
    return Recovery(intervals, paired_pulse(membrane, intervals, width, first=first * limit) / limit)


def pulses_reaching(
    membrane: Membrane, levels: Any, width: float = 1.0, start: float = 0.0, wait: float = 30.0
) -> list[Trajectory]:
    """Runs with the weakest pulse, of `width` ms from `start` on, after which V comes to reach each level (mV).

    V comes within half a millivolt of a level wherever the solver's tolerance can tell two pulses apart so finely; a
    level that no pulse reaches within `wait` ms has no run. Between a spike and none V reaches every level: the
    response is steep, not discontinuous (R. FitzHugh & H. A. Antosiewicz (1959) J. SIAM 7:447-458,
    doi 10.1137/0107038).
    """
    width = number("width", width, above=0.0, unit="ms", array=False)
    levels = np.atleast_1d(number("levels", levels, unit="mV"))
    y0 = membrane.initial()
    tried: dict[float, tuple[float, Trajectory]] = {}

    def top(i: float) -> float:
        if i not in tried:
            run = _run(membrane, pulse(i, start, width), start + width + wait, y0)
            tried[i] = run.extreme("V", after=start).value, run
        return tried[i][0]

    found = []
    for level in levels:
        high = 1.0
        while top(high) < level and high < LARGEST_CURRENT:
            high *= 1.5
        if top(high) < level:
            continue
        # The pulses that were tried for other levels say where to look.
        low = max((i for i in tried if top(i) < level), default=0.0)
        high = min(i for i in tried if top(i) >= level)
        while top(high) - level > _NEAR and high - low > 4.0 * np.spacing(high):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if top(middle) < level else (low, middle)
        found.append(tried[high][1])
    return found


def anode_break(membrane: Membrane, widths: Any = 20.0, precision: float = 1e-3, wait: float = 30.0) -> Array:
    """Weakest hyperpolarising pulse (µA/cm², negative) whose end evokes a spike, for each width (ms) (K,) -> (K,).

    -inf where no rebound follows, e.g. where sodium inactivation cannot be removed: currents are tried up to those that
    take V to 200 mV below level, where rates mean nothing any more.
    """
    widths = np.atleast_1d(number("widths", widths, above=0.0, unit="ms"))
    y0 = membrane.initial()
    return -np.array([_pulse_threshold(membrane, float(w), wait, y0, precision, break_=True) for w in widths])


def _run(membrane: Membrane, protocol: Protocol, duration: float, y0: Array) -> Trajectory:
    return simulate(membrane, protocol, duration, start=y0, sample=SAMPLE, rtol=_TOLERANCE, atol=_TOLERANCE)


def _pulse_threshold(
    membrane: Membrane, width: float, wait: float, y0: Array, precision: float, break_: bool = False
) -> float:
    """Smallest pulse (µA/cm²) that fires from y0; with break_, the smallest inhibition whose end does."""

    def fires(i: float) -> bool:
        run = _run(membrane, pulse(-i if break_ else i, 0.0, width), width + wait, y0)
        return _fired(run, width if break_ else 0.0)

    limit = LARGEST_CURRENT
    if break_:
        lowest = membrane.zero - 200.0
        limit = float(-membrane.steady_current(lowest) + membrane.c * (y0[0] - lowest) / width)
    return _threshold(fires, precision, limit)


def behaviour(run: Trajectory) -> str:
    """What a run shows, in words: "settles at −56.4 mV", "one spike", "fires at 68.3 Hz", "depolarisation block"."""
    v, last = run["V"], run.t >= 0.9 * run.duration
    rate, count = run.rate(), len(spikes(run))
    if rate > 0.0:
        return tr("fires at {rate:.1f} Hz", rate=rate)
    settled = float(np.ptp(v[last])) < 1.0
    where = decimal(f"{float(v[-1]):.1f} mV".replace("-", "−"))
    if settled and run.stimulus[-1] > 0:
        hopf = hopf_points(run.membrane)
        if len(hopf) and run.stimulus[-1] > 0.98 * hopf[-1]:
            return tr("depolarisation block at {voltage}", voltage=where)
    if count:
        return tr("one spike") if count == 1 else tr("{count} spikes", count=count)
    return tr("settles at {voltage}", voltage=where) if settled else tr("rings without a spike")


def spikes(run: Trajectory) -> Array:
    """The run's spike times (ms), (K,), but for those that no channels make.

    While V is above the level of a spike, more has to flow in through channels than is injected: a current alone that
    charges a membrane makes no spike.
    """
    v, level = run["V"], run.membrane.spike_level
    inward = sum((run.current(name) for name in run.membrane.inward()), np.zeros_like(v))
    flows = -inward > np.maximum(run.stimulus, 0.0)
    below = np.append(np.flatnonzero(v < level), len(v))
    first = np.maximum(np.searchsorted(run.t, run.spikes) - 1, 0)
    last = below[np.searchsorted(below, first + 1)]
    return np.array([t for t, a, b in zip(run.spikes, first, last, strict=True) if flows[a:b].any()])


def _fired(run: Trajectory, after: float = 0.0) -> bool:
    """Whether a spike started later than `after` (ms): V passes its level, carried by net inward ionic current.

    The second condition tells a spike from a capacitance that a strong current charges past the level.
    """
    v, level, rest = run["V"], run.membrane.spike_level, float(run.membrane.rest()[0])
    carried = np.flatnonzero((run.t > after) & (v > 0.5 * (rest + level)) & (run.ionic_current < 0))
    if not len(carried):
        return False
    first = carried[0]
    return bool(v[first:].max() > level or run.extreme("V", after=run.t[first]).value > level)


def _threshold(fires: Callable[[float], bool], precision: float, limit: float = LARGEST_CURRENT) -> float:
    """Smallest i >= 0 with fires(i), or inf: bracketed from below, as strong currents may block, then bisected."""
    precision = number("precision", precision, 1e-9, 0.1, array=False)
    if fires(0.0):
        return 0.0
    low, high = 0.0, 0.25
    while not fires(high):
        low, high = high, high * 1.5
        if high > limit:
            return float("inf")
    return threshold(fires, low, high, precision)


def two_variable(membrane: Membrane) -> Membrane:
    """A reduction of a membrane to V and one recovery gate, for its phase plane; one of two states is kept.

    After Krinsky & Kokoz (1973) and Rinzel (1985, Fed Proc 44:2944): the recovery gate is the slowest one
    that opens with depolarisation; gates at least three times as fast as it at rest are instantaneous; every
    other gate follows it on the straight line through rest that fits one spike of the full membrane best.
    Rest, and every gate's value there, stay exactly where they are; other equilibria and all times are
    approximations.
    """
    if len(membrane.states) == 2:
        return membrane
    if membrane.batch is not None:
        raise InvalidValue("a batch has no one phase plane; take one neuron with membrane.member(k)")
    rest = membrane.rest()
    v, dynamic = float(rest[0]), membrane.states[1:]
    tau = {name: float(membrane.tau(name, v)) for name in dynamic}
    opening = [name for name in dynamic if membrane.inf(name, v + 20.0) > membrane.inf(name, v)]
    if not opening:
        raise HHError(f"{membrane.name} has no gate that opens with depolarisation, so no recovery variable")
    main = max(opening, key=lambda name: tau[name])
    kick = rest.copy()
    kick[0] += 0.4 * (max(c.e for c in membrane.channels) - v)
    run = _run(membrane, step(0.0), 30.0, kick)
    x0 = dict(zip(membrane.states, rest, strict=True))

    def reduced(gate: Gate) -> Gate:
        if not gate.dynamic or gate.name == main:
            return gate
        if tau[gate.name] * 3.0 <= tau[main]:
            return Gate(gate.name, inf=gate.inf, power=gate.power)
        x, y = run[main] - x0[main], run[gate.name] - x0[gate.name]
        slope = float(x @ y / (x @ x))
        return Gate(
            gate.name, follows=(main, float(x0[gate.name] - slope * x0[main]), slope), power=gate.power
        )

    channels = tuple(replace(c, gates=tuple(reduced(g) for g in c.gates)) for c in membrane.channels)
    return replace(membrane, name=f"{membrane.name}_reduced", channels=channels, start=None)


def nullclines(membrane: Membrane, v: Any = None, i: float = 0.0) -> dict[str, Array]:
    """Nullclines in the (V, n) plane at current i: {"V": (P,), gate: (P,)}, values of the gate over v (P,).

    "V" is where dV/dt = 0, nan at voltages where no value of the gate in 0..1 does that (the lowest where
    several do); the other key is the recovery gate's own name, its nullcline is its steady state. A membrane
    of more than two states is reduced by two_variable() first.
    """
    plane = two_variable(membrane)
    v = np.atleast_1d(voltages(plane, v))
    i = number("i", i, unit="µA/cm²", array=False)
    name = plane.states[1]

    def slope(x: Any) -> Array:
        y = np.array(np.broadcast_arrays(v, x), dtype=float)
        return np.asarray(i - sum(plane.currents(y).values()))

    grid = np.linspace(0.0, 1.0, 401)
    sign = slope(grid[:, None]) > 0
    change = sign[:-1] != sign[1:]
    k = change.argmax(axis=0)
    found = np.where(change.any(axis=0), root(slope, grid[k], grid[k + 1]), np.nan)
    return {"V": found, name: np.asarray(plane.inf(name, v))}


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """An equilibrium: its state (S,), the current that holds it (µA/cm²), its eigenvalues (S,) (1/ms)."""

    state: Array
    current: float
    eigenvalues: NDArray[np.complex128]

    @property
    def v(self) -> float:
        """Its voltage (mV)."""
        return float(self.state[0])

    @property
    def stable(self) -> bool:
        """True if every small disturbance dies away."""
        return bool(np.all(self.eigenvalues.real < 0))

    @property
    def kind(self) -> str:
        """ "stable node", "stable focus", "unstable node", "unstable focus" or "saddle".

        A focus is left (or, if it is stable, reached) along some direction by way of an oscillation.
        """
        growing = self.eigenvalues[self.eigenvalues.real > 0]
        if len(growing) == 1 and len(self.eigenvalues) > 1:
            return "saddle"
        turns = np.any(np.abs((growing if len(growing) else self.eigenvalues).imag) > 1e-12)
        return f"{'stable' if self.stable else 'unstable'} {'focus' if turns else 'node'}"


def fixed_points(membrane: Membrane, i: float = 0.0) -> list[FixedPoint]:
    """Every equilibrium at constant current i (µA/cm²), from the lowest voltage up.

    Looked for between 50 mV below the lowest and 50 mV above the highest reversal potential, beyond which
    only a strong current holds the membrane; found to machine precision.
    """
    i = number("i", i, unit="µA/cm²", array=False)
    v = roots(lambda v: membrane.steady_current(v) - i, _search_range(membrane, i))
    states = membrane.steady(v)
    values = np.linalg.eigvals(_jacobians(membrane, states, i))
    return [FixedPoint(states[:, j], i, np.sort_complex(values[j])) for j in range(states.shape[1])]


def hopf_points(membrane: Membrane) -> Array:
    """Currents (µA/cm²), ascending (K,), at which an equilibrium gains or loses stability with an oscillation.

    There a pair of complex eigenvalues crosses the imaginary axis (Hopf bifurcation).
    """
    v = roots(lambda v: _oscillating_growth(membrane, v), _search_range(membrane, 0.0))
    return np.sort(np.asarray(membrane.steady_current(v)))


def loses_hold(plane: Membrane, low: float, high: float) -> float | None:
    """The current between two (µA/cm²) from which on no equilibrium is stable; None if there always is one at the
    higher current, or none at the lower.
    """

    def holds(i: float) -> bool:
        return any(p.stable for p in fixed_points(plane, i))

    if not holds(low) or holds(high):
        return None
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return 0.5 * (low + high)


def cycle_extremes(membrane: Membrane, currents: Any, duration: float = 600.0) -> dict[str, Array]:
    """For a bifurcation diagram: {"low", "high", "rate"} (N,), V's extremes in the last third (mV), and the rate (Hz).

    Where nothing oscillates any more, low and high agree. Starts from the membrane's initial conditions at each
    current (N,): where rest and firing are both stable it shows which of them a current step from rest leads to.
    """
    currents = np.atleast_1d(number("currents", currents, unit="µA/cm²"))
    run, late = _sweep(membrane, currents, duration), 2.0 / 3.0 * duration
    if run.method == "adaptive":
        each = [run.neuron(k) for k in range(len(currents))]
        low, high = ([one.extreme("V", kind, late).value for one in each] for kind in ("min", "max"))
    else:
        v = run["V"][run.t >= late]
        low, high = v.min(axis=0), v.max(axis=0)
    rate = np.asarray(run.rate(after=0.5 * duration))
    return {"low": np.asarray(low), "high": np.asarray(high), "rate": rate}


def _search_range(membrane: Membrane, i: float) -> Array:
    if membrane.batch is not None:
        raise InvalidValue(
            "equilibria of a batch are found one by one; take one neuron with membrane.member(k)"
        )
    e = [float(c.e) for c in membrane.channels]
    g = sum(float(c.unblocked) for c in membrane.channels if not c.gates)
    # A current moves rest beyond the reversal potentials, by no more than it would through the leak alone.
    reach = 50.0 + (min(abs(i) / g, 1000.0) if g > 0 else 0.0)
    low, high = min(e) - (reach if i <= 0 else 50.0), max(e) + (reach if i >= 0 else 50.0)
    return np.linspace(low, high, 1 + 20 * int(high - low))


def _jacobians(membrane: Membrane, states: Array, i: Any) -> Array:
    """d(rhs)/d(state) at states (S, K), by central differences -> (K, S, S)."""
    s, k = states.shape
    step = np.array([1e-4, *[1e-6] * (s - 1)])
    out = np.empty((k, s, s))
    for j in range(s):
        d = np.zeros((s, 1))
        d[j] = step[j]
        out[:, :, j] = ((membrane.rhs(states + d, i) - membrane.rhs(states - d, i)) / (2 * step[j])).T
    return out


def _oscillating_growth(membrane: Membrane, v: Array) -> Array:
    """Largest real part among the complex eigenvalues of the equilibria at v (K,); nan where all are real."""
    values = np.linalg.eigvals(_jacobians(membrane, membrane.steady(v), membrane.steady_current(v)))
    growth = np.where(np.abs(values.imag) > 1e-12, values.real, -np.inf).max(axis=1)
    return np.where(np.isfinite(growth), growth, np.nan)


__all__ = [
    "FixedPoint", "Recovery", "anode_break", "behaviour", "chronaxie", "cycle_extremes", "f_i", "fixed_points",
    "hopf_points", "instantaneous_currents", "likeliest_open", "loses_hold", "nullclines", "paired_pulse",
    "peak_currents", "recovery", "rheobase", "slowest_gates", "spikes", "steady_currents", "steady_states",
    "strength_duration", "time_constants",
    "two_variable", "voltages",
]  # fmt: skip

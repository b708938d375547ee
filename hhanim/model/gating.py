"""Channels one by one: the gates of a patch opening and closing at random along a given voltage.

Every gate is a two-state Markov process whose rates are those of the deterministic model, so that the open fraction
of N channels tends to m³h or n⁴ as N grows. sample_patch() is exact; open_fraction() is fast, at any N.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.model.channel import Channel, Gate
from hhanim.model.errors import InvalidValue, UnknownName, fits, whole
from hhanim.model.frozen import Frozen
from hhanim.model.trajectory import Trajectory

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

METHODS = ("binomial", "langevin")
CHOICE = 300  # channels among which sample_opening() looks
MANY = 4000  # and sample_within()
CARRYING = (
    8.0  # how much more it counts that a channel is open while its kind carries the largest net current
)
STEP = 0.005  # ms; rates are taken constant over such a step (they change by less than 1 % in it)


@dataclass(frozen=True, eq=False)
class Patch(Frozen):
    """N channels of one kind whose every gate was simulated.

    channel: the channel; duration: ms. initial: {gate: (N, power)} open or not at t = 0. flips: {gate:
    (N, power, K)} the times (ms) at which each gate changes, increasing, padded with inf.
    """

    channel: Channel
    n: int
    seed: int
    duration: float
    initial: dict[str, Flags]
    flips: dict[str, Array]

    def gates(self, name: str, t: float) -> Flags:
        """Which gates of that name are open at time t (ms), (N, power). Raises UnknownName."""
        if name not in self.flips:
            raise UnknownName("gate", name, self.flips)
        odd = np.sum(self.flips[name] <= t, axis=-1) % 2 == 1
        return np.asarray(self.initial[name] ^ odd, dtype=bool)

    def open(self, t: float) -> Flags:
        """Which channels are open at time t (ms), (N,): those with every gate open."""
        out = np.ones(self.n, dtype=bool)
        for name in self.flips:
            out &= self.gates(name, t).all(axis=1)
        return out

    def open_fraction(self, times: Any) -> Array:
        """Fraction of channels open at each of the times (ms), (T,)."""
        return np.array([self.open(float(t)).mean() for t in np.atleast_1d(times)])

    def take(self, channels: Any) -> Patch:
        """Some of the channels, by their numbers, as a patch of their own."""
        k = np.atleast_1d(np.asarray(channels, dtype=int))
        initial = {name: state[k] for name, state in self.initial.items()}
        return replace(self, n=len(k), initial=initial, flips={name: x[k] for name, x in self.flips.items()})

    def joined(self, other: Patch) -> Patch:
        """These channels, then those of another patch of the same kind and duration."""
        flips = {}
        for name in self.flips:
            both = self.flips[name], other.flips[name]
            most = max(x.shape[-1] for x in both)
            wide = [
                np.pad(x, ((0, 0), (0, 0), (0, most - x.shape[-1])), constant_values=np.inf) for x in both
            ]
            flips[name] = np.concatenate(wide)
        initial = {name: np.concatenate([x, other.initial[name]]) for name, x in self.initial.items()}
        return replace(self, n=self.n + other.n, initial=initial, flips=flips)

    def openings(self, k: int = 0) -> Array:
        """From when to when (ms) channel k is open, (J, 2): one row for each time it opens."""
        one = self.take(k)
        all_ = np.concatenate([[0.0], *(x.ravel() for x in one.flips.values())])
        times = np.unique(all_[all_ < self.duration])
        state = np.array([bool(one.open(t)[0]) for t in times.tolist()])
        change = np.flatnonzero(np.diff(state, prepend=False))
        edges = np.append(times[change], [self.duration] if state[-1] else [])
        return np.asarray(edges.reshape(-1, 2))

    def current(self, run: Trajectory, k: int = 0, conductance: float = 20.0) -> tuple[Array, Array]:
        """The current (pA) through channel k, of that conductance (pS) while it is open: times (ms) and it, (T,) each.

        run: the trajectory along which the patch was sampled. Where the channel opens or shuts there are two times, an
        instant apart.
        """
        edges = self.openings(k).ravel()
        t = np.unique(np.concatenate([run.t, edges, np.nextafter(edges, np.inf)]).clip(0.0, run.duration))
        drive = run.at(t)["V"] - float(np.max(self.channel.e))
        open_ = np.searchsorted(edges, t, side="left") % 2 == 1
        return t, np.where(open_, 1e-3 * conductance * drive, 0.0)


def sample_patch(run: Trajectory, channel: str, n: int = 60, seed: int = 0) -> Patch:
    """Simulate every gate of n channels along the voltage of `run`, exactly.

    A gate that is closed stays so until its integrated opening rate has grown by a random number from the
    unit exponential distribution, then likewise for closing (the direct method of Gillespie 1977,
    https://doi.org/10.1021/j100540a008, with rates that change in time). Gates start open with the
    probability that the trajectory gives them. A gate without kinetics of its own follows the others at once: it is
    open while its probability is above a number of its own, drawn evenly from 0 to 1. The same seed gives the same
    patch.

    Raises UnknownName or InvalidValue (a batch).
    """
    what, n, seed = _checked(run, channel, n, seed)
    rng = np.random.default_rng(seed)
    initial: dict[str, Flags] = {}
    flips: dict[str, Array] = {}
    for gate in what.gates:
        count = n * gate.power
        if not gate.dynamic:
            fits(float(len(run.t)), float(count), "fewer channels or a shorter run")
            state, times = _following(run.t, np.asarray(run[gate.name]), rng.random(count))
            initial[gate.name] = state.reshape(n, gate.power)
            flips[gate.name] = times.reshape(n, gate.power, -1)
            continue
        t, up, down = _integrated(run, gate)
        # Each opening is followed by a closing, and neither is likelier than its rate allows.
        fits(2.0 * min(up[-1], down[-1]) + 2.0, 4.0 * count, "fewer channels or a shorter run")
        state = rng.random(count) < float(run[gate.name][0])
        initial[gate.name] = state.reshape(n, gate.power).copy()
        now, columns, alive = np.zeros(count), [], np.ones(count, dtype=bool)
        while alive.any():
            hazard = np.where(state, np.interp(now, t, down), np.interp(now, t, up))
            goal = hazard + rng.exponential(size=count)
            now = np.where(state, *(np.interp(goal, rate, t, right=np.inf) for rate in (down, up)))
            alive &= np.isfinite(now)
            columns.append(np.where(alive, now, np.inf))
            now = np.where(alive, now, t[-1])
            state = state ^ alive
        flips[gate.name] = np.stack(columns, axis=-1).reshape(n, gate.power, -1)
    return Patch(what, n, seed, run.duration, initial, flips)


def sample_opening(
    run: Trajectory, channel: str, n: int = 1, seed: int = 0, *, against: float = 0.0
) -> Patch:
    """n channels, the first of which is chosen: of three hundred it is the one that acts most as its kind does.

    Drawn alone, a channel taken at random would as a rule stay shut through a spike, or open at rest. This one is open
    as much as any while its kind carries the net ionic current, so that a Na⁺ channel opens in the upstroke, where V
    rises fastest, and not only at the peak, where most of its kind are open; as much as any, too, while more than half
    of the largest share is open; and shut as much as any before and after. Every one is an exact draw: nothing but
    which of them is shown is chosen. The others are not chosen.

    against: how much it counts to be shut while the net current flows the other way, as behind the crest of a spike.
    """
    pool = sample_patch(run, channel, CHOICE + n, seed)
    times = np.linspace(0.0, run.duration, 1 + int(np.clip(run.duration / 0.05, 200, 4000)))
    # Of what a drug blocks, the gates go on.
    gates = run.membrane.channel(channel).open_fraction(run.membrane.gate_values(run.y))
    share, net = np.broadcast_arrays(gates, run["I_ion"])
    # Where hardly any is ever open, as in an axon ahead of a spike that does not come, the typical one is shut.
    most = max(float(share.max()), 0.1)
    wanted = np.where(share > 0.5 * most, 1.0, -1.0)
    if share.max() >= most:
        weight = np.where(net * run.current(channel) > 0.0, CARRYING, -against)
        wanted += weight * np.abs(net) / (np.abs(net).max() or 1.0)
    weights = np.interp(times, run.t, wanted).tolist()
    likeness = np.sum([pool.open(t) * x for t, x in zip(times.tolist(), weights, strict=True)], axis=0)
    first = int(np.argmax(likeness))
    return pool.take([first, *(k for k in range(n) if k != first)][:n])


def sample_within(run: Trajectory, channel: str, start: float, stop: float, seed: int = 0) -> Patch:
    """A channel, chosen for a story: of thousands it is the one that is open most from `start` to `stop` (ms), and shut
    most before and after. It is an exact draw: nothing but which of them is shown is chosen.
    """
    pool = sample_patch(run, channel, MANY, seed)
    times = np.linspace(0.0, run.duration, 1 + int(np.clip(run.duration / 0.05, 200, 4000))).tolist()
    return pool.take(np.argmax(sum(pool.open(t) * (1.0 if start <= t <= stop else -1.0) for t in times)))


def open_fraction(
    run: Trajectory, channel: str, n: int = 60, seed: int = 0, *, method: str = "binomial", times: Any = None
) -> Array:
    """Open fraction of n channels along `run` at `times` (ms; default: its own), (T,), no gate being followed.

    "binomial" counts the channels in each state (how many gates of each kind are open) and moves them with binomial
    random numbers; the probabilities of a move are exact over a step, so its distribution at `times` is that of
    sample_patch(), at a cost that does not grow with n. "langevin" replaces the counts by a diffusion with the same
    drift and variance, one noise per transition (Fox & Lu 1994, https://doi.org/10.1103/PhysRevE.49.3421; Orio &
    Soudry 2012, https://doi.org/10.1371/journal.pone.0036670): good where many channels are open.

    Raises UnknownName or InvalidValue.
    """
    what, n, seed = _checked(run, channel, n, seed)
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    for gate in what.gates:
        if not gate.dynamic:
            raise InvalidValue(
                f"gate {gate.name} of channel {channel} has no kinetics of its own; follow it with sample_patch()"
            )
    at = run.t if times is None else np.asarray(times, dtype=float)
    within = at.ndim == 1 and len(at) > 0 and at[0] >= 0 and at[-1] <= run.duration * (1 + 1e-9)
    if not within or np.any(np.diff(at) < 0):
        raise InvalidValue(f"times must be increasing and within 0 to {run.duration:g} ms")
    rng = np.random.default_rng(seed)
    powers = [g.power for g in what.gates]
    if not powers:
        return np.ones(len(at))
    tables = [_integrated(run, g) for g in what.gates]
    x0 = [float(run[g.name][0]) for g in what.gates]
    start = _product(map(_binomial, powers, x0))
    if method == "langevin":
        return _langevin(rng, n, at, powers, tables, start)
    counts = rng.multinomial(n, start / start.sum())
    out, now = np.empty(len(at)), 0.0
    for k, t in enumerate(at.tolist()):
        if t > now:
            each = [
                _transition(p, *_open_after(table, now, t)) for p, table in zip(powers, tables, strict=True)
            ]
            move = _product(each)
            moved = np.zeros_like(counts)
            for state in np.flatnonzero(counts):
                moved += rng.multinomial(counts[state], move[state] / move[state].sum())
            counts, now = moved, t
        out[k] = counts[-1] / n
    return out


Table = tuple[Array, Array, Array]  # times, and the integrals of the opening and the closing rate up to them


def _checked(run: Trajectory, channel: str, n: int, seed: int) -> tuple[Channel, int, int]:
    what = run.membrane.channel(channel)
    if run.batch is not None:
        raise InvalidValue("channels are simulated along one neuron's voltage; take one with run.neuron(k)")
    return what, whole("number of channels", n, 1), whole("seed", seed, 0)


def _integrated(run: Trajectory, gate: Gate) -> Table:
    """The gate's rates, temperature included, integrated over time by the midpoint rule between samples.

    Samples include every edge of the protocol, so that no step of a voltage clamp is smeared.
    """
    fits(run.duration / STEP + len(run.t), 4.0 * len(run.membrane.states), "a shorter run")
    gaps = np.diff(run.t)
    n = np.maximum(1, np.ceil(gaps / STEP - 1e-9)).astype(int)  # pieces of each
    k = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    t = np.append(np.repeat(run.t[:-1], n) + k * np.repeat(gaps / n, n), run.t[-1])
    mid = 0.5 * (t[1:] + t[:-1])
    v = run.at(mid)["V"]
    phi = float(np.asarray(gate.phi(run.membrane.celsius)))
    up, down = (
        np.concatenate([[0.0], np.cumsum(phi * rate(v) * np.diff(t))]) for rate in (gate.alpha, gate.beta)
    )
    return t, up, down


def _following(t: Array, p: Array, level: Array) -> tuple[Flags, Array]:
    """Whether p (T,) is above each level (C,) at first, (C,), and when it passes it, (C, K), padded with inf."""
    above = p > level[:, None]
    who, k = np.nonzero(np.diff(above, axis=1))
    times = t[k] + (level[who] - p[k]) / (p[k + 1] - p[k]) * (t[k + 1] - t[k])
    place = np.arange(len(who)) - np.searchsorted(who, who)  # which of its passages
    out = np.full((len(level), int(place.max(initial=-1)) + 1), np.inf)
    out[who, place] = times
    return above[:, 0], out


def _open_after(table: Table, a: float, b: float) -> tuple[float, float]:
    """Probability that a gate is open at b if it was closed, or open, at a: from its own linear equation."""
    t, up, down = table
    inside = t[(t > a) & (t < b)]
    s = np.concatenate([[a], inside, [b]])
    du, dd = np.diff(np.interp(s, t, up)), np.diff(np.interp(s, t, down))
    total = du + dd
    keep = np.exp(-total)
    reach = np.divide(du, total, out=np.zeros_like(du), where=total > 0) * -np.expm1(-total)
    closed, opened = 0.0, 1.0
    for k, r in zip(keep.tolist(), reach.tolist(), strict=True):
        closed, opened = closed * k + r, opened * k + r
    return closed, opened


def _binomial(n: int, p: float) -> Array:
    """The probability that k of n gates are open, for k from 0 to n, if each is with probability p."""
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def _product(parts: Iterable[Array]) -> Array:
    return reduce(lambda a, b: np.asarray(np.kron(a, b), dtype=np.float64), parts)


def _transition(power: int, p_closed: float, p_open: float) -> Array:
    """P[i, j]: of `power` gates of one channel, i open now and j open after the step."""
    stay = [_binomial(i, p_open) for i in range(power + 1)]
    come = [_binomial(power - i, p_closed) for i in range(power + 1)]
    return np.array([np.convolve(a, b) for a, b in zip(stay, come, strict=True)])


def _langevin(
    rng: np.random.Generator, n: int, at: Array, powers: list[int], tables: list[Table], start: Array
) -> Array:
    shape = tuple(p + 1 for p in powers)
    index = np.arange(start.size).reshape(shape)
    moves = []  # gate, from state, to state, gates that can open, gates that can close
    for g, p in enumerate(powers):
        for i in range(p):
            below, above = (np.take(index, k, axis=g).ravel() for k in (i, i + 1))
            moves += [(g, int(a), int(b), p - i, i + 1) for a, b in zip(below, above, strict=True)]
    gate, source, target, can_open, can_close = np.array(moves).T
    x = np.asarray(start / start.sum(), dtype=np.float64)
    t = tables[0][0]
    grid = np.unique(np.concatenate([np.arange(0.0, at[-1], STEP), at]))
    rises = np.stack([np.diff(np.interp(grid, t, up)) for _, up, _ in tables])
    falls = np.stack([np.diff(np.interp(grid, t, down)) for _, _, down in tables])
    fractions = np.empty(len(grid))
    fractions[0] = x[-1]
    for k in range(len(grid) - 1):
        forth, back = can_open * rises[gate, k] * x[source], can_close * falls[gate, k] * x[target]
        flow = (
            forth - back + np.sqrt(np.abs(forth) + np.abs(back)) * rng.standard_normal(len(gate)) / np.sqrt(n)
        )
        x = x - np.bincount(source, flow, x.size) + np.bincount(target, flow, x.size)
        fractions[k + 1] = x[-1]
    return np.interp(at, grid, fractions)

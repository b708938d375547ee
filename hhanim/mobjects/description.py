"""What is seen, in words, for those who do not see it: the blocks that come, and the course of a run.

    class Quiet(Story):
        def beats(self):
            run = simulate(self.membrane, "pulse(10, start=5, width=1)", 26.0)
            seen = course(run, 0.0, 26.0)  # first "V rises from −65 mV to +39 mV and falls to −65 mV."
            yield Beat("quiet", "In words", seen[0])

A block says what it is by its attribute `seen`: a graph, a membrane. What a run does is read off the run itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hhanim.language import tr
from hhanim.look.numbers import millivolts
from hhanim.look.words import ion_name, listed
from hhanim.model import Trajectory

_CHANGE, _OPEN = 2.0, 0.01  # mV, and a share of channels: what is less than that is not seen
_SYMBOL = re.compile(r"[mhn\u0370-\u03ff](?!\w)")  # of a gate, or Greek


def blocks(things: Iterable[Any]) -> list[str]:
    """What comes onto the screen, a sentence each; what says nothing of itself is left out."""
    said = [words for thing in things if isinstance(words := getattr(thing, "seen", ""), str) and words]
    return [tr("On the screen: {things}.", things=listed(list(dict.fromkeys(said))))] if said else []


def sentence(words: str) -> str:
    """What is written, as a sentence by itself; one may begin with a symbol."""
    said = words if _SYMBOL.match(words) else words[:1].upper() + words[1:]
    return said if said[-1:] in ".?!" else tr("{words}.", words=said)


def run_of(things: Iterable[Any]) -> Trajectory | None:
    """The run that is seen in blocks, if it is of one membrane."""
    runs = [run for thing in things if isinstance(run := getattr(thing, "run", None), Trajectory)]
    return runs[-1] if runs and runs[-1].batch is None else None


def course(run: Trajectory, start: float, stop: float) -> list[str]:
    """What is seen of a run between two moments (ms): where V goes, and when most channels of a kind are open."""
    stop = min(stop, run.duration)
    start = max(start, 0.0)
    if not stop > start:
        return []
    return [_voltage(run, start, stop), *_channels(run, start, stop)]


def _voltage(run: Trajectory, start: float, stop: float) -> str:
    before, after = (float(v) for v in run.at([start, stop])["V"])
    top = run.extreme("V", "max", after=start, before=stop).value
    low = run.extreme("V", "min", after=start, before=stop).value
    levels = {"start": before, "stop": after, "top": top, "low": low}
    words = {name: millivolts(v, sign=True) for name, v in levels.items()}
    if top > max(before, after) + _CHANGE and top - max(before, after) >= min(before, after) - low:
        return tr("V rises from {start} to {top} and falls to {stop}.", **words)
    if low < min(before, after) - _CHANGE:
        return tr("V falls from {start} to {low} and rises to {stop}.", **words)
    if abs(after - before) < _CHANGE:
        return tr("V stays near {stop}.", **words)
    if after > before:
        return tr("V rises from {start} to {stop}.", **words)
    return tr("V falls from {start} to {stop}.", **words)


def _channels(run: Trajectory, start: float, stop: float) -> list[str]:
    said = []
    for channel in run.membrane.channels:
        ion, name = ion_name(channel.ion), f"g_{channel.name}"
        full = float(channel.g)
        if not (channel.gates and ion and full > 0.0):
            continue
        most = run.extreme(name, "max", after=start, before=stop)
        ends = max(float(g) for g in run.at([start, stop])[name])
        if most.value / full > _OPEN and most.value > 1.2 * ends:
            share = f"{100.0 * most.value / full:.0f}"
            at = {"share": share, "ion": ion, "t": most.t}
            said.append(tr("The share of open {ion} channels is largest at {t:.1f} ms: {share} %.", **at))
    return said

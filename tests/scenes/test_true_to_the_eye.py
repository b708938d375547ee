"""What the eye sees of ions is what was computed: in every film, at every pore, from frame to frame, at every rate."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("manim")

from hhanim.mobjects.axon.axon import Axon
from hhanim.mobjects.frame.clock import Clock
from hhanim.mobjects.frame.fades import Vanish
from hhanim.mobjects.membrane import ions
from hhanim.mobjects.membrane.ions import IonFlow
from hhanim.mobjects.membrane.patch import MembranePatch
from tests.scenes.film_checks import SCENES, run_film

FILMS = sorted(path.stem.removesuffix("_film") for path in SCENES.glob("*_film.py"))
RATES = (24, 30, 60)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates, charge and ions at rest need not be drawn to follow those that cross."""
    for block in (MembranePatch, Axon):
        monkeypatch.setattr(block, "_rest", lambda self, _: self)


class Walk:
    """Put before a film: before it skips an animation, goes through all of its frames at every rate.

    Only clocks run, and only what ions follow is updated: each frame costs a fraction of a millisecond.
    """

    def walk(self) -> None:
        film: Any = self
        if "amiss" not in vars(film):
            film.amiss, film.frames, film.kept = [], 0, {}
        clocks = [a for a in _leaves(film.animations) if isinstance(a.mobject, Clock)]
        leaving = {
            m for a in _leaves(film.animations) if isinstance(a, Vanish) for m in a.mobject.get_family()
        }
        groups = [  # what is zoomed as a picture, or goes as one, is not followed
            (m, flows)
            for m in film.mobjects
            if not m.updating_suspended
            and (m.updaters or m not in leaving)
            and (flows := [f for f in m.get_family() if isinstance(f, IonFlow)])
        ]
        at_first = {a.mobject: a.mobject.now for a in clocks}
        now = {f: _state(f) for _, flows in groups for f in flows}
        for fps in RATES:
            for flow, state in now.items():
                vars(flow).update(_copied(film.kept.get((fps, flow), state)))
            for t in np.arange(0.0, film.get_run_time(film.animations), 1.0 / fps):
                for clock in clocks:
                    clock.interpolate(t / clock.run_time)
                for group, flows in groups:
                    before = [(f.drawn(), f.time.t) for f in flows]
                    group.update(1.0 / fps)
                    for flow, (looked, then) in zip(flows, before, strict=True):
                        film.amiss += amiss(flow, looked, then, f"{film.parts[-1][1]} at {fps} fps")
                    film.frames += 1
            film.kept.update({(fps, f): _state(f) for f in now})
            for clock, t in at_first.items():
                clock.put(t)
        for flow, state in now.items():
            vars(flow).update(state)

    def play_internal(self, skip_rendering: bool = False) -> None:
        self.walk()
        super().play_internal(skip_rendering)  # type: ignore[misc]


def _leaves(animations: Any) -> Iterator[Any]:
    for animation in animations or ():
        yield from _leaves(animation.animations) if hasattr(animation, "animations") else [animation]


def _copied(state: dict[str, Any]) -> dict[str, Any]:
    return {name: copy(value) for name, value in state.items()}


def _state(flow: IonFlow) -> dict[str, Any]:
    return _copied(
        {name: vars(flow)[name] for name in ("time", "_held", "_seen", "_front", "_way", "points")}
    )


def amiss(flow: IonFlow, before: tuple[np.ndarray, np.ndarray], then: float, where: str) -> list[str]:
    """What is wrong with a step of the ions through one pore, as the eye sees it: each from the nearest before it."""
    centres, radii = flow.drawn()
    found, now = [], flow.time.t
    if len(centres) > 1:
        apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
        if (apart + np.eye(len(centres)) * 9.0 < radii[:, None] + radii).any():
            found.append(f"{where}: {flow.channel} ions on each other")
    if not len(before[0]) or not len(centres):
        return found
    way = centres[:, None] - before[0][None]
    steps = way[np.arange(len(centres)), np.argmin(np.hypot(way[..., 0], way[..., 1]), axis=1)]
    size = np.hypot(*steps.T)
    steps, size = steps[size < 0.5 * flow.spacing], size[size < 0.5 * flow.spacing]
    if len(steps) and size.max() > 0.25 * flow.spacing:
        found.append(f"{where}: {flow.channel} ions go {size.max() / flow.spacing:.2f} of their distance")
    t, drive, current, small = _drive(flow)
    both = np.interp([then, now], t, drive)
    decided = flow.open(then) and flow.open(now) and np.abs(both).min() > small and both[0] * both[1] > 0.0
    i = float(np.interp(now, t, current))
    if decided and not (np.sign(steps[:, 1]) == np.sign(i)).all():
        found.append(f"{where}: {flow.channel} ions against {i:.3g} µA/cm² at {now:.3f} ms")
    return found


@cache
def _drive(flow: IonFlow) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Times of the run, V - E (mV) and the current (µA/cm²) then, and 2 % of the most that drives ions while it is open."""
    t, channel = flow.run.t, flow.run.membrane.channel(flow.channel)
    drive = np.asarray(flow.run["V"]) - float(np.max(channel.e))
    most = np.abs(drive[[flow.open(x) for x in t.tolist()]]).max(initial=0.0)
    return t, drive, flow.run.current(flow.channel), 0.02 * float(most)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILMS)
def test_ions_never_run_against_their_current_or_onto_each_other(name: str, media: Path, quick: None) -> None:
    film, _ = run_film(name, "wide", media, beside=Walk)
    assert getattr(film, "amiss", []) == []


@pytest.mark.slow
def test_the_walk_sees_ions_that_lie(media: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ions, "SPEED", 20.0)  # at 24 and 30 frames a second too far, and seen to run back
    film, _ = run_film("spike", "wide", media, beside=Walk)
    assert film.frames > 2000
    assert any("of their distance" in x for x in film.amiss)
    assert any("against" in x for x in film.amiss)

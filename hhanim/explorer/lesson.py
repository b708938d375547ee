"""Lessons of the page: predict, do, see, why. They are TOML files; what is right is computed, never written.

    title = "Threshold"
    [start]
    stimulus = "pulse"
    I = 13
    width = 0.5
    [[steps]]
    text = "Just too little: V creeps up and falls back."
    ask = "You raise I by one. What will V do?"
    choices = [
        { text = "rise a little more", when = "spikes = 0" },
        { text = "fire a full spike", when = "spikes = 1" },
    ]
    do = "Raise I to 14."
    set = { I = 14 }
    see = "A spike up to {peak:.0f} mV; before it was {before_peak:.0f} mV."
    why = "Above threshold sodium current lets in more of itself."

start, and the set of each step, are settings as in links and in hh.explore(); a step begins where the one before it
ended, or anew with a `start` of its own. Exactly one choice must come true when the core runs what is set. A choice's
`when` is comparisons joined by "and" of what :func:`measured` gives, with numbers, with each other or with what was
measured before the step: "peak < 1.1 * before_peak and spikes = 1". Braces in `see` and `why` are filled with the same.
"""

from __future__ import annotations

import json
import math
import operator
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np

from hhanim.explorer.setting import Setting
from hhanim.language import tr
from hhanim.model import HHError, Trajectory, analysis
from hhanim.model.cable import CableRun
from hhanim.model.errors import UnknownName

#: The lessons of the page in their order: six longer ones, then short ones.
ORDER = (
    "finding-threshold", "refractoriness", "gates-under-clamp", "temperature", "blockers", "propagation",
    "threshold", "refractory", "anode-break", "block", "heat-block", "hopf", "bistable", "ttx", "tea", "lecture",
    "euler", "a-current",
)  # fmt: skip
#: What the core measures in them, made by ``python -m hhanim.explorer.measure``: a page is built without running them.
MEASURED = "measured.json"
#: Bytes of a lesson's file: the longest that is shipped has 3000.
LONGEST = 500_000
_LESSON = ("title", "start", "steps")
_STEP = ("start", "text", "ask", "choices", "do", "set", "see", "why")
_CHOICE = ("text", "when")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_CONDITION = re.compile(
    rf"\s*([a-z_]\w*)\s*(<=|>=|<|>|=)\s*(?:({_NUMBER})\s*\*\s*)?(-?(?:{_NUMBER})|[a-z_]\w*)\s*", re.ASCII
)


class LessonError(HHError):
    """A lesson that cannot be taught, and how to mend it."""


@dataclass(frozen=True, eq=False)
class Step:
    """One question. before, after: what is set when it is asked, and once it is done. do: the settings that change.
    where: what errors say of its place. known: what is known to be measured, so that nothing has to run."""

    before: Setting
    after: Setting
    texts: Mapping[str, str]
    choices: tuple[str, ...]
    conditions: tuple[str, ...]
    do: Mapping[str, Any]
    where: str
    known: Mapping[str, float] | None = None

    @cached_property
    def measured(self) -> Mapping[str, float]:
        """What the two runs gave, by name; those of the run before have "before_" in front."""
        if self.known is not None:
            return self.known
        try:
            before = {f"before_{name}": value for name, value in measured(self.before).items()}
            return before | measured(self.after)
        except HHError as error:
            raise LessonError(f"{self.where}: {error}") from None

    @cached_property
    def right(self) -> int:
        """The number of the choice that comes true. Raises LessonError unless it is one."""
        true = [n for n, when in enumerate(self.conditions) if _holds(when, self.measured, self.where)]
        if len(true) != 1:
            known = ", ".join(f"{name} {value:.4g}" for name, value in self.measured.items())
            found = (
                "no choice comes" if not true else f"choices {', '.join(str(n + 1) for n in true)} all come"
            )
            raise LessonError(f"{self.where}: {found} true; one must. Measured: {known}")
        return true[0]

    def data(self) -> dict[str, Any]:
        """The step as the page has it."""
        said = {name: self._filled(text) for name, text in self.texts.items()}
        start = {"model": self.before.model.name, **self.before.changes}
        return said | {
            "start": start,
            "set": dict(self.do),
            "choices": [tr(x) for x in self.choices],
            "right": self.right,
        }

    def _filled(self, text: str) -> str:
        """A text with what was measured in its braces, which may round and nothing else. Raises LessonError."""
        try:
            places = [place for _, *place in Formatter().parse(text) if place[0] is not None]
        except ValueError as error:
            raise LessonError(f"{self.where}: {text!r}: {error}") from None
        for name, how, changed in places:
            if name not in self.measured or changed or not re.fullmatch(r"(\.\df)?", how or ""):
                known = ", ".join(self.measured)
                raise LessonError(
                    f"{self.where}: nothing to fill in for {{{name}}}, as in {{peak:.1f}}; known: {known}"
                )
        said = tr(text, **self.measured) if places else tr(text)
        return re.sub(r"(?<![\w)])-(?=\d)", "−", said)


@dataclass(frozen=True, eq=False)
class Lesson:
    """A lesson: its name in links, its title and its steps."""

    key: str
    title: str
    steps: tuple[Step, ...]

    def data(self) -> dict[str, Any]:
        """The lesson as the page has it, in the language that is spoken."""
        return {"key": self.key, "title": tr(self.title), "steps": [step.data() for step in self.steps]}


def lessons() -> list[Lesson]:
    """The lessons that every page has."""
    return [_shipped(key) for key in ORDER]


def find(lesson: str | Path) -> Lesson:
    """A lesson by its name, or from a file. Raises LessonError or UnknownName."""
    if str(lesson) in ORDER:
        return _shipped(str(lesson))
    if not isinstance(lesson, str | Path) or Path(lesson).suffix != ".toml":
        raise UnknownName("lesson", lesson, ORDER)
    path = Path(lesson)
    try:
        size, text = path.stat().st_size, path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # a name with a null in it is a ValueError, as is what is no UTF-8
        raise LessonError(
            f"cannot read the lesson {path}: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}"
        ) from None
    if size > LONGEST:
        raise LessonError(f"{path} is too long for a lesson; at most {LONGEST // 1000} kB")
    return parse(text, path.stem, str(path))


def shipped_text(name: str) -> str:
    """A file beside the lessons that are shipped."""
    return (files("hhanim.explorer") / "lessons" / name).read_text(encoding="utf-8")


@cache
def _shipped(key: str) -> Lesson:
    return parse(
        shipped_text(f"{key}.lesson.toml"), key, f"{key}.lesson.toml", json.loads(shipped_text(MEASURED))[key]
    )


def parse(text: str, key: str, where: str, known: Sequence[Mapping[str, float]] = ()) -> Lesson:
    """A lesson from its TOML text.

    key: its name in links. where: what errors say of its place. known: what each step is known to measure; without it
    the steps are run when they are asked for it. Raises LessonError.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{where} is no TOML: {error}") from None
    except RecursionError:
        raise LessonError(f"{where} is nested too deeply") from None
    _known(data, _LESSON, where, title=str, steps=list)
    settings, steps = _table(data, "start", where), []
    if not data["steps"]:
        raise LessonError(f"{where}: a lesson needs [[steps]]")
    for n, step in enumerate(data["steps"]):
        at = f"{where}, step {n + 1}"
        _known(step, _STEP, at, text=str, ask=str, choices=list, do=str, set=dict, see=str, why=str)
        settings = _table(step, "start", at) or settings
        before, do = _setting(settings, at), dict(step["set"])
        if "model" in do:
            raise LessonError(f"{at}: set cannot change the model; give the step a start of its own")
        settings = settings | do
        for choice in step["choices"]:
            _known(choice, _CHOICE, f"{at}, a choice", text=str, when=str)
        if not 2 <= len(step["choices"]) <= 5:
            raise LessonError(f"{at}: give 2 to 5 choices")
        texts = {name: step[name] for name in ("text", "ask", "do", "see", "why")}
        choices, conditions = ([x[name] for x in step["choices"]] for name in _CHOICE)
        after, measures = _setting(settings, at), known[n] if known else None
        steps.append(Step(before, after, texts, tuple(choices), tuple(conditions), do, at, measures))
    return Lesson(key, data["title"], tuple(steps))


def measured(setting: Setting) -> dict[str, float]:
    """What a run of the setting gives, by the names that lessons use.

    A current: spikes; rate (Hz); peak, lowest, end (mV); first (ms, inf if there is no spike); width (ms at half
    height of the first spike). A voltage clamp: inward (µA/cm², the largest inward current of the channels for it,
    negative), at (mV, where), outward (µA/cm², the largest total at the end of a step). An axon: speed (m/s, 0 if no
    spike reaches both electrodes), reached (mm, the farthest place).
    """
    run = setting.run()
    if isinstance(run, CableRun):
        arrival = run.arrival()
        speed = run.speed(*sorted(1e3 * setting.values[key] for key in ("near", "far")))
        reached = float(run.x[np.isfinite(arrival)].max(initial=0.0)) * 1e-3
        return {"speed": abs(speed) if math.isfinite(speed) else 0.0, "reached": reached}
    if setting.experiment == "clamp":
        return _clamped(setting, run)
    spikes = analysis.spikes(run)
    return {
        "spikes": float(len(spikes)),
        "rate": float(run.rate()),
        "peak": float(run["V"].max()),
        "lowest": float(run["V"].min()),
        "end": float(run["V"][-1]),
        "first": float(spikes[0]) if len(spikes) else math.inf,
        "width": float(run.half_widths[0]) if len(spikes) else 0.0,
    }


def _clamped(setting: Setting, run: Trajectory) -> dict[str, float]:
    begin, end = setting.measured
    during = (run.t > begin) & (run.t < end)
    inward = sum(run.current(name)[during] for name in setting.membrane.inward())
    lowest = np.asarray(inward).min(axis=0)
    total = np.asarray(run.ionic_current)[during][-1]
    return {
        "inward": float(min(lowest.min(), 0.0)),
        "at": float(setting.levels[int(np.argmin(lowest))]),
        "outward": float(total.max()),
    }


def _holds(when: str, values: Mapping[str, float], where: str) -> bool:
    """Whether every comparison in `when` is true."""
    met = True
    for part in when.split(" and "):
        found = _CONDITION.fullmatch(part)
        if found is None:
            raise LessonError(
                f"{where}: {part.strip()[:60]!r} is no comparison; e.g. 'peak > 1.1 * before_peak'"
            )
        name, sign, factor, other = found.groups()
        for x in (name, other):
            if x.isidentifier() and x not in values:
                raise LessonError(f"{where}: {UnknownName('quantity', x, tuple(values))}")
        value = values[other] if other in values else float(other)
        met = met and _COMPARE[sign](values[name], value * float(factor or 1.0))
    return met


def _setting(settings: Mapping[str, Any], where: str) -> Setting:
    try:
        return Setting.of(**settings)
    except HHError as error:
        raise LessonError(f"{where}: {error}") from None


def _table(data: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    if not isinstance(data.get(key, {}), dict):
        raise LessonError(f"{where}: {key} must be a table of settings")
    return dict(data.get(key, {}))


def _known(data: Any, names: tuple[str, ...], where: str, **kinds: type) -> None:
    """Raise LessonError unless data is a table with these names at most and those with a kind at least."""
    if not isinstance(data, dict):
        raise LessonError(f"{where}: must be a table")
    for name in data:
        if name not in names:
            raise LessonError(f"{where}: {UnknownName('key', name, names)}")
    for name, kind in kinds.items():
        if name not in data:
            raise LessonError(f"{where}: {name} is missing")
        if not isinstance(data[name], kind):
            raise LessonError(
                f"{where}: {name} must be {'text' if kind is str else 'a list' if kind is list else 'a table'}"
            )
        if data[name] == "":
            raise LessonError(f"{where}: {name} is empty")

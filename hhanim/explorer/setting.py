"""A setting of the page in the core's own terms: the membrane, what is done to it, and the run that comes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hhanim.explorer.sliders import FIELDS, concentrations, current, duration, is_reduced, parameters
from hhanim.explorer.stimuli import STIMULI
from hhanim.model import HHError, Membrane, Protocol, Trajectory, VoltageClamp, presets, pulse, simulate, step
from hhanim.model.cable import Cable, CableRun, IClamp, simulate_cable
from hhanim.model.errors import DuplicateName, InvalidValue, UnknownName
from hhanim.model.ions import nernst
from hhanim.model.protocol import MAKERS

#: What is chosen among words, and how a setting begins; reversal potentials are "given" or Nernst's.
FIRST = {"stimulus": "step", "method": "converged", "reversal": "given"}
EULER_STEP = 0.5  # ms, the lecture's
COMPARTMENTS = 200  # of an axon, in the page as here
SWEEPS = 60  # of a voltage clamp, at most

VIEWS = ("membrane", "V", "gates", "currents", "conductances", "phase", "curves", "fi")
#: How many channels of each kind a patch of membrane may have; how many ms a second of playing may show.
CHANNELS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
RATES = (1, 2, 5, 10, 20, 50, 100, 200)
#: What a link says besides the setting: how it is shown; and what may be chosen there.
SHOWN: dict[str, tuple[Any, ...]] = {
    "views": VIEWS, "channels": CHANNELS, "rate": RATES, "theme": ("auto", "dark", "light"), "open": (0, 1),
    "curve": ("rate", "strength"), "play": (0, 1), "live": (0, 1), "t": (), "lesson": (), "step": (),
}  # fmt: skip


def checked(key: str, value: Any) -> Any:
    """How something is shown, as a link says it. Raises HHError where it is none of what may be chosen."""
    some = value.split(",") if isinstance(value, str) else value if key == "views" else [value]
    if not isinstance(some, Iterable):
        raise UnknownName(key, value, VIEWS)
    for one in some if SHOWN[key] else ():
        if str(int(one) if isinstance(one, bool) else one) not in map(str, SHOWN[key]):
            raise UnknownName(key, one, map(str, SHOWN[key]))
    if key in ("t", "step"):
        _number({"key": key, "unit": "", "low": 0, "high": 1e6}, value)
    return ",".join(some) if key == "views" else value


def fields(membrane: Membrane, stimulus: str) -> dict[str, dict[str, Any]]:
    """Every number of a setting by its key, with its first value and its ranges for this model and stimulus."""
    first = {"I": current(membrane), "duration": {"value": duration(membrane)}}
    out = {}
    for field in FIELDS:
        key = field["key"]
        special = field.get("reduced", {}) if is_reduced(membrane) else {}
        shown = field | special | first.get(key, {}) | STIMULI[stimulus]["fields"].get(key, {})
        if field.get("level"):
            shown |= {edge: shown[edge] + membrane.zero for edge in ("value", "min", "max", "low", "high")}
        out[key] = shown
    ions = [field for ion in concentrations(membrane) for field in ion["fields"]]
    own = {field["key"]: field for field in (*parameters(membrane), *ions)}
    for key in own.keys() & {*out, *SHOWN, "model", *FIRST}:
        raise DuplicateName(f"{key} is a setting of the explorer; rename the blocker of {membrane.name}")
    return out | own


def _followed(model: Membrane, values: Mapping[str, Any]) -> dict[str, float]:
    """The reversal potentials that follow the concentrations, if they do: those of channels with a known ion."""
    if values["reversal"] != "nernst":
        return {}
    e: dict[str, float] = {}
    celsius = values.get("celsius", model.celsius)
    for ion in concentrations(model):
        out, inside = (values[field["key"]] for field in ion["fields"])
        at = float(nernst(out, inside, ion["charge"], celsius)) + model.zero
        e |= {f"E{name}": round(at, 9) for name in ion["channels"]}
    return e


@dataclass(frozen=True)
class Setting:
    """What the controls say. membrane: the model as it is known. values: of every key that :func:`fields` has, and
    of those in FIRST; where the reversal potentials are Nernst's, they are what the concentrations make them."""

    model: Membrane
    values: dict[str, Any]

    @classmethod
    def of(cls, model: str | Membrane = "modern", **given: Any) -> Setting:
        """The setting that differs from the model's first one in what is given. Raises HHError."""
        model = presets.get(model)
        values = {key: given.get(key, first) for key, first in FIRST.items()}
        methods = ("converged", "channels", *(["euler"] if is_reduced(model) else []))
        some = {"stimulus": tuple(STIMULI), "method": methods, "reversal": ("given", "nernst")}
        for key, value in values.items():
            if value not in some[key]:
                raise UnknownName(key, value, some[key])
        known = fields(model, values["stimulus"])
        for key, value in given.items():
            if key in values:
                continue
            if key not in known:
                raise UnknownName("setting", key, (*known, *values))
            values[key] = _number(known[key], value)
        values = {key: field["value"] for key, field in known.items()} | values
        return cls(model, values | _followed(model, values))

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from the model's first setting."""
        first = Setting.of(self.model, stimulus=self.values["stimulus"]).values | FIRST
        idle = _followed(self.model, self.values) or {
            field["key"]: 0.0 for ion in concentrations(self.model) for field in ion["fields"]
        }
        return {k: value for k, value in self.values.items() if value != first[k] and k not in idle}

    @property
    def experiment(self) -> str:
        """ "current", "clamp" or "axon"."""
        return str(STIMULI[self.values["stimulus"]]["experiment"])

    @cached_property
    def membrane(self) -> Membrane:
        """The membrane with the parameters that are set."""
        return self.model.with_(**{p["key"]: self.values[p["key"]] for p in parameters(self.model)})

    @property
    def levels(self) -> NDArray[np.float64]:
        """The level of each sweep of a voltage clamp (mV), (L,)."""
        first, last, by = (self.values[key] for key in ("first", "last", "increment"))
        count = int(abs(last - first) / by + 1e-9) + 1
        if count > SWEEPS:
            raise InvalidValue(f"{count} sweeps are more than {SWEEPS}; take a larger increment")
        return np.asarray(first + np.copysign(by, last - first) * np.arange(count), dtype=np.float64)

    @property
    def measured(self) -> tuple[float, float]:
        """When (ms) the step of a voltage clamp lasts in which currents are measured."""
        ends = np.cumsum([0.0, *(self._number(lasts) for _, lasts in self._kind["pieces"])])
        n = self._kind["measured"]
        return float(ends[n]), float(ends[n + 1])

    @property
    def duration(self) -> float:
        """How long (ms) the run lasts."""
        if self.experiment == "clamp":
            return float(sum(self._number(lasts) for _, lasts in self._kind["pieces"]))
        return float(self.values["duration"])

    @property
    def protocol(self) -> Protocol:
        """The current or the voltage clamp; an axon has :attr:`electrodes`."""
        kind = self._kind
        if self.experiment == "axon":
            raise HHError("an axon has no one stimulus; its electrodes say what is injected where")
        if self.experiment == "clamp":
            clamp, t = VoltageClamp(self.values["hold"]), 0.0
            for level, lasts in kind["pieces"]:
                stop = t + self._number(lasts)
                if level != "hold":
                    clamp = clamp.step(self.levels if level == "sweep" else self.values[level], t, stop)
                t = stop
            return clamp
        arguments = {name: self._number(of) for name, of in kind["arguments"].items()}
        stimulus: Protocol = MAKERS[kind["protocol"]](**arguments)
        return stimulus + step(self.values["holding"]) if self.values["holding"] else stimulus

    @property
    def blocked(self) -> NDArray[np.bool_]:
        """Where on the axon no channel opens whose current flows inward, (n,)."""
        v = self.values
        x = (np.arange(COMPARTMENTS) + 0.5) * v["length"] / COMPARTMENTS
        return np.asarray(np.abs(x - v["block"]) < 0.5 * v["blocked"])

    @property
    def cable(self) -> Cable:
        """The axon."""
        v, shut = self.values, self.blocked
        closed = {f"g{name}": v[f"g{name}"] * ~shut for name in self.membrane.inward() if shut.any()}
        length = 1e3 * v["length"]
        return Cable(self.membrane.with_(**closed), length, v["diameter"], v["resistivity"], COMPARTMENTS)

    @property
    def electrodes(self) -> list[IClamp]:
        """What is injected where into the axon."""
        v, places = self.values, [("position", 0.0)]
        if self.values["stimulus"] == "collision":
            places.append(("second", v["delay"]))
        return [
            IClamp(min(1e3 * v[key], 1e3 * v["length"]), pulse(1e3 * v["current"], start, v["pulse"]))
            for key, start in places
        ]

    def run(self) -> Trajectory | CableRun:
        """Integrate the setting: a Trajectory, of all sweeps for a voltage clamp; for an axon a CableRun.

        Raises HHError where the page's channels decide by chance: the core follows the equations.
        """
        if self.values["method"] == "channels":
            raise HHError("in this setting channels open by chance, in the page alone; take method=converged")
        if self.experiment == "axon":
            # Each part begins at its own rest, of which there are two: looked for twice, not at every compartment.
            without = self.membrane.with_(**{f"g{name}": 0.0 for name in self.membrane.inward()})
            rests = np.where(self.blocked, without.rest()[:, None], self.membrane.rest()[:, None])
            start = dict(zip(self.membrane.states, rests, strict=True))
            return simulate_cable(self.cable, self.electrodes, self.duration, start=start)
        euler: dict[str, Any] = (
            {"method": "euler", "dt": EULER_STEP} if self.values["method"] == "euler" else {}
        )
        return simulate(self.membrane, self.protocol, self.duration, **euler)

    @property
    def _kind(self) -> dict[str, Any]:
        return STIMULI[self.values["stimulus"]]

    def _number(self, of: str | float) -> Any:
        """A setting, a sum of settings or a number."""
        return sum(self.values[key] for key in of.split("+")) if isinstance(of, str) else of


def _number(field: Mapping[str, Any], value: Any) -> float:
    key, unit = field["key"], f" {field['unit']}".rstrip()
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue(f"{key} = {str(value)[:40]!r} is not a number") from None
    if not field["low"] <= number <= field["high"]:
        raise InvalidValue(
            f"{key} = {number:g} is not allowed; allowed: {field['low']:g} to {field['high']:g}{unit}"
        )
    if field.get("whole") and number != round(number):
        raise InvalidValue(f"{key} = {number:g} is not allowed; whole numbers only")
    return round(number) if field.get("whole") else number

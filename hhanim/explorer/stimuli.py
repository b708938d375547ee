"""The stimuli that the explorer offers: protocols of the model, with a setting of the page for each argument."""

from __future__ import annotations

from typing import Any, get_type_hints

from hhanim.model.protocol import Sine, Step, Train

Data = dict[str, Any]
_PULSE = {"amplitude": "I", "start": "onset", "width": "width"}


def _kind(words: str, protocol: str, arguments: Data, **fields: Data) -> Data:
    return {"words": words, "protocol": protocol, "arguments": arguments, "fields": fields}


#: Each kind: its words, the protocol it is (a name of hhanim.model.protocol.MAKERS), what each argument is (a
#: setting, a sum of settings or a number), and what is special about its fields.
STIMULI = {
    "step": _kind("Step", "step", {"amplitude": "I", "start": "onset"}),
    "pulse": _kind("Pulse", "pulse", _PULSE),
    "pair": _kind("Pair of pulses", "train", {**_PULSE, "period": "interval", "count": 2}),
    "train": _kind("Train of pulses", "train", {**_PULSE, "period": "interval", "count": "count"}),
    "ramp": _kind(
        "Ramp",
        "ramp",
        {"last": "I", "start": "onset", "stop": "onset+width"},
        I={"words": "Current at the end of the ramp"},
        width={"words": "Duration of the ramp", "min": 5, "max": 500, "step": 5},
    ),
    "sine": _kind(
        "Sine wave",
        "sine",
        {"amplitude": "I", "start": "onset", "frequency": "frequency"},
        I={"words": "Amplitude of the current"},
    ),
}


def _unit(form: type, argument: str) -> str:
    check = get_type_hints(form, include_extras=True)[argument].__metadata__[0]
    return str(check.keywords.get("unit", ""))


_CURRENT, _TIME = _unit(Step, "amplitude"), _unit(Step, "start")
#: Every number besides the membrane's parameters: what it is, its symbol and unit, what it begins with, its slider
#: (lowest, highest, step) and its allowed range. I and the duration begin as the model says.
_NUMBERS: dict[str, tuple[Any, ...]] = {
    "I": ("Injected current", "I", _CURRENT, 10, (-20, 200, 0.1), (-20, 200)),
    "onset": ("Onset of the stimulus", "onset", _TIME, 5, (0, 150, 0.5), (0, 5000)),
    "width": ("Width of a pulse", "width", _unit(Train, "width"), 1, (0.1, 50, 0.1), (0.01, 5000)),
    "interval": (
        "Interval between pulse onsets",
        "interval",
        _unit(Train, "period"),
        12,
        (1, 60, 0.5),
        (0.1, 5000),
    ),
    "count": ("Number of pulses", "count", _unit(Train, "count"), 5, (1, 20, 1), (1, 100)),
    "frequency": ("Frequency", "frequency", _unit(Sine, "frequency"), 50, (1, 300, 1), (0.1, 2000)),
    "holding": ("Constant current added from the start", "bias", _CURRENT, 0, (-20, 50, 0.1), (-200, 200)),
    "duration": ("Duration of the run", "run", _TIME, 100, (10, 500, 5), (1, 5000)),
}
#: What else is to be known of a field; `reduced` is what differs for the lecture's two equations.
_SPECIAL: Data = {
    "onset": {"reduced": {"value": 0, "max": 500}},
    "count": {"whole": True},
    "holding": {"reduced": {"min": 0, "max": 10}},
    "duration": {"hue": "ink", "reduced": {"max": 2000, "step": 10}},
}


def _field(key: str, words: str, symbol: str, unit: str, value: float, slider: Any, allowed: Any) -> Data:
    parts = zip(("min", "max", "step", "low", "high"), (*slider, *allowed), strict=True)
    drawn = [[symbol, "i" if symbol == "I" else ""]]
    said = {"key": key, "words": words, "symbol": drawn, "unit": unit, "hue": "stimulus", "value": value}
    return {**said, **dict(parts), **_SPECIAL.get(key, {})}


FIELDS = [_field(key, *parts) for key, parts in _NUMBERS.items()]

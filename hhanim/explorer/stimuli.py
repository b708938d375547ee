"""The stimuli that the explorer offers: protocols of the model, with a setting of the page for each argument."""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]


def _kind(words: str, protocol: str, arguments: Data, **fields: Data) -> Data:
    return {"words": words, "protocol": protocol, "arguments": arguments, "fields": fields}


_ON, _PULSE = {"start": "onset"}, {"amplitude": "I", "start": "onset", "width": "width"}
#: Each kind: its words, the protocol it is (a name of hhanim.model.protocol.MAKERS), what each argument is (a
#: setting, a sum of settings or a number), and what is special about its fields.
STIMULI: dict[str, Data] = {
    "step": _kind("Step", "step", {"amplitude": "I", **_ON}),
    "pulse": _kind("Pulse", "pulse", _PULSE),
    "pair": _kind("Pair of pulses", "train", {**_PULSE, "period": "interval", "count": 2}),
    "train": _kind("Train of pulses", "train", {**_PULSE, "period": "interval", "count": "count"}),
    "ramp": _kind(
        "Ramp",
        "ramp",
        {"last": "I", **_ON, "stop": "onset+width"},
        I={"words": "Current at the end of the ramp"},
        width={"words": "Duration of the ramp", "min": 5, "max": 500, "step": 5},
    ),
    "sine": _kind(
        "Sine wave",
        "sine",
        {"amplitude": "I", **_ON, "frequency": "frequency"},
        I={"words": "Amplitude of the current"},
    ),
}


def _field(
    key: str, words: str, unit: str, value: float, slider: Any, allowed: Any, symbol: str = "", **special: Any
) -> Data:
    slow, fast, by = slider
    return {
        "key": key,
        "words": words,
        "symbol": [[symbol or key, "i" if len(symbol or key) == 1 else ""]],
        "unit": unit,
        "hue": "stimulus",
        "value": value,
        "min": slow,
        "max": fast,
        "step": by,
        "low": allowed[0],
        "high": allowed[1],
        **special,
    }


#: Every number besides the membrane's parameters: words, unit, beginning, slider (lowest, highest, step) and
#: allowed range; `reduced` is what differs for the lecture's two equations. I and run begin as the model says.
FIELDS: list[Data] = [
    _field("I", "Injected current", "µA/cm²", 10, (-20, 200, 0.1), (-20, 200)),
    _field(
        "onset", "Onset of the stimulus", "ms", 5, (0, 150, 0.5), (0, 5000), reduced={"value": 0, "max": 500}
    ),
    _field("width", "Width of a pulse", "ms", 1, (0.1, 50, 0.1), (0.01, 5000)),
    _field("interval", "Interval between pulse onsets", "ms", 12, (1, 60, 0.5), (0.1, 5000)),
    _field("count", "Number of pulses", "", 5, (1, 20, 1), (1, 100), whole=True),
    _field("frequency", "Frequency", "Hz", 50, (1, 300, 1), (0.1, 2000)),
    _field(
        "holding",
        "Constant current added from the start",
        "µA/cm²",
        0,
        (-20, 50, 0.1),
        (-200, 200),
        "bias",
        reduced={"min": 0, "max": 10},
    ),
    _field(
        "duration",
        "Duration of the run",
        "ms",
        100,
        (10, 500, 5),
        (1, 5000),
        "run",
        hue="ink",
        reduced={"max": 2000, "step": 10},
    ),
]

"""The stimuli that the explorer offers: protocols of the model, with a setting of the page for each argument."""

from __future__ import annotations

from typing import Any

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

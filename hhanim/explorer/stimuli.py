"""What the explorer does to a membrane: currents, voltage clamps and axons, each kind with the settings it takes."""

from __future__ import annotations

from typing import Any

from hhanim.language import text

Data = dict[str, Any]
_PULSE = {"amplitude": "I", "start": "onset", "width": "width"}
_AXON = ["current", "pulse", "position"]
_FIBRE = ["block", "blocked", "near", "far", "diameter", "resistivity", "length", "duration"]


def _kind(words: str, protocol: str, arguments: Data, **fields: Data) -> Data:
    """A current: its protocol, and what each of the protocol's arguments is."""
    used = [name for of in arguments.values() if isinstance(of, str) for name in of.split("+")]
    rows = [*dict.fromkeys(used), "holding", "duration"]
    more = {"protocol": protocol, "arguments": arguments}
    return {"words": words, "experiment": "current", "rows": rows, **more, "fields": fields}


def _clamp(words: str, pieces: list[list[Any]], measured: int, reads: str, **fields: Data) -> Data:
    """A voltage clamp in pieces [level, duration]; the level "sweep" is another in each sweep.

    reads: what is read of the piece that is measured: each channel's "peak" or steady current, the "first" current of
    each, or the "share" of its largest peak that the inward current keeps.
    """
    used = [name for level, lasts in pieces for name in (level, lasts) if isinstance(name, str)]
    rows = [*dict.fromkeys(["hold", "first", "last", "increment", *used])]
    rows.remove("sweep")
    more = {"pieces": pieces, "measured": measured, "reads": reads}
    return {"words": words, "experiment": "clamp", "rows": rows, **more, "fields": fields}


def _axon(words: str, *rows: str, **fields: Data) -> Data:
    ours = {"duration": {"value": 10, "max": 40, "step": 0.5, "high": 100}}
    used = [*_AXON, *rows, *_FIBRE]
    return {"words": words, "experiment": "axon", "rows": used, "fields": ours | fields}


#: Each kind: its words, its experiment, the settings it takes, and what is special about their fields. A current is a
#: protocol (a name of hhanim.model.protocol.MAKERS) and what each argument is: a setting, a sum of settings or a
#: number. A clamp is pieces of the command, of which one is measured.
STIMULI = {
    "step": _kind(text("Step"), "step", {"amplitude": "I", "start": "onset"}),
    "pulse": _kind(text("Pulse"), "pulse", _PULSE),
    "pair": _kind(text("Pair of pulses"), "train", {**_PULSE, "period": "interval", "count": 2}),
    "train": _kind(text("Train of pulses"), "train", {**_PULSE, "period": "interval", "count": "count"}),
    "ramp": _kind(
        text("Ramp"),
        "ramp",
        {"last": "I", "start": "onset", "stop": "onset+width"},
        I={"words": text("Current at the end of the ramp")},
        width={"words": text("Duration of the ramp"), "value": 100, "min": 5, "max": 500, "step": 5},
    ),
    "sine": _kind(
        text("Sine wave"),
        "sine",
        {"amplitude": "I", "start": "onset", "frequency": "frequency"},
        I={"words": text("Amplitude of the current")},
    ),
    "family": _clamp(text("Family of steps"), [["hold", 2], ["sweep", "step_time"], ["hold", 8]], 1, "peak"),
    "tails": _clamp(
        text("Tail currents"),
        [["hold", 2], ["fixed", "fixed_time"], ["sweep", "step_time"], ["hold", 3]],
        2,
        "first",
        first={"value": -110, "words": text("First level after the step")},
        last={"value": -40, "words": text("Last level after the step")},
        fixed={"words": text("Level of the opening step")},
        fixed_time={"words": text("Duration of the opening step")},
        step_time={"value": 10},
    ),
    "inactivation": _clamp(
        text("Inactivation"),
        [["hold", 2], ["sweep", "step_time"], ["fixed", "fixed_time"], ["hold", 3]],
        2,
        "share",
        first={"value": -110, "words": text("First conditioning level")},
        last={"value": -20, "words": text("Last conditioning level")},
        step_time={"value": 50, "words": text("Duration of the conditioning step")},
        fixed={"value": 0, "words": text("Level of the test step")},
        fixed_time={"value": 5, "words": text("Duration of the test step")},
    ),
    "propagation": _axon(text("One stimulus")),
    "collision": _axon(text("Two stimuli"), "second", "delay"),
}

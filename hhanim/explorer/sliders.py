"""What the page's controls may be set to: each with its words, symbol, unit, first value, slider and allowed range."""

from __future__ import annotations

from typing import Any, get_type_hints

from hhanim.look.quantities import Quantity, quantities
from hhanim.model import Channel, Membrane
from hhanim.model.protocol import Sine, Step, Train

Data = dict[str, Any]
#: Names of the ions and channels in words, for people who listen.
_WORDS = {
    "Na": "sodium",
    "K": "potassium",
    "L": "leak",
    "A": "A-type potassium",
    "Ca": "calcium",
    "Cl": "chloride",
}
_DRUGS = {"ttx": "TTX", "tea": "TEA", "four_ap": "4-AP"}
#: Injected current (µA/cm²) and duration (ms) to begin with, where 10 and 100 do not show the model at its best.
_CURRENTS = {"wang_buzsaki": 2.0}
_DURATIONS = {"connor_stevens": 300.0}
#: The lecture's widget, slider by slider: (lowest, highest, step).
_LECTURE_SLIDERS = {
    "C": (0.1, 2.0, 0.1),
    "gNa": (0.0, 5.0, 0.1),
    "gK": (0.0, 5.0, 0.1),
    "gL": (0.0, 1.0, 0.1),
    "I": (0.0, 10.0, 0.1),
}
#: Slider (lowest, highest, step) and allowed range of the injected current.
_CURRENT_SLIDER, _CURRENT_RANGE = (-20.0, 200.0, 0.1), (-20.0, 200.0)


def _unit(form: type, argument: str) -> str:
    check = get_type_hints(form, include_extras=True)[argument].__metadata__[0]
    return str(check.keywords.get("unit", ""))


_CURRENT, _TIME = _unit(Step, "amplitude"), _unit(Step, "start")
#: Every number besides the membrane's parameters: what it is, its symbol and unit, what it begins with, its slider
#: (lowest, highest, step) and its allowed range. I and the duration begin as the model says.
_NUMBERS: dict[str, tuple[Any, ...]] = {
    "I": ("Injected current", "I", _CURRENT, 10, _CURRENT_SLIDER, _CURRENT_RANGE),
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


def is_reduced(membrane: Membrane) -> bool:
    """True for a model with two equations, V and one gate: the one that the lecture explores with sliders."""
    return len(membrane.states) == 2


def parameters(membrane: Membrane) -> list[dict[str, Any]]:
    """Every control of a membrane: key, name in words, symbol, unit, value, slider range, allowed range."""
    out = [
        _control(membrane, "C", "Capacitance", [["C", "i"]], "µF/cm²", "ink", (0.1, 5.0, 0.1), (0.01, 100.0)),
        _control(
            membrane, "celsius", "Temperature", [["T", "i"]], "°C", "ink", (0.0, 40.0, 0.1), (-20.0, 60.0)
        ),
    ]
    if all(g.q10 == 1 for g in membrane.gates.values() if g.dynamic):
        out.pop()  # a temperature that changes nothing is no control
    for channel in membrane.channels:
        out += _controls(membrane, channel)
    return out


def _controls(membrane: Membrane, channel: Channel) -> list[dict[str, Any]]:
    name, known = channel.name, quantities(membrane)
    word, hue, g, e = _WORDS.get(name, name), known[f"I_{name}"].hue, symbol(known[f"g_{name}"]), channel.e
    top = 2.0 * max(channel.g, 0.1)
    words = f"{word} conductance".capitalize()
    out = [_control(membrane, f"g{name}", words, g, "mS/cm²", hue, (0.0, top, _step(top)), (0.0, 1000.0))]
    words, slider = f"{word} reversal potential".capitalize(), (_round(e - 40.0), _round(e + 40.0), 0.5)
    out.append(
        _control(membrane, f"E{name}", words, [["E", "i"], [name, "_"]], "mV", hue, slider, (-250.0, 250.0))
    )
    if channel.blocker:
        drug = _DRUGS.get(channel.blocker, channel.blocker)
        words = f"{drug}, fraction of {word} channels blocked"
        slider, allowed = (0.0, 1.0, 0.01), (0.0, 1.0)
        out.append(_control(membrane, channel.blocker, words, [[drug, ""]], "", hue, slider, allowed))
    return out


def _control(
    membrane: Membrane,
    key: str,
    words: str,
    written: list[list[str]],
    unit: str,
    hue: str,
    slider: tuple[float, float, float],
    allowed: tuple[float, float],
) -> dict[str, Any]:
    low, high, step = _LECTURE_SLIDERS.get(key, slider) if is_reduced(membrane) else slider
    about: dict[str, Any] = {"key": key, "words": words, "symbol": written, "unit": unit, "hue": hue}
    about["value"] = float(membrane.parameters[key])
    return about | {"min": low, "max": high, "step": step, "low": allowed[0], "high": allowed[1]}


def duration(membrane: Membrane) -> float:
    """How long (ms) a run is to begin with."""
    return 1000.0 if is_reduced(membrane) else _DURATIONS.get(membrane.name, 100.0)


def current(membrane: Membrane) -> dict[str, float]:
    """Slider and allowed range of the injected current (µA/cm²)."""
    low, high, step = _LECTURE_SLIDERS["I"] if is_reduced(membrane) else _CURRENT_SLIDER
    value = 2.0 if is_reduced(membrane) else _CURRENTS.get(membrane.name, 10.0)
    return {
        "value": value,
        "min": low,
        "max": high,
        "step": step,
        "low": _CURRENT_RANGE[0],
        "high": _CURRENT_RANGE[1],
    }


def _round(x: float) -> float:
    return round(x, 6)


def _step(top: float) -> float:
    return 1.0 if top > 100 else 0.5 if top > 40 else 0.1 if top > 4 else 0.01


def symbol(q: Quantity) -> list[list[str]]:
    """A symbol in parts [text, style]: "i" italic, "" upright, "_" lowered, "_i" both, "^" raised."""
    if q.role in ("current", "conductance"):
        return [[q.key[0], "i"], [q.key[2:], "_"]]
    if q.role in ("voltage", "time", "stimulus"):
        return [[q.key, "i"]]
    if q.role == "tau":
        return [["τ", "i"], [q.key[4:].replace("_", ""), "_i"]]
    name = q.key.removesuffix("_inf")
    base, _, sub = name.partition("_")
    out = [[base, "i" if len(base) == 1 else ""]]
    tail = sub + (("," if sub else "") + "∞" if q.role == "inf" else "")
    return [*out, [tail, "_"]] if tail else out

"""What the page's controls may be set to: each with its words, symbol, unit, first value, slider and allowed range."""

from __future__ import annotations

from typing import Any, get_type_hints

from hhanim.language import text, tr
from hhanim.look.quantities import Quantity, quantities
from hhanim.model import Membrane
from hhanim.model.ions import CHARGES, outside
from hhanim.model.protocol import Sine, Step, Train

Data = dict[str, Any]
#: Names of the ions and channels in words, for people who listen.
_WORDS = {
    "Na": text("sodium"),
    "K": text("potassium"),
    "L": text("leak"),
    "A": text("A-type potassium"),
    "Ca": text("calcium"),
    "Cl": text("chloride"),
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
#: Concentrations inside (mM): squid axon, and from this temperature (°C) on a mammal's cell; see physiology textbooks,
#: such as Kuffler, Nicholls & Martin, "From Neuron to Brain".
_INSIDE = (
    {"K": 400.0, "Na": 50.0, "Cl": 100.0, "Ca": 1e-4},
    {"K": 140.0, "Na": 15.0, "Cl": 10.0, "Ca": 1e-4},
)
_WARM = 30.0
_CURRENT_SLIDER, _CURRENT_RANGE = (-10.0, 60.0, 0.1), (-20.0, 200.0)


def _range(value: float, slider: Any, allowed: Any) -> Data:
    """What a number begins with, its slider (lowest, highest, step) and its allowed range (lowest, highest)."""
    return dict(zip(("value", "min", "max", "step", "low", "high"), (value, *slider, *allowed), strict=True))


def _control(
    key: str,
    words: str,
    symbol: Any,
    unit: str,
    value: float,
    slider: Any,
    allowed: Any,
    hue: str = "stimulus",
) -> Data:
    about = {"key": key, "words": words, "symbol": symbol, "unit": unit, "hue": hue}
    return about | _range(value, slider, allowed)


def _unit(form: type, argument: str) -> str:
    check = get_type_hints(form, include_extras=True)[argument].__metadata__[0]
    return str(check.keywords.get("unit", ""))


def _lowered(symbol: str, below: str) -> list[list[str]]:
    return [[symbol, "i"], [below, "_"]]


def _level(key: str, words: str, below: str, value: float) -> Data:
    """A voltage that is commanded, with rest near −65 mV; the page shifts it where a model puts rest elsewhere."""
    control = _control(key, words, _lowered("V", below), "mV", value, (-150, 100, 1), (-250, 250))
    return control | {"level": True}


_CURRENT, _TIME = _unit(Step, "amplitude"), _unit(Step, "start")

#: Every number besides the membrane's parameters; I and the duration begin as the model says. `reduced` is what
#: differs for the lecture's two equations.
FIELDS = [
    _control("I", text("Injected current"), [["I", "i"]], _CURRENT, 10, _CURRENT_SLIDER, _CURRENT_RANGE),
    _control("onset", text("Onset of the stimulus"), [[text("onset"), ""]], _TIME, 5, (0, 150, 0.5), (0, 5000))
    | {"reduced": {"value": 0, "max": 500}},
    _control("width", text("Width of a pulse"), [[text("width"), ""]], _TIME, 1, (0.1, 50, 0.1), (0.01, 5000)),
    _control(
        "interval", text("Interval between pulse onsets"), [[text("interval"), ""]], _unit(Train, "period"), 12,
        (1, 60, 0.5), (0.1, 5000),
    ),
    _control("count", text("Number of pulses"), [[text("count"), ""]], _unit(Train, "count"), 5, (1, 20, 1), (1, 100))
    | {"whole": True},
    _control(
        "frequency", text("Frequency"), [[text("frequency"), ""]], _unit(Sine, "frequency"), 50,
        (1, 300, 1), (0.1, 2000),
    ),
    _control(
        "holding", text("Constant current added from the start"), [[text("bias"), ""]], _CURRENT, 0,
        (-20, 50, 0.1), (-200, 200),
    )
    | {"reduced": {"min": 0, "max": 10}},
    _control("duration", text("Duration of the run"), [[text("run"), ""]], _TIME, 100, (10, 500, 5), (1, 5000), "ink")
    | {"reduced": {"max": 2000, "step": 10}},
    _level("hold", text("Holding potential"), text("hold"), -65),
    _level("first", text("Level of the first sweep"), text("from"), -60),
    _level("last", text("Level of the last sweep"), text("to"), 60),
    _control(
        "increment", text("Increment from sweep to sweep"), _lowered("V", text("by")), "mV", 10,
        (2, 40, 1), (1, 200),
    ),
    _control(
        "step_time", text("Duration of the step"), _lowered("t", text("step")), _TIME, 15,
        (1, 100, 1), (0.1, 1000),
    ),
    _level("fixed", text("Level of the fixed step"), text("fixed"), 20),
    _control(
        "fixed_time", text("Duration of the fixed step"), _lowered("t", text("fixed")), _TIME, 5,
        (0.5, 50, 0.5), (0.1, 1000),
    ),
    _control("current", text("Injected current"), [["I", "i"]], "µA", 20, (0, 100, 0.5), (-500, 500)),
    _control("pulse", text("Width of the pulse"), [[text("width"), ""]], _TIME, 0.2, (0.05, 2, 0.05), (0.02, 20)),
    _control("position", text("Position of the stimulus"), [["x", "i"]], "mm", 2, (0, 60, 0.5), (0, 1000)),
    _control("second", text("Position of the second stimulus"), _lowered("x", "2"), "mm", 58, (0, 60, 0.5), (0, 1000)),
    _control("delay", text("Delay of the second stimulus"), [[text("delay"), ""]], _TIME, 0, (0, 20, 0.1), (0, 100)),
    _control(
        "block", text("Middle of the block"), _lowered("x", text("block")), "mm", 30,
        (0, 60, 0.5), (0, 1000), "sodium",
    ),
    _control(
        "blocked", text("Length of axon whose sodium channels are blocked"), [[text("block"), ""]], "mm", 0,
        (0, 30, 0.5), (0, 1000), "sodium",
    ),
    _control(
        "near", text("Position of the first electrode"), _lowered("x", "a"), "mm", 20,
        (0, 60, 0.5), (0, 1000), "ink",
    ),
    _control(
        "far", text("Position of the second electrode"), _lowered("x", "b"), "mm", 40,
        (0, 60, 0.5), (0, 1000), "ink",
    ),
    _control("diameter", text("Diameter of the axon"), [["d", "i"]], "µm", 476, (50, 1000, 1), (1, 5000), "ink"),
    _control(
        "resistivity", text("Resistivity of the axoplasm"), _lowered("R", "a"), "Ω·cm", 35.4,
        (10, 200, 0.1), (1, 1000), "ink",
    ),
    _control("length", text("Length of the axon"), [[text("length"), ""]], "mm", 60, (10, 100, 1), (1, 1000), "ink"),
]  # fmt: skip


def is_reduced(membrane: Membrane) -> bool:
    """True for a model with two equations, V and one gate: the one that the lecture explores with sliders."""
    return len(membrane.states) == 2


def channel_word(name: str) -> str:
    """A channel in the words of the language that is spoken."""
    return tr(_WORDS.get(name, name))


def capital(words: str) -> str:
    """With a capital at the beginning, the rest as it is."""
    return words[:1].upper() + words[1:]


def parameters(membrane: Membrane) -> list[Data]:
    """Every control of a membrane: key, name in words, symbol, unit, value, slider range, allowed range."""
    known, lecture = quantities(membrane), _LECTURE_SLIDERS if is_reduced(membrane) else {}
    out: list[Data] = []

    def add(key: str, words: str, symbol: Any, unit: str, slider: Any, allowed: Any, hue: str) -> None:
        value = float(membrane.parameters[key])
        out.append(_control(key, words, symbol, unit, value, lecture.get(key, slider), allowed, hue))

    if any(g.q10 != 1 for g in membrane.gates.values() if g.dynamic):  # else it changes nothing
        add("celsius", tr("Temperature"), [["T", "i"]], "°C", (0.0, 40.0, 0.1), (-20.0, 60.0), "ink")
    for c in membrane.channels:
        word, hue, top = channel_word(c.name), known[f"I_{c.name}"].hue, 2.0 * max(c.g, 0.1)
        words, steps = capital(tr("{channel} conductance", channel=word)), (0.0, top, _step(top))
        add(f"g{c.name}", words, symbol(known[f"g_{c.name}"]), "mS/cm²", steps, (0.0, 1000.0), hue)
        if c.blocker:
            drug = _DRUGS.get(c.blocker, c.blocker)
            words = tr("{drug}, fraction of {channel} channels blocked", drug=drug, channel=word)
            add(c.blocker, words, [[drug, ""]], "", (0.0, 1.0, 0.01), (0.0, 1.0), hue)
    for c in membrane.channels:  # what is moved less comes last
        words = capital(tr("{channel} reversal potential", channel=channel_word(c.name)))
        around = (round(c.e - 40.0, 6), round(c.e + 40.0, 6), 0.5)
        hue = known[f"I_{c.name}"].hue
        add(f"E{c.name}", words, [["E", "i"], [c.name, "_"]], "mV", around, (-250.0, 250.0), hue)
    add("C", tr("Capacitance"), [["C", "i"]], "µF/cm²", (0.1, 5.0, 0.1), (0.01, 100.0), "ink")
    return out


def concentrations(membrane: Membrane) -> list[Data]:
    """Of each ion that channels carry: its charge, their names, and the controls of where it is, "fields".

    To begin with, the first channel's reversal potential is the ion's at the membrane's own temperature.
    """
    celsius, known, out = float(membrane.celsius), quantities(membrane), []
    inside = _INSIDE[celsius >= _WARM]
    for ion in dict.fromkeys(c.ion for c in membrane.channels if c.ion in CHARGES):
        ours = [c for c in membrane.channels if c.ion == ion]
        charge, hue = CHARGES[ion], known[f"I_{ours[0].name}"].hue
        values = {
            "out": outside(float(ours[0].e) - membrane.zero, inside[ion], charge, celsius),
            "in": inside[ion],
        }
        words = {"out": text("{ion} outside"), "in": text("{ion} inside")}
        fields = []
        for side, value in values.items():
            top = float(f"{4.0 * value:.0e}")
            said = capital(tr(words[side], ion=tr(_WORDS[ion])))
            sign = [[f"[{ion}", ""], ["]", ""], [side[0], "_i"]]
            by = _step(top) if top > 1 else top / 100
            control = _control(f"{ion}_{side}", said, sign, "mM", value, (by, top, by), (1e-6, 1e4), hue)
            fields.append(control | {"digits": 6})
        out.append({"ion": ion, "charge": charge, "channels": [c.name for c in ours], "fields": fields})
    return out


def duration(membrane: Membrane) -> float:
    """How long (ms) a run is to begin with."""
    return 1000.0 if is_reduced(membrane) else _DURATIONS.get(membrane.name, 100.0)


def current(membrane: Membrane) -> Data:
    """Slider and allowed range of the injected current (µA/cm²)."""
    value = 2.0 if is_reduced(membrane) else _CURRENTS.get(membrane.name, 10.0)
    slider = _LECTURE_SLIDERS["I"] if is_reduced(membrane) else _CURRENT_SLIDER
    return _range(value, slider, _CURRENT_RANGE)


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

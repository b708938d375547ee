"""A membrane in the browser: its equations as JavaScript source, and what its controls may be set to.

The right-hand side is written from the same Rate objects that the Python core evaluates, so the two cannot
drift apart.
"""

from __future__ import annotations

import json
from typing import Any

from hhanim.look.quantities import Quantity, quantities
from hhanim.look.theme import DARK
from hhanim.model import Membrane, presets

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
#: Injected current (µA/cm²) and duration (ms) to begin with, where 10 and 100 do not show the model at its
#: best.
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


def is_reduced(membrane: Membrane) -> bool:
    """True for a model with two equations, V and one gate: the one that the lecture explores with sliders."""
    return len(membrane.states) == 2


def functions(membrane: Membrane) -> str:
    """The membrane's equations as the source of a JavaScript object.

    State y = [V, gates with kinetics …]; constants k = [C, g, E of each channel, phi of each gate with
    kinetics]. rhs(y, i, k, d) writes dy/dt into d, dv(y, i, k) is dV/dt alone; gates(y, z) writes every
    gate's value into z, open(z, o) each channel's open fraction into o; inf[g](v) and tau[g](v, k) are each
    gate's curves.
    """
    states, gates = membrane.states, list(membrane.gates.values())
    count = len(membrane.channels)
    value = {name: f"y[{n}]" for n, name in enumerate(states)}
    declare, phi = ["const v = y[0];"], {}
    for n, name in enumerate(states[1:]):
        phi[name] = f"k[{1 + 2 * count + n}]"
    for n, gate in enumerate(gates):
        if gate.follows is not None:
            other, a, b = gate.follows
            declare.append(f"const z{n} = {a!r} + {b!r} * {value[other]};")
        elif not gate.dynamic:
            declare.append(f"const z{n} = {gate.inf.code('v')};")
        else:
            continue
        value[gate.name] = f"z{n}"
    terms, opens = [], []
    for n, channel in enumerate(membrane.channels):
        factors = [value[g.name] for g in channel.gates for _ in range(g.power)]
        terms.append(" * ".join([f"k[{1 + 2 * n}]", *factors, f"(v - k[{2 + 2 * n}])"]))
        places = [f"z[{gates.index(g)}]" for g in channel.gates for _ in range(g.power)]
        opens.append(f"o[{n}] = {' * '.join(places) or '1'};")
    dv = f"(i - {' - '.join(terms)}) / k[0]"
    kinetics = [
        f"d[{n}] = {phi[s]} * ({membrane.gates[s].alpha.code('v')} * (1 - y[{n}])"
        f" - {membrane.gates[s].beta.code('v')} * y[{n}]);"
        for n, s in enumerate(states)
        if n
    ]
    inf, tau = [], []
    for gate in gates:
        if gate.follows is not None:
            other, a, b = gate.follows
            inf.append(f"(v) => {a!r} + {b!r} * {membrane.gates[other].inf.code('v')}")
        else:
            inf.append(f"(v) => {gate.inf.code('v')}")
        tau.append(f"(v, k) => {gate.tau.code('v')} / {phi[gate.name]}" if gate.dynamic else "null")
    blocked = [
        f"p.g{c.name}{f' * (1 - p.{c.blocker})' if c.blocker else ''}, p.E{c.name}" for c in membrane.channels
    ]
    scales = [
        f"Math.pow({membrane.gates[s].q10!r}, (p.celsius - {membrane.gates[s].celsius!r}) / 10)"
        for s in states[1:]
    ]
    gate_lines = [f"z[{n}] = {value[g.name]};" for n, g in enumerate(gates)]
    head = " ".join(declare)
    return "\n".join(
        [
            "{",
            f"constants(p) {{ return Float64Array.of(p.C, {', '.join(blocked + scales)}); }},",
            f"rhs(y, i, k, d) {{ {head} d[0] = {dv}; {' '.join(kinetics)} }},",
            f"dv(y, i, k) {{ {head} return {dv}; }},",
            f"gates(y, z) {{ {head} {' '.join(gate_lines)} }},",
            f"open(z, o) {{ {' '.join(opens)} }},",
            f"inf: [{', '.join(inf)}],",
            f"tau: [{', '.join(tau)}],",
            "}",
        ]
    )


def data(membrane: Membrane) -> dict[str, Any]:
    """What the page has to know of a membrane besides its equations, as plain data."""
    known = quantities(membrane)
    gates = [
        {
            "name": g.name,
            "power": g.power,
            "channel": [c.name for c in membrane.channels].index(membrane.channel_of(g.name).name),
            "state": membrane.states.index(g.name) if g.dynamic else -1,
            **_drawn(known[g.name]),
            "symbolInf": symbol(known[f"{g.name}_inf"]),
            "symbolTau": symbol(known[f"tau_{g.name}"]),
        }
        for g in membrane.gates.values()
    ]
    channels = [
        {
            "name": c.name,
            **_drawn(known[f"I_{c.name}"]),
            "symbolG": symbol(known[f"g_{c.name}"]),
            "symbolOpen": [
                part
                for g in c.gates
                for part in (*symbol(known[g.name]), *([[str(g.power), "^"]] if g.power > 1 else []))
            ],
        }
        for c in membrane.channels
    ]
    return {
        "name": membrane.name,
        "title": membrane.title or membrane.name,
        "source": membrane.source,
        "reduced": is_reduced(membrane),
        "preset": membrane.name in presets.names() and membrane == presets.get(membrane.name),
        "states": list(membrane.states),
        "gateList": gates,
        "channels": channels,
        "start": dict(membrane.start) if membrane.start is not None else None,
        "spikeLevel": membrane.spike_level,
        "vRange": list(_v_axis(membrane)),
        "curveRange": list(membrane.v_range),
        "defaults": {key: float(x) for key, x in membrane.parameters.items()},
        "parameters": parameters(membrane),
        "I": _current(membrane),
        "duration": 1000.0 if is_reduced(membrane) else _DURATIONS.get(membrane.name, 100.0),
    }


def parameters(membrane: Membrane) -> list[dict[str, Any]]:
    """Every control of a membrane: key, name in words, symbol, unit, value, slider range, allowed range."""
    known = quantities(membrane)
    reduced = is_reduced(membrane)

    def control(
        key: str, words: str, sym: Any, unit: str, hue: str, slider: Any, allowed: Any
    ) -> dict[str, Any]:
        low, high, step = _LECTURE_SLIDERS.get(key, slider) if reduced else slider
        return {
            "key": key,
            "words": words,
            "symbol": sym,
            "unit": unit,
            "hue": hue,
            "value": float(membrane.parameters[key]),
            "min": low,
            "max": high,
            "step": step,
            "low": allowed[0],
            "high": allowed[1],
        }

    out = [
        control("C", "Capacitance", [["C", "i"]], "µF/cm²", "ink", (0.1, 5.0, 0.1), (0.01, 100.0)),
        control("celsius", "Temperature", [["T", "i"]], "°C", "ink", (0.0, 40.0, 0.1), (-20.0, 60.0)),
    ]
    if all(g.q10 == 1 for g in membrane.gates.values() if g.dynamic):
        out.pop()  # a temperature that changes nothing is no control
    for c in membrane.channels:
        word, hue = _WORDS.get(c.name, c.name), known[f"I_{c.name}"].hue
        top = 2.0 * max(c.g, 0.1)
        out.append(
            control(
                f"g{c.name}",
                f"{word} conductance".capitalize(),
                symbol(known[f"g_{c.name}"]),
                "mS/cm²",
                hue,
                (0.0, top, _step(top)),
                (0.0, 1000.0),
            )
        )
        out.append(
            control(
                f"E{c.name}",
                f"{word} reversal potential".capitalize(),
                [["E", "i"], [c.name, "_"]],
                "mV",
                hue,
                (_round(c.e - 40.0), _round(c.e + 40.0), 0.5),
                (-250.0, 250.0),
            )
        )
        if c.blocker:
            drug = _DRUGS.get(c.blocker, c.blocker)
            out.append(
                control(
                    c.blocker,
                    f"{drug}, fraction of {word} channels blocked",
                    [[drug, ""]],
                    "",
                    hue,
                    (0.0, 1.0, 0.01),
                    (0.0, 1.0),
                )
            )
    return out


def _current(membrane: Membrane) -> dict[str, float]:
    """Slider and allowed range of the injected current (µA/cm²)."""
    low, high, step = _LECTURE_SLIDERS["I"] if is_reduced(membrane) else (-20.0, 200.0, 0.1)
    value = 2.0 if is_reduced(membrane) else _CURRENTS.get(membrane.name, 10.0)
    return {"value": value, "min": low, "max": high, "step": step, "low": -20.0, "high": 200.0}


def _v_axis(membrane: Membrane) -> tuple[float, float]:
    """Voltages that the time axes always show: the lecture's -100…100, else a bit more than E_K to E_Na."""
    if is_reduced(membrane):
        return (-100.0, 100.0)
    e = [float(c.e) for c in membrane.channels]
    return (10.0 * ((min(e) - 12.0) // 10.0), 10.0 * -((-max(e) - 5.0) // 10.0))


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


def _drawn(q: Quantity) -> dict[str, Any]:
    return {"symbol": symbol(q), "words": q.name, "hue": q.hue, "dash": list(DARK.dash(q))}


def script(membranes: list[Membrane]) -> str:
    """The models as one JavaScript expression: an array of objects, data and functions."""
    parts = [f"Object.assign({_json(data(m))}, {functions(m)})" for m in membranes]
    return "[\n" + ",\n".join(parts) + "\n]"


def _json(x: Any) -> str:
    # "</" would end the script element.
    return json.dumps(x, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")

"""A membrane in the browser: its equations as JavaScript source, and what the page has to know of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from keyword import iskeyword
from typing import Any

from hhanim.explorer import sliders
from hhanim.language import tr
from hhanim.look.quantities import Quantity, quantities
from hhanim.look.section import channel_shape
from hhanim.look.theme import DARK
from hhanim.look.words import channel_name
from hhanim.model import Gate, Membrane, Rate, presets
from hhanim.model.ions import CHARGES
from hhanim.model.rates import FLOATS, JAVASCRIPT, as_rate

#: What rates call besides exp and linexp, which the engine has.
_MATH = sorted(FLOATS.keys() - {"exp", "linexp", "power"})


def functions(membrane: Membrane) -> str:
    """The membrane's equations as the source of a JavaScript object.

    State y = [V, gates with kinetics …]; constants k = [C, g, E of each channel, phi of each gate with kinetics], of
    which g(k, c) and e(k, c) are channel c's. rhs(y, i, k, d) writes dy/dt into d, dv(y, i, k) is dV/dt alone;
    gates(y, z) writes every gate's value into z, open(z, o) each channel's open fraction into o; inf[g](v) and
    tau[g](v, k) are each gate's curves. relax(y, dt, k, d) writes the gates with kinetics after dt ms at y's voltage
    into d: exact; linear(y, k, d) the membrane's conductance and its driving current, so that the ionic current is
    d[0] V - d[1].
    """
    equations, gates = membrane.equations, membrane.gates
    given = _const([f"x{n} = y[{n}]" for n in range(len(equations.states))])
    numbers = _const([f"{name} = k[{n}]" for n, name in enumerate(equations.parameters)])
    lines, slopes = equations.slopes(JAVASCRIPT)
    instant = _const(equations.gates(JAVASCRIPT))
    values = ["p.C"]
    for channel in membrane.channels:
        unblocked = f" * (1 - p.{channel.blocker})" if channel.blocker else ""
        values += [f"p.g{channel.name}{unblocked}", f"p.E{channel.name}"]
    for gate in (kinetics.gate for kinetics in equations.kinetics):
        values.append(f"Math.pow({gate.q10!r}, (p.celsius - {gate.celsius!r}) / 10)")
    rates, after = equations.relaxed(JAVASCRIPT)
    flows, *sums = equations.sums(JAVASCRIPT)
    own = _const([f"{equations.symbols[name]} = z[{n}]" for n, name in enumerate(gates)])
    places = {kinetics.gate.name: equations.parameters.index(kinetics.phi) for kinetics in equations.kinetics}
    bodies = {
        "constants(p)": f"return Float64Array.of({', '.join(values)});",
        "g(k, c)": "return k[1 + 2 * c];",
        "e(k, c)": "return k[2 + 2 * c];",
        "rhs(y, i, k, d)": f"{given} {numbers} {_const(lines)} {_into('d', slopes)}",
        "dv(y, i, k)": f"{given} {numbers} {instant} return {equations.voltage_slope};",
        "relax(y, dt, k, d)": f"{given} {numbers} {_const(rates)} {_into('d', ['x0', *after])}",
        "linear(y, k, d)": f"{given} {numbers} {_const(flows)} {_into('d', [' + '.join(terms) for terms in sums])}",
        "gates(y, z)": f"{given} {instant} {_into('z', [equations.symbols[name] for name in gates])}",
        "open(z, o)": f"{own} {_into('o', [' * '.join(x.opens) or '1' for x in equations.currents])}",
    }
    curves = {
        "inf": [f"(v) => {_steady(membrane, gate).code('v', JAVASCRIPT)}" for gate in gates.values()],
        "tau": [
            f"(v, k) => {gate.tau.code('v', JAVASCRIPT)} / k[{places[name]}]" if gate.dynamic else "null"
            for name, gate in gates.items()
        ],
    }
    written = [f"{head} {{ {body} }},\n" for head, body in bodies.items()]
    written += [f"{name}: [{', '.join(items)}],\n" for name, items in curves.items()]
    return "{\n" + "".join(written) + "}"


def _const(lines: list[str]) -> str:
    return " ".join(f"const {line};" for line in lines)


def _into(array: str, values: list[str]) -> str:
    return " ".join(f"{array}[{n}] = {value};" for n, value in enumerate(values))


def _steady(membrane: Membrane, gate: Gate) -> Rate:
    if gate.follows is None:
        return as_rate(gate.inf)
    other, a, b = gate.follows
    return as_rate(a + b * as_rate(membrane.gates[other].inf))


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
            "symbolInf": sliders.symbol(known[f"{g.name}_inf"]),
            "symbolTau": sliders.symbol(known[f"tau_{g.name}"]),
        }
        for g in membrane.gates.values()
    ]
    channels = [
        {
            "name": c.name,
            **_drawn(known[f"I_{c.name}"]),
            "words": sliders.capital(tr("{channel} current", channel=sliders.channel_word(c.name))),
            "label": tr(channel_name(c)),
            "ion": c.ion,
            "charge": CHARGES.get(c.ion or "", 1),  # what is not known is taken for a monovalent cation
            "blocker": c.blocker,
            "shape": _shape(membrane, c.name),
            "symbolG": sliders.symbol(known[f"g_{c.name}"]),
            "symbolE": [["E", "i"], [c.name, "_"]],
            "symbolOpen": [
                part
                for g in c.gates
                for part in (*sliders.symbol(known[g.name]), *([[str(g.power), "^"]] if g.power > 1 else []))
            ],
        }
        for c in membrane.channels
    ]
    return {
        "name": membrane.name,
        "title": tr(membrane.title or membrane.name),
        "source": membrane.source,
        "reduced": sliders.is_reduced(membrane),
        "preset": is_preset(membrane),
        "python": _written(membrane),
        "states": list(membrane.states),
        "gateList": gates,
        "channels": channels,
        "start": dict(membrane.start) if membrane.start is not None else None,
        "spikeLevel": membrane.spike_level,
        "zero": membrane.zero,
        "inward": [[c.name for c in membrane.channels].index(name) for name in membrane.inward()],
        "vRange": list(_v_axis(membrane)),
        "curveRange": list(membrane.v_range),
        "defaults": {key: float(x) for key, x in membrane.parameters.items()},
        "parameters": sliders.parameters(membrane),
        "ions": sliders.concentrations(membrane),
        "I": sliders.current(membrane),
        "duration": sliders.duration(membrane),
    }


def _shape(membrane: Membrane, channel: str) -> dict[str, Any]:
    """A channel's proportions, with its gates by their places in gateList."""
    shape, places = channel_shape(membrane, channel), list(membrane.gates)
    flaps = [{"gate": places.index(gate), "part": part, "y": y} for gate, part, y in shape.flaps]
    balls = [asdict(ball) | {"gate": places.index(ball.gate)} for ball in shape.balls]
    return asdict(shape) | {"flaps": flaps, "balls": balls}


def is_preset(membrane: Membrane) -> bool:
    """Whether the membrane is a preset, so that its name says all of it."""
    return membrane.name in presets.names() and membrane == presets.get(membrane.name)


def _written(membrane: Membrane) -> str:
    """The membrane in a Python program, by its own name if that can be one."""
    if is_preset(membrane):
        return f"hh.presets.{membrane.name.upper()}"
    return membrane.name if membrane.name.isidentifier() and not iskeyword(membrane.name) else "membrane"


def _v_axis(membrane: Membrane) -> tuple[float, float]:
    """Voltages that the time axes always show: the lecture's -100…100, else a bit more than E_K to E_Na."""
    if sliders.is_reduced(membrane):
        return (-100.0, 100.0)
    e = [float(c.e) for c in membrane.channels]
    return (10.0 * ((min(e) - 12.0) // 10.0), 10.0 * -((-max(e) - 5.0) // 10.0))


def _drawn(q: Quantity) -> dict[str, Any]:
    return {"symbol": sliders.symbol(q), "words": q.name, "hue": q.hue, "dash": list(DARK.dash(q))}


def script(membranes: list[Membrane]) -> str:
    """The models as one JavaScript expression: an array of objects, data and functions."""
    parts = [f"Object.assign({json_text(data(m))}, {functions(m)})" for m in membranes]
    return f"(({{pow: power, {', '.join(_MATH)}}}) => [\n" + ",\n".join(parts) + "\n])(Math)"


def json_text(x: Any) -> str:
    """Plain data for a script of the page, in which no "<" may begin what ends the script, or a comment."""
    return json.dumps(x, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

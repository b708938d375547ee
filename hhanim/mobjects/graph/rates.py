"""What sets the gates in motion, over V: rates, steady states and time constants, with the points of 1952.

class Rates(Story):
    def beats(self):
        run = simulate(self.membrane, clamp(-65).ramp(-100.0, 40.0, 0.0, 60.0), 60.0)
        self.timed(Pace(60.0, rate=12.0))
        axes = {"x": (quantity("V"), -100.0, 40.0), "clock": self.clock, "begin": 0.0, "span": (0.0, 60.0)}
        rates = Sweep(self.grid["plot"], self.theme, rates_over_v(run, "n"), y=("rates (per ms)", 0.0, 1.0), **axes)
        yield Beat("rates", "V sets the rates", "The rates go by V.", show=[rates, rates.points], until=60.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hhanim.look import quantities
from hhanim.mobjects.graph.sweep import Curve
from hhanim.model import HHError, Membrane, Trajectory, measured


def rates_over_v(run: Trajectory, name: str) -> list[Curve]:
    """The rates alpha and beta (1/ms) of a gate at the voltages that a run goes through; see Sweep."""
    membrane, v = run.membrane, run["V"]
    gate, phi = membrane.gates[name], float(np.max(membrane.gates[name].phi(membrane.celsius)))
    u, table = _measured(membrane, name)
    q, sides = quantities(membrane)[name], (("alpha", gate.alpha), ("beta", gate.beta))
    return [
        Curve(run.t, phi * np.asarray(rate(v)), q, f"{side}_({name})", v, table and (u, getattr(table, side)))
        for side, rate in sides
    ]


def gates_over_v(run: Trajectory, kind: str) -> list[Curve]:
    """Steady states, "inf", or time constants (ms), "tau", of all gates at the voltages that a run goes through."""
    membrane, known, v, made = run.membrane, quantities(run.membrane), run["V"], []
    for name in (name for name, gate in membrane.gates.items() if gate.dynamic):
        u, table = _measured(membrane, name)
        values = np.broadcast_to(getattr(membrane, kind)(name, v), v.shape)
        symbol = known[f"{name}_inf" if kind == "inf" else f"tau_{name}"].typst
        made.append(Curve(run.t, values, known[name], symbol, v, table and (u, getattr(table, kind))))
    return made


def _measured(membrane: Membrane, name: str) -> tuple[Any, Any]:
    """Voltages (mV) and rates of a gate as measured in 1952; none for a membrane that is not like that axon's."""
    try:
        table = measured.gate(name)
        return measured.place(membrane, table.u), table
    except HHError:  # of no such gate, or of another axon
        return None, None

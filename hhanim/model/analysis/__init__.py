"""What is measured on a membrane: arrays in, arrays out.

Voltages v are mV, any shape; currents µA/cm², outward positive; times ms. Everything works on any Membrane, presets
and your own, in either rest convention: levels and ranges are taken from the membrane, never assumed.
"""

from hhanim.model.analysis.curves import (
    instantaneous_currents,
    likeliest_open,
    peak_currents,
    slowest_gates,
    steady_currents,
    steady_states,
    time_constants,
    voltages,
)
from hhanim.model.analysis.equilibria import FixedPoint, fixed_points, hopf_points, loses_hold
from hhanim.model.analysis.firing import behaviour, cycle_extremes, f_i, spikes
from hhanim.model.analysis.phase_plane import nullclines, two_variable
from hhanim.model.analysis.thresholds import (
    Recovery,
    anode_break,
    chronaxie,
    paired_pulse,
    pulses_reaching,
    recovery,
    rheobase,
    strength_duration,
)

__all__ = [
    "FixedPoint", "Recovery", "anode_break", "behaviour", "chronaxie",
    "cycle_extremes", "f_i", "fixed_points", "hopf_points", "instantaneous_currents",
    "likeliest_open", "loses_hold", "nullclines", "paired_pulse", "peak_currents",
    "pulses_reaching", "recovery", "rheobase", "slowest_gates", "spikes", "steady_currents",
    "steady_states", "strength_duration", "time_constants", "two_variable", "voltages",
]  # fmt: skip

"""The physiology: rates, gates, channels, membranes, protocols, trajectories. Knows numpy and scipy only."""

from hhanim.model import analysis, measured, presets
from hhanim.model.channel import Channel, Gate
from hhanim.model.errors import DuplicateName, HHError, InvalidValue, SolverFailure, UnknownName, UnstableStep
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import (
    Protocol,
    VoltageClamp,
    clamp,
    noise,
    parse,
    pulse,
    ramp,
    samples,
    sine,
    step,
    train,
)
from hhanim.model.rates import Constant, Exp, LinExp, Piecewise, Rate, Sigmoid, V
from hhanim.model.solve import simulate
from hhanim.model.start import Start
from hhanim.model.trajectory import Trajectory

__all__ = [
    "Channel", "Constant", "DuplicateName", "Exp", "Gate", "HHError", "InvalidValue", "LinExp", "Membrane",
    "Piecewise", "Protocol", "Rate", "Sigmoid", "SolverFailure", "Start", "Trajectory", "UnknownName",
    "UnstableStep", "V", "VoltageClamp", "analysis", "clamp", "measured", "noise", "parse", "presets",
    "pulse", "ramp", "samples", "simulate", "sine", "step", "train",
]  # fmt: skip

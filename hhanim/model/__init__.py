"""The physiology: rates, gates, channels, membranes, protocols, trajectories. Knows numpy and scipy only."""

from . import presets
from .channel import Channel, Gate
from .errors import DuplicateName, HHError, InvalidValue, SolverFailure, UnknownName, UnstableStep
from .membrane import Membrane
from .protocol import Protocol, VoltageClamp, clamp, noise, parse, pulse, ramp, samples, sine, step, train
from .rates import Constant, Exp, LinExp, Rate, Sigmoid
from .solve import simulate
from .trajectory import Trajectory

__all__ = [
    "Channel",
    "Constant",
    "DuplicateName",
    "Exp",
    "Gate",
    "HHError",
    "InvalidValue",
    "LinExp",
    "Membrane",
    "Protocol",
    "Rate",
    "Sigmoid",
    "SolverFailure",
    "Trajectory",
    "UnknownName",
    "UnstableStep",
    "VoltageClamp",
    "clamp",
    "noise",
    "parse",
    "presets",
    "pulse",
    "ramp",
    "samples",
    "simulate",
    "sine",
    "step",
    "train",
]

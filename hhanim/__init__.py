"""hhanim: the Hodgkin–Huxley neuron, simulated exactly and animated for teaching.

    import hhanim as hh
    run = hh.simulate(hh.presets.MODERN.with_(gNa=60), hh.step(10, start=5), duration=100)
    run["V"], run.spikes, run.current("Na")
    hh.render("tau", celsius=18.5)

Only the model is imported here; what draws, encodes or shows is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .model import (
    Channel,
    Constant,
    Exp,
    Gate,
    HHError,
    LinExp,
    Membrane,
    Protocol,
    Sigmoid,
    Trajectory,
    clamp,
    noise,
    presets,
    pulse,
    ramp,
    samples,
    simulate,
    sine,
    step,
    train,
)
from .model import analysis as analysis

if TYPE_CHECKING:
    from .classroom import Neuron
    from .plots.camera import Camera
    from .plots.clip import clip
    from .studio.run import render

__version__ = "0.1.0"

#: Loaded at first use, so that `import hhanim` costs numpy and scipy only.
_LAZY = {"Camera": ".plots.camera", "Neuron": ".classroom", "clip": ".plots.clip", "render": ".studio.run"}

__all__ = [
    "Camera",
    "Channel",
    "Constant",
    "Exp",
    "Gate",
    "HHError",
    "LinExp",
    "Membrane",
    "Neuron",
    "Protocol",
    "Sigmoid",
    "Trajectory",
    "analysis",
    "clamp",
    "clip",
    "noise",
    "presets",
    "pulse",
    "ramp",
    "render",
    "samples",
    "simulate",
    "sine",
    "step",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'hhanim' has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

"""hhanim: the Hodgkin–Huxley neuron, simulated exactly and animated for teaching.

>>> import hhanim as hh
>>> run = hh.simulate(hh.presets.MODERN.with_(gNa=100), hh.step(10, start=5), duration=100)
>>> run["V"], run.spikes, run.current("Na")
>>> hh.render("tau", celsius=18.5)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hhanim.celluloid.camera import Camera
    from hhanim.classroom import Neuron
    from hhanim.explorer import explore
    from hhanim.model import (
        Channel,
        Constant,
        Exp,
        Gate,
        HHError,
        LinExp,
        Membrane,
        Piecewise,
        Protocol,
        Sigmoid,
        Trajectory,
        V,
        analysis,
        clamp,
        measured,
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
    from hhanim.plots.clip import clip
    from hhanim.studio.make.films import render

__version__ = "0.1.0"

# Every public name is loaded at its first use: `hhanim --help` starts without numpy, and a simulation without
# matplotlib.
_HOME = {
    "Camera": "hhanim.celluloid.camera",
    "Neuron": "hhanim.classroom",
    "clip": "hhanim.plots.clip",
    "explore": "hhanim.explorer",
    "render": "hhanim.studio.make.films",
}

__all__ = [
    "Camera", "Channel", "Constant", "Exp", "Gate", "HHError", "LinExp", "Membrane", "Neuron", "Piecewise",
    "Protocol", "Sigmoid", "Trajectory", "V", "analysis", "clamp", "clip", "explore", "measured", "noise",
    "presets", "pulse", "ramp", "render", "samples", "simulate", "sine", "step", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'hhanim' has no attribute {name!r}")
    value = getattr(import_module(_HOME.get(name, "hhanim.model")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

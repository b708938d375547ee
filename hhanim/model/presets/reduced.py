"""A two-equation neuron for the phase plane: instantaneous m, inactivation tied to n, one time constant.

Hodgkin-Huxley currents with the sigmoid curves and the 10 ms time constant in the spirit of Izhikevich's
persistent sodium plus potassium model (Dynamical Systems in Neuroscience, 2007, chapter 4,
https://doi.org/10.7551/mitpress/2526.001.0001) and h = 0.89 - 1.1 n after Rinzel's reduction (Fed Proc
44:2944, 1985). The straight line goes negative for n > 0.809; as in the lecture it is not clipped.
"""

from dataclasses import replace

from hhanim.model.channel import Channel, Gate
from hhanim.model.membrane import Membrane
from hhanim.model.rates import Constant, Sigmoid

_SODIUM = Channel(
    "Na",
    g=2.0,
    e=50.0,
    gates=(Gate("m", inf=Sigmoid(1.0, -40.0, 7.0), power=3), Gate("h", follows=("n", 0.89, -1.1))),
    blocker="ttx",
)
# One fixed time constant, whatever the temperature: q10 = 1.
_POTASSIUM = Channel(
    "K",
    g=1.44,
    e=-80.0,
    gates=(Gate("n", inf=Sigmoid(1.0, -45.0, 15.0), tau=Constant(10.0), power=4, q10=1.0),),
    blocker="tea",
)

WIDGET = Membrane(
    "widget",
    (_SODIUM, _POTASSIUM, Channel("L", g=0.2, e=-65.0)),
    title="Reduced model (V, n), rest near −65 mV",
    source="Izhikevich 2007, https://doi.org/10.7551/mitpress/2526.001.0001; Rinzel 1985",
    baseline=-65.0,
    spike_level=-20.0,
    v_range=(-90.0, 60.0),
    start={"V": -65.0, "n": 0.0},
)
LECTURE = replace(
    WIDGET.with_(EK=-77.0, EL=-54.0),
    name="lecture",
    title="Reduced model (V, n), rest near −55 mV",
    start={"V": -54.0},
)

"""The squid giant axon at 6.3 °C: Hodgkin & Huxley (1952) J Physiol 117:500-544.

https://doi.org/10.1113/jphysiol.1952.sp004764, table 3 and equations 12-24, with depolarisation positive.
CLASSIC and CLASSROOM put rest at 0 mV as the paper does; MODERN is CLASSIC in absolute voltages (V = u - 65,
E_L as in NEURON's hh).
CLASSROOM is the rounded set of many lecture notebooks: E_Na 120 instead of 115, E_L 10.6 instead of 10.613.
"""

from dataclasses import replace

from hhanim.model.channel import Channel, Gate
from hhanim.model.membrane import Membrane
from hhanim.model.rates import Exp, LinExp, Sigmoid

_PAPER = "Hodgkin & Huxley 1952, https://doi.org/10.1113/jphysiol.1952.sp004764"

SODIUM = Channel(
    "Na",
    g=120.0,
    e=115.0,
    gates=(
        Gate("m", alpha=LinExp(1.0, 25.0, 10.0), beta=Exp(4.0, 0.0, -18.0), power=3),
        Gate("h", alpha=Exp(0.07, 0.0, -20.0), beta=Sigmoid(1.0, 30.0, 10.0)),
    ),
    blocker="ttx",
    source=_PAPER,
)
POTASSIUM = Channel(
    "K",
    g=36.0,
    e=-12.0,
    gates=(Gate("n", alpha=LinExp(0.1, 10.0, 10.0), beta=Exp(0.125, 0.0, -80.0), power=4),),
    blocker="tea",
    source=_PAPER,
)
LEAK = Channel("L", g=0.3, e=10.613, source=_PAPER)

CLASSIC = Membrane(
    "classic",
    (SODIUM, POTASSIUM, LEAK),
    title="Hodgkin–Huxley 1952, rest at 0 mV",
    source=_PAPER,
    baseline=0.0,
    spike_level=65.0,
    v_range=(-50.0, 130.0),
)
CLASSROOM = replace(
    CLASSIC.with_(ENa=120.0, EL=10.6),
    name="classroom",
    title="Hodgkin–Huxley, classroom set, rest at 0 mV",
    v_range=(-150.0, 150.0),
)
MODERN = replace(
    CLASSIC.shifted(-65.0).with_(EL=-54.387),
    name="modern",
    title="Hodgkin–Huxley, rest near −65 mV",
    v_range=(-100.0, 60.0),
)

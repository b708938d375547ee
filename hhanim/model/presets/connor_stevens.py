"""Crab axon with a transient potassium (A) current, which makes it fire at arbitrarily low rates (type I).

Connor & Stevens (1971) J Physiol 213:31, https://doi.org/10.1113/jphysiol.1971.sp009366, in the form of
Dayan & Abbott, Theoretical Neuroscience (2001), section 6.2, equations 6.24-6.26; per mm² there, per cm²
here. The rates hold at 18 °C.
"""

from hhanim.model.channel import Channel, Gate
from hhanim.model.membrane import Membrane
from hhanim.model.rates import Exp, LinExp, Sigmoid

_PAPER = (
    "Connor & Stevens 1971, https://doi.org/10.1113/jphysiol.1971.sp009366 (Dayan & Abbott 2001, section 6.2)"
)
_AT = 18.0  # °C, where the rates were measured

CONNOR_STEVENS = Membrane(
    "connor_stevens",
    (
        Channel(
            "Na",
            g=120.0,
            e=55.0,
            gates=(
                Gate("m", LinExp(3.8, -29.7, 10.0), Exp(15.2, -54.7, -1 / 0.0556), 3, celsius=_AT),
                Gate("h", Exp(0.266, -48.0, -20.0), Sigmoid(3.8, -18.0, 10.0), celsius=_AT),
            ),
            blocker="ttx",
            source=_PAPER,
        ),
        Channel(
            "K",
            g=20.0,
            e=-72.0,
            gates=(Gate("n", LinExp(0.2, -45.7, 10.0), Exp(0.25, -55.7, -80.0), 4, celsius=_AT),),
            blocker="tea",
            source=_PAPER,
        ),
        Channel(
            "A",
            g=47.7,
            e=-75.0,
            ion="K",
            gates=(
                Gate(
                    "a",
                    inf=(Exp(0.0761, -94.22, 1 / 0.0314) * Sigmoid(1.0, -1.17, -1 / 0.0346)) ** (1 / 3),
                    tau=0.3632 + Sigmoid(1.158, -55.96, -1 / 0.0497),
                    power=3,
                    celsius=_AT,
                ),
                Gate(
                    "b",
                    inf=Sigmoid(1.0, -53.3, -1 / 0.0688) ** 4,
                    tau=1.24 + Sigmoid(2.678, -50.0, -1 / 0.0624),
                    celsius=_AT,
                ),
            ),
            blocker="four_ap",
            source=_PAPER,
        ),
        Channel("L", g=0.3, e=-17.0, source=_PAPER),
    ),
    celsius=18.0,
    title="Connor–Stevens, with an A-current",
    source=_PAPER,
    baseline=-68.0,
    spike_level=0.0,
    v_range=(-100.0, 60.0),
)

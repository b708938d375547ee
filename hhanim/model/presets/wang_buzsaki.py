"""Fast-spiking hippocampal interneuron: Wang & Buzsáki (1996) J Neurosci 16:6402, appendix.

https://doi.org/10.1523/JNEUROSCI.16-20-06402.1996. Sodium activation is instantaneous; the paper's phi = 5
multiplies the rates of h and n at body temperature.
"""

from hhanim.model.channel import Channel, Gate
from hhanim.model.membrane import Membrane
from hhanim.model.rates import Exp, LinExp, Sigmoid

_PAPER = "Wang & Buzsáki 1996, https://doi.org/10.1523/JNEUROSCI.16-20-06402.1996"
_PHI = 5.0
_M = LinExp(1.0, -35.0, 10.0)

WANG_BUZSAKI = Membrane(
    "wang_buzsaki",
    (
        Channel(
            "Na",
            g=35.0,
            e=55.0,
            gates=(
                Gate("m", inf=_M / (_M + Exp(4.0, -60.0, -18.0)), power=3),
                Gate("h", Exp(0.07 * _PHI, -58.0, -20.0), Sigmoid(1.0 * _PHI, -28.0, 10.0), celsius=37.0),
            ),
            blocker="ttx",
            source=_PAPER,
        ),
        Channel(
            "K",
            g=9.0,
            e=-90.0,
            gates=(
                Gate("n", LinExp(0.1 * _PHI, -34.0, 10.0), Exp(0.125 * _PHI, -44.0, -80.0), 4, celsius=37.0),
            ),
            blocker="tea",
            source=_PAPER,
        ),
        Channel("L", g=0.1, e=-65.0, source=_PAPER),
    ),
    celsius=37.0,
    title="Wang–Buzsáki interneuron",
    source=_PAPER,
    baseline=-64.0,
    spike_level=0.0,
    v_range=(-110.0, 60.0),
)

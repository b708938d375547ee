"""Channels and membranes of the kind a user adds, shared by the tests of the model."""

from hhanim import Channel, Exp, Gate, LinExp, Membrane, Sigmoid, presets

#: A-current on the modern membrane: inf and tau, two gates, its own blocker.
A_CURRENT = Channel(
    "A",
    g=20.0,
    e=-75.0,
    ion="K",
    gates=(
        Gate("a", inf=Sigmoid(1.0, -50.0, 20.0), tau=1.0 + Sigmoid(2.0, -60.0, -10.0), power=3, celsius=6.3),
        Gate("b", inf=Sigmoid(1.0, -70.0, -6.0), tau=5.0 + Sigmoid(10.0, -60.0, -10.0)),
    ),
    blocker="four_ap",
    source="made up for a test",
)
#: M-current: alpha and beta, one slow gate; as in Yamada, Koch & Adams (1989), shifted.
M_CURRENT = Channel("M", g=2.0, e=-77.0, gates=Gate("w", Exp(0.005, -35.0, 20.0), Exp(0.005, -35.0, -20.0)))

WITH_A = presets.MODERN.plus(A_CURRENT)
WITH_M = presets.MODERN.plus(M_CURRENT)

#: Everything at once: an instantaneous gate, a following gate, a gate from inf and tau, rest near 0 mV.
MIXTURE = Membrane(
    "mixture",
    (
        Channel(
            "Na",
            g=2.0,
            e=115.0,
            gates=(Gate("m", inf=Sigmoid(1.0, 25.0, 7.0), power=3), Gate("h", follows=("n", 0.89, -1.1))),
        ),
        Channel(
            "K",
            g=1.44,
            e=-12.0,
            gates=Gate("n", inf=Sigmoid(1.0, 20.0, 15.0), tau=LinExp(1.0, 9.0, 10.0) + 5.0),
        ),
        Channel("L", g=0.2, e=0.0),
    ),
    baseline=0.0,
    spike_level=45.0,
    v_range=(-30.0, 120.0),
)

PRESETS = [presets.get(name) for name in presets.names()]
MEMBRANES = [*PRESETS, WITH_A, WITH_M, MIXTURE]

"""Channels and membranes of the kind a user adds, shared by the tests of the model."""

import numpy as np

from hhanim import Channel, Exp, Gate, LinExp, Membrane, Piecewise, Sigmoid, V, presets

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

_E, _S = Exp(1.5, -20.0, 40.0), Sigmoid(2.0, -40.0, 9.0)
#: Rates in all the ways in which papers print them: each as a rate, and as NumPy has it.
PRINTED = {
    "minus": (-_E, lambda v: -1.5 * np.exp((v + 20) / 40)),
    "plus": (+_E, lambda v: 1.5 * np.exp((v + 20) / 40)),
    "abs": (abs(V + 10), lambda v: np.abs(v + 10)),
    "maximum": (np.maximum(_S, 0.02), lambda v: np.maximum(2 / (1 + np.exp(-(v + 40) / 9)), 0.02)),
    "minimum": (np.minimum(0.7, _S), lambda v: np.minimum(2 / (1 + np.exp(-(v + 40) / 9)), 0.7)),
    "clip": (np.clip(_S, 0.1, 1.1), lambda v: np.clip(2 / (1 + np.exp(-(v + 40) / 9)), 0.1, 1.1)),
    "exp": (1 / (1 + np.exp(-(V + 35) / 10)), lambda v: 1 / (1 + np.exp(-(v + 35) / 10))),
    "sqrt": (np.sqrt(_E), lambda v: np.sqrt(1.5 * np.exp((v + 20) / 40))),
    "log": (np.log(1 + _E), lambda v: np.log(1 + 1.5 * np.exp((v + 20) / 40))),
    "expm1": ((V + 0.25) / np.expm1((V + 0.25) / 9), lambda v: (v + 0.25) / np.expm1((v + 0.25) / 9)),
    "tanh": ((1 + np.tanh((V + 1.2) / 18)) / 2, lambda v: (1 + np.tanh((v + 1.2) / 18)) / 2),
    "cosh": (1 / (0.04 * np.cosh((V - 2) / 60)), lambda v: 1 / (0.04 * np.cosh((v - 2) / 60))),
    "sinh": (np.sinh(V / 50), lambda v: np.sinh(v / 50)),
    "square": (np.square(V) + V**3 * 1e-3, lambda v: v**2 + v**3 * 1e-3),
    "power of two": (2**_S, lambda v: 2.0 ** (2 / (1 + np.exp(-(v + 40) / 9)))),
    "rate to a rate": (_E**_S, lambda v: (1.5 * np.exp((v + 20) / 40)) ** (2 / (1 + np.exp(-(v + 40) / 9)))),
    "numpy number": (
        np.float64(3) - np.float64(2) ** _S,
        lambda v: 3 - 2.0 ** (2 / (1 + np.exp(-(v + 40) / 9))),
    ),
    "piecewise": (
        Piecewise(V < -80, np.exp((V + 467) / 66.6), 28 + np.exp(-(V + 22) / 10.5)),
        lambda v: np.where(v < -80, np.exp((v + 467) / 66.6), 28 + np.exp(-(v + 22) / 10.5)),
    ),
    "where in where": (
        np.where(V <= -60, 5.0, np.where((V > 0) | (V < -50), _S, 7.0)),
        lambda v: np.where(
            v <= -60, 5.0, np.where((v > 0) | (v < -50), 2 / (1 + np.exp(-(v + 40) / 9)), 7.0)
        ),
    ),
    "range": (2.0 * ((V > -60) & (V <= 10)), lambda v: 2.0 * ((v > -60) & (v <= 10))),
}

#: T-current as its authors print it, with a choice, a floor and a ceiling: Destexhe et al. (1998), made small.
T_CURRENT = Channel(
    "T",
    g=0.05,
    e=120.0,
    ion="Ca",
    gates=(
        Gate("s", inf=1 / (1 + np.exp(-(V + 57) / 6.2)), power=2),
        Gate(
            "r",
            inf=np.clip(1.01 / (1 + np.exp((V + 81) / 4)), 0.0, 1.0),
            tau=np.maximum(
                Piecewise(V < -80, np.exp((V + 467) / 66.6), 28 + np.exp(-(V + 22) / 10.5)) / 3, 1.0
            ),
        ),
        Gate("u", inf=(1 + np.tanh(V / 20)) / 2, tau=1 / np.cosh((V + 60) / 60) + np.sqrt(abs(V)) ** 0.5),
    ),
)
WITH_T = presets.MODERN.plus(T_CURRENT)

PRESETS = [presets.get(name) for name in presets.names()]
MEMBRANES = [*PRESETS, WITH_A, WITH_M, WITH_T, MIXTURE]

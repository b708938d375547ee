"""The classic demonstrations as settings of the explorer, each with what to look at, all tested."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Demonstration:
    """One setting worth showing.

    key: name in links. title, text: for people; text says what happens and what to try next. says: words that the
    explorer's sentence about the run contains. link: what differs from the explorer's defaults, as in its links.
    """

    key: str
    title: str
    says: str
    link: str
    text: str


DEMONSTRATIONS = (
    Demonstration(
        "threshold",
        "Threshold",
        "No spike",
        "model=modern&stimulus=pulse&I=13&onset=5&width=0.5&duration=30",
        "Just too little: the potential creeps up and falls back. Raise I from 13 to 14 µA/cm² and the same "
        "pulse gives a full spike: all or none.",
    ),
    Demonstration(
        "refractory",
        "Refractory period",
        "refractory",
        "model=modern&stimulus=pair&I=20&onset=5&width=1&interval=10&duration=40",
        "Two equal pulses 10 ms apart, one spike: sodium is still inactivated (h is low) and potassium "
        "still open (n is high). Widen the interval to 12 ms, or double the current.",
    ),
    Demonstration(
        "anode-break",
        "Anode-break excitation",
        "anode break",
        "model=modern&stimulus=pulse&I=-5&onset=5&width=30&duration=80",
        "Hyperpolarisation removes inactivation (h rises) and closes potassium (n falls). When it ends, the "
        "membrane fires without any depolarising current. Try I = −2.",
    ),
    Demonstration(
        "block",
        "Depolarisation block",
        "Depolarisation block",
        "model=modern&I=180&onset=5&duration=150",
        "So strong a current that sodium channels never recover from inactivation: one spike, then silence. "
        "Lower I below 150 µA/cm² and small fast spikes appear.",
    ),
    Demonstration(
        "heat-block",
        "Heat block",
        "No spike",
        "model=modern&stimulus=pulse&I=60&onset=5&width=0.5&celsius=33&duration=30",
        "At 33 °C the gates that end a spike are so fast that it hardly starts. Lower the temperature to "
        "18.5 °C: the spike is back, and at 6.3 °C it is high and broad.",
    ),
    Demonstration(
        "hopf",
        "Hopf bifurcation",
        "at 167.9 Hz",
        "model=modern&I=150&onset=5&duration=200",
        "Just below the upper Hopf point (154.5 µA/cm²): a small, fast oscillation around an unstable fixed "
        "point. Above it, at I = 160, the same ringing dies away.",
    ),
    Demonstration(
        "bistable",
        "Rest or firing at one current",
        "No spike",
        "model=modern&stimulus=ramp&I=8&onset=0&width=200&duration=200",
        "At 8 µA/cm² both rest and firing are stable. A slow ramp up to it leaves the membrane silent; a "
        "sudden step to the same current makes it fire for ever: choose the kind Step.",
    ),
    Demonstration(
        "ttx",
        "Tetrodotoxin (TTX)",
        "No spike",
        "model=modern&I=20&onset=5&ttx=1&duration=50",
        "All sodium channels blocked: only the delayed potassium current answers. Move TTX down to see how "
        "few channels a spike needs.",
    ),
    Demonstration(
        "tea",
        "Tetraethylammonium (TEA)",
        "Fires",
        "model=modern&stimulus=pulse&I=20&onset=5&width=1&tea=0.5&duration=200",
        "Half of the potassium channels blocked: spikes are broader, and one brief pulse starts firing that "
        "never ends. With TEA at 0 it gives one spike; at 0.9 the membrane is stuck, depolarised and "
        "silent.",
    ),
    Demonstration(
        "lecture",
        "The lecture's widget",
        "settles at −56.4 mV",
        "model=widget",
        "Two equations, I = 2 µA/cm²: it does not spike. One spike needs 2.83, sustained firing 3.946. Move "
        "I and watch the nullclines part.",
    ),
    Demonstration(
        "euler",
        "What a large step does",
        "short",
        "model=widget&I=4&method=euler&duration=400",
        "Forward Euler with 0.5 ms, as in the lecture, against the converged solution (dashed): at I = 4 "
        "its period is several per cent short.",
    ),
    Demonstration(
        "a-current",
        "Slow firing with an A-current",
        "Fires",
        "model=connor_stevens&I=9&onset=5&duration=300",
        "A transient potassium current lets this crab axon fire at any low rate (type I). Sweep the f–I "
        "curve, then set g of A to 0: the jump of a type II neuron is back.",
    ),
)

"""What all films have in common, as numbers: one membrane, one stimulus, one grid, one set of times and scales.

class Half(Story):
    def beats(self):
        names = ("picture", "foot", "plot")
        boxes = [Rectangle(width=a.width, height=a.height).move_to(a.center) for a in map(self.grid.get, names)]
        yield Beat("grid", "Where things stand", "The membrane stands at the left, graphs at the right.", show=boxes)
"""

from __future__ import annotations

from typing import Any

from hhanim.mobjects.frame.layout import Area
from hhanim.model import Membrane, Trajectory

#: The membrane, and the stimulus that makes one spike of it; a film's attributes repeat them, because the catalogue
#: reads films without running them.
MODEL, STIMULUS = "modern", "pulse(10, start=5, width=1)"
#: The step of a voltage clamp that stands for all steps (mV, the inside against the outside), from rest.
TEST_STEP = 0.0
#: Current (µA/cm²) that an arrow or a bar of one scene unit stands for.
CURRENT_PER_UNIT = 400.0
#: Conductance of an open channel (pS); those of sodium and potassium channels in axons are 10 to 20: Hille, Ion
#: Channels of Excitable Membranes, 3rd edition (2001), chapter 12.
CHANNEL_CONDUCTANCE = 20.0
#: Driving force V - E (mV) for which one more ion is on its way through an open channel, and the current (pA) it is.
MV_PER_ION = 15.0
#: Injected current (µA/cm²) for which one more dot is on its way through the electrode.
UA_PER_CHARGE = 2.5

#: Characters a second at which a caption can be read beside a picture; what the law of captions allows is 17.
READING = 15.0
#: Seconds: the least that is said stands; a question that a hall answers; one soft change of the picture; a zoom.
LEAST, THINKING, CHANGE, ZOOM = 1.6, 4.0, 1.0, 2.4

#: Where things stand, in scene units (left, right, bottom, top): the membrane left, graphs right of it or below. The
#: margin (5 %) and the captions' band (the lowest 10 %) are left free. `left` is picture and foot together, `plot`
#: first and second; `body` is all but the head.
GRID: dict[str, dict[str, tuple[float, float, float, float]]] = {
    "wide": {
        "head": (-6.40, 6.40, 2.68, 3.60),
        "body": (-6.40, 6.40, -3.20, 2.42),
        "left": (-6.40, -0.40, -3.20, 2.42),
        "picture": (-6.40, -0.40, -1.70, 2.42),
        "foot": (-6.40, -0.40, -3.20, -1.86),
        "plot": (0.10, 6.40, -3.20, 2.42),
        "first": (0.10, 6.40, -0.30, 2.42),
        "second": (0.10, 6.40, -3.20, -0.50),
    },
    "square": {
        "head": (-3.60, 3.60, 2.70, 3.60),
        "body": (-3.60, 3.60, -3.20, 2.52),
        "left": (-3.60, 3.60, -0.50, 2.52),
        "picture": (-3.60, 3.60, 0.50, 2.52),
        "foot": (-3.60, 3.60, -0.50, 0.40),
        "plot": (-3.60, 3.60, -3.20, -0.60),
        "first": (-3.60, -0.10, -3.20, -0.60),
        "second": (0.10, 3.60, -3.20, -0.60),
    },
    "tall": {
        "head": (-3.60, 3.60, 5.48, 6.40),
        "body": (-3.60, 3.60, -5.68, 5.22),
        "left": (-3.60, 3.60, -0.10, 5.22),
        "picture": (-3.60, 3.60, 1.62, 5.22),
        "foot": (-3.60, 3.60, -0.10, 1.42),
        "plot": (-3.60, 3.60, -5.68, -0.30),
        "first": (-3.60, 3.60, -2.90, -0.30),
        "second": (-3.60, 3.60, -5.68, -3.10),
    },
}


def grid(shape: str) -> dict[str, Area]:
    """The parts of a frame of that shape ("wide", "square", "tall") by name."""
    return {name: Area(*sides) for name, sides in GRID[shape].items()}


def voltages(membrane: Membrane, *runs: Trajectory) -> tuple[float, float]:
    """The axis of V (mV): one for all films, from 85 mV below level to 55 above, wider only where a run is."""
    ends = [(run.extreme("V", "min").value - 5.0, run.extreme("V").value + 8.0) for run in runs]
    zero = membrane.zero
    return min([zero - 85.0, *(low for low, _ in ends)]), max([zero + 55.0, *(high for _, high in ends)])


def reading_time(text: str) -> float:
    """Seconds that it takes to read a caption beside a picture."""
    return max(0.5 + len(text) / READING, LEAST) if text else 0.0


def still_and_moving(thing: Any) -> tuple[list[Any], list[Any]]:
    """What of a block never moves and what moves, to be drawn in that order.

    A block has both as `still` and `moving`; a mobject moves if anything in it has an updater.
    """
    if hasattr(thing, "still") and hasattr(thing, "moving"):
        return [thing.still], [thing.moving]
    return ([], [thing]) if thing.get_family_updaters() else ([thing], [])

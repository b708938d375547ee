"""What is added to a figure's axes from one frame to the next."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure


class Additions:
    """Notices what has been added to the axes of a figure.

    figure: the figure. known: of each axes, every artist that has been noticed, in the order of its coming.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.known: dict[Any, dict[Artist, None]] = {}

    def take(self, ax: Any) -> list[Artist]:
        """The artists that were added to the axes since it was asked for last; costs what they cost, no more."""
        known = self.known.setdefault(ax, {})
        children: list[Artist] = ax._children
        if not known or (len(known) <= len(children) and children[len(known) - 1] is next(reversed(known))):
            new = children[len(known) :]
        else:  # something older was removed
            new = [a for a in children if a not in known]
        known.update(dict.fromkeys(new))
        return new

    def mark(self) -> None:
        """All there is now is known; what has been removed is forgotten."""
        axes: list[Any] = self.figure.axes
        self.known = {ax: dict.fromkeys(ax._children) for ax in axes}

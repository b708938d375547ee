"""What is to be integrated, checked: what simulate() hands to whichever method carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hhanim.model.errors import fits
from hhanim.model.membrane import Membrane
from hhanim.model.protocol import Protocol

Array = NDArray[np.float64]

SMALLER = "a larger sample= or dt=, a shorter duration, record=('V',) or (), or for a batch method='exponential_euler'"


@dataclass(frozen=True, eq=False)
class Task:
    """One run. duration, sample (between stored samples; None: as suits the method) and dt are ms.

    y0: where it starts, (S,) or (S, N). n: N of a batch, None for one neuron. record: names of the states to store.
    dt, backend: of the fixed-step methods; rtol, atol: of the adaptive one. progress: called with the fraction done.
    """

    membrane: Membrane
    protocol: Protocol
    duration: float
    y0: Array
    n: int | None
    record: tuple[str, ...]
    method: str
    sample: float | None
    dt: float
    backend: str
    rtol: float
    atol: float
    progress: Callable[[float], None] | None

    @property
    def rows(self) -> list[int]:
        """The places of the recorded states among all."""
        return [self.membrane.states.index(name) for name in self.record]

    def neuron(self, k: int) -> Task:
        """The run of neuron k of a batch, by itself and in silence."""
        y0 = self.y0 if self.y0.ndim == 1 else self.y0[:, k]
        one, what = self.membrane.member(k), self.protocol.member(k)
        return replace(self, membrane=one, protocol=what, y0=y0, n=None, progress=None)

    def refuse_too_large(self, samples: float) -> None:
        """Raise InvalidValue if so many samples of what is recorded would fill the memory."""
        fits(samples, len(self.record) * (self.n or 1), SMALLER)

    def report(self, share: float) -> None:
        """Say what fraction of the run is done."""
        if self.progress is not None:
            self.progress(share)

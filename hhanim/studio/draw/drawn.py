"""What is known of a film once it has been drawn, beside its frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hhanim.studio.media.sidecar import Caption, Section


@dataclass(frozen=True)
class Drawn:
    """What comes out of an engine beside the film: the poster's pixels, None where somebody else drew it, captions,
    the text alternative, the film's sections, and the first frames of the pieces it is encoded in.
    """

    poster: Any
    captions: Sequence[Caption]
    alt: str
    fps: Fraction
    n_frames: int
    sections: Sequence[Section] = ()
    cuts: Sequence[int] = (0,)

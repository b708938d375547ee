"""What is known of a film once it has been drawn, beside its frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hhanim.studio.media.sidecar import Caption, Section


@dataclass(frozen=True)
class Drawn:
    """What comes out of an engine beside the film: the poster's pixels, None where somebody else drew it, captions,
    the text alternative, the film's sections, the first frames of the pieces it is encoded in, and what was used.
    """

    poster: Any
    captions: Sequence[Caption]
    alt: str
    fps: Fraction
    n_frames: int
    sections: Sequence[Section] = ()
    cuts: Sequence[int] = (0,)
    used: Mapping[str, str] = field(default_factory=dict)

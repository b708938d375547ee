"""A request, checked, with the key of its film: what was asked for, by its values.

The key is the scene's parameters, the membrane and the theme behind their names, size and rate, and the versions of
the engines. With what was used while the film was drawn (:mod:`hhanim.studio.fresh.used`) it decides every pixel. Both
are stored in the film's sidecar, so whether the film is fresh needs neither matplotlib nor manim to answer, and no
cache that could be wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hhanim.studio.fresh.used import meaning
from hhanim.studio.fresh.versions import versions
from hhanim.studio.plan.request import Request

if TYPE_CHECKING:
    from hhanim.parameters import Values


@dataclass(frozen=True)
class Job:
    """A request, checked: everything a worker needs to make the film."""

    request: Request
    values: Values
    fps: Fraction
    n_frames: int
    key: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """One number for the key."""
        return digest(self.key)


def prepare(request: Request) -> Job:
    """Check a request in full and work out its key. Raises UsageError when a parameter, the theme or the size is
    not possible."""
    from hhanim.model import Membrane

    request.check()
    width, height = request.pixels
    values = request.values
    n_frames, fps = request.time_base
    key = _json(
        {
            "scene": request.entry.symbol,
            "parameters": values.plain,
            "membranes": {
                name: meaning(value) for name, value in values.objects.items() if isinstance(value, Membrane)
            },
            "format": request.format.name,
            **request.choices,
            **({} if request.format.container else {"sound": "none"}),
            "preset": request.use.name,
            "colours": digest(repr(request.look)),
            "width": width,
            "height": height,
            "frame_rate": str(fps),
            "n_frames": n_frames,
            "quality": [request.use.speed, request.use.qp],
            "engines": versions(request.entry.kind),
        }
    )
    return Job(request, values, fps, n_frames, key)


def stamp(request: Request) -> str:
    """A number that is equal when the same was asked for, with the same engines; cheap to work out again."""
    return digest([request.settings(), versions(request.entry.kind)])


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))


def digest(value: Any) -> str:
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]

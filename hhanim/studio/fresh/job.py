"""A request, checked, with the key of its film: everything that decides the film's pixels.

The key is the scene file, the local files and the hhanim modules it reaches, its parameters, the membrane and the
theme behind their names, size and rate, and the versions of the engines. It is stored in the film's sidecar, so
whether the film is fresh needs neither matplotlib nor manim to answer, and no cache that could be wrong.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhanim.studio.fresh.sources import data, sources
from hhanim.studio.fresh.versions import versions
from hhanim.studio.media import sidecar
from hhanim.studio.plan.catalogue import Entry
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
    watched: Mapping[str, str]

    @property
    def digest(self) -> str:
        """One number for the key."""
        return digest(self.key)


def prepare(request: Request) -> Job:
    """Check a request in full and work out its key.

    Raises:
        UsageError: when a parameter, the theme or the size is not possible.
    """
    from hhanim.model import Membrane

    request.check()
    width, height = request.pixels
    values = request.values
    n_frames, fps = request.time_base
    found = sources(request.entry)
    key = _json(
        {
            "scene": request.entry.symbol,
            "parameters": values.plain,
            "membranes": {
                name: digest(repr(value))
                for name, value in values.objects.items()
                if isinstance(value, Membrane)
            },
            "format": request.format.name,
            "sections": request.sections,
            "preset": request.use.name,
            "theme": request.theme,
            "colours": digest(repr(request.look)),
            "width": width,
            "height": height,
            "frame_rate": str(fps),
            "n_frames": n_frames,
            "quality": [request.use.speed, request.use.qp],
            **fingerprint(request.entry),
        }
    )
    watched = {label: sidecar.sha256(path)[:16] for label, path in {**found, **data(request)}.items()}
    return Job(request, values, fps, n_frames, key, watched)


def fingerprint(entry: Entry) -> dict[str, dict[str, str]]:
    """The code that a scene reaches, by label, and the engines: the same wherever it is drawn."""
    found = sources(entry)
    return {
        "sources": {label: _source_digest(label, path) for label, path in found.items()},
        "engines": versions(entry.kind),
    }


def stamp(job: Job) -> str:
    """A number that is equal only when nothing that could matter has changed; cheap to work out again."""
    return digest([job.request.settings(), dict(job.watched), versions(job.request.entry.kind)])


def _source_digest(label: str, path: Path) -> str:
    """Of a file's text; of the theme's without its colours, which are in the key by themselves, for one theme
    each."""
    if label == "hhanim/look/theme.py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kept = [node for node in tree.body if not isinstance(node, ast.Assign)]
        return digest([ast.dump(node) for node in kept])
    return sidecar.sha256(path)[:16]


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

"""One moment of a scene as a picture: PNG, or for a clip SVG and PDF, whose lines stay lines."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from hhanim.errors import did_you_mean
from hhanim.studio.errors import UsageError
from hhanim.studio.fresh.job import Job, prepare
from hhanim.studio.make.drawing import alone
from hhanim.studio.make.manifest import put
from hhanim.studio.plan.request import Request, target

PICTURES = ("png", "svg", "pdf")


def still(request: Request, at: float | None = None, kind: str = "png", *, force: bool = False) -> Path:
    """Draw the frame that is seen ``at`` seconds into the film.

    request: the film; the picture is put beside where it would be.
    at: seconds; None is the poster's frame. kind: png, svg or pdf.
    force: whether it replaces a picture that hhanim did not make, or a hand has been at.
    Returns the picture's path, ``tau-12.5s.png``, ``tau-12.5s-light.png``.
    Raises UsageError when there is no such moment or kind; RenderError when the scene fails.
    """
    entry = request.entry
    if kind not in PICTURES:
        raise UsageError(f"no kind of picture named {kind}{did_you_mean(kind, PICTURES)}")
    if kind != "png" and entry.kind == "film":
        raise UsageError(f"{entry.name} is a film, whose stills are PNG; SVG and PDF are for clips")
    job = prepare(request)
    if at is None:
        at = _poster_time(job)
    if not (math.isfinite(at) and at >= 0):
        raise UsageError(f"--at {at:g}: give seconds from the beginning, 0 or more")
    number = math.floor(min(at, 1e9) * job.fps + 1e-9)
    path = target(request.path.parent, _name(request, at), f".{kind}")
    with put(path, force=force) as part:
        if entry.kind == "clip" and number >= job.n_frames:
            raise _beyond(job, job.n_frames)
        if kind == "png":
            _png(job, number, part)
        else:
            part.write_bytes(alone().picture(request, number, kind))
    return path


def _name(request: Request, at: float) -> str:
    """What tells a still from others of its scene: its moment, and the preset, theme and size that are not usual."""
    name, theme = request.path.stem, request.theme if request.theme != "dark" else None
    asked = [w for w in (request.preset, theme, request.size) if w and f"-{w}-" not in f"{name}-"]
    return "-".join([name, f"{at:.12g}s", *asked])


def _poster_time(job: Job) -> float:
    entry = job.request.entry
    if entry.kind == "film":
        raise UsageError(f"{entry.name} is a film: say the moment with --at SECONDS")
    return float(round((entry.poster or 0.0) * (job.n_frames - 1)) / job.fps)


def _beyond(job: Job, n_frames: int) -> UsageError:
    return UsageError(
        f"{job.request.entry.name} lasts {float(n_frames / job.fps):g} s: give --at less than that"
    )


def _png(job: Job, number: int, path: Path) -> None:
    from hhanim.studio.media import checks

    with tempfile.TemporaryDirectory(prefix="hhanim-") as work:
        found = alone().frame(job.request, Path(work), number)
    if isinstance(found, int):
        raise _beyond(job, found)
    checks.poster(path, found, transparent=bool(job.request.look.transparent))

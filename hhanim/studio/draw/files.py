"""What the frames of a job are written into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hhanim.studio.fresh.job import Job
from hhanim.studio.media.formats import open_writer


def writer(job: Job, path: Path) -> Any:
    """What takes the frames of a job: see :func:`open_writer`."""
    from hhanim.studio.media.encode import Quality

    width, height = job.request.pixels
    quality = Quality(job.request.use.speed, job.request.use.qp)
    theme = job.request.look
    return open_writer(path, width=width, height=height, fps=job.fps, quality=quality, theme=theme)

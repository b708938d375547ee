"""Taking away what was made, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hhanim.studio.make.locks import lock
from hhanim.studio.make.work_folder import WORK
from hhanim.studio.media import sidecar


@dataclass(frozen=True)
class Made:
    """A film and what lies beside it; ``intact`` says that all of it is still what hhanim wrote."""

    media: Path
    files: tuple[Path, ...]
    intact: bool


def made(folder: Path) -> list[Made]:
    """Every film in a folder that has a sidecar of hhanim's."""
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        # With or without the film's own suffix: ttx-0.5.json may be of either.
        for media in (path.with_suffix(".mp4"), path.with_suffix("")):
            record = sidecar.read(media) if sidecar.sidecar_path(media) == path else None
            if record is not None and record.get("file") == media.name and "digest" in record:
                break
        else:
            continue
        files = tuple(p for p in (media, *sorted(sidecar.companions(media, record)), path) if p.exists())
        intact = not sidecar.edited(media, record)
        found.append(Made(media, files, intact))
    return found


def clean(
    folder: Path, keep: Collection[Path] = (), *, dry_run: bool = False
) -> tuple[list[Path], list[Path]]:
    """Remove the films that hhanim made into a folder, and what interrupted runs left there.

    Args:
        folder: of the media. keep: films that stay. dry_run: only say what would go.

    Returns:
        What was removed, and the films that were edited by hand and stay therefore.

    Raises:
        OSError: when something cannot be removed.
    """
    gone: list[Path] = []
    kept: list[Path] = []
    wanted = {p.resolve() for p in keep}
    for item in made(folder):
        if item.media.resolve() in wanted:
            continue
        if not item.intact:
            kept.append(item.media)
            continue
        gone += item.files
        if not dry_run:
            with lock(folder / WORK, item.media.name):
                for path in item.files:
                    _remove(path)
    return gone, kept


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""Taking away what was made, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hhanim.studio.make import manifest
from hhanim.studio.make.locks import lock
from hhanim.studio.make.work_folder import WORK, sweep
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
            if record is not None:
                break
        else:
            continue
        files = tuple(p for p in (media, *sorted(sidecar.companions(media, record)), path) if p.exists())
        intact = not sidecar.edited(media, record)
        found.append(Made(media, files, intact))
    return found


def clean(
    folder: Path, keep: Collection[Path] | None = None, *, dry_run: bool = False
) -> tuple[list[Path], list[Path]]:
    """Remove what hhanim made into a folder, and what interrupted runs left there.

    Args:
        folder: of the media. keep: films that stay, and with them all that is no film. dry_run: only say what would go.

    Returns:
        What was removed, and what was edited by hand and stays therefore.

    Raises:
        OSError: when something cannot be removed.
    """
    gone: list[Path] = []
    kept: list[Path] = []
    if not dry_run:
        sweep(folder)
    wanted = {p.resolve() for p in keep or ()}
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
    others = manifest.noted(folder) if keep is None else {}
    there = {folder / name: digest for name, digest in others.items() if folder.joinpath(name).exists()}
    intact = [path for path, digest in there.items() if sidecar.sha256(path) == digest]
    if others and not dry_run:
        for path in intact:
            _remove(path)
        manifest.forget(folder, {n for n in others if folder / n in intact or folder / n not in there})
    return gone + intact, kept + [path for path in there if path not in intact]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

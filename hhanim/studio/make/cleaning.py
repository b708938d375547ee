"""Taking away what was made, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from hhanim.studio.errors import RenderError
from hhanim.studio.make import manifest
from hhanim.studio.make.locks import lock
from hhanim.studio.make.work_folder import sweep
from hhanim.studio.media import sidecar
from hhanim.studio.media.atomic import remove_empty
from hhanim.studio.media.exchange import WORK


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
        names = (*sidecar.made_with(media, record), path.name)
        files = tuple(p for name in names if os.path.lexists(p := folder / name))
        found.append(Made(media, files, not sidecar.edited(media, record)))
    return found


def clean(
    folder: Path, keep: Collection[Path] | None = None, *, dry_run: bool = False
) -> tuple[list[Path], list[Path]]:
    """Remove what hhanim made into a folder, and what interrupted runs left there.

    folder: of the media. keep: films that stay, and with them all that is no film. dry_run: only say what would go.
    Returns what was removed, and what was edited by hand and stays therefore.
    Raises OSError when something cannot be removed.
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
        gone += dict.fromkeys(folder / path.relative_to(folder).parts[0] for path in item.files)
        if not dry_run:
            with lock(folder / WORK, item.media.name):
                _remove(folder, item.files)
    if keep is None:
        more, stays = _others(folder, dry_run=dry_run)
        gone, kept = gone + more, kept + stays
    for parts in sorted(folder.glob("*.parts")):  # of lectures
        if parts.is_dir() and not parts.is_symlink():
            more, stays = clean(parts, keep, dry_run=dry_run)
            gone, kept = gone + more, kept + stays
            if not dry_run:
                remove_empty(parts)
    return gone, kept


def _others(folder: Path, *, dry_run: bool) -> tuple[list[Path], list[Path]]:
    """Take away decks, pages and stills, and galleries, which are folders with a manifest of their own: what went, and
    what stays."""
    try:
        others = manifest.noted(folder)
    except RenderError:  # whoever wrote into it
        return [], [folder / manifest.FILE]
    there = {folder / name: known for name, known in others.items() if folder.joinpath(name).exists()}
    gone = [path for path, known in there.items() if sidecar.sha256(path) in known]
    kept = [path for path in there if path not in gone]
    if others and not dry_run:
        _remove(folder, gone)
        manifest.forget(folder, {n for n in others if folder / n in gone or folder / n not in there})
    for inner in sorted(path.parent for path in folder.glob(f"*/{manifest.FILE}")):
        if inner.is_symlink() or inner.suffix == ".parts":
            continue
        more, stays = _others(inner, dry_run=dry_run)
        gone, kept = gone + more, kept + stays
        if not dry_run:
            remove_empty(inner)
    return gone, kept


def _remove(folder: Path, files: Sequence[Path]) -> None:
    """Files, one by one, and the folders in ``folder`` that are empty then: what else is in them is somebody's."""
    for path in files:
        path.unlink(missing_ok=True)
    remove_empty(*{path.parent for path in files} - {folder})

"""Where a film is made before it takes its place, and how it takes it: whole, whatever kills the process."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from hhanim.studio.make.locks import lock
from hhanim.studio.media import sidecar

WORK = ".hhanim"


@contextlib.contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """A folder beside the film for what is not finished, on the same disk so that a rename is all that is
    left."""
    work = path.parent / WORK / f"{path.name}.{secrets.token_hex(4)}"
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def commit(work: Path, path: Path) -> None:
    """Move what is in ``work`` beside and over ``path``; the sidecar is last, so that until then it can be
    told from the sidecar waiting in ``work`` that the new film is ours (see :func:`recover`)."""
    last = sidecar.sidecar_path(path).name
    before, now = (
        {p.name for p in sidecar.companions(media, sidecar.read(media))} for media in (path, work / path.name)
    )
    for item in sorted(work.iterdir(), key=lambda p: (p.name == last, p.name == path.name, p.name)):
        place = path.with_name(item.name)
        if place.is_dir():
            shutil.rmtree(place)
        item.replace(place)
    for name in before - now:  # the sections of a film that is now made without
        place = path.with_name(name)
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def recover(path: Path) -> None:
    """Finish or sweep up what a killed run left: called with the lock of ``path`` held."""
    for part in path.parent.iterdir():
        if part.name.startswith(f".{path.name}.") and ".part" in part.name:
            shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
    folder = path.parent / WORK
    for work in list(folder.glob("*")) if folder.is_dir() else ():
        if not work.is_dir() or work.name.rpartition(".")[0] != path.name:
            continue
        # The sidecar is written last and moved last: where it waits, all the rest is whole, here or there.
        record = sidecar.read(work / path.name)
        for media in (work / path.name, path):
            if record and media.exists() and sidecar.sha256(media) == record.sha256:
                commit(work, path)
                break
        shutil.rmtree(work, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Finish or clear away what killed runs left in an output folder, whatever they were making."""
    left = folder / WORK
    if not left.is_dir():
        return
    names = {p.name.rpartition(".")[0] for p in left.iterdir()}  # of work folders and of locks alike
    for name in names - {""}:
        with contextlib.suppress(OSError), lock(left, name, wait=False) as free:
            if free:
                recover(folder / name)

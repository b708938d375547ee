"""Where a film is made before it takes its place, and how it takes it: whole, whatever kills the process."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hhanim.studio.errors import RenderError, StudioError
from hhanim.studio.make.locks import lock
from hhanim.studio.media import exchange, sidecar
from hhanim.studio.media.exchange import WORK


@contextlib.contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """A folder beside the film for what is not finished, on the same disk so that renames are all that is left: what
    is to take its place is put into ``new`` in it."""
    work = path.parent / WORK / f"{path.name}.{secrets.token_hex(4)}"
    (work / exchange.NEW).mkdir(parents=True)
    try:
        yield work
    finally:
        _discard(work)


def commit(work: Path, path: Path, *, force: bool = False) -> None:
    """Put the film that waits in ``work`` in its place, with all that belongs to it.

    force: whether it replaces what hhanim did not make, or a hand has been at.
    Raises RenderError when something of somebody's lies there, which stays; OSError when the disk refuses.
    """
    record, before = sidecar.record_of(work / exchange.NEW / path.name), sidecar.read(path)
    coming = [*sidecar.made_with(path, record), sidecar.sidecar_path(path).name]
    if reasons := () if force else sidecar.kept(path, before, coming):
        raise RenderError(f"{path.name}: {reasons[0]}; --force replaces it")
    if blocked := sidecar.blocked(path, coming):
        raise RenderError(f"{path.name}: {blocked}")
    going = [name for name in (sidecar.made_with(path, before) if before else ()) if name not in set(coming)]
    with contextlib.nullcontext() if exchange.linked(work) else _watched(path.parent):
        exchange.exchange(work, path.parent, coming, going)


@contextlib.contextmanager
def _watched(folder: Path) -> Iterator[None]:
    """Files take places one after the other meanwhile: if this process is killed, another finishes that at once."""
    begin = (
        "import sys\nif not sys.stdin.buffer.read():\n    from pathlib import Path\n    sys.path[:] = {!r}\n"
        "    from hhanim.studio.make.work_folder import sweep\n    sweep(Path({!r}))"
    )
    away: dict[str, Any] = (
        {"creationflags": _DETACHED} if sys.platform == "win32" else {"start_new_session": True}
    )
    watcher: subprocess.Popen[bytes] = subprocess.Popen(
        [sys.executable, "-c", begin.format([str(Path(p).absolute()) for p in sys.path], str(folder.absolute()))],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **away,
    )  # fmt: skip
    with watcher:
        try:
            yield
        finally:
            assert watcher.stdin is not None
            with contextlib.suppress(OSError):
                watcher.stdin.write(b"done")


_DETACHED = 0x00000008 | 0x00000200  # DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP: Ctrl-C is not for it


def recover(path: Path) -> None:
    """Finish or sweep up what a killed run left: called with the lock of ``path`` held."""
    part = re.compile(rf"\.{re.escape(path.name)}\.\d+-[0-9a-f]{{6}}\.part")
    for file in path.parent.iterdir():
        if part.match(file.name) and file.is_file():
            file.unlink(missing_ok=True)
    folder = path.parent / WORK
    for work in list(folder.glob("*")) if folder.is_dir() else ():
        if re.fullmatch(rf"{re.escape(path.name)}\.[0-9a-f]{{8}}", work.name) and not work.is_symlink():
            exchange.carry_on(work, path.parent, path.stem)
            _discard(work)


def _discard(work: Path) -> None:
    """Remove a work folder, unless what was there before is still in it."""
    if not (work / exchange.JOURNAL).exists():
        shutil.rmtree(work, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Finish or clear away what killed runs left in an output folder, whatever they were making."""
    left = folder / WORK
    if left.is_symlink() or not left.is_dir():
        return
    names = {p.name.rpartition(".")[0] for p in left.iterdir()}  # of work folders and of locks alike
    for name in names - {""}:
        with contextlib.suppress(OSError, StudioError), lock(left, name, wait=False) as free:
            if free:
                recover(folder / name)

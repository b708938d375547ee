"""What hhanim made that has no record of its own: stills, pages, decks, the explorer, runs.

Their names and hashes are kept in one file beside them, so that the next one does not take the place of a file of
somebody's, or of one that a hand has been at, and ``hhanim clean`` finds them.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from hhanim.studio.errors import RenderError, writing
from hhanim.studio.make.locks import lock
from hhanim.studio.media import plain, sidecar
from hhanim.studio.media.atomic import in_place, temporary_name
from hhanim.studio.media.exchange import WORK

FILE = ".hhanim.json"

_Name = Annotated[str, Meta(pattern=r"^(?!\.{1,2}\Z)[^/\\\x00-\x1f]{1,255}\Z")]
_Hashes = Annotated[list[Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]], Meta(max_length=2)]
_Manifest = Annotated[dict[_Name, _Hashes], Meta(max_length=20_000)]


@contextlib.contextmanager
def put(path: Path, *, force: bool = False, folder: bool = True) -> Iterator[Path]:
    """A name to write to, which becomes ``path`` when all went well; that hhanim made it is remembered.

    force: whether it replaces what hhanim did not make, or a hand has been at. folder: whether to make the folder
        of ``path`` if it is not there.
    Raises RenderError when something of somebody's lies there, which stays, or it cannot be written.
    """
    part, place = temporary_name(path, path.suffix), path.parent
    with writing(path):
        if not folder and not place.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        place.mkdir(parents=True, exist_ok=True)
        spare(path, force)
        try:
            yield part
            with lock(place / WORK, FILE):
                spare(path, force)
                # Killed before or after the file has taken its place, it is known as ours.
                new, old = sidecar.sha256(part), [sidecar.sha256(path)] if path.is_file() else []
                _write(place, {**noted(place), path.name: [new, *old]})
                part.replace(path)
                _write(place, {**noted(place), path.name: [new]})
        finally:
            with contextlib.suppress(OSError):  # where nothing can be written nothing is left
                part.unlink(missing_ok=True)


def spare(path: Path, force: bool) -> None:
    """Refuse to replace what is not ours. Raises RenderError when something of somebody's lies there, or a folder."""
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise RenderError(f"{path} is a folder; move it away")
    known = noted(path.parent).get(path.name)
    if not force and (known is None or sidecar.sha256(path) not in known):
        what = "is there, but nothing says hhanim made it" if known is None else "was edited by hand"
        raise RenderError(f"{path} {what}; --force replaces it")


def noted(folder: Path) -> dict[str, list[str]]:
    """Name → hash of what was made into a folder, and what it replaces while that is done; nothing that is not in it.
    Raises RenderError when the file that says it cannot be read."""
    path = folder / FILE
    if not os.path.lexists(path):
        return {}
    try:
        found: dict[str, list[str]] = plain.read(path, _Manifest)
    except (OSError, ValueError) as error:
        raise RenderError(
            f"{path} cannot be read ({error}): what hhanim made it no longer says; remove it"
        ) from None
    return found


def forget(folder: Path, names: set[str]) -> None:
    """These files are gone."""
    with lock(folder / WORK, FILE):
        if (left := {n: h for n, h in noted(folder).items() if n not in names}) != noted(folder):
            _write(folder, left)


def _write(folder: Path, found: Mapping[str, list[str]]) -> None:
    path = folder / FILE
    if not found:
        path.unlink(missing_ok=True)
        return
    with in_place(path) as part:
        part.write_bytes(plain.text(dict(sorted(found.items()))))

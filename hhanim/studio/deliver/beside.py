"""A deck that is a text, and what lies beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from hhanim.studio.errors import UsageError
from hhanim.studio.make.manifest import put, spare
from hhanim.studio.media import sidecar


def address(media: Path, folder: Path) -> str:
    """How a file in a folder finds a film: where it is, if that is in the folder too, else its copy's name."""
    media, folder = media.resolve(), folder.resolve()
    return media.relative_to(folder).as_posix() if media.is_relative_to(folder) else media.name


def lay(path: Path, text: str, films: Sequence[Path], parts: Mapping[str, bytes], *, force: bool) -> Path:
    """Write a text; beside it the parts that it names, and copies of the films that are not in its folder already.

    Raises UsageError when two of the films have one name; RenderError when something of somebody's is in the way,
    before anything is written, or it cannot be written.
    """
    folder = path.parent
    places = {folder / address(media, folder): media.resolve() for media in films}
    if len(places) < len({media.resolve() for media in films}):
        raise UsageError("two films have one name; give --out where their folder is")
    copies = {
        place: media
        for place, media in places.items()
        if place.resolve() != media and sidecar.sha256(place) != sidecar.sha256(media)
    }
    written = {**{folder / name: data for name, data in parts.items()}, path: text.encode("utf-8")}
    for place in (*copies, *written):
        spare(place, force)
    for place, media in copies.items():
        with put(place, force=force) as part:
            shutil.copyfile(media, part)
    for place, data in written.items():  # the text last: it never names what is not there
        with put(place, force=force) as part:
            part.write_bytes(data)
    return path

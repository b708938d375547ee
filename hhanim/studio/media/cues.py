"""Where a film stops for whoever presents it: a file of cues beside it, of which decks, pages and handouts are made.

It may be edited by hand, as captions may be, and is read as foreign input: see :mod:`hhanim.studio.media.sidecar`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hhanim.studio.errors import UsageError
from hhanim.studio.media import plain, sidecar
from hhanim.studio.media.sidecar import Section


class Cues(Struct, frozen=True):
    """The sections of a film, in order; `sha256` is the film's own, so that another film's cues show."""

    film: Annotated[str, Meta(max_length=300)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    sections: Annotated[list[Section], Meta(min_length=1, max_length=1000)]


def path_of(media: Path) -> Path:
    """``tau.cues.json`` with ``tau.mp4``, ``tau.gif.cues.json`` with ``tau.gif``."""
    return sidecar.beside(media, ".cues.json")


def write(path: Path, film: str, sha256: str, sections: Sequence[Section]) -> None:
    """Write the cues of the file ``film``; the same content gives the same bytes."""
    path.write_bytes(plain.text(Cues(film, sha256, list(sections))))


def read(media: Path) -> list[Section]:
    """The cues of a film that hhanim made: at least one section, each from where the one before it stops. Raises
    UsageError when there are none, they are not in order, or are of a film that has been made again since."""
    record, path = sidecar.record_of(media), path_of(media)
    again = f"render {record.name} again"
    try:
        found: Cues = plain.read(path, Cues)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}): {again}") from error
    except ValueError as error:
        raise UsageError(f"{path} cannot be read ({error}): mend it, or {again} with --force") from None
    now = sidecar.sha256(media) or record.sha256  # a folder of pictures has none of its own
    if not found.sha256 == record.sha256 == now:
        raise UsageError(f"{media} was made again since its cues, {path.name}: {again} with --force")
    end = record.duration + 1e-3
    for part in found.sections:
        if not part.start <= part.full <= part.stop <= end or part.start == part.stop:
            raise UsageError(
                f"{path}: {part.name!r} must have start <= full <= stop <= {record.duration:g} s"
            )
        if part.file and part.file not in record.hashes:
            raise UsageError(f"{path}: {part.file!r} is none of its film's files")
    for one, other in pairwise(found.sections):
        if one.stop != other.start:
            raise UsageError(f"{path}: {other.name!r} must start where {one.name!r} stops, at {one.stop:g} s")
    return found.sections

"""How several files take the place of others: all at once, whatever kills the process.

No file system exchanges several names at once, and a film is several files in a folder of the user's. So for a moment
each of the names is a link through `now`, itself a link in the work folder, which leads to the old files and then, by
one rename, to the new ones; after that each file takes the place of its link. Whoever looks at the folder, with
whatever program, sees what was there, whole, or what is new, whole.

Where a disk has no links (FAT; Windows without the right to make them) the files are renamed one after the other,
while a second process waits to finish that if the first is killed. There, and wherever a process was killed, the
journal says what is left to do: any later run carries on.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, json

from hhanim.studio.media import plain
from hhanim.studio.media.atomic import in_place, remove_empty

WORK = ".hhanim"
"""The folder beside the films where they are made."""

NEW, OLD, NOW, JOURNAL = "new", "old", "now", "journal.json"

# A file of the folder, or of a folder in it; nothing that leads elsewhere.
_Name = Annotated[str, Meta(pattern=r"^(?!\.)[^/\\\x00]{1,250}(/(?!\.)[^/\\\x00]{1,250})?\Z")]
_State = tuple[int, int, int]
MOST, LARGEST = 210_000, 100_000_000
"""Files that are exchanged, bytes of a journal."""


class _Journal(Struct, frozen=True):
    """What is exchanged: the new files in the order in which they come, and the state of those that were there."""

    coming: Annotated[list[_Name], Meta(max_length=MOST)]
    there: dict[_Name, _State]


def exchange(work: Path, folder: Path, coming: Sequence[str], going: Iterable[str] = ()) -> None:
    """Put files of ``work/new`` into ``folder`` in the place of those that are there, and take others away.

    coming, going: names relative to both folders, such as ``a.mp4`` and ``a.sections/01.mp4``.
    Raises OSError when the disk refuses; what was there is there.
    """
    there = {name: state for name in (*coming, *going) if (state := _state(folder / name))}
    journal = _Journal(list(coming), there)
    with in_place(work / JOURNAL) as part:
        part.write_bytes(json.encode(journal))
    usual = stat.S_IMODE((work / JOURNAL).stat().st_mode)
    for file in (work / NEW / name for name in coming):
        if stat.S_IMODE(file.stat().st_mode) != usual:  # whatever a scene has done with its process
            file.chmod(usual)
    try:
        carry_on(work, folder)
    except BaseException:  # a full disk, Ctrl-C: what cannot be undone any more is done all the same
        if _leads_to(work / NOW) == NEW or not all(os.path.lexists(work / NEW / name) for name in coming):
            carry_on(work, folder)
        else:
            _undo(work, folder, journal)
        raise


def _undo(work: Path, folder: Path, journal: _Journal) -> None:
    """Every file that was there in the place of its link."""
    for name in {*journal.there, *journal.coming}:
        if is_link(place := folder / name):
            kept = work / OLD / name
            kept.replace(place) if os.path.lexists(kept) else place.unlink()
    _tidy(folder, journal.coming)
    (work / JOURNAL).unlink()


def _tidy(folder: Path, names: Iterable[str]) -> None:
    """Remove the folders of these files that are empty now."""
    remove_empty(*{(folder / name).parent for name in names} - {folder})


def carry_on(work: Path, folder: Path, stem: str = "") -> None:
    """Finish what :func:`exchange` began, in this process or in one that was killed; nothing if it had not begun.

    What somebody has put into one of the places since then stays there.

    stem: what all names begin with, else the journal is not one of ours.
    """
    try:
        journal: _Journal = plain.read(work / JOURNAL, _Journal, LARGEST)
    except (OSError, ValueError):
        return
    going = [name for name in journal.there if name not in set(journal.coming)]
    names = [*going, *journal.coming]
    if not all(name.startswith(stem) for name in names):
        return
    free = [name for name in names if is_free(folder / name, journal.there.get(name))]
    if _leads_to(work / NOW) != NEW and linked(work):
        for name in journal.there:
            _keep(folder / name, work / OLD / name)
        for name in free:
            _point(folder / name, work, name)
        _link(NEW, work / NOW, work)  # this decides
    for name in free:
        place, file = folder / name, work / NEW / name
        if os.path.lexists(file):
            _folder(place.parent)
            file.replace(place)
        elif os.path.lexists(place) and (name in going or is_link(place)):
            place.unlink(missing_ok=True)
    _tidy(folder, going)
    (work / JOURNAL).unlink()


def is_free(place: Path, state: _State | None = None) -> bool:
    """Whether nothing of anybody's is there: nothing at all, a link of ours, or what was there in that state."""
    found = _state(place)
    return found is None or found == state or is_link(place)


def is_link(place: Path) -> bool:
    """Whether something is a link that :func:`exchange` made, and a process that was killed has left."""
    return WORK in Path(_leads_to(place)).parts[:2]


def _leads_to(link: Path) -> str:
    """What a link says; "" for what is none."""
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _state(path: Path) -> _State | None:
    """What tells a file from another in its place; None for nothing."""
    try:
        about = path.lstat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


def linked(work: Path) -> bool:
    """Whether there can be links here; then `now` leads to the old files."""
    try:
        _link(OLD, work / NOW, work)
    except (OSError, NotImplementedError):
        return False
    return True


def _link(target: str, place: Path, work: Path) -> None:
    """A link in the place of whatever is there."""
    if _leads_to(place) != target:
        part = work / "link"
        part.unlink(missing_ok=True)
        part.symlink_to(target)
        part.replace(place)


def _folder(path: Path) -> None:
    """The folder, made if it is not there: who carries on repeats nothing, so that each brings it nearer the end."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)


def _keep(place: Path, copy: Path) -> None:
    """The file under a second name, or a copy where a disk has one name for a file only; nothing of what has gone:
    whoever began this may have had no links."""
    if is_link(place) or not os.path.lexists(place) or os.path.lexists(copy):
        return
    _folder(copy.parent)
    try:
        os.link(place, copy, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(place, copy)


def _point(place: Path, work: Path, name: str) -> None:
    """A link to whatever is behind `now`, in the place of the file of that name."""
    _folder(place.parent)
    _link(f"{'../' * name.count('/')}{WORK}/{work.name}/{NOW}/{name}", place, work)

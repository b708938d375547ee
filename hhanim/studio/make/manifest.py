"""What hhanim made that has no record of its own: stills, pages, decks, the explorer.

Their names and hashes are kept in one file beside them, so that ``hhanim clean`` finds them and knows which of
them a hand has been at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from hhanim.studio.errors import writing
from hhanim.studio.make.locks import lock
from hhanim.studio.make.work_folder import WORK
from hhanim.studio.media import sidecar
from hhanim.studio.media.atomic import in_place

FILE = ".hhanim.json"


def note(path: Path) -> Path:
    """Remember that hhanim made this file, as it is now; the file.

    Raises:
        RenderError: when that cannot be written.
    """
    with writing(path), lock(path.parent / WORK, FILE):
        _write(path.parent, {**noted(path.parent), path.name: sidecar.sha256(path)})
    return path


def noted(folder: Path) -> dict[str, str]:
    """Name → hash of what was made into a folder; nothing that is not in it, whatever the file says."""
    try:
        found = json.loads(folder.joinpath(FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {n: h for n, h in pairs if isinstance(h, str) and n not in (".", "..") and Path(n).name == n}


def forget(folder: Path, names: set[str]) -> None:
    """These files are gone."""
    with lock(folder / WORK, FILE):
        if (left := {n: h for n, h in noted(folder).items() if n not in names}) != noted(folder):
            _write(folder, left)


def _write(folder: Path, found: Mapping[str, str]) -> None:
    path = folder / FILE
    if not found:
        path.unlink(missing_ok=True)
        return
    with in_place(path) as part:
        text = json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8", newline="\n")

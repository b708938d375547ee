"""The first files of a project: a commented ``hhanim.toml`` and a scene that renders as it is; a lecture."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from pathlib import Path

from hhanim.studio.errors import UsageError, writing
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.lecture import FILE


def start(name: str, kind: str = "clip", folder: Path = Path()) -> list[Path]:
    """Write ``scenes/<name>_clip.py`` (or ``_film.py``), and ``hhanim.toml`` if there is none.

    Returns what was written.
    Raises UsageError when the name cannot be a scene's, or the file is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name) or len(name) > 60:
        raise UsageError(f"{name!r} cannot name a scene: use small letters, digits and _, such as my_scene")
    if any(name == entry.name for entry in catalogue.read([catalogue.shipped()]).entries):
        raise UsageError(f"{name} is a scene of hhanim's own, which yours would hide; take another name")
    words = name.replace("_", " ")
    fields = {
        "name": name,
        "title": words[0].upper() + words[1:],
        "symbol": "".join(part.capitalize() for part in name.split("_")),
    }
    scene = folder / "scenes" / f"{name}_{kind}.py"
    for other in (scene, scene.with_name(f"{name}_{'film' if kind == 'clip' else 'clip'}.py")):
        if other.exists():
            raise UsageError(f"{other} is there already; take another name")
    written = []
    for path, template in ((scene, f"{kind}.txt"), (folder / "hhanim.toml", "hhanim.toml")):
        if not path.exists():
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                text = re.sub(r"\{(name|title|symbol)\}", lambda m: fields[m[1]], _template(template))
                path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def lecture(folder: Path = Path()) -> Path:
    """Write ``lecture.toml``, a lecture of the films that come with hhanim. Raises UsageError when there is
    one already."""
    path = folder / FILE
    if path.exists():
        raise UsageError(f"{path} is there already; hhanim lecture --dry-run says what it makes")
    with writing(path):
        path.write_text(_template(FILE), encoding="utf-8")
    return path


def _template(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")

"""What a record may have looked at: of itself what is within the scene's reach, elsewhere what this user has seen used.

A record may come from anybody. So that no file is read because a stranger's record says so, what lies outside the
scene's folder, the working folder, hhanim and the installed libraries counts only with a signature that was made with
this user's own key.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from hhanim.studio.fresh.used import MEANT, Places
from hhanim.studio.fresh.versions import SYSTEM
from hhanim.user_code import PACKAGE

SIGNATURE = "outside"
"""The label under which the signature stands."""

_SAFE = {
    "import": r"(\w+=)?\.?\w+(\.\w+)*",
    "version": r"[\w.-]+",
    "library": rf"{SYSTEM}\.so\.\d+",
    "font": r".*",
    "preset": r"\w+",
    "language": r"\w+",
    "text": r"(?s)\w+ .*",
    "voice": r"[\w.-]+/[\w-]+/[\w.-]+ [0-9a-f]+",
    "code": "|".join(map(re.escape, MEANT)),
}


def reaches(label: str, places: Places) -> bool:
    """Whether a label is of something that a scene reaches without leaving its surroundings."""
    label = re.sub("^(value )?((about|link) )?", "", label)
    word, _, name = label.partition(" ")
    if name and word in _SAFE:
        return re.fullmatch(_SAFE[word], name) is not None
    if label.startswith("$") or label in ("date", "machine", "packages", SIGNATURE):
        return True
    head = label.partition("/")[0]
    plain = head in (".", "cwd", "hhanim", "lib") or head.endswith("=.")
    if plain and ".." not in label:
        return True  # by its words alone: this is asked a hundred times for each film
    if word == "glob":
        path, pattern = places.root(name)
        if ".." in pattern:
            return False
    else:
        path = places.place(label)
    libraries = (Path(entry) for entry in places.path if "-packages" in Path(entry).name)
    roots = {places.scene, *places.given.values(), places.folder, PACKAGE, *libraries} - {Path(path.anchor)}
    path = Path(os.path.normpath(path))
    return any(path.is_relative_to(root) for root in roots)


def sign(used: Mapping[str, str], places: Places) -> dict[str, str]:
    """A record of what was used, with a signature if it needs one, in order."""
    outside = _outside(used, places)
    signature = {SIGNATURE: _signature(outside)} if outside else {}
    return dict(sorted({**used, **signature}.items()))


def foreign(used: Mapping[str, str], places: Places) -> set[str]:
    """The labels of a record that are not to be looked at."""
    outside = _outside(used, places)
    if not outside:
        return set()
    signature = _signature(outside)
    return set() if signature and hmac.compare_digest(signature, used.get(SIGNATURE, "")) else set(outside)


def _outside(used: Mapping[str, str], places: Places) -> dict[str, str]:
    return {label: used[label] for label in sorted(used) if not reaches(label, places)}


def _signature(outside: Mapping[str, str]) -> str:
    """Empty where no key can be kept: then such a film is made again each time."""
    key = _key()
    return hmac.new(key, json.dumps(outside).encode(), "sha256").hexdigest()[:32] if key else ""


def _key() -> bytes:
    """This user's, made when it is first needed."""
    path = platformdirs.user_state_path("hhanim", appauthor=False) / "key"
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"key.{secrets.token_hex(4)}")
            part.touch(mode=0o600)
            part.write_bytes(secrets.token_bytes(32))
            with contextlib.suppress(FileExistsError):
                os.link(part, path) if hasattr(os, "link") else part.rename(path)
            part.unlink(missing_ok=True)
        return path.read_bytes()
    return b""

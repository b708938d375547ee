"""Why a film is no longer what its scene would make, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from hhanim.studio.fresh.used import MEANT, Places
from hhanim.studio.fresh.versions import ANY
from hhanim.studio.media import sidecar


def changes(
    used: Mapping[str, str], places: Places, unseen: Set[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """What is no longer as it was, each with words that say so.

    The files of :data:`MEANT` come first, the membranes in them only if one of these has changed.

    unseen: labels that are not looked at, and so may have changed.
    """
    edited = False  # a file of hhanim's
    for label in sorted(used, key=lambda label: (not label.startswith(MEANT), label)):
        if label in unseen:
            yield label, f"{label} is outside, and the record is somebody else's"
            continue
        if label == "outside" or _of_another(label, places):
            continue
        if label.removeprefix("value ").startswith(("preset ", "code ", "text ")) and not edited:
            continue
        before, now = used[label], places.state(label)
        if before != now:
            edited |= label.startswith(MEANT) and not label.startswith("value ")
            yield label, _words(label, before, now)


def _of_another(label: str, places: Places) -> bool:
    """Whether it came with a membrane's file that is not given any more: which one is, the stamp says."""
    found = re.match(r"(?:value )?(?:(?:about|link|glob|import) )?(\w+)=", label)
    return found is not None and found[1] not in places.given


def _words(label: str, before: str, now: str) -> str:
    word, _, name = label.partition(" ")
    both = bool(before and now)
    match word if name else "":
        case "version" | "library":
            return f"{name} {before or 'none'} → {now or 'none'}"
        case "font":
            return (
                "the fonts of the system are others" if name == ANY else f"the letters of {name} are others"
            )
        case "import" if both:
            return f"{name} is imported from elsewhere"
        case "import":
            return f"{name} can{'' if now else 'not'} be imported"
        case "preset":
            return f"the model {name} changed"
        case "language":
            return f"the catalogue of {name} changed"
        case "text":
            code, _, text = name.partition(" ")
            return f"{text!r} is said in other words in {code}"
        case "voice":
            what = "changed" if both else "is gone, or of another sentence" if before else "is new"
            return f"the recording of {name.partition(' ')[0]} {what}"
        case "link" if both:
            label = name
        case "about" | "link":
            label = f"the size, time or mode of {name}"
    if label == "$*":
        return "an environment variable changed"
    if label.endswith("/") and both:
        return f"what is in {label} changed"
    return f"{label.removesuffix('?')} {'changed' if both else 'is gone' if before else 'is new'}"


_BY_PRESET = ("width", "height", "frame_rate", "n_frames", "quality")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Why two keys differ, in words: ``gNa 120 → 60``."""
    implied = _BY_PRESET if old.get("preset") != new["preset"] else ()
    for name in new:
        before, now = old.get(name), new[name]
        if before == now or not (before or now) or name in implied:
            continue
        if name in ("parameters", "engines"):
            for part in sorted({*(before or {}), *now}):
                if (before or {}).get(part) != now.get(part):
                    yield f"{part} {_word((before or {}).get(part))} → {_word(now.get(part))}"
        elif name == "membranes":
            if (before or {}).keys() == now.keys() and old.get("parameters") == new["parameters"]:
                yield "the model's definition changed"
        elif name == "colours":
            if old.get("theme") == new["theme"]:
                yield f"a colour of the theme {new['theme']} changed"
        else:
            yield f"{name} {_word(before)} → {_word(now)}"


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return " ".join(map(str, value)) if isinstance(value, list) else sidecar.shown(value)

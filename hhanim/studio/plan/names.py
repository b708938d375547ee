"""What a file is called: after its scene, and after what makes it another film than the scene's own."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hhanim.errors import did_you_mean
from hhanim.studio.errors import UsageError
from hhanim.studio.media import sidecar
from hhanim.studio.plan.catalogue import Entry
from hhanim.studio.plan.request import Request, target

LONGEST = 120
"""Bytes of a name that is made automatically; a longer one ends in a number of what it leaves out."""


def file_name(
    entry: Entry,
    given: Mapping[str, Any],
    variant: Mapping[str, Any],
    template: str | None = None,
    dress: Mapping[str, str] | None = None,
) -> str:
    """The name of a file, without its suffix: ``tau``, ``tau-celsius=18.5``, ``ttx-0.5``, ``tau-slide-light``.

    entry: the scene; given: its parameters as given, and other words that the template may use.
    variant, dress: the parameters, and preset, theme and language, that tell this film from others of the scene;
        those that the template does not say follow it.
    template: the name with ``{parameters}`` in braces; None is the scene's name.

    Raises UsageError when the template names what there is not.
    """
    used = set(re.findall(r"\{(\w+)\}", template or ""))
    words = {**(_all(entry, given) if used - given.keys() else {}), **given, "scene": entry.name}
    if unknown := sorted(used - words.keys()):
        raise UsageError(f"name {template!r}: no parameter {unknown[0]}{did_you_mean(unknown[0], words)}")
    name = re.sub(r"\{(\w+)\}", lambda m: _text(words[m[1]]), template or entry.name)
    more = "".join(f"-{key}={_text(value)}" for key, value in variant.items() if key not in used)
    more += "".join(f"-{word}" for key, word in (dress or {}).items() if key not in used)
    if len((name + more).encode()) > LONGEST and more:
        number = hashlib.sha256(more.encode()).hexdigest()[:8]
        more = f"{more.encode()[: max(0, LONGEST - len(name.encode()) - 9)].decode(errors='ignore')}-{number}"
    return name + more


def spelled(entry: Entry, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is given for a scene, one value in one spelling, so that it is one film."""
    if all(map(_settled, given.values())):  # the model is not loaded for it
        return given
    from hhanim.parameters import spelt

    return spelt(entry.declared, given)


def _settled(value: Any) -> bool:
    """Whether a value is its own only spelling, whatever it is given for."""
    if not isinstance(value, str):
        return type(value) in (bool, int, float)
    for number in (int, float):
        with suppress(ValueError, OverflowError):
            return value == repr(number(value)).removesuffix(".0")
    return value == value.lower().replace("-", "_")


def or_variant(request: Request, name: str) -> Request:
    """A request; into a file of that name, where its own is of one that was given other parameters."""
    record = sidecar.read(request.path)
    if record is None or record.given == request.said:
        return request
    if record.parameters == request.values.plain:  # the same, said differently
        return request
    return replace(request, path=target(request.path.parent, name, request.path.suffix))


def _all(entry: Entry, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every parameter that a template may name, those of the membrane included."""
    from hhanim.parameters import bind, names

    known = names(entry.declared, given)
    return bind(entry.name, entry.declared, {k: v for k, v in given.items() if k in known}).plain


def _text(value: Any) -> str:
    """A value as a part of a name; of a membrane that is not as its preset, with a number that tells it apart."""
    text = f"{value:.12g}" if isinstance(value, float) else str(getattr(value, "name", value))
    if text != str(value) and hasattr(value, "channels"):
        from hhanim.model import presets

        if text not in presets.names() or presets.get(text) != value:
            text += f"-{hashlib.sha256(repr(value).encode()).hexdigest()[:4]}"
    return re.sub(r'[/\\:*?"<>|\s]+', "_", text)


def clashes(wanted: Iterable[Request]) -> Iterator[tuple[Request, Request]]:
    """The pairs of requests, not the same, of which one would be written over something of the other: its film, its
    poster, its captions, its record or its sections. To macOS and Windows x and X are one name, and so are the two ways
    to write an é."""
    seen: dict[str, Request] = {}
    for request in wanted:
        for name in sidecar.places(request.path):
            place = os.path.normcase(request.path.parent.absolute() / name)
            other = seen.setdefault(unicodedata.normalize("NFC", place).casefold(), request)
            if other != request:
                yield other, request

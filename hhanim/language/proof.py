"""A catalogue against the texts it is of: what is missing, too long, or has lost a number, a place or a symbol."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST = 84
"""Letters of a caption: two lines of 42."""

_MARKUP = re.compile(r"\$[^$]+\$|</?\w+>")
_NUMBER = re.compile(r"(?<![\w⁺⁻])\d+(?:[.,]\d+)*")
_SYMBOL = re.compile(
    r"(?<![\w'’])(?:[VmnhC]|[αβτΔ]|\w{1,2}[⁺⁻²³⁴∞]+\w*|mV|ms|mm|µA/cm²|mS/cm²|µF/cm²|m/s|Hz|°C|%)(?![\w'’])"
)


@dataclass(frozen=True)
class Finding:
    """Something about a translation. kind: "missing", "too long" or "lost"; text: the English; says: what it is."""

    kind: str
    text: str
    says: str


def findings(texts: Iterable[str], words: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with the translations `words` of these texts."""
    for text in texts:
        said = words.get(text, "")
        if not said:
            yield Finding("missing", text, "is missing")
            continue
        if lost := _lost(text, said):
            yield Finding("lost", text, f"{said!r} {lost}")
        if (most := longest(text)) < len(said):
            yield Finding("too long", text, f"{said!r} has {len(said)} letters; {most} are room")


def longest(text: str) -> int:
    """How many letters a translation may have: a sentence those of two lines, what stands in a picture half as many
    again as in English, for letters there get smaller with their number."""
    if text.endswith((".", "?", "!")) and " " in text:
        return max(LONGEST, round(1.5 * len(text)))
    return round(1.5 * len(text)) + 10


def _lost(text: str, said: str) -> str:
    """What a translation has lost or gained, in words; "" if nothing."""
    for what, find in (
        ("place", _places),
        ("formula or mark-up", _MARKUP.findall),
        ("number", _numbers),
        ("symbol", _symbols),
    ):
        before, after = Counter(find(text)), Counter(find(said))
        if what == "symbol":  # one that is named twice may be named once
            before, after = Counter(set(before)), Counter(set(after))
        if gone := before - after:
            return f"has lost the {what} {next(iter(gone))}"
        if what != "symbol" and (new := after - before):
            return f"has a {what} {next(iter(new))} that the English has not"
    return ""


def _places(text: str) -> list[str]:
    bare = re.sub(r"\$[^$]*\\[^$]*\$", "", text)  # braces in a formula are none
    return [found[0] for found in re.finditer(r"\{(\w+[^{}]*)\}|\$\{\w+\}", bare)]


def _numbers(text: str) -> list[str]:
    bare = re.sub(r"\{[^{}]*\}", "", text)
    return [number.replace(",", ".") for number in _NUMBER.findall(bare)]


def _symbols(text: str) -> list[str]:
    return _SYMBOL.findall(re.sub(r"\{[^{}]*\}", "", text))

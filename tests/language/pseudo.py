"""A language that nobody speaks: every text of hhanim, accented and 40 % longer, its places, numbers and symbols kept."""

from __future__ import annotations

import re
from functools import cache

from hhanim.language import Heard, Language
from hhanim.language.pages import is_text
from hhanim.language.texts import shipped

PSEUDO = "qps"
"""Its code."""

_ACCENTS = str.maketrans("aceinouyAEINOU", "áçéíñóúýÁÉÍÑÓÚ")
#: What stays as it is: places, formulas, mark-up, entities, units, and words that are symbols or names of ions.
_KEPT = re.compile(
    r"\{[^{}]*\}|\$\{?\w+\}?|\$[^$]*\$|<[^>]*>|&\w+;|\b(?:[mµ]?[VASF]|ms|mm|m/s|Hz|pA|cm)\b|(?<![\w])\w(?![\w])|\w+[⁺⁻²³⁴]\w*|[^\w{$<&]+|\W"
)


def pseudo(text: str) -> str:
    """A text as that language says it."""
    said, short = [], 0.4 * len(text)
    place = 0
    for kept in [*_KEPT.finditer(text), None]:
        word = text[place : kept.start() if kept else len(text)]
        if word:
            said.append(_longer(word, short) if len(word) > 2 else word.translate(_ACCENTS))
            short -= len(said[-1]) - len(word)
        if kept:
            said.append(kept[0])
            place = kept.end()
    return "".join(said)


def _longer(word: str, most: float) -> str:
    """A word with its vowels drawn out, by no more letters than that."""
    out = []
    for letter in word:
        twice = letter in "aeiou" and most >= 1
        most -= twice
        out.append(letter.translate(_ACCENTS) + (letter.translate(_ACCENTS) if twice else ""))
    return "".join(out)


@cache
def language() -> Language:
    """It, with a decimal comma."""
    return Language(PSEUDO, {text: pseudo(text) for text in shipped()}, ",")


def english(heard: Heard) -> list[str]:
    """What was asked for in it, and is not in the catalogues."""
    return [
        text
        for (_, text), said in heard.items()
        if said == text and is_text(text) and text not in NAMES and not re.search("[áçéíñóúý]", text)
    ]


NAMES = {"TTX", "TEA", "4-AP", "choline⁺"}
"""What is the same in every language."""

"""How a sentence is said that is written with symbols and units: "V_Na" is read "V N A", "18.5 °C" "18.5 degrees"."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


def spoken(text: str, language: str = "en") -> str:
    """A sentence as it is read aloud, by the table of its language in ``spoken.toml``.

    >>> spoken("At 18.5 °C V_Na is near −50 mV.")
    'At 18.5 degrees V N A is near minus 50 millivolts.'
    """
    said = re.sub(r"\\(?:mathrm|mathit|text)\b|[${}\\]", "", text)
    # An index, or a conductance by its parameter's name, is spelled: E_Na, gNa.
    said = re.sub(r"\b([A-Za-z])_([A-Za-z]\w*)|\b([gEI])(Na|K|Ca|Cl|L)\b", _spelled, said)
    table = _table(language)
    if table:
        said = _pattern(language).sub(lambda found: f" {table[found[0]]} ", said)
    said = re.sub(r"\s+([.,:;?!)])", r"\1", " ".join(said.split()))
    said = re.sub(r"(\() ", r"\1", said)
    return said[:1].upper() + said[1:] if text[:1].isupper() else said


def _spelled(found: re.Match[str]) -> str:
    head, index = (found[1], found[2]) if found[1] else (found[3], found[4])
    return " ".join([head, *index.upper()])  # "a" alone would be read as the article


@cache
def _tables() -> dict[str, dict[str, str]]:
    import tomllib

    text = resources.files(__package__).joinpath("spoken.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _table(language: str) -> dict[str, str]:
    """Symbol → words; of pt_BR that of pt."""
    return _tables().get(re.split(r"[_-]", language)[0], {})


@cache
def _pattern(language: str) -> re.Pattern[str]:
    symbols = sorted(_table(language), key=len, reverse=True)
    return re.compile("|".join(map(_alone, symbols)))


def _alone(symbol: str) -> str:
    """The pattern of a symbol; one that begins or ends with a letter or a figure is no part of a word or a number."""
    before = r"(?<![\d.,−])" if symbol[0].isdigit() else r"(?<![^\W\d_])" if symbol[0].isalpha() else ""
    after = r"(?![^\W_])" if symbol[-1].isalnum() and symbol[-1] not in "²³⁴" else ""
    return f"{before}{re.escape(symbol)}{after}"

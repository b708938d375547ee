"""The language in which viewers read and hear: English as it is written, another by its catalogue.

>>> with spoken("de"):
...     tr("V rises by {dv} mV.", dv=14.5)
'V steigt um 14,5 mV.'

English text is its own key; German is in ``de.po`` beside this file, as Spanish is in ``es.po``, and in
``language/de.po`` of the working folder, which wins: plain gettext catalogues. Whatever is not in them stays English.
"""

from __future__ import annotations

import contextlib
import re
import string
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hhanim.language.catalogue import ENGLISH as ENGLISH
from hhanim.language.catalogue import point, words


def text(words: str) -> str:
    """A text that is looked up later, where it is shown: so catalogues know of it."""
    return words


class Said(str):
    """A text that is in the viewer's language already; it knows the English one, and what filled its places."""

    __slots__ = ("source", "values")
    source: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, text: str, source: str, values: Mapping[str, Any]) -> Said:
        """A text, said of another with these values in its places."""
        said = cls(text)
        said.source, said.values = source, values
        return said

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)  # elsewhere it is a text as any other


@dataclass(frozen=True)
class Language:
    """A language in use.

    code: "de", "pt_BR". words: English text → the same in this language. point: the decimal separator.
    """

    code: str = ENGLISH
    words: Mapping[str, str] = field(default_factory=dict)
    point: str = "."

    def say(self, text: str) -> str:
        """A text in this language; as it is, where the catalogues do not have it."""
        return self.words.get(text, text)

    def number(self, text: str) -> str:
        """A text with the decimal points of its numbers as this language writes them."""
        return text if self.point == "." else re.sub(r"(?<=\d)\.(?=\d)", self.point, text)


_current: ContextVar[Language] = ContextVar("language", default=Language())  # noqa: B039 — it is frozen

Heard = dict[tuple[str, str], str]
"""What was asked for in other languages than English: code and English text → what was said."""

asked: ContextVar[Heard] = ContextVar("asked")


def current() -> Language:
    """The language that is spoken now."""
    return _current.get()


@contextlib.contextmanager
def spoken(language: str | Language) -> Iterator[Heard]:
    """Speak a language meanwhile; what is asked for is noted in what this gives.

    Raises LanguageError when there is no such language.
    """
    if not isinstance(language, Language):
        language = find(language)
    heard: Heard = {}
    tokens = _current.set(language), asked.set(heard)
    try:
        yield heard
    finally:
        asked.reset(tokens[1])
        _current.reset(tokens[0])


def find(code: str) -> Language:
    """The language of that code, with the catalogues as they are now.

    Raises LanguageError when there is none.
    """
    return Language() if code == ENGLISH else Language(code, MappingProxyType(words(code)), point(code))


def tag(code: str) -> str:
    """The code as HTML and containers write it: pt-BR."""
    return code.replace("_", "-")


def tr(text: str, /, **values: Any) -> str:
    """Whatever a viewer reads or hears, in the viewer's language.

    values: for the places in braces, filled in after the text has been looked up: "V reaches {top}"; a number may be
    given as it is, "{rate:.1f} Hz", and gets the language's decimal separator.
    """
    language = _current.get()
    if not text:
        return text
    source, before = (text.source, text.values) if isinstance(text, Said) else (text, {})
    if language.code != ENGLISH and not isinstance(text, Said):
        text = asked.get({})[language.code, source] = language.say(source)
    if not values:
        return text if isinstance(text, Said) else Said.of(text, source, before)
    said = text.format(**values) if language.code == ENGLISH else _Filler(language).format(text, **values)
    return Said.of(said, source, {**before, **values})


def one_line(text: str) -> str:
    """A text without ends of lines and double spaces."""
    said = " ".join(text.split())
    return Said.of(said, text.source, text.values) if isinstance(text, Said) else said


def retold(text: str, language: str) -> str:
    """What was said by :func:`tr`, in another language."""
    here = _current.get().point
    with spoken(language) as heard:
        said = str(_retold(text, here))
    asked.get({}).update(heard)
    return said


def _retold(text: Any, point: str) -> Any:
    if isinstance(text, Said):
        return tr(text.source, **{name: _retold(value, point) for name, value in text.values.items()})
    if isinstance(text, str):  # a number that has been written, perhaps
        here = _current.get()
        number = re.sub(rf"(?<=\d){re.escape(point)}(?=\d)", ".", text)
        return tr(text) if text in here.words else here.number(number)
    return text


class _Filler(string.Formatter):
    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        text = super().format_field(value, format_spec)
        return self._language.number(text) if isinstance(value, float) else str(text)


def decimal(text: str) -> str:
    """A written number with the decimal separator of the viewer's language."""
    return _current.get().number(text)

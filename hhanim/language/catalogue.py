"""Catalogues of translations: gettext's ``.po`` files, read as they are."""

from __future__ import annotations

import functools
import io
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING

from hhanim.errors import HHError, did_you_mean

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

ENGLISH = "en"
SHIPPED = Path(__file__).parent
OWN = Path("language")
"""The folder of a user's catalogues, in the working folder."""

_CODE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4}){0,2}")

LARGEST = 10_000_000
"""Bytes of a catalogue."""


class LanguageError(HHError):
    """A language that there is not, or whose catalogue cannot be read."""


def files(code: str) -> list[Path]:
    """Where the catalogues of a language would be, the one that wins last. Raises LanguageError when no language has
    such a code."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise LanguageError(f"language {code!r}: give a code such as de, es or pt_BR")
    return [SHIPPED / f"{code}.po", OWN / f"{code}.po"]


def known() -> list[str]:
    """The codes of all languages that there are, English first."""
    found = (path for folder in (SHIPPED, OWN) for path in folder.glob("*.po") if path.is_file())
    return [ENGLISH, *sorted({path.stem for path in found if _CODE.fullmatch(path.stem)} - {ENGLISH})]


def locale(code: str) -> Locale:
    """What Unicode's CLDR knows about a language. Raises LanguageError when it knows none of that code."""
    from babel import Locale, UnknownLocaleError  # which English does without, here and below

    try:
        return Locale.parse(files(code)[0].stem)
    except (UnknownLocaleError, ValueError) as error:
        if isinstance(error, LanguageError):
            raise
        raise LanguageError(
            f"language {code!r}: Unicode knows none of that code; give one such as de, es or pt_BR"
        ) from None


def name(code: str) -> str:
    """What a language calls itself: Deutsch, español."""
    return locale(code).display_name or code


def point(code: str) -> str:
    """The decimal separator of a language."""
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(locale(code))


def words(code: str, *, usable: bool = True) -> dict[str, str]:
    """English text → the same in that language, by its catalogues.

    usable: whether a translation that has a place in braces which its text has not is a mistake.
    Raises LanguageError when there is none, or one cannot be read or used.
    """
    found = [path for path in files(code) if path.is_file()]
    if not found:
        raise LanguageError(f"no language {code}{did_you_mean(code, known())}{_begin(code)}")
    said: dict[str, str] = {}
    for path in found:
        about = path.stat()
        new, mistake = _words(path.resolve(), about.st_mtime_ns, about.st_size)
        if mistake and usable:
            raise LanguageError(f"{path}{mistake}")
        said |= new
    return said


def _begin(code: str) -> str:
    try:
        locale(code)
    except LanguageError:
        return ""
    return f"; hhanim language new {code} begins one"


@functools.lru_cache(maxsize=16)
def _words(path: Path, *_: int) -> tuple[dict[str, str], str]:
    """The translations in a catalogue, and what is wrong with the first that cannot be used."""
    found, mistake = {}, ""
    for message in read(path):
        if message.id and message.string and not message.fuzzy:
            text, said = str(message.id), str(message.string)
            found[text] = said
            if not mistake and not _fits(said, text):
                mistake = f":{message.lineno}: {said!r} has other places in braces than {text!r}"
    return found, mistake


def _fits(said: str, text: str) -> bool:
    """Whether what is filled into a text can be filled into its translation."""
    try:
        known = {place[1:] for place in string.Formatter().parse(text)}
    except ValueError:  # braces of a formula: nothing is
        return True
    try:
        return {place[1:] for place in string.Formatter().parse(said)} <= known | {(None, None, None)}
    except ValueError:
        return False


_LINE = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)?\s*"((?:[^"\\]|\\.)*)"')


def _mistake(text: str) -> tuple[int, str] | None:
    """The first line that Babel would read as something else than what is written, and what is wrong with it."""
    begun: dict[str, int] = {}
    word = english = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not (bare := line.strip()) or bare.startswith("#"):
            continue
        if not (found := _LINE.fullmatch(bare)):
            return (
                number,
                'is no line of a catalogue: msgid or msgstr, and a text in quotes, with \\" for those in it',
            )
        if found[1] == "msgstr" and word == "msgid" and begun.setdefault(english, number) != number:
            return number, f"{english[:40]!r} is translated in line {begun[english]} already"
        english = found[2] if found[1] == "msgid" else english + found[2] * (word == "msgid" and not found[1])
        word = found[1] or word
    return None


def read(path: Path) -> Catalog:
    """A catalogue. Raises LanguageError with file and line when it is none."""
    from babel.messages.pofile import PoFileError, read_po

    try:
        if path.stat().st_size > LARGEST:
            raise LanguageError(f"{path}: no catalogue has more than {LARGEST:,} bytes")
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors write a mark before it
        if found := _mistake(text):
            raise LanguageError(f"{path}:{found[0]}: {found[1]}")
        return read_po(io.StringIO(text), abort_invalid=True)
    except PoFileError as error:
        line = f":{error.lineno + 1}" if error.lineno is not None else ""  # it counts from 0
        raise LanguageError(f"{path}{line}: {str(error).partition(' on ')[0]}") from None
    except LanguageError:
        raise
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise LanguageError(f"{path}: cannot be read: {error}") from None

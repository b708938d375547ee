"""Pages in the viewer's language: text between tags, in attributes, and in tr("…") of scripts, is looked up as any."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from hhanim.language import current, tag, tr

# <i>V</i> and the like, if nothing else is said about it, is read as one text with the letters around it.
_TAGS = re.compile(
    r"(<!--.*?-->|<(script|style)\b.*?</\2>|<(?!/?(?:i|b|em|strong|sub|sup|kbd|code)>)[^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTES = re.compile(r'\b(aria-label|title|placeholder|alt)="([^"]*)"')
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_SAID = re.compile(rf"(\btr\(\s*)({_STRING}(?:\s*\+\s*{_STRING})*)")


def translated(html: str) -> str:
    """A page or a part of one, written in English, in the viewer's language, which its ``lang`` then says."""
    html = _each(html, tr)
    return re.sub(r'(<html\b[^>]*\blang=")en(")', rf"\g<1>{tag(current().code)}\2", html)


def script(source: str) -> str:
    """JavaScript in the viewer's language: what stands in ``tr("…")``, a literal, also of several parts: "…" + "…"."""
    return _script(source, tr)


def texts(source: str, *, html: bool) -> list[str]:
    """What is looked up in a page, or in a script, in order."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    (_each if html else _script)(source, note)
    return [text for text in dict.fromkeys(found) if is_text(text)]


def _script(source: str, say: Callable[[str], str]) -> str:
    def one(found: re.Match[str]) -> str:
        text = "".join(json.loads(part) for part in re.findall(_STRING, found[2]))
        return found[1] + json.dumps(say(text), ensure_ascii=False).replace("</", "<\\/")

    return _SAID.sub(one, source)


def _each(html: str, say: Callable[[str], str]) -> str:
    parts, place = [], 0
    for found in _TAGS.finditer(html):
        parts += [_between(html[place : found.start()], say), _tag(found[0], say)]
        place = found.end()
    return "".join([*parts, _between(html[place:], say)])


def _between(text: str, say: Callable[[str], str]) -> str:
    bare = text.strip()
    if not is_text(bare):
        return text
    start = text.index(bare)
    return text[:start] + say(" ".join(bare.split())) + text[start + len(bare) :]


def _tag(html: str, say: Callable[[str], str]) -> str:
    if html.startswith("<!") or re.match(r"<style\b", html, re.IGNORECASE):
        return html
    if re.match(r"<script\b", html, re.IGNORECASE):
        return _script(html, say)

    def attribute(found: re.Match[str]) -> str:
        said = say(found[2]).replace('"', "&quot;") if is_text(found[2]) else found[2]
        return f'{found[1]}="{said}"'

    return _ATTRIBUTES.sub(attribute, html)


def is_text(text: str) -> bool:
    """Whether it has a word in it, besides tags, entities, places that are filled in, formulas and units."""
    return bool(_WORD.search(_NO_WORDS.sub(" ", text)))


_NO_WORDS = re.compile(
    r"<[^>]*>|&\w+;|\$(?:\w|[^$]*[\\_^][^$]*)\$|\$\{?\w+\}?|\{[^{}]*\}|[mµn]?[SAFC]/cm²|\b(?:[mµ]?[VASF]|ms|mm|m/s|k?Hz|p?A|cm)\b"
)
_WORD = re.compile(r"[^\W\d_]{3}|\b[a-z]{2}\b")

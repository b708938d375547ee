"""The words of the field: a term, one sentence, and the scenes in which it is seen. The text is in glossary.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from hhanim.language import tr


@dataclass(frozen=True)
class Term:
    """name: the term as it is written. says: what it means. seen: the scenes that show it, the clearest first."""

    name: str
    says: str
    seen: tuple[str, ...]


def terms() -> dict[str, Term]:
    """Every term by its key, e.g. "driving-force", in the viewer's language and in alphabetical order of the terms."""
    found = {key: Term(tr(e["name"]), tr(e["says"]), tuple(e["seen"])) for key, e in _glossary().items()}
    return dict(sorted(found.items(), key=lambda item: item[1].name.lower()))


@cache
def _glossary() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(resources.files(__package__).joinpath("glossary.toml").read_text(encoding="utf-8"))


def term(key: str) -> Term:
    """The term of that key. Raises UnknownName."""
    found = terms()
    if key not in found:
        from hhanim.model.errors import UnknownName  # it loads numpy, which words do without

        raise UnknownName("term", key, found)
    return found[key]


def seen_in(scene: str) -> list[Term]:
    """The terms that a scene shows at work, those it shows most clearly first."""
    found = [t for t in terms().values() if scene in t.seen]
    return sorted(found, key=lambda t: t.seen.index(scene))

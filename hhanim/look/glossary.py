"""The words of the field: a term, one sentence, and the scenes in which it is seen. The text is in glossary.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Term:
    """name: the term as it is written. says: what it means. seen: the scenes that show it, the clearest first."""

    name: str
    says: str
    seen: tuple[str, ...]


@cache
def terms() -> dict[str, Term]:
    """Every term by its key, e.g. "driving-force", in alphabetical order of the terms."""
    import tomllib

    text = resources.files(__package__).joinpath("glossary.toml").read_text(encoding="utf-8")
    found = {key: Term(e["name"], e["says"], tuple(e["seen"])) for key, e in tomllib.loads(text).items()}
    return dict(sorted(found.items(), key=lambda item: item[1].name.lower()))


def term(key: str) -> Term:
    """The term of that key. Raises UnknownName."""
    if key not in terms():
        from hhanim.model.errors import UnknownName  # it loads numpy, which words do without

        raise UnknownName("term", key, terms())
    return terms()[key]


def seen_in(scene: str) -> list[Term]:
    """The terms that a scene shows at work, those it shows most clearly first."""
    found = [t for t in terms().values() if scene in t.seen]
    return sorted(found, key=lambda t: t.seen.index(scene))

"""The texts that viewers read or hear, found in the files in which they are written: what a catalogue has to have."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from hhanim.language.pages import is_text, texts

SHOWN = frozenset(
    "tr say Beat Row Words words note caption title clip Choices choices Recap Level Moment Point Span Difference rule "
    "facts part section Channel Membrane Term Demonstration y x name curve sweep dots".split()
)
"""What shows the texts it is given, by name; what stands in its brackets is read, also through names of the file."""

FIELDS = frozenset({"title", "description", "alt", "words", "heading", "line", "text", "says"})
"""Names, keys and arguments under which texts are given."""

LOOKS = frozenset(
    "size color weight italic align font hue key unit kind role style shape format model stimulus dash edge".split()
)
"""Arguments that are no texts."""


def of_file(path: Path) -> list[str]:
    """The texts in a file: Python, JavaScript, HTML or a glossary, in order.

    Raises:
        SyntaxError: when it is Python that cannot be read.
    """
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return list(dict.fromkeys(_Reader(ast.parse(source)).read()))
    if path.suffix == ".toml":
        return [entry[key] for entry in tomllib.loads(source).values() for key in ("name", "says")]
    return texts(source, html=path.suffix == ".html")


class _Reader:
    """Reads one Python file."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.given: dict[str, list[ast.expr]] = {}  # name → what is assigned to it anywhere
        for node in ast.walk(tree):
            for target, value in _assigned(node):
                self.given.setdefault(target, []).append(value)
        self.seen: set[str] = set()

    def read(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _name(node.func) in SHOWN:
                yield from self._in(node.args)
                yield from self._in(k.value for k in node.keywords if k.arg not in LOOKS)
            elif isinstance(node, ast.ClassDef):
                for name, value in (pair for item in node.body for pair in _assigned(item)):
                    if name in FIELDS:
                        yield from self._in([value])

    def _in(self, expressions: Iterable[ast.AST]) -> Iterator[str]:
        """The texts in expressions, but for those inside f-strings, comparisons, subscripts and other calls."""
        for node in expressions:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if is_text(node.value):
                    yield node.value
            elif isinstance(node, ast.Name) and node.id not in self.seen:
                self.seen.add(node.id)
                yield from self._in(self.given.get(node.id, ()))
            elif isinstance(node, ast.IfExp):
                yield from self._in((node.body, node.orelse))
            elif isinstance(node, ast.Subscript):
                yield from self._in([node.value])
            elif isinstance(node, ast.Call):
                if _name(node.func) in PASSING:
                    yield from self._in([*node.args, *(k.value for k in node.keywords), *_owner(node.func)])
            elif not isinstance(node, (ast.JoinedStr, ast.Compare, ast.Attribute)):
                yield from self._in(ast.iter_child_nodes(node))


PASSING = frozenset("zip list tuple dict next get insert append enumerate str upper lower strip format".split())
"""Calls whose arguments are looked through."""


def _owner(function: ast.expr) -> list[ast.expr]:
    return [function.value] if isinstance(function, ast.Attribute) else []


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names, and what a statement gives them."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.For | ast.comprehension):
        pairs = [(node.target, node.iter)]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        pairs = [(node.func.value, a) for a in node.args] if node.func.attr in ("append", "insert", "extend") else []
    else:
        return
    for target, value in pairs:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                yield name.id, value
            elif isinstance(name, ast.Attribute):
                yield name.attr, value

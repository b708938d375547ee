"""The texts that viewers read or hear, found in the files in which they are written: what a catalogue has to have."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hhanim.language.pages import is_text, texts

SHOWN = {
    *("tr", "text", "say", "facts", "caption", "title", "words", "Words", "note", "name", "x", "y", "rule", "clip"),
    *("curve", "sweep", "dots", "Beat", "Row", "Choices", "choices", "Recap", "Level", "Moment", "Point", "Span"),
    *("cause", "Difference", "becomes", "stretch", "loop", "then"),
}  # fmt: skip
"""What shows the texts it is given, by name; what stands in its brackets is read, also through names of the file."""

FIELDS = {"title", "description", "alt", "words", "heading", "line"}
"""Arguments of anything, and attributes of classes, that are texts."""

LOOKS = {
    *("size", "color", "weight", "italic", "align", "hue", "key", "unit", "model", "stimulus", "dash", "place"),
    "style",
}  # fmt: skip
"""Arguments that are no texts."""

PASSING = {"zip", "list", "tuple", "dict", "next", "get", "items", "insert", "append", "enumerate"}
"""Calls whose arguments are looked through."""

NAMES = {
    *("ink", "muted", "stimulus", "left", "right", "top", "bottom", "plot", "first", "second", "picture", "foot"),
    *("body", "size", "max", "semibold", "force", "frames", "ABCDEFGH"),
}  # fmt: skip
"""Of colours, places and the like, which stand beside texts."""

ROOT = Path(__file__).resolve().parents[1]


@cache
def shipped() -> Mapping[str, Sequence[Path]]:
    """Text → the files of hhanim in which it is written."""
    inside = ROOT / "scenes"
    found = [path for kind in KINDS for path in sorted(ROOT.rglob(f"*{kind}"))]
    silent = tuple(f"{ROOT / room}" for room in SILENT)
    found = [path for path in found if not str(path).startswith(silent)]
    return in_files([*sorted((inside if inside.is_dir() else ROOT.parent / "scenes").glob("*.py")), *found])


SILENT = (
    *("cli", "celluloid", "language", "studio/fresh", "studio/make", "studio/draw", "studio/media", "scenes"),
    "explorer/lesson.py",
)  # fmt: skip
"""Rooms in which nothing is written that viewers read or hear; scenes are read by themselves."""


def in_files(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Text → the files in which it is written. Raises SyntaxError when one cannot be read."""
    found: dict[str, list[Path]] = {}
    for path in dict.fromkeys(paths):
        for said in of_file(path):
            found.setdefault(said, []).append(path)
    return found


KINDS = (".py", ".js", ".html", "glossary.toml", "lecture.toml", ".lesson.toml")


def of_file(path: Path) -> list[str]:
    """The texts in a file, in order: Python, JavaScript, HTML, a glossary, a lesson, a lecture. Raises SyntaxError when
    it is Python that cannot be read."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return list(dict.fromkeys(_Reader(ast.parse(source, str(path))).read()))
    if path.name.endswith(".lesson.toml"):
        return list(dict.fromkeys(_lesson(tomllib.loads(source))))
    if path.name != "glossary.toml" and path.suffix == ".toml":
        return list(dict.fromkeys(_lecture(tomllib.loads(source).get("lecture", {}))))
    if path.suffix == ".toml":
        return [entry[key] for entry in tomllib.loads(source).values() for key in ("name", "says")]
    return texts(source, html=path.suffix == ".html")


def _lesson(data: Mapping[str, Any]) -> Iterator[str]:
    """What a lesson of the page says, see hhanim/explorer/lesson.py."""
    yield data["title"]
    for step in data["steps"]:
        yield from (step[name] for name in ("text", "ask", "do", "see", "why"))
        yield from (choice["text"] for choice in step["choices"])


def _lecture(data: Mapping[str, Any]) -> Iterator[str]:
    """What a lecture says besides its scenes, see hhanim/studio/plan/lecture.py."""
    for part in [data, *data.get("parts", [])]:
        given = (part.get(name, "") for name in ("title", "description", "heading", "text", "chapter", "alt"))
        yield from filter(is_text, [*given, *part.get("say", [])])


class _Reader:
    """Reads one Python file."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes = list(ast.walk(tree))
        self.given: dict[str, list[ast.expr]] = {}  # name → what is assigned to it anywhere
        for node in self.nodes:
            for target, value in _assigned(node):
                self.given.setdefault(target, []).append(value)
        self.seen: set[str] = set()

    def read(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Call):
                shown = _name(node.func) in SHOWN
                yield from self._in(node.args if shown else ())
                given = ((k.arg, k.value) for k in node.keywords if k.arg is not None)
                yield from self._in(v for k, v in given if k in FIELDS or (shown and k not in LOOKS))
            elif isinstance(node, ast.ClassDef):
                for name, value in (pair for item in node.body for pair in _assigned(item)):
                    if name in FIELDS:
                        yield from self._in([value])

    def _in(self, expressions: Iterable[ast.AST]) -> Iterator[str]:
        """The texts in expressions, but for those inside f-strings, comparisons, subscripts and other calls."""
        for node in expressions:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if is_text(node.value) and node.value not in NAMES:
                    yield node.value
            elif isinstance(node, ast.Name) and node.id not in self.seen:
                self.seen.add(node.id)
                yield from self._in(self.given.get(node.id, ()))
            elif isinstance(node, ast.IfExp):
                yield from self._in((node.body, node.orelse))
            elif isinstance(node, ast.Subscript):
                yield from self._in([node.value])
            elif isinstance(node, ast.Dict):
                yield from self._in(node.values)
            elif isinstance(node, ast.Call):
                if _name(node.func) in PASSING:
                    owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
                    yield from self._in([*node.args, *(k.value for k in node.keywords), *owner])
            elif not isinstance(node, (ast.JoinedStr, ast.Compare, ast.Attribute)):
                yield from self._in(ast.iter_child_nodes(node))


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
        pairs = (
            [(node.func.value, a) for a in node.args]
            if node.func.attr in ("append", "insert", "extend")
            else []
        )
    else:
        return
    for target, value in pairs:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                yield name.id, value
            elif isinstance(name, ast.Attribute):
                yield name.attr, value

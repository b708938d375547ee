"""A first estimate of what a scene uses, before anything was drawn: what its text says, and that of its helpers."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

from hhanim.studio import loaded
from hhanim.studio.fresh.files import find_module


def sources(path: Path, *more: Path) -> list[Path]:
    """A file of a user's, the modules beside it that it imports, and files there, or in folders `more`, whose names
    stand in their text."""
    folder, todo = path.parent, [path]
    found: dict[Path, None] = {}
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = None
        try:
            modules, names = _mentions(path, path.stat().st_mtime_ns, path.stat().st_size)
        except (OSError, ValueError, SyntaxError):  # what is wrong with it, loading it will tell
            continue
        for level, module in modules:
            root = folder if not level else path.parents[min(level, len(path.parents)) - 1]
            todo += _files(module, root)
        for name in names:
            for root in {folder, path.parent, *more}:
                within = folder if root == path.parent else root
                if (file := root / name).is_file() and file.resolve().is_relative_to(within.resolve()):
                    found[file] = None
    return sorted(found)


@functools.lru_cache(maxsize=512)
def _mentions(path: Path, mtime: int, length: int) -> tuple[tuple[tuple[int, str], ...], tuple[str, ...]]:
    """The modules a file imports, with how many folders up, and the texts in it that could be the name of a file."""
    if path.suffix != ".py":  # a slide: what stands between quotes or round brackets
        text = path.read_text(encoding="utf-8")
        return (), tuple(re.findall(r"(?<=[(\"])[^()\"\n]{1,200}(?=[)\"])", text))
    modules: list[tuple[int, str]] = []
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            modules += [(0, a.name) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            modules += [
                (node.level, base),
                *((node.level, f"{base}.{a.name}".strip(".")) for a in node.names),
            ]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names += [node.value] if re.fullmatch(r"[^\x00-\x1f]{1,200}", node.value) else []
            modules += [(0, node.value)] if re.fullmatch(r"[\w.]+", node.value) else []
    return tuple(dict.fromkeys(modules)), tuple(dict.fromkeys(names))


def _files(module: str, root: Path) -> list[Path]:
    """The files below ``root`` that importing a module runs."""
    files: list[Path] = []
    for part in filter(None, module.split(".")):
        path = find_module(part, [root])
        if path is None or loaded.installed(str(path)):
            break
        files += [path] if path.is_file() else []
        root = path.parent if path.is_file() else path
    return [path for path in files if path.suffix == ".py"]

"""The files that can change a film: its scene's, the local ones and the hhanim modules that it reaches."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import hhanim
from hhanim.studio.plan.catalogue import PACKAGE, Entry, shipped
from hhanim.studio.plan.request import Request

# These carry a scene to its film and leave no trace in its pixels.
_CARRIERS = (
    "hhanim.cli",
    "hhanim.classroom",
    "hhanim.explorer",
    "hhanim.errors",
    "hhanim.studio",
    "hhanim.user_code",
)

_WRITERS = tuple(
    f"hhanim.studio.media.{name}"
    for name in ("changes", "encode", "formats", "gif", "join", "numbered", "sheet", "writer")
)

_MAKERS = {
    "clip": (*_WRITERS, "hhanim.plots.clip"),
    "film": (*_WRITERS, "hhanim.studio.draw.film", "hhanim.studio.draw.camera"),
}


def sources(entry: Entry) -> dict[str, Path]:
    """Label → file of everything whose content can change the film: the scene, its local imports, the files
    that these name in their text and that lie in the scene's folder or below, hhanim's modules."""
    todo = [entry.path, *(path for module in _MAKERS[entry.kind] for path in _module_files(module, None))]
    found: dict[Path, None] = {}
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = None
        local = (
            None
            if path.is_relative_to(PACKAGE) and not path.is_relative_to(PACKAGE / "scenes")
            else entry.path.parent
        )
        modules, named = _mentions(path, path.stat().st_mtime_ns, path.stat().st_size, local is not None)
        for module in modules:
            todo += _module_files(module, local)
        if local is not None:  # data: what a scene or its helper names in its text and has beside it
            found |= dict.fromkeys(
                p
                for name in named
                if (p := local / name).is_file() and p.resolve().is_relative_to(local.resolve())
            )
    return {label(path, entry): path for path in sorted(found)}


@functools.lru_cache(maxsize=512)
def _mentions(path: Path, mtime: int, length: int, data: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The modules a file names, those inside functions included, those for type checkers not; and, if asked
    for data, the texts in it that could be the name of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    package = _package(path)
    names: list[str] = []
    handles: set[str] = set()
    for node in _runtime_statements(tree):
        if isinstance(node, ast.Import):
            names += [a.name for a in node.names]
            handles |= {a.asname or "hhanim" for a in node.names if a.name == "hhanim"}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1] if package else []
                base = ".".join([*parents, *([base] if base else [])])
            if base == "hhanim":
                names += [_home(a.name) for a in node.names]
            else:
                names += [base, *(f"{base}.{a.name}" if base else a.name for a in node.names)]
    for node in ast.walk(tree) if handles else ():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in handles:
            names.append(_home(node.attr))
    nodes = ast.walk(tree) if data else ()
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    files = (t for t in texts if re.fullmatch(r"[^\x00-\x1f]{1,60}\.\w{1,10}", t) and not t.endswith(".py"))
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(files))


def _runtime_statements(tree: ast.Module) -> Iterator[ast.AST]:
    """The statements of a module and all within them: imports are statements, the rest need not be visited."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            todo += node.orelse
            continue
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, block, None)
            if isinstance(inner, list):  # the body of a lambda or of `a if b else c` is none
                todo += inner


def _home(name: str) -> str:
    """The module behind a public name of the package."""
    if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file():
        return f"hhanim.{name}"
    return str(hhanim._HOME.get(name, "hhanim.model"))


def _package(path: Path) -> str:
    if not path.is_relative_to(PACKAGE):
        return ""
    return ".".join(("hhanim", *path.relative_to(PACKAGE).parent.parts))


def _module_files(module: str, local: Path | None) -> list[Path]:
    """The files that importing ``module`` runs, as far as they can matter: hhanim's and the scene's
    neighbours."""
    parts = module.split(".")
    if parts[0] == "hhanim":
        if not any(module in m for m in _MAKERS.values()) and any(
            module == c or module.startswith(f"{c}.") for c in _CARRIERS
        ):
            return []
        root, steps = PACKAGE, parts[1:]
    elif local is not None:
        root, steps = local, parts
    else:
        return []
    files: list[Path] = []
    for k in range(len(steps)):
        stem = root.joinpath(*steps[: k + 1])
        if stem.with_suffix(".py").is_file():
            files.append(stem.with_suffix(".py"))
            break
        if (stem / "__init__.py").is_file() and not stem.is_relative_to(PACKAGE / "studio"):
            files.append(stem / "__init__.py")
        elif not stem.is_dir():
            break
    return files


def data(request: Request) -> dict[str, Path]:
    """Files whose meaning, not text, is in the key (membranes behind names); they are watched for the quick
    check."""
    found = {label(p, request.entry): p for p in sorted((PACKAGE / "model" / "presets").glob("*.py"))}
    for name, value in request.given.items():
        if isinstance(value, str) and ".py:" in value and (path := _model_file(value)).is_file():
            found[f"{name}={path.name}"] = path
    return found


def _model_file(given: str) -> Path:
    """The file of ``path/to/cell.py:CELL``."""
    return Path(given.rpartition(":")[0])


def label(path: Path, entry: Entry) -> str:
    """How a file is called in a sidecar, on any machine and wherever the scene's folder lies."""
    if path.is_relative_to(PACKAGE) and not path.is_relative_to(shipped()):
        return f"hhanim/{path.relative_to(PACKAGE).as_posix()}"
    if path.is_relative_to(entry.path.parent):
        return f"./{path.relative_to(entry.path.parent).as_posix()}"
    return str(path)


def place(label: str, request: Request) -> Path:
    """Where the file of that label lies now; what a parameter names is where that says."""
    head, _, tail = label.partition("/")
    root = {"hhanim": PACKAGE, ".": request.entry.path.parent}.get(head)
    return root / tail if root is not None else _model_file(str(request.given.get(label.partition("=")[0])))

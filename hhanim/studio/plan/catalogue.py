"""What there is to render, read from the scene files without running them.

A clip is a function decorated with ``@clip(...)`` in a ``*_clip.py``, a film is a manim scene class in a
``*_film.py``. Titles, descriptions and parameters are literals, so :mod:`ast` reads them in about a
millisecond a file; a scene that does not parse is reported by itself and hides nothing else.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hhanim.errors import did_you_mean
from hhanim.studio.errors import UsageError
from hhanim.studio.media.formats import FORMATS
from hhanim.user_code import PACKAGE


@dataclass(frozen=True)
class Parameter:
    """One keyword of a scene: its annotation as written and its default, a literal."""

    name: str
    type: str
    default: Any
    help: str = ""


@dataclass(frozen=True)
class Entry:
    """One scene of the catalogue, or what else a lecture has.

    name: what ``hhanim render`` calls it.
    kind: ``clip`` (matplotlib) or ``film`` (manim); of a lecture ``slide`` (Typst) or ``video`` (a film of
        somebody's), which are in no catalogue.
    title, description, alt: for people; ``alt`` is the text alternative that goes with the media.
    parameters: what ``--set`` takes, in the order of the signature.
    path: the file; ``symbol``: the function or class in it.
    poster: where in it, 0 to 1, its most informative frame is; None where the scene does not say.
    """

    name: str
    kind: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    path: Path
    symbol: str
    alt: str = ""
    poster: float | None = None

    @property
    def declared(self) -> dict[str, tuple[str, Any]]:
        """The signature: parameter → annotation and default, as :func:`hhanim.parameters.bind` takes it."""
        return {p.name: (p.type, p.default) for p in self.parameters}

    def as_json(self) -> dict[str, Any]:
        """Plain data, as ``hhanim list --json`` prints it."""
        return {**asdict(self), "path": str(self.path)}


@dataclass(frozen=True)
class Broken:
    """A scene file, or one scene in it, that cannot be read; ``reason`` says where and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Catalogue:
    """All scenes that can be read, and what cannot."""

    entries: tuple[Entry, ...]
    broken: tuple[Broken, ...] = field(default=())

    def get(self, name: str) -> Entry:
        """The scene of that name. Raises UsageError when there is none; says what was perhaps meant."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise self.unknown(name)

    def unknown(self, name: str, targets: Iterable[str] = ()) -> UsageError:
        """Why there is no scene, and no target among ``targets``, of that name."""
        for broken in self.broken:
            if stem(broken.path) == name:
                return UsageError(f"scene {name} cannot be read: {broken.reason}")
        known = [*targets, *(e.name for e in self.entries)]
        made = Path(name)
        if made.suffix in {f.suffix for f in FORMATS.values()} and made.stem in known:
            hint = f"is a file that is made; its scene is {made.stem}: hhanim render {made.stem}"
            return UsageError(f"{name} {hint}")
        if inside := [e.name for e in self.entries if stem(e.path) == name]:
            return UsageError(f"no scene named {name}; its file has {' and '.join(inside)}")
        return UsageError(f"no scene named {name}{did_you_mean(name, known)}")


def shipped() -> Path:
    """The folder of the scenes that come with hhanim: inside the wheel, or beside the package in
    a checkout."""
    inside = PACKAGE / "scenes"
    return inside if inside.is_dir() else PACKAGE.parent / "scenes"


def folders() -> list[Path]:
    """Where scenes are looked for: the shipped ones, then ``scenes/`` in the working directory."""
    own = Path("scenes").resolve()
    return [shipped(), own] if own.is_dir() and own != shipped().resolve() else [shipped()]


def read(where: Iterable[Path] | None = None) -> Catalogue:
    """Read every scene in the folders (or files) ``where``; a later folder's scene replaces an
    earlier namesake."""
    entries: dict[str, Entry] = {}
    broken: list[Broken] = []
    for place in folders() if where is None else where:
        seen: dict[str, Path] = {}
        for path in [place] if place.is_file() else sorted(filter(has_scenes, place.glob("*.py"))):
            try:
                found = list(read_file(path))
            except SyntaxError as error:
                broken.append(Broken(path, f"{path}:{error.lineno}: {error.msg}"))
                continue
            except (OSError, UnicodeDecodeError, ValueError) as error:
                broken.append(Broken(path, f"{path}: {error}"))
                continue
            for item in found:
                if isinstance(item, Broken):
                    broken.append(item)
                elif item.name in seen:
                    broken.append(
                        Broken(path, f"{path}: a scene named {item.name} is in {seen[item.name]} too")
                    )
                else:
                    seen[item.name] = path
                    entries[item.name] = item
    return Catalogue(tuple(sorted(entries.values(), key=lambda e: (e.kind, e.name))), tuple(broken))


def find(scene: Any) -> Entry:
    """The catalogue's entry for a name, a path or a clip object. Raises UsageError when there is none."""
    code = getattr(getattr(scene, "function", scene), "__code__", None)
    if code is not None:
        return _in_file(Path(code.co_filename), code.co_name)
    text = os.fspath(scene) if isinstance(scene, os.PathLike) else str(scene)
    path, _, symbol = text.rpartition(":") if not text.endswith(".py") else (text, "", "")
    if path.endswith(".py"):
        if not Path(path).is_file():
            raise UsageError(f"no file {path}")
        return _in_file(Path(path).resolve(), symbol)
    return read().get(text)


def _in_file(path: Path, symbol: str) -> Entry:
    found = read([path])
    if found.broken:
        raise UsageError(found.broken[0].reason)
    chosen = [e for e in found.entries if not symbol or symbol in (e.symbol, e.name)]
    if len(chosen) != 1:
        names = ", ".join(e.name for e in found.entries)
        hint = f"; name one of {names}" if names else ""
        raise UsageError(f"{path}: {'several scenes' if chosen else 'no such scene'} here{hint}")
    return chosen[0]


def is_file(scene: str) -> bool:
    """Whether a scene is given by its file, ``path/to/my_clip.py`` or ``path/to/my_clip.py:name``."""
    return re.search(r"\.py(:|$)", scene) is not None


def has_scenes(path: Path) -> bool:
    """Whether a file's name says that there are scenes in it."""
    return path.name.endswith(("_clip.py", "_film.py"))


def stem(path: Path) -> str:
    """What a scene is called that its file has alone: ``tau`` in ``tau_clip.py``."""
    return re.sub(r"_(clip|film)$", "", path.stem)


def read_file(path: Path) -> Iterator[Entry | Broken]:
    """The scenes of one file. Raises SyntaxError, OSError, UnicodeDecodeError when the file cannot be read at all."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_scene(node)]
    for node in tree.body:
        try:
            if isinstance(node, ast.FunctionDef):
                call = _clip_call(node)
                if call is not None:
                    yield _clip(node, call, path)
            elif isinstance(node, ast.ClassDef) and _is_scene(node):
                yield _film(node, path, alone=len(classes) == 1)
        except ValueError as error:
            yield Broken(path, f"{path}:{node.lineno}: {error}")


def _clip_call(node: ast.FunctionDef) -> ast.Call | None:
    calls = (decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call))
    return next((call for call in calls if _last_word(call.func) == "clip"), None)


def _last_word(node: ast.expr) -> str:
    """``clip`` of both ``clip`` and ``hh.clip``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _clip(node: ast.FunctionDef, call: ast.Call, path: Path) -> Entry:
    said = {k.arg: _literal(k.value, f"{k.arg} of @clip") for k in call.keywords if k.arg}
    arguments = node.args
    if len(arguments.posonlyargs) + len(arguments.args) > 1 or arguments.vararg or arguments.kwarg:
        raise ValueError(f"{node.name}: parameters must be keywords: def {node.name}(stage, *, …)")
    notes = _notes(node)
    parameters = [
        _parameter(a, default, notes.get(a.arg, ""))
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return _entry(node, path, "clip", str(said.get("name", node.name)), said, parameters)


def _entry(
    node: ast.FunctionDef | ast.ClassDef,
    path: Path,
    kind: str,
    name: str,
    said: Mapping[str, Any],
    parameters: Iterable[Parameter],
) -> Entry:
    """A scene's entry, with what its docstring says where ``said`` says nothing."""
    title, description = _doc(node)
    poster = said.get("poster")
    if not (poster is None or (type(poster) in (int, float) and 0 <= poster <= 1)):
        raise ValueError(f"poster must be a share of the film, 0 to 1, not {poster!r}")
    return Entry(
        name=name,
        kind=kind,
        title=str(said.get("title", title)),
        description=str(said.get("description", description)),
        parameters=tuple(parameters),
        path=path,
        symbol=node.name,
        alt=str(said.get("alt", "")),
        poster=poster,
    )


def _parameter(argument: ast.arg, default: ast.expr | None, note: str) -> Parameter:
    if default is None:
        raise ValueError(f"parameter {argument.arg} has no default")
    value = _literal(default, f"default of {argument.arg}")
    annotation = ast.unparse(argument.annotation) if argument.annotation else type(value).__name__
    return Parameter(argument.arg, annotation.strip("'\""), value, note)


_OURS = ("Film", "Story")


def _is_scene(node: ast.ClassDef) -> bool:
    bases = map(_last_word, node.bases)
    return not node.name.startswith("_") and any(base.endswith(("Scene", *_OURS)) for base in bases)


_FILM_WORDS = ("title", "description", "alt", "poster")


# What every Film has, its theme aside, which is the request's affair; tests hold this to what Film says.
_INHERITED = (Parameter("model", "Membrane", "modern"),)


def _film(node: ast.ClassDef, path: Path, *, alone: bool) -> Entry:
    said: dict[str, Any] = {}
    inherits = any(isinstance(b, ast.Name) and b.id in _OURS for b in node.bases)
    parameters = {p.name: p for p in _INHERITED} if inherits else {}
    notes = _notes(node)
    for item in node.body:
        if not isinstance(item, ast.Assign | ast.AnnAssign) or item.value is None:
            continue
        targets = item.targets if isinstance(item, ast.Assign) else [item.target]
        if len(targets) != 1 or not isinstance(targets[0], ast.Name):
            continue
        name, value = targets[0].id, item.value
        if name in _FILM_WORDS:
            said[name] = _literal(value, name)
        elif isinstance(item, ast.AnnAssign) and not name.startswith("_"):
            annotation = ast.unparse(item.annotation).strip("'\"")
            if not annotation.startswith("ClassVar"):
                default = _literal(value, f"default of {name}")
                parameters.pop(name, None)
                parameters[name] = Parameter(name, annotation, default, notes.get(name, ""))
    name = stem(path) if alone else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name).lower()
    return _entry(node, path, "film", name, said, parameters.values())


def _literal(node: ast.expr, what: str) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"{what} must be a literal, not {ast.unparse(node)}") from None


def _doc(node: ast.FunctionDef | ast.ClassDef) -> tuple[str, str]:
    """First line and first paragraph after it."""
    head, _, rest = (ast.get_docstring(node) or "").partition("\n")
    body = rest.strip().split("\n\n")[0]
    return head.strip().rstrip("."), " ".join(body.split()) or head.strip()


def _notes(node: ast.FunctionDef | ast.ClassDef) -> dict[str, str]:
    """``name: what it is`` lines under ``Args:`` or ``Parameters:`` of the docstring."""
    lines = (ast.get_docstring(node) or "").splitlines()
    notes: dict[str, str] = {}
    inside, last = False, ""
    for line in lines:
        if re.fullmatch(r"(Args|Parameters|Arguments):", line.strip()):
            inside = True
        elif inside and (found := re.match(r"\s+((?:\w+, )*\w+): (.+)", line)):
            for name in found[1].split(", "):
                notes[name] = found[2].strip()
            last = found[1].split(", ")[-1]
        elif inside and line.strip() and line.startswith("        ") and last:
            notes[last] += " " + line.strip()
        elif inside and line.strip() and not line.startswith(" "):
            inside = False
    return notes

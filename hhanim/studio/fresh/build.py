"""Is a film still what its scene would make today, and if not, why?

The key of a film is everything that decides its pixels: the scene file, the local files and the hhanim
modules it reaches, its parameters, the membrane and the theme behind their names, size and rate, and the
versions of the engines. It is stored in the film's sidecar, so the answer needs neither matplotlib nor manim,
and no cache that could be wrong.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hhanim
from hhanim.studio.errors import UsageError, did_you_mean
from hhanim.studio.media import sidecar
from hhanim.studio.media.formats import Format, format_of
from hhanim.studio.plan.catalogue import PACKAGE, Entry, shipped
from hhanim.studio.plan.presets import Preset, preset, size

if TYPE_CHECKING:
    from hhanim.studio.plan.parameters import Values

ENGINES: dict[str, tuple[str, ...]] = {
    "clip": ("numpy", "scipy", "matplotlib", "celluloid", "av", "font-source-sans-pro"),
    "film": ("numpy", "scipy", "manim", "manimpango", "pycairo", "typst", "av", "font-source-sans-pro"),
}

# These carry a scene to its film and leave no trace in its pixels.
_CARRIERS = ("hhanim.cli", "hhanim.classroom", "hhanim.explorer", "hhanim.studio")
_WRITERS = ("hhanim.studio.media.encode", "hhanim.studio.media.pictures", "hhanim.studio.media.formats")
_MAKERS = {
    "clip": (*_WRITERS, "hhanim.plots.clip"),
    "film": (*_WRITERS, "hhanim.studio.draw.film", "hhanim.studio.draw.camera"),
}


@dataclass(frozen=True)
class Origin:
    """Where in a project file the parts of a request stand: part or parameter → line."""

    path: Path
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Request:
    """What somebody asked for, not yet checked in detail: one scene into one file.

    Args:
        entry: the scene; given: its parameters as given (text or values).
        preset: name of a preset, or None for the scene's own rate at 1080p.
        theme: name of a theme; size: ``WIDTHxHEIGHT`` over the preset's, or None.
        path: the file to make; its suffix is the format.
        origin: the lines of the project file that say so, for its mistakes.
        sections: of a film, one file per section as well, in ``<name>.sections/``.
    """

    entry: Entry
    path: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    theme: str = "dark"
    size: str | None = None
    origin: Origin | None = field(default=None, compare=False)
    sections: bool = False

    @property
    def name(self) -> str:
        """What people call this film: its file name, an MP4's without the suffix."""
        return self.path.stem if self.path.suffix == ".mp4" else self.path.name

    @property
    def format(self) -> Format:
        """The kind of file, which its name says."""
        return format_of(self.path)

    def settings(self) -> dict[str, Any]:
        """The request as JSON: the part of the stamp that no file decides."""
        chosen = self.use
        return {
            "scene": f"{_label(self.entry.path, self.entry)}:{self.entry.symbol}",
            "given": {
                k: v if isinstance(v, str | int | float) else repr(v) for k, v in sorted(self.given.items())
            },
            "preset": [chosen.name, chosen.width, chosen.height, str(chosen.fps), chosen.qp, chosen.speed],
            "size": self.size,
            "theme": self.theme,
            **({"sections": True} if self.sections else {}),
        }

    def check(self) -> None:
        """Refuse what cannot be, as far as the request itself says so.

        Raises:
            UsageError: when the preset, the theme, the size or a given parameter is not possible.
        """
        with self._placed("preset"):
            self.use  # noqa: B018
        with self._placed("size"):
            self.pixels  # noqa: B018
        with self._placed("theme"):
            if find_theme(self.theme).transparent and not self.format.alpha:
                raise UsageError(
                    f"{self.path.name}: {self.format.name} cannot be transparent; give --format webm, mov, "
                    f"gif or png, or --theme {self.theme.removesuffix('-transparent')}"
                )
        # What was made from the very same request was possible, and finding that out is quicker.
        if self.given and not unchanged(self):
            from hhanim.studio.plan.parameters import resolve

            with self._placed(""):
                resolve(self.entry, self.given)

    @contextlib.contextmanager
    def _placed(self, part: str) -> Iterator[None]:
        """Put the line of the project file before what is wrong with ``part``."""
        try:
            yield
        except UsageError as error:
            line = self.origin and self.origin.lines.get(getattr(error, "parameter", part))
            if not (self.origin and line):
                raise
            raise UsageError(f"{self.origin.path}:{line}: {error}") from None

    @property
    def use(self) -> Preset:
        """The preset behind the name.

        Raises:
            UsageError: when there is none of that name.
        """
        return preset(self.preset or "standard")

    @property
    def look(self) -> Any:
        """The theme behind the name.

        Raises:
            UsageError: when there is none of that name.
        """
        return find_theme(self.theme)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the frame, as large as the format takes.

        Raises:
            UsageError: when ``size`` is not one.
        """
        return self.format.fit(*(size(self.size) if self.size else (self.use.width, self.use.height)))


@dataclass(frozen=True)
class Job:
    """A request, checked: everything a worker needs to make the film."""

    request: Request
    values: Values
    fps: Fraction
    n_frames: int
    key: Mapping[str, Any]
    watched: Mapping[str, str]

    @property
    def digest(self) -> str:
        """One number for the key."""
        return _digest(self.key)


def prepare(request: Request) -> Job:
    """Check a request in full and work out its key.

    Raises:
        UsageError: when a parameter, the theme or the size is not possible.
    """
    from hhanim.model import Membrane
    from hhanim.studio.plan.parameters import resolve

    request.check()
    width, height = request.pixels
    theme = find_theme(request.theme)
    values = resolve(request.entry, request.given)
    n_frames, fps = frames_and_rate(
        request.entry, values, request.use, request.format, explicit="frames" in request.given
    )
    found = sources(request.entry)
    key = _json(
        {
            "scene": request.entry.symbol,
            "parameters": values.plain,
            "membranes": {
                name: _digest(repr(value))
                for name, value in values.objects.items()
                if isinstance(value, Membrane)
            },
            "format": request.format.name,
            "sections": request.sections,
            "preset": request.use.name,
            "theme": request.theme,
            "colours": _digest(repr(theme)),
            "width": width,
            "height": height,
            "frame_rate": str(fps),
            "n_frames": n_frames,
            "quality": [request.use.speed, request.use.qp],
            **fingerprint(request.entry),
        }
    )
    watched = {label: sidecar.sha256(path)[:16] for label, path in {**found, **_data(request)}.items()}
    return Job(request, values, fps, n_frames, key, watched)


def fingerprint(entry: Entry) -> dict[str, dict[str, str]]:
    """The code that a scene reaches, by label, and the engines: the same wherever it is drawn."""
    found = sources(entry)
    return {
        "sources": {label: _source_digest(label, path) for label, path in found.items()},
        "engines": versions(entry.kind),
    }


def frames_and_rate(
    entry: Entry, values: Values, use: Preset, kind: Format, *, explicit: bool
) -> tuple[int, Fraction]:
    """How many frames, and how many of them a second.

    A scene says ``frames`` and ``seconds``. A preset's own rate decides the frames, unless ``frames`` was
    given too: then it wins, and the rate follows. A format that cannot have that rate keeps the seconds.
    """
    from hhanim.studio.media.encode import exact_rate

    if entry.kind == "film":  # its length is what its animations take
        return 0, kind.rate(use.fps or Fraction(30))
    seconds = Fraction(values.objects.get("seconds", 5.0)).limit_denominator(100_000)
    frames = values.objects.get("frames")
    if use.fps is not None and not (explicit and frames is not None):
        n_frames, fps = max(2, round(seconds * use.fps)), use.fps
    else:
        n_frames = int(frames or max(2, round(seconds * 30)))
        fps = exact_rate(n_frames / seconds)
    if kind.rate(fps) != fps:
        fps = kind.rate(fps)
        n_frames = max(2, round(seconds * fps))
    return n_frames, fps


def find_theme(name: str) -> Any:
    """The theme of that name.

    Raises:
        UsageError: when there is none.
    """
    from hhanim.look.theme import THEMES

    if name not in THEMES:
        raise UsageError(f"no theme named {name}{did_you_mean(name, THEMES)}")
    return THEMES[name]


def target(output: str | os.PathLike[str], name: str, suffix: str = ".mp4") -> Path:
    """The file for a name, inside the output folder and nowhere else.

    Raises:
        UsageError: when the name would lead out of it.
    """
    folder = Path(output)
    if not name or name in (".", "..") or name.startswith(".") or any(c in name for c in '/\\\0\n\r:*?"<>|'):
        raise UsageError(
            f"output name {name!r}: give a file name without folders, leading dots or "
            'any of / \\ : * ? " < > |'
        )
    if len(f"{name}{suffix}.json".encode()) > 200:
        raise UsageError(f"output name {name[:20]}…: longer than 200 bytes")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"output {folder}: is a file, not a folder")
    return folder / f"{name}{suffix}"


# -- fresh or stale ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """Whether a film needs making: the reasons, and whether a hand has been at it (then only ``--force``
    remakes)."""

    reasons: tuple[str, ...]
    protected: bool = False

    @property
    def fresh(self) -> bool:
        """Nothing to do."""
        return not self.reasons


def status(request: Request) -> Status:
    """Compare a request with what lies in its place.

    Raises:
        UsageError: when the request itself is not possible.
    """
    path = request.path
    record = sidecar.read(path)
    if not path.exists():
        return Status(("missing",) if record is None else (f"{path.name} is gone",))
    if record is None:
        return Status((f"{path.name} is there, but nothing says hhanim made it",), protected=True)
    if edited := sidecar.edited(path, record):
        return Status(tuple(f"{name} was edited by hand" for name in edited), protected=True)
    request = _at_least(request, record)
    named = {other.name for other in sidecar.companions(path, record)} | sidecar.made_with(
        path, record
    ).keys()
    if gone := [name for name in sorted(named) if not path.parent.joinpath(name).exists()]:
        return Status(tuple(f"{name} is gone" for name in gone))
    if record.get("stamp") == _stamp_now(request, record):
        return Status(())
    return Status(tuple(differences({**record, **record.get("key", {})}, prepare(request).key)))


def stamp(job: Job) -> str:
    """A number that is equal only when nothing that could matter has changed; cheap to work out again."""
    return _digest([job.request.settings(), dict(job.watched), versions(job.request.entry.kind)])


def unchanged(request: Request) -> bool:
    """Whether what lies beside the file was made by the same request from the same sources."""
    record = sidecar.read(request.path)
    return record is not None and record.get("stamp") == _stamp_now(_at_least(request, record), record)


def _at_least(request: Request, record: Mapping[str, Any]) -> Request:
    """The request, with sections if they were made: nobody minds that they are there."""
    return replace(request, sections=True) if record.get("key", {}).get("sections") else request


def _stamp_now(request: Request, record: Mapping[str, Any]) -> str:
    watched: dict[str, str] = {}
    for label in record.get("watched", {}):
        path = _place(label, request.entry)
        watched[label] = _hash(path, found) if (found := _stat(path)) else ""
    return _digest([request.settings(), watched, versions(request.entry.kind)])


def _stat(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=4096)
def _hash(path: Path, _: tuple[int, int, int]) -> str:
    """Of a file that many films depend on, once in a process."""
    return sidecar.sha256(path)[:16]


_BY_PRESET = ("width", "height", "frame_rate", "n_frames", "quality")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Why two keys differ, in words: ``gNa 120 → 60``, ``scenes/tau_clip.py changed``."""
    implied = _BY_PRESET if old.get("preset") != new["preset"] else ()
    for name in new:
        before, now = old.get(name), new[name]
        if before == now or name in implied:
            continue
        if name in ("parameters", "engines"):
            for part in sorted({*(before or {}), *now}):
                if (before or {}).get(part) != now.get(part):
                    yield f"{part} {_word((before or {}).get(part))} → {_word(now.get(part))}"
        elif name == "sources":
            for label in sorted({*(before or {}), *now}):
                if label not in now:
                    yield f"{label} no longer used"
                elif label not in (before or {}):
                    yield f"{label} newly used"
                elif before[label] != now[label]:  # type: ignore[index]
                    yield f"{label} changed"
        elif name == "membranes":
            if (before or {}).keys() == now.keys() and old.get("parameters") == new["parameters"]:
                yield "the model's definition changed"
        elif name == "colours":
            if old.get("theme") == new["theme"]:
                yield f"a colour of the theme {new['theme']} changed"
        else:
            yield f"{name} {_word(before)} → {_word(now)}"


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return (
        " ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


# -- what a scene reaches ----------------------------------------------------------------------------------


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
    return {_label(path, entry): path for path in sorted(found)}


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


def _data(request: Request) -> dict[str, Path]:
    """Files whose meaning, not text, is in the key (membranes behind names); they are watched for the quick
    check."""
    found = {_label(p, request.entry): p for p in sorted((PACKAGE / "model" / "presets").glob("*.py"))}
    for value in request.given.values():
        if isinstance(value, str) and ".py:" in value and (path := Path(value.rpartition(":")[0])).is_file():
            found[str(path)] = path
    return found


def _label(path: Path, entry: Entry) -> str:
    """How a file is called in a sidecar, on any machine."""
    if path.is_relative_to(shipped()):
        return f"scenes/{path.relative_to(shipped()).as_posix()}"
    if path.is_relative_to(PACKAGE):
        return f"hhanim/{path.relative_to(PACKAGE).as_posix()}"
    if path.is_relative_to(entry.path.parent):
        return f"./{path.relative_to(entry.path.parent).as_posix()}"
    return str(path)


def _place(label: str, entry: Entry) -> Path:
    head, _, tail = label.partition("/")
    root = {"scenes": shipped(), "hhanim": PACKAGE, ".": entry.path.parent}.get(head)
    return root / tail if root is not None else Path(label)


def _source_digest(label: str, path: Path) -> str:
    """Of a file's text; of the theme's without its colours, which are in the key by themselves, for one theme
    each."""
    if label == "hhanim/look/theme.py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kept = [node for node in tree.body if not isinstance(node, ast.Assign)]
        return _digest([ast.dump(node) for node in kept])
    return sidecar.sha256(path)[:16]


@functools.cache
def version(package: str) -> str | None:
    """The installed version of a package, None when it is absent."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def versions(kind: str) -> dict[str, str]:
    """The engines that draw and encode, with their versions."""
    found = {name: version(name) for name in ENGINES[kind]}
    major = ".".join(platform.python_version_tuple()[:2])
    return {"python": major, **{name: v for name, v in found.items() if v is not None}}


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def own_version() -> str:
    """hhanim's."""
    return str(hhanim.__version__)

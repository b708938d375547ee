"""A scene's code: run, and heard when it fails."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from hhanim.studio.errors import RenderError, StudioError
from hhanim.studio.plan.catalogue import Entry

# Modules that scenes brought along: another scene's helper may have the same name, an edited one is new.
_neighbours: set[str] = set()


def load(entry: Entry) -> ModuleType:
    """Run a scene's file, with its folder first on the path as when it is run alone; its helpers are read
    anew."""
    folder = entry.path.parent.resolve()
    for name in _neighbours:
        sys.modules.pop(name, None)
    _neighbours.clear()
    before = set(sys.modules)
    spec = importlib.util.spec_from_file_location(f"hhanim_scene_{entry.path.stem}", entry.path)
    if spec is None or spec.loader is None:
        raise RenderError(f"{entry.path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        spec.loader.exec_module(module)
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))
        for name in sys.modules.keys() - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(folder) and not name.startswith("hhanim."):
                _neighbours.add(name)
    return module


@contextlib.contextmanager
def scene_errors(entry: Entry) -> Iterator[None]:
    """An exception out of a scene as one line, with the traceback from the scene's own file on."""
    try:
        yield
    except (StudioError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        # Not before it is needed: a start that finds nothing to do is quick.
        from hhanim.model.errors import HHError

        frames = traceback.extract_tb(error.__traceback__)
        own = next((k for k, f in enumerate(frames) if Path(f.filename) == entry.path), 0)
        trace = "".join(traceback.format_list(frames[own:]) + traceback.format_exception_only(error))
        where = next((f":{f.lineno}" for f in reversed(frames) if Path(f.filename) == entry.path), "")
        refused = isinstance(error, HHError)  # the model's one line says it all, down to the remedy
        kind = "" if refused else f"{type(error).__name__}: "
        failure = RenderError(f"{entry.name}: {entry.path.name}{where}: {kind}{error}")
        failure.trace = "" if refused else trace  # type: ignore[attr-defined]
        raise failure from error

"""The example at the head of every building block runs as it stands."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from pathlib import Path
from typing import Any

import pytest

manim = pytest.importorskip("manim")

import hhanim.mobjects as blocks  # noqa: E402
import hhanim.model as model  # noqa: E402
from hhanim.look import quantities, quantity  # noqa: E402

MODULES = sorted(m.name for m in pkgutil.walk_packages(blocks.__path__, "hhanim.mobjects.") if not m.ispkg)


def example(module: Any) -> str | None:
    """The class in a module's docstring, without the words around it."""
    lines = inspect.cleandoc(module.__doc__ or "").split("\n")
    start = next((k for k, line in enumerate(lines) if line.lstrip().startswith("class ")), None)
    if start is None:
        return None
    indent = len(lines[start]) - len(lines[start].lstrip())
    block = [lines[start]]
    for line in lines[start + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        block.append(line)
    return textwrap.dedent("\n".join(block)).strip() + "\n"


@pytest.mark.parametrize("name", MODULES)
def test_example_runs(name: str, media: Path) -> None:
    module = importlib.import_module(name)
    source = example(module)
    if source is None:
        assert name.endswith((".shapes", ".pieces", ".labels")), (
            f"{name} has no example"
        )  # nothing to put on a screen
        return
    scope: dict[str, Any] = {"__name__": "example"}
    scope |= {k: v for k, v in vars(manim).items() if not k.startswith("_")}
    scope |= {k: getattr(model, k) for k in model.__all__}
    for name_ in ("analysis", "cable", "episodes", "gating"):
        part = importlib.import_module(f"hhanim.model.{name_}")
        scope |= {k: v for k, v in vars(part).items() if not k.startswith("_")}
    scope |= {"quantity": quantity, "quantities": quantities}
    for other in MODULES:
        part = importlib.import_module(other)
        scope |= {k: v for k, v in vars(part).items() if not k.startswith("_")}
    code = compile("from __future__ import annotations\n" + source, name, "exec")
    exec(code, scope)
    made = scope[next(n.name for n in ast.parse(source).body if isinstance(n, ast.ClassDef))]
    options = {
        "pixel_width": 192,
        "pixel_height": 108,
        "frame_rate": 2,
        "dry_run": True,
        "write_to_movie": False,
        "media_dir": str(media),
        "verbosity": "ERROR",
        "progress_bar": "none",
    }
    with manim.tempconfig(options):
        scene = made()
        scene.renderer.skip_animations = True
        scene.renderer._original_skipping_status = True
        scene.render()
        assert scene.mobjects

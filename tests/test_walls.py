"""Dependencies point one way, and importing hhanim costs nothing that draws."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import hhanim

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hhanim"
DRAWING = {"matplotlib", "manim", "celluloid", "av", "bokeh", "click", "rich", "pydantic"}


def imported(path: Path) -> set[tuple[str, str]]:
    """Every module a file names and what of it, "" for all, wherever in the file, except for type checkers."""
    found: set[tuple[str, str]] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    package = path.parent.relative_to(ROOT).parts
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            todo += node.orelse
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {(a.name, "") for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            # A package's public names are loaded at their first use; who asks for one has its home among its names.
            homes = hhanim._HOME if module == "hhanim" else {}
            found |= {(homes.get(a.name, module), a.name) for a in node.names}
    return found


def imports(path: Path) -> set[str]:
    """The names of :func:`imported`, of modules and of what is in them."""
    return {name for module, of in imported(path) for name in (module, f"{module}.{of}".rstrip("."))}


def files(*where: str) -> list[Path]:
    return [p for w in where for p in sorted((ROOT / w).rglob("*.py") if (ROOT / w).is_dir() else [ROOT / w])]


def reaches(names: set[str], *layers: str) -> set[str]:
    return {n for n in names for layer in layers if n == layer or n.startswith(f"{layer}.")}


# a folder, and what nothing in it may name
WALLS = {
    "hhanim/model": ("hhanim.look", "hhanim.plots", "hhanim.mobjects", "hhanim.studio", "hhanim.cli", "hhanim.classroom",
                     "hhanim.explorer", "hhanim.scenes", *DRAWING),
    "hhanim/look": ("hhanim.plots", "hhanim.mobjects", "hhanim.studio", "hhanim.cli", "hhanim.scenes", "manim"),
    "hhanim/plots": ("hhanim.mobjects", "hhanim.celluloid", "hhanim.scenes", "manim", "celluloid", "matplotlib.pyplot"),
    "hhanim/celluloid": ("hhanim.mobjects", "hhanim.look", "hhanim.scenes", "hhanim.cli", "manim", "matplotlib.pyplot"),
    "hhanim/mobjects": ("hhanim.plots", "hhanim.scenes", "hhanim.cli", "matplotlib", "celluloid"),
    "hhanim/studio": ("hhanim.cli", "hhanim.scenes", "matplotlib.pyplot"),
    "scenes": ("hhanim.studio", "hhanim.cli", "scipy", "matplotlib.pyplot"),
}  # fmt: skip


@pytest.mark.parametrize("layer", WALLS)
def test_walls(layer):
    for path in files(layer):
        crossed = reaches(imports(path), *WALLS[layer])
        assert not crossed, f"{path.relative_to(ROOT)} names {sorted(crossed)}"


def test_model_knows_numpy_and_scipy_only():
    # numba is optional and imported where it is used; the kernels it compiles lie in the user's cache folder
    allowed = {"numpy", "scipy", "hhanim", "numba", "platformdirs"}
    for path in files("hhanim/model"):
        outside = {n.split(".")[0] for n in imports(path)} - set(sys.stdlib_module_names) - allowed
        assert not outside, f"{path.name} imports {outside}"


def test_the_model_reaches_for_one_thing_above_it_when_a_run_is_to_be_drawn():
    """Unseen by imports(), because it is named as text: nothing that draws is loaded, or known, before that."""
    reached = {
        name
        for path in files("hhanim/model")
        for name in re.findall(r'import_module\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert {name for name in reached if name.startswith("hhanim")} == {"hhanim.plots.overview"}


def test_plots_know_the_encoder_and_nothing_else_of_the_studio():
    for path in files("hhanim/plots"):
        used = reaches(imports(path), "hhanim.studio") - {"hhanim.studio"}
        allowed = ("hhanim.studio.media", "hhanim.studio.errors")
        assert not used - reaches(used, *allowed), path


STREET = ("media", "plan", "fresh", "draw", "make", "deliver")


def test_the_tests_lie_as_the_tree_does():
    for folder in {p.parent.relative_to(ROOT / "tests") for p in (ROOT / "tests").rglob("test_*.py")}:
        assert (PACKAGE / folder).is_dir() or folder == Path("scenes"), folder


@pytest.mark.parametrize("guide", ["README.md", "CONTRIBUTING.md"])
def test_the_files_that_a_guide_names_are_there(guide):
    text = (ROOT / guide).read_text(encoding="utf-8")
    theirs = {"hhanim.toml", "lecture.toml", "my_clip.py"}  # whoever reads it has these
    named = set(re.findall(r"`([a-z][a-z_./\d]*\.(?:py|js|toml))`", text)) - theirs
    there = {
        p.relative_to(ROOT).as_posix()
        for where in ("hhanim", "scenes", "tests")
        for p in (ROOT / where).rglob("*.*")
    }
    assert len(named) > 15
    assert [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)] == []


def test_the_readme_names_every_room_of_the_studio_and_what_stands_beside_them():
    table = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .split("| room of `hhanim/studio` |")[1]
        .split("\n\n")[0]
    )
    studio = [p.name for p in (PACKAGE / "studio").iterdir() if not p.name.startswith("__")]
    rooms, beside = re.findall(r"^\| `(\w+)`", table, re.MULTILINE), re.findall(r"`(\w+\.py)`", table)
    assert sorted(rooms + beside) == sorted(studio)
    assert {name for name in studio if not name.endswith(".py")} == set(STREET)


@pytest.mark.parametrize("room", ["errors.py", "news.py", *STREET])
def test_the_studio_is_a_street_walked_one_way(room):
    """plan knows nothing of fresh, fresh nothing of draw, and so on; media lies below all of them."""
    later = STREET[STREET.index(room) + 1 :] if room in STREET else STREET
    found = files(f"hhanim/studio/{room}")
    assert found
    for path in found:
        crossed = reaches(imports(path), *(f"hhanim.studio.{name}" for name in later))
        assert not crossed, f"{path.relative_to(ROOT)} names {sorted(crossed)}"


def module_graph() -> dict[str, set[str]]:
    """Module → the modules of hhanim that it names anywhere, inside functions too; not for type checkers."""
    modules = {}
    for path in files("hhanim"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        names = imported(path)
        graph[module] = {m for m, of in names if f"{m}.{of}" not in modules} & modules.keys()
        graph[module] |= {f"{m}.{of}" for m, of in names} & modules.keys()
        graph[module] -= {module, "hhanim"}  # which imports nothing before it is asked for a name
    return graph


def test_no_module_is_imported_in_a_circle_not_even_lazily():
    graph = module_graph()
    assert "hhanim.studio.make.films" in graph["hhanim.classroom"]  # what functions import is seen
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_look_has_no_matplotlib_in_its_data():
    for name in ("theme.py", "quantities.py"):
        assert not reaches(imports(PACKAGE / "look" / name), "matplotlib")


def test_scenes_do_not_import_each_other():
    stems = {p.stem for p in files("scenes")}
    for path in files("scenes"):
        assert not {n.split(".")[0] for n in imports(path)} & stems, path


def test_plots_and_mobjects_do_not_know_each_other():
    for path in files("hhanim/plots"):
        assert not reaches(imports(path), "hhanim.mobjects")
    for path in files("hhanim/mobjects"):
        assert not reaches(imports(path), "hhanim.plots")


ROOMS = ("frame", "graph", "membrane", "circuit", "axon", "squid")


def test_the_rooms_of_the_films_blocks_are_entered_one_way():
    for k, room in enumerate(ROOMS):
        for path in files(f"hhanim/mobjects/{room}"):
            later = {f"hhanim.mobjects.{r}" for r in ROOMS[k + 1 :]}
            assert not reaches(imports(path), *later), path
    assert {p.name for p in (PACKAGE / "mobjects").iterdir() if (p / "__init__.py").is_file()} == set(ROOMS)


def loaded(code: str, cwd: Path) -> set[str]:
    code += "\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=cwd)
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import hhanim", DRAWING | {"numba", "PIL"}),
        ("import hhanim; hhanim.simulate(hhanim.presets.MODERN, hhanim.step(10), 5)", DRAWING | {"numba"}),
        ("import hhanim.look.theme, hhanim.look.quantities", {"matplotlib", "manim"}),
        (
            "import hhanim.studio.make.films, hhanim.studio.plan.project",
            {"matplotlib", "manim", "celluloid", "av", "numpy", "rich"},
        ),
        ("import hhanim.cli", {*DRAWING, "numpy", "scipy"} - {"click"}),
        ("import hhanim.plots.clip", {"manim", "matplotlib.pyplot", "scipy"}),
        (
            "import hhanim.celluloid.camera, hhanim.plots.stage, hhanim.plots.painter",
            {"manim", "matplotlib.pyplot"},
        ),
    ],
)
def test_what_an_import_loads(code, absent, tmp_path):
    assert not loaded(code, tmp_path) & absent


def test_public_names_are_sorted_and_there():
    assert hhanim.__all__ == sorted(hhanim.__all__)
    wanted = {"simulate", "step", "pulse", "train", "ramp", "sine", "noise", "presets", "Membrane", "Channel", "Gate",
              "Trajectory", "Neuron", "render"}  # fmt: skip
    assert wanted <= set(hhanim.__all__)
    for name in hhanim.__all__:
        assert getattr(hhanim, name) is not None


def test_import_changes_no_settings(tmp_path):
    code = (
        "import matplotlib as mpl; before = dict(mpl.rcParams), mpl.get_backend(auto_select=False)\n"
        "import hhanim, hhanim.plots.clip, hhanim.celluloid.camera, hhanim.plots.stage\n"
        "assert (dict(mpl.rcParams), mpl.get_backend(auto_select=False)) == before\n"
        "assert all(f'matplotlib.backends.backend_{b}' not in __import__('sys').modules for b in ('tkagg', 'qtagg'))"
    )
    loaded(code, tmp_path)

"""What the continuous integration runs exists: it cannot run here, so it is read."""

from __future__ import annotations

import re
import shlex
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
JOBS: dict[str, Any] = pytest.importorskip("yaml").safe_load(
    (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
)["jobs"]
GATE = (ROOT / ".ci/run").read_text(encoding="utf-8")


def lines() -> list[str]:
    return [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]


def test_every_system_and_python_is_tested():
    matrix = JOBS["tests"]["strategy"]["matrix"]
    assert {s.partition("-")[0] for s in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert min(matrix["python"]) == PROJECT["project"]["requires-python"].removeprefix(">=")
    said = {c.split()[-1] for c in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", c)}
    assert set(matrix["python"]) == said
    films = re.findall(r"matrix\.python == '([\d.]+)'", JOBS["tests"]["env"]["EXTRAS"])
    assert films == [matrix["python"][0], matrix["python"][-1]]


def test_only_commands_that_exist_are_named():
    python = [
        shlex.split(part) for line in lines() for part in line.split("&&") if part.startswith("python ")
    ]
    assert len(python) > 8
    for words in python:
        assert words[1] == "-m"
        assert find_spec(words[2]), words
    paths = [words for line in lines() for words in shlex.split(line) if words.startswith((".ci/", "tests/"))]
    assert paths == [".ci/run"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_only_extras_that_exist_are_installed():
    extras = PROJECT["project"]["optional-dependencies"]
    asked = {e for line in lines() for found in re.findall(r"\.\[([\w,]+)\]", line) for e in found.split(",")}
    asked |= {
        e for found in re.findall(r"'([a-z,]+)'", JOBS["tests"]["env"]["EXTRAS"]) for e in found.split(",")
    }
    assert asked == {"films", "test"}
    assert asked <= set(extras)
    tools = " ".join(extras["test"])
    assert all(tool in tools for tool in ("mypy", "pytest-xdist", "ruff", "scipy-stubs"))


def test_the_systems_packages_are_those_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    wanted = {
        p
        for p in re.findall(r"apt-get install -y (.*?) &&", readme)[0].split()
        if not p.startswith("python3")
    }
    for line in lines():
        if "apt-get install" in line:
            assert set(line.rpartition("-y ")[2].split()) == wanted


def test_the_gate_checks_types_for_every_system_and_style():
    (systems,) = re.findall(r"for system in (.+?); do", GATE)
    checked = {line.split()[-1] for line in lines() if "mypy --platform" in line}
    assert set(systems.split()) == checked == {"linux", "darwin", "win32"}
    for command in ("ruff check .", "ruff format --check ."):
        assert command in GATE
        assert any(line.endswith(command) for line in lines())

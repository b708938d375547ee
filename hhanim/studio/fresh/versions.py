"""The engines that draw and encode a film, with their versions."""

from __future__ import annotations

import functools
import platform
from importlib import metadata

ENGINES: dict[str, tuple[str, ...]] = {
    "clip": ("numpy", "scipy", "matplotlib", "celluloid", "av", "font-source-sans-pro"),
    "film": ("numpy", "scipy", "manim", "manimpango", "pycairo", "typst", "av", "font-source-sans-pro"),
}


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

"""The engines that draw and encode a film, with their versions."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

BOTH = ("numpy", "scipy", "av", "pillow", "font-source-sans-pro")

ENGINES: dict[str, tuple[str, ...]] = {
    "clip": (*BOTH, "matplotlib", "celluloid", "contourpy", "kiwisolver", "fonttools", "pyparsing", "cycler"),
    "film": (
        *(*BOTH, "manim", "manimpango", "pycairo", "typst", "svgelements", "skia-pathops", "isosurfaces"),
        *("mapbox-earcut", "networkx", "pygments", "moderngl", "srt"),
    ),
    "slide": (*BOTH, "typst", "markdown-it-py"),
    "video": BOTH,
}
"""Libraries that can decide a pixel, a caption or the number of frames."""

SILENT = frozenset(
    re.findall(
        r"\S+",
        """
        annotated-types beautifulsoup4 charset-normalizer click cloup decorator distro filelock hhanim ipython lxml
        markdown-it-py mdurl moderngl-window msgspec packaging platformdirs psutil pydantic pydantic-core pydub
        python-dateutil rich screeninfo setuptools six soupsieve tqdm traitlets typing-extensions typing-inspection
        watchdog
        """,
    )
)
"""Libraries that are loaded where films are drawn and cannot; a test holds that every one is in one list or other."""

SYSTEM = r"lib(?:cairo|pango|pangocairo|pangoft2|freetype|harfbuzz|fontconfig|pixman)\b[^/]*?"
"""Libraries of the system that draw, by the names of their files."""


@functools.cache
def version(package: str) -> str | None:
    """The installed version of a package, None when it is absent."""
    name = plain(package)
    if name not in (found := packages(tuple(sys.path))):
        from importlib import metadata

        try:
            return metadata.version(package)  # it may have been installed in an older way
        except metadata.PackageNotFoundError:
            return None
    return found[name]


def plain(name: str) -> str:
    """A package's name as all ways to write it have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@functools.cache
def packages(path: tuple[str, ...]) -> dict[str, str]:
    """Package → version, as the names of their folders say: reading what is in them takes twenty times as long."""
    found: dict[str, str] = {}
    for entry in path:
        with contextlib.suppress(OSError):
            for name in (item.name for item in Path(entry).iterdir()):
                if match := re.fullmatch(r"(.+?)-([^-]+)\.dist-info", name):
                    found.setdefault(plain(match[1]), match[2])
    return found


def versions(kind: str) -> dict[str, str]:
    """The engines that draw and encode, with their versions."""
    found = {name: version(name) for name in ENGINES[kind]}
    major = ".".join(platform.python_version_tuple()[:2])
    typeface = {"Source Sans": font()}
    return {"python": major, **{k: v for k, v in found.items() if v is not None}, **typeface}


@functools.cache
def font() -> str:
    """A hash of the files of the typeface."""
    from hhanim.look.type import font_files

    try:
        total = hashlib.sha256()
        for path in font_files():
            total.update(path.read_bytes())
    except OSError:
        return ""
    return total.hexdigest()[:16]


families: set[str] = set()
"""Of letters: those that a scene has asked the system for, so that it matters which file it takes for each."""


ANY = "*"
"""Among them: any, where letters are taken from whatever has them."""


def fonts() -> str:
    """A hash of the names, sizes and times of all fonts of the system."""
    shared = (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        "/Library/Fonts",
        "/System/Library/Fonts",
        "$WINDIR/Fonts",
    )
    own = "~/.fonts", "~/.local/share/fonts", "~/Library/Fonts", "$LOCALAPPDATA/Microsoft/Windows/Fonts"
    total = hashlib.sha256()
    for name in (*shared, *own):
        folder = os.path.expanduser(os.path.expandvars(name))  # noqa: PTH111 — never fails
        for here, folders, files in os.walk(folder):
            folders.sort()
            for file in sorted(files):
                with contextlib.suppress(OSError):
                    found = Path(here, file).stat()
                    total.update(
                        f"{here}/{file} {found.st_size} {found.st_mtime_ns}\n".encode("utf-8", "replace")
                    )
    return total.hexdigest()[:16]


def font_file(family: str) -> Path | None:
    """The file that the system takes for a family of letters, where it says so (fontconfig), fonts of a scene aside."""
    import ctypes

    try:
        library: Any = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return None
    for name in ("FcInitLoadConfigAndFonts", "FcNameParse", "FcFontMatch"):
        getattr(library, name).restype = ctypes.c_void_p
    settings = ctypes.c_void_p(library.FcInitLoadConfigAndFonts())
    asked = ctypes.c_void_p(library.FcNameParse(family.encode("utf-8", "replace")))
    library.FcConfigSubstitute(settings, asked, 0)
    library.FcDefaultSubstitute(asked)
    found = ctypes.c_void_p(library.FcFontMatch(settings, asked, ctypes.byref(ctypes.c_int())))
    file = ctypes.c_char_p()
    if found:
        library.FcPatternGetString(found, b"file", 0, ctypes.byref(file))
    name = os.fsdecode(file.value or b"")
    library.FcConfigDestroy(settings)
    return Path(name) if name else None


@functools.cache
def system_library(name: str) -> str:
    """The version of a library of the system, as its file says it: ``2.11600.0`` of ``libcairo.so.2``."""
    if sys.platform.startswith("linux"):
        import ctypes

        with contextlib.suppress(OSError):
            ctypes.CDLL(name)
            return system_libraries().get(name, "")
    return ""


def system_libraries() -> dict[str, str]:
    """Those of :data:`SYSTEM` that this process has loaded, with their versions; what a package brings has its."""
    found = {}
    for path in (path for path in mapped() if "-packages/" not in path):
        if match := re.fullmatch(rf"({SYSTEM}\.so\.\d+)((?:\.\d+)*)", path.rpartition("/")[2]):
            found[match[1]] = f"{match[1].rpartition('.')[2]}{match[2]}"
    return found


def mapped() -> set[str]:
    """The files that are mapped into this process, libraries among them, where the system tells."""
    try:
        text = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return set(re.findall(r"(?m)(?<= )/.*$", text))

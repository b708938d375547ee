"""What this machine can do, and the command that mends what it cannot."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hhanim.studio.errors import MissingError, pip
from hhanim.studio.fresh.versions import version
from hhanim.studio.mends import MANIM_SYSTEM, install, need


@dataclass(frozen=True)
class Finding:
    """One capability: ``needed`` for the clips, or optional; ``mend`` is the command that installs it."""

    name: str
    ok: bool
    needed: bool
    detail: str
    mend: str = ""


# name, modules, needed, what it is for, what pip installs (without: what is missing)
_LIBRARIES = (
    ("model", ("numpy", "scipy"), True, "simulation", ""),
    ("clips", ("matplotlib", "celluloid"), True, "clips", ""),
    ("typeface", ("font_source_sans_pro",), True, "the bundled typeface", "font-source-sans-pro"),
    ("films", ("manim",), False, "films, with mathematics by Typst", "hhanim[films]"),
    ("sweep", ("numba",), False, "compiled parameter sweeps", "hhanim[sweep]"),
    ("dask", ("distributed",), False, "rendering on other machines", "hhanim[dask]"),
    ("watch", ("watchfiles",), False, "hhanim watch", "hhanim[watch]"),
    ("slides", ("pptx",), False, "export to PowerPoint", "hhanim[slides]"),
    ("lecture", ("typst", "markdown_it"), False, "cards and slides of lectures", "hhanim[lecture]"),
    ("handout", ("typst",), False, "export to PDF", "hhanim[handout]"),
    ("speak", ("hibari",), False, "drafts of what is said, in English", "hhanim[speak]"),
    ("notebook", ("ipykernel",), False, "notebooks", "hhanim[notebook]"),
)
_DISTRIBUTION = {
    "font_source_sans_pro": "font-source-sans-pro",
    "pptx": "python-pptx",
    "hibari": "hibari-tts",
    "markdown_it": "markdown-it-py",
}

# Nothing of hhanim's needs these; films and clips by others may. Name, program, what it is for.
_PROGRAMS = (
    ("latex", "latex", "mathematics by LaTeX (MathTex, Tex, numbers on manim's axes; usetex)"),
    ("dvisvgm", "dvisvgm", "mathematics by LaTeX in films"),
    ("ffmpeg", "ffmpeg", "matplotlib's own film writers"),
    ("espeak-ng", "espeak-ng", "drafts of what is said, in any language"),
)


def examine() -> list[Finding]:
    """Look at everything that can be missing."""
    return [
        _python(),
        _encoder(),
        *(_library(*row) for row in _LIBRARIES),
        *(_program(*row) for row in _PROGRAMS),
        _output(),
    ]


def _library(name: str, modules: tuple[str, ...], needed: bool, purpose: str, package: str) -> Finding:
    missing = [m for m in modules if importlib.util.find_spec(m) is None]
    if missing:
        mend = pip(package or " ".join(missing))
        mend = f"{MANIM_SYSTEM} && {mend}" if name == "films" else mend
        return Finding(name, False, needed, f"{purpose}: no {', '.join(missing)}", mend)
    if name == "films":  # what it needs of the system, and its plugins, show when it is loaded only
        try:
            need("manim", "films", purpose)
        except MissingError as error:
            said, _, mend = str(error).rpartition(": ")
            return Finding(name, False, needed, said, mend)
    have = ", ".join(f"{m} {version(_DISTRIBUTION.get(m, m)) or ''}".strip() for m in modules)
    return Finding(name, True, needed, f"{purpose}: {have}")


def _program(name: str, program: str, purpose: str) -> Finding:
    found = shutil.which(program)
    return Finding(
        name, found is not None, False, f"{purpose}: {found or 'none'}", "" if found else install(program)
    )


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding(
        "python", ok, True, f"{sys.version.split()[0]}", "" if ok else "sudo apt-get install -y python3.11"
    )


def _encoder() -> Finding:
    """Encode three frames: the library can be there and its x264 not."""
    mend = pip("av", again=True)
    try:
        import numpy as np

        from hhanim.studio.media.checks import check
        from hhanim.studio.media.encode import Encoder

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "try.mp4"
            with Encoder(path, width=64, height=64, fps=25) as encoder:
                for level in (0, 128, 255):
                    encoder.write(np.full((64, 64, 4), level, np.uint8))
            check(path, width=64, height=64, fps=encoder.fps, n_frames=3)
    except Exception as error:
        return Finding("encoder", False, True, f"H.264: {error}", mend)
    return Finding("encoder", True, True, f"H.264: av {version('av')}, three frames encoded and read back")


def _output() -> Finding:
    folder = Path("output")
    place = folder if folder.exists() else folder.parent
    ok = os.access(place, os.W_OK)
    free = shutil.disk_usage(place).free / 2**30
    return Finding(
        "output",
        ok,
        True,
        f"{place.resolve()}: {free:.0f} GiB free",
        "" if ok else f"chmod u+w '{place.resolve()}'",
    )

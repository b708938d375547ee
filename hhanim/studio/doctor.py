"""What this machine can do, and the command that mends what it cannot."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hhanim.studio.fresh.versions import version


@dataclass(frozen=True)
class Finding:
    """One capability: ``needed`` for the clips, or optional; ``mend`` is the command that installs it."""

    name: str
    ok: bool
    needed: bool
    detail: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def _pip(what: str) -> str:
    return f"{sys.executable} -m pip install '{what}'"


# name, modules, needed, what it is for, what pip installs
_LIBRARIES = (
    ("model", ("numpy", "scipy"), True, "simulation", "numpy scipy"),
    ("clips", ("matplotlib", "celluloid"), True, "clips", "matplotlib celluloid"),
    ("typeface", ("font_source_sans_pro",), True, "the bundled typeface", "font-source-sans-pro"),
    ("films", ("manim",), False, "films, with mathematics", "hhanim[films]"),
    ("sweep", ("numba",), False, "compiled parameter sweeps", "hhanim[sweep]"),
    ("dask", ("distributed",), False, "rendering on other machines", "hhanim[dask]"),
    ("watch", ("watchfiles",), False, "hhanim watch", "hhanim[watch]"),
    ("slides", ("pptx",), False, "export to PowerPoint", "hhanim[slides]"),
    ("notebook", ("ipykernel",), False, "notebooks", "hhanim[notebook]"),
)
_DISTRIBUTION = {"font_source_sans_pro": "font-source-sans-pro", "pptx": "python-pptx"}


def examine() -> list[Finding]:
    """Look at everything that can be missing."""
    found = [_python(), _encoder()]
    for name, modules, needed, purpose, package in _LIBRARIES:
        missing = [m for m in modules if importlib.util.find_spec(m) is None]
        have = ", ".join(
            f"{m} {version(_DISTRIBUTION.get(m, m)) or ''}".strip() for m in modules if m not in missing
        )
        mend = (
            " ".join(_pip(p) for p in ([package] if "[" in package else [" ".join(missing)]))
            if missing
            else ""
        )
        if name == "films" and missing:
            mend = (
                f"sudo apt-get install -y gcc python3-dev pkg-config libcairo2-dev libpango1.0-dev && {mend}"
            )
        found.append(
            Finding(
                name,
                not missing,
                needed,
                f"{purpose}: {have if not missing else 'no ' + ', '.join(missing)}",
                mend,
            )
        )
    found.append(_output())
    return found


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding(
        "python", ok, True, f"{sys.version.split()[0]}", "" if ok else "sudo apt-get install -y python3.11"
    )


def _encoder() -> Finding:
    """Encode three frames: the library can be there and its x264 not."""
    mend = _pip("av")
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

"""One typeface, Source Sans, from the package font-source-sans-pro: a bare server renders what a laptop renders.

Sizes are pixels on a frame whose shorter side is 1080; nothing is under 24. Nothing here touches matplotlib at import.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FAMILY = "Source Sans Pro"
SIGNS = "Libertinus Serif"  # ⁺ and ⁻, which it lacks

#: Text sizes in pixels at 1080 pixels of frame height.
TITLE, SUBTITLE, LABEL, NAME, TICK, SMALL = 48.0, 32.0, 34.0, 42.0, 30.0, 28.0

_FACES = ("Regular", "It", "Semibold", "SemiboldIt", "Bold")


def shape(width: float, height: float) -> str:
    """Of a frame: "wide", "square" or "tall"."""
    ratio = width / height
    return "wide" if ratio > 1.2 else "tall" if ratio < 0.83 else "square"


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, ...]:
    """The font files that both engines register.

    Raises FileNotFoundError with the command that mends it.
    """
    spec = find_spec("font_source_sans_pro")
    folder = Path(spec.origin).parent / "files" if spec is not None and spec.origin else None
    files = tuple(folder / f"SourceSansPro-{face}.ttf" for face in _FACES) if folder else ()
    if not files or not all(f.is_file() for f in files):
        raise FileNotFoundError(
            "the typeface Source Sans is missing; install it with: pip install font-source-sans-pro"
        )
    return files


def lacks(text: str) -> bool:
    """Whether there are letters or signs in it that neither family is known to have."""
    return any(ord(letter) not in _letters() for letter in {*text} - {*"⁺⁻"} if letter > "\x7f")


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_files()[0], lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=1)
def register() -> None:
    """Make the typeface known to matplotlib (once)."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for file in font_files():
        if str(file) not in known:
            font_manager.fontManager.addfont(str(file))


def unit(width: int, height: int) -> float:
    """Pixels per design pixel: 1 on a frame whose shorter side is 1080."""
    return min(width, height) / 1080.0


def rc(u: float = 1.0) -> Any:
    """matplotlib settings for text, to be used inside ``matplotlib.rc_context``; u as from unit().

    Mathematics is set in Source Sans as well (variables italic); symbols that it lacks come from STIX Sans.
    """
    register()
    return {
        "font.family": FAMILY,
        "font.size": TICK * u,
        "mathtext.fontset": "custom",
        **dict.fromkeys((f"mathtext.{face}" for face in ("rm", "sf", "cal", "tt")), FAMILY),
        "mathtext.it": f"{FAMILY}:italic",
        "mathtext.bf": f"{FAMILY}:semibold",
        "mathtext.fallback": "stixsans",
        "mathtext.default": "it",
        "text.usetex": False,
        "axes.unicode_minus": True,
        "text.hinting": "none",
    }

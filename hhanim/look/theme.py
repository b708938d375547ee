"""Colours and line styles. The hue says the ion, everywhere the same; V is ink; the stimulus has an accent of its own.

The two sets start from Okabe & Ito (2008), moved until every line has a contrast of at least 3:1 and every text of at
least 4.5:1 against its ground, and until any two colours stay CIEDE2000 >= 10 apart under simulated protanopia,
deuteranopia and tritanopia (Machado et al. 2009, https://doi.org/10.1109/TVCG.2009.113) or differ in their dash.
tests/look measures all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hhanim.errors import HHError, did_you_mean

from .quantities import HUES, Quantity, quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

RGB = tuple[float, float, float]


def rgb(color: str | RGB) -> RGB:
    """Red, green and blue, 0…1, of "#rrggbb"."""
    if not isinstance(color, str):
        return color
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def mix(a: str | RGB, b: str | RGB, share: float) -> RGB:
    """The colour `share` of the way from a to b: a tint, opaque."""
    red, green, blue = (p * (1.0 - share) + q * share for p, q in zip(rgb(a), rgb(b), strict=True))
    return red, green, blue


LUMINANCE = (0.2126, 0.7152, 0.0722)
"""How much of relative luminance red, green and blue are (WCAG 2.2)."""


def light(colours: ArrayLike) -> NDArray[np.float64]:
    """sRGB values from 0 to 1 as parts of light."""
    import numpy as np

    c = np.asarray(colours, float)
    return np.where(c <= 0.04045, c / 12.92, ((np.maximum(c, 0.04045) + 0.055) / 1.055) ** 2.4)


def contrast(a: str | RGB, b: str | RGB) -> float:
    """How well one colour can be told from the other, 1 to 21 (WCAG 2.2)."""

    low, high = sorted(float(light(rgb(color)) @ LUMINANCE) for color in (a, b))
    return (high + 0.05) / (low + 0.05)


def hex_color(color: RGB) -> str:
    """The colour as "#rrggbb"."""
    return "#" + "".join(f"{round(255 * c):02x}" for c in color)


#: Contrast of a ghost, the faint line that shows where a curve is going to be.
GHOST = 3.1

#: Dash patterns by rank, in line widths (on, off, …): the first of an ion is solid, the next dashed, and so on.
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (2.6, 1.7),
    (5.2, 1.8, 1.0, 1.8),
    (1.0, 1.6),
    (7.0, 2.0),
    (3.0, 1.4, 1.0, 1.4, 1.0, 1.4),
)

#: Hues that only extra channels use are also told apart by their own dash.
_FIRST_DASH = {"calcium": 2, "chloride": 4, "other1": 5, "other2": 3}


@dataclass(frozen=True)
class Shades:
    """One hue in a picture of a membrane.

    shut, open: gates, dim and bright. protein: the body of a channel. lit: its pore, where ions pass it. tile: a
    channel that they pass, from afar; lid, edge: one that they do not. waiting, crossing: ions.
    """

    shut: RGB
    open: RGB
    protein: RGB
    lit: RGB
    tile: RGB
    lid: RGB
    edge: RGB
    waiting: RGB
    crossing: RGB


@dataclass(frozen=True)
class Theme:
    """Colours as "#rrggbb" by hue slot (see quantities.HUES), for one ground.

    ground: what is behind everything. ink: V, titles. muted: secondary text. line: axes. faint: grid, ghosts.
    hues: colour by slot. transparent: draw no ground at all (the colours still assume it is behind).
    """

    name: str
    ground: str
    ink: str
    muted: str
    line: str
    faint: str
    hues: Mapping[str, str] = field(hash=False)
    transparent: bool = False

    def color(self, what: Quantity | str) -> str:
        """The colour of a quantity, a quantity's key ("I_Na", "m"), an ion ("Na"), or one of this theme's own names."""
        if isinstance(what, Quantity):
            slot = what.hue
        elif what in ("ground", "ink", "muted", "line", "faint"):
            return str(getattr(self, what))
        elif what in self.hues:
            slot = what
        elif what in HUES:
            slot = HUES[what]
        else:
            slot = quantity(what).hue
        if slot == "ink":
            return self.ink
        if slot not in self.hues:  # more strangers than colours: go round; their dashes still differ
            others = sorted(k for k in self.hues if k.startswith("other"))
            slot = others[(int(re.sub(r"\D", "", slot) or 1) - 1) % len(others)]
        return self.hues[slot]

    def dash(self, what: Quantity | str) -> tuple[float, ...]:
        """The dash pattern in line widths, () for a solid line."""
        q = what if isinstance(what, Quantity) else quantity(what)
        return DASHES[(_FIRST_DASH.get(q.hue, 0) + q.rank) % len(DASHES)]

    def ghost(self, color: str) -> float:
        """The share (0..1) of a colour that is still told from the ground: the opacity of its ghost."""
        steps = (k / 100 for k in range(20, 100))
        return next((s for s in steps if contrast(mix(self.ground, color, s), self.ground) >= GHOST), 1.0)

    def shades(self, color: str) -> Shades:
        """A colour's shades where membranes are drawn."""
        dark = self.name.startswith("dark")
        lit = mix(self.ground, color, 0.62 if dark else 0.45)
        return Shades(
            shut=mix(color, self.ground, 0.50 if dark else 0.58),
            open=mix(color, self.ink, 0.62 if dark else 0.30),
            protein=mix(self.ground, color, 0.42 if dark else 0.30),
            lit=lit,
            tile=mix(lit, color, 0.6),
            lid=mix(self.ground, color, 0.36),
            edge=mix(self.ground, color, 0.52),
            waiting=mix(color, self.ground, 0.32),
            crossing=mix(color, self.ink, 0.12),
        )

    @property
    def heads(self) -> RGB:
        """The heads of lipids."""
        return mix(self.line, self.ground, 0.30)

    @property
    def tails(self) -> RGB:
        """The tails of lipids."""
        return mix(self.line, self.ground, 0.38)

    @property
    def sheet(self) -> RGB:
        """A membrane seen from outside."""
        return mix(self.ground, self.line, 0.16)

    @property
    def brim(self) -> RGB:
        """Its rim, as thick as it is."""
        return mix(self.ground, self.line, 0.30)

    @property
    def hollow(self) -> str:
        """The face of a ring that is drawn by matplotlib: its ground, or none where there is none."""
        return "none" if self.transparent else self.ground

    def clear(self) -> Theme:
        """The same theme without its ground, for compositing over something else."""
        return replace(self, name=f"{self.name}-transparent", transparent=True)


DARK = Theme(
    name="dark",
    ground="#10151d",
    ink="#f4f6f8",
    muted="#aeb9c6",
    line="#77838f",
    faint="#2a333e",
    hues={
        "sodium": "#fa7d45",
        "potassium": "#55a8f2",
        "leak": "#9ea5ad",
        "stimulus": "#9df0b1",
        "calcium": "#fede36",
        "chloride": "#fcb2dc",
        "other1": "#9d7bff",
        "other2": "#5fd6d0",
    },
)
LIGHT = Theme(
    name="light",
    ground="#ffffff",
    ink="#14181f",
    muted="#4d5661",
    line="#7a838e",
    faint="#dfe4e9",
    hues={
        "sodium": "#c5500f",
        "potassium": "#046fd6",
        "leak": "#5d636d",
        "stimulus": "#0a5c3a",
        "calcium": "#664b00",
        "chloride": "#b02d92",
        "other1": "#44279a",
        "other2": "#00686b",
    },
)

THEMES: dict[str, Theme] = {t.name: t for t in (DARK, LIGHT, DARK.clear(), LIGHT.clear())}


def get_theme(name: str | Theme) -> Theme:
    """The theme of that name ("dark", "light", "dark-transparent", "light-transparent"), or the theme itself.

    Raises HHError naming the themes there are.
    """
    if isinstance(name, Theme):
        return name
    if name not in THEMES:
        raise HHError(f"no theme named {name}{did_you_mean(str(name), THEMES)}")
    return THEMES[name]

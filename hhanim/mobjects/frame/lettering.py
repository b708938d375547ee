"""Words and formulas in the house typeface, set by Typst; sizes are pixels where the shorter side has 1080.

    class Hello(Film):
        def construct(self):
            words = Words("potassium leaves", color=self.theme.color("K"))
            formula = Formula("I_(\\"K\\") = g_(\\"K\\") n^4 (V - E_(\\"K\\"))").next_to(words, DOWN)
            self.play(FadeIn(words), FadeIn(formula))

Both are ordinary manim mobjects. A formula's letters stand in the italic of the same typeface, so that what a
film writes and what a clip writes look alike; ``select("label")`` finds the group ``{{ body : label }}``.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import numpy as np
from manim import LineJointType, MathTypst, Typst, VGroup, VMobject

from hhanim.language import Said
from hhanim.look.type import FAMILY, LABEL, SIGNS, SMALL, SUBTITLE, TICK, TITLE, font_files
from hhanim.look.words import BEFORE_A_UNIT, tr
from hhanim.mobjects.frame.layout import stroke

__all__ = [
    "LABEL",
    "PITCH",
    "SMALL",
    "SUBTITLE",
    "TICK",
    "TITLE",
    "UNIT",
    "Formula",
    "Words",
    "broken",
    "corners",
    "font_size",
    "halo",
    "haloed",
    "stand_clear",
]

#: Scene units per design pixel: the shorter side of every frame is 8 units and 1080 design pixels.
UNIT = 8.0 / 1080.0

#: Of a text's size: from one line of it to the next.
PITCH = 1.16

# manim's font size 48 sets an em of half a scene unit.
_PER_PIXEL = 96.0 * UNIT

# Without ligatures every letter is a glyph: Words.baseline finds its line by them. The second family, which Typst
# brings, has the signs of charges; without one it would take them from whatever font there is.
_WORDS = (
    f'#set text(font: ("{FAMILY}", "{SIGNS}"), hyphenate: false, number-type: "lining", ligatures: false)\n'
    "#set par(leading: 0.5em)"
)
# Source Sans has no mathematical alphabets: an upright letter in its italic face is what the clips draw
# too. Its Greek exists upright only. Without a mathematical table subscripts would not be lowered, so
# low() does it.
_FORMULA = (
    f'#show math.equation: set text(font: ("{FAMILY}", "New Computer Modern Math", "{SIGNS}"))\n'
    '#let it(x) = text(style: "italic", math.upright(x))\n'
    "#let gr(x) = math.upright(x)\n"
    "#let low(x) = text(baseline: 0.2em, x)"
)
_TOKEN = re.compile(r'"[^"]*"|#[a-z.]+|[A-Za-z]+(?:\.[a-z]+)*')
_LABEL = re.compile(r"(:\s*[A-Za-z_][\w-]*\s*\}\})")
_GREEK = {"alpha", "beta", "gamma", "delta", "tau", "phi", "lambda", "mu", "rho", "theta", "sigma", "omega"}
_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=+/-])")
# The variables of the model where they stand alone: not the unit in "2 m" or "m/s", and I only as in "I = 5".
_VARIABLE = re.compile(r"(?<![\w°⁺⁻])(?<!\d )(?:[Vmhn](?![\w/⁺⁻²³'’])|I(?= =)|x(?=∞)|m³h|n⁴)")

_STANDING = set(ascii_letters + digits) - set("gjpqyQ")  # what stands on the line, and goes no lower


def corners(words: Any) -> np.ndarray:
    """Nine points (9, 2) of the box around a mobject: its corners, the middles of its sides, its middle."""
    half = 0.5 * np.array([words.width, words.height])
    return np.asarray(words.get_center()[:2] + _AROUND * half)


_AROUND = np.array([(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])


def halo(words: VMobject, ground: Any, width: float = 16.0) -> VMobject:
    """The colour of the ground round some words, to lie behind all their letters: no line strikes them through.

    One outline of them all: a letter that had its own would cover the letter before. width: design pixels.
    """
    behind = VMobject(stroke_color=ground, stroke_width=stroke(width), fill_color=ground, fill_opacity=0.0)
    behind.joint_type = LineJointType.ROUND
    if glyphs := words.family_members_with_points():
        behind.points = np.concatenate([glyph.points for glyph in glyphs])
    return behind


def haloed(words: VMobject, ground: Any, width: float = 16.0) -> VGroup:
    """Some words on their halo."""
    return VGroup(halo(words, ground, width), words)


def stand_clear(
    words: Any, spots: Any, others: Any, *, own: Any = (), within: Any = None, gap: float = 0.1
) -> Any:
    """Move words beside one of some spots (K, 2), to where the nearest of `others` (P, 2) is farthest; return them.

    own: points (Q, 2) of the line they name, which they may be near, but not on. within: an Area to stay in, as
    far as there is such a place. gap: scene units from the spot.
    """
    spots, others = (np.asarray(a, dtype=float).reshape(-1, 2) for a in (spots, others))
    half = 0.5 * np.array([words.width, words.height])
    ways = _AROUND[np.abs(_AROUND).sum(axis=1) > 0]
    middles = (spots[:, None] + ways * (half + gap)).reshape(-1, 2)

    def room(points: np.ndarray) -> np.ndarray:
        away = np.maximum(np.abs(middles[:, None] - points[None]) - half, 0.0)
        return np.asarray(np.hypot(away[..., 0], away[..., 1]).min(axis=1, initial=np.inf))

    score = np.minimum(room(others), 1e3)
    score -= 1e3 * (room(np.asarray(own, dtype=float).reshape(-1, 2)) < 0.5 * gap)
    if within is not None:
        low, high = middles - half, middles + half
        fits = (low >= (within.left, within.bottom)) & (high <= (within.right, within.top))
        score -= 1e4 * ~fits.all(axis=1)
    return words.move_to([*middles[int(score.argmax())], 0.0])


def broken(text: str) -> str:
    """A text in the viewer's language, on two lines of about the same length if it has words to part."""
    spaces = [k for k, letter in enumerate(BEFORE_A_UNIT.sub("_", text)) if letter == " "]
    if not spaces:
        return text
    middle = min(spaces, key=lambda k: abs(k - 0.5 * len(text)))
    source, values = (text.source, text.values) if isinstance(text, Said) else (text, {})
    return Said.of(f"{text[:middle]}\n{text[middle + 1 :]}", source, values)


def font_size(pixels: float) -> float:
    """manim's font size for text of that many design pixels."""
    return pixels * _PER_PIXEL


def _folder() -> list[str | Path]:
    return [font_files()[0].parent]


def _house(source: str) -> str:
    """Typst mathematics in the house style: variables in it(…), Greek in gr(…), subscripts in low(…)."""

    def wrap(match: re.Match[str]) -> str:
        token = match[0]
        if token in _GREEK:
            return f"gr({token})"
        return f"it({token})" if len(token) == 1 and token.isalpha() else token

    parts = _LABEL.split(source)  # labels of groups are names, not mathematics
    parts[::2] = [_lowered(_TOKEN.sub(wrap, part)) for part in parts[::2]]
    return "".join(parts)


def _lowered(source: str) -> str:
    out, k, quoted = "", 0, False
    while k < len(source):
        if source[k] == '"':
            quoted = not quoted
        if source[k] != "_" or quoted:
            out, k = out + source[k], k + 1
            continue
        end = _argument_end(source, k + 1)
        body = source[k + 1 : end]
        if body.startswith("("):
            body = body[1:-1].replace(",", r"\,")
        out, k = f"{out}_(low({_lowered(body)}))", end
    return out


def _argument_end(source: str, k: int) -> int:
    """Where the subscript starting at k ends: a string, a name with its bracket, or a bracket."""
    if source[k] == '"':
        return source.index('"', k + 1) + 1
    while k < len(source) and (source[k].isalnum() or source[k] == "."):
        k += 1
    if k < len(source) and source[k] == "(":
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(source[k], 0)
            k += 1
            if depth == 0:
                break
    return k


def _marked_up(line: str) -> str:
    """A line of plain text in Typst's markup."""
    parts = re.split(f"({_VARIABLE.pattern})", line)
    parts[::2] = [_SPECIAL.sub(r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [f'#text(style: "italic")[{part}];' for part in parts[1::2]]
    return "".join(parts).replace("∞", "#sub(typographic: false)[∞];")


class _Light:
    """Text without the parsed file it came from, which every copy of it would copy too: that is most of a copy."""

    def generate_mobject(self: Any) -> Any:
        super().generate_mobject()  # type: ignore[misc]
        for glyph in self.submobjects:
            glyph.path_obj = None
        return self


class Words(_Light, Typst):
    """Plain text (nothing in it is markup) in Source Sans; the variables V, m, h, n in it are italic, as in formulas.

    text: what to write; a newline starts a new line. size: design pixels, nothing under 24.
    weight: "regular", "semibold" or "bold". italic: the slanted face. align: of several lines.
    """

    def __init__(
        self,
        text: str,
        *,
        size: float = LABEL,
        color: Any = None,
        weight: str = "regular",
        italic: bool = False,
        align: str = "left",
        **kwargs: Any,
    ) -> None:
        self.words, self.size = tr(text), size
        lines = " \\\n".join(_marked_up(line) for line in self.words.split("\n"))
        style = (
            f'#set text(weight: "{weight}", style: "{"italic" if italic else "normal"}")\n#set align({align})'
        )
        super().__init__(
            lines,
            font_size=font_size(size),
            color=color,
            typst_preamble=f"{_WORDS}\n{style}",
            font_paths=_folder(),
            **kwargs,
        )

    def variable(self, name: str) -> list[Any]:
        """The glyphs of the variable of that name where it stands in the text; none if letters are no glyphs."""
        glyphs, found = self.family_members_with_points(), list[Any]()
        for match in _VARIABLE.finditer(self.words):
            first = len("".join(self.words[: match.start()].split()))
            if match[0] == name and len(glyphs) == len("".join(self.words.split())):
                found += glyphs[first : first + len(name)]
        return found

    @property
    def baseline(self) -> float:
        """The height its last line stands on: where its last letter without a tail ends, else its bottom."""
        letters, glyphs = "".join(self.words.split()), self.family_members_with_points()
        last = "".join(self.words.split("\n")[-1].split())
        for k in range(len(letters) - 1, len(letters) - 1 - len(last), -1):
            if len(letters) == len(glyphs) and letters[k] in _STANDING:
                return float(glyphs[k].get_bottom()[1])
        return float(self.get_bottom()[1])


class Formula(_Light, MathTypst):
    """Mathematics in Typst's notation, its letters in the house italic.

    source: e.g. ``'C frac(dif V, dif t) = {{ I : stimulus }}'``; ``select("stimulus")`` gives that group.
    size: design pixels.
    """

    def __init__(self, source: str, *, size: float = LABEL, color: Any = None, **kwargs: Any) -> None:
        self.source, self.size = source, size
        super().__init__(
            _house(source),
            font_size=font_size(size),
            color=color,
            typst_preamble=_FORMULA,
            font_paths=_folder(),
            **kwargs,
        )

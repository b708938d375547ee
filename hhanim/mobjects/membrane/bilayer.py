"""The lipids of a membrane in cross-section.

class Lipids(Film):
    def construct(self):
        self.add(Bilayer(-5, 5, self.theme, gaps=[(-0.5, 0.5)]))
        self.wait()
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from hhanim.look import Theme
from hhanim.mobjects.frame.shapes import Array, at, disc, filled, mix, smooth, stroked


class Bilayer(VGroup):
    """Two leaflets of lipids between x = left and right about y = 0: two mobjects, one for heads, one for tails.

    thickness: from head to head (scene units). gaps: (left, right) pairs without lipids, where channels sit.
    """

    def __init__(
        self,
        left: float,
        right: float,
        theme: Theme,
        *,
        thickness: float = 1.2,
        gaps: Sequence[tuple[float, float]] = (),
        seed: int = 7,
    ) -> None:
        radius = 0.072 * thickness
        pitch = 2.1 * radius
        rng = np.random.default_rng(seed)
        heads: list[Array] = []
        tails: list[Array] = []
        half = 0.5 * thickness
        for a, b in between(left, right, gaps):
            count = max(int((b - a) / pitch + 0.3), 0)
            if not count:
                continue
            x = a + (np.arange(count) + 0.5) * (b - a) / count
            for side in (1.0, -1.0):
                y = side * (half - radius) + rng.normal(0.0, 0.010 * thickness, count)
                heads.append(np.stack([x, y], axis=1))
                for xk, yk in zip(x, y, strict=True):
                    length = half - 2.0 * radius - 0.03 * thickness
                    for leg in (-0.42, 0.42):
                        bend = rng.normal(0.0, 0.22, 3) * radius
                        ys = yk - side * (radius * 0.85 + np.linspace(0.0, length, 4))
                        xs = xk + leg * radius + np.concatenate([[0.0], bend])
                        tails.append(smooth(np.stack([xs, ys], axis=1)))
        edge = mix(theme.line, theme.ground, 0.05)
        self.heads = filled(
            at(disc(), np.concatenate(heads), radius) if heads else np.zeros((0, 3)),
            theme.heads,
            stroke=edge,
            width=1.6,
        )
        self.tails = stroked(np.concatenate(tails) if tails else np.zeros((0, 3)), theme.tails, 2.2)
        super().__init__(self.tails, self.heads)


def between(left: float, right: float, gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out, x = [], left
    for a, b in sorted(gaps):
        out.append((x, a))
        x = b
    return [*out, (x, right)]

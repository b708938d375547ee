"""Tables that a notebook shows for the objects of the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table of plain texts; a text between dollars is typeset by the notebook."""
    lines = [(head, "th"), *((row, "td") for row in rows)]
    cells = ["".join(f"<{tag}>{escape(x)}</{tag}>" for x in line) for line, tag in lines]
    return f"<table><caption>{escape(caption)}</caption><tr>{'</tr><tr>'.join(cells)}</tr></table>"


def shown(x: Any) -> str:
    """A number in a few digits; of an array (N,) its range."""
    if np.ndim(x):
        return f"{np.min(x):g} to {np.max(x):g} ({len(x)} values)"
    return f"{x:g}"

"""What hhanim refuses is said in one line."""

from __future__ import annotations

import traceback


class PlainError(Exception):
    """An error whose own line says what is wrong and what to do; ``trace`` is the part of the traceback that is a
    user's, where it is worth reading."""

    trace = ""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of every frame below the cell."""
        frames = traceback.extract_tb(self.__traceback__)
        cell = [f for f in frames if "ipykernel_" in f.filename or f.filename.startswith("<ipython-input")]
        at = [f"line {f.lineno} of the cell: {f.line}" for f in cell[-1:]]
        return [*at, *self.trace.splitlines(), f"{type(self).__name__}: {self}"]

"""What every layer refuses in one line, and how a name is suggested; nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Iterable


class PlainError(Exception):
    """An error whose own line says what is wrong and what to do; ``trace`` is the part of the traceback that is a
    user's, where it is worth reading."""

    trace = ""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of every frame below the cell."""
        import traceback

        frames = traceback.extract_tb(self.__traceback__)
        cell = [f for f in frames if "ipykernel_" in f.filename or f.filename.startswith("<ipython-input")]
        at = [f"line {f.lineno} of the cell: {f.line}" for f in cell[-1:]]
        return [*at, *self.trace.splitlines(), f"{type(self).__name__}: {self}"]


class HHError(PlainError, ValueError):
    """Base of everything that the model, the looks and the parameters of scenes refuse."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean gNa?``, or the known names when none is near, or nothing."""
    import difflib

    known = list(known)
    folded = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.55)
    if close:
        return f"; did you mean {folded[close[0]]}?"
    return f"; known: {', '.join(sorted(known, key=str.casefold))}" if known else ""


def visible(text: str) -> str:
    """Text as a terminal shows it and does not obey it: an ESC is written as ``\\x1b``."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def one_line(text: str) -> str:
    """Text on one line, visible."""
    return visible(" ".join(text.split()))

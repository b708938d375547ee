"""What commands say: data on stdout, one line on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from hhanim.errors import one_line


def print_json(value: Any) -> None:
    """Data on stdout."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))


def complain(text: str, head: str = "hhanim: ") -> None:
    """One line on stderr."""
    print(f"{head}{one_line(text)}", file=sys.stderr)


def each(steps: Iterable[Callable[[], object]]) -> int:
    """Take one step after the other; one that fails is told in a line, and the others go on: the highest exit code."""
    code = 0
    for step in steps:
        try:
            step()
        except Exception as error:
            from hhanim.studio.mends import told

            failure = told(error)
            complain(str(failure))
            code = max(code, failure.exit_code)
    return code

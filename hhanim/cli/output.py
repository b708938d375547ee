"""What commands say: data on stdout, one line on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any) -> None:
    """Data on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def complain(text: str, head: str = "hhanim: ") -> None:
    """One line on stderr."""
    print(f"{head}{' '.join(text.split())}", file=sys.stderr)

"""``python -m hhanim.explorer.measure`` runs the steps of all shipped lessons anew and keeps what the core measures."""

from __future__ import annotations

import json
from pathlib import Path

from hhanim.explorer.lesson import MEASURED, ORDER, parse, shipped_text


def measure() -> str:
    """What the file MEASURED has to hold, as JSON."""
    found = {}
    for key in ORDER:
        steps = parse(shipped_text(f"{key}.lesson.toml"), key, f"{key}.lesson.toml").steps
        found[key] = [{name: float(f"{x:.6g}") for name, x in step.measured.items()} for step in steps]
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    (Path(__file__).with_name("lessons") / MEASURED).write_text(measure(), encoding="utf-8")

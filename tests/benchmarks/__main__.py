"""All benchmarks, one after the other, on a machine that does nothing else:

    python tests/benchmarks            # a quarter of an hour
    python tests/benchmarks --quick    # a few minutes, of shorter programs

Each is a program of its own as well (``python tests/benchmarks/drawing.py --help``) and prints ratios within its
own run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

QUICK = {"drawing": ["--share", "0.2", "--frames", "120"], "films": ["--quick"], "simulation": ["--quick"]}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="shorter programs: a first look")
    quick = parser.parse_args().quick
    failed = False
    for name in ("start", "simulation", "drawing", "films", "explorer"):
        print(f"== {name}", flush=True)
        words = QUICK.get(name, []) if quick else []
        failed |= subprocess.call([sys.executable, str(Path(__file__).with_name(f"{name}.py")), *words]) != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

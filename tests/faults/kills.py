"""Renders killed at random instants: whatever lies there is what was there before, whole, or what is new, whole.

    python -m tests.faults.kills 100           # so many kills; prints how they went, and those that went wrong
    python -m tests.faults.kills 20 --seed 7   # at other instants

Every third is shared by two workers; they make a clip as MP4, as GIF and as pictures. The kill at each operation of an
exchange is tests/studio/make/test_kills.py.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hhanim.studio.media import sidecar

from .bad_inputs import CLIP

KINDS = {"mp4": ".mp4", "gif": ".gif", "png": ".frames"}


def seen(folder: Path) -> dict[str, bytes]:
    """What any program finds, hhanim's work aside."""
    files = (Path(here, name) for here, _, names in os.walk(folder) for name in names)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if ".hhanim" not in path.parts and path.is_file()
    }


def render(level: float, kind: str, jobs: str) -> list[str]:
    """The command that makes a film of that level."""
    size = ("--size", "160x90", "--set", "frames=40", "--name", "bb", "--quiet", "--jobs", jobs)
    return [sys.executable, "-m", "hhanim", "render", "bb", "--set", f"level={level}", "-F", kind, *size]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1952)
    asked = parser.parse_args()
    dice, wrong, ends = random.Random(asked.seed), 0, {"old": 0, "new": 0}
    with tempfile.TemporaryDirectory(prefix="hhanim-kills-") as name:
        os.chdir(name)
        Path("scenes").mkdir()
        Path("scenes/bb_clip.py").write_text(CLIP, encoding="utf-8")
        spans: dict[str, float] = {}
        for kind in KINDS:
            started = time.monotonic()
            subprocess.run(render(0.5, kind, "1"), check=True)
            spans[kind] = time.monotonic() - started
        level = 0.5
        for k in range(asked.count):
            kind, level = list(KINDS)[k % 3], level + 0.001
            before = seen(Path("output"))
            process = subprocess.Popen(
                render(level, kind, "2" if k % 3 == 0 else "1"), start_new_session=True
            )
            # Twice as often late, where the files take their places.
            time.sleep(spans[kind] * (dice.uniform(0, 1.1) if k % 2 else dice.uniform(0.7, 1.1)))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            after, media = seen(Path("output")), Path("output/bb").with_suffix(KINDS[kind])
            record = sidecar.read(media)
            ends["old" if after == before else "new"] += 1
            fault = (
                "no record that can be read" if record is None
                else f"{edited} was changed" if (edited := sidecar.edited(media, record))
                else "files are missing" if not sidecar.made_with(media, record).keys() <= after.keys()
                else f"level {record.parameters['level']}" if after != before and record.parameters["level"] != level
                else ""
            )  # fmt: skip
            done = subprocess.run(render(level, kind, "1"), capture_output=True, text=True, check=False)
            left = {path.name for path in Path("output").iterdir()} - {
                n.partition("/")[0] for n in seen(Path("output"))
            }
            if done.returncode or left or not sidecar.verify(media)["intact"]:
                fault += f" the next run: {done.returncode} {done.stderr} leaves {sorted(left)}"
            if fault:
                wrong += 1
                print(f"kill {k} ({kind}): {fault}", flush=True)
    print(
        f"{asked.count} kills: {ends['old']} left the old film, {ends['new']} the new one, {wrong} something else"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The moving picture at the head of the README, cut from the films as they are:

    python -m tests.moving_picture scenes/films.webp

Run it again when a film has changed what it shows there.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import av
from PIL import Image

import hhanim as hh
from hhanim.studio.media import cues

#: Film, section, where in the section to begin (of 1), seconds.
CUTS = (
    ("spike", "rise", 0.45, 3.0),
    ("spike", "currents", 0.6, 3.5),
    ("propagation", "travel", 0.1, 3.5),
    ("threshold", "fan", 0.2, 3.5),
)
SIZE, FPS, LIMIT = "800x450", 15, 2_000_000


def frames(film: Path, section: str, begin: float, seconds: float) -> list[Image.Image]:
    """Pictures of a part of a film, FPS a second."""
    cue = next(cue for cue in cues.read(film) if cue.name == section)
    first = cue.start + begin * (cue.stop - cue.start)
    with av.open(film) as video:
        found: list[Image.Image] = []
        for frame in video.decode(video=0):
            if first + len(found) / FPS <= float(frame.time or 0.0) and len(found) < seconds * FPS:
                found.append(frame.to_image())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path)
    where: Path = parser.parse_args().picture
    with tempfile.TemporaryDirectory() as folder:
        made: Any = {
            name: hh.render(name, preset="draft", size=SIZE, output=folder)
            for name in dict.fromkeys(c[0] for c in CUTS)
        }
        pictures = [picture for name, *cut in CUTS for picture in frames(Path(made[name]), *cut)]
    pictures[0].save(
        where, save_all=True, append_images=pictures[1:], duration=1000 // FPS, loop=0, quality=50, method=6
    )
    size = where.stat().st_size
    print(f"{where}: {len(pictures)} pictures, {size / 1e6:.2f} MB")
    if size > LIMIT:
        raise SystemExit(f"more than {LIMIT / 1e6:g} MB: cut it shorter")


if __name__ == "__main__":
    main()

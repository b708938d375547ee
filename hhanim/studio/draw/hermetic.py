"""A process in which nothing of its user's settings reaches a film but by the film's own scene.

matplotlib's and manim's configuration files, styles under other names than the library's, what was drawn before: a
film is the same with and without them. Random numbers that nobody has seeded are the same each time.
"""

from __future__ import annotations

import random
import sys
from typing import Any

from hhanim.model import presets


def settle() -> None:
    """Put every setting that is this process's, not a film's, where it always is."""
    import numpy as np
    from numpy.random import bit_generator

    presets.asked.clear()
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 — whoever uses it
    seeds: Any = bit_generator
    seeds.randbits = random.Random(0).getrandbits  # what seeds a generator that is given none
    if "matplotlib" in sys.modules:
        _settle_matplotlib()
    if hasattr(sys.modules.get("manim"), "config"):
        _settle_manim()


def _settle_matplotlib() -> None:
    import matplotlib as mpl

    library: Any = mpl
    for settings in (library.rcParams, library.rcParamsOrig):
        dict.update(settings, library.rcParamsDefault)
        dict.__setitem__(settings, "backend", "agg")


def _settle_manim() -> None:
    import configparser

    from manim import config
    from manim._config.utils import config_file_paths

    parser = configparser.ConfigParser()
    parser.read(config_file_paths()[0])  # the library's own
    config.digest_parser(parser)

"""Bad input of every kind, each of which is one clear line and the right exit code, within 5 s and 2 GiB.

    python -m tests.faults.bad_inputs              # all; prints those that went wrong, and how many there were
    python -m tests.faults.bad_inputs --every 5    # a share of them
    python -m tests.faults.bad_inputs --only toml  # of one kind

A case is files, words for the command line (or a line of Python), the exit code, and what has to be said.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

SECONDS = 5.0
BYTES = 2 * 2**30

CLIP = """
from hhanim import Membrane, clip

@clip(title="Bb", description="Nothing moves.", alt="A line.")
def bb(stage, *, model: Membrane = "modern", frames: int = 4, seconds: float = 0.2, level: float = 1.0, word: str = "a"):
    ax = stage.figure.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.plot([0, level], [0, 1])
    for _ in range(frames):
        yield
"""

SMALL = ("--size", "96x64", "--quiet")


@dataclass(frozen=True)
class Case:
    """Files by name, words, the exit code, and parts of what is said.

    Args:
        record: what is changed in the record of a film that was made before, or its whole text.
        api: a line of Python in place of words; the code is then that of the error's kind.
        lines: how many lines there may be on stderr.
    """

    kind: str
    words: tuple[str, ...] = ()
    code: int = 2
    says: str = ""
    files: dict[str, str | bytes] = field(default_factory=dict)
    record: Any = None
    api: str = ""
    lines: int = 1

    def __str__(self) -> str:
        files = " ".join(f"{n}: {str(t)[:60]!r}" for n, t in self.files.items())
        record = f"record {str(self.record)[:60]}" if self.record is not None else ""
        return " ".join(
            filter(None, [f"[{self.kind}]", *(w[:60] for w in self.words), self.api[:120], files, record])
        )


def cases() -> Iterator[Case]:
    """All of them."""
    yield from command_line()
    yield from simulating()
    yield from project_files()
    yield from scenes()
    yield from models()
    yield from records()
    yield from beside()
    yield from lectures()
    yield from programs()


def command_line() -> Iterator[Case]:
    long = "x" * 300
    for words, code, says in (
        (("frobnicate",), 2, "No such command"),
        (("\x1b[31mred",), 2, "No such command"),
        (("render", "--frob"), 2, "No such option"),
        (("render", "bbb"), 2, "did you mean bb?"),
        (("render", ""), 2, ""),
        (("render", " "), 2, ""),
        (("render", long), 2, "no scene named"),
        (("render", "\x1b]0;title\x07"), 2, "no scene named"),
        (("render", "b\ud800b"), 2, ""),
        (("render", "../bb"), 2, "no scene"),
        (("render", "nofile.py"), 2, "no file nofile.py"),
        (("render", "scenes"), 2, ""),
        (("render", "scenes/bb_clip.py:cc"), 2, "no such scene"),
        (("render", "/dev/null"), 2, ""),
        (("render", f"{long}.py"), 2, ""),
        (("render", "bb.mp4"), 2, "is a file that is made"),
        (("render", "bb", "--set", "gna=60"), 2, "did you mean gNa?"),
        (("render", "bb", "--set", "gNa"), 2, "NAME=VALUE"),
        (("render", "bb", "--set", "=3"), 2, "NAME=VALUE"),
        (("render", "bb", "--set", "gNa="), 2, "NAME=VALUE"),
        (("render", "bb", "--set", "gNa=nan"), 2, "gNa"),
        (("render", "bb", "--set", "gNa=inf"), 2, "gNa"),
        (("render", "bb", "--set", "gNa=1e999"), 2, "gNa"),
        (("render", "bb", "--set", "gNa=-1"), 2, "gNa"),
        (("render", "bb", "--set", "gNa=" + "9" * 5000), 2, "gNa"),
        (("render", "bb", "--set", "gNa=\x00"), 2, "gNa"),
        (("render", "bb", "--set", "gNa=1", "--set", "gNa=2"), 2, "given twice"),
        (("render", "bb", "--set", "frames=1e9"), 2, "frames"),
        (("render", "bb", "--set", "frames=0"), 2, "frames"),
        (("render", "bb", "--set", "frames=450", "--set", "seconds=0.4"), 2, "450 frames in 0.4 s"),
        (("render", "bb", "--set", "frames=2", "--set", "seconds=36000"), 2, "2 frames in 36000 s"),
        (("render", "bb", "-F", "png", "--set", "frames=500000", "--set", "seconds=1000"), 2, "500,000 frames"),
        (("render", "bb", "--set", "word=\ud800"), 2, "letters that no file can hold"),
        (("render", "bb", "--set", "frames=2.5"), 2, "frames"),
        (("render", "bb", "--set", "seconds=0"), 2, "seconds"),
        (("render", "bb", "--set", "seconds=1e12"), 2, "seconds"),
        (("render", "bb", "--set", "model=modrn"), 2, "did you mean modern?"),
        (("render", "bb", "--set", "model=no.py:X"), 2, "no.py"),
        (("render", "bb", "--set", "model=/dev/null:X"), 2, "model"),
        (("render", "bb", "--set", "model=" + "x" * 5000), 2, "xxx"),
        (("render", "bb", "--set", f"model={long}.py:X"), 2, "model"),
        (("render", "bb", "--set", "model.gX=3"), 2, "gX"),
        (("render", "bb", "--set", "m.o.d.e.l=3"), 2, "m.o.d.e.l"),
        (("render", "bb", "--preset", "draf"), 2, "did you mean draft?"),
        (("render", "bb", "--preset", "\x1b"), 2, "no preset"),
        (("render", "bb", "--theme", "lihgt"), 2, "did you mean light?"),
        (("render", "bb", "--theme", "dark-transparent"), 2, "cannot be transparent"),
        (("render", "bb", "--size", "12"), 2, "1280x720"),
        (("render", "bb", "--size", "0x0"), 2, "size"),
        (("render", "bb", "--size", "-2x-2"), 2, "size"),
        (("render", "bb", "--size", "101x101"), 2, "even"),
        (("render", "bb", "--size", "1000000x1000000"), 2, "1280x720"),
        (("render", "bb", "--size", "9" * 400 + "x2"), 2, "size"),
        (("render", "bb", "--format", "avi"), 2, "no format named avi"),
        (("render", "bb", "--format", ""), 2, "no format"),
        (("render", "bb", "--format", "mp4,,gif"), 2, "no format"),
        (("render", "bb", "--jobs", "0"), 2, "1 to 256"),
        (("render", "bb", "--jobs", "-3"), 2, "1 to 256"),
        (("render", "bb", "--jobs", "100000"), 2, "1 to 256"),
        (("render", "bb", "--jobs", "two"), 2, "jobs"),
        (("render", "bb", "--name", "../x"), 2, "output name"),
        (("render", "bb", "--name", ".."), 2, "output name"),
        (("render", "bb", "--name", "a/b"), 2, "output name"),
        (("render", "bb", "--name", "x."), 2, "output name"),
        (("render", "bb", "--name", " x"), 2, "output name"),
        (("render", "bb", "--name", "CON"), 2, "device"),
        (("render", "bb", "--name", "com1.gif"), 2, "device"),
        (("render", "bb", "--name", "CONOUT$"), 2, "device"),
        (("render", "bb", "--name", "a\x1bb"), 2, "output name"),
        (("render", "bb", "--name", "a\x9bb"), 2, "output name"),
        (("render", "bb", "--name", "a\u202eb"), 2, "output name"),
        (("render", "bb", "--name", "a\u2028b"), 2, "output name"),
        (("render", "bb", "--name", "{nothing}"), 2, "no parameter nothing"),
        (("render", "bb", "--name", long), 2, "longer than 200 bytes"),
        (("render", "bb", "--name", "ä" * 150), 2, "longer than 200 bytes"),
        (("render", "bb", "--output", "/dev/null"), 2, "not a folder"),
        (("render", "bb", "-q", "--output", "/dev/null/x"), 1, "cannot write"),
        (("render", "bb", "--output", long), 2, "longer"),
        (("render", "bb", "--output", f"{long}/{long}"), 2, "longer"),
        (("render", "bb", "--output", "/".join(["y" * 200] * 30)), 2, "longer"),
        (("render", "bb", "--output", "a\x00b"), 2, "output"),
        (("render", "bb", "--output", "a\x1bb"), 2, "output"),
        (("render", "bb", "--output", "dangling"), 2, "dangling"),
        (("render", "bb", "--output", "loop"), 2, "loop"),
        (("render", "bb", "-q", "--output", "/proc/x"), 1, "cannot write"),
        (("render", "bb", "--config", "no.toml"), 2, "no file no.toml"),
        (("render", "bb", "--config", "."), 2, "no file"),
        (("render", "bb", "--config", "/dev/zero"), 2, ""),
        (("render", "bb", "--config", "a\x00b"), 2, ""),
        (("render", "bb", "--config", f"{long}.toml"), 2, ""),
        (("render", "bb", "--scheduler", "nonsense"), 1, "no Dask scheduler"),
        (("render", "bb", "--scheduler", "tcp://127.0.0.1:1"), 1, "no Dask scheduler"),
        (("render", "bb", "--scheduler", "gopher://127.0.0.1:1"), 1, "no Dask scheduler"),
        (("render", "bb", "--sections"), 2, "--sections"),
        (("check", "bbb"), 2, "did you mean bb?"),
        (("check", "--json", "bbb"), 2, "did you mean bb?"),
        (("check", "bb", "--output", long), 2, "longer"),
        (("check", "bb", "--output", "dangling"), 2, "dangling"),
        (("list", "bbb"), 2, "did you mean bb?"),
        (("list", "\x1b[1m"), 2, "no scene named"),
        (("verify",), 2, "Missing argument"),
        (("verify", "nothing.mp4"), 2, "no file nothing.mp4"),
        (("verify", "/dev/zero"), 2, "/dev/zero"),
        (("verify", "scenes"), 2, "scenes"),
        (("verify", long), 2, "longer"),
        (("verify", "a\x00b"), 2, ""),
        (("verify", "pipe"), 2, "pipe"),
        (("verify", ""), 2, "no file"),
        (("verify", "."), 2, "no file"),
        (("verify", "dangling"), 2, "no file dangling"),
        (("still", "bb", "--at", "99"), 2, "lasts 0.2 s"),
        (("still", "bb", "--at", "-1"), 2, "--at -1"),
        (("still", "bb", "--at", "nan"), 2, "--at nan"),
        (("still", "bb", "--at", "inf"), 2, "--at inf"),
        (("still", "bb", "--at", "1e308"), 2, "lasts 0.2 s"),
        (("still", "bb", "--at", "1e18"), 2, "lasts 0.2 s"),
        (("still", "bb", "--at", "soon"), 2, "not a valid float"),
        (("still", "bb", "--kind", "gif"), 2, "no kind of picture named gif"),
        (("still", "bb", "--kind", "\x1b"), 2, "no kind of picture"),
        (("still", "spike"), 2, "--at SECONDS"),
        (("still", "spike", "--at", "1", "--kind", "svg"), 2, "SVG and PDF are for clips"),
        (("still", "bb", "--output", "/dev/null/x"), 1, "cannot write"),
        (("new", "My Scene"), 2, "cannot name a scene"),
        (("new", "tau"), 2, "hhanim's own"),
        (("new", "class"), 2, "cannot name a scene"),
        (("new", long), 2, "cannot name a scene"),
        (("new", "\x1b"), 2, "cannot name a scene"),
        (("new", "bb"), 2, "is there already"),
        (("export", "odp"), 2, "No such command 'odp'"),
        (("export", "html", "bbb"), 2, "did you mean bb?"),
        (("export", "html", "--out", "x.pptx"), 2, "No such option '--out'"),
        (("export", "pptx", "bb", "--out", "x.odp"), 2, "ends in .pptx"),
        (("explore", "--no-open", "--model", "modrn"), 2, "did you mean modern?"),
        (("explore", "--no-open", "--theme", "x"), 2, "x"),
        (("explore", "--no-open", "--set", "gX=3"), 2, "gX"),
        (("explore", "--no-open", "--port", "99999", "--serve"), 2, "port"),
        (("explore", "--no-open", "--output", "/dev/null/x"), 1, "cannot write"),
        (("explore", "--no-open", "--output", long), 2, "longer"),
        (("completion", "tcsh"), 2, "tcsh"),
        (("doctor", "--frob"), 2, "No such option"),
        (("clean", "--output", "/dev/null"), 2, "not a folder"),
        (("clean", "--output", long), 2, "longer"),
        (("clean", "--orphans", "--config", "no.toml"), 2, "no file no.toml"),
        (("clean", "extra"), 2, "unexpected extra argument"),
    ):  # fmt: skip
        yield Case("command line", words, code, says, lines=0 if code in (0, 4) else 1)


def simulating() -> Iterator[Case]:
    for words, code, says in (
        (("--model", "modrn"), 2, "did you mean modern?"),
        (("--stimulus", "stp(3)"), 2, "did you mean step?"),
        (("--stimulus", ""), 2, "stimulus"),
        (("--stimulus", "step("), 2, "stimulus"),
        (("--stimulus", "step(1,2,3,4,5)"), 2, "stimulus"),
        (("--stimulus", "step(nan)"), 2, "nan"),
        (("--stimulus", "step(1e400)"), 2, "stimulus"),
        (("--stimulus", "step('a')"), 2, "stimulus"),
        (("--stimulus", "step(x=1)"), 2, "step"),
        (("--stimulus", "__import__('os')"), 2, "stimulus"),
        (("--stimulus", "().__class__"), 2, "stimulus"),
        (("--stimulus", "-" * 5000 + "1"), 2, "stimulus"),
        (("--stimulus", "(" * 5000 + "1" + ")" * 5000), 2, "stimulus"),
        (("--stimulus", "+".join(["step(1)"] * 20_000)), 2, "stimulus"),
        (("--stimulus", "9" * 5000), 2, "stimulus"),
        (("--stimulus", "step(10**10**10)"), 2, "stimulus"),
        (("--stimulus", "step(9**9**9)"), 2, "stimulus"),
        (("--stimulus", "step([1]*10**9)"), 2, "stimulus"),
        (("--stimulus", "\x00"), 2, "stimulus"),
        (("--stimulus", "train(10, count=10**9)"), 2, ""),
                        (("--stimulus", "train(10, period=1e-9, count=100000)"), 2, ""),
        (("--stimulus", "train(10, period=-1)"), 2, ""),
        (("--stimulus", "train(10, count=2.5)"), 2, ""),
        (("--stimulus", "noise(1, dt=1e-12)"), 2, "rarer"),
        (("--stimulus", "noise(1, dt=0)"), 2, "dt"),
        (("--stimulus", "noise(1, seed=-1)"), 2, "seed"),
                (("--stimulus", "sine(1, 1e12)"), 2, ""),
        (("--stimulus", "sine(1, 1e300)"), 2, ""),
        (("--stimulus", "sine(1, -5)"), 2, ""),
        (("--stimulus", "samples([1, 2], dt=1e-300)"), 2, ""),
        (("--stimulus", "ramp(0, 1e308, 0, 1e-300)"), 2, ""),
        (("--stimulus", "pulse(1, 5, 0)"), 2, "width"),
                (("--duration", "-1"), 2, "duration"),
        (("--duration", "0"), 2, "duration"),
        (("--duration", "nan"), 2, "duration"),
        (("--duration", "1e9"), 2, "duration"),
        (("--duration", "1e300"), 2, "duration"),
        (("--duration", "long"), 2, "not a valid float"),
        (("--sample", "1e-9"), 2, "sample"),
        (("--sample", "1e-300"), 2, "sample"),
        (("--sample", "0"), 2, "sample"),
        (("--sample", "nan"), 2, "sample"),
        (("--method", "magic"), 2, "method"),
        (("--method", "euler", "--dt", "1"), 2, "dt"),
        (("--method", "euler", "--dt", "1e-12"), 2, ""),
        (("--method", "exponential_euler", "--dt", "1e-9"), 2, ""),
        (("--method", "euler", "--dt", "0"), 2, "dt"),
        (("--dt", "0.01", "--method", "adaptive"), 2, "dt"),
        (("--set", "gNa=1e308"), 2, "solver"),
        (("--set", "celsius=1e6"), 2, "celsius"),
        (("--set", "C=0"), 2, "C"),
        (("--out", "run.txt"), 2, ".csv or .npz"),
        (("--out", ""), 2, ".csv or .npz"),
        (("--out", "nowhere/run.csv"), 1, "No such file"),
        (("--out", "/dev/null/run.csv"), 1, "cannot write"),
        (("--out", "x" * 300 + ".csv"), 1, "cannot write"),
        (("--out", "a\x00.csv"), 2, "null byte"),
        (("--out", "scenes.csv"), 1, "is a folder"),
    ):  # fmt: skip
        yield Case("simulate", ("simulate", *words), code, says, {"scenes.csv/x": "mine"})


def project_files() -> Iterator[Case]:
    head = '[[targets]]\nscene = "bb"\n'
    many = ", ".join(map(str, range(1000)))
    for text, says in (
        ("x", "hhanim.toml:1: "),
        ("[", "hhanim.toml:1: "),
        ('preset = "slide', "hhanim.toml:1: "),
        ("preset = 3", "hhanim.toml:1: preset"),
        ('preset = ""', "hhanim.toml:1: preset"),
        ('presett = "slide"', "did you mean preset?"),
        ('preset = "slid"', "did you mean slide?"),
        ('theme = "drak"', "did you mean dark?"),
        ('size = "x"', "hhanim.toml:1: size"),
        ("size = [1, 2]", "hhanim.toml:1: size"),
        ('output = "a\\u0000b"', "hhanim.toml:1: "),
        ('output = "a\\u001bb"', "hhanim.toml:1: "),
        ("output = 3", "hhanim.toml:1: output"),
        ("output = []", "hhanim.toml:1: output"),
        ("scenes = 3", "hhanim.toml:1: scenes"),
        ("scenes = []", "hhanim.toml:1: scenes"),
        ("[scenes.nothing]\nx = 1", "hhanim.toml:1: no scene named nothing"),
        ("[scenes.bb]\ngna = 1", "did you mean gNa?"),
        ("[scenes.bb]\ngNa = nan", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = inf", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = 1e400", "hhanim.toml:2: gNa"),
        ('[scenes.bb]\ngNa = "many"', "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = [1]", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = {}", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = 1979-05-27", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\ngNa = true", "hhanim.toml:2: gNa"),
        ("[scenes.bb]\nframes = " + "9" * 5000, "hhanim.toml:2: "),
        ("[scenes.bb]\nframes = 0x" + "f" * 5000, "hhanim.toml:2: "),
        ("[scenes.bb]\nframes = 99999999999999999999", "hhanim.toml:2: "),
        ("[scenes.bb]\nlevel = " + "[" * 5000 + "]" * 5000, "hhanim.toml:2: "),
        ("[scenes.bb]\nlevel = " + "[" * 200 + "]" * 200, "hhanim.toml:2: "),
        ("[scenes.bb]\nlevel = " + "{a = " * 5000 + "1" + "}" * 5000, "hhanim.toml:2: "),
        ("[scenes.bb]\n" + "a." * 5000 + "a = 1", "hhanim.toml:"),
        ("[" + "a." * 5000 + "a]\nb = 1", "hhanim.toml:"),
        ("targets = 3", "hhanim.toml:1: targets"),
        ("targets = [1]", "hhanim.toml:1: "),
        ("[[targets]]\nname = 'x'", "hhanim.toml:1: scene"),
        ("[[targets]]\nscene = 'bbb'", "hhanim.toml:2: no scene named bbb"),
        ("[[targets]]\nscene = '\\u001b[31m'", "hhanim.toml:2: "),
        ("[[targets]]\nscene = 'no.py'", "hhanim.toml:2: no file no.py"),
        (head + "nam = 'x'", "did you mean name?"),
        (head + "name = 3", "hhanim.toml:3: name"),
        (head + "name = ''", "hhanim.toml:3: name"),
        (head + "name = '../x'", "hhanim.toml:3: output name"),
        (head + "name = 'NUL'", "hhanim.toml:3: output name"),
        (head + 'name = "a\\u001bb"', "hhanim.toml:3: output name"),
        (head + 'name = "a\\u0085b"', "hhanim.toml:3: output name"),
        (head + 'name = "a\\u0000"', "hhanim.toml:3: name: a null byte"),
        (head + 'set = { word = "a\\u0000" }', "hhanim.toml:3: word: a null byte"),
        ('[scenes.bb]\n"a\\u0000" = 1', "hhanim.toml:1: a"),
        (head + "name = '{x}'", "hhanim.toml:3: "),
        (head + f"name = '{'x' * 160}'", "hhanim.toml:3: name"),
        (head + "presets = []", "hhanim.toml:3: presets"),
        (head + "presets = 'slide'", "hhanim.toml:3: presets"),
        (head + "presets = ['x']", "no preset named x"),
        (head + "formats = ['x']", "hhanim.toml:3: no format named x"),
        (head + "formats = [3]", "hhanim.toml:3: "),
        (head + "themes = ['x']", "x"),
        (head + "set = 3", "hhanim.toml:3: set"),
        (head + "set = { gX = 3 }", "gX"),
        (head + "sweep = 3", "hhanim.toml:3: sweep"),
        (head + "sweep = { gNa = 3 }", "hhanim.toml:3: "),
        (head + "sweep = { gNa = [] }", "hhanim.toml:3: "),
        (head + "sweep = { gNa = ['x'] }", "hhanim.toml:3: "),
        (head + f"sweep = {{ gNa = [{many}], gK = [{many}] }}", "hhanim.toml:3: "),
        (head + f"sweep = {{ gNa = [{many}], gK = [{many}], gL = [{many}] }}", "hhanim.toml:3: "),
        (head + f"sweep = {{ gNa = [{many}] }}\npresets = ['draft', 'slide']\nformats = ['mp4', 'gif']", "hhanim.toml:"),
        (head + f"sweep = {{ gNa = [{many}, {many}] }}", "hhanim.toml:3: "),
        ((head + f"sweep = {{ gNa = [{many}] }}\n") * 20, "hhanim.toml:"),
        (head * 20_000, "hhanim.toml:"),
        (head + "name = 'x'\n" + head + "name = 'X'", "two targets"),
        (head + "name = 'x.gif'\n" + head + "name = 'x'\nformats = ['gif']", "two targets"),
        (head + 'name = "e\\u0301"\n' + head + 'name = "\\u00e9"', "two targets"),
        (head + "name = 'x'\nset = { level = 2 }\n" + head + "name = 'x'", "two targets"),
        ('# \ud800'.encode("utf-8", "surrogatepass").decode("latin-1"), ""),
        ("a" * 10_000_000, "hhanim.toml:"),
    ):  # fmt: skip
        yield Case(
            "toml",
            ("render", "--dry-run"),
            2 if says else 0,
            says,
            {"hhanim.toml": text},
            lines=1 if says else 0,
        )
    for raw in (b"\xff\xfe", b"\x00", b"preset = '\x80'"):
        yield Case("toml", ("render", "--dry-run"), 2, "hhanim.toml", {"hhanim.toml": raw})
    for text in ("tool = [1]\n#[tool.hhanim]", "tool = 3\n#[tool.hhanim]", "[tool]\nhhanim = [1]\n#[tool.hhanim]",
                 "[tool]\nhhanim = 3\n#[tool.hhanim]", "[[tool]]\n#[tool.hhanim]", "[tool.hhanim]\nx = 1",
                 "[[tool.hhanim]]\nx = 1", "[tool.hhanim", "[tool.hhanim]\npreset = 3", "[tool.hhanim.targets]\nx = 1",
                 "[tool.hhanim]\ntargets = 1"):  # fmt: skip
        yield Case("toml", ("render", "--dry-run"), 2, "pyproject.toml:", {"pyproject.toml": text})
    for name in ("HHANIM_PRESET", "HHANIM_THEME", "HHANIM_SIZE"):
        yield Case("toml", ("render", "bb", "--dry-run"), 2, "x", {f"${name}": "x\x1b"})
    yield Case("toml", ("render", "bb", "--dry-run"), 2, "output", {"$HHANIM_OUTPUT": "x\x1b"})


BODIES = {
    "SystemExit at import": ("raise SystemExit", "bad_clip.py:2"),
    "sys.exit(0) at import": ("import sys\nsys.exit(0)", "bad_clip.py:3"),
    "sys.exit('no')": ("import sys\nsys.exit('no')", "bad_clip.py:3"),
    "raises": ("1 / 0", "bad_clip.py:2: ZeroDivisionError"),
    "raises no text": ("raise RuntimeError", "bad_clip.py:2: RuntimeError"),
    "raises many lines": ("raise RuntimeError('a\\nb\\n' * 1000)", "bad_clip.py:2: RuntimeError"),
    "raises an escape": ("raise RuntimeError('\\x1b[31m')", "bad_clip.py:2: RuntimeError"),
    "recursion": ("def f(): f()\nf()", "RecursionError"),
    "memory": ("raise MemoryError", "bad_clip.py:2: "),
    "no library": ("import nothing_of_that_name", "bad_clip.py:2"),
    "a bare BaseException": ("class E(BaseException): pass\nraise E('odd')", "bad_clip.py:3"),
    "GeneratorExit": ("raise GeneratorExit", "bad_clip.py:2"),
    "helper is missing": ("from . import helper", "bad_clip.py:2"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "bad_clip.py:2: KeyboardInterrupt"),
    "says nothing": ("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E", "bad_clip.py:4: E"),
    "says a number": ("class E(Exception):\n    def __str__(self): return 3\nraise E", "bad_clip.py:4: E"),
    "several": (
        "raise ExceptionGroup('several', [ValueError('a'), TypeError('b')])",
        "bad_clip.py:2: ExceptionGroup",
    ),
    "does not travel": (
        "class E(Exception):\n    def __reduce__(self): import os; return os._exit, (7,)\nraise E('x')",
        "x",
    ),
    "deep recursion": (
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(k): k and f(k - 1); 1 / 0\nf(10**5)",
        "bad_clip.py:4",
    ),
    "ends at once": ("import os\nos._exit(0)", "its process ended with 0"),
    "is killed": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "its process was ended by SIGKILL",
    ),
    "crashes": ("import ctypes\nctypes.string_at(0)", "its process was ended by SIGSEGV"),
    "no streams": ("import sys\nsys.stdout = sys.stderr = None\nprint('x')\n1 / 0", "bad_clip.py:5"),
    "closes all": ("import os\nos.closerange(0, 64)", "bad"),
    "asks": ("input()", "bad_clip.py:2: EOFError"),
    "stops": ("breakpoint()", "BdbQuit"),
    "renders": (
        "import hhanim\nhhanim.render('bad', size='64x64')",
        "a scene renders nothing while it is drawn",
    ),
}


HARMLESS = {
    "import os\nos.fork()": "",
    "import os\nif os.fork() == 0: raise RuntimeError('child')": "",
    "import os, time\nif os.fork() == 0: time.sleep(3)": "",
    "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()": (
        "bad_clip.py:6: ZeroDivisionError: division by zero, in a thread of its own"
    ),
    "import os, tempfile\nt = tempfile.mkdtemp(); os.chdir(t); os.rmdir(t)": "",
    "stage.figure.text(0, 0, 'a\\0b')": "missing from font",
    "import os\nos.umask(0o777)": "",
    "import os, sys\nos.environ.clear(); sys.path.clear()": "",
    "import tempfile\ntempfile.tempdir = '/nowhere'": "",
    "import atexit, gc\natexit.register(lambda: 1 / 0); gc.disable()": "",
    "import signal\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)": "",
    "import time\ntime.perf_counter = time.time = time.monotonic = lambda: 0.0": "",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()": "",
}
"""What a scene may do to its process; the film is made, and one line says what there is to be said."""


def scenes() -> Iterator[Case]:
    top = "from hhanim import clip\n"
    tail = '\n@clip(title="Bad", description="d", alt="a")\ndef bad(stage, *, frames: int = 4, seconds: float = 0.2):\n'
    render = ("render", "bad", "bb", *SMALL)
    for name, (body, says) in BODIES.items():
        # The trace is the scene's own: its file's frames, and nothing of ours.
        yield Case(
            "scene", render, 1, says, {"scenes/bad_clip.py": top + body + tail + "    yield\n"}, lines=-1
        )
        inside = "\n".join(f"    {line}" for line in body.splitlines())
        if name not in ("helper is missing", "GeneratorExit"):
            text = top + tail + inside + "\n    yield\n"
            says = "bad_clip.py:" if says.startswith("bad_clip.py:") else says
            yield Case("scene", render, 1, says, {"scenes/bad_clip.py": text}, lines=-1)
    plays = {
        "no generator": "    return None\n",
        "a list": "    return [1, 2]\n",
        "nothing": "    if False:\n        yield\n",
        "other frames": "    yield\n",
        "a figure gone": "    stage.figure = None\n    yield\n",
        "chdir and fails": "    import os\n    os.chdir('/')\n    raise RuntimeError('gone')\n    yield\n",
        "closes stdout": "    import sys\n    sys.stdout.close()\n    raise RuntimeError('gone')\n    yield\n",
        "a surrogate": "    stage.caption('\\ud800')\n    yield\n",
    }
    for body in plays.values():
        yield Case("scene", render, 1, "bad", {"scenes/bad_clip.py": top + tail + body}, lines=-1)
    for body, says in HARMLESS.items():
        inside = "".join(f"    {line}\n" for line in [*body.splitlines(), "yield from [None] * frames"])
        yield Case("scene", render, 0, says, {"scenes/bad_clip.py": top + tail + inside}, lines=-1)
    for text, says in (
        ("def f(:\n", "bad_clip.py:1"),
        ("\x00", "bad_clip.py"),
        (b"\xff\xfe", "bad_clip.py"),
        ("x = 'é".encode("latin-1"), "bad_clip.py"),
        ("(" * 5000, "bad_clip.py"),
        (top + "@clip(title=1+1)\ndef bad(stage):\n    yield\n", "bad_clip.py"),
        (top + "@clip(title='x')\ndef bad(stage, x):\n    yield\n", "bad_clip.py"),
        (top + "@clip(title='x')\ndef bad(stage, *, x):\n    yield\n", "bad_clip.py"),
        (top + "@clip(title='x')\ndef bad(stage, *, x: int = f()):\n    yield\n", "bad_clip.py"),
        (top + "@clip(title='x', poster='y')\ndef bad(stage):\n    yield\n", "bad"),
        (top + "from typing import Literal\n@clip(title='x')\ndef bad(stage, *, x: Literal[1<<10**9] = 1):\n    yield\n",
         "bad"),
        (top + "@clip(title='x')\ndef bad(stage, *, x: 'open(0)' = 1):\n    yield\n", "bad"),
        (top + "@clip(title='x')\ndef bad(stage, *, x: int = 'a'):\n    yield\n", "bad"),
    ):  # fmt: skip
        files = {"scenes/bad_clip.py": text}
        yield Case("scene", ("render", "bad", *SMALL), -1, says, files, lines=-1)
        yield Case("scene", ("check", "bad"), -1, "", files, lines=-1)
        yield Case("scene", ("still", "bad", "--at", "0", "--size", "96x64"), -1, "", files, lines=-1)
    for text in (
        "def f(:\n",
        b"\xff",
        "\x00",
        "1 / 0",
        "import sys\nsys.exit(3)",
        "(" * 5000,
        "import nothing_such",
    ):
        files = {
            "scenes/bad_clip.py": top + "import helper\n" + tail + "    yield\n",
            "scenes/helper.py": text,
        }
        says = "_clip.py" if text == "\x00" else "helper.py"  # of which Python does not say the file
        yield Case("helper", render, 1, says, files, lines=-1)
        yield Case("helper", ("still", "bad", "--size", "96x64"), 1, says, files)
        yield Case("helper", ("check", "bad"), 4, "", files, lines=-1)
        yield Case("helper", ("render", "-n", "bad"), 0, "", files, lines=-1)


def models() -> Iterator[Case]:
    texts = {
        "nothing": "",
        "no such name": "Y = 1",
        "no membrane": "X = 3",
        "raises": "\n1 / 0",
        "syntax": "\ndef f(:",
        "exits": "import sys\nsys.exit(0)",
        "exits with words": "raise SystemExit('done')",
        "imports what is missing": "import nothing_such",
        "binary": b"\xff\xfe\x00",
        "null": "\x00",
        "raises ours": "from hhanim import presets\nX = presets.MODERN.with_(gX=3)",
        "odd": "class E(BaseException): pass\nraise E",
        "memory": "raise MemoryError",
        "recursion": "def f(): f()\nf()",
        "an escape": "raise RuntimeError('\\x1b[2J')",
    }
    for name, text in texts.items():
        own = name not in ("nothing", "no such name", "no membrane")
        for words in (("simulate", "--model", "m.py:X"), ("explore", "--no-open", "--model", "m.py:X"),
                      ("render", "bb", "--set", "model=m.py:X", *SMALL), ("render", "bb", "-n", "--set", "model=m.py:X"),
                      ("still", "bb", "--set", "model=m.py:X")):  # fmt: skip
            yield Case("model", words, -1, "m.py:" if own else "X", {"m.py": text})


RECORDS: dict[str, Any] = {
    "empty": "",
    "no object": "[]",
    "a number": "3",
    "deep": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
    "binary": "\udcff",
    "beside a number": {"beside": 3},
    "beside notes": {"beside": ["bb-notes"]},
    "beside outside": {"beside": ["../precious"]},
    "hashes a list": {"hashes": []},
    "hashes outside": {"hashes": {"../precious": "0" * 64}},
    "key a string": {"key": "x"},
    "key null": {"key": None},
    "parameters null": {"parameters": None},
    "parameters deep": {"parameters": {"a": {"b": {"c": [[1]]}}}},
    "captions of two": {"captions": [[1, 2]]},
    "captions of words": {"captions": [["a", "b", "c"]]},
    "fields null": {"title": None, "alt": None, "description": None},
    "width a script": {"width": '"><script>alert(1)</script>'},
    "width huge": {"width": 1e300},
    "sections outside": {"sections": [{"name": "x", "start": 0, "file": "../outside/private.mp4"}]},
    "sections without a start": {"sections": [{"name": "x"}]},
    "sections of numbers": {"sections": [1, 2]},
    "used of a device": {"used": {"/dev/zero": "x"}, "stamp": "x"},
    "used of all there is": {"used": {"glob /|**/*": "x", "//": "x", "/proc/": "x"}, "stamp": "x"},
    "used a list": {"used": []},
    "stamp a list": {"stamp": []},
    "digest null": {"digest": None},
    "another film's": {"file": "other.mp4"},
}


def records() -> Iterator[Case]:
    for record in RECORDS.values():
        readable = isinstance(record, dict) and isinstance(record.get("used"), dict)
        yield Case("record", ("check", "bb"), 4, "", record=record, lines=0)
        yield Case("record", ("render", "bb", *SMALL), 1, "bb.json", record=record)
        yield Case("record", ("clean",), 0, "", record=record, lines=-1)
        if not readable:
            yield Case("record", ("verify", "output/bb.mp4"), -1, "", record=record, lines=-1)
            yield Case("record", ("export", "html", "bb"), -1, "bb.json", record=record, lines=-1)


def beside() -> Iterator[Case]:
    """Files that hhanim writes or that lie where it looks, as nobody would write them."""
    deep, small = "[" * 100_000, ("render", "bb", *SMALL)
    journal = (
        json.dumps({"coming": ["bb.mp4/x/y"], "there": {}}),
        json.dumps({"coming": ["bb.mp4"] * 300_000, "there": {}}),
    )
    for file, texts, commands in (
        ("output/.hhanim/bb.mp4.01234567/journal.json", (deep, '{"a":' * 100_000, b"\xff\xfe", "", "3", *journal), (("check", "bb"), small, ("clean",))),
        ("output/.hhanim.json", (deep, b"\xff", "[]", '{"../x": []}', '{"a\\u0000": []}', '{"..": []}'), (("still", "bb", "--size", "96x64"), ("clean",))),
        ("voice/bb/en/recorded.json", (deep, b"\xff", "[]", '{"a": "\\ud800"}', '{"bb-1.wav": 3}'), (("voice", "check", "bb"), ("check", "bb"))),
        ("language/xx.po", (b"\xff\xfe", 'msgid "a', "\0", 'msgid "V reaches {top}."\nmsgstr "{nothing.__class__}"\n'), (("language", "check", "xx"), ("check", "bb", "--language", "xx"))),
    ):  # fmt: skip
        for text in texts:
            for words in commands:
                yield Case("beside", words, -1, "", {file: text}, lines=-1)


def lectures() -> Iterator[Case]:
    head = '[lecture]\ntitle = "L"\n'
    part = f"{head}[[lecture.parts]]\n"
    card = "[[lecture.parts]]\ncard = 'title'\n"
    for text, says in (
        ("", "lecture"), ("[lecture]", "title"), ("lecture = 3", "lecture"), (f"{head}parts = 3", "parts"), (f"{head}parts = [1]", "parts"), (part, "a part is one of"),
        (f"{part}scene = 'bbb'", "did you mean bb?"), (f"{part}scene = 'bb'\ncard = 'title'", "a part is one of"), (f"{part}card = 'nothing'", "card"), (f"{part}card = 'section'", "heading"),
        (f"{part}slide = 'no.md'", "no.md"), (f"{part}slide = '/etc/passwd'", "passwd"), (f"{part}slide = 'scenes'", "scenes"), (f"{part}slide = 'pipe.md'", "pipe.md"), *((f'{part}{kind} = "a\\u0000.md"', f"lecture.toml:4: {kind}: a null byte") for kind in ("slide", "clip", "scene", "name")),
        (f"{part}clip = 'no.mp4'", "no.mp4"), (f"{part}clip = '/dev/zero'", "zero"), (f"{part}clip = 'scenes/bb_clip.py'", "bb_clip"),
        (f"{part}card = 'title'\nseconds = 0", "seconds"), (f"{part}card = 'title'\nseconds = nan", "seconds"), (f"{part}card = 'title'\nseconds = 1e9", "seconds"), (f"{part}card = 'title'\nsay = 'x'", "say"), (f"{part}card = 'title'\nfrob = 1", "frob"),
        (f"{part}scene = 'bb'\nset = {{ gX = 1 }}", "gX"), (f"{part}scene = 'bb'\nset = {{ frames = 2, seconds = 36000 }}", "2 frames"), (f"{part}card = 'title'\nheading = '{'x' * 6000}'", "heading"),
        (f"{head}name = '../x'\n{card}", "output name"), (f"{head}languages = ['xx']\n{card}", "xx"), (f"{head}languages = []\n{card}", "languages"), (f"{head}preset = 'frob'\n{card}", "frob"), (f"{head}size = '3'\n{card}", "size"),
        (f"{head}thumbnail = 'frob'\n{card}", "frob"), (f'{head}output = "a\\u0000"\n{card}', "output"), (head + card * 501, "parts"), (f"{head}sound = 'frob'\n{card}", "frob"), (f"{head}theme = 'frob'\n{card}", "frob"), (f"{head}date = 99\n{card}", "date"),
    ):  # fmt: skip
        yield Case("lecture", ("lecture", "--dry-run"), 2, says, {"lecture.toml": text})
    for name, page in (
        ("s.md", b"\xff"),
        ("s.typ", b"\xff"),
        ("passwd.typ", '#read("/etc/passwd")'),
        ("s.md", "![](../../etc/passwd)"),
        ("s.typ", "#let f(x) = f(x)\n#f(1)"),
        ("s.md", f"![]({'x' * 300}.png)"),
        ("s.typ", f'#read("{"x" * 300}")'),
    ):
        files: dict[str, str | bytes] = {"lecture.toml": f"{part}slide = '{name}'\nseconds = 0.5", name: page}
        yield Case("lecture", ("lecture", "-p", "draft", "-q"), -1, Path(name).stem, files, lines=-1)


def programs() -> Iterator[Case]:
    for api in (
        "hh.render()",
        "hh.render('bbb')",
        "hh.render(3)",
        "hh.render(None)",
        "hh.render(['bb'])",
        "hh.render('bb', preset=3)",
        "hh.render('bb', preset=[])",
        "hh.render('bb', theme=3)",
        "hh.render('bb', theme=None)",
        "hh.render('bb', name=5)",
        "hh.render('bb', name='')",
        "hh.render('bb', size=3)",
        "hh.render('bb', size=(1,))",
        "hh.render('bb', size=('a', 'b'))",
        "hh.render('bb', size=(1.5, 2))",
        "hh.render('bb', output=3)",
        "hh.render('bb', output=None)",
        "hh.render('bb', output='a\\0b')",
        "hh.render('bb', executor=3)",
        "hh.render('bb', executor='processes')",
        "hh.render('bb', on_event=3)",
        "hh.render('bb', gNa='x')",
        "hh.render('bb', gNa=[1, 2])",
        "hh.render('bb', gNa=None)",
        "hh.render('bb', level=object())",
        "hh.render('bb', model=3)",
        "hh.render('bb', frames=True)",
        "hh.render('bb', 'bb', name='x')",
        "hh.simulate(3)",
        "hh.simulate('modern', duration='50')",
        "hh.simulate('modern', duration=None)",
        "hh.simulate('modern', duration=True)",
        "hh.simulate('modern', duration=[5])",
        "hh.simulate('modern', 'step(', 10)",
        "hh.simulate('modern', object(), 10)",
        "hh.simulate('modern', hh.step(1), 10, method=3)",
        "hh.simulate('modern', hh.step(1), 10, dt='x')",
        "hh.simulate('modern', hh.step(1), 10, sample='x')",
        "hh.simulate('modern', hh.step(1), 10, start=3)",
        "hh.simulate('modern', hh.step(1), 10).resample(10**12)",
        "hh.simulate('modern', hh.step(1), 10).resample(-1)",
        "hh.simulate('modern', hh.step(1), 10).resample('x')",
        "hh.simulate('modern', hh.step(1), 10).resample(2.5)",
        "hh.simulate('modern', hh.step(1), 10)['nothing']",
        "hh.simulate('modern', hh.step(1), 10)[3]",
        "hh.simulate('modern', hh.step(1), 10).plot('nothing')",
        "hh.Trajectory.from_npz('missing.npz')",
        "hh.Trajectory.from_npz('notes.txt')",
        "hh.Trajectory.from_npz('.')",
        "hh.presets.get(3)",
        "hh.presets.get('modrn')",
        "hh.presets.MODERN.with_(gNa='x')",
        "hh.presets.MODERN.with_(gX=3)",
        "hh.presets.MODERN.channel('X')",
        "hh.simulate('modern', hh.train(10, interval=1e-9, count=10**9), 50)",
        "hh.train(10, count='x')",
        "hh.simulate('modern', hh.noise(1, dt=1e-300), 50)",
        "hh.simulate('modern', hh.sine(1, 1e300), 50)",
        "hh.samples([])",
        "hh.samples(['a'])",
        "hh.step('x')",
        "hh.analysis.f_i(hh.presets.MODERN, ['x'])",
        "hh.Neuron(voltage=[1])",
        "hh.Neuron(sodium={'X': 1})",
        "hh.explore(model='modrn')",
    ):
        yield Case("api", api=api, code=2, files={"notes.txt": "not a run"})


# How a case is tried


class Late(BaseException):
    """It took more than its time."""


@contextlib.contextmanager
def place(case: Case) -> Iterator[None]:
    """A folder with a small clip and the case's files, as the working folder."""
    before, environment = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="hhanim-bad-") as name:
        root = Path(name) / "project"
        (root / "scenes").mkdir(parents=True)
        (root / "scenes/bb_clip.py").write_text(dedent(CLIP), encoding="utf-8")
        (root / "dangling").symlink_to("nowhere/at/all")
        (root / "loop").symlink_to("loop")
        os.mkfifo(root / "pipe")
        for file, content in case.files.items():
            if file.startswith("$"):
                os.environ[file[1:]] = str(content)
                continue
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content) if isinstance(content, bytes) else path.write_text(
                content, encoding="utf-8"
            )
        os.chdir(root)
        try:
            yield
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(environment)


def spoil(record: Any) -> None:
    """A film, made, and its record changed."""
    import hhanim

    hhanim.render("bb", size="96x64")
    path = Path("output/bb.json")
    if isinstance(record, str):
        path.write_text(record, encoding="utf-8", errors="surrogateescape")
    else:
        path.write_text(
            json.dumps({**json.loads(path.read_text(encoding="utf-8")), **record}), encoding="utf-8"
        )


def said_by(case: Case) -> tuple[int, str]:
    """The exit code of a case and what is said on stderr."""
    from hhanim.cli import main
    from hhanim.studio.mends import told

    errors = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with (
        place(case),
        contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")),
    ):
        if case.record is not None:
            spoil(case.record)
        with contextlib.redirect_stderr(errors):
            try:
                if case.api:
                    import hhanim

                    eval(case.api, {"hh": hhanim})
                    code = 0
                else:
                    main(list(case.words))
                    code = 0
            except SystemExit as stop:
                code = int(stop.code or 0)
            except Exception as error:
                code = error.exit_code if hasattr(error, "exit_code") else 2
                if not case.api:
                    raise
                from hhanim.errors import PlainError

                print(error if isinstance(error, PlainError) else f"Traceback {error!r}", file=sys.stderr)
                assert str(told(error))
        errors.flush()
        return code, errors.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def fault(case: Case) -> str:
    """What is wrong with how a case ends; "" when nothing is."""
    import psutil

    def late(*_: object) -> None:
        raise Late

    before, started = psutil.Process().memory_info().rss, time.process_time()
    previous = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 8 * SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code, said = said_by(case)
    except Late:
        return f"more than {8 * SECONDS:g} s"
    except BaseException as error:
        return f"{type(error).__name__} comes through: {str(error)[:200]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    if (seconds := time.process_time() - started) > SECONDS:
        return f"{seconds:.1f} s of work"
    if (grown := psutil.Process().memory_info().rss - before) > BYTES:
        return f"{grown / 2**30:.1f} GiB"
    allowed = (1, 2, 3, 4) if case.code == -1 else (case.code,)
    lines = said.splitlines()
    if "Traceback" in said or any(
        f"hhanim{os.sep}{room}" in said for room in ("studio", "cli", "model", "plots")
    ):
        return f"a traceback, or frames of ours: {said[:600]!r}"
    if code not in allowed and not (case.code == -1 and case.kind in ("record", "beside")):
        return f"exit code {code}, not {case.code}: {said[:300]!r}"
    if case.lines >= 0 and len(lines) != case.lines:
        return f"{len(lines)} lines: {said[:400]!r}"
    if case.says and case.says not in said:
        return f"does not say {case.says!r}: {said[:400]!r}"
    if any(not c.isprintable() for line in lines for c in line):
        return f"obeyed by a terminal: {said[:300]!r}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    chosen = [case for case in cases() if case.kind.startswith(asked.only)][:: asked.every]
    wrong = 0
    for case in chosen:
        if what := fault(case):
            wrong += 1
            print(f"{ascii(str(case))[1:-1]}\n    {what}", flush=True)
    print(f"{len(chosen)} bad inputs, {wrong} told wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

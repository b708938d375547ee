"""What the README says to paste works when pasted."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hhanim.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A file to write, and the command that uses it: "# scenes/x_clip.py — hhanim render x".
FILE = re.compile(r"# (\S+\.py) — (.+)\n")


def section(title: str) -> list[tuple[str, str]]:
    """The (language, text) of a section's blocks, in order."""
    text = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return BLOCK.findall(text)


def paste(folder: Path, language: str, text: str) -> str:
    """Run a block as a reader would, in `folder`; what it printed."""
    command = ["bash", "-euc", text] if language == "sh" else [sys.executable, "-c", text]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def test_five_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = section("Five minutes")
    assert [language for language, _ in blocks] == ["sh", "python", "sh", "python", "python"]
    # As they stand, but for the films' sizes.
    small = [text.replace("hh.Neuron(", 'hh.Neuron(preset="draft",') for _, text in blocks]
    monkeypatch.setenv("HHANIM_SIZE", "320x180")
    said = [paste(tmp_path, language, text) for (language, _), text in zip(blocks, small, strict=True)]
    assert "gate_opening" in said[0]
    assert "Hz" in said[1]
    media = {p.name for p in (tmp_path / "output").iterdir()}
    for name in ("tau", "simulation", "f_infty", "currents"):
        assert {f"{name}.mp4", f"{name}.vtt", f"{name}.png", f"{name}.json"} <= media
    assert (tmp_path / "run.csv").read_text(encoding="utf-8").count("\n") > 100


def test_a_lecture(tmp_path: Path) -> None:
    """All but its last command, which makes eight films."""
    (language, text), *_ = section("A lecture")
    commands = text.splitlines()
    assert len(commands) == 3 and commands[-1].startswith("hhanim lecture --preset draft")
    told = paste(tmp_path, language, "\n".join(commands[:-1])).splitlines()
    assert told[0] == "lecture.toml" and any(line.startswith("spike\t") for line in told)
    assert told[-1].startswith("lecture\t0:00\t")


@pytest.mark.parametrize("title", ["Add a channel", "Add a clip", "Add a film"])
def test_one_short_file(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HHANIM_SIZE", "320x180")
    if title == "Add a film":
        pytest.importorskip("manim")
    for _, text in section(title):
        name, command = FILE.match(text).groups()  # type: ignore[union-attr]
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert len(text.splitlines()) <= 45
        paste(tmp_path, "sh", f"{command} --preset draft")
        made = re.search(r"render (\w+)", command).group(1)  # type: ignore[union-attr]
        assert (tmp_path / "output" / f"{made}.mp4").stat().st_size > 2_000


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)]


def test_the_tour_says_what_its_run_does(tmp_path: Path) -> None:
    """ "… Hz, until the pulse stops it": the run fires at that rate before the pulse and no more after it."""
    tour = section("Five minutes")[1][1]
    more = (
        tour
        + "print('after', *run.spikes[run.spikes > 61]); print('before', *run.spikes[(run.spikes > 20) & (run.spikes < 60)])"
    )
    said = paste(tmp_path, "python", more)
    after, before = said.splitlines()[-2:]
    assert numbers(after) == []
    intervals = [b - a for a, b in itertools.pairwise(numbers(before))]
    rate = float(re.search(r"([\d.]+) Hz", said).group(1))  # type: ignore[union-attr]
    assert rate == pytest.approx(1000 * len(intervals) / sum(intervals), rel=1e-3)


def test_the_channel_does_what_its_file_says(tmp_path: Path) -> None:
    """ "It stretches the intervals threefold": under the very stimulus and duration of the command above it."""
    text = section("Add a channel")[0][1]
    (tmp_path / "m_current.py").write_text(text, encoding="utf-8")
    stimulus = re.search(r'stimulus=([^"]*)"', text).group(1)  # type: ignore[union-attr]
    duration = re.search(r"duration=([\d.]+)", text).group(1)  # type: ignore[union-attr]
    run = f"import m_current, hhanim as hh; print(*hh.simulate(MODEL, '{stimulus}', {duration}).spikes)"
    spikes = [
        numbers(paste(tmp_path, "python", run.replace("MODEL", m)))
        for m in ("m_current.SLOW", "hh.presets.CONNOR_STEVENS")
    ]
    growth = [(s[-1] - s[-2]) / (s[1] - s[0]) for s in spikes]
    assert "threefold" in text
    assert growth[0] == pytest.approx(3.0, abs=0.3)
    assert growth[1] == pytest.approx(1.0, abs=0.1)  # without it, none


def test_every_preset_is_named() -> None:
    from hhanim.model import presets

    said = README.split("\nPresets: ")[1].split("batch that is integrated")[0]
    assert set(presets.names()) == {n for n in re.findall(r"`(\w+)`", said) if n not in ("ttx", "tea")}


def test_every_option_that_the_readme_names_exists(capsys: pytest.CaptureFixture[str]) -> None:
    lines = re.findall(r"hhanim ((?:voice |language )?\w+)([^`\n|]*)", README)
    said = [
        (command, option)
        for command, rest in lines
        for option in re.findall(r"(?<=\s)--?[A-Za-z][A-Za-z-]*", rest)
    ]
    assert {"--set", "--preset", "--kind", "--at", "-F", "--jobs", "--dry-run"} <= {o for _, o in said}
    for command in {command for command, _ in said}:
        with pytest.raises(SystemExit):
            main([*command.split(), "--help"])
        shown = capsys.readouterr().out
        for option in (o for c, o in said if c == command):
            assert re.search(rf"(?<!\S){option}\b", shown), (command, option)

"""The command line as a user meets it: streams, exit codes, one line for every mistake, and quickly."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.shell_completion import ShellComplete
from PIL import Image

import hhanim
from hhanim.cli import main
from hhanim.cli.export import export
from hhanim.cli.program import app
from hhanim.studio.plan.presets import PRESETS

CLIPS = {"tau", "f_infty", "currents", "simulation", "reduced"}


@pytest.fixture
def hh(hh, tmp_path, monkeypatch):
    """Run ``hhanim …`` in an empty directory; it has to succeed."""
    monkeypatch.chdir(tmp_path)
    return lambda *words, code=0, **environment: hh(*words, code=code, **environment)


def test_list(hh):
    lines = [line.split("\t") for line in hh("list").stdout.splitlines()]
    assert {line[0] for line in lines} >= CLIPS
    assert all(len(line) == 3 for line in lines)


def test_list_json(hh):
    rows = json.loads(hh("list", "--json").stdout)
    for row in rows:
        assert {"name", "kind", "title", "description", "parameters"} <= row.keys()
    tau = next(r for r in rows if r["name"] == "tau")
    assert tau["kind"] == "clip"
    assert {"model", "frames", "seconds"} <= {p["name"] for p in tau["parameters"]}


@pytest.mark.parametrize(
    "words",
    [["--help"], ["list"], ["list", "--json"], ["render", "--help"], ["list", "--completing"]],
    ids=" ".join,
)
def test_what_is_wanted_at_once_loads_nothing_heavy(tmp_path, words):
    """What ``tests/benchmarks/start.py`` times: 0.25 s, of which a bare interpreter takes a fifth."""
    heavy = {"numpy", "scipy", "matplotlib", "manim", "celluloid", "av", "pydantic", "rich", "PIL", "asyncio"}
    environment = dict(os.environ)
    if words[-1] == "--completing":
        environment |= {
            "_HHANIM_COMPLETE": "bash_complete",
            "COMP_WORDS": "hhanim render t",
            "COMP_CWORD": "2",
        }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "hhanim", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment,
    )
    loaded = {
        line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import")
    }
    assert "hhanim.cli" in loaded
    assert not {m.split(".")[0] for m in loaded} & heavy
    assert done.stdout
    if words[-1] == "--completing":
        assert "tau" in done.stdout.replace(",", "\n").splitlines()


def test_module_version_and_help(hh):
    assert hh("--version").stdout.strip() == hhanim.__version__
    assert "render" in hh("--help").stdout
    assert "render" in hh().stdout


@pytest.mark.slow
def test_draft_in_light_at_room_temperature(hh, tmp_path):
    """The command of the README, from nothing to a file that says so."""
    done = hh("render", "tau", "--set", "celsius=18.5", "--theme", "light", "--preset", "draft")
    assert done.stdout == ""
    assert "1 rendered" in done.stderr
    record = json.loads((tmp_path / "output/tau.json").read_text())
    assert record["parameters"]["celsius"] == 18.5
    assert (record["theme"], record["preset"], record["width"], record["height"]) == (
        "light",
        "draft",
        854,
        480,
    )
    assert record["fps"] == 15
    assert "up to date" in hh("render", "tau", "-s", "celsius=18.5", "-t", "light", "-p", "draft").stderr
    assert hh("check", "tau", "-s", "celsius=18.5", "-t", "light", "-p", "draft").stdout == ""
    stale = hh("check", "tau", "-t", "light", "-p", "draft", "--json", code=4)
    assert json.loads(stale.stdout)[0]["reasons"] == ["celsius 18.5 → 6.3"]
    assert "celsius 18.5 → 6.3" in hh("render", "tau", "-t", "light", "-p", "draft", "--dry-run").stdout
    assert "intact" in hh("verify", "output/tau.mp4").stdout
    (tmp_path / "output/tau.mp4").write_bytes(b"x")
    assert "CHANGED" in hh("verify", "output/tau.mp4", code=1).stdout
    assert "edited by hand" in hh("render", "tau", "-t", "light", "-p", "draft", code=1).stderr


@pytest.mark.slow
def test_events_as_json_and_quiet(hh):
    done = hh("render", "tau", "--size", "160x90", "--set", "frames=10", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["kind"] == "start"
    assert events[-1]["kind"] == "done"
    assert {"frame"} == {e["kind"] for e in events[1:-1]}
    done = hh("render", "tau", "--size", "160x90", "--set", "frames=11", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["frobnicate"], 2, "No such command"),
        (["render", "--frob"], 2, "No such option"),
        (["render", "tauu"], 2, "did you mean tau?"),
        (["render", "nofile.py"], 2, "no file nofile.py"),
        (["render", "tau.mp4"], 2, "tau.mp4 is a file that is made; its scene is tau: hhanim render tau"),
        (["still", "tau", "--at", "99"], 2, "tau lasts 9 s: give --at less"),
        (["still", "tau", "--at", "1", "--kind", "gif"], 2, "no kind of picture named gif"),
        (["still", "spike", "--at", "1", "--kind", "svg"], 2, "SVG and PDF are for clips"),
        (["new", "My Scene"], 2, "cannot name a scene"),
        (["export"], 2, "Missing command; see 'hhanim export --help'"),
        (["export", "odp"], 2, "No such command 'odp'"),
        (["check", "tauu"], 2, "did you mean tau?"),
        (["render", "tau", "--set", "gna=60"], 2, "did you mean gNa?"),
        (["render", "--set", "gnaa=60"], 2, "did you mean gNa?"),
        (["render", "tau", "--set", "gNa"], 2, "NAME=VALUE"),
        (["render", "tau", "--set", "gNa=nan"], 2, "gNa = nan"),
        (["render", "tau", "--set", "gNa=-1"], 2, "gNa = -1"),
        (["render", "tau", "--set", "frames=1e9"], 2, "frames = 1000000000"),
        (["render", "tau", "--preset", "draf"], 2, "did you mean draft?"),
        (["render", "tau", "--theme", "lihgt"], 2, "did you mean light?"),
        (["render", "tau", "--size", "12"], 2, "1280x720"),
        (["render", "tau", "--config", "no.toml"], 2, "no file no.toml"),
        (["render", "tau", "--output", "/dev/null"], 2, "not a folder"),
        (["verify", "nothing.mp4"], 2, "no file nothing.mp4"),
        (["simulate", "--model", "modrn"], 2, "did you mean modern?"),
        (["simulate", "--stimulus", "step([1, 5])"], 2, "this is of 2 neurons; give one number"),
        (["simulate", "--stimulus", "stp(3)"], 2, "did you mean step?"),
        (["simulate", "--stimulus", "step(1,2,3,4,5)"], 2, "stimulus"),
        (["simulate", "--duration", "-1"], 2, "duration"),
        (["simulate", "--duration", "nan"], 2, "duration"),
        (["simulate", "--duration", "long"], 2, "not a valid float"),
        (["simulate", "--method", "euler", "--dt", "1"], 2, "dt"),
        (["simulate", "--method", "magic"], 2, "method"),
        (["simulate", "--out", "run.txt"], 2, ".csv or .npz"),
        (["simulate", "--out", "nowhere/run.csv"], 1, "No such file"),
    ],
)
def test_every_mistake_is_one_line(tmp_path, monkeypatch, capsys, words, code, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(words)
    said = capsys.readouterr()
    assert stop.value.code == code
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert says in said.err
    assert "Traceback" not in said.err


def test_simulate_csv_to_stdout(hh):
    done = hh(
        "simulate",
        "--model",
        "modern",
        "--set",
        "gNa=60",
        "--stimulus",
        "step(10, start=5)",
        "--duration",
        "20",
    )
    rows = list(csv.reader(io.StringIO(done.stdout)))
    head = next(row for row in rows if not row[0].startswith("#"))
    assert any("V" in name for name in head)
    assert done.stderr.count("\n") == 1
    values = np.array([[float(x) for x in row] for row in rows[rows.index(head) + 1 :]])
    assert values[0, 0] == 0
    assert values[-1, 0] == pytest.approx(20)


def test_simulate_files_and_summary(hh, tmp_path):
    done = hh("simulate", "--duration", "30", "--out", "run.npz", "--json")
    summary = json.loads(done.stdout)
    assert summary["spikes"] == pytest.approx([6.9012, 21.8227], abs=1e-3)
    run = hhanim.Trajectory.from_npz(tmp_path / "run.npz")
    assert run.spikes == pytest.approx(summary["spikes"], abs=1e-5)
    hh("simulate", "--duration", "30", "--out", "run.csv")
    assert (tmp_path / "run.csv").stat().st_size > 10_000
    assert {p.name for p in tmp_path.iterdir()} == {"run.npz", "run.csv", ".hhanim.json"}


def test_sections_are_of_films_in_films(hh):
    said = json.loads(hh("render", "spike", "tau", "--sections", "-F", "mp4,gif", "-n", "--json").stdout)
    assert {row["path"].split("/")[-1] for row in said} == {"spike.mp4", "spike.gif", "tau.mp4", "tau.gif"}
    assert "--sections: of films" in hh("render", "tau", "--sections", "-n", code=2).stderr
    assert "--sections: of films" in hh("export", "pptx", "tau", "--sections", code=2).stderr


@pytest.mark.parametrize(
    ("words", "rate"), [((), None), (("-d", "100"), 68.3), (("--stimulus", "step(0)"), 0.0)]
)
def test_rate_is_not_said_where_the_run_is_too_short_to_tell(hh, words, rate):
    said = json.loads(hh("simulate", "--json", *words).stdout)
    assert said["rate"] == (rate if not rate else pytest.approx(rate, abs=0.1))


def test_a_value_that_the_model_refuses_is_one_line(hh):
    done = hh("render", "tau", "--set", "v_min=50", "--set", "v_max=-50", "--quiet", code=1)
    assert "voltages from 50 to -50 mV: v_min must be below v_max" in done.stderr
    assert "Traceback" not in done.stderr
    assert "File " not in done.stderr


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("resting", "hhanim: start = 'resting' is not understood; give 'rest', 'closed' or values"),
        ("V=-60, q=0.4", "hhanim: start = V=-60, q=0.4: unknown state 'q'"),
        ("h=1.5", "hhanim: start of gate h = 1.5; allowed: 0 to 1"),
    ],
)
def test_a_start_that_no_membrane_has_is_refused_before_anything_is_made(hh, start, said):
    done = hh("render", "simulation", "--set", f"start={start}", "--dry-run", code=2)
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_broken_scene_hides_nothing_and_is_said(hh, tmp_path):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/bad_clip.py").write_text("def broken(:\n")
    done = hh("list")
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} >= CLIPS
    assert "bad_clip.py:1" in done.stderr
    assert "cannot be read" in hh("render", "bad", code=2).stderr


def test_scene_of_ones_own(hh, tmp_path):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/mine_clip.py").write_text(
        "from hhanim import clip\n"
        "@clip(title='Mine', description='d', alt='a')\n"
        "def mine(stage, *, frames: int = 4, seconds: float = 0.2):\n"
        "    for k in range(frames):\n"
        "        if k == 2: raise RuntimeError('out of ideas')\n"
        "        yield\n"
    )
    assert "mine\tclip\tMine" in hh("list").stdout
    done = hh("render", "mine", "tau", "--size", "160x90", "--set", "frames=6", code=1)
    assert "mine_clip.py:5: RuntimeError: out of ideas" in done.stderr
    assert "1 rendered, 1 failed" in done.stderr
    assert (tmp_path / "output/tau.mp4").exists()
    assert not (tmp_path / "output/mine.mp4").exists()


def test_scene_file_runs_alone(tmp_path):
    """``python scenes/tau_clip.py --set …`` is ``hhanim render`` of that file."""
    from hhanim.studio.plan import catalogue

    path = catalogue.read([catalogue.shipped()]).get("tau").path
    subprocess.run(
        [sys.executable, str(path), "--size", "160x90", "--set", "frames=4", "-q"], cwd=tmp_path, check=True
    )
    assert (tmp_path / "output/tau.mp4").exists()


@pytest.mark.slow
def test_environment_and_project_file(hh, tmp_path):
    (tmp_path / "hhanim.toml").write_text(
        'size = "160x90"\ntheme = "light"\n[scenes.tau]\ncelsius = 18.5\nframes = 4\n[[targets]]\nscene = "tau"\n'
    )
    hh("render", HHANIM_THEME="dark")
    record = json.loads((tmp_path / "output/tau.json").read_text())
    assert (record["theme"], record["width"], record["parameters"]["celsius"]) == ("dark", 160, 18.5)
    hh("render", "--theme", "light", "--set", "celsius=3", HHANIM_THEME="dark", HHANIM_OUTPUT="other")
    record = json.loads((tmp_path / "other/tau.json").read_text())
    assert (record["theme"], record["parameters"]["celsius"]) == ("light", 3)


def test_closed_pipe(hh):
    done = subprocess.run(
        f"{sys.executable} -m hhanim simulate --duration 200 | head -n 1", shell=True, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_doctor(hh):
    rows = json.loads(hh("doctor", "--json").stdout)
    assert {r["name"] for r in rows} >= {"python", "encoder", "clips", "films", "dask"}
    for row in rows:
        assert row["ok"] or row["mend"]


def test_doctor_says_what_mends(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n in ('manim', 'celluloid') else real(n, *a)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "hhanim", "doctor"], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 3
    assert "-m pip install 'celluloid'" in done.stdout
    assert "libcairo2-dev" in done.stdout
    assert "hhanim[films]" in done.stdout


def test_no_colour_into_a_pipe(hh):
    for words in (["list"], ["--help"], ["doctor"]):
        assert "\x1b" not in hh(*words, NO_COLOR="1").stdout
    assert Path("output").exists() is False


def test_a_still_may_be_transparent(hh, tmp_path):
    """It is a picture, whatever the film beside it can be."""
    (path,) = hh(
        "still", "tau", "--theme", "dark-transparent", "--at", "1", "--size", "320x180"
    ).stdout.split()
    with Image.open(tmp_path / path) as picture:
        assert picture.mode == "RGBA"
        assert picture.getchannel("A").getextrema() == (0, 255)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting takes root")
def test_a_read_only_disk_is_one_line(hh, tmp_path):
    (tmp_path / "disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(tmp_path / "disk")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a tmpfs")
    try:
        for words in (("still", "tau", "--at", "1", "-o", "disk"), ("simulate", "-o", "disk/run.csv")):
            done = hh(*words, code=1)
            assert done.stderr.startswith("hhanim: cannot write disk/")
            assert done.stderr.endswith(": Read-only file system\n")
            assert done.stderr.count("\n") == 1
    finally:
        subprocess.run(["umount", str(tmp_path / "disk")], check=True)


@pytest.mark.parametrize(
    "command",
    [(), *((name,) for name in app.commands), *(("export", kind) for kind in export.commands)],
    ids=lambda words: " ".join(words) or "hhanim",
)
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    said = capsys.readouterr().out
    examples = [
        line.split()
        for line in said.partition("Examples:")[2].partition("Options:")[0].splitlines()
        if "hhanim" in line
    ]
    assert examples
    assert all(command[0] in words for words in examples if command and words[0] == "hhanim")


def test_every_preset_is_in_the_help_and_completed(capsys):
    with pytest.raises(SystemExit):
        main(["render", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(name in said for name in PRESETS)
    assert completed("hhanim", "render", "tau", "--preset", "") == list(PRESETS)


def completed(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    found = ShellComplete(app, {}, "hhanim", "_HHANIM_COMPLETE").get_completions(list(words[1:-1]), words[-1])
    return [item.value for item in found]


def test_parameters_are_completed():
    assert completed("hhanim", "render", "tau", "--set", "g") == ["gNa=", "gK=", "gL="]
    assert "stimulus=" in completed("hhanim", "render", "spike", "tau", "--set", "")
    assert completed("hhanim", "check", "--set", "stim") == ["stimulus="]
    assert completed("hhanim", "simulate", "--model", "connor_stevens", "--set", "gA") == ["gA="]
    assert completed("hhanim", "render", "nonsense", "--set", "g") == []

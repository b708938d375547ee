"""The page as text, on disk, behind a local address; what it refuses."""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

import pytest

from hhanim import explorer
from hhanim.explorer import equations
from hhanim.model import HHError, presets


def test_one_small_file_that_asks_for_nothing() -> None:
    html = explorer.page()
    assert len(html.encode()) < 300_000
    for word in ("src=http", "href=http", "@import", "fetch(", "XMLHttpRequest", "eval(", "new Function"):
        assert word not in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "modrn"},
        {"gna": 60},
        {"gNa": -1},
        {"gNa": "many"},
        {"stimulus": "noise"},
        {"method": "euler"},
        {"theme": "blue"},
        {"celsius": 300},
    ],
    ids=str,
)
def test_refuses_in_one_line(settings: dict[str, object]) -> None:
    with pytest.raises(HHError) as error:
        explorer.page(**settings)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_sliders_of_the_lecture() -> None:
    sliders = {
        p["key"]: (p["min"], p["max"], p["step"], p["value"])
        for p in equations.parameters(presets.get("widget"))
    }
    assert sliders["C"] == (0.1, 2.0, 0.1, 1.0)
    assert sliders["gNa"] == (0.0, 5.0, 0.1, 2.0)
    assert sliders["gK"] == (0.0, 5.0, 0.1, 1.44)
    assert sliders["gL"] == (0.0, 1.0, 0.1, 0.2)
    assert equations.data(presets.get("widget"))["I"] == {
        "value": 2.0,
        "min": 0.0,
        "max": 10.0,
        "step": 0.1,
        "low": -20.0,
        "high": 200.0,
    }
    assert "celsius" not in sliders  # it would change nothing


def test_every_preset_can_be_moved_by_every_parameter_that_matters() -> None:
    for name in presets.names():
        membrane = presets.get(name)
        keys = {p["key"] for p in equations.parameters(membrane)}
        assert keys | {"celsius"} == set(membrane.parameters)
        for p in equations.parameters(membrane):
            assert p["low"] <= p["min"] <= p["value"] <= p["max"] <= p["high"]


def test_write_replaces_whole_files_only(tmp_path: Path) -> None:
    path = explorer.write(tmp_path / "deep" / "explorer.html", "one")
    explorer.write(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in path.parent.iterdir()] == ["explorer.html"]


def test_serve_answers_on_this_machine_only() -> None:
    address: list[str] = []
    got = threading.Event()

    def ready(at: str) -> None:
        address.append(at)
        got.set()

    threading.Thread(target=explorer.serve, args=("<p>here</p>", 0, ready), daemon=True).start()
    assert got.wait(5)
    assert address[0].startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address[0], timeout=5) as answer:
        assert answer.read() == b"<p>here</p>"


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from hhanim.cli import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["explore", "--no-open", "--set", "gNa=60", "--theme", "light"])
    assert stop.value.code == 0
    out = capsys.readouterr().out.strip()
    assert out == str(Path("output") / "explorer.html")
    assert '"gNa": 60.0' in Path(out).read_text()
    with pytest.raises(SystemExit) as stop:
        main(["explore", "--no-open", "--set", "gna=60"])
    assert stop.value.code == 2
    assert "did you mean gNa" in capsys.readouterr().err

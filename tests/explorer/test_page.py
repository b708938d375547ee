"""The page as text, on disk, behind a local address; what it refuses."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from hhanim import explorer
from hhanim.explorer import membrane, sliders
from hhanim.explorer.sliders import FIELDS
from hhanim.explorer.stimuli import STIMULI
from hhanim.model import HHError, presets
from hhanim.model.protocol import MAKERS, parse

WEB = Path(explorer.__file__).parent / "web"
MODULES = {path.name: path.read_text(encoding="utf-8") for path in sorted(WEB.glob("*.js"))}
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([^"]+)";$', re.MULTILINE)


def test_one_small_file_that_asks_for_nothing() -> None:
    html = explorer.page()
    assert len(html.encode()) <= 400_000
    for word in ("src=http", "href=http", "@import", "fetch(", "XMLHttpRequest", "eval(", "new Function"):
        assert word not in html
    assert "default-src 'none'" in html
    assert "unsafe-eval" not in html
    assert "script-src 'sha256-" in html


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
        {"views": "V,nonsense"},
        {"views": 5},
        {"rate": 7},
        {"channels": 3},
        {"t": "late"},
        {"open": "maybe"},
        {"stimulus": ["step"]},
        {"I": True},
        {"count": 2.5},
        {"lesson": 5},
        {"lesson": b"threshold"},
        {"lesson": ["threshold"]},
        {"language": None},
        {"language": ["de"]},
        {"base_url": None},
        {"base_url": 5},
    ],
    ids=str,
)
def test_refuses_in_one_line(settings: dict[str, object]) -> None:
    with pytest.raises(HHError) as error:
        explorer.page(**settings)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_sliders_of_the_lecture() -> None:
    found = {
        p["key"]: (p["min"], p["max"], p["step"], p["value"])
        for p in sliders.parameters(presets.get("widget"))
    }
    assert found["C"] == (0.1, 2.0, 0.1, 1.0)
    assert found["gNa"] == (0.0, 5.0, 0.1, 2.0)
    assert found["gK"] == (0.0, 5.0, 0.1, 1.44)
    assert found["gL"] == (0.0, 1.0, 0.1, 0.2)
    assert membrane.data(presets.get("widget"))["I"] == {
        "value": 2.0,
        "min": 0.0,
        "max": 10.0,
        "step": 0.1,
        "low": -20.0,
        "high": 200.0,
    }
    assert "celsius" not in found  # it would change nothing


def test_every_preset_can_be_moved_by_every_parameter_that_matters() -> None:
    for name in presets.names():
        membrane = presets.get(name)
        keys = {p["key"] for p in sliders.parameters(membrane)}
        assert keys | {"celsius"} == set(membrane.parameters)
        for p in sliders.parameters(membrane):
            assert p["low"] <= p["min"] <= p["value"] <= p["max"] <= p["high"]


def test_serve_answers_on_this_machine_only() -> None:
    address: list[str] = []
    got = threading.Event()

    def ready(at: str) -> None:
        address.append(at)
        got.set()

    threading.Thread(target=explorer.serve, args=("<p>here</p>", 0, ready), daemon=True).start()
    assert got.wait(600)
    assert address[0].startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address[0], timeout=600) as answer:
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


def imported(name: str) -> dict[str, list[str]]:
    """The modules that one imports, and the names it takes from each."""
    return {
        of: [n.strip() for n in names.split(",") if n.strip()] for names, of in IMPORT.findall(MODULES[name])
    }


def test_the_pages_modules_import_one_way() -> None:
    done: set[str] = {"data.js"}

    def visit(name: str, within: tuple[str, ...]) -> None:
        assert name not in within, f"a circle: {' → '.join((*within, name))}"
        for needed in set(imported(name)) - done:
            visit(needed, (*within, name))
        done.add(name)

    visit("app.js", ())
    assert done == {*MODULES, "data.js"}  # and none is left over


def test_every_name_that_a_module_imports_is_exported_and_used() -> None:
    exported = re.compile(r"^export (?:async )?(?:const|function|class) ([$\w]+)", re.MULTILINE)
    data = {
        "MODELS",
        "THEMES",
        "STIMULI",
        "FIELDS",
        "LESSONS",
        "SHOWN",
        "VIEWS",
        "CHANNELS",
        "RATES",
        "EULER_STEP",
        "CELLS",
        "WAITING",
        "FLAP",
        "MOUTH",
        "SWEEPS",
        "PER_KELVIN",
        "ZERO_CELSIUS",
        "INITIAL",
        "BASE",
        "FRAME",
    }
    taken: dict[str, set[str]] = {}
    for name, text in MODULES.items():
        for of, names in imported(name).items():
            known = data if of == "data.js" else set(exported.findall(MODULES[of]))
            assert set(names) <= known, (name, of)
            taken.setdefault(of, set()).update(names)
            for word in map(re.escape, names):
                assert len(re.findall(rf"(?<![$\w]){word}(?![$\w])", text)) > 1, f"{name} does not use {word}"
    of_data = {"exp", "linexp"}  # by the equations in data.js
    for name, text in MODULES.items():
        assert set(exported.findall(text)) - of_data <= taken.get(name, set()), f"{name} exports for nobody"


def test_the_pages_modules_are_readable_and_share_no_name() -> None:
    top = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) ([$\w]+)", re.MULTILINE)
    names = Counter(n for text in MODULES.values() for n in top.findall(text))
    assert [
        n for n, count in names.items() if count > 1
    ] == []  # all stand in one scope when the page is written
    assert sum(len(re.findall(r"^let ", text, re.MULTILINE)) for text in MODULES.values()) <= 1
    for name, text in MODULES.items():
        assert max(map(len, text.splitlines())) <= 110, name
        assert len(text.splitlines()) <= 300, name


@pytest.mark.parametrize("kind", [key for key, kind in STIMULI.items() if kind["experiment"] == "current"])
def test_a_stimulus_of_the_page_is_a_protocol_of_the_model(kind: str) -> None:
    stimulus = STIMULI[kind]
    settings = {field["key"]: field["value"] for field in FIELDS}
    arguments = {
        name: of if isinstance(of, int) else sum(settings[key] for key in of.split("+"))
        for name, of in stimulus["arguments"].items()
    }
    made = MAKERS[stimulus["protocol"]](**arguments)
    assert parse(str(made)) == made
    assert set(stimulus["fields"]) <= set(settings)
    for field in FIELDS:
        assert field["low"] <= field["min"] <= field["value"] <= field["max"] <= field["high"]

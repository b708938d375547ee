"""Both notebook forms, alone and in a notebook that runs without a screen."""

from __future__ import annotations

import io
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import hhanim
import hhanim.explorer
from hhanim.explorer.setting import Setting
from hhanim.model import HHError, simulate
from tests.explorer.conftest import write


def test_inline_page_needs_no_file() -> None:
    shown = hhanim.explore("widget", I=5, height=500)
    html = shown._repr_html_()
    assert html.startswith("<iframe")
    assert 'height="500"' in html
    assert "srcdoc=" in html
    assert '"I": 5.0' in str(shown)
    assert len(str(shown).encode()) < 400_000


def test_interactive_uses_the_core_when_the_button_is_pressed() -> None:
    pytest.importorskip("ipywidgets")
    form = hhanim.explore("widget", core="python")
    assert "Settles at −56.4 mV" in form.message.value
    before = form.picture.value
    assert Image.open(io.BytesIO(before)).width > 600
    form.sliders["I"].value = 5.0
    assert form.picture.value == before  # nothing happens until the button
    form.button.click()
    assert "33.6 Hz" in form.message.value
    assert form.picture.value != before
    assert np.array_equal(form.run.spikes, simulate("widget", 5.0, 1000.0).spikes)
    assert (form.sliders["C"].min, form.sliders["C"].max, form.sliders["C"].step) == (0.1, 2.0, 0.1)
    form.method.value = "euler"
    form.button.click()
    assert "Euler" in form.message.value
    good = form.picture.value
    form.sliders["C"].value = 0.1
    form.button.click()
    assert "dt = 0.5 ms" in form.message.value  # what is wrong, and the last good picture
    assert form.picture.value == good


def test_interactive_refuses_unknown_settings() -> None:
    pytest.importorskip("ipywidgets")
    with pytest.raises(HHError, match="did you mean gNa"):
        hhanim.explore("modern", core="python", gna=3)
    with pytest.raises(HHError, match="did you mean page"):
        hhanim.explore("modern", core="pages")


@pytest.mark.parametrize("core", ["page", "python"])
@pytest.mark.parametrize("given", [{"height": '1" onload="alert(1)'}, {"height": None}, {"height": -1}, {"I": "x"},
    {"I": [1, 2]}, {"I": float("nan")}, {"lesson": 5}, {"base_url": 5}], ids=str)  # fmt: skip
def test_what_is_no_number_or_no_lesson_is_refused_in_one_line(core: str, given: dict[str, Any]) -> None:
    pytest.importorskip("ipywidgets")
    with pytest.raises(HHError) as error:
        hhanim.explore("modern", core=core, **given)
    assert "\n" not in str(error.value)


def test_a_page_gives_back_what_was_set_and_runs_it() -> None:
    page = hhanim.explore("modern", I=15, gNa=100)
    assert page.settings == {"model": "modern", "I": 15, "gNa": 100}
    assert np.array_equal(
        page.run().spikes, simulate(hhanim.presets.MODERN.with_(gNa=100), "step(15, start=5)", 100).spikes
    )
    pytest.importorskip("anywidget")
    page._listener.heard = "model=widget&I=5&theme=dark&views=V"
    assert page.settings == {"model": "widget", "I": 5}
    assert len(page.run().spikes) > 10
    for bad in ("model=nonsense", "I=1e9", "gNa=%00", "%", ""):
        page._listener.heard = bad
    assert page.settings["model"] in ("widget", "modern")
    sweeps = hhanim.explore("modern", stimulus="family", lesson=None).run()
    assert sweeps["V"].shape[1] == 13
    axon = hhanim.explore(lesson="propagation").run()
    assert axon.speed(20_000, 40_000) == pytest.approx(12.3, abs=0.1)


def test_what_a_student_sets_comes_out_of_the_frame(browser: Any, tmp_path: Path) -> None:
    from hhanim.explorer.notebook import _HEARS

    cell = hhanim.explore("modern")
    (tmp_path / "cell.html").write_text(
        f"<!DOCTYPE html><title>cell</title>{cell._repr_html_()}<script type='module'>{_HEARS.replace('export default', 'const widget =')}"
        f"window.heard = []; widget.render({{model: {{get: () => '{cell.name}', set: (_, x) => heard.push(x), "
        "save_changes() {}}, el: document.body}); document.body.hidden = false; postMessage({hhanim: 'other', settings: 'I=3'});"
        "</script>",
        encoding="utf-8",
    )
    page = browser.new_page(bypass_csp=True)
    page.goto((tmp_path / "cell.html").as_uri())
    page.frame_locator("iframe").get_by_label("Injected current, µA/cm²").fill("20")
    page.wait_for_function("window.heard?.some((x) => x.includes('I=20'))")
    heard = page.evaluate("heard")
    page.close()
    assert "I=3" not in heard
    cell._hear(heard[-1])
    assert cell.settings == {"model": "modern", "I": 20}


def own(name: str, channels: str, gates: tuple[str, str], blocker: str = "") -> hhanim.Membrane:
    def gate(letter: str) -> hhanim.Gate:
        return hhanim.Gate(letter, inf=hhanim.Sigmoid(1.0, -40.0, 8.0), tau=hhanim.Constant(2.0))

    a, b, c = channels
    sodium = hhanim.Channel(a, 30.0, 50.0, (gate(gates[0]),), blocker=blocker)
    potassium = hhanim.Channel(b, 5.0, -77.0, (gate(gates[1]),))
    return hhanim.Membrane(name, (sodium, potassium, hhanim.Channel(c, 0.3, -54.0)))


@pytest.mark.parametrize(
    ("name", "channels", "gates"),
    [
        ("J", "kyd", ("i", "p")),
        ("κύτταρο", "λßж", ("α", "門")),
        ("u", "µKL", ("ﬁ", "m")),
        ('my <b> "model"', "abc", ("valueOf", "constructor")),
        ("__proto__", "VIC", ("n", "m")),
    ],
)
def test_a_model_with_any_names_runs_in_the_page_and_comes_back(
    visit: Any, tmp_path: Path, name: str, channels: str, gates: tuple[str, str]
) -> None:
    membrane = own(name, channels, gates)
    cell = hhanim.explore(membrane, duration=60)
    page = visit(path=write(tmp_path / "own.html", str(cell)))
    key = f"g{membrane.channels[0].name}"
    page.evaluate("(id) => { const e = document.getElementById(id); e.value = 0.1234567890123456; e.dispatchEvent(new Event('input')); }", f"n-{key}")  # fmt: skip
    page.wait_for_function("(key) => hhanim.run.settings[key] < 1", arg=key)
    fragment, code, end = page.evaluate("[hhanim.fragment(), hhanim.pythonCode(), hhanim.run.y[0].at(-1)]")
    cell._hear("model=widget&I=5")
    assert cell.settings == {"model": "widget", "I": 5}
    cell._hear(fragment)  # and back to one's own
    run = cell.run()
    assert run["V"][-1] == pytest.approx(end, abs=1e-3)
    assert np.array_equal(hhanim.explore(**cell.settings).run()["V"], run["V"])
    scope = {code.split("membrane = ")[1].split(".with_")[0]: membrane}
    exec(code, scope)
    assert np.array_equal(scope["run"]["V"], run["V"])


@pytest.mark.parametrize("blocker", ["my drug", "block", "I", "model", "t", "C", "gb"])
def test_a_blocker_whose_name_is_taken_is_refused(blocker: str) -> None:
    with pytest.raises(HHError, match="blocker"):
        hhanim.explorer.page(own("own", "abc", ("x", "y"), blocker))


@pytest.mark.parametrize(
    "fragment",
    [
        "ttx=0.3&gNa=101.12345678901234&I=12.345678901234567",
        "stimulus=tails&tea=0.5&hold=-71.3&increment=7.7",
        "stimulus=ramp&onset=0.1&width=20.2&holding=0.3",
        "stimulus=pair&interval=9.1&width=0.3&I=33.3",
        "model=connor_stevens&I=11.1",
        "reversal=nernst&K_out=23.456789&Na_in=61.2&celsius=18.5",
        "model=classic&reversal=nernst&K_out=30&stimulus=family",
    ],
)
def test_python_of_a_page_is_its_run_to_the_last_digit(visit: Any, fragment: str) -> None:
    page = visit(fragment + "&duration=40")
    scope: dict[str, Any] = {}
    fragment, code, toml = page.evaluate("[hhanim.fragment(), hhanim.pythonCode(), hhanim.tomlText()]")
    exec(code, scope)
    cell = hhanim.explore()
    cell._hear(fragment)
    start = tomllib.loads(toml)["start"]
    for run in (scope["run"], Setting.of(**start).run(), hhanim.explore(**cell.settings).run()):
        assert np.array_equal(run["V"], cell.run()["V"])
        assert np.array_equal(run.current("Na"), cell.run().current("Na"))


@pytest.mark.slow
def test_in_a_notebook(execute: Any) -> None:
    pytest.importorskip("ipywidgets")
    inline, form, said = execute(
        "import hhanim\nhhanim.explore('modern', gNa=100)",
        "form = hhanim.explore('widget', core='python', I=5)\nform",
        "form.button.click()\nprint(form.message.value)",
    )
    assert inline[0].data["text/html"].startswith("<iframe")
    assert any("application/vnd.jupyter.widget-view+json" in o.get("data", {}) for o in form)
    assert "33.6 Hz" in said[0].text


def test_inline_page_works_inside_the_frame_of_a_notebook(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "cell.html"
    path.write_text(
        f"<!DOCTYPE html><title>cell</title>{hhanim.explore('widget', I=5)._repr_html_()}", encoding="utf-8"
    )
    context = browser.new_context(offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_text("Fires at 33.6 Hz").wait_for()
    frame.get_by_label("Injected current, µA/cm²").fill("2")
    frame.get_by_text("settles at −56.4 mV").wait_for()
    assert complaints == []
    context.close()


def test_what_a_page_in_a_notebook_exports_opens_again(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hhanim.cli import main

    cell = hhanim.explore("modern", stimulus="pulse", I=12.5, gNa=100, views="V,phase", theme="dark")
    (tmp_path / "cell.html").write_text(f"<!DOCTYPE html>{cell._repr_html_()}", encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "cell.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#share").click()
    said = {name: frame.locator(f"#export-{name}").inner_text() for name in ("link", "embed")}
    context.close()
    again = eval(said["link"], {"hh": hhanim})
    settings = json.loads(re.search(r'id="initial"[^>]*>(.*?)<', str(again)).group(1))  # type: ignore[union-attr]
    shown = {
        "model": "modern",
        "stimulus": "pulse",
        "I": 12.5,
        "gNa": 100,
        "views": "V,phase",
        "theme": "dark",
    }
    assert settings == shown
    command, iframe = said["embed"].splitlines()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(shlex.split(command)[1:])
    assert stop.value.code == 0
    source = Path(re.search(r'src="([^"]+)"', iframe).group(1))  # type: ignore[union-attr]
    assert '"gNa": 100.0' in source.read_text(encoding="utf-8")

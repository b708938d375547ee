"""The page as people use it: sliders, keyboard, links, play, bad input, export."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hhanim.explorer.webpage import ORDER
from hhanim.look.theme import DARK, LIGHT
from hhanim.model import Trajectory, presets, simulate
from tests.explorer.conftest import says


def sentence(page: Any) -> str:
    return str(page.locator("#sentence").inner_text())


def test_opens_offline_and_says_what_happens(visit: Any) -> None:
    page = visit()
    assert sentence(page) == "Fires at 68.3 Hz: 7 spikes in 100 ms."
    assert page.locator("#sentence").get_attribute("aria-live") == "polite"
    assert page.title().startswith("hhanim explorer")
    for name in ("V", "gates", "currents", "conductances", "phase", "curves", "fi"):
        drawn = page.evaluate(
            "(id) => { const c = document.getElementById(id);"
            " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            " let n = 0; for (let k = 3; k < d.length; k += 4) n += d[k] > 0; return n / (d.length / 4); }",
            f"canvas-{name}",
        )
        assert drawn > 0.005, name


def test_a_slider_moves_the_picture_at_once(visit: Any) -> None:
    page = visit("model=widget")
    says(page, "settles at −56.4 mV")
    slider = page.get_by_label("Injected current, slider")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    says(page, "One spike")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    says(page, "Fires at 33.6 Hz")
    assert page.locator("#n-I").input_value() == "5"
    assert "changed" in page.locator(".row[data-key=I]").get_attribute("class")
    page.get_by_role("button", name="Reset Injected current to 2").click()
    says(page, "settles at −56.4 mV")
    assert "changed" not in page.locator(".row[data-key=I]").get_attribute("class")


def test_the_mouse_drags_a_slider(visit: Any) -> None:
    page = visit()
    page.locator("#s-gNa").hover()  # scrolled to where nothing covers it
    box = page.locator("#s-gNa").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, y, steps=6)
    page.mouse.up()
    says(page, "settles")
    assert float(page.locator("#n-gNa").input_value()) < 10
    assert page.evaluate("hhanim.previous.settings.gNa") == 120  # the overlay is the run before the drag
    assert page.locator("#key-previous").is_visible()


def test_every_model_and_every_stimulus(visit: Any) -> None:
    page = visit()
    assert set(ORDER) == set(presets.names())
    for name in ORDER:
        page.locator("#model").select_option(name)
        page.wait_for_function("(name) => hhanim.run.model.name === name", arg=name)
        assert len(sentence(page)) > 10
    page.locator("#model").select_option("modern")
    for kind in ("step", "pulse", "pair", "train", "ramp", "sine"):
        page.locator("#stimulus").select_option(kind)
        page.wait_for_function("(kind) => hhanim.run.settings.stimulus === kind", arg=kind)
        text = page.evaluate("hhanim.run.stimulus.text")
        run = simulate("modern", text, 100.0)
        assert np.allclose(page.evaluate("hhanim.run.spikes"), run.spikes, atol=0.02)


def test_a_link_is_the_setting(visit: Any) -> None:
    page = visit(
        "model=classic&gNa=60&I=15.5&celsius=18.5&stimulus=pulse&width=0.5&views=V,phase&t=12&theme=light"
    )
    assert page.locator("#n-gNa").input_value() == "60"
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.locator("#card-gates").is_hidden()
    assert page.locator("#clock").inner_text() == "12.0 ms"
    says_here = sentence(page)
    page.get_by_label("Temperature, °C").fill("6.3")
    page.wait_for_function("!location.hash.includes('celsius')")
    page.get_by_label("Temperature, °C").fill("18.5")
    page.wait_for_function("location.hash.includes('celsius=18.5')")
    again = visit(page.evaluate("location.hash.slice(1)"))
    assert sentence(again) == says_here
    assert again.evaluate("hhanim.settings") == page.evaluate("hhanim.settings")


def test_a_bad_link_says_so_and_still_shows_a_neuron(visit: Any) -> None:
    page = visit("model=modrn&gNa=lots&colour=red")
    notice = page.locator("#notice").inner_text()
    assert "modrn" in notice
    assert "gNa = lots: Not a number. Allowed: 0 to 1000 mS/cm²." in notice
    assert "colour" in notice
    assert "Fires" in sentence(page)


@pytest.mark.parametrize(
    "fragment",
    ["stimulus=__proto__", "stimulus=constructor", "stimulus=toString", "model=__proto__", "__proto__=1", "constructor=2",
     "hasOwnProperty=3&valueOf=4", "views=__proto__", "theme=constructor&rate=__proto__&t=NaN&method=valueOf"],
)  # fmt: skip
def test_what_every_object_has_is_no_setting(visit: Any, fragment: str) -> None:
    page = visit(fragment)
    assert "Fires" in sentence(page)
    assert page.locator("#s-gNa").is_visible()
    assert page.evaluate("Object.keys(hhanim.settings).length === new Set(Object.keys(hhanim.settings)).size")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("abc", "Not a number"),
        ("", "Not a number"),
        ("0x10", "Not a number"),
        ("-1", "Out of range. Allowed: 0 to 1000 mS/cm²."),
        ("1e9", "Out of range"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_keeps_the_picture(
    visit: Any, typed: str, problem: str
) -> None:
    page = visit()
    before = sentence(page), page.evaluate("hhanim.run.spikes")
    box = page.get_by_label("Sodium conductance, mS/cm²")
    box.fill(typed)
    message = page.locator("#e-gNa")
    assert problem in message.inner_text()
    assert box.get_attribute("aria-invalid") == "true"
    assert box.get_attribute("aria-describedby") == "e-gNa"
    assert (sentence(page), page.evaluate("hhanim.run.spikes")) == before
    box.fill("0")  # zero is a value like any other
    says(page, "No spike")
    assert message.is_hidden()
    assert box.get_attribute("aria-invalid") == "false"


def test_comma_and_minus_are_understood(visit: Any) -> None:
    page = visit()
    page.get_by_label("Potassium reversal potential, mV").fill("−80,5")
    page.wait_for_function("hhanim.run.settings.EK === -80.5")
    for current in ("-20", "200"):
        page.get_by_label("Injected current, µA/cm²").fill(current)
        page.wait_for_function("(i) => hhanim.run.settings.I === i", arg=float(current))


def test_a_run_that_blows_up_keeps_the_last_good_one(visit: Any) -> None:
    page = visit("model=widget&I=5&method=euler")
    assert "Converged: 33.6 Hz" in sentence(page)
    before = sentence(page)
    page.get_by_label("Capacitance, µF/cm²").fill("0.1")
    page.wait_for_function("!document.getElementById('method-error').hidden")
    assert "blew up" in page.locator("#method-error").inner_text()
    assert sentence(page) == before
    page.get_by_label("Capacitance, µF/cm²").fill("1")
    page.wait_for_function("document.getElementById('method-error').hidden")
    for key in ("gNa", "gK", "gL"):
        page.locator(f"#n-{key}").fill("0")
    page.locator("#method").select_option("converged")


def test_euler_is_labelled_against_the_converged_solution(visit: Any) -> None:
    page = visit("model=widget&I=4&method=euler")
    text = sentence(page)
    assert text.startswith("Euler, 0.5 ms")
    euler = simulate("widget", 4.0, 1000.0, method="euler", dt=0.5).rate()
    exact = simulate("widget", 4.0, 1000.0).rate()
    assert f"{100 * (1 - exact / euler):.1f} % too short" in text
    assert page.locator("#key-exact").is_visible()


def test_run_button_when_live_is_off(visit: Any) -> None:
    page = visit("model=widget")
    page.get_by_label("Live").uncheck()
    page.get_by_label("Injected current, µA/cm²").fill("5")
    button = page.locator("#run")
    assert button.inner_text() == "Run the changes"
    assert "settles" in sentence(page)
    button.click()
    says(page, "Fires at 33.6 Hz")
    assert button.inner_text() == "Run"


def test_enter_runs_the_changes_when_live_is_off(visit: Any) -> None:
    page = visit("model=widget&live=0")
    page.get_by_label("Injected current, µA/cm²").fill("5")
    page.get_by_label("Injected current, µA/cm²").press("Enter")
    says(page, "Fires at 33.6 Hz")
    assert page.locator("#run").inner_text() == "Run"


@pytest.mark.parametrize("size", [(1366, 657), (1280, 720), (1024, 600), (1280, 600)], ids=str)
def test_a_low_screen_shows_all_without_scrolling(visit: Any, size: tuple[int, int]) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]})
    tall, wide = page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    )
    assert (wide, tall) == size


def with_a_clock(page: Any) -> Any:
    """The page, whose time passes when the test says so."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    return page


def test_play_moves_a_head_through_all_views(visit: Any) -> None:
    page = with_a_clock(visit("rate=5"))  # 20 s for the run
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(500)
    assert page.evaluate("hhanim.head") == pytest.approx(0.025, abs=0.002)
    assert page.locator("#play-word").inner_text() == "Pause"
    pictures = [page.locator(f"#canvas-{v}").screenshot() for v in ("V", "phase")]
    page.clock.run_for(3000)  # far enough for the slowest part of the phase plane
    later = [page.locator(f"#canvas-{v}").screenshot() for v in ("V", "phase")]
    assert all(a != b for a, b in zip(pictures, later, strict=True))
    page.get_by_role("button", name="Pause").click()
    held = page.evaluate("hhanim.head")
    page.clock.run_for(1000)
    assert page.evaluate("hhanim.head") == held
    slider = page.get_by_label("Time in the run")
    slider.focus()
    page.keyboard.press("Home")
    assert page.locator("#clock").inner_text() == "0.0 ms"
    page.keyboard.press("End")
    assert page.locator("#clock").inner_text() == "100.0 ms"


def test_reduced_motion_moves_in_steps(visit: Any) -> None:
    page = with_a_clock(visit("rate=10", reduced_motion="reduce"))
    page.get_by_role("button", name="Play").click()
    seen = set()
    for _ in range(26):
        seen.add(page.evaluate("hhanim.head"))
        page.clock.run_for(50)
    assert 2 <= len(seen) <= 4


def test_keyboard_alone_is_enough(visit: Any) -> None:
    page = visit()
    reached = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id || document.activeElement.className")
        if name in reached and name == "model":
            break
        reached.add(name)
    assert {
        "model",
        "lesson-choice",
        "share",
        "theme",
        "stimulus",
        "s-I",
        "n-I",
        "s-gNa",
        "n-gNa",
        "run",
        "live",
        "play",
        "time",
        "rate",
    } <= reached
    page.locator("#share").focus()
    page.keyboard.press("Enter")
    assert page.locator("#export").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#export").is_hidden()
    page.locator("#card-phase .widen").focus()
    page.keyboard.press("Enter")
    assert page.locator("#card-V").is_hidden()
    assert page.locator("#canvas-phase").bounding_box()["width"] > 700
    page.keyboard.press("Escape")
    assert page.locator("#card-V").is_visible()


def test_f_i_points_gather_as_runs_are_made(visit: Any) -> None:
    page = visit()
    page.wait_for_function(
        "document.getElementById('canvas-fi').getAttribute('aria-label').includes('10 µA/cm² 68.3 Hz')"
    )
    page.get_by_label("Injected current, µA/cm²").fill("50")
    page.wait_for_function(
        "document.getElementById('canvas-fi').getAttribute('aria-label').includes('50 µA/cm² 117 Hz')"
    )


def test_reset_all(visit: Any) -> None:
    page = visit("gNa=60&gK=20&I=30")
    button = page.locator("#reset-all")
    assert button.inner_text() == "Reset all (3)"
    button.click()
    says(page, "Fires at 68.3 Hz")
    assert button.is_disabled()


def test_csv_reads_back_in_python(visit: Any, tmp_path: Path) -> None:
    page = visit("gNa=100&duration=30", accept_downloads=True)
    page.locator("#share").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    path = tmp_path / "run.csv"
    waiting.value.save_as(path)
    membrane = presets.get("modern").with_(gNa=100)
    back = Trajectory.from_csv(path, membrane)
    exact = simulate(membrane, "step(10, start=5)", 30.0).at(np.minimum(back.t, 30.0))
    assert np.abs(back["V"] - exact["V"]).max() < 0.02
    header = path.read_text().splitlines()[0]
    assert header == ",".join(exact.to_numpy())


def test_png_shows_all_views(visit: Any, tmp_path: Path) -> None:
    page = visit(accept_downloads=True)
    page.locator("#share").click()
    with page.expect_download() as waiting:
        page.locator("#png").click()
    picture = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes())).convert("RGB")
    assert picture.width > 1500
    assert len(picture.quantize(64).getcolors()) > 20


def test_the_command_line_and_the_python_code_are_this_run(visit: Any) -> None:
    page = visit("model=modern&gNa=100&celsius=18.5&I=20&duration=30&stimulus=pulse&width=0.5")
    words = shlex.split(page.evaluate("hhanim.commandLine()"))
    assert words[:3] == ["hhanim", "render", "simulation"]
    values = dict(w.split("=", 1) for w in words if "=" in w)
    assert values["model"] == "modern"
    assert values["gNa"] == "100"
    membrane = presets.get(values["model"]).with_(gNa=float(values["gNa"]), celsius=float(values["celsius"]))
    run = simulate(membrane, values["stimulus"], float(values["duration"]), start=values["start"])
    assert np.allclose(run.spikes, page.evaluate("hhanim.run.spikes"), atol=0.02)
    scope: dict[str, Any] = {}
    exec(page.evaluate("hhanim.pythonCode()"), scope)
    assert np.allclose(scope["run"].spikes, run.spikes, atol=1e-4)


@pytest.mark.parametrize("model", ["connor_stevens", "widget"])
def test_the_exported_film_starts_where_the_page_does(visit: Any, model: str) -> None:
    page = visit(f"model={model}&I=5&duration=30")
    words = shlex.split(page.evaluate("hhanim.commandLine()"))
    values = dict(w.split("=", 1) for w in words if "=" in w)
    page_starts = page.evaluate("hhanim.run.model.states.map((name, n) => hhanim.run.y[n][0])")
    assert len(page_starts) == {"connor_stevens": 6, "widget": 2}[model]
    assert presets.get(model).initial(values["start"]) == pytest.approx(page_starts, abs=1e-6)


def test_the_exported_commands_are_accepted(visit: Any, tmp_path: Path, capsys: Any) -> None:
    from hhanim.cli import main

    page = visit("model=widget&I=5&gNa=2.2&duration=100")
    film, numbers = page.evaluate("[hhanim.commandLine(), hhanim.numbersLine()]")
    with pytest.raises(SystemExit) as stop:
        main([*shlex.split(film)[1:], "--dry-run", "--output", str(tmp_path)])
    assert stop.value.code == 0
    words = shlex.split(numbers)[1:]
    words[words.index("--out") + 1] = str(tmp_path / "run.csv")
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 0
    assert (tmp_path / "run.csv").stat().st_size > 1000


def test_a_phone(visit: Any) -> None:
    page = visit(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#s-gK").scroll_into_view_if_needed()
    assert page.locator("#card-V").bounding_box()["y"] >= 0  # the potential stays in sight beside the slider
    page.locator("#n-gK").fill("0")
    page.wait_for_function("hhanim.run.settings.gK === 0")


def test_theme_follows_the_system_and_the_button(visit: Any) -> None:
    dark, light = visit(color_scheme="dark"), visit(color_scheme="light")
    grounds = [p.evaluate("getComputedStyle(document.body).backgroundColor") for p in (dark, light)]
    assert grounds == ["rgb(16, 21, 29)", "rgb(255, 255, 255)"]
    light.get_by_role("button", name="Dark theme").click()
    assert light.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[0]
    assert re.search("theme=dark", light.url)


def test_a_slider_moves_the_picture_in_the_next_frame(visit: Any) -> None:
    page = visit()
    frames = page.evaluate(
        """() => new Promise((done) => {
        const slider = document.getElementById("s-I"), frames = [];
        const one = (n) => {
            if (n === 30) return done(frames);
            const run = hhanim.run;
            let passed = 0;
            slider.value = 10 + n; slider.dispatchEvent(new Event("input"));
            const look = () => hhanim.run === run ? (passed++, requestAnimationFrame(look))
                : (frames.push(passed), one(n + 1));
            look();
        };
        one(1); })"""
    )
    assert set(frames) == {1}  # run, sentence and seven views


def test_what_stands_still_is_drawn_once_while_a_slider_is_dragged_and_anew_where_it_has_changed(
    visit: Any,
) -> None:
    page = visit("stimulus=step&I=11")
    page.evaluate(
        """() => { window.drawn = {}; for (const view of Object.values(hhanim.views)) {
        const paint = view.paintStill;
        if (paint) view.paintStill = (ctx) => { drawn[view.id] = (drawn[view.id] || 0) + 1; paint.call(view, ctx); };
        } }"""
    )
    for n in range(8):
        page.evaluate("(i) => { const s = document.getElementById('s-I'); s.value = i;"
                      " s.dispatchEvent(new Event('input')); hhanim.redraw(); }", 12 + 0.1 * n)  # fmt: skip
        page.wait_for_function("(i) => hhanim.run.settings.I === i", arg=round(12 + 0.1 * n, 1))
    drawn = page.evaluate("drawn")
    assert {drawn.get(view, 0) <= 2 for view in ("V", "gates", "conductances", "phase", "curves")} == {
        True
    }, drawn
    pictures = """(anew) => { for (const view of Object.values(hhanim.views)) { view.onScreen = true; if (anew) view.still = null; }
        hhanim.redraw();
        return Object.values(hhanim.views).map((view) => !view.still || !view.canvas.offsetWidth || view.canvas.toDataURL()); }"""
    for change in (
        "hhanim.ui.previous = false",
        "hhanim.ui.open = true",
        "document.getElementById('pin').click()",
        "document.getElementById('theme').click()",
        "document.querySelector('#card-gates .widen').click()",
        "document.querySelector('#card-gates .widen').click()",
        "document.getElementById('n-gNa').value = '60';"
        " document.getElementById('n-gNa').dispatchEvent(new Event('input'))",
        "document.getElementById('pin').click()",
        "document.querySelector('#pins button').click()",
        "document.getElementById('model').value = 'widget';"
        " document.getElementById('model').dispatchEvent(new Event('change'))",
    ):  # fmt: skip
        page.evaluate(change)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate(pictures, False) == page.evaluate(pictures, True), change


def test_where_frames_are_late_v_is_in_each_and_the_membrane_is_drawn_once_in_one_or_two(visit: Any) -> None:
    page = visit("stimulus=step&I=11&views=membrane,V")
    drawn = page.evaluate(
        """() => new Promise((done) => {
        const { V, membrane } = hhanim.views, slider = document.getElementById("s-I"), frames = [];
        const count = { V: 0, membrane: 0 };
        for (const [view, name] of [[V, "V"], [membrane, "membrane"]]) {
            const { show, compose } = view;
            if (view === V) V.show = () => { count.V++; show.call(V); };
            else membrane.compose = (ctx) => { count.membrane++; compose.call(membrane, ctx); };
        }
        const frame = () => {
            frames.push({ ...count });
            Object.assign(count, { V: 0, membrane: 0 });
            if (frames.length === 40) return done(frames);
            slider.value = 10 + 0.1 * frames.length; slider.dispatchEvent(new Event("input"));
            const end = performance.now() + 60; while (performance.now() < end);
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame); })"""
    )[4:]
    assert {frame["V"] for frame in drawn} == {1}
    assert {frame["membrane"] for frame in drawn} <= {0, 1}
    assert sum(frame["membrane"] for frame in drawn) >= 0.4 * len(drawn)


def test_what_stays_the_same_is_not_written_again(visit: Any) -> None:
    page = visit()
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    written = page.evaluate(
        """() => new Promise((done) => {
        const seen = [], watch = new MutationObserver((all) => seen.push(...all.map(({ target }) => target.id)));
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
        const run = hhanim.run;
        document.getElementById("run").click();
        requestAnimationFrame(() => requestAnimationFrame(() => done(run === hhanim.run ? ["no run"] : seen)));
        })"""
    )
    assert written == []


def test_a_view_out_of_sight_keeps_no_bitmap_and_is_drawn_when_it_comes_back(visit: Any) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.wait_for_function("hhanim.views.fi.canvas.width === 0 && hhanim.views.V.canvas.width > 300")
    page.locator("#card-fi").scroll_into_view_if_needed()
    page.wait_for_function(
        """() => { const { ctx, canvas } = hhanim.views.fi.surface;
        return canvas.width > 300 && ctx.getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean); }"""
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_nullclines_have_the_colours_that_they_have_in_films(visit: Any, theme: Any) -> None:
    page = visit(f"theme={theme.name}")
    drawn = page.evaluate(
        """() => { const { ctx } = hhanim.views.phase.surface, { stroke } = ctx, seen = [];
        ctx.stroke = () => { if (ctx.getLineDash().length) seen.push(ctx.strokeStyle); stroke.call(ctx); };
        hhanim.redraw();
        const key = document.querySelector("#card-phase .key.dashed");
        return [seen, getComputedStyle(key).getPropertyValue("--hue")]; }"""
    )
    assert set(drawn[0]) == {theme.color("V-nullcline"), theme.color("n")}
    assert drawn[1] == theme.color("V-nullcline")


def test_a_number_can_be_typed_digit_by_digit(visit: Any) -> None:
    page = visit("stimulus=pulse")
    box = page.locator("#n-width")
    box.select_text()
    box.press_sequentially("0.25")
    page.wait_for_function("hhanim.run.settings.width === 0.25")
    assert box.input_value() == "0.25"


@pytest.mark.parametrize("width", [700, 760, 828])
def test_in_a_notebooks_cell_the_sliders_stand_beside_the_views(visit: Any, width: int) -> None:
    page = visit("views=V,gates,phase", viewport={"width": width, "height": 720})
    page.wait_for_function("document.getElementById('canvas-phase').width > 40")
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width,
        720,
    ]
    boxes = {
        name: page.locator(name).bounding_box() for name in ("#panel", "#card-V", "#card-phase", "#transport")
    }
    right = boxes["#panel"]["x"] + boxes["#panel"]["width"]
    assert all(box["x"] >= right for name, box in boxes.items() if name != "#panel")
    for key in ("I", "gNa", "EL"):
        page.locator(f"#n-{key}").scroll_into_view_if_needed()
        number, slider = (page.locator(f"#{kind}-{key}").bounding_box() for kind in "ns")
        assert slider["width"] > 50
        assert number["x"] + number["width"] < right
        assert page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).tagName", [number["x"] + 9, number["y"] + 9]
        ) == ("INPUT")

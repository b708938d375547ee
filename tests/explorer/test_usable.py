"""Steps, undo, the hint, paper, other neurons under the same stimulus: what makes the page usable."""

from __future__ import annotations

from typing import Any

import pytest

from hhanim.model import simulate, step
from tests.explorer.conftest import says


def test_a_step_is_made_by_touch_and_goes_on_while_it_is_held(visit: Any) -> None:
    page = visit(
        "stimulus=pulse&I=13&width=0.5&duration=30",
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
    )
    more = page.get_by_role("button", name="More: Injected current")
    more.tap()
    page.wait_for_function("hhanim.run.settings.I === 13.1")
    more.dispatch_event("pointerdown")
    page.wait_for_function("hhanim.settings.I >= 14")
    more.dispatch_event("pointerup")
    says(page, "One spike")


def test_a_mouse_can_tell_13_from_14(visit: Any) -> None:
    page = visit()
    slider = page.locator("#s-I")
    box = slider.bounding_box()
    low, high = (float(slider.get_attribute(edge)) for edge in ("min", "max"))
    assert (high - low) / box["width"] < 0.35  # µA/cm² for each pixel


def test_a_slider_reaches_what_was_typed(visit: Any) -> None:
    page = visit()
    assert page.locator("#s-I").get_attribute("max") == "60"
    page.locator("#n-I").fill("150")
    page.wait_for_function("hhanim.run.settings.I === 150")
    assert page.locator("#s-I").get_attribute("max") == "200"
    assert page.locator("#s-I").input_value() == "150"


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (800, 720)], ids=str)
@pytest.mark.parametrize("view", ["phase", "membrane", "V", "gates"])
def test_an_enlarged_view_fills_the_page(visit: Any, view: str, size: tuple[int, int]) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]})
    page.locator(f"#card-{view} .widen").click()
    card, bar = page.locator(f"#card-{view}").bounding_box(), page.locator("#transport").bounding_box()
    assert card["height"] > 0.6 * size[1]
    assert 0 <= bar["y"] - (card["y"] + card["height"]) < 20  # the time runs right below


def test_points_of_rates_are_joined_by_a_sweep_alone_and_hollow_without_spikes(visit: Any) -> None:
    page = visit()
    lines = """() => { const { fi } = hhanim.views, ctx = fi.surface.ctx, out = { to: 0, hollow: 0 };
        const { lineTo, arc } = Object.getPrototypeOf(ctx), last = { round: false };
        fi.stale = true; fi.layOut();
        const base = { lineTo: ctx.lineTo, stroke: ctx.stroke, arc: ctx.arc };
        ctx.arc = function (...a) { last.round = true; return arc.apply(this, a); };
        ctx.lineTo = function (...a) { last.round = false; return lineTo.apply(this, a); };
        ctx.stroke = function () { if (last.round) out.hollow++; else out.to++;
            return Object.getPrototypeOf(ctx).stroke.call(this); };
        fi.paint(ctx); delete ctx.arc; delete ctx.lineTo; delete ctx.stroke; return out; }"""
    for current in (20, 30):
        page.locator("#n-I").fill(str(current))
        page.wait_for_function("(i) => [...hhanim.views.fi.points.values()][0].has(i)", arg=current)
    apart = page.evaluate(lines)
    page.locator("#sweep").click()
    page.wait_for_function("[...hhanim.views.fi.points.values()][0].size >= 41")
    swept = page.evaluate(lines)
    assert swept["to"] > apart["to"] + 10
    assert swept["hollow"] > apart["hollow"]  # near the end of firing V swings by a few mV


def test_undo_goes_back_change_by_change(visit: Any) -> None:
    page = visit()
    assert page.locator("#undo").is_disabled()
    page.locator("#n-I").fill("20")
    page.wait_for_function("hhanim.run.settings.I === 20")
    page.locator("#n-gNa").fill("60")
    page.wait_for_function("hhanim.run.settings.gNa === 60")
    page.locator("#model").select_option("classic")
    page.wait_for_function("hhanim.run.model.name === 'classic'")
    page.locator("body").press("Control+z")
    page.wait_for_function("hhanim.run.model.name === 'modern' && hhanim.run.settings.gNa === 60")
    page.locator("#undo").click()
    page.wait_for_function("hhanim.run.settings.gNa === 120 && hhanim.run.settings.I === 20")
    page.locator("#undo").click()
    page.wait_for_function("hhanim.run.settings.I === 10")
    assert page.locator("#undo").is_disabled()


def test_another_neuron_under_the_same_stimulus_beside_the_first(visit: Any) -> None:
    page = visit("stimulus=pulse&I=25&width=2&gNa=60")
    page.locator("#model").select_option("connor_stevens")
    page.wait_for_function("hhanim.run.model.name === 'connor_stevens'")
    now = page.evaluate("hhanim.run.settings")
    assert (now["stimulus"], now["I"], now["width"], now["gNa"]) == ("pulse", 25, 2, 120)
    assert page.evaluate("hhanim.previous.model.name") == "modern"
    assert page.locator("#key-previous").is_visible()


def test_the_hint_is_there_once(visit: Any) -> None:
    page = visit()
    assert page.locator("#hint").is_visible()
    page.locator("#hint-done").click()
    assert page.locator("#hint").is_hidden()
    page.reload()
    page.wait_for_function("window.hhanim && hhanim.run")
    assert page.locator("#hint").is_hidden()
    assert visit("I=12").locator("#hint").is_hidden()  # a link says by itself what it is about


def test_words_stand_beside_symbols(visit: Any) -> None:
    page = visit()
    assert page.locator(".row[data-key=gNa] .words").inner_text() == "Sodium conductance"
    assert page.locator(".row[data-key=gNa] .words").bounding_box()["width"] > 60


def test_paper_is_white_and_holds_no_controls(visit: Any) -> None:
    page = visit(color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.locator("#play").is_hidden()
    assert page.locator("#s-I").is_hidden()
    assert page.locator("#card-V").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("size", [(640, 360), (390, 844)], ids=["200 %", "phone"])
def test_what_has_the_focus_is_not_covered(visit: Any, size: tuple[int, int]) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]})
    for key in ("Tab", "Shift+Tab"):
        covered = []
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        for _ in range(45):
            page.keyboard.press(key)
            name = page.evaluate(
                """() => { const e = document.activeElement, b = e.getBoundingClientRect();
                const spots = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5]].map(([u, v]) =>
                    document.elementFromPoint(b.left + u * b.width, b.top + v * b.height));
                const seen = spots.some((s) => s && (s === e || e.contains(s) || s.contains(e)));
                return e === document.body || seen ? "" : e.id || e.className; }"""
            )
            covered.append(name)
        assert [name for name in covered if name] == [], key


def middle(page: Any, view: str) -> tuple[float, float]:
    box = page.locator(f"#canvas-{view}").bounding_box()
    return box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"]


def test_the_pointer_reads_numbers_off_every_view(visit: Any) -> None:
    page = visit()
    page.wait_for_function("hhanim.views.fi.points.size")
    found = {}
    for view in ("V", "gates", "currents", "conductances", "phase", "curves", "fi"):
        page.mouse.move(*middle(page, view))
        page.wait_for_function("!document.getElementById('readout').hidden")
        found[view] = page.locator("#readout").inner_text()
    t, v = found["V"].split(" ms")[0], found["V"].split("V")[1].split()[0].replace("−", "-")
    exact = simulate("modern", step(10, start=5), 100.0).at([float(t)])
    assert float(v) == pytest.approx(float(exact["V"][0]), abs=0.5)
    assert found["gates"].count("·") == 3
    assert found["fi"] == "10 µA/cm² · 68.3 Hz"
    assert "n" in found["phase"]
    page.mouse.move(5, 5)
    assert page.locator("#readout").is_hidden()


def test_time_can_be_looked_at_closely(visit: Any) -> None:
    page = visit("duration=500")
    page.mouse.move(*middle(page, "V"))
    for _ in range(8):
        page.mouse.wheel(0, -100)
    page.wait_for_function("hhanim.views.gates.axes.xRange[1] - hhanim.views.gates.axes.xRange[0] < 70")
    first, last = page.evaluate("hhanim.views.V.axes.xRange")
    assert first < 250 < last
    x, y = middle(page, "V")
    page.mouse.click(x, y)  # the head goes where it is put in what is shown
    page.wait_for_function("hhanim.head < 1")
    assert first < page.evaluate("500 * hhanim.head") < last
    page.locator("#whole").click()
    page.wait_for_function("hhanim.views.V.axes.xRange[1] === 500")
    page.keyboard.press("+")
    page.wait_for_function("hhanim.views.V.axes.xRange[1] - hhanim.views.V.axes.xRange[0] < 400")


def test_runs_are_kept_to_be_compared(visit: Any) -> None:
    page = visit("I=20")
    page.locator("#pin").click()
    page.locator("#model").select_option("wang_buzsaki")
    page.wait_for_function("hhanim.run.model.name === 'wang_buzsaki'")
    page.locator("#pin").click()
    assert page.locator("#pins button").all_inner_texts() == ["modern, I = 20 ×", "wang_buzsaki, I = 20 ×"]
    page.wait_for_function("hhanim.views.V.pinned.length === 2")
    page.get_by_role("button", name="Let go: modern, I = 20").click()
    page.wait_for_function("hhanim.views.V.pinned.length === 1")

"""Steps, undo, the hint, paper, other neurons under the same stimulus: what makes the page usable."""

from __future__ import annotations

from typing import Any

import pytest


def says(page: Any, words: str) -> None:
    page.wait_for_function(
        "(words) => document.getElementById('sentence').textContent.includes(words)", arg=words
    )


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

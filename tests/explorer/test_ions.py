"""Concentrations in the page set the reversal potentials; a pulse's threshold over its width is the core's."""

from __future__ import annotations

from typing import Any

import pytest

from hhanim.explorer.setting import Setting
from hhanim.model import HHError, analysis, presets
from tests.explorer.conftest import says

#: High external potassium (mM): E_K and the rest of the membrane (mV) that follow, and spikes during 100 ms of 10 µA/cm².
HIGH_POTASSIUM = [(5, -105.52418724, -69.737178, 7), (20, -72.14064169, -63.140936, 8), (60, -45.68480778, -37.850087, 0)]  # fmt: skip


@pytest.mark.parametrize(("out", "e", "rest", "spikes"), HIGH_POTASSIUM)
def test_reversal_potentials_follow_the_concentrations(
    visit: Any, out: float, e: float, rest: float, spikes: int
) -> None:
    page = visit(f"reversal=nernst&K_out={out}&onset=0&stimulus=pulse&I=10&width=100&duration=101")
    run = page.evaluate(
        "({ EK: hhanim.run.settings.EK, start: hhanim.run.y[0][0], spikes: hhanim.run.spikes.length })"
    )
    assert run["EK"] == pytest.approx(e, abs=1e-7)
    assert run["start"] == pytest.approx(rest, abs=1e-5)
    assert run["spikes"] == spikes
    assert Setting.of("modern", reversal="nernst", K_out=out).values["EK"] == run["EK"]


@pytest.mark.parametrize("name", presets.names())
def test_to_begin_with_concentrations_change_nothing(visit: Any, name: str) -> None:
    model = presets.get(name)
    page = visit(f"model={name}&reversal=nernst")
    settings = page.evaluate("hhanim.run.settings")
    assert settings["EK"] == pytest.approx(model.channel("K").e, abs=1e-8)
    assert settings["ENa"] == pytest.approx(model.channel("Na").e, abs=1e-8)
    assert Setting.of(name, reversal="nernst").changes == {"reversal": "nernst"}


def test_concentrations_are_set_undone_and_linked_and_warmth_moves_what_follows(visit: Any) -> None:
    page = visit()
    page.locator("#n-EK").fill("-80")
    page.locator("#reversal").select_option("nernst")
    page.wait_for_function("hhanim.run.settings.EK === -77")
    assert page.locator("#n-EK").is_disabled()
    assert page.locator("#n-EL").is_enabled()
    page.get_by_label("Potassium outside, mM", exact=True).fill("30")
    page.wait_for_function("Math.abs(hhanim.run.settings.EK + 62.37658055) < 1e-7")
    assert page.locator("#n-EK").input_value() == "−62.376581"
    page.locator("#n-celsius").fill("18.5")
    page.wait_for_function("Math.abs(hhanim.run.settings.EK + 65.0997) < 1e-3")
    there = page.evaluate("[hhanim.run.settings.EK, hhanim.fragment()]")
    assert "reversal=nernst" in there[1]
    assert "K_out=30" in there[1]
    assert "EK=" not in there[1]
    assert visit(there[1]).evaluate("hhanim.run.settings.EK") == there[0]
    page.locator("#undo").click()
    page.wait_for_function("Math.abs(hhanim.run.settings.EK + 62.37658055) < 1e-7")
    page.locator("#reset-all").click()
    page.wait_for_function("hhanim.run.settings.EK === -77 && hhanim.run.settings.reversal === 'given'")
    assert page.locator("#n-K_out").count() == 0
    says(page, "Fires at 68.3 Hz")


def test_a_way_to_reversal_potentials_that_is_not_known_is_refused() -> None:
    with pytest.raises(HHError, match="reversal"):
        Setting.of("modern", reversal="goldman")
    with pytest.raises(HHError, match="K_out"):
        Setting.of("modern", reversal="nernst", K_out=0)


@pytest.mark.parametrize(
    ("model", "given"),
    [("modern", {}), ("modern", {"celsius": 18.5}), ("modern", {"EK": -72.14064169}), ("connor_stevens", {})],
    ids=str,
)
def test_threshold_over_pulse_width_is_the_cores(visit: Any, model: str, given: dict[str, float]) -> None:
    page = visit("&".join([f"model={model}", "curve=strength", *(f"{k}={x}" for k, x in given.items())]))
    page.wait_for_function("hhanim.views.strength.mine?.whole")
    curve = page.evaluate("hhanim.views.strength.mine")
    membrane = presets.get(model).with_(**given)
    assert curve["rheobase"] == pytest.approx(analysis.rheobase(membrane), rel=1e-3)
    assert curve["chronaxie"] == pytest.approx(analysis.chronaxie(membrane), rel=2e-3)
    some = curve["points"][::4]
    expected = analysis.strength_duration(membrane, [width for width, _ in some])
    assert [current for _, current in some] == pytest.approx(expected.tolist(), rel=1e-3)
    said = page.locator("#canvas-strength").get_attribute("aria-label")
    assert f"rheobase {curve['rheobase']:.2f} µA/cm²".rstrip("0") in said


def test_firing_rate_and_threshold_take_turns(visit: Any) -> None:
    page = visit()
    assert page.locator("#card-strength").is_hidden()
    page.get_by_role("button", name="Show threshold over pulse width").press("Enter")
    assert page.locator("#card-fi").is_hidden()
    assert page.locator("#card-strength").is_visible()
    page.wait_for_function("location.hash.includes('curve=strength')")
    page.get_by_role("button", name="Show firing rate over current").press("Enter")
    assert page.locator("#card-fi").is_visible()
    page.wait_for_function("!location.hash.includes('curve')")


@pytest.mark.parametrize(
    ("fragment", "verdict"),
    [("gNa=0&EK=-77", "No pulse makes a spike."), ("reversal=nernst&K_out=30", "It fires by itself.")],
)
def test_without_a_threshold_it_says_so(visit: Any, fragment: str, verdict: str) -> None:
    page = visit(f"curve=strength&{fragment}")
    page.wait_for_function("hhanim.views.strength.mine?.whole")
    assert verdict in page.locator("#canvas-strength").get_attribute("aria-label")

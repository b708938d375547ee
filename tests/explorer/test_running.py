"""Time that goes on: stimulate, hold, change things meanwhile, pause, step, rewind; channels that decide by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hhanim.model import presets, pulse, simulate, step


def ahead(page: Any, seconds: float) -> None:
    """Let so many seconds pass, a tenth at a time, without a picture of each."""
    page.evaluate("(s) => hhanim.goOn(s, Math.round(10 * s))", seconds)


@pytest.fixture
def running(visit: Any) -> Callable[..., Any]:
    """running(fragment) is the page, whose time goes on as far as the test says: 10 ms of the neuron in a second."""

    def start(fragment: str = "", **options: Any) -> Any:
        page = visit(fragment, **options)
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        page.locator("#continuous").click()
        page.clock.run_for(100)
        return page

    return start


def test_a_tap_is_a_pulse_and_makes_the_spike_that_python_makes(running: Any) -> None:
    page = running("I=10")
    assert "Press Stimulate" in page.locator("#sentence").inner_text()
    page.keyboard.press(" ")
    ahead(page, 2)
    t, v, current = (
        np.array(x)
        for x in page.evaluate("[hhanim.run.t, hhanim.run.y[0], hhanim.run.q.I].map((x) => [...x])")
    )
    (on,) = t[np.flatnonzero(np.diff(current) > 0)]
    assert np.ptp(t[current > 0]) == pytest.approx(1.0, abs=0.06)  # as wide as it is set to be
    exact = simulate("modern", pulse(10, start=float(on), width=1.0), float(t[-1]))
    assert np.abs(v - exact.at(t)["V"]).max() < 0.01
    assert page.evaluate("hhanim.run.spikes") == pytest.approx(exact.spikes, abs=0.03)
    page.locator("#play").click()
    assert "A spike" in page.locator("#sentence").inner_text()


def test_what_is_held_goes_on_and_the_mouse_does_the_same(running: Any) -> None:
    page = running("I=15")
    page.locator("#stimulate").hover()
    page.mouse.down()
    ahead(page, 6)
    assert len(page.evaluate("hhanim.run.spikes")) >= 3
    assert page.evaluate("hhanim.run.q.I.at(-1)") == 15
    page.mouse.up()
    ahead(page, 0.3)
    assert page.evaluate("hhanim.run.q.I.at(-1)") == 0


def test_touch_stimulates(running: Any) -> None:
    page = running(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.locator("#stimulate").tap()
    ahead(page, 1)
    assert len(page.evaluate("hhanim.run.spikes")) == 1


def test_a_change_holds_from_now_on(running: Any) -> None:
    page = running("holding=12")
    ahead(page, 3)
    before = len(page.evaluate("hhanim.run.spikes"))
    assert before >= 2
    page.get_by_label("TTX, fraction of sodium channels blocked", exact=True).fill("1")
    page.clock.run_for(50)
    ahead(page, 4)
    assert len(page.evaluate("hhanim.run.spikes")) == before  # those that there were are still there
    k = page.evaluate("[...hhanim.run.k]")
    assert k[1] == 0
    # Long after the change it rests where Python says that it does.
    ahead(page, 20)
    exact = simulate(presets.get("modern").with_(ttx=1.0), step(12), 400.0)
    assert page.evaluate("hhanim.run.y[0].at(-1)") == pytest.approx(float(exact["V"][-1]), abs=0.1)


def test_pause_step_and_rewind(running: Any) -> None:
    page = running("I=15")
    page.keyboard.press(" ")
    ahead(page, 2)
    page.locator("#play").click()
    now = page.evaluate("hhanim.run.t.at(-1)")
    page.clock.run_for(200)
    assert page.evaluate("hhanim.run.t.at(-1)") == now
    page.locator("#step").click()
    assert page.evaluate("hhanim.run.t.at(-1)") == pytest.approx(now + 0.5, abs=0.03)
    shares = page.evaluate("(hhanim.redraw(), hhanim.membrane.drawn.share)")
    page.get_by_label("Time in the run").focus()
    for _ in range(200):
        page.keyboard.press("ArrowLeft")
    page.clock.run_for(100)
    assert page.evaluate("hhanim.head") < 1
    back = page.evaluate("hhanim.run.t[Math.round(hhanim.head * (hhanim.run.size - 1))]")
    assert float(page.locator("#clock").inner_text().removesuffix(" ms")) == pytest.approx(back, abs=0.051)
    page.keyboard.press("End")
    page.clock.run_for(100)
    assert page.evaluate("(hhanim.redraw(), hhanim.membrane.drawn.share)") == shares


def test_it_forgets_what_was_long_ago_and_goes_on(running: Any) -> None:
    page = running("holding=10&rate=50")
    page.evaluate("hhanim.goOn(30, 60)")  # seconds at 50 ms each
    size, first, end = page.evaluate("[hhanim.run.size, hhanim.run.t[0], hhanim.run.t.at(-1)]")
    assert size <= 60000
    assert first > 0
    assert end == pytest.approx(1510, abs=30)
    rate = 1000 / np.diff(page.evaluate("hhanim.run.spikes")).mean()
    assert rate == pytest.approx(68.3, abs=0.3)
    share = page.evaluate("(hhanim.redraw(), hhanim.membrane.drawn.share.K)")
    assert 0 < share["law"] < 1


def test_it_goes_on_for_as_long_as_a_lesson_lasts(running: Any) -> None:
    page = running("holding=10&rate=50")
    page.evaluate("hhanim.goOn(300, 600)")  # five minutes
    assert page.locator("#notice").is_hidden()
    assert page.evaluate("hhanim.run.t.at(-1)") == pytest.approx(15_000, abs=30)
    assert page.evaluate("hhanim.run.y.every((series) => series.every(Number.isFinite))")
    rate = 1000 / np.diff(page.evaluate("hhanim.run.spikes")).mean()
    assert rate == pytest.approx(68.3, abs=0.3)


def test_the_finite_run_comes_back(running: Any) -> None:
    page = running()
    page.locator("#continuous").click()
    page.wait_for_function("document.getElementById('sentence').textContent.startsWith('Fires at 68.3 Hz')")
    assert page.locator("#stimulate").is_hidden()
    assert page.evaluate("hhanim.settings.stimulus") == "step"


def test_a_model_of_another_name_begins_from_its_own_rest(running: Any) -> None:
    page = running()
    page.locator("#model").select_option("connor_stevens")
    ahead(page, 0.3)
    rest = float(presets.get("connor_stevens").rest()[0])
    assert page.evaluate("hhanim.run.y[0].at(-1)") == pytest.approx(rest, abs=0.05)


@pytest.mark.parametrize(
    "act",
    [
        "const e = document.getElementById('lesson-choice'); e.value = 'finding-threshold';"
        " e.dispatchEvent(new Event('change'))",
        "document.getElementById('experiment-clamp').click()",
        "location.hash = 'model=modern&stimulus=propagation'",
        "location.hash = 'model=modern&stimulus=pulse&I=20'",
    ],
    ids=["lesson", "clamp", "axon by link", "pulse by link"],
)
def test_what_is_opened_anew_is_a_run_with_an_end(running: Any, act: str) -> None:
    page = running()
    ahead(page, 0.3)
    page.evaluate(f"() => {{ {act} }}")
    page.clock.run_for(200)
    assert page.evaluate("!hhanim.run.running && document.body.className.includes('running')") is False
    assert page.locator("#stimulate").is_hidden()
    assert page.evaluate("hhanim.settings.stimulus === hhanim.run.settings.stimulus")


def test_a_step_of_a_lesson_is_done_while_time_goes_on(running: Any) -> None:
    page = running("lesson=threshold")
    page.locator("#lesson-choices button").nth(1).click()
    page.locator("#lesson-try").click()
    page.clock.run_for(200)
    assert page.locator("#lesson-found").is_visible()
    assert page.evaluate("hhanim.settings.stimulus") == "pulse"
    page.locator("#continuous").click()
    page.clock.run_for(100)
    page.locator("#lesson-again").click()
    page.clock.run_for(200)
    assert page.locator("#stimulate").is_hidden()


def test_time_goes_on_when_all_is_reset(running: Any) -> None:
    page = running("gNa=60")
    page.locator("#reset-all").click()
    ahead(page, 0.3)
    assert page.evaluate("[hhanim.run.running, hhanim.settings.stimulus, hhanim.settings.gNa]") == [
        True,
        "pulse",
        120,
    ]


def test_the_scope_shows_what_a_whole_picture_would(running: Any) -> None:
    """What is drawn bit by bit, moved along, is what is drawn at once, but for the edges of lines."""
    page = running("I=15")
    for n in range(60):
        if n % 12 == 0:
            page.keyboard.press(" ")
        page.evaluate("hhanim.goOn(0.1)")  # drawn each time
    page.locator("#play").click()
    pixels = """() => { const c = document.getElementById("canvas-V"), { axes } = hhanim.views.V;
        const { x, y, w, h } = axes.box, d = c.getContext("2d").getImageData(x, y, w - 6, h).data, out = [];
        for (let k = 3; k < d.length; k += 4) out.push(d[k] > 100);
        return out; }"""
    moved = np.array(page.evaluate(pixels))
    page.evaluate("hhanim.redraw()")
    whole = np.array(page.evaluate(pixels))
    assert whole.mean() > 0.01
    assert np.mean(moved != whole) < 0.1 * whole.mean()


def test_a_dashed_line_in_the_scope_has_its_dashes(running: Any) -> None:
    page = running("I=15")
    for _ in range(100):
        page.evaluate("hhanim.goOn(0.02)")  # h stands still: drawn a pixel or none at a time
        page.evaluate("hhanim.views.gates.compose()")
    page.locator("#play").click()
    columns = """() => { const { axes, lines, surface: { ctx, ratio } } = hhanim.views.gates;
        const h = lines.find((line) => line.name === "h").series[hhanim.run.size - 1], { x, w } = axes.box;
        const right = Math.round((x + w - 10) * ratio), wide = Math.round(60 * ratio);
        const { data } = ctx.getImageData(right - wide, Math.round(axes.y(h) * ratio) - 1, wide, 2);
        let out = ""; for (let k = 0; k < wide; k++) out += data[4 * k + 3] > 90 ? "-" : " ";
        return out; }"""
    moved = page.evaluate(columns)
    page.evaluate("hhanim.redraw()")
    whole = page.evaluate(columns)
    assert 0.3 < whole.count("-") / len(whole) < 0.9
    assert abs(moved.count("-") - whole.count("-")) < 0.15 * len(whole), (moved, whole)
    assert abs(len(moved.split()) - len(whole.split())) <= 1, (moved, whole)


def test_many_channels_do_as_the_equations_and_few_are_noisy(visit: Any) -> None:
    page = visit("stimulus=pulse&I=15&duration=30")
    code = "(n) => { const r = hhanim.simulateSettings({ ...hhanim.settings }, 'channels', n);"
    code += " return [r.spikes, [...r.y[0]], [...r.t]]; }"
    exact = simulate("modern", pulse(15, start=5, width=1), 30.0)
    spikes, v, t = page.evaluate(code, 5000)
    assert spikes == pytest.approx(exact.spikes, abs=0.1)
    assert np.abs(np.array(v) - exact.at(np.minimum(t, 30.0))["V"])[np.array(t) < 5].max() < 1.5
    early = np.array(t) < 5  # later many channels may make a spike by themselves as well
    assert np.std(np.array(page.evaluate(code, 20)[1])[early]) > 3 * np.std(np.array(v)[early])


def test_where_chance_decides_spikes_are_counted_and_no_rate_is_told(visit: Any) -> None:
    page = visit("method=channels&channels=20&duration=50")
    count = page.evaluate("hhanim.run.spikes.length")
    assert page.locator("#sentence").inner_text() in (
        f"{count} spikes in 50 ms.",
        "One spike in 50 ms.",
        "No spike in 50 ms.",
    )


def test_the_noise_of_the_channels_is_binomial(visit: Any) -> None:
    """At a held voltage the counted open share of n⁴ has the binomial mean and variance, and n's correlation time."""
    page = visit()
    p, counts, tau = page.evaluate(
        """() => { const { run: { model, k } } = hhanim, v = -30, N = 200;
        const y = model.states.map((_, s) => s ? model.inf[model.gateList.findIndex((g) => g.state === s)](v) : v);
        const channels = new hhanim.Channels(model, k, y, N, 7), counts = [];
        const n = model.gateList.findIndex((g) => g.name === "n"), tau = model.tau[n](v, k);
        for (let step = 0; step < 400000; step++) {
            channels.y[0] = v;
            channels.step(0);
            if (step % 200 === 0) counts.push(channels.conducting[1]);
        }
        return [Math.pow(model.inf[n](v), 4), counts, tau]; }"""
    )
    share = np.array(counts) / 200
    independent = len(share) / (2 * tau / 1.0)  # samples 1 ms apart, correlated over tau
    assert share.mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 200 / independent))
    assert share.var() == pytest.approx(p * (1 - p) / 200, rel=4 * np.sqrt(2 / independent))


def test_in_the_running_scope_chance_decides_as_well(running: Any) -> None:
    page = running("method=channels&channels=50")
    ahead(page, 3)
    v = np.array(page.evaluate("[...hhanim.run.y[0]]"))
    assert v.std() > 0.2
    shares = page.evaluate("(hhanim.redraw(), hhanim.membrane.drawn.share)")
    counted = page.evaluate("hhanim.run.q.open.map((series) => Math.round(series.at(-1) * 50))")
    assert [shares["Na"]["open"], shares["K"]["open"]] == counted[:2]

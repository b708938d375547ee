"""The membrane on the page: chance as the equations have it, ions that the eye can follow, any model's channels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hhanim import explorer
from hhanim.look.section import channel_shape
from hhanim.model import Channel, Exp, Gate, Sigmoid, presets
from tests.explorer.conftest import write


def test_the_drawn_open_share_is_that_of_the_equations_but_for_chance(visit: Any) -> None:
    page = visit("views=membrane&duration=40&channels=20")
    found = page.evaluate(
        """() => { const { membrane, shown } = hhanim, out = [];
        for (let frame = 0; frame < 10000; frame++) {
            membrane.gating.seed = frame;  // other channels in each frame
            shown.head = (frame * 0.6180339887) % 1;
            membrane.compose();
            const { Na, K } = membrane.drawn.share;
            out.push(Na.open, Na.law, K.open, K.law);
        } return out; }"""
    )
    na, na_law, k, k_law = np.array(found).reshape(-1, 4).T
    for count, law in ((na, na_law), (k, k_law)):
        assert law.max() > 0.2
        error = np.sqrt((20 * law * (1 - law)).sum())
        assert abs(count.sum() - (20 * law).sum()) < 4 * error
        z = (count - 20 * law) / np.sqrt(20 * law * (1 - law))
        usual = law > 0.05  # where the binomial distribution is near the normal one
        assert np.mean(z[usual] ** 2) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("gate", [0, 1, 2], ids="mhn")
def test_a_gate_forgets_as_fast_as_its_time_constant_says(visit: Any, gate: int) -> None:
    page = visit("views=membrane&I=0&duration=30")  # at rest
    lag, still_open, p, after = page.evaluate(
        """(g) => { const { membrane: { gating }, run } = hhanim, tau = run.model.tau[g](run.y[0][0], run.k);
        const lag = Math.round(0.5 * tau / run.dt), n = run.size - 1 - lag;
        let open = 0, both = 0;
        for (let channel = 0; channel < 8000; channel++) {
            if (!gating.isOpen(g, 0, channel, n)) continue;
            open++;
            both += gating.isOpen(g, 0, channel, n + lag);
        }
        return [lag * run.dt / tau, open, open / 8000, both / open]; }""",
        gate,
    )
    inf = page.evaluate("(g) => hhanim.run.model.inf[g](hhanim.run.y[0][0])", gate)
    assert p == pytest.approx(inf, abs=4 * np.sqrt(inf * (1 - inf) / 8000))
    expected = inf + (1 - inf) * np.exp(-lag)
    assert after == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / still_open))


def test_the_patch_goes_where_the_head_goes_and_back(visit: Any) -> None:
    page = visit("views=membrane")
    at = "(head) => { hhanim.shown.head = head; hhanim.membrane.compose(); return hhanim.membrane.drawn.share; }"
    there = page.evaluate(at, 0.07)
    page.evaluate(at, 0.5)
    assert page.evaluate(at, 0.07) == there
    assert there["Na"]["open"] > 10


@pytest.mark.parametrize("milliseconds", [16, 50, 100])
def test_an_ion_moves_less_than_a_quarter_of_its_spacing_in_a_frame(visit: Any, milliseconds: int) -> None:
    page = visit("rate=2")
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.get_by_role("button", name="Play").click()
    worst, moved = 0.0, 0
    before: list[dict[str, Any]] = []
    for _ in range(40):
        page.clock.fast_forward(milliseconds)  # one frame, however long
        now = page.evaluate(
            """() => hhanim.membrane.cut.streams.map((stream, n) => ({ spacing: stream.spacing,
            dots: Object.fromEntries(hhanim.membrane.drawn.dots[n].map(([x, y, r, which]) => [which, [x, y]])) }))"""
        )
        for old, new in zip(before, now, strict=False):
            for which in old["dots"].keys() & new["dots"].keys():
                step = abs(new["dots"][which][1] - old["dots"][which][1]) / new["spacing"]
                worst, moved = max(worst, step), moved + (step > 0)
        before = now
    assert moved > 20
    assert worst <= 0.25


def test_a_drug_shuts_its_share_of_the_channels(visit: Any) -> None:
    page = visit("views=membrane&ttx=1&tea=0.5&t=20")
    for head in np.linspace(0, 1, 30).tolist():
        share = page.evaluate(
            "(h) => { hhanim.shown.head = h; hhanim.membrane.compose(); return hhanim.membrane.drawn; }", head
        )
        assert share["share"]["Na"]["open"] == 0
        assert not share["open"]["Na"]
        assert share["share"]["K"]["open"] <= 100


@pytest.mark.parametrize("name", presets.names())
def test_every_model_has_its_channels(visit: Any, name: str) -> None:
    page = visit(f"model={name}&views=membrane")
    drawn = page.evaluate("hhanim.membrane.drawn")
    channels = presets.get(name).channels
    assert set(drawn["open"]) == {c.name for c in channels}
    assert set(drawn["share"]) == {c.name for c in channels if c.gates}
    page.wait_for_selector("#canvas-membrane[aria-label*=expected]")  # said once what is dragged rests


def test_five_kinds_of_channels_find_room(visit: Any, tmp_path: Path) -> None:
    def gate(name: str, scale: float) -> Gate:
        return Gate(name, inf=Sigmoid(1.0, -45.0, scale), tau=40.0)

    calcium = Channel("Ca", g=0.1, e=120.0, ion="Ca", gates=(gate("s", 7.0), gate("c", -6.0)))
    chloride = Channel("Cl", g=0.2, e=-70.0, ion="Cl", gates=(gate("w", -8.0),))
    own = presets.get("modern").plus(calcium).plus(chloride)
    page = visit("t=12", write(tmp_path / "own.html", explorer.page(own)))
    font, step = page.evaluate("[hhanim.membrane.rows.font, hhanim.membrane.rows.step]")
    assert 9 < font <= step / 1.5  # the bar of each stands clear of the next name
    below = page.evaluate(
        """() => { const { gates } = hhanim.views, { surface } = gates, { ctx } = surface, out = [];
        const fill = ctx.fillText; ctx.fillText = function (text, x, y) { out.push(y); return fill.call(this, text, x, y); };
        gates.paint(surface.begin()); ctx.fillText = fill; return surface.height - Math.max(...out); }"""
    )
    assert below >= 0.4 * page.evaluate("hhanim.views.gates.font")  # letters are not cut off at the foot
    # Chloride carries charge of the other sign: above its E it flows in, and the current outward.
    v, e, crossed, current = page.evaluate(
        """() => { const { run } = hhanim, c = run.model.channels.findIndex((x) => x.name === "Cl"), n = 900;
        return [run.y[0][n], run.k[2 + 2 * c], run.q.crossed[c][n] - run.q.crossed[c][n - 10], run.q.i[c][n]]; }"""
    )
    assert (v > e) == (current > 0) == (crossed < 0)


def test_a_channel_of_ones_own_is_drawn(visit: Any, tmp_path: Path) -> None:
    slow = Gate("p", inf=Sigmoid(1.0, -35.0, 10.0), tau=50.0 + 0.0 * Exp(1.0, 0.0, 20.0), celsius=18.0)
    calcium = Channel("Ca", g=0.1, e=120.0, ion="Ca", gates=(slow,))
    path = write(tmp_path / "own.html", explorer.page(presets.CONNOR_STEVENS.plus(calcium)))
    page = visit("", path)
    assert page.evaluate("hhanim.membrane.cut.places.map((p) => p.shape.label)") == [
        "Na⁺",
        "leak",
        "K⁺",
        "A (K⁺)",
        "Ca²⁺",
    ]


@pytest.mark.parametrize("model", ["modern", "connor_stevens"])
def test_channels_have_the_shape_that_they_have_in_films(visit: Any, model: str) -> None:
    page, membrane = visit(f"model={model}&views=membrane"), presets.get(model)
    shapes = page.evaluate(
        """hhanim.membrane.cut.places.map(({ shape }) => [shape.name, shape.pore, shape.wall, shape.wide,
        shape.flaps.map(({ name, part, y }) => [name, part, y]),
        shape.balls.map(({ name, side, shut, free }) => [name, side, ...shut, ...free])])"""
    )
    assert sorted(name for name, *_ in shapes) == sorted(channel.name for channel in membrane.channels)
    for name, *shape in shapes:
        here = channel_shape(membrane, name)
        balls = [[ball.gate, ball.side, *ball.shut, *ball.free] for ball in here.balls]
        assert shape == [here.pore, here.wall, here.wide, [list(flap) for flap in here.flaps], balls]


def test_ions_move_by_the_rules_of_films() -> None:
    pytest.importorskip("manim")
    from hhanim.mobjects.membrane import ions

    text = (Path(explorer.__file__).parent / "web" / "ions.js").read_text(encoding="utf-8")
    for name in ("PLACES", "SPEED", "SLACK", "FADE", "MV_PER_ION"):
        (value,) = re.findall(rf"^const {name} = ([0-9.]+);", text, re.MULTILINE)
        assert float(value) == getattr(ions, name), name

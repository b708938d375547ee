"""Gates, channels, membranes: what they compute, what they refuse, that nothing is shared."""

import math
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

import hhanim as hh
from hhanim import Channel, Exp, Gate, HHError, Membrane, Sigmoid, V, presets
from hhanim.model import scalar
from hhanim.model.errors import DuplicateName, InvalidValue, UnknownName
from hhanim.model.scalar import callback

from .examples import A_CURRENT, M_CURRENT, MEMBRANES, MIXTURE, WITH_A

MODERN = presets.MODERN
any_membrane = pytest.mark.parametrize("membrane", MEMBRANES, ids=lambda m: f"{m.name}-{len(m.channels)}")


# -- numbers -------------------------------------------------------------------------------------------------


def test_gates_and_time_constants_at_minus_65() -> None:
    inf = {g: float(MODERN.inf(g, -65.0)) for g in "nmh"}
    tau = {g: float(MODERN.tau(g, -65.0)) for g in "nmh"}
    assert inf == pytest.approx({"n": 0.31767691, "m": 0.05293249, "h": 0.59612075}, abs=5e-9)
    assert tau == pytest.approx({"n": 5.45858, "m": 0.236767, "h": 8.51601}, rel=5e-6)


def test_true_rest_is_not_minus_65() -> None:
    assert MODERN.rest()[0] == pytest.approx(-64.99638, abs=5e-6)


@any_membrane
def test_rest_is_where_nothing_changes(membrane: Membrane) -> None:
    assert np.abs(membrane.rhs(membrane.rest())).max() < 1e-12
    assert abs(float(membrane.steady_current(membrane.rest()[0]))) < 1e-12


def test_rest_of_a_batch_is_the_rest_of_each() -> None:
    batch = MODERN.with_(gNa=np.array([0.0, 60.0, 120.0, 200.0]), EL=np.array([-70.0, -60.0, -54.387, -50.0]))
    one_by_one = np.stack([batch.member(k).rest() for k in range(4)], axis=1)
    assert np.abs(batch.rest() - one_by_one).max() < 1e-12


@any_membrane
def test_rhs_is_the_sum_of_the_named_currents(membrane: Membrane) -> None:
    rng = np.random.default_rng(3)
    y = np.vstack([rng.uniform(*membrane.v_range, 7), rng.uniform(0, 1, (len(membrane.states) - 1, 7))])
    total = sum(membrane.currents(y).values())
    assert np.allclose(membrane.rhs(y, 3.0)[0], (3.0 - total) / membrane.c, rtol=1e-12, atol=1e-12)
    for name, g in membrane.conductances(y).items():
        assert np.allclose(
            g * (y[0] - membrane.channel(name).e), membrane.currents(y)[name], rtol=1e-12, atol=1e-12
        )
    for k, name in enumerate(membrane.states[1:], 1):
        slope = membrane.gate(name).rate(y[k], y[0]) * membrane.gate(name).phi(membrane.celsius)
        assert np.allclose(membrane.rhs(y)[k], slope, rtol=1e-10, atol=1e-12)


@any_membrane
def test_the_solver_callback_and_the_float_code_are_the_equations(membrane: Membrane) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        y = np.array([rng.uniform(*membrane.v_range), *rng.uniform(0, 1, len(membrane.states) - 1)])
        expected = membrane.rhs(y, 2.5)
        assert callback(membrane, 2.5)(y, 0.0) == pytest.approx(expected, rel=1e-11, abs=1e-11)
        assert callback(membrane, lambda t: t)(y, 2.5) == pytest.approx(expected, rel=1e-11, abs=1e-11)
        assert membrane.compile(math)(*y.tolist(), 2.5) == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_the_solver_computes_nothing_twice_in_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, float]] = []

    def noted(name: str) -> Callable[[float], float]:
        return lambda x: seen.append((name, x)) or getattr(math, name)(x)  # type: ignore[func-returns-value]

    for name in ("exp", "expm1"):
        monkeypatch.setitem(scalar._QUICK, name, noted(name))
    for membrane, calls in ((presets.WANG_BUZSAKI, 6), (presets.CONNOR_STEVENS, 11)):
        seen.clear()
        y = np.array([-52.3, *np.linspace(0.2, 0.8, len(membrane.states) - 1)])
        assert callback(membrane, 1.0)(y, 0.0) == pytest.approx(membrane.rhs(y, 1.0), rel=1e-12)
        assert len(seen) == len(set(seen)) == calls


def test_the_callback_is_exact_at_the_singular_voltages() -> None:
    for v in (-40.0, -55.0, -40.0 + 1e-13):
        y = np.array([v, 0.3, 0.4, 0.5])
        assert callback(MODERN, 0.0)(y, 0.0) == pytest.approx(MODERN.rhs(y), rel=1e-14)


@given(st.floats(-150.0, 100.0), st.tuples(*[st.floats(0.0, 1.0)] * 3), st.floats(-50.0, 200.0))
def test_classic_and_modern_are_one_membrane_65_mv_apart(
    v: float, gates: tuple[float, ...], i: float
) -> None:
    shifted = presets.CLASSIC.shifted(-65.0)
    with np.errstate(under="ignore"):
        a = presets.CLASSIC.rhs([v + 65.0, *gates], i)
        b = shifted.rhs([v, *gates], i)
    assert np.allclose(a, b, rtol=1e-9, atol=1e-9)


def test_classic_shifted_differs_from_modern_only_in_the_printed_leak() -> None:
    shifted = presets.CLASSIC.shifted(-65.0)
    same = {k: v for k, v in shifted.parameters.items() if k != "EL"}
    assert same == {k: v for k, v in MODERN.parameters.items() if k != "EL"}
    assert shifted.parameters["EL"] == pytest.approx(-54.387)
    assert {g: MODERN.gate(g) for g in MODERN.gates} == {g: shifted.gate(g) for g in shifted.gates}


# -- mistakes seen in the field ------------------------------------------------------------------------------


def test_mistake_temperature_scales_kinetics_never_conductances() -> None:
    warm = MODERN.with_(celsius=18.5)
    phi = 3.0 ** ((18.5 - 6.3) / 10.0)
    for gate in "mhn":
        assert warm.tau(gate, -50.0) == pytest.approx(MODERN.tau(gate, -50.0) / phi, rel=1e-12)
        assert warm.inf(gate, -50.0) == MODERN.inf(gate, -50.0)
    y = np.array([-20.0, 0.4, 0.3, 0.5])
    assert warm.currents(y) == MODERN.currents(y)
    assert warm.rhs(y)[0] == MODERN.rhs(y)[0]
    assert warm.rhs(y)[1:] == pytest.approx(MODERN.rhs(y)[1:] * phi, rel=1e-12)


def test_mistake_reversal_potentials_of_the_two_sets_are_not_mixed() -> None:
    classic, classroom = presets.CLASSIC.parameters, presets.CLASSROOM.parameters
    assert (classic["ENa"], classic["EK"], classic["EL"]) == (115.0, -12.0, 10.613)
    assert (classroom["ENa"], classroom["EK"], classroom["EL"]) == (120.0, -12.0, 10.6)
    assert (MODERN.parameters["ENa"], MODERN.parameters["EK"], MODERN.parameters["EL"]) == (
        50.0,
        -77.0,
        -54.387,
    )
    for p in (classic, classroom, MODERN.parameters):
        assert (p["C"], p["gNa"], p["gK"], p["gL"], p["celsius"]) == (1.0, 120.0, 36.0, 0.3, 6.3)


def test_mistake_gates_start_at_steady_state_and_h_is_not_forgotten() -> None:
    for membrane in (MODERN, presets.CLASSIC, WITH_A):
        y = membrane.initial({"V": membrane.baseline})
        assert membrane.states == ("V", *(n for n, g in membrane.gates.items() if g.dynamic))
        assert y == pytest.approx(membrane.steady(membrane.baseline), abs=1e-15)
    assert "h" in MODERN.states
    assert MODERN.initial({"h": 1.0})[2] == 1.0
    assert np.array_equal(MODERN.initial("V=-60, h = 0.4"), MODERN.initial({"V": -60.0, "h": 0.4}))
    assert np.array_equal(presets.WIDGET.initial("rest"), presets.WIDGET.rest())
    assert dict(zip(MODERN.states, MODERN.initial("closed"), strict=True)) == {
        "V": -75,
        "m": 0,
        "h": 1,
        "n": 0,
    }
    assert MODERN.initial({"h": 1.0})[[0, 1, 3]] == pytest.approx(MODERN.rest()[[0, 1, 3]])


def test_mistake_no_state_is_shared_between_instances() -> None:
    a, b = MODERN.with_(gNa=60.0), MODERN.with_(gNa=60.0)
    first = hh.simulate(a, hh.step(10, start=1), 20)
    hh.simulate(b, hh.step(50), 20)
    again = hh.simulate(a, hh.step(10, start=1), 20)
    assert np.array_equal(first.y, again.y)
    rest = a.rest()
    rest[0] = 1e9
    assert a.rest()[0] < 0
    start = {"V": -60.0}
    c = replace(MODERN, start=start)
    start["V"] = 0.0
    assert c.initial()[0] == -60.0
    grid = np.array([60.0, 120.0])
    batch = MODERN.with_(gNa=grid)
    grid[0] = 0.0
    assert batch.parameters["gNa"].tolist() == [60.0, 120.0]


def test_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        MODERN.c = 2.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        MODERN.with_(gNa=[1.0, 2.0]).channel("Na").g[0] = 5.0


# -- variation -----------------------------------------------------------------------------------------------


def test_with_and_blockers() -> None:
    m = MODERN.with_(gNa=60, celsius=18.5, ttx=0.5)
    assert (m.parameters["gNa"], m.celsius, m.parameters["ttx"]) == (60.0, 18.5, 0.5)
    assert MODERN.parameters["gNa"] == 120.0
    y = MODERN.rest()
    assert m.currents(y)["Na"] == pytest.approx(0.25 * MODERN.currents(y)["Na"])
    assert MODERN.with_(tea=1.0).currents(y)["K"] == 0.0


def test_a_channel_in_fifteen_lines_works_everywhere() -> None:
    for channel in (A_CURRENT, M_CURRENT):
        m = MODERN.plus(channel)
        assert f"g{channel.name}" in m.parameters
        run = hh.simulate(m.with_(**{f"E{channel.name}": -80.0}), hh.step(20, start=2), 60)
        assert run.current(channel.name).shape == run.t.shape
        assert run[channel.gates[0].name].min() >= 0.0
        total = sum(run.current(c.name) for c in m.channels)
        late = run.t >= 2.0
        charge = np.trapezoid((run.stimulus - total)[late], run.t[late])
        assert charge == pytest.approx(float(np.ptp(run["V"][late][[0, -1]])), abs=0.01), (
            "C dV/dt = I - sum of currents"
        )
    plain, delayed = (hh.simulate(m, hh.step(8, start=5), 50).spikes[0] for m in (MODERN, WITH_A.with_(gA=5)))
    assert delayed > plain, "an A-current delays the first spike"
    assert WITH_A.with_(four_ap=1.0).rest()[0] == pytest.approx(MODERN.rest()[0], abs=1e-9)


def test_instantaneous_and_following_gates() -> None:
    y = np.array([20.0, 0.6])
    values = MIXTURE.gate_values(y)
    assert values["m"] == pytest.approx(1 / (1 + math.exp(5 / 7)))
    assert values["h"] == pytest.approx(0.89 - 1.1 * 0.6)
    assert MIXTURE.gate_values(np.array([20.0, 0.9]))["h"] < 0.0, "documented, not silently clipped"
    with pytest.raises(InvalidValue, match="no time constant"):
        MIXTURE.tau("m", 0.0)


def test_inf_and_tau_give_the_same_gate_as_alpha_and_beta() -> None:
    n = MODERN.gate("n")
    again = Gate("n", inf=n.inf, tau=n.tau, power=4)
    v = np.linspace(-120, 60, 181)
    assert again.alpha(v) == pytest.approx(n.alpha(v), rel=1e-12)
    assert again.beta(v) == pytest.approx(n.beta(v), rel=1e-11, abs=1e-15)
    assert replace(n, q10=2.0).q10 == 2.0


def test_membranes_travel_to_other_processes() -> None:
    for m in MEMBRANES:
        m.rest()
        again = pickle.loads(pickle.dumps(m))
        assert again == m
        assert np.array_equal(again.rest(), m.rest())


# -- bad input: the value, the allowed range, the fix --------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gNa": -1.0}, r"gNa = -1 is not allowed; allowed: 0 or more mS/cm²"),
        ({"gNa": math.nan}, r"gNa = nan"),
        ({"EK": math.inf}, r"EK = inf"),
        ({"C": 0.0}, r"C = 0 is not allowed; allowed: more than 0 µF/cm²"),
        ({"C": -1.0}, r"C = -1"),
        ({"ttx": 1.5}, r"ttx = 1.5 is not allowed; allowed: 0 to 1"),
        ({"celsius": 200.0}, r"celsius = 200 is not allowed; allowed: -20 to 60 °C"),
        ({"gNa": "lots"}, r"gNa = 'lots' is not a number"),
        ({"gNa": [[1.0]]}, r"gNa has shape \(1, 1\); give a number or an array \(N,\)"),
        ({"gNa": []}, r"gNa is empty"),
        ({"gNa": [1.0, 2.0], "gK": [1.0, 2.0, 3.0]}, r"must have one length: .*gNa has 2"),
        ({"gna": 60}, r"unknown parameter 'gna': did you mean gNa\? known are C"),
        ({"TTX": 1}, r"did you mean ttx\?"),
        ({"E_L": 1}, r"unknown parameter 'E_L': did you mean EL\?"),
        ({"xyzzy": 1}, r"unknown parameter 'xyzzy': known are"),
    ],
)
def test_bad_parameters(change: dict[str, object], message: str) -> None:
    with pytest.raises(HHError, match=message) as caught:
        MODERN.with_(**change)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


def of(*gates: Gate, **fields: Any) -> Membrane:
    fields = {"v_range": (-100.0, 60.0), "baseline": -65.0, "spike_level": 0.0} | fields
    return Membrane("x", (Channel("K", 36.0, -77.0, gates), Channel("L", 0.3, -54.4)), **fields)


S = Sigmoid(1.0, -40.0, 9.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: of(Gate("n", inf=1.2 * S, tau=1.0)),
            r"gate n: inf = 1.02[\d]* at V = [-\d.]+ mV; allowed: 0 to 1 from",
        ),
        (lambda: of(Gate("n", inf=S - 0.1)), r"gate n: inf = -0.0"),
        (lambda: of(Gate("n", inf=np.log(V + 20))), r"gate n: inf = nan at V = -100 mV"),
        (
            lambda: of(Gate("n", inf=S, tau=0.0)),
            r"gate n: tau = 0 ms at V = -100 mV; allowed: finite and more than 0 ms",
        ),
        (
            lambda: of(Gate("n", inf=S, tau=V / 10)),
            r"gate n: tau = -10 ms at V = -100 mV.*; a floor is np.maximum\(tau,",
        ),
        (lambda: of(Gate("n", inf=S, tau=abs(V + 20))), r"gate n: tau = 0 ms at V = -20 mV"),
        (lambda: of(Gate("n", inf=S, tau=1 / (V - 12.3))), r"gate n: tau = -"),
        (lambda: of(Gate("n", -1.0 * A, B)), r"gate n: "),
        (lambda: of(Gate("n", 0.0, 0.0)), r"gate n: tau = inf ms at V = -100 mV"),
        (
            lambda: of(Gate("n", 0.1 * (V + 29.7) / (1 - np.exp(-(V + 29.7) / 10)), B)),
            r"gate n: tau = nan ms at V = -29.7 mV; .* write x / \(1 - exp\(-x\)\) as LinExp",
        ),
        (lambda: of(Gate("n", inf=S, tau=130 - V), v_range=(-100, 140)), r"gate n: tau = 0 ms at V = 130 mV"),
        (lambda: of(Gate("n", inf=S, tau=130 - V)).with_(EL=140.0), r"gate n: tau = 0 ms at V = 130 mV"),
        (
            lambda: of(Gate("n", inf=S, tau=V + 150)).shifted(-60.0).with_(EK=-220.0),
            "gate n: tau = -10 ms at V = -220 mV",
        ),
    ],
)
def test_gates_that_make_no_sense_are_refused_where_a_membrane_is_built(
    make: Callable[[], Membrane], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_what_follows_another_gate_or_is_off_by_rounding_is_accepted() -> None:
    n = Gate("n", inf=S, tau=5.0)
    assert of(n, Gate("h", follows=("n", 0.5, -1.1))).inf("h", 60.0) < 0.0
    assert of(Gate("n", inf=S * (1 + 1e-9), tau=5.0)).inf("n", 1e3) > 1.0
    assert of(Gate("n", inf=S, tau=130 - V)).tau("n", 60.0) > 0.0  # zero beyond all voltages that matter
    fit = presets.CONNOR_STEVENS  # the published a_inf reaches 1.013
    assert fit.initial({"V": 60.0})[fit.states.index("a")] > 1.0


def test_equations_are_shared_by_membranes_that_differ_in_numbers() -> None:
    changed = MODERN.with_(gNa=[1.0, 2.0], celsius=20.0, ttx=0.5)
    assert changed.equations is MODERN.equations
    assert MODERN.plus(A_CURRENT).equations is WITH_A.equations
    assert set(MODERN.namespace) == set(MODERN.equations.parameters)
    assert [current.flow for current in MODERN.equations.currents] == [
        "g0 * x1 * x1 * x1 * x2 * (x0 - e0)",
        "g1 * x3 * x3 * x3 * x3 * (x0 - e1)",
        "g2 * (x0 - e2)",
    ]


@any_membrane
def test_relaxing_and_linear_functions_are_the_equations(membrane: Membrane) -> None:
    rng = np.random.default_rng(5)
    y = np.vstack([rng.uniform(*membrane.v_range, 7), rng.uniform(0, 1, (len(membrane.states) - 1, 7))])
    total, drive = membrane.compile(np, "linear")(*y, 0.0, 0.0)
    assert total * y[0] - drive == pytest.approx(sum(membrane.currents(y).values()), rel=1e-9, abs=1e-9)
    after = membrane.compile(np, "relax")(*y, 0.3)
    for name, x, now in zip(membrane.states[1:], after, y[1:], strict=True):
        inf, tau = membrane.inf(name, y[0]), membrane.tau(name, y[0])
        assert x == pytest.approx(
            inf + (now - inf) * np.exp(np.maximum(-0.3 / tau, -700)), rel=1e-12, abs=1e-15
        )


def test_what_they_are_called_fits_in_a_line() -> None:
    assert repr(MODERN) == "<Membrane modern: Na, K, L; C 1 µF/cm², 6.3 °C>"
    assert (
        repr(MODERN.with_(gNa=[1.0, 2.0]).channels[0])
        == "<Channel Na: g 1 to 2 (2 values) mS/cm², E 50 mV, m³ h>"
    )
    assert repr(MODERN.gate("n")) == "<Gate n⁴: alpha and beta at 6.3 °C, q10 3>"
    assert repr(MIXTURE.gate("h")) == "<Gate h = 0.89 + -1.1 n>"
    assert repr(MIXTURE.gate("m")) == "<Gate m³: inf at 6.3 °C, q10 3>"


def test_a_notebook_shows_tables() -> None:
    html = WITH_A.with_(gNa=[60.0, 120.0], four_ap=0.25)._repr_html_()
    for text in (
        "<td>Na</td><td>60 to 120 (2 values)</td><td>50</td><td>m³ h</td><td>Na</td><td>ttx 0</td>",
        "a³ b",
        "four_ap 0.25",
        "6.3 °C",
    ):
        assert text in html
    assert html.endswith(r"- g_\mathrm{A}\,a^{3}b\,(V - E_\mathrm{A})$")
    MathTextParser("agg").parse(html.partition("</table>")[2])
    assert html.count("<tr>") == html.count("</tr>") == 5
    assert r"$0.125\,e^{-(V + 65)/80}$" in MODERN.gate("n")._repr_html_()
    assert replace(MODERN, title="a < b")._repr_html_().count("a &lt; b") == 1
    assert "<td>m³ h</td>" in MODERN.channels[0]._repr_html_()


A, B = Exp(1.0, 0.0, 10.0), Exp(1.0, 0.0, -10.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gate("m"), "has no rates; give alpha and beta, or inf and tau"),
        (lambda: Gate("m", A), "gate m has alpha; give"),
        (lambda: Gate("m", A, B, inf=A), "give alpha and beta, or inf and tau"),
        (lambda: Gate("m", A, B, inf=Sigmoid(1, 0, 1), tau=A), "give alpha and beta, or inf and tau"),
        (lambda: Gate("m", A, B, power=0), "power of gate m = 0 is not allowed; allowed: 1, 2, 3"),
        (lambda: Gate("m", A, B, power=1.5), "power of gate m = 1.5"),
        (lambda: Gate("m", A, B, power=True), "power of gate m = True"),
        (lambda: Gate("m", A, B, power="3"), "power of gate m"),
        (lambda: Gate("m", A, B, q10=0.0), "q10 of gate m = 0 is not allowed; allowed: more than 0"),
        (lambda: Gate("2m", A, B), "gate name '2m' is not allowed"),
        (lambda: Gate("", A, B), "gate name '' is not allowed"),
        (lambda: Gate("m", math.nan, B), "value = nan"),
        (lambda: Gate("m", math.exp, B), "is not a rate"),
        (lambda: Gate("h", follows=("n", math.nan, 1.0)), "intercept = nan"),
        (
            lambda: Gate("h", follows=("n", 1.0)),
            r"gate h: follows = \('n', 1.0\); give \(gate, intercept, slope\)",
        ),
        (lambda: Channel("Na", -1.0, 50.0), "gNa = -1"),
        (lambda: Channel("Na", 1.0, math.nan), "ENa = nan"),
        (lambda: Channel("Na", 1.0, 50.0, gates=("m",)), "is not a Gate"),
        (lambda: Channel("Na", 1.0, 50.0, (Gate("m", A, B), Gate("m", A, B))), "give each its own name"),
        (lambda: Membrane("x", ()), "must be one or more Channel"),
        (lambda: Membrane("x", (Channel("L", 1, -65), Channel("L", 1, -65))), "channel name L is used twice"),
        (lambda: MODERN.plus(Channel("KA", 1, -77, Gate("n", A, B))), "quantity name n is used twice"),
        *(
            (
                lambda name=name: Membrane("x", Channel("L", 1, -65, Gate(name, A, B))),
                f"{name} is used twice .* taken",
            )
            for name in ("V", "t", "I", "I_ion", "I_L", "g_L")
        ),
        (lambda: Membrane("x", Channel("ion", 1, -65)), "I_ion is used twice"),
        (
            lambda: Gate("m", A, B, celsius=310),
            "celsius of gate m = 310 is not allowed; allowed: -20 to 60 °C",
        ),
        (
            lambda: Membrane("x", Channel("Na", 1, 50, Gate("h", follows=("n", 1, 1)))),
            "follows 'n', which is not a gate",
        ),
        (lambda: Membrane("x", Channel("L", 1, -65), v_range=(10, -10)), "low < high"),
        (lambda: Membrane("x", Channel("L", 1, -65), v_range=50.0), r"v_range = 50.0 .* give \(low, high\)"),
        (
            lambda: Membrane("x", Channel("L", 1, -65), v_range=(1, 2, 3)),
            r"v_range = \(1, 2, 3\) .* give \(low",
        ),
        (lambda: Membrane("x", Channel("L", 1, -65), v_range="wide"), "v_range = 'wide' is not a number"),
        (lambda: Membrane("x", Channel("L", 1, -65), start={"q": 1}), "unknown state 'q'"),
        (lambda: Membrane("x", Channel("L", 0, -65)).rest(), "no resting state: at least one conductance"),
        (lambda: MODERN.channel("na"), "unknown channel 'na': did you mean Na"),
        (lambda: MODERN.gate("M"), "did you mean m"),
        (lambda: MODERN.initial({"V": math.nan}), "V = nan"),
        (lambda: MODERN.initial({"m": 1.5}), "start of gate m = 1.5; allowed: 0 to 1"),
        (lambda: MODERN.initial({"q": 0.5}), "unknown state 'q'"),
        (lambda: MODERN.initial([0.0, 0.1]), r"start has shape \(2,\); give one row for each of V, m, h, n"),
        (lambda: MODERN.initial([np.nan, 0.1, 0.1, 0.1]), "not finite"),
        (lambda: presets.get("modem"), "unknown model 'modem': did you mean modern"),
        (lambda: presets.get("nowhere.py:X"), "no file nowhere.py"),
    ],
)
def test_bad_definitions(make: object, message: str) -> None:
    with pytest.raises(HHError, match=message) as caught:
        make()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_errors_have_their_own_types() -> None:
    with pytest.raises(UnknownName):
        MODERN.with_(gna=1)
    with pytest.raises(DuplicateName):
        MODERN.plus(Channel("L", 1.0, -65.0))
    with pytest.raises(InvalidValue):
        MODERN.with_(gNa=-1)


# -- where a membrane typed by hand rests and fires ----------------------------------------------------------


def bare(membrane: Membrane) -> Membrane:
    """The same membrane as somebody types it who says nothing of levels."""
    return Membrane("mine", membrane.channels, c=membrane.c, celsius=membrane.celsius)


def test_levels_that_are_not_given_are_those_of_the_presets() -> None:
    for name in ("modern", "classic", "connor_stevens", "wang_buzsaki"):
        preset, own = presets.get(name), bare(presets.get(name))
        assert own.spike_level == preset.spike_level
        assert own.baseline == pytest.approx(preset.baseline, abs=3.0)
    assert bare(MODERN).v_range == (-100.0, 60.0)
    assert bare(presets.CLASSIC).v_range == (-35.0, 125.0)


@pytest.mark.parametrize("shift", [-60.0, -35.0, -10.0, 0.0, 5.0, 40.0, 65.0, 100.0])
def test_a_membrane_typed_at_any_resting_level_finds_its_spikes(shift: float) -> None:
    own = bare(MODERN.shifted(shift))
    rest = float(own.rest()[0])
    assert rest + 20.0 < own.spike_level < 50.0 + shift - 20.0
    assert own.v_range[0] < rest < own.spike_level < own.v_range[1]
    assert abs(own.shifted(7.0).spike_level - own.spike_level - 7.0) < 1e-12
    small, large = (hh.simulate(own, p, 60) for p in (hh.pulse(1, start=5, width=1), STEP10))
    assert len(small.spikes) == 0
    assert large.spikes == pytest.approx(hh.simulate(MODERN, STEP10, 60).spikes, abs=0.1)
    assert hh.analysis.rheobase(own, precision=1e-2) == pytest.approx(2.24, rel=0.02)


STEP10 = hh.step(10, start=5)


def test_levels_of_membranes_that_do_not_fire_or_rest() -> None:
    passive = Membrane("passive", hh.Channel("L", 0.3, -70.0))
    assert (passive.baseline, passive.spike_level) == (-65.0, 0.0)
    nothing = Membrane("nothing", hh.Channel("L", 0.0, -70.0))
    assert (nothing.baseline, nothing.spike_level) == (-65.0, 0.0)
    calcium = bare(
        MODERN.plus(
            hh.Channel("Ca", 0.1, 130.0, hh.Gate("q", hh.LinExp(0.1, -20.0, 10.0), hh.Exp(0.1, -65.0, -20.0)))
        )
    )
    assert (calcium.baseline, calcium.spike_level) == (-65.0, 0.0)
    batch = bare(MODERN).with_(gNa=[100.0, 120.0])
    assert batch.spike_level == 0.0


def test_what_flows_inward_and_where_zero_is() -> None:
    assert MODERN.inward() == ("Na",) and MODERN.inward(-90.0) == ("Na", "K") and MODERN.inward(60.0) == ()
    assert presets.CLASSIC.inward() == ("Na",)
    assert (MODERN.zero, presets.CLASSIC.zero, presets.CONNOR_STEVENS.zero) == (0.0, 65.0, 0.0)

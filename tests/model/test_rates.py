"""Rates: values, 0/0, the same text everywhere, bad input."""

import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from hhanim import Constant, Exp, HHError, LinExp, Piecewise, Sigmoid, V
from hhanim.model import Rate, presets, rates
from hhanim.model.errors import InvalidValue
from hhanim.model.serial import from_data, to_data

from .examples import PRINTED

finite = st.floats(-100.0, 100.0)
scales = st.floats(0.5, 100.0) | st.floats(-100.0, -0.5)
voltages = st.floats(-300.0, 300.0)


def evaluate(code: str, v: float) -> float:
    """A rate's source run on floats."""
    return float(eval(code, {**rates.FLOATS, "v": v}))


def paper(gate: str, u: float) -> tuple[float, float]:
    """Alpha and beta as Hodgkin & Huxley print them, u from rest, away from the singular voltages."""
    return {
        "n": lambda: (0.01 * (10 - u) / (math.exp((10 - u) / 10) - 1), 0.125 * math.exp(-u / 80)),
        "m": lambda: (0.1 * (25 - u) / (math.exp((25 - u) / 10) - 1), 4 * math.exp(-u / 18)),
        "h": lambda: (0.07 * math.exp(-u / 20), 1 / (math.exp((30 - u) / 10) + 1)),
    }[gate]()


@pytest.mark.parametrize("gate", ["m", "h", "n"])
@pytest.mark.parametrize("u", [-80.3, -10.0, 0.0, 9.0, 24.0, 26.0, 60.5, 120.0])
def test_rates_are_those_of_the_paper(gate: str, u: float) -> None:
    ours = presets.CLASSIC.gate(gate)
    assert (float(ours.alpha(u)), float(ours.beta(u))) == pytest.approx(paper(gate, u), rel=1e-13)
    modern = presets.MODERN.gate(gate)
    assert (float(modern.alpha(u - 65)), float(modern.beta(u - 65))) == pytest.approx(
        paper(gate, u), rel=1e-12
    )


def test_mistake_zero_over_zero_at_the_singular_voltages() -> None:
    assert presets.CLASSIC.gate("n").alpha(10.0) == 0.1
    assert presets.CLASSIC.gate("m").alpha(25.0) == 1.0
    grid = np.arange(-150, 151)  # integers, as in np.arange(-150, 151)
    for gate in presets.CLASSIC.gates.values():
        assert np.all(np.isfinite(gate.alpha(grid)))
        assert np.all(np.isfinite(gate.beta(grid)))
    assert presets.MODERN.gate("m").alpha(-40) == 1.0
    assert presets.MODERN.gate("n").alpha(-55) == 0.1


@pytest.mark.parametrize("d", [1e-13, 1e-10, 1e-7, 1e-4, -1e-13, -1e-7])
def test_mistake_the_naive_form_is_wrong_near_the_singular_voltage(d: float) -> None:
    # 8e-4 off at a distance of 1e-13 mV; x / (1 - exp(-x)) = 1 + x/2 + x²/12 + …
    x = d / 10.0
    exact = 1.0 + x / 2.0 + x * x / 12.0
    assert LinExp(1.0, 0.0, 10.0)(d) == pytest.approx(exact, rel=1e-15)
    assert evaluate(LinExp(1.0, 0.0, 10.0).code(), d) == pytest.approx(exact, rel=1e-15)


@given(voltages, finite, finite, scales)
def test_forms_are_finite_everywhere_and_source_agrees(
    v: float, rate: float, midpoint: float, scale: float
) -> None:
    for form in (Exp, Sigmoid, LinExp):
        f = form(rate, midpoint, scale)
        with np.errstate(under="ignore"):
            value = float(f(v))
        assert math.isfinite(value)
        assert evaluate(f.code(), v) == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(voltages, st.floats(-200.0, 200.0))
def test_shifted_moves_the_curve(v: float, dv: float) -> None:
    f = (
        LinExp(0.1, -55.0, 10.0) / (Constant(1.0) + Exp(2.0, -40.0, 18.0))
        - 0.5 * Sigmoid(1.0, 3.0, -4.0) ** 2
    )
    with np.errstate(under="ignore"):
        assert f.shifted(dv)(v) == pytest.approx(f(v - dv), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("v", [1e5, -1e5, 1e300, -1e300])
def test_rates_stay_finite_at_absurd_voltages(v: float) -> None:
    for f in (Exp(1.0, 0.0, 10.0), Exp(1.0, 0.0, -10.0), Sigmoid(1.0, 0.0, 10.0), LinExp(1.0, 0.0, 10.0)):
        with np.errstate(under="ignore"):
            assert np.isfinite(f(v))


def test_shapes_and_scalars() -> None:
    for f in (
        Exp(1.0, 0.0, 10.0),
        LinExp(1.0, 0.0, 10.0),
        Sigmoid(1.0, 0.0, 10.0),
        Constant(2.0) + Exp(1.0, 0.0, 9.0),
    ):
        assert np.shape(f(3.0)) == ()
        assert np.shape(f(np.zeros((2, 3)))) == (2, 3)
    assert Constant(2.0)(np.zeros(4)).tolist() == [2.0] * 4


def test_typesetting_is_what_the_paper_prints() -> None:
    n = presets.CLASSIC.gate("n")
    assert n.alpha.latex() == r"\frac{0.01\,(V - 10)}{1 - e^{-(V - 10)/10}}"
    assert n.beta.latex() == r"0.125\,e^{-V/80}"
    assert presets.CLASSIC.gate("h").beta.latex("u") == r"\frac{1}{1 + e^{-(u - 30)/10}}"
    assert n.beta.typst() == "0.125 thin e^(-V/80)"


def test_numpy_numbers_combine_like_numbers() -> None:
    assert np.float64(2.0) * Exp(1, 0, 9) + np.float64(1.0) == 2.0 * Exp(1, 0, 9) + 1.0


def test_equal_rates_are_equal_and_hashable() -> None:
    assert Exp(1, 2, 3) == Exp(1.0, 2.0, 3.0)
    assert hash(LinExp(1, 2, 3) + 1) == hash(LinExp(1, 2, 3) + 1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "ten", None, [1.0, 2.0]])
@pytest.mark.parametrize("form", [Exp, Sigmoid, LinExp])
def test_bad_numbers_are_refused(form: type, bad: object) -> None:
    with pytest.raises(InvalidValue, match=f"{form.__name__}.rate"):
        form(bad, 0.0, 1.0)
    with pytest.raises(HHError, match="midpoint"):
        form(1.0, bad, 1.0)


def test_bad_rates_say_what_to_do() -> None:
    with pytest.raises(InvalidValue, match="scale = 0 is not allowed; allowed: any other number"):
        Exp(1.0, 0.0, 0.0)
    with pytest.raises(InvalidValue, match="write it with Exp, Sigmoid, LinExp, Constant"):
        Exp(1.0, 0.0, 1.0) + (lambda v: v)  # type: ignore[operator]


# -- rates as papers print them ------------------------------------------------------------------------------

as_printed = pytest.mark.parametrize(("rate", "plain"), PRINTED.values(), ids=PRINTED)
GRID = np.linspace(-149.7, 150.3, 301)


@as_printed
def test_rates_as_papers_print_them(rate: Rate, plain: Callable[[Any], Any]) -> None:
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(plain(GRID), GRID.shape)
    assert rate(GRID) == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert float(rate(-33.3)) == pytest.approx(float(plain(np.float64(-33.3))), rel=1e-12)


@as_printed
def test_their_source_agrees(rate: Rate, plain: Callable[[Any], Any]) -> None:
    values = rate(GRID)
    assert [evaluate(rate.code(), v) for v in GRID.tolist()] == pytest.approx(values, rel=1e-12)
    on_arrays = eval(rate.code("v", rates.NUMPY), {**rates.ARRAYS, "v": GRID})
    assert on_arrays == pytest.approx(values, rel=1e-12)


@as_printed
def test_they_move_travel_and_compare(rate: Rate, plain: Callable[[Any], Any]) -> None:
    moved = rate.shifted(12.5)
    assert moved(GRID + 12.5) == pytest.approx(rate(GRID), rel=1e-9, abs=1e-12)
    again = from_data(json.loads(json.dumps(to_data(rate))))
    assert again == rate == pickle.loads(pickle.dumps(rate))
    assert hash(again) == hash(rate)


@as_printed
def test_they_can_be_typeset(rate: Rate, plain: Callable[[Any], Any]) -> None:
    MathTextParser("agg").parse(f"${rate.latex()}$")
    typst = pytest.importorskip("typst", reason="Typst comes with the extra hhanim[films]")
    assert typst.compile(f"$ {rate.typst()} $".encode(), format="svg")


def test_what_they_look_like() -> None:
    assert (-Exp(1, 0, 10)).latex() == "-e^{V/10}"
    assert (1 / (1 + np.exp(-(V + 35) / 10))).latex() == r"\frac{1}{1 + e^{\frac{-(V + 35)}{10}}}".replace(
        "(V + 35)", r"\left(V + 35\right)"
    )
    assert np.maximum(Exp(1, 0, 10), 0.02).typst() == "max(e^(V/10), 0.02)"
    choice = Piecewise((V > -50) & (V <= 3), abs(V), 2 ** Exp(1, 0, 9))
    assert choice.typst() == 'cases(abs(V) & "if" V > -50 "and" V <= 3, 2^(e^(V/9)) & "else")'
    assert (Exp(1, 0, 9) + -3.0).latex() == "e^{V/9} - 3"
    assert (V * (V - -3.0)).typst() == "V thin (V - (-3))"


R = Exp(1, 0, 10)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: max(R, 0.02), r"write np.maximum\(a, b\) for max\(a, b\)"),
        (lambda: min(0.02, R), r"np.minimum\(a, b\) for min\(a, b\)"),
        (lambda: R if V < -50 else 2 * R, r"Piecewise\(V < -50, a, b\) for a choice"),
        (lambda: -50 < V < 0, r"\(V > a\) & \(V < b\) for a range"),
        (lambda: sorted([R, V]), "depends on V"),
        (lambda: R ^ 2, r"a power is written rate \*\* 2, not rate \^ 2"),
        (lambda: 2 ^ R, r"not rate \^ 2"),
        (lambda: R % 2, r"rates know \+ - \* / and \*\*"),
        (lambda: R // 2, r"rates know \+ - \* / and \*\*"),
        (lambda: math.exp(R), r"take NumPy's functions of it, as in np.exp\(rate\)"),
        (lambda: float(R), "a rate is not a number"),
        (lambda: round(R), "a rate is not a number"),
        (lambda: np.floor(R), "NumPy's floor takes no rates; those that do are exp, sqrt"),
        (lambda: np.add.reduce([R, R], out=R), "NumPy's reduce takes no rates"),
        (lambda: np.interp(R, [0, 1], [0, 1]), "NumPy's interp takes no rates"),
        (lambda: np.array([1.0, 2.0]) * R, r"value has shape \(2,\); give a number"),
        (lambda: R + "1", "'1' is not a rate: write it with Exp"),
        (lambda: Piecewise(V == -50, R, 1), "condition = False; write a comparison, as in V < -50"),
        (lambda: Piecewise(V < -50, R, math.exp), "is not a rate"),
    ],
)
def test_what_rates_cannot_do_is_said_in_a_line(write: Callable[[], object], message: str) -> None:
    with pytest.raises(HHError, match=message) as caught:
        write()
    assert "\n" not in str(caught.value)


def test_a_branch_that_is_not_taken_may_make_no_sense() -> None:
    rate = Piecewise(V < 0, np.sqrt(-V), np.log(V + 1) + V**0.5)
    with np.errstate(all="raise"):
        assert rate(np.array([-4.0, 0.0])).tolist() == [2.0, 0.0]
        assert eval(rate.code("v", rates.NUMPY), {**rates.ARRAYS, "v": np.array([-4.0])}).tolist() == [2.0]
    assert evaluate(rate.code(), -4.0) == 2.0


def test_what_is_out_of_range_is_nan_and_never_complex() -> None:
    for rate in (np.sqrt(V), np.log(V), V**0.5, (V * 1.0) ** Exp(0.3, 0, 1e9)):
        assert math.isnan(evaluate(rate.code(), -4.0))


def test_rates_grow_in_place_and_differ_as_they_equal() -> None:
    rate, copy = V, V
    rate += 2
    rate **= 2
    assert rate(3.0) == 25.0 and copy is V
    assert (copy != rates.Voltage()) is False and copy != V + 1

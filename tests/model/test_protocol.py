"""Protocols: values on [start, stop), edges, sums, batches, text, bad input."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhanim import HHError, Protocol, clamp, noise, pulse, ramp, samples, sine, step, train
from hhanim.model import parse
from hhanim.model.errors import UnknownName
from hhanim.model.protocol import Step

EVERY = [
    step(10, start=5),
    step(-3.5, 5, 20),
    pulse(66, 30, 0.1),
    train(20, 5, 0.5, 10, 4),
    ramp(20, 5, 45, first=-2),
    sine(5, 40, 10, 90, 0.3),
    noise(2.0, 5.0, seed=7, start=3, stop=40),
    samples([0, 10, 20], [0, 5, 0]),
    samples([0, 10, 20], [1, 5, 0], hold=True),
    step(10, 5) + pulse(66, 30, 0.1) + 0.5 * sine(2, 40),
    2 * (step(1, 5) + ramp(3, 6, 9)),
    clamp(-65.0, 0.0, 5, 25),
    clamp(-65.0).step(-20.5, 1, 3).ramp(-20, 40, 3, 8),
]


def test_mistake_events_are_active_on_start_included_stop_excluded() -> None:
    p = step(10, 5, 20)
    assert p(np.array([4.999999, 5.0, 19.999999, 20.0])).tolist() == [0.0, 10.0, 10.0, 0.0]
    assert pulse(66, 30, 0.1)(np.array([30.0, 30.1])).tolist() == [66.0, 0.0]
    assert clamp(-65, 0, 5, 25)(np.array([4.9, 5.0, 25.0])).tolist() == [-65.0, 0.0, -65.0]
    assert train(1, 0, 10, 10, 2)(np.array([0, 10.0, 19.9, 20.0])).tolist() == [1, 1, 1, 0]


def test_values() -> None:
    assert ramp(20, 10, 30)(np.array([9.9, 10, 20, 29.999, 30])) == pytest.approx([0, 0, 10, 19.999, 0])
    assert sine(5, 250)(np.array([0, 1, 2, 3])) == pytest.approx([0, 5, 0, -5], abs=1e-12)
    assert train(7, 5, 1, 10, 2)(np.array([5.5, 6.5, 15.5, 25.5])).tolist() == [7, 0, 7, 0]
    s = samples([0, 1, 3], [0, 2, 4])
    assert s(np.array([-1, 0.5, 2, 3])).tolist() == [0, 1, 3, 0]
    assert samples([0, 1, 3], [5, 2, 4], hold=True)(np.array([0.5, 1, 2.9, 3])).tolist() == [5, 2, 2, 0]


@pytest.mark.parametrize("p", EVERY, ids=str)
def test_shapes_follow_the_times(p: Protocol) -> None:
    for shape in ((), (3,), (2, 3)):
        assert np.shape(p(np.full(shape, 7.0))) == shape


@pytest.mark.parametrize("p", EVERY, ids=str)
def test_between_edges_nothing_jumps(p: Protocol) -> None:
    edges = np.array([0.0, *p.edges(100.0), 100.0])
    assert np.all(np.diff(edges) > 0)
    for a, b in pairwise(edges):
        inside = np.linspace(a, b, 2001)[1:-1]
        value = p(inside)
        assert np.abs(np.diff(value)).max() <= 0.02 * (np.ptp(value) + 1e-9) + 1e-9
        ends = p(np.array([a, b]), at=np.full(2, 0.5 * (a + b)))
        assert ends == pytest.approx([value[0], value[-1]], abs=0.01 * (np.abs(value).max() + 1))


@pytest.mark.parametrize("p", EVERY, ids=str)
def test_text_round_trips(p: Protocol) -> None:
    again = parse(str(p))
    t = np.linspace(0, 100, 997)
    assert np.array_equal(again(t), p(t))
    assert str(again) == str(p)


ordinary = st.floats(1e-3, 1e3)


@given(ordinary | ordinary.map(lambda x: -x), ordinary, ordinary)
def test_text_round_trips_exactly_whatever_the_numbers(i: float, start: float, width: float) -> None:
    p = pulse(i, start, width) + sine(i, width, start)
    q = parse(str(p))
    t = np.linspace(0, 2000, 301)
    assert np.array_equal(p(t), q(t))


def test_sums_and_factors() -> None:
    t = np.linspace(0, 50, 500)
    a, b = step(10, 5), pulse(66, 30, 0.1)
    assert np.array_equal((a + b)(t), a(t) + b(t))
    assert np.array_equal((2 * a)(t), 2 * a(t))
    assert np.array_equal((a * 2 + 3)(t), 2 * a(t) + 3)
    assert np.array_equal(sum([a, b])(t), a(t) + b(t))
    assert (a + b).edges(50).tolist() == [5.0, 30.0, 30.1]


def test_batches() -> None:
    t = np.linspace(0, 50, 101)
    p = step(np.array([1.0, 2.0]), 5) + pulse(np.array([3.0, 4.0]), np.array([10.0, 20.0]), 1.0) + sine(1, 50)
    assert p.batch == 2
    assert p(t).shape == (101, 2)
    for k in range(2):
        assert np.array_equal(p.member(k)(t), p(t)[:, k])
    q = noise(2.0, seed=np.arange(3))
    assert q(t).shape == (101, 3)
    assert np.array_equal(q.member(2)(t), noise(2.0, seed=2)(t))
    assert (step(1) * np.array([1.0, 2.0])).batch == 2
    assert (np.array([1.0, 2.0]) * step(1)).batch == 2
    assert np.array_equal((np.float64(2.0) * step(1))(t), 2 * step(1)(t))
    with pytest.raises(HHError, match="must have one length"):
        _ = (step([1, 2]) + step([1, 2, 3])).batch


def test_noise_is_the_process_it_says() -> None:
    x = noise(3.0, tau=4.0, seed=1, dt=0.1, mean=2.0)(np.arange(0.05, 40_000, 0.1) - 0.05)
    assert x.mean() == pytest.approx(2.0, abs=0.15)
    assert x.std() == pytest.approx(3.0, rel=0.03)
    y = x - x.mean()
    correlation = float((y[:-40] * y[40:]).mean() / y.var())  # 4 ms = tau
    assert correlation == pytest.approx(math.exp(-1), abs=0.03)


def test_noise_depends_on_its_seed_only() -> None:
    t = np.linspace(0, 30, 301)
    assert np.array_equal(noise(1, seed=3)(t), noise(1, seed=3)(t))
    longer = noise(1, seed=3)
    longer(np.array([5000.0]))
    assert np.array_equal(longer(t), noise(1, seed=3)(t)), (
        "the path must not depend on how far it was asked for"
    )
    assert not np.array_equal(noise(1, seed=4)(t), noise(1, seed=3)(t))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: step(math.nan), "amplitude = nan is not allowed; allowed: any finite number µA/cm²"),
        (lambda: step("x"), "amplitude = 'x' is not a number"),
        (lambda: step(1, 10, 5), "step stops at 5 ms before it starts at 10 ms; swap them"),
        (lambda: step(1, math.nan), "step start = nan"),
        (lambda: step(1, math.inf), "step start = inf"),
        (lambda: pulse(1, 0, 0), "pulse width = 0 is not allowed; allowed: more than 0 ms"),
        (lambda: pulse(1, 0, -1), "pulse width = -1"),
        (lambda: train(1, count=0), "train count = 0 is not allowed; allowed: 1, 2, 3"),
        (lambda: train(1, count=1.5), "train count = 1.5"),
        (lambda: train(1, width=5, period=2), "train period = 2 is not allowed; allowed: 5 or more"),
        (lambda: ramp(1, 5, 5), "ramp stop = 5 ms; allowed: any finite time after its start"),
        (lambda: ramp(1, 0, math.inf), "ramp stop = inf"),
        (lambda: ramp(0, 20), r"goes from 0 to 0; give first where it ends: ramp\(20\) goes from 0 to 20"),
        (lambda: sine(1, 0), "frequency = 0 is not allowed; allowed: more than 0 Hz"),
        (lambda: noise(-1), "sigma = -1"),
        (lambda: noise(1, tau=0), "tau = 0"),
        (lambda: noise(1, seed=1.5), "seed = 1.5 is not allowed; allowed: 0, 1, 2"),
        (lambda: noise(1, seed=-1), "seed = -1"),
        (lambda: samples([0], [1]), "two or more increasing times"),
        (lambda: samples([0, 0], [1, 2]), "increasing times"),
        (lambda: samples([0, 1], [1, 2, 3]), r"samples i has shape \(3,\); give one value"),
        (lambda: samples([0, 1], [1, math.nan]), "samples i = nan is not allowed; allowed: any finite"),
        (lambda: samples([0, 1], ["a", "b"]), "samples i"),
        (lambda: clamp(math.nan), "holding = nan"),
        (lambda: clamp(-65) + step(1), "voltage clamp cannot be added"),
        (lambda: 2 * clamp(-65), "voltage clamp cannot be scaled"),
        (lambda: clamp(-65).step(0, 5, 4), "before it starts"),
        (lambda: parse("stp(10)"), "unknown stimulus 'stp': did you mean step"),
        (lambda: parse("step(10"), "is not understood; write e.g."),
        (lambda: parse("step(10, begin=5)"), "begin"),
        (lambda: parse("__import__('os')"), "unknown stimulus '__import__'"),
        (lambda: parse("step(10).edges(3)"), "is not understood"),
        (lambda: parse("[1, 2]"), "is not a protocol"),
        (lambda: parse("step(10) * step(3)"), "stimulus|factor|not understood"),
        (lambda: parse("step(10) + 'x'"), "is not understood"),
        (lambda: parse(""), "is not understood"),
    ],
)
def test_bad_protocols(make: object, message: str) -> None:
    with pytest.raises(HHError, match=message) as caught:
        make()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_parse_takes_numbers_and_names_the_unknown() -> None:
    assert parse("-3.5") == Step(-3.5)
    assert parse(" step(10, start=5) - 2 ")(6.0) == 8.0
    with pytest.raises(UnknownName):
        parse("rmap(3)")


# -- as numbers are reckoned with ----------------------------------------------------------------------------

T = np.linspace(0, 40, 401)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (step(10) - step(5, 10), "step(10) - step(5, 10)"),
        (-step(10), "-step(10)"),
        (+step(10), "+step(10)"),
        (5 - step(10, 20), "5 - step(10, 20)"),
        (step(10) / 4, "step(10) / 4"),
        (-(step(1) - sine(2, 100)) / 2, "-(step(1) - sine(2, 100)) / 2"),
        (step(10) + np.int64(3), "step(10) + 3"),
        (np.float64(3) + step(10), "3 + step(10)"),
        (np.float32(3) - step(10) * np.int8(2), "3 - step(10) * 2"),
        (step(10) + np.array([1.0, 2.0]), "step(10) + [1, 2]"),
        (np.array([1.0, 2.0]) * step(10) - [3, 4], "[1, 2] * step(10) - [3, 4]"),
        (sum([step(1), pulse(2, 5), ramp(3)]), "step(1) + pulse(2, 5) + ramp(3)"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_python_reckons_with_stimuli_as_the_text_form_does(made: Protocol, text: str) -> None:
    assert np.array_equal(made(T), parse(text)(T))
    assert np.array_equal(parse(str(made))(T), made(T))
    assert made == parse(str(made))


def test_values_of_sums_differences_and_quotients() -> None:
    assert (step(10) - step(5, 10))(T).tolist() == np.where(T < 10, 10.0, 5.0).tolist()
    assert (1 - step(10) / 4)(T).tolist() == np.full(401, -1.5).tolist()
    assert (0 - -step(3))(T).tolist() == np.full(401, 3.0).tolist()


def test_a_stimulus_however_put_together_is_one_flat_sum() -> None:
    p: Protocol = sine(1, 40)
    for _ in range(3000):
        p = -p
    assert np.array_equal(p(T), sine(1, 40)(T))
    for _ in range(300):
        p = 1.0 * (p + step(1, 5))
    assert p(T)[-1] == pytest.approx(300 + sine(1, 40)(40.0))
    assert p.edges(10).tolist() == [5.0]
    assert hash(p) == hash(p.member(0))


@pytest.mark.parametrize(
    "text",
    ["-" * 5000 + "step(1)", "(" * 5000 + "step(1)" + ")" * 5000, "step(1)" + " + step(1)" * 20_000,
     "[" * 3000 + "]" * 3000, "clamp(-65)" + ".step(0)" * 5000],
    ids=["signs", "brackets", "terms", "lists", "steps"],
)  # fmt: skip
def test_endless_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(HHError, match=r"write e\.g\.") as caught:
        parse(text)
    assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


# -- arrays, only where they mean something ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["noise(2, start=[0, 5])", "noise(2, stop=[9, 5])", "noise(2, tau=[1, 2])", "noise(2, dt=[1, 2])",
     "train(1, start=[1, 2])", "train(1, width=[1, 2])", "train(1, period=[1, 2])", "train(1, count=[1, 2])",
     "noise(2, seed=[0.5, 1])", "step([[1, 2], [3, 4]])", "step([])", "step([1, [2, 3]])", "samples([0, 1], 3)",
     "samples([[0, 1]], [1, 2])", "samples(1, 2)", "step([1, 2]) + step([1, 2, 3])", "step([1, 2], [1, 2, 3])",
     "[1, 2] * ([1, 2, 3] * step(1))", "clamp([-65, -60], [0, 1, 2])"],
)  # fmt: skip
def test_arrays_that_mean_nothing_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(HHError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "p",
    [step([1, 2], [3, 4], [5, 9]), pulse(3, [1, 2, 3], 0.5), ramp([1, 2], [1, 2], [5, 6]), sine(1, 50, [0, 5]),
     noise(2, seed=[1, 2]) + noise(1, seed=3), noise([1, 2], seed=[1, 2]) * [2, 3] + sine(1, 40),
     train([1, 2], 3) - samples([0, 10, 20], [[1, 2], [3, 4], [5, 6]]), clamp(-65).step(0, [1, 2], [5, 6]),
     clamp([-70, -60]).ramp(-60, [0, 1], 3, 8), 2 * samples([0, 10, 20], [[1, 2], [3, 4], [5, 6]], hold=True)],
    ids=str,
)  # fmt: skip
def test_a_batch_is_its_members_side_by_side(p: Protocol) -> None:
    n = p.batch
    assert n is not None
    assert p(T).shape == (401, n) and np.shape(p(3.0)) == (n,)
    for k in range(n):
        assert np.array_equal(p.member(k)(T), p(T)[:, k])
        assert set(p.member(k).edges(30).tolist()) <= set(p.edges(30).tolist())
    assert p == parse(str(p)) and hash(p) == hash(parse(str(p)))
    assert p != p.member(0)


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step(amp=10)", r"unknown word in step\(…\) 'amp': did you mean amplitude\? known are amplitude, start, stop"),
        ("step(10, strt=5)", "'strt': did you mean start"),
        ("pulse(10, widht=5)", r"in pulse\(…\) 'widht': did you mean width"),
        ("train(10, n=5)", "known are amplitude, count, period, start, width"),
        ("noise(1, sed=5)", "did you mean seed"),
        ("samples([0, 1], y=[0, 1])", "known are hold, i, t"),
        ("clamp(-65).step(levle=3)", r"in clamp\(…\)\.step\(…\) 'levle': did you mean level"),
        ("clamp(-65).ramp(0, 1)", r"clamp\(…\)\.ramp\(…\): missing a required argument: 'start'; it takes first, last"),
        ("step()", r"step\(…\): missing a required argument: 'amplitude'; it takes amplitude, start, stop"),
        ("step(1, 2, 3, 4)", r"step\(…\): too many positional arguments; it takes amplitude"),
        ("step(1, amplitude=2)", "multiple values"),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_are_answered_with_those_that_do(text: str, message: str) -> None:
    scope = {name: globals()[name] for name in ("step", "pulse", "train", "noise", "samples", "clamp")}
    for make in (lambda: parse(text), lambda: eval(text, scope)):
        with pytest.raises(HHError, match=message) as caught:
            make()
        assert "\n" not in str(caught.value)


# -- bounds on work ------------------------------------------------------------------------------------------


def test_a_train_costs_what_is_asked_of_it_not_what_it_could_be() -> None:
    endless = train(5, count=10**9)
    assert endless(np.array([5.0, 10.5, 1e4])).tolist() == [0.0, 5.0, 5.0]
    assert len(endless.edges(100.0)) == 19


@pytest.mark.parametrize(
    ("p", "duration"),
    [(train(1, width=1e-9, period=1e-8, count=10**9), 50.0), (noise(1, dt=1e-9), 50.0),
     (step(1) + noise(1, dt=1e-8), 50.0), (-train(1, count=10**12), 1e12)],
    ids=str,
)  # fmt: skip
def test_more_edges_than_can_be_simulated_are_refused(p: Protocol, duration: float) -> None:
    with pytest.raises(
        HHError, match=r"this stimulus has .* edges, one every .* ms; allowed: 10,000,000; make them"
    ):
        p.edges(duration)
    with pytest.raises(HHError, match="edges, one every"):
        p(np.array([duration]))


def test_numbers_out_of_all_range_are_refused() -> None:
    for text in (
        "step(1e999)",
        "step(1" + 500 * "0" + ")",
        "1 / 0",
        "step(1) / 0",
        "step(1) ** 2",
        "1j",
        "step(1) // 2",
    ):
        with pytest.raises(HHError):
            parse(text)


# -- edges, and those that last ------------------------------------------------------------------------------


def test_samples_have_edges_only_where_the_current_turns() -> None:
    t = np.arange(0, 1000, 0.1)
    held = samples(t, np.where(t >= 400, 10.0, 0.0), hold=True)
    joined = samples(t, np.where(t >= 400, 10.0, 0.0))
    assert held.edges(900) == pytest.approx([400])
    assert joined.edges(900) == pytest.approx([399.9, 400])
    assert samples(t, 0.3 * t).edges(900).size == 0
    assert len(samples(t, np.sin(t)).edges(900)) == 8999


@pytest.mark.parametrize(
    ("p", "expected"),
    [(step(10, 5, 60), [5, 60]), (train(10, 5, 1, 10, 5), [5, 46]), (train(10, 5, 1, 2, 100), [5]),
     (noise(1, start=7), [7]), (noise(1, start=7) + step(3, 50), [7, 50]), (2 * sine(1, 50, 10), [10]),
     (clamp(-65, 0, 5, 25), [5, 25]), (samples(T, np.sin(T)), [40]),
     (samples(T, np.where(T < 20, np.sin(T), 3.0)), [20, 40])],
    ids=str,
)  # fmt: skip
def test_what_goes_on_and_on_is_one_change(p: Protocol, expected: list[float]) -> None:
    assert p.edges(100, lasting=True) == pytest.approx(expected)


def test_stimuli_are_added_to_in_place_and_nothing_added_leaves_them_alone() -> None:
    stimulus = step(2)
    stimulus += step(3, start=5)
    assert str(stimulus) == "step(2) + step(3, start=5)"
    assert str(step(2) + 0) == str(0.0 + step(2)) == "step(2)"
    assert step(2) != step(3)
    for meaningless in (
        lambda: step(2) ** 2,
        lambda: 1 / step(2),
        lambda: step(2) + "1",
        lambda: np.exp(step(2)),
    ):
        with pytest.raises(TypeError):
            meaningless()

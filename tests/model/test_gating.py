"""Single gates: their statistics are those of the deterministic model, and the fast method has those of
the exact one.
"""

from __future__ import annotations

import numpy as np
import pytest

from hhanim.model import HHError, clamp, presets, simulate, step
from hhanim.model.gating import CHOICE, open_fraction, sample_opening, sample_patch

RUN = simulate("modern", step(10, start=5), 25.0)
TIMES = np.linspace(0.0, 25.0, 51)


def expected(channel: str) -> np.ndarray:
    at = RUN.at(TIMES)
    return np.asarray(RUN.membrane.channel(channel).open_fraction({g: at[g] for g in RUN.membrane.gates}))


@pytest.mark.parametrize("channel", ["Na", "K"])
def test_the_open_fraction_is_the_deterministic_one_as_n_grows(channel: str) -> None:
    p, n = expected(channel), 40_000
    sigma = np.sqrt(np.maximum(p * (1 - p), 1e-4) / n)
    assert np.abs(sample_patch(RUN, channel, n, seed=2).open_fraction(TIMES) - p).max() < 4.5 * sigma.max()
    # the error falls as 1/sqrt(n)
    small = np.mean(
        [np.std(sample_patch(RUN, channel, 100, seed=s).open_fraction(TIMES) - p) for s in range(8)]
    )
    large = np.mean(
        [np.std(sample_patch(RUN, channel, 6400, seed=s).open_fraction(TIMES) - p) for s in range(8)]
    )
    assert small / large == pytest.approx(8.0, rel=0.35)


@pytest.mark.parametrize("method", ["binomial", "langevin"])
def test_the_fast_methods_have_mean_variance_and_memory_of_the_exact_one(method: str) -> None:
    n, repeats, times = 200, 300, np.array([2.0, 7.2, 7.6, 9.0])
    exact = np.array([sample_patch(RUN, "K", n, seed=s).open_fraction(times) for s in range(repeats)])
    fast = np.array([open_fraction(RUN, "K", n, seed=s, method=method, times=times) for s in range(repeats)])
    spread = np.std(exact, axis=0)
    assert np.abs(exact.mean(0) - fast.mean(0)).max() < 4.5 * spread.max() * np.sqrt(2 / repeats)
    np.testing.assert_allclose(np.std(fast, axis=0), spread, rtol=0.25)
    # correlation between two instants 0.4 ms apart: channels do not forget at once
    assert np.corrcoef(fast[:, 1:3].T)[0, 1] == pytest.approx(np.corrcoef(exact[:, 1:3].T)[0, 1], abs=0.12)
    assert np.corrcoef(exact[:, 1:3].T)[0, 1] > 0.4


def test_dwell_times_at_a_held_voltage_are_exponential() -> None:
    hold = simulate("modern", clamp(-40.0), 400.0)
    patch = sample_patch(hold, "K", 400, seed=1)
    flips, first = patch.flips["n"], patch.initial["n"]
    gate = presets.MODERN.gate("n")
    for parity, rate in ((True, float(gate.beta(-40.0))), (False, float(gate.alpha(-40.0)))):
        gaps = np.diff(np.where(np.isfinite(flips), flips, np.nan), axis=-1)
        state = (np.arange(gaps.shape[-1]) % 2 == 0) ^ first[..., None]  # the state that the gap is spent in
        dwell = gaps[(state == parity) & np.isfinite(gaps)]
        assert dwell.mean() == pytest.approx(1 / rate, rel=0.05)
        assert np.std(dwell) == pytest.approx(dwell.mean(), rel=0.08)


def test_a_jump_of_voltage_is_not_smeared() -> None:
    run = simulate("modern", clamp(-65.0).step(0.0, start=2.0), 6.0)
    at = np.array([1.99, 2.0, 2.05, 2.2, 4.0])
    p = run.at(at)["m"] ** 3 * run.at(at)["h"]
    got = np.mean([sample_patch(run, "Na", 5000, seed=s).open_fraction(at) for s in range(6)], axis=0)
    np.testing.assert_allclose(got, p, atol=4.5 * np.sqrt(0.25 / 30_000))


def test_open_is_all_gates_open_and_seeds_decide() -> None:
    patch = sample_patch(RUN, "Na", 60, seed=4)
    for t in (0.0, 7.0, 20.0):
        both = patch.gates("m", t).all(axis=1) & patch.gates("h", t)[:, 0]
        np.testing.assert_array_equal(patch.open(t), both)
    again, other = sample_patch(RUN, "Na", 60, seed=4), sample_patch(RUN, "Na", 60, seed=5)
    np.testing.assert_array_equal(patch.flips["m"], again.flips["m"])
    assert not np.array_equal(patch.open_fraction(TIMES), other.open_fraction(TIMES))
    assert np.all(sample_patch(RUN, "L", 3).open_fraction(TIMES) == 1.0)


def test_gates_without_kinetics_are_open_as_often_as_their_law_says() -> None:
    run = simulate("lecture", 5.0, 100.0)
    n, times = 4000, np.linspace(0.0, 100.0, 57)
    p = run.membrane.channel("Na").open_fraction(run.at(times))
    sigma = np.sqrt(np.maximum(p * (1 - p), 1e-4) / n)
    patch = sample_patch(run, "Na", n, seed=3)
    assert (np.abs(patch.open_fraction(times) - p) < 4.5 * sigma).all()
    assert np.ptp(p) > 0.02
    m, law = patch.gates("m", 50.0).mean(), float(np.interp(50.0, run.t, run["m"]))
    assert m == pytest.approx(law, abs=0.02)


def test_a_channel_shown_alone_opens_in_the_spike_and_its_openings_are_its_own() -> None:
    times = np.linspace(0.0, RUN.duration, 2001)[:-1]
    for channel in ("Na", "K"):
        patch, pool = sample_opening(RUN, channel, 3, seed=7), sample_patch(RUN, channel, CHOICE + 3, seed=7)
        open_ = np.array([pool.open(t) for t in times.tolist()])
        share = np.interp(times, RUN.t, RUN.conductance(channel))
        many = share > 0.5 * share.max()
        spans = [patch.openings(k) for k in range(3)]
        seen = [((times[:, None] >= s[:, 0]) & (times[:, None] < s[:, 1])).any(axis=1) for s in spans]
        for k in range(3):
            assert np.array_equal(seen[k], [bool(patch.open(t)[k]) for t in times.tolist()])
        right = (open_ == many[:, None]).mean(axis=0)
        assert (seen[0] == many).mean() > max(0.9, np.median(right))  # as most of its kind are
        others = [k for k in range(CHOICE + 3) if not np.array_equal(open_[:, k], seen[0])]
        assert np.array_equal(seen[1], open_[:, others[0]])
        assert np.array_equal(seen[2], open_[:, others[1]])
    assert sample_opening(RUN, "L").openings(0).tolist() == [[0.0, RUN.duration]]


def test_refusals() -> None:
    reduced = simulate("lecture", 5.0, 20.0)
    for call in (
        lambda: sample_patch(RUN, "Nb"),
        lambda: sample_patch(RUN, "Na", 0),
        lambda: open_fraction(reduced, "Na"),  # m is instantaneous, h follows n: no counts of gates that move
        lambda: open_fraction(RUN, "Na", method="exact"),
        lambda: open_fraction(RUN, "Na", times=[3.0, 99.0]),
    ):
        with pytest.raises(HHError) as caught:
            call()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda run: sample_patch(run, "K", 10**8), "GiB; give fewer channels or a shorter run"),
        (lambda run: sample_patch(run, "K", "many"), "number of channels = 'many' is not a number"),
        (lambda run: sample_patch(run, "K", 10, seed=0.5), "seed = 0.5 is not allowed"),
    ],
)
def test_a_patch_that_would_fill_the_memory_or_makes_no_sense_is_refused(ask: object, message: str) -> None:
    run = simulate(presets.MODERN, step(10.0), 20.0)
    with pytest.raises(HHError, match=message):
        ask(run)  # type: ignore[operator]


def test_a_channel_shown_alone_is_shut_where_hardly_any_opens() -> None:
    rest = simulate(RUN.membrane, None, 20.0)
    assert sample_opening(rest, "K", seed=3).openings(0).size == 0


def test_a_drug_does_not_hold_the_gates_of_the_channel_it_blocks() -> None:
    run = simulate(presets.get("modern").with_(tea=1.0), "clamp(-65, 0, start=1)", 11.0)
    (start, stop), *_ = reversed(sample_opening(run, "K").openings(0).tolist())
    assert stop == run.duration and stop - start > 3.0


@pytest.mark.parametrize("seed", range(4))
def test_a_sodium_channel_shown_alone_opens_in_the_upstroke_and_a_potassium_channel_does_not(
    seed: int,
) -> None:
    top = RUN.top_of(RUN.spikes[0])
    middle = RUN.first("V", above=0.0)
    early = RUN.first("V", above=-45.0, after=middle - 2.0)
    sodium, potassium = (sample_opening(RUN, name, seed=seed).openings(0) for name in ("Na", "K"))
    assert ((sodium[:, 0] < middle) & (sodium[:, 1] > early)).any()  # between the foot and the peak
    assert ((sodium[:, 0] < middle) & (sodium[:, 1] > top - 0.1)).any()  # and it does not only flicker
    assert not ((potassium[:, 0] < middle) & (potassium[:, 1] > early)).any()


def test_a_sodium_channel_shown_alone_can_be_asked_to_be_shut_while_the_net_current_is_outward() -> None:
    peak = RUN.top_of(RUN.spikes[0])

    def late(**against: float) -> list[bool]:
        """Open, half a millisecond and more after the peak of the first spike."""
        drawn = [sample_opening(RUN, "Na", seed=seed, **against) for seed in range(5)]
        return [any(a < peak + 2.0 and b > peak + 0.5 for a, b in p.openings(0)) for p in drawn]

    assert any(late())
    assert not any(late(against=8.0))

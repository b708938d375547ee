"""Sound is as loud as it says, by an independent meter, and lies where it was put."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from scipy import signal

from hhanim.studio.errors import RenderError
from hhanim.studio.media import sound

RATE = sound.RATE


def speech(seconds: float, seed: int = 0, level: float = 0.05) -> np.ndarray:
    """Something like it: noise of the voice's frequencies in syllables, with sharp peaks."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    tone = sum(
        np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) / (k + 1) for k, f in enumerate(range(140, 3000, 140))
    )
    found = level * tone * np.clip(np.sin(2 * np.pi * 1.7 * t), 0, None) + 0.2 * level * rng.standard_normal(
        t.size
    )
    return found.astype(np.float32)


def write(path, samples, rate=RATE, channels=1) -> None:
    whole = np.repeat((np.clip(samples, -1, 1) * 32767).astype("<i2"), channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(whole.tobytes())


def independent(samples) -> float:
    """Loudness by pyloudnorm."""
    meter = pytest.importorskip("pyloudnorm").Meter(RATE)
    with np.errstate(all="ignore"):
        return meter.integrated_loudness(samples.astype(float))


def true_peak(samples) -> float:
    """The highest level between samples too, in dBTP, by scipy's resampling."""
    return 20.0 * np.log10(np.abs(signal.resample_poly(samples.astype(float), 8, 1)).max())


@pytest.mark.parametrize("level", [0.002, 0.05, 0.4])
def test_loudness_is_that_of_an_independent_meter(level):
    samples = np.concatenate(
        [speech(6.0, level=level), np.zeros(4 * RATE, np.float32), speech(3.0, 1, level)]
    )
    assert sound.loudness(samples) == pytest.approx(independent(samples), abs=0.05)


def test_a_full_scale_sine_is_as_loud_as_the_standard_says():
    """BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LUFS."""
    t = np.arange(10 * RATE) / RATE
    assert sound.loudness(np.sin(2 * np.pi * 997 * t).astype(np.float32)) == pytest.approx(-3.01, abs=0.02)


def test_a_peak_between_samples_is_turned_down():
    t = np.arange(RATE) / RATE
    between = np.sin(2 * np.pi * (RATE / 4) * t + np.pi / 4).astype(
        np.float32
    )  # its samples are all at ±0.71
    assert true_peak(between) == pytest.approx(0.0, abs=0.15)
    assert true_peak(sound.normalise(between)) <= sound.CEILING + 0.05


@pytest.mark.parametrize("level", [0.001, 0.05, 0.6])
def test_what_was_normalised_is_within_bounds_however_it_was_recorded(level):
    samples = np.concatenate([speech(5.0, level=level), np.zeros(3 * RATE, np.float32)])
    samples[RATE : RATE + 20] += 20 * level  # somebody knocks on the table
    before = np.flatnonzero(samples == 0)
    made = sound.normalise(samples)
    assert independent(made) == pytest.approx(-16.0, abs=0.3)
    assert true_peak(made) <= sound.CEILING + 0.05
    assert not made[before].any()


def test_silence_stays_silence():
    assert sound.loudness(np.zeros(RATE, np.float32)) == -np.inf
    assert not sound.normalise(np.zeros(RATE, np.float32)).any()


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (44_100, 2), (22_050, 1), (8_000, 1)])
def test_a_recording_of_any_rate_lasts_as_long(tmp_path, rate, channels):
    t = np.arange(2 * rate) / rate
    write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 440 * t), rate, channels)
    found = sound.read(tmp_path / "a.wav")
    assert found.size / RATE == pytest.approx(2.0, abs=0.001)
    spectrum = np.abs(np.fft.rfft(found[:RATE]))
    assert spectrum.argmax() == 440
    assert np.abs(found[1000:-1000]).max() == pytest.approx(0.5, abs=0.02)
    assert sound.rate_of(tmp_path / "a.wav") == rate


def test_what_is_no_recording_is_told_in_one_line(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"not at all")
    write(tmp_path / "empty.wav", np.zeros(0))
    write(tmp_path / "long.wav", np.zeros(600 * 8000), 8000)
    for name, words in (
        ("a", "no sound that can be read"),
        ("empty", "lasts 0 s"),
        ("long", "longer than 120 s"),
    ):
        with pytest.raises(RenderError, match=words) as caught:
            sound.read(tmp_path / f"{name}.wav")
        assert "\n" not in str(caught.value)
        assert f"{name}.wav" in str(caught.value)


def test_clicks_are_twelve_decibels_below_the_voice():
    voice = sound.normalise(speech(8.0))
    click = sound.clicks([1.0, 2.5], 4.0)
    at = np.flatnonzero(click)
    assert at[0] / RATE == pytest.approx(1.0, abs=0.001)
    sounding = np.tile(click[RATE : RATE + round(0.012 * RATE)], 200)  # as if it went on
    assert sound.loudness(voice) - sound.loudness(sounding) == pytest.approx(12.0, abs=0.7)

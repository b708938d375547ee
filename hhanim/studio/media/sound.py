"""Speech and clicks into the sound of a film: read, put in place, made as loud as uploads want it.

Samples are mono, at 48 kHz, as 32-bit numbers between -1 and 1, shape (n,): twelve minutes of them take 140 MB, so what
works on all of them does so in place or in blocks. Loudness and true peak are those of ITU-R BS.1770-4.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from hhanim.studio.errors import RenderError
from hhanim.studio.media.join import RATE as RATE
from hhanim.studio.media.join import Samples
from hhanim.studio.media.sidecar import Line
from hhanim.studio.media.writer import reason

LOUDNESS = -16.0
"""LUFS: what uploads and podcasts ask for."""

QUIET = -40.0
"""LUFS below which what is made louder is mostly noise."""

CEILING = -2.0
"""dBTP before it is encoded; AAC adds less than 1 dB, and uploads want no more than -1."""

CLICK = 12.0
"""dB by which a spike's click is below the voice."""

LONGEST = 120.0
"""Seconds of a recording of one line; what is longer is not one."""

_BLOCK = 1 << 15  # samples: what is quiet is not looked at finely
_GATE = 0.1  # s: loudness is looked at in blocks of 0.4 s, one every 0.1 s


def read(path: Path) -> Samples:
    """A recording in any format that FFmpeg knows, of any rate, mono or mixed down to it. Raises RenderError when it is
    none, holds nothing, or is longer than a line can be."""
    found: list[Samples] = []
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise RenderError(f"{path} has no sound in it; record the line again, or take the file away")
            for samples in _decoded(container):
                found.append(samples)
                if sum(map(len, found)) > LONGEST * RATE:
                    raise RenderError(
                        f"{path} is longer than {LONGEST:g} s; a recording is of one line: cut it into lines"
                    )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise RenderError(
            f"{path} is no sound that can be read ({reason(error)}); record the line again, or take the file away"
        ) from None
    if not found:
        raise RenderError(f"{path} lasts 0 s; record the line again, or take the file away")
    return np.concatenate(found)


def of_film(path: Path, seconds: float) -> Samples:
    """What a film sounds like for so many seconds from its first picture on, mono; nothing where it is silent. Raises
    RenderError when it cannot be read."""
    track = np.zeros(round(seconds * RATE), np.float32)
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return track[:0]
            pictures, sound = container.streams.video[0], container.streams.audio[0]
            at = round(RATE * (_begins(sound) - _begins(pictures)))
            for samples in _decoded(container):
                first, stop = max(0, at), min(track.size, at + samples.size)
                if first < stop:
                    track[first:stop] = samples[first - at : stop - at]
                at += samples.size
                if at >= track.size:
                    break
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise RenderError(f"{path} has no sound that can be read: {reason(error)}") from error
    return track


def _begins(stream: Any) -> Fraction:
    """When the first of a stream is due (s)."""
    return Fraction(stream.start_time or 0) * Fraction(stream.time_base)


def _decoded(container: Any) -> Iterator[Samples]:
    """The sound of a file, mono at :data:`RATE`, bit by bit. Raises ValueError when its samples are no numbers."""
    layout = container.streams.audio[0].layout
    # Channels side by side: PyAV cannot read eight and more that lie one after the other.
    resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
    for frame in itertools.chain(container.decode(audio=0), [None]):
        if frame is not None:
            frame.pts = None
        for part in resampler.resample(frame):
            samples = part.to_ndarray().reshape(-1, layout.nb_channels).mean(axis=1, dtype=np.float32)
            if not np.isfinite(samples).all():
                raise ValueError("samples that are no numbers")
            yield samples


def rate_of(path: Path) -> int:
    """How many samples a second a recording was made with; 0 of what cannot be read."""
    try:
        with av.open(str(path)) as container:
            return int(container.streams.audio[0].rate)
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return 0


def mix(parts: Iterable[tuple[float, Samples]], seconds: float) -> Samples:
    """A track of that length, silent but for the parts.

    parts: second at which it begins, and samples; what would be beyond the end is left out.
    """
    track = np.zeros(round(seconds * RATE), np.float32)
    for start, samples in parts:
        first = round(start * RATE)
        room = track[first : first + samples.size]
        room += samples[: room.size]
    return track


def during(samples: Samples, start: float, stop: float) -> Samples:
    """What is heard from one second to another."""
    return samples[round(start * RATE) : round(stop * RATE)]


def said(lines: Iterable[Line]) -> Iterator[tuple[float, Samples]]:
    """When each line that was recorded begins (s), and what it is. Raises RenderError when a recording cannot be read,
    or was changed since its film was drawn."""
    for line in lines:
        if line.file:
            samples = read(path := Path(line.file))
            if abs(samples.size / RATE - line.seconds) > 1.0 / RATE:
                raise RenderError(f"{path} was changed while its film was drawn; make it again")
            yield line.start, samples


def track(parts: Iterable[tuple[float, Samples]], seconds: float, spikes: Sequence[float] = ()) -> Samples:
    """The sound of a film or of a lecture of that length, as loud as uploads want it; clicks are no louder than clicks.

    parts: when each begins (s), and what it is. spikes: when each of them is heard as a click (s).
    """
    found = normalise(mix(parts, seconds))
    if spikes:
        found += clicks(spikes, seconds)
        _limit(found)
    return found


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS, with both gates; minus infinity of silence.

    Source: ITU-R BS.1770-4, annex 1.
    """
    step, filtered = round(_GATE * RATE), _weighted(samples)
    with np.errstate(under="ignore"):
        squares = np.fromiter((float(np.dot(part, part)) for part in filtered), float)
    if squares.size < 4:  # shorter than a block: as if it were one
        squares = np.append(squares, np.zeros(4 - squares.size))
    blocks = np.convolve(squares, np.ones(4), "valid") / (4 * step)
    loud = blocks[blocks > _power(-70.0)]
    if not loud.size:
        return -np.inf
    loud = loud[loud > 0.1 * loud.mean()]
    return float(-0.691 + 10.0 * np.log10(loud.mean()))


def _power(lufs: float) -> float:
    """Mean square of that loudness."""
    return float(10.0 ** ((lufs + 0.691) / 10.0))


def _weighted(samples: Samples) -> Iterator[npt.NDArray[np.float64]]:
    """As the ear weighs it (K-weighting, both filters), a tenth of a second at a time."""
    step = round(_GATE * RATE)
    state = np.zeros((2, 2))
    for first in range(0, samples.size, 10 * step):
        part, state = signal.sosfilt(_K, samples[first : first + 10 * step].astype(float), zi=state)
        state[np.abs(state) < 1e-30] = (
            0.0  # in silence it would fade into numbers that are slow to reckon with
        )
        for k in range(0, part.size - part.size % step or part.size, step):
            yield part[k : k + step]


# The filters of BS.1770-4, tables 1 and 2, for 48 kHz.
_K = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)


def _peaks(samples: Samples, above: float) -> Iterator[tuple[npt.NDArray[np.intp], Samples]]:
    """Where samples are higher than `above`: their indices, and the highest level from each to the next."""
    for first in range(0, samples.size, _BLOCK):
        hot = first + np.flatnonzero(np.abs(samples[first : first + _BLOCK]) > above)
        if hot.size:
            at = np.clip(np.union1d(hot, hot - 1), 0, samples.size - 1)
            near = at[:, None] + _NEAR
            inside = (near >= 0) & (near < samples.size)
            found = samples[np.clip(near, 0, samples.size - 1)] * inside
            yield at, np.abs(found @ _BETWEEN).max(axis=1)


# From the samples about an interval, what is at its ends and at three places between: a windowed sinc.
_NEAR = np.arange(-11, 13)
_PLACES = _NEAR[:, None] - np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_BETWEEN = (np.sinc(_PLACES) * np.cos(np.pi * np.clip(_PLACES / 25.0, -0.5, 0.5)) ** 2).astype(np.float32)


def normalise(samples: Samples) -> Samples:
    """As loud as uploads want it, in place: -16 LUFS, and no peak above the ceiling, which is not cut but turned down
    for a moment. Silence stays silence.
    """
    for _ in range(6):
        if not np.isfinite(found := loudness(samples)) or abs(found - LOUDNESS) < 0.1:
            break
        samples *= np.float32(10.0 ** ((LOUDNESS - found) / 20.0))
        _limit(samples)
    _limit(samples)
    return samples


def _limit(samples: Samples) -> None:
    """Turn down what is above the ceiling, gently, from 5 ms before it to 5 ms after."""
    ceiling = 10.0 ** (CEILING / 20.0)
    reach = round(0.005 * RATE)
    for at, peaks in list(_peaks(samples, 0.7 * ceiling)):
        at, peaks = at[peaks > ceiling], peaks[peaks > ceiling]
        if at.size:
            start, stop = max(int(at[0]) - 2 * reach, 0), min(int(at[-1]) + 2 * reach + 2, samples.size)
            gain = np.ones(stop - start, np.float32)
            for k in (at, np.minimum(at + 1, samples.size - 1)):
                np.minimum.at(gain, k - start, ceiling / peaks)
            gain = ndimage.minimum_filter1d(gain, 2 * reach + 1)
            samples[start:stop] *= ndimage.uniform_filter1d(gain, 2 * reach + 1, mode="nearest")


def clicks(seconds: Iterable[float], length: float) -> Samples:
    """A track of that length (s) with a short click at each of these seconds, 12 dB below a voice."""
    t = np.arange(round(0.012 * RATE)) / RATE
    click = (np.sin(2.0 * np.pi * 1500.0 * t) * np.exp(-t / 0.003)).astype(np.float32)
    weighted = np.concatenate(list(_weighted(np.concatenate([click, np.zeros(RATE // 10, np.float32)]))))
    power = float(np.dot(weighted, weighted)) / click.size  # while it sounds
    click *= np.float32(np.sqrt(_power(LOUDNESS - CLICK) / power))
    return mix(((second, click) for second in seconds), length)

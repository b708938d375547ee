"""Films one after the other, without encoding anything again; with sound, captions and chapters where wanted."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt

from hhanim.studio.media.atomic import in_place
from hhanim.studio.media.boxes import name_language
from hhanim.studio.media.writer import EncodeError, exact_rate, reason

if TYPE_CHECKING:
    from hhanim.studio.media.sidecar import Caption

RATE = 48_000
"""Samples a second of the sound."""

PACKET = 1024
"""Samples in a packet of AAC. In a film's first one its sound fades in: it comes before the first picture."""

Samples = npt.NDArray[np.float32]
"""Sound at :data:`RATE`, −1 to 1, shape ``(n,)``."""

_MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True)
class Chapter:
    """A stretch of a film by its title; in seconds."""

    title: str
    start: float
    stop: float


@dataclass(frozen=True)
class Tracks:
    """What a film has beside its pictures; all but the sound is an MP4's.

    tags: what players show: title, artist, date. chapters: in order. captions: by the code of their language, the
        first of which is that of the whole. sound: in pieces of any length, which are used up; None is no sound.
    own: heard is what the parts sound like, and silence where one has no sound, in place of `sound`.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    chapters: Sequence[Chapter] = ()
    captions: Mapping[str, Sequence[Caption]] = field(default_factory=dict)
    sound: Iterable[Samples] | None = None
    own: bool = False

    @property
    def language(self) -> str:
        """That of the whole, as an MP4 says it."""
        return three_letters(next(iter(self.captions), ""))


def container_options(container: str) -> dict[str, str]:
    """Index first, and nothing that differs between two runs (a clock, a random identity)."""
    return {"fflags": "+bitexact", **({"movflags": "+faststart"} if container in ("mp4", "mov") else {})}


def join(
    parts: Sequence[Path],
    path: Path,
    fps: float | Fraction,
    container: str = "mp4",
    tracks: Tracks | None = None,
) -> Path:
    """Put films that share size, rate and settings one after the other, without encoding anything again.

    fps: their rate, exactly: a WebM's times are whole milliseconds, from which it cannot be had.
    tracks: what it has beside its pictures.
    Raises EncodeError when they cannot be joined or written.
    """
    options, rate = container_options(container), exact_rate(fps)
    try:
        with in_place(path) as part:
            with av.open(str(part), "w", format=container, options=options) as out:
                with av.open(str(parts[0])) as first:
                    stream = _like(out, first.streams.video[0], rate)
                packets = [_pictures(parts, stream, rate)]
                if tracks is not None:
                    packets += _beside(out, tracks, parts, rate)
                    stream.metadata["language"] = tracks.language
                out.start_encoding()
                for _, packet in heapq.merge(*packets, key=lambda timed: timed[0]):
                    out.mux(packet)
            if tracks is not None and tracks.chapters and container == "mp4":
                name_language(part, tracks.language)
    except (av.FFmpegError, OSError) as error:
        raise EncodeError(f"cannot write {path}: {reason(error)}") from error
    return path


def _like(out: Any, template: Any, rate: Fraction) -> Any:
    """A stream for pictures like those of another film."""
    stream = out.add_stream_from_template(template)
    stream.time_base = template.time_base
    stream.codec_context.framerate = rate
    if "alpha_mode" in template.metadata:  # how a WebM says that it is transparent
        stream.metadata["alpha_mode"] = template.metadata["alpha_mode"]
    # ProRes says by its tag which of its kinds it is; without it 4444 is read as less.
    stream.codec_context.codec_tag = template.codec_context.codec_tag
    return stream


_Timed = tuple[Fraction, Any]
"""When a packet is due, in seconds, and the packet."""


def _pictures(parts: Sequence[Path], stream: Any, rate: Fraction) -> Iterator[_Timed]:
    count = 0
    for piece in parts:
        with av.open(str(piece)) as source:
            template = source.streams.video[0]
            if template.codec_context.extradata != stream.codec_context.extradata:
                raise EncodeError(f"{piece.name} was encoded with other settings than the films before it")
            tick = Fraction(template.time_base or 1)
            for packet in source.demux(template):
                if packet.dts is None:
                    continue
                # Frames are coded in the order in which they are shown.
                packet.pts = packet.dts = round(count / rate / tick)
                packet.stream = stream
                yield count / rate, packet
                count += 1


def _beside(out: Any, tracks: Tracks, parts: Sequence[Path], rate: Fraction) -> list[Iterator[_Timed]]:
    """The packets of sound and captions; tags and chapters are set at once."""
    out.metadata.update(tracks.tags)
    if tracks.chapters:
        chapters = [
            {
                "id": k,
                "start": round(chapter.start * 1000),
                "end": round(chapter.stop * 1000),
                "time_base": _MILLISECOND,
                "metadata": {"title": chapter.title},
            }
            for k, chapter in enumerate(tracks.chapters)
        ]
        out.set_chapters(chapters)
    packets = []
    if tracks.sound is not None or tracks.own:
        webm = out.format.name == "webm"
        # AAC's own search for its parameters takes twice the time and is 6 dB worse on speech than the fast one.
        options = {} if webm else {"aac_coder": "fast"}
        stream = out.add_stream("libopus" if webm else "aac", rate=RATE, options=options)
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = 128_000
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        stream.metadata["language"] = tracks.language
        packets.append(_own(parts, stream, rate) if tracks.own else _sound(tracks.sound or (), stream))
    for language, captions in tracks.captions.items():
        stream = out.add_stream("mov_text")
        stream.time_base = _MILLISECOND
        stream.codec_context.subtitle_header = _HEADER
        stream.metadata["language"] = three_letters(language)
        packets.append(_captions(captions, stream))
    return packets


def _sound(sound: Iterable[Samples], stream: Any) -> Iterator[_Timed]:
    count = 0
    pieces = (samples[k : k + RATE] for samples in sound for k in range(0, len(samples), RATE))
    for samples in pieces:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32)[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, count, Fraction(1, RATE)
        count += len(samples)
        for packet in stream.encode(frame):
            yield Fraction(packet.pts or 0) * packet.time_base, packet
    for packet in stream.encode(None):
        yield Fraction(packet.pts or 0) * packet.time_base, packet


def _own(parts: Sequence[Path], stream: Any, rate: Fraction) -> Iterator[_Timed]:
    """What the parts sound like, none of it encoded again: each begins with the packet that is nearest to its first
    picture, at most 11 ms off, and its last one gives way to the fading in of the next.
    """
    silence = [bytes(packet) for _, packet in _sound([np.zeros(8 * PACKET, np.float32)], stream)][4]
    frames = count = 0
    for k, piece in enumerate(parts, 1):
        with av.open(str(piece)) as source:
            heard: Iterator[bytes] = iter(())
            if source.streams.audio:
                if source.streams.audio[0].codec_context.extradata != stream.codec_context.extradata:
                    raise EncodeError(
                        f"{piece.name} sounds otherwise than what hhanim encodes; make it again"
                    )
                heard = (bytes(packet) for packet in source.demux(audio=0) if packet.size)
            frames += source.streams.video[0].frames
            stop = round(frames / rate * RATE / PACKET) + (k == len(parts))
            for data in itertools.islice(itertools.chain(heard, itertools.repeat(silence)), stop - count):
                packet = av.Packet(data)
                packet.pts = packet.dts = (count - 1) * PACKET
                packet.duration, packet.time_base, packet.is_keyframe = PACKET, Fraction(1, RATE), True
                packet.stream = stream
                yield Fraction(packet.pts, RATE), packet
                count += 1


def _captions(captions: Sequence[Caption], stream: Any) -> Iterator[_Timed]:
    """A line of text with its length before it, as 3GPP TS 26.245 has it."""
    for start, stop, text in captions:
        words = text.encode("utf-8")
        packet = av.Packet(len(words).to_bytes(2, "big") + words)
        packet.pts = packet.dts = round(start * 1000)
        packet.duration = round(stop * 1000) - packet.pts
        packet.time_base, packet.stream = _MILLISECOND, stream
        yield Fraction(packet.pts, 1000), packet


# What FFmpeg's encoder of captions wants to know of their looks: white, at the bottom, in the middle.
_HEADER = b"""\
[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
\0"""

_THREE = dict(
    re.findall(
        r"(..):(...)",
        """
        ar:ara bg:bul ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg
        he:heb hi:hin hr:hrv hu:hun id:ind is:isl it:ita ja:jpn ko:kor lt:lit lv:lav nb:nob nl:nld nn:nno no:nor pl:pol
        pt:por ro:ron ru:rus sk:slk sl:slv sr:srp sv:swe th:tha tr:tur uk:ukr vi:vie zh:zho
        """,
    )
)


def three_letters(language: str) -> str:
    """The code that an MP4 has for a language (ISO 639-2): ``deu`` of ``de`` and ``de-AT``."""
    head = language.replace("_", "-").partition("-")[0].lower()
    return head if len(head) == 3 else _THREE.get(head, "und")

"""Presets name a use, not a codec: how large the frame is, how often it changes, how much work goes
into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from hhanim.errors import did_you_mean
from hhanim.studio.errors import UsageError


@dataclass(frozen=True)
class Preset:
    """A use.

    name, title: for people.
    width, height: of the frame, in pixels, even.
    fps: frames per second; ``None`` means the scene's own.
    qp: x264's quantiser, lower is better; ``speed``: x264's preset.
    """

    name: str
    title: str
    width: int
    height: int
    fps: Fraction | None
    qp: int = 20
    speed: str = "superfast"


PRESETS: dict[str, Preset] = {
    p.name: p
    for p in (
        Preset("standard", "1080p at the scene's own rate", 1920, 1080, None),
        Preset("draft", "480p15, to look at while working", 854, 480, Fraction(15), qp=24, speed="ultrafast"),
        Preset("slide", "720p30, for a slide deck", 1280, 720, Fraction(30)),
        Preset("lecture", "1080p60, for the lecture hall", 1920, 1080, Fraction(60)),
        Preset("uhd", "2160p60, for a large wall", 3840, 2160, Fraction(60)),
        Preset("square", "1080 × 1080 at 30, for a feed or a handout", 1080, 1080, Fraction(30)),
        Preset("vertical", "1080 × 1920 at 30, for a telephone", 1080, 1920, Fraction(30)),
    )
}

LIMITS = (64, 7680)


def preset(name: str) -> Preset:
    """The preset of that name. Raises UsageError when there is none."""
    if name not in PRESETS:
        raise UsageError(f"no preset named {name}{did_you_mean(name, PRESETS)}")
    return PRESETS[name]


def size(text: str) -> tuple[int, int]:
    """``1280x720`` as two even numbers of pixels. Raises UsageError when it is not a size, or one that no
    player shows."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*[xX×,]\s*(\d{1,6})\s*", text)
    if not found:
        raise UsageError(f"size = {text!r}: give WIDTHxHEIGHT in pixels, such as 1280x720")
    width, height = int(found[1]), int(found[2])
    low, high = LIMITS
    if not (low <= width <= high and low <= height <= high):
        raise UsageError(f"size = {text!r}: width and height must be {low} to {high} pixels")
    if width % 2 or height % 2:
        raise UsageError(f"size = {text!r}: width and height must be even (H.264 halves the colour)")
    return width, height

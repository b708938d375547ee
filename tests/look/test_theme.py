"""Every line can be seen, every text read, and no two quantities confused, whatever one's colour vision."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hhanim.errors import HHError
from hhanim.look import DARK, LIGHT, THEMES, get_theme, quantities
from hhanim.look.theme import _FIRST_DASH, hex_color, mix
from hhanim.model import Channel, Gate, Sigmoid, presets

# Machado, Oliveira & Fernandes 2009, https://doi.org/10.1109/TVCG.2009.113, severity 1, on linear RGB
VISION = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(color: str) -> np.ndarray:
    c = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio."""
    low, high = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(c))) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.asarray(matrix) @ rgb / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    """Sharma, Wu & Dalal 2005, https://doi.org/10.1002/col.20070."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    big_dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(hm - 30))
        + 0.24 * np.cos(np.radians(2 * hm))
        + 0.32 * np.cos(np.radians(3 * hm + 6))
        - 0.20 * np.cos(np.radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = -2 * np.sqrt(cm**7 / (cm**7 + 25**7)) * np.sin(np.radians(60 * np.exp(-(((hm - 275) / 25) ** 2))))
    dl, dc = (l2 - l1) / sl, (c2 - c1) / sc
    return float(np.sqrt(dl**2 + dc**2 + (big_dh / sh) ** 2 + rt * dc * big_dh / sh))


def seen(color: str, vision: str) -> np.ndarray:
    return lab(np.clip(np.asarray(VISION[vision]) @ linear(color), 0, 1))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_ghosts_can_be_seen_from_the_last_row(theme):
    for color in (theme.ink, theme.muted, *theme.hues.values()):
        share = theme.ghost(color)
        seen = contrast(hex_color(mix(theme.ground, color, share)), theme.ground)
        assert 3.0 <= seen < 3.4 and share < 0.8, color


def test_the_colour_difference_is_the_published_one():
    # three pairs of Sharma et al., table 1
    for one, two, expected in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ):
        assert ciede2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_everything_can_be_seen_on_its_ground(theme):
    for name in ("ink", "muted", *theme.hues):  # lines have labels in their own colour, so all count as text
        assert contrast(theme.color(name), theme.ground) >= 4.5, name
    assert contrast(theme.line, theme.ground) >= 3
    assert contrast(theme.faint, theme.ground) < 2, "a grid that competes with the curves"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_no_two_colours_are_confused(theme):
    hues = {"ink": theme.ink, **theme.hues}
    for (a, one), (b, two) in itertools.combinations(hues.items(), 2):
        worst = min(ciede2000(seen(one, v), seen(two, v)) for v in VISION)
        assert worst >= 10 or _FIRST_DASH.get(a, 0) != _FIRST_DASH.get(b, 0), (a, b, worst)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("name", presets.names())
def test_no_two_lines_of_a_clip_look_alike(theme, name):
    q = quantities(presets.get(name))
    for role in ("gate", "tau", "inf", "current", "conductance"):
        looks = [(theme.color(x), theme.dash(x)) for x in q.values() if x.role == role]
        assert len(looks) == len(set(looks))


def test_the_hue_says_the_ion_and_the_dash_which_of_its_quantities():
    for theme in THEMES.values():
        assert (
            theme.color("I_Na")
            == theme.color("m")
            == theme.color("h")
            == theme.color("g_Na")
            == theme.color("Na")
        )
        assert theme.color("I_K") == theme.color("n") == theme.color("tau_n") != theme.color("Na")
        assert theme.color("V") == theme.ink
        assert theme.color("I") not in (theme.color("Na"), theme.color("K"), theme.color("L"), theme.ink)
        assert theme.dash("m") == theme.dash("n") == () != theme.dash("h")


def test_a_newcomers_channel_is_drawn_without_a_line_of_code():
    gate = Gate("c", inf=Sigmoid(1.0, -20.0, 9.0), tau=Sigmoid(5.0, 0.0, 20.0) + 1.0)
    calcium = Channel("CaT", g=1.0, e=120.0, gates=(gate,), ion="Ca")
    other = Channel("h", g=0.1, e=-30.0, gates=(Gate("q", inf=Sigmoid(1.0, -80.0, -6.0)),))
    slow = Channel("M", g=0.1, e=-77.0, gates=(Gate("w", inf=Sigmoid(1.0, -35.0, 10.0)),), ion="K")
    q = quantities(presets.MODERN.plus(calcium).plus(other).plus(slow))
    assert q["I_CaT"].axis == "$I_{\\mathrm{CaT}}$ (µA/cm²)" and q["I_CaT"].ion == "Ca"
    assert DARK.color(q["I_CaT"]) == DARK.color(q["tau_c"]) == DARK.color("Ca")
    assert DARK.color(q["I_M"]) == DARK.color(q["I_K"]) and DARK.dash(q["I_M"]) != DARK.dash(q["I_K"])
    assert DARK.color(q["I_h"]) not in {DARK.color(x) for x in ("Na", "K", "Ca", "L")}
    looks = [(DARK.color(x), DARK.dash(x)) for x in q.values() if x.role == "current"]
    assert len(looks) == len(set(looks)) == 6


def test_unknown_names_say_what_is_known():
    with pytest.raises(HHError, match="dark-transparent"):
        get_theme("blue")
    with pytest.raises(HHError, match="I_Na"):
        DARK.color("I_Xx")


def test_a_transparent_theme_keeps_its_colours():
    clear = get_theme("dark-transparent")
    assert clear.transparent and clear.hues == DARK.hues

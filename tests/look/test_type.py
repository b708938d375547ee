"""One bundled typeface, for text and for mathematics."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser

from hhanim.look import quantities
from hhanim.look import type as typeface
from hhanim.model import presets


def test_text_and_mathematics_are_set_in_the_bundled_face():
    with mpl.rc_context(typeface.rc()):
        parser = MathTextParser("path")
        prop = mpl.font_manager.FontProperties()
        assert "SourceSansPro-Regular" in mpl.font_manager.findfont(prop)
        for q in quantities(presets.CONNOR_STEVENS).values():
            glyphs = parser.parse(q.axis, 72, prop).glyphs
            # the italics have no Greek: τ comes from STIX Sans, which resembles them
            assert all("Source Sans" in g[0].family_name for g in glyphs if chr(g[2]).isascii()), q.axis
            assert {g[0].family_name for g in glyphs} <= {
                "Source Sans Pro",
                "STIXGeneral",
                "STIXNonUnicode",
            }, q.axis


def test_every_symbol_has_a_glyph(recwarn):
    figure = Figure()
    FigureCanvasAgg(figure)
    with mpl.rc_context(typeface.rc()):
        for k, q in enumerate(quantities(presets.CONNOR_STEVENS).values()):
            figure.text(0.1, 0.02 * k, q.axis)
        figure.text(0.5, 0.5, "−10 mV · 18.5 °C · µA/cm² – “ü” × ½ é")
        figure.canvas.draw()
    assert not recwarn.list


def test_nothing_is_smaller_than_24_pixels():
    sizes = (typeface.TITLE, typeface.SUBTITLE, typeface.LABEL, typeface.NAME, typeface.TICK, typeface.SMALL)
    assert min(sizes) >= 24
    assert typeface.unit(1920, 1080) == typeface.unit(1080, 1920) == 1
    assert typeface.unit(854, 480) == 480 / 1080


def test_importing_the_look_loads_no_engine():
    code = "import hhanim.look, hhanim.look.type, sys; print([m for m in ('matplotlib', 'manim', 'av') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"

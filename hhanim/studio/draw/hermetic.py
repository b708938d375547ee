"""A process in which nothing of its user's settings reaches a film but by the film's own scene.

matplotlib's and manim's configuration files, styles under other names than the library's, what was drawn before: a
film is the same with and without them. Random numbers that nobody has seeded are the same each time.
"""

from __future__ import annotations

import contextlib
import functools
import random
import re
import sys
from pathlib import Path
from typing import Any

from hhanim.look.type import FAMILY, SIGNS, lacks
from hhanim.model import presets
from hhanim.studio.fresh.versions import ANY, families


def settle() -> None:
    """Put every setting that is this process's, not a film's, where it always is."""
    import numpy as np
    from numpy.random import bit_generator

    presets.asked.clear()
    families.clear()
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 — whoever uses it
    seeds: Any = bit_generator
    seeds.randbits = random.Random(0).getrandbits  # what seeds a generator that is given none
    if "matplotlib" in sys.modules:
        _settle_matplotlib()
    if hasattr(sys.modules.get("manim"), "config"):
        _settle_manim()


class _Styles(dict[str, Any]):
    """matplotlib's styles, each with what the user's own of that name says at the moment it is asked for."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or bool(_own_style(str(name)))

    def __getitem__(self, name: str) -> dict[str, Any]:
        return {**self.get(name, {}), **_own_style(name)}


def _own_style(name: str) -> dict[str, Any]:
    import matplotlib as mpl

    file = Path(mpl.get_configdir(), "stylelib", f"{name}.mplstyle")
    with contextlib.suppress(OSError), file.open("rb"):  # which is heard, whether it is there or not
        said: Any = mpl.rc_params_from_file(file, use_default_template=False)
        return dict(said)
    return {}


def _settle_matplotlib() -> None:
    import matplotlib as mpl
    from matplotlib import font_manager, style

    if not isinstance(style.library, _Styles):  # it holds what the user's files said when it was loaded
        files = Path(mpl.get_data_path(), "stylelib").glob("*.mplstyle")
        styles = _Styles((f.stem, mpl.rc_params_from_file(f, use_default_template=False)) for f in files)
        use: Any = style.use
        use.__globals__["library"] = style.library = styles
    manager: Any = font_manager.FontManager
    if not hasattr(search := manager._findfont_cached, "noting"):
        manager._findfont_cached = _finding(search)
    library: Any = mpl
    for settings in (library.rcParams, library.rcParamsOrig):
        dict.update(settings, library.rcParamsDefault)
        dict.__setitem__(settings, "backend", "agg")


def _finding(usual: Any) -> Any:
    """matplotlib's search for a font, which notes the families that neither it nor the house brings."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties, font_family_aliases, fontManager

    brought = {font.name for font in fontManager.ttflist if font.fname.startswith(mpl.get_data_path())}
    brought |= {FAMILY, *font_family_aliases}

    @functools.wraps(usual)
    def find(self: Any, prop: Any, *arguments: Any, **options: Any) -> Any:
        wanted = FontProperties(prop) if isinstance(prop, str) else prop
        families.update({*wanted.get_family()} - brought)
        return usual(self, prop, *arguments, **options)

    said: Any = find
    said.noting = True
    return said


def _settle_manim() -> None:
    import configparser

    from manim import MarkupText, Text, config
    from manim._config.utils import config_file_paths

    parser = configparser.ConfigParser()
    parser.read(config_file_paths()[0])  # the library's own
    config.digest_parser(parser)
    kinds: Any = (Text, MarkupText)
    for kind in kinds:
        if not hasattr(kind._text2svg, "__wrapped__"):
            kind._text2svg = _asking(kind._text2svg)
    from manim.mobject.text import typst_mobject

    library: Any = typst_mobject
    if not hasattr(library.typst_to_svg_file, "__wrapped__"):
        library.typst_to_svg_file = _setting(library.typst_to_svg_file)


def _asking(usual: Any) -> Any:
    """manim's making of text, which notes the families that Pango is asked for."""

    @functools.wraps(usual)
    def make(text: Any, *arguments: Any) -> Any:
        said = re.findall(r"""(?:font|font_family|face|font_desc)=["']([^"']+)""", text.text)
        families.update(filter(None, (text.font, *getattr(text, "t2f", {}).values(), *said)))
        return usual(text, *arguments)

    return make


def _setting(usual: Any) -> Any:
    """manim's way to Typst, which notes where any font of the system may have been taken, and looks for fonts once: it
    takes twenty times as long as to set a text.
    """

    @functools.cache
    def fonts(*paths: str) -> Any:
        import typst

        return typst.Fonts(font_paths=[*paths])

    @functools.wraps(usual)
    def make(*arguments: Any, font_paths: Any = None, **options: Any) -> Any:
        made = usual(*arguments, font_paths=fonts(*map(str, font_paths or ())), **options)
        if not _of_the_house("\n".join(map(str, (*arguments, *options.values())))):
            families.add(ANY)
        return made

    return make


def plain(source: Path) -> bool:
    """Whether what a text gives depends on nothing but itself, Typst and the typeface; not what LaTeX makes."""
    try:
        text = source.read_text(encoding="utf-8")
    except OSError:
        return False
    return _of_the_house(text) and not _FILES(text)


_FILES = re.compile(
    r"\b(read|image|import|include|csv|json|toml|yaml|xml|cbor|bibliography|plugin)\b\s*[(\"]"
).search
_HOUSE = {FAMILY, SIGNS, "New Computer Modern Math"}  # the last two Typst brings


def _of_the_house(text: str) -> bool:
    named = {
        name
        for said in re.findall(r"""\bfont: *(\([^)]*\)|"[^"]*")""", text)
        for name in re.findall(r'"([^"]+)"', said)
    }
    return bool(named) and named <= _HOUSE and not lacks(text)

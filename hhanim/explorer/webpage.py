"""The explorer's page: equations, colours and typeface of the project in one HTML file that asks the network
for nothing.

Drawn on canvases by modules of our own, without a library: the whole page, with its typeface, models and lessons, is
0.36 MB. Measured side by side in headless Chromium while the page was planned, Bokeh with CustomJS and inline resources
was 2.0 MB, opened in 1.7 s against 0.75 s, and took as long to repaint seven finished curves as the page took to run
the neuron anew and paint all its views. A dozen of these fit into a slide deck, and no package is needed.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from hhanim.explorer import membrane
from hhanim.explorer.lesson import Lesson, find, lessons
from hhanim.explorer.setting import COMPARTMENTS, EULER_STEP, SHOWN, SWEEPS, Setting, checked
from hhanim.explorer.sliders import FIELDS
from hhanim.explorer.stimuli import STIMULI
from hhanim.language import ENGLISH, Language, current, pages, spoken, tr
from hhanim.look.section import FLAP, MOUTH, WAITING
from hhanim.look.theme import DARK, LIGHT, Shades, Theme, hex_color, mix
from hhanim.look.type import font_files
from hhanim.model import HHError, Membrane, presets
from hhanim.model.errors import UnknownName
from hhanim.model.ions import PER_KELVIN, ZERO_CELSIUS

#: The first is what the page opens with.
ORDER = ("modern", "classic", "classroom", "widget", "lecture", "connor_stevens", "wang_buzsaki")
#: Signs that no text of the page has, but the numbers and symbols it draws.
_CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "°²³⁴µ−∞±"
#: Style sheets in the order in which they count.
STYLES = ("style.css", "benches.css", "lessons.css")
_FACES = {
    "Regular": (400, "normal"),
    "It": (400, "italic"),
    "Semibold": (600, "normal"),
    "SemiboldIt": (600, "italic"),
}
#: What went wrong is red in neither ion's hue; 4.5:1 on the panels of both themes.
_BAD = {"dark": "#ff9d94", "light": "#b3261e"}


def page(
    model: str | Membrane = "modern",
    *,
    theme: str = "auto",
    language: str | Language = ENGLISH,
    lesson: str | Path | None = None,
    base_url: str = "",
    **settings: Any,
) -> str:
    """The whole page as HTML text, opening with these settings.

    model: a preset's name, or a Membrane of your own (it joins the list of models).
    theme: "auto" follows the system, or "dark", "light". language: its code, "de", "es" …
    lesson: to open with: the name of one that the page has, or a file, see hhanim.explorer.lesson.
    base_url: where the page will be published (http or https), so that its links work for others.
    settings: anything in the explorer's links: gNa=60, I=15, stimulus="pulse", width=0.5, duration=50,
    views="V,phase" …

    Raises HHError for a name or a value that the page would refuse.
    """
    if theme not in ("auto", "dark", "light"):
        raise UnknownName("theme", theme, ("auto", "dark", "light"))
    if base_url != "" and not (
        isinstance(base_url, str) and re.fullmatch(r"https?://[^\s#\"'<>]+", base_url)
    ):
        raise HHError(
            f"base_url = {base_url!r} is no address; give one as in https://example.org/explorer.html"
        )
    taught = None if lesson is None else find(lesson)
    if taught is not None:
        begin = taught.steps[0].before
        model, settings = begin.model, {**begin.changes, **settings}
    membranes = _models(model)
    own = membranes[0] if isinstance(model, Membrane) else presets.get(model)
    initial = {"model": own.name, **_checked(own, settings), "theme": theme}
    if taught is not None:
        initial["lesson"] = taught.key
    with spoken(language):
        return _assemble(
            tuple(membranes), json.dumps(initial), base_url, taught, tuple(current().words.items())
        )


def _models(model: str | Membrane) -> list[Membrane]:
    names = [n for n in ORDER if n in presets.names()] + [n for n in presets.names() if n not in ORDER]
    known = [presets.get(n) for n in names]
    if isinstance(model, Membrane):
        if model.batch is not None:
            raise HHError("the explorer shows one neuron; pass membrane.member(k)")
        known = [model, *(m for m in known if m.name != model.name)]
    return known


def _checked(membrane: Membrane, settings: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: checked(key, settings[key]) for key in SHOWN if key in settings}
    setting = Setting.of(membrane, **{key: x for key, x in settings.items() if key not in SHOWN})
    return {key: setting.values[key] for key in settings if key not in shown} | shown


@lru_cache(maxsize=8)
def _assemble(
    membranes: tuple[Membrane, ...],
    initial: str,
    base: str,
    taught: Lesson | None,
    _: tuple[tuple[str, str], ...],
) -> str:
    """The page in the language that is spoken, whose words are the last argument, for the cache."""
    script = f'"use strict";\n(() => {{\n{_script(_data(membranes, taught))}\n}})();'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = pages.translated(_text("page.html"))
    signs = "".join(sorted({*_CHARACTERS, *script, *text} - {"\n"}))
    style = "\n".join([_font_faces(signs), *map(_variables, (DARK, LIGHT)), *map(_text, STYLES)])
    filled = {
        "/*HASH*/": f"sha256-{digest}",
        "/*STYLE*/": style,
        "/*BASE*/": html.escape(base),
        "/*INITIAL*/": initial.replace("<", "\\u003c"),
        "/*SCRIPT*/": script,
    }
    return re.sub(r"/\*[A-Z]+\*/", lambda place: filled[place[0]], text)


def _text(name: str) -> str:
    return (files("hhanim.explorer") / "web" / name).read_text(encoding="utf-8")


def _data(membranes: tuple[Membrane, ...], taught: Lesson | None) -> str:
    """What the page's modules import from data.js."""
    known = lessons()
    if taught is not None and taught not in known:
        known = [taught, *(lesson for lesson in known if lesson.key != taught.key)]
    values = {
        "THEMES": {t.name: _colors(t) for t in (DARK, LIGHT)},
        "STIMULI": _said(STIMULI),
        "FIELDS": _said(FIELDS),
        "LESSONS": [lesson.data() for lesson in known],
        "SHOWN": SHOWN,
        "EULER_STEP": EULER_STEP,
        "CELLS": COMPARTMENTS,
        "SWEEPS": SWEEPS,
        "WAITING": WAITING,
        "FLAP": FLAP,
        "MOUTH": MOUTH,
        "PER_KELVIN": PER_KELVIN,
        "ZERO_CELSIUS": ZERO_CELSIUS,
    }
    lines = [f"export const MODELS = {membrane.script(list(membranes))};"]
    lines += [f"export const {name} = {membrane.json_text(value)};" for name, value in values.items()]
    lines += [
        "export const { views: VIEWS, channels: CHANNELS, rate: RATES } = SHOWN;",
        'const given = document.getElementById("initial");',
        "export const INITIAL = JSON.parse(given.textContent);",
        "export const { base: BASE, frame: FRAME } = given.dataset;",
    ]
    return "\n".join(['import { exp, linexp } from "./numbers.js";', *lines])


#: The names a module imports, and the file they are in.
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([^"]+)";\n', re.MULTILINE)

#: What a page does without: comments that stand by themselves, indentation, and the word before what is exported.
_BESIDE = re.compile(r"^ */\*.*?\*/\n|^export |^ +", re.MULTILINE | re.DOTALL)


def _script(data: str) -> str:
    """The page's modules as one script, each after those it imports: a page opened from a file may not import."""
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name not in parts:
            text = data if name == "data.js" else pages.script(_text(name))
            for _, needed in _IMPORT.findall(text):
                add(needed)
            parts[name] = _BESIDE.sub("", _IMPORT.sub("", text))

    add("app.js")
    return "\n".join(parts.values())


def _said(data: Any) -> Any:
    """Data with what is under "words" and "symbol" in it in the language of the page."""
    if isinstance(data, dict):
        said = {k: tr(v) if k == "words" and isinstance(v, str) else _said(v) for k, v in data.items()}
        return said | (
            {"symbol": [[tr(x), style] for x, style in data["symbol"]]} if "symbol" in data else {}
        )
    return [_said(v) for v in data] if isinstance(data, list) else data


def _colors(theme: Theme) -> dict[str, Any]:
    """The theme's colours, with the surfaces that only a page has."""
    dark = theme.name == "dark"
    panel = hex_color(mix(theme.ground, theme.ink, 0.03)) if dark else theme.ground
    card = replace(theme, ground=panel)  # what pictures lie on
    return {
        "ground": theme.ground,
        "panel": panel,
        "raised": hex_color(mix(theme.ground, theme.ink, 0.08 if dark else 0.045)),
        "edge": hex_color(mix(theme.ground, theme.ink, 0.22)),
        "frame": hex_color(mix(theme.ground, theme.ink, 0.03)) if dark else theme.faint,
        "track": hex_color(mix(theme.ground, theme.ink, 0.2)),
        "ink": theme.ink,
        "muted": theme.muted,
        "line": theme.line,
        "faint": theme.faint,
        "bad": _BAD[theme.name],
        "focus": theme.ink,
        "ghost": max(map(theme.ghost, (theme.ink, *theme.hues.values()))),
        **{name: hex_color(getattr(card, name)) for name in ("heads", "tails", "sheet", "brim")},
        "shades": {hue: _hexed(card.shades(color)) for hue, color in theme.hues.items()},
        "hues": {**theme.hues, "V-nullcline": theme.color("V-nullcline")},
    }


def _hexed(shades: Shades) -> dict[str, str]:
    return {name: hex_color(shade) for name, shade in asdict(shades).items()}


def _variables(theme: Theme) -> str:
    colors = _colors(theme)
    flat = {k: v for k, v in colors.items() if isinstance(v, str)} | colors["hues"]
    body = " ".join(f"--{name}: {value};" for name, value in flat.items())
    return f':root[data-theme="{theme.name}"] {{ color-scheme: {theme.name}; {body} }}'


@lru_cache(maxsize=8)
def _font_faces(signs: str) -> str:
    """@font-face rules with the project's typeface inside, cut down to the signs in use (15 kB a face)."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    rules = []
    paths = {path.stem.rpartition("-")[2]: path for path in font_files()}
    for face, (weight, style) in _FACES.items():
        font = TTFont(paths[face], recalcTimestamp=False)
        options = subset.Options(
            flavor="woff", hinting=False, layout_features=["kern", "tnum", "mark"], notdef_outline=True
        )
        cutter = subset.Subsetter(options)
        cutter.populate(text=signs)
        cutter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
        data = base64.b64encode(buffer.getvalue()).decode()
        rules.append(
            f'@font-face {{ font-family: "Source Sans hhanim"; font-weight: {weight}; font-style: {style}; '
            f'src: url(data:font/woff;base64,{data}) format("woff"); }}'
        )
    return "\n".join(rules)

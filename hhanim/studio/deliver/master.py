"""The master of a deck: 16:9, in the colours of a theme; or somebody's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhanim.look.theme import Theme
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    import pptx.presentation

WIDTH, HEIGHT = 12_192_000, 6_858_000
"""Of a slide, in EMU: 13⅓ by 7½ inches."""

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ACCENTS = ("Na", "K", "I", "Ca", "Cl", "L")
_APP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Office PowerPoint</Application><PresentationFormat>Widescreen</PresentationFormat>"
    "</Properties>"
)


def blank(theme: Theme) -> pptx.presentation.Presentation:
    """A deck without slides, whose masters and layouts are 16:9 and in a theme's colours."""
    import pptx
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND

    deck: Any = pptx.Presentation()
    scale = WIDTH / deck.slide_width
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    size = deck.element.find("{*}sldSz")
    del size.attrib["type"]  # 4:3
    for master in deck.slide_masters:
        for sheet in (master, *master.slide_layouts):
            _widen(sheet.element, scale)
        # Dark slots are dark and light ones light, whichever of them is the ground.
        dark = theme.ground < theme.ink
        if dark:
            colours = master.element.find("{*}clrMap")
            for slot, colour in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
                colours.set(slot, colour)
        part = master.part.part_related_by(KIND.THEME)
        part._blob = _coloured(part.blob.decode("utf-8"), theme, dark).encode("utf-8")
    _cleared(deck)
    return deck  # type: ignore[no-any-return]


def _widen(element: Any, scale: float) -> None:
    for name, keys in (("off", "x"), ("ext", "cx"), ("chOff", "x"), ("chExt", "cx")):
        for found in element.iter(f"{_A}{name}"):
            if keys in found.attrib:
                found.set(keys, str(round(int(found.get(keys)) * scale)))


def _coloured(text: str, theme: Theme, dark: bool) -> str:
    """A theme part in our colours and typeface, which has a name that is ours."""
    ground, ink, muted, line = theme.ground, theme.ink, theme.muted, theme.line
    slots = {
        "dk1": ground if dark else ink,
        "lt1": ink if dark else ground,
        "dk2": line if dark else muted,
        "lt2": muted if dark else line,
        **{f"accent{k + 1}": theme.color(name) for k, name in enumerate(_ACCENTS)},
        "hlink": theme.color("K"),
        "folHlink": muted,
    }
    colours = "".join(
        f'<a:{slot}><a:srgbClr val="{colour.lstrip("#").upper()}"/></a:{slot}>'
        for slot, colour in slots.items()
    )
    scheme = f'<a:clrScheme name="hhanim {theme.name}">{colours}</a:clrScheme>'
    text = re.sub(r"<a:clrScheme .*?</a:clrScheme>", scheme, text, flags=re.DOTALL)
    text = re.sub(r'(<a:theme [^>]*?name=")[^"]*', rf"\g<1>hhanim {theme.name}", text)
    return re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', r"\g<1>Source Sans 3", text)


def _cleared(deck: Any) -> None:
    """Without the printer, the picture and the statistics of whoever made python-pptx's template."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND

    for owner in (deck.part, deck.part.package):
        for key, relation in list(owner._rels.items()):
            if relation.reltype in (KIND.PRINTER_SETTINGS, KIND.THUMBNAIL):
                owner._rels.pop(key)
            elif relation.reltype == KIND.EXTENDED_PROPERTIES:
                relation.target_part._blob = _APP.encode()


def opened(path: Path) -> pptx.presentation.Presentation:
    """Somebody's own deck, to whose slides ours are added. Raises UsageError when it is none, or lacks what
    slides need."""
    import pptx
    from pptx.exc import PackageNotFoundError

    why = "it is no PowerPoint file"
    try:
        deck = pptx.Presentation(str(path))
        for layout in deck.slide_layouts:
            list(layout.placeholders)
        if min(deck.slide_width or 0, deck.slide_height or 0) > 0:
            why = (
                "a master of its slides has no theme; open it in PowerPoint or LibreOffice and save it again"
            )
            if all(map(_themed, deck.slide_masters)):
                return deck
    except PackageNotFoundError:
        why = why if path.exists() else "no such file"
    except Exception as error:  # python-pptx and lxml raise whatever the file makes them
        why = "save it as .pptx" if "presentationml" in str(error) else why
    raise UsageError(f"--template {path}: {why}")


def _themed(master: Any) -> bool:
    """Whether a master's colours and typefaces are there, without which PowerPoint takes a deck for a broken one."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as KIND
    from pptx.oxml import parse_xml

    theme = parse_xml(master.part.part_related_by(KIND.THEME).blob)
    return bool(theme.tag == f"{_A}theme")


def title_layout(deck: Any, name: str) -> Any:
    """The layout of a deck that has a title and little else. Raises UsageError when none of its layouts has a title."""
    titled = [layout for layout in deck.slide_layouts if _title(layout) is not None]
    if not titled:
        raise UsageError(
            f"{name}: none of its layouts has a title; add one in PowerPoint's View > Slide Master"
        )
    return min(
        titled, key=lambda layout: (layout.element.get("type") != "titleOnly", len(layout.placeholders))
    )


def _title(layout: Any) -> Any:
    from pptx.enum.shapes import PP_PLACEHOLDER

    titles = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
    return next((p for p in layout.placeholders if p.placeholder_format.type in titles), None)

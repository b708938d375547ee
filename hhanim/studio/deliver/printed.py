"""Slides in LaTeX (beamer) and Typst: a source for a PDF, in which no film plays reliably.

So there is a slide for each section, with the picture in which it says most; it is a link to the film beside the PDF,
which the viewer opens in a player of its own.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hhanim.language import tag
from hhanim.look import get_theme
from hhanim.look.theme import Theme
from hhanim.studio.deliver.account import Account, title_of
from hhanim.studio.deliver.beside import address, lay
from hhanim.studio.deliver.frames import frames, png
from hhanim.studio.errors import UsageError


@dataclass(frozen=True)
class Page:
    """A slide: its picture's file, the film it leads to, its title, what is to be seen, what is said."""

    picture: str
    film: str
    title: str
    alt: str
    said: list[str]


@dataclass(frozen=True)
class Source:
    """All slides; size: of a film in pixels, which is the shape of a slide."""

    title: str
    language: str
    theme: Theme
    size: tuple[int, int]
    pages: list[Page]


def beamer(source: Source) -> str:
    """For LaTeX."""
    width, height = source.size
    aspect = {16 / 9: "169", 16 / 10: "1610", 4 / 3: "43"}
    nearest = min(aspect, key=lambda ratio: abs(ratio - width / height))
    slides = []
    for page in source.pages:
        fit = r"width=\paperwidth,height=\paperheight,keepaspectratio"
        picture = rf"\includegraphics[{fit},alt={{{_tex(page.alt)}}}]{{{page.picture}}}"
        slides.append(
            "\\begin{frame}[plain]\n"
            f"\\pdfbookmark[2]{{{_tex(page.title)}}}{{{page.picture}}}\n"
            "\\vbox to \\textheight{\\vss\\hbox to \\textwidth{\\hss\n"
            f"\\href{{run:{page.film}}}{{{picture}}}\n"
            "\\hss}\\vss}\n"
            f"\\note{{{_tex(' '.join(page.said))}}}\n"
            "\\end{frame}\n"
        )
    ground = source.theme.ground.lstrip("#").upper()
    return (
        "% pdflatex or lualatex. A click on a picture opens its film, which lies beside the PDF.\n"
        f"\\documentclass[aspectratio={aspect[nearest]}]{{beamer}}\n"
        "\\usepackage{graphicx}\n"
        f"\\title{{{_tex(source.title)}}}\n"
        f"\\hypersetup{{pdflang={{{tag(source.language)}}}}}\n"
        "\\setbeamertemplate{navigation symbols}{}\n"
        "\\setbeamersize{text margin left=0pt,text margin right=0pt}\n"
        f"\\definecolor{{ground}}{{HTML}}{{{ground}}}\n"
        "\\setbeamercolor{background canvas}{bg=ground}\n"
        "\\begin{document}\n" + "\n".join(slides) + "\\end{document}\n"
    )


def _tex(text: str) -> str:
    """Text as LaTeX reads it, its indices and signs in characters that all engines have."""
    return "".join(map(_letter, filter(str.isprintable, text)))


_OTHERS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "--"}
_MATHS = {"∞": "infty", "→": "to", "≈": "approx", "≤": "le", "≥": "ge"}


def _letter(c: str) -> str:
    kind, _, codes = unicodedata.decomposition(c).partition(" ")
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(c, ""))
    if kind in ("<super>", "<sub>"):
        of = _tex("".join(chr(int(code, 16)) for code in codes.split()))
        drawn = rf"\text{kind[1:-1]}script{{{of}}}"
    elif greek or c in _MATHS:
        word = greek[2].replace("LAMDA", "LAMBDA") if greek else _MATHS[c]
        drawn = rf"\ensuremath{{\{word.capitalize() if greek and greek[1] == 'CAPITAL' else word.lower()}}}"
    else:
        return rf"\{c}" if c in "&%$#_{}" else _OTHERS.get(c, c)
    return rf"\texorpdfstring{{{drawn}}}{{{c}}}"  # the outline of a PDF has letters only


def typst(source: Source) -> str:
    """For Typst."""
    width, height = source.size
    slides = [
        f"#page[#title({_string(page.title)})#link({_string(page.film)}, image({_string(page.picture)}, "
        f'width: 100%, height: 100%, fit: "contain", alt: {_string(page.alt)}))]\n'
        for page in source.pages
    ]
    return (
        "// typst compile FILE. A click on a picture opens its film, which lies beside the PDF.\n"
        f"#set document(title: {_string(source.title)})\n"
        f'#set text(lang: "{tag(source.language)}")\n'
        f"#set page(width: {width / height * 19.05:.4f}cm, height: 19.05cm, margin: 0cm, "
        f'fill: rgb("{source.theme.ground}"))\n'
        "// In the PDF's outline, and unseen on the page.\n"
        "#let title(words) = place(hide(heading(words)))\n\n" + "\n".join(slides)
    )


def _string(text: str) -> str:
    """A string of Typst's, which has those of JSON where nothing is escaped by number."""
    return json.dumps("".join(c for c in text if c.isprintable()), ensure_ascii=False)


KINDS: dict[str, Callable[[Source], str]] = {"beamer": beamer, "typst": typst}
"""Kind → what writes it."""


def write(kind: str, films: Sequence[Path], path: Path, *, title: str = "", force: bool = False) -> Path:
    """The source of slides; beside it their pictures, and the films that they lead to.

    title: of the whole; "" is the film's, where there is one.
    force: whether it replaces what hhanim did not make, or a hand has been at.
    Raises UsageError when hhanim did not make one of the films, or it is not what its cues are of; RenderError when
    something cannot be written.
    """
    accounts = [Account.of(media) for media in films]
    for media in films if kind == "beamer" else ():
        if found := re.search(r"[\s%#{}\\~^&$]", media.name):
            raise UsageError(
                f"{media.name}: LaTeX finds no file with {found[0]!r} in its name; give another --name"
            )
    pages = [page for account in accounts for page in _pages(account, address(account.media, path.parent))]
    record = accounts[0].record
    source = Source(
        title_of(accounts, title),
        record.language,
        get_theme(record.theme),
        (record.width, record.height),
        [page for page, _ in pages],
    )
    pictures = {page.picture: picture for page, picture in pages}
    return lay(path, KINDS[kind](source), films, pictures, force=force)


def _pages(account: Account, film: str) -> Iterator[tuple[Page, bytes]]:
    """The slides of a film, with their pictures."""
    chapters = account.chapters
    pictures = frames(account.media, [chapter.full for chapter in chapters])
    for k, (chapter, picture) in enumerate(zip(chapters, pictures, strict=True)):
        name = f"{account.media.stem}-slide-{k + 1}.png"
        title = account.titled(chapter.title) if len(chapters) > 1 else account.title
        alt = f"{chapter.title}: {' '.join(chapter.said) or account.alt}"
        yield Page(name, film, title, alt, chapter.said), png(picture)

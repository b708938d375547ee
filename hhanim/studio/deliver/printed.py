"""Slides in LaTeX (beamer) and Typst: a source for a PDF, in which no film plays reliably.

So there is a slide for each section, with the picture in which it says most; it is a link to the film beside the PDF,
which the viewer opens in a player of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hhanim.language import tr
from hhanim.look import get_theme
from hhanim.look.theme import Theme
from hhanim.studio.deliver.account import Account
from hhanim.studio.deliver.frames import frames
from hhanim.studio.deliver.webdecks import address, beside
from hhanim.studio.errors import UsageError
from hhanim.studio.make.manifest import put, spare

if TYPE_CHECKING:
    from PIL import Image


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
        f"\\hypersetup{{pdftitle={{{_tex(source.title)}}},pdflang={{{source.language}}}}}\n"
        "\\setbeamertemplate{navigation symbols}{}\n"
        "\\setbeamersize{text margin left=0pt,text margin right=0pt}\n"
        f"\\definecolor{{ground}}{{HTML}}{{{ground}}}\n"
        "\\setbeamercolor{background canvas}{bg=ground}\n"
        "\\begin{document}\n" + "\n".join(slides) + "\\end{document}\n"
    )


def _tex(text: str) -> str:
    """Text as LaTeX reads it, its indices and signs in characters that all engines have."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    text = "".join(special.get(c, rf"\{c}" if c in "&%$#_{}" else c) for c in text if c.isprintable())
    signs = {"⁺": r"\textsuperscript{+}", "⁻": r"\textsuperscript{--}", "²": r"\textsuperscript{2}", "−": "--",
             "µ": r"\textmu{}", "°": r"\textdegree{}", "₀": r"\textsubscript{0}"}  # fmt: skip
    greek = {c: rf"\ensuremath{{\{name}}}" for c, name in zip("αβγδτμ∞", _GREEK, strict=True)}
    return "".join({**signs, **greek}.get(c, c) for c in text)


_GREEK = ("alpha", "beta", "gamma", "delta", "tau", "mu", "infty")


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
        f'#set text(lang: "{source.language}")\n'
        f"#set page(width: {width / height * 19.05:.4f}cm, height: 19.05cm, margin: 0cm, "
        f'fill: rgb("{source.theme.ground}"))\n'
        "// In the PDF's outline, and unseen on the page.\n"
        "#let title(words) = place(hide(heading(words)))\n\n" + "\n".join(slides)
    )


def _string(text: str) -> str:
    """A string of Typst's, which has those of JSON where nothing is escaped by number."""
    return json.dumps("".join(c for c in text if c.isprintable()), ensure_ascii=False)


KINDS: dict[str, tuple[str, Callable[[Source], str]]] = {"beamer": (".tex", beamer), "typst": (".typ", typst)}
"""Kind → the end of its file's name, and what writes it."""


def write(kind: str, films: Sequence[Path], path: Path, *, title: str = "", force: bool = False) -> Path:
    """The source of slides; beside it their pictures, and the films that they lead to.

    Args:
        title: of the whole; "" is the film's, where there is one.
        force: whether it replaces what hhanim did not make, or a hand has been at.

    Raises:
        UsageError: when hhanim did not make one of the films, or it is not what its cues are of. RenderError: when
            something cannot be written.
    """
    accounts = [Account.of(media) for media in films]
    for media in films if kind == "beamer" else ():
        if found := re.search(r"[\s%#{}\\~^&$]", media.name):
            raise UsageError(
                f"{media.name}: LaTeX finds no file with {found[0]!r} in its name; give another --name"
            )
    pages = [page for account in accounts for page in _pages(account, address(account.media, path.parent))]
    first = accounts[0]
    source = Source(
        title or (first.title if len(accounts) == 1 else tr("Hodgkin–Huxley animations")),
        first.record.language,
        get_theme(first.record.theme),
        (first.record.width, first.record.height),
        [page for page, _ in pages],
    )
    for name in (path.name, *(page.picture for page, _ in pages)):
        spare(path.with_name(name), force)
    beside(films, path.parent, force=force)
    for page, picture in pages:
        with put(path.parent / page.picture, force=force) as part:
            picture.save(part, format="PNG")
    _, writer = KINDS[kind]
    with put(path, force=force) as part:
        part.write_text(writer(source), encoding="utf-8", newline="\n")
    return path


def _pages(account: Account, film: str) -> Iterator[tuple[Page, Image.Image]]:
    """The slides of a film, with their pictures."""
    chapters = account.chapters
    pictures = frames(account.media, [chapter.full for chapter in chapters])
    for k, (chapter, picture) in enumerate(zip(chapters, pictures, strict=True)):
        name = f"{account.media.stem}-slide-{k + 1}.png"
        title = f"{account.title}: {chapter.title}" if len(chapters) > 1 else account.title
        alt = f"{chapter.title}: {' '.join(chapter.said) or account.alt}"
        yield Page(name, film, title, alt, chapter.said), picture

"""Decks that a browser shows: the deck's own "next" and "back" go through the cues of its films.

Each is one text beside the films that it plays, or with them inside; all of them share one player, ``player.js``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from hhanim.language import spoken, tag, text, tr
from hhanim.look import get_theme
from hhanim.look.theme import Theme
from hhanim.studio.deliver.account import Account, title_of
from hhanim.studio.deliver.beside import address, lay
from hhanim.studio.media import sidecar
from hhanim.studio.media.embedded import encoded, uri

FIGURES = """\
figure[data-cues], figure.still { position: absolute; inset: 0; margin: 0; padding: 0; border: 0 }
figure[data-cues] video, figure.still img {
  position: absolute; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; margin: 0;
  object-fit: contain }
figure[data-cues] i { position: absolute }
.reveal .slides > section { height: 100%; padding: 0 }"""
"""How films stand on slides, as CSS: they fill them."""


_FRAGMENT = 'class="fragment" data-notes="{notes}"'
"""A step of reveal.js, with what its speaker reads."""


@dataclass(frozen=True)
class Film:
    """A film in a deck.

    account: what is written about it. number: of its slide, from 0.
    address: of its file, as the deck finds it. inside: whether the deck holds the film itself.
    """

    account: Account
    number: int
    address: str
    inside: bool = False

    @property
    def loops(self) -> bool:
        """Whether it plays for as long as it is seen: a clip."""
        return self.account.record.kind == "clip"

    @property
    def stands(self) -> bool:
        """Whether it is a picture only: a card or a slide."""
        return self.account.record.kind == "slide"

    @property
    def rests(self) -> list[float]:
        """Where it stops (s): where each section begins, and its end."""
        return [chapter.start for chapter in self.account.chapters] + [self.account.record.duration]

    @cached_property
    def notes(self) -> list[str]:
        """What is said in each section, in a line."""
        return [" ".join(" ".join(chapter.said).split()) for chapter in self.account.chapters]

    def figure(self, step: str = "") -> str:
        """The film as HTML, in one line for each of its elements.

        step: the attributes of an element that makes the deck show one section more, {notes} in it what is said.
        """
        alt = escape(self.account.alt)
        if self.stands:
            picture = uri(sidecar.beside(self.account.media, ".png"))
            return f'<figure class="still"><img src="{picture}" alt="{alt}"></figure>'
        source = f'data-film="film-{self.number}"' if self.inside else f'src="{escape(quote(self.address))}"'
        poster = uri(sidecar.beside(self.account.media, ".png"))
        record = self.account.record
        track = ""
        if record.captions:
            text = uri(sidecar.beside(self.account.media, ".vtt"))
            track = f'<track kind="captions" srclang="{tag(record.language)}" src="{text}">'
        loop = " loop muted" if self.loops else ""
        steps = (
            [f"<i data-step {step.format(notes=escape(said))}></i>" for said in self.notes] if step else []
        )
        lines = [
            f'<figure data-cues="{json.dumps(self.rests)}"{" data-loop" if self.loops else ""}>',
            f'<video {source} poster="{poster}" preload="auto" playsinline{loop} aria-label="{alt}">{track}</video>',
            *(() if self.loops else steps),
            "</figure>",
        ]
        return "\n".join(lines)


def _part(name: str) -> str:
    """A file of this package, as text that may stand in a script or a style of a page."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--") if name.endswith(".js") else text


@dataclass(frozen=True)
class Deck:
    """Films in order, in one size and theme: those of the first.

    title: of the whole.
    """

    films: Sequence[Film]
    title: str

    @property
    def record(self) -> sidecar.Record:
        """Of the first film."""
        return self.films[0].account.record

    @property
    def language(self) -> str:
        """Of the first film, as browsers write it."""
        return tag(self.record.language)

    @property
    def theme(self) -> Theme:
        """Its colours."""
        return get_theme(self.record.theme)


def reveal(deck: Deck) -> str:
    """A deck of reveal.js, with all of it inside."""
    sections = []
    for film in deck.films:
        notes = f'<aside class="notes">{escape(film.account.record.description)}</aside>'
        figure = film.figure(_FRAGMENT)
        sections.append(
            f'<section>\n<h2 class="unseen">{escape(film.account.title)}</h2>\n{figure}\n{notes}\n</section>'
        )
    kept = [
        f'<script type="text/plain" id="film-{film.number}">{encoded(film.account.media)}</script>'
        for film in deck.films
        if film.inside and not film.stands
    ]
    return Template(_part("reveal.html")).substitute(
        language=deck.language,
        title=escape(deck.title),
        css=_part("third_party/reveal.css"),
        ground=deck.theme.ground,
        ink=deck.theme.ink,
        figures=FIGURES,
        slides="\n".join(sections),
        films="\n".join(kept),
        player=_part("player.js"),
        reveal=_part("third_party/reveal.js"),
        notes=_part("third_party/notes.js"),
        width=deck.record.width,
        height=deck.record.height,
    )


def marp(deck: Deck) -> str:
    """Slides for Marp, which is to let HTML through: ``marp --html deck.md``."""
    style = f"  section {{ background: {deck.theme.ground}; color: {deck.theme.ink}; padding: 0 }}\n{FIGURES}"
    head = (
        f"---\nmarp: true\ntitle: {json.dumps(deck.title, ensure_ascii=False)}\nlang: {deck.language}\n---\n"
    )
    style = "\n".join(line.strip() for line in style.splitlines())
    slides = [f"{film.figure('data-marpit-fragment')}\n\n<!--\n{_said(film)}\n-->\n" for film in deck.films]
    return f'{head}\n<style>\n{style}\n</style>\n<script src="player.js"></script>\n\n' + "\n---\n\n".join(
        slides
    )


def quarto(deck: Deck) -> str:
    """Slides for Quarto's reveal.js: ``quarto render deck.qmd``."""
    head = {
        "title": escape(deck.title),
        "lang": deck.language,
        "resources": ["player.js", *(film.address for film in deck.films if not film.stands)],
        "format": {
            "revealjs": {
                "width": deck.record.width,
                "height": deck.record.height,
                "margin": 0,
                "center": False,
                "transition": "none",
                "background-transition": "none",
                "include-in-header": [{"text": f"<style>\n{FIGURES}\n</style>"}],
                "include-after-body": [{"text": '<script src="player.js"></script>'}],
            }
        },
    }
    colour = deck.theme.ground
    slides = []
    for film in deck.films:
        slides.append(
            f'## {{background-color="{colour}"}}\n\n'
            f"```{{=html}}\n{film.figure(_FRAGMENT)}\n```\n\n"
            f"::: {{.notes}}\n{_said(film)}\n:::\n"
        )
    # JSON is YAML.
    return f"---\n{json.dumps(head, ensure_ascii=False, indent=2)}\n---\n\n" + "\n".join(slides)


def slidev(deck: Deck) -> str:
    """Slides for Slidev: ``npx slidev deck.md``."""
    size = f"aspectRatio: {deck.record.width}/{deck.record.height}\ncanvasWidth: 1280"
    offline = "fonts: {provider: none}\nfavicon: data:,"
    head = f"---\ntitle: {json.dumps(deck.title, ensure_ascii=False)}\nlayout: full\n{size}\n{offline}\n---\n"
    slides = []
    for film in deck.films:
        # Vue takes what stands between two pairs of braces for its own, and a file's name for one to bundle.
        figure = film.figure("v-click").replace("<figure", "<figure v-pre" if film.loops else "<figure", 1)
        figure = figure.replace(f'src="{quote(film.address)}', f'src="./{quote(film.address)}')
        slides.append(f"{figure}\n\n<!--\n{_said(film)}\n-->\n")
    script = "<script setup>\nimport './player.js'\n</script>\n\n"
    style = (
        f"<style>\n.slidev-layout {{ background: {deck.theme.ground}; padding: 0 }}\n{FIGURES}\n</style>\n"
    )
    slides[0] = script + slides[0] + "\n" + style
    return f"{head}\n" + "\n---\nlayout: full\n---\n\n".join(slides)


def jupyter(deck: Deck) -> str:
    """A notebook with a cell for each film and buttons that go through it; as slides (``jupyter nbconvert --to
    slides``) the slides' own keys do."""
    cells = [_cell(0, "markdown", f"# {escape(deck.title)}", "slide")]
    for film in deck.films:
        buttons = "".join(
            f"<button onclick=\"this.parentElement.querySelector('figure').cues.{act}()\">{escape(tr(word))}</button>"
            for act, word in (("back", text("Back")), ("next", text("Next")))
        )
        size = f"aspect-ratio: {deck.record.width} / {deck.record.height}"
        figure = film.figure(_FRAGMENT)
        shown = f'<div style="position: relative; {size}">{figure}</div>{"" if film.loops else buttons}'
        shown = f"<style>{FIGURES}</style><div>{shown}</div><script>{_part('player.js')}</script>"
        about = f"## {escape(film.account.title)}\n\n{escape(film.account.record.description)}"
        code = f'from IPython.display import HTML\n\nHTML(r"""{shown}""")'
        k = len(cells)
        cells += [_cell(k, "markdown", about, "notes"), _cell(k + 1, "code", code, "slide")]
    book = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, kind: str, text: str, slide: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "id": f"cell-{number}",
        "cell_type": kind,
        "metadata": {"slideshow": {"slide_type": slide}},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _said(film: Film) -> str:
    """What is said in a film, a paragraph for each section, for a note that Markdown reads."""
    said = zip(film.account.chapters, film.notes, strict=True)
    return "\n\n".join(escape(f"{chapter.title}: {words}".replace("--", "–")) for chapter, words in said)


KINDS: dict[str, Callable[[Deck], str]] = {
    "reveal": reveal,
    "marp": marp,
    "quarto": quarto,
    "slidev": slidev,
    "jupyter": jupyter,
}
"""Kind → what writes it."""


def write(
    kind: str,
    films: Sequence[Path],
    path: Path,
    *,
    title: str = "",
    inside: bool = False,
    force: bool = False,
) -> Path:
    """A deck of a kind of :data:`KINDS`; beside it the films that it plays and, unless it holds that, the player.

    title: of the whole; "" is the film's, where there is one.
    inside: whether it holds the films themselves. force: whether it replaces what hhanim did not make, or a hand
        has been at.
    Raises UsageError when hhanim did not make one of the films, or it is not what its cues are of; RenderError when
    something cannot be written.
    """
    accounts = [Account.of(media) for media in films]
    shown = [Film(one, k, address(one.media, path.parent), inside) for k, one in enumerate(accounts)]
    with spoken(accounts[0].record.language):
        content = KINDS[kind](Deck(shown, title_of(accounts, title)))
    played = [] if inside else [film.account.media for film in shown if not film.stands]
    parts = {} if kind in ("reveal", "jupyter") else {"player.js": _part("player.js").encode()}
    return lay(path, content, played, parts, force=force)

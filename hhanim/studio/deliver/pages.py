"""Pages of films that need no network: one film in one file, or everything that was made, with an index."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from hhanim.language import ENGLISH, spoken, tag, tr
from hhanim.language.catalogue import name
from hhanim.language.pages import translated
from hhanim.studio.deliver.account import Account
from hhanim.studio.make.manifest import put
from hhanim.studio.media import sidecar
from hhanim.studio.media.embedded import KINDS, data_uri, encoded, uri

FORMATS = (".mp4", ".webm", ".gif", ".mov", ".frames")
"""Of a film in several formats the first of these is shown; the others can be taken from the page."""


def page(*films: Path, force: bool = False) -> Path:
    """``tau.html`` beside ``tau.mp4``: the film, its captions, its description and what made it, in one file
    that needs nothing else.

    films: one, or the same in several languages or shapes, of which the reader's is shown first.
    force: whether it replaces a page that hhanim did not make, or a hand has been at.
    Raises UsageError when hhanim did not make the film; RenderError when the page cannot be written.
    """
    accounts = sorted(map(Account.of, films), key=plainness)
    path = films[0].with_suffix(".html")
    with spoken(accounts[0].record.language):
        html = Pages().document([accounts])
    with put(path, force=force) as part:
        part.write_text(html, encoding="utf-8", newline="\n")
    return path


@dataclass
class Pages:
    """How pages are put together.

    files: of a film's files those that lie beside the page, each with its address; the others are in the page itself.
    indexed: whether there is an index to go back to. scripts: what works in them, in order.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    indexed: bool = False
    scripts: Sequence[str] = ("player.js", "page.js")
    _inside: dict[str, Path] = field(default_factory=dict)

    def document(self, groups: Sequence[Sequence[Account]], index: str = "", title: str = "") -> str:
        """A page with versions of one film or of several, in the language that is spoken."""
        shown = [self._group(versions) for versions in groups]
        data = [
            f'<script type="{KINDS[path.suffix]}" id="{key}">{encoded(path)}</script>'
            for key, path in self._inside.items()
        ]
        return filled(
            "page.html",
            title=escape(title or groups[0][0].title),
            style=_text("page.css"),
            scripts="\n".join(f"<script>\n{_text(file)}</script>" for file in self.scripts),
            sources="data: 'self' file:" if self.files else "data:",
            index=index,
            groups="\n".join(shown),
            data="\n".join(data),
        )

    def _group(self, versions: Sequence[Account]) -> str:
        """Versions of one film, to choose from where there are several."""
        parts = [f'<a href="#">{tr("All films")}</a>'] if self.indexed else []
        if len(versions) > 1:
            parts += [
                f'<button type="button" data-film="{escape(key(account))}">{escape(label)}</button>'
                for account, label in zip(versions, labels(versions), strict=True)
            ]
            parts.append(f'<label><input type="checkbox" data-together> {tr("Side by side")}</label>')
        inside = "\n".join(parts)
        choice = f'<nav aria-label="{tr("Films")}">\n{inside}\n</nav>\n' if parts else ""
        articles = "\n".join(self._film(account) for account in versions)
        head = f'<section class="group" id="{escape(key(versions[0]))}" hidden>\n{choice}'
        return f'{head}<div class="versions">\n{articles}\n</div>\n</section>'

    def _film(self, account: Account) -> str:
        """One film, in its own language."""
        with spoken(account.record.language):
            return self._article(account)

    def _article(self, account: Account) -> str:
        record = account.record
        return filled(
            "film.html",
            name=escape(key(account)),
            language=tag(record.language),
            shape=account.shape,
            title=escape(account.title),
            description=escape(record.description),
            alt=escape(account.alt),
            picture=self._player(account) if account.plays else self._picture(account),
            transcript=_transcript(account),
            terms=_terms(account),
            parameters="\n".join(
                f"<tr><th scope=row>{escape(name)}<td>{escape(value)}" for name, value in account.parameters
            ),
            command=escape(account.command),
            files=self._files(account),
            licence=escape(account.licence),
            made=escape(account.made),
        )

    def _player(self, account: Account) -> str:
        """What plays a film, and goes through it."""
        record, cues = account.record, [*(c.start for c in account.chapters), account.record.duration]
        return filled(
            "player.html",
            alt=escape(account.alt),
            width=f"{record.width}",
            height=f"{record.height}",
            cues=json.dumps([round(seconds, 4) for seconds in cues]),
            loop=" loop" if record.kind == "clip" else "",
            source=self._source(account),
            poster=self.address(sidecar.beside(account.media, ".png")),
            tracks="\n".join(_tracks(account)),
            muted="" if account.sound else " muted",
            duration=f"{record.duration:g}",
            switches="\n".join(_switches(account)),
            sections=_sections(account),
        )

    def _picture(self, account: Account) -> str:
        """A GIF, or the poster of what no browser plays."""
        media, record = account.media, account.record
        place = self.address(media if media.suffix == ".gif" else sidecar.beside(media, ".png"))
        size = f'width="{record.width}" height="{record.height}" style="--ratio: {record.width} / {record.height}"'
        return f'<figure><img {size} alt="{escape(account.alt)}" src="{place}"></figure>'

    def _source(self, account: Account) -> str:
        """Where a film comes from: a file beside the page, or text in it."""
        if account.media in self.files:
            return f' src="{self.files[account.media]}"'
        self._inside[f"data-{key(account)}"] = account.media
        return f' data-from="data-{escape(key(account))}"'

    def address(self, path: Path) -> str:
        """A file's address: beside the page, or in it."""
        return self.files[path] if path in self.files else uri(path)

    def _files(self, account: Account) -> str:
        """What can be taken from the page."""
        media = account.media
        words = {".png": tr("poster"), ".vtt": tr("captions"), ".json": tr("record")}
        there = media.is_file() and (media in self.files or media.suffix in KINDS)
        found = [(media.suffix[1:].upper(), media.stat().st_size, media)] if there else []
        found += [(words[s], 0, p) for s in words if (p := sidecar.beside(media, s)).is_file()]
        found += [(p.suffix[1:].upper(), p.stat().st_size, p) for p in self.files if same_film(p, media)]
        items = []
        for word, size, path in found:
            inside = path == media and path not in self.files and account.plays
            link = "data-blob" if inside else f'href="{self.address(path)}"'
            amount = f" ({size / 1e6:.1f} MB)" if size else ""
            items.append(f'<li><a {link} download="{escape(path.name)}">{escape(word)}</a>{amount}')
        return "<ul>\n" + "\n".join(items) + "\n</ul>"


def key(account: Account) -> str:
    """What a film is called in its page."""
    return account.media.stem


def plainness(account: Account) -> tuple[Any, ...]:
    """By what versions of a film are sorted, the plainest first."""
    record = account.record
    unusual = (len(record.given), record.theme != "dark", account.shape != "wide", record.language != ENGLISH)
    return (sum(map(int, unusual)), *unusual, account.media)


def labels(versions: Sequence[Account]) -> list[str]:
    """What tells versions of one film from the first, and that from them: language, theme, shape, parameters; else
    their names."""
    themes = {"dark": tr("dark"), "light": tr("light")}
    shapes = {"wide": tr("landscape"), "tall": tr("portrait"), "square": tr("square")}
    told = [
        {
            "language": name(account.record.language),
            "theme": themes.get(account.record.theme, account.record.theme),
            "shape": shapes[account.shape],
            **{k: f"{k} = {v}" for k, v in account.parameters},
        }
        for account in versions
    ]
    first = told[0]
    differ = [{k: v for k, v in one.items() if v != first.get(k)} for one in told[1:]]
    every = dict.fromkeys(k for one in differ for k in one)
    found = [", ".join(one.values()) for one in ({k: first[k] for k in every if k in first}, *differ)]
    return [
        text if text and found.count(text) == 1 else key(a) for text, a in zip(found, versions, strict=True)
    ]


def together(films: Sequence[Path]) -> list[list[Path]]:
    """Films by the page that they stand in: one in several languages and shapes in one.

    What is there twice in the same language and shape, as a scene that a lecture shows again, is so in two.
    """
    groups: dict[tuple[str, int], list[Path]] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for account in map(Account.of, films):
        record = account.record
        same = [record.kind, record.key.get("scene"), record.theme, record.parameters]
        film = json.dumps(same, sort_keys=True)
        version = (film, record.language, account.shape)
        groups.setdefault((film, times[version]), []).append(account.media)
        times[version] += 1
    return list(groups.values())


def same_film(path: Path, media: Path) -> bool:
    """Whether a file is the film in another format."""
    return path != media and path.stem == media.stem and path.suffix in (*FORMATS, ".pdf")


def _tracks(account: Account) -> Iterator[str]:
    """What is said, in every language there is, and what is seen."""
    texts = [("captions", code, text) for code, text in account.captions.items()]
    if account.descriptions:
        texts.append(("descriptions", account.record.language, account.descriptions))
    for kind, code, text in texts:
        source = data_uri("text/vtt", text.encode())
        yield f'<track kind="{kind}" srclang="{tag(code)}" label="{escape(name(code))}" src="{source}">'


def _switches(account: Account) -> Iterator[str]:
    """What can be switched on and off, where it is there."""
    button = '<button type="button" data-do="{}" aria-pressed="{}" aria-keyshortcuts="{}">{}</button>'
    if account.sound:
        yield button.format("sound", "true", "m", tr("Sound"))
    if len(account.captions) > 1:
        codes = [f'<option value="{tag(code)}">{escape(name(code))}</option>' for code in account.captions]
        options = "".join([*codes, f'<option value="">{tr("No captions")}</option>'])
        yield f'<select aria-label="{tr("Captions")}">{options}</select>'
    elif account.record.captions:
        yield button.format("captions", "true", "c", tr("Captions"))
    if account.descriptions:
        yield button.format("descriptions", "false", "d", tr("Descriptions"))


def _sections(account: Account) -> str:
    """Buttons for the sections of a film; nothing where there is only one."""
    names = [chapter.name for chapter in account.chapters]
    if len(names) < 2:
        return ""
    buttons = "\n".join(
        f'<button type="button" data-cue="{k}">{escape(name)}</button>' for k, name in enumerate(names)
    )
    return f'<div class="sections" role="group" aria-label="{tr("Sections")}">\n{buttons}\n</div>'


def _transcript(account: Account) -> str:
    """What is said, by section."""
    chapters, lines = account.chapters, []
    for k, chapter in enumerate(chapters):
        if len(chapters) > 1:
            time = f'<span class="time">{chapter.time}</span>'
            lines.append(
                f'<h2><button type="button" data-cue="{k}">{escape(chapter.title)}</button> {time}</h2>'
            )
        lines += [f"<p>{escape(text)}</p>" for text in chapter.said]
    return "\n".join(lines) if any(c.said for c in chapters) else f"<p>{tr('No words.')}</p>"


def _terms(account: Account) -> str:
    """The terms that a film shows, where there are any."""
    if not account.terms:
        return ""
    rows = "\n".join(f"<dt>{escape(tr(t.name))}<dd>{escape(tr(t.says))}" for t in account.terms)
    return f"<details><summary>{tr('Terms')}</summary>\n<dl>\n{rows}\n</dl>\n</details>"


def filled(template: str, **values: str) -> str:
    """A template, filled in: a page or a part of one in the language that is spoken."""
    return Template(translated(_text(template))).substitute(values)


def _text(file: str) -> str:
    return resources.files(__package__).joinpath(file).read_text(encoding="utf-8")

"""Everything that was made, as pages that lie on any server, or on none."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import hhanim
from hhanim.language import spoken, tag, tr
from hhanim.language.catalogue import name
from hhanim.look.numbers import clock
from hhanim.studio.deliver.account import SEVERAL, Account
from hhanim.studio.deliver.pages import FORMATS, Pages, filled, key, plainness, same_film, together
from hhanim.studio.errors import UsageError, reading
from hhanim.studio.make import cleaning, manifest
from hhanim.studio.media import sidecar
from hhanim.studio.media.embedded import data_uri

_MEDIA = "media"
_KINDS = ["lecture", "film", "clip"]
_WIDTH = 640  # pixels of a card's picture


def gallery(
    folder: Path,
    path: Path,
    *,
    one_file: bool = False,
    title: str = "",
    language: str = "en",
    force: bool = False,
) -> Path:
    """A page with a card for every film of a folder, and for each its versions side by side, what can be taken from it
    and how it is made again. The films lie in a folder beside the page, or in the page itself.

    folder: of the media. path: the page; one_file: whether it holds the films itself.
    title: of the page. language: its own; each film is told in its own.
    force: whether it replaces files that hhanim did not make, or a hand has been at.
    Raises UsageError when there is no film; RenderError when something cannot be read or written.
    """
    made = sorted(
        (item.media for item in cleaning.made(folder)), key=lambda media: FORMATS.index(media.suffix)
    )
    found = {media.stem: media for media in reversed(made) if media.exists()}
    films = [Account.of(media) for media in found.values()]
    films = [account for account in films if account.record.kind in _KINDS]  # cards are parts of lectures
    if not films:
        raise UsageError(f"{folder} has no film that hhanim made: hhanim render makes some")
    shown = {account.media for account in films}
    others = [*(media for media in made if media not in shown and media.is_file()), *_others(folder, made)]
    taken = [] if one_file else _files(films, others)
    pages = Pages({file: f"{_MEDIA}/{quote(file.name)}" for file in taken}, indexed=True)
    with spoken(language):
        groups = _groups(films)
        title = title or tr(SEVERAL)
        alone = [o for o in others if o in pages.files and not any(same_film(o, a.media) for a in films)]
        html = pages.document(groups, _index(groups, alone, pages, title), title)
    for place in (path, *(path.parent / _MEDIA / file.name for file in taken)):
        manifest.spare(place, force)
    # The films first: a page never names what is not there.
    for file in taken:
        _copy(file, path.parent / _MEDIA / file.name, force=force)
    with manifest.put(path, force=force) as part:
        part.write_text(html, encoding="utf-8", newline="\n")
    _tidy(path.parent / _MEDIA, {file.name for file in taken})
    return path


def collection(films: Sequence[Path], path: Path, *, title: str = "", force: bool = False) -> Path:
    """A page that holds these films, and slides of a lecture but for its cards, in order.

    films: versions of one in several shapes are shown together, where the first of them stands.
    title: of the page. force: whether it replaces a page that hhanim did not make, or a hand has been at.
    Raises UsageError when hhanim did not make one of the films; RenderError when the page cannot be written.
    """
    shown = [
        a.media
        for a in map(Account.of, films)
        if a.record.kind != "slide" or "heading" not in a.record.parameters
    ]
    groups = [sorted(map(Account.of, versions), key=plainness) for versions in together(shown)]
    if not groups:
        raise UsageError(f"{path}: no films to show")
    pages = Pages(indexed=True)
    with spoken(groups[0][0].record.language):
        html = pages.document(groups, _index(groups, [], pages, title), title)
    with manifest.put(path, force=force) as part:
        part.write_text(html, encoding="utf-8", newline="\n")
    return path


def _others(folder: Path, made: Sequence[Path]) -> list[Path]:
    """What was made beside the films: decks, handouts, stills, the explorer; not the films' own pages."""
    pages = {media.with_suffix(".html").name for media in made}
    return [
        path for name in manifest.noted(folder) if name not in pages and (path := folder / name).is_file()
    ]


def _files(films: Sequence[Account], others: Sequence[Path]) -> list[Path]:
    """All files that go with the page, each once."""
    found = [account.media for account in films if account.media.is_file()]
    found += [
        p for a in films for s in (".png", ".vtt", ".json") if (p := sidecar.beside(a.media, s)).is_file()
    ]
    return list(dict.fromkeys([*found, *others]))


def _groups(films: Sequence[Account]) -> list[list[Account]]:
    """Versions of one film together, the plainest first; lectures before films before clips."""
    groups: dict[tuple[str, str], list[Account]] = {}
    for account in sorted(films, key=lambda a: (_KINDS.index(a.record.kind), a.scene, plainness(a))):
        groups.setdefault((account.record.kind, account.scene), []).append(account)
    return list(groups.values())


def _index(groups: Sequence[Sequence[Account]], others: Sequence[Path], pages: Pages, title: str) -> str:
    codes = dict.fromkeys(account.record.language for versions in groups for account in versions)
    choice = ""
    if len(codes) > 1:
        options = "".join(f'<option value="{tag(c)}">{escape(name(c))}</option>' for c in codes)
        options = f'<option value="">{tr("all")}</option>{options}'
        choice = f'<label>{tr("Language")} <select name="language">{options}</select></label>'
    more = ""
    if others:
        links = "\n".join(f'<li><a href="{pages.files[p]}">{escape(p.name)}</a>' for p in others)
        more = f"<h2>{tr('Also here')}</h2>\n<ul>\n{links}\n</ul>"
    return filled(
        "gallery.html",
        title=escape(title),
        languages=choice,
        cards="\n".join(map(_card, groups)),
        others=more,
        made=f"hhanim {hhanim.__version__}",
    )


def _card(versions: Sequence[Account]) -> str:
    """What is to be seen of a film in the index."""
    account = versions[0]
    record = account.record
    words = " ".join([account.scene, *(t.name for t in account.terms), *(v.media.stem for v in versions)])
    languages = " ".join(dict.fromkeys(tag(v.record.language) for v in versions))
    kinds = {"clip": tr("clip"), "lecture": tr("lecture"), "slide": tr("slide")}
    about = [kinds.get(record.kind, tr("film")), clock(record.duration)]
    if len(versions) > 1:
        about.append(tr("{count} versions", count=len(versions)))
    return (
        f'<li data-kind="{escape(record.kind)}" data-languages="{languages}" data-words="{escape(words)}">'
        f'<a href="#{quote(key(account))}"><img src="{_thumbnail(account)}" alt="" width="16" height="9">'
        f"<h2>{escape(account.title)}</h2></a>\n<p>{escape(record.description)}</p>\n"
        f'<p class="muted">{escape(" · ".join(about))}</p>'
    )


def _thumbnail(account: Account) -> str:
    from PIL import Image

    path, small = sidecar.beside(account.media, ".png"), io.BytesIO()
    with reading(path), Image.open(path) as poster:
        picture = poster.convert("RGB")
        picture.thumbnail((_WIDTH, _WIDTH))
        picture.save(small, "WEBP", quality=80)
    return data_uri("image/webp", small.getvalue())


def _copy(file: Path, place: Path, *, force: bool) -> None:
    """A file of the films into the page's folder, if it is not there."""
    digest = sidecar.sha256(file)
    if manifest.noted(place.parent).get(place.name) == [digest] and sidecar.sha256(place) == digest:
        return
    with manifest.put(place, force=force) as part:
        shutil.copyfile(file, part)


def _tidy(folder: Path, names: set[str]) -> None:
    """Take away what an earlier page has put there and this one has not, unless a hand has been at it."""
    known = manifest.noted(folder)
    gone = {file for file in known.keys() - names if sidecar.sha256(folder / file) in known[file]}
    for file in gone:
        (folder / file).unlink()
    if gone:
        manifest.forget(folder, gone)

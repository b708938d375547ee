"""A handout: what was shown and said, on paper."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import hhanim
from hhanim.language import spoken, tag, tr
from hhanim.look.type import font_files
from hhanim.studio.deliver.account import Account, title_of
from hhanim.studio.deliver.frames import frames
from hhanim.studio.errors import RenderError
from hhanim.studio.make.manifest import put
from hhanim.studio.mends import need

NEEDS = ("typst", "handout", "a handout")
"""What a handout needs, for :func:`hhanim.studio.mends.need`."""

PAPERS = {"a4": "a4", "letter": "us-letter"}
"""Name of a size of paper → Typst's name for it."""


def handout(
    films: Sequence[Path], path: Path, *, paper: str = "a4", title: str = "", force: bool = False
) -> Path:
    """A PDF with, for each film, the frame that each of its sections ends on beside what is said in it, then the terms
    that it shows and its parameters. It is tagged (PDF/UA-1) and can be searched; the same films give the same bytes.

    paper: of :data:`PAPERS`. title: of the whole (default: the film's, if there is only one).
    force: whether it replaces a file that hhanim did not make, or a hand has been at.
    Raises UsageError when hhanim did not make one of the films; MissingError when Typst is missing; RenderError when a
    film cannot be read, or the handout cannot be written.
    """
    need(*NEEDS)
    import typst

    accounts = [Account.of(media) for media in films]
    language = accounts[0].record.language
    with (
        spoken(language),
        put(path, force=force) as part,
        tempfile.TemporaryDirectory(prefix="hhanim-") as work,
    ):
        root = Path(work)
        title = title_of(accounts, title)
        told = {
            "title": title,
            "author": f"hhanim {hhanim.__version__}",
            "language": tag(language),
            "paper": PAPERS[paper],
            "foot": title,
            "words": {
                "terms": tr("Terms"),
                "parameters": tr("Parameters"),
                "columns": [tr("Name"), tr("Value")],
            },
            "films": [_film(account, f"{k}", root) for k, account in enumerate(accounts)],
        }
        (root / "handout.json").write_text(json.dumps(_printable(told)), encoding="utf-8")
        template = resources.files(__package__).joinpath("handout.typ").read_text(encoding="utf-8")
        (root / "handout.typ").write_text(template, encoding="utf-8")
        try:
            typst.compile(
                str(root / "handout.typ"),
                output=str(part),
                format="pdf",
                font_paths=[str(font_files()[0].parent)],
                pdf_standards=["ua-1"],
            )
        except typst.TypstError as error:
            raise RenderError(f"{path}: {_refusal(error)}") from error
    return path


def _refusal(error: Exception) -> str:
    """What Typst says; of a letter that no typeface has, what to do."""
    said = " ".join(str(error).split())
    found = re.search(r"the text `(.+?)` could not be displayed", said)
    return (
        f"no typeface on this machine has {found[1]}; install one that does"
        if found
        else f"Typst refuses: {said}"
    )


def _printable(value: Any) -> Any:
    """Data without the characters that nothing can print."""
    if isinstance(value, str):
        return "".join(c for c in value if c.isprintable())
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value


def _film(account: Account, name: str, root: Path) -> dict[str, Any]:
    """What the template is told of a film, the frames of which are put into the folder `root`."""
    record, sections = account.record, []
    pictures = frames(account.media, [chapter.full for chapter in account.chapters])
    for k, (chapter, picture) in enumerate(zip(account.chapters, pictures, strict=True)):
        file = f"{name}-{k}.png"
        picture.thumbnail((1600, 1600))
        picture.save(root / file)
        sections.append(
            {
                "name": chapter.heading if chapter.heading != account.title else "",
                "line": chapter.line,
                "said": chapter.said,
                "time": chapter.time,
                "picture": file,
                "alt": f"{chapter.heading}: {' '.join(chapter.said) or account.alt}",
            }
        )
    return {
        "title": account.title,
        "description": record.description,
        "share": {"wide": 58, "square": 42, "tall": 30}[account.shape],
        "sections": sections,
        "terms": [[term.name, term.says] for term in account.terms],
        "whole": record.kind != "slide",  # a lecture's own cards and slides stand between its films
        "parameters": account.parameters,
        "made": account.made,
    }

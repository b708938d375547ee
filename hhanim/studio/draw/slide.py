"""Cards and slides of a lecture: Markdown, Typst or a picture, typeset by Typst in the theme; they stand still."""

from __future__ import annotations

import io
import json
import math
import os
import re
import textwrap
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import typst
from PIL import Image

from hhanim.language import tr
from hhanim.language.pace import speaking_time
from hhanim.look import Theme
from hhanim.look.theme import hex_color, mix
from hhanim.look.type import FAMILY, font_files, lacks, unit
from hhanim.model import presets, simulate, step
from hhanim.studio.draw import markdown
from hhanim.studio.draw.engine import Exporter, Lines, Played
from hhanim.studio.errors import RenderError
from hhanim.studio.fresh.job import Job
from hhanim.studio.fresh.versions import ANY, families
from hhanim.studio.media.sidecar import Caption
from hhanim.studio.media.writer import Pixels

SCALES = (1.0, 0.9, 0.8, 0.7, 0.6)
"""How large the letters are, by what fits on the page."""

LEAD = 0.4
"""Seconds before the first line."""


class SlideEngine:
    """A card or slide; see :class:`hhanim.studio.draw.engine.Engine`."""

    whole = False

    def __init__(self, job: Job, work: Path) -> None:
        self.job, self.work = job, work

    def may_be_poster(self, number: int) -> bool:
        return number == 0

    def play(self, exporter: Exporter) -> Played:
        count = self.job.n_frames
        exporter.section(0, "")
        page = _page(self.job, self.work) if exporter.wants(0, count) else None
        given, fps = self.job.values.objects, float(self.job.fps)
        captions = list(spread([tr(line) for line in given["say"].splitlines()], given["seconds"]))
        lines, first = Lines(exporter, captions, fps, lambda: self.job.request.entry.alt), 0
        for stop in [*(min(math.ceil(stop * fps), count) for _, stop, _ in captions[:-1]), count]:
            if page is not None and stop > first:
                exporter.frame(first, page, None if first == 0 else (), stop - first)
            first = stop
            lines.until(first - 1, end=first == count)
        return Played(count, 0, "", captions)


def spread(lines: list[str], seconds: float) -> Iterator[Caption]:
    """Lines that are said one after the other while something stands, each with its share of the time."""
    times = [speaking_time(line) for line in lines]
    start = LEAD
    for line, share in zip(lines, times, strict=True):
        stop = start + share / sum(times) * (seconds - LEAD)
        yield round(start, 3), round(stop, 3), line
        start = stop


def _page(job: Job, work: Path) -> Pixels:
    """The page of a card or slide as pixels.

    Raises RenderError when Typst refuses it, or it does not fit on one page.
    """
    request = job.request
    theme, (width, height) = request.look, request.pixels
    text = _source(job, work)
    about: dict[str, Any] = {
        "title": request.entry.title,
        "width": width,
        "height": height,
        "unit": unit(width, height),
        "family": FAMILY,
        "transparent": theme.transparent,
        "colours": [*map(theme.color, ("ground", "ink", "muted", "faint", "stimulus")), _ghost(theme)],
    }
    house = resources.files(__package__).joinpath("slide.typ").read_text(encoding="utf-8")
    main = work / "main.typ"
    main.write_text(f"{house}\n{text}", encoding="utf-8")
    if foreign(text):
        families.add(ANY)
    for scale in SCALES:
        try:
            made: Any = typst.compile(
                main,
                root=work,
                package_path=work / PACKAGES,
                font_paths=[font_files()[0].parent],
                ignore_system_fonts=not foreign(text),
                format="png",
                ppi=72.0,
                sys_inputs={"about": json.dumps({**about, "scale": scale})},
            )
        except typst.TypstError as error:
            raise RenderError(f"{_name(job)}: {' '.join([error.message, *error.hints])}") from error
        if isinstance(made, bytes):
            with Image.open(io.BytesIO(made)) as picture:
                return np.asarray(picture.convert("RGBA")).astype(np.uint8, copy=True)
    raise RenderError(f"{_name(job)} does not fit on one slide: make it shorter, or two of it")


def foreign(text: str) -> bool:
    """Whether there are letters in it that the typeface does not have: then this machine's fonts are asked as well."""
    return lacks("".join(filter(str.isalpha, text)))


def _name(job: Job) -> str:
    entry = job.request.entry
    return (
        f"the card {textwrap.shorten(entry.title, 60, placeholder='…')!r}"
        if "heading" in entry.declared
        else entry.path.name
    )


def _source(job: Job, work: Path) -> str:
    """What is on the page, in Typst's markup; the files that it names are copied to where Typst may read them.

    Raises RenderError when a file is not there.
    """
    entry, given = job.request.entry, job.values.objects
    path = entry.path
    if "heading" in entry.declared:
        heading, text = (markdown.typst(tr(given[name])) for name in ("heading", "text"))
        trace = ", ".join(f"({x:.4f}, {y:.4f})" for x, y in _trace())
        return f"#card({markdown.quoted(entry.symbol)}, [{heading}], [{text}], ({trace}))"
    if path.suffix not in (".md", ".typ"):
        _copy(path, path.name, work)
        return (
            f"#full({markdown.quoted(path.name)}, alt: {markdown.quoted(entry.alt) if entry.alt else 'none'})"
        )
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        copy_named(text, path.parent, work, work)
        return text
    for name in markdown.pictures(text):
        if not _is_file(path.parent / name):
            raise RenderError(f"{path.name}: no picture {name} beside it")
        _copy(path.parent / name, name, work)
    return markdown.typst(text)


def copy_named(text: str, folder: Path, place: Path, work: Path) -> None:
    """Copy what a text in Typst's markup names, and what that names in turn: files beside it and packages of one's own.

    folder: in which the text lies; place: where its like lies in ``work``.
    """
    for name in re.findall(r'"([^"\n]+)"', text):
        source, copy = folder / name, place / name
        if local := re.fullmatch(r"@local/([\w-]+):([\d.]+)", name):
            inner = Path("local", *local.groups())
            source, copy = _packages() / inner / "typst.toml", work / PACKAGES / inner / "typst.toml"
        copy = Path(os.path.normpath(copy))
        if _is_file(source) and not (copy.is_relative_to(work) and copy.exists()):
            _copy(source, os.path.relpath(copy, work), work)
            if source.suffix in (".typ", ".toml"):
                copy_named(source.read_text(encoding="utf-8"), source.parent, copy.parent, work)


PACKAGES = "packages"
"""In the folder of a page, those of one's own that it names."""


def _packages() -> Path:
    """Where Typst looks for packages that are on this machine only."""
    return platformdirs.user_data_path("typst", appauthor=False, roaming=True) / "packages"


def _ghost(theme: Theme) -> str:
    """The colour of V where it stands behind words."""
    return hex_color(mix(theme.ground, theme.ink, theme.ghost(theme.ink)))


def _trace() -> Iterator[tuple[float, float]]:
    """Three spikes of a membrane, from 0 to 1 in time and from 0 to 1 between rest and peak."""
    run = simulate(presets.MODERN, step(10.0, start=4.0), 48.0)
    t = np.linspace(0.0, 48.0, 1201)
    v = run.at(t)["V"]
    yield from zip(t / t[-1], (v - v.min()) / np.ptp(v), strict=True)


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 — a text may be longer than any name of a file


def _copy(source: Path, name: str, work: Path) -> None:
    place = Path(os.path.normpath(work / name))
    if not place.is_relative_to(work):
        raise RenderError(f"{name}: pictures of a slide lie beside it or in folders there")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(source.read_bytes())

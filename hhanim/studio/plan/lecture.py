"""A lecture: its parts in order, each of them a request for a film, from the ``[lecture]`` of a project file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hhanim.errors import did_you_mean
from hhanim.language import ENGLISH, find, spoken, tr
from hhanim.language.catalogue import LanguageError
from hhanim.language.pace import speaking_time
from hhanim.studio.errors import UsageError
from hhanim.studio.plan import catalogue
from hhanim.studio.plan.catalogue import Entry, Parameter
from hhanim.studio.plan.project import Settings, expand, general_settings, parameter_names
from hhanim.studio.plan.project_file import Place, Project, Target, find_project, read
from hhanim.studio.plan.request import Origin, Request, output_folder, target, told_in

FILE = "lecture.toml"
"""Where a lecture is looked for first; then in ``hhanim.toml`` and ``pyproject.toml``."""

CARD = Path(__file__).resolve().parents[1] / "draw" / "slide.typ"

PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif")
SLIDES = (".md", ".typ", *PICTURES)
VIDEOS = (".mp4", ".mov", ".m4v", ".webm", ".mkv")

REST = 1.5
"""Seconds that a card or slide stands longer than its lines take to say."""


@dataclass(frozen=True)
class Part:
    """A scene, a card, a slide or a clip of a lecture.

    kind: which of these. chapter: its title in the list of chapters.
    request: for its film. Once that is made, the record beside ``request.path`` says when which of its sections
        begins and what is said.
    """

    kind: str
    chapter: str
    request: Request


@dataclass(frozen=True)
class Lecture:
    """What is shown in which order, and what the whole is called.

    path: the file that is made of it. title, author, date, description: for people.
    languages: of the captions, by their codes; the first is what is seen and heard.
    parts: in order, each with a film of its own in the folder ``<name>.parts``.
    thumbnail: the part whose poster stands for the whole, by the name of its film; None is the longest.
    """

    path: Path
    title: str
    author: str
    date: str
    description: str
    languages: tuple[str, ...]
    parts: tuple[Part, ...]
    thumbnail: str | None = None

    @property
    def requests(self) -> list[Request]:
        """The films of the parts, each once."""
        return list({part.request.path: part.request for part in self.parts}.values())

    def check(self) -> None:
        """Refuse what cannot be. Raises UsageError when a part is not possible, or changes more or less often than
        the others."""
        for request in self.requests:
            request.check()
            rate = request.use.fps
            if rate is None or request.time_base[1] != rate:
                why = "frames decide its rate, and a lecture has one rate: give seconds"
                raise UsageError(f"{told_in(request.origin, 'frames')}{request.name}: {why}")


def find_lecture(file: str | None, settings: Settings) -> Lecture:
    """The lecture of a file.

    file: a project file; None is ``lecture.toml``, or else the project's own. settings: what the command line said.
    Raises UsageError when there is none, or it is wrong: ``lecture.toml:12: …``.
    """
    found = lecture_of(file, settings)
    if found is None:
        project = find_project(file)
        where = f"{project.path}: no [lecture] in it" if project.path else f"no {FILE} here"
        raise UsageError(f"{where}; hhanim new lecture writes one")
    return found


def lecture_of(file: str | None, settings: Settings) -> Lecture | None:
    """As :func:`find_lecture`; None where there is none. Raises UsageError when it is wrong."""
    project = read(Path(FILE)) if file is None and Path(FILE).is_file() else find_project(file)
    table = project.lecture
    if table is None:
        return None
    said = {key: table[key] for key in ("preset", "theme", "size", "sound", "output") if table[key]}
    project = replace(project, **said, table=("lecture",) if said else ())
    general = general_settings(settings, project)
    languages = _languages(project, table, settings, general)
    general["language"] = languages[0]
    general["preset"] = general["preset"] or "lecture"
    if general["preset"] == "standard":
        why = "preset standard: a lecture has one rate for all of it; take draft, slide or lecture"
        raise project.error((*project.table, "preset") if project.preset == "standard" else (), why)
    variant = [f"{key}={value}" for key, value in settings.given.items()]
    own = [*(table["languages"] or ()), *project.languages, project.language, ENGLISH]
    if languages[0] != next(filter(None, own)):
        variant.append(languages[0])
    name = settings.name or "-".join([table["name"] or "lecture", *variant])
    key = "output"
    try:
        output_folder(general[key])
        key = "name"
        path = target(general["output"], name)
    except UsageError as error:
        ours = table[key] and not getattr(settings, key)
        raise project.error(("lecture", key) if ours else (), error) from None
    with spoken(languages[0]):
        words = {key: str(tr(table[key])) for key in ("title", "description")}
        about = {"title": words["title"], "author": table["author"], "date": str(table["date"] or "")}
        reader = _Reader(project, settings, general, about, languages)
        parts = reader.parts(table["parts"], path.with_suffix(".parts"))
    for key in settings.given:
        if not any(key in part.request.given for part in parts):
            known = {n for p in parts for n in parameter_names(p.request.entry, p.request.given)}
            raise UsageError(f"no part has a parameter {key}{did_you_mean(key, known)}")
    names = [part.request.name for part in parts]
    if (wanted := table["thumbnail"]) and wanted not in names:
        raise project.error(("lecture", "thumbnail"), f"no part {wanted}{did_you_mean(wanted, names)}")
    return Lecture(path, **words, author=about["author"], date=about["date"], languages=languages, parts=parts,
                   thumbnail=wanted)  # fmt: skip


def _languages(
    project: Project, table: Mapping[str, Any], settings: Settings, general: Mapping[str, Any]
) -> tuple[str, ...]:
    """The language of the lecture, and then the others of its captions. Raises UsageError when there is no
    such language."""
    known = table["languages"] or [code for code in project.languages if code] or [general["language"]]
    first = settings.language or known[0]
    try:
        for code in (first, *known):
            find(code)
    except LanguageError as error:
        place = ("lecture", "languages") if table["languages"] and code in known else ()
        raise project.error(place, error) from None
    return tuple(dict.fromkeys((first, *known)))


@dataclass(frozen=True)
class _Reader:
    """What the parts of a lecture have in common, and how each kind of them becomes a request."""

    project: Project
    settings: Settings
    general: Mapping[str, Any]
    about: Mapping[str, str]
    languages: tuple[str, ...]

    def parts(self, tables: Sequence[Mapping[str, Any]], folder: Path) -> tuple[Part, ...]:
        """The parts, with films in ``folder`` that are named for what they are: one put between others leaves those."""
        known: set[str] = set()
        found = []
        for k, part in enumerate(tables):
            kind = next(key for key in ("scene", "card", "slide", "clip") if part[key] is not None)
            request = getattr(self, kind)(part, ("lecture", "parts", k))
            name = request.entry.name if kind == "scene" else f"{kind}-{request.entry.name}"
            name = next(n for n in (name, *(f"{name}-{k}" for k in range(2, 999))) if n not in known)
            known.add(name)
            chapter = str(tr(part["chapter"] or request.entry.title))
            request = replace(request, path=target(folder, name), also=self.languages[1:])
            found.append(Part(kind, chapter, request))
        return tuple(found)

    def scene(self, part: Mapping[str, Any], place: Place) -> Request:
        found = catalogue.read()
        self.project.check_scenes(found)
        wanted = Target(part["scene"], set=part["set"], place=place)
        plain = replace(self.settings, name=None, formats=("mp4",), language=self.languages[0])
        (request,) = expand(wanted, self.project, found, plain, self.general, everywhere=True)
        return request

    def card(self, part: Mapping[str, Any], place: Place) -> Request:
        role, heading, text = part["card"], part["heading"], part["text"]
        if role == "title":
            heading = heading or self.about["title"]
            text = text or " · ".join(filter(None, (self.about["author"], self.about["date"])))
        words = {"heading": heading or tr("Thank you"), "text": text}
        title, *more = (_plain(str(tr(word))) for word in words.values() if word)
        name = _slug(f"{role}-{words['heading']}")
        alt = ". ".join((title, *more))
        entry = Entry(name, "slide", title, "", _parameters(part, words), CARD, role, alt=alt)
        return self._request(entry, words, part, place)

    def slide(self, part: Mapping[str, Any], place: Place) -> Request:
        path = self._file(part, "slide", SLIDES, place)
        own = path.with_suffix(f".{self.languages[0]}{path.suffix}")
        path = own if own.is_file() else path
        text = ""
        if path.suffix == ".md":
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise self.project.error((*place, "slide"), f"{path} cannot be read: {error}") from None
        heading = re.search(r"(?m)^#+ +(.+?)[ #]*$", text)
        title = _plain(heading[1]) if heading else _words(path)
        alt = part["alt"] or _plain(text)
        entry = Entry(_slug(path.stem), "slide", title, "", _parameters(part), path, path.suffix[1:], alt=alt)
        return self._request(entry, {}, part, place)

    def clip(self, part: Mapping[str, Any], place: Place) -> Request:
        path = self._file(part, "clip", VIDEOS, place)
        said = {"captions": part["captions"]} if part["captions"] else {}
        for _ in said:
            self._file(part, "captions", (".vtt", ".srt"), place)
        captions = (Parameter("captions", "str", ""),)
        entry = Entry(_slug(path.stem), "video", _words(path), "", captions, path, "", alt=part["alt"])
        return self._request(entry, said, part, place)

    def _file(self, part: Mapping[str, Any], key: str, suffixes: tuple[str, ...], place: Place) -> Path:
        """A file that a part names, from the folder of the project file."""
        assert self.project.path is not None
        path = (self.project.path.parent / str(part[key])).resolve()
        if path.suffix.lower() not in suffixes:
            reason = f"{part[key]} cannot be a {key}: give {', '.join(suffixes)}"
            raise self.project.error((*place, key), reason)
        if not path.is_file():
            raise self.project.error((*place, key), f"no file {path}")
        return path

    def _request(
        self, entry: Entry, words: Mapping[str, str], part: Mapping[str, Any], place: Place
    ) -> Request:
        """The request for what is no scene, given its words and what its table says."""
        given: dict[str, Any] = {name: text for name, text in words.items() if text}
        if part["say"]:
            given["say"] = "\n".join(part["say"])
        if part["seconds"] is not None:
            given["seconds"] = max(part["seconds"], _spoken(part))
        assert self.project.path is not None
        places = {k: at for k, at in self.project.places().items() if not getattr(self.settings, k)}
        places |= {name: (*place, name) for name in given}
        lines = {name: self.project.line(*at) for name, at in places.items()}
        general = self.general
        return Request(
            entry,
            Path(f"{entry.name}.mp4"),
            given,
            general["preset"],
            general["theme"],
            general["size"],
            Origin(self.project.path, lines),
            language=self.languages[0],
            sound=general["sound"],
        )


def _parameters(part: Mapping[str, Any], words: Iterable[str] = ()) -> tuple[Parameter, ...]:
    """Of a card, with words, or a slide: these, what is said meanwhile, and how long it stands."""
    texts = (Parameter(name, "str", "") for name in (*words, "say"))
    return (*texts, Parameter("seconds", "float", max(5.0 if words else 10.0, _spoken(part))))


def _spoken(part: Mapping[str, Any]) -> float:
    """How long (s) a card or slide stands at least, so that what is said meanwhile is said and read."""
    times = [speaking_time(tr(line)) for line in part["say"]]
    return round(sum(times) + REST, 1) if times else 0.0


def _plain(text: str) -> str:
    """Markdown as it would be read aloud."""
    text = re.sub(r"!?\[(.*?)\]\(.*?\)", r"\1", text)  # of links and pictures their words
    text = re.sub(r"(?m)^\s*(#+|>|[*+-]|\d+\.)\s+|^[\s|:-]+$|^\s*\||\|\s*$", "", text)
    text = re.sub(r"[*`$\"]|(?<!\w)_|_(?!\w)", "", text).replace("|", ",")
    return "; ".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _words(path: Path) -> str:
    return re.sub(r"[_-]+", " ", path.stem)


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")[:40].rstrip("-") or "part"

"""A lecture in one file: its parts joined, none encoded again, with captions, chapters and what an upload asks for.

Each part is as loud as uploads want it, so that the whole is; where one is silent the whole has silence, since some
platforms refuse a film without any sound.

Beside ``lecture.mp4`` lie ``lecture.en.vtt`` (captions, a file for each language), ``lecture.descriptions.vtt`` (what
is seen), ``lecture.transcript.md``, ``lecture.chapters.txt``, ``lecture.upload.txt``, ``lecture.png`` (its thumbnail)
and ``lecture.json`` (what made it). All of them take the places of the old ones at once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import json, structs

import hhanim
from hhanim.language import spoken, tr
from hhanim.look.numbers import clock
from hhanim.studio import loaded
from hhanim.studio.errors import RenderError, writing
from hhanim.studio.fresh import status as films
from hhanim.studio.fresh.files import contents
from hhanim.studio.fresh.job import digest
from hhanim.studio.fresh.package import writers
from hhanim.studio.fresh.versions import versions
from hhanim.studio.make.films import make_all
from hhanim.studio.make.locks import lock
from hhanim.studio.make.making import stays
from hhanim.studio.make.work_folder import commit, recover, work_folder
from hhanim.studio.media import cues, sidecar
from hhanim.studio.media.exchange import NEW, WORK
from hhanim.studio.media.sidecar import Caption, Line, Section
from hhanim.studio.news import Event, Listener, silent
from hhanim.studio.plan.lecture import Lecture, Part

if TYPE_CHECKING:
    from hhanim.studio.make.workers import Crew
    from hhanim.studio.media.join import Chapter


@dataclass(frozen=True)
class PartStatus:
    """A part of a lecture, or the whole of it, as it is now: from when on and how long (s, None where it is not known
    yet), and why it would be made."""

    name: str
    path: str
    start: float | None
    seconds: float | None
    action: str
    reasons: tuple[str, ...] = ()


def rows(lecture: Lecture) -> list[PartStatus]:
    """Every part in order, and then the whole. Raises UsageError when a part is not possible."""
    lecture.check()
    found: list[PartStatus] = []
    start: float | None = 0.0
    for part in lecture.parts:
        request = part.request
        state, length = films.status(request), _length(part)
        action = "fresh" if state.fresh else "keep" if state.protected else "render"
        found.append(PartStatus(request.name, str(request.path), start, length, action, state.reasons))
        start = None if start is None or length is None else start + length
    stale = [row.name for row in found if row.action == "render"]
    reasons = (f"{', '.join(dict.fromkeys(stale))} will be made",) if stale else status(lecture).reasons
    action = "fresh" if not reasons else "keep" if status(lecture).protected else "join"
    return [*found, PartStatus(lecture.path.stem, str(lecture.path), 0.0, start, action, reasons)]


def _length(part: Part) -> float | None:
    """Seconds; of a film as long as it was the last time it was made."""
    count, fps = part.request.time_base
    if count:
        return float(count / fps)
    if record := sidecar.read(part.request.path):
        return record.duration
    if part.kind == "clip":
        from hhanim.studio.media.checks import facts

        with contextlib.suppress(RenderError):  # which making it will tell
            return facts(part.request.entry.path).duration
    return None


def make(
    lecture: Lecture, *, force: bool = False, on_event: Listener = silent, crew: Crew | None = None
) -> Event:
    """Make the parts that are stale, and then the lecture, if it is; its last event is returned.

    force: also what was edited by hand or is not hhanim's. crew: who draws.
    Raises StudioError when it cannot be made; what was there is untouched.
    """
    started = time.perf_counter()
    name, place, folder = lecture.path.stem, str(lecture.path), lecture.path.parent
    lecture.check()
    ends = make_all(lecture.requests, force=force, on_event=on_event, crew=crew)
    if failed := [event for event in ends if event.kind not in ("done", "fresh", "kept")]:
        kind = "missing" if all(event.kind == "missing" for event in failed) else "failed"
        names = ", ".join(event.name for event in failed)
        end = Event(kind, name, place, message=f"without {names} there is no lecture")
        on_event(end)
        return end
    with writing(lecture.path, f"{name}: "):
        folder.mkdir(parents=True, exist_ok=True)
        with lock(folder / WORK, lecture.path.name):
            recover(lecture.path)
            end = _joined(lecture, started, force=force, on_event=on_event)
    on_event(end)
    return end


def _joined(lecture: Lecture, started: float, *, force: bool, on_event: Listener) -> Event:
    """The lecture of its parts, in its place if it is stale."""
    name, place = lecture.path.stem, str(lecture.path)
    state = status(lecture)
    if end := stays(lecture.path, name, state, force=force):
        return end
    loaded.check()
    on_event(Event("start", name, place, message="; ".join(state.reasons)))
    path = lecture.path.absolute()
    with work_folder(path) as work:
        with spoken(lecture.languages[0]):
            made = _write(lecture, work / NEW / path.name)
        commit(work, path, force=force)
    return Event("done", name, place, made.n_frames, made.n_frames, time.perf_counter() - started)


def status(lecture: Lecture) -> films.Status:
    """Whether the file is what would be made of the parts as they lie there."""
    record = sidecar.read(lecture.path)
    if state := films.standing(lecture.path, record):
        return state
    assert record is not None
    return films.Status(tuple(_differences(record.key, _key(lecture))))


def _key(lecture: Lecture) -> dict[str, Any]:
    """What decides every byte of a lecture."""
    records = {request.path: sidecar.read(request.path) for request in lecture.requests}
    poster = _thumbnail(lecture, [r for r in records.values() if r])
    return {
        "scene": "lecture",
        "title": lecture.title,
        "author": lecture.author,
        "date": lecture.date,
        "description": lecture.description,
        "languages": list(lecture.languages),
        "thumbnail": poster,
        "chapters": [part.chapter for part in lecture.parts],
        "parts": [
            [part.request.name, record.sha256 if (record := records[part.request.path]) else ""]
            for part in lecture.parts
        ],
        "words": digest([r and json.encode(_words(r)).decode() for r in records.values()]),
        "engine": versions("video").get("av", ""),
        "hhanim": digest({**writers(), "lecture": contents(Path(__file__))}),
    }


def _words(record: sidecar.Record) -> list[Any]:
    """What is said in a part, and where in it."""
    return [record.lines, record.captions, record.also, record.sections, record.alt]


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Why two keys differ, in words."""
    before = dict(old.get("parts") or [])
    for name, now in new.items():
        if old.get(name) == now:
            continue
        if name == "parts":
            changed = [part for part, total in now if before.get(part) != total]
            yield f"{', '.join(dict.fromkeys(changed))} changed" if changed else "its parts are others"
        elif name in ("title", "author", "date", "thumbnail"):
            yield f"{name} {old.get(name) or 'none'} → {now or 'none'}"
        else:
            yield _CHANGED.get(name, f"{name} changed")


_CHANGED = {"engine": "PyAV changed", "hhanim": "hhanim changed", "words": "what is said changed"}


def _thumbnail(lecture: Lecture, records: Sequence[sidecar.Record]) -> str:
    """The name of the part whose poster stands for the whole."""
    longest = max(records, key=lambda record: record.duration, default=None)
    return lecture.thumbnail or (longest.name if longest else "")


# -- writing it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A part in its place: when it begins (s), and its record."""

    part: Part
    start: float
    record: sidecar.Record

    @property
    def stop(self) -> float:
        """When it ends (s)."""
        return self.start + self.record.duration


def shown(lecture: Lecture) -> list[Shown]:
    """The parts as they follow each other, once their films are made. Raises UsageError when one is not there;
    RenderError when it has another size or rate than the others."""
    frames, found = 0, []
    for part in lecture.parts:
        request, record = part.request, sidecar.record_of(part.request.path)
        fps = request.use.fps
        assert fps is not None
        if (record.width, record.height) != request.pixels or Fraction(record.frame_rate) != fps:
            raise RenderError(
                f"{request.path} has another size or rate; hhanim lecture --force makes it again"
            )
        found.append(Shown(part, float(frames / fps), record))
        frames += record.n_frames
    return found


def lines(parts: Sequence[Shown], language: str) -> list[Line]:
    """What is said in a lecture, from its beginning on, each line while its caption stands, with what speaks it."""
    found = []
    for p in parts:
        own = p.record.captions
        # Records of earlier days have no lines.
        spoken = [line for line in p.record.lines if not line.seen] or [Line("", 0.0, 0.0, "")] * len(own)
        texts = p.record.also.get(language) or [text for _, _, text in own]
        for (start, stop, _), text, line in zip(own, texts, spoken, strict=True):
            found.append(structs.replace(line, start=p.start + start, stop=p.start + stop, text=text))
    return found


def _write(lecture: Lecture, media: Path) -> sidecar.Record:
    """Everything that a lecture is, beside ``media``. Raises EncodeError when it cannot be written."""
    from hhanim.studio.deliver.captions import readable
    from hhanim.studio.media import checks
    from hhanim.studio.media.join import Tracks, join

    parts = shown(lecture)
    end, first = parts[-1].stop, parts[0].record
    fps = Fraction(first.frame_rate)
    marks = _chapters(parts)
    said = {language: readable(lines(parts, language), end) for language in lecture.languages}
    tags = {
        "title": lecture.title,
        "artist": lecture.author,
        "date": lecture.date,
        "comment": lecture.description,
    }
    tracks = Tracks({k: v for k, v in tags.items() if v}, marks, said, own=True)
    join([p.part.request.path for p in parts], media, fps, tracks=tracks)
    n_frames = sum(p.record.n_frames for p in parts)
    width, height = first.width, first.height
    facts = checks.check(media, width=width, height=height, fps=fps, n_frames=n_frames)
    texts = {
        **{f"{language}.vtt": sidecar.vtt(found) for language, found in said.items()},
        "descriptions.vtt": sidecar.vtt(_descriptions(parts)),
        "transcript.md": transcript(lecture, parts, marks),
        "chapters.txt": "".join(f"{clock(m.start)} {m.title}\n" for m in marks),
        "upload.txt": upload(lecture, marks),
    }
    for suffix, text in texts.items():
        media.with_suffix(f".{suffix}").write_text(text, encoding="utf-8", newline="\n")
    thumbnail = _thumbnail(lecture, [p.record for p in parts])
    poster = next(p for p in parts if p.record.name == thumbnail).part.request.path
    media.with_suffix(".png").write_bytes(sidecar.beside(poster, ".png").read_bytes())
    sections = [Section(m.title, m.start, m.stop, m.stop - float(1 / fps), title=m.title) for m in marks]
    cues.write(cues.path_of(media), media.name, sidecar.sha256(media), sections)
    beside = [media.with_suffix(f".{suffix}").name for suffix in ("png", "cues.json", *texts)]
    key = _key(lecture)
    made = sidecar.Record(
        name=media.stem,
        kind="lecture",
        title=lecture.title,
        description=lecture.description,
        language=lecture.languages[0],
        alt=str(tr("A lecture in chapters: {titles}.", titles="; ".join(m.title for m in marks))),
        file=media.name,
        sha256=sidecar.sha256(media),
        bytes=media.stat().st_size,
        format="mp4",
        transparent=False,
        width=facts.width,
        height=facts.height,
        fps=float(fps),
        frame_rate=str(fps),
        n_frames=n_frames,
        duration=round(float(n_frames / fps), 6),
        preset=first.preset,
        theme=first.theme,
        parameters={},
        set=[],
        given={},
        captions=[(round(a, 3), round(b, 3), text) for a, b, text in said[lecture.languages[0]]],
        sections=sections,
        lines=[
            structs.replace(line, start=p.start + line.start, stop=p.start + line.stop)
            for p in parts
            for line in p.record.lines
        ],
        beside=beside,
        hashes=sidecar.hashes(media, beside),
        engines=versions("video"),
        hhanim=hhanim.__version__,
        digest=digest(key),
        stamp="",
        key=key,
    )
    sidecar.write(sidecar.sidecar_path(media), made)
    return made


def _chapters(parts: Sequence[Shown]) -> list[Chapter]:
    """A chapter for each part; where that makes too few for an upload, for each section of the films."""
    from hhanim.studio.deliver.captions import FEWEST_CHAPTERS, chapters

    end = parts[-1].stop
    found = chapters([(p.part.chapter, p.start) for p in parts], end)
    if len(found) >= FEWEST_CHAPTERS:
        return found
    several = sum(len(p.record.sections) > 1 for p in parts) > 1
    finer = [
        (_finer(p.part.chapter, section, several=several), p.start + section.start)
        for p in parts
        for section in p.record.sections
    ]
    return chapters(finer, end)


def _finer(chapter: str, section: Section, *, several: bool) -> str:
    """What a section is called among the chapters: after its film as well, where there are several."""
    if not section.start:
        return chapter
    return f"{chapter}: {section.title or section.name}" if several else section.title or section.name


def _descriptions(parts: Sequence[Shown]) -> list[Caption]:
    """What is seen, between the lines; of a part in which nothing is said, as it begins."""
    from hhanim.studio.media.descriptions import descriptions

    found = []
    for p in parts:
        alt = [(0.0, min(p.record.duration, 0.07 * len(p.record.alt) + 1), p.record.alt)]
        seen = descriptions(p.record.lines) or (alt if p.record.alt else [])
        found += [(p.start + start, p.start + stop, text) for start, stop, text in seen]
    return found


# -- words ---------------------------------------------------------------------------------------------------


TERMS = "https://creativecommons.org/licenses/by/4.0/"


def transcript(lecture: Lecture, parts: Sequence[Shown], marks: Sequence[Chapter]) -> str:
    """What is said, by chapters, as Markdown."""
    text = [f"# {lecture.title}", ""]
    if about := " · ".join(filter(None, (lecture.author, lecture.date))):
        text += [about, ""]
    said = lines(parts, lecture.languages[0])
    for mark in marks:
        text += [f"## {clock(mark.start)} {mark.title}", ""]
        for line in said:
            if mark.start <= line.start < mark.stop:
                text += [" ".join(line.text.split()), ""]
    return "\n".join(text)


def upload(lecture: Lecture, marks: Sequence[Chapter]) -> str:
    """What a platform's form asks for: title, description, chapters, licence."""
    blocks = [
        lecture.title,
        lecture.description,
        "\n".join(f"{clock(m.start)} {m.title}" for m in marks),
        " · ".join(filter(None, (lecture.author, lecture.date))),
        f"{tr('Animations: {made}, under CC BY 4.0', made=f'hhanim {hhanim.__version__}')} ({TERMS})",
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"

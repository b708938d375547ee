"""The record that goes beside a film, with its poster and its captions, once the film has been checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

import hhanim
from hhanim.language import spoken, tr
from hhanim.studio import loaded
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output
from hhanim.studio.fresh.files import of_text
from hhanim.studio.fresh.job import Job, stamp
from hhanim.studio.fresh.package import writers
from hhanim.studio.fresh.trust import sign
from hhanim.studio.fresh.used import Places
from hhanim.studio.media import cues, sidecar
from hhanim.studio.plan.request import Request
from hhanim.studio.plan.voice import SEEN, digest

if TYPE_CHECKING:
    from hhanim.studio.media.join import Samples


def expected(job: Job) -> sidecar.Record:
    """The record of a film as far as it is known before anything is drawn. Raises RenderError when it says more than a
    record holds."""
    request, entry = job.request, job.request.entry
    width, height = request.pixels
    return sidecar.checked(
        sidecar.Record(
            name=request.name,
            kind=entry.kind,
            title=entry.title,
            description=entry.description,
            alt=entry.alt,
            file=request.path.name,
            sha256="0" * 64,
            bytes=0,
            format=request.format.name,
            transparent=request.look.transparent,
            width=width,
            height=height,
            fps=float(job.fps),
            frame_rate=str(job.fps),
            n_frames=job.n_frames or 1,
            duration=float(job.n_frames / job.fps),
            preset=request.use.name,
            theme=request.theme,
            language=request.language,
            parameters=job.key["parameters"],
            set=sorted(request.given),
            given=request.said,
            captions=[],
            sections=[],
            beside=[],
            hashes={},
            engines=job.key["engines"],
            hhanim=hhanim.__version__,
            digest=job.digest,
            stamp=stamp(request),
            key={k: v for k, v in job.key.items() if k == "n_frames" or k not in _SAID},
        )
    )


def record(job: Job, media: Path, drawn: Drawn) -> sidecar.Record:
    """Check a film that has been drawn and encoded, and put its poster, its captions and its sidecar beside it.

    Returns the sidecar.
    Raises RenderError when the film is not what was asked for; EncodeError when something cannot be written.
    """
    from hhanim.studio.media import checks
    from hhanim.studio.media.descriptions import descriptions

    loaded.check()  # the writers that are named below are those that this process has loaded
    request = job.request
    entry, work = request.entry, media.parent
    used = {**drawn.used, **writers()}
    if request.sound != "spikes" or not request.spoken:
        drawn = replace(drawn, clicks=())
    if request.spoken:
        drawn = drawn.spoken()
        where = f"{entry.name}/{request.recordings.name}"
        for line in drawn.said:
            used[f"voice {where}/{line.name} {digest(line.text)}"] = line.take.state if line.take else ""
            if request.sound == "described" and line.seen:
                label = f"voice {where}/{line.name}{SEEN} {digest(line.seen)}"
                used[label] = line.also.state if line.also else ""
    drawn = Output(job, media).assemble(drawn, _sound(request, drawn))
    transparent = request.look.transparent
    width, height = request.pixels
    found = checks.check(
        media,
        width=width,
        height=height,
        fps=drawn.fps,
        n_frames=drawn.n_frames,
        transparent=transparent,
    )
    poster, captions, stops, seen = beside = sidecar.places(media)[1:5]
    lines = drawn.lines(request.recordings.as_posix() if request.spoken else "")
    checks.poster(work / poster, drawn.poster, transparent=transparent)
    (work / captions).write_text(sidecar.vtt(drawn.captions), encoding="utf-8")
    (work / seen).write_text(sidecar.vtt(descriptions(lines)), encoding="utf-8")
    if any(part.file for part in drawn.sections):
        beside.append(sidecar.beside(media, ".sections").name)
    with spoken(request.language) as heard:
        title, description, alt = map(
            str, (tr(entry.title), tr(entry.description), drawn.alt or tr(entry.alt))
        )
    used |= {f"text {code} {text}": of_text(said) for (code, text), said in heard.items()}
    sha256 = sidecar.total(sidecar.hashes(media, [media.name])) if media.is_dir() else sidecar.sha256(media)
    cues.write(work / stops, request.path.name, sha256, drawn.sections)
    files = sidecar.hashes(media, [*beside, media.name] if media.is_dir() else beside)
    made = structs.replace(
        expected(job),
        title=title,
        description=description,
        alt=alt,
        sha256=sha256,
        bytes=sum(p.stat().st_size for p in (media.iterdir() if media.is_dir() else [media])),
        width=found.width,
        height=found.height,
        fps=float(drawn.fps),
        frame_rate=str(drawn.fps),
        n_frames=found.n_frames,
        duration=round(float(found.n_frames / drawn.fps), 6),
        also={code: list(texts) for code, texts in drawn.also.items()},
        captions=[(round(a, 3), round(b, 3), text) for a, b, text in drawn.captions],
        sections=list(drawn.sections),
        lines=lines,
        clicks=[round(second, 6) for second in drawn.clicks],
        beside=beside,
        hashes=files,
        used=sign(used, Places.of(request)),
    )
    sidecar.write(work / sidecar.sidecar_path(media).name, made)
    return made


def _sound(request: Request, drawn: Drawn) -> Samples | None:
    """What is heard in a film; None where nothing is. Raises RenderError when a recording was changed since the film
    was drawn, or a film of somebody's cannot be read."""
    speaks = drawn.clicks or any(line.take or line.also for line in drawn.said)
    if not request.spoken or not (speaks or request.entry.kind == "video"):
        return None
    from hhanim.studio.media import sound

    seconds = float(drawn.n_frames / drawn.fps)
    heard = list(sound.said(drawn.lines(request.recordings.as_posix())))
    if request.entry.kind == "video":
        own = sound.of_film(request.entry.path, seconds)
        if sound.loudness(own) > sound.QUIET:  # a hum does not become as loud as a voice
            heard.append((0.0, own))
    return sound.track(heard, seconds, drawn.clicks) if heard or drawn.clicks else None


# Parts of the key that the sidecar says for people already.
_SAID = ("parameters", "engines", "format", "preset", "theme", "language", "width", "height", "frame_rate")

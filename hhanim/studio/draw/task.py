"""What is drawn apart: a share of a film, one frame, one frame as lines."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hhanim.language import ENGLISH, spoken, tr
from hhanim.language.catalogue import files
from hhanim.model import HHError, Membrane, presets
from hhanim.model.serial import to_data
from hhanim.studio.apart import say
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.engines import single_frame
from hhanim.studio.draw.hermetic import settle
from hhanim.studio.draw.pieces import Output, Share, draw, rehearse
from hhanim.studio.draw.scene import scene_errors
from hhanim.studio.errors import StudioError
from hhanim.studio.fresh.files import of_text
from hhanim.studio.fresh.job import prepare
from hhanim.studio.fresh.recording import Recording, recording
from hhanim.studio.fresh.used import Places
from hhanim.studio.media.formats import Films
from hhanim.studio.plan.catalogue import Entry, read_file
from hhanim.studio.plan.request import Request


@dataclass(frozen=True)
class Made:
    """What came of drawing: what is known of the film, as the scene is now, its keys, and what was used."""

    drawn: Drawn | None
    entry: Entry
    keys: Sequence[Mapping[str, Any]]
    used: Mapping[str, str]


@contextlib.contextmanager
def _begun(requests: Sequence[Request], *ignored: Path) -> Iterator[tuple[Recording, list[Request]]]:
    """Requests of one scene, as its file is now, while what is used is recorded."""
    settle()
    first = requests[0]
    old, codes = first.entry, (first.language, *first.also)
    catalogues = [path for code in codes for path in files(code)]
    with spoken(first.language) as heard, recording(Places.of(first), *ignored, *catalogues) as record:
        entry = old
        with contextlib.suppress(SyntaxError, OSError, ValueError):  # which loading it will tell
            found = (e for e in read_file(old.path) if isinstance(e, Entry) and e.symbol == old.symbol)
            entry = next(found, old)
        yield record, [replace(request, entry=entry) for request in requests]
        for code in {*codes} - {ENGLISH}:
            record.add("version babel")
            record.add(f"language {code}")
        for (code, text), said in heard.items():
            record.add(f"text {code} {text}", of_text(said))


def film(requests: Sequence[Request], media: Sequence[Path], share: Share) -> Made:
    """Draw a share of a scene's pieces into the files ``media``, one for each request; say how far it is.

    Raises StudioError as :func:`hhanim.studio.draw.pieces.draw`, or when a request is not possible.
    """
    # What was used is put together while the last pieces are still being encoded.
    with Films() as films, _begun(requests, *(path.parent for path in media)) as (record, requests):
        with record.values(lambda: all(map(_plain, requests))):
            jobs = [prepare(request) for request in requests]
            _presets(record)
        outputs = [Output(job, path) for job, path in zip(jobs, media, strict=True)]
        drawn = draw(outputs, films, say, share)
        _presets(record)
        record.file(Path(presets.__file__).parent, listed=True)
        record.add("code hhanim/look/theme.py")
    return Made(drawn, jobs[0].request.entry, [job.key for job in jobs], record.used)


def _presets(record: Recording) -> None:
    """Those that somebody has asked for since this was last called are used."""
    for name in sorted(presets.asked):
        record.add(f"preset {name}")
    presets.asked.clear()


def _plain(request: Request) -> bool:
    """Whether the membranes of a request are made of hhanim's own parts, so that they say all about themselves."""
    try:
        membranes = [value for value in request.values.objects.values() if isinstance(value, Membrane)]
        return bool([to_data(membrane) for membrane in membranes])
    except (StudioError, HHError):
        return False


def rehearsal(requests: Sequence[Request], work: Path) -> Drawn:
    """As :func:`hhanim.studio.draw.pieces.rehearse`."""
    with _begun(requests, work) as (_, (request,)):
        return rehearse(prepare(request), work)


def frame(requests: Sequence[Request], work: Path, number: int) -> Any:
    """One frame as pixels, or, where there are fewer, how many there are."""
    with _begun(requests, work) as (_, (request,)):
        return single_frame(prepare(request), work, number)


def picture(requests: Sequence[Request], number: int, kind: str) -> bytes:
    """One frame of a clip as SVG or PDF, whose lines stay lines.

    Raises RenderError when the scene fails.
    """
    import matplotlib as mpl

    from hhanim.studio.draw.clip import perform  # which a film does without, so that it is not in its key

    with _begun(requests) as (_, (request,)):
        performance = perform(prepare(request))
        with scene_errors(request.entry):
            figure = performance.figure(number)
            # The same bytes each time; letters as outlines, so that no machine needs the typeface.
            settings: Any = {"svg.hashsalt": "hhanim", "svg.fonttype": "path", "pdf.fonttype": 42}
            said = {"svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}[kind]
            title = {"Title": tr(request.entry.title)}
            written = io.BytesIO()
            with mpl.rc_context({**performance.stage.rc, **settings}):
                figure.savefig(written, format=kind, metadata={**said, **title})
            return written.getvalue()

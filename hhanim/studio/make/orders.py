"""A share of a film as somebody elsewhere makes it: an order goes there, a piece comes back.

An :class:`Order` names no file of this machine and its :class:`Piece` comes back as bytes with their hash, so whoever
fulfils it shares neither a disk nor a working directory with us. hhanim and its engines must be the same there,
which is checked; both travel as plain data (MessagePack, no pickle), and what comes back is checked before it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from msgspec import MsgspecError, Struct, msgpack, structs

from hhanim.errors import HHError
from hhanim.language.catalogue import OWN
from hhanim.model.serial import from_data, to_data
from hhanim.studio.draw.drawn import Drawn
from hhanim.studio.draw.pieces import Output, Share
from hhanim.studio.errors import MissingError, RenderError, StudioError, UsageError
from hhanim.studio.fresh import package
from hhanim.studio.fresh.changes import changes
from hhanim.studio.fresh.sources import sources as estimated
from hhanim.studio.fresh.used import Places, given_files
from hhanim.studio.fresh.versions import versions
from hhanim.studio.make.drawing import alone
from hhanim.studio.media import sidecar
from hhanim.studio.plan.catalogue import Entry
from hhanim.studio.plan.request import Request

T = TypeVar("T", "Order", "Piece")

PIECES = re.compile(r"\.pieces/\d{9}\.[a-z0-9]{2,6}(/frame_\d{5,9}\.png)?")
"""The files that a worker may send, relative to where a film is made."""


class Order(Struct, frozen=True):
    """A share of a scene's pieces, in one or more formats, to be made by anybody.

    requests: for one scene, with the same pixels.
    sources: the scene's file and its helpers, by path relative to the scene's folder.
    folder: what it needs of the working folder, by path relative to that: catalogues, the files of models.
    here: hhanim's files and the engines here, with their hashes and versions.
    """

    requests: list[Request]
    sources: dict[str, bytes]
    folder: dict[str, bytes]
    here: dict[str, str]
    share: Share = Share()


class Failure(Struct, frozen=True):
    """Why an order was not fulfilled."""

    kind: str
    words: str
    trace: str = ""


class Piece(Struct, frozen=True):
    """What an order gives: files by number of the request and relative path, their hash, what is known of the film, its
    poster's pixels, its keys as they were where it was drawn; or why there is none."""

    files: dict[str, bytes]
    sha256: str
    drawn: Drawn | None = None
    poster: bytes = b""
    keys: list[dict[str, Any]] = []
    failure: Failure | None = None

    def unpack(self, folders: Sequence[Path]) -> None:
        """Write the files, into a folder for each request. Raises RenderError when they are not what was sent, or
        belong elsewhere."""
        if _sha256(self.files) != self.sha256:
            raise RenderError("a piece came back damaged from its worker")
        for name in self.files:
            job, _, rest = name.partition("/")
            if not (job.isdecimal() and int(job) < len(folders) and PIECES.fullmatch(rest)):
                raise RenderError(
                    f"a piece came back from its worker with a file that is none: {name[:60]!r}"
                )
        for name, content in self.files.items():
            job, _, rest = name.partition("/")
            path = folders[int(job)] / rest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def encoded(message: Order | Piece) -> bytes:
    """As plain data. Raises RenderError when a parameter was given as something that no data can say."""
    try:
        if isinstance(message, Order):
            plain = [replace(r, origin=None, given=to_data(r.given)) for r in message.requests]
            message = structs.replace(message, requests=plain)
        return msgpack.encode(message, enc_hook=_said)
    except (HHError, TypeError) as error:
        raise RenderError(
            f"what it was given cannot be sent to another machine ({error}); put a model of your own into a file and "
            "give path/to/file.py:NAME"
        ) from None


def decoded(message: bytes, kind: type[T]) -> T:
    """An order or a piece out of plain data. Raises RenderError when it is none."""
    try:
        found = msgpack.decode(message, type=kind, dec_hook=lambda wanted, value: wanted(value))
        if isinstance(found, Order):
            made = [replace(r, given=from_data(r.given)) for r in found.requests]
            found = structs.replace(found, requests=made)
    except (MsgspecError, HHError, TypeError, ValueError, RecursionError) as error:
        raise RenderError(f"a {kind.__name__.lower()} came damaged: {' '.join(str(error).split())}") from None
    return found


def _said(value: Any) -> Any:
    if isinstance(value, Path | Fraction):
        return str(value)
    raise TypeError(f"{value!r} is no plain data")


def _sha256(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


# -- who orders


def sources(request: Request) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files a worker may not have, of the scene's folder and of the working folder: the scene's, those that it
    seems to use, or used the last time, models that are given with what lies beside them, catalogues."""
    roots, record = (request.entry.path.absolute().parent, Path.cwd()), sidecar.read(request.path)
    places = Places.of(request)
    labels = [label for label in (record.used if record else ()) if re.match(r"(\w+=)?\./|cwd/", label)]
    before = (places.place(label) for label in labels if not label.endswith(("/", "?")))
    words = (value for value in request.given.values() if isinstance(value, str) and len(value) <= 200)
    named = (root / word for word in words if word.isprintable() for root in roots)  # the captions of a clip
    models = (file for path in given_files(request).values() for file in estimated(path))
    texts = (OWN.absolute() / f"{code}.po" for code in (request.language, *request.also))
    scenes = estimated(request.entry.path.absolute(), Path.cwd())
    found = sorted(path for path in {*scenes, *before, *named, *models, *texts} if path.is_file())
    ours, theirs = (
        {p.relative_to(root).as_posix(): p.read_bytes() for p in found if p.is_relative_to(root)}
        for root in roots
    )
    return ours, theirs


def received(message: Any, outputs: Sequence[Output]) -> tuple[list[Output], Drawn | None]:
    """A piece that was made elsewhere, put where it belongs. Raises StudioError when it is damaged, was not made of
    what lies here, or there is none."""
    if not isinstance(message, bytes):
        raise RenderError("what came back from its worker is no piece")
    piece, job = decoded(message, Piece), outputs[0].job
    if failure := piece.failure:
        kinds = {kind.__name__: kind for kind in (UsageError, RenderError, MissingError)}
        error = kinds.get(failure.kind, RenderError)(failure.words)
        error.trace = failure.trace
        raise error
    piece.unpack([output.media.parent for output in outputs])
    request = job.request
    width, height = request.pixels
    if piece.poster and (piece.drawn is None or len(piece.poster) != 4 * width * height):
        raise RenderError(f"{request.name}: its worker's poster has another size")
    if piece.drawn and (
        piece.drawn.fps != job.fps or (job.n_frames and piece.drawn.n_frames != job.n_frames)
    ):
        raise RenderError(f"{request.name}: its worker has drawn other frames")
    other = [words for _, words in changes(piece.drawn.used if piece.drawn else {}, Places.of(request))]
    if other or list(piece.keys) != [output.job.key for output in outputs]:
        why = other[0] if other else "other parameters"
        raise RenderError(f"{request.name}: its worker has not drawn what is here: {why}")
    if piece.drawn is None or not piece.poster:
        return list(outputs), piece.drawn
    poster = np.frombuffer(piece.poster, np.uint8).reshape(height, width, 4)
    return list(outputs), replace(piece.drawn, poster=poster)


# -- who fulfils


def fulfil(message: bytes) -> bytes:
    """Make what was ordered, in a folder of its own; the order and the piece as plain data."""
    try:
        return encoded(_fulfilled(decoded(message, Order)))
    except StudioError as error:
        kind = next(k for k in (MissingError, UsageError, RenderError) if isinstance(error, k))
        return encoded(Piece({}, "", failure=Failure(kind.__name__, str(error), error.trace)))


def _fulfilled(order: Order) -> Piece:
    """The piece. Raises StudioError when the scene fails, or this is not the same hhanim."""
    with _place() as place:
        entry = order.requests[0].entry
        _same_here(order, entry)
        scenes, folder, work = place / "scenes", place / "folder", place / "work"
        for root, files in ((scenes, order.sources), (folder, order.folder)):
            root.mkdir()
            for name, content in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        here = replace(entry, path=scenes / entry.path.name)
        media = [work / str(k) / request.path.name for k, request in enumerate(order.requests)]
        for path in media:
            path.parent.mkdir(parents=True)
        requests = [replace(r, entry=here, path=path) for r, path in zip(order.requests, media, strict=True)]
        try:
            made = alone().film(requests, media, order.share, folder=folder)
        except StudioError as error:  # in the words of the machine the scene comes from
            error.trace = error.trace.replace(str(scenes), str(entry.path.parent))
            raise
        found = {p.relative_to(work).as_posix(): p for p in work.rglob("*") if p.is_file()}
        files = {
            name: p.read_bytes() for name, p in found.items() if PIECES.fullmatch(name.partition("/")[2])
        }
        drawn = made.drawn and replace(made.drawn, poster=None, used=made.used)
        poster = b"" if made.drawn is None or made.drawn.poster is None else made.drawn.poster.tobytes()
        return Piece(files, _sha256(files), drawn, poster, [dict(key) for key in made.keys])


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """A folder to work in; what workers that were killed here have left is cleared away."""
    import psutil

    head = f"hhanim-{platform.node()}-"
    for old in Path(tempfile.gettempdir()).glob(f"{head}*"):
        owner = old.name.removeprefix(head).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{head}{os.getpid()}-") as name:
        yield Path(name).resolve()


def _same_here(order: Order, entry: Entry) -> None:
    """Make sure that this machine's hhanim draws what the other's would."""
    theirs, ours = order.here, installed(entry)
    for name in sorted({*theirs, *ours}):
        if theirs.get(name) != ours.get(name):
            raise RenderError(
                f"worker {platform.node()}: {name} is {ours.get(name)} there and {theirs.get(name)} here; "
                "install the same versions"
            )


def installed(entry: Entry) -> dict[str, str]:
    """hhanim's files and the engines of a scene on this machine, with their hashes and versions."""
    return {**package.state(), **versions(entry.kind)}
